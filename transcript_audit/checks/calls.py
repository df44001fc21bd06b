"""What every rule of a rule book comes to on a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from transcript_audit.checks.citing import build_finding, worth_citing
from transcript_audit.checks.clearing import look_for_what_clears
from transcript_audit.checks.concerns import (
    check_concern_repeated,
    check_concern_unanswered,
    check_offer_irrelevant,
)
from transcript_audit.checks.facts import UNTIMED, Answer, Facts
from transcript_audit.checks.leaving import check_passed_on, check_request_standing
from transcript_audit.checks.presence import check_act_missing, check_act_present
from transcript_audit.checks.pushback import check_attempt_after_decline, check_reason_pressed
from transcript_audit.checks.redacted import is_in_doubt
from transcript_audit.checks.telling import name_turns
from transcript_audit.model import Act, Episode, Family, Outcome, RuleResult, RuleStatus, Turn
from transcript_audit.rulebook import Rule, RuleBook
from transcript_audit.talk import NoTalk, Talk

JUDGED_WITHOUT_REQUEST = frozenset({Family.IGNORED_CONCERN, Family.CONDUCT})

KINDS: dict[str, Callable[[Facts, Any], Answer]] = {
    "act-present": check_act_present,
    "act-missing": check_act_missing,
    "attempt-after-decline": check_attempt_after_decline,
    "reason-pressed": check_reason_pressed,
    "passed-on": check_passed_on,
    "request-standing": check_request_standing,
    "concern-unanswered": check_concern_unanswered,
    "offer-irrelevant": check_offer_irrelevant,
    "concern-repeated": check_concern_repeated,
}
"""The check kinds by the name that rule files use."""


def check_call(
    turns: Sequence[Turn],
    acts: Sequence[Act],
    episode: Episode,
    rulebook: RuleBook,
    talk: Talk | NoTalk = UNTIMED,
) -> tuple[RuleResult, ...]:
    """What every rule of the book came to, in the book's order."""
    facts = Facts(turns, acts, episode, rulebook, talk)
    return tuple(_check_rule(facts, rule) for rule in rulebook.rules)


def _check_rule(facts: Facts, rule: Rule) -> RuleResult:
    """What one rule came to."""
    barrier = _not_applicable(facts, rule)
    if barrier:
        return RuleResult(rule.id, rule.family, RuleStatus.NOT_APPLICABLE, barrier)
    answer = KINDS[rule.check.kind](facts, rule.check)
    if not answer.acts and not answer.turns:
        return RuleResult(rule.id, rule.family, answer.status, answer.reason, checked=answer.steps)
    if answer.acts and all(is_in_doubt(facts, act) for act in answer.acts):
        where = name_turns(facts, answer.acts)
        reason = f"part of what decides it was redacted in {where}"
        return RuleResult(
            rule.id, rule.family, RuleStatus.CANNOT_TELL, reason, checked=answer.steps
        )
    finding = build_finding(facts, rule, replace(answer, acts=worth_citing(facts, answer.acts)))
    checked = look_for_what_clears(facts, rule)
    return RuleResult(rule.id, rule.family, RuleStatus.FLAGGED, answer.reason, finding, checked)


def _not_applicable(facts: Facts, rule: Rule) -> str:
    """Why the rule doesn't apply to this call, or ""."""
    outcome = facts.episode.outcome
    if outcome is Outcome.NO_REQUEST and rule.family not in JUDGED_WITHOUT_REQUEST:
        return "nobody asked to cancel"
    if rule.family is Family.GRACEFUL_EXIT and outcome is not Outcome.CANCELLED:
        return f"judged only where the call ends cancelled; this one ends {outcome}"
    return ""
