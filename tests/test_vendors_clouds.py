"""Azure, Google Speech-to-Text and Contact Center AI, trap by trap."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from exports import (
    Record,
    Way,
    as_transcript,
    read,
    read_one,
    read_sample,
    reason_of,
    replaced,
    said,
    sample,
    skip_reason,
    speakers,
    texts,
    times,
    words_by_speaker,
)

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.json_formats import name_recording
from transcript_audit.readers.vendors.azure import AZURE_FORMATS
from transcript_audit.readers.vendors.ccai import CCAI_FORMATS
from transcript_audit.readers.vendors.google import GOOGLE_FORMATS

# --- Google Speech-to-Text ----------------------------------------------------------------------


def words(
    text: str, start: float, tag: int | None = None, old: bool = False, **more: Any
) -> list[Record]:
    """Words of version 1 half a second apart, 0.4 s long."""

    def duration(seconds: float) -> object:
        if not old:
            return f"{seconds:.3f}s"
        whole, nanos = int(seconds), round(seconds % 1 * 1e9)
        return ({"seconds": str(whole)} if whole else {}) | ({"nanos": nanos} if nanos else {})

    return [
        {
            "word": word,
            "startTime": duration(start + number / 2),
            "endTime": duration(start + number / 2 + 0.4),
            **({} if tag is None else {"speakerTag": tag}),
            **more,
        }
        for number, word in enumerate(text.split())
    ]


def result(*spoken: list[Record], text: str | None = None, **more: Any) -> Record:
    every = [word for each in spoken for word in each]
    text = " ".join(word["word"] for word in every) if text is None else text
    return {"alternatives": [{"transcript": text, "confidence": 0.9, "words": every}], **more}


def v2(text: str, start: float, label: str) -> list[Record]:
    return [
        {
            "word": word["word"],
            "startOffset": word["startTime"],
            "endOffset": word["endTime"],
            **({"speakerLabel": label} if label else {}),
        }
        for word in words(text, start)
    ]


def diarized(old: bool = False) -> Record:
    """Two results without speakers, and the last that says it all again with them."""
    first, second = ("Hello there, how can I help?", 0.0), ("I want to leave. Alright then.", 5.0)
    tagged = (
        words(*first, 1, old),
        words("I want to leave.", 5.0, 2, old),
        words("Alright then.", 7.0, 1, old),
    )
    return {
        "results": [
            result(words(*first, old=old), languageCode="en-us"),
            result(words(*second, old=old), languageCode="en-us"),
            result(*tagged, text="Alright then.", languageCode="en-us"),
        ]
    }


@pytest.mark.parametrize("old", [False, True])
def test_google_last_result_repeats_the_call_with_speakers_and_is_read_alone(old: bool) -> None:
    call = read_one(diarized(old))
    assert said(call) == [
        ("1", "Hello there, how can I help?"),
        ("2", "I want to leave."),
        ("1", "Alright then."),
    ]
    assert times(call) == [(0.0, 2.9), (5.0, 6.9), (7.0, 7.9)]
    assert call.format == "google-speech"
    assert call.started_at is None


def test_google_tags_of_zero_are_none() -> None:
    record = diarized()
    for each in record["results"][:2]:
        for word in each["alternatives"][0]["words"]:
            word |= {"speakerTag": 0, "speakerLabel": ""}
    assert speakers(read_one(record)) == ["1", "2", "1"]
    plain = {"results": [result(words("one two", 0, 0)), result(words("three", 3, 0))]}
    assert said(read_one(plain)) == [("", "one two"), ("", "three")]


def test_google_repeats_are_dropped_also_where_words_have_no_times() -> None:
    record = diarized()
    for each in record["results"]:
        for word in each["alternatives"][0]["words"]:
            del word["startTime"], word["endTime"]
    assert texts(read_one(record)) == [
        "Hello there, how can I help?",
        "I want to leave.",
        "Alright then.",
    ]


def test_google_earlier_results_without_words_are_repeats_too() -> None:
    record = diarized()
    for end, each in zip(("3s", "8s"), record["results"], strict=False):
        del each["alternatives"][0]["words"]
        each["resultEndTime"] = end
    assert len(read_one(record).utterances) == 3


def test_google_version_2_names_speakers_in_every_result_and_loses_none() -> None:
    record = {
        "results": [
            result(v2("Hello there.", 0.12, "1"), resultEndOffset="1.1s", languageCode="en-US"),
            result(v2("I want out.", 1.2, "2"), v2("Sure.", 3.0, "1"), resultEndOffset="3.5s"),
            # A result without labels, and one without anything.
            result(v2("Hm.", 4.0, ""), resultEndOffset="4.5s"),
            {"resultEndOffset": "9s", "languageCode": "en-US"},
            result(v2("Bye.", 6.0, "2")),
        ],
        "metadata": {"requestId": "r-1", "totalBilledDuration": "15s"},
    }
    call = read_one(record)
    assert said(call) == [
        ("1", "Hello there."),
        ("2", "I want out."),
        ("1", "Sure."),
        ("", "Hm."),
        ("2", "Bye."),
    ]
    assert times(call)[0] == (0.12, 1.02)
    assert call.call_id == "stdin"
    assert not call.stated


def test_google_channels_are_merged_by_time_and_speakers_kept_within_them() -> None:
    record = {
        "results": [
            result(words("Hello there, how are you?", 0), channelTag=1, resultEndTime="2.5s"),
            result(words("Go on then.", 9), channelTag=1),
            result(words("Fine thanks.", 3), words("I want out.", 6), channelTag=2),
        ]
    }
    # A pause splits what a channel says, so that the other may stand in it.
    assert said(read_one(record)) == [
        ("channel 1", "Hello there, how are you?"),
        ("channel 2", "Fine thanks."),
        ("channel 2", "I want out."),
        ("channel 1", "Go on then."),
    ]
    record["results"][2] = result(words("Fine.", 3, 1), words("Me too.", 4, 2), channelTag=2)
    assert ("channel 2 speaker 2", "Me too.") in said(read_one(record))
    assert ("channel 1", "Go on then.") in said(read_one(record))


def test_google_results_without_words_are_ordered_by_their_ends() -> None:
    record = {
        "results": [
            {"alternatives": [{"transcript": "Go on."}], "channelTag": 1, "resultEndTime": "9s"},
            {"alternatives": [{"transcript": "Hello."}], "channelTag": 2, "resultEndTime": "1.50s"},
            {"alternatives": [{}], "channelTag": 2},
        ]
    }
    call = read_one(record)
    assert said(call) == [("channel 2", "Hello."), ("channel 1", "Go on.")]
    assert times(call) == [(None, 1.5), (None, 9.0)]


def test_google_snake_case_and_operations_are_read_as_well() -> None:
    word = {"word": "Hello.", "start_time": "1s", "end_time": "1.400s", "speaker_tag": 2}
    record = {"results": [{"alternatives": [{"transcript": "x", "words": [word]}]}]}
    wrapped = {"name": "7", "done": True, "metadata": {"@type": "t"}, "response": record}
    assert said(read_one(record)) == said(read_one(wrapped)) == [("2", "Hello.")]
    assert times(read_one(record)) == [(1.0, 1.4)]


def test_google_only_the_best_alternative_is_read() -> None:
    record = {"results": [{"alternatives": [{"transcript": "two"}, {"transcript": "too"}]}]}
    assert said(read_one(record)) == [("", "two")]


@pytest.mark.parametrize("bad", [120, 1.5, "1.5", "soon", ["1s"], True])
def test_google_times_without_a_unit_are_refused(bad: object) -> None:
    record = {"results": [result(words("Hello.", 0))]}
    record["results"][0]["alternatives"][0]["words"][0]["startTime"] = bad
    reason = skip_reason(record)
    assert "results[0].alternatives[0].words[0].startTime" in reason
    assert '"1.300s"' in reason


def test_google_interim_results_are_refused() -> None:
    for more in ({"isFinal": False}, {"stability": 0.8}):
        record = {"results": [{"alternatives": [{"transcript": "Hel"}], **more}]}
        assert "results[0]: an interim result" in skip_reason(record)
    final = {"results": [result(words("Hello.", 0), isFinal=True, stability=0.9)]}
    assert said(read_one(final)) == [("", "Hello.")]


def test_google_batches_hold_a_call_a_recording_each_read_once_and_failing_alone() -> None:
    transcript = {"results": [result(v2("Hello.", 0, "1"))]}
    record = {
        "results": {
            "gs://bucket/a%20b.wav?sig=secret": {
                "transcript": transcript,
                "inlineResult": {"transcript": transcript},
                "error": {},
            },
            "gs://bucket/b.wav": {"error": {"code": 3, "message": "no audio"}},
            "gs://bucket/c.wav": {"cloudStorageResult": {"uri": "gs://bucket/c.json"}},
            "gs://bucket/d.wav": {"transcript": transcript},
            "gs://bucket/e.wav": {"inlineResult": {}},
        },
        "totalBilledDuration": "5s",
    }
    first, failed, elsewhere, older, silent = read(record)
    first = as_transcript(first)
    assert (first.call_id, first.format) == ("a b", "google-speech-batch")
    assert said(first) == said(as_transcript(older)) == [("1", "Hello.")]
    assert failed.call_id == "b"
    assert reason_of(failed).startswith("results[1].error: this recording was not transcribed")
    assert "Cloud Storage" in reason_of(elsewhere)
    assert isinstance(silent, SkippedCall)
    assert "secret" not in repr(read(record))
    assert len(read({"done": True, "response": record})) == 5


def test_google_does_not_take_results_of_others() -> None:
    for results in (
        [{"final": True, "alternatives": [{"transcript": "Hi", "timestamps": []}]}],
        [{"type": "word", "alternatives": [{"content": "Hi"}]}],
        [],
        {"channels": [{"alternatives": [{"transcript": "Hi", "words": []}]}]},
        {"transcripts": [{"transcript": "Hi"}], "items": []},
    ):
        assert not any(each.matches({"results": results}) for each in GOOGLE_FORMATS)


# --- Contact Center AI Insights -----------------------------------------------------------------

NOON = 1_700_000_000_000_000


def upload(*entries: tuple[str, str, object], **more: Any) -> Record:
    return {
        "entries": [
            {"role": role, "text": text, "user_id": len(role), "start_timestamp_usec": time}
            for role, text, time in entries
        ],
        **more,
    }


def test_ccai_epoch_times_count_from_the_first_entry() -> None:
    call = read_one(
        upload(
            ("END_USER", "I want out.", str(NOON + 2_500_000)),
            ("AUTOMATED_AGENT", "Welcome.", NOON),
            ("AGENT", "Hello.", NOON + 1_000_000),
        )
    )
    assert said(call) == [("system", "Welcome."), ("agent", "Hello."), ("customer", "I want out.")]
    assert times(call) == [(0.0, None), (1.0, None), (2.5, None)]
    assert call.started_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert call.format == "ccai-upload"
    assert call.agent_ids == ()


def test_ccai_small_times_count_from_the_start_of_the_call() -> None:
    call = read_one(upload(("CUSTOMER", "Hi.", 1_000_000), ("AGENT", "Hello.", 5_500_000)))
    assert times(call) == [(1.0, None), (5.5, None)]
    assert call.started_at is None


def test_ccai_equal_and_absent_times_keep_the_order() -> None:
    record = upload(("AGENT", "One.", 0), ("CUSTOMER", "Two.", 0), ("AGENT", "Three.", None))
    assert texts(read_one(record)) == ["One.", "Two.", "Three."]


def test_ccai_both_kinds_of_times_in_one_call_are_refused() -> None:
    reason = skip_reason(upload(("AGENT", "One.", NOON), ("CUSTOMER", "Two.", 1000)))
    assert reason.startswith("entries[1]: ")
    assert "one kind" in reason


def test_ccai_a_time_beyond_any_calendar_is_refused() -> None:
    assert "9999" in skip_reason(upload(("AGENT", "One.", 9e17), ("CUSTOMER", "Two.", 9e17)))


@pytest.mark.parametrize(
    "info", [{"agent_id": "a-7"}, [{"agent_id": "a-7"}, {"display_name": ""}], "a-7"]
)
def test_ccai_agents_are_named_by_agent_info_alone(info: object) -> None:
    entries = (("AGENT", "Hello.", 0), ("CUSTOMER", "Hi.", 1))
    inside = upload(*entries, conversation_info={"categories": [], "agent_info": info})
    assert read_one(inside).agent_ids == ("a-7",)
    assert read_one(upload(*entries, agent_info=info)).agent_ids == ("a-7",)


def test_ccai_unknown_roles_stay_as_they_are() -> None:
    record = upload(("SUPERVISOR", "Hello.", 0), ("", "Hi.", 1), (" AGENT", "Yes.", 2))
    assert speakers(read_one(record)) == ["SUPERVISOR", "0", "agent"]


def segment(role: str, text: str, **more: Any) -> Record:
    return {
        "text": text,
        "segmentParticipant": {"role": role, "userId": "2"} if role else {},
        **more,
    }


def conversation(*segments: Record, **more: Any) -> Record:
    return {
        "name": "projects/p/locations/l/conversations/c-17",
        "startTime": "2026-03-04T09:30:00.123456789Z",
        "duration": "63.5s",
        "agentId": "kim",
        "transcript": {"transcriptSegments": list(segments)},
        **more,
    }


def test_ccai_conversations_take_times_from_words_else_from_messages() -> None:
    call = read_one(
        conversation(
            segment("END_USER", "I want out.", messageTime="2026-03-04T09:30:10.123456Z"),
            segment(
                "HUMAN_AGENT",
                "Hello.",
                words=[{"word": "Hello.", "startOffset": "1.300s", "endOffset": "1.900s"}],
                channelTag=2,
            ),
            segment("AUTOMATED_AGENT", "", messageTime="2026-03-04T09:30:01Z"),
        )
    )
    assert said(call) == [("agent", "Hello."), ("customer", "I want out.")]
    assert times(call) == [(1.3, 1.9), (10.0, None)]
    assert (call.call_id, call.agent_ids) == ("c-17", ("kim",))
    assert call.started_at == datetime(2026, 3, 4, 9, 30, 0, 123456, tzinfo=UTC)
    assert call.stated == {"duration_seconds": 63.5}
    assert call.format == "ccai-conversation"


def test_ccai_roles_come_from_channels_where_participants_state_none() -> None:
    record = conversation(
        segment("", "Hello.", channelTag=2),
        segment("ROLE_UNSPECIFIED", "I want out.", channelTag=1),
        segment("", "Yes.", channelTag=3),
        {"text": "No."},
        callMetadata={"customerChannel": 1, "agentChannel": 2},
    )
    assert speakers(read_one(record)) == [
        "agent",
        "customer",
        "channel 3",
        "",
    ]
    record["callMetadata"] = {"customerChannel": 0, "agentChannel": 0}
    assert said(read_one(record))[0] == ("channel 2", "Hello.")


def test_ccai_messages_before_the_stated_start_keep_their_distance() -> None:
    record = conversation(
        segment("HUMAN_AGENT", "Hello.", messageTime="2026-03-04T09:29:00Z"),
        segment("END_USER", "Hi.", messageTime="2026-03-04T09:29:07"),
        startTime="2026-03-04T10:30:00+01:00",
    )
    assert [start for start, _ in times(read_one(record))] == [0.0, 7.0]


def test_ccai_what_clients_write_with_names_apart_and_zeros_is_read() -> None:
    record = {
        "name": "",
        "start_time": {"seconds": "1772616600"},
        "transcript": {
            "transcript_segments": [
                {
                    "text": "Hello.",
                    "message_time": "2026-03-04T09:30:04Z",
                    "segment_participant": {"role": 1, "user_id": ""},
                    "channel_tag": 0,
                    "words": [{"word": "Hello.", "start_offset": "0s", "end_offset": "0s"}],
                },
                {"text": "Hi.", "message_time": None, "segment_participant": {"role": 3}},
            ]
        },
        "quality_metadata": {"agent_info": [{"agent_id": "kim"}, {"agent_id": "lee"}]},
    }
    call = read_one(record)
    assert said(call) == [("agent", "Hello."), ("customer", "Hi.")]
    assert times(call) == [(4.0, None), (None, None)]
    assert (call.call_id, call.agent_ids) == ("stdin", ("kim", "lee"))
    assert [each.call_id for each in read({"conversations": [record, conversation()]})] == [
        "stdin",
        "c-17",
    ]


# --- Azure --------------------------------------------------------------------------------------


def phrase(text: str, channel: int, start: str, **more: Any) -> Record:
    return {
        "recognitionStatus": "Success",
        "channel": channel,
        "offset": start,
        "duration": "PT1.5S",
        "nBest": [
            {"display": text, "lexical": "wrong", "maskedITN": "wrong", "itn": "wrong"},
            {"display": "second best"},
        ],
        **more,
    }


def batch(*phrases: Record, **more: Any) -> Record:
    return {
        "source": "https://store.example/calls/call%2017.wav?sv=1&sig=S3CRET.x",
        "timestamp": "2026-03-04T09:30:00Z",
        "durationInTicks": 635000000.0,
        "duration": "PT1M3.5S",
        "combinedRecognizedPhrases": [{"channel": 0, "display": "all of it"}],
        "recognizedPhrases": list(phrases),
        **more,
    }


def test_azure_channels_are_merged_by_time_and_ends_are_start_and_duration() -> None:
    call = read_one(
        batch(
            phrase("Hello.", 0, "PT0.77S"),
            phrase("Go on, ****.", 0, "PT1M2.5S"),
            phrase("I want out.", 1, "PT3S"),
        )
    )
    assert said(call) == [
        ("channel 0", "Hello."),
        ("channel 1", "I want out."),
        ("channel 0", "Go on, ****."),
    ]
    assert times(call) == [(0.77, 2.27), (3.0, 4.5), (62.5, 64.0)]
    assert (call.call_id, call.format) == ("call 17", "azure-batch")
    assert call.started_at is None
    assert call.stated == {"duration_seconds": 63.5}


def test_azure_milliseconds_go_before_ticks_and_ticks_before_durations() -> None:
    ticks = {"offsetInTicks": 140000000.0, "durationInTicks": 5e6}
    exact = {"offsetMilliseconds": 13, "durationMilliseconds": 40}
    call = read_one(
        batch(
            phrase("Two.", 0, "PT99S", **ticks),
            phrase("One.", 0, "PT99S", **ticks, **exact),
        )
    )
    assert times(call) == [(0.013, 0.053), (14.0, 14.5)]


def test_azure_speakers_of_one_channel_are_numbers_and_failed_phrases_are_left_out() -> None:
    call = read_one(
        batch(
            phrase("Hello.", 0, "PT0S", speaker=1),
            phrase("Hi.", 0, "PT2S", speaker=2),
            phrase("Noise.", 0, "PT4S", recognitionStatus="InitialSilenceTimeout"),
            phrase("", 0, "PT5S", nBest=[]),
            {"recognitionStatus": "EndOfDictation", "channel": 0},
        )
    )
    assert said(call) == [("1", "Hello."), ("2", "Hi.")]
    assert said(read_one(batch(phrase("Hello.", 0, "PT0S")))) == [("", "Hello.")]
    both = batch(phrase("Hello.", 1, "PT0S", speaker=2), source=None)
    assert said(read_one(both)) == [("channel 1 speaker 2", "Hello.")]
    assert read_one(both).call_id == "stdin"


def test_azure_signed_addresses_are_never_shown() -> None:
    good = batch(phrase("Hello.", 0, "PT0S"))
    for record in (good, good | {"recognizedPhrases": [1]}, good | {"duration": "x"}):
        assert "S3CRET" not in repr(read(record))
    assert name_recording("https://a.example/b%2Fc.d.wav%3Fsig=e.f") == "c.d"
    assert name_recording("https://a.example/?sig=e") == ""
    assert name_recording("calls/17.wav") == "17"
    assert name_recording("?sig=e") == ""


def test_azure_old_versions_are_refused_with_advice() -> None:
    record = {"AudioFileResults": [{"AudioFileName": "a.wav", "SegmentResults": []}]}
    reason = skip_reason(record)
    assert "version 2.1 or older" in reason
    assert "transcribe the recording again" in reason


def test_azure_fast_transcription_counts_in_milliseconds() -> None:
    phrases = [
        {"channel": 1, "offsetMilliseconds": 2600, "durationMilliseconds": 400, "text": "Hi."},
        {"channel": 0, "offset": 960, "duration": 640, "text": "Hello."},
    ]
    record = {"durationMilliseconds": 5000, "combinedPhrases": [{"text": "x"}], "phrases": phrases}
    call = read_one(record)
    assert said(call) == [("channel 0", "Hello."), ("channel 1", "Hi.")]
    assert times(call) == [(0.96, 1.6), (2.6, 3.0)]
    assert call.stated == {"duration_seconds": 5.0}
    for number, each in enumerate(phrases):
        del each["channel"]
        each["speaker"] = number
    assert said(read_one(record)) == [("1", "Hello."), ("0", "Hi.")]


def test_azure_call_centre_output_is_read_once_from_its_transcription() -> None:
    items = [
        {
            "id": str(number),
            "redactedContent": {"text": text, "lexical": "x"},
            "entities": [{"offset": 4, "length": 2}],
            "channel": str(number % 2),
            "offset": start,
        }
        for number, (text, start) in enumerate([("Hello.", "PT0.77S"), ("Hi, ****.", "PT4.55S")])
    ]
    redacted = {"conversations": [{"id": "conversation1", "conversationItems": items}]}
    record = {
        "transcription": batch(phrase("Hello.", 0, "PT0.77S"), phrase("Hi.", 1, "PT4.55S")),
        "conversationAnalyticsResults": {"conversationPiiResults": redacted},
    }
    call = read_one(record)
    assert said(call) == [("channel 0", "Hello."), ("channel 1", "Hi.")]
    assert (call.call_id, call.format) == ("call 17", "azure-call-centre")
    del record["transcription"]
    call = read_one(record)
    assert said(call) == [("channel 0", "Hello."), ("channel 1", "Hi, ****.")]
    assert times(call) == [(0.77, None), (4.55, None)]
    assert call.call_id == "stdin"


def item(participant: str, text: str, **more: Any) -> Record:
    return {"participantId": participant, "id": "1", "text": text, **more}


def analysis(*conversations: Record) -> Record:
    return {"analysisInput": {"conversations": list(conversations)}, "tasks": [{"kind": "x"}]}


def test_azure_conversations_give_roles_and_times_where_they_have_them() -> None:
    call = read_one(
        analysis(
            {
                "id": "1",
                "modality": "transcript",
                "conversationItems": [
                    item("Agent_1", "Hello."),
                    item("7", "I want out.", role="Customer"),
                    item("Agent_2", "Why?", role="generic"),
                    {"participantId": "7", "lexical": "because", "itn": "because"},
                ],
            }
        )
    )
    assert said(call) == [
        ("Agent_1", "Hello."),
        ("customer", "I want out."),
        ("Agent_2", "Why?"),
        ("7", "because"),
    ]
    assert times(call) == [(None, None)] * 4
    assert (call.call_id, call.format) == ("stdin", "azure-conversation")


def test_azure_timings_of_conversations_count_in_ticks() -> None:
    level = {"conversationItemLevelTiming": {"offset": 50000000, "duration": 20000000}}
    spoken = [{"word": "Hi", "offset": 1000000, "duration": 2000000}, {"word": "there"}]
    items = [item("Customer", "Out.", **level), item("Agent", "Hi there", audioTimings=spoken)]
    call = read_one({"conversationItems": items, "id": "9c1d-call"})
    assert said(call) == [("Agent", "Hi there"), ("Customer", "Out.")]
    assert times(call) == [(0.1, 0.3), (5.0, 7.0)]
    assert call.call_id == "9c1d-call"


def test_azure_conversations_of_one_request_fail_alone() -> None:
    good = {"id": "1", "conversationItems": [item("Agent", "Hello.")]}
    named = {"id": "9c1d-call", "conversationItems": [item("Agent", "Hello.")]}
    first, bad, last = read(analysis(good, {"id": "2", "conversationItems": 4}, named))
    assert (first.call_id, bad.call_id, last.call_id) == ("stdin#1", "stdin#2", "9c1d-call")
    assert reason_of(bad).startswith("analysisInput.conversations[1].conversationItems: ")
    assert [type(first), type(last)] == [Transcript, Transcript]
    assert "no conversation" in skip_reason(analysis())


def accelerator(content: object, **more: Any) -> Record:
    return {
        "ClientId": "10001",
        "ConversationId": "05be-17",
        "StartTime": "2026-03-04 22_00_00",
        "EndTime": "2026-03-22 21:41:40",
        "Duration": 1554100.0,
        "Content": content,
        **more,
    }


@pytest.mark.parametrize(
    "content",
    [
        "**Call Transcript**\n\n**Agent:** Hello. \n\n**Customer:** I want out:\nnow.\n\n---\n"
        "**Agent**: Why?",
        "**Agent:** Hello. **Customer:** I want out: now. **Agent:** Why?",
        "Agent: Hello.\nCustomer: I want out: now.\nAgent: Why?",
    ],
)
def test_microsoft_accelerator_content_is_cut_at_its_speakers(content: str) -> None:
    call = read_one(accelerator(content))
    assert said(call) == [("Agent", "Hello."), ("Customer", "I want out: now."), ("Agent", "Why?")]
    assert times(call) == [(None, None)] * 3
    assert (call.call_id, call.format) == ("05be-17", "microsoft-accelerator")
    assert call.started_at == datetime(2026, 3, 4, 22)
    assert not call.stated


@pytest.mark.parametrize(
    "content",
    [
        "Hi, my name is Ann. Hello Ann, this is Kim. Note: it is 10:30.",
        "",
        "Agent: all of it",
        "\n",
    ],
)
def test_microsoft_accelerator_prose_is_refused_under_its_own_id(content: str) -> None:
    (call,) = read(accelerator(content))
    assert call.call_id == "05be-17"
    assert reason_of(call).startswith("Content: prose")
    assert "**Agent:**" in reason_of(call)


# --- all ----------------------------------------------------------------------------------------

VALID: dict[str, Record] = {
    "google-speech": {
        "results": [
            *diarized()["results"],
            result(v2("Bye now.", 20, "2"), channelTag=2, resultEndOffset="21s"),
        ]
    },
    "google-speech-batch": {
        "results": {
            "gs://b/a.wav": {"inlineResult": {"transcript": diarized(old=True)}},
            "gs://b/b.wav": {"transcript": {"results": [result(v2("Hello.", 0, "1"))]}},
        }
    },
    "ccai-upload": upload(
        ("AGENT", "Hello.", NOON),
        ("CUSTOMER", "I want out.", NOON + 1),
        conversation_info={"agent_info": [{"agent_id": "kim"}]},
    ),
    "ccai-conversation": conversation(
        segment("HUMAN_AGENT", "Hello.", words=[{"startOffset": "1s", "endOffset": "2s"}]),
        segment("", "I want out.", messageTime="2026-03-04T09:30:10Z", channelTag=1),
        callMetadata={"customerChannel": 1, "agentChannel": 2},
        qualityMetadata={"agentInfo": [{"agentId": "kim"}]},
    ),
    "azure-batch": batch(
        phrase("Hello.", 0, "PT1S", speaker=1),
        phrase("I want out.", 1, "PT3S", offsetInTicks=3e7, offsetMilliseconds=3000),
    ),
    "azure-fast": {
        "durationMilliseconds": 5000,
        "combinedPhrases": [{"text": "Hello."}],
        "phrases": [
            {"offsetMilliseconds": 1, "durationMilliseconds": 2, "text": "a", "speaker": 1}
        ],
    },
    "azure-call-centre": {
        "transcription": batch(phrase("Hello.", 0, "PT1S"), phrase("Hi.", 1, "PT3S")),
        "conversationAnalyticsResults": {},
    },
    "azure-conversation": analysis(
        {"id": "1", "conversationItems": [item("Agent", "Hello.", audioTimings=[{"offset": 1}])]},
        {"id": "2", "conversationItems": [item("7", "Hi.", role="customer")]},
    ),
    "microsoft-accelerator": accelerator("**Agent:** Hello.\n\n**Customer:** I want out."),
}


def test_every_format_has_a_valid_example_here() -> None:
    assert set(VALID) == {row.name for row in (*AZURE_FORMATS, *CCAI_FORMATS, *GOOGLE_FORMATS)}


@pytest.mark.parametrize(
    ("name", "way", "bad", "place"),
    [
        ("google-speech", ("results", 0), 7, "results[0]"),
        ("google-speech", ("results", 0, "alternatives"), "x", "results[0].alternatives"),
        ("ccai-upload", ("entries", 1, "text"), 1.5, "entries[1].text"),
        ("ccai-upload", ("entries", 1, "text"), None, 'entries[1]: no "text"'),
        ("ccai-upload", ("entries", 0, "start_timestamp_usec"), "soon", "entries[0].start_time"),
        ("ccai-conversation", ("startTime",), "soon", "startTime"),
        ("ccai-conversation", ("duration",), 63, "duration"),
        ("azure-batch", ("recognizedPhrases", 0, "nBest", 0), {}, "recognizedPhrases[0].nBest[0]"),
        ("azure-batch", ("recognizedPhrases", 0, "offset"), "1 o'clock", "[0].offset"),
        ("azure-fast", ("phrases", 0, "text"), None, 'phrases[0]: no "text"'),
        ("azure-fast", ("phrases",), {}, "phrases"),
        ("azure-call-centre", ("transcription",), None, "conversationAnalyticsResults"),
        ("microsoft-accelerator", ("Content",), 7, "Content"),
    ],
)
def test_a_fault_is_named_with_its_place(name: str, way: Way, bad: object, place: str) -> None:
    reason = skip_reason(replaced(VALID[name], way, bad), input_format=name)
    assert place in reason
    assert "expected" in reason


def test_the_genuine_google_sample_is_read_once() -> None:
    record, call = read_sample("google_stt/gcpSttSpeakerDiarization.TRIMMED.json")
    heard = words_by_speaker(said(call))
    assert heard == words_by_speaker(
        (str(word["speakerTag"]), word["word"])
        for word in record["results"][-1]["alternatives"][0]["words"]
    )
    assert sum(map(len, heard.values())) == 116
    assert (call.utterances[0].start, call.utterances[-1].end) == (12.9, 52.1)
    assert all((each.start or 0) <= (each.end or 0) for each in call.utterances)


def test_the_genuine_ccai_sample_is_read() -> None:
    record, call = read_sample("ccai_insights/readme-example.json")
    assert texts(call) == [each["text"] for each in record["entries"]]
    assert speakers(call) == ["agent", "customer"] * 7
    assert times(call) == [(15.0 * number, None) for number in range(14)]
    assert call.started_at == datetime(2023, 2, 1, 5, 49, 41, tzinfo=UTC)


@pytest.mark.parametrize("name", ["convo_32e38683", "stt_convo_05be369b"])
def test_the_genuine_prose_of_the_accelerator_is_refused(name: str) -> None:
    assert "does not say who speaks" in skip_reason(sample(f"ms_ckm/{name}.json"))


def test_azure_examples_in_the_schema_make_a_call() -> None:
    schema = sample("azure_batch/transcriptionresult_v2024-11-15.schema.json")
    record = _example(schema)
    assert isinstance(record, dict)
    for each in record["recognizedPhrases"]:
        each["recognitionStatus"] = "Success"
        each["nBest"][0]["display"] = "Hello there."
    call = read_one(record)
    (utterance,) = call.utterances
    assert utterance.text == "Hello there."
    assert utterance.start is not None
    assert utterance.end is not None
    assert 0 <= utterance.start < utterance.end < 100


def _example(schema: Record) -> object:
    """The value that a schema's own examples make up."""
    if "properties" in schema:
        return {key: _example(each) for key, each in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_example(schema["items"])]
    return next(iter(schema.get("examples", ())), schema.get("default"))
