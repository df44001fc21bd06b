"""What the audited calls say about each agent and about the team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from transcript_audit.attribution import (
    TEAM,
    THESE_CALLS,
    UNNAMED,
    UNTOLD,
    agents_of,
    calls_of,
    counts_for,
)
from transcript_audit.comparisons import (
    Pair,
    compare_saves,
    compare_weeks,
    compare_with_team,
    last_full_weeks,
    make_funnel,
)
from transcript_audit.figures import (
    FAMILY_TITLES,
    AttemptCounts,
    CallToHear,
    Change,
    CoachingPriority,
    Comparison,
    FamilyShare,
    Funnel,
    FunnelLimits,
    FunnelPoint,
    Need,
    NeedKind,
    Practice,
    Quality,
    Quote,
    Reading,
    RuleShare,
    Scorecard,
    Scorecards,
    Share,
    Spread,
    TopicShare,
    Week,
    make_share,
    share_range,
)
from transcript_audit.marks import THOUSAND
from transcript_audit.model import CallAudit, Family, Outcome, SkippedCall
from transcript_audit.needs import (
    best_practice,
    find_needs,
    find_priorities,
    order_by_need,
    saves_and_pushes,
)
from transcript_audit.speakers import fold_label
from transcript_audit.tallies import HEARD, Counts, Tally, TeamTally, WeekTally

if TYPE_CHECKING:
    import pandas as pd

    from transcript_audit.rulebook import RuleBook

__all__ = [
    "FAMILY_TITLES",
    "PRACTICES",
    "TEAM",
    "THESE_CALLS",
    "UNNAMED",
    "UNTOLD",
    "AttemptCounts",
    "CallToHear",
    "Change",
    "CoachingPriority",
    "Comparison",
    "FamilyShare",
    "Funnel",
    "FunnelLimits",
    "FunnelPoint",
    "Need",
    "NeedKind",
    "Practice",
    "Quality",
    "Quote",
    "Reading",
    "RuleShare",
    "Scorecard",
    "Scorecards",
    "Share",
    "Spread",
    "TeamTally",
    "TopicShare",
    "Week",
    "agents_of",
    "calls_of",
    "counts_for",
    "make_cards",
    "make_funnel",
    "make_scorecards",
    "make_share",
    "order_by_need",
    "pick_agents",
    "scorecards_frame",
]

PRACTICES = {
    "concerns-acknowledged": "acknowledged the customers' concerns",
    "details-confirmed": "confirmed cancellations with details",
    "goodwill-shown": "parted with goodwill",
    "no-accepted": "took no for an answer",
    "let-go-at-once": "let customers go at the first ask",
}
"""What an agent may do well, in words for "... in 4 of 5" (concerns for the first, else calls)."""

WEEKS_SHOWN = 53
"""Most weeks on a card, the last ones: a year."""

_LAST_PLACES = {fold_label(UNNAMED): 1, fold_label(UNTOLD): 2}


def make_scorecards(
    audits: Iterable[CallAudit | SkippedCall],
    listen: int = HEARD,
    rulebook: RuleBook | None = None,
) -> Scorecards:
    """The scorecards of a run, each naming at most `listen` calls to hear.

    The audits are counted one at a time and not kept.

    Args:
        rulebook: that of the run, with its profile. Without it the cards hold no quality score and
            no words of rules, and whoever has ten eligible calls is judged.
    """
    tally = TeamTally(listen, rulebook)
    for audited in audits:
        tally.add(audited)
    return make_cards(tally)


def make_cards(tally: TeamTally) -> Scorecards:
    """The scorecards of what was counted."""
    at_least = tally.standards.eligible_at_least
    beside = _Beside.of(tally)
    by_place = sorted(tally.agents, key=lambda name: (_LAST_PLACES.get(name, 0), name))
    agents = (_make_card(name, tally.names[name], tally, beside) for name in by_place)
    return Scorecards(tuple(agents), _make_card(None, TEAM, tally, beside), at_least)


def pick_agents(cards: Scorecards, names: Iterable[str]) -> Scorecards:
    """The scorecards of the agents of these names, `UNTOLD`, and all of `THESE_CALLS`."""
    wanted = {fold_label(name) for name in (*names, UNTOLD)}
    theirs = tuple(card for card in cards.agents if fold_label(card.agent) in wanted)
    return replace(cards, agents=theirs, team=replace(cards.team, agent=THESE_CALLS))


def scorecards_frame(cards: Scorecards) -> pd.DataFrame:
    """One row per agent and rule or family, and the same for the team (`team` true).

    Columns: agent, team, kind ("rule" or "family"), name, title, severity, flagged, eligible,
    share, low, high (0 to 1), reading, p, adjusted_p; missing values where nothing could be judged
    or compared.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only this needs it

    return pd.DataFrame(_frame_rows(cards), columns=_FRAME_COLUMNS).astype(
        dict.fromkeys(("share", "low", "high", "p", "adjusted_p"), float)
    )


