"""Check kinds that ask how far the customer got to leave: `passed-on`, `request-standing`."""

from __future__ import annotations

from typing import Any

from transcript_audit.checks.facts import Answer, Facts
from transcript_audit.checks.redacted import cannot_tell, hidden_turns
from transcript_audit.checks.telling import count, tell_request
from transcript_audit.episode import ATTEMPTS, OBSTRUCTIONS
from transcript_audit.model import Act, ActLabel, Outcome, RuleStatus, State
from transcript_audit.talk import NoTalk

TELLS_AGAIN = (
    ActLabel.REQUEST_CANCEL,
    ActLabel.REPEAT_CONCERN,
    ActLabel.RAISE_CONCERN,
    ActLabel.GIVE_REASON,
)
"""Acts with which the customer has to tell it all again."""

STANDS_IN_THE_WAY = (*OBSTRUCTIONS, *ATTEMPTS, ActLabel.DISPUTE_REASON)
"""Acts with which the agent argues or bars the way."""

RETOLD = 2
"""Turns after one hand-off in which telling it again is more than "stating it once more"."""


def check_passed_on(facts: Facts, _check: Any) -> Answer:
    """The customer was passed on more often than allowed, or had to tell it all again."""
    passes = facts.episode.passes
    allowed = facts.rulebook.profile.hand_offs_allowed
    steps = [
        tell_request(facts),
        f"Passed on {count(len(passes), 'time')} after it; {allowed} allowed.",
    ]
    if len(passes) > allowed:
        acts = tuple(act for group in passes[allowed:] for act in group)
        return Answer(f"passed on {len(passes)} times", acts, steps=tuple(steps))
    if len(passes) == allowed and allowed:
        retold, pressed = _count_after(facts, passes[-1][-1].turn)
        if retold >= RETOLD and pressed:
            steps.append(
                f"After it the customer asked or told again {retold} times and was argued with."
            )
            return Answer("passed on and had to argue it all again", passes[-1], steps=tuple(steps))
    return Answer(f"passed on {count(len(passes), 'time')}", steps=tuple(steps))


def _count_after(facts: Facts, turn: int) -> tuple[int, int]:
    """In how many turns after `turn` the customer told it again, and the agent stood in the way."""
    retold = {act.turn for act in facts.of(*TELLS_AGAIN, after=turn)}
    pressed = {act.turn for act in facts.of(*STANDS_IN_THE_WAY, after=turn)}
    return len(retold), len(pressed)


def check_request_standing(facts: Facts, _check: Any) -> Answer:
    """The call ended with the request standing."""
    steps = [tell_request(facts), f"The episode ended {facts.episode.outcome}."]
    if facts.episode.changes[-1].state is State.GIVEN_UP:
        reason = "the customer gave the request up after the way out had been barred"
        return Answer(reason, steps=tuple(steps), status=RuleStatus.CANNOT_TELL)
    request = facts.episode.request
    if facts.episode.outcome is not Outcome.NOT_CANCELLED or request is None:
        return Answer(f"the call ended {facts.episode.outcome}", steps=tuple(steps))
    last = facts.last_agent_turn
    if last < request.turn:
        reason = "the recording ends before the agent could answer the request"
        return Answer(reason, steps=tuple(steps), status=RuleStatus.CANNOT_TELL)
    hidden = hidden_turns(facts, request.turn)
    if hidden:
        return cannot_tell(facts, hidden, "a confirmation or an allowed reason", steps)
    steps.append("No confirmation and no allowed reason was found up to the last turn.")
    steps += _tell_waits(facts, request)
    return Answer(
        "the call ended with the request standing",
        turns=(last,),
        steps=tuple(steps),
        strength=request.strength,
    )


def _tell_waits(facts: Facts, request: Act) -> list[str]:
    """How long nobody spoke after the request, where that is as long as a hold."""
    if isinstance(facts.talk, NoTalk):
        return []
    shortest = facts.rulebook.profile.hold_seconds
    begin = facts.turns[request.turn].parts[0].number
    waits = [s for s in facts.talk.silences if s.number >= begin and s.seconds >= shortest]
    if not waits:
        return []
    seconds = round(sum(each.seconds for each in waits))
    return [f"After the request nobody spoke for {seconds} seconds, {count(len(waits), 'wait')}."]
