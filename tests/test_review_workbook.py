"""The review queue as a workbook, and the verdicts that come back in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reviewing import BOOK, LINES, RULES, audited, fingerprint, verdict

from transcript_audit.model import CallAudit, Role
from transcript_audit.reports.review_import import read_review
from transcript_audit.reports.review_sheets import WorkbookError
from transcript_audit.reports.review_workbook import (
    CALLS,
    FINDINGS,
    KEYS,
    MISSED,
    SHEETS,
    WORDS,
    review_workbook,
)
from transcript_audit.reports.run import Run
from transcript_audit.review.queue import QueueOptions, queue_calls
from transcript_audit.review.verdicts import Ruling, Standing, Verdict, sum_up

RUN = Run("1.2.3", BOOK, "default")
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
STALL, REFUSAL, PRESSURE = "refusal-stall", "refusal-explicit", "pushback-pressure"
HOSTILE = '=HYPERLINK("http://x.example","y")\x1b[31m\u202e'

Edit = Callable[[Any], None]


def exported(folder: Path, *audits: CallAudit, said: Sequence[Verdict] = ()) -> Path:
    queue = queue_calls(audits, sum_up(said), QueueOptions())
    path = folder / "review.xlsx"
    path.write_bytes(review_workbook(queue, list(RULES), RUN))
    return path


def edit(path: Path, *cells: tuple[str, str, int, object]) -> Path:
    """Fill in cells: sheet, head of the column, row, value."""
    book = openpyxl.load_workbook(path)
    for sheet, head, row, value in cells:
        column = [each.head for each in SHEETS[sheet]].index(head) + 1
        book[sheet].cell(row, column).value = value
    book.save(path)
    return path


def imported(
    path: Path, held: Sequence[Verdict] = (), reviewer: str = "Mia"
) -> tuple[Verdict, ...]:
    return read_review(path, reviewer, NOW, held)


def faults(path: Path, held: Sequence[Verdict] = ()) -> list[str]:
    with pytest.raises(WorkbookError) as caught:
        imported(path, held)
    return [fault.removeprefix(f"{path}: ") for fault in caught.value.faults]


def test_filled_in_verdicts_come_back_as_verdicts_on_the_same_findings(tmp_path: Path) -> None:
    path = exported(tmp_path, audited("c-1", STALL, REFUSAL), audited("c-2"))
    edit(
        path,
        (FINDINGS, "verdict", 2, "Overturned "),
        (FINDINGS, "reason", 2, "a joke"),
        (FINDINGS, "verdict", 3, "upheld"),
        (FINDINGS, "note", 3, "clear case"),
    )
    found = {each.rule: each for each in imported(path)}
    assert found[STALL].ruling is Ruling.UPHELD
    assert found[STALL].note == "clear case"
    assert found[STALL].fingerprint == fingerprint(STALL)
    assert (found[REFUSAL].ruling, found[REFUSAL].reason) == (Ruling.OVERTURNED, "a joke")
    assert {each.call_id for each in found.values()} == {"c-1"}
    assert found[STALL].turns == (1,)
    assert found[STALL].agents == ("Ines",)
    assert (found[STALL].reviewer, found[STALL].when) == ("Mia", NOW)
    assert found[STALL].rule_book == BOOK


def test_missed_findings_and_calls_heard_whole_come_back(tmp_path: Path) -> None:
    path = exported(tmp_path, audited("c-1"), audited("c-2", STALL))
    rows = {"c-2": 2, "c-1": 3}  # the flagged call comes first
    edit(
        path,
        (MISSED, "call", 2, "c-1"),
        (MISSED, "rule", 2, PRESSURE),
        (MISSED, "turns", 2, "1, #3"),
        (MISSED, "reason", 2, "begging"),
        (CALLS, "heard whole", rows["c-1"], "yes"),
        (CALLS, "outcome", rows["c-1"], "retained"),
        (CALLS, "note", rows["c-2"], "loud line"),
    )
    (missed,) = (each for each in imported(path) if each.ruling is Ruling.MISSED)
    assert (missed.call_id, missed.rule, missed.turns) == ("c-1", PRESSURE, (1, 3))
    assert (missed.reason, missed.agents) == ("begging", ("Ines",))
    reviews = sum_up(imported(path))
    assert reviews.heard["c-1"]["Mia"].outcome == "retained"
    assert reviews.notes["c-2"][0].note == "loud line"
    assert next(iter(reviews.findings.values())).standing is Standing.UPHELD


def test_importing_twice_adds_nothing_even_after_second_thoughts_elsewhere(tmp_path: Path) -> None:
    path = edit(exported(tmp_path, audited("c-1", STALL)), (FINDINGS, "verdict", 2, "upheld"))
    first = imported(path)
    assert len(first) == 1
    assert imported(path, first) == ()
    elsewhere = verdict(Ruling.UNSURE, STALL)
    assert imported(path, [*first, elsewhere]) == ()
    assert [each.id for each in imported(path)] == [first[0].id]


def test_what_was_changed_in_the_workbook_is_added_also_back_again(tmp_path: Path) -> None:
    path = edit(exported(tmp_path, audited("c-1", STALL)), (FINDINGS, "verdict", 2, "upheld"))
    ledger = list(imported(path))
    for word in ("unsure", "upheld"):
        edit(path, (FINDINGS, "verdict", 2, word))
        (added,) = imported(path, ledger)
        assert added.ruling == word
        ledger.append(added)
    assert len({each.id for each in ledger}) == 3


def test_two_reviewers_may_fill_in_the_same_workbook(tmp_path: Path) -> None:
    path = edit(exported(tmp_path, audited("c-1", STALL)), (FINDINGS, "verdict", 2, "upheld"))
    first = imported(path)
    (second,) = imported(path, first, reviewer="Tom")
    assert second.id != first[0].id


def test_empty_workbook_says_nothing(tmp_path: Path) -> None:
    assert imported(exported(tmp_path, audited("c-1", STALL), audited("c-2"))) == ()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            [(FINDINGS, "verdict", 2, "uphold")],
            "Findings!L2: 'uphold' is no verdict; did you mean 'upheld'? expected one of upheld, "
            "overturned, unsure, disputed, or an empty cell",
        ),
        ([(FINDINGS, "verdict", 2, "overturned")], "Findings!M2: overturned needs a reason"),
        ([(FINDINGS, "reason", 2, "why")], "Findings!L2: a reason without a verdict; expected"),
        (
            [(FINDINGS, "verdict", 2, "upheld"), (FINDINGS, "call", 2, "c-9")],
            "Findings!A2: row 'F1.1' with call 'c-9' and rule 'refusal-stall' is not in the export",
        ),
        ([(FINDINGS, "verdict", 9, "upheld")], "Findings!A9: row ''"),
        (
            [(FINDINGS, "row", 3, "F1.1"), (FINDINGS, "call", 3, "c-1")]
            + [(FINDINGS, "rule", 3, STALL)]
            + [(FINDINGS, "verdict", row, "unsure") for row in (2, 3)],
            "Findings!A3: F1.1 stands in row 2 too; keep one",
        ),
        ([(MISSED, "call", 2, "c-9")], "Missed!A2: 'c-9' is no call of the sheet Calls"),
        (
            [(MISSED, "call", 4, "c-1"), (MISSED, "rule", 4, "pushback-presure")],
            "Missed!B4: 'pushback-presure' is no rule; did you mean 'pushback-pressure'?",
        ),
        (
            [(MISSED, "call", 2, "c-1"), (MISSED, "rule", 2, STALL), (MISSED, "turns", 2, 1)],
            "Missed!B2: the audit has a finding of refusal-stall in this call",
        ),
        *(
            (
                [
                    (MISSED, "call", 2, "c-1"),
                    (MISSED, "rule", 2, PRESSURE),
                    (MISSED, "turns", 2, turns),
                ],
                "Missed!C2: ",
            )
            for turns in ("", "4", "x", "-1", "1.5")
        ),
        ([(CALLS, "heard whole", 2, "maybe")], "Calls!I2: 'maybe': expected 'yes'"),
        (
            [(CALLS, "heard whole", 2, "yes")],
            "Calls!I2: the call is marked as heard whole, but there is no verdict on refusal-stall",
        ),
        ([(CALLS, "outcome", 2, "cancelled")], "Calls!I2: an outcome is given for a call heard"),
        (
            [(CALLS, "outcome", 2, "gone"), (CALLS, "heard whole", 2, "yes")],
            "Calls!J2: 'gone': expected one of cancelled, retained",
        ),
        ([(CALLS, "note", 9, "x")], "Calls!A9: row ''"),
    ],
)
def test_fault_is_told_with_its_sheet_and_cell_and_nothing_is_taken_over(
    tmp_path: Path, cells: Sequence[tuple[str, str, int, object]], expected: str
) -> None:
    (fault,) = faults(edit(exported(tmp_path, audited("c-1", STALL)), *cells))
    assert fault.startswith(expected)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = exported(tmp_path, audited("c-1", STALL, REFUSAL))
    edit(
        path,
        (FINDINGS, "verdict", 2, "x"),
        (FINDINGS, "verdict", 3, "y"),
        (CALLS, "outcome", 2, "z"),
    )
    assert [fault.split(":")[0] for fault in faults(path)] == [
        "Findings!L2",
        "Findings!L3",
        "Calls!J2",
    ]


def test_heard_whole_counts_verdicts_given_before(tmp_path: Path) -> None:
    path = exported(tmp_path, audited("c-1", STALL))
    edit(path, (CALLS, "heard whole", 2, "yes"))
    (heard,) = imported(path, [verdict(Ruling.UPHELD, STALL)])
    assert (heard.ruling, heard.outcome) == (Ruling.HEARD, "not-cancelled")
    assert "no verdict on" in faults(path, [verdict(Ruling.UPHELD, STALL, by="Tom")])[0]


def test_rows_may_be_sorted_and_left_out_and_columns_moved(tmp_path: Path) -> None:
    path = exported(tmp_path, audited("c-1", STALL, REFUSAL))
    book = openpyxl.load_workbook(path)
    sheet = book[FINDINGS]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    verdicts = rows[0].index("verdict")
    for number, row in enumerate([rows[0], rows[2]], start=1):
        for place, value in enumerate(reversed(row), start=1):
            sheet.cell(number, place).value = value
    sheet.cell(2, len(rows[0]) - verdicts).value = "unsure"
    sheet.delete_rows(3)
    book.save(path)
    (found,) = imported(path)
    assert (found.rule, found.ruling) == (rows[2][3], Ruling.UNSURE)


def hostile_call() -> CallAudit:
    lines = [(role, HOSTILE if role is Role.AGENT else text) for role, text in LINES]
    return audited(HOSTILE, STALL, agents=(HOSTILE,), lines=lines)


def test_no_cell_is_a_formula_whatever_a_call_holds(tmp_path: Path) -> None:
    path = exported(tmp_path, hostile_call())
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    texts = [cell for cell in cells if str(cell.value).startswith("=")]
    assert len(texts) >= 6
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in texts)
    assert not any(char in str(cell.value) for cell in cells for char in "\x1b\u202e")


def test_hostile_ids_come_back_as_they_were(tmp_path: Path) -> None:
    path = edit(exported(tmp_path, hostile_call()), (FINDINGS, "verdict", 2, "upheld"))
    assert imported(path)[0].call_id == HOSTILE


def test_words_and_drop_downs_are_there_for_the_reviewer(tmp_path: Path) -> None:
    path = exported(tmp_path, audited("c-1", STALL), audited("c-2"))
    book = openpyxl.load_workbook(path)
    words = [[cell.value for cell in row] for row in book[WORDS].iter_rows(min_row=2)]
    assert [row[5] for row in words[:4]] == [text for _, text in LINES]
    assert words[1][6] == STALL
    choices = {
        str(each.sqref): each.formula1 for each in book[FINDINGS].data_validations.dataValidation
    }
    assert choices == {"L2": '"upheld,overturned,unsure,disputed"'}
    assert book[KEYS].sheet_state == "hidden"
    assert book[FINDINGS].freeze_panes == "C2"


def test_very_long_ids_and_words_fit_into_cells_and_come_back(tmp_path: Path) -> None:
    lines = [*LINES, (Role.AGENT, "x" * 40_000)]
    call_id = "c-" + "9" * 40_000
    path = exported(tmp_path, audited(call_id, STALL, lines=lines))
    edit(path, (FINDINGS, "verdict", 2, "unsure"))
    (found,) = imported(path)
    assert found.call_id == call_id


def test_turns_of_a_very_long_call_can_be_cited(tmp_path: Path) -> None:
    lines = [(Role.AGENT if n % 2 else Role.CUSTOMER, "yes") for n in range(1_500)]
    path = exported(tmp_path, audited("c-1", STALL, lines=lines))
    row = [(MISSED, "call", 2, "c-1"), (MISSED, "rule", 2, PRESSURE), (MISSED, "turns", 2, 1_499)]
    (found,) = imported(edit(path, *row))
    assert found.turns == (1_499,)


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def without_sheet(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    del book[KEYS]
    book.save(path)


def other_key(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book[KEYS]["B2"].value = '{"call_id": 7}'
    book.save(path)


def no_head(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book[FINDINGS]["L1"].value = "my verdict"
    book.save(path)


def newer(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book[KEYS]["B1"].value = str(book[KEYS]["B1"].value).replace('"schema": 1', '"schema": 9')
    book.save(path)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (damaged, "damaged"),
        (without_sheet, "there is no sheet Keys"),
        (other_key, "not a workbook of `review export`"),
        (no_head, "Findings!A1: there is no column 'verdict'"),
        (newer, "another version"),
        (lambda path: path.unlink(), "cannot be read"),
        (lambda path: path.write_text("call,verdict\n"), ""),
    ],
)
def test_workbook_that_is_not_ours_or_was_damaged_is_one_line(
    tmp_path: Path, damage: Edit, problem: str
) -> None:
    path = exported(tmp_path, audited("c-1", STALL))
    damage(path)
    with pytest.raises(WorkbookError) as caught:
        imported(path)
    (fault,) = caught.value.faults
    assert fault.startswith(str(path))
    assert problem in fault
    assert "\n" not in fault


def test_export_of_nothing_is_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(review_workbook([], [], RUN)))
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == list(SHEETS)
    assert imported(exported(tmp_path)) == ()


def test_formula_in_a_reason_counts_with_its_stored_value_only(tmp_path: Path) -> None:
    path = exported(tmp_path, audited("c-1", STALL))
    edit(path, (FINDINGS, "verdict", 2, "overturned"), (FINDINGS, "reason", 2, "=1+1"))
    assert faults(path) == ["Findings!M2: overturned needs a reason"]


def test_call_with_gaps_in_its_numbers_knows_its_turns(tmp_path: Path) -> None:
    audit = audited("c-1", STALL)
    turns = tuple(
        replace(turn, parts=tuple(replace(part, number=part.number * 2) for part in turn.parts))
        for turn in audit.turns
    )
    path = exported(tmp_path, replace(audit, turns=turns))
    row = [(MISSED, "call", 2, "c-1"), (MISSED, "rule", 2, PRESSURE), (MISSED, "turns", 2, "6")]
    (found,) = imported(edit(path, *row))
    assert found.turns == (6,)
    (fault,) = faults(edit(path, (MISSED, "turns", 2, "5")))
    assert fault.startswith("Missed!C2")
