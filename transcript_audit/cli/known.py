"""The option `--baseline`: findings of an earlier audit are left out."""
# ruff: noqa: PLC0415 - only a baseline pays for its reading

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.streams import say
from transcript_audit.model import CallAudit, SkippedCall

if TYPE_CHECKING:
    from transcript_audit import baseline

Baseline = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Show, and fail on, only findings that this earlier audit (JSONL) doesn't have: by "
        "their words, or by rule and turns. Rules with a known one come to not-applicable.",
        show_default=False,
    ),
]


@dataclass(slots=True)
class Known:
    """What an earlier audit found, and how much of it came up again."""

    path: Path | None = None
    baseline: baseline.Baseline | None = None
    left_out: int = 0
    new: int = 0

    @classmethod
    def read(cls, path: Path | None) -> Known:
        """The findings of the file; none where no file is named.

        Raises:
            ReadError: it cannot be read, or is no audit.
        """
        if path is None:
            return cls()
        from transcript_audit.baseline import read_baseline

        return cls(path, read_baseline(path))

    def watch(self, audits: Iterable[CallAudit | SkippedCall]) -> Iterator[CallAudit | SkippedCall]:
        """The audits without what is known."""
        for audited in audits:
            if self.baseline is None or isinstance(audited, SkippedCall):
                yield audited
                continue
            left = self.baseline.without_known(audited)
            found = len(left.findings) if isinstance(left, CallAudit) else 0
            self.new += found
            self.left_out += len(audited.findings) - found
            yield left

    def say_left_out(self) -> None:
        """Tell on standard error how much was left out."""
        if self.baseline is not None:
            say(f"{self.left_out} findings are in the baseline {self.path}; {self.new} are new")