_FRAME_COLUMNS = (
    *("agent", "team", "kind", "name", "title", "severity", "flagged", "eligible"),
    *("share", "low", "high", "reading", "p", "adjusted_p"),
)


def _frame_rows(cards: Scorecards) -> Iterator[tuple[Any, ...]]:
    for card in (*cards.agents, cards.team):
        shares: list[RuleShare | FamilyShare] = [*card.rules, *card.families]
        for share in shares:
            if isinstance(share, RuleShare):
                what: tuple[Any, ...] = ("rule", share.rule, share.title, share.severity)
            else:
                what = ("family", str(share.family), FAMILY_TITLES[share.family], None)
            beside = share.comparison
            yield (
                *(card.agent, card is cards.team, *what, share.flagged, share.eligible),
                *(share.value, share.low, share.high),
                *((str(beside.reading), beside.p, beside.adjusted_p) if beside else (None,) * 3),
            )


@dataclass(frozen=True, slots=True)
class _Beside:
    """All agents beside the rest of the team; every table by folded name (None: the team)."""

    rules: Mapping[tuple[str, str], Comparison]
    families: Mapping[tuple[str, str], Comparison]
    saves: Mapping[str, Comparison]
    changes: Mapping[tuple[str, str], tuple[Pair, Comparison]]
    since: date | None
    heads: tuple[RuleShare, ...]

    @classmethod
    def of(cls, tally: TeamTally) -> _Beside:
        at_least, team = tally.standards.eligible_at_least, tally.team
        names = _rule_names(tally)
        people = {name: own for name, own in tally.agents.items() if name not in _LAST_PLACES}
        since = last_full_weeks(team)
        changes = {}
        if since is not None:
            # the team is asked apart from the agents: it is tested once, whatever their number
            changes = compare_weeks({"": team}, names, since, at_least)
            changes |= compare_weeks(people, names, since, at_least)
        return cls(
            compare_with_team(people, team, names, "rules", at_least),
            compare_with_team(people, team, tuple(Family), "families", at_least),
            compare_saves(people, team, at_least),
            changes,
            since,
            _rule_heads(tally, names),
        )


def _rule_names(tally: TeamTally) -> tuple[str, ...]:
    known = [rule for rule in tally.standards.rules if rule in tally.rules]
    return tuple(dict.fromkeys([*known, *tally.rules]))


def _make_card(name: str | None, agent: str, run: TeamTally, beside: _Beside) -> Scorecard:
    """The card of an agent (by folded name), or of the team (None)."""
    tally = run.team if name is None else run.agents[name]
    key = name or ""
    seconds = _spread(tally.seconds)
    practices = _practices(tally.practices)
    families = _family_shares(tally.families, beside.families, key)
    rules = _rule_shares(tally, beside, key)
    saves = replace(make_share(tally.saved, tally.asked), comparison=beside.saves.get(key))
    card = Scorecard(
        agent=agent,
        calls=tally.calls,
        skipped=tally.skipped,
        critical_calls=tally.critical_calls,
        families=families,
        seconds_to_confirm=seconds.median if seconds else None,
        confirmed=seconds.calls if seconds else 0,
        calls_to_hear=tally.heard.items(),
        done_well=best_practice(practices),
        left_open=tally.left_open,
        rules=rules,
        compliance=make_share(tally.passed, tally.judged),
        quality=_quality(tally, run.standards.eligible_at_least),
        outcomes={outcome: tally.outcomes[outcome] for outcome in Outcome},
        saves=saves,
        attempts=_attempts(tally.attempts),
        seconds=seconds,
        turns=_spread(tally.turns),
        concerns=_topics(tally.topics),
        practices=practices,
        coaching=find_priorities(tally, rules, run.standards),
        first=tally.first,
        last=tally.last,
        undated=tally.undated,
        weeks=_weeks(tally, beside.heads),
        changes=_changes(rules, beside, key),
    )
    card = replace(card, saves_and_pushes=saves_and_pushes(saves, card.pushback))
    return replace(card, needs=find_needs(card, run.standards.eligible_at_least))


