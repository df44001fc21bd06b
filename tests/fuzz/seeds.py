"""What fuzzing begins with: calls of every format, rule files, and what once made it crash."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from fuzz.targets import FORMATS, RULE_FILES
from hostile import FORMATS as WRITERS
from hostile import TEXTS, as_jsonl

from transcript_audit.rulebook.loading import find_rules_directory

TESTS = Path(__file__).resolve().parents[1]
CRASHES = TESTS / "data" / "crashes"
SAMPLES = TESTS.parent / "sample_transcripts"
GENUINE = TESTS.parents[1] / "shared" / "formats"
LARGEST = 1 << 16
"""Bytes of a seed; mutating larger ones leads nowhere."""


def crash_inputs(target: str) -> list[Path]:
    """The inputs that once brought a target down, one a file."""
    return sorted((CRASHES / target).glob("*"))


def seeds_of(target: str) -> Iterator[bytes]:
    """Inputs for a target, none larger than `LARGEST`."""
    found = {"readers": _files, "rules": _rule_files, "calls": _calls}[target]()
    kept = (path.read_bytes() for path in crash_inputs(target))
    return (seed for each in (kept, found) for seed in each if len(seed) <= LARGEST)


def _files() -> Iterator[bytes]:
    """Files of every format, each with the byte that lets the reader find the format out."""
    for folder in (SAMPLES, GENUINE):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size < LARGEST:
                yield b"\0" + path.read_bytes()
    for write in WRITERS.values():
        for name in ("script", "controls", "quote"):
            yield b"\0" + write(TEXTS[name])
    yield b"\0" + as_jsonl()
    yield b"\0" + gzip.compress(as_jsonl())
    for number, _ in enumerate(FORMATS):
        yield bytes([number]) + WRITERS["vcon"]("hi")


def _rule_files() -> Iterator[bytes]:
    rules = find_rules_directory()
    for number, name in enumerate(RULE_FILES):
        pattern = name if "/" not in name else f"{name.partition('/')[0]}/*.yaml"
        for path in sorted(rules.glob(pattern)):
            text = path.read_text(encoding="utf-8")
            if name.endswith("/own.yaml"):
                text = text.replace(f"id: {path.stem}\n", "id: own\n", 1)
            # of many patterns a few are enough, and parsed in less time
            head, *items = text.split("\n  - id:")
            for first in range(0, len(items), 10) if name.startswith("acts/") else ():
                yield bytes([number]) + "\n  - id:".join([head, *items[first : first + 2]]).encode()
            if not name.startswith("acts/"):
                yield bytes([number]) + text.encode()
    for text in (
        "patterns: !!python/object/apply:os.system ['x']\n",
        "patterns: &a [*a]\n",
        "patterns: [{id: a, <<: {act: offer}, tokens: [[{LOWER: {REGEX: '(a+)+$'}}]]}]\n",
        "%YAML 1.1\n---\npatterns: [? [a]: 0o17, 2026-13-45: .nan, 1:2:3: ~]\n...\n--- x\n",
    ):
        yield b"\0" + text.encode()


def _calls() -> Iterator[bytes]:
    said = (
        "aThanks for calling Harbour Gym, this is Kim.\ncI'd like to cancel my membership.\n"
        "aCan I ask why?\ncIt's too expensive, and nobody answers.\nbI can do ten percent off.\n"
        "cmhm\nbThat is five pounds.\ncNo. My card is 4111 1111 1111 1111.\naI won't cancel it.\n"
        "cLet me finish! Just cancel it, like I said.\naIt's cancelled as of Friday. Goodbye.\n"
    )
    for flags in range(8):
        yield bytes([flags]) + said.encode()
        for text in list(TEXTS.values())[flags::8]:
            flat = text.replace("\n", " ").encode("utf-8", "surrogatepass")
            yield bytes([flags]) + said.encode().replace(b".", b" " + flat + b".")
