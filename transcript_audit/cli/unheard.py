"""Speaker labels, channels and people that the user names and no call has."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from transcript_audit.cli.streams import say
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.speakers import channel_of, fold_label

if TYPE_CHECKING:
    from transcript_audit.readers import ReadOptions
    from transcript_audit.roles import RoleOptions

Call = TypeVar("Call", bound=CallAudit | SkippedCall | Transcript)

ROSTER = "\n"
"""A key that no label has, since labels are folded to one line."""

MOST_LABELS = 10
"""Labels named to choose from."""


def tell_unheard(calls: Iterable[Call], roles: RoleOptions, reading: ReadOptions) -> Iterator[Call]:
    """The calls; at their end a line to standard error for each label or channel that none of them
    has, and for a roster of which nobody is in any.

    Calls skipped after they were read are read once more then, but for standard input's.
    """
    named = (*roles.agent_speakers, *roles.customer_speakers)
    unheard = {fold_label(each): f"a speaker '{each}'" for each in named}
    unheard |= {str((each,)): f"a channel {each}" for each in roles.agent_channels}
    if roles.roster.agents:
        unheard[ROSTER] = "anybody of the roster"
    seen: dict[str, None] = {}
    skipped: dict[str, None] = {}
    for call in calls:
        if isinstance(call, SkippedCall):
            skipped[call.path] = None
        else:
            _hear(call.transcript if isinstance(call, CallAudit) else call, roles, unheard, seen)
        yield call
    if unheard and skipped:
        from transcript_audit.readers import read_transcripts

        for read in read_transcripts([path for path in skipped if path != "-"], reading):
            if isinstance(read, Transcript):
                _hear(read, roles, unheard, seen)
    if "-" not in skipped:
        listed = ", ".join(list(seen)[:MOST_LABELS]) + (", ..." if len(seen) > MOST_LABELS else "")
        for what in unheard.values():
            say(f"no call has {what}; labels seen: {listed or 'none'}")


def _hear(
    transcript: Transcript, roles: RoleOptions, unheard: dict[str, str], seen: dict[str, None]
) -> None:
    if ROSTER in unheard and roles.roster.lists_anyone_in(transcript):
        unheard.pop(ROSTER)
    for label in dict.fromkeys(utterance.speaker for utterance in transcript.utterances):
        unheard.pop(fold_label(label), None)
        unheard.pop(str((channel_of(label),)), None)
        if label and len(seen) <= MOST_LABELS:
            seen[label] = None
