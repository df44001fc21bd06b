"""Many calls: a stream of audits, by one process or several, in the order of the sources."""

from __future__ import annotations

import signal
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.audit import audit_call
from transcript_audit.errors import TranscriptAuditError
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.privacy import Privacy
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import RuleBook, load_rulebook

Audited = CallAudit | SkippedCall
Read = Transcript | SkippedCall
Passed = TypeVar("Passed")
"""What goes through in its place, as calls do that a store holds already."""

CHUNK = 8
"""Calls sent to a process at a time: enough to hide the sending, few enough to stop soon."""

CHUNKS_AHEAD = 3
"""Chunks a process may have waiting; bounds what is held in memory."""


class AuditStoppedError(TranscriptAuditError):
    """A rule, or the program, crashed on a call; the run stops rather than leave it out."""


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a process finds the rule book and the recogniser; cheap to send, unlike the two.

    Attributes:
        rules: folder of the rule files, or None for the package's own.
        digest: the rule book's digest as the run began.
        pipeline: name or folder of the spaCy pipeline to take in the model's place, or None.
    """

    rules: Path | None
    profile: str
    patterns_only: bool
    digest: str
    pipeline: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Calls to audit, and how each is taken.

    Attributes:
        privacy: says what is redacted; agents keep their names.
    """

    paths: Sequence[str]
    reading: ReadOptions = field(default_factory=ReadOptions)
    roles: RoleOptions = field(default_factory=RoleOptions)
    privacy: Privacy = field(default_factory=Privacy)


def audit_calls(sources: Sources, rulebook: RuleBook, recogniser: Recogniser) -> Iterator[Audited]:
    """Each call of the sources audited, or skipped with its reason, one at a time.

    Raises:
        AuditStoppedError: a rule crashed; the message names the call.
        ConfigurationError: an option cannot be used.
    """
    reads = read_transcripts(sources.paths, sources.reading)
    return audit_reads(reads, sources, rulebook, recogniser)


def audit_reads(
    reads: Iterable[Read | Passed], sources: Sources, rulebook: RuleBook, recogniser: Recogniser
) -> Iterator[Audited | Passed]:
    """What `audit_calls` yields of what was read; what is neither call nor skipped goes through.

    Raises:
        AuditStoppedError: a rule crashed; the message names the call.
    """
    for read in reads:
        yield _audit(read, rulebook, recogniser, sources.roles, sources.privacy)


def audit_calls_in_processes(sources: Sources, rules: RuleSource, jobs: int) -> Iterator[Audited]:
    """What `audit_calls` yields, in the same order, worked out by `jobs` processes.

    Raises:
        AuditStoppedError: a rule crashed, a process died, or the rule files changed meanwhile.
        ConfigurationError: an option cannot be used.
    """
    reads = read_transcripts(sources.paths, sources.reading)
    return audit_reads_in_processes(reads, sources, rules, jobs)


def audit_reads_in_processes(
    reads: Iterable[Read | Passed], sources: Sources, rules: RuleSource, jobs: int
) -> Iterator[Audited | Passed]:
    """What `audit_reads` yields, in the same order, worked out by `jobs` processes.

    Raises:
        AuditStoppedError: a rule crashed, a process died, or the rule files changed meanwhile.
    """
    # "spawn", because a fork of a process with threads (a progress display) can hang.
    pool = ProcessPoolExecutor(
        jobs, get_context("spawn"), initializer=_start_process, initargs=(rules,)
    )
    waiting: deque[Future[list[Audited | Passed]]] = deque()
    try:
        for chunk in _chunks(reads):
            waiting.append(pool.submit(_audit_chunk, rules, chunk, sources.roles, sources.privacy))
            if len(waiting) >= jobs * CHUNKS_AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool as error:
        raise AuditStoppedError(
            "a process of the audit ended unexpectedly, perhaps for lack of memory; "
            "run again with fewer --jobs"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def audit_read(
    read: Read, rulebook: RuleBook, recogniser: Recogniser, role_options: RoleOptions
) -> Audited:
    """The audit of what a reader found: a call, or a call skipped already.

    Raises:
        AuditStoppedError: a rule crashed; the message names the call.
    """
    if isinstance(read, SkippedCall):
        return read
    try:
        return audit_call(read, rulebook, recogniser, role_options)
    except TranscriptAuditError:
        raise
    except Exception as error:
        raise AuditStoppedError(f"{read.path}: call {read.call_id}: {tell_crash(error)}") from error


def tell_crash(error: Exception) -> str:
    """What crashed, and where in the program, in one line."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    problem = " ".join(f"{type(error).__name__}: {error}".split())
    return (
        f"the audit crashed with {problem} ({Path(place.filename).name}:{place.lineno}); "
        "this is a fault of the program, not of the call: please report it"
    )


def _chunks(reads: Iterable[Read | Passed]) -> Iterator[tuple[Read | Passed, ...]]:
    rest = iter(reads)
    while chunk := tuple(islice(rest, CHUNK)):
        yield chunk


def _start_process(source: RuleSource) -> None:
    # Ctrl-C reaches every process of the group; the parent alone decides what follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@lru_cache(maxsize=1)
def _load(source: RuleSource) -> tuple[RuleBook, Recogniser]:
    try:
        rulebook = load_rulebook(source.rules, source.profile)
    except TranscriptAuditError as error:  # loaded well in the parent a moment ago
        raise AuditStoppedError(f"the rule files changed during the run: {error}") from None
    if rulebook.digest != source.digest:
        raise AuditStoppedError("the rule files changed during the run; run it again")
    recogniser = load_recogniser(
        rulebook, patterns_only=source.patterns_only, pipeline=source.pipeline
    )
    return rulebook, recogniser


def _audit_chunk(
    source: RuleSource,
    chunk: tuple[Read | Passed, ...],
    role_options: RoleOptions,
    privacy: Privacy,
) -> list[Audited | Passed]:
    rulebook, recogniser = _load(source)
    return [_audit(read, rulebook, recogniser, role_options, privacy) for read in chunk]


def _audit(
    read: Read | Passed,
    rulebook: RuleBook,
    recogniser: Recogniser,
    role_options: RoleOptions,
    privacy: Privacy,
) -> Audited | Passed:
    if not isinstance(read, Transcript | SkippedCall):
        return read
    return privacy.redact(audit_read(read, rulebook, recogniser, role_options))
