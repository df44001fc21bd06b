"""Zoom Phone: the timeline of a recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import NOT_STATED, JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.vendors.moments import moment_at


def _matches(record: Mapping[str, object]) -> bool:
    timeline = record.get("timeline")
    return isinstance(timeline, list) and (
        "recording_id" in record
        or any(isinstance(each, dict) and {"ts", "text"} <= each.keys() for each in timeline)
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    yield Transcript(
        call_id=node.text_at("recording_id") or default_id,
        path=node.path,
        utterances=order_segments(_read_entry(each) for each in node.at("timeline").each()),
        started_at=moment_at(node, "recording_start"),
        format="zoom-phone",
    )


def _read_entry(node: Node) -> Segment:
    text = node.text_at("text") or node.text_at("raw_text")
    return Segment(_read_label(node), text, node.seconds_at("ts"), node.seconds_at("end_ts"))


def _read_label(node: Node) -> str:
    """Who speaks: a name, or the names of those who speak at once; "" where nobody is named."""
    if name := node.text_at("username"):
        return name
    names = (_read_name(each) for each in node.each_at("users"))
    return ", ".join(dict.fromkeys(name for name in names if name))


def _read_name(user: Node) -> str:
    if isinstance(user.value, str):
        return user.text()
    return user.text_at("username") or user.text_at("email_address") or user.text_at("user_id")


ZOOM_FORMATS = (
    JsonFormat(
        name="zoom-phone",
        title="Zoom Phone recording transcript",
        sign='"timeline" with "ts" and "text"',
        roles="not stated; a name or telephone number a speaker",
        times="clock times from the start of the recording, which is stated",
        agents=NOT_STATED,
        matches=_matches,
        read=_read,
    ),
)
