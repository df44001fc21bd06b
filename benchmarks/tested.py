"""Measures how well the modules that judge are tested: branch coverage and mutants, by module.

    python benchmarks/tested.py coverage
    python benchmarks/tested.py mutants [--jobs N] [NAME ...]

The modules and their tests are those of [tool.mutmut] in pyproject.toml. Fails where a module has
less than 95 % of its branches run, or less than 85 % of its mutants noticed. NAME limits mutants to
those whose names match ("transcript_audit.episode.*"); what was measured before stays as it was,
until the mutated function changes. After a change of the tests alone, name the mutants to run again
or remove the folder mutants/. See docs/testing.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
COVERAGE_NEEDED, NOTICED_NEEDED = 95.0, 85.0
SURVIVED, UNTESTED, NOT_RUN = 0, 33, None
"""What mutmut writes of a mutant: the exit code of the tests, 33 where no test comes by."""


def main() -> int:
    """The exit code: 1 where a module is not tested well enough, 2 where nothing was measured."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("what", choices=["coverage", "mutants"])
    arguments.add_argument("names", nargs="*", metavar="NAME", help="only these mutants")
    arguments.add_argument("--jobs", type=int, default=1, help="processes, by default 1")
    given = arguments.parse_args()
    os.chdir(ROOT)
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    if given.what == "coverage":
        return measure_coverage(settings["pytest_add_cli_args_test_selection"], modules(settings))
    return measure_mutants(modules(settings), given.names, given.jobs)


def modules(settings: dict[str, list[str]]) -> list[Path]:
    """The modules that judge, those without code left out."""
    found = (path for pattern in settings["only_mutate"] for path in Path().glob(pattern))
    return sorted(path for path in found if path.name != "__init__.py")


def measure_coverage(tests: Iterable[str], measured: list[Path]) -> int:
    """Run the tests, and tell how many statements and branches of each module they run."""
    Path("build").mkdir(exist_ok=True)
    run("coverage", "run", "--branch", "-m", "pytest", "-n", "0", *tests)
    report = Path("build/branches.json")
    run("coverage", "json", "-q", "-o", str(report), "--include", ",".join(map(str, measured)))
    files = json.loads(report.read_text(encoding="utf-8"))["files"]
    rows = []
    for path in measured:
        sums = files[str(path)]["summary"]
        done = sums["covered_lines"] + sums["covered_branches"]
        rows.append((str(path), done, sums["num_statements"] + sums["num_branches"]))
    return tell(rows, "statements and branches run", COVERAGE_NEEDED)


def measure_mutants(measured: list[Path], names: list[str], jobs: int) -> int:
    """Change the modules a bit at a time, and tell how many changes the tests notice."""
    run("mutmut", "run", "--max-children", str(jobs), *names)
    counts = [(str(path), Counter(exit_codes(path))) for path in measured]
    rows = []
    for path, codes in counts:
        tried = codes.total() - codes[NOT_RUN]
        rows.append((path, tried - codes[SURVIVED] - codes[UNTESTED], tried))
    print("the others: mutmut results; one of them: mutmut show NAME")
    return tell([row for row in rows if row[2]], "mutants noticed", NOTICED_NEEDED)


def exit_codes(path: Path) -> Iterator[int | None]:
    """What became of each mutant of a module."""
    record = Path("mutants") / f"{path}.meta"
    yield from json.loads(record.read_text(encoding="utf-8"))["exit_code_by_key"].values()


def tell(rows: list[tuple[str, int, int]], what: str, needed: float) -> int:
    """Print a line a module, and one for all; 1 where one is below what is needed."""
    if not rows:
        print("nothing was measured", file=sys.stderr)
        return 2
    width = max(len(name) for name, _, _ in rows)
    low = [name for name, done, of in rows if 100 * done < needed * of]
    total = ("all", sum(done for _, done, _ in rows), sum(of for _, _, of in rows))
    print(what)
    for name, done, of in (*rows, total):
        mark = f"  below {needed:g} %" if name in low else ""
        print(f"{name:{width}}  {done:5} of {of:5}  {100 * done / of:6.1f} %{mark}")
    return 1 if low else 0


def run(tool: str, *arguments: str) -> None:
    """Run a tool of the same environment; stop where it fails."""
    found = subprocess.run([BIN / tool, *arguments], check=False)  # noqa: S603 - our own tools
    if found.returncode:
        sys.exit(found.returncode)


if __name__ == "__main__":
    sys.exit(main())
