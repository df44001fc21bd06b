"""How sure a finding is, and how a call ended: logistic regressions over signs.

How a call ended, and whether anybody asked to cancel at all, is weighed over the whole call
(`outcomes.py`), since one turn alone misleads. A finding weighs its own evidence (how strong, how
much), how sure the request is, and how sure it is that the call was settled. No sign tells about
other findings: real faults come alone, and a bad call must not make each suspicion against it
stronger. The coefficients are trained on calls that the recogniser had not seen (`training/`)
and stored as text beside the model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, isfinite, log
from pathlib import Path
from typing import Any

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import (
    AGENT_ACTS,
    CUSTOMER_ACTS,
    Act,
    ActLabel,
    ActStatus,
    Episode,
    Finding,
    Outcome,
    RuleResult,
    RuleStatus,
)
from transcript_audit.whole_files import write_whole

BROKEN = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError),
    *(OverflowError, RecursionError),  # a number of 400 digits, a thousand brackets
)
"""What a file that is no calibration makes reading it raise."""

CALIBRATION_FILE = Path(__file__).parent / "calibration.json"

ASKS = (ActLabel.REQUEST_CANCEL,)
ANYWHERE = {"request": ASKS}
"""Signs: the strongest act of these labels in the whole call."""

AFTER_REQUEST = {
    "confirmed": (ActLabel.CONFIRM,),
    "agreed": (ActLabel.AGREE,),
    "taken-back": (ActLabel.WITHDRAW, ActLabel.ACCEPT),
    "denied": (ActLabel.REFUSE_ALLOWED,),
    "details": (ActLabel.CONFIRM_DETAILS,),
    "goodwill": (ActLabel.GOODWILL,),
}
"""Signs: the strongest act of these labels from the request on."""

JUDGED_LABELS = (*CUSTOMER_ACTS, *AGENT_ACTS)


def sign_of_walk(outcome: Outcome) -> str:
    """The name of the sign that the state machine comes to `outcome`."""
    return f"walk {outcome}"


def sign_of_end(label: ActLabel) -> str:
    """The name of the sign that `label` occurs towards the end of the call."""
    return f"end {label}"


def sign_of_later(label: ActLabel) -> str:
    """The name of the sign that `label` occurs after the last confirmation."""
    return f"later {label}"


LATER = (
    ActLabel.REQUEST_CANCEL,
    ActLabel.INSIST,
    ActLabel.ACCEPT,
    ActLabel.WITHDRAW,
    ActLabel.REFUSE,
    ActLabel.REFUSE_ALLOWED,
    ActLabel.CONDITION,
    ActLabel.STALL,
    ActLabel.HAND_OFF,
    ActLabel.SUBSTITUTE,
)
"""Acts that make a confirmation before them doubtful."""

OUTCOME_SIGNS = (
    *(str(label) for label in JUDGED_LABELS),
    "second request",
    "requests",
    *map(sign_of_walk, Outcome),
    *map(sign_of_end, JUDGED_LABELS),
    *map(sign_of_later, LATER),
)

SIGNS = ("strongest", "second", "evidence", "answered", *ANYWHERE, *AFTER_REQUEST)


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic regression: an intercept and a weight a sign."""

    intercept: float
    weights: Mapping[str, float]

    def strength(self, signs: Mapping[str, float]) -> float:
        """The probability, 0 to 1, that a finding with these signs is right."""
        return 1 / (1 + exp(-max(min(self.total(signs), 30.0), -30.0)))

    def total(self, signs: Mapping[str, float]) -> float:
        """The log-odds."""
        return self.intercept + sum(weight * signs[name] for name, weight in self.weights.items())


@dataclass(frozen=True, slots=True)
class OutcomeCurves:
    """A multinomial logistic regression: per outcome an intercept and a weight a sign."""

    curves: Mapping[Outcome, Curve]

    def chances(self, signs: Mapping[str, float]) -> dict[Outcome, float]:
        """The probability, 0 to 1, of every outcome; they sum to 1."""
        totals = {outcome: curve.total(signs) for outcome, curve in self.curves.items()}
        highest = max(totals.values())
        parts = {outcome: exp(total - highest) for outcome, total in totals.items()}
        whole = sum(parts.values())
        return {outcome: part / whole for outcome, part in parts.items()}


@dataclass(frozen=True, slots=True)
class Calibration:
    """What strengths mean.

    Attributes:
        curves: by rule; a rule without one keeps the strength of its evidence.
        outcomes: how a call ended; None where that was not learnt.
    """

    curves: Mapping[str, Curve]
    outcomes: OutcomeCurves | None = None


