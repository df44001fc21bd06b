"""The report as Markdown for a wiki or a pull request: the team, the agents, flags, calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from transcript_audit.attribution import THESE_CALLS
from transcript_audit.marks import SEVERITIES
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.reports.flags import Flag, describe_flag, names_of, quote_place
from transcript_audit.reports.markdown_agents import agent_section, needs_lines, share_words
from transcript_audit.reports.markdown_text import markdown_link, markdown_table, markdown_words
from transcript_audit.reports.method import (
    REASON_TO_LISTEN,
    UNREDACTED,
    method_lines,
    run_facts,
)
from transcript_audit.reports.report import Report
from transcript_audit.reports.shares import counted
from transcript_audit.reports.styles import FAMILY_TITLES
from transcript_audit.reports.text import clock, moment, plural, shortened
from transcript_audit.scorecards import (
    Change,
    NeedKind,
    Quote,
    Reading,
    Scorecard,
    Scorecards,
    order_by_need,
)
from transcript_audit.tallies import Best

FLAGS_LISTED, OTHERS_LISTED, AGENTS_LISTED, AGENTS_TOLD, HELPED = 50, 50, 200, 40, 10
"""The most flags, calls left open or skipped (each), agents in the table, with a section of their
own, and among those who need help."""

QUOTES_SHOWN, LONGEST_QUOTE = 4, 300
"""Words of a flag that are quoted, and the most characters of each."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What a page lists of a stream of audits, and how many there are of each."""

    flags: tuple[Flag, ...]
    all_flags: int
    left_open: tuple[CallAudit, ...]
    skipped: tuple[SkippedCall, ...]


def write_markdown(report: Report, out: TextIO) -> None:
    """Write the report as Markdown (CommonMark with tables); `out` takes UTF-8."""
    lists = _list_calls(report)
    for part in _parts(report, lists):
        out.write(part)


def _parts(report: Report, lists: Lists) -> Iterator[str]:
    cards = report.cards
    yield "# Call audit\n\n"
    if report.revealed:
        yield f"**{UNREDACTED}**\n\n"
    yield from _headline(cards.team)
    yield f"{REASON_TO_LISTEN}\n"
    yield "\n## Needs attention\n\n"
    yield from needs_lines(cards.team.needs)
    yield from _help(cards)
    yield from _league(cards)
    yield from _changes(cards.team)
    yield from _concerns(cards.team)
    yield from _flags(report, lists)
    yield from _agents(report)
    yield from _not_judged(lists, cards.team)
    yield from _rules(report)
    yield from _method(report)


def _list_calls(report: Report) -> Lists:
    names = names_of(report.cards)
    best: Best[Flag] = Best(FLAGS_LISTED)
    left_open: list[CallAudit] = []
    skipped: list[SkippedCall] = []
    found = 0
    for place, audited in enumerate(report.audits):
        if isinstance(audited, SkippedCall):
            if len(skipped) < OTHERS_LISTED:
                skipped.append(audited)
            continue
        if audited.left_open and len(left_open) < OTHERS_LISTED:
            left_open.append(audited)
        for number, finding in enumerate(audited.findings):
            found += 1
            key = (SEVERITIES.index(finding.severity), -finding.strength, place, number)
            if best.takes(key):
                best.add(key, describe_flag(audited, finding, names, report.listen_link))
    return Lists(best.items(), found, tuple(left_open), tuple(skipped))


def _headline(team: Scorecard) -> Iterator[str]:
    period = f" · {team.first} to {team.last}" if team.first else ""
    whose = " of whichever agent" if team.agent == THESE_CALLS else ""
    left_open = f", {team.left_open} left open" if team.left_open else ""
    yield (
        f"**{plural(team.calls, 'call')} audited{left_open}, {team.skipped} skipped · "
        f"{team.critical_calls} with a critical flag{whose}**{period}\n\n"
    )
    passed, kept, quality = team.compliance, team.saves, team.quality
    facts = [f"No critical flag in {counted(passed.count, passed.of, passed)}"]
    if quality and not quality.too_few:
        facts.append(f"quality {quality.mean:.0f} of 100 on average")
    if kept.of:
        facts.append(f"{kept.count} of {kept.of} who asked to cancel retained")
    if team.seconds:
        facts.append(f"{clock(team.seconds.median)} from request to confirmation (median)")
    yield f"{' · '.join(facts)}\n\n"


