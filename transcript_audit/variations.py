"""Turns as people say them who learnt English later: more to train on, so that their grammar counts
for nothing.

Of the normalised words articles and forms of "be" fall away, verbs lose their endings, and
prepositions change; each by chance, so that no two copies are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from transcript_audit.acts.features import SpokenTurn
from transcript_audit.redaction.ordinary import is_ordinary

EVERY = 4
"""Of so many turns one is learnt from in another grammar too."""

LOST = {
    **dict.fromkeys("a an the".split(), 0.7),
    **dict.fromkeys("is are am was were be been".split(), 0.4),
    **dict.fromkeys("do does did have has had".split(), 0.15),
}
"""How likely words fall away."""

PREPOSITIONS = tuple("in on at to for of with from".split())
CHANGED = 0.2
BARE = 0.5
"""How likely a preposition becomes another, and a verb loses its ending."""

ENDINGS = (("ied", "y"), ("ies", "y"), ("ed", ""), ("ed", "e"), ("s", ""))
SHORTEST_STEM = 3


def vary_turns(turns: Sequence[SpokenTurn], seed: int) -> list[tuple[int, SpokenTurn]]:
    """One in `EVERY` of the turns in another grammar, each with its place among `turns`.

    The same turns and seed give the same copies; a turn that would lose all its words is left out.
    """
    chance = Random(seed)  # noqa: S311 - a fixed draw, no secret
    varied = []
    for place, turn in enumerate(turns):
        if chance.random() * EVERY >= 1:
            continue
        texts = vary_words(turn.texts, chance)
        if texts and texts != turn.texts:
            varied.append((place, replace(turn, texts=texts)))
    return varied


def vary_words(texts: Sequence[str], chance: Random) -> tuple[str, ...]:
    """The words in another grammar."""
    kept = []
    for word in texts:
        if chance.random() < LOST.get(word, 0.0):
            continue
        if word in PREPOSITIONS and chance.random() < CHANGED:
            kept.append(chance.choice(PREPOSITIONS))
        else:
            kept.append(strip_ending(word) if chance.random() < BARE else word)
    return tuple(kept)


def strip_ending(word: str) -> str:
    """The word without the ending of a verb, where an ordinary word is left."""
    for ending, other in ENDINGS:
        stem = word[: -len(ending)] + other
        if word.endswith(ending) and len(stem) >= SHORTEST_STEM and is_ordinary(stem):
            return stem
    return word
