"""Street addresses, written or spoken."""

from __future__ import annotations

from collections.abc import Sequence, Set

from transcript_audit.model import Role
from transcript_audit.redaction.asked import Asked, Claim, Kind, heard_places
from transcript_audit.redaction.quantities import ORDINAL_ENDS
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import HIDDEN, REPEATS, Word, Words

STREETS = frozenset(
    "street road avenue lane boulevard parade esplanade approach rd st ave ln blvd"
    " terrace crescent".split()
)

_PERHAPS_STREETS = frozenset(
    "drive close court way place gardens grove row hill park square mews walk view green circle"
    " trail parkway highway cottages house wynd dr ct pl yard wharf rise fields path"
    " steps brae".split()
)

_HOMES = frozenset("flat apartment apt".split())
"""With a number they are where somebody lives, and nothing else."""

DWELLINGS = frozenset("flat apartment apt unit suite box".split())

_DIRECTIONS = frozenset("north south east west n s e w".split())

_ENDS = ORDINAL_ENDS - {"st"}
_BEFORE_NAMED = ORDINAL_ENDS | {"the"} | _DIRECTIONS

_STREET_WORDS = 4


def find_addresses(
    words: Words,
    asked: Sequence[Asked],
    roles: Sequence[Role | None],
    quantities: Set[int],
) -> list[Claim]:
    """The street addresses: a number and a street, or the answer to a question for the address."""
    heard = heard_places(asked, {Kind.ADDRESS})
    answers = _answer_places(asked, roles)
    claims: list[Claim] = []
    done = -1
    for index in sorted([*words.digits, *words.find(DWELLINGS)]):
        word = words[index]
        if index <= done:
            continue
        if not word.digits and not _has_number_after(words, index):
            continue
        known = index not in quantities and word.text not in {"one", "oh", "o"}
        last = _street_end(words, index, anyhow=word.place in heard, known=known)
        answer = word.place in answers and index not in quantities
        if last is None and answer and _begins_answer(words, index):
            last = _answer_end(words, index)
        if last is None and word.text in _HOMES:
            last = _street_end(words, index + 1, anyhow=True, known=True) or index + 1
        if last is not None:
            done = _town_end(words, last, anyhow=word.place in heard)
            first = _number_start(words, index)
            first = _house_start(words, first) if word.place in heard else first
            claims.append(Claim(first, done, Kind.ADDRESS))
    return claims


def _answer_places(asked: Sequence[Asked], roles: Sequence[Role | None]) -> set[int]:
    """Utterances that answer a question for the address: the next two that are not the agent's."""
    return {
        place
        for each in asked
        if each.kind is Kind.ADDRESS
        for place in range(each.place, min(each.place + 3, len(roles)))
        if roles[place] is not Role.AGENT
    }


def _begins_answer(words: Sequence[Word], index: int) -> bool:
    """Whether only ordinary words, and few, stand before the number: "yes, it's 9 Rosebank"."""
    if words[index].text in {"oh", "o", "one"}:
        return False
    at = index
    while at > 0 and words[at - 1].place == words[index].place:
        at -= 1
        known = words[at].text in STOP_WORDS or words[at].text in {"p", "o", "po"}
        if index - at > 4 or not known:
            return False
    return True


def _house_start(words: Sequence[Word], first: int) -> int:
    """Index of the first word of a house's name before its number: "The Old Manse, 1 Kirk Wynd"."""
    start = first
    while start > 0 and words[start - 1].place == words[first].place and first - start < 5:
        if words[start].gap not in {" ", ", "} or not words[start - 1].capital:
            break
        if words[start - 1].text in {"it's", "i'm", "yes", "yeah", "no", "sure", "number"}:
            break
        start -= 1
    named = any(word.text not in STOP_WORDS for word in words[start:first])
    return start if named else first


def _has_number_after(words: Sequence[Word], index: int) -> bool:
    after = words[index + 1] if index + 1 < len(words) else None
    return after is not None and bool(after.digits) and after.place == words[index].place


def _street_end(words: Sequence[Word], first: int, *, anyhow: bool, known: bool) -> int | None:
    """Index of the word for a street that goes with the number here, or None."""
    named = 0
    for index in range(first + 1, min(first + 14, len(words))):
        word = words[index]
        if word.place != words[first].place or word.gap[:1] in {"?", "!", ";", "%"}:
            return None
        if word.digits or word.text in REPEATS or word.text in DWELLINGS or len(word.text) == 1:
            continue
        named += word.capital and word.text in STOP_WORDS and word.gap == " "
        street = word.text in STREETS or (
            word.text in _PERHAPS_STREETS
            and (
                anyhow
                or (word.capital and words[index - 1].capital)
                or (known and _is_plain(words, first, index))
            )
        )
        named += street and words[index - 1].text == "the" and index - first == 2
        if street and named and not _is_saint(words, index):
            return index
        if word.text in STOP_WORDS or word.text in _ENDS:
            known = word.text in _BEFORE_NAMED
            if not known and not (word.capital and word.gap == " "):
                return None
            continue
        named += 1
        if named > _STREET_WORDS:
            return None
    return None


def _number_start(words: Sequence[Word], first: int) -> int:
    """Index of the first word of a house number: "two hundred and" before "eleven"."""
    said = [word.text for word in words[max(0, first - 3) : first]]
    if said[-2:] == ["hundred", "and"] and words[first - 1].place == words[first].place:
        return first - len(said)
    return first


def _is_plain(words: Sequence[Word], first: int, last: int) -> bool:
    """Whether a number and one or two words stand before "row" without anything between."""
    return last - first <= 3 and all(word.gap == " " for word in words[first + 1 : last + 1])


def _is_saint(words: Sequence[Word], index: int) -> bool:
    """Whether "St" begins a name rather than ends a street: "14 St Ann's Close"."""
    return words[index].text == "st" and words[index - 1].digits != ""


def _answer_end(words: Sequence[Word], first: int) -> int | None:
    """Index of the last word of an answer with a house number but no word for a street."""
    last, named = first, 0
    for index in range(first + 1, min(first + 8, len(words))):
        word = words[index]
        if word.place != words[first].place or word.gap[:1] in {".", "?", "!", ";", "%", ":"}:
            break
        if word.text in STOP_WORDS and word.text != "the" and not word.digits:
            break
        named += not word.digits and len(word.text) > 2
        last = index
    if not words[first].digits:
        return last
    at_start = first == 0 or words[first - 1].place != words[first].place
    return last if named or (at_start and last > first) else None


def _town_end(words: Sequence[Word], last: int, *, anyhow: bool) -> int:
    """Index of the last word of what goes on after a street: flat, town, county.

    Args:
        anyhow: a town in small letters is meant as well, where there are no others.
    """
    small = anyhow and not words[last].capital
    index = last + 1
    while index < len(words) and index - last < 12 and words[index].place == words[last].place:
        word = words[index]
        if word.gap[:1] in {".", "?", "!", ";"} or word.text == HIDDEN:
            break
        part = word.digits or word.text in DWELLINGS or (word.capital and word.gap == " ")
        if word.text in STOP_WORDS and not part:
            break
        if not (small and index - last <= 3) and not (
            word.digits or word.text in DWELLINGS or word.capital or len(word.text) == 1
        ):
            break
        index += 1
    return index - 1
