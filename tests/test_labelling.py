"""Roles that the user settles become labels; nothing else does, and no name gets lost."""

from __future__ import annotations

from dataclasses import replace

from reviewing import audited

from transcript_audit.labelling import label_roles, state_roles
from transcript_audit.model import RoleSource, Transcript, Utterance
from transcript_audit.roles import RoleOptions
from transcript_audit.roster import Roster, RosterAgent
from transcript_audit.speakers import named_person, stated_role


def make_call(*speakers: str, path: str = "calls/a.txt") -> Transcript:
    said = tuple(Utterance(i, label, f"Word {i}.") for i, label in enumerate(speakers))
    return Transcript("c-1", path, said)


def labels(call: Transcript, options: RoleOptions) -> list[str]:
    return [each.speaker for each in label_roles(call, options).utterances]


def test_labels_that_say_nothing_become_the_roles_given() -> None:
    call = make_call("spk_0", "spk_1", "spk_0")
    assert labels(call, RoleOptions(agent_speakers=("SPK_0",))) == ["agent", "customer", "agent"]
    channels = make_call("channel 0", "channel 1")
    assert labels(channels, RoleOptions(agent_channels=(1,))) == ["customer", "agent"]


def test_without_a_word_about_roles_a_call_stays_as_it_is() -> None:
    for call in (make_call("spk_0", "spk_1"), make_call("Agent", "Customer")):
        assert label_roles(call, RoleOptions()) == call


def test_options_that_name_nobody_of_the_call_change_nothing() -> None:
    call = make_call("spk_0", "spk_1")
    assert label_roles(call, RoleOptions(agent_speakers=("spk_7",))) == call


def test_names_and_several_of_a_role_are_told_apart_and_still_state_the_role() -> None:
    call = make_call("Priya", "spk_1", "spk_2")
    found = labels(call, RoleOptions(agent_speakers=("Priya", "spk_2")))
    assert found == ["agent (Priya)", "customer", "agent (spk_2)"]
    assert [str(stated_role(each)) for each in found] == ["agent", "customer", "agent"]
    assert named_person(found[0]) == "Priya"
    assert named_person(found[2]) is None


def test_labels_that_state_the_wrong_role_are_put_right() -> None:
    swapped = RoleOptions(agent_speakers=("Customer",), customer_speakers=("Agent",))
    assert labels(make_call("Agent", "Customer"), swapped) == ["customer", "agent"]


def test_a_label_that_states_the_role_stays() -> None:
    call = make_call("Agent (Kim)", "Caller")
    options = RoleOptions(agent_speakers=("Agent (Kim)",))
    assert labels(call, options) == ["Agent (Kim)", "Caller"]


def test_the_roster_names_agents_and_settles_who_they_are() -> None:
    roster = Roster((RosterAgent("Priya Shah", ("ps042",)),))
    found = label_roles(make_call("ps042", "spk_1"), RoleOptions(roster=roster))
    assert [each.speaker for each in found.utterances] == ["agent (ps042)", "customer"]
    assert [each.agent_id for each in found.utterances] == ["Priya Shah", None]


def test_options_of_the_source_hold() -> None:
    options = RoleOptions(by_source=(("calls", RoleOptions(agent_speakers=("B",))),))
    assert labels(make_call("A", "B"), options) == ["customer", "agent"]
    assert labels(make_call("A", "B", path="more/a.txt"), options) == ["A", "B"]


def test_a_call_restated_has_the_roles_under_which_it_was_audited() -> None:
    call = audited("c-1", "refusal-explicit")
    assert state_roles(call) == call.transcript
    names = {"customer": "Speaker 1", "agent": "Speaker 2"}
    said = tuple(replace(u, speaker=names[u.speaker]) for u in call.transcript.utterances)
    guessed = replace(
        call,
        transcript=replace(call.transcript, utterances=said),
        role_source=RoleSource.INFERRED,
    )
    assert state_roles(guessed) == call.transcript
