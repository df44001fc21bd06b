"""The statistical voice: a sparse linear model of acts, in two looks at every call.

The first look scores each turn by its n-grams; the second weighs these scores with those of the
turns around it, with what the patterns found, and with what happened earlier and later in the
call, so that "no", "I'm good" or "that's the one" mean what they mean in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, inf
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812 - it is a class

import numpy as np

from transcript_audit.acts.features import BLOCK_WEIGHTS, BUCKETS, context_of
from transcript_audit.acts.hashing import spread
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import QUALIFIERS, ActLabel, Role
from transcript_audit.whole_files import open_aside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.hashing import HashedCall

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

    def score(self, buckets: NDArray[np.int64], values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The log-odds of every label for one turn's features, shape (labels,)."""
        rows = self.weights.take(buckets, axis=0).astype(np.float32)
        total: NDArray[np.float32] = values @ rows
        return total * self.scales + self.intercepts


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

    def first_chances(self, call: HashedCall) -> NDArray[np.float64]:
        """First-look probabilities, shape (turns, labels); 0 for the other role's labels."""
        odds = np.full((len(call.spoken), len(self.labels)), -np.inf)
        width = len(self.first[Role.CUSTOMER].labels)
        for row, turn in enumerate(call.spoken):
            mine = slice(0, width) if turn.turn.role is Role.CUSTOMER else slice(width, None)
            odds[row, mine] = self.first[turn.turn.role].score(*call.features(row))
        return _squash(odds)

    def judge_call(self, call: HashedCall, hits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability of every label in every turn, shape (turns, labels).

        Args:
            call: the call's spoken turns, in order.
            hits: strength of the strongest pattern per turn and label, same shape.
        """
        if not call.spoken:
            return np.zeros((0, len(self.labels)))
        features = second_features(self.first_chances(call), hits)
        chances = np.zeros((len(call.spoken), len(self.labels)))
        width = len(self.first[Role.CUSTOMER].labels)
        for role, mine in ((Role.CUSTOMER, slice(0, width)), (Role.AGENT, slice(width, None))):
            rows = [place for place, turn in enumerate(call.spoken) if turn.turn.role is role]
            if rows:
                chances[rows, mine] = self.second[role].chances(features[rows])
        return chances

    def qualify(self, call: HashedCall, row: int, label: ActLabel) -> str:
        """The likeliest topic or kind of an act in a turn, "" for a label that has none."""
        look = self.qualifiers.get(label)
        return look.labels[int(np.argmax(look.score(*call.features(row))))] if look else ""

    def find_words(
        self, call: HashedCall, acts: Sequence[tuple[int, ActLabel]]
    ) -> list[tuple[int, int]]:
        """Per turn and label the half-open range of words that weighed most for it."""
        return [heaviest_stretch(weights) for weights in self.weigh_words(call, acts)]

    def weigh_words(
        self, call: HashedCall, acts: Sequence[tuple[int, ActLabel]]
    ) -> list[list[float]]:
        """Per turn and label how much each of the turn's own words speaks for the label."""
        found: dict[tuple[int, ActLabel], list[float]] = {}
        for role, look in self.first.items():
            mine = [each for each in acts if call.spoken[each[0]].turn.role is role]
            columns = [look.labels.index(label) for _, label in mine]
            weights = weigh_words(call, [row for row, _ in mine], columns, look)
            found |= dict(zip(mine, weights, strict=True))
        return [found[each] for each in acts]


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


def weigh_words(
    call: HashedCall, rows: Sequence[int], columns: Sequence[int], look: FirstLook
) -> list[list[float]]:
    """How much each of a turn's own words speaks for a label, for several turns and labels.

    A word n-gram's weight is shared by the words in it; a character n-gram's is its word's.

    Args:
        rows: the turns, by their place in the call.
        columns: for each of them the column of the label in `look`.
    """
    if not rows:
        return []
    row, texts, blocks = np.array(rows), call.texts, list(BLOCK_WEIGHTS)
    begins, sizes = texts.begins[row], texts.ends[row] - texts.begins[row]
    place = spread(begins, sizes)
    column = np.repeat(np.array(columns), sizes)
    units = np.array(list(BLOCK_WEIGHTS.values())) / np.sqrt(np.maximum(call.sizes[row], 1))
    word = texts.word[place]
    weights = np.zeros(len(place) + 2)
    for order in (1, 2, 3):
        grams = texts.grams[order - 1, place]
        shared = sum(np.append(word[ahead:], [False] * ahead).astype(int) for ahead in range(order))
        gram_weights = np.where(grams < 0, 0.0, look.weights[grams, column])
        share = np.repeat(units[:, blocks.index("w")], sizes) * gram_weights / np.maximum(shared, 1)
        for ahead in range(order - 1, -1, -1):
            weights[ahead : ahead + len(share)] += share
    first, count = texts.first[place], texts.last[place] - texts.first[place]
    letters = look.weights[texts.characters[spread(first, count)], np.repeat(column, count)]
    sums = np.concatenate([[0], np.cumsum(letters, dtype=np.int64)])
    ends = np.cumsum(count)
    total = weights[: len(place)] + np.repeat(units[:, blocks.index("c")], sizes) * (
        sums[ends] - sums[ends - count]
    )
    scaled = (total * look.scales.astype(np.float64)[column]).tolist()
    bounds = np.cumsum(sizes).tolist()
    return [
        scaled[end - size + 1 : end - 1] for end, size in zip(bounds, sizes.tolist(), strict=True)
    ]


def heaviest_stretch(weights: Sequence[float]) -> tuple[int, int]:
    """The half-open range of words with the largest sum.

    Weights are taken against their mean, so that a long turn is not quoted whole
    (maximum-sum segment, Bentley 1984, "Programming pearls: algorithm design techniques").
    """
    mean = fsum(weights) / len(weights) if len(weights) > 1 else 0.0
    best, best_range, total, begin = -inf, (0, len(weights)), 0.0, 0
    for place, weight in enumerate(weights):
        if total <= 0:
            total, begin = 0.0, place
        total += weight - mean
        if total > best:
            best, best_range = total, (begin, place + 1)
    return best_range


def _squash(odds: Any) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(odds, dtype=np.float64))))


def save_model(model: LearnedModel, path: Path) -> None:
    """Write the model as one compressed file; rows without a weight are left out.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
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
    with open_aside(path) as file:
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
