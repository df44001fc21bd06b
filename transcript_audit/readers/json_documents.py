"""JSON documents: one value, an array of calls, or a call a line (JSONL), of any format we know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.canonical import (
    EXPECTED,
    converted_record,
    name_place,
    read_id,
    require_object,
    transcript_from_record,
)
from transcript_audit.readers.contacts import count_lines_of_parts, join_parts, may_hold_parts
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document, skip
from transcript_audit.readers.vendors import JSON_FORMATS
from transcript_audit.readers.vendors.turn_list import TURN_LIST, is_turn_list
from transcript_audit.readers.words import quoted

CANONICAL = "jsonl"

_JSON_START = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\[{\"\]]|$))")
_JSON_LINE = re.compile(r"^[^\S\n]*\{\s*\"", re.M)


def detect_json(sample: str, options: ReadOptions) -> bool:
    """Whether `sample` begins like JSON, or like JSONL whose first line is damaged."""
    return bool(_JSON_START.match(sample)) or len(_JSON_LINE.findall(sample)) > 1


def read_json(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a JSON or JSONL document; a call that cannot be read is skipped alone.

    JSONL is read line by line, in memory for one line. Each value may be in any format of
    `JSON_FORMATS`, also one level down in an API's envelope; a value in none of them must be
    canonical.

    Raises:
        ReadError: it is neither JSONL, nor one JSON object, nor an array of them.
    """
    calls = (each for _, found in _read_values(document, options) for each in found)
    if not may_hold_parts(document.sample):
        yield from calls
    elif _is_one_value(document.sample):
        yield from join_parts(list(calls))
    else:
        yield from _join_lines(document, options)


def _join_lines(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a JSONL document, each as soon as the last line that holds a part of it is read.

    The lines' conversations are read once before, alone, to know which line is the last.
    """
    parts = count_lines_of_parts(document.lines)
    document.lines.seek(0)
    waiting: dict[str, list[Transcript | SkippedCall]] = {}
    for line, calls in _read_values(document, options):
        if line not in parts:
            yield from join_parts(list(calls))
            continue
        conversation, is_last = parts[line]
        found = [
            replace(call, call_id=conversation) if isinstance(call, SkippedCall) else call
            for call in calls
        ]
        waiting.setdefault(conversation, []).extend(found)
        if is_last:
            yield from join_parts(waiting.pop(conversation))


def _read_values(
    document: Document, options: ReadOptions
) -> Iterator[tuple[int, Iterator[Transcript | SkippedCall]]]:
    """The calls of each value, with its line, or 0 for a value that has none of its own."""
    if _is_one_value(document.sample):
        numbered: Iterator[tuple[int, int | None, object]] = _read_whole(document)
    else:
        numbered = _read_lines(document)
    for number, line, value in numbered:
        default_id = f"{document.default_id}#{number}" if number else document.default_id
        if isinstance(value, ReadError):
            yield line or 0, iter((skip(document.path, value, default_id),))
        else:
            item = _Item(value, number, line, default_id)
            yield line or 0, _read_calls(document.path, item, options.input_format)


@dataclass(frozen=True, slots=True)
class _Item:
    """One value of a document: its 1-based number (0 for the only one) and line, or None."""

    value: object
    number: int
    line: int | None
    default_id: str


def _read_calls(path: str, item: _Item, asked: str | None) -> Iterator[Transcript | SkippedCall]:
    """The calls in one value; what cannot be read is a skipped call."""
    node = Node(item.value, path, root=name_place(item.number, item.line))
    for format_, found in _find_format(node, asked):
        call_id = item.default_id
        try:
            own = converted_record(found.value) if isinstance(found.value, dict) else None
            if format_ is not None and own is None:
                yield from format_.read(found, item.default_id)
                continue
            record = own or require_object(path, item.value, node.root)
            call_id = read_id(record) or item.default_id
            call = transcript_from_record(
                record, path, item.number, line=item.line, default_id=item.default_id
            )
            yield replace(call, format=format_.name) if format_ is not None else call
        except ReadError as error:
            yield skip(path, error, call_id)


def _find_format(node: Node, asked: str | None) -> list[tuple[JsonFormat | None, Node]]:
    """The format of a value, or of the values one level down in it; None for canonical.

    Args:
        asked: the format that the user names, or None.
    """
    if asked not in (None, CANONICAL):
        format_ = _format_named(asked)
        inner = [each for each in _unwrap(node) if _is_in(format_, each)]
        outer = _is_in(format_, node) or not inner
        return [(format_, each) for each in ([node] if outer else inner)]
    if asked == CANONICAL or (isinstance(node.value, dict) and "turns" in node.value):
        return [(None, node)]
    if is_turn_list(node.value):
        return [(_format_named(TURN_LIST), node)]
    for each in (node, *_unwrap(node)):
        for format_ in JSON_FORMATS:
            if _is_in(format_, each):
                same = [other for other in _unwrap(node) if _is_in(format_, other)]
                return [(format_, other) for other in ([node] if each is node else same)]
    return [(None, node)]


def _format_named(name: str) -> JsonFormat:
    return next(each for each in JSON_FORMATS if each.name == name)


def _is_in(format_: JsonFormat, node: Node) -> bool:
    return isinstance(node.value, dict) and format_.matches(node.value)


def _unwrap(node: Node) -> list[Node]:
    """What an envelope may hold: the objects one level down, also those in lists."""
    if not isinstance(node.value, dict):
        return []
    found: list[Node] = []
    for key in node.value:
        inner = node.maybe(key)
        if inner is not None and isinstance(inner.value, dict):
            found.append(inner)
        elif inner is not None and isinstance(inner.value, list):
            found += [each for each in inner.each() if isinstance(each.value, dict)]
    return found


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
    if isinstance(value, list) and not is_turn_list(value):
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


class _TwiceError(Exception):
    """A key stands twice in an object; nobody can tell which value is meant."""


def _read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in pairs:
            if repr(value) != repr(found[key]):
                raise _TwiceError(key)
    return found


def _parse(path: str, text: str, line: int) -> object:
    try:
        return json.loads(text.rstrip(), object_pairs_hook=_read_object)
    except _TwiceError as error:
        problem = f"key {quoted(error)} twice in one object, with two values; correct it or export"
        raise ReadError(path, f"{problem} it again", f"line {line}") from error
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
        raise ReadError(path, f"not a call ({problem}); {EXPECTED}", f"line {line}") from error
