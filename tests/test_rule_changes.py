"""What another rule book makes of the same calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewing import audited

from transcript_audit.model import CallAudit, Outcome, RuleStatus, Severity, SkippedCall
from transcript_audit.rule_changes import (
    Change,
    ChangeCount,
    ChangeKind,
    compare_audits,
    compare_call,
)

REFUSAL, STALL, EXIT = "refusal-explicit", "refusal-stall", "exit-no-goodwill"
SKIPPED = SkippedCall("s", "s.txt", "empty")


def with_finding(audit: CallAudit, **changes: object) -> CallAudit:
    """The audit with its findings changed."""
    results = tuple(
        replace(each, finding=replace(each.finding, **changes)) if each.finding else each  # type: ignore[arg-type]
        for each in audit.results
    )
    return replace(audit, results=results)


def changes(old: CallAudit, new: CallAudit) -> Iterator[tuple[ChangeKind, str]]:
    for change in compare_call(old, new):
        yield change.kind, change.rule


def test_findings_appear_vanish_and_stay() -> None:
    found = dict(map(reversed, changes(audited("c", REFUSAL, STALL), audited("c", STALL, EXIT))))  # type: ignore[arg-type]
    assert found == {
        REFUSAL: ChangeKind.VANISHED,
        STALL: ChangeKind.SAME,
        EXIT: ChangeKind.APPEARED,
    }


def test_other_severity_or_other_words_are_a_change() -> None:
    old = audited("c", STALL)
    for new in (
        with_finding(old, severity=Severity.CRITICAL),
        with_finding(old, fingerprint="other"),
    ):
        (change,) = compare_call(old, new)
        assert change.kind is ChangeKind.CHANGED
        assert change.before == old.findings[0]
        assert change.finding == new.findings[0]
    assert list(changes(old, with_finding(old, strength=0.7))) == [(ChangeKind.SAME, STALL)]


def test_each_change_has_the_quotes_of_the_book_that_found_it_and_why_the_other_did_not() -> None:
    old, new = audited("c", STALL), audited("c")
    (vanished,) = compare_call(old, new)
    (appeared,) = compare_call(new, old)
    for change in (vanished, appeared):
        assert change.audit is old
        assert change.finding.evidence[0].quote == "won't do t"
        assert change.reason == f"nothing for {STALL}"
        assert change.agents == ("Ines",)


def test_status_of_the_other_book_is_told_where_it_is_not_clear() -> None:
    new = audited("c")
    doubtful = replace(
        new,
        results=tuple(replace(each, status=RuleStatus.CANNOT_TELL) for each in new.results),
    )
    (change,) = compare_call(audited("c", STALL), doubtful)
    assert change.reason == f"cannot-tell: nothing for {STALL}"
    gone = replace(new, results=())
    (change,) = compare_call(audited("c", STALL), gone)
    assert change.reason == "the rule book doesn't have the rule"


def test_changes_are_counted_by_rule_and_agent() -> None:
    pairs = [
        (audited("a", STALL), audited("a", STALL)),
        (audited("b", STALL), audited("b")),
        (audited("c", agents=("Omar",)), audited("c", STALL, REFUSAL, agents=("Omar",))),
        (SKIPPED, audited("d")),
        (audited("e"), SKIPPED),
    ]
    found = compare_audits(pairs)
    assert (found.calls, found.skipped) == (3, 2)
    assert found.rules == (
        ChangeCount(REFUSAL, appeared=1, vanished=0, changed=0, same=0),
        ChangeCount(STALL, appeared=1, vanished=1, changed=0, same=1),
    )
    assert found.agents == (
        ChangeCount("Ines", appeared=0, vanished=1, changed=0, same=1),
        ChangeCount("Omar", appeared=2, vanished=0, changed=0, same=0),
    )
    kinds: list[Change] = list(found.changes)
    assert [(each.call_id, each.kind) for each in kinds] == [
        ("b", ChangeKind.VANISHED),
        ("c", ChangeKind.APPEARED),
        ("c", ChangeKind.APPEARED),
    ]


def test_outcomes_that_differ_are_counted() -> None:
    pairs = [
        (audited("a", outcome=Outcome.CANCELLED), audited("a", outcome=Outcome.RETAINED)),
        (audited("b"), audited("b")),
    ]
    assert compare_audits(pairs).outcomes == (("cancelled", "retained", 1),)


def test_same_book_changes_nothing() -> None:
    audits = [audited("a", STALL, REFUSAL), audited("b")]
    found = compare_audits(zip(audits, audits, strict=True))
    assert (found.changes, found.outcomes, found.calls) == ((), (), 2)
