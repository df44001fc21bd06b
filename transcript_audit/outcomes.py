"""How a call ended, weighed over the whole call.

The state machine tells how a call ended if every act is what it seems; one act missed or mistaken
turns it around. So its answer is one sign among others: the strongest act of every label, and the
strongest towards the end of the call. The chances of all outcomes come from a multinomial logistic
regression over these signs (`training/`); the likeliest outcome counts, and the acts that it
needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from transcript_audit.calibration import (
    ASKS,
    JUDGED_LABELS,
    LATER,
    OUTCOME_SIGNS,
    Calibration,
    request_signs,
    sign_of_end,
    sign_of_later,
    sign_of_walk,
)
from transcript_audit.episode import follow_episode
from transcript_audit.model import Act, ActLabel, ActStatus, Episode, Outcome, Turn

if TYPE_CHECKING:
    from transcript_audit.rulebook import Profile

SHORTEST_WEIGHED = 11
"""Turns that a call must have for its silence to tell anything: the shortest training call's."""

LIKELY = 0.3
"""Strength from which an act counts among those after a confirmation."""

FADE = 0.8
"""How much less an act weighs for each turn that it stands before the last one that does anything;
backchannels do not count, and small talk at the end changes nothing."""

MODEL = "model"
"""The source of an act that no pattern found."""

FAINTEST = 0.2
"""Strength of a confirmation that a pattern found, from which it counts in a short call."""

TELLS = {
    Outcome.CANCELLED: (ActLabel.CONFIRM,),
    Outcome.RETAINED: (ActLabel.WITHDRAW, ActLabel.ACCEPT),
    Outcome.NOT_ALLOWED: (ActLabel.REFUSE_ALLOWED,),
    Outcome.HANDED_OFF: (ActLabel.HAND_OFF,),
}
"""Acts, after the request, of which an outcome needs one."""


@dataclass(frozen=True, slots=True)
class SettledCall:
    """The acts that count once the whole call was heard, what they come to, and what changed."""

    acts: tuple[Act, ...]
    episode: Episode
    notes: tuple[str, ...] = ()


def acts_that_count(found: Sequence[Act], profile: Profile) -> tuple[Act, ...]:
    """The acts that are asserted and strong enough for the profile."""
    return tuple(
        act
        for act in found
        if act.status is ActStatus.ASSERTED and act.strength >= profile.strength_needed(act.label)
    )


def settle_call(
    turns: Sequence[Turn],
    found: Sequence[Act],
    calibration: Calibration | None,
    profile: Profile,
) -> SettledCall:
    """What a call comes to: whether anybody asked to cancel, and how it ended.

    Args:
        found: everything the recogniser found, weak acts too.
        calibration: without outcome curves, and for calls shorter than those learnt from, the
            acts are taken at their word.
    """
    counted = acts_that_count(found, profile)
    curves = calibration.outcomes if calibration else None
    if curves is None:
        return SettledCall(counted, follow_episode(turns, counted, profile))
    if sum(not turn.backchannel for turn in turns) < SHORTEST_WEIGHED:
        return _settle_short(turns, counted, found, profile)
    asked = _with_strongest(counted, found, ASKS, -1)
    chances = curves.chances(read_outcome_signs(turns, found, profile))
    if 1 - chances[Outcome.NO_REQUEST] < profile.request_strength:
        return _without_request(turns, counted, chances, profile)
    chances.pop(Outcome.NO_REQUEST)
    likeliest = max(chances, key=lambda outcome: chances[outcome])
    settled = _with_outcome(turns, found, asked, likeliest, profile)
    if len(asked) == len(counted):
        return settled
    note = "a faint request counts: the call as a whole bears it out"
    return replace(settled, notes=(note, *settled.notes))


def _settle_short(
    turns: Sequence[Turn], counted: Sequence[Act], found: Sequence[Act], profile: Profile
) -> SettledCall:
    """A call too short to be weighed, at its word: that of a pattern counts, however faint.

    The model has little to go by where a recording ends with the confirmation; nobody is accused
    of leaving a request open against plain words.
    """
    episode = follow_episode(turns, counted, profile)
    if episode.outcome is not Outcome.NOT_CANCELLED or episode.request is None:
        return SettledCall(tuple(counted), episode)
    told = [act for act in found if act.source != MODEL and act.strength >= FAINTEST]
    acts = _with_strongest(counted, told, TELLS[Outcome.CANCELLED], episode.request.turn)
    return SettledCall(acts, follow_episode(turns, acts, profile))


