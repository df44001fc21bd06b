"""What a user may say about the sources, checked once when it is said."""

from __future__ import annotations

import codecs
import fnmatch
import glob
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from transcript_audit.errors import ConfigurationError
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.words import clean, quoted

if TYPE_CHECKING:
    import regex

COLUMN_FIELDS = (
    "call_id",
    "agent",
    "started_at",
    "turn",
    "speaker",
    "text",
    "start",
    "end",
    "start_ms",
    "end_ms",
)
"""What a table's column may hold; `start_ms` and `end_ms` are start and end in milliseconds."""

SECONDS_TO_MATCH = 2.0
"""Time that the name pattern has for one name; it needs thousandths."""

NAME_GROUPS = ("call_id", "agent", "started_at")


@dataclass(frozen=True, slots=True)
class NameDetails:
    """What a file's name says about its calls."""

    call_id: str = ""
    agent: str = ""
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read the sources.

    Attributes:
        columns: column name of a table by field (`COLUMN_FIELDS`); an empty name leaves the
            field out.
        name_pattern: regular expression searched in the file's name (in the whole path if it
            holds a "/"), with named groups out of `NAME_GROUPS`.
        encoding: character encoding of every source; found from the bytes if None.
        input_format: name of the reader for every source; found from the content if None.
        by_source: options of their own for what a path or pattern covers (see `covers`); the
            first that covers a source holds for it, wholly in place of these.
        watch: called with each source as it is opened, to tell how far reading has come; of the
            options given for the run, not of those of a source.

    Raises:
        ConfigurationError: a field, pattern or encoding that cannot be used.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    name_pattern: str | None = None
    encoding: str | None = None
    input_format: str | None = None
    by_source: tuple[tuple[str, ReadOptions], ...] = ()
    watch: Callable[[str, BinaryIO], object] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be used before any file is opened."""
        for name in self.columns:
            if name not in COLUMN_FIELDS:
                raise ConfigurationError(
                    f"column mapping: unknown field {name!r}; expected one of "
                    f"{', '.join(COLUMN_FIELDS)}, as in text=utterance"
                )
        if self.name_pattern is not None:
            _compile_name_pattern(self.name_pattern)
        if self.encoding is not None:
            _check_encoding(self.encoding)

    def for_source(self, path: str) -> ReadOptions:
        """The options that hold for the source at `path`."""
        return next((own for pattern, own in self.by_source if covers(pattern, path)), self)

    def details_from_name(self, path: str) -> NameDetails:
        """What `name_pattern` finds in the name of `path`; nothing where it does not match.

        Raises:
            ConfigurationError: the pattern takes too long on that name.
        """
        if self.name_pattern is None:
            return NameDetails()
        name = PurePath(path)
        match = _search(
            self.name_pattern, name.as_posix() if "/" in self.name_pattern else name.name
        )
        found = {key: value or "" for key, value in match.groupdict().items()} if match else {}
        return NameDetails(
            call_id=clean(found.get("call_id", "")),
            agent=clean(found.get("agent", "")),
            started_at=read_moment(found.get("started_at", "")),
        )


def covers(pattern: str, path: str) -> bool:
    """Whether `path` is the file, in the folder or archive, or of the glob pattern, so named.

    A "*" stands for folders too. Standard input is nowhere.
    """
    if path == "-":
        return False
    whole, named = (os.path.normcase(Path.cwd() / each) for each in (path, pattern))
    whole, named = os.path.normpath(whole), os.path.normpath(named)
    if whole == named or whole.startswith((named.rstrip(os.sep) + os.sep, f"{named}!")):
        return True
    return glob.has_magic(pattern) and any(
        fnmatch.fnmatchcase(str(each), named)
        for each in (whole, whole.partition("!")[0], *PurePath(whole).parents)
    )


def _search(pattern: str, name: str) -> regex.Match[str] | None:
    # Python's own `re` can neither be stopped nor told to give up.
    import regex  # noqa: PLC0415 - seldom needed

    try:
        return regex.search(pattern, name, timeout=SECONDS_TO_MATCH)
    except (TimeoutError, MemoryError, RecursionError):
        raise ConfigurationError(
            f"name pattern {pattern!r}: takes too long, or too much memory, on "
            f"{quoted(name, 200)}; leave out a repetition in a repetition, as in (a|aa)+"
        ) from None


def _compile_name_pattern(pattern: str) -> None:
    import regex  # noqa: PLC0415 - as above

    try:
        groups = regex.compile(pattern).groupindex
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise ConfigurationError(
            f"name pattern {pattern!r}: not a regular expression ({error}); expected one such as "
            r"(?P<started_at>\d{4}-\d\d-\d\d)_(?P<call_id>[^_]+)_(?P<agent>[^_.]+)"
        ) from error
    unknown = [group for group in groups if group not in NAME_GROUPS]
    if unknown or not groups:
        found = f"unknown group {unknown[0]!r}" if unknown else "no named group"
        raise ConfigurationError(
            f"name pattern {pattern!r}: {found}; expected one or more of "
            + ", ".join(f"(?P<{group}>...)" for group in NAME_GROUPS)
        )


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
        b"".decode(encoding)
        codecs.getincrementaldecoder(encoding)
    except (LookupError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"encoding {encoding!r}: not a text encoding; expected a name such as utf-8, utf-16 "
            "or cp1252, or leave it out to have it found"
        ) from error
