"""Files on shared storage, named by addresses such as s3://bucket/calls, through fsspec.

Where credentials and endpoints come from is the storage's own business: its usual files and
environment variables. What goes wrong is an `OSError` whose `strerror` is one line.
"""
# ruff: noqa: PLC0415 - fsspec is an extra, and its storages are slow to import

from __future__ import annotations

import errno
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

BUCKETS = frozenset({"s3", "s3a", "gs", "gcs"})
"""Schemes whose addresses begin with a bucket."""

SCHEMES = (*sorted(BUCKETS), "abfs", "abfss", "adl", "az", "hdfs", "file", "memory")
"""What addresses may begin with: storage that is listed, read by ranges and written to. Not the
web, which is none."""

EXPECTED = "expected a path, or an address that begins with one of " + ", ".join(
    f"{each}://" for each in SCHEMES
)

# `Path` makes one slash of two; an address may have been through it.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(?://|/(?=[^/]))(.*)", re.S)

_READ_AT_ONCE = 1 << 16


class StorageError(OSError):
    """Shared storage did not do what was asked; `strerror` says what, in one line."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file on shared storage.

    Attributes:
        address: by which it is opened.
        size: its bytes.
        state: another text once it has changed.
    """

    address: str
    size: int
    state: str


def address_of(path: str | Path) -> str | None:
    """The address that `path` is, whole again if it was taken for a path; None for a local path."""
    if not (found := _ADDRESS.fullmatch(path.as_posix() if isinstance(path, Path) else path)):
        return None
    scheme, rest = found[1].lower(), found[2]
    return f"{scheme}:///{rest.lstrip('/')}" if scheme == "file" else f"{scheme}://{rest}"


def is_known(address: str) -> bool:
    """Whether it begins with one of `SCHEMES`."""
    return address.partition("://")[0] in SCHEMES


def check_address(address: str) -> None:
    """Nothing; there is a library for such addresses.

    Raises:
        ConfigurationError: there is none, or no such storage.
    """
    _system(address)


def check_bucket(address: str) -> None:
    """Nothing; the bucket that the address names is there, as far as storage tells.

    Raises:
        StorageError: it is not, or nobody lets us look.
    """
    scheme, _, rest = address.partition("://")
    bucket = rest.partition("/")[0]
    if scheme not in BUCKETS:
        return
    system = _system(address)
    try:
        with _told(address):
            if not bucket or not system.exists(bucket):  # also where nobody lets us look
                system.ls(bucket or "-")  # tells which of the two it is
    except FileNotFoundError:
        raise StorageError(
            errno.ENOENT, f"there is no bucket {bucket!r}, or it may not be seen", address
        ) from None


def is_folder(address: str) -> bool:
    """Whether there is a folder, or anything below an address."""
    with _told(address):
        return bool(_system(address).isdir(address))


def is_file(address: str) -> bool:
    """Whether there is a file."""
    with _told(address):
        return bool(_system(address).isfile(address))


def list_files(address: str) -> list[Found]:
    """The files below a folder, also in folders in it, as a walk through them meets them: of each
    folder the files first, by name. A file is itself alone; empty where there is nothing."""
    system = _system(address)
    with _told(address):
        system.invalidate_cache()  # others write too
        found = system.find(address, detail=True)
    files = [each for each in _found(address, found) if not each.address.endswith("/")]
    return sorted(files, key=lambda each: _place(each.address))


def match_files(pattern: str) -> list[Found]:
    """The files that a glob pattern matches, and those below folders that it matches."""
    system = _system(pattern)
    with _told(pattern):
        system.invalidate_cache()
        matches = system.glob(pattern, detail=True)
    folders = [name for name, info in matches.items() if info["type"] == "directory"]
    files = [each for each in _found(pattern, matches) if not each.address.endswith("/")]
    below = [each for name in folders for each in list_files(_address(pattern, name))]
    unique = {each.address: each for each in (*files, *below)}
    return sorted(unique.values(), key=lambda each: _place(each.address))


def open_to_read(address: str) -> BinaryIO:
    """The file, seekable; every read asks for just those bytes, so read much at a time.

    Raises:
        StorageError: it cannot be opened.
    """
    with _told(address):
        stream = _system(address).open(address, "rb", cache_type="none")
    return cast(BinaryIO, io.BufferedReader(_Ranges(address, stream), _READ_AT_ONCE))


def address_of_open(data: object) -> str | None:
    """The address of a file opened by `open_to_read`, if another process can open it as well."""
    raw = getattr(data, "raw", None)
    if isinstance(raw, _Ranges) and not raw.address.startswith("memory:"):
        return raw.address
    return None


def read_bytes(address: str) -> bytes:
    """All of a file.

    Raises:
        FileNotFoundError: there is none.
        StorageError: it cannot be read.
    """
    with _told(address):
        return bytes(_system(address).cat_file(address))


def write_bytes(address: str, data: bytes) -> None:
    """Put a file there, whole or not at all.

    Raises:
        StorageError: it cannot be put.
    """
    with _told(address):
        _make_parent(address)
        _system(address).pipe_file(address, data)


def put_file(local: Path, address: str) -> None:
    """Put a local file there, whole or not at all; in pieces where it is large.

    Raises:
        StorageError: it cannot be put.
    """
    with _told(address):
        _make_parent(address)
        _system(address).put_file(str(local), address)


