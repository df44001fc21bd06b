"""The rounds of training: what learns from a call never judges it before all is learnt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from sklearn.model_selection import GroupKFold

from transcript_audit.acts.hashing import hash_call
from transcript_audit.acts.learned import LearnedModel
from transcript_audit.acts.recogniser import TwoVoices
from transcript_audit.audit import audit_call
from transcript_audit.calibration import Calibration
from transcript_audit.errors import ConfigurationError
from transcript_audit.outcomes import read_outcome_signs
from transcript_audit.training.curves import fit_outcomes, fit_rules, weigh_lesson
from transcript_audit.training.fits import SEED, fit_first, fit_qualifiers, fit_seconds
from transcript_audit.training.lessons import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.patterns import PatternRecogniser
    from transcript_audit.labelled_calls import LabelledCall
    from transcript_audit.model import Act, CallAudit, SkippedCall, Turn
    from transcript_audit.rulebook import RuleBook
    from transcript_audit.training.lessons import Lesson, Saying

FOLDS = 5
TRIED = tuple(round(0.05 * step, 2) for step in range(2, 16))
"""Chances that are tried as a label's threshold."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A recogniser for one call: what a model trained on other calls found in it."""

    acts: tuple[Act, ...]
    calibration: Calibration

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """The acts; they belong to the call whose turns these are."""
        return self.acts


@dataclass(frozen=True, slots=True)
class Training:
    """What training gives.

    Attributes:
        model, calibration: to be saved as package data.
        thresholds: per label the chance at which F1 was best out of fold; the model is shifted
            so that this chance is 0.5.
        held_out: per lesson the acts and the calibration of a model that has not seen the call.
    """

    model: LearnedModel
    calibration: Calibration
    thresholds: Mapping[str, float]
    held_out: tuple[HeldOut, ...]


def train(
    lessons: Sequence[Lesson],
    patterns: PatternRecogniser,
    rulebook: RuleBook,
    jobs: int = 1,
    sayings: Sequence[Saying] = (),
) -> Training:
    """The recogniser trained on `lessons`, and what its findings are worth.

    Sayings only widen the first look's vocabulary; all else is learnt from whole calls.

    The second look learns from first looks at calls that they were not trained on (folds by batch
    of calls), as it will meet them; thresholds and calibration come from calls that neither has
    seen.

    Raises:
        ConfigurationError: there are too few calls to learn from some and measure on others.
    """
    if len(lessons) < FOLDS:
        raise ConfigurationError(
            f"{len(lessons)} labelled calls to train on: expected {FOLDS} at least, and hundreds "
            "to be of use, since what is learnt from some is measured on the others"
        )
    folds = fold_calls(lessons)
    firsts = [fit_first(_others(lessons, folds, fold), sayings, jobs) for fold in range(FOLDS)]
    chances = [
        LearnedModel(firsts[fold], {}, {}).first_chances(hash_call(lesson.spoken))
        for lesson, fold in zip(lessons, folds, strict=True)
    ]
    models = [
        LearnedModel(
            firsts[fold],
            fit_seconds(_others(lessons, folds, fold), _others(chances, folds, fold), jobs),
            fit_qualifiers(_others(lessons, folds, fold), sayings),
        )
        for fold in range(FOLDS)
    ]
    thresholds = _choose_thresholds(
        lessons,
        [
            models[fold].judge_call(hash_call(lesson.spoken), lesson.hits)
            for lesson, fold in zip(lessons, folds, strict=True)
        ],
    )
    shifted = [TwoVoices(patterns, shift_model(model, thresholds)) for model in models]
    found = [
        shifted[fold].recognise(lesson.turns) for lesson, fold in zip(lessons, folds, strict=True)
    ]
    ends = [
        (read_outcome_signs(lesson.turns, acts, rulebook.profile), lesson.call.outcome)
        for lesson, acts in zip(lessons, found, strict=True)
    ]
    outcomes = [fit_outcomes(_others(ends, folds, fold)) for fold in range(FOLDS)]
    findings = [
        weigh_lesson(lesson, acts, outcomes[fold], rulebook)
        for lesson, acts, fold in zip(lessons, found, folds, strict=True)
    ]
    curves = [
        Calibration(fit_rules(_others(findings, folds, fold)), outcomes[fold])
        for fold in range(FOLDS)
    ]
    final = LearnedModel(
        fit_first(lessons, sayings, jobs),
        fit_seconds(lessons, chances, jobs),
        fit_qualifiers(lessons, sayings),
    )
    return Training(
        model=shift_model(final, thresholds),
        calibration=Calibration(fit_rules(findings), fit_outcomes(ends)),
        thresholds=thresholds,
        held_out=tuple(
            HeldOut(acts, curves[fold]) for acts, fold in zip(found, folds, strict=True)
        ),
    )


def audit_held_out(
    lessons: Sequence[Lesson], training: Training, rulebook: RuleBook
) -> list[tuple[LabelledCall, CallAudit | SkippedCall]]:
    """The training calls, each audited by a model that has not seen it: cross-validation."""
    return [
        (lesson.call, audit_call(lesson.call.transcript, rulebook, recogniser))
        for lesson, recogniser in zip(lessons, training.held_out, strict=True)
    ]


def fold_calls(lessons: Sequence[Lesson]) -> NDArray[np.int64]:
    """The fold of each call, shape (calls,).

    Calls written in one batch (the same id up to its last "-") share a fold, so that a model is
    measured on other hands than it learned from.
    """
    ids = [lesson.call.call_id for lesson in lessons]
    batches = [name.rpartition("-")[0] or name for name in ids]
    if len(set(batches)) < FOLDS:
        batches = ids
    folds = np.zeros(len(lessons), dtype=np.int64)
    splitter = GroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for fold, (_, held) in enumerate(splitter.split(batches, groups=batches)):
        folds[held] = fold
    return folds


def _others(items: Sequence[Item], folds: NDArray[np.int64], fold: int) -> list[Item]:
    """The items of all other folds."""
    return [item for item, own in zip(items, folds, strict=True) if own != fold]


def _choose_thresholds(
    lessons: Sequence[Lesson], judged: Sequence[NDArray[np.float64]]
) -> dict[str, float]:
    """Per label the chance at which F1 is best on calls not trained on."""
    chances, truth = np.vstack(judged), np.vstack([lesson.truth for lesson in lessons])
    best = {}
    for column, label in enumerate(LABELS):
        scores = [_f1(chances[:, column] >= least, truth[:, column]) for least in TRIED]
        best[label] = TRIED[int(np.argmax(scores))]
    return best


def _f1(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return float(2 * (found & truth).sum() / max(found.sum() + truth.sum(), 1))


def shift_model(model: LearnedModel, thresholds: Mapping[str, float]) -> LearnedModel:
    """The model with its intercepts moved so that each label's threshold becomes 0.5."""
    second = {}
    for role, look in model.second.items():
        moves = [log(thresholds[label] / (1 - thresholds[label])) for label in look.labels]
        second[role] = replace(
            look, intercepts=(look.intercepts - np.array(moves)).astype(np.float32)
        )
    return replace(model, second=second)
