"""Where audits are kept, on the command line: written by `audit`, read by `agent` and others."""
# ruff: noqa: PLC0415 - `--help` must not pay for SQLAlchemy

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.settled import ENVIRONMENT, is_on_the_line
from transcript_audit.cli.streams import say
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.history import Store, StoreError, StorePlace


def _refuse_both(ctx: typer.Context, value: str | bool | None) -> str | bool | None:
    if all(is_on_the_line(ctx, name) for name in ("store", "no_store")):
        raise ConfigurationError("--no-store: --store names one; keep one of the two")
    return value


def _give_way(ctx: typer.Context, value: bool) -> bool:
    """Whether no store is wanted: a variable or setting that says so gives way to `--store`."""
    on_the_line = is_on_the_line(ctx, "no_store") or not is_on_the_line(ctx, "store")
    return bool(_refuse_both(ctx, value)) and on_the_line


StoreName = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|ADDRESS",
        envvar=f"{ENVIRONMENT}STORE",
        show_envvar=True,
        callback=_refuse_both,
        help="The store of audits: an SQLite file, or a PostgreSQL database as postgresql://...; "
        "by default a file in the user's data folder.",
    ),
]
NoStore = Annotated[
    bool,
    typer.Option(
        "--no-store",
        envvar=f"{ENVIRONMENT}NO_STORE",
        callback=_give_way,
        help="Neither keep audits nor read kept ones.",
    ),
]


@dataclass(frozen=True, slots=True)
class Keep:
    """Where audits are kept."""

    store: StoreName = None
    no_store: NoStore = False

    @property
    def place(self) -> StorePlace:
        """Where that is.

        Raises:
            ConfigurationError: what is named is no place.
        """
        from transcript_audit.history import find_store

        return find_store(self.store)


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store that a run writes into.

    Attributes:
        asked: whether somebody named it; else a failure must not spoil the run.
        failures: why it takes no more, if it does not.
    """

    store: Store
    asked: bool
    failures: list[StoreError] = field(default_factory=list)

    def fail(self, error: StoreError) -> None:
        """Say that the store takes no more."""
        self.failures.append(error)
        say(f"not kept from here on: {error}")

    @property
    def failed(self) -> bool:
        """Whether somebody relied on a store that failed."""
        return self.asked and bool(self.failures)


@contextmanager
def open_to_keep(keep: Keep, *, beside: bool = False) -> Iterator[OpenStore | None]:
    """The store for a run to write into; None where none is wanted, or nobody's could be opened.

    Args:
        beside: whether a checkpoint keeps the audits of the run already.

    Raises:
        StoreError: a store that was named cannot be opened.
    """
    if beside and keep.store is not None and not keep.no_store:
        say(
            f"not kept in {keep.place}: --checkpoint keeps the audits; only what reviewers said is "
            "read from the store"
        )
    if keep.no_store or beside:
        yield None
        return
    from transcript_audit.history import StoreError, open_store

    place, asked = keep.place, keep.store is not None
    try:
        if not asked and place.file is not None:
            _make_folder(place)
        store = open_store(place)
    except (StoreError, OSError) as error:
        if asked:
            raise
        say(f"not kept: {error}; --store names another place, --no-store none")
        yield None
        return
    if not asked:
        say(f"kept in {place}; --store names another place, --no-store none")
    with store:
        yield OpenStore(store, asked)


@contextmanager
def open_named(keep: Keep) -> Iterator[Store]:
    """The store for somebody to write into who cannot go on without it; made where there is none.

    Raises:
        StoreError: it cannot be used.
    """
    from transcript_audit.history import StoreError, open_store

    place = keep.place
    try:
        if keep.store is None:
            _make_folder(place)
    except OSError as error:
        raise StoreError(f"store {place}: cannot be made: {error.strerror}") from None
    with open_store(place) as store:
        yield store


@contextmanager
def open_to_read(keep: Keep, *, writing: bool = False) -> Iterator[Store]:
    """The store that there is.

    Raises:
        NoStoreError: there is none.
        StoreError: it cannot be read.
    """
    from transcript_audit.history import NoStoreError, open_store

    if keep.no_store:
        raise NoStoreError("--no-store: there is nothing to read then")
    place = keep.place
    if writing and place.file is not None and not place.file.exists():
        raise NoStoreError(f"store {place}: there is none yet; `transcript-audit audit` makes it")
    with open_store(place, writing=writing) as store:
        yield store


def _make_folder(place: StorePlace) -> None:
    if place.file is not None:
        place.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
