"""Sheets of an Excel workbook: cells that hold what they should and never run anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import isfinite
from typing import Any

from transcript_audit.reports.text import FORMULA_STARTS, one_line, plural

MOST_ROWS = 1_048_576
"""Rows of a sheet, by Excel's own limit."""

MOST_CHARACTERS = 32_767
"""UTF-16 units in a cell, likewise."""

MOST_LINKS, LONGEST_LINK = 65_530, 2_079
"""Links on a sheet and characters of each, likewise."""

SECONDS_A_DAY = 86_400

_NO_XML = re.compile("[\ufffe\uffff]")

BAR = "#9DB8D9"


class Kind(StrEnum):
    """What a column holds, and so how it is shown."""

    TEXT = "text"
    WRAPPED = "wrapped"
    COUNT = "count"
    SHARE = "share"
    BOUND = "bound"
    SCORE = "score"
    STRENGTH = "strength"
    SECONDS = "seconds"
    MOMENT = "moment"
    LINK = "link"


_LOOKS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {},
    Kind.WRAPPED: {"text_wrap": True},
    Kind.COUNT: {"num_format": "0"},
    Kind.SHARE: {"num_format": "0%"},
    Kind.BOUND: {"num_format": "0%", "font_color": "#595959"},
    Kind.SCORE: {"num_format": "0.0"},
    Kind.STRENGTH: {"num_format": "0.00"},
    Kind.SECONDS: {"num_format": "[h]:mm:ss"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm"},
    Kind.LINK: {"font_color": "#0563C1", "underline": 1},
}
_TEXTS = frozenset({Kind.TEXT, Kind.WRAPPED})

Cell = str | Sequence[str] | int | float | datetime | None
"""Lines are several texts below each other; seconds are shown as hours, minutes and seconds."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its width in characters, and what it holds."""

    title: str
    width: float
    kind: Kind = Kind.TEXT


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[Kind, bool, bool], Any] = {}
        top = {"valign": "top"}
        self.title = book.add_format(top | {"bold": True, "font_size": 16})
        self.heading = book.add_format(top | {"bold": True, "font_size": 12})
        self.head = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "bottom",
                "bg_color": "#E7ECF3",
                "bottom": 1,
            }
        )
        self.warning = book.add_format(top | {"bold": True, "font_color": "#9C0006"})
        self.note = book.add_format(top | {"italic": True, "font_color": "#595959"})

    def of(self, kind: Kind, bold: bool = False, quoted: bool = False) -> Any:
        """The format of cells of a kind; `quoted`: text also when somebody edits the cell."""
        key = (kind, bold, quoted)
        if key not in self._made:
            look = {"valign": "top", **_LOOKS[kind], "bold": bold, "quote_prefix": quoted}
            self._made[key] = self._book.add_format(look)
        return self._made[key]


def cell_text(value: str | Sequence[str]) -> str:
    """Text as a cell can hold it: all of it to be seen, cut at Excel's limit and then saying so."""
    lines = [value] if isinstance(value, str) else value
    text = _NO_XML.sub("\ufffd", "\n".join(map(one_line, lines)))
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    note = f"… (cut here: {len(text)} characters in all)"
    kept = units[: 2 * (MOST_CHARACTERS - len(note))].decode("utf-16-le", "ignore")
    return kept + note


