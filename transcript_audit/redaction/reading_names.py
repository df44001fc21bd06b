"""Where a name may stand, and where it ends: reading the words of a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from transcript_audit.model import Role
from transcript_audit.redaction.asked import Claim
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import HIDDEN, REPEATS, Word

PARTICLES = frozenset(
    "van von de der den del della di da dos la le el al bin ibn ap mac mc o".split()
)

TITLES = frozenset("mr mrs ms mister missus missis professor prof dr reverend rev".split())

_AFTER_TITLE = frozenset("mr. mrs. ms. dr. prof. rev.".split())

_LEADING = frozenset("o a la mac mc de da dos du del van von".split())
"""Particles that begin a name."""

_NAMES_NOBODY = STOP_WORDS | TITLES | PARTICLES

GAPS = frozenset([" ", "-", "'", "’"])

_LONGEST = 3
"""Words of a name at most, beside particles."""


def name_parts(names: Iterable[str]) -> Iterator[str]:
    """The parts of full names that alone would name the person, in lower case."""
    for name in names:
        for part in name.lower().replace("’", "'").replace("-", " ").replace(",", " ").split():
            bare = "".join(char for char in part if char.isalpha() or char == "'").strip("'")
            if len(bare) > 1 and bare not in _NAMES_NOBODY:
                yield bare


def with_owners(names: Collection[str]) -> frozenset[str]:
    """The names, also as owners: "dana's", and "teresas" as speech recognition writes it."""
    owners = (f"{name}'s" for name in names)
    return frozenset([*names, *owners, *(f"{name}s" for name in names if len(name) >= 5)])


def parts_of(words: Sequence[Word], claim: Claim) -> Iterator[str]:
    """The parts of a claimed name that alone would name the person as well."""
    for word in words[claim.first : claim.last + 1]:
        if len(word.text) > 1 and word.text not in PARTICLES and word.text not in TITLES:
            yield word.base


def read_name(
    words: Sequence[Word], first: int, cased: Collection[int], *, titled: bool = False
) -> int | None:
    """Index of the last word of a name that begins with word `first`, or None for no name.

    Args:
        titled: a name is sure to stand here, even if it is an ordinary word as well.
    """
    last, count = None, 0
    for index in range(first, min(first + 6, len(words))):
        word = words[index]
        if index > first and (word.place != words[first].place or not _is_joined(words, index)):
            break
        if word.text in PARTICLES and not (word.capital and len(word.text) > 2):
            leads = last is None and (titled or word.text in _LEADING)
            if leads or last is not None:
                continue
            break
        initial = len(word.text) == 1 and word.text not in {"i", "a", HIDDEN}
        initial = initial and (word.capital or _is_between_names(words, index, cased))
        surname = word.text in ALSO_WORDS and (
            titled
            or (count > 0 and word.capital)
            or (index == first and _goes_on(words, index, cased))
        )
        double = index > first and word.gap == "-" and last == index - 1  # "Hyun-woo"
        if not (initial or surname or double or may_be_name(word, cased)) or count == _LONGEST:
            break
        last, count = index, count + 1
    if last is not None and last == first and len(words[first].text) == 1:
        return None
    return last


def _goes_on(words: Sequence[Word], index: int, cased: Collection[int]) -> bool:
    """Whether a name goes on after a word that is a given name too: "bill okafor"."""
    word, at = words[index], index + 1
    while at < len(words) and words[at].text == word.text and words[at].place == word.place:
        at += 1
    if at == len(words) or words[at].place != word.place:
        return at > index + 1  # "hope hope": said once more, and nothing else
    goes_on = words[at].gap in GAPS and may_be_name(words[at], cased)
    return goes_on and (word.capital or word.place not in cased)


def _is_between_names(words: Sequence[Word], index: int, cased: Collection[int]) -> bool:
    """Whether a single small letter stands between two names: "rutherford b ellison"."""
    if not 0 < index < len(words) - 1:
        return False
    before, after = words[index - 1], words[index + 1]
    same = before.place == words[index].place == after.place
    return same and may_be_name(before, cased) and may_be_name(after, cased)


def _is_joined(words: Sequence[Word], index: int) -> bool:
    gap = words[index].gap
    return gap in GAPS or (gap == ". " and len(words[index - 1].text) == 1)


def may_be_name(word: Word, cased: Collection[int]) -> bool:
    """Whether the word may be part of a name as far as the word itself tells."""
    if word.text == HIDDEN or word.digits or len(word.text) < 2 or word.text in REPEATS:
        return False
    bare = word.base
    if bare in TITLES or word.text == "miss" or bare.endswith(("'d", "'ll", "'ve", "'re", "n't")):
        return False
    if bare in STOP_WORDS or word.text in STOP_WORDS:
        return False
    if word.place in cased:
        return word.capital
    return not (bare.endswith(("ing", "ly")) and bare not in GIVEN_NAMES)


def may_be_customer(words: Sequence[Word], index: int, roles: Sequence[Role | None]) -> bool:
    """Whether the utterance may be a customer's: by role, else as it offers no help."""
    role = roles[words[index].place]
    if role is not None:
        return role in {Role.CUSTOMER, Role.OTHER}
    place = words[index].place
    said = words[index : index + 16]
    return not any(word.text in _HELPS and word.place == place for word in said)


_HELPS = frozenset("help assist".split())
