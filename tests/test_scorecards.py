"""Scorecards of agents and of the team."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from builders import make_results
from counted_calls import (
    FAMILIES,
    attempt,
    card_of,
    concern,
    flag,
    make_audit,
    make_calls,
    rule_of,
    share_of,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from transcript_audit.model import (
    Evidence,
    Family,
    Outcome,
    RuleStatus,
    Severity,
    SkippedCall,
)
from transcript_audit.rulebook import QualityWeights
from transcript_audit.scorecards import (
    TEAM,
    THESE_CALLS,
    UNNAMED,
    UNTOLD,
    NeedKind,
    Reading,
    agents_of,
    calls_of,
    make_scorecards,
    pick_agents,
    scorecards_frame,
)
from transcript_audit.statistics import wilson_interval

WEEK = timedelta(weeks=1)


def test_calls_and_skips_are_counted_for_each_agent_and_once_for_the_team():
    cards = make_scorecards(
        [
            make_audit("a", ("Imke",)),
            make_audit("b", ("Imke", "Raul"), speakers=("Imke", "", "Raul", "")),
            SkippedCall("c", "c.txt", "one speaker", ("Raul",)),
        ]
    )
    assert [card.agent for card in cards.agents] == ["Imke", "Raul"]
    assert [(card.calls, card.skipped) for card in cards.agents] == [(2, 0), (1, 1)]
    assert (cards.team.agent, cards.team.calls, cards.team.skipped) == (TEAM, 2, 1)


def test_calls_without_a_named_agent_are_kept_apart_and_last():
    cards = make_scorecards(
        [make_audit("a", ()), make_audit("b", ("Zora",)), SkippedCall("c", "c", "empty")]
    )
    assert [card.agent for card in cards.agents] == ["Zora", UNNAMED]
    assert (card_of(cards, UNNAMED).calls, card_of(cards, UNNAMED).skipped) == (1, 1)


def test_an_agent_named_like_the_team_is_not_the_team():
    cards = make_scorecards([make_audit("a", (TEAM,)), make_audit("b", ("Raul",))])
    assert card_of(cards, TEAM).calls == 1
    assert cards.team.calls == 2


def test_a_family_is_flagged_of_eligible_with_a_wilson_range():
    audits = [make_audit(f"c{n}") for n in range(3)]
    audits.append(make_audit("bad", flags=[flag("refusal-stall", 2), flag("refusal-explicit", 4)]))
    audits.append(make_audit("none", clear=()))
    share = share_of(card_of(make_scorecards(audits), "Imke"), Family.REFUSED_CANCELLATION)
    assert (share.flagged, share.eligible) == (1, 4)
    assert (share.low, share.high) == pytest.approx(wilson_interval(1, 4))


def test_a_family_that_was_never_eligible_has_no_range():
    share = share_of(make_scorecards([make_audit("a", clear=())]).team, Family.CONDUCT)
    assert (share.flagged, share.eligible, share.low, share.high) == (0, 0, None, None)


def test_critical_calls_are_counted_once_a_call():
    critical = [
        flag("refusal-explicit", 2, severity=Severity.CRITICAL),
        flag("conduct-disrespect", 4, severity=Severity.CRITICAL),
    ]
    cards = make_scorecards([make_audit("a", flags=critical), make_audit("b")])
    assert card_of(cards, "Imke").critical_calls == cards.team.critical_calls == 1


TWO = {"agents": ("Imke", "Raul"), "speakers": ("Imke", "", "Imke", "", "Raul", "", "Raul", "")}


def test_a_finding_counts_for_the_agent_in_whose_turns_it_stands():
    cards = make_scorecards([make_audit("a", flags=[flag("refusal-stall", 4)], **TWO)])
    family = Family.REFUSED_CANCELLATION
    shares = {card.agent: share_of(card, family).flagged for card in cards.agents}
    assert shares == {"Imke": 0, "Raul": 1}
    assert share_of(card_of(cards, "Imke"), family).eligible == 1
    assert share_of(cards.team, family).flagged == 1


def test_a_customers_turn_is_about_the_agent_who_speaks_before_and_after_it():
    inside = make_scorecards([make_audit("a", flags=[flag("concern-unacknowledged", 1)], **TWO)])
    assert share_of(card_of(inside, "Imke"), Family.IGNORED_CONCERN).flagged == 1
    assert share_of(card_of(inside, "Raul"), Family.IGNORED_CONCERN).flagged == 0


NAMELESS = {"agents": ("Imke", "Raul"), "speakers": (None, "", None, "", None, "")}


@pytest.mark.parametrize(
    ("speakers", "turn"),
    [
        (("Imke", "", None, "", "Raul", ""), 2),
        (("Imke", "", None, "", "Raul", ""), 3),
        (NAMELESS["speakers"], 2),
        (("Imke", "", "Raul", ""), 1),
    ],
)
def test_what_cannot_be_told_apart_counts_for_the_team_and_a_row_of_its_own(speakers, turn):
    flags = [flag("conduct-disrespect", turn, severity=Severity.CRITICAL)]
    cards = make_scorecards(
        [make_audit("a", ("Imke", "Raul"), flags=flags, speakers=speakers), make_audit("b")]
    )
    *named, untold = cards.agents
    assert ([card.agent for card in named], untold.agent) == (["Imke", "Raul"], UNTOLD)
    for card in named:
        assert (share_of(card, Family.CONDUCT).flagged, card.critical_calls) == (0, 0)
        assert card.calls_to_hear == ()
    assert share_of(card_of(cards, "Raul"), Family.CONDUCT).eligible == 0
    for card in (untold, cards.team):
        assert (share_of(card, Family.CONDUCT).flagged, card.critical_calls) == (1, 1)
    assert (untold.calls, share_of(untold, Family.CONDUCT).eligible) == (1, 1)
    (heard,) = untold.calls_to_hear
    assert (heard.call_id, heard.quote) == ("a", f"words of turn {turn}")
    assert share_of(untold, Family.REFUSED_CANCELLATION).eligible == 0


def test_a_call_whose_agents_can_all_be_told_apart_has_no_row_for_those_not():
    audit = make_audit("a", flags=[flag("refusal-stall", 2, 6)], **TWO)
    assert [card.agent for card in make_scorecards([audit]).agents] == ["Imke", "Raul"]


def test_a_name_in_another_letter_case_is_the_same_agent():
    audits = [
        make_audit("a", ("Imke",)),
        make_audit("b", ("imke",)),
        make_audit("c", ("IMKE", "imke"), speakers=("IMKE", "", "imke", "")),
        SkippedCall("d", "d", "empty", ("  imke ",)),
        make_audit("e", ("Raul",)),
    ]
    (imke, _) = make_scorecards(audits).agents
    assert (imke.agent, imke.calls, imke.skipped) == ("Imke", 3, 1)
    assert [each.call_id for each in calls_of("iMKe", audits)] == ["a", "b", "c", "d"]
    assert agents_of(audits[2]) == ("IMKE",)


def test_a_finding_is_about_an_agent_whatever_the_letter_case_of_the_name():
    speakers = ("Imke", "", "imke", "", "Raul", "")
    flags = [flag("refusal-stall", 2)]
    audit = make_audit("a", ("Imke", "Raul"), flags=flags, speakers=speakers)
    imke, raul = make_scorecards([audit]).agents
    assert share_of(imke, Family.REFUSED_CANCELLATION).flagged == 1
    assert share_of(raul, Family.REFUSED_CANCELLATION).flagged == 0
    assert [call.quote for call in imke.calls_to_hear] == ["words of turn 2"]


def test_calls_without_a_name_and_calls_not_told_apart_are_found_again():
    untold = make_audit("a", flags=[flag("refusal-stall", 2)], **NAMELESS)
    audits = [untold, make_audit("b", ()), SkippedCall("c", "c", "empty"), make_audit("d")]
    assert calls_of(UNTOLD, audits) == [untold]
    assert [each.call_id for each in calls_of(UNNAMED, audits)] == ["b", "c"]


def test_picked_agents_keep_what_is_not_told_apart_and_the_team_is_of_their_calls():
    flags = [flag("refusal-stall", 2)]
    cards = make_scorecards([make_audit("a", flags=flags, **NAMELESS), make_audit("b")])
    picked = pick_agents(cards, ["raul"])
    assert [card.agent for card in picked.agents] == ["Raul", UNTOLD]
    assert (picked.team.agent, picked.team.calls) == (THESE_CALLS, 2)


@pytest.mark.parametrize(
    ("span", "quote"),
    [((0, 15), "words of turn 2"), ((0, 5), "words…"), ((9, 15), "…turn 2")],
)
def test_a_quote_cut_out_of_a_sentence_says_so(span, quote):
    audit = make_audit("a", flags=[flag("refusal-stall", 2)])
    (result,) = [each for each in audit.results if each.finding]
    cut = replace(result.finding, evidence=(Evidence(2, 2, span, ""),))
    cards = make_scorecards([replace(audit, results=(replace(result, finding=cut),))])
    assert cards.team.calls_to_hear[0].quote == quote


def test_a_lone_agent_answers_for_turns_that_name_nobody():
    audit = make_audit("a", flags=[flag("refusal-stall", 0)], speakers=(None, "", None))
    card = card_of(make_scorecards([audit]), "Imke")
    assert share_of(card, Family.REFUSED_CANCELLATION).flagged == 1


def test_calls_to_hear_come_gravest_then_surest_then_with_most_findings():
    audits = [
        make_audit("weak", flags=[flag("refusal-stall", 2, strength=0.6)]),
        make_audit("sure", flags=[flag("refusal-stall", 2, strength=0.8)]),
        make_audit(
            "many",
            flags=[
                flag("refusal-stall", 2, strength=0.8),
                flag("exit-no-goodwill", 2, severity=Severity.COACHING, strength=1.0),
            ],
        ),
        make_audit(
            "grave", flags=[flag("refusal-explicit", 2, severity=Severity.CRITICAL, strength=0.5)]
        ),
        make_audit("fine"),
    ]
    heard = make_scorecards(audits, listen=3).team.calls_to_hear
    assert [call.call_id for call in heard] == ["grave", "many", "sure"]
    assert heard[1].findings == 2


def test_of_calls_alike_the_latest_is_heard_first():
    days = ("2026-01-05", "2026-03-05", None, "2026-02-05")
    audits = [make_audit(f"c{day}", flags=[flag("refusal-stall", 2)], began=day) for day in days]
    heard = make_scorecards(audits).team.calls_to_hear
    assert [call.call_id for call in heard] == [
        "c2026-03-05",
        "c2026-02-05",
        "c2026-01-05",
        "cNone",
    ]


def test_a_call_to_hear_gives_time_and_words_of_the_agents_own_evidence():
    audit = make_audit("a", flags=[flag("refusal-stall", 2, 6)], **TWO)
    cards = make_scorecards([audit])
    (imke,), (raul,) = (card.calls_to_hear for card in cards.agents)
    assert (imke.start, imke.quote) == (20.0, "words of turn 2")
    assert (raul.start, raul.quote, raul.path) == (60.0, "words of turn 6", "a.txt")


def test_seconds_to_confirm_is_the_median_of_the_calls_that_have_it():
    times = [30.0, 50.0, 400.0, None]
    audits = [make_audit(f"c{n}", seconds_to_confirm=time) for n, time in enumerate(times)]
    card = make_scorecards(audits).team
    assert (card.seconds_to_confirm, card.confirmed) == (50.0, 3)
    assert make_scorecards(audits[3:]).team.seconds_to_confirm is None


CANCELLED = {"outcome": Outcome.CANCELLED}
NO_EXIT = ("refusal-stall",)


@pytest.mark.parametrize(
    ("calls", "name", "done", "called_for"),
    [
        ([{"concerns": (concern(2), concern(2), concern(None))}], "concerns-acknowledged", 2, 3),
        ([CANCELLED, CANCELLED], "details-confirmed", 2, 2),
        ([CANCELLED | {"clear": NO_EXIT}] * 2, "let-go-at-once", 2, 2),
        (
            [
                CANCELLED
                | {"clear": NO_EXIT, "attempts": (attempt(declined_in=3), attempt(invited=True))}
            ]
            * 3,
            "no-accepted",
            3,
            3,
        ),
    ],
)
def test_one_thing_done_well_comes_from_the_calls(calls, name, done, called_for):
    audits = [make_audit(f"c{n}", **call) for n, call in enumerate(calls)]
    well = card_of(make_scorecards(audits), "Imke").done_well
    assert (well.name, well.done, well.called_for) == (name, done, called_for)


def test_nothing_is_praised_for_want_of_calls_or_of_merit():
    once = [make_audit("a", **CANCELLED)]
    assert make_scorecards(once).team.done_well is None
    pressed = attempt(declined_in=3, after_decline=True)
    exits = [flag("exit-no-confirmation", 2), flag("exit-no-goodwill", 2)]
    bad = [make_audit(f"c{n}", flags=exits, attempts=(pressed,), **CANCELLED) for n in range(4)]
    assert make_scorecards(bad).team.done_well is None


def test_concerns_that_are_plain_reasons_or_cut_off_earn_no_praise():
    concerns = (concern(2, plain=True), concern(2, plain=True), concern(None, settled=False))
    assert make_scorecards([make_audit("a", concerns=concerns)]).team.done_well is None


def test_a_practice_held_oftener_outranks_one_held_in_as_large_a_share():
    audits = [make_audit(f"c{n}", **CANCELLED) for n in range(2)]
    audits += [make_audit("d", concerns=(concern(2),) * 5)]
    assert make_scorecards(audits).team.done_well.name == "concerns-acknowledged"


def test_calls_in_which_nothing_could_be_judged_earn_no_praise_and_no_time():
    audits = [make_audit(f"c{n}", seconds_to_confirm=9.0, **CANCELLED) for n in range(3)]
    assert make_scorecards(audits).team.done_well
    left_open = [
        replace(each, results=make_results(FAMILIES, [], lambda _: RuleStatus.CANNOT_TELL))
        for each in audits
    ]
    team = make_scorecards(left_open).team
    assert (team.done_well, team.seconds_to_confirm, team.confirmed) == (None, None, 0)
    assert [share.eligible for share in team.families] == [0] * len(team.families)


def test_the_agents_of_a_shared_call_earn_no_praise_for_it():
    audits = [make_audit(f"c{n}", **TWO, **CANCELLED) for n in range(3)]
    cards = make_scorecards(audits)
    assert [card.done_well for card in cards.agents] == [None, None]
    assert cards.team.done_well.called_for == 3


def test_no_calls_make_an_empty_team_card():
    cards = make_scorecards([])
    assert (cards.agents, cards.team.calls, cards.team.done_well) == ((), 0, None)
    assert len(cards.team.families) == 5


def test_skipped_calls_alone_make_cards_without_shares():
    cards = make_scorecards([SkippedCall("a", "a", "empty", ("Imke",))])
    assert (card_of(cards, "Imke").skipped, card_of(cards, "Imke").calls) == (1, 0)
    assert share_of(cards.team, Family.CONDUCT).eligible == 0


def test_the_same_calls_give_the_same_cards_in_any_order_of_agents():
    audits = [
        make_audit("a", ("Raul",)),
        make_audit("b", ("Imke",), flags=[flag("refusal-stall", 2)]),
    ]
    assert make_scorecards(audits) == make_scorecards(audits[::-1])


def test_calls_are_judged_by_rule_with_what_could_not_be_told_left_out():
    audits = [
        make_audit("a", flags=[flag("refusal-stall", 2)]),
        make_audit("b"),
        make_audit("c", unsure=("refusal-stall",)),
        make_audit("d", clear=()),
    ]
    share = rule_of(make_scorecards(audits).team, "refusal-stall")
    assert (share.flagged, share.eligible, share.cannot_tell) == (1, 2, 1)
    assert (share.low, share.high) == pytest.approx(wilson_interval(1, 2))


def test_compliance_is_of_calls_in_which_every_critical_rule_could_be_told(rulebook):
    critical = [flag("refusal-explicit", 2, severity=Severity.CRITICAL)]
    audits = [
        make_audit("held"),
        make_audit("failed", flags=critical),
        make_audit("failed, whatever else is open", flags=critical, unsure=("conduct-disrespect",)),
        make_audit("open", unsure=("conduct-disrespect",)),
        make_audit("a major rule open", unsure=("refusal-stall",)),
        make_audit("nothing judged", clear=()),
    ]
    share = make_scorecards(audits, rulebook=rulebook).team.compliance
    assert (share.count, share.of) == (2, 4)
    assert (share.low, share.high) == pytest.approx(wilson_interval(2, 4))


def test_an_agent_does_not_pass_on_a_critical_finding_that_may_be_the_agents():
    flags = [flag("conduct-disrespect", 2, severity=Severity.CRITICAL)]
    speakers = ("Imke", "", None, "", "Raul", "")
    cards = make_scorecards([make_audit("a", ("Imke", "Raul"), flags=flags, speakers=speakers)])
    assert [card.compliance.of for card in cards.agents] == [0, 0, 1]
    assert (cards.team.compliance.count, cards.team.compliance.of) == (0, 1)


WORKED = [
    # weights of the rules judged: 10 + 5 + 5 + 5 + 10 + 2 + 0 = 37; clear: 37 - 5 = 32
    make_audit("one major flag", flags=[flag("refusal-stall", 2)]),
    # 100 * (37 - 10) / 37 = 73.0, but a critical flag fails the call
    make_audit("critical", flags=[flag("refusal-explicit", 2, severity=Severity.CRITICAL)]),
    # only these apply: 100 * 5 / (5 + 2) = 71.4
    make_audit(
        "two rules apply",
        flags=[flag("exit-no-confirmation", 2, severity=Severity.MINOR)],
        clear=("refusal-stall",),
    ),
    # advice weighs nothing, so it costs nothing
    make_audit("advice", flags=[flag("exit-no-goodwill", 2, severity=Severity.COACHING)]),
    make_audit("only advice applies", clear=("exit-no-goodwill",)),
    make_audit("nothing applies", clear=()),
]


def test_quality_is_the_mean_of_the_calls_weighted_scores(rulebook):
    quality = make_scorecards(WORKED, rulebook=rulebook).team.quality
    worked = (100 * 32 / 37 + 0 + 100 * 5 / 7 + 100) / 4
    assert quality.mean == pytest.approx(worked, abs=0.001)
    assert (quality.calls, quality.auto_failed, quality.too_few) == (4, 1, True)


def test_weights_and_auto_fail_come_from_the_profile(rulebook):
    weights = QualityWeights(
        severity_weights={Severity.MAJOR: 1.0}, rule_weights={"refusal-stall": 8.0}, auto_fail=()
    )
    profile = rulebook.profile.model_copy(update={"quality": weights, "eligible_at_least": 1})
    cards = make_scorecards(WORKED[:2], rulebook=replace(rulebook, profile=profile))
    whole = 10 + 8 + 1 + 1 + 10 + 2 + 0
    worked = (100 * (whole - 8) / whole + 100 * (whole - 10) / whole) / 2
    assert cards.team.quality.mean == pytest.approx(worked, abs=0.001)
    assert (cards.team.quality.auto_failed, cards.team.quality.too_few) == (0, False)
    assert cards.eligible_at_least == 1


def test_without_a_rule_book_there_is_no_quality_score_and_rules_go_by_their_ids():
    card = make_scorecards(WORKED).team
    assert card.quality is None
    assert rule_of(card, "refusal-stall").title == "refusal-stall"
    assert card.coaching[0].say_instead == ""


def test_an_agent_is_read_against_the_rest_of_the_team_without_the_agent():
    audits = [
        *make_calls(40, 30, agents=("Imke",)),
        *make_calls(60, 6, agents=("Raul",)),
        *make_calls(40, 4, agents=("Zora",)),
        *make_calls(9, 9, agents=("Nils",)),
    ]
    cards = make_scorecards(audits)
    found = {card.agent: rule_of(card, "refusal-stall").comparison for card in cards.agents}
    assert {agent: str(each.reading) for agent, each in found.items()} == {
        "Imke": "above",
        "Nils": "too-few",
        "Raul": "below",
        "Zora": "below",
    }
    assert (found["Imke"].others_flagged, found["Imke"].others_eligible) == (19, 109)
    assert (found["Nils"].p, found["Nils"].adjusted_p) == (None, None)
    assert rule_of(cards.team, "refusal-stall").comparison is None


def test_readings_of_all_agents_and_rules_are_adjusted_together():
    few = [*make_calls(12, 5, agents=("Imke",)), *make_calls(40, 4, agents=("Raul",))]
    cards = make_scorecards(few)
    comparison = rule_of(card_of(cards, "Imke"), "refusal-stall").comparison
    p = stats.fisher_exact([[5, 7], [4, 36]]).pvalue
    assert comparison.p == pytest.approx(p)
    assert p < 0.05
    # two agents and seven rules: this p and its mirror are the least of fourteen
    assert comparison.adjusted_p == pytest.approx(p * 14 / 2)
    assert comparison.reading is Reading.CANNOT_TELL


def test_calls_shared_by_agents_are_no_part_of_the_rest_of_the_team():
    shared = [make_audit(f"s{n}", flags=[flag("refusal-stall", 4)], **TWO) for n in range(5)]
    cards = make_scorecards([*shared, *make_calls(20, 2, agents=("Zora",))])
    imke = rule_of(card_of(cards, "Imke"), "refusal-stall")
    assert (imke.flagged, imke.eligible) == (0, 5)
    assert (imke.comparison.others_flagged, imke.comparison.others_eligible) == (2, 20)


def test_nobody_is_compared_where_nobody_is_named_or_nobody_else_is_there():
    cards = make_scorecards([*make_calls(20, 9, agents=()), *make_calls(20, 2, agents=("Zora",))])
    assert rule_of(card_of(cards, UNNAMED), "refusal-stall").comparison is None
    alone = make_scorecards(make_calls(20, 9, agents=("Zora",)))
    assert rule_of(alone.agents[0], "refusal-stall").comparison.reading is Reading.CANNOT_TELL


def test_saves_are_of_judged_calls_with_a_request_and_stand_beside_pushback():
    retained = {"outcome": Outcome.RETAINED}
    pushed = [flag("pushback-after-decline", 2)]
    audits = [
        *(make_audit(f"i{n}", ("Imke",), flags=pushed, **retained) for n in range(20)),
        *(make_audit(f"r{n}", ("Raul",), outcome=Outcome.CANCELLED) for n in range(40)),
        *(make_audit(f"z{n}", ("Zora",), outcome=Outcome.NO_REQUEST) for n in range(9)),
    ]
    cards = make_scorecards(audits)
    imke, raul, zora = cards.agents
    assert (imke.saves.count, imke.saves.of, imke.saves.value) == (20, 20, 1.0)
    assert (raul.saves.count, raul.saves.of) == (0, 40)
    assert (zora.saves.of, zora.outcomes[Outcome.NO_REQUEST]) == (0, 9)
    assert (imke.pushback.flagged, imke.pushback.comparison.reading) == (20, Reading.ABOVE)
    assert [card.saves_and_pushes for card in cards.agents] == [True, False, False]
    assert "Saves much and pushes much" in [need.title for need in imke.needs]
    assert cards.team.outcomes[Outcome.RETAINED] == 20


def test_attempts_are_counted_for_calls_with_a_request():
    audits = [make_audit(f"c{n}", attempts=(attempt(),) * n) for n in range(6)]
    audits.append(make_audit("none", outcome=Outcome.NO_REQUEST, attempts=(attempt(),)))
    attempts = make_scorecards(audits).team.attempts
    assert (attempts.requests, attempts.mean, attempts.by_number) == (6, 2.5, (1, 1, 1, 3))
    assert make_scorecards([]).team.attempts.mean is None


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=40))
def test_times_have_the_quartiles_that_numpy_gives(times):
    audits = [
        make_audit(f"c{n}", seconds_to_confirm=float(time), turns_to_confirm=time)
        for n, time in enumerate(times)
    ]
    card = make_scorecards(audits).team
    quartiles = pytest.approx(np.quantile(times, [0.25, 0.5, 0.75]).tolist())
    for spread in (card.seconds, card.turns):
        assert [spread.lower, spread.median, spread.upper] == quartiles
        assert spread.calls == len(times)


def test_concerns_are_told_by_topic_with_reasons_apart():
    concerns = (
        concern(2),
        concern(None),
        concern(None, settled=False),
        concern(None, plain=True),
        replace(concern(2), topic="moving"),
    )
    price, moving = make_scorecards([make_audit("a", concerns=concerns)]).team.concerns
    assert (price.topic, price.voiced, price.settled, price.answered) == ("price", 3, 2, 1)
    assert (price.reasons, moving.reasons, moving.answered) == (1, 0, 1)
    assert (price.low, price.high) == pytest.approx(wilson_interval(1, 2))


def test_a_call_to_hear_names_agent_date_all_quotes_and_steps():
    flags = [flag("refusal-stall", 2, 6)]
    audit = make_audit("a", flags=flags, began="2026-02-03T10:00", **TWO)
    (result,) = [each for each in audit.results if each.finding]
    stepped = replace(result.finding, steps=("The customer asked.", "The agent put it off."))
    results = tuple(
        replace(each, finding=stepped) if each is result else each for each in audit.results
    )
    cards = make_scorecards([replace(audit, results=results)])
    (team,), (raul,) = cards.team.calls_to_hear, card_of(cards, "Raul").calls_to_hear
    assert [quote.number for quote in team.quotes] == [2, 6]
    assert [quote.words for quote in raul.quotes] == ["words of turn 6"]
    assert (team.agent, raul.agent, raul.started_at.day) == (UNTOLD, "Raul", 3)
    assert raul.steps == ("The customer asked.", "The agent put it off.")
    lone = make_scorecards(make_calls(1, 1, agents=("Zora",))).team.calls_to_hear[0]
    assert lone.agent == "Zora"


def test_weeks_are_iso_weeks_without_gaps_and_undated_calls_are_counted():
    audits = [
        make_audit("a", began="2025-12-29", flags=[flag("refusal-stall", 2)]),  # Monday of W01
        make_audit("b", began="2026-01-04T23:59"),  # its Sunday
        make_audit("c", began="2026-01-12"),
        make_audit("d"),
    ]
    card = make_scorecards(audits).team
    assert [week.name for week in card.weeks] == ["2026-W01", "2026-W02", "2026-W03"]
    assert [week.calls for week in card.weeks] == [2, 0, 1]
    shares = [week.families[0] for week in card.weeks]
    assert [(s.flagged, s.eligible) for s in shares] == [(1, 2), (0, 0), (0, 1)]
    assert (str(card.first), str(card.last), card.undated) == ("2025-12-29", "2026-01-12", 1)


def test_a_false_date_far_away_adds_no_empty_weeks():
    audits = [make_audit("a", began="0001-01-01"), make_audit("b", began="2026-01-12")]
    card = make_scorecards(audits).team
    assert [week.name for week in card.weeks] == ["2026-W03"]


def dated(first, weeks, flagged, **more):
    """Ten calls on the Friday of each of `weeks` weeks, `flagged` of them flagged."""
    friday = date.fromisoformat(first)
    return [
        audit
        for n in range(weeks)
        for audit in make_calls(10, flagged, start=100 * n, began=str(friday + n * WEEK), **more)
    ]


def test_a_rule_rises_where_the_last_four_full_weeks_have_more_than_the_four_before():
    audits = [
        *dated("2026-01-09", 4, 1, agents=("Imke",)),
        *dated("2026-02-06", 4, 8, agents=("Imke",)),
        *make_calls(9, 0, start=9000, began="2026-03-02", agents=("Imke",)),  # a week just begun
    ]
    (change,) = [c for c in make_scorecards(audits).team.changes if c.rule == "refusal-stall"]
    assert (change.flagged, change.eligible, str(change.since)) == (32, 40, "2026-02-02")
    assert (change.comparison.others_flagged, change.comparison.others_eligible) == (4, 40)
    assert change.comparison.reading is Reading.ABOVE
    needs = make_scorecards(audits).team.needs
    assert [(need.kind, need.rule) for need in needs] == [(NeedKind.RISING, "refusal-stall")]


def test_no_rule_rises_where_there_are_too_few_calls_or_weeks():
    short = dated("2026-01-09", 4, 1, agents=("Imke",))
    assert make_scorecards(short).team.changes == ()
    thin = [*make_calls(5, 0, began="2026-01-09"), *dated("2026-02-06", 4, 8, agents=("Imke",))]
    changes = make_scorecards(thin).team.changes
    assert {change.comparison.reading for change in changes} == {Reading.CANNOT_TELL}


def test_the_frame_has_a_row_for_each_rule_and_family_of_each_agent():
    cards = make_scorecards([*make_calls(20, 9, agents=("Imke",)), *make_calls(20, 1)])
    frame = scorecards_frame(cards)
    assert len(frame) == (len(cards.agents) + 1) * (len(FAMILIES) + len(Family))
    row = frame.query("agent == 'Imke' and name == 'refusal-stall'").iloc[0]
    share = rule_of(card_of(cards, "Imke"), "refusal-stall")
    assert (row["flagged"], row["eligible"], row["share"]) == (
        share.flagged,
        share.eligible,
        share.value,
    )
    assert frame["team"].sum() == len(FAMILIES) + len(Family)
    assert len(scorecards_frame(make_scorecards([]))) == len(Family)
