"""A turn's words in one spelling, whatever wrote them down: clean text, chat or speech recognition.

spaCy's English tokenizer splits and normalises, `spelling.py` adds what it leaves; fillers are
dropped, "you know" that tells nothing too, and what people start twice is said once. Words come
back all the time, so what stands between two blanks is read once and kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import eq
from typing import TYPE_CHECKING, NamedTuple

from transcript_audit.acts.english import read_tokens
from transcript_audit.acts.spelling import (
    FILLERS,
    LOOKS_AHEAD,
    LOOKS_BACK,
    MEANT_AFTER,
    MEANT_BEFORE,
    spell_word,
)
from transcript_audit.model import Span
from transcript_audit.redaction_marks import find_marks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transcript_audit.acts.english import Word

QUOTES = str.maketrans("’‘", "''")
"""Curly quotes to straight ones, one character for one, so that offsets stay."""

_SIGN = re.compile(r"[^\w\s]")
_FLOOD = re.compile(r"[^\w\s]{9,}")
_ENDLESS = re.compile(r"\S{100,}")
"""Signs in a row, and text without a blank; spaCy takes time with the square of their length."""

REDACTED = "█"
"""The one word that every redaction mark is read as: no pattern names it."""

ENDS_SENTENCE = frozenset(".?!;\n")

PIECES_KEPT = 50_000
"""Pieces of text whose words are kept: what is said in however many calls, memory stays bounded."""

TEXTS_KEPT = 4_000
"""The same for whole texts: greetings and short answers come all day."""


@dataclass(frozen=True)
class Words:
    """The normalised words of a text, and where each stands in it.

    Attributes:
        texts: the words, in lower case.
        starts: indices of words that begin a sentence.
        question: whether the text holds a question mark.
    """

    texts: tuple[str, ...]
    starts: frozenset[int]
    question: bool
    _pieces: Sequence[_Piece]
    _kept: Sequence[int] | None

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Per word, half-open character offsets into the text; looked up for few turns only."""
        spans: list[Span] = []
        at = 0
        for piece in self._pieces:
            for start, end in piece.spans:
                spans.append((at + start, at + end))
            at += piece.size
        return tuple(spans if self._kept is None else [spans[place] for place in self._kept])

    def characters(self, start: int, end: int) -> Span:
        """The character offsets of words `start` (included) to `end` (excluded)."""
        return self.spans[start][0], self.spans[end - 1][1]

    def widen(self, start: int, end: int, longest: int, aside: int) -> tuple[int, int]:
        """The words `start` to `end` with their whole sentences, if these have at most `longest`
        words; else with up to `aside` words of them to either side."""
        first = max((stop for stop in self.starts if stop <= start), default=0)
        last = min((stop for stop in self.starts if stop >= end), default=len(self.texts))
        if last - first <= longest:
            return first, last
        return max(first, start - aside), min(last, end + aside)


class _Piece(NamedTuple):
    """Words of a piece of text with offsets into it, its first and last token, and whether they
    are read by the tokens before and after: `looks_ahead` is "t" where only a lone "t" matters.
    `size` is that of the text and the blank after it."""

    size: int
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    starts: tuple[int, ...]
    question: bool
    first: str
    last: str
    looks_back: bool
    looks_ahead: str


@lru_cache(maxsize=TEXTS_KEPT)
def read_words(text: str) -> Words:
    """The normalised words of `text`; none for text without a word.

    Every redaction mark is the word `REDACTED`.
    """
    marks = {mark.span[0]: mark.span[1] for mark in find_marks(text)}
    if marks:
        for start, end in marks.items():
            text = f"{text[:start]}{REDACTED.ljust(end - start)}{text[end:]}"
        return _put_together([_join(read_tokens(_straighten(text)), marks=marks)])
    chunks = _straighten(text).split(" ")
    pieces = [_read_piece(chunk) for chunk in chunks]
    for place, piece in enumerate(pieces):
        if piece.looks_back or piece.looks_ahead:
            pieces[place] = _read_beside(place, chunks, pieces)
    return _put_together(pieces)


@lru_cache(maxsize=PIECES_KEPT)
def spell(text: str) -> tuple[str, ...]:
    """The normalised words of a piece of a pattern."""
    return _join(read_tokens(text)).words


def _straighten(text: str) -> str:
    """The text with plain quotes, without hanging dashes and floods of signs, character for
    character: of signs in a row eight stay, and none in what has no blank for a hundred."""
    plain = (text if text.isascii() else text.translate(QUOTES)).replace("- ", ", ")
    plain = _FLOOD.sub(lambda flood: flood[0][:8].ljust(len(flood[0])), plain)
    return _ENDLESS.sub(lambda endless: _SIGN.sub(" ", endless[0]), plain)


