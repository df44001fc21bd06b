"""Parquet tables."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, parquet, read_transcripts
from transcript_audit.readers.words import clean

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

TURNS = [
    {"speaker": "agent", "text": "Hello", "start": 0.5, "end": 1.5, "agent": "Kim", "words": [1]},
    {"speaker": "customer", "text": "Cancel, please", "start": 2.0, "end": None, "agent": None},
]


def table(rows: Sequence[Mapping[str, Any]], schema: Any = None, **options: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), buffer, **options)
    return buffer.getvalue()


def read(data: bytes, **options: object) -> list[Transcript | SkippedCall]:
    options_ = ReadOptions(**options)  # type: ignore[arg-type]
    return list(read_transcripts(["-"], options_, io.BytesIO(data)))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads in this process, where a test can reach it."""
    monkeypatch.setattr(parquet, "read_apart", lambda reader, *rest: reader(*rest))


def read_one(data: bytes, **options: object) -> Transcript:
    (call,) = read(data, **options)
    assert isinstance(call, Transcript), call
    return call


def skip_reason(data: bytes, **options: object) -> str:
    (call,) = read(data, **options)
    assert isinstance(call, SkippedCall), call
    assert "\n" not in call.reason
    return call.reason


def turn_rows(*rows: tuple[str | None, str, str]) -> list[dict[str, str | None]]:
    return [dict(zip(("call_id", "speaker", "text"), row, strict=True)) for row in rows]


def test_a_row_a_turn_is_read_by_the_same_columns_as_csv() -> None:
    rows = [
        {
            "Conversation ID": 17,
            "Role": "agent",
            "Utterance": "Hello",
            "beginOffsetMillis": 1500,
            "agent_id": "K7",
            "call_date": datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
            "embedding": [0.5, 0.25],
        }
    ]
    call = read_one(table(rows))
    assert (call.call_id, call.agent_ids, call.format) == ("17", ("K7",), "parquet")
    assert call.started_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    (said,) = call.utterances
    assert (said.speaker, said.text, said.start, said.line) == ("agent", "Hello", 1.5, 1)


@pytest.mark.parametrize("group", [1, 2, 1000])
def test_calls_need_not_stand_together_nor_in_one_row_group(group: int) -> None:
    rows = turn_rows(
        ("b", "agent", "1"), ("a", "agent", "2"), ("b", "x", "3"), (None, "x", "4"), ("a", "x", "5")
    )
    calls = read(table(rows, row_group_size=group))
    assert [
        (call.call_id, [said.text for said in call.utterances])
        for call in calls
        if isinstance(call, Transcript)
    ] == [("b", ["1", "3", "4"]), ("a", ["2", "5"])]


@pytest.mark.usefixtures("here")
def test_a_call_is_there_before_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "TURNS_AT_ONCE", 2)
    rows = turn_rows(*((f"c{n}", "agent", f"t{n}") for n in range(100)))
    rows += [{"call_id": "c0~", "speaker": "agent", "text": "x"}]
    calls = read_transcripts(["-"], ReadOptions(), io.BytesIO(table(rows, row_group_size=2)))
    assert next(calls).call_id == "c0"
    assert sum(1 for _ in calls) == 100


def test_a_row_a_call_with_a_list_of_turns_is_read() -> None:
    rows = [
        {"id": "c1", "agent": "Kim; Lee", "started_at": "2026-03-04T09:30:00", "turns": TURNS},
        {"id": None, "agent": None, "started_at": None, "turns": TURNS[1:]},
        {"id": "c3", "agent": "Ann", "started_at": None, "turns": None},
        {"id": "c4", "agent": None, "started_at": None, "turns": [None, *TURNS]},
    ]
    first, second, third, fourth = read(table(rows, row_group_size=1))
    assert isinstance(first, Transcript)
    assert (first.call_id, first.agent_ids) == ("c1", ("Kim", "Lee"))
    assert first.started_at == datetime(2026, 3, 4, 9, 30)
    assert [
        (said.number, said.speaker, said.text, said.start, said.end, said.agent_id)
        for said in first.utterances
    ] == [
        (0, "agent", "Hello", 0.5, 1.5, "Kim"),
        (1, "customer", "Cancel, please", 2.0, None, None),
    ]
    assert second.call_id == "stdin#2"
    assert isinstance(third, SkippedCall)
    assert (third.call_id, third.agent_ids) == ("c3", ("Ann",))
    assert isinstance(fourth, Transcript)
    assert [said.number for said in fourth.utterances] == [1, 2]


