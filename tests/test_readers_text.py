"""Plain text."""

from __future__ import annotations

import io
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, read_transcripts


def read(content: str) -> Transcript:
    options = ReadOptions(input_format="text")
    (call,) = read_transcripts(["-"], options, io.BytesIO(content.encode()))
    assert isinstance(call, Transcript), call
    return call


def turns(content: str) -> list[tuple[str, str]]:
    return [(said.speaker, said.text) for said in read(content).utterances]


@pytest.mark.parametrize(
    ("line", "speaker", "start", "end"),
    [
        ("Agent: hi there", "Agent", None, None),
        ("agent: hi there", "agent", None, None),
        ("Agent:hi there", "Agent", None, None),
        ("Agent : hi there", "Agent", None, None),
        ("**Agent:** hi there", "Agent", None, None),
        ("**Agent**: hi there", "Agent", None, None),
        ("- **Agent:** hi there", "Agent", None, None),
        ("[00:01:23] Agent: hi there", "Agent", 83.0, None),
        ("(1:23) Agent: hi there", "Agent", 83.0, None),
        ("00:01:23.5 Agent: hi there", "Agent", 83.5, None),
        ("00:01:23 - Agent: hi there", "Agent", 83.0, None),
        ("[00:01:23 - 00:01:30] Agent: hi there", "Agent", 83.0, 90.0),
        ("00:01:23 --> 00:01:30 Agent: hi there", "Agent", 83.0, 90.0),
        ("Agent [00:01:23]: hi there", "Agent", 83.0, None),
        ("Agent (00:01:23): hi there", "Agent", 83.0, None),
        ("[2026-03-04 10:00:05] Agent: hi there", "Agent", 36005.0, None),
        ("2026-03-04 10:01 Agent: hi there", "Agent", 36060.0, None),
        ("[1:02 PM] Agent: hi there", "Agent", 46920.0, None),
        ("12:02:03 am - Agent: hi there", "Agent", 123.0, None),
        ("**Agent** [0:05]: hi there", "Agent", 5.0, None),
        ("REP> hi there", "REP", None, None),
        ("REP>hi there", "REP", None, None),
        ("[SPEAKER_01]: hi there", "SPEAKER_01", None, None),
        ("spk_0: hi there", "spk_0", None, None),
        ("Speaker 2: hi there", "Speaker 2", None, None),
        ("A: hi there", "A", None, None),
        ("Agent (Priya): hi there", "Agent (Priya)", None, None),
        ("Mr. O'Neill-Smith: hi there", "Mr. O'Neill-Smith", None, None),
        ("Zoë: hi there", "Zoë", None, None),
        ("客户: hi there", "客户", None, None),
        ("Agent  1:23\nhi there", "Agent", 83.0, None),
        ("Emma Stone  0:00  \nhi there", "Emma Stone", 0.0, None),
        ("00:00:05 Speaker 1\nhi there", "Speaker 1", 5.0, None),
        ("SPEAKER_00 0:12\nhi there", "SPEAKER_00", 12.0, None),
        ("Agent\xa0: hi there", "Agent", None, None),
        ("Emma\xa0Stone\xa0\xa00:00\nhi there", "Emma Stone", 0.0, None),
        ("Emma Stone | 0:09\nhi there", "Emma Stone", 9.0, None),
        ("Emma Stone - 0:09\nhi there", "Emma Stone", 9.0, None),
        ("Speaker 0 (00:00:01 - 00:00:04)\nhi there", "Speaker 0", 1.0, 4.0),
        ("[0:01 - 0:04] Speaker 0\nhi there", "Speaker 0", 1.0, 4.0),
        ("Emma Stone\n0:09\nhi there", "Emma Stone", 9.0, None),
        ("[0:09]\nAgent: hi there", "Agent", 9.0, None),
    ],
)
def test_a_turn_is_read_in_each_shape(
    line: str, speaker: str, start: float | None, end: float | None
) -> None:
    (said,) = read(f"{line}\n").utterances
    assert (said.speaker, said.text, said.start, said.end) == (speaker, "hi there", start, end)


