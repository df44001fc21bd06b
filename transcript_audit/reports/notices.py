"""What a person should act on: needs, calls to listen to, coaching, praise, calls not judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from transcript_audit.model import CallAudit, Severity, SkippedCall
from transcript_audit.reports.fitted import SLIM, Fitted
from transcript_audit.reports.lesson_words import LESSONS_TITLE
from transcript_audit.reports.shares import has_too_few, range_words
from transcript_audit.reports.styles import SEVERITY_STYLES
from transcript_audit.reports.text import clock, literal, one_line, plural, shortened
from transcript_audit.scorecards import (
    CallToHear,
    CoachingPriority,
    Need,
    Practice,
    Scorecard,
    Scorecards,
    order_by_need,
)

HELPED = 5
"""Agents who need help that the team's report names."""


def heading(words: str, style: str = "bold") -> list[RenderableType]:
    """A heading with an empty line before it."""
    return ["", Text(words, style=style)]


def needs_list(needs: Sequence[Need]) -> list[RenderableType]:
    """What stands out, numbered, each with the reason."""
    if not needs:
        return [*heading("Needs attention"), Text("  Nothing stands out.")]
    lines = [_need_line(f"{number}. ", need) for number, need in enumerate(needs, 1)]
    return [*heading("Needs attention"), *lines]


def _need_line(lead: str, need: Need) -> RenderableType:
    style = SEVERITY_STYLES[need.severity] if need.severity else ""
    words = Text.assemble(literal(need.title, f"bold {style}"), ": ", literal(need.reason))
    return hanging(lead, words)


def hanging(lead: str | Text, words: Text) -> RenderableType:
    """Words beside a lead, so that what wraps stands under the words."""
    grid = Table.grid(padding=0)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text.assemble("  ", lead), words)
    return grid


def lessons_list(lessons: Sequence[tuple[str, str]]) -> list[RenderableType]:
    """What reviewers made of each rule's flags; nothing where nobody has reviewed any."""
    if not lessons:
        return []
    words = (Text.assemble(literal(title, "bold"), ": ", literal(said)) for title, said in lessons)
    return [*heading(LESSONS_TITLE), *(hanging("", each) for each in words)]


def help_list(cards: Scorecards) -> list[RenderableType]:
    """The agents who need help first, each with the reason; it ranks nobody."""
    named = order_by_need(cards)
    if len(named) < 2:
        return []
    helped = [card for card in named if any(need.kind == "above" for need in card.needs)]
    helped += [card for card in named if card.saves_and_pushes and card not in helped]
    lines: list[RenderableType] = []
    for card in helped[:HELPED]:
        need = next(n for n in card.needs if n.kind in {"above", "saves-and-pushes"})
        words = Text.assemble(literal(card.agent, "bold"), ": ", literal(need.title))
        words.append(f", {one_line(need.reason)}")
        lines.append(hanging("", words))
    if len(helped) > HELPED:
        lines.append(Text(f"  and {plural(len(helped) - HELPED, 'other agent')}, ▲ below"))
    few = sum(has_too_few(card) for card in named)
    if not helped:
        lines.append(Text("  Nobody stands out from the rest of the team."))
    if few:
        told = "has" if few == 1 else "have"
        least = cards.eligible_at_least
        lines.append(
            Text(f"  {plural(few, 'agent')} {told} fewer than {least} calls: too few to judge.")
        )
    return [*heading("Who needs help first"), *lines]


def calls_to_hear(cards: Sequence[Scorecard], quoted: int | None, most: int) -> RenderableType:
    """The gravest calls of these cards, at most `most`; or that there is nothing."""
    rows: list[tuple[tuple[object, ...], str, CallToHear]] = []
    for card in cards:
        for call in card.calls_to_hear:
            finding = call.finding
            rank = list(Severity).index(finding.severity), -finding.strength, -call.findings
            day = -call.started_at.toordinal() if call.started_at else 0
            rows.append(((*rank, day, call.path, call.call_id, card.agent), card.agent, call))
    if not rows:
        return Group("", Text("No findings.", style="green"))
    rows.sort(key=lambda row: row[0])
    cells = [_hear_row(agent if len(cards) > 1 else "", call, quoted) for _, agent, call in rows]
    table = Fitted(lambda width: _hear_table(cells[:most], width, wrapped=quoted is not None))
    return Group(*heading("Listen to these first"), table)


def _hear_table(rows: Sequence[tuple[Text, ...]], width: int, wrapped: bool) -> RenderableType:
    """The rows as a table or, where that is too narrow for rules, in two lines each."""
    if width < SLIM:
        lines: list[RenderableType] = []
        for *place, words in rows:
            lines.append(Text("  ").join(each for each in place if each))
            lines.append(Padding(words, (0, 0, 0, 4)))
        return Group(*lines)
    table = Table.grid(padding=(0, 2, 0, 0))
    for widest in (16, 28):
        table.add_column(
            overflow="fold", max_width=widest if wrapped else None, no_wrap=not wrapped
        )
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", no_wrap=not wrapped)
    for row in rows:
        table.add_row(*row)
    return table


