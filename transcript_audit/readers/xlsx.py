"""Excel workbooks: each sheet that looks like a transcript is a table."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.archives import open_package
from transcript_audit.readers.cells import write_cell
from transcript_audit.readers.columns import Layout, find_layout, require_columns
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document, skip
from transcript_audit.readers.table import Row, read_rows
from transcript_audit.readers.words import clean, quoted, told

if TYPE_CHECKING:
    from openpyxl.cell.read_only import ReadOnlyCell

HEADER_WITHIN = 20
"""Rows from the top among which the header is looked for: exports put a title above it."""


MOST_ROWS = 1 << 20
"""Rows of a sheet; no spreadsheet program writes more."""

MOST_CELLS = 20_000_000
"""Cells of a sheet, counting the empty ones before the last of each row; as many in use are a
larger file than is read."""

_NO_VALUE = "a formula without a stored value; open the workbook in Excel and save it"


class _SheetTooLargeError(Exception):
    """A sheet is larger than any transcript."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(title)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its title, and its rows that are not empty, numbered as in the workbook.

    Attributes:
        blank: by row and column, 0-based, cells that are there and hold nothing; such is a formula
            whose value was never stored, too.
    """

    title: str
    rows: tuple[Row, ...]
    blank: frozenset[tuple[int, int]]


def read_xlsx(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a workbook, sheet by sheet; a call that cannot be read is skipped alone.

    Of a formula the value is read that the workbook stores; where it stores none, the call is
    skipped, or all of the sheet where the formula is a call's id. Sheets that have no column for
    text and one more that is known are left aside, as long as one does.

    Raises:
        ReadError: it cannot be opened, is too large, or no sheet looks like a transcript.
    """
    open_package(document).close()
    sheets = [sheet for sheet in _read_sheets(document) if sheet.rows]
    found = [(sheet, place) for sheet in sheets if (place := _find_header(sheet, options))]
    if not found:
        raise _without_transcript(document.path, sheets, options)
    for sheet, (index, layout) in found:
        require_columns(document.path, layout, options)
        several = f"{document.default_id}#{clean(sheet.title)}" if found[1:] else ""
        default_id = several or document.default_id
        try:
            rows = _mark_formulas(document, sheet, index, layout)
        except ReadError as error:
            yield skip(document.path, error, default_id)
        else:
            yield from read_rows(document.path, rows, layout, default_id)


def _find_header(sheet: Sheet, options: ReadOptions) -> tuple[int, Layout] | None:
    """The first row that names the columns of a transcript, and what it says."""
    rows_are = f"sheet {quoted(sheet.title)}: row"
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        layout = find_layout(row.cells, options, rows_are)
        if layout.is_transcript:
            return index, layout
    return None


def _without_transcript(path: str, sheets: Sequence[Sheet], options: ReadOptions) -> ReadError:
    if not sheets:
        return ReadError(path, "an empty workbook; expected a sheet with a transcript")
    listed = "; ".join(
        f"{quoted(sheet.title, 30)} with {find_layout(sheet.rows[0].cells, options).columns}"
        for sheet in sheets[:5]
    )
    return ReadError(
        path,
        f"no sheet with a column for text and one more that is known; sheets are {listed}; "
        "expected a header such as call_id, speaker, text, or map it (text=COLUMN)",
    )


def _read_sheets(document: Document) -> list[Sheet]:
    # openpyxl raises whatever a damaged workbook leads it to, and warns of styles it lacks.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [
                _read_sheet(title, rows) for title, rows in _open_sheets(document.data, values=True)
            ]
    except _SheetTooLargeError as error:
        raise ReadError(
            document.path,
            f"sheet {quoted(error.title)} has more than {MOST_ROWS} rows or {MOST_CELLS} cells, "
            "counting the empty ones before them; delete what is far outside the table, or export "
            "it as CSV",
        ) from error
    except Exception as error:
        problem = told(error)
        raise ReadError(
            document.path, f"a workbook that is damaged ({problem}); save it again as .xlsx"
        ) from error


def _open_sheets(
    data: BinaryIO, *, values: bool
) -> Iterator[tuple[str, Iterator[tuple[ReadOnlyCell, ...]]]]:
    """The sheets' titles and cells, with the stored values of formulas or with the formulas."""
    from openpyxl import load_workbook  # noqa: PLC0415 - slow, and needed for this format only

    data.seek(0)
    workbook = load_workbook(data, read_only=True, data_only=values, keep_links=False)
    for sheet in workbook.worksheets:
        # Some programs write a size of 1 by 1 and would hide the rest.
        sheet.reset_dimensions()
        yield sheet.title, sheet.iter_rows()


def _read_sheet(title: str, rows: Iterator[tuple[ReadOnlyCell, ...]]) -> Sheet:
    kept: list[Row] = []
    blank: set[tuple[int, int]] = set()
    room = MOST_CELLS
    for number, cells in enumerate(rows, 1):
        room -= len(cells)
        if room < 0 or number > MOST_ROWS:
            raise _SheetTooLargeError(title)
        texts = tuple(map(_write, cells))
        blank |= {
            (number, column)
            for column, cell in enumerate(cells)
            # "str" is the value of a formula that came to no text.
            if cell.value is None and hasattr(cell, "row") and cell.data_type != "str"
        }
        if any(text.strip() for text in texts):
            kept.append(Row(number, texts))
    return Sheet(title, tuple(kept), frozenset(blank))


def _write(cell: ReadOnlyCell) -> str:
    """The cell as it is shown, as far as that tells what is meant."""
    value = cell.value
    if isinstance(value, str):
        from openpyxl.utils.escape import unescape  # noqa: PLC0415 - as above

        return str(unescape(value)) if "_x" in value else value
    shown = str(cell.number_format or "").lower() if cell.is_date else ""
    return write_cell(value, seconds_shown="s" in shown or "h" not in shown)


def _mark_formulas(document: Document, sheet: Sheet, header: int, layout: Layout) -> Sequence[Row]:
    """The rows under the header; one with a formula that was never worked out has it as a fault.

    Words must not be lost because a program wrote a formula and stored no value.

    Raises:
        ReadError: such a formula stands for a call's id, so that nobody knows whose row it is.
    """
    rows = {row.line: row for row in sheet.rows[header + 1 :]}
    for number, column in sorted(_find_formulas_without_value(document, sheet, layout)):
        if number <= sheet.rows[header].line:
            continue
        where = f"column {quoted(layout.header[column], 30)}"
        if column == layout.places.get("call_id"):
            raise ReadError(document.path, _NO_VALUE, f"{layout.rows_are} {number}: {where}")
        rows[number] = replace(rows.get(number, Row(number, ())), fault=f"{where}: {_NO_VALUE}")
    return [rows[number] for number in sorted(rows)]


def _find_formulas_without_value(
    document: Document, sheet: Sheet, layout: Layout
) -> set[tuple[int, int]]:
    """Row and column of the formulas in the known columns of a sheet that have no stored value."""
    columns = set(layout.places.values())
    suspects = {place for place in sheet.blank if place[1] in columns}
    if not suspects:
        return set()
    rows = next(
        rows for title, rows in _open_sheets(document.data, values=False) if title == sheet.title
    )
    return {
        (number, column)
        for number, cells in enumerate(rows, 1)
        for column, cell in enumerate(cells)
        if (number, column) in suspects and cell.value is not None
    }
