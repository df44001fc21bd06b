"""What becomes of calls whose source got something wrong: labelled calls, spoilt on purpose.

    python benchmarks/faults.py CALLS.jsonl            # roles swapped, voices mixed up
    python benchmarks/faults.py CALLS.jsonl --masked   # names, numbers and dates redacted

The first tells how often each fault is noticed, and how often sound calls are taken for faulty. The
second audits every call as it is and masked, and counts the findings that masking brings up and
takes away; `--every N` takes each N-th call only.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from transcript_audit.acts import load_recogniser
from transcript_audit.audit import audit_call
from transcript_audit.diarisation import find_cut_sentences, find_one_voice
from transcript_audit.labelled_calls import LabelledCall, read_labelled_calls
from transcript_audit.model import CallAudit, Role, Transcript, Utterance
from transcript_audit.roles import RoleAssignment, assign_roles, doubt_roles
from transcript_audit.rulebook import load_rulebook

Spoiler = Callable[[Transcript, random.Random], tuple[Utterance, ...]]

LONGEST_SLIP = 4
"""Words at most that end up with the wrong speaker where a sentence is cut."""

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand"
).split()
_NUMBER = rf"(?:[£$€]?\d[\w.,:/%-]*|\b(?:{'|'.join(_NUMBERS)})\b)"
_MONTHS = (
    "january february march april june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday"
).split()
_MASKED = {
    "number": re.compile(rf"{_NUMBER}(?:[ -]{_NUMBER})*", re.I),
    "date": re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b", re.I),
    "name": re.compile(r"(?<=[a-z,;] )(?!I\b)[A-Z][a-z]+(?: [A-Z][a-z]+)*(?!\])"),
}
MARKS = {
    "[PII]": dict.fromkeys(_MASKED, "[PII]"),
    "[NAME]": {"number": "[NUMBER]", "date": "[DATE]", "name": "[NAME]"},
    "****": dict.fromkeys(_MASKED, "****"),
}


def swap_roles(call: Transcript, _chance: random.Random) -> tuple[Utterance, ...]:
    """The utterances with agent and customer changed over."""
    other = {Role.AGENT: str(Role.CUSTOMER), Role.CUSTOMER: str(Role.AGENT)}
    return tuple(
        replace(each, speaker=other.get(Role(each.speaker), each.speaker))
        for each in call.utterances
    )


def mix_voices(call: Transcript, chance: random.Random) -> tuple[Utterance, ...]:
    """The utterances, all but one in thirty of the customer's given to the agent."""
    return tuple(
        replace(each, speaker=str(Role.AGENT)) if chance.random() > 1 / 30 else each
        for each in call.utterances
    )


def cut_sentences(share: float) -> Spoiler:
    """What moves 1 to `LONGEST_SLIP` words over this share of the changes of speaker."""

    def spoil(call: Transcript, chance: random.Random) -> tuple[Utterance, ...]:
        said = list(call.utterances)
        for place in range(len(said) - 1):
            one, other = said[place].text.split(), said[place + 1].text.split()
            slip, late = chance.randint(1, LONGEST_SLIP), chance.random() < 0.5
            same = said[place].speaker == said[place + 1].speaker
            if same or chance.random() >= share or slip >= len(one if late else other):
                continue
            words = [*one, *other]
            cut = len(one) - slip if late else len(one) + slip
            said[place] = replace(said[place], text=" ".join(words[:cut]))
            said[place + 1] = replace(said[place + 1], text=" ".join(words[cut:]))
        return tuple(said)

    return spoil


SPOILERS: dict[str, Spoiler] = {
    "sound": lambda call, _: call.utterances,
    "roles swapped": swap_roles,
    "one speaker for all": mix_voices,
    **{f"sentences cut at {share:.0%}": cut_sentences(share) for share in (0.2, 0.3, 0.5, 0.8)},
}


def notice_fault(call: Transcript) -> str:
    """Which fault is noticed, or ""."""
    if find_one_voice(call):
        return "one voice"
    if find_cut_sentences(call):
        return "cut"
    roles = assign_roles(call)
    if not isinstance(roles, RoleAssignment):
        return "undecided"
    return "swapped" if doubt_roles(call, roles) else ""


def report_faults(calls: Sequence[LabelledCall]) -> None:
    """Prints, for each way of spoiling, in how many calls which fault is noticed."""
    for name, spoil in SPOILERS.items():
        noticed = Counter(
            notice_fault(replace(each.transcript, utterances=spoil(each.transcript, _chance(each))))
            for each in calls
        )
        told = ", ".join(f"{fault} {count}" for fault, count in noticed.most_common() if fault)
        print(f"{name}: {len(calls) - noticed['']} of {len(calls)} noticed ({told or '-'})")


def _chance(call: LabelledCall) -> random.Random:
    return random.Random(call.call_id)  # noqa: S311


def mask_call(call: Transcript, marks: dict[str, str]) -> Transcript:
    """The call with its numbers, dates and, where it has capitals, names redacted."""

    def mask(text: str) -> str:
        for kind in ("name", "date", "number"):
            text = _MASKED[kind].sub(marks[kind], text)
        return text

    return replace(
        call, utterances=tuple(replace(each, text=mask(each.text)) for each in call.utterances)
    )


def report_masked(calls: Sequence[LabelledCall]) -> None:
    """Prints, for each kind of mark, the findings that masking brings up and takes away."""
    rulebook = load_rulebook()
    recogniser = load_recogniser(rulebook)

    def flagged(call: Transcript) -> set[str]:
        audit = audit_call(call, rulebook, recogniser)
        return {each.rule for each in audit.findings} if isinstance(audit, CallAudit) else set()

    plain = [flagged(each.transcript) for each in calls]
    print(f"{len(calls)} calls, {sum(map(len, plain))} findings as they are")
    for name, marks in MARKS.items():
        new: Counter[str] = Counter()
        wrong = gone = 0
        for each, before in zip(calls, plain, strict=True):
            after = flagged(mask_call(each.transcript, marks))
            new.update(after - before)
            wrong += len(after - before - set(each.findings))
            gone += len(before - after)
        rules = ", ".join(f"{rule} {count}" for rule, count in new.most_common())
        print(f"{name}: {new.total()} new, {wrong} of them wrong, {gone} gone ({rules or '-'})")


def main() -> None:
    """Prints what becomes of the calls."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("calls", type=Path)
    parser.add_argument("--masked", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    rules = [rule.id for rule in load_rulebook().rules]
    calls = read_labelled_calls(str(arguments.calls), rules)[:: arguments.every]
    report = report_masked if arguments.masked else report_faults
    report(calls)


if __name__ == "__main__":
    main()
