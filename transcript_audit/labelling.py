"""Roles that the user settles, written into the labels of a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from transcript_audit.model import CallAudit, Role, RoleSource, Transcript
from transcript_audit.roles import RoleAssignment, RoleOptions, assign_roles
from transcript_audit.speakers import named_person, stated_role


def state_roles(audit: CallAudit) -> Transcript:
    """The call with labels that state the roles under which it was audited, to be audited anew.

    Labels that state them already stay as they are.
    """
    if audit.role_source is RoleSource.STATED:
        return audit.transcript
    roles = {part.number: turn.role for turn in audit.turns for part in turn.parts}
    said = audit.transcript.utterances
    return _relabel(
        audit.transcript,
        {each.speaker: roles[each.number] for each in said if each.number in roles},
    )


def label_roles(transcript: Transcript, options: RoleOptions) -> Transcript:
    """The call with labels that state the roles which `options` settle, and the roster's names.

    A label becomes "agent", "customer", "system" or "other", with the old one after it in brackets
    where that names a person or more than one label has the role. Labels stay where the options say
    nothing of the call, and where the words alone would tell: a guess must not become a statement.
    """
    options = options.for_source(transcript.path)
    named = options.roster.name_agents(transcript)
    assigned = assign_roles(named, options)
    if not isinstance(assigned, RoleAssignment) or assigned.source is not RoleSource.MAPPED:
        return named
    return _relabel(named, assigned.roles)


def _relabel(transcript: Transcript, roles: Mapping[str, Role]) -> Transcript:
    counts = Counter(roles.values())
    labels = {label: _label(label, role, shared=counts[role] > 1) for label, role in roles.items()}
    said = transcript.utterances
    return replace(
        transcript,
        utterances=tuple(
            replace(each, speaker=labels.get(each.speaker, each.speaker)) for each in said
        ),
    )


def _label(label: str, role: Role, shared: bool) -> str:
    if stated_role(label) is role:
        return label
    bracketed = f"{role} ({label})"
    told = (shared and label) or named_person(label) is not None
    return bracketed if told and stated_role(bracketed) is role else str(role)
