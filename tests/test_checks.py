"""Every check kind: what it flags, what it leaves alone, and what it says about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from transcript_audit.checks import KINDS, check_call
from transcript_audit.episode import follow_episode
from transcript_audit.model import (
    TOPICS,
    Act,
    ActLabel,
    Family,
    Finding,
    Part,
    Role,
    RuleResult,
    RuleStatus,
    Severity,
    Turn,
)
from transcript_audit.rulebook import Profile, Rule, RuleBook

RELEVANCE = {topic: frozenset({"other"}) for topic in TOPICS} | {
    "price": frozenset({"discount", "pause", "argument"}),
    "moving": frozenset({"move-service", "pause", "argument"}),
    "bereavement": frozenset({"move-service"}),
}


@dataclass(frozen=True)
class Call:
    turns: tuple[Turn, ...]
    acts: tuple[Act, ...]


def call(*lines: str) -> Call:
    """A call of lines like "C: request-cancel give-reason:moving" or "A Jo: offer:pause@0.6".

    Speakers are C and A (with a name where it matters); a number after "@" is a strength. The
    words of an act are its name; source turns are numbered from 100.
    """
    turns, acts = [], []
    for index, line in enumerate(lines):
        speaker, _, rest = line.partition(":")
        letter, _, agent = speaker.partition(" ")
        words = rest.split()
        text = " ".join(word.partition("@")[0] for word in words) or "so"
        role = Role.CUSTOMER if letter == "C" else Role.AGENT
        part = Part(100 + index, 0, index * 10.0)
        turns.append(Turn(index, role, letter, text, (part,), agent_id=agent or None))
        for word in words:
            name, _, strength = word.partition("@")
            label, _, qualifier = name.partition(":")
            if label in set(ActLabel):
                start = text.index(name)
                span = (start, start + len(name))
                acts.append(
                    Act(ActLabel(label), index, span, qualifier, "own", float(strength or 1))
                )
    return Call(tuple(turns), tuple(acts))


def rule(kind: str, family: Family = Family.REFUSED_CANCELLATION, **parameters: Any) -> Rule:
    return Rule.model_validate(
        {
            "id": "own-rule",
            "title": "Own",
            "family": family,
            "severity": "major",
            "description": "Own",
            "check": {"kind": kind, **parameters},
            "message": "It happened.",
            "coaching": "Own",
            "cleared_by": "Not doing it.",
            "false_positives": ["Own"],
            "references": ["Own"],
            "examples": {"match": ["A: x"], "no_match": ["A: y"]},
        }
    )


def check(call: Call, rule: Rule, **thresholds: Any) -> RuleResult:
    profile = Profile(id="own", title="Own", description="Own", **thresholds)
    book = RuleBook((rule,), (), {}, (), RELEVANCE, profile, "")
    episode = follow_episode(call.turns, call.acts, profile)
    (result,) = check_call(call.turns, call.acts, episode, book)
    return result


def finding(result: RuleResult) -> Finding:
    assert result.status is RuleStatus.FLAGGED, result.reason
    assert result.finding is not None
    return result.finding


def cited(result: RuleResult) -> list[int]:
    """The turns of a finding's evidence, by index; [] where there is no finding."""
    return [item.turn for item in result.finding.evidence] if result.finding else []


REFUSES = rule("act-present", acts=["refuse", "stall"], after="request")
RUDE = rule("act-present", Family.CONDUCT, acts=["disrespect", "hang-up"], after="call")
PUSHES = rule("attempt-after-decline", Family.REPEATED_PUSHBACK)
ASKS = rule("reason-pressed", Family.REPEATED_PUSHBACK)
PASSES = rule("passed-on")
STANDS = rule("request-standing")
IGNORES = rule("concern-unanswered", Family.IGNORED_CONCERN)
MISFITS = rule("offer-irrelevant", Family.IGNORED_CONCERN)
REPEATS = rule("concern-repeated", Family.IGNORED_CONCERN)
DETAILS = rule("act-missing", Family.GRACEFUL_EXIT, act="confirm-details", after="request")
GOODWILL = rule("act-missing", Family.GRACEFUL_EXIT, act="goodwill", after="decision")


SWAPS = rule("act-present", acts=["substitute"], after="request")


