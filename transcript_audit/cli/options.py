"""The options that commands share; importing this costs next to nothing."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.settled import (
    ENVIRONMENT,
    check_listen_link,
    paths_or_sources,
    sources_at_most,
)
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.readers import ReadOptions
    from transcript_audit.roles import RoleOptions


class Format(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


class ListFormat(StrEnum):
    """How a list is written."""

    TABLE = "table"
    JSON = "json"


class CallFormat(StrEnum):
    """How one call is shown."""

    TEXT = "text"
    JSON = "json"


class EvaluationFormat(StrEnum):
    """How an evaluation is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


SUFFIXES = {
    ".json": Format.JSON,
    ".jsonl": Format.JSONL,
    ".csv": Format.CSV,
    ".txt": Format.TABLE,
    "": Format.TABLE,
}
"""The format of a report by what the name of its file ends in."""

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help="Files, folders (read with all below them), globs, @LIST for a file of paths, "
        "or - for standard input. Without any, the sources of the settings file.",
        show_default=False,
        callback=paths_or_sources,
    ),
]
MaybePaths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH",
        help="As for audit. Without any, the sources of the settings file, if it has some.",
        show_default=False,
        callback=sources_at_most,
    ),
]
ReportFormat = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        help="How to report; by default what the name given to -o ends in, else a table.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the report here, whole or not: .csv, .json, .jsonl or .txt; - for standard "
        "output.",
    ),
]
Agents = Annotated[
    list[str],
    typer.Option(
        "--agent",
        metavar="NAME",
        help="Only the calls of this agent. May be repeated.",
        show_default=False,
    ),
]
FailOn = Annotated[
    list[str],
    typer.Option(
        "--fail-on",
        metavar="SEVERITY|RULE",
        help="Exit 1 where a finding is of this rule, or at least this severity: critical, "
        "major, minor, coaching. May be repeated.",
        show_default=False,
    ),
]
AgentName = Annotated[
    str, typer.Argument(metavar="NAME", help="The agent, as the calls name them.")
]
CallId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="The call's id, as reports give it; ~2 at its end tells the second of one id.",
    ),
]
WholeCall = Annotated[bool, typer.Option("--all", help="Show the whole call.")]
CallReport = Annotated[CallFormat, typer.Option("--format", "-f", help="How to show the call.")]
Explain = Annotated[
    list[str],
    typer.Option(
        "--explain",
        metavar="RULE",
        help="Tell why this rule did or did not flag; only that, without --all. May be repeated.",
        show_default=False,
    ),
]
Listing = Annotated[ListFormat, typer.Option("--format", "-f", help="How to list.")]
LabelledCalls = Annotated[
    str, typer.Argument(metavar="CALLS.jsonl", help="Labelled calls, one a line with `gold`.")
]
MissesOf = Annotated[
    str | None,
    typer.Option(
        "--misses",
        metavar="RULE|all",
        help="Show instead the calls in which this rule came out otherwise than labelled; all: "
        "count them for every rule, by cause.",
    ),
]
EvaluationReport = Annotated[
    EvaluationFormat, typer.Option("--format", "-f", help="How to report.")
]
GoldActs = Annotated[
    bool,
    typer.Option("--gold-acts", help="Take the acts from the labels: measures the rules alone."),
]
LimitKind = Annotated[
    str | None,
    typer.Option("--limit-kind", metavar="KIND", help="Only the calls of this kind."),
]
Rules = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        envvar=f"{ENVIRONMENT}RULES",
        help="Your own rule files, laid over the built-in ones.",
    ),
]
Profile = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="NAME",
        envvar=f"{ENVIRONMENT}PROFILE",
        help="Thresholds to judge by.",
    ),
]
PatternsOnly = Annotated[
    bool, typer.Option("--patterns-only", help="Use the written patterns alone, no learned model.")
]
Pipeline = Annotated[
    str | None,
    typer.Option(
        "--pipeline",
        metavar="NAME|DIR",
        help="Take this spaCy pipeline of yours, which classifies turns by their acts, in place "
        "of the learned model.",
        show_default=False,
    ),
]
AgentSpeakers = Annotated[
    list[str],
    typer.Option(
        "--agent-speaker",
        metavar="LABEL",
        help="This speaker label is the agent. May be repeated.",
        show_default=False,
    ),
]
CustomerSpeakers = Annotated[
    list[str],
    typer.Option(
        "--customer-speaker",
        metavar="LABEL",
        help="This speaker label is the customer. May be repeated.",
        show_default=False,
    ),
]
AgentChannels = Annotated[
    list[int],
    typer.Option(
        "--agent-channel",
        metavar="N",
        min=0,
        help="On this channel only agents speak, in the source's own count, as in 'channel 1' or "
        "'ch_1'. May be repeated.",
        show_default=False,
    ),
]
RosterFile = Annotated[
    Path | None,
    typer.Option(
        "--roster",
        metavar="FILE",
        envvar=f"{ENVIRONMENT}ROSTER",
        help="CSV of the company's people: name, and where you have them id, aliases, team. Who is "
        "in it is an agent, under that name.",
    ),
]
TrustRoles = Annotated[
    bool,
    typer.Option(
        "--trust-roles",
        help="Take the roles that the calls state for right even where the words speak against "
        "them.",
    ),
]
Columns = Annotated[
    list[str],
    typer.Option(
        "--column",
        metavar="OURS=YOURS",
        help="Where a CSV or TSV column goes, as in text=utterance; start= leaves one out. "
        "May be repeated.",
        show_default=False,
    ),
]
NamePattern = Annotated[
    str | None,
    typer.Option(
        "--name-pattern",
        metavar="REGEX",
        envvar=f"{ENVIRONMENT}NAME_PATTERN",
        help="Finds call_id, agent, started_at in file names, by groups so named.",
    ),
]
InputFormat = Annotated[
    str | None,
    typer.Option(
        "--input-format",
        metavar="FORMAT",
        envvar=f"{ENVIRONMENT}INPUT_FORMAT",
        help="Read every file as this format.",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="NAME",
        envvar=f"{ENVIRONMENT}ENCODING",
        help="Read every file in this encoding.",
    ),
]
ListenLink = Annotated[
    str | None,
    typer.Option(
        "--listen-link",
        metavar="ADDRESS",
        envvar=f"{ENVIRONMENT}LISTEN_LINK",
        callback=check_listen_link,
        help="Where recordings can be heard, with {call_id}, {seconds}, {agent} or {path} in it; "
        "shown for each finding.",
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        min=1,
        envvar=f"{ENVIRONMENT}JOBS",
        help="Processes to work with.",
    ),
]