@lru_cache(maxsize=PIECES_KEPT)
def _read_piece(chunk: str, before: str = "", after: str = "") -> _Piece:
    """The words of a chunk without blanks, between the tokens `before` and `after`."""
    return _join(_read_chunk(chunk), before, after)


@lru_cache(maxsize=PIECES_KEPT)
def _read_chunk(chunk: str) -> Sequence[Word]:
    return read_tokens(chunk)


def _join(
    tokens: Sequence[Word],
    before: str = "",
    after: str = "",
    marks: Mapping[int, int] | None = None,
) -> _Piece:
    """The words of tokens in their place; tokens at `marks`, start to end, are redacted."""
    words: list[str] = []
    spans: list[Span] = []
    starts: list[int] = []
    question = False
    spoken = [token for token in tokens if not token.space]
    lowers = [before, *(token.lower for token in spoken), after]
    place = 0
    for token in tokens:
        place += not token.space
        if marks and token.start in marks:
            words.append(REDACTED)
            spans.append((token.start, marks[token.start]))
        elif token.word:
            said = spell_word(token.norm, lowers[place - 1], lowers[place + 1])
            words += said
            spans += [(token.start, token.end)] * len(said)
        elif ENDS_SENTENCE.intersection(token.lower) or token.lower == "…":
            question = question or "?" in token.lower
            starts.append(len(words))
    return _Piece(
        tokens[-1].end + 1 if tokens else 1,
        tuple(words),
        tuple(spans),
        tuple(starts),
        question,
        lowers[1] if spoken else "",
        lowers[-2] if spoken else "",
        bool(spoken) and spoken[0].norm in LOOKS_BACK,
        LOOKS_AHEAD.get(spoken[-1].norm, "") if spoken else "",
    )


def _read_beside(place: int, chunks: Sequence[str], pieces: Sequence[_Piece]) -> _Piece:
    """The words of the chunk at `place` as the nearest tokens, past spaces, have them read."""
    piece, before, after = pieces[place], "", ""
    if piece.looks_back and place:
        before = next((each.last for each in pieces[place - 1 :: -1] if _says(each)), "")
    if piece.looks_ahead:
        after = next((each.first for each in pieces[place + 1 :] if _says(each)), "")
    if piece.looks_ahead == "t" != after:
        after = ""
    return _read_piece(chunks[place], before, after) if before or after else piece


def _says(piece: _Piece) -> bool:
    """Whether a piece holds a token that is no filler."""
    return bool(piece.first) and piece.first not in FILLERS


def _put_together(pieces: Sequence[_Piece]) -> Words:
    words: list[str] = []
    starts: list[int] = []
    question = False
    for piece in pieces:
        if piece.starts:
            starts += [len(words) + start for start in piece.starts]
            question = question or piece.question
        words += piece.words
    kept = None
    if "know" in words:
        kept = _drop_asides(words)
        words = [words[place] for place in kept]
        starts = [bisect_left(kept, start) for start in starts]
    if _has_restart(words):
        once = _drop_restarts(words)
        words = [words[place] for place in once]
        renumbered = {old: new for new, old in enumerate(once)}
        starts = [renumbered[start] for start in starts if start in renumbered]
        kept = once if kept is None else [kept[place] for place in once]
    begins = frozenset([0, *starts]) if words else frozenset()
    return Words(tuple(words), begins - {len(words)}, question, pieces, kept)


def _drop_asides(words: Sequence[str]) -> list[int]:
    """The places of words without each "you know" that is only a pause: whatever stands before
    and after it goes with it nowhere ("do you know", "you know what")."""
    marked = ["", *words, ""]
    aside = {
        place
        for place in range(len(words) - 1)
        if words[place] == "you"
        and words[place + 1] == "know"
        and marked[place] not in MEANT_AFTER
        and marked[place + 3] not in MEANT_BEFORE
    }
    return [place for place in range(len(words)) if place not in aside and place - 1 not in aside]


def _has_restart(words: Sequence[str]) -> bool:
    """Whether one to four words come twice in a row."""
    return len(set(words)) < len(words) and any(
        bytes([1] * size) in bytes(map(eq, words, words[size:])) for size in (1, 2, 3, 4)
    )


def _drop_restarts(words: Sequence[str]) -> list[int]:
    """The places of words with immediate repeats of one to four words said once.

    So "i am, i am" comes to "i am".
    """
    kept: list[int] = []
    said: list[str] = []
    for place, word in enumerate(words):
        kept.append(place)
        said.append(word)
        for size in (4, 3, 2, 1):
            if said[-size:] == said[-2 * size : -size]:
                del kept[-size:], said[-size:]
                break
    return kept
