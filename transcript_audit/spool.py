"""Very many things laid aside on disk, to be gone through more than once, in flat memory.

A scorecard needs every call before the first line of a report can be written, and parts of a
conversation can be brought together once every file is known. A spool keeps memory flat meanwhile;
its file has no name and is gone when the spool is, also after a crash.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Generic, TypeVar, cast

from transcript_audit.errors import TranscriptAuditError

ItemT = TypeVar("ItemT")

SMALL_AT_ONCE = 512
"""For small things: so many make a block that fills a few dozen kilobytes."""

BLOCKS_KEPT = 8
"""Blocks in memory of those that were asked for by place."""


class SpoolError(TranscriptAuditError):
    """Something could not be laid aside."""


class Spool(Generic[ItemT]):
    """Things in the order in which they were added; iterate as often as needed.

    Args:
        at_once: how many make a block. Blocks lie on disk, those that are not full in memory, so
            that a few things never get as far as a file.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._file: BinaryIO | None = None
        self._begins = array("Q")
        self._end = 0
        self._rest: list[ItemT] = []
        self._recent: dict[int, list[ItemT]] = {}

    def add(self, item: ItemT) -> None:
        """Lay one thing aside.

        Raises:
            SpoolError: there is no folder for the file, the disk is full, or the like.
        """
        self._rest.append(item)
        if len(self._rest) == self._at_once:
            self._lay_aside()

    def extend(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """The things again, each laid aside as it passes by."""
        for item in items:
            self.add(item)
            yield item

    def __len__(self) -> int:
        return len(self._begins) * self._at_once + len(self._rest)

    def __iter__(self) -> Iterator[ItemT]:
        """Each thing; several may go through the spool at the same time."""
        blocks, rest = len(self._begins), tuple(self._rest)
        yield from chain.from_iterable(map(self._load, range(blocks)))
        yield from rest

    def __getitem__(self, place: int) -> ItemT:
        """The thing that was added at that place, from 0 on."""
        laid_aside = len(self._begins) * self._at_once
        if place >= laid_aside:
            return self._rest[place - laid_aside]
        block, at = divmod(place, self._at_once)
        if block not in self._recent:
            if len(self._recent) == BLOCKS_KEPT:
                del self._recent[next(iter(self._recent))]
            self._recent[block] = self._load(block)
        return self._recent[block][at]

    def _lay_aside(self) -> None:
        file = self._file = self._file or _make_file()
        try:
            file.seek(self._end)
            pickle.dump(self._rest, file, pickle.HIGHEST_PROTOCOL)
            file.flush()
        except OSError as error:
            raise SpoolError(
                f"{tempfile.gettempdir()}: calls are laid aside there, and it takes no more: "
                f"{error.strerror or error}; make room, or name another folder with TMPDIR"
            ) from error
        self._begins.append(self._end)
        self._end = file.tell()
        self._rest = []

    def _load(self, block: int) -> list[ItemT]:
        file = cast(BinaryIO, self._file)
        file.seek(self._begins[block])
        return cast("list[ItemT]", pickle.load(file))  # noqa: S301 - written by this very process


def _make_file() -> BinaryIO:
    try:
        # open as long as the spool is, so no `with`
        file = tempfile.TemporaryFile(prefix="transcript-audit-")  # noqa: SIM115
    except OSError as error:
        raise SpoolError(
            f"calls cannot be laid aside meanwhile: {error.strerror or error}; name a folder "
            "for them with TMPDIR"
        ) from error
    return cast(BinaryIO, file)
