"""Agents under pseudonyms: stable, one way, and nowhere the name itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import (
    CallAudit,
    Episode,
    Evidence,
    Family,
    Finding,
    Outcome,
    Part,
    Role,
    RoleSource,
    RuleResult,
    RuleStatus,
    Severity,
    SkippedCall,
    Transcript,
    Turn,
    Utterance,
)
from transcript_audit.pseudonyms import Pseudonyms, make_key, read_key

KEY = b"0123456789abcdef"


def audit() -> CallAudit:
    evidence = Evidence(0, 0, (0, 2), "Hi", "refuse", None, "Priya Shah")
    finding = Finding("r", Family.CONDUCT, Severity.MAJOR, "It happened.", 0.9, (evidence,))
    said = (Utterance(0, "PRIYA SHAH", "Hi", agent_id="Priya Shah"), Utterance(1, "Ann", "Yes"))
    turns = (
        Turn(0, Role.AGENT, "PRIYA SHAH", "Hi", (Part(0, 0),), agent_id="Priya Shah"),
        Turn(1, Role.CUSTOMER, "Ann", "Yes", (Part(1, 0),)),
    )
    return CallAudit(
        Transcript("c_priya-shah_1", "calls/priya_shah/c1.txt", said, ("Priya Shah",)),
        RoleSource.STATED,
        turns,
        (),
        Episode(Outcome.NO_REQUEST, (), None, 1),
        (RuleResult("r", Family.CONDUCT, RuleStatus.FLAGGED, "because", finding),),
        ("the roster calls Priya Shah an agent",),
    )


def test_a_person_has_one_pseudonym_however_the_name_is_written_and_another_under_another_key() -> (
    None
):
    names = Pseudonyms(KEY)
    assert names.name("Priya Shah") == names.name(" priya  SHAH ") != names.name("Priya")
    assert names.name("Priya Shah") != Pseudonyms(KEY + b"!").name("Priya Shah")


def test_the_name_stands_nowhere_in_the_call_any_more_but_in_what_was_said() -> None:
    hidden = Pseudonyms(KEY).hide_agents(audit())
    assert isinstance(hidden, CallAudit)
    assert "priya" not in repr(hidden).lower()
    assert "shah" not in repr(hidden).lower()
    name = Pseudonyms(KEY).name("Priya Shah")
    assert hidden.agent_ids == (name,)
    assert hidden.transcript.path == f"calls/{name}/c1.txt"
    assert hidden.findings[0].evidence[0].agent_id == name
    assert hidden.turns[1] == audit().turns[1]


def test_words_that_only_hold_a_name_stay() -> None:
    call = replace(audit(), notes=("Priya Shahbaz has no shahpriya",))
    hidden = Pseudonyms(KEY).hide_agents(call)
    assert isinstance(hidden, CallAudit)
    assert hidden.notes == call.notes


def test_skipped_calls_are_hidden_too() -> None:
    skipped = SkippedCall("c1", "calls/tom.txt", "agent Tom: only one speaker", ("Tom",))
    assert "tom" not in repr(Pseudonyms(KEY).hide_agents(skipped)).lower()
    nobody = SkippedCall("c1", "calls/tom.txt", "empty")
    assert Pseudonyms(KEY).hide_agents(nobody) == nobody


@pytest.mark.parametrize("name", ["***", "(a", "ß", "."])
def test_odd_names_are_hidden_and_break_nothing(name: str) -> None:
    call = SkippedCall("c1", f"{name}.txt", "empty", (name,))
    assert isinstance(Pseudonyms(KEY).hide_agents(call), SkippedCall)


def test_a_key_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "data" / "pseudonym.key"
    key = make_key(path)
    assert read_key(path) == key
    assert path.stat().st_mode & 0o077 == 0
    assert make_key(path) == key  # another program was faster
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    with pytest.raises(ConfigurationError, match="cannot be kept there"):
        make_key(path / "key")


def test_a_short_or_absent_key_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "key"
    short.write_text("abc")
    with pytest.raises(ConfigurationError, match="3 bytes, 16 are needed"):
        read_key(short)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_key(tmp_path / "none")
