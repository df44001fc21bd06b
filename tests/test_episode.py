"""The cancellation episode: its states, attempts, concerns, hand-offs, and how it ends."""

from __future__ import annotations

import pytest
from builders import make_turn

from transcript_audit.episode import follow_episode
from transcript_audit.model import (
    CUSTOMER_ACTS,
    Act,
    ActLabel,
    Concern,
    Episode,
    Outcome,
    Part,
    Role,
    State,
    Turn,
)
from transcript_audit.rulebook import Profile


def follow(*lines: str, seconds: float | None = None, chances: int = 2) -> Episode:
    """The episode of a call of lines like "C: request-cancel give-reason:moving".

    Speakers are C, A (an agent; "A Jo" one of that name), S and O; "(mhm)" is a backchannel.
    """
    turns, acts = [], []
    roles = {"C": Role.CUSTOMER, "A": Role.AGENT, "S": Role.SYSTEM, "O": Role.OTHER}
    for index, line in enumerate(lines):
        speaker, _, names = line.partition(":")
        letter, _, agent = speaker.partition(" ")
        start = None if seconds is None else index * seconds
        turns.append(
            Turn(
                index=index,
                role=roles[letter],
                speaker=letter,
                text=names or "-",
                parts=(Part(index, 0, start),),
                start=start,
                agent_id=agent or None,
                backchannel="(mhm)" in names,
            )
        )
        for place, name in enumerate(names.replace("(mhm)", "").split()):
            label, _, qualifier = name.partition(":")
            acts.append(Act(ActLabel(label), index, (place, place + 1), qualifier))
    profile = Profile(id="own", title="Own", description="Own", turns_to_acknowledge=chances)
    return follow_episode(turns, acts, profile)


def states(episode: Episode) -> list[str]:
    return [str(change.state) for change in episode.changes]


def attempts(episode: Episode) -> list[tuple[tuple[int, ...], str]]:
    """Turns of each attempt, and what it was."""
    return [
        (
            attempt.turns,
            "after decline"
            if attempt.after_decline
            else "invited"
            if attempt.invited
            else "allowed",
        )
        for attempt in episode.attempts
    ]


# --- outcomes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (["A:", "C: raise-concern:price", "A: acknowledge"], Outcome.NO_REQUEST),
        (["C: threaten-leave", "A: offer:discount", "C: accept"], Outcome.NO_REQUEST),
        (["C: ask-terms", "A: disclose confirm"], Outcome.NO_REQUEST),
        (["C: request-cancel", "A: confirm"], Outcome.CANCELLED),
        (["C: request-cancel", "A: refuse", "C: insist", "A: confirm"], Outcome.CANCELLED),
        (["C: request-cancel", "A: offer:pause", "C: accept"], Outcome.RETAINED),
        (["C: request-cancel", "A:", "C: withdraw"], Outcome.RETAINED),
        (["C: request-cancel", "A: hold"], Outcome.NOT_CANCELLED),
        (["C: request-cancel", "A: agree"], Outcome.NOT_CANCELLED),
        (["C: request-cancel", "A: refuse"], Outcome.NOT_CANCELLED),
        (["C: request-cancel", "A: offer:gift", "C: waver"], Outcome.NOT_CANCELLED),
        (["C: request-cancel", "A: offer:gift", "C: decline", "A: hang-up"], Outcome.NOT_CANCELLED),
        (["C: request-cancel", "A: hand-off"], Outcome.HANDED_OFF),
        (["C: request-cancel", "A: hand-off condition"], Outcome.NOT_CANCELLED),
        (["C: request-cancel", "A: verify", "C:", "A: refuse-allowed"], Outcome.NOT_ALLOWED),
        (["A: verify", "C:", "A: refuse-allowed", "C: request-cancel"], Outcome.NOT_ALLOWED),
    ],
)
def test_outcome_follows_the_policys_table(lines: list[str], outcome: Outcome) -> None:
    assert follow(*lines).outcome is outcome