def test_wrapped_lines_go_on_with_the_turn_and_lines_are_counted() -> None:
    content = "Agent: I can see\n  two options\n\nfor you.\nCustomer: Go on.\n"
    first, second = read(content).utterances
    assert first.text == "I can see two options for you."
    assert (first.number, first.line, second.number, second.line) == (0, 1, 1, 5)


def test_colons_in_the_text_do_not_begin_turns() -> None:
    content = (
        "Agent: Your options are as follows.\nNote: 10:30 is the earliest slot\n"
        "https://example.test/a: see there\nTotal: $40\n10:30 is fine: yes\n"
        "Customer: My postcode: K2P 1A1, by 10:30: that's it\n"
    )
    assert turns(content) == [
        (
            "Agent",
            "Your options are as follows. Note: 10:30 is the earliest slot "
            "https://example.test/a: see there Total: $40 10:30 is fine: yes",
        ),
        ("Customer", "My postcode: K2P 1A1, by 10:30: that's it"),
    ]


def test_a_capitalised_word_once_in_a_call_with_named_roles_is_text() -> None:
    content = "Agent: Two plans.\nBasic: ten dollars\nFamily: twenty\nCustomer: No thanks.\n"
    assert len(turns(content)) == 2


def test_names_are_speakers_and_so_is_one_who_speaks_once() -> None:
    content = "Priya: Hello\nMr Lowe: Hi\nPriya: One moment\nDana: This is Dana\nMr Lowe: Okay\n"
    assert [who for who, _ in turns(content)] == ["Priya", "Mr Lowe", "Priya", "Dana", "Mr Lowe"]


def test_two_people_who_speak_once_each_are_speakers() -> None:
    assert turns("Ann: hello\nBob: hi\n") == [("Ann", "hello"), ("Bob", "hi")]


def test_a_time_in_a_wrapped_line_is_text() -> None:
    content = "[0:01] Agent: We can do\nTomorrow 10:30\n[0:09] Bo Lee: Fine\n"
    assert turns(content) == [("Agent", "We can do Tomorrow 10:30"), ("Bo Lee", "Fine")]


def test_preamble_is_no_turn_and_its_plain_keys_tell_about_the_call() -> None:
    content = (
        "Call transcript\n===============\nCall ID: NF-7\nAgent name: Kim; Lee\n"
        "Date: 2026-03-04\nDuration: 4:12\n\nAgent: Hello\nCustomer: Hi\n"
    )
    call = read(content)
    assert (call.call_id, call.agent_ids) == ("NF-7", ("Kim", "Lee"))
    assert str(call.started_at) == "2026-03-04 00:00:00"
    assert [said.text for said in call.utterances] == ["Hello", "Hi"]


def test_marked_header_lines_tell_about_the_call() -> None:
    call = read("# id: C9\n# agent: Priya\n# started: 2026-03-04 09:30\nAgent: Hello\n")
    assert (call.call_id, call.agent_ids) == ("C9", ("Priya",))
    assert call.started_at is not None
    assert call.started_at.hour == 9


def test_times_on_lines_of_their_own_belong_to_the_turns() -> None:
    below = (
        "Ann Lee\n0:01\nHello\n\nSam Lowe\n0:05\nHi,\nI want to\ncancel\n\nAnn Lee\n1:00:07\nOk\n"
    )
    above = "0:01\nAnn Lee: Hello\n0:05\nSam Lowe: Hi, I want to cancel\n1:00:07\nAnn Lee: Ok\n"
    for content in (below, above):
        call = read(content)
        assert [(said.speaker, said.text, said.start) for said in call.utterances] == [
            ("Ann Lee", "Hello", 1.0),
            ("Sam Lowe", "Hi, I want to cancel", 5.0),
            ("Ann Lee", "Ok", 3607.0),
        ]


