"""A store opened: its file or server reached, its tables there and of this program's version."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text, update
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from transcript_audit import __version__
from transcript_audit.errors import TranscriptAuditError
from transcript_audit.history.places import StorePlace
from transcript_audit.history.schema import (
    APPLICATION_ID,
    TABLES,
    VERSION,
    add_secret,
    store_version,
)
from transcript_audit.history.steps import STEPS

BUSY_SECONDS = 30.0
"""How long to wait for another program that is writing."""

CONNECT_SECONDS = 10
"""How long to wait for a database server, unless its address says so."""

_ONE_AT_A_TIME = 0x7472_7561_6974
"""Key of the PostgreSQL lock that is held while tables are made."""

TRIES = 5
"""How often what other programs got in the way of is tried."""

_CROSSED = {"40001", "40P01", "23503", "23505"}
"""PostgreSQL's states for transactions that crossed another: doing them again settles it."""

_SQLITE_PROBLEMS = {
    "SQLITE_FULL": "the disk is full; make room, then run again: it goes on from where it was",
    "SQLITE_READONLY": "cannot be written (read-only); make it writable or name another --store",
    "SQLITE_BUSY": "another program has been writing to it too long; run again when that is done",
    "SQLITE_LOCKED": "another program has been writing to it too long; run again when that is done",
    "SQLITE_NOTADB": "is not a store (not an SQLite database); name another --store",
    "SQLITE_CORRUPT": "is damaged; bring it back from a backup or name another --store",
    "SQLITE_CANTOPEN": "cannot be opened; is its folder there, and may you write in it?",
    "SQLITE_IOERR": "cannot be written or read (input/output error); is the disk full or gone?",
    "SQLITE_PERM": "you may not open it; name another --store",
    "SQLITE_AUTH": "you may not open it; name another --store",
    "SQLITE_TOOBIG": "a call is too large to be kept",
}

Result = TypeVar("Result")


class StoreError(TranscriptAuditError):
    """The store cannot be opened, read or written; what it held is as it was."""


class NoStoreError(StoreError):
    """There is no store where one is named."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open store; several may be open at one place, in one program or many.

    Attributes:
        engine: for SQLAlchemy.
        place: where it is.
    """

    engine: Engine
    place: StorePlace

    def __enter__(self) -> Store:
        """The store."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self.engine.dispose()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction: all that is done in it is kept, or none of it.

        Raises:
            StoreError: the database refuses.
        """
        with telling(self.place), self.engine.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """What `work` returns, done in one transaction; again if another program crossed it.

        Raises:
            StoreError: the database refuses.
        """
        with telling(self.place):
            for last in (*[False] * (TRIES - 1), True):
                try:
                    with self.engine.begin() as connection:
                        return work(connection)
                except DBAPIError as error:
                    if last or getattr(error.orig, "sqlstate", None) not in _CROSSED:
                        raise
        raise AssertionError


def open_store(
    place: StorePlace,
    *,
    writing: bool = True,
    busy_seconds: float = BUSY_SECONDS,
) -> Store:
    """The store at `place`, which is made or brought up to date where `writing`.

    Raises:
        NoStoreError: there is none, and it is only to be read.
        StoreError: it cannot be reached or used; the message never holds a password.
    """
    if place.file is not None:
        store = Store(_sqlite(place.file, writing, busy_seconds), place)
    else:
        store = Store(_postgresql(place, busy_seconds), place)
    try:
        if writing:
            if place.file is not None:
                _write_ahead(store, busy_seconds)
            store.write(lambda connection: _bring_up_to_date(connection, place))
        else:
            with store.begin() as connection:
                _check_version(connection, place)
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def telling(place: StorePlace) -> Iterator[None]:
    """What the database refuses becomes one line.

    Raises:
        StoreError: it did.
    """
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"store {place}: {_problem(error.orig, place)}") from None
    except sqlite3.Error as error:
        raise StoreError(f"store {place}: {_problem(error, place)}") from None


def _problem(error: BaseException | None, place: StorePlace) -> str:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        for known, problem in _SQLITE_PROBLEMS.items():
            if name.startswith(known):
                return problem
        return f"SQLite refuses: {_one_line(error)}"
    line = _one_line(error)
    secrets = [place.url.password] if place.url is not None else []
    if place.url is not None:
        secrets += [str(each) for key, each in place.url.query.items() if "password" in key]
    for secret in filter(None, secrets):
        line = line.replace(str(secret), "***")
    if getattr(error, "sqlstate", None) in {"53100"}:
        return _SQLITE_PROBLEMS["SQLITE_FULL"]
    if getattr(error, "sqlstate", None) in {"55P03", "57014"}:
        return _SQLITE_PROBLEMS["SQLITE_BUSY"]
    if getattr(error, "sqlstate", None) in {"25006", "42501"}:
        return f"you may not write there ({line})"
    return f"PostgreSQL refuses: {line}"


