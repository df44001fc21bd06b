"""Which utterances may hold something personal: the others need not be read word by word.

Much is said in a call that names nobody and holds no number. Telling so by sets of words costs a
small part of reading it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence, Set
from enum import IntFlag, auto

from transcript_audit.redaction.addressed import ADDRESSING, BEFORE_NAMES
from transcript_audit.redaction.addresses import DWELLINGS, STREETS
from transcript_audit.redaction.asked import HEADS, Kind
from transcript_audit.redaction.emails import JOINERS, PROVIDERS
from transcript_audit.redaction.given_names import GIVEN_NAMES, SURNAMES
from transcript_audit.redaction.introduced import CALLING, FAMILY, NAME_WORDS, OPENING, THIS_IS
from transcript_audit.redaction.reading_names import with_owners
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import REPEATS, SAID

_SHORT = 6
"""Words up to which an utterance may stand between two pieces of something."""

_BESIDE = 2
"""Utterances beside one that is read, in which such a short one may stand."""

_REACH = 3
"""Utterances after a question, or before a number, that belong to it."""

_FEW = 3
"""Spoken numerals up to which an amount is likely: they matter near others, or where one was
asked for."""

_OWN_MARKS = re.compile("|".join(re.escape(kind.mark) for kind in Kind))
"""What redaction left is no sign of anything: a call is read the same once it is redacted."""

_DIGIT = re.compile(r"\d")
_AMOUNT = re.compile(
    r"[£$€] ?\d{1,3}(?:,\d{3})*(?:\.\d{1,2})?(?![\d.,]\d)"
    r"|(?<![\w.,-])\d{1,3} ?(?:%|(?:months?|days?|years?|hours?|minutes?|weeks?|am|pm|gb|mb)\b)",
    re.IGNORECASE,
)
"""Prices, shares and terms, which make nothing of a number that stands elsewhere."""

_SIGN = re.compile(r"[@\[<*#█▇■▮]|[^\W\x00-\x7f]|XXX")
"""An address, a mark, or a letter that `_CAPITALS` doesn't know."""

_ASCII_SIGN = re.compile(r"[@\[<*#]")
_CAPITALS = re.compile(r"[A-Z](?<!\w[A-Z])[\w'’]+")
_GREETED = re.compile(r"\b(?:thanks|thank you|hi|hello|sorry|bye|welcome) ([a-z']{4,})")
_PAIRS = re.compile(r"(?<![\w'’])([\w'’]+)[,.]? (?=[A-Z])")
_BLANK = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~–—…“”‘·£€'
_BLANKS = str.maketrans(dict.fromkeys(_BLANK, " ") | {"’": "'"})


_NUMERALS = frozenset(SAID)
_PLACES = STREETS | DWELLINGS | REPEATS.keys()
_LETTERS = frozenset("bcdefghjklmnpqrstuvwxyz")
_PEOPLE = (
    with_owners(GIVEN_NAMES | SURNAMES | BEFORE_NAMES | FAMILY) | NAME_WORDS | {"speaking", "under"}
)
_INITIALS = _LETTERS - {"s", "t", "d", "m"}  # "it s"
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


class _Sign(IntFlag):
    """What a word may be a sign of."""

    NUMERAL = auto()
    PLACE = auto()
    LETTER = auto()
    INITIAL = auto()
    PERSON = auto()
    ONESELF = auto()
    CALLING = auto()
    THIS_IS = auto()
    ASKING = auto()
    HEAD = auto()
    MAIL = auto()
    AT = auto()


_SIGNIFICANT = {
    _Sign.NUMERAL: _NUMERALS,
    _Sign.PLACE: _PLACES,
    _Sign.LETTER: _LETTERS,
    _Sign.INITIAL: _INITIALS,
    _Sign.PERSON: _PEOPLE,
    _Sign.ONESELF: _SAID_OF_ONESELF,
    _Sign.CALLING: CALLING,
    _Sign.THIS_IS: THIS_IS,
    _Sign.ASKING: _ASKING,
    _Sign.HEAD: _HEADS,
    _Sign.MAIL: _MAIL,
    _Sign.AT: frozenset(["at"]),
}
_NUMERAL, _PLACE, _LETTER, _ONESELF = map(
    int, (_Sign.NUMERAL, _Sign.PLACE, _Sign.LETTER, _Sign.ONESELF)
)
_CALLED, _THIS, _ASKED, _HEAD = map(int, (_Sign.CALLING, _Sign.THIS_IS, _Sign.ASKING, _Sign.HEAD))
_MAILING, _AT, _NAMING = map(int, (_Sign.MAIL, _Sign.AT, _Sign.PERSON | _Sign.INITIAL))
"""As plain numbers: to tell a flag from others takes an enumeration ten times as long."""

