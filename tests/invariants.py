"""What holds of every audited call, whatever was said in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from transcript_audit.episode import ATTEMPTS, STANDING, STANDS_BY
from transcript_audit.model import (
    Act,
    ActLabel,
    CallAudit,
    Episode,
    Family,
    Finding,
    Outcome,
    Role,
    RuleResult,
    RuleStatus,
    State,
    Turn,
    speaker_of,
)
from transcript_audit.rulebook import RuleBook

ANSWERS = STANDS_BY | {ActLabel.WAVER, ActLabel.ACCEPT, ActLabel.WITHDRAW}
"""What the customer answers to an attempt, or says on leaving."""

WITHOUT_REQUEST = frozenset({Family.IGNORED_CONCERN, Family.CONDUCT})
"""The families that apply to a call in which nobody asked to cancel."""


def check_audit(audit: CallAudit, rulebook: RuleBook) -> None:
    """Fails where the audit of a call contradicts itself, or the policy."""
    check_turns(audit)
    check_acts(audit.turns, audit.acts)
    check_episode(audit.turns, audit.acts, audit.episode, settled=True)
    check_results(audit.turns, audit.episode, audit.results, rulebook)


def check_turns(audit: CallAudit) -> None:
    """Fails unless every utterance is in exactly one turn, at its place there."""
    held: Counter[tuple[int, str]] = Counter()
    for index, turn in enumerate(audit.turns):
        assert turn.index == index
        assert turn.parts[0].offset == 0
        ends = [part.offset - 1 for part in turn.parts[1:]] + [len(turn.text)]
        for part, end in zip(turn.parts, ends, strict=True):
            assert part.offset <= end
            held[part.number, turn.text[part.offset : end]] += 1
    said = Counter((each.number, each.text) for each in audit.transcript.utterances)
    assert held == said


def check_acts(turns: Sequence[Turn], acts: Sequence[Act]) -> None:
    """Fails unless every act shows in words of its turn, said by who can do it."""
    places = [(act.turn, act.span) for act in acts]
    assert places == sorted(places)
    for act in acts:
        start, end = act.span
        turn = turns[act.turn]
        assert 0 <= start < end <= len(turn.text), act
        assert 0 <= act.strength <= 1, act
        assert turn.role is speaker_of(act.label), act


def check_episode(
    turns: Sequence[Turn], acts: Sequence[Act], episode: Episode, *, settled: bool = False
) -> None:
    """Fails where an episode can't have happened.

    Args:
        settled: whether the outcome was weighed over the whole call, so that it may differ from
            what the walk alone comes to.
    """
    last = turns[-1].index if turns else 0
    assert 0 <= episode.end <= last
    assert (episode.request is None) == (episode.outcome is Outcome.NO_REQUEST)
    begin = episode.request.turn if episode.request else last + 1
    _check_changes(episode, begin)
    _check_attempts(acts, episode, begin)
    for confirmed in (episode.confirmation, episode.turns_to_confirm):
        assert (confirmed is not None) <= (episode.outcome is Outcome.CANCELLED)
    if episode.outcome is Outcome.CANCELLED and not settled:
        assert episode.confirmation is not None
        assert episode.end == episode.confirmation.turn >= begin
        assert episode.turns_to_confirm == episode.end - begin
    if episode.final_decision is not None:
        assert begin <= episode.final_decision <= last
        assert turns[episode.final_decision].role is Role.CUSTOMER
    for group in episode.passes:
        assert group
        assert all(act.turn >= begin for act in group)
    for concern in episode.concerns:
        _check_concern(turns, concern.act.turn, concern.answered_in, concern.chances)
        assert all(again.turn >= concern.act.turn for again in concern.repeats)


def _check_changes(episode: Episode, begin: int) -> None:
    states = [change.state for change in episode.changes]
    assert states[0] is State.NONE
    assert State.NONE not in states[1:]
    assert all(one is not other for one, other in pairwise(states))
    moments = [change.turn for change in episode.changes]
    assert moments == sorted(moments)
    assert all(turn >= begin for turn in moments[1:])
    if len(states) > 1:
        assert states[1] in {State.OPEN, State.DECLINED}


def _check_attempts(acts: Sequence[Act], episode: Episode, begin: int) -> None:
    put = [act for attempt in episode.attempts for act in attempt.acts]
    argued = [act for act in acts if act.label in ATTEMPTS]
    assert len(set(map(id, put))) == len(put) <= len(argued)
    assert all(act in argued and act.turn >= begin for act in put)
    assert put == sorted(put, key=lambda act: act.turn)
    answers = [act for act in acts if act.label in ANSWERS]
    for attempt in episode.attempts:
        before = [act.label for act in answers if act.turn < attempt.turns[0]]
        assert not (attempt.invited and attempt.after_decline)
        assert not attempt.invited or ActLabel.WAVER in before
        assert not attempt.after_decline or STANDS_BY.intersection(before)
        if before and before[-1] not in {ActLabel.REQUEST_CANCEL, ActLabel.INSIST}:
            assert attempt.after_decline == (before[-1] is ActLabel.DECLINE)
        if attempt.declined_in is not None:
            assert any(a.label in STANDS_BY for a in answers if a.turn == attempt.declined_in)
            assert attempt.declined_in >= attempt.turns[-1]
    if put:
        assert episode.state_before(put[0].turn + 1) in STANDING | {
            State.WITHDRAWN,
            State.GIVEN_UP,
            State.CONFIRMED,
        }


def _check_concern(
    turns: Sequence[Turn], voiced: int, answered_in: int | None, chances: Sequence[int]
) -> None:
    assert list(chances) == sorted(set(chances))
    for index in chances:
        assert index > voiced
        assert turns[index].role is Role.AGENT
    assert answered_in is None or answered_in in chances


def check_results(
    turns: Sequence[Turn], episode: Episode, results: Sequence[RuleResult], rulebook: RuleBook
) -> None:
    """Fails unless every rule comes to exactly one status, and what is flagged may be."""
    assert [result.rule for result in results] == [rule.id for rule in rulebook.rules]
    for result in results:
        assert result.reason
        assert (result.status is RuleStatus.FLAGGED) == (result.finding is not None)
        if result.finding is not None:
            assert result.finding.rule == result.rule
            assert result.finding.family is result.family
            check_finding(turns, result.finding)
            if result.family not in WITHOUT_REQUEST:
                assert episode.request is not None, result
                begin = episode.request.turn
                assert all(each.turn >= begin for each in result.finding.evidence), result
            if result.family is Family.GRACEFUL_EXIT:
                assert episode.outcome is Outcome.CANCELLED, result


def check_finding(turns: Sequence[Turn], finding: Finding) -> None:
    """Fails unless every evidence of a finding is words that stand in its turn."""
    assert finding.evidence
    assert 0 <= finding.strength <= 1
    for evidence in finding.evidence:
        turn = turns[evidence.turn]
        start, end = evidence.span
        assert 0 <= start <= end <= len(turn.text), evidence
        assert turn.text[start:end].startswith(evidence.quote.removesuffix("…")), evidence
        assert evidence.number in {part.number for part in turn.parts}, evidence
        assert evidence.agent_id in {None, turn.agent_id}, evidence
