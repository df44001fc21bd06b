"""Names that no list knows, where what stands around them tells that they are names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from functools import lru_cache

from transcript_audit.model import Role
from transcript_audit.redaction.addressed import ADDRESSING, VOCATIVES
from transcript_audit.redaction.asked import Claim, Kind
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES, SURNAMES
from transcript_audit.redaction.introduced import FAMILY, OF_A_PLACE
from transcript_audit.redaction.ordinary import is_ordinary
from transcript_audit.redaction.reading_names import GAPS, TITLES
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import Word, Words

NAMING = frozenset("called named authorised authorized under".split())
_OWN = frozenset("my his her our their".split())
_BEFORE_PLACES = frozenset("in at near from to the a an of on via by your our this that".split())
_BEFORE_TOWNS = _BEFORE_PLACES - {"to"}
_NO_PEOPLE = frozenset(
    "street road avenue lane close house court park estate hospital school station airport hotel"
    " university college market ltd limited plc inc company group bank sons insurance energy"
    " services garage motors building centre center surgery clinic".split()
)
_BEFORE_NAMES = NAMING | set("for is it's its i'm im tell ask told me and with".split()) | FAMILY
_STOPS = frozenset(".,!?;:…")
_NAMES = GIVEN_NAMES | SURNAMES | TITLES | ALSO_WORDS
_ONLY_ALSO = ALSO_WORDS - STOP_WORDS
_TITLED = TITLES | {"miss"}
_LEADING = ADDRESSING | NAMING | FAMILY
_INITIALS = frozenset("bcdefghjklmnopqrtuvwxyz")
_SURE_NAMES = SURNAMES | (GIVEN_NAMES - ALSO_WORDS)
_RARE = 4
"""Letters from which a word in small letters that isn't ordinary may be a name."""


def find_likely(
    words: Words, roles: Sequence[Role | None], cased: Collection[int], own: Collection[str]
) -> Iterator[Claim]:
    """Words that are likely to be names of people, though no list of names holds them.

    Args:
        own: names of agents, who stay.
    """
    called = [
        index
        for index in words.capitals
        if is_rare(words[index]) and words[index].base not in own and _is_called(words, index)
    ]
    firms = _firms(words, roles, {words[index].base for index in called})
    for index in called:
        if words[index].base not in firms:
            yield Claim(index, index, Kind.NAME)
    for index in words.find(_LEADING):
        after = index + 1
        if after == len(words) or words[after].place != words[index].place:
            continue
        word = words[after]
        if word.place in cased or word.gap != " " or word.base in own:
            continue
        if _is_named_after(words, index, roles):
            yield Claim(after, after, Kind.NAME)
    yield from _find_corrected(words, roles, cased, own)
    yield from _find_related(words, cased, own)
    yield from _find_surnames(words, cased, own)
    yield from _after_initials(words, cased, own)


def is_rare(word: Word) -> bool:
    """Whether a word is no ordinary one, and no abbreviation."""
    return not word.digits and _is_rare(word.raw, word.base)


@lru_cache(maxsize=8192)
def _is_rare(raw: str, text: str) -> bool:
    """Whether a word, as it is written and in small letters, is no ordinary one."""
    if len(text) < _RARE or raw.isupper():
        return False
    return text not in TITLES and text not in ALSO_WORDS and not is_ordinary(text)


def _firms(words: Words, roles: Sequence[Role | None], likely: Set[str]) -> set[str]:
    """Which of these are written with a capital as a business, a product or a place is."""
    found: set[str] = set()
    for index in words.capitals if likely else ():
        word, before = words[index], words[index - 1]
        if word.base not in likely or word.base in found:
            continue
        same = index > 0 and before.place == word.place
        greeting = word.place < 2 and roles[word.place] is not Role.CUSTOMER
        placed = same and before.text in _BEFORE_PLACES and word.gap == " "
        if greeting or placed or _beside_ordinary(words, index):
            found.add(word.base)
    return found


def _beside_ordinary(words: Sequence[Word], index: int) -> bool:
    """Whether an ordinary word with a capital stands beside this one: "Corvid Hosting"."""
    word = words[index]
    before = words[index - 1] if index > 1 else None
    after = words[index + 1] if index + 1 < len(words) else None
    for other, gap in ((before, word.gap), (after, after.gap if after else "")):
        if other is None or other.place != word.place or gap not in {" ", "-"}:
            continue
        if after is other and (other.digits or other.text in _NO_PEOPLE):
            return True
        named = other.text in _NAMES
        starts = other is before and (
            index < 2 or words[index - 2].place != word.place or other.gap[:1] in _STOPS
        )
        told = other.capital and not starts and not named and is_ordinary(other.base)
        if told and other.text not in {"i", "i'm", "i'll", "i've", "i'd"}:
            return True
    return False


