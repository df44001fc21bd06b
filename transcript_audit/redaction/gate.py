"""Which utterances may hold something personal: the others need not be read word by word.

Much is said in a call that names nobody and holds no number. Telling so by sets of words costs a
small part of reading it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence, Set

from transcript_audit.redaction.addressed import ADDRESSING, BEFORE_NAMES
from transcript_audit.redaction.addresses import DWELLINGS, STREETS
from transcript_audit.redaction.asked import HEADS
from transcript_audit.redaction.emails import JOINERS, PROVIDERS
from transcript_audit.redaction.given_names import GIVEN_NAMES
from transcript_audit.redaction.introduced import CALLING, FAMILY, NAME_WORDS, OPENING, THIS_IS
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import REPEATS, SAID

_SHORT = 6
"""Words up to which an utterance may stand between two pieces of something."""

_REACH = 3
"""Utterances after a question, or before a number, that belong to it."""

_SIGN = re.compile(r"[\d@\[<*#█▇■▮]|[^\W\x00-\x7f]|XXX")
"""A digit, an address, a mark, or a letter that `_CAPITALS` doesn't know."""

_CAPITALS = re.compile(r"\b[A-Z][\w'’]+")
_PAIRS = re.compile(r"([\w'’]+)[,.]? (?=[A-Z])")
_BLANK = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~–—…“”‘·£€'
_BLANKS = str.maketrans(dict.fromkeys(_BLANK, " ") | {"’": "'"})


def _with_owners(words: Collection[str]) -> frozenset[str]:
    """The words, and with "'s" at their end."""
    return frozenset([*words, *(f"{word}'s" for word in words)])


_NUMERALS = frozenset(SAID)
_PLACES = STREETS | DWELLINGS | REPEATS.keys()
_LETTERS = frozenset("bcdefghjklmnpqrstuvwxyz")
_PEOPLE = _with_owners(GIVEN_NAMES | BEFORE_NAMES) | NAME_WORDS | _LETTERS | {"speaking"}
_SAID_OF_ONESELF = CALLING | {"from", "off"}
_BEFORE_CAPITALS = (
    ADDRESSING | THIS_IS | FAMILY | set("called that that's thats with have me is".split())
)
_MAIL = PROVIDERS | JOINERS
_ASKING = _with_owners(
    "birth birthdate birthday birthdays dob born post postcode zip zipcode address street password"
    " passwords passphrase passcode passcodes maiden names who's whos whose surname name"
    " spell spelt eircode mister mr mrs ms missus miss".split()
)
_ASKING_TOGETHER = (
    ({"who", "pleasure", "today"}, {"speaking", "talking", "chatting", "calling", "line", "have"}),
    ({"live", "lives", "living"}, {"at", "on"}),
    ({"first"}, {"line"}),
    ({"call"}, {"you"}),
    ({"am", "are"}, {"speaking", "talking", "chatting"}),
    ({"pass", "code", "safe", "secret", "memorable", "security"}, {"word", "words", "question"}),
    ({"answer"}, {"question"}),
    ({"who"}, {"this", "is"}),
)
"""Words of questions that may be answered without a digit; one of each set."""

_HEADS = HEADS - {"i"}
_ALL = frozenset(
    _PEOPLE | _NUMERALS | _PLACES | _SAID_OF_ONESELF | THIS_IS | _MAIL | _ASKING | _HEADS | {"at"}
).union(*(words for pair in _ASKING_TOGETHER for words in pair))


def split_plainly(text: str) -> list[str]:
    """The words of a text in lower case, in a fraction of the time that `split_words` takes."""
    return text.lower().translate(_BLANKS).split()


def find_saying(said: Sequence[Sequence[str]], names: Collection[str]) -> set[int]:
    """Places of the utterances in which one of these names is said."""
    known = _with_owners(names)
    return {place for place, words in enumerate(said) if not known.isdisjoint(words)}


def find_telling(texts: Sequence[str], said: Sequence[Sequence[str]]) -> set[int]:
    """Places of the utterances that are to be read.

    Args:
        said: the words of each text, as `split_plainly` gives them.
    """
    telling, digits, faint, heads = set[int](), set[int](), set[int](), set[int]()
    for place, (text, words) in enumerate(zip(texts, said, strict=True)):
        found = _ALL.intersection(words)
        numerals = 2 if _SIGN.search(text) else 0
        if not _NUMERALS.isdisjoint(found):
            numerals += len(_NUMERALS & found) if numerals else _count_numerals(words)
        if numerals > 1 or (numerals and not _PLACES.isdisjoint(found)):
            digits.add(place)
        elif numerals:
            faint.add(place)
        if _asks(found):
            telling.update(range(place, place + _REACH + 1))
        elif not _HEADS.isdisjoint(found):
            heads.add(place)
        if len(words) <= _SHORT or _may_name(text, found, place):
            telling.add(place)
        if "at" in found and not _MAIL.isdisjoint(found):
            telling.update(range(place - 2, place + 3))
    for place in digits:
        telling.update(faint.intersection(range(place - 2, place + 3)))
        telling.update(heads.intersection(range(place - _REACH, place + 1)))
    return (telling | digits) & set(range(len(texts)))


def _count_numerals(words: Sequence[str]) -> int:
    return sum(word in _NUMERALS for word in words)


def _asks(found: Set[str]) -> bool:
    """Whether something is asked for that may be told without a digit."""
    return not _ASKING.isdisjoint(found) or any(
        not one.isdisjoint(found) and not other.isdisjoint(found) for one, other in _ASKING_TOGETHER
    )


def _may_name(text: str, found: Set[str], place: int) -> bool:
    """Whether somebody may be named in an utterance."""
    if place < 2 or not _PEOPLE.isdisjoint(found):
        return True
    if not _SAID_OF_ONESELF.isdisjoint(found) and (
        place <= OPENING or (not THIS_IS.isdisjoint(found) and not CALLING.isdisjoint(found))
    ):
        return True
    if STOP_WORDS.issuperset(map(str.lower, _CAPITALS.findall(text))):
        return False
    return place <= OPENING or not _BEFORE_CAPITALS.isdisjoint(map(str.lower, _PAIRS.findall(text)))
