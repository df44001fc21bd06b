"""Shares with their ranges and readings: of all agents, of one, of concerns and of saves."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from transcript_audit.reports.fitted import DRAWN, ROOMY, SLIM, Fitted, open_table
from transcript_audit.reports.notices import capped, heading
from transcript_audit.reports.shares import (
    WIDE,
    ShareCell,
    counted,
    has_reading,
    has_too_few,
    is_too_few,
    range_bar,
    range_words,
    reading_sign,
)
from transcript_audit.reports.styles import (
    FAMILY_HEADINGS,
    FAMILY_STYLES,
    FAMILY_TITLES,
    READING_STYLES,
    READING_WORDS,
)
from transcript_audit.reports.text import literal, plural
from transcript_audit.scorecards import (
    FamilyShare,
    Quality,
    Reading,
    RuleShare,
    Scorecard,
    Scorecards,
    Share,
    TopicShare,
)

TOPICS_SHOWN = 6

SURE = 0.05
"""Adjusted p up to which it is told."""

READINGS = (
    "▲ more than the rest of the team, ▼ less (Fisher's exact test, 5 % after Benjamini-Hochberg); "
    "no sign: cannot tell; few: too few calls to judge"
)


def league_table(cards: Scorecards, listed: int) -> RenderableType:
    """The agents by name and the team: flagged of eligible by family, with ranges and readings.

    Of more than `listed` agents, those with too few calls to be judged are only counted.
    """
    shown = cards.agents
    if len(shown) > listed:
        shown = tuple(card for card in shown if not has_too_few(card))[:listed]
    table = Fitted(lambda width: _league(shown, cards.team, width))
    left_out = len(cards.agents) - len(shown)
    more = [f"and {plural(left_out, 'other agent')}, all in the other forms"] if left_out else []
    return Group("", table, *more, Text(READINGS, style="dim"))


def _league(cards: Sequence[Scorecard], team: Scorecard, width: int) -> RenderableType:
    if width < SLIM:
        return Group(*(line for card in (*cards, team) for line in _agent_lines(card, width)))
    roomy = width >= ROOMY
    table = open_table()
    table.add_column("\nAgent", overflow="fold", min_width=8)
    skips = any(card.skipped for card in (*cards, team))
    counts = ("\nCalls", *(["\nSkip"] if skips else []), "\nCrit.")
    for title in (*counts, *(["Qua-\nlity"] if roomy else [])):
        table.add_column(title, justify="right", no_wrap=True)
    for title in FAMILY_HEADINGS.values():
        table.add_column(title)
    if roomy:
        table.add_column("\nRetained", no_wrap=True)
    for card in cards:
        table.add_row(*_agent_row(card, skips, roomy))
    table.add_section()
    table.add_row(*_agent_row(team, skips, roomy), style="bold")
    return table


def _agent_lines(card: Scorecard, width: int) -> list[RenderableType]:
    """An agent's row of the table in lines below each other; ranges drawn if there is room."""
    table = Table.grid(padding=(0, 2, 0, 0))
    drawn = width >= DRAWN
    for no_wrap in (drawn, True, *([True] if drawn else [])):
        table.add_column(no_wrap=no_wrap)
    for share in card.families:
        words = f"{share.flagged}/{share.eligible} {reading_sign(share)}".strip()
        bar = Text() if is_too_few(share) else range_bar(share, 16, FAMILY_STYLES[share.family])
        table.add_row(
            f"  {FAMILY_TITLES[share.family]}",
            f"{words} {range_words(share)}" if share.eligible else "none",
            *([bar] if drawn else []),
        )
    counts = f"{plural(card.calls, 'call')}, {card.skipped} skipped, {card.critical_calls} critical"
    return [Text.assemble(literal(card.agent, "bold"), f"  {counts}"), table]


def _agent_row(card: Scorecard, skips: bool, roomy: bool) -> list[RenderableType]:
    grave = card.critical_calls and not has_too_few(card)
    critical = Text(str(card.critical_calls), style="bold red" if grave else "")
    skipped = Text(str(card.skipped), style="" if card.skipped else "dim")
    shares = [ShareCell(share, FAMILY_STYLES[share.family]) for share in card.families]
    cells: list[RenderableType] = [literal(card.agent), str(card.calls)]
    cells += [*([skipped] if skips else []), critical]
    if not roomy:
        return [*cells, *shares]
    return [*cells, quality_words(card.quality), *shares, _save_words(card.saves)]


def quality_words(quality: Quality | None) -> str:
    """The score in whole points, "" where there is none or of too few calls."""
    return "" if quality is None or quality.too_few else f"{quality.mean:.0f}"


