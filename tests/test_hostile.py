"""Hostile text in every field, through all readers and all report forms: it stays text."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest
from hostile import (
    FILE_NAMES,
    FORMATS,
    SAID,
    TEXTS,
    as_jsonl,
    hostile_record,
    unsafe_characters,
)
from loaded import built_in, recogniser_once
from typer.testing import CliRunner, Result

from transcript_audit.batch import audit_read
from transcript_audit.cli import app
from transcript_audit.cli.vcon_folder import name_file
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.privacy import Privacy
from transcript_audit.readers import ReadOptions, read_transcripts, transcript_from_record
from transcript_audit.reports.text import FORMULA_STARTS, csv_cell, visible
from transcript_audit.roles import RoleOptions

pytestmark = pytest.mark.usefixtures("_loaded_once")

READ_AS_IT_IS = {"jsonl", "vcon", "csv", "tsv", "parquet"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the whole corpus, in one file and in files of hostile names."""
    folder = tmp_path_factory.mktemp("corpus") / "calls"
    folder.mkdir()
    (folder / "corpus.jsonl").write_bytes(as_jsonl())
    (folder / "s.zip").write_bytes(FORMATS["zip"](TEXTS["script"]))
    for number, name in enumerate(FILE_NAMES):
        record = {**hostile_record("script"), "id": f"named-{number}"}
        (folder / name).write_text(json.dumps(record), encoding="utf-8")
    (folder / "bad\x1b[31m<b>.jsonl").write_text('{"id": "=1+1", "turns": 3}', encoding="utf-8")
    return folder


