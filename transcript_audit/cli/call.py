"""The command `call`: one call, its findings, and why."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like
# ruff: noqa: PLR0917 - Typer makes a parameter of each option

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import typer

from transcript_audit.cli import options, settled
from transcript_audit.cli.options import CallFormat
from transcript_audit.cli.streams import is_styled, rendered, say, written
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.settings import NO_SETTINGS

if TYPE_CHECKING:
    from transcript_audit.rulebook import RuleBook

MOST_IDS = 100_000
"""Call ids remembered to suggest one from, where none fits."""

MOST_HINTS = 3
"""Call ids suggested at once."""


def call(
    call_id: options.CallId,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    format_: options.CallReport = CallFormat.TEXT,
    whole: options.WholeCall = False,
    explain: options.Explain = [],  # noqa: B006
    rules: options.Rules = None,
    profile: options.Profile = "default",
    agent_speakers: options.AgentSpeakers = [],  # noqa: B006
    customer_speakers: options.CustomerSpeakers = [],  # noqa: B006
    agent_channels: options.AgentChannels = [],  # noqa: B006
    roster: options.RosterFile = None,
    trust_roles: options.TrustRoles = False,
    columns: options.Columns = [],  # noqa: B006
    name_pattern: options.NamePattern = None,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    patterns_only: options.PatternsOnly = False,
    pipeline: options.Pipeline = None,
    listen_link: options.ListenLink = None,
    no_settings: settled.NoSettings = False,
    settings: settled.Held = NO_SETTINGS,
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
    from transcript_audit.acts import load_recogniser
    from transcript_audit.batch import audit_read
    from transcript_audit.readers import read_transcripts
    from transcript_audit.reports.call_view import call_view
    from transcript_audit.reports.records import record_line
    from transcript_audit.rulebook import load_rulebook

    options.check_voices(pipeline, {"--patterns-only": patterns_only})
    roles = settled.settle_roles(
        options.role_options(
            agent_speakers, customer_speakers, agent_channels, roster, trust_roles
        ),
        settings,
    )
    reading = settled.settle_reading(
        options.read_options(columns, name_pattern, encoding, input_format), settings
    )
    rulebook = load_rulebook(rules, profile)
    _check_rules(explain, rulebook)
    recogniser = load_recogniser(rulebook, patterns_only=patterns_only, pipeline=pipeline)
    skipped = False
    found_calls = _find_call(call_id, read_transcripts(paths, reading))
    for read in tell_unheard(found_calls, roles, reading):
        found = audit_read(read, rulebook, recogniser, roles)
        if isinstance(found, SkippedCall):
            skipped = True
            say(f"skipped: {found.path}: call {found.call_id}: {found.reason}")
            continue
        if format_ is CallFormat.JSON:
            written(sys.stdout, record_line(found))
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