def _family_shares(
    counts: Counts, beside: Mapping[tuple[str, str], Comparison], key: str
) -> tuple[FamilyShare, ...]:
    return tuple(
        FamilyShare(
            family,
            counts.flagged[family],
            counts.eligible[family],
            *share_range(counts.flagged[family], counts.eligible[family]),
            beside.get((key, family)),
        )
        for family in Family
    )


def _rule_shares(tally: Tally, beside: _Beside, key: str) -> tuple[RuleShare, ...]:
    pairs = tally.rules.pairs([head.rule for head in beside.heads])
    return tuple(
        RuleShare(
            head.rule,
            head.title,
            head.family,
            head.severity,
            *counts,
            *share_range(*counts),
            tally.open_rules[head.rule],
            beside.rules.get((key, head.rule)),
        )
        for head, counts in zip(beside.heads, pairs, strict=True)
    )


def _rule_heads(run: TeamTally, names: Sequence[str]) -> tuple[RuleShare, ...]:
    """The rules by their words alone."""
    known = run.standards.rules
    return tuple(
        RuleShare(
            name,
            known[name].title if name in known else name,
            run.rules[name],
            known[name].severity if name in known else run.team.severities.get(name),
            *(0, 0, None, None),
        )
        for name in names
    )


def _quality(tally: Tally, at_least: int) -> Quality | None:
    if not tally.scored:
        return None
    mean = tally.score / tally.scored / THOUSAND
    return Quality(mean, tally.scored, tally.auto_failed, tally.scored < at_least)


def _attempts(calls: Counter[int]) -> AttemptCounts:
    requests = calls.total()
    made = sum(number * times for number, times in calls.items())
    none, one, two = calls[0], calls[1], calls[2]
    by_number = (none, one, two, requests - none - one - two)
    return AttemptCounts(requests, made / requests if requests else None, by_number)


def _spread(histogram: Counter[int]) -> Spread | None:
    """The median and quartiles of the numbers counted, by linear interpolation."""
    calls = histogram.total()
    if not calls:
        return None
    lower, median, upper = (_quantile(histogram, share) for share in (0.25, 0.5, 0.75))
    return Spread(calls, lower, median, upper)


def _quantile(histogram: Counter[int], share: float) -> float:
    """Between the numbers at the places around (n - 1) x share, counted from 0 in order."""
    place = (histogram.total() - 1) * share
    below, part = int(place), place - int(place)
    passed, low = 0, None
    for number in sorted(histogram):
        passed += histogram[number]
        if low is None and passed > below:
            low = number
        if low is not None and (not part or passed > below + 1):
            return low + part * (number - low)
    raise ValueError("no numbers")


def _topics(topics: Counter[tuple[str, str]]) -> tuple[TopicShare, ...]:
    shares = [
        TopicShare(
            topic,
            topics[topic, "voiced"],
            topics[topic, "settled"],
            topics[topic, "answered"],
            *share_range(topics[topic, "answered"], topics[topic, "settled"]),
            topics[topic, "reason"],
        )
        for topic in {topic for topic, _ in topics}
    ]
    return tuple(sorted(shares, key=lambda each: (-each.voiced, -each.reasons, each.topic)))


def _practices(counts: Counts) -> tuple[Practice, ...]:
    return tuple(
        Practice(
            name,
            title,
            counts.flagged[name],
            counts.eligible[name],
            *share_range(counts.flagged[name], counts.eligible[name]),
        )
        for name, title in PRACTICES.items()
    )


def _weeks(tally: Tally, heads: tuple[RuleShare, ...]) -> tuple[Week, ...]:
    if not tally.weeks:
        return ()
    latest, weeks = max(tally.weeks), []
    # the first of the shown weeks that has calls: a false date years away must not add empty ones
    monday = min(m for m in tally.weeks if (latest - m).days < 7 * WEEKS_SHOWN)
    while monday <= latest:
        week = tally.weeks.get(monday) or WeekTally()
        weeks.append(
            Week(
                monday,
                week.calls,
                week.critical_calls,
                week.families.pairs(tuple(Family)),
                week.rules.pairs([head.rule for head in heads]),
                heads,
            )
        )
        monday += timedelta(weeks=1)
    return tuple(weeks)


def _changes(rules: Iterable[RuleShare], beside: _Beside, key: str) -> tuple[Change, ...]:
    found = []
    for rule in rules:
        if beside.since is None or (key, rule.rule) not in beside.changes:
            continue
        pair, comparison = beside.changes[key, rule.rule]
        found.append(
            Change(
                rule.rule,
                rule.title,
                rule.severity,
                pair.flagged,
                pair.eligible,
                beside.since,
                comparison,
            )
        )
    return tuple(found)
