"""Parts of audits by hand, for the tests of what is made of audits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from transcript_audit.model import (
    Evidence,
    Family,
    Finding,
    Part,
    Role,
    RuleResult,
    RuleStatus,
    Span,
    Turn,
)


def make_turn(
    index: int, role: Role, text: str, start: float | None = None, agent_id: str | None = None
) -> Turn:
    """A turn of one utterance of the same number, said by a speaker labelled like the role."""
    part = Part(index, 0, start, index + 1)
    return Turn(index, role, str(role), text, (part,), start=start, agent_id=agent_id)


def cite(turn: Turn, span: Span | None = None, act: str = "") -> Evidence:
    """The words of `span` in a turn as evidence, by default all of them."""
    start, end = span or (0, len(turn.text))
    quote = turn.text[start:end]
    number = turn.parts[0].number
    return Evidence(turn.index, number, (start, end), quote, act, turn.start, turn.agent_id)


def make_results(
    families: Mapping[str, Family],
    findings: Iterable[Finding],
    status: Callable[[str], RuleStatus] = lambda _: RuleStatus.CLEAR,
    **more: tuple[str, ...],
) -> tuple[RuleResult, ...]:
    """A result for each rule of `families`: flagged where it has a finding, else of `status`."""
    found = {finding.rule: finding for finding in findings}
    return tuple(
        RuleResult(rule, family, RuleStatus.FLAGGED, "because", found[rule], **more)
        if rule in found
        else RuleResult(rule, family, status(rule), f"nothing for {rule}", **more)
        for rule, family in families.items()
    )
