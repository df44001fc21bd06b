"""The command `call`: one call, its findings, and why."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.keeping import Keep
from transcript_audit.cli.ledgers import learn_lessons, read_reviews
from transcript_audit.cli.options import CallFormat
from transcript_audit.cli.spread import spread
from transcript_audit.cli.stored import (
    MOST_IDS,
    Period,
    RuleBookName,
    Stored,
    like_ids,
    open_source,
    show,
)
from transcript_audit.cli.streams import is_styled, rendered, say_skipped, written
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import CallAudit, SkippedCall, Transcript

if TYPE_CHECKING:
    from transcript_audit.review.lessons import Lessons
    from transcript_audit.review.verdicts import Reviews


@dataclass(frozen=True, slots=True)
class View:
    """How a call is shown.

    Attributes:
        reviews: what reviewers said of all calls; lessons: what that comes to for each rule.
    """

    as_json: bool
    whole: bool
    explain: Sequence[str]
    listen_link: str | None
    reviews: Reviews
    lessons: Lessons


@spread
def call(
    *,
    ctx: typer.Context,
    call_id: options.CallId,
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    format_: options.CallReport = CallFormat.TEXT,
    whole: options.WholeCall = False,
    explain: options.Explain = [],  # noqa: B006
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    listen_link: options.ListenLink = None,
    rule_book: RuleBookName = None,
    keep: Keep,
    held: Held,
) -> None:
    """Show one call, of the files named or of the store: the turns around each finding, and why.

    \b
    Examples:
      transcript-audit call NF-20391 calls/
      transcript-audit call NF-20391 calls/ --all
      transcript-audit call NF-20391 calls/ --explain refusal-stall
      transcript-audit call NF-20391~2 calls/
      transcript-audit call NF-20391 calls/ --format json
      transcript-audit call NF-20391                 # as it was when it was last audited

    --format json is the call's record as `audit --format jsonl` writes it; --all and --explain
    have no place in it.
    """
    from transcript_audit.batch import audit_reads
    from transcript_audit.readers import read_transcripts

    reviews = read_reviews(keep)
    lessons = learn_lessons(reviews)
    view = View(format_ is CallFormat.JSON, whole, explain, listen_link, reviews, lessons)
    privacy, period = showing.privacy(), Period(rule_book=rule_book)
    with open_source(ctx, keep, period, paths, held, call_id=call_id) as source:
        if isinstance(source, Stored):
            audits = list(show(source.audits, privacy))
            judged = [each.results for each in audits if isinstance(each, CallAudit)]
            _check_rules(explain, [result.rule for results in judged for result in results])
            raise typer.Exit(_show(audits, view))
        rulebook = judging.load()
        _check_rules(explain, [rule.id for rule in rulebook.rules])
        read_options, role_options = reading.options(held), speakers.options(held)
        found = _find_call(call_id, read_transcripts(source, read_options))
        reads = tell_unheard(found, role_options, read_options)
        recogniser = judging.load_recogniser(rulebook)
        audited = audit_reads(reads, rulebook, recogniser, role_options, privacy)
        raise typer.Exit(_show(map(privacy.hide_agents, audited), view))


def _show(audits: Iterable[CallAudit | SkippedCall], view: View) -> int:
    """The exit code, once the calls were shown."""
    from rich.console import Group

    from transcript_audit.reports.call_view import call_view, standing_lines
    from transcript_audit.reports.records import record_line

    skipped = False
    for found in audits:
        if isinstance(found, SkippedCall):
            skipped = True
            say_skipped([found], 1)
        elif view.as_json:
            written(sys.stdout, record_line(found, view.listen_link, view.lessons))
        else:
            shown = call_view(
                found,
                whole=view.whole,
                explain=view.explain,
                brackets=not is_styled(sys.stdout),
                listen_link=view.listen_link,
            )
            reviewed = standing_lines(found, view.reviews.standings_of(found.call_id), view.lessons)
            written(sys.stdout, rendered(Group(shown, *reviewed), sys.stdout))
    return 3 if skipped else 0


def _check_rules(explain: Sequence[str], known: Sequence[str]) -> None:
    for rule in explain:
        if rule not in known:
            hint = did_you_mean(rule, known)
            raise ConfigurationError(
                f"--explain {rule}: {hint}{' ' if hint else ''}expected one of {', '.join(known)}"
            )


def _find_call(
    call_id: str, reads: Iterable[Transcript | SkippedCall]
) -> list[Transcript | SkippedCall]:
    """The calls of this id, read or skipped.

    Raises:
        ConfigurationError: there is none.
    """
    found: list[Transcript | SkippedCall] = []
    others: dict[str, None] = {}
    unread = 0
    for read in reads:
        if read.call_id == call_id:
            found.append(read)
        elif len(others) < MOST_IDS:
            others[read.call_id] = None
        unread += isinstance(read, SkippedCall)
    if not found:
        line = f"no call {call_id} among the {len(others)} found"
        missed = (
            f" ({unread} could not be read: `transcript-audit audit` tells why)" if unread else ""
        )
        hint = like_ids(call_id, list(others))
        raise ConfigurationError(f"{line}{missed}{'; ' + hint if hint else ''}")
    return found
