"""Acts found by the rule book's patterns: precise, quotable, each with the pattern that matched."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spacy.matcher import Matcher

from transcript_audit.acts.context import ReadingFinder
from transcript_audit.acts.words import Words, blank_english, read_words, spell
from transcript_audit.model import Act, ActLabel, ActStatus, Role, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spacy.tokens import Span

    from transcript_audit.rulebook import PatternSet, RuleBook

GAPS = {"..": 3, "...": 6}
WHOLE_TURN = "turn:"

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


class PatternRecogniser:
    """Recognises acts by the patterns of a rule book.

    Args:
        rulebook: its patterns, word lists and readings.
    """

    calibration = None

    def __init__(self, rulebook: RuleBook) -> None:
        self._own = rulebook.own_patterns
        self._sets: dict[str, PatternSet] = {pattern.id: pattern for pattern in rulebook.patterns}
        self._finders = {Role.CUSTOMER: PhraseFinder(), Role.AGENT: PhraseFinder()}
        for pattern in rulebook.patterns:
            finder = self._finders[Role(pattern.speaker)]
            for phrase in pattern.phrases:
                finder.add(f"hit\t{pattern.id}", compile_phrase(phrase, rulebook.lists))
            for tokens in pattern.tokens:
                finder.add(f"hit\t{pattern.id}", Phrase(([dict(token) for token in tokens],)))
            for phrase in pattern.unless:
                kind = "never" if phrase.startswith(WHOLE_TURN) else "unless"
                compiled = compile_phrase(phrase.removeprefix(WHOLE_TURN).strip(), rulebook.lists)
                finder.add(f"{kind}\t{pattern.id}", compiled)
        cues = [
            (reading, [compile_phrase(cue, rulebook.lists) for cue in reading.cues])
            for reading in rulebook.readings
        ]
        self._readings = ReadingFinder(cues, PhraseFinder())

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """Acts of all turns, by turn and place; those with another status than asserted too."""
        return tuple(
            act for turn in turns for act in self.recognise_turn(turn, read_words(turn.text))
        )

    def is_own(self, act: Act) -> bool:
        """Whether an asserted act was found by a pattern of the user's own."""
        return act.source in self._own and act.status is ActStatus.ASSERTED

    def recognise_turn(self, turn: Turn, words: Words) -> tuple[Act, ...]:
        """Acts of one turn whose words are already read."""
        finder = self._finders.get(turn.role)
        if finder is None or turn.backchannel:
            return ()
        matches = finder.find(words)
        hits: list[tuple[str, int, int]] = []
        spoiled: list[tuple[str, int, int]] = []
        never: set[str] = set()
        for key, start, end in matches:
            kind, pattern_id = key.split("\t", 1)
            if kind == "hit":
                hits.append((pattern_id, start, end))
            elif kind == "never":
                never.add(pattern_id)
            else:
                spoiled.append((pattern_id, start, end))
        kept = [
            (pattern_id, start, end)
            for pattern_id, start, end in hits
            if pattern_id not in never
            and not any(p == pattern_id and s < end and start < e for p, s, e in spoiled)
        ]
        cues = self._readings.find(words) if kept else []
        acts = [self._act(turn, words, hit, cues) for hit in kept]
        return _keep_strongest(acts)

    def _act(
        self,
        turn: Turn,
        words: Words,
        hit: tuple[str, int, int],
        cues: Sequence[tuple[int, int, int]],
    ) -> Act:
        pattern_id, start, end = hit
        pattern = self._sets[pattern_id]
        status = self._readings.read(words, start, end, cues, pattern)
        return Act(
            label=ActLabel(pattern.act),
            turn=turn.index,
            span=words.characters(start, end),
            qualifier=pattern.qualifier or "",
            source=pattern.id,
            strength=pattern.strength,
            status=status,
        )


def _keep_strongest(acts: Sequence[Act]) -> tuple[Act, ...]:
    """One act a label, qualifier and status: the strongest, then the longest, then the first."""
    best: dict[tuple[str, ActStatus], Act] = {}
    for act in sorted(acts, key=lambda a: (-a.strength, a.span[0] - a.span[1], a.span)):
        best.setdefault((act.name, act.status), act)
    return tuple(sorted(best.values(), key=lambda a: (a.span, a.name)))