def read_outcome_signs(
    turns: Sequence[Turn], found: Sequence[Act], profile: Profile
) -> dict[str, float]:
    """The signs of a call's outcome, by name in the order of `OUTCOME_SIGNS`.

    What follows a request is read as if the strongest one counted, whether it does or not.

    Args:
        found: everything the recogniser found, weak acts too.
    """
    asked = _with_strongest(acts_that_count(found, profile), found, ASKS, -1)
    walked = follow_episode(turns, asked, profile)
    begin = walked.request.turn if walked.request else 0
    asserted = [act for act in found if act.status is ActStatus.ASSERTED]
    late = [act for act in asserted if act.turn >= begin]
    places = list(accumulate(not turn.backchannel for turn in turns))
    last = max((places[act.turn] for act in late if act.strength >= LIKELY), default=0)
    signs = request_signs(asserted)
    signs |= {sign_of_walk(outcome): float(walked.outcome is outcome) for outcome in Outcome}
    near = dict.fromkeys(ActLabel, 0.0)
    turn_of = dict.fromkeys(ActLabel, -1)
    for act in late:
        faded = act.strength * FADE ** max(last - places[act.turn], 0)
        near[act.label] = max(near[act.label], faded)
        if act.strength >= LIKELY:
            turn_of[act.label] = max(turn_of[act.label], act.turn)
    signs |= {sign_of_end(label): near[label] for label in JUDGED_LABELS}
    for label in LATER:
        signs[sign_of_later(label)] = float(turn_of[label] > turn_of[ActLabel.CONFIRM])
    return {name: signs[name] for name in OUTCOME_SIGNS}


def _with_strongest(
    counted: Sequence[Act], found: Sequence[Act], labels: Sequence[ActLabel], after: int
) -> tuple[Act, ...]:
    """The acts that count, with the strongest of `labels` after a turn where none counts."""
    if any(act.label in labels and act.turn > after for act in counted):
        return tuple(counted)
    weak = [
        act
        for act in found
        if act.label in labels and act.turn > after and act.status is ActStatus.ASSERTED
    ]
    if not weak:
        return tuple(counted)
    added = (*counted, max(weak, key=lambda act: act.strength))
    return tuple(sorted(added, key=lambda act: (act.turn, act.span)))


def _without_request(
    turns: Sequence[Turn],
    counted: Sequence[Act],
    chances: Mapping[Outcome, float],
    profile: Profile,
) -> SettledCall:
    kept = tuple(act for act in counted if act.label not in ASKS)
    episode = follow_episode(turns, kept, profile)
    if len(kept) == len(counted):
        return SettledCall(kept, episode)
    note = "words like a request do not count: the call as a whole does not bear them out"
    chance = 1 - chances[Outcome.NO_REQUEST]
    return SettledCall(
        kept, episode, (f"{note} ({chance:.2f}, {profile.request_strength:.2f} needed)",)
    )


def _with_outcome(
    turns: Sequence[Turn],
    found: Sequence[Act],
    asked: Sequence[Act],
    outcome: Outcome,
    profile: Profile,
) -> SettledCall:
    """The call with the outcome that it has as a whole, and the act that this outcome needs."""
    walked = follow_episode(turns, asked, profile)
    if walked.outcome is outcome or walked.request is None:
        return SettledCall(tuple(asked), walked)
    acts = _with_strongest(asked, found, TELLS.get(outcome, ()), walked.request.turn)
    episode = follow_episode(turns, acts, profile)
    note = f"the call as a whole ends {outcome}, though its acts alone come to {walked.outcome}"
    if episode.outcome is outcome:
        return SettledCall(acts, episode, (note,))
    if outcome is not Outcome.CANCELLED:
        episode = replace(
            episode, confirmation=None, seconds_to_confirm=None, turns_to_confirm=None
        )
    return SettledCall(acts, replace(episode, outcome=outcome), (note,))
