"""The parts of the model, each fitted to lessons: both looks, and the topics and kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from transcript_audit.acts.features import BUCKETS, SpokenTurn, hash_turn
from transcript_audit.acts.learned import FirstLook, SecondLook, second_features
from transcript_audit.model import QUALIFIERS, ActLabel, Role
from transcript_audit.training.lessons import LABELS, ROLES
from transcript_audit.variations import vary_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transcript_audit.training.lessons import Lesson, Saying

SEED = 20261126
SEEN_AT_LEAST = 2
"""Turns in which a feature must occur to get a weight."""

FIRST_STRENGTH = 6.0
SECOND_STRENGTH = 0.02
QUALIFIER_STRENGTH = 6.0
"""Inverse regularisation strengths, chosen by cross-validation over whole training calls."""

CONSTANT = 5.0
"""Log-odds of a label that training always (or, negative, never) saw."""


def fit_first(
    lessons: Sequence[Lesson], sayings: Sequence[Saying], jobs: int
) -> dict[Role, FirstLook]:
    """The first look of each role, from its own turns in whole calls and alone."""
    looks = {}
    for role, labels in ROLES.items():
        turns = [
            (turn, truth)
            for lesson in lessons
            for turn, truth in zip(lesson.spoken, lesson.truth, strict=True)
        ]
        turns += [(saying.spoken, saying.truth) for saying in sayings]
        own = [(turn, truth) for turn, truth in turns if turn.turn.role is role]
        varied = vary_turns([turn for turn, _ in own], SEED)
        own += [(turn, own[place][1]) for place, turn in varied]
        truth = np.array([truth for _, truth in own])
        columns = [truth[:, LABELS.index(label)] for label in labels]
        names = [str(label) for label in labels]
        looks[role] = _fit_look([turn for turn, _ in own], names, columns, FIRST_STRENGTH, jobs)
    return looks


def fit_qualifiers(
    lessons: Sequence[Lesson], sayings: Sequence[Saying]
) -> dict[ActLabel, FirstLook]:
    """For each act that has a topic or kind, what tells which."""
    return {label: _fit_qualifier(lessons, sayings, label) for label in QUALIFIERS}


def _fit_qualifier(
    lessons: Sequence[Lesson], sayings: Sequence[Saying], label: ActLabel
) -> FirstLook:
    """Which topic or kind, learnt from the turns that carry any act with the same qualifiers."""
    names = QUALIFIERS[label]
    all_turns = [
        pair for lesson in lessons for pair in zip(lesson.spoken, lesson.qualifiers, strict=True)
    ]
    all_turns += [(saying.spoken, saying.qualifiers) for saying in sayings]
    turns, known = [], []
    for turn, acts in all_turns:
        own = {act.qualifier for act in acts if QUALIFIERS[act.label] == names}
        if own:
            turns.append(turn)
            known.append(own)
    columns = [np.array([name in own for own in known]) for name in names]
    return _fit_look(turns, list(names), columns, QUALIFIER_STRENGTH, 1)


def _fit_look(
    turns: Sequence[SpokenTurn],
    labels: Sequence[str],
    columns: Sequence[NDArray[np.bool_]],
    strength: float,
    jobs: int,
) -> FirstLook:
    """One logistic regression a label over hashed features, weights kept in eight bits."""
    features = _stack(turns)
    fits = Parallel(jobs)(delayed(_fit_column)(features, column, strength) for column in columns)
    weights = np.column_stack([fit[0] for fit in fits])
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    return FirstLook(
        labels=tuple(labels),
        weights=np.rint(weights / scales).astype(np.int8),
        scales=scales.astype(np.float32),
        intercepts=np.array([fit[1] for fit in fits], dtype=np.float32),
    )


def _stack(turns: Sequence[SpokenTurn]) -> Any:
    """The hashed features of many turns, sparse, without those seen too seldom."""
    hashed = [hash_turn(turn) for turn in turns]
    if not hashed:
        return csr_matrix((0, BUCKETS))
    indices = np.concatenate([buckets for buckets, _ in hashed])
    values = np.concatenate([values for _, values in hashed])
    seen = np.bincount(indices, minlength=BUCKETS)
    values = np.where(seen[indices] >= SEEN_AT_LEAST, values, 0).astype(np.float64)
    starts = np.concatenate([[0], np.cumsum([len(buckets) for buckets, _ in hashed])])
    matrix = csr_matrix((values, indices, starts), shape=(len(turns), BUCKETS))
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    return matrix


def _fit_column(features: Any, column: NDArray[np.bool_], strength: float) -> tuple[Any, float]:
    """Weights, shape (BUCKETS,), and intercept; a label never or always seen gets a constant."""
    if column.all() or not column.any():
        return np.zeros(BUCKETS), CONSTANT if column.any() else -CONSTANT
    tellings = _tell_apart(features, column)
    fit = LogisticRegression(
        C=strength, solver="liblinear", dual=True, max_iter=400, random_state=SEED
    ).fit(features @ diags(tellings), column)
    return fit.coef_[0] * tellings, float(fit.intercept_[0])


def _tell_apart(features: Any, column: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How well each feature by itself tells a label, shape (BUCKETS,), as a scale for the fit.

    The square root of the smoothed log-count ratio (naive Bayes weights under a linear model: Wang
    and Manning 2012, "Baselines and Bigrams"), brought to a mean square of 1 over the features as
    they occur; the root, which is not theirs, did better out of fold than the ratio itself.
    """
    seen = features.sign()
    with_label, without = (
        (np.asarray(seen[rows].sum(axis=0)).ravel() + 1) / (rows.sum() + 2)
        for rows in (column, ~column)
    )
    scales = np.sqrt(np.abs(np.log(with_label / without)))
    spread = np.sqrt((scales[features.indices] ** 2).mean()) if len(features.indices) else 0.0
    return np.asarray(scales / max(float(spread), 1e-9), dtype=np.float64)


