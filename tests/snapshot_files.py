"""Snapshots: what a form of report was; UPDATE_SNAPSHOTS=1 writes them anew."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from html_pages import make_call, make_report
from reviewing import verdict

from transcript_audit.model import SkippedCall
from transcript_audit.reports.report import Report
from transcript_audit.review.lessons import learn_from_verdicts
from transcript_audit.review.verdicts import Ruling, sum_up

FOLDER = Path(__file__).parent / "snapshots"


def check_snapshot(name: str, text: str) -> None:
    """Fail where `text` is not what the snapshot holds."""
    path = FOLDER / name
    if os.environ.get("UPDATE_SNAPSHOTS"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def make_small_report() -> Report:
    """A run of five calls: flagged, without a flag, of two agents, left open, skipped."""
    report = make_report(
        [
            make_call("c-1", began=datetime(2026, 3, 2, 9, 5)),
            make_call("c-2", "Omar", ["pushback-after-decline", "concern-unacknowledged"]),
            make_call("c-3", "Omar", [], datetime(2026, 3, 12)),
            make_call("c-4", "Ines", speakers={4: "Omar"}, flagged=["pushback-after-decline"]),
            make_call("open-1", "Zoe <b>", [], left_open=True),
            SkippedCall("s-1", "calls/s-1.bin", "not text: byte 0 is binary", ("Omar",)),
        ]
    )
    said = [verdict(Ruling.UPHELD, "refusal-explicit", call_id=f"c-{n}") for n in range(3)]
    said += [verdict(Ruling.OVERTURNED, "refusal-explicit", call_id="c-3")]
    said += [verdict(Ruling.MISSED, "pushback-pressure", fingerprint="m1")]
    lessons = {each.rule: each for each in learn_from_verdicts(sum_up(said))}
    return replace(report, lessons=lessons)
