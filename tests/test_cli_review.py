"""The commands for reviewers and for those who change rules."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from loaded import built_in
from reviewing import verdict
from typer.testing import CliRunner, Result

from transcript_audit.cli import app, rules_new, watching
from transcript_audit.labelled_calls import read_labelled_calls
from transcript_audit.reports.review_workbook import FINDINGS, SHEETS
from transcript_audit.review.ledger import LedgerFile
from transcript_audit.review.verdicts import Ruling, Verdict
from transcript_audit.rule_skeletons import KINDS
from transcript_audit.rulebook import find_rules_directory

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
READ = ("--patterns-only", "--name-pattern", NAMES)


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRANSCRIPT_AUDIT_LEDGER", "review-ledger.jsonl")
    folder = tmp_path / "calls"
    folder.mkdir()
    (folder / "ra-1_ines.txt").write_text(REFUSED, encoding="utf-8")
    (folder / "rb-2_omar.txt").write_text(ORDINARY, encoding="utf-8")
    return folder


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def audited(calls: Path) -> list[dict[str, Any]]:
    done = run("audit", calls, *READ, "--format", "jsonl")
    return [json.loads(line) for line in done.stdout.splitlines()]


def verdicts_on(calls: Path, ruling: Ruling = Ruling.UPHELD, by: str = "Mia") -> list[Verdict]:
    return [
        verdict(
            ruling,
            finding["rule"],
            by,
            call_id=call["call_id"],
            fingerprint=finding["fingerprint"],
            turns=tuple(finding["turns"]),
        )
        for call in audited(calls)
        for finding in call["findings"]
    ]


def keep(said: Sequence[Verdict], path: str = "review-ledger.jsonl") -> None:
    LedgerFile(Path(path)).append(said)


# --- sample -------------------------------------------------------------------------------------


def test_sample_lists_the_calls_drawn(calls: Path) -> None:
    done = run("sample", calls, *READ, "--seed", 42)
    assert done.exit_code == 0
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("ines", "ra-1", "critical"),
        ("omar", "rb-2", "unflagged"),
    ]
    assert "2 of 2 calls drawn, 0 skipped" in done.stderr


def test_sample_writes_manifest_lines_and_workbook_by_the_ending(calls: Path) -> None:
    options = ("--stratify", "severity", "--include-unflagged", "20%", "--seed", 7)
    for name in ("s.json", "s.jsonl", "s.xlsx"):
        done = run("sample", calls, *READ, *options, "-o", name, "--manifest", "m.json")
        assert done.exit_code == 0, done.output
    manifest = json.loads(Path("s.json").read_text(encoding="utf-8"))
    assert manifest == json.loads(Path("m.json").read_text(encoding="utf-8"))
    assert (manifest["seed"], manifest["include_unflagged"]) == (7, 0.2)
    lines = Path("s.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["call_id"] for line in lines] == ["ra-1", "rb-2"]
    assert openpyxl.load_workbook("s.xlsx")["Calls"]["B3"].value == "rb-2"


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["--include-unflagged", "120%"], "120%"),
        (["--include-unflagged", "some"], "expected 0% to 100%"),
        (["--per-agent", "0"], "--per-agent"),
        (["-o", "x.docx"], "no sample is written as .docx"),
        (["--stratify", "agent"], "agent"),
    ],
)
def test_sample_refuses_what_it_cannot_do(calls: Path, args: list[str], problem: str) -> None:
    done = run("sample", calls, *READ, *args)
    assert done.exit_code == 2
    assert problem in done.stderr
    assert done.stdout == ""


def test_sample_of_no_calls_exits_3(calls: Path) -> None:
    for path in calls.iterdir():
        path.unlink()
    assert run("sample", calls, *READ).exit_code == 3


# --- review -------------------------------------------------------------------------------------


def test_review_without_a_terminal_names_the_workbook(calls: Path) -> None:
    for args in (["review", calls], ["review", "open", calls]):
        done = run(*args, *READ)
        assert done.exit_code == 2
        assert "needs a terminal" in done.stderr
        assert "review export" in done.stderr


def test_review_without_textual_says_how_to_get_it(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textual", None)
    done = run("review", calls, *READ)
    assert done.exit_code == 2
    assert 'pip install "transcript-audit[review]"' in done.stderr


def test_export_fill_in_and_import_brings_verdicts_into_the_ledger(calls: Path) -> None:
    done = run("review", "export", calls, *READ, "-o", "r.xlsx")
    assert done.exit_code == 0, done.output
    assert "r.xlsx: 2 calls" in done.stderr
    book = openpyxl.load_workbook("r.xlsx")
    column = [each.head for each in SHEETS[FINDINGS]].index("verdict") + 1
    for row in range(2, book[FINDINGS].max_row + 1):
        book[FINDINGS].cell(row, column).value = "upheld"
    book.save("r.xlsx")
    done = run("review", "import", "r.xlsx", "--reviewer", "Mia")
    assert done.exit_code == 0, done.output
    said = LedgerFile(Path("review-ledger.jsonl")).read()
    assert {each.fingerprint for each in said} == {e.fingerprint for e in verdicts_on(calls)}
    assert {each.reviewer for each in said} == {"Mia"}
    again = run("review", "import", "r.xlsx", "--reviewer", "Mia")
    assert "0 verdicts added" in again.stderr
    done = run("review", "export", calls, *READ, "-o", "rest.xlsx")
    assert "1 calls, 0 findings" in done.stderr


def test_import_with_a_fault_names_the_cell_and_adds_nothing(calls: Path) -> None:
    run("review", "export", calls, *READ, "-o", "r.xlsx")
    book = openpyxl.load_workbook("r.xlsx")
    book[FINDINGS]["L2"].value = "upheld"
    book[FINDINGS]["L3"].value = "great"
    book.save("r.xlsx")
    done = run("review", "import", "r.xlsx", "--reviewer", "Mia")
    assert done.exit_code == 2
    assert "r.xlsx: Findings!L3: 'great' is no verdict" in done.stderr
    assert not Path("review-ledger.jsonl").exists()


def test_export_of_a_sample_has_its_calls_and_no_others(calls: Path) -> None:
    run("sample", calls, *READ, "-o", "s.json")
    manifest = json.loads(Path("s.json").read_text(encoding="utf-8"))
    manifest["calls"] = [each for each in manifest["calls"] if each["call_id"] == "rb-2"]
    Path("s.json").write_text(json.dumps(manifest), encoding="utf-8")
    run("review", "export", calls, *READ, "-o", "r.xlsx", "--sample", "s.json")
    book = openpyxl.load_workbook("r.xlsx")
    assert [cell.value for cell in book["Calls"]["B"]] == ["call", "rb-2"]
    Path("s.json").write_text("{}", encoding="utf-8")
    done = run("review", "export", calls, *READ, "-o", "r.xlsx", "--sample", "s.json")
    assert done.exit_code == 2
    assert "--sample s.json: no manifest" in done.stderr


def test_lessons_show_precision_and_name_rules_that_are_often_overturned(calls: Path) -> None:
    said = [verdict(Ruling.OVERTURNED, "refusal-explicit", call_id=f"c{n}") for n in range(9)]
    keep(said)
    done = run("review", "lessons")
    assert done.exit_code == 0
    assert "refusal-explicit is often overturned: 9 of 9" in done.stdout
    record = json.loads(run("review", "lessons", "--often", "99%", "--format", "json").stdout)
    rules = {each["rule"]: each for each in record["rules"]}
    assert rules["refusal-explicit"]["precision"] == 0
    assert not rules["refusal-explicit"]["often_overturned"]
    assert "refusal-stall" in rules


def test_agreement_compares_reviewers_and_each_with_the_auditor(calls: Path) -> None:
    keep([*verdicts_on(calls), *verdicts_on(calls, Ruling.OVERTURNED, "Tom")])
    keep([verdict(Ruling.HEARD, by=by, call_id="ra-1") for by in ("Mia", "Tom")])
    done = run("review", "agreement", "--format", "json")
    assert done.exit_code == 0
    record = json.loads(done.stdout)
    assert record["raters"] == ["Mia", "Tom"]
    pairs = {(each["first"], each["second"]): each["table"] for each in record["pairs"]}
    assert set(pairs) == {("Mia", "Tom"), ("(the auditor)", "Mia"), ("(the auditor)", "Tom")}
    assert pairs["(the auditor)", "Mia"]["first_only"] == 0
    assert pairs["(the auditor)", "Tom"]["both"] == 0
    assert "Who differs from whom" in run("review", "agreement").stdout
    alone = json.loads(run("review", "agreement", "--reviewer", "Mia", "--format", "json").stdout)
    assert [(each["first"], each["second"]) for each in alone["pairs"]] == [
        ("(the auditor)", "Mia")
    ]
    done = run("review", "agreement", "--reviewer", "Zoe")
    assert (done.exit_code, "there are Mia, Tom" in done.stderr) == (2, True)


@pytest.mark.parametrize("command", ["lessons", "agreement"])
def test_ledger_that_is_not_there_or_at_fault_is_one_line(calls: Path, command: str) -> None:
    done = run("review", command)
    assert done.exit_code == 2
    assert "--ledger review-ledger.jsonl: no verdicts yet" in done.stderr
    Path("review-ledger.jsonl").write_text("nonsense\n", encoding="utf-8")
    done = run("review", command)
    assert done.exit_code == 2
    assert "review-ledger.jsonl: line 1: " in done.stderr
    assert "Traceback" not in done.output


def test_labels_are_written_for_calls_heard_whole_and_read_by_evaluate(calls: Path) -> None:
    keep([*verdicts_on(calls), verdict(Ruling.HEARD, call_id="ra-1", outcome="not-cancelled")])
    keep([verdict(Ruling.HEARD, call_id="rb-2", outcome="no-request")])
    done = run("review", "labels", calls, *READ, "-o", "labelled.jsonl", "--reveal")
    assert done.exit_code == 0, done.output
    assert "2 labelled calls" in done.stderr
    rules = [rule.id for rule in built_in().rules]
    refused, ordinary = read_labelled_calls("labelled.jsonl", rules)
    assert refused.findings
    assert (ordinary.findings, str(ordinary.outcome)) == ({}, "no-request")
    assert run("evaluate", "labelled.jsonl", "--patterns-only").exit_code == 0


def test_labels_leave_out_what_is_not_decided_and_say_why(calls: Path) -> None:
    keep(verdicts_on(calls))
    done = run("review", "labels", calls, *READ, "-o", "labelled.jsonl")
    assert "not yet: call ra-1: nobody has heard it whole" in done.stderr
    assert Path("labelled.jsonl").read_text(encoding="utf-8") == ""


# --- baseline -----------------------------------------------------------------------------------


def test_audit_with_a_baseline_shows_and_fails_only_what_is_new(calls: Path) -> None:
    before = run("audit", calls, *READ, "--format", "jsonl", "-o", "before.jsonl")
    assert before.exit_code == 0
    known = ("--baseline", "before.jsonl", "--fail-on", "critical")
    done = run("audit", calls, *READ, *known, "--format", "jsonl")
    assert done.exit_code == 0
    assert all(json.loads(line)["findings"] == [] for line in done.stdout.splitlines())
    assert "in the baseline" in done.stderr
    (calls / "rc-3_ines.txt").write_text(REFUSED, encoding="utf-8")
    done = run("audit", calls, *READ, *known, "--format", "jsonl")
    assert done.exit_code == 1
    records = {each["call_id"]: each for each in map(json.loads, done.stdout.splitlines())}
    assert [call for call, each in records.items() if each["findings"]] == ["rc-3"]


def test_baseline_that_cannot_be_used_is_one_line(calls: Path) -> None:
    done = run("audit", calls, *READ, "--baseline", "none.jsonl")
    assert done.exit_code == 2
    assert "none.jsonl: cannot be read" in done.stderr


# --- rules --------------------------------------------------------------------------------------


def test_rules_new_writes_a_rule_that_passes_rules_test(calls: Path) -> None:
    args = ("--kind", "act-present", "--act", "pressure", "--family", "repeated-pushback")
    done = run("rules", "new", "no-begging", *args, "--rules", "mine", "--patterns-only")
    assert done.exit_code == 0, done.output
    assert Path("mine/checks/no-begging.yaml").is_file()
    done = run("rules", "test", "no-begging", "--rules", "mine", "--patterns-only")
    assert done.exit_code == 0, done.output
    assert "0 failed" in done.stderr
    again = run("rules", "new", "no-begging", *args, "--rules", "mine", "--patterns-only")
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["../x"], "no id of a rule"),
        (["x", "--kind", "act-presnt"], "did you mean 'act-present'"),
        (["x", "--act", "presure"], "did you mean 'pressure'"),
        (["x", "--kind", "passed-on"], "takes none"),
        (["refusal-stall"], "there is such a rule"),
    ],
)
def test_rules_new_refuses_what_can_be_no_rule_and_writes_nothing(
    calls: Path, args: list[str], problem: str
) -> None:
    base = {"--kind": "act-present", "--act": "pressure", "--family": "conduct"}
    base |= dict(zip(args[1::2], args[2::2], strict=True))
    flags = [word for pair in base.items() for word in pair]
    done = run("rules", "new", args[0], *flags, "--rules", "mine", "--patterns-only")
    assert done.exit_code == 2
    assert problem in done.stderr
    assert not Path("mine").exists()


def test_rules_new_needs_a_folder_of_ones_own(calls: Path) -> None:
    done = run("rules", "new", "x", "--kind", "passed-on", "--family", "conduct")
    assert (done.exit_code, "--rules: missing" in done.stderr) == (2, True)


def test_kinds_that_help_names_are_those_of_the_schema() -> None:
    assert set(rules_new.KINDS) == set(KINDS)


def rules_without(folder: Path, rule: str) -> Path:
    """Rule files in which a rule finds nothing."""
    source = find_rules_directory() / "checks" / f"{rule}.yaml"
    text = source.read_text(encoding="utf-8").replace("acts: [refuse]", "acts: [hang-up]")
    path = folder / "checks" / source.name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_rules_diff_tells_what_appears_and_vanishes_with_quotes(calls: Path) -> None:
    mine = rules_without(Path("mine"), "refusal-explicit")
    done = run("rules", "diff", "built-in", mine, calls, *READ)
    assert done.exit_code == 0, done.output
    assert "- refusal-explicit  critical  ra-1 ines  vanished" in done.stdout
    assert "not going to cancel" in done.stdout
    done = run("rules", "diff", mine, "built-in", calls, *READ, "--format", "json")
    (change,) = json.loads(done.stdout)["changes"]
    assert (change["change"], change["finding"]["rule"]) == ("appeared", "refusal-explicit")


def test_rules_diff_of_the_same_book_changes_nothing(calls: Path) -> None:
    done = run("rules", "diff", "built-in", "default", calls, *READ)
    assert done.stdout.splitlines() == ["2 calls audited with both rule books", "Nothing changes."]


@pytest.mark.parametrize("name", ["strct", "none@strict", "built-in@strct"])
def test_rules_diff_refuses_a_side_that_is_nothing(calls: Path, name: str) -> None:
    done = run("rules", "diff", name, "built-in", calls, *READ)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"transcript-audit: {name}: ")
    assert "expected a folder of rule files" in done.stderr


def test_rules_test_watch_runs_again_tells_faults_and_ends_quietly(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    args = ("--kind", "act-present", "--act", "pressure", "--family", "repeated-pushback")
    run("rules", "new", "no-begging", *args, "--rules", "mine", "--patterns-only")
    path = Path("mine/checks/no-begging.yaml")
    whole = path.read_text(encoding="utf-8")
    edits = iter([lambda: path.write_text("id: [", encoding="utf-8"), None, None])
    edits = iter([*edits, lambda: path.write_text(whole, encoding="utf-8"), None, None])

    def wait(seconds: float) -> None:
        try:
            edit = next(edits)
        except StopIteration:
            raise KeyboardInterrupt from None
        if edit:
            edit()

    monkeypatch.setattr(watching, "time", SimpleNamespace(sleep=wait))
    done = run("rules", "test", "no-begging", "--rules", "mine", "--patterns-only", "--watch")
    assert done.exit_code == 0, done.output
    assert done.stderr.count("0 failed") == 2
    assert "no-begging.yaml:" in done.stderr
    assert "Traceback" not in done.output


def test_output_is_text_that_any_terminal_takes(calls: Path) -> None:
    hostile = "\x1b[31mMia"
    keep([replace(each, reviewer=hostile) for each in verdicts_on(calls)])
    for args in (["agreement"], ["lessons"]):
        out = io.StringIO(run("review", *args).stdout)
        assert "\x1b" not in out.getvalue()