def test_turns_under_other_names_are_found_too() -> None:
    turns = [{"role": "agent", "content": "Hello", "begin_offset_millis": 1500, "id": "t1"}]
    rows = [{"contact_id": "c1", "agents": ["Kim", "Lee"], "messages": turns, "text": "summary"}]
    call = read_one(table(rows))
    assert (call.call_id, call.agent_ids) == ("c1", ())
    assert [(said.text, said.start) for said in call.utterances] == [("Hello", 1.5)]
    named = read_one(table(rows), columns={"agent": "agents"})
    assert named.agent_ids == ("Kim", "Lee")


def test_a_bad_call_is_skipped_alone() -> None:
    rows = turn_rows(("1.23E+18", "agent", "a"), ("ok", "agent", "b"))
    bad, good = read(table(rows))
    assert isinstance(bad, SkippedCall)
    assert bad.reason.startswith("row 1: call id")
    assert isinstance(good, Transcript)


def test_whole_calls_in_a_cell_or_in_a_list_of_lines_are_read_as_text() -> None:
    rows = [{"id": "c1", "transcript": "Agent: Hello\nCustomer: Bye"}]
    assert [said.speaker for said in read_one(table(rows)).utterances] == ["Agent", "Customer"]
    lines = [{"id": "c1", "transcript": ["Agent: Hello", "Customer: Bye"]}]
    assert [said.text for said in read_one(table(lines)).utterances] == ["Hello", "Bye"]


def test_ids_as_dictionary_floats_and_large_strings_are_read() -> None:
    kinds = {
        "call_id": pa.dictionary(pa.int32(), pa.string()),
        "speaker": pa.large_string(),
        "text": pa.large_string(),
    }
    data = table(turn_rows(("c1", "agent", "a")), pa.schema(list(kinds.items())))
    assert read_one(data).call_id == "c1"
    floats = [{"call_id": 17.0, "speaker": "agent", "text": "a"}]
    assert read_one(table(floats)).call_id == "17"


def test_a_packed_table_and_one_asked_for_as_table_are_read() -> None:
    data = table(turn_rows(("c1", "agent", "a")))
    assert read_one(gzip.compress(data)).call_id == "c1"
    assert read_one(data, input_format="table").call_id == "c1"
    assert "not read as jsonl" in skip_reason(data, input_format="jsonl")


@pytest.mark.usefixtures("here")
def test_without_pyarrow_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = table(turn_rows(("c1", "agent", "a")))
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "pip install 'transcript-audit[parquet]'" in skip_reason(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PAR1", "cut off or damaged"),
        (b"PAR1" + bytes(50), "cut off or damaged"),
        (table(turn_rows(("c1", "agent", "a")))[:-60], "cut off or damaged"),
        (table([{"a": 1, "b": {"c": 2}}]), 'no column for text; columns are "a"'),
        (table([], pa.schema([("text", pa.string()), ("speaker", pa.string())])), "no call in it"),
    ],
)
def test_a_table_that_cannot_be_read_is_skipped_in_one_line(data: bytes, words: str) -> None:
    assert words in skip_reason(data)


def test_words_that_are_no_utf8_are_said() -> None:
    data = table(turn_rows(("c1", "agent", "Hello")), compression="none", use_dictionary=False)
    assert "in the rows from 1 on" in skip_reason(data.replace(b"Hello", b"Hel\x80\x80"))


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c"]),
            st.sampled_from(["agent", "customer"]),
            st.text(st.characters(categories=["L", "N"]), max_size=10).filter(clean),
        ),
        min_size=1,
    ),
    group=st.integers(1, 9),
)
def test_no_row_is_lost(rows: list[tuple[str | None, str, str]], group: int) -> None:
    found = [
        (call.call_id, said.speaker, said.text)
        for call in read(table(turn_rows(*rows), row_group_size=group))
        if isinstance(call, Transcript)
        for said in call.utterances
    ]
    assert sorted(found) == sorted(rows)  # type: ignore[type-var]


DATA = table([{"id": "c1", "agent": "Kim", "turns": TURNS}])


@given(place=st.integers(4, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 60))
def test_no_damage_raises(place: int, byte: int, cut: int) -> None:
    data = bytearray(DATA)
    data[4 + place % (len(data) - 4)] = byte
    for call in read(bytes(data[: len(data) - (cut if cut < 30 else 0)])):
        if isinstance(call, SkippedCall):
            assert "\n" not in call.reason