def _help(cards: Scorecards) -> Iterator[str]:
    yield "\n## Who needs help first\n\n"
    helped = [
        card
        for card in order_by_need(cards)
        if any(need.kind in {NeedKind.ABOVE, NeedKind.SAVES_AND_PUSHES} for need in card.needs)
    ]
    for card in helped[:HELPED]:
        need = next(n for n in card.needs if n.kind in {NeedKind.ABOVE, NeedKind.SAVES_AND_PUSHES})
        told = f"{markdown_words(need.title)}, {markdown_words(need.reason)}"
        yield f"- **{markdown_words(card.agent)}**: {told}\n"
    yield from _more(len(helped) - HELPED, "agent", ", ▲ in the table")
    if not helped:
        yield "Nobody differs from the rest of the team by more than chance explains.\n"


def _league(cards: Scorecards) -> Iterator[str]:
    yield "\n## Calls flagged, by agent\n\n"
    yield "Calls flagged of calls that could be judged, with a 95 % range. This is no ranking.\n\n"
    head = ["Agent", "Calls", "Critical", *FAMILY_TITLES.values(), "Retained"]
    rows = [_league_row(card) for card in (*cards.agents[:AGENTS_LISTED], cards.team)]
    yield markdown_table(head, rows, numbers=(1, 2))
    yield from _more(len(cards.agents) - AGENTS_LISTED, "agent", " not listed here")
    least = plural(cards.eligible_at_least, "call")
    yield (
        "\n▲ above the rest of the team, ▼ below (Fisher's exact test, 5 % after "
        "Benjamini-Hochberg); no sign: cannot tell; too few: fewer than "
        f"{least} that could be judged.\n"
    )


def _league_row(card: Scorecard) -> list[str]:
    kept = card.saves
    return [
        markdown_words(card.agent),
        str(card.calls),
        str(card.critical_calls),
        *(share_words(share.flagged, share.eligible, share) for share in card.families),
        share_words(kept.count, kept.of, kept),
    ]


def _changes(team: Scorecard) -> Iterator[str]:
    yield "\n## Which rules rise or fall\n\n"
    moved = [c for c in team.changes if c.comparison.reading in {Reading.ABOVE, Reading.BELOW}]
    for change in moved:
        yield f"- {_change_words(change)}\n"
    if not team.changes:
        yield "It takes dated calls of more than four full weeks to tell.\n"
    elif not moved:
        yield "None by more than chance explains, in the last four full weeks.\n"


def _change_words(change: Change) -> str:
    before = change.comparison
    return (
        f"**{markdown_words(change.title)}** "
        f"{'rises ▲' if before.reading is Reading.ABOVE else 'falls ▼'}: {change.flagged} of "
        f"{change.eligible} calls since {change.since}, {before.others_flagged} of "
        f"{before.others_eligible} in the four weeks before"
    )


def _concerns(team: Scorecard) -> Iterator[str]:
    yield "\n## What customers complain about, and how often they were answered\n\n"
    voiced = [topic for topic in team.concerns if topic.voiced]
    rows = [
        [
            markdown_words(topic.topic),
            str(topic.voiced),
            f"{counted(topic.answered, topic.settled, topic)}",
        ]
        for topic in voiced
    ]
    if rows:
        yield markdown_table(["Concern", "Voiced", "Answered, of those that tell"], rows, (1,))
    else:
        yield "No complaint or hardship was voiced.\n"


