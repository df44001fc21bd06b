"""Amazon's exports for the tests of their readers: one maker a shape."""

from __future__ import annotations

from exports import Maker, Record


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
