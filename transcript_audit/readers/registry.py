"""The table of readers, and finding the one for a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from transcript_audit.errors import ConfigurationError, ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.jsonl import detect_json, read_jsonl
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.readers.subtitles import detect_srt, detect_webvtt, read_srt, read_webvtt
from transcript_audit.readers.table import detect_table, read_table
from transcript_audit.readers.text import detect_text, read_text
from transcript_audit.readers.words import quoted


@dataclass(frozen=True, slots=True)
class Reader:
    """A format family.

    Attributes:
        name: as `input_format` names it; title: as a person would.
        extensions: what its files are mostly called; a hint where the content tells nothing.
        detect: whether the beginning of a document is in this format.
        read: the calls of a document.
    """

    name: str
    title: str
    extensions: tuple[str, ...]
    detect: Callable[[str, ReadOptions], bool]
    read: Callable[[Document, ReadOptions], Iterator[Transcript | SkippedCall]]


READERS = (
    Reader("webvtt", "WebVTT subtitles", (".vtt",), detect_webvtt, read_webvtt),
    Reader("jsonl", "JSON, a call a line", (".jsonl", ".ndjson", ".json"), detect_json, read_jsonl),
    Reader("srt", "SRT subtitles", (".srt",), detect_srt, read_srt),
    Reader("table", "CSV or TSV, a row a turn", (".csv", ".tsv", ".tab"), detect_table, read_table),
    Reader("text", "plain text", (".txt", ".text", ".log", ".md"), detect_text, read_text),
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
    names = ", ".join(reader.name for reader in READERS)
    raise ConfigurationError(f"input format {name!r}: unknown; expected one of {names}")


def reader_for(document: Document, options: ReadOptions) -> Reader:
    """The reader for a document: the one asked for, else by content, else by the file's name.

    Raises:
        ReadError: neither tells.
    """
    if options.input_format is not None:
        return reader_named(options.input_format)
    for reader in READERS:
        if reader.detect(document.sample, options):
            return reader
    extension = Path(document.path).suffix.lower()
    for reader in READERS:
        if extension in reader.extensions:
            return reader
    raise ReadError(
        document.path,
        f"not a transcript that is known, begins {quoted(document.sample.strip()[:200])}; "
        f"expected {'; '.join(reader.title for reader in READERS)}",
    )
