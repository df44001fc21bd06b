"""The whole road of one call, top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transcript_audit.calibration import weigh_results
from transcript_audit.checks import check_call
from transcript_audit.language import foreign_language
from transcript_audit.model import ActStatus, CallAudit, SkippedCall
from transcript_audit.outcomes import settle_call
from transcript_audit.roles import RoleAssignment, RoleOptions, assign_roles
from transcript_audit.turns import split_turns

if TYPE_CHECKING:
    from transcript_audit.acts import Recogniser
    from transcript_audit.model import Transcript
    from transcript_audit.rulebook import RuleBook


def audit_call(
    transcript: Transcript,
    rulebook: RuleBook,
    recogniser: Recogniser,
    role_options: RoleOptions | None = None,
) -> CallAudit | SkippedCall:
    """The audit of a call, or why it could not be audited.

    The same transcript, rule book and recogniser always give the same answer.
    """
    foreign = foreign_language(utterance.text for utterance in transcript.utterances)
    if foreign:
        return SkippedCall(transcript.call_id, transcript.path, foreign, transcript.agent_ids)
    roles = assign_roles(transcript, role_options or RoleOptions())
    if not isinstance(roles, RoleAssignment):
        return SkippedCall(transcript.call_id, transcript.path, roles.reason, transcript.agent_ids)
    turns = split_turns(transcript, roles.roles)
    found = recogniser.recognise(turns)
    profile = rulebook.profile
    settled = settle_call(turns, found, recogniser.calibration, profile)
    results = weigh_results(
        check_call(turns, settled.acts, settled.episode, rulebook),
        found,
        settled.episode,
        recogniser.calibration,
        {rule.id: profile.finding_strength_needed(rule.id) for rule in rulebook.rules},
    )
    set_aside = tuple(act for act in found if act.status is not ActStatus.ASSERTED)
    return CallAudit(
        transcript=transcript,
        role_source=roles.source,
        turns=turns,
        acts=tuple(
            sorted((*settled.acts, *set_aside), key=lambda act: (act.turn, act.span, act.name))
        ),
        episode=settled.episode,
        results=results,
        notes=settled.notes,
    )
