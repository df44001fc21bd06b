"""Canonical JSON: one call an object; a line each (JSONL), alone, or in an array."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from transcript_audit.errors import ReadError
from transcript_audit.model import STATED_FIGURES, Transcript, Utterance
from transcript_audit.readers.sources import stem_of
from transcript_audit.readers.times import TIME_FORMS, read_moment, read_seconds
from transcript_audit.readers.words import clean, quoted, split_names

EXPECTED = 'expected {"id": ..., "turns": [{"speaker": ..., "text": ...}, ...]}'

VENDOR = "transcript-audit"
TRANSCRIPT_SCHEMA = "transcript-audit/canonical/1"
"""By these a vCon's analysis and a Parquet file are known to hold records that we wrote."""

LARGEST = 1e12
"""Seconds, or anything else that is counted in a call: none is as large."""


def transcript_from_record(
    record: Mapping[str, object],
    path: str,
    number: int = 0,
    *,
    line: int | None = None,
    default_id: str | None = None,
) -> Transcript:
    """The transcript that a canonical JSON object holds; unknown keys are kept out of the way.

    Args:
        record: `{"id", "agent"?, "started_at"?, "stated"?, "turns": [{"speaker", "text",
            "start"?, "end"?, "agent"?, "source_turn"?}]}`. "agent" is a name, a list of names, or
            names with commas; for "Shah, Priya" see `split_names`. "source_turn" is the turn's
            number in what this was converted from, by default its place; "stated" holds
            figures by the names of `STATED_FIGURES`.
        number: 1-based place among the calls of the source, or 0 where it is the only one.
        line: 1-based line of the source.
        default_id: call id where the record has none; by default the file's name and `number`.

    Raises:
        ReadError: the record breaks that shape; the place says where.
    """
    place = name_place(number, line)
    if default_id is None:
        default_id = f"{stem_of(path)}#{number}" if number else stem_of(path)
    turns = record.get("turns")
    if not isinstance(turns, list):
        keys = ", ".join(quoted(key, 20) for key in list(record)[:6]) or "no keys"
        found = f"keys {keys}" if record else keys
        if "turns" in record:
            found = f"turns: {'null' if turns is None else quoted(turns)}"
        raise ReadError(
            path, f"no list of turns; found {found}; {EXPECTED}; convert the export to it", place
        )
    utterances: list[Utterance] = []
    for index, turn in enumerate(turns):
        where = f"{place}: turns[{index}]" if place else f"turns[{index}]"
        utterance = _read_turn(path, require_object(path, turn, where), index, where, line)
        if utterance.text:
            utterances.append(utterance)
    agents = _read_names(path, record, place, utterances)
    named = (*agents, *(said.agent_id for said in utterances))
    return Transcript(
        call_id=read_id(record) or default_id,
        path=path,
        utterances=tuple(utterances),
        agent_ids=tuple(dict.fromkeys(name for name in named if name)),
        started_at=_read_start(path, record, place),
        format="jsonl",
        stated=_read_figures(path, record, place),
    )


def converted_record(record: Mapping[str, object]) -> Mapping[str, object] | None:
    """The canonical record in a vCon that this program wrote, or None for any other object."""
    analyses = record.get("analysis")
    for each in analyses if isinstance(analyses, list) else ():
        if not isinstance(each, dict) or each.get("vendor") != VENDOR:
            continue
        body = each.get("body")
        if each.get("schema") == TRANSCRIPT_SCHEMA and isinstance(body, str):
            try:
                held = json.loads(body)
            except (ValueError, RecursionError):
                return None
            if isinstance(held, dict) and isinstance(held.get("utterances"), list):
                return {**held, "turns": held["utterances"]}
    return None


def _read_turn(
    path: str, turn: Mapping[str, object], place: int, where: str, line: int | None
) -> Utterance:
    if "text" not in turn:
        raise ReadError(path, f"no text; {EXPECTED}", where)
    agent = _read_string(path, turn, "agent", where)
    return Utterance(
        number=_read_number(turn, place),
        speaker=_read_string(path, turn, "speaker", where),
        text=_read_string(path, turn, "text", where),
        start=_read_time(path, turn, "start", where),
        end=_read_time(path, turn, "end", where),
        agent_id=agent or None,
        line=line,
    )


def _read_number(turn: Mapping[str, object], place: int) -> int:
    """The number that a conversion kept, else the turn's place."""
    number = turn.get("source_turn")
    kept = isinstance(number, int) and not isinstance(number, bool) and number >= 0
    return number if kept else place  # type: ignore[return-value]


def _read_figures(path: str, record: Mapping[str, object], place: str) -> dict[str, float]:
    """The figures stated of the call; keys that are none are kept out of the way."""
    held = record.get("stated")
    if not isinstance(held, dict):
        return {}
    figures: dict[str, float] = {}
    for name in STATED_FIGURES:
        value = held.get(name)
        if value is None:
            continue
        real = isinstance(value, int | float) and not isinstance(value, bool)
        if not real or not 0 <= value < LARGEST:
            raise ReadError(
                path,
                f"{quoted(value)} is not a figure; expected a number from 0 up; correct it or "
                "leave it out",
                f"{place}: stated.{name}" if place else f"stated.{name}",
            )
        figures[name] = float(value)
    return figures


def _read_string(path: str, record: Mapping[str, object], key: str, where: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if key != "text" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ReadError(path, f"{quoted(value)} is not text; expected a string", f"{where}.{key}")


def _read_time(path: str, turn: Mapping[str, object], key: str, where: str) -> float | None:
    value = turn.get(key)
    if value is None or value == "":
        return None
    seconds: float | None = None
    if isinstance(value, str):
        seconds = read_seconds(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # A whole number may be too large for a float.
        seconds = max(0.0, float(value)) if abs(value) < LARGEST else None
    if seconds is None or not math.isfinite(seconds):
        raise ReadError(
            path,
            f"{quoted(value)} is not a time; expected {TIME_FORMS}; correct it or leave it out",
            f"{where}.{key}",
        )
    return seconds


def read_id(record: Mapping[str, object]) -> str:
    """The call id of a record, or "": one that is no string or whole number is as good as none."""
    for key in ("id", "call_id"):
        value = record.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and clean(str(value)):
            return clean(str(value))
    return ""


def _read_names(
    path: str, record: Mapping[str, object], place: str, utterances: Sequence[Utterance]
) -> tuple[str, ...]:
    value = record.get("agent")
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(dict.fromkeys(filter(None, map(clean, value))))
    return split_names(_read_string(path, record, "agent", place or "call"), utterances)


def _read_start(path: str, record: Mapping[str, object], place: str) -> datetime | None:
    text = _read_string(path, record, "started_at", place or "call")
    moment = read_moment(text)
    if text and moment is None:
        raise ReadError(
            path,
            f"{quoted(text)} is not a date; expected one such as 2026-03-04T09:30:00; "
            "correct it or leave it out",
            f"{place}: started_at" if place else "started_at",
        )
    return moment


def require_object(path: str, value: object, place: str) -> Mapping[str, object]:
    """`value`, which must be a JSON object.

    Raises:
        ReadError: it is none.
    """
    if isinstance(value, dict):
        return value
    raise ReadError(path, f"{quoted(value)} is not an object; {EXPECTED}", place)


def name_place(number: int, line: int | None) -> str:
    """Where in its source a call stands: its line, else its number, else ""."""
    return f"line {line}" if line else f"call {number}" if number else ""
