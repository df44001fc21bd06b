"""Files in a folder that each hold some hundreds of audits, packed, and where each audit lies.

A shard is a line of JSON, which names the form and the keys and sizes of what follows, and then
each packed audit. It is written whole or not at all, and never changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import BinaryIO, NamedTuple

import numpy as np

from transcript_audit.errors import TranscriptAuditError
from transcript_audit.storage import Place, Stored, open_to_read
from transcript_audit.whole_files import write_whole

ENDING = ".shard"
FORM = 1
"""The form of the folder: of its manifest, its shards and the audits in them."""

PRIVATE = 0o600
"""Mode of the files: they are for their owner alone."""

_KEY = re.compile("[0-9a-f]{32}")

HELD = 4
"""Shards of which the contents are held; calls come mostly in the order in which they were kept."""


class CheckpointError(TranscriptAuditError):
    """A checkpoint cannot be read or written."""


class _Shard(NamedTuple):
    """Place and size of each audit in a shard, by key; and its bytes, where they were fetched from
    shared storage."""

    contents: Mapping[str, tuple[int, int]]
    data: bytes = b""


class Shards:
    """The shards in a folder.

    Of each audit twelve bytes are in memory: the first eight of its key, and the number of the
    shard that tells the rest. Of two keys that begin alike one is not found: that call is audited
    anew.
    """

    def __init__(self, folder: Place) -> None:
        self._folder = folder
        self._paths: list[Place] = []
        self._keys = np.empty(0, np.uint64)
        self._numbers = np.empty(0, np.uint32)
        self._held: dict[int, _Shard] = {}

    def look_again(self) -> None:
        """Find the shards that were written meanwhile.

        Raises:
            OSError: one cannot be read.
            CheckpointError: one is damaged.
        """
        known = set(self._paths)
        keys, numbers = [self._keys], [self._numbers]
        shards: list[Place] = sorted(self._folder.glob(f"*{ENDING}"))
        for path in shards:
            if path not in known:
                contents = _read_contents(path)
                keys.append(np.fromiter(map(_begin_of, contents), np.uint64, len(contents)))
                numbers.append(np.full(len(contents), len(self._paths), np.uint32))
                self._paths.append(path)
        self._keys, first = np.unique(np.concatenate(keys), return_index=True)
        self._numbers = np.concatenate(numbers)[first]

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: str) -> bool:
        """Whether an audit of that key is in one of them.

        Raises:
            CheckpointError: a shard that may hold it cannot be read any more.
        """
        return self._find(key) is not None

    def read(self, key: str) -> tuple[Place, bytes]:
        """The packed audit of that key, and the shard it is in.

        Raises:
            KeyError: there is none.
            CheckpointError: its shard cannot be read any more.
        """
        number = self._find(key)
        if number is None:
            raise KeyError(key)
        path, shard = self._paths[number], self._shard(number)
        place, size = shard.contents[key]
        if shard.data:
            return path, shard.data[place : place + size]
        try:
            with _open(path) as file:
                file.seek(place)
                return path, file.read(size)
        except OSError as error:
            raise damaged(path) from error

    def _find(self, key: str) -> int | None:
        """The number of a shard that holds an audit of that key."""
        begin = np.uint64(_begin_of(key))
        at = int(np.searchsorted(self._keys, begin))
        if at == len(self._keys) or self._keys[at] != begin:
            return None
        number = int(self._numbers[at])
        return number if key in self._shard(number).contents else None

    def _shard(self, number: int) -> _Shard:
        if number not in self._held:
            if len(self._held) == HELD:
                del self._held[next(iter(self._held))]
            path = self._paths[number]
            try:
                data = path.read_bytes() if isinstance(path, Stored) else b""
                self._held[number] = _Shard(_read_contents(path), data)
            except OSError as error:
                raise damaged(path) from error
        return self._held[number]


def _begin_of(key: str) -> int:
    return int(key[:16], 16)


def write_shard(folder: Place, packed: Sequence[tuple[str, bytes]]) -> Place:
    """The file that now holds these packed audits, each with its key.

    Raises:
        CheckpointError: the disk is full, or the like.
    """
    contents = [[key, len(data)] for key, data in packed]
    head = json.dumps({"form": FORM, "calls": contents}).encode() + b"\n"
    name = hashlib.sha256("".join(key for key, _ in packed).encode()).hexdigest()[:32]
    path = folder / f"{name}{ENDING}"
    try:
        write_whole(path, head + b"".join(data for _, data in packed), PRIVATE)
    except OSError as error:
        raise CheckpointError(
            f"--checkpoint {folder}: not written: {error.strerror}; what was written before stays"
        ) from error
    return path


def _read_contents(path: Place) -> dict[str, tuple[int, int]]:
    """Place and size of each audit in a shard, by key."""
    try:
        with _open(path) as file:
            line = file.readline()
            head = json.loads(line)
            calls = [(str(key), int(size)) for key, size in head["calls"]]
            end = file.seek(0, os.SEEK_END)
            whole = (
                head["form"] == FORM
                and all(_KEY.fullmatch(key) for key, _ in calls)
                and end == len(line) + sum(size for _, size in calls)
            )
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path) from error
    if not whole:
        raise damaged(path)
    places = accumulate((size for _, size in calls), initial=len(line))
    return {key: (place, size) for (key, size), place in zip(calls, places, strict=False)}


def _open(path: Place) -> BinaryIO:
    return open_to_read(path.address) if isinstance(path, Stored) else path.open("rb")


def damaged(path: Place, what: str = "it, and its calls will be audited anew") -> CheckpointError:
    """The complaint about a file of a checkpoint."""
    return CheckpointError(f"{path}: damaged, or written by another version; delete {what}")
