"""Cells of an Excel workbook as text: what their types and styles make of their values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from transcript_audit.readers.cells import write_cell
from transcript_audit.spool import Spool

if TYPE_CHECKING:
    import zipfile
    from datetime import datetime

_NO_WHOLE_NUMBER = re.compile(r"[.A-Za-z]")

MOST_CHARACTERS = 1 << 30
"""Characters of all cells that are written: many may share one long text, so that a small file
stands for more than a disk holds."""

_TEXTS_AT_ONCE = 64
_LONGEST_SHORT_TEXT = 1000
"""Characters; a cell holds up to 32,767."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How the numbers of a style are dates or times.

    Attributes:
        are_durations: they may be more than a day.
        seconds_shown: as `write_cell` takes it.
    """

    are_durations: bool
    seconds_shown: bool


def find_dates(package: zipfile.ZipFile) -> Mapping[str, Dates]:
    """The styles, by the number that cells name, which show a number as a date or a time."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - needed for this format only
    from openpyxl.styles.numbers import (  # noqa: PLC0415 - as above
        BUILTIN_FORMATS,
        is_date_format,
        is_timedelta_format,
    )
    from openpyxl.xml.constants import ARC_STYLE  # noqa: PLC0415 - as above

    if ARC_STYLE not in package.namelist():
        return {}
    root = fromstring(package.read(ARC_STYLE))
    own = {each.get("numFmtId"): each.get("formatCode") for each in root.iterfind("{*}numFmts/*")}
    dates = {}
    for number, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        name = style.get("numFmtId", "0")
        shown = own.get(name) or BUILTIN_FORMATS.get(int(name), "")
        if is_date_format(shown):
            seconds_shown = "s" in shown.lower() or "h" not in shown.lower()
            dates[str(number)] = Dates(is_timedelta_format(shown), seconds_shown)
    return dates


class SharedTexts:
    """Texts that cells share, laid aside; long ones alone, not to be read again for a short one."""

    def __init__(self) -> None:
        self._short = Spool[str | int](_TEXTS_AT_ONCE)
        self._long = Spool[str]()

    def add(self, text: str) -> None:
        """Lay one text aside."""
        if len(text) > _LONGEST_SHORT_TEXT:
            self._short.add(len(self._long))
            self._long.add(text)
        else:
            self._short.add(text)

    def __len__(self) -> int:
        return len(self._short)

    def __getitem__(self, place: int) -> str:
        """The text that was added at that place, from 0 on."""
        found = self._short[place]
        return found if isinstance(found, str) else self._long[found]


@dataclass(slots=True)
class CellWriter:
    """Writes cells as text; it has what they refer to.

    Attributes:
        texts: those that they share.
        dates: the styles that show a number as a date or a time.
        epoch: what dates are counted from.
        room: characters that cells may still come to; less than none where they came to more.
    """

    texts: SharedTexts
    dates: Mapping[str, Dates]
    epoch: datetime
    room: int = field(default_factory=lambda: MOST_CHARACTERS)

    def write(self, kind: str, value: str, style: str) -> str:
        """The cell as it is shown, as far as that tells what is meant."""
        text = self._write(kind, value, style)
        self.room -= len(text)
        return text

    def _write(self, kind: str, value: str, style: str) -> str:
        if kind == "s":
            return self._find_text(int(value))
        if kind == "n":
            return self._write_number(_read_number(value), self.dates.get(style))
        if kind == "b":
            return str(bool(int(value)))
        if kind == "d":
            return _write_moment(value, self.dates.get(style))
        return unescape_text(value)

    def _find_text(self, place: int) -> str:
        if not 0 <= place < len(self.texts):
            raise IndexError(f"there is no shared text {place}")
        return self.texts[place]

    def _write_number(self, number: float, dates: Dates | None) -> str:
        if dates is None:
            return write_cell(number)
        from openpyxl.utils.datetime import from_excel  # noqa: PLC0415 - as above

        try:
            moment = from_excel(number, self.epoch, dates.are_durations)
        except (OverflowError, ValueError):
            return "#VALUE!"  # as the spreadsheet shows a number that is no date
        return write_cell(moment, seconds_shown=dates.seconds_shown)


def _read_number(value: str) -> float:
    return float(value) if _NO_WHOLE_NUMBER.search(value) else int(value)


def _write_moment(value: str, dates: Dates | None) -> str:
    from openpyxl.utils.datetime import from_ISO8601  # noqa: PLC0415 - as above

    return write_cell(from_ISO8601(value), seconds_shown=dates is None or dates.seconds_shown)


def unescape_text(text: str) -> str:
    """The text with what a workbook writes as _x000A_ and the like as the characters they are."""
    if "_x" not in text:
        return text
    from openpyxl.utils.escape import unescape  # noqa: PLC0415 - as above

    return str(unescape(text))
