"""The package: what is in the wheel, what it needs, and the files around it."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from loaded import built_in
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import transcript_audit
from transcript_audit.model import OFFER_KINDS, TOPICS, ActLabel, Family, Outcome, RuleStatus

ROOT = Path(__file__).resolve().parent.parent
LARGEST_WHEEL = 12_000_000
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def build(kind: str, source: Path, folder: Path, **otherwise: str) -> Path:
    """The wheel or sdist of a source tree, as `make dist` builds it."""
    before = set(folder.iterdir())
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        cwd=source,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1767225600"} | otherwise,
        check=True,
        capture_output=True,
    )
    (made,) = set(folder.iterdir()) - before
    return made


def requirements() -> list[Requirement]:
    listed = [
        *PROJECT["project"]["dependencies"],
        *(each for extra in EXTRAS.values() for each in extra),
    ]
    found = [Requirement(each) for each in listed]
    return [each for each in found if canonicalize_name(each.name) != "transcript-audit"]


def pins() -> dict[str, Version]:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
    return {
        canonicalize_name(name): Version(version)
        for name, version in (line.split("==") for line in lines)
    }


def imported_packages() -> set[str]:
    found = set()
    for path in (ROOT / "transcript_audit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def test_the_wheel_holds_the_whole_package(names: set[str]) -> None:
    package = ROOT / "transcript_audit"
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= names
    assert {
        "transcript_audit/acts/model.npz",
        "transcript_audit/calibration.json",
        "transcript_audit/py.typed",
        "transcript_audit/reports/templates/report.html.j2",
    } <= names


def test_the_wheel_holds_the_rule_book(names: set[str]) -> None:
    rules = {
        f"transcript_audit/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "rules").rglob("*")
        if path.is_file()
    }
    assert len(rules) > 15
    assert rules <= names


def test_the_wheel_holds_nothing_else(names: set[str]) -> None:
    version = transcript_audit.__version__
    tops = {name.split("/")[0] for name in names}
    assert tops == {"transcript_audit", f"transcript_audit-{version}.dist-info"}
    assert [name for name in names if "__pycache__" in name or name.endswith(".jsonl")] == []


def test_the_wheel_is_small(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST_WHEEL


def test_the_wheel_finds_its_own_rules_away_from_the_repository(
    wheel: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")  # noqa: S202 - our own
    code = (
        "import sys, transcript_audit; from transcript_audit.cli import main; "
        "from transcript_audit.rulebook import find_rules_directory; "
        "print(transcript_audit.__file__, find_rules_directory()); "
        "sys.argv = ['transcript-audit', 'rules', 'list']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    places, *listed = done.stdout.splitlines()
    assert done.returncode == 0
    assert all(place.startswith(str(tmp_path / "site")) for place in places.split())
    rules = {path.stem for path in (ROOT / "rules" / "checks").glob("*.yaml")}
    assert {line.split()[0] for line in listed if line.strip()} >= rules


def test_what_is_built_from_the_sdist_is_built_the_same_way_every_time(
    sdist: Path, tmp_path: Path
) -> None:
    shutil.unpack_archive(sdist, tmp_path / "unpacked")
    (source,) = (tmp_path / "unpacked").iterdir()
    for name in ("tree", "source"):
        (tmp_path / name).mkdir()
    from_tree = build("wheel", ROOT, tmp_path / "tree")
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    assert build("wheel", source, tmp_path / "source", **elsewhere).read_bytes() == (
        from_tree.read_bytes()
    )
    again = build("sdist", source, tmp_path / "source", **elsewhere)
    assert again.read_bytes() == sdist.read_bytes()


def test_the_sdist_holds_what_is_needed_to_build_and_test(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "Makefile",
        "constraints.txt",
        "pyproject.toml",
        "LICENSE",
        "supply_chain/licences.py",
        "tests/conftest.py",
        "sample_transcripts/flagged",
    } <= held | {str(Path(name).parent) for name in held}
    left = [
        name for name in held if re.search(r"__pycache__|\.pyc$|(^|/)(build|dist|\.venv)/", name)
    ]
    assert left == []


def test_the_entry_point_is_the_command_line(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(each for each in archive.namelist() if each.endswith("entry_points.txt"))
        text = archive.read(name).decode()
    assert "transcript-audit = transcript_audit.cli:main" in text


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_dependency_is_pinned_to_a_version_that_is_allowed(requirement: Requirement) -> None:
    pinned = pins().get(canonicalize_name(requirement.name))
    assert pinned is not None, f"{requirement.name} is missing: run make constraints"
    assert pinned in requirement.specifier


def test_imported_packages_are_declared() -> None:
    distributions = {
        "pydantic_core": "pydantic",  # which pins it to itself
        "ruamel": "ruamel-yaml",
        "sklearn": "scikit-learn",
        "webvtt": "webvtt-py",
    }
    declared = {canonicalize_name(each.name) for each in requirements()}
    outside = imported_packages() - set(sys.stdlib_module_names) - {"transcript_audit"}
    needed = {distributions.get(name, canonicalize_name(name)) for name in outside}
    assert needed >= {"numpy", "pandas", "rich", "spacy", "typer"}
    assert needed <= declared


def test_dev_brings_what_training_needs() -> None:
    assert "transcript-audit[train]" in EXTRAS["dev"]


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## (\S+)", changelog, re.M)
    assert first
    assert first[1] == transcript_audit.__version__


def test_the_policy_defines_every_rule_outcome_and_act_of_the_program() -> None:
    policy = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    named = {name.split(":")[0] for name in re.findall(r"`([a-z][a-z-]*(?::[A-Z]+)?)`", policy)}
    rules = {path.stem for path in (ROOT / "rules" / "checks").glob("*.yaml")}
    for nouns in (rules, ActLabel, Family, Outcome, RuleStatus, TOPICS, OFFER_KINDS):
        assert {str(noun) for noun in nouns} <= named


def test_severities_in_the_policy_are_those_of_the_rule_files() -> None:
    policy = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (critical|major|minor|coaching) \|", policy, re.M))
    assert told == {rule.id: str(rule.severity) for rule in built_in().rules}


def test_no_module_is_left_out_of_the_contract_on_spacy() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (contract,) = [each for each in contracts if each["name"] == "Only acts knows spaCy"]
    package = ROOT / "transcript_audit"
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    modules |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert modules >= {"acts", "cli", "training"}
    listed = {name.removeprefix("transcript_audit.") for name in contract["source_modules"]}
    assert listed == modules - {"acts"}
