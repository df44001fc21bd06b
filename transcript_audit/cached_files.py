"""What is dear to make from files that seldom change, kept in the user's cache folder.

Nothing of a call is in there. Whatever is wrong with the folder, what is asked for is made anew.
"""

# ruff: noqa: PLC0415 - only those who keep something pay for it

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

MadeT = TypeVar("MadeT")

LARGEST = 16 << 20
"""Bytes of a file that is read; ours have a quarter of a megabyte."""


def load_or_make(name: str, key: str, shape: Any, make: Callable[[], MadeT]) -> MadeT:
    """What `make` gives, or gave an earlier process for the same key.

    The file's first line is a digest of the key and all that follows, so that neither what was made
    from something else is taken, nor what a disk has spoilt.

    Args:
        name: of its file.
        key: tells apart all that it could come to; see `digest_of`.
        shape: its type, of what JSON can hold; a file that holds something else is made anew.
    """
    import msgspec

    try:
        place = _cache_folder() / f"{name}.json"
        if _is_ours(place):
            told, _, data = place.read_bytes().partition(b"\n")
            if told == digest_of([key.encode(), data]).encode():
                kept: MadeT = msgspec.json.decode(data, type=shape)
                return kept
    except (OSError, RuntimeError, ValueError, msgspec.MsgspecError):
        pass  # not there, or of another shape: made below
    made = make()
    with suppress(OSError, RuntimeError, TypeError, ValueError, msgspec.MsgspecError):
        data = msgspec.json.encode(made)
        told = digest_of([key.encode(), data]).encode()
        _keep(_cache_folder() / f"{name}.json", told + b"\n" + data)
    return made


def digest_of(parts: Iterable[bytes]) -> str:
    """SHA-256 (hex) over the parts and their bounds."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("transcript-audit", appauthor=False)


def _is_ours(place: Path) -> bool:
    """Whether it is a file of a size we write, and nobody but this user can have written it, as far
    as the system tells."""
    told = place.stat()
    if not stat.S_ISREG(told.st_mode) or told.st_size > LARGEST:  # a pipe would be waited for
        return False
    return os.name == "nt" or (told.st_uid == os.geteuid() and not told.st_mode & 0o022)


def _keep(place: Path, data: bytes) -> None:
    from transcript_audit.whole_files import open_aside

    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_aside(place, mode=0o600) as file:
        file.write(data)
