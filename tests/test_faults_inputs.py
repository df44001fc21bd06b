"""Files that vanish or grow, little memory, a clock going back: no call lost or counted twice."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from kept import BOOK, STRICT, made_up_calls, make_audit
from typer.testing import CliRunner, Result

import transcript_audit
from transcript_audit import batch, readers
from transcript_audit.cli import app
from transcript_audit.history import (
    Keeping,
    audit_into,
    open_store,
    read_audits,
    summarise_store,
    writing,
)
from transcript_audit.history.places import StorePlace
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.processes import Task, work_in_processes
from transcript_audit.readers import read_transcripts
from transcript_audit.readers.sources import Source
from transcript_audit.review.ledger import LedgerFile
from transcript_audit.review.verdicts import Ruling, Verdict, sum_up
from transcript_audit.roles import RoleOptions

pytestmark = pytest.mark.usefixtures("_loaded_once")

SAID = (
    "Agent: Hello, how can I help?\nCustomer: I'd like to cancel it.\nAgent: I won't cancel it.\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    calls = tmp_path / "calls"
    (calls / "sub").mkdir(parents=True)
    for name in ("a", "b", "sub/c", "z"):
        (calls / f"{name}.txt").write_text(SAID, encoding="utf-8")
    return calls


def audit(*words: object) -> Result:
    options = ["--no-settings", "--patterns-only", "-f", "jsonl", "--jobs", "1"]
    return CliRunner().invoke(app, ["audit", *map(str, words), *options])


def records(done: Result) -> dict[str, dict[str, Any]]:
    """The record of each call, by its id; there is one of each."""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {each["call_id"]: each for each in lines}
    assert len(found) == len(lines)
    return found


def line_of(call_id: str) -> str:
    turns = [{"speaker": "agent", "text": "Hello."}, {"speaker": "customer", "text": "Hi."}]
    return json.dumps({"id": call_id, "turns": turns}) + "\n"


def test_a_file_that_vanishes_before_it_is_read_is_skipped_and_the_others_are_audited(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = readers.open_source

    def open_late(source: Source, stdin: BinaryIO | None) -> Any:
        if source.path.endswith("b.txt"):
            Path(source.path).unlink()
        return whole(source, stdin)

    monkeypatch.setattr(readers, "open_source", open_late)
    done = audit(folder)
    assert done.exit_code == 3
    found = records(done)
    assert list(found) == ["a", "b", "z", "c"]
    assert "cannot be read (No such file" in found["b"]["skipped"]
    assert [each for each in found if "skipped" in found[each]] == ["b"]


def test_a_folder_that_vanishes_while_it_is_listed_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = os.walk

    def walk_late(*words: Any, **more: Any) -> Iterator[Any]:
        for each in walk(*words, **more):
            yield each
            if each[0] == str(folder):
                (folder / "sub" / "c.txt").unlink()
                (folder / "sub").rmdir()

    monkeypatch.setattr(os, "walk", walk_late)
    done = audit(folder)
    assert done.exit_code == 3
    found = records(done)
    assert {"a", "b", "z"} < set(found)
    assert 'folder "sub" cannot be opened (No such file' in found["calls"]["skipped"]


def test_a_file_that_is_being_written_costs_only_its_last_line_and_that_only_for_now(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRANSCRIPT_AUDIT_NO_STORE")
    growing, store = folder / "live.jsonl", folder.parent / "audits.db"
    half = line_of("n-2")
    growing.write_text(line_of("n-0") + line_of("n-1") + half[:40], encoding="utf-8")
    done = audit(growing, "--store", store)
    assert done.exit_code == 3
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["call_id"] for each in lines[:2]] == ["n-0", "n-1"]
    assert "line 3" in lines[2]["skipped"]
    with growing.open("a", encoding="utf-8") as more:
        more.write(half[40:] + line_of("n-3"))
    done = audit(growing, "--store", store)
    assert done.exit_code == 0
    assert list(records(done)) == ["n-0", "n-1", "n-2", "n-3"]
    with open_store(StorePlace(file=store), writing=False) as kept:
        summary = summarise_store(kept)
        assert (summary.calls, summary.skipped) == (4, 0)


def test_lines_that_come_while_a_file_is_read_are_read_once_or_not_at_all(tmp_path: Path) -> None:
    growing = tmp_path / "live.jsonl"
    before = [f"n-{n}" for n in range(2000)]
    growing.write_text("".join(map(line_of, before)), encoding="utf-8")
    reads = read_transcripts([str(growing)])
    found = [next(reads)]
    with growing.open("a", encoding="utf-8") as more:
        more.write("".join(line_of(f"n-{n}") for n in range(2000, 2100)))
    found += reads
    ids = [each.call_id for each in found]
    assert ids[:2000] == before
    assert len(set(ids)) == len(ids)
    assert not any(isinstance(each, SkippedCall) for each in found)


@contextmanager
def standard_output_to(path: Path) -> Iterator[None]:
    kept = os.dup(1)
    with path.open("ab") as out:
        os.dup2(out.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def test_output_into_the_folder_that_is_read_is_not_read_itself(
    folder: Path, in_seconds: Any
) -> None:
    """Else it would grow as long as it is read, without end."""
    own = folder / "out.jsonl"
    own.write_text(line_of("old"), encoding="utf-8")
    with in_seconds(60), standard_output_to(own):
        reads = list(read_transcripts([str(folder)]))
    skipped = [each for each in reads if isinstance(each, SkippedCall)]
    assert [(each.path, each.call_id) for each in skipped] == [(str(own), "out")]
    assert "this very output" in skipped[0].reason
    assert len(reads) == 5


def test_a_call_for_which_memory_does_not_suffice_is_skipped_and_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = batch.audit_call

    def audit_call(call: Transcript, *more: Any) -> Any:
        if call.call_id == "b":
            raise MemoryError
        return whole(call, *more)

    kept = ("--checkpoint", folder.parent / "kept")
    monkeypatch.setattr(batch, "audit_call", audit_call)
    done = audit(folder, *kept)
    assert done.exit_code == 3
    found = records(done)
    assert found["b"]["skipped"] == (
        "takes more memory than there is; it has 3 turns: free memory, or split it"
    )
    monkeypatch.setattr(batch, "audit_call", whole)
    again = audit(folder, *kept)
    assert again.exit_code == 0
    assert list(records(again)) == list(found)


def test_a_file_for_which_memory_does_not_suffice_is_skipped(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = readers.read_file

    def read_file(file: Any, options: Any) -> Any:
        if file.path.endswith("b.txt"):
            raise MemoryError
        return whole(file, options)

    monkeypatch.setattr(readers, "read_file", read_file)
    done = audit(folder)
    assert done.exit_code == 3
    found = records(done)
    assert [each for each in found if "skipped" in found[each]] == ["b"]
    assert "more memory than there is" in found["b"]["skipped"]


HUNGRY = 13


def double_or_eat(items: Sequence[int]) -> list[int]:
    """Doubles, and for HUNGRY takes more memory than this process may have."""
    import resource  # noqa: PLC0415 - POSIX only

    if HUNGRY in items:
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        most = resource.getrlimit(resource.RLIMIT_AS)[1]  # what is lowered can't be raised again
        resource.setrlimit(resource.RLIMIT_AS, (taken + (64 << 20), most))
        bytearray(256 << 20)
    return [item * 2 for item in items]


def nothing() -> None:
    return None


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited on Linux")
def test_a_process_out_of_memory_costs_the_item_that_it_was_for() -> None:
    task = Task(double_or_eat, nothing, lambda item: -item)
    found = list(work_in_processes(range(20), task, 1))
    assert found == [-n if n == HUNGRY else n * 2 for n in range(20)]


def going_back() -> Iterator[datetime]:
    moment = datetime(2026, 5, 2, tzinfo=UTC)
    while True:
        yield moment
        moment -= timedelta(hours=7)


def test_a_clock_going_back_changes_nothing_of_what_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest run is the one that was begun last, whatever its time says."""
    times = going_back()
    monkeypatch.setattr(writing, "_now", lambda: next(times).replace(tzinfo=None))
    with open_store(StorePlace(file=tmp_path / "audits.db")) as store:
        for flagged, book in ((False, BOOK), (True, STRICT)):
            keeping = Keeping(store, book, RoleOptions())
            judge = partial(judge_all, flagged=flagged)
            assert len(list(audit_into(keeping, made_up_calls(0, 3), judge))) == 3
        held = list(read_audits(store))
        assert [len(each.findings) for each in held] == [1, 1, 1]
        assert summarise_store(store).calls == 3


