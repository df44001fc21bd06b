"""Where the time of an audit goes: CPU time by stage, on calls that nobody has seen before.

    python benchmarks/stages.py                     60 calls of 1,500 words, after 130 to warm up
    python benchmarks/stages.py --python-garbage    garbage looked for as often as Python does
    python benchmarks/stages.py --warm 4 --calls 2 --words 60    too few to tell anything, but quick

Calls are joined as in benchmarks/speed.py. A stage is timed where the road calls it; what is in no
stage is the last row. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import spacy
from speed import WARM, WORDS, audit, join_calls, read_calls

from transcript_audit import audit as road
from transcript_audit.acts import load_recogniser, recogniser
from transcript_audit.acts.learned import LearnedModel
from transcript_audit.garbage import collect_seldom, leave_loaded
from transcript_audit.privacy import Privacy
from transcript_audit.rulebook import load_rulebook

RECOGNISING = "acts put together, words to quote, topics and kinds"
STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "words": ((recogniser, "read_words"),),
    "patterns: the gate, what it lets through, exceptions, cues": ((recogniser, "pattern_hits"),),
    "features of the model": ((recogniser, "hash_call"),),
    "both looks of the model": ((LearnedModel, "judge_call"),),
    RECOGNISING: ((recogniser.TwoVoices, "recognise"),),
    "roles, turns, language, doubts about them": (
        (road, "find_roles"),
        (road, "split_turns"),
        (road, "find_doubt"),
    ),
    "outcome, episode, checks, strengths": (
        (road, "settle_call"),
        (road, "check_call"),
        (road, "weigh_results"),
    ),
    "redaction": ((Privacy, "redact"),),
}
"""The stages in their order, and the functions that they are."""

INSIDE = frozenset(list(STAGES)[:4])
"""Stages that the row `RECOGNISING` would count once more."""

REST = "JSONL in and out, and what is between"


def watch(place: Any, name: str, stage: str, spent: Counter[str]) -> None:
    """Adds the CPU seconds that a function takes from now on to those of its stage."""
    work: Callable[..., Any] = getattr(place, name)

    def timed(*given: Any, **named: Any) -> Any:
        begin = time.process_time()
        try:
            return work(*given, **named)
        finally:
            spent[stage] += time.process_time() - begin

    setattr(place, name, timed)


def measure(warm: int, number: int, words: int, *, seldom: bool) -> dict[str, tuple[float, float]]:
    """Per stage, and for all, milliseconds a call, and how often the blank tokenizer's time.

    Raises:
        SystemExit: there are too few calls.
    """
    rulebook = load_rulebook()
    recognise = load_recogniser(rulebook)
    if seldom:
        collect_seldom()
        leave_loaded()
    calls = join_calls(read_calls(), words)[: warm + number]
    if len(calls) <= warm:
        sys.exit(f"there are only {len(calls)} calls of {words} words; ask for fewer")
    audit(calls[:warm], rulebook, recognise)
    spent: Counter[str] = Counter()
    for stage, functions in STAGES.items():
        for place, name in functions:
            watch(place, name, stage, spent)
    seconds, _ = audit(calls[warm:], rulebook, recognise)
    spent[RECOGNISING] -= sum(spent[stage] for stage in INSIDE)
    found = {stage: spent[stage] for stage in STAGES}
    found |= {REST: seconds - sum(found.values()), "all": seconds}
    tokenizer = _tokenizer_seconds(calls[:warm], calls[warm:])
    return {
        stage: (each / len(calls[warm:]) * 1000, each / tokenizer) for stage, each in found.items()
    }


def _tokenizer_seconds(warm: Sequence[dict[str, Any]], calls: Sequence[dict[str, Any]]) -> float:
    tokenizer = spacy.blank("en").tokenizer
    for part in (warm, calls):
        begin = time.process_time()
        for call in part:
            for turn in call["turns"]:
                tokenizer(turn["text"])
    return time.process_time() - begin


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--warm", type=int, default=WARM, help="calls to warm up with")
    parser.add_argument("--calls", type=int, default=60, help="calls to measure")
    parser.add_argument("--words", type=int, default=WORDS, help="of a joined call")
    parser.add_argument("--python-garbage", action="store_true", help="as Python looks for it")
    options = parser.parse_args()
    measured = measure(
        options.warm, options.calls, options.words, seldom=not options.python_garbage
    )
    print("| stage | ms a call | times the tokenizer |\n| --- | ---: | ---: |")
    for stage, (milliseconds, times) in measured.items():
        print(f"| {stage} | {milliseconds:.1f} | {times:.1f} |")


if __name__ == "__main__":
    main()
