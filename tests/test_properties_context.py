"""Negated, hypothetical and reported readings against the rule, told word by word."""

from __future__ import annotations

from collections.abc import Sequence

from builders import make_turn
from hypothesis import given
from hypothesis import strategies as st
from loaded import built_in, recogniser_once
from properties import examples

from transcript_audit.acts.context import ReadingFinder
from transcript_audit.acts.words import Words, read_words
from transcript_audit.model import ActLabel, ActStatus, Role
from transcript_audit.rulebook.schema import PatternSet, Reading

NEUTRAL = "lamp chair window carpet garden kettle mirror pillow".split()
STOP = "however"
CUE_WORDS = {
    "never": ActStatus.NEGATED,
    "suppose": ActStatus.HYPOTHETICAL,
    "quoth": ActStatus.REPORTED,
}
HIT = "hammer"


@st.composite
def readings(draw: st.DrawFn) -> tuple[Reading, ...]:
    """Readings in any order, of one cue each, some for other acts alone."""
    return tuple(
        Reading(
            status=CUE_WORDS[cue],
            cues=(cue,),
            before=draw(st.integers(0, 4)),
            after=draw(st.integers(0, 3)),
            stops=draw(st.sampled_from([(), (STOP,)])),
            labels=draw(st.sampled_from([(), (ActLabel.OFFER,), (ActLabel.REFUSE,)])),
        )
        for cue in draw(st.permutations(sorted(CUE_WORDS)))
    )


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


def allowed_by(
    words: Words, place: int, found: Sequence[Reading], own: PatternSet
) -> set[ActStatus]:
    """What the word at `place` can be read as: by each cue that reaches it, told word by word."""
    allowed = set()
    for reading in found:
        if reading.status in own.readings and (not reading.labels or own.act in reading.labels):
            back = words_near(words, place, -1, reading.before, reading.stops)
            ahead = words_near(words, place, 1, reading.after, reading.stops)
            near = back + (ahead if reading.after else [])
            if set(near).intersection(reading.cues):
                allowed.add(ActStatus(reading.status))
    return allowed


def words_near(words: Words, place: int, step: int, reach: int, stops: Sequence[str]) -> list[str]:
    """The words in which a cue is heard: up to `reach` away in the sentence, and to a stop."""
    near: list[str] = []
    while len(near) <= reach:
        begins = place if step < 0 else place + 1
        place += step
        if begins in words.starts or not 0 <= place < len(words.texts):
            break
        near.append(words.texts[place])
        if words.texts[place] in stops:
            break
    return near


TALK = st.lists(
    st.sampled_from([*NEUTRAL[:3], STOP, *CUE_WORDS, HIT, HIT, "."]), min_size=1, max_size=16
).map(lambda words: " ".join([HIT, *words, HIT]).replace(" .", "."))


@examples(100)
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


@examples(15)
@given(
    st.lists(
        st.sampled_from([*CLOSED, "If I ever do.", "She said so last year.", "I don't know."])
    ),
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
