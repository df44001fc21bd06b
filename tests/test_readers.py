"""Finding sources, their encodings and names, and that no call is lost in silence."""

from __future__ import annotations

import codecs
import io
import json
import os
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.errors import ConfigurationError, ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import (
    READERS,
    ReadOptions,
    find_sources,
    read_path_list,
    read_transcripts,
)
from transcript_audit.readers.times import read_moment, read_seconds

CALL = "Agent: Hello, Fernhill Gas.\nCustomer: I'd like to close my café account – today.\n"

FRAGMENTS = (
    *("WEBVTT", "\n", "\n\n", "00:00:01.000 --> 00:00:02.000", "0:1 --> x", "-->", "<v A>", "</v>"),
    *(
        "Kim:",
        "Agent: ",
        "text",
        "speaker,text",
        ",",
        ";",
        '"',
        "\t",
        '{"turns": [',
        "]}",
        "[",
        "{",
    ),
    *('{"speaker": 1, "text": "x"}', "null", "REP>", "[00:12] ", "Kim  0:12", "1", "sep=;", "é"),
    *("call_id\ttext\tstart", "&amp;", "NOTE", "STYLE", "\\N", "**"),
)


def read(path: Path | str, **options: object) -> list[Transcript | SkippedCall]:
    return list(read_transcripts([str(path)], ReadOptions(**options)))  # type: ignore[arg-type]


def read_one(path: Path | str, **options: object) -> Transcript:
    (call,) = read(path, **options)
    assert isinstance(call, Transcript), call
    return call


def skip_reason(path: Path | str, **options: object) -> str:
    (call,) = read(path, **options)
    assert isinstance(call, SkippedCall), call
    assert "\n" not in call.reason
    return call.reason


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        CALL.encode(),
        codecs.BOM_UTF8 + CALL.encode(),
        CALL.encode("utf-16"),
        codecs.BOM_UTF16_BE + CALL.encode("utf-16-be"),
        CALL.encode("utf-16-le"),
        CALL.encode("utf-16-be"),
        CALL.encode("utf-32"),
        CALL.encode("cp1252"),
        CALL.replace("\n", "\r\n").encode(),
        CALL.replace("\n", "\r").encode("cp1252"),
    ],
)
def test_the_same_call_in_any_encoding_reads_the_same(tmp_path: Path, content: bytes) -> None:
    call = read_one(write(tmp_path / "a.txt", content))
    assert [said.text for said in call.utterances] == [
        "Hello, Fernhill Gas.",
        "I'd like to close my café account – today.",
    ]


def test_one_cp1252_byte_does_not_garble_the_utf8_around_it(tmp_path: Path) -> None:
    content = "Agent: It’s Zoë.\n".encode() + "Customer: café\n".encode("cp1252")
    call = read_one(write(tmp_path / "a.txt", content))
    assert [said.text for said in call.utterances] == ["It’s Zoë.", "café"]


def test_bytes_that_cp1252_lacks_are_decoded_by_a_guess(tmp_path: Path) -> None:
    words = "Добрый день, я хочу расторгнуть договор на интернет, пожалуйста. "
    path = write(
        tmp_path / "a.txt", f"Agent: {words * 4}\nCustomer: {words * 4}\n".encode("koi8-r")
    )
    assert read_one(path, encoding="koi8-r").utterances[0].text.startswith("Добрый")
    assert len(read(path)) == 1


def test_a_named_encoding_that_does_not_fit_skips_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", CALL.encode("cp1252"))
    assert "encoding utf-8" in skip_reason(path, encoding="utf-8")
    assert "café" in read_one(path, encoding="cp1252").utterances[1].text
    big = write(tmp_path / "big.jsonl", b"[" + b" " * 300_000 + b"\xe9]")
    assert "encoding utf-8" in skip_reason(big, encoding="utf-8")


