"""What is taken for another program: other code on the road from a transcript to its audit."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import transcript_audit
from transcript_audit import __version__
from transcript_audit.batch import RuleSource
from transcript_audit.checkpoint import Checkpoint, describe_terms
from transcript_audit.errors import ConfigurationError
from transcript_audit.history import book_key
from transcript_audit.privacy import Privacy
from transcript_audit.road import ROAD, digest_code, road_version
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import RuleBook

PACKAGE = Path(transcript_audit.__file__).parent
NO_JUDGES = {"readers", "errors", "storage", "whole_files"}
"""What is read is in a call's key; errors, and what writes files, judge nothing."""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the code on the road."""
    for name in ROAD:
        if (PACKAGE / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.npz")
            shutil.copytree(PACKAGE / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(PACKAGE / f"{name}.py", tmp_path)
    return tmp_path


def imported(file: Path) -> Iterator[str]:
    """What a module takes from this package, as dotted names without the package's own."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("transcript_audit."):
            name = (node.module or "").partition(".")[2]
            yield name
            yield from (f"{name}.{each.name}" for each in node.names)


def file_of(name: str) -> Path | None:
    place = PACKAGE.joinpath(*name.split("."))
    found = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return found if found.exists() else None


def test_the_road_is_all_that_auditing_and_redacting_import() -> None:
    seen: set[Path] = set()
    names = ["audit", "acts", "privacy"]
    while names:
        name = names.pop()
        file = file_of(name)
        if file is not None and file not in seen and name.split(".")[0] not in NO_JUDGES:
            seen.add(file)
            names += imported(file)
    assert {file.relative_to(PACKAGE).parts[0].removesuffix(".py") for file in seen} == set(ROAD)


@pytest.mark.parametrize("name", ["checks/presence.py", "acts/words.py", "redaction/surnames.txt"])
def test_changed_code_or_words_on_the_road_are_another_program(package: Path, name: str) -> None:
    before = digest_code(package)
    assert before == digest_code(PACKAGE)
    digest_code.cache_clear()
    changed = package / name
    changed.write_bytes(changed.read_bytes() + b"\n# another\n")
    assert digest_code(package) != before


def test_line_ends_and_what_python_compiles_are_no_change(package: Path) -> None:
    before = digest_code(package)
    digest_code.cache_clear()
    code = package / "checks" / "presence.py"
    code.write_bytes(code.read_bytes().replace(b"\n", b"\r\n"))
    (package / "acts" / "__pycache__").mkdir()
    (package / "acts" / "__pycache__" / "words.pyc").write_bytes(b"compiled")
    assert digest_code(package) == before


def test_results_and_checkpoints_of_other_code_are_not_taken_for_ones_own(
    rulebook: RuleBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = RuleSource(None, "default", True, rulebook.digest, None)
    book = book_key(rulebook, patterns_only=True)
    terms = describe_terms(rules, RoleOptions(), Privacy())
    assert book.version == terms["version"] == road_version()
    assert road_version().split() == [__version__, digest_code(PACKAGE)]
    Checkpoint(tmp_path / "done", terms)

    monkeypatch.setattr("transcript_audit.road.digest_code", lambda _: "0123456789ab")
    assert book_key(rulebook, patterns_only=True) != book
    with pytest.raises(ConfigurationError, match=r"begun with another version \(.*0123456789ab\)"):
        Checkpoint(tmp_path / "done", describe_terms(rules, RoleOptions(), Privacy()))
