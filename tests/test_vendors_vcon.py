"""vCon and turn lists."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from exports import (
    SAMPLES,
    Record,
    agents,
    check_broken,
    mangled,
    matching,
    read,
    read_all,
    read_one,
    read_sample,
    read_text,
    reason_of,
    said,
    skip_reason,
    speakers,
    timeline,
    times,
)
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall, Transcript

TURNS = [
    {"speaker": "Agent", "message": "Hi, this is Ola."},
    {"speaker": "Customer", "message": "Cancel my line please."},
]

DEEPGRAM = {
    "metadata": {"request_id": "r-1", "duration": 30.5},
    "results": {
        "channels": [
            {
                "alternatives": [
                    {
                        "transcript": "hi there cancel please",
                        "words": [
                            {"word": "hi", "start": 0.5, "end": 0.7, "speaker": 0},
                            {"word": "there", "start": 0.8, "end": 1.0, "speaker": 0},
                            {"word": "cancel", "start": 1.5, "end": 1.9, "speaker": 1},
                            {"word": "please", "start": 2.0, "end": 2.4, "speaker": 1},
                        ],
                    }
                ]
            }
        ]
    },
}


def vcon(body: object = TURNS, **analysis: object) -> Record:
    return {
        "vcon": "0.0.2",
        "uuid": "0193-aa",
        "created_at": "2026-03-04T11:00:00Z",
        "parties": [
            {"tel": "+15550100", "name": "Ann Moor", "meta": {"role": "customer"}},
            {"mailto": "ola@example.invalid", "name": "Ola Berg", "role": "agent"},
        ],
        "dialog": [
            {
                "type": "recording",
                "start": "2026-03-04T09:30:00.000+00:00",
                "duration": 33.5,
                "parties": [1, 0],
                "url": "https://example.invalid/a.mp3?key=secret",
                "mimetype": "audio/mp3",
            }
        ],
        "analysis": [
            {"type": "summary", "dialog": 0, "vendor": "x", "body": "Ann cancels."},
            {"type": "transcript", "dialog": 0, "vendor": "x", "body": body, **analysis},
        ],
    }


def chat() -> Record:
    def message(second: int, sender: int, body: str, **more: object) -> Record:
        return {
            "type": "text",
            "start": f"2026-03-04T09:30:{second:02}Z",
            "parties": [0, 1],
            "originator": sender,
            "mediatype": "text/plain",
            "encoding": "none",
            "body": body,
            **more,
        }

    return {
        "vcon": "0.3.0",
        "uuid": "0193-bb",
        "parties": [
            {"role": "customer", "name": "Ann Moor"},
            {"role": "agent", "name": "Ola Berg"},
            {"role": "AI agent", "name": "Fern"},
        ],
        "dialog": [
            message(9, 0, "Cancel my line please.", duration=2.5),
            message(0, 2, "Welcome to Fernhill."),
            message(4, 1, "Hi, this is Ola."),
            message(12, 0, "", mediatype="image/png", url="https://example.invalid/x.png"),
            {"type": "transfer", "start": "2026-03-04T09:30:02Z"},
        ],
    }


def encode(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, indent=1).encode()).decode().rstrip("=")


# --- vCon -------------------------------------------------------------------------------------


def test_a_transcript_of_turns_is_read_with_the_parties() -> None:
    call = read_one(vcon())
    assert timeline(call) == [
        ("Agent", "Hi, this is Ola.", None, None),
        ("Customer", "Cancel my line please.", None, None),
    ]
    assert agents(call) == ["Ola Berg", None]
    assert (call.call_id, call.agent_ids, call.format) == ("0193-aa", ("Ola Berg",), "vcon")
    assert call.started_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    assert call.stated == {"duration_seconds": 33.5}


@pytest.mark.parametrize("key", ["vcon", "created_at", "dialog"])
def test_what_older_ones_lack_is_not_needed(key: str) -> None:
    value = vcon()
    del value[key]
    assert len(read_one(value).utterances) == 2


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (DEEPGRAM, "json"),
        (json.dumps(DEEPGRAM), "json"),
        (json.dumps(DEEPGRAM), "none"),
        (encode(DEEPGRAM), "base64url"),
        ({"result": DEEPGRAM}, "none"),
        ([DEEPGRAM], "none"),
        (DEEPGRAM["results"]["channels"][0]["alternatives"][0], "none"),  # type: ignore[index]
    ],
)
def test_a_vendors_json_is_left_to_its_reader(body: object, encoding: str) -> None:
    call = read_one(vcon(body, encoding=encoding))
    assert timeline(call) == [("0", "hi there", 0.5, 1.0), ("1", "cancel please", 1.5, 2.4)]
    assert call.format == "vcon"


def test_order_of_the_parties_names_no_diarised_speaker() -> None:
    assert agents(read_one(vcon(DEEPGRAM))) == [None, None]


def test_a_party_called_by_name_gets_its_role() -> None:
    turns = [
        {"speaker": "OLA BERG", "message": "Hi."},
        {"speaker": "Ann Moor", "message": "Cancel."},
        {"speaker": "Someone", "message": "Hello?"},
    ]
    call = read_one(vcon(turns))
    assert speakers(call) == ["agent", "customer", "Someone"]
    assert call.utterances[0].agent_id == "Ola Berg"


def test_two_agents_are_not_guessed_between() -> None:
    value = vcon()
    value["parties"].append({"name": "Max", "role": "agent"})
    assert read_one(value).agent_ids == ()


def test_a_transcript_as_lines_of_text_is_read() -> None:
    assert timeline(read_one(vcon("Agent: Hi.\nCustomer: Cancel, please.\n"))) == [
        ("Agent", "Hi.", None, None),
        ("Customer", "Cancel, please.", None, None),
    ]


def test_a_dialog_transcribed_twice_is_read_once() -> None:
    value = vcon()
    value["analysis"].append({"type": "transcript", "dialog": [0], "body": DEEPGRAM})
    assert len(read_one(value).utterances) == 2
    value["analysis"][1]["body"] = {"text": "prose"}
    assert timeline(read_one(value))[0] == ("0", "hi there", 0.5, 1.0)


def test_a_second_recording_goes_on_where_it_began() -> None:
    value = vcon(DEEPGRAM)
    value["dialog"].append({"type": "recording", "start": "2026-03-04T09:31:00Z"})
    value["analysis"].append({"type": "transcript", "dialog": 1, "body": DEEPGRAM})
    assert [each.start for each in read_one(value).utterances] == [0.5, 1.5, 60.5, 61.5]
    value["analysis"][2]["body"] = {"text": "prose"}
    assert skip_reason(value).startswith("analysis[2].body: a transcript in a form")


def test_an_analysis_of_another_type_counts_where_there_is_no_transcript() -> None:
    assert len(read_one(vcon(type="analysis_info")).utterances) == 2


def test_messages_are_read_one_by_one() -> None:
    call = read_one(chat())
    assert timeline(call) == [
        ("system", "Welcome to Fernhill.", 0.0, None),
        ("agent", "Hi, this is Ola.", 4.0, None),
        ("customer", "Cancel my line please.", 9.0, 11.5),
    ]
    assert call.agent_ids == ("Ola Berg",)


def test_messages_may_be_encoded_and_name_one_party() -> None:
    value = chat()
    hello = base64.urlsafe_b64encode("Hallo – hi".encode()).decode().rstrip("=")
    value["dialog"][0] |= {"encoding": "base64url", "body": hello}
    value["dialog"][1] |= {"encoding": "json", "body": '"Welcome."'}
    for each in value["dialog"][:2]:
        del each["originator"]
    value["dialog"][0]["parties"] = 1
    value["dialog"][1]["parties"] = [[2], [0]]
    assert said(read_one(value)) == [
        ("system", "Welcome."),
        ("agent", "Hi, this is Ola."),
        ("agent", "Hallo – hi"),
    ]


def test_a_message_of_nobody_keeps_its_words() -> None:
    value = chat()
    value["dialog"][0]["originator"] = 9
    del value["parties"][2]["name"], value["parties"][2]["role"]
    assert speakers(read_one(value)) == ["party 2", "agent", ""]


def test_messages_that_were_transcribed_too_are_read_once() -> None:
    value = chat()
    value["analysis"] = [{"type": "transcript", "dialog": [0, 1, 2, 3], "body": TURNS}]
    assert len(read_one(value).utterances) == 2


def test_a_signed_one_is_read_without_checking_the_signature() -> None:
    signature = {"protected": "e30", "signature": "xx"}
    for signed in (
        {"payload": encode(vcon()), "signatures": [signature]},
        {"payload": encode(vcon()), **signature},
    ):
        assert read_one(signed) == read_one(vcon())


def test_an_encrypted_one_is_refused_with_advice() -> None:
    reason = skip_reason({"ciphertext": "abc", "protected": "e30", "recipients": [], "iv": "x"})
    assert "decrypt it first" in reason


@pytest.mark.parametrize(
    ("signed", "words"),
    [
        ("!", "not JSON"),
        ("é", "not"),
        ("_w", "not base64url"),
        (encode([1]), "not a vCon"),
        (encode({"payload": encode(vcon()), "signatures": []}), "not a vCon"),
        (17, "not base64url"),
        ({}, "not text"),
    ],
)
def test_a_broken_signed_one_says_what_is_wrong(signed: object, words: str) -> None:
    reason = skip_reason({"payload": signed, "signatures": []})
    assert reason.startswith("payload: ")
    assert words in reason


@pytest.mark.parametrize(
    ("key", "value", "place", "words"),
    [
        ("analysis", [], "", "transcribe the recording first"),
        ("analysis", {}, "analysis", "not a list"),
        ("analysis", [{"type": "transcript"}], "analysis[0]", 'no "body"'),
        ("analysis", [{"type": "transcript", "body": 5}], "analysis[0].body", "is not known"),
        ("analysis", [{"type": "transcript", "body": "Hello there"}], "analysis[0].body", "known"),
        (
            "analysis",
            [{"type": "transcript", "body": vcon()}],
            "analysis[0].body",
            "is not known",
        ),
        (
            "analysis",
            [{"type": "transcript", "url": "https://example.invalid/t?sig=secret"}],
            "analysis[0]",
            "at an address",
        ),
        (
            "analysis",
            [{"type": "transcript", "body": [*TURNS, {"speaker": "x", "message": 4.5}]}],
            "analysis[0].body[2].message",
            "not text",
        ),
        ("dialog", [{"type": "recording", "start": "noon"}], "dialog[0].start", "not a moment"),
        ("parties", "Ann", "parties", "not a list"),
    ],
)
def test_a_fault_is_named_with_its_place(key: str, value: object, place: str, words: str) -> None:
    reason = skip_reason(vcon() | {key: value})
    assert reason.startswith(place)
    assert words in reason


def test_the_genuine_sample_keeps_every_word() -> None:
    files = sorted((SAMPLES / "vcon").glob("*.json"))
    if not files:
        pytest.skip("no samples")
    for file in files:
        source, call = read_sample(f"vcon/{file.name}")
        body = next(each["body"] for each in source["analysis"] if each["type"] == "transcript")
        assert said(call) == [(turn["speaker"], turn["message"].strip()) for turn in body]
        assert call.call_id == source["uuid"]
        names = [p["name"] for p in source["parties"] if p["meta"]["role"] == "agent"]
        assert list(call.agent_ids) == names
        assert call.started_at is not None
        assert call.stated["duration_seconds"] == source["dialog"][0]["duration"]


# --- turn lists -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    ["messages", "conversation", "segments", "utterances", "transcript", "dialogue", "entries"],
)
def test_a_list_of_turns_is_read_under_its_usual_names(key: str) -> None:
    value = {"id": 17, "agent": "Ola Berg", "started_at": "2026-03-04T09:30:00", key: TURNS}
    call = read_one(value)
    assert said(call) == [tuple(turn.values()) for turn in TURNS]
    assert (call.call_id, call.agent_ids, call.format) == ("17", ("Ola Berg",), "turn-list")
    assert call.started_at == datetime(2026, 3, 4, 9, 30)
    assert read_one({"data": value}) == call


def test_an_array_of_turns_is_one_call() -> None:
    call = read_one(TURNS)
    assert (call.call_id, len(call.utterances)) == ("stdin", 2)
    assert read_one(TURNS, input_format="turn-list") == call


def test_an_array_of_turn_lists_is_a_call_each() -> None:
    calls = read_all([{"id": "a", "messages": TURNS}, {"id": "b", "messages": TURNS}])
    assert [call.call_id for call in calls] == ["a", "b"]


def test_a_turn_list_a_line_is_a_call_a_line() -> None:
    content = "\n".join(json.dumps(each) for each in ({"messages": TURNS}, TURNS, {}))
    assert [type(call) for call in read_text(content)] == [Transcript, Transcript, SkippedCall]


def test_canonical_calls_and_other_formats_go_first() -> None:
    turns = [{"speaker": "a", "text": "x"}]
    assert read_one({"turns": turns, "messages": TURNS}).format == "jsonl"
    audio = {"audio_duration": 5, "utterances": [{"speaker": "A", "text": "hi", "start": 1000}]}
    assert read_one(audio).format == "assemblyai"
    assert read_one(audio).utterances[0].start == 1.0


def test_of_two_lists_one_is_read() -> None:
    assert len(read_one({"messages": TURNS, "conversation": TURNS}).utterances) == 2


def test_one_broken_call_of_an_envelope_does_not_cost_the_others() -> None:
    broken = {"id": "a", "messages": [TURNS[0], 7]}
    calls = read({"calls": [broken, {"id": "b", "messages": TURNS}]})
    assert [type(call) for call in calls] == [SkippedCall, Transcript]
    assert reason_of(calls[0]).startswith("calls[0].messages[1]: ")


def turn(**keys: object) -> Record:
    return {"speaker": "Agent", "text": "Hi.", **keys}


@pytest.mark.parametrize(
    ("keys", "start", "end"),
    [
        ({"start": 1, "end": 2.5}, 1.0, 2.5),
        ({"start_time": "1.5", "end_time": "0:02"}, 1.5, 2.0),
        ({"startTime": 0.5, "endTime": 0.75}, 0.5, 0.75),
        ({"start_ms": 1500, "endMs": "2500"}, 1.5, 2.5),
        ({"timestamp": "00:01:02"}, 62.0, None),
        ({"timestamp": 1_772_616_600}, None, None),
        ({"timestamp": "1772616600000"}, None, None),
        ({"start": "", "end": None}, None, None),
        ({}, None, None),
    ],
)
def test_times_are_read_by_key_and_form(
    keys: Record, start: float | None, end: float | None
) -> None:
    assert times(read_one([turn(**keys)])) == [(start, end)]


def test_moments_count_from_the_first() -> None:
    turns = [
        turn(start="2026-03-04T09:30:05Z", end="2026-03-04T09:30:06.5Z"),
        turn(start="2026-03-04T10:30:02+01:00"),
        turn(timestamp="2026-03-04 09:30:09"),
    ]
    assert times(read_one(turns)) == [(0.0, None), (3.0, 4.5), (7.0, None)]


def test_a_role_beside_the_speaker_is_the_label() -> None:
    turns = [
        turn(speaker="Ola Berg", role="agent"),
        turn(speaker="spk_1", role="AGENT"),
        turn(speaker="Ann", role="customer"),
        {"role": "assistant", "content": "Hello."},
        {"participant": 3, "transcript": "Yes."},
        {"channel": 1, "text": "Hm."},
        turn(agent_id="u-1"),
    ]
    call = read_one({"messages": turns})
    assert [(each.speaker, each.agent_id) for each in call.utterances] == [
        ("agent", "Ola Berg"),
        ("agent", None),
        ("customer", None),
        ("assistant", None),
        ("3", None),
        ("channel 1", None),
        ("Agent", "u-1"),
    ]
    assert call.agent_ids == ("Ola Berg", "u-1")


def test_texts_of_nothing_are_left_out() -> None:
    turns = [turn(), {"speaker": "x", "text": None}, {"speaker": "y", "text": " "}]
    assert len(read_one(turns).utterances) == 1


@pytest.mark.parametrize(
    ("extra", "place", "words"),
    [
        ({"speaker": "x"}, "[1]", "no text"),
        (5, "[1]", "not an object"),
        (turn(text=4.5), "[1].text", "not text"),
        (turn(speaker=[]), "[1].speaker", "not text"),
        (turn(start="soon"), "[1].start", "not a time"),
        (turn(start=1_772_616_600_000), "[1].start", '"start_ms"'),
        (turn(end=True), "[1].end", "not a number"),
        (turn(timestamp="at 9:30"), "[1].timestamp", "not a time"),
    ],
)
def test_a_fault_in_a_turn_is_named_with_its_place(extra: object, place: str, words: str) -> None:
    reason = skip_reason([turn(), extra])
    assert reason.startswith(place)
    assert words in reason


def test_asked_for_it_says_where_a_list_may_be() -> None:
    reason = skip_reason({"id": 1}, input_format="turn-list")
    assert "expected one under one of utterances" in reason


def test_the_genuine_sample_of_single_words_is_read() -> None:
    source, call = read_sample("podcast_json/example.json")
    assert timeline(call) == [
        (each["speaker"], each["body"], each["startTime"], each["endTime"])
        for each in source["segments"]
    ]


# --- whatever is wrong ------------------------------------------------------------------------


FIXTURES: dict[str, tuple[str, object]] = {
    "turns": ("vcon", vcon()),
    "vendor": ("vcon", vcon(DEEPGRAM)),
    "string": ("vcon", vcon(json.dumps(TURNS), encoding="json")),
    "chat": ("vcon", chat()),
    "signed": ("vcon", {"payload": encode(vcon()), "signatures": [{"signature": "x"}]}),
    "messages": ("turn-list", {"id": "a", "agent": "Ola", "messages": [turn(start=1), *TURNS]}),
    "array": ("turn-list", [turn(start="0:01", end=2), turn(timestamp="2026-03-04T09:30:00Z")]),
}

ODD = (TURNS, DEEPGRAM, "json", "base64url", "[" * 5000, "0001-01-01T00:00+14:00")


@pytest.mark.parametrize("case", FIXTURES)
def test_only_the_own_row_matches(case: str) -> None:
    name, value = FIXTURES[case]
    if isinstance(value, dict):
        assert matching(value) == [name]
    assert read_one(value).format == name


@pytest.mark.parametrize("case", FIXTURES)
@given(data=st.data())
def test_whatever_is_wrong_only_read_errors_come_out(case: str, data: st.DataObject) -> None:
    name, valid = FIXTURES[case]
    check_broken(mangled(valid, data, ODD), name)
