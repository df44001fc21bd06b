"""Files that are there whole or not at all, whatever happens as they are written.

Each is written aside, in the folder that it goes to and under a hidden name, forced to the disk and
moved into its place. A process that is killed leaves at most the hidden draft, which nothing reads.
What goes to shared storage is written aside on this machine, and put there when it is whole.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TextIO

from transcript_audit import storage
from transcript_audit.storage import Place, Stored

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_NAME = 40
"""Characters of its file's name that a draft is called by: a name may be as long as it can be."""

_CANNOT_FORCE = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}
"""What some network disks answer, which force everything, or nothing."""


@contextmanager
def open_aside(
    target: Place, *, binary: bool = True, mode: int | None = None, new: bool = False
) -> Iterator[IO[Any]]:
    """A file to write that takes the place of `target` at the end.

    Text is UTF-8, with lines as they are; halves of surrogate pairs are written as escapes.

    Args:
        mode: of the file; else that of the one replaced, or what the umask leaves of rw-rw-rw-.
        new: whether nothing may be in that place (FileExistsError); on this machine alone.

    Raises:
        OSError: it cannot be made, written or moved; `target` is then as it was.
    """
    if isinstance(target, Stored):
        with _open_to_put(target, binary) as out:
            yield out
        return
    number, name = tempfile.mkstemp(prefix=f".{target.name[:_NAME]}.", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") if binary else open_text(number) as out:
            yield out
            out.flush()
            _force(out.fileno())
        draft.chmod(_mode(target) if mode is None else mode)
        if new:
            _move_new(draft, target)
        else:
            draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    force_folder(target.parent)


@contextmanager
def _open_to_put(target: Stored, binary: bool) -> Iterator[IO[Any]]:
    number, name = tempfile.mkstemp(prefix="transcript-audit-")
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") if binary else open_text(number) as out:
            yield out
        storage.put_file(draft, target.address)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def write_whole(path: Place, data: bytes, mode: int | None = None) -> None:
    """Write a file that is there whole, also after a crash of the machine, or not at all.

    Raises:
        OSError: it cannot be; what was there is as it was.
    """
    if isinstance(path, Stored):
        storage.write_bytes(path.address, data)
        return
    with open_aside(path, mode=mode) as out:
        out.write(data)


def write_new(path: Place, data: bytes, mode: int | None = None) -> bool:
    """Whether this call made the file; False where there is one, which stays as it is.

    Of several programs that do this at once one does it, and all others find its file whole.

    Raises:
        OSError: it cannot be made.
    """
    if isinstance(path, Stored):
        return storage.write_new(path.address, data)
    try:
        with open_aside(path, mode=mode, new=True) as out:
            out.write(data)
    except FileExistsError:
        return False
    return True


def _move_new(draft: Path, path: Path) -> None:
    """Nothing; the draft has the place, which must be free (FileExistsError)."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links; on Windows a file is never renamed over another
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        draft.rename(path)


def force_tree(folder: Path) -> None:
    """Nothing; all files in a folder, and those below, are on the disk.

    Raises:
        OSError: the disk is full, or the like.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            with Path(place, name).open("rb+") as file:
                _force(file.fileno())
        force_folder(Path(place))


def force_folder(folder: Path) -> None:
    """Nothing; the names in a folder are on the disk, where the system can be asked for that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other program that asks for the same folder is at it meanwhile, where locks are known."""
    number = None
    with suppress(OSError):  # a network disk may know none
        number = os.open(folder, os.O_RDONLY)
        if fcntl is not None:
            fcntl.flock(number, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if number is not None:
            os.close(number)


def _force(number: int) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _CANNOT_FORCE:
            raise


def open_text(number: int) -> TextIO:
    """A text file by its number: UTF-8, with lines as they are, whatever the locale."""
    return os.fdopen(number, "w", encoding="utf-8", newline="", errors="backslashreplace")


def _mode(target: Path) -> int:
    """The mode of the file replaced; else what the umask leaves of rw-rw-rw-."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    umask = os.umask(0o022)
    os.umask(umask)
    return 0o666 & ~umask
