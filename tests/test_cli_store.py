"""The store on the command line: what `audit` keeps, and what is shown without any file."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reviewing import verdict
from typer.testing import CliRunner

import transcript_audit.batch
import transcript_audit.rulebook
from transcript_audit.audit import audit_call
from transcript_audit.cli import app
from transcript_audit.history import (
    StoredLedger,
    StoreError,
    StorePlace,
    find_store,
    open_store,
    resuming,
)
from transcript_audit.model import Transcript
from transcript_audit.reports.review_workbook import FINDINGS, SHEETS
from transcript_audit.review.ledger import LedgerFile
from transcript_audit.review.verdicts import Ruling
from transcript_audit.rulebook import find_rules_directory

pytestmark = pytest.mark.usefixtures("_loaded_once")

REFUSED = """Agent: Thanks for calling Lumo, this is Ines. How can I help?
Customer: Hi, I want to cancel my plan. My card is 4111 1111 1111 1111.
Agent: I'm not going to cancel that for you.
Customer: Please just cancel it.
Agent: No, I won't cancel your plan. Goodbye.
"""
ORDINARY = """Agent: Thanks for calling Lumo, this is Omar. How can I help?
Customer: Hi, I want to cancel my plan, I'm moving abroad.
Agent: I'm sorry to see you go. It's cancelled from 30 June; the confirmation is in your inbox.
Customer: Great, thank you.
Agent: Thank you for being with us all these years. You're welcome back any time. Goodbye.
"""
NAMES = r"(?P<started_at>\d{4}-\d\d-\d\d)_(?P<call_id>[^_]+)_(?P<agent>[^_.]+)"
KEYS = {"call_id", "agent_ids", "outcome", "findings", "rules", "attempts", "schema_version"}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRANSCRIPT_AUDIT_NO_STORE")
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "2026-03-02_ra-1_ines.txt").write_text(REFUSED, encoding="utf-8")
    (folder / "2026-03-09_rb-2_omar.txt").write_text(ORDINARY, encoding="utf-8")
    return folder


@pytest.fixture
def address(place: StorePlace) -> str:
    return place.url.render_as_string(hide_password=False) if place.url else str(place.file)


def run(*args: object, code: int = 0) -> Any:
    done = CliRunner().invoke(app, [str(arg) for arg in args])
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done


def audit(calls: Path, *args: object, code: int = 0) -> Any:
    return run("audit", calls, "--patterns-only", "--name-pattern", NAMES, *args, code=code)


def counted(*args: object) -> tuple[int, int]:
    held = json.loads(run("store", "info", "--format", "json", *args).stdout)
    return held["calls"], held["results"]


def test_audits_are_kept_in_the_users_data_folder_which_is_named(calls: Path) -> None:
    done = audit(calls, "--format", "jsonl")
    place = str(next(Path(os.environ["HOME"]).rglob("audits.db")))
    assert done.stderr.count(place) == 1
    assert "--no-store" in done.stderr
    assert len(done.stdout.splitlines()) == 2
    assert counted() == (2, 2)


def test_what_audit_reports_is_the_same_with_and_without_a_store(calls: Path) -> None:
    for form in ("table", "json", "jsonl", "csv"):
        without = audit(calls, "--no-store", "--format", form)
        for _ in range(2):
            kept = audit(calls, "--store", "audits.db", "--format", form)
            assert kept.stdout == without.stdout
            assert kept.stderr == without.stderr == ""


def test_auditing_again_adds_nothing_but_another_profile_does(calls: Path, address: str) -> None:
    for _ in range(2):
        audit(calls, "--store", address)
        assert counted("--store", address) == (2, 2)
    audit(calls, "--store", address, "--profile", "strict")
    assert counted("--store", address) == (2, 4)


def test_several_processes_report_and_keep_the_same(calls: Path) -> None:
    for number in range(30):
        text = REFUSED if number % 2 else ORDINARY
        (calls / f"2026-03-10_rd-{number}_bo.txt").write_text(text, encoding="utf-8")
    (calls / "2026-03-10_re-1_bo.txt").write_bytes(b"\x00\x01\x02")
    alone, together = (
        audit(calls, "--store", f"{jobs}.db", "--format", "jsonl", "--jobs", jobs, code=3).stdout
        for jobs in (1, 2)
    )
    assert len(alone.splitlines()) == 33
    assert together == alone
    one, two = (
        (counted(*store), sorted(run("store", "export", *store).stdout.splitlines()))
        for store in (("--store", "1.db"), ("--store", "2.db"))
    )
    assert one == two


def test_a_call_is_shown_from_the_store_without_its_file(calls: Path, address: str) -> None:
    audit(calls, "--store", address)
    for file in calls.iterdir():
        file.unlink()
    shown = run("call", "ra-1", "--store", address, "--all")
    assert "refusal-explicit" in shown.stdout
    assert "from the store" in shown.stderr
    assert "4111" not in shown.stdout
    record = json.loads(run("call", "ra-1", "--store", address, "--format", "json").stdout)
    assert record["call_id"] == "ra-1"
    told = run("call", "ra-1", "--store", address, "--explain", "refusal-stall").stdout
    assert "refusal-stall" in told


def test_an_agent_and_the_team_are_shown_from_the_store(calls: Path, address: str) -> None:
    audit(calls, "--store", address)
    card = run("agent", "INES", "--store", address)
    assert "ra-1" in card.stdout
    team = run("team", "--store", address)
    assert "ines" in team.stdout
    assert "omar" in team.stdout


def test_the_team_is_chosen_by_period_team_and_rule(calls: Path, tmp_path: Path) -> None:
    (tmp_path / "transcript-audit.toml").write_text(
        'store = "kept/audits.db"\n[teams]\nNorth = ["Omar"]\n', encoding="utf-8"
    )
    (tmp_path / "kept").mkdir()
    audit(calls)
    assert (tmp_path / "kept" / "audits.db").exists()

    def ids(*args: object) -> list[str]:
        lines = run("team", "--format", "jsonl", *args).stdout.splitlines()
        return [json.loads(line)["call_id"] for line in lines]

    assert ids() == ["ra-1", "rb-2"]
    assert ids("--team", "North") == ["rb-2"]
    assert ids("--since", "2026-03-03") == ["rb-2"]
    assert ids("--until", "2026-03-02") == ["ra-1"]
    assert ids("--since", "2026-03-02", "--until", "2026-03-09") == ["ra-1", "rb-2"]
    line = run("team", "--format", "jsonl", "--rule", "refusal-stall").stdout.splitlines()[0]
    assert list(json.loads(line)["rules"]) == ["refusal-stall"]
    assert "refusal-stal" in run("team", "--rule", "refusal-stal", code=2).stderr
    assert "South" in run("team", "--team", "South", code=2).stderr


def test_results_by_more_than_one_rule_book_are_told_and_one_may_be_kept(calls: Path) -> None:
    audit(calls, "--store", "audits.db")
    first = next(calls.iterdir())
    audit(first, "--store", "audits.db", "--profile", "strict")
    mixed = run("team", "--store", "audits.db", "--format", "jsonl")
    assert "more than one rule book" in mixed.stderr
    assert "1 by strict" in mixed.stderr
    one = run("team", "--store", "audits.db", "--format", "jsonl", "--rule-book", "default")
    assert "more than one" not in one.stderr
    assert len(one.stdout.splitlines()) == 2
    line = run("team", "--store", "audits.db", "--rule-book", "nosuch", code=2).stderr
    assert "no call fits" in line


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["call", "ra"], "did you mean 'ra-1'?"),
        (["agent", "inez"], "did you mean 'ines'?"),
        (["agent", "ines", "--since", "2027-01-01"], "no call fits"),
        (["agent", "ines", "--since", "2026-02-30"], "expected a day"),
        (["team", "--since", "2026-03-02", "--until", "2026-03-01"], "--since"),
        (["agent", "ines", "--profile", "strict"], "--rule-book"),
        (["agent", "ines", "--agent-speaker", "x"], "--agent-speaker"),
        (["call", "ra-1", "--reveal"], "--reveal"),
        (["team", "-j", "2"], "--jobs"),
        (["agent", "ines", "calls", "--since", "2026-03-01"], "name no files"),
        (["store", "purge", "--older-than", "soon"], "90d"),
        (["store", "info", "--store", "mysql://x/y"], "postgresql://"),
        (["store", "info", "--store", "no/such.db"], "there is none yet"),
        (["store", "info", "--no-store", "--store", "a.db"], "keep one of the two"),
        (["store", "info", "--store", "a.db", "--no-store"], "keep one of the two"),
        (["store", "purge", "--older-than", "1d", "--store", "no.db"], "there is none yet"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(
    calls: Path, args: list[str], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSCRIPT_AUDIT_STORE", "audits.db")
    audit(calls)
    done = run(*args, code=2)
    assert hint in re.sub(r"\s+", " ", done.stderr)
    assert done.stdout == ""
    assert not Path("no.db").exists()


def test_without_a_store_the_sources_of_the_settings_are_shown(calls: Path, tmp_path: Path) -> None:
    settings = tmp_path / "transcript-audit.toml"
    settings.write_text(
        f"[[sources]]\npaths = ['calls']\nname_pattern = '{NAMES}'\n", encoding="utf-8"
    )
    assert "ra-1" in run("call", "ra-1", "--patterns-only").stdout
    assert "ra-1" in run("agent", "ines", "--patterns-only", "--no-store").stdout
    settings.unlink()
    assert "name files or folders" in run("call", "ra-1", code=2).stderr


def test_a_named_store_that_cannot_be_used_stops_the_run_before_it_begins(
    calls: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("not a database, just some notes\n" * 9, encoding="utf-8")
    done = audit(calls, "--store", "notes.txt", code=2)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "is not a store" in done.stderr


def test_a_data_folder_that_cannot_be_used_does_not_stop_the_run(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "blocked"))
    done = audit(calls, "--format", "jsonl")
    assert len(done.stdout.splitlines()) == 2
    assert "not kept" in done.stderr


@pytest.mark.parametrize(("named", "code"), [(True, 2), (False, 0)])
def test_a_store_that_fails_on_the_way_leaves_the_report_whole(
    calls: Path, monkeypatch: pytest.MonkeyPatch, named: bool, code: int
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("store x: the disk is full")

    monkeypatch.setattr(resuming, "save", fail)
    store = ["--store", "audits.db"] if named else []
    done = audit(calls, "--format", "jsonl", *store, code=code)
    assert len(done.stdout.splitlines()) == 2
    assert done.stderr.count("the disk is full") == 1


def test_calls_are_exported_and_purged(calls: Path, address: str, tmp_path: Path) -> None:
    audit(calls, "--store", address)
    lines = run("store", "export", "--store", address).stdout.splitlines()
    assert [json.loads(line)["call_id"] for line in lines] == ["ra-1", "rb-2"]
    assert set(json.loads(lines[0])) >= KEYS
    run("store", "export", "--store", address, "--agent", "omar", "-o", "omar.csv")
    assert "rb-2" in (tmp_path / "omar.csv").read_text(encoding="utf-8")
    trial = run("store", "purge", "--older-than", "1d", "--store", address, "--dry-run")
    assert "2 results" in trial.stderr
    assert counted("--store", address)[0] == 2
    run("store", "purge", "--older-than", "1d", "--store", address)
    assert counted("--store", address) == (0, 0)


def test_the_page_of_a_store_shows_no_password(calls: Path, address: str) -> None:
    audit(calls, "--store", address)
    page = run("store", "info", "--store", address)
    assert "s3cret" not in page.output
    assert "2026-03-02 to 2026-03-09" in page.stdout


def test_no_card_number_is_in_the_file(calls: Path, tmp_path: Path) -> None:
    audit(calls, "--store", "audits.db")
    shown = run("call", "ra-1", "--all", "--store", "audits.db").stdout
    assert "4111" not in shown
    with closing(sqlite3.connect(tmp_path / "audits.db")) as connection:
        assert connection.execute("SELECT count(*) FROM audits").fetchone() == (2,)


def test_help_loads_no_database_library() -> None:
    script = (
        "import sys; from transcript_audit.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print('sqlalchemy' in sys.modules, file=sys.stderr)\n"
    )
    for args in (["team", "--help"], ["store", "purge", "--help"], ["audit", "--help"]):
        command = [sys.executable, "-c", script, *args]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
        assert done.stderr.splitlines()[-1] == "False"


def test_doctor_names_the_store_without_its_password(calls: Path, tmp_path: Path) -> None:
    address = "postgresql://ada:hunter2@db.example/audits?password=hunter2"
    (tmp_path / "transcript-audit.toml").write_text(f'store = "{address}"\n', encoding="utf-8")
    for form in ("table", "json"):
        done = run("doctor", "calls", "--format", form)
        assert "ada:***@db.example" in done.stdout
        assert "hunter2" not in done.output


def test_what_is_stored_is_not_audited_again(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = audit(calls, "--store", "audits.db", "--format", "jsonl").stdout
    audited = []

    def note(transcript: Transcript, *rest: Any) -> Any:
        audited.append(transcript.call_id)
        return audit_call(transcript, *rest)

    monkeypatch.setattr(transcript_audit.batch, "audit_call", note)
    (calls / "2026-03-10_rc-3_omar.txt").write_text(ORDINARY, encoding="utf-8")
    after = audit(calls, "--store", "audits.db", "--format", "jsonl").stdout
    assert audited == ["rc-3"]
    assert after.startswith(before)
    assert len(after.splitlines()) == 3


def test_what_is_revealed_in_a_report_is_kept_redacted(calls: Path) -> None:
    for _ in range(2):
        done = audit(calls, "--store", "audits.db", "--format", "html", "--reveal")
        assert "4111" in done.stdout
    assert "4111" not in run("call", "ra-1", "--all", "--store", "audits.db").stdout
    held = json.loads(run("store", "info", "--format", "json", "--store", "audits.db").stdout)
    assert (held["calls"], held["revealed"]) == (2, 0)


def test_pseudonyms_are_of_the_report_and_not_of_the_store(calls: Path) -> None:
    args = ("--format", "jsonl", "--pseudonymise")
    without = audit(calls, "--no-store", *args).stdout
    for _ in range(2):
        assert audit(calls, "--store", "audits.db", *args).stdout == without
    assert "ines" not in without.lower()
    assert "ines" in run("store", "export", "--store", "audits.db").stdout
    told = run("store", "export", "--store", "audits.db", "--pseudonymise").stdout
    assert "ines" not in told.lower()


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.json", "a.xlsx", "a.csv", "a.txt"])
def test_the_store_is_told_in_every_form(calls: Path, tmp_path: Path, name: str) -> None:
    audit(calls, "--store", "audits.db")
    for command in (["team"], ["agent", "ines"], ["store", "export", "--rule", "refusal-explicit"]):
        run(*command, "--store", "audits.db", "-o", name)
        assert (tmp_path / name).stat().st_size > 0
        (tmp_path / name).unlink()


# --- review -------------------------------------------------------------------------------------


def fill_in(name: str, verdict: str) -> None:
    """Give every finding of a review workbook the same verdict."""
    book = openpyxl.load_workbook(name)
    heads = [each.head for each in SHEETS[FINDINGS]]
    for row in range(2, book[FINDINGS].max_row + 1):
        book[FINDINGS].cell(row, heads.index("verdict") + 1).value = verdict
        book[FINDINGS].cell(row, heads.index("reason") + 1).value = "the tone was kind"
    book.save(name)


def review(address: str, verdict: str = "upheld", by: str = "Mia") -> int:
    """How many verdicts were added on all that waits."""
    run("review", "export", "--store", address, "-o", "r.xlsx", "--again", "--reviewer", by)
    fill_in("r.xlsx", verdict)
    done = run("review", "import", "r.xlsx", "--store", address, "--reviewer", by)
    return int(re.search(r"(\d+) verdicts? added", done.stderr)[1])  # type: ignore[index]


def flags_of(*args: object) -> set[tuple[str, str]]:
    lines = run("team", "--format", "jsonl", *args).stdout.splitlines()
    found = [(json.loads(line)["call_id"], json.loads(line)["findings"]) for line in lines]
    return {(call, finding["rule"]) for call, findings in found for finding in findings}


def test_the_queue_comes_from_the_store_and_verdicts_go_into_it(calls: Path, address: str) -> None:
    audit(calls, "--store", address)
    flags = flags_of("--store", address)
    for file in calls.iterdir():
        file.unlink()
    assert review(address) == len(flags) > 1
    done = run("review", "import", "r.xlsx", "--store", address, "--reviewer", "Mia")
    assert "0 verdicts added by Mia" in done.stderr
    shown = run("call", "ra-1", "--store", address).stdout
    assert len(re.findall("in review: .*: upheld", shown)) == len(flags)
    assert "s3cret" not in done.output
    done = run("review", "export", "--store", address, "-o", "rest.xlsx")
    assert "1 calls, 0 findings" in done.stderr  # the one without, by lot
    held = json.loads(run("store", "info", "--store", address, "--format", "json").stdout)
    assert held["verdicts"] == len(flags)


def test_verdicts_stand_after_the_same_calls_are_audited_by_another_rule_book(
    calls: Path, address: str
) -> None:
    audit(calls, "--store", address)
    review(address)
    before = flags_of("--store", address)
    audit(calls, "--store", address, "--profile", "strict")
    after = flags_of("--store", address)
    done = run("review", "export", "--store", address, "-o", "rest.xlsx")
    assert f" {len(after - before)} findings to review" in done.stderr


FORMS = ["team.txt", "team.md", "team.html", "team.json", "team.xlsx"]


@pytest.mark.parametrize("name", FORMS)
def test_every_report_tells_what_reviewers_made_of_each_rule(calls: Path, name: str) -> None:
    store = ("--store", "audits.db")
    audit(calls, *store)
    rate, range_ = "overturned 100%", "0–79%"

    def told(*command: object) -> str:
        run(*command, *store, "-o", name)
        if not name.endswith(".xlsx"):
            return Path(name).read_text(encoding="utf-8")
        sheets = openpyxl.load_workbook(name).worksheets
        return " ".join(str(c.value) for sheet in sheets for row in sheet.rows for c in row)

    assert "reviewers" not in re.sub(r"<(style|script).*?</\1>", "", told("team"), flags=re.S)
    review("audits.db", "overturned")
    commands = [["team"], ["agent", "ines"], ["store", "export"], ["team", "calls"]]
    commands += [["audit", calls, "--patterns-only", "--name-pattern", NAMES]]
    for command in commands:
        page = told(*command)
        if name.endswith(".json"):
            lesson = json.loads(page)["verdicts"]["refusal-explicit"]
            assert (lesson["overturned"], lesson["precision"], lesson["low"]) == (1, 0, 0)
            assert lesson["high"] == pytest.approx(0.793, abs=0.001)
        else:
            assert rate in page
            assert range_ in page
            assert "What reviewers made of the flags" in page


VERDICTS = {
    "reviewed": 1,
    "upheld": 0,
    "overturned": 1,
    "undecided": 0,
    "missed": 0,
    "precision": 0,
    "low": 0,
    "high": pytest.approx(0.793, abs=0.001),
    "overturn_rate": 1,
    "often_overturned": False,
}


def test_records_and_rows_tell_beside_each_finding_what_reviewers_made_of_its_rule(
    calls: Path, address: str
) -> None:
    store = ("--store", address)
    audit(calls, *store)
    review(address, "overturned")
    whole = json.loads(run("store", "export", *store, "--format", "json").stdout)
    assert whole["verdicts"]["refusal-explicit"] == VERDICTS
    for done in (
        audit(calls, *store, "--format", "jsonl"),
        run("store", "export", *store),
        run("call", "ra-1", *store, "--format", "json"),
    ):
        records = map(json.loads, done.stdout.splitlines())
        findings = [finding for record in records for finding in record["findings"]]
        told = {finding["rule"]: finding["rule_verdicts"] for finding in findings}
        assert told["refusal-explicit"] == VERDICTS
    rows = list(csv.DictReader(audit(calls, *store, "--format", "csv").stdout.splitlines()))
    (row,) = [row for row in rows if row["rule"] == "refusal-explicit"]
    told = {name: row[name] for name in row if name.startswith("rule_")}
    assert told == {
        "rule_reviewed": "1",
        "rule_upheld": "0",
        "rule_overturned": "1",
        "rule_precision": "0.0",
        "rule_precision_low": "0.0",
        "rule_precision_high": "0.793",
        "rule_overturn_rate": "1.0",
        "rule_often_overturned": "false",
    }
    (clear,) = [row for row in rows if row["call_id"] == "rb-2"]
    assert not any(clear[name] for name in told)


def test_without_a_store_no_finding_tells_of_reviewers(calls: Path) -> None:
    audit(calls, "--store", "audits.db")
    review("audits.db", "upheld")
    kept = audit(calls, "--store", "audits.db", "--format", "jsonl").stdout
    alone = audit(calls, "--no-store", "--format", "jsonl").stdout
    told = [f["rule_verdicts"] for line in kept.splitlines() for f in json.loads(line)["findings"]]
    assert told
    assert all(told)
    none = [f["rule_verdicts"] for line in alone.splitlines() for f in json.loads(line)["findings"]]
    assert none == [None] * len(told)
    rows = csv.DictReader(audit(calls, "--no-store", "--format", "csv").stdout.splitlines())
    assert not any(row[name] for row in rows for name in row if name.startswith("rule_"))


def test_a_run_in_shards_writes_what_an_unbroken_one_does_verdicts_and_all(calls: Path) -> None:
    audit(calls)
    review(str(next(Path(os.environ["HOME"]).rglob("audits.db"))))
    for form in ("jsonl", "csv", "json"):
        unbroken = audit(calls, "--format", form).stdout
        assert "upheld" in unbroken
        command = ["audit", str(calls), "--patterns-only", "--name-pattern", NAMES]
        command += ["--format", form, "--checkpoint", "done", "--shard"]
        parts = [CliRunner().invoke(app, [*command, part]) for part in ("1/2", "2/2")]
        assert {part.exit_code for part in parts} <= {0, 3}  # a share of two calls may be empty
        if form == "jsonl":
            lines = [line for part in parts for line in part.stdout.splitlines()]
            assert sorted(lines) == sorted(unbroken.splitlines())
        assert audit(calls, "--checkpoint", "done", "--format", form).stdout == unbroken


def test_beside_a_checkpoint_only_verdicts_are_read_from_the_store_named(
    calls: Path, address: str
) -> None:
    store = ("--store", address)
    audit(calls, *store)
    review(address)
    (calls / "2026-03-10_rc-3_omar.txt").write_text(ORDINARY, encoding="utf-8")
    done = audit(calls, *store, "--checkpoint", "done", "--format", "jsonl")
    assert "not kept in" in done.stderr
    assert "only what reviewers said" in done.stderr
    assert "s3cret" not in done.output
    assert '"upheld": 1' in done.stdout
    assert counted(*store) == (2, 2)


def test_the_tables_sheets_and_call_views_tell_what_reviewers_made_of_each_rule(
    calls: Path,
) -> None:
    store = ("--store", "audits.db")
    audit(calls, *store)
    review("audits.db")
    run("store", "export", *store, "-o", "tables", "--format", "csv-tables")
    rules = csv.DictReader((Path("tables") / "rules.csv").read_text("utf-8-sig").splitlines())
    told = {rule["rule"]: (rule["reviewed"], rule["overturn_rate"]) for rule in rules}
    assert told["refusal-explicit"] == ("1", "0.0")
    assert told["conduct-disrespect"] == ("", "")
    words = "upheld 1 of 1 (21–100%), overturned 0%"
    command = ["coach", calls, "--patterns-only", "--name-pattern", NAMES, "--agent", "ines"]
    assert f"What reviewers made of such flags: {words}" in run(*command, *store).stdout
    assert "reviewers" not in run(*command, "--no-store").stdout
    shown = run("call", "ra-1", *store).stdout
    assert f"in review: refusal-explicit: upheld; such flags: {words}" in shown


def test_reports_without_a_store_or_verdicts_say_nothing_of_reviewers(calls: Path) -> None:
    audit(calls, "--store", "audits.db")
    without = run("team", "--store", "audits.db").stdout
    assert "reviewers" not in without
    review("audits.db")
    assert "reviewers" in run("team", "--store", "audits.db").stdout
    assert audit(calls, "--no-store").stdout == audit(calls, "--store", "other.db").stdout


def test_lessons_agreement_and_labels_are_read_from_the_store(calls: Path, address: str) -> None:
    store = ("--store", address)
    audit(calls, *store)
    assert "no verdicts yet" in run("review", "lessons", *store, code=2).stderr
    review(address)
    review(address, "overturned", "Tom")
    rules = json.loads(run("review", "lessons", *store, "--format", "json").stdout)["rules"]
    assert {each["undecided"] for each in rules if each["rule"] == "refusal-explicit"} == {1}
    record = json.loads(run("review", "agreement", *store, "--format", "json").stdout)
    assert record["raters"] == ["Mia", "Tom"]
    done = run("review", "labels", *store, "-o", "labelled.jsonl")
    assert "not yet: call ra-1: nobody has heard it whole" in done.stderr


def test_a_sample_is_drawn_from_the_store_and_reviewed(calls: Path, address: str) -> None:
    store = ("--store", address)
    audit(calls, *store)
    run("sample", *store, "--since", "2026-03-03", "-o", "s.json")
    drawn = json.loads(Path("s.json").read_text(encoding="utf-8"))["calls"]
    assert [each["call_id"] for each in drawn] == ["rb-2"]
    done = run("review", "export", *store, "--sample", "s.json", "-o", "r.xlsx")
    assert "1 calls, 0 findings" in done.stderr


def test_a_ledger_kept_in_a_file_comes_over_into_the_store(calls: Path, address: str) -> None:
    said = verdict(Ruling.UPHELD, "refusal-stall")
    LedgerFile(Path("old.jsonl")).append([said])
    for added in (1, 0):
        done = run("review", "import", "old.jsonl", "--store", address)
        assert f"{added} verdict" in done.stderr
    with open_store(find_store(address)) as store:
        assert StoredLedger(store).read() == (said,)
    assert "no such file" in run("review", "import", "none.jsonl", code=2).stderr


def test_verdicts_without_a_store_need_a_file(calls: Path) -> None:
    LedgerFile(Path("old.jsonl")).append([verdict(Ruling.UPHELD, "refusal-stall")])
    done = run("review", "import", "old.jsonl", "--no-store", code=2)
    assert "--ledger" in done.stderr
    run("review", "import", "old.jsonl", "--no-store", "--ledger", "new.jsonl")
    assert LedgerFile(Path("new.jsonl")).read()


def test_rule_books_are_compared_over_the_store(calls: Path, address: str) -> None:
    store = ("--store", address)
    audit(calls, *store)
    for file in calls.iterdir():
        file.unlink()
    done = run("rules", "diff", "built-in", "default", *store, "--patterns-only")
    assert done.stdout.splitlines() == ["2 calls audited with both rule books", "Nothing changes."]
    assert "redacted" in done.stderr
    source = find_rules_directory() / "checks" / "refusal-explicit.yaml"
    text = source.read_text(encoding="utf-8").replace("acts: [refuse]", "acts: [hang-up]")
    Path("mine/checks").mkdir(parents=True)
    Path("mine/checks", source.name).write_text(text, encoding="utf-8")
    done = run("rules", "diff", "built-in", "mine", *store, "--patterns-only")
    assert "- refusal-explicit  critical  ra-1 ines  vanished" in done.stdout
    done = run("rules", "diff", "built-in", "mine", *store, "--agent-speaker", "x", code=2)
    assert "--agent-speaker" in done.stderr


def test_roles_that_were_settled_stay_settled_when_stored_calls_are_judged_again(
    calls: Path,
) -> None:
    for file in calls.iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("Agent:", "A:").replace("Customer:", "B:"), encoding="utf-8")
    audit(calls, "--store", "audits.db", "--agent-speaker", "A", "--customer-speaker", "B")
    flags = flags_of("--store", "audits.db")
    assert flags
    args = ("--store", "audits.db", "--patterns-only", "--format", "json")
    record = json.loads(run("rules", "diff", "default", "strict", *args).stdout)
    kept = {each["rule"]: each for each in record["rules"]}
    assert record["calls"] == 2
    assert ("ra-1", "refusal-explicit") in flags
    assert kept["refusal-explicit"]["same"] == 1


def test_a_store_named_on_the_line_goes_before_a_variable_that_wants_none(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSCRIPT_AUDIT_NO_STORE", "1")
    audit(calls, "--store", "named.db")
    monkeypatch.delenv("TRANSCRIPT_AUDIT_NO_STORE")
    assert counted("--store", "named.db") == (2, 2)
