"""Times: talk, overlaps, who cut in, silences and holds, and when there is no telling."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import (
    STATED_FIGURES,
    Act,
    ActLabel,
    ActStatus,
    Role,
    Transcript,
    Utterance,
)
from transcript_audit.talk import NoTalk, Talk, measure_talk
from transcript_audit.turns import split_turns

ROLES = {"A": Role.AGENT, "B": Role.AGENT, "C": Role.CUSTOMER, "S": Role.SYSTEM}
Said = tuple[str, float | None, float | None] | tuple[str, float | None, float | None, str]


def measured(*said: Said, holds: tuple[int, ...] = ()) -> Talk | NoTalk:
    """The talk of utterances (speaker, start, end, words); `holds` are turns with a hold."""
    utterances = tuple(
        Utterance(10 + n, each[0], each[3] if len(each) > 3 else "so it is then", each[1], each[2])
        for n, each in enumerate(said)
    )
    call = Transcript("c1", "c1.txt", utterances)
    acts = [Act(ActLabel.HOLD, turn, (0, 2)) for turn in holds]
    return measure_talk(call, split_turns(call, ROLES), acts)


def talk(*said: Said, holds: tuple[int, ...] = ()) -> Talk:
    found = measured(*said, holds=holds)
    assert isinstance(found, Talk), found
    return found


def test_talk_counts_what_one_side_says_at_once_once() -> None:
    found = talk(("A", 0, 4), ("B", 2, 6), ("C", 6, 8), ("S", 8, 20))
    assert found.talk == {Role.AGENT: 6.0, Role.CUSTOMER: 2.0}
    assert (found.share(Role.AGENT), found.share(Role.CUSTOMER)) == (0.75, 0.25)
    assert found.duration == 20
    assert found.overlaps == 0


def test_nobody_has_a_share_where_nobody_of_the_two_sides_talks() -> None:
    assert talk(("S", 0, 4)).share(Role.AGENT) is None


def test_who_begins_before_the_other_stops_and_goes_on_has_cut_in() -> None:
    found = talk(("A", 0, 5), ("C", 3.5, 7), ("A", 7, 9))
    (cut_in,) = found.interruptions
    assert (cut_in.by, cut_in.number, cut_in.start, cut_in.seconds) == (Role.CUSTOMER, 11, 3.5, 1.5)
    assert (found.overlaps, found.overlap) == (1, 1.5)
    assert found.figures["interruptions"] == 1
    assert found.figures["interruptions_by_agent"] == 0


@pytest.mark.parametrize(
    "second",
    [
        ("C", 4.7, 7.0),  # as people take turns
        ("C", 2.0, 4.0),  # falls silent again
        ("C", 3.0, 7.0, "mhm okay"),
        ("B", 3.0, 7.0),  # the same side
        ("S", 3.0, 7.0),
    ],
)
def test_short_overlaps_asides_and_ones_own_side_do_not_cut_in(second: Said) -> None:
    assert talk(("A", 0, 5), second).interruptions == ()


def test_silences_are_where_nobody_speaks_whoever_spoke_last() -> None:
    found = talk(("A", 0, 10), ("C", 2, 4), ("A", 12.9, 14), ("C", 17, 18))
    assert [(each.number, each.start, each.seconds) for each in found.silences] == [(12, 14, 3)]
    assert found.figures["silence_seconds"] == 3


def test_a_silence_is_a_hold_only_where_the_agents_last_turn_announced_it() -> None:
    said = (("A", 0, 1), ("C", 1, 2, "okay"), ("A", 60, 61), ("C", 61, 62), ("A", 70, 71))
    assert [each.hold for each in talk(*said, holds=(0,)).silences] == [True, False]
    assert [each.hold for each in talk(*said).silences] == [False, False]


def test_words_that_were_not_meant_announce_no_hold() -> None:
    call = Transcript("c1", "", (Utterance(0, "A", "x", 0, 1), Utterance(1, "C", "y", 9, 10)))
    act = Act(ActLabel.HOLD, 0, (0, 1), status=ActStatus.NEGATED)
    found = measure_talk(call, split_turns(call, ROLES), [act])
    assert isinstance(found, Talk)
    assert not found.silences[0].hold


def test_the_longest_turn_goes_over_backchannels() -> None:
    found = talk(("A", 0, 5, "so if you"), ("C", 5, 5.5, "mhm"), ("A", 5.5, 12), ("C", 12, 20))
    assert found.longest is not None
    assert (found.longest.by, found.longest.number) == (Role.AGENT, 10)
    assert found.longest.seconds == 12


def test_the_order_of_the_source_does_not_matter() -> None:
    said = [("A", 0.0, 5.0), ("C", 3.0, 7.0), ("A", 20.0, 22.0)]
    assert talk(*said).figures == talk(*reversed(said)).figures


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ((("A", 0, None), ("C", 1, None)), "the source does not say when people stop speaking"),
        ((("A", 0, 1), ("C", 1, None)), "1 of 2 turns of the source have no start, or no end"),
        ((("A", 0, 1), ("C", None, 2)), "1 of 2 turns"),
        ((("A", 0, 1), ("C", 5, 2)), "1 of 2 turns"),
        ((), "nobody speaks"),
    ],
)
def test_without_all_times_nothing_is_assessed(said: tuple[Said, ...], reason: str) -> None:
    found = measured(*said)
    assert isinstance(found, NoTalk)
    assert found.reason.startswith(reason)


def test_figures_are_those_that_a_source_may_state() -> None:
    assert tuple(talk(("A", 0, 1)).figures) == STATED_FIGURES


TIMES = st.tuples(
    st.sampled_from("ABCS"), st.floats(0, 1000), st.floats(0, 60), st.sampled_from(["so", "mhm"])
)


@given(st.lists(TIMES, min_size=1, max_size=30))
def test_figures_stay_within_the_call(drawn: list[tuple[str, float, float, str]]) -> None:
    found = talk(*((who, start, start + length, words) for who, start, length, words in drawn))
    spoken = found.talk[Role.AGENT] + found.talk[Role.CUSTOMER] - found.overlap
    assert 0 <= spoken <= found.duration + 0.01
    assert found.overlap <= min(found.talk.values()) + 0.01
    silent = found.figures["silence_seconds"]
    assert 0 <= silent <= found.duration - spoken + 0.01
    assert len({each.number for each in found.interruptions}) == len(found.interruptions)


@given(st.lists(TIMES, min_size=1, max_size=12), st.floats(0, 500))
def test_a_later_start_changes_no_figure_but_the_duration(
    drawn: list[tuple[str, float, float, str]], later: float
) -> None:
    said = [(who, round(at), round(at) + round(long), w) for who, at, long, w in drawn]
    shift = round(later)
    one, other = talk(*said), talk(*((w, a + shift, b + shift, t) for w, a, b, t in said))
    assert replace(other, duration=0, interruptions=(), silences=(), longest=None) == replace(
        one, duration=0, interruptions=(), silences=(), longest=None
    )
    assert len(one.interruptions) == len(other.interruptions)
