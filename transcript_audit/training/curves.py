"""What strengths are worth: curves from the signs of findings and calls to chances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from transcript_audit.calibration import (
    OUTCOME_SIGNS,
    SIGNS,
    Calibration,
    Curve,
    OutcomeCurves,
    read_call_signs,
    read_signs,
)
from transcript_audit.checks import check_call
from transcript_audit.model import Act, Outcome
from transcript_audit.outcomes import settle_call
from transcript_audit.training.fits import SEED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transcript_audit.rulebook import RuleBook
    from transcript_audit.training.lessons import Lesson

CURVE_STRENGTH = 0.3
OUTCOME_STRENGTH = 0.1
FEWEST_FOR_CURVE = 8
"""Right and wrong findings that a rule's curve needs at least."""

FEWEST_FOR_OUTCOME = 3
"""Calls that end in each way that the curves of outcomes need at least."""


@dataclass(frozen=True, slots=True)
class WeighedFinding:
    """A finding of a call out of training, its signs, and whether the labels have it too."""

    rule: str
    signs: Mapping[str, float]
    right: bool


def weigh_lesson(
    lesson: Lesson, found: Sequence[Act], outcomes: OutcomeCurves | None, rulebook: RuleBook
) -> tuple[WeighedFinding, ...]:
    """The findings that the rules make of the acts found in a call."""
    settled = settle_call(lesson.turns, found, Calibration({}, outcomes), rulebook.profile)
    signs = read_call_signs(found, settled.episode)
    return tuple(
        WeighedFinding(
            result.rule,
            read_signs(result.finding, signs),
            result.rule in lesson.call.findings,
        )
        for result in check_call(lesson.turns, settled.acts, settled.episode, rulebook)
        if result.finding
    )


def fit_outcomes(calls: Sequence[tuple[Mapping[str, float], Outcome]]) -> OutcomeCurves | None:
    """How the signs of a call tell how it ended; None where some outcome is too rare to learn."""
    ended = [outcome for _, outcome in calls]
    if min(ended.count(outcome) for outcome in Outcome) < FEWEST_FOR_OUTCOME:
        return None
    table = np.array([[signs[name] for name in OUTCOME_SIGNS] for signs, _ in calls])
    means, deviations = table.mean(axis=0), table.std(axis=0) + 1e-3
    fit = LogisticRegression(C=OUTCOME_STRENGTH, max_iter=3000, random_state=SEED)
    fit.fit((table - means) / deviations, ended)
    curves = {}
    for outcome, row, intercept in zip(fit.classes_, fit.coef_, fit.intercept_, strict=True):
        weights = row / deviations
        curves[Outcome(outcome)] = Curve(
            float(intercept - weights @ means),
            dict(zip(OUTCOME_SIGNS, weights.tolist(), strict=True)),
        )
    return OutcomeCurves({outcome: curves[outcome] for outcome in Outcome})


def fit_rules(calls: Sequence[Sequence[WeighedFinding]]) -> dict[str, Curve]:
    """Per rule, how the signs of a finding tell whether it is right."""
    by_rule: dict[str, list[WeighedFinding]] = {}
    for finding in (finding for call in calls for finding in call):
        by_rule.setdefault(finding.rule, []).append(finding)
    curves = {}
    for rule, findings in by_rule.items():
        right = [finding.right for finding in findings]
        if min(sum(right), len(right) - sum(right)) >= FEWEST_FOR_CURVE:
            curves[rule] = _fit_curve([f.signs for f in findings], right, SIGNS, CURVE_STRENGTH)
    return curves


def _fit_curve(
    signs: Sequence[Mapping[str, float]],
    right: Sequence[bool],
    names: Sequence[str],
    strength: float,
) -> Curve:
    """A curve over the signs named; they are scaled for the fit, and the scale is folded back."""
    table = np.array([[row[name] for name in names] for row in signs])
    means, deviations = table.mean(axis=0), table.std(axis=0) + 1e-3
    fit = LogisticRegression(C=strength, max_iter=400, random_state=SEED)
    fit.fit((table - means) / deviations, right)
    weights = fit.coef_[0] / deviations
    intercept = float(fit.intercept_[0] - weights @ means)
    return Curve(intercept, dict(zip(names, weights.tolist(), strict=True)))
