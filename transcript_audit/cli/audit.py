"""The commands `audit` (calls to a report) and `agent` (one agent's scorecard)."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like
# ruff: noqa: PLR0917 - Typer makes a parameter of each option

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from transcript_audit.cli import options, settled
from transcript_audit.cli.options import Format
from transcript_audit.cli.streams import (
    open_output,
    rendered,
    say,
    say_skipped,
    with_progress,
    written,
)
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import CallAudit, Severity, SkippedCall
from transcript_audit.settings import NO_SETTINGS
from transcript_audit.speakers import fold_label

if TYPE_CHECKING:
    from transcript_audit.readers import ReadOptions
    from transcript_audit.reports.run import Run
    from transcript_audit.roles import RoleOptions
    from transcript_audit.rulebook import RuleBook

Audited = CallAudit | SkippedCall


@dataclass(frozen=True, slots=True)
class Glance:
    """What is kept of a call once its lines are written: enough for the exit code."""

    call_id: str
    flagged: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()
    skipped: SkippedCall | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a run of audits needs."""

    paths: Sequence[str]
    rules: Path | None
    profile: str
    patterns_only: bool
    read_options: ReadOptions
    role_options: RoleOptions
    jobs: int = 1
    pipeline: str | None = None


def audit(
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    format_: options.ReportFormat = None,
    output: options.Output = None,
    agents: options.Agents = [],  # noqa: B006
    teams: settled.Teams = [],  # noqa: B006
    fail_on: options.FailOn = [],  # noqa: B006
    rules: options.Rules = None,
    profile: options.Profile = "default",
    agent_speakers: options.AgentSpeakers = [],  # noqa: B006
    customer_speakers: options.CustomerSpeakers = [],  # noqa: B006
    agent_channels: options.AgentChannels = [],  # noqa: B006
    roster: options.RosterFile = None,
    trust_roles: options.TrustRoles = False,
    columns: options.Columns = [],  # noqa: B006
    name_pattern: options.NamePattern = None,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    jobs: options.Jobs = 1,
    patterns_only: options.PatternsOnly = False,
    pipeline: options.Pipeline = None,
    no_settings: settled.NoSettings = False,
    settings: settled.Held = NO_SETTINGS,
) -> None:
    """Audit calls and report per agent.

    \b
    Examples:
      transcript-audit audit calls/
      transcript-audit audit "calls/*.vtt" more.csv --agent Priya --agent Tom
      transcript-audit audit calls/ --format jsonl > audits.jsonl
      transcript-audit audit calls/ -o findings.csv --jobs 4
      transcript-audit audit new.jsonl --fail-on critical
      transcript-audit audit export.csv --column text=utterance --column call_id=conv
      transcript-audit audit - < call.txt
      transcript-audit audit --team North     # the sources of the settings file

    --format csv has a row a finding, and one row for each call without any; the column status
    says flagged, clear, cannot-tell (no rule could be judged) or skipped; of the last two, reason
    says why. --format json is one object: calls, agents, run. --format jsonl is one call a line,
    written as soon as it is audited.

    Exit codes: 0 done; 1 only where --fail-on is crossed; 2 bad usage, configuration or rule
    file; 3 done, but some inputs were skipped; 130 interrupted.
    """
    options.check_voices(pipeline, {"--patterns-only": patterns_only})
    work = Work(
        paths,
        rules,
        profile,
        patterns_only,
        settled.settle_reading(
            options.read_options(columns, name_pattern, encoding, input_format), settings
        ),
        settled.settle_roles(
            options.role_options(
                agent_speakers, customer_speakers, agent_channels, roster, trust_roles
            ),
            settings,
        ),
        jobs,
        pipeline,
    )
    if teams:
        agents = [*agents, *settled.team_agents(teams, settings, work.role_options)]
    chosen = options.report_format(format_, output)
    with open_output(output, paths) as out:
        rulebook = load_rules(work)
        _check_fail_on(fail_on, rulebook)
        audits = _of_agents(start_audits(work, rulebook), agents)
        shown = with_progress(audits, shown=chosen is not Format.JSONL or not out.isatty())
        glances = _report(shown, chosen, out, work_run(work, rulebook), agents, bool(fail_on))
    _say_done(glances, chosen, output, paths)
    raise typer.Exit(_exit_code(glances, fail_on))


