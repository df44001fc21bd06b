"""Measures what a worker does in a second, and simulates what a cluster of many does with it.

    python benchmarks/scale.py benchmarks/calls/train.jsonl
    python benchmarks/scale.py benchmarks/calls/train.jsonl --calls 270000 --workers 2 8 32

Measured, in processor seconds of this machine: reading, auditing and keeping a call, and taking it
from the checkpoint into a report. Simulated, with a seed of its own: shares of uneven size, workers
that are slower than others, and workers that die and come back, whose share is done again.
"""

from __future__ import annotations

import argparse
import heapq
import os
import platform
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

from transcript_audit import __version__
from transcript_audit.acts import load_recogniser
from transcript_audit.batch import RuleSource, audit_reads
from transcript_audit.checkpoint import Checkpoint, describe_terms, resume_audits
from transcript_audit.garbage import collect_seldom, leave_loaded
from transcript_audit.model import Transcript
from transcript_audit.privacy import Privacy
from transcript_audit.readers import read_transcripts
from transcript_audit.reports.records import record_line
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import load_rulebook

WARM = 20
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Processor seconds: to begin, a call, and a call of the report; and words a call."""

    start: float
    read: float
    audit: float
    tell: float
    words: float


@dataclass(frozen=True, slots=True)
class Troubles:
    """What keeps a cluster from its ideal.

    Attributes:
        skew: spread of the shares' sizes (standard deviation of the logarithm).
        slow: share of workers that are slow, and by what factor.
        life: hours that a worker lives, on average; back: seconds until another takes its place.
    """

    skew: float = 0.5
    slow: tuple[float, float] = (0.05, 3.0)
    life: float = 24.0
    back: float = 120.0


def measure(path: str, most: int) -> Rates:
    """The rates on the calls of a file."""
    began = process_time()
    rulebook = load_rulebook()
    recogniser = load_recogniser(rulebook)
    collect_seldom()  # as a worker does
    leave_loaded()
    start = process_time() - began
    began = process_time()
    reads = list(islice(read_transcripts([path]), most + WARM))
    read = (process_time() - began) / len(reads)
    terms = describe_terms(
        RuleSource(None, "default", False, rulebook.digest), RoleOptions(), Privacy()
    )
    audit: Any = partial(
        audit_reads,
        rulebook=rulebook,
        recogniser=recogniser,
        role_options=RoleOptions(),
        privacy=Privacy(),
    )
    list(audit(reads[:WARM]))
    reads = reads[WARM:]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "kept")
        began = process_time()
        with Checkpoint(place, terms) as kept:
            for _ in resume_audits(reads, kept, audit):
                pass
        audited = (process_time() - began) / len(reads)
        began = process_time()
        for each in resume_audits(reads, Checkpoint(place, terms), audit):
            record_line(each)
        told = (process_time() - began) / len(reads)
    texts = [u.text for each in reads if isinstance(each, Transcript) for u in each.utterances]
    words = sum(len(text.split()) for text in texts) / len(reads)
    return Rates(start, read, audited, told + read, words)


def simulate(
    workers: int, sizes: list[float], rates: Rates, troubles: Troubles, seed: int
) -> float:
    """Seconds until the last share is done."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    share, factor = troubles.slow
    speeds = [factor if chance.random() < share else 1.0 for _ in range(workers)]
    free = [(rates.start * speeds[worker], worker) for worker in range(workers)]
    heapq.heapify(free)
    waiting = sizes[::-1]
    end = 0.0
    while waiting:
        now, worker = heapq.heappop(free)
        size = waiting.pop()
        needs = size * (rates.read + rates.audit) * speeds[worker]
        lives = chance.expovariate(1 / (troubles.life * HOUR)) if troubles.life else needs
        if lives < needs:
            waiting.append(size)
            now += lives + troubles.back + rates.start * speeds[worker]
        else:
            now += needs
            end = max(end, now)
        heapq.heappush(free, (now, worker))
    return end


def share_sizes(calls: int, each: int, skew: float, seed: int) -> list[float]:
    """Calls of each share; about as many as asked for, and all of them together exactly."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    sizes = [chance.lognormvariate(0, skew) for _ in range(max(1, calls // each))]
    whole = sum(sizes)
    return [size * calls / whole for size in sizes]


def table(given: argparse.Namespace, rates: Rates) -> Iterator[str]:
    """The lines of the report."""
    work = given.calls * (rates.read + rates.audit)
    yield (
        f"measured on {date.today():%d %B %Y} with version {__version__}, Python "
        f"{platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores"
    )
    yield (
        f"a worker: {rates.start:.1f} s to begin; a call of {rates.words:.0f} words "
        f"{1e3 * rates.read:.2f} ms to read, {1e3 * rates.audit:.2f} ms to audit and keep "
        f"({1 / (rates.read + rates.audit):.0f} calls a second)"
    )
    yield f"the report: {1e3 * rates.tell:.2f} ms a call, by the process that asked"
    yield (
        f"{given.calls:,} calls: {work / HOUR:,.0f} core hours, at {given.price} a core hour "
        f"{work / HOUR * given.price:,.0f}; the report {given.calls * rates.tell / HOUR:,.1f} hours"
    )
    assumed = Troubles()
    yield (
        f"assumed: shares of {given.share} calls (sizes vary by {assumed.skew} of the logarithm); "
        f"{assumed.slow[0]:.0%} of workers {assumed.slow[1]:.0f} times slower; a worker lives "
        f"{assumed.life:.0f} h and is back after {assumed.back:.0f} s; seed {given.seed}"
    )
    yield f"{'workers':>8} {'ideal h':>9} {'skew':>9} {'+ slow':>9} {'+ deaths':>9} {'of ideal':>9}"
    cases = (
        Troubles(slow=(0, 1), life=0),
        Troubles(life=0),
        Troubles(),
    )
    for workers in given.workers:
        sizes = share_sizes(given.calls, given.share, Troubles().skew, given.seed)
        hours = [simulate(workers, sizes, rates, each, given.seed) / HOUR for each in cases]
        ideal = work / workers / HOUR
        told = "".join(f" {each:>9.2f}" for each in hours)
        yield f"{workers:>8} {ideal:>9.2f}{told} {ideal / hours[-1]:>9.0%}"


def main() -> None:
    """Print what was measured and what was simulated."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("path", help="calls to measure on")
    parser.add_argument("--most", type=int, default=200, help="calls to measure on, at most")
    parser.add_argument("--calls", type=int, default=100_000_000)
    parser.add_argument("--share", type=int, default=500, help="calls of a share, about")
    parser.add_argument("--workers", type=int, nargs="+", default=[16, 128, 1024])
    parser.add_argument("--price", type=float, default=0.03, help="of a core hour")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for line in table(given, measure(given.path, given.most)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
