"""A run's audits kept in a folder as it goes, so that a run that was killed goes on where it was.

Audits are kept by what was read: a call that has changed since is audited anew, and runs over parts
of the calls fill one folder. They lie in shards, files written whole or not at all, so a run killed
at any moment leaves nothing half done.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from transcript_audit.batch import is_given_up
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import CallAudit, SkippedCall, Transcript
from transcript_audit.privacy import Privacy
from transcript_audit.road import road_version
from transcript_audit.roles import RoleOptions
from transcript_audit.shards import FORM, PRIVATE, CheckpointError, Shards, damaged, write_shard
from transcript_audit.storage import Place
from transcript_audit.whole_files import write_new

if TYPE_CHECKING:
    from transcript_audit.batch import RuleSource

Audited = CallAudit | SkippedCall
Read = Transcript | SkippedCall

CALLS = 500
"""Calls of a shard at most."""

SECONDS = 20.0
"""After this long what is waiting is written, so that a run killed loses little."""

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A call that was audited before, by the key of what was read."""

    key: str


@dataclass(frozen=True, slots=True)
class Part:
    """One of `of` about equal shares of the calls: the same calls in every run and on any machine.

    Attributes:
        number: from 1 to `of`.
    """

    number: int
    of: int

    def pick(self, reads: Iterable[Read]) -> Iterator[Read]:
        """The calls that are in it."""
        for read in reads:
            named = f"{read.path}\0{read.call_id}".encode("utf-8", "surrogatepass")
            if int.from_bytes(hashlib.sha256(named).digest()[:8]) % self.of == self.number - 1:
                yield read


def describe_terms(
    rules: RuleSource, role_options: RoleOptions, privacy: Privacy
) -> dict[str, str]:
    """What an audit rests on beside the call, by name; another of any is another audit."""
    return {
        "version": road_version(),
        "rule book": rules.digest,
        "profile": rules.profile,
        "recogniser": _name_recogniser(rules),
        "options of roles": _digest(repr(role_options)),
        "options of redaction": _digest(repr(privacy)),
    }


def key_of(read: Read) -> str:
    """The key of what was read: of its words, its path and all else."""
    return _digest(repr(read))


def resume_audits(
    reads: Iterable[Read],
    checkpoint: Checkpoint,
    audit: Callable[[Iterator[Read | Kept]], Iterator[Audited | Kept]],
) -> Iterator[Audited]:
    """The audits of the reads, in order; of what the checkpoint has not, by `audit`, and kept.

    Calls that were given up are not kept: with more memory the next run may manage them.

    Raises:
        CheckpointError: the checkpoint cannot be read or written.
    """
    keys: deque[str] = deque()

    def mark() -> Iterator[Read | Kept]:
        for read in reads:
            keys.append(key_of(read))
            yield Kept(keys[-1]) if keys[-1] in checkpoint else read

    for audited in audit(mark()):
        key = keys.popleft()
        if isinstance(audited, Kept):
            yield checkpoint.load(key)
            continue
        if not is_given_up(audited):
            checkpoint.add(key, audited)
        yield audited


