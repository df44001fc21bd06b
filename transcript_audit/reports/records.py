"""Audits as JSON: one record a call, in the schema of `--format jsonl`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from transcript_audit.attribution import UNNAMED, UNTOLD
from transcript_audit.model import CallAudit, Finding, Role, SkippedCall
from transcript_audit.quotes import widen_span
from transcript_audit.reports.flags import blame
from transcript_audit.reports.listening import listen_address
from transcript_audit.reports.record_shapes import (
    SCHEMA_VERSION,
    BecameRecord,
    CallLine,
    CallRecord,
    FindingRecord,
    Heard,
    Known,
    LessonRecord,
    NoTalkRecord,
    TalkRecord,
)
from transcript_audit.talk import NoTalk, Talk, measure_talk

if TYPE_CHECKING:
    from transcript_audit.review.lessons import Lessons, RuleLesson


def call_record(
    audited: CallAudit | SkippedCall,
    listen_link: str | None = None,
    lessons: Lessons | None = None,
) -> CallLine:
    """The record of one call, in the schema of `--format jsonl`.

    What became of a call left open is null: it is in doubt who said what.

    Args:
        listen_link: template of the recording's address (`listening.listen_address`), or None.
        lessons: what reviewers made of each rule's findings, to stand beside each; or None.
    """
    if isinstance(audited, SkippedCall):
        return {"call_id": audited.call_id, "skipped": audited.reason, "path": audited.path}
    heard: Heard = {} if listen_link is None else {"listen": listen_address(listen_link, audited)}
    became = became_record(audited)
    record: CallRecord = {
        "call_id": audited.call_id,
        "agent_ids": list(audited.agent_ids),
        "outcome": became["outcome"],
        "findings": [
            finding_record(each, audited, listen_link, lessons) for each in audited.findings
        ],
        "rules": {result.rule: result.status for result in audited.results},
        "attempts": became["attempts"],
        "seconds_to_confirm": became["seconds_to_confirm"],
        "roles": audited.role_source,
        "notes": list(audited.notes),
        "talk": talk_record(audited),
        **heard,
        "schema_version": SCHEMA_VERSION,
    }
    return record


def became_record(audit: CallAudit) -> BecameRecord:
    """What became of the call: `outcome`, `attempts`, `seconds_to_confirm`; None where not known.

    Nothing is known of a call left open, nor is it 0.
    """
    episode = audit.episode
    known = not audit.left_open
    return {
        "outcome": audit.outcome if known else None,
        "attempts": len(episode.attempts) if known else None,
        "seconds_to_confirm": episode.seconds_to_confirm if known else None,
    }


def talk_record(audit: CallAudit) -> TalkRecord | NoTalkRecord:
    """What the call's times tell, as computed and, under `stated`, as the source says itself.

    Seconds throughout, shares 0 to 1, turns of the source; or `not_assessable` with the reason.
    """
    talk: Talk | NoTalk = (
        NoTalk("it is in doubt who said what")
        if audit.left_open
        else measure_talk(audit.transcript, audit.turns, audit.acts)
    )
    stated = dict(audit.transcript.stated)
    if isinstance(talk, NoTalk):
        return {"not_assessable": talk.reason, "stated": stated}
    return _talk_figures(talk, stated)


def _talk_figures(talk: Talk, stated: dict[str, float]) -> TalkRecord:
    return {
        "duration_seconds": talk.duration,
        "agent_talk_seconds": talk.talk[Role.AGENT],
        "customer_talk_seconds": talk.talk[Role.CUSTOMER],
        "silence_seconds": talk.figures["silence_seconds"],
        "interruptions": len(talk.interruptions),
        "interruptions_by_agent": sum(each.by is Role.AGENT for each in talk.interruptions),
        "agent_share": _share(talk, Role.AGENT),
        "customer_share": _share(talk, Role.CUSTOMER),
        "overlaps": talk.overlaps,
        "overlap_seconds": talk.overlap,
        "cut_ins": [
            {"by": each.by, "turn": each.number, "start": each.start, "seconds": each.seconds}
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
            "by": talk.longest.by,
            "turn": talk.longest.number,
            "start": talk.longest.start,
            "seconds": talk.longest.seconds,
        },
        "stated": stated,
    }


def _share(talk: Talk, side: Role) -> float | None:
    share = talk.share(side)
    return None if share is None else round(share, 3)


def finding_record(
    finding: Finding,
    audit: CallAudit,
    listen_link: str | None = None,
    lessons: Lessons | None = None,
) -> FindingRecord:
    """The record of one finding about a call.

    Source turns ascending, each once; each quote once too, word for word as it was said; `start` of
    the first timed; with a `listen_link`, the address from there on; with `lessons`, that of its
    rule.
    """
    texts = [(audit.turns[each.turn].text, each.span) for each in finding.evidence]
    quotes = dict.fromkeys(text[slice(*widen_span(text, span))] for text, span in texts)
    starts = (each.start for each in finding.evidence if each.start is not None)
    heard: Heard = (
        {} if listen_link is None else {"listen": listen_address(listen_link, audit, finding)}
    )
    lesson = lessons.get(finding.rule) if lessons else None
    known: Known = (
        {} if lessons is None else {"rule_verdicts": lesson_record(lesson) if lesson else None}
    )
    return {
        "rule": finding.rule,
        "family": finding.family,
        "severity": finding.severity,
        "message": finding.message,
        "strength": round(finding.strength, 3),
        "turns": sorted({each.number for each in finding.evidence}),
        "quotes": list(quotes),
        "start": next(starts, None),
        **heard,
        "agents": [name for name in blame(audit, finding, {}) if name not in {UNNAMED, UNTOLD}],
        "fingerprint": finding.fingerprint,
        **known,
    }


def lesson_record(lesson: RuleLesson) -> LessonRecord:
    """The record of what reviewers made of one rule's findings."""
    return {
        "reviewed": lesson.reviewed,
        "upheld": lesson.upheld,
        "overturned": lesson.overturned,
        "undecided": lesson.undecided,
        "missed": lesson.missed,
        "precision": lesson.precision,
        "low": lesson.low,
        "high": lesson.high,
        "overturn_rate": lesson.overturn_rate,
        "often_overturned": lesson.often_overturned,
    }


def record_line(
    audited: CallAudit | SkippedCall,
    listen_link: str | None = None,
    lessons: Lessons | None = None,
) -> str:
    """One line of `--format jsonl`, with its line end; pure ASCII, so safe in any encoding."""
    return json.dumps(call_record(audited, listen_link, lessons), allow_nan=False) + "\n"
