"""The command `doctor`: what would be read and how, and which settings hold; nothing is audited."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers
# ruff: noqa: PLR0917 - Typer makes a parameter of each option

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from transcript_audit import __version__
from transcript_audit.cli import options, settled
from transcript_audit.cli.options import ListFormat
from transcript_audit.cli.streams import rendered, with_progress, written
from transcript_audit.settings import NO_SETTINGS

if TYPE_CHECKING:
    from transcript_audit.inspection import Inspection


def doctor(
    ctx: typer.Context,
    paths: options.MaybePaths = [],  # noqa: B006 - Typer copies it
    format_: options.Listing = ListFormat.TABLE,
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
    jobs: options.Jobs = 1,
    no_settings: settled.NoSettings = False,
    settings: settled.Held = NO_SETTINGS,
) -> None:
    """Tell what would be read and how, what would be skipped and why, and which settings hold.

    Nothing is audited. Without PATH it looks at the sources of the settings file.

    \b
    Examples:
      transcript-audit doctor
      transcript-audit doctor calls/ --format json

    Exit codes: 0 done; 2 bad usage, configuration or rule file; 3 done, but some inputs would be
    skipped; 130 interrupted.
    """
    from transcript_audit.inspection import inspect_sources
    from transcript_audit.reports.doctor_report import doctor_head, doctor_record, doctor_tail
    from transcript_audit.reports.formats_report import inspection_lines

    reading = settled.settle_reading(
        options.read_options(columns, name_pattern, encoding, input_format), settings
    )
    roles = settled.settle_roles(
        options.role_options(
            agent_speakers, customer_speakers, agent_channels, roster, trust_roles
        ),
        settings,
    )
    versions = _versions(rules, profile)
    held = settled.parameter_sources(ctx, settings)
    found: list[Inspection] = []
    table = format_ is ListFormat.TABLE
    if table:
        written(sys.stdout, rendered(doctor_head(versions, held, settings), sys.stdout))
    for each in with_progress(inspect_sources(paths, reading, roles), shown=not table):
        found.append(each)
        if table and not written(sys.stdout, rendered(inspection_lines(each), sys.stdout)):
            return
    if table:
        written(sys.stdout, rendered(doctor_tail(found), sys.stdout))
    else:
        record = doctor_record(versions, held, settings, found)
        written(sys.stdout, json.dumps(record, indent=2, default=str) + "\n")
    raise typer.Exit(3 if any(each.skipped for each in found) else 0)


def _versions(rules: Path | None, profile: str) -> dict[str, str]:
    """What answers depend on, each with its version or digest."""
    from transcript_audit.acts.learned import MODEL_FILE
    from transcript_audit.rulebook import load_rulebook

    book = load_rulebook(rules, profile)
    return {
        "transcript-audit": __version__,
        "python": platform.python_version(),
        "rule book": f"{book.digest[:12]}, {len(book.rules)} rules",
        "model": _digest(MODEL_FILE),
    }


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        return f"{path}: cannot be read: {error.strerror}"
