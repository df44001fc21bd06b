"""What a call's times show that its words do not: who was talked over, what was a hold.

They come as acts, so that the episode and the rules need to know nothing of times. What the times
alone suggest is not held against anybody: talking over takes the customer's own protest too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transcript_audit.model import Act, ActLabel, ActStatus, Role, Turn
from transcript_audit.rulebook import Profile
from transcript_audit.talk import Interruption, NoTalk, Talk

TIMES = "times"
"""The source of acts that the times show."""

SURE = 0.9
"""Strength of talking over that the customer protests against."""

LIKELY = 0.8
"""Strength of a hold told by the silence that follows it."""

PROTESTS_WITHIN = 3
"""Turns after a cut-in within which the customer's protest is about it."""

FEW_WORDS = 12
"""Words of an agent's turn at most that may be no more than the start of a wait."""

SAYS_LITTLE = frozenset({ActLabel.HOLD, ActLabel.VERIFY, ActLabel.AGREE})
"""What a turn may do and still be only the start of a wait."""


def add_timed_acts(
    found: Sequence[Act], turns: Sequence[Turn], talk: Talk | NoTalk, profile: Profile
) -> tuple[Act, ...]:
    """The acts that were found, and those that the times show, by turn and place.

    Where both show the same act of a turn, the surer of the two stays.
    """
    if isinstance(talk, NoTalk):
        return tuple(found)
    timed = [*_talking_over(found, turns, talk, profile), *_holds(found, turns, talk, profile)]
    kept = {(act.turn, act.label): act for act in timed}
    for act in found:
        other = kept.get((act.turn, act.label))
        if other and act.status is ActStatus.ASSERTED and act.strength >= other.strength:
            del kept[act.turn, act.label]
    others = [act for act in found if (act.turn, act.label) not in kept]
    return tuple(sorted((*others, *kept.values()), key=lambda act: (act.turn, act.span, act.label)))


def cut_ins_by_agent(talk: Talk | NoTalk, profile: Profile) -> tuple[Interruption, ...]:
    """Where an agent began while the customer still spoke, and long enough to be meant."""
    if isinstance(talk, NoTalk):
        return ()
    return tuple(
        each
        for each in talk.interruptions
        if each.by is Role.AGENT and each.seconds >= profile.cut_in_seconds
    )


def protests(acts: Iterable[Act]) -> list[Act]:
    """Where the customer asked to be let finish."""
    return [
        act
        for act in acts
        if act.label is ActLabel.ASK_TO_FINISH and act.status is ActStatus.ASSERTED
    ]


def _talking_over(
    found: Sequence[Act], turns: Sequence[Turn], talk: Talk, profile: Profile
) -> Iterator[Act]:
    places = _places(turns)
    protested = [act.turn for act in protests(found)]
    for each in cut_ins_by_agent(talk, profile):
        turn, offset = places[each.number]
        after = range(turn.index - 1, turn.index + PROTESTS_WITHIN + 1)
        if any(index in after for index in protested):
            span = (offset, _end_of_part(turn, offset))
            yield Act(ActLabel.DISRESPECT, turn.index, span, source=TIMES, strength=SURE)


def _holds(
    found: Sequence[Act], turns: Sequence[Turn], talk: Talk, profile: Profile
) -> Iterator[Act]:
    """The agent's few words before a silence as long as a hold, where they do nothing else."""
    places = _places(turns)
    for silence in talk.silences:
        turn, _ = places[silence.number]
        last = turn.parts[-1].number == silence.number
        if silence.seconds < profile.hold_seconds or turn.role is not Role.AGENT or not last:
            continue
        does = {
            act.label
            for act in found
            if act.turn == turn.index
            and act.status is ActStatus.ASSERTED
            and act.strength >= profile.strength_needed(act.label)
        }
        if does <= SAYS_LITTLE and len(turn.text.split()) <= FEW_WORDS:
            span = (0, len(turn.text))
            yield Act(ActLabel.HOLD, turn.index, span, source=TIMES, strength=LIKELY)


def _places(turns: Iterable[Turn]) -> Mapping[int, tuple[Turn, int]]:
    """The turn of each source turn, and where in its text that begins."""
    return {part.number: (turn, part.offset) for turn in turns for part in turn.parts}


def _end_of_part(turn: Turn, offset: int) -> int:
    later = [part.offset - 1 for part in turn.parts if part.offset > offset]
    return min(later, default=len(turn.text))