def _is_called(words: Sequence[Word], index: int) -> bool:
    """Whether somebody is addressed or told of by this word with a capital."""
    word, before = words[index], words[index - 1] if index else None
    if before is None or before.place != word.place or word.gap[:1] in _STOPS - {","}:
        return False
    after = words[index + 1] if index + 1 < len(words) else None
    ends = after is None or after.place != word.place or after.gap[:1] in _STOPS
    if word.gap == ", ":
        return ends
    if word.gap != " " or word.text.endswith(OF_A_PLACE):
        return False
    return before.text in _BEFORE_NAMES or (before.text in VOCATIVES and ends)


def _is_named_after(words: Words, index: int, roles: Sequence[Role | None]) -> bool:
    """Whether the word after this one in small letters is a name: "thanks X", "my wife X"."""
    word, after = words[index], words[index + 1]
    if word.text in FAMILY:
        mine = any(each.text in _OWN for each in words[max(0, index - 3) : index])
        beyond = words[index + 2].text if index + 2 < len(words) else ""
        known = after.base in ALSO_WORDS and (
            after.base not in STOP_WORDS or beyond in {"is", "has", "was", "lives", "who's"}
        )
        return mine and (known or is_rare(after) or after.base in SURNAMES)
    if word.text in NAMING:
        last = words.in_place(word.place).stop == index + 2
        under = word.text == "under" and last and after.base in _ONLY_ALSO
        return under or (is_rare(after) and word.text != "called")
    if word.text == "you" and (index == 0 or words[index - 1].text != "thank"):
        return False
    ends = words.in_place(word.place).stop == index + 2
    opens = words.starts[word.place] >= index - 1
    addressed = roles[word.place] is Role.AGENT and word.place > 0
    return addressed and is_rare(after) and (ends or (opens and _goes_on(words, index + 2)))


def _find_corrected(
    words: Words, roles: Sequence[Role | None], cased: Collection[int], own: Collection[str]
) -> Iterator[Claim]:
    """What a customer says instead of the name that an agent has said: "it's kowalchick"."""
    titled = {words[index].place for index in words.find(_TITLED)}
    for place in titled:
        start = words.starts.get(place + 1)
        if start is None or roles[place] is not Role.AGENT or roles[place + 1] is not Role.CUSTOMER:
            continue
        for index in range(start, min(start + 4, words.in_place(place + 1).stop)):
            told = index > start and words[index - 1].text in {"it's", "its", "no", "actually"}
            written = words[index].capital or place + 1 not in cased
            if told and written and is_rare(words[index]) and words[index].base not in own:
                yield Claim(index, index, Kind.NAME)


def _find_related(words: Words, cased: Collection[int], own: Collection[str]) -> Iterator[Claim]:
    """Whom a customer knows, before it is said who that is: "Basil is my husband"."""
    for index in words.find(FAMILY):
        said = [word.text for word in words[max(0, index - 2) : index]]
        at = index - 3 if said in (["is", "my"], ["that's", "my"], ["was", "my"]) else index - 2
        if at < 0 or said[-1:] != ["my"] or words[at].place != words[index].place:
            continue
        word = words[at]
        known = word.base in GIVEN_NAMES or word.base in ALSO_WORDS or is_rare(word)
        told = at < index - 2 or words[index - 1].gap == ", "
        written = told and (word.capital or word.place not in cased)
        if known and written and word.base not in own and word.base not in STOP_WORDS:
            yield Claim(at, at, Kind.NAME)


def _goes_on(words: Sequence[Word], index: int) -> bool:
    return words[index].text in STOP_WORDS


def _find_surnames(words: Words, cased: Collection[int], own: Collection[str]) -> Iterator[Claim]:
    """Surnames that are nothing else, but not where a business or a place is named."""
    for index in words.find(SURNAMES):
        word = words[index]
        before = words[index - 1] if index and words[index - 1].place == word.place else None
        after = words[index + 1] if index + 1 < len(words) else None
        if word.place < 2 or word.text in own or (word.place in cased and not word.capital):
            continue
        if before is not None and before.text in _BEFORE_TOWNS:
            continue
        if after is not None and after.place == word.place and after.text in _NO_PEOPLE:
            continue
        if word.place in cased and _beside_ordinary(words, index):
            continue
        yield Claim(index, index, Kind.NAME)


def _after_initials(words: Words, cased: Collection[int], own: Collection[str]) -> Iterator[Claim]:
    """An initial and a surname: "k ahmed", "J. Hollis"."""
    for index in words.find(_INITIALS):
        after = index + 1
        if after == len(words) or words[after].place != words[index].place:
            continue
        word, initial = words[after], words[index]
        near = word.gap in GAPS or (word.gap == ". " and initial.raw.isupper())
        if not near or word.base in own or initial.digits or not initial.text.isalpha():
            continue
        before = words[index - 1] if index and words[index - 1].place == word.place else None
        if before is not None and (
            (len(before.text) == 1 and before.text != "a") or before.digits or initial.gap == "'"
        ):
            continue
        named = word.base in _SURE_NAMES
        rare = word.capital and initial.capital if word.place in cased else True
        if named or (rare and is_rare(word)):
            yield Claim(index, after, Kind.NAME)
