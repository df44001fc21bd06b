"""Files built to exhaust or mislead, rules built to hang: limits, each with one clear line."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from builders import make_turn
from fuzz.targets import few_rules
from hostile import SAID, as_text, as_zip
from loaded import built_in
from typer.testing import CliRunner

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.acts.phrases import PhraseFinder, compile_phrase
from transcript_audit.acts.words import read_words
from transcript_audit.cli import app
from transcript_audit.errors import ConfigurationError, RuleBookError, SettingsError
from transcript_audit.model import Role, SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.rulebook import load_rulebook
from transcript_audit.settings import load_settings

TURN = '{"speaker": "agent", "text": "Hello there"}'
DEEP = 100_000


def read(data: bytes, **options: object) -> list[Transcript | SkippedCall]:
    return list(read_transcripts(["-"], ReadOptions(**options), io.BytesIO(data)))  # type: ignore[arg-type]


def reason_of(data: bytes) -> str:
    (call,) = read(data)
    assert isinstance(call, SkippedCall), call
    assert call.reason.isprintable()
    assert len(call.reason) < 400
    return call.reason


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (f'{{"id": "a", "turns": {"[" * DEEP}{"]" * DEEP}}}', "nested too deeply"),
        ('{"a":' * DEEP + "1" + "}" * DEEP, "nested too deeply"),
        (f'{{"id": "a", "turns": [{TURN}], "turns": []}}', 'key "turns" twice in one object'),
        ('{"turns": [{"speaker": "agent", "text": "a", "text": "b"}]}', 'key "text" twice'),
        (f'{{"id": "a", "x": {"9" * 5_000}, "turns": [{TURN}]}}', "a number too long"),
        ('{"turns": [{"speaker": "agent", "text": "hi", "start": NaN}]}', "is not a time"),
        ('{"turns": [{"speaker": "agent", "text": "hi", "start": 1e999}]}', "is not a time"),
        ('{"turns": [{"speaker": "agent", "text": "hi", "end": -Infinity}]}', "is not a time"),
        (f'{{"turns": [{{"text": "hi", "start": {"9" * 4_000}}}]}}', "is not a time"),
        (f'{{"turns": [{TURN}], "stated": {{"duration": NaN}}}}', ""),
    ],
)
def test_json_that_misleads_is_skipped_in_one_line(record: str, problem: str, in_seconds) -> None:
    with in_seconds(10):
        (call,) = read(record.encode())
    if problem:
        assert isinstance(call, SkippedCall)
        assert problem in call.reason
        assert call.reason.isprintable()


def test_a_key_that_says_the_same_twice_is_read() -> None:
    (call,) = read(f'{{"id": "a", "id": "a", "turns": [{TURN}]}}'.encode())
    assert call.call_id == "a"


@pytest.mark.parametrize(
    "table",
    [
        ",".join(f"c{n}" for n in range(50_000)) + "\n" + "," * 50_000,
        "call_id,speaker,text" + ",x" * 500_000 + "\na,agent,hi\n",
        "call_id,speaker,text\n" + ("a,agent,hi" + "," * 200_000 + "\n") * 5,
        ",;\t|" * 50_000,
        'call_id,speaker,text\na,agent,"' + "x\n" * 100_000,
        f"call_id,turn,speaker,text\na,{'9' * 5_000},agent,hi\n",
        f"call_id,start,speaker,text\na,{'9' * 5_000},agent,hi\n",
    ],
    ids=["header", "long header", "rows", "delimiters", "open quote", "number", "time"],
)
def test_a_table_of_endless_columns_or_numbers_is_read_or_skipped(table: str, in_seconds) -> None:
    tracemalloc.start()
    with in_seconds(20):
        (call,) = read(table.encode())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200e6
    if isinstance(call, SkippedCall):
        assert call.reason.isprintable()
        assert len(call.reason) < 400


@pytest.mark.parametrize(
    "line",
    [
        *(f"{before}{' ' * 100_000}x" for before in ("", "1:00", "[1:00", "Kim", "- 1:00", "#")),
        *(sign * 100_000 for sign in ("#", "(", "*", "a:", "1", "1:00 ", "- ", "\x1b[31m")),
    ],
)
def test_a_line_of_text_cannot_make_its_patterns_go_back_and_forth(line: str, in_seconds) -> None:
    with in_seconds(10):
        assert read(f"Agent: Hello.\n{line}\nCustomer: Hi.\nAgent: Bye.\n".encode())


@pytest.mark.parametrize(
    "line",
    ["\n", " \n", "{\n", '"\n', "1\n", "Agent:\n", "a,b\n", "-->\n", "1:00\n\n", "\r"],
)
def test_lines_without_end_take_time_in_line_with_their_number(line: str, in_seconds) -> None:
    flood = line * (100_000 // len(line))
    with in_seconds(20):
        assert read(flood.encode())
        assert read(f"Agent: Hello.\n{flood}Customer: Hi.\nAgent: Bye.\n".encode())
        assert read(f"call_id,speaker,text\na,agent,hi\n{flood}".encode())


def test_members_that_share_their_bytes_are_a_bomb(in_seconds) -> None:
    """One packed text that a thousand entries of the directory point to."""
    packed = as_zip({"a.txt": as_text("x" * 3_000_000)})
    begin, end = packed.rindex(b"PK\x01\x02"), packed.rindex(b"PK\x05\x06")
    entries = packed[begin:end] * 1_000
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1_000, 1_000, len(entries), begin, 0)
    with in_seconds(120):
        calls = read(packed[:begin] + entries + tail)
    assert isinstance(calls[-1], SkippedCall)
    assert "64 MB" in calls[-1].reason


def test_a_link_in_an_archive_is_no_file(in_seconds) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("call.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "../../../../etc/passwd")
    assert "root:" not in reason_of(out.getvalue())


@pytest.mark.parametrize(
    "piece", ["<v ", "<v" + " " * 999, "<c.", "&#1", "</", "<1", "-->", "{\\an"]
)
def test_a_cue_cannot_either(piece: str, in_seconds) -> None:
    cue = f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent>hi{piece * (60_000 // len(piece))}\n\n"
    with in_seconds(10):
        assert read(cue.encode())
        assert read(cue.replace("<v Agent>", "Agent: ").removeprefix("WEBVTT\n\n").encode())


def test_an_archive_in_an_archive_is_refused_at_any_depth() -> None:
    inner = as_zip({"call.txt": as_text("x")})
    for data in (
        as_zip({"a.zip": inner}),
        gzip.compress(inner),
        as_zip({"b.gz": gzip.compress(inner)}),
    ):
        (call,) = read(data)
        if isinstance(call, SkippedCall):
            assert "archive" in call.reason
        else:
            assert len(call.utterances) == len(SAID)


def test_names_in_an_archive_write_nothing_anywhere(tmp_path: Path, monkeypatch) -> None:
    work = tmp_path / "a" / "b"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    names = ["../../x.txt", "/x.txt", "..\\..\\x.txt", "C:\\x.txt", "a/../../../x.txt", "con.txt"]
    calls = read(as_zip(dict.fromkeys(names, as_text("x"))))
    assert len(calls) == len(names)
    assert list(tmp_path.rglob("*")) == [tmp_path / "a", work]


def test_a_member_without_a_name_is_read() -> None:
    data = bytearray(as_zip({"x": as_text("x")}))
    data[30] = data[data.rindex(b"PK\x01\x02") + 46] = 0  # where its name stands, twice
    (call,) = read(bytes(data))
    assert len(call.utterances) == len(SAID)


def test_a_link_out_of_a_folder_is_told_and_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "calls"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.txt").write_bytes(as_text("x"))
    (inside / "call.txt").write_bytes(as_text("x"))
    (inside / "link").symlink_to(outside)
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "same.txt").symlink_to("call.txt")
    (inside / "loop").symlink_to(inside)
    calls = list(read_transcripts([str(inside)]))
    assert [call.path for call in calls if isinstance(call, Transcript)] == [
        str(inside / "call.txt")
    ]
    skipped = [call for call in calls if isinstance(call, SkippedCall)]
    assert [Path(call.path).name for call in skipped] == ["link", "link.txt"]
    assert all("not followed" in call.reason for call in skipped)


PATTERN = """\
patterns:
  - id: offer/own
    act: offer
    qualifier: discount
    {keys}
    examples: {{match: [I can do ten percent off], no_match: [It is ten past five]}}