def test_doing_what_was_just_accepted_is_no_substitution_but_more_of_it_is() -> None:
    taken = ["C: request-cancel", "A: offer:downgrade", "C: waver", "A:", "C: accept"]
    result = check(call(*taken, "A: substitute"), SWAPS)
    assert result.status is RuleStatus.CLEAR
    assert "just been accepted" in " ".join(result.checked)
    assert cited(check(call(*taken, "A:", "C:", "A: substitute"), SWAPS)) == [7]
    forced = ["C: request-cancel", "A: refuse pressure", "C: accept", "A: substitute"]
    assert cited(check(call(*forced), SWAPS)) == [3]


# --- when a rule applies ----------------------------------------------------------------------


@pytest.mark.parametrize("one", [REFUSES, PUSHES, ASKS, PASSES, STANDS, DETAILS, GOODWILL])
def test_without_a_request_only_concerns_and_conduct_are_judged(one: Rule) -> None:
    result = check(call("C: raise-concern:price", "A: refuse offer:gift ask-reason", "A:"), one)
    assert (result.status, result.reason) == (RuleStatus.NOT_APPLICABLE, "nobody asked to cancel")


@pytest.mark.parametrize("one", [RUDE, IGNORES, MISFITS, REPEATS])
def test_concerns_and_conduct_are_judged_without_a_request(one: Rule) -> None:
    bad = call(
        "C: raise-concern:price", "A: offer:gift disrespect", "C: repeat-concern:price", "A:"
    )
    assert check(bad, one).status is RuleStatus.FLAGGED


@pytest.mark.parametrize("one", [DETAILS, GOODWILL])
def test_the_exit_is_judged_only_where_the_call_ends_cancelled(one: Rule) -> None:
    result = check(call("C: request-cancel", "A: agree"), one)
    assert result.status is RuleStatus.NOT_APPLICABLE
    assert "ends not-cancelled" in result.reason
    assert check(call("C: request-cancel", "A: confirm"), one).status is RuleStatus.FLAGGED


def test_every_rule_of_the_book_gets_an_answer_in_the_books_order() -> None:
    rules = tuple(replace_id(one, f"rule-{n}") for n, one in enumerate((REFUSES, RUDE, IGNORES)))
    profile = Profile(id="own", title="Own", description="Own")
    turns = call("C: request-cancel", "A: refuse")
    episode = follow_episode(turns.turns, turns.acts, profile)
    book = RuleBook(rules, (), {}, (), RELEVANCE, profile, "")
    results = check_call(turns.turns, turns.acts, episode, book)
    assert [(r.rule, r.status) for r in results] == [
        ("rule-0", RuleStatus.FLAGGED),
        ("rule-1", RuleStatus.CLEAR),
        ("rule-2", RuleStatus.CLEAR),
    ]


def replace_id(one: Rule, name: str) -> Rule:
    return one.model_copy(update={"id": name})


def test_a_call_without_turns_flags_nothing() -> None:
    for one in (REFUSES, RUDE, PUSHES, ASKS, PASSES, STANDS, IGNORES, MISFITS, REPEATS, GOODWILL):
        assert check(call(), one).finding is None


# --- what a finding says ----------------------------------------------------------------------


def test_a_finding_quotes_the_words_their_source_turn_and_their_time() -> None:
    result = check(call("C: request-cancel", "A Jo: well refuse then"), REFUSES)
    (item,) = finding(result).evidence
    assert (item.turn, item.number, item.quote, item.act) == (1, 101, "refuse", "refuse")
    assert (item.span, item.start, item.agent_id) == ((5, 11), 10.0, "Jo")
    assert finding(result).message == "It happened."
    assert finding(result).cleared_by == "Not doing it."
    assert "turn 101" in result.reason
    assert "turn 100" in finding(result).steps[0]


def test_evidence_of_a_joined_turn_cites_the_source_turn_of_the_words() -> None:
    one = call("C: request-cancel", "A: well so refuse")
    parts = (Part(5, 0, 7.0), Part(8, 8, None))
    joined = replace(one.turns[1], parts=parts, start=7.0)
    (item,) = finding(check(Call((one.turns[0], joined), one.acts), REFUSES)).evidence
    assert (item.number, item.start) == (8, 7.0)


