"""Scorecards of agents and of the team."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import cite, make_results, make_turn

from transcript_audit.model import (
    Act,
    ActLabel,
    Attempt,
    CallAudit,
    Concern,
    Episode,
    Evidence,
    Family,
    Finding,
    Outcome,
    Role,
    RoleSource,
    RuleStatus,
    Severity,
    SkippedCall,
    Transcript,
)
from transcript_audit.scorecards import (
    TEAM,
    THESE_CALLS,
    UNNAMED,
    UNTOLD,
    agents_of,
    calls_of,
    make_scorecards,
    pick_agents,
)
from transcript_audit.statistics import wilson_interval

FAMILIES = {
    "refusal-explicit": Family.REFUSED_CANCELLATION,
    "refusal-stall": Family.REFUSED_CANCELLATION,
    "pushback-after-decline": Family.REPEATED_PUSHBACK,
    "concern-unacknowledged": Family.IGNORED_CONCERN,
    "conduct-disrespect": Family.CONDUCT,
    "exit-no-confirmation": Family.GRACEFUL_EXIT,
    "exit-no-goodwill": Family.GRACEFUL_EXIT,
}


def flag(rule, *turns, severity=Severity.MAJOR, strength=0.9):
    return rule, turns, severity, strength


def make_audit(
    call_id,
    agents=("Imke",),
    *,
    flags=(),
    clear=tuple(FAMILIES),
    speakers=None,
    outcome=Outcome.NOT_CANCELLED,
    **episode,
):
    """A call; `speakers` names the agent of each turn, "" for the customer, None for unknown."""
    speakers = speakers or (agents[0] if agents else None, "") * 4
    turns = [
        make_turn(
            n,
            Role.CUSTOMER if name == "" else Role.AGENT,
            f"words of turn {n}",
            n * 10.0,
            name or None,
        )
        for n, name in enumerate(speakers)
    ]
    findings = [
        Finding(
            rule,
            FAMILIES[rule],
            severity,
            "did so",
            strength,
            tuple(cite(turns[n]) for n in cited),
        )
        for rule, cited, severity, strength in flags
    ]

    def status(rule):
        return RuleStatus.CLEAR if rule in clear else RuleStatus.NOT_APPLICABLE

    return CallAudit(
        Transcript(call_id, f"{call_id}.txt", (), agents),
        RoleSource.STATED,
        tuple(turns),
        (),
        Episode(outcome, (), None, len(turns), **episode),
        make_results(FAMILIES, findings, status),
    )


def card_of(cards, agent):
    (card,) = [card for card in cards.agents if card.agent == agent]
    return card


def share_of(card, family):
    (share,) = [share for share in card.families if share.family is family]
    return share


def attempt(turn=2, **more):
    return Attempt((Act(ActLabel.OFFER, turn, (0, 1), "pause"),), **more)


def concern(answered_in, **more):
    act = Act(ActLabel.RAISE_CONCERN, 1, (0, 1), "price")
    return Concern(act, "price", plain=more.pop("plain", False), answered_in=answered_in, **more)


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
