"""Acts that must not be there, and acts that must."""

from __future__ import annotations

import pytest
from checked_calls import (
    DETAILS,
    GOODWILL,
    REFUSES,
    RUDE,
    SWAPS,
    TALKS_OVER,
    call,
    check,
    cited,
    rule,
    talk,
)

from transcript_audit.model import (
    Family,
    Role,
    RuleStatus,
)
from transcript_audit.talk import NoTalk


def test_doing_what_was_just_accepted_is_no_substitution_but_more_of_it_is() -> None:
    taken = ["C: request-cancel", "A: offer:downgrade", "C: waver", "A:", "C: accept"]
    result = check(call(*taken, "A: substitute"), SWAPS)
    assert result.status is RuleStatus.CLEAR
    assert result.checked[-1] == "In turn 105 the agent did what had just been accepted."
    assert cited(check(call(*taken, "A:", "C:", "A: substitute"), SWAPS)) == [7]
    forced = ["C: request-cancel", "A: refuse pressure", "C: accept", "A: substitute"]
    assert cited(check(call(*forced), SWAPS)) == [3]
    assert cited(check(call(*taken, "A: substitute", "C:", "A: substitute"), SWAPS)) == [7]
    own_will = ["C: request-cancel", "A: agree", "C: withdraw", "A: substitute"]
    assert check(call(*own_will), SWAPS).status is RuleStatus.CLEAR
    other = rule("act-present", acts=["condition"], after="request")
    assert cited(check(call(*taken, "A: condition"), other)) == [5]


def test_every_act_named_is_evidence_after_the_request_only() -> None:
    result = check(
        call("A: refuse", "C: request-cancel", "A: refuse", "C:", "A: offer:gift stall"), REFUSES
    )
    assert cited(result) == [2, 4]
    assert check(call("A: refuse", "C: request-cancel", "A: agree"), REFUSES).status is (
        RuleStatus.CLEAR
    )


def test_nothing_comes_after_a_request_that_nobody_made() -> None:
    after = rule("act-present", Family.CONDUCT, acts=["disrespect"], after="request")
    result = check(call("A: disrespect", "C: so", "A: disrespect"), after)
    assert (result.status, result.checked[0]) == (RuleStatus.CLEAR, "Nobody asked to cancel.")


def test_some_acts_count_from_the_start_of_the_call() -> None:
    assert cited(check(call("A: disrespect", "C: request-cancel", "A: hang-up"), RUDE)) == [0, 2]


AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER


def test_a_protest_without_times_is_for_a_person_to_judge() -> None:
    lines = ("C: so", "A: so", "C: ask-to-finish", "A: so", "C: ask-to-finish")
    result = check(call(*lines), TALKS_OVER, NoTalk("the source has no times"))
    assert (result.status, result.finding) == (RuleStatus.CANNOT_TELL, None)
    assert result.reason == (
        "the customer asked to be let finish in turns 102 and 104; the source has no times"
    )
    assert "the times were not measured" in check(call(*lines), TALKS_OVER).reason
    assert check(call(*lines), TALKS_OVER, talk()).status is RuleStatus.CLEAR
    assert check(call(*lines), RUDE).status is RuleStatus.CLEAR
    assert check(call(*lines[:2]), TALKS_OVER).reason == "no disrespect by the agent"


def test_cutting_in_often_without_protest_is_for_a_person_to_judge() -> None:
    lines = ("C: so", "A: so")
    three = [(AGENT, 101, 2.4), (AGENT, 105, 2.4), (AGENT, 109, 2.4)]
    seldom = check(call(*lines), TALKS_OVER, talk(*three), cut_ins_to_hear=4)
    assert (seldom.status, seldom.reason) == (RuleStatus.CLEAR, "no disrespect by the agent")
    often = check(call(*lines), TALKS_OVER, talk(*three), cut_ins_to_hear=3)
    assert (often.status, often.finding) == (RuleStatus.CANNOT_TELL, None)
    assert often.reason == (
        "the agent cut in 3 times, for 7 seconds (turns 101, 105, 109); "
        "the customer did not protest, so it takes an ear to tell"
    )
    assert often.checked == ("Looked for disrespect in the agent's turns of the whole call.",)
    assert check(call(*lines), RUDE, talk(*three), cut_ins_to_hear=3).status is RuleStatus.CLEAR


@pytest.mark.parametrize(
    ("by_agent", "by_customer", "status"),
    [
        (4, 2, RuleStatus.CANNOT_TELL),
        (5, 2, RuleStatus.CANNOT_TELL),
        (4, 3, RuleStatus.CLEAR),
        (5, 3, RuleStatus.CLEAR),
    ],
)
def test_where_the_customer_cuts_in_more_than_half_as_often_nobody_is_suspected(
    by_agent: int, by_customer: int, status: RuleStatus
) -> None:
    cut_ins = [(AGENT, 101, 9.0)] * by_agent + [(CUSTOMER, 102, 9.0)] * by_customer
    result = check(call("C: so", "A: so"), TALKS_OVER, talk(*cut_ins), cut_ins_to_hear=2)
    assert result.status is status


def test_missing_details_cite_where_it_was_said_to_be_done() -> None:
    result = check(call("C: request-cancel", "A: confirm", "C:", "A: confirm goodwill"), DETAILS)
    assert cited(result) == [1, 3]


@pytest.mark.parametrize("place", [1, 3, 5])
def test_details_anywhere_after_the_request_are_enough(place: int) -> None:
    lines = ["C: request-cancel", "A:", "C:", "A: confirm", "C:", "A:"]
    lines[place] += " confirm-details"
    assert check(call(*lines), DETAILS).status is RuleStatus.CLEAR


def test_details_before_the_request_are_not_enough() -> None:
    early = call("A: confirm confirm-details", "C: request-cancel", "A: confirm")
    assert cited(check(early, DETAILS)) == [2]


def test_details_count_though_the_customer_stood_by_leaving_after_them() -> None:
    lines = ("C: request-cancel", "A: confirm-details", "C: insist", "A: confirm")
    assert check(call(*lines), DETAILS).status is RuleStatus.CLEAR


def test_missing_goodwill_cites_the_last_agent_turn() -> None:
    assert cited(check(call("C: request-cancel", "A: confirm", "A: so", "C:"), GOODWILL)) == [2]


def test_goodwill_counts_only_after_the_final_decision() -> None:
    early = call("C: request-cancel", "A: goodwill offer:gift", "C: decline", "A: confirm")
    assert cited(check(early, GOODWILL)) == [3]
    late = call("C: request-cancel", "A: offer:gift", "C: decline", "A: confirm goodwill")
    assert check(late, GOODWILL).status is RuleStatus.CLEAR
    polite = call("C: request-cancel", "A: confirm goodwill", "C: decline", "A:")
    assert check(polite, GOODWILL).status is RuleStatus.CLEAR
