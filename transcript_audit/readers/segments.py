"""Words and segments of vendors' exports put in order: by time, and by who really said them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from transcript_audit.model import Utterance
from transcript_audit.readers.words import clean

LONGEST_PAUSE = 1.0
"""Seconds of silence after which words of the same speaker begin a new segment, where the source
itself draws no line."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a source.

    Attributes:
        text: as written; the separator before it is `before`.
        speaker: the source's label; "" where it does not say.
        start, end: seconds from the start of the call, or None.
        before: what stands between it and the word before it in the same segment ("" for
            punctuation that clings to it).
    """

    text: str
    speaker: str = ""
    start: float | None = None
    end: float | None = None
    before: str = " "


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech of one speaker; times in seconds from the start of the call, or None."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    agent_id: str | None = None


def group_words(words: Iterable[Word], longest_pause: float | None = None) -> list[Segment]:
    """Segments of the words in their order: a new one where the speaker changes.

    A word without a speaker, such as a comma, goes with the word before it, at the very beginning
    with the first that has one.

    Args:
        longest_pause: seconds between words after which a new segment begins too; None for never.
    """
    words = list(words)
    groups: list[list[Word]] = []
    speaker, heard = next((word.speaker for word in words if word.speaker), ""), None
    for word in words:
        named = word.speaker or speaker
        pause = 0.0 if word.start is None or heard is None else word.start - heard
        late = longest_pause is not None and pause > longest_pause
        if not groups or named != speaker or late:
            groups.append([])
        groups[-1].append(word)
        speaker = named
        heard = word.end if word.end is not None else heard
    return [_join(group) for group in groups]


def split_segment(whole: Segment, words: Sequence[Word]) -> list[Segment]:
    """The segment, cut where its words change speaker: they know better than the segment does.

    As it is where they name no speaker, or all the same one, who is then its speaker.
    """
    named = {word.speaker for word in words if word.speaker}
    if len(named) < 2:
        return [replace(whole, speaker=next(iter(named), whole.speaker))]
    first, *rest = group_words(words)
    first = replace(first, start=whole.start if first.start is None else first.start)
    return [first, *rest]


def label_channel(channel: str, speaker: str = "") -> str:
    """The label of a channel, in the source's own count, and of a speaker told apart in it."""
    return f"channel {channel} speaker {speaker}" if speaker else f"channel {channel}"


def _join(words: Sequence[Word]) -> Segment:
    text = words[0].text + "".join(word.before + word.text for word in words[1:])
    starts = [word.start for word in words if word.start is not None]
    ends = [word.end for word in words if word.end is not None]
    speaker = next((word.speaker for word in words if word.speaker), "")
    return Segment(speaker, text, min(starts, default=None), max(ends, default=None))


def order_segments(segments: Iterable[Segment]) -> tuple[Utterance, ...]:
    """The utterances of a call: by start, then end, then the source's order; those without words
    left out.

    One without a start stays behind the one before it in the source.
    """
    placed: list[tuple[float, float, int, Segment]] = []
    last = (0.0, 0.0)
    for number, segment in enumerate(segments):
        if segment.start is not None:
            last = (segment.start, segment.start if segment.end is None else segment.end)
        placed.append((*last, number, segment))
    spoken = [
        (segment, text)
        for *_, segment in sorted(placed, key=lambda each: each[:3])
        if (text := clean(segment.text))
    ]
    return tuple(
        Utterance(number, clean(each.speaker), text, each.start, each.end, each.agent_id)
        for number, (each, text) in enumerate(spoken)
    )
