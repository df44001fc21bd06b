"""How fast calls are audited: ratios measured in one run, which carry over to other machines.

    python benchmarks/speed.py             measure, and print the table of docs/performance.md
    python benchmarks/speed.py --record    the same, and keep the ratios in benchmarks/speed.json
    python benchmarks/speed.py --check     measure, and say which got worse than the kept ones

Calls of about 1,500 words are made by joining calls of benchmarks/calls/train.jsonl and more.jsonl
end to end, in a shuffled but fixed order. What is compared takes turns, every round on calls that
neither has seen; times are CPU seconds of this process, ratios are medians over the rounds. Peers
(benchmarks/peers.py) take their turns in the same rounds; one that is not installed is named.

    python benchmarks/speed.py --calls 40 --words 100    too few to tell anything, but quick
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import linear_regression, median
from tempfile import TemporaryDirectory
from typing import Any

import spacy
from peers import Peer, load_peers
from spacy.matcher import Matcher
from spacy.tokens import Doc

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.acts import patterns as patterns_module
from transcript_audit.acts.phrases import Phrase, Place
from transcript_audit.acts.words import Words
from transcript_audit.batch import Sources, audit_calls
from transcript_audit.garbage import collect_seldom, leave_loaded
from transcript_audit.gate import COMMON_WORDS
from transcript_audit.reports.records import record_line
from transcript_audit.rulebook import RuleBook, load_rulebook

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "benchmarks" / "speed.json"
SOURCES = ("train.jsonl", "more.jsonl")
WORDS, WARM, ROUND = 1500, 130, 15
"""Words of a joined call; joined calls to warm up with (of 4 recorded ones each); calls a round."""

NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Where it is set, each process compiles this program anew, and spaCy not."""

WORSE = 1.25
"""A ratio this many times the kept one got worse; less is noise."""

GOALS = {
    "audit / blank tokenizer": "<= 1.0",
    "ungated Matcher / patterns": ">= 10",
    "5 x the rules / the rules": "<= 1.5",
    "exponent over calls": "<= 1.05",
    "exponent over turns": "<= 1.05",
    "exponent over words a turn": "<= 1.05",
    "--help / python with typer": "<= 3",
    "one call, cold / import spacy": "<= 1.5",
}
HIGHER_IS_BETTER = frozenset({"ungated Matcher / patterns"})

Call = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: words of a joined call; joined calls to warm up with, and a round;
    sizes for the exponents; times that whole processes are begun.

    Attributes:
        most: recorded calls used, or None for all.
    """

    words: int = WORDS
    warm: int = WARM
    round: int = ROUND
    scale: tuple[int, ...] = (10, 100, 1000, 10_000)
    starts: int = 5
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured.

    Attributes:
        ratios: by the names of `GOALS`.
        peers: times that the blank tokenizer takes; missing: why the others were not run.
    """

    ratios: dict[str, float]
    peers: dict[str, float]
    missing: dict[str, str]


def read_calls() -> list[Call]:
    """The recorded calls, shuffled the same way each time."""
    lines = [
        line
        for name in SOURCES
        for line in (ROOT / "benchmarks" / "calls" / name).read_text(encoding="utf-8").splitlines()
    ]
    calls = [json.loads(line) for line in lines]
    random.Random(1).shuffle(calls)  # noqa: S311 - nothing secret
    return calls


def join_calls(calls: Iterable[Call], words: int) -> list[Call]:
    """Calls joined end to end until each has `words` words."""
    joined: list[Call] = []
    turns: list[Mapping[str, str]] = []
    for call in calls:
        turns += [{"speaker": turn["speaker"], "text": turn["text"]} for turn in call["turns"]]
        if sum(len(turn["text"].split()) for turn in turns) >= words:
            joined.append({"id": call["id"], "turns": turns})
            turns = []
    return joined


