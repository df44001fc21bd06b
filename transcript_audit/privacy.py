"""What a report may show of people: words redacted unless asked not to, agents by name or not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from transcript_audit.model import CallAudit, Finding, RuleResult, SkippedCall
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

        Agents who go by a pseudonym are redacted where they are named in the call. Fingerprints are
        those of the redacted words, whatever is shown, so that no hidden word can be tried on them.
        """
        whole = self.reveal and self.pseudonyms is None
        names = audited.agent_ids if self.pseudonyms else ()
        if isinstance(audited, SkippedCall):
            return audited if whole else redact_skipped(audited, names)
        if whole and not audited.findings:
            return audited
        redacted = redact_call(audited)
        if whole:
            return print_as(audited, redacted)
        return print_as(redact_call(audited, names) if names else redacted, redacted)

    def hide_agents(self, audited: Audited) -> Audited:
        """The call with pseudonyms for its agents, if they are to go by these."""
        return self.pseudonyms.hide_agents(audited) if self.pseudonyms else audited


def print_as(audit: CallAudit, redacted: CallAudit) -> CallAudit:
    """The audit, each finding with the fingerprint of its rule and its words in `redacted`."""
    pairs = zip(audit.results, redacted.results, strict=True)
    return replace(audit, results=tuple(_print_as(*pair) for pair in pairs))


def _print_as(result: RuleResult, redacted: RuleResult) -> RuleResult:
    if result.finding is None or redacted.finding is None:
        return result
    fingerprint = _fingerprint(redacted.finding)
    return replace(result, finding=replace(result.finding, fingerprint=fingerprint))


def _fingerprint(finding: Finding) -> str:
    # As `checks` makes it: it stays what it was where nothing was redacted.
    words = "\x1f".join(item.quote for item in finding.evidence)
    text = f"{finding.rule}\x1f{words}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:16]
