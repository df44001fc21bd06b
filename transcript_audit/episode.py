"""Follows the cancellation episode of a call: an explicit state machine over the acts.

It knows which attempt was the first, which came after a decline, which concern was answered,
and how the call ended. What it makes of them is for the rules (`checks/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from transcript_audit.model import (
    Act,
    ActLabel,
    Attempt,
    Concern,
    Episode,
    Outcome,
    Role,
    State,
    StateChange,
    Turn,
)

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from transcript_audit.rulebook import Profile

ATTEMPTS = frozenset({ActLabel.OFFER, ActLabel.PERSUADE, ActLabel.PRESSURE})
"""Acts that argue for staying."""

OBSTRUCTIONS = frozenset(
    {
        ActLabel.REFUSE,
        ActLabel.CONDITION,
        ActLabel.STALL,
        ActLabel.SUBSTITUTE,
        ActLabel.PRESSURE,
        ActLabel.HANG_UP,
    }
)
"""Acts of the agent that stand in the way of leaving."""

GOES_ON = OBSTRUCTIONS | ATTEMPTS | {ActLabel.AGREE}
"""Acts after which an allowed reason not to cancel is no longer what the call turns on."""

STANDING = frozenset(
    {
        State.OPEN,
        State.DECLINED,
        State.WAVERING,
        State.AGREED,
        State.HANDED_OFF,
        State.NOT_ALLOWED,
    }
)
"""States in which a request has been made and is neither settled nor taken back."""

REAFFIRMATIONS = frozenset({ActLabel.REQUEST_CANCEL, ActLabel.INSIST})
STANDS_BY = REAFFIRMATIONS | {ActLabel.DECLINE}
"""Acts with which the customer stands by leaving."""

RESUMES = frozenset(
    {
        ActLabel.REQUEST_CANCEL,
        ActLabel.INSIST,
        ActLabel.GIVE_REASON,
        ActLabel.RAISE_CONCERN,
        ActLabel.REPEAT_CONCERN,
        ActLabel.VERIFY,
        ActLabel.ASK_REASON,
    }
)
"""Acts that show a conversation going on with somebody after a hand-off."""

BARS = frozenset({ActLabel.REFUSE, ActLabel.STALL, ActLabel.SUBSTITUTE, ActLabel.HANG_UP})
"""Acts after which a hand-off at the end is no longer a plain one."""

VOICED = frozenset({ActLabel.RAISE_CONCERN, ActLabel.GIVE_REASON})
TAKES_UP = frozenset(
    {
        ActLabel.AGREE,
        ActLabel.CONFIRM,
        ActLabel.OFFER,
        ActLabel.PERSUADE,
        ActLabel.DISPUTE_REASON,
        ActLabel.DISCLOSE,
    }
)
"""Acts that take up a plain reason: it was heard, whatever else is wrong with the answer."""
NOT_SUBSTANTIVE = frozenset({ActLabel.HOLD, ActLabel.VERIFY})


def follow_episode(turns: Sequence[Turn], acts: Sequence[Act], profile: Profile) -> Episode:
    """The cancellation episode of a call.

    Args:
        turns: all turns of the call, by index.
        acts: only acts that count (asserted and strong enough), by turn and place.
        profile: its thresholds on concerns.
    """
    walk = _Walk()
    for act in acts:
        walk.take(act, turns[act.turn])
    passes = _group_passes(turns, acts, walk.request)
    confirmation = walk.confirmation
    end = confirmation.turn if confirmation else (turns[-1].index if turns else 0)
    request = walk.request
    return Episode(
        outcome=_judge_outcome(walk, passes, acts),
        changes=tuple(walk.changes),
        request=request,
        end=end,
        attempts=tuple(walk.attempts),
        reasons_asked=tuple(act for act in acts if act.label is ActLabel.ASK_REASON),
        concerns=_follow_concerns(turns, acts, profile.turns_to_acknowledge),
        passes=passes,
        confirmation=confirmation,
        final_decision=walk.final_decision,
        seconds_to_confirm=_seconds_between(turns, request, confirmation),
        turns_to_confirm=confirmation.turn - request.turn if confirmation and request else None,
    )


@dataclass(slots=True)
class _Walk:
    """Where the walk through a call stands; lives only inside `follow_episode`."""

    state: State = State.NONE
    changes: list[StateChange] = field(default_factory=lambda: [StateChange(0, State.NONE)])
    request: Act | None = None
    attempts: list[Attempt] = field(default_factory=list)
    pending: bool = False
    closed: bool = False
    confirmation: Act | None = None
    final_decision: int | None = None
    denied: Act | None = None
    answered: bool = True
    obstructed: bool = False
    barred: bool = False
    withdrawn_in: int = -1

    def take(self, act: Act, turn: Turn) -> None:
        """Move on by one act."""
        if turn.role is Role.CUSTOMER:
            self._take_customer(act)
        elif turn.role is Role.AGENT:
            self._take_agent(act)

    def _take_customer(self, act: Act) -> None:
        label = act.label
        if self._opens(act):
            self.request = self.request or act
            self._move(State.DECLINED if self.closed else State.OPEN, act)
        elif label is ActLabel.DECLINE or (label in REAFFIRMATIONS and self.state in STANDING):
            self._decline(act)
        elif label is ActLabel.WAVER and self.state in STANDING:
            self.closed, self.obstructed = False, False
            self._move(State.WAVERING, act)
        elif label in {ActLabel.ACCEPT, ActLabel.WITHDRAW} and self.state in STANDING:
            self._give_in(act)
        if label in STANDS_BY and self.request and self.state is not State.CONFIRMED:
            self.final_decision = act.turn
        self.answered = True

    def _opens(self, act: Act) -> bool:
        """Whether this is the first request, or one made again after it was given in."""
        if act.label is ActLabel.REQUEST_CANCEL and self.state is State.NONE:
            return True
        return act.label in REAFFIRMATIONS and self.state in {State.WITHDRAWN, State.GIVEN_UP}

    def _give_in(self, act: Act) -> None:
        """Freely taken back, or given up because the way out was barred since they last wavered."""
        self.closed, self.pending = False, False
        self.withdrawn_in = act.turn
        forced = self.obstructed and act.label is ActLabel.ACCEPT
        self._move(State.GIVEN_UP if forced else State.WITHDRAWN, act)

    def _decline(self, act: Act) -> None:
        """The customer stands by leaving; after an attempt, that closes the door."""
        if self.pending:
            self.attempts[-1] = replace(self.attempts[-1], declined_in=act.turn)
        if self.attempts or act.label is ActLabel.DECLINE:
            self.closed = True
        self.pending = False
        taken_back_here = self.withdrawn_in == act.turn  # "..., but only that"
        if taken_back_here or (self.state in STANDING and self.state is not State.AGREED):
            self._move(State.DECLINED if self.closed else State.OPEN, act)

    def _take_agent(self, act: Act) -> None:
        label = act.label
        if label in GOES_ON and self.denied and act.turn > self.denied.turn:
            self.denied = None
        if label in OBSTRUCTIONS and self.state in STANDING:
            self.obstructed = True
            self.barred = self.barred or label in BARS
        if label in ATTEMPTS and self.state in STANDING:
            self._attempt(act)
        elif label is ActLabel.AGREE and self.state in STANDING | {State.WITHDRAWN}:
            self._move(State.AGREED, act)
        elif label is ActLabel.CONFIRM and self.request:
            if self.state is not State.CONFIRMED:
                self.confirmation = act
            self._move(State.CONFIRMED, act)
        elif label is ActLabel.HAND_OFF and self.state in STANDING:
            self._move(State.HANDED_OFF, act)
        elif label is ActLabel.REFUSE_ALLOWED and self.state in STANDING | {State.NONE}:
            self.denied = act
            if self.state in STANDING:
                self._move(State.NOT_ALLOWED, act)

    def _attempt(self, act: Act) -> None:
        """Open an attempt, or carry on the one that the customer has not answered yet."""
        if self.attempts and not self.answered:
            last = self.attempts[-1]
            self.attempts[-1] = replace(last, acts=(*last.acts, act))
        else:
            invited = self.state is State.WAVERING
            self.attempts.append(Attempt((act,), invited=invited, after_decline=self.closed))
        self.pending, self.answered = True, False

    def _move(self, state: State, act: Act) -> None:
        if state is not self.state:
            self.changes.append(StateChange(act.turn, state, act))
        self.state = state


def _judge_outcome(walk: _Walk, passes: Sequence[Sequence[Act]], acts: Sequence[Act]) -> Outcome:
    """How the call ended, by the policy's table of outcomes."""
    if walk.request is None:
        return Outcome.NO_REQUEST
    if walk.state is State.CONFIRMED:
        return Outcome.CANCELLED
    if walk.state is State.WITHDRAWN:
        return Outcome.RETAINED
    if walk.denied is not None:
        return Outcome.NOT_ALLOWED
    if walk.state is State.HANDED_OFF and len(passes) == 1 and not walk.barred:
        # who must go elsewhere to be let go is not handed off
        sent = {act.turn for act in acts if act.label is ActLabel.CONDITION}
        if not sent.intersection(act.turn for act in passes[0]):
            return Outcome.HANDED_OFF
    return Outcome.NOT_CANCELLED