def audit(calls: Sequence[Call], rulebook: RuleBook, recogniser: Recogniser) -> tuple[float, str]:
    """CPU seconds from JSONL to JSONL, and the records."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "calls.jsonl"
        path.write_text("".join(json.dumps(call) + "\n" for call in calls), encoding="utf-8")
        out = io.StringIO()
        begin = time.process_time()
        for audited in audit_calls(Sources([str(path)]), rulebook, recogniser):
            out.write(record_line(audited))
        return time.process_time() - begin, out.getvalue()


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of `work`."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


class UngatedFinder:
    """Finds phrases with spaCy's Matcher alone, all of them in every sentence."""

    def __init__(self, sentences_kept: int = 0) -> None:
        del sentences_kept
        self._vocab = spacy.blank("en").vocab
        self._matcher = Matcher(self._vocab)
        self._ends: dict[str, tuple[str, bool, bool]] = {}

    def add(self, key: str, phrase: Phrase) -> None:
        """Register a phrase under `key`."""
        tokens = [[_token(place) for place in pattern] for pattern in phrase.patterns]
        self._add(key, tokens, phrase.at_start, phrase.at_end)

    def add_tokens(self, key: str, tokens: Any) -> None:
        """Register a token pattern under `key`."""
        self._add(key, [tokens._tokens], at_start=False, at_end=False)

    def _add(self, key: str, tokens: Any, at_start: bool, at_end: bool) -> None:
        name = f"{len(self._ends)}"
        self._ends[name] = (key, at_start, at_end)
        self._matcher.add(name, tokens, greedy="LONGEST")

    def find(self, words: Words) -> list[tuple[str, int, int]]:
        """Keys with the word range of each match."""
        bounds = [*sorted(words.starts), len(words.texts)]
        found = []
        for begin, stop in pairwise(bounds):
            doc = Doc(self._vocab, words=list(words.texts[begin:stop]))
            for match, start, end in self._matcher(doc) if self._ends else ():
                key, at_start, at_end = self._ends[self._vocab.strings[match]]
                if not (at_start and start) and not (at_end and end < len(doc)):
                    found.append((key, begin + start, begin + end))
        return found


def _token(place: Place) -> dict[str, Any]:
    if place.gap:
        return {"OP": f"{{0,{place.gap}}}"}
    token: dict[str, Any] = {"LOWER": {"IN": sorted(place.words)}}
    return token | {"OP": "?"} if place.optional else token


def multiply_rules(rulebook: RuleBook, times: int) -> RuleBook:
    """The rule book with each pattern `times` times: in the copies all but common words renamed."""
    patterns, lists = list(rulebook.patterns), dict(rulebook.lists)
    for copy in range(1, times):
        lists |= {
            f"{name}-{copy}": tuple(_rename(entry, copy) for entry in entries)
            for name, entries in rulebook.lists.items()
        }
        for pattern in rulebook.patterns:
            renamed = {
                "id": f"{pattern.id}-{copy}",
                "phrases": tuple(_rename(phrase, copy) for phrase in pattern.phrases),
                "unless": tuple(_rename(phrase, copy) for phrase in pattern.unless),
            }
            patterns.append(pattern.model_copy(update=renamed))
    return replace(rulebook, patterns=tuple(patterns), lists=lists)


def _rename(phrase: str, copy: int) -> str:
    return " ".join("/".join(_rename_word(w, copy) for w in p.split("/")) for p in phrase.split())


def _rename_word(word: str, copy: int) -> str:
    plain = word.rstrip("?")
    if plain in COMMON_WORDS or not plain[-1:].isalnum() or word.endswith(":"):
        return word
    added = f"-{copy}" if word.startswith("@") else f"zq{copy}"
    return f"{plain}{added}{word[len(plain) :]}"


def measure(size: Size) -> Measured:
    """Every ratio."""
    rulebook = load_rulebook()
    recogniser = load_recogniser(rulebook)
    collect_seldom()  # as the command does
    leave_loaded()
    recorded = read_calls()[: size.most]
    calls = join_calls(recorded, size.words)
    warm, rest = calls[: size.warm], calls[size.warm :]
    audit(warm, rulebook, recogniser)
    each = size.round
    rounds = [rest[at : at + each] for at in range(0, len(rest) - each + 1, each)]
    peers, missing = load_peers(rulebook)
    beside = _beside_tokenizer(warm, rounds[:4], rulebook, recogniser, peers)
    ratios = {"audit / blank tokenizer": beside.pop("")}
    ratios["ungated Matcher / patterns"] = _beside_matcher(rounds[4][:6], rulebook)
    ratios["5 x the rules / the rules"] = _beside_more_rules(
        warm, rounds[5:8], rulebook, recogniser
    )
    ratios |= _exponents(rulebook, recogniser, recorded, size.scale)
    ratios |= _cold_starts(calls[0], size.starts)
    return Measured(ratios, beside, missing)


