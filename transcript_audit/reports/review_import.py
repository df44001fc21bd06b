"""Verdicts from a workbook that `review_workbook` made and a reviewer filled in.

All or nothing: every row is checked first, and every fault is told with its sheet and cell. What
the same workbook has said already is not said again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from transcript_audit.errors import did_you_mean
from transcript_audit.model import Outcome
from transcript_audit.reports.review_sheets import (
    NOT_OURS,
    Row,
    Sheet,
    WorkbookError,
    open_workbook,
)
from transcript_audit.reports.review_workbook import (
    CALLS,
    FINDINGS,
    MISSED,
    SCHEMA,
    VERDICTS,
    YES,
    cell_text,
)
from transcript_audit.review.verdicts import (
    JUDGING,
    NEEDS_REASON,
    Ruling,
    Verdict,
    missed_fingerprint,
    parse_turns,
    same_word,
)


@dataclass(slots=True)
class _Import:
    """One workbook as it is read: what it says, and what is wrong with it."""

    path: Path
    reviewer: str
    when: datetime
    about: Mapping[str, Any]
    calls: Mapping[str, Mapping[str, Any]]
    findings: Mapping[str, Mapping[str, Any]]
    verdicts: list[Verdict] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """How the ledger names this workbook."""
        return f"workbook {self.about['export']}"

    def fault(self, place: str, problem: str) -> None:
        """Note what is wrong in a cell."""
        self.faults.append(f"{self.path}: {place}: {problem}")

    def say(self, ruling: Ruling, call: Mapping[str, Any], **more: Any) -> None:
        """Note a verdict; its id is given when it is known to be new."""
        self.verdicts.append(
            Verdict(
                id="-",
                reviewer=self.reviewer,
                when=self.when,
                call_id=call["call_id"],
                ruling=ruling,
                rule_book=self.about["rule_book"],
                source=self.source,
                **more,
            )
        )


def read_review(
    path: Path, reviewer: str, when: datetime, held: Iterable[Verdict]
) -> tuple[Verdict, ...]:
    """The verdicts that a filled-in workbook adds to those `held` in the ledger.

    What the reviewer's last word from the same workbook on the same thing says already is left out,
    so that importing twice adds nothing, also where the reviewer thought better of it elsewhere.

    Args:
        when: time of the import, with its zone.

    Raises:
        WorkbookError: it cannot be read, or any cell is at fault; with all faults.
    """
    sheets, keys = open_workbook(path)
    done = _start(path, reviewer, when, keys)
    ledger = [each for each in held if each.reviewer == reviewer]
    _read_findings(done, sheets[FINDINGS])
    _read_missed(done, sheets[MISSED])
    _read_calls(done, sheets[CALLS], ledger)
    if done.faults:
        raise WorkbookError(done.faults)
    return tuple(_new_words(done, ledger))


def _new_words(done: _Import, ledger: Sequence[Verdict]) -> Iterator[Verdict]:
    """The verdicts that differ from the last word of the same workbook, each with its id."""
    said: dict[tuple[str, ...], list[Verdict]] = {}
    for verdict in ledger:
        if verdict.source == done.source:
            said.setdefault(_topic(verdict), []).append(verdict)
    for verdict in done.verdicts:
        before = said.get(_topic(verdict), [])
        if before and same_word(before[-1], verdict):
            continue
        # By how many came before, so that two imports at once agree on the id.
        words = (verdict.ruling, verdict.reason, verdict.note, verdict.outcome)
        parts = (done.source, done.reviewer, *_topic(verdict), str(len(before)), *words)
        word = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        yield replace(verdict, id=hashlib.sha256(word).hexdigest()[:32])


def _topic(verdict: Verdict) -> tuple[str, ...]:
    kind = "note" if verdict.ruling is Ruling.NOTED else "word"
    return verdict.call_id, verdict.fingerprint, kind


def _read_findings(done: _Import, sheet: Sheet) -> None:
    taken: dict[str, int] = {}
    for row in sheet.rows:
        if not (row["verdict"] or row["reason"] or row["note"]):
            continue
        held = done.findings.get(row["row"])
        if held is None or not _is_that_row(row, done.calls[held["call"]], held):
            done.fault(
                sheet.place(row, "row"),
                f"row {row['row']!r} with call {row['call']!r} and rule {row['rule']!r} is not in "
                "the export; sort whole rows, and leave the columns before the verdict as they are",
            )
        elif (first := taken.setdefault(row["row"], row.number)) != row.number:
            done.fault(sheet.place(row, "row"), f"{row['row']} stands in row {first} too; keep one")
        else:
            _read_finding(done, sheet, row, held)


def _is_that_row(row: Row, call: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    return row["call"] == cell_text(call["call_id"]) and row["rule"] == cell_text(held["rule"])


def _read_finding(done: _Import, sheet: Sheet, row: Row, held: Mapping[str, Any]) -> None:
    call = done.calls[held["call"]]
    said = {
        "rule": held["rule"],
        "fingerprint": held["fingerprint"],
        "turns": tuple(held["turns"]),
        "agents": tuple(held["agents"]),
    }
    word = row["verdict"].casefold()
    if not word:
        if row["reason"]:
            done.fault(sheet.place(row, "verdict"), f"a reason without a verdict; {_expected()}")
        else:
            done.say(Ruling.NOTED, call, note=row["note"], **said)
    elif word not in VERDICTS:
        done.fault(
            sheet.place(row, "verdict"), f"{row['verdict']!r} is no verdict; {_expected(word)}"
        )
    elif Ruling(word) in NEEDS_REASON and not row["reason"]:
        done.fault(sheet.place(row, "reason"), f"{word} needs a reason")
    else:
        done.say(Ruling(word), call, reason=row["reason"], note=row["note"], **said)


def _expected(word: str = "") -> str:
    hint = did_you_mean(word, [str(each) for each in VERDICTS]) if word else ""
    return f"{hint}{' ' if hint else ''}expected one of {', '.join(VERDICTS)}, or an empty cell"


def _read_missed(done: _Import, sheet: Sheet) -> None:
    by_id = {cell_text(call["call_id"]): call for call in done.calls.values()}
    for row in sheet.rows:
        call = by_id.get(row["call"])
        turns = parse_turns(row["turns"])
        if call is None:
            done.fault(sheet.place(row, "call"), f"{row['call']!r} is no call of the sheet {CALLS}")
        elif row["rule"] not in done.about["rules"]:
            hint = did_you_mean(row["rule"], done.about["rules"])
            done.fault(
                sheet.place(row, "rule"),
                f"{row['rule']!r} is no rule; {hint}{' ' if hint else ''}"
                f"expected one of {', '.join(done.about['rules'])}",
            )
        elif row["rule"] in call["findings"]:
            done.fault(
                sheet.place(row, "rule"),
                f"the audit has a finding of {row['rule']} in this call; give that a verdict",
            )
        elif not turns or not all(_is_within(turn, call["turns"]) for turn in turns):
            done.fault(
                sheet.place(row, "turns"),
                f"{row['turns']!r}: expected numbers of turns of this call, as in {WORDS_HINT}",
            )
        else:
            done.say(
                Ruling.MISSED,
                call,
                rule=row["rule"],
                fingerprint=missed_fingerprint(row["rule"], turns),
                turns=turns,
                agents=tuple(call["agents"]),
                reason=row["reason"],
                note=row["note"],
            )


def _is_within(turn: int, runs: Iterable[Sequence[int]]) -> bool:
    return any(first <= turn <= last for first, last in runs)


WORDS_HINT = "'4' or '4, 7'; the sheet Words has them"


def _read_calls(done: _Import, sheet: Sheet, ledger: Sequence[Verdict]) -> None:
    taken: dict[str, int] = {}
    for row in sheet.rows:
        if not (row["heard whole"] or row["outcome"] or row["note"]):
            continue
        call = done.calls.get(row["row"])
        if call is None or row["call"] != cell_text(call["call_id"]):
            done.fault(
                sheet.place(row, "row"),
                f"row {row['row']!r} with call {row['call']!r} is not in the export; sort whole "
                "rows, and leave the columns before 'heard whole' as they are",
            )
        elif (first := taken.setdefault(row["row"], row.number)) != row.number:
            done.fault(sheet.place(row, "row"), f"{row['row']} stands in row {first} too; keep one")
        else:
            _read_call(done, sheet, row, call, ledger)


def _read_call(
    done: _Import,
    sheet: Sheet,
    row: Row,
    call: Mapping[str, Any],
    ledger: Sequence[Verdict],
) -> None:
    heard = row["heard whole"].casefold()
    outcome = row["outcome"].casefold()
    if heard not in {"", YES}:
        problem = f"{row['heard whole']!r}: expected {YES!r}, or an empty cell"
        done.fault(sheet.place(row, "heard whole"), problem)
    elif outcome and outcome not in list(Outcome):
        problem = f"{row['outcome']!r}: expected one of {', '.join(Outcome)}, or an empty cell"
        done.fault(sheet.place(row, "outcome"), problem)
    elif outcome and not heard:
        problem = (
            f"an outcome is given for a call heard whole; expected {YES!r} here, or no outcome"
        )
        done.fault(sheet.place(row, "heard whole"), problem)
    elif heard and (silent := _without_word(done, row["row"], call, ledger)):
        problem = (
            f"the call is marked as heard whole, but there is no verdict on {', '.join(silent)}"
        )
        done.fault(sheet.place(row, "heard whole"), problem)
    elif heard:
        done.say(Ruling.HEARD, call, outcome=outcome or call["outcome"], note=row["note"])
    else:
        done.say(Ruling.NOTED, call, note=row["note"])


def _without_word(
    done: _Import, key: str, call: Mapping[str, Any], ledger: Sequence[Verdict]
) -> list[str]:
    """The rules with a finding in this call that the reviewer has not judged, here or before."""
    judged = {
        each.fingerprint
        for each in (*ledger, *done.verdicts)
        if each.call_id == call["call_id"] and each.ruling in JUDGING
    }
    return [
        held["rule"]
        for held in done.findings.values()
        if held["call"] == key and held["fingerprint"] not in judged
    ]


def _start(path: Path, reviewer: str, when: datetime, keys: Mapping[str, str]) -> _Import:
    """The import, with what the hidden sheet says of the rows."""
    try:
        held = {key: json.loads(text) for key, text in keys.items()}
        about = held.pop("about")
        if about["schema"] != SCHEMA:
            raise WorkbookError(
                [f"{path}: made by another version of this program; export it again"]
            )
        calls = {key: each for key, each in held.items() if key.startswith("C")}
        findings = {key: each for key, each in held.items() if key.startswith("F")}
        done = _Import(path, reviewer, when, about, calls, findings)
        _check_keys(done)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkbookError([f"{path}: {NOT_OURS}"]) from error
    return done


def _check_keys(done: _Import) -> None:
    """Nothing; the hidden sheet holds what the rest relies on.

    Raises:
        KeyError, TypeError, ValueError: it doesn't.
    """
    str(done.about["rule_book"] + done.about["export"])
    list(done.about["rules"])
    for call in done.calls.values():
        str(call["call_id"] + call["outcome"])
        _is_within(0, call["turns"])
        if not all(isinstance(call[name], list) for name in ("agents", "findings")):
            raise TypeError
    for held in done.findings.values():
        str(done.calls[held["call"]]["call_id"] + held["rule"] + held["fingerprint"])
        if not all(isinstance(held[name], list) for name in ("agents", "turns")):
            raise TypeError
