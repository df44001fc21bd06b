"""Google Contact Center AI Insights: conversations as they are uploaded, and as it gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, label_channel, order_segments
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.vendors.google import read_duration
from transcript_audit.readers.words import quoted

_MICROSECOND = 1e-6
_FIRST_EPOCH = 1e14
"""Microseconds from which a time counts from 1970 (this is in 1973) and not from the call's
start."""

_ROLES = {
    "AGENT": "agent",
    "HUMAN_AGENT": "agent",
    "ANY_AGENT": "agent",
    "AUTOMATED_AGENT": "system",
    "CUSTOMER": "customer",
    "END_USER": "customer",
    # As clients write the resource's roles that keep numbers for names.
    "1": "agent",
    "2": "system",
    "3": "customer",
    "4": "agent",
}
_NO_ROLE = {"", "0", "ROLE_UNSPECIFIED"}


def _matches_upload(record: Mapping[str, object]) -> bool:
    entries = record.get("entries")
    return isinstance(entries, list) and any(
        isinstance(entry, dict)
        and (
            "start_timestamp_usec" in entry
            or "startTimestampUsec" in entry
            or {"text", "role", "user_id"} <= entry.keys()
        )
        for entry in entries
    )


def _read_upload(node: Node, default_id: str) -> Iterator[Transcript]:
    entries = list(node.at("entries").each())
    times = [_read_microseconds(entry) for entry in entries]
    began = _find_epoch(entries, times)
    segments = (
        Segment(
            _read_role(entry) or entry.text_at("user_id", "userId"),
            entry.at("text").text(),
            None if time is None else round(time - (began or 0.0), 6),
        )
        for entry, time in zip(entries, times, strict=True)
    )
    information = node.maybe("conversation_info")
    yield Transcript(
        call_id=default_id,
        path=node.path,
        utterances=order_segments(segments),
        agent_ids=_read_agents(node.maybe("agent_info"))
        or _read_agents(information.maybe("agent_info") if information else None),
        started_at=None if began is None else _moment_of(began, node),
        format="ccai-upload",
    )


def _read_microseconds(entry: Node) -> float | None:
    found = entry.first("start_timestamp_usec", "startTimestampUsec")
    return None if found is None else max(0.0, found.number()) * _MICROSECOND


def _find_epoch(entries: list[Node], times: list[float | None]) -> float | None:
    """Seconds from 1970 at which the call begins, or None where its times count from its start.

    Raises:
        ReadError: some count so and some otherwise.
    """
    first = _FIRST_EPOCH * _MICROSECOND
    known = [(time, entry) for time, entry in zip(times, entries, strict=True) if time is not None]
    absolute = [time for time, _ in known if time >= first]
    for time, entry in known:
        if absolute and time < first:
            raise entry.error(
                "a time from the start of the call among times from 1970; expected one kind in "
                '"start_timestamp_usec"'
            )
    return min(absolute, default=None)


def _read_role(participant: Node) -> str:
    """The role of whoever speaks, or "" where it is not stated."""
    role = participant.text_at("role")
    return "" if role.upper() in _NO_ROLE else _ROLES.get(role.upper(), role)


def _read_agents(found: Node | None) -> tuple[str, ...]:
    """The agents in what may be one object or several, each once."""
    if found is None:
        return ()
    people = list(found.each()) if isinstance(found.value, list) else [found]
    names = (
        person.text_at("agent_id", "agentId", "display_name", "displayName")
        if isinstance(person.value, dict)
        else person.text()
        for person in people
    )
    return tuple(dict.fromkeys(filter(None, names)))


def _matches_conversation(record: Mapping[str, object]) -> bool:
    transcript = record.get("transcript")
    return isinstance(transcript, dict) and not (
        {"transcriptSegments", "transcript_segments"}.isdisjoint(transcript)
    )


def _read_conversation(node: Node, default_id: str) -> Iterator[Transcript]:
    transcript = node.at("transcript")
    found = transcript.first("transcript_segments") or transcript.at("transcriptSegments")
    said = list(found.each())
    started_at = _read_time(node.first("startTime", "start_time"))
    moments = [_read_time(segment.first("messageTime", "message_time")) for segment in said]
    # A message may come before the start that somebody has put in.
    began = min((moment for moment in (started_at, *moments) if moment), default=None)
    channels = _read_channels(node.first("callMetadata", "call_metadata"))
    sent = ((moment - began).total_seconds() if moment and began else None for moment in moments)
    segments = (
        _read_segment(segment, channels, time) for segment, time in zip(said, sent, strict=True)
    )
    quality = node.first("qualityMetadata", "quality_metadata")
    agents = (
        node.text_at("agentId", "agent_id"),
        *_read_agents(quality.first("agentInfo", "agent_info") if quality else None),
    )
    duration = read_duration(node.maybe("duration"))
    yield Transcript(
        call_id=node.text_at("name").rstrip("/").rpartition("/")[2] or default_id,
        path=node.path,
        utterances=order_segments(segments),
        agent_ids=tuple(dict.fromkeys(filter(None, agents))),
        started_at=started_at,
        format="ccai-conversation",
        stated={"duration_seconds": duration} if duration else {},
    )


def _read_channels(metadata: Node | None) -> dict[str, str]:
    """The role on each channel, as far as the call says."""
    if metadata is None:
        return {}
    customer = metadata.text_at("customerChannel", "customer_channel")
    agent = metadata.text_at("agentChannel", "agent_channel")
    # A channel left out is 0, which is none.
    sides = {customer: "customer", agent: "agent"} if customer != agent else {}
    return {channel: role for channel, role in sides.items() if channel not in {"", "0"}}


def _read_segment(node: Node, channels: Mapping[str, str], sent: float | None) -> Segment:
    """A segment at the time of its words, else when it was `sent`, in seconds."""
    words = list(node.each_at("words"))
    starts = [read_duration(word.first("startOffset", "start_offset")) for word in words]
    ends = [read_duration(word.first("endOffset", "end_offset")) for word in words]
    start = min((time for time in starts if time is not None), default=sent)
    end = max((time for time in ends if time is not None), default=None)
    # Clients that write out what is not set give every word the times 0.
    if end == 0.0:
        start, end = sent, None
    return Segment(_name_speaker(node, channels), node.text_at("text"), start, end)


def _name_speaker(segment: Node, channels: Mapping[str, str]) -> str:
    participant = segment.first("segmentParticipant", "segment_participant")
    channel = segment.text_at("channelTag", "channel_tag")
    role = _read_role(participant) if participant else ""
    if role or channel in channels:
        return role or channels[channel]
    user = participant.text_at("userId", "user_id") if participant else ""
    return user or ("" if channel in {"", "0"} else label_channel(channel))


def _read_time(node: Node | None) -> datetime | None:
    """A protobuf timestamp, in UTC where it names no zone; None for None.

    Raises:
        ReadError: it is none.
    """
    if node is None:
        return None
    if isinstance(node.value, dict):
        return _moment_of(read_duration(node) or 0.0, node)
    moment = read_moment(node.text())
    if moment is None:
        raise node.error(f"{quoted(node.value)} is not a time; expected 2026-03-04T09:30:00Z")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment_of(seconds: float, node: Node) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError as error:
        raise node.error("a time after the year 9999; expected seconds from 1970") from error


CCAI_FORMATS = (
    JsonFormat(
        name="ccai-upload",
        title="Google Contact Center AI Insights, conversation for upload",
        sign='"entries" with "start_timestamp_usec", or with "text", "role" and "user_id"',
        roles="stated by each entry",
        times=(
            "microseconds, from 1970 (the first is the start of the call) or from the start of the "
            "call; no ends"
        ),
        agents='"agent_info", where there is one; "user_id" only tells the sides apart',
        matches=_matches_upload,
        read=_read_upload,
    ),
    JsonFormat(
        name="ccai-conversation",
        title="Google Contact Center AI Insights, conversation resource",
        sign='"transcript" with "transcriptSegments"',
        roles='stated by the participant of each segment, else by "callMetadata"',
        times='those of the words, else "messageTime" from "startTime"',
        agents='"agentId" and "qualityMetadata", for the call as a whole',
        matches=_matches_conversation,
        read=_read_conversation,
    ),
)