def test_a_denial_that_was_cleared_up_does_not_stand_against_a_confirmation() -> None:
    lines = ("C: request-cancel", "A: refuse-allowed", "C:", "A: agree")
    assert follow(*lines).outcome is Outcome.NOT_CANCELLED
    assert follow(*lines, "A: confirm").outcome is Outcome.CANCELLED


@pytest.mark.parametrize("deed", ["refuse", "offer:gift", "stall", "condition"])
def test_an_allowed_reason_does_not_excuse_what_stands_in_the_way_later(deed: str) -> None:
    lines = ("C: request-cancel", "A: verify", "C:", "A: refuse-allowed", "C:", f"A: {deed}")
    assert follow(*lines).outcome is Outcome.NOT_CANCELLED
    assert follow(*lines, "A: refuse-allowed").outcome is Outcome.NOT_ALLOWED
    assert follow("C: request-cancel", f"A: refuse-allowed {deed}").outcome is Outcome.NOT_ALLOWED


def test_a_call_without_turns_has_no_request() -> None:
    episode = follow()
    assert (episode.outcome, episode.end, states(episode)) == (Outcome.NO_REQUEST, 0, ["none"])


@pytest.mark.parametrize("role", ["S", "O"])
def test_what_others_say_moves_nothing(role: str) -> None:
    assert states(follow(f"{role}: request-cancel", f"{role}: confirm")) == ["none"]


@pytest.mark.parametrize("label", [act for act in CUSTOMER_ACTS if act != "request-cancel"])
def test_only_a_request_opens_the_episode(label: ActLabel) -> None:
    episode = follow(f"C: {label}", "A: offer:discount")
    assert (episode.outcome, episode.request, episode.attempts) == (Outcome.NO_REQUEST, None, ())


# --- states -----------------------------------------------------------------------------------


def test_the_episode_goes_from_open_over_declined_to_confirmed() -> None:
    episode = follow(
        "A:", "C: request-cancel", "A: offer:pause", "C: decline", "A: agree", "A: confirm", "C:"
    )
    assert states(episode) == ["none", "open", "declined", "agreed", "confirmed"]
    assert [change.turn for change in episode.changes] == [0, 1, 3, 4, 5]
    assert (episode.state_before(3), episode.state_before(4)) == (State.OPEN, State.DECLINED)
    assert episode.end == 5
    assert episode.request is not None
    assert episode.request.turn == 1


def test_every_change_of_state_names_the_act_that_brought_it() -> None:
    changes = follow("A:", "C: request-cancel", "A: verify agree", "A: confirm").changes
    told = [(change.state, change.act and change.act.name) for change in changes]
    assert told == [
        (State.NONE, None),
        (State.OPEN, "request-cancel"),
        (State.AGREED, "agree"),
        (State.CONFIRMED, "confirm"),
    ]


def test_wavering_and_taking_back_are_states_of_their_own() -> None:
    episode = follow("C: request-cancel", "A: offer:pause", "C: waver", "A:", "C: accept")
    assert states(episode) == ["none", "open", "wavering", "withdrawn"]


def test_a_decline_after_the_agent_agreed_leaves_the_agreement_standing() -> None:
    assert states(follow("C: request-cancel", "A: agree", "C: decline")) == [
        "none",
        "open",
        "agreed",
    ]


def test_a_request_after_accepting_opens_the_episode_again() -> None:
    lines = ("C: request-cancel", "A: offer:pause", "C: accept", "A:", "C: request-cancel")
    episode = follow(*lines)
    assert (episode.outcome, states(episode)[-2:]) == (Outcome.NOT_CANCELLED, ["withdrawn", "open"])
    assert follow(*lines, "A: confirm").outcome is Outcome.CANCELLED
    assert episode.request is not None
    assert episode.request.turn == 0


def test_insisting_after_accepting_opens_the_episode_again() -> None:
    episode = follow("C: request-cancel", "A: offer:pause", "C: accept", "A:", "C: insist")
    assert (episode.outcome, states(episode)[-1]) == (Outcome.NOT_CANCELLED, "open")


