"""What a store holds, as a page or as a record."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from transcript_audit.history import StoreSummary
from transcript_audit.reports.text import plural, visible


def store_record(summary: StoreSummary) -> dict[str, Any]:
    """The record of a store: times as ISO 8601 in UTC, null where there is none."""
    record = asdict(summary)
    for name in ("first", "last"):
        moment = record[name]
        record[name] = None if moment is None else f"{moment.isoformat()}Z"
    return record


def store_report(summary: StoreSummary) -> RenderableType:
    """The page of a store."""
    lines = Table.grid(padding=(0, 2))
    for title, said in _lines(summary):
        lines.add_row(Text(title), Text(visible(said)))
    if not summary.books:
        return lines
    books = Table.grid(padding=(0, 2))
    for book in summary.books:
        books.add_row(
            *(
                Text(visible(each))
                for each in (
                    plural(book.calls, "call"),
                    book.profile,
                    book.digest[:12],
                    book.model,
                    book.version,
                )
            )
        )
    return Group(lines, Text(""), Text("Judged by (profile, rule book, model, version)"), books)


def _lines(summary: StoreSummary) -> list[tuple[str, str]]:
    older = summary.results - summary.calls
    period = "none with a time"
    if summary.first is not None and summary.last is not None:
        period = f"{summary.first:%Y-%m-%d} to {summary.last:%Y-%m-%d} (UTC)"
    if summary.untimed:
        period += f", {summary.untimed} without a time"
    unfinished = f", {summary.unfinished} not finished" if summary.unfinished else ""
    return [
        ("store", summary.place),
        ("calls", f"{summary.calls}, and {plural(older, 'older result')}"),
        ("flags", str(summary.findings)),
        ("skipped", str(summary.skipped)),
        ("period", period),
        ("words", f"{summary.revealed} kept unredacted" if summary.revealed else "redacted"),
        ("verdicts", str(summary.verdicts)),
        ("runs", f"{summary.runs}{unfinished}"),
        ("size", f"{summary.size / 1_000_000:.1f} MB"),
        ("schema", str(summary.schema)),
    ]
