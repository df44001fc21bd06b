"""Where verdicts are kept: an append-only ledger, here as a file of JSON lines.

The store has one too (`history.verdicts`); a file is for those who keep none.

Nothing in the file is ever changed. What is added is written under a lock, in one piece, and forced
to the disk before `append` returns; if the disk is full, the file is as it was. A line without its
end was never acknowledged (the machine stopped in the middle); it is left out, and cut off by the
next one who writes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from transcript_audit.errors import TranscriptAuditError
from transcript_audit.review.verdicts import Ruling, Verdict

VERSION = 1
LOCK_SECONDS = 10.0
"""How long to wait for somebody else who is writing."""


class LedgerError(TranscriptAuditError):
    """The ledger cannot be read or written; the message says where and what to do."""


class Ledger(Protocol):
    """Where verdicts are kept; those there are never changed."""

    def __str__(self) -> str:
        """As messages name it."""

    def read(self) -> tuple[Verdict, ...]:
        """All verdicts, in the order in which they were added."""

    def append(self, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
        """Those that were added: all whose id wasn't there, or none."""


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger as a file of JSON lines, one a verdict; `path` need not be there yet."""

    path: Path

    def __str__(self) -> str:
        """As messages name it."""
        return str(self.path)

    def read(self) -> tuple[Verdict, ...]:
        """All verdicts, in the order in which they were added; none where there is no file.

        Raises:
            LedgerError: a line is no verdict, or the file cannot be read.
        """
        return tuple(_read_lines(self.path, _whole_lines(self._bytes())))

    def append(self, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
        """Those that were added: all whose id wasn't there; on the disk when this returns.

        Raises:
            LedgerError: the ledger is locked, at fault, or cannot be written; nothing was added.
        """
        if not verdicts:
            return ()
        with self._locked():
            held = self._bytes()
            whole = held[: _whole_length(held)]
            added = {each.id: each for each in verdicts if not self._holds(each, whole)}
            if added:
                text = "".join(map(verdict_line, added.values())).encode()
                gap = b"" if not whole or whole.endswith(b"\n") else b"\n"
                self._write(len(whole), gap + text)
        return tuple(added.values())

    def _holds(self, verdict: Verdict, whole: bytes) -> bool:
        """Whether a verdict of that id is there; all is read only where it may be."""
        if json.dumps(verdict.id).encode() not in whole:
            return False
        return verdict.id in {each.id for each in _read_lines(self.path, _whole_lines(whole))}

    def _bytes(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise LedgerError(f"{self.path}: cannot be read: {error.strerror}") from None

    def _write(self, at: int, text: bytes) -> None:
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            number = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise LedgerError(f"{self.path}: cannot be written: {error.strerror}") from None
        with os.fdopen(number, "r+b", buffering=0) as file:
            try:
                file.truncate(at)
                file.seek(at)
                rest = memoryview(text)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError as error:
                file.truncate(at)
                raise LedgerError(
                    f"{self.path}: nothing was added: {error.strerror}; what was there stays"
                ) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self.path.parent.is_dir():  # which the lock would make
            raise LedgerError(f"{self.path}: there is no folder {self.path.parent}; make it first")
        try:
            lock = FileLock(f"{self.path}.lock", timeout=LOCK_SECONDS)
            lock.acquire()
        except Timeout:
            raise LedgerError(
                f"{self.path}: somebody else is writing to it; try again in a moment"
            ) from None
        except OSError as error:
            raise LedgerError(f"{self.path}: cannot be written: {error.strerror}") from None
        try:
            yield
        finally:
            lock.release()


def verdict_line(verdict: Verdict) -> str:
    """A verdict as a line of JSON, with its line end; pure ASCII, so safe in any encoding."""
    record = {"version": VERSION, **asdict(verdict), "when": verdict.when.isoformat()}
    kept = {key: value for key, value in record.items() if value not in ("", (), False)}
    return json.dumps(kept, allow_nan=False) + "\n"


def read_verdict(record: Mapping[str, Any]) -> Verdict:
    """The verdict of a record; keys that are not known are left alone.

    Raises:
        ValueError: something is missing or is not what it should be; says what.
    """
    version = record.get("version")
    if version != VERSION:
        raise ValueError(f"version {version!r}: expected {VERSION}; a newer program wrote it")
    if record.get("ruling") not in list(Ruling):
        raise ValueError(f"ruling {record.get('ruling')!r}: expected one of {', '.join(Ruling)}")
    return Verdict(
        when=_moment(record.get("when")),
        ruling=Ruling(record["ruling"]),
        turns=tuple(sorted(_list_of(record, "turns", int))),
        agents=tuple(_list_of(record, "agents", str)),
        settles=record.get("settles", False) is True,
        **{name: _text(record, name) for name in _TEXTS},
    )


_TEXTS = (
    *("id", "reviewer", "call_id", "rule", "fingerprint", "reason", "note"),
    *("outcome", "rule_book", "source"),
)


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}; expected text")  # noqa: TRY004 - a fault of the file
    return value


def _list_of(record: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    value = record.get(name, [])
    if not isinstance(value, list) or any(type(each) is not kind for each in value):
        raise ValueError(f"{name} is {value!r}; expected a list of {kind.__name__}")
    return value


def _moment(value: object) -> datetime:
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"when is {value!r}; expected a date and time with its zone") from None
    if when.utcoffset() is None:
        raise ValueError(f"when is {value!r}; the zone is missing, as in +00:00")
    return when.astimezone(UTC)


def _whole_length(held: bytes) -> int:
    """How many bytes of a ledger are whole lines; a last one that is whole but unended counts."""
    end = held.rfind(b"\n") + 1
    try:
        json.loads(held[end:])
    except ValueError:
        return end
    return len(held)


def _whole_lines(held: bytes) -> list[bytes]:
    return held[: _whole_length(held)].splitlines()


def _read_lines(path: Path, lines: Iterable[bytes]) -> Iterator[Verdict]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("expected one JSON object a line")  # noqa: TRY004, TRY301
            yield read_verdict(record)
        except (ValueError, RecursionError) as error:
            raise LedgerError(
                f"{path}: line {number}: {error}; mend the line, nothing was changed"
            ) from None
