"""The whole road of one call, from its transcript to what every rule came to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from transcript_audit.acts.patterns import PatternRecogniser
from transcript_audit.audit import audit_call
from transcript_audit.calibration import SIGNS, Calibration, Curve
from transcript_audit.model import (
    Act,
    ActLabel,
    ActStatus,
    CallAudit,
    Outcome,
    Role,
    RoleSource,
    RuleStatus,
    SkippedCall,
    Transcript,
    Turn,
    Utterance,
)
from transcript_audit.outcomes import acts_that_count
from transcript_audit.roles import RoleOptions
from transcript_audit.roster import Roster, RosterAgent
from transcript_audit.rulebook import PatternSet, Profile, Reading, Rule, RuleBook


def pattern(act: str, *phrases: str, **rest: object) -> PatternSet:
    examples = {"match": ["a"], "no_match": ["b"]}
    data = {"id": f"{act}/own", "act": act, "phrases": phrases, "examples": examples}
    return PatternSet.model_validate(data | rest)


def rule(name: str, family: str, **check: object) -> Rule:
    return Rule.model_validate(
        {
            "id": name,
            "title": "Own",
            "family": family,
            "severity": "major",
            "description": "Own",
            "check": check,
            "message": "It happened.",
            "coaching": "Own",
            "cleared_by": "Own",
            "false_positives": ["Own"],
            "references": ["Own"],
            "examples": {"match": ["A: x"], "no_match": ["A: y"]},
        }
    )


RULES = (
    rule("refused", "refused-cancellation", kind="act-present", acts=["refuse"], after="request"),
    rule("pushed", "repeated-pushback", kind="attempt-after-decline"),
    rule("standing", "refused-cancellation", kind="request-standing"),
    rule("exit", "graceful-exit", kind="act-missing", act="confirm-details", after="request"),
)
PATTERNS = (
    pattern("request-cancel", "cancel .. @thing"),
    pattern("decline", "no thanks/thank"),
    pattern("offer", "half price", qualifier="discount"),
    pattern("refuse", "can't cancel", strength=0.7),
    pattern("confirm", "it is cancelled/canceled"),
)


def book(**thresholds: object) -> RuleBook:
    profile = Profile.model_validate(
        {"id": "own", "title": "Own", "description": "Own"} | thresholds
    )
    readings = (Reading.model_validate({"status": "negated", "cues": ["not"]}),)
    return RuleBook(RULES, PATTERNS, {"thing": ("plan",)}, readings, {}, profile, "")


def transcript(*lines: str, **rest: object) -> Transcript:
    split = [line.split(": ", 1) for line in lines]
    utterances = [Utterance(10 + n, label, text) for n, (label, text) in enumerate(split)]
    return Transcript("c1", "c1.txt", tuple(utterances), **rest)  # type: ignore[arg-type]


def audit(*lines: str, rulebook: RuleBook | None = None, **rest: object) -> CallAudit:
    own = rulebook or book()
    result = audit_call(transcript(*lines, **rest), own, PatternRecogniser(own))
    assert isinstance(result, CallAudit)
    return result


BAD = (
    "Agent: Good morning, how can I help?",
    "Customer: I'd like to cancel my plan.",
    "Agent: You could have it for half price.",
    "Customer: No thanks.",
    "Agent: I can't cancel it.",
    "Agent: It would be half price for a year.",
    "Customer: Goodbye.",
)
STATUSES = {"exit": "not-applicable", "pushed": "flagged", "refused": "flagged"}


def statuses(audit: CallAudit) -> dict[str, str]:
    return {result.rule: str(result.status) for result in audit.results}


def test_a_bad_call_is_flagged_with_its_words_and_source_turns() -> None:
    result = audit(*BAD)
    assert (result.outcome, result.role_source) == (Outcome.NOT_CANCELLED, RoleSource.STATED)
    assert statuses(result) == STATUSES | {"standing": "flagged"}
    cited = {f.rule: [(e.number, e.quote) for e in f.evidence] for f in result.findings}
    assert cited["refused"] == [(14, "can't cancel")]
    assert cited["pushed"] == [(15, "half price")]
    assert [number for number, _ in cited["standing"]] == [15]
    assert [turn.role for turn in result.turns] == [Role.AGENT, Role.CUSTOMER] * 3


def test_a_speech_recognisers_spelling_gives_the_same_answer() -> None:
    raw = (
        "Agent: good morning how can i help",
        "Customer: id like to uh cancel my my plan",
        "Agent: you could have it for half price",
        "Customer: no thanks",
        "Agent: i cant cancel it",
        "Agent: it would be half price for a year",
        "Customer: goodbye",
    )
    assert statuses(audit(*raw)) == statuses(audit(*BAD))


def test_a_call_that_lets_go_has_no_finding_but_the_bare_exit() -> None:
    result = audit(
        "Agent: Hello there.", "Customer: Please cancel my plan.", "Agent: It's cancelled."
    )
    assert result.outcome is Outcome.CANCELLED
    assert [finding.rule for finding in result.findings] == ["exit"]


def test_a_call_without_a_request_is_judged_as_such() -> None:
    result = audit(
        "Agent: Hello there.", "Customer: Do not cancel my plan.", "Agent: I can't cancel."
    )
    assert result.outcome is Outcome.NO_REQUEST
    assert set(statuses(result).values()) == {"not-applicable"}


def test_words_that_are_not_meant_are_kept_beside_those_that_count() -> None:
    result = audit("Agent: Hello.", "Customer: I did not cancel my plan.", "Agent: I can't cancel.")
    assert [(act.label, act.status) for act in result.acts] == [
        (ActLabel.REQUEST_CANCEL, ActStatus.NEGATED),
        (ActLabel.REFUSE, ActStatus.ASSERTED),
    ]


def test_the_same_call_gives_the_same_audit() -> None:
    assert audit(*BAD) == audit(*BAD)


def test_acts_weaker_than_the_profile_wants_do_not_count() -> None:
    acts = [
        Act(ActLabel.REFUSE, 0, (0, 1), strength=0.6),
        Act(ActLabel.OFFER, 0, (0, 1), strength=0.5),
        Act(ActLabel.OFFER, 0, (0, 1), strength=0.49),
        Act(ActLabel.DECLINE, 1, (0, 1), status=ActStatus.NEGATED),
    ]
    assert acts_that_count(acts, book().profile) == tuple(acts[:2])
    stricter = book(minimum_strength=0.4, act_strength={"refuse": 0.7}).profile
    assert acts_that_count(acts, stricter) == tuple(acts[1:3])
    strict = audit(*BAD, rulebook=book(act_strength={"refuse": 0.75}))
    assert statuses(strict)["refused"] == "clear"
    assert ActLabel.REFUSE not in {act.label for act in strict.acts}


def test_a_finding_weaker_than_the_profile_wants_cannot_tell() -> None:
    assert statuses(audit(*BAD, rulebook=book(rule_strength={"refused": 0.7})))["refused"] == (
        "flagged"
    )
    weak = audit(*BAD, rulebook=book(rule_strength={"refused": 0.71}))
    assert statuses(weak)["refused"] == "cannot-tell"
    assert "refused" not in {finding.rule for finding in weak.findings}


class Sure:
    """A recogniser with a calibration that makes nothing of a rule."""

    calibration = Calibration({"refused": Curve(-20.0, dict.fromkeys(SIGNS, 0.0))})

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        return PatternRecogniser(book()).recognise(turns)


def test_the_recognisers_calibration_decides_how_strong_a_finding_is() -> None:
    result = audit_call(transcript(*BAD), book(), Sure())
    assert isinstance(result, CallAudit)
    assert statuses(result)["refused"] == str(RuleStatus.CANNOT_TELL)
    assert statuses(result)["pushed"] == str(RuleStatus.FLAGGED)


class Unsure:
    """A recogniser that also suspects a confirmation, too weakly for it to count."""

    calibration = Calibration({"refused": Curve(0.0, {"confirmed": 1.0})})

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        suspected = Act(ActLabel.CONFIRM, turns[-2].index, (0, 1), strength=0.3)
        return (*PatternRecogniser(book()).recognise(turns), suspected)


def test_acts_too_weak_to_count_still_tell_how_strong_a_finding_is() -> None:
    result = audit_call(transcript(*BAD), book(finding_strength=0.1), Unsure())
    assert isinstance(result, CallAudit)
    assert result.outcome is Outcome.NOT_CANCELLED
    (refused,) = [finding for finding in result.findings if finding.rule == "refused"]
    assert refused.strength == pytest.approx(0.31 / 1.02, abs=0.001)


def test_a_call_whose_roles_cannot_be_told_is_skipped_with_a_reason() -> None:
    unknown = transcript("X: hm", "Y: hm", agent_ids=("Jo",))
    result = audit_call(unknown, book(), PatternRecogniser(book()))
    assert isinstance(result, SkippedCall)
    assert (result.call_id, result.path, result.agent_ids) == ("c1", "c1.txt", ("Jo",))
    assert result.reason


@pytest.mark.parametrize(("agent", "customer"), [("X", "Y"), ("Y", "X")])
def test_roles_may_be_told(agent: str, customer: str) -> None:
    lines = [line.replace("Agent", "X").replace("Customer", "Y") for line in BAD]
    options = RoleOptions(agent_speakers=(agent,), customer_speakers=(customer,))
    result = audit_call(transcript(*lines), book(), PatternRecogniser(book()), options)
    assert isinstance(result, CallAudit)
    assert result.role_source is RoleSource.MAPPED
    assert result.turns[0].role is (Role.AGENT if agent == "X" else Role.CUSTOMER)
    assert bool(result.findings) == (agent == "X")


def test_a_call_in_another_language_is_skipped_with_its_reason() -> None:
    spanish = transcript(
        "Agent: Buenas tardes, le atiende Marta, dígame en qué puedo ayudarle hoy.",
        "Customer: Quiero cancelar mi contrato de internet porque nos mudamos a otra ciudad.",
        "Agent: Muy bien, necesito su número de cliente y su dirección, por favor.",
    )
    skipped = audit_call(spanish, book(), PatternRecogniser(book()))
    assert isinstance(skipped, SkippedCall)
    assert skipped.reason.startswith("not English text")


# --- who said what, in doubt --------------------------------------------------------------------

GREETED = (
    "Agent: Thank you for calling Fernhill Gym, this is Mona, how can I help you today?",
    "Customer: Hi, I'd like to cancel my plan, my husband moved.",
    "Agent: Can I take your date of birth for security? You could have it for half price.",
    "Customer: No thanks.",
    "Agent: I can't cancel it. It would be half price for a year. Is there anything else?",
    "Customer: I just want to close my account.",
)


def swapped(*lines: str) -> tuple[str, ...]:
    other = {"Agent": "Customer", "Customer": "Agent"}
    return tuple(f"{other[who]}: {said}" for who, said in (line.split(": ", 1) for line in lines))


def test_swapped_roles_accuse_nobody_and_clear_nobody_and_a_note_says_why() -> None:
    assert audit(*GREETED).findings
    result = audit(*swapped(*GREETED))
    assert result.findings == ()
    assert set(statuses(result).values()) == {"cannot-tell"}
    assert {each.reason.partition(":")[0] for each in result.results} == {"the roles look swapped"}
    assert "--agent-speaker" in result.notes[0]


def test_swapped_roles_are_judged_once_they_are_put_right_or_trusted() -> None:
    lines = transcript(*swapped(*GREETED))
    right = RoleOptions(agent_speakers=("Customer",), customer_speakers=("Agent",))
    mended = audit_call(lines, book(), PatternRecogniser(book()), right)
    assert isinstance(mended, CallAudit)
    assert {each.rule for each in mended.findings} == {
        each.rule for each in audit(*GREETED).findings
    }
    trusted = audit_call(lines, book(), PatternRecogniser(book()), RoleOptions(trust_stated=True))
    assert isinstance(trusted, CallAudit)
    assert trusted.notes == ()
    assert "cannot-tell" not in statuses(trusted).values()


def test_sentences_cut_between_speakers_over_and_over_leave_every_rule_open() -> None:
    cut = (
        *("Agent: Well, that is not the", "Customer: way we do it. I want to cancel my"),
        *("Agent: plan. I can't", "Customer: cancel. No thanks and"),
        *("Agent: goodbye to you. That was my", "Customer: last word."),
    )
    result = audit(*cut)
    assert set(statuses(result).values()) == {"cannot-tell"}
    assert result.notes[0].startswith("sentences are cut between speakers at 4 of 5 changes")


def test_a_call_with_one_voice_for_all_is_skipped_with_its_reason() -> None:
    long = "Agent: " + "I would like you to know that we can do that for you today. " * 10
    found = audit_call(transcript(long, "Customer: Yes."), book(), PatternRecogniser(book()))
    assert isinstance(found, SkippedCall)
    assert found.reason.startswith("one speaker ('Agent') has 140 of 141 words")


def test_a_roster_names_the_agents_of_an_audit() -> None:
    roster = Roster((RosterAgent("Mona Field", ("mf1",)),))
    lines = [line.replace("Agent:", "mf1:") for line in BAD]
    options = RoleOptions(roster=roster)
    result = audit_call(transcript(*lines), book(), PatternRecogniser(book()), options)
    assert isinstance(result, CallAudit)
    assert result.agent_ids == ("Mona Field",)
    assert result.role_source is RoleSource.MAPPED
    assert {each.agent_id for f in result.findings for each in f.evidence} == {"Mona Field"}
