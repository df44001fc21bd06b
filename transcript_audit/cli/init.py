"""The command `init`: a settings file for the user's own folder."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from transcript_audit.cli.groups import Reading, Speakers
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import open_output, say, with_progress
from transcript_audit.errors import ConfigurationError
from transcript_audit.settings import NAME, SourceSettings

MOST_FILES = 200
"""Files looked at."""


@spread
def init(
    *,
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
    speakers: Speakers,
    reading: Reading,
) -> None:
    """Write a settings file for a folder of calls, with a comment on everything in it.

    Looks at the first files of the folder: their formats, speakers and names. Nothing is audited.
    What the options say of roles and reading holds for that look, and goes into the file.

    \b
    Examples:
      transcript-audit init calls/
      transcript-audit init calls/ --roster people.csv --agent-channel 1
      transcript-audit init calls/ --force
    """
    from transcript_audit.inspection import inspect_sources
    from transcript_audit.reports.settings_text import settings_text
    from transcript_audit.reports.text import plural

    if output.exists() and not force:
        raise ConfigurationError(f"{output}: is there already; --force takes its place")
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: no such folder; name the one that your calls are in")
    read_options, role_options = reading.options(), speakers.options()
    found = inspect_sources([str(folder)], read_options, role_options)
    looked = list(with_progress(islice(found, MOST_FILES), noun="file"))
    given = SourceSettings(
        paths=(),
        input_format=read_options.input_format,
        encoding=read_options.encoding,
        name_pattern=read_options.name_pattern,
        agent_speakers=role_options.agent_speakers,
        customer_speakers=role_options.customer_speakers,
        agent_channels=role_options.agent_channels,
        trust_roles=role_options.trust_stated,
        columns=dict(read_options.columns),
    )
    roster = None if speakers.roster is None else _named_from(output, speakers.roster)
    text = settings_text(_named_from(output, folder), looked, given, roster)
    with open_output(output) as out:
        out.write(text)
    calls = sum(each.calls for each in looked)
    say(f"{output}: written after a look at {plural(len(looked), 'file')}, {plural(calls, 'call')}")


def _named_from(output: Path, path: Path) -> str:
    """The path as the settings file names it."""
    return os.path.relpath(path, output.parent).replace(os.sep, "/")
