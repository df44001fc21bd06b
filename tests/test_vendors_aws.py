"""Amazon's exports: Transcribe, Call Analytics, Contact Lens, post-call analytics, Bedrock."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from exports import (
    Maker,
    Record,
    Way,
    agents,
    check_broken,
    cut_off_reason,
    mangled,
    matching,
    read,
    read_all,
    read_one,
    read_sample,
    replaced,
    said,
    skip_reason,
    speakers,
    texts,
    times,
    words_by_speaker,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from transcript_audit.model import STATED_FIGURES, SkippedCall
from transcript_audit.readers.vendors.aws import AWS_FORMATS


def spoken(begin: int, end: int, text: str, **more: object) -> Record:
    return {"BeginOffsetMillis": begin, "EndOffsetMillis": end, "Content": text, **more}


def word(text: str, start: str | None = None, end: str | None = None, **more: object) -> Record:
    item: Record = {
        "type": "pronunciation" if start else "punctuation",
        "alternatives": [{"confidence": "0.98", "content": text}],
        **more,
    }
    return item | ({"start_time": start, "end_time": end} if start else {})


def call_analytics() -> Record:
    return {
        "JobStatus": "COMPLETED",
        "JobName": "fernhill-0417.wav",
        "LanguageCode": "en-GB",
        "Channel": "VOICE",
        "Participants": [{"ParticipantRole": "AGENT"}, {"ParticipantRole": "CUSTOMER"}],
        "ContentMetadata": {"Output": "Redacted", "RedactionTypes": ["PII"]},
        "Transcript": [
            spoken(
                120,
                3400,
                "Fernhill Gas, [PII] speaking.",
                Id="t1",
                ParticipantRole="AGENT",
                Sentiment="NEUTRAL",
                LoudnessScores=[71.2, None, 70.1],
                Items=[{"Type": "pronunciation", "Content": "Fernhill", "BeginOffsetMillis": 120}],
                Redaction={"RedactedTimestamps": [[{"BeginOffsetMillis": 900}]]},
            ),
            spoken(
                3100,
                6050,
                "Hi, I want to close my account.",
                Id="t2",
                ParticipantRole="CUSTOMER",
                LoudnessScores=[68.0],
                IssuesDetected=[{"CharacterOffsets": {"Begin": 4, "End": 31}}],
            ),
        ],
        "ConversationCharacteristics": {
            "TotalConversationDurationMillis": 7500,
            "NonTalkTime": {"TotalTimeMillis": 0, "Instances": []},
            "TalkTime": {
                "TotalTimeMillis": 6230,
                "DetailsByParticipant": {
                    "AGENT": {"TotalTimeMillis": 3280},
                    "CUSTOMER": {"TotalTimeMillis": 2950},
                },
            },
            "Interruptions": {
                "TotalCount": 3,
                "TotalTimeMillis": 900,
                "InterruptionsByInterrupter": {
                    "CUSTOMER": [{"BeginOffsetMillis": 3100}, {"BeginOffsetMillis": 4000}],
                    "AGENT": [{"BeginOffsetMillis": 5000}],
                },
            },
        },
    }


def contact_lens() -> Record:
    return {
        "Version": "VOICE-2031-01-01",
        "Channel": "VOICE",
        "JobStatus": "COMPLETED",
        "ContentMetadata": {"Output": "Raw"},
        "Participants": [
            {"ParticipantId": "5f1c-77", "ParticipantRole": "CUSTOMER"},
            {"ParticipantId": "0be2-41", "ParticipantRole": "AGENT"},
        ],
        "Transcript": [
            spoken(
                2200,
                4100,
                "My number is 0 7 7.",
                ParticipantId="5f1c-77",
                LoudnessScore=[60, 0],
                Redaction={"RedactedTimestamps": [{"BeginOffsetMillis": 3000}]},
            ),
            spoken(150, 2600, "Hello, Larch Mobile.", ParticipantId="0be2-41", LoudnessScore=[70]),
        ],
        "ConversationCharacteristics": {
            "TotalConversationDurationMillis": 4100,
            "NonTalkTime": {"TotalTimeMillis": 3900},
            "TalkTime": {"DetailsByParticipant": {"0be2-41": {"TotalTimeMillis": 2450}}},
            "Interruptions": {"InterruptionsByInterrupter": {}, "TotalCount": 0},
        },
        "CustomerMetadata": {
            "ContactId": "c-9001",
            "InstanceId": "i-1",
            "InputS3Uri": "s3://larch/2031/02/03/c-9001_20310203T16:55_UTC.wav",
        },
    }


def chat_entry(when: str, who: str, text: str | None, **more: object) -> Record:
    return {"AbsoluteTime": when, "ParticipantId": who, "Content": text, "Type": "MESSAGE", **more}


def chat() -> Record:
    return {
        "Version": "CHAT-2022-11-30",
        "Channel": "CHAT",
        "JobStatus": "COMPLETED",
        "Participants": [
            {"ParticipantId": "p-1", "ParticipantRole": "CUSTOMER"},
            {"ParticipantId": "p-2", "ParticipantRole": "AGENT"},
        ],
        "Transcript": [
            chat_entry(
                "2031-02-03T09:00:00.000Z",
                "p-1",
                None,
                Type="EVENT",
                ContentType="application/vnd.amazonaws.connect.event.participant.joined",
            ),
            chat_entry("2031-02-03T09:01:00.500Z", "p-2", "Hello, how can I help?"),
            chat_entry(
                "2031-02-03T10:00:30.250+01:00",
                "p-1",
                "Please cancel\nmy plan",
                DisplayName="Ada",
                ContentType="text/plain",
            ),
            chat_entry(
                "2031-02-03T09:00:05.000Z",
                "p-0",
                "You are in the queue.",
                ParticipantRole="SYSTEM",
                DisplayName="SYSTEM_MESSAGE",
            ),
            chat_entry(
                "2031-02-03T09:03:00Z",
                "p-3",
                "Noor here.",
                ParticipantRole="AGENT",
                DisplayName="Noor",
            ),
            chat_entry(
                "2031-02-03T09:04:00Z",
                "p-4",
                "Beep",
                ParticipantRole="CUSTOM_BOT",
                DisplayName="Bot",
            ),
            {"Type": "ATTACHMENT", "AbsoluteTime": "2031-02-03T09:05:00Z", "Attachments": [{}]},
            {"Type": "EVENT", "ContentType": "application/x.event.chat.ended"},
        ],
        "ConversationCharacteristics": {"TotalConversationDurationMillis": 300000},
        "CustomerMetadata": {"ContactId": "c-chat", "InstanceId": "i-1"},
    }


def labelled(label: str, start: str, end: str, *words: str) -> Record:
    """A segment of `speaker_labels` with its words, of which each has the label too."""
    items = [{"start_time": word, "speaker_label": label} for word in words]
    return {"start_time": start, "end_time": end, "speaker_label": label, "items": items}


def transcribe() -> Record:
    """Speakers in the older shape: the words carry no label, and numbers are strings."""
    return {
        "jobName": "job-7",
        "accountId": "000000000000",
        "status": "COMPLETED",
        "results": {
            "transcripts": [{"transcript": "Hello, Kim here. Hi. I'm moving. Oh, where?"}],
            "speaker_labels": {
                "speakers": 2,
                "segments": [
                    labelled("spk_0", "0.50", "1.40", "0.50", "0.9", "1.1"),
                    labelled("spk_1", "1.6", "6.0", "1.6", "3.9", "4.2"),
                    labelled("spk_0", "5.0", "6.0")
                    | {"items": [{"start_time": "5.0"}, {"start_time": "5.4"}]},
                ],
            },
            "items": [
                word("Hello", "0.5", "0.8"),
                word(","),
                word("Kim", "0.9", "1.1"),
                word("here", "1.1", "1.4"),
                word("."),
                word("Hi", "1.6", "1.9"),
                word("."),
                word("I'm", "3.9", "4.2"),
                word("moving", "4.2", "4.8"),
                word("."),
                word("Oh", "5.0", "5.2"),
                word(","),
                word("where", "5.4", "5.9"),
                word("?"),
            ],
        },
    }


def channels() -> Record:
    first = [word("Hello", "0.5", "0.8"), word("."), word("Yes", "4.0", "4.3"), word("?")]
    second = [word("Hi", "1.0", "1.2"), word("there", "1.3", "1.6"), word(".")]
    return {
        "jobName": "stereo",
        "status": "COMPLETED",
        "results": {
            "transcripts": [{"transcript": "Hello. Yes? Hi there."}],
            "channel_labels": {
                "channels": [
                    {"channel_label": "ch_0", "items": first},
                    {"channel_label": "ch_1", "items": second},
                ],
                "number_of_channels": 2,
            },
            "items": [*first, *second],
        },
    }


def audio_segment(start: str, end: str, text: str, **more: object) -> Record:
    return {"start_time": start, "end_time": end, "transcript": text, "items": [0], **more}


def audio_segments() -> Record:
    call = transcribe()
    call["results"]["speaker_labels"]["channel_label"] = "ch_0"
    call["results"]["audio_segments"] = [
        audio_segment("1.6", "4.8", "Hi. I'm moving.", speaker_label="spk_1", id=1),
        audio_segment("0.5", "1.4", "Hello, [PII] here.", speaker_label="spk_0", id=0),
        audio_segment("7.0", "7.2", " ", speaker_label="spk_1", id=2),
    ]
    return call


def pca() -> Record:
    def segment(start: float, end: float, who: str, text: str, **more: object) -> Record:
        return {
            "SegmentStartTime": start,
            "SegmentEndTime": end,
            "SegmentSpeaker": who,
            "SegmentInterruption": False,
            "OriginalText": text,
            "DisplayText": text,
            "TextEdited": 0,
            "WordConfidence": [],
            **more,
        }

    return {
        "ConversationAnalytics": {
            "GUID": "g-55",
            "Agent": "ChrisL",
            "Agents": [],
            "Cust": "None",
            "ConversationTime": "2031-02-03 16:12:45.000500",
            "ProcessTime": "2031-02-04 01:00:00.000000",
            "Duration": "20.5",
            "SpeakerLabels": [
                {"Speaker": "spk_1", "DisplayText": "Agent"},
                {"Speaker": "spk_0", "DisplayText": "Customer"},
                {"Speaker": "IVR", "DisplayText": "IVR"},
            ],
            "SpeakerTime": {
                "spk_0": {"TotalTimeSecs": 4.5},
                "spk_1": {"TotalTimeSecs": 6.25},
                "IVR": {"TotalTimeSecs": 1.0},
                "NonTalkTime": {"Instances": [], "TotalTimeSecs": 3.0},
            },
            "SourceInformation": [
                {
                    "TranscribeJobInfo": {
                        "TranscribeApiType": "analytics",
                        "TranscriptionJobName": "call.wav",
                        "MediaFileUri": "https://bucket.example/call.wav?X-Amz-Signature=s3cret",
                        "ChannelIdentification": 1,
                    }
                }
            ],
        },
        "SpeechSegments": [
            segment(0.5, 2.0, "IVR", "Press one.", IVRSegment=True),
            segment(2.5, 5.0, "spk_1", "Hello, Chris here.", IVRSegment=False),
            segment(4.5, 8.0, "spk_0", "Hi. Stop it all, please.", SegmentInterruption=True),
            segment(7.5, 9.0, "spk_1", "Wait a moment.", SegmentInterruption=True),
            segment(9.0, 9.5, "spk_0", ""),
        ],
    }


def bedrock() -> Record:
    def segment(start: int, end: int, text: str, speaker: str, channel: str) -> Record:
        return {
            "start_timestamp_millis": start,
            "end_timestamp_millis": end,
            "type": "TRANSCRIPT",
            "text": text,
            "speaker": {"speaker_label": speaker},
            "channel": {"channel_label": channel},
        }

    return {
        "metadata": {"asset_id": "0", "s3_key": "in/2031/c-12.wav", "duration_millis": 9000},
        "audio_items": [{"item_index": 0, "content": "Hello", "start_timestamp_millis": 1500}],
        "audio_segments": [
            segment(1500, 4000, "Hello, Larch Mobile.", "spk_1", "ch_1"),
            segment(3900, 8000, "Hi, I'd like to cancel.", "spk_0", "ch_0"),
            segment(8000, 8500, "", "spk_0", "ch_0"),
        ],
        "audio": {"summary": "A call."},
        "statistics": {"speaker_count": 2, "channel_count": 2},
    }


MAKERS: dict[str, Maker] = {
    "aws-call-analytics": call_analytics,
    "aws-contact-lens": contact_lens,
    "aws-contact-lens-chat": chat,
    "aws-pca": pca,
    "aws-transcribe": transcribe,
    "aws-bedrock": bedrock,
}
FIXTURES = [*MAKERS.values(), channels, audio_segments]


# --- the table --------------------------------------------------------------------------------


@pytest.mark.parametrize("make", FIXTURES, ids=lambda make: make.__name__)
def test_every_fixture_is_in_exactly_one_format(make: Maker) -> None:
    assert matching(make()) == [read_one(make()).format]


def test_every_row_is_found_by_its_content_and_named_once() -> None:
    assert [read_one(make()).format for make in MAKERS.values()] == list(MAKERS)
    assert sorted(row.name for row in AWS_FORMATS) == sorted(MAKERS)


@pytest.mark.parametrize("make", FIXTURES, ids=lambda make: make.__name__)
def test_an_envelope_and_a_list_of_calls_are_read_too(make: Maker) -> None:
    expected = read_one(make())
    assert said(read_one({"body": make(), "statusCode": 200})) == said(expected)
    assert len(read_all([make(), make()])) == 2


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


# --- Transcribe -------------------------------------------------------------------------------


def test_transcribe_joins_words_and_speakers_by_start_whatever_the_digits() -> None:
    call = read_one(transcribe())
    assert said(call) == [
        ("spk_0", "Hello, Kim here."),
        ("spk_1", "Hi. I'm moving."),
        ("spk_0", "Oh, where?"),
    ]
    assert times(call) == [(0.5, 1.4), (1.6, 4.8), (5.0, 5.9)]
    assert (call.call_id, call.started_at, call.agent_ids) == ("job-7", None, ())


def test_transcribe_prefers_ready_segments() -> None:
    call = read_one(audio_segments())
    assert said(call) == [("spk_0", "Hello, [PII] here."), ("spk_1", "Hi. I'm moving.")]
    assert times(call) == [(0.5, 1.4), (1.6, 4.8)]


def test_transcribe_leaves_ready_segments_that_do_not_say_who_speaks() -> None:
    value = audio_segments()
    for each in value["results"]["audio_segments"]:
        del each["speaker_label"]
    assert said(read_one(value)) == said(read_one(transcribe()))


def test_transcribe_takes_the_speaker_of_a_word_before_the_join() -> None:
    value = transcribe()
    del value["results"]["speaker_labels"]["segments"][1:]
    for item in value["results"]["items"][5:]:
        item["speaker_label"] = "spk_4"
    assert said(read_one(value)) == [
        ("spk_0", "Hello, Kim here."),
        ("spk_4", "Hi. I'm moving. Oh, where?"),
    ]


def test_a_mark_goes_with_the_word_before_it_whoever_it_is_labelled_with() -> None:
    value = transcribe()
    value["results"]["items"][4]["speaker_label"] = "spk_1"
    assert said(read_one(value)) == said(read_one(transcribe()))


def test_a_word_that_no_segment_holds_stays_with_the_speaker_before() -> None:
    value = transcribe()
    value["results"]["items"].insert(3, word("Lee", "1.05", "1.08"))
    assert said(read_one(value))[0] == ("spk_0", "Hello, Kim Lee here.")


def test_speakers_mixed_inside_a_segment_are_told_apart() -> None:
    value = transcribe()
    value["results"]["speaker_labels"]["segments"][0]["items"][2]["speaker_label"] = "spk_1"
    assert said(read_one(value))[:2] == [("spk_0", "Hello, Kim"), ("spk_1", "here.")]


def test_channels_are_merged_by_time_and_split_at_pauses() -> None:
    call = read_one(channels())
    assert said(call) == [
        ("channel 0", "Hello."),
        ("channel 1", "Hi there."),
        ("channel 0", "Yes?"),
    ]
    assert times(call) == [(0.5, 0.8), (1.0, 1.6), (4.0, 4.3)]


def test_ready_segments_of_channels_and_speakers_in_them_are_labelled() -> None:
    value = channels()
    value["results"]["audio_segments"] = [
        audio_segment("0.5", "0.8", "Hello.", channel_label="ch_0", speaker_label="spk_0"),
        audio_segment("1.0", "1.6", "Hi.", channel_label="ch_1", speaker_label="spk_0"),
        audio_segment("2.0", "2.6", "Me too.", channel_label="ch_1", speaker_label="spk_1"),
    ]
    labels = ["channel 0", "channel 1 speaker 0", "channel 1 speaker 1"]
    assert speakers(read_one(value)) == labels


def test_a_single_channel_is_labelled_only_where_no_speaker_is() -> None:
    value = channels()
    del value["results"]["channel_labels"]["channels"][1]
    assert set(speakers(read_one(value))) == {"channel 0"}


def test_transcribe_without_any_labels_is_read_without_speakers() -> None:
    value = transcribe()
    del value["results"]["speaker_labels"]
    assert said(read_one(value)) == [("", "Hello, Kim here. Hi."), ("", "I'm moving. Oh, where?")]
    value["results"]["audio_segments"] = [audio_segment("0.5", "5.9", "Hello, Kim here.")]
    assert said(read_one(value)) == [("", "Hello, Kim here.")]


def test_transcribe_with_nothing_but_the_text_is_one_utterance() -> None:
    value = transcribe()
    value["results"] = {"transcripts": [{"transcript": "Hello there."}]}
    call = read_one(value)
    assert (said(call), times(call)) == ([("", "Hello there.")], [(None, None)])


def test_words_that_a_vocabulary_filter_emptied_are_left_out() -> None:
    value = transcribe()
    value["results"]["items"][2]["alternatives"] = [{"content": ""}]
    value["results"]["items"][3]["alternatives"] = []
    assert said(read_one(value))[0] == ("spk_0", "Hello,.")


def test_silence_is_skipped_as_having_no_words() -> None:
    value = transcribe()
    value["results"] = {"transcripts": [{"transcript": ""}], "items": []}
    assert "no turn holds any words" in skip_reason(value)


# --- post-call analytics ----------------------------------------------------------------------


def test_pca_gives_roles_times_agent_and_start() -> None:
    call = read_one(pca())
    assert (call.call_id, call.agent_ids) == ("g-55", ("ChrisL",))
    assert call.started_at == datetime(2031, 2, 3, 16, 12, 45, 500)
    assert said(call) == [
        ("system", "Press one."),
        ("Agent", "Hello, Chris here."),
        ("Customer", "Hi. Stop it all, please."),
        ("Agent", "Wait a moment."),
    ]
    assert times(call) == [(0.5, 2.0), (2.5, 5.0), (4.5, 8.0), (7.5, 9.0)]


def test_pca_figures_are_taken_as_stated() -> None:
    assert read_one(pca()).stated == {
        "duration_seconds": 20.5,
        "agent_talk_seconds": 6.25,
        "customer_talk_seconds": 4.5,
        "silence_seconds": 3.0,
        "interruptions": 2.0,
        "interruptions_by_agent": 1.0,
    }


def test_pca_marks_of_interruption_count_only_where_something_sets_them() -> None:
    value = pca()
    job = value["ConversationAnalytics"]["SourceInformation"][0]["TranscribeJobInfo"]
    job["TranscribeApiType"] = "standard"
    assert "interruptions" not in read_one(value).stated


def test_pca_none_as_a_word_is_nothing() -> None:
    value = pca()
    facts = value["ConversationAnalytics"]
    facts |= {"GUID": "None", "Agent": "None", "Agents": ["None"], "Duration": "None"}
    call = read_one(value)
    assert (call.call_id, call.agent_ids) == ("call.wav", ())
    assert "duration_seconds" not in call.stated
    del facts["SourceInformation"]
    assert read_one(value).call_id == "stdin"


def test_pca_time_of_processing_is_no_start_of_the_call() -> None:
    value = pca()
    facts = value["ConversationAnalytics"]
    facts["ConversationTime"] = facts["ProcessTime"]
    assert read_one(value).started_at is None


def test_pca_several_agents_keep_their_user_ids() -> None:
    value = pca()
    facts = value["ConversationAnalytics"]
    facts["SpeakerLabels"][0] |= {"DisplayText": "Agent 1", "UserId": "u-1"}
    facts["SpeakerLabels"].append({"Speaker": "spk_2", "DisplayText": "Agent 2", "UserId": "u-2"})
    facts["SpeakerTime"]["spk_2"] = {"TotalTimeSecs": 1.0}
    facts |= {"Agent": "Agent 1", "Agents": ["Agent 1", "Agent 2"]}
    value["SpeechSegments"][3]["SegmentSpeaker"] = "spk_2"
    call = read_one(value)
    assert call.agent_ids == ("u-1", "u-2")
    assert agents(call) == [None, "u-1", None, "u-2"]
    assert call.stated["agent_talk_seconds"] == 7.25


def test_pca_roles_dealt_out_to_voices_in_order_are_not_believed() -> None:
    value = pca()
    job = value["ConversationAnalytics"]["SourceInformation"][0]["TranscribeJobInfo"]
    job |= {"TranscribeApiType": "standard", "ChannelIdentification": 0}
    assert speakers(read_one(value)) == ["system", "spk_1", "spk_0", "spk_1"]


def test_pca_text_that_was_edited_is_read_and_else_the_original() -> None:
    value = pca()
    value["SpeechSegments"][1] |= {"DisplayText": "Hello, Chris speaking.", "TextEdited": 1}
    del value["SpeechSegments"][3]["DisplayText"]
    assert texts(read_one(value))[1::2] == ["Hello, Chris speaking.", "Wait a moment."]


# --- Bedrock ----------------------------------------------------------------------------------


def test_bedrock_reads_segments_with_channels() -> None:
    call = read_one(bedrock())
    assert said(call) == [
        ("channel 1", "Hello, Larch Mobile."),
        ("channel 0", "Hi, I'd like to cancel."),
    ]
    assert times(call) == [(1.5, 4.0), (3.9, 8.0)]
    assert (call.call_id, call.stated) == ("c-12", {"duration_seconds": 9.0})


def test_bedrock_without_channels_keeps_speakers_and_without_both_has_none() -> None:
    value = bedrock()
    for each in value["audio_segments"]:
        each["channel"] = None
    assert speakers(read_one(value)) == ["spk_1", "spk_0"]
    for each in value["audio_segments"]:
        del each["speaker"]
    del value["metadata"]
    assert speakers(read_one(value)) == ["", ""]
    assert read_one(value).call_id == "stdin"


# --- faults -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
def test_an_empty_object_is_refused_in_every_format(name: str) -> None:
    assert "expected" in skip_reason({}, input_format=name)
    assert "no call in it" in skip_reason([], input_format=name)


@pytest.mark.parametrize("make", FIXTURES, ids=lambda make: make.__name__)
def test_a_truncated_file_is_refused_with_its_line(make: Maker) -> None:
    text = json.dumps(make(), indent=1)
    for content in (text[: len(text) // 2], text.rstrip("}\n ")):
        why = cut_off_reason(content)
        assert "line " in why
        assert "not JSON" in why


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
@settings(max_examples=100, deadline=None)
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


def test_genuine_transcribe_with_speakers() -> None:
    value, call = read_sample("aws_transcribe_standard/03-speaker-identification.json")
    assert call.call_id == "03-speaker-identification"
    lined = value["results"]["speaker_labels"]["segments"]
    assert speakers(call) == [each["speaker_label"] for each in lined]
    assert [f"{start:g}" for start, _ in times(call)] == [each["start_time"] for each in lined]
    whole = value["results"]["transcripts"][0]["transcript"]
    assert " ".join(texts(call)).split() == whole.split()


def test_genuine_transcribe_with_channels() -> None:
    name = "12-channel-identification-vocabulary-filter-remove.json"
    value, call = read_sample(f"aws_transcribe_standard/{name}")
    words = words_by_speaker(said(call))
    assert set(words) == {"channel 0", "channel 1"}
    for number, channel in enumerate(value["results"]["channel_labels"]["channels"]):
        marks = [item["alternatives"][0]["content"] for item in channel["items"]]
        assert "".join(words[f"channel {number}"]) == "".join(marks)
    starts = [start or 0 for start, _ in times(call)]
    assert starts == sorted(starts)
    assert starts[0] == 0.49
    assert len(starts) == 10


def test_genuine_bedrock() -> None:
    value, call = read_sample("aws_bda/bda-standard.json")
    assert (len(call.utterances), call.call_id) == (51, "test-audio")
    assert words_by_speaker(said(call)) == words_by_speaker(
        (each["channel"]["channel_label"].replace("ch_", "channel "), each["text"])
        for each in value["audio_segments"]
    )
    assert times(call)[0] == (1.62, 5.84)
    assert max(end or 0 for _, end in times(call)) <= call.stated["duration_seconds"]
