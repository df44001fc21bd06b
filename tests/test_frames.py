"""Calls in data frames: audited as the same calls in files, whatever frames make of the values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from transcript_audit.batch import audit_frame
from transcript_audit.errors import ConfigurationError
from transcript_audit.frames import COLUMNS, SPARK_SCHEMA, frame_of, read_frame
from transcript_audit.model import SkippedCall, Transcript

TURNS = [
    {"speaker": "agent", "text": "Thanks for calling Larch Mobile, how can I help?", "start": 0.0},
    {"speaker": "customer", "text": "I want to cancel my contract, please.", "start": 4.0},
    {"speaker": "agent", "text": "I'm not going to cancel that for you.", "start": 7.5},
    {"speaker": "customer", "text": "Then I'll ring again.", "start": 11.0},
    {"speaker": "agent", "text": "Fine. Bye.", "start": 14.0},
]
PLAIN = [
    {"speaker": "agent", "text": "Hello, when may I help?"},
    {"speaker": "customer", "text": "When do you open on Sundays?"},
    {"speaker": "agent", "text": "We open at nine."},
]


class Row(tuple[Any, ...]):
    """As Spark hands out a struct: a tuple with the names beside it."""

    def asDict(self) -> dict[str, Any]:  # noqa: N802 - Spark's name
        return dict(zip(("speaker", "text"), self, strict=True))


def calls(*turns: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {"id": [f"c{n}" for n in range(len(turns))], "agent": "Zoë", "turns": list(turns)}
    )


def rows(*calls: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"call_id": n, "agent": "Zoë", **turn} for n, turns in enumerate(calls) for turn in turns]
    )


def read_one(frame: pd.DataFrame) -> Transcript:
    [read] = read_frame(frame)
    assert isinstance(read, Transcript)
    return read


def test_a_row_a_call_is_audited_to_a_row_a_call() -> None:
    found = audit_frame(calls(TURNS, PLAIN), patterns_only=True)
    assert tuple(found.columns) == COLUMNS
    assert list(found["call_id"]) == ["c0", "c1"]
    assert list(found["status"]) == ["flagged", "clear"]
    assert list(found["outcome"]) == ["not-cancelled", "no-request"]
    refused = {each["rule"]: each for each in found["findings"][0]}["refusal-explicit"]
    assert refused["turns"] == [2]
    assert refused["start"] == 7.5
    assert refused["quotes"][0] in TURNS[2]["text"]
    assert found["rules"][0]["refusal-explicit"] == "flagged"
    assert found["findings"][1] == []
    assert len(found["rule_book"][0]) == 64


def test_a_row_a_turn_comes_to_the_same() -> None:
    one = audit_frame(calls(TURNS, PLAIN), patterns_only=True).drop(columns="call_id")
    other = audit_frame(rows(TURNS, PLAIN), patterns_only=True)
    assert list(other["call_id"]) == ["0", "1"]
    pd.testing.assert_frame_equal(one, other.drop(columns="call_id"))


@pytest.mark.parametrize(
    "turns",
    [
        np.array(PLAIN, dtype=object),
        [Row((turn["speaker"], turn["text"])) for turn in PLAIN],
        tuple({**turn, "start": float("nan"), "agent": None, "more": pd.NA} for turn in PLAIN),
        [{**turn, "end": None, "source_turn": np.int64(n)} for n, turn in enumerate(PLAIN)],
    ],
)
def test_structs_are_read_however_an_engine_hands_them_out(turns: Any) -> None:
    assert read_one(calls(turns)) == read_one(calls(PLAIN))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pd.Timestamp("2026-03-02T09:05:00"), "2026-03-02T09:05:00"),
        (pd.Timestamp("2026-03-02T09:05:00", tz="UTC"), "2026-03-02T09:05:00+00:00"),
        (np.datetime64("2026-03-02T09:05:00"), "2026-03-02T09:05:00"),
        ("2026-03-02 09:05", "2026-03-02T09:05:00"),
        (pd.NaT, None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_starts_are_read_in_any_type(value: Any, expected: str | None) -> None:
    began = read_one(calls(PLAIN).assign(started_at=[value])).started_at
    assert (began and began.isoformat()) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(7, "7"), (7.0, "7"), ("7", "7"), (np.int64(7), "7")]
)
def test_ids_that_are_numbers_are_written_whole(value: Any, expected: str) -> None:
    assert read_one(calls(PLAIN).assign(id=[value])).call_id == expected


def test_one_call_that_cannot_be_read_is_skipped_and_the_others_are_audited() -> None:
    found = audit_frame(calls(PLAIN, None, [{"speaker": "agent"}], PLAIN), patterns_only=True)
    assert list(found["status"]) == ["clear", "skipped", "skipped", "clear"]
    assert list(found["call_id"]) == ["c0", "c1", "c2", "c3"]
    assert "turns: null" in found["reason"][1]
    assert "turns[0]: no text" in found["reason"][2]


def test_a_frame_of_other_columns_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="it has speaker, words: rename"):
        list(read_frame(pd.DataFrame({"speaker": ["a"], "words": ["b"]})))


def test_an_empty_frame_has_the_same_columns_and_types() -> None:
    empty, full = frame_of([], "d"), frame_of([SkippedCall("a", "p", "r", ("Zoë",))], "d")
    assert audit_frame(calls(), patterns_only=True).empty
    assert list(empty.dtypes) == list(full.dtypes)


def test_words_are_redacted_unless_asked_not_to() -> None:
    last = {"speaker": "agent", "text": "Fine, the card is 4111 1111 1111 1111. Bye."}
    frame = calls([*TURNS[:4], last])
    hidden = audit_frame(frame, patterns_only=True)
    shown = audit_frame(frame, patterns_only=True, reveal=True)
    assert "refusal-unresolved" in [each["rule"] for each in hidden["findings"][0]]
    assert "4111" in str(shown["findings"][0])
    assert "4111" not in str(hidden["findings"][0])


def test_the_schema_for_spark_names_the_columns() -> None:
    outside = re.sub(
        r"<[^<>]*>", "", re.sub(r"<[^<>]*>", "", re.sub(r"<[^<>]*>", "", SPARK_SCHEMA))
    )
    assert tuple(each.split()[0] for each in outside.split(", ")) == COLUMNS


def test_parquet_takes_the_frame_with_its_nested_columns(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    found = audit_frame(calls(TURNS, PLAIN), patterns_only=True)
    found.drop(columns="rules").to_parquet(tmp_path / "a.parquet")
    again = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert again[0]["findings"] == found["findings"][0]
