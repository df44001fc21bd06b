"""What is shown of people, and what the fingerprints of findings don't tell."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from builders import cite
from kept import LINES, make_audit, make_transcript

from transcript_audit.model import CallAudit, Utterance
from transcript_audit.privacy import Privacy
from transcript_audit.pseudonyms import Pseudonyms

SHOWN = [Privacy(), Privacy(reveal=True), Privacy(pseudonyms=Pseudonyms(b"k" * 16))]
CARD = 2


def audit_with(card: str, turn: int = CARD) -> CallAudit:
    """A call in which the customer says that card, and a finding that cites the turn."""
    said = tuple(
        Utterance(n, str(role), text.replace("4111 1111 1111 1111", card))
        for n, (role, text) in enumerate(LINES)
    )
    audit = make_audit(make_transcript(utterances=said))
    results = tuple(
        replace(each, finding=replace(each.finding, evidence=(cite(audit.turns[turn]),)))
        if each.finding
        else each
        for each in audit.results
    )
    return replace(audit, results=results)


def fingerprint(privacy: Privacy, audit: CallAudit) -> str:
    shown = privacy.redact(audit)
    assert isinstance(shown, CallAudit)
    (finding,) = shown.findings
    return finding.fingerprint


@pytest.mark.parametrize("privacy", SHOWN)
def test_a_fingerprint_tells_nothing_of_the_words_that_are_hidden(privacy: Privacy) -> None:
    one, other = "4111 1111 1111 1111", "5500 0000 0000 0004"
    assert one in repr(audit_with(one).findings)
    assert fingerprint(privacy, audit_with(one)) == fingerprint(privacy, audit_with(other))


def test_a_fingerprint_is_the_same_redacted_revealed_and_under_pseudonyms() -> None:
    audit = audit_with("4111 1111 1111 1111")
    assert len({fingerprint(privacy, audit) for privacy in SHOWN}) == 1
    for privacy in SHOWN:
        once = privacy.redact(audit)
        assert privacy.redact(once) == once


def test_a_fingerprint_of_words_of_which_none_is_hidden_is_of_all_of_them() -> None:
    words = LINES[1][1]
    expected = hashlib.sha256(f"refusal-explicit\x1f{words}".encode()).hexdigest()[:16]
    for privacy in SHOWN:
        assert fingerprint(privacy, audit_with("4111 1111 1111 1111", turn=1)) == expected


def test_revealing_shows_the_words() -> None:
    audit = audit_with("4111 1111 1111 1111")
    revealed = Privacy(reveal=True).redact(audit)
    assert isinstance(revealed, CallAudit)
    assert revealed.turns == audit.turns
    assert "4111" not in repr(Privacy().redact(audit))
