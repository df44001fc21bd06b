"""Where a rule came out otherwise than labelled, and why as far as the acts can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from transcript_audit.evaluation import (
    Place,
    cited_turns,
    found_places,
    gold_places,
    without_qualifiers,
)
from transcript_audit.labelled_calls import LabelledCall, Pair
from transcript_audit.model import ActLabel, CallAudit, Family, Outcome, RuleStatus, SkippedCall
from transcript_audit.rulebook import Profile, Rule

CLEARING_REACH = 8
"""Source turns after the evidence in which an act that clears a rule is looked for."""


class Cause(StrEnum):
    """Why a rule came out otherwise than labelled, as far as the acts can tell."""

    SKIPPED = "call skipped"
    CANNOT_TELL = "rule ended as cannot-tell"
    OUTCOME = "outcome"
    ACT_NOT_FOUND = "act not found"
    ACT_IN_ERROR = "act found in error"
    STATE = "wrong state"
    LOGIC = "rule logic"


@dataclass(frozen=True, slots=True)
class Quote:
    """A source turn, and the names of its acts by the labels and by the audit, sorted."""

    turn: int
    speaker: str
    text: str
    labelled: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A call in which a rule came out otherwise than labelled.

    Attributes:
        wrongly_flagged: flagged though not labelled; else labelled and not flagged.
        because: what the cause was read from, in words.
        quotes: the turns that are evidence, by the labels or else by the audit; may be none.
    """

    call_id: str
    rule: str
    wrongly_flagged: bool
    cause: Cause
    because: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a rule came out otherwise than labelled.

    Attributes:
        rule: its id, or `ALL_RULES` for the sum over all.
        labelled: calls in which the labels have it.
        missed, wrongly_flagged: calls by cause, with every cause.
    """

    rule: str
    labelled: int
    missed: Mapping[Cause, int]
    wrongly_flagged: Mapping[Cause, int]


ALL_RULES = "all"
"""Stands for all rules where the id of one may stand."""


@dataclass(frozen=True, slots=True)
class _Basis:
    """The acts that a rule rests on.

    Attributes:
        evidence: acts that are its evidence; clearing: acts that clear it.
        state: acts that decide whether the evidence counts.
        qualified: whether topic and kind matter.
    """

    evidence: frozenset[ActLabel] = frozenset()
    clearing: frozenset[ActLabel] = frozenset()
    state: frozenset[ActLabel] = frozenset()
    qualified: bool = False


_L = ActLabel
_CONCERNS = frozenset({_L.GIVE_REASON, _L.RAISE_CONCERN, _L.REPEAT_CONCERN})
_STANDING = frozenset({_L.REQUEST_CANCEL, _L.WITHDRAW, _L.ACCEPT, _L.CONFIRM, _L.REFUSE_ALLOWED})
_DOOR = _STANDING | {_L.INSIST, _L.DECLINE, _L.WAVER}
_BASES = {
    "attempt-after-decline": _Basis(frozenset({_L.OFFER, _L.PERSUADE, _L.PRESSURE}), state=_DOOR),
    "reason-pressed": _Basis(
        frozenset({_L.ASK_REASON, _L.DISPUTE_REASON}),
        state=_STANDING | _CONCERNS | {_L.WITHHOLD_REASON},
    ),
    "passed-on": _Basis(frozenset({_L.HAND_OFF}), state=_STANDING | _CONCERNS | {_L.INSIST}),
    "request-standing": _Basis(state=_DOOR | {_L.HAND_OFF, _L.HANG_UP, _L.SUBSTITUTE}),
    "concern-unanswered": _Basis(
        frozenset({_L.RAISE_CONCERN, _L.GIVE_REASON}),
        clearing=frozenset({_L.ACKNOWLEDGE}),
        state=frozenset({_L.AGREE, _L.CONFIRM, _L.VERIFY, _L.HOLD, _L.OFFER}),
    ),
    "offer-irrelevant": _Basis(
        frozenset({_L.OFFER, _L.PERSUADE}), state=_STANDING | _CONCERNS, qualified=True
    ),
    "concern-repeated": _Basis(frozenset({_L.REPEAT_CONCERN}), state=_CONCERNS),
}


def _basis(rule: Rule) -> _Basis:
    check = rule.check
    if check.kind == "act-present":
        state = _STANDING if check.after == "request" else frozenset[ActLabel]()
        return _Basis(frozenset(check.acts), state=state)
    if check.kind == "act-missing":
        return _Basis(clearing=frozenset({check.act}), state=_STANDING)
    return _BASES[check.kind]


def find_misses(pairs: Iterable[Pair], rule: Rule, profile: Profile) -> tuple[Miss, ...]:
    """The calls in which `rule` came out otherwise than labelled: missed first, by cause."""
    misses = []
    for labelled, audit in pairs:
        cited, gold = cited_turns(audit).get(rule.id), labelled.findings.get(rule.id)
        if (cited is None) == (gold is None):
            continue
        turns = set(cited or gold or ())
        cause, because = _find_cause(labelled, audit, rule, profile, turns)
        quotes = _quote(labelled, audit, profile, turns)
        misses.append(Miss(labelled.call_id, rule.id, gold is None, cause, because, quotes))
    causes = list(Cause)
    return tuple(sorted(misses, key=lambda m: (m.wrongly_flagged, causes.index(m.cause))))


def tally_misses(
    misses: Iterable[Miss], pairs: Iterable[Pair], rules: Sequence[str]
) -> tuple[Tally, ...]:
    """A tally for each of the `rules`, in their order, and their sum at the end."""
    labelled = Counter(rule for call, _ in pairs for rule in call.findings if rule in rules)
    counts = Counter((miss.rule, miss.wrongly_flagged, miss.cause) for miss in misses)
    tallies = [
        Tally(
            rule,
            labelled[rule],
            {cause: counts[rule, False, cause] for cause in Cause},
            {cause: counts[rule, True, cause] for cause in Cause},
        )
        for rule in rules
    ]
    whole = Tally(
        ALL_RULES,
        labelled.total(),
        {cause: sum(tally.missed[cause] for tally in tallies) for cause in Cause},
        {cause: sum(tally.wrongly_flagged[cause] for tally in tallies) for cause in Cause},
    )
    return (*tallies, whole)


def _quote(
    labelled: LabelledCall, audit: CallAudit | SkippedCall, profile: Profile, turns: set[int]
) -> tuple[Quote, ...]:
    gold, found = gold_places(labelled), found_places(audit, profile)
    return tuple(
        Quote(
            said.number,
            said.speaker,
            said.text,
            tuple(sorted(name for number, name in gold if number == said.number)),
            tuple(sorted(name for number, name in found if number == said.number)),
        )
        for said in labelled.transcript.utterances
        if said.number in turns
    )


def _find_cause(
    labelled: LabelledCall,
    audit: CallAudit | SkippedCall,
    rule: Rule,
    profile: Profile,
    turns: set[int],
) -> tuple[Cause, str]:
    """The cause of a miss whose evidence is in `turns`, and what shows it."""
    if isinstance(audit, SkippedCall):
        return Cause.SKIPPED, audit.reason
    for result in audit.results:
        if result.rule == rule.id and result.status is RuleStatus.CANNOT_TELL:
            return Cause.CANNOT_TELL, result.reason
    if _judged_otherwise(rule, labelled.outcome, audit.outcome):
        return Cause.OUTCOME, f"{labelled.outcome} labelled, {audit.outcome} found"
    basis = _basis(rule)
    gold, found = gold_places(labelled), found_places(audit, profile)
    if not basis.qualified:
        gold, found = without_qualifiers(gold), without_qualifiers(found)
    flagged = rule.id not in labelled.findings
    return _compare_acts(basis, gold, found, turns, flagged)


def _judged_otherwise(rule: Rule, gold: Outcome, found: Outcome) -> bool:
    """Whether the outcome found decides otherwise than the gold one if the rule applies at all."""
    if rule.check.kind == "request-standing":
        return gold is not found
    if rule.family is Family.GRACEFUL_EXIT:
        return (gold is Outcome.CANCELLED) is not (found is Outcome.CANCELLED)
    always = rule.family in (Family.IGNORED_CONCERN, Family.CONDUCT)
    return not always and (gold is Outcome.NO_REQUEST) is not (found is Outcome.NO_REQUEST)


def _compare_acts(
    basis: _Basis, gold: set[Place], found: set[Place], turns: set[int], flagged: bool
) -> tuple[Cause, str]:
    """The cause as the acts show it: those of the evidence, those that clear, those around it."""

    def pick(places: set[Place], labels: frozenset[ActLabel]) -> set[Place]:
        return {place for place in places if place[1].partition(":")[0] in labels}

    def follows(place: Place) -> bool:
        return any(0 < place[0] - turn <= CLEARING_REACH for turn in turns)

    one, other = (found, gold) if flagged else (gold, found)
    too_much, too_little = (
        (Cause.ACT_IN_ERROR, Cause.ACT_NOT_FOUND)
        if flagged
        else (Cause.ACT_NOT_FOUND, Cause.ACT_IN_ERROR)
    )
    here = {place for place in pick(one, basis.evidence) if place[0] in turns}
    if here and not here & other:
        return too_much, _describe(here & gold, here & found)
    clearing = pick(other - one, basis.clearing)
    if basis.evidence:
        clearing = {place for place in clearing if follows(place)}
    if clearing:
        return too_little, _describe(clearing & gold, clearing & found)
    last = max(turns, default=0) + (CLEARING_REACH if basis.clearing else 0)
    around = {place for place in pick(gold ^ found, basis.state) if place[0] <= last}
    if around:
        return Cause.STATE, _describe(around & gold, around & found)
    return Cause.LOGIC, "the acts that the rule rests on agree with the labels"


def _describe(missed: set[Place], wrong: set[Place]) -> str:
    """The places in words: "not found: 12 decline; found in error: 14 waver"."""

    def names(places: set[Place]) -> str:
        return ", ".join(f"{number} {name}" for number, name in sorted(places))

    words = [("not found: ", missed), ("found in error: ", wrong)]
    return "; ".join(before + names(places) for before, places in words if places)
