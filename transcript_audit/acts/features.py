"""What the learned recogniser looks at: hashed n-grams of a turn and its neighbours.

Hashing keeps the model one small array and needs no vocabulary (Weinberger et al. 2009,
"Feature Hashing for Large Scale Multitask Learning"); CRC-32 is stable over machines and runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from transcript_audit.acts.words import REDACTED
from transcript_audit.model import Role
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES, SURNAMES
from transcript_audit.redaction.ordinary import is_ordinary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.words import Words
    from transcript_audit.model import Turn

BUCKETS = 1 << 18
"""Size of the hash space of one role."""

BLOCK_WEIGHTS = {"w": 1.0, "c": 1.0, "p": 0.6, "s": 0.4, "n": 0.4, "x": 1.0}
"""How much each block of features may weigh: own words, own characters, the other speaker's turn
before, the own turn before, the other speaker's turn after, and how long the turn is and whether it
asks."""

NAME = "<name>"
"""What every name, and every word that may be one, is in word n-grams: who somebody is, and where
their name comes from, must not count."""

UNKNOWN = "\x02"
"""Stands before a word that is neither ordinary nor a known name. It may be a word misheard, so its
characters count."""

NAMES = (GIVEN_NAMES | SURNAMES) - ALSO_WORDS
SHORTEST_NAME = 4
WORDS_KEPT = 50_000
"""Words of which it is kept whether they may be names."""

SPEAKERS = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
"""Whose turns are looked at, and who is the other speaker to each."""

WORD_ORDERS = (1, 2, 3)
NEIGHBOUR_ORDERS = (1, 2)
CHARACTER_ORDERS = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn of the agent or the customer with its words, and its neighbours among these.

    Attributes:
        texts: the words as the model sees them, without names.
        before, own_before, after: words of the other speaker's last turn, of the speaker's own
            last turn, and of the other speaker's next turn; () where there is none.
    """

    turn: Turn
    words: Words
    texts: tuple[str, ...]
    before: tuple[str, ...]
    own_before: tuple[str, ...]
    after: tuple[str, ...]


def collect_spoken(turns: Sequence[Turn], words: Sequence[Words]) -> list[SpokenTurn]:
    """The turns of agent and customer that hold words, in order, with their neighbours.

    Backchannels are left out: they do nothing, and must not part what they stand between.
    """
    kept = [
        (turn, read, hide_names(read.texts))
        for turn, read in zip(turns, words, strict=True)
        if turn.role in SPEAKERS and read.texts and not turn.backchannel
    ]
    said: dict[Role, tuple[str, ...]] = dict.fromkeys(SPEAKERS, ())
    earlier = []
    for turn, _, texts in kept:
        earlier.append((said[SPEAKERS[turn.role]], said[turn.role]))
        said[turn.role] = texts
    said = dict.fromkeys(SPEAKERS, ())
    later = []
    for turn, _, texts in reversed(kept):
        later.append(said[SPEAKERS[turn.role]])
        said[turn.role] = texts
    return [
        SpokenTurn(turn, read, texts, before, own_before, after)
        for (turn, read, texts), (before, own_before), after in zip(
            kept, earlier, reversed(later), strict=True
        )
    ]


def hide_names(texts: Sequence[str]) -> tuple[str, ...]:
    """The words with `NAME` for each name, and `UNKNOWN` before each that may be one."""
    return tuple(map(_hide_name, texts))


@lru_cache(maxsize=WORDS_KEPT)
def _hide_name(word: str) -> str:
    if word in NAMES:
        return NAME
    if len(word) < SHORTEST_NAME or not word.isalpha() or is_ordinary(word):
        return word
    return UNKNOWN + word


def gram_word(word: str) -> str:
    """The word as it stands in word n-grams."""
    return NAME if word.startswith(UNKNOWN) else word


def word_grams(
    texts: Sequence[str], orders: Iterable[int] = WORD_ORDERS
) -> list[tuple[str, int, int]]:
    """Word n-grams between sentence marks, each with the words it covers (half-open); none over
    what was redacted."""
    marked = ("<s>", *map(gram_word, texts), "</s>")
    grams = []
    for order in orders:
        for start in range(len(marked) - order + 1):
            first, last = max(start - 1, 0), min(start + order - 1, len(texts))
            if first < last and REDACTED not in marked[start : start + order]:
                grams.append((" ".join(marked[start : start + order]), first, last))
    return grams


