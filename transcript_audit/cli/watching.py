"""Work that is done again whenever one of some files changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

EVERY = 0.5
"""Seconds between two looks at the files."""

Stamp = dict[Path, tuple[int, int]]
"""Time of the last change (ns) and size of each file."""


def watch(
    folders: Iterable[Path],
    work: Callable[[], None],
    *,
    wait: Callable[[float], None] | None = None,
) -> None:
    """Do the work at once, and again after each change of a YAML file, until Ctrl-C.

    `wait` gets the seconds to wait before the next look, and by default sleeps.
    """
    folders, wait = tuple(folders), wait or time.sleep
    try:
        seen = stamp_files(folders)
        work()
        while True:
            wait(EVERY)
            # Saving may take several writes: wait until two looks agree.
            now = stamp_files(folders)
            if now == seen:
                continue
            while (later := _after(wait, folders)) != now:
                now = later
            seen = now
            work()
    except KeyboardInterrupt:
        return


def _after(wait: Callable[[float], None], folders: tuple[Path, ...]) -> Stamp:
    wait(EVERY / 5)
    return stamp_files(folders)


def stamp_files(folders: Iterable[Path]) -> Stamp:
    """Time and size of every YAML file below the folders; what goes meanwhile is left out."""
    stamps: Stamp = {}
    for folder in folders:
        for path in folder.rglob("*.y*ml"):
            try:
                found = path.stat()
            except OSError:
                continue
            stamps[path] = (found.st_mtime_ns, found.st_size)
    return stamps
