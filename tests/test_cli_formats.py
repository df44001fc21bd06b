"""`formats` and `convert` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner, Result

from transcript_audit.cli import app
from transcript_audit.readers import read_transcripts
from transcript_audit.readers.registry import list_formats

pytestmark = pytest.mark.usefixtures("_loaded_once")

ROOT = Path(__file__).resolve().parent.parent
CALL = """\
Agent: Thanks for calling Fernside Gym, this is Ines, how can I help?
Customer: I'd like to cancel my membership, please.
Agent: I'm not going to cancel your membership.
"""


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calls").mkdir()
    Path("calls/one.txt").write_text(CALL, encoding="utf-8")
    Path("calls/two.txt").write_text(CALL, encoding="utf-8")


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_every_format_is_listed() -> None:
    table = run("formats", "list")
    listed = json.loads(run("formats", "list", "--format", "json").stdout)
    assert [each["name"] for each in listed] == [each.name for each in list_formats()]
    assert list(listed[0]) == ["name", "title", "detected_by", "roles", "times", "agents"]
    starts = {line.split("  ")[0] for line in table.stdout.splitlines()}
    assert {each.name for each in list_formats()} <= starts


def test_the_page_of_the_formats_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = run("formats", "docs", "--check")
    assert (done.exit_code, done.stderr) == (0, "")


def test_the_page_is_written_and_a_stale_one_noticed() -> None:
    assert run("formats", "docs", "-o", "page.md").exit_code == 0
    page = Path("page.md").read_text(encoding="utf-8")
    assert all(f"| `{each.name}` |" in page for each in list_formats())
    assert {len(line.split(" | ")) for line in page.splitlines() if line.startswith("| ")} == {6}
    Path("page.md").write_text("old", encoding="utf-8")
    done = run("formats", "docs", "-o", "page.md", "--check")
    assert done.exit_code == 2
    assert "page.md: out of date; run: transcript-audit formats docs" in done.stderr


def test_detect_tells_format_reason_roles_and_times() -> None:
    Path("calls/x.json").write_text('{"turns": 3}', encoding="utf-8")
    done = run("formats", "detect", "calls", "nowhere.txt")
    assert done.exit_code == 3
    first, roles, times, agents, *_ = done.stdout.splitlines()
    assert first.startswith("calls/one.txt: text (lines that begin with a speaker")
    assert first.endswith("): 1 call, 3 turns")
    assert roles == "  roles: stated: Agent = agent, Customer = customer"
    assert times == "  times: none; start of 0 of 1 call"
    assert agents == "  agents: none named"
    broken, missing = done.stdout.splitlines()[-2:]
    assert broken.startswith('calls/x.json: not read: line 1: no list of turns; found turns: "3"')
    assert missing.startswith("nowhere.txt: not read: no such file")


def test_text_of_a_call_stays_harmless() -> None:
    evil = "Agent: Hi.\n[red]\x1b[31mEvil\u202e[/red]: Hello there.\n"
    Path("calls/one.txt").write_text(evil, encoding="utf-8")
    Path("calls/e\x1b[31m.txt").write_text("nothing", encoding="utf-8")
    for command in (["formats", "detect", "calls"], ["doctor", "calls"]):
        done = run(*command)
        assert "\x1b" not in done.stdout
        assert "\u202e" not in done.stdout
        assert "Traceback" not in done.stderr


def test_calls_are_converted_to_one_file_and_read_back() -> None:
    done = run("convert", "calls", "-o", "calls.jsonl")
    assert (done.exit_code, done.stderr) == (0, "calls.jsonl: 2 converted, 0 skipped\n")
    before, after = (list(read_transcripts([path])) for path in ("calls", "calls.jsonl"))
    assert [each.call_id for each in after] == ["one", "two"]
    assert [[said.text for said in call.utterances] for call in after] == [  # type: ignore[union-attr]
        [said.text for said in call.utterances]  # type: ignore[union-attr]
        for call in before
    ]


def test_parquet_is_written() -> None:
    pytest.importorskip("pyarrow")
    assert run("convert", "calls", "-o", "calls.parquet").exit_code == 0
    assert [each.call_id for each in read_transcripts(["calls.parquet"])] == ["one", "two"]


def test_parquet_is_audited_to_what_its_calls_come_to_also_out_of_an_archive() -> None:
    pytest.importorskip("pyarrow")
    assert run("convert", "calls", "-o", "calls.parquet").exit_code == 0
    with ZipFile("calls.zip", "w") as archive:
        archive.write("calls.parquet")
    expected, *others = (
        run("audit", source, "--no-store", "--patterns-only", "-f", "jsonl")
        for source in ("calls", "calls.parquet", "calls.zip", "calls.zip!calls.parquet")
    )
    assert expected.stdout.count("\n") == 2
    for done in others:
        assert (done.exit_code, done.stdout) == (expected.exit_code, expected.stdout), done.stderr


def test_a_folder_takes_a_vcon_a_call_with_the_findings() -> None:
    records = [
        {"id": name, "turns": [{"speaker": "agent", "text": "Hello."}]}
        for name in ("A/b", "a:b", "..", "x" * 300)
    ]
    Path("ids.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in records), "utf-8")
    assert run("convert", "ids.jsonl", "-o", "ids/").exit_code == 0
    names = sorted(path.name for path in Path("ids").iterdir())
    assert names == ["A_b.vcon.json", "a_b~2.vcon.json", "call.vcon.json", "x" * 100 + ".vcon.json"]
    assert {each.call_id for each in read_transcripts(["ids"])} == {each["id"] for each in records}

    done = run("convert", "calls", "-o", "new/vcons/", "--findings", "--patterns-only")
    assert done.exit_code == 0
    vcon = json.loads(Path("new/vcons/one.vcon.json").read_text(encoding="utf-8"))
    transcript, findings = vcon["analysis"]
    assert transcript["type"] == "transcript"
    assert json.loads(findings["body"])["findings"][0]["rule"] == "refusal-explicit"


def test_what_cannot_be_read_is_named_and_the_rest_converted() -> None:
    Path("calls/empty.txt").write_text("", encoding="utf-8")
    done = run("convert", "calls", "-o", "calls.jsonl")
    assert done.exit_code == 3
    assert "skipped: calls/empty.txt: empty; expected a transcript\n" in done.stderr
    assert done.stderr.endswith("calls.jsonl: 2 converted, 1 skipped\n")


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["calls"], "-o: missing; expected a name in .jsonl, .vcon.json or .parquet"),
        (["calls", "-o", "x.csv"], "-o x.csv: no calls are written as .csv"),
        (["calls", "-o", "x"], "-o x: the name has no ending; expected a name in .jsonl"),
        (["calls", "-o", "x.vcon.json"], "a vCon holds one call, and there is more than one"),
        (["calls", "-o", "x.jsonl", "--findings"], "--findings: x.jsonl holds calls alone"),
        (["calls", "-o", "calls/x.jsonl"], "-o calls/x.jsonl: lies in calls, which is read"),
        (["calls", "-o", "calls/"], "-o calls/: lies in calls, which is read"),
        (["calls/one.txt", "-o", "no/x.jsonl"], "there is no folder"),
        (["calls.jsonl", "-o", "calls.jsonl"], "is also a file"),
        (["calls", "-o", "-", "--findings"], "--findings: - holds calls alone"),
    ],
)
def test_an_output_that_cannot_be_is_one_line(args: list[str], problem: str) -> None:
    line = '{"turns": [{"speaker": "agent", "text": "Hello."}]}\n'
    Path("calls.jsonl").write_text(line, encoding="utf-8")
    done = run("convert", *args)
    assert done.exit_code == 2
    assert problem in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert Path("calls.jsonl").read_text(encoding="utf-8") == line
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["calls", "calls.jsonl"]


@pytest.mark.parametrize("output", ["calls.jsonl", "calls.parquet", "one.vcon.json", "vcons/"])
def test_without_a_call_nothing_is_written(output: str) -> None:
    Path("calls.jsonl").write_text("of an earlier run", encoding="utf-8")
    done = run("convert", "nowhere", "-o", output)
    assert done.exit_code == 3
    assert done.stderr.endswith(f"{output}: not written: no call could be read, 1 skipped\n")
    assert Path("calls.jsonl").read_text(encoding="utf-8") == "of an earlier run"
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["calls", "calls.jsonl"]


def test_a_long_list_of_reasons_is_cut_and_counted() -> None:
    Path("many.json").write_text(json.dumps(list(range(500))), encoding="utf-8")
    (line,) = run("formats", "detect", "many.json").stdout.splitlines()
    assert line.count("is not an object") == 3
    assert line.endswith("; 497 more; --format json has each with its reason")
    records = json.loads(run("formats", "detect", "many.json", "--format", "json").stdout)
    assert len(records[0]["skipped"]) == 500

    call = {"turns": [{"speaker": "agent", "text": "Hello."}, {"speaker": "Ed", "text": "Hi."}]}
    Path("mixed.jsonl").write_text(f"{json.dumps(call)}\n" + "{}\n" * 30, encoding="utf-8")
    lines = run("formats", "detect", "mixed.jsonl").stdout.splitlines()
    assert sum(line.startswith("  skipped: call") for line in lines) == 20
    assert lines[-1].startswith("  skipped: 1")


def test_a_single_vcon_is_written() -> None:
    assert run("convert", "calls/one.txt", "-o", "one.vcon.json").exit_code == 0
    (call,) = read_transcripts(["one.vcon.json"])
    assert call.call_id == "one"


def spoken(path: str) -> dict[str, list[str]]:
    """The labels of each call, by its id."""
    return {
        call.call_id: list(dict.fromkeys(each.speaker for each in call.utterances))  # type: ignore[union-attr]
        for call in read_transcripts([path])
    }


def test_a_dash_is_jsonl_on_standard_output() -> None:
    done = run("convert", "calls", "-o", "-")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["one", "two"]
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["calls"]


def test_roles_that_the_user_settles_are_written_with_and_without_findings() -> None:
    text = CALL.replace("Agent", "spk_0").replace("Customer", "spk_1")
    Path("calls/one.txt").write_text(text, encoding="utf-8")
    assert run("convert", "calls", "-o", "plain.jsonl").exit_code == 0
    assert spoken("plain.jsonl") == {"one": ["spk_0", "spk_1"], "two": ["Agent", "Customer"]}
    for output, more in (("told.jsonl", ()), ("told/", ("--findings", "--patterns-only"))):
        done = run("convert", "calls", "-o", output, "--agent-speaker", "spk_0", *more)
        assert done.exit_code == 0
        assert spoken(output) == {"one": ["agent", "customer"], "two": ["Agent", "Customer"]}
    Path("transcript-audit.toml").write_text(
        '[[sources]]\npaths = ["calls"]\nagent_speakers = ["spk_0"]\n', encoding="utf-8"
    )
    assert run("convert", "calls", "-o", "set.jsonl").exit_code == 0
    assert spoken("set.jsonl") == spoken("told.jsonl")


def test_a_label_that_no_call_has_is_told_when_converting() -> None:
    done = run("convert", "calls", "-o", "calls.jsonl", "--agent-speaker", "spk_9")
    assert "no call has a speaker 'spk_9'; labels seen: Agent, Customer\n" in done.stderr


def test_a_folder_that_holds_something_is_refused_unless_it_may_be_written_over() -> None:
    assert run("convert", "calls", "-o", "vcons/").exit_code == 0
    before = Path("vcons/one.vcon.json").read_text(encoding="utf-8")
    Path("calls/two.txt").rename("calls/three.txt")
    done = run("convert", "calls", "-o", "vcons/")
    assert done.exit_code == 2
    assert done.stderr.startswith("transcript-audit: -o vcons/: is not empty")
    assert "--overwrite" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert Path("vcons/one.vcon.json").read_text(encoding="utf-8") == before
    assert sorted(path.stem for path in Path("vcons").iterdir()) == ["one.vcon", "two.vcon"]


def test_writing_over_removes_what_convert_once_wrote_and_nothing_else() -> None:
    assert run("convert", "calls", "-o", "vcons/").exit_code == 0
    theirs = json.loads(Path("vcons/two.vcon.json").read_text(encoding="utf-8"))
    theirs["analysis"].append({"type": "summary", "vendor": "another", "body": "x"})
    Path("vcons/theirs.vcon.json").write_text(json.dumps(theirs), encoding="utf-8")
    Path("vcons/notes.txt").write_text("keep", encoding="utf-8")
    Path("vcons/.hidden").write_text("keep", encoding="utf-8")
    Path("calls/two.txt").rename("calls/three.txt")
    done = run("convert", "calls", "-o", "vcons/", "--overwrite")
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "vcons: 1 of an earlier run removed",
        "vcons: left as found, since no run of convert wrote it: notes.txt, theirs.vcon.json",
        "vcons/: 2 converted, 0 skipped",
    ]
    names = sorted(path.name for path in Path("vcons").iterdir())
    assert names == [".hidden", "notes.txt", "one.vcon.json", "theirs.vcon.json", "three.vcon.json"]


def test_what_is_read_is_never_written_over() -> None:
    assert run("convert", "calls", "-o", "vcons/").exit_code == 0
    for inputs in ("vcons/*.json", "vcons/one.vcon.json", "@list.txt"):
        Path("list.txt").write_text("vcons/two.vcon.json\n", encoding="utf-8")
        done = run("convert", inputs, "-o", "vcons/", "--overwrite")
        assert done.exit_code == 2
        assert "which is read; name another folder" in done.stderr
    assert len(list(Path("vcons").iterdir())) == 2


def test_nothing_is_removed_where_no_call_could_be_read() -> None:
    assert run("convert", "calls", "-o", "vcons/").exit_code == 0
    Path("empty.txt").write_text("", encoding="utf-8")
    done = run("convert", "empty.txt", "-o", "vcons/", "--overwrite")
    assert done.exit_code == 3
    assert len(list(Path("vcons").iterdir())) == 2


def test_a_format_that_is_misspelt_gets_a_suggestion() -> None:
    for command in (["audit"], ["doctor"], ["convert", "-o", "-"], ["formats", "detect"]):
        done = run(*command, "calls", "--input-format", "webvt")
        assert done.exit_code == 2
        assert "did you mean 'webvtt'? expected one of " in done.stderr
        assert done.stdout == ""


def test_a_skipped_call_is_named_once_where_its_id_is_the_name_of_its_file() -> None:
    Path("calls/empty.txt").write_text("", encoding="utf-8")
    Path("more.jsonl").write_text('{"id": "c-1"}\n{"id": "c-2"}\n', encoding="utf-8")
    lines = run("convert", "calls", "more.jsonl", "-o", "x.jsonl").stderr.splitlines()
    assert lines[0] == "skipped: calls/empty.txt: empty; expected a transcript"
    assert lines[1].startswith("skipped: more.jsonl: call c-1: line 1: ")


def test_convert_redacts_words_and_labels_where_asked_to() -> None:
    Path("mine.txt").write_text(
        "Agent: Your card number?\nCustomer (Dana Reyes): It's 4111 1111 1111 1111, I'm Dana.\n",
        encoding="utf-8",
    )
    assert "4111" in run("convert", "mine.txt", "-o", "-").stdout
    redacted = json.loads(run("convert", "mine.txt", "-o", "-", "--redact").stdout)["turns"][1]
    assert redacted["text"] == "It's [CARD], I'm [NAME]."
    assert "Dana" not in redacted["speaker"]
