"""What each turn does: the only place that knows spaCy.

Two voices, one judgement: the rule book's patterns give exact, quotable words; a small learned
model gives a probability to every act in every turn, patterns among what it looks at.
"""

# ruff: noqa: PLC0415 - spaCy and numpy are paid for only by those who recognise

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transcript_audit.calibration import Calibration
    from transcript_audit.model import Act, Turn
    from transcript_audit.rulebook import RuleBook


class Recogniser(Protocol):
    """Anything that finds acts in the turns of one call."""

    @property
    def calibration(self) -> Calibration | None:
        """What the strengths of its acts mean for findings; None where that was not learnt."""

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """The acts of a call, by turn and place, with strength 0 to 1 and status."""


def load_recogniser(
    rulebook: RuleBook, *, patterns_only: bool = False, pipeline: str | None = None
) -> Recogniser:
    """The recogniser for a rule book: patterns and model, or patterns alone.

    Args:
        pipeline: name or folder of a spaCy pipeline to take in the model's place.

    Raises:
        ConfigurationError: the model file or the pipeline can't be used.
    """
    from transcript_audit.acts.patterns import PatternRecogniser

    patterns = PatternRecogniser(rulebook)
    if patterns_only:
        return patterns
    if pipeline is not None:
        from transcript_audit.acts.pipeline import PipelineRecogniser, load_classifier

        return PipelineRecogniser(patterns, load_classifier(pipeline))
    from transcript_audit.acts.learned import load_model
    from transcript_audit.acts.recogniser import TwoVoices
    from transcript_audit.calibration import load_calibration

    return TwoVoices(patterns, load_model(), load_calibration())
