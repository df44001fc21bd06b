"""Concerns passed over, raised again, or met with what cannot help."""

from __future__ import annotations

import pytest
from checked_calls import (
    IGNORES,
    MISFITS,
    REPEATS,
    call,
    check,
    cited,
)

from transcript_audit.model import (
    RuleStatus,
)


def test_an_ignored_concern_is_cited_where_the_customer_voiced_it() -> None:
    result = check(
        call(
            "C: raise-concern:price",
            "A: offer:gift",
            "C: raise-concern:billing",
            "A:",
            "C: raise-concern:service",
            "A: acknowledge",
            "A:",
        ),
        IGNORES,
    )
    assert cited(result) == [0]
    assert "1 concern passed over" in result.reason


def test_answered_or_absent_concerns_are_clear_and_cut_off_ones_cannot_tell() -> None:
    answered = call("C: raise-concern:price", "A: acknowledge")
    assert check(answered, IGNORES).reason == "every concern was acknowledged"
    assert check(call("C:", "A:"), IGNORES).reason == "no concern was voiced"
    assert check(call("C: raise-concern:price", "A:"), IGNORES).status is RuleStatus.CANNOT_TELL


def test_the_profile_says_in_how_many_turns_a_concern_must_be_acknowledged() -> None:
    slow = call("C: raise-concern:price", "A:", "A:", "A: acknowledge")
    assert check(slow, IGNORES).status is RuleStatus.FLAGGED
    assert check(slow, IGNORES, turns_to_acknowledge=3).status is RuleStatus.CLEAR


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        (["C: give-reason:moving", "A: offer:discount"], [1]),
        (["C: give-reason:moving", "A: offer:move-service"], []),
        (["C: give-reason:moving raise-concern:price", "A: offer:discount"], []),
        (["C: give-reason:bereavement", "A: persuade"], [1]),
        (["C: give-reason:price", "A: persuade offer:gift"], [1]),
        (["C:", "A: offer:discount", "C: give-reason:moving"], []),
        (
            ["C: give-reason:moving", "A: offer:gift", "C: give-reason:price", "A: offer:gift"],
            [1, 3],
        ),
        (["C: give-reason:moving", "A: pressure"], []),
    ],
)
def test_an_offer_must_help_with_some_concern_voiced_before_it(
    lines: list[str], turns: list[int]
) -> None:
    assert cited(check(call(*lines), MISFITS)) == turns


def test_an_offer_that_the_customer_asked_for_is_never_irrelevant() -> None:
    lines = ("C: request-cancel give-reason:moving", "A:", "C: waver", "A: offer:discount")
    assert check(call(*lines), MISFITS).status is RuleStatus.CLEAR


def test_every_repeat_is_evidence() -> None:
    lines = ("C: raise-concern:price", "A:", "C: repeat-concern:price", "A:")
    assert cited(check(call(*lines, "C: repeat-concern:price"), REPEATS)) == [2, 4]
    assert check(call(*lines[:2]), REPEATS).status is RuleStatus.CLEAR
