"""Which calls to review next: what weighs most and is least certain, and some without a finding.

Unflagged calls are in it too, drawn at random, because a miss can only be found there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from transcript_audit.model import CallAudit, Finding, Severity, SkippedCall
from transcript_audit.review.verdicts import FindingKey, Reviews, Standing
from transcript_audit.sampling import Fewest, draw_lot

WAITING = frozenset({Standing.OPEN, Standing.DISPUTED, Standing.SPLIT})


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How the queue is made.

    Attributes:
        most: calls in it at most.
        unflagged: share of those places, 0 to 1, kept for calls without a finding.
        seed: draws those calls.
        again: whether calls come up that wait for nothing any more.
    """

    most: int = 50
    unflagged: float = 0.2
    seed: int = 0
    again: bool = False

    @property
    def unflagged_places(self) -> int:
        """Places kept for unflagged calls: at least one where a share is asked for."""
        return min(self.most, max(1, round(self.most * self.unflagged))) if self.unflagged else 0


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """A call to review, why it comes where it does, and the findings that wait for a verdict."""

    audit: CallAudit
    why: str
    waiting: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """What one verdict is about: a finding, or where there is none the call as a whole."""

    queued: QueuedCall
    finding: Finding | None = None

    @property
    def audit(self) -> CallAudit:
        """The call."""
        return self.queued.audit

    @property
    def key(self) -> FindingKey:
        """As of the verdicts on it."""
        return self.audit.call_id, self.finding.fingerprint if self.finding else ""


def list_items(queue: Iterable[QueuedCall]) -> Iterator[Item]:
    """The findings that wait, and after those of each call the call as a whole."""
    for queued in queue:
        for finding in queued.waiting:
            yield Item(queued, finding)
        yield Item(queued)


def queue_calls(
    audits: Iterable[CallAudit | SkippedCall], reviews: Reviews, options: QueueOptions
) -> tuple[QueuedCall, ...]:
    """The calls to review in their order, the same whatever the order of `audits`.

    First what is disputed or split; then calls with a critical finding; then the others with a
    finding; each by its least certain one. At the end unflagged calls by lot. `audits` are gone
    through once, and only as many as fit are held.
    """
    kept = options.unflagged_places
    flagged: Fewest[QueuedCall] = Fewest(options.most - kept)
    others: Fewest[QueuedCall] = Fewest(kept)
    for audit in audits:
        if isinstance(audit, SkippedCall):
            continue
        lot = draw_lot(options.seed, audit.call_id)
        last = (lot, audit.call_id, audit.transcript.path)
        if audit.findings:
            waiting = tuple(_waiting(audit, reviews, options.again))
            if waiting:
                rank, why = _rank(audit, waiting, reviews)
                strength = min(finding.strength for finding in waiting)
                flagged.offer((rank, strength, *last), QueuedCall(audit, why, waiting))
        elif options.again or audit.call_id not in reviews.heard:
            why = "left open: a person has to tell" if audit.left_open else "drawn: no finding"
            others.offer(last, QueuedCall(audit, why))
    return (*flagged.ordered(), *others.ordered())


def standing_of(audit: CallAudit, finding: Finding, reviews: Reviews) -> Standing:
    """What a finding of a call has come to so far."""
    reviewed = reviews.findings.get((audit.call_id, finding.fingerprint))
    return reviewed.standing if reviewed else Standing.OPEN


def _waiting(audit: CallAudit, reviews: Reviews, again: bool) -> Iterator[Finding]:
    for finding in audit.findings:
        if again or standing_of(audit, finding, reviews) in WAITING:
            yield finding


def _rank(audit: CallAudit, waiting: Iterable[Finding], reviews: Reviews) -> tuple[float, str]:
    standings = {standing_of(audit, finding, reviews) for finding in waiting}
    if Standing.DISPUTED in standings:
        return 0, "disputed: waits for an answer"
    if Standing.SPLIT in standings:
        return 1, "split: reviewers differ"
    if any(finding.severity is Severity.CRITICAL for finding in waiting):
        return 2, "critical"
    return 3, "least certain first"
