"""A full disk is told in one line, and leaves nothing half written behind."""

from __future__ import annotations

import errno
import gc
import io
import pickle
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from html_pages import make_call, make_report

from transcript_audit.cli.streams import OutputError, open_output, written
from transcript_audit.model import SkippedCall
from transcript_audit.reports.workbook import write_workbook
from transcript_audit.spool import Spool, SpoolError

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")


class FullFile(io.BytesIO):
    """A file that takes `room` bytes and no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@needs_full
@pytest.mark.parametrize("binary", [False, True])
def test_a_device_that_is_full_is_named(binary: bool) -> None:
    with (
        pytest.raises(OutputError, match=r"^-o /dev/full: not written: No space left"),
        open_output(FULL, binary=binary) as out,
    ):
        out.write(b"x" if binary else "x")


@needs_full
def test_standard_output_that_is_full_is_named_and_quiet_from_then_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for takes in (lambda: written(sys.stdout, "x"), lambda: write_all("x" * 100_000)):
        with FULL.open("w") as full:
            monkeypatch.setattr(sys, "stdout", full)
            with pytest.raises(OutputError, match=r"^standard output: not written: No space left"):
                takes()
            full.flush()  # as Python does when the program ends


def write_all(text: str) -> None:
    with open_output(None) as out:
        out.write(text)


@pytest.mark.parametrize("room", [0, 1000, 8000])
def test_a_workbook_that_does_not_fit_fails_once_and_leaves_nothing(
    room: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    told: list[Any] = []
    report = make_report([make_call()])
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    out = FullFile(room)
    with pytest.raises(OSError, match="No space left"):
        write_workbook(report, out)
    out.close()
    gc.collect()
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_audits_that_cannot_be_laid_aside_are_told_with_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    spool = Spool()
    monkeypatch.setattr(pickle, "dump", fail)
    with pytest.raises(SpoolError, match=f"^{tempfile.gettempdir()}: .*No space left.*TMPDIR"):
        spool.add(SkippedCall("c", "a.jsonl", "empty"))