def _group_passes(
    turns: Sequence[Turn], acts: Sequence[Act], request: Act | None
) -> tuple[tuple[Act, ...], ...]:
    """The hand-offs after the request, each with its announcements.

    Those without a word to somebody between are one; so are those of one person between whom the
    customer only told more.
    """
    passes: list[list[Act]] = []
    if request is None:
        return ()
    between: set[ActLabel] = set()
    for act in acts:
        if act.turn < request.turn:
            continue
        if act.label in RESUMES:
            between.add(act.label)
        elif act.label is ActLabel.HAND_OFF:
            same = passes and _is_same_person(turns[passes[-1][-1].turn], turns[act.turn])
            if not passes or (between - VOICED if same else between):
                passes.append([])
            passes[-1].append(act)
            between.clear()
    return tuple(tuple(group) for group in passes)


def _seconds_between(
    turns: Sequence[Turn], request: Act | None, confirmation: Act | None
) -> float | None:
    """Seconds from the request to the confirmation, or None where the source has no times."""
    if request is None or confirmation is None:
        return None
    begin, end = turns[request.turn].start, turns[confirmation.turn].start
    return None if begin is None or end is None else round(end - begin, 3)


def _follow_concerns(
    turns: Sequence[Turn], acts: Sequence[Act], chances: int
) -> tuple[Concern, ...]:
    """Every concern voiced, and what became of it."""
    done: list[set[ActLabel]] = [set() for _ in turns]
    for act in acts:
        done[act.turn].add(act.label)
    concerns: list[Concern] = []
    for act in acts:
        if act.label in VOICED:
            concerns.append(_follow_concern(act, turns, done, chances))
        elif act.label is ActLabel.REPEAT_CONCERN:
            _add_repeat(concerns, act)
    return tuple(concerns)


