"""Audits into the store: each call whole or not at all, and never twice."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Insert, Table, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from transcript_audit.history.forms import FORM, as_utc, pack, searchable
from transcript_audit.history.keys import BookKey, CallKey, skip_hash
from transcript_audit.history.opening import Store
from transcript_audit.history.schema import (
    add_secret,
    audit_agents,
    audits,
    findings,
    rule_books,
    runs,
    skipped_calls,
    store_secret,
)
from transcript_audit.model import CallAudit, Finding, SkippedCall
from transcript_audit.redaction import redact_call
from transcript_audit.speakers import fold_label
from transcript_audit.storage import address_of

AT_ONCE = 200
"""Keys asked for in one statement."""


@dataclass(frozen=True, slots=True)
class StoreRun:
    """A run of audits that writes into a store.

    Attributes:
        id: later runs have higher ones.
        rule_book_id: of its rule book, in the store.
        secret: what the store keys its hashes of words with.
    """

    id: int
    rule_book_id: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeptAudit:
    """One audit as it is kept, made ready before the transaction that writes it."""

    key: CallKey
    audit: CallAudit
    row: dict[str, Any]
    agents: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """How many audits a batch added, and how many the store held already."""

    added: int
    known: int


def begin_run(store: Store, book: BookKey) -> StoreRun:
    """A new run of the store.

    Raises:
        StoreError: the store cannot be written.
    """
    named = {
        "digest": book.digest,
        "profile": searchable(book.profile),
        "model": searchable(book.model),
        "version": book.version,
    }

    def work(connection: Connection) -> StoreRun:
        connection.execute(
            insert_into(connection, rule_books).values(named).on_conflict_do_nothing()
        )
        found = select(rule_books.c.id).where(*(rule_books.c[key] == named[key] for key in named))
        rule_book_id = connection.execute(found).scalar_one()
        made = runs.insert().values(rule_book_id=rule_book_id, started_at=_now())
        run_id = connection.execute(made.returning(runs.c.id)).scalar_one()
        secret = connection.execute(select(store_secret.c.secret)).scalar_one_or_none()
        if secret is None:  # a copy of a store may have been made without it
            secret = add_secret(connection)
        return StoreRun(run_id, rule_book_id, bytes(secret))

    return store.write(work)


def end_run(store: Store, run: StoreRun, added: int, known: int, skipped: int) -> None:
    """Nothing; the run is marked as done, with its counts.

    Raises:
        StoreError: the store cannot be written.
    """
    counts = {"added": added, "known": known, "skipped": skipped}
    done = update(runs).where(runs.c.id == run.id).values(finished_at=_now(), **counts)
    store.write(lambda connection: connection.execute(done))


def already_audited(
    store: Store, run: StoreRun, keys: Iterable[CallKey], *, revealed: bool = False
) -> set[CallKey]:
    """Those of the keys under which the store holds an audit by the run's rule book.

    Args:
        revealed: ask for audits kept with all words; by default for redacted ones.

    Raises:
        StoreError: the store cannot be read.
    """
    asked = list(dict.fromkeys(keys))
    found: set[CallKey] = set()
    with store.begin() as connection:
        for first in range(0, len(asked), AT_ONCE):
            some = asked[first : first + AT_ONCE]
            query = select(audits.c.content_hash, audits.c.taken_hash).where(
                audits.c.content_hash.in_([key.content for key in some]),
                audits.c.rule_book_id == run.rule_book_id,
                audits.c.revealed.is_(revealed),
                audits.c.form == FORM,
            )
            found |= {CallKey(*row) for row in connection.execute(query)} & set(some)
    return found


def make_kept(
    audit: CallAudit,
    key: CallKey,
    *,
    names: Collection[str] = (),
    reveal: bool = False,
    redacted: bool = False,
) -> KeptAudit:
    """An audit as it is to be kept: redacted, unless `reveal`.

    Args:
        names: people to redact beside those that are found.
        redacted: it comes redacted already.
    """
    kept = audit if reveal or redacted else redact_call(audit, names)
    started = kept.transcript.started_at
    row = {
        "call_id": searchable(kept.call_id),
        "source": source_of(kept.transcript.path),
        "started_at": None if started is None else as_utc(started),
        "outcome": str(kept.outcome),
        "left_open": kept.left_open,
        "flags": len(kept.findings),
        "revealed": reveal,
        "form": FORM,
        "body": pack(kept),
    }
    agents = {fold_label(agent): agent for agent in map(searchable, kept.agent_ids)}
    return KeptAudit(
        key,
        kept,
        row,
        tuple({"folded": folded, "agent": agent} for folded, agent in agents.items()),
        tuple(_finding_row(finding, kept) for finding in kept.findings),
    )


def save(
    store: Store,
    run: StoreRun,
    kept: Sequence[KeptAudit],
    known: Iterable[tuple[CallKey, str]] = (),
    skipped: Iterable[SkippedCall] = (),
) -> Saved:
    """What one transaction added to the store: all that is given, or nothing.

    Args:
        known: keys of audits that the store holds and this run has met again, with their paths.

    Raises:
        StoreError: the store cannot be written.
    """
    # In one order, so that programs that write the same calls never wait for each other in a ring.
    ordered = sorted(kept, key=lambda each: (each.key.content, each.key.taken))
    met = sorted(
        {*known, *((each.key, each.row["source"]) for each in kept)},
        key=lambda pair: (pair[0].content, pair[0].taken),
    )

    def work(connection: Connection) -> Saved:
        added = {each.key for each in ordered if _add(connection, run, each)}
        for key, path in met:
            if key not in added:
                _touch(connection, run, key, source_of(path))
        for each in sorted(skipped, key=lambda call: (call.path, call.call_id, call.reason)):
            _add_skipped(connection, run, each)
        return Saved(len(added), len({key for key, _ in met} - added))

    return store.write(work)


def source_of(path: str) -> str:
    """The source by its whole path, by which the next run knows it again; "" for a stream."""
    if address := address_of(path):
        return searchable(address)
    return "" if path == "-" else searchable(os.path.abspath(path))  # noqa: PTH100 - no links read


def _add(connection: Connection, run: StoreRun, kept: KeptAudit) -> bool:
    """Whether the audit was added; False where the store holds one by this rule book."""
    row = {
        **kept.row,
        "content_hash": kept.key.content,
        "taken_hash": kept.key.taken,
        "rule_book_id": run.rule_book_id,
        "last_run": run.id,
        "kept_at": _now(),
    }
    added = insert_into(connection, audits).values(row).on_conflict_do_nothing()
    audit_id = connection.execute(added.returning(audits.c.id)).scalar_one_or_none()
    if audit_id is None:
        return False
    for table, rows in ((audit_agents, kept.agents), (findings, kept.findings)):
        if rows:
            connection.execute(table.insert(), [{"audit_id": audit_id, **row} for row in rows])
    return True


def _touch(connection: Connection, run: StoreRun, key: CallKey, source: str) -> None:
    """Nothing; what the run has met again is now what the latest run says of the call."""
    its = and_(
        audits.c.content_hash == key.content,
        audits.c.taken_hash == key.taken,
        audits.c.rule_book_id == run.rule_book_id,
    )
    met = update(audits).where(its, audits.c.last_run < run.id)
    connection.execute(met.values(last_run=run.id, source=source))


def _add_skipped(connection: Connection, run: StoreRun, skipped: SkippedCall) -> None:
    source = source_of(skipped.path)
    row = {
        "skip_hash": skip_hash(skipped, source),
        "source": source,
        "last_run": run.id,
        "kept_at": _now(),
        "form": FORM,
        "body": pack(skipped),
    }
    added = insert_into(connection, skipped_calls).values(row)
    met = added.on_conflict_do_update(
        index_elements=[skipped_calls.c.skip_hash],
        set_={"last_run": run.id},
        where=skipped_calls.c.last_run < run.id,
    )
    connection.execute(met)


def _finding_row(finding: Finding, audit: CallAudit) -> dict[str, Any]:
    named = [each.agent_id for each in finding.evidence if each.agent_id]
    sole = audit.agent_ids if len(audit.agent_ids) == 1 else ()
    return {
        "rule": finding.rule,
        "family": str(finding.family),
        "severity": str(finding.severity),
        "strength": finding.strength,
        "fingerprint": finding.fingerprint,
        "agent": searchable(next(iter((*named, *sole)), "")),
    }


def insert_into(connection: Connection, table: Table) -> Any:
    """An insertion, of each database's own kind, that can be told what to do about a row there."""
    made: Insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    return made


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