def _one_line(error: BaseException | None) -> str:
    """The first of several lines that say the same of each address tried."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if "Multiple connection attempts" not in line]
    return (told or ["no reason given"])[0].removeprefix("- ")


def _sqlite(file: Path, writing: bool, busy_seconds: float) -> Engine:
    _check_file(file, writing)
    address = f"{file.absolute().as_uri()}?mode={'rw' if writing else _mode(file)}"

    def connect() -> sqlite3.Connection:
        # Transactions are begun below, since the driver begins none for DDL and reading.
        return sqlite3.connect(address, uri=True, timeout=busy_seconds, isolation_level=None)

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # At once as a writer: one that began as a reader cannot wait for its turn.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _check_file(file: Path, writing: bool) -> None:
    """Nothing; the file is there, made for its owner alone if it was not."""
    try:
        if file.is_dir():
            raise StoreError(f"store {file}: is a folder; give the name of a file in it")
        if file.exists() and not stat.S_ISREG(file.stat().st_mode):
            raise StoreError(f"store {file}: is no ordinary file; name another")
        if file.exists():
            return
        if not writing:
            raise NoStoreError(
                f"store {file}: there is none yet; `transcript-audit audit` makes it"
            )
        if not file.parent.is_dir():
            raise StoreError(f"store {file}: there is no folder {file.parent}; make it first")
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(f"store {file}: cannot be made or opened: {error.strerror}") from None


def _mode(file: Path) -> str:
    """How to open a file for reading: as one that never changes where nothing can be written."""
    pending = file.with_name(file.name + "-wal").exists()
    return "ro" if pending or os.access(file.parent, os.W_OK) else "ro&immutable=1"


def _write_ahead(store: Store, busy_seconds: float) -> None:
    """Nothing; readers no longer wait for the writer, nor it for them."""
    until = time.monotonic() + busy_seconds
    with telling(store.place), closing(store.engine.raw_connection()) as connection:
        # SQLite does not wait by itself where two programs change this at once.
        while not _writes_ahead(connection.cursor(), last=time.monotonic() > until):
            time.sleep(0.02)


def _writes_ahead(cursor: Any, *, last: bool) -> bool:
    """Whether the file is as it should be; False where another program is in the way."""
    try:
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal" and _is_ours_or_new(cursor):
            cursor.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if last or not error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise
        return False
    return True


def _is_ours_or_new(cursor: Any) -> bool:
    mine = cursor.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    return bool(mine or not cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _postgresql(place: StorePlace, busy_seconds: float) -> Engine:
    assert place.url is not None  # noqa: S101 - a place is a file or an address
    url = place.url
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)})
    try:
        engine = create_engine(url, pool_size=1, max_overflow=0)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreError(
            f"store {place}: PostgreSQL needs psycopg; install it with "
            "`pip install 'transcript-audit[postgresql]'`"
        ) from None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        limit = f"SET LOCAL lock_timeout = {int(busy_seconds * 1000)}"
        connection.exec_driver_sql(limit)

    return engine


def _bring_up_to_date(connection: Connection, place: StorePlace) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    there = set(inspect(connection).get_table_names())
    if store_version.name not in there:
        if there & set(TABLES.tables) or (sqlite and there):
            raise _not_ours(place)
        TABLES.create_all(connection)
        connection.execute(store_version.insert().values(version=VERSION, program=__version__))
        add_secret(connection)
        if sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        return
    found = _read_version(connection, place)
    for version in range(found + 1, VERSION + 1):
        STEPS[version](connection)
        connection.execute(update(store_version).values(version=version, program=__version__))


def _check_version(connection: Connection, place: StorePlace) -> None:
    there = set(inspect(connection).get_table_names())
    if not there and place.file is not None and place.file.stat().st_size == 0:
        raise NoStoreError(f"store {place}: is empty; `transcript-audit audit` fills it")
    if store_version.name not in there:
        if place.file is None and not there & set(TABLES.tables):
            raise NoStoreError(f"store {place}: holds none yet; `transcript-audit audit` makes it")
        raise _not_ours(place)
    found = _read_version(connection, place)
    if found < VERSION:
        raise StoreError(
            f"store {place}: is of an older version of this program (schema {found}, now "
            f"{VERSION}); `transcript-audit audit` or `review` brings it up to date"
        )


def _read_version(connection: Connection, place: StorePlace) -> int:
    row = connection.execute(select(store_version)).first()
    if row is None:
        raise _not_ours(place)
    if row.version > VERSION:
        raise StoreError(
            f"store {place}: is of a newer version of this program ({row.program}, schema "
            f"{row.version}; this one knows up to {VERSION}); update transcript-audit, or name "
            "another --store"
        )
    return int(row.version)


def _not_ours(place: StorePlace) -> StoreError:
    return StoreError(f"store {place}: is the database of something else; name another --store")
