"""Worksheets of an Excel workbook, row by row, in flat memory.

What a workbook says of its sheets is read by openpyxl. Of the sheets themselves openpyxl keeps a
trace of every row, and of the workbook every text that cells share; so those two are read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, BinaryIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

from transcript_audit.readers.words import quoted
from transcript_audit.readers.worksheet_cells import (
    CellWriter,
    SharedTexts,
    find_dates,
    unescape_text,
)

if TYPE_CHECKING:
    from xml.sax.xmlreader import AttributesImpl

    from openpyxl.reader.excel import ExcelReader

MOST_ROWS = 1 << 20
"""Rows of a sheet; no spreadsheet program writes more."""

MOST_COLUMNS = 18_278
"""Columns of a sheet, A to ZZZ; openpyxl takes no other for one."""

MOST_CELLS = 20_000_000
"""Cells of a sheet, counting the empty ones before the last of each row; as many in use are a
larger file than is read."""

_BYTES_AT_ONCE = 1 << 16


class SheetTooLargeError(Exception):
    """A sheet is larger than any transcript."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"sheet {quoted(title)} has more than {MOST_ROWS} rows or {MOST_CELLS} cells, "
            "counting the empty ones before them, or too much text"
        )


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a worksheet.

    Attributes:
        number: as in the workbook, 1-based.
        cells: by column, 0-based, as text; empty ones are left out. Of a column that is not wanted
            (see `SheetRows.want`) it is anything.
        unworked: columns of the formulas that have no stored value, ascending.
    """

    number: int
    cells: Mapping[int, str]
    unworked: Sequence[int]

    @property
    def is_blank(self) -> bool:
        """Whether nothing is to be seen in it."""
        return not any(map(str.strip, self.cells.values()))

    def list_cells(self, columns: Set[int] | None = None) -> tuple[str, ...]:
        """Its cells, or only those of these columns, up to the last that is not empty."""
        listed = self.cells.keys() if columns is None else self.cells.keys() & columns
        count = min(MOST_COLUMNS, max(listed, default=-1) + 1)
        return tuple(self.cells[at] if at in listed else "" for at in range(count))


class SheetRows(Iterator[SheetRow]):
    """The rows of a worksheet that are not empty, ascending, as they are read."""

    def __init__(self, stream: IO[bytes], sheet: _Sheet) -> None:
        self._sheet = sheet
        self._rows = _read_rows(stream, sheet)

    def __next__(self) -> SheetRow:
        return next(self._rows)

    def want(self, columns: Set[int]) -> None:
        """From here on, look up only the cells of these columns."""
        self._sheet.wanted = columns


def open_sheets(data: BinaryIO) -> Iterator[tuple[str, SheetRows]]:
    """The titles of the worksheets, with the rows of each that are not empty, ascending.

    A sheet's rows can be gone through until the next sheet is asked for. Of a formula its stored
    value counts.

    Raises:
        SheetTooLargeError: one has too many rows or cells, or too much text.
        Exception: any, since openpyxl raises whatever a damaged workbook leads it to.
    """
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - slow, for this format only

    data.seek(0)
    workbook = ExcelReader(data, read_only=True, keep_links=False)
    workbook.read_manifest()
    workbook.read_workbook()
    cells = CellWriter(
        _read_shared_texts(workbook), find_dates(workbook.archive), workbook.wb.epoch
    )
    for sheet, part in workbook.parser.find_sheets():
        if part.target in workbook.valid_files and "chartsheet" not in part.Type:
            with workbook.archive.open(part.target) as stream:
                yield sheet.name, SheetRows(stream, _Sheet(sheet.name, cells))


def _read_shared_texts(workbook: ExcelReader) -> SharedTexts:
    from openpyxl.xml.constants import SHARED_STRINGS  # noqa: PLC0415 - as above

    texts = SharedTexts()
    if part := workbook.package.find(SHARED_STRINGS):
        with workbook.archive.open(part.PartName.lstrip("/")) as stream:
            for _ in _parse(stream, _TextsPart(texts)):
                pass
    return texts


def _read_rows(stream: IO[bytes], sheet: _Sheet) -> Iterator[SheetRow]:
    for _ in _parse(stream, sheet):
        yield from sheet.found
        sheet.found.clear()


def _parse(stream: IO[bytes], part: _Part) -> Iterator[None]:
    """Nothing, after each piece of the part that was read."""
    from defusedxml.sax import make_parser  # noqa: PLC0415 - as above

    parser = make_parser()
    parser.setContentHandler(part)
    try:
        for piece in iter(partial(stream.read, _BYTES_AT_ONCE), b""):
            parser.feed(piece)
            yield
        parser.close()
    except SAXParseException as error:
        place = f"line {error.getLineNumber()}, column {error.getColumnNumber()}"
        raise ValueError(f"{error.getMessage()}: {place}") from error
    yield


class _Part(ContentHandler):
    """A part of a workbook, as it is parsed: calls what is there for the elements that begin and
    end, and gathers the text of cells.

    Attributes:
        starts, ends: what is called, by the element's name without its prefix.
        said: the text of the cell so far.
        reads: whether text is one of a cell, where the parser stands.
    """

    def __init__(self) -> None:
        super().__init__()
        self.starts: Mapping[str, Callable[[AttributesImpl], None]] = {}
        self.ends: Mapping[str, Callable[[], None]] = {}
        self.said: list[str] = []
        self.reads = self._is_aloud = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Calls what is there for it."""
        if start := self.starts.get(name.rpartition(":")[2]):
            start(attrs)

    def characters(self, content: str) -> None:
        """Keeps text of a cell."""
        if self.reads:
            self.said.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Calls what is there for it."""
        if end := self.ends.get(name.rpartition(":")[2]):
            end()

    def start_text(self, _: AttributesImpl) -> None:
        """Text begins, which counts unless it only tells how the rest is read aloud."""
        self.reads = not self._is_aloud

    def end_text(self) -> None:
        """Text ends."""
        self.reads = False

    def start_aloud(self, _: AttributesImpl) -> None:
        """What begins tells how a text in Japanese is read aloud."""
        self._is_aloud = True

    def end_aloud(self) -> None:
        """It ends."""
        self._is_aloud = False

    def take_text(self) -> str:
        """What was said, and is no longer."""
        text = "".join(self.said)
        self.said.clear()
        return text


class _TextsPart(_Part):
    """Lays the texts that cells share aside."""

    def __init__(self, found: SharedTexts) -> None:
        super().__init__()
        self._found = found
        self.starts = {"t": self.start_text, "rPh": self.start_aloud}
        self.ends = {"t": self.end_text, "rPh": self.end_aloud, "si": self._end_item}

    def _end_item(self) -> None:
        self._found.add(unescape_text(self.take_text()))


class _Sheet(_Part):
    """Finds the rows of a sheet.

    Attributes:
        found: the rows that are not empty, until they are taken away.
        wanted: the columns of which cells are looked up; all where it is None.
    """

    def __init__(self, title: str, cells: CellWriter) -> None:
        super().__init__()
        self.found: list[SheetRow] = []
        self.wanted: Set[int] | None = None
        self._title = title
        self._writer = cells
        self._columns: dict[str, int] = {}
        self._room = MOST_CELLS
        self._number = 0
        self._start_empty_row()
        self._kind = self._style = ""
        self._is_formula = False
        # What else is in a sheet has rows, too, such as those where a picture is.
        self.starts = {"sheetData": self._start_table}

    def _start_table(self, _: AttributesImpl) -> None:
        self.starts = {
            "row": self._start_row,
            "c": self._start_cell,
            "f": self._start_formula,
            "v": self.start_text,
            "t": self._start_inline_text,
            "rPh": self.start_aloud,
        }
        self.ends = {
            "v": self.end_text,
            "t": self.end_text,
            "rPh": self.end_aloud,
            "c": self._end_cell,
            "row": self._end_row,
            "sheetData": self._end_table,
        }

    def _end_table(self) -> None:
        self.starts, self.ends = {}, {}

    def _start_row(self, attrs: AttributesImpl) -> None:
        place = attrs.get("r")
        number = int(float(place)) if place else self._number + 1
        if number <= self._number:
            raise ValueError(f"row {number} comes after row {self._number}")
        if number > MOST_ROWS:
            raise SheetTooLargeError(self._title)
        self._number = number
        self._start_empty_row()

    def _start_empty_row(self) -> None:
        self._cells: dict[int, str] = {}
        self._unworked: list[int] = []
        self._column = self._last = -1

    def _start_cell(self, attrs: AttributesImpl) -> None:
        self._kind = attrs.get("t", "n")
        self._style = attrs.get("s", "0")
        self._is_formula = False
        place = attrs.get("r")
        self._column = self._find_column(place) if place else self._column + 1
        self._last = max(self._last, self._column)

    def _find_column(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        if letters not in self._columns:
            from openpyxl.utils import column_index_from_string  # noqa: PLC0415 - as above

            self._columns[letters] = column_index_from_string(letters) - 1
        return self._columns[letters]

    def _start_formula(self, _: AttributesImpl) -> None:
        self._is_formula = True

    def _start_inline_text(self, attrs: AttributesImpl) -> None:
        if self._kind == "inlineStr":
            self.start_text(attrs)

    def _end_cell(self) -> None:
        if value := self.take_text():
            if self.wanted is None or self._column in self.wanted:
                value = self._writer.write(self._kind, value, self._style)
            self._cells[self._column] = value
        elif self._is_formula and self._kind != "str":  # one of text may have come to none
            self._unworked.append(self._column)

    def _end_row(self) -> None:
        self._room -= self._last + 1
        if self._room < 0 or self._writer.room < 0:
            raise SheetTooLargeError(self._title)
        if self._cells or self._unworked:
            self.found.append(SheetRow(self._number, self._cells, sorted(self._unworked)))
        self._start_empty_row()
