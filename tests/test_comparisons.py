"""Readings: above, below, cannot tell, too few; and the limits of a funnel plot."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from counted_calls import make_calls
from scipy import stats

from transcript_audit.comparisons import (
    Pair,
    compare_saves,
    compare_shares,
    compare_weeks,
    compare_with_team,
    last_full_weeks,
    make_funnel,
    share_about,
)
from transcript_audit.figures import Comparison, Reading
from transcript_audit.scorecards import make_scorecards
from transcript_audit.statistics import fisher_exact, funnel_limits
from transcript_audit.tallies import Best, Counts, Tally, WeekTally

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


def test_a_difference_counts_up_to_an_adjusted_p_of_5_percent():
    sure, unsure = Pair(8, 40, 1, 40), Pair(7, 40, 1, 40)
    assert fisher_exact(8, 40, 1, 40) < 0.05 < fisher_exact(7, 40, 1, 40)
    assert [each.reading for each in compare_shares([sure], 10)] == [Reading.ABOVE]
    assert [each.reading for each in compare_shares([unsure], 10)] == [CANNOT_TELL]
    again = compare_shares([sure, *[Pair(4, 40, 4, 40)] * 9], 10)
    assert {each.reading for each in again} == {CANNOT_TELL}
    assert again[0].p < 0.05 < again[0].adjusted_p


def test_a_comparison_says_what_a_share_was_held_against():
    tested, few = compare_shares([Pair(9, 10, 2, 500), Pair(1, 9, 3, 700)], 10)
    assert (tested.others_flagged, tested.others_eligible) == (2, 500)
    assert tested.p == tested.adjusted_p == pytest.approx(fisher_exact(9, 10, 2, 500))
    assert few == Comparison(TOO_FEW, 3, 700)
    assert compare_shares([], 10) == []


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


def test_a_funnel_names_its_target_its_limits_and_the_places_it_is_drawn_at():
    few = make_calls(10, 1, agents=("Nils",))
    funnel = make_funnel(
        make_scorecards([*make_calls(40, 20), *make_calls(20, 9, agents=("Raul",)), *few]),
        "refusal-stall",
    )
    assert (funnel.about, funnel.title, funnel.too_few) == ("refusal-stall", "refusal-stall", ())
    assert funnel.target == 30 / 70
    assert [(each.agent, each.flagged, each.eligible) for each in funnel.points] == [
        ("Imke", 20, 40),
        ("Nils", 1, 10),
        ("Raul", 9, 20),
    ]
    for limits in (funnel.points[0].limits, *funnel.curve):
        n = limits.eligible
        assert (limits.low_95, limits.high_95) == funnel_limits(n, 30 / 70, 0.95)
        assert (limits.low_998, limits.high_998) == funnel_limits(n, 30 / 70, 0.998)
    places = [limits.eligible for limits in funnel.curve]
    assert (places[0], places[-1]) == (10, 44)
    # each a like part more than the one before: closest where there are few
    assert places[:11] == list(range(10, 21))
    assert max(later / n for n, later in pairwise(places)) <= 1.1
    alone = make_funnel(make_scorecards(make_calls(10, 3)), "refusal-stall")
    assert [limits.eligible for limits in alone.curve] == [10, 11]
    only = replace(make_scorecards(make_calls(10, 3)), eligible_at_least=1)
    assert [limits.eligible for limits in make_funnel(only, "refusal-stall").curve] == list(
        range(1, 12)
    )
    four = replace(make_scorecards(make_calls(4, 1)), eligible_at_least=4)
    assert [limits.eligible for limits in make_funnel(four, "refusal-stall").curve] == [4, 5]


def test_calls_of_nobody_in_particular_are_no_point_wherever_they_stand():
    told = [*make_calls(20, 2), *make_calls(20, 3, agents=("Raul",))]
    two = make_calls(12, 12, agents=("Raul", "Imke"), speakers=("Raul", "", None, "Imke"))
    cards = make_scorecards([*told, *two])
    assert any(share_of(card) is None for card in cards.agents)
    turned = replace(cards, agents=tuple(reversed(cards.agents)))
    for each in (cards, turned):
        funnel = make_funnel(each, "refusal-stall")
        assert {point.agent for point in funnel.points} == {"Imke", "Raul"}
        assert funnel.too_few == ()


def share_of(card):
    return share_about(card.families, card.rules, "refusal-stall").comparison


def test_the_share_of_a_family_or_a_rule_is_found_by_its_name():
    team = make_scorecards(make_calls(20, 2)).team
    assert share_about(team.families, team.rules, "conduct").family == "conduct"
    assert share_about(team.families, team.rules, "refusal-stall").flagged == 2
    with pytest.raises(KeyError, match="no-such-rule"):
        share_about(team.families, team.rules, "no-such-rule")


# --- one agent beside the others ----------------------------------------------------------------


def counts(flagged, eligible, name="refusal-stall"):
    made = Counts()
    made.flagged[name], made.eligible[name] = flagged, eligible
    return made


def tally(**more):
    return Tally(Best(5), **more)


@pytest.mark.parametrize("what", ["rules", "families"])
def test_an_agent_is_held_against_the_calls_of_the_team_without_them(what):
    # of a call of two agents, the one who did not do it has the call but not the flag
    def agent(own, everyone):
        return tally(**{what: counts(*own), f"all_{what}": counts(*everyone)})

    agents = {"Imke": agent((15, 20), (16, 21)), "Raul": agent((2, 30), (3, 31))}
    team = tally(**{what: counts(20, 60)})
    found = compare_with_team(agents, team, ["refusal-stall", "other"], what, 10)
    assert list(found) == [
        (name, rule) for name in ("Imke", "Raul") for rule in ("refusal-stall", "other")
    ]
    imke, raul = found["Imke", "refusal-stall"], found["Raul", "refusal-stall"]
    assert (imke.others_flagged, imke.others_eligible) == (4, 39)
    assert (raul.others_flagged, raul.others_eligible) == (17, 29)
    assert imke.p == fisher_exact(15, 20, 4, 39)
    assert (imke.reading, raul.reading) == (Reading.ABOVE, Reading.BELOW)
    assert found["Imke", "other"] == Comparison(TOO_FEW, 0, 0)


def test_saves_are_of_those_who_asked_and_held_against_the_rest_of_the_team():
    agents = {
        "Imke": tally(saved=15, asked=20, all_saved=16, all_asked=22),
        "Raul": tally(saved=1, asked=9, all_saved=1, all_asked=9),
    }
    found = compare_saves(agents, tally(saved=20, asked=62), 10)
    assert list(found) == ["Imke", "Raul"]
    assert found["Imke"].reading is Reading.ABOVE
    assert (found["Imke"].others_flagged, found["Imke"].others_eligible) == (4, 40)
    assert found["Imke"].p == fisher_exact(15, 20, 4, 40)
    assert found["Raul"] == Comparison(TOO_FEW, 19, 53)


# --- weeks --------------------------------------------------------------------------------------

MONDAY = date(2024, 5, 6)


@pytest.mark.parametrize(
    ("last", "since"),
    [
        (MONDAY, MONDAY - timedelta(weeks=4)),
        (MONDAY + timedelta(days=3), MONDAY - timedelta(weeks=4)),  # a Thursday: not over yet
        (MONDAY + timedelta(days=4), MONDAY - timedelta(weeks=3)),
        (MONDAY + timedelta(days=6), MONDAY - timedelta(weeks=3)),
    ],
)
def test_the_last_week_counts_from_its_friday_on(last, since):
    assert last_full_weeks(tally(first=date(2023, 1, 1), last=last)) == since
    assert last_full_weeks(tally(first=since - timedelta(days=1), last=last)) == since
    assert last_full_weeks(tally(first=since, last=last)) is None


def test_without_dates_there_are_no_weeks():
    assert last_full_weeks(tally()) is None
    assert last_full_weeks(tally(first=MONDAY)) is None
    assert last_full_weeks(tally(last=MONDAY)) is None


def test_four_weeks_are_held_against_the_four_before_and_no_others():
    flagged = {-5: 100, -4: 1, -3: 0, -1: 1, 0: 9, 1: 8, 3: 7, 4: 100}
    weeks = {
        MONDAY + timedelta(weeks=n): WeekTally(rules=counts(times, max(times, 20)))
        for n, times in flagged.items()
    }
    agents = {"Imke": tally(weeks=weeks), "Raul": tally()}
    found = compare_weeks(agents, ["refusal-stall", "other"], MONDAY, 10)
    pair, comparison = found["Imke", "refusal-stall"]
    assert pair == Pair(24, 60, 2, 60)
    assert (comparison.reading, comparison.p) == (Reading.ABOVE, fisher_exact(24, 60, 2, 60))
    assert found["Imke", "other"] == (Pair(0, 0, 0, 0), Comparison(TOO_FEW, 0, 0))
    assert found["Raul", "refusal-stall"][1].reading is TOO_FEW
    assert len(found) == 4
    assert weeks[MONDAY].rules == counts(9, 20)  # what was counted stays as it was