def test_a_missing_word_is_cited_at_the_end_of_a_joined_turn() -> None:
    one = call("C: request-cancel", "A: well so")
    joined = replace(one.turns[1], parts=(Part(5, 0, 7.0), Part(8, 5, 9.0)))
    (item,) = finding(check(Call((one.turns[0], joined), one.acts), STANDS)).evidence
    assert (item.number, item.quote, item.span, item.start) == (8, "so", (5, 7), 9.0)


def test_a_long_quote_is_cut_but_its_place_is_not() -> None:
    one = call("C: request-cancel", "A: refuse")
    long = replace(one.turns[1], text="word " * 100)
    act = replace(one.acts[1], span=(0, 500))
    (item,) = finding(check(Call((one.turns[0], long), (one.acts[0], act)), REFUSES)).evidence
    assert len(item.quote) <= 240
    assert item.quote.endswith("…")
    assert item.span == (0, 500)


def test_strength_is_that_of_the_strongest_evidence() -> None:
    result = check(
        call("C: request-cancel", "A: refuse@0.6", "A: stall@0.8", "A: refuse@0.7"), REFUSES
    )
    assert finding(result).strength == 0.8


def test_a_fingerprint_stays_while_words_and_rule_stay() -> None:
    one = call("C: request-cancel", "A: refuse")
    later = call("A:", "C: request-cancel", "A:", "A: refuse@0.7")
    other = call("C: request-cancel", "A: stall")
    prints = [finding(check(each, REFUSES)).fingerprint for each in (one, later, other)]
    assert prints[0] == prints[1] != prints[2]
    renamed = finding(check(one, replace_id(REFUSES, "other-rule")))
    assert renamed.fingerprint != prints[0]


def test_a_finding_tells_what_would_have_cleared_it_and_was_looked_for() -> None:
    result = check(call("C: request-cancel", "A: refuse"), REFUSES)
    assert result.checked == ("An allowed reason (refuse-allowed): not found.",)
    result = check(call("C: request-cancel", "A: refuse-allowed", "C:", "A: refuse"), REFUSES)
    assert result.checked == ("An allowed reason (refuse-allowed): only in turn 101.",)


# --- act-present ------------------------------------------------------------------------------


def test_every_act_named_is_evidence_after_the_request_only() -> None:
    result = check(
        call("A: refuse", "C: request-cancel", "A: refuse", "C:", "A: offer:gift stall"), REFUSES
    )
    assert cited(result) == [2, 4]
    assert check(call("A: refuse", "C: request-cancel", "A: agree"), REFUSES).status is (
        RuleStatus.CLEAR
    )


def test_some_acts_count_from_the_start_of_the_call() -> None:
    assert cited(check(call("A: disrespect", "C: request-cancel", "A: hang-up"), RUDE)) == [0, 2]


# --- attempt-after-decline --------------------------------------------------------------------


def test_one_attempt_before_any_decline_is_allowed() -> None:
    result = check(call("C: request-cancel", "A: offer:pause", "C: decline", "A: agree"), PUSHES)
    assert (result.status, result.reason) == (RuleStatus.CLEAR, "no attempt after a decline")
    assert check(call("C: request-cancel", "A: agree"), PUSHES).reason == "no attempt to retain"


def pushes(times: int) -> Call:
    lines = ["C: request-cancel", "A: offer:pause"]
    for _ in range(times):
        lines += ["C: decline", "A: offer:gift persuade"]
    return call(*lines)


def test_each_attempt_after_a_decline_is_evidence_and_three_are_critical() -> None:
    assert cited(check(pushes(1), PUSHES)) == [3, 3]
    assert cited(check(pushes(2), PUSHES)) == [3, 3, 5, 5]
    severities = [finding(check(pushes(times), PUSHES)).severity for times in (1, 2, 3, 4)]
    assert severities == [Severity.MAJOR, Severity.MAJOR, Severity.CRITICAL, Severity.CRITICAL]
    assert finding(check(pushes(2), PUSHES, attempts_critical=2)).severity is Severity.CRITICAL


def test_invited_offers_are_allowed_until_the_next_no() -> None:
    lines = ["C: request-cancel", "A: offer:pause", "C: decline", "A:", "C: waver", "A: offer:gift"]
    assert check(call(*lines), PUSHES).status is RuleStatus.CLEAR
    assert cited(check(call(*lines, "C: insist", "A: persuade"), PUSHES)) == [7]


