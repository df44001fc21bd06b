"""The first sheet of a workbook: what to act on, and over what."""

from __future__ import annotations

from collections.abc import Mapping

from transcript_audit.reports.method import REASON_TO_LISTEN, UNREDACTED
from transcript_audit.reports.report import Report
from transcript_audit.reports.styles import FAMILY_TITLES
from transcript_audit.reports.text import plural
from transcript_audit.reports.workbook_sheets import Cell, Kind, Sheet, Table
from transcript_audit.scorecards import NeedKind, Reading, Scorecard, Scorecards, order_by_need

HELPED = 20
"""Agents who need help that are named."""

_COUNTS = (Kind.TEXT, Kind.COUNT, Kind.COUNT, Kind.SHARE, Kind.BOUND, Kind.BOUND)


def write_summary(sheet: Sheet, report: Report, tables: Mapping[str, Table]) -> None:
    """Fill the sheet.

    Args:
        tables: those that may have left something out, by what they list.
    """
    team = report.cards.team
    sheet.set_widths([34, 14, 14, 14, 10, 10])
    sheet.page.set_first_sheet()
    sheet.page.activate()
    sheet.line("Call audit", sheet.styles.title)
    if report.revealed:
        sheet.line(UNREDACTED, sheet.styles.warning)
    sheet.line(REASON_TO_LISTEN, sheet.styles.note)
    for noun, table in tables.items():
        if table.left_out:
            more = plural(table.left_out, noun)
            sheet.line(f"{more} did not fit into this workbook", sheet.styles.warning)
    _write_totals(sheet, report)
    _write_needs(sheet, report.cards)
    _write_families(sheet, team)
    _write_changes(sheet, team)
    _write_concerns(sheet, team)
    _write_outcomes(sheet, team)


def _heading(sheet: Sheet, title: str) -> None:
    sheet.row += 1
    sheet.line(title, sheet.styles.heading)


def _write_totals(sheet: Sheet, report: Report) -> None:
    team, run = report.cards.team, report.run
    period = f"{team.first} to {team.last}" if team.first else "no call has a date"
    quality = team.quality.mean if team.quality and not team.quality.too_few else None
    rows: tuple[tuple[str, Cell, Kind], ...] = (
        ("Period", period, Kind.TEXT),
        ("Calls audited", team.calls, Kind.COUNT),
        ("Calls left open (sheet Calls)", team.left_open, Kind.COUNT),
        ("Calls skipped (sheet Calls)", team.skipped, Kind.COUNT),
        ("Calls with a critical flag", team.critical_calls, Kind.COUNT),
        ("Quality score (0 to 100)", quality, Kind.SCORE),
        ("Request to confirmation (median)", team.seconds_to_confirm, Kind.SECONDS),
        ("Profile", run.profile, Kind.TEXT),
        ("Rule book", run.rule_book[:12], Kind.TEXT),
        ("Program", f"transcript-audit {run.version}", Kind.TEXT),
    )
    sheet.row += 1
    for name, value, kind in rows:
        sheet.cells((name, value), (Kind.TEXT, kind))


def _write_needs(sheet: Sheet, cards: Scorecards) -> None:
    _heading(sheet, "Needs attention")
    for need in cards.team.needs:
        sheet.cells((need.title, need.reason), (Kind.TEXT, Kind.TEXT))
    if not cards.team.needs:
        sheet.line("Nothing stands out.", sheet.styles.note)
    helped = [card for card in order_by_need(cards) if _needs_help(card)]
    _heading(sheet, "Who needs help first (no ranking)")
    for card in helped[:HELPED]:
        reasons = "; ".join(f"{need.title}: {need.reason}" for need in card.needs)
        sheet.cells((card.agent, reasons), (Kind.TEXT, Kind.TEXT))
    if len(helped) > HELPED:
        more = plural(len(helped) - HELPED, "more agent")
        sheet.line(f"and {more}, in the sheet Agents", sheet.styles.note)
    if not helped:
        nobody = "Nobody differs from the rest of the team by more than chance explains."
        sheet.line(nobody, sheet.styles.note)


def _needs_help(card: Scorecard) -> bool:
    return any(need.kind in {NeedKind.ABOVE, NeedKind.SAVES_AND_PUSHES} for need in card.needs)


def _write_families(sheet: Sheet, team: Scorecard) -> None:
    _heading(sheet, "Calls flagged, of those that could be judged")
    sheet.head(["Family", "Flagged", "Judged", "Share", "From", "To"])
    first = sheet.row
    for share in team.families:
        title = FAMILY_TITLES[share.family]
        counts = (share.flagged, share.eligible, share.value, share.low, share.high)
        sheet.cells((title, *counts), _COUNTS)
    sheet.bars(3, first, sheet.row - 1)
    _heading(sheet, "Beside them, of something good")
    sheet.head(["", "Calls", "Of", "Share", "From", "To"])
    first = sheet.row
    for title, good in (
        ("No critical flag, of calls judged", team.compliance),
        ("Retained, of who asked to cancel", team.saves),
    ):
        sheet.cells((title, good.count, good.of, good.value, good.low, good.high), _COUNTS)
    sheet.bars(3, first, sheet.row - 1)


def _write_changes(sheet: Sheet, team: Scorecard) -> None:
    _heading(sheet, "Which rules rise or fall")
    moved = [c for c in team.changes if c.comparison.reading in {Reading.ABOVE, Reading.BELOW}]
    for change in moved:
        way = "rises" if change.comparison.reading is Reading.ABOVE else "falls"
        before = change.comparison
        told = (
            f"{way}: {change.flagged} of {change.eligible} calls since {change.since}, "
            f"{before.others_flagged} of {before.others_eligible} in the four weeks before"
        )
        sheet.cells((change.title, told), (Kind.TEXT, Kind.TEXT))
    if not team.changes:
        sheet.line("It takes dated calls of more than four full weeks to tell.", sheet.styles.note)
    elif not moved:
        sheet.line("None by more than chance explains.", sheet.styles.note)


def _write_concerns(sheet: Sheet, team: Scorecard) -> None:
    _heading(sheet, "Complaints and hardships, and how many were answered")
    voiced = [topic for topic in team.concerns if topic.voiced]
    if not voiced:
        sheet.line("None was voiced.", sheet.styles.note)
        return
    sheet.head(["Topic", "Answered", "Could be told", "Share", "From", "To"])
    first = sheet.row
    for topic in voiced:
        share = topic.answered / topic.settled if topic.settled else None
        counts = (topic.answered, topic.settled, share, topic.low, topic.high)
        sheet.cells((topic.topic, *counts), _COUNTS)
    sheet.bars(3, first, sheet.row - 1)


def _write_outcomes(sheet: Sheet, team: Scorecard) -> None:
    _heading(sheet, "How the calls ended")
    for outcome, calls in team.outcomes.items():
        sheet.cells((str(outcome).replace("-", " "), calls), (Kind.TEXT, Kind.COUNT))
