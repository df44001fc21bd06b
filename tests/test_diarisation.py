"""Signs that a source mixed the speakers up, and what is none."""

from __future__ import annotations

import pytest

from transcript_audit.diarisation import count_cuts, find_cut_sentences, find_one_voice
from transcript_audit.model import Transcript, Utterance

WHOLE = (
    ("A", "Thanks for calling, how can I help you today?"),
    ("C", "I would like to close my account at the end of the month."),
    ("A", "Okay. What is the name on the account, please?"),
    ("C", "It's under my wife's name, that's Mrs Adeyemi."),
    ("A", "Thank you. Your account will be closed on the thirtieth."),
    ("C", "Great, that's all I wanted, thank you very much."),
)
CUT = (
    ("A", "Thanks for calling, how can I"),
    ("C", "help you today? I would like to close my account at the"),
    ("A", "end of the month. Okay. What is the name on the"),
    ("C", "account, please? It's under my wife's name."),
    ("A", "That's Mrs Adeyemi. Thank you. Your account will be"),
    ("C", "closed on the thirtieth. Great, that's all I wanted."),
    ("A", "Is there anything else that I can do for your"),
    ("C", "account today? No, thank you."),
)


def call(*lines: tuple[str, str], times: bool = False, step: float = 2.0) -> Transcript:
    """A call; with times each utterance lasts three seconds and begins `step` after the last."""
    said = tuple(
        Utterance(n, who, text, n * step if times else None, n * step + 3 if times else None)
        for n, (who, text) in enumerate(lines)
    )
    return Transcript("c1", "c1.txt", said)


def raw(lines: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """As speech recognition may write it: no capitals, no marks."""
    return tuple(
        (who, text.lower().translate(str.maketrans("", "", ".,?'"))) for who, text in lines
    )


def test_whole_sentences_are_not_cut() -> None:
    for lines in (WHOLE, raw(WHOLE)):
        assert count_cuts(call(*lines).utterances) == (5, 0)
        assert find_cut_sentences(call(*lines)) == ""


def test_sentences_cut_over_and_over_are_told() -> None:
    for lines in (CUT, raw(CUT)):
        assert count_cuts(call(*lines).utterances) == (7, 4)
        told = find_cut_sentences(call(*lines))
        assert told.startswith("sentences are cut between speakers at 4 of 7")


def test_a_sentence_that_goes_on_in_lower_case_is_cut_where_both_write_capitals() -> None:
    lines = (*WHOLE, ("A", "Your account will be"), ("C", "closed on Friday? That is good."))
    assert count_cuts(call(*lines).utterances) == (7, 1)
    assert count_cuts(call(*raw(lines)).utterances) == (7, 0)


def test_a_few_cuts_in_a_long_call_are_borne() -> None:
    assert find_cut_sentences(call(*(WHOLE * 8), *CUT)) == ""


def test_people_who_speak_at_once_interrupt_and_cut_nothing() -> None:
    assert count_cuts(call(*CUT, times=True).utterances)[1] == 0
    assert count_cuts(call(*CUT, times=True, step=3.5).utterances)[1] == 4


@pytest.mark.parametrize(
    "lines",
    [
        (("A", "I was going to say the -"), ("C", "no")),
        (("A", "I was going to say the…"), ("C", "no")),
        (("A", "That is on its way to you now 😊"), ("C", "great thanks a lot for that")),
        (("A", "so we send it to the"), ("C", "mhm"), ("A", "old address")),
    ],
)
def test_dashes_pictures_and_backchannels_are_no_cuts(lines: tuple[tuple[str, str], ...]) -> None:
    assert count_cuts(call(*lines).utterances)[1] == 0


def test_who_never_writes_capitals_goes_on_with_nothing() -> None:
    lines = (
        ("A", "We can close that for you. It ends on Friday"),
        ("C", "ok and what about the money i paid"),
        ("A", "You get that back. It takes a week"),
        ("C", "ok thats fine with me then"),
    )
    assert count_cuts(call(*lines).utterances)[1] == 0


def test_one_voice_with_nearly_all_words_is_told() -> None:
    lines = [("A", text) for _, text in WHOLE * 3]
    assert find_one_voice(call(*lines, ("C", "Yes please."))).startswith("one speaker ('A') has ")


def test_a_talkative_side_a_short_call_and_a_recording_are_no_one_voice() -> None:
    assert find_one_voice(call(*(WHOLE * 3))) == ""
    assert find_one_voice(call(("A", "word " * 90), ("C", "Yes."))) == ""
    monologue = ("System", "This call is recorded for quality. " * 100)
    assert find_one_voice(call(monologue, *(WHOLE * 3))) == ""
    assert find_one_voice(call(("A", "word " * 200))) == ""
