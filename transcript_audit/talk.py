"""What a call's times tell: who talked how long, who cut in, where nobody spoke.

Only the words' times are known, so a figure that needs an end is given for the whole call or not
at all. A source's own figures (`Transcript.stated`) may well differ: each vendor counts in its own
way, so both are kept side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from transcript_audit.model import Act, ActLabel, ActStatus, Role, Transcript, Turn, Utterance
from transcript_audit.turns import is_backchannel

SHORTEST_SILENCE = 3.0
"""Seconds without a word from which a silence is told."""

SHORTEST_CUT_IN = 0.5
"""Seconds that two people must speak at once for the second to have cut in; less is how people
take turns, and how far recognised times can be trusted."""

SIDES = (Role.AGENT, Role.CUSTOMER)

Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Interruption:
    """Somebody of the other side began while another still spoke, and went on when they stopped.

    Attributes:
        by: the side that cut in; number: its source turn.
        start: seconds from the start of the call; seconds: how long both spoke.
    """

    by: Role
    number: int
    start: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch in which nobody speaks.

    Attributes:
        number: the source turn before it.
        start, seconds: when it begins, and how long it is.
        hold: whether the agent had announced it ("one moment, please").
    """

    number: int
    start: float
    seconds: float
    hold: bool


@dataclass(frozen=True, slots=True)
class Monologue:
    """One turn by its length, pauses in it and backchannels of others beside it included."""

    by: Role
    number: int
    start: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Talk:
    """The figures of one call, in seconds.

    Attributes:
        duration: from the start of the recording to the last end.
        talk: by side (`SIDES`); what one side's people say at once counts once.
        overlap: how long both sides speak at once.
        longest: the longest turn of an agent or customer, or None.
    """

    duration: float
    talk: Mapping[Role, float]
    overlap: float
    overlaps: int
    interruptions: tuple[Interruption, ...]
    silences: tuple[Silence, ...]
    longest: Monologue | None

    def share(self, side: Role) -> float | None:
        """How much of both sides' talk is this side's, 0 to 1; None where nobody talks."""
        whole = sum(self.talk.values())
        return self.talk[side] / whole if whole else None

    @property
    def figures(self) -> dict[str, float]:
        """The figures that a source may state too, by the names of `STATED_FIGURES`."""
        by_agent = sum(each.by is Role.AGENT for each in self.interruptions)
        return {
            "duration_seconds": self.duration,
            "agent_talk_seconds": self.talk[Role.AGENT],
            "customer_talk_seconds": self.talk[Role.CUSTOMER],
            "silence_seconds": sum(each.seconds for each in self.silences),
            "interruptions": len(self.interruptions),
            "interruptions_by_agent": by_agent,
        }


@dataclass(frozen=True, slots=True)
class NoTalk:
    """Why a call's times tell nothing, in one line."""

    reason: str


def measure_talk(
    transcript: Transcript, turns: Sequence[Turn], acts: Iterable[Act] = ()
) -> Talk | NoTalk:
    """The figures of a call, or why they can't be assessed.

    Args:
        turns: all turns of the call; they say which side each utterance is of.
        acts: tell which silences were announced.
    """
    spoken = sorted(transcript.utterances, key=lambda each: (each.start or 0.0, each.number))
    untimed = sum(_stretch(each) is None for each in spoken)
    if untimed or not spoken:
        return NoTalk(_why_not(untimed, len(spoken)))
    sides = {part.number: turn.role for turn in turns for part in turn.parts}
    talk = {side: _join(_stretches(spoken, sides, side)) for side in SIDES}
    shared = _overlaps(talk[Role.AGENT], talk[Role.CUSTOMER])
    return Talk(
        duration=_rounded(max(each.end or 0.0 for each in spoken)),
        talk={side: _length(stretches) for side, stretches in talk.items()},
        overlap=_length(shared),
        overlaps=len(shared),
        interruptions=tuple(_interruptions(spoken, sides)),
        silences=tuple(_silences(spoken, _announced(turns, acts))),
        longest=_longest(turns),
    )


def _why_not(untimed: int, count: int) -> str:
    if untimed == count:
        return "the source does not say when people stop speaking" if count else "nobody speaks"
    return f"{untimed} of {count} turns of the source have no start, or no end after it"


def _stretch(utterance: Utterance) -> Stretch | None:
    start, end = utterance.start, utterance.end
    return None if start is None or end is None or end < start else (start, end)


def _stretches(spoken: Iterable[Utterance], sides: Mapping[int, Role], side: Role) -> list[Stretch]:
    return [
        stretch
        for each in spoken
        if sides.get(each.number) is side and (stretch := _stretch(each)) is not None
    ]


def _join(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches, ascending by start, with those that touch made one."""
    joined: list[Stretch] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _overlaps(one: Iterable[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """Where both have a stretch at once, ascending."""
    shared = [
        (max(start, begin), min(end, stop))
        for start, end in one
        for begin, stop in other
        if max(start, begin) < min(end, stop)
    ]
    return sorted(shared)


def _length(stretches: Iterable[Stretch]) -> float:
    return _rounded(sum(end - start for start, end in stretches))


def _rounded(seconds: float) -> float:
    return round(seconds, 3)


def _interruptions(
    spoken: Sequence[Utterance], sides: Mapping[int, Role]
) -> Iterable[Interruption]:
    """Where a side begins against the other's last words and goes on after them; a backchannel
    does not, whatever its times are."""
    last: dict[Role, Utterance] = {}
    for each in spoken:
        side = sides.get(each.number)
        stretch = _stretch(each)
        if side not in SIDES or stretch is None:
            continue
        other = last.get(SIDES[side is Role.AGENT])
        cut_off = _stretch(other) if other else None
        if cut_off and cut_off[0] < stretch[0] and not is_backchannel(each.text):
            seconds = cut_off[1] - stretch[0]
            if seconds >= SHORTEST_CUT_IN and stretch[1] > cut_off[1]:
                yield Interruption(side, each.number, stretch[0], _rounded(seconds))
        if side not in last or stretch[1] > (last[side].end or 0.0):
            last[side] = each


def _silences(spoken: Sequence[Utterance], announced: Mapping[int, bool]) -> Iterable[Silence]:
    before = spoken[0]
    for each in spoken[1:]:
        start, seconds = before.end or 0.0, (each.start or 0.0) - (before.end or 0.0)
        if seconds >= SHORTEST_SILENCE:
            hold = announced.get(before.number, False)
            yield Silence(before.number, start, _rounded(seconds), hold)
        if (each.end or 0.0) > (before.end or 0.0):
            before = each


def _announced(turns: Sequence[Turn], acts: Iterable[Act]) -> dict[int, bool]:
    """For each source turn whether the agent's last turn up to it announced a hold."""
    holds = {
        act.turn for act in acts if act.label is ActLabel.HOLD and act.status is ActStatus.ASSERTED
    }
    announced: dict[int, bool] = {}
    holding = False
    for turn in turns:
        if turn.role is Role.AGENT and not turn.backchannel:
            holding = turn.index in holds
        announced |= dict.fromkeys((part.number for part in turn.parts), holding)
    return announced


def _longest(turns: Iterable[Turn]) -> Monologue | None:
    timed = [
        Monologue(turn.role, turn.parts[0].number, turn.start, _rounded(turn.end - turn.start))
        for turn in turns
        if turn.role in SIDES and turn.start is not None and turn.end is not None
    ]
    return max(timed, key=lambda each: each.seconds, default=None)
