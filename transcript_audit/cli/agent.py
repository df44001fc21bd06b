"""The commands `agent` (one agent's scorecard) and `team` (all of them)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from transcript_audit.cli import options, settled
from transcript_audit.cli.forms import Form, Telling
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.keeping import Keep
from transcript_audit.cli.ledgers import read_reviews
from transcript_audit.cli.spread import spread
from transcript_audit.cli.stored import Period, Stored, gather_stored, open_source
from transcript_audit.cli.streams import say, say_skipped
from transcript_audit.cli.work import Work, tell_unknown
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.reports.report import Report
    from transcript_audit.review.verdicts import Reviews


@spread
def agent(
    *,
    ctx: typer.Context,
    name: options.AgentName,
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    telling: Telling,
    period: Period,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Workers = None,
    listen_link: options.ListenLink = None,
    keep: Keep,
    held: Held,
) -> None:
    """Show one agent's scorecard beside the rest of the team, with every call.

    \b
    Examples:
      transcript-audit agent "Priya Shah" calls/
      transcript-audit agent "Priya Shah" calls/ -o priya.html
      transcript-audit agent Tom calls/ --profile strict
      transcript-audit agent Tom                     # the calls audited so far
      transcript-audit agent Tom --since 12w --rule refusal-stall

    All calls are audited, since an agent is compared with the others.
    """
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    with open_source(ctx, keep, period, paths, held) as source, telling.open(paths) as out:
        report = _gather(
            source, work, period, [], listen_link=listen_link, reviews=read_reviews(keep)
        )
        [shown] = work.shown_names([name])
        if not report.knows(shown):
            raise ConfigurationError(tell_unknown([name], report.agents()))
        telling.tell(report.of_agent(shown), out, shown)
    say_skipped(report.skipped(), report.cards.team.skipped)
    raise typer.Exit(3 if report.cards.team.skipped else 0)


@spread
def team(
    *,
    ctx: typer.Context,
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    telling: Telling,
    teams: settled.Teams = [],  # noqa: B006
    period: Period,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Workers = None,
    listen_link: options.ListenLink = None,
    keep: Keep,
    held: Held,
) -> None:
    """Show the team: who needs help, how all compare, which rule rises, what customers voice.

    \b
    Examples:
      transcript-audit team calls/
      transcript-audit team calls/ -o team.html --open
      transcript-audit team                  # the calls audited so far
      transcript-audit team --team North --since 2026-01-01 --until 2026-03-31
      transcript-audit team --rule pushback-after-decline --rule-book strict
    """
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    agents = settled.team_agents(teams, held.says, work.role_options) if teams else []
    chosen = open_source(ctx, keep, period, paths, held, agents=agents)
    with chosen as source, telling.open(paths) as out:
        report = _gather(
            source, work, period, agents, listen_link=listen_link, reviews=read_reviews(keep)
        )
        telling.tell(report.pick(work.shown_names(agents)) if agents else report, out)
    card = report.cards.team
    if telling.form is not Form.TABLE:
        say_skipped(report.skipped(), card.skipped)
    if not card.calls and not card.skipped:
        say(f"no calls found in {', '.join(paths)}")
    raise typer.Exit(3 if card.skipped or not card.calls else 0)


def _gather(
    source: Stored | Sequence[str],
    work: Work,
    period: Period,
    agents: Sequence[str],
    *,
    listen_link: str | None,
    reviews: Reviews,
) -> Report:
    """The report on what is stored, or on the files named, of these agents or of all."""
    if isinstance(source, Stored):
        return gather_stored(
            source,
            work.judging.rules,
            work.privacy,
            reviews,
            whole=not period.rules_only,
            listen_link=listen_link,
        )
    rulebook = work.judging.load()
    audits = replace(work, paths=source).watch(rulebook, agents)
    return work.gather(audits, rulebook, reviews, listen_link=listen_link)
