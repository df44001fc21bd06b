"""Reviewed calls as labelled calls, for `evaluate` and for training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transcript_audit.model import CallAudit, Turn
from transcript_audit.review.verdicts import Reviewed, Reviews, Standing


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A call that can't be exported yet, and why."""

    call_id: str
    reason: str


def label_call(audit: CallAudit, reviews: Reviews) -> dict[str, Any] | Unlabelled:
    """The record of a reviewed call as `labelled_calls` reads it, or why it has no labels yet.

    Only a call that somebody has heard whole is labelled, and only when every finding is upheld or
    overturned: what nobody judged would otherwise be taken for right, or for absent. The turns are
    numbered anew from 0, and speakers go by the roles under which they were audited.
    """
    heard = reviews.heard.get(audit.call_id)
    if not heard:
        return Unlabelled(audit.call_id, "nobody has heard it whole")
    found = reviews.of_call(audit.call_id)
    problem = _find_gap(audit, found)
    if problem:
        return Unlabelled(audit.call_id, problem)
    outcomes = {verdict.outcome or str(audit.outcome) for verdict in heard.values()}
    if len(outcomes) > 1:
        return Unlabelled(audit.call_id, f"reviewers differ on the outcome: {_listed(outcomes)}")
    places = {said.number: place for place, said in enumerate(audit.transcript.utterances)}
    labels: dict[str, set[int]] = {}
    for each in found:
        if each.standing is Standing.UPHELD:
            known = (places[number] for number in each.turns if number in places)
            labels.setdefault(each.rule, set()).update(known)
    record: dict[str, Any] = {"id": audit.call_id}
    if audit.agent_ids:
        record["agent"] = list(audit.agent_ids)
    if audit.transcript.started_at is not None:
        record["started_at"] = audit.transcript.started_at.isoformat()
    return record | {
        "turns": list(_turn_records(audit)),
        "gold": {
            "outcome": outcomes.pop(),
            "findings": [
                {"rule": rule, "turns": sorted(turns)} for rule, turns in sorted(labels.items())
            ],
        },
    }


def label_line(record: dict[str, Any]) -> str:
    """A line of JSONL, with its line end; pure ASCII, so safe in any encoding."""
    return json.dumps(record, allow_nan=False) + "\n"


def _find_gap(audit: CallAudit, found: tuple[Reviewed, ...]) -> str:
    """Why the findings are not all decided, or ""."""
    decided = {Standing.UPHELD, Standing.OVERTURNED}
    standings = {each.fingerprint: each.standing for each in found}
    for finding in audit.findings:
        if standings.get(finding.fingerprint, Standing.OPEN) not in decided:
            return f"{finding.rule} is {standings.get(finding.fingerprint, Standing.OPEN)}"
    current = {finding.fingerprint for finding in audit.findings}
    for each in found:
        if each.standing not in decided and (each.added or each.fingerprint in current):
            return f"{each.rule} is {each.standing}"
    return ""


def _turn_records(audit: CallAudit) -> Iterator[dict[str, Any]]:
    turns = {part.number: turn for turn in audit.turns for part in turn.parts}
    for said in audit.transcript.utterances:
        turn = turns.get(said.number)
        record: dict[str, Any] = {
            "speaker": str(turn.role) if turn else said.speaker,
            "text": said.text,
        }
        known = {"start": said.start, "end": said.end, "agent": _agent(turn)}
        yield record | {key: value for key, value in known.items() if value is not None}


def _agent(turn: Turn | None) -> str | None:
    return turn.agent_id if turn else None


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words))
