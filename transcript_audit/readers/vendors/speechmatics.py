"""Speechmatics json-v2: words and punctuation one by one, each with its speaker or channel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import IN_SECONDS, NOT_STATED, JsonFormat
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

_UNKNOWN = "UU"
_NUMBERED = re.compile(r"channel[ _]?(\d+)", re.I)

# An empty delimiter is trusted for these alone: for English it has been seen too.
_UNSPACED = ("cmn", "yue", "ja", "th")


def _matches(record: Mapping[str, object]) -> bool:
    return (
        {"format", "results"} <= record.keys()
        and not isinstance(record["results"], dict)
        and bool({"job", "metadata", "message"} & record.keys())
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    _require_whole(node)
    segments: list[Segment] = []
    for (_, channel), words in _read_runs(node).items():
        for segment in group_words(words, LONGEST_PAUSE):
            speaker = "" if segment.speaker == _UNKNOWN else segment.speaker
            segments.append(replace(segment, speaker=_label(channel, speaker)))
    job = node.maybe("job")
    # `created_at` is when it was transcribed, not when the call began.
    duration = job.seconds_at("duration") if job else None
    yield Transcript(
        call_id=(job.text_at("id") if job else "") or default_id,
        path=node.path,
        utterances=order_segments(segments),
        format="speechmatics",
        stated={} if duration is None else {"duration_seconds": duration},
    )


def _require_whole(node: Node) -> None:
    """Raise a ReadError for a message of a live stream that isn't final or not the beginning."""
    message = node.text_at("message")
    if not message:
        return
    if message != "AddTranscript":
        raise node.at("message").error(
            f"{quoted(message)} is not final; expected the transcript of a finished job"
        )
    metadata = node.maybe("metadata")
    if metadata and (metadata.seconds_at("start_time") or 0.0) > LONGEST_PAUSE:
        raise metadata.at("start_time").error(
            "a later part of a live call; expected the transcript of a finished job"
        )


def _read_runs(node: Node) -> dict[tuple[int, str], list[Word]]:
    """The words a channel, in their order; a new run where only a change of speaker is marked."""
    runs: dict[tuple[int, str], list[Word]] = {}
    space = _find_space(node)
    change, clinging = 0, set[str]()
    for item in node.at("results").each():
        kind = item.text_at("type")
        change += kind == "speaker_change"
        best = next(item.each_at("alternatives"), None)
        text = best.at("content").text() if best else ""
        if best is None or not text:
            continue
        mark = kind == "punctuation"
        clings = item.text_at("attaches_to") or ("previous" if mark else "")
        back = clings in {"previous", "both"}
        channel = item.text_at("channel")
        runs.setdefault((change, channel), []).append(
            Word(
                text,
                "" if mark and back else best.text_at("speaker"),
                item.seconds_at("start_time"),
                item.seconds_at("end_time"),
                before="" if back or channel in clinging else space,
            )
        )
        clinging.discard(channel)
        clinging |= {channel} if clings in {"next", "both"} else set()
    return runs


def _find_space(node: Node) -> str:
    """What stands between two words."""
    metadata = node.maybe("metadata")
    pack = metadata.maybe("language_pack_info") if metadata else None
    config = metadata.maybe("transcription_config") if metadata else None
    language = config.text_at("language") if config else ""
    delimiter = pack.maybe("word_delimiter") if pack else None
    unspaced = delimiter is not None and delimiter.value == "" and language in _UNSPACED
    return "" if unspaced else " "


def _label(channel: str, speaker: str) -> str:
    """Who speaks; customers may name their channels ("Agent"), by default they are numbered."""
    if not channel:
        return speaker
    if match := _NUMBERED.fullmatch(channel):
        return label_channel(match[1], speaker)
    return f"{channel} speaker {speaker}" if speaker else channel


SPEECHMATICS_FORMATS = (
    JsonFormat(
        name="speechmatics",
        title="Speechmatics",
        sign='a list "results" with "format" and "job" or "metadata"',
        roles='not stated, except where channels were given names; labels such as "S1"',
        times=IN_SECONDS,
        agents=NOT_STATED,
        matches=_matches,
        read=_read,
    ),
)
