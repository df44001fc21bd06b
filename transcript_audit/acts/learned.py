"""The statistical voice: a sparse linear model of acts, in two looks at every call.

The first look scores each turn by its n-grams; the second weighs these scores with those of the
turns around it, with what the patterns found, and with what happened earlier and later in the
call, so that "no", "I'm good" or "that's the one" mean what they mean in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812 - it is a class

import numpy as np

from transcript_audit.acts.features import (
    BLOCK_WEIGHTS,
    BUCKETS,
    bucket,
    character_grams,
    context_of,
    hash_turn,
    word_grams,
)
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import QUALIFIERS, ActLabel, Role, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.features import SpokenTurn

MODEL_FILE = Path(__file__).parent / "model.npz"
MODEL_VERSION = 1
BROKEN = (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, BadZipFile, ZlibError)
"""What a file that is no model, or a damaged one, makes numpy raise."""


@dataclass(frozen=True, slots=True)
class FirstLook:
    """A linear model over hashed features: one column a label.

    Attributes:
        labels: names of the columns.
        weights: shape (BUCKETS, labels), whole numbers to be multiplied by `scales`.
        scales, intercepts: shape (labels,).
    """

    labels: tuple[str, ...]
    weights: NDArray[np.int8]
    scales: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    def score(self, spoken: SpokenTurn) -> NDArray[np.float32]:
        """The log-odds of every label, shape (labels,)."""
        buckets, values = hash_turn(spoken)
        total: NDArray[np.float32] = values @ self.weights[buckets].astype(np.float32)
        return total * self.scales + self.intercepts

    def weigh_words(self, spoken: SpokenTurn, label: str) -> NDArray[np.float64]:
        """How much each of the turn's own words speaks for `label`, shape (words,)."""
        column = self.labels.index(label)
        weights = np.zeros(len(spoken.texts))
        grams = word_grams(spoken.texts)
        unit = BLOCK_WEIGHTS["w"] / np.sqrt(max(len({gram for gram, _, _ in grams}), 1))
        for gram, first, last in grams:
            weight = float(self.weights[bucket("w", gram), column])
            weights[first:last] += unit * weight / (last - first)
        pieces = [character_grams(word) for word in spoken.texts]
        unit = BLOCK_WEIGHTS["c"] / np.sqrt(max(len({g for piece in pieces for g in piece}), 1))
        for place, piece in enumerate(pieces):
            weights[place] += unit * sum(float(self.weights[bucket("c", g), column]) for g in piece)
        return weights * float(self.scales[column])


@dataclass(frozen=True, slots=True)
class SecondLook:
    """A logistic regression over the first look's scores in their context.

    Attributes:
        means, deviations: shape (features,). weights: shape (features, labels).
    """

    labels: tuple[str, ...]
    means: NDArray[np.float32]
    deviations: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    def chances(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, shape (turns, labels)."""
        scaled = (features - self.means) / self.deviations
        return _squash(scaled @ self.weights + self.intercepts)


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """The trained recogniser.

    Attributes:
        first, second: per role.
        qualifiers: per act with a qualifier, a first look over the qualifiers' names.
    """

    first: dict[Role, FirstLook]
    second: dict[Role, SecondLook]
    qualifiers: dict[ActLabel, FirstLook]

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels, the customer's first: the columns of `judge_call`."""
        return self.first[Role.CUSTOMER].labels + self.first[Role.AGENT].labels

    def first_chances(self, spoken: Sequence[SpokenTurn]) -> NDArray[np.float64]:
        """First-look probabilities, shape (turns, labels); 0 for the other role's labels."""
        chances = np.zeros((len(spoken), len(self.labels)))
        width = len(self.first[Role.CUSTOMER].labels)
        for place, turn in enumerate(spoken):
            mine = slice(0, width) if turn.turn.role is Role.CUSTOMER else slice(width, None)
            chances[place, mine] = _squash(self.first[turn.turn.role].score(turn))
        return chances

    def judge_call(
        self, spoken: Sequence[SpokenTurn], hits: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Probability of every label in every turn, shape (turns, labels).

        Args:
            spoken: the call's spoken turns, in order.
            hits: strength of the strongest pattern per turn and label, same shape.
        """
        if not spoken:
            return np.zeros((0, len(self.labels)))
        features = second_features(self.first_chances(spoken), hits)
        chances = np.zeros((len(spoken), len(self.labels)))
        width = len(self.first[Role.CUSTOMER].labels)
        for role, mine in ((Role.CUSTOMER, slice(0, width)), (Role.AGENT, slice(width, None))):
            rows = [place for place, turn in enumerate(spoken) if turn.turn.role is role]
            if rows:
                chances[rows, mine] = self.second[role].chances(features[rows])
        return chances

    def qualify(self, spoken: SpokenTurn, label: ActLabel) -> str:
        """The likeliest topic or kind, "" for a label that has none."""
        look = self.qualifiers.get(label)
        return look.labels[int(np.argmax(look.score(spoken)))] if look else ""

    def find_span(self, spoken: SpokenTurn, label: ActLabel) -> Span:
        """Character offsets of the words that weighed most for `label`."""
        weights = self.first[spoken.turn.role].weigh_words(spoken, label)
        return spoken.words.characters(*heaviest_stretch(weights))


def second_features(chances: NDArray[np.float64], hits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The second look's features of a call, shape (turns, features).

    Args:
        chances: first-look probabilities, shape (turns, labels).
        hits: pattern strengths, same shape.
    """
    odds = np.log((chances + 0.003) / (1 - chances + 0.003))
    neighbours = np.zeros((len(hits), 2 * hits.shape[1]))
    neighbours[1:, : hits.shape[1]] = hits[:-1]
    neighbours[:-1, hits.shape[1] :] = hits[1:]
    return np.hstack([odds, chances, context_of(chances), hits, neighbours])


def heaviest_stretch(weights: NDArray[np.float64]) -> tuple[int, int]:
    """The half-open range of words with the largest sum.

    Weights are taken against their mean, so that a long turn is not quoted whole
    (maximum-sum segment, Bentley 1984, "Programming pearls: algorithm design techniques").
    """
    shifted = weights - weights.mean() if len(weights) > 1 else weights
    best, best_range, total, begin = -np.inf, (0, len(weights)), 0.0, 0
    for place, weight in enumerate(shifted):
        if total <= 0:
            total, begin = 0.0, place
        total += float(weight)
        if total > best:
            best, best_range = total, (begin, place + 1)
    return best_range


def _squash(odds: Any) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(odds, dtype=np.float64))))


