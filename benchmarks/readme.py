"""Puts what `make audit` prints into README.md, between its report markers.

With `--check` nothing is written, and the exit code is 1 if the report there is another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- report -->\n", "<!-- /report -->\n"


def print_report() -> str:
    """What `make audit` prints to a pipe; lines have no blanks at their ends.

    Raises:
        subprocess.CalledProcessError: it failed; its own words are on standard error.
    """
    command = ["make", "--silent", "--no-print-directory", "audit"]
    done = subprocess.run(  # noqa: S603 - the command is fixed
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.strip("\n").split("\n"))


def fill_report(readme: str, report: str) -> str:
    """The README with the report between its markers.

    Raises:
        ValueError: a marker is missing, or there are several.
    """
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ValueError(f"README.md: expected {BEGIN.strip()} and {END.strip()}, once each")
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}```text\n{report}```\n{END}{after}"


def main() -> None:
    """Writes the README, or tells whether it is out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    path = ROOT / "README.md"
    readme = path.read_text(encoding="utf-8")
    filled = fill_report(readme, print_report())
    if check and filled != readme:
        sys.exit("README.md: its report is out of date; run: make readme")
    if not check:
        path.write_text(filled, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