def _add_repeat(concerns: list[Concern], act: Act) -> None:
    """Note `act` on the latest concern of its topic, else on the latest of all."""
    if not concerns:
        return
    same = [i for i, concern in enumerate(concerns) if concern.topic == act.qualifier]
    index = same[-1] if same else len(concerns) - 1
    concerns[index] = replace(concerns[index], repeats=(*concerns[index].repeats, act))


def _follow_concern(
    act: Act, turns: Sequence[Turn], done: Sequence[Set[ActLabel]], chances: int
) -> Concern:
    """What became of one concern in the next `chances` substantive turns of one agent.

    Args:
        done: the labels of each turn's acts.
    """
    plain = act.label is ActLabel.GIVE_REASON
    used: list[int] = []
    for turn in turns[act.turn + 1 :]:
        if turn.role is not Role.AGENT or turn.backchannel:
            continue
        if used and _is_other_agent(turns[used[-1]], turn):
            used.clear()
        labels = done[turn.index]
        answers = ActLabel.ACKNOWLEDGE in labels or (plain and labels & TAKES_UP)
        if answers:
            return Concern(act, act.qualifier, plain, turn.index, (*used, turn.index))
        if labels and labels <= NOT_SUBSTANTIVE:
            continue
        used.append(turn.index)
        if len(used) == chances:
            break
    return Concern(act, act.qualifier, plain, None, tuple(used), settled=len(used) == chances)


def _is_same_person(one: Turn, other: Turn) -> bool:
    """Whether two agent turns are known to be of one person."""
    return one.agent_id is not None and one.agent_id == other.agent_id


def _is_other_agent(one: Turn, other: Turn) -> bool:
    """Whether two agent turns are known to be of different people."""
    if one.agent_id and other.agent_id:
        return one.agent_id != other.agent_id
    return one.speaker != other.speaker
