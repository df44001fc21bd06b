"""What holds for every row of the table of vendors' formats, however its exports are broken."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_exports import MAKERS
from exports import (
    FORMATS,
    Record,
    Way,
    check_broken,
    cut_off_reason,
    mangled,
    matching,
    read_all,
    read_text,
    reason_of,
    skip_reason,
    texts,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from test_vendors_clouds import VALID as CLOUDS
from test_vendors_contact_centre import FIXTURES as CONTACT_CENTRE
from test_vendors_speech_to_text import VALID as SPEECH_TO_TEXT
from test_vendors_vcon import FIXTURES as VCONS

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.words import clean

EXAMPLES: dict[str, Any] = {
    **{name: make() for name, make in (MAKERS | CONTACT_CENTRE).items()},
    **CLOUDS,
    **SPEECH_TO_TEXT,
    "vcon": VCONS["turns"][1],
    "turn-list": VCONS["messages"][1],
}

every_row = pytest.mark.parametrize("name", sorted(FORMATS))


def test_every_row_has_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(FORMATS)


# --- an export as it should be ------------------------------------------------------------------


@every_row
def test_an_export_is_known_by_its_content_and_by_that_row_alone(name: str) -> None:
    assert matching(EXAMPLES[name]) == [name]
    assert {call.format for call in read_all(EXAMPLES[name])} == {name}


@every_row
def test_an_envelope_is_opened_and_a_list_of_one_is_no_other(name: str) -> None:
    record = EXAMPLES[name]
    calls = read_all(record)
    for around in (
        {"data": record},
        {"event": "done", "body": record, "statusCode": 200},
        [record],
    ):
        assert read_all(around) == calls


# --- text that is no JSON -----------------------------------------------------------------------


@every_row
def test_a_file_that_breaks_off_is_one_line_with_its_place(name: str) -> None:
    for text in (json.dumps(EXAMPLES[name], indent=1), json.dumps(EXAMPLES[name])):
        for share in (0.2, 0.5, 0.8):
            reason = cut_off_reason(text[: int(len(text) * share)])
            assert re.match(r"line \d+: not JSON \(.* at column \d+\); ", reason), reason
            assert "export it again" in reason
        assert "cut off" in cut_off_reason(text.rstrip("}] \n"))


@every_row
def test_an_empty_file_says_what_was_expected(name: str) -> None:
    for text in ("", " \n\n", "\ufeff"):
        for options in ({}, {"input_format": name}):
            (call,) = read_text(text, **options)
            assert reason_of(call) == "empty; expected a transcript", repr(text)


DOCUMENTED: dict[str, Callable[[str], str]] = {
    "a comment": lambda text: text.replace(",\n", ",  // as in the example\n", 1),
    "a comma too many": lambda text: re.sub(r"\n(\s*)([}\]])", r",\n\1\2", text, count=1),
    "a comma too few": lambda text: text.replace(",\n", "\n", 1),
    "dots for the rest": lambda text: re.sub(r"\n(\s*)([}\]])", r",\n\1...\n\1\2", text, count=1),
    "a brace too many": lambda text: f"{text}\n}}",
    "a placeholder": lambda text: re.sub(r'": ("[^"]*"|[\d.]+)', '": <value>', text, count=1),
    "single quotes": lambda text: text.replace('"', "'"),
}


@every_row
def test_what_documentation_prints_and_is_no_json_is_one_line_with_its_place(name: str) -> None:
    text = json.dumps(EXAMPLES[name], indent=2)
    for way, break_text in DOCUMENTED.items():
        broken = break_text(text)
        assert broken != text, way
        for options in ({}, {"input_format": name}):
            calls = read_text(broken, **options)
            assert calls, way
            where = r"line \d+: not JSON \(.* at column \d+\); "
            expected = ".*expected" if way == "single quotes" and not options else where
            for call in calls:
                assert re.match(expected, reason_of(call)), (way, call)


# --- JSON that is no such export ----------------------------------------------------------------

NO_EXPORTS: list[object] = [
    *({}, [], 7, "x", None, {"x": 1}, [[]], [None]),
    *({"results": None}, {"results": 1}, {"segments": 3}, {"transcript": {}}, {"Content": None}),
]


@every_row
def test_a_value_that_is_no_such_export_says_what_was_expected(name: str) -> None:
    for value in NO_EXPORTS:
        reason = skip_reason(value, input_format=name)
        assert "expected" in reason or "no turn holds any words" in reason, (value, reason)


def _ways(value: object, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items: Any = value.items() if isinstance(value, dict) else ()
    for key, each in enumerate(value) if isinstance(value, list) else items:
        yield (*way, key)
        yield from _ways(each, (*way, key))


def _changed(record: Any, way: Way, change: Callable[[Any, str | int], None]) -> Any:
    record = copy.deepcopy(record)
    inner = record
    for step in way[:-1]:
        inner = inner[step]
    change(inner, way[-1])
    return record


def _faults(name: str, change: Callable[[Any, str | int], None]) -> list[ReadError]:
    """What is raised, or why a call is skipped, where each value is changed in turn."""
    errors: list[ReadError] = []
    for way in _ways(EXAMPLES[name]):
        record = _changed(EXAMPLES[name], way, change)
        try:
            calls = list(FORMATS[name].read(Node(record, "a.json"), "a"))
        except ReadError as error:
            errors.append(error)
            continue
        errors += [
            ReadError(call.path, call.reason) for call in calls if isinstance(call, SkippedCall)
        ]
    return errors


def _check_faults(errors: list[ReadError]) -> None:
    for error in errors:
        assert str(error).startswith("a.json: "), error
        assert "\n" not in str(error)
        assert "expected" in error.problem, error


@every_row
def test_absent_keys_are_said_in_one_line_with_the_place_and_what_was_expected(name: str) -> None:
    def remove(inner: Any, key: str | int) -> None:
        del inner[key]

    errors = _faults(name, remove)
    assert errors
    _check_faults(errors)


@every_row
def test_wrong_types_are_said_in_one_line_with_the_place_and_what_was_expected(name: str) -> None:
    for wrong in ({"x": [1]}, [{"x": 1}], 1.5, True, "x"):

        def put(inner: Any, key: str | int, wrong: object = wrong) -> None:
            inner[key] = copy.deepcopy(wrong)

        errors = _faults(name, put)
        assert errors, wrong
        _check_faults(errors)


@every_row
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_is_broken_only_a_read_error_comes_out(name: str, data: st.DataObject) -> None:
    check_broken(mangled(EXAMPLES[name], data), name)


# --- that no words are lost ---------------------------------------------------------------------

_CORE = re.compile(r"[^\W\d_]+")

TOKENS = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=2, max_size=6).filter(
    lambda token: clean(token) == token and bool(_CORE.fullmatch(token))
)

IN_ONE_STRING = {"microsoft-accelerator"}
"""Formats that hold who speaks and what is said in one string."""


def _renamed(value: Any, names: dict[str, str], kept: set[str]) -> Any:
    """A copy of an export with other words in all that is said, the same ones for the same."""
    if isinstance(value, dict):
        return {key: _renamed(each, names, kept) for key, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, names, kept) for each in value]
    if not isinstance(value, str) or value.casefold() in kept:
        return value
    cores = _CORE.findall(value)
    return _put(value, names) if cores and all(core in names for core in cores) else value


def _put(text: str, names: dict[str, str]) -> str:
    return _CORE.sub(lambda found: names.get(found[0], found[0]), text)


@every_row
@settings(max_examples=20)
@given(data=st.data())
def test_whatever_words_are_said_none_is_lost_and_each_turn_stays(
    name: str, data: st.DataObject
) -> None:
    example = EXAMPLES[name]
    calls = read_all(example)
    words = sorted({core for call in calls for text in texts(call) for core in _CORE.findall(text)})
    tokens = data.draw(
        st.lists(TOKENS, min_size=len(words), max_size=len(words), unique_by=str.casefold)
    )
    names = dict(zip(words, tokens, strict=True))
    kept = {each.speaker.casefold() for call in calls for each in call.utterances}
    renamed = _renamed(example, names, kept)
    assert renamed != example or name in IN_ONE_STRING
    again = read_all(renamed)
    if name in IN_ONE_STRING:
        assert [texts(call) for call in again] == [texts(call) for call in calls]
        return
    assert [texts(call) for call in again] == [
        [_put(text, names) for text in texts(call)] for call in calls
    ]
    assert _turns(again) == _turns(calls)


def _turns(calls: list[Transcript]) -> list[list[tuple[str, float | None, float | None]]]:
    return [[(each.speaker, each.start, each.end) for each in call.utterances] for call in calls]


@every_row
def test_an_export_twice_in_a_list_loses_no_turn(name: str) -> None:
    record: Record = EXAMPLES[name]
    once = sum(len(call.utterances) for call in read_all(record))
    # Of one conversation, parts that say the same are one call.
    times = 1 if name == "genesys" else 2
    assert sum(len(call.utterances) for call in read_all([record, record])) == times * once
