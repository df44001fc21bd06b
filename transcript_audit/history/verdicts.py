"""The reviewers' ledger in the store: verdicts kept beside the audits they speak of."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from transcript_audit.history.forms import as_utc, searchable
from transcript_audit.history.opening import Store, StoreError
from transcript_audit.history.schema import verdicts
from transcript_audit.history.writing import insert_into
from transcript_audit.review.ledger import read_verdict, verdict_line
from transcript_audit.review.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """The ledger of a store (`review.ledger.Ledger`); its rows are never changed."""

    store: Store

    def __str__(self) -> str:
        """As messages name it."""
        return f"store {self.store.place}"

    def read(self) -> tuple[Verdict, ...]:
        """All verdicts, in the order in which they were added.

        Raises:
            StoreError: the store cannot be read, or a verdict in it is damaged.
        """
        query = select(verdicts.c.verdict_id, verdicts.c.body).order_by(verdicts.c.id)
        with self.store.begin() as connection:
            rows = connection.execute(query).all()
        return tuple(self._unpacked(row.verdict_id, row.body) for row in rows)

    def append(self, said: Sequence[Verdict]) -> tuple[Verdict, ...]:
        """Those that were added: all whose id wasn't there; kept when this returns, or none is.

        Raises:
            StoreError: the store cannot be written.
        """

        def work(connection: Connection) -> tuple[Verdict, ...]:
            return tuple(each for each in said if _add(connection, each))

        return self.store.write(work) if said else ()

    def _unpacked(self, verdict_id: str, body: bytes) -> Verdict:
        try:
            return read_verdict(json.loads(zlib.decompress(body)))
        except (zlib.error, ValueError, AttributeError) as error:
            raise StoreError(f"{self}: verdict {verdict_id}: {error}") from None


def count_verdicts(connection: Connection) -> int:
    """How many verdicts there are."""
    return int(connection.execute(select(func.count(verdicts.c.id))).scalar_one())


def _add(connection: Connection, verdict: Verdict) -> bool:
    """Whether the verdict was added; False where one of its id is there."""
    row = {
        "verdict_id": searchable(verdict.id),
        "said_at": as_utc(verdict.when),
        "call_id": searchable(verdict.call_id),
        "body": zlib.compress(verdict_line(verdict).encode("ascii")),
    }
    added = insert_into(connection, verdicts).values(row).on_conflict_do_nothing()
    kept = connection.execute(added.returning(verdicts.c.id)).scalar_one_or_none()
    return kept is not None