def _beside_tokenizer(
    warm: Sequence[Call],
    rounds: Sequence[Sequence[Call]],
    rulebook: RuleBook,
    recogniser: Recogniser,
    peers: Mapping[str, Peer],
) -> dict[str, float]:
    """Times that the tokenizer takes, of the audit by the name "", and of each peer."""
    tokenizer = spacy.blank("en").tokenizer
    _read_all(tokenizer, warm)
    for peer in peers.values():
        _read_all(peer, warm[: len(warm) // 8])  # they keep nothing of what they have seen
    ratios: dict[str, list[float]] = {name: [] for name in ("", *peers)}
    for calls in rounds:
        seconds = {"": audit(calls, rulebook, recogniser)[0]}
        tokenized = _read_all(tokenizer, calls)
        for name, peer in peers.items():
            seconds[name] = _read_all(peer, calls)
        for name, spent in seconds.items():
            ratios[name].append(spent / tokenized)
    return {name: median(each) for name, each in ratios.items()}


def _read_all(read: Peer, calls: Sequence[Call]) -> float:
    """CPU seconds that something takes on the turns of calls, one by one."""
    texts = [turn["text"] for call in calls for turn in call["turns"]]
    return timed(lambda: [read(text) for text in texts])


def _beside_matcher(calls: Sequence[Call], rulebook: RuleBook) -> float:
    """The pattern voice alone, over turns whose words are read already.

    Raises:
        SystemExit: the two find something else.
    """
    gated = load_recogniser(rulebook)
    ours = patterns_module.PhraseFinder
    patterns_module.PhraseFinder = UngatedFinder  # type: ignore[assignment,misc]
    try:
        ungated = load_recogniser(rulebook)
        _, theirs = audit(calls, rulebook, ungated)
        slow = median(_pattern_seconds(calls, rulebook, ungated) for _ in range(3))
    finally:
        patterns_module.PhraseFinder = ours  # type: ignore[misc]
    _, records = audit(calls, rulebook, gated)
    if records != theirs:
        sys.exit("the gate changes what is found: the records of gated and ungated runs differ")
    return slow / median(
        _pattern_seconds(calls, rulebook, load_recogniser(rulebook)) for _ in range(3)
    )


def _pattern_seconds(calls: Sequence[Call], rulebook: RuleBook, recogniser: Recogniser) -> float:
    """CPU seconds that the recogniser's patterns take on the calls, inside an audit."""
    voice, spent = recogniser._patterns, [0.0]  # type: ignore[attr-defined]

    def recognise_turn(turn: Any, words: Any) -> Any:
        begin = time.process_time()
        acts = type(voice).recognise_turn(voice, turn, words)
        spent[0] += time.process_time() - begin
        return acts

    voice.recognise_turn = recognise_turn
    audit(calls, rulebook, recogniser)
    del voice.recognise_turn
    return spent[0]


def _beside_more_rules(
    warm: Sequence[Call],
    rounds: Sequence[Sequence[Call]],
    rulebook: RuleBook,
    recogniser: Recogniser,
) -> float:
    more = multiply_rules(rulebook, 5)
    many, spare = load_recogniser(more), load_recogniser(rulebook)
    audit(warm, more, many)
    ratios = []
    for calls in rounds:
        audit(calls, rulebook, spare)  # so that both find the words of these calls read
        ratios.append(audit(calls, more, many)[0] / audit(calls, rulebook, recogniser)[0])
    return median(ratios)


def _exponents(
    rulebook: RuleBook, recogniser: Recogniser, calls: Sequence[Call], scale: Sequence[int]
) -> dict[str, float]:
    """Slopes of log time over log size: 1 is linear."""
    turns = [turn for call in join_calls(calls, 0) for turn in call["turns"]]

    def slope(sizes: Sequence[int], make: Callable[[int], Sequence[Call]]) -> float:
        seconds = []
        for size in sizes:
            made, times = make(size), max(1, 400 // size)
            seconds.append(sum(audit(made, rulebook, recogniser)[0] for _ in range(times)) / times)
        return linear_regression([log(size) for size in sizes], [log(s) for s in seconds]).slope

    def long_turns(size: int) -> list[Call]:
        said = [word for turn in turns for word in turn["text"].split()][: 8 * size]
        texts = [" ".join(said[at : at + size]) for at in range(0, len(said), size)]
        speakers = ("agent", "customer") * 4
        spoken = zip(speakers, texts, strict=False)
        return [{"id": "long", "turns": [{"speaker": who, "text": text} for who, text in spoken]}]

    return {
        "exponent over calls": slope([size // 10 for size in scale], lambda size: calls[:size]),
        "exponent over turns": slope(scale, lambda size: [{"id": "long", "turns": turns[:size]}]),
        "exponent over words a turn": slope(scale, long_turns),
    }


def _cold_starts(call: Call, times: int) -> dict[str, float]:
    """Seconds of whole processes, medians of several that take turns."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "call.jsonl"
        path.write_text(json.dumps(call) + "\n", encoding="utf-8")
        run = ("-m", "transcript_audit")
        commands = {
            "typer": ("-c", "import typer"),
            "help": (*run, "--help"),
            "spacy": ("-c", "import spacy"),
            "audit": (*run, "audit", str(path), "--no-store", "--format", "jsonl"),
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(times):
            for name, command in commands.items():
                seconds[name].append(_process_seconds(command))
    middle = {name: median(each) for name, each in seconds.items()}
    return {
        "--help / python with typer": middle["help"] / middle["typer"],
        "one call, cold / import spacy": middle["audit"] / middle["spacy"],
    }


def _process_seconds(command: Sequence[str]) -> float:
    """CPU seconds of a process of this Python."""
    # compiled once, as what is installed is: the first of several runs is no more than a warming up
    environment = {name: each for name, each in os.environ.items() if name != NO_BYTECODE}
    before = os.times()
    subprocess.run(  # noqa: S603 - the commands are fixed
        (sys.executable, *command),
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = os.times()
    used = after.children_user - before.children_user
    return used + after.children_system - before.children_system


def show(measured: Measured) -> str:
    """The ratios as Markdown tables, with the facts of the machine."""
    ratios = measured.ratios
    rows = "".join(f"| {name} | {ratios[name]:.2f} | {goal} |\n" for name, goal in GOALS.items())
    ours = ratios["audit / blank tokenizer"]
    others = "".join(
        f"| {name} | {times:.2f} | {ours / times:.2f} |\n" for name, times in measured.peers.items()
    )
    others += "".join(
        f"| {name} | not run: {why.replace('|', ' ')} | |\n"
        for name, why in measured.missing.items()
    )
    facts = (
        f"Python {platform.python_version()}, spaCy {version('spacy')}, numpy {version('numpy')}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores."
    )
    return (
        f"| ratio | measured | goal |\n| --- | ---: | --- |\n{rows}\n"
        "| peer, on the same calls | times the blank tokenizer | an audit takes so many times it |"
        f"\n| --- | ---: | ---: |\n{others}\n{facts}\n"
    )


def worse_than(ratios: Mapping[str, float], kept: Mapping[str, float]) -> list[str]:
    """A line for each ratio that got worse, or that nothing was kept of."""
    worse = [
        f"worse: {name} is {ratios[name]:.2f}, was {before:.2f}"
        for name, before in kept.items()
        if name in ratios
        and (before / ratios[name] if name in HIGHER_IS_BETTER else ratios[name] / before) > WORSE
    ]
    return worse + [f"not kept before: {name}" for name in ratios if name not in kept]


def main() -> None:
    """Measures, prints, and keeps or compares if asked to; what got worse is no failure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--calls", type=int, help="of the recorded calls, only the first of them")
    parser.add_argument("--words", type=int, default=WORDS, help="of a joined call")
    options = parser.parse_args()
    size = Size(words=options.words)
    if options.calls:
        size = Size(options.words, 4, 1, (10, 100), 1, options.calls)
    measured = measure(size)
    print(show(measured), end="")
    if options.record:
        kept = json.dumps(measured.ratios, indent=1) + "\n"
        KEPT.write_text(kept, encoding="utf-8", newline="\n")
    if options.check:
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
        print("\n".join(worse_than(measured.ratios, kept) or ["nothing got worse"]))


if __name__ == "__main__":
    main()
