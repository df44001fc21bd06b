"""A turn's words in one spelling, whatever wrote them down: clean text, chat or speech recognition.

spaCy's English tokenizer splits and normalises; the tables below add what it leaves, because
speech recognition writes "im", "ill" and "wanna" and people start their sentences twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import spacy
from spacy.tokens import Doc, Token

from transcript_audit.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spacy.language import Language

FILLERS = frozenset("uh uhh um umm er erm ah eh hm hmm uhm em".split())

SPELLINGS: dict[str, tuple[str, ...]] = {
    "'m": ("am",),
    "m": ("am",),
    "'ve": ("have",),
    "ve": ("have",),
    "'d": ("would",),
    "wanna": ("want", "to"),
    "lemme": ("let", "me"),
    "gimme": ("give", "me"),
    "lets": ("let", "us"),
    "weve": ("we", "have"),
    "youve": ("you", "have"),
    "theyve": ("they", "have"),
    "theyre": ("they", "are"),
    "youll": ("you", "will"),
    "theyll": ("they", "will"),
    "itll": ("it", "will"),
    "thatll": ("that", "will"),
    "itd": ("it", "would"),
    "youd": ("you", "would"),
    "theyd": ("they", "would"),
    "thats": ("that", "is"),
    "whats": ("what", "is"),
    "theres": ("there", "is"),
    "heres": ("here", "is"),
    "wheres": ("where", "is"),
    "hows": ("how", "is"),
    "whos": ("who", "is"),
    "names": ("name", "is"),
    "u": ("you",),
    "ur": ("your",),
    "r": ("are",),
    "pls": ("please",),
    "plz": ("please",),
    "thx": ("thanks",),
    "cos": ("because",),
    "cuz": ("because",),
    "coz": ("because",),
    "cause": ("because",),
    "dunno": ("do", "not", "know"),
    "cannot": ("can", "not"),
    "ok": ("okay",),
    "yall": ("you", "all"),
    "cancelation": ("cancellation",),
    "canceled": ("cancelled",),
    "canceling": ("cancelling",),
    "favour": ("favor",),
}

IS_AFTER = frozenset(
    "it that what there here he she who where how everything nothing something all this "
    "when why name one thing else everyone nobody somebody".split()
)
"""Words after which "'s" stands for "is" (elsewhere it marks an owner and is dropped)."""

VERBS_AFTER_CONTRACTION = frozenset(
    "be have do get go give take make put send see say tell ask let like love need want keep try "
    "call ring pay stop cancel close end find check look just not never also always still rather "
    "prefer appreciate say think hold move leave pop sort transfer pass start finish come wait read "
    "say speak mention suggest miss cover throw add set book arrange process only email text post".split()
)
"""What follows "ill", "id", "well" or "wed" when they stand for "I'll", "I'd", "we'll", "we'd"."""

UNWELL_AFTER = frozenset(
    "am is are was were been be being so very too really get got getting fell fall feel feeling "
    "seriously mentally terminally taken became become long critically quite".split()
)

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


@cache
def blank_english() -> Language:
    """The blank English pipeline; nothing is downloaded."""
    return spacy.blank("en")


def read_words(text: str) -> Words:
    """The normalised words of `text`; none for text without a word."""
    nlp = blank_english()
    words: list[str] = []
    spans: list[Span] = []
    starts: set[int] = {0}
    question = False
    tokens = [token for token in nlp.tokenizer(text.replace("’", "'").replace("‘", "'"))]
    for position, token in enumerate(tokens):
        if token.is_punct or token.is_space or not token.text.strip():
            question = question or "?" in token.text
            if ENDS_SENTENCE.intersection(token.text) or token.text == "…":
                starts.add(len(words))
            continue
        for word in _spell(token, tokens[position + 1] if position + 1 < len(tokens) else None):
            words.append(word)
            spans.append((token.idx, token.idx + len(token.text)))
    words, spans, starts = _drop_restarts(words, spans, starts)
    return Words(
        Doc(nlp.vocab, words=words), tuple(spans), frozenset(s for s in starts if s < len(words)), question
    )


def spell(text: str) -> tuple[str, ...]:
    """The normalised words of a piece of a pattern."""
    tokens = list(blank_english().tokenizer(text))
    return tuple(
        word
        for position, token in enumerate(tokens)
        if not token.is_punct and not token.is_space
        for word in _spell(token, tokens[position + 1] if position + 1 < len(tokens) else None)
    )


def _spell(token: Token, following: Token | None) -> tuple[str, ...]:
    """The normalised words of one token, none for a filler."""
    word = token.lower_ if token.norm_ == "do" and token.lower_ == "did" else token.norm_.lower()
    if word in FILLERS:
        return ()
    before = token.nbor(-1).lower_ if token.i else ""
    after = following.lower_ if following is not None else ""
    if word in {"'s", "s"}:
        return ("is",) if before in IS_AFTER else ()
    if word == "its" and after not in {"own"}:
        return ("it", "is")
    if word == "ill":
        return ("ill",) if before in UNWELL_AFTER or not after.isalpha() else ("i", "will")
    if after in VERBS_AFTER_CONTRACTION:
        if word == "id":
            return ("i", "would")
        if word == "wed":
            return ("we", "would")
        if word == "well" and before not in {"as", "very", "so", "it"}:
            return ("we", "will")
    if word == "were" and before in {"", "and", "so", "but", "because", "cause", "since", "that"}:
        return ("we", "are") if after.endswith("ing") or after in {"not", "gon"} else ("were",)
    return SPELLINGS.get(word, (word,))


def _drop_restarts(
    words: Sequence[str], spans: Sequence[Span], starts: Iterable[int]
) -> tuple[list[str], list[Span], set[int]]:
    """Words with immediate repeats of one to three words said once ("i am, i am" -> "i am")."""
    kept: list[int] = []
    for position in range(len(words)):
        kept.append(position)
        for size in (3, 2, 1):
            tail, head = kept[-size:], kept[-2 * size : -size]
            if len(head) == size and [words[i] for i in tail] == [words[i] for i in head]:
                del kept[-size:]
                break
    renumbered = {old: new for new, old in enumerate(kept)}
    moved = {renumbered[s] for s in starts if s in renumbered}
    return [words[i] for i in kept], [spans[i] for i in kept], moved | {0}
