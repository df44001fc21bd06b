"""Writes docs/licences.md: each package that transcript-audit needs to run, and its licence.

    python supply_chain/licences.py            writes the page
    python supply_chain/licences.py --check    writes nothing; exit code 1 if it is out of date

Exit code 1 also if a package has a licence that is not allowed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from dependencies import PYTHONS, ROOT, SYSTEMS, Dependency, SupplyChainError, find_dependencies
from license_expression import AND, get_spdx_licensing

SPDX = get_spdx_licensing()
PAGE = ROOT / "docs" / "licences.md"
PERMISSIVE = frozenset(
    "0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause CC0-1.0 CNRI-Python ISC MIT PSF-2.0 Zlib".split()
)
"""Whoever passes the program on has to pass on notices, and nothing else."""
BY_FILE = frozenset({"MPL-2.0"})
"""Asks for the source of changed files of the package itself, of no others."""
BY_LIBRARY = frozenset({"LGPL-3.0-only"})
"""Asks that the library can be exchanged, as a package of its own in Python can; only in extras."""
HEAD = """\
# Licences

<!-- written by `make licences` -->

`transcript-audit` is under the [MIT licence](../LICENSE). Its wheel holds nothing but its own code,
rules and model; pip installs these packages beside it. The versions are those of `constraints.txt`,
the licences what each package states of itself, by their [SPDX](https://spdx.org/licenses/) names;
"BSD" where it doesn't say which of them.
"""
ALWAYS = """\
## What always comes along

| package | version | licence | only on |
| --- | --- | --- | --- |"""
EXTRA = """
## What an extra brings

| package | version | licence | extra | only on |
| --- | --- | --- | --- | --- |"""
POLICY = """
## What is allowed

- Without an extra: {permissive}; and {by_file}, which asks for the source of what somebody changes
  in that package's own files.
- In an extra, which nobody gets without asking for it, also {by_library}: the package is installed
  as it is, and can be exchanged for another version of it.
- Nothing else: no GPL or AGPL, nothing without a licence, nothing "for non-commercial use". A test
  fails where a package states another licence, or none.

Where a package leaves a choice ("OR"), one of them must be allowed; where several hold ("AND"), all
must. Some wheels hold compiled libraries of others, as NumPy's do OpenBLAS and the run-time library
of GCC; their terms lie in the wheel, among its own licences. Whoever passes on an installed
environment as a whole, say as a container image, passes those on too. None of this is legal advice.
"""


def is_allowed(dependency: Dependency) -> bool:
    """Whether the licence of a package is one that we can live with where it is brought along."""
    allowed = PERMISSIVE | BY_FILE | (BY_LIBRARY if dependency.extras else frozenset())

    def agrees(node: object) -> bool:
        if args := getattr(node, "args", ()):
            return (all if isinstance(node, AND) else any)(map(agrees, args))
        return str(node) in allowed

    return agrees(SPDX.parse(dependency.licence))


def write_page(dependencies: Iterable[Dependency]) -> str:
    """The page, in Markdown."""
    always: list[str] = []
    extra: list[str] = []
    for each in dependencies:
        extras = [" ".join(f"`{name}`" for name in each.extras)] if each.extras else []
        cells = [each.name, each.version, each.licence, *extras, name_places(each)]
        (extra if extras else always).append(f"| {' | '.join(cells)} |")
    policy = POLICY.format(
        permissive=", ".join(sorted(PERMISSIVE)),
        by_file=", ".join(sorted(BY_FILE)),
        by_library=", ".join(sorted(BY_LIBRARY)),
    )
    return "\n".join([HEAD, ALWAYS, *always, EXTRA, *extra, policy])


def name_places(dependency: Dependency) -> str:
    """Where a package is needed, if not everywhere: "Windows", "Python 3.11"."""
    pythons = sorted({python for python, _ in dependency.places})
    systems = sorted({system for _, system in dependency.places})
    said = [f"Python {each}" for each in pythons] if len(pythons) < len(PYTHONS) else []
    return ", ".join([*said, *(systems if len(systems) < len(SYSTEMS) else [])])


def main() -> int:
    """Writes or checks the page; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    try:
        dependencies = find_dependencies()
    except SupplyChainError as error:
        print(f"licences: {error}", file=sys.stderr)
        return 2
    refused = [each for each in dependencies if not is_allowed(each)]
    for each in refused:
        print(f"licences: {each.name} is under {each.licence}: not allowed", file=sys.stderr)
    page = write_page(dependencies)
    if check and PAGE.read_text(encoding="utf-8") != page:
        print("licences: docs/licences.md is out of date: run make licences", file=sys.stderr)
        return 1
    if not check:
        PAGE.write_text(page, encoding="utf-8")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
