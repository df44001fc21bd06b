"""Every check kind: what it flags, what it leaves alone, and what it says about it."""

from __future__ import annotations

import hashlib
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
from transcript_audit.talk import Interruption, NoTalk, Silence, Talk

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


def check(
    call: Call, rule: Rule, talk: Talk | NoTalk | None = None, **thresholds: Any
) -> RuleResult:
    profile = Profile(id="own", title="Own", description="Own", **thresholds)
    book = RuleBook((rule,), (), {}, (), RELEVANCE, profile, "")
    episode = follow_episode(call.turns, call.acts, profile)
    timed = () if talk is None else (talk,)
    (result,) = check_call(call.turns, call.acts, episode, book, *timed)
    for named in filter(None, (result, result.finding)):
        assert (named.rule, named.family) == (rule.id, rule.family)
    return result


def talk(*cut_ins: tuple[Role, int, float], waits: tuple[tuple[int, float], ...] = ()) -> Talk:
    """Times in which somebody cuts in (who, source turn, seconds) and nobody speaks."""
    return Talk(
        duration=600.0,
        talk={},
        overlap=0.0,
        overlaps=0,
        interruptions=tuple(Interruption(who, n, 10.0, seconds) for who, n, seconds in cut_ins),
        silences=tuple(Silence(n, 10.0, seconds, hold=False) for n, seconds in waits),
        longest=None,
    )


def finding(result: RuleResult) -> Finding:
    assert result.status is RuleStatus.FLAGGED, result.reason
    assert result.finding is not None
    return result.finding


def cited(result: RuleResult) -> list[int]:
    """The turns of a finding's evidence, by index; [] where there is no finding."""
    return [item.turn for item in result.finding.evidence] if result.finding else []


REFUSES = rule("act-present", acts=["refuse", "stall"], after="request")
RUDE = rule("act-present", Family.CONDUCT, acts=["disrespect", "hang-up"], after="call")
TALKS_OVER = rule(
    "act-present", Family.CONDUCT, acts=["disrespect"], after="call", talking_over=True
)
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
    assert result.checked[-1] == "In turn 105 the agent did what had just been accepted."
    assert cited(check(call(*taken, "A:", "C:", "A: substitute"), SWAPS)) == [7]
    forced = ["C: request-cancel", "A: refuse pressure", "C: accept", "A: substitute"]
    assert cited(check(call(*forced), SWAPS)) == [3]
    assert cited(check(call(*taken, "A: substitute", "C:", "A: substitute"), SWAPS)) == [7]
    own_will = ["C: request-cancel", "A: agree", "C: withdraw", "A: substitute"]
    assert check(call(*own_will), SWAPS).status is RuleStatus.CLEAR
    other = rule("act-present", acts=["condition"], after="request")
    assert cited(check(call(*taken, "A: condition"), other)) == [5]


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


# --- act-present ------------------------------------------------------------------------------


def test_every_act_named_is_evidence_after_the_request_only() -> None:
    result = check(
        call("A: refuse", "C: request-cancel", "A: refuse", "C:", "A: offer:gift stall"), REFUSES
    )
    assert cited(result) == [2, 4]
    assert check(call("A: refuse", "C: request-cancel", "A: agree"), REFUSES).status is (
        RuleStatus.CLEAR
    )


def test_nothing_comes_after_a_request_that_nobody_made() -> None:
    after = rule("act-present", Family.CONDUCT, acts=["disrespect"], after="request")
    result = check(call("A: disrespect", "C: so", "A: disrespect"), after)
    assert (result.status, result.checked[0]) == (RuleStatus.CLEAR, "Nobody asked to cancel.")


def test_some_acts_count_from_the_start_of_the_call() -> None:
    assert cited(check(call("A: disrespect", "C: request-cancel", "A: hang-up"), RUDE)) == [0, 2]


AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER


def test_a_protest_without_times_is_for_a_person_to_judge() -> None:
    lines = ("C: so", "A: so", "C: ask-to-finish", "A: so", "C: ask-to-finish")
    result = check(call(*lines), TALKS_OVER, NoTalk("the source has no times"))
    assert (result.status, result.finding) == (RuleStatus.CANNOT_TELL, None)
    assert result.reason == (
        "the customer asked to be let finish in turns 102 and 104; the source has no times"
    )
    assert "the times were not measured" in check(call(*lines), TALKS_OVER).reason
    assert check(call(*lines), TALKS_OVER, talk()).status is RuleStatus.CLEAR
    assert check(call(*lines), RUDE).status is RuleStatus.CLEAR
    assert check(call(*lines[:2]), TALKS_OVER).reason == "no disrespect by the agent"


def test_cutting_in_often_without_protest_is_for_a_person_to_judge() -> None:
    lines = ("C: so", "A: so")
    three = [(AGENT, 101, 2.4), (AGENT, 105, 2.4), (AGENT, 109, 2.4)]
    seldom = check(call(*lines), TALKS_OVER, talk(*three), cut_ins_to_hear=4)
    assert (seldom.status, seldom.reason) == (RuleStatus.CLEAR, "no disrespect by the agent")
    often = check(call(*lines), TALKS_OVER, talk(*three), cut_ins_to_hear=3)
    assert (often.status, often.finding) == (RuleStatus.CANNOT_TELL, None)
    assert often.reason == (
        "the agent cut in 3 times, for 7 seconds (turns 101, 105, 109); "
        "the customer did not protest, so it takes an ear to tell"
    )
    assert often.checked == ("Looked for disrespect in the agent's turns of the whole call.",)
    assert check(call(*lines), RUDE, talk(*three), cut_ins_to_hear=3).status is RuleStatus.CLEAR