class Sheet:
    """A sheet that is written from the top down."""

    def __init__(self, book: Any, styles: Styles, name: str) -> None:
        self.page = book.add_worksheet(name)
        self.styles = styles
        self.row = 0
        self.links = 0
        self.page.set_landscape()
        self.page.set_paper(9)  # A4
        self.page.fit_to_pages(1, 0)

    def set_widths(self, widths: Sequence[float]) -> None:
        """Set the widths of the columns, in characters."""
        for place, width in enumerate(widths):
            self.page.set_column(place, place, width)

    def line(self, text: str, style: Any) -> None:
        """Write a line of text of our own, or of calls, into the first column."""
        self.page.write_string(self.row, 0, cell_text(text), style)
        self.row += 1

    def cells(self, values: Sequence[Cell], kinds: Sequence[Kind], bold: bool = False) -> None:
        """Write a row."""
        for place, (value, kind) in enumerate(zip(values, kinds, strict=True)):
            self._cell(place, value, kind, bold)
        self.row += 1

    def head(self, titles: Sequence[str]) -> None:
        """Write a row of titles."""
        for place, title in enumerate(titles):
            self.page.write_string(self.row, place, title, self.styles.head)
        self.row += 1

    def bars(self, column: int, first: int, last: int) -> None:
        """Draw the shares in rows `first` to `last` of a column as bars from 0 to 1."""
        if last < first:
            return
        rule = {"type": "data_bar", "bar_solid": True, "bar_color": BAR}
        limits = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
        self.page.conditional_format(first, column, last, column, rule | limits)

    def _cell(self, place: int, value: Cell, kind: Kind, bold: bool) -> None:
        style = self.styles.of(kind, bold)
        if value is None:
            return
        if isinstance(value, datetime):
            self._moment(place, value, style)
        elif isinstance(value, (int, float)):
            if isfinite(value):
                number = value / SECONDS_A_DAY if kind is Kind.SECONDS else value
                self.page.write_number(self.row, place, number, style)
        elif kind is Kind.LINK:
            self._link(place, str(value))
        elif text := cell_text(value):
            kind = kind if kind in _TEXTS else Kind.TEXT
            style = self.styles.of(kind, bold, text.startswith(FORMULA_STARTS))
            self.page.write_string(self.row, place, text, style)

    def _moment(self, place: int, value: datetime, style: Any) -> None:
        if value.year < 1900:  # before Excel's calendar begins
            self.page.write_string(self.row, place, value.isoformat(" ", "minutes"))
        else:
            self.page.write_datetime(self.row, place, value.replace(tzinfo=None), style)

    def _link(self, place: int, address: str) -> None:
        """Write an address that one can follow; as mere text where Excel would take no more."""
        if self.links < MOST_LINKS and len(address) <= LONGEST_LINK:
            self.links += 1
            self.page.write_url(self.row, place, address, self.styles.of(Kind.LINK), "listen")
        else:
            self.page.write_string(self.row, place, cell_text(address), self.styles.of(Kind.TEXT))


class Table(Sheet):
    """A sheet with one table: a head that stays in view, filters, bars behind shares."""

    def __init__(self, book: Any, styles: Styles, name: str, columns: Sequence[Column]) -> None:
        super().__init__(book, styles, name)
        self.columns = columns
        self.kinds = [column.kind for column in columns]
        self.left_out = 0
        self.set_widths([column.width for column in columns])
        self.head([column.title for column in columns])
        self.page.freeze_panes(1, 1)
        self.page.repeat_rows(0)

    def add(self, values: Sequence[Cell]) -> None:
        """Write a row, or count it as left out where the sheet is full."""
        if self.row < MOST_ROWS - 3:  # room for a note and a last row
            self.cells(values, self.kinds)
        else:
            self.left_out += 1

    def finish(self, noun: str, last: Sequence[Cell] | None = None) -> None:
        """End the table with filters and bars; below it what was left out, and a last row."""
        bottom = max(self.row - 1, 1)
        self.page.autofilter(0, 0, bottom, len(self.columns) - 1)
        for place, column in enumerate(self.columns):
            if column.kind is Kind.SHARE:
                self.bars(place, 1, bottom)
        self.row = bottom + 1
        if self.left_out:
            more = plural(self.left_out, f"more {noun}")
            self.line(
                f"and {more}: as tables (CSV or Parquet) they are all there", self.styles.note
            )
        if last is not None:
            self.row += 1
            self.cells(last, self.kinds, bold=True)


def created() -> datetime:
    """The moment that a workbook says it was made, always the same: same input, same bytes."""
    return datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