def character_grams(word: str) -> list[str]:
    """Character n-grams of one word between blanks; none of a name or of what was redacted."""
    if word in {REDACTED, NAME}:
        return []
    padded = f" {word.removeprefix(UNKNOWN)} "
    return [
        padded[start : start + order]
        for order in CHARACTER_ORDERS
        for start in range(len(padded) - order + 1)
    ] or [padded]


def bucket(block: str, gram: str) -> int:
    """The bucket of one feature."""
    return crc32(f"{block}\t{gram}".encode()) % BUCKETS


def hash_turn(spoken: SpokenTurn) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The buckets and values of a turn's features; every block is scaled to its weight."""
    blocks = {
        "w": {gram for gram, _, _ in word_grams(spoken.texts)},
        "c": {gram for word in set(spoken.texts) for gram in character_grams(word)},
        "p": {gram for gram, _, _ in word_grams(spoken.before, NEIGHBOUR_ORDERS)},
        "s": {gram for gram, _, _ in word_grams(spoken.own_before, NEIGHBOUR_ORDERS)},
        "n": {gram for gram, _, _ in word_grams(spoken.after, NEIGHBOUR_ORDERS)},
        "x": set(name_place(place_of(spoken))),
    }
    buckets: list[int] = []
    values: list[float] = []
    for block, grams in blocks.items():
        if grams:
            buckets += [bucket(block, gram) for gram in sorted(grams)]
            values += [BLOCK_WEIGHTS[block] / sqrt(len(grams))] * len(grams)
    return np.array(buckets, dtype=np.int64), np.array(values, dtype=np.float32)


def place_of(spoken: SpokenTurn) -> tuple[int, ...]:
    """How long the turn is, and whether it asks. Where it stands in the call is for the second
    look, which knows what the turns around it do.
    """
    return min(len(spoken.texts) // 4, 6), int(spoken.words.question)


def name_place(place: tuple[int, ...]) -> list[str]:
    """The features of a place, by name."""
    return [f"length {place[0]}", *(["asks"] if place[1] else [])]


CONTEXT_SHIFTS = (1, 2, 3, -1, -2, -3)
FADE = 0.8


def context_of(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the call around each turn says about it, for the second look.

    Args:
        chances: shape (turns, labels), first-look probabilities, 0 for labels of the other role.

    Returns:
        Shape (turns, 9 * labels + 3): the chances of the three turns before and after; the chance
        that the label occurred at all before (noisy or), a fading maximum of it, and the noisy or
        over the turns after; then the place in the call, counted in turns that do something (each
        as far as its likeliest label is likely), so that small talk does not count: the share
        that lies before, and how many lie before and after.
    """
    columns = []
    for shift in CONTEXT_SHIFTS:
        moved = np.zeros_like(chances)
        if shift > 0:
            moved[shift:] = chances[:-shift]
        else:
            moved[:shift] = chances[-shift:]
        columns.append(moved)
    columns += [_occurred_before(chances), _fading_before(chances)]
    columns.append(_occurred_before(chances[::-1])[::-1])
    does = chances.max(axis=1, initial=0.0)
    before = np.cumsum(does) - does
    after = does.sum() - before - does
    share = before / np.maximum(before + after, 1e-9)
    columns.append(np.column_stack([share, np.minimum(before, 15) / 15, np.minimum(after, 8) / 8]))
    return np.hstack(columns)


def _occurred_before(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Per turn the chance that a label occurred in an earlier one."""
    missed = np.cumprod(1 - chances, axis=0)
    return np.vstack([np.zeros((1, chances.shape[1])), 1 - missed[:-1]])


def _fading_before(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Per turn the strongest earlier chance, fading from turn to turn."""
    faded = np.zeros_like(chances)
    if len(chances) < 2:
        return faded
    faded[1:] = chances[:-1]
    reach, fade = 1, FADE  # each pass reaches twice as far back
    while reach < len(chances):
        faded[reach:] = np.maximum(faded[reach:], faded[:-reach] * fade)
        reach, fade = 2 * reach, fade * fade
    return faded
