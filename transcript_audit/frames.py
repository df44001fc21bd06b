"""Calls in data frames, and their audits as data frames, for engines that work frame by frame."""
# ruff: noqa: PLC0415 - pandas is slow to import

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from transcript_audit.errors import ConfigurationError, ReadError
from transcript_audit.model import CallAudit, Finding, RuleStatus, SkippedCall, Transcript
from transcript_audit.quotes import widen_span
from transcript_audit.readers import transcript_from_record
from transcript_audit.readers.canonical import read_id

if TYPE_CHECKING:
    from pandas import DataFrame

SPARK_SCHEMA = (
    "call_id string, status string, reason string, outcome string, agent_ids array<string>, "
    "started_at string, attempts long, seconds_to_confirm double, "
    "findings array<struct<rule:string, family:string, severity:string, strength:double, "
    "message:string, turns:array<long>, quotes:array<string>, start:double, fingerprint:string>>, "
    "rules map<string,string>, notes array<string>, rule_book string"
)
"""The columns of a frame of audits, as Spark writes a schema."""

COLUMNS = (
    "call_id",
    "status",
    "reason",
    "outcome",
    "agent_ids",
    "started_at",
    "attempts",
    "seconds_to_confirm",
    "findings",
    "rules",
    "notes",
    "rule_book",
)

IDS = ("id", "call_id")
OF_THE_TURN = ("speaker", "text", "start", "end", "agent", "source_turn")
SOURCE = "frame"
"""What stands for a path where calls have none."""


def read_frame(frame: DataFrame) -> Iterator[Transcript | SkippedCall]:
    """The calls of a frame, in its order; one that cannot be read is a skipped call.

    Args:
        frame: a row a call, with `turns` (a list of structs as in canonical JSON) and, where known,
            `id` or `call_id`, `agent`, `started_at`, `path`; or a row a turn, with `id` or
            `call_id`, `speaker` and `text` and, where known, `start`, `end`, `agent`,
            `started_at`, `path`. Of a row a turn, all rows of a call have to be in one frame,
            in the order of the turns. Other columns are left alone.

    Raises:
        ConfigurationError: it lacks a column that is needed.
    """
    columns = set(map(str, frame.columns))
    if "turns" in columns:
        records: Iterable[dict[str, Any]] = map(_plain_record, frame.to_dict("records"))
    elif columns.issuperset({"speaker", "text"}) and columns & {*IDS}:
        records = _gather_turns(frame)
    else:
        found = ", ".join(sorted(columns)) or "none"
        raise ConfigurationError(
            "the frame has neither a column turns (a row a call) nor the columns call_id, speaker "
            f"and text (a row a turn); it has {found[:200]}: rename them"
        )
    for number, record in enumerate(records, start=1):
        path = str(record.get("path") or SOURCE)
        try:
            yield transcript_from_record(record, path, number)
        except ReadError as error:
            call_id = read_id(record) or f"{SOURCE}#{number}"
            reason = f"{error.place}: {error.problem}" if error.place else error.problem
            yield SkippedCall(call_id, path, reason)


def frame_of(audits: Iterable[CallAudit | SkippedCall], rule_book: str) -> DataFrame:
    """A frame with a row an audit, in their order.

    `status` is flagged, clear, cannot-tell (no rule could be judged) or skipped; of the last two
    `reason` says why. `turns` of a finding number the source's turns from 0, `start` is in seconds,
    `strength` 0 to 1. What isn't known is null.
    """
    from pandas import DataFrame

    rows = [{**_row(each), "rule_book": rule_book} for each in audits]
    frame = DataFrame(rows, columns=list(COLUMNS))
    types = {"attempts": "Int64", "seconds_to_confirm": "float64"}
    others = {name: "object" for name in COLUMNS if name not in types}
    return frame.astype({**types, **others})


def _gather_turns(frame: DataFrame) -> Iterator[dict[str, Any]]:
    """A record a call, of a frame with a row a turn; calls in the order of their first rows."""
    calls: dict[str, dict[str, Any]] = {}
    for row in map(_plain_record, frame.to_dict("records")):
        call_id = read_id(row)
        call = calls.setdefault(call_id, {"turns": []})
        for name in (*IDS, "started_at", "path"):
            if row.get(name) is not None:
                call.setdefault(name, row[name])
        turn = {name: row[name] for name in OF_THE_TURN if row.get(name) is not None}
        call["turns"].append({"text": "", **turn})
    yield from calls.values()


def _plain_record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """The value as JSON would have it; None for what frames write where nothing is known."""
    if hasattr(value, "asDict"):  # a Row of Spark, which is a tuple too
        value = value.asDict()
    elif hasattr(value, "tolist") and not hasattr(value, "isoformat"):  # of numpy
        value = value.tolist()
    if isinstance(value, Mapping):
        return _plain_record(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return _plain_single(value)


def _plain_single(value: Any) -> Any:
    if value is None or str(value) in {"<NA>", "NaT"}:
        return value if isinstance(value, str) else None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return value


def _row(audited: CallAudit | SkippedCall) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"call_id": audited.call_id, "agent_ids": list(audited.agent_ids)}
    row |= {"findings": [], "rules": {}, "notes": []}
    if isinstance(audited, SkippedCall):
        return {**row, "status": "skipped", "reason": audited.reason}
    began = audited.transcript.started_at
    row |= {
        "started_at": began and began.isoformat(),
        "findings": [_finding(each, audited) for each in audited.findings],
        "rules": {result.rule: str(result.status) for result in audited.results},
        "notes": list(audited.notes),
    }
    if audited.left_open:
        return {**row, "status": str(RuleStatus.CANNOT_TELL), "reason": audited.results[0].reason}
    return {
        **row,
        "status": str(RuleStatus.FLAGGED if audited.findings else RuleStatus.CLEAR),
        "outcome": str(audited.outcome),
        "attempts": len(audited.episode.attempts),
        "seconds_to_confirm": audited.episode.seconds_to_confirm,
    }


def _finding(finding: Finding, audit: CallAudit) -> dict[str, Any]:
    texts = [(audit.turns[each.turn].text, each.span) for each in finding.evidence]
    quotes = dict.fromkeys(text[slice(*widen_span(text, span))] for text, span in texts)
    starts = (each.start for each in finding.evidence if each.start is not None)
    return {
        "rule": finding.rule,
        "family": str(finding.family),
        "severity": str(finding.severity),
        "strength": round(finding.strength, 3),
        "message": finding.message,
        "turns": sorted({each.number for each in finding.evidence}),
        "quotes": list(quotes),
        "start": next(starts, None),
        "fingerprint": finding.fingerprint,
    }
