"""What another rule book changes, for people and as a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from transcript_audit.model import CallAudit, Finding
from transcript_audit.quotes import quote_words
from transcript_audit.reports.records import finding_record
from transcript_audit.reports.tables import plain_table
from transcript_audit.reports.text import literal, one_line, plural, shortened
from transcript_audit.rule_changes import Change, ChangeCount, ChangeKind, RuleChanges

STYLES = {ChangeKind.APPEARED: "green", ChangeKind.VANISHED: "red", ChangeKind.CHANGED: "yellow"}
SIGNS = {ChangeKind.APPEARED: "+", ChangeKind.VANISHED: "-", ChangeKind.CHANGED: "~"}


def changes_view(changes: RuleChanges, width: int | None = None) -> RenderableType:
    """Counts by rule and agent, then every change with its quotes.

    Args:
        width: characters of a quote at most; None for all of it.
    """
    skipped = f", {changes.skipped} skipped" if changes.skipped else ""
    head = Text(f"{plural(changes.calls, 'call')} audited with both rule books{skipped}")
    if not changes.changes and not changes.outcomes:
        return Group(head, Text("Nothing changes."))
    blocks: list[RenderableType] = [head]
    if changes.changes:
        blocks += ["", _count_table("By rule", "rule", changes.rules)]
        blocks += [_count_table("By agent", "agent", changes.agents)]
    blocks += (
        Text(f"outcome {before} -> {after}: {plural(count, 'call')}")
        for before, after, count in changes.outcomes
    )
    for change in changes.changes:
        blocks += ["", *_change_lines(change, width)]
    return Group(*blocks)


def changes_record(changes: RuleChanges) -> dict[str, Any]:
    """All of it as a record."""
    return {
        "calls": changes.calls,
        "skipped": changes.skipped,
        "rules": [_count_record(each, "rule") for each in changes.rules],
        "agents": [_count_record(each, "agent") for each in changes.agents],
        "outcomes": [
            {"before": before, "after": after, "calls": count}
            for before, after, count in changes.outcomes
        ],
        "changes": [_change_record(change) for change in changes.changes],
    }


def _count_record(count: ChangeCount, name: str) -> dict[str, Any]:
    record = asdict(count)
    return {name: record.pop("name")} | record


def _change_record(change: Change) -> dict[str, Any]:
    before = change.before
    return {
        "change": str(change.kind),
        "call_id": change.call_id,
        "path": change.path,
        "agents": list(change.agents),
        "finding": finding_record(change.finding, change.audit),
        "severity_before": str(before.severity) if before else None,
        "quotes_before": list(_old_quotes(before)) if before else None,
        "reason": change.reason or None,
    }


def _count_table(title: str, name: str, counts: Sequence[ChangeCount]) -> RenderableType:
    table = plain_table(title, name, [str(kind) for kind in ChangeKind])
    for each in counts:
        row = (each.appeared, each.vanished, each.changed, each.same)
        table.add_row(one_line(each.name), *map(str, row))
    return table


def _change_lines(change: Change, width: int | None) -> Iterator[Text]:
    before = change.before
    regraded = before is not None and before.severity is not change.finding.severity
    severity = f"{before.severity} -> " if before and regraded else ""
    yield Text.assemble(
        (f"{SIGNS[change.kind]} {change.rule}", f"bold {STYLES[change.kind]}"),
        f"  {severity}{change.finding.severity}  ",
        literal(f"{change.call_id} {', '.join(change.agents)}"),
        (f"  {change.kind}", "dim"),
    )
    for quote in _quotes(change.audit, change.finding):
        yield _indented(f"“{shortened(quote, width) if width else quote}”")
    for quote in _gone_quotes(change):
        yield _indented(f"no longer: “{shortened(quote, width) if width else quote}”", "dim")
    if change.reason:
        other = "new" if change.kind is ChangeKind.VANISHED else "old"
        yield _indented(f"the {other} rule book: {change.reason}", "dim")


def _indented(line: str, style: str = "") -> Text:
    return Text.assemble("    ", literal(line, style))


def _quotes(audit: CallAudit, finding: Finding) -> Iterator[str]:
    yield from dict.fromkeys(
        quote_words(audit.turns[each.turn].text, each.span) for each in finding.evidence
    )


def _old_quotes(finding: Finding) -> Iterator[str]:
    yield from dict.fromkeys(each.quote for each in finding.evidence)


def _gone_quotes(change: Change) -> Iterator[str]:
    """What was cited before, and isn't any more."""
    if change.before:
        cited = set(_old_quotes(change.finding))
        yield from (quote for quote in _old_quotes(change.before) if quote not in cited)