def test_a_time_on_a_line_of_its_own_that_was_said_is_kept() -> None:
    content = "Agent: The engineer comes at\n10:30\nCustomer: Fine\nAgent: Bye\n"
    assert turns(content)[0] == ("Agent", "The engineer comes at 10:30")
    assert turns("Agent: Hello\nCustomer: Tomorrow\n10:30\n") == [
        ("Agent", "Hello"),
        ("Customer", "Tomorrow 10:30"),
    ]


def test_what_teams_writes_around_a_transcript_is_no_turn() -> None:
    content = (
        "Weekly-Meeting Recording\nMarch 4, 2026, 9:30AM\n12m 30s\n\n"
        "Ann Lee started transcription\n\nAnn Lee   0:03\nHello\n\nSam Lowe   0:09\nHi\n\n"
        "Ann Lee stopped transcription\n"
    )
    assert turns(content) == [("Ann Lee", "Hello"), ("Sam Lowe", "Hi")]
    assert str(read(content).started_at) == "2026-03-04 09:30:00"


def test_a_footer_and_rules_between_turns_are_no_words() -> None:
    content = "Emma  0:00\nHello\n-----\nBo  0:04\nHi\n\nTranscribed by https://otter.ai\n"
    assert turns(content) == [("Emma", "Hello"), ("Bo", "Hi")]


def test_a_turn_without_words_keeps_its_number() -> None:
    call = read("Agent: Hello\nCustomer:\nAgent: Are you there?\n")
    assert [said.number for said in call.utterances] == [0, 2]


def test_text_without_speakers_is_skipped() -> None:
    options = ReadOptions(input_format="text")
    (call,) = read_transcripts(["-"], options, io.BytesIO(b"hello\nthere\n"))
    assert isinstance(call, SkippedCall)
    assert 'found "hello"' in call.reason


def test_very_long_lines_are_read_in_reasonable_time() -> None:
    for line in ("a" * 400_000, "a b " * 100_000, "Agent " * 60_000, "[" * 100_000, "1:" * 100_000):
        assert turns(f"Agent: hi\n{line}\n")[0][1].startswith("hi")


WORDS = st.text(string.ascii_letters + string.digits + " .,:;!?'*>[]()-#é", max_size=40)


@given(
    said=st.lists(
        st.tuples(st.sampled_from(["Agent", "Customer", "SPEAKER_02"]), WORDS), min_size=1
    ),
    shape=st.sampled_from(
        ["{}: {}", "**{}:** {}", "{}> {}", "[00:00:{:02}] {}: {}", "{} [00:00:{:02}]: {}"]
    ),
)
def test_a_rendered_transcript_gives_the_same_turns(
    said: list[tuple[str, str]], shape: str
) -> None:
    lines: list[str] = []
    for number, (who, text) in enumerate(said):
        second = number % 60
        if shape.startswith("["):
            lines.append(shape.format(second, who, text))
        elif "[" in shape:
            lines.append(shape.format(who, second, text))
        else:
            lines.append(shape.format(who, text))
    expected = [(who, text.strip()) for who, text in said if text.strip()]
    options = ReadOptions(input_format="text")
    (call,) = read_transcripts(["-"], options, io.BytesIO("\n".join(lines).encode()))
    if not expected:
        assert isinstance(call, SkippedCall)
        return
    assert isinstance(call, Transcript)
    assert [(u.speaker, u.text) for u in call.utterances] == expected
    if "00:" in shape:
        assert all(u.start == u.number % 60 for u in call.utterances)


@given(st.lists(st.tuples(st.sampled_from(["Priya", "Mr Lowe", "J. Ng"]), WORDS), max_size=6))
def test_a_rendered_transcript_with_names_gives_the_same_turns(said: list[tuple[str, str]]) -> None:
    said = [*said, ("Priya", "x"), ("Mr Lowe", "y"), ("J. Ng", "z"), ("Mr Lowe", "v")]
    expected = [(who, text.strip()) for who, text in said if text.strip()]
    assert turns("\n".join(f"{who}: {text}" for who, text in said)) == expected