_TOGETHER = tuple(
    (1 << 2 * at + len(_Sign), 2 << 2 * at + len(_Sign)) for at in range(len(_ASKING_TOGETHER))
)
_ANY_TOGETHER = sum(one for one, _ in _TOGETHER)


def _list_signs() -> dict[str, int]:
    """What each word is a sign of, as bits: of `_Sign`, and of each pair of `_ASKING_TOGETHER`."""
    signs: dict[str, int] = {}
    bits = [(int(sign), words) for sign, words in _SIGNIFICANT.items()]
    for pair, sets in zip(_TOGETHER, _ASKING_TOGETHER, strict=True):
        bits += [(bit, frozenset(words)) for bit, words in zip(pair, sets, strict=True)]
    for bit, words in bits:
        for word in words:
            signs[word] = signs.get(word, 0) | bit
    return signs


_SIGNS = _list_signs()
_ALL = frozenset(_SIGNS)


def without_marks(text: str) -> str:
    """The text without the marks that redaction has left in it."""
    return _OWN_MARKS.sub(" ", text) if "[" in text else text


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
    telling, heads, short = set[int](), set[int](), set[int]()
    numerals: dict[int, int] = {}
    for place, (text, words) in enumerate(zip(texts, said, strict=True)):
        found = _ALL.intersection(words)
        signs = 0
        for word in found:
            signs |= _SIGNS[word]
        if count := _count_numerals(text, words, found, signs):
            numerals[place] = count
        if _asks(signs):
            telling.update(range(place, place + _REACH + 1))
        elif signs & _HEAD:
            heads.add(place)
        if _may_name(text, signs, place):
            telling.add(place)
        elif len(words) <= _SHORT:
            short.add(place)
        if signs & _AT and signs & _MAILING:
            telling.update(range(place - 2, place + 3))
    numbered = _find_numbered(numerals, heads)
    telling |= numbered
    near = {place + step for place in numbered for step in range(-_BESIDE, _BESIDE + 1)}
    return (telling | (short & near)) & set(range(len(texts)))


def _find_numbered(numerals: Mapping[int, int], heads: set[int]) -> set[int]:
    """Places that may hold a number, with the questions before it.

    Args:
        numerals: how many are said, by place.
        heads: places in which a number may be asked for.
    """
    telling: set[int] = set()
    for place, count in numerals.items():
        asking = heads.intersection(range(place - _REACH, place + 1))
        beside = numerals.keys() & range(place - 2, place + 3)
        if sum(map(numerals.__getitem__, beside)) > 2 * _FEW:  # one number in pieces
            telling |= beside
        if count > _FEW:
            around = numerals.keys() & range(place - 2, place + 7)
            telling.update(asking, around, [place])
        elif count > 1 and asking:
            telling.update(asking, [place])
    return telling


def _count_numerals(text: str, words: Sequence[str], found: Set[str], signs: int) -> int:
    """How many numerals are said; more than `_FEW` where digits or a street make them count."""
    if _may_sign(text) or (signs & _LETTER and len(_LETTERS & found) > 1):
        return _FEW + 1
    written = len(_DIGIT.findall(_AMOUNT.sub("", text))) if _DIGIT.search(text) else 0
    if not signs & _NUMERAL:
        return written + _FEW * (written > 0 and bool(signs & _PLACE))
    said = written + sum(map(_NUMERALS.__contains__, words))
    return said + _FEW * bool(signs & _PLACE)


def _may_sign(text: str) -> bool:
    """Whether an address or a mark may stand in a text, or a letter that is not ASCII."""
    if text.isascii():
        return bool(_ASCII_SIGN.search(text)) or "XXX" in text
    return bool(_SIGN.search(text))


def _asks(signs: int) -> bool:
    """Whether something is asked for that may be told without a digit."""
    if signs & _ASKED or not signs & _ANY_TOGETHER:
        return bool(signs & _ASKED)
    return any(signs & one and signs & other for one, other in _TOGETHER)


def _may_name(text: str, signs: int, place: int) -> bool:
    """Whether somebody may be named in an utterance."""
    if place < 2 or signs & _NAMING:
        return True
    if signs & _ONESELF and (place <= OPENING or (signs & _THIS and signs & _CALLED)):
        return True
    greeted = _GREETED.search(text)
    if greeted and greeted[1] not in STOP_WORDS:
        return True
    if text.islower() or STOP_WORDS.issuperset(map(str.lower, _CAPITALS.findall(text))):
        return False
    return place <= OPENING or not _BEFORE_CAPITALS.isdisjoint(map(str.lower, _PAIRS.findall(text)))
