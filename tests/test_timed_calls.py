"""Whole calls with times: what is made of cut-ins, protests and waits."""

from __future__ import annotations

import pytest
from loaded import built_in, recogniser_once

from transcript_audit.audit import audit_call
from transcript_audit.model import (
    ActLabel,
    CallAudit,
    RuleResult,
    RuleStatus,
    Transcript,
    Utterance,
)

Said = tuple[str, str, float | None, float | None]

TALKED_OVER: tuple[Said, ...] = (
    ("agent", "Marlow Cable, how can I help?", 0.0, 2.0),
    ("customer", "I was looking at my bill from last month and there is", 2.5, 9.0),
    ("agent", "Right, so what I can see here is that the bill was sent on the fourth.", 7.0, 12.0),
    ("customer", "Please let me finish. There is a charge that I don't know.", 12.5, 16.0),
    ("agent", "That is the line rental for June.", 16.5, 19.0),
    ("customer", "Oh, I see. Thank you.", 19.5, 21.0),
)


def audit(*said: Said) -> CallAudit:
    utterances = tuple(
        Utterance(n, who, text, start, end) for n, (who, text, start, end) in enumerate(said)
    )
    found = audit_call(
        Transcript("c1", "c1.jsonl", utterances),
        built_in(),
        recogniser_once(built_in(), patterns_only=True),
    )
    assert isinstance(found, CallAudit), found
    return found


def disrespect(call: CallAudit) -> RuleResult:
    return next(each for each in call.results if each.rule == "conduct-disrespect")


def test_cutting_in_against_the_customers_protest_is_disrespect_at_the_agents_words() -> None:
    found = disrespect(audit(*TALKED_OVER))
    assert found.status is RuleStatus.FLAGGED
    assert found.finding is not None
    assert [each.number for each in found.finding.evidence] == [2]
    assert found.finding.evidence[0].quote.startswith("Right, so what I can see")


def test_a_protest_without_times_leaves_it_open_and_says_why() -> None:
    found = disrespect(audit(*((who, text, None, None) for who, text, _, _ in TALKED_OVER)))
    assert found.status is RuleStatus.CANNOT_TELL
    assert "asked to be let finish in turn 3" in found.reason
    assert "stop speaking" in found.reason


def test_a_protest_where_the_times_show_no_cutting_in_is_no_finding() -> None:
    said = list(TALKED_OVER)
    said[1] = (said[1][0], said[1][1], 2.5, 6.9)
    assert disrespect(audit(*said)).status is RuleStatus.CLEAR


@pytest.mark.parametrize(
    ("times", "status"),
    [(3, RuleStatus.CLEAR), (4, RuleStatus.CANNOT_TELL), (7, RuleStatus.CANNOT_TELL)],
)
def test_cutting_in_without_protest_takes_an_ear_from_so_many_times_on(
    times: int, status: RuleStatus
) -> None:
    said: list[Said] = []
    for n in range(8):
        end = 10.0 * n + (6.5 if n < times else 5.0)
        said.append(("customer", f"and number {n} was the one from the shop", 10.0 * n, end))
        said.append(
            ("agent", "so that is the one I have here on my screen", 10 * n + 5.0, 10 * n + 9)
        )
    found = disrespect(audit(*said))
    assert found.status is status
    if status is RuleStatus.CANNOT_TELL:
        assert f"the agent cut in {times} times" in found.reason


def test_where_both_cut_in_alike_nobody_is_suspected() -> None:
    said: list[Said] = []
    for n in range(16):
        who = "agent" if n % 2 else "customer"
        said.append((who, f"that was the one with number {n} on my list", 5.0 * n, 5.0 * n + 6.5))
    assert disrespect(audit(*said)).status is RuleStatus.CLEAR


def holds(call: CallAudit) -> list[int]:
    return [act.turn for act in call.acts if act.label is ActLabel.HOLD]


def test_a_few_words_before_a_long_silence_are_a_hold() -> None:
    call = audit(
        ("customer", "My bill is far too high and I have complained about it twice.", 0.0, 4.0),
        ("agent", "Let's see.", 4.5, 5.5),
        ("customer", "Hello?", 95.0, 96.0),
        ("agent", "I'm sorry that your bill was too high.", 99.0, 103.0),
    )
    assert holds(call) == [1]


def test_a_turn_that_does_something_else_is_no_hold_whatever_follows() -> None:
    call = audit(
        ("customer", "I'd like to cancel my subscription, please.", 0.0, 4.0),
        ("agent", "I can't cancel that.", 4.5, 6.0),
        ("customer", "Hello?", 95.0, 96.0),
        ("agent", "Yes?", 97.0, 98.0),
    )
    assert 1 not in holds(call)


def test_how_long_the_customer_waited_stands_among_the_reasons() -> None:
    call = audit(
        ("agent", "Marlow Cable, how can I help?", 0.0, 2.0),
        ("customer", "I'd like to cancel my subscription, please.", 2.0, 4.0),
        ("agent", "One moment, please.", 4.5, 6.0),
        ("customer", "Hello?", 306.0, 307.0),
        ("agent", "I can't cancel that.", 308.0, 310.0),
        ("customer", "Then I'll ring again.", 311.0, 313.0),
        ("agent", "Goodbye.", 314.0, 315.0),
    )
    unresolved = next(each for each in call.results if each.rule == "refusal-unresolved")
    told = (*(unresolved.finding.steps if unresolved.finding else ()), *unresolved.checked)
    assert "After the request nobody spoke for 300 seconds, 1 wait." in told