@pytest.fixture
def inside(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in; what is around it must be as it was afterwards."""
    work = tmp_path / "a" / "work"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    yield work
    assert [path.name for path in tmp_path.rglob("*") if not path.is_relative_to(work)] == ["a"]
    assert len(list(calls.iterdir())) == len(FILE_NAMES) + 3


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def report(calls: Path, *args: object) -> Result:
    done = run("audit", calls, "--patterns-only", *args)
    assert done.exit_code == 3, done.stderr  # the one bad file is skipped
    assert unsafe_characters(done.stderr) == []
    return done


@pytest.mark.parametrize("form", FORMATS)
def test_every_reader_gives_the_turns_and_no_control_character(form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    for name, text in TEXTS.items():
        data = FORMATS[form](text)
        (call,) = read_transcripts(["-"], ReadOptions(), io.BytesIO(data))
        if name == "controls" and form in {"csv", "tsv"}:  # so many that it is taken for no text
            assert isinstance(call, SkippedCall)
            assert "binary data" in call.reason
            continue
        assert isinstance(call, Transcript), (name, call)
        texts = [said.text for said in call.utterances]
        assert len(texts) == len(SAID), (name, texts)
        for said, (_, words) in zip(texts, SAID, strict=True):
            assert said.startswith(words), name
        held = "".join((call.call_id, call.path, *call.agent_ids, *texts))
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", held), name
        if form in READ_AS_IT_IS and text.isprintable() and name != "quote":
            assert texts[0] == f"{SAID[0][1]} {text}".strip(), name


def test_the_canonical_reader_keeps_every_call_of_the_corpus(calls: Path) -> None:
    found = list(read_transcripts([str(calls / "corpus.jsonl")]))
    assert all(isinstance(call, Transcript) for call in found)
    assert len({call.call_id for call in found}) == len(TEXTS)
    for call in found:
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", call.call_id)


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_no_control_character_gets_into_text_or_markdown(calls, inside, form) -> None:
    done = report(calls, "--format", form, "--reveal")
    assert unsafe_characters(done.stdout) == []
    if form == "markdown":
        plain = re.sub(r"\\.", "", done.stdout)
        assert not re.search(r"<(?!https?:|\w+@)[a-z/!]", plain)
        assert not re.search(r"\]\((?!#|<https?:)", plain)


def test_redacted_reports_are_as_safe_as_revealed_ones(calls, inside) -> None:
    assert unsafe_characters(report(calls).stdout) == []


@pytest.mark.parametrize("name", ["ansi", "osc", "c1", "controls", "bidi", "surrogate", "rich"])
def test_the_view_of_a_call_shows_escapes_as_words(calls, inside, name) -> None:
    (call_id,) = [
        call.call_id
        for call, each in zip(read_transcripts([str(calls / "corpus.jsonl")]), TEXTS, strict=True)
        if each == name
    ]
    for more in ((), ("--all",), ("--format", "json")):
        done = run("call", call_id, calls / "corpus.jsonl", "--patterns-only", "--reveal", *more)
        assert done.exit_code in {0, 3}, done.stderr
        assert unsafe_characters(done.stdout + done.stderr) == []
        assert "going to cancel" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_gets_no_sequence_but_for_style(calls, inside) -> None:
    import pty  # noqa: PLC0415 - not on Windows

    mine, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    command = [sys.executable, "-m", "transcript_audit", "audit", str(calls), "--patterns-only"]
    process = subprocess.Popen(
        [*command, "--reveal"], stdout=theirs, stderr=subprocess.DEVNULL, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(mine, 1 << 16):
            shown += chunk
    except OSError:  # the other end is gone
        pass
    process.wait(60)
    os.close(mine)
    text = shown.decode("utf-8")
    assert SGR.search(text), "not styled: no terminal"
    assert unsafe_characters(SGR.sub("", text), "\r\n") == []


class _Tags(HTMLParser):
    """What tags, and what addresses and handlers in them, a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.wrong: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            address = name in {"href", "src", "action", "xlink:href"}
            if name.startswith("on") or (address and not re.match("#|https://", value or "")):
                self.wrong.append((tag, name, value))


def check_page(text: str, scripts: int) -> None:
    page = _Tags()
    page.feed(text)
    assert page.wrong == []
    assert page.tags.get("script", 0) == scripts
    assert not page.tags.keys() & {"img", "iframe", "object", "embed", "link", "base"}
    assert unsafe_characters(text) == []


def test_a_page_holds_the_corpus_as_words_and_a_browser_runs_none_of_it(calls, inside) -> None:
    report(calls, "-o", "report.html", "--reveal")
    text = Path("report.html").read_text(encoding="utf-8")
    check_page(text, scripts=1)
    assert "&lt;script&gt;window.pwned=1" in text
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((inside / "report.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        page.locator("main *[data-agent], main mark, main bdi").evaluate_all(
            """found => found.forEach((each) => ["mouseover", "click"].forEach((name) =>
                each.dispatchEvent(new MouseEvent(name, { bubbles: true, cancelable: true }))))"""
        )
        assert page.locator("details.flag").count() > 10
        assert page.evaluate("window.pwned") is None
        assert said == []
        assert asked == [(inside / "report.html").as_uri()]
        browser.close()


def test_a_workbook_holds_no_formula_and_no_link(calls, inside) -> None:
    from openpyxl import load_workbook  # noqa: PLC0415 - slow

    report(calls, "-o", "report.xlsx", "--reveal")
    cells = [c for sheet in load_workbook("report.xlsx") for row in sheet.iter_rows() for c in row]
    assert len(cells) > 500
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    with zipfile.ZipFile("report.xlsx") as package:
        names = package.namelist()
        assert not [
            name for name in names if re.search("external|vba|embed|connection", name, re.I)
        ]
        sheets = [package.read(n).decode() for n in names if n.startswith("xl/worksheets/sheet")]
    assert not [sheet for sheet in sheets if re.search(r"<f[ >]", sheet)]


def check_cells(text: str, delimiter: str = ",") -> list[list[str]]:
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=delimiter == ","))
    for row in rows:
        for cell in row:
            assert not cell.startswith(FORMULA_STARTS), cell
            assert unsafe_characters(cell) == []
    return rows


