"""CSV and TSV: a row a turn, many calls a file in any order of rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.columns import Layout, find_layout, require_columns
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.readers.table import Row, read_rows
from transcript_audit.readers.words import quoted

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
    """The calls of a table, by first appearance; a call that cannot be read is skipped alone.

    Where there is no column for the speaker, a call's cells are read as plain text.

    Raises:
        ReadError: a needed column is missing, or the quotes of the table do not balance.
    """
    dialect = _find_dialect(document.sample, options)
    require_columns(document.path, dialect.layout, options)
    rows = _parse_table(document, dialect)
    yield from read_rows(document.path, rows, dialect.layout, document.default_id)


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


def _parse_table(document: Document, dialect: Dialect) -> list[Row]:
    """All rows under the header; TSV whose quotes mean nothing is read without quoting."""
    # The module's default would refuse a long call in one cell.
    csv.field_size_limit(2**31 - 1)
    lines = document.lines.read().replace("\0", "").split("\n")[dialect.skipped :]
    try:
        return _parse_rows(lines, dialect, csv.QUOTE_MINIMAL)
    except csv.Error as error:
        if dialect.delimiter == "\t":
            return _parse_rows(lines, dialect, csv.QUOTE_NONE)
        raise ReadError(
            document.path,
            f"quotes do not balance ({error}); write a quote inside quotes twice, or export it "
            "again",
        ) from error


def _parse_rows(lines: Sequence[str], dialect: Dialect, quoting: int) -> list[Row]:
    reader = csv.reader(
        (f"{line}\n" for line in lines),
        delimiter=dialect.delimiter,
        quoting=quoting,  # type: ignore[arg-type]
        strict=True,
    )
    rows: list[Row] = []
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            fault = _find_extra_cells(cells, dialect)
            rows.append(Row(line + dialect.skipped, tuple(cells), fault))
        line = reader.line_num + 1
    return rows[1:]


def _find_extra_cells(cells: Sequence[str], dialect: Dialect) -> str:
    """What is wrong with a row: an unquoted delimiter in the text would cut the words off."""
    width = len(dialect.layout.header)
    if not any(cell.strip() for cell in cells[width:]):
        return ""
    return (
        f"{len(cells)} cells under {width} columns; put text that holds "
        f"{quoted(dialect.delimiter)} in quotes"
    )
