"""Personal data planted anywhere in a call: none of it is left, and nothing is made up."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from transcript_audit.model import Transcript, Utterance
from transcript_audit.redaction import redact_transcript
from transcript_audit.redaction_marks import find_marks

TALK = st.lists(
    st.sampled_from(
        "well the bill is right so yes please cancel my plan today I moved house and it costs "
        "too much for me thanks a lot".split()
    ),
    min_size=1,
    max_size=12,
).map(" ".join)
SPOKEN = "zero one two three four five six seven eight nine".split()


@st.composite
def cards(draw: st.DrawFn) -> str:
    """A number of 13 to 19 digits that passes for a card's."""
    digits = draw(st.lists(st.integers(0, 9), min_size=12, max_size=18))
    digits[0] = draw(st.sampled_from([3, 4, 5, 6]))
    total = sum(
        digit if place % 2 else sum(divmod(digit * 2, 10))
        for place, digit in enumerate(reversed(digits))
    )
    return "".join(map(str, [*digits, -total % 10]))


@st.composite
def ways_to_say(draw: st.DrawFn, number: str) -> str:
    """The number as it may be written: in groups, or as words."""
    if draw(st.booleans()):
        return " ".join(SPOKEN[int(digit)] for digit in number)
    between = draw(st.sampled_from(["", " ", "-", ".", "  "]))
    size = draw(st.integers(2, 6))
    return between.join(re.findall(rf"\d{{1,{size}}}", number))


def plain(text: str) -> str:
    """The digits of a text without marks, spoken ones too."""
    for digit, word in enumerate(SPOKEN):
        text = re.sub(rf"\b{word}\b", str(digit), text)
    return re.sub(r"\D", "", text)


@examples(100)
@given(st.data())
def test_nothing_of_a_card_number_is_left_wherever_it_is_said(data: st.DataObject) -> None:
    said = data.draw(st.lists(TALK, min_size=1, max_size=5), "said")
    place = data.draw(st.integers(0, len(said) - 1), "place")
    number = data.draw(cards(), "number")
    words = data.draw(ways_to_say(number), "words")
    said[place] = f"{said[place]} {words} {data.draw(TALK, 'after')}"
    call = call_of(said)
    redacted = redact_transcript(call)
    assert "[CARD]" in redacted.utterances[place].text
    left = "".join(each.text for each in redacted.utterances)
    assert plain(left) == "", left


@examples(100)
@given(st.lists(TALK | st.text(max_size=20), min_size=1, max_size=5), cards())
def test_what_is_left_was_said_and_in_this_order(said: list[str], number: str) -> None:
    said[-1] += f" {number}"
    call = call_of(said)
    redacted = redact_transcript(call)
    assert len(redacted.utterances) == len(call.utterances)
    for before, after in zip(call.utterances, redacted.utterances, strict=True):
        rest = iter(before.text)
        marks = [mark.span for mark in find_marks(after.text)]
        kept = "".join(
            char
            for place, char in enumerate(after.text)
            if not any(start <= place < end for start, end in marks)
        )
        assert all(char in rest for char in kept), (before.text, after.text)


@examples(60)
@given(st.lists(TALK, min_size=1, max_size=4), st.data())
def test_redacting_twice_is_redacting_once(said: list[str], data: st.DataObject) -> None:
    for place in range(len(said)):
        said[place] += f" {data.draw(ways_to_say(data.draw(cards())))}"
    once = redact_transcript(call_of(said))
    assert redact_transcript(once) == once


def call_of(said: list[str]) -> Transcript:
    utterances = tuple(
        Utterance(at, "agent" if at % 2 else "customer", text or "x")
        for at, text in enumerate(said)
    )
    return Transcript("c", "c", utterances, ("Kyle",))
