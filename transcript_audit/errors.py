"""The error base class, and the few errors that a caller may want to tell apart.

Every error says what is wrong, where, what was expected and what to do, in one line.
"""

# ruff: noqa: PLC0415 - the command line imports this and must not pay for rapidfuzz at once

from __future__ import annotations

from collections.abc import Sequence

NEAR = 60
"""Likeness in percent from which a word is suggested for another."""


class TranscriptAuditError(Exception):
    """Base of every error this package raises on purpose."""


class ReadError(TranscriptAuditError):
    """A source could not be read as a transcript.

    Attributes:
        path: the source as the user named it ("-" for standard input).
        place: where in it ("line 12", "byte 0", "turns[3].text"), or "" for the whole source.
        problem: what was found, what was expected, and what to do.
    """

    def __init__(self, path: str, problem: str, place: str = "") -> None:
        self.path = path
        self.place = place
        self.problem = problem
        super().__init__(f"{path}: {place}: {problem}" if place else f"{path}: {problem}")


class RuleBookError(TranscriptAuditError):
    """One or more faults in the rule files; all of them at once.

    Attributes:
        faults: one line a fault, each `file:line:column: what, what is allowed`.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


class ConfigurationError(TranscriptAuditError):
    """An option or a setting has a value that cannot be used."""


class SettingsError(ConfigurationError):
    """One or more faults in a settings file; all of them at once.

    Attributes:
        faults: one line a fault, each `file:line: key: what, what is allowed`.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


def did_you_mean(word: str, allowed: Sequence[str]) -> str:
    """ "did you mean 'X'?" for the nearest allowed word, or "" where none is near."""
    from rapidfuzz import fuzz, process

    near = process.extractOne(word, allowed, scorer=fuzz.ratio, score_cutoff=NEAR)
    return f"did you mean {near[0]!r}?" if near else ""
