"""One sheet for a talk with one agent: a strength, at most two things to practise, the words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TextIO

from markupsafe import Markup

from transcript_audit.attribution import agents_of
from transcript_audit.marks import practised
from transcript_audit.model import ActLabel, ActStatus, CallAudit, SkippedCall, Span
from transcript_audit.quotes import quote_words
from transcript_audit.reports.html import hash_source, make_environment, read_resource
from transcript_audit.reports.lesson_words import lesson_words
from transcript_audit.reports.listening import safe_listen_address
from transcript_audit.reports.markdown_text import markdown_link, markdown_words
from transcript_audit.reports.method import REDACTED, UNREDACTED
from transcript_audit.reports.report import Report
from transcript_audit.reports.shares import range_words
from transcript_audit.reports.text import clock, plural, shortened
from transcript_audit.scorecards import (
    CoachingPriority,
    Practice,
    Quote,
    Scorecard,
    make_share,
)
from transcript_audit.speakers import fold_label

QUOTED, NAMED = 150, 48
"""Characters of a quote, and of a name or a call's id: with them a sheet stays on one page."""

WORDS_OF_ONE, WORDS_OF_TWO = 3, 2
"""Quotes of something to practise, where that is all and where there is a second."""

LISTED = 3
"""Calls left open or skipped that a sheet names (each)."""

BEFORE = (
    "For a talk between two people, not for a file. A flag is a reason to listen, not a verdict: "
    "listen to the calls first, and leave out what you do not uphold."
)
TOO_LITTLE = "Too little to tell from these calls; say what you heard yourself."
NOTHING = "Nothing that was flagged more than once, and nothing grave."
AGREED = ("Upheld, and not upheld:", "To try, and until when:")
METHOD = (
    "Shares are of the calls that could be judged. The program reads words, in English; it hears "
    "no tone of voice and makes mistakes both ways. A number about a person should never be the "
    "only reason for a decision about them."
)
_WORDS = {
    "before": BEFORE,
    "too_little": TOO_LITTLE,
    "nothing": NOTHING,
    "agreed": AGREED,
    "method": METHOD,
    "redacted": REDACTED,
    "unredacted": UNREDACTED,
}

_SENTENCE = re.compile(r"\S[^.!?…]*[.!?…]*")

SHOWN_BY = {
    "concerns-acknowledged": ActLabel.ACKNOWLEDGE,
    "details-confirmed": ActLabel.CONFIRM_DETAILS,
    "goodwill-shown": ActLabel.GOODWILL,
    "no-accepted": ActLabel.CONFIRM,
    "let-go-at-once": ActLabel.CONFIRM,
}
"""The agent's act that a practice is heard in."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Words of a call, and where they stand.

    Attributes:
        place: call, day, turn and time, in words; listen: address of the recording, or None.
    """

    words: str
    place: str
    listen: str | None


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to practise: what was flagged, why it matters, what to say instead.

    Attributes:
        share: how many calls were flagged, in words; caveat: why that says little, or "".
        reviewed: what reviewers made of such flags so far, in a sentence, or "".
    """

    title: str
    share: str
    caveat: str
    heard: tuple[Heard, ...]
    why: str
    tip: str
    say_instead: str
    reviewed: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the coaching sheet of one agent; all of it text that is yet to be escaped.

    Attributes:
        strength: one thing done well, in words, or ""; example: its words in a call, or None.
        exercises: at most two, the first goes first.
        not_judged: calls left open and skipped, in sentences.
    """

    agent: str
    facts: str
    strength: str
    example: Heard | None
    exercises: tuple[Exercise, ...]
    not_judged: tuple[str, ...]
    run: str
    revealed: bool


@dataclass(slots=True)
class _Calls:
    """What is picked of one agent's calls while they pass by."""

    heard: dict[tuple[str, Quote], Heard] = field(default_factory=dict)
    example: Heard | None = None
    left_open: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def look_at(self, audited: CallAudit | SkippedCall, card: Scorecard, link: str | None) -> None:
        """Pick from one of the agent's calls."""
        if isinstance(audited, SkippedCall):
            self.skipped += [audited.call_id] * (len(self.skipped) < LISTED)
            return
        if audited.left_open:
            self.left_open += [audited.call_id] * (len(self.left_open) < LISTED)
        for priority in card.coaching:
            for quote in priority.quotes:
                if (quote.call_id, quote.path) == (audited.call_id, audited.transcript.path):
                    self.heard[priority.rule, quote] = _hear(audited, quote, link, priority.rule)
        if card.done_well and self.example is None:
            self.example = _find_example(audited, card.done_well, link)


