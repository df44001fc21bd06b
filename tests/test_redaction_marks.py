"""Redaction marks: what is one, what it may hide, and that it is read as no word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.acts.features import character_grams, word_grams
from transcript_audit.acts.words import REDACTED, read_words
from transcript_audit.redaction_marks import (
    find_marks,
    hide_marks,
    hides_detail,
    is_mostly_hidden,
)

MARKS = (
    *("[PII]", "[NAME]", "[CREDIT_DEBIT_NUMBER]", "[PERSON_NAME_1]", "[redacted]", "[name]"),
    *("[Phone Number]", "<NAME>", "<EMAIL_ADDRESS>", "****", "***", "####", "XXXX", "█████"),
    *("[DRUG]", "[US_SSN]", "[date removed]"),
)
NO_MARKS = (
    *("[laughter]", "[LAUGHTER]", "[BLANK_AUDIO]", "[CROSSTALK]", "[inaudible]", "[MUSIC]"),
    *("f***", "s**t", "**bold**", "<v Ann>", "<i>", "#1", "5 * 3", "xx", "[1]", "[OK]", "C#"),
)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_is_found_whatever_stands_beside_it(mark: str) -> None:
    for text in (mark, f"Hello. {mark}, how", f"it's {mark}.", f"{mark}?", f"({mark})"):
        start = text.index(mark)
        assert [each.span for each in find_marks(text)] == [(start, start + len(mark))]


@pytest.mark.parametrize("text", NO_MARKS)
def test_sounds_masked_swearing_and_markup_are_no_marks(text: str) -> None:
    assert find_marks(f"well {text} then") == ()


@pytest.mark.parametrize("mark", ["[NAME]", "<PERSON>", "[first name]", "[PERSON_NAME_1]"])
def test_a_redacted_name_hides_no_detail(mark: str) -> None:
    assert not hides_detail(f"Thanks, {mark}.")
    assert not is_mostly_hidden(mark)


@pytest.mark.parametrize("mark", ["[PII]", "****", "[DATE]", "[PHONE_NUMBER]"])
def test_any_other_mark_may_hide_a_detail(mark: str) -> None:
    assert hides_detail(f"It ends on {mark}.")
    assert not hides_detail("It ends on Friday.")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("[PII] [PII]", True),
        ("Okay, [PII].", True),
        ("**** on ####", True),
        ("It ends on [PII].", False),
        ("Okay then.", False),
        ("", False),
    ],
)
def test_a_text_is_mostly_hidden_where_no_more_words_than_marks_are_left(
    text: str, hidden: bool
) -> None:
    assert is_mostly_hidden(text) is hidden


def test_marks_are_read_as_one_word_in_their_place() -> None:
    text = "Hello. [PII], it's <NAME>'s card: ****1234."
    words = read_words(text)
    read = list(words.texts)
    assert read.count(REDACTED) == 3
    assert not {"pii", "name"} & set(read)
    spans = [words.spans[place] for place, word in enumerate(read) if word == REDACTED]
    assert [text[start:end] for start, end in spans] == ["[PII]", "<NAME>", "****"]


def test_what_is_redacted_parts_the_words_beside_it_for_the_model() -> None:
    grams = {gram for gram, _, _ in word_grams(("cancel", REDACTED, "please"))}
    assert "cancel" in grams
    assert not any(REDACTED in gram for gram in grams)
    assert "cancel please" not in grams
    assert character_grams(REDACTED) == []


@given(st.lists(st.sampled_from([*MARKS, "well", "it's", "Friday", ".", ","]), max_size=8))
def test_places_of_words_stay_right_around_marks(pieces: list[str]) -> None:
    text = " ".join(pieces)
    words = read_words(text)
    assert all(text[start:end].strip() for start, end in words.spans)
    marks = {mark.span for mark in find_marks(text)}
    read = zip(words.texts, words.spans, strict=True)
    assert {span for token, span in read if token == REDACTED} <= marks


@given(st.text(max_size=60))
def test_hiding_leaves_no_mark_and_every_other_character(text: str) -> None:
    spans = [mark.span for mark in find_marks(text)]
    assert spans == sorted(spans)
    kept = len(text) - sum(end - start for start, end in spans)
    assert len(hide_marks(text, "")) == kept
