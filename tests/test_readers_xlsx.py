"""Excel workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, archives, read_transcripts, xlsx
from transcript_audit.readers.cells import write_cell

Rows = Sequence[Sequence[Any]]
HEADER = ["call_id", "speaker", "text"]


def workbook(change: Callable[[Workbook], None] | None = None, **sheets: Rows) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def rewrite(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with `old` in one of its parts replaced; it must be there."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            after.writestr(name, content)
    return buffer.getvalue()


def read(data: bytes, **options: object) -> list[Transcript | SkippedCall]:
    options_ = ReadOptions(**options)  # type: ignore[arg-type]
    return list(read_transcripts(["-"], options_, io.BytesIO(data)))


def read_one(data: bytes, **options: object) -> Transcript:
    (call,) = read(data, **options)
    assert isinstance(call, Transcript), call
    return call


def skip_reason(data: bytes, **options: object) -> str:
    (call,) = read(data, **options)
    assert isinstance(call, SkippedCall), call
    assert "\n" not in call.reason
    return call.reason


def test_a_sheet_is_read_by_the_same_columns_as_csv() -> None:
    data = workbook(
        Calls=[
            ["Call ID", "Agent Name", "Speaker", "Text", "Start (ms)", "Call date"],
            ["c1", "Kim", "agent", "Hello", 1500, datetime(2026, 3, 4, 9, 30)],
            [None] * 6,
            ["c1", None, "customer", "line one\nline two", 2500.0, None],
            ["c2", "Lee", "agent", "Hi", 0, date(2026, 3, 5)],
        ]
    )
    first, second = read(data)
    assert isinstance(first, Transcript)
    assert (first.call_id, first.agent_ids, first.format) == ("c1", ("Kim",), "xlsx")
    assert first.started_at == datetime(2026, 3, 4, 9, 30)
    assert [(said.text, said.start, said.line) for said in first.utterances] == [
        ("Hello", 1.5, 2),
        ("line one line two", 2.5, 4),
    ]
    assert isinstance(second, Transcript)
    assert second.started_at == datetime(2026, 3, 5)


def test_numbers_are_ids_without_a_decimal_point_and_texts_keep_their_zeros() -> None:
    data = workbook(S=[HEADER, [17, "agent", "Hello"], [18.0, "agent", 5], ["007", "agent", "x"]])
    assert [call.call_id for call in read(data)] == ["17", "18", "007"]


def test_ids_that_a_spreadsheet_shortened_are_not_taken_for_one_call() -> None:
    data = workbook(S=[HEADER, [1.234567890123456e17, "agent", "Hello"]])
    reason = skip_reason(data)
    assert reason.startswith('sheet "S": row 2: call id')
    assert "shortened by a spreadsheet" in reason


def test_times_of_each_kind_are_read_as_they_are_shown() -> None:
    def show(book: Workbook) -> None:
        for row, shown in ((2, "h:mm:ss"), (3, "h:mm"), (4, "[h]:mm:ss"), (5, "mm:ss.0")):
            book["S"].cell(row, 3).number_format = shown

    cells = [time(0, 1, 23), time(1, 24), timedelta(minutes=1, seconds=25), time(0, 1, 26, 500000)]
    rows = [["agent", "x", cell] for cell in cells]
    call = read_one(workbook(show, S=[["speaker", "text", "start"], *rows]))
    assert [said.start for said in call.utterances] == [83.0, 84.0, 85.0, 86.5]


def test_moments_become_seconds_from_the_first() -> None:
    rows = [["agent", "a", datetime(2026, 3, 4, 10, 0, 5)], ["x", "b", datetime(2026, 3, 4, 10, 1)]]
    call = read_one(workbook(S=[["speaker", "text", "timestamp"], *rows]))
    assert [said.start for said in call.utterances] == [0.0, 55.0]
    assert call.started_at == datetime(2026, 3, 4, 10, 0, 5)


def test_a_title_above_the_header_and_a_first_column_left_empty_do_not_matter() -> None:
    rows = [["Report of March"], [], [None, *HEADER], [None, "c1", "agent", "Hello"]]
    call = read_one(workbook(S=rows))
    assert (call.call_id, call.utterances[0].line) == ("c1", 4)


def test_of_several_sheets_those_that_look_like_a_transcript_are_read() -> None:
    data = workbook(
        Summary=[["agent", "calls"], ["Kim", 2]],
        Kim=[["speaker", "text"], ["agent", "Hello"]],
        Empty=[],
        Lee=[["speaker", "text"], ["agent", "Hi"]],
    )
    assert [call.call_id for call in read(data)] == ["stdin#Kim", "stdin#Lee"]


def test_a_call_in_one_cell_is_read_as_text() -> None:
    data = workbook(S=[["call_id", "transcript"], ["c1", "Agent: Hello\nCustomer: Bye"]])
    assert [said.speaker for said in read_one(data).utterances] == ["Agent", "Customer"]


def test_a_formula_gives_its_stored_value() -> None:
    data = workbook(S=[HEADER, ["c1", "agent", "=A2"], ["c1", "agent", '=""']])
    part = "xl/worksheets/sheet1.xml"
    data = rewrite(data, part, '<c r="C2"><f>A2</f><v', '<c r="C2" t="str"><f>A2</f><v>kept</v><v')
    data = rewrite(data, part, '<c r="C3"><f>', '<c r="C3" t="str"><f>')
    assert [said.text for said in read_one(data).utterances] == ["kept"]


def test_a_formula_without_a_value_is_said_and_not_read_as_silence() -> None:
    data = workbook(S=[[*HEADER, "note"], ["c1", "agent", "=A2", None]])
    reason = skip_reason(data)
    assert reason.startswith('sheet "S": row 2: column "text": a formula without a stored value')
    unneeded = workbook(S=[[*HEADER, "note"], ["c1", "agent", "Hello", "=A2"]])
    assert read_one(unneeded).utterances[0].text == "Hello"


def test_a_formula_without_a_value_costs_its_own_call_only() -> None:
    data = workbook(
        A=[HEADER, ["c1", "agent", "Hello"], ["c1", "customer", "=A2"], ["c2", "agent", "Hi"]],
        B=[HEADER, ["c3", "agent", "Good morning"]],
    )
    first, second, third = read(data)
    assert isinstance(first, SkippedCall)
    assert first.call_id == "c1"
    assert first.reason.startswith('sheet "A": row 3: column "text": a formula without')
    assert [call.call_id for call in (second, third) if isinstance(call, Transcript)] == [
        *("c2", "c3"),
    ]


def test_a_row_of_formulas_without_values_is_not_lost() -> None:
    data = workbook(S=[HEADER, ["c1", "agent", "Hello"], [None, "=B2", "=C2"]])
    assert 'row 3: column "' in skip_reason(data)


def test_a_call_id_without_a_value_leaves_the_rows_of_its_sheet_to_nobody() -> None:
    rows = [["c1", "agent", "Hello"], ["=A2", "agent", "Hi"], ["c2", "agent", "Bye"]]
    data = workbook(A=[HEADER, *rows], B=[HEADER, ["c3", "agent", "Good morning"]])
    skipped, call = read(data)
    assert isinstance(skipped, SkippedCall)
    assert skipped.reason.startswith('sheet "A": row 3: column "call_id": a formula without')
    assert call.call_id == "c3"


def test_a_formula_without_a_value_above_the_header_is_none_of_the_table() -> None:
    data = workbook(S=[["=A9", "=B9", "=C9"], HEADER, ["c1", "agent", "Hello"]])
    assert read_one(data).utterances[0].text == "Hello"


def far_out(cells: str) -> bytes:
    """A workbook with more rows in its XML than those of the table."""
    data = workbook(S=[HEADER, ["c1", "agent", "Hello"]])
    return rewrite(data, "xl/worksheets/sheet1.xml", "</sheetData>", f"{cells}</sheetData>")


def test_a_row_or_a_column_far_out_is_read_or_refused_in_one_line_but_never_filled_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(xlsx, "MOST_CELLS", 100_000)
    text = '<c r="{}{}" t="inlineStr"><is><t>x</t></is></c>'
    one = f'<row r="9">{text.format("XFD", 9)}</row>'
    assert read_one(far_out(one)).utterances[0].text == "Hello"
    many = "".join(f'<row r="{n}">{text.format("XFD", n)}</row>' for n in range(9, 40))
    assert "rows or 100000 cells" in skip_reason(far_out(many))
    assert "damaged" in skip_reason(far_out(f'<row r="9">{text.format("AAAAAAA", 9)}</row>'))
    monkeypatch.setattr(xlsx, "MOST_ROWS", 1000)
    assert "more than 1000 rows" in skip_reason(far_out('<row r="999999999"></row>'))


def test_a_wrong_size_written_in_a_sheet_hides_nothing() -> None:
    data = workbook(S=[HEADER, ["c1", "agent", "Hello"]])
    data = rewrite(data, "xl/worksheets/sheet1.xml", 'ref="A1:C2"', 'ref="A1"')
    assert read_one(data).utterances[0].text == "Hello"


def test_columns_can_be_mapped_and_the_table_format_may_be_asked_for() -> None:
    data = workbook(S=[["who said", "what"], ["agent", "Hello"]])
    columns = {"speaker": "who said", "text": "what"}
    assert read_one(data, columns=columns, input_format="table").utterances[0].text == "Hello"
    assert "not read as text" in skip_reason(data, input_format="text")
    wrong = workbook(S=[["text", "who", "id"], ["Hello", "x", 1]])
    assert 'no column "nope" for speaker' in skip_reason(wrong, columns={"speaker": "nope"})


def test_markup_formulas_and_escapes_in_cells_stay_text() -> None:
    hostile = "[bold]=1+1_x000D_\n<b>_x001B_[31m"
    data = workbook(S=[HEADER, ["c1", "agent", hostile.replace("=", "'=")]])
    assert read_one(data).utterances[0].text == "[bold]'=1+1 <b>[31m"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (workbook(S=[]), "an empty workbook"),
        (workbook(A=[["a", "b"], [1, 2]], B=[["c"]]), 'sheets are "A" with "a", "b"; "B" with "c"'),
        (workbook(S=[HEADER, ["c1", "agent", "Hello"]])[:-40], "cut off or damaged"),
        (rewrite(workbook(S=[HEADER]), "xl/workbook.xml", "<", "("), "damaged"),
        (rewrite(workbook(S=[HEADER]), "xl/worksheets/sheet1.xml", "</row>", ""), "damaged"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_skipped_in_one_line(data: bytes, words: str) -> None:
    assert words in skip_reason(data)


def test_entities_that_grow_are_refused() -> None:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    laugh = f'<!DOCTYPE worksheet [<!ENTITY e0 "ha">{grown}]><worksheet'
    data = rewrite(workbook(S=[HEADER]), "xl/worksheets/sheet1.xml", "<worksheet", laugh)
    assert "damaged" in skip_reason(data)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "HARMLESS", 1 << 10)
    monkeypatch.setattr(archives, "HIGHEST_RATIO", 1)
    data = workbook(S=[HEADER, *[["c1", "agent", "Hello"]] * 2000])
    assert "unpacks to more than" in skip_reason(data)


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=20),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_no_row_with_words_is_lost(rows: list[tuple[str, str]]) -> None:
    rows = [(call_id, f"x{text}".replace("_x", "_y")) for call_id, text in rows]
    data = workbook(S=[HEADER, *([call_id, "agent", text] for call_id, text in rows)])
    found = [
        (call.call_id, said.text)
        for call in read(data)
        if isinstance(call, Transcript)
        for said in call.utterances
    ]
    assert sorted(found) == sorted((call_id, text.strip()) for call_id, text in rows)


@given(place=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 100))
def test_no_damage_raises(place: int, byte: int, cut: int) -> None:
    data = bytearray(WORKBOOK)
    data[place % len(data)] = byte
    for call in read(bytes(data[: len(data) - (cut if cut < 50 else 0)])):
        if isinstance(call, SkippedCall):
            assert "\n" not in call.reason


WORKBOOK = workbook(S=[HEADER, ["c1", "agent", "Hello"], ["c1", "customer", "Bye"]])


@given(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.datetimes()
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.binary()
    | st.text()
)
def test_every_cell_can_be_written(value: object) -> None:
    assert isinstance(write_cell(value), str)
    assert isinstance(write_cell(value, seconds_shown=False), str)
