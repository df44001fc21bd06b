"""Members of a zip archive: those that zipfile lists, whatever stands around the archive."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcript_audit.readers import read_transcripts, zip_members
from transcript_audit.readers.signatures import ZIP_FAULTS
from transcript_audit.readers.zip_members import ZipMembers

FIELDS = ("filename", "CRC", "file_size", "compress_size", "header_offset", "flag_bits")


def facts(members: Any) -> list[tuple[object, ...]]:
    return [tuple(getattr(each, name) for name in FIELDS) for each in members]


def pack(names: list[str], comment: bytes = b"", *, wide: bool = False) -> bytes:
    """An archive with these members; with the wider record of its directory where `wide`."""
    out = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, zipfile.ZipFile(out, "w") as archive:
        if wide:
            patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
        for number, name in enumerate(names):
            info = zipfile.ZipInfo(name)
            info.comment = b"c" * (number % 3)
            archive.writestr(info, f"{name} said {number}" * 9, zipfile.ZIP_DEFLATED)
        archive.comment = comment
        archive.close()
    return out.getvalue()


NAMES = st.lists(
    st.text(st.sampled_from("aé/東."), min_size=1, max_size=5), max_size=12, unique=True
)


@settings(deadline=None)
@given(NAMES, st.binary(max_size=40), st.binary(max_size=40), st.booleans(), st.integers(1, 5))
def test_members_and_their_bytes_are_those_that_zipfile_finds(
    names: list[str], comment: bytes, before: bytes, wide: bool, at_once: int
) -> None:
    data = io.BytesIO(before + pack(names, comment, wide=wide))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zip_members, "AT_ONCE", at_once)
        patch.setattr(zip_members, "_READ_AT_ONCE", 60)
        found = ZipMembers(data)
        with zipfile.ZipFile(data) as archive:
            assert facts(found) == facts(archive.infolist())
            for ours, theirs in zip(found, archive.infolist(), strict=True):
                with found.open(ours) as one, archive.open(theirs) as other:
                    assert one.read() == other.read()


@settings(deadline=None, max_examples=300)
@given(NAMES, st.booleans(), st.integers(1, 3), st.data())
def test_damage_is_told_where_zipfile_tells_it(
    names: list[str], wide: bool, at_once: int, data: st.DataObject
) -> None:
    packed = bytearray(pack(names, wide=wide))
    start = packed.find(b"PK\1\2") if names else 0
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(start, len(packed) - 1))] = data.draw(st.integers(0, 255))
    del packed[data.draw(st.integers(len(packed) - 9, len(packed))) :]
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            expected: object = facts(archive.infolist())
    except ZIP_FAULTS:
        expected = "damaged"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zip_members, "AT_ONCE", at_once)
        try:
            found: object = facts(ZipMembers(io.BytesIO(packed)))
        except ZIP_FAULTS:
            found = "damaged"
    if wide and expected == "damaged":
        return  # later versions of zipfile are strict about the wider record, and rightly
    assert found == expected


def test_members_may_be_opened_while_the_directory_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_members, "AT_ONCE", 2)
    monkeypatch.setattr(zip_members, "_READ_AT_ONCE", 100)
    archive = ZipMembers(io.BytesIO(pack([f"{number}.txt" for number in range(20)])))
    for number, member in enumerate(archive):
        with archive.open(member) as data:
            assert data.read(9) == f"{number}.txt said {number}"[:9].encode()


def test_the_members_of_a_large_archive_take_little_memory() -> None:
    chance = random.Random(5)  # noqa: S311 - nothing secret
    names = [f"{chance.random()}-{number}.json" for number in range(8000)]
    data = io.BytesIO(pack(names))
    tracemalloc.start()
    assert sum(1 for _ in ZipMembers(data)) == 8000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("size", [4, 13, 17, 18, 21])
def test_the_beginning_of_an_end_is_no_directory(size: int) -> None:
    with pytest.raises(zipfile.BadZipFile, match="no directory at its end"):
        ZipMembers(io.BytesIO(pack([])[:size]))


def test_members_with_all_the_comment_there_can_be_are_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "calls.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(600):
            info = zipfile.ZipInfo(f"{number}.txt")
            info.comment = b"c" * 65_000
            archive.writestr(info, "Agent: hello.\nCustomer: hi.\n")
    tracemalloc.start()
    assert sum(1 for _ in read_transcripts([str(path)])) == 600
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16_000_000 < path.stat().st_size
