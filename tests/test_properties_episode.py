"""The episode as any calls make it: state machines over what agent and customer may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from invariants import check_acts, check_episode, check_results
from loaded import built_in
from properties import examples

from transcript_audit.checks import check_call
from transcript_audit.episode import follow_episode
from transcript_audit.model import (
    OFFER_KINDS,
    TOPICS,
    Act,
    ActLabel,
    Attempt,
    Concern,
    Episode,
    Outcome,
    Part,
    Role,
    RuleResult,
    StateChange,
    Turn,
    speaker_of,
)
from transcript_audit.redaction_marks import hides_detail

WORDS = "so we shall see about all of that then"
SIDES = {
    role: tuple(label for label in ActLabel if speaker_of(label) is role)
    for role in (Role.AGENT, Role.CUSTOMER)
}
QUALIFIERS = {
    **dict.fromkeys(
        (ActLabel.RAISE_CONCERN, ActLabel.GIVE_REASON, ActLabel.REPEAT_CONCERN), TOPICS
    ),
    ActLabel.OFFER: OFFER_KINDS,
}


@st.composite
def said(draw: st.DrawFn, role: Role) -> list[Act]:
    """Up to three acts of one turn, which is still to come."""
    acts = []
    for label in draw(st.lists(st.sampled_from(SIDES[role]), min_size=1, max_size=3)):
        kinds = QUALIFIERS.get(label, ("",))
        start = draw(st.integers(0, len(WORDS) - 1))
        end = draw(st.integers(start + 1, len(WORDS)))
        acts.append(
            Act(
                label,
                0,
                (start, end),
                draw(st.sampled_from(kinds[:3])),
                strength=draw(st.sampled_from([0.5, 0.8, 1.0])),
            )
        )
    return acts


NAMES = st.sampled_from([None, "Kim", "Jo"])
TEXTS = st.sampled_from([WORDS, f"{WORDS} [NAME] on [DATE]", f"{WORDS}?"])


class Call(RuleBasedStateMachine):
    """A call that goes on turn by turn; after each, its episode and findings must make sense."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Turn] = []
        self.acts: list[Act] = []
        self.before = follow_episode([], [], built_in().profile)

    @initialize(profile=st.sampled_from(["default", "strict", "california"]))
    def begin(self, profile: str) -> None:
        self.rulebook = built_in(profile)

    def add(self, role: Role, text: str, acts: Sequence[Act], **more: object) -> None:
        index = len(self.turns)
        start = index * 5.0
        turn = Turn(index, role, str(role), text, (Part(index, 0, start),), start)
        self.turns.append(replace(turn, **more))  # type: ignore[arg-type]
        placed = [replace(act, turn=index) for act in acts]
        self.acts += sorted(placed, key=lambda act: act.span)

    @rule(acts=said(Role.AGENT), text=TEXTS, name=NAMES)
    def agent_speaks(self, acts: list[Act], text: str, name: str | None) -> None:
        self.add(Role.AGENT, text, acts, agent_id=name)

    @rule(acts=said(Role.CUSTOMER), text=TEXTS)
    def customer_speaks(self, acts: list[Act], text: str) -> None:
        self.add(Role.CUSTOMER, text, acts)

    @rule(label=st.sampled_from([ActLabel.REQUEST_CANCEL, ActLabel.INSIST, ActLabel.DECLINE]))
    def customer_stands_by_leaving(self, label: ActLabel) -> None:
        self.add(Role.CUSTOMER, WORDS, [Act(label, 0, (0, 2))])

    @rule(label=st.sampled_from([ActLabel.OFFER, ActLabel.HAND_OFF, ActLabel.CONFIRM]))
    def agent_moves_on(self, label: ActLabel) -> None:
        self.add(Role.AGENT, WORDS, [Act(label, 0, (0, 2))])

    @rule(label=st.sampled_from([ActLabel.OFFER, ActLabel.PERSUADE]), times=st.integers(1, 3))
    def agent_argues_over_several_turns(self, label: ActLabel, times: int) -> None:
        for _ in range(times):
            self.add(Role.AGENT, WORDS, [Act(label, 0, (0, 2))])
            self.add(Role.CUSTOMER, "mhm", [], backchannel=True)

    @rule(label=st.sampled_from([ActLabel.WAVER, ActLabel.ACCEPT, ActLabel.WITHDRAW]))
    def customer_gives_way(self, label: ActLabel) -> None:
        self.add(Role.CUSTOMER, WORDS, [Act(label, 0, (0, 2))])

    @rule(role=st.sampled_from([Role.SYSTEM, Role.OTHER]))
    def somebody_else_speaks(self, role: Role) -> None:
        self.add(role, WORDS, [])

    @rule(role=st.sampled_from([Role.AGENT, Role.CUSTOMER]))
    def somebody_says_mhm(self, role: Role) -> None:
        self.add(role, "mhm", [], backchannel=True)

    @rule()
    def agent_chats(self) -> None:
        self.add(Role.AGENT, WORDS, [])

    def follow(self) -> Episode:
        return follow_episode(self.turns, self.acts, self.rulebook.profile)

    def judge(self, episode: Episode) -> tuple[RuleResult, ...]:
        return check_call(self.turns, self.acts, episode, self.rulebook)

    @invariant()
    @precondition(lambda self: self.turns)
    def the_call_makes_sense(self) -> None:
        episode = self.follow()
        check_acts(self.turns, self.acts)
        check_episode(self.turns, self.acts, episode)
        check_results(self.turns, episode, self.judge(episode), self.rulebook)
        assert episode == self.follow(), "another answer the second time"
        check_goes_on(self.before, episode)
        self.before = episode

    @rule(data=st.data())
    @precondition(lambda self: self.turns)
    def small_talk_of_the_customer_changes_nothing(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.turns)), "place")
        episode, results = self.follow(), self.judge(self.follow())
        kept = self.turns, self.acts
        self.turns = [
            *self.turns[:place],
            Turn(place, Role.CUSTOMER, "customer", WORDS, (Part(place, 0),)),
            *(
                replace(turn, index=turn.index + 1, parts=(Part(turn.index + 1, 0, turn.start),))
                for turn in self.turns[place:]
            ),
        ]
        self.acts = [later(act, place) for act in self.acts]
        longer = self.follow()
        assert told(longer) == told(shift(episode, place))
        # what was redacted in the turn before an act may say otherwise, and is no longer before it
        redacted = any(hides_detail(turn.text) for turn in self.turns)
        for one, other in zip(results, self.judge(longer), strict=True):
            assert redacted or one.status is other.status, (one, other)
            assert redacted or cited(one, place) == cited(other, len(self.turns))
        self.turns, self.acts = kept


