"""The command group `review`: findings looked at by people, and what they make of them."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, openpyxl, textual and their like

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from transcript_audit.cli import options
from transcript_audit.cli.groups import Book, Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.options import ListFormat
from transcript_audit.cli.settled import ENVIRONMENT
from transcript_audit.cli.shares import parse_share
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import open_output, rendered, say, with_progress, written
from transcript_audit.cli.work import Work
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import CallAudit, SkippedCall

if TYPE_CHECKING:
    from transcript_audit.agreement import Agreement
    from transcript_audit.review.ledger import LedgerFile
    from transcript_audit.review.queue import QueuedCall
    from transcript_audit.review.verdicts import Verdict


LEDGER = Path("review-ledger.jsonl")


class ReviewCommands(TyperGroup):
    """The commands of `review`; without the name of one, it opens the queue."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What click parses, with `open` put first where no command is named."""
        if not args or (args[0] not in self.commands and args[0] not in {"--help", "-h"}):
            args = ["open", *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=ReviewCommands,
    rich_markup_mode=None,
    help="Review findings, and see what reviewers make of them. Without a command: open.",
)

LedgerPath = Annotated[
    Path,
    typer.Option(
        "--ledger",
        metavar="FILE",
        envvar=f"{ENVIRONMENT}LEDGER",
        help="Where verdicts are kept; it is only ever added to.",
    ),
]
ReviewerName = Annotated[
    str,
    typer.Option(
        "--reviewer",
        metavar="NAME",
        envvar=f"{ENVIRONMENT}REVIEWER",
        help="Whose verdicts these are; by default the name you are logged in under.",
        show_default=False,
    ),
]
Often = Annotated[
    float,
    typer.Option(
        "--often",
        metavar="SHARE",
        parser=parse_share,
        help="Name the rules whose whole range of overturned findings lies above this share.",
    ),
]


@dataclass(frozen=True, slots=True)
class Queueing:
    """Which calls come up, and in what order."""

    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="Calls at most.")] = 50
    include_unflagged: Annotated[
        float,
        typer.Option(
            "--include-unflagged",
            metavar="SHARE",
            parser=parse_share,
            help="Share of those places for calls without a finding, drawn at random: misses can "
            "only be found there.",
        ),
    ] = 0.2
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Draws the calls without a finding.")
    ] = 0
    again: Annotated[bool, typer.Option("--again", help="Also what is reviewed already.")] = False
    blind: Annotated[
        bool,
        typer.Option(
            "--blind", help="As if nobody else had said anything: to measure how far you agree."
        ),
    ] = False
    sample: Annotated[
        Path | None,
        typer.Option(
            "--sample",
            metavar="FILE",
            help="Only the calls of this manifest, all of them (transcript-audit sample).",
            show_default=False,
        ),
    ] = None


@app.command("open")
@spread
def open_queue(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    ledger: LedgerPath = LEDGER,
    reviewer: ReviewerName = "",
    settle: Annotated[
        bool, typer.Option("--settle", help="Your verdicts decide what reviewers see differently.")
    ] = False,
    queueing: Queueing,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Jobs = 1,
    held: Held,
) -> None:
    """Open the queue on a screen: uphold, overturn, note, add what was missed, by keyboard.

    What is disputed comes first, then critical findings, then the least certain; at the end calls
    without a finding, drawn at random. Every verdict is kept at once.

    \b
    Examples:
      transcript-audit review calls/
      transcript-audit review open calls/ --reviewer Mia --most 20
      transcript-audit review open calls/ --sample sample.json --blind

    The screen needs textual: pip install "transcript-audit[review]".
    """
    from transcript_audit.review.ledger import LedgerFile

    name = _reviewer(reviewer)
    _require_screen()
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    rulebook = judging.load()
    kept = LedgerFile(ledger)
    queue = _make_queue(work.start(rulebook), kept, queueing, name)
    if not queue:
        say("nothing to review: every finding has its verdict (--again shows them)")
        raise typer.Exit
    from transcript_audit.cli.review_screen import Sitting, run_screen

    sitting = Sitting(
        queue=queue,
        ledger=kept,
        reviewer=name,
        rules=[rule.id for rule in rulebook.rules],
        rule_book=rulebook.digest,
        blind=queueing.blind,
        settles=settle,
    )
    added = run_screen(sitting)
    say(f"{ledger}: {added} verdict{'' if added == 1 else 's'} added by {name}")


