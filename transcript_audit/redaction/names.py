"""Customers' names: where they introduce themselves or are addressed, and each later mention."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from transcript_audit.model import Role
from transcript_audit.redaction.addressed import VOCATIVES, find_addressed, find_titled
from transcript_audit.redaction.asked import Asked, Claim, Kind
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES, SURNAMES
from transcript_audit.redaction.introduced import (
    ANSWERED_WITHIN,
    LEADS,
    agents_introduced,
    find_answers,
    find_bare,
    find_introduced,
)
from transcript_audit.redaction.likely import find_likely, is_rare
from transcript_audit.redaction.ordinary import is_ordinary
from transcript_audit.redaction.reading_names import (
    TITLES,
    may_be_customer,
    may_be_name,
    name_parts,
    parts_of,
    with_owners,
)
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import REPEATS, Word, Words

_AND = frozenset("and or uh um".split())
_IDENTIFYING = frozenset("no yes yeah that it's its is thats that's for".split())
"""Words after which a first and last name is meant: "is that sandy kerr"."""

_TO_AGENTS = frozenset(
    "to with from and colleague manager supervisor agent lead is i'm im by name's".split()
)
"""Words of an agent's before the name of another."""

_BEFORE_WORDS = frozenset("the a an some any more no have get be in of good pay".split())
"""Words after which a word that is a name as well is none: "some justice", "in june"."""

_SPOKE = frozenset("spoke spoken dealt chatted talked".split())
_TO_SOMEBODY = frozenset("to with called named".split())

_COMMON = frozenset(
    "price page day good long love power post cook trip short sharp smart black white green blue"
    " brown book field fields park cash chance chase summer winter spring autumn april august june"
    " jan dean sunny storm wash waters rush lucky banks church mark grant will may bill hope"
    " faith frank joy heart law rich young king moon star stone snow rose gene guy art"
    " max major general honey".split()
)
"""Names that are words heard in any call."""

_ALSO_ORDINARY = ALSO_WORDS | STOP_WORDS
_OFTEN_HEARD = STOP_WORDS | _COMMON
_BEFORE_MEANT = (VOCATIVES | TITLES) - {"you", "so", "now", "well"}

_GIVEN = frozenset(
    name
    for name in with_owners(GIVEN_NAMES - ALSO_WORDS)
    if name in GIVEN_NAMES or "'" in name or not is_ordinary(name)  # "carries" is no Carrie's
)

_SPELT = frozenset("underscore apostrophe".split())
_SHORT_FORMS = frozenset("sms mbps usb url pdf faq diy atm vip dvd www https".split())
_LETTERS_ASKED_FOR = 3
_LETTERS_ANYWHERE = 5
"""Letters in a row that spell a name, where one was asked for and elsewhere ("u k" spells none)."""

_AFTER_VERBS = frozenset(
    "i you we it he she they the that this be for a an your my our his her them me us have do not"
    " to of in on".split()
)
"""What follows "will", "may", "bill" and the like where they are no names."""


def find_names(
    words: Words,
    asked: Sequence[Asked],
    roles: Sequence[Role | None],
    names: Collection[str],
    agents: Collection[str],
) -> list[Claim]:
    """The names of customers, in order.

    Args:
        roles: who speaks, by place of the utterance; None where that isn't known.
        names: people to redact wherever they are named.
        agents: the company's people, who stay unless a customer says to have the same name.
    """
    cased = words.cased
    own = set(name_parts(agents)) | agents_introduced(words, roles, cased)
    claims = [*find_introduced(words, roles, cased), *find_answers(words, asked, roles, cased, own)]
    sure = {part for claim in claims for part in parts_of(words, claim)}
    addressed = (*find_titled(words, roles, cased), *find_addressed(words, roles, cased, own))
    claims += [
        claim
        for claim in addressed
        if sure.intersection(parts_of(words, claim)) or own.isdisjoint(parts_of(words, claim))
    ]
    claims += find_bare(words, roles, own)
    claims += find_likely(words, roles, cased, own)
    claims += [
        Claim(index, _surname_end(words, index, roles, cased), Kind.NAME)
        for index in words.find(_GIVEN)
        if _is_person(words, index, roles, own)
    ]
    known = {part for claim in claims for part in parts_of(words, claim)}
    known.update(name_parts(names))
    letters = list(_find_letters(words, asked, roles))
    spelled = _find_spelled(words, letters, known)
    known.update(_spell(words, claim) for claim in spelled)
    claims += spelled
    mentions = list(_find_mentions(words, known, claims, roles, cased))
    claims += mentions
    more = {part for claim in mentions for part in parts_of(words, claim)} - known
    claims += _find_mentions(words, more, claims, roles, cased)
    known = {part for claim in claims for part in parts_of(words, claim)}
    claims += _find_spelled(words, letters, known)
    claims += [
        Claim(claim.first - 1, claim.last, Kind.NAME)
        for claim in claims
        if _follows_given(words, claim, own)
    ]
    return sorted(claims)