def write_coaching_markdown(report: Report, agent: str, out: TextIO) -> None:
    """Write the coaching sheet of one agent as Markdown.

    Raises:
        KeyError: there is no scorecard of that agent.
    """
    [sheet] = make_sheets(report, [agent])
    out.write(markdown_sheet(sheet))


def write_coaching_html(report: Report, agent: str, out: TextIO) -> None:
    """Write the coaching sheet of one agent as an HTML page; `out` takes UTF-8.

    Raises:
        KeyError: there is no scorecard of that agent.
    """
    [sheet] = make_sheets(report, [agent])
    out.write(html_sheet(sheet))


def make_sheets(report: Report, agents: Iterable[str]) -> list[Sheet]:
    """The sheets of these agents, in their order; the calls are gone through once.

    Raises:
        KeyError: there is no scorecard of one of them.
    """
    by_name = {fold_label(card.agent): card for card in report.cards.agents}
    cards = [by_name[fold_label(agent)] for agent in agents]
    calls = {fold_label(card.agent): _Calls() for card in cards}
    for audited in report.audits:
        for name in map(fold_label, agents_of(audited)):
            if name in calls:
                calls[name].look_at(audited, by_name[name], report.listen_link)
    return [_make_sheet(card, calls[fold_label(card.agent)], report) for card in cards]


def _hear(audit: CallAudit, quote: Quote, link: str | None, rule: str = "") -> Heard:
    began = audit.transcript.started_at
    parts = (
        f"call {shortened(quote.call_id, NAMED)}",
        began.date().isoformat() if began else "",
        f"turn {quote.number}",
        clock(quote.start),
    )
    found = (each for each in audit.findings if each.rule == rule)
    at_quote = (
        replace(each, evidence=tuple(e for e in each.evidence if e.number == quote.number))
        for each in found
    )
    return Heard(
        shortened(quote.words, QUOTED),
        ", ".join(filter(None, parts)),
        safe_listen_address(link, audit, next(at_quote, None)),
    )


def _find_example(audit: CallAudit, practice: Practice, link: str | None) -> Heard | None:
    """The words by which the practice is heard in a call that nothing was flagged in, if any."""
    if audit.findings or audit.left_open or len(agents_of(audit)) > 1:
        return None
    times = practised(audit).get(practice.name, [])
    if not (times and all(times)):
        return None
    for act in audit.acts:
        turn = audit.turns[act.turn]
        if act.label is SHOWN_BY[practice.name] and act.status is ActStatus.ASSERTED:
            part = turn.part_at(act.span[0])
            words = quote_words(turn.text, _sentences(turn.text, act.span))
            place = audit.call_id, audit.transcript.path, part.number, part.start
            return _hear(audit, Quote(*place, words), link)
    return None


def _sentences(text: str, span: Span) -> Span:
    """The sentences of `text` that `span` reaches into: a few words alone praise nobody."""
    reached = [m.span() for m in _SENTENCE.finditer(text) if m.start() < span[1]]
    reached = [(start, end) for start, end in reached if end > span[0]]
    return (reached[0][0], reached[-1][1]) if reached else span


def _make_sheet(card: Scorecard, calls: _Calls, report: Report) -> Sheet:
    period = f"{card.first} to {card.last}, " if card.first else ""
    run = report.run
    quoted = WORDS_OF_TWO if len(card.coaching) > 1 else WORDS_OF_ONE
    return Sheet(
        agent=shortened(card.agent, NAMED),
        facts=f"{period}{plural(card.calls, 'call')} audited",
        strength=_strength_words(card.done_well) if card.done_well else "",
        example=calls.example,
        exercises=tuple(
            _make_exercise(priority, calls, quoted, report) for priority in card.coaching
        ),
        not_judged=tuple(
            f"{plural(count, 'call')} {what}: {_listed(names, count)}."
            for count, what, names in (
                (card.left_open, "left open", calls.left_open),
                (card.skipped, "skipped", calls.skipped),
            )
            if count
        ),
        run=f"transcript-audit {run.version}, profile {run.profile}, "
        f"rule book {run.rule_book[:12]}",
        revealed=report.revealed,
    )


