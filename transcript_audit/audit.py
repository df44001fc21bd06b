"""The whole road of one call, top to bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from transcript_audit.calibration import weigh_results
from transcript_audit.checks import check_call
from transcript_audit.diarisation import find_cut_sentences, find_one_voice
from transcript_audit.language import foreign_language
from transcript_audit.model import ActStatus, CallAudit, RuleResult, RuleStatus, SkippedCall
from transcript_audit.outcomes import settle_call
from transcript_audit.roles import RoleAssignment, RoleOptions, assign_roles, doubt_roles
from transcript_audit.talk import measure_talk
from transcript_audit.timed_acts import add_timed_acts
from transcript_audit.turns import split_turns

if TYPE_CHECKING:
    from transcript_audit.acts import Recogniser
    from transcript_audit.model import Transcript
    from transcript_audit.rulebook import RuleBook


def find_roles(transcript: Transcript, options: RoleOptions) -> RoleAssignment | SkippedCall:
    """Who is who in a call, or why it cannot be audited.

    Args:
        options: those of the call's source; their roster has named the agents already.
    """
    fault = foreign_language(utterance.text for utterance in transcript.utterances)
    fault = fault or find_one_voice(transcript)
    if not fault:
        roles = assign_roles(transcript, options)
        if isinstance(roles, RoleAssignment):
            return roles
        fault = roles.reason
    return SkippedCall(transcript.call_id, transcript.path, fault, transcript.agent_ids)


def audit_call(
    transcript: Transcript,
    rulebook: RuleBook,
    recogniser: Recogniser,
    role_options: RoleOptions | None = None,
) -> CallAudit | SkippedCall:
    """The audit of a call, or why it could not be audited.

    The same transcript, rule book and recogniser always give the same answer. Where it is in doubt
    who said what, every rule comes to cannot-tell, and a note says why.
    """
    options = (role_options or RoleOptions()).for_source(transcript.path)
    transcript = options.roster.name_agents(transcript)
    roles = find_roles(transcript, options)
    if isinstance(roles, SkippedCall):
        return roles
    turns = split_turns(transcript, roles.roles)
    profile = rulebook.profile
    found = recogniser.recognise(turns)
    talk = measure_talk(transcript, turns, found)
    found = add_timed_acts(found, turns, talk, profile)
    settled = settle_call(turns, found, recogniser.calibration, profile)
    results = weigh_results(
        check_call(turns, settled.acts, settled.episode, rulebook, talk),
        found,
        settled.episode,
        recogniser.calibration,
        {rule.id: profile.finding_strength_needed(rule.id) for rule in rulebook.rules},
    )
    doubt = find_doubt(transcript, roles, options)
    set_aside = tuple(act for act in found if act.status is not ActStatus.ASSERTED)
    return CallAudit(
        transcript=transcript,
        role_source=roles.source,
        turns=turns,
        acts=tuple(
            sorted((*settled.acts, *set_aside), key=lambda act: (act.turn, act.span, act.name))
        ),
        episode=settled.episode,
        results=_leave_open(results, doubt) if doubt else results,
        notes=(doubt, *settled.notes) if doubt else settled.notes,
    )


def find_doubt(transcript: Transcript, roles: RoleAssignment, options: RoleOptions) -> str:
    """Why it is in doubt who said what in a call, so that nothing can be judged, or ""."""
    return find_cut_sentences(transcript) or doubt_roles(transcript, roles, options)


def _leave_open(results: Sequence[RuleResult], doubt: str) -> tuple[RuleResult, ...]:
    """The results as cannot-tell: nobody is accused, or cleared, by what another may have said."""
    reason = doubt.rpartition("; ")[0] or doubt  # what may be done about it stands last
    return tuple(
        replace(result, status=RuleStatus.CANNOT_TELL, reason=reason, finding=None, checked=())
        for result in results
    )