def later(act: Act, place: int) -> Act:
    return replace(act, turn=moved(act.turn, place))


def moved(turn: int, place: int) -> int:
    """Where a turn stands after another came in at `place`."""
    return turn + (turn >= place)


def shift(episode: Episode, place: int) -> Episode:
    """The episode as it is after a turn without any act came in at `place`."""

    def acts(found: Sequence[Act]) -> tuple[Act, ...]:
        return tuple(later(act, place) for act in found)

    def index(turn: int | None) -> int | None:
        return None if turn is None else moved(turn, place)

    def attempt(each: Attempt) -> Attempt:
        return replace(each, acts=acts(each.acts), declined_in=index(each.declined_in))

    def concern(each: Concern) -> Concern:
        return replace(
            each,
            act=later(each.act, place),
            answered_in=index(each.answered_in),
            chances=tuple(moved(turn, place) for turn in each.chances),
            repeats=acts(each.repeats),
        )

    def change(each: StateChange) -> StateChange:
        if each.act is None:
            return each
        return replace(each, turn=moved(each.turn, place), act=later(each.act, place))

    return replace(
        episode,
        changes=tuple(map(change, episode.changes)),
        request=episode.request and later(episode.request, place),
        attempts=tuple(map(attempt, episode.attempts)),
        reasons_asked=acts(episode.reasons_asked),
        concerns=tuple(map(concern, episode.concerns)),
        passes=tuple(map(acts, episode.passes)),
        confirmation=episode.confirmation and later(episode.confirmation, place),
        final_decision=index(episode.final_decision),
    )


def told(episode: Episode) -> Episode:
    """The episode without what counts turns."""
    return replace(episode, end=0, turns_to_confirm=None)


def cited(result: RuleResult, place: int) -> list[tuple[int, tuple[int, int], str]]:
    """What a result cites, turns at and after `place` one later."""
    evidence = result.finding.evidence if result.finding else ()
    return [(moved(each.turn, place), each.span, each.act) for each in evidence]


def check_goes_on(before: Episode, after: Episode) -> None:
    """Fails where what a call was up to a turn is another once it went on by one."""
    if before.request is not None:
        assert after.request == before.request
        assert after.outcome is not Outcome.NO_REQUEST
    assert after.changes[: len(before.changes)] == before.changes
    assert after.reasons_asked[: len(before.reasons_asked)] == before.reasons_asked
    assert len(after.attempts) >= len(before.attempts)
    for one, other in zip(before.attempts, after.attempts, strict=False):
        assert other.acts[: len(one.acts)] == one.acts
        assert (other.invited, other.after_decline) == (one.invited, one.after_decline)
        assert one.declined_in in {None, other.declined_in}
    assert len(after.passes) >= len(before.passes)
    for group, longer in zip(before.passes, after.passes, strict=False):
        assert longer[: len(group)] == group
    assert len(after.concerns) >= len(before.concerns)
    for heard, further in zip(before.concerns, after.concerns, strict=False):
        assert (further.act, further.topic, further.plain) == (heard.act, heard.topic, heard.plain)
        assert further.repeats[: len(heard.repeats)] == heard.repeats
        if heard.answered_in is not None or heard.settled:
            assert (further.answered_in, further.chances) == (heard.answered_in, heard.chances)
    if before.final_decision is not None:
        assert (after.final_decision or 0) >= before.final_decision


class TestCall(Call.TestCase):
    """The machine above, as tests."""

    settings: ClassVar[settings] = settings(examples(40), stateful_step_count=16)
