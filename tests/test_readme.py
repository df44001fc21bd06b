"""README.md and docs/ say only what is so: commands, options, links, exit codes, records."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from transcript_audit.cli import app
from transcript_audit.cli.forms import FOLDERS, SUFFIXES
from transcript_audit.settings import Settings, SourceSettings

pytestmark = pytest.mark.usefixtures("_loaded_once")

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
README = PAGES["README.md"]
SCRIPTS = PAGES["docs/scripts.md"]
PLAIN = {"rule", "family", "severity", "message", "strength", "quotes", "schema_version"}
"""Keys of a record that say themselves what they are."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
SHELLS = {"sh": True, "powershell": False}
OTHER_PROGRAMS = {"cat", "pip", "pipx", "py", "uv"}


def blocks(language: str, page: str = README) -> list[str]:
    return [body for found, body in BLOCK.findall(page) if found == language]


def written_commands(page: str) -> list[list[str]]:
    """Every command of a page's shell blocks, as its words; a pipe makes two."""
    commands = []
    for language, posix in SHELLS.items():
        for line in "\n".join(blocks(language, page)).splitlines():
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


def our_commands(page: str) -> list[list[str]]:
    """The words of every command of ours on a page, without the program's name."""
    commands = written_commands(page)
    return [command[1:] for command in commands if program_of(command) == "transcript-audit"]


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of the page's table that begins with `head`."""
    table = page[page.index(head) :].partition("\n\n")[0]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]


COMMAND_LINE: Any = get_command(app)
COMMANDS = written_commands(README)
OURS = our_commands(README)
ALL_OURS = sorted({tuple(words) for page in PAGES.values() for words in our_commands(page)})


def parse(words: Sequence[str]) -> str:
    """The name of the subcommand that takes these words.

    Raises:
        Exception: the command line doesn't take them.
    """
    command = COMMAND_LINE
    rest = list(words)
    while hasattr(command, "commands"):
        if rest and rest[0] in command.commands:
            command = command.commands[rest.pop(0)]
        elif hasattr(command, "default"):
            command = command.commands[command.default]
        else:
            raise LookupError(f"{rest}: no such command")
    command.make_context(command.name, rest)
    return str(command.name)


def options_of(command: Any) -> set[str]:
    """Every option of a command and of those below it."""
    own = {option for parameter in command.params for option in parameter.opts}
    below = getattr(command, "commands", {}).values()
    return own.union(*(options_of(each) for each in below)) | {"--help"}


def call_cli(*words: str) -> Result:
    with chdir(ROOT):
        return CliRunner().invoke(app, words)


@pytest.fixture
def _settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside a folder that has the settings file of docs/settings.md."""
    (settings,) = blocks("toml", PAGES["docs/settings.md"])
    (tmp_path / "transcript-audit.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("command", ALL_OURS, ids=" ".join)
def test_every_command_in_the_readme_and_docs_parses(command: tuple[str, ...]) -> None:
    assert parse(command)


def test_the_check_of_commands_notices_what_does_not_parse() -> None:
    for words in (["audit"], ["audit", "calls/", "--formt", "csv"], ["audits", "calls/"]):
        with pytest.raises(Exception, match=r"[Mm]issing|[Nn]o such"):
            parse(words)


@pytest.mark.usefixtures("_settled")
def test_the_readme_shows_every_command_of_the_help() -> None:
    listed = call_cli("--help").stdout.split("Commands:\n")[1]
    commands = set(re.findall(r"^  ([a-z]+) ", listed, re.M))
    assert commands == {words[0] for words in OURS}
    assert {parse(words) for words in OURS} >= {"detect", "list", "show", "test", "lint"}


@pytest.mark.usefixtures("_settled")
def test_every_example_in_the_help_parses() -> None:
    examples = [words for command in every_command(COMMAND_LINE) for words in shown_in(command)]
    assert len(examples) > 20
    for words in examples:
        assert parse(words)


def every_command(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from every_command(below)


def shown_in(command: Any) -> list[list[str]]:
    """The examples in a command's help."""
    whole = re.sub(r"\\\n +", "", command.help or "")
    lines = re.findall(r"^ +(transcript-audit .+)$", whole, re.M)
    return our_commands("```sh\n" + "".join(f"{line}\n" for line in lines) + "```\n")


def test_forms_in_the_readme_are_all_that_there_are() -> None:
    named = " ".join(row[0] for row in rows(README, "| `-o` | what |"))
    assert set(re.findall(r"\w(\.[a-z]+)`", named)) == set(SUFFIXES) - {"", ".htm"}
    assert set(re.findall(r"--format ([a-z-]+)`", named)) == {str(form) for form in FOLDERS}


@pytest.mark.usefixtures("_settled")
@pytest.mark.parametrize("suffix", sorted(set(SUFFIXES) - {""}))
@pytest.mark.parametrize("command", [["audit"], ["team"], ["agent", "Priya"]], ids=" ".join)
def test_the_commands_that_the_readme_says_write_every_form_do(
    command: list[str], suffix: str
) -> None:
    assert parse([*command, "calls/", "-o", f"report{suffix}"])


