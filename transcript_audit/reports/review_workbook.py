"""The review queue as an Excel workbook, for those who rather work there.

One sheet has a row a finding, with its quotes and a drop-down for the verdict; others have the
calls, room for what the audit missed, and the words. Every cell with text from a call is text,
whatever it begins with. A hidden sheet knows what each row stands for, so that the rows may be
sorted, filtered and left out; `review_import` reads it back.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from transcript_audit.attribution import blamed_agents
from transcript_audit.model import CallAudit, Finding, Outcome, Turn
from transcript_audit.quotes import quote_words
from transcript_audit.reports.run import Run
from transcript_audit.reports.text import FORMULA_STARTS, clock, moment, one_line
from transcript_audit.review.queue import QueuedCall
from transcript_audit.review.verdicts import Ruling, cited_numbers

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SCHEMA = 1
LONGEST = 32_000
"""Characters of a cell; Excel takes no more than 32,767."""

MISSED_ROWS = 500
"""Rows with drop-downs for what the audit missed."""

VERDICTS = (Ruling.UPHELD, Ruling.OVERTURNED, Ruling.UNSURE, Ruling.DISPUTED)
YES = "yes"

FINDINGS, CALLS, MISSED, WORDS = "Findings", "Calls", "Missed", "Words"
KEYS, RULES = "Keys", "Rules"
"""Hidden: what the rows stand for, and what the drop-down for rules offers."""


_Cells = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its head and width; and whether the reviewer fills it in."""

    head: str
    width: int
    filled_in: bool = False


SHEETS: dict[str, tuple[Column, ...]] = {
    FINDINGS: (
        Column("row", 6),
        Column("call", 16),
        Column("agent", 14),
        Column("rule", 24),
        Column("severity", 10),
        Column("strength", 9),
        Column("finding", 34),
        Column("time", 8),
        Column("quotes", 60),
        Column("why", 60),
        Column("cleared by", 34),
        Column("verdict", 13, filled_in=True),
        Column("reason", 40, filled_in=True),
        Column("note", 30, filled_in=True),
    ),
    CALLS: (
        Column("row", 6),
        Column("call", 16),
        Column("agent", 14),
        Column("started", 17),
        Column("source", 40),
        Column("in the queue", 26),
        Column("findings", 9),
        Column("outcome found", 15),
        Column("heard whole", 12, filled_in=True),
        Column("outcome", 15, filled_in=True),
        Column("note", 40, filled_in=True),
    ),
    MISSED: (
        Column("call", 16, filled_in=True),
        Column("rule", 26, filled_in=True),
        Column("turns", 12, filled_in=True),
        Column("reason", 40, filled_in=True),
        Column("note", 30, filled_in=True),
    ),
    WORDS: (
        Column("call", 16),
        Column("turn", 7),
        Column("time", 8),
        Column("role", 10),
        Column("speaker", 14),
        Column("words", 100),
        Column("evidence for", 26),
    ),
}


