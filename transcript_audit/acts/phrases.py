"""Phrases of the rule files: compiled, and found many at once in normalised words."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from transcript_audit.acts.gate import Gate
from transcript_audit.acts.words import spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from transcript_audit.acts.words import Words

GAPS = {"..": 3, "...": 6}


class Place(NamedTuple):
    """One place of a pattern: one of `words`, or, for a gap, up to `gap` words of any kind."""

    words: frozenset[str]
    optional: bool = False
    gap: int = 0


Pattern = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase, and whether it must begin or end a sentence.

    Attributes:
        patterns: one for each way to put its alternatives of several words together.
    """

    patterns: tuple[Pattern, ...]
    at_start: bool = False
    at_end: bool = False


def compile_phrase(phrase: str, lists: Mapping[str, Sequence[str]]) -> Phrase:
    """The compiled form of a phrase in the rule files' syntax (`docs/rules.md`)."""
    pieces = phrase.split()
    at_start, at_end = pieces[0] == "^", pieces[-1] == "$"
    pieces = pieces[at_start : len(pieces) - at_end]
    choices = [_compile_piece(piece, lists) for piece in pieces]
    patterns = tuple(
        tuple(place for part in parts for place in part) for parts in itertools.product(*choices)
    )
    return Phrase(patterns, at_start, at_end)


def _compile_piece(piece: str, lists: Mapping[str, Sequence[str]]) -> list[Pattern]:
    """What a piece may stand for; single words share one pattern."""
    if piece in GAPS:
        return [(Place(frozenset(), optional=True, gap=GAPS[piece]),)]
    optional = piece.endswith("?")
    alternatives = [
        spell(entry)
        for word in piece.removesuffix("?").split("/")
        for entry in (lists[word[1:]] if word.startswith("@") else (word,))
    ]
    single = frozenset(words[0] for words in alternatives if len(words) == 1)
    choices: list[Pattern] = [(Place(single, optional),)] if single else []
    choices += [
        tuple(Place(frozenset({word})) for word in words)
        for words in alternatives
        if len(words) > 1
    ]
    if optional and not single:
        choices.append(())
    return choices


def needed_words(pattern: Pattern) -> list[frozenset[str]]:
    """Per place that `pattern` cannot do without, the words of which a match must hold one."""
    return [place.words for place in pattern if not place.optional]


def match_pattern(pattern: Pattern, sentence: Sequence[str]) -> set[tuple[int, int]]:
    """Every range of words that `pattern` matches, half-open and never empty."""
    first = pattern[0]
    matches = set()
    for start, word in enumerate(sentence):
        if first.optional or word in first.words:
            matches |= {(start, end) for end in _ends(pattern, sentence, start) if end > start}
    return matches


def _ends(pattern: Pattern, sentence: Sequence[str], start: int) -> set[int]:
    """Where matches that begin at `start` end."""
    ends, last = {start}, len(sentence)
    for words, optional, gap in pattern:
        if gap:
            ends = {each for end in ends for each in range(end, min(end + gap, last) + 1)}
        else:
            ahead = {end + 1 for end in ends if end < last and sentence[end] in words}
            ends = ends | ahead if optional else ahead
        if not ends:
            break
    return ends


class PhraseFinder:
    """Finds many phrases at once in normalised words, trying those that the gate lets through."""

    def __init__(self) -> None:
        self._gate: Gate[tuple[int, Pattern]] = Gate()
        self._phrases: list[tuple[str, Phrase]] = []

    def add(self, key: str, phrase: Phrase) -> None:
        """Register a phrase under `key`."""
        for pattern in phrase.patterns:
            self._gate.add((len(self._phrases), pattern), needed_words(pattern))
        self._phrases.append((key, phrase))

    def find(self, words: Words) -> list[tuple[str, int, int]]:
        """Keys with the word range of each match, none across the end of a sentence."""
        bounds = sorted(words.starts | {len(words.texts)})
        return [
            (key, begin + start, begin + end)
            for begin, stop in itertools.pairwise(bounds)
            for key, start, end in self._find_in(words.texts[begin:stop])
        ]

    def _find_in(self, sentence: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """The matches in one sentence."""
        for _, through in self._gate.let_through(sentence):
            found: dict[int, set[tuple[int, int]]] = {}
            for number, pattern in through:
                if matches := match_pattern(pattern, sentence):
                    found.setdefault(number, set()).update(matches)
            for number in sorted(found, key=lambda each: _first_to_end(found[each])):
                key, phrase = self._phrases[number]
                for start, end in keep_longest(found[number]):
                    if phrase.at_start and start > 0:
                        continue
                    if phrase.at_end and end < len(sentence):
                        continue
                    yield key, start, end


def _first_to_end(matches: Iterable[tuple[int, int]]) -> tuple[int, int]:
    return min((end, start) for start, end in matches)


def keep_longest(matches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The matches without those that overlap a longer one, or an earlier one as long."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(matches, key=lambda match: (match[0] - match[1], match[0])):
        if not any(start < stop and begin < end for begin, stop in kept):
            kept.append((start, end))
    return kept
