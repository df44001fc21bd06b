"""How sure a finding is: its signs, the curve, the file, and what is too weak to report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.calibration import (
    OUTCOME_SIGNS,
    SIGNS,
    Calibration,
    Curve,
    OutcomeCurves,
    load_calibration,
    read_call_signs,
    read_signs,
    request_signs,
    save_calibration,
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


def signs_of(found: Finding, acts: Sequence[Act], ended: Episode) -> dict[str, float]:
    return read_signs(found, read_call_signs(acts, ended))


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
    signs = signs_of(finding(one, other), [*requests, one, other], episode(requests[0]))
    assert tuple(signs) == SIGNS
    assert signs["strongest"] == pytest.approx(odds(0.9))
    assert signs["second"] == pytest.approx(odds(0.6))
    assert signs["evidence"] == pytest.approx(2 / 3)
    assert signs["request"] == pytest.approx(odds(0.8))
    assert signs["confirmed"] == pytest.approx(odds(0))


def test_one_piece_of_evidence_has_no_second_and_none_has_the_findings_own_strength() -> None:
    one = act("refuse", 3, 0.9)
    assert signs_of(finding(one), [one], episode())["second"] == pytest.approx(odds(0))
    offer = act("offer:pause", 3, 0.8)
    signs = signs_of(finding(offer, strength=0.6), [offer], episode())
    assert signs["strongest"] == pytest.approx(odds(0.8))
    missing = signs_of(finding(strength=0.7), [one], episode())
    assert missing["strongest"] == pytest.approx(odds(0.7))


def test_signs_of_settling_count_from_the_request_on_only() -> None:
    request = act("request-cancel", 4)
    acts = [act("confirm", 2, 0.9), request, act("confirm", 6, 0.3), act("goodwill", 1, 0.9)]
    signs = signs_of(finding(), acts, episode(request))
    assert signs["confirmed"] == pytest.approx(odds(0.3))
    assert signs["goodwill"] == pytest.approx(odds(0))
    at_once = signs_of(finding(), [request, act("confirm", 4, 0.9)], episode(request))
    assert at_once["confirmed"] == pytest.approx(odds(0.9))
    nobody_asked = signs_of(finding(), [act("confirm", 0, 0.9)], episode())
    assert nobody_asked["confirmed"] == pytest.approx(odds(0.9))


def test_acts_that_are_not_meant_are_no_signs() -> None:
    acts = [act("request-cancel", 1, 0.9, ActStatus.NEGATED), act("hang-up", 2, 0.9)]
    signs = signs_of(finding(), acts, episode())
    assert signs["request"] == pytest.approx(odds(0))
    assert "hang-up" not in signs


def test_an_answer_is_looked_for_where_the_least_answered_concern_could_have_had_one() -> None:
    voiced = act("raise-concern:price", 1)
    well = Concern(voiced, "price", plain=False, chances=(2, 4))
    badly = Concern(voiced, "price", plain=False, chances=(6,))
    answered = Concern(voiced, "price", plain=False, answered_in=8)
    acts = [act("acknowledge", 2, 0.4), act("acknowledge", 4, 0.2), act("acknowledge", 6, 0.1)]
    silent = Concern(voiced, "price", plain=False, chances=(4, 5))
    never = Concern(voiced, "price", plain=False)
    unsettled = Concern(voiced, "price", plain=False, chances=(8,), settled=False)
    for concerns, chance in [
        ([well], 0.4),
        ([well, badly, answered], 0.1),
        ([answered], 0.0),
        ([well, silent], 0.2),
        ([well, never], 0.0),
        ([well, unsettled], 0.4),
        ([replace(well, chances=(3,))], 0.0),
    ]:
        signs = signs_of(finding(), acts, episode(concerns=concerns))
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
    (result,) = weigh_results([flagged(acts[0], strength=0.4)], acts, episode(), None, {"own": 0.5})
    assert result.reason == "signs in turn 107 are too weak: strength 0.40, 0.50 needed"


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
    lines = (tmp_path / "one.json").read_text(encoding="utf-8").split("\n")
    assert lines[:4] == ["{", ' "rules": {', '  "a": {', '   "intercept": -2.0,']
    assert lines[-2:] == ["}", ""]
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


def ends(outcome: Outcome, sign: str) -> Calibration:
    """Says that a call ends with `outcome` where `sign` is there, and with any other where not."""
    nothing = dict.fromkeys(OUTCOME_SIGNS, 0.0)
    curves = {each: Curve(0.0, nothing) for each in Outcome}
    curves[outcome] = Curve(0.0, nothing | {sign: 2.0})
    return Calibration({}, OutcomeCurves(curves))


def test_chances_of_outcomes_sum_to_one_and_follow_their_signs() -> None:
    curves = ends(Outcome.RETAINED, "accept").outcomes
    assert curves is not None
    signs = dict.fromkeys(OUTCOME_SIGNS, 0.0)
    even = curves.chances(signs)
    assert even == pytest.approx(dict.fromkeys(Outcome, 1 / 6))
    told = curves.chances(signs | {"accept": 1.0})
    assert told[Outcome.RETAINED] == pytest.approx(exp(2) / (exp(2) + 5))
    assert sum(told.values()) == pytest.approx(1)
    assert curves.chances(signs | {"accept": 1e6})[Outcome.RETAINED] == 1


def test_request_signs_tell_a_second_request_from_one() -> None:
    signs = request_signs([act("request-cancel", 1, 0.9), act("request-cancel", 2, 0.6)])
    assert signs["request-cancel"] > signs["second request"] > signs["confirm"]
    assert signs["confirm"] == signs["offer"]
    assert signs["requests"] == log(2.5)
    assert request_signs([act("request-cancel", 1)])["second request"] == signs["confirm"]


def test_outcome_curves_are_saved_and_read_too(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(ends(Outcome.CANCELLED, "confirm"), path)
    assert load_calibration(path) == ends(Outcome.CANCELLED, "confirm")


def test_outcome_curves_with_one_outcome_left_out_are_no_calibration(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    save_calibration(ends(Outcome.CANCELLED, "confirm"), path)
    record = json.loads(path.read_text())
    del record["outcomes"]["retained"]
    path.write_text(json.dumps(record))
    with pytest.raises(ConfigurationError, match="not a calibration"):
        load_calibration(path)
