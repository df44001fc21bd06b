"""Files of one contact: the parts of a conversation, and raw and redacted twins.

Which files belong together is told by their first bytes, before any is read, so that they can be
read one after the other and nothing else has to wait in memory.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TypeVar

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.seen import Seen, SeenInOrder, number_of
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.signatures import GZIP_MAGIC
from transcript_audit.readers.sources import STDIN, Source
from transcript_audit.readers.words import clean, quoted
from transcript_audit.spool import SMALL_AT_ONCE, Spool
from transcript_audit.storage import open_to_read

Call = Transcript | SkippedCall
Reading = tuple["Contact | None", Iterable[Call]]
Item = TypeVar("Item")

GENESYS = "genesys"

_HEAD = 1 << 16
_MOST = 1 << 22
"""Bytes of a file among which Amazon's ids and marks of redaction are looked for."""

_ID = rb'\s*:\s*"([^"\\]{1,200})"'
_CONVERSATION = re.compile(rb'"conversationId"' + _ID)
_AMAZON = re.compile(
    rb'"(?:LoudnessScores?|ConversationCharacteristics|ParticipantId|ParticipantRole|ContactId'
    rb'|AbsoluteTime|jobName)"\s*:'
)
_AMAZON_IDS = tuple(
    (name, re.compile(f'"{name}"'.encode() + _ID)) for name in ("ContactId", "JobName", "jobName")
)
_RAW = re.compile(rb'"Output"\s*:\s*"Raw"')
_REDACTED = re.compile(
    rb'"Output"\s*:\s*"Redacted"|"RedactionTypes"\s*:\s*\[\s*"|"isRedacted"\s*:\s*true'
)
_REDACTED_NAME = re.compile(r"_analysis_redacted_|(?:^|[/!\\])redacted-|[/!\\]redacted[/\\]", re.I)


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact that a file belongs to.

    Attributes:
        kind: the key that holds the id; `GENESYS` for a conversation, which may be in parts.
        contact_id: as the file states it.
        redacted: whether the file says that personal data was taken out.
    """

    kind: str
    contact_id: str
    redacted: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The same for all files of the contact."""
        return self.kind, self.contact_id


def find_contact(name: str, data: IO[bytes]) -> Contact | None:
    """The contact of a file at its beginning, packed by gzip or not; None for most formats.

    Raises:
        OSError, zlib.error, ...: it cannot be read, in whatever way `data` says so.
    """
    head = data.read(_HEAD)
    if packed := head.startswith(GZIP_MAGIC):
        head = zlib.decompressobj(wbits=31).decompress(head, _MOST)
    # UTF-16 is told as well without its zeros.
    head = head.replace(b"\0", b"")
    if found := _CONVERSATION.search(head):
        return Contact(GENESYS, _decode(found[1]))
    if not _AMAZON.search(head):
        return None
    text = head if packed else head + data.read(_MOST).replace(b"\0", b"")
    for kind, pattern in _AMAZON_IDS:
        if found := pattern.search(text):
            marked = bool(_REDACTED.search(text) or _REDACTED_NAME.search(name))
            return Contact(kind, _decode(found[1]), marked and not _RAW.search(text))
    return None


def find_source_contact(source: Source | SkippedCall) -> Contact | None:
    """The contact of a source; None too for what can be read only once, or not at all."""
    if isinstance(source, SkippedCall) or source.path == STDIN:
        return None
    try:
        if source.found:
            return _find_stored_contact(source.path)
        if not Path(source.path).is_file():
            return None
        with Path(source.path).open("rb") as data:
            return find_contact(source.path, data)
    except (OSError, zlib.error):
        return None


def _find_stored_contact(address: str) -> Contact | None:
    """The contact of a file on shared storage; asking is slow, so only JSON is asked."""
    if not _STORED_JSON.search(address):
        return None
    with open_to_read(address) as data:
        return find_contact(address, data)


_STORED_JSON = re.compile(r"\.json(?:\.gz)?$", re.I)


def bring_together(
    items: Iterable[Item], contact_of: Callable[[Item], Contact | None]
) -> Iterator[list[tuple[Item, Contact | None]]]:
    """The items in their order, but those of one contact in one list, the redacted ones first.

    All are gone through before the first comes; many of them wait on disk.
    """
    waiting: Spool[tuple[Item, Contact | None]] = Spool(SMALL_AT_ONCE)
    keys = array("Q")
    for item in items:
        contact = contact_of(item)
        waiting.add((item, contact))
        keys.append(number_of("\0".join(contact.key)) if contact else _NO_CONTACT)
    groups = _find_groups(keys)
    for place, (key, found) in enumerate(zip(keys, waiting, strict=True)):
        if key not in groups:
            yield [found]
        elif groups[key][0] == place:
            group = [waiting[each] for each in groups[key]]
            yield sorted(group, key=lambda one: not (one[1] and one[1].redacted))


_NO_CONTACT = 0


def _find_groups(keys: Sequence[int]) -> dict[int, list[int]]:
    """The places of each contact that several items have; one that has one takes no memory."""
    met = Seen()
    several = {key for key in keys if key != _NO_CONTACT and not met.add_number(key)}
    groups: dict[int, list[int]] = {key: [] for key in several}
    for place, key in enumerate(keys):
        if key in several:
            groups[key].append(place)
    return groups


