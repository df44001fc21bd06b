"""How sure a finding is: its signs, the curve, the file, and what is too weak to report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import exp, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.calibration import (
    REQUEST_SIGNS,
    SIGNS,
    Calibration,
    Curve,
    load_calibration,
    read_request_signs,
    read_signs,
    save_calibration,
    settle_request,
    weigh_results,
)
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import (
    Act,
    ActLabel,
    ActStatus,
    Concern,
    Episode,
    Evidence,
    Family,
    Finding,
    Outcome,
    RuleResult,
    RuleStatus,
    Severity,
)

NOTHING = dict.fromkeys(SIGNS, 0.0)


def act(name: str, turn: int, strength: float = 0.9, status: ActStatus | None = None) -> Act:
    label, _, qualifier = name.partition(":")
    meant = status or ActStatus.ASSERTED
    return Act(ActLabel(label), turn, (0, 1), qualifier, "own", strength, meant)


def episode(request: Act | None = None, concerns: Sequence[Concern] = ()) -> Episode:
    return Episode(Outcome.NOT_CANCELLED, (), request, 9, concerns=tuple(concerns))


def finding(*acts: Act, strength: float = 0.8) -> Finding:
    evidence = tuple(Evidence(a.turn, 100 + a.turn, a.span, "x", a.name) for a in acts)
    return Finding("own", Family.CONDUCT, Severity.MAJOR, "It happened.", strength, evidence)


def flagged(*acts: Act, strength: float = 0.8) -> RuleResult:
    return RuleResult(
        "own", Family.CONDUCT, RuleStatus.FLAGGED, "found", finding(*acts, strength=strength)
    )


def odds(chance: float) -> float:
    return log((chance + 0.01) / (1 - chance + 0.01))


def test_a_curve_is_a_logistic_regression_over_its_signs() -> None:
    curve = Curve(-1.0, {"strongest": 2.0, "evidence": 0.5})
    signs = NOTHING | {"strongest": 1.5, "evidence": 1.0, "second": 99.0}
    assert curve.strength(signs) == pytest.approx(1 / (1 + exp(-2.5)))


@given(st.floats(-1e6, 1e6))
def test_a_strength_is_always_between_0_and_1(sign: float) -> None:
    assert 0 <= Curve(0.0, {"strongest": 5.0}).strength(NOTHING | {"strongest": sign}) <= 1


def test_signs_tell_of_the_evidence_and_of_how_sure_the_request_is() -> None:
    one, other = act("refuse", 3, 0.9), act("refuse", 5, 0.6)
    requests = [act("request-cancel", 1, 0.8), act("request-cancel", 4, 0.7)]
    signs = read_signs(finding(one, other), [*requests, one, other], episode(requests[0]))
    assert tuple(signs) == SIGNS
    assert signs["strongest"] == pytest.approx(odds(0.9))
    assert signs["second"] == pytest.approx(odds(0.6))
    assert signs["evidence"] == pytest.approx(2 / 3)
    assert signs["request"] == pytest.approx(odds(0.8))
    assert signs["confirmed"] == pytest.approx(odds(0))


def test_one_piece_of_evidence_has_no_second_and_none_has_the_findings_own_strength() -> None:
    one = act("refuse", 3, 0.9)
    assert read_signs(finding(one), [one], episode())["second"] == pytest.approx(odds(0))
    missing = read_signs(finding(strength=0.7), [one], episode())
    assert missing["strongest"] == pytest.approx(odds(0.7))


def test_signs_of_settling_count_from_the_request_on_only() -> None:
    request = act("request-cancel", 4)
    acts = [act("confirm", 2, 0.9), request, act("confirm", 6, 0.3), act("goodwill", 1, 0.9)]
    signs = read_signs(finding(), acts, episode(request))
    assert signs["confirmed"] == pytest.approx(odds(0.3))
    assert signs["goodwill"] == pytest.approx(odds(0))


def test_acts_that_are_not_meant_are_no_signs() -> None:
    acts = [act("request-cancel", 1, 0.9, ActStatus.NEGATED), act("hang-up", 2, 0.9)]
    signs = read_signs(finding(), acts, episode())
    assert signs["request"] == pytest.approx(odds(0))
    assert "hang-up" not in signs


def test_an_answer_is_looked_for_where_the_least_answered_concern_could_have_had_one() -> None:
    voiced = act("raise-concern:price", 1)
    well = Concern(voiced, "price", plain=False, chances=(2, 4))
    badly = Concern(voiced, "price", plain=False, chances=(6,))
    answered = Concern(voiced, "price", plain=False, answered_in=8)
    acts = [act("acknowledge", 2, 0.4), act("acknowledge", 4, 0.2), act("acknowledge", 6, 0.1)]
    for concerns, chance in [([well], 0.4), ([well, badly, answered], 0.1), ([answered], 0.0)]:
        signs = read_signs(finding(), acts, episode(concerns=concerns))
        assert signs["answered"] == pytest.approx(odds(chance))


def test_a_finding_gets_the_strength_of_its_rules_curve() -> None:
    one = act("refuse", 3, 0.9)
    curve = Curve(0.4, dict.fromkeys(SIGNS, 0.0))
    (result,) = weigh_results(
        [flagged(one)], [one], episode(), Calibration({"own": curve}), {"own": 0.5}
    )
    assert result.status is RuleStatus.FLAGGED
    assert result.finding is not None
    assert result.finding.strength == 0.599


@pytest.mark.parametrize(
    "calibration", [None, Calibration({}), Calibration({"other": Curve(9, {})})]
)
def test_without_a_curve_the_strength_of_the_evidence_stays(
    calibration: Calibration | None,
) -> None:
    (result,) = weigh_results([flagged()], [], episode(), calibration, {"own": 0.8})
    assert result == flagged()


def test_a_finding_that_is_too_weak_cannot_tell_and_says_where_it_looked() -> None:
    acts = [act("refuse", 7), act("refuse", 3), act("stall", 7)]
    (result,) = weigh_results([flagged(*acts, strength=0.4)], acts, episode(), None, {"own": 0.5})
    assert (result.status, result.finding) == (RuleStatus.CANNOT_TELL, None)
    assert result.reason == "signs in turns 103, 107 are too weak: strength 0.40, 0.50 needed"


def test_results_without_a_finding_pass_unchanged_and_in_order() -> None:
    clear = RuleResult("clear", Family.CONDUCT, RuleStatus.CLEAR, "nothing")
    results = [clear, flagged(strength=0.1), clear]
    weighed = weigh_results(results, [], episode(), None, {"own": 0.5, "clear": 1.0})
    assert [result.status for result in weighed] == [
        RuleStatus.CLEAR,
        RuleStatus.CANNOT_TELL,
        RuleStatus.CLEAR,
    ]
    assert weighed[0] == clear


def test_a_saved_calibration_loads_as_it_was_to_four_places(tmp_path: Path) -> None:
    weights = {sign: 0.12345678 * (n - 5) for n, sign in enumerate(SIGNS)}
    calibration = Calibration({"b": Curve(1.23456, weights), "a": Curve(-2.0, NOTHING)})
    save_calibration(calibration, tmp_path / "one.json")
    loaded = load_calibration(tmp_path / "one.json")
    assert set(loaded.curves) == {"a", "b"}
    assert loaded.curves["b"].intercept == 1.2346
    assert loaded.curves["b"].weights == {s: round(w, 4) for s, w in weights.items()}
    save_calibration(loaded, tmp_path / "other.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "other.json").read_bytes()
    assert list(json.loads((tmp_path / "one.json").read_text())["rules"]) == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "null",
        '"text"',
        "{}",
        '{"rules": []}',
        '{"rules": {"a": []}}',
        '{"rules": {"a": {"intercept": 1}}}',
        '{"rules": {"a": {"intercept": 1, "weights": {}}}}',
        '{"rules": {"a": {"intercept": null, "weights": {}}}}',
    ],
)
def test_anything_else_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="model train") as caught:
        load_calibration(path)
    assert str(caught.value).startswith(f"{path}: not a calibration")
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    for name in ("none.json", "binary.json"):
        with pytest.raises(ConfigurationError, match=name):
            load_calibration(tmp_path / name)


def asks_when(sign: str) -> Calibration:
    """Says that a call holds a request where the act `sign` was found in it."""
    weights = dict.fromkeys(REQUEST_SIGNS, 0.0) | {sign: 2.0}
    return Calibration({}, Curve(0.0, weights))


def test_a_request_that_the_whole_call_does_not_bear_out_is_left_out() -> None:
    found = (act("request-cancel", 1, 0.8), act("verify", 2))
    kept, note = settle_request(found, found, 30, asks_when("confirm"), 0.7)
    assert [a.label for a in kept] == [ActLabel.VERIFY]
    assert "do not bear" in note or "does not bear" in note


def test_a_plain_request_counts_whatever_the_rest_of_the_call_says() -> None:
    found = (act("request-cancel", 1, 0.99), act("verify", 2))
    assert settle_request(found, found, 30, asks_when("confirm"), 0.7) == (found, "")


def test_the_strongest_faint_request_counts_where_the_call_bears_one_out() -> None:
    faint = (act("request-cancel", 1, 0.2), act("request-cancel", 3, 0.3))
    counted = (act("confirm", 5),)
    kept, note = settle_request(counted, (*faint, *counted), 30, asks_when("confirm"), 0.7)
    assert [(a.label, a.turn) for a in kept] == [("request-cancel", 3), ("confirm", 5)]
    assert "faint request" in note


def test_nothing_changes_where_request_and_call_agree_or_nothing_was_learnt() -> None:
    found = (act("request-cancel", 1), act("confirm", 5))
    assert settle_request(found, found, 30, asks_when("confirm"), 0.7) == (found, "")
    assert settle_request(found, found, 30, Calibration({}), 0.7) == (found, "")
    assert settle_request(found, found, 30, None, 0.7) == (found, "")
    quiet = (act("verify", 1),)
    assert settle_request(quiet, quiet, 30, asks_when("confirm"), 0.7) == (quiet, "")


def test_request_signs_see_the_second_request_and_leave_out_what_was_not_meant() -> None:
    meant = [act("request-cancel", 1, 0.9), act("request-cancel", 2, 0.6)]
    negated = act("confirm", 3, 0.9, ActStatus.NEGATED)
    signs = read_request_signs([*meant, negated])
    assert tuple(signs) == REQUEST_SIGNS
    assert signs["request-cancel"] > signs["second request"] > signs["confirm"]
    assert signs["confirm"] == signs["offer"]


def test_the_request_curve_is_saved_and_read_too(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(asks_when("confirm"), path)
    assert load_calibration(path) == asks_when("confirm")


def test_a_short_call_is_taken_at_its_word() -> None:
    found = (act("request-cancel", 1, 0.6), act("verify", 2))
    assert settle_request(found, found, 10, asks_when("confirm"), 0.7) == (found, "")
    assert settle_request(found, found, 11, asks_when("confirm"), 0.7) != (found, "")
