"""Calls made of acts, one rule held to them, and what that comes to: for the tests of checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transcript_audit.checks import check_call
from transcript_audit.episode import follow_episode
from transcript_audit.model import (
    TOPICS,
    Act,
    ActLabel,
    Family,
    Finding,
    Part,
    Role,
    RuleResult,
    RuleStatus,
    Turn,
)
from transcript_audit.rulebook import Profile, Rule, RuleBook
from transcript_audit.talk import Interruption, NoTalk, Silence, Talk

RELEVANCE = {topic: frozenset({"other"}) for topic in TOPICS} | {
    "price": frozenset({"discount", "pause", "argument"}),
    "moving": frozenset({"move-service", "pause", "argument"}),
    "bereavement": frozenset({"move-service"}),
}


@dataclass(frozen=True)
class Call:
    turns: tuple[Turn, ...]
    acts: tuple[Act, ...]


def call(*lines: str) -> Call:
    """A call of lines like "C: request-cancel give-reason:moving" or "A Jo: offer:pause@0.6".

    Speakers are C and A (with a name where it matters); a number after "@" is a strength. The
    words of an act are its name; source turns are numbered from 100.
    """
    turns, acts = [], []
    for index, line in enumerate(lines):
        speaker, _, rest = line.partition(":")
        letter, _, agent = speaker.partition(" ")
        words = rest.split()
        text = " ".join(word.partition("@")[0] for word in words) or "so"
        role = Role.CUSTOMER if letter == "C" else Role.AGENT
        part = Part(100 + index, 0, index * 10.0)
        turns.append(Turn(index, role, letter, text, (part,), agent_id=agent or None))
        for word in words:
            name, _, strength = word.partition("@")
            label, _, qualifier = name.partition(":")
            if label in set(ActLabel):
                start = text.index(name)
                span = (start, start + len(name))
                acts.append(
                    Act(ActLabel(label), index, span, qualifier, "own", float(strength or 1))
                )
    return Call(tuple(turns), tuple(acts))


def rule(kind: str, family: Family = Family.REFUSED_CANCELLATION, **parameters: Any) -> Rule:
    return Rule.model_validate(
        {
            "id": "own-rule",
            "title": "Own",
            "family": family,
            "severity": "major",
            "description": "Own",
            "check": {"kind": kind, **parameters},
            "message": "It happened.",
            "coaching": "Own",
            "cleared_by": "Not doing it.",
            "false_positives": ["Own"],
            "references": ["Own"],
            "examples": {"match": ["A: x"], "no_match": ["A: y"]},
        }
    )


def check(
    call: Call, rule: Rule, talk: Talk | NoTalk | None = None, **thresholds: Any
) -> RuleResult:
    profile = Profile(id="own", title="Own", description="Own", **thresholds)
    book = RuleBook((rule,), (), {}, (), RELEVANCE, profile, "")
    episode = follow_episode(call.turns, call.acts, profile)
    timed = () if talk is None else (talk,)
    (result,) = check_call(call.turns, call.acts, episode, book, *timed)
    for named in filter(None, (result, result.finding)):
        assert (named.rule, named.family) == (rule.id, rule.family)
    return result


def talk(*cut_ins: tuple[Role, int, float], waits: tuple[tuple[int, float], ...] = ()) -> Talk:
    """Times in which somebody cuts in (who, source turn, seconds) and nobody speaks."""
    return Talk(
        duration=600.0,
        talk={},
        overlap=0.0,
        overlaps=0,
        interruptions=tuple(Interruption(who, n, 10.0, seconds) for who, n, seconds in cut_ins),
        silences=tuple(Silence(n, 10.0, seconds, hold=False) for n, seconds in waits),
        longest=None,
    )


def finding(result: RuleResult) -> Finding:
    assert result.status is RuleStatus.FLAGGED, result.reason
    assert result.finding is not None
    return result.finding


def cited(result: RuleResult) -> list[int]:
    """The turns of a finding's evidence, by index; [] where there is no finding."""
    return [item.turn for item in result.finding.evidence] if result.finding else []


REFUSES = rule("act-present", acts=["refuse", "stall"], after="request")
RUDE = rule("act-present", Family.CONDUCT, acts=["disrespect", "hang-up"], after="call")
TALKS_OVER = rule(
    "act-present", Family.CONDUCT, acts=["disrespect"], after="call", talking_over=True
)
PUSHES = rule("attempt-after-decline", Family.REPEATED_PUSHBACK)
ASKS = rule("reason-pressed", Family.REPEATED_PUSHBACK)
PASSES = rule("passed-on")
STANDS = rule("request-standing")
IGNORES = rule("concern-unanswered", Family.IGNORED_CONCERN)
MISFITS = rule("offer-irrelevant", Family.IGNORED_CONCERN)
REPEATS = rule("concern-repeated", Family.IGNORED_CONCERN)
DETAILS = rule("act-missing", Family.GRACEFUL_EXIT, act="confirm-details", after="request")
GOODWILL = rule("act-missing", Family.GRACEFUL_EXIT, act="goodwill", after="decision")
SWAPS = rule("act-present", acts=["substitute"], after="request")
