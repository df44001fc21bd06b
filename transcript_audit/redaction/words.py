"""The words of a call in order, and the digits that each of them says ("oh", "forty", "4111")."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

from transcript_audit.model import Span
from transcript_audit.redaction_marks import find_marks

HIDDEN = "\0"
"""The text of a word that stands for a redaction mark."""

UNREAD = "the"
"""The one word of an utterance in which there is nothing to find; it joins nothing."""

_MAY_BE_MARKED = re.compile(r"[\[<*#█▇■▮X]")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNITS = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero oh o nought naught aught nil",
            *"one two three four five six seven eight nine".split(),
        )
    )
    for word in words.split()
}
_UNITS |= {"fife": "5", "niner": "9", "zeros": "0", "zeroes": "0"}
_TEENS = {
    word: str(value)
    for value, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        10,
    )
}
_TENS = {
    word: str(value)
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
"""Their first digit alone: a unit that follows is the second."""

FILLERS = frozenset("uh um uhm umm er erm ah hm hmm mhm mm".split())
REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
SOUNDS_LIKE = {"to": "2", "too": "2", "for": "4", "won": "1", "ate": "8"}
"""What speech recognition writes for a digit between other digits."""

_SCALES = {"hundred": "00", "thousand": "000"}
SAID = _UNITS | _TEENS | {word: f"{digit}0" for word, digit in _TENS.items()} | _SCALES


class Word(NamedTuple):
    """A word or a numeral of an utterance.

    Attributes:
        place: index of the utterance; start, end: half-open offsets into its text.
        text: in lower case with straight apostrophes, `HIDDEN` for a redaction mark.
        raw: as written.
        digits: the digits that it says, "" for none; "40" for "forty".
        gap: what stands between it and the word before, or the start of the utterance.
        capital: whether it is written with a capital letter.
    """

    place: int
    start: int
    end: int
    text: str
    raw: str
    digits: str
    gap: str
    capital: bool


_NOWHERE = range(0)

_new_word = partial(tuple.__new__, Word)  # as `Word(...)` does, in half the time


class Words(list[Word]):
    """The words of a call in order, and where they are to be found.

    Attributes:
        by_text: indices of each word, ascending, by its text.
        digits: indices of the words that say digits.
        capitals: indices of the words with a capital letter.
        cased: places of utterances that are written with capitals.
        starts: index of the first word by place.
        ranges: indices of the words by place.
    """

    def __init__(self, words: Iterable[Word]) -> None:
        super().__init__(words)
        self.by_text: dict[str, list[int]] = {}
        self.starts: dict[int, int] = {}
        self.digits: list[int] = []
        self.capitals: list[int] = []
        self.ranges: dict[int, range] = {}
        by_text, place, start = self.by_text, -1, 0
        for index, (here, _, _, text, _, digits, _, capital) in enumerate(self):
            try:
                by_text[text].append(index)
            except KeyError:
                by_text[text] = [index]
            if digits:
                self.digits.append(index)
            if capital:
                self.capitals.append(index)
            if here != place:
                self.ranges[place] = range(start, index)
                place, start = here, index
                self.starts[place] = index
        self.ranges[place] = range(start, len(self))
        self.cased = {self[index].place for index in self.capitals}

    def in_place(self, place: int) -> range:
        """Indices of the words of an utterance."""
        return self.ranges.get(place, _NOWHERE)

    def find(self, texts: frozenset[str] | set[str]) -> list[int]:
        """Indices of the words that are one of these, ascending."""
        found: Iterable[str]
        if len(texts) < len(self.by_text):
            found = [text for text in texts if text in self.by_text]
        else:
            found = texts.intersection(self.by_text)
        return sorted(chain.from_iterable(map(self.by_text.__getitem__, found))) if found else []


def split_words(
    texts: Sequence[str],
    places: Container[int] | None = None,
    read: dict[int, list[Word]] | None = None,
) -> Words:
    """All words of the utterances, in order; a redaction mark is one word without any text.

    Args:
        places: the utterances to read, or None for all; `UNREAD` is the one word of each other.
        read: the words by place of utterances read before; those read now are added.
    """
    known = {} if read is None else read
    words: list[Word] = []
    for place, text in enumerate(texts):
        if places is not None and place not in places:
            words.append(Word(place, 0, 0, UNREAD, UNREAD, "", "", False))
            continue
        if place not in known:
            known[place] = _read_utterance(place, text)
        words += known[place]
    return Words(words)


def _read_utterance(place: int, text: str) -> list[Word]:
    words: list[Word] = []
    at = 0
    if _MAY_BE_MARKED.search(text):
        for start, end in _opaque_marks(text):
            at = _read_words(place, text[:start], at, words)
            words.append(Word(place, start, end, HIDDEN, HIDDEN, "", text[at:start], False))
            at = end
    _read_words(place, text, at, words)
    return words


def _opaque_marks(text: str) -> Iterator[Span]:
    return (mark.span for mark in find_marks(text) if _is_opaque(text[slice(*mark.span)]))


def _read_words(place: int, text: str, at: int, words: list[Word]) -> int:
    """Add the words of a text from `at` on; where the last of them ended."""
    for raw in _WORD.findall(text, at):
        start = text.index(raw, at)  # no letter or digit stands before it
        lower, digits, capital = _READ.get(raw) or _read_word(raw)
        end = start + len(raw)
        words.append(_new_word((place, start, end, lower, raw, digits, text[at:start], capital)))
        at = end
    return at


_READ: dict[str, tuple[str, str, bool]] = {}
_READ_AT_MOST = 20_000


def _read_word(raw: str) -> tuple[str, str, bool]:
    """The word in lower case, the digits that it says, and whether it has a capital."""
    lower = raw.lower().replace("’", "'")
    digits = SAID.get(lower, "")
    if lower[0].isdigit():
        values = [unicodedata.digit(char, None) for char in raw]
        digits = digits if None in values else "".join(map(str, values))
    if len(_READ) >= _READ_AT_MOST:
        _READ.clear()
    _READ[raw] = lower, digits, raw[0].isupper()
    return _READ[raw]


def _is_opaque(mark: str) -> bool:
    """Whether a mark holds no number itself, as "[card 4111]" does."""
    said = [_read_word(raw)[1] for raw in _WORD.findall(mark)]
    return sum(map(len, said)) < 3


def say_digits(words: Sequence[Word]) -> str:
    """The digits that these words say one after another: "4433" for "double four thirty three".

    A word between that says none is passed over.
    """
    return "".join(_read_digits(words, joined=True))


def count_digits(words: Sequence[Word]) -> int:
    """The most digits that these words may say: "forty five" may be 405 as well as 45."""
    return sum(map(len, _read_digits(words, joined=False)))


def _read_digits(words: Sequence[Word], *, joined: bool) -> list[str]:
    """What each word says, a unit joined to the tens before it where `joined`."""
    said: list[str] = []
    times, tens = 1, False
    for word in words:
        if word.text in REPEATS:
            times = REPEATS[word.text]
            continue
        digits = word.digits or SOUNDS_LIKE.get(word.text, "")
        if not digits:
            continue
        if joined and tens and word.text in _UNITS and digits != "0":
            said[-1] = said[-1][:-1] + digits
        else:
            said.append(digits[0] * (times - 1) + digits)
        tens, times = word.text in _TENS, 1
    return said
