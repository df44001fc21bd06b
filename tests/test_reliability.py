"""Strengths against the share that is right: bins, scores, and the diagram."""

from __future__ import annotations

import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.labelled_calls import LabelledCall
from transcript_audit.model import (
    CallAudit,
    Episode,
    Family,
    Finding,
    Outcome,
    RoleSource,
    RuleResult,
    RuleStatus,
    Severity,
    SkippedCall,
    Transcript,
)
from transcript_audit.reliability import collect_forecasts, measure_reliability

ROOT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"
draw = runpy.run_path(str(ROOT / "benchmarks" / "reliability.py"))["draw"]


def labelled(*rules: str) -> LabelledCall:
    transcript = Transcript("c1", "calls.jsonl", ())
    return LabelledCall("c1", "", "", transcript, Outcome.CANCELLED, dict.fromkeys(rules, (0,)), {})


def audited(strengths: dict[str, float | None]) -> CallAudit:
    """An audit with a finding of this strength a rule; None: the rule cannot tell."""
    results = []
    for rule, strength in strengths.items():
        found = strength is not None
        finding = Finding(rule, Family.CONDUCT, Severity.MINOR, "so", strength or 0.0, ())
        status = RuleStatus.FLAGGED if found else RuleStatus.CANNOT_TELL
        results.append(RuleResult(rule, Family.CONDUCT, status, "", finding if found else None))
    episode = Episode(Outcome.CANCELLED, (), None, 0)
    transcript = Transcript("c1", "calls.jsonl", ())
    return CallAudit(transcript, RoleSource.STATED, (), (), episode, tuple(results))


def test_forecasts_are_of_findings_raised_by_the_rules_asked_for() -> None:
    pairs = [
        (labelled("a", "c"), audited({"a": 0.8, "b": 0.7, "c": None, "other": 0.9})),
        (labelled("a"), SkippedCall("c2", "calls.jsonl", "empty")),
    ]
    assert collect_forecasts(pairs, {"a", "b", "c"}) == [(0.8, True), (0.7, False)]


def test_bins_hold_their_lower_edge_and_the_last_one_both() -> None:
    strengths = [0.0, 0.599, 0.6, 0.699, 0.7, 1.0]
    bins = measure_reliability([(strength, True) for strength in strengths]).bins
    assert [(each.low, each.high, each.findings) for each in bins] == [
        (0.0, 0.1, 1),
        (0.5, 0.6, 1),
        (0.6, 0.7, 2),
        (0.7, 0.8, 1),
        (0.9, 1.0, 1),
    ]


def test_scores_are_those_worked_out_by_hand() -> None:
    forecasts = [(0.8, True), (0.8, True), (0.8, True), (0.8, False), (0.25, False)]
    reliability = measure_reliability(forecasts)
    assert (reliability.findings, reliability.right) == (5, 3)
    # (3 * 0.2² + 0.8² + 0.25²) / 5, and (4 * |0.75 - 0.8| + 1 * |0 - 0.25|) / 5
    assert reliability.brier_score == pytest.approx(0.1645)
    assert reliability.calibration_error == pytest.approx(0.09)
    low, high = reliability.bins
    assert (low.share_right, low.mean_strength) == (0.0, 0.25)
    assert (high.right, high.share_right) == (3, 0.75)
    # the Wilson range of 3 of 4
    assert (high.share_low, high.share_high) == (
        pytest.approx(0.3006, abs=1e-4),
        pytest.approx(0.9544, abs=1e-4),
    )


def test_without_findings_the_scores_are_undefined() -> None:
    nothing = measure_reliability([])
    assert (nothing.brier_score, nothing.calibration_error, nothing.bins) == (None, None, ())


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_every_finding_is_in_one_bin_and_the_scores_stay_in_bounds(
    forecasts: list[tuple[float, bool]],
) -> None:
    reliability = measure_reliability(forecasts)
    assert sum(each.findings for each in reliability.bins) == len(forecasts)
    assert sum(each.right for each in reliability.bins) == reliability.right
    for score in (reliability.brier_score, reliability.calibration_error):
        assert score is not None
        assert 0 <= score <= 1
    for each in reliability.bins:
        assert each.share_low <= each.share_right <= each.share_high
        assert each.low <= each.mean_strength + 1e-9
        assert each.mean_strength <= each.high + 1e-9


def test_the_diagram_is_an_svg_with_a_point_and_a_range_a_bin() -> None:
    reliability = measure_reliability([(0.8, True), (0.8, False), (0.3, False)])
    drawing = ET.fromstring(draw(reliability, 0.6))  # noqa: S314 - it is our own
    assert drawing.tag == f"{SVG}svg"
    points = [each for each in drawing.iter(f"{SVG}circle") if each.get("class") == "point"]
    ranges = [each for each in drawing.iter(f"{SVG}line") if each.get("class") == "range"]
    assert len(points) == len(ranges) == 2
    (even,) = [each for each in drawing.iter(f"{SVG}line") if each.get("class") == "even"]
    corners = [float(even.get(name, "nan")) for name in ("x1", "y1", "x2", "y2")]
    left, bottom, right, top = corners
    first, second = points
    assert float(first.get("cx", "")) == pytest.approx(left + 0.3 * (right - left), abs=0.1)
    assert float(first.get("cy", "")) == pytest.approx(bottom)
    assert float(second.get("cy", "")) == pytest.approx((top + bottom) / 2, abs=0.1)
    words = " ".join(each.text or "" for each in drawing.iter(f"{SVG}text"))
    assert "3 findings, Brier score 0.257" in words
    assert "raised from 0.6" in words


def test_the_diagram_of_no_findings_says_so_and_has_no_point() -> None:
    drawing = ET.fromstring(draw(measure_reliability([]), 0.5))  # noqa: S314
    assert list(drawing.iter(f"{SVG}circle")) == []
    assert "no findings" in [each.text for each in drawing.iter(f"{SVG}text")]
