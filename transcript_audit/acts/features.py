"""What the learned recogniser looks at: hashed n-grams of a turn and its neighbours.

Hashing keeps the model one small array and needs no vocabulary (Weinberger et al. 2009,
"Feature Hashing for Large Scale Multitask Learning"); CRC-32 is stable over machines and runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from transcript_audit.acts.words import REDACTED
from transcript_audit.model import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.words import Words
    from transcript_audit.model import Turn

BUCKETS = 1 << 18
"""Size of the hash space of one role."""

BLOCK_WEIGHTS = {"w": 1.0, "c": 1.0, "p": 0.6, "s": 0.4, "n": 0.4, "x": 1.0}
"""How much each block of features may weigh: own words, own characters, the other speaker's turn
before, the own turn before, the other speaker's turn after, and the place in the call."""

SPEAKERS = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}
"""Whose turns are looked at, and who is the other speaker to each."""

MHM = frozenset("mhm mm mmm mhmm hmm hm huh mmhmm mmhm uhhuh".split())
"""What "mhm", "mm-hmm" and "uh-huh" are read as."""

WORD_ORDERS = (1, 2, 3)
NEIGHBOUR_ORDERS = (1, 2)
CHARACTER_ORDERS = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn of the agent or the customer with its words, and its neighbours among these.

    Attributes:
        position, total: 0-based place among the call's spoken turns, and their number; both 0 for
            a saying that stands alone.
        before, own_before, after: words of the other speaker's last turn, of the speaker's own
            last turn, and of the other speaker's next turn; () where there is none.
    """

    turn: Turn
    words: Words
    texts: tuple[str, ...]
    position: int
    total: int
    before: tuple[str, ...]
    own_before: tuple[str, ...]
    after: tuple[str, ...]


def collect_spoken(turns: Sequence[Turn], words: Sequence[Words]) -> list[SpokenTurn]:
    """The turns of agent and customer that hold words, in order, with their neighbours.

    A bare "mhm" that answers nothing is left out: it must not part what it stands between.
    """
    kept = [
        (turn, read)
        for turn, read in zip(turns, words, strict=True)
        if turn.role in SPEAKERS and read.texts and not _is_mhm(turn, read)
    ]
    said: dict[Role, tuple[str, ...]] = dict.fromkeys(SPEAKERS, ())
    earlier = []
    for turn, read in kept:
        earlier.append((said[SPEAKERS[turn.role]], said[turn.role]))
        said[turn.role] = read.texts
    said = dict.fromkeys(SPEAKERS, ())
    later = []
    for turn, read in reversed(kept):
        later.append(said[SPEAKERS[turn.role]])
        said[turn.role] = read.texts
    return [
        SpokenTurn(turn, read, read.texts, place, len(kept), before, own_before, after)
        for place, ((turn, read), (before, own_before), after) in enumerate(
            zip(kept, earlier, reversed(later), strict=True)
        )
    ]


def _is_mhm(turn: Turn, words: Words) -> bool:
    return turn.backchannel and MHM.issuperset(words.texts)


def word_grams(
    texts: Sequence[str], orders: Iterable[int] = WORD_ORDERS
) -> list[tuple[str, int, int]]:
    """Word n-grams between sentence marks, each with the words it covers (half-open); none over
    what was redacted."""
    marked = ("<s>", *texts, "</s>")
    grams = []
    for order in orders:
        for start in range(len(marked) - order + 1):
            first, last = max(start - 1, 0), min(start + order - 1, len(texts))
            if first < last and REDACTED not in marked[start : start + order]:
                grams.append((" ".join(marked[start : start + order]), first, last))
    return grams


def character_grams(word: str) -> list[str]:
    """Character n-grams of one word between blanks; none of what was redacted."""
    if word == REDACTED:
        return []
    padded = f" {word} "
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
    """How long the turn is, whether it asks, and where it stands in the call if in any."""
    shape = (min(len(spoken.texts) // 4, 6), int(spoken.words.question))
    if not spoken.total:
        return shape
    return (
        *shape,
        min(spoken.position // 2, 5),
        5 * spoken.position // spoken.total,
        min(spoken.total - 1 - spoken.position, 6) // 2,
    )


def name_place(place: tuple[int, ...]) -> list[str]:
    """The features of a place, by name."""
    names = [f"length {place[0]}", *(["asks"] if place[1] else [])]
    kinds = ("from start", "fifth", "to end")
    return names + [f"{kind} {value}" for kind, value in zip(kinds, place[2:], strict=False)]


CONTEXT_SHIFTS = (1, 2, 3, -1, -2, -3)
FADE = 0.8


def context_of(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the call around each turn says about it, for the second look.

    Args:
        chances: shape (turns, labels), first-look probabilities, 0 for labels of the other role.

    Returns:
        Shape (turns, 9 * labels + 3): the chances of the three turns before and after; the chance
        that the label occurred at all before (noisy or), a fading maximum of it, and the noisy or
        over the turns after; then place from start and end.
    """
    total = len(chances)
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
    place = np.arange(total)
    columns.append(
        np.column_stack(
            [place / total, np.minimum(place, 20) / 20, np.minimum(total - 1 - place, 10) / 10]
        )
    )
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
