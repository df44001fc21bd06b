"""Many calls: a stream of audits, by one process or several, in the order of the sources."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.audit import audit_call
from transcript_audit.errors import TranscriptAuditError
from transcript_audit.frames import frame_of, read_frame
from transcript_audit.garbage import leave_loaded
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.privacy import Privacy
from transcript_audit.processes import ProcessesDiedError, Task, work_in_processes
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import RuleBook, load_rulebook

if TYPE_CHECKING:
    from pandas import DataFrame

Audited = CallAudit | SkippedCall
Read = Transcript | SkippedCall

Item = TypeVar("Item")
Result = TypeVar("Result")
Passed = TypeVar("Passed")
"""What goes through in its place, as calls do that were audited before."""

PATIENCE = 5.0
"""Seconds for which one process audits alone before others are started, where nobody said how many
shall: about what it takes them to start, so that waiting costs at most as much again."""

CHARACTERS = 5
"""Of a word and the space after it, about."""

_DIED = "the process that audited it ended"
_TOO_LARGE = "takes more memory than there is"


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
    return audit_reads(reads, rulebook, recogniser, sources.roles, sources.privacy)


def audit_calls_in_processes(sources: Sources, rules: RuleSource, jobs: int) -> Iterator[Audited]:
    """What `audit_calls` yields, in the same order, worked out by `jobs` processes.

    Raises:
        AuditStoppedError: a rule crashed, or the rule files changed meanwhile.
        ConfigurationError: an option cannot be used.
    """
    reads = read_transcripts(sources.paths, sources.reading)
    return audit_reads_in_processes(reads, rules, sources.roles, sources.privacy, jobs)


def audit_reads(
    reads: Iterable[Read | Passed],
    rulebook: RuleBook,
    recogniser: Recogniser,
    role_options: RoleOptions,
    privacy: Privacy,
) -> Iterator[Audited | Passed]:
    """What `audit_calls` yields of what was read; what is neither call nor skipped goes through.

    Raises:
        AuditStoppedError: a rule crashed; the message names the call.
    """
    for read in reads:
        yield _audit(read, rulebook, recogniser, role_options, privacy)


def audit_reads_in_processes(  # noqa: PLR0913 - three of them are those of `audit_reads`
    reads: Iterable[Read | Passed],
    rules: RuleSource,
    role_options: RoleOptions,
    privacy: Privacy,
    jobs: int,
    *,
    rulebook: RuleBook | None = None,
) -> Iterator[Audited | Passed]:
    """What `audit_reads` yields, in the same order, worked out by `jobs` processes.

    A process that dies, as for lack of memory, costs at most the call that it died of: that one is
    skipped, and says so.

    Args:
        rulebook: handed to each process, however late it starts, so that rule files which change
            meanwhile change nothing; without it each loads them, and they must not have changed.

    Raises:
        AuditStoppedError: a rule crashed, no process can begin, or the rule files changed.
    """
    task: Task[Read | Passed, Audited | Passed] = Task(
        partial(_audit_chunk, rules, role_options, privacy),
        partial(_prepare, rules),
        _give_up,
        partial(_take_over, rulebook),
        _weigh,
    )
    try:
        yield from work_in_processes(reads, task, jobs)
    except ProcessesDiedError:
        raise AuditStoppedError(
            "a process of the audit ended before it could begin, perhaps for lack of memory; "
            "free some, or run with --jobs 1"
        ) from None


def audit_patiently(
    reads: Iterable[Item],
    alone: Callable[[Iterator[Item]], Iterator[Result]],
    together: Callable[[Iterator[Item]], Iterator[Result]],
) -> Iterator[Result]:
    """The audits that `alone` gives for `PATIENCE` seconds, and then those of `together`.

    Args:
        alone: audits what is left of the reads in this process; asked for one at a time.
        together: likewise, in several processes, which it takes a while to start.
    """
    rest = iter(reads)
    began = monotonic()
    for audited in alone(rest):
        yield audited
        if monotonic() > began + PATIENCE:
            break
    yield from together(rest)


def audit_frame(  # noqa: PLR0913 - for notebooks, where a name is better than a group
    frame: DataFrame,
    *,
    rules: Path | None = None,
    profile: str = "default",
    patterns_only: bool = False,
    roles: RoleOptions | None = None,
    reveal: bool = False,
) -> DataFrame:
    """A frame with a row an audited or skipped call, in the order of the calls of `frame`.

    The rule book and the recogniser are loaded once a process. For the columns see
    `frames.read_frame` and `frames.frame_of`; for Spark's `mapInPandas` they are
    `frames.SPARK_SCHEMA`.

    Args:
        rules: folder of rule files laid over the package's own.
        reveal: leave personal data in the words.

    Raises:
        AuditStoppedError: a rule crashed; the message names the call.
        ConfigurationError: the frame lacks a column that is needed, or there is no such profile.
    """
    rulebook, recogniser = _load_for_frames(rules, profile, patterns_only)
    reads = read_frame(frame)
    audits = audit_reads(reads, rulebook, recogniser, roles or RoleOptions(), Privacy(reveal))
    return frame_of(audits, rulebook.digest)


@lru_cache(maxsize=4)
def _load_for_frames(
    rules: Path | None, profile: str, patterns_only: bool
) -> tuple[RuleBook, Recogniser]:
    rulebook = load_rulebook(rules, profile)
    return rulebook, load_recogniser(rulebook, patterns_only=patterns_only)


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
    except MemoryError:
        return _skip_for_memory(read, _TOO_LARGE)
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


_handed: dict[str, RuleBook] = {}
"""The rule book that this process was handed as it began, by its digest."""


def _take_over(rulebook: RuleBook | None) -> None:
    if rulebook is not None:
        _handed[rulebook.digest] = rulebook


def _prepare(source: RuleSource) -> None:
    _load(source)


@lru_cache(maxsize=1)
def _load(source: RuleSource) -> tuple[RuleBook, Recogniser]:
    rulebook = _handed.get(source.digest) or _load_rulebook(source)
    recogniser = load_recogniser(
        rulebook, patterns_only=source.patterns_only, pipeline=source.pipeline
    )
    leave_loaded()
    return rulebook, recogniser


def _load_rulebook(source: RuleSource) -> RuleBook:
    try:
        rulebook = load_rulebook(source.rules, source.profile)
    except TranscriptAuditError as error:  # loaded well in the parent a moment ago
        raise AuditStoppedError(f"the rule files changed during the run: {error}") from None
    if rulebook.digest != source.digest:
        raise AuditStoppedError("the rule files changed during the run; run it again")
    return rulebook


def _audit_chunk(
    source: RuleSource,
    role_options: RoleOptions,
    privacy: Privacy,
    chunk: Sequence[Read | Passed],
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
    audited = audit_read(read, rulebook, recogniser, role_options)
    try:
        return privacy.redact(audited)
    except MemoryError:
        if isinstance(read, SkippedCall):
            raise
        return privacy.redact(_skip_for_memory(read, _TOO_LARGE))


def _weigh(read: Read | Passed) -> int:
    """About the words of a call: an audit takes as long as there are."""
    if not isinstance(read, Transcript):
        return 0
    return sum(len(each.text) for each in read.utterances) // CHARACTERS


def _give_up(read: Read | Passed) -> Audited | Passed:
    """A call on which processes died, as a skipped call."""
    if not isinstance(read, Transcript):
        return read
    problem = "and ended again when it was tried alone, perhaps for lack of memory"
    return _skip_for_memory(read, f"{_DIED}, {problem}")


def _skip_for_memory(call: Transcript, problem: str) -> SkippedCall:
    turns = len(call.utterances)
    reason = f"{problem}; it has {turns} turns: free memory, or split it"
    return SkippedCall(call.call_id, call.path, reason, call.agent_ids)


def is_given_up(audited: Audited) -> bool:
    """Whether it is a call that was skipped for lack of memory, so that it may work out later."""
    return isinstance(audited, SkippedCall) and audited.reason.startswith((_DIED, _TOO_LARGE))
