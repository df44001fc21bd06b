"""Twilio Conversational Intelligence: the sentences of a transcript, by media channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transcript_audit.model import Transcript
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, label_channel, order_segments
from transcript_audit.readers.vendors.moments import moment_at
from transcript_audit.readers.vendors.parties import Party, agents_of, party_of
from transcript_audit.readers.words import quoted
from transcript_audit.speakers import stated_role


def _matches(record: Mapping[str, object]) -> bool:
    sentences, meta = record.get("sentences"), record.get("meta")
    if not isinstance(sentences, list):
        return False
    paged = isinstance(meta, dict) and "next_page_url" in meta
    return paged or any(
        isinstance(each, dict)
        and ("media_channel" in each or {"channel", "raw_transcript"} <= each.keys())
        for each in sentences
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    """The call of one list of sentences; the transcript they belong to may stand beside them, or
    under "transcript"."""
    _refuse_page(node)
    parent = node.maybe("transcript")
    call = parent if parent is not None and isinstance(parent.value, dict) else node
    status = call.text_at("status")
    if status not in {"", "completed"}:
        raise call.at("status").error(
            f'transcription is {quoted(status)}; expected "completed"; export it again when it is'
        )
    sentences = [_read_place(each, place) for place, each in enumerate(node.at("sentences").each())]
    sentences.sort(key=lambda each: each[0])
    parties = _read_parties(call)
    utterances = order_segments(_read_sentence(each, parties) for _, each in sentences)
    duration = call.seconds_at("duration")
    yield Transcript(
        call_id=_find_id(call, sentences[0][1] if sentences else node) or default_id,
        path=node.path,
        utterances=utterances,
        agent_ids=agents_of(utterances),
        started_at=moment_at(call, "media_start_time"),
        format="twilio",
        stated={} if duration is None else {"duration_seconds": duration},
    )


def _refuse_page(node: Node) -> None:
    """Raise where other pages hold the rest of the call."""
    meta = node.maybe("meta")
    if meta and meta.first("next_page_url", "previous_page_url"):
        raise meta.error(
            "one page of several, which is only a part of the call; expected all of its sentences; "
            'export it with a larger page, or join the pages in one list and leave out "meta"'
        )


def _read_place(node: Node, place: int) -> tuple[float, Node]:
    index = node.maybe("sentence_index")
    return (place if index is None else index.number()), node


def _find_id(call: Node, sentence: Node) -> str:
    found = sentence.text_at("transcript_sid") or call.text_at("transcript_sid", "sid")
    channel = call.maybe("channel")
    media = channel.maybe("media_properties") if channel else None
    return found or call.text_at("source_sid") or (media.text_at("source_sid") if media else "")


def _read_parties(call: Node) -> dict[str, Party]:
    """The parties by media channel, where the transcript itself lists them."""
    channel = call.maybe("channel")
    parties: dict[str, Party] = {}
    for each in channel.each_at("participants") if channel else ():
        number = each.text_at("channel_participant")
        role = stated_role(each.text_at("role"))
        name = each.text_at("full_name", "email", "user_id")
        parties[number] = party_of(role, name if role else label_channel(number))
    return parties


def _read_sentence(node: Node, parties: Mapping[str, Party]) -> Segment:
    text = node.first("transcript", "raw_transcript")
    if text is None:
        raise node.error('no "transcript"; expected a sentence that has it; export it again')
    number = node.text_at("media_channel", "channel")
    party = parties.get(number) or Party(label_channel(number) if number else "")
    start, end = node.seconds_at("start_time"), node.seconds_at("end_time")
    starts = [word.seconds_at("start_time") for word in node.each_at("words")]
    ends = [word.seconds_at("end_time") for word in node.each_at("words")]
    if start is None:
        start = min((each for each in starts if each is not None), default=None)
    if end is None:
        end = max((each for each in ends if each is not None), default=None)
    return party.says(text.text(), start, end)


TWILIO_FORMATS = (
    JsonFormat(
        name="twilio",
        title="Twilio Conversational Intelligence, sentences",
        sign='"sentences" with "media_channel"',
        roles="a channel each; stated where the transcript's own participants stand beside the "
        "sentences",
        times="seconds from the start of the recording, or none",
        agents="the participant's name, where the participants are there",
        matches=_matches,
        read=_read,
    ),
)
