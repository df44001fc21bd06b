"""What a store holds in sum, and how what is too old leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, delete, func, select, text

from transcript_audit.history.forms import as_utc
from transcript_audit.history.opening import Store, telling
from transcript_audit.history.reading import ALL, BookUse, books_used, chosen, read_skipped
from transcript_audit.history.schema import TABLES, VERSION, audits, runs, skipped_calls, verdicts
from transcript_audit.history.verdicts import count_verdicts


@dataclass(frozen=True, slots=True)
class StoreSummary:
    """What a store holds.

    Attributes:
        place: as messages show it.
        schema: version of the tables.
        size: bytes on disk; for PostgreSQL of its tables.
        calls: counted once each; results: of any rule book, old ones too; revealed: of these,
            kept with all words.
        findings: of the calls' latest results.
        first, last: start of the first and last call, UTC, or None; untimed: calls without one.
        runs, unfinished: runs, and those that were stopped (or are going on).
        verdicts: of reviewers, on calls that are there or were.
        books: the rule books behind the calls' latest results.
    """

    place: str
    schema: int
    size: int
    calls: int
    results: int
    revealed: int
    findings: int
    skipped: int
    first: datetime | None
    last: datetime | None
    untimed: int
    runs: int
    unfinished: int
    verdicts: int
    books: tuple[BookUse, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """How many results, skipped calls and verdicts left the store, or would leave it."""

    results: int
    skipped: int
    verdicts: int = 0


def purge_store(
    store: Store, before: datetime, *, with_verdicts: bool = False, dry_run: bool = False
) -> Purged:
    """What left the store: all results of calls that began before a moment.

    A call of which nobody says when it began goes by when it was first audited.

    Args:
        with_verdicts: verdicts said before the moment too; they stay by default.
        dry_run: only count.

    Raises:
        StoreError: the store cannot be written.
    """
    moment = as_utc(before)
    old = func.coalesce(audits.c.started_at, audits.c.kept_at) < moment
    old_skip = skipped_calls.c.kept_at < moment

    going = [(audits, old), (skipped_calls, old_skip)]
    going += [(verdicts, verdicts.c.said_at < moment)] if with_verdicts else []

    def work(connection: Connection) -> Purged:
        counts = (
            connection.execute(select(func.count()).select_from(table).where(each)).scalar_one()
            for table, each in going
        )
        counted = Purged(*counts)
        if not dry_run:
            if connection.dialect.name == "sqlite":  # what is deleted must not stay in the file
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            for table, each in going:
                connection.execute(delete(table).where(each))
        return counted

    purged = store.write(work)
    if not dry_run and store.place.file is not None:
        _shrink(store)
    return purged


def _shrink(store: Store) -> None:
    """Nothing; the file has given back what is free in it, and no old pages lie beside it."""
    with telling(store.place):
        connection = store.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def summarise_store(store: Store) -> StoreSummary:
    """What the store holds.

    Raises:
        StoreError: the store cannot be read.
    """
    books = books_used(store)
    skipped = sum(1 for _ in read_skipped(store))
    latest = chosen(
        ALL,
        func.count(),
        func.coalesce(func.sum(audits.c.flags), 0),
        func.min(audits.c.started_at),
        func.max(audits.c.started_at),
        func.count(audits.c.started_at),
    )
    with store.begin() as connection:
        calls, flags, first, last, timed = connection.execute(latest).one()
        results = _count(connection, audits.c.id)
        revealed = _count(connection, audits.c.id, audits.c.revealed.is_(True))
        all_runs = _count(connection, runs.c.id)
        unfinished = _count(connection, runs.c.id, runs.c.finished_at.is_(None))
        return StoreSummary(
            place=str(store.place),
            schema=VERSION,
            size=_size(connection),
            calls=calls,
            results=results,
            revealed=revealed,
            findings=int(flags),
            skipped=skipped,
            first=first,
            last=last,
            untimed=calls - timed,
            runs=all_runs,
            unfinished=unfinished,
            verdicts=count_verdicts(connection),
            books=books,
        )


def _count(connection: Connection, column: Column[int], *conditions: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count(column)).where(*conditions)).scalar_one())


def _size(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        return int(connection.execute(text(pages)).scalar_one())
    sizes = (func.pg_total_relation_size(name) for name in TABLES.tables)
    return int(sum(connection.execute(select(size)).scalar_one() for size in sizes))
