"""JSON arrays, element by element: the same as all at once, in memory for one."""

from __future__ import annotations

import gc
import io
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import ReadOptions, read_transcripts
from transcript_audit.readers.json_arrays import Element, read_elements

TURN = {"speaker": "agent", "text": "Hello"}
CALL = {"id": "a", "turns": [TURN]}
WHISPER = {"text": "Hello.", "segments": [{"id": 0, "start": 0, "end": 1, "text": "Hello."}]}


def read(content: object, **options: object) -> list[Transcript | SkippedCall]:
    text = content if isinstance(content, str) else json.dumps(content)
    data = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    return list(read_transcripts(["-"], ReadOptions(**options), data))  # type: ignore[arg-type]


def elements_of(text: str, at_once: int = 1) -> tuple[list[object], ReadError | None]:
    """The values of the elements, and the fault that ends them."""
    found = list(read_elements("x", io.StringIO(text, newline=None), at_once))
    fault = found.pop().problem if found and not found[-1].text else None
    assert all(each.problem is None for each in found)
    return [each.value for each in found], fault


# --- the same as all at once ------------------------------------------------------------------

numbers = st.integers(-(10**20), 10**20) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=9) | st.just('é\ud83d\ude00\\"/\n'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
spaces = st.text(" \t\r\n", max_size=3)
written = st.builds(
    lambda value, indent, escaped, before, after: (
        before + json.dumps(value, indent=indent, ensure_ascii=escaped) + after
    ),
    values,
    st.sampled_from([None, 0, 2]),
    st.booleans(),
    spaces,
    spaces,
)
arrays = st.builds(
    lambda before, items, after: f"{before}[{','.join(items)}]{after}",
    spaces,
    st.lists(written, max_size=5) | st.just([" "]),
    st.text(" \t\n\xa0\x0c", max_size=20),
)
chunks = st.sampled_from([1, 2, 3, 7, 16, 40, 1000])


@examples(400)
@given(arrays, chunks)
def test_the_elements_are_those_that_json_loads_gives(text: str, at_once: int) -> None:
    found, fault = elements_of(text, at_once)
    assert fault is None
    expected = json.loads(text.rstrip().replace("\r\n", "\n").replace("\r", "\n"))
    assert repr(found) == repr(expected)


def fault_of(text: str) -> json.JSONDecodeError | None:
    """What `json.loads` has against it."""
    try:
        json.loads(text.rstrip())
    except json.JSONDecodeError as error:
        return error
    return None


def check_as_json_loads(text: str, at_once: int) -> ReadError | None:
    """The fault, which must be that of `json.loads`, at the same place."""
    _, fault = elements_of(text, at_once)
    error = fault_of(text)
    assert (fault is None) == (error is None)
    # Newer Pythons tell a comma before the bracket as a fault of its own.
    if fault and error and "trailing comma" not in error.msg:
        assert fault.place == f"line {error.lineno}"
        said = f"not JSON ({error.msg.removesuffix(' at')} at column {error.colno})"
        assert fault.problem.startswith(said)
        cut = not text.rstrip()[error.pos :].strip() or "Unterminated" in error.msg
        assert ("it seems cut off" in fault.problem) == cut
    return fault


@examples(400)
@given(arrays, chunks, st.data())
def test_a_cut_or_damaged_array_gives_what_stands_before_and_the_fault_of_json_loads(
    text: str, at_once: int, data: st.DataObject
) -> None:
    text = text.replace("\r", "\n")
    whole, _ = elements_of(text)
    at = data.draw(st.integers(text.index("[") + 1, len(text)), "place")
    put = data.draw(st.sampled_from([None, "", *'",]}[{:x1 \\\n\t-eE.\xa0']), "put")
    damaged = text[:at] if put is None else text[:at] + put + text[at + 1 :]
    fault = check_as_json_loads(damaged, at_once)
    found, _ = elements_of(damaged, at_once)
    # How many elements end, with the sign after them, before the place.
    untouched = [each for each in ends_of(text) if each < at]
    assert repr(found[: len(untouched)]) == repr(whole[: len(untouched)])
    if fault and found:
        assert fault.problem.endswith("; the calls from there on are not read")


def ends_of(text: str) -> Iterator[int]:
    """Where the sign after each element of an array stands."""
    at = text.index("[")
    for element in read_elements("x", io.StringIO(text)):
        at = text.index(element.text, at + 1) + len(element.text)
        at += len(text[at:]) - len(text[at:].lstrip())
        yield at


@pytest.mark.parametrize(
    "number", ["12", "-1.5", "1e5", "1E+5", "-Infinity", "NaN", "null", "1.25e-7"]
)
@pytest.mark.parametrize("at_once", range(1, 12))
def test_a_value_is_not_whole_before_what_follows_is_read(number: str, at_once: int) -> None:
    found, fault = elements_of(f"[{number},{number} ,[{number}]\n]", at_once)
    value = json.loads(number)
    assert (repr(found), fault) == (repr([value, value, [value]]), None)


@pytest.mark.parametrize(
    "text", ["[1]x", "[1],", "[1]\n[2]", "[] x", "[1]" + " " * 90 + "x", "[1]]"]
)
def test_what_follows_the_array_is_refused(text: str) -> None:
    fault = check_as_json_loads(text, 1)
    assert fault
    assert "Extra data" in fault.problem


@pytest.mark.parametrize("text", ["[", "[,", "[1,]", "[1,,2]", "[1 2]", '["a', '["a\n"]', "[1,"])
def test_a_fault_between_elements_is_told_as_json_loads_tells_it(text: str) -> None:
    assert check_as_json_loads(text, 3)


class _Counted(io.StringIO):
    """A text that counts the characters read of it."""

    count = 0

    def read(self, size: int | None = -1) -> str:
        text = super().read(size)
        self.count += len(text)
        return text


def test_a_fault_is_told_without_reading_the_rest() -> None:
    text = _Counted('[{"a": 1}, {"a" 2}' + ', {"a": 1}' * 100_000 + "]")
    *_, last = read_elements("x", text, 64)
    assert last.problem
    assert text.count < 1_000


def test_an_element_comes_as_soon_as_it_is_read() -> None:
    text = _Counted('[{"a": 1}' + ', {"a": 1}' * 100_000 + "]")
    assert next(read_elements("x", text, 64)).value == {"a": 1}
    assert text.count == 64


def test_a_long_element_is_read_in_time_and_reads_in_proportion() -> None:
    text = json.dumps(["short", "x" * 1_000_000, "short"])
    reads = _Reads(text)
    assert [len(str(each.value)) for each in read_elements("x", reads, 16)] == [5, 1_000_000, 5]
    assert reads.reads < 40


class _Reads(io.StringIO):
    """A text that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1) -> str:
        self.reads += 1
        return super().read(size)


# --- elements in doubt ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("odd", "problem"),
    [
        ('{"id": 1, "id": 2}', 'key "id" twice in one object'),
        ('{"turns": [{"text": "a", "text": "b"}], "id": 1, "id": 2}', 'key "text" twice'),
        (f'{{"x": {"9" * 5_000}}}', "not a call (a number too long)"),
        ("9" * 5_000, "not a call (a number too long)"),
    ],
)
@pytest.mark.parametrize("at_once", [1, 7, 1 << 16])
def test_a_value_in_doubt_costs_no_other(odd: str, problem: str, at_once: int) -> None:
    found = list(read_elements("x", io.StringIO(f'[{{"a": 1}}, {odd} , {{"a": 2}}]'), at_once))
    first, second, third = found
    assert (first.value, third.value) == ({"a": 1}, {"a": 2})
    assert second.problem
    assert second.problem.place == "call 2"
    assert second.problem.problem.startswith(problem)
    assert second.text == odd


@pytest.mark.parametrize("at_once", [1, 100, 1 << 16])
def test_a_long_number_with_a_fraction_is_a_number_wherever_it_is_cut(at_once: int) -> None:
    text = f"[{'9' * 5_000}.5, {'9' * 5_000}e-4999]"
    assert elements_of(text, at_once) == (json.loads(text), None)


def test_the_same_twice_is_no_doubt() -> None:
    assert elements_of('[{"a": 1, "a": 1}]') == ([{"a": 1}], None)


@pytest.mark.parametrize("before", ["", '{"a": 1},\n'])
def test_what_is_nested_too_deeply_ends_the_array_in_its_line(before: str) -> None:
    found, fault = elements_of(f"[{before}{'[' * 100_000}", 1 << 12)
    assert len(found) == len(before[:1])
    assert fault
    assert fault.place == ("line 2" if before else "line 1")
    assert "nested too deeply" in fault.problem


# --- the calls of an array --------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 1])
def test_a_cut_array_gives_the_calls_before_and_says_where_the_rest_is_lost(
    indent: int | None,
) -> None:
    text = json.dumps([CALL, CALL | {"id": "b"}, CALL | {"id": "c"}], indent=indent)[:-30]
    first, second, skipped = read(text)
    assert [first.call_id, second.call_id, skipped.call_id] == ["a", "b", "stdin#3"]
    assert isinstance(skipped, SkippedCall)
    assert skipped.reason.startswith(f"line {text.rstrip().count(chr(10)) + 1}: not JSON (")
    assert "it seems cut off; export it again; the calls from there on are" in skipped.reason


def test_a_fault_before_any_call_says_nothing_of_others() -> None:
    (skipped,) = read("[" + json.dumps(CALL)[:-1])
    assert isinstance(skipped, SkippedCall)
    assert skipped.call_id == "stdin"
    assert skipped.reason.endswith("it seems cut off; export it again")


def test_calls_in_doubt_are_skipped_alone_in_an_array() -> None:
    one = json.dumps({"turns": [TURN]})
    calls = read(f'[{one}, {{"id": 1, "id": 2}}, {{"turns": {"9" * 5_000}}}, {one}]')
    assert [type(call) for call in calls] == [Transcript, SkippedCall, SkippedCall, Transcript]
    assert [call.call_id for call in calls] == [f"stdin#{number}" for number in range(1, 5)]
    reasons = [call.reason for call in calls if isinstance(call, SkippedCall)]
    assert [reason.split(":")[0] for reason in reasons] == ["call 2", "call 3"]


NO_TURN = [{"type": "began"}, {"speaker": "agent"}, {"text": "(music)"}, WHISPER]


@pytest.mark.parametrize("first", [*NO_TURN, "", []])
def test_an_array_with_a_turn_in_it_is_one_call_even_if_others_come_first(first: object) -> None:
    (call,) = read([first, TURN, TURN])
    if isinstance(first, dict) and "text" in first:
        assert isinstance(call, Transcript)
        assert len(call.utterances) == 3
    else:
        assert isinstance(call, SkippedCall)
        assert call.reason.startswith("[0]")


def test_a_turn_after_calls_costs_no_call() -> None:
    one, two, turn = read([CALL, CALL | {"id": "b"}, TURN])
    assert (one.call_id, two.call_id) == ("a", "b")
    assert isinstance(turn, SkippedCall)
    assert turn.reason.startswith("call 3: no list of turns; found keys")


def test_a_call_after_turns_is_no_turn_and_the_list_is_refused_whole() -> None:
    (call,) = read([TURN, TURN, CALL])
    assert isinstance(call, SkippedCall)
    assert "[2]" in call.reason


def test_calls_that_could_be_lines_of_a_turn_list_are_calls_where_no_turn_is() -> None:
    calls = read([WHISPER, WHISPER])
    assert [type(call) for call in calls] == [Transcript, Transcript]
    assert [call.call_id for call in calls] == ["stdin#1", "stdin#2"]


def test_arrays_of_what_nobody_knows_are_a_skipped_call_each() -> None:
    calls = read([{"x": 1}, 2, [3]])
    assert [type(call) for call in calls] == [SkippedCall] * 3


def test_a_damaged_turn_list_is_one_skipped_call() -> None:
    (call,) = read(json.dumps([TURN] * 5)[:-9])
    assert isinstance(call, SkippedCall)
    assert "it seems cut off" in call.reason
    assert "calls from there on" not in call.reason


# --- memory -----------------------------------------------------------------------------------


@contextmanager
def peak_of() -> Iterator[list[int]]:
    """The peak of memory in it, in bytes; garbage in circles is not collected."""
    peak = [0]
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        yield peak
        peak[0] = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()


def write_calls(path: Path, count: int, **more: object) -> str:
    turns = [TURN | {"text": "Nothing else is new. " * 60} for _ in range(8)]
    records = (json.dumps({"id": str(number), "turns": turns, **more}) for number in range(count))
    path.write_text("[" + ",\n".join(records) + "]", encoding="utf-8")
    return str(path)


def test_elements_take_memory_for_one(tmp_path: Path) -> None:
    path = write_calls(tmp_path / "calls.json", 300)
    with Path(path).open(encoding="utf-8") as lines, peak_of() as peak:
        assert sum(1 for _ in read_elements("x", lines)) == 300
    assert peak[0] < 1_000_000 < Path(path).stat().st_size


@pytest.mark.parametrize("more", [{}, {"text": "so that it could be a line of a turn list"}])
def test_the_calls_of_an_array_take_memory_for_one(tmp_path: Path, more: dict[str, str]) -> None:
    path = write_calls(tmp_path / "calls.json", 600, **more)
    list(read_transcripts([write_calls(tmp_path / "one.json", 2)]))
    with peak_of() as peak:
        assert sum(isinstance(call, Transcript) for call in read_transcripts([path])) == 600
    assert peak[0] < 3_000_000 < Path(path).stat().st_size


def test_an_element_is_a_value_with_its_text() -> None:
    assert list(read_elements("x", io.StringIO('[ {"a":1} ]'))) == [Element({"a": 1}, '{"a":1}')]
