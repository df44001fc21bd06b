"""The benchmarks are not run by tests, so these see to it that they still can be."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.py"))
SIZES = ("1 call", "2 calls")


def load(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_can_be_imported_and_says_what_it_does(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load(name, monkeypatch).__doc__


def test_speed_measures_every_goal_and_names_peers_that_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/speed.py", "--check", "--calls", "40", "--words", "60"],
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    speed = load("speed", monkeypatch)
    for name in speed.GOALS:
        assert f"| {name} | " in done.stdout
    for name in ("re, the literal phrases", "VADER sentiment", "Presidio", "medspaCy"):
        assert f"| {name}" in done.stdout


def test_what_got_worse_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    speed = load("speed", monkeypatch)
    up, down = "audit / blank tokenizer", "ungated Matcher / patterns"
    kept = {up: 1.0, down: 20.0}
    assert speed.worse_than({up: 1.1, down: 19.0}, kept) == []
    assert speed.worse_than({up: 2.0, down: 50.0}, kept) == [f"worse: {up} is 2.00, was 1.00"]
    assert speed.worse_than({up: 0.5, down: 5.0}, kept) == [f"worse: {down} is 5.00, was 20.00"]
    assert speed.worse_than({up: 1.0, down: 20.0, "new": 3.0}, kept) == ["not kept before: new"]


def shown_by(words: str) -> str:
    """What a benchmark prints."""
    name, *options = words.split()
    done = subprocess.run(
        [sys.executable, f"benchmarks/{name}", *options],
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(os.name != "posix", reason="processor seconds of children are not told there")
def test_workers_tells_start_and_calls_apart_for_one_worker_and_two() -> None:
    shown = shown_by("workers.py --calls 2 1 --words 60 --rounds 1")
    rows = [line.split(" | ") for line in shown.splitlines() if line.startswith("| ")]
    names = [f"{calls}, {each}" for calls in SIZES for each in ("1 worker", "2 workers")]
    assert [row[0][2:] for row in rows[2:6]] == names
    alone, shared = ([float(each.strip(" |")) for each in row[1:]] for row in rows[2:4])
    assert alone[2] == 0.0 < shared[2]
    assert "times as fast as by one" in shown


def test_workers_splits_runs_of_two_sizes_into_start_and_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers = load("workers", monkeypatch)
    few, many = workers.Spent(5.0, 4.0, 1.0), workers.Spent(13.0, 8.0, 5.0)
    start, each = workers.split(few, many, (2, 6))
    assert (start, each) == (workers.Spent(1.0, 2.0, -1.0), workers.Spent(2.0, 1.0, 1.0))


def test_stages_come_to_the_whole() -> None:
    shown = shown_by("stages.py --warm 2 --calls 2 --words 60")
    rows = [line.strip("| ").split(" | ") for line in shown.splitlines()[2:]]
    *stages, (name, whole, _) = rows
    assert name == "all"
    assert sum(float(each) for _, each, _ in stages) == pytest.approx(float(whole), abs=0.6)
    named = {stage: float(each) for stage, each, _ in stages}
    assert min(named["words"], named["redaction"], named["both looks of the model"]) > 0
