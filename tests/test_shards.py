"""Shards of a checkpoint: what was written is found by its key, in little memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from transcript_audit.shards import CheckpointError, Shards, write_shard


def key(number: int, begin: int | None = None) -> str:
    return f"{number if begin is None else begin:016x}{number:016x}"


def kept(folder: Path) -> Shards:
    shards = Shards(folder)
    shards.look_again()
    return shards


def test_what_was_written_is_found_whichever_shard_it_is_in(tmp_path: Path) -> None:
    for first in range(0, 60, 6):
        write_shard(tmp_path, [(key(n), b"audit %d" % n) for n in range(first, first + 6)])
    shards = kept(tmp_path)
    assert len(shards) == 60
    for number in (*range(59, -1, -1), *range(0, 60, 7)):
        assert key(number) in shards
        assert shards.read(key(number))[1] == b"audit %d" % number
    assert key(60) not in shards
    with pytest.raises(KeyError):
        shards.read(key(60))


def test_keys_that_begin_alike_are_never_taken_for_one(tmp_path: Path) -> None:
    write_shard(tmp_path, [(key(1, begin=7), b"one")])
    write_shard(tmp_path, [(key(2, begin=7), b"two")])
    shards = kept(tmp_path)
    found = {number: key(number, begin=7) in shards for number in (1, 2, 3)}
    assert sum(found.values()) == 1
    assert not found[3]
    for number, said in ((1, b"one"), (2, b"two")):
        if found[number]:
            assert shards.read(key(number, begin=7))[1] == said


def test_a_shard_that_is_gone_meanwhile_is_an_error_that_names_it(tmp_path: Path) -> None:
    shard = write_shard(tmp_path, [(key(1), b"one")])
    shards = kept(tmp_path)
    Path(str(shard)).unlink()
    with pytest.raises(CheckpointError, match=Path(str(shard)).name):
        shards.read(key(1))


def test_very_many_audits_take_little_memory(tmp_path: Path) -> None:
    for first in range(0, 20_000, 500):
        packed = [(key(n * 7919 % 100_003, begin=n), b"{}") for n in range(first, first + 500)]
        write_shard(tmp_path, packed)
    tracemalloc.start()
    shards = kept(tmp_path)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(shards) == 20_000
    assert held < 20_000 * 20
