"""The command group `review`: findings looked at by people, and what they make of them."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, openpyxl, textual and their like

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from transcript_audit.cli import options, review_figures
from transcript_audit.cli.audits import open_audits
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.ledgers import Ledgers
from transcript_audit.cli.queueing import Queueing, make_queue
from transcript_audit.cli.settled import ENVIRONMENT
from transcript_audit.cli.spread import spread
from transcript_audit.cli.stored import Period, RuleBookName
from transcript_audit.cli.streams import open_output, say, with_progress, written
from transcript_audit.cli.work import Work
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import SkippedCall

if TYPE_CHECKING:
    from transcript_audit.review.verdicts import Verdict


class ReviewCommands(TyperGroup):
    """The commands of `review`; without the name of one, it opens the queue."""

    default = "open"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What click parses, with `open` put first where no command is named."""
        if not args or (args[0] not in self.commands and args[0] not in {"--help", "-h"}):
            args = [self.default, *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=ReviewCommands,
    rich_markup_mode=None,
    help="Review findings, and see what reviewers make of them. Without a command: open.",
)

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


@app.command("open")
@spread
def open_queue(
    *,
    ctx: typer.Context,
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    reviewer: ReviewerName = "",
    settle: Annotated[
        bool, typer.Option("--settle", help="Your verdicts decide what reviewers see differently.")
    ] = False,
    queueing: Queueing,
    period: Period,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Jobs = 1,
    ledgers: Ledgers,
    held: Held,
) -> None:
    """Open the queue on a screen: uphold, overturn, note, add what was missed, by keyboard.

    What is disputed comes first, then critical findings, then the least certain; at the end calls
    without a finding, drawn at random. Every verdict is kept at once.

    \b
    Examples:
      transcript-audit review                      # the calls audited so far
      transcript-audit review --since 4w --rule refusal-stall
      transcript-audit review open calls/ --reviewer Mia --most 20
      transcript-audit review open --sample sample.json --blind

    The screen needs textual: pip install "transcript-audit[review]".
    """
    name = _reviewer(reviewer)
    _require_screen()
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    with ledgers.open() as ledger:
        with open_audits(ctx, ledgers, period, work, held) as judged:
            queue = make_queue(judged.audits, ledger.read(), queueing, name)
        if not queue:
            say("nothing to review: every finding has its verdict (--again shows them)")
            raise typer.Exit
        from transcript_audit.cli.review_screen import Sitting, run_screen

        sitting = Sitting(
            queue=queue,
            ledger=ledger,
            reviewer=name,
            rules=judged.rules,
            rule_book=judged.digest,
            blind=queueing.blind,
            settles=settle,
        )
        _say_added(str(ledger), run_screen(sitting), name)


@app.command("export")
@spread
def export_queue(
    *,
    ctx: typer.Context,
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The workbook, as in review.xlsx."),
    ] = None,
    reviewer: ReviewerName = "",
    queueing: Queueing,
    period: Period,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Jobs = 1,
    ledgers: Ledgers,
    held: Held,
) -> None:
    """Write the queue as a workbook, to be filled in and given to `review import`.

    \b
    Examples:
      transcript-audit review export -o review.xlsx         # the calls audited so far
      transcript-audit review export calls/ -o review.xlsx
      transcript-audit review export -o mia.xlsx --sample sample.json --blind
    """
    from transcript_audit.reports.review_workbook import review_workbook

    if output is None or output.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"-o {output or ''}: expected the name of a workbook, .xlsx")
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    said = ledgers.read()
    with open_audits(ctx, ledgers, period, work, held) as judged:
        queue = make_queue(judged.audits, said, queueing, _reviewer(reviewer))
    with open_output(output, paths, binary=True) as out:
        out.write(review_workbook(queue, judged.rules, judged.run))
    findings = sum(len(queued.waiting) for queued in queue)
    say(f"{output}: {len(queue)} calls, {findings} findings to review")


@app.command("import")
@spread
def import_verdicts(
    *,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A filled-in workbook (.xlsx), or a ledger (.jsonl)."),
    ],
    reviewer: ReviewerName = "",
    ledgers: Ledgers,
    held: Held,
) -> None:
    """Take over the verdicts of a workbook: all of them, or none where a cell is at fault.

    Importing the same workbook again adds nothing. A ledger that was kept in a file comes over as
    it is, with its reviewers and times.

    \b
    Examples:
      transcript-audit review import review.xlsx --reviewer Mia
      transcript-audit review import review-ledger.jsonl
    """
    name = _reviewer(reviewer)
    with ledgers.open() as ledger:
        if file.suffix.lower() == ".jsonl":
            _say_added(str(ledger), len(ledger.append(_read_file(file))))
        else:
            added = ledger.append(_read_workbook(file, name, ledger.read()))
            _say_added(str(ledger), len(added), name)


app.command("lessons")(review_figures.show_lessons)
app.command("agreement")(review_figures.show_agreement)


@app.command("labels")
@spread
def export_labels(
    *,
    ctx: typer.Context,
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where they go, as in labelled.jsonl."),
    ] = None,
    rule_book: RuleBookName = None,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Jobs = 1,
    ledgers: Ledgers,
    held: Held,
) -> None:
    """Write reviewed calls as labelled calls, for `evaluate` and `model train`.

    Only calls that somebody has heard whole, and in which every finding is decided.

    \b
    Examples:
      transcript-audit review labels -o labelled.jsonl      # the calls audited so far
      transcript-audit review labels calls/ -o labelled.jsonl
      transcript-audit evaluate labelled.jsonl
    """
    from transcript_audit.review.labels import Unlabelled, label_call, label_line
    from transcript_audit.review.verdicts import sum_up

    reviews = sum_up(ledgers.read_some())
    spoken = {call for call, _ in reviews.findings} | reviews.heard.keys()
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    period, count = Period(rule_book=rule_book), 0
    with (
        open_audits(ctx, ledgers, period, work, held) as judged,
        open_output(output, paths) as out,
    ):
        for audit in with_progress(judged.audits):
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


def _say_added(ledger: str, added: int, reviewer: str = "") -> None:
    by = f" by {reviewer}" if reviewer else ""
    say(f"{ledger}: {added} verdict{'' if added == 1 else 's'} added{by}")


def _read_file(path: Path) -> tuple[Verdict, ...]:
    """The verdicts of a ledger in a file.

    Raises:
        ConfigurationError: there is no such file.
        LedgerError: a line of it is no verdict.
    """
    from transcript_audit.review.ledger import LedgerFile

    if not path.is_file():
        raise ConfigurationError(f"{path}: there is no such file")
    return LedgerFile(path).read()


def _read_workbook(path: Path, reviewer: str, held: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """The verdicts of a workbook; every cell at fault is told, and then none is taken over."""
    from transcript_audit.reports.review_import import read_review
    from transcript_audit.reports.review_sheets import WorkbookError

    try:
        return tuple(read_review(path, reviewer, datetime.now(UTC), held))
    except WorkbookError as error:
        for fault in error.faults:
            say(fault)
        say(f"{path}: nothing was taken over; mend the cells named and import it again")
        raise typer.Exit(2) from None


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