def test_a_named_utf16_takes_a_byte_order_mark_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", codecs.BOM_UTF16_LE + CALL.encode("utf-16-le"))
    assert read_one(path, encoding="utf-16-le").utterances[0].speaker == "Agent"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\0\0\0\0", "binary"),
        (codecs.BOM_UTF8, "empty"),
        (bytes(range(256)) * 20, "binary"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"%PDF-1.7 rest", "PDF"),
        (b"RIFF\0\0\0\0WAVEfmt ", "recording"),
        (b"just some prose without anybody speaking in it\n", "begins with a speaker"),
    ],
)
def test_what_is_no_transcript_is_skipped_in_one_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    assert words in skip_reason(write(tmp_path / "a.txt", content))


def test_an_unknown_file_tells_what_could_be_read(tmp_path: Path) -> None:
    reason = skip_reason(write(tmp_path / "a.weird", "lorem ipsum"))
    assert '"lorem ipsum"' in reason
    assert all(reader.title in reason for reader in READERS)


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", CALL)
    write(tmp_path / "b.txt", b"\0" * 99)
    write(tmp_path / "c.txt", CALL)
    calls = read(tmp_path)
    assert [call.call_id for call in calls] == ["a", "b", "c"]
    assert [type(call) for call in calls] == [Transcript, SkippedCall, Transcript]


def test_a_missing_path_a_missing_list_and_an_empty_pattern_are_skipped(tmp_path: Path) -> None:
    for path in ("none.txt", "@none.txt", "*.none", "\0", ""):
        reason = skip_reason(f"{tmp_path}/{path}" if path[:1] not in "@\0" else path)
        assert reason


def test_a_file_without_permission_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.txt", CALL)

    def refuse(*_: object, **__: object) -> io.BytesIO:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in skip_reason(path)


def test_a_folder_is_read_in_stable_order_without_hidden_files_and_media(tmp_path: Path) -> None:
    names = ("b.txt", "a.txt", ".hidden.txt", ".git/x.txt", "sub/c.txt", "README.md", "rules.yaml")
    for name in (*names, "call.wav"):
        write(tmp_path / name, CALL)
    assert [call.call_id for call in read(tmp_path)] == ["a", "b", "c"]
    assert read_one(tmp_path / "README.md").call_id == "README"


def test_an_empty_folder_is_skipped_with_its_reason(tmp_path: Path) -> None:
    assert "no transcript" in skip_reason(tmp_path)


