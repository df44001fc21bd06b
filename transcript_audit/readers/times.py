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
    """The date, or date and time, that `text` gives with the year first; None for any other.

    Takes ISO 8601 and its looks in file names ("20250219T0601", "2024-12-08 22_00_00").
    """
    text = text.strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        match = _MOMENT.fullmatch(text)
    if not match:
        return None
    *numbers, zone = match.groups()
    try:
        moment = datetime(*(int(number or 0) for number in numbers))  # type: ignore[arg-type]
    except ValueError:
        return None
    return datetime.fromisoformat(f"{moment.isoformat()}+00:00") if zone else moment


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))
