"""How much faster two workers audit than one: whole processes, in turns, at two sizes.

    python benchmarks/workers.py                    250 and 25 calls of 1,500 words
    python benchmarks/workers.py --calls 100 10 --rounds 3
    python benchmarks/workers.py --calls 4 2 --words 60    too few to tell anything, but quick

Calls are joined as in benchmarks/speed.py. The difference between the two sizes is what the calls
of the larger take beyond those of the smaller; it gives the rate per call, and what is left of the
smaller run is the start. Wall seconds depend on what else the machine does; processor seconds, of
the run's own process and of its workers apart, hardly do. The records of one worker and of two
have to be the same to the byte, or the benchmark stops.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from speed import ROOT, WORDS, join_calls, read_calls

DRIVER = """
import atexit, json, resource, sys

def tell():
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = [each.ru_utime + each.ru_stime for each in spent]
    with open({told!r}, "w", encoding="utf-8") as out:
        json.dump(seconds, out)

if __name__ == "__main__":  # workers import this file too
    atexit.register(tell)
    from transcript_audit.cli import main
    main()
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a run: of the wall, and of processors by its own process and its workers."""

    wall: float
    own: float
    workers: float

    @property
    def processors(self) -> float:
        """Processor seconds of all processes."""
        return self.own + self.workers


def write_calls(path: Path, number: int, words: int) -> None:
    """That many joined calls, from the beginning again where there are too few.

    Raises:
        SystemExit: there is none of so many words.
    """
    calls = join_calls(read_calls(), words)
    if not calls:
        sys.exit(f"--words {words}: all recorded calls together have fewer")
    with path.open("w", encoding="utf-8") as out:
        for place in range(number):
            call = dict(calls[place % len(calls)], id=f"call-{place}")
            out.write(json.dumps(call) + "\n")


def run(path: Path, workers: int) -> tuple[Spent, str]:
    """What an audit of the file takes, and the digest of its records.

    Raises:
        SystemExit: the audit failed.
    """
    told = path.with_name("told.json")
    driver = path.with_name("driver.py")
    driver.write_text(DRIVER.format(told=str(told)), encoding="utf-8")
    words = ["audit", str(path), "--no-store", "--no-settings", "-f", "jsonl"]
    command = [sys.executable, str(driver), *words, "--workers", str(workers)]
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    begin = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - the command is fixed
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
    )
    wall = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"the audit failed: {done.stderr.decode(errors='replace')}")
    own, others = json.loads(told.read_text(encoding="utf-8"))
    return Spent(wall, own, others), hashlib.sha256(done.stdout).hexdigest()


def measure(sizes: Sequence[int], words: int, rounds: int) -> dict[tuple[int, int], Spent]:
    """Medians over the rounds, by number of calls and of workers.

    Raises:
        SystemExit: two workers do not write what one does.
    """
    found: dict[tuple[int, int], list[Spent]] = {}
    with TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder) / f"{size}.jsonl"
            write_calls(path, size, words)
            written = set()
            for _ in range(rounds):
                for workers in (1, 2):
                    spent, digest = run(path, workers)
                    found.setdefault((size, workers), []).append(spent)
                    written.add(digest)
            if len(written) > 1:
                sys.exit(f"{size} calls: two workers do not write the same records as one")
    return {key: middle(runs) for key, runs in found.items()}


def middle(runs: Sequence[Spent]) -> Spent:
    """The median of each figure."""
    return Spent(
        median(each.wall for each in runs),
        median(each.own for each in runs),
        median(each.workers for each in runs),
    )


def split(few: Spent, many: Spent, sizes: tuple[int, int]) -> tuple[Spent, Spent]:
    """The start of a run, and what a call takes, of runs of two sizes (fewer first)."""
    more = sizes[1] - sizes[0]
    each = Spent(
        (many.wall - few.wall) / more,
        (many.own - few.own) / more,
        (many.workers - few.workers) / more,
    )
    start = Spent(
        few.wall - each.wall * sizes[0],
        few.own - each.own * sizes[0],
        few.workers - each.workers * sizes[0],
    )
    return start, each


def show(measured: Mapping[tuple[int, int], Spent]) -> str:
    """What was measured as Markdown tables, with the facts of the machine."""
    few, many = sorted({size for size, _ in measured})
    head = (
        "| wall s | own CPU s | workers' CPU s | all CPU s |\n| --- | ---: | ---: | ---: | ---: |"
    )
    rows = [
        f"| {_plural(size, 'call')}, {_plural(workers)} {_figures(spent, 1)}"
        for (size, workers), spent in measured.items()
    ]
    for workers in (1, 2):
        start, each = split(measured[few, workers], measured[many, workers], (few, many))
        rows.append(f"| start, {_plural(workers)} {_figures(start, 1)}")
        rows.append(f"| 1,000 calls beyond it, {_plural(workers)} {_figures(each, 1000)}")
    one, two = measured[many, 1], measured[many, 2]
    ratios = (
        f"{many} calls by two workers: {one.wall / two.wall:.2f} times as fast as by one, for "
        f"{two.processors / one.processors:.2f} times the CPU seconds."
    )
    facts = (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores."
    )
    return f"| run {head}\n" + "\n".join(rows) + f"\n\n{ratios}\n{facts}\n"


def _plural(number: int, noun: str = "worker") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _figures(spent: Spent, times: int) -> str:
    figures = (spent.wall, spent.own, spent.workers, spent.processors)
    return "".join(f"| {each * times:.2f} " for each in figures) + "|"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--calls", type=int, nargs=2, default=(250, 25), help="of the two sizes, not the same"
    )
    parser.add_argument("--words", type=int, default=WORDS, help="of a joined call")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind, in turns")
    options = parser.parse_args()
    sizes = sorted(set(options.calls))
    if len(sizes) < 2 or sizes[0] < 1 or options.rounds < 1:
        parser.error("--calls takes two different numbers from 1 on, and --rounds one from 1 on")
    print(show(measure(sizes, options.words, options.rounds)), end="")


if __name__ == "__main__":
    main()
