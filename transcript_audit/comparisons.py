"""What the counts of agents come to beside each other: above, below, or not to be told.

One share is held against another by Fisher's exact test, two-sided. Whoever makes many tests finds
something by chance: the p values of all agents and rules together are adjusted by Benjamini and
Hochberg, and only an adjusted p of at most 5 % is a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from transcript_audit.figures import (
    FAMILY_TITLES,
    Comparison,
    FamilyShare,
    Funnel,
    FunnelLimits,
    FunnelPoint,
    Reading,
    RuleShare,
    Scorecards,
)
from transcript_audit.statistics import adjust_p_values, fisher_exact, funnel_limits
from transcript_audit.tallies import Counts, Tally, WeekTally

SURE = 0.05
"""Largest adjusted p that counts as a difference: of all differences told, 5 % may be chance."""

WEEKS_COMPARED = 4
"""Weeks on either side, where it is asked what rises."""

FULL_WEEK = 5
"""Days after which a week counts as over: Monday to Friday."""

CURVE = 48
"""Places at which the limits of a funnel are worked out, to draw them by."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Flagged of eligible calls, and the same of the others they are held against."""

    flagged: int
    eligible: int
    others_flagged: int
    others_eligible: int


def compare_shares(pairs: Sequence[Pair], at_least: int) -> list[Comparison]:
    """The comparisons of all the pairs, adjusted together, in their order.

    Pairs with fewer than `at_least` eligible calls on a side are not tested and adjust nothing.
    """
    tested = [
        number
        for number, pair in enumerate(pairs)
        if min(pair.eligible, pair.others_eligible) >= at_least
    ]
    p_values = [
        fisher_exact(each.flagged, each.eligible, each.others_flagged, each.others_eligible)
        for each in (pairs[number] for number in tested)
    ]
    adjusted = dict(zip(tested, zip(p_values, adjust_p_values(p_values), strict=True), strict=True))
    return [_compared(pair, adjusted.get(number), at_least) for number, pair in enumerate(pairs)]


def _compared(pair: Pair, p: tuple[float, float] | None, at_least: int) -> Comparison:
    others = pair.others_flagged, pair.others_eligible
    if p is None:
        few = pair.eligible < at_least
        return Comparison(Reading.TOO_FEW if few else Reading.CANNOT_TELL, *others)
    reading = Reading.CANNOT_TELL
    if p[1] <= SURE:
        more = pair.flagged * pair.others_eligible > pair.others_flagged * pair.eligible
        reading = Reading.ABOVE if more else Reading.BELOW
    return Comparison(reading, *others, *p)


def compare_with_team(
    agents: Mapping[str, Tally], team: Tally, names: Sequence[str], what: str, at_least: int
) -> dict[tuple[str, str], Comparison]:
    """Each agent's counts of `names` beside the rest of the team's, by (agent, name).

    Args:
        what: "rules" or "families": which counts of the tallies.
    """
    keys = [(agent, name) for agent in agents for name in names]
    teams: Counts = getattr(team, what)
    pairs = []
    for agent, name in keys:
        own: Counts = getattr(agents[agent], what)
        everyone: Counts = getattr(agents[agent], f"all_{what}")
        pairs.append(
            Pair(
                own.flagged[name],
                own.eligible[name],
                teams.flagged[name] - everyone.flagged[name],
                teams.eligible[name] - everyone.eligible[name],
            )
        )
    return dict(zip(keys, compare_shares(pairs, at_least), strict=True))


def compare_saves(agents: Mapping[str, Tally], team: Tally, at_least: int) -> dict[str, Comparison]:
    """How many customers each agent retained, of those who asked, beside the rest of the team."""
    pairs = [
        Pair(
            tally.saved,
            tally.asked,
            team.saved - tally.all_saved,
            team.asked - tally.all_asked,
        )
        for tally in agents.values()
    ]
    return dict(zip(agents, compare_shares(pairs, at_least), strict=True))


def last_full_weeks(team: Tally) -> date | None:
    """Monday of the first of the last four full weeks; None where no week came before it.

    The last week is full once a call of its Friday, or later, was seen.
    """
    if team.first is None or team.last is None:
        return None
    monday = team.last - timedelta(days=team.last.weekday())
    full = (team.last - monday).days + 1 >= FULL_WEEK
    since = monday - timedelta(weeks=WEEKS_COMPARED - full)
    return since if team.first < since else None


def compare_weeks(
    tallies: Mapping[str, Tally], rules: Sequence[str], since: date, at_least: int
) -> dict[tuple[str, str], tuple[Pair, Comparison]]:
    """Each one's last four full weeks beside the four before, by (agent, rule)."""
    keys, pairs = [], []
    for name, tally in tallies.items():
        later = _weeks_from(tally.weeks, since)
        before = _weeks_from(tally.weeks, since - timedelta(weeks=WEEKS_COMPARED))
        for rule in rules:
            keys.append((name, rule))
            pairs.append(
                Pair(
                    later.flagged[rule],
                    later.eligible[rule],
                    before.flagged[rule],
                    before.eligible[rule],
                )
            )
    compared = compare_shares(pairs, at_least)
    return dict(zip(keys, zip(pairs, compared, strict=True), strict=True))


def _weeks_from(weeks: Mapping[date, WeekTally], monday: date) -> Counts:
    counts = Counts()
    for number in range(WEEKS_COMPARED):
        if week := weeks.get(monday + timedelta(weeks=number)):
            counts.merge(week.rules)
    return counts


def make_funnel(cards: Scorecards, about: str) -> Funnel | None:
    """The funnel plot of a family (by name) or a rule (by id); None where nobody can be judged.

    Raises:
        KeyError: there is no such family or rule.
    """
    team = share_about(cards.team.families, cards.team.rules, about)
    if not team.eligible:
        return None
    target = team.flagged / team.eligible
    points: list[FunnelPoint] = []
    too_few: list[str] = []
    for card in cards.agents:
        share = share_about(card.families, card.rules, about)
        if share.comparison is None:  # nobody in particular
            continue
        if share.eligible < cards.eligible_at_least:
            too_few.append(card.agent)
            continue
        points.append(
            FunnelPoint(
                card.agent,
                share.flagged,
                share.eligible,
                share.flagged / share.eligible,
                _limits(share.eligible, target),
                share.comparison.reading,
            )
        )
    if not points:
        return None
    title = team.title if isinstance(team, RuleShare) else FAMILY_TITLES[team.family]
    most = max(point.eligible for point in points)
    curve = tuple(_limits(n, target) for n in _places(cards.eligible_at_least, most))
    return Funnel(about, title, target, tuple(points), curve, tuple(too_few))


def share_about(
    families: Iterable[FamilyShare], rules: Iterable[RuleShare], about: str
) -> FamilyShare | RuleShare:
    """The share of a family (by name) or a rule (by id).

    Raises:
        KeyError: there is no such family or rule.
    """
    for family in families:
        if family.family == about:
            return family
    for rule in rules:
        if rule.rule == about:
            return rule
    raise KeyError(about)


def _places(least: int, most: int) -> list[int]:
    """Numbers of calls from the least to a little over the most, close where there are few."""
    end = max(most * 1.1, least + 1)
    steps = (least * (end / least) ** (step / (CURVE - 1)) for step in range(CURVE))
    return sorted({round(step) for step in steps})


def _limits(eligible: int, target: float) -> FunnelLimits:
    return FunnelLimits(
        eligible,
        *funnel_limits(eligible, target, 0.95),
        *funnel_limits(eligible, target, 0.998),
    )
