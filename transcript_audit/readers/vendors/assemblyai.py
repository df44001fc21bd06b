"""AssemblyAI: utterances with their words in milliseconds, the length of the audio in seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import NOT_STATED, JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import (
    LONGEST_PAUSE,
    Segment,
    Word,
    group_words,
    label_channel,
    order_segments,
    split_segment,
)
from transcript_audit.readers.words import quoted

_MILLISECOND = 0.001
_LETTERS = re.compile(r"[A-Z]{0,2}")
_IN_CHANNEL = re.compile(r"(\d+)([A-Z]{0,2})")


def _matches(record: Mapping[str, object]) -> bool:
    spoken = "utterances" in record or "words" in record
    return (
        ("audio_duration" in record and spoken and "segments" not in record)
        # What is not finished or has failed may hold no words at all.
        or {"audio_url", "status", "id"} <= record.keys()
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    status = node.text_at("status")
    if status not in {"", "completed"}:
        raise node.at("status").error(
            f'transcription is {quoted(status)}; expected "completed"; export it again when it is'
        )
    duration = node.seconds_at("audio_duration")
    yield Transcript(
        call_id=node.text_at("id") or default_id,
        path=node.path,
        utterances=order_segments(_read_segments(node)),
        format="assemblyai",
        stated={} if duration is None else {"duration_seconds": duration},
    )


def _read_segments(node: Node) -> list[Segment]:
    """The segments: of the utterances, which are null where speakers were not asked for, else of
    the words."""
    parts = [part for said in node.each_at("utterances") for part in _read_utterance(said)]
    if parts:
        return parts
    return group_words(_read_words(node), LONGEST_PAUSE) or [Segment("", node.text_at("text"))]


def _read_utterance(node: Node) -> list[Segment]:
    whole = Segment(
        _label(node),
        node.at("text").text(),
        node.seconds_at("start", _MILLISECOND),
        node.seconds_at("end", _MILLISECOND),
    )
    return split_segment(whole, _read_words(node, whole.speaker))


def _read_words(node: Node, speaker: str = "") -> list[Word]:
    """The words of an utterance, or of the call; those that name nobody are `speaker`'s."""
    words = (
        Word(
            word.at("text").text(),
            _label(word) if word.maybe("speaker") else speaker or _label(word),
            word.seconds_at("start", _MILLISECOND),
            word.seconds_at("end", _MILLISECOND),
        )
        for word in node.each_at("words")
    )
    return [word for word in words if word.text]


def _label(node: Node) -> str:
    """Who speaks: "A"; a name or role put in its place; in channels "1", or "1A" for one of
    several."""
    speaker, channel = node.text_at("speaker"), node.text_at("channel")
    if match := _IN_CHANNEL.fullmatch(speaker):
        return label_channel(*match.groups())
    if channel and _LETTERS.fullmatch(speaker):
        return label_channel(channel, speaker)
    return speaker


ASSEMBLYAI_FORMATS = (
    JsonFormat(
        name="assemblyai",
        title="AssemblyAI",
        sign='"utterances" or "words" with "audio_duration"',
        roles="not stated, except where speaker identification names them; a letter a speaker "
        "where diarised, a channel each where multichannel",
        times="milliseconds from the start of the recording, its length in seconds; the start of "
        "the call is not stated",
        agents=NOT_STATED,
        matches=_matches,
        read=_read,
    ),
)
