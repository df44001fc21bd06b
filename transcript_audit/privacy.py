"""What a report may show of people: words redacted unless asked not to, agents by name or not."""

from __future__ import annotations

from dataclasses import dataclass

from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.pseudonyms import Pseudonyms
from transcript_audit.redaction import redact_call, redact_skipped

Audited = CallAudit | SkippedCall


@dataclass(frozen=True, slots=True)
class Privacy:
    """How much is shown.

    Attributes:
        reveal: what was said stands as it was said, personal data and all.
        pseudonyms: stand for the agents' names, or None to name them.
    """

    reveal: bool = False
    pseudonyms: Pseudonyms | None = None

    def redact(self, audited: Audited) -> Audited:
        """The call without personal data in its words, unless that is to be revealed.

        Agents who go by a pseudonym are redacted where they are named in the call.
        """
        if self.reveal and self.pseudonyms is None:
            return audited
        names = audited.agent_ids if self.pseudonyms else ()
        if isinstance(audited, SkippedCall):
            return redact_skipped(audited, names)
        return redact_call(audited, names)

    def hide_agents(self, audited: Audited) -> Audited:
        """The call with pseudonyms for its agents, if they are to go by these."""
        return self.pseudonyms.hide_agents(audited) if self.pseudonyms else audited
