"""Two voices, one judgement: the model's strength, the patterns' words, and what each adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from transcript_audit.acts.features import collect_spoken
from transcript_audit.acts.hashing import HashedCall
from transcript_audit.acts.learned import LearnedModel
from transcript_audit.acts.patterns import PatternRecogniser
from transcript_audit.acts.recogniser import WEAKEST, TwoVoices, pattern_hits, quote_span
from transcript_audit.acts.words import read_words
from transcript_audit.calibration import Calibration
from transcript_audit.model import ActLabel, ActStatus, Part, Role, Turn
from transcript_audit.rulebook import PatternSet, Profile, Reading, RuleBook

LABELS = ("request-cancel", "give-reason", "offer", "refuse", "hang-up")


class FixedModel:
    """A model whose chances are told beforehand, for the label of each turn."""

    labels = LABELS

    def __init__(self, chances: dict[tuple[int, str], float]) -> None:
        self.fixed = chances
        self.hits: NDArray[np.float64] | None = None

    def judge_call(self, call: HashedCall, hits: NDArray[np.float64]) -> NDArray[np.float64]:
        self.hits = hits
        table = np.zeros((len(call.spoken), len(LABELS)))
        for (row, label), chance in self.fixed.items():
            table[row, LABELS.index(label)] = chance
        return table

    def qualify(self, call: HashedCall, row: int, label: ActLabel) -> str:
        return {ActLabel.GIVE_REASON: "moving", ActLabel.OFFER: "pause"}[label]

    def find_words(
        self, call: HashedCall, acts: Sequence[tuple[int, ActLabel]]
    ) -> list[tuple[int, int]]:
        return [(0, 1) for _ in acts]


def pattern(act: str, phrase: str, **rest: object) -> PatternSet:
    data = {
        "id": f"{act}/own",
        "act": act,
        "phrases": [phrase],
        "examples": {"match": ["a"], "no_match": ["b"]},
    }
    return PatternSet.model_validate(data | rest)


PATTERNS = PatternRecogniser(
    RuleBook(
        (),
        (
            pattern("request-cancel", "cancel it", strength=0.6),
            pattern("request-cancel", "please cancel", id="request-cancel/kind", strength=0.8),
            pattern("offer", "half price", qualifier="discount"),
            pattern("offer", "rest it", qualifier="pause", id="offer/rest", strength=0.6),
            pattern("ask-leave", "may i offer"),
        ),
        {},
        (Reading.model_validate({"status": "negated", "cues": ["not"]}),),
        {},
        Profile(id="own", title="Own", description="Own"),
        "",
    )
)


OWN = PatternRecogniser(
    RuleBook(
        (),
        (pattern("refuse", "hard no", strength=0.8), pattern("offer", "a treat", qualifier="gift")),
        {},
        (),
        {},
        Profile(id="own", title="Own", description="Own"),
        "",
        own_patterns=frozenset({"refuse/own"}),
    )
)


def turns(*texts: str) -> list[Turn]:
    """Customer and agent in turn, the customer first."""
    roles = (Role.CUSTOMER, Role.AGENT)
    return [
        Turn(n, roles[n % 2], roles[n % 2], text, (Part(n, 0),)) for n, text in enumerate(texts)
    ]


def voices(chances: dict[tuple[int, str], float]) -> TwoVoices:
    return TwoVoices(PATTERNS, cast(LearnedModel, FixedModel(chances)))


def test_the_model_gives_the_strength_and_the_pattern_the_words() -> None:
    call = turns("Hello there. Well, please cancel it. Thanks.")
    (act,) = voices({(0, "request-cancel"): 0.55}).recognise(call)
    assert (act.strength, act.source) == (0.55, "request-cancel/kind")
    assert call[0].text[slice(*act.span)] == "Well, please cancel it"


def test_without_a_pattern_the_model_quotes_and_names_the_topic() -> None:
    call = turns("off to Leeds")
    (act,) = voices({(0, "give-reason"): 0.7}).recognise(call)
    assert (act.name, act.source, act.span) == ("give-reason:moving", "model", (0, 12))


def test_the_patterns_kind_goes_before_the_models() -> None:
    acts = voices({(1, "offer"): 0.7}).recognise(turns("cancel", "take it at half price"))
    assert [act.name for act in acts] == ["offer:discount"]
    acts = voices({(1, "offer"): 0.7}).recognise(turns("cancel", "take something else"))
    assert [act.name for act in acts] == ["offer:pause"]


def test_a_pattern_that_the_model_does_not_believe_gives_no_act() -> None:
    call = turns("please cancel")
    assert voices({(0, "request-cancel"): WEAKEST - 0.01}).recognise(call) == ()
    assert len(voices({(0, "request-cancel"): WEAKEST}).recognise(call)) == 1


def test_acts_that_only_patterns_know_and_readings_that_take_away_are_kept() -> None:
    acts = voices({}).recognise(turns("do not cancel it", "may I offer something"))
    assert [(act.turn, act.label, act.status) for act in acts] == [
        (0, ActLabel.REQUEST_CANCEL, ActStatus.NEGATED),
        (1, ActLabel.ASK_LEAVE, ActStatus.ASSERTED),
    ]


def test_a_negated_pattern_does_not_quote_the_models_act() -> None:
    acts = voices({(0, "request-cancel"): 0.9}).recognise(turns("do not cancel it"))
    assert [(act.source, act.status) for act in acts] == [
        ("model", ActStatus.ASSERTED),
        ("request-cancel/own", ActStatus.NEGATED),
    ]


def test_the_model_sees_the_strongest_asserted_pattern_of_each_turn_and_label() -> None:
    model = FixedModel({})
    TwoVoices(PATTERNS, cast(LearnedModel, model)).recognise(
        turns("please cancel it", "half price, or rest it", "do not cancel it", "hm")
    )
    assert model.hits is not None
    nothing = [0] * 5
    assert model.hits.tolist() == [[0.8, 0, 0, 0, 0], [0, 0, 0.9, 0, 0], nothing, nothing]


def test_turns_without_words_or_of_others_keep_the_indices_right() -> None:
    call = [
        Turn(0, Role.SYSTEM, "ivr", "please cancel", (Part(0, 0),)),
        Turn(1, Role.CUSTOMER, "c", "...", (Part(1, 0),)),
        Turn(2, Role.CUSTOMER, "c", "please cancel", (Part(2, 0),)),
    ]
    (act,) = voices({(0, "request-cancel"): 0.9}).recognise(call)
    assert act.turn == 2


def test_a_backchannel_does_nothing_whatever_the_model_thinks() -> None:
    call = [Turn(0, Role.CUSTOMER, "c", "okay", (Part(0, 0),), backchannel=True)]
    assert voices({}).recognise(call) == ()  # it is not shown to the model


def test_acts_come_by_turn_and_then_by_place() -> None:
    call = turns("I'm off, please cancel", "it is half price")
    found = voices(
        {(0, "request-cancel"): 0.9, (0, "give-reason"): 0.9, (1, "offer"): 0.9}
    ).recognise(call)
    assert [act.label for act in found] == [
        ActLabel.GIVE_REASON,
        ActLabel.REQUEST_CANCEL,
        ActLabel.OFFER,
    ]


def test_no_turns_give_no_acts() -> None:
    assert voices({}).recognise([]) == ()


def test_the_calibration_travels_with_the_voices() -> None:
    calibration = Calibration({})
    assert (
        TwoVoices(PATTERNS, cast(LearnedModel, FixedModel({})), calibration).calibration
        is calibration
    )
    assert voices({}).calibration is None


def test_hits_leave_out_labels_that_are_not_asked_for() -> None:
    call = turns("please cancel", "half price")
    spoken = collect_spoken(call, [read_words(turn.text) for turn in call])
    hits, acts = pattern_hits(spoken, PATTERNS, ["offer"])
    assert hits.tolist() == [[0], [pytest.approx(0.9)]]
    assert [[act.label for act in found] for found in acts] == [
        [ActLabel.REQUEST_CANCEL],
        [ActLabel.OFFER],
    ]


def test_a_quote_is_the_sentence_but_stays_in_its_utterance() -> None:
    text = "well i will see we can not do that for you"
    parts = (Part(0, 0), Part(1, 16))
    turn = Turn(0, Role.AGENT, "agent", text, parts)
    spoken = collect_spoken([turn], [read_words(text)])[0]
    in_first, in_second = text.index("will"), text.index("not")
    assert text[slice(*quote_span(spoken, (in_first, in_first + 4)))] == "well i will see"
    assert (
        text[slice(*quote_span(spoken, (in_second, in_second + 3)))] == "we can not do that for you"
    )


def test_the_users_own_patterns_count_whatever_the_model_thinks() -> None:
    call = turns("so", "that is a hard no, have a treat")
    (act,) = TwoVoices(OWN, cast(LearnedModel, FixedModel({(1, "offer"): 0.01}))).recognise(call)
    assert (act.label, act.source, act.strength) == (ActLabel.REFUSE, "refuse/own", 0.8)
    sure = TwoVoices(OWN, cast(LearnedModel, FixedModel({(1, "refuse"): 0.95}))).recognise(call)
    assert [act.strength for act in sure] == [0.95]


def test_small_talk_after_hanging_up_does_not_undo_it_but_going_on_does() -> None:
    call = turns("hello", "goodbye then", "is it raining", "it is", "cancel it")
    fixed = {(1, "hang-up"): 0.9}
    assert [act.turn for act in voices(fixed).recognise(call)] == [1]
    assert voices({**fixed, (4, "request-cancel"): 0.9}).recognise(call)[0].turn == 4


def test_only_the_agents_last_turn_can_hang_up() -> None:
    call = turns("one", "two", "three", "four", "five")
    acts = voices({(1, "hang-up"): 0.9, (3, "hang-up"): 0.8}).recognise(call)
    assert [(act.turn, act.strength) for act in acts] == [(3, 0.8)]
