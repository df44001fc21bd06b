"""Whether the same call gets the same findings whoever speaks: a Markdown table.

    python benchmarks/fairness.py CALLS                # all calls of a file or folder
    python benchmarks/fairness.py CALLS --sample 150   # so many, drawn by lot
    python benchmarks/fairness.py CALLS --only dialect

The calls need no labels.
The names, spellings, dialects and grammars of `voices.py` are given to the customers of every call,
then to the agents. Shares have 95 % Wilson ranges, differences 95 % bootstrap ranges over calls; p
is that of a sign test over the calls with more and with fewer findings, adjusted for being many
(false discovery rate).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from changes import ChangedCall
from comparing import (
    Audit,
    Comparison,
    compare,
    count_same,
    draw_calls,
    make_auditor,
    share,
    sign_test,
)
from voices import DIALECTS, GRAMMARS, NAMES, SPELLINGS, name_otherwise, speak_otherwise

from transcript_audit.model import CallAudit, Role, SkippedCall, Transcript
from transcript_audit.statistics import adjust_p_values, bootstrap_interval

HEADS = (
    "whose",
    "group",
    "calls changed",
    "same findings",
    "findings kept",
    "findings a call, before and after",
    "difference",
    "more / fewer",
    "p",
)
SIDES = (Role.CUSTOMER, Role.AGENT)
KINDS = ("names", "spelling", "dialect", "grammar")

Voice = Callable[[Transcript, Role, random.Random], ChangedCall]


@dataclass(frozen=True, slots=True)
class Group:
    """What was measured of one group on one side: the calls in which anything changed."""

    side: Role
    name: str
    comparisons: tuple[Comparison, ...]

    @property
    def differences(self) -> list[int]:
        """Per call how many findings more it has."""
        return [len(each.after) - len(each.before) for each in self.comparisons]

    @property
    def more(self) -> int:
        """Calls with more findings than before."""
        return sum(each > 0 for each in self.differences)

    @property
    def fewer(self) -> int:
        """Calls with fewer findings than before."""
        return sum(each < 0 for each in self.differences)


def voices_of(kind: str) -> dict[str, Voice]:
    """The groups of a kind, by name."""
    if kind == "names":
        return {name: partial(_rename, names=names.split()) for name, names in NAMES.items()}
    ways = {"spelling": SPELLINGS, "dialect": DIALECTS, "grammar": GRAMMARS}[kind]
    return {name: partial(_speak, name=name, kind=kind) for name in ways}


def _rename(
    transcript: Transcript, side: Role, chance: random.Random, names: Sequence[str]
) -> ChangedCall:
    return name_otherwise(transcript, side, names, chance)


def _speak(
    transcript: Transcript, side: Role, chance: random.Random, name: str, kind: str
) -> ChangedCall:
    ways = {"spelling": SPELLINGS, "dialect": DIALECTS, "grammar": GRAMMARS}[kind]
    return speak_otherwise(transcript, side, ways[name], chance)


def measure_group(  # noqa: PLR0913, PLR0917
    calls: Sequence[tuple[Transcript, CallAudit | SkippedCall]],
    side: Role,
    name: str,
    voice: Voice,
    audit: Audit,
    seed: int,
) -> Group:
    """Every call beside itself in the voices of a group; calls that stay the same don't count."""
    comparisons = []
    for call, before in calls:
        chance = random.Random(f"{seed} {side} {name} {call.call_id}")  # noqa: S311 - no secret
        changed = voice(call, side, chance)
        if changed.transcript != call:
            after = audit(changed.transcript)
            comparisons.append(compare(call.call_id, before, after, changed))
    return Group(side, name, tuple(comparisons))


def row_of(group: Group, p: float) -> list[str]:
    """The cells of one group."""
    calls = len(group.comparisons)
    if not calls:
        return [str(group.side), group.name, "0", *["-"] * 6]
    found = sum(len(each.before) for each in group.comparisons)
    after = sum(len(each.after) for each in group.comparisons)
    kept = sum(each.kept for each in group.comparisons)
    table = np.array(group.differences, dtype=float)[:, None]
    low, high = bootstrap_interval(table, lambda sums: sums[:, 0] / calls)
    return [
        str(group.side),
        group.name,
        str(calls),
        share(count_same(group.comparisons), calls),
        share(kept, found),
        f"{found / calls:.2f}, {after / calls:.2f}",
        f"{(after - found) / calls:+.3f} ({float(low):+.2f} to {float(high):+.2f})",
        f"{group.more} / {group.fewer}",
        f"{p:.2f}",
    ]


def measure_kind(
    calls: Sequence[tuple[Transcript, CallAudit | SkippedCall]],
    kind: str,
    audit: Audit,
    seed: int,
) -> Iterator[list[str]]:
    """The rows of a kind: customers first, then agents."""
    groups = [
        measure_group(calls, side, name, voice, audit, seed)
        for side in SIDES
        for name, voice in voices_of(kind).items()
    ]
    p_values = adjust_p_values([sign_test(group.more, group.fewer) for group in groups])
    for group, p in zip(groups, p_values, strict=True):
        yield row_of(group, p)


def main() -> None:
    """Prints a table a kind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("calls", type=Path, metavar="CALLS")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=KINDS)
    options = parser.parse_args()
    audit = make_auditor()
    drawn = draw_calls(options.calls, options.sample, options.seed)
    calls = [(call, audit(call)) for call in drawn]
    print(f"{len(calls)} calls of `{options.calls.name}`.")
    for kind in [options.only] if options.only else KINDS:
        print(f"\n| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}".replace("group", kind))
        for row in measure_kind(calls, kind, audit, options.seed):
            print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
