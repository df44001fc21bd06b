"""Work shared by processes that die: nothing is lost but the item that kills, and order is kept."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from transcript_audit.processes import (
    CHUNK,
    FULL,
    ProcessesDiedError,
    Task,
    work_in_processes,
)

KILLS = 11
FRAIL = 30


def nothing() -> None:
    return None


def die() -> None:
    os._exit(9)


def double(items: Sequence[int]) -> list[int]:
    return [item * 2 for item in items]


def double_or_die(items: Sequence[int]) -> list[int]:
    if KILLS in items:
        os.kill(os.getpid(), signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    return double(items)


def die_once(mark: Path, items: Sequence[int]) -> list[int]:
    """Dies on the first chunk with FRAIL in it; the second time it is done."""
    if FRAIL in items and not mark.exists():
        mark.touch()
        os._exit(9)
    time.sleep(0.01)
    return double(items)


def count(items: Sequence[int]) -> list[int]:
    return [len(items)] * len(items)


def crash(items: Sequence[int]) -> list[int]:
    raise LookupError(f"{items[0]}")


def lose(item: int) -> int:
    return -item


def test_results_come_in_the_order_of_the_items() -> None:
    task = Task(double, nothing, lose)
    assert list(work_in_processes(range(50), task, 2)) == [n * 2 for n in range(50)]


def test_an_item_that_kills_is_given_up_and_all_others_are_done() -> None:
    task = Task(double_or_die, nothing, lose)
    found = list(work_in_processes(range(60), task, 2))
    assert found == [-KILLS if n == KILLS else n * 2 for n in range(60)]


def test_a_process_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    task = Task(partial(die_once, tmp_path / "mark"), nothing, lose)
    assert list(work_in_processes(range(100), task, 2)) == [n * 2 for n in range(100)]
    assert (tmp_path / "mark").exists()


def test_processes_that_cannot_begin_end_the_run() -> None:
    with pytest.raises(ProcessesDiedError):
        list(work_in_processes([KILLS], Task(double_or_die, die, lose), 1))


def test_an_error_in_the_work_is_the_runs_own() -> None:
    with pytest.raises(LookupError, match="0"):
        list(work_in_processes(range(3), Task(crash, nothing, lose), 1))


def test_no_more_items_are_taken_than_there_is_room_for() -> None:
    taken: list[int] = []

    def items() -> object:
        for n in range(10_000):
            taken.append(n)
            yield n

    results = work_in_processes(items(), Task(double, nothing, lose), 1)  # type: ignore[arg-type]
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(taken) <= CHUNK * 4


def test_heavy_items_go_few_at_a_time_and_light_ones_together() -> None:
    weights = [1] * (CHUNK + 1) + [FULL // 2] * 4 + [FULL * 9, 1]
    task = Task(count, nothing, lose, weigh=weights.__getitem__)
    found = list(work_in_processes(range(len(weights)), task, 2))
    # the last light one shares a chunk with two heavy ones, which then make it full
    assert found == [CHUNK] * CHUNK + [3] * 3 + [2] * 2 + [1, 1]
