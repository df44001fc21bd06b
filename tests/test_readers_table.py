"""CSV and TSV."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, read_transcripts, table
from transcript_audit.readers.columns import find_layout
from transcript_audit.readers.table import Row, complete_calls, find_last_rows
from transcript_audit.readers.words import clean


def read(content: str | bytes, **columns: str) -> list[Transcript | SkippedCall]:
    data = content if isinstance(content, bytes) else content.encode()
    options = ReadOptions(columns=columns, input_format="table")
    return list(read_transcripts(["-"], options, io.BytesIO(data)))


def read_one(content: str, **columns: str) -> Transcript:
    (call,) = read(content, **columns)
    assert isinstance(call, Transcript), call
    return call


def skip_reason(content: str, **columns: str) -> str:
    (call,) = read(content, **columns)
    assert isinstance(call, SkippedCall), call
    return call.reason


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("sep", [False, True])
def test_every_delimiter_is_found(delimiter: str, sep: bool) -> None:
    rows = ["call_id,speaker,text,start", 'c1,agent,"Hello",1', "c1,customer,Bye,2"]
    content = "\n".join(row.replace(",", delimiter) for row in rows)
    call = read_one((f"sep={delimiter}\n" if sep else "") + content)
    assert [(said.speaker, said.text, said.start, said.line) for said in call.utterances] == [
        ("agent", "Hello", 1.0, 2 + sep),
        ("customer", "Bye", 2.0, 3 + sep),
    ]


def test_a_byte_order_mark_a_sep_line_and_utf16_are_taken() -> None:
    content = "sep=;\r\nspeaker;text\r\nagent;Grüß Gott\r\n"
    for data in (content.encode("utf-8-sig"), content.encode("utf-16")):
        (call,) = read(data)
        assert isinstance(call, Transcript)
        assert call.utterances[0].text == "Grüß Gott"


def test_calls_need_not_stand_together() -> None:
    content = "Call ID,Speaker,Text\nb,agent,1\na,agent,2\nb,customer,3\na,customer,4\n"
    calls = read(content)
    assert [call.call_id for call in calls] == ["b", "a"]
    assert isinstance(calls[0], Transcript)
    assert [(said.number, said.text, said.line) for said in calls[0].utterances] == [
        (0, "1", 2),
        (1, "3", 4),
    ]


def test_turn_numbers_put_rows_in_order() -> None:
    call = read_one("turn,speaker,text\n2,agent,b\n10,agent,c\n1,agent,a\n")
    assert [said.text for said in call.utterances] == ["a", "b", "c"]
    assert [said.number for said in call.utterances] == [0, 1, 2]


def test_turn_numbers_that_repeat_put_nothing_in_order() -> None:
    call = read_one("turn,speaker,text\n2,agent,b\n1,agent,c\n1,agent,a\n")
    assert [said.text for said in call.utterances] == ["b", "c", "a"]


def test_times_put_rows_in_order_where_nothing_else_does() -> None:
    call = read_one("speaker,text,start\nagent,c,0:09\nx,a,0:01\nagent,b,0:01\n")
    assert [(said.text, said.number) for said in call.utterances] == [("a", 0), ("b", 1), ("c", 2)]
    gap = read_one("speaker,text,start\nagent,c,0:09\nx,a,\nagent,b,0:01\n")
    assert [said.text for said in gap.utterances] == ["c", "a", "b"]


def test_times_of_day_over_midnight_put_nothing_in_order() -> None:
    call = read_one("speaker,text,time\nagent,a,23:59:50\nx,b,0:00:10\n")
    assert [said.text for said in call.utterances] == ["a", "b"]


@pytest.mark.parametrize(
    "name", ["start_ms", "Start (ms)", "BeginOffsetMillis", "offset_milliseconds"]
)
def test_a_column_in_milliseconds_is_known_by_its_name(name: str) -> None:
    assert (
        read_one(f"speaker,text,{name}\nagent,Hello,1500\n", start=name).utterances[0].start == 1.5
    )


def test_a_column_can_be_said_to_be_in_milliseconds() -> None:
    assert read_one("speaker,text,at\nagent,Hello,1500\n", start_ms="at").utterances[0].start == 1.5


def test_clock_times_and_decimal_commas_are_read() -> None:
    call = read_one("speaker;text;start;end\nagent;a;00:01:23;83,5\ncaller;b;1:24.5;\n")
    assert [(said.start, said.end) for said in call.utterances] == [(83.0, 83.5), (84.5, None)]


def test_moments_become_seconds_from_the_first_and_the_start_of_the_call() -> None:
    content = (
        "speaker,text,timestamp\nagent,a,2026-03-04T10:00:05\ncaller,b,2026-03-04T10:00:09.5\n"
    )
    call = read_one(content)
    assert [said.start for said in call.utterances] == [0.0, 4.5]
    assert call.started_at == datetime(2026, 3, 4, 10, 0, 5)


def test_times_missing_or_only_guessed_are_left_out_and_mapped_ones_are_refused() -> None:
    content = "speaker,text,{}\nagent,a,1\ncaller,b,{}\n"
    assert [u.start for u in read_one(content.format("start", "N/A")).utterances] == [1.0, None]
    assert [u.start for u in read_one(content.format("start", "soon")).utterances] == [None, None]
    reason = skip_reason(content.format("when", "soon"), start="when")
    assert reason.startswith('line 3: column "when": "soon" is not a time')


def test_columns_can_be_mapped_or_left_out() -> None:
    content = "who said,what,role,start\nagent,Hello,x,soon\n"
    call = read_one(content, speaker="Who Said", text="what", start="")
    assert [(said.speaker, said.text) for said in call.utterances] == [("agent", "Hello")]
    assert 'no column "nope" for text' in skip_reason(content, text="nope")


def test_agents_and_start_come_from_their_columns() -> None:
    content = (
        "call_id,agent_name,call_date,speaker,text\n1,Kim,2026-03-04,agent,a\n1,,,customer,b\n"
        "1,Lee,,agent,c\n"
    )
    call = read_one(content)
    assert call.agent_ids == ("Kim", "Lee")
    assert call.started_at == datetime(2026, 3, 4)
    assert [said.agent_id for said in call.utterances] == ["Kim", None, "Lee"]


def test_a_row_without_a_call_id_belongs_to_the_call_above() -> None:
    calls = read("call_id,speaker,text\n1,agent,a\n,customer,b\n2,agent,c\n")
    assert [len(call.utterances) for call in calls if isinstance(call, Transcript)] == [2, 1]


def test_quoted_line_ends_and_long_cells_are_read() -> None:
    text = "word " * 60_000
    call = read_one(f'speaker,text\nagent,"two\nlines"\ncustomer,{text}\n')
    assert call.utterances[0].text == "two lines"
    assert (call.utterances[1].text, call.utterances[1].line) == (text.strip(), 4)


def test_an_unquoted_delimiter_skips_that_call_and_no_other() -> None:
    bad, good = read("call_id,speaker,text\n1,agent,Well, I see\n2,agent,Hello\n")
    assert isinstance(bad, SkippedCall)
    assert bad.reason.startswith("line 2: 4 cells under 3 columns")
    assert isinstance(good, Transcript)


def test_quotes_that_do_not_balance_are_said_and_swallow_nothing() -> None:
    assert "quotes do not balance" in skip_reason('speaker,text\nagent,"Hello\ncustomer,Bye\n')


def test_quotes_in_a_tab_separated_file_may_mean_nothing() -> None:
    call = read_one('speaker\ttext\nagent\t"Hello" he said\ncustomer\t"Bye\n')
    assert [said.text for said in call.utterances] == ['"Hello" he said', '"Bye']


def test_call_ids_shortened_by_a_spreadsheet_are_not_taken_for_one_call() -> None:
    assert "shortened by a spreadsheet" in skip_reason("call_id,speaker,text\n1.23E+18,agent,a\n")


def test_a_whole_call_in_one_cell_is_read_as_text() -> None:
    content = (
        'call_id,agent,transcript\nc1,Kim,"Agent: Hello\nCustomer: Bye"\n'
        'c2,Lee,"Agent: Hi\nCustomer: No"\n'
    )
    calls = read(content)
    assert [call.call_id for call in calls] == ["c1", "c2"]
    assert isinstance(calls[1], Transcript)
    assert calls[1].agent_ids == ("Lee",)
    assert [(said.speaker, said.text, said.line) for said in calls[1].utterances] == [
        ("Agent", "Hi", 4),
        ("Customer", "No", 4),
    ]


def test_missing_columns_are_said_with_those_that_are_there() -> None:
    assert 'columns are "a", "b"' in skip_reason("a,b\n1,2\n")
    assert "no column for the speaker" in skip_reason("id,text\n1,hello\n")


def test_empty_rows_and_short_rows_keep_the_numbers_of_the_others() -> None:
    call = read_one("speaker,text\nagent,a\n,\ncustomer\nagent,b\n")
    assert [(said.number, said.text) for said in call.utterances] == [(0, "a"), (2, "b")]


CELL = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n,;\"'\t"),
    max_size=20,
)


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["agent", "customer"]), CELL)
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_no_row_with_words_is_lost(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["call_id", "speaker", "text"])
    writer.writerows(rows)
    found = sorted(
        (call.call_id, said.speaker, said.text)
        for call in read(buffer.getvalue())
        if isinstance(call, Transcript)
        for said in call.utterances
    )
    expected = sorted(
        (call_id, who, text.replace("\n", " ").replace("\t", " ").strip())
        for call_id, who, text in rows
        if clean(text)
    )
    assert [(a, b, "".join(c.split())) for a, b, c in found] == [
        (a, b, "".join(c.split())) for a, b, c in expected
    ]


def test_calls_whose_rows_are_mixed_are_read_whole_and_come_as_they_are_complete() -> None:
    rows = ["a,agent,1", "b,agent,2", "a,customer,3", "b,customer,4", "b,agent,5", "a,agent,6"]
    calls = read("\n".join(["call_id,speaker,text", *rows]))
    assert [
        (call.call_id, [said.text for said in call.utterances])
        for call in calls
        if isinstance(call, Transcript)
    ] == [("b", ["2", "4", "5"]), ("a", ["1", "3", "6"])]


def test_a_big_table_in_the_order_of_its_calls_is_read_in_flat_memory(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    with table.open("w") as file:
        file.write("call_id,speaker,text\n")
        for number in range(6_000):
            file.write(f"c{number // 20},agent,{'word ' * 120}{number}\n")
    tracemalloc.start()
    assert sum(1 for _ in read_transcripts([str(table)])) == 300
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3e6 < table.stat().st_size


@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), min_size=1), st.booleans())
def test_rows_in_any_order_come_to_whole_calls_also_where_ids_cannot_be_told_apart(
    ids: list[str], alike: bool
) -> None:
    """Ids are told apart by a number; where two share one, no row may be lost."""
    layout = find_layout(["call_id", "speaker", "text"], ReadOptions())
    rows = [Row(2 * at, (each, "agent", str(at))) for at, each in enumerate(ids)]
    expected: dict[str, list[Row]] = {}
    call_id = "none"
    for row in rows:
        call_id = row.cells[0] or call_id
        expected.setdefault(call_id, []).append(row)
    with pytest.MonkeyPatch.context() as patch:
        if alike:
            patch.setattr(table, "number_of", lambda text: 1 + ord(text[-1]) % 2)
        last = find_last_rows(((row.line, row.cells[0]) for row in rows), "none")
    found = list(complete_calls(rows, layout, last, "none"))
    assert dict(found) == expected
    assert len(found) == len(expected)
    if not alike:
        ends = [group[-1].line for _, group in found]
        assert ends == sorted(ends)
