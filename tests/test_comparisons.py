"""Readings: above, below, cannot tell, too few; and the limits of a funnel plot."""

from __future__ import annotations

import random

import pytest
from counted_calls import make_calls
from scipy import stats

from transcript_audit.comparisons import Pair, compare_shares
from transcript_audit.scorecards import Reading, make_funnel, make_scorecards

TOO_FEW, CANNOT_TELL = Reading.TOO_FEW, Reading.CANNOT_TELL


@pytest.mark.parametrize(
    ("pair", "reading"),
    [
        (Pair(9, 9, 0, 500), TOO_FEW),
        (Pair(9, 10, 2, 500), Reading.ABOVE),
        (Pair(0, 100, 50, 100), Reading.BELOW),
        (Pair(3, 10, 25, 100), CANNOT_TELL),
        (Pair(10, 10, 0, 9), CANNOT_TELL),  # nobody to hold it against
        (Pair(0, 0, 0, 0), TOO_FEW),
    ],
)
def test_a_share_reads_by_the_test_and_by_how_many_calls_there_are(pair, reading):
    (found,) = compare_shares([pair], 10)
    assert found.reading is reading
    assert (found.p is None) == (min(pair.eligible, pair.others_eligible) < 10)


def test_p_values_are_those_of_scipy_adjusted_over_all_pairs_that_were_tested():
    draw = random.Random(7)  # noqa: S311 - chance, no secret
    pairs = []
    for _ in range(60):
        eligible, others = draw.randint(1, 60), draw.randint(20, 900)
        pairs.append(Pair(draw.randint(0, eligible), eligible, draw.randint(0, others), others))
    found = compare_shares(pairs, 10)
    tested = [pair for pair in pairs if pair.eligible >= 10]
    p_values = [
        stats.fisher_exact(
            [
                [pair.flagged, pair.eligible - pair.flagged],
                [pair.others_flagged, pair.others_eligible - pair.others_flagged],
            ]
        ).pvalue
        for pair in tested
    ]
    assert 0 < len(tested) < len(pairs)
    assert [each.p for each in found if each.p is not None] == pytest.approx(p_values)
    adjusted = [each.adjusted_p for each in found if each.adjusted_p is not None]
    assert adjusted == pytest.approx(stats.false_discovery_control(p_values).tolist())


def test_agents_who_are_all_alike_are_seldom_told_apart():
    draw = random.Random(11)  # noqa: S311 - chance, no secret
    told = 0
    for _ in range(40):
        counts = [sum(draw.random() < 0.2 for _ in range(50)) for _ in range(12)]
        total = sum(counts)
        pairs = [Pair(count, 50, total - count, 550) for count in counts]
        told += any(each.reading is not CANNOT_TELL for each in compare_shares(pairs, 10))
    assert told <= 5  # 5 % of 40 runs would be 2


def test_a_funnel_has_each_agent_between_the_limits_of_its_own_number_of_calls():
    cards = make_scorecards(
        [
            *make_calls(100, 60, agents=("Imke",)),
            *make_calls(50, 5, agents=("Raul",)),
            *make_calls(8, 8, agents=("Nils",)),
            *make_calls(30, 30, agents=()),
        ]
    )
    funnel = make_funnel(cards, "refusal-stall")
    imke, raul = funnel.points
    assert funnel.target == pytest.approx(103 / 188)
    assert (imke.agent, imke.share, imke.limits.eligible) == ("Imke", 0.6, 100)
    assert raul.share < raul.limits.low_998
    assert raul.reading is Reading.BELOW
    assert funnel.too_few == ("Nils",)
    ns = [limits.eligible for limits in funnel.curve]
    assert (ns[0], ns[-1], ns == sorted(set(ns))) == (10, 110, True)
    for limits in (*funnel.curve, imke.limits):
        assert limits.low_998 <= limits.low_95 <= funnel.target <= limits.high_95
        assert limits.high_95 <= limits.high_998
    spread = [limits.high_998 - limits.low_998 for limits in funnel.curve]
    assert spread[0] > spread[-1]


def test_a_funnel_of_a_family_is_named_in_words_and_one_of_nobody_is_none():
    cards = make_scorecards([*make_calls(20, 2), *make_calls(20, 3, agents=("Raul",))])
    assert make_funnel(cards, "refused-cancellation").title == "Refused cancellation"
    assert make_funnel(make_scorecards(make_calls(9, 2)), "refusal-stall") is None
    assert make_funnel(make_scorecards([]), "conduct") is None
    with pytest.raises(KeyError):
        make_funnel(cards, "no-such-rule")
