"""Progress on long work: what the line says, what was read, and where it is shown."""

from __future__ import annotations

import io
import os
import pty
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from html_pages import make_call

from transcript_audit.batch import Sources
from transcript_audit.cli.groups import Judging
from transcript_audit.cli.meter import Meter
from transcript_audit.cli.streams import with_progress
from transcript_audit.cli.work import Work
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.privacy import Privacy
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.reports.progress import Passed, progress_line
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import load_rulebook

HALFWAY = Passed(1200, 60.0, 0.5, 318, 2)


def line(passed: Passed, width: int, **options: bool) -> str:
    return progress_line(passed, width, **options).plain


def test_the_line_tells_calls_rate_time_left_flags_and_skipped() -> None:
    told = line(HALFWAY, 100)
    for part in ("50%", "1200 calls", "20/s", "01:00 left", "318 flags", "2 skipped"):
        assert part in told
    assert told.count("━") == told.count("─") == 15
    assert "#" in line(HALFWAY, 100, ascii_only=True)
    assert line(HALFWAY, 100, ascii_only=True).isascii()


@pytest.mark.parametrize("width", [*range(4, 40, 3), 60, 80, 200])
def test_the_line_fits_and_leaves_out_what_matters_least(width: int) -> None:
    told = line(HALFWAY, width)
    assert len(told) <= width
    assert ("1200 calls" in told) == (width >= 10)
    assert ("2 skipped" in told) <= ("318 flags" in told)
    assert ("20/s" in told) <= ("2 skipped" in told)


@pytest.mark.parametrize(
    "passed",
    [
        replace(HALFWAY, share=None),
        replace(HALFWAY, share=0.001),
        replace(HALFWAY, seconds=1.0),
    ],
)
def test_no_time_left_is_told_where_it_would_be_a_guess(passed: Passed) -> None:
    assert passed.left is None
    assert " left" not in line(passed, 100)
    assert "so far" in line(passed, 100)
    assert ("%" in line(passed, 100)) == (passed.share is not None)


def test_flags_are_told_of_audits_only_and_a_read_whole_is_not_told_as_done() -> None:
    assert "flag" not in line(replace(HALFWAY, flags=None), 100)
    assert "skipped" not in line(replace(HALFWAY, skipped=0), 100)
    assert "finishing" in line(replace(HALFWAY, share=1.0), 100)


def make_source(path: Path, calls: int) -> str:
    record = '{"id": "%d", "turns": [{"speaker": "agent", "text": "hello there, how are you"}]}\n'
    path.write_text("".join(record % number for number in range(calls)))
    return str(path)


def measure(paths: list[str]) -> Meter:
    meter = Meter()
    meter.measure(paths)
    return meter


def test_the_share_is_that_of_the_bytes_read_over_all_sources(tmp_path: Path) -> None:
    # far more than one buffer, so that the middle of a file can be told from its end
    paths = [make_source(tmp_path / "a.jsonl", 3000), make_source(tmp_path / "b.jsonl", 1000)]
    meter = measure(paths)
    assert meter.share == 0
    shares = []
    for number, call in enumerate(read_transcripts(paths, ReadOptions(watch=meter.watch)), 1):
        assert isinstance(call, Transcript)
        shares.append((number / 4000, meter.share or 0.0))
    assert all(abs(calls - share) < 0.1 for calls, share in shares)
    assert shares[-1][1] == 1.0
    assert [share for _, share in shares] == sorted(share for _, share in shares)


def test_options_of_a_source_do_not_hide_its_bytes(tmp_path: Path) -> None:
    path = make_source(tmp_path / "a.jsonl", 10)
    meter = measure([path])
    own = ReadOptions(by_source=((path, ReadOptions(input_format="jsonl")),), watch=meter.watch)
    assert len(list(read_transcripts([path], own))) == 10
    assert meter.share == 1.0


def test_what_is_read_once_more_counts_once(tmp_path: Path) -> None:
    path = make_source(tmp_path / "a.jsonl", 10)
    meter = measure([path])
    for _ in range(2):
        list(read_transcripts([path], ReadOptions(watch=meter.watch)))
    assert meter.share == 1.0


def test_the_share_is_unknown_where_a_size_is(tmp_path: Path) -> None:
    path = make_source(tmp_path / "a.jsonl", 10)
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    for paths in ([path, "-"], ["@-"], [str(pipe)], [], [str(tmp_path / "none.txt")]):
        assert measure(paths).share is None


def show(monkeypatch: pytest.MonkeyPatch, items: list[Any]) -> str:
    """What `with_progress` writes to a terminal."""
    parent, child = pty.openpty()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(child, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert list(with_progress(items)) == items
    shown = b""
    while True:
        try:
            shown += os.read(parent, 1 << 16)
        except OSError:
            break
    os.close(parent)
    return shown.decode()


def test_a_terminal_shows_what_went_by_and_keeps_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    skipped = SkippedCall("c-9", "calls/c-9.bin", "not text", ())
    shown = show(monkeypatch, [make_call(), make_call("c-2", flagged=()), skipped])
    assert "100%  3 calls" in shown
    assert "1 flag" in shown
    assert "1 skipped" in shown
    assert shown.rstrip().endswith("\x1b[2K")  # the line is wiped


def test_nothing_is_shown_where_standard_error_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    assert list(with_progress([1, 2, 3])) == [1, 2, 3]
    assert out.getvalue() == ""


def test_a_run_of_audits_knows_how_much_of_the_sources_was_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def skip_all(sources: Sources, *_: object) -> Iterator[SkippedCall]:
        for read in read_transcripts(sources.paths, sources.reading):
            yield SkippedCall(read.call_id, read.path, "not audited here")

    monkeypatch.setattr("transcript_audit.batch.audit_calls", skip_all)
    monkeypatch.setattr(Judging, "load_recogniser", lambda *_: None)
    path = make_source(tmp_path / "a.jsonl", 3)
    work = Work([path], Judging(), ReadOptions(), RoleOptions(), Privacy(), 1)
    parent, child = pty.openpty()
    with os.fdopen(child, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert len(list(work.watch(load_rulebook()))) == 3
        assert work.meter.share == 1.0
    os.close(parent)