def test_a_link_that_leads_nowhere_and_what_is_no_file_are_skipped_in_a_folder(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "calls"
    write(folder / "b.txt", CALL)
    (folder / "a.txt").symlink_to("gone.txt")
    (folder / "z.txt").symlink_to(folder)
    broken, good = read(folder)
    assert (broken.call_id, good.call_id) == ("a", "b")
    assert isinstance(broken, SkippedCall)
    assert 'a link to "gone.txt"' in broken.reason
    elsewhere = write(tmp_path / "elsewhere" / "c.txt", CALL).parent
    (folder / "others").symlink_to(elsewhere)
    reasons = [call.reason for call in read(folder) if isinstance(call, SkippedCall)]
    assert any("name the folder as well" in reason for reason in reasons)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_folder_is_skipped_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "neither a file nor a folder" in skip_reason(tmp_path)


def test_an_agent_with_the_surname_first_is_one_in_every_format(tmp_path: Path) -> None:
    call = "Agent name: Shah, Priya\n\nAgent: Hello.\nCustomer: Hi.\n"
    assert read_one(write(tmp_path / "a.txt", call)).agent_ids == ("Shah, Priya",)
    named = write(tmp_path / "1_Shah, Priya.txt", CALL)
    assert read_one(named, name_pattern="_(?P<agent>[^.]+)").agent_ids == ("Shah, Priya",)
    both = "Agent: Kim here.\nCustomer: Hi Kim, I want Lee.\n"
    named = write(tmp_path / "1_Kim, Lee.txt", both)
    assert read_one(named, name_pattern="_(?P<agent>[^.]+)").agent_ids == ("Kim", "Lee")


def test_a_path_named_twice_is_read_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", CALL)
    (tmp_path / "link.txt").symlink_to(path)
    paths = [str(path), str(tmp_path), f"{tmp_path}/./a.txt", f"{tmp_path}/*.txt"]
    assert len(list(find_sources(paths))) == 1


def test_patterns_are_expanded_also_through_folders(tmp_path: Path) -> None:
    for name in ("x/1.txt", "x/y/2.txt", "x/3.csv"):
        write(tmp_path / name, CALL)
    assert [call.call_id for call in read(f"{tmp_path}/**/*.txt")] == ["1", "2"]


def test_a_file_whose_name_looks_like_a_pattern_is_read(tmp_path: Path) -> None:
    assert read_one(write(tmp_path / "[1].txt", CALL)).call_id == "[1]"


def test_a_list_of_paths_is_followed(tmp_path: Path) -> None:
    first, second = write(tmp_path / "1.txt", CALL), write(tmp_path / "2.txt", CALL)
    listed = write(tmp_path / "list.lst", f"# ours\n\n{second}\n{first}\n{tmp_path}/gone.txt\n")
    assert read_path_list(str(listed)) == [str(second), str(first), f"{tmp_path}/gone.txt"]
    calls = read(f"@{listed}")
    assert [call.call_id for call in calls] == ["2", "1", "gone"]
    assert isinstance(calls[-1], SkippedCall)
    assert read_path_list("-", io.BytesIO(b"a.txt\n")) == ["a.txt"]
    with pytest.raises(ReadError, match="lists no path"):
        read_path_list("-", io.BytesIO(b"# nothing\n"))


def test_a_missing_path_in_a_list_does_not_end_the_list(tmp_path: Path) -> None:
    present = write(tmp_path / "1.txt", CALL)
    listed = write(tmp_path / "list.lst", f"{tmp_path}/gone.txt\n{present}\n")
    calls = read(f"@{listed}")
    assert [(type(call), Path(call.path).name) for call in calls] == [
        (SkippedCall, "gone.txt"),
        (Transcript, "1.txt"),
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (CALL, "text"),
        ('{"turns": [{"speaker": "agent", "text": "Hello"}]}\n', "jsonl"),
        ("speaker,text\nagent,Hello\n", "table"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Kim>Hello\n", "webvtt"),
        ("1\n00:00:01,000 --> 00:00:02,000\nKim: Hello\n", "srt"),
    ],
)
def test_standard_input_takes_every_format(content: str, name: str) -> None:
    (call,) = read_transcripts(["-", "-"], stdin=io.BytesIO(content.encode()))
    assert isinstance(call, Transcript)
    assert (call.format, call.path, call.call_id) == (name, "-", "stdin")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_named_as_a_path_is_read(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, CALL.encode())
    os.close(write_end)
    try:
        assert len(read_one(f"/dev/fd/{read_end}").utterances) == 2
    finally:
        os.close(read_end)


def test_content_beats_the_extension_and_an_option_beats_both(tmp_path: Path) -> None:
    path = write(tmp_path / "call.csv", CALL)
    assert read_one(path).format == "text"
    assert "no column for text" in skip_reason(path, input_format="table")


def test_the_same_id_twice_in_a_run_keeps_both_calls(tmp_path: Path) -> None:
    line = '{"id": "c1", "turns": [{"speaker": "agent", "text": "Hello"}]}\n'
    path = write(tmp_path / "a.jsonl", line * 3 + line.replace("c1", "c1~2"))
    assert [call.call_id for call in read(path)] == ["c1", "c1~2", "c1~3", "c1~2~2"]


def test_a_name_pattern_gives_id_agent_and_start(tmp_path: Path) -> None:
    path = write(tmp_path / "2026-03-04_NF-20391_priya.txt", CALL)
    pattern = r"(?P<started_at>[\d-]+)_(?P<call_id>[^_]+)_(?P<agent>\w+)"
    call = read_one(path, name_pattern=pattern)
    assert (call.call_id, call.agent_ids) == ("NF-20391", ("priya",))
    assert call.started_at == datetime(2026, 3, 4)
    assert read_one(path, name_pattern=r"(?P<agent>zzz)").agent_ids == ()


def test_a_name_pattern_with_a_slash_sees_the_folders(tmp_path: Path) -> None:
    path = write(tmp_path / "lena" / "7.txt", CALL)
    assert read_one(path, name_pattern=r"(?P<agent>\w+)/[^/]+$").agent_ids == ("lena",)


def test_the_content_beats_the_file_name(tmp_path: Path) -> None:
    path = write(tmp_path / "X1_kim.txt", "# call: C7\n# agent: Lee\n" + CALL)
    call = read_one(path, name_pattern=r"(?P<call_id>\w+?)_(?P<agent>\w+)")
    assert (call.call_id, call.agent_ids) == ("C7", ("Lee",))


def test_a_skipped_file_keeps_what_its_name_tells(tmp_path: Path) -> None:
    (call,) = read(
        write(tmp_path / "X1_kim.txt", ""), name_pattern=r"(?P<call_id>X\d)_(?P<agent>\w+)"
    )
    assert (call.call_id, call.agent_ids) == ("X1", ("kim",))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name_pattern": "(?P<call_id>"}, "not a regular expression"),
        ({"name_pattern": "(?P<date>.+)"}, "unknown group 'date'"),
        ({"name_pattern": ".+"}, "no named group"),
        ({"encoding": "utf-9"}, "not a text encoding"),
        ({"encoding": "rot13"}, "not a text encoding"),
        ({"columns": {"words": "x"}}, "unknown field 'words'"),
        ({"input_format": "pdf"}, "expected one of webvtt"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_before_reading(
    options: dict[str, object], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_transcripts([], ReadOptions(**options))  # type: ignore[arg-type]


def test_control_characters_go_and_markup_stays(tmp_path: Path) -> None:
    text = "\x1b[31m[bold]=HYPERLINK()\x00 <b>\x9b[/x] 🙂\ud83d tab\there\nand\u2028on"
    record = {"turns": [{"speaker": "\x07agent", "text": text}]}
    (said,) = read_one(write(tmp_path / "a.json", json.dumps(record))).utterances
    assert said.text == "[31m[bold]=HYPERLINK() <b>[/x] 🙂� tab here and on"
    assert said.speaker == "agent"


def test_a_call_in_which_nobody_says_anything_is_skipped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", '{"id": "q", "turns": [{"speaker": "a", "text": " "}]}')
    assert "no turn holds any words" in skip_reason(path)


def test_a_call_of_many_thousand_turns_is_read_whole(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.txt", "".join(f"Agent: word {i}\nCaller: yes {i}\n" for i in range(5000))
    )
    call = read_one(path)
    assert len(call.utterances) == 10_000
    assert call.utterances[-1].line == 10_000


def test_a_big_file_of_many_calls_is_read_in_flat_memory(tmp_path: Path) -> None:
    turns = [{"speaker": "agent", "text": "word " * 20}] * 20
    with (tmp_path / "a.jsonl").open("w") as file:
        for number in range(4000):
            file.write(json.dumps({"id": number, "turns": turns}) + "\n")
    tracemalloc.start()
    assert sum(1 for _ in read_transcripts([str(tmp_path / "a.jsonl")])) == 4000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8e6 < (tmp_path / "a.jsonl").stat().st_size


@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from(FRAGMENTS),
            max_size=30,
        ).map(lambda parts: "".join(parts).encode()),
    ),
    name=st.sampled_from([None, *(reader.name for reader in READERS)]),
)
def test_no_bytes_raise_and_every_source_gives_something(content: bytes, name: str | None) -> None:
    calls = list(read_transcripts(["-"], ReadOptions(input_format=name), io.BytesIO(content)))
    assert calls
    for call in calls:
        if isinstance(call, SkippedCall):
            assert call.reason
            assert not set(call.reason) & set("\n\r\0\x1b")
        else:
            numbers = [said.number for said in call.utterances]
            assert numbers == sorted(set(numbers))
            assert all(said.text == said.text.strip() != "" for said in call.utterances)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("13.02", 13.02),
        ("13,02", 13.02),
        ("1:23", 83.0),
        ("00:01:23", 83.0),
        ("00:01:23.456", 83.456),
        ("1:02:03,5", 3723.5),
        ("250 ms", 0.25),
        ("1.300s", 1.3),
        ("PT1M3.5S", 63.5),
        ("-0.02", 0.0),
        ("", None),
        ("PT", None),
        ("ten", None),
        ("1:2:3:4", None),
        ("9" * 400, None),
    ],
)
def test_times_are_read_by_their_form(text: str, seconds: float | None) -> None:
    assert read_seconds(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04", "2026-03-04T00:00:00"),
        ("2026-03-04T09:30:00Z", "2026-03-04T09:30:00+00:00"),
        ("2025-02-19T06-01-22", "2025-02-19T06:01:22"),
        ("20220622T16:55_UTC".replace("_", ""), "2022-06-22T16:55:00+00:00"),
        ("2024-12-08 22_00_00", "2024-12-08T22:00:00"),
        ("20260304_101500", "2026-03-04T10:15:00"),
        ("March 4, 2026, 9:30AM", "2026-03-04T09:30:00"),
        ("Mar. 4 2026 12:05 am", "2026-03-04T00:05:00"),
        ("4 March 2026, 21:30", "2026-03-04T21:30:00"),
    ],
)
def test_moments_are_read_that_mean_one_thing(text: str, moment: str) -> None:
    assert read_moment(text) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "text", ["", "03/04/2026", "2026-13-40", "2026-02-30 10:00", "soon", "Mayo 4, 2026"]
)
def test_moments_that_could_mean_anything_are_not_guessed(text: str) -> None:
    assert read_moment(text) is None


