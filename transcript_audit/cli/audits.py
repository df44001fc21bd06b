"""Audits for people to look at: of the files named, or those in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from transcript_audit.cli.groups import Held
from transcript_audit.cli.keeping import Keep
from transcript_audit.cli.stored import Period, Stored, load_rules, open_source, show
from transcript_audit.cli.work import Audited, Work

if TYPE_CHECKING:
    from transcript_audit.reports.run import Run
    from transcript_audit.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Judged:
    """Audits, and what they were made with.

    Attributes:
        audits: one at a time, fit to be shown.
        rulebook: for the ids and titles of rules.
        digest: of the rule book of all of them, "" where they were judged by more than one.
    """

    audits: Iterator[Audited]
    rulebook: RuleBook
    run: Run
    digest: str

    @property
    def rules(self) -> list[str]:
        """The ids of the rules."""
        return [rule.id for rule in self.rulebook.rules]


@contextmanager
def open_audits(
    ctx: typer.Context, keep: Keep, period: Period, work: Work, held: Held
) -> Iterator[Judged]:
    """The audits of the files that `work` names; where it names none, those in the store.

    Raises:
        StoreError: the store cannot be read.
        ConfigurationError: there is neither, or options do not go with what there is.
    """
    with open_source(ctx, keep, period, work.paths, held) as source:
        if isinstance(source, Stored):
            rulebook = load_rules(work.judging.rules, source.run.profile)
            digest = source.run.rule_book if source.alike else ""
            yield Judged(show(source.audits, work.privacy), rulebook, source.run, digest)
        else:
            rulebook = work.judging.load()
            run = work.describe(rulebook)
            audits = replace(work, paths=source).start(rulebook)
            yield Judged(audits, rulebook, run, run.rule_book)
