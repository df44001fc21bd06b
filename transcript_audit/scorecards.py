"""What the audited calls say about each agent and about the team.

An agent answers for what stands in the agent's own turns. Where a call has several agents and it
cannot be told whose turn a finding is about, it counts for the team and for `UNTOLD`, and for none
of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import Any

import pandas as pd

from transcript_audit.model import (
    CallAudit,
    Evidence,
    Family,
    Finding,
    Outcome,
    Role,
    RuleResult,
    RuleStatus,
    Severity,
    SkippedCall,
)
from transcript_audit.quotes import quote_words
from transcript_audit.speakers import fold_label
from transcript_audit.statistics import wilson_interval

UNNAMED = "(agent not named)"
"""Stands for the agent of calls that name none."""

UNTOLD = "(agent not told apart)"
"""Stands for the agents of calls with several, for findings about one or another of them."""

TEAM = "(whole team)"

THESE_CALLS = "(these calls, all agents)"
"""Stands for the team where only the calls of some agents were audited."""

FEWEST_TIMES = 2
"""How often a practice must have been called for before it is praised."""

PRACTICES = {
    "concerns-acknowledged": "acknowledged the customers' concerns",
    "details-confirmed": "confirmed cancellations with details",
    "goodwill-shown": "parted with goodwill",
    "no-accepted": "took no for an answer",
    "let-go-at-once": "let customers go at the first ask",
}
"""What an agent may do well, in words for "... in 4 of 5" (concerns for the first, else calls)."""

_EXIT_RULES = {
    "details-confirmed": "exit-no-confirmation",
    "goodwill-shown": "exit-no-goodwill",
}
_SEVERITIES = tuple(Severity)
_LAST_PLACES = {UNNAMED: 1, UNTOLD: 2}


@dataclass(frozen=True, slots=True)
class FamilyShare:
    """How many calls had a finding of a family, of those it could be judged on.

    Attributes:
        eligible: calls in which some rule of the family ended flagged or clear.
        low, high: 95 % Wilson interval of the share, each 0 to 1; None for no eligible call.
    """

    family: Family
    flagged: int
    eligible: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CallToHear:
    """A call worth listening to, with its gravest finding.

    Attributes:
        findings: how many findings the call has (for an agent: about that agent).
        start: seconds to the first words of the finding's evidence, or None; quote: those words,
            with "…" where they begin or end inside a sentence.
    """

    call_id: str
    path: str
    finding: Finding
    findings: int
    start: float | None
    quote: str


@dataclass(frozen=True, slots=True)
class Practice:
    """Something done well, `done` times of the `called_for` that it was called for.

    Times are concerns for `concerns-acknowledged` and calls for all others.
    """

    name: str
    title: str
    done: int
    called_for: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What the audited calls say about one agent, or about the team.

    Attributes:
        agent: the name, `UNNAMED`, `UNTOLD`, `TEAM` or `THESE_CALLS`.
        calls, skipped: audited, and not audited.
        critical_calls: calls with a critical finding.
        families: all five, in the policy's order.
        seconds_to_confirm: median from request to confirmation, or None; confirmed: of how many.
        calls_to_hear: the gravest first.
        done_well: the practice that holds most surely, or None where none does.
    """

    agent: str
    calls: int
    skipped: int
    critical_calls: int
    families: tuple[FamilyShare, ...]
    seconds_to_confirm: float | None
    confirmed: int
    calls_to_hear: tuple[CallToHear, ...]
    done_well: Practice | None


@dataclass(frozen=True, slots=True)
class Scorecards:
    """Those of a run: of each agent by name (`UNNAMED` and `UNTOLD` last), and of the team."""

    agents: tuple[Scorecard, ...]
    team: Scorecard


