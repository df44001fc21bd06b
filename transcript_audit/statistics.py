"""Intervals and agreement scores; what is undefined (0 of 0) is NaN, never 0 or 1."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RESAMPLES = 1000
SEED = 20140714
Z_95 = 1.959964
"""Two-sided 95 % quantile of the standard normal distribution."""


def wilson_interval(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson score interval (low, high) of a share, each from 0 to 1; NaN for no trials.

    With p = successes / n:  (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209-212.

    Raises:
        ValueError: if the successes are negative or more than the trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials: expected 0 to {trials}")
    if trials == 0:
        return nan, nan
    share = successes / trials
    centre = share + z * z / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    # Rounding would otherwise put the ends of 0 of n and n of n a hair outside the share itself.
    low = 0.0 if successes == 0 else (centre - reach) / scale
    high = 1.0 if successes == trials else (centre + reach) / scale
    return low, high


def divide(numerator: Array, denominator: Array) -> Array:
    """The quotients, NaN where the denominator is 0; shapes as numpy broadcasts them."""
    top, bottom = np.asarray(numerator, float), np.asarray(denominator, float)
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    quotients: Array = np.full(shape, nan)
    np.divide(top, bottom, out=quotients, where=bottom != 0)
    return quotients


def precision(counts: Array) -> Array:
    """True among found; `counts` end in an axis of (true pos., false pos., false neg.)."""
    return divide(counts[..., 0], counts[..., 0] + counts[..., 1])


def recall(counts: Array) -> Array:
    """Found among true; `counts` end in an axis of (true pos., false pos., false neg.)."""
    return divide(counts[..., 0], counts[..., 0] + counts[..., 2])


def f1(counts: Array) -> Array:
    """The harmonic mean of precision and recall, 2tp / (2tp + fp + fn); NaN for all zero.

    `counts` end in an axis of (true pos., false pos., false neg.). Source: C. J. van Rijsbergen,
    Information Retrieval (2nd ed., 1979), chapter 7, with equal weight on both.
    """
    return divide(2 * counts[..., 0], 2 * counts[..., 0] + counts[..., 1] + counts[..., 2])


def macro_f1(counts: Array) -> Array:
    """The mean F1 over the last axis but one, of those where it is defined; else NaN."""
    scores = f1(counts)
    defined = ~np.isnan(scores)
    return divide(np.where(defined, scores, 0.0).sum(axis=-1), defined.sum(axis=-1))


def micro_f1(counts: Array) -> Array:
    """The F1 of the counts summed over the last axis but one."""
    return f1(counts.sum(axis=-2))


def bootstrap_interval(
    table: Array,
    statistic: Callable[[Array], Array],
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    seed: int = SEED,
) -> tuple[Array, Array]:
    """The percentile bootstrap interval (low, high) of a statistic of summed per-call counts.

    Calls are drawn whole, with replacement, because what is counted within a call hangs together.
    Source: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.

    Args:
        table: counts of shape (calls, ...).
        statistic: from sums of shape (resamples, ...) to values of shape (resamples, ...).
        resamples: how many times to draw; level: share of the draws inside the interval.
        seed: the same seed and table give the same interval.

    Returns two arrays shaped as one value of the statistic; NaN without calls, and where no draw
    defines it. Draws that leave it undefined don't count.
    """
    calls, shape = len(table), table.shape[1:]
    draws = _draw_calls(calls, resamples, seed) if calls else np.zeros((1, 0))
    columns = int(np.prod(shape, dtype=int))
    sums = (draws @ table.reshape(calls, columns)).reshape(len(draws), *shape)
    values, tail = statistic(sums), (1 - level) / 2
    if not values.size:
        return values[0], values[0]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN", RuntimeWarning)
        low, high = np.nanquantile(values, [tail, 1 - tail], axis=0)
    return np.asarray(low), np.asarray(high)


@lru_cache(maxsize=4)
def _draw_calls(calls: int, resamples: int, seed: int) -> Array:
    """How often each call is drawn in each resample, of shape (resamples, calls)."""
    random = np.random.default_rng(seed)
    return random.multinomial(calls, np.full(calls, 1 / calls), size=resamples).astype(np.float64)
