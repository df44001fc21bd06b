"""The report per agent for people, and one agent's scorecard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from transcript_audit.model import CallAudit, Severity, SkippedCall
from transcript_audit.reports.run import Run
from transcript_audit.reports.shares import WIDE, ShareCell, range_bar, range_words
from transcript_audit.reports.styles import (
    FAMILY_HEADINGS,
    FAMILY_STYLES,
    FAMILY_TITLES,
    SEVERITY_STYLES,
)
from transcript_audit.reports.text import clock, literal, one_line, plural, shortened
from transcript_audit.scorecards import (
    THESE_CALLS,
    CallToHear,
    Scorecard,
    Scorecards,
    calls_of,
)

HEARD = 2
"""Calls to listen to first that the report names for each agent."""

QUOTED = 64
"""Characters of a quote that the report shows on a terminal."""

SLIM, ROOMY = 80, 110
"""Columns from which the tables stand side by side, and from which there is room for paths."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A part of a report that is laid out for the columns there are."""

    lay_out: Callable[[int], RenderableType]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The part for the width of the console."""
        yield self.lay_out(options.max_width)


def team_report(
    audits: Sequence[CallAudit | SkippedCall],
    cards: Scorecards,
    run: Run,
    *,
    quoted: int | None = QUOTED,
) -> RenderableType:
    """The report of a run: agents and team, calls to listen to first, done well, skipped calls.

    Args:
        quoted: most characters of a quote on a terminal; None for output that is none, where
            nothing is cut or wrapped.
    """
    blocks = [
        _headline(cards.team, run),
        Fitted(lambda width: _agents_table(cards.agents, cards.team, width)),
        *_calls_to_hear(cards.agents, quoted),
        *_done_well(cards.agents),
        *_left_open_list(audits),
        *skipped_list(audits),
    ]
    return Group(*blocks)


def agent_report(
    audits: Sequence[CallAudit | SkippedCall],
    card: Scorecard,
    team: Scorecard,
    run: Run,
    *,
    quoted: int | None = QUOTED,
) -> RenderableType:
    """One agent's scorecard beside the team's, with every call of the agent."""
    theirs = calls_of(card.agent, audits)
    done = [each for each in theirs if isinstance(each, CallAudit)]
    return Group(
        literal(card.agent, "bold"),
        literal(_totals(card)),
        literal(_run_line(run), "dim"),
        "",
        Fitted(lambda width: _families_table(card, team, width)),
        *_done_well([card]),
        *_calls_to_hear([card], quoted, most=5),
        "",
        Fitted(lambda width: _calls_table(done, width)),
        *_left_open_list(theirs),
        *skipped_list(theirs),
    )


def skipped_list(audits: Iterable[CallAudit | SkippedCall]) -> list[RenderableType]:
    """The skipped calls, each with its reason; nothing where there are none."""
    skipped = [each for each in audits if isinstance(each, SkippedCall)]
    if not skipped:
        return []
    lines = [
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
    return ["", Text(f"Skipped: {plural(len(skipped), 'call')}", style="bold"), *lines]


def _left_open_list(audits: Iterable[CallAudit | SkippedCall]) -> list[RenderableType]:
    """The calls in which no rule could be judged, each with the reason; nothing for none."""
    left_open = [each for each in audits if isinstance(each, CallAudit) and each.left_open]
    if not left_open:
        return []
    lines = [
        Text.assemble("  ", literal(each.call_id, "bold"), "  ", literal(each.results[0].reason))
        for each in left_open
    ]
    return ["", Text(f"Left open: {plural(len(left_open), 'call')}", style="bold"), *lines]


def _headline(team: Scorecard, run: Run) -> RenderableType:
    return Group(literal(_totals(team), "bold"), literal(_run_line(run), "dim"), "")


def _totals(card: Scorecard) -> str:
    confirm = ""
    if card.seconds_to_confirm is not None:
        confirm = f" · {clock(card.seconds_to_confirm)} from request to confirmation (median)"
    whose = " of whichever agent" if card.agent == THESE_CALLS else ""
    return (
        f"{plural(card.calls, 'call')} audited, {card.skipped} skipped · "
        f"{card.critical_calls} with a critical finding{whose}{confirm}"
    )


def _run_line(run: Run) -> str:
    pipeline = f", pipeline {run.pipeline}" if run.pipeline is not None else ""
    version = f"transcript-audit {run.version}{pipeline}"
    return (
        f"profile {run.profile}, rule book {run.rule_book[:12]}, {version} · "
        "shares are calls flagged of calls that could be judged, with a 95 % Wilson range"
    )


def _table() -> Table:
    return Table(
        box=box.SIMPLE_HEAD, padding=(0, 1), collapse_padding=True, pad_edge=False, show_edge=False
    )


def _agents_table(cards: Sequence[Scorecard], team: Scorecard, width: int) -> RenderableType:
    if width < SLIM:
        return Group(*(line for card in (*cards, team) for line in _agent_lines(card)))
    table = _table()
    table.add_column("\nAgent", overflow="fold", min_width=8)
    for title in ("\nCalls", "\nSkip", "\nCrit."):
        table.add_column(title, justify="right", no_wrap=True)
    for heading in FAMILY_HEADINGS.values():
        table.add_column(heading)
    for card in cards:
        table.add_row(*_agent_row(card))
    table.add_section()
    table.add_row(*_agent_row(team), style="bold")
    return table


def _agent_lines(card: Scorecard) -> list[RenderableType]:
    """An agent's row of the table in lines below each other."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(no_wrap=True)
    for share in card.families:
        table.add_row(
            f"  {FAMILY_TITLES[share.family]}",
            f"{share.flagged}/{share.eligible} {range_words(share)}" if share.eligible else "none",
            range_bar(share, 16, FAMILY_STYLES[share.family]),
        )
    counts = f"{plural(card.calls, 'call')}, {card.skipped} skipped, {card.critical_calls} critical"
    return [Text.assemble(literal(card.agent, "bold"), f"  {counts}"), table]


