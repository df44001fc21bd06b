"""Scorecards for a terminal: one agent, or the team, with what to act on first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from transcript_audit.model import CallAudit, Severity, SkippedCall
from transcript_audit.reports.fitted import ROOMY, SLIM, Fitted, open_table
from transcript_audit.reports.notices import (
    calls_to_hear,
    capped,
    coaching_block,
    done_well,
    heading,
    help_list,
    left_open_list,
    needs_list,
    practices_list,
    skipped_list,
)
from transcript_audit.reports.rates import (
    concerns_table,
    league_table,
    quality_words,
    rates_table,
    saves_table,
)
from transcript_audit.reports.run import Run
from transcript_audit.reports.shares import counted
from transcript_audit.reports.styles import SEVERITY_STYLES
from transcript_audit.reports.text import clock, literal, plural
from transcript_audit.reports.weeks import LATEST, changes_list, course_lines, weeks_table
from transcript_audit.scorecards import THESE_CALLS, Scorecard, Scorecards, calls_of

QUOTED = 64
"""Characters of a quote that the report shows on a terminal."""

HEARD = 8
"""Calls to listen to first that the team's report names."""

LISTED, LISTED_ALL = 10, 1000
"""Most lines of a list on a terminal, and elsewhere."""


def team_report(
    audits: Iterable[CallAudit | SkippedCall],
    cards: Scorecards,
    run: Run,
    *,
    quoted: int | None = QUOTED,
) -> RenderableType:
    """The report of a run: what stands out, all agents and the team, calls to listen to first.

    Args:
        audits: of the run; they are gone through more than once, and not kept.
        quoted: most characters of a quote on a terminal; None for output that is none, where
            nothing is cut or wrapped.
    """
    listed = LISTED if quoted is not None else LISTED_ALL
    return Group(
        *_headline(cards.team, run),
        *needs_list(cards.team.needs),
        *help_list(cards),
        league_table(cards, 3 * listed),
        *(weeks_table(cards.team) if len(cards.team.weeks) > LATEST else []),
        *changes_list(cards.team, listed),
        *concerns_table(cards.team),
        *saves_table(cards, listed),
        calls_to_hear(cards.agents, quoted, HEARD),
        *done_well(cards.agents, listed),
        *left_open_list(audits, listed),
        *skipped_list(audits, listed),
    )


def agent_report(
    audits: Iterable[CallAudit | SkippedCall],
    card: Scorecard,
    team: Scorecard,
    run: Run,
    *,
    quoted: int | None = QUOTED,
) -> RenderableType:
    """One agent's scorecard beside the rest of the team, with the calls of the agent."""
    listed = LISTED if quoted is not None else LISTED_ALL
    theirs = calls_of(card.agent, audits)
    return Group(
        literal(card.agent, "bold"),
        *_headline(card, run),
        *needs_list(card.needs),
        rates_table(card),
        calls_to_hear([card], quoted, most=5),
        *practices_list(card),
        *concerns_table(card),
        *(line for priority in card.coaching[:1] for line in coaching_block(priority, quoted)),
        *course_lines(card),
        *weeks_table(card),
        *changes_list(card, listed),
        *_calls_table([each for each in theirs if isinstance(each, CallAudit)], listed),
        *left_open_list(theirs, listed),
        *skipped_list(theirs, listed),
    )


def _headline(card: Scorecard, run: Run) -> list[RenderableType]:
    period = f" · {card.first} to {card.last}" if card.first else ""
    held = [f"{counted(card.compliance.count, card.compliance.of, card.compliance)}"]
    points = quality_words(card.quality)
    held += [f"quality {points} of 100 on average"] if points else []
    return [
        literal(f"{_totals(card)}{period}", "bold"),
        literal(f"No critical flag in {', '.join(held)}{_saved(card)}"),
        literal(_run_line(run), "dim"),
    ]


def _totals(card: Scorecard) -> str:
    confirm = ""
    if card.seconds_to_confirm is not None:
        confirm = f" · {clock(card.seconds_to_confirm)} from request to confirmation (median)"
    whose = " of whichever agent" if card.agent == THESE_CALLS else ""
    return (
        f"{plural(card.calls, 'call')} audited, {card.skipped} skipped · "
        f"{card.critical_calls} with a critical finding{whose}{confirm}"
    )


def _saved(card: Scorecard) -> str:
    if not card.saves.of:
        return ""
    return f" · {card.saves.count} of {card.saves.of} who asked to cancel retained"


def _run_line(run: Run) -> str:
    pipeline = f", pipeline {run.pipeline}" if run.pipeline is not None else ""
    version = f"transcript-audit {run.version}{pipeline}"
    return (
        f"profile {run.profile}, rule book {run.rule_book[:12]}, {version} · "
        "shares are calls flagged of calls that could be judged, with a 95 % Wilson range; a flag "
        "is the machine's until a person upholds it"
    )


def _calls_table(audits: Sequence[CallAudit], listed: int) -> list[RenderableType]:
    """The calls, those with findings first; the rest is counted where there are too many."""
    ordered = sorted(audits, key=lambda audit: not audit.findings)
    if not ordered:
        return []
    table = Fitted(lambda width: _calls(ordered[:listed], width))
    return [*heading("Calls"), table, *capped([""] * len(ordered), listed)[listed:]]


def _calls(audits: Sequence[CallAudit], width: int) -> RenderableType:
    table = open_table()
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
            "left open" if audit.left_open else str(audit.outcome),
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
