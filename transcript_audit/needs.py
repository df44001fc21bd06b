"""What stands out on a scorecard, what to coach first, and who needs help first."""

from __future__ import annotations

from collections.abc import Iterable

from transcript_audit.figures import (
    FAMILY_TITLES,
    Change,
    CoachingPriority,
    FamilyShare,
    Need,
    NeedKind,
    Practice,
    Reading,
    RuleShare,
    Scorecard,
    Scorecards,
    Share,
    TopicShare,
)
from transcript_audit.marks import SEVERITIES, Standards
from transcript_audit.model import Severity
from transcript_audit.tallies import Tally

NEEDS_SHOWN = 3
PRIORITIES = 2

FEWEST_TIMES = 2
"""How often a practice must have been called for before it is praised, and a rule flagged before
it is coached, unless the flag is critical."""

SELDOM = 0.5
"""A topic needs attention where the answered share is below this with its whole range."""


def find_needs(card: Scorecard, at_least: int) -> tuple[Need, ...]:
    """What stands out, at most three, the most urgent first; nothing that is advice only.

    Critical rules above the rest of the team; calls with a critical flag, which a person should
    hear before anything is said; saving much and pushing much; other rules above; rules that rise;
    concerns seldom answered.
    """
    above = _rules_above(card.rules) or _families_above(card.families)
    needs = [need for need in above if need.severity is Severity.CRITICAL]
    needs += [] if needs else _critical_calls(card)
    needs += _saves_and_pushes(card)
    needs += [need for need in above if need.severity is not Severity.CRITICAL]
    needs += _rising(card.changes)
    needs += _unanswered(card.concerns, at_least)
    by_rule: dict[str, Need] = {}
    for need in needs:  # one need a rule
        by_rule.setdefault(need.rule or need.title, need)
    return tuple(by_rule.values())[:NEEDS_SHOWN]


def _rules_above(rules: Iterable[RuleShare]) -> list[Need]:
    above = [
        rule
        for rule in rules
        if rule.comparison
        and rule.comparison.reading is Reading.ABOVE
        and rule.severity is not Severity.COACHING
    ]
    above.sort(key=lambda rule: (_gravity(rule.severity), _p(rule)))
    return [
        Need(NeedKind.ABOVE, rule.title, _beside_team(rule), rule.rule, rule.severity)
        for rule in above
    ]


def _families_above(families: Iterable[FamilyShare]) -> list[Need]:
    return [
        Need(NeedKind.ABOVE, FAMILY_TITLES[share.family], _beside_team(share))
        for share in families
        if share.comparison and share.comparison.reading is Reading.ABOVE
    ]


def _beside_team(share: RuleShare | FamilyShare) -> str:
    others = share.comparison
    against = ""
    if others and others.others_eligible:
        rest = others.others_flagged / others.others_eligible
        against = (
            f"; the rest of the team {others.others_flagged} of {others.others_eligible} "
            f"({rest:.0%})"
        )
    return f"{share.flagged} of {share.eligible} calls flagged ({share.value or 0:.0%}){against}"


def _critical_calls(card: Scorecard) -> list[Need]:
    if not card.critical_calls:
        return []
    rules = [rule for rule in card.rules if rule.flagged and rule.severity is Severity.CRITICAL]
    rules.sort(key=lambda rule: -rule.flagged)
    named = ", ".join(f"{rule.title} {rule.flagged}" for rule in rules)
    calls = "1 call" if card.critical_calls == 1 else f"{card.critical_calls} calls"
    reason = f"in {calls}{f' ({named})' if named else ''}; listen before judging"
    return [Need(NeedKind.CRITICAL, "Critical flags", reason, severity=Severity.CRITICAL)]


