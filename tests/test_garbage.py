"""How often garbage is looked for: seldom in processes of ours, as before in those of others."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from transcript_audit.garbage import ALLOCATED
from transcript_audit.processes import Task, work_in_processes

ROOT = Path(__file__).resolve().parent.parent
TELL = """
import atexit, gc
atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count()))
"""


def told_by(program: str, folder: Path) -> tuple[int, int]:
    """From how many objects on garbage is looked for at a program's end; how many are left out."""
    done = subprocess.run(
        [sys.executable, "-c", f"{TELL}\n{program}", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seldom, frozen = done.stdout.splitlines()[-1].split()
    return int(seldom), int(frozen)


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    (tmp_path / "call.txt").write_text("Agent: Hello there.\nCustomer: Hi, are you open?\n")
    return tmp_path


def test_the_command_looks_seldom_and_never_among_rules_and_model(calls: Path) -> None:
    program = (
        "import sys; from transcript_audit.cli import main; "
        "sys.argv += ['--no-store', '-f', 'csv']; sys.argv.insert(1, 'audit'); main()"
    )
    seldom, frozen = told_by(program, calls)
    assert seldom == ALLOCATED
    assert frozen > 100_000


def test_a_program_that_imports_the_library_keeps_its_own_ways(calls: Path) -> None:
    program = (
        "import pandas as pd; from transcript_audit.batch import audit_frame; "
        "audit_frame(pd.DataFrame([{'id': '1', 'turns': [{'speaker': 'agent', 'text': 'Hi'}]}]))"
    )
    bare, frozen = told_by("pass", calls)  # what Python itself leaves out differs by version
    assert bare != ALLOCATED
    assert told_by(program, calls) == (bare, frozen)


def look(numbers: list[int]) -> list[int]:
    return [gc.get_threshold()[0] for _ in numbers]


def test_workers_look_seldom_too() -> None:
    task = Task(look, print, print)  # type: ignore[arg-type]
    assert list(work_in_processes([1, 2], task, 1)) == [ALLOCATED, ALLOCATED]
