"""IETF vCon: a conversation with its parties, recordings, messages, and what was made of them.

A transcript in it is a vendor's own JSON, which that vendor's reader reads.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from transcript_audit.errors import ReadError
from transcript_audit.model import Role, SkippedCall, Transcript, Utterance
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.text import parse_text
from transcript_audit.readers.vendors.moments import moment_at, seconds_between
from transcript_audit.readers.vendors.parties import Party, agents_of, party_of
from transcript_audit.readers.vendors.turn_list import TURN_LIST, is_turn_list
from transcript_audit.speakers import fold_label, stated_role

VCON = "vcon"


def vcon_formats(table: Callable[[], Sequence[JsonFormat]]) -> tuple[JsonFormat, ...]:
    """The row of the format; the transcripts in a vCon are read by the other rows of `table`."""

    def read(node: Node, default_id: str) -> Iterator[Transcript]:
        yield _read(node, default_id, [each for each in table() if each.name != VCON])

    return (
        JsonFormat(
            name=VCON,
            title="IETF vCon, also signed (the signature is not checked)",
            sign='"vcon", or "uuid" with "parties" and "dialog" or "analysis"; signed: "payload" '
            'with "signatures"',
            roles="as the parties' roles or the transcript in it state them",
            times="as in the transcript, or the moment of each message, counted from the start of "
            "the first dialog, which is stated",
            agents="the name of the party whose role is agent",
            matches=_matches,
            read=read,
        ),
    )


def _matches(record: Mapping[str, object]) -> bool:
    return _is_open(record) or _is_signed(record) or _is_encrypted(record)


def _is_open(record: Mapping[str, object]) -> bool:
    return isinstance(record.get("vcon"), str) or (
        {"uuid", "parties"} <= record.keys() and not {"dialog", "analysis"}.isdisjoint(record)
    )


def _is_signed(record: Mapping[str, object]) -> bool:
    return "payload" in record and (
        "signatures" in record or {"protected", "signature"} <= record.keys()
    )


def _is_encrypted(record: Mapping[str, object]) -> bool:
    return "ciphertext" in record and not {"recipients", "protected"}.isdisjoint(record)


# --- what is wrapped or encoded ---------------------------------------------------------------


def _open(node: Node) -> Node:
    """The vCon itself, out of its signature.

    Raises:
        ReadError: it is encrypted, or no vCon.
    """
    if not isinstance(node.value, dict) or _is_open(node.value):
        return node
    if _is_encrypted(node.value):
        raise node.error("an encrypted vCon (JWE); expected one that can be read; decrypt it first")
    payload = node.maybe("payload")
    if payload is None:
        return node
    found = replace(payload, value=_load(payload, _decode(payload)))
    if isinstance(found.value, dict) and _is_open(found.value):
        return found
    raise found.error("not a vCon; expected one under the signature")


def _decode(node: Node) -> str:
    """The text that base64url in this node stands for."""
    try:
        data = base64.urlsafe_b64decode(node.text() + "==")
        return data.decode()
    except ValueError as error:
        raise node.error("not base64url of a text; expected that; export it again") from error


def _load(node: Node, text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise node.error("not JSON; expected JSON; export it again") from error


def _read_body(node: Node) -> Node:
    """The content of a dialog or an analysis, decoded; JSON in a string is left to the reader.

    Raises:
        ReadError: it is somewhere else, or not encoded as it says.
    """
    body, encoding = node.maybe("body"), node.text_at("encoding").lower()
    if body is None and node.maybe("url"):
        raise node.error(
            'its content is at an address, which is not followed; expected it as "body"; '
            "put it into the vCon"
        )
    body = node.at("body")
    if isinstance(body.value, str) and encoding == "base64url":
        return replace(body, value=_decode(body))
    return body


# --- the call ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dialog:
    """One dialog and when it began, in seconds from the start of the first, or None."""

    node: Node
    kind: str
    offset: float | None


def _read(node: Node, default_id: str, formats: Sequence[JsonFormat]) -> Transcript:
    call = _open(node)
    people = [_read_person(each, number) for number, each in enumerate(call.each_at("parties"))]
    began, dialogs = _read_dialogs(call)
    spoken, covered = _read_transcripts(call, dialogs, formats)
    said = [_name_speaker(each, people) for each in spoken]
    for number, dialog in enumerate(dialogs):
        if dialog.kind == "text" and number not in covered and _is_text(dialog.node):
            said.append(_read_message(dialog, people))
    if not said and not any(dialog.kind == "text" for dialog in dialogs):
        raise call.error(
            'nothing that is said is in it; expected an analysis of type "transcript" or dialogs '
            'of type "text"; transcribe the recording first'
        )
    recordings = [dialog.node for dialog in dialogs if dialog.kind == "recording"]
    duration = recordings[0].seconds_at("duration") if len(recordings) == 1 else None
    utterances = order_segments(said)
    return Transcript(
        call_id=call.text_at("uuid") or default_id,
        path=node.path,
        utterances=utterances,
        agent_ids=agents_of(utterances),
        started_at=began,
        format=VCON,
        stated={} if duration is None else {"duration_seconds": duration},
    )


@dataclass(frozen=True, slots=True)
class _Person:
    """A party and the name by which a transcript may call it."""

    name: str
    role: Role | None
    party: Party


def _read_person(node: Node, number: int) -> _Person:
    meta = node.maybe("meta")
    role = stated_role(node.text_at("role") or (meta.text_at("role") if meta else ""))
    name = node.text_at("name")
    known = name or (node.text_at("mailto") if role == Role.AGENT else f"party {number}")
    return _Person(name, role, party_of(role, known))


def _read_dialogs(call: Node) -> tuple[datetime | None, list[_Dialog]]:
    """When the first dialog began, and all of them."""
    nodes = list(call.each_at("dialog"))
    starts = [moment_at(node, "start") for node in nodes]
    began = min(filter(None, starts), default=None)
    return began, [
        _Dialog(node, node.text_at("type").lower(), seconds_between(began, start))
        for node, start in zip(nodes, starts, strict=True)
    ]


def _read_message(dialog: _Dialog, people: Sequence[_Person]) -> Segment:
    body = _read_body(dialog.node)
    if isinstance(body.value, str) and dialog.node.text_at("encoding").lower() == "json":
        body = replace(body, value=_load(body, body.value))
    sender = dialog.node.first("originator", "parties")
    places = _read_places(sender) if sender else []
    known = bool(places) and places[0] < len(people)
    party = people[places[0]].party if known else Party("")
    length = dialog.node.seconds_at("duration")
    timed = dialog.offset is not None and length is not None
    return party.says(
        body.text(),
        dialog.offset,
        round((dialog.offset or 0.0) + (length or 0.0), 6) if timed else None,
    )


def _is_text(node: Node) -> bool:
    """Whether a message is words, and no picture or file."""
    kind = node.text_at("mediatype", "mimetype").lower()
    return not kind or kind.startswith("text/") or kind == "application/json"


def _read_places(node: Node) -> list[int]:
    """Places of dialogs or parties: a number, or a list of them, which may hold lists."""
    if not isinstance(node.value, list):
        return [max(0, int(node.number()))]
    return [
        max(0, int(inner.number()))
        for each in node.each()
        for inner in (each.each() if isinstance(each.value, list) else (each,))
    ]


# --- transcripts in it ------------------------------------------------------------------------


def _read_transcripts(
    call: Node, dialogs: Sequence[_Dialog], formats: Sequence[JsonFormat]
) -> tuple[list[Utterance], set[int]]:
    """What is said in the transcripts, and the places of the dialogs that they are of.

    A dialog that was transcribed twice is read once, from the first transcript that can be read.
    """
    analyses = list(call.each_at("analysis"))
    named = [each for each in analyses if "transcript" in each.text_at("type").lower()]
    if not named and not any(dialog.kind == "text" for dialog in dialogs):
        # Some give their transcripts another type.
        named = [each for each in analyses if _find(each, formats)]
    said: list[Utterance] = []
    covered: set[int] = set()
    failed: list[tuple[set[int], ReadError]] = []
    for analysis in named:
        about = analysis.maybe("dialog")
        places = set(_read_places(about)) if about else set()
        places = places or set(range(max(1, len(dialogs))))
        if places & covered:
            continue
        try:
            said += _read_transcript(analysis, _find_offset(places, dialogs), formats)
        except ReadError as error:
            failed.append((places, error))
        else:
            covered |= places
    for places, fault in failed:
        if not places & covered:
            raise fault
    return said, covered


def _find_offset(places: set[int], dialogs: Sequence[_Dialog]) -> float:
    """When the first of the dialogs began, in seconds from the start of the call."""
    offsets = [dialogs[place].offset for place in places if place < len(dialogs)]
    return min((offset for offset in offsets if offset is not None), default=0.0)


def _find(analysis: Node, formats: Sequence[JsonFormat]) -> tuple[JsonFormat, Node] | None:
    """The format of an analysis's body, or of a value one level down in it; None for none."""
    if analysis.maybe("body") is None:
        return None
    body = _read_body(analysis)
    if isinstance(body.value, str):
        try:
            body = replace(body, value=_load(body, body.value))
        except ReadError:
            return None
    if is_turn_list(body.value):
        return next((each, body) for each in formats if each.name == TURN_LIST)
    inner: list[Node] = []
    if isinstance(body.value, dict):
        inner = [found for key in body.value if (found := body.maybe(key)) is not None]
    elif isinstance(body.value, list):
        inner = list(body.each())
    for found in (body, *inner):
        for format_ in formats:
            if isinstance(found.value, dict) and format_.matches(found.value):
                return format_, found
    return None


