"""Amazon Transcribe's standard output and Bedrock Data Automation: labelled words, no roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import (
    LONGEST_PAUSE,
    Segment,
    Word,
    group_words,
    order_segments,
)
from transcript_audit.readers.sources import stem_of
from transcript_audit.readers.vendors.aws_figures import MILLISECOND
from transcript_audit.readers.words import clean, quoted

Spoken = tuple[str, Segment]
"""A stretch of speech and the label of its channel ("" where there is none)."""

_TRANSCRIBE = "aws-transcribe"
_BEDROCK = "aws-bedrock"
_LABELS = ("speaker_labels", "channel_labels")
_JOB = {"TranscriptionJobName", "TranscriptionJobStatus"}
_COUNTED = re.compile(r"(?:ch|spk)_(\d+)")


def require_completed(call: Node, key: str) -> None:
    """Refuse a call whose job, by the status at `key`, did not complete.

    Raises:
        ReadError: it did not.
    """
    status = call.maybe(key)
    if status is not None and status.text().upper() not in ("", "COMPLETED"):
        raise status.error(
            f'the job is {quoted(status.value)}; expected "COMPLETED"; export it again when it is'
        )


def refuse_job(call: Node, keys: set[str]) -> None:
    """Refuse the description of a job, known by `keys`, that stands in for its transcript.

    Raises:
        ReadError: it is one.
    """
    if isinstance(call.value, dict) and keys <= call.value.keys():
        raise call.error(
            "describes a job and holds no words; expected the job's transcript; "
            "download the file that TranscriptFileUri names"
        )


# --- Amazon Transcribe ------------------------------------------------------------------------


def _is_transcribe(value: Mapping[str, object]) -> bool:
    if value.keys() >= _JOB or value.keys() >= {"jobName", "accountId"}:
        return True
    results = value.get("results")
    known = {"transcripts", "items", "audio_segments", *_LABELS}
    return isinstance(results, dict) and ("jobName" in value or bool(results.keys() & known))


def _read_transcribe(call: Node, default_id: str) -> Iterator[Transcript]:
    refuse_job(call, _JOB)
    require_completed(call, "status")
    results = call.at("results")
    if results.first("audio_segments", "items", "transcripts", *_LABELS) is None:
        raise results.error("no words; expected audio_segments, items or transcripts")
    spoken = _read_segments(results) or _read_items(results) or _read_text(results)
    yield Transcript(
        call_id=call.text_at("jobName") or default_id,
        path=call.path,
        utterances=order_segments(label_speakers(spoken)),
        format=_TRANSCRIBE,
    )


def _read_segments(results: Node) -> list[Spoken]:
    """The ready segments; none where they leave out whose they are although the words tell."""
    spoken = [
        (
            each.text_at("channel_label"),
            Segment(
                each.text_at("speaker_label"),
                each.at("transcript").text(),
                each.seconds_at("start_time"),
                each.seconds_at("end_time"),
            ),
        )
        for each in results.each_at("audio_segments")
    ]
    labelled = any(channel or segment.speaker for channel, segment in spoken)
    return spoken if labelled or results.first(*_LABELS) is None else []


def _read_items(results: Node) -> list[Spoken]:
    """Segments made of the words, of each channel for itself."""
    labels = results.maybe("channel_labels")
    channels = [] if labels is None else list(labels.each_at("channels"))
    spoken: list[Spoken] = []
    for channel in channels:
        groups = _group_items(channel.each_at("items"), {})
        spoken += [(channel.text_at("channel_label"), group) for group in groups]
    if spoken:
        return spoken
    groups = _group_items(results.each_at("items"), _read_lines(results))
    return [("", group) for group in groups]


def _read_lines(results: Node) -> dict[float, tuple[int, str]]:
    """Number of its segment, and speaker, by when a word starts."""
    labels = results.maybe("speaker_labels")
    lines: dict[float, tuple[int, str]] = {}
    for number, line in enumerate(() if labels is None else labels.each_at("segments")):
        speaker = line.text_at("speaker_label")
        for item in line.each_at("items"):
            start = item.seconds_at("start_time")
            if start is not None:
                lines[start] = number, item.text_at("speaker_label") or speaker
    return lines


def _group_items(items: Iterator[Node], lines: Mapping[float, tuple[int, str]]) -> list[Segment]:
    """Segments of the words: those of `lines`, else new after a pause; new for a new speaker."""
    runs: list[list[Word]] = [[]]
    current: int | None = None
    for item in items:
        start = item.seconds_at("start_time")
        number, speaker = (None, "") if start is None else lines.get(start, (None, ""))
        if number is not None and number != current:
            current = number
            runs.append([])
        mark = item.text_at("type") == "punctuation"
        first = next(item.at("alternatives").each(), None)
        if first is not None and (text := first.at("content").text()):
            label = "" if mark else item.text_at("speaker_label") or speaker
            end = item.seconds_at("end_time")
            runs[-1].append(Word(text, label, start, end, "" if mark else " "))
    pause = None if lines else LONGEST_PAUSE
    return [segment for run in runs for segment in group_words(run, pause)]


def _read_text(results: Node) -> list[Spoken]:
    """The call as one text, for an export that kept nothing else."""
    texts = results.each_at("transcripts")
    return [("", Segment("", each.at("transcript").text())) for each in texts]


def label_speakers(spoken: Sequence[Spoken]) -> list[Segment]:
    """The segments, their speakers labelled by channel where there are several channels.

    "channel 1" for the only speaker of a channel, else "channel 1 speaker 0".
    """
    voices: dict[str, set[str]] = {}
    for channel, segment in spoken:
        voices.setdefault(channel, set()).add(segment.speaker)
    labelled = []
    for channel, each in spoken:
        label = each.speaker
        if channel and (len(voices) > 1 or not label):
            label = f"channel {_count(channel)}"
            if each.speaker and len(voices[channel]) > 1:
                label += f" speaker {_count(each.speaker)}"
        labelled.append(Segment(label, each.text, each.start, each.end))
    return labelled


def _count(label: str) -> str:
    """The vendor's number in a label ("ch_0" -> "0"), else the label."""
    match = _COUNTED.fullmatch(label)
    return match[1] if match else label


