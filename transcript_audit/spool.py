"""A run's audits laid aside on disk, so that a report can go through them more than once.

A scorecard needs every call before the first line of a report can be written. The spool keeps
memory flat meanwhile; its file has no name and is gone when the spool is, also after a crash.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from transcript_audit.errors import TranscriptAuditError
from transcript_audit.model import CallAudit, SkippedCall

Audited = CallAudit | SkippedCall


class SpoolError(TranscriptAuditError):
    """An audit could not be laid aside."""


class Spool:
    """Audits in the order in which they were added; iterate as often as needed."""

    def __init__(self) -> None:
        """Make its file.

        Raises:
            SpoolError: there is no folder for it.
        """
        try:
            # open as long as the spool is, so no `with`
            file = tempfile.TemporaryFile(prefix="transcript-audit-")  # noqa: SIM115
        except OSError as error:
            raise SpoolError(
                f"audits cannot be laid aside meanwhile: {error.strerror or error}; name a folder "
                "for them with TMPDIR"
            ) from error
        self._file = cast(BinaryIO, file)
        self._count = 0
        self._end = 0

    def add(self, audited: Audited) -> None:
        """Lay one audit aside.

        Raises:
            SpoolError: the disk is full, or the like.
        """
        try:
            self._file.seek(self._end)
            pickle.dump(audited, self._file, pickle.HIGHEST_PROTOCOL)
        except OSError as error:
            raise SpoolError(
                f"{tempfile.gettempdir()}: audits are laid aside there, and it takes no more: "
                f"{error.strerror or error}; make room, or name another folder with TMPDIR"
            ) from error
        self._end = self._file.tell()
        self._count += 1

    def extend(self, audits: Iterable[Audited]) -> Iterator[Audited]:
        """The audits again, each laid aside as it passes by."""
        for audited in audits:
            self.add(audited)
            yield audited

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Audited]:
        """Each audit; several may go through the spool at the same time."""
        place = 0
        for _ in range(self._count):
            self._file.seek(place)
            audited = pickle.load(self._file)  # noqa: S301 - written by this very process
            place = self._file.tell()
            yield audited
