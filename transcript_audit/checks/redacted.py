"""What redaction may have hidden: then nobody can tell what a check kind asks."""

from __future__ import annotations

from collections.abc import Sequence

from transcript_audit.checks.facts import Answer, Facts
from transcript_audit.checks.telling import name_turns
from transcript_audit.model import Act, Role, RuleStatus
from transcript_audit.redaction_marks import hides_detail, is_mostly_hidden

SURE_THOUGH_REDACTED = 0.9
"""Strength from which an act counts against somebody although part of its turn was redacted. Most
of the findings that masking calls brings up wrongly go by it, and one in forty of all findings
(`benchmarks/faults.py`)."""


def is_in_doubt(facts: Facts, act: Act) -> bool:
    """Whether an act is less than sure, and what was redacted in its turn, or in the turn that it
    answers, may say otherwise."""
    heard = facts.turns[max(act.turn - 1, 0) : act.turn + 1]
    return act.strength < SURE_THOUGH_REDACTED and any(hides_detail(turn.text) for turn in heard)


def hidden_turns(facts: Facts, after: int, *, details: bool = False) -> tuple[int, ...]:
    """The agent's turns later than `after` that are mostly redacted, so that any act may have stood
    there; with `details` also those in which a date, a number or an address was."""
    return tuple(
        turn.index
        for turn in facts.turns[after + 1 :]
        if turn.role is Role.AGENT
        and (is_mostly_hidden(turn.text) or (details and hides_detail(turn.text)))
    )


def cannot_tell(facts: Facts, hidden: Sequence[int], sought: str, steps: Sequence[str]) -> Answer:
    """That what was looked for may stand where words were redacted."""
    reason = f"{sought} may have been redacted in {name_turns(facts, hidden)}"
    return Answer(reason, steps=tuple(steps), status=RuleStatus.CANNOT_TELL)
