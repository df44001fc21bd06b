"""The report as one HTML file: it needs no network, and no JavaScript to be read."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from typing import Any, TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from transcript_audit.model import Severity
from transcript_audit.reports.html_charts import (
    READING_WORDS,
    WeekShare,
    attempts_chart,
    funnel_chart,
    range_chart,
    trend_chart,
)
from transcript_audit.reports.html_lists import FlagKey, ListedCall, PageLists, list_calls
from transcript_audit.reports.report import Report
from transcript_audit.reports.shares import Ranged, range_words
from transcript_audit.reports.styles import FAMILY_TITLES
from transcript_audit.reports.text import clock, moment, one_line, plural, shortened
from transcript_audit.scorecards import (
    CallToHear,
    Change,
    FamilyShare,
    NeedKind,
    Practice,
    Reading,
    RuleShare,
    Scorecard,
    Scorecards,
    Share,
    make_funnel,
    order_by_need,
)

AGENTS_LISTED, AGENTS_TOLD, NEEDS_TOLD, NAMED = 1000, 150, 8, 30
"""The most agents in the table, with a section of their own, among those who need help, and
named as having calls with critical flags."""

PRAISED = 3
"""Practices that an agent is praised for."""

AnyShare = FamilyShare | RuleShare | Share


def write_html(report: Report, out: TextIO) -> None:
    """Write the report as one HTML page; `out` takes UTF-8."""
    sections = _sections(report.cards)
    lists = list_calls(
        report.audits,
        report.listen_link,
        names=[card.agent for card in report.cards.agents],
        wanted={_key(call) for card in sections for call in card.calls_to_hear},
    )
    page = _environment(report, lists).get_template("report.html.j2")
    out.writelines(page.generate(_facts(report, sections, lists)))


def make_environment(**filters: Callable[..., Any]) -> Environment:
    """Templates whose every expression is escaped, on one line, and shows what is invisible."""
    environment = Environment(
        loader=PackageLoader("transcript_audit.reports"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        {"clock": clock, "moment": moment, "plural": plural, "shortened": shortened} | filters
    )
    return environment


def _shown(value: object) -> object:
    """What an expression prints: text on one line, nothing in it invisible; charts as they are."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment(report: Report, lists: PageLists) -> Environment:
    titles = {rule.id: rule.title for rule in report.rulebook.rules}
    anchors: dict[FlagKey, str] = {}
    for number, flag in enumerate(lists.flags, start=1):
        anchors.setdefault(flag.key, f"flag-{number}")
    listens = {flag.key: flag.listen for flag in lists.flags}

    def flag_anchor(call: ListedCall | CallToHear, rule: str) -> str:
        return anchors.get((call.call_id, call.path, rule), "")

    return make_environment(
        as_list=_as_list,
        attempts_chart=attempts_chart,
        family=FAMILY_TITLES.__getitem__,
        flag_anchor=flag_anchor,
        good_interval=_good_interval,
        interval=_interval,
        listen_link=lambda call: listens.get(_key(call)),
        moved=_moved,
        not_found=lambda line: line.replace(": not found.", "."),
        percent=_percent,
        reading=READING_WORDS.__getitem__,
        rule_title=lambda rule: titles.get(rule, rule),
        sentence=lambda words: words[:1].upper() + words[1:],
        severity_value=list(Severity).index,
        sort_value=_sort_value,
        spaced=lambda name: name.replace("-", " "),
        spread=range_words,
        trend_charts=_trend_charts,
        well_done=_well_done,
        when=_when,
    )


def _key(call: CallToHear) -> FlagKey:
    return call.call_id, call.path, call.finding.rule


def _facts(report: Report, sections: Sequence[Scorecard], lists: PageLists) -> dict[str, Any]:
    """What the templates are filled with."""
    cards, rulebook = report.cards, report.rulebook
    by_need = order_by_need(cards)
    in_need = [card for card in by_need if _stands_out(card)]
    to_hear = [card for card in by_need if card.critical_calls and card not in in_need]
    order = {rule.id: place for place, rule in enumerate(rulebook.rules)}
    style, script = read_resource("report.css"), read_resource("report.js")
    return {
        "report": report,
        "cards": cards,
        "team": cards.team,
        "named": len(by_need),
        "listed": cards.agents[:AGENTS_LISTED],
        "more_listed": len(cards.agents[AGENTS_LISTED:]),
        "ranked": _ranked(cards),
        "in_need": in_need[:NEEDS_TOLD],
        "more_in_need": len(in_need[NEEDS_TOLD:]),
        "to_hear": to_hear[:NAMED],
        "more_to_hear": len(to_hear[NAMED:]),
        "sections": sections,
        "more_sections": len(cards.agents) - len(sections),
        "anchors": {card.agent: f"agent-{n}" for n, card in enumerate(sections, start=1)},
        "funnels": _funnels(cards),
        "team_rules": {share.rule: share for share in cards.team.rules},
        "auto_fail": " or ".join(rulebook.profile.quality.auto_fail) or "no",
        "lists": lists,
        "flag_agents": _each_once(name for flag in lists.flags for name in flag.agents),
        "call_agents": _each_once(name for call in lists.calls for name in call.agents),
        "flag_rules": sorted(
            {flag.finding.rule for flag in lists.flags},
            key=lambda rule: (order.get(rule, len(order)), rule),
        ),
        "flag_severities": [
            each for each in Severity if any(f.finding.severity is each for f in lists.flags)
        ],
        "style": Markup(style),  # noqa: S704 - our own files
        "script": Markup(script),  # noqa: S704
        "style_hash": hash_source(style),
        "script_hash": hash_source(script),
    }


