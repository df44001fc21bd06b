"""How shares go from week to week, and how long things take."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from transcript_audit.model import Family
from transcript_audit.reports.fitted import ROOMY, SLIM, Fitted, open_table
from transcript_audit.reports.notices import capped, hanging, heading
from transcript_audit.reports.shares import range_words
from transcript_audit.reports.styles import FAMILY_TITLES
from transcript_audit.reports.text import clock, literal, plural
from transcript_audit.scorecards import (
    AttemptCounts,
    Change,
    FamilyShare,
    Reading,
    Scorecard,
    Spread,
    Week,
)

BLOCKS = "▁▂▃▄▅▆▇█"

LONG, SHORT = 26, 12
"""Weeks in a sparkline, where there is room and where there is not."""

LATEST = 4
"""Weeks told in numbers."""


def weeks_table(card: Scorecard) -> list[RenderableType]:
    """Flagged of judged calls by week, drawn and for the last weeks told; nothing without dates."""
    undated = f"{plural(card.undated, 'call')} without a date left out" if card.undated else ""
    if not card.weeks:
        return []
    title = Text("Week by week", style="bold")
    if undated:
        title.append(f"  ({undated})", style="dim")
    return ["", title, Fitted(lambda width: _weeks(card.weeks, width))]


def _weeks(weeks: Sequence[Week], width: int) -> RenderableType:
    shown = weeks[-(LONG if width >= ROOMY else SHORT) :]
    told = weeks[-(LATEST if width >= SLIM else 2) :]
    table = open_table()
    table.add_column("Flagged of judged", overflow="fold")
    first, last = shown[0].name, shown[-1].name
    table.add_column(first if first == last else f"{first[2:]} to {last[2:]}", no_wrap=True)
    for week in told:
        table.add_column(week.name[5:], justify="right", no_wrap=True)
    for number, family in enumerate(Family):
        shares = [week.families[number] for week in shown]
        table.add_row(
            FAMILY_TITLES[family],
            sparkline([share.value for share in shares]),
            *(_told(week.families[number], width) for week in told),
        )
    return table


def _told(share: FamilyShare, width: int) -> str:
    """As "3/12", with the range where there is room."""
    ranged = f" {range_words(share)}" if width >= ROOMY and share.eligible else ""
    return f"{share.flagged}/{share.eligible}{ranged}"


def sparkline(shares: Sequence[float | None]) -> str:
    """A bar for each share from 0 to 1, a dot for a week in which nothing could be judged."""
    last = len(BLOCKS) - 1
    return "".join("·" if share is None else BLOCKS[round(share * last)] for share in shares)


def changes_list(card: Scorecard, listed: int) -> list[RenderableType]:
    """Which rules rise or fall, in the last four full weeks beside the four before."""
    if not card.weeks:
        return []
    if not card.changes:
        told = "cannot tell: it takes dated calls of more than four full weeks"
        return [*heading("What rises and falls"), Text(f"  {told}")]
    moved = [c for c in card.changes if c.comparison.reading in {Reading.ABOVE, Reading.BELOW}]
    since = card.changes[0].since
    title = f"What rises and falls (four full weeks from {since}, beside the four before)"
    if not moved:
        few = all(change.comparison.reading is Reading.TOO_FEW for change in card.changes)
        told = "too few calls to tell" if few else "nothing that could not be chance"
        return [*heading(title), Text(f"  {told}")]
    lines = [_change_line(change) for change in moved]
    return [*heading(title), *capped(lines, listed)]


def _change_line(change: Change) -> RenderableType:
    beside = change.comparison
    words = Text.assemble(
        literal(change.title, "bold"),
        f": {change.flagged} of {change.eligible} flagged, before {beside.others_flagged} of "
        f"{beside.others_eligible}",
    )
    return hanging("▲ rises  " if beside.reading is Reading.ABOVE else "▼ falls  ", words)


def course_lines(card: Scorecard) -> list[RenderableType]:
    """How long confirming took and how often it was tried to keep the customer."""
    lines = [*_times(card.seconds, card.turns), *_attempts(card.attempts)]
    return [*heading("From request to confirmation"), *lines] if lines else []


def _times(seconds: Spread | None, turns: Spread | None) -> list[RenderableType]:
    parts = []
    if seconds:
        middle = f", half of them {clock(seconds.lower)} to {clock(seconds.upper)}"
        told = f"median of {plural(seconds.calls, 'call')}{middle if seconds.calls > 3 else ''}"
        parts.append(f"  {clock(seconds.median)} ({told})")
    if turns:
        middle = f", half of them {turns.lower:.0f} to {turns.upper:.0f}"
        told = f"median of {plural(turns.calls, 'call')}{middle if turns.calls > 3 else ''}"
        parts.append(f"  {turns.median:.0f} turns ({told})")
    return [Text(part) for part in parts]


def _attempts(attempts: AttemptCounts) -> list[RenderableType]:
    if attempts.mean is None:
        return []
    if not attempts.mean:
        return [
            Text(f"  no attempt to keep the customer in {plural(attempts.requests, 'request')}")
        ]
    none, one, two, more = attempts.by_number
    told = (
        f"  {attempts.mean:.1f} attempts to keep the customer per request; none in "
        f"{plural(none, 'call')}, one in {one}, two in {two}, three or more in {more}"
    )
    return [Text(told)]