def test_a_table_that_brings_pyarrow_down_is_damaged_and_the_next_one_is_read() -> None:
    data = bytearray(table([{"id": "c1", "turns": TURNS}]))
    sound = bytes(data)
    crashes = 0
    for place in range(len(data) - 400, len(data) - 8):  # its footer
        spoilt = data.copy()
        spoilt[place] ^= 0x04
        for call in read(bytes(spoilt)):
            crashes += isinstance(call, SkippedCall) and "breaks off" in call.reason
        if crashes:
            break
    assert len(read(sound)) == 1


def test_a_mapped_column_that_is_not_there_is_said() -> None:
    data = table([{"id": "c1", "turns": TURNS}])
    assert 'no column "nope" for text' in skip_reason(data, columns={"text": "nope"})
    assert 'no column "nope" for agent' in skip_reason(data, columns={"agent": "nope"})


@pytest.mark.usefixtures("here")
def test_only_the_needed_columns_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    read_batches = pq.ParquetFile.iter_batches

    def note(file: Any, *, columns: list[str], **options: Any) -> Any:
        asked.append(columns)
        return read_batches(file, columns=columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", note)
    read_one(table([{"id": "c1", "note": "x", "turns": TURNS}]))
    assert sorted(path.rpartition(".")[2] for path in asked.pop()) == [
        *("agent", "end", "id", "speaker", "start", "text"),
    ]
    asked.clear()
    read_one(table([{"call_id": "c1", "speaker": "agent", "text": "a", "note": "x"}]))
    # Each is looked at for its size first.
    assert asked == [["call_id"]] * 2 + [["call_id", "speaker", "text"]] * 2


# --- tables that unpack to more than they should ------------------------------------------------


def repeated(text: str, rows: int, **more: object) -> bytes:
    """A table that holds `text` once and refers to it in every row."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))
    plain = pa.array(["c1"] * rows)
    packed = io.BytesIO()
    columns = {"call_id": plain, "speaker": plain, "text": column}
    pq.write_table(pa.table(columns), packed, **more)
    return packed.getvalue()


def test_a_table_that_refers_to_one_long_text_again_and_again_is_refused_in_one_line() -> None:
    packed = repeated("x" * 1_000_000, 3000)
    assert len(packed) < 1 << 20
    (call,) = read(packed)
    assert isinstance(call, SkippedCall)
    assert call.reason.startswith("a Parquet table that unpacks to more than ")
    assert "\n" not in call.reason


def test_a_list_of_turns_that_refers_to_one_long_text_is_refused() -> None:
    turns = pa.StructArray.from_arrays(
        [
            pa.array(["agent"] * 3000),
            pa.DictionaryArray.from_arrays(
                pa.array([0] * 3000, pa.int32()), pa.array(["x" * 100_000])
            ),
        ],
        names=["speaker", "text"],
    )
    packed = io.BytesIO()
    lists = pa.ListArray.from_arrays(pa.array([0, 3000], pa.int32()), turns)
    pq.write_table(pa.table({"id": ["c1"], "turns": lists}), packed)
    (call,) = read(packed.getvalue())
    assert isinstance(call, SkippedCall)
    assert "unpacks to more than" in call.reason


def test_a_table_of_a_million_equal_rows_in_a_few_bytes_is_refused() -> None:
    packed = repeated("hi", 1_000_000)
    assert len(packed) < 1 << 16
    (call,) = read(packed)
    assert isinstance(call, SkippedCall)
    assert "unpacks to more than" in call.reason


def test_texts_that_come_again_in_an_ordinary_table_are_read() -> None:
    (call,) = read(repeated("hi", 2000, row_group_size=300))
    assert isinstance(call, Transcript)
    assert len(call.utterances) == 2000


def test_a_lake_as_engines_write_it_is_read_file_by_file_without_what_they_leave_beside(
    tmp_path: Path,
) -> None:
    for day, call_id in (("2026-03-02", "b"), ("2026-03-01", "a")):
        folder = tmp_path / f"day={day}"
        folder.mkdir()
        part = table(
            [{"call_id": call_id, "turns": TURNS}, {"call_id": f"{call_id}2", "turns": TURNS}]
        )
        (folder / "part-0.parquet").write_bytes(part)
        (folder / ".part-0.parquet.crc").write_bytes(b"crc")
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "_metadata").write_bytes(b"PAR1")
    options = ReadOptions(name_pattern=r"/day=(?P<started_at>[\d-]+)/")
    calls = list(read_transcripts([str(tmp_path)], options))
    assert [each.call_id for each in calls] == ["a", "a2", "b", "b2"]
    assert all(isinstance(each, Transcript) for each in calls)
    assert [str(each.started_at)[:10] for each in calls[1:3]] == ["2026-03-01", "2026-03-02"]  # type: ignore[union-attr]
