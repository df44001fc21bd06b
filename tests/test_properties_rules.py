"""Rule files of any content: a rule book, or faults with their places; nothing else comes out."""

from __future__ import annotations

import json

import pytest
from fuzz.mutations import ODD, change_document
from fuzz.seeds import seeds_of
from fuzz.targets import RULE_FILES, load_rules
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from ruamel.yaml import YAML

WORDS = st.sampled_from(
    "id act offer refuse phrases tokens unless turn: examples match no_match kind LOWER OP IN ? ! "
    "^ $ .. ... @end-verb a/b a? cancel it 0.5 -1 null ~ true .nan 1e999 0x1F 2026-13-45 1:2:3 "
    "*a &a !!python/name:os.system !!binary !include <<".split()
)
VALUES = st.recursive(
    st.sampled_from(ODD) | WORDS | st.text(max_size=6) | st.floats() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
KINDS = st.integers(0, len(RULE_FILES) - 1)


@examples(25)
@given(KINDS, VALUES)
def test_any_structure_is_a_rule_book_or_faults_with_their_places(kind: int, data: object) -> None:
    load_rules(bytes([kind]) + json.dumps(data).encode())


@examples(25)
@given(
    KINDS,
    st.lists(
        WORDS
        | st.sampled_from(["\n", "\n  ", "- ", ": ", "[", "]", "{", "}", '"'])
        | st.text(max_size=3)
    ),
)
def test_any_text_is_a_rule_book_or_faults_with_their_places(kind: int, pieces: list[str]) -> None:
    load_rules(bytes([kind]) + " ".join(pieces).encode("utf-8", "surrogatepass"))


RIGHT = [
    (seed[0], YAML(typ="safe", pure=True).load(seed[1:].decode()))
    for seed in seeds_of("rules")
    if b"!!" not in seed and b"*a" not in seed and b"%YAML" not in seed and b"<<" not in seed
]


@examples(30)
@given(st.sampled_from(RIGHT), st.integers(0, 1 << 32))
def test_a_right_file_with_something_changed_is_too(file: tuple[int, object], seed: int) -> None:
    kind, data = file
    load_rules(bytes([kind]) + change_document(data, seed))


TOKENS = st.fixed_dictionaries(
    {},
    optional={
        key: st.sampled_from([*ODD, "a", 3])
        | st.dictionaries(
            st.sampled_from(["IN", "NOT_IN", ">=", "==", "REGEX", "FUZZY", "FUZZY2", "IS_SUBSET"]),
            st.sampled_from([*ODD, "a", 3, ["a", "b"], [1, 2], ["a", 1]]),
            max_size=2,
        )
        for key in ("LOWER", "LENGTH", "IS_ALPHA", "OP", "lower", "REGEX", "SHAPE", "_", "TAG")
    },
)


@examples(30)
@given(st.lists(TOKENS, max_size=3))
def test_any_token_pattern_is_used_or_a_fault(tokens: list[dict[str, object]]) -> None:
    pattern = {
        "id": "offer/own",
        "act": "offer",
        "qualifier": "discount",
        "tokens": [tokens],
        "examples": {"match": ["I can do ten percent off"], "no_match": ["It is ten past five"]},
    }
    load_rules(b"\0" + json.dumps({"patterns": [pattern]}).encode())


@pytest.mark.parametrize("kind", range(len(RULE_FILES)), ids=RULE_FILES)
def test_an_empty_file_of_any_name_is_told_or_nothing(kind: int) -> None:
    for text in (b"", b"#\n", b"---\n...\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\0"):
        load_rules(bytes([kind]) + text)