@given(st.text(max_size=30))
def test_reading_times_never_raises(text: str) -> None:
    read_seconds(text)
    read_moment(text)


# --- names that nobody can see ------------------------------------------------------------------

UNSEEN = ("\u200b", "\ufeff\u200d ", "\x07\x1b", "\u00ad\u2060", "\u3164", "\u202e\u2066")


@pytest.mark.parametrize("name", UNSEEN)
def test_names_that_cannot_be_seen_are_no_names(name: str) -> None:
    record = {
        "id": name,
        "agent": name,
        "turns": [{"speaker": name, "agent": name, "text": "Hello"}, {"text": name}],
    }
    turn_list = {"id": name, "agent": name, "messages": [{"speaker": name, "text": "Hello"}]}
    genesys = {
        "conversationId": name,
        "transcripts": [{"phrases": [{"participantPurpose": name, "text": "Hello"}]}],
        "participants": [{"participantPurpose": "agent", "userId": name}],
    }
    table = f'call_id,agent,speaker,text\n"{name}","{name}","{name}",Hello\n'
    texts = (*map(json.dumps, (record, turn_list, genesys)), table)
    for text in texts:
        (call,) = read_transcripts(["-"], ReadOptions(), io.BytesIO(text.encode()))
        assert isinstance(call, Transcript), (text, call)
        assert (call.call_id, call.agent_ids) == ("stdin", ()), text
        assert [(said.speaker, said.text, said.agent_id) for said in call.utterances] == [
            ("", "Hello", None)
        ], text


@pytest.mark.parametrize("name", UNSEEN)
def test_a_voice_that_cannot_be_seen_is_nobody(name: str) -> None:
    cues = f"WEBVTT\n\n0:01.000 --> 0:02.000\n<v {name}>Hello\n\n0:03.000 --> 0:04.000\n<v Ola>Hi\n"
    (call,) = read_transcripts(["-"], ReadOptions(), io.BytesIO(cues.encode()))
    assert isinstance(call, Transcript), call
    assert [(said.speaker, said.text) for said in call.utterances] == [("", "Hello"), ("Ola", "Hi")]


@pytest.mark.parametrize("name", UNSEEN)
def test_a_file_whose_name_cannot_be_seen_still_has_a_call_id(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.txt").write_text("Agent: Hello\nCustomer: Hi\n", encoding="utf-8")
    (call,) = read_transcripts([str(tmp_path)])
    assert call.call_id == "call"
