"""The commands `store info`, `store purge` and `store export`."""
# ruff: noqa: PLC0415 - `--help` must not pay for SQLAlchemy

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from typing import Annotated, TextIO, cast

import typer

from transcript_audit.cli import options
from transcript_audit.cli.days import back, parse_period
from transcript_audit.cli.forms import ONE_BY_ONE, Form, Telling, tell_each
from transcript_audit.cli.groups import Held, Showing
from transcript_audit.cli.keeping import Keep, open_to_read
from transcript_audit.cli.ledgers import learn_lessons, read_reviews
from transcript_audit.cli.options import ListFormat
from transcript_audit.cli.spread import spread
from transcript_audit.cli.stored import Period, gather_stored, open_stored, show
from transcript_audit.cli.streams import rendered, say, written

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after the stored audits.")

OlderThan = Annotated[
    timedelta,
    typer.Option(
        "--older-than",
        metavar="PERIOD",
        parser=parse_period,
        help="Calls that began longer ago than this, as 90d, 12w or 1y; where nobody says when a "
        "call began, that were first audited longer ago.",
    ),
]
WithVerdicts = Annotated[
    bool,
    typer.Option(
        "--with-verdicts",
        help="Also what reviewers said longer ago than this; by default their verdicts stay.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")]


@app.command()
@spread
def info(*, format_: options.Listing = ListFormat.TABLE, keep: Keep, held: Held) -> None:
    """Show where the store is and what it holds.

    \b
    Examples:
      transcript-audit store info
      transcript-audit store info --store postgresql://db.example/audits --format json
    """
    from transcript_audit.history import summarise_store
    from transcript_audit.reports.store_report import store_record, store_report

    with open_to_read(keep) as store:
        summary = summarise_store(store)
    if format_ is ListFormat.JSON:
        written(sys.stdout, json.dumps(store_record(summary), indent=2) + "\n")
    else:
        written(sys.stdout, rendered(store_report(summary), sys.stdout))


@app.command()
@spread
def purge(
    *,
    older_than: OlderThan,
    with_verdicts: WithVerdicts = False,
    dry_run: DryRun = False,
    keep: Keep,
    held: Held,
) -> None:
    """Delete old calls from the store, with all their results. They cannot be brought back.

    \b
    Examples:
      transcript-audit store purge --older-than 90d --dry-run
      transcript-audit store purge --older-than 1y --with-verdicts
    """
    from transcript_audit.history import purge_store
    from transcript_audit.reports.text import plural

    moment = back(older_than)
    with open_to_read(keep, writing=not dry_run) as store:
        purged = purge_store(store, moment, with_verdicts=with_verdicts, dry_run=dry_run)
        what = f"{plural(purged.results, 'result')} of calls before {moment:%Y-%m-%d}"
        others = [plural(purged.skipped, "skipped call")]
        others += [plural(purged.verdicts, "verdict")] if with_verdicts else []
        done = "would be deleted" if dry_run else "deleted"
        say(f"store {store.place}: {what} and {' and '.join(others)} {done}")


@app.command()
@spread
def export(
    *,
    telling: Telling,
    agents: options.Agents = [],  # noqa: B006 - Typer copies it
    period: Period,
    showing: Showing,
    rules: options.Rules = None,
    keep: Keep,
    held: Held,
) -> None:
    """Write stored audits as `audit` writes them, by default as JSONL.

    \b
    Examples:
      transcript-audit store export -o audits.jsonl
      transcript-audit store export --since 2026-01-01 --until 2026-03-31 -o first-quarter.csv
      transcript-audit store export -o tables/ --format parquet-tables
      transcript-audit store export --agent Priya --rule refusal-stall
    """
    if telling.format_ is None and telling.output is None:
        telling = replace(telling, format_=Form.JSONL)
    privacy = showing.privacy()
    with open_stored(keep, period, agents) as stored, telling.open([]) as out:
        reviews = read_reviews(keep)
        if telling.form in ONE_BY_ONE:
            lessons = learn_lessons(reviews)
            audits = show(stored.audits, privacy)
            told = tell_each(audits, telling.form, cast(TextIO, out), None, lessons)
            deque(takewhile(bool, told), maxlen=0)
        else:
            report = gather_stored(stored, rules, privacy, reviews, whole=not period.rules_only)
            telling.tell(report, out)
