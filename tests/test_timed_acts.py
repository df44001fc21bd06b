"""What a call's times show: who was talked over, what was a hold, and when nobody can tell."""

from __future__ import annotations

import pytest
from builders import make_turn

from transcript_audit.model import Act, ActLabel, ActStatus, Part, Role, Turn
from transcript_audit.rulebook import Profile
from transcript_audit.talk import Interruption, NoTalk, Silence, Talk
from transcript_audit.timed_acts import add_timed_acts, cut_ins_by_agent, protests

PROFILE = Profile(id="own", title="Own", description="Own", cut_in_seconds=2, hold_seconds=30)


def times(*cut_ins: tuple[int, float], waits: tuple[tuple[int, float], ...] = ()) -> Talk:
    """Talk in which the agent cuts in, and nobody speaks: source turn and seconds of each."""
    return Talk(
        duration=600.0,
        talk={},
        overlap=0.0,
        overlaps=0,
        interruptions=tuple(Interruption(Role.AGENT, n, 10.0, s) for n, s in cut_ins),
        silences=tuple(Silence(n, 10.0, s, hold=False) for n, s in waits),
        longest=None,
    )


def turns(count: int = 10, text: str = "one two three") -> list[Turn]:
    """A call in which customer (even) and agent (odd) take turns; source turns are as many."""
    sides = (Role.CUSTOMER, Role.AGENT)
    return [make_turn(n, sides[n % 2], text, n * 10.0) for n in range(count)]


def act(name: str, turn: int, strength: float = 0.9, status: ActStatus = ActStatus.ASSERTED) -> Act:
    return Act(ActLabel(name), turn, (0, 3), "", "own", strength, status)


def shown(found: list[Act], talk: Talk | NoTalk, spoken: list[Turn] | None = None) -> list[Act]:
    """The acts that the times add."""
    every = add_timed_acts(found, spoken or turns(), talk, PROFILE)
    return [each for each in every if each.source == "times"]


@pytest.mark.parametrize(
    ("protest", "over"), [(3, False), (4, True), (5, True), (7, True), (8, True), (9, False)]
)
def test_a_protest_is_about_a_cut_in_from_the_turn_before_it_to_three_after(
    protest: int, over: bool
) -> None:
    added = shown([act("ask-to-finish", protest)], times((5, 2.0)))
    assert added == ([Act(ActLabel.DISRESPECT, 5, (0, 13), "", "times", 0.9)] if over else [])


def test_each_cut_in_near_a_protest_is_talking_over_and_short_ones_are_none() -> None:
    found = [act("ask-to-finish", 4)]
    assert [each.turn for each in shown(found, times((1, 9.0), (3, 1.9), (5, 2.0)))] == [1, 5]
    denied = act("ask-to-finish", 4, status=ActStatus.REPORTED)
    assert shown([denied], times((5, 2.0))) == []
    assert protests([denied, *found, act("insist", 4)]) == found


def test_only_the_agents_cut_ins_that_last_count_and_none_without_times() -> None:
    talk = times((1, 1.99), (3, 2.0))
    by_customer = Interruption(Role.CUSTOMER, 4, 10.0, 9.0)
    both = Talk(600.0, {}, 0.0, 0, (by_customer, *talk.interruptions), (), None)
    assert [each.number for each in cut_ins_by_agent(both, PROFILE)] == [3]
    assert cut_ins_by_agent(NoTalk("no times"), PROFILE) == ()


def test_talking_over_is_cited_by_the_source_turn_that_cut_in() -> None:
    spoken = turns()
    parts = (Part(20, 0), Part(21, 4), Part(22, 8))
    spoken[5] = Turn(5, Role.AGENT, "agent", "one two three", parts)
    found = [act("ask-to-finish", 6)]
    spans = [shown(found, times((n, 3.0)), spoken)[0].span for n in (20, 21, 22)]
    assert spans == [(0, 3), (4, 7), (8, 13)]


