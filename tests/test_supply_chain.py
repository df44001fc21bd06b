"""What transcript-audit brings along: licences, the bill of materials, known vulnerabilities."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("cyclonedx", reason="needs the extra release")
pytest.importorskip("license_expression", reason="needs the extra release")
pytest.importorskip("pip_audit", reason="needs the extra release")

import dependencies
import licences
import sbom
import try_wheel
import vulnerabilities
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from dependencies import PLACES, Dependency, SupplyChainError
from packaging.utils import canonicalize_name
from vulnerabilities import Vulnerability

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
EPOCH = 1767225600  # 2026-01-01
PINS = {"jinja2": ("Jinja2", "3.1.6")}
MADE_UP = Dependency("made-up", "1.0", "MIT", (), frozenset(PLACES), ())


@pytest.fixture(scope="module")
def needed() -> tuple[Dependency, ...]:
    try:
        return dependencies.find_dependencies()
    except SupplyChainError as error:
        if "is installed as" in str(error):
            pytest.skip(f"this environment is not the pinned one: {error}")
        raise


def rows() -> dict[str, list[str]]:
    """The cells of each package of the page, by canonical name."""
    lines = re.findall(r"^\| (?!package|---)(.+) \|$", PAGE, re.M)
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    return {canonicalize_name(name): [name, *rest] for name, *rest in cells}


# --- licences -----------------------------------------------------------------------------------


def test_the_page_of_licences_is_what_would_be_written(needed: tuple[Dependency, ...]) -> None:
    assert licences.write_page(needed) == PAGE


def test_the_page_names_all_that_pyproject_asks_for_as_it_is_pinned() -> None:
    pins, listed = dependencies.read_pins(), rows()
    asked = {canonicalize_name(e.name) for each in dependencies.read_roots().values() for e in each}
    assert len(asked) > 25
    assert asked <= listed.keys()
    assert {name: tuple(cells[:2]) for name, cells in listed.items()} == {
        name: pins[name] for name in listed
    }


def test_the_page_marks_what_comes_with_an_extra_or_to_some_places_only() -> None:
    listed = rows()
    assert listed["psycopg"][3] == "`postgresql`"
    assert listed["cloudpickle"][3] == "`dask` `train`"
    assert len(listed["numpy"]) == 4
    assert listed["colorama"][3] == "Windows"
    assert listed["importlib-metadata"][3:] == ["`dask`", "Python 3.11"]


def test_every_dependency_has_a_licence_that_is_allowed(needed: tuple[Dependency, ...]) -> None:
    assert [each for each in needed if not licences.is_allowed(each)] == []


@pytest.mark.parametrize(
    ("licence", "extras", "allowed"),
    [
        ("MIT", (), True),
        ("Apache-2.0 AND CNRI-Python", (), True),
        ("MIT OR GPL-3.0-only", (), True),
        ("MIT AND GPL-3.0-only", (), False),
        ("MIT AND (GPL-2.0-only OR AGPL-3.0-only)", (), False),
        ("AGPL-3.0-or-later", ("train",), False),
        ("LGPL-3.0-only", (), False),
        ("LGPL-3.0-only", ("postgresql",), True),
        ("CC-BY-NC-4.0", (), False),
    ],
)
def test_a_licence_is_allowed_by_the_policy(
    licence: str, extras: tuple[str, ...], allowed: bool
) -> None:
    assert licences.is_allowed(replace(MADE_UP, licence=licence, extras=extras)) is allowed


@pytest.mark.parametrize(
    ("stated", "licence"),
    [
        ({"License-Expression": "mit and psf-2.0"}, "MIT AND PSF-2.0"),
        ({"License": "Apache License, Version 2.0"}, "Apache-2.0"),
        ({"License": "BSD", "Classifier": "License :: OSI Approved :: ISC License (ISCL)"}, "ISC"),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, "MIT"),
        ({"License": "2-clause", "Classifier": "License :: OSI Approved :: BSD License"}, "BSD"),
    ],
)
def test_a_licence_is_read_however_a_package_states_it(
    stated: Mapping[str, str], licence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "metadata", lambda _: message(stated))
    assert dependencies.find_licence("made-up") == licence


@pytest.mark.parametrize("stated", [{}, {"License": "see the file"}, {"License": "Proprietary"}])
def test_a_package_without_a_known_licence_is_refused(
    stated: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "metadata", lambda _: message(stated))
    with pytest.raises(SupplyChainError, match="made-up states no licence"):
        dependencies.find_licence("made-up")


def message(fields: Mapping[str, str]) -> Message:
    made = Message()
    for name, value in fields.items():
        made[name] = value
    return made


def test_a_package_in_another_version_than_pinned_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    dependencies.needed_by.cache_clear()
    monkeypatch.setattr(dependencies, "metadata", lambda _: message({"Version": "0.1"}))
    with pytest.raises(SupplyChainError, match=r"numpy is installed as 0\.1; pip install -c"):
        dependencies.needed_by("numpy", frozenset(), PLACES[0])
    dependencies.needed_by.cache_clear()


# --- the bill of materials ----------------------------------------------------------------------


def test_the_bill_names_every_package_and_what_it_needs(needed: tuple[Dependency, ...]) -> None:
    text = sbom.build(needed, EPOCH)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    packages = {each["name"]: each for each in bill["components"]}
    assert {(name, each["version"]) for name, each in packages.items()} == {
        (each.name, each.version) for each in needed
    }
    assert packages["numpy"]["scope"] == "required"
    assert packages["psycopg"]["scope"] == "optional"
    assert packages["psycopg"]["properties"] == [
        {"name": "transcript-audit:extra", "value": "postgresql"}
    ]
    assert bill["metadata"]["timestamp"] == "2026-01-01T00:00:00+00:00"


def test_everything_in_the_bill_hangs_on_the_program(needed: tuple[Dependency, ...]) -> None:
    bill = json.loads(sbom.build(needed, EPOCH))
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    reached, new = set(), {"transcript-audit"}
    while new:
        reached |= new
        new = {need for name in new for need in needs[name]} - reached
    assert reached == {"transcript-audit", *(each["bom-ref"] for each in bill["components"])}


def test_the_bill_is_the_same_in_every_process(needed: tuple[Dependency, ...]) -> None:
    code = "import sbom; print(sbom.build(sbom.find_dependencies(), 1767225600), end='')"
    paths = os.pathsep.join((str(ROOT / "supply_chain"), str(ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": paths, "PYTHONHASHSEED": "7"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == sbom.build(needed, EPOCH)


def test_a_bill_that_breaks_the_schema_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    made = SimpleNamespace(output_as_string=lambda **_: '{"bomFormat": "CycloneDX"}')
    monkeypatch.setattr(sbom, "JsonV1Dot6", lambda _: made)
    with pytest.raises(SupplyChainError, match="breaks the CycloneDX schema"):
        sbom.write_json(Bom())


# --- known vulnerabilities ----------------------------------------------------------------------


def record(**affected: Any) -> dict[str, Any]:
    package = {"ecosystem": "PyPI", "name": "jinja2"}
    return {"id": "PYSEC-1", "affected": [{"package": package, **affected}]}


def events(*pairs: tuple[str, str]) -> dict[str, Any]:
    listed = [{"type": "ECOSYSTEM", "events": [dict([pair]) for pair in pairs]}]
    return record(ranges=listed)


AFFECTED = {
    "named": record(versions=["3.1.6"]),
    "from the first on": events(("introduced", "0")),
    "until it is fixed": events(("introduced", "3.0"), ("fixed", "3.1.7")),
    "to the last": events(("introduced", "3.0"), ("last_affected", "3.1.6")),
    "again": events(("introduced", "0"), ("fixed", "3.0"), ("introduced", "3.1.6")),
    "in any order": events(("fixed", "3.2"), ("introduced", "3.1")),
}
UNAFFECTED = {
    "others are named": record(versions=["3.1.5", "3.1.60"]),
    "fixed": events(("introduced", "0"), ("fixed", "3.1.6")),
    "later": events(("introduced", "3.1.10")),
    "the last is before": events(("introduced", "0"), ("last_affected", "3.1.5")),
    "between": events(("introduced", "0"), ("fixed", "3.0"), ("introduced", "4.0")),
    "withdrawn": {**record(versions=["3.1.6"]), "withdrawn": "2026-01-01T00:00:00Z"},
    "another package": record(versions=["3.1.6"], package={"ecosystem": "PyPI", "name": "jinja"}),
    "another ecosystem": record(versions=["3.1.6"], package={"ecosystem": "npm", "name": "jinja2"}),
    "commits": record(ranges=[{"type": "GIT", "events": [{"introduced": "0"}]}]),
}


@pytest.mark.parametrize("name", AFFECTED)
def test_a_pin_is_affected(name: str) -> None:
    (found,) = vulnerabilities.match(AFFECTED[name], PINS)
    assert (found.package, found.version, found.id) == ("Jinja2", "3.1.6", "PYSEC-1")


@pytest.mark.parametrize("name", UNAFFECTED)
def test_a_pin_is_not_affected(name: str) -> None:
    assert list(vulnerabilities.match(UNAFFECTED[name], PINS)) == []


@pytest.mark.parametrize("packed", [False, True])
def test_advisories_are_read_from_a_folder_or_an_archive(tmp_path: Path, packed: bool) -> None:
    text = json.dumps(AFFECTED["until it is fixed"])
    (tmp_path / "PYSEC-1.json").write_text(text, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-1.json", text)
    place = tmp_path / "all.zip" if packed else tmp_path
    assert vulnerabilities.search_advisories(place, PINS) == [
        Vulnerability("Jinja2", "3.1.6", "PYSEC-1", ("3.1.7",))
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "no OSV records"),
        ("{", "a.json is no OSV record"),
        ("[]", "a.json is no OSV record"),
        (json.dumps(events(("introduced", "x.y"))), "not a version: 'x.y'"),
    ],
)
def test_advisories_that_cannot_be_read_are_told(
    tmp_path: Path, text: str | None, told: str
) -> None:
    if text is not None:
        (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(SupplyChainError, match=told):
        vulnerabilities.search_advisories(tmp_path, PINS)
    with pytest.raises(SupplyChainError, match="no folder or archive"):
        vulnerabilities.search_advisories(tmp_path / "a.zip", PINS)


def look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, list[str]]:
    """The exit code of a look for vulnerabilities, and the lines it prints."""
    monkeypatch.setattr(sys, "argv", ["vulnerabilities.py", *words])
    code = vulnerabilities.main()
    shown = capsys.readouterr()
    return code, [*shown.out.splitlines(), *shown.err.splitlines()]


def answer(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
    """Has pip-audit answer so on each pin."""
    told = [
        {"name": name, "version": version, **answers}
        for name, version in dependencies.read_pins().values()
    ]
    done = SimpleNamespace(stdout=json.dumps({"dependencies": told}), stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)


def test_no_known_vulnerability_is_told_with_how_many_were_looked_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, vulns=[])
    pins = len(dependencies.read_pins())
    assert look(monkeypatch, capsys) == (
        0,
        [f"0 known vulnerabilities; {pins} of {pins} packages looked up"],
    )


def test_a_database_that_knows_no_package_clears_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, skip_reason="not found on PyPI")
    pins = len(dependencies.read_pins())
    assert look(monkeypatch, capsys) == (
        3,
        [f"vulnerabilities: cannot tell of {pins}: PyPI gave no answer"],
    )


def test_a_known_vulnerability_is_told_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, vulns=[{"id": "PYSEC-1", "fix_versions": []}])
    code, lines = look(monkeypatch, capsys)
    assert code == 1
    assert "Jinja2 3.1.6: PYSEC-1, not mended yet" in lines


def test_without_a_network_it_says_in_one_line_that_it_cannot_tell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody listens
    code, lines = look(monkeypatch, capsys)
    assert code == 3
    (line,) = lines
    assert line.startswith("vulnerabilities: cannot tell: PyPI's database can't be reached")


def test_advisories_need_no_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    (tmp_path / "a.json").write_text(json.dumps(AFFECTED["named"]), encoding="utf-8")
    code, lines = look(monkeypatch, capsys, "--advisories", str(tmp_path))
    assert code == 1
    assert lines[0] == "Jinja2 3.1.6: PYSEC-1, not mended yet"


# --- the wheel in an empty environment: .ci/run does it, these are its parts --------------------


def test_a_python_that_does_not_run_is_none() -> None:
    assert try_wheel.find_version(sys.executable) == platform.python_version()
    assert try_wheel.find_version("python-of-nobody") is None
    assert try_wheel.find_version(str(ROOT / "README.md")) is None


def test_nothing_leads_a_tried_wheel_back_to_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TRANSCRIPT_AUDIT_RULES", str(ROOT / "rules"))
    code = "import os; print(*[name for name in os.environ if name.startswith(('PYTHON', 'TRAN'))])"
    assert try_wheel.run((sys.executable, "-c", code), ROOT).strip() == ""


def test_a_wheel_that_audits_otherwise_than_the_tree_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(try_wheel, "run", lambda command, *_, **__: said(command))
    assert try_wheel.tell(Path("x.whl"), "python", "3.11.0", "another\n") == (
        "x.whl with Python 3.11.0: the audit of the samples is another than that of the tree"
    )
    assert try_wheel.tell(Path("x.whl"), "python", "3.11.0", "an audit\n") is None
    assert "1 sample calls audited as by the tree" in capsys.readouterr().out


def said(command: tuple[Any, ...]) -> str:
    """What each program of a trial says."""
    if command[-1] == "import transcript_audit; print(transcript_audit.__file__)":
        return str(Path(command[0]).parent / "transcript_audit" / "__init__.py")
    return "an audit\n" if "audit" in command else ""
