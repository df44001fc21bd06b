"""Dates of birth, written or spoken."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set

from transcript_audit.redaction.asked import HEARD, Asked, Claim, Kind
from transcript_audit.redaction.quantities import MONTHS, ORDINAL_ENDS, ORDINALS
from transcript_audit.redaction.words import FILLERS, HIDDEN, Word, Words, say_digits

_SHORT_ANSWER = 5
_HIDDEN = frozenset([HIDDEN])
_PARTS = MONTHS | ORDINALS.keys()
_CURRENCY = ("£", "$", "€", "¥", "₹")


def find_births(words: Words, asked: Sequence[Asked], quantities: Set[int]) -> list[Claim]:
    """The dates of birth: the first date after one was asked for or announced, and its repeats.

    One that was given already is a mark, and nothing else is taken for it.
    """
    wanted = [each for each in asked if each.kind is Kind.DOB]
    if not wanted:
        return []
    dates = list(_find_dates(words))
    claims: list[Claim] = []
    known: set[tuple[str, ...]] = set()
    marks = words.find(_HIDDEN)
    at = 0
    for each in wanted:
        while at < len(dates) and dates[at][0] <= each.last:
            at += 1
        answers = [
            date
            for date in dates[at : at + 4]
            if words[date[0]].place < each.place + HEARD
            # else it was answered by what is redacted
            and bisect_right(marks, date[0]) == bisect_right(marks, each.last)
        ]
        # "number and date of birth": digits in a row may be the number
        evident = [
            date
            for date in answers
            if words[date[0]].place == words[answers[0][0]].place
            and _is_evident(words, *date, quantities)
        ]
        for date in (evident or answers)[:1]:
            known.add(_date_parts(words, *date))
        # read back: "january the first" for "one one seventy"
        for date in answers[1:]:
            if len(words.in_place(words[date[0]].place)) <= _SHORT_ANSWER:
                known.add(_date_parts(words, *date))
    for first, last in dates:
        if _date_parts(words, first, last) in known:
            claims.append(Claim(first, last, Kind.DOB))
    return claims


def _is_evident(words: Sequence[Word], first: int, last: int, quantities: Set[int]) -> bool:
    """Whether a date names the month or the day as such, or is written like one."""
    said = words[first : last + 1]
    named = any(
        word.text in MONTHS or (word.text in ORDINALS or word.text in ORDINAL_ENDS) for word in said
    )
    return named or (first in quantities and last in quantities)


def _find_dates(words: Words) -> Iterator[tuple[int, int]]:
    """First and last index of words that can be a date, as nobody says a mere number."""
    done = -1
    for index in sorted({*words.digits, *words.find(_PARTS)}):
        if index <= done or not _is_part(words[index]):
            continue
        last = done = index
        for after in range(index + 1, words.in_place(words[index].place).stop):
            word = words[after]
            if _is_part(word) or (word.text in ORDINAL_ENDS and word.gap == ""):
                last = after
            elif not _is_between(words, after):
                break
            done = after
        if _is_full_date(words, index, last):
            yield index, last


def _is_part(word: Word) -> bool:
    """Whether a word is a day, a month or a year, or a digit of one."""
    said = word.digits and not word.gap.endswith(_CURRENCY)
    return bool(said) or word.text in _PARTS


def _is_between(words: Sequence[Word], index: int) -> bool:
    """Whether a word may stand between two parts of a date: "the", "of", "hundred and"."""
    text = words[index].text
    hundred = text == "and" and index > 0 and words[index - 1].text == "hundred"
    return hundred or text in {"of", "the"} or text in FILLERS


def _is_full_date(words: Sequence[Word], first: int, last: int) -> bool:
    said = words[first : last + 1]
    numerals = sum(bool(word.digits) or word.text in ORDINALS for word in said)
    months = sum(word.text in MONTHS for word in said)
    digits = sum(len(word.digits) for word in said)
    return (months > 0 and numerals > 0) or numerals >= 3 or digits >= 4


def _date_parts(words: Sequence[Word], first: int, last: int) -> tuple[str, ...]:
    """What a date is made of, the same for "14 March" and "March 14th"."""
    said = words[first : last + 1]
    months = [word.text[:3] for word in said if word.text in MONTHS]
    days = [str(ORDINALS[word.text]) for word in said if word.text in ORDINALS]
    digits = say_digits([word for word in said if word.digits])
    return (*months, "".join(sorted(digits + "".join(days))))