def report_format(chosen: Format | None, output: Path | None) -> Format:
    """The format chosen, else that of the file's name.

    Raises:
        ConfigurationError: the name ends in something that is no format.
    """
    suffix = output.suffix.lower() if output else ""
    if chosen is None and suffix not in SUFFIXES:
        known = ", ".join(filter(None, SUFFIXES))
        raise ConfigurationError(
            f"-o {output}: no report is written as {suffix}; expected {known}, or --format with "
            f"one of {', '.join(Format)}"
        )
    return chosen or SUFFIXES[suffix]


def check_voices(pipeline: str | None, others: dict[str, bool]) -> None:
    """Nothing; a pipeline was not named beside an option that leaves it out.

    Raises:
        ConfigurationError: it was.
    """
    for option, given in others.items():
        if pipeline is not None and given:
            raise ConfigurationError(
                f"--pipeline {pipeline}: {option} leaves it out; keep one of the two"
            )


def read_options(
    columns: list[str], name_pattern: str | None, encoding: str | None, input_format: str | None
) -> ReadOptions:
    """The options of the readers.

    Raises:
        ConfigurationError: a column is not given as OURS=YOURS.
    """
    from transcript_audit.readers import ReadOptions

    mapped = {}
    for column in columns:
        ours, equals, yours = column.partition("=")
        if not (ours.strip() and equals):
            raise ConfigurationError(
                f"--column {column}: expected OURS=YOURS, as in --column text=utterance"
            )
        mapped[ours.strip()] = yours.strip()
    return ReadOptions(
        columns=mapped, name_pattern=name_pattern, encoding=encoding, input_format=input_format
    )


def role_options(
    agent_speakers: list[str],
    customer_speakers: list[str],
    agent_channels: Sequence[int] = (),
    roster: Path | None = None,
    trust_roles: bool = False,
) -> RoleOptions:
    """The options of the roles.

    Raises:
        ConfigurationError: a label is given as both, or the roster cannot be read.
    """
    from transcript_audit.roles import RoleOptions
    from transcript_audit.roster import NO_ROSTER, read_roster

    both = {each.casefold() for each in agent_speakers} & {
        each.casefold() for each in customer_speakers
    }
    if both:
        raise ConfigurationError(
            f"speaker {', '.join(sorted(both))}: given as --agent-speaker and as "
            "--customer-speaker; keep one of the two"
        )
    return RoleOptions(
        agent_speakers=tuple(agent_speakers),
        customer_speakers=tuple(customer_speakers),
        agent_channels=tuple(agent_channels),
        roster=NO_ROSTER if roster is None else read_roster(roster),
        trust_stated=trust_roles,
    )
