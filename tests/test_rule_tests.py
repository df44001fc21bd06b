"""The examples in the rule files do what they say, and `rules test` tells when they don't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from loaded import built_in, recogniser_once

from transcript_audit.acts import Recogniser
from transcript_audit.model import Act, ActLabel, ActStatus, Turn
from transcript_audit.rule_tests import ExampleResult, Side, run_pattern_examples, run_rule_examples
from transcript_audit.rulebook import PatternSet, Rule, RuleBook
from transcript_audit.rulebook.schema import DialogueExamples

BOOK = built_in()


def recogniser(patterns_only: bool) -> Recogniser:
    return recogniser_once(BOOK, patterns_only=patterns_only)


def failures(results: Sequence[ExampleResult]) -> list[str]:
    return [
        f"{result.side} {result.number}: {result.problem}\n{result.text}"
        for result in results
        if not result.passed
    ]


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_rule_flags_its_own_examples_in_the_lines_marked(rule: Rule) -> None:
    results = list(run_rule_examples(rule, BOOK, recogniser(patterns_only=False)))
    assert results
    assert not failures(results)


@pytest.mark.parametrize("pattern", BOOK.patterns, ids=lambda pattern: pattern.id)
def test_pattern_recognises_its_own_examples(pattern: PatternSet) -> None:
    results = list(run_pattern_examples(pattern, BOOK, recogniser(patterns_only=True)))
    assert results
    assert not failures(results)


class Fixed:
    """A recogniser that finds one act over the whole of every turn that holds a word."""

    def __init__(self, word: str, status: ActStatus = ActStatus.ASSERTED) -> None:
        self.word, self.status = word, status

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        return tuple(
            Act(
                ActLabel.GOODWILL,
                turn.index,
                (0, len(turn.text)),
                "",
                "goodwill/own",
                0.9,
                self.status,
            )
            for turn in turns
            if self.word in turn.text
        )


def goodwill() -> PatternSet:
    return PatternSet.model_validate(
        {
            "id": "goodwill/own",
            "act": "goodwill",
            "phrases": ["cheerio"],
            "examples": {"match": ["so cheerio"], "no_match": ["bye"], "todo_match": ["tata"]},
        }
    )


def book_with(pattern: PatternSet) -> RuleBook:
    return replace(BOOK, patterns=(pattern,))


@pytest.mark.parametrize(
    ("word", "passed"),
    [
        ("cheerio", {Side.MATCH: True, Side.NO_MATCH: True, Side.TODO_MATCH: True}),
        ("bye", {Side.MATCH: False, Side.NO_MATCH: False, Side.TODO_MATCH: True}),
        ("tata", {Side.MATCH: False, Side.NO_MATCH: True, Side.TODO_MATCH: False}),
    ],
)
def test_example_passes_only_where_it_does_what_its_side_says(
    word: str, passed: dict[Side, bool]
) -> None:
    pattern = goodwill()
    results = run_pattern_examples(pattern, book_with(pattern), Fixed(word))
    assert {result.side: result.passed for result in results} == passed


def test_act_that_is_not_meant_does_not_count_as_recognised() -> None:
    pattern = goodwill()
    negated = Fixed("cheerio", ActStatus.NEGATED)
    first, *_ = run_pattern_examples(pattern, book_with(pattern), negated)
    assert (first.passed, first.problem) == (False, "not recognised")


def test_rule_example_with_the_wrong_line_marked_fails_and_names_both() -> None:
    rule = BOOK.rule("conduct-disrespect")
    wrong = DialogueExamples(
        match=("> Agent: Hello.\nCustomer: My bill is wrong.\nAgent: Are you deaf?",),
        no_match=("Agent: Hello.\nCustomer: Hello.\nAgent: Are you deaf?",),
    )
    changed = rule.model_copy(update={"examples": wrong})
    match, no_match = run_rule_examples(changed, BOOK, recogniser(patterns_only=True))
    assert not match.passed
    assert match.problem == "marked line 1, found line 3"
    assert not no_match.passed
    assert "deaf" in no_match.matched[0]


def test_rule_example_that_cannot_be_audited_fails_on_both_sides() -> None:
    rule = BOOK.rule("conduct-disrespect")
    one_sided = DialogueExamples(match=("> Agent: Hello.",), no_match=("Agent: Hello.",))
    changed = rule.model_copy(update={"examples": one_sided})
    results = list(run_rule_examples(changed, BOOK, recogniser(patterns_only=True)))
    assert [result.passed for result in results] == [False, False]
    assert all("skipped" in result.problem for result in results)
