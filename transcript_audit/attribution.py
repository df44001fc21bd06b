"""Whose call it is, and about whom of its agents a finding is.

An agent answers for what stands in the agent's own turns. Where a call has several agents and it
cannot be told whose turn a finding is about, it counts for the team and for `UNTOLD`, and for none
of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from transcript_audit.model import (
    CallAudit,
    Evidence,
    Finding,
    Role,
    RuleResult,
    RuleStatus,
    SkippedCall,
)
from transcript_audit.speakers import fold_label

UNNAMED = "(agent not named)"
"""Stands for the agent of calls that name none."""

UNTOLD = "(agent not told apart)"
"""Stands for the agents of calls with several, for findings about one or another of them."""

TEAM = "(whole team)"

THESE_CALLS = "(these calls, all agents)"
"""Stands for the team where only the calls of some agents were audited."""


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
    return [each for each in audits if counts_for(agent, each)]


def counts_for(agent: str, audited: CallAudit | SkippedCall) -> bool:
    """Whether the scorecard of `agent` is about a call."""
    name = fold_label(agent)
    if name == fold_label(UNTOLD):
        return isinstance(audited, CallAudit) and bool(untold_results(audited))
    return name in map(fold_label, agents_of(audited))


def untold_results(audit: CallAudit) -> list[RuleResult]:
    """The results of a call of several agents with findings that are about no one of them."""
    if len(agents_of(audit)) < 2:
        return []
    return [r for r in audit.results if r.finding and _blamed(audit, r.finding) == {None}]


def results_of(audit: CallAudit, agent: str) -> Iterator[RuleResult]:
    """What the rules came to for one of several agents: flagged, clear, or not to be told."""
    for result in audit.results:
        blamed = _blamed(audit, result.finding) if result.finding else set()
        if not blamed or fold_label(agent) in blamed:
            yield result
        elif None not in blamed:  # another agent's
            yield replace(result, status=RuleStatus.CLEAR, finding=None)


def agent_of(audit: CallAudit, evidence: Evidence) -> str | None:
    """The folded name of the agent whom evidence is about, or None where that cannot be told.

    A customer's turn is about the agent who speaks both before and after it.
    """
    if audit.turns[evidence.turn].role is Role.AGENT:
        return fold_label(evidence.agent_id) if evidence.agent_id else None
    before = [t.agent_id for t in audit.turns[: evidence.turn] if t.role is Role.AGENT]
    after = [t.agent_id for t in audit.turns[evidence.turn + 1 :] if t.role is Role.AGENT]
    around = {fold_label(name) if name else None for name in (*before[-1:], *after[:1])}
    return around.pop() if len(around) == 1 else None


def blamed_agents(audit: CallAudit, finding: Finding) -> tuple[str, ...]:
    """Whom a finding is about, by name: the call's only agent, else those who can be told."""
    names = {fold_label(name): name for name in agents_of(audit) if name != UNNAMED}
    if len(names) == 1:
        return tuple(names.values())
    blamed = dict.fromkeys(agent_of(audit, evidence) for evidence in finding.evidence)
    return tuple(names[name] for name in blamed if name in names)


def _blamed(audit: CallAudit, finding: Finding) -> set[str | None]:
    """The folded names of the agents a finding is about; None for one who cannot be told."""
    return {agent_of(audit, evidence) for evidence in finding.evidence} or {None}
