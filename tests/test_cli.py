"""The command line: results, warnings, exit codes, and what it does when things go wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

import transcript_audit.batch
from transcript_audit import __version__
from transcript_audit.cli import app
from transcript_audit.cli.commands import HELP
from transcript_audit.cli.streams import is_styled, open_output
from transcript_audit.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("_loaded_once")

REFUSED = """\
Agent: Thanks for calling Fernside Gym, this is Ines, how can I help?
Customer: I'd like to cancel my membership, please.
Agent: I'm not going to cancel your membership.
Customer: Please just cancel it.
Agent: No, I won't cancel it. Goodbye.
"""
ORDINARY = """\
Agent: Thanks for calling Fernside Gym, this is Omar, how can I help?
Customer: Hi, what time do you open on Sunday?
Agent: We open at nine on Sundays.
Customer: Great, thank you.
"""
NAMES = r"(?P<call_id>[a-z]+-\d+)_(?P<agent>\w+)"
HEAVY = {"spacy", "pandas", "numpy", "thinc", "rapidfuzz", "ruamel", "charset_normalizer"}


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "ra-1_ines.txt").write_text(REFUSED, encoding="utf-8")
    (folder / "rb-2_omar.txt").write_text(ORDINARY, encoding="utf-8")
    return folder


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def audit(calls: Path, *args: object) -> Result:
    return run("audit", calls, "--patterns-only", "--name-pattern", NAMES, *args)


def spawn(*args: object, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "transcript_audit", *map(str, args)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(command, **options)


COMMANDS = (
    "",  # first: what a command's help imports stays imported for those after it
    "audit",
    "agent",
    "team",
    "coach",
    "call",
    "evaluate",
    "rules",
    "rules list",
    "convert",
    "doctor",
    "formats",
    "formats detect",
    "formats list",
    "init",
    "schema",
    "review",
    "review agreement",
    "review export",
    "review import",
    "review labels",
    "review lessons",
    "review open",
    "rules diff",
    "rules new",
    "sample",
)


@pytest.fixture(scope="module")
def helps() -> dict[str, tuple[int, set[str], str]]:
    """Of the help of each command: exit code, modules imported by then, and what it says."""
    probe = """if True:
        import contextlib, io, json, runpy, sys
        helps = {}
        for command in sys.argv[1:]:
            sys.argv[1:] = [*command.split(), "--help"]
            with contextlib.redirect_stdout(io.StringIO()) as out:
                try:
                    runpy.run_module("transcript_audit", run_name="__main__", alter_sys=True)
                except SystemExit as end:
                    code = end.code
            helps[command] = code, [name for name in sys.modules if "." not in name], out.getvalue()
        print(json.dumps(helps))
    """
    done = subprocess.run(
        [sys.executable, "-c", probe, *COMMANDS], capture_output=True, encoding="utf-8", check=True
    )
    return {
        command: (code, set(modules), said)
        for command, (code, modules, said) in json.loads(done.stdout).items()
    }


@pytest.mark.parametrize("name", HELP)
def test_the_list_of_commands_says_what_their_own_help_says(name: str) -> None:
    program: Any = get_command(app)
    own = " ".join(program.commands[name].help.split())
    assert own.startswith(HELP[name].removesuffix("."))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_imports_nothing_heavy_and_gives_examples(
    command: str, helps: dict[str, tuple[int, set[str], str]]
) -> None:
    code, modules, said = helps[command]
    assert code == 0
    assert "typer" in modules
    # Typer itself needs pydantic to show a command's own options
    assert not (HEAVY if command else HEAVY | {"pydantic"}) & modules
    assert said.startswith(f"Usage: python -m transcript_audit {command}".rstrip())
    if command not in {"rules", "formats", "review"}:
        assert "transcript-audit" in said.partition("Examples:")[2]


def test_version_is_that_of_the_package() -> None:
    done = run("--version")
    assert (done.exit_code, done.stdout) == (0, f"transcript-audit {__version__}\n")


@pytest.mark.parametrize(
    "args",
    [["audit"], ["audit", "x", "--format", "xml"], ["call"], ["nonsense"], ["audit", "--no"]],
)
def test_bad_usage_exits_2_on_standard_error(args: list[str]) -> None:
    done = run(*args)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_the_table_is_plain_and_names_agents_and_findings(calls: Path) -> None:
    done = audit(calls)
    assert done.exit_code == 0
    assert "2 calls audited, 0 skipped" in done.stdout
    assert "ines" in done.stdout
    assert "Listen to these first\nines  ra-1" in done.stdout
    assert "refusal-" in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_piped_output_is_not_cut_to_a_width(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    name = "x" * 180
    (calls / f"rc-3_{name}.txt").write_text(REFUSED, encoding="utf-8")
    done = audit(calls)
    assert name in done.stdout
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())


def test_jsonl_has_one_call_a_line_with_source_turns(calls: Path) -> None:
    done = audit(calls, "--format", "jsonl")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["call_id"] == "ra-1"
    assert first["agent_ids"] == ["ines"]
    [refusal] = [each for each in first["findings"] if each["rule"] == "refusal-explicit"]
    assert 2 in refusal["turns"]
    assert second["outcome"] == "no-request"
    assert second["findings"] == []
    assert first["schema_version"] == "1"


def test_json_is_one_object_with_counts(calls: Path) -> None:
    document = json.loads(audit(calls, "--format", "json").stdout)
    assert [call["call_id"] for call in document["calls"]] == ["ra-1", "rb-2"]
    assert {card["agent"] for card in document["agents"]} == {"ines", "omar"}
    assert document["run"]["version"] == __version__
    assert document["run"]["profile"] == "default"
    assert document["run"]["counts"]["audited"] == 2


def test_csv_tells_flagged_and_clear_calls_apart(calls: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(audit(calls, "--format", "csv").stdout)))
    assert {row["call_id"]: row["status"] for row in rows} == {"ra-1": "flagged", "rb-2": "clear"}


def test_standard_input_is_read() -> None:
    done = CliRunner().invoke(
        app, ["audit", "-", "--patterns-only", "--format", "jsonl"], input=REFUSED
    )
    assert done.exit_code == 0
    assert json.loads(done.stdout)["outcome"] == "not-cancelled"


@pytest.mark.parametrize("threshold", ["critical", "major", "coaching", "refusal-explicit"])
def test_fail_on_exits_1_and_names_the_call(calls: Path, threshold: str) -> None:
    done = audit(calls, "--fail-on", threshold)
    assert done.exit_code == 1
    assert "ra-1" in done.stderr
    assert "ra-1" in done.stdout


def test_fail_on_exits_0_where_nothing_crosses_it(calls: Path) -> None:
    assert audit(calls / "rb-2_omar.txt", "--fail-on", "coaching").exit_code == 0
    assert audit(calls, "--fail-on", "exit-no-goodwill").exit_code == 0


def test_fail_on_something_unknown_exits_2_and_suggests(calls: Path) -> None:
    done = audit(calls, "--fail-on", "refusal-explicite")
    assert done.exit_code == 2
    assert "did you mean 'refusal-explicit'?" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("output", ["table", "json", "jsonl", "csv"])
def test_skipped_inputs_exit_3_and_are_reported_with_the_reason(calls: Path, output: str) -> None:
    (calls / "rc-3_bo.txt").write_bytes(b"\x00\xff\x00\x01" * 20)
    done = audit(calls, "--format", output)
    assert done.exit_code == 3
    assert "rc-3" in done.stdout
    if output == "table":
        assert "2 calls audited, 1 skipped" in done.stdout
    else:
        assert "rc-3" in done.stderr


def test_a_path_that_is_not_there_is_a_skip_with_a_report(calls: Path, tmp_path: Path) -> None:
    done = run("audit", tmp_path / "nowhere.txt", calls / "rb-2_omar.txt", "--patterns-only")
    assert done.exit_code == 3
    assert "1 call audited, 1 skipped" in done.stdout
    assert "nowhere.txt" in done.stdout


def test_an_empty_folder_is_not_taken_for_success(tmp_path: Path) -> None:
    done = run("audit", tmp_path, "--patterns-only")
    assert done.exit_code == 3
    assert "Traceback" not in done.stderr


def test_only_the_agents_named_are_reported_in_any_letter_case(calls: Path) -> None:
    done = audit(calls, "--agent", "OMAR", "--format", "jsonl")
    assert [json.loads(line)["call_id"] for line in done.stdout.splitlines()] == ["rb-2"]


@pytest.mark.parametrize("command", ["audit", "agent"])
def test_an_unknown_agent_exits_2_and_suggests(calls: Path, command: str) -> None:
    common = ("--patterns-only", "--name-pattern", NAMES)
    args = (calls, "--agent", "inez") if command == "audit" else ("inez", calls)
    done = run(command, *args, *common)
    assert done.exit_code == 2
    assert "did you mean 'ines'?" in done.stderr
    assert done.stdout == ""


def test_agent_shows_a_scorecard_with_the_calls(calls: Path) -> None:
    done = run("agent", "Ines", calls, "--patterns-only", "--name-pattern", NAMES)
    assert done.exit_code == 0
    assert "ra-1" in done.stdout
    assert "rb-2" not in done.stdout
    assert "Refused cancellation" in done.stdout


def test_call_shows_words_and_reasons(calls: Path) -> None:
    done = run("call", "ra-1", calls, "--patterns-only", "--name-pattern", NAMES)
    assert done.exit_code == 0
    assert "«" in done.stdout
    assert "refusal-explicit" in done.stdout
    assert "Why" in done.stdout
    assert "request-cancel" in done.stdout


def test_call_all_shows_every_turn(calls: Path) -> None:
    done = run("call", "rb-2", calls, "--all", "--patterns-only", "--name-pattern", NAMES)
    for line in ORDINARY.splitlines():
        assert line.partition(": ")[2] in done.stdout


def test_call_explains_a_rule_that_did_not_flag(calls: Path) -> None:
    args = ("call", "rb-2", calls, "--patterns-only", "--name-pattern", NAMES)
    done = run(*args, "--explain", "refusal-stall")
    assert "refusal-stall  not-applicable: nobody asked to cancel" in done.stdout


@pytest.mark.parametrize(
    ("args", "hint"),
    [(["ra-11"], "did you mean 'ra-1'?"), (["ra-1", "--explain", "refusal-stal"], "refusal-stall")],
)
def test_an_unknown_call_or_rule_exits_2_and_suggests(
    calls: Path, args: list[str], hint: str
) -> None:
    done = run("call", args[0], calls, *args[1:], "--patterns-only", "--name-pattern", NAMES)
    assert done.exit_code == 2
    assert hint in done.stderr
    assert done.stdout == ""


def test_a_call_that_cannot_be_audited_says_why_and_exits_3(tmp_path: Path) -> None:
    (tmp_path / "solo.txt").write_text("Agent: Hello?\nAgent: Anyone there?\n", encoding="utf-8")
    done = run("call", "solo", tmp_path, "--patterns-only")
    assert done.exit_code == 3
    assert "solo" in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        ["--column", "text"],
        ["--column", "=x"],
        ["--name-pattern", "("],
        ["--encoding", "klingon"],
        ["--input-format", "papyrus"],
        ["--agent-speaker", "A", "--customer-speaker", "a"],
        ["--profile", "nonsuch"],
        ["--rules", "no/such/folder"],
    ],
)
def test_an_option_that_cannot_be_used_exits_2_with_a_line_that_names_it(
    calls: Path, args: list[str]
) -> None:
    done = run("audit", calls, "--patterns-only", *args)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert args[-1] in done.stderr
    assert "Traceback" not in done.stderr


def test_output_is_written_to_the_file_in_the_format_of_its_name(calls: Path) -> None:
    target = calls.parent / "findings.csv"
    done = audit(calls, "-o", target)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "2 calls audited" in done.stderr
    assert target.read_text(encoding="utf-8").startswith("call_id,agent,status")
    assert [each.name for each in calls.parent.iterdir() if each.name.startswith(".")] == []


def test_output_keeps_its_old_content_until_the_new_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)

    def write_half() -> None:
        with open_output(target) as out:
            out.write("half")
            assert target.read_text(encoding="utf-8") == "old"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert [each.name for each in tmp_path.iterdir()] == ["report.txt"]
    assert target.read_text(encoding="utf-8") == "old"
    with open_output(target) as out:
        out.write("new")
    assert target.read_text(encoding="utf-8") == "new"
    if os.name == "posix":
        assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_output_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old", encoding="utf-8")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")
    with open_output(link) as out:
        out.write("new")
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text(encoding="utf-8") == "new"


def test_output_that_would_replace_an_input_or_cannot_be_is_refused(calls: Path) -> None:
    source = calls / "rb-2_omar.txt"
    for target in (source, calls, calls / "no" / "such.txt"):
        done = audit(source, "-o", target)
        assert done.exit_code == 2
        assert str(target) in done.stderr
    assert source.read_text(encoding="utf-8") == ORDINARY


def test_a_rule_that_crashes_stops_the_run_and_names_the_call(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise LookupError("boom")

    monkeypatch.setattr(transcript_audit.batch, "audit_call", crash)
    done = audit(calls, "-o", calls.parent / "x.jsonl")
    assert done.exit_code == 2
    assert "ra-1" in done.stderr
    assert "LookupError: boom" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (calls.parent / "x.jsonl").exists()


def test_an_interruption_exits_130_and_leaves_no_half_report(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> Iterator[Any]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(transcript_audit.batch, "audit_reads", interrupt)
    done = audit(calls, "-o", calls.parent / "x.jsonl")
    assert done.exit_code == 130
    assert "Traceback" not in done.stderr
    assert [each.name for each in calls.parent.iterdir()] == ["calls"]


@pytest.mark.skipif(os.name != "posix", reason="pipes that break are a POSIX matter")
@pytest.mark.parametrize(
    ("output", "extra", "code"),
    [("jsonl", ["--fail-on", "critical"], 1), ("table", [], 0)],
    ids=["of one line after another", "of a whole page"],
)
def test_a_reader_that_leaves_early_is_no_error_but_fail_on_still_counts(
    calls: Path, output: str, extra: list[str], code: int
) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = spawn("audit", calls, "--patterns-only", "-f", output, *extra, stdout=write_end)
    os.close(write_end)
    _, errors = process.communicate(timeout=180)
    assert b"Traceback" not in errors
    assert b"Broken" not in errors
    assert process.returncode == code


def test_text_a_terminal_cannot_encode_does_not_end_the_run(tmp_path: Path) -> None:
    text = REFUSED.replace("please", "please \U0001f600 \u4f60\u597d [/b] \x1b[31m")
    (tmp_path / "c.txt").write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    process = spawn("call", "c", tmp_path, "--all", "--patterns-only", env=environment)
    out, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors
    assert b"\\U0001f600" in out
    assert b"[/b]" in out
    assert b"\x1b" not in out


def test_output_error_messages_name_the_option() -> None:
    with pytest.raises(ConfigurationError, match="-o /"), open_output(Path("/")):
        pass


@pytest.mark.parametrize("name", ["report.pdf", "report.docx", "report.csv.bak"])
def test_a_file_name_that_stands_for_no_format_is_refused_unless_one_is_given(
    calls: Path, name: str
) -> None:
    target = calls.parent / name
    done = audit(calls, "-o", target)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert target.suffix in done.stderr
    assert ".csv" in done.stderr
    assert not target.exists()
    assert audit(calls, "-o", target, "-f", "csv").exit_code == 0
    assert target.read_text(encoding="utf-8").startswith("call_id,")


def test_output_to_a_dash_is_standard_output(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(calls.parent)
    done = audit(calls, "-o", "-", "-f", "csv")
    assert done.exit_code == 0
    assert done.stdout.startswith("call_id,")
    assert done.stderr == ""
    assert [each.name for each in calls.parent.iterdir()] == ["calls"]


def test_one_call_is_told_in_the_singular(calls: Path) -> None:
    done = audit(calls / "ra-1_ines.txt", "-o", calls.parent / "x.txt")
    assert "1 call audited, 0 skipped" in done.stderr


@pytest.mark.parametrize("command", ["audit", "agent", "call"])
def test_a_speaker_label_that_no_call_has_is_told_with_those_seen(
    calls: Path, command: str
) -> None:
    args = {"audit": [calls], "agent": ["ines", calls], "call": ["ra-1", calls]}[command]
    labels = ("--agent-speaker", "nobody", "--customer-speaker", "CUSTOMER")
    done = run(command, *args, "--patterns-only", "--name-pattern", NAMES, *labels)
    assert done.exit_code == 0
    assert done.stderr == "no call has a speaker 'nobody'; labels seen: Agent, Customer\n"


def test_a_speaker_label_of_a_call_that_was_skipped_is_not_missed(tmp_path: Path) -> None:
    (tmp_path / "solo.txt").write_text("Zed: Hello?\nZed: Anyone there?\n", encoding="utf-8")
    done = run("audit", tmp_path, "--patterns-only", "--agent-speaker", "zed")
    assert done.exit_code == 3
    assert done.stderr == ""
    done = run("audit", tmp_path, "--patterns-only", "--agent-speaker", "zedd")
    assert done.stderr == "no call has a speaker 'zedd'; labels seen: Zed\n"


def test_only_some_agents_reported_makes_the_team_these_calls(calls: Path) -> None:
    done = audit(calls, "--agent", "omar")
    assert "(these calls, all agents)" in done.stdout
    assert "(whole team)" not in done.stdout


def test_call_explains_only_the_rule_asked_for(calls: Path) -> None:
    args = ("call", "ra-1", calls, "--patterns-only", "--name-pattern", NAMES)
    done = run(*args, "--explain", "refusal-stall")
    assert "refusal-stall" in done.stdout
    assert "refusal-explicit" not in done.stdout
    assert "Why" in run(*args, "--explain", "refusal-explicit").stdout


def test_a_part_of_call_ids_suggests_them(calls: Path) -> None:
    done = run("call", "1", calls, "--patterns-only", "--name-pattern", NAMES)
    assert done.exit_code == 2
    assert "did you mean 'ra-1'?" in done.stderr


def test_agents_not_named_are_none_to_choose_from(calls: Path) -> None:
    (calls / "plain.txt").write_text(ORDINARY, encoding="utf-8")
    done = run("agent", "zoe", calls, "--patterns-only", "--name-pattern", NAMES)
    assert done.exit_code == 2
    assert "the calls name ines, omar\n" in done.stderr


@pytest.mark.parametrize(("term", "styled"), [("dumb", False), ("xterm-256color", True)])
def test_a_dumb_terminal_shows_no_styles(
    term: str, styled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", term)
    assert is_styled(Terminal()) is styled
    assert not is_styled(io.StringIO())


def test_two_agents_in_turns_without_names_are_listed_as_not_told_apart(tmp_path: Path) -> None:
    nameless = REFUSED.replace(", this is Ines", "")
    turns = [line.split(": ", 1) for line in nameless.splitlines()]
    record = {
        "id": "two",
        "agent": ["Ines", "Omar"],
        "turns": [{"speaker": who.lower(), "text": text} for who, text in turns],
    }
    (tmp_path / "two.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    done = run("audit", tmp_path, "--patterns-only")
    assert "(agent not told apart)  two" in done.stdout


def test_call_as_json_is_the_record_of_the_audit(calls: Path) -> None:
    args = (calls, "--patterns-only", "--name-pattern", NAMES)
    done = run("call", "ra-1", *args, "--format", "json")
    lines = run("audit", *args, "--format", "jsonl").stdout.splitlines()
    assert done.exit_code == 0
    assert json.loads(done.stdout) in [json.loads(line) for line in lines]


@pytest.fixture
def timed(tmp_path: Path) -> Path:
    path = tmp_path / "timed.jsonl"
    turns = [
        {"speaker": "channel 0", "text": "How can I help you today?", "start": 0, "end": 2},
        {"speaker": "channel 1", "text": "I want to cancel my plan.", "start": 1, "end": 4},
        {"speaker": "channel 0", "text": "Okay, it's cancelled.", "start": 14, "end": 16},
    ]
    path.write_text(json.dumps({"id": "t-1", "turns": turns}), encoding="utf-8")
    return path


def test_the_agents_channel_and_the_times_are_in_records_and_views(timed: Path) -> None:
    args = (timed, "--patterns-only", "--agent-channel", "0")
    done = run("audit", *args, "--format", "jsonl")
    record = json.loads(done.stdout)
    assert record["roles"] == "mapped"
    assert record["talk"]["duration_seconds"] == 16
    assert record["talk"]["cut_ins"] == [{"by": "customer", "turn": 1, "start": 1, "seconds": 1}]
    assert [each["seconds"] for each in record["talk"]["silences"]] == [10]
    seen = run("call", "t-1", *args).stdout
    assert "the customer cut in 1 time (#1 customer 1.0 s)" in seen
    assert "1 silence of 3 s or more: after #1 10 s" in seen


def test_a_channel_or_a_roster_that_no_call_has_is_told(timed: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name\nKayode\n", encoding="utf-8")
    options = ("--agent-channel", "7", "--agent-channel", "0", "--roster", roster)
    done = run("audit", timed, "--patterns-only", "--format", "jsonl", *options)
    assert done.stderr.splitlines() == [
        "no call has a channel 7; labels seen: channel 0, channel 1",
        "no call has anybody of the roster; labels seen: channel 0, channel 1",
    ]


def test_the_roster_names_agents_in_reports(calls: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name;id\nInes Duarte;ines\n", encoding="utf-8")
    args = ("--patterns-only", "--name-pattern", NAMES, "--roster", roster)
    done = run("audit", calls, *args, "--format", "jsonl")
    ids = [json.loads(line)["agent_ids"] for line in done.stdout.splitlines()]
    assert ids == [["Ines Duarte"], ["omar"]]
    assert done.stderr == ""
    assert run("agent", "ines duarte", calls, *args).exit_code == 0


def test_a_roster_that_cannot_be_read_exits_2_with_one_line(calls: Path, tmp_path: Path) -> None:
    done = run("audit", calls, "--patterns-only", "--roster", tmp_path / "none.csv")
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "none.csv" in done.stderr


def test_swapped_roles_are_told_and_may_be_trusted(tmp_path: Path) -> None:
    path = tmp_path / "swapped.txt"
    lines = (
        "Customer: Thanks for calling Fernside Gym, this is Ines, how can I help you today?",
        "Agent: Hi, I'd like to cancel my membership, my husband moved.",
        "Customer: Can I take your date of birth and your account number for security?",
        "Agent: I just want my account closed.",
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    args = ("audit", path, "--patterns-only", "--format", "jsonl")
    doubted = json.loads(run(*args).stdout)
    assert doubted["notes"][0].startswith("the roles look swapped")
    assert set(doubted["rules"].values()) == {"cannot-tell"}
    assert "the roles look swapped" in run("call", "swapped", path, "--patterns-only").stdout
    report = run("audit", path, "--patterns-only").stdout
    assert "Left open: 1 call\n  swapped  the roles look swapped" in report
    table = run("audit", path, "--patterns-only", "--format", "csv").stdout
    (row,) = csv.DictReader(table.splitlines())
    assert row["status"] == "cannot-tell"
    assert row["reason"].startswith("the roles look swapped: 'Customer' speaks like an agent")
    assert row["reason"].endswith(")")  # the advice is left out, the reason whole
    assert json.loads(run(*args, "--trust-roles").stdout)["notes"] == []
