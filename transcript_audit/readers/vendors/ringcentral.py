"""RingCentral: RingSense insights, RingCX transcripts, and the AI audio interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transcript_audit.model import Role, Transcript
from transcript_audit.readers.json_formats import IN_SECONDS, NOT_STATED, JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.vendors.moments import moment_at, seconds_between
from transcript_audit.readers.vendors.parties import Party, agents_of, party_of
from transcript_audit.readers.words import quoted

_MILLISECOND = 0.001


def _matches_ringsense(record: Mapping[str, object]) -> bool:
    insights = record.get("insights")
    return isinstance(insights, dict) and (
        "Transcript" in insights or {"speakerInfo", "sourceRecordId"} <= record.keys()
    )


def _read_ringsense(node: Node, default_id: str) -> Iterator[Transcript]:
    parties = _read_parties(node)
    insights = node.at("insights")
    if insights.maybe("Transcript") is None:
        raise insights.error('no "Transcript"; expected one; ask for it together with the insights')
    utterances = order_segments(
        _read_utterance(each, parties) for each in insights.each_at("Transcript")
    )
    duration = node.seconds_at("recordingDurationMs", _MILLISECOND)
    yield Transcript(
        call_id=node.text_at("sourceRecordId", "sourceSessionId") or default_id,
        path=node.path,
        utterances=utterances,
        agent_ids=agents_of(utterances),
        started_at=moment_at(node, "recordingStartTime"),
        format="ringsense",
        stated={} if duration is None else {"duration_seconds": duration},
    )


def _read_parties(node: Node) -> dict[str, Party]:
    """The parties by speaker id: whoever has an extension is the company's.

    Where everybody has one, or nobody, that tells no sides: names are the labels then.
    """
    people = list(node.each_at("speakerInfo"))
    inside = [bool(each.text_at("extensionId")) for each in people]
    parties: dict[str, Party] = {}
    for each, one_of_us in zip(people, inside, strict=True):
        role = (Role.AGENT if one_of_us else Role.CUSTOMER) if len(set(inside)) > 1 else None
        speaker = each.text_at("speakerId")
        parties[speaker] = party_of(role, each.text_at("name", "extensionId") or speaker)
    return parties


def _read_utterance(node: Node, parties: Mapping[str, Party]) -> Segment:
    speaker = node.text_at("speakerId")
    party = parties.get(speaker) or Party(speaker)
    return party.says(node.at("text").text(), node.seconds_at("start"), node.seconds_at("end"))


def _matches_ringcx(record: Mapping[str, object]) -> bool:
    return {"channelClass", "transcript"} <= record.keys()


def _read_ringcx(node: Node, default_id: str) -> Iterator[Transcript]:
    messages = list(node.at("transcript").each())
    moments = [moment_at(each, "timestamp") for each in messages]
    first = min(filter(None, moments), default=None)
    utterances = order_segments(
        Segment(
            each.text_at("participantName") or each.text_at("participantId"),
            each.at("message").text(),
            seconds_between(first, moment),
        )
        for each, moment in zip(messages, moments, strict=True)
    )
    yield Transcript(
        call_id=node.text_at("dialogId", "segmentId") or default_id,
        path=node.path,
        utterances=utterances,
        format="ringcx",
    )


def _matches_audio(record: Mapping[str, object]) -> bool:
    response = record.get("response")
    if isinstance(response, dict) and _is_response(response):
        return True
    return _is_response(record) and "words" not in record


def _is_response(record: Mapping[str, object]) -> bool:
    utterances = record.get("utterances")
    return "utteranceInsights" in record or (
        isinstance(utterances, list)
        and any(isinstance(each, dict) and "speakerId" in each for each in utterances)
    )


def _read_audio(node: Node, default_id: str) -> Iterator[Transcript]:
    status = node.text_at("status")
    if status.lower() not in {"", "success", "completed"}:
        raise node.at("status").error(
            f'analysis is {quoted(status)}; expected "Success"; export it again when it is'
        )
    response = node.maybe("response") or node
    # Where both are there, they are the same words twice.
    spoken = list(response.each_at("utteranceInsights")) or list(response.each_at("utterances"))
    if not spoken:
        raise response.error(
            'no "utteranceInsights" or "utterances"; expected one of them; '
            "ask for speaker diarization"
        )
    yield Transcript(
        call_id=node.text_at("jobId") or default_id,
        path=node.path,
        utterances=order_segments(_read_utterance(each, {}) for each in spoken),
        format="ringcentral-ai",
    )


RINGCENTRAL_FORMATS = (
    JsonFormat(
        name="ringsense",
        title="RingCentral RingSense (ACE) insights",
        sign='"insights" with "Transcript"',
        roles="speakers with an extension are agents and the others customers, where there are "
        "both; else their names",
        times="seconds from the start of the recording, which is stated",
        agents="the name of the speaker with an extension",
        matches=_matches_ringsense,
        read=_read_ringsense,
    ),
    JsonFormat(
        name="ringcx",
        title="RingCentral RingCX transcript",
        sign='"transcript" with "channelClass"',
        roles="not stated, but for what the participants' names say",
        times="milliseconds since 1970, counted from the first message; no ends; the start of the "
        "call is not stated",
        agents=NOT_STATED,
        matches=_matches_ringcx,
        read=_read_ringcx,
    ),
    JsonFormat(
        name="ringcentral-ai",
        title="RingCentral AI, speech to text or interaction analytics",
        sign='"response" with "utteranceInsights", or with "utterances" with "speakerId"',
        roles="not stated; an id a speaker",
        times=IN_SECONDS,
        agents=NOT_STATED,
        matches=_matches_audio,
        read=_read_audio,
    ),
)
