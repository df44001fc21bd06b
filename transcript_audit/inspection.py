"""What a source would be read as, without auditing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from transcript_audit.audit import find_doubt, find_roles
from transcript_audit.model import Role, RoleSource, SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, Source, read_groups
from transcript_audit.readers.registry import format_named
from transcript_audit.roles import RoleOptions

MOST_LABELS = 20
"""Speaker labels and agents kept of a source."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a source would be read as.

    Attributes:
        path: the source as the user names it.
        formats: names of the formats of its calls, by how many; empty where none can be read.
        why: how that is known.
        calls: calls that can be read; turns: their utterances.
        started: calls whose start is known.
        timed, ended: utterances with a start, with an end.
        speakers: roles by speaker label, in the first call in which the label has one; None where
            no call gives it one.
        sources: how the roles became known, by how many calls.
        agents: the company's people who are named.
        skipped: calls that would be skipped, each with its reason; not in `calls` where they could
            not be read.
        doubted: calls that would be left open since it is in doubt who said what: id and why.
    """

    path: str
    formats: Mapping[str, int]
    why: str
    calls: int = 0
    turns: int = 0
    started: int = 0
    timed: int = 0
    ended: int = 0
    speakers: Mapping[str, Role | None] = field(default_factory=dict)
    sources: Mapping[RoleSource, int] = field(default_factory=dict)
    agents: tuple[str, ...] = ()
    skipped: tuple[SkippedCall, ...] = ()
    doubted: tuple[tuple[str, str], ...] = ()


def inspect_sources(
    paths: Sequence[str],
    read_options: ReadOptions,
    role_options: RoleOptions,
    stdin: BinaryIO | None = None,
) -> Iterator[Inspection]:
    """An inspection of each source behind `paths`, in their order; of the files of one contact
    there is one, at the path of the first that is read."""
    for sources, calls in read_groups(paths, read_options, stdin):
        yield _inspect(sources, calls, read_options, role_options)


def _inspect(
    found_in: Sequence[Source | SkippedCall],
    calls: Iterable[Transcript | SkippedCall],
    read_options: ReadOptions,
    role_options: RoleOptions,
) -> Inspection:
    """What the calls of one source, or of files of one contact, come to; none is kept."""
    path = found_in[0].path
    options = role_options.for_source(path)
    formats: Counter[str] = Counter()
    sources: Counter[RoleSource] = Counter()
    speakers: dict[str, Role | None] = {}
    agents: dict[str, None] = {}
    skipped: list[SkippedCall] = []
    doubted: list[tuple[str, str]] = []
    turns = started = timed = ended = 0
    for read in calls:
        if isinstance(read, SkippedCall):
            skipped.append(read)
            continue
        call = options.roster.name_agents(read)
        formats[call.format] += 1
        turns += len(call.utterances)
        started += call.started_at is not None
        timed += sum(said.start is not None for said in call.utterances)
        ended += sum(said.end is not None for said in call.utterances)
        found = find_roles(call, options)
        roles: Mapping[str, Role] = {}
        if isinstance(found, SkippedCall):
            skipped.append(found)
        else:
            roles = found.roles
            sources[found.source] += 1
            if doubt := find_doubt(call, found, options):
                doubted.append((call.call_id, doubt))
        _note_speakers(speakers, call, roles)
        agents |= dict.fromkeys(call.agent_ids)
    return Inspection(
        path=path,
        formats=dict(formats),
        why=_tell_why(formats, read_options.for_source(path), len(found_in)),
        calls=formats.total(),
        turns=turns,
        started=started,
        timed=timed,
        ended=ended,
        speakers=speakers,
        sources=dict(sources),
        agents=tuple(agents)[:MOST_LABELS],
        skipped=tuple(skipped),
        doubted=tuple(doubted),
    )


def _note_speakers(
    speakers: dict[str, Role | None], call: Transcript, roles: Mapping[str, Role]
) -> None:
    for said in call.utterances:
        if said.speaker in speakers or len(speakers) < MOST_LABELS:
            speakers[said.speaker] = speakers.get(said.speaker) or roles.get(said.speaker)


def _tell_why(formats: Mapping[str, int], options: ReadOptions, files: int) -> str:
    why = "; ".join(format_named(name).sign for name in formats)
    if options.input_format is not None and formats:
        why = f"--input-format {options.input_format}, or a setting, says so"
    return f"{why}; {files} files of one contact, judged once" if files > 1 and why else why
