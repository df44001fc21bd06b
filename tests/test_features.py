"""What the learned recogniser looks at: neighbours, n-grams, hashed features, the call around."""

from __future__ import annotations

from dataclasses import replace
from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.acts.features import (
    BLOCK_WEIGHTS,
    BUCKETS,
    NAME,
    SpokenTurn,
    bucket,
    character_grams,
    collect_spoken,
    context_of,
    hash_turn,
    hide_names,
    word_grams,
)
from transcript_audit.acts.words import read_words
from transcript_audit.model import Part, Role, Turn

ROLES = {"A": Role.AGENT, "C": Role.CUSTOMER, "S": Role.SYSTEM, "O": Role.OTHER}


def spoken(*lines: str) -> list[SpokenTurn]:
    """The spoken turns of a call of lines "A: text" and "C: text"."""
    turns = []
    for index, line in enumerate(lines):
        letter, text = line.split(": ", 1)
        turns.append(Turn(index, ROLES[letter], letter, text, (Part(index, 0),)))
    return collect_spoken(turns, [read_words(turn.text) for turn in turns])


def features(turn: SpokenTurn) -> dict[int, float]:
    buckets, values = hash_turn(turn)
    return dict(zip(buckets.tolist(), values.tolist(), strict=True))


def test_a_turn_knows_the_other_speakers_words_and_its_own_last_ones() -> None:
    turns = spoken("A: hello there", "C: cancel it", "A: why", "A: so", "C: no reason")
    last = turns[-1]
    assert (last.before, last.own_before, last.after) == (("so",), ("cancel", "it"), ())
    assert (turns[1].before, turns[1].own_before, turns[1].after) == (
        ("hello", "there"),
        (),
        ("why",),
    )
    assert (turns[2].own_before, turns[3].own_before) == (("hello", "there"), ("why",))


def test_only_words_of_agent_and_customer_are_kept() -> None:
    turns = spoken("S: recorded line", "A: hello", "O: who is that", "C: ...", "C: cancel it")
    assert [turn.turn.index for turn in turns] == [1, 4]
    assert turns[1].before == ("hello",)


@pytest.mark.parametrize("heard", ["Mhm.", "mm-hmm", "Uh-huh.", "mm"])
def test_a_mhm_that_answers_nothing_does_not_part_what_it_stands_between(heard: str) -> None:
    lines = ("A: there is a fee", "C: okay", "A: for leaving early")
    between = Turn(9, Role.CUSTOMER, "C", heard, (Part(9, 0),), backchannel=True)
    turns = [each.turn for each in spoken(*lines)]
    for place in range(4):
        added = [*turns[:place], between, *turns[place:]]
        read = [read_words(turn.text) for turn in added]
        assert [hash_turn(each)[0].tolist() for each in collect_spoken(added, read)] == [
            hash_turn(each)[0].tolist() for each in spoken(*lines)
        ]
    answer = Turn(9, Role.CUSTOMER, "C", heard, (Part(9, 0),))
    assert (
        len(collect_spoken([*turns, answer], [read_words(t.text) for t in [*turns, answer]])) == 4
    )


def test_word_grams_cover_the_words_they_are_made_of() -> None:
    grams = word_grams(("cancel", "it"), (1, 2, 3))
    assert grams == [
        ("cancel", 0, 1),
        ("it", 1, 2),
        ("<s> cancel", 0, 1),
        ("cancel it", 0, 2),
        ("it </s>", 1, 2),
        ("<s> cancel it", 0, 2),
        ("cancel it </s>", 0, 2),
    ]


@given(st.lists(st.sampled_from("abcde"), max_size=8))
def test_word_grams_lie_inside_the_turn_and_every_word_is_in_one(texts: list[str]) -> None:
    grams = word_grams(texts)
    assert all(0 <= first < last <= len(texts) for _, first, last in grams)
    assert {n for _, first, last in grams for n in range(first, last)} == set(range(len(texts)))


def test_character_grams_know_where_a_word_begins_and_ends() -> None:
    assert character_grams("no") == [" no", "no ", " no "]
    assert character_grams("i") == [" i "]
    assert " canc" in character_grams("cancel")
    assert " cancel" not in character_grams("cancel")


def test_buckets_are_the_same_on_every_machine_and_differ_by_block() -> None:
    assert bucket("w", "cancel it") == 72179
    assert bucket("w", "cancel it") != bucket("p", "cancel it")
    assert 0 <= bucket("c", "ü☂") < BUCKETS


