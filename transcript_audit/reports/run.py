"""What a report was made with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """What a report was made with: enough to get the same answer again.

    Attributes:
        version: of this program.
        rule_book: sha256 of all rule files, in hexadecimal.
        profile: id of the profile.
        pipeline: the spaCy pipeline that took the learned model's place, as named; else None.
    """

    version: str
    rule_book: str
    profile: str
    pipeline: str | None = None
