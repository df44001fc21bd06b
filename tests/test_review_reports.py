"""What is shown of agreement, verdicts, samples and changes; text from calls stays text."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from builders import cite
from reviewing import BOOK, audited, verdict
from rich.console import Console

from transcript_audit.agreement import (
    FINDING,
    NO_FINDING,
    Judgement,
    collect_ratings,
    measure_agreement,
)
from transcript_audit.model import CallAudit, Outcome, Severity
from transcript_audit.reports.agreement_report import agreement_record, agreement_tables
from transcript_audit.reports.changes_report import changes_record, changes_view
from transcript_audit.reports.lessons_report import lesson_records, lessons_table
from transcript_audit.reports.run import Run
from transcript_audit.reports.sample_report import sample_lines, sample_manifest
from transcript_audit.review.lessons import learn_from_verdicts
from transcript_audit.review.verdicts import Ruling, sum_up
from transcript_audit.rule_changes import compare_audits
from transcript_audit.sampling import SampleOptions, Stratify, draw_sample

RUN = Run("1.2.3", BOOK, "default")
REFUSAL, STALL = "refusal-explicit", "refusal-stall"
HOSTILE = "[bold]x\x1b[31m[/nope]"


def shown(renderable: object) -> str:
    out = io.StringIO()
    Console(file=out, width=400, markup=False, highlight=False, emoji=False).print(renderable)
    return out.getvalue()


def judged(first: str, second: str, names: tuple[str, str] = ("Mia", "Tom")) -> list[Judgement]:
    return [
        Judgement(name, "c-1", f"rule {place}", FINDING if letter == "x" else NO_FINDING)
        for name, row in zip(names, (first, second), strict=True)
        for place, letter in enumerate(row)
    ]


def test_agreement_shows_each_coefficient_the_table_and_who_differs_on_which_rule() -> None:
    text = shown(agreement_tables(measure_agreement(collect_ratings(judged("xoooo", "xxooo")))))
    assert "2 raters, 1 call, 5 of 5 judgements by two or more" in text
    for title in ("Cohen's kappa", "Fleiss' kappa", "Gwet's AC1", "Krippendorff's alpha"):
        assert title in text
    (row,) = (line for line in text.splitlines() if "rule 1" in line)
    assert row.split() == ["Mia", "/", "Tom", "rule", "1", "1", "0", "1", "0", "1"]
    assert "read them beside AC1" in text


def test_agreement_that_is_undefined_says_why_and_is_null_in_the_record() -> None:
    agreement = measure_agreement(collect_ratings(judged("ooo", "ooo")))
    assert "all judgements are alike" in shown(agreement_tables(agreement))
    record = json.loads(json.dumps(agreement_record(agreement), allow_nan=False))
    values = {each["name"]: each["value"] for each in record["coefficients"]}
    assert values["alpha"] is None
    assert values["ac1"] == 1
    assert record["pairs"][0]["table"]["neither"] == 3
    assert record["pairs"][0]["table"]["on_findings"] is None


def test_lessons_name_the_rules_that_are_often_overturned() -> None:
    said = [verdict(Ruling.OVERTURNED, STALL, call_id=f"c{n}") for n in range(9)]
    said += [verdict(Ruling.UPHELD, REFUSAL, call_id=f"c{n}") for n in range(9)]
    lessons = learn_from_verdicts(sum_up(said), often=0.2)
    text = shown(lessons_table(lessons, 0.2))
    assert "refusal-stall is often overturned: 9 of 9; the whole range lies above 20%" in text
    assert "refusal-explicit is often" not in text
    records = {each["rule"]: each for each in lesson_records(lessons)}
    assert (records[STALL]["precision"], records[STALL]["overturn_rate"]) == (0, 1)
    assert "No rule's whole range" in shown(lessons_table(lessons[:0], 0.2))


def test_manifest_says_how_the_sample_was_drawn_and_is_the_same_again() -> None:
    audits = [audited(f"c{n}", *([STALL] if n % 2 else [])) for n in range(10)]
    options = SampleOptions(4, Stratify.SEVERITY, 0.5, seed=42)
    text = sample_manifest(draw_sample(audits, options), RUN)
    assert text == sample_manifest(draw_sample(audits[::-1], options), RUN)
    manifest = json.loads(text)
    assert manifest["seed"] == 42
    assert manifest["rule_book"] == BOOK
    assert manifest["program"] == "transcript-audit 1.2.3"
    assert {each["stratum"]: each["calls"] for each in manifest["strata"]} == {
        "major": 5,
        "unflagged": 5,
    }
    assert len(manifest["calls"]) == 4
    assert manifest["calls"][0]["drawn_for"][0]["probability"] == 0.4


def test_sample_list_is_one_line_a_call_whatever_ids_hold() -> None:
    audits = [audited("a\tb\nc\x1b", agents=("I\tnes",)), audited("plain", agents=())]
    lines = sample_lines(draw_sample(audits, SampleOptions())).splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["I nes", "a b c\\x1b"], ["-", "plain"]]


def with_other_words(audit: CallAudit) -> CallAudit:
    results = tuple(
        replace(
            each,
            finding=replace(each.finding, severity=Severity.CRITICAL, fingerprint="other"),
        )
        if each.finding
        else each
        for each in audit.results
    )
    return replace(audit, results=results)


def test_changes_show_counts_quotes_and_the_reason_of_the_other_book() -> None:
    changed = audited("c", STALL)
    changes = compare_audits(
        [
            (audited("a"), audited("a", STALL)),
            (audited("b", REFUSAL), audited("b", outcome=Outcome.CANCELLED)),
            (changed, with_other_words(changed)),
        ]
    )
    text = shown(changes_view(changes))
    assert "3 calls audited with both rule books" in text
    assert "+ refusal-stall  major  a Ines  appeared" in text
    assert "the old rule book: nothing for refusal-stall" in text
    assert "- refusal-explicit  critical  b Ines  vanished" in text
    assert "the new rule book: nothing for refusal-explicit" in text
    assert "~ refusal-stall  major -> critical  c Ines  changed" in text
    assert "“…won't do t…”" in text
    assert "no longer" not in text
    assert "outcome not-cancelled -> cancelled: 1 call" in text


def test_words_that_are_no_longer_cited_are_shown_as_such() -> None:
    old, new = audited("c", STALL), with_other_words(audited("c", STALL))
    results = tuple(
        replace(each, finding=replace(each.finding, evidence=(cite(new.turns[3]),)))
        if each.finding
        else each
        for each in new.results
    )
    text = shown(changes_view(compare_audits([(old, replace(new, results=results))])))
    assert "    “Think it over and call us again.”" in text
    assert "    no longer: “won't do t”" in text


def test_changes_as_a_record_hold_the_findings_in_full() -> None:
    changes = compare_audits([(audited("a"), audited("a", STALL))])
    record = json.loads(json.dumps(changes_record(changes), allow_nan=False))
    (change,) = record["changes"]
    assert (change["change"], change["call_id"], change["agents"]) == ("appeared", "a", ["Ines"])
    assert change["finding"]["quotes"] == ["won't do t"]
    assert record["rules"] == [
        {"rule": STALL, "appeared": 1, "vanished": 0, "changed": 0, "same": 0}
    ]


def test_no_change_is_one_line() -> None:
    audit = audited("a", STALL)
    assert shown(changes_view(compare_audits([(audit, audit)]))).splitlines() == [
        "1 call audited with both rule books",
        "Nothing changes.",
    ]


def test_names_from_calls_stay_text_in_every_report() -> None:
    audit = audited(HOSTILE, STALL, agents=(HOSTILE,))
    changes = compare_audits([(audited(HOSTILE, agents=(HOSTILE,)), audit)])
    names = (HOSTILE, "Tom")
    agreement = measure_agreement(collect_ratings(judged("xo", "ox", names)))
    lessons = learn_from_verdicts(sum_up([verdict(Ruling.UPHELD, HOSTILE)]))
    for report in (
        changes_view(changes),
        agreement_tables(agreement),
        lessons_table(lessons, 0.2),
    ):
        text = shown(report)
        assert "\x1b" not in text
        assert "[bold]x\\x1b[31m[/nope]" in text
