"""Readers: bytes of any format in, transcripts out; nothing is guessed about meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby
from typing import BinaryIO

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.archives import unpack
from transcript_audit.readers.canonical import transcript_from_record
from transcript_audit.readers.contacts import (
    GENESYS,
    Conversations,
    bring_together,
    find_source_contact,
    settle_contact,
)
from transcript_audit.readers.options import COLUMN_FIELDS, NameDetails, ReadOptions
from transcript_audit.readers.registry import READERS, Reader, read_file, reader_named
from transcript_audit.readers.seen import Seen
from transcript_audit.readers.sources import (
    File,
    Source,
    find_sources,
    open_source,
    read_path_list,
    skip,
    stem_of,
)
from transcript_audit.readers.words import quoted, split_names

__all__ = [
    "COLUMN_FIELDS",
    "READERS",
    "ReadOptions",
    "Reader",
    "Source",
    "find_sources",
    "read_groups",
    "read_path_list",
    "read_transcripts",
    "transcript_from_record",
]


def read_transcripts(
    paths: Sequence[str], options: ReadOptions | None = None, stdin: BinaryIO | None = None
) -> Iterator[Transcript | SkippedCall]:
    """Every call behind `paths` (see `find_sources`), in order; one that fails is a skipped call.

    Call ids are unique within a run: the second call of an id gets "~2" after it, and so on. The
    files of one contact come one after the other (see `contacts`): the parts of a conversation as
    one call, and of a raw and a redacted twin the raw one as a skipped call. All files are found,
    and begun to be read, before the first call comes.

    Raises:
        ConfigurationError: `options` ask for a format that there is not; at once, not later.
    """
    options = options or ReadOptions()
    if options.input_format is not None:
        reader_named(options.input_format)
    return _read_all(paths, options, stdin)


def read_groups(
    paths: Sequence[str], options: ReadOptions, stdin: BinaryIO | None = None
) -> Iterator[tuple[tuple[Source | SkippedCall, ...], Iterator[Transcript | SkippedCall]]]:
    """The sources behind `paths`, those together that hold files of one contact, and their calls.

    What cannot be read is a skipped call; an archive is read member by member, and one that cannot
    be read does not stop the rest.
    """
    for group in bring_together(find_sources(paths, stdin), find_source_contact):
        calls = settle_contact(
            (
                contact if group[1:] else None,
                _read_source(source, options, stdin) if isinstance(source, Source) else (source,),
            )
            for source, contact in group
        )
        yield tuple(source for source, _ in group), map(_refuse_silence, calls)


def _read_source(
    source: Source, options: ReadOptions, stdin: BinaryIO | None
) -> Iterator[Transcript | SkippedCall]:
    """The calls of one source, also those in which nobody says anything."""
    watch = options.watch
    options = options.for_source(source.member or source.path)
    found = not source.member
    try:
        with open_source(source, stdin) as opened:
            if watch:
                watch(opened.path, opened.data)
            files = (each for each in unpack(opened) if source.member in ("", each[1].path))
            for _, group in groupby(files, key=lambda each: each[0] and each[0].key):
                found = True
                yield from settle_contact(
                    (contact, _read_unpacked(file, source, options)) for contact, file in group
                )
        if not found:
            missing = ReadError(source.member, "no such file in this archive; check the name")
            yield _skip_file(missing, source.member.replace("!", "/"), options)
    except ReadError as error:
        yield _skip_file(error, source.path, options)


def _read_unpacked(
    file: File | ReadError, source: Source, options: ReadOptions
) -> Iterator[Transcript | SkippedCall]:
    if isinstance(file, ReadError):
        name = file.path.replace(f"{source.path}!", f"{source.path}/", 1)
        yield _skip_file(file, name, options)
    else:
        yield from _read_whole(file, options)


def _read_whole(file: File, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of one file; at least one, if only a skipped one."""
    details = options.details_from_name(file.name)
    error: ReadError | None = ReadError(file.path, "no call in it; expected at least one turn")
    try:
        for call in read_file(file, options):
            error = None
            yield _complete(call, details)
    except ReadError as raised:
        error = raised
    except MemoryError:
        error = ReadError(file.path, "takes more memory than there is; free some, or split it")
    if error:
        yield _skip_file(error, file.name, options)


def _skip_file(error: ReadError, name: str, options: ReadOptions) -> SkippedCall:
    """The skipped call that a file which cannot be read is."""
    details = options.details_from_name(name)
    call_id = details.call_id or stem_of(name)
    return replace(skip(error.path, error, call_id), agent_ids=split_names(details.agent))


def _complete(call: Transcript | SkippedCall, details: NameDetails) -> Transcript | SkippedCall:
    """The call with what only the file's name tells."""
    utterances = call.utterances if isinstance(call, Transcript) else ()
    agents = call.agent_ids or split_names(details.agent, utterances)
    if isinstance(call, SkippedCall):
        return replace(call, agent_ids=agents)
    return replace(call, agent_ids=agents, started_at=call.started_at or details.started_at)


def _refuse_silence(call: Transcript | SkippedCall) -> Transcript | SkippedCall:
    """The call; skipped if nobody says anything."""
    if isinstance(call, SkippedCall) or call.utterances:
        return call
    reason = "no turn holds any words; expected at least one"
    return SkippedCall(call.call_id, call.path, reason, call.agent_ids)


def _read_all(
    paths: Sequence[str], options: ReadOptions, stdin: BinaryIO | None
) -> Iterator[Transcript | SkippedCall]:
    taken = Seen()
    copies: dict[str, int] = {}
    conversations = Conversations()
    calls = chain.from_iterable(calls for _, calls in read_groups(paths, options, stdin))
    for read in calls:
        call = _refuse_late_part(read, conversations)
        call_id = call.call_id
        while not taken.add(call_id):
            copies[call.call_id] = copies.get(call.call_id, 1) + 1
            call_id = f"{call.call_id}~{copies[call.call_id]}"
        yield call if call_id == call.call_id else replace(call, call_id=call_id)


def _refuse_late_part(
    call: Transcript | SkippedCall, conversations: Conversations
) -> Transcript | SkippedCall:
    """The call; skipped if it is a part of a conversation of which another source held some.

    Args:
        conversations: those read before; the call's own is added.
    """
    if isinstance(call, SkippedCall) or call.format != GENESYS:
        return call
    if call.call_id.partition("#")[0] == stem_of(call.path):
        # The file's own name: it states no conversation.
        return call
    first = conversations.meet(call.call_id, call.path)
    if first is None:
        return call
    reason = (
        f"another part of this conversation was read from {quoted(first, 200)}, and a call is "
        "judged once; put its parts as files of their own in one folder or archive"
    )
    return SkippedCall(call.call_id, call.path, reason, call.agent_ids)
