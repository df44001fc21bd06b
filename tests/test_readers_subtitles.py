"""WebVTT and SRT."""

from __future__ import annotations

import io
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import read_transcripts


def read(content: str) -> Transcript | SkippedCall:
    (call,) = read_transcripts(["-"], stdin=io.BytesIO(content.encode()))
    return call


def turns(content: str) -> list[tuple[str, str]]:
    call = read(content)
    assert isinstance(call, Transcript), call
    return [(said.speaker, said.text) for said in call.utterances]


def vtt(*payloads: str) -> str:
    cues = (f"00:{n:02}.500 --> 00:{n + 1:02}.000\n{text}\n" for n, text in enumerate(payloads))
    return "\n".join(["WEBVTT\n", *cues])


def srt(*payloads: str) -> str:
    return "\n".join(
        f"{n + 1}\n00:00:{n:02},500 --> 00:00:{n + 1:02},000\n{text}\n"
        for n, text in enumerate(payloads)
    )


def test_voices_times_and_lines_are_read() -> None:
    content = (
        "\ufeffWEBVTT - a call\n\nNOTE\n<v Nobody>hidden\n\nSTYLE\n::cue {}\n\nguid/12-0\n"
        "00:01.500 --> 1:00:02.250 align:left\n<v Kim Li>Hello,\nworld</v>\n\n"
        "00:03.000 --> 00:04.000\n<v.loud Bo>Hi</v>\n"
    )
    call = read(content)
    assert isinstance(call, Transcript)
    first, second = call.utterances
    assert (call.format, first.speaker, first.text) == ("webvtt", "Kim Li", "Hello, world")
    assert (first.start, first.end, first.line) == (1.5, 3602.25, 10)
    assert (second.speaker, second.text, second.number) == ("Bo", "Hi", 1)


def test_two_voices_in_a_cue_are_two_turns() -> None:
    assert turns(vtt("<v Kim>One.</v> <v Bo>Two.</v>")) == [("Kim", "One."), ("Bo", "Two.")]


def test_entities_are_unescaped_after_the_tags_are_out() -> None:
    text = "<v O&apos;Hara>Q&amp;A &lt;v Bo&gt; <i>now</i> <00:01.000>R&notes &lt;b&gt;"
    assert turns(vtt(text)) == [("O'Hara", "Q&A <v Bo> now R&notes <b>")]


def test_unpadded_times_and_whole_seconds_are_read() -> None:
    content = "WEBVTT\n\n0:0:0.820 --> 0:0:2.5\n<v Kim>Hi\n\n0:03 --> 0:04\n<v Bo>Yes\n"
    call = read(content)
    assert isinstance(call, Transcript)
    assert [(said.start, said.end) for said in call.utterances] == [(0.82, 2.5), (3.0, 4.0)]


@pytest.mark.parametrize("render", [vtt, srt])
def test_prefixes_name_the_speaker_until_the_next_one(render: object) -> None:
    content = render("Travis: When you first\nget started:", "go on", "Sarah: Good", "is key")  # type: ignore[operator]
    assert turns(content) == [
        ("Travis", "When you first get started:"),
        ("Travis", "go on"),
        ("Sarah", "Good"),
        ("Sarah", "is key"),
    ]


def test_dashes_and_brackets_before_speakers_are_taken_off() -> None:
    content = srt("- Agent: Hello\n- Customer: Hi", "[SPEAKER_01]: Yes", "{\\an8}Agent: <i>No</i>")
    assert turns(content) == [
        ("Agent", "Hello"),
        ("Customer", "Hi"),
        ("SPEAKER_01", "Yes"),
        ("Agent", "No"),
    ]


@pytest.mark.parametrize("render", [vtt, srt])
def test_a_name_in_a_line_of_its_own_is_the_speaker(render: object) -> None:
    content = render("Alice Smith\nHello there.", "(Bob)\nThanks.", "Alice Smith\nSo.")  # type: ignore[operator]
    assert turns(content) == [
        ("Alice Smith", "Hello there."),
        ("Bob", "Thanks."),
        ("Alice Smith", "So."),
    ]


def test_full_names_need_not_come_again() -> None:
    assert turns(vtt("Alice Smith\nHello.", "Bob Jones\nHi.")) == [
        ("Alice Smith", "Hello."),
        ("Bob Jones", "Hi."),
    ]
    shouted = read(vtt("WE ARE HERE\nTODAY", "TO TALK\nABOUT IT"))
    assert isinstance(shouted, SkippedCall)