def _hear_row(agent: str, call: CallToHear, quoted: int | None) -> tuple[Text, ...]:
    finding = call.finding
    quote = one_line(call.quote) if quoted is None else shortened(call.quote, quoted)
    words = Text(finding.rule, SEVERITY_STYLES[finding.severity])
    if call.findings > 1:
        words.append(f" +{call.findings - 1} more", style="dim")
    words.append(f"  “{quote}”" if quote else f"  {one_line(finding.message)}", style="default")
    number = f"#{finding.evidence[0].number}" if finding.evidence else ""
    when = Text(clock(call.start) or number)
    return literal(agent, "bold"), literal(call.call_id), when, words


def done_well(cards: Sequence[Scorecard], listed: int) -> list[RenderableType]:
    """One thing that each of these agents does well; nothing where none is told."""
    praised = [(card.agent, card.done_well) for card in cards if card.done_well]
    lines: list[RenderableType] = [
        hanging(Text.assemble(literal(agent, "bold"), ": "), _practice_words(practice))
        for agent, practice in praised
    ]
    return [*heading("Done well", "bold green"), *capped(lines, listed)] if lines else []


def practices_list(card: Scorecard) -> list[RenderableType]:
    """What one agent does more often than not, the surest first; nothing where there is none."""
    held = [each for each in card.practices if each.called_for > 1 and is_held(each)]
    held.sort(key=lambda practice: -(practice.low or 0))
    lines = [hanging("+ ", _practice_words(practice)) for practice in held]
    return [*heading("Done well", "bold green"), *lines] if lines else []


def is_held(practice: Practice) -> bool:
    """Whether something is done well more often than not."""
    return 2 * practice.done > practice.called_for


def _practice_words(practice: Practice) -> Text:
    noun = "concern" if practice.name == "concerns-acknowledged" else "call"
    told = f"{practice.title} in {practice.done} of {plural(practice.called_for, noun)}"
    return Text.assemble(literal(told), (f" ({range_words(practice)})", "dim"))


def coaching_block(priority: CoachingPriority, quoted: int | None) -> list[RenderableType]:
    """The one priority: what happened, why it matters, and what to say instead."""
    title = Text.assemble(
        literal(priority.title, f"bold {SEVERITY_STYLES[priority.severity]}"),
        f": {priority.flagged} of {plural(priority.eligible, 'call')} flagged",
    )
    lines: list[RenderableType] = [Padding(title, (0, 0, 0, 2))]
    for quote in priority.quotes:
        words = one_line(quote.words) if quoted is None else shortened(quote.words, quoted)
        when = clock(quote.start) or f"#{quote.number}"
        where = Text.assemble(f"{when} ", literal(quote.call_id, "dim"), " ")
        lines.append(hanging("", Text.assemble(where, literal(f"“{words}”"))))
    for label, text in (
        ("Why: ", priority.reason),
        ("Tip: ", priority.tip),
        ("Say instead: ", f"“{priority.say_instead}”" if priority.say_instead else ""),
    ):
        if text:
            told = Text.assemble((label, "bold"), literal(text))
            lines.append(Padding(told, (0, 0, 0, 2)))
    return [*heading("Coach first"), *lines]


def skipped_list(
    audits: Iterable[CallAudit | SkippedCall], listed: int = 1000
) -> list[RenderableType]:
    """The skipped calls, each with its reason; nothing where there are none."""
    skipped = [each for each in audits if isinstance(each, SkippedCall)]
    if not skipped:
        return []
    lines: list[RenderableType] = [
        Text.assemble(
            "  ",
            literal(each.call_id or each.path, "bold"),
            "  ",
            literal(each.reason),
            "  ",
            literal(each.path, "dim"),
        )
        for each in skipped
    ]
    return [*heading(f"Skipped: {plural(len(skipped), 'call')}"), *capped(lines, listed)]


def left_open_list(
    audits: Iterable[CallAudit | SkippedCall], listed: int = 1000
) -> list[RenderableType]:
    """The calls in which no rule could be judged, each with the reason; nothing for none."""
    left_open = [each for each in audits if isinstance(each, CallAudit) and each.left_open]
    if not left_open:
        return []
    lines: list[RenderableType] = [
        Text.assemble("  ", literal(each.call_id, "bold"), "  ", literal(each.results[0].reason))
        for each in left_open
    ]
    return [*heading(f"Left open: {plural(len(left_open), 'call')}"), *capped(lines, listed)]


def capped(lines: Sequence[RenderableType], listed: int) -> list[RenderableType]:
    """The first `listed` lines, and how many more there are."""
    if len(lines) <= listed:
        return list(lines)
    return [*lines[:listed], Text(f"  and {len(lines) - listed} more", style="dim")]
