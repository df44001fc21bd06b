"""Numbers that say how much, how long or when: prices, shares, terms, times and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from transcript_audit.redaction.words import REPEATS, Word, Words, say_digits

MONTHS = frozenset(
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
ORDINAL_ENDS = frozenset("st nd rd th".split())
ORDINALS = {
    word: day
    for day, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh"
            " twelfth thirteenth"
            " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split(),
        1,
    )
} | {"thirtieth": 30}
_UNITS = frozenset(
    "dollar dollars buck bucks cent cents pound pounds quid pence penny euro euros rupees usd"
    " gbp eur grand k percent per pct day days night nights week weeks weekly fortnight month"
    " months monthly mo year years yearly yr yrs hour hours hr hrs minute minutes min mins second"
    " seconds am pm a.m p.m o'clock oclock times time people person channels channel points point"
    " gig gigs gigabyte gigabytes gb mb mbps megabits meg megs tb miles mile km kilometres metres"
    " feet foot inch inches kilos kg pages boxes box issues calls visits texts users seats lines"
    " items payments instalments installments working business calendar percentages degrees"
    " units kwh hundred thousand million billion odd apiece"
    " customers members stores movies shows songs classes sessions lessons meals bottles plan"
    " package bundle tier lads digit digits letters characters tickets tablets milligram milligrams"
    " ml mg".split()
)
_BEFORE_YEAR = frozenset(
    "since in until till by from through during of year spring summer autumn fall winter season the"
    " early late back before after joined around".split()
)
_TENS_WORDS = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())
_SHAPES = {1: "U", 2: "T"}
_BELOW_100 = "(?:U|T|N|DU?)"
_CARDINAL = re.compile(rf"(?:(?:{_BELOW_100}H)?{_BELOW_100}?K)?(?:{_BELOW_100}H)?{_BELOW_100}?")
_CURRENCY = "£$€¥₹"
_YEAR = re.compile(r"(?:19|20)\d\d")
_EACH = frozenset("a per an each every".split())
_AMOUNT = 5
"""Digits at most of an amount that isn't said as one number."""

_SPOKEN_CENTURY = frozenset("nineteen twenty".split())


def find_quantities(words: Words) -> set[int]:
    """Indices of the numerals that are a price, a share, a term, a time, a date or a year."""
    found: set[int] = set()
    for first, last in _number_groups(words):
        if _is_quantity(words, first, last):
            found.update(range(first, last + 1))
        else:
            found.update(_parts_of_quantities(words, first, last))
    return found


def _number_groups(words: Words) -> Iterator[tuple[int, int]]:
    """First and last index of numerals that follow each other without anything said between."""
    first = last = -1
    for index in words.digits:
        here = words[index]
        after_last = index == last + 1 or _is_and(words, last, index)
        joined = after_last and last >= 0 and here.place == words[last].place
        if not joined or _has_sentence_end(here.gap):
            if last >= 0:
                yield first, last
            first = index
        last = index
    if last >= 0:
        yield first, last


def _is_and(words: Sequence[Word], last: int, index: int) -> bool:
    """Whether only "and" stands between "hundred" or "thousand" and the next numeral."""
    scaled = last >= 0 and words[last].text in {"hundred", "thousand"}
    return scaled and index == last + 2 and words[last + 1].text == "and"


def _has_sentence_end(gap: str) -> bool:
    return len(gap) > 1 and gap[0] in ".!?;"


def _is_quantity(words: Sequence[Word], first: int, last: int) -> bool:
    count = sum(len(word.digits) for word in words[first : last + 1])
    before, after = _neighbour(words, first, -1), _neighbour(words, last, 1)
    said = {word.text for word in words[first : last + 1]}
    if not said.isdisjoint({"hundred", "thousand"}) and _is_cardinal(words, first, last):
        return True
    if count > 8 or _is_spelled_out(words, first, last):
        return False
    said_together = say_digits(words[first : last + 1])
    amount = len(said_together) <= _AMOUNT or _is_cardinal(words, first, last)
    if after and ((amount and _is_unit(words, last + 1)) or (after.text in MONTHS and count <= 2)):
        return True
    if before and (before.text in MONTHS or _ends_ordinal(words, first - 1)) and count <= 6:
        return True
    return bool(before and before.text in _BEFORE_YEAR and _is_year(words[first : last + 1]))


