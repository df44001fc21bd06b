"""Audits laid aside on disk: the same values, in the same order, as often as asked for."""

from __future__ import annotations

import errno
import io
import tempfile
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from transcript_audit.model import SkippedCall
from transcript_audit.spool import Spool, SpoolError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


def calls(count: int) -> list[SkippedCall]:
    return [SkippedCall(f"c{n}", "a.jsonl", "x" * n) for n in range(count)]


def test_a_spool_gives_back_what_was_added_as_often_as_asked() -> None:
    spool: Spool[SkippedCall] = Spool()
    assert list(spool.extend(calls(5))) == calls(5)
    assert list(spool) == calls(5)
    assert list(spool) == calls(5)
    assert len(spool) == 5


def test_two_may_go_through_a_spool_at_once_and_more_may_be_added_between() -> None:
    spool: Spool[SkippedCall] = Spool()
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


@pytest.mark.parametrize("at_once", [1, 3, 4, 64])
def test_things_come_back_by_place_from_blocks_on_disk_and_from_the_rest(at_once: int) -> None:
    spool: Spool[int] = Spool(at_once)
    for number in range(50):
        spool.add(number)
        assert len(spool) == number + 1
    assert list(spool) == list(range(50))
    assert [spool[place] for place in range(49, -1, -1)] == list(range(49, -1, -1))
    spool.add(50)
    assert spool[50] == 50
    with pytest.raises(IndexError):
        spool[51 + at_once]


def test_a_few_things_never_get_as_far_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    spool: Spool[str] = Spool(3)
    assert list(spool.extend("ab")) == ["a", "b"]
    with pytest.raises(TypeError):
        spool.add("c")


class FullDisk(io.BytesIO):
    """A file on a disk that has no room."""

    full = True

    def write(self, data: Buffer) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_disk_that_is_full_is_told_as_the_block_is_added_not_when_it_is_asked_for(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk()
    file = io.BufferedRandom(disk)  # type: ignore[arg-type]
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: file)
    spool: Spool[int] = Spool(at_once)
    with pytest.raises(SpoolError, match="takes no more: No space left on device; make room"):
        list(spool.extend(range(3)))
    disk.full = False  # else closing complains, too
