"""Audits laid aside on disk: the same values, in the same order, as often as asked for."""

from __future__ import annotations

from itertools import islice

from transcript_audit.model import SkippedCall
from transcript_audit.spool import Spool


def calls(count: int) -> list[SkippedCall]:
    return [SkippedCall(f"c{n}", "a.jsonl", "x" * n) for n in range(count)]


def test_a_spool_gives_back_what_was_added_as_often_as_asked() -> None:
    spool = Spool()
    assert list(spool.extend(calls(5))) == calls(5)
    assert list(spool) == calls(5)
    assert list(spool) == calls(5)
    assert len(spool) == 5


def test_two_may_go_through_a_spool_at_once_and_more_may_be_added_between() -> None:
    spool = Spool()
    for each in calls(4):
        spool.add(each)
    one, other = iter(spool), iter(spool)
    assert list(islice(one, 2)) == calls(2)
    assert list(islice(other, 3)) == calls(3)
    spool.add(SkippedCall("late", "", ""))
    assert next(one) == calls(4)[2]
    assert [each.call_id for each in spool][-1] == "late"


def test_an_empty_spool_is_empty() -> None:
    assert list(Spool()) == []
