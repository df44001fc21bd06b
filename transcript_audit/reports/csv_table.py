"""Audits as CSV: a row a finding, and one row for every call that has none or was skipped."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from transcript_audit.model import CallAudit, Finding, SkippedCall
from transcript_audit.reports.listening import listen_address
from transcript_audit.reports.records import became_record, finding_record
from transcript_audit.reports.text import csv_cell

if TYPE_CHECKING:
    from transcript_audit.review.lessons import Lessons, RuleLesson

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
    "listen",
    "rule_reviewed",
    "rule_upheld",
    "rule_overturned",
    "rule_precision",
    "rule_precision_low",
    "rule_precision_high",
    "rule_overturn_rate",
    "rule_often_overturned",
)
"""`status` is flagged (a row a finding), clear (no finding), cannot-tell (no rule could be judged)
or skipped; of the last two `reason` says why. `listen` is where the recording can be heard, from
the finding on, if an address was given. The last tell what reviewers made of the rule's findings so
far, and are empty where they reviewed none."""


def csv_header() -> str:
    """The first line, with its line end."""
    return _line(dict(zip(COLUMNS, COLUMNS, strict=True)))


def csv_rows(
    audited: CallAudit | SkippedCall,
    listen_link: str | None = None,
    lessons: Lessons | None = None,
) -> str:
    """The rows of one call, at least one, each with its line end.

    Args:
        listen_link: template of the recording's address (`listening.listen_address`), or None.
        lessons: what reviewers made of each rule's findings, or None.
    """
    if isinstance(audited, SkippedCall):
        row = {"status": "skipped", "agent": "; ".join(audited.agent_ids), "reason": audited.reason}
        return _line({**row, "call_id": audited.call_id, "path": audited.path})
    call: dict[str, object] = {
        "call_id": audited.call_id,
        "agent": "; ".join(audited.agent_ids),
        "status": "flagged" if audited.findings else "clear",
        **became_record(audited),
        "path": audited.transcript.path,
        "listen": listen_link and listen_address(listen_link, audited),
    }
    if audited.left_open:
        return _line({**call, "status": "cannot-tell", "reason": audited.results[0].reason})
    if not audited.findings:
        return _line(call)
    return "".join(
        _line({**call, **_finding_cells(each, audited, listen_link, lessons)})
        for each in audited.findings
    )


def _finding_cells(
    finding: Finding, audit: CallAudit, listen_link: str | None, lessons: Lessons | None
) -> dict[str, object]:
    record = finding_record(finding, audit, listen_link)
    lesson = lessons.get(finding.rule) if lessons else None
    cells: dict[str, object] = {
        **record,
        "turns": " ".join(str(number) for number in record["turns"]),
        "quotes": " | ".join(record["quotes"]),
        **(_lesson_cells(lesson) if lesson else {}),
    }
    speakers = dict.fromkeys(each.agent_id for each in finding.evidence if each.agent_id)
    return cells | {"agent": "; ".join(speakers)} if speakers else cells


def _lesson_cells(lesson: RuleLesson) -> dict[str, object]:
    return {
        "rule_reviewed": lesson.reviewed,
        "rule_upheld": lesson.upheld,
        "rule_overturned": lesson.overturned,
        "rule_precision": _rounded(lesson.precision),
        "rule_precision_low": _rounded(lesson.low),
        "rule_precision_high": _rounded(lesson.high),
        "rule_overturn_rate": _rounded(lesson.overturn_rate),
        "rule_often_overturned": "true" if lesson.often_overturned else "false",
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _line(cells: dict[str, object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(csv_cell(cells.get(name)) for name in COLUMNS)
    return out.getvalue()
