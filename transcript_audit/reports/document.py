"""A run as one JSON object: the calls, the agents, the team and what it was made with."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from textwrap import indent
from typing import Any, TextIO

from pydantic import TypeAdapter

from transcript_audit.model import SkippedCall
from transcript_audit.reports.method import method_lines
from transcript_audit.reports.record_shapes import (
    SCHEMA_VERSION,
    CallToHearRecord,
    ChangeRecord,
    CountsRecord,
    FlaggedRecord,
    RuleRecord,
    RunCounts,
    RunRecord,
    ScorecardRecord,
    WeekRecord,
)
from transcript_audit.reports.records import call_record, lesson_record
from transcript_audit.reports.report import Report
from transcript_audit.scorecards import (
    UNNAMED,
    CallToHear,
    Change,
    FamilyShare,
    RuleShare,
    Scorecard,
    Week,
)


def write_document(report: Report, out: TextIO) -> None:
    """Write the one object of `--format json`: `calls`, `agents`, `team`, `verdicts` and `run`.

    Call by call, so memory stays flat; pure ASCII, so safe in any encoding.
    """
    counted: Counter[str] = Counter()
    out.write('{\n  "calls": ')
    _write_list(_call_records(report, counted), out)
    out.write(',\n  "agents": ')
    _write_list(map(_plain, map(scorecard_record, report.cards.agents)), out)
    team, run = _plain(scorecard_record(report.cards.team)), _run_record(report, counted)
    verdicts = {rule: lesson_record(lesson) for rule, lesson in report.lessons.items()}
    out.write(f',\n  "team": {_json(team)},\n  "verdicts": {_json(verdicts)}')
    out.write(f',\n  "run": {_json(run)}\n}}\n')


def _call_records(report: Report, counted: Counter[str]) -> Iterator[Any]:
    """The records of the calls; what they come to is added to `counted` as they pass by."""
    for audited in report.audits:
        if isinstance(audited, SkippedCall):
            counted["skipped"] += 1
        else:
            counted["audited"] += 1
            counted["flagged"] += bool(audited.findings)
            counted["findings"] += len(audited.findings)
        yield call_record(audited, report.listen_link, report.lessons)


def _write_list(records: Iterable[Any], out: TextIO) -> None:
    written = False
    for record in records:
        out.write(f"{',' if written else '['}\n    {_json(record, 4)}")
        written = True
    out.write("\n  ]" if written else "[]")


def _json(record: Any, depth: int = 2) -> str:
    return indent(json.dumps(record, indent=2, allow_nan=False), " " * depth).lstrip()


@cache
def _adapter() -> TypeAdapter[ScorecardRecord]:
    return TypeAdapter(ScorecardRecord)


def _plain(record: ScorecardRecord) -> Any:
    """The record as plain dicts and lists."""
    return _adapter().dump_python(record, mode="json")


def _run_record(report: Report, counted: Mapping[str, int]) -> RunRecord:
    run = report.run
    counts: RunCounts = {
        "audited": counted["audited"],
        "skipped": counted["skipped"],
        "flagged": counted["flagged"],
        "findings": counted["findings"],
    }
    return {
        "tool": "transcript-audit",
        "version": run.version,
        "rule_book": run.rule_book,
        "profile": run.profile,
        "pipeline": run.pipeline,
        "eligible_at_least": report.cards.eligible_at_least,
        "revealed": report.revealed,
        "method": dict(method_lines(report)),
        "counts": counts,
        "schema_version": SCHEMA_VERSION,
    }


def scorecard_record(card: Scorecard) -> ScorecardRecord:
    """The record of one agent (`agent` null where the calls name none) or of the team."""
    return {
        "agent": None if card.agent == UNNAMED else card.agent,
        "calls": card.calls,
        "skipped": card.skipped,
        "left_open": card.left_open,
        "critical_calls": card.critical_calls,
        "families": {share.family: _flagged(share) for share in card.families},
        "rules": {share.rule: _rule(share) for share in card.rules},
        "compliance": card.compliance,
        "quality": card.quality,
        "outcomes": card.outcomes,
        "saves": card.saves,
        "saves_and_pushes": card.saves_and_pushes,
        "attempts": card.attempts,
        "seconds_to_confirm": card.seconds_to_confirm,
        "confirmed": card.confirmed,
        "seconds": card.seconds,
        "turns": card.turns,
        "concerns": card.concerns,
        "practices": card.practices,
        "done_well": card.done_well,
        "calls_to_hear": [_call_to_hear(call) for call in card.calls_to_hear],
        "needs": card.needs,
        "coaching": card.coaching,
        "first": card.first,
        "last": card.last,
        "undated": card.undated,
        "weeks": [_week(week) for week in card.weeks],
        "changes": [_change(change) for change in card.changes],
    }


def _flagged(share: FamilyShare | RuleShare) -> FlaggedRecord:
    return {
        "flagged": share.flagged,
        "eligible": share.eligible,
        "low": share.low,
        "high": share.high,
        "comparison": share.comparison,
    }


def _rule(share: RuleShare) -> RuleRecord:
    return {
        **_flagged(share),
        "title": share.title,
        "severity": share.severity,
        "cannot_tell": share.cannot_tell,
    }


def _call_to_hear(call: CallToHear) -> CallToHearRecord:
    return {
        "call_id": call.call_id,
        "path": call.path,
        "rule": call.finding.rule,
        "severity": call.finding.severity,
        "findings": call.findings,
        "start": call.start,
        "quote": call.quote,
    }


def _week(week: Week) -> WeekRecord:
    rules = zip((head.rule for head in week.rule_heads), week.rule_counts, strict=True)
    families = zip((share.family for share in week.families), week.family_counts, strict=True)
    return {
        "week": week.name,
        "monday": week.monday,
        "calls": week.calls,
        "critical_calls": week.critical_calls,
        "families": {family: _counts(*pair) for family, pair in families if pair[1]},
        "rules": {rule: _counts(*pair) for rule, pair in rules if pair[1]},
    }


def _counts(flagged: int, eligible: int) -> CountsRecord:
    return {"flagged": flagged, "eligible": eligible}


def _change(change: Change) -> ChangeRecord:
    return {
        "flagged": change.flagged,
        "eligible": change.eligible,
        "rule": change.rule,
        "since": change.since,
        "comparison": change.comparison,
    }
