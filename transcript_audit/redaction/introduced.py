"""Names by which customers and agents say who they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from transcript_audit.model import Role
from transcript_audit.redaction.asked import Asked, Claim, Kind
from transcript_audit.redaction.given_names import GIVEN_NAMES
from transcript_audit.redaction.reading_names import (
    GAPS,
    TITLES,
    base,
    may_be_customer,
    may_be_name,
    read_name,
)
from transcript_audit.redaction.words import Word, Words

CALLING = frozenset("calling speaking here again ringing".split())

LEADS = frozenset(
    "uh um uhm er erm ah oh yes yeah yep sure certainly course of ok okay hi hello hey it's its it"
    " that's thats that is my name name's names the first last full and i'm im i am this just"
    " surname right alright so well um please sorry".split()
)

_GREETINGS = frozenset("hi hello hey hiya thanks thank you morning afternoon".split())

NAME_WORDS = frozenset("name name's names surname".split())

_IS = frozenset("is was it's its that's thats is: for of as".split())

_FAMILY = frozenset("mother father mum mom dad wife husband son daughter partner gran nan".split())

_THIS_IS = frozenset("this it's its i'm im am it under".split())
_INTRODUCING = NAME_WORDS | _THIS_IS | CALLING | _FAMILY | {"call"}
ANSWERED_WITHIN = 2

_OPENING = 6
"""Utterances at the start of a call in which customers say who they are."""

_STOPS = frozenset(".,!?;")


def find_introduced(
    words: Words, roles: Sequence[Role | None], cased: Collection[int]
) -> Iterator[Claim]:
    """Names that customers say are theirs, or that a name on the account is said to be."""
    for index in words.find(_INTRODUCING):
        word, start = words[index], None
        if word.text in NAME_WORDS:
            start = _after_name_word(words, index)
        elif word.text in _THIS_IS:
            start = _after_this_is(words, index, cased)
        elif word.text == "call" and index + 2 < len(words) and words[index + 1].text == "me":
            named = words[index + 2].capital or words[index + 2].text in GIVEN_NAMES
            start = index + 2 if named else None
        elif word.text in CALLING and may_be_customer(words, index, roles):
            yield from _before_calling(words, index, cased)
        elif word.text in _FAMILY and index + 1 < len(words) and word.place in cased:
            start = index + 1
            near = words[start].gap in {" ", ", "} and words[start].place == word.place
            start = start if near and words[start].capital else None
        if start is None or start >= len(words) or words[start].place != word.place:
            continue
        if not may_be_customer(words, index, roles):
            continue
        last = read_name(words, start, cased, titled=word.text in NAME_WORDS)
        if last is not None:
            yield Claim(start, last, Kind.NAME)


def _after_name_word(words: Sequence[Word], index: int) -> int | None:
    """Where a name may begin after "name": "my name is", "name on the account is", "surname"."""
    at = index + 1
    for _ in range(4):
        if at < len(words) and words[at].text in {"on", "the", "my", "account", "here", "of"}:
            at += 1
    if at < len(words) and words[at].text in _IS:
        at += 1
        while at < len(words) and words[at].text in {"uh", "um", "er", "is", "actually", "just"}:
            at += 1
        return at + 1 if at < len(words) and words[at].text in TITLES else at
    near = at == index + 1 and at < len(words) and words[at].gap in {" ", ", ", ": "}
    said = words[index].text in {"name's", "names", "surname"} or (
        index == 0
        or words[index - 1].text in {"last", "first", "my"}
        or words[index - 1].place != words[index].place
        or words[index].gap[:1] in _STOPS
    )
    return at if near and said else None


def _after_this_is(words: Sequence[Word], index: int, cased: Collection[int]) -> int | None:
    """Where a name may begin after "this is", "it's", "I'm" or "under", if one evidently does."""
    word, at = words[index], index + 1
    if word.text in {"this", "it"}:
        if at >= len(words) or words[at].text != "is":
            return None
        at += 1
    if word.text == "am" and (index == 0 or words[index - 1].text != "i"):
        return None
    if at < len(words) and words[at].text in {"just", "uh", "um"}:
        at += 1
    last = read_name(words, at, cased) if at < len(words) else None
    if last is None or words[at].place != word.place:
        return None
    after = words[last + 1] if last + 1 < len(words) else None
    calling = after is not None and after.place == word.place and after.text in CALLING
    if calling or words[at].text in GIVEN_NAMES:
        return at
    early = word.place <= 6
    opening = after is not None and after.place == word.place and after.text in {"from", "off"}
    if early and opening and word.text in {"this", "it's", "its"}:
        return at
    # "Hi, this is Leonard Achterberg." but not "I'm French."
    full = last > at or word.text in {"this", "it's", "its", "under"}
    return at if word.place in cased and early and full else None


def _before_calling(words: Sequence[Word], index: int, cased: Collection[int]) -> Iterator[Claim]:
    """The name before "speaking" or "here", where little else comes before it."""
    place = words[index].place
    first = index
    while first > 0 and words[first - 1].place == place and index - first < 3:
        if not may_be_name(words[first - 1], cased) or words[first].gap not in GAPS:
            break
        first -= 1
    before = words[first - 1] if first > 0 and words[first - 1].place == place else None
    known = first < index and any(word.text in GIVEN_NAMES for word in words[first:index])
    opens = before is None or before.text in LEADS
    full = index - first > 1 and place <= _OPENING
    if first < index and (known or (opens and (full or words[index].text == "speaking"))):
        yield Claim(first, index - 1, Kind.NAME)


def agents_introduced(
    words: Words, roles: Sequence[Role | None], cased: Collection[int]
) -> set[str]:
    """The names by which agents introduce themselves."""
    found: set[str] = set()
    for index, word in enumerate(words):
        if word.place >= 8:
            break
        if roles[word.place] is not Role.AGENT:
            continue
        before = words[index - 1] if index else None
        after = words[index + 1] if index + 1 < len(words) else None
        said = before is not None and before.place == word.place and before.text in {
            "is", "i'm", "im", "it's", "its", "to", "name's", "reached", "with", "hi",
        }  # fmt: skip
        here = after is not None and after.place == word.place and after.text in {
            "speaking", "here", "with", "from", "in", "at",
        }  # fmt: skip
        if (said or here) and word.place < 8 and may_be_name(word, cased):
            if before is not None and before.text in TITLES | {"with"} and not here:
                continue
            if said and before is not None and index > 1 and words[index - 2].text in {"that"}:
                continue
            found.add(base(word))
    return found


def find_answers(
    words: Words,
    asked: Sequence[Asked],
    roles: Sequence[Role | None],
    cased: Collection[int],
    own: Collection[str],
) -> Iterator[Claim]:
    """Names that answer "who am I speaking to?" or "your name, please?"."""
    starts = words.starts
    for each in asked:
        if each.kind is not Kind.NAME or roles[each.place] is Role.CUSTOMER:
            continue
        for place in range(each.place + 1, each.place + 1 + ANSWERED_WITHIN):
            if place in starts and may_be_customer(words, starts[place], roles):
                claims = list(_read_answer(words, starts[place], cased, own))
                yield from claims
                if claims:
                    break


def _read_answer(
    words: Sequence[Word], first: int, cased: Collection[int], own: Collection[str]
) -> Iterator[Claim]:
    """The name at the beginning of an answer, after "sure, it's" and the like."""
    place, at = words[first].place, first
    while at < len(words) and words[at].place == place:
        lead = words[at].text in LEADS or words[at].text in TITLES
        # "Hi Trent. Paul Abernathy.": the agent is greeted first
        if not lead and not (words[at].text in own and at and words[at - 1].text in _GREETINGS):
            break
        at += 1
    if at >= len(words) or words[at].place != place or at - first > 8:
        return
    told = at > first and words[at - 1].text in {"is", "it's", "its", "name's"}
    last = read_name(words, at, cased, titled=told)
    if last is not None:
        yield Claim(at, last, Kind.NAME)


def find_bare(words: Words, roles: Sequence[Role | None], own: Collection[str]) -> Iterator[Claim]:
    """A first and last name that alone are a sentence of a customer's at the start of a call."""
    for index in words.capitals:
        word = words[index]
        if word.place > _OPENING or index + 1 == len(words):
            return
        after = words[index + 1]
        if not (word.capital and after.capital and after.gap == " " and after.place == word.place):
            continue
        starts = index == 0 or words[index - 1].place != word.place or word.gap[:1] in _STOPS
        if not starts or roles[word.place] is not Role.CUSTOMER or base(word) in own:
            continue
        last = read_name(words, index, {word.place})
        if last is None or last == index:
            continue
        beyond = words[last + 1] if last + 1 < len(words) else None
        if beyond is None or beyond.place != word.place or beyond.gap[:1] in _STOPS:
            yield Claim(index, last, Kind.NAME)
