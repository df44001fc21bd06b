"""Negated, hypothetical and reported readings against the rule, told word by word."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from loaded import built_in, recogniser_once
from builders import make_turn
from properties import examples

from transcript_audit.acts.context import ReadingFinder
from transcript_audit.acts.words import Words, read_words
from transcript_audit.model import ActLabel, ActStatus, Role
from transcript_audit.rulebook.schema import PatternSet, Reading

NEUTRAL = "lamp chair window carpet garden kettle mirror pillow".split()
STOP = "however"
CUE_WORDS = {"never": ActStatus.NEGATED, "suppose": ActStatus.HYPOTHETICAL, "quoth": ActStatus.REPORTED}
HIT = "hammer"


@st.composite
def readings(draw: st.DrawFn) -> tuple[Reading, ...]:
    """Readings in any order, of one cue each, some for other acts alone."""
    found = []
    for cue in draw(st.permutations(sorted(CUE_WORDS))):
        found.append(
            Reading(
                status=CUE_WORDS[cue],
                cues=(cue,),
                before=draw(st.integers(0, 4)),
                after=draw(st.integers(0, 3)),
                stops=draw(st.sampled_from([(), (STOP,)])),
                labels=draw(st.sampled_from([(), (ActLabel.OFFER,), (ActLabel.REFUSE,)])),
            )
        )
    return tuple(found)


def pattern(statuses: Sequence[ActStatus]) -> PatternSet:
    return PatternSet.model_validate(
        {
            "id": "offer/own",
            "act": "offer",
            "phrases": [HIT],
            "readings": [str(status) for status in statuses],
            "examples": {"match": [HIT], "no_match": ["x"]},
        }
    )


def allowed_by(words: Words, place: int, found: Sequence[Reading], pattern_: PatternSet) -> set[ActStatus]:
    """What the word at `place` can be read as: by each cue that reaches it, told word by word."""
    allowed = set()
    for reading in found:
        if reading.status not in pattern_.readings:
            continue
        if reading.labels and pattern_.act not in reading.labels:
            continue
        for step, reach in ((-1, reading.before), (1, reading.after)):
            if step == 1 and not reading.after:
                continue
            at, passed = place, 0
            while True:
                crossed = at in words.starts if step == -1 else at + 1 in words.starts
                at += step
                if crossed or not 0 <= at < len(words.texts):
                    break
                if words.texts[at] in reading.cues:
                    allowed.add(ActStatus(reading.status))
                    # a cue further on reaches over this one
                if words.texts[at] in reading.stops or passed == reach:
                    break
                passed += 1
    return allowed


TALK = st.lists(
    st.sampled_from([*NEUTRAL[:3], STOP, *CUE_WORDS, HIT, HIT, "."]), min_size=1, max_size=16
).map(lambda words: " ".join([HIT, *words, HIT]).replace(" .", "."))


@examples(200)
@given(TALK, readings(), st.sets(st.sampled_from([*CUE_WORDS.values()])))
def test_a_cue_is_heard_as_far_as_it_reaches_and_no_further(
    text: str, found: tuple[Reading, ...], statuses: set[ActStatus]
) -> None:
    words, finder = read_words(text), ReadingFinder(found, {})
    cues, own = finder.find(words), pattern(sorted(statuses))
    for place, word in enumerate(words.texts):
        if word == HIT:
            allowed = allowed_by(words, place, found, own)
            status = finder.read(words, place, place + 1, cues, own)
            assert status in (allowed or {ActStatus.ASSERTED}), (text, place, allowed)


ASKS = "I want to cancel my membership"
CLOSED = ["It was fine.", "Hello there.", "My lamp is broken!", "The kettle is on."]


@examples(30)
@given(
    st.lists(st.sampled_from([*CLOSED, "If I ever do.", "She said so last year.", "I don't know."])),
    st.lists(st.sampled_from(CLOSED)),
)
def test_what_stands_in_sentences_around_a_request_takes_nothing_away(
    before: list[str], after: list[str]
) -> None:
    recogniser = recogniser_once(built_in(), patterns_only=True)
    text = " ".join([*before, f"{ASKS}.", *after])
    acts = recogniser.recognise([make_turn(0, Role.CUSTOMER, text)])
    asked = [act for act in acts if act.label is ActLabel.REQUEST_CANCEL]
    assert [act.status for act in asked] == [ActStatus.ASSERTED]
    assert text[slice(*asked[0].span)] in ASKS


@examples(30)
@given(
    st.sampled_from(
        [
            ("I don't want to cancel my membership", ActStatus.NEGATED),
            ("if I want to cancel my membership what happens", ActStatus.HYPOTHETICAL),
            ("she said I want to cancel my membership", ActStatus.REPORTED),
        ]
    ),
    st.lists(st.sampled_from(CLOSED)),
    st.lists(st.sampled_from(CLOSED)),
)
def test_a_reading_stays_whatever_sentences_stand_around_it(
    said: tuple[str, ActStatus], before: list[str], after: list[str]
) -> None:
    recogniser = recogniser_once(built_in(), patterns_only=True)
    text = " ".join([*before, f"{said[0]}.", *after])
    acts = recogniser.recognise([make_turn(0, Role.CUSTOMER, text)])
    asked = [act.status for act in acts if act.label is ActLabel.REQUEST_CANCEL]
    assert ActStatus.ASSERTED not in asked
    alone = recogniser.recognise([make_turn(0, Role.CUSTOMER, f"{said[0]}.")])
    assert asked == [act.status for act in alone if act.label is ActLabel.REQUEST_CANCEL]
