"""A run as one JSON object: the calls, the agents, the team and what it was made with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.reports.records import SCHEMA_VERSION, call_record
from transcript_audit.reports.run import Run
from transcript_audit.scorecards import UNNAMED, Scorecard, Scorecards


def audit_document(
    audits: Sequence[CallAudit | SkippedCall],
    cards: Scorecards,
    run: Run,
) -> str:
    """The one object of `--format json`: `calls`, `agents`, `team` and `run`."""
    document = {
        "calls": [call_record(audited) for audited in audits],
        "agents": [scorecard_record(card) for card in cards.agents],
        "team": scorecard_record(cards.team),
        "run": {
            "tool": "transcript-audit",
            "version": run.version,
            "rule_book": run.rule_book,
            "profile": run.profile,
            "pipeline": run.pipeline,
            "counts": counts(audits),
            "schema_version": SCHEMA_VERSION,
        },
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def counts(audits: Sequence[CallAudit | SkippedCall]) -> dict[str, int]:
    """Calls audited, calls skipped, calls with a finding, and findings."""
    done = [audited for audited in audits if isinstance(audited, CallAudit)]
    return {
        "audited": len(done),
        "skipped": len(audits) - len(done),
        "flagged": sum(bool(audit.findings) for audit in done),
        "findings": sum(len(audit.findings) for audit in done),
    }


def scorecard_record(card: Scorecard) -> dict[str, Any]:
    """The record of one agent (`agent` null where the calls name none) or of the team."""
    return {
        "agent": None if card.agent == UNNAMED else card.agent,
        "calls": card.calls,
        "skipped": card.skipped,
        "critical_calls": card.critical_calls,
        "families": {
            str(share.family): {
                "flagged": share.flagged,
                "eligible": share.eligible,
                "low": share.low,
                "high": share.high,
            }
            for share in card.families
        },
        "seconds_to_confirm": card.seconds_to_confirm,
        "confirmed": card.confirmed,
        "calls_to_hear": [
            {
                "call_id": call.call_id,
                "path": call.path,
                "rule": call.finding.rule,
                "severity": str(call.finding.severity),
                "findings": call.findings,
                "start": call.start,
                "quote": call.quote,
            }
            for call in card.calls_to_hear
        ],
        "done_well": asdict(card.done_well) if card.done_well else None,
    }
