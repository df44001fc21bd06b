"""Changes that leave a call what it is: what they do, and that the findings stay."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest
from changes import (
    CHANGES,
    EXACT,
    TIMED,
    ChangedCall,
    add_backchannels,
    add_fillers,
    add_small_talk_after,
    add_small_talk_before,
    add_you_know,
    change_ids,
    change_people,
    change_products,
    drop_both,
    drop_case,
    drop_marks,
    give_times,
    join_segments,
    scale_times,
    shift_times,
    split_segments,
)
from comparing import Audit, compare, draw_calls, make_auditor, share, sign_test
from loaded import built_in, recogniser_once
from metamorphic import compare_change

from transcript_audit.acts.words import read_words
from transcript_audit.model import CallAudit, Role, Transcript, Utterance
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.turns import split_turns

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_transcripts"
CALLS = ROOT / "benchmarks" / "calls" / "train.jsonl"
ROLES = {"agent": Role.AGENT, "customer": Role.CUSTOMER}


def call(*lines: str, agent: str = "Marlene") -> Transcript:
    """A call of lines "agent: text"."""
    split = [line.split(": ", 1) for line in lines]
    said = tuple(Utterance(number, speaker, text) for number, (speaker, text) in enumerate(split))
    return Transcript("c1", "c1.txt", said, (agent,))


WRITTEN = call(
    "agent: Thanks for calling Lakeline, this is Marlene, how can I help you today?",
    "customer: Hi Marlene, it's Raymond Kowalski. I'd like to cancel my Surf plan as of May.",
    "agent: I can do that for you, Raymond, but first I want to tell you about our new offer.",
    "agent: It's half the price.",
    "customer: No, thanks. I don't want it.",
)
PLAIN = drop_both(WRITTEN, Random(1)).transcript


@cache
def audit() -> Audit:
    """Audits with the built-in rules and model."""
    return make_auditor(built_in(), recogniser_once(built_in()))


@cache
def samples() -> tuple[Transcript, ...]:
    """The sample calls."""
    sources = [str(SAMPLES / "flagged"), str(SAMPLES / "ordinary")]
    read = read_transcripts(sources, ReadOptions())
    return tuple(each for each in read if isinstance(each, Transcript))


@cache
def calls() -> tuple[Transcript, ...]:
    """A few of the labelled calls."""
    return tuple(draw_calls(CALLS, 12, 3))


def texts(changed: ChangedCall) -> list[str]:
    return [each.text for each in changed.transcript.utterances]


@pytest.mark.parametrize("name", CHANGES)
def test_the_same_seed_changes_a_call_the_same_way(name: str) -> None:
    one, other = (CHANGES[name](give_times(WRITTEN), Random(5)) for _ in (0, 1))
    assert one == other


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("source", [WRITTEN, PLAIN, give_times(WRITTEN), call("agent: hello")])
def test_every_utterance_is_counted_and_knows_where_it_came_from(
    name: str, source: Transcript
) -> None:
    changed = CHANGES[name](source, Random(2))
    said = changed.transcript.utterances
    assert [each.number for each in said] == list(range(len(said)))
    assert len(changed.origins) == len(said)
    assert sorted({n for each in changed.origins for n in each}) == [
        each.number for each in source.utterances
    ]
    starts = [each.start for each in said if each.start is not None]
    assert starts == sorted(starts)


def test_small_talk_comes_after_the_greeting_or_at_the_end_and_from_nobody_twice() -> None:
    before = add_small_talk_before(WRITTEN, Random(1))
    assert before.origins[0] == (0,)
    assert before.origins[1:3] == ((), ())
    assert [each.speaker for each in before.transcript.utterances[:4]] == [
        "agent",
        "customer",
        "agent",
        "customer",
    ]
    after = add_small_talk_after(WRITTEN, Random(1))
    assert after.origins[5:] == ((), (), ())
    assert [each.speaker for each in after.transcript.utterances[5:]] == [
        "agent",
        "customer",
        "agent",
    ]


def test_what_is_added_is_written_like_the_call() -> None:
    for add in (add_small_talk_after, add_backchannels, add_you_know):
        changed = add(PLAIN, Random(3))
        assert changed.transcript != PLAIN
        assert all(text == drop_marks(text).lower() for text in texts(changed))


def test_small_talk_takes_time() -> None:
    timed = give_times(WRITTEN)
    changed = add_small_talk_before(timed, Random(1)).transcript.utterances
    assert changed[1].start == timed.utterances[0].end
    assert changed[-1].start is not None
    assert timed.utterances[-1].start is not None
    assert changed[-1].start > timed.utterances[-1].start + 2


@pytest.mark.parametrize("source", [WRITTEN, PLAIN, give_times(PLAIN)])
@pytest.mark.parametrize("change", [add_backchannels, split_segments, join_segments])
def test_turns_stay_the_same_however_they_are_segmented(source: Transcript, change: object) -> None:
    assert callable(change)
    before = [turn.text for turn in split_turns(source, ROLES)]
    for seed in range(8):
        turns = split_turns(change(source, Random(seed)).transcript, ROLES)
        assert [turn.text for turn in turns if not turn.backchannel] == before


def test_a_mhm_amid_a_question_does_not_part_it_but_one_that_answers_does() -> None:
    parted = call(
        "agent: can you tell me the", "customer: mhm", "agent: postcode of your old flat please"
    )
    assert len(split_turns(parted, ROLES)) == 2
    answered = call("agent: is that the flat on oak street", "customer: mhm", "agent: okay thanks")
    assert len(split_turns(answered, ROLES)) == 3


def test_fillers_leave_the_words_that_are_read() -> None:
    for each in calls():
        filled = add_fillers(each, Random(4))
        assert filled.transcript != each
        for old, new in zip(each.utterances, filled.transcript.utterances, strict=True):
            assert read_words(new.text).texts == read_words(old.text).texts


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("I want to, you know, cancel it", "i want to cancel it"),
        ("you know i just want out", "i just want out"),
        ("do you know why", "do you know why"),
        ("You know what I mean", "you know what i mean"),
        ("i'll let you know by may", "i will let you know by may"),
        ("Well, you know, um, you know, I'm tired.", "well i am tired"),
        ("you", "you"),
        ("that's all you know", "that is all you know"),
    ],
)
def test_you_know_counts_only_where_it_is_meant(said: str, read: str) -> None:
    words = read_words(said)
    assert " ".join(words.texts) == read
    assert [said[slice(*span)][0] for span in words.spans]


def test_a_sentence_that_begins_with_you_know_begins_after_it() -> None:
    assert sorted(read_words("It's dear. You know, I want out.").starts) == [0, 3]


def test_marks_go_but_for_those_inside_of_words() -> None:
    assert (
        drop_marks("Well, it's £9.99 - a month... isn't it?") == "Well it's £9.99 a month isn't it"
    )
    assert drop_marks("twenty-five") == "twenty five"
    assert drop_case(WRITTEN, Random(1)).transcript.utterances[0].text.islower()


def test_people_get_other_names_the_same_throughout() -> None:
    for source in (WRITTEN, PLAIN):
        changed = change_people(source, Random(1)).transcript
        said = " ".join(each.text for each in changed.utterances).lower()
        assert not any(name in said for name in ("marlene", "raymond", "kowalski"))
        assert said.count(changed.agent_ids[0].lower()) == 2
        assert "lakeline" in said


def test_products_get_other_names_and_people_keep_theirs() -> None:
    said = " ".join(texts(change_products(WRITTEN, Random(1))))
    assert "Lakeline" not in said
    assert "Marlene" in said
    assert "cancel my Surf plan" in said  # an ordinary word


def test_ids_and_labels_change_alone() -> None:
    changed = change_ids(WRITTEN, Random(1)).transcript
    assert changed.call_id != WRITTEN.call_id
    assert {each.speaker for each in changed.utterances} == {"Agent", "Customer"}
    assert texts(change_ids(WRITTEN, Random(1))) == [each.text for each in WRITTEN.utterances]


def test_times_shift_and_stretch_alike() -> None:
    timed = give_times(WRITTEN)
    moved = shift_times(timed, Random(1)).transcript.utterances
    lag = (moved[0].start or 0) - (timed.utterances[0].start or 0)
    assert lag > 0
    assert [each.end for each in moved] == [
        pytest.approx((each.end or 0) + lag) for each in timed.utterances
    ]
    scaled = scale_times(timed, Random(1)).transcript.utterances
    assert scaled[-1].end == pytest.approx(timed.utterances[-1].end, rel=0.06)


@pytest.mark.parametrize("name", sorted(EXACT))
def test_nothing_differs_at_all_after_what_the_auditor_does_not_look_at(name: str) -> None:
    sources = [*calls()[:4], *samples()[::4]]
    for source in sources:
        start = give_times(source) if name in TIMED else source
        changed = CHANGES[name](start, Random(6))
        assert _told(audit()(start)) == _told(audit()(changed.transcript)), source.call_id


def _told(audited: object) -> list[object]:
    """How the call ended, what each rule came to, and how sure it is."""
    assert isinstance(audited, CallAudit)
    rules = [(each.rule, each.status) for each in audited.results]
    return [audited.outcome, *rules, *(each.strength for each in audited.findings)]


@pytest.mark.parametrize("name", sorted(set(CHANGES) - EXACT))
def test_findings_stay_after_a_change(name: str) -> None:
    comparisons = compare_change(calls(), name, audit(), 7)
    found = sum(len(each.before) for each in comparisons)
    assert found > 20
    assert sum(each.kept for each in comparisons) >= 0.9 * found


def _count_findings(source: Transcript) -> int:
    audited = audit()(source)
    return len(audited.findings) if isinstance(audited, CallAudit) else 0


def test_comparing_counts_what_is_lost_new_and_cited_elsewhere() -> None:
    bad = max(calls(), key=_count_findings)
    half = Transcript(bad.call_id, bad.path, bad.utterances[: len(bad.utterances) // 3])
    whole, part = audit()(bad), audit()(half)
    origins = tuple((each.number,) for each in bad.utterances)
    lost = compare("c1", whole, part, ChangedCall(half, origins))
    assert len(lost.before) > lost.kept
    same = compare("c1", whole, whole, ChangedCall(bad, origins))
    assert same.before == same.after
    assert (same.kept, same.same_turns, same.outcome) == (len(same.before),) * 2 + (True,)
    elsewhere = tuple(((each.number + 1) % len(origins),) for each in bad.utterances)
    assert compare("c1", whole, whole, ChangedCall(bad, elsewhere)).same_turns < same.kept


def test_shares_have_a_range_and_nothing_has_none() -> None:
    assert share(95, 100) == "0.950 (0.89-0.98)"
    assert share(0, 0) == "-"


@pytest.mark.parametrize(("more", "fewer"), [(0, 0), (1, 0), (9, 2), (2, 9), (5, 5), (20, 4)])
def test_the_sign_test_is_the_exact_binomial_one(more: int, fewer: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(more, more + fewer).pvalue if more + fewer else 1.0
    assert sign_test(more, fewer) == pytest.approx(expected)
