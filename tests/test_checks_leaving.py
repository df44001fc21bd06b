"""Being passed on, and a request that stands at the end."""

from __future__ import annotations

import pytest
from checked_calls import (
    PASSES,
    STANDS,
    Call,
    call,
    check,
    cited,
    finding,
    talk,
)

from transcript_audit.model import (
    RuleStatus,
)
from transcript_audit.talk import NoTalk


def passed(times: int) -> Call:
    lines = ["C: request-cancel"]
    for _ in range(times):
        lines += ["A: hand-off", "A: verify", "C:"]
    return call(*lines)


def test_one_hand_off_is_allowed_and_each_further_one_is_evidence() -> None:
    assert check(passed(0), PASSES).status is RuleStatus.CLEAR
    assert check(passed(1), PASSES).status is RuleStatus.CLEAR
    assert cited(check(passed(2), PASSES)) == [4]
    assert cited(check(passed(3), PASSES)) == [4, 7]
    assert check(passed(2), PASSES, hand_offs_allowed=2).status is RuleStatus.CLEAR
    assert cited(check(passed(1), PASSES, hand_offs_allowed=0)) == [1]


def test_having_to_argue_it_all_again_after_one_hand_off_is_flagged() -> None:
    lines = ["C: request-cancel", "A: hand-off", "A: verify", "C: request-cancel", "A: ask-reason"]
    assert check(call(*lines), PASSES).status is RuleStatus.CLEAR
    again = call(*lines, "C: request-cancel", "A: offer:gift")
    assert cited(check(again, PASSES)) == [1]
    polite = call(*lines, "C: request-cancel", "A: confirm")
    assert check(polite, PASSES).status is RuleStatus.CLEAR
    assert check(again, PASSES, hand_offs_allowed=2).status is RuleStatus.CLEAR
    assert check(call("C: request-cancel", *lines[3:]), PASSES, hand_offs_allowed=0).status is (
        RuleStatus.CLEAR
    )


def test_what_was_told_and_argued_before_the_hand_off_is_not_told_again() -> None:
    argued = ["C: request-cancel", "A: offer:gift", "C: give-reason:price", "A: hand-off"]
    once = call(*argued, "A: verify", "C: request-cancel", "A: offer:gift")
    assert check(once, PASSES).status is RuleStatus.CLEAR
    twice = [*argued, "A: verify", "C: request-cancel", "A:", "C: raise-concern:price"]
    assert check(call(*twice, "A: agree"), PASSES).status is RuleStatus.CLEAR
    assert cited(check(call(*twice, "A: stall"), PASSES)) == [3]


@pytest.mark.parametrize("told", ["request-cancel", "repeat-concern", "raise-concern"])
@pytest.mark.parametrize("deed", ["dispute-reason", "persuade", "condition", "pressure"])
def test_whatever_was_told_again_and_argued_with_counts_in_two_turns(told: str, deed: str) -> None:
    lines = ["C: request-cancel", "A: hand-off", "C: give-reason:price", f"A: {deed}"]
    result = check(call(*lines, f"C: {told}:price"), PASSES)
    assert result.reason == "passed on and had to argue it all again"
    in_one_turn = call(*lines[:2], f"C: give-reason:price {told}:price", f"A: {deed}")
    assert check(in_one_turn, PASSES).status is RuleStatus.CLEAR


def test_a_request_standing_at_the_end_cites_the_last_agent_turn() -> None:
    result = check(call("C: request-cancel@0.7", "A: refuse", "A: so", "C: insist"), STANDS)
    assert cited(result) == [2]
    assert finding(result).strength == 0.7
    assert finding(result).evidence[0].act == ""


@pytest.mark.parametrize(
    "lines",
    [
        ["A: confirm"],
        ["A: offer:pause", "C: accept"],
        ["A: hand-off"],
        ["A: refuse-allowed"],
    ],
)
def test_a_request_that_was_settled_does_not_stand(lines: list[str]) -> None:
    assert check(call("C: request-cancel", *lines), STANDS).status is RuleStatus.CLEAR


def test_a_request_given_up_under_pressure_is_for_a_person_to_judge() -> None:
    result = check(call("C: request-cancel", "A: refuse", "C: accept"), STANDS)
    assert result.status is RuleStatus.CANNOT_TELL
    assert "gave the request up" in result.reason


def test_a_recording_without_an_agent_cannot_tell() -> None:
    assert check(call("C: request-cancel"), STANDS).status is RuleStatus.CANNOT_TELL


def test_how_long_nobody_spoke_after_the_request_is_told_where_it_is_as_long_as_a_hold() -> None:
    stands = call("C: so", "A: so", "C: request-cancel", "A: refuse", "C: insist", "A: so")
    waits = ((100, 90.0), (102, 60.0), (103, 59.9), (104, 60.4))
    told = finding(check(stands, STANDS, talk(waits=waits), hold_seconds=60)).steps
    assert told[-1] == "After the request nobody spoke for 120 seconds, 2 waits."
    told = finding(check(stands, STANDS, talk(waits=waits[:2]), hold_seconds=60)).steps
    assert told[-1] == "After the request nobody spoke for 60 seconds, 1 wait."
    for times in (talk(waits=waits[:1]), talk(waits=waits[2:3]), NoTalk("no times"), None):
        steps = finding(check(stands, STANDS, times, hold_seconds=60)).steps
        assert steps[-1] == "No confirmation and no allowed reason was found up to the last turn."


def test_a_recording_that_ends_with_the_request_cannot_tell_what_became_of_it() -> None:
    result = check(call("A:", "C: request-cancel"), STANDS)
    assert (result.status, result.finding) == (RuleStatus.CANNOT_TELL, None)
    assert cited(check(call("A:", "C: request-cancel", "A:"), STANDS)) == [2]
