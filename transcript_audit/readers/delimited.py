"""CSV and TSV: a row a turn, many calls a file in any order of rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.columns import Layout, find_layout, require_columns
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.readers.table import (
    Row,
    cell_of,
    complete_calls,
    find_last_rows,
    read_call,
)
from transcript_audit.readers.words import quoted, told

DELIMITERS = (",", ";", "\t", "|")

_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.I)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written: its columns, the character between them, lines before the header."""

    layout: Layout
    delimiter: str
    skipped: int


def detect_table(sample: str, options: ReadOptions) -> bool:
    """Whether the first line of `sample` names a column for text and one more that is known."""
    return _find_dialect(sample, options).layout.is_transcript


def read_table(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a table, as soon as their last row is read; one that can't be is skipped alone.

    The table is read twice, since the first time tells which row is the last of which call; memory
    holds the calls that are not complete yet. Where there is no column for the speaker, a call's
    cells are read as plain text.

    Raises:
        ReadError: a needed column is missing, or the quotes of the table do not balance.
    """
    dialect = _find_dialect(document.sample, options)
    require_columns(document.path, dialect.layout, options)
    last, quoting = _find_last_rows(document, dialect)
    rows = _parse_rows(document, dialect, quoting)
    for call_id, group in complete_calls(rows, dialect.layout, last, document.default_id):
        yield read_call(document.path, call_id, group, dialect.layout)


def _find_dialect(sample: str, options: ReadOptions) -> Dialect:
    """The one that finds the most fields, tried with each delimiter unless the file says one."""
    lines = sample.split("\n")
    skipped = next((index for index, line in enumerate(lines) if line.strip()), 0)
    delimiters: Sequence[str] = DELIMITERS
    if match := _SEPARATOR_LINE.fullmatch(lines[skipped]):
        delimiters, skipped = (match[1],), skipped + 1
    header = lines[skipped] if skipped < len(lines) else ""
    dialects = [
        Dialect(find_layout(_split_header(header, delimiter), options), delimiter, skipped)
        for delimiter in delimiters
    ]
    return max(dialects, key=lambda each: (len(each.layout.places), len(each.layout.header)))


def _split_header(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _find_last_rows(document: Document, dialect: Dialect) -> tuple[Sequence[int], int]:
    """The rows that are the last of a call, and how the table quotes; TSV whose quotes mean nothing
    is read without quoting.

    Raises:
        ReadError: the quotes do not balance.
    """
    quoting = csv.QUOTE_MINIMAL
    while True:
        rows = _parse_rows(document, dialect, quoting)
        ids = ((row.line, cell_of(row, dialect.layout, "call_id")) for row in rows)
        try:
            return find_last_rows(ids, document.default_id), quoting
        except csv.Error as error:
            if dialect.delimiter == "\t" and quoting != csv.QUOTE_NONE:
                quoting = csv.QUOTE_NONE
                continue
            raise ReadError(
                document.path,
                f"quotes do not balance ({told(error)}); write a quote inside quotes twice, "
                "or export it again",
            ) from error


def _parse_rows(document: Document, dialect: Dialect, quoting: int) -> Iterator[Row]:
    """All rows under the header, from the document's beginning."""
    # The module's default would refuse a long call in one cell.
    csv.field_size_limit(2**31 - 1)
    document.lines.seek(0)
    lines = islice(document.lines, dialect.skipped, None)
    reader = csv.reader(
        (line.replace("\0", "") for line in lines),
        delimiter=dialect.delimiter,
        quoting=quoting,  # type: ignore[arg-type]
        strict=True,
    )
    line, header = 1, True
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if not header:
                fault = _find_extra_cells(cells, dialect)
                yield Row(line + dialect.skipped, tuple(cells), fault)
            header = False
        line = reader.line_num + 1


def _find_extra_cells(cells: Sequence[str], dialect: Dialect) -> str:
    """What is wrong with a row: an unquoted delimiter in the text would cut the words off."""
    width = len(dialect.layout.header)
    if not any(cell.strip() for cell in cells[width:]):
        return ""
    return (
        f"{len(cells)} cells under {width} columns; put text that holds "
        f"{quoted(dialect.delimiter)} in quotes"
    )
