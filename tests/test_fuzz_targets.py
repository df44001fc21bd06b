"""What fuzzing feeds: every input that ever crashed runs in the tests, and some to begin with."""

from __future__ import annotations

import io
import json
import zipfile
from itertools import islice
from pathlib import Path

import pytest
from fuzz import targets
from fuzz.mutations import mutate_within
from fuzz.seeds import CRASHES, crash_inputs, seeds_of
from fuzz.targets import FORMATS, RULE_FILES, TARGETS
from hostile import as_zip

INPUTS = [(target, path) for target in TARGETS for path in crash_inputs(target)]


@pytest.mark.parametrize(("target", "path"), INPUTS, ids=[path.name for _, path in INPUTS])
def test_what_once_crashed_no_longer_does(target: str, path: Path, in_seconds) -> None:
    with in_seconds(60):
        TARGETS[target](path.read_bytes())


def test_every_crash_kept_belongs_to_a_target() -> None:
    kept = [path for path in CRASHES.rglob("*") if path.is_file()]
    assert {path.parent.name for path in kept} <= TARGETS.keys()
    assert len(kept) == len(INPUTS) > 0


@pytest.mark.parametrize("target", TARGETS)
def test_fuzzing_begins_with_inputs_that_are_right(target: str) -> None:
    seeds = list(seeds_of(target))
    assert len(seeds) > 40
    for seed in islice(seeds, 0, None, 7):
        TARGETS[target](seed)


def test_the_seeds_are_of_every_kind() -> None:
    assert {seed[0] for seed in seeds_of("readers")} == set(range(len(FORMATS)))
    assert {seed[0] for seed in seeds_of("rules")} >= {0, 1, 3, 5, 6, 7}
    assert len(RULE_FILES) == 8


def test_nothing_at_all_is_an_input_too() -> None:
    for feed in TARGETS.values():
        feed(b"")
        feed(b"\0")


def test_a_fault_of_the_program_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(targets, "read_transcripts", crash)
    with pytest.raises(KeyError):
        TARGETS["readers"](b"\0x")
    monkeypatch.setattr(targets.loading, "load_rulebook", crash)
    with pytest.raises(KeyError):
        TARGETS["rules"](b"\0x")
    with pytest.raises(KeyError):
        TARGETS["calls"](b"\0aHello")


def halve(data: bytes, most: int) -> bytes:
    return data[: min(len(data) // 2, most)]


def test_json_mostly_stays_json_and_an_archive_an_archive() -> None:
    document = (
        b"\0" + json.dumps({"id": "a", "turns": [{"speaker": "agent", "text": "hi"}]}).encode()
    )
    archive = b"\0" + as_zip({"a.txt": b"Agent: hello", "b.txt": b"Customer: hello"})
    texts = {mutate_within(document, 1 << 16, seed, halve) for seed in range(100)}
    zips = {mutate_within(archive, 1 << 16, seed, halve) for seed in range(100)}
    assert len(texts) > 30
    assert sum(_is_json(text[1:]) for text in texts) > len(texts) / 2
    assert len(zips) > 2
    assert sum(zipfile.is_zipfile(io.BytesIO(data[1:])) for data in zips) > 1
    assert all(each[0] == 0 for each in texts | zips if each)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
