"""Audits as JSON: one record a call, in the schema of `--format jsonl`."""

from __future__ import annotations

import json
from typing import Any

from transcript_audit.model import CallAudit, Finding, SkippedCall

SCHEMA_VERSION = "1"


def call_record(audited: CallAudit | SkippedCall) -> dict[str, Any]:
    """The record of one call, in the schema of `--format jsonl`."""
    if isinstance(audited, SkippedCall):
        return {"call_id": audited.call_id, "skipped": audited.reason, "path": audited.path}
    return {
        "call_id": audited.call_id,
        "agent_ids": list(audited.agent_ids),
        "outcome": str(audited.outcome),
        "findings": [finding_record(finding) for finding in audited.findings],
        "rules": {result.rule: str(result.status) for result in audited.results},
        "attempts": len(audited.episode.attempts),
        "seconds_to_confirm": audited.episode.seconds_to_confirm,
        "schema_version": SCHEMA_VERSION,
    }


def finding_record(finding: Finding) -> dict[str, Any]:
    """The record of one finding: source turns ascending, each once; `start` of the first timed."""
    starts = (each.start for each in finding.evidence if each.start is not None)
    return {
        "rule": finding.rule,
        "family": str(finding.family),
        "severity": str(finding.severity),
        "message": finding.message,
        "strength": round(finding.strength, 3),
        "turns": sorted({each.number for each in finding.evidence}),
        "quotes": [each.quote for each in finding.evidence],
        "start": next(starts, None),
    }


def record_line(audited: CallAudit | SkippedCall) -> str:
    """One line of `--format jsonl`, with its line end; pure ASCII, so safe in any encoding."""
    return json.dumps(call_record(audited), allow_nan=False) + "\n"
