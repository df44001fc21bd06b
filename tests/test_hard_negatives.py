"""Talk that looks like an act but is not: the recogniser must not hear the act in its last line.

The pieces are in hard_negatives.yaml. To list those that fail, and the known ones that no longer do
(strict: they fail too, as "[XPASS(strict)]"): pytest tests/test_hard_negatives.py -rX -rf; the
known ones that still fail: -rx.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from loaded import recogniser_once
from ruamel.yaml import YAML

from transcript_audit.acts import Recogniser
from transcript_audit.model import (
    AGENT_ACTS,
    CUSTOMER_ACTS,
    ActLabel,
    ActStatus,
    Role,
    Transcript,
    Turn,
    Utterance,
)
from transcript_audit.rulebook import RuleBook
from transcript_audit.turns import split_turns

LEAST_PIECES = 300
MOST_KNOWN = 0.15
"""Share of the pieces that may be known failures."""


@dataclass(frozen=True, slots=True)
class HardNegative:
    """One piece of talk; `reason` tells who hears the act where that is a known failure, or ""."""

    label: ActLabel
    why: str
    talk: tuple[tuple[Role, str], ...]
    reason: str


def read_line(line: str) -> tuple[Role, str]:
    speaker, _, text = line.partition(": ")
    return Role(speaker.lower()), text


def read_pieces() -> list[HardNegative]:
    written = YAML(typ="safe").load(Path(__file__).with_name("hard_negatives.yaml"))
    return [
        HardNegative(
            ActLabel(piece["not"]),
            piece["why"],
            tuple(map(read_line, piece["talk"])),
            piece["reason"] if piece.get("known") else "",
        )
        for piece in written
    ]


def name_piece(piece: HardNegative) -> str:
    last = re.sub(r"['’]", "", piece.talk[-1][1].lower())
    return f"{piece.label}: {' '.join(re.findall(r'[a-z0-9]+', last)[:8])}"


def mark_piece(piece: HardNegative) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=piece.reason)] if piece.reason else []
    return pytest.param(piece, id=name_piece(piece), marks=marks)


def split_piece(piece: HardNegative) -> tuple[Turn, ...]:
    """The turns of a piece, joined as in any call: the last line may end a longer turn."""
    utterances = tuple(Utterance(n, role, text) for n, (role, text) in enumerate(piece.talk))
    return split_turns(Transcript("piece", "piece", utterances), {role: role for role in Role})


PIECES = read_pieces()


@pytest.fixture(scope="session")
def recogniser(rulebook: RuleBook) -> Recogniser:
    return recogniser_once(rulebook)


@pytest.mark.parametrize("piece", [mark_piece(piece) for piece in PIECES])
def test_the_last_line_is_not_heard_as_the_act_it_looks_like(
    piece: HardNegative, recogniser: Recogniser, rulebook: RuleBook
) -> None:
    turns = split_piece(piece)
    (last,) = (turn.index for turn in turns if turn.parts[-1].number == len(piece.talk) - 1)
    heard = [
        f"{act.name} {act.strength:.2f}, {act.source}: {turns[last].text[slice(*act.span)]!r}"
        for act in recogniser.recognise(turns)
        if (act.turn, act.label, act.status) == (last, piece.label, ActStatus.ASSERTED)
        and act.strength >= rulebook.profile.strength_needed(piece.label)
    ]
    assert not heard, piece.why


def test_the_suite_is_large_and_covers_every_act_of_the_policy() -> None:
    assert len(PIECES) >= LEAST_PIECES
    counts = Counter(piece.label for piece in PIECES)
    assert {act for act in CUSTOMER_ACTS + AGENT_ACTS if counts[act] < 8} == set()
    assert counts[ActLabel.REQUEST_CANCEL] >= 40


def test_few_pieces_are_known_failures() -> None:
    assert sum(bool(piece.reason) for piece in PIECES) <= MOST_KNOWN * len(PIECES)


def test_every_piece_is_short_and_ends_with_whom_the_act_belongs_to() -> None:
    assert [name_piece(piece) for piece in PIECES if not is_well_shaped(piece)] == []


def is_well_shaped(piece: HardNegative) -> bool:
    """Whether one to four lines take turns and the last is spoken by whom the act belongs to."""
    speakers = [role for role, _ in piece.talk]
    owner = Role.CUSTOMER if piece.label in CUSTOMER_ACTS else Role.AGENT
    in_turn = all(one != other for one, other in pairwise(speakers))
    return 1 <= len(speakers) <= 4 and in_turn and speakers[-1] == owner


def test_no_piece_stands_twice() -> None:
    assert [name for name, n in Counter((p.label, p.talk) for p in PIECES).items() if n > 1] == []
