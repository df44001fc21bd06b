"""The people of a call where a vendor lists them apart from what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from transcript_audit.model import Role, Utterance
from transcript_audit.readers.segments import Segment


@dataclass(frozen=True, slots=True)
class Party:
    """Someone in a call.

    Attributes:
        label: the speaker label of what they say: the stated role, else their name or number.
        agent_id: who they are, where they answer for the company and are named.
    """

    label: str
    agent_id: str | None = None

    def says(self, text: str, start: float | None = None, end: float | None = None) -> Segment:
        """A stretch of what they say; times in seconds from the start of the call."""
        return Segment(self.label, text, start, end, self.agent_id)


def party_of(role: Role | None, name: str) -> Party:
    """The party of that role and name; without a role its name is its label."""
    if role is None:
        return Party(name)
    return Party(role.value, (name or None) if role == Role.AGENT else None)


def agents_of(utterances: Iterable[Utterance]) -> tuple[str, ...]:
    """The company's people who say something, each once, in order."""
    return tuple(dict.fromkeys(each.agent_id for each in utterances if each.agent_id))
