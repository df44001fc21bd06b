"""Days and periods as they are written on the command line."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import typer

_UNITS = {"d": 1, "w": 7, "y": 365}
_PERIOD = re.compile(r"(\d{1,5})([dwy])", re.IGNORECASE)


def parse_period(text: str | timedelta) -> timedelta:
    """The period that "90d", "12w" or "1y" names; a year is 365 days."""
    if isinstance(text, timedelta):  # Typer passes a default through here too
        return text
    match = _PERIOD.fullmatch(text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r}: expected days, weeks or years, as in 90d, 12w or 1y")
    return timedelta(days=int(match[1]) * _UNITS[match[2].lower()])


def parse_day(text: str | date) -> date:
    """The day that "2026-03-31" names, or "30d": so long ago."""
    if isinstance(text, date):
        return text
    if _PERIOD.fullmatch(text.strip()):
        return back(parse_period(text)).date()
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r}: expected a day as 2026-03-31, or how long ago as 30d, 12w or 1y"
        ) from None


def back(period: timedelta) -> datetime:
    """The moment so long ago; the first that there is where that was before."""
    now = datetime.now(UTC)
    try:
        return now - period
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
