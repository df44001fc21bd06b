"""Phrases of the rule files: compiled to spaCy token patterns, and found many at once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spacy.matcher import Matcher

from transcript_audit.acts.words import Words, blank_english, spell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spacy.tokens import Span

GAPS = {"..": 3, "...": 6}

ANY_WORD = ""
"""Stands for phrases that no single word gives away."""

COMMON_WORDS = frozenset(
    "i you we they he she it the a an to of in on for with at and but so or if not no is am are "
    "was were be been have has had do does did will would can could that this there what when "
    "how why my your our me us them her him his just about from out up off any some all one get "
    "got go going know like want need okay yes right well then now here more please".split()
)

TokenPattern = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase: spaCy token patterns, and whether it must begin or end a sentence."""

    patterns: tuple[TokenPattern, ...]
    at_start: bool = False
    at_end: bool = False


def compile_phrase(phrase: str, lists: Mapping[str, Sequence[str]]) -> Phrase:
    """The compiled form of a phrase in the rule files' syntax (`docs/rules.md`)."""
    pieces = phrase.split()
    at_start, at_end = pieces[0] == "^", pieces[-1] == "$"
    pieces = pieces[at_start : len(pieces) - at_end]
    choices = [_compile_piece(piece, lists) for piece in pieces]
    patterns = tuple(
        [token for part in parts for token in part] for parts in itertools.product(*choices)
    )
    return Phrase(patterns, at_start, at_end)


def _compile_piece(piece: str, lists: Mapping[str, Sequence[str]]) -> list[TokenPattern]:
    """The token patterns that a piece may stand for; single words share one."""
    if piece in GAPS:
        return [[{"OP": f"{{0,{GAPS[piece]}}}"}]]
    optional = piece.endswith("?")
    alternatives = [
        spell(entry)
        for word in piece.removesuffix("?").split("/")
        for entry in (lists[word[1:]] if word.startswith("@") else (word,))
    ]
    single = sorted({words[0] for words in alternatives if len(words) == 1})
    choices: list[TokenPattern] = []
    if single:
        token: dict[str, Any] = {"LOWER": single[0] if len(single) == 1 else {"IN": single}}
        choices.append([token | {"OP": "?"} if optional else token])
    choices += [[{"LOWER": word} for word in words] for words in alternatives if len(words) > 1]
    if optional and not single:
        choices.append([])
    return choices


class PhraseFinder:
    """Finds many phrases at once in normalised words.

    Phrases are kept by a word that they cannot do without, and only those whose word occurs are
    tried; so thousands of phrases cost little where they don't apply, and nothing at loading.
    """

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[str, TokenPattern]]] = {}
        self._matchers: dict[str, Matcher] = {}
        self._ends: dict[str, tuple[bool, bool]] = {}

    def add(self, key: str, phrase: Phrase) -> None:
        """Register a phrase under `key`."""
        full = f"{key}\t{len(self._ends)}"
        self._ends[full] = (phrase.at_start, phrase.at_end)
        for pattern in phrase.patterns:
            for word in _needed_words(pattern):
                self._by_word.setdefault(word, []).append((full, pattern))

    def find(self, words: Words) -> list[tuple[str, int, int]]:
        """Keys with the word range of each match, none across the end of a sentence."""
        bounds = sorted(words.starts | {len(words.doc)})
        return [
            match
            for begin, end in itertools.pairwise(bounds)
            for match in self._find_in(words.doc[begin:end])
        ]

    def _find_in(self, sentence: Span) -> Iterator[tuple[str, int, int]]:
        """The matches in one sentence."""
        for word in dict.fromkeys([ANY_WORD, *(token.lower_ for token in sentence)]):
            matcher = self._matcher(word)
            for match, start, end in matcher(sentence) if matcher else ():
                full = sentence.doc.vocab.strings[match]
                at_start, at_end = self._ends[full]
                if (at_start and start > 0) or (at_end and end < len(sentence)):
                    continue
                yield full.rsplit("\t", 1)[0], sentence.start + start, sentence.start + end

    def _matcher(self, word: str) -> Matcher | None:
        """The matcher of the phrases that need `word`, built when it first occurs."""
        if word in self._by_word and word not in self._matchers:
            self._matchers[word] = Matcher(blank_english().vocab)
            by_key: dict[str, list[TokenPattern]] = {}
            for key, pattern in self._by_word[word]:
                by_key.setdefault(key, []).append(pattern)
            for key, patterns in by_key.items():
                self._matchers[word].add(key, patterns, greedy="LONGEST")
        return self._matchers.get(word)


def _needed_words(pattern: TokenPattern) -> Sequence[str]:
    """Words of which a match must hold one: those of the pattern's most telling place."""
    places = [
        words
        for token in pattern
        if "OP" not in token and (words := _listed_words(token.get("LOWER")))
    ]
    return min(places, key=_commonness, default=[ANY_WORD])


def _listed_words(lower: Any) -> Sequence[str]:
    """The words that a token's LOWER allows; none where it allows more than a list."""
    if isinstance(lower, dict):
        return lower.get("IN", ()) if set(lower) == {"IN"} else ()
    return [lower] if lower else ()


def _commonness(words: Sequence[str]) -> tuple[int, int]:
    """How often one of these words is likely to occur: common ones count, then all."""
    return sum(word in COMMON_WORDS for word in words), len(words)