def test_commands_in_the_table_of_reports_are_shown_above_it() -> None:
    named = {
        name
        for row in rows(README, "| command | what it shows |")
        for name in re.findall(r"`([a-z]+)`", row[0])
    }
    assert named == {"audit", "team", "agent", "coach", "call"}
    assert named <= {words[0] for words in OURS}


def test_settings_in_the_docs_are_all_that_there_are() -> None:
    settings = rows(PAGES["docs/settings.md"], "| key | what |")
    named = set(re.findall(r"`([a-z_]+)`", str(settings)))
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


THEIR_OWN = re.compile(r"(python )?benchmarks/|pip |(\w+=\S* )?\S*python -m pytest|-k |\.\.\. ")
"""How code begins whose options are not ours."""


@pytest.mark.parametrize("name", PAGES)
def test_options_named_in_the_readme_and_docs_exist(name: str) -> None:
    prose = BLOCK.sub("", PAGES[name])
    named = {
        option
        for code in re.findall(r"`([^`\n]+)`", prose)
        if not re.match(
            r"(python )?benchmarks/|pip |\S*python -m pytest|-k |\.\.\. ", code
        )  # these have options of their own
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", code)
    }
    assert name != "README.md" or "--explain" in named
    assert named <= options_of(COMMAND_LINE)


def test_exit_codes_in_the_readme_are_those_of_the_help() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+?) \|$", README, re.M))
    said = re.search(r"Exit codes: (.*?\.)\s*$", call_cli("--help").stdout, re.S)
    assert said
    assert set(table) == set(re.findall(r"\b\d+\b", said[1]))


def test_profiles_in_the_readme_are_those_of_the_rule_book() -> None:
    named = {row[0].strip("`") for row in rows(README, "| profile |")}
    assert named == {path.stem for path in (ROOT / "rules" / "profiles").glob("*.yaml")}


def anchors(page: str) -> set[str]:
    """Where links into a page can lead, as GitHub makes them of its headings."""
    titles = re.findall(r"^#+ (.+)$", BLOCK.sub("", page), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", PAGES)
def test_what_the_readme_and_docs_link_to_is_there(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", BLOCK.sub("", PAGES[name]))
    assert links or name != "README.md"
    for link, anchor in links:
        target = (ROOT / name).parent / link if link else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link}#{anchor}"


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    found, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        found.add(page)
        for link in re.findall(r"\]\((?!https?:)([^)#]+\.md)", page.read_text(encoding="utf-8")):
            new |= {(page.parent / link).resolve()} - found
    assert {ROOT / name for name in PAGES} <= found


def test_pictures_in_the_readme_say_what_they_show() -> None:
    pictures = re.findall(r"!\[([^\]]*)\]\((\S+)\)", README)
    assert {Path(path).name for _, path in pictures} == {"report-team.png", "report-agent.png"}
    assert all(len(said) > 40 for said, _ in pictures)


def test_paths_in_the_architecture_page_are_there() -> None:
    package = ROOT / "transcript_audit"
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    cells = [row[1] for row in rows(page, "| to | change |")]
    cells += [row[1] for row in rows(page, "| floor | module |")]
    cells += re.findall(r"\*\*(`[^*]+`)\*\*", page)
    paths = [path for cell in cells for path in re.findall(r"`([\w/.]+)`", cell)]
    assert {"rules/profiles/", "batch.py"} <= set(paths)
    missing = [
        each for each in paths if not (ROOT / each).exists() and not (package / each).exists()
    ]
    assert missing == []


def test_records_in_the_docs_have_the_keys_of_real_records(tmp_path: Path) -> None:
    refused = tmp_path / "refused.txt"
    refused.write_text(
        "Customer: I want to cancel my contract.\nAgent: No, I'm not going to cancel that.\n",
        encoding="utf-8",
    )
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    done = call_cli("audit", str(refused), str(empty), "--format", "jsonl", "--patterns-only")
    real, skipped = (json.loads(line) for line in done.stdout.splitlines())
    documented, documented_skip = (json.loads(block) for block in blocks("json", SCRIPTS))
    assert done.exit_code == 3
    assert list(real) == list(documented)
    assert list(real["findings"][0]) == list(documented["findings"][0])
    assert set(documented["rules"]) <= set(real["rules"])
    assert list(skipped) == list(documented_skip)
    assert skipped["skipped"] == documented_skip["skipped"]


def test_the_docs_explain_every_key_of_a_record() -> None:
    documented = json.loads(blocks("json", SCRIPTS)[0])
    (finding, *_) = documented["findings"]
    said = str(rows(SCRIPTS, "| key | what |"))
    assert {"fingerprint", "agents"} <= set(finding)
    for key in {*documented, *finding} - PLAIN:
        assert f"`{key}`" in said, key


def test_the_record_in_the_docs_is_that_of_the_sample_call_shortened() -> None:
    documented = json.loads(blocks("json", SCRIPTS)[0])
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
