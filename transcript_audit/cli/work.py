"""What a run of audits needs, from the options to a report that is ready to be told."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from transcript_audit.cli.groups import Judging
from transcript_audit.cli.meter import Meter
from transcript_audit.cli.streams import with_progress
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.speakers import fold_label

if TYPE_CHECKING:
    from transcript_audit.batch import RuleSource
    from transcript_audit.checkpoint import Checkpoint, Part
    from transcript_audit.cli.keeping import OpenStore
    from transcript_audit.privacy import Privacy
    from transcript_audit.readers import ReadOptions
    from transcript_audit.reports.report import Report
    from transcript_audit.reports.run import Run
    from transcript_audit.review.verdicts import Reviews
    from transcript_audit.roles import RoleOptions
    from transcript_audit.rulebook import RuleBook

Audited = CallAudit | SkippedCall
Read = Transcript | SkippedCall
Passed = TypeVar("Passed")

MOST_NAMES = 10
"""Agents named to choose from."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a run of audits needs.

    Attributes:
        jobs: processes to audit with; None for as many as are worth their start.
        part: the share of the calls that is audited, or None for all.
    """

    paths: Sequence[str]
    judging: Judging
    read_options: ReadOptions
    role_options: RoleOptions
    privacy: Privacy
    jobs: int | None
    meter: Meter = field(default_factory=Meter)
    part: Part | None = None

    def start(
        self,
        rulebook: RuleBook,
        agents: Sequence[str] = (),
        kept: OpenStore | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> Generator[Audited, None, None]:
        """The audits as they are done, in the order of the sources, fit to be shown.

        Args:
            agents: only their calls, and skipped ones of nobody knows whom; all where empty.
            kept: a store to keep all of them in.
            checkpoint: keeps all of them, and has those of an earlier run.

        Raises:
            StoreError: the store cannot be written as the run begins.
        """
        from transcript_audit.readers import read_transcripts

        reading = replace(self.read_options, watch=self.meter.watch)
        found = read_transcripts(self.paths, reading)
        found = self.part.pick(self.meter.count(found)) if self.part else found
        reads = tell_unheard(found, self.role_options, self.read_options)
        if checkpoint is not None:
            from transcript_audit.checkpoint import resume_audits

            audits = resume_audits(reads, checkpoint, partial(self._audit, rulebook))
        elif kept:
            audits = self._keep(kept, rulebook, reads)
        else:
            audits = self._audit(rulebook, reads)
        yield from map(self.privacy.hide_agents, _of_agents(audits, agents))

    def watch(self, rulebook: RuleBook, agents: Sequence[str] = ()) -> Iterator[Audited]:
        """The audits of `start`, told as they pass by where standard error is a terminal."""
        return self.tell_progress(self.start(rulebook, agents))

    def tell_progress(self, audits: Iterator[Audited], *, shown: bool = True) -> Iterator[Audited]:
        """The audits, told as they pass by where that is wanted and standard error a terminal."""
        if shown and sys.stderr.isatty():
            self.meter.measure(self.paths)
        return with_progress(audits, shown, self.meter)

    def _keep(
        self, kept: OpenStore, rulebook: RuleBook, reads: Iterator[Read]
    ) -> Iterator[Audited]:
        from transcript_audit.history import Keeping, audit_into, book_key
        from transcript_audit.history.resuming import AHEAD
        from transcript_audit.privacy import Privacy

        judging, reveal = self.judging, self.privacy.reveal
        keeping = Keeping(
            kept.store,
            book_key(rulebook, patterns_only=judging.patterns_only, pipeline=judging.pipeline),
            self.role_options,
            redacted=not reveal,
            as_kept=not reveal,
            ahead=1 if "-" in self.paths else AHEAD,  # a sender may wait for each answer
        )
        plain = replace(self, privacy=Privacy(reveal))  # who goes by a pseudonym here, is kept
        audits = audit_into(keeping, reads, partial(plain._audit, rulebook), kept.fail)
        return map(self.privacy.redact, audits) if self.privacy.pseudonyms else audits

    def _audit(
        self, rulebook: RuleBook, reads: Iterable[Read | Passed]
    ) -> Iterator[Audited | Passed]:
        """The audits of what was read, by as many processes as are asked for."""
        from transcript_audit import batch
        from transcript_audit.processes import count_cores

        def alone(rest: Iterable[Read | Passed]) -> Iterator[Audited | Passed]:
            recogniser = self.judging.load_recogniser(rulebook)
            return batch.audit_reads(rest, rulebook, recogniser, self.role_options, self.privacy)

        def together(rest: Iterable[Read | Passed]) -> Iterator[Audited | Passed]:
            return batch.audit_reads_in_processes(
                rest,
                self.rule_source(rulebook),
                self.role_options,
                self.privacy,
                jobs,
                rulebook=rulebook,
            )

        jobs = self.jobs or count_cores()
        # a sender to standard input may wait for each answer
        if jobs == 1 or (self.jobs is None and "-" in self.paths):
            return alone(reads)
        return together(reads) if self.jobs else batch.audit_patiently(reads, alone, together)

    def rule_source(self, rulebook: RuleBook) -> RuleSource:
        """Where other processes find what judges."""
        from transcript_audit.batch import RuleSource

        judging = self.judging
        return RuleSource(
            judging.rules,
            judging.profile,
            judging.patterns_only,
            rulebook.digest,
            judging.pipeline,
        )

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
        reviews: Reviews,
        *,
        listen_link: str | None = None,
    ) -> Report:
        """The report of a run once all of it is done; memory stays flat however long it is.

        Args:
            reviews: tell what each rule's flags are worth, and which flags count no more.
        """
        from transcript_audit.cli.ledgers import learn_lessons
        from transcript_audit.reports.report import Report
        from transcript_audit.review.applied import set_aside_overturned
        from transcript_audit.scorecards import make_scorecards
        from transcript_audit.spool import Spool

        spool: Spool[Audited] = Spool()
        return Report(
            run=self.describe(rulebook),
            cards=make_scorecards(
                spool.extend(set_aside_overturned(audits, reviews)), rulebook=rulebook
            ),
            audits=spool,
            rulebook=rulebook,
            listen_link=listen_link,
            revealed=self.privacy.reveal,
            lessons=learn_lessons(reviews),
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
