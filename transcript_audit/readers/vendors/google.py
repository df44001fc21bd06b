"""Google Cloud Speech-to-Text: a list of results, each a stretch of speech of one channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.json_formats import name_recording, read_calls, recognised_speech
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import (
    LONGEST_PAUSE,
    Segment,
    Word,
    group_words,
    label_channel,
    order_segments,
)
from transcript_audit.readers.words import quoted


@dataclass(frozen=True, slots=True)
class _Result:
    """One result.

    Attributes:
        channel: "" where there is only one.
        tagged: whether a word names its speaker.
        start, end: seconds, or None; a result without words has an end alone.
    """

    channel: str
    words: tuple[Word, ...]
    text: str
    tagged: bool
    start: float | None
    end: float | None


def _matches(record: Mapping[str, object]) -> bool:
    results = record.get("results")
    return isinstance(results, list) and any(map(_is_result, results))


def _is_result(value: object) -> bool:
    # IBM's results look the same, but for "final", and keep the speakers elsewhere.
    if not isinstance(value, dict) or "final" in value:
        return False
    alternatives = value.get("alternatives")
    return isinstance(alternatives, list) and any(
        isinstance(each, dict) and not {"transcript", "words"}.isdisjoint(each)
        for each in alternatives
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    yield _read_transcript(node, default_id, "google-speech")


def _read_transcript(node: Node, default_id: str, name: str) -> Transcript:
    results = [_read_result(result) for result in node.at("results").each()]
    if all(result.end is not None and not result.words for result in results if result.text):
        # Ends alone tell the order of several channels.
        results.sort(key=lambda result: result.end or 0.0)
    segments = [
        segment for result in _without_repeats(results) for segment in _read_segments(result)
    ]
    return Transcript(
        call_id=default_id, path=node.path, utterances=order_segments(segments), format=name
    )


def _read_result(node: Node) -> _Result:
    _refuse_interim(node)
    best = next(node.each_at("alternatives"), None)
    spoken = map(_read_word, best.each_at("words")) if best else ()
    words = tuple(word for word in spoken if word.text)
    end = node.first("resultEndTime", "resultEndOffset", "result_end_time", "result_end_offset")
    ends = [word.end for word in words if word.end is not None]
    # Where there is one channel, the tag is absent or 0.
    channel = node.text_at("channelTag", "channel_tag")
    return _Result(
        channel="" if channel == "0" else channel,
        words=words,
        text=best.text_at("transcript") if best else "",
        tagged=any(word.speaker for word in words),
        start=min((word.start for word in words if word.start is not None), default=None),
        end=max(ends, default=read_duration(end)),
    )


def _refuse_interim(node: Node) -> None:
    """Raise where a result of a stream may still change."""
    final = node.first("isFinal", "is_final")
    if (final is None and node.maybe("stability")) or (final is not None and final.value is False):
        raise node.error("an interim result; expected final ones; save the finished transcript")


def _read_word(node: Node) -> Word:
    tag = node.text_at("speakerTag", "speaker_tag")
    return Word(
        node.text_at("word"),
        # A tag is there as 0 where a client writes out what is not set.
        node.text_at("speakerLabel", "speaker_label") or ("" if tag == "0" else tag),
        read_duration(node.first("startTime", "startOffset", "start_time", "start_offset")),
        read_duration(node.first("endTime", "endOffset", "end_time", "end_offset")),
    )


def read_duration(node: Node | None) -> float | None:
    """Seconds in a protobuf duration, "1.300s" or {"seconds": "1", "nanos": 300000000}, of which
    zeros are left out; None for None.

    Raises:
        ReadError: it is none. A bare number may be anything (others send milliseconds).
    """
    if node is None:
        return None
    if isinstance(node.value, dict):
        seconds, nanos = node.seconds_at("seconds"), node.seconds_at("nanos", 1e-9)
        return round((seconds or 0.0) + (nanos or 0.0), 6)
    if isinstance(node.value, str) and node.value.strip().endswith("s"):
        return node.seconds()
    raise node.error(
        f"{quoted(node.value)} is not a time; expected seconds such as "
        '"1.300s", or {"seconds": "1", "nanos": 300000000}'
    )


def _without_repeats(results: Sequence[_Result]) -> list[_Result]:
    """The results without those that a later one says again.

    With diarization, version 1 repeats every word of a call in the last result, there with the
    speakers; version 2 names them in every result, each of which goes on where the last ended.
    """
    return [
        result
        for number, result in enumerate(results)
        if not any(_repeats(later, result) for later in results[number + 1 :])
    ]


def _repeats(later: _Result, result: _Result) -> bool:
    """Whether `later`, with speakers, begins before the half of an earlier result is over."""
    if not later.tagged or later.channel not in {"", result.channel}:
        return False
    if later.start is None or result.end is None:
        return not result.tagged
    start = result.end if result.start is None else result.start
    return later.start < (start + result.end) / 2 or (not result.tagged and later.start <= start)


def _read_segments(result: _Result) -> list[Segment]:
    segments = group_words(result.words, LONGEST_PAUSE) or [
        Segment("", result.text, end=result.end)
    ]
    if not result.channel:
        return segments
    return [
        replace(segment, speaker=label_channel(result.channel, segment.speaker))
        for segment in segments
    ]


def _matches_batch(record: Mapping[str, object]) -> bool:
    results = record.get("results")
    return isinstance(results, dict) and any(
        isinstance(file, dict) and (uri.startswith("gs://") or _is_file(file))
        for uri, file in results.items()
    )


def _is_file(value: Mapping[str, object]) -> bool:
    return any(
        isinstance(value.get(key), dict)
        for key in ("inlineResult", "inline_result", "cloudStorageResult", "transcript")
    )


def _read_batch(node: Node, default_id: str) -> Iterator[Transcript | SkippedCall]:
    files = node.at("results")
    if not isinstance(files.value, dict) or not files.value:
        problem = f"{quoted(files.value)} holds no recording; expected an object with one or more"
        raise files.error(problem)
    # The keys are addresses, which are not for messages.
    named = [
        (replace(files, value=file, place=f"{files.place}[{number}]"), name_recording(uri))
        for number, (uri, file) in enumerate(files.value.items())
    ]
    calls = ((file, name or default_id) for file, name in named)
    yield from read_calls(calls, _read_file)


def _read_file(node: Node, call_id: str) -> Transcript:
    error = node.maybe("error")
    if error and error.value:
        raise error.error("this recording was not transcribed; transcribe it again")
    inline = node.first("inlineResult", "inline_result")
    found = inline.maybe("transcript") if inline else None
    # Both hold the same: the second is the older place.
    found = found or node.maybe("transcript")
    if found is None:
        raise node.error(
            'no "transcript"; expected one; give the file in Cloud Storage that has it'
        )
    return _read_transcript(found, call_id, "google-speech-batch")


GOOGLE_FORMATS = (
    recognised_speech(
        name="google-speech",
        title="Google Cloud Speech-to-Text, version 1 or 2",
        sign='"results", a list with "alternatives" that hold "transcript" or "words"',
        matches=_matches,
        read=_read,
    ),
    recognised_speech(
        name="google-speech-batch",
        title="Google Cloud Speech-to-Text, batch of recordings",
        sign='"results", an object with "transcript" or "inlineResult" for each recording',
        matches=_matches_batch,
        read=_read_batch,
    ),
)
