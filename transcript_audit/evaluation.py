"""How well the audit agrees with labelled calls: scores with intervals, and the misses.

Every count is per call first, so that intervals can draw whole calls. A call that was skipped
counts as one in which nothing was found: it is missed, never left out.
"""
# ruff: noqa: PLC0415 - comparing and scoring must not pay for spaCy

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import repeat
from math import isnan
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from typing import TYPE_CHECKING, Any

import numpy as np

from transcript_audit.errors import ReadError, TranscriptAuditError
from transcript_audit.model import (
    QUALIFIERS,
    Act,
    ActLabel,
    ActStatus,
    CallAudit,
    Family,
    Outcome,
    RuleStatus,
    Severity,
    SkippedCall,
    Transcript,
    Turn,
)
from transcript_audit.readers import transcript_from_record
from transcript_audit.rulebook import Profile, Rule, RuleBook, load_rulebook
from transcript_audit.statistics import (
    Array,
    bootstrap_interval,
    divide,
    f1,
    macro_f1,
    micro_f1,
    precision,
    recall,
)

if TYPE_CHECKING:
    from transcript_audit.acts import Recogniser

NEAR = 1
"""Source turns by which cited evidence may differ from the labels and still agree."""

CLEARING_REACH = 8
"""Source turns after the evidence in which an act that clears a rule is looked for."""

Counts = tuple[int, int, int]
"""True positives, false positives, false negatives."""

Place = tuple[int, str]
"""A source turn and the name of an act in it."""


