"""The words of a call in order, and the digits that each of them says ("oh", "forty", "4111")."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from transcript_audit.model import Span
from transcript_audit.redaction_marks import find_marks

HIDDEN = "\0"
"""The text of a word that stands for a redaction mark."""

UNREAD = "the"
"""The one word of an utterance in which there is nothing to find; it joins nothing."""

_MAY_BE_MARKED = re.compile(r"[\[<*#█▇■▮X]")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*")
_GAP_AND_WORD = re.compile(rf"([\W_]*)({_WORD.pattern}|\Z)")
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


class Word:
    """A word or a numeral of an utterance.

    Attributes:
        place: index of the utterance; start, end: half-open offsets into its text.
        text: in lower case with straight apostrophes, `HIDDEN` for a redaction mark.
        raw: as written.
        digits: the digits that it says, "" for none; "40" for "forty".
        gap: what stands between it and the word before, or the start of the utterance.
        capital: whether it is written with a capital letter.
        base: the text without a possessive ending: "dana" for "dana's".
    """

    __slots__ = ("base", "capital", "digits", "end", "gap", "place", "raw", "start", "text")

    def __init__(self, place: int, start: int, end: int, form: Form, gap: str) -> None:
        self.place = place
        self.start = start
        self.end = end
        self.gap = gap
        self.text, self.raw, self.digits, self.capital, self.base = form


Form = tuple[str, str, str, bool, str]
"""What a word is wherever it stands: text, raw, digits, capital, base."""

_HIDDEN_FORM = (HIDDEN, HIDDEN, "", False, HIDDEN)
_UNREAD_FORM = (UNREAD, UNREAD, "", False, UNREAD)
_NOWHERE = range(0)


def hidden_word(place: int, start: int, end: int, gap: str) -> Word:
    """The word that stands for a redaction mark."""
    return Word(place, start, end, _HIDDEN_FORM, gap)


class Line:
    """The words of one utterance, and offsets of some of them, ascending.

    Attributes:
        digits: the words that say digits.
        capitals: the words with a capital letter.
        signs: the words right after an "@".
    """

    __slots__ = ("capitals", "digits", "place", "signs", "words")

    def __init__(self, place: int, words: list[Word]) -> None:
        self.place = place
        self.words = words
        self.digits = [at for at, word in enumerate(words) if word.digits]
        self.capitals = [at for at, word in enumerate(words) if word.capital]
        self.signs = [at for at, word in enumerate(words) if word.gap[-1:] == "@"]


@lru_cache(maxsize=1024)
def unread_line(place: int) -> Line:
    """The line of an utterance in which there is nothing to find."""
    return Line(place, [Word(place, 0, 0, _UNREAD_FORM, "")])


class Words(list[Word]):
    """The words of a call in order, and where they are to be found.

    Attributes:
        lines: the words by utterance, in order.
        by_text: indices of each word, ascending, by its text.
        digits: indices of the words that say digits.
        capitals: indices of the words with a capital letter.
        signs: indices of the words right after an "@".
        cased: places of utterances that are written with capitals.
        starts: index of the first word by place.
        ranges: indices of the words by place.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(chain.from_iterable([line.words for line in lines]))
        self.lines = lines
        self.starts: dict[int, int] = {}
        self.ranges: dict[int, range] = {}
        self.digits: list[int] = []
        self.capitals: list[int] = []
        self.signs: list[int] = []
        self.cased: set[int] = set()
        start = 0
        for line in lines:
            if not line.words:
                continue
            place, end = line.place, start + len(line.words)
            self.starts[place] = start
            self.ranges[place] = range(start, end)
            if line.digits:
                self.digits += [start + at for at in line.digits]
            if line.capitals:
                self.capitals += [start + at for at in line.capitals]
                self.cased.add(place)
            if line.signs:
                self.signs += [start + at for at in line.signs]
            start = end
        self.by_text: defaultdict[str, list[int]] = defaultdict(list)
        by_text = self.by_text
        for index, word in enumerate(self):
            by_text[word.text].append(index)
        self._texts = frozenset(by_text)

    def in_place(self, place: int) -> range:
        """Indices of the words of an utterance."""
        return self.ranges.get(place, _NOWHERE)

    def find(self, texts: frozenset[str] | set[str]) -> list[int]:
        """Indices of the words that are one of these, ascending."""
        found = texts & self._texts
        return sorted(chain.from_iterable(map(self.by_text.__getitem__, found))) if found else []


def split_words(
    texts: Sequence[str],
    places: Container[int] | None = None,
    read: dict[int, Line] | None = None,
) -> Words:
    """All words of the utterances, in order; a redaction mark is one word without any text.

    Args:
        places: the utterances to read, or None for all; `UNREAD` is the one word of each other.
        read: the lines by place of utterances read before; those read now are added.
    """
    known = {} if read is None else read
    lines: list[Line] = []
    for place, text in enumerate(texts):
        if places is not None and place not in places:
            lines.append(unread_line(place))
            continue
        if place not in known:
            known[place] = _read_utterance(place, text)
        lines.append(known[place])
    return Words(lines)


def _read_utterance(place: int, text: str) -> Line:
    words: list[Word] = []
    at = 0
    if _MAY_BE_MARKED.search(text):
        for start, end in _opaque_marks(text):
            at = _read_words(place, text[:start], at, words)
            words.append(hidden_word(place, start, end, text[at:start]))
            at = end
    _read_words(place, text, at, words)
    return Line(place, words)


def _opaque_marks(text: str) -> Iterator[Span]:
    return (mark.span for mark in find_marks(text) if _is_opaque(text[slice(*mark.span)]))


def _read_words(place: int, text: str, at: int, words: list[Word]) -> int:
    """Add the words of a text from `at` on; where the last of them ended."""
    for gap, raw in _GAP_AND_WORD.findall(text, at):
        if not raw:
            break  # nothing but a gap is left
        start = at + len(gap)
        at = start + len(raw)
        words.append(Word(place, start, at, _FORMS.get(raw) or _read_form(raw), gap))
    return at


_FORMS: dict[str, Form] = {}
_FORMS_AT_MOST = 20_000


def _read_form(raw: str) -> Form:
    """What a word is, as it is written."""
    lower = raw.lower().replace("’", "'")
    digits = SAID.get(lower, "")
    if lower[0].isdigit():
        values = [unicodedata.digit(char, None) for char in raw]
        digits = digits if None in values else "".join(map(str, values))
    if len(_FORMS) >= _FORMS_AT_MOST:
        _FORMS.clear()
    form = _FORMS[raw] = lower, raw, digits, raw[0].isupper(), lower.removesuffix("'s")
    return form


def _is_opaque(mark: str) -> bool:
    """Whether a mark holds no number itself, as "[card 4111]" does."""
    said = [_read_form(raw)[2] for raw in _WORD.findall(mark)]
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
