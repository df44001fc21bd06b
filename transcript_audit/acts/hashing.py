"""The hashed features of all turns of a call at once: what `features.hash_turn` gives turn by turn.

A CRC is linear: that of a phrase follows from those of its words, and that of the same phrase in
another block differs by a number that depends on its length alone. So a word is hashed once, and
the thousands of n-grams of a call are a few operations on whole arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from transcript_audit.acts.features import (
    BLOCK_WEIGHTS,
    BUCKETS,
    bucket,
    character_grams,
    gram_word,
    name_place,
    place_of,
)
from transcript_audit.acts.words import REDACTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.features import SpokenTurn

    Numbers = NDArray[np.int64]

WORDS_KEPT = 50_000
"""Words whose hashes are kept: what is said in however many calls, memory stays bounded."""

BEGIN, END = "<s>", "</s>"
LONGEST_SHIFT, LONGEST_PREFIXED = 63, 255
"""Bytes up to which tables hold what longer text does to a hash."""


@dataclass(frozen=True, slots=True)
class HashedCall:
    """The features of a call's spoken turns.

    Attributes:
        spoken: the turns.
        buckets, values: the features of all turns, one turn after another.
        bounds: where each turn begins in them, and the end of the last; len(spoken) + 1 numbers.
        sizes: how many features each turn has in each block, shape (turns, blocks).
        texts: the turns' own words, as a model's weights are told apart to them.
    """

    spoken: Sequence[SpokenTurn]
    buckets: Numbers
    values: NDArray[np.float32]
    bounds: Sequence[int]
    sizes: Numbers
    texts: OwnGrams

    def features(self, row: int) -> tuple[Numbers, NDArray[np.float32]]:
        """The buckets and values of one turn."""
        begin, end = self.bounds[row], self.bounds[row + 1]
        return self.buckets[begin:end], self.values[begin:end]


@dataclass(frozen=True, slots=True)
class OwnGrams:
    """Where the n-grams of each turn stand among its words, repeated ones too.

    Attributes:
        begins, ends: where each turn's words begin and end, its sentence marks included.
        word: whether there is a word, and no sentence mark.
        grams: shape (3, words and marks), bucket of the word n-gram of each order that begins
            there; -1 where there is none.
        characters: buckets of the character n-grams of all words, one word after another.
        first, last: where those of each word begin and end.
    """

    begins: Numbers
    ends: Numbers
    word: NDArray[np.bool_]
    grams: Numbers
    characters: Numbers
    first: Numbers
    last: Numbers


@dataclass(frozen=True, slots=True)
class _Block:
    """The buckets of one block of features, and where those of each turn begin and end."""

    buckets: Numbers
    begins: Numbers
    ends: Numbers


@dataclass(frozen=True, slots=True)
class _Marked:
    """The words of several texts between sentence marks, one text after another.

    Attributes:
        alone, behind: CRC-32 of the word, and of a blank and the word.
        size: bytes of the word. kind: 0 for a word, 1 for a mark, 2 for what was redacted.
        characters: number of the word's character n-grams.
        text: number of the text. ends: where each text ends.
    """

    alone: Numbers
    behind: Numbers
    size: Numbers
    kind: Numbers
    characters: Numbers
    text: Numbers
    ends: Numbers


def hash_call(spoken: Sequence[SpokenTurn]) -> HashedCall:
    """The hashed features of the spoken turns of a call."""
    number: dict[tuple[str, ...], int] = {(): 0}
    rows = np.array(
        [
            [number.setdefault(texts, len(number)) for texts in beside]
            for beside in ((t.texts, t.before, t.own_before, t.after) for t in spoken)
        ],
        dtype=np.int64,
    ).reshape(-1, 4)
    words, letters = zip(
        *(_hash_word(word) for texts in number for word in (BEGIN, *texts, END)), strict=True
    )
    marked = _mark([len(texts) + 2 for texts in number], words)
    hashes, sizes = _hash_grams(marked)
    characters = np.frombuffer(b"".join(letters), dtype=np.int64)
    blocks = _word_blocks(marked, hashes, sizes, rows)
    blocks["c"] = _character_block(
        characters, np.repeat(marked.text, marked.characters), rows[:, 0]
    )
    blocks["x"] = _place_block(spoken)
    begins, ends = np.concatenate([[0], marked.ends[:-1]]), marked.ends
    last = np.cumsum(marked.characters)
    own = OwnGrams(
        begins[rows[:, 0]],
        ends[rows[:, 0]],
        marked.kind != 1,
        np.where(hashes < 0, -1, (hashes ^ _prefix("w", sizes)) % BUCKETS),
        characters % BUCKETS,
        last - marked.characters,
        last,
    )
    return _put_together(spoken, [blocks[block] for block in BLOCK_WEIGHTS], own)


def spread(begins: Numbers, sizes: Numbers) -> Numbers:
    """The numbers of several ranges, one range after another."""
    ends = np.cumsum(sizes)
    return np.repeat(begins - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)


def _put_together(
    spoken: Sequence[SpokenTurn], blocks: Sequence[_Block], own: OwnGrams
) -> HashedCall:
    """The blocks of each turn, turn by turn, scaled to their weights."""
    starts = np.cumsum([0, *(len(block.buckets) for block in blocks)])[:-1]
    begins = (np.stack([block.begins for block in blocks], axis=1) + starts).ravel()
    sizes = np.stack([block.ends - block.begins for block in blocks], axis=1)
    units = np.array(list(BLOCK_WEIGHTS.values())) / np.sqrt(np.maximum(sizes, 1))
    return HashedCall(
        spoken,
        np.concatenate([block.buckets for block in blocks])[spread(begins, sizes.ravel())],
        np.repeat(units.astype(np.float32).ravel(), sizes.ravel()),
        [0, *np.cumsum(sizes.sum(axis=1)).tolist()],
        sizes,
        own,
    )


def _place_block(spoken: Sequence[SpokenTurn]) -> _Block:
    places = [_place_buckets(place_of(turn)) for turn in spoken]
    sizes = np.array([len(each) for each in places], dtype=np.int64)
    ends = np.cumsum(sizes)
    buckets = np.array([each for place in places for each in place], dtype=np.int64)
    return _Block(buckets, ends - sizes, ends)


@lru_cache(maxsize=WORDS_KEPT)
def _place_buckets(place: tuple[int, ...]) -> list[int]:
    return [bucket("x", name) for name in name_place(place)]


# --- word n-grams -----------------------------------------------------------------------------


@lru_cache(maxsize=WORDS_KEPT)
def _hash_word(word: str) -> tuple[bytes, bytes]:
    """What `_Marked` says of a word, and the CRC-32 of its character n-grams in their block."""
    said = gram_word(word).encode()
    kind = 2 if word == REDACTED else int(word in {BEGIN, END})
    grams = () if kind == 1 else character_grams(word)
    numbers = (crc32(said), crc32(b" " + said), len(said), kind, len(grams))
    hashes = [crc32(f"c\t{gram}".encode()) for gram in grams]
    return np.array(numbers, dtype=np.int64).tobytes(), np.array(hashes, dtype=np.int64).tobytes()


def _mark(sizes: Sequence[int], words: Sequence[bytes]) -> _Marked:
    alone, behind, size, kind, characters = (
        np.frombuffer(b"".join(words), dtype=np.int64).reshape(-1, 5).T
    )
    text = np.repeat(np.arange(len(sizes)), sizes)
    return _Marked(alone, behind, size, kind, characters, text, np.cumsum(sizes))


def _hash_grams(marked: _Marked) -> tuple[Numbers, Numbers]:
    """CRC-32 and bytes of the n-gram of each order that begins at each word or mark.

    Both of shape (3, words and marks); the CRC-32 is -1 where `features.word_grams` has none.
    """
    alone, behind, size, kind = marked.alone, marked.behind, marked.size, marked.kind
    plain = kind < 2
    pair = plain[:-1] & plain[1:] & (marked.text[:-1] == marked.text[1:])
    pair &= (kind[:-1] == 0) | (kind[1:] == 0)  # a text without words has none
    triple = pair[:-1] & pair[1:]
    two = _shift(alone[:-1], size[1:] + 1) ^ behind[1:]
    three = _shift(two[:-1], size[2:] + 1) ^ behind[2:]
    hashes = np.full((3, len(kind)), -1)
    hashes[0] = np.where(kind == 0, alone, -1)
    hashes[1, :-1] = np.where(pair, two, -1)
    hashes[2, :-2] = np.where(triple, three, -1)
    sizes = np.zeros_like(hashes)
    sizes[0] = size
    sizes[1, :-1] = size[:-1] + size[1:] + 1
    sizes[2, :-2] = sizes[1, :-2] + size[2:] + 1
    return hashes, sizes


def _word_blocks(
    marked: _Marked, hashes: Numbers, sizes: Numbers, rows: Numbers
) -> dict[str, _Block]:
    """The different word n-grams of the turns' own words, and of their neighbours'.

    Two n-grams of one text and order that share all 32 bits are taken for the same.
    """
    order = np.arange(3)[:, None]
    there = hashes >= 0
    key = (((marked.text * 4 + order) << 32) | hashes)[there]
    sorting = np.argsort(key)
    key = key[sorting]
    kept = sorting[_differs(key)]
    hashes, sizes = hashes[there][kept], sizes[there][kept]
    owner = (marked.text * 4 + order)[there][kept]
    counts = np.bincount(owner, minlength=4 * len(marked.ends)).reshape(-1, 4)
    ends = np.cumsum(counts.sum(axis=1))
    begins = ends - counts.sum(axis=1)
    pair_ends = begins + counts[:, :2].sum(axis=1)

    def block(name: str, own: Numbers, ends: Numbers) -> _Block:
        return _Block((hashes ^ _prefix(name, sizes)) % BUCKETS, begins[own], ends[own])

    return {
        "w": block("w", rows[:, 0], ends),
        "p": block("p", rows[:, 1], pair_ends),
        "s": block("s", rows[:, 2], pair_ends),
        "n": block("n", rows[:, 3], pair_ends),
    }


def _differs(key: Numbers) -> NDArray[np.bool_]:
    """Where sorted numbers differ from the one before."""
    differs = np.ones(len(key), dtype=bool)
    differs[1:] = key[1:] != key[:-1]
    return differs


def _shift(hashes: Numbers, sizes: Numbers) -> Numbers:
    """What the hashes come to when `sizes` bytes follow, but for what those bytes add."""
    table = _shifts()
    while True:
        step = np.minimum(sizes, LONGEST_SHIFT)
        shifted: Numbers = table[step, 0, hashes & 255]
        for byte in (1, 2, 3):
            shifted = shifted ^ table[step, byte, (hashes >> (8 * byte)) & 255]
        sizes = sizes - step
        if not sizes.any():
            return shifted
        hashes = shifted


@cache
def _shifts() -> Numbers:
    """What each byte of a CRC-32 becomes when zero bytes follow: [how many, which byte, value]."""
    once = np.array(
        [[_shift_once(value << (8 * byte)) for value in range(256)] for byte in range(4)]
    )
    table = np.zeros((LONGEST_SHIFT + 1, 4, 256), dtype=np.int64)
    table[0] = np.arange(256) << (8 * np.arange(4)[:, None])
    for zeros in range(1, len(table)):
        for byte in range(4):
            table[zeros] ^= once[byte][(table[zeros - 1] >> (8 * byte)) & 255]
    return table


def _shift_once(register: int) -> int:
    return crc32(b"\0", register) ^ crc32(b"\0")


def _prefix(block: str, sizes: Numbers) -> Numbers:
    """What the name of a block in front adds to the hashes of phrases of so many bytes."""
    if sizes.max(initial=0) <= LONGEST_PREFIXED:
        return _prefixes(block)[sizes]
    return _shift(np.full_like(sizes, crc32(f"{block}\t".encode())), sizes)


@cache
def _prefixes(block: str) -> Numbers:
    sizes = np.arange(LONGEST_PREFIXED + 1)
    return _shift(np.full_like(sizes, crc32(f"{block}\t".encode())), sizes)


# --- character n-grams ------------------------------------------------------------------------


def _character_block(characters: Numbers, text: Numbers, own: Numbers) -> _Block:
    """The different character n-grams of each turn's words."""
    key = np.sort((text << 32) | characters)
    key = key[_differs(key)]
    counts = np.bincount(key >> 32, minlength=own.max(initial=0) + 1)
    ends = np.cumsum(counts)
    return _Block(key % BUCKETS, (ends - counts)[own], ends[own])
