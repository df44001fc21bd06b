"""Rev.ai: monologues, each a list of words, spaces and punctuation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import IN_SECONDS, NOT_STATED, JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments


def _matches(record: Mapping[str, object]) -> bool:
    return "monologues" in record


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    monologues = [_read_monologue(each) for each in node.at("monologues").each()]
    yield Transcript(
        call_id=default_id,
        path=node.path,
        utterances=order_segments(monologues),
        format="revai",
    )


def _read_monologue(node: Node) -> Segment:
    """The monologue; its text is "" where nothing in it could be understood."""
    elements = list(node.at("elements").each())
    spoken = any(element.at("type").text() == "text" for element in elements)
    starts = [at for element in elements if (at := element.seconds_at("ts")) is not None]
    ends = [at for element in elements if (at := element.seconds_at("end_ts")) is not None]
    return Segment(
        _name_speaker(node),
        "".join(map(_read_element, elements)) if spoken else "",
        min(starts, default=None),
        max(ends, default=None),
    )


def _read_element(node: Node) -> str:
    """The element as it is: spaces are elements too."""
    if node.text_at("type") == "unknown":
        return node.text_at("value") or "<inaudible>"
    value = node.at("value")
    return value.value if isinstance(value.value, str) else value.text()


def _name_speaker(node: Node) -> str:
    about = node.maybe("speaker_info")
    return (about.text_at("display_name") if about else "") or node.text_at("speaker")


REVAI_FORMATS = (
    JsonFormat(
        name="revai",
        title="Rev.ai",
        sign='"monologues"',
        roles="not stated; a number a speaker or channel, names where people transcribed",
        times=IN_SECONDS,
        agents=NOT_STATED,
        matches=_matches,
        read=_read,
    ),
)
