"""A turn's words in one spelling, whatever wrote them down: clean text, chat or speech recognition.

spaCy's English tokenizer splits and normalises, `spelling.py` adds what it leaves; fillers are
dropped, and what people start twice is said once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import spacy
from spacy.tokens import Doc

from transcript_audit.acts.spelling import spell_token
from transcript_audit.model import Span
from transcript_audit.redaction_marks import find_marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.language import Language

QUOTES = str.maketrans("’‘", "''")
"""Curly quotes to straight ones, one character for one, so that offsets stay."""

REDACTED = "█"
"""The one word that every redaction mark is read as: no pattern names it."""

ENDS_SENTENCE = frozenset(".?!;\n")


@dataclass(frozen=True, slots=True)
class Words:
    """The normalised words of a text, and where each stands in it.

    Attributes:
        doc: a spaCy Doc, one token a normalised word.
        spans: per word, half-open character offsets into the text.
        starts: indices of words that begin a sentence.
        question: whether the text holds a question mark.
    """

    doc: Doc
    spans: tuple[Span, ...]
    starts: frozenset[int]
    question: bool

    def characters(self, start: int, end: int) -> Span:
        """The character offsets of words `start` (included) to `end` (excluded)."""
        return self.spans[start][0], self.spans[end - 1][1]

    def widen(self, start: int, end: int, longest: int, aside: int) -> tuple[int, int]:
        """The words `start` to `end` with their whole sentences, if these have at most `longest`
        words; else with up to `aside` words of them to either side."""
        stops = sorted(self.starts | {len(self.spans)})
        first = max(stop for stop in stops if stop <= start)
        last = min(stop for stop in stops if stop >= end)
        if last - first <= longest:
            return first, last
        return max(first, start - aside), min(last, end + aside)


@cache
def blank_english() -> Language:
    """The blank English pipeline; nothing is downloaded."""
    nlp = spacy.blank("en")
    for word in ("id", "Id", "ID"):  # spaCy takes every "id" for "I'd"
        cast("Any", nlp.tokenizer).add_special_case(word, [{"ORTH": word}])
    return nlp


def read_words(text: str) -> Words:
    """The normalised words of `text`; none for text without a word.

    Every redaction mark is the word `REDACTED`.
    """
    nlp = blank_english()
    marks = {mark.span[0]: mark.span for mark in find_marks(text)}
    for start, end in marks.values():
        text = f"{text[:start]}{REDACTED.ljust(end - start)}{text[end:]}"
    words: list[str] = []
    spans: list[Span] = []
    starts: set[int] = {0}
    question = False
    tokens = list(nlp.tokenizer(text.translate(QUOTES).replace("- ", ", ")))
    for position, token in enumerate(tokens):
        if token.idx in marks:
            words.append(REDACTED)
            spans.append(marks[token.idx])
            continue
        if token.is_punct or token.is_space or not token.text.strip():
            question = question or "?" in token.text
            if ENDS_SENTENCE.intersection(token.text) or token.text == "…":
                starts.add(len(words))
            continue
        for word in spell_token(tokens, position):
            words.append(word)
            spans.append((token.idx, token.idx + len(token.text)))
    words, spans, starts = _drop_restarts(words, spans, starts)
    return Words(
        Doc(nlp.vocab, words=words),
        tuple(spans),
        frozenset(s for s in starts if s < len(words)),
        question,
    )


def spell(text: str) -> tuple[str, ...]:
    """The normalised words of a piece of a pattern."""
    tokens = list(blank_english().tokenizer(text))
    return tuple(
        word
        for position, token in enumerate(tokens)
        if not token.is_punct and not token.is_space
        for word in spell_token(tokens, position)
    )


def _drop_restarts(
    words: Sequence[str], spans: Sequence[Span], starts: Iterable[int]
) -> tuple[list[str], list[Span], set[int]]:
    """Words with immediate repeats of one to four words said once ("i am, i am" -> "i am")."""
    kept: list[int] = []
    for position in range(len(words)):
        kept.append(position)
        for size in (4, 3, 2, 1):
            tail, head = kept[-size:], kept[-2 * size : -size]
            if len(head) == size and [words[i] for i in tail] == [words[i] for i in head]:
                del kept[-size:]
                break
    renumbered = {old: new for new, old in enumerate(kept)}
    moved = {renumbered[s] for s in starts if s in renumbered}
    return [words[i] for i in kept], [spans[i] for i in kept], moved | {0}
