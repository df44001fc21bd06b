"""Intervals, tests and agreement scores; what is undefined (0 of 0) is NaN, never 0 or 1."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import log, log1p, nan, prod, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

RESAMPLES = 1000
SEED = 20140714
Z_95 = 1.959964
"""Two-sided 95 % quantile of the standard normal distribution."""

TIED = 1e-7
"""How much likelier a table may come out and still be taken for equally likely."""


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


def fisher_exact(flagged: int, eligible: int, others_flagged: int, others_eligible: int) -> float:
    """The two-sided p of Fisher's exact test: could two shares differ so much by chance alone?

    The sum of the chances of all tables with the same margins that are no likelier than the one
    found. 1.0 where a side is empty. Time and memory grow with the smaller margin; exact to about
    nine digits up to a million calls.
    Source: R. A. Fisher, Statistical Methods for Research Workers (5th ed., 1934), section 21.02.

    Raises:
        ValueError: if flagged calls are negative or more than the eligible ones.
    """
    for count, of in ((flagged, eligible), (others_flagged, others_eligible)):
        if not 0 <= count <= of:
            raise ValueError(f"{count} flagged of {of} eligible: expected 0 to {of}")
    all_flagged = flagged + others_flagged
    low, high = max(0, all_flagged - others_eligible), min(all_flagged, eligible)
    at = np.arange(low, high, dtype=float)  # steps from each count to the next
    steps = np.log((all_flagged - at) * (eligible - at))
    steps -= np.log((at + 1) * (others_eligible - all_flagged + at + 1))
    chances = _chances(steps)
    found = chances[flagged - low]
    # tables that are exactly as likely may differ in the last digits
    return min(1.0, float(chances[chances <= found * (1 + TIED)].sum()))


def adjust_p_values(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p values adjusted for being many, in their order (false discovery rate).

    Sorted ascending, the adjusted p of the i-th of n is the least of p_j * n / j over all j >= i.
    Source: Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the
    Royal Statistical Society B 57 (1995), 289-300.
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p)[::-1]
    ranks = np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(p[order] * len(p) / ranks)
    return tuple(adjusted.tolist())


def funnel_limits(trials: int, share: float, level: float) -> tuple[float, float]:
    """Between which shares (low, high), each 0 to 1, chance alone keeps `level` of all groups.

    Exact binomial limits of `trials` calls flagged with the chance `share`, interpolated between
    whole numbers of calls: with r the least count whose cumulative chance F(r) reaches p, the limit
    is (r - a) / n, a = (F(r) - p) / (F(r) - F(r - 1)), for p = (1 - level) / 2 and 1 minus that.
    Source: D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics
    in Medicine 24 (2005), 1185-1202, appendix A.1.1.

    Raises:
        ValueError: if there is no trial, or the share is not 0 to 1.
    """
    if trials < 1 or not 0 <= share <= 1:
        raise ValueError(f"{trials} trials, share {share}: expected at least 1, and 0 to 1")
    if share in {0, 1}:
        return share, share
    at = np.arange(trials)
    chances = _chances(np.log((trials - at) / (at + 1)) + log(share) - log1p(-share))
    reached = np.cumsum(chances)
    ends = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        r = min(int(np.searchsorted(reached, p)), trials)
        limit = (r - (reached[r] - p) / chances[r]) / trials
        ends.append(min(max(float(limit), 0.0), 1.0))
    return ends[0], ends[1]


def _chances(steps: Array) -> Array:
    """The chances of len(steps) + 1 counts in a row, of which each is exp(step) times the last.

    Summed outwards from the likeliest count, so that rounding grows only where chances vanish.
    """
    top = int(np.count_nonzero(steps > 0))  # the steps descend: the counts have one peak
    logs = np.concatenate([-np.cumsum(steps[:top][::-1])[::-1], [0.0], np.cumsum(steps[top:])])
    chances = np.exp(logs)
    total: Array = chances / chances.sum()
    return total


def divide(numerator: Array, denominator: Array) -> Array:
    """The quotients, NaN where the denominator is 0; shapes as numpy broadcasts them."""
    top, bottom = np.asarray(numerator), np.asarray(denominator)
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
    sums = (draws @ table.reshape(calls, prod(shape))).reshape(len(draws), *shape)
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
