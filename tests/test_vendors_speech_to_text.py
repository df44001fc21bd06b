"""Deepgram, AssemblyAI, the Whisper family, Rev.ai and Speechmatics, trap by trap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from exports import (
    FORMATS,
    Record,
    matching,
    read,
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
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall


def timed(text: str, speaker: object = None, start: float = 0.0) -> list[Record]:
    """Words half a second apart."""
    named = {} if speaker is None else {"speaker": speaker}
    return [
        {"word": word, "start": start + number / 2, "end": start + number / 2 + 0.4, **named}
        for number, word in enumerate(text.split())
    ]


def timed_ms(speaker: str | None, *words: tuple[str, int]) -> list[Record]:
    """Words of AssemblyAI, which last 300 ms each."""
    return [
        {"text": text, "start": start, "end": start + 300, "speaker": speaker}
        for text, start in words
    ]


def deepgram(*channels: list[Record], **results: Any) -> Record:
    return {
        "metadata": {
            "request_id": "req-1",
            "created": "2026-03-04T09:30:00.000Z",
            "duration": 30.5,
            "channels": len(channels),
        },
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {"transcript": " ".join(each["word"] for each in words), "words": words}
                    ]
                }
                for words in channels
            ],
            **results,
        },
    }


def assemblyai(**keys: Any) -> Record:
    return {
        "id": "aai-1",
        "status": "completed",
        "audio_url": "https://storage.example/a.wav?X-Signature=SECRET",
        "audio_duration": 31,
        "text": "Fernhill Gas. Close my account.",
        "utterances": None,
        "words": None,
        **keys,
    }


def utterance(
    speaker: str, text: str, start: int, words: list[Record] | None = None, **keys: Any
) -> Record:
    return {"speaker": speaker, "text": text, "start": start, "end": start + 900} | (
        {"words": words or []} | keys
    )


def whisper(*segments: Record, **keys: Any) -> Record:
    return {"text": "", "language": "en", "segments": list(segments), **keys}


def segment(text: str, start: float, **keys: Any) -> Record:
    return {"id": 0, "start": start, "end": start + 2.0, "text": text, **keys}


def whisper_cpp(*segments: Record) -> Record:
    return {
        "systeminfo": "AVX = 1",
        "params": {"language": "en"},
        "result": {"language": "en"},
        "transcription": list(segments),
    }


def cpp_segment(text: str, start: int, **keys: Any) -> Record:
    return {"offsets": {"from": start, "to": start + 900}, "text": text, **keys}


def monologue(speaker: int, text: str, start: float | None = None, **keys: Any) -> Record:
    elements: list[Record] = []
    for number, piece in enumerate(re.findall(r"\w+|\W", text)):
        spoken = piece.isalnum()
        at = {} if start is None else {"ts": start + number, "end_ts": start + number + 0.5}
        elements.append({"type": "text" if spoken else "punct", "value": piece})
        elements[-1] |= at if spoken else {}
    return {"speaker": speaker, "elements": elements, **keys}


def speechmatics(*results: Record, **keys: Any) -> Record:
    return {
        "format": "2.9",
        "job": {"id": "job-1", "created_at": "2026-03-04T09:30:00Z", "duration": 20},
        "metadata": {
            "type": "transcription",
            "transcription_config": {"language": "en"},
            "language_pack_info": {"word_delimiter": " "},
        },
        "results": list(results),
        **keys,
    }


def token(text: str, start: float, speaker: str = "S1", kind: str = "word", **keys: Any) -> Record:
    return {
        "type": kind,
        "start_time": start,
        "end_time": start + 0.4,
        "alternatives": [{"content": text, "confidence": 1.0, "speaker": speaker}],
        **keys,
    }


VALID: dict[str, Record] = {
    "deepgram": deepgram(timed("fernhill gas", 0) + timed("close it please", 1, 2.0)),
    "deepgram-alternative": {"transcript": "hello there", "words": timed("hello there", 0)},
    "assemblyai": assemblyai(
        utterances=[
            utterance("A", "Fernhill Gas.", 100, timed_ms("A", ("Fernhill", 100), ("Gas.", 500))),
            utterance("B", "Close my account.", 2000),
        ]
    ),
    "whisper": whisper(
        segment(" Fernhill Gas.", 0.0, words=timed(" Fernhill Gas.")),
        segment(" Close it.", 2.0, no_speech_prob=0.1, avg_logprob=-0.2, compression_ratio=1.2),
    ),
    "whisperx": whisper(
        segment("Fernhill Gas.", 0.0, speaker="SPEAKER_01", words=timed("Fernhill Gas.", "S")),
        segment("Close it.", 2.0, speaker="SPEAKER_00"),
        word_segments=[],
    ),
    "openai-diarized": {
        "task": "transcribe",
        "duration": 12.5,
        "text": "Fernhill Gas. Close it.",
        "segments": [
            segment("Fernhill Gas.", 0.0, speaker="agent", type="transcript.text.segment"),
            segment("Close it.", 2.0, speaker="A", type="transcript.text.segment"),
        ],
    },
    "whisper-cpp": whisper_cpp(
        cpp_segment(" Fernhill Gas.", 0, speaker="0"), cpp_segment(" Close it.", 1000, speaker="1")
    ),
    "revai": {"monologues": [monologue(0, "Fernhill Gas.", 0.3), monologue(1, "Close it.", 4.0)]},
    "speechmatics": speechmatics(
        token("Fernhill", 0.0), token("Gas", 0.5), token("Close", 1.0, "S2"), token("it", 1.5, "S2")
    ),
}


# Every format


@pytest.mark.parametrize("name", VALID)
def test_each_format_has_times_but_neither_a_day_nor_a_name_of_the_agent(name: str) -> None:
    call = read_one(VALID[name])
    assert call.started_at is None
    assert call.agent_ids == ()
    assert all(each.start is not None for each in call.utterances)


@pytest.mark.parametrize(
    ("name", "path", "value", "words"),
    [
        ("deepgram", "results.channels", None, 'results: no "channels"; expected'),
        ("deepgram", "results.channels", 7, 'results.channels: "7" is not a list'),
        ("deepgram", "results.channels.0.alternatives", {}, "alternatives: "),
        ("deepgram", "results.channels.0.alternatives.0.words.1.word", None, 'words[1]: no "word"'),
        ("deepgram", "results.channels.0.alternatives.0.words.0.start", "x", "words[0].start"),
        ("deepgram", "results.channels.0.alternatives.0.words.0.speaker", [], "words[0].speaker"),
        ("deepgram", "metadata.duration", [], "metadata.duration"),
        ("deepgram-alternative", "words.0.end", {}, "words[0].end"),
        ("assemblyai", "utterances", "A", "utterances: "),
        ("assemblyai", "utterances.1.text", None, 'utterances[1]: no "text"'),
        ("assemblyai", "utterances.1.start", True, "utterances[1].start"),
        ("assemblyai", "utterances.0.words.0", 4, "utterances[0].words[0]"),
        ("assemblyai", "audio_duration", "long", "audio_duration"),
        ("whisper", "segments", "none", "segments: "),
        ("whisper", "segments.1.text", None, 'segments[1]: no "text"'),
        ("whisper", "segments.0.end", [], "segments[0].end"),
        ("whisper", "segments.0.words.0.word", None, 'segments[0].words[0]: no "word"'),
        ("whisperx", "segments.0.speaker", {}, "segments[0].speaker"),
        ("whisperx", "segments.1", None, "segments[1]"),
        ("openai-diarized", "segments.0.text", 1.5, "segments[0].text"),
        ("whisper-cpp", "transcription.0.text", None, 'transcription[0]: no "text"'),
        ("whisper-cpp", "transcription.0.offsets", [], "transcription[0].offsets"),
        ("whisper-cpp", "transcription.1.offsets.from", "soon", "transcription[1].offsets.from"),
        ("revai", "monologues", {}, "monologues: "),
        ("revai", "monologues.0.elements", None, 'monologues[0]: no "elements"'),
        ("revai", "monologues.0.elements.0.type", None, 'elements[0]: no "type"'),
        ("revai", "monologues.1.elements.0.value", None, 'monologues[1].elements[0]: no "value"'),
        ("revai", "monologues.1.elements.0.ts", {}, "monologues[1].elements[0].ts"),
        ("speechmatics", "results", "x", "results: "),
        ("speechmatics", "results.0.alternatives.0.content", None, 'alternatives[0]: no "content"'),
        ("speechmatics", "results.2.start_time", "x", "results[2].start_time"),
        ("speechmatics", "metadata", [], "metadata"),
    ],
)
def test_a_fault_is_one_line_with_its_place_and_what_was_expected(
    name: str, path: str, value: object, words: str
) -> None:
    way = [int(step) if step.isdigit() else step for step in path.split(".")]
    reason = skip_reason(replaced(VALID[name], way, value), input_format=name)
    assert words in reason
    assert "expected" in reason


WORDS = st.lists(
    st.tuples(
        st.sampled_from(("gas", "close", "20", "it.")),
        st.sampled_from(("A", "B", "C", None)),
        st.one_of(st.none(), st.floats(0, 60)),
    ),
    min_size=1,
    max_size=12,
)


@given(words=WORDS, vendor=st.sampled_from(("deepgram", "whisperx", "assemblyai")))
def test_no_word_is_lost_whoever_says_it_whenever(
    words: list[tuple[str, str | None, float | None]], vendor: str
) -> None:
    items: list[Record] = [
        {"word": text, "text": text, "speaker": speaker, "start": start, "end": start}
        for text, speaker, start in words
    ]
    text = " ".join(word for word, *_ in words)
    record = {
        "deepgram": deepgram(items),
        "whisperx": whisper(segment(text, 0.0, speaker="D", words=items)),
        "assemblyai": assemblyai(utterances=[utterance("A", text, 0, items)]),
    }[vendor]
    call = read_one(record)
    assert sorted(" ".join(texts(call)).split()) == sorted(text.split())
    spoken = words_by_speaker(said(call))
    for speaker in {speaker for _, speaker, _ in words if speaker is not None}:
        own = sum(each == speaker for _, each, _ in words)
        assert len(spoken[speaker]) >= own


# Deepgram


def test_deepgram_takes_id_and_length_from_the_metadata_but_no_start_of_the_call() -> None:
    call = read_one(VALID["deepgram"])
    assert (call.call_id, call.started_at) == ("req-1", None)
    assert call.stated == {"duration_seconds": 30.5}
    bare = {"results": VALID["deepgram"]["results"]}
    assert (read_one(bare).call_id, read_one(bare).stated) == ("stdin", {})


def test_deepgram_utterances_of_two_speakers_are_cut_by_the_words() -> None:
    words = timed("are you sure", 0) + timed("yes cancel it", 1, 1.5)
    whole = {"start": 0, "end": 3, "transcript": "are you sure yes cancel it", "speaker": 0}
    call = read_one(deepgram(words, utterances=[whole | {"channel": 0, "words": words}]))
    assert said(call) == [("0", "are you sure"), ("1", "yes cancel it")]
    assert times(call) == [(0.0, 1.4), (1.5, 2.9)]


def test_deepgram_punctuated_words_are_preferred_and_may_be_missing() -> None:
    words = timed("hello there", 0)
    words[0]["punctuated_word"] = "Hello,"
    assert said(read_one(deepgram(words))) == [("0", "Hello, there")]


def test_deepgram_without_diarisation_leaves_the_speaker_open_and_cuts_at_pauses() -> None:
    call = read_one(deepgram(timed("close it") + timed("please", start=5.0)))
    assert said(call) == [("", "close it"), ("", "please")]


def test_deepgram_channels_are_merged_by_time_and_keep_their_own_speakers() -> None:
    left = timed("gas here", 0) + timed("sure", 1, 8.0)
    right = timed("close it", 0, 3.0)
    call = read_one(deepgram(left, right))
    assert said(call) == [
        ("channel 0 speaker 0", "gas here"),
        ("channel 1 speaker 0", "close it"),
        ("channel 0 speaker 1", "sure"),
    ]
    plain = read_one(deepgram(timed("gas here"), timed("close it", start=3.0)))
    assert said(plain) == [("channel 0", "gas here"), ("channel 1", "close it")]


def test_deepgram_counts_a_silent_channel() -> None:
    record = deepgram([], timed("close it"))
    assert said(read_one(record)) == [("channel 1", "close it")]
    record["results"]["channels"][0]["alternatives"] = []
    assert said(read_one(record)) == [("channel 1", "close it")]


def test_deepgram_words_without_a_speaker_go_with_their_neighbours() -> None:
    words = timed("well", start=0.0) + timed("close", 1, 0.5) + timed("it", start=1.0)
    assert said(read_one(deepgram(words))) == [("1", "well close it")]


@pytest.mark.parametrize("kind", ["utterances", "paragraphs", "transcript"])
def test_deepgram_without_words_falls_back_on_what_there_is(kind: str) -> None:
    record = deepgram([])
    best = record["results"]["channels"][0]["alternatives"][0]
    speaker = "" if kind == "transcript" else "1"
    if kind == "transcript":
        best["transcript"] = "close it"
    elif kind == "paragraphs":
        sentences = [{"text": "close it", "start": 1, "end": 2}]
        best["paragraphs"] = {"paragraphs": [{"speaker": 1, "sentences": sentences}]}
    else:
        record["results"]["utterances"] = [
            {"speaker": 1, "transcript": "close it", "start": 1, "end": 2, "channel": 0}
        ]
    call = read_one(record)
    assert said(call) == [(speaker, "close it")]
    assert times(call) == [(None, None) if kind == "transcript" else (1.0, 2.0)]


def test_deepgram_utterances_of_several_channels_are_put_in_order() -> None:
    record = deepgram([], [])
    record["results"]["utterances"] = [
        {"speaker": 0, "transcript": text, "start": start, "end": start + 1, "channel": channel}
        for text, start, channel in (("gas here", 0, 0), ("sure", 4, 0), ("close it", 2, 1))
    ]
    assert said(read_one(record)) == [
        ("channel 0 speaker 0", "gas here"),
        ("channel 1 speaker 0", "close it"),
        ("channel 0 speaker 0", "sure"),
    ]


def test_deepgram_alternative_has_no_utterances_beside_its_words() -> None:
    line = {"start": 0.0, "end": 0.9, "text": "hello there", "speakerId": "0"}
    # What a response of RingCentral's AI holds, without the job around it.
    inner = {
        "utteranceInsights": [line | {"insights": []}],
        "utterances": [line],
        "words": timed("hello there"),
        "transcript": "hello there",
    }
    assert "deepgram-alternative" not in matching(inner)
    assert all(
        isinstance(call, SkippedCall) or call.format != "deepgram-alternative"
        for call in read(inner)
    )
    del inner["utterances"]
    assert read_one(inner).format == "deepgram-alternative"


# AssemblyAI


def test_assemblyai_counts_speech_in_milliseconds_and_the_recording_in_seconds() -> None:
    call = read_one(VALID["assemblyai"])
    assert call.call_id == "aai-1"
    assert said(call) == [("A", "Fernhill Gas."), ("B", "Close my account.")]
    assert times(call) == [(0.1, 1.0), (2.0, 2.9)]
    assert call.stated == {"duration_seconds": 31.0}


@pytest.mark.parametrize("status", ["processing", "queued", "error"])
def test_assemblyai_refuses_what_is_not_completed_without_telling_the_signed_address(
    status: str,
) -> None:
    record = assemblyai(status=status, error="cannot fetch https://x.example/?sig=SECRET")
    reason = skip_reason(record)
    assert f'status: transcription is "{status}"; expected "completed"' in reason
    assert "SECRET" not in reason
    short = {"id": "a", "status": status, "audio_url": "https://x.example/?sig=SECRET"}
    assert status in skip_reason(short)
    assert "SECRET" not in skip_reason(short)


def test_assemblyai_without_utterances_is_read_from_its_words_or_its_text() -> None:
    words = timed_ms(None, ("Close", 100), ("it.", 400), ("Please.", 5000))
    call = read_one(assemblyai(words=words))
    assert said(call) == [("", "Close it."), ("", "Please.")]
    assert times(call) == [(0.1, 0.7), (5.0, 5.3)]
    assert said(read_one(assemblyai())) == [("", "Fernhill Gas. Close my account.")]


@pytest.mark.parametrize(
    ("keys", "label"),
    [
        ({"speaker": "1", "channel": "1"}, "channel 1"),
        ({"speaker": "2", "channel": None}, "channel 2"),
        ({"speaker": None, "channel": "2"}, "channel 2"),
        ({"speaker": "2B", "channel": "2"}, "channel 2 speaker B"),
        ({"speaker": "B", "channel": "2"}, "channel 2 speaker B"),
        ({"speaker": "A"}, "A"),
        ({"speaker": "Agent", "channel": "1"}, "Agent"),
        ({"speaker": "Ines Falk", "channel": None}, "Ines Falk"),
        ({"speaker": None}, ""),
    ],
)
def test_assemblyai_labels_are_letters_channels_both_or_names(keys: Record, label: str) -> None:
    whole = utterance("", "Close it.", 0) | keys
    whole["words"] = [{"text": "Close", "start": 0, "end": 300, **keys}]
    whole["words"].append({"text": "it.", "start": 300, "end": 500, "speaker": None})
    assert said(read_one(assemblyai(utterances=[whole]))) == [(label, "Close it.")]
    words_only = assemblyai(words=[whole["words"][0]])
    assert said(read_one(words_only)) == [(label, "Close")]


def test_assemblyai_utterances_of_two_speakers_are_cut_by_the_words() -> None:
    words = timed_ms("A", ("Sure?", 0)) + timed_ms("B", ("Yes,", 300), ("close.", 600))
    record = assemblyai(utterances=[utterance("A", "Sure? Yes, close.", 0, words)])
    assert said(read_one(record)) == [("A", "Sure?"), ("B", "Yes, close.")]


def test_assemblyai_keeps_redaction_marks() -> None:
    record = assemblyai(utterances=[utterance("A", "I am #### at [LOCATION].", 0)])
    assert said(read_one(record)) == [("A", "I am #### at [LOCATION].")]


# The Whisper family


def test_whisper_has_no_speakers_and_trims_the_space_before_each_segment() -> None:
    call = read_one(VALID["whisper"])
    assert said(call) == [("", "Fernhill Gas."), ("", "Close it.")]
    assert times(call) == [(0.0, 2.0), (2.0, 4.0)]


def test_whisperx_segments_are_cut_where_the_words_change_speaker() -> None:
    words = timed("Director Falk.", "S2")
    words[0]["speaker"] = "S1"
    call = read_one(whisper(segment(" Director Falk.", 0.0, speaker="S2", words=words)))
    assert said(call) == [("S1", "Director"), ("S2", "Falk.")]
    assert times(call) == [(0.0, 0.4), (0.5, 0.9)]


def test_whisperx_words_without_time_or_speaker_stay_in_their_place() -> None:
    words = timed("x about 20 euros really no", "S1")
    del words[0]["speaker"], words[0]["start"], words[0]["end"]
    words[2] = {"word": "20"}
    words[4] = {"word": "30"}
    words[5]["speaker"] = "S2"
    call = read_one(whisper(segment("x about 20 euros 30 no", 0.0, speaker="S2", words=words)))
    assert said(call) == [("S1", "x about 20 euros 30"), ("S2", "no")]
    assert call.utterances[0].start == 0.5


def test_whisperx_first_part_without_a_time_begins_with_its_segment() -> None:
    words = [{"word": "20", "speaker": "S1"}, *timed("no", "S2", 7.0)]
    call = read_one(whisper(segment("20 no", 6.0, speaker="S1", words=words)))
    assert times(call) == [(6.0, None), (7.0, 7.4)]


def test_whisperx_takes_the_speaker_from_the_words_where_the_segment_has_none() -> None:
    words = timed("close it", "SPEAKER_03")
    call = read_one(whisper(segment("close it", 0.0, words=words), word_segments=words))
    assert said(call) == [("SPEAKER_03", "close it")]
    unknown = whisper(segment("close it", 0.0), segment("yes", 4.0, speaker="SPEAKER_00"))
    assert said(read_one(unknown)) == [("", "close it"), ("SPEAKER_00", "yes")]


def test_whisper_timestamped_words_have_text_and_confidence() -> None:
    words = [{"text": "close", "start": 0.0, "end": 0.4, "confidence": 0.9, "speaker": "S1"}]
    words.append({"text": "it", "start": 0.5, "end": 0.9, "confidence": 0.9, "speaker": "S2"})
    call = read_one(whisper(segment(" close it", 0.0, words=words)))
    assert said(call) == [("S1", "close"), ("S2", "it")]


def test_whisper_segments_out_of_order_are_sorted_stably() -> None:
    call = read_one(whisper(segment("third", 9.0), segment("first", 1.0), segment("second", 1.0)))
    assert texts(call) == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("figures", "kept"),
    [
        ({"no_speech_prob": 0.95, "avg_logprob": -1.4}, False),
        ({"no_speech_prob": 0.95, "avg_logprob": -0.3}, True),
        ({"no_speech_prob": 0.05, "avg_logprob": -1.4}, True),
        ({"compression_ratio": 9.5, "no_speech_prob": 0.0}, False),
        ({"compression_ratio": 2.1}, True),
        ({"avg_logprob": float("nan"), "no_speech_prob": None}, True),
        ({}, True),
    ],
)
def test_whisper_segments_that_it_takes_for_silence_itself_are_left_out(
    figures: Record, kept: bool
) -> None:
    record = whisper(segment("I'm sorry.", 0.0, **figures), segment("Close it.", 5.0))
    assert len(read_one(record).utterances) == 1 + kept


def test_whisper_loops_that_nobody_says_forge_no_apology() -> None:
    loop = [segment(" I'm sorry.", 2.0 * number) for number in range(29)]
    assert "no turn holds any words" in skip_reason(whisper(*loop))
    assert len(read_one(whisper(*loop[:4])).utterances) == 4
    spoken = [each | {"speaker": "SPEAKER_01"} for each in loop]
    assert len(read_one(whisper(*spoken)).utterances) == 29
    cpp = [cpp_segment(" I'm sorry.", 2000 * number) for number in range(29)]
    close = cpp_segment(" Close it.", 90_000)
    assert said(read_one(whisper_cpp(*cpp, close))) == [("", "Close it.")]


def test_whisper_with_words_alone_or_text_alone_is_read() -> None:
    record = {
        "task": "transcribe",
        "duration": 9.5,
        "text": "Close it.",
        "words": timed("Close it"),
    }
    call = read_one(record)
    assert (call.format, said(call)) == ("whisper", [("", "Close it")])
    assert call.stated == {"duration_seconds": 9.5}
    assert said(read_one(whisper(text="Close it."))) == [("", "Close it.")]


def test_whisper_words_that_bring_their_spaces_along_keep_them() -> None:
    words = [
        {"word": word, "start": number / 2, "end": number / 2 + 0.4}
        for number, word in enumerate((" my", " e", "-mail"))
    ]
    record = {"task": "transcribe", "text": "my e-mail", "words": words}
    assert said(read_one(record)) == [("", "my e-mail")]


def test_openai_diarized_keeps_given_names_and_letters() -> None:
    call = read_one(VALID["openai-diarized"])
    assert said(call) == [("agent", "Fernhill Gas."), ("A", "Close it.")]
    assert call.stated == {"duration_seconds": 12.5}


def test_whisper_cpp_counts_milliseconds_or_else_clock_times_with_a_comma() -> None:
    call = read_one(VALID["whisper-cpp"])
    assert said(call) == [("0", "Fernhill Gas."), ("1", "Close it.")]
    assert times(call) == [(0.0, 0.9), (1.0, 1.9)]
    stamps = {"timestamps": {"from": "00:01:01,250", "to": "00:01:02,000"}, "text": "Close it."}
    assert times(read_one(whisper_cpp(stamps))) == [(61.25, 62.0)]


def test_whisper_cpp_blanks_are_no_words_and_a_question_mark_is_nobody() -> None:
    blank, close = cpp_segment(" [BLANK_AUDIO]", 0), cpp_segment(" Close it.", 1000, speaker="?")
    assert said(read_one(whisper_cpp(blank, close))) == [("", "Close it.")]


def test_podcast_json_and_other_segments_are_not_taken_for_whisper() -> None:
    podcast = {"version": "1.0.0", "language": "en", "segments": [{"startTime": 0, "body": "I"}]}
    names = {name for name in FORMATS if name.startswith(("whisper", "openai"))}
    assert not any(FORMATS[name].matches(podcast) for name in names)
    azure: Record = {"transcription": {"recognizedPhrases": []}, "result": {}}
    assert not any(FORMATS[name].matches(azure) for name in names)


# Rev.ai


def test_revai_joins_elements_as_they_are() -> None:
    record = {"monologues": [monologue(0, "Hi, Fernhill Gas.", 0.3)]}
    call = read_one(record)
    assert said(call) == [("0", "Hi, Fernhill Gas.")]
    ((start, end),) = times(call)
    assert start == 0.3
    assert end == pytest.approx(5.8)


def test_revai_monologues_in_a_row_by_the_same_speaker_stay_apart() -> None:
    record = {"monologues": [monologue(0, "Hello.", 0.0), monologue(0, "Gas.", 5.0)]}
    assert said(read_one(record)) == [("0", "Hello."), ("0", "Gas.")]


def test_revai_monologues_without_times_stay_behind_the_one_before() -> None:
    record = {
        "monologues": [
            monologue(0, "Hello.", 3.0),
            monologue(1, "Yes."),
            monologue(0, "First.", 0.0),
        ]
    }
    call = read_one(record)
    assert texts(call) == ["First.", "Hello.", "Yes."]
    assert times(call)[2] == (None, None)


def test_revai_keeps_what_was_inaudible_inside_words_but_makes_no_turn_of_it() -> None:
    hole = {"type": "unknown", "value": "<inaudible>", "ts": 1.0, "end_ts": 2.0}
    heard = monologue(0, "Close ", 0.0)
    heard["elements"].append(hole)
    record = {"monologues": [heard, {"speaker": 1, "elements": [hole]}]}
    assert said(read_one(record)) == [("0", "Close <inaudible>")]


def test_revai_names_of_human_transcripts_are_the_labels() -> None:
    named = monologue(0, "Hello.", 0.0, speaker_info={"id": "s1", "display_name": "Agent"})
    nameless = monologue(1, "Hi.", 4.0, speaker_info={"id": "s2", "display_name": ""})
    assert said(read_one({"monologues": [named, nameless]})) == [("Agent", "Hello."), ("1", "Hi.")]


# Speechmatics


def test_speechmatics_makes_turns_of_words_and_punctuation() -> None:
    call = read_one(
        speechmatics(
            token("Gas", 0.0),
            token("?", 0.4, kind="punctuation", attaches_to="previous"),
            token("Close", 0.6, "S2"),
            token("it", 1.1, "S2"),
            token(".", 1.5, "S2", kind="punctuation"),
            token("Please", 9.0, "S2"),
        )
    )
    assert said(call) == [("S1", "Gas?"), ("S2", "Close it."), ("S2", "Please")]
    assert call.call_id == "job-1"
    assert call.started_at is None
    assert call.stated == {"duration_seconds": 20.0}


def test_speechmatics_punctuation_clings_to_the_side_it_names() -> None:
    call = read_one(
        speechmatics(
            token("say", 0.0),
            token("“", 0.4, kind="punctuation", attaches_to="next"),
            token("e", 0.5),
            token("-", 0.6, kind="punctuation", attaches_to="both"),
            token("mail", 0.7),
            token("”", 0.9, "S2", kind="punctuation", attaches_to="previous"),
            token("now", 1.0),
        )
    )
    assert said(call) == [("S1", "say “e-mail” now")]


def test_speechmatics_entities_are_read_once() -> None:
    nested = [token("fourth", 1.0), token("of", 1.2)]
    date = token("4 March", 1.0, kind="entity", written_form=nested, spoken_form=nested)
    call = read_one(speechmatics(token("on", 0.5), date))
    assert said(call) == [("S1", "on 4 March")]


def test_speechmatics_unknown_speakers_stay_unknown_and_apart() -> None:
    call = read_one(speechmatics(token("Gas", 0.0), token("yes", 0.5, "UU"), token("so", 1.0)))
    assert said(call) == [("S1", "Gas"), ("", "yes"), ("S1", "so")]


def test_speechmatics_channels_keep_their_names_or_numbers() -> None:
    results = [
        token("Gas", 0.0, "UU", channel="Agent"),
        token("close", 0.2, "UU", channel="channel_2"),
        token("here", 0.5, "UU", channel="Agent"),
        token("it", 0.7, "S1", channel="channel_2"),
    ]
    assert said(read_one(speechmatics(*results))) == [
        ("Agent", "Gas here"),
        ("channel 2", "close"),
        ("channel 2 speaker S1", "it"),
    ]


def test_speechmatics_marked_changes_of_speaker_part_the_words() -> None:
    results = [
        token("Gas", 0.0, "UU"),
        {"type": "speaker_change", "start_time": 0.5, "end_time": 0.5},
        token("close", 0.6, "UU"),
    ]
    assert said(read_one(speechmatics(*results))) == [("", "Gas"), ("", "close")]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "close it"), ("ja", "closeit")], ids=["english", "japanese"]
)
def test_speechmatics_empty_delimiter_is_trusted_only_where_words_have_no_spaces(
    language: str, text: str
) -> None:
    metadata = {
        "transcription_config": {"language": language},
        "language_pack_info": {"word_delimiter": ""},
    }
    record = speechmatics(token("close", 0.0), token("it", 0.5), metadata=metadata)
    assert said(read_one(record)) == [("S1", text)]


def test_speechmatics_live_messages_that_are_not_final_or_not_the_beginning_are_refused() -> None:
    word = token("Gas", 12.0)
    partial = speechmatics(word, message="AddPartialTranscript")
    assert 'message: "AddPartialTranscript" is not final' in skip_reason(partial)
    later = speechmatics(word, message="AddTranscript", metadata={"start_time": 12.0})
    assert "a later part of a live call" in skip_reason(later)
    whole = speechmatics(word, message="AddTranscript", metadata={"start_time": 0.0})
    assert said(read_one(whole)) == [("S1", "Gas")]


def test_speechmatics_items_without_words_are_left_out() -> None:
    silent = {"type": "word", "start_time": 0.0, "end_time": 0.1, "alternatives": []}
    assert said(read_one(speechmatics(silent, token("Gas", 0.5)))) == [("S1", "Gas")]


# Genuine samples


def deepgram_words(record: Record) -> Iterator[tuple[str, str]]:
    for word in record["results"]["channels"][0]["alternatives"][0]["words"]:
        yield str(word.get("speaker", "")), word["punctuated_word"]


def assemblyai_words(record: Record) -> Iterator[tuple[str, str]]:
    for word in record["words"]:
        yield word["speaker"], word["text"]


def whisperx_words(record: Record) -> Iterator[tuple[str, str]]:
    for part in record["segments"]:
        speaker = part["speaker"]
        for word in part["words"]:
            speaker = word.get("speaker", speaker)
            yield speaker, word["word"]


def revai_words(record: Record) -> Iterator[tuple[str, str]]:
    for part in record["monologues"]:
        for word in "".join(element["value"] for element in part["elements"]).split():
            yield str(part["speaker"]), word


def speechmatics_words(record: Record) -> Iterator[tuple[str, str]]:
    for item in record["results"]:
        best = item["alternatives"][0]
        yield best["speaker"].replace("UU", ""), best["content"]


@pytest.mark.parametrize(
    ("path", "counts", "span", "words"),
    [
        ("deepgram/dg_speakers.json", (19, 3), (3.04, 163.105), deepgram_words),
        ("deepgram/dg_utterances.json", (2, 1), (0.08, 25.44), deepgram_words),
        ("assemblyai/assemblyai_utterances.json", (1, 1), (0.17, 25.14), assemblyai_words),
        ("whisperx/whisperx-raw.en.json", (99, 4), (0.369, 734.482), whisperx_words),
        ("revai/node-sdk-transcript.json", (2, 1), (0.3, 106.33), revai_words),
        ("speechmatics/batch-job-transcript.json", (5, 1), (1.41, 12.3), speechmatics_words),
        ("speechmatics/two_speakers.json", (3, 2), (0.03, 3.2), speechmatics_words),
    ],
)
def test_genuine_samples_are_read_without_losing_a_word(
    path: str,
    counts: tuple[int, int],
    span: tuple[float, float],
    words: Callable[[Record], Iterator[tuple[str, str]]],
) -> None:
    record, call = read_sample(path)
    assert call.format == path.split("/", maxsplit=1)[0]
    assert (len(call.utterances), len(set(speakers(call)))) == counts
    ends = [end for _, end in times(call) if end is not None]
    assert (call.utterances[0].start, max(ends)) == pytest.approx(span, abs=0.001)
    # Within a speaker all characters are there, in order; spaces may lie elsewhere.
    source, found = words_by_speaker(words(record)), words_by_speaker(said(call))
    assert {who: "".join(its) for who, its in found.items()} == {
        who: "".join(its) for who, its in source.items()
    }
