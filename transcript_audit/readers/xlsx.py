"""Excel workbooks: each sheet that looks like a transcript is a table."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

from transcript_audit.errors import ReadError, TranscriptAuditError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.archives import open_package
from transcript_audit.readers.columns import Layout, find_layout, require_columns
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document, skip
from transcript_audit.readers.table import Row, read_rows
from transcript_audit.readers.words import clean, quoted, told
from transcript_audit.readers.worksheets import SheetRows, SheetTooLargeError, open_sheets
from transcript_audit.spool import Spool

HEADER_WITHIN = 20
"""Rows from the top among which the header is looked for: exports put a title above it."""

_ROWS_AT_ONCE = 32
"""A row may hold a whole call."""

_LaidAside: TypeAlias = Spool[tuple[int, tuple[str, ...], str]]

_NO_VALUE = "a formula without a stored value; open the workbook in Excel and save it"


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet that holds a transcript; iterate for the rows under its header, as often as
    needed.

    Attributes:
        laid_aside: what the rows of all tables are made of.
        begin, end: which of them are this one's.
        fault: why nobody knows whose rows they are, or None.
    """

    title: str
    layout: Layout
    laid_aside: _LaidAside
    begin: int
    end: int
    fault: ReadError | None

    def __iter__(self) -> Iterator[Row]:
        for place in range(self.begin, self.end):
            yield Row(*self.laid_aside[place])


def read_xlsx(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a workbook, sheet by sheet; a call that cannot be read is skipped alone.

    Of a formula the value is read that the workbook stores; where it stores none, the call is
    skipped, or all of the sheet where the formula is a call's id. Sheets that have no column for
    text and one more that is known are left aside, as long as one does; they are read no further
    than a header would stand.

    Raises:
        ReadError: it cannot be opened, is too large, or no sheet looks like a transcript.
        SpoolError: rows cannot be laid aside.
    """
    open_package(document).close()
    sheets = _read_sheets(document, options)
    tables = [sheet for sheet in sheets if isinstance(sheet, Table)]
    if not tables:
        raise _without_transcript(document.path, [str(sheet) for sheet in sheets if sheet])
    for table in tables:
        require_columns(document.path, table.layout, options)
        several = f"{document.default_id}#{clean(table.title)}" if tables[1:] else ""
        default_id = several or document.default_id
        if table.fault:
            yield skip(document.path, table.fault, default_id)
        else:
            yield from read_rows(document.path, table, table.layout, default_id)


def _without_transcript(path: str, sheets: Sequence[str]) -> ReadError:
    if not sheets:
        return ReadError(path, "an empty workbook; expected a sheet with a transcript")
    return ReadError(
        path,
        "no sheet with a column for text and one more that is known; sheets are "
        f"{'; '.join(sheets[:5])}; "
        "expected a header such as call_id, speaker, text, or map it (text=COLUMN)",
    )


def _read_sheets(document: Document, options: ReadOptions) -> list[Table | str]:
    # openpyxl raises whatever a damaged workbook leads it to, and warns of styles it lacks.
    laid_aside = _LaidAside(_ROWS_AT_ONCE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [
                _read_sheet(document.path, title, rows, options, laid_aside)
                for title, rows in open_sheets(document.data)
            ]
    except TranscriptAuditError:
        raise
    except SheetTooLargeError as error:
        raise ReadError(
            document.path,
            f"{error}; delete what is far outside the table, or export it as CSV",
        ) from error
    except Exception as error:
        problem = told(error)
        raise ReadError(
            document.path, f"a workbook that is damaged ({problem}); save it again as .xlsx"
        ) from error


def _read_sheet(
    path: str,
    title: str,
    rows: SheetRows,
    options: ReadOptions,
    laid_aside: _LaidAside,
) -> Table | str:
    """The table under the first row that names the columns of a transcript; or, where there is
    none, the sheet's title and columns, "" for an empty one."""
    rows_are = f"sheet {quoted(title)}: row"
    columns = ""
    for row in islice((row for row in rows if not row.is_blank), HEADER_WITHIN):
        layout = find_layout(row.list_cells(), options, rows_are)
        if layout.is_transcript:
            begin = len(laid_aside)
            fault = _lay_aside(path, rows, layout, laid_aside)
            return Table(title, layout, laid_aside, begin, len(laid_aside), fault)
        columns = columns or f"{quoted(title, 30)} with {layout.columns}"
    return columns


def _lay_aside(
    path: str,
    rows: SheetRows,
    layout: Layout,
    laid_aside: _LaidAside,
) -> ReadError | None:
    """Why nobody knows whose rows these are, or None; lays those aside that are not empty.

    One with a formula that was never worked out has it as a fault: words must not be lost because
    a program wrote a formula and stored no value. Where it stands for a call's id, the rows are
    nobody's.
    """
    known = set(layout.places.values())
    rows.want(known)
    for row in rows:
        unworked = [column for column in row.unworked if column in known]
        fault = ""
        if unworked:
            is_id = layout.places.get("call_id") in unworked
            column = layout.places["call_id"] if is_id else unworked[-1]
            fault = f"column {quoted(layout.header[column], 30)}: {_NO_VALUE}"
            if is_id:
                deque(rows, maxlen=0)  # the rest may be damaged, which is to be said
                return ReadError(path, fault, f"{layout.rows_are} {row.number}")
        if fault or not row.is_blank:
            laid_aside.add((row.number, row.list_cells(known), fault))
    return None
