"""What transcript-audit brings along, from constraints.txt and the metadata of what is installed.

The other programs of this folder build on it. It works in an environment with the extra `release`,
which has every package that is needed on any system.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, requires
from itertools import product
from pathlib import Path
from typing import TypeAlias, cast

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Place: TypeAlias = tuple[str, str]
"""A Python and a system, of PLACES."""
Asked: TypeAlias = tuple[str, frozenset[str]]
"""A package's canonical name, and the extras of it that are asked for."""

ROOT = Path(__file__).resolve().parent.parent
INSTALL = 'pip install -c constraints.txt -e ".[release]"'
NOT_TO_RUN = ("dev", "fuzz", "release")
"""Extras for those who change or release the program."""

PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {
    name: {"sys_platform": sys, "platform_system": system, "os_name": os, "platform_machine": cpu}
    for name, sys, system, os, cpu in (
        ("Linux", "linux", "Linux", "posix", "x86_64"),
        ("macOS", "darwin", "Darwin", "posix", "arm64"),
        ("Windows", "win32", "Windows", "nt", "AMD64"),
    )
}
PLACES = tuple(product(PYTHONS, SYSTEMS))
"""Where transcript-audit is meant to run."""
NAMED = {
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
    "bsd": "BSD",
    "bsd license": "BSD",
}
"""Licences as packages write them, and their SPDX names; BSD alone does not say which of them."""


class SupplyChainError(Exception):
    """Something that must be put right first, in one line."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One package that transcript-audit needs to run, itself or through another one."""

    name: str
    version: str
    licence: str
    """An SPDX expression; or BSD where a package says no more."""
    extras: tuple[str, ...]
    """The extras that bring it; none: it always comes along."""
    places: frozenset[Place]
    """Where it is needed."""
    needs: tuple[str, ...]
    """The canonical names of those that it needs itself, on any system."""


def find_dependencies() -> tuple[Dependency, ...]:
    """Every package needed to run, with all extras but those of NOT_TO_RUN, by name.

    Raises:
        SupplyChainError: one is not pinned, not installed as it is pinned, or states no licence
            that is known here.
    """
    pins = read_pins()
    seen: dict[str, dict[str, set[Place]]] = {}
    asked: dict[str, set[frozenset[str]]] = {}
    for (extra, roots), place in product(read_roots().items(), PLACES):
        for name, extras in close(roots, place):
            seen.setdefault(name, {}).setdefault(extra, set()).add(place)
            asked.setdefault(name, set()).add(extras)
    for name in sorted(seen.keys() - pins.keys()):
        raise SupplyChainError(f"{name} is missing in constraints.txt: run make constraints")
    return tuple(describe(*pins[name], seen[name], asked[name]) for name in sorted(seen))


def describe(
    name: str, version: str, brought: Mapping[str, set[Place]], asked: Iterable[frozenset[str]]
) -> Dependency:
    """What these extras bring ("" for none) in these places, asked for with extras of its own."""
    always = brought.get("")
    needs = {
        need
        for extras, place in product(asked, PLACES)
        for need, _ in needed_by(canonicalize_name(name), extras, place)
    }
    return Dependency(
        name,
        version,
        find_licence(name),
        () if always else tuple(sorted(brought)),
        frozenset(always or set().union(*brought.values())),
        tuple(sorted(needs)),
    )


@cache
def read_pins() -> dict[str, tuple[str, str]]:
    """Name as written and version of each pin of constraints.txt, by its canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(name): (name, version) for name, version in pins}


def read_roots() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for, by extra; "" is what always comes along."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {"": project["dependencies"], **project["optional-dependencies"]}
    for extra in NOT_TO_RUN:
        del asked[extra]
    return {extra: [Requirement(each) for each in listed] for extra, listed in asked.items()}


def close(roots: Iterable[Requirement], place: Place) -> set[Asked]:
    """These requirements and all that they need in turn, in that place."""
    seen: set[Asked] = set()
    new = set(name_all(roots, place))
    while new:
        seen |= new
        new = {need for name, extras in new for need in needed_by(name, extras, place)} - seen
    return seen


def name_all(requirements: Iterable[Requirement], place: Place, extra: str = "") -> Iterator[Asked]:
    """Name and extras of each requirement that holds in that place."""
    for each in requirements:
        if each.marker is None or each.marker.evaluate(describe_place(place, extra)):
            yield canonicalize_name(each.name), frozenset(each.extras)


@cache
def needed_by(name: str, extras: frozenset[str], place: Place) -> frozenset[Asked]:
    """What a package with these extras needs itself.

    Raises:
        SupplyChainError: it is not installed, or in another version than is pinned.
    """
    try:
        if (version := metadata(name)["Version"]) not in read_pins().get(name, (name, version)):
            raise SupplyChainError(f"{name} is installed as {version}; {INSTALL}")
        stated = [Requirement(each) for each in requires(name) or ()]
    except PackageNotFoundError:
        raise SupplyChainError(f"{name} is not installed; {INSTALL}") from None
    return frozenset(need for extra in ("", *extras) for need in name_all(stated, place, extra))


def describe_place(place: Place, extra: str) -> dict[str, str]:
    """What markers are compared with in that place."""
    python, system = place
    here = cast("dict[str, str]", default_environment())
    version = {"python_version": python, "python_full_version": f"{python}.0"}
    return here | SYSTEMS[system] | version | {"extra": extra}


def find_licence(name: str) -> str:
    """The licence that an installed package states, as SPDX expression where it says enough.

    An expression goes before free words, and those before classifiers, unless they only say BSD.

    Raises:
        SupplyChainError: it states none, or one that is not known here.
    """
    told = metadata(name)
    if expression := told.get("License-Expression"):  # None, or a KeyError by []
        return canonicalize_license_expression(expression)
    classifiers = [each.split(" :: ") for each in told.get_all("Classifier") or ()]
    words = [told.get("License") or "", *(each[-1] for each in classifiers if each[0] == "License")]
    names = [found for found in map(name_licence, words) if found]
    if not names:
        raise SupplyChainError(f"{name} states no licence that is known here: {words}")
    return next((each for each in names if each != "BSD"), "BSD")


def name_licence(words: str) -> str | None:
    """The SPDX name of a licence in free words; None where they don't name one."""
    if words.lower() in NAMED:
        return NAMED[words.lower()]
    try:
        return canonicalize_license_expression(words)
    except InvalidLicenseExpression:
        return None
