"""Values inside a JSON document, each with its place, so that every complaint says where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from transcript_audit.errors import ReadError
from transcript_audit.readers.times import TIME_FORMS, read_seconds
from transcript_audit.readers.words import clean, quoted

_LARGEST = 1e18
"""Epoch microseconds fit; nothing a transcript counts is larger."""


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value.

    Attributes:
        path: the source.
        place: where in its value ("results.channels[0]"; "" for the whole).
        root: where in the source that value stands ("line 3"; "" for the only one).
    """

    value: object
    path: str
    place: str = ""
    root: str = ""

    def error(self, problem: str) -> ReadError:
        """A complaint about this value."""
        return ReadError(self.path, problem, ": ".join(filter(None, (self.root, self.place))))

    def at(self, key: str) -> Node:
        """The value of `key`.

        Raises:
            ReadError: this is no object, or has no such key.
        """
        found = self.maybe(key)
        if found is None:
            raise self.error(f"no {quoted(key)}; expected an object that has it; export it again")
        return found

    def maybe(self, key: str) -> Node | None:
        """The value of `key`, or None where it is absent or null.

        Raises:
            ReadError: this is no object.
        """
        if not isinstance(self.value, dict):
            raise self.error(f"{quoted(self.value)} is not an object; expected one with {key!r}")
        found = self.value.get(key)
        return None if found is None else replace(self, value=found, place=self._below(key))

    def first(self, *keys: str) -> Node | None:
        """The value of the first of `keys` that is there and not null."""
        return next((found for key in keys if (found := self.maybe(key)) is not None), None)

    def each(self) -> Iterator[Node]:
        """The items of this list.

        Raises:
            ReadError: this is no list.
        """
        if not isinstance(self.value, list):
            raise self.error(f"{quoted(self.value)} is not a list; expected one")
        for number, item in enumerate(self.value):
            yield replace(self, value=item, place=f"{self.place}[{number}]")

    def each_at(self, key: str) -> Iterator[Node]:
        """The items of the list at `key`; none where it is absent or null."""
        found = self.maybe(key)
        return iter(()) if found is None else found.each()

    def text(self) -> str:
        """These words, cleaned; a whole number as its digits.

        Raises:
            ReadError: this is neither.
        """
        if isinstance(self.value, str):
            return clean(self.value)
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        raise self.error(f"{quoted(self.value)} is not text; expected a string")

    def text_at(self, *keys: str) -> str:
        """The text of the first of `keys` that is there; "" where none is."""
        found = self.first(*keys)
        return "" if found is None else found.text()

    def number(self) -> float:
        """This number, finite; written as a string too, as some vendors do.

        Raises:
            ReadError: it is none.
        """
        value = self.value
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                value = None
        real = isinstance(value, int | float) and not isinstance(value, bool)
        # The bound goes first: a whole number may be too large for a float.
        if real and abs(value) <= _LARGEST and math.isfinite(value):  # type: ignore[arg-type]
            return float(value)  # type: ignore[arg-type]
        raise self.error(f"{quoted(self.value)} is not a number; expected one")

    def seconds(self, unit: float = 1.0) -> float:
        """This time in seconds, 0 or more.

        Args:
            unit: seconds that 1 stands for (0.001 for milliseconds, 1e-7 for 100 ns ticks);
                strings that carry their own unit ("1.3s", "PT2.5S", "00:01:02.5") keep it.

        Raises:
            ReadError: it is no time.
        """
        if isinstance(self.value, str):
            seconds = read_seconds(self.value, unit)
            if seconds is None:
                problem = f"{quoted(self.value)} is not a time; expected {TIME_FORMS}"
                raise self.error(problem)
            return seconds
        return max(0.0, round(self.number() * unit, 6))

    def seconds_at(self, key: str, unit: float = 1.0) -> float | None:
        """The time at `key` in seconds, or None where there is none."""
        found = self.maybe(key)
        return None if found is None or found.value == "" else found.seconds(unit)

    def _below(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key
