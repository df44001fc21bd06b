"""Phrases of the rule files: compiled, and found many at once in normalised words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from transcript_audit.acts.words import spell
from transcript_audit.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from transcript_audit.acts.tokens import TokenPattern
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
        tuple(place for part in parts for place in part) for parts in product(*choices)
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


class Sentence:
    """The words of a sentence, and at which places each stands: bit i for word i."""

    __slots__ = ("_places", "_where", "words")

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._where: dict[str, int] = {}
        for place, word in enumerate(words):
            self._where[word] = self._where.get(word, 0) | 1 << place
        self._places: dict[frozenset[str], int] = {}

    def places_of(self, words: frozenset[str]) -> int:
        """The places at which one of `words` stands, a bit each."""
        places = self._places.get(words)
        if places is None:
            places = 0
            for word in words & self._where.keys():
                places |= self._where[word]
            self._places[words] = places
        return places


def match_pattern(pattern: Pattern, sentence: Sentence) -> set[tuple[int, int]]:
    """Every range of words that `pattern` matches, half-open and never empty."""
    starts = everywhere = (2 << len(sentence.words)) - 1
    for place in reversed(pattern):
        starts = _step_back(place, sentence, starts)
        if not starts:
            return set()
    return {
        (start, end)
        for start in _bits(starts)
        for end in _bits(_ends(pattern, sentence, start) & everywhere)
        if end > start
    }


def _step_back(place: Place, sentence: Sentence, ends: int) -> int:
    """Where `place` can begin, if it must end at one of `ends`; a bit each."""
    if place.gap:
        starts = ends
        for _ in range(place.gap):
            starts |= starts >> 1
        return starts
    starts = sentence.places_of(place.words) & (ends >> 1)
    return ends | starts if place.optional else starts


def _ends(pattern: Pattern, sentence: Sentence, start: int) -> int:
    """Where matches that begin at `start` end, a bit each; beyond the sentence too for gaps."""
    ends = 1 << start
    for words, optional, gap in pattern:
        if gap:
            for _ in range(gap):
                ends |= ends << 1
        else:
            ahead = (ends & sentence.places_of(words)) << 1
            ends = ends | ahead if optional else ahead
    return ends


def _bits(mask: int) -> Iterator[int]:
    """The places of the bits set in `mask`, ascending."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


Match = Callable[[Sentence], set[tuple[int, int]]]
"""Gives the ranges of words in a sentence that a pattern matches."""


class PhraseFinder:
    """Finds many phrases at once in normalised words, trying those that the gate lets through.

    Args:
        sentences_kept: of how many sentences it is kept what was found in them: greetings and
            short answers come all day.
    """

    def __init__(self, sentences_kept: int = 0) -> None:
        self._gate: Gate[tuple[int, Match]] = Gate()
        self._ends: list[tuple[str, bool, bool]] = []
        self._find_once = lru_cache(maxsize=sentences_kept)(self._find_in)

    def add(self, key: str, phrase: Phrase) -> None:
        """Register a phrase under `key`."""
        for pattern in phrase.patterns:
            match = partial(match_pattern, pattern)
            self._gate.add((len(self._ends), match), needed_words(pattern))
        self._ends.append((key, phrase.at_start, phrase.at_end))

    def add_tokens(self, key: str, tokens: TokenPattern) -> None:
        """Register a spaCy token pattern under `key`."""
        self._gate.add((len(self._ends), tokens.match), tokens.needed_words())
        self._ends.append((key, False, False))

    def find(self, words: Words) -> list[tuple[str, int, int]]:
        """Keys with the word range of each match, none across the end of a sentence."""
        found = []
        for begin, stop in pairwise((*sorted(words.starts), len(words.texts))):
            for key, start, end in self._find_once(words.texts[begin:stop]):
                found.append((key, begin + start, begin + end))
        return found

    def _find_in(self, words: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
        """Keys with the range of each match in one sentence."""
        through = self._gate.let_through(words)
        if not through:
            return ()
        sentence = Sentence(words)
        return tuple(match for each in through for match in self._try(each, sentence))

    def _try(
        self, through: Iterable[tuple[int, Match]], sentence: Sentence
    ) -> Iterator[tuple[str, int, int]]:
        """The matches of patterns in one sentence; of each phrase those that don't overlap."""
        found: dict[int, set[tuple[int, int]]] = {}
        for number, match in through:
            if matches := match(sentence):
                found.setdefault(number, set()).update(matches)
        for number in sorted(found, key=lambda each: _first_to_end(found[each])):
            key, at_start, at_end = self._ends[number]
            for start, end in keep_longest(found[number]):
                if not (at_start and start) and not (at_end and end < len(sentence.words)):
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
