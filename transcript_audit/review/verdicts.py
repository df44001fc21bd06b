"""A verdict, one line of the reviewers' ledger, and what all of them together come to.

Nothing is ever changed: who thinks better of it says so in another verdict. What stands is derived
each time from all that was said, in the order of the ledger. A finding is known by its call and its
fingerprint, which is made of the rule and the words, so verdicts survive a new audit as long as
the finding does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from transcript_audit.model import Finding

FindingKey = tuple[str, str]
"""Call id and fingerprint."""


class Ruling(StrEnum):
    """What a verdict says.

    Of a finding: `upheld`, `overturned`, `unsure`; `missed` adds one that the audit lacks;
    `disputed` says that the agent doesn't accept it; `withdrawn` takes back the reviewer's own
    last word on it. Of a finding or a call: `noted`. Of a call: `heard` says that it was gone
    through whole, so that whatever nobody named isn't there.
    """

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    UNSURE = "unsure"
    MISSED = "missed"
    DISPUTED = "disputed"
    WITHDRAWN = "withdrawn"
    NOTED = "noted"
    HEARD = "heard"


JUDGING = frozenset({Ruling.UPHELD, Ruling.OVERTURNED, Ruling.UNSURE, Ruling.MISSED})
DECIDING = frozenset({Ruling.UPHELD, Ruling.OVERTURNED, Ruling.MISSED})
NEEDS_REASON = frozenset({Ruling.OVERTURNED, Ruling.DISPUTED})
ON_A_CALL = frozenset({Ruling.HEARD, Ruling.NOTED, Ruling.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one person said about one finding, or one call, at one time.

    Attributes:
        id: unique in the ledger; the same one added again adds nothing.
        when: with the time zone UTC.
        rule, fingerprint: of the finding; both "" where the whole call is meant.
        reason: why; there must be one for `overturned` and `disputed`.
        note: anything else worth keeping.
        turns: source turns of the finding, ascending.
        agents: whom the finding is about.
        outcome: of a `heard` call, how it ended in the reviewer's ears; else "".
        rule_book: digest of the rule book of the audit that was reviewed, or "".
        settles: whether it decides what several reviewers see differently.
        source: what it was entered with ("screen", "workbook 1f3a..."), or "".
    """

    id: str
    reviewer: str
    when: datetime
    call_id: str
    ruling: Ruling
    rule: str = ""
    fingerprint: str = ""
    reason: str = ""
    note: str = ""
    turns: tuple[int, ...] = ()
    agents: tuple[str, ...] = ()
    outcome: str = ""
    rule_book: str = ""
    settles: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        if problem := _find_fault(self):
            raise ValueError(problem)

    @property
    def key(self) -> FindingKey:
        """The finding, or the call where the fingerprint is ""."""
        return self.call_id, self.fingerprint


def _find_fault(verdict: Verdict) -> str:
    """What is wrong with a verdict, or ""."""
    ruling = verdict.ruling
    on_finding = bool(verdict.rule and verdict.fingerprint)
    faults = {
        "a verdict needs an id, a reviewer and a call": not (
            verdict.id and verdict.reviewer.strip() and verdict.call_id
        ),
        f"{verdict.when}: the time of a verdict needs its zone": not verdict.when.tzinfo,
        f"{ruling} is said of a finding: rule and fingerprint are missing": not on_finding
        and ruling not in ON_A_CALL,
        f"{ruling} is said of a whole call, not of a finding": on_finding
        and ruling is Ruling.HEARD,
        f"{ruling} needs a reason": ruling in NEEDS_REASON and not verdict.reason.strip(),
        "the note is empty": ruling is Ruling.NOTED and not verdict.note.strip(),
        "a missed finding needs the turns that show it": ruling is Ruling.MISSED
        and not verdict.turns,
    }
    return next((problem for problem, is_so in faults.items() if is_so), "")


def new_id() -> str:
    """An id for a verdict that is entered now."""
    return uuid4().hex


_ADDED = "m"
"""Begins the fingerprints of findings that people added; those of audits are hexadecimal."""


def missed_fingerprint(rule: str, turns: Iterable[int]) -> str:
    """The fingerprint of a finding that a person added: of its rule and source turns."""
    cited = " ".join(map(str, sorted(set(turns))))
    return _ADDED + hashlib.sha256(f"{rule}\x1f{cited}".encode()).hexdigest()[:15]


def is_added(fingerprint: str) -> bool:
    """Whether a fingerprint is that of a finding that a person added."""
    return fingerprint.startswith(_ADDED)


def cited_numbers(finding: Finding) -> tuple[int, ...]:
    """The source turns of a finding, ascending, each once."""
    return tuple(sorted({each.number for each in finding.evidence}))


def parse_turns(text: str) -> tuple[int, ...]:
    """The numbers of turns in what a person typed, as in "4, #7", ascending; none for nonsense."""
    words = text.replace(",", " ").replace(";", " ").replace("#", " ").split()
    if not all(word.isascii() and word.isdecimal() and len(word) < 10 for word in words):
        return ()
    return tuple(sorted({int(word) for word in words}))