@app.command("export")
@spread
def export_queue(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The workbook, as in review.xlsx."),
    ] = None,
    ledger: LedgerPath = LEDGER,
    reviewer: ReviewerName = "",
    queueing: Queueing,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Jobs = 1,
    held: Held,
) -> None:
    """Write the queue as a workbook, to be filled in and given to `review import`.

    \b
    Examples:
      transcript-audit review export calls/ -o review.xlsx
      transcript-audit review export calls/ -o mia.xlsx --sample sample.json --blind
    """
    from transcript_audit.reports.review_workbook import review_workbook
    from transcript_audit.review.ledger import LedgerFile

    if output is None or output.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"-o {output or ''}: expected the name of a workbook, .xlsx")
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    rulebook = judging.load()
    audits = work.start(rulebook)
    queue = _make_queue(audits, LedgerFile(ledger), queueing, _reviewer(reviewer))
    rules = [rule.id for rule in rulebook.rules]
    book = review_workbook(queue, rules, work.describe(rulebook))
    with open_output(output, paths, binary=True) as out:
        out.write(book)
    findings = sum(len(queued.waiting) for queued in queue)
    say(f"{output}: {len(queue)} calls, {findings} findings to review")


@app.command("import")
def import_workbook(
    workbook: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="A filled-in workbook.")],
    ledger: LedgerPath = LEDGER,
    reviewer: ReviewerName = "",
) -> None:
    """Take over the verdicts of a workbook: all of them, or none where a cell is at fault.

    Importing the same workbook again adds nothing.

    \b
    Examples:
      transcript-audit review import review.xlsx --reviewer Mia
    """
    from transcript_audit.reports.review_import import read_review
    from transcript_audit.reports.review_sheets import WorkbookError
    from transcript_audit.review.ledger import LedgerFile

    kept, name = LedgerFile(ledger), _reviewer(reviewer)
    try:
        verdicts = read_review(workbook, name, datetime.now(UTC), kept.read())
    except WorkbookError as error:
        for fault in error.faults:
            say(fault)
        say(f"{workbook}: nothing was taken over; mend the cells named and import it again")
        raise typer.Exit(2) from None
    added = kept.append(verdicts)
    say(f"{ledger}: {len(added)} verdict{'' if len(added) == 1 else 's'} added by {name}")


