"""Colours and names that the reports for people share."""

from __future__ import annotations

from transcript_audit.model import Family, Severity

SEVERITY_STYLES = {
    Severity.CRITICAL: "red",
    Severity.MAJOR: "yellow",
    Severity.MINOR: "blue",
    Severity.COACHING: "green",
}

FAMILY_TITLES = {
    Family.REFUSED_CANCELLATION: "Refused cancellation",
    Family.REPEATED_PUSHBACK: "Repeated pushback",
    Family.IGNORED_CONCERN: "Ignored concern",
    Family.CONDUCT: "Conduct",
    Family.GRACEFUL_EXIT: "Graceful exit",
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
