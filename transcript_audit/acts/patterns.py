"""Acts found by the rule book's patterns: precise, quotable, each with the pattern that matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transcript_audit.acts.context import ReadingFinder
from transcript_audit.acts.features import SPEAKERS
from transcript_audit.acts.phrases import PhraseFinder, compile_phrase
from transcript_audit.acts.tokens import TokenPattern
from transcript_audit.acts.words import Words, read_words
from transcript_audit.model import Act, ActLabel, ActStatus, Role, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transcript_audit.rulebook import PatternSet, RuleBook

WHOLE_TURN = "turn:"
SENTENCES_KEPT = 4_000
"""Sentences of which it is kept what was found in them; bounds the memory."""

Hit = tuple[str, int, int]
"""Id of a pattern, first word, word after the last."""


class PatternRecogniser:
    """Recognises acts by the patterns of a rule book.

    Args:
        rulebook: its patterns, word lists and readings.
    """

    calibration = None

    def __init__(self, rulebook: RuleBook) -> None:
        self._own = rulebook.own_patterns
        self._sets: dict[str, PatternSet] = {pattern.id: pattern for pattern in rulebook.patterns}
        self._lists = rulebook.lists
        self._finders = {role: PhraseFinder(SENTENCES_KEPT) for role in SPEAKERS}
        for pattern in rulebook.patterns:
            finder = self._finders[Role(pattern.speaker)]
            for phrase in pattern.phrases:
                finder.add(pattern.id, compile_phrase(phrase, rulebook.lists))
            for tokens in pattern.tokens:
                finder.add_tokens(pattern.id, TokenPattern(tokens))
        self._exceptions: dict[str, tuple[PhraseFinder, PhraseFinder]] = {}
        self._readings = ReadingFinder(rulebook.readings, rulebook.lists)

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
        if turn.role not in self._finders or turn.backchannel:
            return ()
        hits = list(dict.fromkeys(self._finders[turn.role].find(words)))
        kept = self._leave_out_exceptions(hits, words) if hits else []
        cues = self._find_cues(kept, words)
        return _keep_strongest([self._act(turn, words, hit, cues) for hit in kept])

    def _leave_out_exceptions(self, hits: Sequence[Hit], words: Words) -> list[Hit]:
        """The hits without those of patterns that an `unless` rules out, here or in the turn."""
        spoiled: dict[str, list[Hit]] = {}
        for pattern_id in dict.fromkeys(hit[0] for hit in hits):
            nearby, anywhere = self._exceptions_of(pattern_id)
            if not anywhere.find(words):
                spoiled[pattern_id] = nearby.find(words)
        return [
            (pattern_id, start, end)
            for pattern_id, start, end in hits
            if pattern_id in spoiled
            and not any(s < end and start < e for _, s, e in spoiled[pattern_id])
        ]

    def _exceptions_of(self, pattern_id: str) -> tuple[PhraseFinder, PhraseFinder]:
        """Finders of a pattern's `unless`, near a hit and anywhere; compiled at its first hit."""
        if pattern_id not in self._exceptions:
            finders = nearby, anywhere = PhraseFinder(), PhraseFinder()
            for phrase in self._sets[pattern_id].unless:
                whole = phrase.startswith(WHOLE_TURN)
                text = phrase.removeprefix(WHOLE_TURN).strip()
                (anywhere if whole else nearby).add(phrase, compile_phrase(text, self._lists))
            self._exceptions[pattern_id] = finders
        return self._exceptions[pattern_id]

    def _find_cues(self, hits: Sequence[Hit], words: Words) -> list[tuple[int, int, int]]:
        """The cues of readings, if any of the hits can be read otherwise."""
        if any(self._sets[pattern_id].readings for pattern_id, _, _ in hits):
            return self._readings.find(words)
        return []

    def _act(
        self,
        turn: Turn,
        words: Words,
        hit: Hit,
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