def make_scorecards(audits: Iterable[CallAudit | SkippedCall], listen: int = 5) -> Scorecards:
    """The scorecards of a run, each naming at most `listen` calls to hear."""
    calls = tabulate_calls(audits)
    scores = _score(calls)
    heard = _rank_calls(calls).groupby(["team", "agent"])["hear"]
    first: dict[Any, tuple[CallToHear, ...]] = {
        key: tuple(group.head(listen)) for key, group in heard
    }
    cards: dict[Any, Scorecard] = {
        key: _scorecard(key[1], row, first.get(key, ()))
        for key, row in zip(scores.index, scores.to_dict("records"), strict=True)
    }
    team = cards.pop((True, TEAM), None) or _empty_scorecard(TEAM)
    return Scorecards(tuple(cards.values()), team)


def pick_agents(cards: Scorecards, names: Iterable[str]) -> Scorecards:
    """The scorecards of the agents of these names, `UNTOLD`, and all of `THESE_CALLS`."""
    wanted = {fold_label(name) for name in (*names, UNTOLD)}
    theirs = tuple(card for card in cards.agents if fold_label(card.agent) in wanted)
    return Scorecards(theirs, replace(cards.team, agent=THESE_CALLS))


def agents_of(audited: CallAudit | SkippedCall) -> tuple[str, ...]:
    """The agents of a call, each once in whatever letter case; `(UNNAMED,)` where it names none."""
    by_name: dict[str, str] = {}
    for agent in audited.agent_ids:
        by_name.setdefault(fold_label(agent), agent)
    return tuple(by_name.values()) or (UNNAMED,)


def calls_of(
    agent: str, audits: Iterable[CallAudit | SkippedCall]
) -> list[CallAudit | SkippedCall]:
    """The calls that the scorecard of `agent` is about, in their order."""
    name = fold_label(agent)
    if name == fold_label(UNTOLD):
        return [each for each in audits if isinstance(each, CallAudit) and _untold(each)]
    return [each for each in audits if name in map(fold_label, agents_of(each))]


def tabulate_calls(audits: Iterable[CallAudit | SkippedCall]) -> pd.DataFrame:
    """One row per call and agent in it, and one per call for the team (`team` true).

    A call of several agents has one for `UNTOLD` too where it cannot be told whose a finding is.

    Columns: team, agent, call_id, skipped, critical (booleans), seconds_to_confirm (NaN for none),
    `FAMILY flagged` and `FAMILY eligible` (booleans), `PRACTICE done` and `PRACTICE called for`
    (times; none for the agents of a call with several, whose praise is not to be told apart),
    severity (0 for critical), strength and findings to rank by, hear (CallToHear or None).
    """
    columns = ["team", "agent", "call_id", "skipped", "critical", "seconds_to_confirm"]
    columns += [f"{family} {what}" for family in Family for what in ("flagged", "eligible")]
    columns += [f"{practice} {what}" for practice in PRACTICES for what in ("done", "called for")]
    columns += ["severity", "strength", "findings", "hear"]
    rows = (row for audit in audits for row in _call_rows(audit))
    table = pd.DataFrame(rows, columns=columns)
    # "aoife" in one source and "Aoife" in another are one person
    table["agent"] = table.groupby(table["agent"].map(fold_label))["agent"].transform("first")
    return table


def _call_rows(audit: CallAudit | SkippedCall) -> Iterator[dict[str, Any]]:
    agents = agents_of(audit)
    for agent in (None, *agents):
        row = {"team": agent is None, "agent": agent or TEAM, "call_id": audit.call_id}
        if isinstance(audit, SkippedCall):
            yield row | {"skipped": True, "critical": False, "severity": nan, "findings": 0}
        elif agent is None or len(agents) < 2:
            yield row | _judge(audit, audit.results) | _count_practices(audit)
        else:
            yield row | _judge(audit, _results_of(audit, agent), agent)
    if isinstance(audit, CallAudit) and (untold := _untold(audit)):
        row = {"team": False, "agent": UNTOLD, "call_id": audit.call_id}
        # whose time it was is not told apart either: it counts for each of the agents already
        yield row | _judge(audit, untold) | {"seconds_to_confirm": None}


