"""Trains the learned recogniser from labelled calls; the same seed gives the same model.

Needs scikit-learn (`pip install "transcript-audit[train]"`); auditing doesn't.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from transcript_audit.acts.features import (
    BUCKETS,
    SpokenTurn,
    collect_spoken,
    hash_turn,
    hide_names,
)
from transcript_audit.acts.hashing import hash_call
from transcript_audit.acts.learned import FirstLook, LearnedModel, SecondLook, second_features
from transcript_audit.acts.recogniser import TwoVoices, pattern_hits
from transcript_audit.acts.words import read_words
from transcript_audit.audit import audit_call
from transcript_audit.calibration import (
    OUTCOME_SIGNS,
    SIGNS,
    Calibration,
    Curve,
    OutcomeCurves,
    read_signs,
)
from transcript_audit.checks import check_call
from transcript_audit.errors import ReadError
from transcript_audit.labelled_calls import LabelledCall, gold_acts
from transcript_audit.model import (
    AGENT_ACTS,
    CUSTOMER_ACTS,
    QUALIFIERS,
    Act,
    ActLabel,
    CallAudit,
    Outcome,
    Part,
    Role,
    SkippedCall,
    Turn,
)
from transcript_audit.outcomes import read_outcome_signs, settle_call
from transcript_audit.roles import RoleAssignment, RoleOptions, assign_roles
from transcript_audit.turns import split_turns
from transcript_audit.variations import vary_turns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from transcript_audit.acts.patterns import PatternRecogniser
    from transcript_audit.rulebook import RuleBook

SEED = 20261126
FOLDS = 5
SEEN_AT_LEAST = 2
"""Turns in which a feature must occur to get a weight."""

FIRST_STRENGTH = 6.0
SECOND_STRENGTH = 0.02
QUALIFIER_STRENGTH = 6.0
"""Inverse regularisation strengths, chosen by cross-validation over whole training calls."""

CURVE_STRENGTH = 0.3
OUTCOME_STRENGTH = 0.1
FEWEST_FOR_CURVE = 8
"""Right and wrong findings that a rule's curve needs at least."""

FEWEST_FOR_OUTCOME = 3
"""Calls that end in each way that the curves of outcomes need at least."""

CONSTANT = 5.0
"""Log-odds of a label that training always (or, negative, never) saw."""

