"""Trains the learned recogniser from labelled calls; the same seed gives the same model.

Needs scikit-learn (`pip install "transcript-audit[train]"`); auditing doesn't.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from transcript_audit.acts.features import BUCKETS, SpokenTurn, collect_spoken, hash_turn
from transcript_audit.acts.learned import FirstLook, LearnedModel, SecondLook, second_features
from transcript_audit.acts.recogniser import pattern_hits
from transcript_audit.acts.words import read_words
from transcript_audit.evaluation import LabelledCall, gold_acts
from transcript_audit.model import AGENT_ACTS, CUSTOMER_ACTS, QUALIFIERS, Act, ActLabel, Role
from transcript_audit.roles import RoleAssignment, RoleOptions, assign_roles
from transcript_audit.turns import split_turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.patterns import PatternRecogniser

SEED = 20261126
FOLDS = 5
SEEN_AT_LEAST = 2
"""Turns in which a feature must occur to get a weight."""

FIRST_STRENGTH = 6.0
SECOND_STRENGTH = 0.01
QUALIFIER_STRENGTH = 6.0
"""Inverse regularisation strengths, chosen by cross-validation over whole training calls."""

ROLES = {Role.CUSTOMER: CUSTOMER_ACTS, Role.AGENT: AGENT_ACTS}
LABELS = tuple(str(label) for label in (*CUSTOMER_ACTS, *AGENT_ACTS))

Float = "NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One labelled call as the model sees it.

    Attributes:
        truth: shape (turns, labels), whether a turn carries a label.
        hits: shape (turns, labels), pattern strengths.
        qualifiers: per turn the labelled acts that have a topic or kind.
    """

    call: LabelledCall
    spoken: tuple[SpokenTurn, ...]
    truth: NDArray[np.bool_]
    hits: NDArray[np.float64]
    qualifiers: tuple[tuple[Act, ...], ...]


def prepare_lesson(call: LabelledCall, patterns: PatternRecogniser) -> Lesson:
    """A labelled call as a lesson; its turns are split as an audit would."""
    roles = assign_roles(call.transcript, RoleOptions())
    turns = (
        split_turns(call.transcript, roles.roles) if isinstance(roles, RoleAssignment) else ()
    )
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
    return Lesson(call, tuple(spoken), truth, hits, tuple(tuple(acts) for acts in named))


def train_model(lessons: Sequence[Lesson], jobs: int = 1) -> LearnedModel:
    """The model trained on `lessons`.

    The second look learns from first looks at calls that they were not trained on (folds by whole
    call), as it will meet them.
    """
    folds = fold_calls(len(lessons))
    chances = first_chances_out_of_fold(lessons, folds, jobs)
    first = _fit_first(lessons, jobs)
    second = {role: _fit_second(lessons, chances, role) for role in ROLES}
    qualifiers = {label: _fit_qualifier(lessons, label) for label in QUALIFIERS}
    return LearnedModel(first, second, qualifiers)


def fold_calls(calls: int) -> NDArray[np.int64]:
    """The fold of each call, shape (calls,), drawn with the fixed seed."""
    return np.random.default_rng(SEED).permutation(calls) % FOLDS


def first_chances_out_of_fold(
    lessons: Sequence[Lesson], folds: NDArray[np.int64], jobs: int = 1
) -> list[NDArray[np.float64]]:
    """Per lesson the first look's probabilities from a model that has not seen the call."""
    chances: list[NDArray[np.float64]] = [np.zeros((0, len(LABELS)))] * len(lessons)
    for fold in range(FOLDS):
        seen = [lesson for lesson, own in zip(lessons, folds, strict=True) if own != fold]
        look = LearnedModel(_fit_first(seen, jobs), {}, {})
        for place, own in enumerate(folds):
            if own == fold:
                chances[place] = look.first_chances(lessons[place].spoken)
    return chances


def _fit_first(lessons: Sequence[Lesson], jobs: int) -> dict[Role, FirstLook]:
    looks = {}
    for role, labels in ROLES.items():
        turns = [
            (turn, truth)
            for lesson in lessons
            for turn, truth in zip(lesson.spoken, lesson.truth, strict=True)
            if turn.turn.role is role
        ]
        truth = np.array([truth for _, truth in turns])
        columns = [truth[:, LABELS.index(label)] for label in labels]
        looks[role] = _fit_look(
            [turn for turn, _ in turns], [str(label) for label in labels], columns, FIRST_STRENGTH, jobs
        )
    return looks


def _fit_qualifier(lessons: Sequence[Lesson], label: ActLabel) -> FirstLook:
    """Which topic or kind, learnt from the turns that carry any act with the same qualifiers."""
    names = QUALIFIERS[label]
    turns, known = [], []
    for lesson in lessons:
        for turn, acts in zip(lesson.spoken, lesson.qualifiers, strict=True):
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
        return np.zeros(BUCKETS), 5.0 if column.any() else -5.0
    fit = LogisticRegression(
        C=strength, solver="liblinear", dual=True, max_iter=400, random_state=SEED
    ).fit(features, column)
    return fit.coef_[0], float(fit.intercept_[0])


def _fit_second(
    lessons: Sequence[Lesson], chances: Sequence[NDArray[np.float64]], role: Role
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
    weights, intercepts = [], []
    for label in ROLES[role]:
        fit = LogisticRegression(C=SECOND_STRENGTH, max_iter=400, random_state=SEED)
        fit.fit(scaled, known[:, LABELS.index(label)])
        weights.append(fit.coef_[0])
        intercepts.append(float(fit.intercept_[0]))
    return SecondLook(
        labels=tuple(str(label) for label in ROLES[role]),
        means=means.astype(np.float32),
        deviations=deviations.astype(np.float32),
        weights=np.column_stack(weights).astype(np.float32),
        intercepts=np.array(intercepts, dtype=np.float32),
    )


def judge_out_of_fold(
    lessons: Sequence[Lesson], jobs: int = 1
) -> list[NDArray[np.float64]]:
    """Per lesson the final probabilities from models that have not seen the call.

    Thresholds are chosen on these. First looks are shared between folds of the second look, which
    favours it by a trace; what is reported comes from calls outside all of it.
    """
    folds = fold_calls(len(lessons))
    chances = first_chances_out_of_fold(lessons, folds, jobs)
    judged: list[NDArray[np.float64]] = [np.zeros((0, len(LABELS)))] * len(lessons)
    for fold in range(FOLDS):
        seen = [place for place, own in enumerate(folds) if own != fold]
        second = {
            role: _fit_second([lessons[i] for i in seen], [chances[i] for i in seen], role)
            for role in ROLES
        }
        for place in np.flatnonzero(folds == fold):
            judged[place] = _judge(lessons[place], chances[place], second)
    return judged


def _judge(
    lesson: Lesson, chances: NDArray[np.float64], second: dict[Role, SecondLook]
) -> NDArray[np.float64]:
    features = second_features(chances, lesson.hits)
    judged = np.zeros_like(chances)
    for role, labels in ROLES.items():
        rows = [i for i, turn in enumerate(lesson.spoken) if turn.turn.role is role]
        columns = [LABELS.index(label) for label in labels]
        if rows:
            judged[np.ix_(rows, columns)] = second[role].chances(features[rows])
    return judged


def count_labels(lessons: Sequence[Lesson]) -> Counter[str]:
    """How many turns carry each label."""
    totals: Counter[str] = Counter()
    for lesson in lessons:
        totals.update(dict(zip(LABELS, lesson.truth.sum(axis=0).tolist(), strict=True)))
    return totals
