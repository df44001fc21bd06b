"""The command `coach`: a sheet for a talk with each agent."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli import options, settled
from transcript_audit.cli.file_names import name_file
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.keeping import Keep
from transcript_audit.cli.ledgers import read_reviews
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import (
    check_folder,
    open_output,
    say,
    say_skipped,
    told,
    written,
)
from transcript_audit.cli.work import Work, tell_unknown
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.reports.coaching import Sheet


class SheetForm(StrEnum):
    """How a coaching sheet is written."""

    HTML = "html"
    MARKDOWN = "markdown"


SUFFIXES = {".html": SheetForm.HTML, ".htm": SheetForm.HTML, ".md": SheetForm.MARKDOWN}


@spread
def coach(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    agents: options.Agents = [],  # noqa: B006
    teams: settled.Teams = [],  # noqa: B006
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER|FILE",
            help="A folder for a sheet an agent, new or empty; or for one agent a file: .html or "
            ".md; - for standard output.",
        ),
    ] = None,
    format_: Annotated[
        SheetForm | None,
        typer.Option(
            "--format",
            "-f",
            help="How to write; by default what the name given to -o ends in, html in a folder.",
            show_default=False,
        ),
    ] = None,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Workers = None,
    listen_link: options.ListenLink = None,
    keep: Keep,
    held: Held,
) -> None:
    """Write a sheet for a talk with each agent, on one page.

    One thing done well, at most two to practise with the words of the calls, why they matter, and
    what to say instead. Nobody is ranked.

    \b
    Examples:
      transcript-audit coach calls/ -o sheets
      transcript-audit coach calls/ --agent "Priya Shah" -o priya.html
      transcript-audit coach calls/ --agent Tom --agent Ines -o sheets --format markdown
      transcript-audit coach calls/ --agent Tom

    All calls are audited, whoever is named.
    """
    from transcript_audit.reports.coaching import make_sheets

    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    wanted = [*agents, *(settled.team_agents(teams, held.says, work.role_options) if teams else [])]
    place = None if output is None or str(output) == "-" else output
    form = format_ or SUFFIXES.get(place.suffix.lower() if place else ".md", SheetForm.HTML)
    single = place is None or place.suffix.lower() in SUFFIXES
    _check_place(place, single, wanted, paths)
    with open_output(place, paths) if single else nullcontext() as out:
        rulebook = judging.load()
        audits = work.watch(rulebook)
        report = work.gather(audits, rulebook, read_reviews(keep), listen_link=listen_link)
        names = work.shown_names(wanted)
        unknown = [said for said, name in zip(wanted, names, strict=True) if not report.knows(name)]
        names = names or report.agents()
        if unknown or not names:
            raise ConfigurationError(tell_unknown(unknown or ["any name"], report.agents()))
        sheets = make_sheets(report, dict.fromkeys(names))
        write = _writer(form)
        if out is not None:
            written(out, write(sheets[0]))
        elif place:
            _write_folder(sheets, place, form, write)
    if place:
        count = "1 sheet" if len(sheets) == 1 else f"{len(sheets)} sheets"
        say(f"{place}: {count} written")
    say_skipped(report.skipped(), report.cards.team.skipped)
    raise typer.Exit(3 if report.cards.team.skipped else 0)


def _writer(form: SheetForm) -> Callable[[Sheet], str]:
    from transcript_audit.reports.coaching import html_sheet, markdown_sheet

    return html_sheet if form is SheetForm.HTML else markdown_sheet


def _check_place(
    place: Path | None, single: bool, wanted: Sequence[str], inputs: Sequence[str]
) -> None:
    """Nothing; the sheets can go to `place`.

    Raises:
        ConfigurationError: they cannot.
    """
    if single:
        if len(wanted) != 1:
            where = f"-o {place}: holds" if place else "standard output takes"
            raise ConfigurationError(
                f"{where} the sheet of one agent; name the agent with --agent, or give -o a folder"
            )
        return
    from transcript_audit.reports.files_together import check_empty

    folder = check_folder(place or Path(), inputs, "name a folder, or a .html or .md file")
    check_empty(folder)


def _write_folder(
    sheets: Sequence[Sheet], place: Path, form: SheetForm, write: Callable[[Sheet], str]
) -> None:
    """Write a file a sheet, all of them or none.

    Raises:
        OutputError: the disk is full, or the like.
    """
    from transcript_audit.reports.files_together import replace_files

    suffix = ".html" if form is SheetForm.HTML else ".md"
    taken: set[str] = set()
    named = {name_file(sheet.agent, suffix, taken): sheet for sheet in sheets}
    with (
        told(place),
        replace_files(place, list(named), is_ours=lambda _: False, alone=True) as draft,
    ):
        for name, sheet in named.items():
            text = write(sheet)
            (draft / name).write_text(text, "utf-8", errors="backslashreplace", newline="")
