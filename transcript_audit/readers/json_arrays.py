"""JSON arrays, element by element: memory for the longest of them, however many there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from transcript_audit.errors import ReadError
from transcript_audit.readers.json_values import Doubts, tell_depth, tell_fault

_AT_ONCE = 1 << 17
"""Characters read at once, at least."""

_LONGEST_TOKEN = 16
"""Characters before the end of what is read within which a fault may be a token cut in two.

Of all but strings, "-Infinity" is the longest token of which a part is none.
"""

_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True, slots=True)
class Element:
    """An element of an array, or the fault that ends it.

    Attributes:
        value: as `json.loads` gives it.
        text: as it is written; "" for the fault that ends the array.
        problem: why it cannot be read, or None.
    """

    value: object
    text: str
    problem: ReadError | None = None


def read_elements(path: str, lines: TextIO, at_once: int = _AT_ONCE) -> Iterator[Element]:
    """The elements of the array that `lines` hold, as they are read.

    An element is whole once the comma or bracket after it is read. Where the text is no JSON, what
    stands before is given all the same, and then one element that says where the fault is. A value
    that is JSON, but in doubt (a key twice, a number too long), is a problem of that element alone.

    Args:
        at_once: characters to read at once, at least; more where an element is longer, so that
            reading it takes time in proportion to its length.
    """
    window = _Window(lines, at_once)
    number = 0
    try:
        for number, (value, text, problem) in enumerate(_read_values(window), 1):
            yield Element(
                value, text, ReadError(path, problem, f"call {number}") if problem else None
            )
    except json.JSONDecodeError as error:
        fault = tell_fault(path, error, window.line, window.before)
    except RecursionError:
        fault = tell_depth(path, window.line + window.text.count("\n", 0, window.start))
    else:
        return
    if number:
        rest = "the calls from there on are not read"
        fault = ReadError(path, f"{fault.problem}; {rest}", fault.place)
    yield Element(None, "", fault)


def _read_values(window: _Window) -> Iterator[tuple[object, str, str]]:
    """The values of an array, each as written too, and what is wrong with it, or "".

    Raises:
        json.JSONDecodeError, RecursionError: it is no JSON; as `json.loads` says it, of the
            window's text.
    """
    if window.next_sign() != "[":
        raise json.JSONDecodeError("Expecting value", window.text, window.start)
    window.start += 1
    decoder = _Decoder()
    if (sign := window.next_sign()) == "]":
        window.start += 1
    while sign != "]":
        window.next_sign()
        value, text, sign = _read_value(window, decoder)
        yield value, text, decoder.doubts.problem
    if window.next_sign():
        raise json.JSONDecodeError("Extra data", window.text, window.start)


def _read_value(window: _Window, decoder: _Decoder) -> tuple[object, str, str]:
    """The value at the window's start, as written too, and the sign after it: a comma or "]"."""
    while True:
        try:
            return _take_value(window, decoder)
        except json.JSONDecodeError as fault:
            # Kept beyond this, it would keep the window's text, in a circle with this frame.
            if window.ended or _is_settled(fault):
                raise
        window.read_on()


def _take_value(window: _Window, decoder: _Decoder) -> tuple[object, str, str]:
    start = window.start
    value, end = decoder.read_value(window.text, start)
    after = _end_of_space(window.text, end)
    sign = window.text[after : after + 1]
    if sign not in {",", "]"}:
        raise json.JSONDecodeError("Expecting ',' delimiter", window.text, after)
    window.start = after + 1
    return value, window.text[start:end], sign


def _is_settled(fault: json.JSONDecodeError) -> bool:
    """Whether it stays a fault whatever comes after the text; never for a string without end."""
    seen = len(fault.doc.rstrip()) - fault.pos
    return seen > _LONGEST_TOKEN and "Unterminated" not in fault.msg


def _end_of_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


class _Decoder:
    """What makes values of texts.

    Attributes:
        doubts: what it finds wrong with the value that it read last.
    """

    __slots__ = ("_careful", "_quick", "doubts")

    def __init__(self) -> None:
        self.doubts = Doubts()
        read_object, read_number = self.doubts.read_object, self.doubts.read_whole_number
        self._quick = json.JSONDecoder(object_pairs_hook=read_object)
        self._careful = json.JSONDecoder(object_pairs_hook=read_object, parse_int=read_number)

    def read_value(self, text: str, start: int) -> tuple[object, int]:
        """The value that begins at `start`, and where it ends; raises as `json.loads` does."""
        self.doubts.problem = ""
        try:
            return self._quick.raw_decode(text, start)
        except json.JSONDecodeError:
            raise
        except ValueError:
            # A number too long, which does not tell where the value ends; looking at each number
            # does, but takes longer.
            self.doubts.problem = ""
            return self._careful.raw_decode(text, start)


class _Window:
    """The part of a text that is in memory.

    Attributes:
        text: that part; without the space at its end once nothing comes after it.
        start: where in it stands what is not read yet.
        line: 1-based line of the whole in which it begins; before: characters before it there.
        ended: whether nothing comes after it.
    """

    __slots__ = ("_at_once", "_lines", "before", "ended", "line", "start", "text")

    def __init__(self, lines: TextIO, at_once: int) -> None:
        self._lines, self._at_once = lines, at_once
        self.text, self.start, self.ended = "", 0, False
        self.line, self.before = 1, 0

    def read_on(self) -> None:
        """Forget what stands before the start, and read as much as is left, or more."""
        gone, rest = self.text[: self.start], self.text[self.start :]
        self.line += gone.count("\n")
        last = gone.rfind("\n")
        self.before = len(gone) - last - 1 + (self.before if last < 0 else 0)
        more = self._lines.read(max(self._at_once, len(rest)))
        self.ended = not more
        self.text, self.start = rest + more if more else rest.rstrip(), 0

    def next_sign(self) -> str:
        """The next character that is no space, from where the window then starts; "" at the end.

        What only `str.strip` takes for space is none, except at the end of the text.
        """
        while True:
            found = _end_of_space(self.text, self.start)
            sign = self.text[found : found + 1]
            if self.ended or sign.strip() or self.text[found:].strip():
                self.start = found
                return sign
            self.read_on()
