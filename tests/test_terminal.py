"""The reports of an agent and of the team: what is told, in which order, and that it fits."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from counted_calls import attempt, card_of, concern, flag, make_audit, make_calls
from rich.console import Console

from transcript_audit.model import Outcome, Severity, SkippedCall
from transcript_audit.reports.run import Run
from transcript_audit.reports.terminal import LISTED, agent_report, team_report
from transcript_audit.reports.weeks import sparkline
from transcript_audit.scorecards import make_scorecards

RUN = Run(version="1.2.3", rule_book="ab" * 32, profile="default")
HOSTILE = "[bold]Ann\x1b[2J =1+1 [/red]"


def shown(renderable, width=10_000):
    out = io.StringIO()
    Console(file=out, width=width, markup=False, highlight=False, emoji=False).print(renderable)
    return out.getvalue()


def two_months():
    """Imke, flagged more and more often; Raul, who is not; Zora with too few calls."""
    audits = []
    for week in range(8):
        began = str(date(2026, 1, 9) + timedelta(weeks=week))
        more = {"began": began, "concerns": (concern(2), concern(None))}
        stalls = 1 if week < 4 else 9
        audits += make_calls(10, stalls, agents=("Imke",), start=100 * week, **more)
        audits += make_calls(20, 1, agents=("Raul",), start=100 * week, **more)
    critical = [flag("refusal-explicit", 2, severity=Severity.CRITICAL)]
    audits.append(make_audit("grave", ("Zora",), flags=critical))
    audits += [
        make_audit(
            f"done-{n}",
            ("Imke",),
            outcome=Outcome.CANCELLED,
            seconds_to_confirm=60.0 + n,
            turns_to_confirm=4,
        )
        for n in range(9)
    ]
    return audits


@pytest.fixture(scope="module")
def month(rulebook):
    audits = two_months()
    return audits, make_scorecards(audits, rulebook=rulebook)


def report_on(month, agent, width=10_000, **more):
    audits, cards = month
    return shown(agent_report(audits, card_of(cards, agent), cards.team, RUN, **more), width)


def test_an_agents_report_tells_what_to_act_on_first(month):
    text = report_on(month, "Imke")
    headings = [
        "Needs attention",
        "of calls judged",
        "Listen to these first",
        "Done well",
        "Coach first",
        "From request to confirmation",
        "Week by week",
        "Calls",
    ]
    lines = [line.strip() for line in text.splitlines()]
    places = [
        next(n for n, line in enumerate(lines) if line.startswith(h) or h in line[:60])
        for h in headings
    ]
    assert places == sorted(places)


def test_an_agents_rates_stand_beside_the_rest_of_the_team_with_a_reading(month):
    text = report_on(month, "Imke")
    (family,) = [line for line in text.splitlines() if "40 of 89" in line and "Refused" in line]
    assert "40 of 89 (35–55%)" in family
    assert "9 of 161" in family
    assert "above the others (p <0.001)" in family
    assert "Put the cancellation off" in text


def test_too_few_calls_have_no_reading_but_the_call_is_to_be_heard(month):
    text = report_on(month, "Zora")
    assert text.count("too few to judge") >= 5
    assert "above" not in text
    assert "Critical flags: in 1 call (Refused to cancel 1)" in text
    assert "“words of turn 2”" in text


def test_the_coaching_priority_has_the_policys_reason_and_a_sentence_to_say(month, rulebook):
    text = report_on(month, "Imke", quoted=None)
    rule = rulebook.rule("refusal-stall")
    assert "Put the cancellation off: 40 of 89 calls flagged" in text
    assert f"Why: {rule.description}" in text
    assert f"Tip: {rule.coaching}" in text
    assert f"Say instead: “{rule.say_instead}”" in text


def test_times_turns_and_attempts_are_told_in_numbers(month):
    text = report_on(month, "Imke")
    assert "01:04 (median of 9 calls, half of them 01:02 to 01:06)" in text
    assert "4 turns (median of 9 calls, half of them 4 to 4)" in text
    assert "no attempt to keep the customer in 89 requests" in text


def test_attempts_are_told_by_how_many_there_were(rulebook):
    audits = [make_audit(f"c{n}", attempts=(attempt(),) * n) for n in range(5)]
    cards = make_scorecards(audits, rulebook=rulebook)
    text = shown(agent_report(audits, cards.agents[0], cards.team, RUN))
    told = "2.0 attempts to keep the customer per request; none in 1 call, one in 1, two in 1, "
    assert f"{told}three or more in 2" in text


def test_weeks_are_drawn_and_the_last_ones_told(month):
    text = report_on(month, "Imke")
    (line,) = [each for each in text.splitlines() if "▂▂▂▂▇▇▇▇" in each]
    assert line.startswith("Refused cancellation")
    assert line.split()[-4:] == ["9/10"] * 4
    assert "W09" in text
    assert "9 calls without a date left out" in text


def test_a_sparkline_goes_from_nothing_to_all_and_shows_gaps():
    assert sparkline([0.0, None, 0.5, 1.0]) == "▁·▅█"


def test_the_teams_report_names_who_needs_help_and_what_rises(month):
    audits, cards = month
    text = shown(team_report(audits, cards, RUN))
    assert "Imke: Put the cancellation off, 40 of 89 calls flagged" in text
    assert "1 agent has fewer than 10 calls: too few to judge." in text
    assert "▲ rises  Put the cancellation off: 40 of 120 flagged, before 8 of 120" in text
    assert "price  voiced 480 times  answered 240 of 480 (46–54%)" in text
    assert "Retained beside pushed back" in text
    assert "a flag is the machine's until a person upholds it" in text


def test_readings_stand_in_the_teams_table_as_signs(month):
    audits, cards = month
    rows = shown(team_report(audits, cards, RUN)).splitlines()
    imke, *_ = [row for row in rows if row.startswith("Imke ")]
    zora, *_ = [row for row in rows if row.startswith("Zora ")]
    assert "40/89 ▲ 35–55%" in imke
    assert "1/1 few" in zora


def test_what_cannot_be_told_about_weeks_says_so(rulebook):
    audits = make_calls(12, 3, agents=("Imke",), began="2026-01-09")
    cards = make_scorecards(audits, rulebook=rulebook)
    assert "cannot tell: it takes dated calls" in shown(team_report(audits, cards, RUN))
    undated = make_calls(12, 3, agents=("Imke",))
    cards = make_scorecards(undated, rulebook=rulebook)
    assert "What rises" not in shown(team_report(undated, cards, RUN))


def test_an_agent_who_saves_much_and_pushes_much_stands_out(rulebook):
    pushed = [flag("pushback-after-decline", 2)]
    audits = [
        make_audit(f"i{n}", ("Imke",), flags=pushed, outcome=Outcome.RETAINED) for n in range(20)
    ]
    audits += [make_audit(f"r{n}", ("Raul",), outcome=Outcome.CANCELLED) for n in range(40)]
    cards = make_scorecards(audits, rulebook=rulebook)
    text = shown(team_report(audits, cards, RUN))
    (row,) = [line for line in text.splitlines() if line.endswith("saves much and pushes much")]
    assert row.startswith("Imke")
    assert row.count("20 of 20 (84–100%) ▲") == 2


def test_lists_are_capped_on_a_terminal_and_whole_elsewhere(rulebook):
    audits = [SkippedCall(f"s{n}", f"s{n}.txt", "empty") for n in range(LISTED + 4)]
    cards = make_scorecards(audits, rulebook=rulebook)
    short = shown(team_report(audits, cards, RUN))
    assert f"Skipped: {LISTED + 4} calls" in short
    assert "  and 4 more" in short
    assert "and 4 more" not in shown(team_report(audits, cards, RUN, quoted=None))
    calls = make_calls(LISTED + 4, 1, agents=("Imke",))
    cards = make_scorecards(calls, rulebook=rulebook)
    page = shown(agent_report(calls, cards.agents[0], cards.team, RUN))
    assert "  and 4 more" in page
    assert page.index("refusal-stall-") < page.index("none")


def test_of_very_many_agents_those_who_can_be_judged_are_shown(rulebook):
    audits = [make_audit(f"c{n}", (f"agent {n}",)) for n in range(40)]
    audits += make_calls(12, 1, agents=("Imke",))
    cards = make_scorecards(audits, rulebook=rulebook)
    text = shown(team_report(audits, cards, RUN))
    assert "Imke" in text
    assert "agent 7" not in text
    assert "and 40 other agents" in text
    assert "agent 7" in shown(team_report(audits, cards, RUN, quoted=None))


@pytest.mark.parametrize("width", [40, 60, 80, 110, 160])
def test_reports_fit_the_columns_there_are_and_show_hostile_names_as_text(rulebook, width):
    audits = two_months() + make_calls(12, 6, agents=(HOSTILE,), began="2026-02-01")
    cards = make_scorecards(audits, rulebook=rulebook)
    pages = [team_report(audits, cards, RUN)]
    pages += [agent_report(audits, card, cards.team, RUN) for card in cards.agents]
    for page in pages:
        text = shown(page, width)
        assert max(map(len, text.splitlines())) <= width
        assert "\x1b" not in text
    assert "[bold]Ann" in "".join(shown(page, width) for page in pages)
