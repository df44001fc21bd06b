"""Excel workbooks."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from transcript_audit.model import SkippedCall, Transcript, Utterance
from transcript_audit.readers import (
    ReadOptions,
    archives,
    read_transcripts,
    worksheet_cells,
    worksheets,
)
from transcript_audit.readers.cells import write_cell
from transcript_audit.spool import SpoolError

Rows = Sequence[Sequence[Any]]
HEADER = ["call_id", "speaker", "text"]
CLOSED = "</sheetData>"


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


def as_excel_saves_it(rows: Rows) -> bytes:
    """A workbook whose cells share their texts."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("S")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
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


def turns_of(call: Transcript | SkippedCall) -> Sequence[Utterance]:
    assert isinstance(call, Transcript), call
    return call.utterances


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
    monkeypatch.setattr(worksheets, "MOST_CELLS", 100_000)
    text = '<c r="{}{}" t="inlineStr"><is><t>x</t></is></c>'
    one = f'<row r="9">{text.format("XFD", 9)}</row>'
    assert read_one(far_out(one)).utterances[0].text == "Hello"
    many = "".join(f'<row r="{n}">{text.format("XFD", n)}</row>' for n in range(9, 40))
    assert "rows or 100000 cells" in skip_reason(far_out(many))
    assert "damaged" in skip_reason(far_out(f'<row r="9">{text.format("AAAAAAA", 9)}</row>'))
    monkeypatch.setattr(worksheets, "MOST_ROWS", 1000)
    assert "more than 1000 rows" in skip_reason(far_out('<row r="999999999"></row>'))


def test_cells_that_share_long_texts_do_not_take_a_disk_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Any] = []
    make = tempfile.TemporaryFile

    def remember(**options: Any) -> Any:
        made.append(make(**options))
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", remember)
    longs = [f"{number} ".ljust(30_000, "x") for number in range(70)]
    rows = [[*longs, f"c{number}", "agent", "Hello"] for number in range(200)]
    calls = read(as_excel_saves_it([[*[""] * 70, *HEADER], *rows]))
    assert [turns_of(call)[0].text for call in calls] == ["Hello"] * 200
    assert sum(file.seek(0, io.SEEK_END) for file in made) < 3 * sum(map(len, longs))


def test_a_workbook_of_which_the_cells_come_to_more_text_than_a_disk_holds_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worksheet_cells, "MOST_CHARACTERS", 10_000)
    rows = [["c1", "agent", "x" * 900]] * 9
    assert len(turns_of(read_one(as_excel_saves_it([HEADER, *rows])))) == 9
    reason = skip_reason(workbook(A=[HEADER, *rows], B=[HEADER, *rows]))
    assert reason.startswith('sheet "B" has more than')
    assert "or too much text; delete what is far outside the table, or export it as CSV" in reason


def test_rows_are_not_filled_up_to_a_known_column_far_out() -> None:
    row = worksheets.SheetRow(2, {1: "x", 3: "y"}, [])
    assert row.list_cells() == row.list_cells({1, 3, 10_000}) == ("", "x", "", "y")
    assert row.list_cells({0, 1}) == ("", "x")
    assert row.list_cells({3}) == ("", "", "", "y")


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


