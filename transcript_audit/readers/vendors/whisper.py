"""The Whisper family: segments with their words in seconds; whisper.cpp in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import (
    IN_MILLISECONDS,
    IN_SECONDS,
    NOT_STATED,
    JsonFormat,
)
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import (
    LONGEST_PAUSE,
    Segment,
    Word,
    group_words,
    order_segments,
    split_segment,
)

_MILLISECOND = 0.001

_MOST_SILENT = 0.6
_LEAST_SURE = -1.0
_MOST_REPETITIVE = 2.4
"""Beyond these Whisper itself takes a stretch for silence, or for a decoding that failed:
https://github.com/openai/whisper/blob/main/whisper/transcribe.py, `no_speech_threshold`,
`logprob_threshold`, `compression_ratio_threshold`."""

_LOOP = 5
"""So many segments on end with the same words, and nobody who says them, are what Whisper makes of
silence."""

_BLANK = "[BLANK_AUDIO]"


def _kind_of(record: Mapping[str, object]) -> str:
    """Name of the format, by the keys; "" for none of the family."""
    segments, known = record.get("segments"), record.keys()
    if "segments" not in known:
        return "whisper" if {"task", "words"} <= known else ""
    if not known & {"language", "text", "word_segments"} or _any_has(segments, "body"):
        return ""
    if _any_has(segments, "speaker", "type"):
        return "openai-diarized"
    scored = isinstance(segments, list) and any(
        _any_has(segment.get("words"), "score") for segment in segments if isinstance(segment, dict)
    )
    if "word_segments" in known or scored or _any_has(segments, "speaker"):
        return "whisperx"
    return "whisper"


def _any_has(items: object, *keys: str) -> bool:
    """Whether `items` is a list with an object that has all of `keys`."""
    return isinstance(items, list) and any(
        isinstance(item, dict) and item.keys() >= set(keys) for item in items
    )


def _is_kind(name: str, record: Mapping[str, object]) -> bool:
    return _kind_of(record) == name


def _is_whisper_cpp(record: Mapping[str, object]) -> bool:
    beside = {"systeminfo", "model", "params", "result"}
    return isinstance(record.get("transcription"), list) and bool(beside & record.keys())


def _read(name: str, node: Node, default_id: str) -> Iterator[Transcript]:
    segments = list(node.each_at("segments"))
    if segments:
        parts = _read_parts(segments, _read_segment)
    else:
        parts = group_words(_read_words(node), LONGEST_PAUSE)
        parts = parts or [Segment("", node.text_at("text"))]
    duration = node.seconds_at("duration")
    yield Transcript(
        call_id=default_id,
        path=node.path,
        utterances=order_segments(parts),
        format=name,
        stated={} if duration is None else {"duration_seconds": duration},
    )


def _read_parts(
    segments: Iterable[Node], read: Callable[[Node], Iterable[Segment]]
) -> list[Segment]:
    """What was really heard, out of all segments."""
    heard = (segment for segment in segments if not _is_unheard(segment))
    return _without_loops(part for segment in heard for part in read(segment))


def _read_segment(node: Node) -> list[Segment]:
    whole = Segment(
        node.text_at("speaker"),
        node.at("text").text(),
        node.seconds_at("start"),
        node.seconds_at("end"),
    )
    return split_segment(whole, _read_words(node))


def _read_words(node: Node) -> list[Word]:
    """The words of a segment, or of the call; WhisperX gives numbers neither times nor speaker.

    Where words bring their own spaces along, one without belongs to the word before it.
    """
    nodes = [
        (word, word.first("word", "text") or word.at("word")) for word in node.each_at("words")
    ]
    spaced = any(str(said.value).startswith(" ") for _, said in nodes)
    return [
        Word(
            said.text(),
            word.text_at("speaker"),
            word.seconds_at("start"),
            word.seconds_at("end"),
            before="" if spaced and not str(said.value).startswith(" ") else " ",
        )
        for word, said in nodes
    ]


def _is_unheard(node: Node) -> bool:
    """Whether the figures of a segment say that nobody was heard: such words are made up."""
    silent = _figure(node, "no_speech_prob") > _MOST_SILENT
    unsure = _figure(node, "avg_logprob") < _LEAST_SURE
    return (silent and unsure) or _figure(node, "compression_ratio") > _MOST_REPETITIVE


def _figure(node: Node, key: str) -> float:
    """The figure at `key`; 0 where it is none, since it decides about no more than a doubt."""
    found = node.maybe(key)
    return found.value if found and isinstance(found.value, int | float) else 0.0


def _without_loops(segments: Iterable[Segment]) -> list[Segment]:
    runs = (
        list(run)
        for _, run in groupby(segments, key=lambda each: (each.speaker, each.text.casefold()))
    )
    return [each for run in runs if len(run) < _LOOP or run[0].speaker for each in run]


def _read_whisper_cpp(node: Node, default_id: str) -> Iterator[Transcript]:
    parts = _read_parts(node.at("transcription").each(), _read_cpp_segment)
    yield Transcript(
        call_id=default_id,
        path=node.path,
        utterances=order_segments(parts),
        format="whisper-cpp",
    )


def _read_cpp_segment(node: Node) -> list[Segment]:
    text = node.at("text").text().replace(_BLANK, "")
    # "?" is a speaker that could not be told.
    speaker = node.text_at("speaker").strip("?")
    whole = Segment(speaker, text, _cpp_time(node, "from"), _cpp_time(node, "to"))
    return [whole] if text else []


def _cpp_time(node: Node, key: str) -> float | None:
    if offsets := node.maybe("offsets"):
        return offsets.seconds_at(key, _MILLISECOND)
    stamps = node.maybe("timestamps")
    return stamps.seconds_at(key) if stamps else None


WHISPER_FORMATS = (
    JsonFormat(
        name="whisper",
        title="Whisper, faster-whisper, whisper-timestamped",
        sign='"segments" with "language" or "text", without speakers',
        roles="not stated, nor who speaks",
        times=IN_SECONDS,
        agents=NOT_STATED,
        matches=partial(_is_kind, "whisper"),
        read=partial(_read, "whisper"),
    ),
    JsonFormat(
        name="whisperx",
        title="WhisperX",
        sign='"segments" with "language" or "text", and with speakers, "word_segments" or scores',
        roles='not stated; labels such as "SPEAKER_06"',
        times=IN_SECONDS,
        agents=NOT_STATED,
        matches=partial(_is_kind, "whisperx"),
        read=partial(_read, "whisperx"),
    ),
    JsonFormat(
        name="openai-diarized",
        title="OpenAI diarized_json",
        sign='"segments" with "speaker" and "type", and "text"',
        roles="not stated, except where known speakers were given names; a letter a speaker",
        times=IN_SECONDS,
        agents=NOT_STATED,
        matches=partial(_is_kind, "openai-diarized"),
        read=partial(_read, "openai-diarized"),
    ),
    JsonFormat(
        name="whisper-cpp",
        title="whisper.cpp",
        sign='a list "transcription" with "systeminfo", "model", "params" or "result"',
        roles="not stated; a channel's number where diarised",
        times=IN_MILLISECONDS,
        agents=NOT_STATED,
        matches=_is_whisper_cpp,
        read=_read_whisper_cpp,
    ),
)
