"""The tables of the store.

A new store is made from `TABLES` at once, so a change of them comes with a step (`steps`), and a
test holds the two against each other.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from transcript_audit.history.keys import new_secret

VERSION = 3
"""The schema that this program reads and writes."""

APPLICATION_ID = 0x74727561
"""What an SQLite file of ours says it is ("trua")."""

TABLES = MetaData()

store_version = Table(
    "store_version",
    TABLES,
    Column("version", Integer, nullable=False),
    Column("program", Text, nullable=False),
)

# What the hashes of calls' words are keyed with: one row, of id 1. Apart, since reading audits
# needs none of it: who may not read it cannot try words on the hashes.
store_secret = Table(
    "store_secret",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)

# `version` is of the program, with a digest of its code where one was kept.
rule_books = Table(
    "rule_books",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("profile", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Text, nullable=False),
    UniqueConstraint("digest", "profile", "model", "version"),
)

runs = Table(
    "runs",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("rule_book_id", ForeignKey("rule_books.id"), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("added", Integer, nullable=False, default=0),
    Column("known", Integer, nullable=False, default=0),
    Column("skipped", Integer, nullable=False, default=0),
)

# Times are UTC without a zone. `started_at` is when the call began, null where nobody says.
audits = Table(
    "audits",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("content_hash", String(64), nullable=False),
    Column("taken_hash", String(64), nullable=False),
    Column("rule_book_id", ForeignKey("rule_books.id"), nullable=False),
    Column("call_id", Text, nullable=False, index=True),
    Column("source", Text, nullable=False, index=True),
    Column("last_run", ForeignKey("runs.id"), nullable=False, index=True),
    Column("kept_at", DateTime, nullable=False),
    Column("started_at", DateTime, index=True),
    Column("outcome", String(20), nullable=False),
    Column("left_open", Boolean, nullable=False),
    Column("flags", Integer, nullable=False),
    Column("revealed", Boolean, nullable=False),
    Column("form", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("content_hash", "taken_hash", "rule_book_id"),
)

audit_agents = Table(
    "audit_agents",
    TABLES,
    Column("audit_id", ForeignKey("audits.id", ondelete="CASCADE"), primary_key=True),
    Column("folded", Text, primary_key=True, index=True),
    Column("agent", Text, nullable=False),
)

findings = Table(
    "findings",
    TABLES,
    Column("audit_id", ForeignKey("audits.id", ondelete="CASCADE"), primary_key=True),
    Column("rule", Text, primary_key=True, index=True),
    Column("family", String(30), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("strength", Float, nullable=False),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("agent", Text, nullable=False),
)

skipped_calls = Table(
    "skipped_calls",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("skip_hash", String(64), nullable=False, unique=True),
    Column("source", Text, nullable=False, index=True),
    Column("last_run", ForeignKey("runs.id"), nullable=False),
    Column("kept_at", DateTime, nullable=False),
    Column("form", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# What reviewers say; rows are only ever added. They name calls and findings by id and fingerprint,
# and so outlive the audits.
verdicts = Table(
    "verdicts",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("verdict_id", Text, nullable=False, unique=True),
    Column("said_at", DateTime, nullable=False),
    Column("call_id", Text, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)


def add_secret(connection: Connection) -> bytes:
    """The secret that is now the store's."""
    secret = new_secret()
    connection.execute(store_secret.insert().values(id=1, secret=secret))
    return secret
