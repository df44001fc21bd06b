"""The forms a report can take: which there are, how each is asked for, and who writes it."""
# ruff: noqa: PLC0415 - `--help` must not pay for the libraries of every form

from __future__ import annotations

import webbrowser
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, TextIO, cast

import typer

from transcript_audit.cli.publishing import open_to_publish
from transcript_audit.cli.streams import check_folder, open_output, rendered, told, written
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.storage import address_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from transcript_audit.reports.report import Report
    from transcript_audit.review.lessons import Lessons

Audited = CallAudit | SkippedCall
Out = TextIO | BinaryIO | Path
"""Where a report goes: text, a workbook's bytes, or a folder of tables."""


class Form(StrEnum):
    """How a report is told."""

    TABLE = "table"
    MARKDOWN = "markdown"
    HTML = "html"
    XLSX = "xlsx"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    CSV_TABLES = "csv-tables"
    PARQUET_TABLES = "parquet-tables"
    PARQUET_LAKE = "parquet-lake"


SUFFIXES = {
    ".txt": Form.TABLE,
    ".md": Form.MARKDOWN,
    ".html": Form.HTML,
    ".htm": Form.HTML,
    ".xlsx": Form.XLSX,
    ".json": Form.JSON,
    ".jsonl": Form.JSONL,
    ".csv": Form.CSV,
    "": Form.TABLE,
}
"""The form of a report by what the name of its file ends in."""

FOLDERS = frozenset({Form.CSV_TABLES, Form.PARQUET_TABLES, Form.PARQUET_LAKE})
"""Forms of several files, which go into a folder of their own."""

ONE_BY_ONE = frozenset({Form.CSV, Form.JSONL})
"""Forms written call by call, as soon as each is audited."""


WRITERS = {
    Form.MARKDOWN: ("markdown", "write_markdown"),
    Form.HTML: ("html", "write_html"),
    Form.XLSX: ("workbook", "write_workbook"),
    Form.JSON: ("document", "write_document"),
    Form.CSV_TABLES: ("star_schema", "write_star_csv"),
    Form.PARQUET_TABLES: ("star_schema", "write_star_parquet"),
    Form.PARQUET_LAKE: ("lake", "write_lake"),
}
"""Which module of `reports` has the function that writes a form."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How and where a report is told."""

    format_: Annotated[
        Form | None,
        typer.Option(
            "--format",
            "-f",
            help="How to report; by default what the name given to -o ends in, else a table. "
            "csv is one file, a row a finding; csv-tables and parquet-tables are a folder of "
            "tables (calls, findings, agents, rules, turns) to load into other programs; "
            "parquet-lake is such a folder with the tables of calls by day.",
            show_default=False,
        ),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the report here, whole or not: .html, .xlsx, .md, .csv, .json, .jsonl or "
            ".txt, or a folder for tables; - for standard output.",
        ),
    ] = None
    open_: Annotated[
        bool, typer.Option("--open", help="Open the HTML report when it is written.")
    ] = False

    @property
    def form(self) -> Form:
        """The form chosen, else that of the file's name.

        Raises:
            ConfigurationError: the name ends in something that is no form, or the two options
                cannot go together.
        """
        suffix = self.output.suffix.lower() if self.output else ""
        if self.format_ is None and suffix not in SUFFIXES:
            known = ", ".join(filter(None, SUFFIXES))
            raise ConfigurationError(
                f"-o {self.output}: no report is written as {suffix}; expected {known}, or "
                f"--format with one of {', '.join(Form)}"
            )
        form = self.format_ or SUFFIXES[suffix]
        if form in FOLDERS and self.place is None:
            raise ConfigurationError(f"--format {form}: say with -o which folder the tables go to")
        if form is Form.XLSX and self.place is None:
            raise ConfigurationError("--format xlsx: a workbook is no text; name a file with -o")
        if self.open_ and (form is not Form.HTML or self.place is None or self.address):
            raise ConfigurationError("--open: opens an HTML report; give -o a name such as a.html")
        return form

    @property
    def place(self) -> Path | None:
        """The file or folder to write; None for standard output."""
        return None if self.output is None or str(self.output) == "-" else self.output

    @property
    def address(self) -> str | None:
        """The place, where it is on shared storage."""
        return address_of(self.place) if self.place else None

    @contextmanager
    def open(self, inputs: Sequence[str]) -> Iterator[Out]:
        """Where the report goes; what is written there takes its place once all of it is.

        Raises:
            ConfigurationError: it cannot be written, or is one of the inputs.
        """
        if self.form in FOLDERS and (address := self.address):
            with open_to_publish(address, _table_names(self.form)) as folder:
                _check_tables(folder, self.form)
                yield folder
        elif self.form in FOLDERS:
            folder = check_folder(self.place or Path(), inputs, "name a folder for the tables")
            _check_tables(folder, self.form)
            with told(folder):
                yield folder
        else:
            with open_output(self.output, inputs, binary=self.form is Form.XLSX) as out:
                yield out
        if self.open_ and self.place:
            webbrowser.open(self.place.resolve().as_uri())

    def tell(self, report: Report, out: Out, agent: str | None = None) -> None:
        """Write a report; where an agent is named, a table is of that one's scorecard."""
        form = self.form
        if form is Form.TABLE:
            text = cast(TextIO, out)
            written(text, rendered(_table(report, text, agent), text))
        elif form in ONE_BY_ONE:
            told = tell_each(
                report.audits, form, cast(TextIO, out), report.listen_link, report.lessons
            )
            deque(told, maxlen=0)
        else:
            _writer(form)(report, out)


