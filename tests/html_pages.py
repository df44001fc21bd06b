"""Invented runs, and the HTML pages made of them, for the tests of the page and of its script."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from builders import cite, make_results, make_turn
from loaded import built_in

from transcript_audit.model import (
    Act,
    ActLabel,
    Attempt,
    CallAudit,
    Concern,
    Episode,
    Finding,
    Outcome,
    Role,
    RoleSource,
    RuleStatus,
    SkippedCall,
    State,
    StateChange,
    Transcript,
    Utterance,
)
from transcript_audit.reports.html import write_html
from transcript_audit.reports.report import Report
from transcript_audit.reports.run import Run
from transcript_audit.scorecards import make_scorecards

RUN = Run(version="1.2.3", rule_book="ab" * 32, profile="default")
FIRST_DAY = datetime(2026, 3, 2, 9, 5)
LISTEN = "https://recordings.example/{call_id}?t={seconds}&by={agent}"

LINES = (
    (Role.AGENT, "Harbour Gym, how can I help?"),
    (Role.CUSTOMER, "I want to cancel my membership, the showers have been cold for weeks."),
    (Role.AGENT, "I won't do that for you."),
    (Role.CUSTOMER, "Please, just cancel it."),
    (Role.AGENT, "Half price for three months, how is that?"),
    (Role.CUSTOMER, "No, thank you."),
)
WHERE = {
    "refusal-explicit": ((2, (0, 23)),),
    "pushback-after-decline": ((4, (0, 27)),),
    "concern-unacknowledged": ((1, (32, 68)),),
}
"""Which words of `LINES` a finding of the rule rests on."""

HOSTILE = (
    "<script>window.pwned = 1</script>",
    "<img src=x onerror=\"window.pwned=1\"> '\" onmouseover='window.pwned=1'",
    '<a href="javascript:window.pwned=1">click</a> </style></script></title><svg onload=pwned=1>',
    "{{ 7 * 7 }} {% raw %} &lt;b&gt; &amp;",
    "gold\u202edlog\u2066 bell\x07 \x1b[31mred\x1b[0m half\ud800 null\x00",
)


def make_call(  # noqa: PLR0917
    call_id: str = "c-1",
    agent: str = "Ines",
    flagged: Sequence[str] = ("refusal-explicit",),
    began: datetime | None = FIRST_DAY,
    lines: Sequence[tuple[Role, str]] = LINES,
    where: dict[str, tuple[tuple[int, tuple[int, int]], ...]] | None = None,
    speakers: dict[int, str] | None = None,
    timed: bool = True,
    left_open: bool = False,
    path: str = "",
) -> CallAudit:
    """A call of `lines`, flagged by the rules named on the words that `where` says.

    Args:
        speakers: who speaks in which of the agents' turns; `agent` unless named.
    """
    speakers = speakers or {}
    turns = tuple(
        make_turn(
            index,
            role,
            text,
            index * 30.0 if timed else None,
            speakers.get(index, agent) if role is Role.AGENT else None,
        )
        for index, (role, text) in enumerate(lines)
    )
    book = {rule.id: rule for rule in built_in().rules}
    findings = [
        Finding(
            rule,
            book[rule].family,
            book[rule].severity,
            book[rule].message,
            0.9,
            tuple(cite(turns[turn], span, "act") for turn, span in (where or WHERE)[rule]),
            steps=("The customer asked to cancel in turn 1.", "The agent refused in turn 2."),
            cleared_by=book[rule].cleared_by,
            fingerprint=f"{call_id}-{rule}",
        )
        for rule in flagged
    ]
    results = make_results(
        {rule.id: rule.family for rule in built_in().rules},
        findings,
        lambda _: RuleStatus.CANNOT_TELL if left_open else RuleStatus.CLEAR,
        checked=("An allowed reason (refuse-allowed): not found.",),
    )
    request = Act(ActLabel.REQUEST_CANCEL, 1, (0, 30))
    offer = Act(ActLabel.OFFER, 4, (0, 27), "discount")
    concern = Act(ActLabel.RAISE_CONCERN, 1, (32, 68), "quality")
    episode = Episode(
        Outcome.NOT_CANCELLED if "refusal-explicit" in flagged else Outcome.CANCELLED,
        (StateChange(1, State.OPEN, request),),
        request,
        len(turns) - 1,
        attempts=(Attempt((offer,)),),
        concerns=(Concern(concern, "quality", plain=False, answered_in=None if flagged else 2),),
        seconds_to_confirm=None if flagged else 62.0,
        turns_to_confirm=None if flagged else 4,
    )
    utterances = tuple(Utterance(i, str(role), text) for i, (role, text) in enumerate(lines))
    named = tuple(dict.fromkeys((agent, *speakers.values()))) if agent else ()
    transcript = Transcript(call_id, path or f"calls/{call_id}.txt", utterances, named, began)
    return CallAudit(transcript, RoleSource.STATED, turns, (request, offer), episode, results)


def make_month() -> list[CallAudit | SkippedCall]:
    """Ten weeks of three agents: Omar refuses far more than the others; Zoe has too few calls."""
    calls: list[CallAudit | SkippedCall] = []
    for number in range(60):
        agent = ("Ines", "Omar")[number % 2]
        often = agent == "Omar" and number % 6 != 1
        flagged = ["refusal-explicit"] if often else []
        flagged += ["pushback-after-decline"] if number % 7 == 0 else []
        began = FIRST_DAY + timedelta(days=number * 7 // 6)
        calls.append(make_call(f"m-{number:02}", agent, flagged, began))
    calls += [make_call(f"z-{n}", "Zoe", ["refusal-explicit"][:n], None) for n in range(2)]
    calls.append(make_call("open-1", "Ines", [], left_open=True))
    calls.append(SkippedCall("s-1", "calls/s-1.bin", "not text: byte 0 is binary", ("Omar",)))
    return calls


def make_hostile() -> list[CallAudit | SkippedCall]:
    """Calls whose every word, name and path tries to get out of its place."""
    name = "<script>window.pwned = 1</script>"
    lines = [
        (role, f"{words} {text}") for (role, text), words in zip(LINES, (*HOSTILE, ""), strict=True)
    ]
    everywhere = tuple((index, (0, len(text))) for index, (_, text) in enumerate(lines))
    calls: list[CallAudit | SkippedCall] = [
        make_call(
            f'"{words} onclick="pwned=1',
            f"{name} {number} '\"><img src=x onerror=pwned=1>",
            lines=lines,
            where={"refusal-explicit": everywhere},
            path=f"calls/{words}",
        )
        for number, words in enumerate(HOSTILE)
    ]
    calls.append(make_call("open <b>", name, [], left_open=True))
    calls.append(SkippedCall(HOSTILE[0], HOSTILE[1], HOSTILE[2], (name,)))
    return calls


def make_report(
    audits: Iterable[CallAudit | SkippedCall],
    listen_link: str | None = LISTEN,
    revealed: bool = False,
) -> Report:
    """The report of a run of these audits under the built-in rules."""
    cards = make_scorecards(audits, rulebook=built_in())
    return Report(RUN, cards, audits, built_in(), listen_link, revealed)


def make_page(report: Report) -> str:
    """The report as an HTML page."""
    out = io.StringIO()
    write_html(report, out)
    return out.getvalue()
