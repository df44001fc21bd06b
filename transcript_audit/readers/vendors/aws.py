"""Amazon's exports: Call Analytics and Contact Lens here, the others beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from transcript_audit.model import Role, Transcript
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.vendors.aws_figures import (
    MILLISECOND,
    person_in,
    read_figures,
    role_in,
)
from transcript_audit.readers.vendors.aws_pca import PCA_FORMATS
from transcript_audit.readers.vendors.aws_transcribe import (
    TRANSCRIBE_FORMATS,
    refuse_job,
    require_completed,
)
from transcript_audit.readers.words import quoted

_CALL_ANALYTICS = "aws-call-analytics"
_VOICE = "aws-contact-lens"
_CHAT = "aws-contact-lens-chat"

_SIGNS: tuple[tuple[str, set[str]], ...] = (
    (_CHAT, {"AbsoluteTime", "ContentType"}),
    (_VOICE, {"CustomerMetadata", "LoudnessScore"}),
    (_CALL_ANALYTICS, {"JobName", "LoudnessScores"}),
    (_VOICE, {"ParticipantId"}),
    (_CALL_ANALYTICS, {"ParticipantRole", "ConversationCharacteristics"}),
)
"""Keys that tell the formats with a `Transcript` list apart, of the object or of its turns; the
first that are there decide."""

_JOB = {"CallAnalyticsJobName", "CallAnalyticsJobStatus"}
_RECORDED = re.compile(r"_(\d{8}T\d{2}:?\d{2}(?::?\d{2})?)_UTC\.\w+$")


def _find_shape(value: Mapping[str, object]) -> str:
    """Which of the formats with a `Transcript` list an object is in, or "".

    One function, so that no object is ever in two of them.
    """
    if value.keys() >= _JOB:
        return _CALL_ANALYTICS
    if _is_real_time(value):
        return _VOICE
    if not value.keys() & {"Transcript", "ConversationCharacteristics"}:
        return ""
    turns = value.get("Transcript")
    keys = value.keys() | {
        key
        for turn in (turns if isinstance(turns, list) else ())
        if isinstance(turn, dict)
        for key in turn
    }
    return next((name for name, signs in _SIGNS if keys & signs), "")


def _is_real_time(value: Mapping[str, object]) -> bool:
    """Whether this is what Contact Lens streams while a call goes on."""
    if {"ContactId", "EventType"} <= value.keys():
        return True
    segments = value.get("Segments")
    streamed = {"Transcript", "Utterance", "Categories"}
    return isinstance(segments, list) and any(
        isinstance(each, dict) and each.keys() & streamed for each in segments
    )


# --- who speaks -------------------------------------------------------------------------------


def _read_participants(call: Node) -> dict[str, str]:
    """Speaker label by participant id."""
    people = call.each_at("Participants")
    labels = {each.text_at("ParticipantId"): _label(each) for each in people}
    return {name: label for name, label in labels.items() if name and label}


def _label(participant: Node) -> str:
    """The stated role as a label ("CUSTOM_BOT" -> "custom bot"), or ""."""
    return participant.text_at("ParticipantRole").lower().replace("_", " ")


def _read_speaker(turn: Node, participants: Mapping[str, str]) -> str:
    """The speaker label of a turn: its role, else that of its participant, else what the id says.

    An id may be "AGENT" itself; one that says nothing is the label.
    """
    name = turn.text_at("ParticipantId")
    role = role_in(name)
    return _label(turn) or participants.get(name) or (role.value if role else name)


# --- Call Analytics and Contact Lens voice ----------------------------------------------------


def _read_call_analytics(call: Node, default_id: str) -> Iterator[Transcript]:
    refuse_job(call, _JOB)
    call_id = call.text_at("JobName", "SessionId") or default_id
    yield _read_voice(call, _CALL_ANALYTICS, call_id, None)


def _read_contact_lens(call: Node, default_id: str) -> Iterator[Transcript]:
    if isinstance(call.value, dict) and _is_real_time(call.value):
        raise call.error(
            "real-time Contact Lens segments, which are partial; expected the analysis made after "
            "the call (under Analysis/Voice or Analysis/Chat in the instance's S3 bucket); "
            "export that one"
        )
    contact = call.maybe("CustomerMetadata")
    recording = "" if contact is None else contact.text_at("InputS3Uri")
    recorded = _RECORDED.search(recording)
    yield _read_voice(
        call,
        _VOICE,
        _read_contact_id(call, default_id),
        read_moment(f"{recorded[1]}Z") if recorded else None,
    )


def _read_contact_id(call: Node, default_id: str) -> str:
    contact = call.maybe("CustomerMetadata")
    found = "" if contact is None else contact.text_at("ContactId")
    return found or call.text_at("ContactId") or default_id


def _read_voice(call: Node, name: str, call_id: str, began: datetime | None) -> Transcript:
    require_completed(call, "JobStatus")
    participants = _read_participants(call)
    segments = [
        Segment(
            _read_speaker(turn, participants),
            turn.at("Content").text(),
            turn.seconds_at("BeginOffsetMillis", MILLISECOND),
            turn.seconds_at("EndOffsetMillis", MILLISECOND),
        )
        for turn in call.at("Transcript").each()
    ]
    return Transcript(
        call_id=call_id,
        path=call.path,
        utterances=order_segments(segments),
        started_at=began,
        format=name,
        stated=read_figures(call, participants),
    )


# --- Contact Lens chat ------------------------------------------------------------------------


def _read_chat(call: Node, default_id: str) -> Iterator[Transcript]:
    require_completed(call, "JobStatus")
    participants = _read_participants(call)
    entries = [(each, _read_when(each)) for each in call.at("Transcript").each()]
    began = min((when for _, when in entries if when is not None), default=None)
    segments = []
    for each, when in entries:
        # Events (someone joined) and attachments have no words.
        if each.text_at("Type").upper() not in ("", "MESSAGE"):
            continue
        start = (when - began).total_seconds() if when and began else None
        speaker = _read_speaker(each, participants)
        agent = each.text_at("DisplayName") if role_in(speaker) == Role.AGENT else ""
        segments.append(
            Segment(speaker, each.text_at("Content"), start, None, person_in(agent) or None)
        )
    agents = dict.fromkeys(each.agent_id for each in segments if each.agent_id)
    yield Transcript(
        call_id=_read_contact_id(call, default_id),
        path=call.path,
        utterances=order_segments(segments),
        agent_ids=tuple(agents),
        started_at=began,
        format=_CHAT,
        stated=read_figures(call, participants),
    )


def _read_when(entry: Node) -> datetime | None:
    """When a chat's entry came, in UTC where it has no zone; None where it does not say."""
    found = entry.maybe("AbsoluteTime")
    if found is None or not found.text():
        return None
    moment = read_moment(found.text())
    if moment is None:
        raise found.error(
            f"{quoted(found.value)} is not a time; expected one such as 2026-03-04T09:30:00Z"
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


AWS_FORMATS = (
    JsonFormat(
        name=_CALL_ANALYTICS,
        title="Amazon Transcribe Call Analytics",
        sign="Transcript, with JobName or LoudnessScores",
        roles="stated: ParticipantRole, as the job's channel definitions say",
        times="start and end, milliseconds; the start of the call is not given",
        agents="none; mostly in the file's name",
        matches=lambda value: _find_shape(value) == _CALL_ANALYTICS,
        read=_read_call_analytics,
    ),
    JsonFormat(
        name=_VOICE,
        title="Amazon Connect Contact Lens, voice",
        sign="Transcript, with CustomerMetadata, LoudnessScore or ParticipantId",
        roles="stated: Participants, by ParticipantId",
        times="start and end, milliseconds; the start of the call from the recording's name",
        agents="none; in the contact record",
        matches=lambda value: _find_shape(value) == _VOICE,
        read=_read_contact_lens,
    ),
    JsonFormat(
        name=_CHAT,
        title="Amazon Connect Contact Lens, chat",
        sign="Transcript, with AbsoluteTime or ContentType",
        roles="stated: ParticipantRole, or Participants by ParticipantId",
        times="when a message was sent, counted from the first entry; no ends",
        agents="DisplayName of an agent's messages",
        matches=lambda value: _find_shape(value) == _CHAT,
        read=_read_chat,
    ),
    *PCA_FORMATS,
    *TRANSCRIBE_FORMATS,
)