@app.command("lessons")
@spread
def show_lessons(
    *,
    ledger: LedgerPath = LEDGER,
    often: Often = 0.2,
    format_: options.Listing = ListFormat.TABLE,
    book: Book,
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

    reviews = sum_up(_read_ledger(ledger))
    lessons = learn_from_verdicts(reviews, [rule.id for rule in book.load().rules], often)
    if format_ is ListFormat.JSON:
        record = {"often": often, "rules": lesson_records(lessons)}
        written(sys.stdout, json.dumps(record, indent=2, allow_nan=False) + "\n")
    else:
        written(sys.stdout, rendered(lessons_table(lessons, often), sys.stdout))


@app.command("agreement")
@spread
def show_agreement(
    *,
    ledger: LedgerPath = LEDGER,
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

    verdicts = _read_ledger(ledger)
    known = sorted({verdict.reviewer for verdict in verdicts})
    for name in reviewers:
        if name not in known:
            raise ConfigurationError(
                f"--reviewer {name}: no verdict of theirs in {ledger}; there are "
                f"{', '.join(known) or 'none at all'}"
            )
    chosen = [each for each in verdicts if each.reviewer in (reviewers or known)]
    agreement = _measure(chosen, [rule.id for rule in book.load().rules])
    if format_ is ListFormat.JSON:
        record = agreement_record(agreement)
        written(sys.stdout, json.dumps(record, indent=2, allow_nan=False) + "\n")
    else:
        written(sys.stdout, rendered(agreement_tables(agreement), sys.stdout))


@app.command("labels")
@spread
def export_labels(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where they go, as in labelled.jsonl."),
    ] = None,
    ledger: LedgerPath = LEDGER,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Jobs = 1,
    held: Held,
) -> None:
    """Write reviewed calls as labelled calls, for `evaluate` and `model train`.

    Only calls that somebody has heard whole, and in which every finding is decided.

    \b
    Examples:
      transcript-audit review labels calls/ -o labelled.jsonl
      transcript-audit evaluate labelled.jsonl
    """
    from transcript_audit.review.labels import Unlabelled, label_call, label_line
    from transcript_audit.review.verdicts import sum_up

    reviews = sum_up(_read_ledger(ledger))
    spoken = {call for call, _ in reviews.findings} | reviews.heard.keys()
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    count = 0
    with open_output(output, paths) as out:
        for audit in with_progress(work.start(judging.load())):
            if isinstance(audit, SkippedCall) or audit.call_id not in spoken:
                continue
            record = label_call(audit, reviews)
            if isinstance(record, Unlabelled):
                say(f"not yet: call {record.call_id}: {record.reason}")
            elif not written(out, label_line(record)):
                break
            else:
                count += 1
    say(f"{count} labelled call{'' if count == 1 else 's'}")


def _reviewer(name: str) -> str:
    if name.strip():
        return name.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise ConfigurationError("--reviewer: missing; say whose verdicts these are") from None


def _require_screen() -> None:
    """Nothing; what the screen needs is there, and there is a terminal.

    Raises:
        ConfigurationError: it isn't.
    """
    instead = "or work in a workbook: transcript-audit review export"
    try:
        import textual  # noqa: F401
    except ImportError:
        raise ConfigurationError(
            f'the review screen needs textual: pip install "transcript-audit[review]"; {instead}'
        ) from None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError(f"the review screen needs a terminal; run it in one, {instead}")


def _read_ledger(path: Path) -> tuple[Verdict, ...]:
    """The verdicts of a ledger.

    Raises:
        ConfigurationError: there is no such file.
    """
    from transcript_audit.review.ledger import LedgerFile

    if not path.exists():
        raise ConfigurationError(
            f"--ledger {path}: there is no such file; `transcript-audit review` begins one"
        )
    return LedgerFile(path).read()


def _make_queue(
    audits: Iterable[CallAudit | SkippedCall],
    ledger: LedgerFile,
    queueing: Queueing,
    reviewer: str,
) -> tuple[QueuedCall, ...]:
    from transcript_audit.review.queue import QueueOptions, queue_calls
    from transcript_audit.review.verdicts import only_by, sum_up

    said = ledger.read()
    reviews = sum_up(only_by(said, reviewer) if queueing.blind else said)
    wanted = QueueOptions(queueing.most, queueing.include_unflagged, queueing.seed, queueing.again)
    if queueing.sample is not None:
        chosen = _sampled_ids(queueing.sample)
        wanted = replace(wanted, most=2 * len(chosen), unflagged=0.5)
        audits = _only(audits, chosen)
    skipped: list[SkippedCall] = []
    queue = queue_calls(_aside(with_progress(audits), skipped), reviews, wanted)
    if skipped:
        say(f"{len(skipped)} calls could not be audited: `transcript-audit audit` tells why")
    return queue


def _aside(
    audits: Iterable[CallAudit | SkippedCall], skipped: list[SkippedCall]
) -> Iterator[CallAudit]:
    """The audits; what was skipped goes into the list."""
    for audit in audits:
        if isinstance(audit, SkippedCall):
            skipped.append(audit)
        else:
            yield audit


def _only(
    audits: Iterable[CallAudit | SkippedCall], chosen: Collection[str]
) -> Iterator[CallAudit | SkippedCall]:
    """The calls chosen.

    Raises:
        ConfigurationError: at the end, if none was among the audits.
    """
    found = False
    for audit in audits:
        if audit.call_id in chosen:
            found = True
            yield audit
    if not found:
        raise ConfigurationError("--sample: none of its calls is among these files")


def _sampled_ids(path: Path) -> frozenset[str]:
    try:
        calls = json.loads(path.read_text(encoding="utf-8"))["calls"]
        ids = frozenset(str(call["call_id"]) for call in calls)
    except OSError as error:
        raise ConfigurationError(f"--sample {path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigurationError(
            f"--sample {path}: no manifest; `transcript-audit sample -o sample.json` writes one"
        ) from None
    if not ids:
        raise ConfigurationError(f"--sample {path}: no call was drawn")
    return ids


def _measure(verdicts: Sequence[Verdict], rules: Sequence[str]) -> Agreement:
    """How the reviewers agree, with the pairs of each with the auditor at the end."""
    from transcript_audit.agreement import collect_ratings, measure_agreement
    from transcript_audit.review.lessons import MACHINE, judge_by_ledger

    people = measure_agreement(collect_ratings(judge_by_ledger(verdicts, rules, machine=False)))
    everyone = measure_agreement(collect_ratings(judge_by_ledger(verdicts, rules)))
    with_machine = tuple(pair for pair in everyone.pairs if MACHINE in {pair.first, pair.second})
    return replace(people, pairs=(*people.pairs, *with_machine))
