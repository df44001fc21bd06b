"""Agreement between raters: published worked examples, other libraries, and the corners."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from transcript_audit.agreement import (
    FINDING,
    NO_FINDING,
    Agreement,
    Coefficient,
    Judgement,
    Ratings,
    TwoByTwo,
    cohen_kappa,
    collect_ratings,
    cross_tables,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    measure_agreement,
    measure_coefficients,
    share_of_agreement,
)

# K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011): A, two observers and binary
# data; B, two observers and nominal data; C, four observers with judgements missing (".").
KRIPPENDORFF_A = ("0100000010", "1110010000")
KRIPPENDORFF_B = ("aabbdcccedda", "babbbccceddd")
KRIPPENDORFF_C = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

# J. L. Fleiss, Psychological Bulletin 76 (1971), 378-382, table 1: 30 patients by 5 diagnoses, how
# many of 6 psychiatrists chose each.
FLEISS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 "
    "10050 11040 03300 10050 02031 00501 30012 51000 02040 10203 "
    "00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)


def table_of(rows: Sequence[str], missing: str = ".") -> Ratings:
    """Ratings of one unit a call, a string a rater."""
    categories = sorted({letter for row in rows for letter in row} - {missing})
    return collect_ratings(
        (
            Judgement(f"rater {rater}", f"call {unit:03}", "rule", letter)
            for rater, row in enumerate(rows)
            for unit, letter in enumerate(row)
            if letter != missing
        ),
        categories,
    )


def table_of_counts(cells: dict[tuple[str, str], int]) -> Ratings:
    """Ratings of two raters from how often each pair of categories came up."""
    pairs = [pair for pair, count in cells.items() for _ in range(count)]
    first, second = ("".join(pair[place] for pair in pairs) for place in (0, 1))
    return table_of([first, second])


def fleiss_table() -> Ratings:
    rows = [
        "".join(str(category) * int(count) for category, count in enumerate(counts))
        for counts in FLEISS.split()
    ]
    return table_of(["".join(row[rater] for row in rows) for rater in range(6)])


def values(ratings: Ratings) -> dict[str, float | None]:
    return {each.name: each.value for each in measure_coefficients(ratings)}


def named(found: Sequence[Coefficient], name: str) -> Coefficient:
    return next(each for each in found if each.name == name)


@pytest.mark.parametrize(
    ("rows", "alpha"),
    [(KRIPPENDORFF_A, 0.095), (KRIPPENDORFF_B, 0.692), (KRIPPENDORFF_C, 0.743)],
)
def test_alpha_has_the_values_of_krippendorffs_paper(rows: Sequence[str], alpha: float) -> None:
    assert values(table_of(rows))["alpha"] == pytest.approx(alpha, abs=5e-4)


def test_fleiss_kappa_has_the_value_of_fleiss_paper() -> None:
    ratings = fleiss_table()
    assert ratings.codes.shape == (30, 6)
    found = values(ratings)
    assert found["fleiss-kappa"] == pytest.approx(0.430, abs=5e-4)
    assert found["agreement"] == pytest.approx(0.5556, abs=5e-4)
    assert "cohen-kappa" not in found


def test_cohens_kappa_has_the_value_of_cohens_paper() -> None:
    # J. Cohen, Educational and Psychological Measurement 20 (1960), 37-46, table 1 as frequencies
    # of 200.
    rows = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
    cells = {("abc"[i], "abc"[j]): n for i, row in enumerate(rows) for j, n in enumerate(row)}
    assert values(table_of_counts(cells))["cohen-kappa"] == pytest.approx(0.492, abs=5e-4)


def test_ac1_stays_high_where_kappa_misleads_as_in_gwets_example() -> None:
    # K. L. Gwet, "Kappa statistic is not satisfactory for assessing the extent of agreement between
    # raters" (2002), table 2: 125 cases, 118 of them positive for both.
    found = values(table_of_counts({("+", "+"): 118, ("+", "-"): 5, ("-", "+"): 2}))
    assert found["agreement"] == pytest.approx(0.944)
    assert found["cohen-kappa"] == pytest.approx(-0.0234, abs=5e-5)
    assert found["ac1"] == pytest.approx(0.9408, abs=5e-5)


def test_all_coefficients_have_gwets_values_on_data_with_gaps() -> None:
    # K. L. Gwet, Handbook of Inter-Rater Reliability (4th ed., 2014), on Krippendorff's data C.
    found = values(table_of(KRIPPENDORFF_C))
    assert found["agreement"] == pytest.approx(0.81818, abs=5e-6)
    assert found["ac1"] == pytest.approx(0.77544, abs=5e-6)
    assert found["fleiss-kappa"] == pytest.approx(0.76117, abs=5e-6)
    assert found["alpha"] == pytest.approx(0.74342, abs=5e-6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2))
def test_cohens_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    first, second = zip(*pairs, strict=True)
    assume(len(set(first + second)) > 1)
    expected = float(cohen_kappa_score(first, second))
    assert values(table_of(["".join(first), "".join(second)]))["cohen-kappa"] == pytest.approx(
        expected
    )


def test_fleiss_kappa_is_that_of_statsmodels() -> None:
    inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")
    counts = np.array([[int(digit) for digit in row] for row in FLEISS.split()])
    assert values(fleiss_table())["fleiss-kappa"] == pytest.approx(inter_rater.fleiss_kappa(counts))


@settings(deadline=None)
@given(
    st.lists(st.tuples(*[st.sampled_from("ab.")] * 3), min_size=3).filter(
        lambda rows: any(len(set(row) - {"."}) == 2 for row in rows)
    )
)
def test_alpha_is_that_of_nltk(rows: list[tuple[str, str, str]]) -> None:
    agreement = pytest.importorskip("nltk.metrics.agreement")
    pairable = [row for row in rows if sum(letter != "." for letter in row) >= 2]
    data = [
        (f"r{rater}", f"u{unit}", letter)
        for unit, row in enumerate(pairable)
        for rater, letter in enumerate(row)
        if letter != "."
    ]
    columns = ["".join(row[rater] for row in rows) for rater in range(3)]
    assert values(table_of(columns))["alpha"] == pytest.approx(
        agreement.AnnotationTask(data).alpha()
    )


def findings(*rows: str) -> Ratings:
    """Ratings of "x" (a finding) and "o" (none); ten rules a call."""
    return collect_ratings(
        Judgement(rater, f"call {place // 10}", f"rule {place % 10}", category)
        for rater, row in zip("ABC", rows, strict=False)
        for place, letter in enumerate(row)
        if (category := {"x": FINDING, "o": NO_FINDING}.get(letter))
    )


def test_where_all_is_alike_ac1_is_1_and_kappa_and_alpha_are_undefined_with_a_reason() -> None:
    found = measure_coefficients(findings("oooo", "oooo"))
    assert [named(found, name).value for name in ("agreement", "ac1")] == [1, 1]
    assert (named(found, "ac1").low, named(found, "ac1").high) == (1, 1)
    for name in ("cohen-kappa", "fleiss-kappa", "alpha"):
        assert named(found, name).value is None
        assert named(found, name).low is None
        assert named(found, name).high is None
        assert named(found, name).reason == (
            "all judgements are alike, so agreement beyond chance is undefined"
        )


def test_where_nothing_is_shared_nothing_is_defined() -> None:
    for ratings in (findings(), findings("xoxo"), findings("xo..", "..xo")):
        found = measure_agreement(ratings)
        assert found.shared == 0
        for each in found.coefficients:
            assert (each.value, each.low, each.high) == (None, None, None)
            assert each.reason == "nothing was judged by two raters"
        titles = ["share of agreement", "Fleiss' kappa", "Gwet's AC1", "Krippendorff's alpha"]
        told = [each.title for each in found.coefficients if each.name != "cohen-kappa"]
        assert told == titles
        assert all(pair.table.units == 0 for pair in found.pairs)


def test_raters_who_always_differ_are_below_chance() -> None:
    found = values(findings("xoxo", "oxox"))
    assert found["agreement"] == 0
    assert found["cohen-kappa"] == pytest.approx(-1)
    assert found["alpha"] is not None
    assert found["alpha"] < 0


def test_what_one_left_open_does_not_count_for_the_pair() -> None:
    found = measure_agreement(findings("xxo.o", "xo.oo"))
    (pair,) = found.pairs
    assert pair.table == TwoByTwo(both=1, first_only=1, second_only=0, neither=1)
    assert (found.units, found.shared, found.calls) == (5, 3, 1)
    assert (found.raters, pair.first, pair.second) == (("A", "B"), "A", "B")
    assert found.coefficients == measure_coefficients(findings("xxo.o", "xo.oo"))
    assert [(each.name, each.title) for each in found.coefficients] == [
        ("agreement", "share of agreement"),
        ("cohen-kappa", "Cohen's kappa"),
        ("fleiss-kappa", "Fleiss' kappa"),
        ("ac1", "Gwet's AC1"),
        ("alpha", "Krippendorff's alpha"),
    ]


def test_pairs_tell_who_differs_from_whom_on_which_rule() -> None:
    found = measure_agreement(findings("xoooo" * 4, "xxooo" * 4, "xoooo" * 4))
    by_names = {(pair.first, pair.second): pair for pair in found.pairs}
    assert set(by_names) == {("A", "B"), ("A", "C"), ("B", "C")}
    assert by_names["A", "C"].table.differ == 0
    rule, table = by_names["A", "B"].by_rule[0]
    assert rule == "rule 1"
    assert table == TwoByTwo(0, 0, 2, 0)
    assert [table.differ for _, table in by_names["A", "B"].by_rule] == [2, 2] + [0] * 8


def test_a_pair_is_counted_both_ways_and_measured_without_the_others() -> None:
    first, second = findings("xxxooo.", "xooxxoo"), findings("xxxooox", "xooxxoo", "ooooooo")
    (pair,) = measure_agreement(first).pairs
    assert pair.table == TwoByTwo(both=1, first_only=2, second_only=2, neither=1)
    assert pair.coefficients == measure_coefficients(findings("xxxooo", "xooxxo"))
    of_three = measure_agreement(second).pairs[0]
    assert of_three.coefficients == measure_coefficients(findings("xxxooox", "xooxxoo"))
    assert {type(rule) for rule, _ in pair.by_rule} == {str}


def test_agreement_on_findings_is_told_apart_from_that_on_their_absence() -> None:
    table = TwoByTwo(both=1, first_only=1, second_only=1, neither=97)
    assert table.on_findings == pytest.approx(0.5)
    assert table.on_absence == pytest.approx(194 / 196)
    assert TwoByTwo(0, 0, 0, 5).on_findings is None
    assert TwoByTwo(5, 0, 0, 0).on_absence is None


def test_ranges_draw_whole_calls() -> None:
    # 20 judgements agree in one call and 20 differ in another: two calls' worth of knowledge.
    apart = collect_ratings(
        Judgement(rater, call, f"rule {rule}", FINDING if call == "a" or rater == "A" else other)
        for call, other in (("a", FINDING), ("b", NO_FINDING))
        for rule in range(20)
        for rater in "AB"
    )
    share = named(measure_coefficients(apart), "agreement")
    assert (share.value, share.low, share.high) == (0.5, 0, 1)


def test_the_last_judgement_of_a_rater_counts_and_order_changes_nothing() -> None:
    first = Judgement("A", "c", "r", FINDING)
    ratings = collect_ratings([first, Judgement("A", "c", "r", NO_FINDING)])
    assert ratings.codes.tolist() == [[1]]
    rows = [Judgement(rater, call, "r", FINDING) for rater in "AB" for call in "cd"]
    there, back = collect_ratings(rows), collect_ratings(reversed(rows))
    assert (there.raters, there.units) == (back.raters, back.units)
    assert (there.codes == back.codes).all()


@given(st.integers(0, 2**32 - 1))
def test_many_sums_at_once_are_measured_one_by_one(seed: int) -> None:
    draw = np.random.default_rng(seed)
    sums, tables = draw.integers(1, 9, (3, 10)) / 4, draw.integers(1, 9, (3, 3, 3)).astype(float)
    for measure in (share_of_agreement, fleiss_kappa, gwet_ac1, krippendorff_alpha):
        alone = [float(measure(each)) for each in sums]
        assert measure(sums) == pytest.approx(alone, nan_ok=True)
    assert cohen_kappa(tables) == pytest.approx([float(cohen_kappa(each)) for each in tables])


def test_a_unit_that_one_left_open_is_in_no_table_of_two() -> None:
    ratings = findings("xxo.o.", "xo.oo.")
    assert cross_tables(ratings.codes, 2).sum(axis=0).tolist() == [[1, 1], [0, 1]]
    both = named(measure_coefficients(findings("xxo", "xoo")), "cohen-kappa").value
    assert named(measure_coefficients(ratings), "cohen-kappa").value == both


def test_same_judgements_give_the_same_ranges() -> None:
    found: list[Agreement] = [measure_agreement(findings("xoxoxo" * 9, "xoooxx" * 9)) for _ in "12"]
    assert found[0] == found[1]


def test_unknown_categories_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one of finding, no finding"):
        collect_ratings([Judgement("A", "c", "r", "maybe")])
    with pytest.raises(ValueError, match="two or more"):
        collect_ratings([], ["one"])