"""


def faults_of(folder: Path, text: str, name: str = "acts/own.yaml") -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with few_rules(), pytest.raises(RuleBookError) as raised:
        load_rulebook(folder)
    assert all(fault.isprintable() for fault in raised.value.faults)
    return "\n".join(raised.value.faults)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB, "own.yaml:2:8: not YAML: an alias (*name), which is not read in rule files"),
        ("patterns: &a [*a]", "an alias"),
        ("patterns: !!python/object/apply:os.system ['x']", "could not determine a constructor"),
        ("patterns: !include /etc/passwd", "could not determine a constructor"),
        (f"patterns: {'9' * 5_000}", "1:11: not YAML: a value that cannot be read"),
        ("patterns: 2026-13-45", "a value that cannot be read"),
        ("patterns: !!float x", "a value that cannot be read"),
        ("patterns: !!bool x", "a value that cannot be read"),
        (f"patterns: {'[' * 2_000}", "recursion depth"),
        ("patterns: .nan", "expected a list"),
        (f"# {'x' * (1 << 19)}\npatterns: []", "larger than 512 KB"),
        (f"patterns: [{'a, ' * 5_000}]", "more faults in this file"),
    ],
)
def test_yaml_that_grows_lies_or_commands_is_a_fault(
    tmp_path: Path, text: str, problem: str, in_seconds
) -> None:
    with in_seconds(60):
        assert problem in faults_of(tmp_path, text)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("tokens: [[{LOWER: {REGEX: '(a|aa)+$'}}]]", "'REGEX' is no comparison"),
        ("tokens: [[{TEXT: {FUZZY: x}}]]", "'FUZZY' is no comparison"),
        ("tokens: [[{REGEX: x}]]", "needs a trained model or a regular expression"),
        ("tokens: [[{LOWER: a, OP: '+'}, {LOWER: a, OP: '*'}]]", "'+' is no operator"),
        ("tokens: [[{LOWER: a, OP: '{1,9}'}]]", "is no operator"),
        ("tokens: [[{_: {x: 1}}]]", "the token attribute '_'"),
        ("tokens: [[{LOWER: a}" + ", {LOWER: a, OP: '?'}" * 6 + "]]", "6 tokens with OP '?'"),
        (f"tokens: [[{'{LOWER: a}, ' * 51}]]", "51 tokens in a pattern; allowed: up to 50"),
        ("tokens: [[]]", "the token pattern would match anything"),
        ("tokens: [[{}]]", "the token pattern would match anything"),
        ("tokens: [[{OP: '!'}, {LOWER: a, OP: '?'}]]", "the token pattern would match anything"),
        ("tokens: [[{lower: a}]]", "did you mean 'LOWER'?"),
        ("tokens: [[{LOWER: [a]}]]", "['a']: expected a text"),
        ("tokens: [[{LOWER: 5}]]", "5: expected a text"),
        ('tokens: [[{LOWER: "\\ud800"}]]', "expected a text"),
        ("tokens: [[{LOWER: {IN: [a, 1]}}]]", "expected a list, each a text"),
        ("tokens: [[{LOWER: {IN: 5}}]]", "5: expected a list"),
        ("tokens: [[{LOWER: {}}]]", "compared with nothing; allowed: IN, NOT_IN"),
        ("tokens: [[{LOWER: {'>=': 5}}]]", "'>=' is no comparison"),
        ("tokens: [[{LENGTH: 99999999999999999999}]]", "expected a number from 0 to 1000"),
        ("tokens: [[{LENGTH: {'>=': .nan}}]]", "expected a number from 0 to 1000"),
        ("tokens: [[{IS_ALPHA: x}]]", "'x': expected true or false"),
        (f"phrases: ['x {'... ' * 5_000}y']", "parts in a phrase; allowed: up to 50"),
        ("phrases: ['(a+)+$']", "is not part of a phrase"),
    ],
)
def test_a_rule_cannot_bring_a_regular_expression_or_endless_repetition(
    tmp_path: Path, keys: str, problem: str
) -> None:
    assert problem in faults_of(tmp_path, PATTERN.format(keys=keys))


@pytest.mark.parametrize(
    "key",
    ["phrases: ['ten percent off', '{0}']", "phrases: [ten percent off]\n    unless: ['{0}']"],
)
def test_a_phrase_of_too_many_ways_is_refused_before_a_call_is_read(
    tmp_path: Path, key: str
) -> None:
    (tmp_path / "acts").mkdir()
    text = PATTERN.format(keys=key.format(" ".join(["gonna/wanna/gotta"] * 20)))
    (tmp_path / "acts" / "own.yaml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["rules", "lint", "--rules", str(tmp_path)])
    assert done.exit_code == 2
    assert "more than 1000 ways; split it" in done.stdout


@pytest.mark.parametrize(
    "phrase",
    [
        "a ... ... ... ... ... ... ... ... ... ... ... ... the",
        "^ ... a? the? you? ... a? the? you? ... a? the? you? ... want ... a? the? $",
        "a/the/you/i a/the/you/i? ... a/the/you/i? ... a/the/you/i? ... a/the/you/i",
    ],
)
def test_a_hostile_phrase_takes_time_in_line_with_the_words(phrase: str, in_seconds) -> None:
    said = "the a you i want not the you a can i a the not you "
    words = read_words(said * 4_000)
    assert len(words.texts) > 50_000
    finder = PhraseFinder()
    finder.add("own", compile_phrase(phrase, built_in().lists))
    with in_seconds(60):
        assert isinstance(finder.find(words), list)


PACKED = "[{LOWER: a}, {OP: '?'}, {LOWER: a, OP: '?'}, {OP: '?'}, {OP: '?'}, {OP: '?'}, {LOWER: z}]"


@pytest.mark.parametrize("keys", [f"tokens: [{PACKED}]", "phrases: ['a ... ... a? a? ... z']"])
def test_what_a_rule_may_hold_reads_a_hundred_thousand_characters_in_seconds(
    tmp_path: Path, keys: str, in_seconds
) -> None:
    recogniser = recogniser_with(tmp_path, PATTERN.format(keys=keys))
    turns = [
        make_turn(0, Role.AGENT, "a " * 50_000),
        make_turn(1, Role.AGENT, "a" * 100_000),
        make_turn(2, Role.AGENT, "a b " * 25_000),
        make_turn(3, Role.AGENT, f"{'a b c ' * 16_000} z"),
    ]
    with in_seconds(120):
        found = recogniser.recognise(turns)
    assert {act.source for act in found if act.source == "offer/own"} <= {"offer/own"}


def test_thousands_of_patterns_take_time_in_line_with_their_number(
    tmp_path: Path, in_seconds
) -> None:
    one = PATTERN.removeprefix("patterns:\n")
    text = "".join(
        one.replace("offer/own", f"offer/own-{n}").format(keys=f"phrases: [the you{n} ... want a]")
        for n in range(400)
    )
    (tmp_path / "acts").mkdir()
    for part in range(3):
        written = "patterns:\n" + text.replace("offer/own-", f"offer/own-{part}-")
        (tmp_path / "acts" / f"own{part}.yaml").write_text(written, encoding="utf-8")
    said = "the you7 i want a the not you want a can i a the not you "
    with in_seconds(120), few_rules():
        recogniser = load_recogniser(load_rulebook(tmp_path), patterns_only=True)
        found = recogniser.recognise([make_turn(0, Role.AGENT, said * 2_000)])
    assert len({act.source for act in found}) >= 1


def recogniser_with(folder: Path, text: str) -> Recogniser:
    (folder / "acts").mkdir()
    (folder / "acts" / "own.yaml").write_text(text, encoding="utf-8")
    with few_rules():
        return load_recogniser(load_rulebook(folder), patterns_only=True)


def test_a_rule_file_that_is_a_link_out_of_the_folder_is_told_and_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    rules = tmp_path / "rules"
    (rules / "acts").mkdir(parents=True)
    (rules / "acts" / "own.yaml").symlink_to(secret)
    (rules / "acts" / "loop.yaml").symlink_to("loop.yaml")
    (rules / "acts" / "deep").symlink_to(tmp_path, target_is_directory=True)
    (rules / "lists.yaml").symlink_to("all.yaml.txt")
    (rules / "all.yaml.txt").write_text("lists: {own: [lamp]}\n", encoding="utf-8")
    with pytest.raises(RuleBookError) as raised:
        load_rulebook(rules)
    (fault,) = raised.value.faults
    assert "own.yaml:1:1: a link out of the rules folder, which is not followed" in fault


@pytest.mark.parametrize(
    "text", ["patterns: ../../secret.yaml", "extends: /etc/passwd", "include: /etc/passwd"]
)
def test_a_rule_file_names_no_other_file(tmp_path: Path, text: str) -> None:
    assert "root:" not in faults_of(tmp_path, text)


def test_a_fault_is_told_in_a_line_that_can_be_read(tmp_path: Path) -> None:
    long = "x" * 200_000
    for text in (
        f"{long}: 1",
        f"patterns: [{{id: {long}}}]",
        f"patterns: !{long} x",
        f"? !!int {long}",
    ):
        faults = faults_of(tmp_path, text)
        assert len(max(faults.split("\n"), key=len)) < 2_000


def test_a_name_pattern_is_stopped_and_told(tmp_path: Path, in_seconds) -> None:
    path = tmp_path / f"{'a' * 60}!.txt"
    path.write_bytes(as_text("x"))
    options = ReadOptions(name_pattern=r"(?P<call_id>(a|aa|a.|.a)+)\d$")
    with in_seconds(30), pytest.raises(ConfigurationError, match="takes too long"):
        list(read_transcripts([str(path)], options))


@pytest.mark.parametrize(
    "text",
    [
        f"jobs = {'9' * 5_000}",
        f"teams = {'[' * 5_000}",
        f"teams = {'{a=' * 5_000}",
        "jobs = nan",
        "jobs = 1\njobs = 2",
        "listen_link = '{call_id.__class__}'",
        "listen_link = '{call_id!r:>9999999999}'",
        "listen_link = '{call_id:9999999999}'",
        "profile = '\\x1b[31m'\nx = 1",
    ],
)
def test_settings_that_mislead_are_told_in_one_line_each(
    tmp_path: Path, text: str, in_seconds
) -> None:
    path = tmp_path / "transcript-audit.toml"
    path.write_text(text, encoding="utf-8")
    with in_seconds(10), pytest.raises(SettingsError) as raised:
        load_settings(path)
    assert all(fault.isprintable() and len(fault) < 1_000 for fault in raised.value.faults)


@pytest.mark.parametrize("text", ["pipeline = 'x'", "[hooks]\nx = 'y'", "reader = 'a.b:c'"])
def test_no_setting_names_code(tmp_path: Path, text: str) -> None:
    path = tmp_path / "transcript-audit.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="unknown key"):
        load_settings(path)