def _stands_out(card: Scorecard) -> bool:
    """Whether something on the card differs from the rest of the team."""
    return any(need.kind in {NeedKind.ABOVE, NeedKind.SAVES_AND_PUSHES} for need in card.needs)


def _sections(cards: Scorecards) -> list[Scorecard]:
    """The agents with a section of their own, in the cards' order; if too many, by need."""
    if len(cards.agents) <= AGENTS_TOLD:
        return list(cards.agents)
    chosen = {card.agent for card in order_by_need(cards)[:AGENTS_TOLD]}
    return [card for card in cards.agents if card.agent in chosen]


def _ranked(cards: Scorecards) -> list[bool]:
    """For each family, whether there is anybody to put in order."""
    return [
        any(_sort_value(card.families[place]) != "" for card in cards.agents)
        for place in range(len(cards.team.families))
    ]


def _funnels(cards: Scorecards) -> list[tuple[Any, Markup]]:
    drawn = [make_funnel(cards, str(share.family)) for share in cards.team.families]
    return [
        (funnel, funnel_chart(funnel, f"funnel-{number}"))
        for number, funnel in enumerate(drawn, start=1)
        if funnel is not None and len(funnel.points) > 1
    ]


def _trend_charts(card: Scorecard, name: str) -> list[tuple[str, Markup]]:
    """A chart for each family with a flag, by week."""
    charts = []
    for place, share in enumerate(card.families):
        if share.flagged:
            title = FAMILY_TITLES[share.family]
            weeks = [_week_share(week.name, week.families[place]) for week in card.weeks]
            charts.append((title, trend_chart(title, weeks, f"{name}-trend-{place}")))
    return charts


def _week_share(name: str, share: FamilyShare) -> WeekShare:
    return WeekShare(name, share.flagged, share.eligible, share.low, share.high)


def _well_done(card: Scorecard) -> list[Practice]:
    """What the agent did well more often than not, the surest first."""
    held = [p for p in card.practices if p.called_for > 1 and 2 * p.done > p.called_for]
    held.sort(key=lambda practice: -(practice.low or 0))
    return held[:PRAISED]


def _interval(share: AnyShare, team: float | None = None) -> Markup:
    reading = share.comparison.reading if share.comparison else None
    coloured = reading is Reading.TOO_FEW or not isinstance(share, Share)
    style = str(reading) if reading and coloured else ""
    return range_chart(share.value, share.low, share.high, team, style=style)


def _good_interval(share: Ranged, count: int, of: int) -> Markup:
    return range_chart(count / of if of else None, share.low, share.high, style="good")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.0f}%"


def _sort_value(share: AnyShare) -> str:
    """What a share is sorted by, "" for one that nobody should be ranked by."""
    too_few = share.comparison is not None and share.comparison.reading is Reading.TOO_FEW
    return "" if share.value is None or too_few else f"{share.value:.4f}"


def _moved(changes: Iterable[Change]) -> list[Change]:
    return [c for c in changes if c.comparison.reading in {Reading.ABOVE, Reading.BELOW}]


def _when(call: CallToHear) -> str:
    number = f"turn {call.finding.evidence[0].number}" if call.finding.evidence else ""
    return clock(call.start) or number


def _as_list(names: Iterable[str]) -> str:
    return json.dumps([one_line(name) for name in names])


def _each_once(names: Iterable[str]) -> list[str]:
    return sorted(set(names), key=lambda name: (name.casefold(), name))


def read_resource(name: str) -> str:
    """The text of one of our own files beside the templates."""
    return files("transcript_audit.reports").joinpath("templates", name).read_text("utf-8")


def hash_source(text: str) -> str:
    """The source expression by which a content security policy knows an inline text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
