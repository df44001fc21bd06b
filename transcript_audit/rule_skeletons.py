"""A new rule to start from, with examples that do what they say.

The examples come from the rule book's own dialogues: each is audited with the new rule alone, and
what that finds is marked. So a skeleton passes `rules test` as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from transcript_audit.acts import Recogniser
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import AGENT_ACTS, ActLabel, Family, Severity
from transcript_audit.rule_tests import flagged_lines
from transcript_audit.rulebook import Rule, RuleBook, parse_dialogue
from transcript_audit.rulebook.schema import ActMissing, ActPresent, Check

EXAMPLES = 2
"""Dialogues of each side that a skeleton has at most."""

KINDS: tuple[str, ...] = tuple(
    get_args(shape.model_fields["kind"].annotation)[0] for shape in get_args(get_args(Check)[0])
)
MISSING_ACTS: tuple[ActLabel, ...] = get_args(ActMissing.model_fields["act"].annotation)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is known of a rule before anything is written.

    Attributes:
        acts: for the kind `act-present` one or more, for `act-missing` just one, else none.
    """

    id: str
    kind: str
    family: Family
    severity: Severity = Severity.MAJOR
    acts: tuple[ActLabel, ...] = ()


def draft_rule(sketch: Sketch, rulebook: RuleBook, recogniser: Recogniser) -> str:
    """The rule file (YAML) of a new rule, whose examples pass under this rule book.

    Raises:
        ConfigurationError: there is such a rule, the acts don't fit the kind, or no dialogue of the
            rule book shows what it would flag, or not.
    """
    if any(rule.id == sketch.id for rule in rulebook.rules):
        raise ConfigurationError(f"{sketch.id}: there is such a rule; give yours another id")
    check = _parameters(sketch)
    rule = _bare_rule(sketch, check)
    alone = replace(rulebook, rules=(rule,))
    match: list[str] = []
    no_match: list[str] = []
    for dialogue in _dialogues(sketch, rulebook):
        found = flagged_lines(dialogue, rule, alone, recogniser)
        if found is None:
            continue
        side = match if found else no_match
        if len(side) < EXAMPLES:
            side.append(_mark(dialogue, found))
        if len(match) == len(no_match) == EXAMPLES:
            break
    for side, what in ((match, "to be flagged"), (no_match, "not to be flagged")):
        if not side:
            raise ConfigurationError(
                f"{sketch.id}: no dialogue in the rule book shows a call {what} by the kind "
                f"{sketch.kind} in the family {sketch.family}; try another family or --act"
            )
    return _file_text(sketch, check, match, no_match)


def _parameters(sketch: Sketch) -> dict[str, Any]:
    if sketch.kind == "act-present":
        if not sketch.acts or not set(sketch.acts) <= set(AGENT_ACTS):
            raise ConfigurationError(
                f"--kind act-present: needs --act, once or more; expected {', '.join(AGENT_ACTS)}"
            )
        free = sketch.family in {Family.CONDUCT, Family.IGNORED_CONCERN}
        acts = [str(act) for act in sketch.acts]
        return {"kind": sketch.kind, "acts": acts, "after": "call" if free else "request"}
    if sketch.kind == "act-missing":
        if len(sketch.acts) != 1 or sketch.acts[0] not in MISSING_ACTS:
            raise ConfigurationError(
                f"--kind act-missing: needs one --act; expected {' or '.join(MISSING_ACTS)}"
            )
        return {"kind": sketch.kind, "act": str(sketch.acts[0]), "after": "request"}
    if sketch.acts:
        raise ConfigurationError(f"--act: the kind {sketch.kind} takes none; leave it out")
    return {"kind": sketch.kind}


def _bare_rule(sketch: Sketch, check: dict[str, Any]) -> Rule:
    return Rule.model_validate(
        {
            **dict.fromkeys(("title", "description", "message", "coaching", "cleared_by"), "x"),
            "id": sketch.id,
            "family": sketch.family,
            "severity": sketch.severity,
            "check": check,
            "false_positives": ["x"],
            "references": ["x"],
            "examples": {"match": [], "no_match": []},
        }
    )


def _dialogues(sketch: Sketch, rulebook: RuleBook) -> Iterator[str]:
    """The rule book's dialogues, those of like rules first, and the shorter ones of these."""

    def likeness(rule: Rule) -> tuple[bool, bool]:
        acts = set(rule.check.acts) if isinstance(rule.check, ActPresent) else set()
        return (
            rule.check.kind != sketch.kind or not (acts & set(sketch.acts) or not acts),
            rule.family is not sketch.family,
        )

    for rule in sorted(rulebook.rules, key=likeness):
        yield from sorted((*rule.examples.match, *rule.examples.no_match), key=len)


def _mark(dialogue: str, found: frozenset[int]) -> str:
    """The dialogue with `> ` before the lines found, and no other."""
    return "\n".join(
        f"{'> ' if number in found else ''}{line.speaker}: {line.text}"
        for number, line in enumerate(parse_dialogue(dialogue))
    )


def _file_text(
    sketch: Sketch, check: dict[str, Any], match: Sequence[str], no_match: Sequence[str]
) -> str:
    shown = {
        key: f"[{', '.join(value)}]" if isinstance(value, list) else value
        for key, value in check.items()
    }
    title = sketch.id.replace("-", " ").replace("/", " ").replace(":", " ").capitalize()
    lines = [
        "# A skeleton: put your own words and examples in the place of these.",
        f"id: {sketch.id}",
        f"title: {title}",
        f"family: {sketch.family}",
        f"severity: {sketch.severity}",
        "description: >-",
        "  What the agent does, and why that is wrong, in the words of a QA analyst.",
        "check:",
        *(f"  {key}: {value}" for key, value in shown.items()),
        "message: One sentence that a reader of the report will see.",
        "coaching: What the agent should do next time.",
        "cleared_by: What would have cleared it.",
        "false_positives:",
        "  - A case in which the rule may flag what is right.",
        "references:",
        '  - "The clause of your policy that it comes from"',
        "examples:",
        "  match:",
        *_blocks(match),
        "  no_match:",
        *_blocks(no_match),
    ]
    return "\n".join(lines) + "\n"


def _blocks(dialogues: Sequence[str]) -> Iterator[str]:
    for dialogue in dialogues:
        yield "    - |"
        for line in dialogue.splitlines():
            yield f"      {line}"
