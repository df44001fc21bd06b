"""What each part of the recogniser earns, and how much more calls would help: Markdown tables.

    python benchmarks/ablation.py [--jobs N]

Trains on benchmarks/calls/train.jsonl and more.jsonl with parts left out or with fewer calls, and
measures each on dev.jsonl. Takes about a quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from transcript_audit.acts import Recogniser
from transcript_audit.acts.features import context_of
from transcript_audit.acts.patterns import PatternRecogniser
from transcript_audit.acts.recogniser import TwoVoices
from transcript_audit.audit import audit_call
from transcript_audit.evaluation import Evaluation, evaluate
from transcript_audit.labelled_calls import read_labelled_calls
from transcript_audit.rulebook import load_rulebook
from transcript_audit.training import SEED, Lesson, prepare_lesson, read_sayings, train

CALLS = Path(__file__).resolve().parent / "calls"
BOOK = load_rulebook()
RULES = [rule.id for rule in BOOK.rules]
SHOWN = ("act-f1", "rule-f1", "family-f1", "critical-f1", "outcome-accuracy", "clean-flagged")
SHARES = (0.25, 0.5, 1.0)

Variants = dict[str, tuple[Callable[[], Recogniser], AbstractContextManager[object]]]
"""Per name, how to get a recogniser, and what to do it under."""


def without_context(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Features of the call around a turn that say nothing, in place of `context_of`."""
    return np.zeros_like(context_of(chances))


def main() -> None:
    """Prints the ablation and the learning curve."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--jobs", type=int, default=1)
    jobs = parser.parse_args().jobs
    dev = read_labelled_calls(str(CALLS / "dev.jsonl"), RULES)
    calls = [
        call
        for name in ("train.jsonl", "more.jsonl")
        for call in read_labelled_calls(str(CALLS / name), RULES)
    ]
    patterns = PatternRecogniser(BOOK)
    none = PatternRecogniser(replace(BOOK, patterns=()))
    lessons = [prepare_lesson(call, patterns) for call in calls]
    bare = [prepare_lesson(call, none) for call in calls]
    sayings = read_sayings(str(CALLS / "sayings.jsonl"))

    def learn(lessons: Sequence[Lesson], patterns: PatternRecogniser) -> TwoVoices:
        training = train(lessons, patterns, BOOK, jobs, sayings)
        return TwoVoices(patterns, training.model, training.calibration)

    @cache
    def learn_all() -> TwoVoices:
        return learn(lessons, patterns)

    def uncalibrated() -> TwoVoices:
        both = copy(learn_all())
        both.calibration = None
        return both

    def measure(recogniser: Recogniser) -> Evaluation:
        return evaluate(
            ((call, audit_call(call.transcript, BOOK, recogniser)) for call in dev), BOOK
        )

    plain, blind = nullcontext(), patch("transcript_audit.acts.learned.context_of", without_context)
    variants: Variants = {
        "patterns alone": (lambda: patterns, plain),
        "model alone": (lambda: learn(bare, none), plain),
        "both, without context": (lambda: learn(lessons, patterns), blind),
        "both, without calibration": (uncalibrated, plain),
        "both": (learn_all, plain),
    }
    print_table("recogniser", _rows(variants, measure))
    curve: Variants = {}
    for share in SHARES:
        part = _draw(lessons, share)
        build = learn_all if len(part) == len(lessons) else partial(learn, part, patterns)
        curve[f"{share:.0%} of the calls ({len(part)})"] = build, plain
    print()
    print_table("trained on", _rows(curve, measure))


def _draw(lessons: Sequence[Lesson], share: float) -> list[Lesson]:
    order = np.random.default_rng(SEED).permutation(len(lessons))
    return [lessons[i] for i in sorted(order[: round(share * len(lessons))])]


def _rows(
    variants: Variants,
    measure: Callable[[Recogniser], Evaluation],
) -> Iterator[tuple[str, Evaluation]]:
    for name, (build, setting) in variants.items():
        with setting:
            yield name, measure(build())


def print_table(head: str, rows: Iterator[tuple[str, Evaluation]]) -> None:
    """Prints a Markdown table, a row at a time as they come."""
    print(f"| {head} | {' | '.join(SHOWN)} |")
    print(f"|{'---|' * (len(SHOWN) + 1)}")
    for name, evaluation in rows:
        values = {measure.name: measure.estimate.value for measure in evaluation.whole.measures}
        cells = [f"{value:.3f}" if (value := values[key]) is not None else "-" for key in SHOWN]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
