"""Excel workbooks: each sheet that looks like a transcript is a table."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.archives import open_package
from transcript_audit.readers.cells import write_cell
from transcript_audit.readers.columns import Layout, find_layout, require_columns
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.readers.table import Row, read_rows
from transcript_audit.readers.words import clean, quoted

if TYPE_CHECKING:
    from openpyxl.cell.read_only import ReadOnlyCell

HEADER_WITHIN = 20
"""Rows from the top among which the header is looked for: exports put a title above it."""


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

    Of a formula the value is read that the workbook stores. Sheets that have no column for text
    and one more that is known are left aside, as long as one does.

    Raises:
        ReadError: it cannot be opened, no sheet looks like a transcript, or a formula has no value.
    """
    open_package(document).close()
    sheets = [sheet for sheet in _read_sheets(document) if sheet.rows]
    found = [(sheet, place) for sheet in sheets if (place := _find_header(sheet, options))]
    if not found:
        raise _without_transcript(document.path, sheets, options)
    for sheet, (index, layout) in found:
        require_columns(document.path, layout, options)
        _refuse_formulas_without_value(document, sheet, layout)
        several = f"{document.default_id}#{clean(sheet.title)}" if found[1:] else ""
        default_id = several or document.default_id
        yield from read_rows(document.path, sheet.rows[index + 1 :], layout, default_id)


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
    except Exception as error:
        problem = clean(str(error))[:120] or type(error).__name__
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
    for number, cells in enumerate(rows, 1):
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


def _refuse_formulas_without_value(document: Document, sheet: Sheet, layout: Layout) -> None:
    """Words must not be lost because a program wrote a formula and never worked it out."""
    columns = set(layout.places.values())
    suspects = {place for place in sheet.blank if place[1] in columns}
    if not suspects:
        return
    rows = next(
        rows for title, rows in _open_sheets(document.data, values=False) if title == sheet.title
    )
    for number, cells in enumerate(rows, 1):
        for column, cell in enumerate(cells):
            if (number, column) in suspects and cell.value is not None:
                raise ReadError(
                    document.path,
                    "a formula without a stored value; open the workbook in Excel and save it",
                    f"{layout.rows_are} {number}: column {quoted(layout.header[column], 30)}",
                )
