"""Deepgram: words with their speakers, a list of alternatives a channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import (
    IN_SECONDS,
    NOT_STATED,
    JsonFormat,
    recognised_speech,
)
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


def _matches(record: Mapping[str, object]) -> bool:
    results = record.get("results")
    return isinstance(results, dict) and "channels" in results


def _matches_alternative(record: Mapping[str, object]) -> bool:
    words = record.get("words")
    if (
        "transcript" not in record
        or not isinstance(words, list)
        or {"start", "utterances"} & record.keys()
    ):
        return False
    return any(isinstance(word, dict) and {"word", "start"} <= word.keys() for word in words)


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    """The call of a whole response: its channels, or where these are empty its utterances."""
    results = node.at("results")
    channels = list(results.at("channels").each())
    several = len(channels) > 1
    segments = [
        replace(segment, speaker=label_channel(str(number), segment.speaker))
        if several
        else segment
        for number, channel in enumerate(channels)
        if (best := next(channel.each_at("alternatives"), None)) is not None
        for segment in _read_alternative(best)
    ]
    if not any(segment.text for segment in segments):
        segments = [
            part
            for said in results.each_at("utterances")
            for part in _read_utterance(said, several)
        ]
    metadata = node.maybe("metadata")
    # `created` is when it was transcribed, not when the call began.
    duration = metadata.seconds_at("duration") if metadata else None
    yield Transcript(
        call_id=(metadata.text_at("request_id") if metadata else "") or default_id,
        path=node.path,
        utterances=order_segments(segments),
        format="deepgram",
        stated={} if duration is None else {"duration_seconds": duration},
    )


def _read_only_alternative(node: Node, default_id: str) -> Iterator[Transcript]:
    yield Transcript(
        call_id=default_id,
        path=node.path,
        utterances=order_segments(_read_alternative(node)),
        format="deepgram-alternative",
    )


def _read_alternative(node: Node) -> list[Segment]:
    """The segments of one alternative, from its words if it has any.

    Deepgram cuts its utterances at pauses and names one speaker for each, whoever else is in it.
    """
    if words := _read_words(node):
        return group_words(words, LONGEST_PAUSE)
    paragraphs = node.maybe("paragraphs")
    sentences = [
        Segment(
            paragraph.text_at("speaker"),
            sentence.at("text").text(),
            sentence.seconds_at("start"),
            sentence.seconds_at("end"),
        )
        for paragraph in (paragraphs.each_at("paragraphs") if paragraphs else ())
        for sentence in paragraph.each_at("sentences")
    ]
    return sentences or [Segment("", node.text_at("transcript"))]


def _read_utterance(node: Node, several: bool) -> list[Segment]:
    whole = Segment(
        node.text_at("speaker"),
        node.at("transcript").text(),
        node.seconds_at("start"),
        node.seconds_at("end"),
    )
    parts = split_segment(whole, _read_words(node))
    if not several:
        return parts
    channel = node.at("channel").text()
    return [replace(part, speaker=label_channel(channel, part.speaker)) for part in parts]


def _read_words(node: Node) -> list[Word]:
    words = (
        Word(
            word.text_at("punctuated_word") or word.at("word").text(),
            word.text_at("speaker"),
            word.seconds_at("start"),
            word.seconds_at("end"),
        )
        for word in node.each_at("words")
    )
    return [word for word in words if word.text]


DEEPGRAM_FORMATS = (
    recognised_speech(
        name="deepgram",
        title="Deepgram",
        sign='"results" with "channels"',
        matches=_matches,
        read=_read,
    ),
    JsonFormat(
        name="deepgram-alternative",
        title="Deepgram, one alternative alone (as some vCons hold)",
        sign='"transcript" and "words" with "word" and "start"',
        roles="not stated; a number a speaker where diarised",
        times=IN_SECONDS,
        agents=NOT_STATED,
        matches=_matches_alternative,
        read=_read_only_alternative,
    ),
)