def _say_done(
    glances: Sequence[Glance], chosen: Format, output: Path | None, paths: Sequence[str]
) -> None:
    from transcript_audit.reports.text import plural

    skipped = [glance.skipped for glance in glances if glance.skipped]
    if output or chosen is not Format.TABLE:
        say_skipped(skipped)
    if output and str(output) != "-":
        audited = plural(len(glances) - len(skipped), "call")
        say(f"{output}: {audited} audited, {len(skipped)} skipped")
    if not glances:
        say(f"no calls found in {', '.join(paths)}")


def agent(
    name: options.AgentName,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    rules: options.Rules = None,
    profile: options.Profile = "default",
    agent_speakers: options.AgentSpeakers = [],  # noqa: B006
    customer_speakers: options.CustomerSpeakers = [],  # noqa: B006
    agent_channels: options.AgentChannels = [],  # noqa: B006
    roster: options.RosterFile = None,
    trust_roles: options.TrustRoles = False,
    columns: options.Columns = [],  # noqa: B006
    name_pattern: options.NamePattern = None,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    jobs: options.Jobs = 1,
    patterns_only: options.PatternsOnly = False,
    pipeline: options.Pipeline = None,
    no_settings: settled.NoSettings = False,
    settings: settled.Held = NO_SETTINGS,
) -> None:
    """Show one agent's scorecard with every call.

    \b
    Examples:
      transcript-audit agent "Priya Shah" calls/
      transcript-audit agent Tom calls/ --profile strict
    """
    options.check_voices(pipeline, {"--patterns-only": patterns_only})
    work = Work(
        paths,
        rules,
        profile,
        patterns_only,
        settled.settle_reading(
            options.read_options(columns, name_pattern, encoding, input_format), settings
        ),
        settled.settle_roles(
            options.role_options(
                agent_speakers, customer_speakers, agent_channels, roster, trust_roles
            ),
            settings,
        ),
        jobs,
        pipeline,
    )
    from transcript_audit.reports.terminal import QUOTED, agent_report
    from transcript_audit.scorecards import UNNAMED, UNTOLD, make_scorecards

    rulebook = load_rules(work)
    audits = list(with_progress(start_audits(work, rulebook)))
    cards = make_scorecards(audits)
    card = next((each for each in cards.agents if fold_label(each.agent) == fold_label(name)), None)
    if card is None:
        others = [each.agent for each in cards.agents if each.agent not in {UNNAMED, UNTOLD}]
        raise ConfigurationError(_unknown_agent([name], others))
    quoted = QUOTED if sys.stdout.isatty() else None
    report = agent_report(audits, card, cards.team, work_run(work, rulebook), quoted=quoted)
    written(sys.stdout, rendered(report, sys.stdout))
    say_skipped([each for each in audits if isinstance(each, SkippedCall)])
    raise typer.Exit(3 if cards.team.skipped else 0)


def load_rules(work: Work) -> RuleBook:
    """The rule book of a run.

    Raises:
        RuleBookError: the rule files are at fault.
    """
    from transcript_audit.rulebook import load_rulebook

    return load_rulebook(work.rules, work.profile)


def work_run(work: Work, rulebook: RuleBook) -> Run:
    """What the reports say about the run."""
    from transcript_audit import __version__
    from transcript_audit.reports.run import Run

    return Run(__version__, rulebook.digest, rulebook.profile.id, work.pipeline)


def start_audits(work: Work, rulebook: RuleBook) -> Iterator[Audited]:
    """The audits of a run as they are done, in the order of the sources."""
    return tell_unheard(_start(work, rulebook), work.role_options, work.read_options)


def _start(work: Work, rulebook: RuleBook) -> Iterator[Audited]:
    from transcript_audit.acts import load_recogniser
    from transcript_audit.batch import RuleSource, audit_calls, audit_calls_in_processes

    if work.jobs > 1:
        source = RuleSource(
            work.rules, work.profile, work.patterns_only, rulebook.digest, work.pipeline
        )
        return audit_calls_in_processes(
            work.paths, source, work.read_options, work.role_options, work.jobs
        )
    recogniser = load_recogniser(rulebook, patterns_only=work.patterns_only, pipeline=work.pipeline)
    return audit_calls(work.paths, rulebook, recogniser, work.read_options, work.role_options)


