"""Colours and names that the reports for people share."""

from __future__ import annotations

from transcript_audit.figures import FAMILY_TITLES, Reading
from transcript_audit.model import Family, Severity

__all__ = [
    "FAMILY_HEADINGS",
    "FAMILY_STYLES",
    "FAMILY_TITLES",
    "READING_SIGNS",
    "READING_STYLES",
    "READING_WORDS",
    "SEVERITY_STYLES",
]

READING_WORDS = {
    Reading.ABOVE: "above the others",
    Reading.BELOW: "below the others",
    Reading.CANNOT_TELL: "cannot tell",
    Reading.TOO_FEW: "too few to judge",
}

READING_SIGNS = {Reading.ABOVE: "▲", Reading.BELOW: "▼", Reading.TOO_FEW: "few"}
"""The same for narrow tables; nothing where it cannot be told."""

READING_STYLES = {
    Reading.ABOVE: "bold",
    Reading.BELOW: "bold",
    Reading.CANNOT_TELL: "dim",
    Reading.TOO_FEW: "dim",
}

SEVERITY_STYLES = {
    Severity.CRITICAL: "red",
    Severity.MAJOR: "yellow",
    Severity.MINOR: "blue",
    Severity.COACHING: "green",
}

FAMILY_STYLES = {
    Family.REFUSED_CANCELLATION: "red",
    Family.REPEATED_PUSHBACK: "yellow",
    Family.IGNORED_CONCERN: "magenta",
    Family.CONDUCT: "red",
    Family.GRACEFUL_EXIT: "blue",
}

FAMILY_HEADINGS = {
    Family.REFUSED_CANCELLATION: "\nRefused",
    Family.REPEATED_PUSHBACK: "Pushed\nback",
    Family.IGNORED_CONCERN: "Ignored\nconcern",
    Family.CONDUCT: "\nConduct",
    Family.GRACEFUL_EXIT: "Exit not\ngraceful",
}
"""The families in two short lines, for a column of calls with findings."""