def _is_person(
    words: Words, index: int, roles: Sequence[Role | None], own: Collection[str]
) -> bool:
    """Whether a given name is likely to be that of a customer, or of somebody a customer knows.

    An agent who passes a call on names another agent.
    """
    before = words[index - 1] if index else None
    passed_on = before is not None and before.text in _TO_AGENTS
    word, role = words[index], roles[words[index].place]
    if word.base in own or word.text.removesuffix("s") in own:
        return False
    if word.place in words.cased and word.base not in GIVEN_NAMES:
        return False  # "the Romans"
    if role is Role.SYSTEM or (role is Role.AGENT and passed_on):
        return False
    if role is Role.CUSTOMER and _was_spoken_to(words, index):
        return False
    return not _is_also_word(words, index)


def _was_spoken_to(words: Sequence[Word], index: int) -> bool:
    """Whether a customer tells of an agent: "spoke to someone called Josh"."""
    place = words[index].place
    said = [word.text for word in words[max(0, index - 6) : index] if word.place == place]
    return not _SPOKE.isdisjoint(said) and not _TO_SOMEBODY.isdisjoint(said[-3:])


def _is_also_word(words: Words, index: int) -> bool:
    """Whether the name is written small where names aren't, or only tells a letter ("d"
    " for david")."""
    word, said = words[index], [word.text for word in words[max(0, index - 3) : index]]
    tells = (said[-1:] == ["for"] and len(said[-2:][0]) == 1) or said[-2:] == ["as", "in"]
    after = words[index + 1 : index + 2]
    tells = tells or (word.text == "don" and bool(after) and after[0].text == "t")  # "don't"
    return tells or (word.place in words.cased and not word.capital)


def _follows_given(words: Sequence[Word], claim: Claim, own: Collection[str]) -> bool:
    """Whether a given name stands before what is claimed, so that it belongs to it."""
    if claim.first == 0 or words[claim.first].gap != " ":
        return False
    before = words[claim.first - 1]
    given = before.text in GIVEN_NAMES and before.text not in ALSO_WORDS
    return given and before.text not in own and before.place == words[claim.first].place


def _find_mentions(
    words: Words,
    known: Collection[str],
    claims: Sequence[Claim],
    roles: Sequence[Role | None],
    cased: Collection[int],
) -> Iterator[Claim]:
    """Every word that is part of a known name, and the surname that follows a given name."""
    claimed = {index for claim in claims for index in range(claim.first, claim.last + 1)}
    for index in words.find(with_owners(known)):
        if index in claimed:
            continue
        word = words[index]
        if word.place in cased and not word.capital and word.base not in GIVEN_NAMES:
            continue
        if word.base in _ALSO_ORDINARY and not _is_meant(words, index, known, cased):
            continue
        first = _given_start(words, index, roles, cased)
        yield Claim(first, _surname_end(words, index, roles, cased), Kind.NAME)


def _given_start(
    words: Sequence[Word], index: int, roles: Sequence[Role | None], cased: Collection[int]
) -> int:
    """Where the name begins if a customer says the given name too: "yes yetunde adebayo"."""
    place = words[index].place
    if index == 0 or roles[place] is not Role.CUSTOMER or words[index].gap != " ":
        return index
    before = index - 1
    starts = before == 0 or words[before - 1].place != place or words[before - 1].text in LEADS
    named = words[before].place == place and may_be_name(words[before], cased)
    return before if named and starts else index


