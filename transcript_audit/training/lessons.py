"""What the model learns from: labelled calls and single turns, as it sees them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from transcript_audit.acts.features import SpokenTurn, collect_spoken, hide_names
from transcript_audit.acts.recogniser import pattern_hits
from transcript_audit.acts.words import read_words
from transcript_audit.errors import ReadError
from transcript_audit.labelled_calls import LabelledCall, gold_acts
from transcript_audit.model import AGENT_ACTS, CUSTOMER_ACTS, Act, ActLabel, Part, Role, Turn
from transcript_audit.roles import RoleAssignment, RoleOptions, assign_roles
from transcript_audit.turns import split_turns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transcript_audit.acts.patterns import PatternRecogniser

ROLES = {Role.CUSTOMER: CUSTOMER_ACTS, Role.AGENT: AGENT_ACTS}
LABELS = tuple(str(label) for label in (*CUSTOMER_ACTS, *AGENT_ACTS))


@dataclass(frozen=True, slots=True)
class Lesson:
    """One labelled call as the model sees it.

    Attributes:
        truth: shape (turns, labels), whether a turn carries a label.
        hits: shape (turns, labels), pattern strengths.
        qualifiers: per turn the labelled acts that have a topic or kind.
    """

    call: LabelledCall
    turns: tuple[Turn, ...]
    spoken: tuple[SpokenTurn, ...]
    truth: NDArray[np.bool_]
    hits: NDArray[np.float64]
    qualifiers: tuple[tuple[Act, ...], ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """A labelled turn that stands alone, with what was said before it: more ways to say an act.

    Attributes:
        truth: shape (labels,), whether it carries a label.
        qualifiers: its acts that have a topic or kind.
    """

    spoken: SpokenTurn
    truth: NDArray[np.bool_]
    qualifiers: tuple[Act, ...]


def read_sayings(path: str) -> tuple[Saying, ...]:
    """The sayings of a JSONL file: `{"before", "speaker", "text", "acts"}`, one a line.

    Raises:
        ReadError: with the line, at the first thing that is wrong.
    """
    sayings = []
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    sayings.append(_read_saying(line, path, number))
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(path, f"cannot be read ({error}); give a JSONL file") from error
    return tuple(saying for saying in sayings if saying.spoken.texts)


def _read_saying(line: str, path: str, number: int) -> Saying:
    try:
        record = json.loads(line)
        role, text, before = Role(record["speaker"]), record["text"], record["before"]
        named = [name.partition(":") for name in record["acts"]]
        acts = [Act(ActLabel(label), 0, (0, len(text)), kind) for label, _, kind in named]
        words = read_words(text)
        earlier = hide_names(read_words(before).texts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"is no saying ({error!r}); expected before, speaker, text and acts"
        raise ReadError(path, problem, f"line {number}") from error
    turn = Turn(0, role, role, text, (Part(0, 0),))
    spoken = SpokenTurn(turn, words, hide_names(words.texts), earlier, (), ())
    truth = np.array([label in {str(act.label) for act in acts} for label in LABELS])
    return Saying(spoken, truth, tuple(act for act in acts if act.qualifier))


def prepare_lesson(call: LabelledCall, patterns: PatternRecogniser) -> Lesson:
    """A labelled call as a lesson; its turns are split as an audit would."""
    roles = assign_roles(call.transcript, RoleOptions())
    turns = split_turns(call.transcript, roles.roles) if isinstance(roles, RoleAssignment) else ()
    spoken = collect_spoken(turns, [read_words(turn.text) for turn in turns])
    rows = {turn.turn.index: row for row, turn in enumerate(spoken)}
    truth = np.zeros((len(spoken), len(LABELS)), dtype=bool)
    named: list[list[Act]] = [[] for _ in spoken]
    for act in gold_acts(call, turns):
        if act.turn in rows:
            truth[rows[act.turn], LABELS.index(act.label)] = True
            if act.qualifier:
                named[rows[act.turn]].append(act)
    hits, _ = pattern_hits(spoken, patterns, LABELS)
    return Lesson(call, turns, tuple(spoken), truth, hits, tuple(tuple(acts) for acts in named))