def _save_words(saves: Share) -> str:
    words = f"{saves.count}/{saves.of}" if saves.of else "none"
    return f"{words}{_sign(saves)}\n{range_words(saves)}"


def _sign(share: Share) -> str:
    signs = {Reading.ABOVE: " ▲", Reading.BELOW: " ▼", Reading.TOO_FEW: " few"}
    return signs.get(share.comparison.reading, "") if share.comparison else ""


def rates_table(card: Scorecard) -> RenderableType:
    """One agent's families, and the rules flagged in each, beside the rest of the team."""
    return Group("", Fitted(lambda width: _rates(card, width)))


def _rates(card: Scorecard, width: int) -> RenderableType:
    table = open_table()
    drawn = width >= ROOMY + 20
    compared = any(share.comparison for share in card.families)
    named = ("Flagged", "of calls judged", *(["0 % to 100 %"] if drawn else []))
    table.add_column(named[0], overflow="fold")
    for title in (*named[1:], *(["Rest of team", "Reading"] if compared else [])):
        table.add_column(title, no_wrap=width >= SLIM)
    for family in card.families:
        table.add_row(*_rate_row(family, FAMILY_TITLES[family.family], family, drawn, compared))
        for rule in card.rules:
            told = width >= SLIM or has_reading(rule)
            if rule.family is family.family and rule.flagged and told:
                table.add_row(*_rate_row(family, rule.title, rule, drawn, compared))
    return table


def _rate_row(
    family: FamilyShare, title: str, share: FamilyShare | RuleShare, drawn: bool, compared: bool
) -> list[RenderableType]:
    style = "" if share is family else "dim"
    name = Padding(literal(title, style), (0, 0, 0, 0 if share is family else 2))
    cells: list[RenderableType] = [name, counted(share.flagged, share.eligible, share)]
    if drawn:
        few = is_too_few(share) or share is not family
        cells.append(Text() if few else range_bar(share, WIDE, FAMILY_STYLES[family.family]))
    if compared and share.comparison:
        beside = share.comparison
        rest = f"{beside.others_flagged} of {beside.others_eligible}"
        reading = Text(READING_WORDS[beside.reading], READING_STYLES[beside.reading])
        if beside.adjusted_p is not None and beside.adjusted_p <= SURE and drawn:
            reading.append(f" (p {p_words(beside.adjusted_p)})", style="dim")
        cells += [Text(rest, style="dim"), reading]
    return cells


def p_words(p: float) -> str:
    """A p value with two digits that count, "<0.001" below that."""
    return "<0.001" if p < 0.001 else f"{p:.2g}"


def concerns_table(card: Scorecard) -> list[RenderableType]:
    """What customers complain of, and how often the agent answered; nothing for no concern."""
    voiced = [topic for topic in card.concerns if topic.voiced][:TOPICS_SHOWN]
    if not voiced:
        return []
    title = heading("Concerns that customers voiced, and how many were answered")
    return [*title, Fitted(lambda width: _topics(voiced, width))]


def _topics(voiced: Sequence[TopicShare], width: int) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    wide = width >= DRAWN
    for topic in voiced:
        table.add_row(
            f"  {topic.topic}",
            *([f"voiced {plural(topic.voiced, 'time')}"] if wide else []),
            f"{'answered ' if wide else ''}{counted(topic.answered, topic.settled, topic)}",
        )
    return table


def saves_table(cards: Scorecards, listed: int) -> list[RenderableType]:
    """Customers retained beside pushing back, those first who do much of both."""
    judged = [card for card in cards.agents if card.saves.of >= cards.eligible_at_least]
    if not judged:
        return []
    named = [card for card in judged if card.saves.comparison]
    rows = sorted(named, key=lambda card: not card.saves_and_pushes)
    note = "Retaining is good only where nobody was pushed: who does much of both should be heard."
    table = open_table()
    for title in ("Agent", "Retained", "Pushed back", ""):
        table.add_column(title, overflow="fold")
    for card in rows[:listed]:
        table.add_row(*_saves_row(card))
    table.add_section()
    table.add_row(*_saves_row(cards.team), style="bold")
    more = capped([""] * len(rows), listed)[listed:]
    return [*heading("Retained beside pushed back"), table, *more, Text(note, style="dim")]


def _saves_row(card: Scorecard) -> list[RenderableType]:
    saves, pushes = card.saves, card.pushback
    return [
        literal(card.agent),
        f"{counted(saves.count, saves.of, saves)}{_sign(saves)}",
        f"{counted(pushes.flagged, pushes.eligible, pushes)} {reading_sign(pushes)}".rstrip(),
        Text("saves much and pushes much", "bold yellow") if card.saves_and_pushes else Text(),
    ]
