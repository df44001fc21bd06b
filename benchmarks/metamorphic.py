"""Whether changes that leave a call what it is leave its findings: a Markdown table.

    python benchmarks/metamorphic.py CALLS                # all calls of a file or folder
    python benchmarks/metamorphic.py CALLS --sample 150   # so many, drawn by lot
    python benchmarks/metamorphic.py CALLS --only "you know" --list   # what became another

The calls need no labels.
Every change of `changes.py` is made to every call, and both are audited. Ranges are 95 % Wilson
ranges.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from changes import CHANGES, TIMED, give_times
from comparing import Audit, Comparison, compare, draw_calls, make_auditor, rows_of

from transcript_audit.model import Transcript

HEADS = (
    "change",
    "calls with the same findings",
    "findings kept",
    "new findings",
    "of those kept, the same turns",
    "outcome kept",
)


def compare_change(
    calls: Sequence[Transcript], name: str, audit: Audit, seed: int
) -> list[Comparison]:
    """Every call beside itself after a change; the same seed gives the same."""
    comparisons = []
    for call in calls:
        transcript = give_times(call) if name in TIMED else call
        chance = random.Random(f"{seed} {name} {call.call_id}")  # noqa: S311 - no secret
        changed = CHANGES[name](transcript, chance)
        before, after = audit(transcript), audit(changed.transcript)
        comparisons.append(compare(call.call_id, before, after, changed))
    return comparisons


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("calls", type=Path, metavar="CALLS")
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=list(CHANGES), metavar="CHANGE")
    parser.add_argument("--list", action="store_true", help="also name calls that came out other")
    options = parser.parse_args()
    calls = draw_calls(options.calls, options.sample, options.seed)
    audit = make_auditor()
    print(f"{len(calls)} calls of `{options.calls.name}`.\n")
    print(f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}")
    for name in [options.only] if options.only else CHANGES:
        comparisons = compare_change(calls, name, audit, options.seed)
        print(f"| {' | '.join(rows_of(name, comparisons))} |", flush=True)
        if options.list:
            for each in comparisons:
                if each.before != each.after:
                    lost, new = sorted(each.before - each.after), sorted(each.after - each.before)
                    print(f"    {each.call_id}: lost {lost}, new {new}")


if __name__ == "__main__":
    main()
