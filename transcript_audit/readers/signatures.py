"""What a file is by its bytes, before any of it is read as text."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Set
from enum import StrEnum
from typing import BinaryIO

from transcript_audit.errors import ReadError
from transcript_audit.readers.words import told
from transcript_audit.readers.zip_members import ZipMembers

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"

ZIP_FAULTS = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
)
"""What zipfile raises for a damaged archive."""

_OFFICE = "save it as .docx or .xlsx, or export it as CSV or text"
_REFUSED = (
    (ZIP_MAGIC[0], "a zip archive (or .docx, .xlsx)", "unpack it, or export it as text"),
    (GZIP_MAGIC, "a gzip archive", "unpack it"),
    (b"BZh", "a bzip2 archive", "unpack it"),
    (b"\xfd7zXZ", "an xz archive", "unpack it"),
    (b"(\xb5/\xfd", "a zstd archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"%PDF-", "a PDF", "export the call as text"),
    (b"{\\rtf", "a rich text file", "save it as .docx or text"),
    (b"RIFF", "a recording", "transcribe it"),
    (b"ID3", "a recording", "transcribe it"),
    (b"OggS", "a recording", "transcribe it"),
    (b"fLaC", "a recording", "transcribe it"),
    (PARQUET_MAGIC, "a Parquet table", "export it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an Office file that is old or locked with a password", _OFFICE),
)
_TAR = (b"ustar", 257)


class Kind(StrEnum):
    """Files that are no text and are read nevertheless; the last three as named in `READERS`."""

    GZIP = "gzip"
    ZIP = "zip"
    DOCX = "docx"
    XLSX = "xlsx"
    PARQUET = "parquet"


def refuse_what_is_no_text(path: str, head: bytes) -> None:
    """Nothing, where the first bytes of a file could be those of a text.

    Raises:
        ReadError: they are those of a format that is not read; it says what to do instead.
    """
    for magic, what, advice in _REFUSED:
        if head.startswith(magic):
            raise ReadError(path, f"{what}, not a transcript; {advice}", "byte 0")
    if head.startswith(*_TAR):
        raise ReadError(path, "a tar archive, not a transcript; unpack it, or pack it as .zip")


def find_kind(path: str, data: BinaryIO) -> Kind | None:
    """What the file at `path` is; None for text and whatever else is not read.

    Raises:
        ReadError: it is a zip archive, or an Office file, whose directory cannot be read, or one
            of an Office format that is not read.
    """
    head = data.read(4)
    data.seek(0)
    if head.startswith(GZIP_MAGIC):
        return Kind.GZIP
    if head == PARQUET_MAGIC:
        return Kind.PARQUET
    if head not in ZIP_MAGIC:
        return None
    try:
        telling = {name for member in ZipMembers(data) for name in _telling_names(member.filename)}
    except ZIP_FAULTS as error:
        raise damaged_zip(path, error) from error
    finally:
        data.seek(0)
    return _find_zip_kind(path, telling)


def damaged_zip(path: str, error: Exception) -> ReadError:
    """The complaint about a zip archive, or Office file, that cannot be opened."""
    return ReadError(
        path,
        f"a zip archive (or .docx, .xlsx) that is cut off or damaged ({told(error)}); "
        "download or export it again",
    )


_OPEN_DOCUMENT = frozenset({"mimetype", "META-INF/manifest.xml"})
_CONTENT_TYPES, _BINARY_WORKBOOK = "[Content_Types].xml", "xl/workbook.bin"
_TELLING = _OPEN_DOCUMENT | {_CONTENT_TYPES, _BINARY_WORKBOOK, "word", "xl"}


def _telling_names(member: str) -> frozenset[str]:
    """What there is in the name of a member, and of its folder, that tells of an Office file."""
    return _TELLING.intersection((member, member.partition("/")[0]))


def _find_zip_kind(path: str, telling: Set[str]) -> Kind:
    """Office files are zip archives with a list of content types and a folder of their own."""
    if telling >= _OPEN_DOCUMENT:
        raise ReadError(path, f"an OpenDocument file, which is not read; {_OFFICE}")
    if _CONTENT_TYPES not in telling:
        return Kind.ZIP
    if _BINARY_WORKBOOK in telling:
        raise ReadError(path, f"a binary workbook (.xlsb), which is not read; {_OFFICE}")
    if "word" in telling:
        return Kind.DOCX
    if "xl" in telling:
        return Kind.XLSX
    raise ReadError(path, f"an Office file with neither document nor workbook in it; {_OFFICE}")