def test_a_request_after_giving_up_opens_the_episode_again() -> None:
    lines = ("C: request-cancel", "A: refuse", "C: accept", "A:", "C: request-cancel")
    assert states(follow(*lines))[-2:] == ["given-up", "open"]
    assert attempts(follow(*lines, "A: offer:gift")) == [((5,), "allowed")]


def test_taking_back_a_part_leaves_the_request_standing() -> None:
    episode = follow("C: request-cancel", "A: offer:pause", "C: withdraw insist", "A:")
    assert (episode.outcome, states(episode)[-1]) == (Outcome.NOT_CANCELLED, "open")
    episode = follow("C: request-cancel", "A: offer:pause", "C: accept decline", "A:")
    assert (episode.outcome, states(episode)[-1]) == (Outcome.NOT_CANCELLED, "declined")


# --- given up ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "barrier", ["refuse", "condition", "stall", "substitute", "pressure", "hang-up"]
)
def test_accepting_because_the_way_out_is_barred_is_giving_up(barrier: str) -> None:
    episode = follow("C: request-cancel", f"A: {barrier}", "C: accept")
    assert (episode.outcome, states(episode)[-1]) == (Outcome.NOT_CANCELLED, "given-up")


def test_accepting_after_wavering_since_the_barrier_is_free() -> None:
    episode = follow("C: request-cancel", "A: refuse", "C: waver", "A: offer:pause", "C: accept")
    assert episode.outcome is Outcome.RETAINED


def test_taking_the_request_back_is_free_whatever_stood_in_the_way() -> None:
    assert follow("C: request-cancel", "A: stall", "C: withdraw").outcome is Outcome.RETAINED


def test_a_barrier_before_the_request_forces_nobody() -> None:
    episode = follow("A: pressure", "C: request-cancel", "A: offer:pause", "C: accept")
    assert episode.outcome is Outcome.RETAINED


# --- attempts ---------------------------------------------------------------------------------


def test_an_offer_over_several_turns_with_backchannels_between_is_one_attempt() -> None:
    episode = follow(
        "C: request-cancel", "A: offer:pause", "C: (mhm)", "A: persuade", "C: (mhm)", "A: persuade"
    )
    assert attempts(episode) == [((1, 3, 5), "allowed")]
    assert len(episode.attempts[0].acts) == 3


def test_an_answer_ends_an_attempt() -> None:
    episode = follow(
        "C: request-cancel", "A: offer:pause", "C: give-reason:moving", "A: offer:gift"
    )
    assert attempts(episode) == [((1,), "allowed"), ((3,), "allowed")]


def test_several_offers_in_one_turn_are_one_attempt() -> None:
    episode = follow("C: request-cancel", "A: offer:pause persuade offer:gift")
    assert attempts(episode) == [((1,), "allowed")]


@pytest.mark.parametrize("answer", ["decline", "insist", "request-cancel"])
@pytest.mark.parametrize("attempt", ["offer:pause", "persuade", "pressure"])
def test_every_attempt_after_a_no_is_after_the_decline(attempt: str, answer: str) -> None:
    episode = follow(
        "C: request-cancel", f"A: {attempt}", f"C: {answer}", f"A: {attempt}", "C:", "A: agree"
    )
    assert attempts(episode) == [((1,), "allowed"), ((3,), "after decline")]
    assert [each.declined_in for each in episode.attempts] == [2, None]


def test_insisting_before_any_attempt_leaves_the_door_open() -> None:
    episode = follow("C: request-cancel", "A: hold", "C: insist", "A: offer:pause")
    assert attempts(episode) == [((3,), "allowed")]
    assert states(episode) == ["none", "open"]


@pytest.mark.parametrize(
    "lines",
    [
        ("C: decline request-cancel", "A: offer:pause"),
        ("C: decline", "A:", "C: request-cancel", "A: offer:pause"),
        ("C: request-cancel decline", "A: offer:pause"),
    ],
)
def test_offers_refused_in_advance_close_the_door(lines: tuple[str, ...]) -> None:
    episode = follow(*lines)
    assert attempts(episode) == [((len(lines) - 1,), "after decline")]
    assert episode.changes[-1].state is State.DECLINED