@pytest.mark.parametrize(
    ("seconds", "number", "holds"),
    [(30.0, 5, [5]), (29.9, 5, []), (90.0, 4, [])],  # source turn 4 is the customer's
)
def test_a_wait_after_the_agents_words_is_a_hold_from_so_many_seconds_on(
    seconds: float, number: int, holds: list[int]
) -> None:
    added = shown([], times(waits=((number, seconds),)))
    assert [each.turn for each in added] == holds
    for each in added:
        assert (each.label, each.span, each.strength) == (ActLabel.HOLD, (0, 13), 0.8)


def test_only_a_wait_at_the_end_of_a_turn_follows_it() -> None:
    spoken = turns()
    spoken[5] = Turn(5, Role.AGENT, "agent", "one two", (Part(20, 0), Part(21, 4)))
    assert [each.turn for each in shown([], times(waits=((21, 40.0),)), spoken)] == [5]
    assert shown([], times(waits=((20, 40.0),)), spoken) == []


def test_every_wait_of_a_call_is_looked_at() -> None:
    waits = ((2, 40.0), (3, 5.0), (5, 40.0), (7, 40.0))
    assert [each.turn for each in shown([], times(waits=waits))] == [5, 7]


@pytest.mark.parametrize(
    ("found", "hold"),
    [
        ([act("verify", 5), act("agree", 5)], True),
        ([act("hold", 5, 0.6), act("verify", 5), act("agree", 5)], True),
        ([act("refuse", 5)], False),
        ([act("verify", 5), act("refuse", 5)], False),
        ([act("refuse", 3), act("refuse", 7)], True),
        ([act("refuse", 5, 0.1)], True),
        ([act("refuse", 5, PROFILE.strength_needed(ActLabel.REFUSE))], False),
        ([act("refuse", 5, status=ActStatus.HYPOTHETICAL)], True),
    ],
)
def test_a_turn_that_does_more_than_announce_a_wait_is_no_hold(
    found: list[Act], hold: bool
) -> None:
    assert bool(shown(found, times(waits=((5, 40.0),)))) is hold


def test_the_profile_says_how_strong_an_act_must_be_to_be_more_than_a_wait() -> None:
    strict = PROFILE.model_copy(update={"act_strength": {ActLabel.REFUSE: 0.95}})
    for strength, hold in [(0.94, True), (0.95, False)]:
        found = [act("refuse", 5, strength)]
        every = add_timed_acts(found, turns(), times(waits=((5, 40.0),)), strict)
        assert any(each.source == "times" for each in every) is hold


@pytest.mark.parametrize(("words", "hold"), [(12, True), (13, False)])
def test_many_words_are_more_than_the_start_of_a_wait(words: int, hold: bool) -> None:
    spoken = turns(text="so " * words)
    assert bool(shown([], times(waits=((5, 40.0),)), spoken)) is hold


def test_of_one_act_shown_by_words_and_times_the_surer_stays() -> None:
    talk = times(waits=((5, 40.0),))
    for sure, source in [(0.9, "own"), (0.8, "own"), (0.7, "times")]:
        (kept,) = add_timed_acts([act("hold", 5, sure)], turns(), talk, PROFILE)
        assert kept.source == source
    denied = act("hold", 5, 0.9, ActStatus.NEGATED)
    (kept,) = add_timed_acts([denied], turns(), talk, PROFILE)
    assert kept.source == "times"


def test_acts_that_were_found_stay_in_their_place_beside_those_of_the_times() -> None:
    found = [act("ask-to-finish", 4), act("disrespect", 3), act("hold", 9), act("goodwill", 9)]
    every = add_timed_acts(found, turns(), times((5, 3.0), waits=((7, 40.0),)), PROFILE)
    assert [(each.turn, str(each.label)) for each in every] == [
        (3, "disrespect"),
        (4, "ask-to-finish"),
        (5, "disrespect"),
        (7, "hold"),
        (9, "goodwill"),
        (9, "hold"),
    ]
    assert add_timed_acts(found, turns(), NoTalk("no times"), PROFILE) == tuple(found)
