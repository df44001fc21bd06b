"""A run of audits by way of the store: what it holds is not audited again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from transcript_audit.history.keys import BookKey, CallKey, call_key
from transcript_audit.history.opening import Store, StoreError
from transcript_audit.history.reading import read_audit
from transcript_audit.history.writing import (
    KeptAudit,
    StoreRun,
    already_audited,
    begin_run,
    end_run,
    make_kept,
    save,
)
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.redaction import redact_skipped
from transcript_audit.roles import RoleOptions

BATCH = 50
"""Calls written in one transaction."""

BATCH_SECONDS = 2.0
"""After this long what is waiting is written, so that a slow run loses little when it dies."""

AHEAD = 16
"""Calls read at a time to ask the store about."""


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A call that was read, and that the store holds already under the rule book.

    Attributes:
        read: what the reader found, should the store have lost it meanwhile.
    """

    key: CallKey
    read: Transcript


Read = Transcript | SkippedCall
Audited = CallAudit | SkippedCall
OnFailure = Callable[[StoreError], None]
Audit = Callable[[Iterator[Read | KnownCall]], Iterable[Audited | KnownCall]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a run keeps its audits.

    Attributes:
        store: where.
        book: what judges.
        role_options: of the run.
        names: people to redact beside those that are found.
        reveal: keep all words.
        redacted: the audits come redacted already.
        as_kept: hand on audits as they are kept, redacted unless `reveal`; what the store holds
            is then not audited again. Otherwise every call is audited and handed on as it is.
        ahead: calls read at a time; 1 for a stream whose sender waits for each answer.
    """

    store: Store
    book: BookKey
    role_options: RoleOptions
    names: Collection[str] = ()
    reveal: bool = False
    redacted: bool = False
    as_kept: bool = True
    ahead: int = AHEAD


class _Batch:
    """What a run has not yet written, its counts, and whether the store still takes any."""

    def __init__(self, store: Store, run: StoreRun, on_failure: OnFailure | None) -> None:
        self._store, self._run, self._on_failure = store, run, on_failure
        self._empty()
        self._added = self._known = self._skipped = 0
        self._failed = False

    def add(self, kept: KeptAudit | tuple[CallKey, str] | SkippedCall) -> None:
        """Take up one call; write all that is waiting if there is enough of it."""
        if self._failed:
            return
        if isinstance(kept, KeptAudit):
            self._new.append(kept)
        elif isinstance(kept, SkippedCall):
            self._left_out.append(kept)
        else:
            self._met.append(kept)
        waiting = len(self._new) + len(self._met) + len(self._left_out)
        if waiting >= BATCH or time.monotonic() > self._since + BATCH_SECONDS:
            self.write()

    def write(self) -> None:
        """Write all that is waiting, in one transaction."""
        if self._new or self._met or self._left_out:
            self._attempt(self._save)
        self._empty()

    def end(self) -> None:
        """Mark the run as done."""
        counts = (self._added, self._known, self._skipped)
        self._attempt(lambda: end_run(self._store, self._run, *counts))

    def _save(self) -> None:
        saved = save(self._store, self._run, self._new, self._met, self._left_out)
        self._added += saved.added
        self._known += saved.known
        self._skipped += len(self._left_out)

    def _attempt(self, work: Callable[[], None]) -> None:
        if self._failed:
            return
        try:
            work()
        except StoreError as error:
            self._failed = True
            if self._on_failure is None:
                raise
            self._on_failure(error)

    def _empty(self) -> None:
        self._new: list[KeptAudit] = []
        self._met: list[tuple[CallKey, str]] = []
        self._left_out: list[SkippedCall] = []
        self._since = time.monotonic()


def audit_into(
    keeping: Keeping,
    reads: Iterable[Read],
    audit: Audit,
    on_failure: OnFailure | None = None,
) -> Iterator[Audited]:
    """The audits of all that was read, in order, each of them in the store once it comes to that.

    Every call is in the store whole or not at all, whenever the run is stopped.

    Args:
        audit: makes audits, in the same order, of what was read, and hands on a `KnownCall`.
        on_failure: told when the store takes no more; the run then goes on without it.

    Raises:
        StoreError: the store cannot be asked; or takes no more, and there is no `on_failure`.
    """
    run = begin_run(keeping.store, keeping.book)
    batch = _Batch(keeping.store, run, on_failure)
    keys: deque[CallKey | None] = deque()
    try:
        for audited in audit(_mark_known(keeping, run, reads, keys)):
            key = keys.popleft()
            if isinstance(audited, KnownCall):
                batch.add((audited.key, audited.read.path))
                yield _take_up(keeping, run, audited, audit)
            elif isinstance(audited, SkippedCall):
                skipped = audited
                if not (keeping.reveal or keeping.redacted):
                    skipped = redact_skipped(audited, keeping.names)
                batch.add(skipped)
                yield skipped if keeping.as_kept else audited
            else:
                key = key or call_key(audited.transcript, keeping.role_options, run.secret)
                kept = _make_kept(keeping, audited, key)
                batch.add(kept)
                yield kept.audit if keeping.as_kept else audited
    finally:
        batch.write()
    batch.end()


def _make_kept(keeping: Keeping, audit: CallAudit, key: CallKey) -> KeptAudit:
    return make_kept(
        audit, key, names=keeping.names, reveal=keeping.reveal, redacted=keeping.redacted
    )


def _mark_known(
    keeping: Keeping, run: StoreRun, reads: Iterable[Read], keys: deque[CallKey | None]
) -> Iterator[Read | KnownCall]:
    """What was read, calls that the store holds as such; `keys` takes up a key for each."""
    rest = iter(reads)
    while some := list(islice(rest, keeping.ahead)):
        own = [
            call_key(read, keeping.role_options, run.secret)
            if isinstance(read, Transcript)
            else None
            for read in some
        ]
        known: set[CallKey] = set()
        if keeping.as_kept:
            asked = [key for key in own if key is not None]
            known = already_audited(keeping.store, run, asked, revealed=keeping.reveal)
        for read, key in zip(some, own, strict=True):
            keys.append(key)
            if isinstance(read, Transcript) and key in known:
                yield KnownCall(key, read)
            else:
                yield read


def _take_up(keeping: Keeping, run: StoreRun, known: KnownCall, audit: Audit) -> Audited:
    """The audit that the store holds, with the source it has now."""
    read = known.read
    stored = read_audit(keeping.store, run, known.key)
    if stored is not None:
        transcript = replace(stored.transcript, path=read.path, format=read.format)
        return replace(stored, transcript=transcript)
    (anew,) = audit(iter([read]))  # it was purged a moment ago
    if isinstance(anew, CallAudit):
        return _make_kept(keeping, anew, known.key).audit
    if isinstance(anew, KnownCall):
        raise TypeError("a call that was to be audited came back unread")
    return anew
