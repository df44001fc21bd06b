"""Where verdicts are kept, on the command line: in the store, or in a file of their own."""
# ruff: noqa: PLC0415 - `--help` must not pay for SQLAlchemy

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.keeping import Keep, open_named, open_to_read
from transcript_audit.cli.settled import ENVIRONMENT
from transcript_audit.cli.streams import say
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.review.ledger import Ledger
    from transcript_audit.review.lessons import Lessons
    from transcript_audit.review.verdicts import Reviews, Verdict


@dataclass(frozen=True, slots=True)
class Ledgers(Keep):
    """Where verdicts are kept."""

    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger",
            metavar="FILE",
            envvar=f"{ENVIRONMENT}LEDGER",
            help="Keep verdicts in this file instead of the store; it is only ever added to.",
            show_default=False,
        ),
    ] = None

    @contextmanager
    def open(self) -> Iterator[Ledger]:
        """The ledger to read and add to; a store is made where there is none.

        Raises:
            StoreError: the store cannot be used.
            ConfigurationError: no store is wanted, and no file is named.
        """
        from transcript_audit.history import StoredLedger
        from transcript_audit.review.ledger import LedgerFile

        if self.ledger is not None:
            yield LedgerFile(self.ledger)
        elif self.no_store:
            raise ConfigurationError("--no-store: say with --ledger in which file verdicts go")
        else:
            with open_named(self) as store:
                yield StoredLedger(store)

    def read(self) -> tuple[Verdict, ...]:
        """The verdicts; none where nobody has begun a ledger.

        Raises:
            StoreError, LedgerError: it cannot be read.
        """
        from transcript_audit.history import NoStoreError, StoredLedger
        from transcript_audit.review.ledger import LedgerFile

        if self.ledger is not None:
            return LedgerFile(self.ledger).read()
        try:
            with open_to_read(self) as store:
                return StoredLedger(store).read()
        except NoStoreError:
            return ()

    def read_some(self) -> tuple[Verdict, ...]:
        """The verdicts, of which there must be some.

        Raises:
            ConfigurationError: there is none.
        """
        said = self.read()
        if not said:
            where = f"--ledger {self.ledger}" if self.ledger else f"store {self.place}"
            raise ConfigurationError(f"{where}: no verdicts yet; `transcript-audit review` begins")
        return said


def learn_lessons(reviews: Reviews) -> Lessons:
    """What the verdicts teach of each rule; empty where there are none."""
    if not reviews.findings:
        return {}
    from transcript_audit.review.lessons import learn_from_verdicts

    return {each.rule: each for each in learn_from_verdicts(reviews)}


def read_reviews(keep: Keep) -> Reviews:
    """What the verdicts in the store come to; nothing where there are none.

    A report is whole without them, so a store that cannot be read is told in a line and no more.
    """
    from transcript_audit.review.verdicts import sum_up

    if keep.no_store:
        return sum_up([])
    from transcript_audit.history import NoStoreError, StoredLedger, StoreError

    try:
        with open_to_read(keep) as store:
            return sum_up(StoredLedger(store).read())
    except NoStoreError:
        return sum_up([])
    except StoreError as error:
        say(f"without what reviewers said: {error}")
        return sum_up([])
