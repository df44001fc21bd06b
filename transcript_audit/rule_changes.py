"""What another rule book makes of the same calls: findings that appear, vanish or change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from transcript_audit.attribution import blamed_agents
from transcript_audit.model import CallAudit, Finding, RuleStatus, SkippedCall

Audited = CallAudit | SkippedCall


class ChangeKind(StrEnum):
    """What became of a finding; `changed` ones have another severity or other words."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """A finding under the old and under the new rule book.

    Attributes:
        agents: whom it is about: those of its evidence, else those of the call.
        audit: of the one to show: the new audit, or the old one for what vanished.
        finding: likewise; before: the old one of a changed finding.
        reason: why the other book doesn't have it; "" for what both have.
    """

    kind: ChangeKind
    rule: str
    call_id: str
    path: str
    agents: tuple[str, ...]
    audit: CallAudit
    finding: Finding
    before: Finding | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """How many findings of a rule, or about an agent, became what."""

    name: str
    appeared: int
    vanished: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """What the new rule book changes over all calls.

    Attributes:
        calls: audited under both; skipped: under one or both.
        changes: without those that stay the same, in the order of the calls and then of the rules.
        rules, agents: with at least one finding under either book, by name.
        outcomes: calls by outcome before and after, where the two differ.
    """

    calls: int
    skipped: int
    changes: tuple[Change, ...]
    rules: tuple[ChangeCount, ...]
    agents: tuple[ChangeCount, ...]
    outcomes: tuple[tuple[str, str, int], ...]


def compare_audits(pairs: Iterable[tuple[Audited, Audited]]) -> RuleChanges:
    """What changes from the first audit of each call to the second."""
    calls = skipped = 0
    changes: list[Change] = []
    by_rule: Counter[tuple[str, ChangeKind]] = Counter()
    by_agent: Counter[tuple[str, ChangeKind]] = Counter()
    outcomes: Counter[tuple[str, str]] = Counter()
    for old, new in pairs:
        if isinstance(old, SkippedCall) or isinstance(new, SkippedCall):
            skipped += 1
            continue
        calls += 1
        if old.outcome is not new.outcome:
            outcomes[str(old.outcome), str(new.outcome)] += 1
        for change in compare_call(old, new):
            by_rule[change.rule, change.kind] += 1
            by_agent.update((agent, change.kind) for agent in change.agents)
            if change.kind is not ChangeKind.SAME:
                changes.append(change)
    moved = tuple((*pair, count) for pair, count in sorted(outcomes.items()))
    return RuleChanges(calls, skipped, tuple(changes), _counts(by_rule), _counts(by_agent), moved)


def compare_call(old: CallAudit, new: CallAudit) -> Iterator[Change]:
    """What became of every finding of a call; there is at most one a rule."""
    before = {finding.rule: finding for finding in old.findings}
    after = {finding.rule: finding for finding in new.findings}
    for rule in dict.fromkeys([*before, *after]):
        if rule not in before:
            kind, audit, finding = ChangeKind.APPEARED, new, after[rule]
        elif rule not in after:
            kind, audit, finding = ChangeKind.VANISHED, old, before[rule]
        else:
            kind, audit, finding = _judge_change(before[rule], after[rule]), new, after[rule]
        other = {ChangeKind.APPEARED: old, ChangeKind.VANISHED: new}.get(kind)
        yield Change(
            kind=kind,
            rule=rule,
            call_id=audit.call_id,
            path=audit.transcript.path,
            agents=blamed_agents(audit, finding),
            audit=audit,
            finding=finding,
            before=before[rule] if kind is ChangeKind.CHANGED else None,
            reason=_why_not(other, rule) if other else "",
        )


def _judge_change(before: Finding, after: Finding) -> ChangeKind:
    alike = (before.severity, before.fingerprint) == (after.severity, after.fingerprint)
    return ChangeKind.SAME if alike else ChangeKind.CHANGED


def _why_not(audit: CallAudit, rule: str) -> str:
    for result in audit.results:
        if result.rule == rule:
            told = "" if result.status is RuleStatus.CLEAR else f"{result.status}: "
            return f"{told}{result.reason}"
    return "the rule book doesn't have the rule"


def _counts(counted: Counter[tuple[str, ChangeKind]]) -> tuple[ChangeCount, ...]:
    names = sorted({name for name, _ in counted})
    return tuple(ChangeCount(name, *(counted[name, kind] for kind in ChangeKind)) for name in names)
