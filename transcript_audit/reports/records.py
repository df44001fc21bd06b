"""Audits as JSON: one record a call, in the schema of `--format jsonl`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from transcript_audit.model import CallAudit, Finding, Role, SkippedCall, Turn
from transcript_audit.quotes import widen_span
from transcript_audit.talk import NoTalk, Talk, measure_talk

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
        "roles": str(audited.role_source),
        "notes": list(audited.notes),
        "talk": talk_record(audited),
        "schema_version": SCHEMA_VERSION,
    }


def talk_record(audit: CallAudit) -> dict[str, Any]:
    """What the call's times tell, as computed and, under `stated`, as the source says itself.

    Seconds throughout, shares 0 to 1, turns of the source; or `not_assessable` with the reason.
    """
    talk = measure_talk(audit.transcript, audit.turns, audit.acts)
    stated = {"stated": dict(audit.transcript.stated)}
    if isinstance(talk, NoTalk):
        return {"not_assessable": talk.reason} | stated
    return _talk_figures(talk) | stated


def _talk_figures(talk: Talk) -> dict[str, Any]:
    return talk.figures | {
        "agent_share": _share(talk, Role.AGENT),
        "customer_share": _share(talk, Role.CUSTOMER),
        "overlaps": talk.overlaps,
        "overlap_seconds": talk.overlap,
        "cut_ins": [
            {"by": str(each.by), "turn": each.number, "start": each.start, "seconds": each.seconds}
            for each in talk.interruptions
        ],
        "silences": [
            {
                "after_turn": each.number,
                "start": each.start,
                "seconds": each.seconds,
                "hold": each.hold,
            }
            for each in talk.silences
        ],
        "longest_turn": None
        if talk.longest is None
        else {
            "by": str(talk.longest.by),
            "turn": talk.longest.number,
            "start": talk.longest.start,
            "seconds": talk.longest.seconds,
        },
    }


def _share(talk: Talk, side: Role) -> float | None:
    share = talk.share(side)
    return None if share is None else round(share, 3)


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
        "fingerprint": finding.fingerprint,
    }


def record_line(audited: CallAudit | SkippedCall) -> str:
    """One line of `--format jsonl`, with its line end; pure ASCII, so safe in any encoding."""
    return json.dumps(call_record(audited), allow_nan=False) + "\n"
