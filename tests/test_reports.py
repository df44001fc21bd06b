"""Reports over hand-built audits: what they say, and that text from calls stays text."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from builders import cite, make_results, make_turn
from loaded import built_in
from rich.console import Console

from transcript_audit.model import (
    Act,
    ActLabel,
    ActStatus,
    Attempt,
    CallAudit,
    Episode,
    Family,
    Finding,
    Outcome,
    Role,
    RoleSource,
    RuleStatus,
    Severity,
    SkippedCall,
    State,
    StateChange,
    Transcript,
    Utterance,
)
from transcript_audit.quotes import quote_words
from transcript_audit.reports.call_view import call_view
from transcript_audit.reports.csv_table import COLUMNS, csv_header, csv_rows
from transcript_audit.reports.doctor_report import doctor_head
from transcript_audit.reports.document import write_document
from transcript_audit.reports.records import call_record, record_line
from transcript_audit.reports.report import Report
from transcript_audit.reports.run import Run
from transcript_audit.reports.shares import ShareCell
from transcript_audit.reports.terminal import agent_report, team_report
from transcript_audit.reports.text import (
    clock,
    csv_cell,
    marked,
    moment,
    one_line,
    shortened,
    visible,
)
from transcript_audit.scorecards import FamilyShare, make_scorecards, pick_agents
from transcript_audit.settings import Settings, SettingsFile, SourceSettings

RUN = Run(version="1.2.3", rule_book="ab" * 32, profile="default")
RULES = {
    "refusal-explicit": Family.REFUSED_CANCELLATION,
    "pushback-after-decline": Family.REPEATED_PUSHBACK,
    "concern-unacknowledged": Family.IGNORED_CONCERN,
    "conduct-disrespect": Family.CONDUCT,
    "exit-no-goodwill": Family.GRACEFUL_EXIT,
}
LINES = (
    (Role.CUSTOMER, "I want to cancel my membership."),
    (Role.AGENT, "I won't do that for you."),
    (Role.CUSTOMER, "Please, I moved away."),
    (Role.AGENT, "Bye."),
)


def build_audit(  # noqa: PLR0917
    call_id: str = "c-1",
    agent: str = "Ines",
    lines: tuple[tuple[Role, str], ...] = LINES,
    evidence: tuple[tuple[int, tuple[int, int]], ...] = ((1, (2, 12)),),
    flagged: bool = True,
    timed: bool = True,
    message: str = "The agent refused to cancel.",
) -> CallAudit:
    turns = tuple(
        make_turn(
            index,
            role,
            text,
            index * 30.0 if timed else None,
            agent if role is Role.AGENT else None,
        )
        for index, (role, text) in enumerate(lines)
    )
    cited = tuple(cite(turns[turn], span, "refuse") for turn, span in evidence)
    finding = Finding(
        "refusal-explicit",
        Family.REFUSED_CANCELLATION,
        Severity.CRITICAL,
        message,
        0.91234,
        cited,
        steps=("The customer asked to cancel in turn 0.", "The agent refused in turn 1."),
        cleared_by="A working route to cancel.",
    )
    results = make_results(RULES, [finding] if flagged else [], checked=("looked far and wide",))
    request = Act(ActLabel.REQUEST_CANCEL, 0, (0, 16))
    acts = (
        request,
        Act(ActLabel.REFUSE, 1, (2, 12)),
        Act(ActLabel.THREATEN_LEAVE, 2, (0, 6), status=ActStatus.HYPOTHETICAL),
    )
    changes = (StateChange(0, State.OPEN, request), StateChange(3, State.HANDED_OFF))
    offer = Act(ActLabel.OFFER, 1, (0, 3), "discount")
    episode = Episode(
        Outcome.NOT_CANCELLED, changes, request, 3, (Attempt((offer,)),), seconds_to_confirm=None
    )
    utterances = tuple(Utterance(i, str(role), text) for i, (role, text) in enumerate(lines))
    transcript = Transcript(
        call_id, f"calls/{call_id}.txt", utterances, (agent,), datetime(2026, 3, 4, 9, 5)
    )
    return CallAudit(transcript, RoleSource.STATED, turns, acts, episode, results)


SKIPPED = SkippedCall("c-9", "calls/c-9.bin", "not text: byte 0 is binary", ("Omar",))


def shown(renderable: object, width: int = 10_000, terminal: bool = False) -> str:
    out = io.StringIO()
    Console(
        file=out, width=width, force_terminal=terminal, markup=False, highlight=False, emoji=False
    ).print(renderable)
    return out.getvalue()


def test_a_record_has_exactly_the_keys_of_the_schema() -> None:
    record = call_record(build_audit())
    assert list(record) == [
        "call_id",
        "agent_ids",
        "outcome",
        "findings",
        "rules",
        "attempts",
        "seconds_to_confirm",
        "roles",
        "notes",
        "talk",
        "schema_version",
    ]
    assert record["findings"] == [
        {
            "rule": "refusal-explicit",
            "family": "refused-cancellation",
            "severity": "critical",
            "message": "The agent refused to cancel.",
            "strength": 0.912,
            "turns": [1],
            "quotes": ["won't do t"],
            "start": 30.0,
            "agents": ["Ines"],
            "fingerprint": "",
        }
    ]
    assert record["rules"]["refusal-explicit"] == "flagged"
    assert record["attempts"] == 1
    assert record["seconds_to_confirm"] is None
    assert call_record(SKIPPED) == {
        "call_id": "c-9",
        "skipped": "not text: byte 0 is binary",
        "path": "calls/c-9.bin",
    }


def leave_open(audit: CallAudit) -> CallAudit:
    results = tuple(
        replace(each, status=RuleStatus.CANNOT_TELL, reason="the roles look swapped", finding=None)
        for each in audit.results
    )
    return replace(audit, results=results, notes=("the roles look swapped; say so",))


def test_what_became_of_a_call_left_open_is_not_told_as_if_it_were_known() -> None:
    audit = leave_open(build_audit())
    assert audit.left_open
    record = call_record(audit)
    assert list(record) == list(call_record(build_audit()))
    assert (record["outcome"], record["attempts"], record["seconds_to_confirm"]) == (None,) * 3
    assert record["notes"] == ["the roles look swapped; say so"]
    assert record["talk"]["not_assessable"] == "it is in doubt who said what"
    [row] = csv.DictReader(io.StringIO(csv_header() + csv_rows(audit)))
    assert (row["status"], row["reason"]) == ("cannot-tell", "the roles look swapped")
    assert (row["outcome"], row["attempts"], row["seconds_to_confirm"]) == ("", "", "")
    view = shown(call_view(audit))
    assert "left open: outcome, attempts and times not known" in view
    assert "outcome not-cancelled" not in view
    assert "attempt\n" not in view
    assert "open (#0" not in view
    assert view.count("the roles look swapped\n") == 1
    assert "cannot tell: every rule: the roles look swapped\n" in view
    assert "No findings" not in view
    cards = make_scorecards([audit])
    page = shown(agent_report([audit], cards.agents[0], cards.team, RUN))
    assert "left open" in page
    assert "not-cancelled" not in page


def test_a_listen_link_is_in_the_record_of_each_finding_and_of_the_call() -> None:
    audit = build_audit()
    record = call_record(audit, "https://x.example/{call_id}?t={seconds}")
    assert record["findings"][0]["listen"] == "https://x.example/c-1?t=30"
    assert record["listen"] == "https://x.example/c-1?t=0"
    assert list(record)[-1] == "schema_version"
    [row] = csv.DictReader(io.StringIO(csv_header() + csv_rows(audit, "=x:{call_id}")))
    assert row["listen"] == "'=x:c-1"
    assert call_record(SKIPPED, "https://x.example/{call_id}") == call_record(SKIPPED)


def test_source_turns_of_a_finding_are_ascending_and_each_once() -> None:
    audit = build_audit(evidence=((3, (0, 3)), (1, (0, 1)), (1, (2, 12))))
    assert call_record(audit)["findings"][0]["turns"] == [1, 3]


def test_a_record_is_one_line_of_ascii_whatever_the_call_holds() -> None:
    hostile = "I won't\x1b[31m\u202e do\n that \ud800 caf\u00e9 \U0001f600"
    audit = build_audit(
        lines=((Role.CUSTOMER, "x"), (Role.AGENT, hostile)), evidence=((1, (0, 40)),)
    )
    line = record_line(audit)
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line)["findings"][0]["quotes"] == [hostile[:40]]


def test_the_document_holds_calls_agents_team_and_run() -> None:
    audits = [build_audit(), build_audit("c-2", "Omar", flagged=False), SKIPPED]
    out = io.StringIO()
    write_document(Report(RUN, make_scorecards(audits), audits, built_in()), out)
    document = json.loads(out.getvalue())
    assert [call["call_id"] for call in document["calls"]] == ["c-1", "c-2", "c-9"]
    assert [card["agent"] for card in document["agents"]] == ["Ines", "Omar"]
    assert document["agents"][1]["skipped"] == 1
    assert document["agents"][0]["families"]["refused-cancellation"]["flagged"] == 1
    assert document["team"]["calls"] == 2
    assert document["run"]["rule_book"] == "ab" * 32
    assert document["run"]["counts"] == {"audited": 2, "skipped": 1, "flagged": 1, "findings": 1}


def test_csv_has_a_row_a_finding_and_one_for_each_other_call() -> None:
    audits = [build_audit(), build_audit("c-2", flagged=False), SKIPPED]
    text = csv_header() + "".join(map(csv_rows, audits))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["status"] for row in rows] == ["flagged", "clear", "skipped"]
    assert rows[0]["turns"] == "1"
    assert rows[0]["quotes"] == "won't do t"
    assert rows[2]["reason"] == "not text: byte 0 is binary"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "  ="])
def test_no_csv_cell_begins_like_a_formula(start: str) -> None:
    cell = csv_cell(f"{start}HYPERLINK(1)")
    assert cell.startswith("'")
    assert csv_cell("plain") == "plain"
    assert csv_cell(None) == ""


def test_csv_quotes_of_a_hostile_call_stay_in_their_cell() -> None:
    lines = ((Role.CUSTOMER, "x"), (Role.AGENT, '=HYPERLINK("http://x"),"\r\n[/b]'))
    rows = list(
        csv.DictReader(
            io.StringIO(
                csv_header()
                + csv_rows(build_audit(lines=lines, evidence=((1, (0, len(lines[1][1]))),)))
            )
        )
    )
    assert len(rows) == 1
    assert rows[0]["quotes"] == '\'=HYPERLINK("http://x")," [/b]'


def test_controls_direction_overrides_and_surrogates_are_spelled_out() -> None:
    assert visible("a\x1b[31mb\x9bc\u202ed\ud800") == "a\\x1b[31mb\\x9bc\\u202ed\\ud800"
    assert visible("caf\u00e9 \U0001f600 \u4f60") == "caf\u00e9 \U0001f600 \u4f60"
    assert one_line(" a\r\n\tb ") == "a b"


def test_a_name_of_which_nothing_can_be_seen_is_spelled_out() -> None:
    assert one_line("\u200b \u2060\ufeff") == "\\u200b \\u2060\\ufeff"
    assert one_line("\u3164\U000e0041") == "\\u3164\\U000e0041"
    seen = "\U0001f469\u200d\U0001f52c Zo\u200be"
    assert one_line(seen) == seen
    assert one_line("") == ""


def test_clock_shows_hours_only_where_there_are_some() -> None:
    assert [clock(None), clock(0), clock(252.9), clock(3852)] == ["", "00:00", "04:12", "1:04:12"]


def test_shortened_cuts_at_a_word_and_says_so() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two three four", 12) == "one two…"
    assert len(shortened("x" * 50, 10)) == 10


def test_marked_words_keep_their_place_when_spans_overlap_and_text_is_hostile() -> None:
    text = "ab\ncd\x1bef"
    shown_text = marked(text, [(1, 4), (3, 6), (7, 99)], brackets=True)
    assert shown_text.plain == "a«b cd\\x1b»e«f»"
    assert [span.style for span in shown_text.spans] == ["bold reverse", "bold reverse"]


def test_the_team_report_names_agents_calls_to_hear_and_skipped_calls() -> None:
    audits = [build_audit(), build_audit("c-2", "Omar", flagged=False), SKIPPED]
    text = shown(team_report(audits, make_scorecards(audits), RUN, quoted=None))
    assert "2 calls audited, 1 skipped" in text
    assert "1 with a critical finding" in text
    assert "1/1 few 21–100%" in text  # Wilson, 1 of 1
    assert "00:30" in text
    assert "“…won't do t…”" in text
    assert "not text: byte 0 is binary" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [80, 100, 120])
def test_the_team_report_fits_the_terminal(width: int) -> None:
    agents = ("Priya Raghunathan", "Tom", "Ines", "Omar", "Kayleigh", "Bo")
    audits = [
        build_audit(f"2026-03-04_NF-{number}", agents[number % 6], flagged=number % 3 > 0)
        for number in range(20)
    ]
    text = shown(team_report(audits, make_scorecards(audits), RUN), width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) <= 80
    assert "…" not in "".join(line for line in lines if "%" in line)


@pytest.mark.parametrize("width", [40, 59, 60, 79])
def test_shares_are_whole_on_a_narrow_terminal(width: int) -> None:
    audits = [build_audit(f"c-{number}", flagged=number % 3 > 0) for number in range(200)]
    text = shown(team_report(audits, make_scorecards(audits), RUN), width)
    assert max(map(len, text.splitlines())) <= width
    shares = [line for line in text.splitlines() if "/200 " in line]
    assert shares
    assert all(re.search(r"\d+–\d+%", line) and "…" not in line for line in shares)
    assert all(("●" in line) == (width >= 60) for line in shares)
    assert "Refused" in text


@pytest.mark.parametrize("terminal", [True, False])
def test_markup_and_escapes_in_a_call_are_shown_not_obeyed(terminal: bool) -> None:
    hostile = "I won't [bold red] do [/inaudible] it \x1b]0;owned\x07 :smile: <script>"
    lines = ((Role.CUSTOMER, hostile), (Role.AGENT, hostile))
    audit = build_audit(
        "[/x]", "[red]Al\x1b[2J", lines, ((1, (0, len(hostile))),), message="[/nothing]"
    )
    skipped = SkippedCall("[/y]", "[/z]", "bad\x1b[2J", ())
    cards = make_scorecards([audit, skipped])
    pages = [
        team_report([audit, skipped], cards, RUN),
        agent_report([audit], cards.agents[0], cards.team, RUN),
        call_view(audit, whole=True),
    ]
    for page in pages:
        text = shown(page, terminal=terminal)
        assert "\x1b]0" not in text
        assert "\x1b[2J" not in text
        assert "\x07" not in text
    assert "[/inaudible]" in shown(pages[2])
    assert "\\x1b]0;owned\\x07 :smile:" in shown(pages[2])


def test_an_agent_report_lists_every_call_of_that_agent_only() -> None:
    audits = [build_audit(), build_audit("c-2", "Omar"), build_audit("c-3", flagged=False)]
    cards = make_scorecards(audits)
    text = shown(agent_report(audits, cards.agents[0], cards.team, RUN))
    assert "c-1" in text
    assert "c-3" in text
    assert "c-2" not in text
    assert "1 of 1" in text  # the rest of the team beside the agent


def test_a_call_view_shows_words_acts_steps_and_what_would_have_cleared_it() -> None:
    text = shown(call_view(build_audit(), brackets=True))
    for part in (
        "I «won't do t»hat for you.",
        "acts: refuse",
        "threaten-leave (hypothetical)",
        "1. The customer asked to cancel in turn 0.",
        "- looked far and wide",
        "A working route to cancel.",
        "00:30",
        "open (#0 00:00), then handed-off (#3 01:30)",
    ):
        assert part in text
    assert "Bye." not in text  # two turns away from the evidence


def test_a_whole_call_view_shows_every_turn_once() -> None:
    text = shown(call_view(build_audit(), whole=True))
    for _, line in LINES:
        assert text.count(line) == 1


def test_explaining_a_rule_that_did_not_flag_gives_its_reason() -> None:
    audit = build_audit()
    assert "nothing for conduct-disrespect" not in shown(call_view(audit))
    text = shown(call_view(audit, explain=["conduct-disrespect"]))
    assert "conduct-disrespect  clear: nothing for conduct-disrespect" in text
    assert "- looked far and wide" in text


def test_a_call_view_tells_turns_left_out_between_evidence() -> None:
    lines = tuple((Role.AGENT, f"line {number}") for number in range(9))
    text = shown(call_view(build_audit(lines=lines, evidence=((1, (0, 4)), (7, (0, 4))))))
    assert "3 turns between" in text
    assert "line 4" not in text


@pytest.mark.parametrize(("encoding", "dot"), [("utf-8", "●"), ("ascii", "o")])
def test_a_range_is_drawn_in_letters_the_terminal_has(encoding: str, dot: str) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    share = FamilyShare(Family.CONDUCT, 2, 4, 0.15, 0.85)
    Console(file=out, width=100).print(ShareCell(share))
    out.seek(0)
    text = out.read()
    assert dot in text
    assert "2/4" in text


def test_a_share_of_nothing_has_no_range() -> None:
    assert shown(ShareCell(FamilyShare(Family.CONDUCT, 0, 0, None, None))).strip() == "none"


def test_a_quote_that_two_acts_share_is_given_once_and_with_its_brackets() -> None:
    lines = ((Role.CUSTOMER, "x"), (Role.AGENT, "[bold red]No, I won't.[/bold red]"))
    span = (1, len(lines[1][1]) - 1)
    audit = build_audit(lines=lines, evidence=((1, span), (1, span)))
    assert call_record(audit)["findings"][0]["quotes"] == [lines[1][1]]
    [row] = csv.DictReader(io.StringIO(csv_header() + csv_rows(audit)))
    assert row["quotes"] == lines[1][1]


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        ("Sure.", "Sure."),
        ("I won't cancel it", "I won't cancel it"),
        ("I won't", "I won't…"),
        ("cancel it", "…cancel it"),
        ("Please do not", "Please do not…"),
        ("ask again", "…ask again"),
        ("never", "(never)"),
        ("never) again", "(never) again"),
    ],
)
def test_a_quote_tells_where_it_was_cut_out_of_a_sentence(words: str, quote: str) -> None:
    text = "Sure. I won't cancel it! Please do not ask again. (never) again"
    start = text.index(words)
    quoted = quote_words(text, (start, start + len(words)))
    assert quoted == (f"{quote}…" if words == "never" else quote)


def test_a_call_that_stands_at_its_end_says_so_and_others_do_not() -> None:
    audit = build_audit()
    assert "then handed-off (#3 01:30), then standing (#3 01:30)" in shown(call_view(audit))
    done = replace(audit.episode, outcome=Outcome.CANCELLED)
    assert "standing" not in shown(call_view(replace(audit, episode=done)))
    given_up = (*audit.episode.changes, StateChange(3, State.GIVEN_UP))
    gone = replace(audit.episode, changes=given_up)
    assert "standing" not in shown(call_view(replace(audit, episode=gone)))


def test_a_call_without_a_request_has_no_blank_line_in_its_heading() -> None:
    audit = build_audit()
    episode = replace(audit.episode, changes=(), outcome=Outcome.NO_REQUEST)
    heading = shown(call_view(replace(audit, episode=episode))).splitlines()[:3]
    assert all(line.strip() for line in heading)
    assert heading[2].startswith("outcome no-request")


def test_a_call_view_tells_how_long_confirming_took_and_how_often_it_was_asked_why() -> None:
    audit = build_audit()
    asked = (Act(ActLabel.ASK_REASON, 1, (0, 1)),)
    episode = replace(
        audit.episode, seconds_to_confirm=124.0, turns_to_confirm=11, reasons_asked=asked
    )
    transcript = replace(audit.transcript, format="text")
    text = shown(call_view(replace(audit, episode=episode, transcript=transcript)))
    assert "asked why 1 time · 02:04 and 11 turns from request to confirmation" in text
    assert "2026-03-04 09:05 · calls/c-1.txt (text)" in text
    untimed = replace(episode, seconds_to_confirm=None)
    text = shown(call_view(replace(audit, episode=untimed)))
    assert " · 11 turns from request to confirmation" in text


def test_a_date_without_a_time_is_shown_as_a_date() -> None:
    assert moment(datetime(2026, 3, 4)) == "2026-03-04"
    assert moment(datetime(2026, 3, 4, 9, 5)) == "2026-03-04 09:05"
    assert moment(None) == ""


def test_an_explained_rule_comes_alone_and_in_full_or_first_with_the_whole_call() -> None:
    audit = build_audit()
    alone = shown(call_view(audit, explain=["refusal-explicit"]))
    assert "The agent refused to cancel." in alone
    assert "1. The customer asked to cancel in turn 0." in alone
    assert "clear:" not in alone
    other = shown(call_view(audit, explain=["conduct-disrespect"]))
    assert "refusal-explicit" not in other
    whole = shown(call_view(audit, explain=["conduct-disrespect"], whole=True))
    assert whole.index("nothing for conduct-disrespect") < whole.index(LINES[0][1])
    assert whole.index(LINES[0][1]) < whole.index("The agent refused to cancel.")


def test_what_was_checked_and_not_found_does_not_say_so_twice() -> None:
    audit = build_audit()
    results = (replace(audit.results[0], checked=("a way out (tell-way-out): not found.",)),)
    text = shown(call_view(replace(audit, results=results)))
    assert "Checked and not found" in text
    assert "- a way out (tell-way-out)." in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_reports_keep_rules_and_headings_whole_on_any_terminal(width: int) -> None:
    audits = [
        build_audit(f"2026-03-04_NF-{number}", "Ines" if number % 2 else "Omar")
        for number in range(4)
    ]
    cards = make_scorecards(audits)
    for page in (
        team_report(audits, cards, RUN),
        agent_report(audits, cards.agents[0], cards.team, RUN),
    ):
        text = shown(page, width)
        assert max(map(len, text.splitlines())) <= width
        assert "refusal-explicit" in text
        assert "…" not in text.replace("t…", "").replace("…won", "")
    assert "Outcome" in text
    assert ("calls/2026-03-04_NF-1.txt" in text) == (width == 120)


def test_nothing_is_wrapped_where_output_is_no_terminal() -> None:
    name = "An agent with a name of many words"
    audits = [build_audit("a call with an id " * 5, name), build_audit("c-2", "Omar")]
    text = shown(team_report(audits, make_scorecards(audits), RUN, quoted=None))
    row = text[text.index("Listen to these first") :].splitlines()[1]
    assert name in row
    assert "id a call with an id" in row


def test_the_team_of_a_report_on_some_agents_is_named_as_what_it_is() -> None:
    audits = [build_audit(), build_audit("c-2", "Omar", flagged=False)]
    cards = pick_agents(make_scorecards(audits), ["OMAR"])
    text = shown(team_report(audits, cards, RUN))
    assert "(these calls, all agents)" in text
    assert "(whole team)" not in text
    assert "1 with a critical finding of whichever agent" in text
    assert "Ines" not in text


def test_an_agent_report_lists_the_calls_that_write_the_name_otherwise() -> None:
    audits = [build_audit("c-1", "Ines"), build_audit("c-2", "ines"), build_audit("c-3", "Omar")]
    cards = make_scorecards(audits)
    text = shown(agent_report(audits, cards.agents[0], cards.team, RUN))
    assert "2 calls audited" in text
    assert "c-1" in text
    assert "c-2" in text


def test_the_doctors_settings_are_whole_on_a_terminal() -> None:
    pattern = r"^(?P<started_at>\d{4}[^_.]*)_(?P<call_id>[^_.]*\d[^_.]*)_(?P<agent>[^\W\d_]+)"
    source = SourceSettings(("calls",), name_pattern=pattern)
    file = SettingsFile(Settings(sources=(source,)), Path("transcript-audit.toml"))
    page = shown(doctor_head({"python": "3"}, {"jobs": (2, "environment")}, file), 80)
    assert "…" not in page
    lines = page[page.index("sources[0]") :].splitlines()
    begin, end = lines[0].index("paths"), lines[0].index("transcript-audit.toml")
    assert pattern in "".join(line[begin:end].strip() for line in lines)
    assert max(map(len, page.splitlines())) <= 80
