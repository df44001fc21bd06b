"""The picture of a call: every mark in its place, at every width, in every encoding."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from html_pages import LINES, make_call
from rich.console import Console
from snapshot_files import check_snapshot

from transcript_audit.model import Act, ActLabel, CallAudit, Role, RuleStatus
from transcript_audit.reports.call_view import call_view
from transcript_audit.reports.timeline import Timeline

BOTH = ("refusal-explicit", "pushback-after-decline")


def lanes(audit: CallAudit, width: int = 80, **console: object) -> dict[str, str]:
    """What is drawn, by the name of the lane; the scale by ""."""
    out = io.StringIO()
    Console(file=out, width=width, **console).print(Timeline(audit))  # type: ignore[arg-type]
    lines = out.getvalue().splitlines()
    assert all(len(line) <= width for line in lines)
    names = 22  # of "pushback-after-decline", the longest
    return {line[:names].strip(): line[names + 2 :] for line in lines}


def test_speech_and_marks_stand_where_they_were_by_time() -> None:
    # six turns, 30 seconds apart; 56 columns for 150 seconds
    drawn = lanes(make_call(flagged=BOTH))
    assert set(drawn) == {"agent", "customer", "request", "offer or argument", *BOTH, ""}
    column = {turn: min(int(turn * 30 / 150 * 56), 55) for turn in range(6)}
    assert drawn["request"].index("●") == column[1]
    assert drawn["refusal-explicit"].index("●") == column[2]
    assert drawn["offer or argument"].index("●") == column[4]
    assert drawn["pushback-after-decline"].index("●") == column[4]
    for turn in range(6):
        side = "agent" if LINES[turn][0] is Role.AGENT else "customer"
        other = "customer" if side == "agent" else "agent"
        assert drawn[side][column[turn]] == "━"
        assert drawn[other].ljust(56)[column[turn]] == " "
    assert drawn[""].startswith("00:00")
    assert drawn[""].endswith("02:30")
    assert len(drawn[""]) == 56


def test_without_times_turns_are_counted() -> None:
    drawn = lanes(make_call(flagged=BOTH, timed=False))
    assert drawn["agent"] == "━━━━    ━━━━    ━━━━"
    assert drawn["customer"] == "    ━━━━    ━━━━    ━━━━"
    assert drawn["refusal-explicit"] == "        ●"
    assert drawn[""].split() == ["#0", "#5"]


def test_one_turn_without_a_time_is_enough_to_count_turns() -> None:
    audit = make_call(flagged=BOTH)
    turns = (*audit.turns[:3], replace(audit.turns[3], start=None), *audit.turns[4:])
    assert lanes(replace(audit, turns=turns))[""].split() == ["#0", "#5"]


def test_marks_that_fall_together_are_counted_and_said_to_be() -> None:
    lines = tuple((Role.AGENT, f"line {number}") for number in range(400))
    where = {"pushback-after-decline": tuple((turn, (0, 4)) for turn in range(400))}
    audit = make_call(flagged=["pushback-after-decline"], lines=lines, where=where, timed=False)
    drawn = lanes(audit)
    counted = [int(sign) for sign in drawn["pushback-after-decline"]]
    assert sum(counted) == 400
    assert "a number: so many turns in one place" in drawn[""]
    assert "number" not in lanes(make_call(flagged=BOTH))[""]


def test_only_what_the_customer_meant_after_the_request_is_a_no() -> None:
    audit = make_call(flagged=BOTH, timed=False)
    noes = tuple(Act(ActLabel.DECLINE, turn, (0, 1)) for turn in (0, 5))
    drawn = lanes(replace(audit, acts=noes))
    assert drawn["no, or asks again"] == " " * 20 + "●"


@pytest.mark.parametrize("width", [10, 30, 45, 46, 60, 80, 100, 10_000])
def test_it_fits_any_width_and_is_left_out_of_the_narrowest(width: int) -> None:
    drawn = lanes(make_call(flagged=BOTH), width)
    assert bool(drawn) == (width >= 44)
    assert max(map(len, drawn.values()), default=0) <= 76


def test_in_plain_ascii_it_is_drawn_in_ascii() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Console(file=out, width=80).print(Timeline(make_call(flagged=BOTH)))
    out.seek(0)
    text = out.read()
    assert "=" in text
    assert "o" in text.splitlines()[2]


def test_a_call_left_open_has_none_since_it_is_in_doubt_who_spoke() -> None:
    audit = make_call(flagged=(), left_open=True)
    assert {result.status for result in audit.results} == {RuleStatus.CANNOT_TELL}
    assert lanes(audit) == {}
    assert "━" not in shown(call_view(audit))


def shown(view: object) -> str:
    out = io.StringIO()
    Console(file=out, width=100).print(view)
    return out.getvalue()


def test_the_call_view_is_as_it_was() -> None:
    audit = make_call(flagged=BOTH)
    check_snapshot("call_view.txt", shown(call_view(audit, brackets=True)))


def test_the_call_view_begins_with_it_unless_one_rule_is_explained() -> None:
    audit = make_call(flagged=BOTH)
    text = shown(call_view(audit))
    assert text.index("━") < text.index("strength")
    assert "━" in shown(call_view(audit, whole=True))
    assert "━" not in shown(call_view(audit, explain=["refusal-explicit"]))


def test_a_call_of_no_length_and_one_turn_is_drawn_too() -> None:
    audit = make_call(flagged=(), lines=LINES[:1])
    bare = replace(audit, acts=(), episode=replace(audit.episode, request=None, attempts=()))
    out = io.StringIO()
    Console(file=out, width=60).print(Timeline(bare))
    assert out.getvalue().splitlines()[0].startswith("agent  ━")
