"""Labelled calls: read, and audited to be compared with what people found in them."""
# ruff: noqa: PLC0415 - reading labels must not pay for spaCy

from __future__ import annotations

import json
import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from typing import TYPE_CHECKING, Any

from transcript_audit.errors import ReadError, TranscriptAuditError
from transcript_audit.model import (
    QUALIFIERS,
    Act,
    ActLabel,
    CallAudit,
    Outcome,
    SkippedCall,
    Transcript,
    Turn,
)
from transcript_audit.readers import transcript_from_record
from transcript_audit.rulebook import RuleBook, load_rulebook

if TYPE_CHECKING:
    from transcript_audit.acts import Recogniser


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """A call and what careful people found in it.

    Attributes:
        kind, style: how the benchmark groups its calls ("" where it doesn't say).
        findings: per rule the source turns that are evidence.
        acts: per source turn the names of its acts ("offer:pause"), as labelled.
    """

    call_id: str
    kind: str
    style: str
    transcript: Transcript
    outcome: Outcome
    findings: Mapping[str, tuple[int, ...]]
    acts: Mapping[int, tuple[str, ...]]


Pair = tuple[LabelledCall, CallAudit | SkippedCall]
"""A labelled call and what became of it in the audit."""


def read_labelled_calls(path: str, rules: Collection[str]) -> tuple[LabelledCall, ...]:
    """The labelled calls of a JSONL file, in its order; blank lines are passed over.

    Args:
        path: file as the user named it; canonical JSONL with a `gold` object in each call.
        rules: ids that a gold finding may name.

    Raises:
        ReadError: with the line and the place in it, at the first thing that is wrong.
    """
    calls: list[LabelledCall] = []
    lines_by_id: dict[str, int] = {}
    try:
        for number, line in enumerate(Path(path).read_bytes().splitlines(), start=1):
            if text := line.decode("utf-8-sig").strip():
                calls.append(_labelled_call(text, path, number, rules))
                first = lines_by_id.setdefault(calls[-1].call_id, number)
                if first != number:
                    problem = f"{calls[-1].call_id!r} is the call of line {first}; give it its own"
                    raise ReadError(path, problem, f"line {number}: id")
    except OSError as error:
        problem = f"cannot be read ({error.strerror}); give a JSONL file of labelled calls"
        raise ReadError(path, problem) from error
    except UnicodeDecodeError as error:
        raise ReadError(path, "is not UTF-8; save it as UTF-8", f"line {number}") from error
    if not calls:
        raise ReadError(path, "holds no call; expected one labelled call a line")
    return tuple(calls)


def _labelled_call(text: str, path: str, number: int, rules: Collection[str]) -> LabelledCall:
    place = f"line {number}"
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"is not JSON ({error.msg} at column {error.colno}); expected one call a line"
        raise ReadError(path, problem, place) from error
    except (ValueError, RecursionError) as error:
        raise ReadError(path, f"cannot be read as JSON ({error})", place) from error
    if not isinstance(record, dict) or not isinstance(record.get("gold"), dict):
        raise ReadError(path, "has no labels; expected an object with `gold`", place)
    transcript = transcript_from_record(record, path, number, line=number)
    gold, turns = record["gold"], record["turns"]
    try:
        return LabelledCall(
            transcript.call_id,
            str(record.get("kind", "")),
            str(record.get("style", "")),
            transcript,
            _outcome(gold.get("outcome")),
            _findings(gold.get("findings"), rules, len(turns)),
            {n: names for n, turn in enumerate(turns) if (names := _act_names(turn, n))},
        )
    except _LabelError as error:
        raise ReadError(path, error.problem, f"{place}: {error.place}") from error


class _LabelError(Exception):
    """Labels are not as they should be, at `place` in the record."""

    def __init__(self, place: str, problem: str) -> None:
        self.place, self.problem = place, problem


def _outcome(value: object) -> Outcome:
    if value not in list(Outcome):
        raise _LabelError("gold.outcome", f"is {value!r}; expected one of {', '.join(Outcome)}")
    return Outcome(str(value))


def _findings(value: object, rules: Collection[str], turns: int) -> dict[str, tuple[int, ...]]:
    if not isinstance(value, list):
        raise _LabelError("gold.findings", "is no list; expected [] or one object a rule")
    findings: dict[str, tuple[int, ...]] = {}
    for index, item in enumerate(value):
        place = f"gold.findings[{index}]"
        rule, cited = (item.get("rule"), item.get("turns")) if isinstance(item, dict) else (0, 0)
        if rule not in rules:
            known = ", ".join(sorted(rules))
            raise _LabelError(f"{place}.rule", f"is {rule!r}; the rule book has {known}")
        if rule in findings:
            raise _LabelError(f"{place}.rule", f"{rule} has a finding already; one a rule")
        if not isinstance(cited, list) or not all(_is_turn(turn, turns) for turn in cited):
            raise _LabelError(f"{place}.turns", f"expected turn numbers from 0 to {turns - 1}")
        findings[str(rule)] = tuple(cited)
    return findings


