"""What holds for every check kind: when a rule applies, and what a finding and an answer say."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from checked_calls import (
    ASKS,
    DETAILS,
    GOODWILL,
    IGNORES,
    MISFITS,
    PASSES,
    PUSHES,
    REFUSES,
    RELEVANCE,
    REPEATS,
    RUDE,
    STANDS,
    Call,
    call,
    check,
    cited,
    finding,
    rule,
)

from transcript_audit.checks import KINDS, check_call
from transcript_audit.episode import follow_episode
from transcript_audit.model import (
    Family,
    Part,
    RuleStatus,
)
from transcript_audit.rulebook import Profile, Rule, RuleBook


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


def test_words_over_two_source_turns_are_cited_by_the_one_they_begin_in() -> None:
    one = call("C: request-cancel", "A: well so refuse")
    joined = replace(one.turns[1], parts=(Part(5, 0, 7.0), Part(8, 8, 9.0)))
    act = replace(one.acts[1], span=(5, 14))
    result = check(Call((one.turns[0], joined), (one.acts[0], act)), REFUSES)
    (item,) = finding(result).evidence
    assert (item.number, item.quote, item.start) == (5, "so refuse", 7.0)
    assert result.reason == "refuse in turn 5"


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
    assert item.quote == "word " * 47 + "word…"  # 239 characters and the dots
    assert item.span == (0, 500)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("x" * 240, "x" * 240),
        ("x" * 241, "x" * 239 + "…"),
        ("x" * 238 + " yes, that is so", "x" * 238 + "…"),
    ],
)
def test_a_quote_is_cut_only_where_it_is_too_long(text: str, quote: str) -> None:
    one = call("C: request-cancel", "A: refuse")
    long = replace(one.turns[1], text=text)
    act = replace(one.acts[1], span=(0, len(text)))
    (item,) = finding(check(Call((one.turns[0], long), (one.acts[0], act)), REFUSES)).evidence
    assert item.quote == quote


def test_evidence_stands_in_the_order_of_the_call() -> None:
    one = call("C: request-cancel", "A: stall refuse", "C:", "A: stall")
    backwards = Call(one.turns, (one.acts[0], *reversed(one.acts[1:])))
    items = finding(check(backwards, REFUSES)).evidence
    assert [(item.number, item.quote) for item in items] == [
        (101, "stall"),
        (101, "refuse"),
        (103, "stall"),
    ]


def test_a_missing_act_is_as_sure_as_can_be_and_a_strength_has_three_places() -> None:
    assert finding(check(call("C: request-cancel", "A: confirm", "C:"), GOODWILL)).strength == 1
    weak = call("C: request-cancel", "A: refuse@0.61249")
    assert finding(check(weak, REFUSES)).strength == 0.612


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
    assert prints[0] == hashlib.sha256(b"own-rule\x1frefuse").hexdigest()[:16]
    both = finding(check(call("C: request-cancel", "A: refuse", "A: stall"), REFUSES)).fingerprint
    assert both == hashlib.sha256(b"own-rule\x1frefuse\x1fstall").hexdigest()[:16]
    renamed = finding(check(one, replace_id(REFUSES, "other-rule")))
    assert renamed.fingerprint != prints[0]


def test_a_finding_tells_what_would_have_cleared_it_and_was_looked_for() -> None:
    result = check(call("C: request-cancel", "A: refuse"), REFUSES)
    assert result.checked == ("An allowed reason (refuse-allowed): not found.",)
    result = check(call("C: request-cancel", "A: refuse-allowed", "C:", "A: refuse"), REFUSES)
    assert result.checked == ("An allowed reason (refuse-allowed): only in turn 101.",)
    rude = check(call("A: refuse-allowed", "C: so", "A: refuse"), rule_of_conduct("refuse"))
    assert rude.checked == ("An allowed reason (refuse-allowed): not found.",)


def rule_of_conduct(act: str) -> Rule:
    return rule("act-present", Family.CONDUCT, acts=[act], after="call")


@pytest.mark.parametrize(
    ("one", "lines", "checked"),
    [
        (RUDE, ["A: disrespect"], ()),
        (
            PUSHES,
            ["C: request-cancel", "A: offer:gift", "C: waver decline", "A: offer:gift"],
            ("Real interest that invites an offer (waver): only in turn 102.",),
        ),
        (
            MISFITS,
            ["C: give-reason:moving", "A: offer:gift"],
            ("Real interest that invites an offer (waver): not found.",),
        ),
        (
            PUSHES,
            ["C: waver request-cancel", "A: offer:gift", "C: decline", "A: offer:gift"],
            ("Real interest that invites an offer (waver): not found.",),
        ),
        (
            STANDS,
            ["C: request-cancel", "A: agree", "C: withdraw", "A:", "C: insist", "A:", "C: insist"],
            (
                "A confirmation (confirm): not found.",
                "The request taken back (withdraw): only in turn 102.",
                "An allowed reason (refuse-allowed): not found.",
            ),
        ),
        (
            IGNORES,
            ["C: raise-concern:price", "A: so", "A: so"],
            ("An acknowledgement (acknowledge): not found.",),
        ),
        (
            DETAILS,
            ["A: confirm-details", "C: request-cancel", "A: confirm"],
            ("Date, reference, written confirmation or last bill (confirm-details): not found.",),
        ),
        (
            GOODWILL,
            ["C: request-cancel", "A: goodwill", "C: decline", "A: confirm"],
            ("Thanks, regret, good wishes or an open door (goodwill): only in turn 101.",),
        ),
    ],
)
def test_what_would_have_cleared_it_goes_by_what_the_rule_looks_for(
    one: Rule, lines: list[str], checked: tuple[str, ...]
) -> None:
    result = check(call(*lines), one)
    assert result.status is RuleStatus.FLAGGED
    assert result.checked == checked


ASKED = "The customer asked to cancel in turn 100."


@pytest.mark.parametrize(
    ("one", "lines", "reason", "steps"),
    [
        (
            REFUSES,
            ["C: request-cancel", "A: refuse", "C:", "A: stall", "C:", "A: refuse"],
            "refuse, stall in turns 101, 103 and 105",
            (
                ASKED,
                "Looked for refuse or stall in the agent's turns after the request.",
                "Found in turns 101, 103 and 105: refuse, stall.",
            ),
        ),
        (
            REFUSES,
            ["C: request-cancel", "A: agree"],
            "no refuse or stall by the agent",
            (ASKED, "Looked for refuse or stall in the agent's turns after the request."),
        ),
        (
            RUDE,
            ["A: hang-up"],
            "hang-up in turn 100",
            (
                "Looked for disrespect or hang-up in the agent's turns of the whole call.",
                "Found in turn 100: hang-up.",
            ),
        ),
        (
            PUSHES,
            ["C: request-cancel", "A: offer:gift", "C: decline", "A: offer:pause persuade"],
            "1 attempt to retain after a decline, in turn 103",
            (
                ASKED,
                "Attempts to retain: 2.",
                "Turn 103: offer:pause, persuade, after the customer had declined.",
            ),
        ),
        (
            PUSHES,
            ["C: request-cancel", "A: offer:gift", "C:", "A: offer:pause persuade"],
            "no attempt after a decline",
            (ASKED, "Attempts to retain: 1."),
        ),
        (
            PUSHES,
            [
                *("C: request-cancel", "A: offer:gift", "C: give-reason:price", "A: persuade"),
                *("C: decline", "A: offer:gift"),
            ],
            "2 attempts to retain that the profile doesn't allow, in turns 103 and 105",
            (
                ASKED,
                "Attempts to retain: 3.",
                "Turn 103: persuade, not allowed by the profile.",
                "Turn 105: offer:gift, after the customer had declined.",
            ),
        ),
        (
            ASKS,
            ["C: request-cancel", "A: ask-reason", "C: so", "A: ask-reason dispute-reason"],
            "reason pressed in turn 103",
            (
                ASKED,
                "The agent asked why again in turn 103.",
                "The agent disputed the reason in turn 103.",
            ),
        ),
        (
            ASKS,
            ["C: request-cancel give-reason:price", "A: ask-reason"],
            "reason pressed in turn 101",
            (
                ASKED,
                "The agent asked why in turn 101, although turn 100 had answered that "
                "(give-reason:price).",
            ),
        ),
        (
            ASKS,
            ["C: request-cancel", "A: ask-reason"],
            "the reason was asked for once",
            (ASKED, "The reason was asked for once."),
        ),
        (
            ASKS,
            ["C: request-cancel", "A: agree"],
            "the reason was not asked for",
            (ASKED, "The reason was not asked for."),
        ),
        (
            PASSES,
            ["C: request-cancel", "A: hand-off", "A: verify", "A: hand-off"],
            "passed on 2 times",
            (ASKED, "Passed on 2 times after it; 1 allowed."),
        ),
        (
            PASSES,
            ["C: request-cancel", "A: hand-off"],
            "passed on 1 time",
            (ASKED, "Passed on 1 time after it; 1 allowed."),
        ),
        (
            PASSES,
            [
                *("C: request-cancel", "A: hand-off", "C: request-cancel", "A: stall"),
                *("C: request-cancel", "A: stall"),
            ],
            "passed on and had to argue it all again",
            (
                ASKED,
                "Passed on 1 time after it; 1 allowed.",
                "After it the customer asked or told again 2 times and was argued with.",
            ),
        ),
        (
            STANDS,
            ["C: request-cancel", "A: refuse"],
            "the call ended with the request standing",
            (
                ASKED,
                "The episode ended not-cancelled.",
                "No confirmation and no allowed reason was found up to the last turn.",
            ),
        ),
        (
            STANDS,
            ["C: request-cancel", "A: confirm"],
            "the call ended cancelled",
            (ASKED, "The episode ended cancelled."),
        ),
        (
            STANDS,
            ["C: request-cancel", "A: refuse", "C: accept"],
            "the customer gave the request up after the way out had been barred",
            (ASKED, "The episode ended not-cancelled."),
        ),
        (
            STANDS,
            ["A:", "C: request-cancel"],
            "the recording ends before the agent could answer the request",
            ("The customer asked to cancel in turn 101.", "The episode ended not-cancelled."),
        ),
        (
            STANDS,
            ["C: request-cancel", "A: #### ####"],
            "a confirmation or an allowed reason may have been redacted in turn 101",
            (ASKED, "The episode ended not-cancelled."),
        ),
        (
            IGNORES,
            ["C: raise-concern:price", "A:", "C: raise-concern:billing", "A:", "C:", "A:"],
            "2 concerns passed over, voiced in turns 100 and 102",
            (
                "raise-concern:price in turn 100 was not acknowledged in turns 101 and 103.",
                "raise-concern:billing in turn 102 was not acknowledged in turns 103 and 105.",
            ),
        ),
        (
            IGNORES,
            ["C: raise-concern:price", "A: acknowledge", "C: raise-concern:billing"],
            "the call ended before the agent could answer a concern",
            (
                "raise-concern:price in turn 100 was answered in turn 101.",
                "raise-concern:billing in turn 102: no agent's turn of substance followed.",
            ),
        ),
        (
            IGNORES,
            ["C: raise-concern:price", "A: [PII] [PII]", "C:", "A: [PII] [PII]"],
            "the answer to a concern may have been redacted in turns 101 and 103",
            ("raise-concern:price in turn 100 was not acknowledged in turns 101 and 103.",),
        ),
        (
            IGNORES,
            ["C: raise-concern:price", "A: acknowledge"],
            "every concern was acknowledged",
            ("raise-concern:price in turn 100 was answered in turn 101.",),
        ),
        (
            MISFITS,
            ["C: give-reason:moving", "C: raise-concern:price", "A: offer:gift", "A: persuade"],
            "irrelevant offer in turn 102",
            ("offer:gift in turn 102 can't help with moving, price (turns 100 and 101).",),
        ),
        (
            MISFITS,
            ["C: give-reason:moving", "A: offer:pause"],
            "no offer that could not help",
            (),
        ),
        (
            REPEATS,
            ["C: raise-concern:price", "C: repeat-concern:price", "C: repeat-concern:other"],
            "a concern had to be raised again in turns 101 and 102",
            (
                "The customer raised it again in turns 101 and 102: "
                "repeat-concern:price, repeat-concern:other.",
            ),
        ),
        (
            REPEATS,
            ["C: raise-concern:price"],
            "no concern had to be raised again",
            ("Looked for a concern raised again.",),
        ),
        (
            DETAILS,
            ["C: request-cancel", "A: confirm"],
            "no confirm-details after the request",
            (ASKED, "Looked for confirm-details after the request."),
        ),
        (
            DETAILS,
            ["C: request-cancel", "A: confirm confirm-details"],
            "confirm-details in turn 101",
            (ASKED, "Looked for confirm-details after the request."),
        ),
        (
            GOODWILL,
            ["C: request-cancel", "A: confirm"],
            "no goodwill after the customer's final decision",
            (ASKED, "Looked for goodwill after the customer's final decision."),
        ),
        (
            GOODWILL,
            ["C: request-cancel", "A: confirm [PII] [PII] [PII]"],
            "goodwill may have been redacted in turn 101",
            (ASKED, "Looked for goodwill after the customer's final decision."),
        ),
    ],
)
def test_an_answer_says_what_was_looked_for_and_where_it_stands(
    one: Rule, lines: list[str], reason: str, steps: tuple[str, ...]
) -> None:
    result = check(call(*lines), one)
    assert result.reason == reason
    assert (result.finding.steps if result.finding else result.checked) == steps


def test_the_kinds_are_those_that_rule_files_may_name() -> None:
    named = {one.check.kind for one in (REFUSES, PUSHES, ASKS, PASSES, STANDS, IGNORES)}
    named |= {one.check.kind for one in (MISFITS, REPEATS, DETAILS)}
    assert named == set(KINDS)


def test_weak_acts_are_cited_only_where_none_is_surer() -> None:
    lines = ("C: request-cancel", "A: refuse@0.9", "C: insist", "A: refuse@0.55")
    assert cited(check(call(*lines), REFUSES)) == [1]
    assert cited(check(call(*lines), REFUSES, evidence_strength=0.5)) == [1, 3]
    assert cited(check(call("C: request-cancel", "A: refuse@0.55"), REFUSES)) == [1]
    steps = finding(check(call(*lines), REFUSES)).steps
    assert steps[-2:] == ("Found in turn 101: refuse.", "Too faint to cite: turn 103.")
