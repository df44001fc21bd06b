"""Archives: .gz and .zip read without unpacking, and what may be wrong with them."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, archives, read_transcripts

CALL = "Agent: Hello, Fernhill Gas.\nCustomer: I'd like to close my account.\n"
RECORD = {"id": "r1", "turns": [{"speaker": "agent", "text": "Hello"}]}

NOISE = random.Random(1)  # noqa: S311 - nothing here is secret
BOMB = b"Agent: hi there\n" * (5 << 16)


def read(path: Path | str, **options: object) -> list[Transcript | SkippedCall]:
    return list(read_transcripts([str(path)], ReadOptions(**options)))  # type: ignore[arg-type]


def read_bytes(data: bytes) -> list[Transcript | SkippedCall]:
    return list(read_transcripts(["-"], ReadOptions(), io.BytesIO(data)))


def reasons(calls: list[Transcript | SkippedCall]) -> list[str]:
    for call in calls:
        if isinstance(call, SkippedCall):
            assert not set(call.reason) & set("\n\r\0\x1b")
    return [call.reason for call in calls if isinstance(call, SkippedCall)]


def pack(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def pack_in(path: Path, members: dict[str, str | bytes]) -> Path:
    path.write_bytes(pack(members))
    return path


@pytest.mark.parametrize("name", ["call.txt.gz", "call.txt", "call.bin"])
def test_a_gzip_file_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(CALL.encode()))
    (call,) = read(path)
    assert isinstance(call, Transcript)
    assert (call.call_id, call.path, len(call.utterances)) == ("call", str(path), 2)


def test_the_name_without_gz_is_a_hint_where_the_content_tells_nothing() -> None:
    members = {"a.csv": "one;two\n1;2\n", "b.csv.gz": gzip.compress(b"one;two\n1;2\n")}
    found = reasons(read_bytes(pack(members)))
    assert ["no column for text" in reason for reason in found] == [True, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_packed_file_is_decoded_like_any_other(encoding: str) -> None:
    (call,) = read_bytes(gzip.compress("Agent: Café, hello.\nCustomer: Hi.\n".encode(encoding)))
    assert isinstance(call, Transcript)
    assert call.utterances[0].text == "Café, hello."


def test_a_zip_of_many_formats_gives_every_call_with_its_place(tmp_path: Path) -> None:
    path = pack_in(
        tmp_path / "export.zip",
        {
            "calls/one.txt": CALL,
            "calls/two.jsonl": json.dumps(RECORD),
            "three.csv": "call_id,speaker,text\nc3,agent,Hello\n",
            "four.json.gz": gzip.compress(json.dumps(RECORD | {"id": "r4"}).encode()),
        },
    )
    calls = read(path)
    assert [(call.call_id, call.path) for call in calls] == [
        ("one", f"{path}!calls/one.txt"),
        ("r1", f"{path}!calls/two.jsonl"),
        ("c3", f"{path}!three.csv"),
        ("r4", f"{path}!four.json.gz"),
    ]
    assert all(isinstance(call, Transcript) for call in calls)


def test_one_member_is_read_by_the_name_that_reports_give_it(tmp_path: Path) -> None:
    path = pack_in(tmp_path / "a!b.zip", {"x/[1].txt": CALL, "y!.txt": CALL, "bad.txt": ""})
    for call in read(path):
        (alone,) = read(call.path)
        assert alone == call
    (reason,) = reasons(read(f"{path}!none.txt"))
    assert "no such file in this archive" in reason
    (reason,) = reasons(read(f"{tmp_path}/none.zip!x.txt"))
    assert "no such file or folder" in reason


def test_an_archive_comes_through_standard_input_too() -> None:
    (call,) = read_bytes(pack({"a.txt": CALL}))
    assert (call.call_id, call.path) == ("a", "-!a.txt")


def test_a_bad_member_does_not_stop_the_rest(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "a.txt": CALL,
        "bad.json": '{"turns": [',
        "cut.gz": gzip.compress(CALL.encode() * 50)[:-20],
        "empty.txt": "",
        "inner.zip": pack({"x.txt": CALL}),
        "inner.tar.gz": gzip.compress(b"x" * 257 + b"ustar" + bytes(300)),
        "z.txt": CALL,
    }
    path = pack_in(tmp_path / "export.zip", members)
    calls = read(path)
    assert [call.path.partition("!")[2] for call in calls] == list(members)
    assert [isinstance(call, Transcript) for call in calls] == [True, *[False] * 5, True]
    bad, cut, empty, nested, tar = reasons(calls)
    assert "not JSON" in bad
    assert "cut off or damaged" in cut
    assert "empty" in empty
    assert "an archive in an archive" in nested
    assert "tar archive" in tar
    assert calls[2].call_id == "cut"


def test_names_in_an_archive_lead_nowhere_and_are_shown_harmless(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    names = ["../../up.txt", "/etc/root.txt", "C:\\dos\\name.txt", "esc\x1b[31m.txt", "a\nb.txt"]
    path = pack_in(folder / "e.zip", dict.fromkeys(names, CALL))
    calls = read(path)
    assert [call.call_id for call in calls] == ["up", "root", "name", "esc[31m", "a b"]
    assert not any(set(call.path) & set("\n\x1b") for call in calls)
    assert [each.name for each in tmp_path.rglob("*")] == ["work", "e.zip"]


def test_hidden_files_media_and_what_systems_add_are_left_aside(tmp_path: Path) -> None:
    aside = (
        "__MACOSX/._a.txt",
        ".DS_Store",
        "d/.git/x.txt",
        "README.md",
        "call.wav",
        "~$a.docx",
        "d/",
    )
    path = pack_in(tmp_path / "e.zip", {"a.txt": CALL, **dict.fromkeys(aside, b"x")})
    assert [call.call_id for call in read(path)] == ["a"]
    (reason,) = reasons(read(pack_in(tmp_path / "f.zip", {"README.md": "x"})))
    assert "no transcript in this archive" in reason


def test_an_empty_archive_is_said_to_be_one() -> None:
    assert "no transcript in this archive" in reasons(read_bytes(pack({})))[0]
    assert "empty" in reasons(read_bytes(gzip.compress(b"")))[0]


def test_the_name_of_a_member_gives_id_and_agent(tmp_path: Path) -> None:
    path = pack_in(tmp_path / "e.zip", {"lena/X1_kim.txt": CALL, "lena/X2_lee.txt": ""})
    pattern = r"^(?P<call_id>X\d)_(?P<agent>\w+)"
    calls = read(path, name_pattern=pattern)
    assert [(call.call_id, call.agent_ids) for call in calls] == [
        ("X1", ("kim",)),
        ("X2", ("lee",)),
    ]
    assert read(path, name_pattern=r"(?P<agent>\w+)/[^/]+$")[0].agent_ids == ("lena",)


def test_members_locked_with_a_password_are_skipped_alone(tmp_path: Path) -> None:
    data = bytearray(pack({"a.txt": CALL, "b.txt": CALL}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    calls = read_bytes(bytes(data))
    assert [type(call) for call in calls] == [SkippedCall, Transcript]
    assert "locked with a password" in reasons(calls)[0]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_whose_memory_has_no_bound_are_not_read(method: int) -> None:
    (reason,) = reasons(read_bytes(pack({"a.txt": CALL}, method)))
    assert "pack it as .zip by the usual one" in reason


def test_a_zip_that_is_cut_off_is_one_skipped_call(tmp_path: Path) -> None:
    data = pack({f"{number}.txt": CALL * 20 for number in range(20)})
    path = tmp_path / "e.zip"
    path.write_bytes(data[: len(data) // 2])
    (reason,) = reasons(read(path))
    assert "cut off or damaged" in reason


def test_damage_inside_a_member_skips_that_member() -> None:
    text = "".join(NOISE.choices("abcdefgh \n", k=4000))
    data = bytearray(pack({"a.txt": f"Agent: {text}", "b.txt": CALL}))
    data[200:240] = bytes(40)
    calls = read_bytes(bytes(data))
    assert calls[0].path == "-!a.txt"
    assert "cut off or damaged" in reasons(calls)[0]
    assert isinstance(calls[-1], Transcript)


def test_a_gzip_file_that_is_cut_off_keeps_the_calls_before_the_cut() -> None:
    lines = "".join(
        json.dumps({"id": n, "turns": [{"speaker": "agent", "text": str(NOISE.random())}]}) + "\n"
        for n in range(20_000)
    )
    calls = read_bytes(gzip.compress(lines.encode())[:-2000])
    # What is cut off shows when the encoding is looked for, before anything is read.
    assert "cut off or damaged" in reasons(calls)[-1]


@pytest.fixture
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "HARMLESS", 1 << 20)
    monkeypatch.setattr(archives, "LARGEST", 1 << 23)
    monkeypatch.setattr(archives, "LARGEST_IN_MEMORY", 1 << 21)


@pytest.mark.usefixtures("_small_limits")
def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    assert "unpacks to more than 2 MB" in reasons(read_bytes(gzip.compress(BOMB)))[0]
    calls = read_bytes(pack({"a.txt": CALL, "bomb.txt": BOMB}))
    assert [call.path for call in calls] == ["-!a.txt", "-"]
    many = {f"{number}.txt": b" " * (900 << 10) for number in range(20)}
    members = reasons(read_bytes(pack(many)))
    assert "the files from here on are not read" in members[-1]
    assert len(members) < 20


@pytest.mark.usefixtures("_small_limits")
def test_one_bomb_among_large_members_is_skipped_alone() -> None:
    noise = NOISE.randbytes(40 << 10).hex()
    members = {"a.txt": f"Agent: {noise}", "bomb.txt": BOMB[: 2 << 20], "z.txt": CALL}
    calls = read_bytes(pack(members))
    assert [type(call) for call in calls] == [Transcript, SkippedCall, Transcript]
    assert calls[1].path == "-!bomb.txt"


@pytest.mark.usefixtures("_small_limits")
def test_a_bomb_in_a_gzip_file_in_a_zip_is_stopped() -> None:
    once = gzip.compress(BOMB)
    (reason,) = reasons(read_bytes(pack({"a.json.gz": once})))
    assert "unpacks to more than" in reason
    (reason,) = reasons(read_bytes(gzip.compress(once)))
    assert "an archive in an archive" in reason


@pytest.mark.usefixtures("_small_limits")
def test_a_packed_file_that_must_be_held_whole_has_a_limit() -> None:
    held = b"PAR1" + NOISE.randbytes(3 << 20)
    (reason,) = reasons(read_bytes(gzip.compress(held)))
    assert "unpack it first" in reason


def test_an_archive_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    (reason,) = reasons(read_bytes(pack({f"{n}.txt": CALL for n in range(4)})))
    assert "more than 3 files in it; split it" in reason


def test_a_tar_archive_is_told_what_to_do() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = len(CALL)
        archive.addfile(info, io.BytesIO(CALL.encode()))
    assert "tar archive" in reasons(read_bytes(buffer.getvalue()))[0]
    assert "tar archive" in reasons(read_bytes(gzip.compress(buffer.getvalue())))[0]


def test_an_archive_of_many_calls_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    words = "".join(NOISE.choices("abcdefgh ", k=20_000))
    record = json.dumps({"turns": [{"speaker": "agent", "text": words}]})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(50):
            archive.writestr(f"{number}.txt", f"Agent: {words}\nCustomer: no\n")
        archive.writestr("big.jsonl", f"{record}\n" * 500)
    tracemalloc.start()
    count = sum(isinstance(call, Transcript) for call in read_transcripts([str(path)]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 550
    assert peak < 6e6
    assert sum(info.file_size for info in zipfile.ZipFile(path).infolist()) > 11e6


def test_an_archive_that_is_left_early_is_closed(tmp_path: Path) -> None:
    path = pack_in(tmp_path / "e.zip", {"a.txt": CALL, "b.txt": CALL})
    calls = read_transcripts([str(path)])
    next(calls)
    calls.close()  # type: ignore[attr-defined]
    path.unlink()


PACKED = (pack({"a.txt": CALL, "b/c.json": json.dumps(RECORD)}), gzip.compress(CALL.encode()))


@given(
    data=st.sampled_from(PACKED),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
    cut=st.integers(0, 400),
)
def test_no_damage_to_an_archive_raises(
    data: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(data)
    for place, byte in changes:
        damaged[place % len(damaged)] = byte
    calls = read_bytes(bytes(damaged[: max(5, len(damaged) - cut)]))
    assert calls
    reasons(calls)
