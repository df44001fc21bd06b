"""Verdicts applied: an overturned flag counts no more, all others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from counted_calls import flag, make_audit
from reviewing import verdict

from transcript_audit.model import CallAudit, Finding, RuleStatus, SkippedCall
from transcript_audit.review.applied import OVERTURNED, set_aside_overturned
from transcript_audit.review.verdicts import Ruling, Verdict, sum_up
from transcript_audit.scorecards import make_scorecards


def flagged() -> CallAudit:
    audit = make_audit("c1", flags=(flag("refusal-stall", 0), flag("conduct-disrespect", 2)))
    results = tuple(
        replace(each, finding=replace(each.finding, fingerprint=each.rule))
        if each.finding
        else each
        for each in audit.results
    )
    return replace(audit, results=results)


def said(finding: Finding, ruling: Ruling) -> Verdict:
    return verdict(
        ruling, finding.rule, call_id="c1", fingerprint=finding.fingerprint, reason="it is not so"
    )


def counted(verdicts: Sequence[Verdict]) -> tuple[list[str], int]:
    audit = flagged()
    (left,) = set_aside_overturned([audit], sum_up(verdicts))
    assert isinstance(left, CallAudit)
    (card,) = make_scorecards([left]).agents
    return [each.rule for each in left.findings], sum(each.flagged for each in card.rules)


def test_an_overturned_flag_is_left_out_and_its_rule_is_clear() -> None:
    first, second = flagged().findings
    assert counted([said(first, Ruling.OVERTURNED)]) == ([second.rule], 1)
    (left,) = set_aside_overturned([flagged()], sum_up([said(first, Ruling.OVERTURNED)]))
    assert isinstance(left, CallAudit)
    (result,) = (each for each in left.results if each.rule == first.rule)
    assert (result.status, result.reason) == (RuleStatus.CLEAR, OVERTURNED)


@pytest.mark.parametrize("ruling", [Ruling.UPHELD, Ruling.UNSURE, Ruling.DISPUTED])
def test_any_other_flag_counts(ruling: Ruling) -> None:
    first, second = flagged().findings
    assert counted([said(first, ruling)]) == ([first.rule, second.rule], 2)


def test_what_was_said_of_another_call_or_of_other_words_changes_nothing() -> None:
    first, _ = flagged().findings
    other = replace(said(first, Ruling.OVERTURNED), call_id="c2")
    words = replace(said(first, Ruling.OVERTURNED), id="v9", fingerprint="other")
    assert list(set_aside_overturned([flagged()], sum_up([other, words]))) == [flagged()]


def test_skipped_calls_pass() -> None:
    skipped = SkippedCall("c1", "c1.txt", "empty")
    assert list(set_aside_overturned([skipped], sum_up([]))) == [skipped]
