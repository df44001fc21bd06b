"""What an earlier run has found already, so that only what is new is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from transcript_audit.errors import ReadError
from transcript_audit.model import CallAudit, Finding, RuleResult, RuleStatus, SkippedCall

KNOWN = "flagged already in the baseline"

_Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Known:
    """The findings of one call: by fingerprint, and by rule and source turns."""

    fingerprints: frozenset[str] = frozenset()
    places: frozenset[_Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings of an earlier run, by call id."""

    calls: Mapping[str, _Known]

    def holds(self, call_id: str, finding: Finding) -> bool:
        """Whether the earlier run had the finding: the same words, or the same rule and turns."""
        known = self.calls.get(call_id, _Known())
        numbers = tuple(sorted({each.number for each in finding.evidence}))
        return finding.fingerprint in known.fingerprints or (finding.rule, numbers) in known.places

    def without_known(self, audited: CallAudit | SkippedCall) -> CallAudit | SkippedCall:
        """The audit without the findings of the earlier run.

        Their rules come to `not-applicable`, so that they count neither as flagged nor as clear.
        """
        if isinstance(audited, SkippedCall):
            return audited
        return replace(
            audited, results=tuple(self._without(audited.call_id, each) for each in audited.results)
        )

    def _without(self, call_id: str, result: RuleResult) -> RuleResult:
        if result.finding is None or not self.holds(call_id, result.finding):
            return result
        return replace(result, status=RuleStatus.NOT_APPLICABLE, reason=KNOWN, finding=None)


def read_baseline(path: Path) -> Baseline:
    """The findings in a file that `audit --format jsonl` wrote.

    Raises:
        ReadError: it cannot be read, or a line is no call's record; the place says which.
    """
    calls: dict[str, _Known] = {}
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    call_id, known = _read_record(path, line, f"line {number}")
                    held = calls.get(call_id, _Known())
                    calls[call_id] = _Known(
                        held.fingerprints | known.fingerprints, held.places | known.places
                    )
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); give the JSONL of an earlier audit"
        raise ReadError(str(path), problem) from error
    except UnicodeDecodeError as error:
        raise ReadError(str(path), "is not UTF-8; give the JSONL of an earlier audit") from error
    return Baseline(calls)


def _read_record(path: Path, line: str, place: str) -> tuple[str, _Known]:
    expected = "expected a call as `audit --format jsonl` writes it"
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ReadError(str(path), f"is not JSON; {expected}", place) from error
    if not isinstance(record, dict) or not isinstance(record.get("call_id"), str):
        raise ReadError(str(path), f"has no call_id; {expected}", place)
    if "skipped" in record:
        return record["call_id"], _Known()
    findings = record.get("findings")
    if not isinstance(findings, list):
        raise ReadError(str(path), f"has no findings; {expected}", place)
    try:
        return record["call_id"], _Known(
            frozenset(_fingerprints(findings)), frozenset(map(_place_of, findings))
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ReadError(
            str(path), f"a finding lacks its rule or turns; {expected}", place
        ) from error


def _fingerprints(findings: list[Mapping[str, object]]) -> Iterator[str]:
    for finding in findings:
        value = finding.get("fingerprint")
        if isinstance(value, str) and value:
            yield value


def _place_of(finding: Mapping[str, object]) -> _Place:
    turns = finding["turns"]
    if not isinstance(turns, list):
        raise TypeError
    return str(finding["rule"]), tuple(sorted(map(int, turns)))