def _is_meant(
    words: Sequence[Word], index: int, known: Collection[str], cased: Collection[int]
) -> bool:
    """Whether a known name that is a word as well ("Grace", "Price") is meant as a name here."""
    word = words[index]
    before = words[index - 1] if index and words[index - 1].place == word.place else None
    after = words[index + 1] if index + 1 < len(words) else None
    if after is not None and after.place != word.place:
        after = None
    if word.place in cased:
        if before is not None and word.gap[:1] not in {".", "?", "!"}:
            return word.capital
        alone = after is None or after.gap[:1] in {",", ".", "?", "!"}
        return word.capital and alone and word.base not in STOP_WORDS
    if before is not None and before.text in _BEFORE_WORDS:
        return False
    if word.base not in _OFTEN_HEARD:
        return True
    return before is not None and _is_said_to(words, index, known, cased)


def _is_said_to(
    words: Sequence[Word], index: int, known: Collection[str], cased: Collection[int]
) -> bool:
    """Whether a name that is a word heard in any call is said to somebody, not of something."""
    word, before = words[index], words[index - 1]
    after = words[index + 1] if index + 1 < len(words) else None
    ends = after is None or after.place != word.place
    if before.text in _BEFORE_MEANT or before.text in known:
        return True
    goes_on = after is not None and not ends and may_be_name(after, cased) and after.gap == " "
    if goes_on and before.text in _IDENTIFYING:
        return True
    # "so grace what do you need", "thats gone through mark"
    opens = before.text in VOCATIVES and (index < 2 or words[index - 2].place != word.place)
    return ends or (opens and after is not None and after.text not in _AFTER_VERBS)


def _surname_end(
    words: Sequence[Word], index: int, roles: Sequence[Role | None], cased: Collection[int]
) -> int:
    after = index + 1
    if after >= len(words) or words[after].place != words[index].place:
        return index
    if words[after].gap not in {" ", "-"} or words[index].text.endswith("'s"):
        return index
    if words[index].place not in cased and roles[words[index].place] is not Role.CUSTOMER:
        named = words[after].text in SURNAMES or is_rare(words[after])
        return after if named else index
    if not may_be_name(words[after], cased) or words[after].text.endswith("ed"):
        return index
    # "susan jones" but not "susan works at the farm shop"
    beyond = words[after + 1] if after + 1 < len(words) else None
    ends = beyond is None or beyond.place != words[after].place or beyond.text in _AND
    if words[after].text.endswith("s") and words[after].place not in cased and not ends:
        return index
    return after


def _spell(words: Sequence[Word], claim: Claim) -> str:
    """The letters that are said one by one: "carr" for "c a double r"."""
    said, times = "", 1
    for word in words[claim.first : claim.last + 1]:
        if word.text in REPEATS:
            times = REPEATS[word.text]
        elif len(word.text) == 1:
            said += word.text * times
            times = 1
    return said


def _find_letters(
    words: Words, asked: Sequence[Asked], roles: Sequence[Role | None]
) -> Iterator[tuple[Claim, bool]]:
    """Letters said one by one, and whether they answer a question for a name."""
    heard = {
        place
        for each in asked
        if each.kind is Kind.NAME
        for place in range(each.place, each.place + ANSWERED_WITHIN + 1)
    }
    letters = {text for text in words.by_text if len(text) == 1 and text.isalpha()}
    spelling = letters | REPEATS.keys() | _SPELT
    first = last = -1
    for index in [*words.find(spelling), len(words)]:
        if last >= 0 and index == last + 1 < len(words) and words[index].place == words[last].place:
            last = index
            continue
        if last - first >= 1:
            asked_for = words[first].place in heard and may_be_customer(words, first, roles)
            yield Claim(first, last, Kind.NAME), asked_for
        first = last = index


def _find_spelled(
    words: Words, letters: Sequence[tuple[Claim, bool]], known: Collection[str]
) -> list[Claim]:
    """Names spelled letter by letter, where one was asked for or the name is known."""
    return [
        claim
        for claim, asked_for in letters
        if _is_spelled(_spell(words, claim), known, asked_for=asked_for)
    ]


def _is_spelled(spelled: str, known: Collection[str], *, asked_for: bool) -> bool:
    """Whether letters are likely to spell a name, by how many they are and what they begin."""
    if len(set(spelled)) < 2 or spelled in _SHORT_FORMS:
        return False
    least = _LETTERS_ASKED_FOR if asked_for else _LETTERS_ANYWHERE
    return len(spelled) >= least or any(name.startswith(spelled) for name in known)
