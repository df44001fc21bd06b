"""How a call ended over the whole of it: what the acts alone come to is one sign of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from math import log

import pytest
from builders import make_turn
from hypothesis import given
from hypothesis import strategies as st
from loaded import built_in

from transcript_audit.calibration import OUTCOME_SIGNS, Calibration, Curve, OutcomeCurves
from transcript_audit.model import Act, ActLabel, ActStatus, Outcome, Role, Turn
from transcript_audit.outcomes import (
    SHORTEST_WEIGHED,
    SettledCall,
    acts_that_count,
    read_outcome_signs,
    settle_call,
)

PROFILE = built_in().profile


def call(turns: int = 20) -> tuple[Turn, ...]:
    """A call in which agent (even) and customer (odd) take turns."""
    sides = (Role.AGENT, Role.CUSTOMER)
    return tuple(make_turn(i, sides[i % 2], f"words {i}") for i in range(turns))


def act(name: str, turn: int, strength: float = 0.9, status: ActStatus | None = None) -> Act:
    meant = status or ActStatus.ASSERTED
    return Act(ActLabel(name), turn, (0, 5), "", "own", strength, meant)


def told(weights: Mapping[Outcome, Mapping[str, float]], **base: float) -> Calibration:
    """Curves with these weights; `base` gives intercepts by outcome ("no_request")."""
    nothing = dict.fromkeys(OUTCOME_SIGNS, 0.0)
    curves = {
        each: Curve(base.get(each.replace("-", "_"), 0.0), nothing | dict(weights.get(each, {})))
        for each in Outcome
    }
    return Calibration({}, OutcomeCurves(curves))


def settle(*found: Act, calibration: Calibration | None, turns: int = 20) -> SettledCall:
    return settle_call(call(turns), found, calibration, PROFILE)


NOBODY_ASKED = told({}, no_request=9)
CANCELLED = told({}, cancelled=9)


def test_a_request_that_the_whole_call_does_not_bear_out_is_left_out() -> None:
    settled = settle(act("request-cancel", 1), act("verify", 2), calibration=NOBODY_ASKED)
    assert [a.label for a in settled.acts] == [ActLabel.VERIFY]
    assert settled.episode.outcome is Outcome.NO_REQUEST
    assert "does not bear them out" in settled.notes[0]


def test_a_call_without_a_request_is_silent_about_it() -> None:
    settled = settle(act("verify", 2), calibration=NOBODY_ASKED)
    assert settled.episode.outcome is Outcome.NO_REQUEST
    assert settled.notes == ()


def test_the_strongest_faint_request_counts_where_the_call_bears_one_out() -> None:
    faint = (act("request-cancel", 1, 0.2), act("request-cancel", 3, 0.3))
    settled = settle(*faint, act("confirm", 6), calibration=CANCELLED)
    assert [(a.label, a.turn) for a in settled.acts] == [("request-cancel", 3), ("confirm", 6)]
    assert settled.episode.outcome is Outcome.CANCELLED
    assert settled.notes == ("a faint request counts: the call as a whole bears it out",)


@pytest.mark.parametrize(
    ("outcome", "name", "turn"),
    [
        (Outcome.CANCELLED, "confirm", 8),
        (Outcome.RETAINED, "withdraw", 9),
        (Outcome.RETAINED, "accept", 9),
        (Outcome.NOT_ALLOWED, "refuse-allowed", 8),
        (Outcome.HANDED_OFF, "hand-off", 18),
    ],
)
def test_the_act_that_the_outcome_needs_counts_however_faint(
    outcome: Outcome, name: str, turn: int
) -> None:
    likely = told({}, **{outcome.replace("-", "_"): 9.0})
    settled = settle(act("request-cancel", 1), act(name, turn, 0.2), calibration=likely)
    assert settled.episode.outcome is outcome
    assert act(name, turn, 0.2) in settled.acts
    assert "though its acts alone come to not-cancelled" in settled.notes[0]


def test_an_outcome_that_no_act_bears_out_is_still_that_of_the_whole_call() -> None:
    likely = told({}, not_cancelled=9)
    settled = settle(act("request-cancel", 1), act("confirm", 6), calibration=likely)
    assert settled.episode.outcome is Outcome.NOT_CANCELLED
    assert settled.episode.confirmation is None
    assert settled.episode.turns_to_confirm is None
    assert "alone come to cancelled" in settled.notes[0]
    timed = [replace(turn, start=10.0 * turn.index) for turn in call()]
    found = [act("request-cancel", 1), act("confirm", 6)]
    assert settle_call(timed, found, None, PROFILE).episode.seconds_to_confirm == 50
    assert settle_call(timed, found, likely, PROFILE).episode.seconds_to_confirm is None


def test_what_is_no_request_in_a_call_without_one_needs_no_words() -> None:
    settled = settle(act("confirm", 6), calibration=CANCELLED)
    assert settled.episode.outcome is Outcome.NO_REQUEST
    assert settled.notes == ()


def test_nothing_changes_where_acts_and_call_agree_or_nothing_was_learnt() -> None:
    found = (act("request-cancel", 1), act("confirm", 6))
    plain = settle(*found, calibration=None)
    assert plain.episode.outcome is Outcome.CANCELLED
    assert settle(*found, calibration=CANCELLED) == plain
    assert settle(*found, calibration=Calibration({})) == plain


def test_a_short_call_is_taken_at_its_word() -> None:
    found = (act("request-cancel", 1), act("verify", 2))
    short = settle(*found, calibration=NOBODY_ASKED, turns=SHORTEST_WEIGHED - 1)
    assert short.episode.request == found[0]
    longer = settle(*found, calibration=NOBODY_ASKED, turns=SHORTEST_WEIGHED)
    assert longer.episode.request is None


def test_plain_words_of_a_pattern_settle_a_short_call_though_the_model_hardly_hears_them() -> None:
    asked = act("request-cancel", 1)
    heard = settle(asked, act("confirm", 2, 0.3), calibration=CANCELLED, turns=3)
    assert heard.episode.outcome is Outcome.CANCELLED
    doubtful = settle(asked, act("confirm", 2, 0.1), calibration=CANCELLED, turns=3)
    assert doubtful.episode.outcome is Outcome.NOT_CANCELLED
    guessed = replace(act("confirm", 2, 0.3), source="model")
    assert settle(asked, guessed, calibration=CANCELLED, turns=3).acts == (asked,)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ([act("request-cancel", 1), act("withdraw", 5), act("confirm", 6, 0.3)], Outcome.RETAINED),
        ([act("confirm", 2, 0.3), act("goodwill", 4)], Outcome.NO_REQUEST),
    ],
)
def test_a_short_call_that_is_settled_already_takes_no_faint_words(
    found: list[Act], outcome: Outcome
) -> None:
    settled = settle(*found, calibration=CANCELLED, turns=8)
    assert settled.episode.outcome is outcome
    assert settled.acts == tuple(each for each in found if each.strength > 0.5)


def test_faint_words_settle_a_short_call_from_so_much_strength_on_and_after_the_request() -> None:
    asked = act("request-cancel", 3)
    for found, outcome in [
        (act("confirm", 4, 0.2), Outcome.CANCELLED),
        (act("confirm", 4, 0.19), Outcome.NOT_CANCELLED),
        (act("confirm", 2, 0.3), Outcome.NOT_CANCELLED),
        (act("withdraw", 5, 0.3), Outcome.NOT_CANCELLED),
    ]:
        both = sorted((asked, found), key=lambda each: each.turn)
        settled = settle(*both, calibration=CANCELLED, turns=8)
        assert settled.episode.outcome is outcome
        assert settled.acts == ((asked, found) if outcome is Outcome.CANCELLED else (asked,))


def test_a_faint_act_takes_its_place_among_those_that_count() -> None:
    found = (act("request-cancel", 1), act("confirm", 4, 0.3), act("goodwill", 8))
    settled = settle(*found, calibration=CANCELLED)
    assert settled.acts == found
    assert settled.episode.end == 4


def test_of_several_faint_acts_the_strongest_meant_after_the_request_counts() -> None:
    asked = act("request-cancel", 3)
    faint = [
        act("confirm", 1, 0.4),
        act("confirm", 5, 0.2),
        act("confirm", 7, 0.3),
        act("confirm", 9, 0.4, ActStatus.NEGATED),
    ]
    settled = settle(faint[0], asked, *faint[1:], calibration=CANCELLED)
    assert settled.acts == (asked, faint[2])


def test_what_was_said_in_the_turn_of_the_request_settles_nothing_by_itself() -> None:
    retained = told({}, retained=9)
    asked = act("request-cancel", 3)
    assert settle(asked, act("withdraw", 3, 0.2), calibration=retained).acts == (asked,)
    before, after = act("accept", 3), act("withdraw", 7, 0.2)
    assert settle(before, asked, after, calibration=retained).acts == (before, asked, after)


def test_the_call_as_a_whole_may_end_cancelled_with_no_word_of_it() -> None:
    settled = settle(act("request-cancel", 1), calibration=CANCELLED)
    assert settled.episode.outcome is Outcome.CANCELLED
    assert (settled.episode.confirmation, settled.episode.turns_to_confirm) == (None, None)
    assert settled.notes == (
        "the call as a whole ends cancelled, though its acts alone come to not-cancelled",
    )


def test_a_request_left_out_is_told_with_its_chance() -> None:
    unlikely = told({}, no_request=9)
    (note,) = settle(act("request-cancel", 1), calibration=unlikely).notes
    needed = f"{PROFILE.request_strength:.2f}"
    assert note == (
        "words like a request do not count: the call as a whole does not bear them out "
        f"(0.00, {needed} needed)"
    )


def test_a_faint_request_and_another_ending_are_both_told() -> None:
    retained = told({}, retained=9)
    settled = settle(act("request-cancel", 1, 0.3), calibration=retained)
    assert settled.notes == (
        "a faint request counts: the call as a whole bears it out",
        "the call as a whole ends retained, though its acts alone come to not-cancelled",
    )


def test_a_call_bears_a_request_out_from_the_chance_on_that_the_profile_asks() -> None:
    needed = PROFILE.request_strength
    # five other outcomes share what "nobody asked" leaves over
    even = log(5 * (1 - needed) / needed)
    for nudge, asked in ((0.01, False), (-0.01, True)):
        curves = told({}, no_request=even + nudge)
        settled = settle(act("request-cancel", 1), act("confirm", 4), calibration=curves)
        assert (settled.episode.request is not None) is asked


@pytest.mark.parametrize("label", ["hand-off", "insist", "refuse", "accept"])
def test_signs_tell_what_came_after_the_last_confirmation(label: str) -> None:
    asked, done = act("request-cancel", 1), act("confirm", 6)
    for found, later in [
        ([asked, done, act(label, 8)], 1.0),
        ([asked, act(label, 4), done], 0.0),
        ([asked, act(label, 1)], 1.0),
        ([asked, done, act(label, 8), act("confirm", 10)], 0.0),
        ([asked, done, act(label, 8, 0.3)], 1.0),
        ([asked, done, act(label, 8, 0.29)], 0.0),
        ([asked, done, act(label, 8), act(label, 9, 0.1)], 1.0),
        ([act(label, 0), act("request-cancel", 1)], 0.0),
    ]:
        assert read_outcome_signs(call(), found, PROFILE)[f"later {label}"] == later


def test_signs_of_the_end_fade_up_to_the_last_turn_that_does_something() -> None:
    found = [
        act("hold", 0, 1.0),
        act("request-cancel", 1),
        act("confirm", 10, 0.9),
        act("confirm", 18, 0.4),
        act("agree", 19, 0.7),
        act("ask-leave", 19),
    ]
    signs = read_outcome_signs(call(), found, PROFILE)
    assert signs["end confirm"] == pytest.approx(0.4 * 0.8)
    assert signs["end agree"] == pytest.approx(0.7)
    surer_before = [found[1], act("confirm", 17, 0.9), act("confirm", 18, 0.1)]
    signs = read_outcome_signs(call(), surer_before, PROFILE)
    assert signs["end confirm"] == pytest.approx(0.9)
    signs = read_outcome_signs(call(), [*surer_before, act("agree", 19, 0.3)], PROFILE)
    assert signs["end confirm"] == pytest.approx(0.9 * 0.8**2)


def test_signs_of_the_end_count_from_the_request_on() -> None:
    hold, asked = act("hold", 0, 1.0), act("request-cancel", 1)
    assert read_outcome_signs(call(), [hold, asked], PROFILE)["end hold"] == 0
    nobody_asked = read_outcome_signs(call(), [hold, act("agree", 19, 0.7)], PROFILE)
    assert nobody_asked["end hold"] == pytest.approx(0.8**19)
    assert nobody_asked["walk no-request"] == 1


def test_only_acts_that_are_meant_and_strong_enough_count() -> None:
    needed = PROFILE.strength_needed(ActLabel.REFUSE)
    meant = act("refuse", 2, needed)
    faint, denied = act("refuse", 3, needed - 0.01), act("refuse", 4, 1.0, ActStatus.PAST)
    assert acts_that_count([meant, faint, denied], PROFILE) == (meant,)
    strict = PROFILE.model_copy(update={"act_strength": {ActLabel.REFUSE: 0.95}})
    agreed, sure = act("agree", 2, 0.94), act("refuse", 3, 0.95)
    assert acts_that_count([agreed, act("refuse", 2, 0.94), sure], strict) == (agreed, sure)


def test_signs_say_what_the_acts_alone_come_to_and_what_stands_at_the_end() -> None:
    turns = call()
    found = (
        act("request-cancel", 1, 0.3),
        act("confirm", 6),
        act("hold", 16),
        act("agree", 8, 0.9, ActStatus.NEGATED),
    )
    signs = read_outcome_signs(turns, found, PROFILE)
    assert tuple(signs) == OUTCOME_SIGNS
    assert [name for name in signs if name.startswith("walk ") and signs[name]] == [
        "walk cancelled"
    ]
    assert signs["end hold"] > signs["end confirm"] > signs["end agree"] == 0
    assert signs["end hold"] == pytest.approx(0.9)  # nothing that is done comes after it
    assert signs["end confirm"] == pytest.approx(0.9 * 0.8**10)
    assert signs["agree"] == signs["stall"]


NAMES = [str(label) for label in ActLabel][:33]


@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.integers(0, 19), st.floats(0.05, 1)), max_size=12
    ),
    st.sampled_from(list(Outcome)),
)
def test_a_settled_call_has_one_outcome_and_only_acts_that_were_found(
    acts: list[tuple[str, int, float]], likely: Outcome
) -> None:
    found = tuple(
        sorted((act(name, turn, weight) for name, turn, weight in acts), key=lambda a: a.turn)
    )
    settled = settle(*found, calibration=told({}, **{likely.replace("-", "_"): 9.0}))
    assert set(settled.acts) <= set(found)
    assert [a.turn for a in settled.acts] == sorted(a.turn for a in settled.acts)
    asked = settled.episode.request is not None
    assert asked is (settled.episode.outcome is not Outcome.NO_REQUEST)
    if asked and likely is not Outcome.NO_REQUEST:
        assert settled.episode.outcome is likely
    every = set(chain(settled.acts, (settled.episode.confirmation,)))
    assert settled.episode.confirmation is None or every <= set(settled.acts)
