"""Where a store is: a file, or a database server by its address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from transcript_audit.errors import ConfigurationError

FILE_NAME = "audits.db"
APPLICATION = "transcript-audit"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class StorePlace:
    """Where a store is.

    Attributes:
        file: the SQLite file, or None.
        url: the address of the PostgreSQL database, or None.
    """

    file: Path | None = None
    url: URL | None = None

    def __str__(self) -> str:
        """As a message may show it: never with a password, wherever in the address it stands."""
        if self.url is None:
            return str(self.file)
        hidden = {key: "***" for key in self.url.query if "password" in key.lower()}
        shown = self.url.update_query_dict(hidden).set(drivername="postgresql")
        return shown.render_as_string(hide_password=True)


def find_store(name: str | None = None) -> StorePlace:
    """The place that a path or an address names; without one, a file in the user's data folder.

    Raises:
        ConfigurationError: it is an address of something else, or cannot be read as one.
    """
    if name is None:
        from platformdirs import user_data_path  # noqa: PLC0415 - only where nothing is named

        return StorePlace(file=user_data_path(APPLICATION, appauthor=False) / FILE_NAME)
    if not name.strip():
        raise ConfigurationError("store: the name is empty; expected a file or postgresql://...")
    scheme = _SCHEME.match(name)
    if scheme is None:
        return StorePlace(file=Path(name).expanduser())
    if scheme[1].lower() == "sqlite":
        file = name[scheme.end() :].removeprefix("/")
        if not file:
            raise ConfigurationError("store sqlite:///: names no file; give the path of one")
        return StorePlace(file=Path(file))
    if scheme[1].lower() not in _POSTGRESQL:
        raise ConfigurationError(
            f"store {scheme[1]}://...: expected a file, or an address that begins with "
            "postgresql://"
        )
    return StorePlace(url=_postgresql(name))


def _postgresql(name: str) -> URL:
    try:
        url = make_url(name)
    except (ArgumentError, ValueError):  # its message holds the password
        raise ConfigurationError(
            "store postgresql://...: is no address; expected postgresql://USER@HOST:PORT/DATABASE, "
            "with what is special in a name or password written as %40 and the like"
        ) from None
    return url.set(drivername="postgresql+psycopg")
