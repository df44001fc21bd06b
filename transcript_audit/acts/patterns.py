"""Acts found by the rule book's patterns: precise, quotable, each with the pattern that matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transcript_audit.acts.context import ReadingFinder
from transcript_audit.acts.phrases import Phrase, PhraseFinder, compile_phrase
from transcript_audit.acts.words import Words, read_words
from transcript_audit.model import Act, ActLabel, ActStatus, Role, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transcript_audit.rulebook import PatternSet, RuleBook

WHOLE_TURN = "turn:"


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
