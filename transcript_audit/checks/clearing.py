"""What would have cleared a finding, and whether the call has it. For explaining only."""

from __future__ import annotations

from transcript_audit.checks.facts import Facts
from transcript_audit.checks.telling import name_turns
from transcript_audit.model import ActLabel
from transcript_audit.rulebook import Rule

INTEREST = (ActLabel.WAVER, "Real interest that invites an offer")
ALLOWED_REASON = (ActLabel.REFUSE_ALLOWED, "An allowed reason")

CLEARING: dict[str, tuple[tuple[ActLabel, str], ...]] = {
    ActLabel.REFUSE: (ALLOWED_REASON,),
    ActLabel.CONDITION: (ALLOWED_REASON,),
    ActLabel.STALL: (ALLOWED_REASON,),
    ActLabel.CONFIRM_DETAILS: (
        (ActLabel.CONFIRM_DETAILS, "Date, reference, written confirmation or last bill"),
    ),
    ActLabel.GOODWILL: ((ActLabel.GOODWILL, "Thanks, regret, good wishes or an open door"),),
    "attempt-after-decline": (INTEREST,),
    "offer-irrelevant": (INTEREST,),
    "request-standing": (
        (ActLabel.CONFIRM, "A confirmation"),
        (ActLabel.WITHDRAW, "The request taken back"),
        ALLOWED_REASON,
    ),
    "concern-unanswered": ((ActLabel.ACKNOWLEDGE, "An acknowledgement"),),
}
"""Acts that clear a finding, each with what it means; by the act that a check looks for, else by
its kind."""


def look_for_what_clears(facts: Facts, rule: Rule) -> tuple[str, ...]:
    """What would have cleared a finding of the rule and was looked for, a sentence each."""
    check = rule.check
    sought = next(iter(getattr(check, "acts", ())), getattr(check, "act", check.kind))
    lines = []
    for label, meaning in CLEARING.get(sought, ()):
        found = facts.of(label, after=facts.request_turn)
        where = f"only in {name_turns(facts, found)}" if found else "not found"
        lines.append(f"{meaning} ({label}): {where}.")
    return tuple(lines)
