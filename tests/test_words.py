"""A turn's words: one spelling, places in the text, sentence starts, restarts said once."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.acts.english import split_with_spacy
from transcript_audit.acts.words import (
    Words,
    _join,
    _put_together,
    _straighten,
    read_words,
    spell,
)

ROOT = Path(__file__).resolve().parent.parent
RULES = [path.read_text("utf-8") for path in (ROOT / "rules").rglob("*.yaml")]

SPOKEN = st.text(
    alphabet=st.one_of(
        st.sampled_from("abcdeilmnorstuvwxyzI .,?!;'’-…\n$£0 1"), st.characters(codec="utf-8")
    ),
    max_size=60,
)
TALK = st.lists(
    st.sampled_from(
        "i im i'm don't dont t well ill its it's uh um cancel the plan . ? , … $5 won't no".split()
    ),
    max_size=14,
).map(" ".join)


def texts(words: Words) -> list[str]:
    return list(words.texts)


def quotes(text: str) -> list[str]:
    return [text[start:end] for start, end in read_words(text).spans]


def sentences(text: str) -> list[str]:
    words = read_words(text)
    bounds = [*sorted(words.starts), len(words.texts)]
    return [" ".join(texts(words)[a:b]) for a, b in pairwise(bounds)]


def test_each_word_says_where_in_the_text_it_stands() -> None:
    text = "Um, I don't — really — want it."
    words = read_words(text)
    assert texts(words) == ["i", "do", "not", "really", "want", "it"]
    assert quotes(text) == ["I", "do", "n't", "really", "want", "it"]
    assert words.characters(1, 4) == (6, 20)
    assert text[slice(*words.characters(1, 4))] == "don't — really"


def test_words_of_one_contraction_share_its_place() -> None:
    assert texts(read_words("they dunno")) == ["they", "do", "not", "know"]
    assert quotes("they dunno") == ["they", "dunno", "dunno", "dunno"]


def test_curly_apostrophes_read_like_straight_ones_at_the_same_places() -> None:
    curly, straight = read_words("I’m sure it’s off"), read_words("I'm sure it's off")
    assert texts(curly) == texts(straight) == ["i", "am", "sure", "it", "is", "off"]
    assert curly.spans == straight.spans


def test_a_restart_is_said_once_and_quoted_from_its_first_saying() -> None:
    text = "i want i want to to cancel"
    assert texts(read_words(text)) == ["i", "want", "to", "cancel"]
    words = read_words(text)
    assert words.spans[0] == (0, 1)
    assert words.spans[-1] == (20, 26)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I'm, I'm leaving", "i am leaving"),
        ("the the the line", "the line"),
        ("can you just can you just stop it", "can you just stop it"),
        ("it went from uh it went from bad to worse", "it went from bad to worse"),
        ("I have to say I have to say it", "i have to say it"),
        ("no, I said no to that", "no i said no to that"),
    ],
)
def test_repeats_of_up_to_four_words_are_dropped_and_later_ones_kept(text: str, said: str) -> None:
    assert " ".join(texts(read_words(text))) == said


def test_sentences_begin_after_full_stops_questions_dashes_of_thought_and_line_ends() -> None:
    text = "I see. Cancel it! Really? yes; well… no\nthanks, bye"
    assert sentences(text) == ["i see", "cancel it", "really", "yes", "well", "no", "thanks bye"]


def test_text_without_marks_is_one_sentence() -> None:
    assert read_words("cancel it please thank you").starts == frozenset({0})


def test_a_question_mark_makes_a_question() -> None:
    assert read_words("Is it done? Good.").question
    assert read_words("really ?!").question
    assert not read_words("is it done").question


@pytest.mark.parametrize("text", ["", "   ", "...", "?!", "uh um", "—"])
def test_text_without_a_word_has_no_words_and_no_starts(text: str) -> None:
    words = read_words(text)
    assert (len(words.texts), words.spans, words.starts) == (0, (), frozenset())


def test_patterns_are_spelled_like_text() -> None:
    assert spell("don't") == ("do", "not")
    assert spell("won't cancel, ok") == ("will", "not", "cancel", "okay")
    assert spell("uh") == ()


@given(st.one_of(SPOKEN, TALK))
def test_any_text_gives_words_in_order_inside_it(text: str) -> None:
    words = read_words(text)
    assert len(words.texts) == len(words.spans)
    assert all(0 <= start < end <= len(text) for start, end in words.spans)
    assert all(text[start:end].strip() for start, end in words.spans)
    assert list(words.spans) == sorted(words.spans)
    assert words.starts <= set(range(len(words.texts)))
    assert (0 in words.starts) == bool(len(words.texts))


@given(TALK)
def test_reading_is_stable_and_drops_every_immediate_repeat(text: str) -> None:
    said = texts(read_words(text))
    assert said == texts(read_words(text))
    assert all(one != other for one, other in pairwise(said))


@given(TALK)
def test_double_spaces_change_nothing(text: str) -> None:
    assert texts(read_words(text.replace(" ", "  "))) == texts(read_words(text))


def test_words_are_widened_to_a_short_sentence_and_within_a_long_one() -> None:
    words = read_words("Fine. How stupid can you be? Go on.")
    assert words.widen(2, 3, longest=20, aside=5) == (1, 6)
    assert words.widen(2, 3, longest=4, aside=1) == (1, 4)
    assert words.widen(5, 6, longest=4, aside=3) == (2, 6)
    assert words.widen(0, 8, longest=20, aside=5) == (0, 8)


@given(
    st.lists(
        st.text("abdilst'’well. ?!,-…:)(/$5\n\té", min_size=1, max_size=6)
        | st.sampled_from(
            "don t won't ill id its own well were i'd can t's a.m. :) x.o 's names my I’m".split()
        ),
        max_size=9,
    ).map(" ".join)
)
def test_chunks_read_one_by_one_come_to_the_text_read_whole(text: str) -> None:
    whole = _put_together([_join(split_with_spacy(_straighten(text)))])
    words = read_words.__wrapped__(text)
    assert words.texts == whole.texts
    assert words.spans == whole.spans
    assert (words.starts, words.question) == (whole.starts, whole.question)