def _read_transcript(
    analysis: Node, offset: float, formats: Sequence[JsonFormat]
) -> list[Utterance]:
    """What is said in a transcript, its times moved on by `offset` seconds."""
    if found := _find(analysis, formats):
        format_, body = found
        calls = list(format_.read(body, ""))
        for call in calls:
            if isinstance(call, SkippedCall):
                raise body.error(call.reason)
        said = [each for call in calls if isinstance(call, Transcript) for each in call.utterances]
    else:
        said = _read_text(_read_body(analysis))
    return [
        replace(
            each,
            start=None if each.start is None else round(each.start + offset, 6),
            end=None if each.end is None else round(each.end + offset, 6),
        )
        for each in said
    ]


def _read_text(body: Node) -> list[Utterance]:
    """What is said in a transcript that is plain text with a speaker at the start of a turn."""
    try:
        if isinstance(body.value, str):
            return list(parse_text(body.path, body.value.splitlines()).utterances)
    except ReadError:
        pass
    raise body.error(
        "a transcript in a form that is not known; expected the JSON of a format that is (see "
        'formats list), [{"speaker": ..., "message": ...}], or lines such as "Agent: ..."'
    )


def _name_speaker(said: Utterance, people: Sequence[_Person]) -> Segment:
    """The utterance as its party's, where the transcript calls one by name or role."""
    label, agent = said.speaker, said.agent_id
    agents = {each.party for each in people if each.role == Role.AGENT}
    same = [
        each.party for each in people if each.name and fold_label(each.name) == fold_label(label)
    ]
    if len(same) == 1:
        label, agent = same[0].label, agent or same[0].agent_id
    elif stated_role(label) == Role.AGENT and len(agents) == 1:
        agent = agent or next(iter(agents)).agent_id
    return Segment(label, said.text, said.start, said.end, agent)