def tell_each(
    audits: Iterable[Audited],
    form: Form,
    out: TextIO,
    listen_link: str | None,
    lessons: Lessons,
) -> Iterator[bool]:
    """Whether anybody still reads, for each call once it is written.

    Args:
        lessons: what reviewers made of each rule's flags, as far as is known before the first call.
    """
    lines_of: Callable[[Audited, str | None, Lessons], str]
    if form is Form.JSONL:
        from transcript_audit.reports.records import record_line as lines_of

        reading = True
    else:
        from transcript_audit.reports.csv_table import csv_header
        from transcript_audit.reports.csv_table import csv_rows as lines_of

        reading = written(out, csv_header())
    for audited in audits:
        reading = reading and written(out, lines_of(audited, listen_link, lessons))
        yield reading


def _table_names(form: Form) -> list[str] | None:
    """The names of the tables' files; None for a lake's, which are not known before."""
    from transcript_audit.reports.star_tables import TABLES

    if form is Form.PARQUET_LAKE:
        return None
    return [f"{table.name}.{form.removesuffix('-tables')}" for table in TABLES]


def _check_tables(folder: Path, form: Form) -> None:
    """Nothing; the tables can be written there, which a long run finds out only at its end."""
    if form is Form.PARQUET_LAKE:
        from transcript_audit.reports.lake import check_lake

        check_lake(folder)
    else:
        from transcript_audit.reports.star_schema import check_star_folder

        check_star_folder(folder, form.removesuffix("-tables"))


def _writer(form: Form) -> Callable[[Report, Out], None]:
    """What writes a whole report; imported late, since each brings libraries of its own."""
    module, name = WRITERS[form]
    write: Callable[[Report, Out], None] = getattr(
        import_module(f"transcript_audit.reports.{module}"), name
    )
    return write


def _table(report: Report, out: TextIO, agent: str | None) -> RenderableType:
    from rich.console import Group

    from transcript_audit.reports.lesson_words import lesson_lines
    from transcript_audit.reports.listening import listen_lines
    from transcript_audit.reports.notices import lessons_list
    from transcript_audit.reports.terminal import QUOTED, agent_report, team_report

    quoted = QUOTED if out.isatty() else None
    cards, run, lessons = report.cards, report.run, lessons_list(lesson_lines(report))
    if agent is None:
        return Group(team_report(report.audits, cards, run, quoted=quoted), *lessons)
    shown = Group(
        agent_report(report.audits, cards.agents[0], cards.team, run, quoted=quoted), *lessons
    )
    if report.listen_link is None:
        return shown
    links = (
        listen_lines(report.listen_link, each, with_id=True)
        for each in report.audits
        if isinstance(each, CallAudit) and each.findings
    )
    return Group(shown, "", *links)
