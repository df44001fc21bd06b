"""Turns in the grammar of people who learnt English later, to train on."""

from __future__ import annotations

from random import Random

from transcript_audit.acts.features import SpokenTurn
from transcript_audit.acts.words import read_words
from transcript_audit.model import Part, Role, Turn
from transcript_audit.variations import EVERY, strip_ending, vary_turns, vary_words

SAID = "the lady called and said that the account is closed in the system and he needs a letter"


def turn(text: str) -> SpokenTurn:
    words = read_words(text)
    said = Turn(0, Role.CUSTOMER, "c", text, (Part(0, 0),))
    return SpokenTurn(said, words, words.texts, (), (), ())


def test_only_articles_forms_of_be_endings_and_prepositions_change() -> None:
    texts = tuple(SAID.split())
    for seed in range(20):
        varied = vary_words(texts, Random(seed))
        assert varied
        assert len(varied) <= len(texts)
        for word in ("lady", "account", "system", "letter", "and", "he"):
            assert word in varied
    assert len({vary_words(texts, Random(seed)) for seed in range(20)}) > 10


def test_one_in_so_many_turns_is_varied_the_same_way_for_a_seed() -> None:
    turns = [turn(f"{SAID} {n}") for n in range(400)]
    one, other = vary_turns(turns, 3), vary_turns(turns, 3)
    assert [(place, each.texts) for place, each in one] == [(p, e.texts) for p, e in other]
    assert 60 < len(one) < 400 / EVERY * 1.5
    assert all(each.texts != turns[place].texts for place, each in one)
    assert all(each.turn is turns[place].turn for place, each in one)


def test_a_turn_that_would_say_nothing_is_left_out() -> None:
    assert all(each.texts for _, each in vary_turns([turn("the")] * 50, 1))


def test_endings_go_where_a_word_is_left() -> None:
    assert strip_ending("called") == "call"
    assert strip_ending("needs") == "need"
    assert strip_ending("tries") == "try"
    assert strip_ending("moved") == "move"
    assert strip_ending("bed") == "bed"
    assert strip_ending("this") == "this"