def test_every_block_weighs_what_it_may_however_long_the_turn_is() -> None:
    short = spoken("A: so", "C: cancel it")[1]
    long = spoken("A: so", "C: i want you to cancel it today and never call me again")[1]
    without_grams = BLOCK_WEIGHTS["s"] ** 2 + BLOCK_WEIGHTS["n"] ** 2
    whole = sum(weight**2 for weight in BLOCK_WEIGHTS.values()) - without_grams
    for turn in (short, long):
        _, values = hash_turn(turn)
        assert isclose(float((values.astype(float) ** 2).sum()), whole, rel_tol=1e-5)


def test_a_feature_of_a_block_is_worth_its_share() -> None:
    turn = spoken("C: no")[0]
    grams = {gram for gram, _, _ in word_grams(("no",))}
    assert isclose(features(turn)[bucket("w", "no")], 1 / sqrt(len(grams)), rel_tol=1e-6)


def test_neighbours_words_count_as_neighbours_only() -> None:
    turn = spoken("A: any reason", "C: moving", "A: nice place")[1]
    seen = features(turn)
    assert bucket("p", "any reason") in seen
    assert bucket("n", "nice place") in seen
    assert bucket("w", "any reason") not in seen
    assert bucket("w", "moving") in seen


def test_how_long_a_turn_is_and_whether_it_asks_is_seen_and_its_place_in_the_call_is_not() -> None:
    asked, told = spoken("C: is it done?", "C: is it done")
    assert features(asked).keys() - features(told).keys() == {bucket("x", "asks")}
    assert bucket("x", "length 0") in features(told)
    chat = ["A: yes", "C: no"]
    early, late = spoken(*chat * 2)[2], spoken(*chat * 9)[16]
    assert features(early) == features(replace(late, after=early.after))


def test_names_are_one_word_and_words_that_may_be_names_keep_their_characters() -> None:
    one, other = spoken("A: this is marlene speaking", "A: this is priya speaking")
    assert hide_names(("this", "marlene", "x")) == ("this", NAME, "x")
    assert {gram for gram, _, _ in word_grams(one.texts)} == {
        gram for gram, _, _ in word_grams(other.texts)
    }
    unknown = hide_names(("xiulanne",))[0]
    assert word_grams((unknown,))[0][0] == NAME
    assert character_grams(unknown) == character_grams("xiulanne")
    assert character_grams(NAME) == []


def test_the_same_turn_hashes_the_same_twice() -> None:
    lines = ("A: why are you leaving", "C: the line keeps dropping, and it's dear")
    one, other = hash_turn(spoken(*lines)[1]), hash_turn(spoken(*lines)[1])
    assert one[0].tolist() == other[0].tolist()
    assert one[1].tobytes() == other[1].tobytes()


def test_context_shows_the_chances_of_the_turns_around_and_none_beyond_the_call() -> None:
    chances = np.array([[0.1], [0.2], [0.4], [0.8]])
    table = context_of(chances)
    assert table.shape == (4, 9 + 3)
    assert table[:, 0].tolist() == [0, 0.1, 0.2, 0.4]
    assert table[:, 2].tolist() == [0, 0, 0, 0.1]
    assert table[:, 3].tolist() == [0.2, 0.4, 0.8, 0]
    assert table[:, 5].tolist() == [0.8, 0, 0, 0]


def test_context_sums_up_what_happened_earlier_and_what_comes_later() -> None:
    chances = np.array([[0.5], [0.0], [0.5], [1.0]])
    table = context_of(chances)
    assert table[:, 6] == pytest.approx([0, 0.5, 0.5, 0.75])
    assert table[:, 7] == pytest.approx([0, 0.5, 0.4, 0.5])
    assert table[:, 8] == pytest.approx([1, 1, 1, 0])
    assert table[:, -3] == pytest.approx([0, 0.5 / 2, 0.5 / 1.5, 1.0])
    assert table[:, -1] == pytest.approx([1.5 / 8, 1.5 / 8, 1.0 / 8, 0])


def test_turns_that_do_nothing_do_not_move_the_others() -> None:
    chances = np.array([[0.5], [0.5], [1.0]])
    talk = np.zeros((2, 1))
    table = context_of(np.vstack([chances, talk]))
    assert table[:3, -3:] == pytest.approx(context_of(chances)[:, -3:])


@pytest.mark.parametrize("turns", [1, 2, 3, 5])
def test_context_has_one_row_a_turn_in_calls_of_any_length(turns: int) -> None:
    table = context_of(np.full((turns, 4), 0.5))
    assert table.shape == (turns, 9 * 4 + 3)
    assert np.isfinite(table).all()