def _strength_words(practice: Practice) -> str:
    noun = "concern" if practice.name == "concerns-acknowledged" else "call"
    title = practice.title[:1].upper() + practice.title[1:]
    return f"{title}, in {practice.done} of {plural(practice.called_for, noun)}"


def _make_exercise(
    priority: CoachingPriority, calls: _Calls, quoted: int, report: Report
) -> Exercise:
    at_least, lesson = report.cards.eligible_at_least, report.lessons.get(priority.rule)
    flagged, eligible = priority.flagged, priority.eligible
    share = f"Flagged in {flagged} of {plural(eligible, 'call')} that could be judged"
    few = f"Fewer than {plural(at_least, 'call')}: this says nothing about how often it happens."
    return Exercise(
        title=priority.title,
        share=f"{share} ({range_words(make_share(flagged, eligible))}, 95 % range).",
        caveat=few if eligible < at_least else "",
        heard=tuple(
            calls.heard[priority.rule, quote]
            for quote in priority.quotes[:quoted]
            if (priority.rule, quote) in calls.heard
        ),
        why=priority.reason,
        tip=priority.tip,
        say_instead=priority.say_instead,
        reviewed=f"What reviewers made of such flags: {lesson_words(lesson)}." if lesson else "",
    )


def _listed(names: Sequence[str], count: int) -> str:
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return ", ".join(shortened(name, NAMED) for name in names) + more


def html_sheet(sheet: Sheet) -> str:
    """The sheet as an HTML page of its own, which prints on one sheet of paper."""
    style = read_resource("coaching.css")
    page = make_environment().get_template("coaching.html.j2")
    return page.render(
        sheet=sheet,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=hash_source(style),
        **_WORDS,
    )


def markdown_sheet(sheet: Sheet) -> str:
    """The sheet as Markdown."""
    shown = markdown_words
    lines = [f"# Coaching sheet: {shown(sheet.agent)}", "", shown(sheet.facts), ""]
    lines += [f"**{UNREDACTED}**", ""] if sheet.revealed else []
    lines += [f"> {BEFORE}", "", "## Done well", ""]
    lines += [f"{shown(sheet.strength)}." if sheet.strength else TOO_LITTLE, ""]
    lines += [*_markdown_quote(sheet.example), ""] if sheet.example else []
    lines += ["## To practise", ""]
    lines += [] if sheet.exercises else [NOTHING, ""]
    for number, exercise in enumerate(sheet.exercises, 1):
        lines += [f"### {number}. {shown(exercise.title)}", ""]
        said = (exercise.share, exercise.caveat, exercise.reviewed)
        lines += [" ".join(shown(each) for each in said if each), ""]
        lines += [line for heard in exercise.heard for line in _markdown_quote(heard)]
        lines += [""] if exercise.heard else []
        for label, text in (
            ("Why it matters", exercise.why),
            ("Say instead", f"“{exercise.say_instead}”" if exercise.say_instead else ""),
            ("Tip", exercise.tip),
        ):
            lines += [f"**{label}:** {shown(text)}", ""] if text else []
    lines += ["## Agreed", "", *(f"- [ ] {line}" for line in AGREED), ""]
    lines += ["## About this sheet", "", *(f"- {shown(each)}" for each in sheet.not_judged)]
    lines += [f"- {METHOD}", f"- {UNREDACTED if sheet.revealed else REDACTED}"]
    return "\n".join([*lines, f"- Made with {shown(sheet.run)}."]) + "\n"


def _markdown_quote(heard: Heard) -> list[str]:
    link = markdown_link("Listen", heard.listen)
    place = f"{markdown_words(heard.place)}{f' · {link}' if link else ''}"
    return [f"- “{markdown_words(heard.words)}” ({place})"]