TRIED = tuple(round(0.05 * step, 2) for step in range(2, 16))

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


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A recogniser for one call: what a model trained on other calls found in it."""

    acts: tuple[Act, ...]
    calibration: Calibration

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """The acts; they belong to the call whose turns these are."""
        return self.acts


@dataclass(frozen=True, slots=True)
class Training:
    """What training gives.

    Attributes:
        model, calibration: to be saved as package data.
        thresholds: per label the chance at which F1 was best out of fold; the model is shifted
            so that this chance is 0.5.
        held_out: per lesson the acts and the calibration of a model that has not seen the call.
    """

    model: LearnedModel
    calibration: Calibration
    thresholds: Mapping[str, float]
    held_out: tuple[HeldOut, ...]


def train(
    lessons: Sequence[Lesson],
    patterns: PatternRecogniser,
    rulebook: RuleBook,
    jobs: int = 1,
    sayings: Sequence[Saying] = (),
) -> Training:
    """The recogniser trained on `lessons`, and what its findings are worth.

    Sayings only widen the first look's vocabulary; all else is learnt from whole calls.

    The second look learns from first looks at calls that they were not trained on (folds by batch
    of calls), as it will meet them; thresholds and calibration come from calls that neither has
    seen.
    """
    folds = fold_calls(lessons)
    firsts = [_fit_first(_others(lessons, folds, fold), sayings, jobs) for fold in range(FOLDS)]
    chances = [
        LearnedModel(firsts[fold], {}, {}).first_chances(hash_call(lesson.spoken))
        for lesson, fold in zip(lessons, folds, strict=True)
    ]
    models = [
        LearnedModel(
            firsts[fold],
            _fit_seconds(_others(lessons, folds, fold), _others(chances, folds, fold), jobs),
            _fit_qualifiers(_others(lessons, folds, fold), sayings),
        )
        for fold in range(FOLDS)
    ]
    thresholds = _choose_thresholds(
        lessons,
        [
            models[fold].judge_call(hash_call(lesson.spoken), lesson.hits)
            for lesson, fold in zip(lessons, folds, strict=True)
        ],
    )
    shifted = [TwoVoices(patterns, shift_model(model, thresholds)) for model in models]
    found = [
        shifted[fold].recognise(lesson.turns) for lesson, fold in zip(lessons, folds, strict=True)
    ]
    ends = [
        (read_outcome_signs(lesson.turns, acts, rulebook.profile), lesson.call.outcome)
        for lesson, acts in zip(lessons, found, strict=True)
    ]
    outcomes = [_fit_outcomes(_others(ends, folds, fold)) for fold in range(FOLDS)]
    findings = [
        weigh_lesson(lesson, acts, outcomes[fold], rulebook)
        for lesson, acts, fold in zip(lessons, found, folds, strict=True)
    ]
    curves = [
        Calibration(_fit_rules(_others(findings, folds, fold)), outcomes[fold])
        for fold in range(FOLDS)
    ]
    final = LearnedModel(
        _fit_first(lessons, sayings, jobs),
        _fit_seconds(lessons, chances, jobs),
        _fit_qualifiers(lessons, sayings),
    )
    return Training(
        model=shift_model(final, thresholds),
        calibration=Calibration(_fit_rules(findings), _fit_outcomes(ends)),
        thresholds=thresholds,
        held_out=tuple(
            HeldOut(acts, curves[fold]) for acts, fold in zip(found, folds, strict=True)
        ),
    )


Item = TypeVar("Item")


def _others(items: Sequence[Item], folds: NDArray[np.int64], fold: int) -> list[Item]:
    """The items of all other folds."""
    return [item for item, own in zip(items, folds, strict=True) if own != fold]


def _choose_thresholds(
    lessons: Sequence[Lesson], judged: Sequence[NDArray[np.float64]]
) -> dict[str, float]:
    """Per label the chance at which F1 is best on calls not trained on."""
    chances, truth = np.vstack(judged), np.vstack([lesson.truth for lesson in lessons])
    best = {}
    for column, label in enumerate(LABELS):
        scores = [_f1(chances[:, column] >= least, truth[:, column]) for least in TRIED]
        best[label] = TRIED[int(np.argmax(scores))]
    return best


def _f1(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return float(2 * (found & truth).sum() / max(found.sum() + truth.sum(), 1))


def shift_model(model: LearnedModel, thresholds: Mapping[str, float]) -> LearnedModel:
    """The model with its intercepts moved so that each label's threshold becomes 0.5."""
    second = {}
    for role, look in model.second.items():
        moves = [log(thresholds[label] / (1 - thresholds[label])) for label in look.labels]
        second[role] = replace(
            look, intercepts=(look.intercepts - np.array(moves)).astype(np.float32)
        )
    return replace(model, second=second)


@dataclass(frozen=True, slots=True)
class WeighedFinding:
    """A finding of a call out of training, its signs, and whether the labels have it too."""

    rule: str
    signs: Mapping[str, float]
    right: bool


def weigh_lesson(
    lesson: Lesson, found: Sequence[Act], outcomes: OutcomeCurves | None, rulebook: RuleBook
) -> tuple[WeighedFinding, ...]:
    """The findings that the rules make of the acts found in a call."""
    settled = settle_call(lesson.turns, found, Calibration({}, outcomes), rulebook.profile)
    return tuple(
        WeighedFinding(
            result.rule,
            read_signs(result.finding, found, settled.episode),
            result.rule in lesson.call.findings,
        )
        for result in check_call(lesson.turns, settled.acts, settled.episode, rulebook)
        if result.finding
    )


