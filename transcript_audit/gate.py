"""Which patterns can match at all: those whose every needed word is there.

A pattern cannot match without one of the words of each of its required places. It is kept by the
place whose words are likely to be the rarest, and comes through if every other place finds one of
its words too. So thousands of patterns cost little where they don't apply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ItemT = TypeVar("ItemT")

ANY_WORD = ""
"""Stands for items that no word gives away: they always come through."""

COMMON_WORDS = frozenset(
    "i you we they he she it the a an to of in on for with at and but so or if not no is am are "
    "was were be been have has had do does did will would can could that this there what when "
    "how why my your our me us them her him his just about from out up off any some all one get "
    "got go going know like want need okay yes right well then now here more please".split()
)


class Gate(Generic[ItemT]):
    """Items by words that they cannot do without.

    Every set of words that some item needs is a bit; a sentence is the bits that its words set.
    """

    def __init__(self) -> None:
        self._bits: dict[frozenset[str], int] = {}
        self._words: dict[str, tuple[int, list[tuple[int, ItemT]]]] = {ANY_WORD: (0, [])}

    def add(self, item: ItemT, needed: Sequence[frozenset[str]]) -> None:
        """Lets `item` through where each set of `needed` has a word."""
        mask = 0
        for words in needed:
            mask |= self._bit(words)
        for word in min(needed, key=_commonness, default=(ANY_WORD,)):
            self._words[word][1].append((mask, item))

    def _bit(self, words: frozenset[str]) -> int:
        if words not in self._bits:
            bit = self._bits[words] = 1 << len(self._bits)
            for word in words:
                mask, items = self._words.get(word, (0, []))
                self._words[word] = (mask | bit, items)
        return self._bits[words]

    def let_through(self, words: Iterable[str]) -> list[list[ItemT]]:
        """The items that come through for `words`, together those that one word lets through.

        Those that no word gives away come first, the others in the order of their words.
        """
        known = self._words
        here = [known[word] for word in dict.fromkeys(words) if word in known]
        present = 0
        for mask, _ in here:
            present |= mask
        return [
            items
            for _, kept in (known[ANY_WORD], *here)
            if kept and (items := [item for mask, item in kept if mask & present == mask])
        ]


def _commonness(words: frozenset[str]) -> tuple[int, int]:
    """How often one of these words is likely to occur: common ones count, then all."""
    return len(words & COMMON_WORDS), len(words)
