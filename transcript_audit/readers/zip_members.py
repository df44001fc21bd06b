"""The members of a zip archive, in flat memory however many there are.

zipfile reads the whole directory of an archive when it opens it, and keeps some 600 bytes of every
member. Here it is shown a part of the directory at a time, as if there were no more; all that a
directory says is still read by zipfile. The layout is that of PKWARE's APPNOTE.TXT, 4.3.12 (an
entry of the directory) and 4.3.14 to 4.3.16 (the records behind it).
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, NamedTuple

AT_ONCE = 1000
"""Members of a part of the directory, at most."""

_LARGEST_PART = 1 << 20
"""Bytes after which a part ends; name, extra field and comment of a member are up to 64 KB each."""

_ENTRY = struct.Struct("<4s24x3H12x")
"""Its signature; bytes of the name, the extra field and the comment, which stand behind it."""

_END = struct.Struct("<4s8xLLH")
"""The directory's size and offset, or all ones where the wider record has them."""

_LOCATOR = struct.Struct("<4sLQL")
_WIDE_END = struct.Struct("<4sQ2H2L4Q")
_LONGEST_COMMENT = (1 << 16) - 1
_READ_AT_ONCE = 1 << 16


class _Directory(NamedTuple):
    """Where the directory stands in the file, its bytes, and where it says that it stands: not the
    same in an archive behind something else, such as a program that unpacks it."""

    start: int
    size: int
    stated: int


class ZipMembers:
    """The members of an archive; iterate as often as needed.

    Args:
        data: the archive, seekable; open as long as this is used.

    Raises:
        zipfile.BadZipFile: it has no directory.
    """

    def __init__(self, data: BinaryIO) -> None:
        self._data = data
        self._directory = _find_directory(data)
        self._archive = self._show(b"", 0)

    def __iter__(self) -> Iterator[zipfile.ZipInfo]:
        """Each member, in the order of the directory; folders too.

        Raises:
            zipfile.BadZipFile, ...: the directory is damaged, in whatever way zipfile says so.
        """
        part, count = bytearray(), 0
        for entry in _read_entries(self._data, self._directory):
            part += entry
            count += 1
            if count == AT_ONCE or len(part) > _LARGEST_PART:
                yield from self._show(bytes(part), count).infolist()
                part, count = bytearray(), 0
        yield from self._show(bytes(part), count).infolist()

    def open(self, member: zipfile.ZipInfo) -> IO[bytes]:
        """The bytes of a member, unpacked.

        Raises:
            zipfile.BadZipFile, ...: it is damaged, in whatever way zipfile says so.
        """
        return self._archive.open(member)

    def _show(self, entries: bytes, count: int) -> zipfile.ZipFile:
        """The archive as if its directory held only these entries."""
        size, stated = len(entries), self._directory.stated
        records = (
            _WIDE_END.pack(b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, stated),
            _LOCATOR.pack(b"PK\6\7", 0, stated + size, 1),
            struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0),
        )
        window = _Window(self._data, self._directory.start, b"".join((entries, *records)))
        return zipfile.ZipFile(window)


class _Window(io.RawIOBase):
    """A file up to a place in it, and other bytes from there on."""

    def __init__(self, data: BinaryIO, until: int, rest: bytes) -> None:
        self._data, self._until, self._rest = data, until, memoryview(rest)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._until + len(self._rest)}
        if begin[whence] + offset < 0:
            raise OSError("before the beginning")
        self._at = begin[whence] + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        size = 0
        if self._at < self._until:
            self._data.seek(self._at)
            found = self._data.read(min(len(buffer), self._until - self._at))
            size = len(found)
            buffer[:size] = found
        if (place := self._at + size - self._until) >= 0:
            rest = self._rest[place : place + len(buffer) - size]
            buffer[size : size + len(rest)] = rest
            size += len(rest)
        self._at += size
        return size


def _find_directory(data: BinaryIO) -> _Directory:
    size = data.seek(0, io.SEEK_END)
    data.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = data.read()
    at = tail.rfind(b"PK\5\6", 0, max(0, len(tail) - _END.size + 4))
    if at < 0:
        raise zipfile.BadZipFile("no directory at its end")
    _, length, stated, _ = _END.unpack_from(tail, at)
    end = size - len(tail) + at
    if wide := _find_wide_end(data, end):
        length, stated = wide
        end -= _WIDE_END.size + _LOCATOR.size
    if length > end:
        raise zipfile.BadZipFile("a directory larger than the file")
    return _Directory(end - length, length, stated)


def _find_wide_end(data: BinaryIO, end: int) -> tuple[int, int] | None:
    """The directory's size and offset by the wider record before `end`; None if there is none."""
    begin = end - _LOCATOR.size - _WIDE_END.size
    if begin < 0:
        return None
    data.seek(begin)
    record, locator = data.read(_WIDE_END.size), data.read(_LOCATOR.size)
    if not (record.startswith(b"PK\6\6") and locator.startswith(b"PK\6\7")):
        return None
    *_, size, stated = _WIDE_END.unpack(record)
    return size, stated


def _read_entries(data: BinaryIO, directory: _Directory) -> Iterator[bytes]:
    """The bytes of each entry; what is none as it stands, for zipfile to say so."""
    at, left = directory.start, directory.size
    held, begin = b"", 0
    while left or begin < len(held):
        size = _entry_size(held, begin)
        if left and begin + size > len(held):
            data.seek(at)  # who takes the members reads elsewhere meanwhile
            chunk = data.read(min(left, max(size, _READ_AT_ONCE)))
            at, left = at + len(chunk), left - len(chunk) if chunk else 0
            held, begin = held[begin:] + chunk, 0
        else:
            yield held[begin : begin + size]
            begin += size


def _entry_size(held: bytes, begin: int) -> int:
    """Bytes of the entry there; of all that is there, where it is none."""
    if begin + _ENTRY.size > len(held):
        return _ENTRY.size
    signature, *lengths = _ENTRY.unpack_from(held, begin)
    return _ENTRY.size + sum(lengths) if signature == b"PK\1\2" else len(held) - begin
