"""Converted calls come back as they were: canonical JSON, vCon and Parquet."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcript_audit.model import STATED_FIGURES, SkippedCall, Transcript, Utterance
from transcript_audit.readers import read_transcripts, transcript_from_record
from transcript_audit.readers.words import clean
from transcript_audit.writers.canonical import transcript_line, transcript_record
from transcript_audit.writers.parquet import ROWS, write_parquet
from transcript_audit.writers.vcon import is_converted, vcon_document

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)

words = st.text(max_size=30).map(clean)
said = words.filter(bool)
seconds = st.none() | st.floats(0, 1e6)
zones = st.none() | st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    numbers = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=6, unique=True))
    utterances = tuple(
        Utterance(
            number=number,
            speaker=draw(st.sampled_from(["agent", "Customer", "spk_0", "Kim"]) | words),
            text=draw(said),
            start=draw(seconds),
            end=draw(seconds),
            agent_id=draw(st.none() | said),
        )
        for number in numbers
    )
    # Who is named for a turn is named for the call.
    agents = [*draw(st.lists(said, max_size=3)), *(each.agent_id for each in utterances)]
    figures = st.dictionaries(st.sampled_from(STATED_FIGURES), st.floats(0, 1e6))
    return Transcript(
        call_id=draw(said),
        path="-",
        utterances=utterances,
        agent_ids=tuple(dict.fromkeys(filter(None, agents))),
        started_at=draw(st.none() | st.datetimes(timezones=zones)),
        stated=draw(figures),
    )


def nouns(call: Transcript | SkippedCall) -> Transcript:
    """The call without where it was read from."""
    assert isinstance(call, Transcript), call
    utterances = tuple(replace(each, line=None) for each in call.utterances)
    return replace(call, path="-", format="", utterances=utterances)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("converted")


def read_back(path: Path) -> Iterator[Transcript]:
    return map(nouns, read_transcripts([str(path)]))


@given(call=transcripts())
def test_a_call_comes_back_from_canonical_json_as_it_was(call: Transcript, folder: Path) -> None:
    path = folder / "call.jsonl"
    path.write_text(transcript_line(call), encoding="utf-8")
    assert list(read_back(path)) == [call]


@given(call=transcripts())
def test_a_call_comes_back_from_a_vcon_as_it_was(call: Transcript, folder: Path) -> None:
    path = folder / "call.vcon.json"
    path.write_text(vcon_document(call, NOW, {"call_id": "x"}), encoding="utf-8")
    assert list(read_back(path)) == [call]
    assert next(iter(read_transcripts([str(path)]))).format == "vcon"  # type: ignore[union-attr]


@settings(max_examples=30)
@given(calls=st.lists(transcripts(), max_size=3))
def test_calls_come_back_from_parquet_as_they_were(calls: list[Transcript], folder: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    out = io.BytesIO()
    write_parquet(calls, out)
    rows = pq.read_table(io.BytesIO(out.getvalue())).to_pylist()
    assert [nouns(transcript_from_record(row, "-")) for row in rows] == calls
    if calls:
        path = folder / "calls.parquet"
        path.write_bytes(out.getvalue())
        same = {call.call_id: call for call in reversed(calls)}
        back = {call.call_id: call for call in read_back(path)}
        assert {each: back[each] for each in same} == same


def test_parquet_holds_more_calls_than_are_kept_in_memory() -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    said = (Utterance(0, "agent", "Hello."),)
    out = io.BytesIO()
    write_parquet((Transcript(f"c{number}", "-", said) for number in range(ROWS + 1)), out)
    assert pq.ParquetFile(io.BytesIO(out.getvalue())).metadata.num_rows == ROWS + 1


def test_the_record_has_only_what_is_known() -> None:
    call = Transcript("c1", "x.txt", (Utterance(0, "A", "Hi."), Utterance(2, "B", "Yes.")))
    turns = [
        {"speaker": "A", "text": "Hi."},
        {"speaker": "B", "text": "Yes.", "source_turn": 2},
    ]
    assert transcript_record(call) == {"id": "c1", "turns": turns}


def make_vcon(call: Transcript, findings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return json.loads(vcon_document(call, NOW, findings))


def test_a_vcon_names_its_parties_and_who_of_them_speaks() -> None:
    lines = (
        Utterance(0, "agent", "Hello.", 0.0, 1.0, "Kim"),
        Utterance(1, "customer", "Hi.", 1.0, 2.0),
        Utterance(2, "spk_7", "Hm.", 2.0, 3.0),
    )
    stated = {"duration_seconds": 3.5}
    call = Transcript("c1", "-", lines, ("Kim", "Lee"), NOW, stated=stated)
    vcon = make_vcon(call)
    assert vcon["parties"] == [
        {"name": "Kim", "role": "agent"},
        {"role": "customer"},
        {"name": "spk_7"},
        {"name": "Lee", "role": "agent"},
    ]
    assert vcon["dialog"] == [
        {
            "type": "recording",
            "parties": [0, 1, 2],
            "start": "2026-03-04T09:30:00+00:00",
            "duration": 3.5,
        }
    ]
    assert [each["type"] for each in vcon["analysis"]] == ["transcript"]
    assert make_vcon(call)["uuid"] == vcon["uuid"]
    assert make_vcon(replace(call, call_id="c2"))["uuid"] != vcon["uuid"]


def test_a_vcon_keeps_the_audit_as_an_analysis() -> None:
    call = Transcript("c1", "-", (Utterance(0, "agent", "Hello."),))
    findings = make_vcon(call, {"call_id": "c1", "findings": []})["analysis"][1]
    assert findings["type"] == "findings"
    assert findings["vendor"] == "transcript-audit"
    assert json.loads(findings["body"]) == {"call_id": "c1", "findings": []}


def test_a_vcon_of_ours_can_be_read_without_knowing_our_schema(tmp_path: Path) -> None:
    lines = (Utterance(0, "agent", "Hello.", 0.0, 1.0, "Kim"), Utterance(1, "customer", "Hi.", 1.5))
    vcon = make_vcon(Transcript("c1", "-", lines, ("Kim",), NOW))
    for analysis in vcon["analysis"]:
        analysis["schema"] = "another"
    path = tmp_path / "call.vcon.json"
    path.write_text(json.dumps(vcon), encoding="utf-8")
    (call,) = read_back(path)
    assert call.utterances == lines
    assert call.started_at == NOW


@pytest.mark.parametrize(
    "body", ["{", "[]", "{}", '{"utterances": 3}', "[" * 100_000], ids=lambda body: body[:20]
)
def test_a_vcon_of_ours_with_a_broken_transcript_is_skipped(body: str, tmp_path: Path) -> None:
    vcon = make_vcon(Transcript("c1", "-", (Utterance(0, "agent", "Hello."),)))
    vcon["analysis"][0]["body"] = body
    path = tmp_path / "call.vcon.json"
    path.write_text(json.dumps(vcon), encoding="utf-8")
    (call,) = read_transcripts([str(path)])
    assert isinstance(call, SkippedCall)


@pytest.mark.parametrize("value", ["three", -1, True, float("inf"), [1]])
def test_a_stated_figure_that_is_none_is_refused_with_its_place(
    value: object, tmp_path: Path
) -> None:
    path = tmp_path / "call.json"
    record = {"turns": [{"speaker": "A", "text": "Hi."}], "stated": {"silence_seconds": value}}
    path.write_text(json.dumps(record), encoding="utf-8")
    (call,) = read_transcripts([str(path)])
    assert isinstance(call, SkippedCall)
    assert "stated.silence_seconds" in call.reason


def test_a_vcon_of_ours_is_known_and_one_that_others_added_to_is_not() -> None:
    call = Transcript("c1", "-", (Utterance(0, "agent", "Hello."),))
    for findings in (None, {"call_id": "c1"}):
        assert is_converted(vcon_document(call, NOW, findings).encode())
    more = make_vcon(call) | {"attachments": []}
    renamed = make_vcon(call) | {"subject": "c2"}
    analysed = make_vcon(call)
    analysed["analysis"].append({"type": "summary", "vendor": "another"})
    for document in (more, renamed, analysed, [], {}, "x"):
        assert not is_converted(json.dumps(document).encode())
    assert not is_converted(b"\xff{")
