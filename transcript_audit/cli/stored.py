"""Reports from the store: what `agent`, `team` and `call` show where no files are named."""
# ruff: noqa: PLC0415 - `--help` must not pay for SQLAlchemy and pandas

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.days import parse_day
from transcript_audit.cli.groups import Held, Judging, Reading, Speakers
from transcript_audit.cli.keeping import Keep, open_to_read
from transcript_audit.cli.settled import is_on_the_line
from transcript_audit.cli.streams import say, with_progress
from transcript_audit.errors import ConfigurationError, RuleBookError, did_you_mean
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.speakers import fold_label

if TYPE_CHECKING:
    from transcript_audit.history import BookUse, Choice, Store
    from transcript_audit.privacy import Privacy
    from transcript_audit.reports.report import Report
    from transcript_audit.reports.run import Run
    from transcript_audit.review.verdicts import Reviews
    from transcript_audit.rulebook import RuleBook

Audited = CallAudit | SkippedCall

MOST_IDS = 100_000
"""Call ids remembered to suggest one from, where none fits."""

FOR_BOTH = frozenset({"rules", "roster"})
"""Options about reading and judging that also say how stored calls are shown."""

MOST_HINTS = 3
"""Call ids suggested at once."""

RuleBookName = Annotated[
    str | None,
    typer.Option(
        "--rule-book",
        metavar="PROFILE|DIGEST",
        help="Only stored results by this profile, or by the rule book whose digest begins so; by "
        "default the latest of each call.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Period:
    """Which of the stored calls."""

    since: Annotated[
        date | None,
        typer.Option(
            "--since",
            metavar="DAY",
            parser=parse_day,
            help="Only calls from this day on (UTC), as 2026-03-31, or as 30d for thirty days ago.",
            show_default=False,
        ),
    ] = None
    until: Annotated[
        date | None,
        typer.Option(
            "--until",
            metavar="DAY",
            parser=parse_day,
            help="Only calls up to this day, it included.",
            show_default=False,
        ),
    ] = None
    rules_only: Annotated[
        list[str],
        typer.Option(
            "--rule",
            metavar="RULE",
            help="Only what this rule came to. May be repeated.",
            show_default=False,
        ),
    ] = field(default_factory=list)
    rule_book: RuleBookName = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since > self.until:
            raise ConfigurationError(f"--since {self.since}: is after --until {self.until}")

    def choose(self, agents: Sequence[str] = (), call_id: str | None = None) -> Choice:
        """The calls so chosen."""
        from transcript_audit.history import Choice

        return Choice(self.since, self.until, tuple(agents), call_id, rule_book=self.rule_book)

    def refuse_for_files(self) -> None:
        """Nothing; no option was given that only stored calls are chosen by.

        Raises:
            ConfigurationError: one was.
        """
        given = {
            "--since": self.since,
            "--until": self.until,
            "--rule": self.rules_only,
            "--rule-book": self.rule_book,
        }
        for option, value in given.items():
            if value:
                raise ConfigurationError(
                    f"{option}: chooses among stored calls; name no files, or leave it out"
                )

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out by it."""
        return self != Period()


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store has for a report.

    Attributes:
        audits: one at a time; calls that were skipped last, where no period is asked for.
        run: what most of them were made with.
        alike: whether it is what all were made with.
    """

    audits: Iterator[Audited]
    run: Run
    alike: bool


@contextmanager
def open_source(
    ctx: typer.Context,
    keep: Keep,
    period: Period,
    paths: Sequence[str],
    held: Held,
    *,
    agents: Sequence[str] = (),
    call_id: str | None = None,
    judged_anew: bool = False,
) -> Iterator[Stored | Sequence[str]]:
    """The files named; else what is stored; else, where nothing is, the settings' sources.

    Args:
        judged_anew: what is stored is judged again, so options about judging have an effect.

    Raises:
        StoreError: the store cannot be read.
        ConfigurationError: there is none of these, or options do not go with what there is.
    """
    from transcript_audit.history import NoStoreError

    if paths:
        period.refuse_for_files()
        yield paths
        return
    with ExitStack() as stack:
        try:
            stored = stack.enter_context(open_stored(keep, period, agents, call_id))
        except NoStoreError as error:
            sources = [path for source in held.says.sources for path in source.paths]
            if not sources:
                raise ConfigurationError(
                    f"{error}; or name files or folders of calls, here or as sources in a "
                    "settings file"
                ) from None
            period.refuse_for_files()
            yield sources
        else:
            _refuse_for_store(ctx, judged_anew)
            yield stored


def _refuse_for_store(ctx: typer.Context, judged_anew: bool) -> None:
    groups = (Speakers, Reading) if judged_anew else (Judging, Speakers, Reading)
    given = (each.name for group in groups for each in fields(group))
    for name in ("reveal", "jobs", *given):
        if name not in FOR_BOTH and is_on_the_line(ctx, name):
            option = _option_of(ctx, name)
            raise ConfigurationError(
                f"{option}: has no effect on calls that are stored already; name files to "
                "audit, or leave it out (--rule-book chooses among results)"
            )


def _option_of(ctx: typer.Context, name: str) -> str:
    """The option as it is written."""
    return next(each.opts[0] for each in ctx.command.params if each.name == name)


def gather_stored(
    stored: Stored,
    rules: Path | None,
    privacy: Privacy,
    reviews: Reviews,
    *,
    whole: bool = True,
    listen_link: str | None = None,
) -> Report:
    """The report on what is stored; memory stays flat however much it is.

    Args:
        reviews: tell what each rule's flags are worth, and which flags count no more.
        rules: folder of the rule files that say what rules are called.
        whole: whether all rules are shown; a quality score would else leave out some.
    """
    from transcript_audit.cli.ledgers import learn_lessons
    from transcript_audit.reports.report import Report
    from transcript_audit.review.applied import set_aside_overturned
    from transcript_audit.scorecards import make_scorecards
    from transcript_audit.spool import Spool

    rulebook = load_rules(rules, stored.run.profile)
    spool: Spool[Audited] = Spool()
    counted = set_aside_overturned(stored.audits, reviews)
    shown = spool.extend(with_progress(show(counted, privacy)))
    cards = make_scorecards(shown, rulebook=rulebook if whole else None)
    lessons = learn_lessons(reviews)
    return Report(stored.run, cards, spool, rulebook, listen_link, lessons=lessons)


def show(audits: Iterable[Audited], privacy: Privacy) -> Iterator[Audited]:
    """Stored audits as reports may show them."""
    for audited in audits:
        redacted = privacy.redact(audited) if privacy.pseudonyms else audited  # with its agents
        yield privacy.hide_agents(redacted)


def load_rules(rules: Path | None, profile: str) -> RuleBook:
    """The rule files that there are now, with that profile or, where it is gone, the default."""
    from transcript_audit.rulebook import load_rulebook

    try:
        return load_rulebook(rules, profile)
    except RuleBookError:
        return load_rulebook(rules)


@contextmanager
def open_stored(
    keep: Keep, period: Period, agents: Sequence[str] = (), call_id: str | None = None
) -> Iterator[Stored]:
    """What the store has for a report.

    Raises:
        StoreError: there is no store, or it cannot be read.
        ConfigurationError: it holds no such calls.
    """
    from transcript_audit.history import NoStoreError, books_used, count_untimed

    choice = period.choose(agents, call_id)
    with open_to_read(keep) as store:
        books = books_used(store, choice)
        if not books and not books_used(store):
            raise NoStoreError(
                f"store {store.place}: holds no calls yet; `transcript-audit audit` fills it"
            )
        if not books:
            raise ConfigurationError(_none_so_chosen(store, choice))
        say(f"from the store {store.place}")
        _say_books(books)
        if untimed := count_untimed(store, choice):
            say(f"{untimed} left out: nobody says when they began")
        audits = _only(_read(store, choice, period), period.rules_only)
        yield Stored(audits, _run_of(books[0]), len(books) == 1)


def _read(store: Store, choice: Choice, period: Period) -> Iterator[Audited]:
    from transcript_audit.history import read_audits, read_skipped

    yield from read_audits(store, choice)
    if not period.narrowed and not choice.agents and choice.call_id is None:
        yield from read_skipped(store)


def _only(audits: Iterator[Audited], rules: Sequence[str]) -> Iterator[Audited]:
    """The audits with what these rules came to and no more; as they are where none is named.

    Raises:
        ConfigurationError: at the end, if no call was judged by one of the rules.
    """
    seen: dict[str, None] = {}
    for audited in audits:
        if not rules or isinstance(audited, SkippedCall):
            yield audited
            continue
        seen |= dict.fromkeys(result.rule for result in audited.results)
        yield replace(
            audited, results=tuple(each for each in audited.results if each.rule in rules)
        )
    for rule in rules:
        if seen and rule not in seen:
            hint = did_you_mean(rule, list(seen))
            raise ConfigurationError(
                f"--rule {rule}: {hint}{' ' if hint else ''}expected one of {', '.join(seen)}"
            )


def _none_so_chosen(store: Store, choice: Choice) -> str:
    from transcript_audit.history import count_untimed, stored_agents, stored_call_ids

    if choice.call_id is not None:
        hint = like_ids(choice.call_id, stored_call_ids(store, MOST_IDS))
        return f"no call {choice.call_id} in the store {store.place}{'; ' + hint if hint else ''}"
    known = stored_agents(store)
    folded = set(map(fold_label, known))
    missing = [name for name in choice.agents if fold_label(name) not in folded]
    if choice.agents and len(missing) == len(choice.agents):
        hint = did_you_mean(missing[0], known)
        listed = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")
        return (
            f"no call of agent {' or '.join(missing)}: {hint}{' ' if hint else ''}the store has "
            f"{listed or 'calls that name no agents'}"
        )
    untimed = count_untimed(store, choice)
    left_out = f" ({untimed} left out: nobody says when they began)" if untimed else ""
    return f"store {store.place}: no call fits what was asked for{left_out}"


def _say_books(books: Sequence[BookUse]) -> None:
    if len(books) > 1:
        listed = "; ".join(
            f"{book.calls} by {book.profile} {book.digest[:12]} ({book.model}, {book.version})"
            for book in books
        )
        say(f"judged by more than one rule book: {listed}; --rule-book keeps one")


def _run_of(book: BookUse) -> Run:
    from transcript_audit.reports.run import Run

    kind, _, name = book.model.partition(" ")
    version, _, _ = book.version.partition(" ")  # of the code there is no more to say in a report
    return Run(version, book.digest, book.profile, name if kind == "pipeline" else None)


def like_ids(call_id: str, others: Sequence[str]) -> str:
    """A question after the ids that hold the one given, or the nearest one, or ""."""
    word = call_id.casefold()
    holding = [each for each in others if word and word in each.casefold()][:MOST_HINTS]
    if holding:
        return f"did you mean {' or '.join(map(repr, holding))}?"
    return did_you_mean(call_id, others)
