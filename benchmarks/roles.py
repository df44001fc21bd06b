"""How well roles are inferred: labelled calls with the speakers masked.

    python benchmarks/roles.py CALLS.jsonl             # with the weights of rules/roles.yaml
    python benchmarks/roles.py CALLS.jsonl --folds 10  # weights counted on the other folds' calls
    python benchmarks/roles.py CALLS.jsonl --fit       # counts the weights and writes them

Agent and customer become spk_0 and spk_1 in a random, seeded order; recordings and bystanders keep
their labels, unless `--mask-others` turns bystanders into spk_2.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from transcript_audit.model import Role, Transcript, Utterance
from transcript_audit.role_cues import Cue, found_cues, load_cues
from transcript_audit.roles import DEFAULT_MARGIN, RoleOptions, UndecidedRoles, assign_roles
from transcript_audit.rulebook import find_rules_directory
from transcript_audit.statistics import wilson_interval

LARGEST_WEIGHT = 3.0


def read_calls(path: Path) -> list[Transcript]:
    """The labelled calls, one a line, with the labels agent, customer, system and other."""
    with path.open(encoding="utf-8") as lines:
        records: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    return [
        Transcript(
            record["id"],
            str(path),
            tuple(
                Utterance(number, turn["speaker"], turn["text"].strip())
                for number, turn in enumerate(record["turns"])
                if turn["text"].strip()
            ),
        )
        for record in records
    ]


def mask_call(call: Transcript, seed: int, *, others: bool) -> tuple[Transcript, dict[str, Role]]:
    """The call with masked labels, and the true role of each mask."""
    masks = ["spk_0", "spk_1"]
    random.Random(f"{seed} {call.call_id}").shuffle(masks)  # noqa: S311
    masked = dict(zip([Role.AGENT, Role.CUSTOMER], masks, strict=True))
    if others:
        masked[Role.OTHER] = "spk_2"
    utterances = tuple(
        replace(utterance, speaker=masked.get(Role(utterance.speaker), utterance.speaker))
        for utterance in call.utterances
    )
    return replace(call, utterances=utterances), {mask: role for role, mask in masked.items()}


def count_weights(calls: Iterable[Transcript], cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues with ln((agents + 1) / (customers + 1)) as weight, over those who show each."""
    agents: Counter[str] = Counter()
    customers: Counter[str] = Counter()
    for call in calls:
        agents.update(found_cues(call.utterances, Role.AGENT, cues))
        customers.update(found_cues(call.utterances, Role.CUSTOMER, cues))
    return tuple(
        cue
        if cue.fixed
        else replace(
            cue,
            weight=max(
                -LARGEST_WEIGHT,
                min(
                    LARGEST_WEIGHT,
                    round(math.log((agents[cue.id] + 1) / (customers[cue.id] + 1)), 2),
                ),
            ),
        )
        for cue in cues
    )


def write_weights(cues: Sequence[Cue], path: Path) -> None:
    """Puts the weights into the file and leaves all else as it is."""
    weights = {cue.id: cue.weight for cue in cues}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    current = ""
    for number, line in enumerate(lines):
        if line.startswith("  - id: "):
            current = YAML(typ="safe").load(line)[0]["id"]
        elif line.startswith("    weight: "):
            lines[number] = f"    weight: {weights[current]}\n"
    path.write_text("".join(lines), encoding="utf-8")


def judge_calls(
    calls: Sequence[Transcript],
    cues: Sequence[Cue],
    options: RoleOptions,
    masking: argparse.Namespace,
) -> dict[str, str]:
    """By call id: "right", "wrong" (any masked speaker has another role) or "undecided"."""
    verdicts = {}
    for call in calls:
        masked, truth = mask_call(call, masking.seed, others=masking.mask_others)
        assignment = assign_roles(masked, options, cues)
        if isinstance(assignment, UndecidedRoles):
            verdicts[call.call_id] = "undecided"
            continue
        sides = {mask: role for mask, role in truth.items() if role != Role.OTHER}
        right = all(assignment.roles[mask] == role for mask, role in sides.items())
        verdicts[call.call_id] = "right" if right else "wrong"
    return verdicts


def main() -> None:
    """Prints the share of decided calls that are right, and the share left undecided."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("calls", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--margin", type=float, default=DEFAULT_MARGIN)
    parser.add_argument("--mask-others", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    calls, cues = read_calls(arguments.calls), load_cues()
    if arguments.fit:
        cues = count_weights(calls, cues)
        write_weights(cues, find_rules_directory() / "roles.yaml")
    order = list(calls)
    random.Random(arguments.seed).shuffle(order)  # noqa: S311
    options = RoleOptions(margin=arguments.margin)
    verdicts: dict[str, str] = {}
    for fold in range(arguments.folds or 1):
        held = order[fold :: arguments.folds or 1]
        names = {call.call_id for call in held}
        if arguments.folds:
            cues = count_weights((call for call in calls if call.call_id not in names), load_cues())
        verdicts |= judge_calls(held, cues, options, arguments)
    report(verdicts)


def report(verdicts: dict[str, str]) -> None:
    """Prints both shares with 95 % Wilson ranges, and the calls behind what is not right."""
    count = Counter(verdicts.values())
    decided = count["right"] + count["wrong"]
    for name, part, whole in (
        ("right of decided", count["right"], decided),
        ("undecided", count["undecided"], len(verdicts)),
    ):
        low, high = wilson_interval(part, whole) if whole else (0.0, 1.0)
        share = part / whole if whole else float("nan")
        print(f"{name}: {part} of {whole} = {share:.1%} ({low:.1%} to {high:.1%})")
    for verdict in ("wrong", "undecided"):
        ids = sorted(call for call, given in verdicts.items() if given == verdict)
        print(f"{verdict}: {', '.join(ids) or '-'}")


if __name__ == "__main__":
    main()