def load_calibration(path: Path = CALIBRATION_FILE) -> Calibration:
    """The calibration in `path`.

    Raises:
        ConfigurationError: the file is not a calibration.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        rules = {rule: _read_curve(curve, SIGNS) for rule, curve in data["rules"].items()}
        if "outcomes" not in data:
            return Calibration(rules)
        ends = {each: _read_curve(data["outcomes"][each], OUTCOME_SIGNS) for each in Outcome}
        return Calibration(rules, OutcomeCurves(ends))
    except BROKEN as error:
        problem = f"not a calibration ({error!r}); train one with `transcript-audit model train`"
        raise ConfigurationError(f"{path}: {problem}") from error


def _read_curve(data: Any, signs: Sequence[str]) -> Curve:
    curve = Curve(float(data["intercept"]), {each: float(data["weights"][each]) for each in signs})
    if not all(map(isfinite, (curve.intercept, *curve.weights.values()))):
        raise ValueError("a weight is no finite number")
    return curve


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write the calibration as JSON text, rounded, in a stable order.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    record: dict[str, Any] = {
        "rules": {rule: _record(curve) for rule, curve in sorted(calibration.curves.items())}
    }
    if calibration.outcomes:
        ends = calibration.outcomes.curves
        record["outcomes"] = {str(each): _record(curve) for each, curve in ends.items()}
    write_whole(path, (json.dumps(record, indent=1) + "\n").encode())


def _record(curve: Curve) -> dict[str, Any]:
    weights = {sign: round(weight, 4) for sign, weight in curve.weights.items()}
    return {"intercept": round(curve.intercept, 4), "weights": weights}


def request_signs(asserted: Sequence[Act]) -> dict[str, float]:
    """The strongest act of every label, and how often a request seems made; in log-odds.

    Args:
        asserted: everything that was found and is meant, weak acts too.
    """
    requests = sorted((a.strength for a in asserted if a.label in ASKS), reverse=True)
    strongest = strongest_by_label(asserted)
    signs = {str(label): _odds(strongest.get(label, 0.0)) for label in JUDGED_LABELS}
    return signs | {
        "second request": _odds(requests[1] if len(requests) > 1 else 0.0),
        "requests": log(1 + sum(requests)),
    }


@dataclass(frozen=True, slots=True)
class CallSigns:
    """What the signs of each finding of a call are read from.

    Attributes:
        shared: the signs that all of them have in common; log-odds.
        strengths: of the asserted acts, by turn and label; of several the last.
    """

    shared: Mapping[str, float]
    strengths: Mapping[tuple[int, str], float]


def read_call_signs(acts: Sequence[Act], episode: Episode) -> CallSigns:
    """What a call's acts are signs of, read once for all its findings.

    Args:
        acts: everything the recogniser found, weak acts too.
    """
    asserted = [act for act in acts if act.status is ActStatus.ASSERTED]
    begin = episode.request.turn if episode.request else 0
    late = [act for act in asserted if act.turn >= begin]
    shared = {"answered": _odds(_nearest_answer(episode, asserted))}
    for strongest, named in (
        (strongest_by_label(asserted), ANYWHERE),
        (strongest_by_label(late), AFTER_REQUEST),
    ):
        for name, labels in named.items():
            shared[name] = _odds(max(strongest.get(label, 0.0) for label in labels))
    return CallSigns(shared, {(act.turn, str(act.label)): act.strength for act in asserted})


def read_signs(finding: Finding, call: CallSigns) -> dict[str, float]:
    """The signs of a finding, by the names of `SIGNS`; log-odds but for the counts."""
    cited = {(item.turn, item.act.partition(":")[0]) for item in finding.evidence if item.act}
    own = [call.strengths[place] for place in cited if place in call.strengths]
    own = sorted(own, reverse=True) or [finding.strength]
    return {
        "strongest": _odds(own[0]),
        "second": _odds(own[1] if len(own) > 1 else 0.0),
        "evidence": len(finding.evidence) / 3,
        **call.shared,
    }


def strongest_by_label(acts: Iterable[Act]) -> dict[ActLabel, float]:
    """The strength of the strongest act of each label that occurs."""
    strongest: dict[ActLabel, float] = {}
    for act in acts:
        if act.strength > strongest.get(act.label, -1.0):
            strongest[act.label] = act.strength
    return strongest


def _nearest_answer(episode: Episode, acts: Sequence[Act]) -> float:
    """The strongest sign of an answer to the concern that got least of one; 0 without concerns."""
    answers = {act.turn: act.strength for act in acts if act.label is ActLabel.ACKNOWLEDGE}
    ignored = [c for c in episode.concerns if c.answered_in is None and c.settled]
    return min(
        (max((answers.get(turn, 0.0) for turn in c.chances), default=0.0) for c in ignored),
        default=0.0,
    )


def _odds(chance: float) -> float:
    """Log-odds, kept finite at both ends."""
    return log((chance + 0.01) / (1 - chance + 0.01))


def weigh_results(
    results: Sequence[RuleResult],
    acts: Sequence[Act],
    episode: Episode,
    calibration: Calibration | None,
    needed: Mapping[str, float],
) -> tuple[RuleResult, ...]:
    """The results with calibrated strengths; findings that are too weak become cannot-tell.

    Args:
        acts: everything the recogniser found, weak acts too.
        calibration: None leaves the strength of the evidence as it is.
        needed: per rule the least strength of a finding.
    """
    curves = calibration.curves if calibration else {}
    to_weigh = any(result.finding and result.rule in curves for result in results)
    signs = read_call_signs(acts, episode) if to_weigh else None
    weighed = []
    for result in results:
        finding = result.finding
        if finding is not None and signs and result.rule in curves:
            strength = curves[result.rule].strength(read_signs(finding, signs))
            finding = replace(finding, strength=round(strength, 3))
        weighed.append(_settle(result, finding, needed[result.rule]))
    return tuple(weighed)


def _settle(result: RuleResult, finding: Finding | None, needed: float) -> RuleResult:
    """The result with its finding, or cannot-tell where the finding is too weak."""
    if finding is None or finding.strength >= needed:
        return replace(result, finding=finding)
    numbers = sorted({item.number for item in finding.evidence})
    where = f"turn{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
    reason = f"signs in {where} are too weak: strength {finding.strength:.2f}, {needed:.2f} needed"
    return replace(result, status=RuleStatus.CANNOT_TELL, reason=reason, finding=None)