def test_more_attempts_than_the_profile_allows_are_flagged_before_any_decline() -> None:
    lines = ("C: request-cancel", "A: offer:pause", "C: give-reason:price", "A: offer:discount")
    assert cited(check(call(*lines), PUSHES)) == [3]
    assert check(call(*lines), PUSHES, attempts_allowed=2).status is RuleStatus.CLEAR
    assert cited(check(call(*lines), PUSHES, attempts_allowed=0)) == [1, 3]
    assert "doesn't allow" in check(call(*lines), PUSHES).reason


CONSENTS = [("agreed-to-hear", "ask-leave"), ("told-how-to-cancel", "tell-way-out")]


@pytest.mark.parametrize(("consent", "act"), CONSENTS)
def test_a_stricter_profile_wants_something_said_before_the_first_attempt(
    consent: str, act: str
) -> None:
    bare = call("C: request-cancel", "A: offer:pause")
    kind = call("C: request-cancel", f"A: {act}", "C:", "A: offer:pause")
    assert cited(check(bare, PUSHES, consent=consent)) == [1]
    assert check(bare, PUSHES).status is RuleStatus.CLEAR
    assert check(kind, PUSHES, consent=consent).status is RuleStatus.CLEAR
    late = call("C: request-cancel", "A: offer:pause", "C:", f"A: {act}")
    assert cited(check(late, PUSHES, consent=consent)) == [1]


@pytest.mark.parametrize(("consent", "act"), CONSENTS)
@pytest.mark.parametrize("answer", ["request-cancel", "insist", "decline"])
def test_a_no_after_it_takes_the_consent_away(consent: str, act: str, answer: str) -> None:
    refused = call("C: request-cancel", f"A: {act}", f"C: {answer}", "A: offer:pause")
    assert cited(check(refused, PUSHES, consent=consent)) == [3]


def test_a_question_and_the_offer_in_one_breath_are_no_consent_but_telling_the_way_out_is() -> None:
    asked = call("C: request-cancel", "A: ask-leave offer:pause")
    assert cited(check(asked, PUSHES, consent="agreed-to-hear")) == [1]
    told = call("C: request-cancel", "A: tell-way-out offer:pause")
    assert check(told, PUSHES, consent="told-how-to-cancel").status is RuleStatus.CLEAR


@pytest.mark.parametrize("consent", [consent for consent, _ in CONSENTS])
def test_an_offer_that_the_customer_asked_for_needs_no_consent(consent: str) -> None:
    asked = call("C: request-cancel", "A:", "C: waver", "A: offer:pause")
    assert check(asked, PUSHES, consent=consent).status is RuleStatus.CLEAR


# --- reason-pressed ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        (["C: request-cancel", "A: ask-reason", "C: give-reason:price"], []),
        (["C: request-cancel", "A: ask-reason", "C:", "A: ask-reason"], [3]),
        (["C: request-cancel give-reason:price", "A: ask-reason"], [1]),
        (["C: raise-concern:price", "A:", "C: request-cancel", "A: ask-reason"], [3]),
        (["C: request-cancel", "A: ask-reason", "C: withhold-reason", "A Al: ask-reason"], [3]),
        (["C: request-cancel give-reason:price", "A: dispute-reason"], [1]),
        (["A: ask-reason dispute-reason", "C: request-cancel", "A: ask-reason"], []),
    ],
)
def test_the_reason_may_be_asked_once_where_it_is_not_known(
    lines: list[str], turns: list[int]
) -> None:
    result = check(call(*lines), ASKS)
    assert cited(result) == turns
    assert result.status is (RuleStatus.FLAGGED if turns else RuleStatus.CLEAR)


def test_the_profile_says_how_often_the_reason_may_be_asked() -> None:
    asked = call("C: request-cancel", "A: ask-reason", "C:", "A: ask-reason")
    assert check(asked, ASKS, reasons_allowed=2).status is RuleStatus.CLEAR
    assert cited(check(asked, ASKS, reasons_allowed=0)) == [1, 3]


def test_why_a_question_is_too_much_is_said_with_the_turn_that_had_answered_it() -> None:
    result = check(call("C: request-cancel give-reason:price", "A: ask-reason"), ASKS)
    answered = "turn 100 had answered that (give-reason:price)"
    assert any(answered in step for step in finding(result).steps)
    lines = ("C: request-cancel give-reason:price", "A:", "C: give-reason:moving", "A: ask-reason")
    result = check(call(*lines), ASKS)
    assert any(answered in step for step in finding(result).steps)


