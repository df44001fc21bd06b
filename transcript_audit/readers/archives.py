"""Archives: what is in a .gz or .zip file, unpacked in memory only, a member at a time.

Nothing is written, so no member's name can lead anywhere.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, BinaryIO, cast

from transcript_audit.errors import ReadError
from transcript_audit.readers.contacts import Contact, bring_together, find_contact
from transcript_audit.readers.signatures import (
    PARQUET_MAGIC,
    ZIP_FAULTS,
    ZIP_MAGIC,
    Kind,
    damaged_zip,
    find_kind,
)
from transcript_audit.readers.sources import Document, File, is_left_aside
from transcript_audit.readers.words import clean, told
from transcript_audit.readers.zip_members import ZipMembers

MOST_MEMBERS = 1_000_000
LARGEST = 1 << 34
"""Bytes that a file, or all members of an archive together, may unpack to."""

LARGEST_IN_MEMORY = 1 << 28
"""Bytes of a packed file that must be held whole, since it is not read from front to back."""

HARMLESS = 1 << 26
"""Bytes up to which nothing is taken for a bomb, however small it was packed."""

HIGHEST_RATIO = 250
"""Unpacked bytes a packed byte, above which it is one. Transcripts come to 5 to 40."""

_READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MADE_BY_SYSTEMS = re.compile(r"(?:^|/)(?:__MACOSX/|\.[^./])")


class UnpackedBytes(io.RawIOBase):
    """Bytes that come out of an archive; what is wrong with it is raised as a `ReadError`."""

    def __init__(self, path: str, stream: IO[bytes], limit: int, what: str) -> None:
        self._path = path
        self._what = what
        self._stream = stream
        self._limit = limit

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True; going back unpacks again from the beginning."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The new place, in bytes from the beginning."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """The place, in bytes from the beginning."""
        return self._stream.tell()

    def close(self) -> None:
        """Nothing; closes what they come out of as well."""
        self._stream.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The number of bytes put into `buffer`; 0 at the end.

        Raises:
            ReadError: the packed data is damaged, or unpacks to more than the limit.
        """
        try:
            chunk = self._stream.read(len(buffer))
        except (*ZIP_FAULTS, zlib.error) as error:
            raise ReadError(
                self._path,
                f"{self._what} that is cut off or damaged ({told(error)}); "
                "download or pack it again",
            ) from error
        if self._stream.tell() > self._limit:
            raise _too_large(self._path, self._limit)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def unpack(file: File) -> Iterator[tuple[Contact | None, File | ReadError]]:
    """The file itself; or what is in it, where it is packed. A member that cannot be unpacked is a
    ReadError.

    Members are open only until the next one is asked for. Those of one contact come one after the
    other, with that contact, and otherwise None does. As in a folder, hidden files, media, scripts
    and READMEs are left aside.

    Raises:
        ReadError: the archive itself cannot be read.
    """
    kind = find_kind(file.path, file.data)
    if kind is Kind.GZIP:
        yield None, _refuse_archive(_gunzip(file))
    elif kind is Kind.ZIP:
        yield from _unpack_members(file)
    else:
        yield None, file


def find_limit(packed: int) -> int:
    """Bytes that `packed` bytes may unpack to."""
    return min(LARGEST, max(HARMLESS, HIGHEST_RATIO * packed))


def size_of(data: BinaryIO) -> int:
    """Bytes that there are; they stand at their beginning afterwards."""
    size = data.seek(0, io.SEEK_END)
    data.seek(0)
    return size


def open_package(file: Document) -> zipfile.ZipFile:
    """An Office file, as the zip archive that it is.

    Raises:
        ReadError: it cannot be opened, or unpacks to too much.
    """
    try:
        package = zipfile.ZipFile(file.data)
    except ZIP_FAULTS as error:
        raise damaged_zip(file.path, error) from error
    unpacked = sum(info.file_size for info in package.infolist())
    limit = min(LARGEST_IN_MEMORY, find_limit(size_of(file.data)))
    if unpacked > limit:
        raise _too_large(file.path, limit)
    return package


def _unpack_members(file: File) -> Iterator[tuple[Contact | None, File | ReadError]]:
    limit = find_limit(size_of(file.data))
    archive = ZipMembers(file.data)
    unpacked = 0
    for info, contact in _arrange(archive, _find_transcripts(file.path, archive)):
        # zipfile stops at this size whatever the packed data holds.
        unpacked += info.file_size
        if unpacked > limit:
            raise _too_large(file.path, limit, "; the files from here on are not read")
        try:
            member = _open_member(file, archive, info)
            with member.data:
                yield contact, member
        except ReadError as error:
            yield contact, error


