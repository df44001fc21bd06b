"""Numbers that nobody asked for: those that go on with, correct or read back another, and those
that are evidently no amount, time or date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import groupby

from transcript_audit.redaction.asked import Claim, Kind
from transcript_audit.redaction.letters import widen
from transcript_audit.redaction.runs import BRIDGING, NATO, Run, digit_words
from transcript_audit.redaction.words import HIDDEN, REPEATS, Word, Words, say_digits

_HEARD = 6
"""Utterances in which what was said of a number may be read back."""

_NEAR = 3
"""Utterances in which a number may go on."""

_READ_BACK = 2
"""Digits from which a part of a number is taken for what was read back."""

_AMONG = 3
"""Ordinary words at most beside the numerals of an utterance that goes on with a number."""

_CORRECTING = frozenset(
    "no not sorry meant mean wait actually instead ending ends starting starts followed then"
    " correction rather apologies scratch oops repeat again pardon read back last first".split()
)
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

_YEARS = ("19", "20")
_WRITTEN_YEAR = 4


def digits_of(words: Sequence[Word], claim: Claim) -> str:
    """The digits that are said in a claim."""
    said = words[claim.first : claim.last + 1]
    return say_digits([word for word in said if word.digits or word.text in REPEATS])


def is_number_by_itself(words: Sequence[Word], at: Sequence[int]) -> bool:
    """Whether numerals, by their indices, are four digits or more as nobody says an amount: one by
    one, or written in one, but for years and what "error" or "row" stands before."""
    first, last = at[0], at[-1]
    here = words[first]
    before = [word.text for word in words[max(0, first - 2) : first] if word.place == here.place]
    if here.place != words[last].place or not _KEPT_AFTER.isdisjoint(before):
        return False
    numerals = [words[index] for index in at]
    if all(len(word.digits) == 1 for word in numerals):
        return last - first < 2 * len(at)
    if len(at) > 1 or not here.raw.isdigit():
        spoken = sum(len(word.digits) for word in numerals)
        return last - first < 2 * len(at) and len(at) > 2 and spoken > _WRITTEN_YEAR
    glued = here.start and (here.gap == "" or here.gap[-1] in "-.:/")
    year = len(here.raw) == _WRITTEN_YEAR and here.raw.startswith(_YEARS)
    return not glued and not year


def find_continued(
    words: Words, left: Sequence[Run], claims: Sequence[Claim], quantities: Set[int]
) -> Iterator[Claim]:
    """Claims on short runs that go on with a number claimed nearby, correct it or read it back.

    Args:
        left: the runs that are not claimed.
    """
    numbers: dict[int, list[tuple[str, Kind]]] = {}
    for claim in claims:
        place = words[claim.first].place
        numbers.setdefault(place, []).append((digits_of(words, claim), claim.kind))
    if not numbers:
        return
    for run in left:
        for place, group in groupby(run.at, key=lambda index: words[index].place):
            at = [index for index in group if index not in quantities]
            if not at:
                continue
            kind = _continues(words, Run(at), place, numbers)
            if kind:
                numbers.setdefault(place, [])
                yield widen(words, Claim(at[0], at[-1], kind), quantities)


def _continues(
    words: Words, run: Run, place: int, numbers: dict[int, list[tuple[str, Kind]]]
) -> Kind | None:
    """What number this is a piece of, or None."""
    said = say_digits(digit_words(words, run))
    alone = len(run.at) == 1 and words[run.first].text in _NOT_ALONE
    near = [each for at in range(place - _NEAR, place + 2) for each in numbers.get(at, ())]
    if near and not (alone and not _is_corrected(words, run)):
        if _among(words, place) <= (0 if alone else _AMONG) and _is_only_digits(words, place):
            return near[-1][1]
        if not alone and _is_corrected(words, run):
            return near[-1][1]
    if len(said) >= _READ_BACK and not alone:
        for at in range(place, place - _HEARD, -1):
            for digits, kind in numbers.get(at, ()):
                whole = len(said) > _READ_BACK or digits.endswith(said) or digits.startswith(said)
                if said in digits and whole and _among(words, place) <= 2 * _AMONG:
                    return kind
    return None


def _among(words: Words, place: int) -> int:
    """How many words of an utterance are neither numerals nor fillers nor letters."""
    return sum(
        not (word.digits or word.text in REPEATS or word.text in BRIDGING or word.text in NATO)
        and word.text not in _CORRECTING
        and word.text != HIDDEN
        and len(word.text) > 1
        for word in _said(words, place)
    )


def _is_only_digits(words: Words, place: int) -> bool:
    """Whether an utterance holds no fewer numerals than ordinary words."""
    numerals = sum(bool(word.digits) or word.text in REPEATS for word in _said(words, place))
    return numerals >= _among(words, place)


def _is_corrected(words: Sequence[Word], run: Run) -> bool:
    """Whether "no", "not", "sorry" or the like stands right before or after a run."""
    place = words[run.first].place
    start, end = run.first - 2, run.last + 2
    around = [*words[max(0, start) : run.first], *words[run.last + 1 : end]]
    return any(word.text in {"no", "not", "sorry", "meant"} and word.place == place for word in around)


def _said(words: Words, place: int) -> list[Word]:
    said = words.in_place(place)
    return words[said.start : said.stop]
