"""The finding that an answer amounts to: what is sure enough to be held against somebody."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from transcript_audit.checks.facts import Answer, Facts
from transcript_audit.model import Act, Evidence, Finding, Turn
from transcript_audit.rulebook import Rule

QUOTE_LENGTH = 240


def build_finding(facts: Facts, rule: Rule, answer: Answer) -> Finding:
    """The finding that an answer with evidence amounts to."""
    evidence = [_cite_act(facts.turns, act) for act in answer.acts]
    evidence += [_cite_turn(facts.turns[index]) for index in answer.turns]
    evidence.sort(key=lambda item: (item.number, item.span))
    strengths = [act.strength for act in answer.acts]
    strength = answer.strength if answer.strength is not None else max(strengths, default=1.0)
    words = "\x1f".join(item.quote for item in evidence)
    return Finding(
        rule=rule.id,
        family=rule.family,
        severity=answer.severity or rule.severity,
        message=answer.message or rule.message,
        strength=round(strength, 3),
        evidence=tuple(evidence),
        steps=answer.steps,
        cleared_by=answer.cleared_by or rule.cleared_by,
        fingerprint=hashlib.sha256(f"{rule.id}\x1f{words}".encode()).hexdigest()[:16],
    )


def worth_citing(facts: Facts, acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """The acts that are sure enough to be held against somebody; at least the surest one."""
    least = facts.rulebook.profile.evidence_strength
    surest = max((act.strength for act in acts), default=least)
    return tuple(act for act in acts if act.strength >= min(least, surest))


def _cite_act(turns: Sequence[Turn], act: Act) -> Evidence:
    """The words of an act."""
    turn = turns[act.turn]
    return _cite(turn, act.span, act.name)


def _cite_turn(turn: Turn) -> Evidence:
    """The end of a turn, its last source turn, where the finding is that something is missing."""
    return _cite(turn, (turn.parts[-1].offset, len(turn.text)), "")


def _cite(turn: Turn, span: tuple[int, int], act: str) -> Evidence:
    part = turn.part_at(span[0])
    start = part.start if part.start is not None else turn.start
    quote = turn.text[span[0] : span[1]]
    if len(quote) > QUOTE_LENGTH:
        quote = quote[: QUOTE_LENGTH - 1].rstrip() + "…"
    return Evidence(turn.index, part.number, span, quote, act, start, turn.agent_id)
