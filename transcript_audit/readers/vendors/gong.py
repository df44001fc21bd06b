"""Gong: the monologues of calls; who speaks stands apart, in the calls' parties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.json_formats import JsonFormat, read_calls
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.vendors.moments import moment_at
from transcript_audit.readers.vendors.parties import Party, agents_of, party_of
from transcript_audit.readers.words import clean
from transcript_audit.speakers import stated_role

_MILLISECOND = 0.001


def _matches(record: Mapping[str, object]) -> bool:
    if "callTranscripts" in record:
        return True
    transcript = record.get("transcript")
    return (
        "callId" in record
        and isinstance(transcript, list)
        and any(isinstance(each, dict) and "sentences" in each for each in transcript)
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript | SkippedCall]:
    """The calls of an answer, or the one that stands alone."""
    found = node.maybe("callTranscripts")
    calls = [node] if found is None else list(found.each())
    named = ((call, _read_id(call) or default_id) for call in calls)
    yield from read_calls(named, lambda call, call_id: _read_call(call, call_id, node))


def _read_id(call: Node) -> str:
    """The id, or "" for one that is no text: that is refused only when the call is read."""
    value = call.value.get("callId") if isinstance(call.value, dict) else None
    return clean(value) if isinstance(value, str) else ""


def _read_call(call: Node, call_id: str, answer: Node) -> Transcript:
    details = _find_details(answer, call.text_at("callId"))
    facts = details.maybe("metaData") if details else None
    parties = _read_parties(call, details, answer)
    utterances = order_segments(
        _read_sentence(sentence, parties.get(speaker) or Party(speaker))
        for monologue in call.at("transcript").each()
        for speaker in (monologue.text_at("speakerId"),)
        for sentence in monologue.each_at("sentences")
    )
    duration = facts.seconds_at("duration") if facts else None
    return Transcript(
        call_id=call.text_at("callId") or call_id,
        path=call.path,
        utterances=utterances,
        agent_ids=agents_of(utterances),
        started_at=moment_at(facts, "started") if facts else None,
        format="gong",
        stated={} if duration is None else {"duration_seconds": duration},
    )


def _find_details(answer: Node, call_id: str) -> Node | None:
    """What the extensive answer, where it was put beside the transcripts, has for a call."""
    for each in answer.each_at("calls"):
        facts = each.maybe("metaData")
        if facts and call_id and facts.text_at("id") == call_id:
            return each
    return None


def _read_parties(call: Node, details: Node | None, answer: Node) -> dict[str, Party]:
    """The parties by speaker id, from wherever they are: the call, its details, or the answer."""
    people = next(
        (found for each in (call, details, answer) if each and (found := each.maybe("parties"))),
        None,
    )
    parties: dict[str, Party] = {}
    for each in people.each() if people else ():
        speaker = each.text_at("speakerId")
        name = each.text_at("name") or each.text_at("emailAddress") or each.text_at("userId")
        if speaker:
            parties[speaker] = party_of(stated_role(each.text_at("affiliation")), name or speaker)
    return parties


def _read_sentence(node: Node, party: Party) -> Segment:
    return party.says(
        node.at("text").text(),
        node.seconds_at("start", _MILLISECOND),
        node.seconds_at("end", _MILLISECOND),
    )


GONG_FORMATS = (
    JsonFormat(
        name="gong",
        title="Gong call transcripts",
        sign='"callTranscripts", or "callId" and "transcript" with "sentences"',
        roles='not stated, except where "parties" (from calls/extensive) stand beside them: '
        "internal or external",
        times="milliseconds from the start of the call; its moment where the details are there",
        agents="the name of the internal party, where the parties are there",
        matches=_matches,
        read=_read,
    ),
)
