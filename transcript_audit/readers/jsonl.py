"""Canonical JSON: one call an object; a line each (JSONL), alone, or in an array."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript, Utterance
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document, skip, stem_of
from transcript_audit.readers.times import TIME_FORMS, read_moment, read_seconds
from transcript_audit.readers.words import clean, quoted, split_names

_EXPECTED = 'expected {"id": ..., "turns": [{"speaker": ..., "text": ...}, ...]}'
_JSON_START = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\[{\"\]]|$))")
_JSON_LINE = re.compile(r"^\s*\{\s*\"", re.M)


def detect_json(sample: str, options: ReadOptions) -> bool:
    """Whether `sample` begins like JSON, or like JSONL whose first line is damaged."""
    return bool(_JSON_START.match(sample)) or len(_JSON_LINE.findall(sample)) > 1


def read_jsonl(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a JSON or JSONL document; a call that cannot be read is skipped alone.

    JSONL is read line by line, in memory for one line.

    Raises:
        ReadError: it is neither JSONL, nor one JSON object, nor an array of them.
    """
    if _is_one_value(document.sample):
        numbered: Iterator[tuple[int, int | None, object]] = _read_whole(document)
    else:
        numbered = _read_lines(document)
    for number, line, value in numbered:
        default_id = f"{document.default_id}#{number}" if number else document.default_id
        call_id = default_id
        try:
            if isinstance(value, ReadError):
                raise value
            record = _require_object(document.path, value, _place(number, line))
            call_id = _read_id(record) or default_id
            yield transcript_from_record(
                record, document.path, number, line=line, default_id=default_id
            )
        except ReadError as error:
            yield skip(document.path, error, call_id)


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
        record: `{"id", "agent"?, "started_at"?, "turns": [{"speaker", "text", "start"?, "end"?,
            "agent"?}]}`. "agent" is a name, a list of names, or names with
            commas; for "Shah, Priya" see `split_names`.
        number: 1-based place among the calls of the source, or 0 where it is the only one.
        line: 1-based line of the source.
        default_id: call id where the record has none; by default the file's name and `number`.

    Raises:
        ReadError: the record breaks that shape; the place says where.
    """
    place = _place(number, line)
    if default_id is None:
        default_id = f"{stem_of(path)}#{number}" if number else stem_of(path)
    turns = record.get("turns")
    if not isinstance(turns, list):
        keys = ", ".join(quoted(key, 20) for key in list(record)[:6]) or "no keys"
        found = f"keys {keys}" if record else keys
        if "turns" in record:
            found = f"turns: {'null' if turns is None else quoted(turns)}"
        raise ReadError(
            path, f"no list of turns; found {found}; {_EXPECTED}; convert the export to it", place
        )
    utterances: list[Utterance] = []
    for index, turn in enumerate(turns):
        where = f"{place}: turns[{index}]" if place else f"turns[{index}]"
        utterance = _read_turn(path, _require_object(path, turn, where), index, where, line)
        if utterance.text:
            utterances.append(utterance)
    agents = _read_names(path, record, place, utterances)
    named = (*agents, *(said.agent_id for said in utterances))
    return Transcript(
        call_id=_read_id(record) or default_id,
        path=path,
        utterances=tuple(utterances),
        agent_ids=tuple(dict.fromkeys(name for name in named if name)),
        started_at=_read_start(path, record, place),
        format="jsonl",
    )


def _read_turn(
    path: str, turn: Mapping[str, object], number: int, where: str, line: int | None
) -> Utterance:
    if "text" not in turn:
        raise ReadError(path, f"no text; {_EXPECTED}", where)
    agent = _read_string(path, turn, "agent", where)
    return Utterance(
        number=number,
        speaker=_read_string(path, turn, "speaker", where),
        text=_read_string(path, turn, "text", where),
        start=_read_time(path, turn, "start", where),
        end=_read_time(path, turn, "end", where),
        agent_id=agent or None,
        line=line,
    )


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
        seconds = max(0.0, float(value)) if abs(value) < 1e12 else None
    if seconds is None or not math.isfinite(seconds):
        raise ReadError(
            path,
            f"{quoted(value)} is not a time; expected {TIME_FORMS}; correct it or leave it out",
            f"{where}.{key}",
        )
    return seconds


def _read_id(record: Mapping[str, object]) -> str:
    """The call id, or "": an id that is no string or whole number is as good as none."""
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


def _require_object(path: str, value: object, place: str) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    raise ReadError(path, f"{quoted(value)} is not an object; {_EXPECTED}", place)


def _place(number: int, line: int | None) -> str:
    return f"line {line}" if line else f"call {number}" if number else ""


def _is_one_value(sample: str) -> bool:
    """Whether one JSON value spans the whole document, rather than one a line.

    A damaged first line of JSONL is told from the first line of indented JSON by the next one,
    which again begins an object.
    """
    lines = [line for line in sample.split("\n") if line.strip()]
    if lines[0].lstrip().startswith("["):
        return True
    if len(lines) == 1:
        return False
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        return not lines[1].lstrip().startswith("{")
    return False


def _read_whole(document: Document) -> Iterator[tuple[int, int | None, object]]:
    value = _parse(document.path, document.lines.read(), 1)
    if isinstance(value, list):
        several = len(value) > 1
        yield from ((index * several, None, item) for index, item in enumerate(value, 1))
    else:
        yield 0, None, value


def _read_lines(document: Document) -> Iterator[tuple[int, int | None, object]]:
    lines = ((line, text) for line, text in enumerate(document.lines, 1) if text.strip())
    first = list(islice(lines, 2))
    several = len(first) > 1
    for number, (line, text) in enumerate(chain(first, lines), 1):
        try:
            yield number * several, line, _parse(document.path, text, line)
        except ReadError as error:
            yield number * several, line, error


def _parse(path: str, text: str, line: int) -> object:
    try:
        return json.loads(text.rstrip())
    except json.JSONDecodeError as error:
        cut = not text[error.pos :].strip() or "Unterminated" in error.msg
        advice = "it seems cut off; export it again" if cut else "correct it or export it again"
        raise ReadError(
            path,
            f"not JSON ({error.msg.removesuffix(' at')} at column {error.colno}); {advice}",
            f"line {line + error.lineno - 1}",
        ) from error
    except (ValueError, RecursionError) as error:
        problem = "a number too long" if isinstance(error, ValueError) else "nested too deeply"
        raise ReadError(path, f"not a call ({problem}); {_EXPECTED}", f"line {line}") from error
