"""The Excel workbook, read back: what its sheets say, and that no cell runs or leads anywhere."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from html_pages import LINES, make_call, make_hostile, make_month, make_report
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from snapshot_files import check_snapshot, make_small_report

from transcript_audit.model import CallAudit, Role, SkippedCall
from transcript_audit.reports import workbook_sheets
from transcript_audit.reports.report import Report
from transcript_audit.reports.text import one_line
from transcript_audit.reports.workbook import write_workbook
from transcript_audit.reports.workbook_sheets import MOST_CHARACTERS, cell_text

SHEETS = ["Summary", "Agents", "Flags", "Calls", "Rules", "Method"]
FORMULAS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "{=1}",
    "http://evil.example/",
    "mailto:a@evil.example",
    "internal:Calls!A1",
    "00123",
    "1e5",
    "2026-03-02",
    "TRUE",
    "_x0041_",
    "bell\x07 bom\ufeff no\ufffe half\ud800",
    "<b>&amp;</b>",
]


def make_bytes(report: Report) -> bytes:
    out = io.BytesIO()
    write_workbook(report, out)
    return out.getvalue()


def read(report: Report) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl knows no bars without a gradient
        return load_workbook(io.BytesIO(make_bytes(report)))


def rows_of(sheet: Any) -> list[dict[str, Any]]:
    """The rows of a sheet by the titles of its columns."""
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def words_of(sheet: Any) -> str:
    return "\n".join(
        " ".join(str(value) for value in row if value is not None)
        for row in sheet.iter_rows(values_only=True)
    )


def make_tricky(text: str) -> CallAudit:
    """A call whose id, agent, path and words are all `text`."""
    lines = [(role, text if role is Role.AGENT else said) for role, said in LINES]
    where = {"refusal-explicit": ((2, (0, len(text))),)}
    return make_call(text, text, lines=lines, where=where, path=text)


@pytest.fixture(scope="module")
def month() -> Any:
    return read(make_report(make_month()))


def test_the_sheets_have_filters_heads_that_stay_and_widths(month: Any) -> None:
    assert month.sheetnames == SHEETS
    for name in SHEETS[1:5]:
        sheet = month[name]
        assert sheet.freeze_panes == "B2"
        assert re.fullmatch(r"A1:[A-Z]+\d+", sheet.auto_filter.ref)
        assert sheet.column_dimensions["A"].width > 10
        assert sheet["A1"].font.b


def test_what_a_cell_holds_is_what_was_said_and_never_a_formula_or_a_link() -> None:
    book = read(make_report([make_tricky(text) for text in FORMULAS], listen_link=None))
    for text, flag in zip(FORMULAS, rows_of(book["Flags"]), strict=True):
        expected = one_line(text).replace("\ufffe", "\ufffd")
        for column in ("Agent", "Call", "File"):
            assert unescape(flag[column]) == expected, column
        assert unescape(flag["Words"]).strip("…") == expected
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_text_that_looks_like_a_formula_stays_text_when_somebody_edits_it() -> None:
    book = read(make_report([make_tricky("=1+1")]))
    assert book["Flags"]["D2"].value == "=1+1"
    assert book["Flags"]["D2"].quotePrefix
    assert not read(make_report([make_call()]))["Flags"]["D2"].quotePrefix


def test_hostile_calls_make_a_workbook_without_formulas_and_with_links_to_recordings_alone() -> (
    None
):
    book = read(make_report(make_hostile()))
    links = [c.hyperlink.target for s in book for row in s.iter_rows() for c in row if c.hyperlink]
    assert links
    for address in links:
        assert address.startswith("https://recordings.example/")
    assert all(c.data_type != "f" for s in book for row in s.iter_rows() for c in row)


@pytest.mark.parametrize("template", ["javascript:alert({seconds})", "file:///{path}", "//{path}"])
def test_a_recording_that_is_not_in_the_web_is_not_linked(template: str) -> None:
    book = read(make_report([make_call()], listen_link=template))
    assert rows_of(book["Flags"])[0]["Listen"] is None


def test_a_flag_has_its_words_time_turn_and_reason() -> None:
    book = read(make_report([make_call(began=datetime(2026, 3, 2, 9, 5, tzinfo=UTC))]))
    (flag,) = rows_of(book["Flags"])
    assert flag["Words"] == LINES[2][1].rstrip(".")
    assert (flag["Severity"], flag["Rule id"]) == ("critical", "refusal-explicit")
    assert (flag["Agent"], flag["Call"], flag["Turn"]) == ("Ines", "c-1", 2)
    assert flag["Began"] == datetime(2026, 3, 2, 9, 5)
    assert flag["Time"] in {timedelta(minutes=1), time(0, 1)}
    assert flag["Why"].splitlines()[1] == "2. The agent refused in turn 2."
    assert flag["What would have cleared it"]
    assert book["Flags"]["N2"].hyperlink.target == "https://recordings.example/c-1?t=60&by=Ines"


def test_a_flag_in_several_turns_has_the_words_and_place_of_each() -> None:
    many = {"refusal-explicit": ((2, (0, 7)), (4, (0, 4)))}
    book = read(make_report([make_call(where=many, speakers={4: "Omar"})]))
    (flag,) = rows_of(book["Flags"])
    first, second = flag["Words"].splitlines()
    assert first == "01:00, turn 2: I won't…"
    assert second == "02:00, turn 4: Half…"
    assert flag["Agent"] == "Ines; Omar"


def test_flags_stand_by_severity_and_calls_in_the_order_of_the_sources() -> None:
    calls = [
        make_call("a", flagged=["concern-unacknowledged", "pushback-after-decline"]),
        make_call("b", flagged=["refusal-explicit"]),
    ]
    book = read(make_report(calls))
    assert [row["Call"] for row in rows_of(book["Flags"])] == ["b", "a", "a"]
    assert [row["Call"] for row in rows_of(book["Calls"])] == ["a", "b"]


def test_calls_left_open_and_skipped_stand_with_their_reasons(month: Any) -> None:
    calls = {row["Call"]: row for row in rows_of(month["Calls"])}
    assert calls["open-1"]["Status"] == "left open"
    assert calls["open-1"]["Why it was not judged"]
    assert calls["open-1"]["Outcome"] is calls["open-1"]["Flags"] is None
    assert calls["s-1"]["Status"] == "skipped"
    assert calls["s-1"]["Why it was not judged"] == "not text: byte 0 is binary"
    assert calls["m-03"]["Status"] == "flagged"


def test_who_has_too_few_calls_has_counts_and_no_share_to_be_sorted_by(month: Any) -> None:
    rows = {row["Agent"]: row for row in rows_of(month["Agents"])}
    omar, zoe = rows["Omar"], rows["Zoe"]
    assert omar["Refused cancellation: beside the rest"] == "above the others"
    assert omar["Refused cancellation: share"] == pytest.approx(
        omar["Refused cancellation: flagged"] / omar["Refused cancellation: judged"]
    )
    assert zoe["Refused cancellation: beside the rest"] == "too few to judge"
    assert zoe["Refused cancellation: judged"] == 2
    for column, value in zoe.items():
        if column.endswith(": share"):
            assert value is None, column
    assert zoe["Quality score (0 to 100)"] is None


def test_the_team_stands_below_the_agents_outside_of_the_filter(month: Any) -> None:
    sheet = month["Agents"]
    last = int(re.findall(r"\d+$", sheet.auto_filter.ref)[0])
    assert last == 4
    assert sheet.cell(sheet.max_row, 1).value == "(whole team)"
    assert sheet.max_row > last + 1


def test_shares_are_percentages_with_a_bar_from_0_to_1() -> None:
    data = make_bytes(make_report(make_month()))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        agents = archive.read("xl/worksheets/sheet2.xml").decode()
    assert agents.count("<dataBar>") == 7
    assert '<cfvo type="num" val="0"/><cfvo type="num" val="1"/>' in agents
    sheet = read(make_report(make_month()))["Agents"]
    head = [cell.value for cell in sheet[1]]
    share = sheet.cell(3, head.index("Refused cancellation: share") + 1)
    assert share.number_format == "0%"


def test_the_rules_and_the_method_are_told(month: Any) -> None:
    rules = {row["Rule id"]: row for row in rows_of(month["Rules"])}
    assert len(rules) == 15
    assert rules["refusal-explicit"]["Team: flagged"] > 20
    assert all(row["What it means"] for row in rules.values())
    method = words_of(month["Method"])
    for said in ("Wilson", "Fisher", "profile default", "transcript-audit 1.2.3", "ab" * 32):
        assert said in method


def test_the_summary_says_who_needs_help_and_what_was_counted(month: Any) -> None:
    summary = words_of(month["Summary"])
    for said in ("Calls audited 63", "Calls skipped (sheet Calls) 1", "Omar Refused to cancel:"):
        assert said in summary
    assert "2026-03-02 to 2026-05-09" in summary


def test_it_says_so_when_personal_data_is_shown() -> None:
    said = "Personal data is shown unredacted."
    assert read(make_report([make_call()], revealed=True))["Summary"]["A2"].value == said
    assert said not in words_of(read(make_report([make_call()]))["Summary"])


def test_what_does_not_fit_a_sheet_is_counted_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_sheets, "MOST_ROWS", 5)
    calls: list[CallAudit | SkippedCall] = [
        make_call("mild", flagged=["concern-unacknowledged"]),
        *(make_call(f"grave-{n}") for n in range(2)),
        SkippedCall("s", "p", "why"),
    ]
    book = read(make_report(calls))
    flags = [row["Severity"] for row in rows_of(book["Flags"])]
    assert flags[0] == "critical"
    assert flags[-1].startswith("and 2 more flags: ")
    assert "3 calls did not fit into this workbook" in words_of(book["Summary"])
    assert book["Flags"].max_row <= 5


def test_more_links_than_a_sheet_takes_are_written_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_sheets, "MOST_LINKS", 1)
    sheet = read(make_report([make_call("a"), make_call("b")]))["Calls"]
    assert sheet["L2"].hyperlink
    assert sheet["L3"].hyperlink is None
    assert sheet["L3"].value.startswith("https://recordings.example/b")


def test_a_link_that_is_too_long_is_written_as_text() -> None:
    sheet = read(make_report([make_call("x" * 3000)]))["Calls"]
    assert sheet["L2"].hyperlink is None
    assert len(sheet["L2"].value) > 3000


@pytest.mark.parametrize("letter", ["a", "\U0001f600"])
def test_a_long_text_is_cut_at_the_limit_and_says_so(letter: str) -> None:
    fits = letter * (MOST_CHARACTERS // (1 if letter == "a" else 2))
    assert cell_text(fits) == fits
    cut = cell_text(fits + "bc")
    assert len(cut.encode("utf-16-le")) <= 2 * MOST_CHARACTERS
    assert cut.endswith(f"… (cut here: {len(fits) + 2} characters in all)")
    book = read(make_report([make_tricky(fits + "bc")]))
    assert "(cut here" in book["Flags"]["I2"].value


def test_dates_before_excels_calendar_are_text_and_times_without_end_are_left_out() -> None:
    book = read(make_report([make_call(began=datetime(1899, 5, 1, 8, 0))]))
    assert rows_of(book["Calls"])[0]["Began"] == "1899-05-01 08:00"


def test_a_run_without_calls_makes_a_workbook() -> None:
    book = read(make_report([]))
    assert rows_of(book["Flags"]) == []
    assert "Calls audited 0" in words_of(book["Summary"])


def test_audits_are_gone_through_one_at_a_time() -> None:
    class Stream:
        """Audits that may be gone through again, but not counted or indexed."""

        def __iter__(self) -> Iterator[CallAudit | SkippedCall]:
            yield from make_month()

    streamed = make_report(make_month())
    assert make_bytes(streamed) == make_bytes(
        type(streamed)(
            streamed.run, streamed.cards, Stream(), streamed.rulebook, streamed.listen_link
        )
    )


def test_the_workbook_is_what_it_was() -> None:
    data = make_bytes(make_small_report())
    assert data == make_bytes(make_small_report())
    book = read(make_small_report())
    lines = []
    for sheet in book:
        lines.append(f"== {sheet.title}")
        lines += [
            " | ".join("" if value is None else str(value) for value in row).rstrip()
            for row in sheet.iter_rows(values_only=True)
        ]
    check_snapshot("report_workbook.txt", "\n".join(lines) + "\n")
