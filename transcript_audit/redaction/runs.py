"""Runs of numerals: which of them belong to one number, also split over turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transcript_audit.model import Role
from transcript_audit.redaction.words import (
    HIDDEN,
    REPEATS,
    SOUNDS_LIKE,
    Word,
    Words,
    count_digits,
    say_digits,
)

BRIDGE = 6
"""Words at most that may stand between two digits of a run."""

BRIDGING = frozenset(
    "uh um uhm umm er erm ah eh oh hm hmm mm mmm mhm mmhm mmhmm hmhm huh yes yeah yep yup ok okay"
    " right alright sure so that's thats that then and dash hyphen dot point space slash stroke"
    " comma no sorry again got it gotcha go on ahead please thanks thank you like it's its well"
    " perfect great lovely cool all m h".split()
)

NATO = frozenset(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike"
    " november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee"
    " zulu".split()
)

_CURRENCY = frozenset("£$€¥₹%")


class Run:
    """Numerals that follow each other with at most fillers between.

    Attributes:
        at: their indices, ascending; first, last: the first and the last of them.
        digits: what they say, as `say_digits` tells it.
        count: the most digits that they may say.
    """

    __slots__ = ("at", "count", "digits", "first", "last")

    def __init__(self, words: Sequence[Word], at: list[int]) -> None:
        self.at = at
        self.first = at[0]
        self.last = at[-1]
        said = digit_words(words, at)
        if len(said) == 1:
            self.digits = said[0].digits
            self.count = len(self.digits)
        else:
            self.digits = say_digits(said)
            self.count = count_digits(said)


def digit_words(words: Sequence[Word], at: Sequence[int]) -> list[Word]:
    """The words of a run that say digits, and those that double or triple one."""
    said: list[Word] = []
    for index in at:
        before = index - 1
        if index and (words[before].text in REPEATS or _sounds_like_digit(words, before)):
            said.append(words[before])
        said.append(words[index])
    return said


def _sounds_like_digit(words: Sequence[Word], index: int) -> bool:
    if words[index].text not in SOUNDS_LIKE or not 0 < index < len(words) - 1:
        return False
    return bool(words[index - 1].digits and words[index + 1].digits)


def find_runs(words: Words, roles: Sequence[Role | None]) -> Iterator[Run]:
    """The runs of each speaker, in the order in which they begin.

    The other's fillers, and what the other reads back, part no run.
    """
    runs: list[list[int]] = []
    speaking: dict[Role | None, list[int]] = {}
    last = -1
    for index in words.digits:
        role = roles[words[index].place]
        parted = index - last - 1 > BRIDGE or not _CURRENCY.isdisjoint(words[index].gap)
        if parted or not all(_may_join(words, between) for between in range(last + 1, index)):
            speaking = {}
        if role not in speaking:
            speaking[role] = []
            runs.append(speaking[role])
        speaking[role].append(index)
        last = index
    return (Run(words, run) for run in runs)


def _may_join(words: Sequence[Word], index: int) -> bool:
    """Whether the word may stand between two digits of a run."""
    text = words[index].text
    return (
        text in BRIDGING
        or text in NATO
        or (text == "ray" and index > 0 and words[index - 1].text == "x")
        or text in REPEATS
        or (len(text) == 1 and text not in {"i", "a", HIDDEN})
        or _sounds_like_digit(words, index)
    )
