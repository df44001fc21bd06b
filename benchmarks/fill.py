"""Puts what commands print into the documents that show it, between their markers.

    python benchmarks/fill.py README.md          the report that `make audit` prints
    python benchmarks/fill.py docs/scripts.md    the record of a sample call
    python benchmarks/fill.py docs/architecture.md   the modules by floor
    python benchmarks/fill.py docs/accuracy.md   the evaluation on benchmarks/calls/dev.jsonl
    python benchmarks/fill.py docs/fairness.md   what changes and other speakers do to findings
    python benchmarks/fill.py docs/performance.md   what benchmarks/speed.py and stages.py measure
    python benchmarks/fill.py docs/scale.md      what workers do, and would in a cluster

Blocks that take long are only filled when named: `--only ablation`.

With `--check` nothing is written, and the exit code is 1 if what stands there is another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUN = (sys.executable, "-m", "transcript_audit")
DEV = "benchmarks/calls/dev.jsonl"
OTHERS = ("folder", "zip", "json", "csv", "xlsx", "parquet", "turns.parquet")
INPUTS = (sys.executable, "benchmarks/memory.py", "--forms", "html", "--inputs", *OTHERS)

BLOCKS: dict[str, dict[str, tuple[Sequence[str], bool]]] = {
    "README.md": {
        "report": (("make", "--silent", "--no-print-directory", "audit"), True),
    },
    "docs/scripts.md": {
        "record": ((sys.executable, "benchmarks/record.py"), False),
    },
    "docs/architecture.md": {
        "modules": ((sys.executable, "benchmarks/modules.py"), False),
    },
    "docs/accuracy.md": {
        "roles": ((sys.executable, "benchmarks/roles.py", DEV), True),
        "dev": ((*RUN, "evaluate", DEV, "--jobs", "2", "--format", "markdown"), False),
        "patterns": (
            (*RUN, "evaluate", DEV, "--jobs", "2", "--patterns-only", "--format", "markdown"),
            False,
        ),
        "gold-acts": (
            (*RUN, "evaluate", DEV, "--jobs", "2", "--gold-acts", "--format", "markdown"),
            False,
        ),
        "ablation": ((sys.executable, "benchmarks/ablation.py", "--jobs", "2"), False),
    },
    "docs/fairness.md": {
        "changes": ((sys.executable, "benchmarks/metamorphic.py", DEV), False),
        "groups": ((sys.executable, "benchmarks/fairness.py", DEV), False),
    },
    "docs/performance.md": {
        "speed": ((sys.executable, "benchmarks/speed.py", "--record"), False),
        "stages": ((sys.executable, "benchmarks/stages.py"), False),
    },
    "docs/scale.md": {
        "cluster": (
            (sys.executable, "benchmarks/scale.py", "benchmarks/calls/train.jsonl", "--most=100"),
            True,
        ),
        "workers": ((sys.executable, "benchmarks/workers.py", "--calls", "1000", "20"), False),
        "forms": ((sys.executable, "benchmarks/memory.py", "--patterns-only"), True),
        "inputs": (INPUTS, True),
    },
}
"""Per document and marker, the command, and whether its output is plain text to be fenced."""

SLOW = frozenset({"ablation", "forms", "inputs"})
"""Markers whose commands take a quarter of an hour, or hours."""


def print_block(command: Sequence[str], fenced: bool) -> str:
    """What the command prints to a pipe; lines have no blanks at their ends.

    Exit code 3 (some calls were skipped) is an answer too.

    Raises:
        RuntimeError: it failed; its own words are on standard error.
    """
    done = subprocess.run(  # noqa: S603 - the commands are fixed
        command, cwd=ROOT, check=False, stdout=subprocess.PIPE, encoding="utf-8"
    )
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}")
    text = "".join(f"{line.rstrip()}\n" for line in done.stdout.strip("\n").split("\n"))
    return f"```text\n{text}```\n" if fenced else f"\n{text}\n"


def fill_block(document: str, marker: str, text: str) -> str:
    """The document with `text` between the markers.

    Raises:
        ValueError: a marker is missing, or there are several.
    """
    begin, end = f"<!-- {marker} -->\n", f"<!-- /{marker} -->\n"
    if document.count(begin) != 1 or document.count(end) != 1:
        raise ValueError(f"expected {begin.strip()} and {end.strip()}, once each")
    before, rest = document.split(begin)
    return f"{before}{begin}{text}{end}{rest.split(end)[1]}"


def main() -> None:
    """Writes the document, or tells whether it is out of date."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("document", choices=list(BLOCKS))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", metavar="MARKER")
    options = parser.parse_args()
    path = ROOT / options.document
    old = path.read_text(encoding="utf-8")
    new = old
    for marker, (command, fenced) in BLOCKS[options.document].items():
        if marker != options.only and (options.only or marker in SLOW):
            continue
        new = fill_block(new, marker, print_block(command, fenced))
    if options.check and new != old:
        sys.exit(f"{options.document}: out of date; run: python {sys.argv[0]} {options.document}")
    if not options.check:
        path.write_text(new, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
