"""Words told without spaCy: the same as spaCy tells them, and spaCy stays away."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.acts.english import blank_english, exceptions, split_plain, split_with_spacy

ROOT = Path(__file__).resolve().parent.parent
tokenizer: Any = blank_english().tokenizer
SAID = sorted(
    {
        piece
        for path in (ROOT / "rules").rglob("*.yaml")
        for piece in re.split(r"[\s/?@]+", path.read_text("utf-8"))
    }
)
EXCEPTIONS = sorted(tokenizer.rules)
MARKS = [*".,:;?!()[]<>_#*&\"'$£€%+…—–-", "...", "--", "'s", "'S", "''", "US$"]
PIECES = st.lists(
    st.sampled_from(MARKS)
    | st.sampled_from(EXCEPTIONS)
    | st.sampled_from("cancel a I IT é Éire 7 20 🙂 mb km t x.co".split())
    | st.text("aBé5.,-'\"$%(): ", min_size=1, max_size=5),
    min_size=1,
    max_size=6,
).map("".join)


def check(text: str) -> bool:
    """Whether it was told without spaCy, and then alike."""
    plain = split_plain(text)
    if plain is not None:
        assert plain == split_with_spacy(text), text
    return plain is not None


def test_the_exceptions_are_spacys() -> None:
    assert list(exceptions()) == list(tokenizer.rules)
    assert all(exceptions()[text] == split_with_spacy(text) for text in EXCEPTIONS)


def test_what_is_said_is_told_as_spacy_tells_it() -> None:
    told = [check(piece) for piece in SAID]
    assert sum(told) > 0.98 * len(told)


def test_exceptions_between_marks_are_told_as_spacy_tells_them() -> None:
    for text, mark in product(EXCEPTIONS, MARKS):
        check(text + mark)
        check(mark + text)
        check(mark + text + mark)


def test_marks_beside_marks_are_told_as_spacy_tells_them() -> None:
    for parts in product(["", "so", "I", "20", "Bé"], MARKS, MARKS, ["", "so", "UK", "5", "km"]):
        check("".join(parts))


@given(PIECES)
def test_pieces_are_told_as_spacy_tells_them(text: str) -> None:
    check(text)


@given(st.lists(PIECES, max_size=4).map(" ".join))
def test_texts_are_told_as_spacy_tells_them(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "text", ["US$50", "(C$20)", "5A$", "E£", "x.co", "a@b", "http://a", "日本", "a b.", "naïve…\n"]
)
def test_what_is_not_sure_is_left_to_spacy(text: str) -> None:
    assert split_plain(text) is None
