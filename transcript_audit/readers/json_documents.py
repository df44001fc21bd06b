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
    converted_record,
    name_place,
    read_id,
    require_object,
    transcript_from_record,
)
from transcript_audit.readers.contacts import (
    GENESYS,
    find_places_of_parts,
    join_parts,
    may_hold_parts,
)
from transcript_audit.readers.json_arrays import read_elements
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.json_values import parse_value
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document, skip
from transcript_audit.readers.vendors import JSON_FORMATS
from transcript_audit.readers.vendors.turn_list import (
    TURN_LIST,
    is_turn,
    is_turn_list,
    may_be_line,
)

CANONICAL = "jsonl"

_JSON_START = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\[{\"\]]|$))")
_JSON_LINE = re.compile(r"^[^\S\n]*\{\s*\"", re.M)


def detect_json(sample: str, options: ReadOptions) -> bool:
    """Whether `sample` begins like JSON, or like JSONL whose first line is damaged."""
    return bool(_JSON_START.match(sample)) or len(_JSON_LINE.findall(sample)) > 1


def read_json(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a JSON or JSONL document; a call that cannot be read is skipped alone.

    JSONL is read line by line and an array element by element, in memory for one of them; a list
    of turns, in an array or not, is one call. Each value may be in any format of `JSON_FORMATS`,
    also one level down in an API's envelope; a value in none of them must be canonical. Where an
    array is broken off or damaged, the calls before are read, and one skipped call says where.

    Raises:
        ReadError: it is neither JSONL, nor one JSON object, nor an array of them.
    """
    if may_hold_parts(document.sample):
        yield from _join_values(document, options)
    else:
        for _, found in _read_values(document, options):
            yield from found


def _join_values(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a document, the parts of a conversation joined as soon as the last is read.

    The values' conversations are read once before, alone, to know which value is the last. What
    follows a fault in an array may hold a part of any, so that each is skipped.
    """
    parts, broken = _find_parts(document)
    waiting: dict[int, list[Transcript | SkippedCall]] = {}
    for place, found in _read_values(document, options):
        calls = [_refuse_part(call) if broken else call for call in found]
        if place not in parts:
            yield from join_parts(calls)
            continue
        conversation, last = parts[place]
        waiting.setdefault(last, []).extend(
            replace(call, call_id=conversation or call.call_id)
            if isinstance(call, SkippedCall)
            else call
            for call in calls
        )
        if place == last:
            yield from join_parts(waiting.pop(last))


def _find_parts(document: Document) -> tuple[dict[int, tuple[str, int]], bool]:
    """Which values hold parts of a conversation (see `find_places_of_parts`), and whether some may
    stand behind a fault that ends an array."""
    broken = False

    def texts() -> Iterator[str]:
        nonlocal broken
        for element in read_elements(document.path, document.lines):
            broken = not element.text
            yield element.text

    if not _is_one_value(document.sample):
        parts = find_places_of_parts(document.lines)
    else:
        parts = find_places_of_parts(texts()) if _is_array(document.sample) else {}
    document.lines.seek(0)
    return parts, broken


def _refuse_part(call: Transcript | SkippedCall) -> Transcript | SkippedCall:
    if isinstance(call, SkippedCall) or call.format != GENESYS:
        return call
    reason = (
        "another part of this conversation may stand where the file cannot be read, and the call "
        "is judged only whole; export it again"
    )
    return SkippedCall(call.call_id, call.path, reason, call.agent_ids)


def _read_values(
    document: Document, options: ReadOptions
) -> Iterator[tuple[int, Iterator[Transcript | SkippedCall]]]:
    """The calls of each value, with its line, or else its number."""
    if not _is_one_value(document.sample):
        numbered = _read_lines(document)
    elif _is_array_of_calls(document):
        numbered = _read_array(document)
    else:
        numbered = _read_whole(document)
    for number, line, value in numbered:
        default_id = f"{document.default_id}#{number}" if number else document.default_id
        if isinstance(value, ReadError):
            yield line or number, iter((skip(document.path, value, default_id),))
        else:
            item = _Item(value, number, line, default_id)
            yield line or number, _read_calls(document.path, item, options.input_format)


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
    if _is_array(sample):
        return True
    if len(lines) == 1:
        return False
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        return not lines[1].lstrip().startswith("{")
    return False


def _is_array_of_calls(document: Document) -> bool:
    """Whether the document is an array of calls, rather than a list of turns or no array.

    It is a turn list where there is a turn in it, unless a call is met first that could not be
    one of the lines of a turn list. A turn that comes after is then a skipped call of its own.
    Where neither is met, all of it is gone through, and each element is a call.
    """
    if not _is_array(document.sample):
        return False
    try:
        for element in read_elements(document.path, document.lines):
            if is_turn(element.value):
                return False
            if not may_be_line(element.value) and _is_call(element.value):
                return True
    finally:
        document.lines.seek(0)
    return True


def _is_call(value: object) -> bool:
    """Whether a value is in a format that is known."""
    if isinstance(value, dict) and "turns" in value:
        return True
    return any(format_ is not None for format_, _ in _find_format(Node(value, ""), None))


def _is_array(sample: str) -> bool:
    return sample.lstrip().startswith("[")


_Numbered = Iterator[tuple[int, int | None, object]]
"""Values, or why one can't be read, each with its number (0 for the only one) and line or None."""


def _read_whole(document: Document) -> _Numbered:
    yield 0, None, parse_value(document.path, document.lines.read(), 1)


def _read_array(document: Document) -> _Numbered:
    elements = read_elements(document.path, document.lines)
    first = list(islice(elements, 2))
    several = len(first) > 1
    for number, element in enumerate(chain(first, elements), 1):
        yield number * several, None, element.problem or element.value


def _read_lines(document: Document) -> _Numbered:
    lines = ((line, text) for line, text in enumerate(document.lines, 1) if text.strip())
    first = list(islice(lines, 2))
    several = len(first) > 1
    for number, (line, text) in enumerate(chain(first, lines), 1):
        try:
            yield number * several, line, parse_value(document.path, text, line)
        except ReadError as error:
            yield number * several, line, error
