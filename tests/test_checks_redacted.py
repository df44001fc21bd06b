"""What may stand behind a redaction mark accuses nobody."""

from __future__ import annotations

import pytest
from checked_calls import (
    DETAILS,
    GOODWILL,
    IGNORES,
    REFUSES,
    STANDS,
    call,
    check,
    cited,
)

from transcript_audit.model import (
    RuleStatus,
)


@pytest.mark.parametrize("mark", ["[PII]", "****", "[DATE]", "####"])
def test_details_that_may_have_been_redacted_are_not_held_to_be_missing(mark: str) -> None:
    plain = check(call("C: request-cancel", "A: confirm", "C:", "A: it ends on friday"), DETAILS)
    assert plain.status is RuleStatus.FLAGGED
    hidden = call("C: request-cancel", "A: confirm", "C:", f"A: it ends on {mark}")
    result = check(hidden, DETAILS)
    assert result.status is RuleStatus.CANNOT_TELL
    assert result.reason == "confirm-details may have been redacted in turn 103"


def test_a_redacted_name_or_one_before_the_request_hides_no_details() -> None:
    for lines in (
        ("C: request-cancel", "A: confirm", "C:", "A: bye [NAME]"),
        ("A: your number ****", "C: request-cancel", "A: confirm"),
        ("C: request-cancel", "A: confirm", "C: my number is ****"),
    ):
        assert check(call(*lines), DETAILS).status is RuleStatus.FLAGGED


def test_goodwill_can_only_hide_where_next_to_nothing_is_left() -> None:
    lines = ("C: request-cancel", "A: confirm")
    assert check(call(*lines, "A: it ends on [DATE]"), GOODWILL).status is RuleStatus.FLAGGED
    assert check(call(*lines, "A: ok [PII] [PII]"), GOODWILL).status is RuleStatus.CANNOT_TELL


def test_an_answer_that_may_have_been_redacted_leaves_a_concern_open() -> None:
    lines = ("C: raise-concern:price", "A: so what is your name then", "C:", "A: so be it [NAME]")
    assert check(call(*lines), IGNORES).status is RuleStatus.FLAGGED
    result = check(call(*lines[:3], "A: [PII] [PII]"), IGNORES)
    assert result.status is RuleStatus.CANNOT_TELL
    assert result.reason == "the answer to a concern may have been redacted in turn 103"


def test_another_concern_that_was_heard_and_ignored_is_flagged_all_the_same() -> None:
    lines = (
        "C: raise-concern:price",
        "A: **** ****",
        "C:",
        "A: so it is",
        "C: raise-concern:quality",
    )
    assert cited(check(call(*lines, "A: so it is", "C:", "A: so it is"), IGNORES)) == [4]


def test_a_request_is_not_held_to_stand_where_a_confirmation_may_have_been_redacted() -> None:
    lines = ("C: request-cancel", "A: so be it")
    assert check(call(*lines), STANDS).status is RuleStatus.FLAGGED
    assert check(call(*lines, "A: #### ####"), STANDS).status is RuleStatus.CANNOT_TELL
    assert check(call(*lines, "A: so it is on [DATE] then"), STANDS).status is RuleStatus.FLAGGED


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("C: request-cancel", "A: refuse@0.95 until [DATE]"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.9 until [DATE]"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 until then", "C: [DATE] so"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 until friday"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 said [NAME]"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 until [DATE]"), RuleStatus.CANNOT_TELL),
        (("C: request-cancel [PII]", "A: refuse@0.8 until then"), RuleStatus.CANNOT_TELL),
        (
            ("C: request-cancel", "A: refuse@0.8 till [DATE]", "C:", "A: refuse@0.8"),
            RuleStatus.FLAGGED,
        ),
    ],
)
def test_an_act_that_is_less_than_sure_does_not_count_beside_what_was_redacted(
    lines: tuple[str, ...], status: RuleStatus
) -> None:
    result = check(call(*lines), REFUSES)
    assert result.status is status
    if status is RuleStatus.CANNOT_TELL:
        assert result.reason == "part of what decides it was redacted in turn 101"
        assert result.checked[-1] == "Found in turn 101: refuse."