def _saves_and_pushes(card: Scorecard) -> list[Need]:
    if not card.saves_and_pushes:
        return []
    saves, pushes = card.saves, card.pushback
    reason = (
        f"retained {saves.count} of {saves.of} who asked to cancel ({saves.value or 0:.0%}), and "
        f"{pushes.flagged} of {pushes.eligible} calls were flagged for pushing back "
        f"({pushes.value or 0:.0%}); both are above the rest of the team"
    )
    return [Need(NeedKind.SAVES_AND_PUSHES, "Saves much and pushes much", reason)]


def _rising(changes: Iterable[Change]) -> list[Need]:
    rising = [
        change
        for change in changes
        if change.comparison.reading is Reading.ABOVE and change.severity is not Severity.COACHING
    ]
    rising.sort(key=lambda change: _gravity(change.severity))
    return [
        Need(
            NeedKind.RISING,
            f"{change.title}, rising",
            f"{change.flagged} of {change.eligible} calls flagged in the last four full "
            f"weeks, {change.comparison.others_flagged} of {change.comparison.others_eligible} in "
            "the four before",
            change.rule,
            change.severity,
        )
        for change in rising
    ]


def _unanswered(concerns: Iterable[TopicShare], at_least: int) -> list[Need]:
    return [
        Need(
            NeedKind.UNANSWERED,
            f"Concerns about {topic.topic}",
            f"{topic.answered} of {topic.settled} answered",
        )
        for topic in concerns
        if topic.settled >= at_least and topic.high is not None and topic.high < SELDOM
    ]


def saves_and_pushes(saves: Share, pushback: FamilyShare) -> bool:
    """Whether an agent both retains more and pushes more than the rest of the team."""
    return all(
        share.comparison is not None and share.comparison.reading is Reading.ABOVE
        for share in (saves, pushback)
    )


def find_priorities(
    tally: Tally, rules: Iterable[RuleShare], standards: Standards
) -> tuple[CoachingPriority, ...]:
    """The rules that did most harm, at most two, the worst first.

    Harm is the sum, over the flags, of a weight by severity (`HARM`) times how sure the flag is. A
    rule flagged once is left out unless that flag is critical.
    """
    candidates = [
        rule
        for rule in rules
        if rule.flagged >= FEWEST_TIMES
        or (rule.flagged and tally.severities[rule.rule] is Severity.CRITICAL)
    ]
    candidates.sort(key=lambda rule: -tally.harm[rule.rule])
    found = []
    for rule in candidates[:PRIORITIES]:
        known = standards.rules.get(rule.rule)
        found.append(
            CoachingPriority(
                rule.rule,
                rule.title,
                tally.severities[rule.rule],
                rule.flagged,
                rule.eligible,
                known.description if known else "",
                known.coaching if known else "",
                known.say_instead if known else "",
                tally.quotes[rule.rule].items(),
            )
        )
    return tuple(found)


def best_practice(practices: Iterable[Practice]) -> Practice | None:
    """The practice held more than half of the time whose Wilson interval begins highest."""
    held = [p for p in practices if p.called_for >= FEWEST_TIMES and 2 * p.done > p.called_for]
    return max(held, key=lambda practice: practice.low or 0, default=None)


def order_by_need(cards: Scorecards) -> tuple[Scorecard, ...]:
    """The named agents, those first who need help: it is no ranking of people.

    First those with a critical rule above the rest of the team, then those with something else
    above it, then all others; by name within each.
    """
    named = [card for card in cards.agents if card.saves.comparison is not None]
    return tuple(sorted(named, key=_urgency))


def _urgency(card: Scorecard) -> int:
    above = [need for need in card.needs if need.kind is NeedKind.ABOVE]
    if any(need.severity is Severity.CRITICAL for need in above):
        return 0
    return 1 if above or card.saves_and_pushes else 2


def _gravity(severity: Severity | None) -> int:
    return SEVERITIES.index(severity) if severity else len(SEVERITIES)


def _p(rule: RuleShare) -> float:
    p = rule.comparison.adjusted_p if rule.comparison else None
    return 1.0 if p is None else p
