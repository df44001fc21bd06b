"""Comparing audits with labelled calls."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from builders import cite, make_results, make_turn
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from transcript_audit import labelled_calls
from transcript_audit.cli.evaluate import evaluate as evaluate_command
from transcript_audit.errors import ConfigurationError, ReadError, TranscriptAuditError
from transcript_audit.evaluation import compare, evaluate
from transcript_audit.labelled_calls import (
    AuditOptions,
    GoldRecogniser,
    LabelledCall,
    audit_labelled_calls,
    gold_acts,
    read_labelled_calls,
)
from transcript_audit.misses import Cause, Quote, find_misses
from transcript_audit.model import (
    Act,
    ActLabel,
    ActStatus,
    CallAudit,
    Episode,
    Family,
    Finding,
    Outcome,
    Part,
    Role,
    RoleSource,
    RuleStatus,
    Severity,
    SkippedCall,
    Transcript,
    Turn,
    Utterance,
)
from transcript_audit.rulebook import Profile, Rule, RuleBook

ROOT = Path(__file__).parents[1]
BENCHMARK = ROOT / "benchmarks" / "calls" / "train.jsonl"
RULE_IDS = [path.stem for path in (ROOT / "rules" / "checks").glob("*.yaml")]

PROFILE = Profile(id="default", title="Default", description="For tests", minimum_strength=0.5)


def make_rule(rule_id, family, severity, check):
    words = dict.fromkeys(("title", "description", "message", "coaching", "cleared_by"), "words")
    examples = {"match": ["Agent: no"], "no_match": ["Agent: yes"]}
    return Rule(
        id=rule_id,
        family=family,
        severity=severity,
        check=check,
        **words,
        false_positives=("none",),
        references=("policy",),
        examples=examples,
    )


EXPLICIT = make_rule(
    "refusal-explicit",
    Family.REFUSED_CANCELLATION,
    Severity.CRITICAL,
    {"kind": "act-present", "acts": ["refuse"], "after": "request"},
)
STALL = make_rule(
    "refusal-stall",
    Family.REFUSED_CANCELLATION,
    Severity.MAJOR,
    {"kind": "act-present", "acts": ["stall"], "after": "request"},
)
UNRESOLVED = make_rule(
    "refusal-unresolved",
    Family.REFUSED_CANCELLATION,
    Severity.CRITICAL,
    {"kind": "request-standing"},
)
PUSHBACK = make_rule(
    "pushback-after-decline",
    Family.REPEATED_PUSHBACK,
    Severity.MAJOR,
    {"kind": "attempt-after-decline"},
)
UNHEARD = make_rule(
    "concern-unacknowledged",
    Family.IGNORED_CONCERN,
    Severity.MAJOR,
    {"kind": "concern-unanswered"},
)
NO_GOODWILL = make_rule(
    "exit-no-goodwill",
    Family.GRACEFUL_EXIT,
    Severity.COACHING,
    {"kind": "act-missing", "act": "goodwill", "after": "decision"},
)
RULES = (EXPLICIT, STALL, UNRESOLVED, PUSHBACK, UNHEARD, NO_GOODWILL)
RULE_IDS_HERE = [rule.id for rule in RULES]
RULEBOOK = RuleBook(RULES, (), {}, (), {}, PROFILE, "digest")


def make_labelled(
    call_id="c1", *, outcome="cancelled", findings=None, acts=None, kind="typical", style="clean"
):
    utterances = tuple(
        Utterance(n, "customer" if n % 2 else "agent", f"words of turn {n}") for n in range(20)
    )
    transcript = Transcript(call_id, "calls.jsonl", utterances)
    return LabelledCall(
        call_id, kind, style, transcript, Outcome(outcome), findings or {}, acts or {}
    )


def make_audit(labelled, *, outcome=None, findings=None, acts=(), cannot_tell=()):
    """An audit in which every source turn is a turn; `findings` gives turns by rule."""
    findings = findings or {}
    turns = tuple(
        make_turn(u.number, Role(u.speaker), u.text) for u in labelled.transcript.utterances
    )
    found = [
        Finding(
            rule.id,
            rule.family,
            rule.severity,
            "said so",
            0.9,
            tuple(cite(turns[n], (0, 5)) for n in findings[rule.id]),
        )
        for rule in RULES
        if rule.id in findings
    ]

    def status(rule):
        return RuleStatus.CANNOT_TELL if rule in cannot_tell else RuleStatus.CLEAR

    results = make_results({rule.id: rule.family for rule in RULES}, found, status)
    return CallAudit(
        transcript=labelled.transcript,
        role_source=RoleSource.STATED,
        turns=turns,
        acts=tuple(acts),
        episode=Episode(Outcome(outcome or labelled.outcome), (), None, 0),
        results=results,
    )


def act(turn, name, **more):
    label, _, qualifier = name.partition(":")
    return Act(ActLabel(label), turn, (0, 5), qualifier, **more)


def value(group, name):
    (measure,) = [measure for measure in group.measures if measure.name == name]
    return measure.estimate.value


def score(scores, name):
    (found,) = [each for each in scores if each.name == name]
    return found.true_positives, found.false_positives, found.false_negatives


# --- gold acts ----------------------------------------------------------------------------------


def test_gold_acts_span_the_source_turn_that_carries_them():
    text = "first words second words"
    turn = Turn(0, Role.CUSTOMER, "customer", text, (Part(3, 0), Part(5, 12)))
    labelled = make_labelled(
        acts={3: ("request-cancel",), 4: ("hold",), 5: ("give-reason:moving", "insist")}
    )
    acts = gold_acts(labelled, [turn])
    assert [(a.name, text[slice(*a.span)], a.turn, a.strength) for a in acts] == [
        ("request-cancel", "first words", 0, 1.0),
        ("give-reason:moving", "second words", 0, 1.0),
        ("insist", "second words", 0, 1.0),
    ]
    assert acts == GoldRecogniser(labelled).recognise([turn])


@given(st.lists(st.lists(st.text("ab c", min_size=1), min_size=1, max_size=4), max_size=5))
def test_gold_acts_come_back_to_the_source_turn_they_were_labelled_in(runs):
    turns, number = [], 0
    for index, texts in enumerate(runs):
        parts, offset = [], 0
        for text in texts:
            parts.append(Part(number, offset))
            offset += len(text) + 1
            number += 1
        turns.append(Turn(index, Role.AGENT, "agent", " ".join(texts), tuple(parts)))
    labelled = make_labelled(acts=dict.fromkeys(range(number), ("hold", "offer:pause")))
    acts = gold_acts(labelled, turns)
    assert [turns[a.turn].part_at(a.span[0]).number for a in acts] == [
        n for n in range(number) for _ in range(2)
    ]
    assert all(turns[a.turn].part_at(a.span[1]) is turns[a.turn].part_at(a.span[0]) for a in acts)


# --- comparing one call -------------------------------------------------------------------------


def test_an_act_counts_once_in_a_source_turn_and_only_if_meant_and_strong_enough():
    labelled = make_labelled(acts={1: ("request-cancel", "give-reason:price"), 4: ("offer:pause",)})
    found = [
        act(1, "request-cancel"),
        act(1, "request-cancel"),
        act(3, "request-cancel", status=ActStatus.REPORTED),
        act(5, "request-cancel", strength=0.49),
        act(7, "request-cancel", strength=0.5),
        act(1, "give-reason:moving"),
        act(4, "offer:pause"),
    ]
    compared = compare(labelled, make_audit(labelled, acts=found), PROFILE)
    assert compared.acts == {
        "request-cancel": (1, 1, 0),
        "give-reason": (1, 0, 0),
        "offer": (1, 0, 0),
    }
    assert compared.qualified_acts == {
        "request-cancel": (1, 1, 0),
        "give-reason:price": (0, 0, 1),
        "give-reason:moving": (0, 1, 0),
        "offer:pause": (1, 0, 0),
    }


def test_an_act_belongs_to_the_source_turn_in_which_its_words_begin():
    labelled = make_labelled(acts={2: ("hold",)})
    turn = Turn(0, Role.AGENT, "agent", "one two three", (Part(0, 0), Part(2, 4)))
    audit = make_audit(labelled)
    audit = CallAudit(
        audit.transcript,
        audit.role_source,
        (turn,),
        (Act(ActLabel.HOLD, 0, (4, 7)),),
        audit.episode,
        audit.results,
    )
    assert compare(labelled, audit, PROFILE).acts == {"hold": (1, 0, 0)}


def test_evidence_agrees_within_one_source_turn():
    labelled = make_labelled(findings={"refusal-stall": (4, 10)})
    audit = make_audit(labelled, findings={"refusal-stall": (3, 6, 8)})
    (agreement,) = compare(labelled, audit, PROFILE).evidence
    assert (agreement.cited, agreement.cited_near) == (3, 1)
    assert (agreement.gold, agreement.gold_near) == (2, 1)


# --- evaluating many ----------------------------------------------------------------------------


def test_rules_and_families_are_scored_by_call():
    both = make_labelled("a", findings={"refusal-explicit": (2,), "refusal-stall": (4,)})
    other = make_labelled("b", findings={"refusal-explicit": (2,)})
    clean = make_labelled("c")
    result = evaluate(
        [
            (both, make_audit(both, findings={"refusal-explicit": (2,)})),
            (other, make_audit(other, findings={"refusal-stall": (2,)})),
            (clean, make_audit(clean, findings={"pushback-after-decline": (6,)})),
        ],
        RULEBOOK,
    )
    assert score(result.rules, "refusal-explicit") == (1, 0, 1)
    assert score(result.rules, "refusal-stall") == (0, 1, 1)
    assert score(result.families, "refused-cancellation") == (2, 0, 0)
    assert score(result.families, "repeated-pushback") == (0, 1, 0)
    # One family is perfect, one all wrong, three have nothing to say.
    assert value(result.whole, "family-f1") == 0.5
    assert value(result.whole, "rule-f1") == pytest.approx(2 / (2 + 2 + 2))
    assert value(result.whole, "critical-f1") == pytest.approx(2 / 3)


def test_what_was_neither_labelled_nor_found_is_undefined():
    clean = make_labelled()
    result = evaluate([(clean, make_audit(clean))], RULEBOOK)
    (stall,) = [each for each in result.rules if each.name == "refusal-stall"]
    assert (stall.f1.value, stall.f1.low, stall.precision.value, stall.recall.value) == (None,) * 4
    assert value(result.whole, "family-f1") is None
    assert value(result.whole, "evidence-agreement") is None
    assert value(result.whole, "clean-flagged") == 0


def test_no_calls_at_all_leave_every_measure_undefined():
    result = evaluate([], RULEBOOK)
    assert {measure.estimate.value for measure in result.whole.measures} == {None}
    assert (result.kinds, result.skipped) == ((), ())


def test_a_skipped_call_counts_as_missed():
    labelled = make_labelled(findings={"refusal-stall": (4,)}, acts={4: ("stall",)})
    result = evaluate([(labelled, SkippedCall("c1", "calls.jsonl", "one speaker"))], RULEBOOK)
    assert score(result.rules, "refusal-stall") == (0, 0, 1)
    assert score(result.acts, "stall") == (0, 0, 1)
    assert value(result.whole, "outcome-accuracy") == 0
    assert result.outcomes["cancelled"]["skipped"] == 1
    assert result.skipped == (("c1", "one speaker"),)
    assert (result.whole.calls, result.whole.skipped) == (1, 1)


def test_clean_calls_wrongly_flagged_are_also_told_without_graceful_exit():
    calls = [make_labelled(name) for name in "abcd"]
    flagged = [{"exit-no-goodwill": (18,)}, {"refusal-stall": (4,)}, {}, {}]
    pairs = [
        (call, make_audit(call, findings=found)) for call, found in zip(calls, flagged, strict=True)
    ]
    labelled = make_labelled("e", findings={"refusal-stall": (4,)})
    pairs.append((labelled, make_audit(labelled, findings={"refusal-explicit": (4,)})))
    result = evaluate(pairs, RULEBOOK)
    assert value(result.whole, "clean-flagged") == 0.5
    assert value(result.whole, "clean-flagged-no-exit") == 0.25


def test_outcomes_are_counted_and_ordinary_calls_apart():
    ordinary = [make_labelled(name, outcome="no-request") for name in "abc"]
    left = make_labelled("d")
    result = evaluate(
        [
            (ordinary[0], make_audit(ordinary[0], outcome="not-cancelled")),
            (ordinary[1], make_audit(ordinary[1])),
            (ordinary[2], SkippedCall("c", "calls.jsonl", "no agent")),
            (left, make_audit(left)),
        ],
        RULEBOOK,
    )
    assert value(result.whole, "outcome-accuracy") == 0.5
    assert value(result.whole, "ordinary-outcome") == pytest.approx(1 / 3)
    assert result.outcomes["no-request"]["not-cancelled"] == 1
    assert sum(sum(row.values()) for row in result.outcomes.values()) == 4


def test_evidence_agreement_pools_turns_and_its_mean_weighs_findings_alike():
    one = make_labelled("a", findings={"refusal-stall": (4,)})
    two = make_labelled("b", findings={"refusal-stall": (4,)})
    result = evaluate(
        [
            (one, make_audit(one, findings={"refusal-stall": (5,)})),
            (two, make_audit(two, findings={"refusal-stall": (3, 10, 14, 18)})),
        ],
        RULEBOOK,
    )
    assert value(result.whole, "evidence-agreement") == pytest.approx(2 / 5)
    assert value(result.whole, "evidence-mean") == pytest.approx((1 + 1 / 4) / 2)
    assert value(result.whole, "evidence-any") == 1
    assert value(result.whole, "evidence-covered") == 1


def test_headline_numbers_are_also_told_by_kind_and_style():
    right = make_labelled("a", kind="ordinary", style="asr")
    wrong = make_labelled("b", kind="typical", style="asr")
    pairs = [(right, make_audit(right)), (wrong, make_audit(wrong, outcome="retained"))]
    result = evaluate(pairs, RULEBOOK)
    accuracies = {g.name: (g.calls, value(g, "outcome-accuracy")) for g in result.kinds}
    assert accuracies == {"ordinary": (1, 1.0), "typical": (1, 0.0)}
    assert [(g.name, value(g, "outcome-accuracy")) for g in result.styles] == [("asr", 0.5)]


def test_intervals_hold_the_value():
    pairs = []
    for n in range(30):
        call = make_labelled(f"c{n}", findings={"refusal-stall": (4,)})
        found = {"refusal-stall": (4,)} if n % 3 else {}
        pairs.append((call, make_audit(call, findings=found)))
    (stall,) = [s for s in evaluate(pairs, RULEBOOK).rules if s.name == "refusal-stall"]
    assert stall.recall.value == pytest.approx(2 / 3)
    assert 0.4 < stall.recall.low < 2 / 3 < stall.recall.high < 0.9
    assert (stall.precision.low, stall.precision.high) == (1, 1)


# --- misses -------------------------------------------------------------------------------------


def cause_of(labelled, audit, rule):
    (miss,) = find_misses([(labelled, audit)], rule, PROFILE)
    return miss.cause


def test_a_call_that_agrees_is_no_miss():
    labelled = make_labelled(findings={"refusal-stall": (4,)})
    audit = make_audit(labelled, findings={"refusal-stall": (8,)})
    assert find_misses([(labelled, audit)], STALL, PROFILE) == ()


def test_a_miss_quotes_its_turns_and_says_what_was_not_found():
    labelled = make_labelled(findings={"refusal-stall": (4,)}, acts={4: ("stall",)})
    (miss,) = find_misses([(labelled, make_audit(labelled))], STALL, PROFILE)
    assert not miss.wrongly_flagged
    assert miss.cause is Cause.ACT_NOT_FOUND
    assert miss.because == "not found: 4 stall"
    assert miss.quotes == (Quote(4, "agent", "words of turn 4", ("stall",), ()),)


def test_a_wrong_flag_on_an_act_that_is_not_labelled_is_an_act_found_in_error():
    labelled = make_labelled()
    audit = make_audit(labelled, findings={"refusal-stall": (4,)}, acts=[act(4, "stall")])
    (miss,) = find_misses([(labelled, audit)], STALL, PROFILE)
    assert miss.wrongly_flagged
    assert (miss.cause, miss.because) == (Cause.ACT_IN_ERROR, "found in error: 4 stall")


def test_a_missed_decline_before_a_found_offer_is_a_wrong_state():
    labelled = make_labelled(
        findings={"pushback-after-decline": (6,)}, acts={5: ("decline",), 6: ("offer:pause",)}
    )
    audit = make_audit(labelled, acts=[act(6, "offer:pause")])
    assert cause_of(labelled, audit, PUSHBACK) is Cause.STATE


def test_acts_that_all_agree_leave_the_rule_logic():
    acts = {5: ("decline",), 6: ("offer:pause",)}
    labelled = make_labelled(findings={"pushback-after-decline": (6,)}, acts=acts)
    audit = make_audit(labelled, acts=[act(5, "decline"), act(6, "offer:pause")])
    assert cause_of(labelled, audit, PUSHBACK) is Cause.LOGIC


@pytest.mark.parametrize(
    ("rule", "gold", "found"),
    [
        (UNRESOLVED, "not-cancelled", "cancelled"),
        (NO_GOODWILL, "cancelled", "not-cancelled"),
        (STALL, "not-cancelled", "no-request"),
    ],
)
def test_an_outcome_that_decides_whether_the_rule_applies_is_the_cause(rule, gold, found):
    labelled = make_labelled(outcome=gold, findings={rule.id: (18,)})
    assert cause_of(labelled, make_audit(labelled, outcome=found), rule) is Cause.OUTCOME


def test_an_acknowledgement_found_in_error_explains_a_missed_concern():
    labelled = make_labelled(
        findings={"concern-unacknowledged": (3,)}, acts={3: ("raise-concern:price",)}
    )
    audit = make_audit(labelled, acts=[act(3, "raise-concern:price"), act(4, "acknowledge")])
    assert cause_of(labelled, audit, UNHEARD) is Cause.ACT_IN_ERROR


def test_goodwill_that_was_not_found_explains_a_wrong_flag():
    labelled = make_labelled(acts={18: ("goodwill",)})
    audit = make_audit(labelled, findings={"exit-no-goodwill": (18,)})
    assert cause_of(labelled, audit, NO_GOODWILL) is Cause.ACT_NOT_FOUND


def test_skipped_calls_and_rules_that_cannot_tell_are_causes_of_their_own():
    labelled = make_labelled(findings={"refusal-stall": (4,)}, acts={4: ("stall",)})
    skipped = SkippedCall("c1", "calls.jsonl", "one speaker")
    assert cause_of(labelled, skipped, STALL) is Cause.SKIPPED
    unsure = make_audit(labelled, cannot_tell={"refusal-stall"})
    assert cause_of(labelled, unsure, STALL) is Cause.CANNOT_TELL


# --- reading labelled calls ---------------------------------------------------------------------


def make_record(**changes):
    record = {
        "id": "x-1",
        "kind": "typical",
        "style": "asr",
        "agent": "Imke",
        "turns": [
            {"speaker": "agent", "text": "hello"},
            {"speaker": "customer", "text": " "},
            {"speaker": "customer", "text": "stop it all", "acts": ["request-cancel"]},
        ],
        "gold": {"outcome": "not-cancelled", "findings": [{"rule": "refusal-stall", "turns": [0]}]},
    }
    return record | changes


def read(tmp_path, *records):
    path = tmp_path / "calls.jsonl"
    lines = [each if isinstance(each, str) else json.dumps(each) for each in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_labelled_calls(str(path), [rule.id for rule in RULES])


def test_a_labelled_call_keeps_the_numbers_of_its_source_turns(tmp_path):
    (call,) = read(tmp_path, make_record(), "")
    assert (call.call_id, call.kind, call.style) == ("x-1", "typical", "asr")
    assert call.outcome is Outcome.NOT_CANCELLED
    assert call.findings == {"refusal-stall": (0,)}
    assert call.acts == {2: ("request-cancel",)}
    assert [u.number for u in call.transcript.utterances] == [0, 2]


def test_the_calls_of_the_open_benchmark_can_be_read():
    calls = read_labelled_calls(str(BENCHMARK), RULE_IDS)
    assert len({call.call_id for call in calls}) == len(calls) > 0
    assert {rule for call in calls for rule in call.findings} <= set(RULE_IDS)
    assert {call.kind for call in calls} == {"independent", "ordinary", "typical"}


def with_gold(**changes):
    gold = {"outcome": "cancelled", "findings": []} | changes
    return make_record(gold=gold)


def with_acts(acts):
    return make_record(turns=[{"speaker": "agent", "text": "hello", "acts": acts}], gold=GOOD)


GOOD = {"outcome": "cancelled", "findings": []}


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ('{"id": "cut', "line 2: is not JSON"),
        ("[" * 100_000, "line 2: cannot be read as JSON"),
        ('{"id": ' + "9" * 5000 + "}", "line 2: cannot be read as JSON"),
        ("[1]", "line 2: has no labels"),
        (make_record(id="b", gold=None), "line 2: has no labels"),
        (make_record(id="b", turns="none"), "line 2"),
        (make_record(), "line 2: id: 'x-1' is the call of line 1"),
        (with_gold(outcome="left"), "line 2: gold.outcome: is 'left'; expected one of cancelled"),
        (with_gold(outcome=["cancelled"]), "line 2: gold.outcome: is ['cancelled']"),
        (with_gold(findings={}), "line 2: gold.findings: is no list"),
        (with_gold(findings=["x"]), "line 2: gold.findings[0].rule"),
        (
            with_gold(findings=[{"rule": "refusal-stal", "turns": [0]}]),
            "line 2: gold.findings[0].rule: is 'refusal-stal'; the rule book has",
        ),
        (
            with_gold(findings=[{"rule": "refusal-stall", "turns": [3]}]),
            "line 2: gold.findings[0].turns: expected turn numbers from 0 to 2",
        ),
        (
            with_gold(findings=[{"rule": "refusal-stall", "turns": [0]}] * 2),
            "line 2: gold.findings[1].rule: refusal-stall has a finding already",
        ),
        (with_acts("hold"), "line 2: turns[0].acts: is no list"),
        (with_acts(["holt"]), "line 2: turns[0].acts: 'holt' is no act"),
        (with_acts(["offer:money"]), "after 'offer' expected one of discount, free-period"),
        (with_acts(["hold:long"]), "after 'hold' expected one of nothing"),
    ],
)
def test_a_bad_labelled_call_is_one_clear_line_with_its_place(tmp_path, record, said):
    if isinstance(record, dict) and said.find("id:") < 0:
        record = record | {"id": "another"}
    with pytest.raises(ReadError) as caught:
        read(tmp_path, make_record(), record)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_empty_and_wrongly_encoded_files_are_one_clear_line(tmp_path):
    with pytest.raises(ReadError, match="cannot be read"):
        read_labelled_calls(str(tmp_path / "none.jsonl"), [])
    with pytest.raises(ReadError, match="holds no call"):
        read(tmp_path, "")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}\n')
    with pytest.raises(ReadError, match="line 1: is not UTF-8"):
        read_labelled_calls(str(tmp_path / "latin.jsonl"), [])


# --- running ------------------------------------------------------------------------------------


@pytest.fixture
def audit_with(monkeypatch):
    """Puts another function in the place of `audit_call`."""

    def put(function):
        monkeypatch.setitem(
            sys.modules, "transcript_audit.audit", SimpleNamespace(audit_call=function)
        )

    return put


def test_a_crash_of_the_audit_stops_the_run_and_names_the_call(audit_with, monkeypatch):
    def crash(*_):
        raise ZeroDivisionError("oh")

    audit_with(crash)
    monkeypatch.setattr(labelled_calls, "_load", lambda _: (RULEBOOK, object()))
    with pytest.raises(TranscriptAuditError, match=r"calls\.jsonl: call c1: .*ZeroDivisionError"):
        list(audit_labelled_calls([make_labelled()], AuditOptions()))


def test_gold_acts_stand_in_for_the_recogniser_call_by_call(audit_with, monkeypatch):
    def tell_acts(transcript, _rulebook, recogniser, _role_options):
        turn = Turn(0, Role.AGENT, "agent", "words", (Part(0, 0),))
        names = [act.name for act in recogniser.recognise([turn])]
        return SkippedCall(transcript.call_id, "", " ".join(names))

    audit_with(tell_acts)
    calls = [make_labelled("a", acts={0: ("hold",)}), make_labelled("b", acts={0: ("verify",)})]
    monkeypatch.setattr(labelled_calls, "load_rulebook", lambda *_: RULEBOOK)
    options = AuditOptions(profile="of this test alone", use_gold_acts=True)
    pairs = audit_labelled_calls(calls, options)
    assert [(call.call_id, audit.reason) for call, audit in pairs] == [
        ("a", "hold"),
        ("b", "verify"),
    ]


def test_two_processes_give_the_same_audits_in_the_same_order():
    calls = read_labelled_calls(str(BENCHMARK), RULE_IDS)[:20]
    options = AuditOptions(use_gold_acts=True)
    one = list(audit_labelled_calls(calls, options))
    assert [call for call, _ in one] == list(calls)
    assert list(audit_labelled_calls(calls, options, jobs=2)) == one


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def run_evaluate(tmp_path, monkeypatch):
    """Runs `evaluate` on labelled calls whose audits are given by hand."""
    monkeypatch.setattr("transcript_audit.rulebook.load_rulebook", lambda *_: RULEBOOK)
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(evaluate_command)

    def run(*arguments, records=None, **audit):
        path = tmp_path / "calls.jsonl"
        records = records or [make_record()]
        path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
        monkeypatch.setattr(
            labelled_calls,
            "audit_labelled_calls",
            lambda calls, *_: (
                (call, audit.get("skipped") or make_audit(call, **audit)) for call in calls
            ),
        )
        return CliRunner().invoke(app, [str(path), *arguments])

    return run


def test_the_table_is_plain_and_whole_where_it_is_no_terminal(run_evaluate):
    result = run_evaluate()
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "…" not in result.stdout
    assert "Acts with topic or kind" not in result.stdout  # there are none
    for words in ("outcome accuracy", "refusal-unresolved", "Outcomes", "request-cancel"):
        assert words in result.stdout


def test_json_is_strict_and_has_null_for_what_is_undefined(run_evaluate):
    def refuse(constant):
        raise ValueError(constant)

    result = run_evaluate("--format", "json", findings={"refusal-stall": (0,)})
    document = json.loads(result.stdout, parse_constant=refuse)
    assert document["run"]["rule_book"] == "digest"
    scores = {each["name"]: each["f1"]["value"] for each in document["rules"]}
    assert scores["refusal-stall"] == 1
    assert scores["refusal-explicit"] is None


def test_acts_taken_from_the_labels_are_not_scored(run_evaluate):
    document = json.loads(run_evaluate("--format", "json", "--gold-acts").stdout)
    assert (document["acts"], document["qualified_acts"]) == ([], [])
    names = [measure["name"] for measure in document["whole"]["measures"]]
    assert "rule-f1" in names
    assert not [name for name in names if "act-" in name]


def test_misses_show_the_calls_as_text_never_as_markup(run_evaluate):
    text = "call back [bold red]later[/inaudible] \x1b[31m now"
    turns = [{"speaker": "agent", "text": text, "acts": ["stall"]}]
    result = run_evaluate("--misses", "refusal-stall", records=[make_record(turns=turns)])
    assert "refusal-stall: 1 of 1 missed, 0 wrongly flagged" in result.stdout
    assert "missed, act not found: not found: 0 stall" in result.stdout
    assert "[labelled stall; found no act]" in result.stdout
    assert "[bold red]later[/inaudible]" in result.stdout
    assert "\x1b" not in result.stdout


def test_misses_in_markdown_stand_in_code_blocks(run_evaluate):
    text = "call back <b>later</b> | [now](http://x)\n# ```"
    turns = [{"speaker": "agent", "text": text, "acts": ["stall"]}]
    options = ("--misses", "refusal-stall", "--format", "markdown")
    result = run_evaluate(*options, records=[make_record(turns=turns)])
    assert "**refusal-stall: 1 of 1 missed, 0 wrongly flagged**" in result.stdout
    assert "\n- missed, act not found: 1\n" in result.stdout
    (quoted,) = [line for line in result.stdout.splitlines() if "<b>" in line]
    assert quoted.startswith("    turn 0 agent [labelled stall; found no act]: call back <b>later")
    assert result.stdout.endswith("# ```\n")
    assert result.stdout.count("\n    ") == 2
    assert run_evaluate(*options, findings={"refusal-stall": (0,)}).stdout == (
        "**refusal-stall: 0 of 1 missed, 0 wrongly flagged**\n"
    )


def test_misses_of_all_rules_are_counted_by_cause(run_evaluate):
    turns = [{"speaker": "agent", "text": "call back later", "acts": ["stall"]}]

    def show(format_):
        options = ("--misses", "all", "--format", format_)
        records = [make_record(turns=turns)]
        return run_evaluate(*options, records=records, findings={"refusal-explicit": (0,)}).stdout

    document = json.loads(show("json"))
    assert [each["rule"] for each in document["tallies"]] == [*RULE_IDS_HERE, "all"]
    tallies = {each["rule"]: each for each in document["tallies"]}
    assert tallies["refusal-stall"]["missed"]["act not found"] == 1
    assert tallies["refusal-explicit"]["wrongly_flagged"]["rule logic"] == 1
    whole = tallies["all"]
    assert (whole["labelled"], sum(whole["missed"].values())) == (1, 1)
    assert sum(whole["wrongly_flagged"].values()) == 1
    assert [miss["rule"] for miss in document["misses"]] == ["refusal-explicit", "refusal-stall"]

    (row,) = [
        line.split() for line in show("table").splitlines() if line.startswith(" refusal-stall")
    ]
    assert row == ["refusal-stall", "1", "-", "-", "-", "1", "/", "0", "-", "-", "-", "1", "/", "0"]
    markdown = show("markdown")
    assert "| refusal-explicit | 0 | - | - | - | - | - | - | 0 / 1 | 0 / 1 |" in markdown
    assert "| all | 1 | - | - | - | 1 / 0 | - | - | 0 / 1 | 1 / 1 |" in markdown


def test_calls_that_agree_leave_an_empty_tally(run_evaluate):
    agreed = run_evaluate("--misses", "all", findings={"refusal-stall": (0,)}).stdout
    assert "/ 0" not in agreed
    assert "0 /" not in agreed


def test_strengths_are_compared_with_the_share_that_is_right(run_evaluate):
    found = {"refusal-stall": (0,), "refusal-explicit": (0,)}
    document = json.loads(run_evaluate("--format", "json", findings=found).stdout)
    reliability = document["reliability"]
    assert (reliability["findings"], reliability["right"]) == (2, 1)
    assert reliability["brier_score"] == pytest.approx((0.1**2 + 0.9**2) / 2)
    assert reliability["calibration_error"] == pytest.approx(0.4)
    (only,) = reliability["bins"]
    assert (only["low"], only["findings"], only["share_right"]) == (0.9, 2, 0.5)
    said = "1 of 2 right; Brier score 0.410, expected calibration error 0.400"
    assert said in run_evaluate(findings=found).stdout
    markdown = run_evaluate("--format", "markdown", findings=found).stdout
    assert "| 0.90-1.00 | 2 | 0.900 | 1 | 0.500 | 0.09-0.91 |" in markdown
    assert said in markdown


@pytest.mark.parametrize("option", [["--gold-acts"], ["--patterns-only"], ["--pipeline", "mine"]])
def test_strengths_that_are_not_calibrated_are_not_compared(run_evaluate, option):
    result = run_evaluate("--format", "json", *option, findings={"refusal-stall": (0,)})
    document = json.loads(result.stdout)
    assert document["reliability"] is None
    assert document["run"]["pipeline"] == ("mine" if "mine" in option else None)


def test_an_unknown_rule_or_kind_is_one_clear_line(run_evaluate):
    result = run_evaluate("--misses", "refusal-stal")
    assert isinstance(result.exception, ConfigurationError)
    assert "did you mean 'refusal-stall'?" in str(result.exception)
    result = run_evaluate("--limit-kind", "odd")
    assert str(result.exception) == "--limit-kind odd: no such calls; the file has typical"


def test_only_the_calls_of_a_kind_are_evaluated(run_evaluate):
    records = [make_record(), make_record(id="x-2", kind="ordinary")]
    result = run_evaluate("--limit-kind", "ordinary", "--format", "json", records=records)
    document = json.loads(result.stdout)
    assert document["whole"]["calls"] == 1
    assert [group["name"] for group in document["kinds"]] == ["ordinary"]


def test_skipped_calls_make_exit_code_3_and_a_line_on_standard_error(run_evaluate):
    result = run_evaluate(skipped=SkippedCall("x-1", "calls.jsonl", "one speaker"))
    assert result.exit_code == 3
    assert "call x-1: one speaker" in result.stderr
    assert "Labelled calls: 1, skipped: 1" in result.stdout