def test_a_no_to_something_else_declines_no_offer_that_was_taken() -> None:
    episode = follow("C: request-cancel", "A: offer:pause", "C: accept", "A:", "C: decline")
    assert [each.declined_in for each in episode.attempts] == [None]


def test_offers_after_wavering_are_invited_until_the_next_no() -> None:
    episode = follow(
        "C: request-cancel",
        "A: offer:pause",
        "C: decline",
        "A:",
        "C: waver",
        "A: offer:downgrade",
        "C: decline",
        "A: offer:gift",
    )
    assert attempts(episode) == [
        ((1,), "allowed"),
        ((5,), "invited"),
        ((7,), "after decline"),
    ]


@pytest.mark.parametrize("answer", ["decline", "insist", "request-cancel"])
def test_a_no_after_wavering_closes_the_door_without_another_offer(answer: str) -> None:
    episode = follow(
        "C: request-cancel", "A: offer:pause", "C: waver", "A:", f"C: {answer}", "A: offer:gift"
    )
    assert attempts(episode) == [((1,), "allowed"), ((5,), "after decline")]
    assert episode.attempts[0].declined_in == 4


@pytest.mark.parametrize("answer", ["decline", "insist", "request-cancel"])
def test_a_no_after_wavering_once_declined_closes_the_door_again(answer: str) -> None:
    lines = ("C: request-cancel", "A: offer:pause", "C: decline", "A:", "C: waver", "A:")
    episode = follow(*lines, f"C: {answer}", "A: offer:gift")
    assert attempts(episode) == [((1,), "allowed"), ((7,), "after decline")]
    assert episode.attempts[0].declined_in == 2


def test_attempts_count_only_while_a_request_stands() -> None:
    episode = follow("A: offer:upgrade", "C: request-cancel", "A: confirm", "C:", "A: offer:gift")
    assert episode.attempts == ()
    episode = follow("C: request-cancel", "A: offer:pause", "C: accept", "A: offer:gift")
    assert attempts(episode) == [((1,), "allowed")]


@pytest.mark.parametrize("deed", ["verify", "ask-reason", "disclose", "hold", "acknowledge"])
def test_what_is_always_allowed_is_no_attempt(deed: str) -> None:
    episode = follow("C: request-cancel", f"A: {deed}", "C: decline", f"A: {deed}")
    assert episode.attempts == ()


def test_a_refusal_alone_is_no_attempt() -> None:
    assert follow("C: request-cancel", "A: refuse stall condition disrespect").attempts == ()


def test_an_offer_between_agreeing_and_confirming_is_still_an_attempt() -> None:
    episode = follow("C: request-cancel", "A: agree", "C: decline", "A: offer:gift")
    assert attempts(episode) == [((3,), "after decline")]


def test_every_question_for_the_reason_is_kept() -> None:
    episode = follow("C: request-cancel", "A: ask-reason", "C:", "A: ask-reason")
    assert [act.turn for act in episode.reasons_asked] == [1, 3]


# --- hand-offs --------------------------------------------------------------------------------


def test_a_hand_off_announced_twice_is_one() -> None:
    episode = follow("C: request-cancel", "A: hand-off", "C: (mhm)", "A: hold hand-off")
    assert [[act.turn for act in group] for group in episode.passes] == [[1, 3]]
    assert episode.outcome is Outcome.HANDED_OFF


def test_being_passed_on_again_by_the_next_agent_is_a_second_hand_off() -> None:
    episode = follow("C: request-cancel", "A: hand-off", "A: verify", "C:", "A: hand-off")
    assert [[act.turn for act in group] for group in episode.passes] == [[1], [4]]
    assert episode.outcome is Outcome.NOT_CANCELLED