def _is_turn(value: object, turns: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < turns


def _act_names(turn: Mapping[str, Any], number: int) -> tuple[str, ...]:
    names = turn.get("acts", [])
    place = f"turns[{number}].acts"
    if not isinstance(names, list):
        raise _LabelError(place, "is no list; expected names of acts")
    for name in names:
        label, _, qualifier = str(name).partition(":")
        if label not in list(ActLabel):
            raise _LabelError(place, f"{name!r} is no act; expected one of {', '.join(ActLabel)}")
        allowed = QUALIFIERS.get(ActLabel(label), ("",))
        if qualifier not in allowed:
            after = ", ".join(allowed) or "nothing"
            raise _LabelError(place, f"is {name!r}; after {label!r} expected one of {after}")
    return tuple(names)


def gold_acts(labelled: LabelledCall, turns: Sequence[Turn]) -> tuple[Act, ...]:
    """The labelled acts of a call as if recognised, in the order of the turns; strength 1.

    Labels have no span: each act spans the whole text of the source turn that carries it.
    """
    acts = []
    for turn in turns:
        ends = [part.offset - 1 for part in turn.parts[1:]] + [len(turn.text)]
        for part, end in zip(turn.parts, ends, strict=True):
            for name in labelled.acts.get(part.number, ()):
                label, _, qualifier = name.partition(":")
                span = (part.offset, end)
                acts.append(Act(ActLabel(label), turn.index, span, qualifier, source="gold"))
    return tuple(acts)


@dataclass(frozen=True, slots=True)
class GoldRecogniser:
    """Gives one labelled call's own acts, to measure the rules apart from the recogniser."""

    labelled: LabelledCall
    calibration: None = None

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """The labelled acts of the call that `turns` were split from."""
        return gold_acts(self.labelled, turns)


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """With which rule files, and whose acts, labelled calls are audited."""

    rules: Path | None = None
    profile: str = "default"
    patterns_only: bool = False
    use_gold_acts: bool = False
    pipeline: str | None = None


def audit_labelled_calls(
    calls: Sequence[LabelledCall], options: AuditOptions, jobs: int = 1
) -> Iterator[Pair]:
    """Each call with its audit, in order, as they are done; the same for any number of `jobs`.

    Raises:
        RuleBookError: the rule files have faults.
        TranscriptAuditError: a rule crashed; the message names the call.
    """
    if jobs <= 1:
        for call in calls:
            yield call, _audit_labelled_call(call, options)
        return
    # "spawn", because a fork of a process with threads (a progress display) can hang. Ctrl-C
    # reaches every process of the group; the parent alone decides what follows.
    pool = ProcessPoolExecutor(
        jobs, get_context("spawn"), initializer=signal, initargs=(SIGINT, SIG_IGN)
    )
    try:
        audits = pool.map(_audit_labelled_call, calls, repeat(options), chunksize=8)
        yield from zip(calls, audits, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


def _audit_labelled_call(call: LabelledCall, options: AuditOptions) -> CallAudit | SkippedCall:
    from transcript_audit.audit import audit_call
    from transcript_audit.roles import RoleOptions

    rulebook, recogniser = _load(options)
    try:
        return audit_call(
            call.transcript, rulebook, recogniser or GoldRecogniser(call), RoleOptions()
        )
    except TranscriptAuditError:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        raise TranscriptAuditError(
            f"{call.transcript.path}: call {call.call_id}: the audit crashed with "
            f"{problem} ({Path(place.filename).name}:{place.lineno}); "
            "this is a fault of the program, not of the call: please report it"
        ) from error


def calibrated_rules(options: AuditOptions) -> frozenset[str]:
    """The rules whose findings' strengths are learnt chances of being right: none with gold acts,
    with patterns alone or with another pipeline.

    Raises:
        ConfigurationError: the calibration file can't be used.
    """
    from transcript_audit.calibration import load_calibration

    if options.patterns_only or options.use_gold_acts or options.pipeline is not None:
        return frozenset()
    return frozenset(load_calibration().curves)


@cache
def _load(options: AuditOptions) -> tuple[RuleBook, Recogniser | None]:
    """The rule book and recogniser (None for the labels' own acts), once a process."""
    rulebook = load_rulebook(options.rules, options.profile)
    if options.use_gold_acts:
        return rulebook, None
    from transcript_audit.acts import load_recogniser

    recogniser = load_recogniser(
        rulebook, patterns_only=options.patterns_only, pipeline=options.pipeline
    )
    return rulebook, recogniser
