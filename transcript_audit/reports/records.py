"""Audits as JSON: one record a call, in the schema of `--format jsonl`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from transcript_audit.model import CallAudit, Finding, SkippedCall, Turn
from transcript_audit.quotes import widen_span

SCHEMA_VERSION = "1"


def call_record(audited: CallAudit | SkippedCall) -> dict[str, Any]:
    """The record of one call, in the schema of `--format jsonl`."""
    if isinstance(audited, SkippedCall):
        return {"call_id": audited.call_id, "skipped": audited.reason, "path": audited.path}
    return {
        "call_id": audited.call_id,
        "agent_ids": list(audited.agent_ids),
        "outcome": str(audited.outcome),
        "findings": [finding_record(finding, audited.turns) for finding in audited.findings],
        "rules": {result.rule: str(result.status) for result in audited.results},
        "attempts": len(audited.episode.attempts),
        "seconds_to_confirm": audited.episode.seconds_to_confirm,
        "schema_version": SCHEMA_VERSION,
    }


def finding_record(finding: Finding, turns: Sequence[Turn]) -> dict[str, Any]:
    """The record of one finding about a call of these turns.

    Source turns ascending, each once; each quote once too, word for word as it was said; `start` of
    the first timed.
    """
    texts = [(turns[each.turn].text, each.span) for each in finding.evidence]
    quotes = dict.fromkeys(text[slice(*widen_span(text, span))] for text, span in texts)
    starts = (each.start for each in finding.evidence if each.start is not None)
    return {
        "rule": finding.rule,
        "family": str(finding.family),
        "severity": str(finding.severity),
        "message": finding.message,
        "strength": round(finding.strength, 3),
        "turns": sorted({each.number for each in finding.evidence}),
        "quotes": list(quotes),
        "start": next(starts, None),
    }


def record_line(audited: CallAudit | SkippedCall) -> str:
    """One line of `--format jsonl`, with its line end; pure ASCII, so safe in any encoding."""
    return json.dumps(call_record(audited), allow_nan=False) + "\n"
