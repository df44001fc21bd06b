"""Audits as CSV: a row a finding, and one row for every call that has none or was skipped."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from transcript_audit.model import CallAudit, Finding, SkippedCall, Turn
from transcript_audit.reports.records import finding_record
from transcript_audit.reports.text import csv_cell

COLUMNS = (
    "call_id",
    "agent",
    "status",
    "outcome",
    "rule",
    "family",
    "severity",
    "strength",
    "message",
    "turns",
    "start",
    "quotes",
    "attempts",
    "seconds_to_confirm",
    "reason",
    "path",
)
"""`status` is flagged (a row a finding), clear (no finding), cannot-tell (no rule could be judged)
or skipped; of the last two `reason` says why."""


def csv_header() -> str:
    """The first line, with its line end."""
    return _line(dict(zip(COLUMNS, COLUMNS, strict=True)))


def csv_rows(audited: CallAudit | SkippedCall) -> str:
    """The rows of one call, at least one, each with its line end."""
    if isinstance(audited, SkippedCall):
        row = {"status": "skipped", "agent": "; ".join(audited.agent_ids), "reason": audited.reason}
        return _line({**row, "call_id": audited.call_id, "path": audited.path})
    call: dict[str, object] = {
        "call_id": audited.call_id,
        "agent": "; ".join(audited.agent_ids),
        "status": "flagged" if audited.findings else "clear",
        "outcome": audited.outcome,
        "attempts": len(audited.episode.attempts),
        "seconds_to_confirm": audited.episode.seconds_to_confirm,
        "path": audited.transcript.path,
    }
    if audited.left_open:
        return _line({**call, "status": "cannot-tell", "reason": audited.results[0].reason})
    if not audited.findings:
        return _line(call)
    return "".join(
        _line({**call, **_finding_cells(each, audited.turns)}) for each in audited.findings
    )


def _finding_cells(finding: Finding, turns: Sequence[Turn]) -> dict[str, object]:
    record = finding_record(finding, turns)
    record["turns"] = " ".join(str(number) for number in record["turns"])
    record["quotes"] = " | ".join(record["quotes"])
    speakers = dict.fromkeys(each.agent_id for each in finding.evidence if each.agent_id)
    return record | {"agent": "; ".join(speakers)} if speakers else record


def _line(cells: dict[str, object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(csv_cell(cells.get(name)) for name in COLUMNS)
    return out.getvalue()
