"""Intervals, tests and agreement scores."""

from __future__ import annotations

import time
import warnings
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transcript_audit.statistics import (
    adjust_p_values,
    bootstrap_interval,
    divide,
    f1,
    fisher_exact,
    funnel_limits,
    macro_f1,
    micro_f1,
    precision,
    recall,
    wilson_interval,
)


def share(sums):
    return divide(sums[..., 0], sums[..., 1])


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Worked by hand from the formula with z = 1.959964.
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 29, 0.0061, 0.1718),
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I
    ],
)
def test_wilson_interval_has_the_published_values(successes, trials, low, high):
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


def test_wilson_interval_of_no_trials_is_undefined():
    assert all(isnan(end) for end in wilson_interval(0, 0))


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3), (0, -1)])
def test_wilson_interval_refuses_impossible_counts(successes, trials):
    with pytest.raises(ValueError, match="expected 0 to"):
        wilson_interval(successes, trials)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share_and_stays_within_0_and_1(counts):
    successes, trials = counts
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    mirrored = wilson_interval(trials - successes, trials)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_scores_are_undefined_only_where_there_is_nothing_to_find_and_nothing_found():
    nothing, all_wrong = np.array([0, 0, 0]), np.array([0, 2, 3])
    assert isnan(precision(nothing))
    assert isnan(recall(nothing))
    assert isnan(f1(nothing))
    assert (precision(all_wrong), recall(all_wrong), f1(all_wrong)) == (0, 0, 0)


def test_precision_needs_something_found_and_recall_something_to_find():
    assert isnan(precision(np.array([0, 0, 3])))
    assert isnan(recall(np.array([0, 3, 0])))


@given(st.tuples(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500)))
def test_f1_is_the_harmonic_mean_of_precision_and_recall(counts):
    table = np.array(counts, float)
    p, r = float(precision(table)), float(recall(table))
    assert f1(table) == pytest.approx(2 * p * r / (p + r))


def test_macro_f1_leaves_out_what_is_undefined_and_micro_f1_pools_the_counts():
    table = np.array([[8, 0, 0], [0, 1, 1], [0, 0, 0]], float)
    assert macro_f1(table) == pytest.approx(0.5)
    assert micro_f1(table) == pytest.approx(16 / 18)
    assert isnan(macro_f1(table[2:]))
    draws = np.array([table, table[[0, 0, 1]], table[[2, 2, 2]]])
    assert macro_f1(draws)[:2] == pytest.approx([0.5, 2 / 3])
    assert isnan(macro_f1(draws)[2])
    assert micro_f1(draws)[:2] == pytest.approx([16 / 18, 32 / 34])


def test_bootstrap_interval_is_the_same_again_and_another_with_another_seed():
    table = np.column_stack([np.arange(50) ** 0.5, np.full(50, 9.0)])
    one, again = bootstrap_interval(table, share), bootstrap_interval(table, share)
    assert one == again
    assert one != bootstrap_interval(table, share, seed=2)


def test_bootstrap_interval_of_a_share_is_near_the_normal_one():
    table = np.column_stack([np.arange(400) % 4 == 0, np.ones(400)]).astype(float)
    low, high = bootstrap_interval(table, share, resamples=4000)
    reach = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert (float(low), float(high)) == pytest.approx((0.25 - reach, 0.25 + reach), abs=0.006)


def test_bootstrap_interval_draws_whole_calls():
    # Ten turns of one call are all right or all wrong: that is two calls' worth of knowledge.
    by_call = np.array([[10, 10], [0, 10]], float)
    assert [float(end) for end in bootstrap_interval(by_call, share)] == [0, 1]
    # a quarter of the draws has none of the right ones, a quarter has nothing else
    assert [float(end) for end in bootstrap_interval(by_call, share, level=0.6)] == [0, 1]
    assert [float(end) for end in bootstrap_interval(by_call, share, level=0.4)] == [0.5, 0.5]


def test_bootstrap_interval_narrows_with_its_level():
    table = np.column_stack([np.arange(100) % 2, np.ones(100)])
    low, high = bootstrap_interval(table, share)
    inner_low, inner_high = bootstrap_interval(table, share, level=0.5)
    assert low < inner_low < inner_high < high


def test_bootstrap_interval_is_undefined_without_calls_and_where_no_draw_defines_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert all(isnan(end) for end in bootstrap_interval(np.zeros((0, 2)), share))
        assert all(isnan(end) for end in bootstrap_interval(np.zeros((5, 2)), share))


def test_bootstrap_interval_of_many_statistics_has_one_interval_each():
    table = np.zeros((7, 4, 3))
    table[:, :2, 0] = 1
    low, high = bootstrap_interval(table, f1)
    assert low.shape == high.shape == (4,)
    assert list(low[:2]) == list(high[:2]) == [1, 1]
    assert np.isnan(low[2:]).all()


