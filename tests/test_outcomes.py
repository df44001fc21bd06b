"""How a call ended over the whole of it: what the acts alone come to is one sign of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

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
