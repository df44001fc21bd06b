"""Amazon Transcribe, post-call analytics and Bedrock."""

from __future__ import annotations

from datetime import datetime

from aws_exports import (
    audio_segment,
    audio_segments,
    bedrock,
    channels,
    pca,
    transcribe,
    word,
)
from exports import (
    agents,
    read_one,
    read_sample,
    said,
    skip_reason,
    speakers,
    texts,
    times,
    words_by_speaker,
)

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


# --- genuine samples --------------------------------------------------------------------------


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
