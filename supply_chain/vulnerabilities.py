"""Tells which packages of constraints.txt have known vulnerabilities.

    python supply_chain/vulnerabilities.py                      asks PyPI, by pip-audit
    python supply_chain/vulnerabilities.py --advisories PLACE   reads advisories, without a network

Advisories are OSV records: JSON files in a folder or an archive, as https://osv.dev offers them for
PyPI. Exit codes: 0 all packages were looked up and none has any; 1 some have; 2 bad usage; 3 cannot
tell, nothing found so far.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dependencies import ROOT, SupplyChainError, read_pins
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A known one of a package that is pinned."""

    package: str
    version: str
    id: str
    fixed: tuple[str, ...]
    """The versions in which it is mended; there may be none."""


def ask_database(constraints: Path) -> tuple[list[Vulnerability], int]:
    """What pip-audit finds for the pins, and how many of them it could look up.

    Raises:
        SupplyChainError: the database could not be reached.
    """
    options = "--no-deps --disable-pip --progress-spinner off --format json"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pip_audit", "-r", str(constraints), *options.split()],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answers = json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1].partition(":")[0]
        raise SupplyChainError(f"PyPI's database can't be reached ({last})") from None
    found = [
        Vulnerability(each["name"], each["version"], told["id"], tuple(told["fix_versions"]))
        for each in answers
        for told in each.get("vulns", ())
    ]
    return found, sum("vulns" in each for each in answers)


def search_advisories(place: Path, pins: Mapping[str, tuple[str, str]]) -> list[Vulnerability]:
    """What OSV records say of the pins.

    Raises:
        SupplyChainError: there are none, or one can't be read.
    """
    found, read = [], 0
    for name, text in read_files(place):
        try:
            record = json.loads(text)
            found += list(match(record, pins))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SupplyChainError(f"{name} is no OSV record: {error!r}") from None
        read += 1
    if not read:
        raise SupplyChainError(f"no OSV records (*.json) in {place}")
    return sorted(set(found), key=lambda each: (each.package.lower(), each.id))


def read_files(place: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every JSON file in a folder or an archive.

    Raises:
        SupplyChainError: it is neither, or is damaged.
    """
    if place.is_dir():
        yield from ((path.name, path.read_bytes()) for path in sorted(place.glob("*.json")))
        return
    try:
        with zipfile.ZipFile(place) as archive:
            names = [name for name in archive.namelist() if name.endswith(".json")]
            yield from ((name, archive.read(name)) for name in names)
    except (OSError, zipfile.BadZipFile) as error:
        raise SupplyChainError(f"{place}: no folder or archive of OSV records: {error}") from None


def match(
    record: Mapping[str, Any], pins: Mapping[str, tuple[str, str]]
) -> Iterator[Vulnerability]:
    """The pins that a record is about."""
    if record.get("withdrawn"):
        return
    for affected in record.get("affected", ()):
        package = affected.get("package", {})
        pin = pins.get(canonicalize_name(package.get("name", "")))
        if package.get("ecosystem") == "PyPI" and pin and is_affected(pin[1], affected):
            events = [event for each in affected.get("ranges", ()) for event in each["events"]]
            fixed = tuple(event["fixed"] for event in events if "fixed" in event)
            yield Vulnerability(*pin, record["id"], fixed)


def is_affected(version: str, affected: Mapping[str, Any]) -> bool:
    """Whether a version is among those of a record, by the rule of the OSV schema.

    It is named, or lies in a range: from "introduced" till before "fixed" or up to "last_affected".
    """
    if version in affected.get("versions", ()):
        return True
    ranges = [each for each in affected.get("ranges", ()) if each["type"] == "ECOSYSTEM"]
    return any(lies_in(Version(version), each["events"]) for each in ranges)


def lies_in(version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    """Whether a version lies in the range that these events cut out."""
    inside = False
    pairs = (pair for event in events for pair in event.items())
    for kind, text in sorted(pairs, key=place_event):
        at = read_version(text)
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def place_event(event: tuple[str, str]) -> tuple[Version, bool]:
    """Where an event of a range stands: by version; what begins there before what ends."""
    kind, text = event
    return read_version(text), kind != "introduced"


def read_version(text: str) -> Version:
    """A version as an event writes it; "0" is before all others."""
    try:
        return Version("0.dev0" if text == "0" else text)
    except InvalidVersion:
        raise ValueError(f"not a version: {text!r}") from None


def main() -> int:
    """Looks, and says what was found; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--advisories", type=Path, metavar="PLACE")
    place = parser.parse_args().advisories
    pins = read_pins()
    try:
        if place is None:
            found, looked_up = ask_database(ROOT / "constraints.txt")
        else:
            found, looked_up = search_advisories(place, pins), len(pins)
    except SupplyChainError as error:
        print(f"vulnerabilities: cannot tell: {error}", file=sys.stderr)
        return 3
    for each in found:
        fixed = f"mended in {', '.join(each.fixed)}" if each.fixed else "not mended yet"
        print(f"{each.package} {each.version}: {each.id}, {fixed}")
    if looked_up:
        print(f"{len(found)} known vulnerabilities; {looked_up} of {len(pins)} packages looked up")
    if rest := len(pins) - looked_up:
        print(f"vulnerabilities: cannot tell of {rest}: PyPI gave no answer", file=sys.stderr)
    return 1 if found else 3 if rest else 0


if __name__ == "__main__":
    sys.exit(main())