# --- passed-on --------------------------------------------------------------------------------


def passed(times: int) -> Call:
    lines = ["C: request-cancel"]
    for _ in range(times):
        lines += ["A: hand-off", "A: verify", "C:"]
    return call(*lines)


def test_one_hand_off_is_allowed_and_each_further_one_is_evidence() -> None:
    assert check(passed(0), PASSES).status is RuleStatus.CLEAR
    assert check(passed(1), PASSES).status is RuleStatus.CLEAR
    assert cited(check(passed(2), PASSES)) == [4]
    assert cited(check(passed(3), PASSES)) == [4, 7]
    assert check(passed(2), PASSES, hand_offs_allowed=2).status is RuleStatus.CLEAR
    assert cited(check(passed(1), PASSES, hand_offs_allowed=0)) == [1]


def test_having_to_argue_it_all_again_after_one_hand_off_is_flagged() -> None:
    lines = ["C: request-cancel", "A: hand-off", "A: verify", "C: request-cancel", "A: ask-reason"]
    assert check(call(*lines), PASSES).status is RuleStatus.CLEAR
    again = call(*lines, "C: request-cancel", "A: offer:gift")
    assert cited(check(again, PASSES)) == [1]
    polite = call(*lines, "C: request-cancel", "A: confirm")
    assert check(polite, PASSES).status is RuleStatus.CLEAR


# --- request-standing -------------------------------------------------------------------------


def test_a_request_standing_at_the_end_cites_the_last_agent_turn() -> None:
    result = check(call("C: request-cancel@0.7", "A: refuse", "A: so", "C: insist"), STANDS)
    assert cited(result) == [2]
    assert finding(result).strength == 0.7
    assert finding(result).evidence[0].act == ""


@pytest.mark.parametrize(
    "lines",
    [
        ["A: confirm"],
        ["A: offer:pause", "C: accept"],
        ["A: hand-off"],
        ["A: refuse-allowed"],
    ],
)
def test_a_request_that_was_settled_does_not_stand(lines: list[str]) -> None:
    assert check(call("C: request-cancel", *lines), STANDS).status is RuleStatus.CLEAR


def test_a_request_given_up_under_pressure_is_for_a_person_to_judge() -> None:
    result = check(call("C: request-cancel", "A: refuse", "C: accept"), STANDS)
    assert result.status is RuleStatus.CANNOT_TELL
    assert "gave the request up" in result.reason


def test_a_recording_without_an_agent_cannot_tell() -> None:
    assert check(call("C: request-cancel"), STANDS).status is RuleStatus.CANNOT_TELL


# --- concern-unanswered -----------------------------------------------------------------------


def test_an_ignored_concern_is_cited_where_the_customer_voiced_it() -> None:
    result = check(
        call(
            "C: raise-concern:price",
            "A: offer:gift",
            "C: raise-concern:billing",
            "A:",
            "C: raise-concern:service",
            "A: acknowledge",
            "A:",
        ),
        IGNORES,
    )
    assert cited(result) == [0]
    assert "1 concern passed over" in result.reason


def test_answered_or_absent_concerns_are_clear_and_cut_off_ones_cannot_tell() -> None:
    answered = call("C: raise-concern:price", "A: acknowledge")
    assert check(answered, IGNORES).reason == "every concern was acknowledged"
    assert check(call("C:", "A:"), IGNORES).reason == "no concern was voiced"
    assert check(call("C: raise-concern:price", "A:"), IGNORES).status is RuleStatus.CANNOT_TELL


def test_the_profile_says_in_how_many_turns_a_concern_must_be_acknowledged() -> None:
    slow = call("C: raise-concern:price", "A:", "A:", "A: acknowledge")
    assert check(slow, IGNORES).status is RuleStatus.FLAGGED
    assert check(slow, IGNORES, turns_to_acknowledge=3).status is RuleStatus.CLEAR


