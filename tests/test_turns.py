"""Utterances to turns: joining, backchannels, numbers and offsets, who among the agents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import Role, Transcript, Turn, Utterance
from transcript_audit.turns import is_backchannel, is_question, split_turns

ROLES = {"Agent": Role.AGENT, "Customer": Role.CUSTOMER, "IVR": Role.SYSTEM}
Timed = tuple[str, str, float | None, float | None]


def call(*lines: str, agents: tuple[str, ...] = ()) -> Transcript:
    """A call of lines "Label: text"."""
    split = [line.split(": ", 1) for line in lines]
    utterances = tuple(
        Utterance(number, speaker, text, line=number + 1)
        for number, (speaker, text) in enumerate(split)
    )
    return Transcript("c1", "c1.txt", utterances, agents)


def timed(*segments: Timed) -> Transcript:
    utterances = tuple(
        Utterance(number, speaker, text, start, end)
        for number, (speaker, text, start, end) in enumerate(segments)
    )
    return Transcript("c1", "c1.vtt", utterances)


def shown(turns: tuple[Turn, ...]) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in turns]


def numbers(turns: tuple[Turn, ...]) -> list[list[int]]:
    return [[part.number for part in turn.parts] for turn in turns]


def test_consecutive_utterances_of_a_speaker_are_one_turn_with_their_sources() -> None:
    turns = split_turns(
        call("Agent: Good morning.", "Agent: How can I help?", "Customer: Please end my plan."),
        ROLES,
    )
    assert shown(turns) == [
        ("Agent", "Good morning. How can I help?"),
        ("Customer", "Please end my plan."),
    ]
    assert [(p.number, p.offset, p.line) for p in turns[0].parts] == [(0, 0, 1), (1, 14, 2)]
    assert turns[0].part_at(13).number == 0
    assert turns[0].part_at(14).number == 1
    assert [turn.index for turn in turns] == [0, 1]
    assert [turn.role for turn in turns] == [Role.AGENT, Role.CUSTOMER]


def test_a_label_without_a_role_is_other_and_no_utterances_make_no_turns() -> None:
    assert split_turns(call("Neighbour: Is that them?"), ROLES)[0].role == Role.OTHER
    assert split_turns(call(), ROLES) == ()


def test_times_order_the_turns_only_where_every_utterance_has_a_start() -> None:
    first, second, third = (
        ("Customer", "I want to leave.", 9.0, 11.0),
        ("Agent", "Good morning.", 1.0, 2.0),
        ("Agent", "How can I help?", 2.5, 4.0),
    )
    turns = split_turns(timed(first, second, third), ROLES)
    assert numbers(turns) == [[1, 2], [0]]
    assert (turns[0].start, turns[0].end) == (1.0, 4.0)
    untimed = ("Agent", "How can I help?", None, None)
    assert numbers(split_turns(timed(first, second, untimed), ROLES)) == [[0], [1, 2]]


def test_utterances_that_start_together_keep_their_order() -> None:
    turns = split_turns(timed(("Agent", "One.", 3.0, None), ("Customer", "Two.", 3.0, None)), ROLES)
    assert numbers(turns) == [[0], [1]]


@pytest.mark.parametrize(
    "text",
    [
        "mhm",
        "Mm-hmm.",
        "mm",
        "Uh-huh.",
        "uhhuh",
        "Right.",
        "okay okay",
        "OK",
        "I see.",
        "oh, right",
    ],
)
def test_bare_listening_is_a_backchannel(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "Yes.",
        "Okay?",
        "Right, cancel it.",
        "okay bye",
        "sure do it",
        "I see you are 70",
        "...",
    ],
)
def test_what_says_something_is_no_backchannel(text: str) -> None:
    assert not is_backchannel(text)


@pytest.mark.parametrize(
    "text",
    [
        "Shall I?",
        "Is it the blue one? Take your time.",
        "so would you like the smaller plan instead",
        "and whats the postcode",
        "and the last four digits",
        "how much longer have you got on it",
        "you want it closed is that right",
    ],
)
def test_questions_are_told_by_mark_or_shape(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    ["Would you look at that.", "ive put that on the account for march", "it went out again"],
)
def test_statements_are_no_questions(text: str) -> None:
    assert not is_question(text)


def test_a_backchannel_does_not_split_a_sentence_that_goes_on() -> None:
    turns = split_turns(
        call(
            "Agent: There is a smaller plan at nine pounds,",
            "Customer: Okay.",
            "Agent: with the same speed as now.",
            "Customer: No, thank you.",
        ),
        ROLES,
    )
    assert shown(turns) == [
        ("Agent", "There is a smaller plan at nine pounds, with the same speed as now."),
        ("Customer", "Okay."),
        ("Customer", "No, thank you."),
    ]
    assert numbers(turns) == [[0, 2], [1], [3]]
    assert [turn.backchannel for turn in turns] == [False, True, False]
    assert turns[0].text[turns[0].parts[1].offset :] == "with the same speed as now."


@pytest.mark.parametrize("end", ["...", "…", " -", " —", ","])
def test_a_sentence_that_breaks_off_goes_on_after_the_backchannel(end: str) -> None:
    lines = (f"Customer: the thing is{end}", "Agent: right", "Customer: it never worked")
    assert numbers(split_turns(call(*lines), ROLES)) == [[0, 2], [1]]


def test_several_backchannels_stay_turns_of_their_own_after_the_merged_turn() -> None:
    turns = split_turns(
        call(
            "Customer: it goes off every evening and",
            "Agent: mhm",
            "Customer: ive had three men out and",
            "Agent: uh huh",
            "Customer: none of them fixed it",
        ),
        ROLES,
    )
    assert numbers(turns) == [[0, 2, 4], [1], [3]]
    assert [turn.backchannel for turn in turns] == [False, True, True]


def test_a_missing_sentence_end_in_punctuated_text_goes_on() -> None:
    lines = (
        "Customer: I would like to end my plan, please.",
        "Agent: I can do that for you today.",
        "Agent: The last bill comes to nineteen pounds and it",
        "Customer: Okay.",
        "Agent: goes out on the third of May.",
        "Customer: That will do me nicely.",
    )
    assert numbers(split_turns(call(*lines), ROLES)) == [[0], [1, 2, 4], [3], [5]]


def test_two_who_only_listen_are_not_merged() -> None:
    lines = ("Agent: mm", "Customer: mhm", "Agent: so it ends in may")
    assert numbers(split_turns(call(*lines), ROLES)) == [[0], [1], [2]]
    lines = ("Agent: it ends in may", "Customer: mhm", "Agent: mm")
    assert numbers(split_turns(call(*lines), ROLES)) == [[0], [1], [2]]


def test_a_finished_sentence_is_not_merged_over_a_backchannel() -> None:
    lines = ("Agent: I can take ten off.", "Customer: Okay.", "Agent: Shall I do that?")
    turns = split_turns(call(*lines), ROLES)
    assert numbers(turns) == [[0], [1], [2]]
    assert turns[1].backchannel


def test_without_punctuation_only_a_minimal_backchannel_is_merged_over() -> None:
    before, after = "Agent: i can take ten off the bill", "Agent: for a year"
    assert numbers(split_turns(call(before, "Customer: mhm", after), ROLES)) == [[0, 2], [1]]
    assert numbers(split_turns(call(before, "Customer: okay", after), ROLES)) == [[0], [1], [2]]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Agent: Shall I put you on the small plan, then?", "Customer: Okay."),
        ("Agent: shall i put you on the small plan", "Customer: mhm"),
        ("Agent: so you want the small plan is that right", "Customer: mm hmm"),
    ],
)
def test_an_okay_to_a_question_is_an_answer(question: str, answer: str) -> None:
    turns = split_turns(call(question, answer, "Agent: and it starts on monday"), ROLES)
    assert numbers(turns) == [[0], [1], [2]]
    assert not turns[1].backchannel


def test_times_show_that_a_speaker_goes_on() -> None:
    turns = split_turns(
        timed(
            ("Agent", "I have your account here.", 1.0, 4.0),
            ("Customer", "Okay.", 3.8, 4.2),
            ("Agent", "It runs until May.", 4.5, 6.0),
        ),
        ROLES,
    )
    assert numbers(turns) == [[0, 2], [1]]
    assert (turns[0].start, turns[0].end) == (1.0, 6.0)
    assert turns[0].parts[1].start == 4.5


def test_words_that_follow_within_a_second_go_on() -> None:
    turns = split_turns(
        timed(
            ("Agent", "I have your account here.", 1.0, 4.0),
            ("Customer", "Okay.", 4.1, 4.5),
            ("Agent", "It runs until May.", 4.9, 6.0),
        ),
        ROLES,
    )
    assert numbers(turns) == [[0, 2], [1]]


def test_a_long_pause_ends_the_turn_even_where_the_text_breaks_off() -> None:
    turns = split_turns(
        timed(
            ("Agent", "Let me look,", 1.0, 2.0),
            ("Customer", "Okay.", 2.5, 3.0),
            ("Agent", "here it is.", 40.0, 41.0),
        ),
        ROLES,
    )
    assert numbers(turns) == [[0], [1], [2]]


def test_a_real_reply_splits_the_turn() -> None:
    lines = ("Agent: We could pause it,", "Customer: No.", "Agent: for three months.")
    assert numbers(split_turns(call(*lines), ROLES)) == [[0], [1], [2]]


# --- who among the company's people -------------------------------------------------------------


def names(transcript: Transcript, roles: dict[str, Role] | None = None) -> list[str | None]:
    return [turn.agent_id for turn in split_turns(transcript, roles or ROLES)]


def test_the_one_named_agent_speaks_every_agent_turn_and_no_other() -> None:
    lines = ("IVR: Please hold.", "Agent: Hello.", "Customer: Hi there.")
    assert names(call(*lines, agents=("Kyle",))) == [None, "Kyle", None]


def test_the_utterances_own_agent_id_goes_first_and_splits_the_turn() -> None:
    transcript = Transcript(
        "c1",
        "c1.jsonl",
        (
            Utterance(0, "Agent", "One moment.", agent_id="A-1"),
            Utterance(1, "Agent", "Hello, supervisor desk.", agent_id="A-2"),
            Utterance(2, "Customer", "Hello.", agent_id="A-2"),
        ),
        ("A-1",),
    )
    assert names(transcript) == ["A-1", "A-2", None]


def test_a_name_in_a_label_is_the_agent_but_a_number_is_none() -> None:
    roles = dict.fromkeys(["Priya", "Agent (Tom)", "Agent 2", "spk_1"], Role.AGENT)
    lines = ("Priya: Hello.", "Agent (Tom): Hello.", "Agent 2: Hello.", "spk_1: Hello.")
    assert names(call(*lines), roles) == ["Priya", "Tom", None, None]


def test_the_one_named_agent_is_not_the_supervisor() -> None:
    roles = {"Agent": Role.AGENT, "Supervisor": Role.AGENT}
    lines = ("Agent: Hello.", "Supervisor: I am the supervisor.")
    assert names(call(*lines, agents=("Kyle",)), roles) == ["Kyle", None]


def test_two_numbered_agents_are_not_both_the_one_named() -> None:
    roles = {"Agent 1": Role.AGENT, "agent2": Role.AGENT}
    lines = ("Agent 1: Hello.", "agent2: Hello again.")
    assert names(call(*lines, agents=("Kyle",)), roles) == [None, None]


def test_introductions_name_the_agents_that_share_a_label() -> None:
    lines = (
        "Agent: good morning garden box this is mona how can i help",
        "Customer: i want to stop the boxes",
        "Agent: ill put you through to the closing desk",
        "Customer: okay thanks",
        "Agent: closing desk this is ravi",
        "Customer: hello again",
        "Agent: mona told me so thats done for you",
    )
    found = names(call(*lines, agents=("Mona", "Ravi")))
    assert found[::2] == ["Mona", "Mona", "Ravi", "Ravi"]
    assert found[1::2] == [None, None, None]


def test_adjacent_utterances_of_two_agents_under_a_label_are_two_turns() -> None:
    lines = (
        "Agent: Garden Box, Mona speaking. One second, I'll transfer you.",
        "Agent: Hello, this is Ravi, I can close it.",
    )
    assert names(call(*lines, agents=("Mona", "Ravi"))) == ["Mona", "Ravi"]


def test_after_a_hand_off_without_introduction_nobody_is_named() -> None:
    lines = (
        "Agent: Garden Box, Mona speaking.",
        "Customer: End it, please.",
        "Agent: I'll transfer you to the closing desk.",
        "Customer: Fine, go on.",
        "Agent: Hello, what can I do for you?",
    )
    assert names(call(*lines, agents=("Mona", "Ravi")))[::2] == ["Mona", "Mona", None]


def test_after_the_last_hand_off_nobody_is_named_though_all_were_introduced() -> None:
    lines = (
        "Agent: Garden Box, Mona speaking. I'll transfer you.",
        "Customer: Fine by me.",
        "Agent: Hello, this is Ravi. I'll transfer you back.",
        "Customer: What, again?",
        "Agent: Hello, who is this?",
    )
    assert names(call(*lines, agents=("Mona", "Ravi")))[::2] == ["Mona", "Ravi", None]


def test_a_colleagues_name_at_the_end_of_a_sentence_is_no_introduction() -> None:
    lines = (
        "Agent: garden box mona speaking",
        "Customer: i want to stop the boxes",
        "Agent: the closing desk means ravi",
        "Customer: right then lets have him",
        "Agent: i am only the front desk",
    )
    assert names(call(*lines, agents=("Mona", "Ravi")))[::2] == ["Mona", "Mona", None]


def test_talk_about_a_colleague_and_names_outside_the_list_introduce_nobody() -> None:
    lines = (
        "Agent: I have Ravi here, this is Ravi, he will close it.",
        "Customer: This is Ravi, you say?",
        "Agent: My name is Zoe.",
    )
    assert names(call(*lines, agents=("Mona", "Ravi"))) == [None, None, None]


def test_an_introduction_names_the_whole_label_where_labels_are_apart() -> None:
    roles = {"Agent 1": Role.AGENT, "Agent 2": Role.AGENT, "Customer": Role.CUSTOMER}
    lines = (
        "Agent 1: Hello.",
        "Customer: Hi, who is this?",
        "Agent 1: This is Mona, let me transfer you.",
        "Agent 2: Hello, this is Ravi.",
        "Agent 1: Bye, then.",
    )
    found = names(call(*lines, agents=("Mona", "Ravi")), roles)
    assert found == ["Mona", None, "Mona", "Ravi", "Mona"]


# --- for any call -------------------------------------------------------------------------------

texts = st.sampled_from(
    [
        "mhm",
        "Okay.",
        "right",
        "I want to leave,",
        "and then it broke",
        "Why?",
        "No.",
        "this is mona",
    ]
) | st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
seconds = st.none() | st.floats(0, 9, allow_nan=False)
utterances = st.lists(
    st.builds(
        Utterance,
        number=st.just(0),
        speaker=st.sampled_from(["Agent", "Customer", "IVR", "", "Mona"]),
        text=texts,
        start=seconds,
        end=seconds,
        agent_id=st.sampled_from([None, None, None, "Mona"]),
        line=st.none() | st.integers(1, 99),
    ),
    max_size=12,
)


@given(utterances, st.sampled_from([(), ("Mona",), ("Mona", "Ravi")]), st.booleans())
def test_no_utterance_is_lost_and_every_offset_points_at_its_text(
    found: list[Utterance], agents: tuple[str, ...], all_timed: bool
) -> None:
    source = tuple(
        Utterance(
            number,
            utterance.speaker,
            utterance.text,
            utterance.start or (0.0 if all_timed else utterance.start),
            utterance.end,
            utterance.agent_id,
            utterance.line,
        )
        for number, utterance in enumerate(found)
    )
    turns = split_turns(Transcript("c", "p", source, agents), {**ROLES, "Mona": Role.AGENT})
    assert [turn.index for turn in turns] == list(range(len(turns)))
    assert sorted(part.number for turn in turns for part in turn.parts) == list(range(len(source)))
    for turn in turns:
        assert turn.text == " ".join(source[part.number].text for part in turn.parts)
        assert turn.parts[0].offset == 0
        for part in turn.parts:
            utterance = source[part.number]
            assert turn.text.startswith(utterance.text, part.offset)
            assert (part.start, part.line) == (utterance.start, utterance.line)
            assert turn.speaker == utterance.speaker
            assert turn.part_at(part.offset) == part
            assert turn.part_at(part.offset + len(utterance.text) - 1) == part
        assert turn.agent_id is None or turn.role == Role.AGENT
        assert not turn.backchannel or is_backchannel(turn.text)
