"""Draws how the strengths of findings agree with the share that is right, as docs/reliability.svg.

    python benchmarks/reliability.py [CALLS.jsonl] [--out FILE.svg]

Without CALLS.jsonl, on benchmarks/calls/dev.jsonl. Unlike `evaluate`, which sees only what an audit
reports, this looks at the findings that are too weak to be raised too.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.audit import audit_call
from transcript_audit.labelled_calls import Pair, read_labelled_calls
from transcript_audit.reliability import Bin, Reliability, collect_forecasts, measure_reliability
from transcript_audit.rulebook import RuleBook, load_rulebook

ROOT = Path(__file__).resolve().parent.parent
SIDE, LEFT, TOP = 300, 56, 64
"""Pixels: side of the square from 0 to 1 both ways, and what is kept free beside and above it."""
RIGHT, BOTTOM = 24, 52
STEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
STYLE = (
    "text{font:12px sans-serif;fill:#333}.title{font-weight:bold;font-size:14px}"
    ".small{font-size:10px;fill:#666}.grid{stroke:#e4e4e4}.even{stroke:#888;stroke-dasharray:5 4}"
    ".needed{stroke:#c60}.range{stroke:#069;stroke-width:2}.point{fill:#069}"
)


def audit_all(path: str, book: RuleBook, recogniser: Recogniser) -> Iterator[Pair]:
    """The labelled calls with audits in which no finding is too weak."""
    profile = book.profile.model_copy(update={"finding_strength": 0.0, "rule_strength": {}})
    open_book = replace(book, profile=profile)
    for call in read_labelled_calls(path, [rule.id for rule in book.rules]):
        yield call, audit_call(call.transcript, open_book, recogniser)


def draw(reliability: Reliability, needed: float) -> str:
    """The reliability diagram as a self-contained SVG document.

    Args:
        needed: the least strength with which a finding is raised.
    """
    width, height = LEFT + SIDE + RIGHT, TOP + SIDE + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        "<title>Strength of findings against the share that is right</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        _text(12, 20, "Are strengths chances?", "title"),
        _text(12, 36, _sum_up(reliability), "small"),
        *(part for step in STEPS for part in _grid(step)),
        _line(_x(0), _y(0), _x(1), _y(1), "even"),
        _line(_x(needed), _y(0), _x(needed), _y(1), "needed"),
        _text(_x(needed), TOP - 6, f"raised from {needed:g}", "small", "middle"),
        *(part for each in reliability.bins for part in _mark(each)),
        _text(_x(0.5), height - 12, "strength of a finding (mean of the bin)", "", "middle"),
        f'<text transform="translate(16 {_y(0.5):g}) rotate(-90)" text-anchor="middle">'
        "share that is right, with 95 % Wilson range</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _sum_up(reliability: Reliability) -> str:
    score, error = reliability.brier_score, reliability.calibration_error
    if score is None or error is None:
        return "no findings"
    return (
        f"{reliability.findings} findings, Brier score {score:.3f}, "
        f"expected calibration error {error:.3f}"
    )


def _grid(step: float) -> list[str]:
    return [
        _line(_x(step), _y(0), _x(step), _y(1), "grid"),
        _line(_x(0), _y(step), _x(1), _y(step), "grid"),
        _text(_x(step), _y(0) + 16, f"{step:g}", "small", "middle"),
        _text(_x(0) - 6, _y(step) + 4, f"{step:g}", "small", "end"),
    ]


def _mark(each: Bin) -> list[str]:
    """A bin: its point, the range, and how many findings it holds."""
    x, y = _x(each.mean_strength), _y(each.share_right)
    return [
        _line(x, _y(each.share_low), x, _y(each.share_high), "range"),
        f'<circle class="point" cx="{x:g}" cy="{y:g}" r="4"/>',
        _text(x + 6, y + 12, str(each.findings), "small"),
    ]


def _x(value: float) -> float:
    return round(LEFT + SIDE * value, 1)


def _y(value: float) -> float:
    return round(TOP + SIDE * (1 - value), 1)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{words}</text>'


def main() -> None:
    """Writes the diagram."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("calls", nargs="?", default=str(ROOT / "benchmarks/calls/dev.jsonl"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs/reliability.svg")
    options = parser.parse_args()
    book = load_rulebook()
    recogniser = load_recogniser(book)
    curves = recogniser.calibration.curves if recogniser.calibration else {}
    forecasts = collect_forecasts(audit_all(options.calls, book, recogniser), curves)
    drawing = draw(measure_reliability(forecasts), book.profile.finding_strength)
    options.out.write_text(drawing, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
