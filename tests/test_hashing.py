"""A call hashed at once has the features that its turns have one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.acts.features import (
    BLOCK_WEIGHTS,
    SpokenTurn,
    bucket,
    character_grams,
    collect_spoken,
    hash_turn,
    word_grams,
)
from transcript_audit.acts.hashing import hash_call, spread
from transcript_audit.acts.learned import FirstLook, weigh_words
from transcript_audit.acts.words import read_words
from transcript_audit.model import Part, Role, Turn

WORDS = st.sampled_from(
    f"cancel it please haha banana the I'm [NAME] café ünï 123 w ? . {'x' * 70} {'y' * 300}".split()
) | st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=9)
CALLS = st.lists(
    st.tuples(st.sampled_from([Role.AGENT, Role.CUSTOMER]), st.lists(WORDS, max_size=7)),
    min_size=1,
    max_size=6,
)


def speak(call: list[tuple[Role, list[str]]]) -> list[SpokenTurn]:
    turns = [
        Turn(index, role, str(role), " ".join(words), (Part(index, 0),))
        for index, (role, words) in enumerate(call)
    ]
    return collect_spoken(turns, [read_words(turn.text) for turn in turns])


@given(CALLS)
def test_every_turn_has_the_same_features_as_alone(call: list[tuple[Role, list[str]]]) -> None:
    spoken = speak(call)
    hashed = hash_call(spoken)
    for row, turn in enumerate(spoken):
        assert sorted(zip(*map(list, hashed.features(row)), strict=True)) == sorted(
            zip(*map(list, hash_turn(turn)), strict=True)
        )


def weigh_one_by_one(turn: SpokenTurn, column: int, look: FirstLook) -> list[float]:
    """The definition: each n-gram's weight shared by its words."""
    weights = np.zeros(len(turn.texts))
    grams = word_grams(turn.texts)
    unit = BLOCK_WEIGHTS["w"] / np.sqrt(max(len({gram for gram, _, _ in grams}), 1))
    for gram, first, last in grams:
        weight = float(look.weights[bucket("w", gram), column])
        weights[first:last] += unit * weight / (last - first)
    pieces = [character_grams(word) for word in turn.texts]
    unit = BLOCK_WEIGHTS["c"] / np.sqrt(max(len({g for piece in pieces for g in piece}), 1))
    for place, piece in enumerate(pieces):
        weights[place] += unit * sum(float(look.weights[bucket("c", g), column]) for g in piece)
    return (weights * float(look.scales[column])).tolist()


LOOK = FirstLook(
    ("a", "b"),
    np.random.default_rng(1).integers(-90, 90, (1 << 18, 2)).astype(np.int8),
    np.array([0.01, 0.5], dtype=np.float32),
    np.zeros(2, dtype=np.float32),
)


@given(CALLS)
def test_words_weigh_the_same_in_a_call_as_one_by_one(call: list[tuple[Role, list[str]]]) -> None:
    spoken = speak(call)
    rows = [row for row in range(len(spoken)) for _ in (0, 1)]
    found = weigh_words(hash_call(spoken), rows, [0, 1] * len(spoken), LOOK)
    for row, column, weights in zip(rows, [0, 1] * len(spoken), found, strict=True):
        assert weights == weigh_one_by_one(spoken[row], column, LOOK)


def test_a_call_without_words_has_no_features() -> None:
    hashed = hash_call([])
    assert (hashed.bounds, len(hashed.buckets)) == ([0], 0)


def test_ranges_are_spread_one_after_another() -> None:
    assert spread(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
