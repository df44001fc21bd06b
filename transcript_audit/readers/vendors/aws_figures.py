"""What Amazon's analysed calls state of a call as a whole, and which role a label stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from transcript_audit.model import Role
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.words import quoted

MILLISECOND = 0.001

_ROLE = re.compile(r"(?<![a-z])(?:(agent|supervisor)|(customer|caller)|(system|ivr|bot))(?![a-z])")


def role_in(label: str) -> Role | None:
    """The role that a label or an id names ("AGENT", "the customer's ID"), or None."""
    match = _ROLE.search(label.lower().replace("_", " "))
    return (Role.AGENT, Role.CUSTOMER, Role.SYSTEM)[(match.lastindex or 1) - 1] if match else None


def person_in(name: str) -> str:
    """A person's name, or "" where it is only a role ("Agent")."""
    return "" if _ROLE.fullmatch(name.lower()) else name


def read_figures(call: Node, participants: Mapping[str, str]) -> dict[str, float]:
    """What `ConversationCharacteristics` states of the call, by the names of `STATED_FIGURES`.

    Args:
        participants: speaker label by participant id, for figures that are given by id.
    """
    whole = call.maybe("ConversationCharacteristics")
    if whole is None:
        return {}
    figures = {"duration_seconds": whole.seconds_at("TotalConversationDurationMillis", MILLISECOND)}
    if (silence := whole.maybe("NonTalkTime")) is not None:
        figures["silence_seconds"] = silence.seconds_at("TotalTimeMillis", MILLISECOND)
    talk = whole.maybe("TalkTime")
    shares = read_entries(None if talk is None else talk.maybe("DetailsByParticipant"))
    labelled = [(participants.get(name, name), share) for name, share in shares]
    figures |= sum_talk(labelled, "TotalTimeMillis", MILLISECOND)
    cuts = _read_interruptions(whole.maybe("Interruptions"), participants)
    return drop_missing(figures) | cuts


def sum_talk(
    shares: list[tuple[str, Node]], key: str, unit: float = 1.0
) -> dict[str, float | None]:
    """Seconds that each side talked, from what `key` gives for each speaker label."""
    talked: dict[str, float | None] = {}
    for label, share in shares:
        role = role_in(label)
        seconds = share.seconds_at(key, unit) if role in (Role.AGENT, Role.CUSTOMER) else None
        if seconds is not None:
            name = f"{role}_talk_seconds"
            talked[name] = (talked.get(name) or 0.0) + seconds
    return talked


def _read_interruptions(
    interruptions: Node | None, participants: Mapping[str, str]
) -> dict[str, float]:
    if interruptions is None:
        return {}
    figures: dict[str, float] = {}
    if (total := interruptions.maybe("TotalCount")) is not None:
        figures["interruptions"] = total.number()
    if (made := interruptions.maybe("InterruptionsByInterrupter")) is not None:
        # Who never cut in is left out of it.
        figures["interruptions_by_agent"] = sum(
            float(len(list(times.each())))
            for name, times in read_entries(made)
            if role_in(participants.get(name, name)) == Role.AGENT
        )
    return figures


def drop_missing(figures: Mapping[str, float | None]) -> dict[str, float]:
    """The figures that are there."""
    return {name: value for name, value in figures.items() if value is not None}


def read_entries(node: Node | None) -> list[tuple[str, Node]]:
    """Keys and values of an object, null ones left out; none where there is no object.

    Raises:
        ReadError: it is something else.
    """
    if node is None:
        return []
    if not isinstance(node.value, dict):
        raise node.error(f"{quoted(node.value)} is not an object; expected one")
    return [(key, found) for key in node.value if (found := node.maybe(key)) is not None]