# --- Bedrock Data Automation ------------------------------------------------------------------


def _is_bedrock(value: Mapping[str, object]) -> bool:
    if "results" in value:
        return False
    around = {"metadata", "audio", "statistics"}
    return "audio_items" in value or ("audio_segments" in value and bool(value.keys() & around))


def _read_bedrock(call: Node, default_id: str) -> Iterator[Transcript]:
    spoken = []
    for each in call.at("audio_segments").each():
        channel, speaker = each.maybe("channel"), each.maybe("speaker")
        segment = Segment(
            "" if speaker is None else speaker.text_at("speaker_label"),
            each.at("text").text(),
            each.seconds_at("start_timestamp_millis", MILLISECOND),
            each.seconds_at("end_timestamp_millis", MILLISECOND),
        )
        spoken.append(("" if channel is None else channel.text_at("channel_label"), segment))
    facts = call.maybe("metadata")
    recording = "" if facts is None else clean(facts.text_at("s3_key"))
    seconds = None if facts is None else facts.seconds_at("duration_millis", MILLISECOND)
    yield Transcript(
        call_id=stem_of(recording) if recording else default_id,
        path=call.path,
        utterances=order_segments(label_speakers(spoken)),
        format=_BEDROCK,
        stated={} if seconds is None else {"duration_seconds": seconds},
    )


TRANSCRIBE_FORMATS = (
    JsonFormat(
        name=_TRANSCRIBE,
        title="Amazon Transcribe",
        sign="results with audio_segments, items or transcripts; mostly jobName",
        roles="none: spk_0, or channel 0 (in Amazon's count); no label where neither was asked for",
        times="start and end of words, seconds",
        agents="none",
        matches=_is_transcribe,
        read=_read_transcribe,
    ),
    JsonFormat(
        name=_BEDROCK,
        title="Amazon Bedrock Data Automation (audio)",
        sign="audio_segments beside audio_items, metadata or audio",
        roles="none: spk_0, or channel 0 (in Amazon's count)",
        times="start and end, milliseconds",
        agents="none",
        matches=_is_bedrock,
        read=_read_bedrock,
    ),
)
