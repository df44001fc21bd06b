"""IETF vCon: the call as a conversation with parties, one dialog and analyses.

After draft-ietf-vcon-vcon-core. The transcript is an analysis whose body is the canonical record,
its list of turns called "utterances", under which more programs look for one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from transcript_audit.model import Role, Transcript
from transcript_audit.readers.canonical import TRANSCRIPT_SCHEMA, VENDOR
from transcript_audit.speakers import named_person, stated_role
from transcript_audit.writers.canonical import transcript_record

FINDINGS_SCHEMA = "transcript-audit/audit/1"

_VERSION = "0.3.0"
_KEYS = {"vcon", "uuid", "created_at", "subject", "parties", "dialog", "analysis"}


def vcon_document(
    transcript: Transcript,
    created_at: datetime,
    findings: Mapping[str, Any] | None = None,
) -> str:
    """The call as a vCon, ending with a line feed.

    Args:
        created_at: when the vCon is made, with a time zone.
        findings: the record of the call's audit (`reports.records.call_record`), or None.
    """
    parties, labels = _list_parties(transcript)
    record = transcript_record(transcript)
    body = {key: value for key, value in record.items() if key != "turns"}
    analyses = [
        _analysis("transcript", TRANSCRIPT_SCHEMA, body | {"utterances": record["turns"]}),
    ]
    if findings is not None:
        analyses.append(_analysis("findings", FINDINGS_SCHEMA, findings))
    document = {
        "vcon": _VERSION,
        "uuid": str(uuid5(NAMESPACE_URL, f"{VENDOR}:{transcript.call_id}")),
        "created_at": created_at.isoformat(),
        "subject": transcript.call_id,
        "parties": parties,
        "dialog": [_dialog(transcript, labels)],
        "analysis": analyses,
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def is_converted(data: bytes) -> bool:
    """Whether a file's bytes are a vCon as `vcon_document` makes it, with nothing added since."""
    try:
        document = json.loads(data)
        analyses = document["analysis"]
        own = str(uuid5(NAMESPACE_URL, f"{VENDOR}:{document['subject']}"))
        return (
            document.keys() == _KEYS
            and document["uuid"] == own
            and analyses[0]["schema"] == TRANSCRIPT_SCHEMA
            and all(each["vendor"] == VENDOR for each in analyses)
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False


def _list_parties(transcript: Transcript) -> tuple[list[dict[str, str]], list[int]]:
    """Everyone who speaks or is named, and the places among them of those who speak."""
    places: dict[tuple[str, str | None], int] = {}
    parties: list[dict[str, str]] = []
    for said in transcript.utterances:
        if (said.speaker, said.agent_id) not in places:
            places[said.speaker, said.agent_id] = len(parties)
            parties.append(_party(said.speaker, said.agent_id))
    named = {party.get("name") for party in parties}
    parties += [
        {"name": each, "role": str(Role.AGENT)}
        for each in transcript.agent_ids
        if each not in named
    ]
    return parties, list(places.values())


def _party(speaker: str, agent_id: str | None) -> dict[str, str]:
    name = agent_id or named_person(speaker)
    role = Role.AGENT if agent_id else stated_role(speaker)
    party = {"name": name} if name else {}
    if role is not None:
        party["role"] = str(role)
    return party or {"name": speaker}


def _dialog(transcript: Transcript, parties: list[int]) -> dict[str, Any]:
    """The recording, which stays where it is."""
    dialog: dict[str, Any] = {"type": "recording", "parties": parties}
    if transcript.started_at is not None:
        dialog["start"] = transcript.started_at.isoformat()
    if (duration := transcript.stated.get("duration_seconds")) is not None:
        dialog["duration"] = duration
    return dialog


def _analysis(kind: str, schema: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": kind,
        "dialog": 0,
        "vendor": VENDOR,
        "schema": schema,
        "mediatype": "application/json",
        "encoding": "json",
        "body": json.dumps(body, allow_nan=False),
    }