def remove_file(address: str) -> None:
    """Remove a file, if it is there.

    Raises:
        StorageError: it cannot be removed.
    """
    try:
        with _told(address):
            _system(address).rm_file(address)
    except FileNotFoundError:
        return


def write_new(address: str, data: bytes) -> bool:
    """Whether this call put the file there; False where there is one, which stays as it is.

    Raises:
        StorageError: it cannot be put.
    """
    try:
        with _told(address):
            _make_parent(address)
            _system(address).pipe_file(address, data, mode="create")
    except FileExistsError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Stored:
    """A file or folder on shared storage, with the few methods of a `Path` that are needed."""

    address: str

    def __str__(self) -> str:
        return self.address

    def __truediv__(self, name: str) -> Stored:
        return Stored(f"{self.address.rstrip('/')}/{name}")

    @property
    def name(self) -> str:
        """The last part of the address."""
        return self.address.rstrip("/").rpartition("/")[2]

    def exists(self) -> bool:
        """Whether there is a file, or anything below it."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Whether it is a file."""
        return is_file(self.address)

    def is_dir(self) -> bool:
        """Whether there is anything below it."""
        return is_folder(self.address)

    def iterdir(self) -> Iterator[Stored]:
        """The files in it, and below it."""
        return (Stored(each.address) for each in list_files(self.address))

    def glob(self, pattern: str) -> Iterator[Stored]:
        """The files in it whose names match."""
        return (each for each in self.iterdir() if fnmatchcase(each.name, pattern))

    def mkdir(self, mode: int = 0o777, *, exist_ok: bool = False) -> None:
        """Make sure that files can be put there."""
        del mode, exist_ok
        check_bucket(self.address)

    def read_bytes(self) -> bytes:
        """All of the file."""
        return read_bytes(self.address)

    def __lt__(self, other: Stored) -> bool:
        return self.address < other.address


Place = Path | Stored
"""Where a file or folder is: on this machine, or on shared storage."""


def place_of(path: Path) -> Place:
    """Where a path, which may be an address, lies."""
    address = address_of(path)
    return Stored(address) if address else path


class _Ranges(io.RawIOBase):
    """A file of fsspec; what goes wrong as it is read is a `StorageError`."""

    def __init__(self, address: str, stream: Any) -> None:
        self.address = address
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _told(self.address):
            chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


@contextmanager
def _told(address: str) -> Iterator[None]:
    """What storage, and the libraries behind it, raise, as one line; they have many kinds."""
    try:
        yield
    except ConfigurationError:
        raise
    except FileNotFoundError as error:
        told = str(error.strerror or error)
        missing = "no such bucket" if "bucket" in told.lower() else "no such file or folder"
        raise FileNotFoundError(errno.ENOENT, missing, address) from error
    except FileExistsError:
        raise
    except PermissionError as error:
        raise StorageError(
            errno.EACCES,
            f"access is refused ({_line(error)}); check the credentials, and what they may do",
            address,
        ) from error
    except StorageError:
        raise
    except Exception as error:
        kind = type(error).__name__
        advice = "; say with which credentials" if "Credential" in kind else ""
        raise StorageError(
            getattr(error, "errno", None) or errno.EIO, f"{kind}: {_line(error)}{advice}", address
        ) from error


def _line(error: Exception) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split())[:200]


def _system(address: str) -> AbstractFileSystem:
    return _load_system(address.partition("://")[0])


@lru_cache(maxsize=16)
def _load_system(scheme: str) -> AbstractFileSystem:
    if scheme not in SCHEMES:
        raise ConfigurationError(f"{scheme}://: no storage that is written to; {EXPECTED}")
    extra = "'transcript-audit[s3]'"
    try:
        import fsspec

        return fsspec.filesystem(scheme, use_listings_cache=False)
    except ImportError as error:
        needed = f"pip install {extra}"
        if scheme not in {"s3", "s3a", "file", "memory"}:
            needed += f", and the library of fsspec for {scheme}://"
        raise ConfigurationError(f"{scheme}://: needs {_line(error)}; {needed}") from error
    except Exception as error:  # whatever a storage says of its own settings
        raise ConfigurationError(
            f"{scheme}://: cannot be used ({type(error).__name__}: {_line(error)})"
        ) from error


def _make_parent(address: str) -> None:
    """Folders are made where storage has any; a bucket is not made by the way."""
    if address.partition("://")[0] not in BUCKETS:
        _system(address).makedirs(address.rpartition("/")[0], exist_ok=True)


def _found(address: str, infos: dict[str, dict[str, Any]]) -> Iterator[Found]:
    for name, info in infos.items():
        if info["type"] == "file":
            marks = (info.get(key) for key in ("ETag", "etag", "LastModified", "mtime", "created"))
            state = " ".join(str(each) for each in marks if each is not None)
            size = int(info.get("size") or 0)
            yield Found(_address(address, name), size, f"{size} {state}")


def _address(like: str, name: str) -> str:
    """The address of a file that storage calls `name`, in the scheme of `like`."""
    scheme = like.partition("://")[0]
    if scheme == "file":
        return f"file:///{name.lstrip('/')}"
    return f"{scheme}://{name.lstrip('/')}"


def _place(address: str) -> list[tuple[int, str]]:
    """By which files sort as `os.walk` meets them: those of a folder before its folders."""
    *folders, name = address.split("/")
    return [*((1, each) for each in folders), (0, name)]
