"""A run of audits shared by the workers of a Dask cluster, which write them to a checkpoint.

A worker reads its share of the sources itself and keeps the audits in the checkpoint's folder,
which all of them reach. A share that is done has a mark there, so that a run goes on where it was.
What is kept is kept by what was read: should a worker read anything otherwise than the run as a
whole does, it is audited anew when the report is made.
"""
# ruff: noqa: PLC0415 - Dask is an extra, and slow to import

from __future__ import annotations

import hashlib
import json
import logging
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from transcript_audit.checkpoint import Part
from transcript_audit.errors import ConfigurationError, TranscriptAuditError
from transcript_audit.model import SkippedCall
from transcript_audit.processes import count_cores
from transcript_audit.readers import Source, find_sources

if TYPE_CHECKING:
    from distributed import Client

    from transcript_audit.worker import Orders, Outcome, Share

BYTES = 2_000_000
"""What a share holds of the sources, about; some hundred calls of text."""

FILES = 500
"""Files of a share at most."""

MOST_PARTS = 32
"""Shares of one large file at most: each reads all of it, and audits only its part."""

RETRIES = 2
"""Times that a share is tried again after an error, as of a disk; of a worker that died, Dask's own
setting `distributed.scheduler.allowed-failures` holds (3)."""

WAIT = 60
"""Seconds that a scheduler may take to have its first worker."""

DONE = ".done"
"""What the marks of shares that are done end in."""


class ClusterError(TranscriptAuditError):
    """A cluster cannot be used."""


@contextmanager
def open_cluster(address: str | None, workers: int | None = None) -> Iterator[Client]:
    """A client of the scheduler at `address`, or of a cluster on this machine alone.

    Args:
        workers: processes of the cluster on this machine; by default one a core.

    Raises:
        ConfigurationError: Dask is not installed.
        ClusterError: nobody answers there, or no worker comes.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ConfigurationError(
            f"--engine dask: needs Dask ({error}); pip install 'transcript-audit[dask]'"
        ) from error
    if address is None:
        with (
            LocalCluster(
                n_workers=workers or count_cores(),
                threads_per_worker=1,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=WAIT)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"--scheduler {address}: no scheduler answers there ({type(error).__name__}); expected "
            "an address such as tcp://10.0.0.5:8786, with `dask scheduler` running"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT)
        except TimeoutError as error:
            raise ClusterError(
                f"--scheduler {address}: has no workers; start some with `dask worker {address} "
                "--nthreads 1`"
            ) from error
        yield client


def audit_on_cluster(
    client: Client, paths: Sequence[str], part: Part | None, orders: Orders
) -> Iterator[Outcome]:
    """What became of each share of the sources, as they are done; the audits are in the folder.

    Shares done in an earlier run are left out.

    Raises:
        ClusterError: a worker has another version, rule book or model, or a rule crashed.
    """
    from distributed import KilledWorker, as_completed

    from transcript_audit.worker import Ordered, Outcome, audit_share

    run = f"transcript-audit-{uuid4().hex}"
    client.register_plugin(Ordered(run, orders))
    try:
        done = {each.name for each in orders.folder.glob(f"*{DONE}")}
        futures = [
            client.submit(audit_share, run, share, key=f"{run}-{share.mark}", retries=RETRIES)
            for share in plan_shares(paths, part)
            if share.mark not in done
        ]
        for future in as_completed(futures):
            error = future.exception()
            if isinstance(error, KilledWorker | OSError):
                yield Outcome(left=True)
            elif error is not None:
                told = f"{type(error).__name__}: {error}"
                raise ClusterError(f"a worker failed with {told}") from error
            elif fault := (outcome := future.result()).fault:
                raise ClusterError(fault)
            else:
                yield outcome
            future.release()
    finally:
        client.unregister_worker_plugin(run)  # it knows who goes by which pseudonym


def plan_shares(paths: Sequence[str], part: Part | None = None) -> Iterator[Share]:
    """The sources behind `paths` in shares: small files together, large ones in parts."""
    own = (part,) if part else ()
    held: list[tuple[str, str]] = []
    size = 0
    for source in find_sources(paths):
        if isinstance(source, SkippedCall):
            continue  # the run itself finds and reports it
        name = source.member or source.path
        bytes_, state = _measure(source)
        parts = min(bytes_ // BYTES, MOST_PARTS)
        if parts > 1:
            for number in range(1, parts + 1):
                yield _share([(name, state)], (*own, Part(number, parts)))
            continue
        held.append((name, state))
        size += bytes_
        if size >= BYTES or len(held) >= FILES:
            yield _share(held, own)
            held, size = [], 0
    if held:
        yield _share(held, own)


def _measure(source: Source) -> tuple[int, str]:
    """A source's bytes, and what changes when it does."""
    if source.found:
        return source.found.size, source.found.state
    try:
        status = Path(source.path).stat()
    except OSError:
        return 0, ""
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    return size, f"{size} {status.st_mtime_ns}"


def _share(sources: Sequence[tuple[str, str]], parts: tuple[Part, ...]) -> Share:
    from transcript_audit.worker import Share

    told = json.dumps([sources, [(each.number, each.of) for each in parts]])
    digest = hashlib.sha256(told.encode()).hexdigest()[:32]
    return Share(tuple(name for name, _ in sources), parts, f"{digest}{DONE}")
