"""A filled-in review workbook as rows of text, sheet by sheet."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transcript_audit.errors import ReadError, TranscriptAuditError
from transcript_audit.readers.archives import open_package
from transcript_audit.readers.cells import write_cell
from transcript_audit.readers.sources import Document
from transcript_audit.reports.review_workbook import CALLS, FINDINGS, KEYS, MISSED, SHEETS

MOST_CELLS = 5_000_000
"""Cells of a sheet, counting the empty ones before the last of each row."""

_Texts = tuple[int, tuple[str, ...]]
"""A row's number from 1, and the texts of its cells."""


class WorkbookError(TranscriptAuditError):
    """A workbook's verdicts cannot be taken over; none of them was.

    Attributes:
        faults: one line a fault, each `file: Sheet!Cell: what, what is expected`.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True, slots=True)
class Row:
    """A row that isn't empty: its number, and the texts of its cells by their column's head."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, head: str) -> str:
        return self.cells.get(head, "")


@dataclass(slots=True)
class Sheet:
    """A sheet's rows, and the letters of its columns by their heads."""

    title: str
    letters: Mapping[str, str]
    rows: Sequence[Row]

    def place(self, row: Row, head: str) -> str:
        """Where a cell stands, as in "Findings!L5"."""
        return f"{self.title}!{self.letters.get(head, 'A')}{row.number}"


NOT_OURS = (
    f"not a workbook of `review export`, or its hidden sheet {KEYS!r} was changed; export it again"
)


def open_workbook(path: Path) -> tuple[dict[str, Sheet], dict[str, str]]:
    """The sheets to read, and the texts of the hidden one by key."""
    try:
        data = path.read_bytes()
        open_package(Document(str(path), "", "", io.StringIO(), io.BytesIO(data))).close()
    except OSError as error:
        raise WorkbookError([f"{path}: cannot be read: {error.strerror}"]) from error
    except ReadError as error:
        raise WorkbookError([str(error)]) from error
    try:
        tables = _read_tables(data)
    except Exception as error:  # openpyxl raises whatever a damaged workbook leads it to
        raise WorkbookError([f"{path}: a workbook that is damaged; export it again"]) from error
    lacking = [title for title in (FINDINGS, CALLS, MISSED, KEYS) if title not in tables]
    if lacking:
        raise WorkbookError([f"{path}: there is no sheet {', '.join(lacking)}; {NOT_OURS}"])
    keys = {texts[0]: "".join(texts[1:]) for _, texts in tables[KEYS]}
    sheets = {title: _as_sheet(title, tables[title]) for title in (FINDINGS, CALLS, MISSED)}
    faults = [
        f"{path}: {title}!A1: there is no column {column.head!r}; export it again"
        for title, sheet in sheets.items()
        for column in SHEETS[title]
        if column.head not in sheet.letters
    ]
    if faults:
        raise WorkbookError(faults)
    return sheets, keys


def _read_tables(data: bytes) -> dict[str, list[_Texts]]:
    """The rows that aren't empty of each sheet that counts, with their numbers."""
    from openpyxl import load_workbook  # noqa: PLC0415 - slow, and needed for workbooks only

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        return {
            sheet.title: list(_read_rows(sheet))
            for sheet in book.worksheets
            if sheet.title in {FINDINGS, CALLS, MISSED, KEYS}
        }


def _read_rows(sheet: Any) -> Iterator[_Texts]:
    sheet.reset_dimensions()
    room = MOST_CELLS
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        room -= len(row) + 1
        if room < 0:
            raise ValueError("too many cells")
        texts = tuple(map(write_cell, row))
        if any(texts):
            yield number, texts


def _as_sheet(title: str, rows: Sequence[_Texts]) -> Sheet:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    heads = rows[0][1] if rows and rows[0][0] == 1 else ()
    letters = {head: get_column_letter(place) for place, head in enumerate(heads, start=1) if head}
    filled = []
    for number, texts in rows[1:]:
        cells = {
            head: " ".join(text.split()) for head, text in zip(heads, texts, strict=False) if head
        }
        if any(cells.values()):
            filled.append(Row(number, cells))
    return Sheet(title, letters, filled)
