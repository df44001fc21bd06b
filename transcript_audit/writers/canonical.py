"""Canonical JSON: the record that `readers.canonical` reads, and nothing lost."""

from __future__ import annotations

import json
from typing import Any

from transcript_audit.model import Transcript, Utterance


def transcript_record(transcript: Transcript) -> dict[str, Any]:
    """The canonical record of a call: all that is known of it, but not where it was read from."""
    record: dict[str, Any] = {"id": transcript.call_id}
    if transcript.agent_ids:
        record["agent"] = list(transcript.agent_ids)
    if transcript.started_at is not None:
        record["started_at"] = transcript.started_at.isoformat()
    if transcript.stated:
        record["stated"] = dict(transcript.stated)
    record["turns"] = [
        _turn_record(said, place) for place, said in enumerate(transcript.utterances)
    ]
    return record


def transcript_line(transcript: Transcript) -> str:
    """A line of JSONL, with its line end; pure ASCII, so safe in any encoding."""
    return json.dumps(transcript_record(transcript), allow_nan=False) + "\n"


def _turn_record(said: Utterance, place: int) -> dict[str, Any]:
    known = {
        "source_turn": None if said.number == place else said.number,
        "start": said.start,
        "end": said.end,
        "agent": said.agent_id,
    }
    record = {"speaker": said.speaker, "text": said.text}
    return record | {key: value for key, value in known.items() if value is not None}
