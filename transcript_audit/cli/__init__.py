"""The command line: the only code that prints or exits.

Exit codes: 0 done; 1 only where `--fail-on` is crossed; 2 bad usage, configuration or rule file;
3 done, but some inputs were skipped; 130 interrupted.
"""

# ruff: noqa: PLC0415 - only a crash pays for its import

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from transcript_audit import __version__
from transcript_audit.cli.commands import HELP, Commands
from transcript_audit.cli.standing import (
    end_orderly_when_told,
    read_names_as_utf8,
    reopen_closed_streams,
    settle_encodings,
)
from transcript_audit.cli.streams import find_output_fault, say, silence
from transcript_audit.errors import RuleBookError, SettingsError, TranscriptAuditError
from transcript_audit.garbage import collect_seldom


class Program(TyperGroup):
    """The program; what stops a command becomes a line on standard error and an exit code."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands: Any = Commands()

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Lists the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(HELP.items()))

    def invoke(self, ctx: Any) -> Any:
        """What the command returns."""
        try:
            return super().invoke(ctx)
        except (RuleBookError, SettingsError) as error:
            for fault in error.faults:
                say(fault)
            raise typer.Exit(2) from None
        except TranscriptAuditError as error:
            say(f"transcript-audit: {error}")
            raise typer.Exit(2) from None
        except BrokenPipeError:  # whoever read our output has seen enough
            silence(sys.stdout)
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            say("transcript-audit: interrupted")
            raise typer.Exit(130) from None


app = typer.Typer(
    name="transcript-audit",
    cls=Program,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"transcript-audit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Audit call transcripts for refused cancellations, repeated pushback and ignored concerns.

    \b
    Examples:
      transcript-audit audit calls/
      transcript-audit audit calls/ --format csv -o findings.csv
      transcript-audit agent "Priya Shah" calls/
      transcript-audit call NF-20391 calls/
      transcript-audit rules list

    Exit codes: 0 done; 1 only where --fail-on is crossed; 2 bad usage, configuration or rule
    file; 3 done, but some inputs were skipped; 130 interrupted.
    """


def main() -> None:
    """Run the command line and exit; a crash is one line too, unless its traceback is asked for."""
    collect_seldom()
    reopen_closed_streams()
    read_names_as_utf8()
    settle_encodings()
    end_orderly_when_told()
    try:
        app()
    except Exception as error:
        if os.environ.get("TRANSCRIPT_AUDIT_TRACEBACK"):
            raise
        if isinstance(error, OSError) and (problem := find_output_fault()):
            say(f"transcript-audit: {problem}")
            sys.exit(2)
        from transcript_audit.batch import tell_crash

        say(f"transcript-audit: {tell_crash(error)}, with what TRANSCRIPT_AUDIT_TRACEBACK=1 shows")
        sys.exit(2)  # never 1, which says that --fail-on was crossed
