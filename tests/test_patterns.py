"""Phrases of the rule files: their syntax, sentence ends, exceptions, and the acts they give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.acts.patterns import PatternRecogniser
from transcript_audit.acts.phrases import PhraseFinder, compile_phrase
from transcript_audit.acts.words import read_words
from transcript_audit.model import Act, ActLabel, ActStatus, Part, Role, Turn
from transcript_audit.rulebook import PatternSet, Profile, RuleBook

LISTS = {"thing": ("plan", "phone line", "gym")}


def found(phrase: str, text: str) -> list[str]:
    """The pieces of the text that a phrase matches."""
    finder = PhraseFinder()
    finder.add("phrase", compile_phrase(phrase, LISTS))
    words = read_words(text)
    matches = {(start, end) for _, start, end in finder.find(words)}
    return [text[slice(*words.characters(start, end))] for start, end in sorted(matches)]


def pattern(act: str = "refuse", *phrases: str, name: str = "own", **rest: object) -> PatternSet:
    examples = {"match": ["a"], "no_match": ["b"]}
    data = {"id": f"{act}/{name}", "act": act, "phrases": phrases, "examples": examples}
    return PatternSet.model_validate(data | rest)


def recogniser(*patterns: PatternSet) -> PatternRecogniser:
    profile = Profile(id="own", title="Own", description="Own")
    return PatternRecogniser(RuleBook((), patterns, LISTS, (), {}, profile, ""))


def turn(text: str, role: Role = Role.AGENT, index: int = 0, *, backchannel: bool = False) -> Turn:
    return Turn(index, role, str(role), text, (Part(index, 0),), backchannel=backchannel)


def acts_of(text: str, *patterns: PatternSet, role: Role = Role.AGENT) -> tuple[Act, ...]:
    return recogniser(*patterns).recognise([turn(text, role)])


@pytest.mark.parametrize(
    ("phrase", "text", "quotes"),
    [
        ("cancel it", "Please cancel it now", ["cancel it"]),
        ("cancel it", "cancel that", []),
        ("cancel/end it/that", "end that, cancel it", ["end that", "cancel it"]),
        ("cancel it please?", "cancel it", ["cancel it"]),
        ("cancel it please?", "cancel it please", ["cancel it please"]),
        ("cancel my? plan", "cancel plan", ["cancel plan"]),
        ("cancel my/the? plan", "cancel the plan", ["cancel the plan"]),
        ("cancel my/the? plan", "cancel a plan", []),
        ("my @thing", "my plan, my phone line, my cat", ["my plan", "my phone line"]),
        ("my @thing", "my phone", []),
        ("my @thing/cat", "my cat and my gym", ["my cat", "my gym"]),
        ("end @thing? now", "end now, end phone line now", ["end now", "end phone line now"]),
        ("want .. out", "want out", ["want out"]),
        ("want .. out", "want to get out", ["want to get out"]),
        ("want .. out", "want to get us out", ["want to get us out"]),
        ("want .. out", "want to get us all out", []),
        ("want ... out", "want to get us all the way out", ["want to get us all the way out"]),
        ("want ... out", "want to get us all the long way out", []),
        ("don't cancel", "dont cancel", ["dont cancel"]),
        ("i'm out", "I am out", ["I am out"]),
        ("can't/won't do", "i wont do it and can t do it", ["wont do", "can t do"]),
    ],
)
def test_phrase_matches_the_words_it_stands_for(phrase: str, text: str, quotes: list[str]) -> None:
    assert found(phrase, text) == quotes


@pytest.mark.parametrize(
    ("phrase", "text", "quotes"),
    [
        ("^ no", "No thanks. I said no to it. No!", ["No", "No"]),
        ("^ no", "I said no", []),
        ("no $", "I said no. Thanks, no need", ["no"]),
        ("^ no $", "No. Oh no. No way", ["No"]),
        ("^ no thanks? $", "no thanks", ["no thanks"]),
    ],
)
def test_anchored_phrase_stands_at_the_edge_of_a_sentence(
    phrase: str, text: str, quotes: list[str]
) -> None:
    assert found(phrase, text) == quotes


def test_no_phrase_reaches_over_the_end_of_a_sentence() -> None:
    assert found("cancel it", "Cancel. It is late") == []
    assert found("want .. cancel", "I want out. Can I cancel?") == []
    assert found("cancel ... plan", "Cancel my plan. Your plan is bad") == ["Cancel my plan"]
    assert found("cancel it", "cancel, it") == ["cancel, it"]


def test_a_match_in_a_later_sentence_is_quoted_from_there() -> None:
    assert found("cancel it", "Hello there, good day. Well, cancel it") == ["cancel it"]


def test_an_optional_word_never_stands_in_for_another() -> None:
    assert found("cancel it? now", "cancel that now") == []


@given(st.text(max_size=40))
def test_any_text_can_be_searched(text: str) -> None:
    for quote in found("cancel/end .. it? @thing", text):
        assert quote in text


def test_an_act_has_the_words_the_source_and_the_strength_of_its_pattern() -> None:
    text = "Sorry. We can't cancel it."
    (act,) = acts_of(text, pattern("refuse", "can't cancel", strength=0.7))
    assert text[slice(*act.span)] == "can't cancel"
    assert (act.label, act.turn, act.source, act.strength) == (
        ActLabel.REFUSE,
        0,
        "refuse/own",
        0.7,
    )
    assert act.status is ActStatus.ASSERTED


def test_a_qualifier_travels_into_the_act() -> None:
    (act,) = acts_of("a free month", pattern("offer", "free month", qualifier="free-period"))
    assert act.name == "offer:free-period"


def test_only_the_right_speaker_does_an_act() -> None:
    refusal, request = pattern("refuse", "cancel"), pattern("request-cancel", "cancel")
    both = (refusal, request)
    assert [a.label for a in acts_of("cancel", *both)] == [ActLabel.REFUSE]
    assert [a.label for a in acts_of("cancel", *both, role=Role.CUSTOMER)] == [
        ActLabel.REQUEST_CANCEL
    ]
    assert acts_of("cancel", *both, role=Role.SYSTEM) == ()
    assert acts_of("cancel", *both, role=Role.OTHER) == ()


def test_a_backchannel_does_nothing() -> None:
    patterns = recogniser(pattern("agree", "okay"))
    assert patterns.recognise([turn("okay", backchannel=True)]) == ()
    assert len(patterns.recognise([turn("okay")])) == 1


def test_unless_spoils_a_hit_only_where_it_overlaps() -> None:
    refusal = pattern("refuse", "can't do", unless=["can't do more"])
    assert acts_of("I can't do more for you", refusal) == ()
    text = "I can't do more. I can't do it"
    assert [text[slice(*a.span)] for a in acts_of(text, refusal)] == ["can't do"]
    assert acts_of(text, refusal)[0].span[0] > 15


def test_unless_in_the_turn_spoils_every_hit_of_its_pattern_alone() -> None:
    careful = pattern("refuse", "can't do", unless=["turn: not verified"])
    plain = pattern("stall", "can't do", name="plain")
    acts = acts_of("I can't do it. You are not verified.", careful, plain)
    assert [act.label for act in acts] == [ActLabel.STALL]
    assert len(acts_of("I can't do it.", careful, plain)) == 2


def test_token_patterns_reach_what_phrases_do_not() -> None:
    tokens = [[{"LOWER": {"REGEX": "^cancel"}}, {"LOWER": "it"}]]
    (act,) = acts_of("cancelling it", pattern("agree", tokens=tokens))
    assert act.span == (0, 13)


def test_one_act_a_label_and_turn_the_strongest_then_the_longest_then_the_first() -> None:
    weak = pattern("refuse", "can't cancel it", name="weak", strength=0.6)
    strong = pattern("refuse", "can't", name="strong", strength=0.9)
    (act,) = acts_of("I can't cancel it", weak, strong)
    assert (act.source, act.span) == ("refuse/strong", (2, 7))
    even = pattern("refuse", "can't", name="short", strength=0.6)
    (act,) = acts_of("I can't cancel it", weak, even)
    assert act.source == "refuse/weak"
    (act,) = acts_of("we can't and i can't", even)
    assert act.span == (3, 8)


def test_different_qualifiers_of_a_label_are_different_acts() -> None:
    pause = pattern("offer", "pause it", name="pause", qualifier="pause")
    money = pattern("offer", "money off", name="money", qualifier="discount")
    acts = acts_of("money off, or pause it", pause, money)
    assert [act.name for act in acts] == ["offer:discount", "offer:pause"]


def test_acts_come_by_turn_and_place_with_the_index_of_their_turn() -> None:
    patterns = recogniser(pattern("agree", "will do"), pattern("hold", "one moment"))
    turns = [turn("one moment, will do"), turn("hm", index=1), turn("will do", index=2)]
    acts = [(act.turn, act.label) for act in patterns.recognise(turns)]
    assert acts == [(0, ActLabel.HOLD), (0, ActLabel.AGREE), (2, ActLabel.AGREE)]


def test_patterns_alone_know_no_calibration() -> None:
    assert recogniser().calibration is None
    assert recogniser().recognise([turn("anything")]) == ()
