"""What verdicts teach: how often each rule was right, and how far reviewers agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan

from transcript_audit.agreement import FINDING, NO_FINDING, Judgement
from transcript_audit.review.verdicts import (
    JUDGING,
    Reviews,
    Ruling,
    Standing,
    Verdict,
    is_added,
)
from transcript_audit.statistics import wilson_interval

OFTEN = 0.2
"""Share of overturned findings above which a rule is named, if the whole range lies above it."""

_Unit = tuple[str, str]
"""Call id and rule."""

FEWEST = 5
"""Decided findings that a rule must have before it is named."""

MACHINE = "(the auditor)"
"""Stands among reviewers for the audit that they reviewed."""


@dataclass(frozen=True, slots=True)
class RuleLesson:
    """What the verdicts on one rule's findings come to.

    Attributes:
        upheld, overturned: findings of the audit on which a decision stands.
        undecided: those that are unsure, split or disputed.
        missed: findings of the rule that people added and that stand.
        precision: upheld / (upheld + overturned), 0 to 1, with its 95 % Wilson range; None where
            nothing is decided. The share overturned is 1 less that.
        often_overturned: whether the whole range of the share overturned lies above a limit; never
            with fewer than `FEWEST` decided.
    """

    rule: str
    upheld: int
    overturned: int
    undecided: int
    missed: int
    precision: float | None
    low: float | None
    high: float | None
    often_overturned: bool

    @property
    def reviewed(self) -> int:
        """Findings of the audit that reviewers have spoken on, decided or not."""
        return self.upheld + self.overturned + self.undecided

    @property
    def overturn_rate(self) -> float | None:
        """Overturned of decided, 0 to 1."""
        return None if self.precision is None else 1 - self.precision


Lessons = Mapping[str, RuleLesson]
"""By rule; of rules with verdicts."""


def learn_from_verdicts(
    reviews: Reviews, rules: Iterable[str] = (), often: float = OFTEN
) -> tuple[RuleLesson, ...]:
    """A lesson a rule: of `rules` in their order, then of others that were reviewed, by id.

    Args:
        often: share of overturned findings, 0 to 1, above which a rule is named.
    """
    counts: dict[str, Counter[str]] = {rule: Counter() for rule in rules}
    spoken = sorted({each.rule for each in reviews.findings.values()} - counts.keys())
    counts |= {rule: Counter() for rule in spoken}
    for each in reviews.findings.values():
        counts[each.rule][f"added {each.standing}" if each.added else str(each.standing)] += 1
    return tuple(_lesson(rule, count, often) for rule, count in counts.items())


def _lesson(rule: str, count: Mapping[str, int], often: float) -> RuleLesson:
    upheld, overturned = count[Standing.UPHELD], count[Standing.OVERTURNED]
    decided = upheld + overturned
    low, high = wilson_interval(upheld, decided)
    return RuleLesson(
        rule=rule,
        upheld=upheld,
        overturned=overturned,
        undecided=sum(count[each] for each in (Standing.UNSURE, Standing.SPLIT, Standing.DISPUTED)),
        missed=count[f"added {Standing.UPHELD}"],
        precision=upheld / decided if decided else None,
        low=None if isnan(low) else low,
        high=None if isnan(high) else high,
        often_overturned=decided >= FEWEST and 1 - high > often,
    )


def judge_by_ledger(
    verdicts: Iterable[Verdict], rules: Collection[str], machine: bool = True
) -> Iterator[Judgement]:
    """What each reviewer made of each rule on each call, to measure agreement by.

    A finding upheld or added is a finding, one overturned is none, one that is unsure is missing.
    In a call that a reviewer has heard whole, every other rule has no finding for them. With
    `machine`, the audit that they reviewed is one more rater: it found what they ruled on, and not
    what they added, nor anything else in calls heard whole.

    Args:
        rules: ids of all rules that a call heard whole was judged by.
    """
    said, flagged = _rulings_by_unit(_current(verdicts), rules)
    for unit, rulings in said.items():
        if machine:
            yield Judgement(MACHINE, *unit, FINDING if flagged[unit] else NO_FINDING)
        for reviewer, ruling in rulings.items():
            if ruling is not Ruling.UNSURE:
                found = ruling in {Ruling.UPHELD, Ruling.MISSED}
                yield Judgement(reviewer, *unit, FINDING if found else NO_FINDING)


def _rulings_by_unit(
    verdicts: Iterable[Verdict], rules: Collection[str]
) -> tuple[dict[_Unit, dict[str, Ruling]], dict[_Unit, bool]]:
    """Each reviewer's last ruling on each unit, and whether the audit had flagged it."""
    said: dict[_Unit, dict[str, Ruling]] = {}
    heard: dict[str, set[str]] = {}
    flagged: dict[_Unit, bool] = {}
    for verdict in verdicts:
        unit = (verdict.call_id, verdict.rule)
        if verdict.ruling is Ruling.HEARD:
            heard.setdefault(verdict.call_id, set()).add(verdict.reviewer)
        elif verdict.fingerprint:
            flagged[unit] = flagged.get(unit, False) or not is_added(verdict.fingerprint)
            if verdict.ruling in JUDGING:
                said.setdefault(unit, {})[verdict.reviewer] = verdict.ruling
    for unit in ((call, rule) for call in heard for rule in rules):
        if not flagged.setdefault(unit, False):  # on what was flagged, silence is no judgement
            silent = said.setdefault(unit, {})
            said[unit] = dict.fromkeys(heard[unit[0]], Ruling.OVERTURNED) | silent
    return said, flagged


def _current(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """The verdicts without those that were taken back."""
    kept: dict[tuple[str, str, str], list[Verdict]] = {}
    for verdict in verdicts:
        own = kept.setdefault((verdict.reviewer, *verdict.key), [])
        if verdict.ruling is Ruling.WITHDRAWN:
            del own[-1:]
        else:
            own.append(verdict)
    for own in kept.values():
        yield from own