def _fit_outcomes(calls: Sequence[tuple[Mapping[str, float], Outcome]]) -> OutcomeCurves | None:
    """How the signs of a call tell how it ended; None where some outcome is too rare to learn."""
    ended = [outcome for _, outcome in calls]
    if min(ended.count(outcome) for outcome in Outcome) < FEWEST_FOR_OUTCOME:
        return None
    table = np.array([[signs[name] for name in OUTCOME_SIGNS] for signs, _ in calls])
    means, deviations = table.mean(axis=0), table.std(axis=0) + 1e-3
    fit = LogisticRegression(C=OUTCOME_STRENGTH, max_iter=3000, random_state=SEED)
    fit.fit((table - means) / deviations, ended)
    curves = {}
    for outcome, row, intercept in zip(fit.classes_, fit.coef_, fit.intercept_, strict=True):
        weights = row / deviations
        curves[Outcome(outcome)] = Curve(
            float(intercept - weights @ means),
            dict(zip(OUTCOME_SIGNS, weights.tolist(), strict=True)),
        )
    return OutcomeCurves({outcome: curves[outcome] for outcome in Outcome})


def _fit_rules(calls: Sequence[Sequence[WeighedFinding]]) -> dict[str, Curve]:
    """Per rule, how the signs of a finding tell whether it is right."""
    by_rule: dict[str, list[WeighedFinding]] = {}
    for finding in (finding for call in calls for finding in call):
        by_rule.setdefault(finding.rule, []).append(finding)
    curves = {}
    for rule, findings in by_rule.items():
        right = [finding.right for finding in findings]
        if min(sum(right), len(right) - sum(right)) >= FEWEST_FOR_CURVE:
            curves[rule] = _fit_curve([f.signs for f in findings], right, SIGNS, CURVE_STRENGTH)
    return curves


def _fit_curve(
    signs: Sequence[Mapping[str, float]],
    right: Sequence[bool],
    names: Sequence[str],
    strength: float,
) -> Curve:
    """A curve over the signs named; they are scaled for the fit, and the scale is folded back."""
    table = np.array([[row[name] for name in names] for row in signs])
    means, deviations = table.mean(axis=0), table.std(axis=0) + 1e-3
    fit = LogisticRegression(C=strength, max_iter=400, random_state=SEED)
    fit.fit((table - means) / deviations, right)
    weights = fit.coef_[0] / deviations
    intercept = float(fit.intercept_[0] - weights @ means)
    return Curve(intercept, dict(zip(names, weights.tolist(), strict=True)))


def fold_calls(lessons: Sequence[Lesson]) -> NDArray[np.int64]:
    """The fold of each call, shape (calls,).

    Calls written in one batch (the same id up to its last "-") share a fold, so that a model is
    measured on other hands than it learned from.
    """
    ids = [lesson.call.call_id for lesson in lessons]
    batches = [name.rpartition("-")[0] or name for name in ids]
    if len(set(batches)) < FOLDS:
        batches = ids
    folds = np.zeros(len(lessons), dtype=np.int64)
    splitter = GroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for fold, (_, held) in enumerate(splitter.split(batches, groups=batches)):
        folds[held] = fold
    return folds


def _fit_first(
    lessons: Sequence[Lesson], sayings: Sequence[Saying], jobs: int
) -> dict[Role, FirstLook]:
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


def _fit_qualifiers(
    lessons: Sequence[Lesson], sayings: Sequence[Saying]
) -> dict[ActLabel, FirstLook]:
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


def _fit_seconds(
    lessons: Sequence[Lesson], chances: Sequence[NDArray[np.float64]], jobs: int
) -> dict[Role, SecondLook]:
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


def audit_held_out(
    lessons: Sequence[Lesson], training: Training, rulebook: RuleBook
) -> list[tuple[LabelledCall, CallAudit | SkippedCall]]:
    """The training calls, each audited by a model that has not seen it: cross-validation."""
    return [
        (lesson.call, audit_call(lesson.call.transcript, rulebook, recogniser))
        for lesson, recogniser in zip(lessons, training.held_out, strict=True)
    ]
