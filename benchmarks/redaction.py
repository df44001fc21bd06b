"""How much of what is personal is redacted, and how much of what is not.

    python benchmarks/redaction.py                      # the calls of calls/secrets.jsonl
    python benchmarks/redaction.py --spellings 5000     # card numbers in drawn spellings as well
    python benchmarks/redaction.py --sample 40          # what goes in train.jsonl and more.jsonl
    python benchmarks/redaction.py --missed tune        # what is missed in a part

Recall is the share of secrets of which no word is left. A range is a 95 % Wilson range.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transcript_audit.model import Role, Span
from transcript_audit.redaction.secrets import Secret, find_secrets
from transcript_audit.redaction.words import REPEATS
from transcript_audit.statistics import wilson_interval

CALLS = Path(__file__).parent / "calls"
PARTS = ("tune", "hold-out", "fresh", "other-a", "other-b")
DIGITS = ("card", "account", "phone", "code", "reference")
_WORD = re.compile(r"\w+")
_TELLS_NOTHING = frozenset("the of and then dash uh um".split())
"""Words of a secret that may be left."""

_UNITS = "oh one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_TIMES = {count: word for word, count in REPEATS.items() if word != "treble"}


@dataclass(frozen=True, slots=True)
class MarkedCall:
    """A call whose secrets and ordinary phrases are known: (turn, span, kind)."""

    part: str
    call_id: str
    texts: tuple[str, ...]
    roles: tuple[Role, ...]
    agent: str
    secrets: tuple[tuple[int, Span, str], ...]
    keep: tuple[tuple[int, Span, str], ...]


def read_marked_calls(path: Path) -> list[MarkedCall]:
    """The calls of a file of calls with marked secrets."""
    return [_marked_call(json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def _marked_call(record: dict[str, Any]) -> MarkedCall:
    texts = tuple(turn["text"] for turn in record["turns"])
    return MarkedCall(
        record["part"],
        record["id"],
        texts,
        tuple(Role(turn["speaker"]) for turn in record["turns"]),
        record["agent"],
        tuple(_find_phrases(texts, record["secrets"])),
        tuple(_find_phrases(texts, record["keep"])),
    )


def _find_phrases(
    texts: Sequence[str], phrases: Sequence[dict[str, Any]]
) -> Iterator[tuple[int, Span, str]]:
    """Where the phrases stand, each after the one before it in the same turn."""
    at: Counter[int] = Counter()
    for phrase in phrases:
        turn = phrase["turn"]
        start = texts[turn].index(phrase["text"], at[turn])
        at[turn] = start + len(phrase["text"])
        yield turn, (start, at[turn]), phrase.get("kind", "")


def _telling_words_left(text: str, span: Span, found: Sequence[Secret], turn: int) -> bool:
    """Whether a word of a secret is left from which one learns something."""
    return any(
        match[0].lower() not in _TELLS_NOTHING and _words_left(text, match.span(), found, turn)
        for match in _WORD.finditer(text, *span)
    )


def _words_left(text: str, span: Span, found: Sequence[Secret], turn: int) -> int:
    """How many words of a span no secret covers."""
    covered = [secret.span for secret in found if secret.place == turn]
    return sum(
        not any(start <= match.start() and match.end() <= end for start, end in covered)
        for match in _WORD.finditer(text, *span)
    )


def measure_part(calls: Sequence[MarkedCall], part: str, *, missed: bool) -> None:
    """Print recall by kind and what was kept, for one part of the calls."""
    hits, counts = Counter[str](), Counter[str]()
    kept, phrases, lost, ordinary = 0, 0, 0, 0
    for call in calls:
        found = find_secrets(call.texts, call.roles, agents=[call.agent])
        for turn, span, kind in call.secrets:
            gone = not _telling_words_left(call.texts[turn], span, found, turn)
            kinds = [kind, "(all)", *(["(digits)"] if kind in DIGITS else [])]
            counts.update(kinds)
            hits.update(kinds if gone else [])
            if missed and not gone:
                print(f"  missed {call.call_id} {turn} {kind}: {call.texts[turn][slice(*span)]!r}")
        for turn, span, _ in call.keep:
            words = len(_WORD.findall(call.texts[turn], *span))
            phrases += 1
            stays = _words_left(call.texts[turn], span, found, turn) == words
            kept += stays
            if missed and not stays:
                print(f"  lost {call.call_id} {turn}: {call.texts[turn][slice(*span)]!r}")
        all_words, all_lost = _count_ordinary(call, found, missed=missed)
        ordinary += all_words
        lost += all_lost
    print(f"{part}: {len(calls)} calls")
    for kind in sorted(counts):
        _print_share(kind, hits[kind], counts[kind])
    _print_share("`keep` kept", kept, phrases)
    _print_share("words kept", ordinary - lost, ordinary)


def _count_ordinary(call: MarkedCall, found: Sequence[Secret], *, missed: bool) -> tuple[int, int]:
    """The words outside of all secrets, and how many of them were redacted."""
    words = lost = 0
    for turn, text in enumerate(call.texts):
        secret = [span for place, span, _ in call.secrets if place == turn]
        for match in _WORD.finditer(text):
            if any(start <= match.start() < end for start, end in secret):
                continue
            words += 1
            gone = _words_left(text, match.span(), found, turn) == 0
            lost += gone
            if missed and gone:
                print(f"  word {call.call_id} {turn}: {match[0]!r} in {text!r}")
    return words, lost


def _print_share(name: str, part: int, whole: int) -> None:
    low, high = wilson_interval(part, whole)
    print(f"  {name:12} {part:5}/{whole:<5} {part / whole:7.4f}  {low:.3f}-{high:.3f}")


# --- spellings ----------------------------------------------------------------------------------


def spell_digits(digits: str, chance: random.Random) -> str:
    """The digits as somebody may say or write them."""
    said: list[str] = []
    at = 0
    while at < len(digits):
        run = 1
        while run < 4 and digits[at : at + run + 1] == digits[at] * (run + 1):
            run += 1
        pair = digits[at : at + 2]
        way = chance.random()
        if run > 1 and way < 0.4:
            said.append(f"{_TIMES[run]} {_UNITS[int(digits[at])]}")
            at += run
        elif len(pair) == 2 and pair[0] != "0" and way < 0.55:
            said.append(_spell_pair(pair))
            at += 2
        elif way < 0.7:
            said.append(digits[at : at + chance.randint(1, 4)])
            at += len(said[-1])
        else:
            zero = chance.choice(("oh", "zero", "nought", "o"))
            said.append(zero if digits[at] == "0" else _UNITS[int(digits[at])])
            at += 1
    between = [" ", " ", " ", "-", " - ", ", ", ". ", ".", " uh ", ", um, ", " and then ", " dash "]
    mark = chance.choice(between)
    text = said[0]
    for word in said[1:]:
        text += (chance.choice(between) if chance.random() < 0.2 else mark) + word
    return text


def _spell_pair(pair: str) -> str:
    if pair[0] == "1":
        return _TEENS[int(pair[1])]
    tens = _TENS[int(pair[0]) - 2]
    return tens if pair[1] == "0" else f"{tens}-{_UNITS[int(pair[1])]}"


def measure_spellings(count: int) -> None:
    """Print recall on drawn numbers of 13 to 19 digits, said in one turn or over several."""
    chance = random.Random(7)  # noqa: S311 - a fixed draw, no secret
    gone = 0
    for _ in range(count):
        digits = "".join(chance.choices("0123456789", k=chance.randint(13, 19)))
        pieces = [digits]
        if chance.random() < 0.5:
            cuts = sorted(chance.sample(range(2, len(digits) - 1), chance.randint(1, 3)))
            ends = zip([0, *cuts], [*cuts, len(digits)], strict=True)
            pieces = [digits[start:end] for start, end in ends]
        texts: list[str] = []
        for piece in pieces:
            texts += [spell_digits(piece, chance), chance.choice(("mhm", "yep", "okay", "uh huh"))]
        found = find_secrets(texts)
        gone += not any(
            _telling_words_left(texts[place], (0, len(texts[place])), found, place)
            for place in range(0, len(texts), 2)
        )
    _print_share("spellings", gone, count)


# --- ordinary calls -----------------------------------------------------------------------------


def sample_calls(files: Sequence[Path], count: int) -> None:
    """Print how much is redacted in calls without marked secrets, how fast, and some of it."""
    words, taken, spent = 0, 0.0, 0.0
    kinds, shown = Counter[str](), list[str]()
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            record = json.loads(line)
            texts = [turn["text"] for turn in record["turns"]]
            roles = [Role(turn["speaker"]) for turn in record["turns"]]
            agent = record.get("agent") or []
            start = time.perf_counter()
            found = find_secrets(texts, roles, agents=[agent] if isinstance(agent, str) else agent)
            spent += time.perf_counter() - start
            words += sum(len(_WORD.findall(text)) for text in texts)
            for secret in found:
                text, (begin, end) = texts[secret.place], secret.span
                kinds[secret.kind] += 1
                taken += len(_WORD.findall(text, begin, end))
                shown.append(
                    f"  {record['id']} {secret.kind:9} "
                    f"{text[max(0, begin - 40) : begin]}[[{text[begin:end]}]]{text[end : end + 25]}"
                )
    print(f"{words} words, {1000 * taken / words:.2f} redacted per 1,000: {dict(kinds)}")
    print(f"{1e9 * spent / words:.0f} µs per 1,000 words")
    chance = random.Random(7)  # noqa: S311 - a fixed draw, no secret
    print(*sorted(chance.sample(shown, min(count, len(shown)))), sep="\n")


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--spellings", type=int, default=1000, metavar="N")
    parser.add_argument("--sample", type=int, default=None, metavar="N")
    parser.add_argument("--missed", choices=PARTS, default=None)
    options = parser.parse_args()
    if options.sample is not None:
        sample_calls([CALLS / "train.jsonl", CALLS / "more.jsonl"], options.sample)
        return
    calls = read_marked_calls(CALLS / "secrets.jsonl")
    for part in PARTS:
        chosen = [call for call in calls if call.part == part]
        measure_part(chosen, part, missed=options.missed == part)
    measure_spellings(options.spellings)


if __name__ == "__main__":
    main()