class Standing(StrEnum):
    """What a finding has come to by all verdicts on it.

    `split`: reviewers differ, and nobody has settled it. `disputed`: the agent's objection waits
    for an answer by somebody else.
    """

    OPEN = "open"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    UNSURE = "unsure"
    SPLIT = "split"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A finding as the ledger tells it.

    Attributes:
        added: whether a person added it, because the audit had missed it.
        rulings: the word of each reviewer that counts: the last, unless withdrawn.
        dispute: the last objection, answered or not; answer: the verdict that answered it.
        notes: in the order of the ledger.
    """

    call_id: str
    rule: str
    fingerprint: str
    standing: Standing
    added: bool
    turns: tuple[int, ...]
    agents: tuple[str, ...]
    rulings: Mapping[str, Verdict]
    dispute: Verdict | None = None
    answer: Verdict | None = None
    notes: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviews:
    """Everything that a ledger says, by finding and by call.

    Attributes:
        findings: by call id and fingerprint, in the order in which they were first spoken of.
        heard: by call id the reviewers who have gone through it whole, each with the last such
            verdict.
        notes: by call id what was noted of the call as a whole.
    """

    findings: Mapping[FindingKey, Reviewed]
    heard: Mapping[str, Mapping[str, Verdict]]
    notes: Mapping[str, tuple[Verdict, ...]]

    def of_call(self, call_id: str) -> tuple[Reviewed, ...]:
        """The findings of a call that anybody spoke of."""
        return tuple(each for each in self.findings.values() if each.call_id == call_id)

    def standings_of(self, call_id: str) -> dict[str, Standing]:
        """What the findings of a call that anybody spoke of have come to, by fingerprint."""
        return {each.fingerprint: each.standing for each in self.of_call(call_id)}

    def earlier(self, call_id: str, rule: str, fingerprint: str) -> tuple[Reviewed, ...]:
        """Reviewed findings of the same rule and call with other words, as of an earlier audit."""
        return tuple(
            each
            for each in self.of_call(call_id)
            if each.rule == rule and each.fingerprint != fingerprint
        )


def sum_up(verdicts: Iterable[Verdict]) -> Reviews:
    """What the verdicts, in the order of the ledger, come to."""
    by_finding: dict[FindingKey, list[Verdict]] = {}
    heard: dict[str, dict[str, Verdict]] = {}
    notes: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.fingerprint:
            by_finding.setdefault(verdict.key, []).append(verdict)
        elif verdict.ruling is Ruling.HEARD:
            heard.setdefault(verdict.call_id, {})[verdict.reviewer] = verdict
        elif verdict.ruling is Ruling.WITHDRAWN:
            heard.get(verdict.call_id, {}).pop(verdict.reviewer, None)
        else:
            notes.setdefault(verdict.call_id, []).append(verdict)
    found = {key: _sum_up_finding(said) for key, said in by_finding.items()}
    return Reviews(
        findings={key: each for key, each in found.items() if each is not None},
        heard={call: by for call, by in heard.items() if by},
        notes={call: tuple(said) for call, said in notes.items()},
    )


def only_by(verdicts: Iterable[Verdict], reviewer: str) -> tuple[Verdict, ...]:
    """What one reviewer alone has said: all that the others may see in a blind review is theirs."""
    return tuple(each for each in verdicts if each.reviewer == reviewer)


def _sum_up_finding(said: Sequence[Verdict]) -> Reviewed | None:
    """What a finding has come to; None where all that was said of it was taken back."""
    counted = _without_withdrawn(said)
    rulings: dict[str, Verdict] = {}
    dispute: Verdict | None = None
    answer: Verdict | None = None
    settled: Verdict | None = None
    for verdict in counted:
        if verdict.ruling is Ruling.DISPUTED:
            dispute, answer, settled = verdict, None, None
        elif verdict.ruling in JUDGING:
            rulings[verdict.reviewer] = verdict
            if verdict.ruling not in DECIDING:
                continue
            answers = dispute and answer is None and verdict.reviewer != dispute.reviewer
            if verdict.settles or answers:
                settled = verdict
                answer = answer or (verdict if dispute else None)
    if not counted:
        return None
    first = next((each for each in counted if each.ruling is Ruling.MISSED), counted[0])
    return Reviewed(
        call_id=first.call_id,
        rule=first.rule,
        fingerprint=first.fingerprint,
        standing=_standing(rulings, dispute, answer, settled),
        added=first.ruling is Ruling.MISSED,
        turns=first.turns,
        agents=first.agents,
        rulings=rulings,
        dispute=dispute,
        answer=answer,
        notes=tuple(each for each in counted if each.ruling is Ruling.NOTED),
    )


def _without_withdrawn(said: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts without the `withdrawn` ones, and the one that each takes back."""
    kept: list[Verdict] = []
    for verdict in said:
        if verdict.ruling is not Ruling.WITHDRAWN:
            kept.append(verdict)
            continue
        own = [place for place, each in enumerate(kept) if each.reviewer == verdict.reviewer]
        if own:
            del kept[own[-1]]
    return tuple(kept)


def _standing(
    rulings: Mapping[str, Verdict],
    dispute: Verdict | None,
    answer: Verdict | None,
    settled: Verdict | None,
) -> Standing:
    if dispute and answer is None:
        return Standing.DISPUTED
    if settled:
        return _as_standing(settled.ruling)
    said = {_as_standing(each.ruling) for each in rulings.values()}
    decided = said - {Standing.UNSURE}
    if len(decided) > 1:
        return Standing.SPLIT
    return next(iter(decided or said), Standing.OPEN)


def _as_standing(ruling: Ruling) -> Standing:
    return Standing.UPHELD if ruling is Ruling.MISSED else Standing(str(ruling))


def same_word(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts say the same, whenever and however they were entered."""
    return replace(one, id=other.id, when=other.when, source=other.source) == other
