"""The words are there but the meaning is not: negated, hypothetical, reported or past readings.

The one place for it. Cues are data (`rules/readings.yaml`), in the way of the ConText algorithm
(Harkema et al. 2009, doi:10.1016/j.jbi.2009.05.002): a cue reaches some words far within its
sentence, and certain words stop it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from transcript_audit.acts.phrases import PhraseFinder, compile_phrase
from transcript_audit.model import ActStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transcript_audit.acts.words import Words
    from transcript_audit.rulebook import PatternSet, Reading


class ReadingFinder:
    """Finds the cues of readings, and the reading of a match among them."""

    def __init__(self, readings: Sequence[Reading], lists: Mapping[str, Sequence[str]]) -> None:
        self._readings = readings
        self._finder = PhraseFinder()
        for index, reading in enumerate(readings):
            for cue in reading.cues:
                self._finder.add(str(index), compile_phrase(cue, lists))

    def find(self, words: Words) -> list[tuple[int, int, int]]:
        """Every cue: index of its reading, first word, word after the last."""
        return [(int(key), start, end) for key, start, end in self._finder.find(words)]

    def read(
        self,
        words: Words,
        start: int,
        end: int,
        cues: Sequence[tuple[int, int, int]],
        pattern: PatternSet,
    ) -> ActStatus:
        """How the words `start` to `end`, matched by `pattern`, are meant."""
        for index, cue_start, cue_end in cues:
            reading = self._readings[index]
            if reading.status not in pattern.readings:
                continue
            if reading.labels and pattern.act not in reading.labels:
                continue
            if cue_end <= start:
                between, reach = range(cue_end, start), reading.before
            elif cue_start >= end and reading.after:
                between, reach = range(end, cue_start), reading.after
            else:
                continue
            if len(between) <= reach and not self._stopped(
                words, between, max(cue_start, start), reading
            ):
                return ActStatus(reading.status)
        return ActStatus.ASSERTED

    @staticmethod
    def _stopped(words: Words, between: range, later: int, reading: Reading) -> bool:
        """Whether a stop word or the end of the sentence cuts the cue off."""
        if any(words.texts[i] in reading.stops for i in between):
            return True
        return any(i in words.starts for i in (*between, later))
