"""Which utterances may hold something personal: the others need not be read word by word.

Much is said in a call that names nobody and holds no number. Telling so by sets of words costs a
tenth of reading it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from transcript_audit.redaction.addressed import BEFORE_NAMES
from transcript_audit.redaction.asked import HEADS
from transcript_audit.redaction.emails import JOINERS, PROVIDERS
from transcript_audit.redaction.given_names import GIVEN_NAMES
from transcript_audit.redaction.introduced import CALLING, NAME_WORDS
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import REPEATS, SAID

_SHORT = 6
"""Words up to which an utterance may stand between two pieces of something."""

_REACH = 3
"""Utterances after a question, or around a piece of a number, that belong to it."""

_OPENING = 6
"""Utterances at the start of a call in which people say who they are."""

_SIGN = re.compile(r"[\d@\[<*#█▇■▮]|[^\W\x00-\x7f]|XXX")
"""A digit, an address, a mark, or a letter that `_CAPITALS` doesn't know."""

_CAPITALS = re.compile(r"\b[A-Z][\w'’]+")
_BLANKS = str.maketrans(
    dict.fromkeys('!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~–—…“”‘·£€', " ") | {"’": "'"}
)

_FAINT = frozenset("one oh o".split())
"""Say a digit only beside others."""

_DIGITS = (SAID.keys() | REPEATS.keys()) - _FAINT
_FROM = frozenset("from off".split())
_WORDS_ASKED = frozenset(
    "birth birthdate birthday birthdays dob d born post postcode zip zipcode address street live"
    " lives living house line password passwords word words passphrase passcode passcodes answer"
    " question maiden names who's whos whose who surname speaking calling name".split()
)
"""Of `HEADS`, those of questions that may be answered without a digit."""


def _with_owners(words: Collection[str]) -> frozenset[str]:
    """The words, and with "'s" at their end."""
    return frozenset([*words, *(f"{word}'s" for word in words)])


_LETTERS = frozenset("bcdefghjklmnpqrstuvwxyz")
_PEOPLE = _with_owners(GIVEN_NAMES | BEFORE_NAMES | CALLING) | NAME_WORDS | _LETTERS
_AT = frozenset(["at"])
_MAIL = PROVIDERS | JOINERS
_ASKING = _with_owners(_WORDS_ASKED)
_HEADING = HEADS - _PEOPLE
_ALL = _PEOPLE | _DIGITS | _FAINT | _FROM | _AT | _MAIL | _ASKING | _HEADING


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
        numerals = _SIGN.search(text) is not None or not _DIGITS.isdisjoint(found)
        if not numerals and not _FAINT.isdisjoint(found):
            numerals = sum(word in _FAINT for word in words) > 1
            faint.add(place)
        if numerals:
            digits.add(place)
        if not _ASKING.isdisjoint(found):
            telling.update(range(place, place + _REACH + 1))
        elif not HEADS.isdisjoint(found):
            heads.add(place)
        if (
            len(words) <= _SHORT
            or not _PEOPLE.isdisjoint(found)
            or (place <= _OPENING and (place < 2 or not _FROM.isdisjoint(found)))
            or not STOP_WORDS.issuperset(map(str.lower, _CAPITALS.findall(text)))
        ):
            telling.add(place)
        if "at" in found and not _MAIL.isdisjoint(found):
            telling.update(range(place - 2, place + 3))
    for place in digits:
        telling.update({*range(place - _REACH, place + _REACH + 1)} & (faint | heads))
    return (telling | digits) & set(range(len(texts)))
