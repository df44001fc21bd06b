"""Plain text: a turn begins with who speaks; lines without a speaker go on with the turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from transcript_audit.errors import ReadError
from transcript_audit.model import Transcript, Utterance
from transcript_audit.readers.labels import SpokenLine, find_speakers, read_spoken_line
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.words import clean, quoted, split_names

_HEADER = re.compile(r"\s*(?P<marked>#+\s*)?(?P<key>[A-Za-z][\w -]{0,30}?)\s*[:=]\s*(?P<value>.+)")
_RULE = re.compile(r"[\W_]*")
_FOOTER = re.compile(r"transcribed by https?://\S+", re.I)

# Keys that no speaker could be called; after a "#" plainer ones will do too.
_HEADER_KEYS = {
    "call id": "call_id",
    "conversation id": "call_id",
    "contact id": "call_id",
    "agent id": "agent",
    "agent name": "agent",
    "started at": "started_at",
    "start time": "started_at",
    "call date": "started_at",
    "date": "started_at",
}
_MARKED_KEYS = _HEADER_KEYS | {
    "id": "call_id",
    "call": "call_id",
    "agent": "agent",
    "agents": "agent",
    "start": "started_at",
    "started": "started_at",
}


@dataclass(frozen=True, slots=True)
class TextCall:
    """What a text says: its turns, and what its header lines tell about the call."""

    utterances: tuple[Utterance, ...]
    call_id: str = ""
    agent_ids: tuple[str, ...] = ()
    started_at: datetime | None = None


def detect_text(sample: str, options: ReadOptions) -> bool:
    """Whether some line of `sample` begins with a speaker."""
    return bool(_find_turn_lines(sample.split("\n")))


def read_text(document: Document, options: ReadOptions) -> Iterator[Transcript]:
    """The one call in a text.

    Raises:
        ReadError: no line begins with a speaker.
    """
    call = parse_text(document.path, list(document.lines))
    yield Transcript(
        call_id=call.call_id or document.default_id,
        path=document.path,
        utterances=call.utterances,
        agent_ids=call.agent_ids,
        started_at=call.started_at,
        format="text",
    )


def parse_text(path: str, lines: Sequence[str]) -> TextCall:
    """The turns and header of a text given as lines.

    Lines before the first turn are no turns; of these, `# key: value` lines and the plain ones
    whose key can be no speaker ("Call ID: 17") tell the call's id, agents and start.

    Raises:
        ReadError: no line begins with a speaker.
    """
    spoken = _find_turn_lines(lines)
    if not spoken:
        raise ReadError(
            path,
            "no line begins with a speaker; expected lines such as 'Agent: ...', "
            f"'[00:01:23] Customer: ...' or 'REP> ...', found {quoted(_first_words(lines))}",
        )
    first = min(spoken)
    turns: list[tuple[int, SpokenLine, list[str]]] = []
    for index in range(first, len(lines)):
        if index in spoken:
            turns.append((index + 1, spoken[index], [spoken[index].text]))
        elif not _RULE.fullmatch(lines[index]) and not _FOOTER.fullmatch(lines[index].strip()):
            turns[-1][2].append(clean(lines[index]))
    utterances = (
        Utterance(number, turn.label, " ".join(filter(None, text)), turn.start, turn.end, line=line)
        for number, (line, turn, text) in enumerate(turns)
    )
    said = tuple(utterance for utterance in utterances if utterance.text)
    return _read_header(lines[:first], said)


def _find_turn_lines(lines: Sequence[str]) -> dict[int, SpokenLine]:
    """The lines, by 0-based index, that begin a turn."""
    shaped = {
        index: spoken
        for index, line in enumerate(lines)
        if not line.lstrip().startswith("#") and (spoken := read_spoken_line(line.rstrip("\n")))
    }
    first = min(shaped, default=len(lines))
    wrapped = any(
        index not in shaped and not _RULE.fullmatch(lines[index])
        for index in range(first, len(lines))
    )
    speakers = find_speakers(shaped.values(), wrapped)
    return {index: line for index, line in shaped.items() if line.key in speakers}


def _read_header(lines: Sequence[str], utterances: tuple[Utterance, ...]) -> TextCall:
    """The call of these utterances, with what the lines before them tell."""
    found: dict[str, str] = {}
    for line in lines:
        if match := _HEADER.fullmatch(line.rstrip("\n")):
            key = re.sub(r"[\s_-]+", " ", match["key"]).lower()
            field = (_MARKED_KEYS if match["marked"] else _HEADER_KEYS).get(key)
            if field:
                found.setdefault(field, clean(match["value"]))
    return TextCall(
        utterances=utterances,
        call_id=found.get("call_id", ""),
        agent_ids=split_names(found.get("agent", ""), utterances),
        started_at=read_moment(found.get("started_at", "")),
    )


def _first_words(lines: Sequence[str]) -> str:
    return next((line for line in lines if line.strip()), "")
