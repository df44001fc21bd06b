"""Work that several processes share, of which any may die: what one had in hand is done again.

A process that dies takes its whole pool with it, so it is not known whose work it was. Each lost
chunk is tried again in a process of its own, then item by item; an item on which a process dies
once more is given up, and the others go on.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Generic, TypeVar

from transcript_audit.garbage import collect_seldom

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK = 8
"""Items sent to a process at a time: enough to hide the sending, few enough to stop soon."""

FULL = 2000
"""What the items of a chunk may weigh together, but for one that alone weighs more: with heavy
ones the last chunk would keep one process busy while the others have nothing left to do."""

ITEMS_AHEAD = 24
"""Items a process may have waiting; bounds what is held in memory."""


class ProcessesDiedError(Exception):
    """A process ended before it could begin to work, with nothing beside it."""


def count_cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _nothing() -> None:
    """What there is to take over, mostly."""


def _light(item: object) -> int:
    """What an item weighs, mostly."""
    return 1


@dataclass(frozen=True, slots=True)
class Task(Generic[Item, Result]):
    """What processes do; it can be pickled, but for `give_up` and `weigh`, which stay here.

    Attributes:
        work: the results of a chunk, one an item.
        prepare: called in a fresh process; what it needs to begin at all.
        give_up: the result of an item on which a process died.
        take_over: called in each process as it begins, with what is too large to go with every
            chunk; must not fail.
        weigh: how much work an item is; a chunk has several light ones or one heavy one.
    """

    work: Callable[[Sequence[Item]], list[Result]]
    prepare: Callable[[], None]
    give_up: Callable[[Item], Result]
    take_over: Callable[[], None] = _nothing
    weigh: Callable[[Item], int] = _light


def work_in_processes(
    items: Iterable[Item], task: Task[Item, Result], jobs: int
) -> Iterator[Result]:
    """The results of the items in their order, worked out by `jobs` processes.

    Raises:
        ProcessesDiedError: a process can't even begin.
    """
    crew = _Crew(task, jobs)
    try:
        yield from crew.work(items)
    finally:
        crew.close()


@dataclass(slots=True)
class _Crew(Generic[Item, Result]):
    """The processes at work, and the chunks they have, in order."""

    task: Task[Item, Result]
    jobs: int
    pool: ProcessPoolExecutor | None = None
    alone: ProcessPoolExecutor | None = None
    fruitless: bool = True
    waiting: deque[tuple[Sequence[Item], Future[list[Result]]]] = field(default_factory=deque)

    def work(self, items: Iterable[Item]) -> Iterator[Result]:
        """The results, as soon as those before are there."""
        for chunk in _chunks(items, self.task.weigh):
            if not self._send(chunk):
                while self.waiting:
                    yield from self._take()
                self._renew()
                self._send(chunk)
            while sum(len(each) for each, _ in self.waiting) >= self.jobs * ITEMS_AHEAD:
                yield from self._take()
        while self.waiting:
            yield from self._take()

    def close(self) -> None:
        """End the processes; what they have not begun is dropped."""
        for pool in filter(None, (self.pool, self.alone)):
            pool.shutdown(cancel_futures=True)
        self.pool = self.alone = None

    def _send(self, chunk: Sequence[Item]) -> bool:
        """Whether the processes are alive and took the chunk."""
        self.pool = self.pool or _open_pool(self.jobs, self.task.take_over)
        try:
            self.waiting.append((chunk, self.pool.submit(self.task.work, chunk)))
        except BrokenProcessPool:
            return False
        return True

    def _take(self) -> list[Result]:
        """The results of the chunk that waits longest."""
        chunk, future = self.waiting.popleft()
        try:
            done = future.result()
        except (BrokenProcessPool, MemoryError):
            return self._rescue(chunk)
        self.fruitless = False
        return done

    def _renew(self) -> None:
        """End the dead pool; another follows, smaller where this one came to nothing."""
        self.close()
        self.jobs = max(1, self.jobs - self.fruitless)
        self.fruitless = True

    def _rescue(self, chunk: Sequence[Item]) -> list[Result]:
        """The results of a chunk on which, or beside which, a process died."""
        try:
            return self._work_alone(chunk)
        except (BrokenProcessPool, MemoryError):
            if len(chunk) == 1:
                return [self.task.give_up(chunk[0])]
        return [result for item in chunk for result in self._rescue([item])]

    def _work_alone(self, chunk: Sequence[Item]) -> list[Result]:
        if self.alone is None:
            self.alone = _open_pool(1, self.task.take_over)
            try:
                self.alone.submit(self.task.prepare).result()
            except (BrokenProcessPool, MemoryError):
                raise ProcessesDiedError from None
        try:
            return self.alone.submit(self.task.work, chunk).result()
        except BrokenProcessPool:
            self.alone.shutdown()
            self.alone = None
            raise


def _chunks(items: Iterable[Item], weigh: Callable[[Item], int]) -> Iterator[tuple[Item, ...]]:
    chunk: list[Item] = []
    weight = 0
    for item in items:
        chunk.append(item)
        weight += weigh(item)
        if len(chunk) == CHUNK or weight >= FULL:
            yield tuple(chunk)
            chunk, weight = [], 0
    if chunk:
        yield tuple(chunk)


def _open_pool(jobs: int, take_over: Callable[[], None]) -> ProcessPoolExecutor:
    # "spawn", because a fork of a process with threads (a progress display) can hang.
    return ProcessPoolExecutor(
        jobs, get_context("spawn"), initializer=_begin, initargs=(take_over,)
    )


def _begin(take_over: Callable[[], None]) -> None:
    # Ctrl-C reaches every process of the group; the parent alone decides what follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    collect_seldom()
    take_over()


def _end_with_parent() -> None:
    """Nothing; where the parent is killed, nobody else would tell this process to end."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
