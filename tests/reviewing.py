"""Audits and verdicts by hand, for the tests of sampling and review."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from builders import cite, make_results, make_turn

from transcript_audit.model import (
    CallAudit,
    Episode,
    Family,
    Finding,
    Outcome,
    Role,
    RoleSource,
    Severity,
    Transcript,
    Utterance,
)
from transcript_audit.review.verdicts import Ruling, Verdict

RULES = {
    "refusal-explicit": Family.REFUSED_CANCELLATION,
    "refusal-stall": Family.REFUSED_CANCELLATION,
    "pushback-pressure": Family.REPEATED_PUSHBACK,
    "exit-no-goodwill": Family.GRACEFUL_EXIT,
}
SEVERITIES = {"refusal-explicit": Severity.CRITICAL, "exit-no-goodwill": Severity.COACHING}
LINES = (
    (Role.CUSTOMER, "I want to cancel my membership."),
    (Role.AGENT, "I won't do that for you."),
    (Role.CUSTOMER, "Please, I moved away."),
    (Role.AGENT, "Think it over and call us again."),
)
BOOK = "ab" * 32


def audited(
    call_id: str = "c-1",
    *rules: str,
    agents: Sequence[str] = ("Ines",),
    strength: float = 0.9,
    outcome: Outcome = Outcome.NOT_CANCELLED,
    lines: Sequence[tuple[Role, str]] = LINES,
) -> CallAudit:
    """A call with a finding of each of `rules`, all of them in its second turn."""
    turns = tuple(
        make_turn(i, role, text, i * 10.0, _agent(agents, i) if role is Role.AGENT else None)
        for i, (role, text) in enumerate(lines)
    )
    findings = [
        Finding(
            rule,
            RULES[rule],
            SEVERITIES.get(rule, Severity.MAJOR),
            f"About {rule}.",
            strength,
            (cite(turns[1], (2, 12)),),
            steps=("The customer asked to cancel.",),
            cleared_by="Doing it.",
            fingerprint=fingerprint(rule),
        )
        for rule in rules
    ]
    said = tuple(Utterance(i, str(role), text) for i, (role, text) in enumerate(lines))
    transcript = Transcript(call_id, f"calls/{call_id}.txt", said, tuple(agents), None, "text")
    return CallAudit(
        transcript,
        RoleSource.STATED,
        turns,
        (),
        Episode(outcome, (), None, len(lines) - 1),
        make_results(RULES, findings),
    )


def _agent(agents: Sequence[str], turn: int) -> str | None:
    """The agents take the agent's turns one after another."""
    return agents[turn // 2 % len(agents)] if agents else None


def fingerprint(rule: str) -> str:
    return f"{len(rule):02x}{sum(rule.encode()):014x}"


START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
_count = iter(range(1, 1_000_000))


def verdict(ruling: Ruling, rule: str = "", by: str = "Mia", **more: Any) -> Verdict:
    """A verdict on a finding of `audited`, each a minute after the last."""
    number = next(_count)
    on_finding = {"fingerprint": fingerprint(rule), "turns": (1,)} if rule else {}
    reasons = {Ruling.OVERTURNED, Ruling.DISPUTED}
    values = {
        "call_id": "c-1",
        "reason": "not what was said" if ruling in reasons else "",
        **on_finding,
        **more,
    }
    when = START + timedelta(minutes=number)
    return Verdict(f"v{number}", by, when, ruling=ruling, rule=rule, **values)
