"""How much of the sources has been read, in bytes."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

CallT = TypeVar("CallT")


class Meter:
    """Counts the bytes of the sources as they are read; `watch` goes into the readers' options.

    Of a packed source the packed bytes count. Where one source's size is not known, as that of
    standard input, nobody knows the share.

    Attributes:
        found: the calls that `count` has let through.
    """

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._whole = 0
        self._done = 0
        self._size = 0
        self._data: BinaryIO | None = None
        self.found = 0

    def count(self, calls: Iterable[CallT]) -> Iterator[CallT]:
        """The calls, counted as they pass by."""
        for call in calls:
            self.found += 1
            yield call

    def measure(self, paths: Sequence[str]) -> None:
        """Find out how much there is behind `paths`; without it the share is not known."""
        self._sizes = _find_sizes(paths) or {}
        self._whole = sum(self._sizes.values())

    def watch(self, path: str, data: BinaryIO) -> None:
        """Note that a source was opened, so the one before is done; what is read again is not."""
        self._done += self._size
        self._size = self._sizes.pop(path, 0)
        self._data = data

    @property
    def share(self) -> float | None:
        """What share of the bytes was read, 0 to 1; None where that is not known."""
        if not self._whole:
            return None
        return min((self._done + min(self._place(), self._size)) / self._whole, 1.0)

    def _place(self) -> int:
        try:
            return self._data.tell() if self._data and self._size else 0
        except ValueError:  # closed
            return self._size


def _find_sizes(paths: Sequence[str]) -> dict[str, int] | None:
    """The bytes of each source; None where one of them can't be told before it is read."""
    from transcript_audit.model import SkippedCall
    from transcript_audit.readers import find_sources
    from transcript_audit.storage import address_of

    if any(path in {"-", "@-"} or not _can_be_read_twice(path) for path in paths):
        return None
    if any(address_of(path) for path in paths):  # to list them twice would take too long
        return None
    sizes: dict[str, int] = {}
    for source in find_sources(paths):
        if isinstance(source, SkippedCall):
            continue
        try:
            status = Path(source.path).stat()
        except OSError:
            continue
        if source.member or not stat.S_ISREG(status.st_mode):
            return None
        sizes[source.path] = status.st_size
    return sizes


def _can_be_read_twice(path: str) -> bool:
    """Whether a list of paths, where it is one, is a file rather than a pipe."""
    named = Path(path[1:]) if path.startswith("@") else None
    return named is None or not named.exists() or named.is_file()
