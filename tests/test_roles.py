"""Roles: stated by labels, mapped by the user, left over, or inferred from what is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit import role_cues
from transcript_audit.errors import ConfigurationError, RuleBookError
from transcript_audit.model import Role, RoleSource, Transcript, Utterance
from transcript_audit.role_cues import found_cues, load_cues, spoken_words
from transcript_audit.roles import (
    RoleAssignment,
    RoleOptions,
    UndecidedRoles,
    assign_roles,
    doubt_roles,
)
from transcript_audit.roster import Roster, RosterAgent
from transcript_audit.speakers import channel_of, is_senior, named_person, stated_role

Labels = dict[str, str]

CALL = (
    ("A", "Thank you for calling Fernhill Water, this is Mona, how can I help?"),
    ("B", "Hi, I moved out in May and I'd like to close my account."),
    ("A", "Of course. Can I take your postcode and your date of birth?"),
    ("B", "It's five five one, oh two nine. I was born in sixty one."),
    ("A", "I can see your account. I'll send you the last bill. Is there anything else?"),
    ("B", "No, I just want it closed, my husband pays at the new place."),
)


def call(
    *lines: tuple[str, str],
    agents: tuple[str, ...] = (),
    A: str = "A",  # noqa: N803
    B: str = "B",  # noqa: N803
) -> Transcript:
    """A call; its speakers A and B may be renamed."""
    names = {"A": A, "B": B}
    utterances = tuple(
        Utterance(number, names.get(speaker, speaker), text)
        for number, (speaker, text) in enumerate(lines)
    )
    return Transcript("c1", "c1.txt", utterances, agents)


def decided(transcript: Transcript, options: RoleOptions | None = None) -> RoleAssignment:
    assignment = assign_roles(transcript, options)
    assert isinstance(assignment, RoleAssignment), assignment
    return assignment


def undecided(transcript: Transcript, options: RoleOptions | None = None) -> str:
    assignment = assign_roles(transcript, options)
    assert isinstance(assignment, UndecidedRoles), assignment
    assert "\n" not in assignment.reason
    return assignment.reason


# --- labels -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "role"),
    [
        *((label, Role.AGENT) for label in ("agent", "AGENT_01", "agent2", "REP>", "Agent (Sam)")),
        *(
            (label, Role.AGENT)
            for label in ("Customer Service Rep", "CSR", "Advisor", "Supervisor")
        ),
        *((label, Role.AGENT) for label in ("HumanAgent", "Retention specialist", "Sam - Agent")),
        *((label, Role.CUSTOMER) for label in ("Customer:", "CALLER 1", "END_USER", "Client")),
        *((label, Role.CUSTOMER) for label in ("Joint account holder", "Member", "Customer (Ann)")),
        *(
            (label, Role.SYSTEM)
            for label in ("IVR", "system", "Automated Agent", "Virtual assistant")
        ),
        *((label, Role.OTHER) for label in ("other", "Interpreter")),
    ],
)
def test_labels_state_roles(label: str, role: Role) -> None:
    assert stated_role(label) == role


@pytest.mark.parametrize(
    "label",
    [
        "spk_0",
        "A",
        "Speaker 1",
        "",
        "Kyle",
        "S2",
        "Channel 1",
        "agent/customer",
        "Reporter",
        "Agentha",
    ],
)
def test_other_labels_state_nothing(label: str) -> None:
    assert stated_role(label) is None


@pytest.mark.parametrize(
    ("label", "name"),
    [
        *(("Kyle", "Kyle"), ("Agent (Kyle)", "Kyle"), ("Kyle - Agent", "Kyle")),
        *(("Ann O'Hare", "Ann O'Hare"), ("Agent", None), ("Agent 2", None), ("spk_0", None)),
        *(("A", None), ("Speaker 3", None), ("", None), ("Unknown", None), ("Supervisor>", None)),
        *(("channel 1 speaker 0", None), ("ch_1", None), ("Channel 2", None), ("[NAME]", None)),
    ],
)
def test_labels_give_names(label: str, name: str | None) -> None:
    assert named_person(label) == name


def test_supervisors_are_senior_and_agents_are_not() -> None:
    assert is_senior("Supervisor 1")
    assert not is_senior("Agent 1")


# --- stated -------------------------------------------------------------------------------------


def test_stated_labels_are_taken_as_they_are() -> None:
    transcript = call(*CALL, ("Agent 2", "Hello."), ("IVR", "Hold."), A="Agent 1", B="Caller")
    assignment = decided(transcript)
    assert assignment.roles == {
        "Agent 1": Role.AGENT,
        "Caller": Role.CUSTOMER,
        "Agent 2": Role.AGENT,
        "IVR": Role.SYSTEM,
    }
    assert assignment.source == RoleSource.STATED
    assert assignment.margin == 0.0


def test_stated_labels_count_more_than_what_is_said() -> None:
    assert decided(call(*CALL, A="Customer", B="Agent")).roles["Agent"] == Role.AGENT


def test_a_label_that_is_a_known_agents_name_is_stated_and_leaves_the_other_side() -> None:
    assignment = decided(call(*CALL, agents=("Mona",), A="MONA", B="Mrs Ide"))
    assert assignment.roles == {"MONA": Role.AGENT, "Mrs Ide": Role.CUSTOMER}
    assert assignment.source == RoleSource.STATED


@pytest.mark.parametrize(
    ("labels", "other"),
    [({"A": "Agent"}, ("B", Role.CUSTOMER)), ({"B": "Customer"}, ("A", Role.AGENT))],
)
def test_one_stated_side_leaves_the_other_to_the_only_unknown_speaker(
    labels: Labels, other: tuple[str, Role]
) -> None:
    silent = (("A", "Hello."), ("B", "Hello."))
    assert (
        decided(call(*silent, A=labels.get("A", "A"), B=labels.get("B", "B"))).roles[other[0]]
        == other[1]
    )


def test_stated_labels_can_be_ignored() -> None:
    assignment = decided(call(*CALL, A="Customer", B="Agent"), RoleOptions(ignore_stated=True))
    assert assignment.roles == {"Customer": Role.AGENT, "Agent": Role.CUSTOMER}
    assert assignment.source == RoleSource.INFERRED


# --- mapped -------------------------------------------------------------------------------------


def test_an_agent_named_by_the_user_leaves_the_others_as_customers() -> None:
    silent = (("A", "Hello."), ("B", "Hello."), ("C", "Hello."))
    assignment = decided(call(*silent, A="spk_0"), RoleOptions(agent_speakers=("SPK_0 ",)))
    assert assignment.roles == {"spk_0": Role.AGENT, "B": Role.CUSTOMER, "C": Role.CUSTOMER}
    assert assignment.source == RoleSource.MAPPED


def test_a_customer_named_by_the_user_leaves_the_other_as_agent() -> None:
    options = RoleOptions(customer_speakers=("A",))
    assert decided(call(*CALL), options).roles == {"A": Role.CUSTOMER, "B": Role.AGENT}


def test_who_is_left_after_both_sides_are_named_is_other() -> None:
    options = RoleOptions(agent_speakers=("A",), customer_speakers=("B",))
    assert decided(call(*CALL, ("C", "Mum!")), options).roles["C"] == Role.OTHER


def test_the_users_word_counts_more_than_a_stated_label() -> None:
    options = RoleOptions(agent_speakers=("Caller",), customer_speakers=("Agent",))
    assert decided(call(*CALL, A="Caller", B="Agent"), options).roles["Caller"] == Role.AGENT


def test_a_mapping_for_other_calls_changes_nothing() -> None:
    options = RoleOptions(agent_speakers=("spk_9",))
    assert decided(call(*CALL), options).source == RoleSource.INFERRED


def test_one_label_for_both_roles_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'A' is given as agent and as customer"):
        RoleOptions(agent_speakers=("A",), customer_speakers=("a",))


@pytest.mark.parametrize("margin", [-1.0, float("nan")])
def test_a_margin_below_zero_is_refused(margin: float) -> None:
    with pytest.raises(ConfigurationError, match="margin"):
        RoleOptions(margin=margin)


# --- undecided ----------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["Agent", "Customer", "spk_0", "", "Mona"])
def test_one_speaker_is_its_own_reason(label: str) -> None:
    reason = undecided(call(("A", "Hello."), ("IVR", "Please hold."), A=label))
    assert reason.startswith(f"only one speaker ({label!r})")


def test_an_empty_call_says_that_nobody_speaks() -> None:
    assert "nobody speaks" in undecided(call())


@pytest.mark.parametrize(
    ("labels", "missing"),
    [({"A": "Agent", "B": "Supervisor"}, "customer"), ({"A": "Caller", "B": "Guest"}, "agent")],
)
def test_a_missing_side_is_named_with_the_option_that_settles_it(
    labels: Labels, missing: str
) -> None:
    reason = undecided(call(*CALL, A=labels["A"], B=labels["B"]))
    assert f"cannot tell who the {missing} is" in reason
    assert f"--{missing}-speaker" in reason


def test_small_talk_is_undecided_with_the_option_that_settles_it() -> None:
    reason = undecided(call(("A", "Hello."), ("B", "Hello."), ("A", "Cold out."), ("B", "It is.")))
    assert reason.startswith("cannot tell who the agent is: what 'A', 'B' says fits either side")
    assert "use --agent-speaker LABEL" in reason


def test_a_crowd_of_unknown_speakers_is_undecided() -> None:
    assert "11 speakers" in undecided(call(*((f"spk_{n}", "Hello.") for n in range(11))))


def test_a_long_label_is_shortened_and_kept_on_one_line() -> None:
    reason = undecided(call(("A", "Hello."), A="x\n" * 400))
    assert len(reason) < 200


# --- inferred -----------------------------------------------------------------------------------


def as_recognised(text: str) -> str:
    """The text as raw speech recognition has it."""
    return spoken_words(text)


@pytest.mark.parametrize(
    "labels", [("A", "B"), ("B", "A"), ("spk_0", "spk_1"), ("Speaker 2", "Ann")]
)
@pytest.mark.parametrize("write", [str, as_recognised])
def test_the_agent_is_told_by_what_is_said(labels: tuple[str, str], write: type[str]) -> None:
    lines = tuple((speaker, write(text)) for speaker, text in CALL)
    assignment = decided(call(*lines, A=labels[0], B=labels[1]))
    assert assignment.roles == {labels[0]: Role.AGENT, labels[1]: Role.CUSTOMER}
    assert assignment.source == RoleSource.INFERRED
    assert assignment.margin >= 5.0
    assert "offers-help" in assignment.reason


def test_the_agent_is_told_where_the_customer_speaks_first() -> None:
    assert decided(call(("B", "Hello?"), *CALL)).roles == {"A": Role.AGENT, "B": Role.CUSTOMER}


def test_chat_typing_is_enough() -> None:
    lines = (
        ("B", "hi i want to cancel my box subscription pls"),
        ("A", "Hi! Thanks for contacting Peckish, can I take your email?"),
        ("B", "ann@example.org, i dont want any offers"),
        ("A", "I can see your account 😊 I've cancelled that for you. Anything else I can do?"),
    )
    assert decided(call(*lines)).roles == {"A": Role.AGENT, "B": Role.CUSTOMER}


def test_a_larger_margin_leaves_the_call_undecided() -> None:
    lead = decided(call(*CALL)).margin
    assert "needed 99" in undecided(call(*CALL), RoleOptions(margin=99))
    assert decided(call(*CALL), RoleOptions(margin=lead)).margin == lead


def test_of_three_unknown_speakers_two_can_be_agents() -> None:
    second = (
        ("C", "Thanks for holding, you're through to closures, how can I help you today?"),
        ("C", "I can see your account here. Can I take your date of birth?"),
        ("C", "Your plan ends on Friday and I've sent you an email. Anything else I can do?"),
    )
    assignment = decided(call(*CALL, *second))
    assert assignment.roles == {"A": Role.AGENT, "B": Role.CUSTOMER, "C": Role.AGENT}


def test_two_unknown_beside_one_stated_agent_are_each_judged() -> None:
    second = (
        ("C", "Thanks for holding, you're through to closures, how can I help you today?"),
        ("C", "I can see your account here. Can I take your date of birth?"),
        ("C", "Your plan ends on Friday and I've sent you an email. Anything else I can do?"),
    )
    assignment = decided(call(*CALL, *second, A="Agent"))
    assert assignment.roles == {"Agent": Role.AGENT, "B": Role.CUSTOMER, "C": Role.AGENT}


def test_the_lead_of_two_is_the_difference_of_their_scores() -> None:
    transcript = call(*CALL)
    weights = {cue.id: cue.weight for cue in load_cues()}
    agent, customer = (
        sum(weights[cue] for cue in found_cues(transcript.utterances, label, load_cues()))
        for label in "AB"
    )
    assert decided(transcript).margin == pytest.approx(agent - customer)


def test_of_two_who_sound_like_agents_the_one_who_does_more_is_the_agent() -> None:
    lines = [*(line for line in CALL if line[0] == "A"), ("B", "Okay so you know your own mind.")]
    assert decided(call(*lines)).roles == {"A": Role.AGENT, "B": Role.CUSTOMER}


def test_a_third_voice_that_says_next_to_nothing_is_other() -> None:
    assert decided(call(*CALL, ("C", "Mum, tea!"))).roles["C"] == Role.OTHER


def test_a_third_speaker_who_says_much_must_be_decided() -> None:
    much = (
        "C",
        "Well, it rained on Tuesday and then again on Wednesday, all through the town. " * 3,
    )
    assert "'C'" in undecided(call(*CALL, much))


def test_an_extra_unknown_speaker_beside_both_stated_sides_is_inferred() -> None:
    extra = ("C", "My wife and I want to leave, I don't want it, my bill doubled, I was told lies.")
    assert decided(call(*CALL, extra, A="Agent", B="Customer")).roles["C"] == Role.CUSTOMER


def test_a_noise_beside_both_stated_sides_is_other_and_the_call_counts_as_stated() -> None:
    assignment = decided(call(*CALL, ("C", "Woof!"), A="Agent", B="Customer"))
    assert assignment.roles["C"] == Role.OTHER
    assert assignment.source == RoleSource.STATED


labels = st.sampled_from(["spk_0", "spk_1", "Agent", "Customer", "IVR", "Mona", "", "Ann"])
said = st.sampled_from([text for _, text in CALL]) | st.text(min_size=1, max_size=30)


@given(st.lists(st.tuples(labels, said), max_size=12), st.sampled_from([(), ("Mona",)]))
def test_decided_roles_cover_every_label_and_have_both_sides(
    lines: list[tuple[str, str]], agents: tuple[str, ...]
) -> None:
    transcript = call(*lines, agents=agents)
    assignment = assign_roles(transcript)
    if isinstance(assignment, UndecidedRoles):
        assert len(assignment.reason.splitlines()) == 1
        return
    assert set(assignment.roles) == {speaker for speaker, _ in lines}
    assert {Role.AGENT, Role.CUSTOMER} <= set(assignment.roles.values())
    assert (assignment.source == RoleSource.INFERRED) == (assignment.margin > 0)


# --- the cue file -------------------------------------------------------------------------------


def test_cue_ids_are_unique_and_weights_bounded_and_phrases_are_plain_words() -> None:
    cues = load_cues()
    assert len({cue.id for cue in cues}) == len(cues)
    assert all(0 < abs(cue.weight) <= 3 for cue in cues)
    for cue in cues:
        assert cue.pattern is None or not cue.pattern.search(" zebra \n zebra zebra zebra ")


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("How can I help?", "offers-help"),
        ("i m calling about a bill", "says-why-they-call"),
        ("I’d like to leave", "wants"),
        ("it is four four one nine oh two", "reads-out-numbers"),
        ("Your plan, your choice, I say.", "mostly-says-you"),
        ("I had my own.", "mostly-says-i"),
        ("and whats the town", "mostly-asks"),
        ("Hello.", "speaks-first"),
    ],
)
def test_cues_are_found_however_the_words_are_written(text: str, cue: str) -> None:
    assert cue in found_cues([Utterance(0, "A", text), Utterance(1, "B", "No.")], "A", load_cues())


def test_a_recording_does_not_take_the_first_word_from_a_speaker() -> None:
    utterances = call(("IVR", "Please hold."), ("A", "Hello."), ("B", "Hello.")).utterances
    assert "speaks-first" in found_cues(utterances, "A", load_cues())
    assert "speaks-first" not in found_cues(utterances, "B", load_cues())


def test_phrases_take_either_word_any_word_and_the_beginning() -> None:
    pattern = role_cues._phrase_pattern(["may/can i see * id", "^ right so"])
    assert pattern.search(" can i see your id ")
    assert not pattern.search(" can i see id ")
    assert pattern.search(" hello \n right so it is ")
    assert not pattern.search(" oh right so it is ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("cues: [\n", "not YAML"),
        ("cues: []\nshapes:\n  - {id: shouts, weight: 1}\n", ":3:"),
        ("cues:\n  - {id: a, weight: much, phrases: [b]}\nshapes: []\n", ":2:"),
    ],
)
def test_a_broken_cue_file_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, fault: str
) -> None:
    (tmp_path / "roles.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(role_cues, "find_rules_directory", lambda: tmp_path)
    load_cues.cache_clear()
    try:
        with pytest.raises(RuleBookError, match=r"roles\.yaml") as caught:
            load_cues()
    finally:
        load_cues.cache_clear()
    assert fault in str(caught.value)


# --- channels and rosters -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "channel"),
    [
        *(("channel 1", 1), ("ch_0", 0), ("CH1", 1), ("Channel-2", 2), ("channel 1 speaker 0", 1)),
        *(("channel 0 speaker A", 0), ("spk_1", None), ("channel", None), ("Chandra 2", None)),
    ],
)
def test_labels_tell_their_channel(label: str, channel: int | None) -> None:
    assert channel_of(label) == channel


@pytest.mark.parametrize(("mine", "theirs"), [("channel 1", "channel 0"), ("ch_1", "ch_0")])
@pytest.mark.parametrize("channel", [0, 1])
def test_the_agents_channel_may_be_told(mine: str, theirs: str, channel: int) -> None:
    found = decided(call(*CALL, A=mine, B=theirs), RoleOptions(agent_channels=(channel,)))
    assert found.source is RoleSource.MAPPED
    agent, customer = (mine, theirs) if channel else (theirs, mine)
    assert found.roles == {agent: Role.AGENT, customer: Role.CUSTOMER}


def test_all_speakers_of_the_agents_channel_are_agents() -> None:
    lines = [("channel 0 speaker 1", "Hi, it's the manager."), *CALL]
    found = decided(
        call(*lines, A="channel 0 speaker 0", B="channel 1"), RoleOptions(agent_channels=(0,))
    )
    assert found.roles["channel 0 speaker 1"] is Role.AGENT
    assert found.roles["channel 1"] is Role.CUSTOMER


def test_a_label_that_is_named_goes_before_its_channel() -> None:
    options = RoleOptions(agent_speakers=("channel 1 speaker 0",), agent_channels=(0,))
    lines = call(*CALL, ("channel 1 speaker 1", "Yes."), A="channel 0", B="channel 1 speaker 0")
    assert decided(lines, options).roles["channel 1 speaker 0"] is Role.AGENT


def test_a_customer_on_the_agents_channel_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="--agent-channel"):
        RoleOptions(customer_speakers=("channel 1",), agent_channels=(1,))


ROSTER = Roster((RosterAgent("Mona Field", ("mfield", "4711", "Mona")), RosterAgent("Ito")))


@pytest.mark.parametrize("label", ["Mona", "MFIELD", "Agent (mona field)", "4711"])
def test_who_is_in_the_roster_is_an_agent(label: str) -> None:
    found = decided(call(*CALL, A=label, B="Ann"), RoleOptions(roster=ROSTER))
    assert found.source is RoleSource.MAPPED
    assert found.roles == {label: Role.AGENT, "Ann": Role.CUSTOMER}


def test_a_customer_with_an_agents_name_stays_a_customer() -> None:
    found = decided(call(*CALL, A="Agent", B="Customer (Mona)"), RoleOptions(roster=ROSTER))
    assert found.source is RoleSource.STATED


def test_agent_ids_in_the_roster_tell_who_the_agent_is_unless_everybody_bears_one() -> None:
    lines = call(*CALL, A="spk_0", B="spk_1").utterances
    ids = [replace(each, agent_id="mfield") if each.speaker == "spk_1" else each for each in lines]
    options = RoleOptions(roster=ROSTER)
    borne = decided(Transcript("c1", "c1.txt", tuple(ids)), options)
    assert borne.roles == {"spk_1": Role.AGENT, "spk_0": Role.CUSTOMER}
    everybody = tuple(replace(each, agent_id="mfield") for each in lines)
    assert decided(Transcript("c1", "c1.txt", everybody), options).source is RoleSource.INFERRED


def test_a_call_without_anybody_of_the_roster_is_judged_as_ever() -> None:
    assert decided(call(*CALL), RoleOptions(roster=ROSTER)) == decided(call(*CALL))


# --- doubt --------------------------------------------------------------------------------------


def doubt(transcript: Transcript, **options: bool | float) -> str:
    assignment = decided(transcript)
    return doubt_roles(transcript, assignment, RoleOptions(**options))  # type: ignore[arg-type]


def test_roles_stated_the_wrong_way_round_are_doubted_with_what_settles_it() -> None:
    told = doubt(call(*CALL, A="Customer", B="Agent"))
    assert told.startswith("the roles look swapped: 'Customer' speaks like an agent")
    assert "--trust-roles" in told
    assert "\n" not in told


def test_roles_stated_rightly_or_trusted_or_not_stated_are_not_doubted() -> None:
    assert doubt(call(*CALL, A="Agent", B="Customer")) == ""
    assert doubt(call(*CALL, A="Customer", B="Agent"), trust_stated=True) == ""
    assert doubt(call(*CALL)) == ""


def test_more_is_needed_to_doubt_a_role_than_to_infer_one() -> None:
    lines = (("A", "How can I help you today?"), ("B", "I want to cancel my plan."))
    short = call(*lines, *(("A", "Hm."), ("B", "Hm.")), A="Customer", B="Agent")
    assert isinstance(assign_roles(call(*lines)), RoleAssignment)
    assert doubt(short, margin=8.0) == ""
    assert doubt(short, margin=1.0)


def test_what_was_redacted_speaks_for_no_role() -> None:
    assert spoken_words("My [ACCOUNT_NUMBER], please") == "my redacted please"
