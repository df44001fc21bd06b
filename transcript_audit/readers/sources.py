"""Finding the sources a user named, and turning their bytes into text."""

from __future__ import annotations

import codecs
import glob
import io
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from transcript_audit import storage
from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.seen import Seen
from transcript_audit.readers.signatures import PARQUET_MAGIC, refuse_what_is_no_text
from transcript_audit.readers.words import clean, quoted
from transcript_audit.storage import address_of

STDIN = "-"

_SAMPLE = 1 << 16
_KEPT_IN_MEMORY = 1 << 26
_COPIED_AT_ONCE = 1 << 23

# In a folder these stand beside transcripts without being any; named outright, they are read.
_NO_TRANSCRIPT = re.compile(
    r"_success|_(?:common_)?metadata|(?:readme|license|licence|changelog)(?:\.(?:md|txt|rst))?|makefile|thumbs\.db"
    r"|.*\.(?:ya?ml|toml|ini|cfg|py|sh|bat|ps1|html?|css|js|xsd|rst|bak|tmp|lock|sha256|md5"
    r"|wav|mp3|m4a|aac|ogg|opus|flac|wma|mp4|m4v|mkv|webm|avi|mov|png|jpe?g|gif|svg|webp)",
    re.I,
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\v\f\r\x1b")

_MIXED = "transcript_audit.cp1252"


def _decode_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are no UTF-8 as cp1252, so that a file in either, or in both, reads right."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252"), error.end


