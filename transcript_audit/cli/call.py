"""The command `call`: one call, its findings, and why."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.options import CallFormat
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import is_styled, rendered, say_skipped, written
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import SkippedCall, Transcript

if TYPE_CHECKING:
    from transcript_audit.rulebook import RuleBook

MOST_IDS = 100_000
"""Call ids remembered to suggest one from, where none fits."""

MOST_HINTS = 3
"""Call ids suggested at once."""


@spread
def call(
    *,
    call_id: options.CallId,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    format_: options.CallReport = CallFormat.TEXT,
    whole: options.WholeCall = False,
    explain: options.Explain = [],  # noqa: B006
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    listen_link: options.ListenLink = None,
    held: Held,
) -> None:
    """Show one call: the turns around each finding, and why it was flagged.

    \b
    Examples:
      transcript-audit call NF-20391 calls/
      transcript-audit call NF-20391 calls/ --all
      transcript-audit call NF-20391 calls/ --explain refusal-stall
      transcript-audit call NF-20391~2 calls/
      transcript-audit call NF-20391 calls/ --format json

    --format json is the call's record as `audit --format jsonl` writes it; --all and --explain
    have no place in it.
    """
    from transcript_audit.batch import audit_read
    from transcript_audit.readers import read_transcripts
    from transcript_audit.reports.call_view import call_view
    from transcript_audit.reports.records import record_line

    read_options, role_options = reading.options(held), speakers.options(held)
    rulebook = judging.load()
    _check_rules(explain, rulebook)
    recogniser = judging.load_recogniser(rulebook)
    skipped = False
    privacy = showing.privacy()
    found_calls = _find_call(call_id, read_transcripts(paths, read_options))
    for read in tell_unheard(found_calls, role_options, read_options):
        found = audit_read(read, rulebook, recogniser, role_options)
        found = privacy.hide_agents(privacy.redact(found))
        if isinstance(found, SkippedCall):
            skipped = True
            say_skipped([found], 1)
            continue
        if format_ is CallFormat.JSON:
            written(sys.stdout, record_line(found, listen_link))
            continue
        brackets = not is_styled(sys.stdout)
        view = call_view(
            found, whole=whole, explain=explain, brackets=brackets, listen_link=listen_link
        )
        written(sys.stdout, rendered(view, sys.stdout))
    raise typer.Exit(3 if skipped else 0)


def _check_rules(explain: Sequence[str], rulebook: RuleBook) -> None:
    known = [rule.id for rule in rulebook.rules]
    for rule in explain:
        if rule not in known:
            hint = did_you_mean(rule, known)
            raise ConfigurationError(
                f"--explain {rule}: {hint}{' ' if hint else ''}expected one of {', '.join(known)}"
            )


def _find_call(
    call_id: str, reads: Iterable[Transcript | SkippedCall]
) -> list[Transcript | SkippedCall]:
    """The calls of this id, read or skipped.

    Raises:
        ConfigurationError: there is none.
    """
    found: list[Transcript | SkippedCall] = []
    others: dict[str, None] = {}
    unread = 0
    for read in reads:
        if read.call_id == call_id:
            found.append(read)
        elif len(others) < MOST_IDS:
            others[read.call_id] = None
        unread += isinstance(read, SkippedCall)
    if not found:
        line = f"no call {call_id} among the {len(others)} found"
        missed = (
            f" ({unread} could not be read: `transcript-audit audit` tells why)" if unread else ""
        )
        hint = _like_ids(call_id, list(others))
        raise ConfigurationError(f"{line}{missed}{'; ' + hint if hint else ''}")
    return found


def _like_ids(call_id: str, others: Sequence[str]) -> str:
    """A question after the ids that hold the one given, or the nearest one, or ""."""
    word = call_id.casefold()
    holding = [each for each in others if word and word in each.casefold()][:MOST_HINTS]
    if holding:
        return f"did you mean {' or '.join(map(repr, holding))}?"
    return did_you_mean(call_id, others)
