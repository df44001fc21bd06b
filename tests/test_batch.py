"""Many calls: by how many processes they are audited, and what becomes of one that kills them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from loaded import recogniser_once
from typer.testing import CliRunner

from transcript_audit import batch
from transcript_audit.batch import (
    RuleSource,
    audit_patiently,
    audit_reads,
    audit_reads_in_processes,
    is_given_up,
)
from transcript_audit.cli import app
from transcript_audit.model import SkippedCall, Transcript, Utterance
from transcript_audit.privacy import Privacy
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import RuleBook

pytestmark = pytest.mark.usefixtures("_loaded_once")

SAID = (
    Utterance(0, "agent", "Larch Mobile, how can I help?"),
    Utterance(1, "customer", "I want to cancel my contract."),
    Utterance(2, "agent", "I won't cancel that for you. Bye."),
)


class Deadly:
    """Ends the process that it is sent to."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (9,)


def call(call_id: str, **more: Any) -> Transcript:
    return Transcript(call_id, "a.jsonl", SAID, ("Zoë",), **more)


def test_a_call_that_kills_processes_is_skipped_with_the_reason_and_the_other_is_audited(
    rulebook: RuleBook,
) -> None:
    rules = RuleSource(None, "default", True, rulebook.digest)
    options = RoleOptions(), Privacy()
    recogniser = recogniser_once(rulebook, patterns_only=True)
    reads = [call("a"), call("b", stated={"bang": Deadly()})]
    other, dead = audit_reads_in_processes(reads, rules, *options, 1)
    assert [other] == list(audit_reads(reads[:1], rulebook, recogniser, *options))
    assert isinstance(dead, SkippedCall)
    assert (dead.call_id, dead.path, dead.agent_ids) == ("b", "a.jsonl", ("Zoë",))
    assert "perhaps for lack of memory; it has 3 turns" in dead.reason
    assert is_given_up(dead)
    assert not is_given_up(other)


def name(by: str, asked: list[str]) -> Any:
    def audit(reads: Iterator[int]) -> Iterator[str]:
        asked.append(by)
        for read in reads:
            yield f"{by} {read}"

    return audit


def test_one_process_goes_on_alone_while_it_takes_no_longer_than_others_would_to_start() -> None:
    asked: list[str] = []
    found = list(audit_patiently(range(3), name("alone", asked), name("together", asked)))
    assert found == ["alone 0", "alone 1", "alone 2"]


def test_after_a_while_the_rest_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "PATIENCE", -1.0)
    asked: list[str] = []
    found = list(audit_patiently(range(3), name("alone", asked), name("together", asked)))
    assert found == ["alone 0", "together 1", "together 2"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [([], ["alone", "shared"]), (["--jobs", "1"], ["alone"]), (["--workers", "2"], ["shared"])],
)
def test_processes_are_started_by_default_only_once_it_takes_long(
    rulebook: RuleBook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    expected: list[str],
) -> None:
    asked: list[str] = []
    whole = audit_reads

    def alone(*terms: Any) -> Any:
        asked.append("alone")
        return whole(*terms)

    def shared(reads: Any, _: Any, *options: Any, rulebook: Any) -> Any:
        asked.append("shared")
        assert options[-1] == 2
        recogniser = recogniser_once(rulebook, patterns_only=True)
        return whole(reads, rulebook, recogniser, *options[:2])

    monkeypatch.setattr(batch, "PATIENCE", -1.0)
    monkeypatch.setattr(batch, "audit_reads", alone)
    monkeypatch.setattr(batch, "audit_reads_in_processes", shared)
    monkeypatch.setattr("transcript_audit.processes.count_cores", lambda: 2)
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(
            "Agent: Hello there.\nCustomer: Hi, are you open?\n"
        )
    words = ["audit", str(tmp_path), "--patterns-only", "--no-settings", "-f", "jsonl", *options]
    done = CliRunner().invoke(app, words)
    assert asked == expected
    assert [line[12:15] for line in done.stdout.splitlines()] == ['"0"', '"1"', '"2"']


def test_standard_input_is_audited_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "PATIENCE", -1.0)
    monkeypatch.setattr(batch, "audit_reads_in_processes", None)
    said = "Agent: Hello there.\nCustomer: Hi, are you open?\n"
    words = ["audit", "-", "--patterns-only", "--no-settings", "-f", "jsonl"]
    assert CliRunner().invoke(app, words, input=said).exit_code == 0