def test_a_copy_from_teams_has_unpadded_times_and_names_with_commas_and_brackets() -> None:
    cues = (
        ("0:0:3.410 --> 0:0:4.280", "Lee, Ann", "Hello."),
        ("0:0:5.1 --> 0:1:0.0", "Sam Lowe (Guest)", "I'd like to cancel."),
        ("0:1:2.0 --> 0:1:3.5", "Lee, Ann", "Okay."),
    )
    for gap in ("\n", "\n\n"):
        call = read(gap.join("\n".join(cue) for cue in cues) + "\n")
        assert isinstance(call, Transcript)
        assert [(said.speaker, said.text, said.start, said.end) for said in call.utterances] == [
            ("Lee, Ann", "Hello.", 3.41, 4.28),
            ("Sam Lowe (Guest)", "I'd like to cancel.", 5.1, 60.0),
            ("Lee, Ann", "Okay.", 62.0, 63.5),
        ]


def test_cues_out_of_order_are_put_in_order_before_speakers_are_carried_on() -> None:
    content = (
        "WEBVTT\n\n00:05.000 --> 00:06.000\nand more\n\n00:01.000 --> 00:02.000\nKim: Hello\n\n"
        "00:07.000 --> 00:08.000\nBo: Hi\n"
    )
    assert turns(content) == [("Kim", "Hello"), ("Kim", "and more"), ("Bo", "Hi")]
    call = read(content)
    assert isinstance(call, Transcript)
    assert [(said.number, said.line) for said in call.utterances] == [(0, 6), (1, 3), (2, 9)]


def test_wrapped_text_is_not_taken_for_names() -> None:
    assert isinstance(read(vtt("I see\nthe bill", "I see\nthe bill", "Yes\nyes")), SkippedCall)


@pytest.mark.parametrize("render", [vtt, srt])
def test_subtitles_without_speakers_are_skipped(render: object) -> None:
    call = read(render("hello", "there"))  # type: ignore[operator]
    assert isinstance(call, SkippedCall)
    assert "no cue says who speaks" in call.reason


def test_a_broken_timing_is_said_with_its_line() -> None:
    call = read("WEBVTT\n\n00:01.000 --> soon\n<v Kim>Hi\n")
    assert isinstance(call, SkippedCall)
    assert call.reason.startswith("line 3: ")


def test_an_arrow_in_the_words_stays() -> None:
    for render in (vtt, srt):
        content = render("Agent: Settings --> Billing\n--> Plan", "Customer: ok")
        assert turns(content) == [("Agent", "Settings --> Billing --> Plan"), ("Customer", "ok")]


def test_srt_with_points_missing_blank_lines_and_digits_is_read() -> None:
    content = (
        "1\n00:00:01.000 --> 00:00:02.000\nAgent: Your code is\n42\n2\n"
        "00:00:02,5 --> 0:00:03,25\nCustomer: I have\n\n43\n"
    )
    call = read(content)
    assert isinstance(call, Transcript)
    assert [said.text for said in call.utterances] == ["Your code is 42", "I have 43"]
    assert (call.utterances[1].start, call.utterances[1].end) == (2.5, 3.25)


def test_empty_cues_keep_the_numbers_of_the_others() -> None:
    for render in (vtt, srt):
        call = read(render("Agent: a", "", "Agent: b"))
        assert isinstance(call, Transcript)
        assert [(said.number, said.start) for said in call.utterances] == [(0, 0.5), (2, 2.5)]


def test_words_in_a_timing_line_are_kept() -> None:
    assert turns("00:01 --> 00:02 Agent: hi\n00:03 --> 00:04 Caller: yes\n") == [
        ("Agent", "hi"),
        ("Caller", "yes"),
    ]


def test_a_dash_inside_the_words_stays() -> None:
    assert turns(srt("Agent: Wait - there is more", "Customer: no - no")) == [
        ("Agent", "Wait - there is more"),
        ("Customer", "no - no"),
    ]


WORDS = st.text(string.ascii_letters + string.digits + " .,;!?'<>&{}\\-#é", min_size=1, max_size=30)
SAID = st.lists(st.tuples(st.sampled_from(["Agent", "Customer"]), WORDS), min_size=1, max_size=8)


@given(SAID)
def test_escaped_voices_give_the_same_turns(said: list[tuple[str, str]]) -> None:
    def escape(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    said = [(who, f"x{text}x") for who, text in said]
    assert turns(vtt(*(f"<v {who}>{escape(text)}</v>" for who, text in said))) == said


@given(SAID)
def test_prefixed_srt_gives_the_same_words(said: list[tuple[str, str]]) -> None:
    said = [
        (who, f"x{text.replace('<', '').replace('&', '').replace(chr(92), '')}x")
        for who, text in said
    ]
    assert turns(srt(*(f"{who}: {text}" for who, text in said))) == said
