"""What a run of audits needs, from the options to a report that is ready to be told."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from transcript_audit.cli.groups import Judging
from transcript_audit.cli.meter import Meter
from transcript_audit.cli.streams import with_progress
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.speakers import fold_label

if TYPE_CHECKING:
    from transcript_audit.privacy import Privacy
    from transcript_audit.readers import ReadOptions
    from transcript_audit.reports.report import Report
    from transcript_audit.reports.run import Run
    from transcript_audit.roles import RoleOptions
    from transcript_audit.rulebook import RuleBook

Audited = CallAudit | SkippedCall

MOST_NAMES = 10
"""Agents named to choose from."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a run of audits needs."""

    paths: Sequence[str]
    judging: Judging
    read_options: ReadOptions
    role_options: RoleOptions
    privacy: Privacy
    jobs: int
    meter: Meter = field(default_factory=Meter)

    def start(self, rulebook: RuleBook, agents: Sequence[str] = ()) -> Iterator[Audited]:
        """The audits as they are done, in the order of the sources, fit to be shown.

        Args:
            agents: only their calls, and skipped ones of nobody knows whom; all where empty.
        """
        audits = tell_unheard(self._start(rulebook), self.role_options, self.read_options)
        yield from map(self.privacy.hide_agents, _of_agents(audits, agents))

    def watch(
        self, rulebook: RuleBook, agents: Sequence[str] = (), *, shown: bool = True
    ) -> Iterator[Audited]:
        """The audits of `start`, told as they pass by where standard error is a terminal."""
        if shown and sys.stderr.isatty():
            self.meter.measure(self.paths)
        return with_progress(self.start(rulebook, agents), shown, self.meter)

    def _start(self, rulebook: RuleBook) -> Iterator[Audited]:
        from transcript_audit.batch import (
            RuleSource,
            Sources,
            audit_calls,
            audit_calls_in_processes,
        )

        reading = replace(self.read_options, watch=self.meter.watch)
        sources = Sources(self.paths, reading, self.role_options, self.privacy)
        judging = self.judging
        if self.jobs > 1:
            rules = RuleSource(
                judging.rules,
                judging.profile,
                judging.patterns_only,
                rulebook.digest,
                judging.pipeline,
            )
            return audit_calls_in_processes(sources, rules, self.jobs)
        return audit_calls(sources, rulebook, judging.load_recogniser(rulebook))

    def describe(self, rulebook: RuleBook) -> Run:
        """What the reports say about the run."""
        from transcript_audit import __version__
        from transcript_audit.reports.run import Run

        return Run(__version__, rulebook.digest, rulebook.profile.id, self.judging.pipeline)

    def shown_names(self, agents: Iterable[str]) -> list[str]:
        """The agents' names as the reports give them."""
        pseudonyms = self.privacy.pseudonyms
        return [pseudonyms.name(each) if pseudonyms else each for each in agents]

    def gather(
        self,
        audits: Iterable[Audited],
        rulebook: RuleBook,
        *,
        listen_link: str | None = None,
    ) -> Report:
        """The report of a run once all of it is done; memory stays flat however long it is."""
        from transcript_audit.reports.report import Report
        from transcript_audit.scorecards import make_scorecards
        from transcript_audit.spool import Spool

        spool = Spool()
        return Report(
            run=self.describe(rulebook),
            cards=make_scorecards(spool.extend(audits), rulebook=rulebook),
            audits=spool,
            rulebook=rulebook,
            listen_link=listen_link,
            revealed=self.privacy.reveal,
        )


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
        raise ConfigurationError(tell_unknown(names, list(others)))


def tell_unknown(names: Sequence[str], others: Sequence[str]) -> str:
    """That no call is of these agents, and whom the calls name."""
    line = f"no call of agent {' or '.join(name.strip() or repr(name) for name in names)}"
    if not others:
        return f"{line}: the calls name no agents; --name-pattern can take them from file names"
    listed = ", ".join(others[:MOST_NAMES]) + (", ..." if len(others) > MOST_NAMES else "")
    hint = did_you_mean(names[0], others)
    return f"{line}: {hint}{' ' if hint else ''}the calls name {listed}"
