"""The options that commands share; importing this costs next to nothing."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from transcript_audit.cli.settled import (
    ENVIRONMENT,
    check_listen_link,
    paths_or_sources,
    sources_at_most,
)
from transcript_audit.errors import ConfigurationError


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
StoredPaths = Annotated[
    list[str],
    typer.Argument(
        metavar="[PATH]...",
        help="As for audit. Without any, what is stored; where nothing is, the sources of the "
        "settings file.",
        show_default=False,
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
PatternsOnly = Annotated[
    bool, typer.Option("--patterns-only", help="Use the written patterns alone, no learned model.")
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

Workers = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "--workers",
        "-j",
        metavar="N",
        min=1,
        envvar=f"{ENVIRONMENT}JOBS",
        help="Processes to audit with; by default one, and on all cores once that has taken a few "
        "seconds.",
        show_default=False,
    ),
]


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
