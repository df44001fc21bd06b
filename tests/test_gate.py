"""What a gate lets through: everything that can match, and as little else as may be."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loaded import built_in
from spacy.lang.en.lex_attrs import _num_words, _ordinal_words
from spacy.matcher import Matcher
from spacy.tokens import Doc

from transcript_audit.acts.english import blank_english
from transcript_audit.acts.phrases import (
    Pattern,
    Sentence,
    compile_phrase,
    keep_longest,
    match_pattern,
    needed_words,
)
from transcript_audit.acts.tokens import TokenPattern, _may_be_number
from transcript_audit.gate import Gate

BOOK = built_in()
PHRASES = sorted(
    {
        phrase.removeprefix("turn:").strip()
        for pattern in BOOK.patterns
        for phrase in (*pattern.phrases, *pattern.unless)
    }
    | {cue for reading in BOOK.readings for cue in reading.cues}
)
PATTERNS = [
    pattern for phrase in PHRASES for pattern in compile_phrase(phrase, BOOK.lists).patterns
]
WITHOUT_NEED = ("maybe? later?", "..")


def of_pattern(pattern: Pattern) -> st.SearchStrategy[list[str]]:
    """Sentences of the pattern's own words, in its order, some left out, others between."""
    filler = st.sampled_from(["the", "zebra", "you", "cancel", "it"])
    parts = [
        st.lists(filler, max_size=place.gap)
        if place.gap
        else st.lists(st.sampled_from(sorted(place.words)), min_size=1, max_size=2)
        | st.lists(filler, max_size=1)
        for place in pattern
    ]
    around = st.lists(filler, max_size=2)
    return st.tuples(around, *parts, around).map(lambda lists: [w for each in lists for w in each])


SAID = st.sampled_from(PATTERNS).flatmap(lambda each: st.tuples(st.just(each), of_pattern(each)))


def by_spacy(pattern: Pattern, words: list[str]) -> list[tuple[int, int]]:
    """What spaCy's Matcher finds, greedy for the longest."""
    tokens: list[dict[str, object]] = []
    for place in pattern:
        if place.gap:
            tokens.append({"OP": f"{{0,{place.gap}}}"})
        else:
            token: dict[str, object] = {"LOWER": {"IN": sorted(place.words)}}
            tokens.append(token | {"OP": "?"} if place.optional else token)
    matcher = Matcher(blank_english().vocab)
    matcher.add("pattern", [tokens], greedy="LONGEST")
    return [(start, end) for _, start, end in matcher(Doc(blank_english().vocab, words=words))]


@settings(max_examples=100)
@given(SAID)
def test_patterns_match_as_in_spacys_matcher(said: tuple[Pattern, list[str]]) -> None:
    pattern, words = said
    assert keep_longest(match_pattern(pattern, Sentence(words))) == by_spacy(pattern, words)


@settings(max_examples=100)
@given(SAID)
def test_what_matches_is_let_through(said: tuple[Pattern, list[str]]) -> None:
    pattern, words = said
    gate: Gate[str] = Gate()
    gate.add("pattern", needed_words(pattern))
    if match_pattern(pattern, Sentence(words)):
        assert "pattern" in [item for items in gate.let_through(words) for item in items]


@pytest.fixture(scope="module")
def whole_gate() -> Gate[int]:
    gate: Gate[int] = Gate()
    for number, pattern in enumerate(PATTERNS):
        gate.add(number, needed_words(pattern))
    return gate


@settings(max_examples=25)
@given(said=SAID, more=SAID)
def test_gated_and_ungated_find_the_same_in_the_whole_rule_book(
    whole_gate: Gate[int], said: tuple[Pattern, list[str]], more: tuple[Pattern, list[str]]
) -> None:
    words = [*said[1], *more[1]]
    sentence = Sentence(words)
    ungated = {n for n, pattern in enumerate(PATTERNS) if match_pattern(pattern, sentence)}
    through = {number for items in whole_gate.let_through(words) for number in items}
    assert ungated == {n for n in through if match_pattern(PATTERNS[n], sentence)}


def test_every_pattern_of_the_rule_book_needs_some_word() -> None:
    assert [pattern for pattern in PATTERNS if not needed_words(pattern)] == []


def test_every_token_pattern_of_the_rule_book_needs_some_word() -> None:
    tokens = [each for pattern in BOOK.patterns for each in pattern.tokens]
    assert tokens
    assert all(TokenPattern(each).needed_words() for each in tokens)


@pytest.mark.parametrize("phrase", WITHOUT_NEED)
def test_patterns_without_need_always_come_through(phrase: str) -> None:
    (pattern,) = compile_phrase(phrase, {}).patterns
    assert needed_words(pattern) == []
    gate: Gate[str] = Gate()
    gate.add(phrase, needed_words(pattern))
    assert gate.let_through(["zebra"]) == [[phrase]]


def test_one_place_without_its_words_keeps_an_item_back() -> None:
    gate: Gate[str] = Gate()
    gate.add("cancel", [frozenset({"cancel", "end"}), frozenset({"plan"})])
    assert gate.let_through("end my plan".split()) == [["cancel"]]
    assert gate.let_through("end my call".split()) == []
    assert gate.let_through("my plan".split()) == []


def test_optional_tokens_and_open_attributes_need_no_word() -> None:
    tokens = TokenPattern(
        [{"LIKE_NUM": True}, {"LOWER": "off", "OP": "?"}, {"LOWER": {"IN": ["a"]}}]
    )
    assert tokens.needed_words() == [frozenset({"a"})]


TOKENS = [
    *(each for pattern in BOOK.patterns for each in pattern.tokens),
    ({"LIKE_NUM": True}, {"LOWER": "off", "OP": "!"}, {"LOWER": "for"}),
    ({"LOWER": {"NOT_IN": ["off"]}}, {"LOWER": "off", "OP": "?"}, {"LIKE_NUM": True}),
    ({"LENGTH": {">=": 3}}, {"LIKE_NUM": False}, {"LOWER": {"IN": ["for", "of"]}}),
]
TOLD = "20 2nd 1/2 twenty third percent off for discount of $ the plan price per a".split()


@settings(max_examples=200)
@given(st.sampled_from(TOKENS), st.lists(st.sampled_from(TOLD), min_size=1, max_size=10))
def test_token_patterns_are_told_apart_as_spacy_does(
    tokens: Sequence[dict[str, Any]], words: list[str]
) -> None:
    matcher = Matcher(blank_english().vocab)
    matcher.add("pattern", [list(tokens)], greedy="LONGEST")
    found = matcher(Doc(blank_english().vocab, words=words))
    pattern = TokenPattern(tokens)
    assert pattern.match(Sentence(words)) == {(start, end) for _, start, end in found}


def test_a_token_pattern_without_its_numbers_needs_no_spacy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    pattern = TokenPattern([{"LIKE_NUM": True}, {"LOWER": "off"}, {"LOWER": "for"}])
    assert pattern.match(Sentence("take some off for you".split())) == set()


def test_every_word_that_spacy_takes_for_a_number_may_be_one() -> None:
    assert all(map(_may_be_number, (*_num_words, *_ordinal_words)))