# --- offer-irrelevant -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "turns"),
    [
        (["C: give-reason:moving", "A: offer:discount"], [1]),
        (["C: give-reason:moving", "A: offer:move-service"], []),
        (["C: give-reason:moving raise-concern:price", "A: offer:discount"], []),
        (["C: give-reason:bereavement", "A: persuade"], [1]),
        (["C: give-reason:price", "A: persuade offer:gift"], [1]),
        (["C:", "A: offer:discount", "C: give-reason:moving"], []),
        (
            ["C: give-reason:moving", "A: offer:gift", "C: give-reason:price", "A: offer:gift"],
            [1, 3],
        ),
        (["C: give-reason:moving", "A: pressure"], []),
    ],
)
def test_an_offer_must_help_with_some_concern_voiced_before_it(
    lines: list[str], turns: list[int]
) -> None:
    assert cited(check(call(*lines), MISFITS)) == turns


def test_an_offer_that_the_customer_asked_for_is_never_irrelevant() -> None:
    lines = ("C: request-cancel give-reason:moving", "A:", "C: waver", "A: offer:discount")
    assert check(call(*lines), MISFITS).status is RuleStatus.CLEAR


# --- concern-repeated, act-missing ------------------------------------------------------------


def test_every_repeat_is_evidence() -> None:
    lines = ("C: raise-concern:price", "A:", "C: repeat-concern:price", "A:")
    assert cited(check(call(*lines, "C: repeat-concern:price"), REPEATS)) == [2, 4]
    assert check(call(*lines[:2]), REPEATS).status is RuleStatus.CLEAR


def test_missing_details_cite_where_it_was_said_to_be_done() -> None:
    result = check(call("C: request-cancel", "A: confirm", "C:", "A: confirm goodwill"), DETAILS)
    assert cited(result) == [1, 3]


@pytest.mark.parametrize("place", [1, 3, 5])
def test_details_anywhere_after_the_request_are_enough(place: int) -> None:
    lines = ["C: request-cancel", "A:", "C:", "A: confirm", "C:", "A:"]
    lines[place] += " confirm-details"
    assert check(call(*lines), DETAILS).status is RuleStatus.CLEAR


def test_details_before_the_request_are_not_enough() -> None:
    assert check(call("A: confirm-details", "C: request-cancel", "A: confirm"), DETAILS).finding


def test_missing_goodwill_cites_the_last_agent_turn() -> None:
    assert cited(check(call("C: request-cancel", "A: confirm", "A: so", "C:"), GOODWILL)) == [2]


def test_goodwill_counts_only_after_the_final_decision() -> None:
    early = call("C: request-cancel", "A: goodwill offer:gift", "C: decline", "A: confirm")
    assert cited(check(early, GOODWILL)) == [3]
    late = call("C: request-cancel", "A: offer:gift", "C: decline", "A: confirm goodwill")
    assert check(late, GOODWILL).status is RuleStatus.CLEAR
    polite = call("C: request-cancel", "A: confirm goodwill", "C: decline", "A:")
    assert check(polite, GOODWILL).status is RuleStatus.CLEAR


def test_the_kinds_are_those_that_rule_files_may_name() -> None:
    named = {one.check.kind for one in (REFUSES, PUSHES, ASKS, PASSES, STANDS, IGNORES)}
    named |= {one.check.kind for one in (MISFITS, REPEATS, DETAILS)}
    assert named == set(KINDS)


def test_a_recording_that_ends_with_the_request_cannot_tell_what_became_of_it() -> None:
    result = check(call("A:", "C: request-cancel"), STANDS)
    assert (result.status, result.finding) == (RuleStatus.CANNOT_TELL, None)
    assert cited(check(call("A:", "C: request-cancel", "A:"), STANDS)) == [2]


def test_weak_acts_are_cited_only_where_none_is_surer() -> None:
    lines = ("C: request-cancel", "A: refuse@0.9", "C: insist", "A: refuse@0.55")
    assert cited(check(call(*lines), REFUSES)) == [1]
    assert cited(check(call(*lines), REFUSES, evidence_strength=0.5)) == [1, 3]
    assert cited(check(call("C: request-cancel", "A: refuse@0.55"), REFUSES)) == [1]
    steps = finding(check(call(*lines), REFUSES)).steps
    assert steps[-2:] == ("Found in turn 101: refuse.", "Too faint to cite: turn 103.")


