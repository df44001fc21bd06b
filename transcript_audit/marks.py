"""What one call comes to, all of it or for one of its agents, before it is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from transcript_audit.attribution import UNTOLD, agent_of, agents_of
from transcript_audit.figures import CallToHear, Quote
from transcript_audit.model import (
    CallAudit,
    Evidence,
    Finding,
    Outcome,
    RuleResult,
    RuleStatus,
    Severity,
)
from transcript_audit.quotes import quote_words
from transcript_audit.rulebook import Rule, RuleBook
from transcript_audit.speakers import fold_label

THOUSAND = 1000
"""Scores and strengths are summed in whole thousandths: a sum then has no order."""

EXIT_RULES = {
    "details-confirmed": "exit-no-confirmation",
    "goodwill-shown": "exit-no-goodwill",
}
"""Practices that a clear rule shows."""

SEVERITIES = tuple(Severity)
JUDGED = (RuleStatus.FLAGGED, RuleStatus.CLEAR)


@dataclass(frozen=True, slots=True)
class Standards:
    """What calls are counted by: the rules, and the profile's weights and least number of calls.

    Without a rule book: no rules, the usual ten calls, and no quality score.
    """

    rules: dict[str, Rule] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    auto_fail: tuple[Severity, ...] = ()
    eligible_at_least: int = 10

    @classmethod
    def of(cls, rulebook: RuleBook | None) -> Standards:
        """Those of a rule book under its profile."""
        if rulebook is None:
            return cls()
        quality = rulebook.profile.quality
        return cls(
            {rule.id: rule for rule in rulebook.rules},
            {rule.id: quality.weight_of(rule) for rule in rulebook.rules},
            quality.auto_fail,
            rulebook.profile.eligible_at_least,
        )


@dataclass(frozen=True, slots=True)
class Marks:
    """What some results of a call come to: all of them, or those about one of its agents.

    Attributes:
        agent: whom they are about, None for the whole call.
        rules, families: of those judged, whether they were flagged.
        left_open: rules that could not be judged.
        passed: whether there is no critical finding; None where that cannot be told.
        score: quality in thousandths of 100, or None.
    """

    audit: CallAudit
    agent: str | None
    rules: dict[str, bool]
    families: dict[str, bool]
    left_open: tuple[str, ...]
    findings: tuple[Finding, ...]
    passed: bool | None
    score: int | None
    auto_failed: bool

    @property
    def critical(self) -> bool:
        """Whether there is a critical finding."""
        return self.passed is False

    @property
    def gravest(self) -> Finding:
        """The gravest finding, the surest of the gravest."""
        return min(self.findings, key=lambda f: (SEVERITIES.index(f.severity), -f.strength))


def mark_call(
    audit: CallAudit,
    results: Iterable[RuleResult],
    standards: Standards,
    agent: str | None = None,
) -> Marks:
    """What results of a call come to by the standards."""
    rules: dict[str, bool] = {}
    families: dict[str, bool] = {}
    findings: list[Finding] = []
    left_open: list[str] = []
    for result in results:
        if result.status in JUDGED:
            flagged = result.finding is not None
            rules[result.rule] = flagged
            families[result.family] = families.get(result.family, False) or flagged
            findings += [result.finding] if result.finding else []
        elif result.status is RuleStatus.CANNOT_TELL:
            left_open.append(result.rule)
    severities = {finding.severity for finding in findings}
    failed = not severities.isdisjoint(standards.auto_fail)
    weighed = sum(standards.weights.get(rule, 0) for rule in rules)
    held = sum(standards.weights.get(rule, 0) for rule, flagged in rules.items() if not flagged)
    score = None
    if weighed:
        score = 0 if failed else round(100 * THOUSAND * held / weighed)
    passed = None
    if Severity.CRITICAL in severities:
        passed = False
    elif rules and not any(_is_critical(standards, rule) for rule in left_open):
        passed = True
    return Marks(
        audit,
        agent,
        rules,
        families,
        tuple(left_open),
        tuple(findings),
        passed,
        score,
        failed and score is not None,
    )


def _is_critical(standards: Standards, rule: str) -> bool:
    return rule in standards.rules and standards.rules[rule].severity is Severity.CRITICAL


def practised(audit: CallAudit) -> dict[str, list[bool]]:
    """For each practice that a call gave occasion for, each time, whether it was done."""
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
        for practice, rule in EXIT_RULES.items():
            if status.get(rule) in JUDGED:
                times[practice] = [status[rule] is RuleStatus.CLEAR]
    return times


def own_evidence(marks: Marks, finding: Finding) -> list[Evidence]:
    """The evidence of a finding that is about the agent of the marks; all for a whole call."""
    if marks.agent is None:
        return list(finding.evidence)
    name = fold_label(marks.agent)
    return [each for each in finding.evidence if agent_of(marks.audit, each) == name]


def quote_evidence(audit: CallAudit, evidence: Evidence) -> Quote:
    """The words of evidence, with "…" where they begin or end inside a sentence."""
    words = quote_words(audit.turns[evidence.turn].text, evidence.span)
    return Quote(audit.call_id, audit.transcript.path, evidence.number, evidence.start, words)


def call_to_hear(marks: Marks) -> CallToHear:
    """The call with its gravest finding."""
    audit, finding = marks.audit, marks.gravest
    quotes = tuple(quote_evidence(audit, each) for each in own_evidence(marks, finding))
    return CallToHear(
        audit.call_id,
        audit.transcript.path,
        finding,
        len(marks.findings),
        quotes[0].start if quotes else None,
        quotes[0].words if quotes else "",
        marks.agent or _blamed_name(audit, finding),
        audit.transcript.started_at,
        quotes,
    )


def _blamed_name(audit: CallAudit, finding: Finding) -> str:
    """The agent whom a finding is about, `UNTOLD` for one or another, `UNNAMED` for no name."""
    agents = agents_of(audit)
    if len(agents) == 1:
        return agents[0]
    blamed = {agent_of(audit, each) for each in finding.evidence}
    named = [agent for agent in agents if fold_label(agent) in blamed]
    return named[0] if len(blamed) == 1 and named else UNTOLD
