"""What an earlier process made is taken again, and only where it is that and this user's own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from transcript_audit import cached_files
from transcript_audit.cached_files import digest_of, load_or_make

Words = dict[str, list[tuple[str, int]]]
WORDS: Words = {"don't": [("do", 0), ("n't", 2)]}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what is called "words" is kept."""
    monkeypatch.setattr(cached_files, "_cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache" / "words.json"


def load(key: str = "one", make: Callable[[], Words] | None = None) -> Words:
    return load_or_make("words", key, Words, make or (lambda: dict(WORDS)))


def never() -> Words:
    pytest.fail("it was made again")


def test_what_was_made_is_not_made_again(place: Path) -> None:
    assert load() == WORDS
    assert load(make=never) == WORDS


def test_another_key_is_made_anew(place: Path) -> None:
    load()
    assert load("two", lambda: {"new": []}) == {"new": []}
    assert load("two", never) == {"new": []}


@pytest.mark.parametrize("held", [b"", b"{", b'["one"]', b'["one", {"a": 1}]', b"\xff", b"null"])
def test_a_spoilt_file_is_made_anew(place: Path, held: bytes) -> None:
    load()
    place.write_bytes(held)
    assert load() == WORDS
    assert load(make=never) == WORDS


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_may_have_written_is_not_read(place: Path, mode: int) -> None:
    load()
    place.chmod(mode)
    made = []
    assert load(make=lambda: made.append(1) or WORDS) == WORDS  # type: ignore[func-returns-value]
    assert made


def test_a_file_of_which_a_letter_has_changed_is_made_anew(place: Path) -> None:
    load()
    place.write_bytes(place.read_bytes().replace(b"do", b"no"))
    assert load() == WORDS
    assert load(make=never) == WORDS


def test_without_a_folder_it_is_made_each_time(place: Path) -> None:
    place.parent.write_text("in the way")
    assert load() == WORDS
    assert load() == WORDS


def test_the_digest_knows_where_a_part_ends() -> None:
    assert digest_of([b"ab", b"c"]) != digest_of([b"a", b"bc"])
    assert digest_of([b"ab"]) == digest_of([b"ab"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_in_its_place_is_not_waited_for(place: Path) -> None:
    place.parent.mkdir()
    os.mkfifo(place)
    assert load() == WORDS
    assert load(make=never) == WORDS


def test_a_file_too_large_to_be_ours_is_not_read(place: Path) -> None:
    load()
    with place.open("r+b") as file:
        file.truncate(1 << 42)
    assert load() == WORDS
    assert load(make=never) == WORDS