class Checkpoint:
    """The audits kept in a folder; as a context, writes what is waiting at its end."""

    def __init__(self, folder: Place, terms: Mapping[str, str], *, look: bool = True) -> None:
        """Open the folder, or make it.

        Args:
            look: find out what is kept in it already; without, it seems to hold nothing.

        Raises:
            ConfigurationError: it is none of a checkpoint, or one of a run on other terms.
            CheckpointError: it cannot be read or written.
        """
        self.folder = folder
        self._waiting: list[tuple[str, bytes]] = []
        self._since = monotonic()
        self._shards = Shards(folder)
        try:
            _agree_on(folder, terms)
            if look:
                self.look_again()
        except OSError as error:
            raise CheckpointError(
                f"--checkpoint {folder}: cannot be used: {error.strerror}"
            ) from None

    def look_again(self) -> None:
        """Find what others have kept meanwhile."""
        self._shards.look_again()

    def __contains__(self, key: str) -> bool:
        return key in self._shards

    def __len__(self) -> int:
        return len(self._shards)

    def load(self, key: str) -> Audited:
        """The audit kept under that key.

        Raises:
            CheckpointError: its shard is damaged.
        """
        path, data = self._shards.read(key)
        try:
            return _unpack(data)
        except (ValueError, zlib.error) as error:
            raise damaged(path) from error

    def add(self, key: str, audited: Audited) -> None:
        """Keep an audit; with others it is soon written.

        Raises:
            CheckpointError: the disk is full, or the like.
        """
        if not self._waiting:
            self._since = monotonic()
        self._waiting.append((key, _pack(audited)))
        if len(self._waiting) >= CALLS or monotonic() > self._since + SECONDS:
            self.write()

    def write(self) -> None:
        """Write what is waiting as a shard.

        Raises:
            CheckpointError: the disk is full, or the like.
        """
        if self._waiting:
            write_shard(self.folder, self._waiting)
            self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.write()


def _name_recogniser(rules: RuleSource) -> str:
    if rules.patterns_only:
        return "patterns"
    if rules.pipeline is not None:
        return f"pipeline {rules.pipeline} {_digest(repr(_list_files(Path(rules.pipeline))))}"
    from transcript_audit.acts.learned import MODEL_FILE  # noqa: PLC0415 - loads numpy
    from transcript_audit.calibration import CALIBRATION_FILE  # noqa: PLC0415

    digest = hashlib.sha256(MODEL_FILE.read_bytes() + CALIBRATION_FILE.read_bytes())
    return f"model {digest.hexdigest()[:12]}"


def _list_files(folder: Path) -> list[tuple[str, int, int]]:
    """The files of a pipeline's folder with their sizes and times; none of an installed package."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _agree_on(folder: Place, terms: Mapping[str, str]) -> None:
    """Nothing; the folder is, or is now, one of a run on these terms."""
    manifest = folder / MANIFEST
    own = {"form": FORM, "terms": dict(terms)}
    if not manifest.exists():
        if folder.exists() and (not folder.is_dir() or any(_visible(folder))):
            raise ConfigurationError(
                f"--checkpoint {folder}: is no checkpoint of an earlier run, and not empty; name "
                "another folder"
            )
        folder.mkdir(mode=0o700, exist_ok=True)  # words of calls lie in it
        if write_new(manifest, json.dumps(own, indent=2).encode(), PRIVATE):
            return  # else another run was faster, maybe one on other terms
    try:
        kept = json.loads(manifest.read_bytes())
        form, before = kept["form"], dict(kept["terms"])
    except (ValueError, KeyError, TypeError):
        raise damaged(manifest, "the folder") from None
    if form != FORM:
        changed = "another version of this program"
    else:
        changed = ", ".join(
            f"another {name} ({before.get(name)}, now {term})"
            for name, term in terms.items()
            if before.get(name) != term
        )
    if changed:
        raise ConfigurationError(
            f"--checkpoint {folder}: was begun with {changed}; name another folder, or delete "
            "this one to begin anew"
        )


def _visible(folder: Place) -> Iterator[Place]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def _pack(audited: Audited) -> bytes:
    import msgspec  # noqa: PLC0415 - only a run with a checkpoint pays for it

    # The library's own encoder refuses halves of surrogate pairs, as a file's name may have.
    kind = "audit" if isinstance(audited, CallAudit) else "skipped"
    return zlib.compress(json.dumps({kind: msgspec.to_builtins(audited)}).encode("ascii"), 1)


def _unpack(data: bytes) -> Audited:
    import msgspec  # noqa: PLC0415

    held: dict[str, Any] = json.loads(zlib.decompress(data))
    if "audit" in held:
        return msgspec.convert(held["audit"], CallAudit)
    return msgspec.convert(held["skipped"], SkippedCall)
