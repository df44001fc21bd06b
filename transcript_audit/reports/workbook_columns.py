"""The columns of the workbook's tables (docs/tables.md)."""

from __future__ import annotations

from transcript_audit.reports.styles import FAMILY_TITLES
from transcript_audit.reports.workbook_sheets import Column, Kind

FLAG_COLUMNS = (
    Column("Severity", 10),
    Column("Rule", 28),
    Column("Family", 22),
    Column("Agent", 18),
    Column("Call", 18),
    Column("Began", 17, Kind.MOMENT),
    Column("Time", 10, Kind.SECONDS),
    Column("Turn", 7, Kind.COUNT),
    Column("Words", 60, Kind.WRAPPED),
    Column("What was flagged", 40, Kind.WRAPPED),
    Column("Why", 60, Kind.WRAPPED),
    Column("What would have cleared it", 40, Kind.WRAPPED),
    Column("Strength", 9, Kind.STRENGTH),
    Column("Listen", 8, Kind.LINK),
    Column("File", 40),
    Column("Rule id", 26),
)

CALL_COLUMNS = (
    Column("Call", 18),
    Column("Status", 11),
    Column("Agents", 22),
    Column("Began", 17, Kind.MOMENT),
    Column("Outcome", 14),
    Column("Flags", 7, Kind.COUNT),
    Column("Gravest", 10),
    Column("Rules flagged", 44, Kind.WRAPPED),
    Column("Attempts to keep the customer", 12, Kind.COUNT),
    Column("Request to confirmation", 13, Kind.SECONDS),
    Column("Turns to confirmation", 13, Kind.COUNT),
    Column("Listen", 8, Kind.LINK),
    Column("Why it was not judged", 50, Kind.WRAPPED),
    Column("File", 40),
)

_SHARE_COLUMNS = (
    ("flagged", 9, Kind.COUNT),
    ("judged", 9, Kind.COUNT),
    ("share", 11, Kind.SHARE),
    ("from", 7, Kind.BOUND),
    ("to", 7, Kind.BOUND),
)

AGENT_COLUMNS = (
    Column("Agent", 22),
    Column("Calls", 7, Kind.COUNT),
    Column("Skipped", 8, Kind.COUNT),
    Column("Left open", 8, Kind.COUNT),
    Column("With a critical flag", 9, Kind.COUNT),
    Column("Needs attention", 60, Kind.WRAPPED),
    Column("No critical flag: calls", 10, Kind.COUNT),
    Column("No critical flag: judged", 10, Kind.COUNT),
    Column("No critical flag: share", 11, Kind.SHARE),
    Column("No critical flag: from", 8, Kind.BOUND),
    Column("No critical flag: to", 8, Kind.BOUND),
    Column("Quality score (0 to 100)", 9, Kind.SCORE),
    *(
        column
        for title in FAMILY_TITLES.values()
        for column in (
            *(Column(f"{title}: {name}", width, kind) for name, width, kind in _SHARE_COLUMNS),
            Column(f"{title}: beside the rest", 16),
        )
    ),
    Column("Retained: calls", 9, Kind.COUNT),
    Column("Retained: asked to cancel", 9, Kind.COUNT),
    Column("Retained: share", 11, Kind.SHARE),
    Column("Retained: from", 9, Kind.BOUND),
    Column("Retained: to", 9, Kind.BOUND),
    Column("Retained: beside the rest", 16),
    Column("Request to confirmation (median)", 13, Kind.SECONDS),
    Column("Attempts per request", 9, Kind.SCORE),
    Column("Coach first", 40, Kind.WRAPPED),
    Column("Say instead", 50, Kind.WRAPPED),
    Column("Done well", 40, Kind.WRAPPED),
)

RULE_COLUMNS = (
    Column("Rule", 28),
    Column("Family", 22),
    Column("Severity", 10),
    *(Column(f"Team: {name}", width, kind) for name, width, kind in _SHARE_COLUMNS),
    Column("Cannot tell", 8, Kind.COUNT),
    Column("What it means", 70, Kind.WRAPPED),
    Column("What would have cleared it", 40, Kind.WRAPPED),
    Column("When the flag may be wrong", 50, Kind.WRAPPED),
    Column("Coaching", 50, Kind.WRAPPED),
    Column("Say instead", 50, Kind.WRAPPED),
    Column("Rule id", 26),
)

SHEETS = {
    "Agents": AGENT_COLUMNS,
    "Flags": FLAG_COLUMNS,
    "Calls": CALL_COLUMNS,
    "Rules": RULE_COLUMNS,
}
