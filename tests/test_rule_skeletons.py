"""New rules: their files load, and their examples do what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from loaded import built_in, recogniser_once

from transcript_audit.acts import Recogniser
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import ActLabel, Family, Severity
from transcript_audit.rule_skeletons import KINDS, Sketch, draft_rule
from transcript_audit.rule_tests import Side, run_rule_examples
from transcript_audit.rulebook import load_rulebook

BOOK = built_in()
FAMILIES = {rule.check.kind: rule.family for rule in BOOK.rules}
ACTS = {"act-present": (ActLabel.PRESSURE,), "act-missing": (ActLabel.GOODWILL,)}


def recogniser() -> Recogniser:
    return recogniser_once(BOOK, patterns_only=True)


def written(sketch: Sketch, folder: Path) -> Path:
    path = folder / "checks" / f"{sketch.id}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(draft_rule(sketch, BOOK, recogniser()), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_skeleton_of_every_kind_loads_and_passes_its_own_examples(
    kind: str, tmp_path: Path
) -> None:
    sketch = Sketch("own-rule", kind, FAMILIES[kind], Severity.MINOR, ACTS.get(kind, ()))
    written(sketch, tmp_path)
    book = load_rulebook(tmp_path)
    rule = book.rule("own-rule")
    assert (rule.check.kind, rule.family, rule.severity) == (kind, FAMILIES[kind], Severity.MINOR)
    results = list(run_rule_examples(rule, book, recogniser()))
    assert [result.problem for result in results if not result.passed] == []
    assert len(rule.examples.match) >= 1
    assert len(rule.examples.no_match) >= 1


@pytest.mark.parametrize("act", [ActLabel.OFFER, ActLabel.DISRESPECT, ActLabel.HAND_OFF])
def test_rule_for_an_act_that_no_rule_names_finds_examples_too(
    act: ActLabel, tmp_path: Path
) -> None:
    written(Sketch("own-rule", "act-present", Family.CONDUCT, acts=(act,)), tmp_path)
    book = load_rulebook(tmp_path)
    results = list(run_rule_examples(book.rule("own-rule"), book, recogniser()))
    assert {result.side for result in results} == {Side.MATCH, Side.NO_MATCH}
    assert all(result.passed for result in results)


@pytest.mark.parametrize(
    ("sketch", "problem"),
    [
        (Sketch("refusal-stall", "passed-on", Family.CONDUCT), "there is such a rule"),
        (Sketch("a", "act-present", Family.CONDUCT), "needs --act"),
        (Sketch("a", "act-present", Family.CONDUCT, acts=(ActLabel.DECLINE,)), "expected"),
        (Sketch("a", "act-missing", Family.CONDUCT, acts=(ActLabel.OFFER,)), "goodwill"),
        (Sketch("a", "passed-on", Family.CONDUCT, acts=(ActLabel.OFFER,)), "takes none"),
        (
            Sketch("a", "request-standing", Family.GRACEFUL_EXIT),
            "no dialogue in the rule book shows a call to be flagged",
        ),
    ],
)
def test_sketch_that_cannot_be_a_rule_is_refused_with_what_is_allowed(
    sketch: Sketch, problem: str
) -> None:
    with pytest.raises(ConfigurationError, match=problem) as caught:
        draft_rule(sketch, BOOK, recogniser())
    assert "\n" not in str(caught.value)


def test_kinds_are_those_of_the_rule_book() -> None:
    assert set(KINDS) == set(FAMILIES)