def judge_all(reads: Iterable[Any], flagged: bool) -> Iterator[Any]:
    return (make_audit(each, flagged) for each in reads)


def test_the_last_verdict_in_the_ledger_counts_whatever_the_clock_said(tmp_path: Path) -> None:
    ledger, times = LedgerFile(tmp_path / "ledger.jsonl"), going_back()
    for number, ruling in enumerate((Ruling.OVERTURNED, Ruling.UPHELD)):
        verdict = Verdict(
            str(number), "Mia", next(times), "c-1", ruling, "refusal-stall", "f00d", "why"
        )
        assert ledger.append([verdict]) == (verdict,)
    first, second = ledger.read()
    assert second.when < first.when
    [reviewed] = sum_up((first, second)).findings.values()
    assert reviewed.rulings == {"Mia": second}


def test_no_duration_is_told_by_a_clock_that_can_be_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting, progress and patience go by a clock that only goes on."""
    plain = audit(folder)
    now = iter(range(10**9, 0, -1000))
    monkeypatch.setattr(time, "time", lambda: float(next(now)))
    monkeypatch.setattr(time, "time_ns", lambda: next(now) * 10**9)
    assert audit(folder).stdout == plain.stdout
    package = Path(transcript_audit.__file__).parent
    told = [path.read_text(encoding="utf-8") for path in package.rglob("*.py")]
    assert not any("time.time" in text or "import time_ns" in text for text in told)