def _of_agents(audits: Iterator[Audited], names: Sequence[str]) -> Iterator[Audited]:
    """The audits of the agents named; skipped calls too where nobody knows whose they are.

    Raises:
        ConfigurationError: at the end, if no call is theirs.
    """
    if not names:
        yield from audits
        return
    wanted = {fold_label(name) for name in names}
    found = False
    others: dict[str, None] = {}
    for audited in audits:
        theirs = {fold_label(each) for each in audited.agent_ids}
        if wanted & theirs or (isinstance(audited, SkippedCall) and not theirs):
            found = found or bool(theirs)
            yield audited
        else:
            others |= dict.fromkeys(audited.agent_ids)
    if not found:
        raise ConfigurationError(_unknown_agent(names, list(others)))


def _unknown_agent(names: Sequence[str], others: Sequence[str]) -> str:
    line = f"no call of agent {' or '.join(names)}"
    if not others:
        return f"{line}: the calls name no agents; --name-pattern can take them from file names"
    listed = ", ".join(others[:10]) + (", ..." if len(others) > 10 else "")
    hint = did_you_mean(names[0], others)
    return f"{line}: {hint}{' ' if hint else ''}the calls name {listed}"


def _check_fail_on(fail_on: Sequence[str], rulebook: RuleBook) -> None:
    allowed = [*(str(each) for each in Severity), *(rule.id for rule in rulebook.rules)]
    for each in fail_on:
        if each not in allowed:
            hint = did_you_mean(each, allowed)
            raise ConfigurationError(
                f"--fail-on {each}: {hint}{' ' if hint else ''}"
                f"expected one of {', '.join(Severity)}, or a rule (`transcript-audit rules list`)"
            )


def _report(
    audits: Iterator[Audited],
    chosen: Format,
    out: TextIO,
    run: Run,
    agents: Sequence[str],
    to_the_end: bool,
) -> list[Glance]:
    """Write the report; what is kept of each call. `to_the_end`: even if nobody reads it."""
    if chosen in {Format.JSONL, Format.CSV}:
        return _stream(audits, chosen, out, to_the_end)
    done = list(audits)
    written(out, _whole_report(done, chosen, out, run, agents))
    return [_glance(each) for each in done]


def _whole_report(
    done: Sequence[Audited], chosen: Format, out: TextIO, run: Run, agents: Sequence[str]
) -> str:
    from transcript_audit.reports.document import audit_document
    from transcript_audit.reports.terminal import QUOTED, team_report
    from transcript_audit.scorecards import make_scorecards, pick_agents

    cards = make_scorecards(done)
    cards = pick_agents(cards, agents) if agents else cards
    if chosen is Format.JSON:
        return audit_document(done, cards, run)
    quoted = QUOTED if out.isatty() else None
    return rendered(team_report(done, cards, run, quoted=quoted), out)


def _stream(
    audits: Iterator[Audited], chosen: Format, out: TextIO, to_the_end: bool
) -> list[Glance]:
    from transcript_audit.reports.csv_table import csv_header, csv_rows
    from transcript_audit.reports.records import record_line

    glances: list[Glance] = []
    reading = chosen is Format.JSONL or written(out, csv_header())
    lines_of = record_line if chosen is Format.JSONL else csv_rows
    for audited in audits:
        glances.append(_glance(audited))
        reading = reading and written(out, lines_of(audited))
        if not (reading or to_the_end):
            break
    return glances


def _glance(audited: Audited) -> Glance:
    if isinstance(audited, SkippedCall):
        return Glance(audited.call_id, skipped=audited)
    return Glance(
        audited.call_id,
        frozenset(finding.rule for finding in audited.findings),
        frozenset(finding.severity for finding in audited.findings),
    )


def _exit_code(glances: Sequence[Glance], fail_on: Sequence[str]) -> int:
    """1, saying what crossed `--fail-on`; else 3 for calls skipped or none at all; else 0."""
    ranks = list(Severity)  # critical first
    severities = [ranks.index(Severity(each)) for each in fail_on if each in ranks]
    failing = {*fail_on, *ranks[: max(severities, default=-1) + 1]}
    crossed = [each.call_id for each in glances if failing & (each.flagged | each.severities)]
    if crossed:
        listed = ", ".join(crossed[:10]) + (", ..." if len(crossed) > 10 else "")
        say(f"--fail-on {' '.join(fail_on)}: crossed by {len(crossed)} of {len(glances)}: {listed}")
        return 1
    return 3 if not glances or any(each.skipped for each in glances) else 0
