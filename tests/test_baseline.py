"""What an earlier run has found already is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from reviewing import audited

from transcript_audit.baseline import KNOWN, Baseline, read_baseline
from transcript_audit.errors import ReadError
from transcript_audit.model import CallAudit, RuleStatus, SkippedCall
from transcript_audit.reports.records import call_record, record_line

REFUSAL, STALL = "refusal-explicit", "refusal-stall"
SKIPPED = SkippedCall("s", "s.txt", "empty")


def baseline(folder: Path, *audits: CallAudit | SkippedCall) -> Baseline:
    path = folder / "old.jsonl"
    path.write_text("".join(map(record_line, audits)) + "\n", encoding="utf-8")
    return read_baseline(path)


def new_rules(known: Baseline, audit: CallAudit) -> list[str]:
    left = known.without_known(audit)
    assert isinstance(left, CallAudit)
    return [finding.rule for finding in left.findings]


def test_only_findings_that_the_earlier_run_lacks_are_left(tmp_path: Path) -> None:
    known = baseline(tmp_path, audited("c-1", STALL), SKIPPED)
    assert new_rules(known, audited("c-1", STALL)) == []
    assert new_rules(known, audited("c-1", STALL, REFUSAL)) == [REFUSAL]
    assert new_rules(known, audited("c-2", STALL)) == [STALL]


def test_known_finding_counts_neither_as_flagged_nor_as_clear(tmp_path: Path) -> None:
    left = baseline(tmp_path, audited("c-1", STALL)).without_known(audited("c-1", STALL))
    assert isinstance(left, CallAudit)
    (result,) = (each for each in left.results if each.rule == STALL)
    assert (result.status, result.reason) == (RuleStatus.NOT_APPLICABLE, KNOWN)
    assert call_record(left)["rules"][STALL] == "not-applicable"


def test_same_rule_in_the_same_turns_is_known_whatever_its_words(tmp_path: Path) -> None:
    known = baseline(tmp_path, audited("c-1", STALL))
    audit = audited("c-1", STALL)
    other_words = replace(audit.findings[0], fingerprint="other")
    assert known.holds("c-1", other_words)
    moved = replace(other_words, evidence=(replace(other_words.evidence[0], number=3),))
    assert not known.holds("c-1", moved)
    same_words_moved = replace(moved, fingerprint=audit.findings[0].fingerprint)
    assert known.holds("c-1", same_words_moved)


def test_records_of_before_fingerprints_go_by_rule_and_turns(tmp_path: Path) -> None:
    record = call_record(audited("c-1", STALL))
    del record["findings"][0]["fingerprint"]
    path = tmp_path / "old.jsonl"
    path.write_text(json.dumps(record), encoding="utf-8")
    assert new_rules(read_baseline(path), audited("c-1", STALL)) == []


def test_skipped_calls_pass_through_and_no_baseline_knows_nothing(tmp_path: Path) -> None:
    known = baseline(tmp_path)
    assert known.without_known(SKIPPED) is SKIPPED
    assert new_rules(known, audited("c-1", STALL)) == [STALL]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "line 1: is not JSON"),
        ("[]", "line 1: has no call_id"),
        ('\n{"call_id": 7}', "line 2: has no call_id"),
        ('{"call_id": "a"}', "line 1: has no findings"),
        ('{"call_id": "a", "findings": [7]}', "lacks its rule or turns"),
        ('{"call_id": "a", "findings": [{"rule": "r"}]}', "lacks its rule or turns"),
        ('{"call_id": "a", "findings": [{"rule": "r", "turns": ["x"]}]}', "lacks its rule"),
        ("[" * 100_000, "line 1: is not JSON"),
    ],
)
def test_file_that_is_no_audit_says_where_and_what_is_expected(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=problem):
        read_baseline(path)


def test_file_that_is_not_there_or_no_text_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        read_baseline(tmp_path / "none.jsonl")
    binary = tmp_path / "old.jsonl"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReadError, match="not UTF-8"):
        read_baseline(binary)
