"""Turn lists: who said what, one object a turn, however the list is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import label_channel, order_segments
from transcript_audit.readers.times import TIME_FORMS, read_moment, read_seconds
from transcript_audit.readers.vendors.moments import seconds_between
from transcript_audit.readers.vendors.parties import Party, agents_of, party_of
from transcript_audit.readers.words import clean, quoted, split_names
from transcript_audit.speakers import named_person, stated_role

TURN_LIST = "turn-list"

_MILLISECOND = 0.001

_LONGEST = 1e7
"""Seconds, near four months: no call is as long; a time beyond counts something else."""

_LISTS = (
    *("utterances", "segments", "transcript", "transcription", "conversation", "dialogue"),
    *("dialog", "messages", "lines", "entries", "sentences", "phrases"),
    "speech_segments",
)
"""Keys of the list, the finest first: of two in one object the first is read."""

_TEXTS = ("text", "message", "content", "transcript", "utterance", "body")
_ROLES = ("role", "participant_role", "participantRole")
_SPEAKERS = (
    *("speaker", "participant", "speaker_name", "speakerName", "speaker_label", "speakerLabel"),
    *("participant_name", "participantName", "sender", "author"),
)
_STARTS = ("start", "start_time", "startTime", "begin")
_ENDS = ("end", "end_time", "endTime")
_STARTS_MS = ("start_ms", "startMs", "start_time_ms", "startTimeMs", "offset_ms", "offsetMs")
_ENDS_MS = ("end_ms", "endMs", "end_time_ms", "endTimeMs")
_STAMPS = ("timestamp", "time")
_IDS = (
    *("id", "call_id", "callId", "conversation_id", "conversationId", "contact_id", "contactId"),
    "guid",
)


def is_turn_list(value: object) -> bool:
    """Whether `value` is a list with a turn in it: an object that says who said what."""
    return isinstance(value, list) and any(map(is_turn, value))


def is_turn(value: object) -> bool:
    """Whether `value` is an object that says who said what."""
    if not isinstance(value, dict) or value.keys().isdisjoint((*_ROLES, *_SPEAKERS)):
        return False
    return any(isinstance(value.get(key), str) for key in _TEXTS)


def may_be_line(value: object) -> bool:
    """Whether `value` could be read in a turn list, be it a turn or not: it holds a text."""
    return isinstance(value, dict) and any(isinstance(value.get(key), str | int) for key in _TEXTS)


def turn_list_formats(table: Callable[[], Sequence[JsonFormat]]) -> tuple[JsonFormat, ...]:
    """The row of the format, which takes what no other row of `table` does."""

    def matches(record: Mapping[str, object]) -> bool:
        return any(is_turn_list(record.get(key)) for key in _LISTS) and not any(
            other.matches(record) for other in table() if other.name != TURN_LIST
        )

    return (
        JsonFormat(
            name=TURN_LIST,
            title="a list of turns, in an array or under a key such as messages or conversation",
            sign='objects with "speaker" or "role", and "text", "message" or "content", in no '
            "other format",
            roles="as the speakers are called",
            times='seconds ("start", "end"), milliseconds ("start_ms"), clock times, or moments, '
            "counted from the first; or none",
            agents='"agent" or "agent_id" of the call or a turn; the speaker beside a role',
            matches=matches,
            read=_read,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """A turn; its times in seconds from the start of the call, or as moments, or None."""

    party: Party
    text: str
    start: float | datetime | None
    end: float | datetime | None


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    lines = [_read_line(each) for each in _find_list(node).each()]
    first = min((line.start for line in lines if isinstance(line.start, datetime)), default=None)
    utterances = order_segments(
        line.party.says(line.text, _since(first, line.start), _since(first, line.end))
        for line in lines
    )
    facts = node if isinstance(node.value, dict) else replace(node, value={})
    named = split_names(_read_fact(facts, "agent", "agent_id", "agent_name"), utterances)
    yield Transcript(
        call_id=_read_fact(facts, *_IDS) or default_id,
        path=node.path,
        utterances=utterances,
        agent_ids=tuple(dict.fromkeys((*named, *agents_of(utterances)))),
        started_at=read_moment(_read_fact(facts, "started_at", "startedAt")),
        format=TURN_LIST,
    )


def _find_list(node: Node) -> Node:
    if isinstance(node.value, list):
        return node
    lists = [found for key in _LISTS if (found := node.maybe(key)) is not None]
    for found in lists:
        if is_turn_list(found.value):
            return found
    if lists:
        return lists[0]
    raise node.error(f"no list of turns; expected one under one of {', '.join(_LISTS)}")


def _read_fact(node: Node, *keys: str) -> str:
    """The text of the first of `keys` that has any; "" where all are something else."""
    values = [found.value for key in keys if (found := node.maybe(key)) is not None]
    texts = (
        clean(str(value))
        for value in values
        if isinstance(value, str | int) and not isinstance(value, bool)
    )
    return next(filter(None, texts), "")


def _read_line(node: Node) -> _Line:
    if isinstance(node.value, dict) and node.value.keys().isdisjoint(_TEXTS):
        raise node.error(f"no text; expected one under one of {', '.join(_TEXTS)}; export it again")
    return _Line(
        _read_party(node),
        node.text_at(*_TEXTS),
        _read_start(node),
        _read_time(node, _ENDS, _ENDS_MS),
    )


def _read_party(node: Node) -> Party:
    """Who speaks: where a role stands beside the speaker, the role is the label."""
    role, speaker = node.text_at(*_ROLES), node.text_at(*_SPEAKERS)
    channel = node.text_at("channel")
    label = speaker or role or (label_channel(channel) if channel else "")
    agent = node.text_at("agent_id", "agent")
    if speaker and (stated := stated_role(role)):
        party = party_of(stated, speaker if named_person(speaker) else "")
    else:
        party = Party(label)
    return replace(party, agent_id=agent) if agent else party


def _read_start(node: Node) -> float | datetime | None:
    start = _read_time(node, _STARTS, _STARTS_MS)
    return _read_stamp(node) if start is None else start


def _read_time(node: Node, keys: Sequence[str], keys_ms: Sequence[str]) -> float | datetime | None:
    found = node.first(*keys_ms)
    if found is not None and found.value != "":
        return found.seconds(_MILLISECOND)
    found = node.first(*keys)
    if found is None or found.value == "":
        return None
    if isinstance(found.value, str) and read_seconds(found.value) is None:
        return _read_moment(found)
    seconds = found.seconds()
    if seconds > _LONGEST:
        raise found.error(
            f"{quoted(found.value)} is not seconds from the start of the call; expected these, "
            f'or milliseconds as "{keys_ms[0]}", or a moment such as 2026-03-04T09:30:00Z'
        )
    return seconds


def _read_moment(node: Node) -> datetime:
    moment = read_moment(node.text())
    if moment is None:
        problem = f"{quoted(node.value)} is not a time; expected {TIME_FORMS}, or a moment"
        raise node.error(problem)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_stamp(node: Node) -> float | datetime | None:
    """A time stamp that says by its form what it is; a bare number could be anything."""
    found = node.first(*_STAMPS)
    if found is None or not isinstance(found.value, str) or ":" not in found.value:
        return None
    seconds = read_seconds(found.value)
    return _read_moment(found) if seconds is None else seconds


def _since(first: datetime | None, time: float | datetime | None) -> float | None:
    return seconds_between(first, time) if isinstance(time, datetime) else time
