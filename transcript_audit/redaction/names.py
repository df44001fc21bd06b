"""Customers' names: where they introduce themselves or are addressed, and each later mention."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from transcript_audit.model import Role
from transcript_audit.redaction.addressed import VOCATIVES, find_addressed, find_titled
from transcript_audit.redaction.asked import Asked, Claim, Kind
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES
from transcript_audit.redaction.introduced import (
    ANSWERED_WITHIN,
    LEADS,
    agents_introduced,
    find_answers,
    find_bare,
    find_introduced,
)
from transcript_audit.redaction.reading_names import (
    TITLES,
    base,
    may_be_customer,
    may_be_name,
    name_parts,
    parts_of,
)
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import Word, Words


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
    known = {part for claim in claims for part in parts_of(words, claim)}
    known.update(name_parts(names))
    spelled = list(_find_spelled(words, asked, roles, known))
    known.update(_spell(words, claim) for claim in spelled)
    claims += spelled
    mentions = list(_find_mentions(words, known, claims, roles, cased))
    claims += mentions
    more = {part for claim in mentions for part in parts_of(words, claim)} - known
    claims += _find_mentions(words, more, claims, roles, cased)
    claims += [
        Claim(claim.first - 1, claim.last, Kind.NAME)
        for claim in claims
        if _follows_given(words, claim, own)
    ]
    return sorted(claims)


def _follows_given(words: Sequence[Word], claim: Claim, own: Collection[str]) -> bool:
    """Whether a given name stands before what is claimed, so that it belongs to it."""
    if claim.first == 0 or words[claim.first].gap != " ":
        return False
    before = words[claim.first - 1]
    given = before.text in GIVEN_NAMES and before.text not in ALSO_WORDS | set(own)
    return given and before.place == words[claim.first].place


def _find_mentions(
    words: Words,
    known: Collection[str],
    claims: Sequence[Claim],
    roles: Sequence[Role | None],
    cased: Collection[int],
) -> Iterator[Claim]:
    """Every word that is part of a known name, and the surname that follows a given name."""
    claimed = {index for claim in claims for index in range(claim.first, claim.last + 1)}
    for index in words.find({*known, *(f"{name}'s" for name in known)}):
        if index in claimed:
            continue
        word = words[index]
        if base(word) in ALSO_WORDS | STOP_WORDS and not _is_meant(words, index, known, cased):
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
    if word.place in cased:
        return word.capital and before is not None and word.gap[:1] not in {".", "?", "!"}
    if before is None:
        return False
    return before.text in (VOCATIVES | TITLES) - {"you", "so", "now", "well"} or (
        before.text in known
    )


def _surname_end(
    words: Sequence[Word], index: int, roles: Sequence[Role | None], cased: Collection[int]
) -> int:
    after = index + 1
    if after >= len(words) or words[after].place != words[index].place:
        return index
    if words[after].gap not in {" ", "-"} or words[index].text.endswith("'s"):
        return index
    if words[index].place not in cased and roles[words[index].place] is not Role.CUSTOMER:
        return index
    if not may_be_name(words[after], cased) or words[after].text.endswith("ed"):
        return index
    return after


def _spell(words: Sequence[Word], claim: Claim) -> str:
    return "".join(word.text for word in words[claim.first : claim.last + 1])


def _find_spelled(
    words: Words,
    asked: Sequence[Asked],
    roles: Sequence[Role | None],
    known: Collection[str],
) -> Iterator[Claim]:
    """Names spelled letter by letter, where one was asked for or the name is known."""
    heard = {
        place
        for each in asked
        if each.kind is Kind.NAME
        for place in range(each.place, each.place + ANSWERED_WITHIN + 1)
    }
    letters = {text for text in words.by_text if len(text) == 1 and text.isalpha()}
    first = last = -1
    for index in [*words.find(letters), len(words)]:
        if last >= 0 and index == last + 1 < len(words) and words[index].place == words[last].place:
            last = index
            continue
        if last - first >= 2:
            claim = Claim(first, last, Kind.NAME)
            asked_for = words[first].place in heard and may_be_customer(words, first, roles)
            if asked_for or _spell(words, claim) in known:
                yield claim
        first = last = index
