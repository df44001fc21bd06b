"""Faults of disks and files: one clear line, the exit code for it, and nothing lost or half done."""

from __future__ import annotations

import io
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from transcript_audit.cli import app

pytestmark = pytest.mark.usefixtures("_loaded_once")
needs_limits = pytest.mark.skipif(os.name != "posix", reason="limits and modes are POSIX matters")

NOBODY = 65534
TURNS = [
    {"speaker": "agent", "text": "Thanks for calling Fernside Gym, this is Ines."},
    {"speaker": "customer", "text": "I'd like to cancel my membership, please."},
    {"speaker": "agent", "text": "I'm not going to cancel your membership."},
]

WRITES = {
    "report.html": ["audit", "calls.jsonl"],
    "report.xlsx": ["audit", "calls.jsonl"],
    "report.md": ["audit", "calls.jsonl"],
    "report.txt": ["audit", "calls.jsonl"],
    "report.json": ["audit", "calls.jsonl"],
    "report.jsonl": ["audit", "calls.jsonl"],
    "report.csv": ["audit", "calls.jsonl"],
    "csv": ["audit", "calls.jsonl", "-f", "csv-tables"],
    "parquet": ["audit", "calls.jsonl", "-f", "parquet-tables"],
    "lake": ["audit", "calls.jsonl", "-f", "parquet-lake"],
    "agent.html": ["agent", "Ines", "calls.jsonl"],
    "ines.html": ["coach", "calls.jsonl", "--agent", "Ines"],
    "sheets": ["coach", "calls.jsonl"],
    "out.jsonl": ["convert", "calls.jsonl"],
    "out.parquet": ["convert", "calls.jsonl"],
    "out.vcon.json": ["convert", "one.jsonl"],
    "vcons/": ["convert", "calls.jsonl", "--overwrite"],
    "review.xlsx": ["review", "export", "calls.jsonl", "--include-unflagged", "0%"],
    "sample.json": ["sample", "calls.jsonl"],
    "settings.toml": ["init", ".", "--force"],
    "schemas": ["schema"],
    "page.md": ["rules", "docs"],
    "rule.json": ["rules", "schema"],
}
"""What every command writes that writes files."""

ONCE = {"sheets"}
"""What goes into a new folder only."""


def write_calls(folder: Path) -> None:
    records = [{"id": f"c-{n}", "agent": "Ines", "turns": TURNS} for n in range(30)]
    lines = [json.dumps(each) + "\n" for each in records]
    (folder / "calls.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "one.jsonl").write_text(lines[0], encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_calls(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in words])


def write(name: str) -> Result:
    calm = WRITES[name][0] in {"init", "schema", "rules"}
    return run(*WRITES[name], *([] if calm else ["--no-settings", "--patterns-only"]), "-o", name)


def everything(folder: Path) -> dict[str, bytes]:
    """All files of a folder, hidden ones too."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file can be written beyond so many bytes: the system refuses, as on a full disk."""
    import resource  # noqa: PLC0415 - POSIX only

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def assert_refused(done: Result, says: str = "") -> None:
    """It ended with 2 and one line about it."""
    assert done.exit_code == 2, done.output
    [line] = done.stderr.splitlines()
    assert line.startswith("transcript-audit: ") or ": " in line
    assert "crashed" not in line
    assert "Traceback" not in line
    assert says in line


@needs_limits
@pytest.mark.parametrize("room", [0, 300])
@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_leaves_what_was_there(
    folder: Path, name: str, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name not in ONCE:
        assert write(name).exit_code == 0
    for page in (folder / "schemas").glob("*"):  # else it is up to date
        page.write_text("{}")
    if (folder / name).suffix in {".md", ".json"} and "report" not in name:
        (folder / name).write_text("old")
    (folder / "calls.jsonl").write_bytes((folder / "calls.jsonl").read_bytes() * 2)
    before = everything(folder)
    # what waits for the report has its own test below
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: io.BytesIO())
    with full_disk(room):
        done = write(name)
    assert_refused(done, name.rstrip("/"))
    assert "File too large" in done.stderr
    assert everything(folder) == before
