"""Runs that are killed, told to stop, or have nobody to talk to: all or nothing, and no remains."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from transcript_audit.cli import standing
from transcript_audit.cli.streams import open_output, say
from transcript_audit.reports.files_together import replace_files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors of POSIX")

ROOT = Path(__file__).resolve().parent.parent
HERE = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
TABLES = ("calls.csv", "flags.csv", "run.csv")
SIZE = 200_000


def start(*words: object, **more: Any) -> subprocess.Popen[bytes]:
    environment = os.environ | HERE | more.pop("env", {})
    command = [sys.executable, *map(str, words)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen(command, env=environment, **options)


@contextmanager
def running(*words: object, **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = start(*words, **more)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def write_for_ever(folder: Path) -> None:
    """A file and a folder of tables again and again, of one letter each time."""
    for number in range(10**6):
        letter = "ab"[number % 2]
        with open_output(folder / "report.html") as out:
            for _ in range(10):
                out.write(letter * (SIZE // 10))
        with replace_files(folder / "tables", TABLES, is_ours=lambda _: True) as draft:
            for name in TABLES:
                (draft / name).write_text(letter * SIZE)
        if not number:
            sys.stdout.write("begun\n")
            sys.stdout.flush()


def test_a_process_killed_at_any_moment_leaves_files_whole(tmp_path: Path) -> None:
    chance = random.Random(3)  # noqa: S311 - no secret
    script = f"import test_faults_ends as t; t.write_for_ever(t.Path({str(tmp_path)!r}))"
    for _ in range(4):
        with running("-c", script) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"begun\n"
            time.sleep(chance.uniform(0.0, 0.1))
            process.kill()
            process.wait(30)
        text = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert text in ("a" * SIZE, "b" * SIZE)
        if (tmp_path / "tables" / TABLES[-1]).exists():  # the last to come, the first to go
            held = {(tmp_path / "tables" / name).read_text() for name in TABLES}
            assert held in ({"a" * SIZE}, {"b" * SIZE})
    seen = [each.name for each in (*tmp_path.iterdir(), *(tmp_path / "tables").iterdir())]
    assert {each for each in seen if not each.startswith(".")} <= {"report.html", "tables", *TABLES}


def tell_and_wait(items: Sequence[str]) -> list[str]:
    Path(items[0]).write_text(f"{os.getpid()}\n")
    time.sleep(600)
    return list(items)


def nothing() -> None:
    return None


def is_alive(pid: int) -> bool:
    """Whether a process does anything; one that nobody has asked after does nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_processes_of_a_run_that_was_killed_end_too(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    script = (
        "import test_faults_ends as t\n"
        "from transcript_audit.processes import Task, work_in_processes\n"
        f"list(work_in_processes([{str(told)!r}], Task(t.tell_and_wait, t.nothing, repr), 1))\n"
    )
    with running("-c", script, stderr=subprocess.DEVNULL) as process:
        wait_for(lambda: told.exists() and told.read_text().endswith("\n"))
        worker = int(told.read_text())
        assert is_alive(worker)
        process.kill()
        process.wait(30)
    wait_for(lambda: not is_alive(worker))


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_run_told_to_stop_ends_like_one_interrupted_and_leaves_no_draft(
    tmp_path: Path, name: str
) -> None:
    target = tmp_path / "report.jsonl"
    target.write_text("old", encoding="utf-8")
    words = ("audit", "-", "--patterns-only", "--no-settings", "--no-store", "-o", target)
    # it waits for its input, with the draft begun
    with running("-m", "transcript_audit", *words, stdin=subprocess.PIPE) as process:
        wait_for(lambda: len(list(tmp_path.iterdir())) == 2)
        process.send_signal(getattr(signal, name))
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert process.stderr.read().splitlines()[-1] == b"transcript-audit: interrupted"
    assert [each.name for each in tmp_path.iterdir()] == ["report.jsonl"]
    assert target.read_text(encoding="utf-8") == "old"


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(each) for each in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_told_again_a_run_ends_at_once_and_what_is_ignored_stays_so() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    standing.end_orderly_when_told()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    turns = [{"speaker": "agent", "text": "Hello."}, {"speaker": "customer", "text": "Hi."}]
    lines = [json.dumps({"id": f"c-{n}", "turns": turns}) + "\n" for n in range(3000)]
    (tmp_path / "calls.jsonl").write_text("".join(lines), encoding="utf-8")
    return tmp_path


CONVERT = ("-m", "transcript_audit", "convert", "calls.jsonl", "--no-settings")


def in_shell(folder: Path, streams: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {streams}', "sh", sys.executable, *words],
        cwd=folder,
        env=os.environ | HERE,
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("streams", ["<&- >&- 2>&-", "2>/dev/full"])
def test_nobody_to_talk_to_costs_no_output_file(folder: Path, streams: str) -> None:
    done = in_shell(folder, streams, *CONVERT, "-o", "out.jsonl")
    assert done.returncode == 0
    assert len((folder / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 3000


@pytest.mark.parametrize("words", [(*CONVERT, "-o", "-"), ("-m", "transcript_audit", "--version")])
def test_standard_output_that_is_closed_is_told(folder: Path, words: tuple[str, ...]) -> None:
    done = in_shell(folder, ">&-", *words)
    assert done.returncode == 2
    [line] = done.stderr.decode().splitlines()
    assert line.startswith("transcript-audit: standard output: not written: ")


def test_a_reader_that_leaves_takes_the_warnings_with_it_and_that_is_no_fault(
    folder: Path,
) -> None:
    """As in `2>&1 | head -1`."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    words = (*CONVERT, "-o", "-")
    with running(*words, cwd=folder, stdout=write_end, stderr=write_end) as process:
        os.close(write_end)
        assert process.wait(60) == 0


def test_a_warning_that_nobody_hears_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as gone:
        monkeypatch.setattr(sys, "stderr", gone)
        say("a warning")
        say("another")
