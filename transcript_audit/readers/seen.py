"""Which of very many texts were met before, in little memory."""

from __future__ import annotations

from array import array
from hashlib import blake2b

_SMALLEST = 1 << 10
_FULLEST = 0.6
"""Share of the places that may be taken; then there are twice as many."""


class Seen:
    """Texts that were added; it keeps 8 bytes of a hash of each, about 20 bytes in all.

    Of a million texts, two are taken for one with a chance of 1 in 37 million.
    """

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * _SMALLEST))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, text: str) -> bool:
        key = number_of(text)
        return self._places[_place_of(self._places, key)] == key

    def add(self, text: str) -> bool:
        """Whether it is new; it is no longer."""
        return self.add_number(number_of(text))

    def add_number(self, key: int) -> bool:
        """Whether the text of that number (see `number_of`) is new; it is no longer."""
        place = _place_of(self._places, key)
        if self._places[place] == key:
            return False
        self._places[place] = key
        self._count += 1
        if self._count > _FULLEST * len(self._places):
            self._grow()
        return True

    def _grow(self) -> None:
        places = array("Q", bytes(16 * len(self._places)))
        for key in self._places:
            if key:
                places[_place_of(places, key)] = key
        self._places = places


class SeenInOrder(Seen):
    """Texts that were added, and which of them came when; about 30 bytes of each."""

    def __init__(self) -> None:
        super().__init__()
        self._orders = array("I", bytes(4 * _SMALLEST))

    def add_number(self, key: int) -> bool:
        """As `Seen.add_number`."""
        is_new = super().add_number(key)
        if is_new:
            self._orders[_place_of(self._places, key)] = len(self) - 1
        return is_new

    def order_of(self, key: int) -> int:
        """How many were added before the text of that number, which was added."""
        return self._orders[_place_of(self._places, key)]

    def _grow(self) -> None:
        keys, orders = self._places, self._orders
        super()._grow()
        self._orders = array("I", bytes(8 * len(orders)))
        for key, order in zip(keys, orders, strict=True):
            if key:
                self._orders[_place_of(self._places, key)] = order


def number_of(text: str) -> int:
    """A number of 64 bits that stands for a text, from 1 on: 0 is left for an empty place."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) or 1


def _place_of(places: array[int], key: int) -> int:
    """Where the key is, or the free place where it goes."""
    last = len(places) - 1
    place = key & last
    while places[place] not in (0, key):
        place = (place + 1) & last
    return place
