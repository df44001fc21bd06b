"""Audits of changed calls beside those of the calls as they were."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path

from changes import ChangedCall

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.audit import audit_call
from transcript_audit.model import CallAudit, SkippedCall, Transcript, Utterance
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import RuleBook, load_rulebook
from transcript_audit.statistics import wilson_interval

AUDITS_KEPT = 500

Audit = Callable[[Transcript], CallAudit | SkippedCall]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of one call's findings.

    Attributes:
        before, after: the rules with a finding.
        same_turns: those of the findings kept that cite the same words of the source.
        outcome: whether the call ended the same way.
    """

    call_id: str
    before: frozenset[str]
    after: frozenset[str]
    same_turns: int
    outcome: bool

    @property
    def kept(self) -> int:
        """How many findings are still there."""
        return len(self.before & self.after)


def make_auditor(book: RuleBook | None = None, recogniser: Recogniser | None = None) -> Audit:
    """What audits calls, by the built-in rules and model if no others are given.

    It keeps its last audits: each call is compared with several changed ones.
    """
    rules = book or load_rulebook()
    voices = recogniser or load_recogniser(rules)
    kept: dict[tuple[str, tuple[Utterance, ...]], CallAudit | SkippedCall] = {}

    def audit(transcript: Transcript) -> CallAudit | SkippedCall:
        key = transcript.call_id, transcript.utterances
        if key not in kept:
            if len(kept) >= AUDITS_KEPT:
                kept.pop(next(iter(kept)))
            kept[key] = audit_call(transcript, rules, voices, RoleOptions())
        return kept[key]

    return audit


def compare(
    call_id: str,
    before: CallAudit | SkippedCall,
    after: CallAudit | SkippedCall,
    changed: ChangedCall,
) -> Comparison:
    """Both audits of a call."""
    one, other = _cited(before), _cited(after)
    origins = changed.origins
    return Comparison(
        call_id,
        frozenset(one),
        frozenset(other),
        sum(
            _same_turns(one[rule], [origins[number] for number in other[rule]])
            for rule in one.keys() & other.keys()
        ),
        _outcome(before) == _outcome(after),
    )


def _same_turns(before: set[int], after: Sequence[tuple[int, ...]]) -> bool:
    """Whether every utterance cited before is cited again, in whole or in part, and no other."""
    again = all(before.intersection(each) for each in after)
    return again and before <= {number for each in after for number in each}


def _cited(audit: CallAudit | SkippedCall) -> dict[str, set[int]]:
    """Per rule the utterances that its finding cites for something said; where something is
    missing, the last turn is cited, whatever was said in it."""
    if isinstance(audit, SkippedCall):
        return {}
    return {
        finding.rule: {each.number for each in finding.evidence if each.act}
        for finding in audit.findings
    }


def _outcome(audit: CallAudit | SkippedCall) -> str:
    return "skipped" if isinstance(audit, SkippedCall) else str(audit.outcome)


def draw_calls(source: Path, count: int | None, seed: int) -> list[Transcript]:
    """The calls of a file or folder, or so many of them drawn by lot, in their order.

    Raises:
        TranscriptAuditError: it can't be read.
    """
    read = read_transcripts([str(source)], ReadOptions())
    calls = [each for each in read if isinstance(each, Transcript) and each.utterances]
    if count is None or count >= len(calls):
        return calls
    drawn = random.Random(seed).sample(range(len(calls)), count)  # noqa: S311 - no secret
    return [calls[place] for place in sorted(drawn)]


def sign_test(more: int, fewer: int) -> float:
    """The two-sided exact p that both are equally likely: twice the smaller binomial tail.

    With one pair of yes and no a call this is McNemar's exact test.
    """
    total = more + fewer
    tail = sum(comb(total, k) for k in range(min(more, fewer) + 1)) / 2**total
    return min(1.0, 2 * tail)


def share(part: int, whole: int) -> str:
    """A share with its 95 % Wilson range; "-" where there is nothing."""
    if not whole:
        return "-"
    low, high = wilson_interval(part, whole)
    return f"{part / whole:.3f} ({low:.2f}-{high:.2f})"


def count_same(comparisons: Iterable[Comparison]) -> int:
    """Calls with the same findings."""
    return sum(each.before == each.after for each in comparisons)


def rows_of(name: str, comparisons: Sequence[Comparison]) -> list[str]:
    """The cells of one change."""
    found = sum(len(each.before) for each in comparisons)
    kept = sum(each.kept for each in comparisons)
    new = sum(len(each.after - each.before) for each in comparisons)
    return [
        name,
        share(count_same(comparisons), len(comparisons)),
        share(kept, found),
        f"{new}",
        share(sum(each.same_turns for each in comparisons), kept),
        share(sum(each.outcome for each in comparisons), len(comparisons)),
    ]
