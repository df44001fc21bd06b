"""Canonical JSON and JSONL."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import read_transcripts, transcript_from_record

TURN = {"speaker": "agent", "text": "Hello"}


def read(content: str) -> list[Transcript | SkippedCall]:
    return list(read_transcripts(["-"], stdin=io.BytesIO(content.encode())))


def test_a_record_gives_every_field() -> None:
    record = {
        "id": 17,
        "agent": ["Kim", "Lee"],
        "started_at": "2026-03-04T09:30:00",
        "gold": {"outcome": "cancelled"},
        "turns": [
            {"speaker": "agent", "text": " Hello ", "start": 1, "end": "0:02.5", "agent": "Kim"},
            {"speaker": "customer", "text": None},
            {"speaker": 0, "text": "Bye", "acts": []},
        ],
    }
    call = transcript_from_record(record, "x/calls.jsonl", 3, line=5)
    assert (call.call_id, call.agent_ids) == ("17", ("Kim", "Lee"))
    assert call.started_at == datetime(2026, 3, 4, 9, 30)
    hello, bye = call.utterances
    assert (hello.text, hello.start, hello.end, hello.agent_id) == ("Hello", 1.0, 2.5, "Kim")
    assert (bye.number, bye.speaker, bye.start, bye.line) == (2, "0", None, 5)


def agents_of(agent: object, *texts: str, label: str = "agent") -> tuple[str, ...]:
    turns = [{"speaker": label, "text": text} for text in texts or ("Hello",)]
    return transcript_from_record({"agent": agent, "turns": turns}, "a").agent_ids


@pytest.mark.parametrize(
    "said",
    [
        "Hello",
        "Hi, this is Priya Shah.",
        "Thanks Priya. Priya Shah, is it?",
        "Hi, this is Priya. Customer: Thank you, Ms Shah.",
        "this is priya m shah speaking",
    ],
)
def test_a_surname_first_is_one_agent(said: str) -> None:
    assert agents_of("Shah, Priya", said) == ("Shah, Priya",)


def test_a_surname_that_is_also_a_word_is_no_agent_in_speech_without_capitals() -> None:
    assert agents_of("Day, Ann", "this is ann", "have a nice day") == ("Day, Ann",)


@pytest.mark.parametrize(
    "said",
    [
        ("This is Kayleigh.", "Brandon in billing."),
        ("this is kayleigh", "hi this is brandon kayleigh told me", "thanks brandon"),
        ("I'll put you through to Brandon.", "Thanks, Kayleigh."),
    ],
)
def test_two_names_that_are_each_said_in_the_call_are_two_agents(said: tuple[str, ...]) -> None:
    assert agents_of("Kayleigh, Brandon", *said) == ("Kayleigh", "Brandon")


def test_two_names_that_are_speakers_are_two_agents() -> None:
    turns = [{"speaker": "KAYLEIGH", "text": "Hi"}, {"speaker": "agent", "text": "Hi"}]
    record = {"agent": "Kayleigh, Brandon", "turns": turns}
    assert transcript_from_record(record, "a").agent_ids == ("Kayleigh, Brandon",)
    turns[1]["agent"] = "Brandon"
    assert transcript_from_record(record, "a").agent_ids == ("Kayleigh", "Brandon")


@pytest.mark.parametrize("agent", [["Kim", "Lee"], "Kim; Lee", "Kim, Lee, Ann", "Kim; Lee; Kim"])
def test_a_list_a_semicolon_and_a_third_name_need_nothing_more(agent: object) -> None:
    assert agents_of(agent)[:2] == ("Kim", "Lee")


def test_agents_of_turns_count_among_the_agents_of_the_call() -> None:
    turns = [TURN | {"agent": "Lee"}, TURN | {"agent": "Kim"}]
    assert transcript_from_record({"agent": ["Kim"], "turns": turns}, "a").agent_ids == (
        "Kim",
        "Lee",
    )


@pytest.mark.parametrize(
    ("record", "place", "words"),
    [
        ({}, "", "no list of turns"),
        ({"turns": {}}, "", "no list of turns; found turns: "),
        ({"id": 1, "turns": None}, "", "found turns: null;"),
        ({"id": 1, "call": []}, "", 'found keys "id", "call";'),
        ({"turns": ["x"]}, "turns[0]", "not an object"),
        ({"turns": [TURN, {"speaker": "a"}]}, "turns[1]", "no text"),
        ({"turns": [{"text": 4}]}, "turns[0].text", "not text"),
        ({"turns": [{"text": "x", "speaker": ["a"]}]}, "turns[0].speaker", "not text"),
        ({"turns": [TURN | {"start": "soon"}]}, "turns[0].start", "not a time"),
        ({"turns": [TURN | {"end": True}]}, "turns[0].end", "not a time"),
        ({"turns": [TURN | {"end": float("nan")}]}, "turns[0].end", "not a time"),
        ({"turns": [TURN | {"end": 10**400}]}, "turns[0].end", "not a time"),
        ({"turns": [TURN], "started_at": "04/03/26"}, "started_at", "not a date"),
        ({"turns": [TURN], "agent": {}}, "call.agent", "not text"),
    ],
)
def test_a_broken_record_is_refused_with_its_place(
    record: dict[str, object], place: str, words: str
) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        transcript_from_record(record, "a.jsonl")
    assert caught.value.place == place


def test_a_bad_line_is_skipped_and_the_rest_is_read() -> None:
    good = json.dumps({"id": "a", "turns": [TURN]})
    lines = [good, '{"id": "b", "turns": [', "[1]", "", good.replace('"a"', '"c"'), '{"id": "d"}']
    calls = read("\n".join(lines))
    assert [call.call_id for call in calls] == ["a", "stdin#2", "stdin#3", "c", "d"]
    reasons = [call.reason for call in calls if isinstance(call, SkippedCall)]
    assert [reason.split(":")[0] for reason in reasons] == ["line 2", "line 3", "line 6"]
    assert "cut off" in reasons[0]


def test_a_bad_first_line_does_not_cost_the_others() -> None:
    good = json.dumps({"id": "a", "turns": [TURN]})
    for bad in ('{"id": "z", "turns', 'ns": []}'):
        assert [call.call_id for call in read(f"{bad}\n{good}\n{good}")] == ["stdin#1", "a", "a~2"]


def test_a_file_cut_in_the_middle_of_its_only_line_says_so() -> None:
    (call,) = read(json.dumps({"turns": [TURN] * 9})[:-20])
    assert isinstance(call, SkippedCall)
    assert "cut off" in call.reason
    assert " at at " not in call.reason


@pytest.mark.parametrize("indent", [None, 2])
def test_an_object_and_an_array_are_read_in_one_line_or_indented(indent: int | None) -> None:
    record = {"turns": [TURN, TURN]}
    assert [call.call_id for call in read(json.dumps(record, indent=indent))] == ["stdin"]
    both = read(json.dumps([record, record | {"id": "x"}], indent=indent))
    assert [call.call_id for call in both] == ["stdin#1", "x"]
    assert [call.call_id for call in read(json.dumps([record], indent=indent))] == ["stdin"]


def test_a_bad_call_in_an_array_is_skipped_alone() -> None:
    first, second = read(json.dumps([{"id": "bad"}, {"id": "good", "turns": [TURN]}]))
    assert isinstance(first, SkippedCall)
    assert first.reason.startswith("call 1: no list of turns")
    assert isinstance(second, Transcript)


@pytest.mark.parametrize(
    "content", ["[]", "[" * 100_000, '{"turns": ' + "9" * 5000 + "}", "{}", "[{"]
)
def test_odd_json_is_skipped(content: str) -> None:
    (call,) = read(content)
    assert isinstance(call, SkippedCall)


def test_calls_without_ids_are_numbered_even_where_the_first_line_is_long() -> None:
    line = json.dumps({"turns": [TURN | {"text": "word " * 20_000}]})
    assert [call.call_id for call in read(f"{line}\n{line}\n")] == ["stdin#1", "stdin#2"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id": json_values,
            "agent": json_values,
            "started_at": json_values,
            "turns": json_values
            | st.lists(
                json_values
                | st.fixed_dictionaries(
                    {"text": json_values | st.text()},
                    optional=dict.fromkeys(("speaker", "start", "end", "agent"), json_values),
                ),
                max_size=4,
            ),
        },
    )
)
def test_any_record_gives_a_transcript_or_a_read_error(record: dict[str, object]) -> None:
    try:
        call = transcript_from_record(record, "a.jsonl", 2)
    except ReadError:
        return
    assert call.call_id
    assert len(call.utterances) <= len(record["turns"])  # type: ignore[arg-type]


@given(
    st.lists(
        st.tuples(st.sampled_from(["agent", "customer"]), st.text(max_size=30)),
        min_size=1,
        max_size=8,
    )
)
def test_no_turn_with_words_is_lost_and_numbers_are_the_sources(
    turns: list[tuple[str, str]],
) -> None:
    record = {"turns": [{"speaker": who, "text": text} for who, text in turns]}
    call = transcript_from_record(record, "a.jsonl")
    kept = {said.number: (said.speaker, said.text) for said in call.utterances}
    for number, (who, text) in enumerate(turns):
        if any(character.isalnum() for character in text):
            assert kept[number][0] == who