def _flags(report: Report, lists: Lists) -> Iterator[str]:
    yield "\n## Flags\n\n"
    if not lists.flags:
        yield "No flags.\n"
        return
    left_out = lists.all_flags - len(lists.flags)
    if left_out:
        yield (
            f"The {len(lists.flags)} gravest of {lists.all_flags}; the others are in the other "
            "forms of the report.\n\n"
        )
    titles = {rule.id: rule.title for rule in report.rulebook.rules}
    for flag in lists.flags:
        yield from _flag(flag, titles.get(flag.finding.rule, flag.finding.rule))


def _flag(flag: Flag, title: str) -> Iterator[str]:
    finding = flag.finding
    agents = ", ".join(markdown_words(name) for name in flag.agents)
    where = f"call {markdown_words(flag.call_id)}"
    facts = [agents, where, moment(flag.began), flag.when, markdown_link("listen", flag.listen)]
    yield f"- **{markdown_words(title)}** ({finding.severity}) · "
    yield f"{' · '.join(filter(None, facts))}\n\n"
    yield "  >\n".join(f"  > {line}\n" for line in _quoted(flag.quotes))
    why = " ".join(finding.steps) or finding.message
    yield f"\n  Why: {markdown_words(why)}"
    if finding.cleared_by:
        yield f" What would have cleared it: {markdown_words(finding.cleared_by)}"
    yield "\n\n"


def _quoted(quotes: Sequence[Quote]) -> Iterator[str]:
    for quote in quotes[:QUOTES_SHOWN]:
        place = f"{quote_place(quote)}: " if len(quotes) > 1 else ""
        yield f"{place}“{markdown_words(shortened(quote.words, LONGEST_QUOTE))}”"
    if len(quotes) > QUOTES_SHOWN:
        yield f"and in {plural(len(quotes) - QUOTES_SHOWN, 'more place')}"


def _agents(report: Report) -> Iterator[str]:
    cards = report.cards
    yield "\n## Agents\n\n"
    chosen = cards.agents
    if len(chosen) > AGENTS_TOLD:
        needing = {card.agent for card in order_by_need(cards)[:AGENTS_TOLD]}
        chosen = tuple(card for card in chosen if card.agent in needing)
        yield (
            f"{plural(len(chosen), 'agent')} of {len(cards.agents)}, those who need help first.\n\n"
        )
    titles = {rule.id: rule.title for rule in report.rulebook.rules}
    for card in chosen:
        yield from agent_section(card, cards, titles)


def _not_judged(lists: Lists, team: Scorecard) -> Iterator[str]:
    yield f"\n## Left open: {plural(team.left_open, 'call')}\n\n"
    for audit in lists.left_open:
        yield f"- {markdown_words(audit.call_id)}: {markdown_words(audit.results[0].reason)}\n"
    yield from _more(team.left_open - len(lists.left_open), "call")
    yield f"\n## Skipped: {plural(team.skipped, 'call')}\n\n"
    for call in lists.skipped:
        name = markdown_words(call.call_id or call.path)
        yield f"- {name}: {markdown_words(call.reason)} ({markdown_words(call.path)})\n"
    yield from _more(team.skipped - len(lists.skipped), "call")


def _rules(report: Report) -> Iterator[str]:
    yield "\n## Rules\n\n"
    shares = {share.rule: share for share in report.cards.team.rules}
    rows = []
    for rule in report.rulebook.rules:
        share = shares.get(rule.id)
        told = counted(share.flagged, share.eligible, share) if share else "none"
        unsure = str(share.cannot_tell) if share else "0"
        rows.append([markdown_words(rule.title), str(rule.severity), told, unsure])
    yield markdown_table(
        ["Rule", "Severity", "Flagged, of those judged", "Cannot tell"], rows, (3,)
    )


def _method(report: Report) -> Iterator[str]:
    yield "\n## Method and limits\n\n"
    for name, words in method_lines(report):
        yield f"- **{name}**: {markdown_words(words)}\n"
    yield "\n## The run\n\n"
    facts = [[name, markdown_words(value)] for name, value in run_facts(report)]
    yield markdown_table(["", ""], facts)


def _more(left_out: int, noun: str, where: str = "") -> Iterator[str]:
    if left_out > 0:
        yield f"\nand {plural(left_out, f'more {noun}')}{where}\n"
