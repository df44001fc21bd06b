"""The report per agent for people, and one agent's scorecard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
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
from transcript_audit.scorecards import UNNAMED, CallToHear, Scorecard, Scorecards

HEARD = 2
"""Calls to listen to first that the report names for each agent."""

QUOTED = 64
"""Characters of a quote that the report shows on a terminal."""


def team_report(
    audits: Sequence[CallAudit | SkippedCall],
    cards: Scorecards,
    run: Run,
    *,
    agents: Iterable[Scorecard] | None = None,
    quoted: int | None = QUOTED,
) -> RenderableType:
    """The report of a run: agents and team, calls to listen to first, done well, skipped calls.

    Args:
        agents: the scorecards to show, by default all.
        quoted: most characters of a quote; None for all of it.
    """
    shown = list(cards.agents if agents is None else agents)
    blocks = [
        _headline(cards.team, run),
        _agents_table(shown, cards.team),
        *_calls_to_hear(shown, quoted),
        *_done_well(shown),
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
    theirs = [each for each in audits if card.agent in each.agent_ids or _unnamed(each, card)]
    done = [each for each in theirs if isinstance(each, CallAudit)]
    return Group(
        literal(card.agent, "bold"),
        literal(_totals(card)),
        literal(_run_line(run), "dim"),
        "",
        _families_table(card, team),
        *_done_well([card]),
        *_calls_to_hear([card], quoted, most=5),
        "",
        _calls_table(done),
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


def _unnamed(audited: CallAudit | SkippedCall, card: Scorecard) -> bool:
    return card.agent == UNNAMED and not audited.agent_ids


def _headline(team: Scorecard, run: Run) -> RenderableType:
    return Group(literal(_totals(team), "bold"), literal(_run_line(run), "dim"), "")


def _totals(card: Scorecard) -> str:
    confirm = ""
    if card.seconds_to_confirm is not None:
        confirm = f" · {clock(card.seconds_to_confirm)} from request to confirmation (median)"
    return (
        f"{plural(card.calls, 'call')} audited, {card.skipped} skipped · "
        f"{card.critical_calls} with a critical finding{confirm}"
    )


def _run_line(run: Run) -> str:
    return (
        f"profile {run.profile}, rule book {run.rule_book[:12]}, transcript-audit {run.version} · "
        "shares are calls flagged of calls that could be judged, with a 95 % Wilson range"
    )


def _table() -> Table:
    return Table(
        box=box.SIMPLE_HEAD, padding=(0, 1), collapse_padding=True, pad_edge=False, show_edge=False
    )


def _agents_table(cards: Sequence[Scorecard], team: Scorecard) -> RenderableType:
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


def _agent_row(card: Scorecard) -> list[RenderableType]:
    critical = Text(str(card.critical_calls), style="bold red" if card.critical_calls else "dim")
    skipped = Text(str(card.skipped), style="" if card.skipped else "dim")
    shares = [ShareCell(share, FAMILY_STYLES[share.family]) for share in card.families]
    return [literal(card.agent), str(card.calls), skipped, critical, *shares]


def _families_table(card: Scorecard, team: Scorecard) -> RenderableType:
    table = _table()
    for title in ("Family", "Flagged", "Range", "0 % to 100 %", "Team"):
        table.add_column(title, no_wrap=True)
    for share, teams in zip(card.families, team.families, strict=True):
        table.add_row(
            FAMILY_TITLES[share.family],
            f"{share.flagged} of {share.eligible}",
            range_words(share),
            range_bar(share, WIDE, FAMILY_STYLES[share.family]),
            Text(f"{teams.flagged} of {teams.eligible}", style="dim"),
        )
    return table


def _calls_to_hear(
    cards: Sequence[Scorecard], quoted: int | None, most: int = HEARD
) -> list[RenderableType]:
    if not any(card.calls_to_hear for card in cards):
        return ["", Text("No findings.", style="green")]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", max_width=16)
    table.add_column(overflow="fold", max_width=28)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for card in cards:
        for place, call in enumerate(card.calls_to_hear[:most]):
            name = literal(card.agent if place == 0 and len(cards) > 1 else "", "bold")
            table.add_row(name, *_hear_row(call, quoted))
    return ["", Text("Listen to these first", style="bold"), table]


def _hear_row(call: CallToHear, quoted: int | None) -> list[RenderableType]:
    finding = call.finding
    quote = one_line(call.quote) if quoted is None else shortened(call.quote, quoted)
    words = Text(finding.rule, SEVERITY_STYLES[finding.severity])
    if call.findings > 1:
        words.append(f" +{call.findings - 1} more", style="dim")
    words.append(f"  “{quote}”" if quote else f"  {one_line(finding.message)}", style="default")
    number = f"#{finding.evidence[0].number}" if finding.evidence else ""
    return [literal(call.call_id), clock(call.start) or number, words]


def _done_well(cards: Sequence[Scorecard]) -> list[RenderableType]:
    lines = []
    for card in cards:
        if card.done_well:
            well = card.done_well
            told = f"{well.title} in {well.done} of {plural(well.called_for, 'call')}"
            name = Text.assemble(literal(card.agent, "bold"), ": ") if len(cards) > 1 else Text()
            lines.append(Text.assemble("  ", name, literal(told)))
    return ["", Text("Done well", style="bold green"), *lines] if lines else []


def _calls_table(audits: Sequence[CallAudit]) -> RenderableType:
    table = _table()
    for title in ("Call", "Began", "Outcome", "Findings", "File"):
        table.add_column(title, overflow="fold")
    for audit in audits:
        began = audit.transcript.started_at
        table.add_row(
            literal(audit.call_id),
            began.strftime("%Y-%m-%d") if began else "",
            str(audit.outcome),
            _finding_names(audit),
            literal(audit.transcript.path, "dim"),
        )
    return table


def _finding_names(audit: CallAudit) -> Text:
    if not audit.findings:
        return Text("none", style="green")
    gravest_first = sorted(audit.findings, key=lambda each: list(Severity).index(each.severity))
    return Text("\n").join(
        Text(each.rule, style=SEVERITY_STYLES[each.severity]) for each in gravest_first
    )
