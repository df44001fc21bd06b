"""Which utterances may hold something personal: the others need not be read word by word.

Much is said in a call that names nobody and holds no number. Telling so by sets of words costs a
small part of reading it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set

from transcript_audit.redaction.addressed import ADDRESSING, BEFORE_NAMES
from transcript_audit.redaction.addresses import DWELLINGS, STREETS
from transcript_audit.redaction.asked import HEADS
from transcript_audit.redaction.emails import JOINERS, PROVIDERS
from transcript_audit.redaction.given_names import GIVEN_NAMES
from transcript_audit.redaction.introduced import CALLING, FAMILY, NAME_WORDS, OPENING, THIS_IS
from transcript_audit.redaction.reading_names import with_owners
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import REPEATS, SAID

_SHORT = 6
"""Words up to which an utterance may stand between two pieces of something."""

_REACH = 3
"""Utterances after a question, or before a number, that belong to it."""

_FEW = 3
"""Spoken numerals up to which an amount is likely: they matter near others, or where one was
asked for."""

_SIGN = re.compile(r"[\d@\[<*#█▇■▮]|[^\W\x00-\x7f]|XXX")
"""A digit, an address, a mark, or a letter that `_CAPITALS` doesn't know."""

_CAPITALS = re.compile(r"\b[A-Z][\w'’]+")
_PAIRS = re.compile(r"([\w'’]+)[,.]? (?=[A-Z])")
_BLANK = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~–—…“”‘·£€'
_BLANKS = str.maketrans(dict.fromkeys(_BLANK, " ") | {"’": "'"})


_NUMERALS = frozenset(SAID)
_PLACES = STREETS | DWELLINGS | REPEATS.keys()
_LETTERS = frozenset("bcdefghjklmnpqrstuvwxyz")
_PEOPLE = with_owners(GIVEN_NAMES | BEFORE_NAMES) | NAME_WORDS | _LETTERS | {"speaking"}
_SAID_OF_ONESELF = CALLING | {"from", "off"}
_BEFORE_CAPITALS = (
    ADDRESSING | THIS_IS | FAMILY | set("called that that's thats with have me is".split())
)
_MAIL = PROVIDERS | JOINERS
_ASKING = with_owners(
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
    known = with_owners(names)
    return {place for place, words in enumerate(said) if not known.isdisjoint(words)}


def find_telling(texts: Sequence[str], said: Sequence[Sequence[str]]) -> set[int]:
    """Places of the utterances that are to be read.

    Args:
        said: the words of each text, as `split_plainly` gives them.
    """
    telling, heads = set[int](), set[int]()
    numerals: dict[int, int] = {}
    for place, (text, words) in enumerate(zip(texts, said, strict=True)):
        found = _ALL.intersection(words)
        if count := _count_numerals(text, words, found):
            numerals[place] = count
        if _asks(found):
            telling.update(range(place, place + _REACH + 1))
        elif not _HEADS.isdisjoint(found):
            heads.add(place)
        if len(words) <= _SHORT or _may_name(text, found, place):
            telling.add(place)
        if "at" in found and not _MAIL.isdisjoint(found):
            telling.update(range(place - 2, place + 3))
    return (telling | _find_numbered(numerals, heads)) & set(range(len(texts)))


def _find_numbered(numerals: Mapping[int, int], heads: set[int]) -> set[int]:
    """Places that may hold a number, with the questions before it.

    Args:
        numerals: how many are said, by place.
        heads: places in which a number may be asked for.
    """
    telling: set[int] = set()
    for place, count in numerals.items():
        asking = heads.intersection(range(place - _REACH, place + 1))
        if count > _FEW:
            around = numerals.keys() & range(place - 2, place + 3)
            telling.update(asking, around, [place])
        elif count > 1 and asking:
            telling.update(asking, [place])
    return telling


def _count_numerals(text: str, words: Sequence[str], found: Set[str]) -> int:
    """How many numerals are said; more than `_FEW` where digits or a street make them count."""
    if _SIGN.search(text) or len(_LETTERS & found) > 1:
        return _FEW + 1
    if _NUMERALS.isdisjoint(found):
        return 0
    return sum(word in _NUMERALS for word in words) + _FEW * (not _PLACES.isdisjoint(found))


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
