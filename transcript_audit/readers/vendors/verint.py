"""Verint: the words of a call, each with its side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from transcript_audit.model import Role, Transcript
from transcript_audit.readers.json_formats import IN_MILLISECONDS, NOT_STATED, JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import (
    LONGEST_PAUSE,
    Segment,
    Word,
    group_words,
    order_segments,
)
from transcript_audit.speakers import stated_role

_MILLISECOND = 0.001

_BOTH = "simultaneous"


def _matches(record: Mapping[str, object]) -> bool:
    return "transcript_detailed" in record or {"plainText", "plainTextTime"} <= record.keys()


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    # "plainText" holds the same words, but not who says them.
    words = [_read_word(each) for each in node.at("transcript_detailed").each()]
    segments = group_words([word for word in words if word.text], LONGEST_PAUSE)
    yield Transcript(
        call_id=node.text_at("call_id", "callId", "id") or default_id,
        path=node.path,
        utterances=order_segments(_name_speaker(each) for each in segments),
        format="verint",
    )


def _read_word(node: Node) -> Word:
    return Word(
        node.at("w").text(),
        node.text_at("sp"),
        node.seconds_at("s", _MILLISECOND),
        node.seconds_at("e", _MILLISECOND),
    )


def _name_speaker(segment: Segment) -> Segment:
    """The segment with its role as label; what both say at once counts for neither of them."""
    role = Role.OTHER if segment.speaker.lower() == _BOTH else stated_role(segment.speaker)
    return replace(segment, speaker=role.value) if role else segment


VERINT_FORMATS = (
    JsonFormat(
        name="verint",
        title="Verint speech transcript export",
        sign='"transcript_detailed", or "plainText" with "plainTextTime"',
        roles="stated for each word; what both say at once is of neither",
        times=IN_MILLISECONDS,
        agents=NOT_STATED,
        matches=_matches,
        read=_read,
    ),
)
