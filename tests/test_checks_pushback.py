"""Attempts after a decline, and pressing for the reason."""

from __future__ import annotations

import pytest
from checked_calls import (
    ASKS,
    PUSHES,
    Call,
    call,
    check,
    cited,
    finding,
)

from transcript_audit.model import (
    RuleStatus,
    Severity,
)


def test_one_attempt_before_any_decline_is_allowed() -> None:
    result = check(call("C: request-cancel", "A: offer:pause", "C: decline", "A: agree"), PUSHES)
    assert (result.status, result.reason) == (RuleStatus.CLEAR, "no attempt after a decline")
    assert check(call("C: request-cancel", "A: agree"), PUSHES).reason == "no attempt to retain"


def pushes(times: int) -> Call:
    lines = ["C: request-cancel", "A: offer:pause"]
    for _ in range(times):
        lines += ["C: decline", "A: offer:gift persuade"]
    return call(*lines)


def test_each_attempt_after_a_decline_is_evidence_and_three_are_critical() -> None:
    assert cited(check(pushes(1), PUSHES)) == [3, 3]
    assert cited(check(pushes(2), PUSHES)) == [3, 3, 5, 5]
    severities = [finding(check(pushes(times), PUSHES)).severity for times in (1, 2, 3, 4)]
    assert severities == [Severity.MAJOR, Severity.MAJOR, Severity.CRITICAL, Severity.CRITICAL]
    assert finding(check(pushes(2), PUSHES, attempts_critical=2)).severity is Severity.CRITICAL


def test_invited_offers_are_allowed_until_the_next_no() -> None:
    lines = ["C: request-cancel", "A: offer:pause", "C: decline", "A:", "C: waver", "A: offer:gift"]
    assert check(call(*lines), PUSHES).status is RuleStatus.CLEAR
    assert cited(check(call(*lines, "C: insist", "A: persuade"), PUSHES)) == [7]


def test_more_attempts_than_the_profile_allows_are_flagged_before_any_decline() -> None:
    lines = ("C: request-cancel", "A: offer:pause", "C: give-reason:price", "A: offer:discount")
    assert cited(check(call(*lines), PUSHES)) == [3]
    assert check(call(*lines), PUSHES, attempts_allowed=2).status is RuleStatus.CLEAR
    assert cited(check(call(*lines), PUSHES, attempts_allowed=0)) == [1, 3]
    assert "doesn't allow" in check(call(*lines), PUSHES).reason


CONSENTS = [("agreed-to-hear", "ask-leave"), ("told-how-to-cancel", "tell-way-out")]


@pytest.mark.parametrize(("consent", "act"), CONSENTS)
def test_a_stricter_profile_wants_something_said_before_the_first_attempt(
    consent: str, act: str
) -> None:
    bare = call("C: request-cancel", "A: offer:pause")
    kind = call("C: request-cancel", f"A: {act}", "C:", "A: offer:pause")
    assert cited(check(bare, PUSHES, consent=consent)) == [1]
    assert check(bare, PUSHES).status is RuleStatus.CLEAR
    assert check(kind, PUSHES, consent=consent).status is RuleStatus.CLEAR
    late = call("C: request-cancel", "A: offer:pause", "C:", f"A: {act}")
    assert cited(check(late, PUSHES, consent=consent)) == [1]


@pytest.mark.parametrize(("consent", "act"), CONSENTS)
@pytest.mark.parametrize("answer", ["request-cancel", "insist", "decline"])
def test_a_no_after_it_takes_the_consent_away(consent: str, act: str, answer: str) -> None:
    refused = call("C: request-cancel", f"A: {act}", f"C: {answer}", "A: offer:pause")
    assert cited(check(refused, PUSHES, consent=consent)) == [3]


@pytest.mark.parametrize(("consent", "act"), CONSENTS)
def test_a_no_to_the_attempt_itself_takes_no_consent_away(consent: str, act: str) -> None:
    lines = ("C: request-cancel", f"A: {act}", "C:", "A: offer:pause", "C: insist")
    assert check(call(*lines), PUSHES, consent=consent).status is RuleStatus.CLEAR
    again = call(*lines, "A: persuade")
    assert cited(check(again, PUSHES, consent=consent)) == [5]