def _untold(audit: CallAudit) -> list[RuleResult]:
    """The results of a call of several agents with findings that are about no one of them."""
    if len(agents_of(audit)) < 2:
        return []
    return [r for r in audit.results if r.finding and _blamed(audit, r.finding) == {None}]


def _results_of(audit: CallAudit, agent: str) -> Iterator[RuleResult]:
    """What the rules came to for one of several agents: flagged, clear, or not to be told."""
    for result in audit.results:
        blamed = _blamed(audit, result.finding) if result.finding else set()
        if not blamed or fold_label(agent) in blamed:
            yield result
        elif None not in blamed:  # another agent's
            yield replace(result, status=RuleStatus.CLEAR, finding=None)


def _blamed(audit: CallAudit, finding: Finding) -> set[str | None]:
    """The folded names of the agents a finding is about; None for one who cannot be told."""
    return {_who(audit, evidence) for evidence in finding.evidence} or {None}


def _judge(
    audit: CallAudit, results: Iterable[RuleResult], agent: str | None = None
) -> dict[str, Any]:
    """What results of a call say: all of them, or those about one of its several agents."""
    findings: list[Finding] = []
    families: dict[Family, bool] = {}
    for result in results:
        if result.status in (RuleStatus.FLAGGED, RuleStatus.CLEAR):
            findings += [result.finding] if result.finding else []
            flagged = families.get(result.family, False) or result.finding is not None
            families[result.family] = flagged
    return {
        "skipped": False,
        "critical": any(finding.severity is Severity.CRITICAL for finding in findings),
        "seconds_to_confirm": None if audit.left_open else audit.episode.seconds_to_confirm,
        **{f"{family} flagged": families.get(family, False) for family in Family},
        **{f"{family} eligible": family in families for family in Family},
        **_rank(audit, findings, agent),
    }


def _count_practices(audit: CallAudit) -> dict[str, int]:
    """How often each practice was done in a call, and called for; nothing where every rule is left
    open, since nobody knows then who did it."""
    if audit.left_open:
        return {}
    episode = audit.episode
    status = {result.rule: result.status for result in audit.results}
    concerns = [c for c in episode.concerns if c.settled and not c.plain]
    declined = any(attempt.declined_in is not None for attempt in episode.attempts)
    times = {
        "concerns-acknowledged": [c.answered_in is not None for c in concerns],
        "no-accepted": [not any(a.after_decline for a in episode.attempts)] if declined else [],
    }
    if audit.outcome is Outcome.CANCELLED:
        times["let-go-at-once"] = [all(attempt.invited for attempt in episode.attempts)]
        for practice, rule in _EXIT_RULES.items():
            if status.get(rule) in (RuleStatus.FLAGGED, RuleStatus.CLEAR):
                times[practice] = [status[rule] is RuleStatus.CLEAR]
    done = {f"{practice} done": sum(each) for practice, each in times.items()}
    return done | {f"{practice} called for": len(each) for practice, each in times.items()}


def _who(audit: CallAudit, evidence: Evidence) -> str | None:
    """The folded name of the agent whom evidence is about, or None where that cannot be told.

    A customer's turn is about the agent who speaks both before and after it.
    """
    if audit.turns[evidence.turn].role is Role.AGENT:
        return fold_label(evidence.agent_id) if evidence.agent_id else None
    before = [t.agent_id for t in audit.turns[: evidence.turn] if t.role is Role.AGENT]
    after = [t.agent_id for t in audit.turns[evidence.turn + 1 :] if t.role is Role.AGENT]
    around = {fold_label(name) if name else None for name in (*before[-1:], *after[:1])}
    return around.pop() if len(around) == 1 else None