def _is_spelled_out(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether digits are said one by one, and more than any amount has: "four five"
    " seven eight two"."""
    return last - first >= 3 and all(len(word.digits) == 1 for word in words[first : last + 1])


def _is_unit(words: Sequence[Word], index: int) -> bool:
    """Whether a unit stands here ("months", "a month", "%")."""
    word = words[index]
    if word.text in _EACH:
        after = _neighbour(words, index, 1)
        return after is not None and after.text in _UNITS
    return word.gap.startswith("%") or word.text in _UNITS


def _is_cardinal(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether the words are one number with "hundred" or "thousand" and not digits in a row."""
    if first and words[first - 1].text in REPEATS:
        return False
    shapes = {"hundred": "H", "thousand": "K"}
    shape = "".join(
        shapes.get(word.text) or ("N" if word.raw.isdigit() else _SHAPES[min(len(word.digits), 2)])
        if word.text not in _TENS_WORDS
        else "D"
        for word in words[first : last + 1]
        if word.digits
    )
    zero = any(word.digits == "0" for word in words[first : last + 1])
    return not zero and bool(_CARDINAL.fullmatch(shape))


def _ends_ordinal(words: Sequence[Word], index: int) -> bool:
    """Whether a day ends here: "the 4th", "the fourth" before "2026"."""
    word = words[index]
    return word.text in ORDINALS or (word.text in ORDINAL_ENDS and word.gap == "")


def _is_year(group: Sequence[Word]) -> bool:
    if len(group) == 1:
        return bool(_YEAR.fullmatch(group[0].digits))
    said = say_digits(group)
    return group[0].text in _SPOKEN_CENTURY and bool(_YEAR.fullmatch(said))


def _neighbour(words: Sequence[Word], index: int, step: int) -> Word | None:
    """The word before or after in the same utterance."""
    other = index + step
    if not 0 <= other < len(words) or words[other].place != words[index].place:
        return None
    return words[other]


def _parts_of_quantities(words: Sequence[Word], first: int, last: int) -> set[int]:
    """Numerals of a group that punctuation makes an amount, a time or a date."""
    found: set[int] = set()
    for index in range(first, last + 1):
        gap = words[index].gap
        if gap and gap[-1] in _CURRENCY:
            found.add(index)
        if index > first and (
            (gap == "." and index - 1 in found) or _is_pair(words, index, first, last)
        ):
            found |= {index - 1, index}
        if index >= first + 2 and gap in {"/", "-", "."} and _is_date(words, index):
            found |= {index - 2, index - 1, index}
    return found


def _is_pair(words: Sequence[Word], index: int, first: int, last: int) -> bool:
    """Whether a numeral and the one before it are "10:30", "1,204", "49.99" or "5/6"."""
    gap, before, here = words[index].gap, words[index - 1].raw, words[index].raw
    if gap == ".":
        numerals = before.isdigit() and here.isdigit() and len(here) <= 2
        return numerals and not _goes_on(words, index, first, last)
    return (
        (gap == ":" and len(here) <= 2)
        or (gap == "," and len(here) == 3 and len(before) <= 3)
        or (gap == "/" and len(before) <= 2 and len(here) <= 2)
    )


def _goes_on(words: Sequence[Word], index: int, first: int, last: int) -> bool:
    """Whether another numeral with a dot stands before or after these two."""
    after = index < last and words[index + 1].gap == "."
    return after or (index - 1 > first and words[index - 1].gap == ".")


def _is_date(words: Sequence[Word], index: int) -> bool:
    """Whether three numerals with the same mark between can be a day, a month and a year."""
    one, two, three = words[index - 2 : index + 1]
    if two.gap != three.gap:
        return False
    lengths = [len(word.raw) for word in (one, two, three)]
    values = [int(word.digits) for word in (one, two, three)] if max(lengths) <= 4 else [0] * 3
    if lengths[0] == 4 and max(lengths[1:]) <= 2:
        return 1 <= values[1] <= 12 and 1 <= values[2] <= 31
    if max(lengths[:2]) > 2 or lengths[2] not in {2, 4}:
        return False
    return min(values[:2]) >= 1 and max(values[:2]) <= 31 and min(values[:2]) <= 12