def test_a_question_and_the_offer_in_one_breath_are_no_consent_but_telling_the_way_out_is() -> None:
    asked = call("C: request-cancel", "A: ask-leave offer:pause")
    assert cited(check(asked, PUSHES, consent="agreed-to-hear")) == [1]
    told = call("C: request-cancel", "A: tell-way-out offer:pause")
    assert check(told, PUSHES, consent="told-how-to-cancel").status is RuleStatus.CLEAR


@pytest.mark.parametrize("consent", [consent for consent, _ in CONSENTS])
def test_an_offer_that_the_customer_asked_for_needs_no_consent(consent: str) -> None:
    asked = call("C: request-cancel", "A:", "C: waver", "A: offer:pause")
    assert check(asked, PUSHES, consent=consent).status is RuleStatus.CLEAR


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        (["C: request-cancel", "A: ask-reason", "C: give-reason:price"], []),
        (["C: request-cancel", "A: ask-reason", "C:", "A: ask-reason"], [3]),
        (["C: request-cancel give-reason:price", "A: ask-reason"], [1]),
        (["C: raise-concern:price", "A:", "C: request-cancel", "A: ask-reason"], [3]),
        (["C: request-cancel", "A: ask-reason", "C: withhold-reason", "A Al: ask-reason"], [3]),
        (["C: request-cancel give-reason:price", "A: dispute-reason"], [1]),
        (["A: ask-reason dispute-reason", "C: request-cancel", "A: ask-reason"], []),
    ],
)
def test_the_reason_may_be_asked_once_where_it_is_not_known(
    lines: list[str], turns: list[int]
) -> None:
    result = check(call(*lines), ASKS)
    assert cited(result) == turns
    assert result.status is (RuleStatus.FLAGGED if turns else RuleStatus.CLEAR)


def test_the_profile_says_how_often_the_reason_may_be_asked() -> None:
    asked = call("C: request-cancel", "A: ask-reason", "C:", "A: ask-reason")
    assert check(asked, ASKS, reasons_allowed=2).reason == "the reason was asked for 2 times"
    assert cited(check(asked, ASKS, reasons_allowed=0)) == [1, 3]


def test_why_a_question_is_too_much_is_said_with_the_turn_that_had_answered_it() -> None:
    result = check(call("C: request-cancel give-reason:price", "A: ask-reason"), ASKS)
    answered = "turn 100 had answered that (give-reason:price)"
    assert any(answered in step for step in finding(result).steps)
    lines = ("C: request-cancel give-reason:price", "A:", "C: give-reason:moving", "A: ask-reason")
    result = check(call(*lines), ASKS)
    assert any(answered in step for step in finding(result).steps)


def test_attempts_that_are_not_sure_do_not_make_it_critical() -> None:
    pushes = ["C: decline", "A: persuade@0.9", "C: decline", "A: persuade@0.9"]
    lines = ["C: request-cancel", "A: offer:pause", *pushes, "C: decline"]
    weak = finding(check(call(*lines, "A: persuade@0.55"), PUSHES))
    sure = finding(check(call(*lines, "A: persuade@0.9"), PUSHES))
    assert (weak.severity, sure.severity) == (Severity.MAJOR, Severity.CRITICAL)
    assert [item.turn for item in weak.evidence] == [3, 5]
    just = finding(check(call(*lines, "A: persuade@0.8"), PUSHES, evidence_strength=0.8))
    assert just.severity is Severity.CRITICAL
    assert [item.turn for item in just.evidence] == [3, 5, 7]


def test_an_attempt_without_consent_is_not_told_as_one_after_a_decline() -> None:
    told = finding(
        check(call("C: request-cancel", "A: offer:pause"), PUSHES, consent="agreed-to-hear")
    )
    assert told.message == (
        "The agent tried to keep the customer in a way that the profile own forbids."
    )
    assert told.cleared_by.startswith("Asking first whether the customer wants to hear an offer")
    late = ["C: request-cancel", "A: offer:pause", "C: decline", "A: offer:gift"]
    assert finding(check(call(*late), PUSHES, consent="agreed-to-hear")).message == "It happened."
