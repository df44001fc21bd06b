"""How far several people, or people and the machine, agree about the same calls.

Flags are rare, so most judgements are "no finding" and chance alone agrees on those. Kappa and
alpha then come out low for reviewers who hardly ever differ (A. R. Feinstein and D. V. Cicchetti,
"High agreement but low kappa", Journal of Clinical Epidemiology 43 (1990), 543-549). So no number
stands alone: share of agreement, kappas, AC1 and alpha are given together, with the table of two by
two and the agreement on findings apart from that on their absence.

A unit is what is judged: one rule on one call. What somebody left open is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isnan

import numpy as np
from numpy.typing import NDArray

from transcript_audit.statistics import Array, bootstrap_interval, divide

FINDING = "finding"
NO_FINDING = "no finding"
CATEGORIES = (FINDING, NO_FINDING)

Codes = NDArray[np.int64]
_MISSING = -1


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rater made of one rule on one call: one of the categories."""

    rater: str
    call_id: str
    rule: str
    category: str


@dataclass(frozen=True, slots=True)
class Ratings:
    """Judgements as a table of units by raters.

    Attributes:
        raters: by name. units: call id and rule, by both.
        codes: of shape (units, raters): index into `categories`, or -1 for a missing judgement.
    """

    raters: tuple[str, ...]
    units: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One measure of agreement and its 95 % bootstrap range over calls, drawn whole.

    Attributes:
        value: at most 1; None where it is undefined, and `reason` says why.
        low, high: None where the value is, or no draw defines it.
    """

    name: str
    title: str
    value: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """How two raters judged the units that both of them judged."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def units(self) -> int:
        """How many both judged."""
        return self.both + self.differ + self.neither

    @property
    def differ(self) -> int:
        """On how many they differ."""
        return self.first_only + self.second_only

    @property
    def on_findings(self) -> float | None:
        """Positive agreement, 2a / (2a + b + c): of what either found, how much both did.

        Source: D. V. Cicchetti and A. R. Feinstein, "High agreement but low kappa: II", Journal of
        Clinical Epidemiology 43 (1990), 551-558. None where neither found anything.
        """
        return _share(2 * self.both, 2 * self.both + self.differ)

    @property
    def on_absence(self) -> float | None:
        """Negative agreement, 2d / (2d + b + c), of the same source; None where both found all."""
        return _share(2 * self.neither, 2 * self.neither + self.differ)


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """How two raters agree.

    Attributes:
        table: over all rules; by_rule: those that both judged, most differences first.
        coefficients: as of `Agreement`, of these two alone.
    """

    first: str
    second: str
    table: TwoByTwo
    by_rule: tuple[tuple[str, TwoByTwo], ...]
    coefficients: tuple[Coefficient, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How all raters agree with each other.

    Attributes:
        units: judged by anybody; shared: by two raters at least. calls: those they are on.
        coefficients: share of agreement, Cohen's kappa (of two raters only), Fleiss' kappa, AC1
            and alpha.
    """

    raters: tuple[str, ...]
    calls: int
    units: int
    shared: int
    coefficients: tuple[Coefficient, ...]
    pairs: tuple[PairAgreement, ...]


def collect_ratings(
    judgements: Iterable[Judgement], categories: Sequence[str] = CATEGORIES
) -> Ratings:
    """The judgements as a table; of several by one rater on one unit the last counts.

    Raises:
        ValueError: a category is not one of `categories`, or there are fewer than two of them.
    """
    if len(categories) < 2:
        raise ValueError(f"{len(categories)} categories; agreement needs two or more")
    codes = {name: code for code, name in enumerate(categories)}
    held: dict[tuple[str, str], dict[str, int]] = {}
    for each in judgements:
        if each.category not in codes:
            raise ValueError(f"{each.category!r}: expected one of {', '.join(categories)}")
        held.setdefault((each.call_id, each.rule), {})[each.rater] = codes[each.category]
    raters = tuple(sorted({rater for row in held.values() for rater in row}))
    units = tuple(sorted(held))
    table = [[held[unit].get(rater, _MISSING) for rater in raters] for unit in units]
    shaped = np.array(table, np.int64).reshape(len(units), len(raters))
    return Ratings(raters, units, tuple(categories), shaped)


def measure_agreement(ratings: Ratings) -> Agreement:
    """How the raters agree, all together and two by two."""
    judged = (ratings.codes != _MISSING).sum(axis=1)
    return Agreement(
        raters=ratings.raters,
        calls=len({call for call, _ in ratings.units}),
        units=int((judged >= 1).sum()),
        shared=int((judged >= 2).sum()),
        coefficients=measure_coefficients(ratings),
        pairs=tuple(_measure_pair(ratings, *pair) for pair in combinations(ratings.raters, 2)),
    )


def measure_coefficients(ratings: Ratings) -> tuple[Coefficient, ...]:
    """The coefficients for all raters of the table; Cohen's kappa where there are just two."""
    sums = _unit_sums(ratings.codes, len(ratings.categories))
    measures: list[tuple[str, str, Callable[[Array], Array]]] = [
        ("agreement", "share of agreement", share_of_agreement),
        ("fleiss-kappa", "Fleiss' kappa", fleiss_kappa),
        ("ac1", "Gwet's AC1", gwet_ac1),
        ("alpha", "Krippendorff's alpha", krippendorff_alpha),
    ]
    found = [_coefficient(ratings, sums, *measure) for measure in measures]
    if len(ratings.raters) == 2:
        tables = cross_tables(ratings.codes, len(ratings.categories))
        cohen = _coefficient(ratings, tables, "cohen-kappa", "Cohen's kappa", cohen_kappa)
        found.insert(1, cohen)
    return tuple(found)


def cross_tables(codes: Codes, categories: int) -> Array:
    """Per unit the table of two raters' categories, of shape (units, categories, categories).

    All zero where either judgement is missing.
    """
    one_hot = _one_hot(codes, categories)
    tables: Array = one_hot[:, 0, :, None] * one_hot[:, 1, None, :]
    return tables


def cohen_kappa(tables: Array) -> Array:
    """Cohen's kappa, (po - pe) / (1 - pe), of tables in the last two axes; NaN where pe is 1.

    po is the share on the diagonal, pe the sum over categories of the product of both raters'
    shares. Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and
    Psychological Measurement 20 (1960), 37-46.
    """
    total = tables.sum(axis=(-2, -1))
    agreed = divide(np.trace(tables, axis1=-2, axis2=-1), total)
    chance = divide((tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1), total**2)
    return _beyond_chance(agreed, chance)


def share_of_agreement(sums: Array) -> Array:
    """The mean over units of the share of pairs of raters that agree; NaN for none shared."""
    return divide(sums[..., 0], sums[..., 1])


def fleiss_kappa(sums: Array) -> Array:
    """Fleiss' kappa, (pa - pe) / (1 - pe) with pe the sum of squared shares; NaN where pe is 1.

    The share of a category is the mean over units of the share of raters who chose it; with as
    many raters for every unit that is the original of J. L. Fleiss, "Measuring nominal scale
    agreement among many raters", Psychological Bulletin 76 (1971), 378-382. Missing judgements
    are treated as by K. L. Gwet, Handbook of Inter-Rater Reliability (4th ed., 2014), chapter 2.
    """
    shares = _category_shares(sums)
    return _beyond_chance(share_of_agreement(sums), (shares**2).sum(axis=-1))


def gwet_ac1(sums: Array) -> Array:
    """Gwet's AC1, (pa - pe) / (1 - pe) with pe = sum of p(1 - p) / (categories - 1).

    It is 1 where all judgements are alike. Source: K. L. Gwet, "Computing inter-rater reliability
    and its variance in the presence of high agreement", British Journal of Mathematical and
    Statistical Psychology 61 (2008), 29-48.
    """
    shares = _category_shares(sums)
    chance = (shares * (1 - shares)).sum(axis=-1) / (shares.shape[-1] - 1)
    return _beyond_chance(share_of_agreement(sums), chance)


def krippendorff_alpha(sums: Array) -> Array:
    """Krippendorff's alpha for nominal data, 1 - (n - 1) * Do / De; NaN where De is 0.

    Over units judged at least twice: n judgements; Do adds up, per unit of m judgements, ordered
    pairs that differ by m - 1; De are the ordered pairs of all n that differ. Source: K.
    Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section on nominal data.
    """
    categories = (sums.shape[-1] - 4) // 2
    values = sums[..., 4 + categories :]
    number = values.sum(axis=-1)
    expected = number**2 - (values**2).sum(axis=-1)
    return 1 - divide((number - 1) * sums[..., 3], expected)


def _unit_sums(codes: Codes, categories: int) -> Array:
    """What each unit adds to the sums that the coefficients need, of shape (units, 4 + 2q).

    Columns: share of agreeing pairs; whether judged twice or more; whether judged at all;
    disagreement of alpha; then for each of q categories the share of the unit's raters who chose
    it; then the number of them where judged twice or more.
    """
    chosen = _one_hot(codes, categories).sum(axis=1)
    judged = chosen.sum(axis=1)
    pairable = (judged >= 2).astype(float)
    pairs = judged * (judged - 1)
    agreeing = (chosen * (chosen - 1)).sum(axis=1)
    apart = judged**2 - (chosen**2).sum(axis=1)
    columns = (
        agreeing / np.maximum(pairs, 1),
        pairable,
        (judged >= 1).astype(float),
        apart / np.maximum(judged - 1, 1),
    )
    shares = chosen / np.maximum(judged, 1)[:, None]
    return np.column_stack([*columns, shares, chosen * pairable[:, None]])


def _one_hot(codes: Codes, categories: int) -> Array:
    """Of shape (units, raters, categories); all zero where a judgement is missing."""
    one_hot: Array = (codes[..., None] == np.arange(categories)).astype(float)
    return one_hot


def _category_shares(sums: Array) -> Array:
    categories = (sums.shape[-1] - 4) // 2
    return divide(sums[..., 4 : 4 + categories], sums[..., 2, None])


def _beyond_chance(agreed: Array, chance: Array) -> Array:
    return divide(agreed - chance, 1 - chance)


def _coefficient(
    ratings: Ratings,
    by_unit: Array,
    name: str,
    title: str,
    statistic: Callable[[Array], Array],
) -> Coefficient:
    by_call = _sum_by_call(ratings.units, by_unit)
    value = float(statistic(by_call.sum(axis=0)))
    if isnan(value):
        return Coefficient(name, title, None, None, None, _why_undefined(ratings))
    low, high = (float(end) for end in bootstrap_interval(by_call, statistic))
    ends = (None if isnan(low) else low, None if isnan(high) else high)
    return Coefficient(name, title, value, *ends)


def _sum_by_call(units: Sequence[tuple[str, str]], by_unit: Array) -> Array:
    calls = {call: place for place, call in enumerate(dict.fromkeys(call for call, _ in units))}
    summed = np.zeros((len(calls), *by_unit.shape[1:]))
    np.add.at(summed, [calls[call] for call, _ in units], by_unit)
    return summed


def _why_undefined(ratings: Ratings) -> str:
    if not ((ratings.codes != _MISSING).sum(axis=1) >= 2).any():
        return "nothing was judged by two raters"
    return "all judgements are alike, so agreement beyond chance is undefined"


def _measure_pair(ratings: Ratings, first: str, second: str) -> PairAgreement:
    chosen = [ratings.raters.index(first), ratings.raters.index(second)]
    both = (ratings.codes[:, chosen] != _MISSING).all(axis=1)
    units = tuple(unit for unit, kept in zip(ratings.units, both, strict=True) if kept)
    pair = Ratings((first, second), units, ratings.categories, ratings.codes[both][:, chosen])
    by_rule = count_by_rule(pair)
    ordered = sorted(by_rule.items(), key=lambda item: (-item[1].differ, item[0]))
    return PairAgreement(
        first, second, _count(pair.codes), tuple(ordered), measure_coefficients(pair)
    )


def count_by_rule(pair: Ratings) -> Mapping[str, TwoByTwo]:
    """The two-by-two table of two raters for every rule."""
    rules = np.array([rule for _, rule in pair.units], dtype=object)
    return {rule: _count(pair.codes[rules == rule]) for rule in dict.fromkeys(rules)}


def _count(codes: Codes) -> TwoByTwo:
    """The table of the first category (a finding) against all others."""
    found = codes == 0
    first, second = found[:, 0], found[:, 1]
    counts = (first & second, first & ~second, ~first & second, ~first & ~second)
    return TwoByTwo(*(int(each.sum()) for each in counts))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
