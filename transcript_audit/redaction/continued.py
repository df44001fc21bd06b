"""Numbers that nobody asked for: those that go on with, correct or read back another, and those
that are evidently no amount, time or date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import groupby

from transcript_audit.redaction.asked import Claim, Kind
from transcript_audit.redaction.letters import widen
from transcript_audit.redaction.quantities import ORDINAL_ENDS
from transcript_audit.redaction.runs import BRIDGING, NATO, Run
from transcript_audit.redaction.words import HIDDEN, REPEATS, Word, Words, say_digits

_HEARD = 6
"""Utterances in which what was said of a number may be read back."""

_NEAR = 2
"""Utterances in which a number may go on."""

_READ_BACK = 2
"""Digits from which a part of a number is taken for what was read back."""

_AMONG = 2
"""Ordinary words at most beside the numerals of an utterance that goes on with a number."""

_CORRECTING = frozenset(
    "no not sorry meant mean wait actually instead ending ends starting starts followed then"
    " correction rather apologies scratch oops repeat again pardon read back last first".split()
)
_CORRECTED = frozenset("no not sorry meant".split())
_BESIDE = BRIDGING | NATO | REPEATS.keys() | _CORRECTING | {HIDDEN}
_PER_UTTERANCE = 20
"""Numbers of an utterance that are compared at most."""

_NOT_ALONE = frozenset("one oh o".split())
"""Numerals that are words of other senses: "no one", "oh"."""

_KEPT_AFTER = frozenset(
    "error errors reading readings version model windows office year row gate platform day night"
    " channel form page step level flight seat seats aisle series route bus train size size type"
    " chapter section article room floor desk store shop branch since in until by usage"
    " boeing iso en bs rule regulation version mark generation playstation xbox galaxy iphone"
    " code status bay shade part".split()
)
"""Words before a number of four or five digits that names no person."""

_READINGS = frozenset("reading readings".split())
_YEARS = ("19", "20")
_WRITTEN_YEAR = 4


def digits_of(words: Sequence[Word], claim: Claim) -> str:
    """The digits that are said in a claim."""
    said = words[claim.first : claim.last + 1]
    return say_digits([word for word in said if word.digits or word.text in REPEATS])


def is_number_by_itself(words: Words, at: Sequence[int]) -> bool:
    """Whether numerals, by their indices, are four digits or more as nobody says an amount: one by
    one, or written in one, but for years and what "error" or "row" stands before."""
    first, last = at[0], at[-1]
    here = words[first]
    before = [word.text for word in words[max(0, first - 2) : first] if word.place == here.place]
    if here.place != words[last].place or not _KEPT_AFTER.isdisjoint(before):
        return False
    if _is_reading(words, here.place):
        return False
    numerals = [words[index] for index in at]
    if all(len(word.digits) == 1 for word in numerals):
        return last - first < 2 * len(at)
    if len(at) > 1 or not here.raw.isdigit():
        scaled = any(word.text in {"hundred", "thousand"} for word in numerals)
        said = say_digits(numerals)
        return not scaled and last - first < 2 * len(at) and len(said) > _WRITTEN_YEAR
    glued = here.start and (here.gap == "" or here.gap[-1] in "-.:/")
    year = len(here.raw) == _WRITTEN_YEAR and here.raw.startswith(_YEARS)
    return not glued and not year


def _is_reading(words: Words, place: int) -> bool:
    """Whether a meter is read here or just before."""
    return any(
        words[index].place in range(place - _NEAR, place + 1)
        for text in _READINGS
        for index in words.by_text.get(text, ())
    )


def find_continued(
    words: Words, left: Sequence[Run], claims: Sequence[Claim], quantities: Set[int]
) -> Iterator[Claim]:
    """Claims on short runs that go on with a number claimed nearby, correct it or read it back.

    Args:
        left: the runs that are not claimed.
    """
    if not claims:
        return
    numbers = _Numbers(words, claims)
    for run in left:
        for _, group in groupby(run.at, key=lambda index: words[index].place):
            at = [at for at in group if at not in quantities and not _is_ordinal(words, at)]
            if at and (kind := numbers.continued(Run(words, at))):
                yield widen(words, Claim(at[0], at[-1], kind), quantities)


class _Numbers:
    """The numbers that are claimed in a call."""

    def __init__(self, words: Words, claims: Sequence[Claim]) -> None:
        self.words = words
        self.numbers: dict[int, list[tuple[str, Kind]]] = {}
        self.among: dict[int, int] = {}
        for claim in claims:
            here = self.numbers.setdefault(words[claim.first].place, [])
            if len(here) < _PER_UTTERANCE:
                here.append((digits_of(words, claim), claim.kind))

    def continued(self, run: Run) -> Kind | None:
        """What number a run is a piece of, or None."""
        first = self.words[run.first]
        place = first.place
        near = [n for at in range(place - _NEAR, place + 2) for n in self.numbers.get(at, ())]
        lone = len(run.at) == 1 and self.words[run.first - 1].text in {"last", "first", "after"}
        alone = lone or (len(run.at) == 1 and first.text in _NOT_ALONE)
        corrected = bool(near) and _is_corrected(self.words, run)
        if near and (corrected or not alone):
            others, said = self._among(place), run.digits
            least = _AMONG if _is_one_by_one(self.words, run) and not alone else 0
            if others <= min(least, len(run.at)):
                return near[-1][1]
            if corrected and not alone and others <= _AMONG * min(2, len(said)):
                return near[-1][1]
        return None if alone else self._read_back(run, place)

    def _read_back(self, run: Run, place: int) -> Kind | None:
        """What number a run repeats a part of."""
        heard = [n for at in range(place, place - _HEARD, -1) for n in self.numbers.get(at, ())]
        if not heard or len(said := run.digits) < _READ_BACK:
            return None
        for digits, kind in heard:
            part = said in digits if len(said) > _READ_BACK else digits.endswith(said)
            if part and self._among(place) <= _AMONG * (len(said) - 1):
                return kind
        return None

    def _among(self, place: int) -> int:
        """How many words of an utterance are neither numerals nor fillers nor letters."""
        if place not in self.among:
            said = self.words.in_place(place)
            self.among[place] = sum(
                not word.digits and word.text not in _BESIDE and len(word.text) > 1
                for word in self.words[said.start : said.stop]
            )
        return self.among[place]


def _is_ordinal(words: Words, index: int) -> bool:
    """Whether this is the numeral of "19th"."""
    after = words[index + 1 : index + 2]
    return bool(after) and after[0].text in ORDINAL_ENDS and after[0].gap == ""


def _is_one_by_one(words: Sequence[Word], run: Run) -> bool:
    """Whether every numeral of a run says one digit."""
    return all(len(words[index].digits) == 1 for index in run.at)


def _is_corrected(words: Sequence[Word], run: Run) -> bool:
    """Whether "no", "not", "sorry" or the like stands right before or after a run."""
    place = words[run.first].place
    around = [*words[max(0, run.first - 2) : run.first], *words[run.last + 1 : run.last + 2]]
    return any(word.text in _CORRECTED and word.place == place for word in around)
