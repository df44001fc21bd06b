"""What a worker of a Dask cluster does: it audits shares of the calls into a checkpoint."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

from distributed import WorkerPlugin, get_worker

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.batch import RuleSource, audit_reads
from transcript_audit.checkpoint import Checkpoint, Part, describe_terms, resume_audits
from transcript_audit.errors import TranscriptAuditError
from transcript_audit.garbage import collect_seldom, leave_loaded
from transcript_audit.privacy import Privacy
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import RuleBook
from transcript_audit.shards import PRIVATE
from transcript_audit.storage import Place
from transcript_audit.whole_files import write_whole


@dataclass(frozen=True, slots=True)
class Share:
    """Sources that one worker audits at a time.

    Attributes:
        paths: as the run names them.
        parts: what of their calls; all that are in each of these.
        mark: name of the file that tells that it is done; another where a source has changed.
    """

    paths: tuple[str, ...]
    parts: tuple[Part, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Orders:
    """What every worker of a run is told once.

    Attributes:
        folder: the checkpoint's, by a path that all workers reach.
        rulebook: sent, so that no worker needs the rule files.
    """

    folder: Place
    rules: RuleSource
    rulebook: RuleBook
    reading: ReadOptions
    roles: RoleOptions
    privacy: Privacy


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a share: how many calls it had, or why the run has to stop, or neither.

    Attributes:
        left: nothing came of it, as where workers died of it; its calls are still to be audited.
    """

    calls: int = 0
    fault: str = ""
    left: bool = False


class Ordered(WorkerPlugin):  # type: ignore[misc]
    """Gives each worker the orders of a run, also one that joins later.

    Attributes:
        name: of the run.
    """

    def __init__(self, name: str, orders: Orders) -> None:
        self.name = name
        self._orders = orders
        self._recogniser: Recogniser | None = None
        # a recogniser is not for two threads at a time, of which a worker may have several
        self._turn: Lock | None = None

    def setup(self, worker: object) -> None:
        """Make what can't be sent."""
        self._turn = Lock()
        collect_seldom()

    def audit(self, share: Share) -> int:
        """The calls of a share, all of them audited and kept.

        Raises:
            TranscriptAuditError: this worker has another version or model, or a rule crashed.
        """
        assert self._turn  # noqa: S101 - set up by now
        with self._turn:
            return self._audit(share)

    def _audit(self, share: Share) -> int:
        orders, rules = self._orders, self._orders.rules
        # Told by the worker's own files, so that one with another version or model is refused.
        terms = describe_terms(rules, orders.roles, orders.privacy)
        with Checkpoint(orders.folder, terms, look=False) as kept:
            if self._recogniser is None:
                self._recogniser = load_recogniser(
                    orders.rulebook, patterns_only=rules.patterns_only, pipeline=rules.pipeline
                )
                leave_loaded()
            audit: Callable[[Any], Iterator[Any]] = partial(
                audit_reads,
                rulebook=orders.rulebook,
                recogniser=self._recogniser,
                role_options=orders.roles,
                privacy=orders.privacy,
            )
            reads = read_transcripts(share.paths, orders.reading)
            for part in share.parts:
                reads = part.pick(reads)
            calls = sum(1 for _ in resume_audits(reads, kept, audit))
        write_whole(orders.folder / share.mark, json.dumps({"calls": calls}).encode(), PRIVATE)
        return calls


def audit_share(run: str, share: Share) -> Outcome:
    """What became of a share that this worker audited."""
    try:
        return Outcome(get_worker().plugins[run].audit(share))
    except TranscriptAuditError as error:
        return Outcome(fault=f"worker on {platform.node()}: {error}")