def save_model(model: LearnedModel, path: Path) -> None:
    """Write the model as one compressed file; rows without a weight are left out."""
    arrays: dict[str, Any] = {"version": np.array(MODEL_VERSION)}
    looks = {f"first-{role}": look for role, look in model.first.items()}
    looks |= {f"qualifier-{label}": look for label, look in model.qualifiers.items()}
    for name, look in looks.items():
        rows = np.flatnonzero(look.weights.any(axis=1)).astype(np.uint32)
        arrays[f"{name}/labels"] = np.array(look.labels)
        arrays[f"{name}/rows"] = rows
        arrays[f"{name}/weights"] = look.weights[rows]
        arrays[f"{name}/scales"] = look.scales
        arrays[f"{name}/intercepts"] = look.intercepts
    for role, second in model.second.items():
        for part in ("labels", "means", "deviations", "weights", "intercepts"):
            arrays[f"second-{role}/{part}"] = np.array(getattr(second, part))
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def load_model(path: Path = MODEL_FILE) -> LearnedModel:
    """The model in `path`.

    Raises:
        ConfigurationError: the file is not a model of this version.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
        if int(arrays["version"]) != MODEL_VERSION:
            found = int(arrays["version"])
            raise ConfigurationError(
                f"{path}: model version {found}, {MODEL_VERSION} expected; train it again with "
                "`transcript-audit model train`"
            )
        return LearnedModel(
            first={
                role: _first_look(arrays, f"first-{role}") for role in (Role.CUSTOMER, Role.AGENT)
            },
            second={
                role: _second_look(arrays, f"second-{role}") for role in (Role.CUSTOMER, Role.AGENT)
            },
            qualifiers={label: _first_look(arrays, f"qualifier-{label}") for label in QUALIFIERS},
        )
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path}: no such model; train one with `transcript-audit model train`"
        ) from error
    except BROKEN as error:
        raise ConfigurationError(
            f"{path}: not a model of this program ({error}); train one with "
            "`transcript-audit model train`"
        ) from error


def _first_look(arrays: dict[str, Any], name: str) -> FirstLook:
    labels = tuple(str(label) for label in arrays[f"{name}/labels"])
    weights = np.zeros((BUCKETS, len(labels)), dtype=np.int8)
    weights[arrays[f"{name}/rows"]] = arrays[f"{name}/weights"]
    return FirstLook(labels, weights, arrays[f"{name}/scales"], arrays[f"{name}/intercepts"])


def _second_look(arrays: dict[str, Any], name: str) -> SecondLook:
    labels = tuple(str(label) for label in arrays[f"{name}/labels"])
    means, deviations, weights, intercepts = (
        arrays[f"{name}/{part}"] for part in ("means", "deviations", "weights", "intercepts")
    )
    return SecondLook(labels, means, deviations, weights, intercepts)