# --- labelled calls -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """A call and what careful people found in it.

    Attributes:
        kind, style: how the benchmark groups its calls ("" where it doesn't say).
        findings: per rule the source turns that are evidence.
        acts: per source turn the names of its acts ("offer:pause"), as labelled.
    """

    call_id: str
    kind: str
    style: str
    transcript: Transcript
    outcome: Outcome
    findings: Mapping[str, tuple[int, ...]]
    acts: Mapping[int, tuple[str, ...]]


Pair = tuple[LabelledCall, CallAudit | SkippedCall]
"""A labelled call and what became of it in the audit."""


def read_labelled_calls(path: str, rules: Collection[str]) -> tuple[LabelledCall, ...]:
    """The labelled calls of a JSONL file, in its order; blank lines are passed over.

    Args:
        path: file as the user named it; canonical JSONL with a `gold` object in each call.
        rules: ids that a gold finding may name.

    Raises:
        ReadError: with the line and the place in it, at the first thing that is wrong.
    """
    calls: list[LabelledCall] = []
    lines_by_id: dict[str, int] = {}
    try:
        for number, line in enumerate(Path(path).read_bytes().splitlines(), start=1):
            if text := line.decode("utf-8-sig").strip():
                calls.append(_labelled_call(text, path, number, rules))
                first = lines_by_id.setdefault(calls[-1].call_id, number)
                if first != number:
                    problem = f"{calls[-1].call_id!r} is the call of line {first}; give it its own"
                    raise ReadError(path, problem, f"line {number}: id")
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); give a JSONL file of labelled calls"
        raise ReadError(path, problem) from error
    except UnicodeDecodeError as error:
        raise ReadError(path, "is not UTF-8; save it as UTF-8", f"line {number}") from error
    if not calls:
        raise ReadError(path, "holds no call; expected one labelled call a line")
    return tuple(calls)


def _labelled_call(text: str, path: str, number: int, rules: Collection[str]) -> LabelledCall:
    place = f"line {number}"
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"is not JSON ({error.msg} at column {error.colno}); expected one call a line"
        raise ReadError(path, problem, place) from error
    except (ValueError, RecursionError) as error:
        raise ReadError(path, f"cannot be read as JSON ({error})", place) from error
    if not isinstance(record, dict) or not isinstance(record.get("gold"), dict):
        raise ReadError(path, "has no labels; expected an object with `gold`", place)
    transcript = transcript_from_record(record, path, number, line=number)
    gold, turns = record["gold"], record["turns"]
    try:
        return LabelledCall(
            transcript.call_id,
            str(record.get("kind", "")),
            str(record.get("style", "")),
            transcript,
            _outcome(gold.get("outcome")),
            _findings(gold.get("findings"), rules, len(turns)),
            {n: names for n, turn in enumerate(turns) if (names := _act_names(turn, n))},
        )
    except _LabelError as error:
        raise ReadError(path, error.problem, f"{place}: {error.place}") from error


class _LabelError(Exception):
    """Labels are not as they should be, at `place` in the record."""

    def __init__(self, place: str, problem: str) -> None:
        self.place, self.problem = place, problem


def _outcome(value: object) -> Outcome:
    if value not in list(Outcome):
        raise _LabelError("gold.outcome", f"is {value!r}; expected one of {', '.join(Outcome)}")
    return Outcome(str(value))


def _findings(value: object, rules: Collection[str], turns: int) -> dict[str, tuple[int, ...]]:
    if not isinstance(value, list):
        raise _LabelError("gold.findings", "is no list; expected [] or one object a rule")
    findings: dict[str, tuple[int, ...]] = {}
    for index, item in enumerate(value):
        place = f"gold.findings[{index}]"
        rule, cited = (item.get("rule"), item.get("turns")) if isinstance(item, dict) else (0, 0)
        if rule not in rules:
            known = ", ".join(sorted(rules))
            raise _LabelError(f"{place}.rule", f"is {rule!r}; the rule book has {known}")
        if rule in findings:
            raise _LabelError(f"{place}.rule", f"{rule} has a finding already; one a rule")
        if not isinstance(cited, list) or not all(_is_turn(turn, turns) for turn in cited):
            raise _LabelError(f"{place}.turns", f"expected turn numbers from 0 to {turns - 1}")
        findings[str(rule)] = tuple(cited)
    return findings


def _is_turn(value: object, turns: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < turns


def _act_names(turn: Mapping[str, Any], number: int) -> tuple[str, ...]:
    names = turn.get("acts", [])
    place = f"turns[{number}].acts"
    if not isinstance(names, list):
        raise _LabelError(place, "is no list; expected names of acts")
    for name in names:
        label, _, qualifier = str(name).partition(":")
        if label not in list(ActLabel):
            raise _LabelError(place, f"{name!r} is no act; expected one of {', '.join(ActLabel)}")
        allowed = QUALIFIERS.get(ActLabel(label), ("",))
        if qualifier not in allowed:
            after = ", ".join(allowed) or "nothing"
            raise _LabelError(place, f"is {name!r}; after {label!r} expected one of {after}")
    return tuple(names)


# --- running the audit on labelled calls --------------------------------------------------------


def gold_acts(labelled: LabelledCall, turns: Sequence[Turn]) -> tuple[Act, ...]:
    """The labelled acts of a call as if recognised, in the order of the turns; strength 1.

    Labels have no span: each act spans the whole text of the source turn that carries it.
    """
    acts = []
    for turn in turns:
        ends = [part.offset - 1 for part in turn.parts[1:]] + [len(turn.text)]
        for part, end in zip(turn.parts, ends, strict=True):
            for name in labelled.acts.get(part.number, ()):
                label, _, qualifier = name.partition(":")
                span = (part.offset, end)
                acts.append(Act(ActLabel(label), turn.index, span, qualifier, source="gold"))
    return tuple(acts)


@dataclass(frozen=True, slots=True)
class GoldRecogniser:
    """Gives one labelled call's own acts, to measure the rules apart from the recogniser."""

    labelled: LabelledCall
    calibration: None = None

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """The labelled acts of the call that `turns` were split from."""
        return gold_acts(self.labelled, turns)


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """With which rule files, and whose acts, labelled calls are audited."""

    rules: Path | None = None
    profile: str = "default"
    patterns_only: bool = False
    use_gold_acts: bool = False


def audit_labelled_calls(
    calls: Sequence[LabelledCall], options: AuditOptions, jobs: int = 1
) -> Iterator[Pair]:
    """Each call with its audit, in order, as they are done; the same for any number of `jobs`.

    Raises:
        RuleBookError: the rule files have faults.
        TranscriptAuditError: a rule crashed; the message names the call.
    """
    if jobs <= 1:
        for call in calls:
            yield call, _audit_labelled_call(call, options)
        return
    # "spawn", because a fork of a process with threads (a progress display) can hang. Ctrl-C
    # reaches every process of the group; the parent alone decides what follows.
    pool = ProcessPoolExecutor(
        jobs, get_context("spawn"), initializer=signal, initargs=(SIGINT, SIG_IGN)
    )
    try:
        audits = pool.map(_audit_labelled_call, calls, repeat(options), chunksize=8)
        yield from zip(calls, audits, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _audit_labelled_call(call: LabelledCall, options: AuditOptions) -> CallAudit | SkippedCall:
    from transcript_audit.audit import audit_call
    from transcript_audit.roles import RoleOptions

    rulebook, recogniser = _load(options)
    try:
        return audit_call(
            call.transcript, rulebook, recogniser or GoldRecogniser(call), RoleOptions()
        )
    except TranscriptAuditError:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        raise TranscriptAuditError(
            f"{call.transcript.path}: call {call.call_id}: the audit crashed with "
            f"{problem} ({Path(place.filename).name}:{place.lineno}); "
            "this is a fault of the program, not of the call: please report it"
        ) from error


@cache
def _load(options: AuditOptions) -> tuple[RuleBook, Recogniser | None]:
    """The rule book and recogniser (None for the labels' own acts), once a process."""
    rulebook = load_rulebook(options.rules, options.profile)
    if options.use_gold_acts:
        return rulebook, None
    from transcript_audit.acts import load_recogniser

    return rulebook, load_recogniser(rulebook, patterns_only=options.patterns_only)


# --- comparing one call -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvidenceAgreement:
    """How the cited evidence of a rightly flagged rule agrees with the labels, in source turns.

    Attributes:
        cited, gold: how many turns the audit cites, and the labels list.
        cited_near, gold_near: how many of each are within `NEAR` turns of one of the other.
    """

    rule: str
    cited: int
    cited_near: int
    gold: int
    gold_near: int


@dataclass(frozen=True, slots=True)
class CallComparison:
    """One labelled call against its audit.

    Attributes:
        skipped: why the call was not audited, or "".
        outcome: the audit's, or None for a skipped call.
        gold_rules, rules: those with a finding, by the labels and by the audit.
        evidence: one for each rule rightly flagged.
        acts: counts by label; an act is the label in a source turn, however often found there.
        qualified_acts: the same by name ("offer:pause").
    """

    call_id: str
    kind: str
    style: str
    skipped: str
    gold_outcome: Outcome
    outcome: Outcome | None
    gold_rules: frozenset[str]
    rules: frozenset[str]
    evidence: tuple[EvidenceAgreement, ...]
    acts: Mapping[str, Counts]
    qualified_acts: Mapping[str, Counts]


def compare(
    labelled: LabelledCall, audit: CallAudit | SkippedCall, profile: Profile
) -> CallComparison:
    """How the audit of a call agrees with its labels; acts count from the profile's strength on."""
    gold, found = _gold_places(labelled), _found_places(audit, profile)
    cited = _cited_turns(audit)
    both = labelled.findings.keys() & cited.keys()
    return CallComparison(
        call_id=labelled.call_id,
        kind=labelled.kind,
        style=labelled.style,
        skipped=audit.reason if isinstance(audit, SkippedCall) else "",
        gold_outcome=labelled.outcome,
        outcome=None if isinstance(audit, SkippedCall) else audit.outcome,
        gold_rules=frozenset(labelled.findings),
        rules=frozenset(cited),
        evidence=tuple(
            _evidence_agreement(rule, set(labelled.findings[rule]), cited[rule])
            for rule in sorted(both)
        ),
        acts=_count_places(_without_qualifiers(gold), _without_qualifiers(found)),
        qualified_acts=_count_places(gold, found),
    )


def act_counts(act: Act, profile: Profile) -> bool:
    """Whether an act is meant and strong enough for the profile."""
    return act.status is ActStatus.ASSERTED and act.strength >= profile.strength_needed(act.label)


def _gold_places(labelled: LabelledCall) -> set[Place]:
    return {(number, name) for number, names in labelled.acts.items() for name in names}


def _found_places(audit: CallAudit | SkippedCall, profile: Profile) -> set[Place]:
    if isinstance(audit, SkippedCall):
        return set()
    return {
        (audit.turns[act.turn].part_at(act.span[0]).number, act.name)
        for act in audit.acts
        if act_counts(act, profile)
    }


def _without_qualifiers(places: set[Place]) -> set[Place]:
    return {(number, name.partition(":")[0]) for number, name in places}


def _count_places(gold: set[Place], found: set[Place]) -> dict[str, Counts]:
    right, wrong, missed = (
        Counter(name for _, name in places) for places in (gold & found, found - gold, gold - found)
    )
    return {name: (right[name], wrong[name], missed[name]) for name in right | wrong | missed}


def _cited_turns(audit: CallAudit | SkippedCall) -> dict[str, set[int]]:
    """The source turns that each finding cites, by rule."""
    if isinstance(audit, SkippedCall):
        return {}
    return {
        finding.rule: {evidence.number for evidence in finding.evidence}
        for finding in audit.findings
    }


def _evidence_agreement(rule: str, gold: set[int], cited: set[int]) -> EvidenceAgreement:
    def near(turns: set[int], others: set[int]) -> int:
        return sum(any(abs(turn - other) <= NEAR for other in others) for turn in turns)

    return EvidenceAgreement(rule, len(cited), near(cited, gold), len(gold), near(gold, cited))


# --- scores over all calls ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % bootstrap interval over calls; None where it is undefined (0 of 0)."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """How well one rule, family or act is found."""

    name: str
    true_positives: int
    false_positives: int
    false_negatives: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, slots=True)
class Measure:
    """One headline number.

    Attributes:
        name: stable key; title: what it says, in words.
        lower_is_better: whether it counts mistakes.
    """

    name: str
    title: str
    estimate: Estimate
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The headline numbers of some of the calls, such as those of one style."""

    name: str
    calls: int
    skipped: int
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How the audit agrees with labelled calls.

    Attributes:
        whole: the headline numbers over all calls; kinds, styles: the same by kind and style.
        rules, families: by call (flagged or not). acts: by source turn. qualified_acts: the acts
            that have a topic or kind, by name.
        outcomes: calls by gold outcome and outcome found, "skipped" where there is none.
        skipped: call id and reason.
    """

    whole: Group
    kinds: tuple[Group, ...]
    styles: tuple[Group, ...]
    rules: tuple[Score, ...]
    families: tuple[Score, ...]
    acts: tuple[Score, ...]
    qualified_acts: tuple[Score, ...]
    outcomes: Mapping[str, Mapping[str, int]]
    skipped: tuple[tuple[str, str], ...]


def evaluate(pairs: Iterable[Pair], rulebook: RuleBook) -> Evaluation:
    """How the audits of labelled calls agree with the labels, under the rule book's profile."""
    calls = [compare(labelled, audit, rulebook.profile) for labelled, audit in pairs]
    tables = _headline_tables(calls, rulebook)
    rules = [rule.id for rule in rulebook.rules]
    names = sorted({name for call in calls for name in call.qualified_acts}, key=_act_order)
    qualified = [name for name in names if ":" in name]
    return Evaluation(
        whole=_group("all", calls, tables, [True] * len(calls)),
        kinds=_groups(calls, tables, [call.kind for call in calls]),
        styles=_groups(calls, tables, [call.style for call in calls]),
        rules=_scores(rules, tables["rule-f1"]),
        families=_scores(list(Family), tables["family-f1"]),
        acts=_scores(list(ActLabel), tables["act-f1"]),
        qualified_acts=_scores(qualified, _table(qualified, [c.qualified_acts for c in calls])),
        outcomes=_confusion(calls),
        skipped=tuple((call.call_id, call.skipped) for call in calls if call.skipped),
    )


def _act_order(name: str) -> tuple[int, str]:
    label, _, qualifier = name.partition(":")
    return list(ActLabel).index(ActLabel(label)), qualifier


def _confusion(calls: Sequence[CallComparison]) -> dict[str, dict[str, int]]:
    cells = Counter((call.gold_outcome, call.outcome or "skipped") for call in calls)
    columns = [*Outcome, "skipped"]
    return {gold: {found: cells[gold, found] for found in columns} for gold in Outcome}


@dataclass(frozen=True, slots=True)
class _Headline:
    """A headline number: a statistic of the table of the same name."""

    name: str
    title: str
    statistic: Callable[[Array], Array]
    lower_is_better: bool = False


def _share(sums: Array) -> Array:
    """Numerator by denominator, which are the last axis."""
    return divide(sums[..., 0], sums[..., 1])


HEADLINES = (
    _Headline("family-f1", "families flagged, macro F1", macro_f1),
    _Headline("rule-f1", "rules flagged, micro F1", micro_f1),
    _Headline("critical-f1", "calls with a critical rule flagged, F1", f1),
    _Headline("act-f1", "acts, micro F1", micro_f1),
    _Headline("qualified-act-f1", "acts with topic or kind, micro F1", micro_f1),
    _Headline("outcome-accuracy", "outcome accuracy", _share),
    _Headline("evidence-agreement", "cited turns within one of a gold turn", _share),
    _Headline("evidence-mean", "the same share, mean over findings", _share),
    _Headline("evidence-any", "findings with any cited turn within one of a gold turn", _share),
    _Headline("evidence-covered", "gold turns within one of a cited turn", _share),
    _Headline("clean-flagged", "clean calls wrongly flagged", _share, True),
    _Headline(
        "clean-flagged-no-exit", "clean calls wrongly flagged, without graceful-exit", _share, True
    ),
    _Headline("ordinary-outcome", "ordinary calls given another outcome", _share, True),
)


def _headline_tables(calls: Sequence[CallComparison], rulebook: RuleBook) -> dict[str, Array]:
    """Per headline the counts it rests on, of shape (calls, ...)."""
    rules = {rule.id: rule for rule in rulebook.rules}
    names = sorted({name for call in calls for name in call.qualified_acts})
    families = {rule.id: str(rule.family) for rule in rules.values()}
    critical = {i: "critical" for i, rule in rules.items() if rule.severity is Severity.CRITICAL}
    exits = {i for i, family in families.items() if family == Family.GRACEFUL_EXIT}
    shares = np.array([_call_shares(call, exits) for call in calls], float)
    return {
        "rule-f1": _table(list(rules), [_flag_counts(c, {i: i for i in rules}) for c in calls]),
        "family-f1": _table(list(Family), [_flag_counts(call, families) for call in calls]),
        "critical-f1": _table(["critical"], [_flag_counts(c, critical) for c in calls])[:, 0],
        "act-f1": _table(list(ActLabel), [call.acts for call in calls]),
        "qualified-act-f1": _table(names, [call.qualified_acts for call in calls]),
        **{name: shares.reshape(-1, len(_SHARES), 2)[:, i] for i, name in enumerate(_SHARES)},
    }


def _table(names: Sequence[str], rows: Sequence[Mapping[str, Counts]]) -> Array:
    """Counts of shape (calls, names, 3)."""
    counts = [[row.get(name, (0, 0, 0)) for name in names] for row in rows]
    return np.array(counts, float).reshape(len(rows), len(names), 3)


def _flag_counts(call: CallComparison, groups: Mapping[str, str]) -> dict[str, Counts]:
    """Whether each group of rules was flagged, against the labels; `groups` by rule."""
    gold = {groups[rule] for rule in call.gold_rules if rule in groups}
    found = {groups[rule] for rule in call.rules if rule in groups}
    return {
        name: (int(name in gold and name in found), int(name not in gold), int(name not in found))
        for name in gold | found
    }


_SHARES = tuple(headline.name for headline in HEADLINES if headline.statistic is _share)


def _call_shares(call: CallComparison, exits: Collection[str]) -> list[tuple[float, float]]:
    """What one call adds to the numerator and denominator of each of `_SHARES`."""
    evidence = call.evidence
    clean = not call.gold_rules
    ordinary = call.gold_outcome is Outcome.NO_REQUEST
    shares: dict[str, tuple[float, float]] = {
        "outcome-accuracy": (call.outcome is call.gold_outcome, 1),
        "evidence-agreement": (sum(e.cited_near for e in evidence), sum(e.cited for e in evidence)),
        "evidence-mean": (sum(e.cited_near / max(e.cited, 1) for e in evidence), len(evidence)),
        "evidence-any": (sum(e.cited_near > 0 for e in evidence), len(evidence)),
        "evidence-covered": (sum(e.gold_near for e in evidence), sum(e.gold for e in evidence)),
        "clean-flagged": (clean and bool(call.rules), clean),
        "clean-flagged-no-exit": (clean and bool(call.rules - set(exits)), clean),
        "ordinary-outcome": (ordinary and call.outcome not in (None, Outcome.NO_REQUEST), ordinary),
    }
    return [shares[name] for name in _SHARES]


def _groups(
    calls: Sequence[CallComparison], tables: Mapping[str, Array], names: Sequence[str]
) -> tuple[Group, ...]:
    return tuple(
        _group(name, calls, tables, [other == name for other in names])
        for name in sorted(set(names))
        if name
    )


def _group(
    name: str, calls: Sequence[CallComparison], tables: Mapping[str, Array], mask: list[bool]
) -> Group:
    chosen = np.array(mask, bool)
    measures = tuple(
        Measure(
            headline.name,
            headline.title,
            _estimates(tables[headline.name][chosen], headline.statistic)[0],
            headline.lower_is_better,
        )
        for headline in HEADLINES
    )
    skipped = sum(bool(call.skipped) for call, inside in zip(calls, mask, strict=True) if inside)
    return Group(name, sum(mask), skipped, measures)


def _scores(names: Sequence[str], table: Array) -> tuple[Score, ...]:
    """A score for each name; `table` has the shape (calls, names, 3)."""
    counts = table.sum(axis=0).astype(int).tolist()
    columns = (_estimates(table, statistic) for statistic in (precision, recall, f1))
    return tuple(
        Score(str(name), *count, *estimates)
        for name, count, *estimates in zip(names, counts, *columns, strict=True)
    )


def _estimates(table: Array, statistic: Callable[[Array], Array]) -> list[Estimate]:
    """The statistic of the summed counts with its interval: one estimate per value it has."""
    low, high = bootstrap_interval(table, statistic)
    columns = (np.atleast_1d(column) for column in (statistic(table.sum(axis=0)), low, high))
    return [
        Estimate(*(None if isnan(number) else float(number) for number in numbers))
        for numbers in zip(*columns, strict=True)
    ]


# --- misses -------------------------------------------------------------------------------------


class Cause(StrEnum):
    """Why a rule came out otherwise than labelled, as far as the acts can tell."""

    SKIPPED = "call skipped"
    CANNOT_TELL = "rule ended as cannot-tell"
    OUTCOME = "outcome"
    ACT_NOT_FOUND = "act not found"
    ACT_IN_ERROR = "act found in error"
    STATE = "wrong state"
    LOGIC = "rule logic"


@dataclass(frozen=True, slots=True)
class Quote:
    """A source turn, and the names of its acts by the labels and by the audit, sorted."""

    turn: int
    speaker: str
    text: str
    labelled: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A call in which a rule came out otherwise than labelled.

    Attributes:
        wrongly_flagged: flagged though not labelled; else labelled and not flagged.
        because: what the cause was read from, in words.
        quotes: the turns that are evidence, by the labels or else by the audit; may be none.
    """

    call_id: str
    rule: str
    wrongly_flagged: bool
    cause: Cause
    because: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class _Basis:
    """The acts that a rule rests on.

    Attributes:
        evidence: acts that are its evidence; clearing: acts that clear it.
        state: acts that decide whether the evidence counts.
        qualified: whether topic and kind matter.
    """

    evidence: frozenset[ActLabel] = frozenset()
    clearing: frozenset[ActLabel] = frozenset()
    state: frozenset[ActLabel] = frozenset()
    qualified: bool = False


_L = ActLabel
_CONCERNS = frozenset({_L.GIVE_REASON, _L.RAISE_CONCERN, _L.REPEAT_CONCERN})
_STANDING = frozenset({_L.REQUEST_CANCEL, _L.WITHDRAW, _L.ACCEPT, _L.CONFIRM, _L.REFUSE_ALLOWED})
_DOOR = _STANDING | {_L.INSIST, _L.DECLINE, _L.WAVER}
_BASES = {
    "attempt-after-decline": _Basis(frozenset({_L.OFFER, _L.PERSUADE, _L.PRESSURE}), state=_DOOR),
    "reason-pressed": _Basis(
        frozenset({_L.ASK_REASON, _L.DISPUTE_REASON}),
        state=_STANDING | _CONCERNS | {_L.WITHHOLD_REASON},
    ),
    "passed-on": _Basis(frozenset({_L.HAND_OFF}), state=_STANDING | _CONCERNS | {_L.INSIST}),
    "request-standing": _Basis(state=_DOOR | {_L.HAND_OFF, _L.HANG_UP, _L.SUBSTITUTE}),
    "concern-unanswered": _Basis(
        frozenset({_L.RAISE_CONCERN, _L.GIVE_REASON}),
        clearing=frozenset({_L.ACKNOWLEDGE}),
        state=frozenset({_L.AGREE, _L.CONFIRM, _L.VERIFY, _L.HOLD, _L.OFFER}),
    ),
    "offer-irrelevant": _Basis(
        frozenset({_L.OFFER, _L.PERSUADE}), state=_STANDING | _CONCERNS, qualified=True
    ),
    "concern-repeated": _Basis(frozenset({_L.REPEAT_CONCERN}), state=_CONCERNS),
}


def _basis(rule: Rule) -> _Basis:
    check = rule.check
    if check.kind == "act-present":
        state = _STANDING if check.after == "request" else frozenset[ActLabel]()
        return _Basis(frozenset(check.acts), state=state)
    if check.kind == "act-missing":
        return _Basis(clearing=frozenset({check.act}), state=_STANDING)
    return _BASES[check.kind]


def find_misses(pairs: Iterable[Pair], rule: Rule, profile: Profile) -> tuple[Miss, ...]:
    """The calls in which `rule` came out otherwise than labelled: missed first, by cause."""
    misses = []
    for labelled, audit in pairs:
        cited, gold = _cited_turns(audit).get(rule.id), labelled.findings.get(rule.id)
        if (cited is None) == (gold is None):
            continue
        turns = set(cited or gold or ())
        cause, because = _find_cause(labelled, audit, rule, profile, turns)
        quotes = _quote(labelled, audit, profile, turns)
        misses.append(Miss(labelled.call_id, rule.id, gold is None, cause, because, quotes))
    causes = list(Cause)
    return tuple(sorted(misses, key=lambda m: (m.wrongly_flagged, causes.index(m.cause))))


def _quote(
    labelled: LabelledCall, audit: CallAudit | SkippedCall, profile: Profile, turns: set[int]
) -> tuple[Quote, ...]:
    gold, found = _gold_places(labelled), _found_places(audit, profile)
    return tuple(
        Quote(
            said.number,
            said.speaker,
            said.text,
            tuple(sorted(name for number, name in gold if number == said.number)),
            tuple(sorted(name for number, name in found if number == said.number)),
        )
        for said in labelled.transcript.utterances
        if said.number in turns
    )


def _find_cause(
    labelled: LabelledCall,
    audit: CallAudit | SkippedCall,
    rule: Rule,
    profile: Profile,
    turns: set[int],
) -> tuple[Cause, str]:
    """The cause of a miss whose evidence is in `turns`, and what shows it."""
    if isinstance(audit, SkippedCall):
        return Cause.SKIPPED, audit.reason
    for result in audit.results:
        if result.rule == rule.id and result.status is RuleStatus.CANNOT_TELL:
            return Cause.CANNOT_TELL, result.reason
    if _judged_otherwise(rule, labelled.outcome, audit.outcome):
        return Cause.OUTCOME, f"{labelled.outcome} labelled, {audit.outcome} found"
    basis = _basis(rule)
    gold, found = _gold_places(labelled), _found_places(audit, profile)
    if not basis.qualified:
        gold, found = _without_qualifiers(gold), _without_qualifiers(found)
    flagged = rule.id not in labelled.findings
    return _compare_acts(basis, gold, found, turns, flagged)


def _judged_otherwise(rule: Rule, gold: Outcome, found: Outcome) -> bool:
    """Whether the outcome found decides otherwise than the gold one if the rule applies at all."""
    if rule.check.kind == "request-standing":
        return gold is not found
    if rule.family is Family.GRACEFUL_EXIT:
        return (gold is Outcome.CANCELLED) is not (found is Outcome.CANCELLED)
    always = rule.family in (Family.IGNORED_CONCERN, Family.CONDUCT)
    return not always and (gold is Outcome.NO_REQUEST) is not (found is Outcome.NO_REQUEST)


def _compare_acts(
    basis: _Basis, gold: set[Place], found: set[Place], turns: set[int], flagged: bool
) -> tuple[Cause, str]:
    """The cause as the acts show it: those of the evidence, those that clear, those around it."""

    def pick(places: set[Place], labels: frozenset[ActLabel]) -> set[Place]:
        return {place for place in places if place[1].partition(":")[0] in labels}

    def follows(place: Place) -> bool:
        return any(0 < place[0] - turn <= CLEARING_REACH for turn in turns)

    one, other = (found, gold) if flagged else (gold, found)
    too_much, too_little = (
        (Cause.ACT_IN_ERROR, Cause.ACT_NOT_FOUND)
        if flagged
        else (Cause.ACT_NOT_FOUND, Cause.ACT_IN_ERROR)
    )
    here = {place for place in pick(one, basis.evidence) if place[0] in turns}
    if here and not here & other:
        return too_much, _describe(here & gold, here & found)
    clearing = pick(other - one, basis.clearing)
    if basis.evidence:
        clearing = {place for place in clearing if follows(place)}
    if clearing:
        return too_little, _describe(clearing & gold, clearing & found)
    last = max(turns, default=0) + (CLEARING_REACH if basis.clearing else 0)
    around = {place for place in pick(gold ^ found, basis.state) if place[0] <= last}
    if around:
        return Cause.STATE, _describe(around & gold, around & found)
    return Cause.LOGIC, "the acts that the rule rests on agree with the labels"


def _describe(missed: set[Place], wrong: set[Place]) -> str:
    """The places in words: "not found: 12 decline; found in error: 14 waver"."""

    def names(places: set[Place]) -> str:
        return ", ".join(f"{number} {name}" for number, name in sorted(places))

    words = [("not found: ", missed), ("found in error: ", wrong)]
    return "; ".join(before + names(places) for before, places in words if places)
