"""Who somebody is and how they speak: what is measured, and that nothing looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pytest
from comparing import Audit, Comparison, draw_calls, make_auditor
from fairness import Group, measure_group, row_of, voices_of
from loaded import built_in, recogniser_once
from voices import DIALECTS, GRAMMARS, NAMES, SPELLINGS, name_otherwise, speak_otherwise, swap_words

from transcript_audit.acts.words import read_words
from transcript_audit.calibration import OUTCOME_SIGNS, SIGNS
from transcript_audit.model import STATED_FIGURES, ActLabel, CallAudit, Role, Transcript, Utterance
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES, SURNAMES

ROOT = Path(__file__).parent.parent
CALLS = ROOT / "benchmarks" / "calls" / "train.jsonl"
FEELINGS = frozenset(
    "anger angry emotion emotional sentiment tone mood feeling frustration frustrated happy sad "
    "stress stressed pitch loudness volume voice laughter accent gender age sex race".split()
)


def call(*lines: str) -> Transcript:
    split = [line.split(": ", 1) for line in lines]
    said = tuple(Utterance(number, speaker, text) for number, (speaker, text) in enumerate(split))
    return Transcript("c1", "c1.txt", said, ("Marlene",))


TALK = call(
    "agent: Thanks for calling, this is Marlene, I'm not sure who I'm talking to?",
    "customer: It's Raymond Kowalski. I'm not going to stay, I don't want any of the offers.",
    "agent: You're always welcome, Raymond. He's waiting for the bill.",
)


@cache
def audit() -> Audit:
    return make_auditor(built_in(), recogniser_once(built_in()))


@cache
def calls() -> tuple[Transcript, ...]:
    return tuple(draw_calls(CALLS, 8, 11))


# --- what is measured -------------------------------------------------------------------------


@pytest.mark.parametrize("side", [Role.AGENT, Role.CUSTOMER])
@pytest.mark.parametrize("name", [*DIALECTS, *GRAMMARS])
def test_only_one_side_speaks_otherwise_and_as_the_call_is_written(name: str, side: Role) -> None:
    speak = (DIALECTS | GRAMMARS)[name]
    small = replace(
        TALK, utterances=tuple(replace(each, text=each.text.lower()) for each in TALK.utterances)
    )
    for source in (TALK, small):
        changed = speak_otherwise(source, side, speak, Random(1)).transcript
        for old, new in zip(source.utterances, changed.utterances, strict=True):
            assert old.text.islower() == new.text.islower()
            assert new.speaker == side or new.text == old.text


def test_every_way_of_speaking_changes_calls() -> None:
    for name, speak in (DIALECTS | GRAMMARS | SPELLINGS).items():
        for side in (Role.AGENT, Role.CUSTOMER):
            changed = [speak_otherwise(each, side, speak, Random(1)).transcript for each in calls()]
            assert changed != list(calls()) or name in SPELLINGS


@pytest.mark.parametrize("group", NAMES)
def test_people_of_one_side_get_names_of_the_group(group: str) -> None:
    names = NAMES[group].split()
    agent = name_otherwise(TALK, Role.AGENT, names, Random(1)).transcript
    said = " ".join(each.text for each in agent.utterances)
    assert "Marlene" not in said
    assert "Raymond" in said
    assert agent.agent_ids[0] in names
    customer = name_otherwise(TALK, Role.CUSTOMER, names, Random(1)).transcript
    said = " ".join(each.text for each in customer.utterances)
    assert "Marlene" in said
    assert "Raymond" not in said
    assert sum(name in said for name in names) == 2


def test_words_are_swapped_whole_and_keep_their_capital() -> None:
    pairs = {"i'm not": "I ain't", "is": "", "going to": "gonna"}
    assert swap_words("I’m not going to. This is it", pairs, 1.0, Random(1)) == (
        "I ain't gonna. This it"
    )
    assert swap_words("Going to go", pairs, 1.0, Random(1)) == "Gonna go"
    assert swap_words("going to go", pairs, 0.0, Random(1)) == "going to go"


def test_a_group_counts_the_calls_that_changed_and_which_way() -> None:
    voice = voices_of("dialect")["Scottish"]
    audited = [(each, audit()(each)) for each in calls()]
    group = measure_group(audited, Role.AGENT, "Scottish", voice, audit(), 1)
    assert 0 < len(group.comparisons) <= len(audited)
    again = measure_group(audited, Role.AGENT, "Scottish", voice, audit(), 1)
    assert group == again


def test_a_row_tells_whether_findings_go_up_or_down() -> None:
    comparisons = (
        Comparison("a", frozenset({"x"}), frozenset({"x", "y"}), 1, True),
        Comparison("b", frozenset({"x"}), frozenset(), 0, True),
        Comparison("c", frozenset(), frozenset({"z"}), 0, False),
        Comparison("d", frozenset({"x"}), frozenset({"x"}), 1, True),
    )
    group = Group(Role.AGENT, "somewhere", comparisons)
    assert (group.more, group.fewer, group.differences) == (2, 1, [1, -1, 1, 0])
    row = row_of(group, 1.0)
    assert row[:3] == ["agent", "somewhere", "4"]
    assert row[3].startswith("0.250")
    assert row[5] == "0.75, 1.00"
    assert row[6].startswith("+0.250")
    assert row[7:] == ["2 / 1", "1.00"]
    assert row_of(Group(Role.AGENT, "nobody", ()), 1.0)[2:4] == ["0", "-"]


# --- what is not looked at --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "standard"),
    [
        ("I dinnae want owt", "I don't want anything"),
        ("I ain't stayin'", "I'm not staying"),
        ("youse keep callin me", "you keep calling me"),
        ("they ain't helpin'", "they aren't helping"),
        ("I'm no gonnae dae that", "I'm no going to do that"),
        ("it's kinda outta my budget", "it's kind of out of my budget"),
        ("aye, I amn't happy", "yes, I am not happy"),
        ("I apologise for the colour", "I apologize for the color"),
        ("my neighbour organised it", "my neighbor organized it"),
        ("nuffink works, innit", "nothing works, is it not"),
    ],
)
def test_dialects_and_spellings_are_read_as_one(said: str, standard: str) -> None:
    assert read_words(said).texts == read_words(standard).texts


@pytest.mark.parametrize(
    "word",
    "again begin train explain certain main cabin Martin Gavin promise surprise exercise".split(),
)
def test_words_that_only_look_clipped_or_british_stay(word: str) -> None:
    assert read_words(word).texts == (word.lower(),)


def _words_of_rules() -> Iterator[tuple[str, str]]:
    """Every word of every pattern, list and reading, with where it stands."""
    book = built_in()
    for pattern in book.patterns:
        for phrase in (*pattern.phrases, *pattern.unless):
            yield from ((pattern.id, word) for word in re.findall(r"[a-z']+", phrase.lower()))
        yield from (
            (pattern.id, word)
            for tokens in pattern.tokens
            for word in re.findall(r"[a-z']+", str(tokens).lower())
        )
    for name, entries in book.lists.items():
        yield from ((name, word) for entry in entries for word in entry.lower().split())
    for reading in book.readings:
        yield from ((reading.status, word) for cue in reading.cues for word in cue.split())


def test_no_rule_names_a_person() -> None:
    # "like a karen" scolds, "chuck in" offers, Parkinson's is an illness, "jun" is a month
    names = (GIVEN_NAMES | SURNAMES) - ALSO_WORDS - {"karen", "chuck", "parkinson", "jun"}
    found = list(_words_of_rules())
    assert len(found) > 5_000
    assert [(where, word) for where, word in found if word in names] == []


def test_no_sign_or_act_is_about_feelings_or_voices() -> None:
    names = [*SIGNS, *OUTCOME_SIGNS, *map(str, ActLabel), *STATED_FIGURES]
    names += [rule.id for rule in built_in().rules]
    assert FEELINGS.isdisjoint(part for name in names for part in re.split(r"[\s\-_]", name))


def test_ids_labels_and_agents_names_outside_of_the_words_change_nothing() -> None:
    for each in calls():
        before = audit()(each)
        other = replace(each, call_id="x", agent_ids=("Nobody Special",))
        after = audit()(other)
        assert isinstance(before, CallAudit)
        assert isinstance(after, CallAudit)
        assert [(r.rule, r.status, r.reason) for r in after.results] == [
            (r.rule, r.status, r.reason) for r in before.results
        ]
        assert [(f.strength, f.fingerprint) for f in after.findings] == [
            (f.strength, f.fingerprint) for f in before.findings
        ]