def _agent_row(card: Scorecard) -> list[RenderableType]:
    critical = Text(str(card.critical_calls), style="bold red" if card.critical_calls else "dim")
    skipped = Text(str(card.skipped), style="" if card.skipped else "dim")
    shares = [ShareCell(share, FAMILY_STYLES[share.family]) for share in card.families]
    return [literal(card.agent), str(card.calls), skipped, critical, *shares]


def _families_table(card: Scorecard, team: Scorecard, width: int) -> RenderableType:
    table = _table()
    drawn = ["0 % to 100 %"] if width >= SLIM else []
    for title in ("Family", "Flagged", "Range", *drawn, "Team"):
        table.add_column(title, no_wrap=True)
    for share, teams in zip(card.families, team.families, strict=True):
        table.add_row(
            FAMILY_TITLES[share.family],
            f"{share.flagged} of {share.eligible}",
            range_words(share),
            *(range_bar(share, WIDE, FAMILY_STYLES[share.family]) for _ in drawn),
            Text(f"{teams.flagged} of {teams.eligible}", style="dim"),
        )
    return table


def _calls_to_hear(
    cards: Sequence[Scorecard], quoted: int | None, most: int = HEARD
) -> list[RenderableType]:
    if not any(card.calls_to_hear for card in cards):
        return ["", Text("No findings.", style="green")]
    rows = []
    for card in cards:
        name = card.agent if len(cards) > 1 else ""
        for call in card.calls_to_hear[:most]:
            rows.append(_hear_row(name, call, quoted))
            name = ""
    heard = Fitted(lambda width: _hear_table(rows, width, wrapped=quoted is not None))
    return ["", Text("Listen to these first", style="bold"), heard]


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


def _done_well(cards: Sequence[Scorecard]) -> list[RenderableType]:
    lines = []
    for card in cards:
        if card.done_well:
            well = card.done_well
            told = f"{well.title} in {well.done} of {plural(well.called_for, 'call')}"
            name = Text.assemble(literal(card.agent, "bold"), ": ") if len(cards) > 1 else Text()
            lines.append(Text.assemble("  ", name, literal(told)))
    return ["", Text("Done well", style="bold green"), *lines] if lines else []


def _calls_table(audits: Sequence[CallAudit], width: int) -> RenderableType:
    table = _table()
    table.add_column("Call", overflow="fold")
    if width >= SLIM:
        table.add_column("Began", no_wrap=True)
    for title in ("Outcome", "Findings"):
        table.add_column(title, no_wrap=True)
    if width >= ROOMY:
        table.add_column("File", overflow="fold")
    for audit in audits:
        began = audit.transcript.started_at
        cells: list[RenderableType] = [
            literal(audit.call_id),
            *([began.strftime("%Y-%m-%d") if began else ""] if width >= SLIM else []),
            str(audit.outcome),
            _finding_names(audit),
            *([literal(audit.transcript.path, "dim")] if width >= ROOMY else []),
        ]
        table.add_row(*cells)
    return table


def _finding_names(audit: CallAudit) -> Text:
    if not audit.findings:
        return Text("none", style="green")
    gravest_first = sorted(audit.findings, key=lambda each: list(Severity).index(each.severity))
    return Text("\n").join(
        Text(each.rule, style=SEVERITY_STYLES[each.severity]) for each in gravest_first
    )
