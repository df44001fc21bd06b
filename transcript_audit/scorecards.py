"""What the audited calls say about each agent and about the team.

An agent answers for what stands in the agent's own turns. Where a call has several agents and it
cannot be told whose turn a finding is about, it counts for the team and for none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    RuleStatus,
    Severity,
    SkippedCall,
)
from transcript_audit.statistics import wilson_interval

UNNAMED = "(agent not named)"
"""Stands for the agent of calls that name none."""

TEAM = "(whole team)"

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
        start: seconds to the first words of the finding's evidence, or None; quote: those words.
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
        agent: the name, `UNNAMED` or `TEAM`.
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
    """The scorecards of a run: of each agent by name (`UNNAMED` last), and of the team."""

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


def score_agents(audits: Iterable[CallAudit | SkippedCall]) -> pd.DataFrame:
    """One row per agent by name, and one for the team at the end; index `agent`.

    Columns: calls, skipped, critical_calls, confirmed, seconds_to_confirm (median, NaN for none);
    for each family `FAMILY flagged`, `FAMILY eligible`, `FAMILY low`, `FAMILY high` (95 % Wilson,
    NaN for no eligible call); for each practice `PRACTICE done` and `PRACTICE called for`.
    """
    return _score(tabulate_calls(audits)).droplevel("team")


def tabulate_calls(audits: Iterable[CallAudit | SkippedCall]) -> pd.DataFrame:
    """One row per call and agent in it, and one per call for the team (`team` true).

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
    table["agent"] = table.groupby(table["agent"].str.casefold())["agent"].transform("first")
    return table


def _call_rows(audit: CallAudit | SkippedCall) -> Iterator[dict[str, Any]]:
    agents: tuple[str | None, ...] = (None, *(audit.agent_ids or (UNNAMED,)))
    for agent in dict.fromkeys(agents):
        row = {"team": agent is None, "agent": agent or TEAM, "call_id": audit.call_id}
        if isinstance(audit, SkippedCall):
            yield row | {"skipped": True, "critical": False, "severity": nan, "findings": 0}
        else:
            alone = agent is None or len(audit.agent_ids) < 2
            yield row | {"skipped": False} | _judge(audit, None if alone else agent)


def _judge(audit: CallAudit, agent: str | None) -> dict[str, Any]:
    """What a call says about one of its several agents, or (None) about all it holds."""
    findings: list[Finding] = []
    families: dict[Family, bool] = {}
    for result in audit.results:
        finding = result.finding
        if result.status not in (RuleStatus.FLAGGED, RuleStatus.CLEAR):
            continue
        if finding is not None and agent is not None:
            blamed = {_who(audit, evidence) for evidence in finding.evidence} or {None}
            if agent not in blamed and None in blamed:
                continue
            finding = finding if agent in blamed else None
        findings += [finding] if finding is not None else []
        families[result.family] = families.get(result.family, False) or finding is not None
    return {
        "critical": any(finding.severity is Severity.CRITICAL for finding in findings),
        "seconds_to_confirm": audit.episode.seconds_to_confirm,
        **{f"{family} flagged": families.get(family, False) for family in Family},
        **{f"{family} eligible": family in families for family in Family},
        **(_count_practices(audit) if agent is None else {}),
        **_rank(audit, findings, agent),
    }


def _count_practices(audit: CallAudit) -> dict[str, int]:
    """How often each practice was done in a call, and called for."""
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
    """The agent whom evidence is about, or None where that cannot be told.

    A customer's turn is about the agent who speaks both before and after it.
    """
    if audit.turns[evidence.turn].role is Role.AGENT:
        return evidence.agent_id
    before = [t.agent_id for t in audit.turns[: evidence.turn] if t.role is Role.AGENT]
    after = [t.agent_id for t in audit.turns[evidence.turn + 1 :] if t.role is Role.AGENT]
    around = {*before[-1:], *after[:1]}
    return around.pop() if len(around) == 1 else None


def _rank(audit: CallAudit, findings: list[Finding], agent: str | None) -> dict[str, Any]:
    if not findings:
        return {"severity": nan, "strength": nan, "findings": 0, "hear": None}
    gravest = min(findings, key=lambda f: (_SEVERITIES.index(f.severity), -f.strength))
    own = [e for e in gravest.evidence if agent is None or _who(audit, e) == agent]
    start, quote = (own[0].start, own[0].quote) if own else (None, "")
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
    """One row per agent and one for the team, by (team, agent); the columns of `score_agents`."""
    sums = [f"{family} {what}" for family in Family for what in ("flagged", "eligible")]
    sums += [f"{practice} {what}" for practice in PRACTICES for what in ("done", "called for")]
    numbers = calls.assign(
        calls=calls["skipped"].eq(False), unnamed=calls["agent"].eq(UNNAMED)
    ).astype({"seconds_to_confirm": float})
    numbers[sums] = numbers[sums].astype(float).fillna(0).astype(int)
    groups = numbers.groupby(["team", "unnamed", "agent"])
    scores = groups[["calls", "skipped", "critical", *sums]].sum().astype(int)
    scores = scores.rename(columns={"critical": "critical_calls"})
    scores["confirmed"] = groups["seconds_to_confirm"].count()
    scores["seconds_to_confirm"] = groups["seconds_to_confirm"].median()
    for family in Family:
        pairs = zip(scores[f"{family} flagged"], scores[f"{family} eligible"], strict=True)
        ranges = [wilson_interval(*pair) for pair in pairs]
        scores[f"{family} low"] = [low for low, _ in ranges]
        scores[f"{family} high"] = [high for _, high in ranges]
    return scores.droplevel("unnamed")


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