def _rank(audit: CallAudit, findings: list[Finding], agent: str | None) -> dict[str, Any]:
    if not findings:
        return {"severity": nan, "strength": nan, "findings": 0, "hear": None}
    gravest = min(findings, key=lambda f: (_SEVERITIES.index(f.severity), -f.strength))
    name = fold_label(agent) if agent else None
    own = [e for e in gravest.evidence if name is None or _who(audit, e) == name]
    start = own[0].start if own else None
    quote = quote_words(audit.turns[own[0].turn].text, own[0].span) if own else ""
    path = audit.transcript.path
    return {
        "severity": _SEVERITIES.index(gravest.severity),
        "strength": gravest.strength,
        "findings": len(findings),
        "hear": CallToHear(audit.call_id, path, gravest, len(findings), start, quote),
    }


def _rank_calls(calls: pd.DataFrame) -> pd.DataFrame:
    """The calls with findings: gravest, surest, most findings first; then as they came."""
    return calls[calls["findings"] > 0].sort_values(
        ["severity", "strength", "findings"], ascending=[True, False, False], kind="stable"
    )


def _score(calls: pd.DataFrame) -> pd.DataFrame:
    """One row per agent and one for the team, by (team, agent).

    Columns: calls, skipped, critical_calls, confirmed, seconds_to_confirm (median, NaN for none);
    for each family `FAMILY flagged`, `FAMILY eligible`, `FAMILY low`, `FAMILY high` (95 % Wilson,
    NaN for no eligible call); for each practice `PRACTICE done` and `PRACTICE called for`.
    """
    sums = [f"{family} {what}" for family in Family for what in ("flagged", "eligible")]
    sums += [f"{practice} {what}" for practice in PRACTICES for what in ("done", "called for")]
    numbers = calls.assign(
        calls=calls["skipped"].eq(False),
        place=calls["agent"].map(_LAST_PLACES).fillna(0),
    ).astype({"seconds_to_confirm": float})
    numbers[sums] = numbers[sums].astype(float).fillna(0).astype(int)
    groups = numbers.groupby(["team", "place", "agent"])
    scores = groups[["calls", "skipped", "critical", *sums]].sum().astype(int)
    scores = scores.rename(columns={"critical": "critical_calls"})
    scores["confirmed"] = groups["seconds_to_confirm"].count()
    scores["seconds_to_confirm"] = groups["seconds_to_confirm"].median()
    for family in Family:
        pairs = zip(scores[f"{family} flagged"], scores[f"{family} eligible"], strict=True)
        ranges = [wilson_interval(*pair) for pair in pairs]
        scores[f"{family} low"] = [low for low, _ in ranges]
        scores[f"{family} high"] = [high for _, high in ranges]
    return scores.droplevel("place")


def _scorecard(agent: str, row: Mapping[Any, Any], calls: tuple[CallToHear, ...]) -> Scorecard:
    def number(column: str) -> float | None:
        return None if isnan(row[column]) else float(row[column])

    return Scorecard(
        agent=agent,
        calls=int(row["calls"]),
        skipped=int(row["skipped"]),
        critical_calls=int(row["critical_calls"]),
        families=tuple(
            FamilyShare(
                family,
                int(row[f"{family} flagged"]),
                int(row[f"{family} eligible"]),
                number(f"{family} low"),
                number(f"{family} high"),
            )
            for family in Family
        ),
        seconds_to_confirm=number("seconds_to_confirm"),
        confirmed=int(row["confirmed"]),
        calls_to_hear=calls,
        done_well=_best_practice(row),
    )


def _empty_scorecard(agent: str) -> Scorecard:
    families = tuple(FamilyShare(family, 0, 0, None, None) for family in Family)
    return Scorecard(agent, 0, 0, 0, families, None, 0, (), None)


def _best_practice(row: Mapping[Any, Any]) -> Practice | None:
    """The practice held more than half of the time whose Wilson interval begins highest."""
    practices = [
        Practice(name, title, int(row[f"{name} done"]), int(row[f"{name} called for"]))
        for name, title in PRACTICES.items()
    ]
    held = [p for p in practices if p.called_for >= FEWEST_TIMES and 2 * p.done > p.called_for]
    return max(held, key=lambda p: wilson_interval(p.done, p.called_for)[0], default=None)
