"""Contact-centre suites: Genesys, Twilio, RingCentral, Gong, Dialpad, Zoom Phone, Verint."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from exports import (
    Maker,
    Record,
    Way,
    agents,
    as_transcript,
    read,
    read_all,
    read_one,
    reason_of,
    replaced,
    skip_reason,
    speakers,
    timeline,
)

from transcript_audit.model import STATED_FIGURES, Role
from transcript_audit.speakers import stated_role

BEGAN = 1_772_616_600_000
"""2026-03-04T09:30:00Z in milliseconds since 1970."""


def phrase(index: int, purpose: str, start: int, text: str, **more: object) -> Record:
    return {
        "phraseIndex": index,
        "participantPurpose": purpose,
        "startTimeMs": start,
        "text": text,
        **more,
    }


def participant(purpose: str, start: int, end: int, **more: object) -> Record:
    times = {"startTimeMs": BEGAN + start, "endTimeMs": BEGAN + end}
    return {"participantPurpose": purpose, **times, **more}


def genesys() -> Record:
    return {
        "organizationId": "org-1",
        "conversationId": "conv-417",
        "communicationId": "comm-1",
        "mediaType": "call",
        "conversationStartTime": BEGAN,
        "duration": {"milliseconds": 95_000},
        "transcripts": [
            {
                "transcriptId": "t-1",
                "startTime": BEGAN + 500,
                "phrases": [
                    phrase(0, "internal", BEGAN + 1000, "for billing press one"),
                    phrase(
                        2,
                        "internal",
                        BEGAN + 21_000,
                        "hi this is ola",
                        decoratedText="Hi, this is Ola.",
                        duration={"milliseconds": 1500},
                    ),
                    phrase(4, "internal", BEGAN + 70_000, "retentions max here", duration=2000),
                    phrase(
                        3,
                        "external",
                        BEGAN + 24_000,
                        "cancel my line please",
                        offset={"offsetMs": 24_000},
                        duration={},
                        words=[
                            {"word": "cancel", "startTimeMs": BEGAN + 24_000},
                            {
                                "word": "please",
                                "startTimeMs": BEGAN + 25_000,
                                "duration": {"milliseconds": 400},
                            },
                        ],
                    ),
                ],
                "analytics": {
                    "sentiment": [{"phraseIndex": 3, "sentiment": -1}],
                    "acoustic": [
                        {"eventType": "silence", "offsetMs": 3000, "durationMs": 4000},
                        {"eventType": "overtalk", "offsetMs": 9000, "durationMs": 500},
                    ],
                },
            }
        ],
        "participants": [
            participant("customer", 0, 95_000, ani="+15550100"),
            participant("ivr", 0, 15_000),
            participant("agent", 20_000, 60_000, userId="u-ola"),
            participant("agent", 60_000, 95_000, userId="u-max"),
        ],
    }


def twilio() -> Record:
    return {
        "sid": "GT01",
        "status": "completed",
        "media_start_time": "2026-03-04T09:30:00Z",
        "duration": 41,
        "channel": {
            "media_properties": {"source_sid": "RE01"},
            "participants": [
                {"channel_participant": 1, "role": "Customer", "media_participant_id": "+15550100"},
                {"channel_participant": 2, "role": "Agent", "full_name": "Ola Berg"},
            ],
        },
        "sentences": [
            {
                "media_channel": 1,
                "sentence_index": 1,
                "start_time": "3.25",
                "end_time": "5.5",
                "transcript": "Cancel my line please.",
                "sid": "GX02",
            },
            {
                "media_channel": 2,
                "sentence_index": 0,
                "start_time": 0.4,
                "end_time": 2.9,
                "transcript": "Hi, this is Ola.",
                "sid": "GX01",
            },
        ],
        "meta": {"key": "sentences", "page": 0, "next_page_url": None},
    }


def ringsense() -> Record:
    return {
        "title": "Call from Ann Moor",
        "domain": "pbx",
        "sourceRecordId": "2728084995017",
        "sourceSessionId": "s-1",
        "callDirection": "Inbound",
        "recordingDurationMs": 61_500,
        "recordingStartTime": "2026-03-04T09:30:00.000Z",
        "creationTime": "2026-03-04T10:00:00.000Z",
        "speakerInfo": [
            {"speakerId": "S1", "name": "Ola Berg", "accountId": "8", "extensionId": "62"},
            {"speakerId": "S2", "name": "Ann Moor", "accountId": "8", "extensionId": None},
        ],
        "insights": {
            "Transcript": [
                {"start": 4.1, "end": 6.0, "text": "Cancel my line please.", "speakerId": "S2"},
                {"start": 0.5, "end": 3.9, "text": "Hi, this is Ola.", "speakerId": "S1"},
            ],
            "Summary": [{"name": "a", "value": "Ann wants to cancel", "start": 0.5}],
        },
    }


def ringcx() -> Record:
    return {
        "channelClass": "VOICE",
        "transcript": [
            {
                "participantId": "449",
                "participantName": "Agent Berg",
                "timestamp": str(BEGAN),
                "message": "Hi, this is Ola.",
            },
            {
                "participantId": "cust_1",
                "participantName": "Customer",
                "timestamp": str(BEGAN + 5250),
                "message": "Cancel my line please.",
            },
        ],
    }


def ringcentral_ai() -> Record:
    said = [
        {"start": 2.52, "end": 4.0, "text": "Cancel my line please.", "speakerId": "1"},
        {"start": 0.3, "end": 2.1, "text": "Hi, this is Ola.", "speakerId": "0"},
    ]
    return {
        "jobId": "job-7",
        "status": "Success",
        "response": {
            "utteranceInsights": [each | {"insights": []} for each in said],
            "utterances": said,
            "words": [{"word": "Hi", "start": 0.3, "end": 0.5}],
            "transcript": "Hi, this is Ola. Cancel my line please.",
        },
    }


def gong() -> Record:
    return {
        "requestId": "r-1",
        "callTranscripts": [
            {
                "callId": "77825017302958413266",
                "transcript": [
                    {
                        "speakerId": "61",
                        "topic": "Intro",
                        "sentences": [
                            {"start": 460, "end": 1200, "text": "Hi, this is Ola."},
                            {"start": 1300, "end": 2000, "text": "Can I help?"},
                        ],
                    },
                    {
                        "speakerId": "62",
                        "sentences": [{"start": 2100, "end": 4000, "text": "Cancel my line."}],
                    },
                ],
            },
            {
                "callId": "2",
                "transcript": [
                    {"speakerId": "9", "sentences": [{"start": 0, "end": 900, "text": "Hello?"}]}
                ],
            },
        ],
        "calls": [
            {
                "metaData": {
                    "id": "77825017302958413266",
                    "started": "2026-03-04T09:30:00Z",
                    "duration": 60,
                },
                "parties": [
                    {"speakerId": "61", "name": "Ola Berg", "affiliation": "Internal"},
                    {"speakerId": "62", "name": "Ann Moor", "affiliation": "External"},
                    {"name": "Not There", "affiliation": "Internal"},
                ],
            }
        ],
    }


def dialpad() -> Record:
    def line(second: float, kind: str, content: str, **who: object) -> Record:
        time = f"2026-03-04T09:30:{second:09.6f}+00:00"
        return {"time": time, "type": kind, "content": content, **who}

    return {
        "call_id": "5780678246121472",
        "lines": [
            line(6.2, "transcript", "cancel my line please", name="Ann", contact_id="c-1"),
            line(1.0, "transcript", "hi this is ola", name="Ola Berg", user_id="u-1"),
            line(6.3, "moment", "negative_sentiment", name="Ann", contact_id="c-1"),
            line(6.4, "real_time_moment", "cancel", name="Ann", contact_id="c-1"),
            line(0.1, "ai_question", "Was there a greeting?"),
        ],
    }


def zoom() -> Record:
    return {
        "type": "zoom_transcript",
        "ver": 1,
        "recording_id": "rec-5",
        "recording_start": "2026-03-04T09:30:00Z",
        "timeline": [
            {
                "ts": "00:00:01.200",
                "end_ts": "00:00:03.000",
                "text": "Hi, this is Ola.",
                "users": [{"username": "Ola Berg", "multiple_people": False}],
            },
            {
                "ts": "00:01:04.500",
                "end_ts": "00:01:06.000",
                "text": "Cancel my line please.",
                "username": "15550100",
            },
            {
                "ts": "00:01:07.000",
                "end_ts": "00:01:08.000",
                "text": "Okay",
                "users": [{"username": "Ola Berg"}, "15550100"],
            },
            {"ts": "00:01:09.000", "end_ts": "00:01:09.500", "text": "", "users": []},
            {"ts": "00:01:10.000", "end_ts": "00:01:11.000", "text": "Bye", "users": []},
        ],
    }


def verint() -> Record:
    def word(place: int, begin: int, text: str, side: str) -> Record:
        return {"p": place, "c": 90, "s": begin, "e": begin + 200, "w": text, "sp": side}

    return {
        "call_id": "v-1",
        "plainText": "hi there cancel please yes okay hello",
        "plainTextTime": "0",
        "transcript_detailed": [
            word(0, 100, "hi", "Agent"),
            word(1, 350, "there", "Agent"),
            word(2, 900, "cancel", "Customer"),
            word(3, 1200, "please", "Customer"),
            word(4, 1500, "yes", "simultaneous"),
            word(5, 1800, "okay", "Agent"),
            word(6, 9000, "hello", "Agent"),
        ],
    }


FIXTURES: dict[str, Maker] = {
    "genesys": genesys,
    "twilio": twilio,
    "ringsense": ringsense,
    "ringcx": ringcx,
    "ringcentral-ai": ringcentral_ai,
    "gong": gong,
    "dialpad": dialpad,
    "zoom-phone": zoom,
    "verint": verint,
}


# --- every format -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", FIXTURES)
def test_figures_are_those_of_the_model(name: str) -> None:
    for call in read_all(FIXTURES[name]()):
        assert set(call.stated) <= set(STATED_FIGURES)


@pytest.mark.parametrize(
    ("name", "path", "value", "place", "words"),
    [
        ("genesys", ("transcripts", 0, "phrases"), "x", "transcripts[0].phrases", "not a list"),
        (
            "genesys",
            ("transcripts", 0, "phrases", 1, "startTimeMs"),
            "soon",
            "transcripts[0].phrases[1].startTimeMs",
            "not a number",
        ),
        ("genesys", ("conversationStartTime",), [], "conversationStartTime", "not a moment"),
        ("genesys", ("conversationStartTime",), 1e17, "conversationStartTime", "not a moment"),
        ("genesys", ("participants", 0), 7, "participants[0]", "not an object"),
        ("twilio", ("sentences", 0, "transcript"), None, "sentences[0]", 'no "transcript"'),
        ("twilio", ("sentences", 0, "start_time"), "x", "sentences[0].start_time", "not a time"),
        ("twilio", ("sentences", 0), 3, "sentences[0]", "not an object"),
        ("twilio", ("status",), "in-progress", "status", 'expected "completed"'),
        ("ringsense", ("insights", "Transcript"), None, "insights", 'no "Transcript"'),
        ("ringsense", ("insights", "Transcript", 0, "text"), 1.5, "insights.Tr", "not text"),
        ("ringsense", ("recordingStartTime",), "noon", "recordingStartTime", "not a moment"),
        ("ringcx", ("transcript",), {}, "transcript", "not a list"),
        ("ringcx", ("transcript", 0, "timestamp"), "x", "transcript[0].timestamp", "not a moment"),
        ("ringcx", ("transcript", 1, "message"), None, "transcript[1]", 'no "message"'),
        ("ringcentral-ai", ("status",), "Fail", "status", 'expected "Success"'),
        (
            "ringcentral-ai",
            ("response", "utteranceInsights", 0, "end"),
            True,
            "response.utteranceInsights[0].end",
            "not a number",
        ),
        ("dialpad", ("lines", 0, "time"), "later", "lines[0].time", "not a moment"),
        ("dialpad", ("lines", 1, "content"), {}, "lines[1].content", "not text"),
        ("zoom-phone", ("timeline", 0, "ts"), "x", "timeline[0].ts", "not a time"),
        ("zoom-phone", ("timeline", 0, "users"), "x", "timeline[0].users", "not a list"),
        ("verint", ("transcript_detailed",), None, "", 'no "transcript_detailed"'),
        ("verint", ("transcript_detailed", 2, "w"), None, "transcript_detailed[2]", 'no "w"'),
        ("verint", ("transcript_detailed", 2, "s"), "x", "transcript_detailed[2].s", "not a time"),
    ],
)
def test_a_fault_is_named_with_its_place(
    name: str, path: Way, value: object, place: str, words: str
) -> None:
    reason = skip_reason(replaced(FIXTURES[name](), path, value))
    assert reason.startswith(place)
    assert words in reason


# --- Genesys ----------------------------------------------------------------------------------


def test_genesys_tells_who_of_the_company_spoke_when() -> None:
    call = read_one(genesys())
    assert timeline(call) == [
        ("system", "for billing press one", 1.0, None),
        ("agent", "Hi, this is Ola.", 21.0, 22.5),
        ("customer", "cancel my line please", 24.0, 25.4),
        ("agent", "retentions max here", 70.0, 72.0),
    ]
    assert agents(call) == [None, "u-ola", None, "u-max"]
    assert call.agent_ids == ("u-ola", "u-max")
    assert call.call_id == "conv-417"
    assert call.started_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    assert call.stated == {"duration_seconds": 95.0, "silence_seconds": 4.0}


def test_genesys_times_may_count_from_the_start_already() -> None:
    value = genesys()
    phrases = value["transcripts"][0]["phrases"]
    for each in (*phrases, *value["participants"], *phrases[3]["words"]):
        each["startTimeMs"] -= BEGAN
    for each in value["participants"]:
        each["endTimeMs"] -= BEGAN
    assert timeline(read_one(value)) == timeline(read_one(genesys()))


def test_genesys_without_a_start_counts_from_the_first_phrase() -> None:
    value = genesys()
    del value["conversationStartTime"], value["transcripts"][0]["startTime"]
    call = read_one(value)
    assert [each.start for each in call.utterances] == [0.0, 20.0, 23.0, 69.0]
    assert call.started_at is None


def test_genesys_start_of_the_transcript_stands_in_for_that_of_the_conversation() -> None:
    value = genesys()
    del value["conversationStartTime"]
    call = read_one(value)
    assert call.utterances[0].start == 0.5
    assert call.started_at == datetime(2026, 3, 4, 9, 30, 0, 500_000, tzinfo=UTC)


def test_genesys_roles_are_known_without_participants() -> None:
    value = genesys()
    del value["participants"]
    assert speakers(read_one(value)) == [*("agent", "agent", "customer", "agent")]


def test_genesys_names_the_only_agent_even_where_times_do_not_meet() -> None:
    value = genesys()
    value["participants"] = [{"participantPurpose": "user", "userId": "u-1", "startTimeMs": 5e12}]
    assert {each.agent_id for each in read_one(value).utterances} == {None, "u-1"}


def test_genesys_phrases_may_state_the_role_themselves() -> None:
    value = genesys()
    purposes = ["ivr", "agent", "customer", "acd"]
    for each, purpose in zip(value["transcripts"][0]["phrases"], purposes, strict=True):
        each["participantPurpose"] = purpose
    assert speakers(read_one(value)) == [*("system", "agent", "system", "customer")]


# --- Twilio -----------------------------------------------------------------------------------


def test_twilio_joins_channels_to_participants() -> None:
    call = read_one(twilio())
    assert timeline(call) == [
        ("agent", "Hi, this is Ola.", 0.4, 2.9),
        ("customer", "Cancel my line please.", 3.25, 5.5),
    ]
    assert call.agent_ids == ("Ola Berg",)
    assert (call.call_id, call.stated) == ("GT01", {"duration_seconds": 41.0})
    assert call.started_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def test_twilio_takes_the_transcript_beside_the_sentences() -> None:
    value = twilio()
    sentences = {"sentences": value.pop("sentences"), "transcript": value}
    assert read_one(sentences) == read_one(twilio())


def test_twilio_sentences_alone_tell_channels_only() -> None:
    value = {"sentences": twilio()["sentences"]}
    assert speakers(read_one(value)) == ["channel 2", "channel 1"]


def test_twilio_without_times_is_ordered_by_the_sentences_number() -> None:
    value = twilio()
    for each in value["sentences"]:
        each["start_time"] = each["end_time"] = None
    assert timeline(read_one(value)) == [
        ("agent", "Hi, this is Ola.", None, None),
        ("customer", "Cancel my line please.", None, None),
    ]


def test_twilio_times_may_be_with_the_words_only() -> None:
    value = twilio()
    value["sentences"][1] |= {
        "start_time": None,
        "end_time": None,
        "words": [
            {"word": "Hi", "start_time": 0, "end_time": "0.5"},
            {"word": "Ola", "start_time": None, "end_time": 1.5},
        ],
    }
    first = read_one(value).utterances[0]
    assert (first.start, first.end) == (0.0, 1.5)


def test_twilio_beta_shape_is_read() -> None:
    beta = {"channel": 2, "sid": "GX1", "transcript_sid": "GT9", "raw_transcript": "hi"}
    call = read_one({"sentences": [beta]})
    assert (call.call_id, timeline(call)) == ("GT9", [("channel 2", "hi", None, None)])


@pytest.mark.parametrize("key", ["next_page_url", "previous_page_url"])
def test_twilio_one_page_of_several_is_refused_without_its_address(key: str) -> None:
    value = twilio()
    value["meta"][key] = "https://example.invalid/?PageToken=secret"
    reason = skip_reason(value)
    assert reason.startswith("meta: one page of several")
    assert "secret" not in reason


# --- RingCentral ------------------------------------------------------------------------------


def test_ringsense_extensions_tell_the_sides() -> None:
    call = read_one(ringsense())
    assert timeline(call) == [
        ("agent", "Hi, this is Ola.", 0.5, 3.9),
        ("customer", "Cancel my line please.", 4.1, 6.0),
    ]
    assert (call.call_id, call.agent_ids) == ("2728084995017", ("Ola Berg",))
    assert call.started_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    assert call.stated == {"duration_seconds": 61.5}


@pytest.mark.parametrize("extension", [None, "62"])
def test_ringsense_with_one_kind_of_speakers_tells_no_sides(extension: str | None) -> None:
    value = ringsense()
    for each in value["speakerInfo"]:
        each["extensionId"] = extension
    call = read_one(value)
    assert speakers(call) == ["Ola Berg", "Ann Moor"]
    assert call.agent_ids == ()


def test_ringsense_speaker_without_an_entry_keeps_its_id() -> None:
    value = ringsense()
    value["speakerInfo"] = []
    assert speakers(read_one(value)) == ["S1", "S2"]


def test_ringcx_counts_from_its_first_message() -> None:
    value = ringcx()
    value["transcript"].reverse()
    call = read_one(value)
    assert timeline(call) == [
        ("Agent Berg", "Hi, this is Ola.", 0.0, None),
        ("Customer", "Cancel my line please.", 5.25, None),
    ]
    assert call.started_at is None


def test_ringcx_speaker_without_a_name_keeps_its_id() -> None:
    value = ringcx()
    value["transcript"][0]["participantName"] = ""
    assert read_one(value).utterances[0].speaker == "449"


def test_ringcentral_ai_reads_its_two_lists_once() -> None:
    call = read_one(ringcentral_ai())
    assert timeline(call) == [
        ("0", "Hi, this is Ola.", 0.3, 2.1),
        ("1", "Cancel my line please.", 2.52, 4.0),
    ]
    assert call.call_id == "job-7"
    value = ringcentral_ai()
    del value["response"]["utteranceInsights"]
    assert timeline(read_one(value)) == timeline(call)


# --- Gong -------------------------------------------------------------------------------------


def test_gong_reads_every_call_with_its_whole_id() -> None:
    first, second = read_all(gong())
    assert (first.call_id, second.call_id) == ("77825017302958413266", "2")
    assert timeline(first) == [
        ("agent", "Hi, this is Ola.", 0.46, 1.2),
        ("agent", "Can I help?", 1.3, 2.0),
        ("customer", "Cancel my line.", 2.1, 4.0),
    ]
    assert first.agent_ids == ("Ola Berg",)
    assert first.started_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    assert first.stated == {"duration_seconds": 60.0}
    assert timeline(second) == [("9", "Hello?", 0.0, 0.9)]


def test_gong_an_id_that_is_a_number_keeps_its_digits() -> None:
    value = gong()
    value["callTranscripts"][0]["callId"] = 77825017302958413266
    assert [call.call_id for call in read_all(value)] == ["77825017302958413266", "2"]


def test_gong_one_broken_call_does_not_cost_the_others() -> None:
    value = gong()
    value["callTranscripts"][0]["transcript"][0]["sentences"][0]["text"] = None
    broken, whole = read(value)
    assert broken.call_id == "77825017302958413266"
    assert reason_of(broken).startswith("callTranscripts[0].transcript[0].sentences[0]: no ")
    assert as_transcript(whole).call_id == "2"


def test_gong_a_call_alone_is_read_and_unknown_parties_keep_their_names() -> None:
    value = gong()["callTranscripts"][0]
    assert speakers(read_one(value)) == ["61", "61", "62"]
    value["parties"] = [
        {"speakerId": "61", "name": "Ola Berg", "affiliation": "Unknown"},
        {"speakerId": "62", "affiliation": "External"},
    ]
    call = read_one(value)
    assert speakers(call) == ["Ola Berg", "Ola Berg", "customer"]


# --- Dialpad, Zoom Phone, Verint --------------------------------------------------------------


def test_dialpad_keeps_what_is_said_and_leaves_moments_out() -> None:
    call = read_one(dialpad())
    assert timeline(call) == [
        ("agent", "hi this is ola", 0.0, None),
        ("customer", "cancel my line please", 5.2, None),
    ]
    assert (call.call_id, call.agent_ids) == ("5780678246121472", ("Ola Berg",))
    assert call.started_at is None


def test_dialpad_with_users_only_tells_no_sides() -> None:
    value = dialpad()
    value["lines"][0] |= {"user_id": "u-2"}
    assert speakers(read_one(value)) == ["Ola Berg", "Ann"]


def test_zoom_phone_names_come_from_wherever_they_are() -> None:
    call = read_one(zoom())
    assert timeline(call) == [
        ("Ola Berg", "Hi, this is Ola.", 1.2, 3.0),
        ("15550100", "Cancel my line please.", 64.5, 66.0),
        ("Ola Berg, 15550100", "Okay", 67.0, 68.0),
        ("", "Bye", 70.0, 71.0),
    ]
    assert (call.call_id, call.format) == ("rec-5", "zoom-phone")
    assert call.started_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def test_verint_words_become_turns_and_simultaneous_ones_are_of_neither() -> None:
    call = read_one(verint())
    assert timeline(call) == [
        ("agent", "hi there", 0.1, 0.55),
        ("customer", "cancel please", 0.9, 1.4),
        ("other", "yes", 1.5, 1.7),
        ("agent", "okay", 1.8, 2.0),
        ("agent", "hello", 9.0, 9.2),
    ]
    assert stated_role(call.utterances[2].speaker) == Role.OTHER


def test_verint_sides_one_after_the_other_are_interleaved() -> None:
    value = verint()
    value["transcript_detailed"].sort(key=lambda each: each["sp"])
    assert timeline(read_one(value)) == timeline(read_one(verint()))


def test_verint_plain_text_alone_does_not_say_who_speaks() -> None:
    value = {"plainText": "hi there", "plainTextTime": "0"}
    assert 'no "transcript_detailed"' in skip_reason(value)
