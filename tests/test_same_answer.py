"""The same calls, rules and version come to the same bytes, wherever they are audited."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from shutil import copyfile, copytree

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_transcripts"

FORMS = {
    "report.html": ["audit", "calls"],
    "report.xlsx": ["audit", "calls"],
    "report.md": ["audit", "calls"],
    "report.txt": ["audit", "calls"],
    "report.json": ["audit", "calls"],
    "report.csv": ["audit", "calls"],
    "csv": ["audit", "calls", "-f", "csv-tables"],
    "parquet": ["audit", "calls", "-f", "parquet-tables"],
    "lake": ["audit", "calls", "-f", "parquet-lake"],
    "sheets": ["coach", "calls"],
    "agent.html": ["agent", "I.", "calls"],
    "sample.json": ["sample", "calls", "--per-agent", "1", "--seed", "7"],
    "sample.xlsx": ["sample", "calls", "--per-agent", "1", "--seed", "7"],
    "calls.out.jsonl": ["convert", "calls"],
    "calls.out.parquet": ["convert", "calls"],
    "vcons/": ["convert", "calls"],
}
"""What is written, and by which command."""

DRIVER = """
import functools, sys
from transcript_audit import acts, rulebook
rulebook.load_rulebook = functools.cache(rulebook.load_rulebook)
book = rulebook.load_rulebook()
recogniser = acts.load_recogniser(book, patterns_only=True)
acts.load_recogniser = lambda *_, **__: recogniser
from transcript_audit.cli import main
for command in {commands!r}:
    sys.argv = ["transcript-audit", *command]
    try:
        main()
    except SystemExit as done:
        assert done.code in (0, 3), (command, done.code)
"""
"""Many commands in one process, which has rules and model loaded once."""

AUDIT = ["-m", "transcript_audit", "audit", "--no-settings", "-f", "jsonl"]
COMMON = ["--no-settings", "--patterns-only"]
FEW = (
    "flagged/2026-03-03_CC-20377_marcus.txt",
    "flagged/2026-03-09_EN-50090_tomasz.vtt",
    "flagged/export_2026-03-12_utf16.csv",
)

PLAIN = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
FARAWAY = {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "1"}
OLD = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "TZ": "America/St_Johns", "PYTHONHASHSEED": "random"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calls of many formats; some are skipped, or hold what a locale could change."""
    home = tmp_path_factory.mktemp("same")
    for name in ("flagged", "ordinary"):
        copytree(SAMPLES / name, home / "calls" / name)
    write_calls(home / "calls")
    return home


def write_calls(calls: Path) -> None:
    calls.mkdir(exist_ok=True)
    said = "Agent: İyi günler, how can I help?\nCustomer: I'd like to cancel it, Zoë 😀.\n"
    (calls / "Zoë İstanbul.txt").write_text(said, encoding="utf-8")
    (calls / "zoe.txt").write_text(said, encoding="cp1252", errors="ignore")
    (calls / "broken.jsonl").write_text('{"id": "x"\n{"id": "y", "turns": []}\n', encoding="utf-8")
    turns = [{"speaker": "agent", "text": "Hi."}, {"speaker": "customer", "text": "Cancel it."}]
    moments = ["2026-03-08T02:30:00", "2026-03-08T23:59:59-05:00", "2026-10-25T01:30:00Z"]
    records = [{"id": "same", "agent": "I.", "started_at": at, "turns": turns} for at in moments]
    lines = "".join(json.dumps(each) + "\n" for each in records)
    (calls / "times.jsonl").write_text(lines, encoding="utf-8")


def run(
    folder: Path, *words: str, environment: dict[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    spared = ("LC_", "LANG", "TZ", "PYTHON", "OMP_", "COLUMNS")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(spared)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd or folder,
        env=kept | {"PYTHONPATH": str(ROOT), "TRANSCRIPT_AUDIT_NO_STORE": "1"} | environment,
        capture_output=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def expected(folder: Path) -> bytes:
    done = run(folder, *AUDIT, "--jobs", "1", str(folder / "calls"), environment=PLAIN)
    assert done.returncode == 3, done.stderr.decode()
    assert len(done.stdout.splitlines()) > 25
    return done.stdout


@pytest.mark.skipif(os.name != "posix", reason="locales and zones by environment")
@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["-O", *AUDIT, "--workers", "2"], FARAWAY | {"OMP_NUM_THREADS": "2"}),
        ([*AUDIT, "--workers", "3"], OLD),
    ],
    ids=["two workers, far away", "three workers, old locale"],
)
def test_lines_are_the_same_whatever_is_around(
    folder: Path, expected: bytes, words: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    done = run(folder, *words, str(folder / "calls"), environment=environment, cwd=tmp_path)
    assert done.returncode == 3, done.stderr.decode()
    assert done.stdout == expected


def test_paths_in_another_order_change_the_order_of_the_lines_and_no_line(
    folder: Path, expected: bytes
) -> None:
    paths = sorted(map(str, (folder / "calls").iterdir()), reverse=True)
    done = run(folder, *AUDIT, "--jobs", "1", *paths, environment=PLAIN)
    lines = expected.splitlines()
    found = done.stdout.splitlines()
    assert found != lines
    assert sorted(found) == sorted(lines)


@pytest.mark.skipif(os.name != "posix", reason="locales and zones by environment")
def test_every_form_is_the_same_whatever_is_around(tmp_path: Path) -> None:
    """But for when a vCon was made, and for when and as which copy a workbook to fill in was."""
    one, other = (
        write_all(tmp_path / str(number), environment)
        for number, environment in enumerate((PLAIN, OLD | {"OMP_NUM_THREADS": "2"}))
    )
    assert list(other) == list(one)
    assert [name for name in one if other[name] != one[name]] == []
    assert {each.split("/")[0] for each in one} == {each.strip("/") for each in FORMS}


def write_all(home: Path, environment: dict[str, str]) -> dict[str, bytes]:
    """Every file that the commands write, by its name."""
    (home / "out").mkdir(parents=True)
    write_calls(home / "calls")
    for name in FEW:
        copyfile(SAMPLES / name, home / "calls" / Path(name).name)
    commands = [[*words, *COMMON, "-o", f"out/{name}"] for name, words in FORMS.items()]
    done = run(home, "-c", DRIVER.format(commands=commands), environment=environment)
    assert done.returncode == 0, done.stderr.decode()
    files = sorted(each for each in (home / "out").rglob("*") if each.is_file())
    return {str(each.relative_to(home / "out")): without_time(each) for each in files}


def without_time(path: Path) -> bytes:
    """What is in a file, without when it was made, and as which copy, where it says so."""
    data = path.read_bytes()
    if path.name == "sample.xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = [each for each in book.namelist() if each != "docProps/core.xml"]
            cells = b"".join(book.read(each) for each in names)
        return re.sub(rb'"export": "[0-9a-f]+"', b"", cells)
    if path.name.endswith(".vcon.json"):
        return re.sub(rb'"created_at": "[^"]+"', b"", data)
    return data
