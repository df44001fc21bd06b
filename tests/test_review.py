"""Verdicts, the ledger, the queue, and what they come to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewing import LINES, RULES, audited, fingerprint, verdict

from transcript_audit.agreement import FINDING, collect_ratings, measure_agreement
from transcript_audit.labelled_calls import read_labelled_calls
from transcript_audit.model import Outcome, RuleStatus, SkippedCall
from transcript_audit.review.labels import Unlabelled, label_call, label_line
from transcript_audit.review.ledger import LedgerError, LedgerFile, read_verdict, verdict_line
from transcript_audit.review.lessons import MACHINE, judge_by_ledger, learn_from_verdicts
from transcript_audit.review.queue import QueueOptions, queue_calls
from transcript_audit.review.verdicts import (
    Reviewed,
    Ruling,
    Standing,
    Verdict,
    missed_fingerprint,
    only_by,
    sum_up,
)

STALL, REFUSAL = "refusal-stall", "refusal-explicit"
UPHELD, OVERTURNED, UNSURE = Ruling.UPHELD, Ruling.OVERTURNED, Ruling.UNSURE
DISPUTED, MISSED, HEARD = Ruling.DISPUTED, Ruling.MISSED, Ruling.HEARD
WITHDRAWN, NOTED = Ruling.WITHDRAWN, Ruling.NOTED


def missed(rule: str, *turns: int, by: str = "Mia", call_id: str = "c-1") -> Verdict:
    print_ = missed_fingerprint(rule, turns)
    return verdict(MISSED, rule, by, turns=turns, fingerprint=print_, call_id=call_id)


def reviewed(*said: Verdict) -> Reviewed:
    (found,) = sum_up(said).findings.values()
    return found


# --- what stands --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ([(UPHELD, "Mia")], Standing.UPHELD),
        ([(UPHELD, "Mia"), (OVERTURNED, "Mia")], Standing.OVERTURNED),
        ([(UNSURE, "Mia")], Standing.UNSURE),
        ([(UNSURE, "Mia"), (UPHELD, "Tom")], Standing.UPHELD),
        ([(UPHELD, "Mia"), (OVERTURNED, "Tom")], Standing.SPLIT),
        ([(UPHELD, "Mia"), (OVERTURNED, "Tom"), (UPHELD, "Tom")], Standing.UPHELD),
        ([(UPHELD, "Mia"), (DISPUTED, "Ines")], Standing.DISPUTED),
        ([(UPHELD, "Mia"), (DISPUTED, "Ines"), (UNSURE, "Tom")], Standing.DISPUTED),
        ([(UPHELD, "Mia"), (DISPUTED, "Ines"), (UPHELD, "Ines")], Standing.DISPUTED),
        ([(UPHELD, "Mia"), (DISPUTED, "Ines"), (OVERTURNED, "Tom")], Standing.OVERTURNED),
        ([(UPHELD, "Mia"), (DISPUTED, "Ines"), (UPHELD, "Mia")], Standing.UPHELD),
        ([(DISPUTED, "Ines"), (UPHELD, "Mia"), (DISPUTED, "Ines")], Standing.DISPUTED),
        ([(UPHELD, "Mia"), (WITHDRAWN, "Mia"), (UNSURE, "Tom")], Standing.UNSURE),
        ([(UPHELD, "Mia"), (OVERTURNED, "Mia"), (WITHDRAWN, "Mia")], Standing.UPHELD),
        ([(UPHELD, "Mia"), (WITHDRAWN, "Tom")], Standing.UPHELD),
    ],
)
def test_standing_of_a_finding_is_derived_from_all_that_was_said(
    said: Sequence[tuple[Ruling, str]], standing: Standing
) -> None:
    assert reviewed(*(verdict(ruling, STALL, by) for ruling, by in said)).standing is standing


def test_settling_verdict_decides_what_reviewers_see_differently() -> None:
    split = [verdict(UPHELD, STALL, "Mia"), verdict(OVERTURNED, STALL, "Tom")]
    assert reviewed(*split, verdict(UPHELD, STALL, "Lea", settles=True)).standing is Standing.UPHELD
    late = verdict(OVERTURNED, STALL, "Zoe")
    settled = reviewed(*split, verdict(UPHELD, STALL, "Lea", settles=True), late)
    assert settled.standing is Standing.UPHELD


def test_answer_to_a_dispute_keeps_both_with_their_reasons() -> None:
    found = reviewed(
        verdict(UPHELD, STALL, "Mia"),
        verdict(DISPUTED, STALL, "Ines", reason="the system was down"),
        verdict(OVERTURNED, STALL, "Lea", reason="a ticket was raised"),
    )
    assert found.dispute is not None
    assert found.answer is not None
    assert (found.dispute.reason, found.answer.reason) == (
        "the system was down",
        "a ticket was raised",
    )


def test_all_taken_back_is_as_if_nothing_had_been_said() -> None:
    assert sum_up([verdict(UPHELD, STALL), verdict(WITHDRAWN, STALL)]).findings == {}
    heard = [verdict(HEARD), verdict(WITHDRAWN)]
    assert sum_up(heard[:1]).heard["c-1"].keys() == {"Mia"}
    assert sum_up(heard).heard == {}


def test_finding_that_a_person_added_can_be_overturned_by_another() -> None:
    added = missed(STALL, 3)
    assert (reviewed(added).standing, reviewed(added).added) == (Standing.UPHELD, True)
    against = verdict(OVERTURNED, STALL, "Tom", fingerprint=added.fingerprint)
    assert reviewed(added, against).standing is Standing.SPLIT


def test_verdicts_survive_a_new_audit_and_earlier_wordings_are_remembered() -> None:
    reviews = sum_up([verdict(UPHELD, STALL, rule_book="old")])
    again = audited("c-1", STALL)
    assert reviews.findings["c-1", again.findings[0].fingerprint].standing is Standing.UPHELD
    assert ("c-2", again.findings[0].fingerprint) not in reviews.findings
    (earlier,) = reviews.earlier("c-1", STALL, "other words")
    assert earlier.standing is Standing.UPHELD
    assert reviews.earlier("c-1", REFUSAL, "other words") == ()


def test_notes_stay_with_what_they_are_about() -> None:
    on_call, on_finding = verdict(NOTED, note="loud line"), verdict(NOTED, STALL, note="third time")
    reviews = sum_up([on_call, on_finding])
    assert reviews.notes == {"c-1": (on_call,)}
    (found,) = reviews.findings.values()
    assert (found.notes, found.standing) == ((on_finding,), Standing.OPEN)


def test_blind_review_sees_its_own_verdicts_alone() -> None:
    said = [verdict(UPHELD, STALL, "Mia"), verdict(OVERTURNED, STALL, "Tom")]
    assert only_by(said, "Tom") == (said[1],)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"ruling": OVERTURNED}, "needs a reason"),
        ({"ruling": DISPUTED, "reason": " "}, "needs a reason"),
        ({"fingerprint": ""}, "rule and fingerprint are missing"),
        ({"reviewer": " "}, "a reviewer"),
        ({"ruling": HEARD}, "a whole call"),
        ({"ruling": NOTED}, "note is empty"),
        ({"ruling": MISSED, "turns": ()}, "the turns"),
        ({"when": datetime(2026, 3, 4)}, "zone"),
    ],
)
def test_verdict_that_says_nothing_usable_is_refused(
    change: dict[str, object], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        replace(verdict(UPHELD, STALL), **change)


# --- the ledger ---------------------------------------------------------------------------------

texts = st.text(max_size=20)


@settings(deadline=None)
@given(
    st.builds(
        Verdict,
        id=texts.filter(bool),
        reviewer=texts.filter(str.strip),
        when=st.datetimes(timezones=st.just(UTC)),
        call_id=texts.filter(bool),
        ruling=st.sampled_from([UPHELD, UNSURE]),
        rule=texts.filter(bool),
        fingerprint=texts.filter(bool),
        reason=texts,
        note=texts,
        turns=st.lists(st.integers(0, 999), unique=True).map(lambda each: tuple(sorted(each))),
        agents=st.lists(texts).map(tuple),
        settles=st.booleans(),
    )
)
def test_any_verdict_is_read_back_as_it_was_written(written: Verdict) -> None:
    line = verdict_line(written)
    assert line.isascii()
    assert line.count("\n") == 1
    assert read_verdict(json.loads(line)) == written


def test_times_of_other_zones_are_kept_in_utc() -> None:
    record = json.loads(verdict_line(verdict(UPHELD, STALL)))
    read = read_verdict(record | {"when": "2026-03-04T09:00:00+05:30"})
    assert read.when.isoformat() == "2026-03-04T03:30:00+00:00"


def test_ledger_grows_at_its_end_and_never_changes_what_is_there(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    assert ledger.read() == ()
    first, second = verdict(UPHELD, STALL), verdict(OVERTURNED, STALL)
    assert ledger.append([first]) == (first,)
    before = ledger.path.read_bytes()
    assert ledger.append([second]) == (second,)
    assert ledger.path.read_bytes().startswith(before)
    assert ledger.read() == (first, second)


def test_verdict_that_is_there_already_adds_nothing(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    first, second = verdict(UPHELD, STALL), verdict(UNSURE, STALL)
    ledger.append([first])
    assert ledger.append([first, second, second]) == (second,)
    assert ledger.append([first]) == ()
    assert ledger.read() == (first, second)


def test_ledger_is_for_its_owner_alone(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    ledger.append([verdict(UPHELD, STALL)])
    assert ledger.path.stat().st_mode & 0o077 == 0


def test_line_cut_off_by_a_crash_is_left_out_and_the_next_one_is_whole(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    first, second = verdict(UPHELD, STALL), verdict(UNSURE, STALL)
    ledger.append([first])
    with ledger.path.open("ab") as file:
        file.write(verdict_line(second).encode()[:-30])
    assert ledger.read() == (first,)
    ledger.append([second])
    assert ledger.read() == (first, second)


def test_last_line_without_its_end_is_kept(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    first, second = verdict(UPHELD, STALL), verdict(UNSURE, STALL)
    ledger.path.write_text(verdict_line(first).rstrip("\n"), encoding="utf-8")
    ledger.append([second])
    assert ledger.read() == (first, second)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nonsense", "line 2: "),
        ("[]", "one JSON object a line"),
        ('{"version": 9}', "a newer program wrote it"),
        ('{"version": 1, "ruling": "great"}', "expected one of upheld"),
        ('{"version": 1, "ruling": "upheld", "when": "today"}', "date and time"),
        ('{"version": 1, "ruling": "heard", "when": "2026-03-04T09:00:00"}', "zone is missing"),
        ('{"version": 1, "ruling": "heard", "when": "2026-03-04T09:00:00Z"}', "needs an id"),
        ('{"version": 1, "ruling": "heard", "when": "2026-03-04T09:00Z", "id": 7}', "id is 7"),
        ('{"version": 1, "ruling": "heard", "when": "2026-03-04T09:00Z", "turns": "1"}', "turns"),
        ("[" * 100_000, "line 2: "),
    ],
)
def test_ledger_with_a_faulty_line_says_which_and_is_left_alone(
    tmp_path: Path, line: str, problem: str
) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    ledger.append([verdict(UPHELD, STALL)])
    with ledger.path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    before = ledger.path.read_bytes()
    with pytest.raises(LedgerError) as caught:
        ledger.read()
    assert str(caught.value).startswith(f"{ledger.path}: line 2: ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
    assert ledger.path.read_bytes() == before


def test_full_disk_adds_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    ledger.append([verdict(UPHELD, STALL)])
    before = ledger.path.read_bytes()

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LedgerError, match="nothing was added: No space left"):
        ledger.append([verdict(UNSURE, STALL)])
    assert ledger.path.read_bytes() == before


def test_ledger_that_is_a_folder_or_lies_nowhere_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        LedgerFile(tmp_path).read()
    with pytest.raises(LedgerError, match="there is no folder"):
        LedgerFile(tmp_path / "none" / "ledger.jsonl").append([verdict(UPHELD, STALL)])


def test_many_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    said = [verdict(UPHELD, STALL, by=f"R{n % 4}") for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: ledger.append([each]), said))
    assert {each.id for each in ledger.read()} == {each.id for each in said}


def test_writer_that_is_killed_leaves_whole_lines_and_no_lock(tmp_path: Path) -> None:
    ledger = LedgerFile(tmp_path / "ledger.jsonl")
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from pathlib import Path\n"
        "from reviewing import verdict\n"
        "from transcript_audit.review.ledger import LedgerFile\n"
        "from transcript_audit.review.verdicts import Ruling\n"
        "ledger = LedgerFile(Path(sys.argv[1]))\n"
        "while True:\n"
        "    ledger.append([verdict(Ruling.UPHELD, 'refusal-stall')])\n"
        "    print('x', flush=True)\n"
    )
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", program, str(ledger.path)], stdout=subprocess.PIPE, cwd=root
    ) as writer:
        assert writer.stdout is not None
        acknowledged = sum(len(writer.stdout.readline()) > 0 for _ in range(5))
        writer.kill()
        acknowledged += len(writer.stdout.read().split())
    assert len(ledger.read()) >= acknowledged >= 5
    last = verdict(UNSURE, REFUSAL)
    assert ledger.append([last]) == (last,)


# --- the queue ----------------------------------------------------------------------------------


def queued(audits: Sequence[object], *said: Verdict, **options: object) -> list[str]:
    found = queue_calls(audits, sum_up(said), QueueOptions(**options))  # type: ignore[arg-type]
    return [each.audit.call_id for each in found]


def test_queue_is_critical_first_then_least_certain_then_unflagged() -> None:
    audits = [
        audited("clear"),
        audited("sure", STALL, strength=0.99),
        audited("unsure", STALL, strength=0.7),
        audited("critical", REFUSAL, strength=0.99),
        SkippedCall("s", "s.txt", "empty"),
    ]
    assert queued(audits) == ["critical", "unsure", "sure", "clear"]
    assert queued(audits[::-1]) == queued(audits)


def test_disputed_and_split_findings_come_before_all_others() -> None:
    audits = [audited("a", REFUSAL), audited("b", STALL), audited("c", STALL)]
    said = [
        verdict(UPHELD, STALL, "Mia", call_id="b"),
        verdict(OVERTURNED, STALL, "Tom", call_id="b"),
        verdict(DISPUTED, STALL, "Ines", call_id="c"),
    ]
    assert queued(audits, *said) == ["c", "b", "a"]


def test_what_is_reviewed_leaves_the_queue_and_comes_back_only_if_asked_for() -> None:
    audits = [audited("a", STALL, REFUSAL), audited("b")]
    one = verdict(UPHELD, STALL, call_id="a")
    (first, _) = queue_calls(audits, sum_up([one]), QueueOptions())
    assert [finding.rule for finding in first.waiting] == [REFUSAL]
    rest = [verdict(UNSURE, REFUSAL, call_id="a"), verdict(HEARD, call_id="b")]
    assert queued(audits, one, *rest) == []
    assert queued(audits, one, *rest, again=True) == ["a", "b"]


def test_unflagged_calls_are_drawn_by_seed_and_have_places_of_their_own() -> None:
    audits = [audited(f"f{n}", REFUSAL) for n in range(100)]
    audits += [audited(f"u{n}") for n in range(100)]
    found = queued(audits, most=10, unflagged=0.3, seed=1)
    assert [call[0] for call in found] == ["f"] * 7 + ["u"] * 3
    assert queued(audits[::-1], most=10, unflagged=0.3, seed=1) == found
    assert queued(audits, most=10, unflagged=0.3, seed=2) != found
    assert "u" not in {call[0] for call in queued(audits, most=10, unflagged=0)}


def test_call_left_open_says_that_a_person_has_to_tell() -> None:
    audit = audited("a")
    results = tuple(replace(each, status=RuleStatus.CANNOT_TELL) for each in audit.results)
    (found,) = queue_calls([replace(audit, results=results)], sum_up([]), QueueOptions())
    assert "a person has to tell" in found.why


# --- what verdicts teach ------------------------------------------------------------------------


def test_precision_of_a_rule_is_upheld_of_decided_with_its_range() -> None:
    said = [verdict(UPHELD, STALL, call_id=f"c{n}") for n in range(5)]
    said += [verdict(OVERTURNED, STALL, call_id=f"d{n}") for n in range(5)]
    said += [verdict(UNSURE, STALL, call_id="e"), missed(STALL, 3, call_id="f")]
    (lesson,) = learn_from_verdicts(sum_up(said))
    assert (lesson.upheld, lesson.overturned, lesson.undecided, lesson.missed) == (5, 5, 1, 1)
    assert (lesson.precision, lesson.overturn_rate) == (0.5, 0.5)
    assert (lesson.low, lesson.high) == pytest.approx((0.2366, 0.7634), abs=5e-5)


def test_rule_is_named_only_where_the_whole_range_lies_above_the_share() -> None:
    one = [verdict(OVERTURNED, STALL)]
    many = [verdict(OVERTURNED, REFUSAL, call_id=f"c{n}") for n in range(6)]
    lessons = {each.rule: each for each in learn_from_verdicts(sum_up(one + many), often=0.5)}
    assert lessons[REFUSAL].often_overturned
    assert not lessons[STALL].often_overturned


def test_rule_is_not_named_for_a_handful_of_findings() -> None:
    said = [verdict(OVERTURNED, STALL, call_id=f"c{n}") for n in range(5)]
    (few,) = learn_from_verdicts(sum_up(said[:4]))
    (enough,) = learn_from_verdicts(sum_up(said))
    assert (few.often_overturned, enough.often_overturned) == (False, True)


def test_lessons_list_the_rules_asked_for_even_without_a_verdict() -> None:
    (first, second) = learn_from_verdicts(sum_up([verdict(UPHELD, STALL)]), ["quiet"])
    assert (first.rule, first.precision, first.low, first.often_overturned) == (
        "quiet",
        None,
        None,
        False,
    )
    assert second.rule == STALL


def judged(*said: Verdict, machine: bool = True) -> dict[tuple[str, str, str], bool]:
    return {
        (each.rater, each.call_id, each.rule): each.category == FINDING
        for each in judge_by_ledger(said, RULES, machine)
    }


def test_rulings_are_judgements_of_reviewer_and_auditor() -> None:
    assert judged(
        verdict(UPHELD, STALL, "Mia"),
        verdict(OVERTURNED, STALL, "Tom"),
        verdict(UNSURE, STALL, "Lea"),
        missed(REFUSAL, 3, by="Mia"),
    ) == {
        ("Mia", "c-1", STALL): True,
        ("Tom", "c-1", STALL): False,
        (MACHINE, "c-1", STALL): True,
        ("Mia", "c-1", REFUSAL): True,
        (MACHINE, "c-1", REFUSAL): False,
    }


def test_call_heard_whole_judges_every_rule_but_not_what_was_flagged_without_a_word() -> None:
    found = judged(
        verdict(UPHELD, STALL, "Mia"), verdict(HEARD, by="Mia"), verdict(HEARD, by="Tom")
    )
    assert {rule for rater, _, rule in found if rater == "Mia"} == set(RULES)
    assert {rule for rater, _, rule in found if rater == "Tom"} == set(RULES) - {STALL}
    assert [key for key, flagged in found.items() if flagged] == [
        (MACHINE, "c-1", STALL),
        ("Mia", "c-1", STALL),
    ]


def test_what_was_taken_back_is_no_judgement() -> None:
    said = [verdict(UPHELD, STALL, "Mia"), verdict(WITHDRAWN, STALL, "Mia")]
    assert ("Mia", "c-1", STALL) not in judged(*said)


def test_ledger_of_two_reviewers_comes_to_an_agreement() -> None:
    said = [verdict(UPHELD, STALL, by, call_id=f"c{n}") for by in ("Mia", "Tom") for n in range(4)]
    said += [verdict(HEARD, by=by, call_id=f"c{n}") for by in ("Mia", "Tom") for n in range(4)]
    found = measure_agreement(collect_ratings(judge_by_ledger(said, RULES, machine=False)))
    assert (found.raters, found.calls, found.units) == (("Mia", "Tom"), 4, 16)
    assert {each.name: each.value for each in found.coefficients} == dict.fromkeys(
        ("agreement", "cohen-kappa", "fleiss-kappa", "ac1", "alpha"), 1
    )


# --- labels -------------------------------------------------------------------------------------


def test_reviewed_call_is_read_back_as_a_labelled_call(tmp_path: Path) -> None:
    audit = audited("c-1", STALL, REFUSAL)
    said = [
        verdict(UPHELD, STALL),
        verdict(OVERTURNED, REFUSAL),
        missed("pushback-pressure", 3),
        verdict(HEARD, outcome="retained"),
    ]
    record = label_call(audit, sum_up(said))
    assert isinstance(record, dict)
    path = tmp_path / "labelled.jsonl"
    path.write_text(label_line(record), encoding="utf-8")
    (call,) = read_labelled_calls(str(path), RULES)
    assert call.call_id == "c-1"
    assert call.outcome is Outcome.RETAINED
    assert call.findings == {"pushback-pressure": (3,), STALL: (1,)}
    assert [(said.speaker, said.text) for said in call.transcript.utterances] == [
        (str(role), text) for role, text in LINES
    ]
    assert call.transcript.agent_ids == ("Ines",)


def test_labels_number_turns_by_their_place_where_the_source_left_some_out(tmp_path: Path) -> None:
    audit = audited("c-1", STALL)
    gaps = tuple(replace(each, number=each.number * 10) for each in audit.transcript.utterances)
    turns = tuple(
        replace(turn, parts=tuple(replace(part, number=part.number * 10) for part in turn.parts))
        for turn in audit.turns
    )
    audit = replace(audit, transcript=replace(audit.transcript, utterances=gaps), turns=turns)
    record = label_call(audit, sum_up([verdict(UPHELD, STALL, turns=(10,)), verdict(HEARD)]))
    assert isinstance(record, dict)
    assert record["gold"]["findings"] == [{"rule": STALL, "turns": [1]}]
    path = tmp_path / "labelled.jsonl"
    path.write_text(label_line(record), encoding="utf-8")
    assert [each.speaker for each in read_labelled_calls(str(path), RULES)[0].transcript.utterances]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([verdict(UPHELD, STALL)], "nobody has heard it whole"),
        ([verdict(HEARD)], "refusal-stall is open"),
        ([verdict(UNSURE, STALL), verdict(HEARD)], "refusal-stall is unsure"),
        ([verdict(DISPUTED, STALL), verdict(HEARD)], "refusal-stall is disputed"),
        (
            [
                verdict(UPHELD, STALL),
                verdict(HEARD, outcome="retained"),
                verdict(HEARD, by="Tom", outcome="cancelled"),
            ],
            "differ on the outcome: cancelled, retained",
        ),
    ],
)
def test_call_that_is_not_wholly_decided_has_no_labels(
    said: Sequence[Verdict], reason: str
) -> None:
    found = label_call(audited("c-1", STALL), sum_up(said))
    assert isinstance(found, Unlabelled)
    assert reason in found.reason


def test_finding_that_a_new_audit_no_longer_has_stays_in_the_labels_if_it_was_upheld() -> None:
    record = label_call(audited("c-1"), sum_up([verdict(UPHELD, STALL), verdict(HEARD)]))
    assert isinstance(record, dict)
    assert record["gold"]["findings"] == [{"rule": STALL, "turns": [1]}]


def test_fingerprints_of_audits_and_of_people_never_meet() -> None:
    assert int(fingerprint(STALL), 16)
    assert missed_fingerprint(STALL, [3, 1]) == missed_fingerprint(STALL, (1, 3, 3))
    assert missed_fingerprint(STALL, [3])[0] == "m"
