"""Genesys Cloud: phrases said inside or outside the company, and who was on the line when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from transcript_audit.model import Role, SkippedCall, Transcript
from transcript_audit.readers.contacts import GENESYS
from transcript_audit.readers.json_formats import JsonFormat, read_calls
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.vendors.moments import moment_at
from transcript_audit.readers.vendors.parties import Party, agents_of, party_of

_MILLISECOND = 0.001

_FIRST_MOMENT = 1e11
"""Milliseconds from which a time is a moment (1973), and not a place in a recording (3 years)."""

_LENGTHS = ("milliseconds", "durationMs", "offsetMs", "totalMilliseconds", "millis")
"""Keys that hold a length or an offset, as the shape of these changes."""

_ROLES = (
    dict.fromkeys(("agent", "user", "internal"), Role.AGENT)
    | dict.fromkeys(("customer", "external"), Role.CUSTOMER)
    | dict.fromkeys(
        ("ivr", "acd", "voicemail", "fax", "workflow", "bot", "botflow", "dialer", "system"),
        Role.SYSTEM,
    )
)
"""Role by purpose; a user is one of the company's."""


@dataclass(frozen=True, slots=True)
class _Presence:
    """When someone was on the line, in seconds from the start of the call, or None if unknown."""

    role: Role
    party: Party
    start: float | None
    end: float | None

    def covers(self, moment: float) -> bool:
        """Whether they were on the line then."""
        return (self.start or 0.0) <= moment and (self.end is None or moment < self.end)


def _matches(record: Mapping[str, object]) -> bool:
    transcripts = record.get("transcripts")
    if not isinstance(transcripts, list):
        return False
    return not {"conversationId", "communicationId"}.isdisjoint(record) or any(
        isinstance(each, dict) and "phrases" in each for each in transcripts
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript | SkippedCall]:
    call_id = node.text_at("conversationId", "communicationId") or default_id
    yield from read_calls([(node, call_id)], _read_part)


def _read_part(node: Node, call_id: str) -> Transcript:
    """One communication of a conversation; where there are several, `join_parts` joins them."""
    transcripts = list(node.at("transcripts").each())
    phrases = [phrase for each in transcripts for phrase in each.each_at("phrases")]
    began = _find_start(node, transcripts)
    zero = began.timestamp() * 1000 if began else _find_first(phrases)
    people = [_read_presence(each, zero) for each in node.each_at("participants")]
    inside = [each for each in people if each.role in {Role.AGENT, Role.SYSTEM}]
    utterances = order_segments(_read_phrase(phrase, zero, inside) for phrase in phrases)
    return Transcript(
        call_id=call_id,
        path=node.path,
        utterances=utterances,
        agent_ids=agents_of(utterances),
        started_at=began,
        format=GENESYS,
        stated=_read_figures(node, transcripts),
    )


def _find_start(node: Node, transcripts: Sequence[Node]) -> datetime | None:
    """When the conversation began, else the first of its transcripts."""
    began = moment_at(node, "conversationStartTime")
    starts = [moment for each in transcripts if (moment := moment_at(each, "startTime"))]
    return began or min(starts, default=None)


def _find_first(phrases: Sequence[Node]) -> float:
    """The first moment of a phrase, in milliseconds since 1970; 0 where none is a moment."""
    starts = [start.number() for each in phrases if (start := each.maybe("startTimeMs"))]
    return min((start for start in starts if start >= _FIRST_MOMENT), default=0.0)


def _read_phrase(node: Node, zero: float, inside: Sequence[_Presence]) -> Segment:
    start, end = _read_span(node, zero)
    purpose = node.text_at("participantPurpose").lower()
    party = party_of(_ROLES.get(purpose), "" if purpose in _ROLES else purpose)
    if _ROLES.get(purpose) == Role.AGENT:
        party = _find_speaker(inside, start)
    text = node.text_at("decoratedText") or node.at("text").text()
    return party.says(text, start, end)


def _find_speaker(inside: Sequence[_Presence], moment: float | None) -> Party:
    """Who spoke on the company's side then: the agent who came last, else what answered calls."""
    agents = [each for each in inside if each.role == Role.AGENT]
    here = [each for each in inside if moment is not None and each.covers(moment)]
    speaking = [each for each in here if each.role == Role.AGENT] or here
    if speaking:
        return max(speaking, key=lambda each: each.start or 0.0).party
    return agents[0].party if len({each.party for each in agents}) == 1 else Party("agent")


def _read_presence(node: Node, zero: float) -> _Presence:
    role = _ROLES.get(node.text_at("participantPurpose").lower(), Role.OTHER)
    start, end = node.maybe("startTimeMs"), node.maybe("endTimeMs")
    return _Presence(
        role,
        party_of(role, node.text_at("userId")),
        _read_seconds(start, zero) if start else None,
        _read_seconds(end, zero) if end else None,
    )


def _read_span(node: Node, zero: float) -> tuple[float | None, float | None]:
    """Start and end of a phrase or word, from its own length, else from its words."""
    found = node.maybe("startTimeMs")
    start = _read_seconds(found, zero) if found else _read_length(node.maybe("offset"))
    length = _read_length(node.first("duration", "durationMs"))
    if start is not None and length is not None:
        return start, round(start + length, 6)
    ends = [_read_span(word, zero)[1] for word in node.each_at("words")]
    return start, max((end for end in ends if end is not None), default=None)


def _read_seconds(node: Node, zero: float) -> float:
    """Seconds from the start of the call for milliseconds since then, or since 1970."""
    value = node.number()
    since = value - zero if value >= _FIRST_MOMENT else value
    return max(0.0, round(since * _MILLISECOND, 6))


def _read_length(node: Node | None) -> float | None:
    """Seconds for a length in milliseconds, bare or in an object; None where it cannot be told."""
    if node is None:
        return None
    if isinstance(node.value, dict):
        found = node.first(*_LENGTHS)
        return None if found is None else found.seconds(_MILLISECOND)
    return node.seconds(_MILLISECOND)


def _read_figures(node: Node, transcripts: Sequence[Node]) -> dict[str, float]:
    """The length of the conversation, and of the silences in it."""
    duration = _read_length(node.maybe("duration"))
    figures = {} if duration is None else {"duration_seconds": duration}
    analytics = [found for each in transcripts if (found := each.maybe("analytics"))]
    silences = [
        event.seconds_at("durationMs", _MILLISECOND) or 0.0
        for each in analytics
        for event in each.each_at("acoustic")
        if event.text_at("eventType").lower() == "silence"
    ]
    return figures | ({"silence_seconds": round(sum(silences), 6)} if silences else {})


GENESYS_FORMATS = (
    JsonFormat(
        name=GENESYS,
        title="Genesys Cloud speech and text analytics",
        sign='"transcripts" with "phrases", or beside "conversationId"',
        roles='"external" is the customer; "internal" is the agent, or the system while none is '
        "on the line",
        times="milliseconds since 1970, counted from the start of the conversation (or already "
        "from there); the start of the call is stated",
        agents="the user id of the agent who was on the line",
        matches=_matches,
        read=_read,
    ),
)