codecs.register_error(_MIXED, _decode_as_cp1252)


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or standard input, that is to be read.

    Attributes:
        path: as the user would name it ("-" for standard input).
        member: the only one of an archive that is to be read ("ARCHIVE!MEMBER"), or "" for all.
        found: how shared storage lists it, or None.
    """

    path: str
    member: str = ""
    found: storage.Found | None = None


@dataclass(frozen=True, slots=True)
class File:
    """An open file: one that the user named, or a member of an archive.

    Attributes:
        path: as the user would name it; a member's is "ARCHIVE!MEMBER".
        name: its path if all were unpacked in place, which tells its name, folders and suffix.
        data: its bytes, unpacked, at their beginning; seekable from there.
    """

    path: str
    name: str
    data: BinaryIO


@dataclass(frozen=True, slots=True)
class Document:
    """An open source as text; or as bytes, with no lines, where it is no text.

    Attributes:
        path: as the user would name it.
        default_id: the call id for a source that gives none itself.
        sample: its first 64 Ki characters, at most.
        lines: the whole text, from its beginning; line ends are "\\n".
        data: its bytes, seekable.
    """

    path: str
    default_id: str
    sample: str
    lines: TextIO
    data: BinaryIO


def stem_of(path: str) -> str:
    """The default call id of a source: its name without the last suffix."""
    return "stdin" if path == STDIN else clean(Path(path).stem) or "call"


def is_left_aside(name: str) -> bool:
    """Whether a file of that name in a folder, or in an archive, is no transcript."""
    return name.startswith((".", "~$")) or bool(_NO_TRANSCRIPT.fullmatch(name))


def skip(source: str, error: ReadError, call_id: str = "") -> SkippedCall:
    """The skipped call that `error` makes of a source, or of one call in it."""
    reason = f"{error.place}: {error.problem}" if error.place else error.problem
    return SkippedCall(call_id=call_id or stem_of(source), path=source, reason=clean(reason))


def find_sources(
    paths: Sequence[str], stdin: BinaryIO | None = None
) -> Iterator[Source | SkippedCall]:
    """The sources behind `paths`, each once, in the order named and sorted inside a folder.

    A path is a file, a folder (with all below it; hidden files, and media, scripts and READMEs
    are left aside), a glob pattern, "ARCHIVE!MEMBER" as reports name a file in an archive, an
    address of either on shared storage ("s3://bucket/calls"), "@FILE" for a list of paths, or "-"
    for standard input (`stdin`, else the process's own). What cannot be found is a skipped call
    with its reason; so are links in a folder that lead nowhere or out of it, and what else is no
    file.
    """
    seen = Seen()
    for path in _follow_lists(paths, stdin):
        if isinstance(path, SkippedCall):
            yield path
            continue
        try:
            for found in _sources_of(path):
                if seen.add(_key_of(found)):
                    yield found
        except ReadError as error:
            yield skip(path, error)


def _sources_of(path: str) -> Iterator[Source | SkippedCall]:
    """The sources behind a path, some of them perhaps more than once."""
    if address := address_of(path):
        yield from _find_stored(address)
        return
    for found in _expand(path):
        if isinstance(found, SkippedCall):
            yield found
        else:
            archive = "" if found == STDIN else _archive_of(found)
            yield Source(archive, member=found) if archive else Source(found)


def _key_of(source: Source | SkippedCall) -> str:
    """The same for one source however it is named."""
    name = source.path if isinstance(source, SkippedCall) else source.member or source.path
    if name == STDIN or address_of(name):
        return name
    return os.path.normcase(os.path.realpath(name))


def _find_stored(address: str) -> Iterator[Source]:
    """The sources that an address on shared storage stands for."""
    if not storage.is_known(address):
        raise ReadError(address, f"no storage that is read; {storage.EXPECTED}")
    try:
        found = storage.list_files(address)
        if not found and (archive := _stored_archive_of(address)):
            yield Source(archive, member=address)
            return
        if not found and glob.has_magic(address):
            found = storage.match_files(address)
        if not found:
            storage.check_bucket(address)
    except OSError as error:
        raise ReadError(address, _storage_problem(error)) from error
    root = address.rstrip("/")
    taken = [
        each
        for each in found
        if each.address == root or not _is_aside(each.address.removeprefix(root), address)
    ]
    if not taken:
        problem = "no transcript there; expected files to audit" if found else _NOT_STORED
        raise ReadError(address, problem)
    for each in taken:
        yield Source(each.address, found=each)


_NOT_STORED = "no such file or folder on shared storage; check the address"


def _storage_problem(error: OSError) -> str:
    return f"cannot be read ({error.strerror or error}); check the address"


def _is_aside(below: str, address: str) -> bool:
    """Whether a file below a folder, or that a pattern matches, is left aside as in a folder."""
    if glob.has_magic(address):
        return is_left_aside(below.rpartition("/")[2])
    *folders, name = below.strip("/").split("/")
    return is_left_aside(name) or any(each.startswith(".") for each in folders)


def _stored_archive_of(address: str) -> str:
    parts = address.split("!")
    archives = ("!".join(parts[:count]) for count in range(1, len(parts)))
    return next((archive for archive in archives if storage.is_file(archive)), "")


def read_path_list(path: str, stdin: BinaryIO | None = None) -> list[str]:
    """The paths in a list file ("-" for standard input), one a line; blank and # lines aside.

    Raises:
        ReadError: the list cannot be read.
    """
    with open_source(Source(path), stdin) as file, open_document(file, ReadOptions()) as document:
        lines = [line.strip() for line in document.lines]
    listed = [line for line in lines if line and not line.startswith("#")]
    if not listed:
        raise ReadError(path, "lists no path; expected one a line")
    return listed


def _follow_lists(paths: Sequence[str], stdin: BinaryIO | None) -> Iterator[str | SkippedCall]:
    for path in paths:
        if path.startswith("@") and not os.path.lexists(path):
            try:
                yield from read_path_list(path[1:], stdin)
            except ReadError as error:
                yield skip(path, error)
        else:
            yield path


def _expand(path: str) -> Iterator[str | SkippedCall]:
    if path == STDIN:
        yield path
    elif not path or "\0" in path:
        raise ReadError(path, "not a path; expected a file, a folder, a pattern, @LIST or -")
    elif os.path.lexists(path):
        yield from _walk(path)
    elif _archive_of(path):
        yield path
    elif glob.has_magic(path):
        # Windows shells leave patterns to the program.
        found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - takes absolute patterns
        if not found:
            raise ReadError(path, "no file matches this pattern; check the folder and the name")
        for name in found:
            yield from _walk(name)
    else:
        raise ReadError(path, "no such file or folder; check the path")


def _archive_of(path: str) -> str:
    """The archive that `path` names a member of; "" where it names none."""
    if os.path.lexists(path):
        return ""
    parts = path.split("!")
    archives = ("!".join(parts[:count]) for count in range(1, len(parts)))
    return next((archive for archive in archives if Path(archive).is_file()), "")


def _walk(path: str) -> Iterator[str | SkippedCall]:
    if not Path(path).is_dir():
        yield path
        return
    found = False
    refused: list[OSError] = []
    for folder, folders, files in os.walk(path, onerror=refused.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for link in (Path(folder, name) for name in folders):
            if link.is_symlink() and not _is_walked(link, path):
                found = True
                problem = "a link to a folder, which is not followed; name the folder as well"
                yield skip(str(link), ReadError(str(link), problem))
        for name in sorted(files):
            if is_left_aside(name):
                continue
            found = True
            file = Path(folder, name)
            fault = _find_fault(file, path)
            yield skip(str(file), fault) if fault else str(file)
    if refused:
        raise ReadError(
            path,
            f"folder {quoted(_inside(refused[0].filename, path))} cannot be opened "
            f"({refused[0].strerror}); "
            "check its permissions",
        )
    if not found:
        raise ReadError(path, "no transcript in this folder; expected files to audit")


def _inside(folder: str, root: str) -> str:
    return root if folder == root else os.path.relpath(folder, root)


def _is_walked(link: Path, path: str) -> bool:
    """Whether the folder behind `link` is inside that at `path`, or the other way about."""
    target, root = link.resolve(), Path(path).resolve()
    return target.is_relative_to(root) or root.is_relative_to(target)


def _find_fault(path: Path, root: str) -> ReadError | None:
    """Why something in the folder `root` is not read: it is no file, or a link out of there."""
    if path.is_file():
        if not path.is_symlink() or _is_walked(path, root):
            return None
        problem = "a link out of this folder, which is not followed; name the file as well"
        return ReadError(str(path), problem)
    if path.is_symlink():
        target = quoted(path.readlink(), 60)
        return ReadError(str(path), f"a link to {target}, where no file is; mend or remove it")
    return ReadError(str(path), "neither a file nor a folder (a pipe, socket or device); not read")


@contextmanager
def open_source(source: Source, stdin: BinaryIO | None = None) -> Iterator[File]:
    """The source as an open file, closed afterwards; what can't be read twice is copied first.

    Args:
        stdin: standard input, if it is not the process's own.

    Raises:
        ReadError: it cannot be opened or read.
    """
    try:
        with _open_bytes(source, stdin) as data:
            yield File(source.path, source.path, data)
    except OSError as error:
        problem = error.strerror or str(error)
        raise ReadError(
            source.path, f"cannot be read ({problem}); check that it exists and may be opened"
        ) from error


@contextmanager
def open_document(file: File, options: ReadOptions) -> Iterator[Document]:
    """The file as a text document; memory stays flat for a file of any size.

    Raises:
        ReadError: it is empty, is no text, or is not in the encoding said.
    """
    try:
        head = file.data.read(_SAMPLE)
        refuse_what_is_no_text(file.path, head)
        if not (options.encoding or _bom_encoding(head) or _nul_encoding(head)):
            _refuse_controls(file.path, head)
        encoding, errors = _find_encoding(file.path, file.data, head, options.encoding)
        file.data.seek(0)
        lines = io.TextIOWrapper(file.data, encoding=encoding, errors=errors)
        sample = lines.read(_SAMPLE)
        if not clean(sample).strip("\ufeff "):
            raise ReadError(file.path, "empty; expected a transcript")
        lines.seek(0)
        yield Document(file.path, default_id(file, options), sample, lines, file.data)
    except UnicodeError as error:
        raise ReadError(
            file.path,
            f"not in the encoding {options.encoding or 'that its first bytes say'} ({error}); "
            "name another encoding, or leave it out to have it found",
        ) from error


def open_binary(file: File, options: ReadOptions) -> Document:
    """The file as a document of bytes."""
    return Document(file.path, default_id(file, options), "", io.StringIO(), file.data)


def with_lines(document: Document, lines: Sequence[str]) -> Document:
    """The document with lines of text that were found in it."""
    text = "\n".join(lines)
    return replace(document, sample=text[:_SAMPLE], lines=io.StringIO(text))


def default_id(file: File, options: ReadOptions) -> str:
    """The call id for a file that gives none itself: from its name."""
    return options.details_from_name(file.name).call_id or stem_of(file.name)


@contextmanager
def _open_bytes(source: Source, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
    """Seekable bytes: the file itself, or a spooled copy of what can be read only once.

    Of shared storage only Parquet is read where it lies, since little of it may be needed.
    """
    if address := address_of(source.path):
        with storage.open_to_read(address) as stored:
            if stored.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC:
                stored.seek(0)
                yield stored
                return
            stored.seek(0)
            with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY) as copy:
                shutil.copyfileobj(stored, copy, _COPIED_AT_ONCE)
                copy.seek(0)
                yield cast(BinaryIO, copy)
        return
    if source.path != STDIN and stat.S_ISREG(Path(source.path).stat().st_mode):
        with Path(source.path).open("rb") as file:
            _refuse_own_output(source.path, file)
            yield file
        return
    with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY) as copy:
        if source.path == STDIN:
            shutil.copyfileobj(stdin or sys.stdin.buffer, copy)
        else:
            with Path(source.path).open("rb") as pipe:
                shutil.copyfileobj(pipe, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy)


def _refuse_own_output(path: str, file: BinaryIO) -> None:
    """Nothing; it is not where standard output goes, which would grow as long as it is read."""
    try:
        ours = os.fstat(1)
    except OSError:  # closed
        return
    if os.path.samestat(ours, os.fstat(file.fileno())):
        raise ReadError(path, "this very output is written to it; write it outside of what is read")


def _refuse_controls(path: str, head: bytes) -> None:
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    if controls > 0.1 * len(head):
        raise ReadError(
            path, "binary data, not text; expected a transcript as JSONL, text, CSV, VTT or SRT"
        )


def _find_encoding(path: str, data: BinaryIO, head: bytes, encoding: str | None) -> tuple[str, str]:
    """Encoding and error handling: as said, by BOM, UTF-8, else cp1252, else a guess by charset."""
    bom = _bom_encoding(head)
    if encoding:
        name = codecs.lookup(encoding).name
        return (bom if bom and bom.startswith(name[:6]) else name), "strict"
    if found := bom or _nul_encoding(head):
        return found, _MIXED if found == "utf-8-sig" else "replace"
    data.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(_MIXED)
    try:
        while chunk := data.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _guess_encoding(path, data), "replace"
    return "utf-8", _MIXED


def _bom_encoding(head: bytes) -> str | None:
    return next((name for bom, name in _BOMS if head.startswith(bom)), None)


def _nul_encoding(head: bytes) -> str | None:
    """UTF-16 without a BOM shows as a zero in every other byte of Western text."""
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(odd) >= 2:
        if odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.1 * len(even):
            return "utf-16-le"
        if even.count(0) > 0.7 * len(even) and odd.count(0) < 0.1 * len(odd):
            return "utf-16-be"
    return None


def _guess_encoding(path: str, data: BinaryIO) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow, and seldom needed

    data.seek(0)
    best = from_bytes(data.read(1 << 20)).best()
    if best is None:
        raise ReadError(
            path, "neither UTF-8, UTF-16 nor cp1252 text; name the encoding it was saved in"
        )
    return best.encoding
