"""The table of readers, and finding the one for a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from transcript_audit.errors import ConfigurationError, ReadError, did_you_mean
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.delimited import detect_table, read_table
from transcript_audit.readers.docx import read_docx
from transcript_audit.readers.json_documents import detect_json, read_json
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.parquet import read_parquet
from transcript_audit.readers.signatures import Kind, find_kind
from transcript_audit.readers.sources import Document, File, open_binary, open_document
from transcript_audit.readers.subtitles import detect_srt, detect_webvtt, read_srt, read_webvtt
from transcript_audit.readers.text import detect_text, read_text
from transcript_audit.readers.vendors import JSON_FORMATS
from transcript_audit.readers.words import quoted
from transcript_audit.readers.xlsx import read_xlsx


def _detect_nothing(sample: str, options: ReadOptions) -> bool:
    """False: what is no text is known by its bytes."""
    return False


@dataclass(frozen=True, slots=True)
class Reader:
    """A format family.

    Attributes:
        name: as `input_format` names it; title: as a person would.
        sign: by what it is known, in words; roles, times, agents: what it says of these, in words
            (for `formats list` and docs/formats.md).
        extensions: what its files are mostly called; a hint where the content tells nothing.
        read: the calls of a document.
        detect: whether the beginning of a text is in this format.
        kind: what its files are, where they are no text.
        also: names of readers that the user may ask for where a file is of that kind, since they
            mean what is in it.
    """

    name: str
    title: str
    sign: str
    roles: str
    times: str
    agents: str
    extensions: tuple[str, ...]
    read: Callable[[Document, ReadOptions], Iterator[Transcript | SkippedCall]]
    detect: Callable[[str, ReadOptions], bool] = _detect_nothing
    kind: Kind | None = None
    also: tuple[str, ...] = ()


READERS = (
    Reader(
        name="webvtt",
        title="WebVTT subtitles",
        sign="begins with WEBVTT",
        roles='as the speakers are called, in a voice tag ("<v Agent>"), before a colon or on a '
        "line of its own",
        times="start and end of each cue",
        agents="the speaker beside a role, as in Agent (Kim)",
        extensions=(".vtt",),
        detect=detect_webvtt,
        read=read_webvtt,
    ),
    Reader(
        name="jsonl",
        title="JSON, a call a line",
        sign='an object with "turns"',
        roles='"speaker" of a turn',
        times='"start" and "end" of a turn in seconds or as clock times, "started_at" of the call',
        agents='"agent" of the call or of a turn',
        extensions=(".jsonl", ".ndjson", ".json"),
        detect=detect_json,
        read=read_json,
    ),
    Reader(
        name="srt",
        title="SRT subtitles",
        sign="a line such as 00:00:01,000 --> 00:00:02,500",
        roles="as the speakers are called, before a colon or on a line of its own",
        times="start and end of each cue",
        agents="the speaker beside a role, as in Agent (Kim)",
        extensions=(".srt",),
        detect=detect_srt,
        read=read_srt,
    ),
    Reader(
        name="table",
        title="CSV or TSV, a row a turn",
        sign="a first row with a column for text and one more that is known",
        roles="the speaker column",
        times="the start and end columns in seconds, milliseconds, clock times or moments",
        agents="the agent column",
        extensions=(".csv", ".tsv", ".tab"),
        detect=detect_table,
        read=read_table,
    ),
    Reader(
        name="text",
        title="plain text",
        sign="lines that begin with a speaker, as in Agent: hello",
        roles="as the speakers are called",
        times="start of a turn where it has a time, as in [00:01:23]; no end",
        agents="the speaker beside a role, as in Agent (Kim), or a line Agent name: Kim at the top",
        extensions=(".txt", ".text", ".log", ".md"),
        detect=detect_text,
        read=read_text,
    ),
    Reader(
        name="docx",
        title="Word document",
        sign="a zip archive with word/ in it",
        roles="as the speakers are called in its lines, or in the speaker column of its tables",
        times="start of a turn where it has a time; start and end where Teams wrote both",
        agents="the speaker beside a role, as in Agent (Kim), or a line Agent name: Kim at the top",
        extensions=(".docx",),
        read=read_docx,
        kind=Kind.DOCX,
        also=("text", "srt", "webvtt"),
    ),
    Reader(
        name="xlsx",
        title="Excel workbook, a row a turn",
        sign="a zip archive with xl/ in it",
        roles="the speaker column",
        times="the start and end columns in seconds, milliseconds, clock times or moments",
        agents="the agent column",
        extensions=(".xlsx", ".xlsm"),
        read=read_xlsx,
        kind=Kind.XLSX,
        also=("table",),
    ),
    Reader(
        name="parquet",
        title="Parquet, a row a turn or a row a call",
        sign="begins with PAR1",
        roles="the speaker column, or field of the turns",
        times="the start and end columns, or fields of the turns",
        agents="the agent column of the call or field of the turns",
        extensions=(".parquet",),
        read=read_parquet,
        kind=Kind.PARQUET,
        also=("table",),
    ),
)
"""Every reader; the first that knows a document's content reads it."""


def reader_named(name: str) -> Reader:
    """The reader of that name.

    Raises:
        ConfigurationError: there is none.
    """
    for reader in READERS:
        if reader.name == name:
            return reader
    vendors = [format_.name for format_ in JSON_FORMATS]
    if name in vendors:
        return reader_named("jsonl")
    names = [*(reader.name for reader in READERS), *vendors]
    hint = did_you_mean(name, names)
    raise ConfigurationError(
        f"input format {name!r}: unknown; {hint}{' ' if hint else ''}"
        f"expected one of {', '.join(names)}"
    )


def read_file(file: File, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a file that is no archive.

    Raises:
        ReadError: it cannot be read, or not in the format asked for.
    """
    kind = find_kind(file.path, file.data)
    if kind is None:
        with open_document(file, options) as document:
            yield from reader_for(document, file.name, options).read(document, options)
        return
    reader = next(each for each in READERS if each.kind is kind)
    if options.input_format not in (None, reader.name, *reader.also):
        raise ReadError(
            file.path,
            f"found {reader.title}, which is not read as {options.input_format}; leave the input "
            "format out to have it found",
        )
    for call in reader.read(open_binary(file, options), options):
        yield replace(call, format=reader.name) if isinstance(call, Transcript) else call


def reader_for(document: Document, name: str, options: ReadOptions) -> Reader:
    """The reader for a document: the one asked for, else by content, else by the file's name.

    Raises:
        ReadError: neither tells.
    """
    if options.input_format is not None:
        asked = reader_named(options.input_format)
        if asked.kind is None:
            return asked
        raise ReadError(
            document.path,
            f"no {asked.title}, begins {quoted(document.sample.strip()[:40])}; leave the input "
            "format out to have it found",
        )
    for reader in READERS:
        if reader.detect(document.sample, options):
            return reader
    extension = Path(name).suffix.lower()
    for reader in READERS:
        if extension in reader.extensions and reader.kind is None:
            return reader
    raise ReadError(
        document.path,
        f"not a transcript that is known, begins {quoted(document.sample.strip()[:200])}; "
        f"expected {'; '.join(reader.title for reader in READERS)}",
    )


def list_formats() -> tuple[Reader | JsonFormat, ...]:
    """Every format that is read: the readers' own, then the vendors' JSON by name."""
    return (*READERS, *sorted(JSON_FORMATS, key=lambda each: each.name))


def format_named(name: str) -> Reader | JsonFormat:
    """The format of that name.

    Raises:
        ConfigurationError: there is none.
    """
    return next((each for each in list_formats() if each.name == name), None) or reader_named(name)
