"""Amazon's exports with roles: Call Analytics and Contact Lens; and what holds for them all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aws_exports import (
    FIXTURES,
    MAKERS,
    call_analytics,
    chat,
    chat_entry,
    contact_lens,
    spoken,
    transcribe,
)
from exports import (
    Maker,
    Record,
    Way,
    agents,
    check_broken,
    mangled,
    matching,
    read,
    read_one,
    read_sample,
    replaced,
    said,
    skip_reason,
    texts,
    times,
    words_by_speaker,
)
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import STATED_FIGURES, SkippedCall
from transcript_audit.readers.vendors.aws import AWS_FORMATS

# --- the table --------------------------------------------------------------------------------


@pytest.mark.parametrize("make", FIXTURES, ids=lambda make: make.__name__)
def test_every_fixture_is_in_exactly_one_format(make: Maker) -> None:
    assert matching(make()) == [read_one(make()).format]


def test_every_row_is_found_by_its_content_and_named_once() -> None:
    assert [read_one(make()).format for make in MAKERS.values()] == list(MAKERS)
    assert sorted(row.name for row in AWS_FORMATS) == sorted(MAKERS)


# --- Call Analytics ---------------------------------------------------------------------------


def test_call_analytics_gives_roles_times_and_redaction_marks() -> None:
    call = read_one(call_analytics())
    assert (call.call_id, call.agent_ids, call.started_at) == ("fernhill-0417.wav", (), None)
    assert said(call) == [
        ("agent", "Fernhill Gas, [PII] speaking."),
        ("customer", "Hi, I want to close my account."),
    ]
    assert times(call) == [(0.12, 3.4), (3.1, 6.05)]


def test_call_analytics_figures_are_taken_as_stated() -> None:
    stated = read_one(call_analytics()).stated
    assert stated == {
        "duration_seconds": 7.5,
        "agent_talk_seconds": 3.28,
        "customer_talk_seconds": 2.95,
        "silence_seconds": 0.0,
        "interruptions": 3.0,
        "interruptions_by_agent": 1.0,
    }
    assert set(stated) == set(STATED_FIGURES)


def test_call_analytics_without_figures_states_none() -> None:
    value = call_analytics()
    del value["ConversationCharacteristics"]
    assert read_one(value).stated == {}
    value["ConversationCharacteristics"] = {"Interruptions": {"TotalCount": 2}}
    assert read_one(value).stated == {"interruptions": 2.0}


def test_turns_out_of_order_are_sorted_and_ties_keep_their_order() -> None:
    value = call_analytics()
    value["Transcript"] = [
        spoken(9000, 9500, "third", ParticipantRole="AGENT"),
        spoken(1000, 2000, "first", ParticipantRole="CUSTOMER"),
        spoken(1000, 2000, "second", ParticipantRole="AGENT"),
        spoken(9600, 9700, "  ", ParticipantRole="AGENT"),
    ]
    assert texts(read_one(value)) == ["first", "second", "third"]


def test_call_analytics_without_job_name_takes_the_session_or_the_file() -> None:
    value = call_analytics()
    value["SessionId"] = value.pop("JobName")
    assert read_one(value).call_id == "fernhill-0417.wav"
    del value["SessionId"]
    assert (read_one(value).call_id, read_one(value).format) == ("stdin", "aws-call-analytics")


@pytest.mark.parametrize("status", ["IN_PROGRESS", "FAILED"])
def test_a_job_that_did_not_complete_is_refused(status: str) -> None:
    for value, key in (
        (call_analytics(), "JobStatus"),
        (contact_lens(), "JobStatus"),
        (chat(), "JobStatus"),
        (transcribe(), "status"),
    ):
        value[key] = status
        assert f'{key}: the job is "{status}"; expected "COMPLETED"' in skip_reason(value)


@pytest.mark.parametrize(
    "described",
    [
        {"CallAnalyticsJob": {"CallAnalyticsJobName": "j", "CallAnalyticsJobStatus": "COMPLETED"}},
        {"TranscriptionJob": {"TranscriptionJobName": "j", "TranscriptionJobStatus": "COMPLETED"}},
    ],
)
def test_the_description_of_a_job_is_refused_without_its_address(described: Record) -> None:
    (job,) = described.values()
    job["Transcript"] = {"TranscriptFileUri": "https://s3.example/t.json?X-Amz-Signature=s3cret"}
    why = skip_reason(described)
    assert "download the file that TranscriptFileUri names" in why
    assert "s3cret" not in why


# --- Contact Lens -----------------------------------------------------------------------------


def test_contact_lens_joins_roles_by_participant_and_knows_the_recording() -> None:
    call = read_one(contact_lens())
    assert (call.call_id, call.started_at) == ("c-9001", datetime(2031, 2, 3, 16, 55, tzinfo=UTC))
    assert said(call) == [
        ("agent", "Hello, Larch Mobile."),
        ("customer", "My number is 0 7 7."),
    ]
    assert times(call) == [(0.15, 2.6), (2.2, 4.1)]
    assert call.stated == {
        "duration_seconds": 4.1,
        "silence_seconds": 3.9,
        "agent_talk_seconds": 2.45,
        "interruptions": 0.0,
        "interruptions_by_agent": 0.0,
    }


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("AGENT", "agent"),
        ("the customer's ID", "customer"),
        ("CUSTOMER_1", "customer"),
        ("77-fedcab", "77-fedcab"),
    ],
)
def test_contact_lens_falls_back_on_what_the_id_says(name: str, label: str) -> None:
    value = contact_lens()
    value["Participants"] = [{"ParticipantRole": "AGENT"}]
    value["Transcript"][1]["ParticipantId"] = name
    assert read_one(value).utterances[0].speaker == label


def test_contact_lens_keeps_roles_that_turns_state_themselves() -> None:
    value = contact_lens()
    value["Transcript"][1]["ParticipantRole"] = "SUPERVISOR"
    assert read_one(value).utterances[0].speaker == "supervisor"


def test_a_redacted_twin_reads_like_the_raw_one_under_the_same_id() -> None:
    value = contact_lens()
    value["ContentMetadata"] = {
        "Output": "Redacted",
        "RedactionTypesMetadata": {"PII": {"RedactionMaskMode": "ENTITY_TYPE"}},
    }
    value["Transcript"][0]["Content"] = "My number is [PHONE],[NAME]."
    call = read_one(value)
    assert (call.call_id, call.utterances[1].text) == ("c-9001", "My number is [PHONE],[NAME].")


def test_a_recording_whose_name_tells_no_time_gives_no_start() -> None:
    value = contact_lens()
    value["CustomerMetadata"]["InputS3Uri"] = "s3://larch/20310203T16:55.wav"
    assert read_one(value).started_at is None
    value["CustomerMetadata"]["InputS3Uri"] = "s3://larch/c_20319903T16:55_UTC.wav"
    assert read_one(value).started_at is None


@pytest.mark.parametrize(
    "streamed",
    [
        {"Segments": [{"Transcript": spoken(0, 9, "Hello", ParticipantRole="AGENT")}]},
        {
            "Channel": "VOICE",
            "ContactId": "c-1",
            "EventType": "SEGMENTS",
            "Segments": [{"Utterance": {"PartialContent": "Hel", "ParticipantId": "AGENT"}}],
        },
        {"ContactId": "c-1", "EventType": "STARTED", "Channel": "VOICE"},
    ],
)
def test_real_time_segments_are_refused_with_advice(streamed: Record) -> None:
    why = skip_reason(streamed)
    assert "real-time Contact Lens segments" in why
    assert "Analysis/Voice" in why


# --- chat -------------------------------------------------------------------------------------


def test_chat_takes_messages_only_in_order_of_time() -> None:
    call = read_one(chat())
    assert said(call) == [
        ("system", "You are in the queue."),
        ("customer", "Please cancel my plan"),
        ("agent", "Hello, how can I help?"),
        ("agent", "Noor here."),
        ("custom bot", "Beep"),
    ]
    assert times(call) == [(5.0, None), (30.25, None), (60.5, None), (180.0, None), (240.0, None)]


def test_chat_knows_its_start_its_id_and_the_agents_who_are_named() -> None:
    call = read_one(chat())
    assert (call.call_id, call.agent_ids) == ("c-chat", ("Noor",))
    assert call.started_at == datetime(2031, 2, 3, 9, tzinfo=UTC)
    assert agents(call) == [None, None, None, "Noor", None]
    assert call.stated == {"duration_seconds": 300.0}


def test_chat_before_analysis_has_its_id_at_the_top() -> None:
    value = {"Version": "2019-08-26", "ContactId": "c-raw", "Transcript": chat()["Transcript"]}
    assert (read_one(value).call_id, read_one(value).format) == ("c-raw", "aws-contact-lens-chat")


def test_chat_times_with_and_without_zone_or_none_go_together() -> None:
    value = chat()
    value["Transcript"] = [
        chat_entry("2031-02-03T09:00:00", "p-1", "one"),
        chat_entry("2031-02-03T09:00:10Z", "p-2", "two"),
        {"Type": "MESSAGE", "ParticipantId": "p-2", "Content": "three"},
    ]
    call = read_one(value)
    assert texts(call) == ["one", "two", "three"]
    assert times(call) == [(0.0, None), (10.0, None), (None, None)]


def test_an_agent_called_agent_is_nobody_by_name() -> None:
    value = chat()
    value["Transcript"][4]["DisplayName"] = "Agent"
    assert read_one(value).agent_ids == ()


# --- faults -----------------------------------------------------------------------------------


WRONG: list[tuple[str, Way, object, str]] = [
    ("aws-call-analytics", ["Transcript"], None, 'no "Transcript"'),
    ("aws-call-analytics", ["Transcript"], "x", 'Transcript: "x" is not a list'),
    ("aws-call-analytics", ["Transcript", 1], 7, 'Transcript[1]: "7" is not an object'),
    ("aws-call-analytics", ["Transcript", 1, "Content"], None, 'Transcript[1]: no "Content"'),
    ("aws-call-analytics", ["Transcript", 0, "Content"], ["x"], "Transcript[0].Content: "),
    ("aws-call-analytics", ["Transcript", 0, "BeginOffsetMillis"], "soon", "is not a time"),
    ("aws-call-analytics", ["ConversationCharacteristics"], [], "expected one with"),
    ("aws-call-analytics", ["JobName"], {}, 'JobName: "{}" is not text'),
    (
        "aws-call-analytics",
        ["ConversationCharacteristics", "TalkTime", "DetailsByParticipant"],
        [1],
        "ConversationCharacteristics.TalkTime.DetailsByParticipant: ",
    ),
    ("aws-contact-lens", ["Transcript"], None, 'no "Transcript"'),
    ("aws-contact-lens", ["Participants"], "x", "Participants: "),
    ("aws-contact-lens", ["Participants", 0, "ParticipantId"], [1], "[0].ParticipantId: "),
    ("aws-contact-lens", ["CustomerMetadata"], "x", 'CustomerMetadata: "x" is not an object'),
    ("aws-contact-lens", ["Transcript", 0, "EndOffsetMillis"], True, "is not a number"),
    ("aws-contact-lens-chat", ["Transcript", 1, "AbsoluteTime"], "noon", '"noon" is not a time'),
    ("aws-contact-lens-chat", ["Transcript", 1, "AbsoluteTime"], 1.5, "is not text"),
    ("aws-contact-lens-chat", ["Transcript", 1, "Content"], {"a": 1}, "Transcript[1].Content: "),
    ("aws-pca", ["ConversationAnalytics"], None, 'no "ConversationAnalytics"'),
    ("aws-pca", ["SpeechSegments"], None, 'no "SpeechSegments"'),
    ("aws-pca", ["SpeechSegments", 2, "SegmentStartTime"], "x", "[2].SegmentStartTime: "),
    ("aws-pca", ["ConversationAnalytics", "ConversationTime"], "noon", "is not a date"),
    ("aws-pca", ["ConversationAnalytics", "SpeakerTime"], 3, "SpeakerTime: "),
    ("aws-transcribe", ["results"], None, 'no "results"'),
    ("aws-transcribe", ["results"], [], 'results: "[]" is not an object'),
    ("aws-transcribe", ["results"], {"x": 1}, "results: no words"),
    ("aws-transcribe", ["results", "items", 0, "alternatives"], None, "items[0]: no "),
    ("aws-transcribe", ["results", "items", 0, "start_time"], "x", "items[0].start_time: "),
    ("aws-transcribe", ["results", "speaker_labels", "segments"], 1, "speaker_labels.segments: "),
    ("aws-bedrock", ["audio_segments"], None, 'no "audio_segments"'),
    ("aws-bedrock", ["audio_segments", 0, "text"], None, 'audio_segments[0]: no "text"'),
    ("aws-bedrock", ["audio_segments", 0, "channel"], "ch_0", "audio_segments[0].channel: "),
    ("aws-bedrock", ["metadata", "duration_millis"], [], "metadata.duration_millis: "),
]


@pytest.mark.parametrize(("name", "path", "wrong", "words"), WRONG)
def test_what_is_absent_or_of_the_wrong_type_is_named_with_its_place(
    name: str, path: Way, wrong: object, words: str
) -> None:
    why = skip_reason(replaced(MAKERS[name](), path, wrong))
    assert words in why
    assert "expected" in why


def test_no_message_shows_a_signature() -> None:
    signed = "https://bucket.example/a.json?X-Amz-Credential=AKIA&X-Amz-Signature=s3cret"
    for name, path, _, _ in WRONG:
        for call in read(replaced(MAKERS[name](), path, signed)):
            assert not isinstance(call, SkippedCall) or "s3cret" not in call.reason


@pytest.mark.parametrize("make", FIXTURES, ids=lambda make: make.__name__)
@given(data=st.data())
def test_whatever_is_broken_only_a_read_error_comes_out(make: Maker, data: st.DataObject) -> None:
    value = mangled(make(), data, [{"speaker_label": []}])
    assert sum(row.matches(value) for row in AWS_FORMATS) <= 1
    check_broken(value, *MAKERS)


# --- genuine samples --------------------------------------------------------------------------


def test_genuine_call_analytics() -> None:
    value, call = read_sample("aws_call_analytics/example-call.json")
    assert len(call.utterances) == 37
    assert words_by_speaker(said(call)) == words_by_speaker(
        (turn["ParticipantRole"].lower(), turn["Content"]) for turn in value["Transcript"]
    )
    assert times(call)[0] == (0.04, 5.05)
    assert max(end or 0 for _, end in times(call)) <= call.stated["duration_seconds"]
    assert call.stated == {
        "duration_seconds": 182.89,
        "agent_talk_seconds": 104.349,
        "customer_talk_seconds": 63.79,
        "silence_seconds": 0.0,
        "interruptions": 2.0,
        "interruptions_by_agent": 2.0,
    }
