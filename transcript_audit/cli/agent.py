"""The commands `agent` (one agent's scorecard) and `team` (all of them)."""

from __future__ import annotations

import typer

from transcript_audit.cli import options, settled
from transcript_audit.cli.forms import Form, Telling
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import say, say_skipped
from transcript_audit.cli.work import Work, tell_unknown
from transcript_audit.errors import ConfigurationError


@spread
def agent(
    *,
    name: options.AgentName,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    telling: Telling,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Workers = None,
    listen_link: options.ListenLink = None,
    held: Held,
) -> None:
    """Show one agent's scorecard beside the rest of the team, with every call.

    \b
    Examples:
      transcript-audit agent "Priya Shah" calls/
      transcript-audit agent "Priya Shah" calls/ -o priya.html
      transcript-audit agent Tom calls/ --profile strict

    All calls are audited, since an agent is compared with the others.
    """
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    with telling.open(paths) as out:
        rulebook = judging.load()
        audits = work.watch(rulebook)
        report = work.gather(audits, rulebook, listen_link=listen_link)
        [shown] = work.shown_names([name])
        if not report.knows(shown):
            raise ConfigurationError(tell_unknown([name], report.agents()))
        telling.tell(report.of_agent(shown), out, shown)
    say_skipped(report.skipped(), report.cards.team.skipped)
    raise typer.Exit(3 if report.cards.team.skipped else 0)


@spread
def team(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    telling: Telling,
    teams: settled.Teams = [],  # noqa: B006
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Workers = None,
    listen_link: options.ListenLink = None,
    held: Held,
) -> None:
    """Show the team: who needs help, how all compare, which rule rises, what customers voice.

    \b
    Examples:
      transcript-audit team calls/
      transcript-audit team calls/ -o team.html --open
      transcript-audit team --team North     # the sources of the settings file
    """
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    agents = settled.team_agents(teams, held.says, work.role_options) if teams else []
    with telling.open(paths) as out:
        rulebook = judging.load()
        audits = work.watch(rulebook, agents)
        report = work.gather(audits, rulebook, listen_link=listen_link)
        telling.tell(report.pick(work.shown_names(agents)) if agents else report, out)
    card = report.cards.team
    if telling.form is not Form.TABLE:
        say_skipped(report.skipped(), card.skipped)
    if not card.calls and not card.skipped:
        say(f"no calls found in {', '.join(paths)}")
    raise typer.Exit(3 if card.skipped or not card.calls else 0)