def test_hand_offs_before_the_request_are_not_counted() -> None:
    episode = follow("A: hand-off", "A:", "C: request-cancel", "A: hand-off")
    assert [[act.turn for act in group] for group in episode.passes] == [[3]]
    assert follow("A: hand-off", "C: raise-concern:billing").passes == ()


@pytest.mark.parametrize("barrier", ["refuse", "stall", "substitute"])
def test_a_hand_off_after_a_refusal_is_no_plain_one(barrier: str) -> None:
    episode = follow("C: request-cancel", f"A: {barrier}", "C: insist", "A: hand-off")
    assert episode.outcome is Outcome.NOT_CANCELLED


def test_the_next_agent_may_still_settle_the_call() -> None:
    lines = ("C: request-cancel", "A: hand-off", "A: verify", "C: request-cancel")
    assert follow(*lines).outcome is Outcome.NOT_CANCELLED
    assert follow(*lines, "A: confirm").outcome is Outcome.CANCELLED


# --- confirmation -----------------------------------------------------------------------------


def test_time_to_confirm_runs_from_the_first_request_to_the_first_confirmation() -> None:
    episode = follow(
        "A:",
        "C: request-cancel",
        "A: offer:pause",
        "C: request-cancel",
        "A: confirm",
        "C:",
        "A: confirm goodwill",
        seconds=10.25,
    )
    assert episode.confirmation is not None
    assert episode.confirmation.turn == 4
    assert episode.seconds_to_confirm == 30.75
    assert episode.turns_to_confirm == 3
    assert episode.end == 4


def test_without_times_only_turns_to_confirm_are_known() -> None:
    episode = follow("C: request-cancel", "A: confirm")
    assert (episode.seconds_to_confirm, episode.turns_to_confirm) == (None, 1)


@pytest.mark.parametrize(
    ("asked", "done", "seconds"), [(1.0, 2.23456, 1.235), (None, 2.0, None), (1.0, None, None)]
)
def test_time_to_confirm_is_known_only_where_both_turns_have_a_time(
    asked: float | None, done: float | None, seconds: float | None
) -> None:
    turns = (make_turn(0, Role.CUSTOMER, "x", asked), make_turn(1, Role.AGENT, "x", done))
    acts = (Act(ActLabel.REQUEST_CANCEL, 0, (0, 1)), Act(ActLabel.CONFIRM, 1, (0, 1)))
    profile = Profile(id="own", title="Own", description="Own")
    assert follow_episode(turns, acts, profile).seconds_to_confirm == seconds


def test_without_a_confirmation_there_is_no_time_to_confirm() -> None:
    episode = follow("C: request-cancel", "A: agree", "C:", seconds=5)
    assert (episode.seconds_to_confirm, episode.turns_to_confirm) == (None, None)
    assert (episode.confirmation, episode.end) == (None, 2)


def test_the_final_decision_is_the_last_stand_before_it_is_done() -> None:
    lines = ("C: request-cancel", "A: offer:pause", "C: decline")
    assert follow(*lines).final_decision == 2
    assert follow(*lines, "A: confirm goodwill", "C: decline").final_decision == 2
    assert follow("C: decline", "C: give-reason:moving").final_decision is None


# --- concerns ---------------------------------------------------------------------------------


def only_concern(*lines: str, chances: int = 2) -> Concern:
    (concern,) = follow(*lines, chances=chances).concerns
    return concern


def test_a_concern_acknowledged_in_time_is_answered() -> None:
    concern = only_concern("C: raise-concern:price", "A:", "C:", "A: acknowledge")
    assert (concern.topic, concern.plain, concern.answered_in) == ("price", False, 3)


def test_a_concern_acknowledged_too_late_is_not_answered() -> None:
    lines = ("C: raise-concern:price", "A:", "C:", "A:", "C:", "A: acknowledge")
    concern = only_concern(*lines)
    assert (concern.answered_in, concern.chances, concern.settled) == (None, (1, 3), True)
    assert only_concern(*lines, chances=3).answered_in == 5


