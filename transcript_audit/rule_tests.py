"""The rule files' own examples, run through the same road as real calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.audit import audit_call
from transcript_audit.model import (
    Act,
    ActStatus,
    Part,
    RuleStatus,
    SkippedCall,
    Transcript,
    Turn,
    Utterance,
)
from transcript_audit.roles import RoleOptions
from transcript_audit.rulebook import DialogueLine, PatternSet, Rule, RuleBook, parse_dialogue


class Side(StrEnum):
    """What an example says of itself."""

    MATCH = "match"
    NO_MATCH = "no_match"
    TODO_MATCH = "todo_match"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What became of one example.

    Attributes:
        owner: id of the rule or pattern.
        number: 1-based place among the owner's examples of this side.
        text: the example as written.
        passed: whether it did what its side says (a known gap passes while it is one).
        matched: what was found, one line each: the act or turn, and the words.
        problem: what is wrong, or "".
    """

    owner: str
    side: Side
    number: int
    text: str
    passed: bool
    matched: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """What an example showed; `problem` where that can't be right, `note` where it is nothing."""

    matched: tuple[str, ...] = ()
    problem: str = ""
    note: str = "not recognised"


def run_pattern_examples(
    pattern: PatternSet, rulebook: RuleBook, recogniser: Recogniser
) -> Iterator[ExampleResult]:
    """What became of each example of a pattern, a turn alone on a call.

    Args:
        pattern: one of the rule book's patterns.
        rulebook: the whole book.
        recogniser: the patterns of the whole book, without a learned model.
    """
    alone: list[Recogniser] = []

    def found(text: str) -> _Found:
        turn = Turn(0, pattern.speaker, str(pattern.speaker), text, (Part(0, 0),))
        same = _same_acts(recogniser.recognise([turn]), pattern)
        # An equal act of another, stronger pattern hides this one's: then it is asked alone.
        if same and all(act.source != pattern.id for act in same):
            if not alone:
                book = replace(rulebook, patterns=(pattern,))
                alone.append(load_recogniser(book, patterns_only=True))
            same = _same_acts(alone[0].recognise([turn]), pattern)
        return _Found(tuple(f"{act.name}: {text[slice(*act.span)]!r}" for act in same))

    yield from _run(pattern.id, _sides(pattern), found)


def run_rule_examples(
    rule: Rule, rulebook: RuleBook, recogniser: Recogniser
) -> Iterator[ExampleResult]:
    """What became of each example of a rule, a dialogue audited as a call.

    An example to match passes where the rule flags, and all of its evidence is in lines marked.
    """

    def found(text: str) -> _Found:
        lines = parse_dialogue(text)
        audit = audit_call(_transcript(lines), rulebook, recogniser, RoleOptions())
        if isinstance(audit, SkippedCall):
            return _Found(problem=f"the call was skipped: {audit.reason}")
        finding = next((each for each in audit.findings if each.rule == rule.id), None)
        if finding is None:
            reason = next(each.reason for each in audit.results if each.rule == rule.id)
            return _Found(note=f"not flagged: {reason}")
        matched = tuple(
            f"line {evidence.number + 1}: {evidence.quote!r}" for evidence in finding.evidence
        )
        marked = {number for number, line in enumerate(lines) if line.evidence}
        got = {evidence.number for evidence in finding.evidence}
        wrong = marked and not got <= marked
        return _Found(matched, f"marked {_lines(marked)}, found {_lines(got)}" if wrong else "")

    yield from _run(rule.id, _sides(rule), found)


def flagged_lines(
    dialogue: str, rule: Rule, rulebook: RuleBook, recogniser: Recogniser
) -> frozenset[int] | None:
    """The lines, from 0, that are evidence for the rule in a dialogue audited as a call.

    Empty where the rule is clear; None where it can't be judged, or the call can't be audited.
    """
    audit = audit_call(_transcript(parse_dialogue(dialogue)), rulebook, recogniser, RoleOptions())
    if isinstance(audit, SkippedCall):
        return None
    result = next(each for each in audit.results if each.rule == rule.id)
    if result.finding is None:
        return frozenset() if result.status is RuleStatus.CLEAR else None
    return frozenset(evidence.number for evidence in result.finding.evidence)


def _same_acts(acts: tuple[Act, ...], pattern: PatternSet) -> list[Act]:
    """The asserted acts with the pattern's label and qualifier."""
    return [
        act
        for act in acts
        if act.status is ActStatus.ASSERTED
        and (act.label, act.qualifier) == (pattern.act, pattern.qualifier)
    ]


def _sides(owner: Rule | PatternSet) -> Iterator[tuple[Side, int, str]]:
    for side in Side:
        texts: tuple[str, ...] = getattr(owner.examples, side)
        for number, text in enumerate(texts, start=1):
            yield side, number, text


def _run(
    owner: str,
    examples: Iterator[tuple[Side, int, str]],
    find: Callable[[str], _Found],
) -> Iterator[ExampleResult]:
    for side, number, text in examples:
        found = find(text)
        as_marked = bool(found.matched) and not found.problem
        if side is Side.MATCH:
            passed = as_marked
            problem = found.problem or ("" if found.matched else found.note)
        elif side is Side.NO_MATCH:
            passed = not found.matched and not found.problem
            problem = found.problem or ("matched, but must not" if found.matched else "")
        else:
            passed = not as_marked
            problem = "a known gap that is closed: move it to 'match'" if as_marked else ""
        yield ExampleResult(owner, side, number, text, passed, found.matched, problem)


def _transcript(lines: tuple[DialogueLine, ...]) -> Transcript:
    return Transcript(
        call_id="example",
        path="example",
        utterances=tuple(
            Utterance(number, str(line.role), line.text, agent_id=line.agent_id)
            for number, line in enumerate(lines)
        ),
    )


def _lines(numbers: set[int]) -> str:
    """Lines counted from 1, as a reader of the example counts them."""
    return "line " + ", ".join(str(number + 1) for number in sorted(numbers))