def review_workbook(queue: Sequence[QueuedCall], rules: Sequence[str], run: Run) -> bytes:
    """The workbook (.xlsx) of the calls to review.

    Args:
        rules: ids of the rules that a missed finding may be of.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow, and needed for workbooks only

    book = Workbook()
    book.remove(book.active)
    for title in (*SHEETS, KEYS, RULES):
        book.create_sheet(title)
    _write_rows(book[KEYS], [_about(rules, run)], first=1)
    tables: dict[str, list[_Cells]] = {title: [] for title in (*SHEETS, KEYS)}
    for number, queued in enumerate(queue, start=1):
        _add_call(tables, number, queued)
    for title, rows in tables.items():
        _write_rows(book[title], rows)
    for title, columns in SHEETS.items():
        _dress(book[title], columns)
    _offer_choices(book, len(queue), rules)
    for title in (KEYS, RULES):
        book[title].sheet_state = "hidden"
    return _save(book)


def _save(book: Workbook) -> bytes:
    """The workbook's bytes; sheets wait in files meanwhile.

    Raises:
        OSError: there is no room for them.
    """
    out = BytesIO()
    hook = sys.unraisablehook
    try:
        book.save(out)
    except OSError as error:
        # what openpyxl leaves open would fail once more, with a traceback, as it is let go
        sys.unraisablehook = lambda _: None
        problem = OSError(error.errno, error.strerror)
    else:
        return out.getvalue()
    gc.collect()
    sys.unraisablehook = hook
    raise problem


def cell_text(text: str) -> str:
    """`text` as a cell can hold it: on one line, nothing that XML forbids, cut where too long."""
    line = one_line(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Ascending numbers as runs of [first, last]."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number <= runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def _about(rules: Sequence[str], run: Run) -> _Cells:
    record = {
        "schema": SCHEMA,
        "export": uuid4().hex,
        "version": run.version,
        "rule_book": run.rule_book,
        "profile": run.profile,
        "rules": list(rules),
    }
    return _key_cells("about", record)


def _key_cells(key: str, record: Mapping[str, Any]) -> _Cells:
    """A record as JSON, over as many cells as it takes."""
    text = json.dumps(record)
    return key, *(text[at : at + LONGEST] for at in range(0, len(text), LONGEST))


def _add_call(tables: Mapping[str, list[_Cells]], number: int, queued: QueuedCall) -> None:
    """Add the rows of a call to each sheet, and what they stand for."""
    audit = queued.audit
    shown = queued.waiting or audit.findings
    key = f"C{number}"
    agents = "; ".join(audit.agent_ids)
    call_row = (
        *(key, audit.call_id, agents, moment(audit.transcript.started_at)),
        *(audit.transcript.path, queued.why, len(audit.findings), str(audit.outcome)),
    )
    tables[CALLS].append(call_row)
    record: dict[str, Any] = {
        "call_id": audit.call_id,
        "agents": list(audit.agent_ids),
        "turns": _runs(sorted(part.number for turn in audit.turns for part in turn.parts)),
        "outcome": str(audit.outcome),
        "findings": [finding.rule for finding in audit.findings],
    }
    tables[KEYS].append(_key_cells(key, record))
    for place, finding in enumerate(shown, start=1):
        row_key = f"F{number}.{place}"
        tables[FINDINGS].append((row_key, *_finding_cells(audit, finding)))
        held = {
            "call": key,
            "rule": finding.rule,
            "fingerprint": finding.fingerprint,
            "turns": list(cited_numbers(finding)),
            "agents": list(blamed_agents(audit, finding)),
        }
        tables[KEYS].append(_key_cells(row_key, held))
    tables[WORDS] += (_turn_cells(audit, turn) for turn in audit.turns)


def _finding_cells(audit: CallAudit, finding: Finding) -> _Cells:
    quotes = dict.fromkeys(
        quote_words(audit.turns[each.turn].text, each.span) for each in finding.evidence
    )
    starts = [each.start for each in finding.evidence if each.start is not None]
    return (
        audit.call_id,
        "; ".join(blamed_agents(audit, finding)),
        finding.rule,
        str(finding.severity),
        round(finding.strength, 2),
        finding.message,
        clock(min(starts, default=None)),
        " | ".join(quotes),
        " ".join(finding.steps),
        finding.cleared_by,
    )


def _turn_cells(audit: CallAudit, turn: Turn) -> _Cells:
    first, last = turn.parts[0].number, turn.parts[-1].number
    rules = dict.fromkeys(
        finding.rule
        for finding in audit.findings
        if any(each.turn == turn.index for each in finding.evidence)
    )
    return (
        audit.call_id,
        str(first) if first == last else f"{first}-{last}",
        clock(turn.start),
        str(turn.role),
        turn.agent_id or turn.speaker,
        turn.text,
        "; ".join(rules),
    )


def _write_rows(sheet: Worksheet, rows: Iterable[_Cells], first: int = 2) -> None:
    """Write rows; what is text stays text, even where somebody edits the cell in Excel."""
    for number, values in enumerate(rows, start=first):
        for place, value in enumerate(values, start=1):
            cell = sheet.cell(number, place)
            if isinstance(value, int | float):
                cell.value = value
                continue
            cell.value = str(value) if sheet.title == KEYS else cell_text(str(value))
            cell.data_type = "s"
            if str(cell.value).startswith(FORMULA_STARTS):
                cell.quotePrefix = True


def _dress(sheet: Worksheet, columns: Sequence[Column]) -> None:
    """Heads, widths, wrapped text, frozen panes and filters."""
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        head = sheet.cell(1, place, column.head)
        head.font = Font(bold=True)
        colour = "FFF2CC" if column.filled_in else "DDE6F0"
        head.fill = PatternFill("solid", start_color=colour)
    wrapped = Alignment(wrap_text=True, vertical="top")
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = wrapped
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions


def _offer_choices(book: Workbook, calls: int, rules: Sequence[str]) -> None:
    """Drop-downs for all that is chosen from a list."""
    findings = max(book[FINDINGS].max_row, 2)
    _offer(book[FINDINGS], "verdict", _listed(map(str, VERDICTS)), findings)
    _offer(book[CALLS], "heard whole", _listed([YES]), calls + 1)
    _offer(book[CALLS], "outcome", _listed(map(str, Outcome)), calls + 1)
    for place, rule in enumerate(rules, start=1):
        book[RULES].cell(place, 1, rule)
    if rules:
        rule_range = f"{RULES}!$A$1:$A${len(rules)}"
        _offer(book[MISSED], "rule", rule_range, MISSED_ROWS + 1)
    if calls:
        _offer(book[MISSED], "call", f"{CALLS}!$B$2:$B${calls + 1}", MISSED_ROWS + 1)


def _offer(sheet: Worksheet, head: str, choices: str, last_row: int) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    heads = [column.head for column in SHEETS[sheet.title]]
    letter = get_column_letter(heads.index(head) + 1)
    listed = DataValidation(type="list", formula1=choices, allow_blank=True, showErrorMessage=True)
    listed.error = f"Choose a {head} from the list, or leave the cell empty."
    sheet.add_data_validation(listed)
    listed.add(f"{letter}2:{letter}{max(last_row, 2)}")


def _listed(choices: Iterator[str] | Sequence[str]) -> str:
    return f'"{",".join(choices)}"'