def fit_seconds(
    lessons: Sequence[Lesson], chances: Sequence[NDArray[np.float64]], jobs: int
) -> dict[Role, SecondLook]:
    """The second look of each role.

    Args:
        chances: per lesson what a first look that has not seen it gives, shape (turns, labels).
    """
    return {role: _fit_second(lessons, chances, role, jobs) for role in ROLES}


def _fit_second(
    lessons: Sequence[Lesson], chances: Sequence[NDArray[np.float64]], role: Role, jobs: int
) -> SecondLook:
    features, truth = [], []
    for lesson, chance in zip(lessons, chances, strict=True):
        rows = [i for i, turn in enumerate(lesson.spoken) if turn.turn.role is role]
        if rows:
            features.append(second_features(chance, lesson.hits)[rows])
            truth.append(lesson.truth[rows])
    table, known = np.vstack(features), np.vstack(truth)
    means, deviations = table.mean(axis=0), table.std(axis=0) + 1e-3
    scaled = (table - means) / deviations
    fits = Parallel(jobs)(
        delayed(_fit_plain)(scaled, known[:, LABELS.index(label)]) for label in ROLES[role]
    )
    return SecondLook(
        labels=tuple(str(label) for label in ROLES[role]),
        means=means.astype(np.float32),
        deviations=deviations.astype(np.float32),
        weights=np.column_stack([fit[0] for fit in fits]).astype(np.float32),
        intercepts=np.array([fit[1] for fit in fits], dtype=np.float32),
    )


def _fit_plain(table: Any, column: NDArray[np.bool_]) -> tuple[Any, float]:
    if column.all() or not column.any():
        return np.zeros(table.shape[1]), CONSTANT if column.any() else -CONSTANT
    fit = LogisticRegression(C=SECOND_STRENGTH, max_iter=400, random_state=SEED).fit(table, column)
    return fit.coef_[0], float(fit.intercept_[0])