def test_backchannels_holds_and_identity_checks_are_no_chances() -> None:
    concern = only_concern(
        "C: raise-concern:price", "A: (mhm)", "C:", "A: hold", "A: verify", "A:", "A: acknowledge"
    )
    assert (concern.answered_in, concern.chances) == (6, (5, 6))


def test_a_hold_and_an_identity_check_in_one_turn_are_no_chance_either() -> None:
    concern = only_concern("C: raise-concern:price", "A: hold verify", "A:", "A: acknowledge")
    assert concern.answered_in == 3
    assert only_concern("C: raise-concern:price", "A: hold verify", "A:").chances == (2,)


def test_a_plain_reason_that_nothing_takes_up_is_passed_over() -> None:
    lines = ("C: request-cancel give-reason:moving", "A: refuse", "C:", "A:")
    concern = only_concern(*lines, "A: agree")
    assert (concern.plain, concern.answered_in, concern.chances) == (True, None, (1, 3))


def test_a_hold_that_does_something_else_too_is_a_chance() -> None:
    concern = only_concern("C: raise-concern:price", "A: hold offer:gift", "A: verify disclose")
    assert (concern.chances, concern.answered_in) == ((1, 2), None)


def test_a_call_that_ends_too_early_leaves_a_concern_unsettled() -> None:
    concern = only_concern("C: raise-concern:price", "A:")
    assert (concern.answered_in, concern.chances, concern.settled) == (None, (1,), False)


@pytest.mark.parametrize("deed", ["confirm", "agree"])
def test_carrying_it_out_answers_a_plain_reason_but_no_complaint(deed: str) -> None:
    plain = only_concern("C: request-cancel give-reason:moving", f"A: {deed}", "A:")
    assert (plain.plain, plain.answered_in) == (True, 1)
    complaint = only_concern("C: request-cancel raise-concern:billing", f"A: {deed}", "A:")
    assert (complaint.plain, complaint.answered_in) == (False, None)


def test_only_the_agent_acknowledges() -> None:
    concern = only_concern("C: raise-concern:price", "S: acknowledge", "C: acknowledge", "A:", "A:")
    assert concern.answered_in is None


def test_after_a_hand_off_the_next_agent_is_judged_afresh() -> None:
    lines = ("C: raise-concern:price", "A Jo: hand-off", "A Al:")
    assert not only_concern(*lines).settled
    assert only_concern(*lines, "C:", "A Al: acknowledge").answered_in == 4
    ignored = only_concern(*lines, "C:", "A Al:")
    assert (ignored.answered_in, ignored.chances, ignored.settled) == (None, (2, 4), True)


def test_an_agent_who_becomes_known_by_name_stays_the_same_agent() -> None:
    assert only_concern("C: raise-concern:price", "A:", "A Jo:").chances == (1, 2)


def test_a_repeat_belongs_to_the_latest_concern_of_its_topic() -> None:
    price, billing = follow(
        "C: raise-concern:price",
        "A:",
        "C: raise-concern:billing",
        "A:",
        "C: repeat-concern:price",
        "C: repeat-concern:other",
    ).concerns
    assert [act.turn for act in price.repeats] == [4]
    assert [act.turn for act in billing.repeats] == [5]


def test_a_repeat_of_nothing_voiced_is_no_concern() -> None:
    assert follow("C: repeat-concern:price", "A:").concerns == ()


def test_one_person_who_announces_a_hand_off_again_after_a_complaint_hands_off_once() -> None:
    lines = ["C: request-cancel", "A Mo: hand-off", "C: raise-concern:price", "A Mo: hand-off"]
    assert len(follow(*lines).passes) == 1
    assert follow(*lines).outcome is Outcome.HANDED_OFF
    others = [*lines[:3], "A Jo: hand-off"]
    assert len(follow(*others).passes) == 2
    asked = ["C: request-cancel", "A Mo: hand-off", "C: insist", "A Mo: hand-off"]
    assert len(follow(*asked).passes) == 2
