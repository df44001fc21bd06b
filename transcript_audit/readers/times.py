"""Times as people and programs write them, read by their form and never guessed from their size."""

from __future__ import annotations

import re
from datetime import datetime

STAMP = r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,9})?"
"""Pattern of a clock time from the start of a call: m:ss, h:mm:ss, either with decimals."""

TIME_FORMS = "seconds (13.02) or a clock time (1:23, 00:01:23.456)"

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,15})?)")
_NUMBER = re.compile(
    r"([+-]?\d{1,15}(?:[.,]\d{1,15})?(?:[eE][+-]?\d{1,2})?)\s*(ms|s|secs?|seconds)?", re.I
)
_ISO_DURATION = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{1,15})?)S)?", re.I)
_MOMENT = re.compile(
    r"(\d{4})[-_./]?(\d{2})[-_./]?(\d{2})"
    r"(?:[T _-]{1,3}(\d{2})[-_:.h]?(\d{2})(?:[-_:.m]?(\d{2}))?(?:\.\d+)?\s?(Z|UTC)?)?"
)

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_NAMED_MONTH = re.compile(
    r"(?:(?P<day>\d{1,2}) )?(?P<month>[a-z]{3,9})\.?(?: (?P<late_day>\d{1,2}))?,? (?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))? ?(?P<half>[ap]m)?)?",
    re.I,
)


def read_seconds(text: str, unit: float = 1.0) -> float | None:
    """Seconds from the start of the call that `text` gives, or None where it is no such time.

    A bare number counts in `unit` seconds (0.001 for milliseconds); clock times, "250 ms",
    "1.3s" and ISO 8601 durations ("PT1M3.5S") carry their own unit. Times before the start
    become 0.
    """
    text = text.strip()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + _decimal(seconds)
    if match := _NUMBER.fullmatch(text):
        number, suffix = match.groups()
        scale = unit if suffix is None else 0.001 if suffix.lower() == "ms" else 1.0
        return max(0.0, round(_decimal(number) * scale, 6))
    if (match := _ISO_DURATION.fullmatch(text)) and any(match.groups()):
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes or 0) * 60 + _decimal(seconds or "0")
    return None


def read_moment(text: str) -> datetime | None:
    """The date, or date and time, that `text` gives; None where it could mean several.

    Takes ISO 8601 and its looks in file names ("20250219T0601", "2024-12-08 22_00_00"), and
    English names of months ("March 4, 2026, 9:30AM", "4 Mar 2026").
    """
    text = text.strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        match = _MOMENT.fullmatch(text)
    if not match:
        return _read_named_month(text)
    *numbers, zone = match.groups()
    try:
        moment = datetime(*(int(number or 0) for number in numbers))  # type: ignore[arg-type]
    except ValueError:
        return None
    return datetime.fromisoformat(f"{moment.isoformat()}+00:00") if zone else moment


def _read_named_month(text: str) -> datetime | None:
    match = _NAMED_MONTH.fullmatch(text)
    if not match or bool(match["day"]) is bool(match["late_day"]):
        return None
    name = match["month"].lower()
    month = next((n for n, full in enumerate(_MONTHS, 1) if name in (full, full[:3])), 0)
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    day, minute, second = match["day"] or match["late_day"], match["minute"], match["second"]
    try:
        return datetime(
            int(match["year"]), month, int(day), hour, int(minute or 0), int(second or 0)
        )
    except ValueError:
        return None


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))
