"""Audits out of the store: what reports, scorecards and call views are made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)

from transcript_audit.history.forms import FormError, Kept, unpack
from transcript_audit.history.keys import CallKey
from transcript_audit.history.opening import Store, StoreError
from transcript_audit.history.schema import (
    audit_agents,
    audits,
    findings,
    rule_books,
    skipped_calls,
)
from transcript_audit.history.writing import StoreRun
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.speakers import fold_label

AT_ONCE = 100
"""Audits fetched in one statement."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the stored calls are wanted; what is left out wants them all.

    Attributes:
        since, until: first and last day on which the call began, in UTC, both included.
        agents: names, in any case; a call counts where it has one of them.
        call_id: exactly.
        rules: calls with a finding of one of them.
        rule_book: what the digest begins with, or the profile's id. Each call counts with its
            latest result by such a rule book; without it, with its latest result.
    """

    since: date | None = None
    until: date | None = None
    agents: tuple[str, ...] = ()
    call_id: str | None = None
    rules: tuple[str, ...] = ()
    rule_book: str | None = None


ALL = Choice()


@dataclass(frozen=True, slots=True)
class BookUse:
    """How many of some calls count with their result by one rule book."""

    digest: str
    profile: str
    model: str
    version: str
    calls: int


def read_audits(store: Store, choice: Choice = ALL) -> Iterator[CallAudit]:
    """The audits chosen, each call once, by the start of the calls, those without one last.

    The latest result of a call is the one that the latest run over it came to. Where a source has
    a call of the same id with other words now, the old words are no call of their own.

    Raises:
        StoreError: the store cannot be read, or an audit in it is damaged.
    """
    order = (audits.c.started_at.is_(None), audits.c.started_at, audits.c.id)
    with store.begin() as connection:
        ids = connection.execute(chosen(choice, audits.c.id).order_by(*order)).scalars().all()
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        query = select(audits.c.id, audits.c.form, audits.c.body, audits.c.call_id)
        with store.begin() as connection:
            rows = connection.execute(query.where(audits.c.id.in_(some))).all()
        held = {row.id: row for row in rows}
        for each in some:
            if each in held:  # else purged meanwhile
                row = held[each]
                yield _unpacked(store, row.body, row.form, CallAudit, f"call {row.call_id}")


def read_skipped(store: Store) -> Iterator[SkippedCall]:
    """The calls skipped that have not been read since, by their sources.

    Raises:
        StoreError: the store cannot be read, or what is in it is damaged.
    """
    later_call = exists().where(
        audits.c.source == skipped_calls.c.source, audits.c.last_run > skipped_calls.c.last_run
    )
    other = skipped_calls.alias()
    later_skip = exists().where(
        other.c.source == skipped_calls.c.source, other.c.last_run > skipped_calls.c.last_run
    )
    query = (
        select(skipped_calls.c.form, skipped_calls.c.body)
        .where(or_(skipped_calls.c.source == "", ~later_call & ~later_skip))
        .order_by(skipped_calls.c.id)
    )
    with store.begin() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        yield _unpacked(store, row.body, row.form, SkippedCall, "a skipped call")


def read_audit(store: Store, run: StoreRun, key: CallKey) -> CallAudit | None:
    """The audit of a call by the run's rule book, or None.

    Raises:
        StoreError: the store cannot be read, or the audit is damaged.
    """
    query = select(audits.c.form, audits.c.body, audits.c.call_id).where(
        audits.c.content_hash == key.content,
        audits.c.taken_hash == key.taken,
        audits.c.rule_book_id == run.rule_book_id,
    )
    with store.begin() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return _unpacked(store, row.body, row.form, CallAudit, f"call {row.call_id}")


def count_untimed(store: Store, choice: Choice) -> int:
    """How many calls a period leaves out because nobody says when they began.

    Raises:
        StoreError: the store cannot be read.
    """
    if choice.since is None and choice.until is None:
        return 0
    without = Choice(None, None, choice.agents, choice.call_id, choice.rules, choice.rule_book)
    query = chosen(without, func.count()).where(audits.c.started_at.is_(None))
    with store.begin() as connection:
        return int(connection.execute(query).scalar_one())


def books_used(store: Store, choice: Choice = ALL) -> tuple[BookUse, ...]:
    """The rule books that judged the calls chosen, the one with most calls first.

    Raises:
        StoreError: the store cannot be read.
    """
    named = [rule_books.c[name] for name in ("digest", "profile", "model", "version")]
    joined = audits.c.rule_book_id == rule_books.c.id
    query = (
        chosen(choice, *named, func.count())
        .where(joined)
        .group_by(*named)
        .order_by(func.count().desc(), *named)
    )
    with store.begin() as connection:
        return tuple(BookUse(*row) for row in connection.execute(query))


def stored_agents(store: Store) -> tuple[str, ...]:
    """The agents of all stored calls, by name.

    Raises:
        StoreError: the store cannot be read.
    """
    query = select(func.min(audit_agents.c.agent)).group_by(audit_agents.c.folded)
    with store.begin() as connection:
        return tuple(sorted(connection.execute(query).scalars()))


def stored_call_ids(store: Store, most: int) -> tuple[str, ...]:
    """The first `most` call ids.

    Raises:
        StoreError: the store cannot be read.
    """
    query = select(audits.c.call_id).distinct().order_by(audits.c.call_id).limit(most)
    with store.begin() as connection:
        return tuple(connection.execute(query).scalars())


def chosen(choice: Choice, *columns: Any) -> Select[Any]:
    """A query for columns of the latest results of the calls chosen."""
    latest = _latest(choice)
    query = select(*columns).where(audits.c.id == latest.c.id, latest.c.place == 1)
    for condition in _conditions(choice):
        query = query.where(condition)
    return query


def _latest(choice: Choice) -> CTE:
    """The latest result of each content, numbered by id and source from the latest on."""
    newest = (audits.c.last_run.desc(), audits.c.id.desc())
    by_content = select(
        audits.c.id,
        audits.c.last_run,
        audits.c.call_id,
        audits.c.source,
        audits.c.content_hash,
        func.row_number().over(partition_by=audits.c.content_hash, order_by=newest).label("place"),
    )
    if choice.call_id is not None:  # calls of other ids cannot take its place
        by_content = by_content.where(audits.c.call_id == choice.call_id)
    if choice.rule_book is not None:
        named = or_(
            rule_books.c.digest.startswith(choice.rule_book, autoescape=True),
            rule_books.c.profile == choice.rule_book,
        )
        by_content = by_content.where(
            audits.c.rule_book_id.in_(select(rule_books.c.id).where(named))
        )
    each = by_content.cte("by_content")
    # Calls that came by a stream have no place in which to replace one another.
    where = case((each.c.source == "", each.c.content_hash), else_=each.c.source)
    place = func.row_number().over(
        partition_by=(each.c.call_id, where), order_by=(each.c.last_run.desc(), each.c.id.desc())
    )
    return select(each.c.id, place.label("place")).where(each.c.place == 1).cte("latest")


def _conditions(choice: Choice) -> Iterator[ColumnElement[bool]]:
    if choice.since is not None:
        yield audits.c.started_at >= _midnight(choice.since)
    if choice.until is not None and choice.until < date.max:
        yield audits.c.started_at < _midnight(choice.until) + timedelta(days=1)
    if choice.agents:
        yield _has_agent(choice.agents)
    if choice.rules:
        yield exists().where(
            and_(findings.c.audit_id == audits.c.id, findings.c.rule.in_(choice.rules))
        )


def _has_agent(agents: Sequence[str]) -> ColumnElement[bool]:
    folded = [fold_label(agent) for agent in agents]
    return exists().where(
        and_(audit_agents.c.audit_id == audits.c.id, audit_agents.c.folded.in_(folded))
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)


def _unpacked(store: Store, body: bytes, form: int, kind: type[Kept], what: str) -> Kept:
    try:
        return unpack(body, form, kind)
    except FormError as error:
        raise StoreError(f"store {store.place}: {what}: {error}") from None
