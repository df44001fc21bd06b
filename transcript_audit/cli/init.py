"""The command `init`: a settings file for the user's own folder."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from transcript_audit.cli.streams import open_output, say, with_progress
from transcript_audit.errors import ConfigurationError
from transcript_audit.settings import NAME

MOST_FILES = 200
"""Files looked at."""


def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="[FOLDER]", help="Your calls.", show_default=False),
    ] = Path(),
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Where the settings go."),
    ] = Path(NAME),
    force: Annotated[
        bool, typer.Option("--force", help="Take the place of a file that is there.")
    ] = False,
) -> None:
    """Write a settings file for a folder of calls, with a comment on everything in it.

    Looks at the first files of the folder: their formats, speakers and names. Nothing is audited.

    \b
    Examples:
      transcript-audit init calls/
      transcript-audit init calls/ --force
    """
    from transcript_audit.inspection import inspect_sources
    from transcript_audit.readers import ReadOptions
    from transcript_audit.reports.settings_text import settings_text
    from transcript_audit.reports.text import plural
    from transcript_audit.roles import RoleOptions

    if output.exists() and not force:
        raise ConfigurationError(f"{output}: is there already; --force takes its place")
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: no such folder; name the one that your calls are in")
    found = inspect_sources([str(folder)], ReadOptions(), RoleOptions())
    looked = list(with_progress(islice(found, MOST_FILES)))
    named = os.path.relpath(folder, output.parent).replace(os.sep, "/")
    text = settings_text(named, looked)
    with open_output(output) as out:
        out.write(text)
    calls = sum(each.calls for each in looked)
    say(f"{output}: written after a look at {plural(len(looked), 'file')}, {plural(calls, 'call')}")