def settle_contact(readings: Iterable[Reading]) -> Iterator[Call]:
    """The calls of files, each judged once: the parts of a contact joined, and of twins the
    redacted one, which comes first.

    Args:
        readings: the calls by file, with the one contact that all these files share, or None.
    """
    parts: list[Call] = []
    read: dict[str, str] = {}
    for contact, found in readings:
        if contact is None:
            yield from found
            continue
        if contact.kind == GENESYS:
            calls = list(found)
            if len(calls) == 1 and isinstance(calls[0], SkippedCall):
                calls = [replace(calls[0], call_id=contact.contact_id)]
            parts += calls
            continue
        for call in found:
            if contact.redacted and isinstance(call, Transcript):
                read[call.call_id] = call.path
            if isinstance(call, Transcript) and not contact.redacted and call.call_id in read:
                reason = f"raw twin of {quoted(read[call.call_id], 200)}; the redacted one was read"
                yield SkippedCall(call.call_id, call.path, reason, call.agent_ids)
            else:
                yield call
    yield from join_parts(parts)


class Conversations:
    """The conversations read so far, and from where."""

    def __init__(self) -> None:
        self._met = SeenInOrder()
        self._paths: Spool[str] = Spool(SMALL_AT_ONCE)

    def meet(self, conversation: str, path: str) -> str | None:
        """The path from which it was read first; None where it is new, and now it is known."""
        number = number_of(conversation)
        if not self._met.add_number(number):
            return self._paths[self._met.order_of(number)]
        self._paths.add(path)
        return None


def join_parts(calls: Sequence[Call]) -> Iterator[Call]:
    """The calls, the parts of a Genesys conversation joined where the first of them stands.

    A conversation of which a part cannot be read is skipped, with every part: what was said in
    that part would be taken for missing.
    """
    groups: dict[str, list[Transcript]] = {}
    broken = {call.call_id: call for call in calls if isinstance(call, SkippedCall)}
    for call in calls:
        if isinstance(call, Transcript) and call.format == GENESYS:
            groups.setdefault(call.call_id, []).append(call)
    for call in calls:
        if isinstance(call, SkippedCall) or call.format != GENESYS:
            yield call
        elif call.call_id in broken:
            reason = (
                f"another part of this conversation, {quoted(broken[call.call_id].path, 200)}, "
                "cannot be read, and the call is judged only whole; export that part again"
            )
            yield SkippedCall(call.call_id, call.path, reason, call.agent_ids)
        elif parts := groups.pop(call.call_id, None):
            yield _join(parts) if parts[1:] else call


def _join(parts: Sequence[Transcript]) -> Transcript:
    """One call out of its parts, by their starts; what two of them hold is taken once.

    Where a part does not say when it began, the parts stay in the order in which they were read
    and only the first keeps its times: the others count from moments that nobody knows.
    """
    starts = [part.started_at for part in parts if part.started_at is not None]
    known = len(starts) == len(parts)
    began = min(starts, default=None)
    ordered = sorted(parts, key=_began) if known else list(parts)
    segments: list[Segment] = []
    for number, part in enumerate(ordered):
        if part.utterances in [earlier.utterances for earlier in ordered[:number]]:
            continue
        shift = 0.0
        if known and part.started_at and began:
            shift = (part.started_at - began).total_seconds()
        found = [
            Segment(
                each.speaker,
                each.text,
                _later(each.start, shift) if known or not number else None,
                _later(each.end, shift) if known or not number else None,
                each.agent_id,
            )
            for each in part.utterances
        ]
        heard = {(each.speaker, each.text, each.start) for each in segments if each.start}
        segments += [each for each in found if (each.speaker, each.text, each.start) not in heard]
    return replace(
        ordered[0],
        utterances=order_segments(segments),
        agent_ids=tuple(dict.fromkeys(name for part in ordered for name in part.agent_ids)),
        started_at=began if known else ordered[0].started_at,
        stated=_join_figures(ordered),
    )


def _began(part: Transcript) -> tuple[float, float]:
    """When a part began, and when its first words are said."""
    first = next((each.start for each in part.utterances if each.start is not None), 0.0)
    return (part.started_at.timestamp() if part.started_at else 0.0, first)


def _later(time: float | None, shift: float) -> float | None:
    return None if time is None else round(time + shift, 6)


def _join_figures(parts: Sequence[Transcript]) -> dict[str, float]:
    """What all parts state: the silences added up, the rest where they agree."""
    names = [name for name in parts[0].stated if all(name in part.stated for part in parts)]
    figures: dict[str, float] = {}
    for name in names:
        values = [part.stated[name] for part in parts]
        if name == "silence_seconds":
            figures[name] = round(sum(values), 6)
        elif len(set(values)) == 1:
            figures[name] = values[0]
    return figures


def find_places_of_parts(texts: Iterable[str]) -> dict[int, tuple[str, int]]:
    """By 1-based place, the conversation of which that text holds a part, and the last place of
    those that belong together; of conversations in several texts only.

    Where a text holds several conversations, as a page of an export does, all belong together.
    """
    keys = array("Q")
    names: dict[int, str] = {}
    met, mixed = Seen(), False
    for text in texts:
        held = tuple(dict.fromkeys(_CONVERSATION_TEXT.findall(text)))
        mixed = mixed or len(held) > 1
        keys.append(number_of(held[0]) if held else _NO_CONTACT)
        if held and not met.add_number(keys[-1]):
            names[keys[-1]] = held[0]
    kept = {place: key for place, key in enumerate(keys, 1) if key in names or (mixed and key)}
    last = max(kept, default=0)
    lasts = {key: last if mixed else place for place, key in kept.items()}
    return {place: (names.get(key, ""), lasts[key]) for place, key in kept.items()}


_CONVERSATION_TEXT = re.compile(_CONVERSATION.pattern.decode())


def may_hold_parts(sample: str) -> bool:
    """Whether a document that begins so may hold parts of a Genesys conversation."""
    return bool(_CONVERSATION_TEXT.search(sample))


def _decode(name: bytes) -> str:
    return clean(name.decode(errors="replace"))
