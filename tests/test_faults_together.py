"""Two runs at once into one place, and rules that change meanwhile: nothing gets mixed."""

from __future__ import annotations

import json
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from html_pages import make_call, make_report
from test_checkpoint import TERMS, answer, answers, calls
from typer.testing import CliRunner, Result

from transcript_audit import checkpoint as checkpoints
from transcript_audit.acts import load_recogniser
from transcript_audit.batch import (
    AuditStoppedError,
    RuleSource,
    audit_reads,
    audit_reads_in_processes,
)
from transcript_audit.checkpoint import MANIFEST, Checkpoint, resume_audits
from transcript_audit.cli import app
from transcript_audit.cli.streams import open_output
from transcript_audit.errors import ConfigurationError
from transcript_audit.history import opening
from transcript_audit.model import Transcript, Utterance
from transcript_audit.privacy import Privacy
from transcript_audit.reports import files_together
from transcript_audit.reports.files_together import replace_files
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import load_rulebook
from transcript_audit.whole_files import alone_in, write_new, write_whole

pytestmark = pytest.mark.usefixtures("_loaded_once")

NAMES = ("calls.csv", "flags.csv", "run.csv")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in words])


def test_two_runs_into_one_file_leave_that_of_the_last_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    with ExitStack() as stack:
        outs = [stack.enter_context(open_output(target)) for _ in range(2)]
        for number, out in enumerate(outs):
            out.write(f"begun by {number}, ")
        for number, out in enumerate(outs):
            out.write(f"ended by {number}")
    assert target.read_text(encoding="utf-8") == "begun by 0, ended by 0"
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_two_runs_into_one_folder_move_their_tables_in_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, inside, most = files_together._move_in, [], []

    def move_slowly(*words: Any) -> None:
        inside.append(1)
        time.sleep(0.05)
        most.append(len(inside))
        move(*words)
        inside.pop()

    def write(number: int) -> None:
        with replace_files(tmp_path / "tables", NAMES, is_ours=lambda _: True) as draft:
            for name in NAMES:
                (draft / name).write_text(f"of {number}")

    monkeypatch.setattr(files_together, "_move_in", move_slowly)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 4
    held = {each.name: each.read_text() for each in (tmp_path / "tables").iterdir()}
    assert sorted(held) == sorted(NAMES)
    assert len(set(held.values())) == 1


def test_a_folder_that_another_run_has_filled_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    """Coaching sheets are written into an empty folder, for any that are there would look new."""
    folder = tmp_path / "sheets"

    def write_late() -> None:
        with replace_files(folder, ["b.html"], is_ours=lambda _: False, alone=True) as draft:
            (draft / "b.html").write_text("late")
            with replace_files(folder, ["a.html"], is_ours=lambda _: False, alone=True) as other:
                (other / "a.html").write_text("early")

    with pytest.raises(ConfigurationError, match="is not empty, and files of another run"):
        write_late()
    assert {each.name: each.read_text() for each in folder.iterdir()} == {"a.html": "early"}