def _find_transcripts(path: str, archive: ZipMembers) -> Iterator[zipfile.ZipInfo]:
    """The members that may hold calls.

    Raises:
        ReadError: there are none, or too many.
    """
    found = False
    # `is_dir` fails on a member without a name.
    files = (info for info in archive if not info.filename.endswith("/"))
    for number, info in enumerate(files, 1):
        if number > MOST_MEMBERS:
            raise ReadError(path, f"more than {MOST_MEMBERS} files in it; split it")
        if not _is_no_transcript(info.filename):
            found = True
            info.extra = info.comment = b""  # 64 KB each at worst, while others are looked at
            yield info
    if not found:
        raise ReadError(path, "no transcript in this archive; expected files to audit")


def _arrange(
    archive: ZipMembers, members: Iterable[zipfile.ZipInfo]
) -> Iterator[tuple[zipfile.ZipInfo, Contact | None]]:
    """The members, those of one contact together; one that is alone has no contact to settle."""
    for group in bring_together(members, lambda info: _find_contact(archive, info)):
        for info, contact in group:
            yield info, contact if group[1:] else None


def _find_contact(archive: ZipMembers, info: zipfile.ZipInfo) -> Contact | None:
    try:
        with archive.open(info) as data:
            return find_contact(info.filename, data)
    except (*ZIP_FAULTS, zlib.error):
        return None


def _open_member(file: File, archive: ZipMembers, info: zipfile.ZipInfo) -> File:
    name = clean(info.filename.replace("\\", "/")) or "?"
    path = f"{file.path}!{name}"
    limit = find_limit(info.compress_size)
    if info.flag_bits & 1:
        raise ReadError(path, "locked with a password; unpack the archive and name the folder")
    if info.compress_type not in _READ_METHODS:
        problem = f"packed by a method that is not read ({info.compress_type}); pack it as .zip "
        raise ReadError(path, problem + "by the usual one (deflate)")
    if info.file_size > limit:
        raise _too_large(path, limit)
    try:
        stream = archive.open(info)
    except ZIP_FAULTS as error:
        raise ReadError(path, f"damaged in the archive ({told(error)}); pack it again") from error
    unpacked = UnpackedBytes(path, stream, limit, "a file in an archive")
    member = _hold(File(path, f"{file.name}/{name}", _buffer(unpacked)))
    if find_kind(path, member.data) is Kind.GZIP:
        member = _gunzip(member)
    return _refuse_archive(member)


def _gunzip(file: File) -> File:
    limit = find_limit(size_of(file.data))
    stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file.data, mode="rb"))
    name = re.sub(r"\.gz$", "", file.name, flags=re.I)
    unpacked = UnpackedBytes(file.path, stream, limit, "a gzip archive")
    return _hold(File(file.path, name, _buffer(unpacked)))


def _hold(file: File) -> File:
    """The file, its bytes in memory where they are not read from front to back.

    Raises:
        ReadError: they are too many, or cannot be unpacked.
    """
    head = file.data.read(4)
    file.data.seek(0)
    if head not in (*ZIP_MAGIC, PARQUET_MAGIC):
        return file
    held = file.data.read(LARGEST_IN_MEMORY + 1)
    if len(held) > LARGEST_IN_MEMORY:
        raise ReadError(
            file.path, f"larger than {LARGEST_IN_MEMORY >> 20} MB in an archive; unpack it first"
        )
    return File(file.path, file.name, io.BytesIO(held))


def _refuse_archive(file: File) -> File:
    if find_kind(file.path, file.data) in (Kind.GZIP, Kind.ZIP):
        raise ReadError(file.path, "an archive in an archive; unpack the outer one first")
    return file


def _buffer(unpacked: UnpackedBytes) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(unpacked, 1 << 16))


def _is_no_transcript(name: str) -> bool:
    name = name.replace("\\", "/")
    return bool(_MADE_BY_SYSTEMS.search(name)) or is_left_aside(name.rpartition("/")[2])


def _too_large(path: str, limit: int, rest: str = "") -> ReadError:
    return ReadError(
        path,
        f"unpacks to more than {limit >> 20} MB, which no transcript of its size does{rest}; "
        "check where it comes from, or unpack it first",
    )
