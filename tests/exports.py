"""Vendors' exports for the tests of their readers: read, broken on purpose, and genuine."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from transcript_audit.errors import ReadError
from transcript_audit.model import STATED_FIGURES, SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.vendors import JSON_FORMATS

Record = dict[str, Any]
Way = Sequence[str | int]
Maker = Callable[[], Record]

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "formats"
FORMATS = {row.name: row for row in JSON_FORMATS}

# --- reading ----------------------------------------------------------------------------------


def read_text(text: str, **options: Any) -> list[Transcript | SkippedCall]:
    """What comes out of a file of that text."""
    return list(read_transcripts(["-"], ReadOptions(**options), io.BytesIO(text.encode())))


def read(record: object, **options: Any) -> list[Transcript | SkippedCall]:
    """What comes out of a record on several lines; on one it must read the same."""
    calls = read_text(json.dumps(record, indent=1), **options)
    on_one_line = read_text(json.dumps(record), **options)
    assert [*map(_without_line, on_one_line)] == [*map(_without_line, calls)], on_one_line
    return calls


def _without_line(call: Transcript | SkippedCall) -> Transcript | SkippedCall:
    """A call that stands on the first line, without the number of that line."""
    if isinstance(call, SkippedCall):
        return replace(call, reason=call.reason.removeprefix("line 1: "))
    return replace(call, utterances=tuple(replace(each, line=None) for each in call.utterances))


def read_all(record: object, **options: Any) -> list[Transcript]:
    """The calls of a record, none of them skipped."""
    calls = read(record, **options)
    assert calls
    return [as_transcript(call) for call in calls]


def read_one(record: object, **options: Any) -> Transcript:
    """The only call of a record."""
    (call,) = read_all(record, **options)
    return call


def skip_reason(record: object, **options: Any) -> str:
    """Why a record is skipped."""
    (call,) = read(record, **options)
    return reason_of(call)


def cut_off_reason(text: str) -> str:
    """Why a file that breaks off after `text` is skipped."""
    (call,) = read_text(text)
    return reason_of(call)


def as_transcript(call: Transcript | SkippedCall) -> Transcript:
    """A call that was not skipped."""
    assert isinstance(call, Transcript), call
    return call


def reason_of(call: Transcript | SkippedCall) -> str:
    """Why a call was skipped: one line, without the secrets that the fixtures' addresses hold."""
    assert isinstance(call, SkippedCall), call
    assert "\n" not in call.reason
    assert not re.search("s[e3]cret", call.reason, re.IGNORECASE), call
    return call.reason


def matching(record: Record) -> list[str]:
    """The names of the formats that a record is in."""
    return [row.name for row in JSON_FORMATS if row.matches(record)]


# --- what a call holds ------------------------------------------------------------------------


def said(call: Transcript) -> list[tuple[str, str]]:
    """Who says what."""
    return [(each.speaker, each.text) for each in call.utterances]


def speakers(call: Transcript) -> list[str]:
    """The label of each utterance."""
    return [each.speaker for each in call.utterances]


def texts(call: Transcript) -> list[str]:
    """The words of each utterance."""
    return [each.text for each in call.utterances]


def times(call: Transcript) -> list[tuple[float | None, float | None]]:
    """When each utterance begins and ends."""
    return [(each.start, each.end) for each in call.utterances]


def timeline(call: Transcript) -> list[tuple[str, str, float | None, float | None]]:
    """Who says what, from when, until when."""
    return [(each.speaker, each.text, each.start, each.end) for each in call.utterances]


def agents(call: Transcript) -> list[str | None]:
    """The agent's id of each utterance."""
    return [each.agent_id for each in call.utterances]


def words_by_speaker(lines: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """All words of each speaker, in order."""
    found: dict[str, list[str]] = {}
    for speaker, text in lines:
        found.setdefault(speaker, []).extend(text.split())
    return found


# --- records that are broken ------------------------------------------------------------------

ODD_VALUES: tuple[object, ...] = (
    *(None, True, 0, -1, -5, 0.5, 1.5, 1e17, 1e300, 10**400, float("nan"), float("inf")),
    *("", " ", "\n", "x", "\ud800", "None", "agent", "Agent: a", "1", "9" * 400, "1e9", "1e999"),
    *("1s", "-1s", "PT", "2026-03-04", "0001-01-01", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59+00:00", [], [[]], [None], [None, 1], [1], [{}], {}, {"": None}),
    *({"": 0}, {"a": 1}, {"seconds": "x"}, {"seconds": 1e17}),
)
"""What is no text, number, time, list or object that any format expects, or only just one."""

_ANY_VALUES = st.one_of(st.integers(), st.floats(), st.text(max_size=5))


def replaced(record: Any, way: Way, value: object) -> Any:
    """A copy of a record with `value` at the end of `way`."""
    record = copy.deepcopy(record)
    _inside(record, way[:-1])[way[-1]] = value
    return record


def mangled(record: object, data: st.DataObject, odd: Sequence[object] = ()) -> Any:
    """A copy of a record with a few things in it dropped, doubled or replaced.

    `odd` are values to put in besides those that are odd in every format.
    """
    record = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 4))):
        ways = list(_ways(record))
        if not ways:
            break
        *outer, last = data.draw(st.sampled_from(ways))
        inner: Any = _inside(record, outer)
        match data.draw(st.sampled_from(["drop", "double", "odd", "any"])):
            case "drop":
                del inner[last]
            case "double" if isinstance(last, int):
                inner.append(copy.deepcopy(inner[last]))
            case "any":
                inner[last] = data.draw(_ANY_VALUES)
            case _:
                value = data.draw(st.sampled_from((*ODD_VALUES, *odd)))
                inner[last] = copy.deepcopy(value)
    return record


def check_broken(record: Any, *names: str) -> None:
    """Read a broken record, as each of the formats `names` and as whatever it may be.

    Nothing but a read error may come out of the formats, and nothing at all out of the readers;
    what is read all the same must be sound.
    """
    if isinstance(record, dict):
        # Also the rows after the first that matches may meet anything.
        matching(record)
    calls: list[Transcript | SkippedCall] = []
    for text in (json.dumps(record, indent=1), json.dumps(record)):
        read_calls = read_text(text)
        assert read_calls, text
        calls += read_calls
    for name in names:
        try:
            found = list(FORMATS[name].read(Node(record, "a.json"), "a"))
        except ReadError:
            continue
        # Only Gong's answer is a list of calls that may be empty.
        assert found or name == "gong", name
        calls += found
    for call in calls:
        assert call.call_id, call
        if isinstance(call, SkippedCall):
            assert call.reason, call
            continue
        assert all(text == text.strip() != "" for text in texts(call)), call
        assert all((each.start or 0.0) >= 0.0 for each in call.utterances), call
        assert [each.number for each in call.utterances] == list(range(len(call.utterances))), call
        assert set(call.stated) <= set(STATED_FIGURES), call


def _ways(value: object, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to every value inside one."""
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, each in inner:
        yield (*way, key)
        yield from _ways(each, (*way, key))


def _inside(record: Any, way: Way) -> Any:
    for step in way:
        record = record[step]
    return record


# --- genuine samples --------------------------------------------------------------------------


def sample(name: str) -> Any:
    """A genuine sample; without the samples beside the repository the test is left out."""
    return json.loads(_sample_path(name).read_text(encoding="utf-8"))


def read_sample(name: str) -> tuple[Any, Transcript]:
    """A genuine sample and the only call in it."""
    (call,) = read_transcripts([str(_sample_path(name))])
    return sample(name), as_transcript(call)


def _sample_path(name: str) -> Path:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"no {name} beside the repository")
    return path
