"""Moments that an export gives where others give times from the start of the call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from transcript_audit.readers.nodes import Node
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.words import quoted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_at(node: Node, *keys: str) -> datetime | None:
    """The moment at the first of `keys` that is there, in UTC where it names no zone; None where
    none is.

    Takes ISO 8601, and milliseconds since 1970 as a number or its digits.

    Raises:
        ReadError: it is neither.
    """
    found = node.first(*keys)
    if found is None or found.value == "":
        return None
    moment = None
    if isinstance(found.value, str) and not found.value.strip().isdecimal():
        moment = read_moment(found.value)
    elif isinstance(found.value, str | int | float):
        try:
            moment = _EPOCH + timedelta(milliseconds=found.number())
        except OverflowError:
            moment = None
    if moment is None:
        raise found.error(
            f"{quoted(found.value)} is not a moment; expected one such as 2026-03-04T09:30:00Z, "
            "or milliseconds since 1970"
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def seconds_between(began: datetime | None, moment: datetime | None) -> float | None:
    """Seconds from one moment to a later one, 0 for an earlier one; None where one is unknown."""
    if began is None or moment is None:
        return None
    return max(0.0, round((moment - began).total_seconds(), 6))
