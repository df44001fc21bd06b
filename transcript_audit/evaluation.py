"""How well the audit agrees with labelled calls: comparisons, and scores with intervals.

Every count is per call first, so that intervals can draw whole calls. A call that was skipped
counts as one in which nothing was found: it is missed, never left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from transcript_audit.labelled_calls import LabelledCall, Pair
from transcript_audit.model import (
    Act,
    ActLabel,
    ActStatus,
    CallAudit,
    Family,
    Outcome,
    Severity,
    SkippedCall,
)
from transcript_audit.reliability import Reliability, collect_forecasts, measure_reliability
from transcript_audit.rulebook import Profile, RuleBook
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

NEAR = 1
"""Source turns by which cited evidence may differ from the labels and still agree."""

Counts = tuple[int, int, int]
"""True positives, false positives, false negatives."""

Place = tuple[int, str]
"""A source turn and the name of an act in it."""


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
    gold, found = gold_places(labelled), found_places(audit, profile)
    cited = cited_turns(audit)
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
        acts=_count_places(without_qualifiers(gold), without_qualifiers(found)),
        qualified_acts=_count_places(gold, found),
    )


def act_counts(act: Act, profile: Profile) -> bool:
    """Whether an act is meant and strong enough for the profile."""
    return act.status is ActStatus.ASSERTED and act.strength >= profile.strength_needed(act.label)


def gold_places(labelled: LabelledCall) -> set[Place]:
    """The labelled acts of a call."""
    return {(number, name) for number, names in labelled.acts.items() for name in names}


def found_places(audit: CallAudit | SkippedCall, profile: Profile) -> set[Place]:
    """The acts that an audit found and that count; none for a skipped call."""
    if isinstance(audit, SkippedCall):
        return set()
    return {
        (audit.turns[act.turn].part_at(act.span[0]).number, act.name)
        for act in audit.acts
        if act_counts(act, profile)
    }


def without_qualifiers(places: set[Place]) -> set[Place]:
    """The places with the labels of their acts alone."""
    return {(number, name.partition(":")[0]) for number, name in places}


def _count_places(gold: set[Place], found: set[Place]) -> dict[str, Counts]:
    right, wrong, missed = (
        Counter(name for _, name in places) for places in (gold & found, found - gold, gold - found)
    )
    return {name: (right[name], wrong[name], missed[name]) for name in right | wrong | missed}


def cited_turns(audit: CallAudit | SkippedCall) -> dict[str, set[int]]:
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
        reliability: what the strengths of findings are worth as chances; None where they are not
            meant as such.
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
    reliability: Reliability | None = None


def evaluate(
    pairs: Iterable[Pair], rulebook: RuleBook, calibrated: Collection[str] = ()
) -> Evaluation:
    """How the audits of labelled calls agree with the labels, under the rule book's profile.

    Args:
        calibrated: rules whose findings' strengths are meant as chances of being right.
    """
    pairs = list(pairs)
    forecasts = collect_forecasts(pairs, calibrated)
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
        reliability=measure_reliability(forecasts) if calibrated else None,
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
