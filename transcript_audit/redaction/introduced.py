"""Names by which customers and agents say who they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from transcript_audit.model import Role
from transcript_audit.redaction.asked import Asked, Claim, Kind
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES
from transcript_audit.redaction.reading_names import (
    GAPS,
    TITLES,
    may_be_customer,
    may_be_name,
    read_name,
)
from transcript_audit.redaction.words import Word, Words

CALLING = frozenset("calling speaking here again ringing".split())

LEADS = frozenset(
    "uh um uhm er erm ah oh yes yeah yep sure certainly course of ok okay hi hello hey it's its it"
    " that's thats that is my name name's names the first last full and i'm im i am this just"
    " surname right alright so well um please sorry aye ta no me one says was says both".split()
)

_GREETINGS = frozenset("hi hello hey hiya thanks thank you morning afternoon".split())

NAME_WORDS = frozenset("name name's names surname".split())

_IS = frozenset("is was it's its that's thats is: for of as".split())

FAMILY = frozenset(
    "mother father mum mom dad wife husband son daughter partner gran nan missus brother sister"
    " boyfriend girlfriend neighbour neighbor nephew niece friend grandson granddaughter uncle aunt"
    " auntie grandad grandma flatmate roommate fiance fiancee colleague boss kid kids child"
    " children carer landlord landlady tenant housemate solicitor lawyer accountant assistant"
    " secretary hubby grandmother grandfather stepson stepdaughter stepmum stepdad stepmother"
    " stepfather cousin godson goddaughter cleaner caregiver builder plumber dentist vet tutor"
    " twins twin girl girls boy boys baby lad lads".split()
)

OF_A_PLACE = ("ish", "ese", "ian", "can", "ench", "utch", "ist", "lim", "erman")
"""Ends of words for where people are from, or what they believe in."""

THIS_IS = frozenset("this it's its i'm im am it under".split())
_INTRODUCING = NAME_WORDS | THIS_IS | CALLING | FAMILY | {"call"} | {f"{one}'s" for one in FAMILY}
_SHORT_ANSWER = 4
ANSWERED_WITHIN = 2

OPENING = 8
"""Utterances at the start of a call in which customers say who they are."""

_STOPS = frozenset(".,!?;")

_OPENING_OF_AGENTS = 8
"""Utterances at the start of a call in which agents say who they are."""

_BEFORE_AGENTS = frozenset("is i'm im it's its to name's reached".split())
_AFTER_AGENTS = frozenset("speaking here with from in at".split())
_BEFORE_CUSTOMERS = TITLES | set(
    "that with to hi hello hey morning afternoon evening for thanks you hiya".split()
)
_SPEAKING = frozenset(["speaking"])
_INTRODUCING_AGENTS = frozenset("is i'm im name's".split())


def find_introduced(
    words: Words, roles: Sequence[Role | None], cased: Collection[int]
) -> Iterator[Claim]:
    """Names that customers say are theirs, or that a name on the account is said to be."""
    for index in words.find(_INTRODUCING):
        word, start = words[index], None
        if word.text in NAME_WORDS:
            start = _after_name_word(words, index)
        elif word.text in THIS_IS:
            start = _after_this_is(words, index, cased)
        elif word.text == "call" and index + 2 < len(words) and words[index + 1].text == "me":
            named = words[index + 2].capital or words[index + 2].text in GIVEN_NAMES
            start = index + 2 if named else None
        elif word.text in CALLING and may_be_customer(words, index, roles):
            yield from _before_calling(words, index, cased)
        elif word.base in FAMILY and index + 1 < len(words):
            start = _after_family(words, index, cased)
        if start is None or start >= len(words) or words[start].place != word.place:
            continue
        if not may_be_customer(words, index, roles):
            continue
        last = read_name(words, start, cased, titled=word.text in NAME_WORDS or word.base in FAMILY)
        if last is not None:
            yield Claim(start, last, Kind.NAME)


def _after_family(words: Sequence[Word], index: int, cased: Collection[int]) -> int | None:
    """Where a name begins after "my wife", "her son is called" and the like."""
    if words[index].base == "colleague" and words[index - 1].text == "your":
        return None
    start = index + 1
    while start + 1 < len(words) and words[start].text in {"is", "called", "named", "who's"}:
        start += 1
    near = words[start].gap in {" ", ", "} and words[start].place == words[index].place
    return start if near and _is_named(words[start], cased) else None


def _is_named(word: Word, cased: Collection[int]) -> bool:
    """Whether the word after "my wife" or "call me" is a name."""
    return word.capital if word.place in cased else word.text in GIVEN_NAMES


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
        or words[index - 1].text in {"last", "first", "my", "his", "her", "their"}
        or words[index - 1].text.removesuffix("s").removesuffix("'") in FAMILY
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
    # "that's how it is, Arvind" names the agent
    if (
        last is None
        or words[at].place != word.place
        or (words[at - 1].text == "is" and words[at].gap != " ")
    ):
        return None
    return at if _is_evident(words, index, (at, last), cased) else None


def _is_evident(
    words: Sequence[Word], index: int, name: tuple[int, int], cased: Collection[int]
) -> bool:
    """Whether the words after "this is" or "I'm" are a name and nothing else."""
    word, (at, last) = words[index], name
    after = words[last + 1] if last + 1 < len(words) else None
    after = after if after is not None and after.place == word.place else None
    if words[at].text in GIVEN_NAMES or (after and after.text in CALLING):
        return True
    early = word.place <= 6
    opening = after is not None and after.text in {"from", "off"}
    if early and opening and word.text in {"this", "it's", "its"}:
        return True
    if word.place not in cased:
        also = words[at].text in ALSO_WORDS
        opens = word.place <= 3 and word.text != "am" and after is not None
        said = opens and after and after.text in {"in", "at", "from", "here", "calling", "over"}
        return early and also and (last > at or bool(said))
    # "Hi, this is Leonard Achterberg." but not "I'm French."
    of_oneself = word.text in {"i'm", "am"}
    full = last > at or word.text in {"this", "it's", "its", "under"}
    if of_oneself and not full:
        ends = after is None or after.gap[:1] in _STOPS
        full = ends and words[at].gap == " " and not words[at].text.endswith(OF_A_PLACE)
    return full and (early or of_oneself or (last > at and words[last].capital))


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
    full = index - first > 1 and place <= OPENING
    if first < index and (known or (opens and (full or words[index].text == "speaking"))):
        yield Claim(first, index - 1, Kind.NAME)


def agents_introduced(
    words: Words, roles: Sequence[Role | None], cased: Collection[int]
) -> set[str]:
    """The names by which agents introduce themselves, at first or when they take a call over."""
    openings = [place for place in words.starts if place < _OPENING_OF_AGENTS]
    early = (
        index for place in openings if roles[place] is Role.AGENT for index in words.in_place(place)
    )
    later = [index + 1 for index in words.find(_INTRODUCING_AGENTS)]
    later += [index - 1 for index in words.find(_SPEAKING) if index]
    found: set[str] = set()
    for index in {*early, *later}:
        if index == len(words) or roles[words[index].place] is not Role.AGENT:
            continue
        word, before = words[index], words[index - 1] if index else None
        if not may_be_name(word, cased):
            continue
        if (before is not None and before.place == word.place and _says_own(words, index)) or (
            _is_here(words, index, before) or _is_signed(word, before)
        ):
            found.add(word.base)
    return found


def _says_own(words: Sequence[Word], index: int) -> bool:
    """Whether "this is", "I'm" or "you're through to" stands before this word of an agent's."""
    word, before = words[index], words[index - 1]
    if words[index - 2].text == "name" and words[index - 3].text != "my":
        return False  # "your name is Gavin Lockyer"
    if before.text == "name's":
        return words[index - 2].text == "my"
    if word.place >= _OPENING_OF_AGENTS and before.text == "is":
        return words[index - 2].text in {"this", "name"}
    if before.text in {"with", "to"} and words[index - 3].text in {"you're", "youre", "are"}:
        return True
    told = before.text in _BEFORE_AGENTS and before.text not in TITLES
    return told and not (index > 1 and words[index - 2].text == "that")