@pytest.mark.parametrize(
    ("by_agent", "by_customer", "status"),
    [
        (4, 2, RuleStatus.CANNOT_TELL),
        (5, 2, RuleStatus.CANNOT_TELL),
        (4, 3, RuleStatus.CLEAR),
        (5, 3, RuleStatus.CLEAR),
    ],
)
def test_where_the_customer_cuts_in_more_than_half_as_often_nobody_is_suspected(
    by_agent: int, by_customer: int, status: RuleStatus
) -> None:
    cut_ins = [(AGENT, 101, 9.0)] * by_agent + [(CUSTOMER, 102, 9.0)] * by_customer
    result = check(call("C: so", "A: so"), TALKS_OVER, talk(*cut_ins), cut_ins_to_hear=2)
    assert result.status is status


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


@pytest.mark.parametrize(("consent", "act"), CONSENTS)
def test_a_no_to_the_attempt_itself_takes_no_consent_away(consent: str, act: str) -> None:
    lines = ("C: request-cancel", f"A: {act}", "C:", "A: offer:pause", "C: insist")
    assert check(call(*lines), PUSHES, consent=consent).status is RuleStatus.CLEAR
    again = call(*lines, "A: persuade")
    assert cited(check(again, PUSHES, consent=consent)) == [5]


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
    assert check(asked, ASKS, reasons_allowed=2).reason == "the reason was asked for 2 times"
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
    assert check(again, PASSES, hand_offs_allowed=2).status is RuleStatus.CLEAR
    assert check(call("C: request-cancel", *lines[3:]), PASSES, hand_offs_allowed=0).status is (
        RuleStatus.CLEAR
    )


def test_what_was_told_and_argued_before_the_hand_off_is_not_told_again() -> None:
    argued = ["C: request-cancel", "A: offer:gift", "C: give-reason:price", "A: hand-off"]
    once = call(*argued, "A: verify", "C: request-cancel", "A: offer:gift")
    assert check(once, PASSES).status is RuleStatus.CLEAR
    twice = [*argued, "A: verify", "C: request-cancel", "A:", "C: raise-concern:price"]
    assert check(call(*twice, "A: agree"), PASSES).status is RuleStatus.CLEAR
    assert cited(check(call(*twice, "A: stall"), PASSES)) == [3]


@pytest.mark.parametrize("told", ["request-cancel", "repeat-concern", "raise-concern"])
@pytest.mark.parametrize("deed", ["dispute-reason", "persuade", "condition", "pressure"])
def test_whatever_was_told_again_and_argued_with_counts_in_two_turns(told: str, deed: str) -> None:
    lines = ["C: request-cancel", "A: hand-off", "C: give-reason:price", f"A: {deed}"]
    result = check(call(*lines, f"C: {told}:price"), PASSES)
    assert result.reason == "passed on and had to argue it all again"
    in_one_turn = call(*lines[:2], f"C: give-reason:price {told}:price", f"A: {deed}")
    assert check(in_one_turn, PASSES).status is RuleStatus.CLEAR


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


def test_how_long_nobody_spoke_after_the_request_is_told_where_it_is_as_long_as_a_hold() -> None:
    stands = call("C: so", "A: so", "C: request-cancel", "A: refuse", "C: insist", "A: so")
    waits = ((100, 90.0), (102, 60.0), (103, 59.9), (104, 60.4))
    told = finding(check(stands, STANDS, talk(waits=waits), hold_seconds=60)).steps
    assert told[-1] == "After the request nobody spoke for 120 seconds, 2 waits."
    told = finding(check(stands, STANDS, talk(waits=waits[:2]), hold_seconds=60)).steps
    assert told[-1] == "After the request nobody spoke for 60 seconds, 1 wait."
    for times in (talk(waits=waits[:1]), talk(waits=waits[2:3]), NoTalk("no times"), None):
        steps = finding(check(stands, STANDS, times, hold_seconds=60)).steps
        assert steps[-1] == "No confirmation and no allowed reason was found up to the last turn."


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
    early = call("A: confirm confirm-details", "C: request-cancel", "A: confirm")
    assert cited(check(early, DETAILS)) == [2]


def test_details_count_though_the_customer_stood_by_leaving_after_them() -> None:
    lines = ("C: request-cancel", "A: confirm-details", "C: insist", "A: confirm")
    assert check(call(*lines), DETAILS).status is RuleStatus.CLEAR


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
    assert [item.turn for item in weak.evidence] == [3, 5]
    just = finding(check(call(*lines, "A: persuade@0.8"), PUSHES, evidence_strength=0.8))
    assert just.severity is Severity.CRITICAL
    assert [item.turn for item in just.evidence] == [3, 5, 7]


def test_an_attempt_without_consent_is_not_told_as_one_after_a_decline() -> None:
    told = finding(
        check(call("C: request-cancel", "A: offer:pause"), PUSHES, consent="agreed-to-hear")
    )
    assert told.message == (
        "The agent tried to keep the customer in a way that the profile own forbids."
    )
    assert told.cleared_by.startswith("Asking first whether the customer wants to hear an offer")
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
    assert check(call(*lines, "A: so it is on [DATE] then"), STANDS).status is RuleStatus.FLAGGED


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("C: request-cancel", "A: refuse@0.95 until [DATE]"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.9 until [DATE]"), RuleStatus.FLAGGED),
        (("C: request-cancel", "A: refuse@0.8 until then", "C: [DATE] so"), RuleStatus.FLAGGED),
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
        assert result.checked[-1] == "Found in turn 101: refuse."