def test_a_big_sheet_of_shared_texts_and_blank_cells_is_read_in_flat_memory(
    tmp_path: Path,
) -> None:
    said = [f"{'word ' * 200}{number:04}" for number in range(3_000)]
    rows = [[f"c{number // 20}", "agent", text] for number, text in enumerate(said)]
    data = as_excel_saves_it([HEADER, *rows])
    blank = "".join(f'<c r="{column}2" s="0"/>' for column in "ABCDEFGHIJ")
    many = "".join(f'<row r="{number}">{blank}</row>' for number in range(3_002, 6_000))
    path = tmp_path / "a.xlsx"
    path.write_bytes(rewrite(data, "xl/worksheets/sheet1.xml", CLOSED, many + CLOSED))
    tracemalloc.start()
    heard = [said.text[-4:] for call in read_transcripts([str(path)]) for said in turns_of(call)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert heard == [text[-4:] for text in said]
    assert peak < 2.5e6 < sum(map(len, said))


def test_calls_that_lie_mixed_in_several_sheets_come_whole() -> None:
    rows = [[f"c{number % 7}", "agent", f"said {number}"] for number in range(300)]
    other = [[f"d{number % 3}", "agent", f"also {number}"] for number in range(100)]
    data = workbook(A=[["Report"], HEADER, *rows], Note=[["n"]], B=[HEADER, *other])
    calls = {call.call_id: call for call in read(data)}
    assert sorted(calls) == [*(f"c{n}" for n in range(7)), *(f"d{n}" for n in range(3))]
    for start, (name, first, count) in enumerate([("said", 3, 300)] * 7 + [("also", 2, 100)] * 3):
        number, step = (start, 7) if name == "said" else (start - 7, 3)
        found = turns_of(calls[f"{'c' if name == 'said' else 'd'}{number}"])
        expected = [(f"{name} {n}", n + first) for n in range(number, count, step)]
        assert [(said.text, said.line) for said in found] == expected


def test_many_sheets_are_laid_aside_in_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    make = tempfile.TemporaryFile
    monkeypatch.setattr(
        tempfile, "TemporaryFile", lambda **given: opened.append(given) or make(**given)
    )
    rows = [["agent", number] for number in range(50)]
    data = workbook(**{f"S{number}": [["speaker", "text"], *rows] for number in range(9)})
    assert [len(turns_of(call)) for call in read(data)] == [50] * 9
    assert len(opened) == 1


def test_rows_that_cannot_be_laid_aside_are_no_damage_to_the_workbook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(SpoolError, match="TMPDIR"):
        read(workbook(S=[HEADER, *([["c1", "agent", "Hello"]] * 100)]))


def test_the_header_is_looked_for_in_the_first_rows_that_are_not_empty() -> None:
    titles = [row for number in range(19) for row in ([f"title {number}"], [])]
    table = [HEADER, ["c1", "agent", "Hello"]]
    assert read_one(workbook(S=[*titles, *table])).utterances[0].line == 40
    reason = skip_reason(workbook(S=[*titles, ["one more"], *table]))
    assert 'sheets are "S" with "title 0"' in reason


def test_formulas_without_values_cost_their_calls_wherever_they_stand() -> None:
    rows: list[list[Any]] = [[f"c{number // 10}", "agent", "Hello"] for number in range(200)]
    for number in (3, 38, 155, 157):
        rows[number][2] = "=A2"
    rows[157][1] = "=B2"
    skipped = {
        call.call_id: call.reason.partition(": a formula")[0]
        for call in read(workbook(S=[HEADER, *rows]))
        if isinstance(call, SkippedCall)
    }
    assert skipped == {
        "c0": 'sheet "S": row 5: column "text"',
        "c3": 'sheet "S": row 40: column "text"',
        "c15": 'sheet "S": row 157: column "text"',
    }


def test_a_workbook_that_is_damaged_far_down_is_one_skipped_file() -> None:
    rows = [[f"c{number}", "agent", "Hello " * 20] for number in range(2_000)]
    data = workbook(A=[HEADER, *rows], B=[HEADER, ["d", "agent", "Hi"]])
    cut = rewrite(data, "xl/worksheets/sheet1.xml", CLOSED, "")
    assert "damaged (mismatched tag: line 1, column " in skip_reason(cut)
    formula = [*rows[:1], ["=A2", "agent", "Hi"], *rows]
    both = workbook(A=[HEADER, *formula], B=[HEADER, ["d", "agent", "Hi"]])
    assert "damaged" in skip_reason(rewrite(both, "xl/worksheets/sheet1.xml", CLOSED, ""))


def test_a_sheet_without_a_header_is_read_no_further_than_one_would_stand() -> None:
    notes = [["note", number] for number in range(5_000)]
    data = workbook(Notes=notes, S=[HEADER, ["c1", "agent", "Hello"]])
    assert read_one(rewrite(data, "xl/worksheets/sheet1.xml", CLOSED, "")).call_id == "c1"


def test_rows_that_are_out_of_order_are_said_and_not_lost() -> None:
    row = '<row r="2"><c r="C2" t="inlineStr"><is><t>lost</t></is></c></row>'
    assert "damaged (row 2 comes after row 2)" in skip_reason(far_out(row))


def test_a_shared_text_that_is_not_there_is_damage() -> None:
    for place in ("99", "-1"):
        cell = f'<row r="3"><c r="C3" t="s"><v>{place}</v></c></row>'
        assert f"damaged (there is no shared text {place})" in skip_reason(far_out(cell))


def test_a_chart_sheet_is_left_aside() -> None:
    data = workbook(
        lambda book: book.create_chartsheet("Chart"), S=[HEADER, ["c1", "agent", "Hello"]]
    )
    assert read_one(data).utterances[0].text == "Hello"


def test_of_a_text_in_parts_each_is_read_but_not_how_it_is_read_aloud() -> None:
    text = "<r><t>Good </t></r><r><rPr><b/></rPr><t>day</t></r><rPh><t>aloud</t></rPh>"
    data = as_excel_saves_it([HEADER, ["c1", "agent", "Hello"]])
    shared = rewrite(data, "xl/sharedStrings.xml", "<t>Hello</t>", text)
    assert read_one(shared).utterances[0].text == "Good day"
    row = f'<row r="3"><c r="C3" t="inlineStr"><is>{text}</is></c></row>'
    assert read_one(far_out(row)).utterances[1].text == "Good day"


def test_sheets_are_read_whatever_prefix_their_elements_have() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>' for text in HEADER)
    rows = f"<x:row>{cells}</x:row>" + f"<x:row>{cells}</x:row>".replace("call_id", "c1")
    anchor = "<x:controls><x:row>1</x:row></x:controls>"
    sheet = f'<x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData>{anchor}</x:worksheet>'
    data = workbook(S=[["old"]])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        old = package.read("xl/worksheets/sheet1.xml").decode()
    call = read_one(rewrite(data, "xl/worksheets/sheet1.xml", old, sheet))
    assert (call.call_id, call.utterances[0].line) == ("c1", 2)


def test_days_are_counted_from_where_the_workbook_says() -> None:
    def count_from_1904(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        book["S"]["D2"] = 44_620.5
        book["S"]["D2"].number_format = "yyyy-mm-dd"

    data = workbook(count_from_1904, S=[[*HEADER, "call_date"], ["c1", "agent", "Hello"]])
    assert read_one(data).started_at == datetime(2026, 3, 1, 12)


def test_a_number_that_is_no_date_is_written_as_the_spreadsheet_shows_it() -> None:
    def show(book: Workbook) -> None:
        book["S"]["C2"].number_format = "yyyy-mm-dd"

    data = workbook(show, S=[HEADER, ["c1", "agent", 99_999_999]])
    assert read_one(data).utterances[0].text == "#VALUE!"


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