def _is_signed(word: Word, before: Word | None) -> bool:
    """Whether an agent's first words end with a name: "Corvid Hosting support, Jayden"."""
    if word.place > 1 or word.text not in GIVEN_NAMES or word.text in ALSO_WORDS:
        return False
    return before is None or before.text not in _BEFORE_CUSTOMERS


def _is_here(words: Sequence[Word], index: int, before: Word | None) -> bool:
    """Whether "speaking" or "from" stands after this word of an agent's at the start of a call."""
    word, after = words[index], words[index + 1] if index + 1 < len(words) else None
    said = after is not None and after.place == word.place and after.text in _AFTER_AGENTS
    titled = before is not None and before.text == "that" and before.place == word.place
    early = word.place < _OPENING_OF_AGENTS or (said and after and after.text == "speaking")
    return bool(said and early and not titled)


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
                if not each.plain and not all(_is_short(words, claim) for claim in claims):
                    break
                yield from claims
                if claims:
                    break


def _is_short(words: Words, claim: Claim) -> bool:
    """Whether a sentence ends with the name, or the utterance is hardly more than that."""
    place, after = words[claim.first].place, claim.last + 1
    ends = after == len(words) or words[after].place != place or words[after].gap[:1] in _STOPS
    return ends or len(words.in_place(place)) <= _SHORT_ANSWER


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
    # "mark" alone answers, "may i ask why" doesn't
    ends = at + 1 >= _end_of(words, at) or words[at + 1].gap[:1] in _STOPS
    again = not ends and words[at + 1].text in {words[at].text, "last", "surname", "and"}
    told = told or (words[at].text in ALSO_WORDS and (ends or again))
    last = read_name(words, at, cased, titled=told)
    if last is not None and (told or words[at].base not in own):
        yield Claim(at, last, Kind.NAME)


def _end_of(words: Sequence[Word], index: int) -> int:
    """Index after the last word of the utterance of this word."""
    end = index
    while end < len(words) and words[end].place == words[index].place:
        end += 1
    return end


def find_bare(words: Words, roles: Sequence[Role | None], own: Collection[str]) -> Iterator[Claim]:
    """A first and last name that alone are a sentence of a customer's at the start of a call."""
    for index in words.capitals:
        word = words[index]
        if word.place > OPENING or index + 1 == len(words):
            return
        after = words[index + 1]
        if not (word.capital and after.capital and after.gap == " " and after.place == word.place):
            continue
        starts = index == 0 or words[index - 1].place != word.place or word.gap[:1] in _STOPS
        if not starts or roles[word.place] is not Role.CUSTOMER:
            continue
        if word.base in own or after.base in own:
            continue
        last = read_name(words, index, {word.place})
        if last is None or last == index:
            continue
        beyond = words[last + 1] if last + 1 < len(words) else None
        if beyond is None or beyond.place != word.place or beyond.gap[:1] in _STOPS:
            yield Claim(index, last, Kind.NAME)
