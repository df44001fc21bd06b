"""Speaker labels that the user names and no call has."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

from transcript_audit.cli.streams import say
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.speakers import fold_label

if TYPE_CHECKING:
    from transcript_audit.readers import ReadOptions
    from transcript_audit.roles import RoleOptions

Call = TypeVar("Call", bound=CallAudit | SkippedCall | Transcript)

MOST_LABELS = 10
"""Labels named to choose from."""


def tell_unheard(calls: Iterable[Call], roles: RoleOptions, reading: ReadOptions) -> Iterator[Call]:
    """The calls; at their end a line to standard error for each label that none of them has.

    Calls skipped after they were read are read once more then, but for standard input's.
    """
    unheard = {fold_label(each): each for each in (*roles.agent_speakers, *roles.customer_speakers)}
    seen: dict[str, None] = {}
    skipped: dict[str, None] = {}
    for call in calls:
        if isinstance(call, SkippedCall):
            skipped[call.path] = None
        else:
            _hear(call.transcript if isinstance(call, CallAudit) else call, unheard, seen)
        yield call
    if unheard and skipped:
        from transcript_audit.readers import read_transcripts

        for read in read_transcripts([path for path in skipped if path != "-"], reading):
            if isinstance(read, Transcript):
                _hear(read, unheard, seen)
    if "-" not in skipped:
        listed = ", ".join(list(seen)[:MOST_LABELS]) + (", ..." if len(seen) > MOST_LABELS else "")
        for label in unheard.values():
            say(f"no call has a speaker '{label}'; labels seen: {listed or 'none'}")


def _hear(transcript: Transcript, unheard: dict[str, str], seen: dict[str, None]) -> None:
    for label in dict.fromkeys(utterance.speaker for utterance in transcript.utterances):
        unheard.pop(fold_label(label), None)
        if label and len(seen) <= MOST_LABELS:
            seen[label] = None
