"""Readers: bytes of any format in, transcripts out; nothing is guessed about meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.jsonl import transcript_from_record
from transcript_audit.readers.options import COLUMN_FIELDS, NameDetails, ReadOptions
from transcript_audit.readers.registry import READERS, Reader, reader_for, reader_named
from transcript_audit.readers.sources import (
    Source,
    find_sources,
    open_document,
    read_path_list,
    skip,
)
from transcript_audit.readers.words import split_names

__all__ = [
    "COLUMN_FIELDS",
    "READERS",
    "ReadOptions",
    "Reader",
    "Source",
    "find_sources",
    "read_path_list",
    "read_source",
    "read_transcripts",
    "transcript_from_record",
]


def read_transcripts(
    paths: Sequence[str], options: ReadOptions | None = None, stdin: BinaryIO | None = None
) -> Iterator[Transcript | SkippedCall]:
    """Every call behind `paths` (see `find_sources`), in order; one that fails is a skipped call.

    Call ids are unique within a run: the second call of an id gets "~2" after it, and so on.

    Raises:
        ConfigurationError: `options` ask for a format that there is not; at once, not later.
    """
    options = options or ReadOptions()
    if options.input_format is not None:
        reader_named(options.input_format)
    return _read_all(paths, options, stdin)


def read_source(source: Source, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of one source, in its order; what cannot be read is a skipped call."""
    details = options.details_from_name(source.path)
    error: ReadError | None = ReadError(source.path, "no call in it; expected at least one turn")
    try:
        with open_document(source, options) as document:
            for call in reader_for(document, options).read(document, options):
                error = None
                yield _complete(call, details)
    except ReadError as raised:
        error = raised
    if error:
        yield replace(
            skip(source.path, error, details.call_id), agent_ids=split_names(details.agent)
        )


def _complete(call: Transcript | SkippedCall, details: NameDetails) -> Transcript | SkippedCall:
    """The call with what only the file's name tells; skipped if nobody says anything."""
    utterances = call.utterances if isinstance(call, Transcript) else ()
    agents = call.agent_ids or split_names(details.agent, utterances)
    if isinstance(call, SkippedCall):
        return replace(call, agent_ids=agents)
    if not call.utterances:
        reason = "no turn holds any words; expected at least one"
        return SkippedCall(call.call_id, call.path, reason, agents)
    return replace(call, agent_ids=agents, started_at=call.started_at or details.started_at)


def _read_all(
    paths: Sequence[str], options: ReadOptions, stdin: BinaryIO | None
) -> Iterator[Transcript | SkippedCall]:
    taken: set[str] = set()
    copies: dict[str, int] = {}
    for source in find_sources(paths, stdin):
        calls = read_source(source, options) if isinstance(source, Source) else iter((source,))
        for call in calls:
            call_id = call.call_id
            while call_id in taken:
                copies[call.call_id] = copies.get(call.call_id, 1) + 1
                call_id = f"{call.call_id}~{copies[call.call_id]}"
            taken.add(call_id)
            yield call if call_id == call.call_id else replace(call, call_id=call_id)
