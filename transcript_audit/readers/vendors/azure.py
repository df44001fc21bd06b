"""Azure AI Speech and Language: phrases by channel or speaker, conversations by participant; and
the files of Microsoft's conversation accelerators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.json_formats import (
    NOT_STATED,
    JsonFormat,
    name_recording,
    read_calls,
    recognised_speech,
)
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, label_channel, order_segments
from transcript_audit.readers.text import parse_text
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.words import clean, quoted

_MILLISECOND = 0.001
_TICK = 1e-7

_BOLD_SPEAKER = re.compile(r"\s*(\*\*[^*\n:]{1,60}(?::[ \t]*\*\*|\*\*[ \t]*:))")
_NUMBERED = re.compile(r"(?:conversation|convo|call)?[ _-]?\d{0,3}", re.I)


def _matches_batch(record: Mapping[str, object]) -> bool:
    return not {"recognizedPhrases", "AudioFileResults"}.isdisjoint(record)


def _read_batch(node: Node, default_id: str) -> Iterator[Transcript]:
    if node.maybe("AudioFileResults"):
        raise node.at("AudioFileResults").error(
            "a transcription of version 2.1 or older; expected one of version 3 or later, with "
            '"recognizedPhrases"; transcribe the recording again'
        )
    yield _read_transcription(node, default_id, "azure-batch")


def _read_transcription(node: Node, default_id: str, name: str) -> Transcript:
    phrases = [
        phrase
        for phrase in node.at("recognizedPhrases").each()
        if phrase.text_at("recognitionStatus") in {"", "Success"}
    ]
    segments = [
        _read_segment(phrase, speaker, _read_words(best, "display", "itn", "lexical"))
        for phrase, speaker in zip(phrases, _name_speakers(phrases), strict=True)
        if (best := next(phrase.each_at("nBest"), None)) is not None
    ]
    # The address may hold a signature; the timestamp is that of the transcription.
    source = node.maybe("source")
    address = source.value if source and isinstance(source.value, str) else ""
    return Transcript(
        call_id=name_recording(address) or default_id,
        path=node.path,
        utterances=order_segments(segments),
        format=name,
        stated=_read_figures(node),
    )


def _matches_fast(record: Mapping[str, object]) -> bool:
    return {"phrases", "combinedPhrases"} <= record.keys()


def _read_fast(node: Node, default_id: str) -> Iterator[Transcript]:
    phrases = list(node.at("phrases").each())
    # Before the keys named it, the unit of "offset" and "duration" was milliseconds too.
    segments = [
        _read_segment(phrase, speaker, _read_words(phrase, "text"), _MILLISECOND)
        for phrase, speaker in zip(phrases, _name_speakers(phrases), strict=True)
    ]
    yield Transcript(
        call_id=default_id,
        path=node.path,
        utterances=order_segments(segments),
        format="azure-fast",
        stated=_read_figures(node, _MILLISECOND),
    )


def _matches_call_centre(record: Mapping[str, object]) -> bool:
    return "conversationAnalyticsResults" in record and not _matches_batch(record)


def _read_call_centre(node: Node, default_id: str) -> Iterator[Transcript | SkippedCall]:
    transcription = node.maybe("transcription")
    if transcription is not None:
        yield _read_transcription(transcription, default_id, "azure-call-centre")
        return
    redacted = node.at("conversationAnalyticsResults").at("conversationPiiResults")
    calls = _name_conversations(redacted.at("conversations"), default_id)
    yield from read_calls(
        calls, lambda call, call_id: _read_items(call, call_id, "azure-call-centre")
    )


def _matches_conversations(record: Mapping[str, object]) -> bool:
    analysis = record.get("analysisInput")
    if isinstance(analysis, dict):
        return "conversations" in analysis
    conversations = record.get("conversations")
    found = conversations if isinstance(conversations, list) else [record]
    return any(isinstance(each, dict) and "conversationItems" in each for each in found)


def _read_conversations(node: Node, default_id: str) -> Iterator[Transcript | SkippedCall]:
    calls: Iterable[tuple[Node, str]]
    if node.maybe("conversationItems"):
        calls = [(node, _own_id(node) or default_id)]
    else:
        holder = node.maybe("analysisInput") or node
        calls = _name_conversations(holder.at("conversations"), default_id)
    yield from read_calls(
        calls, lambda call, call_id: _read_items(call, call_id, "azure-conversation")
    )


def _name_conversations(found: Node, default_id: str) -> Iterator[tuple[Node, str]]:
    """Each conversation with its call id; ids such as "1" only count those of one request.

    Raises:
        ReadError: there is none.
    """
    conversations = list(found.each())
    if not conversations:
        raise found.error("no conversation in it; expected at least one")
    for number, conversation in enumerate(conversations, 1):
        counted = f"{default_id}#{number}" if len(conversations) > 1 else default_id
        yield conversation, _own_id(conversation) or counted


def _own_id(conversation: Node) -> str:
    value = conversation.value.get("id") if isinstance(conversation.value, dict) else None
    own = clean(value) if isinstance(value, str) else ""
    return "" if _NUMBERED.fullmatch(own) else own


def _read_items(node: Node, call_id: str, name: str) -> Transcript:
    items = list(node.at("conversationItems").each())
    channels = _name_speakers(items)
    segments = [_read_item(item, channel) for item, channel in zip(items, channels, strict=True)]
    return Transcript(
        call_id=call_id, path=node.path, utterances=order_segments(segments), format=name
    )


def _read_item(item: Node, channel: str) -> Segment:
    role = item.text_at("role").lower()
    speaker = role if role not in {"", "generic"} else item.text_at("participantId") or channel
    words = _read_words(item.maybe("redactedContent") or item, "text", "itn", "lexical")
    whole = _read_segment(item.maybe("conversationItemLevelTiming") or item, speaker, words)
    timings = item.first("audioTimings", "wordLevelTimings")
    if whole.start is not None or timings is None:
        return whole
    parts = [_read_segment(timing, speaker, "") for timing in timings.each()]
    starts = [part.start for part in parts if part.start is not None]
    ends = [part.end for part in parts if part.end is not None]
    return Segment(speaker, words, min(starts, default=None), max(ends, default=None))


def _name_speakers(phrases: Sequence[Node]) -> list[str]:
    """The label of each phrase: its speaker, and its channel where there is more than one.

    A recording with one channel has everything on channel 0.
    """
    channels = [phrase.text_at("channel") for phrase in phrases]
    speakers = [phrase.text_at("speaker") for phrase in phrases]
    if set(channels) <= {"", "0"}:
        return speakers
    return [
        label_channel(channel, speaker) if channel else speaker
        for channel, speaker in zip(channels, speakers, strict=True)
    ]


def _read_words(node: Node, *keys: str) -> str:
    """The text of the first of `keys` that has any.

    Raises:
        ReadError: none of them is there.
    """
    if node.first(*keys) is None:
        node.at(keys[0])
    return next(filter(None, (node.text_at(key) for key in keys)), "")


def _read_segment(node: Node, speaker: str, words: str, unit: float = _TICK) -> Segment:
    """A segment with the times at `node`; `unit` is that of numbers whose key names none."""
    start = _read_time(node, "offset", unit)
    duration = _read_time(node, "duration", unit)
    end = None if start is None or duration is None else round(start + duration, 6)
    return Segment(speaker, words, start, end)


def _read_time(node: Node, key: str, unit: float) -> float | None:
    """Seconds in the best of the up to three ways in which a time is given."""
    units = {f"{key}Milliseconds": _MILLISECOND, f"{key}InTicks": _TICK, key: unit}
    times = (node.seconds_at(name, each) for name, each in units.items())
    return next((time for time in times if time is not None), None)


def _read_figures(node: Node, unit: float = _TICK) -> dict[str, float]:
    duration = _read_time(node, "duration", unit)
    return {"duration_seconds": duration} if duration else {}


def _matches_accelerator(record: Mapping[str, object]) -> bool:
    return {"ConversationId", "Content"} <= record.keys()


def _read_accelerator(node: Node, default_id: str) -> Iterator[Transcript | SkippedCall]:
    call_id = node.text_at("ConversationId") or default_id
    yield from read_calls([(node, call_id)], _read_conversation)


def _read_conversation(node: Node, call_id: str) -> Transcript:
    content = node.at("Content")
    if not isinstance(content.value, str):
        raise content.error(f"{quoted(content.value)} is not text; expected the call in one string")
    segments, agents = _read_lines(content, content.value)
    return Transcript(
        call_id=call_id,
        path=node.path,
        utterances=order_segments(segments),
        agent_ids=agents,
        # "Duration" counts in whatever unit, and "EndTime" may be when the file was made.
        started_at=read_moment(node.text_at("StartTime")),
        format="microsoft-accelerator",
    )


def _read_lines(content: Node, text: str) -> tuple[list[Segment], tuple[str, ...]]:
    """The turns in one string, and the agents that its head names.

    Raises:
        ReadError: fewer than two speakers are told apart, as in prose.
    """
    lines = _BOLD_SPEAKER.sub(r"\n\1", text).splitlines()
    try:
        call = parse_text(content.path, lines)
    except ReadError:
        call = None
    if call is None or len({said.speaker.casefold() for said in call.utterances}) < 2:
        raise content.error(
            "prose that does not say who speaks; expected lines such as "
            '"**Agent:** ..." and "**Customer:** ..."; export the call with its speakers'
        )
    return [Segment(said.speaker, said.text) for said in call.utterances], call.agent_ids


AZURE_FORMATS = (
    recognised_speech(
        name="azure-batch",
        title="Azure AI Speech, batch transcription",
        sign='"recognizedPhrases"',
        matches=_matches_batch,
        read=_read_batch,
    ),
    recognised_speech(
        name="azure-fast",
        title="Azure AI Speech, fast transcription",
        sign='"phrases" and "combinedPhrases"',
        matches=_matches_fast,
        read=_read_fast,
    ),
    recognised_speech(
        name="azure-call-centre",
        title="Azure call-centre quickstart, output",
        sign='"conversationAnalyticsResults", mostly beside "transcription"',
        matches=_matches_call_centre,
        read=_read_call_centre,
    ),
    JsonFormat(
        name="azure-conversation",
        title="Azure AI Language, conversations for analysis",
        sign='"analysisInput" with "conversations", or "conversationItems"',
        roles='"role", or what "participantId" says',
        times="from the start of the recording where there are any; the call's start is not stated",
        agents=NOT_STATED,
        matches=_matches_conversations,
        read=_read_conversations,
    ),
    JsonFormat(
        name="microsoft-accelerator",
        title="Microsoft conversation accelerators",
        sign='"ConversationId" and "Content"',
        roles='the speakers named in "Content" ("**Agent:** ..."); prose without them is refused',
        times='none of turns; "StartTime" is the start of the call',
        agents=NOT_STATED,
        matches=_matches_accelerator,
        read=_read_accelerator,
    ),
)