def test_two_runs_into_one_lake_leave_that_of_one_whole(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from transcript_audit.reports.lake import write_lake  # noqa: PLC0415

    report = make_report([make_call()])
    write_lake(report, tmp_path / "once")
    faults: list[BaseException] = []

    def write() -> None:
        try:
            write_lake(report, tmp_path / "lake")
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["lake", "once"]
    lake, once = (
        {str(file.relative_to(place)): file.stat().st_size for file in place.rglob("*")}
        for place in (tmp_path / "lake", tmp_path / "once")
    )
    assert lake.keys() == once.keys()


def test_only_one_is_in_a_folder_at_a_time(tmp_path: Path) -> None:
    order = []

    def enter() -> None:
        with alone_in(tmp_path):
            order.append("second")

    with alone_in(tmp_path):
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_of_many_that_make_a_file_one_does_and_all_find_it_whole(tmp_path: Path) -> None:
    path, made = tmp_path / "key", []

    def make(number: int) -> None:
        if write_new(path, str(number).encode() * 1000):
            made.append(number)
        assert len(path.read_bytes()) == 1000

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() == str(made[0]).encode() * 1000
    assert len(made) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_two_runs_over_one_checkpoint_at_once_count_every_call_once(tmp_path: Path) -> None:
    reads = calls(20)
    with Checkpoint(tmp_path / "kept", TERMS) as one, Checkpoint(tmp_path / "kept", TERMS) as two:
        some = resume_audits(reads, one, answers)
        others = resume_audits(reads[::-1], two, answers)
        for _ in reads:
            next(some), next(others)
    kept = Checkpoint(tmp_path / "kept", TERMS)
    assert len(kept) == 20
    asked: list[str] = []
    found = list(resume_audits(reads, kept, lambda each: answers(each, asked)))
    assert (found, asked) == ([answer(read) for read in reads], [])


@pytest.mark.parametrize("same", [True, False])
def test_a_checkpoint_that_another_run_makes_at_the_same_moment_is_shared_only_on_its_terms(
    tmp_path: Path, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = TERMS if same else {**TERMS, "rule book": "theirs"}

    def write_second(path: Path, data: bytes, mode: int) -> bool:
        write_whole(path, json.dumps({"form": 1, "terms": theirs}).encode())
        return write_new(path, data, mode)

    monkeypatch.setattr(checkpoints, "write_new", write_second)
    if same:
        Checkpoint(tmp_path / "kept", TERMS)
    else:
        with pytest.raises(ConfigurationError, match=r"begun with another rule book \(theirs, now"):
            Checkpoint(tmp_path / "kept", TERMS)
    assert json.loads((tmp_path / "kept" / MANIFEST).read_text())["terms"] == theirs


SAID = (
    Utterance(0, "agent", "Larch Mobile, how can I help?"),
    Utterance(1, "customer", "I want to cancel my contract."),
    Utterance(2, "agent", "I won't cancel that for you. Bye."),
)
CALL = Transcript("a", "a.jsonl", SAID, ("Zoë",))
STRICTER = """\
id: {name}
extends: default
title: Ours
description: Ours.
"""


def own_rules(folder: Path) -> Path:
    (folder / "profiles").mkdir(parents=True)
    (folder / "profiles" / "ours.yaml").write_text(STRICTER.format(name="ours"), encoding="utf-8")
    return folder


def change(rules: Path) -> None:
    path = rules / "profiles" / "ours.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "attempts_allowed: 0\n", encoding="utf-8")


@pytest.mark.parametrize("handed", [True, False], ids=["handed over", "loaded there"])
def test_processes_that_start_after_the_rules_have_changed_use_no_others(
    tmp_path: Path, handed: bool
) -> None:
    rules = own_rules(tmp_path / "rules")
    book = load_rulebook(rules, "ours")
    source = RuleSource(rules, "ours", True, book.digest)
    change(rules)
    assert load_rulebook(rules, "ours").digest != book.digest
    options = (RoleOptions(), Privacy())
    audits = audit_reads_in_processes(
        [CALL], source, *options, 1, rulebook=book if handed else None
    )
    if handed:
        recogniser = load_recogniser(book, patterns_only=True)
        assert list(audits) == list(audit_reads([CALL], book, recogniser, *options))
    else:
        with pytest.raises(AuditStoppedError, match="the rule files changed during the run"):
            list(audits)


def test_a_run_goes_on_with_its_rules_and_a_checkpoint_refuses_others(tmp_path: Path) -> None:
    rules = own_rules(tmp_path / "rules")
    lines = []
    for number in range(40):  # so that each share has some, wherever this is run
        turns = [{"speaker": each.speaker, "text": each.text} for each in SAID]
        lines.append(json.dumps({"id": f"c-{number}", "turns": turns}) + "\n")
    (tmp_path / "calls.jsonl").write_text("".join(lines), encoding="utf-8")
    words = ("audit", tmp_path / "calls.jsonl", "--rules", rules, "--profile", "ours")
    options = ("--patterns-only", "--no-settings", "-f", "jsonl", "--checkpoint", tmp_path / "kept")
    assert run(*words, *options, "--shard", "1/2").exit_code == 0
    change(rules)
    refused = run(*words, *options)
    assert refused.exit_code == 2
    [line] = refused.stderr.splitlines()
    assert "was begun with another rule book (" in line
    assert "name another folder" in line
    assert refused.stdout == ""


def test_a_store_that_another_program_holds_is_told_and_costs_no_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3  # noqa: PLC0415
    from contextlib import closing  # noqa: PLC0415

    monkeypatch.delenv("TRANSCRIPT_AUDIT_NO_STORE")
    monkeypatch.setitem(opening.open_store.__kwdefaults__, "busy_seconds", 0.1)
    (tmp_path / "a.txt").write_text("Agent: Hello.\nCustomer: Hi.\n", encoding="utf-8")
    words = ("audit", tmp_path / "a.txt", "--patterns-only", "--no-settings", "-f", "jsonl")
    store = tmp_path / "audits.db"
    assert run(*words, "--store", store).exit_code == 0
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        named = run(*words, "--store", store)
        assert named.exit_code == 2
        [line] = named.stderr.splitlines()
        assert "another program has been writing to it too long" in line
    assert run(*words, "--store", store).exit_code == 0
