"""Whether strengths are chances: of findings as strong as 0.8, are eight in ten right?

Only findings that were raised are looked at: what a rule came to as cannot-tell keeps no strength.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from transcript_audit.labelled_calls import Pair
from transcript_audit.model import SkippedCall
from transcript_audit.statistics import wilson_interval

BINS = 10
"""Bins of equal width from 0 to 1."""

Forecast = tuple[float, bool]
"""The strength of a finding, 0 to 1, and whether the labels have it too."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The findings whose strengths lie from `low` (included) to `high` (excluded, but for 1).

    Attributes:
        findings: how many; at least one. right: how many of them the labels have.
        mean_strength: of these findings.
        share_right: right of findings; share_low, share_high: its 95 % Wilson interval.
    """

    low: float
    high: float
    findings: int
    right: int
    mean_strength: float
    share_right: float
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How the strengths of findings agree with the share that is right.

    Attributes:
        findings, right: how many, and how many of them the labels have.
        brier_score: mean squared difference of strength and rightness (1 or 0); None without
            findings. Source: G. W. Brier, "Verification of forecasts expressed in terms of
            probability", Monthly Weather Review 78 (1950), 1-3.
        calibration_error: mean over findings of how far the share right of their bin is from its
            mean strength; None without findings. Source: M. P. Naeini, G. F. Cooper and
            M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
            AAAI (2015), 2901-2907.
        bins: those that hold a finding, by ascending strength.
    """

    findings: int
    right: int
    brier_score: float | None
    calibration_error: float | None
    bins: tuple[Bin, ...]


def collect_forecasts(pairs: Iterable[Pair], rules: Collection[str]) -> list[Forecast]:
    """The strength of every finding of these rules, and whether it is right; in the calls' order.

    Args:
        rules: those whose strengths are meant as chances.
    """
    return [
        (finding.strength, finding.rule in labelled.findings)
        for labelled, audit in pairs
        if not isinstance(audit, SkippedCall)
        for finding in audit.findings
        if finding.rule in rules
    ]


def measure_reliability(forecasts: Sequence[Forecast]) -> Reliability:
    """How far these strengths are from chances."""
    total = len(forecasts)
    bins = _fill_bins(forecasts)
    squares = sum((strength - right) ** 2 for strength, right in forecasts)
    gaps = sum(each.findings * abs(each.share_right - each.mean_strength) for each in bins)
    return Reliability(
        findings=total,
        right=sum(right for _, right in forecasts),
        brier_score=squares / total if total else None,
        calibration_error=gaps / total if total else None,
        bins=bins,
    )


def _fill_bins(forecasts: Sequence[Forecast]) -> tuple[Bin, ...]:
    held: list[list[Forecast]] = [[] for _ in range(BINS)]
    for strength, right in forecasts:
        held[min(int(strength * BINS), BINS - 1)].append((strength, right))
    return tuple(_bin(place, inside) for place, inside in enumerate(held) if inside)


def _bin(place: int, inside: Sequence[Forecast]) -> Bin:
    total, right = len(inside), sum(is_right for _, is_right in inside)
    low, high = wilson_interval(right, total)
    mean = sum(strength for strength, _ in inside) / total
    return Bin(place / BINS, (place + 1) / BINS, total, right, mean, right / total, low, high)
