"""Phrases looked up word by word are those that the pattern matches."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from transcript_audit.redaction.asked import _PATTERNS, find_asked
from transcript_audit.redaction.phrases import Phrases, list_phrases, spell_owners
from transcript_audit.redaction.words import split_words

PATTERN = "|".join(pattern for pattern, _ in _PATTERNS)
LISTED = list_phrases(PATTERN)
PHRASES = Phrases((phrase, phrase) for phrase in spell_owners(LISTED))
REGEX = re.compile(rf"(?:{PATTERN})(?:'s)?(?!\S)")
SPOKEN = sorted({word for phrase in LISTED for word in phrase.split()})


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("e ?mails?", ["e mails", "e mail", "emails", "email"]),
        ("(?:pin|code)(?: number)?", ["pin number", "pin", "code number", "code"]),
        ("licen[cs]e", ["licence", "license"]),
        ("a|b(?:c|)d", ["a", "bcd", "bd"]),
    ],
)
def test_phrases_of_a_pattern_stand_in_the_order_in_which_it_tries(
    pattern: str, phrases: list[str]
) -> None:
    assert list_phrases(pattern) == phrases


def test_an_unbalanced_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="unbalanced at 1"):
        list_phrases("a)b")


def test_of_phrases_that_begin_alike_the_earlier_goes_first() -> None:
    words = split_words(["card number please"])
    shorter = Phrases([("card", 1), ("card number", 2)])
    longer = Phrases([("card number", 2), ("card", 1)])
    assert shorter.match(words, 0, 3) == (0, 1)
    assert longer.match(words, 0, 3) == (1, 2)
    assert longer.match(words, 0, 1) == (0, 1), "ends before `stop`"
    assert longer.match(words, 1, 3) is None


@examples(200)
@given(st.lists(st.sampled_from(LISTED) | st.sampled_from(SPOKEN), min_size=1, max_size=5))
def test_a_phrase_is_found_as_the_pattern_finds_it(said: list[str]) -> None:
    text = " ".join(said)
    words = split_words([text])
    assert " ".join(word.text for word in words) == text
    for index, word in enumerate(words):
        match = PHRASES.match(words, index, len(words))
        expected = REGEX.match(text, word.start)
        assert (match and match[1]) == (expected and expected[0])


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("may i call you", ["name"]),
        ("may i call you back", ["phone"]),
        ("may i call you backwards", []),
        ("the promo code", []),
        ("the code in the postcode", ["code"]),
        ("what's your post code", ["postcode"]),
    ],
)
def test_what_is_nobodys_is_not_asked_for(said: str, kinds: list[str]) -> None:
    assert [str(each.kind) for each in find_asked(split_words([said]))] == kinds


def test_words_after_many_signs_are_read_in_proportion() -> None:
    begin = time.process_time()
    words = split_words(["!" * 300_000, "a" + "." * 300_000])
    assert [word.text for word in words] == ["a"]
    assert time.process_time() - begin < 2
