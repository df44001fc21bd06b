"""Plain text: a turn begins with who speaks; lines without a speaker go on with the turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from transcript_audit.errors import ReadError
from transcript_audit.model import Transcript, Utterance
from transcript_audit.readers.labels import (
    SpokenLine,
    find_speakers,
    read_spoken_line,
    read_stacked_heading,
    read_time_above,
)
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.words import clean, quoted, split_names

_HEADER = re.compile(
    r"\s{0,20}(?P<marked>#{1,20}\s{0,20})?(?P<key>[A-Za-z][\w -]{0,30}?)\s*[:=]\s*(?P<value>.+)"
)
_RULE = re.compile(r"[\W_]*")
_NO_WORDS = re.compile(
    r"transcribed by https?://\S+|[^.:?!]{1,60} (?:started|stopped) transcription", re.I
)

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
    return bool(_find_turn_lines(sample.split("\n"))[0])


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
    spoken, times = _find_turn_lines(lines)
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
        elif index not in times and not _holds_no_words(lines[index]):
            turns[-1][2].append(clean(lines[index]))
    utterances = (
        Utterance(number, turn.label, " ".join(filter(None, text)), turn.start, turn.end, line=line)
        for number, (line, turn, text) in enumerate(turns)
    )
    said = tuple(utterance for utterance in utterances if utterance.text)
    return _read_header(lines[:first], said)


def _find_turn_lines(lines: Sequence[str]) -> tuple[dict[int, SpokenLine], frozenset[int]]:
    """The lines, by 0-based index, that begin a turn; and those that only hold the time of one."""
    shaped = {
        index: spoken
        for index, line in enumerate(lines)
        if not line.lstrip().startswith("#") and (spoken := read_spoken_line(line.rstrip("\n")))
    }
    times = _take_times_alone(lines, shaped)
    first = min(shaped, default=len(lines))
    wrapped = any(
        index not in shaped and index not in times and not _RULE.fullmatch(lines[index])
        for index in range(first, len(lines))
    )
    speakers = find_speakers(shaped.values(), wrapped)
    found = {index: line for index, line in shaped.items() if line.key in speakers}
    return found, frozenset(time for time, index in times.items() if index in found)


def _take_times_alone(lines: Sequence[str], shaped: dict[int, SpokenLine]) -> dict[int, int]:
    """Give lines in `shaped` the times that stand alone above them, or below a name alone.

    Returns:
        The index of such a time's line, with that of the line that it belongs to.
    """
    above: dict[int, SpokenLine] = {}
    times: dict[int, int] = {}
    for index in range(1, len(lines)):
        before, line = lines[index - 1].rstrip("\n"), lines[index].rstrip("\n")
        spoken = shaped.get(index)
        if spoken and spoken.start is None and (timed := read_time_above(before, spoken)):
            above[index] = timed
        elif index - 1 not in shaped and (heading := read_stacked_heading(before, line)):
            shaped[index - 1] = heading
            times[index] = index - 1
    # Where it isn't the way of the text, such a time is something that was said.
    if above and min(shaped) in above and 2 * len(above) >= len(shaped):
        shaped.update(above)
        times.update({index - 1: index for index in above})
    return times


def _holds_no_words(line: str) -> bool:
    return bool(_RULE.fullmatch(line) or _NO_WORDS.fullmatch(line.strip()))


def _read_header(lines: Sequence[str], utterances: tuple[Utterance, ...]) -> TextCall:
    """The call of these utterances, with what the lines before them tell."""
    found: dict[str, str] = {}
    for line in lines:
        if match := _HEADER.fullmatch(line.rstrip("\n")):
            key = re.sub(r"[\s_-]+", " ", match["key"]).lower()
            field = (_MARKED_KEYS if match["marked"] else _HEADER_KEYS).get(key)
            if field:
                found.setdefault(field, clean(match["value"]))
        elif read_moment(line):
            found.setdefault("started_at", line)
    return TextCall(
        utterances=utterances,
        call_id=found.get("call_id", ""),
        agent_ids=split_names(found.get("agent", ""), utterances),
        started_at=read_moment(found.get("started_at", "")),
    )


def _first_words(lines: Sequence[str]) -> str:
    return next((line for line in lines if line.strip()), "")
