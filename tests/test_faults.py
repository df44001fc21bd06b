"""Full disks and read-only folders: one clear line, exit code 2, and all files as they were."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from transcript_audit.cli import app
from transcript_audit.cli.streams import OutputError
from transcript_audit.errors import ConfigurationError
from transcript_audit.history import open_store, read_audits
from transcript_audit.history.places import StorePlace
from transcript_audit.pseudonyms import make_key

pytestmark = pytest.mark.usefixtures("_loaded_once")
needs_limits = pytest.mark.skipif(os.name != "posix", reason="limits and modes are POSIX matters")

TURNS = [
    {"speaker": "agent", "text": "Thanks for calling Fernside Gym, this is Ines."},
    {"speaker": "customer", "text": "I'd like to cancel my membership, please."},
    {"speaker": "agent", "text": "I'm not going to cancel your membership."},
]

ROOT = Path(__file__).resolve().parent.parent

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
    options = [] if calm else ["--no-settings", "--patterns-only"]
    keeps = WRITES[name][0] in {"audit", "agent", "coach", "sample"}
    return run(*WRITES[name], *options, *(["--no-store"] if keeps else []), "-o", name)


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
    [line] = [each for each in done.stderr.splitlines() if ": goes on from " not in each]
    assert line.startswith("transcript-audit: ")
    assert "crashed" not in line
    assert says in line


@needs_limits
@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_leaves_what_was_there(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name not in ONCE:
        assert write(name).exit_code == 0
    (folder / "calls.jsonl").write_bytes((folder / "calls.jsonl").read_bytes() * 2)
    make_stale(folder, name)
    before = everything(folder)
    # what waits for the report has a test of its own
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: io.BytesIO())
    later: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", later.append)
    with full_disk(300):
        done = write(name)
        gc.collect()
    assert later == []  # it would stand on standard error, behind the line
    assert_refused(done, name.rstrip("/"))
    assert "File too large" in done.stderr
    assert everything(folder) == before


def make_stale(folder: Path, name: str) -> None:
    """Have pages that are only written where they are out of date be so."""
    for page in [folder / "page.md", *(folder / "schemas").glob("*")]:
        if page.exists() and name in {"page.md", "schemas"}:
            page.write_text("old", encoding="utf-8")


@needs_limits
@pytest.mark.parametrize("name", ["report.html", "report.csv"])
def test_a_disk_without_room_for_what_waits_is_told_with_its_folder(
    folder: Path, name: str
) -> None:
    """What waits for a report; of a report written call by call nothing waits."""
    before = everything(folder)
    with full_disk(0):
        done = write(name)
    waits = name.endswith(".html")
    assert_refused(done, "TMPDIR" if waits else "-o report.csv: not written")
    assert everything(folder) == before


def test_a_folder_for_what_waits_that_is_not_there_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert_refused(write("report.html"), "TMPDIR")
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize("name", WRITES)
def test_nothing_is_written_into_a_read_only_folder(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(folder)
    make_read_only(folder, monkeypatch)
    assert_refused(write(name), name.rstrip("/"))
    assert everything(folder) == before


@pytest.mark.parametrize("place", [["--checkpoint", "kept"], ["--store", "audits.db"]])
def test_nothing_is_kept_in_a_read_only_folder(
    folder: Path, place: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRANSCRIPT_AUDIT_NO_STORE")
    before = everything(folder)
    make_read_only(folder, monkeypatch)
    done = run(*AUDIT, *place)
    assert_refused(done, place[1])
    assert "Permission denied" in done.stderr
    assert everything(folder) == before


def make_read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing new can be made below it; modes would not hold root back, as which some test.

    What was opened for writing by other means than those refused here would be found in it.
    """
    open_, mkdir = os.open, os.mkdir

    def refuse(path: object) -> None:
        if folder in (Path.cwd() / str(path)).parents:
            raise PermissionError(13, "Permission denied", str(path))

    def open_no_more(path: str, flags: int, *more: int, **others: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            refuse(path)
        return open_(path, flags, *more, **others)

    def mkdir_no_more(path: str, *more: int, **others: int) -> None:
        refuse(path)
        mkdir(path, *more, **others)

    monkeypatch.setattr(os, "open", open_no_more)
    monkeypatch.setattr(os, "mkdir", mkdir_no_more)


AUDIT = ("audit", "calls.jsonl", "--no-settings", "--patterns-only", "-f", "jsonl")


@needs_limits
@pytest.mark.parametrize(("room", "told"), [(100, 0), (80_000, 30)], ids=["at once", "on the way"])
def test_a_store_on_a_full_disk_ends_with_2_and_keeps_what_it_has(
    folder: Path, room: int, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRANSCRIPT_AUDIT_NO_STORE")
    assert run(*AUDIT[:1], "one.jsonl", *AUDIT[2:], "--store", "audits.db").exit_code == 0
    with full_disk(room):
        done = run(*AUDIT, "--store", "audits.db")
    assert done.exit_code == 2
    assert len(done.stdout.splitlines()) == told
    [line] = done.stderr.splitlines()
    assert "store audits.db: " in line
    assert "disk" in line
    assert 1 <= count_kept(folder) < 30
    assert run(*AUDIT, "--store", "audits.db").exit_code == 0
    assert count_kept(folder) == 30


def count_kept(folder: Path) -> int:
    with open_store(StorePlace(file=folder / "audits.db"), writing=False) as store:
        return len({audit.call_id for audit in read_audits(store)})


@needs_limits
def test_a_checkpoint_on_a_full_disk_keeps_what_it_has(folder: Path) -> None:
    words = (*AUDIT, "--checkpoint", "kept")
    assert run(*words, "--shard", "1/2").exit_code == 0
    before = everything(folder)
    with full_disk(50):
        done = run(*words)
    assert_refused(done, "--checkpoint kept: not written: File too large")
    assert everything(folder) == before
    whole = run(*words)
    assert (whole.exit_code, len(whole.stdout.splitlines())) == (0, 30)


@needs_limits
def test_a_new_checkpoint_on_a_full_disk_is_no_checkpoint_yet(folder: Path) -> None:
    with full_disk(20):
        assert_refused(run(*AUDIT, "--checkpoint", "kept"), "--checkpoint kept")
    assert list((folder / "kept").iterdir()) == []
    assert run(*AUDIT, "--checkpoint", "kept").exit_code == 0


@needs_limits
def test_a_key_to_pseudonyms_is_whole_or_not_there(tmp_path: Path) -> None:
    with full_disk(10), pytest.raises(ConfigurationError, match="File too large"):
        make_key(tmp_path / "pseudonym.key")
    assert list(tmp_path.iterdir()) == []
    assert len(make_key(tmp_path / "pseudonym.key")) == 64


@needs_limits
def test_a_model_and_its_calibration_take_their_places_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_learned import model  # noqa: PLC0415 - numpy

    from transcript_audit.calibration import Calibration  # noqa: PLC0415
    from transcript_audit.cli.model import _save  # noqa: PLC0415

    class Trained:
        model: object
        calibration = Calibration({})

    (tmp_path / "model.npz").write_text("old")
    (tmp_path / "calibration.json").write_text("old")
    trained = Trained()
    trained.model = model()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with full_disk(3000), pytest.raises(OutputError, match=r"^--out .*: not written: File too"):
        _save(trained, tmp_path)  # type: ignore[arg-type]
    with monkeypatch.context() as patched:
        patched.setattr("transcript_audit.calibration.save_calibration", refuse)
        with pytest.raises(OutputError, match=r"^--out .*: not written: No space"):
            _save(trained, tmp_path)  # type: ignore[arg-type]
    assert everything(tmp_path) == {"model.npz": b"old", "calibration.json": b"old"}
    _save(trained, tmp_path)  # type: ignore[arg-type]
    assert set(everything(tmp_path)) == {"model.npz", "calibration.json"}
    assert (tmp_path / "model.npz").read_bytes() != b"old"


def test_the_page_on_faults_names_tests_that_are_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## Faults")[2]
    cells = re.findall(r"\| ([^|]*) \|$", page, re.M)[2:]
    assert len(cells) > 12
    for cell in cells:
        for file, names in re.findall(r"`(test_\w+\.py)`(?:: ([^;]*))?", cell):
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            for name in re.findall(r"`(test_\w+)`", names):
                assert f"def {name}(" in text, (file, name)
