"""Which patterns can match at all: those whose every needed word is there.

A pattern cannot match without one of the words of each of its required places. It is kept by the
place whose words are likely to be the rarest, and comes through if every other place finds one of
its words too. So thousands of patterns cost little where they don't apply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Items by words that they cannot do without."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[ItemT, tuple[frozenset[str], ...]]]] = {}

    def add(self, item: ItemT, needed: Sequence[frozenset[str]]) -> None:
        """Lets `item` through where each set of `needed` has a word."""
        rarest = min(needed, key=_commonness, default=frozenset({ANY_WORD}))
        others = tuple(sorted((each for each in needed if each is not rarest), key=_commonness))
        for word in sorted(rarest):
            self._by_word.setdefault(word, []).append((item, others))

    def let_through(self, words: Sequence[str]) -> list[tuple[str, list[ItemT]]]:
        """The items that come through for `words`, by the word that they are kept by.

        Those that no word gives away come first, the others in the order of their words.
        """
        kept, present = self._by_word, set(words)
        through = []
        for word in dict.fromkeys((ANY_WORD, *words)):
            if word in kept:
                items = [
                    item
                    for item, others in kept[word]
                    if not any(map(present.isdisjoint, others))
                ]
                if items:
                    through.append((word, items))
        return through


def _commonness(words: frozenset[str]) -> tuple[int, int]:
    """How often one of these words is likely to occur: common ones count, then all."""
    return len(words & COMMON_WORDS), len(words)
