"""The coaching sheet: what it says, what it leaves unsaid, and that words from calls stay words."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from html_pages import LINES, make_call, make_hostile, make_month, make_report
from loaded import built_in
from snapshot_files import check_snapshot
from test_report_html import Page
from typer.testing import CliRunner, Result

from transcript_audit.cli import app
from transcript_audit.cli.file_names import LONGEST, name_file
from transcript_audit.model import Act, ActLabel, CallAudit, Role, SkippedCall
from transcript_audit.reports.coaching import (
    make_sheets,
    write_coaching_html,
    write_coaching_markdown,
)
from transcript_audit.reports.report import Report

CHROMIUM = "/usr/bin/chromium"


def markdown_of(report: Report, agent: str) -> str:
    out = io.StringIO()
    write_coaching_markdown(report, agent, out)
    return out.getvalue()


def html_of(report: Report, agent: str) -> str:
    out = io.StringIO()
    write_coaching_html(report, agent, out)
    return out.getvalue()


@pytest.fixture(scope="module")
def month() -> Report:
    return make_report(make_month())


@pytest.mark.parametrize("form", ["md", "html"])
def test_the_sheet_is_as_it_was(month: Report, form: str) -> None:
    made = markdown_of(month, "Omar") if form == "md" else html_of(month, "Omar")
    check_snapshot(f"coaching.{form}", made)


@pytest.mark.parametrize("write", [markdown_of, lambda r, a: Page(html_of(r, a)).text])
def test_a_sheet_has_the_words_with_call_turn_and_time_why_and_what_to_say(month, write) -> None:
    text = write(month, "omar")
    for said in (
        "Coaching sheet: Omar",
        "2026-03-03 to 2026-05-09, 30 calls audited",
        "Confirmed cancellations with details, in 10 of 10 calls",
        "Refused to cancel",
        "Flagged in 20 of 30 calls that could be judged (49–81%, 95 % range)",
        "I won't do that for you",
        "call m-59, 2026-05-09, turn 2, 01:00",
        "a plain no takes that freedom away",
        "I can cancel that for you now",
        "A flag is a reason to listen, not a verdict",
        "1 call skipped: s-1",
        "profile default",
    ):
        assert said in text, said


def test_a_sheet_ranks_nobody_and_names_no_other_agent(month: Report) -> None:
    text = markdown_of(month, "Omar")
    for word in ("Ines", "Zoe", "above", "below", "team", "rank", "worst", "critical flag"):
        assert word not in text, word


def test_a_sheet_has_at_most_two_to_practise() -> None:
    rules = ["refusal-explicit", "pushback-after-decline", "concern-unacknowledged"]
    sheets = make_sheets(
        make_report([make_call(f"c-{n}", "Ines", rules) for n in range(12)]), ["Ines"]
    )
    assert len(sheets[0].exercises) == 2


def test_few_calls_say_nothing_about_how_often(month: Report) -> None:
    assert "says nothing about how often" in markdown_of(month, "Zoe")
    assert "says nothing about how often" not in markdown_of(month, "Omar")


def test_where_there_is_nothing_to_practise_or_to_praise_the_sheet_says_so() -> None:
    text = markdown_of(make_report([make_call("c-1", "Ines", [])]), "Ines")
    assert "Nothing that was flagged more than once" in text
    assert "Too little to tell from these calls" in text
    assert "###" not in text


def confirmed(call_id: str, flagged: Iterable[str] = (), agent: str = "Ines") -> CallAudit:
    """A call in which the agent says how it is confirmed."""
    lines = [*LINES[:4], (Role.AGENT, f"Done, reference {call_id}, it ends on Friday."), LINES[5]]
    audit = make_call(call_id, agent, list(flagged), lines=lines)
    act = Act(ActLabel.CONFIRM_DETAILS, 4, (6, 15))  # only "reference"
    object.__setattr__(audit, "acts", (*audit.acts, act))
    return audit


def test_the_strength_is_heard_in_a_call_that_nothing_was_flagged_in() -> None:
    calls = [confirmed("c-1", ["concern-unacknowledged"]), confirmed("c-2"), confirmed("c-3")]
    [sheet] = make_sheets(make_report(calls), ["Ines"])
    assert sheet.strength.startswith("Confirmed cancellations with details")
    assert sheet.example is not None
    assert sheet.example.words == "Done, reference c-2, it ends on Friday."
    assert sheet.example.place == "call c-2, 2026-03-02, turn 4, 02:00"
    assert sheet.example.listen == "https://recordings.example/c-2?t=0&by=Ines"


def test_a_sheet_says_at_the_top_that_personal_data_is_shown() -> None:
    for write in (markdown_of, html_of):
        shown = write(make_report(make_month(), revealed=True), "Omar")
        assert shown.index("Personal data is shown unredacted") < shown.index("Done well")
        assert "Personal data is shown unredacted" not in write(make_report(make_month()), "Omar")


def test_left_open_and_skipped_calls_are_counted_where_they_are_too_many_to_name() -> None:
    calls: list[CallAudit | SkippedCall] = [
        make_call(f"open-{n}", "Ines", [], left_open=True) for n in range(5)
    ]
    calls += [SkippedCall(f"bad-{n}", "x", "not text", ("Ines",)) for n in range(2)]
    [sheet] = make_sheets(make_report(calls), ["Ines"])
    assert sheet.not_judged == (
        "5 calls left open: open-0, open-1, open-2 and 2 more.",
        "2 calls skipped: bad-0, bad-1.",
    )


def test_hostile_words_stay_words() -> None:
    report = make_report(make_hostile())
    for agent in report.agents():
        page = html_of(report, agent)
        parsed = Page(page)
        assert {name for name, _ in parsed.elements} <= {
            *("html", "head", "meta", "title", "style", "body", "main", "h1", "bdi", "p", "b"),
            *("section", "h2", "h3", "ul", "li", "q", "span", "a", "footer"),
        }
        assert not [
            key for _, attributes in parsed.elements for key in attributes if key[:2] == "on"
        ]
        assert all(each["href"].startswith("https://") for each in parsed.all("a"))
        text = markdown_of(report, agent)
        assert "<script" not in text
        assert "<img" not in text
        assert "\u202e" not in text + page
        assert "\x1b" not in text + page


def test_a_quote_opens_no_list_heading_link_or_image_in_markdown() -> None:
    words = "# [x](http://evil.example) ![y](z) | `code` *bold* _it_ <b> ~~no~~"
    lines = (LINES[0], LINES[1], (Role.AGENT, words), *LINES[3:])
    where = {"refusal-explicit": ((2, (0, len(words))),)}
    text = markdown_of(make_report([make_call(lines=lines, where=where)], None), "Ines")
    quote = next(line for line in text.splitlines() if "evil" in line)
    assert not re.search(r"(?<!\\)[\[*_~#`|<]", quote.removeprefix("- ").replace("&#", ""))


def test_sheets_for_many_agents_go_through_the_calls_once() -> None:
    gone_through = []

    class Calls(list):  # type: ignore[type-arg]
        def __iter__(self):
            gone_through.append(1)
            return super().__iter__()

    calls = Calls(make_call(f"c-{n}", f"Agent {n % 50}") for n in range(100))
    report = make_report(calls)
    gone_through.clear()
    assert len(make_sheets(report, report.agents())) == 50
    assert len(gone_through) == 1


def test_of_an_agent_whom_no_call_names_there_is_no_sheet(month: Report) -> None:
    with pytest.raises(KeyError):
        make_sheets(month, ["Nobody"])


def test_the_longest_sheet_prints_on_one_page(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        pytest.skip("no browser")
    long = "very long words that never come to an end " * 40
    lines = tuple((role, f"{text} {long}") for role, text in LINES)
    wordy = sorted(
        built_in().rules,
        key=lambda r: len(r.description + r.coaching + r.say_instead),
        reverse=True,
    )
    spans = [(turn, (0, len(lines[turn][1]))) for turn in (2, 4)]
    where = {rule.id: (span,) for rule, span in zip(wordy[:2], spans, strict=True)}
    name = "An agent of a long name " * 10
    calls: list[CallAudit | SkippedCall] = [
        make_call(f"{n} {long}", name, list(where), lines=lines, where=where) for n in range(9)
    ]
    calls += [make_call(f"o{n} {long}", name, [], left_open=True) for n in range(5)]
    calls += [SkippedCall(f"s{n} {long}", "x", "bad", (name,)) for n in range(5)]
    calls += [confirmed(f"{n} {long}", agent=name) for n in range(9)]
    page = tmp_path / "sheet.html"
    sheet = html_of(make_report(calls, revealed=True), name)
    assert "Confirmed cancellations with details" in sheet
    assert "Done, reference" in sheet
    page.write_text(sheet, encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        shown = browser.new_page()
        shown.goto(page.as_uri())
        printed = shown.pdf(prefer_css_page_size=True)
        browser.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Priya Shah", "Priya-Shah.html"),
        ("../../etc/passwd", "etc-passwd.html"),
        ("C:\\Windows\\x", "C-Windows-x.html"),
        ("-rf", "rf.html"),
        (".hidden", "hidden.html"),
        ("CON", "agent-CON.html"),
        ("aux.txt", "agent-aux.txt.html"),
        ("\x00\x1b\u202e", "agent.html"),
        ("half\ud800", "half.html"),
        ("Zo\u0308e", "Z\u00f6e.html"),
        ("", "agent.html"),
    ],
)
def test_file_names_stay_in_their_folder_and_work_everywhere(words: str, name: str) -> None:
    assert name_file(words, ".html", set()) == name


def test_file_names_are_short_and_differ_whatever_the_file_system_counts() -> None:
    taken: set[str] = set()
    words = [
        "Ines",
        "INES",
        "ines",
        "Zo\u00eb",
        "Zoe\u0308",
        "\U0001d538" * 200,
        "x" * 300,
        "x" * 301,
    ]
    names = [name_file(each, ".md", taken) for each in words]
    assert len({each.casefold() for each in names}) == len(words)
    assert all(len(each.encode()) <= LONGEST + 10 for each in names)


CALL = """\
Agent: Thanks for calling Fernside Gym, this is {agent}, how can I help?
Customer: I'd like to cancel my membership, please.
Agent: I'm not going to cancel your membership.
Customer: Please just cancel it.
Agent: No, I won't cancel it. Goodbye.
"""


@pytest.fixture
def calls(tmp_path: Path, _loaded_once: None) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    for number, agent in enumerate(("Ines", "Omar"), 1):
        (folder / f"gym-{number}_{agent}.txt").write_text(CALL.format(agent=agent))
    return folder


def run(calls: Path, *args: str) -> Result:
    names = r"(?P<call_id>[a-z]+-\d+)_(?P<agent>\w+)"
    options = ("--name-pattern", names, "--patterns-only", "--no-settings")
    return CliRunner().invoke(app, ["coach", str(calls), *options, *args])


def test_the_command_writes_a_sheet_an_agent_into_a_new_folder(calls: Path) -> None:
    folder = calls.parent / "sheets"
    done = run(calls, "-o", str(folder))
    assert done.exit_code == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["Ines.html", "Omar.html"]
    assert "Refused to cancel" in Page((folder / "Ines.html").read_text("utf-8")).text
    assert sorted(path.name for path in calls.parent.iterdir()) == ["calls", "sheets"]
    again = run(calls, "-o", str(folder))
    assert (again.exit_code, "not empty" in again.stderr) == (2, True)


def test_the_command_writes_one_sheet_to_a_file_or_to_standard_output(calls: Path) -> None:
    page = calls.parent / "ines.html"
    assert run(calls, "--agent", "ines", "-o", str(page)).exit_code == 0
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    told = run(calls, "--agent", "Omar")
    assert told.stdout.startswith("# Coaching sheet: Omar\n")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ((), "standard output takes the sheet of one agent"),
        (("-o", "x.md"), "x.md: holds the sheet of one agent"),
        (("--agent", "Inse"), "no call of agent Inse: did you mean 'Ines'?"),
        (("-o", "no/such/place"), "there is no folder"),
        (("--agent", "Ines", "-o", "no/such/place.md"), "there is no folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    calls: Path, args: tuple[str, ...], line: str
) -> None:
    done = run(calls, *args)
    assert done.exit_code == 2
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
