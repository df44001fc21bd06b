"""The command `audit`: calls to a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO, cast

import typer

from transcript_audit.cli import options, settled
from transcript_audit.cli.forms import ONE_BY_ONE, Form, Telling, tell_each
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.keeping import Keep, open_to_keep
from transcript_audit.cli.known import Baseline, Known
from transcript_audit.cli.ledgers import learn_lessons, read_reviews
from transcript_audit.cli.resuming import Resuming
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import MOST_SKIPPED, say, say_skipped
from transcript_audit.cli.work import Audited, Work
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import Severity, SkippedCall

if TYPE_CHECKING:
    from transcript_audit.rulebook import RuleBook

MOST_CROSSED = 10
"""Calls that crossed `--fail-on` that are named on standard error."""


@spread
def audit(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    telling: Telling,
    agents: options.Agents = [],  # noqa: B006
    teams: settled.Teams = [],  # noqa: B006
    fail_on: options.FailOn = [],  # noqa: B006
    baseline: Baseline = None,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Workers = None,
    resuming: Resuming,
    listen_link: options.ListenLink = None,
    keep: Keep,
    held: Held,
) -> None:
    """Audit calls, report per agent, and keep the audits.

    \b
    Examples:
      transcript-audit audit calls/
      transcript-audit audit calls/ -o report.html --open
      transcript-audit audit calls/ -o report.xlsx --jobs 4
      transcript-audit audit "calls/*.vtt" more.csv --agent Priya --agent Tom
      transcript-audit audit calls/ --format jsonl > audits.jsonl
      transcript-audit audit calls/ -o tables/ --format csv-tables
      transcript-audit audit lake/ -o report.html --checkpoint done/
      transcript-audit audit lake/ --format jsonl --checkpoint done/ --shard 2/8
      transcript-audit audit new.jsonl --fail-on critical
      transcript-audit audit calls/ --baseline before.jsonl
      transcript-audit audit export.csv --column text=utterance --column call_id=conv
      transcript-audit audit - < call.txt
      transcript-audit audit --team North     # the sources of the settings file

    --format csv has a row a finding, and one row for each call without any; the column status
    says flagged, clear, cannot-tell (no rule could be judged) or skipped; of the last two, reason
    says why. --format json is one object: calls, agents, run. --format jsonl is one call a line,
    written as soon as it is audited.

    The audits are kept in the store, redacted, for reports without the files (agent, team and call
    without PATH). What it holds already under the same rules is not audited again.

    Exit codes: 0 done; 1 only where --fail-on is crossed; 2 bad usage, configuration or rule
    file; 3 done, but some inputs were skipped; 130 interrupted.
    """
    work = Work(
        paths,
        judging,
        reading.options(held),
        speakers.options(held),
        showing.privacy(),
        jobs,
        part=resuming.part(),
    )
    if teams:
        agents = [*agents, *settled.team_agents(teams, held.says, work.role_options)]
    form = telling.form
    known = Known.read(baseline)
    rulebook = judging.load()
    _check_fail_on(fail_on, rulebook)
    with (
        telling.open(paths) as out,
        resuming.open(work, rulebook) as checkpoint,
        open_to_keep(keep, beside=checkpoint is not None) as kept,
        closing(work.start(rulebook, agents, kept, checkpoint)) as started,
    ):
        seen = Seen(failing=_failing(fail_on))
        audits = known.watch(started)
        talks = form is Form.JSONL and telling.place is None and cast(TextIO, out).isatty()
        shown = seen.watch(work.tell_progress(audits, shown=not talks))
        reviews = read_reviews(keep)
        if form in ONE_BY_ONE:
            told = tell_each(shown, form, cast(TextIO, out), listen_link, learn_lessons(reviews))
            _go_through(told, to_the_end=bool(fail_on))
        else:
            report = work.gather(shown, rulebook, reviews, listen_link=listen_link)
            if agents:
                report = report.pick(work.shown_names(agents))
            telling.tell(report, out)
    elsewhere = resuming.shard if work.meter.found else None
    _say_done(seen, telling, paths, elsewhere)
    known.say_left_out()
    code = 0 if elsewhere and not seen.calls else _exit_code(seen, fail_on)
    raise typer.Exit(2 if code != 1 and kept and kept.failed else code)


@dataclass(slots=True)
class Seen:
    """What is kept of the calls that went by: enough for the exit code and a few lines.

    Attributes:
        failing: rules and severities that `--fail-on` names, or that are graver.
        skipped, crossed: the first of them; the counts are of all.
    """

    failing: frozenset[str]
    calls: int = 0
    skipped: list[SkippedCall] = field(default_factory=list)
    skipped_count: int = 0
    crossed: list[str] = field(default_factory=list)
    crossed_count: int = 0

    def watch(self, audits: Iterable[Audited]) -> Iterator[Audited]:
        """The audits, each noted as it passes by."""
        for audited in audits:
            self._note(audited)
            yield audited

    def _note(self, audited: Audited) -> None:
        self.calls += 1
        if isinstance(audited, SkippedCall):
            self.skipped_count += 1
            self.skipped += [audited] * (len(self.skipped) < MOST_SKIPPED)
            return
        found = {name for each in audited.findings for name in (each.rule, str(each.severity))}
        if found & self.failing:
            self.crossed_count += 1
            self.crossed += [audited.call_id] * (len(self.crossed) < MOST_CROSSED)


def _go_through(told: Iterable[bool], *, to_the_end: bool) -> None:
    """Write each call as it is done; `to_the_end`: also where nobody reads on."""
    for reading in told:
        if not (reading or to_the_end):
            break


def _say_done(seen: Seen, telling: Telling, paths: Sequence[str], elsewhere: str | None) -> None:
    """What the run came to, on standard error.

    Args:
        elsewhere: the share that was asked for, where there are calls in others.
    """
    from transcript_audit.reports.text import plural  # noqa: PLC0415 - Rich is slow to import

    if telling.output or telling.form is not Form.TABLE:
        say_skipped(seen.skipped, seen.skipped_count)
    if telling.place:
        audited = plural(seen.calls - seen.skipped_count, "call")
        say(f"{telling.address or telling.output}: {audited} audited, {seen.skipped_count} skipped")
    if not seen.calls:
        share = f"--shard {elsewhere}: none of the " if elsewhere else "no "
        say(f"{share}calls found in {', '.join(paths)}")


def _check_fail_on(fail_on: Sequence[str], rulebook: RuleBook) -> None:
    allowed = [*(str(each) for each in Severity), *(rule.id for rule in rulebook.rules)]
    for each in fail_on:
        if each not in allowed:
            hint = did_you_mean(each, allowed)
            raise ConfigurationError(
                f"--fail-on {each}: {hint}{' ' if hint else ''}"
                f"expected one of {', '.join(Severity)}, or a rule (`transcript-audit rules list`)"
            )


def _failing(fail_on: Sequence[str]) -> frozenset[str]:
    """The rules and severities that cross `--fail-on`: each severity with the graver ones."""
    ranks = [str(each) for each in Severity]  # critical first
    severities = [ranks.index(each) for each in fail_on if each in ranks]
    return frozenset((*fail_on, *ranks[: max(severities, default=-1) + 1]))


def _exit_code(seen: Seen, fail_on: Sequence[str]) -> int:
    """1, saying what crossed `--fail-on`; else 3 for calls skipped or none at all; else 0."""
    if seen.crossed:
        more = ", ..." if seen.crossed_count > len(seen.crossed) else ""
        listed = ", ".join(seen.crossed) + more
        say(
            f"--fail-on {' '.join(fail_on)}: crossed by {seen.crossed_count} of {seen.calls}: "
            f"{listed}"
        )
        return 1
    return 3 if not seen.calls or seen.skipped_count else 0
