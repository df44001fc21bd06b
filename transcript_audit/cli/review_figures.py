"""The commands `review lessons` and `review agreement`: what verdicts teach, in figures."""
# ruff: noqa: PLC0415 - `--help` must not pay for pydantic, SQLAlchemy and their like

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Book, Held
from transcript_audit.cli.ledgers import Ledgers
from transcript_audit.cli.options import ListFormat
from transcript_audit.cli.shares import parse_share
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import rendered, written
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.agreement import Agreement
    from transcript_audit.review.verdicts import Verdict

Often = Annotated[
    float,
    typer.Option(
        "--often",
        metavar="SHARE",
        parser=parse_share,
        help="Name the rules whose whole range of overturned findings lies above this share.",
    ),
]


@spread
def show_lessons(
    *,
    often: Often = 0.2,
    format_: options.Listing = ListFormat.TABLE,
    book: Book,
    ledgers: Ledgers,
    held: Held,
) -> None:
    """Show for each rule how many findings were upheld and overturned, with ranges.

    \b
    Examples:
      transcript-audit review lessons
      transcript-audit review lessons --often 30% --format json
    """
    from transcript_audit.reports.lessons_report import lesson_records, lessons_table
    from transcript_audit.review.lessons import learn_from_verdicts
    from transcript_audit.review.verdicts import sum_up

    reviews = sum_up(ledgers.read_some())
    lessons = learn_from_verdicts(reviews, [rule.id for rule in book.load().rules], often)
    if format_ is ListFormat.JSON:
        record = {"often": often, "rules": lesson_records(lessons)}
        written(sys.stdout, json.dumps(record, indent=2, allow_nan=False) + "\n")
    else:
        written(sys.stdout, rendered(lessons_table(lessons, often), sys.stdout))


@spread
def show_agreement(
    *,
    reviewers: Annotated[
        list[str],
        typer.Option(
            "--reviewer",
            metavar="NAME",
            help="Only these reviewers. May be repeated.",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - Typer copies it
    format_: options.Listing = ListFormat.TABLE,
    book: Book,
    ledgers: Ledgers,
    held: Held,
) -> None:
    """Show how far reviewers agree with each other, and each with the auditor.

    Share of agreement, Cohen's and Fleiss' kappa, Gwet's AC1 and Krippendorff's alpha, with 95 %
    bootstrap ranges over calls; the table of two by two; who differs from whom on which rule.

    \b
    Examples:
      transcript-audit review agreement
      transcript-audit review agreement --reviewer Mia --reviewer Tom --format json
    """
    from transcript_audit.reports.agreement_report import agreement_record, agreement_tables

    verdicts = ledgers.read_some()
    known = sorted({verdict.reviewer for verdict in verdicts})
    for name in reviewers:
        if name not in known:
            raise ConfigurationError(
                f"--reviewer {name}: no verdict of theirs; there are {', '.join(known)}"
            )
    chosen = [each for each in verdicts if each.reviewer in (reviewers or known)]
    agreement = _measure(chosen, [rule.id for rule in book.load().rules])
    if format_ is ListFormat.JSON:
        record = agreement_record(agreement)
        written(sys.stdout, json.dumps(record, indent=2, allow_nan=False) + "\n")
    else:
        written(sys.stdout, rendered(agreement_tables(agreement), sys.stdout))


def _measure(verdicts: Sequence[Verdict], rules: Sequence[str]) -> Agreement:
    """How the reviewers agree, with the pairs of each with the auditor at the end."""
    from transcript_audit.agreement import collect_ratings, measure_agreement
    from transcript_audit.review.lessons import MACHINE, judge_by_ledger

    people = measure_agreement(collect_ratings(judge_by_ledger(verdicts, rules, machine=False)))
    everyone = measure_agreement(collect_ratings(judge_by_ledger(verdicts, rules)))
    with_machine = tuple(pair for pair in everyone.pairs if MACHINE in {pair.first, pair.second})
    return replace(people, pairs=(*people.pairs, *with_machine))