def test_bootstrap_interval_of_no_statistics_is_empty():
    low, high = bootstrap_interval(np.zeros((7, 0, 3)), f1)
    assert low.shape == high.shape == (0,)


def test_a_thousand_resamples_of_620_calls_and_40_names_take_less_than_a_second():
    table = np.random.default_rng(1).integers(0, 3, (620, 40, 3)).astype(float)
    started = time.process_time()
    bootstrap_interval(table, f1, resamples=1000, seed=99)
    assert time.process_time() - started < 1


SHARES = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(SHARES, SHARES)
def test_fishers_exact_test_has_the_p_of_scipy(one, other):
    (a, n), (b, m) = one, other
    p = stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue
    assert fisher_exact(a, n, b, m) == pytest.approx(p, rel=1e-7)
    assert fisher_exact(a, n, b, m) == pytest.approx(fisher_exact(b, m, a, n))
    assert 0 <= fisher_exact(a, n, b, m) <= 1


@pytest.mark.parametrize(
    ("a", "n", "b", "m"),
    [
        (250_000, 500_000, 249_000, 500_000),
        (40, 1000, 60_000, 999_000),
        (3, 12, 100_000, 1_000_000),
        (0, 10, 1_000_000, 1_000_000),
    ],
)
def test_fishers_exact_test_holds_for_a_million_calls(a, n, b, m):
    p = stats.fisher_exact([[a, n - a], [b, m - b]]).pvalue
    assert fisher_exact(a, n, b, m) == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (0, 0, 3, 9), (3, 9, 0, 0), (4, 4, 0, 0)])
def test_fishers_exact_test_tells_nothing_where_a_side_is_empty(counts):
    assert fisher_exact(*counts) == 1


def test_fishers_exact_test_has_the_published_value_of_the_tea_tasting():
    assert fisher_exact(3, 4, 1, 4) == pytest.approx(34 / 70)  # Fisher 1935, three of four cups


@pytest.mark.parametrize("counts", [(-1, 3, 0, 3), (4, 3, 0, 3), (0, 3, 5, 4)])
def test_fishers_exact_test_refuses_impossible_counts(counts):
    with pytest.raises(ValueError, match="expected 0 to"):
        fisher_exact(*counts)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_adjusted_p_values_are_those_of_scipy(p_values):
    expected = stats.false_discovery_control(p_values, method="bh").tolist()
    assert adjust_p_values(p_values) == pytest.approx(expected)


def test_adjusted_p_values_have_the_published_rejections():
    # Benjamini and Hochberg 1995, section 3.2: fifteen p values, four rejected at 5 %
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    published += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert sum(p <= 0.05 for p in adjust_p_values(published)) == 4
    assert adjust_p_values([]) == ()


@given(st.integers(1, 3000), st.floats(0.001, 0.999), st.sampled_from([0.95, 0.998]))
def test_funnel_limits_are_the_interpolated_quantiles_of_scipys_binomial(trials, share, level):
    ends = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        r = stats.binom.ppf(p, trials, share)
        a = (stats.binom.cdf(r, trials, share) - p) / stats.binom.pmf(r, trials, share)
        ends.append(min(max((r - a) / trials, 0), 1))
    assert funnel_limits(trials, share, level) == pytest.approx(ends, abs=1e-6)


def test_funnel_limits_hold_for_a_million_calls_and_for_shares_without_chance():
    low, high = funnel_limits(1_000_000, 0.3, 0.95)
    reach = 1.959964 * (0.3 * 0.7 / 1_000_000) ** 0.5
    assert (low, high) == pytest.approx((0.3 - reach, 0.3 + reach), abs=1e-6)
    assert (funnel_limits(5, 0.0, 0.95), funnel_limits(5, 1.0, 0.95)) == ((0.0, 0.0), (1.0, 1.0))
    for trials, share in [(0, 0.5), (5, 1.01), (5, -0.01)]:
        with pytest.raises(ValueError, match="at least 1"):
            funnel_limits(trials, share, 0.95)


@given(st.integers(1, 400), st.floats(0.001, 0.999), st.floats(0, 0.9999))
def test_funnel_limits_stay_within_0_and_1_at_every_level(trials, share, level):
    low, high = funnel_limits(trials, share, level)
    assert 0 <= low <= high <= 1


def test_rounding_puts_no_funnel_limit_above_1():
    assert funnel_limits(100, 0.3, 1.0) == (0, 1)


def test_what_is_divided_by_nothing_is_undefined_in_every_shape():
    assert isnan(divide(np.float64(1), np.float64(0)))
    assert divide(np.array([1, 2, 3]), np.float64(2)).tolist() == [0.5, 1.0, 1.5]
    several = divide(np.float64(6), np.array([2, 0, 4]))
    assert (several[0], isnan(several[1]), several[2]) == (3, True, 1.5)
    assert divide(np.ones((2, 1)), np.array([1.0, 2.0, 4.0])).tolist() == [[1, 0.5, 0.25]] * 2
