"""Postcodes and ZIP codes, written or spoken."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set

from transcript_audit.redaction.asked import Asked, Claim, Kind, heard_places
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import FILLERS, REPEATS, Word, Words, say_digits

_POSTCODE = re.compile(
    r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|[a-z]\d[a-z]\d[a-z]\d|[a-z]\d[\dw](?=\d*[a-z])[a-z\d]{4}"
)
"""Of the United Kingdom, Canada and Ireland, without blanks."""

_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM"
    " NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC".split()
)

_SHORT_ANSWER = 8


def find_postcodes(words: Words, asked: Sequence[Asked], quantities: Set[int]) -> list[Claim]:
    """The postcodes and ZIP codes: in capitals anywhere, else where one was asked for."""
    heard = heard_places(asked, {Kind.POSTCODE, Kind.ADDRESS})
    claims: list[Claim] = []
    done = -1
    for index in _candidates(words, heard):
        word = words[index]
        if index <= done or not (word.digits or len(word.text) <= 2):
            continue
        if word.gap in {"", "-"} and word.start and word.place not in heard:
            continue  # a piece of something longer
        last = _postcode_end(words, index, anyhow=word.place in heard)
        if last is None and word.digits and word.place in heard and index not in quantities:
            last = _zip_end(words, index, whole=_is_whole(words, word, heard))
        if last is None and len(word.raw) == 5 and word.digits and index > 0:
            before = words[index - 1]
            last = index if before.raw in _STATES and before.place == word.place else None
        if last is not None:
            claims.append(Claim(index, last, Kind.POSTCODE))
            done = last
    return claims


def _candidates(words: Words, heard: Collection[int]) -> list[int]:
    """Where a postcode may begin: at a numeral or before it, or anywhere where it was asked for."""
    found = {*words.digits, *(index - 1 for index in words.digits if index)}
    for place in heard:
        found.update(words.in_place(place))
    return sorted(found)


def _postcode_end(words: Sequence[Word], first: int, *, anyhow: bool) -> int | None:
    """Index of the last word of a postcode that begins here, or None.

    Args:
        anyhow: one in small letters or spelled out is meant as well.
    """
    if not words[first].raw.isalpha() or len(words[first].raw) > 2 or first + 1 == len(words):
        return None
    if words[first].text in STOP_WORDS and not words[first].raw.isupper():
        return None
    if not words[first + 1].digits and (not anyhow or len(words[first + 1].text) > 1):
        return None
    written, found = True, None
    for index in range(first, min(first + 9, len(words))):
        word = words[index]
        if word.place != words[first].place or (index > first and len(word.gap) > 2):
            break
        if word.text in REPEATS:
            continue
        written = written and (word.raw.isupper() or word.raw.isdigit())
        said = _add_digits(words, first, index)
        if len(said) > 7:
            break
        if (anyhow or (written and len(said) >= 5)) and _POSTCODE.fullmatch(said):
            found = index
    return found


def _says_digit(word: Word) -> bool:
    return bool(word.digits) and word.text != "o"


def _add_digits(words: Sequence[Word], first: int, last: int) -> str:
    """What the words say, letters and digits: "ls213" for "l s twenty one three"."""
    said, group = "", list[Word]()
    for word in words[first : last + 1]:
        if _says_digit(word) or word.text in REPEATS:
            group.append(word)
            continue
        times = REPEATS[group.pop().text] if group and group[-1].text in REPEATS else 1
        said += say_digits(group) + word.text * times
        group = []
    return said + say_digits(group)


def _is_whole(words: Words, word: Word, heard: Mapping[int, Kind]) -> bool:
    """Whether a postcode was asked for, and little else is said."""
    short = len(words.in_place(word.place)) <= _SHORT_ANSWER
    return short and heard[word.place] is Kind.POSTCODE


def _zip_end(words: Sequence[Word], first: int, *, whole: bool) -> int | None:
    """Index of the last numeral of a ZIP code of 5 or 9 digits that begins here, or None.

    Args:
        whole: it was asked for, so that four digits are one too (as in Australia).
    """
    last = first
    lengths = {4, 5, 9} if whole else {5, 9}
    while last + 1 < len(words) and last - first < 9:
        after = words[last + 1]
        said = after.digits or after.text in REPEATS or after.text in FILLERS
        if not said or after.place != words[first].place:
            break
        last += 1
    while words[last].text in FILLERS:
        last -= 1
    return last if len(say_digits(words[first : last + 1])) in lengths else None
