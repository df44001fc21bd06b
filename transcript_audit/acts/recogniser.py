"""Two voices, one judgement: patterns and model put together to acts."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from transcript_audit.acts.features import SpokenTurn, collect_spoken
from transcript_audit.acts.hashing import hash_call
from transcript_audit.acts.words import read_words
from transcript_audit.model import QUALIFIERS, Act, ActLabel, ActStatus, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.learned import LearnedModel
    from transcript_audit.acts.patterns import PatternRecogniser
    from transcript_audit.calibration import Calibration
    from transcript_audit.model import Span, Turn

LONGEST_SENTENCE, ASIDE = 20, 5
"""Words of a sentence that is still quoted whole; else this many to either side of the words that
tell."""

HANG_UP = str(ActLabel.HANG_UP)
"""Hanging up is the agent's last word, so no earlier turn can do it."""

OPEN_QUALIFIER = "other"
"""Where a pattern can't tell the topic or kind, the model says which is likeliest."""

DOES = 0.5
"""Chance of its likeliest act from which a turn evidently does something."""

WEAKEST = 0.05
"""Acts less likely than this are not worth carrying along."""


def pattern_hits(
    spoken: Sequence[SpokenTurn], patterns: PatternRecogniser, labels: Sequence[str]
) -> tuple[NDArray[np.float64], list[tuple[Act, ...]]]:
    """Strength of the strongest asserted pattern, shape (turns, labels), and all pattern acts."""
    hits = np.zeros((len(spoken), len(labels)))
    acts = [patterns.recognise_turn(turn.turn, turn.words) for turn in spoken]
    columns = {label: place for place, label in enumerate(labels)}
    for row, found in enumerate(acts):
        for act in found:
            if act.status is ActStatus.ASSERTED and act.label in columns:
                column = columns[act.label]
                hits[row, column] = max(hits[row, column], act.strength)
    return hits, acts


def quote_span(spoken: SpokenTurn, span: Span) -> Span:
    """The characters to quote for the words in `span`: their sentence, or words around them.

    They stay in the utterance in which the words begin, so that evidence cites the right one.
    """
    spans = spoken.words.spans
    first, last = bisect_left(spans, (span[0],)), bisect_left(spans, (span[1],))
    while first and spans[first - 1][1] > span[0]:
        first -= 1
    start, end = spoken.words.characters(*spoken.words.widen(first, last, LONGEST_SENTENCE, ASIDE))
    if len(spoken.turn.parts) == 1:
        return start, max(span[1], end)
    begin = spoken.turn.part_at(span[0]).offset
    later = [part.offset for part in spoken.turn.parts if part.offset > span[0]]
    return max(start, begin), max(span[1], min([end, *(offset - 1 for offset in later)]))


def best_pattern(found: Sequence[Act], label: ActLabel) -> Act | None:
    """The strongest asserted act of `label` that a pattern found, the first of several."""
    same = [act for act in found if act.label is label and act.status is ActStatus.ASSERTED]
    return max(same, key=lambda act: act.strength, default=None)


class TwoVoices:
    """Recognises acts with patterns and model.

    The model gives the strength; where a pattern found the act too, its words and its id show it.
    Patterns from the user's own files count at least as much as they say: the model has not
    learnt what they are worth.
    """

    def __init__(
        self,
        patterns: PatternRecogniser,
        model: LearnedModel,
        calibration: Calibration | None = None,
    ) -> None:
        self.calibration = calibration
        self._patterns = patterns
        self._model = model

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """The acts of a call, by turn and place; weak ones too, for the profile to decide."""
        spoken = collect_spoken(turns, [read_words(turn.text) for turn in turns])
        hits, found = pattern_hits(spoken, self._patterns, self._model.labels)
        call = hash_call(spoken)
        chances = self._floor_own(self._model.judge_call(call, hits), found)
        likely = self._likely_acts(spoken, chances)
        quoted = [best_pattern(found[row], label) for row, label, _ in likely]
        unquoted = [each[:2] for each, act in zip(likely, quoted, strict=True) if act is None]
        heaviest = iter(self._model.find_words(call, unquoted))
        acts: list[list[Act]] = [[] for _ in spoken]
        for (row, label, chance), act in zip(likely, quoted, strict=True):
            turn = spoken[row]
            known = act.qualifier if act and act.qualifier != OPEN_QUALIFIER else ""
            qualifier = known
            if label in QUALIFIERS and not known:
                qualifier = self._model.qualify(call, row, label)
            span = act.span if act else turn.words.characters(*next(heaviest))
            source = act.source if act else "model"
            acts[row].append(
                Act(label, turn.turn.index, quote_span(turn, span), qualifier, source, chance)
            )
        for here, others in zip(acts, found, strict=True):
            here.extend(filter(self._is_only_ours, others))
            here.sort(key=lambda act: (act.span, act.label))
        return tuple(act for here in acts for act in here)

    def _likely_acts(
        self, spoken: Sequence[SpokenTurn], chances: NDArray[np.float64]
    ) -> list[tuple[int, ActLabel, float]]:
        """Turn, label and strength of every act that is worth carrying along.

        The agent hangs up in their last turn, or in one after which nobody does anything more:
        small talk does not undo it.
        """
        agents = [row for row, turn in enumerate(spoken) if turn.turn.role is Role.AGENT]
        ends = {agents[-1]} if agents else set()
        doing = np.flatnonzero((chances >= DOES).any(axis=1)) if agents else []
        ends.update(row for row in agents if len(doing) and row >= doing[-1])
        labels = [ActLabel(label) for label in self._model.labels]
        rows, columns = np.nonzero(chances >= WEAKEST)
        strengths = chances[rows, columns]
        return [
            (row, labels[column], strength)
            for row, column, strength in zip(
                rows.tolist(), columns.tolist(), strengths.tolist(), strict=True
            )
            if not spoken[row].turn.backchannel
            and (row in ends or labels[column] is not ActLabel.HANG_UP)
        ]

    def _floor_own(
        self, chances: NDArray[np.float64], found: Sequence[Sequence[Act]]
    ) -> NDArray[np.float64]:
        """The chances, where the user's own patterns hit at least as high as these say."""
        floored = chances.copy()
        for row, acts in enumerate(found):
            for act in acts:
                if self._patterns.is_own(act) and act.label in self._model.labels:
                    column = self._model.labels.index(act.label)
                    floored[row, column] = max(floored[row, column], act.strength)
        return floored

    def _is_only_ours(self, act: Act) -> bool:
        """Whether an act of the patterns is one that the model has no word in."""
        return act.status is not ActStatus.ASSERTED or act.label not in self._model.labels
