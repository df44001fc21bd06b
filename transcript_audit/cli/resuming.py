"""Options of a run that can go on where it was, and that may do a part of the calls."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy and its like

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.streams import say, with_progress
from transcript_audit.errors import ConfigurationError
from transcript_audit.storage import Place, Stored, address_of

if TYPE_CHECKING:
    from transcript_audit.checkpoint import Checkpoint, Part
    from transcript_audit.cli.work import Work
    from transcript_audit.rulebook import RuleBook


class Engine(StrEnum):
    """What shares the work."""

    PROCESSES = "processes"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Resuming:
    """A run that may be taken up again, done in parts, or shared by a cluster.

    Raises:
        ConfigurationError: the part is not given as I/N, or the scheduler without what it needs.
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

    engine: Annotated[
        Engine,
        typer.Option(
            "--engine", help="What shares the work: processes of this machine, or a Dask cluster."
        ),
    ] = Engine.PROCESSES
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="With --engine dask, the scheduler of the cluster, as in tcp://10.0.0.5:8786; "
            "without it, a cluster on this machine. Its workers read the calls and write to "
            "--checkpoint, so they must reach both.",
            show_default=False,
        ),
    ] = None

    def __post_init__(self) -> None:
        """Refuse what is no share, and what cannot go together."""
        self.part()
        if self.scheduler is None:
            return
        if self.engine is not Engine.DASK:
            raise ConfigurationError(f"--scheduler {self.scheduler}: only for --engine dask")
        if self.checkpoint is None:
            raise ConfigurationError(
                f"--scheduler {self.scheduler}: say with --checkpoint to which folder, shared by "
                "all workers, they write what they do"
            )

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

        A cluster has then done what it could of the calls.

        Raises:
            ConfigurationError: the folder is none of a checkpoint, or of a run on other terms, or
                calls are read from it; or a cluster is asked for, and cannot read the calls.
            CheckpointError: it cannot be read or written.
            ClusterError: a cluster is asked for, and cannot be used.
        """
        folder = self.checkpoint
        if folder is None and self.engine is not Engine.DASK:
            yield None
            return
        from transcript_audit.checkpoint import Checkpoint, describe_terms

        with ExitStack() as stack:
            if folder is None:
                made = TemporaryDirectory(prefix="transcript-audit-")
                folder = Path(stack.enter_context(made))
            place = _check_apart(folder, work.paths)
            rules = work.rule_source(rulebook)
            terms = describe_terms(rules, work.role_options, work.privacy)
            kept = stack.enter_context(Checkpoint(place, terms))
            if len(kept):
                say(f"{place}: goes on from {len(kept)} calls audited before")
            if self.engine is Engine.DASK:
                self._share(work, rulebook, place)
                kept.look_again()
            yield kept

    def _share(self, work: Work, rulebook: RuleBook, folder: Place) -> None:
        """Have a cluster audit what is not yet in the folder."""
        from transcript_audit.distributed import audit_on_cluster, open_cluster

        _check_reach(work.paths, self.scheduler)
        with open_cluster(self.scheduler, work.jobs) as client:
            from transcript_audit.worker import Orders

            orders = Orders(
                folder.resolve() if isinstance(folder, Path) else folder,
                work.rule_source(rulebook),
                rulebook,
                replace(work.read_options, watch=None),
                work.role_options,
                work.privacy,
            )
            done = audit_on_cluster(client, work.paths, work.part, orders)
            left = sum(each.left for each in with_progress(done, noun="share"))
        if left:
            from transcript_audit.reports.text import plural

            say(
                f"{plural(left, 'share')} of the calls came to nothing on the cluster; audited here"
            )


def _check_reach(paths: Sequence[str], scheduler: str | None) -> None:
    """Nothing; workers can read the calls, as far as can be told here."""
    for each in paths:
        if each in {"-", "@-"}:
            raise ConfigurationError(
                "--engine dask: workers cannot read standard input; name files or folders"
            )
        named = each.removeprefix("@")
        if scheduler and not (Path(named).is_absolute() or address_of(named)):
            raise ConfigurationError(
                f"--scheduler {scheduler}: workers have other working folders; give {each} as a "
                "full path that all of them reach"
            )


def _check_apart(folder: Path, inputs: Sequence[str]) -> Place:
    """The folder, where no call is read from it."""
    if address := address_of(folder):
        for each in inputs:
            named = address_of(each)
            if named and f"{address}/".startswith(f"{named.rstrip('/')}/"):
                raise _mixed(address, each)
        return Stored(address)
    whole = folder.resolve()
    if not whole.parent.is_dir():
        raise ConfigurationError(
            f"--checkpoint {folder}: there is no folder {whole.parent}; make it first"
        )
    for each in inputs:
        source = Path(each).resolve()
        if each != "-" and (source == whole or source in whole.parents):
            raise _mixed(str(folder), each)
    return folder


def _mixed(folder: str, path: str) -> ConfigurationError:
    return ConfigurationError(
        f"--checkpoint {folder}: calls are read from {path}; name a folder outside of it"
    )
