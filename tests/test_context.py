"""The words are there but the meaning is not: cues, their reach, and what stops them."""

from __future__ import annotations

import pytest

from transcript_audit.acts.patterns import PatternRecogniser
from transcript_audit.model import ActStatus, Part, Role, Turn
from transcript_audit.rulebook import PatternSet, Profile, Reading, RuleBook

NEGATED = {"status": "negated", "cues": ["not/never", "no need to"], "before": 2, "stops": ["but"]}
HYPOTHETICAL = {"status": "hypothetical", "cues": ["if", "would ... cost"], "before": 4}
REPORTED = {"status": "reported", "cues": ["he/she said"], "before": 3}
PAST = {"status": "past", "cues": ["last year"], "before": 0, "after": 2, "stops": ["so"]}
EVERY = (NEGATED, HYPOTHETICAL, REPORTED, PAST)


def request(**rest: object) -> PatternSet:
    data = {
        "id": "request-cancel/own",
        "act": "request-cancel",
        "phrases": ["cancel it", "cancelled it"],
        "examples": {"match": ["a"], "no_match": ["b"]},
    }
    return PatternSet.model_validate(data | rest)


def status(text: str, *readings: dict[str, object], pattern: PatternSet | None = None) -> ActStatus:
    profile = Profile(id="own", title="Own", description="Own")
    shapes = tuple(Reading.model_validate(reading) for reading in readings or EVERY)
    book = RuleBook((), (pattern or request(),), {}, shapes, {}, profile, "")
    turn = Turn(0, Role.CUSTOMER, "customer", text, (Part(0, 0),))
    (act,) = PatternRecogniser(book).recognise([turn])
    return act.status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("please cancel it", ActStatus.ASSERTED),
        ("do not cancel it", ActStatus.NEGATED),
        ("dont cancel it", ActStatus.NEGATED),
        ("there's no need to cancel it", ActStatus.NEGATED),
        ("if I cancel it", ActStatus.HYPOTHETICAL),
        ("he said to cancel it", ActStatus.REPORTED),
        ("i cancelled it last year", ActStatus.PAST),
    ],
)
def test_cue_near_the_words_changes_how_they_are_meant(text: str, expected: ActStatus) -> None:
    assert status(text) is expected


def test_a_cue_reaches_as_many_words_before_as_its_reading_says() -> None:
    assert status("not going to cancel it") is ActStatus.NEGATED
    assert status("not ever going to cancel it") is ActStatus.ASSERTED


def test_a_cue_reaches_as_many_words_after_as_its_reading_says() -> None:
    assert status("cancelled it or so last year", PAST | {"stops": []}) is ActStatus.PAST
    assert status("cancelled it some time around last year") is ActStatus.ASSERTED


def test_a_reading_without_a_reach_after_never_looks_there() -> None:
    assert status("cancel it not that one") is ActStatus.ASSERTED
    assert status("cancel it not that one", NEGATED | {"after": 1}) is ActStatus.NEGATED


def test_a_stop_word_between_cuts_a_cue_off_on_either_side() -> None:
    assert status("not that but cancel it", NEGATED | {"before": 4}) is ActStatus.ASSERTED
    assert status("not that one cancel it", NEGATED | {"before": 4}) is ActStatus.NEGATED
    assert status("cancelled it so last year") is ActStatus.ASSERTED


def test_a_cue_does_not_reach_into_another_sentence() -> None:
    assert status("Certainly not. Cancel it") is ActStatus.ASSERTED
    assert status("Certainly not, cancel it") is ActStatus.NEGATED
    assert status("I cancelled it. Last year was fine") is ActStatus.ASSERTED


def test_a_cue_inside_the_words_themselves_changes_nothing() -> None:
    own = request(phrases=["not to cancel it"])
    assert status("i choose not to cancel it", NEGATED, pattern=own) is ActStatus.ASSERTED


def test_a_reading_counts_only_for_patterns_that_it_can_take_away() -> None:
    only_past = request(readings=["past"])
    assert status("do not cancel it", pattern=only_past) is ActStatus.ASSERTED
    assert status("i cancelled it last year", pattern=only_past) is ActStatus.PAST


@pytest.mark.parametrize("order", [1, -1])
def test_a_cue_that_does_not_count_hides_no_other_one(order: int) -> None:
    only_past = request(readings=["past"])
    assert status("i did not cancel it last year", *EVERY[::order], pattern=only_past) is (
        ActStatus.PAST
    )
    own = request(phrases=["not to cancel it"])
    assert status("if i choose not to cancel it", *EVERY[::order], pattern=own) is (
        ActStatus.HYPOTHETICAL
    )
    assert status("cancelled it never last year", *EVERY[::order]) is ActStatus.PAST
    limited = HYPOTHETICAL | {"labels": ["insist"]}
    assert status("if i never cancel it", *(limited, NEGATED)[::order]) is ActStatus.NEGATED


def test_a_cue_may_name_a_list() -> None:
    pattern = request()
    profile = Profile(id="own", title="Own", description="Own")
    denial = Reading.model_validate(NEGATED | {"cues": ["@denials of"]})
    lists = {"denials": ("no thought", "never think")}
    book = RuleBook((), (pattern,), lists, (denial,), {}, profile, "")
    recogniser = PatternRecogniser(book)
    for text, expected in [
        ("i never think of cancel it", ActStatus.NEGATED),
        ("i always think of cancel it", ActStatus.ASSERTED),
    ]:
        turn = Turn(0, Role.CUSTOMER, "customer", text, (Part(0, 0),))
        (act,) = recogniser.recognise([turn])
        assert act.status is expected


def test_a_reading_with_labels_counts_only_for_these_acts() -> None:
    insist = request(id="insist/own", act="insist", readings=["negated"])
    limited = NEGATED | {"labels": ["request-cancel"]}
    assert status("do not cancel it", limited, pattern=insist) is ActStatus.ASSERTED
    assert status("do not cancel it", limited) is ActStatus.NEGATED
    assert status("do not cancel it", NEGATED, pattern=insist) is ActStatus.NEGATED


def test_asserted_words_stay_beside_negated_ones_in_the_same_turn() -> None:
    profile = Profile(id="own", title="Own", description="Own")
    book = RuleBook((), (request(),), {}, (Reading.model_validate(NEGATED),), {}, profile, "")
    text = "I did not cancel it. Now please cancel it."
    turn = Turn(0, Role.CUSTOMER, "customer", text, (Part(0, 0),))
    acts = PatternRecogniser(book).recognise([turn])
    assert [(act.status, act.span) for act in acts] == [
        (ActStatus.NEGATED, (10, 19)),
        (ActStatus.ASSERTED, (32, 41)),
    ]
