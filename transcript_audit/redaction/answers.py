"""Answers of letters and digits, and answers to a question for the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from transcript_audit.model import Role
from transcript_audit.redaction.addresses import DWELLINGS
from transcript_audit.redaction.asked import Asked, Claim, Kind
from transcript_audit.redaction.introduced import LEADS
from transcript_audit.redaction.letters import is_letters
from transcript_audit.redaction.quantities import MONTHS, ORDINAL_ENDS, ORDINALS
from transcript_audit.redaction.runs import BRIDGING, NATO
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import FILLERS, HIDDEN, REPEATS, Word, Words

_CODED = frozenset([Kind.ACCOUNT, Kind.CARD, Kind.CODE, Kind.PHONE, Kind.POSTCODE, Kind.REFERENCE])
_REACH = 3
"""Utterances after a question, and after each piece of the answer, in which the next may stand."""

_LEAST = 3
"""Letters and numerals from which an utterance of nothing else is a piece of an answer."""

_OTHERS = 1
"""Ordinary words at most in such an utterance."""

_CUT_OFF = frozenset("s t d m".split())
"""Letters that are ends of words where the apostrophe is left out: "it s"."""

_ADDRESS_WORDS = 14
_LEADING = (
    LEADS | set("yeah yes we're i'm i live we live at is its it's still on".split()) | FILLERS
)
_ENDING = frozenset("is it's its that's thats but so which because please thanks".split())
_AMOUNT = frozenset("£$€%")
_HOUSE = DWELLINGS | {"number", "no", "po", "the", "rural", "plot", "lot", "cottage"}
_NUMBERED = _HOUSE - {"the", "no"}
_NOT_HOME = frozenset(
    "same correct why what don't dont can can't cant not no want need haven't i've we've because"
    " how when who could would do does you moved".split()
)


def find_coded(words: Words, asked: Sequence[Asked], quantities: Set[int]) -> list[Claim]:
    """Utterances of letters and digits after a question for a number, also as they are read back:
    "b l six four d p"."""
    claims: list[Claim] = []
    until, kind = -1, Kind.ACCOUNT
    questions = {each.place: each for each in asked if each.kind in _CODED and each.plain}
    for place in words.starts:
        if place <= until and (claim := _coded(words, place, kind, quantities)):
            claims.append(claim)
            until = max(until, place + _REACH - 1)
        if place in questions:
            until, kind = place + _REACH, questions[place].kind
    return claims


def _coded(words: Words, place: int, kind: Kind, quantities: Set[int]) -> Claim | None:
    """The letters and digits of an utterance that holds hardly anything else."""
    said = words.in_place(place)
    if not any(_is_letter(words[at]) for at in said):
        return None  # numerals are for `numbers`
    coded = [at for at in said if at not in quantities and _is_coded(words, at)]
    if len(coded) < _LEAST or words[said.start].text == HIDDEN:
        return None
    if not any(_is_letter(words[at]) for at in coded):
        return None
    known = set(coded)
    others = [
        at
        for at in range(coded[0], coded[-1])
        if at not in known and words[at].text not in BRIDGING and not _tells_letter(words, at)
    ]
    rest = sum(words[at].text not in BRIDGING for at in said) - len(coded)
    if len(others) > _OTHERS or rest > len(coded):
        return None
    return Claim(coded[0], coded[-1], kind)


def _is_coded(words: Words, at: int) -> bool:
    word = words[at]
    if word.text in {"i", "a"} and at + 1 < len(words):
        beside = [words[other] for other in (at - 1, at + 1) if words[other].place == word.place]
        return all(_is_sign(other) for other in beside)
    if word.text in _CUT_OFF and at > 0 and not _is_sign(words[at - 1]):
        return words[at - 1].place != word.place
    if word.text == "oh":
        return any(words[other].digits for other in (at - 1, min(at + 1, len(words) - 1)))
    return _is_sign(word) or is_letters(words, at, word.gap)


def _is_letter(word: Word) -> bool:
    return (len(word.text) == 1 and word.text.isalpha()) or word.text in NATO


def _is_sign(word: Word) -> bool:
    return bool(word.digits) or word.text in REPEATS or len(word.text) == 1 or word.text in NATO


def _tells_letter(words: Words, at: int) -> bool:
    """Whether a word is of "p for papa" or "f as in fish"."""
    said = [word.text for word in words[max(0, at - 3) : at + 1]]
    return said[-1] in {"for", "as", "in"} or said[-2:-1] == ["for"] or said[-3:-1] == ["as", "in"]


def find_homes(
    words: Words,
    asked: Sequence[Asked],
    roles: Sequence[Role | None],
    quantities: Set[int],
) -> Iterator[Claim]:
    """What a customer answers in a few words to a question for the address."""
    for each in asked:
        if each.kind is not Kind.ADDRESS:
            continue
        if claim := _announced(words, each.last + 1, quantities):
            yield claim
        if roles[each.place] is not Role.AGENT:
            continue
        for place in (each.place + 1, each.place + 2):
            if place in words.starts and roles[place] is Role.CUSTOMER:
                if claim := _home(words, words.starts[place], quantities):
                    yield claim
                break


def _announced(words: Words, first: int, quantities: Set[int]) -> Claim | None:
    """What is said after "the address": "same address two eleven chestnut"."""
    at = first
    while at < len(words) and words[at].text in {"is", "at", "on", "still", "as", "was"}:
        at += 1
    if at == len(words) or words[at].place != words[first - 1].place:
        return None
    numbered = words[at].digits or words[at].text in _NUMBERED
    return _home(words, at, quantities) if numbered else None


def _home(words: Words, first: int, quantities: Set[int]) -> Claim | None:
    """The sentence from a word on, but for the words that lead to it."""
    said = words.in_place(words[first].place)
    while first < said.stop and words[first].text in _LEADING:
        if words[first].digits and words[first].text not in {"oh", "o"}:
            break
        first += 1
    last = first
    while last + 1 < said.stop and words[last + 1].gap[:1] not in {"?", "!", ";"}:
        if words[last + 1].text in _ENDING:
            break
        if words[last + 1].gap[:1] == "." and words[last].text not in {"st", "rd", "ave"}:
            break
        last += 1
    if first >= said.stop or last - first >= _ADDRESS_WORDS:
        return None
    told = [words[at] for at in range(first, last + 1)]
    hundred = words[first].text == "a" and words[min(first + 1, last)].text == "hundred"
    begins = hundred or words[first].digits or words[first].capital or words[first].text in _HOUSE
    counts = any(at in quantities or words[at].gap[-1:] in _AMOUNT for at in range(first, last + 1))
    if not begins or counts:
        return None
    if any(word.text in _NOT_HOME or word.text in MONTHS for word in told[:6]):
        return None
    telling = [
        word
        for word in told
        if word.digits or (word.text not in STOP_WORDS and word.text not in ORDINALS)
    ]
    numbered = any(word.digits and word.text not in ORDINAL_ENDS for word in told)
    named = any(word.capital and word.text not in STOP_WORDS for word in told[1:])
    if not telling or not (numbered or named) or 2 * len(telling) < len(told):
        return None
    return Claim(first, last, Kind.ADDRESS)
