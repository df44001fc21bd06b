"""Options of a run that can go on where it was, and that may do a part of the calls."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy and its like

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.streams import say
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.checkpoint import Checkpoint, Part
    from transcript_audit.cli.work import Work
    from transcript_audit.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Resuming:
    """A run that may be taken up again, or done in parts.

    Raises:
        ConfigurationError: the part is not given as I/N.
    """

    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="DIR",
            help="Keep audits in this folder as they are done; the same command again goes on "
            "where this one was. Delete it once the report is there.",
            show_default=False,
        ),
    ] = None
    shard: Annotated[
        str | None,
        typer.Option(
            "--shard",
            metavar="I/N",
            help="Only the I-th of N about equal shares of the calls, the same on any machine. "
            "With one --checkpoint for all, a run without --shard then has the whole.",
            show_default=False,
        ),
    ] = None

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        self.part()

    def part(self) -> Part | None:
        """The share to do, or None for all.

        Raises:
            ConfigurationError: it is not given as I/N.
        """
        if self.shard is None:
            return None
        from transcript_audit.checkpoint import Part

        number, slash, of = self.shard.partition("/")
        if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
            return Part(int(number), int(of))
        raise ConfigurationError(
            f"--shard {self.shard}: expected I/N with I from 1 to N, as in --shard 2/8"
        )

    @contextmanager
    def open(self, work: Work, rulebook: RuleBook) -> Iterator[Checkpoint | None]:
        """The checkpoint, if one is asked for; what is done is in it however this ends.

        Raises:
            ConfigurationError: the folder is none of a checkpoint, or of a run on other terms, or
                calls are read from it.
            CheckpointError: it cannot be read or written.
        """
        if self.checkpoint is None:
            yield None
            return
        from transcript_audit.checkpoint import Checkpoint, describe_terms

        _check_apart(self.checkpoint, work.paths)
        terms = describe_terms(work.rule_source(rulebook), work.role_options, work.privacy)
        with Checkpoint(self.checkpoint, terms) as checkpoint:
            if len(checkpoint):
                say(f"{self.checkpoint}: goes on from {len(checkpoint)} calls audited before")
            yield checkpoint


def _check_apart(folder: Path, inputs: Sequence[str]) -> None:
    """Nothing; no call is read from the folder."""
    whole = folder.resolve()
    if not whole.parent.is_dir():
        raise ConfigurationError(
            f"--checkpoint {folder}: there is no folder {whole.parent}; make it first"
        )
    for each in inputs:
        source = Path(each).resolve()
        if each != "-" and (source == whole or source in whole.parents):
            raise ConfigurationError(
                f"--checkpoint {folder}: calls are read from {each}; name a folder outside of it"
            )
