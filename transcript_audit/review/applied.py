"""What people said of flags, applied: an overturned one counts against nobody any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from transcript_audit.model import CallAudit, RuleResult, RuleStatus, SkippedCall
from transcript_audit.review.queue import standing_of
from transcript_audit.review.verdicts import Reviews, Standing

OVERTURNED = "a reviewer overturned the flag"


def set_aside_overturned(
    audits: Iterable[CallAudit | SkippedCall], reviews: Reviews
) -> Iterator[CallAudit | SkippedCall]:
    """The audits, without the findings that reviewers overturned: their rules are clear.

    Flags that are open, unsure, disputed or on which reviewers differ stay as they are.
    """
    for audited in audits:
        if isinstance(audited, SkippedCall) or not audited.findings:
            yield audited
            continue
        results = tuple(_apply(audited, result, reviews) for result in audited.results)
        yield audited if results == audited.results else replace(audited, results=results)


def _apply(audit: CallAudit, result: RuleResult, reviews: Reviews) -> RuleResult:
    finding = result.finding
    if finding is None or standing_of(audit, finding, reviews) is not Standing.OVERTURNED:
        return result
    return replace(result, status=RuleStatus.CLEAR, reason=OVERTURNED, finding=None)
