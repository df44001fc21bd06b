"""Names by which agents address or ask for a customer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from transcript_audit.model import Role
from transcript_audit.redaction.asked import Claim, Kind
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES
from transcript_audit.redaction.reading_names import TITLES, may_be_name, read_name
from transcript_audit.redaction.words import Word, Words

BEFORE_NAMES = TITLES | {"miss"}
VOCATIVES = frozenset(
    "thanks thank you hi hello hey hiya okay ok alright right sorry bye goodbye morning afternoon"
    " welcome perfect lovely great brilliant cheers ta righto fine absolutely certainly"
    " hang yes sure now so well understood".split()
)

_YOU_ARE = frozenset("you're youre are now".split())

ADDRESSING = frozenset("thanks you hi hello sorry bye luck care welcome".split())

_MISSED = frozenset("i you we i'll i'd to don't will would gonna might dont we'll you'll a".split())


def find_titled(
    words: Words, roles: Sequence[Role | None], cased: Collection[int]
) -> Iterator[Claim]:
    """Names after a title: "Mr. Achterberg", "miss haverford"."""
    for index in words.find(BEFORE_NAMES):
        if index + 1 == len(words):
            continue
        word, after = words[index], words[index + 1]
        if after.place != word.place or after.gap not in {" ", ". "}:
            continue
        if word.text in {"miss", "dr", "rev", "prof"}:
            before = words[index - 1].text if index else ""
            verb = word.text == "miss" and before in _MISSED and not word.capital
            if verb or (word.place in cased and not word.capital):
                continue
        last = read_name(words, index + 1, cased, titled=True)
        if last is not None:
            # in small letters nobody can tell where a surname ends, but people say their own whole
            whole = word.place in cased or roles[word.place] is Role.CUSTOMER
            yield Claim(index + 1, last if whole else index + 1, Kind.NAME)


def find_addressed(
    words: Words,
    roles: Sequence[Role | None],
    cased: Collection[int],
    own: Collection[str],
) -> Iterator[Claim]:
    """Names by which agents address or ask for a customer: "thanks, Dana", "is that Dana?"."""
    for index in sorted({*words.capitals, *words.find(GIVEN_NAMES)}):
        word, before = words[index], words[index - 1]
        if index == 0 or roles[word.place] is not Role.AGENT or before.place != word.place:
            continue
        if not (word.gap in {" ", ", "} and (word.capital or word.text in GIVEN_NAMES)):
            continue
        if word.base in own or not may_be_name(word, cased):
            continue
        last = read_name(words, index, cased) or index
        after = words[last + 1] if last + 1 < len(words) else None
        ends = after is None or after.place != word.place or after.gap[:1] in {",", ".", "?", "!"}
        given = word.text in GIVEN_NAMES and word.text not in ALSO_WORDS
        if _asks_for(words, index) and (given or word.place in cased):
            yield Claim(index, last, Kind.NAME)
        elif before.text in VOCATIVES and given:
            yield Claim(index, index, Kind.NAME)
        elif before.text in ADDRESSING and ends and word.place > 0:
            if word.place in cased and last == index and word.capital:
                yield Claim(index, index, Kind.NAME)
        elif given and word.place in cased and word.gap == ", " and ends and word.place > 0:
            yield Claim(index, index, Kind.NAME)


def _asks_for(words: Sequence[Word], index: int) -> bool:
    """Whether "am I speaking with" or "is that" stands before this word."""
    before = [word.text for word in words[max(0, index - 3) : index]]
    if before[:1] and before[0] in _YOU_ARE:
        return False  # "you're speaking with Callum" tells who the agent is
    if before[-2:] in (["is", "that"], ["is", "this"], ["and", "that's"], ["and", "thats"]):
        return True
    return before[-2:] in (["speaking", "with"], ["speaking", "to"], ["do", "have"]) or (
        before == ["do", "i", "have"] or before[-2:] == ["speak", "with"]
    )
