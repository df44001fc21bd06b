"""The command group `formats`: what is read, what a file would be read as, and the page of it."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Held, Reading, Speakers
from transcript_audit.cli.options import ListFormat
from transcript_audit.cli.pages import Check, place_option, usual_place, write_pages
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import rendered, say, with_progress, written

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Tell which formats are read, and what a file would be read as.",
)

PAGE = Path("docs/formats.md")


@app.command("list")
def list_formats(format_: options.Listing = ListFormat.TABLE) -> None:
    """List the formats: how each is known, and what it says of roles, times and agents.

    \b
    Examples:
      transcript-audit formats list
      transcript-audit formats list --format json
    """
    from transcript_audit.readers import registry
    from transcript_audit.reports.formats_report import formats_record, formats_table

    listed = registry.list_formats()
    if format_ is ListFormat.JSON:
        written(sys.stdout, formats_record(listed))
    else:
        written(sys.stdout, rendered(formats_table(listed), sys.stdout))


@app.command()
@spread
def detect(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    format_: options.Listing = ListFormat.TABLE,
    speakers: Speakers,
    reading: Reading,
    held: Held,
) -> None:
    """Tell what each file would be read as and why, with the roles and times found in it.

    Nothing is audited. --format json is a list with an object a file.

    \b
    Examples:
      transcript-audit formats detect export.json
      transcript-audit formats detect calls/ --format json

    Exit codes: 0 done; 2 bad usage or configuration; 3 done, but some would be skipped; 130
    interrupted.
    """
    from transcript_audit.inspection import inspect_sources
    from transcript_audit.reports.formats_report import inspection_lines, inspection_record

    found = inspect_sources(paths, reading.options(held), speakers.options(held))
    skipped = seen = 0
    records = []
    for inspection in with_progress(found, format_ is ListFormat.JSON, noun="file"):
        seen += 1
        skipped += len(inspection.skipped)
        if format_ is ListFormat.JSON:
            records.append(inspection_record(inspection))
        elif not written(sys.stdout, rendered(inspection_lines(inspection), sys.stdout)):
            break
    if format_ is ListFormat.JSON:
        written(sys.stdout, json.dumps(records, indent=2) + "\n")
    if not seen:
        say(f"no files found in {', '.join(paths)}")
    raise typer.Exit(3 if skipped or not seen else 0)


@app.command()
def docs(
    output: Annotated[Path | None, place_option(PAGE)] = None,
    check: Check = False,
) -> None:
    """Write the page about the formats from the table of readers.

    \b
    Examples:
      transcript-audit formats docs
      transcript-audit formats docs --check
    """
    from transcript_audit.readers import registry
    from transcript_audit.reports.formats_report import formats_page

    own = registry.READERS
    vendors = [each for each in registry.list_formats() if each not in own]
    write_pages({output or usual_place(PAGE): formats_page(own, vendors)}, check, "formats docs")
