"""Calls by hand, for the tests of what is counted over many calls."""

from __future__ import annotations

from datetime import datetime

from builders import cite, make_results, make_turn

from transcript_audit.model import (
    Act,
    ActLabel,
    Attempt,
    CallAudit,
    Concern,
    Episode,
    Family,
    Finding,
    Outcome,
    Role,
    RoleSource,
    RuleStatus,
    Severity,
    Transcript,
)

FAMILIES = {
    "refusal-explicit": Family.REFUSED_CANCELLATION,
    "refusal-stall": Family.REFUSED_CANCELLATION,
    "pushback-after-decline": Family.REPEATED_PUSHBACK,
    "concern-unacknowledged": Family.IGNORED_CONCERN,
    "conduct-disrespect": Family.CONDUCT,
    "exit-no-confirmation": Family.GRACEFUL_EXIT,
    "exit-no-goodwill": Family.GRACEFUL_EXIT,
}


def flag(rule, *turns, severity=Severity.MAJOR, strength=0.9):
    return rule, turns, severity, strength


def make_audit(
    call_id,
    agents=("Imke",),
    *,
    flags=(),
    clear=tuple(FAMILIES),
    speakers=None,
    outcome=Outcome.NOT_CANCELLED,
    began=None,
    unsure=(),
    **episode,
):
    """A call; `speakers` names the agent of each turn, "" for the customer, None for unknown."""
    speakers = speakers or (agents[0] if agents else None, "") * 4
    turns = [
        make_turn(
            n,
            Role.CUSTOMER if name == "" else Role.AGENT,
            f"words of turn {n}",
            n * 10.0,
            name or None,
        )
        for n, name in enumerate(speakers)
    ]
    findings = [
        Finding(
            rule,
            FAMILIES[rule],
            severity,
            "did so",
            strength,
            tuple(cite(turns[n]) for n in cited),
        )
        for rule, cited, severity, strength in flags
    ]

    def status(rule):
        if rule in unsure:
            return RuleStatus.CANNOT_TELL
        return RuleStatus.CLEAR if rule in clear else RuleStatus.NOT_APPLICABLE

    return CallAudit(
        Transcript(
            call_id,
            f"{call_id}.txt",
            (),
            agents,
            datetime.fromisoformat(began) if began else None,
        ),
        RoleSource.STATED,
        tuple(turns),
        (),
        Episode(outcome, (), None, len(turns), **episode),
        make_results(FAMILIES, findings, status),
    )


def make_calls(count, flagged, rule="refusal-stall", *, start=0, **more):
    """`count` calls, of which the first `flagged` have a finding of the rule."""
    return [
        make_audit(
            f"{rule}-{more.get('agents')}-{start + n}",
            flags=[flag(rule, 2)] if n < flagged else [],
            **more,
        )
        for n in range(count)
    ]


def card_of(cards, agent):
    (card,) = [card for card in cards.agents if card.agent == agent]
    return card


def share_of(card, family):
    (share,) = [share for share in card.families if share.family is family]
    return share


def rule_of(card, rule):
    (share,) = [share for share in card.rules if share.rule == rule]
    return share


def attempt(turn=2, **more):
    return Attempt((Act(ActLabel.OFFER, turn, (0, 1), "pause"),), **more)


def concern(answered_in, **more):
    act = Act(ActLabel.RAISE_CONCERN, 1, (0, 1), "price")
    return Concern(act, "price", plain=more.pop("plain", False), answered_in=answered_in, **more)
