"""README.md says only what is so: commands, options, links, exit codes, records."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from transcript_audit.cli import app
from transcript_audit.settings import Settings, SourceSettings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
SHELLS = {"sh": True, "powershell": False}
OTHER_PROGRAMS = {"cat", "pip", "pipx", "py", "uv"}


def blocks(language: str) -> list[str]:
    return [body for found, body in BLOCK.findall(README) if found == language]


def written_commands() -> list[list[str]]:
    """Every command of the README's shell blocks, as its words; a pipe makes two."""
    commands = []
    for language, posix in SHELLS.items():
        for line in "\n".join(blocks(language)).splitlines():
            lexer = shlex.shlex(line, posix=posix, punctuation_chars="|<>;&")
            lexer.whitespace_split = True
            lexer.commenters = "#"
            if not posix:
                lexer.escape = ""
            commands += list(split_pipe(list(lexer)))
    return commands


def split_pipe(words: Sequence[str]) -> Iterator[list[str]]:
    command: list[str] = []
    redirected = False
    for word in words:
        if word in {"|", ";", "&&"}:
            yield command
            command = []
        elif word in {">", "<"}:
            redirected = True
        elif redirected:
            redirected = False
        else:
            command.append(word)
    if command:
        yield command


def program_of(command: Sequence[str]) -> str:
    return re.split(r"[\\/]", command[0])[-1]


COMMANDS = written_commands()
OURS = [command[1:] for command in COMMANDS if program_of(command) == "transcript-audit"]


def parse(words: Sequence[str]) -> str:
    """The name of the subcommand that takes these words.

    Raises:
        Exception: the command line doesn't take them.
    """
    command: Any = get_command(app)
    rest = list(words)
    while hasattr(command, "commands"):
        if rest[0] not in command.commands:
            raise LookupError(f"{rest[0]}: no such command")
        command = command.commands[rest.pop(0)]
    command.make_context(command.name, rest)
    return str(command.name)


def options_of(command: Any) -> set[str]:
    """Every option of a command and of those below it."""
    own = {option for parameter in command.params for option in parameter.opts}
    below = getattr(command, "commands", {}).values()
    return own.union(*(options_of(each) for each in below)) | {"--help"}


def call_cli(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "transcript_audit", *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.fixture
def _settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a folder that has the README's settings file."""
    (settings,) = blocks("toml")
    (tmp_path / "transcript-audit.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("command", OURS, ids=" ".join)
def test_every_command_in_the_readme_parses(command: list[str]) -> None:
    assert parse(command)


def test_the_check_of_commands_notices_what_does_not_parse() -> None:
    for words in (["audit"], ["audit", "calls/", "--formt", "csv"], ["audits", "calls/"]):
        with pytest.raises(Exception, match=r"[Mm]issing|[Nn]o such"):
            parse(words)


@pytest.mark.usefixtures("_settled")
def test_the_readme_shows_every_command() -> None:
    shown = {parse(command) for command in OURS}
    assert shown >= {"audit", "agent", "call", "evaluate", "list", "show", "test", "lint"}
    assert shown >= {"convert", "detect", "doctor", "init"}


def test_settings_in_the_readme_are_all_that_there_are() -> None:
    section = README[README.index("| key | what |") :].split("\n\n")[0]
    named = set(re.findall(r"`([a-z_]+)`", section))
    shapes = (Settings, SourceSettings)
    assert named == {field.name for shape in shapes for field in dataclasses.fields(shape)}


def test_other_commands_in_the_readme_are_make_targets_or_installers() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    for command in COMMANDS:
        program = program_of(command)
        if program == "make":
            assert set(command[1:]) <= targets, command
        elif program not in {"transcript-audit", "python"}:
            assert program in OTHER_PROGRAMS, command


def test_options_named_in_the_readme_exist() -> None:
    prose = BLOCK.sub("", README)
    named = {
        option
        for code in re.findall(r"`([^`\n]+)`", prose)
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", code)
    }
    assert "--explain" in named
    assert named <= options_of(get_command(app))


def test_exit_codes_in_the_readme_are_those_of_the_help() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", README, re.M))
    said = re.search(r"Exit codes: (.*?\.)\s*$", call_cli("--help").stdout, re.S)
    assert said
    assert set(table) == set(re.findall(r"\b\d+\b", said[1]))


def test_profiles_in_the_readme_are_those_of_the_rule_book() -> None:
    section = README[README.index("| profile |") :].split("\n\n")[0]
    shipped = {path.stem for path in (ROOT / "rules" / "profiles").glob("*.yaml")}
    assert set(re.findall(r"^\| `([a-z]+)` \|", section, re.M)) == shipped


def test_what_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_paths_in_the_readme_are_there() -> None:
    section = README[README.index("| where | what |") :].split("\n\n")[0]
    package = ROOT / "transcript_audit"
    cells = [row.split("|")[1] for row in section.splitlines()[2:]]
    paths = [path for cell in cells for path in re.findall(r"`([^`]+)`", cell)]
    assert "rules/" in paths
    missing = [
        each for each in paths if not (ROOT / each).exists() and not (package / each).exists()
    ]
    assert missing == []


def test_records_in_the_readme_have_the_keys_of_real_records(tmp_path: Path) -> None:
    refused = tmp_path / "refused.txt"
    refused.write_text(
        "Customer: I want to cancel my contract.\nAgent: No, I'm not going to cancel that.\n",
        encoding="utf-8",
    )
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    done = call_cli("audit", str(refused), str(empty), "--format", "jsonl", "--patterns-only")
    real, skipped = (json.loads(line) for line in done.stdout.splitlines())
    documented, documented_skip = (json.loads(block) for block in blocks("json"))
    assert done.returncode == 3
    assert list(real) == list(documented)
    assert list(real["findings"][0]) == list(documented["findings"][0])
    assert set(documented["rules"]) <= set(real["rules"])
    assert list(skipped) == list(documented_skip)
    assert skipped["skipped"] == documented_skip["skipped"]


def test_the_record_in_the_readme_is_that_of_the_sample_call_shortened() -> None:
    documented = json.loads(blocks("json")[0])
    (sample,) = (ROOT / "sample_transcripts" / "flagged").glob(f"*_{documented['call_id']}_*")
    pattern = r"_(?P<call_id>[A-Z]{2}-\d+)_(?P<agent>[a-z]+)"
    done = call_cli("audit", str(sample), "--format", "jsonl", "--name-pattern", pattern)
    real = json.loads(done.stdout)
    findings = {finding["rule"]: finding for finding in real["findings"]}
    for finding in documented["findings"]:
        same = findings[finding["rule"]]
        assert finding == same | {"strength": pytest.approx(same["strength"], abs=0.05)}
    assert documented["findings"]
    assert documented["rules"].items() <= real["rules"].items()
    rest = set(real) - {"findings", "rules"}
    assert {key: documented[key] for key in rest} == {key: real[key] for key in rest}


def test_the_readme_holds_a_whole_report() -> None:
    report = README.split("<!-- report -->\n")[1].split("<!-- /report -->\n")[0]
    assert re.match(r"```text\n\d+ calls audited, 0 skipped", report)
    assert "\x1b" not in report
