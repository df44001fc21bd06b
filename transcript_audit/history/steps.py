"""What turns a store of an earlier schema into one of this schema."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, update

from transcript_audit.history.forms import FormError, pack, unpack
from transcript_audit.history.keys import keyed_hash
from transcript_audit.history.schema import add_secret, audits, findings, store_secret, verdicts
from transcript_audit.model import CallAudit
from transcript_audit.privacy import print_as
from transcript_audit.redaction import redact_call

AT_ONCE = 500
"""Rows that are read at a time."""

_Finding = tuple[str, str]
"""Call id and fingerprint."""


def _add_verdicts(connection: Connection) -> None:
    verdicts.create(connection)


def _hide_words(connection: Connection) -> None:
    """Nothing; nothing that is kept is a hash of hidden words any more.

    Keys of calls become keyed hashes, and fingerprints those of the words that are kept.
    """
    if connection.dialect.name == "sqlite":  # what they were must not stay in the file
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    store_secret.create(connection)
    _key_hashes(connection, add_secret(connection))
    renamed = _print_findings(connection)
    if renamed:
        _follow(connection, renamed)


def _key_hashes(connection: Connection, secret: bytes) -> None:
    change = audits.update().where(audits.c.id == bindparam("its_id"))
    change = change.values(content_hash=bindparam("content"), taken_hash=bindparam("taken"))
    for rows in _batches(connection, select(audits.c.content_hash, audits.c.taken_hash), audits):
        keyed = [
            {
                "its_id": row.id,
                "content": keyed_hash(row.content_hash, secret),
                "taken": keyed_hash(row.taken_hash, secret),
            }
            for row in rows
        ]
        connection.execute(change, keyed)


def _print_findings(connection: Connection) -> dict[_Finding, str]:
    """The new fingerprints of those findings whose words were partly hidden."""
    renamed: dict[_Finding, str] = {}
    query = select(audits.c.form, audits.c.body, audits.c.revealed).where(audits.c.flags > 0)
    for rows in _batches(connection, query, audits):
        for row in rows:
            try:
                audit = unpack(row.body, row.form, CallAudit)
            except FormError:  # told to whoever reads it
                continue
            printed = print_as(audit, redact_call(audit) if row.revealed else audit)
            if printed == audit:
                continue
            its = audits.c.id == row.id
            connection.execute(update(audits).where(its).values(body=pack(printed)))
            for old, new in zip(audit.findings, printed.findings, strict=True):
                renamed[audit.call_id, old.fingerprint] = new.fingerprint
                its = (findings.c.audit_id == row.id) & (findings.c.rule == new.rule)
                changed = update(findings).where(its).values(fingerprint=new.fingerprint)
                connection.execute(changed)
    return renamed


def _follow(connection: Connection, renamed: Mapping[_Finding, str]) -> None:
    """Nothing; verdicts name the findings by their new fingerprints, and say what they said."""
    for rows in _batches(connection, select(verdicts.c.body), verdicts):
        for row in rows:
            try:
                said: dict[str, Any] = json.loads(zlib.decompress(row.body))
            except (zlib.error, ValueError):  # told to whoever reads it
                continue
            new = renamed.get((said.get("call_id", ""), said.get("fingerprint", "")))
            if new is not None:
                body = zlib.compress(json.dumps(said | {"fingerprint": new}).encode("ascii"))
                its = verdicts.c.id == row.id
                connection.execute(update(verdicts).where(its).values(body=body))


def _batches(connection: Connection, query: Select[Any], table: Any) -> Iterator[list[Any]]:
    """The rows of a query and their ids, some at a time: they may be changed meanwhile."""
    query = query.add_columns(table.c.id).order_by(table.c.id).limit(AT_ONCE)
    last = 0
    while rows := list(connection.execute(query.where(table.c.id > last))):
        yield rows
        last = rows[-1].id


STEPS: Mapping[int, Callable[[Connection], None]] = MappingProxyType(
    {2: _add_verdicts, 3: _hide_words}
)
"""By the schema that each leads to, from the one before."""
