"""Check kinds that ask how the agent pressed to stay: `attempt-after-decline`, `reason-pressed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from transcript_audit.checks.facts import Answer, Facts
from transcript_audit.checks.telling import count, name_acts, name_turns, tell_request
from transcript_audit.episode import STANDS_BY
from transcript_audit.model import Act, ActLabel, Attempt, Severity

CONSENTS = {
    "none": None,
    "agreed-to-hear": ActLabel.ASK_LEAVE,
    "told-how-to-cancel": ActLabel.TELL_WAY_OUT,
}
"""What a profile's `consent` asks to be said before an attempt."""

WITHOUT_DECLINE = {
    "none": "One attempt at most before the customer has declined any.",
    "agreed-to-hear": "Asking first whether the customer wants to hear an offer, and a yes.",
    "told-how-to-cancel": "Telling the customer first which word completes the cancellation.",
}
"""What would have cleared an attempt before any decline, by the profile's `consent`."""


def check_attempt_after_decline(facts: Facts, _check: Any) -> Answer:
    """A retention attempt while the door was closed, or without what the profile asks first."""
    profile = facts.rulebook.profile
    attempts = facts.episode.attempts
    steps = [tell_request(facts), f"Attempts to retain: {len(attempts)}."]
    first = [attempt for attempt in attempts if not attempt.invited][: profile.attempts_allowed]
    wrong = [attempt for attempt in attempts if _is_pushback(facts, attempt, first)]
    if not wrong:
        reason = "no attempt after a decline" if attempts else "no attempt to retain"
        return Answer(reason, steps=tuple(steps))
    steps += [_tell_attempt(facts, attempt) for attempt in wrong]
    acts = tuple(act for attempt in wrong for act in attempt.acts)
    strengths = [max(act.strength for act in attempt.acts) for attempt in wrong]
    sure = sum(strength >= profile.evidence_strength for strength in strengths)
    severity = Severity.CRITICAL if sure >= profile.attempts_critical else None
    late = [attempt for attempt in wrong if attempt.after_decline]
    why = "after a decline" if len(late) == len(wrong) else "that the profile doesn't allow"
    tried = count(len(wrong), "attempt")
    reason = f"{tried} to retain {why}, in {name_turns(facts, acts)}"
    answer = Answer(reason, acts, steps=tuple(steps), severity=severity)
    if late:
        return answer
    told = f"The agent tried to keep the customer in a way that the profile {profile.id} forbids."
    return replace(answer, message=told, cleared_by=WITHOUT_DECLINE[profile.consent])


def _tell_attempt(facts: Facts, attempt: Attempt) -> str:
    where, what = name_turns(facts, attempt.acts), ", ".join(name_acts(attempt.acts))
    late = attempt.after_decline
    cause = "after the customer had declined" if late else "not allowed by the profile"
    return f"{where.capitalize()}: {what}, {cause}."


def _is_pushback(facts: Facts, attempt: Attempt, first: Sequence[Attempt]) -> bool:
    """Whether the policy, or a stricter profile, forbids this attempt.

    Args:
        first: the attempts that nobody invited, as many as the profile allows.
    """
    if attempt.after_decline:
        return True
    if attempt.invited:
        return False
    return not _has_consent(facts, attempt) or attempt not in first


def _has_consent(facts: Facts, attempt: Attempt) -> bool:
    """Whether what the profile asks was said before an attempt, and "cancel" not again since.

    A question must have been answered, so it counts only from the next turn on.
    """
    needed = CONSENTS[facts.rulebook.profile.consent]
    if needed is None:
        return True
    first = attempt.turns[0] + (needed is not ActLabel.ASK_LEAVE)
    said = [act.turn for act in facts.of(needed) if act.turn < first]
    return bool(said) and not any(act.turn < first for act in facts.of(*STANDS_BY, after=said[-1]))


def check_reason_pressed(facts: Facts, _check: Any) -> Answer:
    """The reason was asked for although given or withheld, more than allowed, or disputed."""
    known: Act | None = None
    asked = 0
    pressed: list[Act] = []
    steps = [tell_request(facts)]
    for act in facts.acts:
        if act.label in {ActLabel.GIVE_REASON, ActLabel.WITHHOLD_REASON, ActLabel.RAISE_CONCERN}:
            known = known or act
        elif act.label is ActLabel.DISPUTE_REASON and act.turn > facts.request_turn:
            pressed.append(act)
            steps.append(f"The agent disputed the reason in {name_turns(facts, [act])}.")
        elif act.label is ActLabel.ASK_REASON and act.turn > facts.request_turn:
            asked += 1
            if known is not None:
                pressed.append(act)
                steps.append(
                    f"The agent asked why in {name_turns(facts, [act])}, although "
                    f"{name_turns(facts, [known])} had answered that ({known.name})."
                )
            elif asked > facts.rulebook.profile.reasons_allowed:
                pressed.append(act)
                steps.append(f"The agent asked why again in {name_turns(facts, [act])}.")
    if not pressed:
        told = {0: "was not asked for", 1: "was asked for once"}
        reason = f"the reason {told.get(asked, f'was asked for {asked} times')}"
        return Answer(reason, steps=(*steps, reason.capitalize() + "."))
    return Answer(
        f"reason pressed in {name_turns(facts, pressed)}", tuple(pressed), steps=tuple(steps)
    )
