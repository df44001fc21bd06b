"""All that is personal in the words of a call: what it is, and where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from transcript_audit.model import Role, Span
from transcript_audit.redaction.addresses import find_addresses
from transcript_audit.redaction.answers import find_coded, find_homes
from transcript_audit.redaction.asked import Asked, Claim, Kind, find_asked
from transcript_audit.redaction.births import find_births
from transcript_audit.redaction.emails import find_emails
from transcript_audit.redaction.gate import find_saying, find_telling, split_plainly, without_marks
from transcript_audit.redaction.names import find_names
from transcript_audit.redaction.numbers import find_numbers
from transcript_audit.redaction.postcodes import find_postcodes
from transcript_audit.redaction.quantities import find_quantities
from transcript_audit.redaction.reading_names import name_parts, parts_of
from transcript_audit.redaction.runs import BRIDGING
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import (
    HIDDEN,
    Line,
    Word,
    Words,
    hidden_word,
    split_words,
    unread_line,
)

_ORDINARY = STOP_WORDS | BRIDGING
_PASSWORD_WORDS = 3
_SHORT_ANSWER = 10
_NEAR = 4
_PASSES = 5
"""Times to look at most. The second seldom finds anything, the third hardly ever."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Something personal in an utterance.

    Attributes:
        place: index of the utterance.
        span: half-open character offsets into its text.
    """

    place: int
    span: Span
    kind: Kind


def find_secrets(
    texts: Sequence[str],
    roles: Sequence[Role | None] | None = None,
    names: Collection[str] = (),
    agents: Collection[str] = (),
) -> list[Secret]:
    """What is personal in the utterances of one call, in order, without overlaps.

    Looks again without what was found until nothing more is, so that nothing is found in a text
    whose secrets have been replaced by their marks.

    Args:
        texts: what was said, in order.
        roles: who said it, None where that isn't known.
        names: people to redact wherever they are named.
        agents: the company's people, whose names stay.
    """
    said_by = list(roles) if roles is not None else [None] * len(texts)
    plain = [without_marks(text) for text in texts]
    said = [split_plainly(text) for text in plain]
    places = find_telling(plain, said) | find_saying(said, set(name_parts(names)))
    read: dict[int, Line] = {}
    words = split_words(texts, places, read)
    asked = find_asked(words)
    named = find_names(words, asked, said_by, names, agents)
    parts = {part for claim in named for part in parts_of(words, claim)}
    if not places.issuperset(saying := find_saying(said, parts)):
        words = split_words(texts, places | saying, read)
        asked = find_asked(words)
        named = find_names(words, asked, said_by, names, agents)
    claims = _find_claims(words, asked, said_by, named)
    found: list[Secret] = []
    for _ in range(_PASSES):
        lines, secrets = _hide(words, claims)
        if not secrets:
            break
        found += secrets
        words = _keep_near(lines, {secret.place for secret in secrets})
        asked = find_asked(words)
        named = find_names(words, asked, said_by, names, agents)
        claims = _find_claims(words, asked, said_by, named)
    return sorted(found, key=lambda secret: (secret.place, secret.span))


def _keep_near(lines: Sequence[Line], places: Set[int]) -> Words:
    """The words of these utterances and of those near enough to be read differently now."""
    near = {other for place in places for other in range(place - _NEAR, place + _NEAR + 1)}
    return Words(
        [line if line.place in near else unread_line(line.place) for line in lines if line.words]
    )


def _find_claims(
    words: Words,
    asked: Sequence[Asked],
    roles: Sequence[Role | None],
    named: Sequence[Claim],
) -> list[Claim]:
    """All claims; of two on a word the first says what it is.

    Args:
        named: the claims on names.
    """
    quantities = find_quantities(words)
    claims = [
        *find_emails(words),
        *find_births(words, asked, quantities),
        *find_postcodes(words, asked, quantities),
        *find_addresses(words, asked, roles, quantities),
        *find_numbers(words, asked, roles, quantities),
        *find_coded(words, asked, quantities),
        *find_homes(words, asked, roles, quantities),
        *named,
        *_find_passwords(words, asked, roles),
    ]
    return [claim for claim in claims if claim.last >= claim.first]


def _find_passwords(
    words: Words, asked: Sequence[Asked], roles: Sequence[Role | None]
) -> Iterator[Claim]:
    """The words that answer a question for a password."""
    starts = words.starts
    for each in asked:
        if not each.word:
            continue
        own = each.last + 1
        own += own < len(words) and words[own].text in {"is", "it's", "was"}
        announced = own > each.last + 1 or words[each.last].text.endswith("'s")
        here = own < len(words) and words[own].place == each.place
        if announced and here and roles[each.place] is not Role.AGENT:
            yield from _read_password(words, own)
            continue
        if roles[each.place] is Role.CUSTOMER:
            continue
        for place in (each.place + 1, each.place + 2):
            if place in starts and (roles[place] is not Role.AGENT):
                yield from _read_password(words, starts[place])
                break


def _read_password(words: Sequence[Word], first: int) -> Iterator[Claim]:
    """The words of a short answer that are no ordinary ones."""
    if first >= len(words):
        return
    last = first
    while last + 1 < len(words) and words[last + 1].place == words[first].place:
        last += 1
        if last - first >= _SHORT_ANSWER:
            return
    telling = [
        index
        for index in range(first, last + 1)
        if words[index].text not in _ORDINARY and words[index].text != HIDDEN
    ]
    if telling and len(telling) <= _PASSWORD_WORDS and telling[-1] - telling[0] < _PASSWORD_WORDS:
        if last - first < _PASSWORD_WORDS:  # nothing else is said
            return (yield Claim(first, last, Kind.CODE))
        yield Claim(telling[0], telling[-1], Kind.CODE)


def _hide(words: Words, claims: Sequence[Claim]) -> tuple[list[Line], list[Secret]]:
    """The lines with a mark in the place of what is claimed, and the secrets that were there.

    Of claims that overlap the first in `claims` says what a word is; neighbours of one kind share
    a mark.
    """
    kinds: dict[int, Kind] = {}
    for claim in claims:
        for index in range(claim.first, claim.last + 1):
            if words[index].text != HIDDEN:
                kinds.setdefault(index, claim.kind)
    secrets: list[Secret] = []
    covered: dict[int, list[tuple[int, int, Word]]] = {}
    for start, end in _stretches(words, kinds):
        first, last = _trim(words[start:end])
        if first == last:
            continue
        whole = _cover(words[start + first : start + last])
        secrets.append(Secret(whole.place, (whole.start, whole.end), kinds[start]))
        covered.setdefault(whole.place, []).append((start + first, start + last, whole))
    lines = [
        Line(line.place, _cover_all(words, covered[line.place])) if line.place in covered else line
        for line in words.lines
    ]
    return lines, secrets


def _cover_all(words: Words, covered: Sequence[tuple[int, int, Word]]) -> list[Word]:
    """The words of a line with hidden ones in the place of some: (first, stop, hidden)."""
    said = words.in_place(covered[0][2].place)
    left: list[Word] = []
    at = said.start
    for first, stop, whole in covered:
        left += words[at:first]
        left.append(whole)
        at = stop
    return left + words[at : said.stop]


def _stretches(words: Sequence[Word], kinds: Mapping[int, Kind]) -> Iterator[Span]:
    """Where neighbours of one kind stand in one utterance: half-open ranges of indices."""
    first = last = -1
    for index in sorted(kinds):
        joined = index == last + 1 and last >= 0 and kinds[index] is kinds[last]
        if not joined or words[index].place != words[last].place:
            if last >= 0:
                yield first, last + 1
            first = index
        last = index
    if last >= 0:
        yield first, last + 1


def _cover(said: Sequence[Word]) -> Word:
    """The one hidden word in the place of these, with a plus or a bracket before a number."""
    start, gap = said[0].start, said[0].gap
    opened = gap.endswith("(") and any(")" in word.gap for word in said[1:])
    if opened or (gap.endswith("+") and said[0].digits):
        start, gap = start - 1, gap[:-1]
    return hidden_word(said[0].place, start, said[-1].end, gap)


def _trim(said: Sequence[Word]) -> tuple[int, int]:
    """The half-open range of the words without the fillers before and after."""
    first, last = 0, len(said)
    while first < last and _is_filler(said[first]):
        first += 1
    while first < last and _is_filler(said[last - 1]):
        last -= 1
    return first, last


def _is_filler(word: Word) -> bool:
    said = word.text in BRIDGING and not word.digits and len(word.text) > 1
    if word.capital and word.gap == " ":
        return False  # "Mallory Point"
    return said and not word.raw.isupper()  # "EH" begins a postcode
