"""Agents under pseudonyms: the same person always the same one, and no way back without the key.

A pseudonym is a keyed hash of the folded name, so that reports of different days can be laid side
by side, and nobody can find out who it is by hashing the names of the staff. Names said in the
call's words are for `redaction`: give it the agents' names.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import CallAudit, Evidence, RuleResult, SkippedCall, Transcript, Turn
from transcript_audit.speakers import fold_label
from transcript_audit.whole_files import write_new

FEWEST_BYTES = 16
"""Bytes of a key: with fewer, trying all keys would be cheap."""

LETTERS = 10
"""Letters of a pseudonym, five bits each: two of a million agents share one in one of 2,000 runs
(birthday bound n² / 2^(50 + 1))."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Gives agents their pseudonyms.

    Attributes:
        key: secret bytes; whoever has them and a list of names can tell who is who.
    """

    key: bytes

    def name(self, agent: str) -> str:
        """The pseudonym of an agent, however the name is written."""
        digest = hmac.new(self.key, fold_label(agent).encode(), hashlib.sha256).digest()
        return f"agent-{b32encode(digest).decode().lower()[:LETTERS]}"

    def hide_agents(self, audited: CallAudit | SkippedCall) -> CallAudit | SkippedCall:
        """The call with pseudonyms for its agents: in their ids and labels, the call's id and its
        path. What was said stays as it is."""
        if isinstance(audited, SkippedCall):
            hidden = self._hider(audited.agent_ids)
            return SkippedCall(
                hidden(audited.call_id),
                hidden(audited.path),
                hidden(audited.reason),
                tuple(map(self.name, audited.agent_ids)),
            )
        names = (*audited.agent_ids, *audited.transcript.agent_ids)
        hidden = self._hider(names)
        return replace(
            audited,
            transcript=self._hide_in_transcript(audited.transcript, hidden),
            turns=tuple(self._hide_in_turn(turn, hidden) for turn in audited.turns),
            results=tuple(self._hide_in_result(result) for result in audited.results),
            notes=tuple(map(hidden, audited.notes)),
        )

    def _hider(self, names: Iterable[str]) -> _Hidden:
        known = {fold_label(name): self.name(name) for name in names if fold_label(name)}
        return _Hidden(known)

    def _hide_in_transcript(self, call: Transcript, hidden: _Hidden) -> Transcript:
        return replace(
            call,
            call_id=hidden(call.call_id),
            path=hidden(call.path),
            agent_ids=tuple(map(self.name, call.agent_ids)),
            utterances=tuple(
                replace(each, speaker=hidden(each.speaker), agent_id=self._of(each.agent_id))
                for each in call.utterances
            ),
        )

    def _hide_in_turn(self, turn: Turn, hidden: _Hidden) -> Turn:
        return replace(turn, speaker=hidden(turn.speaker), agent_id=self._of(turn.agent_id))

    def _hide_in_result(self, result: RuleResult) -> RuleResult:
        if result.finding is None:
            return result
        evidence = tuple(self._hide_in_evidence(each) for each in result.finding.evidence)
        return replace(result, finding=replace(result.finding, evidence=evidence))

    def _hide_in_evidence(self, evidence: Evidence) -> Evidence:
        return replace(evidence, agent_id=self._of(evidence.agent_id))

    def _of(self, agent: str | None) -> str | None:
        return None if agent is None else self.name(agent)


class _Hidden:
    """Puts pseudonyms in the place of known names, whole words only, in any letter case."""

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known
        longest = sorted(known, key=len, reverse=True)
        # in a path "Priya Shah" may well be "priya_shah"
        spelled = [r"[\W_]+".join(map(re.escape, re.findall(r"[^\W_]+", each))) for each in longest]
        words = "|".join(f"({each})" if each else "(?!)" for each in spelled)
        self._names = longest
        self._pattern = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.IGNORECASE)

    def __call__(self, text: str) -> str:
        if not self._known:
            return text
        return self._pattern.sub(lambda m: self._known[self._names[(m.lastindex or 1) - 1]], text)


def read_key(path: Path) -> bytes:
    """The key in a file.

    Raises:
        ConfigurationError: the file cannot be read, or the key is too short.
    """
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(f"{path}: the key cannot be read: {error.strerror}") from None
    if len(key) < FEWEST_BYTES:
        raise ConfigurationError(
            f"{path}: the key has {len(key)} bytes, {FEWEST_BYTES} are needed; remove the file and "
            "a new one is made, which gives everybody new pseudonyms"
        )
    return key


def make_key(path: Path) -> bytes:
    """A new key, kept in a file that only its owner may read; or the key that is there by now.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    key = secrets.token_hex(2 * FEWEST_BYTES).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = write_new(path, key + b"\n", mode=0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the key cannot be kept there: {error.strerror}"
        ) from None
    return key if made else read_key(path)
