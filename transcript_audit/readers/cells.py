"""Typed cells of workbooks and Parquet as the text that an export to CSV would hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_EXACT = 1e15
"""From here on a spreadsheet's numbers have lost digits."""


def write_cell(value: object, *, seconds_shown: bool = True) -> str:
    """The cell as text; "" where it is empty, and numbers without ".0" since they may be ids.

    A decimal number of 1e15 or more, whose last digits are lost, is written with an exponent.

    Args:
        seconds_shown: False for a time that the sheet shows as h:mm. People who type "1:23" for a
            minute and 23 seconds get such a cell, which holds hours and minutes; it is written as
            it is shown, as an export would.
    """
    if value is None:
        return ""
    if isinstance(value, time | timedelta):
        return _write_clock(value, seconds_shown)
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def _write_number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if abs(value) >= _EXACT:
        return f"{value:.14E}"
    return str(int(value)) if value.is_integer() else repr(value)


def _write_decimal(value: Decimal) -> str:
    return f"{value.normalize():f}" if value.is_finite() else ""


def _write_moment(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds")


def _write_bytes(value: bytes) -> str:
    return value.decode(errors="replace")


def _write_clock(value: time | timedelta, seconds_shown: bool) -> str:
    if isinstance(value, time):
        value = datetime.combine(date.min, value.replace(tzinfo=None)) - datetime.min
    minutes, milliseconds = divmod(max(0, round(value.total_seconds() * 1000)), 60_000)
    if not seconds_shown and not milliseconds:
        return f"{minutes // 60}:{minutes % 60:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{milliseconds / 1000:06.3f}"


# A datetime is a date too, so it goes first.
_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (float, _write_number),
    (Decimal, _write_decimal),
    (datetime, _write_moment),
    (date, date.isoformat),
    (bytes, _write_bytes),
)
