"""Dialpad: the lines of a call, moments and questions of its assistant among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transcript_audit.model import Role, Transcript
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import order_segments
from transcript_audit.readers.vendors.moments import moment_at, seconds_between
from transcript_audit.readers.vendors.parties import Party, agents_of, party_of


def _matches(record: Mapping[str, object]) -> bool:
    lines = record.get("lines")
    return isinstance(lines, list) and (
        "call_id" in record
        or any(isinstance(each, dict) and {"type", "content"} <= each.keys() for each in lines)
    )


def _read(node: Node, default_id: str) -> Iterator[Transcript]:
    lines = [each for each in node.at("lines").each() if each.text_at("type") in {"", "transcript"}]
    moments = [moment_at(each, "time") for each in lines]
    first = min(filter(None, moments), default=None)
    utterances = order_segments(
        party.says(line.at("content").text(), seconds_between(first, moment))
        for line, moment, party in zip(lines, moments, _read_parties(lines), strict=True)
    )
    yield Transcript(
        call_id=node.text_at("call_id") or default_id,
        path=node.path,
        utterances=utterances,
        agent_ids=agents_of(utterances),
        format="dialpad",
    )


def _read_parties(lines: Sequence[Node]) -> list[Party]:
    """Who says each line: users are the company's, contacts are customers.

    Where everybody is a user, or nobody, that tells no sides: names are the labels then.
    """
    users = {bool(line.text_at("user_id")) for line in lines}
    return [_read_party(line, sides=len(users) > 1) for line in lines]


def _read_party(line: Node, *, sides: bool) -> Party:
    user, contact = line.text_at("user_id"), line.text_at("contact_id")
    role = None
    if sides and (user or contact):
        role = Role.AGENT if user else Role.CUSTOMER
    return party_of(role, line.text_at("name") or user or contact)


DIALPAD_FORMATS = (
    JsonFormat(
        name="dialpad",
        title="Dialpad call transcript",
        sign='"lines" with "type" and "content"',
        roles="users are agents and contacts customers, where there are both; else their names",
        times="moments, counted from the first line; no ends; the start of the call is not stated",
        agents="the user's name",
        matches=_matches,
        read=_read,
    ),
)