def test_no_cell_of_csv_is_a_formula_whatever_sets_cells_apart(calls, inside) -> None:
    text = report(calls, "--format", "csv", "--reveal").stdout
    rows = check_cells(text)
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(text.splitlines()) == len(rows)
    check_cells(text, ";")
    check_cells(text, "\t")


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("before", ["", " ", "\u200b", '"', ";", '; "', "a;"])
def test_a_cell_of_a_stranger_starts_no_formula(before: str, start: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(["x", csv_cell(f"{before}{start}1+1")])
    for delimiter in (",", ";"):
        for row in csv.reader(io.StringIO(out.getvalue()), delimiter=delimiter):
            assert not [cell for cell in row if cell.lstrip(" \r\n").startswith(FORMULA_STARTS)]


def test_tables_for_other_programs_hold_no_formula_either(calls, inside) -> None:
    report(calls, "-o", "tables", "--format", "csv-tables", "--reveal")
    files = list(Path("tables").iterdir())
    assert len(files) > 4
    for file in files:
        if file.suffix == ".csv":
            check_cells(file.read_text(encoding="utf-8-sig"))


def test_parquet_tables_can_be_read(calls, inside) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    report(calls, "-o", "tables", "--format", "parquet-tables", "--reveal")
    files = list(Path("tables").glob("*.parquet"))
    assert len(files) > 4
    for file in files:
        for column in parquet.read_table(file).to_pydict().values():
            assert unsafe_characters("".join(c for c in column if isinstance(c, str))) == []


def refuse(constant: str) -> Any:
    raise AssertionError(constant)


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_parses_and_is_safe_to_print(calls, inside, form) -> None:
    text = report(calls, "--format", form, "--reveal").stdout
    assert unsafe_characters(text) == []
    lines = text.split("\n")[:-1] if form == "jsonl" else [text]
    held = [json.loads(line, parse_constant=refuse) for line in lines]
    records = held if form == "jsonl" else held[0]["calls"]
    assert len(records) == len(TEXTS) + len(FILE_NAMES) + 2


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_coaching_sheets_lie_in_their_folder_under_harmless_names(calls, inside, form) -> None:
    done = run("coach", calls, "--patterns-only", "--reveal", "-o", "sheets", "--format", form)
    assert done.exit_code == 3, done.stderr
    sheets = list((inside / "sheets").rglob("*"))
    assert len(sheets) > 10
    for sheet in sheets:
        check_name(sheet.name)
        text = sheet.read_text(encoding="utf-8")
        if form == "html":
            check_page(text, scripts=0)
        assert unsafe_characters(text) == []
    assert [path.name for path in inside.iterdir()] == ["sheets"]


def check_name(name: str) -> None:
    assert re.fullmatch(r"[\w~#][\w.~#-]*", name), name
    assert not re.match(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", name, re.I)
    assert len(name.encode()) < 250


def test_vcons_lie_in_their_folder_under_harmless_names(calls, inside) -> None:
    done = run("convert", calls, "-o", "vcons/", "--findings", "--patterns-only")
    assert done.exit_code == 3, done.stderr
    assert unsafe_characters(done.stderr) == []
    files = list((inside / "vcons").rglob("*"))
    assert len(files) == len(TEXTS) + len(FILE_NAMES) + 1
    for file in files:
        check_name(file.name)
        json.loads(file.read_text(encoding="ascii"), parse_constant=refuse)
    back = list(read_transcripts([str(inside / "vcons")]))
    assert not [call for call in back if isinstance(call, SkippedCall)]


NAMES = (
    *("CON", "con.txt", "lpt1", "nul\0", "-rf", "--help", "..", "../../x", "..\\..\\x", "/etc/x"),
    *("C:\\x", ".ssh", "~", "$HOME", "a/b", "a\nb", "half \ud800", "x" * 5_000, "\u202e", " ", ""),
)
"""Call ids and agents that would lead elsewhere, or could not be made, as names of files."""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flagged call for each of these names, its agent's name the same."""
    path = tmp_path_factory.mktemp("named") / "named.jsonl"
    turns = [{"speaker": speaker, "text": text} for speaker, text in SAID]
    records = [
        {"id": name, "agent": name, "started_at": f"2026-03-{day:02}T09:00:00", "turns": turns}
        for day, name in enumerate(NAMES, 1)
    ]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


WRITES = {
    "html": ("audit", "-o", "out/report.html"),
    "xlsx": ("audit", "-o", "out/report.xlsx"),
    "markdown": ("audit", "-o", "out/report.md"),
    "csv": ("audit", "-o", "out/findings.csv"),
    "json": ("audit", "-o", "out/audit.json"),
    "jsonl": ("audit", "-o", "out/audits.jsonl"),
    "csv-tables": ("audit", "-o", "out/tables", "--format", "csv-tables"),
    "parquet-tables": ("audit", "-o", "out/tables", "--format", "parquet-tables"),
    "parquet-lake": ("audit", "-o", "out/lake", "--format", "parquet-lake"),
    "checkpoint": ("audit", "-o", "out/audits.jsonl", "--checkpoint", "out/done"),
    "pseudonyms": ("audit", "-o", "out/report.html", "--pseudonymise"),
    "sheets": ("coach", "-o", "out/sheets"),
    "sheets-markdown": ("coach", "-o", "out/sheets", "--format", "markdown"),
    "converted": ("convert", "-o", "out/calls.jsonl"),
    "parquet": ("convert", "-o", "out/calls.parquet"),
    "vcons": ("convert", "-o", "out/vcons/"),
    "sample": ("sample", "-o", "out/sample.json"),
    "sample-workbook": ("sample", "-o", "out/sample.xlsx"),
}


@pytest.mark.parametrize("form", WRITES)
def test_no_output_is_named_or_placed_by_a_call_or_an_agent(named: Path, inside, form) -> None:
    if "parquet" in form:
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    (inside / "out").mkdir()
    command, *rest = WRITES[form]
    patterns = [] if form in {"converted", "parquet", "vcons"} else ["--patterns-only"]
    done = run(command, named, *rest, *patterns)
    assert done.exit_code == 0, done.stderr
    assert unsafe_characters(done.stderr + done.stdout) == []
    assert [path.name for path in inside.iterdir()] == ["out"]
    files = [path for path in inside.rglob("*") if path.is_file()]
    assert files
    for path in files:
        if form != "checkpoint":
            assert all(
                re.fullmatch(r"[\w~][\w.~#=-]*", part) for part in path.relative_to(inside).parts
            )
            check_name(path.name.replace("=", "-"))
        assert not path.is_symlink()


def test_no_agent_can_be_asked_for_by_a_pattern_or_a_path(named: Path, inside) -> None:
    for name in ("../../x", "/etc/x", "CON", ".*", "*"):
        done = run("agent", "--patterns-only", "-o", "agent.html", "--", name, named)
        assert done.exit_code in {0, 2}, done.stderr
        assert [path.name for path in inside.iterdir()] in ([], ["agent.html"])


@pytest.mark.parametrize("name", ["con", "CON.txt", "-rf", "..", "../../x", "\u9577" * 300, "\0"])
def test_a_file_name_for_a_call_can_be_made_anywhere(name: str) -> None:
    check_name(name_file(name, set()))


def test_two_spellings_of_one_accent_are_two_files() -> None:
    taken: set[str] = set()
    assert len({name_file("caf\u00e9", taken), name_file("cafe\u0301", taken)}) == 2
    assert len(taken) == 2


def test_accents_that_pile_up_are_cut_and_ordinary_ones_stay() -> None:
    assert len(visible("Z" + "\u0301" * 1_000)) < 12
    assert visible("Vie\u0323\u0302t") == "Vie\u0323\u0302t"


FLOODS = {
    "one word": "x" * 1_000_000,
    "words": "so we could look at that and the other thing " * 22_000,
    "signs": "$%'(" * 250_000,
    "mixed": "$1a)" * 250_000,
    "accents": "Z" + "\u0301" * 1_000_000,
    "refusals": "I can not cancel your account and I will not do it. " * 2_000,
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_turn_of_a_million_characters_is_judged_in_seconds(name: str, in_seconds) -> None:
    record = hostile_record("rich")
    record["turns"][2]["text"] += f". {FLOODS[name]}"  # type: ignore[index]
    record["turns"][3]["text"] += " so we could look at that and the other thing" * 3  # type: ignore[index]
    with in_seconds(60):
        judge(record)


def judge(record: dict[str, Any]) -> Any:
    recogniser = recogniser_once(built_in(), patterns_only=True)
    call = transcript_from_record(record, "x")
    return audit_read(call, built_in(), recogniser, RoleOptions())


def test_a_call_of_a_hundred_thousand_turns_is_judged_in_a_minute(in_seconds) -> None:
    turns = [{"speaker": role, "text": words} for role, words in SAID] * 20_000
    with in_seconds(120):
        audit = judge({"id": "x", "turns": turns})
    assert audit.findings


def many_names(count: int) -> list[str]:
    return [f"Kim {a}{b}{c}" for a, b, c in islice(product(ascii_lowercase, repeat=3), count)]


@pytest.mark.parametrize("where", ["label", "turn", "call"])
def test_a_call_of_thousands_of_agents_is_judged_and_redacted_in_seconds(where, in_seconds) -> None:
    turns: list[dict[str, str]] = []
    for name in many_names(3_000):
        for role, words in SAID:
            turn = {"speaker": role, "text": words}
            if role == "agent" and where != "call":
                turn |= {"speaker": f"Agent ({name})"} if where == "label" else {"agent": name}
            turns.append(turn)
    record = {"id": "x", "turns": turns}
    if where == "call":
        record["agent"] = "; ".join(many_names(3_000))
    with in_seconds(120):
        audit = judge(record)
        redacted = Privacy().redact(audit)
    assert audit.findings
    assert len(redacted.agent_ids) > 2_900


def test_a_call_of_ten_thousand_speakers_is_skipped_with_a_short_reason(in_seconds) -> None:
    turns = [{"speaker": f"s{n}", "text": SAID[n % 5][1]} for n in range(10_000)]
    with in_seconds(30):
        skipped = judge({"id": "x", "turns": turns})
    assert isinstance(skipped, SkippedCall)
    assert len(skipped.reason) < 400