def test_attempts_that_are_not_sure_do_not_make_it_critical() -> None:
    pushes = ["C: decline", "A: persuade@0.9", "C: decline", "A: persuade@0.9"]
    lines = ["C: request-cancel", "A: offer:pause", *pushes, "C: decline"]
    weak = finding(check(call(*lines, "A: persuade@0.55"), PUSHES))
    sure = finding(check(call(*lines, "A: persuade@0.9"), PUSHES))
    assert (weak.severity, sure.severity) == (Severity.MAJOR, Severity.CRITICAL)


def test_an_attempt_without_consent_is_not_told_as_one_after_a_decline() -> None:
    told = finding(
        check(call("C: request-cancel", "A: offer:pause"), PUSHES, consent="agreed-to-hear")
    )
    assert "profile own forbids" in told.message
    assert "Asking first" in told.cleared_by
    late = ["C: request-cancel", "A: offer:pause", "C: decline", "A: offer:gift"]
    assert finding(check(call(*late), PUSHES, consent="agreed-to-hear")).message == "It happened."


# --- what was redacted --------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["[PII]", "****", "[DATE]", "####"])
def test_details_that_may_have_been_redacted_are_not_held_to_be_missing(mark: str) -> None:
    plain = check(call("C: request-cancel", "A: confirm", "C:", "A: it ends on friday"), DETAILS)
    assert plain.status is RuleStatus.FLAGGED
    hidden = call("C: request-cancel", "A: confirm", "C:", f"A: it ends on {mark}")
    result = check(hidden, DETAILS)
    assert result.status is RuleStatus.CANNOT_TELL
    assert result.reason == "confirm-details may have been redacted in turn 103"


def test_a_redacted_name_or_one_before_the_request_hides_no_details() -> None:
    for lines in (
        ("C: request-cancel", "A: confirm", "C:", "A: bye [NAME]"),
        ("A: your number ****", "C: request-cancel", "A: confirm"),
        ("C: request-cancel", "A: confirm", "C: my number is ****"),
    ):
        assert check(call(*lines), DETAILS).status is RuleStatus.FLAGGED


def test_goodwill_can_only_hide_where_next_to_nothing_is_left() -> None:
    lines = ("C: request-cancel", "A: confirm")
    assert check(call(*lines, "A: it ends on [DATE]"), GOODWILL).status is RuleStatus.FLAGGED
    assert check(call(*lines, "A: ok [PII] [PII]"), GOODWILL).status is RuleStatus.CANNOT_TELL


def test_an_answer_that_may_have_been_redacted_leaves_a_concern_open() -> None:
    lines = ("C: raise-concern:price", "A: so what is your name then", "C:", "A: so be it [NAME]")
    assert check(call(*lines), IGNORES).status is RuleStatus.FLAGGED
    result = check(call(*lines[:3], "A: [PII] [PII]"), IGNORES)
    assert result.status is RuleStatus.CANNOT_TELL
    assert result.reason == "the answer to a concern may have been redacted in turn 103"


def test_another_concern_that_was_heard_and_ignored_is_flagged_all_the_same() -> None:
    lines = (
        "C: raise-concern:price",
        "A: **** ****",
        "C:",
        "A: so it is",
        "C: raise-concern:quality",
    )
    assert cited(check(call(*lines, "A: so it is", "C:", "A: so it is"), IGNORES)) == [4]


def test_a_request_is_not_held_to_stand_where_a_confirmation_may_have_been_redacted() -> None:
    lines = ("C: request-cancel", "A: so be it")
    assert check(call(*lines), STANDS).status is RuleStatus.FLAGGED
    assert check(call(*lines, "A: #### ####"), STANDS).status is RuleStatus.CANNOT_TELL


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("C: request-cancel", "A: refuse@0.95 until [DATE]"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 until friday"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 said [NAME]"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 until [DATE]"), RuleStatus.CANNOT_TELL),
        (("C: request-cancel [PII]", "A: refuse@0.8 until then"), RuleStatus.CANNOT_TELL),
        (
            ("C: request-cancel", "A: refuse@0.8 till [DATE]", "C:", "A: refuse@0.8"),
            RuleStatus.FLAGGED,
        ),
    ],
)
def test_an_act_that_is_less_than_sure_does_not_count_beside_what_was_redacted(
    lines: tuple[str, ...], status: RuleStatus
) -> None:
    result = check(call(*lines), REFUSES)
    assert result.status is status
    if status is RuleStatus.CANNOT_TELL:
        assert result.reason == "part of what decides it was redacted in turn 101"
