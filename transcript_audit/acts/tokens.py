"""spaCy token patterns of the rule files, for what phrases cannot say; few, and seldom tried."""

# ruff: noqa: PLC0415 - most rule books never get as far as spaCy's Matcher

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from transcript_audit.acts.gate import Gate
from transcript_audit.acts.words import MOST_LEXEMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spacy.matcher import Matcher

    from transcript_audit.acts.words import Words

TokenPattern = list[dict[str, Any]]


class TokenFinder:
    """Finds token patterns in normalised words, trying those that the gate lets through."""

    def __init__(self) -> None:
        self._gate: Gate[int] = Gate()
        self._patterns: list[tuple[str, TokenPattern]] = []
        self._matchers: dict[int, Matcher] = {}

    def add(self, key: str, tokens: Sequence[Mapping[str, Any]]) -> None:
        """Register a token pattern under `key`."""
        pattern = [dict(token) for token in tokens]
        self._gate.add(len(self._patterns), needed_words(pattern))
        self._patterns.append((key, pattern))

    def find(self, words: Words) -> list[tuple[str, int, int]]:
        """Keys with the word range of each match, none across the end of a sentence."""
        bounds = sorted(words.starts | {len(words.texts)}) if self._patterns else []
        return [
            (self._patterns[number][0], begin + start, begin + end)
            for begin, stop in itertools.pairwise(bounds)
            for _, through in self._gate.let_through(words.texts[begin:stop])
            for number in through
            for start, end in self._match(number, words.texts[begin:stop])
        ]

    def _match(self, number: int, sentence: Sequence[str]) -> list[tuple[int, int]]:
        from spacy.tokens import Doc

        matcher = self._matchers.get(number)
        if matcher is None or len(matcher.vocab) > MOST_LEXEMES:
            matcher = self._matchers[number] = _make_matcher(self._patterns[number][1])
        return [(start, end) for _, start, end in matcher(Doc(matcher.vocab, words=sentence))]


def _make_matcher(pattern: TokenPattern) -> Matcher:
    import spacy
    from spacy.matcher import Matcher

    matcher = Matcher(spacy.blank("en").vocab)
    matcher.add("pattern", [pattern], greedy="LONGEST")
    return matcher


def needed_words(pattern: TokenPattern) -> list[frozenset[str]]:
    """Per token that `pattern` cannot do without, the words of which a match must hold one."""
    listed = (_listed_words(token.get("LOWER")) for token in pattern if "OP" not in token)
    return [words for words in listed if words]


def _listed_words(lower: Any) -> frozenset[str]:
    """The words that a token's LOWER allows; none where it allows more than a list."""
    if isinstance(lower, dict):
        return frozenset(lower.get("IN", ())) if set(lower) == {"IN"} else frozenset()
    return frozenset([lower]) if lower else frozenset()
