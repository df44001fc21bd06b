"""All phrases of a pattern, so that one is looked up word by word rather than searched for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from transcript_audit.redaction.words import Word

_Meaning = TypeVar("_Meaning")


def list_phrases(pattern: str) -> list[str]:
    """What a regular expression matches, in the order in which it tries.

    Args:
        pattern: of letters, groups `(?:a|b)`, classes `[ab]`, and `?` after any of these.
    """
    found, end = _read_choices(pattern, 0)
    if end != len(pattern):
        raise ValueError(f"unbalanced at {end}: {pattern}")
    return found


def _read_choices(pattern: str, at: int) -> tuple[list[str], int]:
    """The phrases of alternatives up to a closing bracket, and where that stands."""
    found: list[str] = []
    said = [""]
    while at < len(pattern) and pattern[at] != ")":
        if pattern[at] == "|":
            found += said
            said, at = [""], at + 1
            continue
        piece, at = _read_piece(pattern, at)
        if pattern[at : at + 1] == "?":
            piece, at = [*piece, ""], at + 1
        said = [before + after for before in said for after in piece]
    return found + said, at


def _read_piece(pattern: str, at: int) -> tuple[list[str], int]:
    """What a letter, a class or a group matches, and where the next piece begins."""
    if pattern.startswith("(?:", at):
        found, end = _read_choices(pattern, at + 3)
        return found, end + 1
    if pattern[at] == "[":
        end = pattern.index("]", at)
        return list(pattern[at + 1 : end]), end + 1
    return [pattern[at]], at + 1


class Phrases(Generic[_Meaning]):
    """Phrases by their words, each with what it means; of two that begin alike the earlier goes
    first, however long it is."""

    def __init__(self, phrases: Iterable[tuple[str, _Meaning]]) -> None:
        self._roots: dict[str, _Node[_Meaning]] = {}
        for order, (phrase, meaning) in enumerate(phrases):
            nodes, node = self._roots, None
            for word in phrase.split():
                node = nodes.setdefault(word, _Node())
                nodes = node.after
            if node is not None and node.meaning is None:
                node.order, node.meaning = order, meaning
        self.first_words = frozenset(self._roots)

    def match(self, words: Sequence[Word], first: int, stop: int) -> tuple[int, _Meaning] | None:
        """Index of the last word of the phrase that begins with word `first` and ends before
        `stop`, and what it means; None for no phrase."""
        found: tuple[int, _Meaning] | None = None
        order = -1
        nodes, at = self._roots, first
        while at < stop and (node := nodes.get(words[at].text)):
            if node.meaning is not None and (order < 0 or node.order < order):
                found, order = (at, node.meaning), node.order
            nodes, at = node.after, at + 1
        return found


class _Node(Generic[_Meaning]):
    """A word of phrases: those that end with it, and the words after it."""

    __slots__ = ("after", "meaning", "order")

    def __init__(self) -> None:
        self.after: dict[str, _Node[_Meaning]] = {}
        self.meaning: _Meaning | None = None
        self.order = 0


def spell_owners(phrases: Iterable[str]) -> Iterator[str]:
    """Each phrase, also with a possessive ending or a short "is": "the card number's"."""
    for phrase in phrases:
        yield f"{phrase}'s"
        yield phrase
