"""Files of any bytes and in any format: calls, or skipped calls with a reason; nothing else."""

from __future__ import annotations

import pytest
from fuzz.mutations import mutate_within
from fuzz.seeds import seeds_of
from fuzz.targets import FORMATS, read_bytes
from hostile import FORMATS as WRITERS
from hostile import as_jsonl
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

WHOLE = {
    form: write("it costs too much; I'd like to cancel")
    for form, write in WRITERS.items()
    if form != "parquet"  # read in a process of its own; tested where it is read
}
WHOLE["jsonl"] = as_jsonl(["script", "bidi"])  # type: ignore[arg-type]

PIECES = st.sampled_from(
    [
        *("WEBVTT", "\n", "\n\n", "00:00:01.000 --> 00:00:02.000\n", "1\n", "<v Agent>", "</v>"),
        *(
            "Agent: ",
            "Customer (Dana): ",
            "[00:01:02] ",
            "Agent name: Kim\n",
            "speaker 1:",
            "NOTE ",
        ),
        *("call_id,speaker,text\n", "a,agent,", '"', ",", ";", "\t", "start", "\r", "\r\n", "=1+1"),
        *("{", "}", "[", "]", ":", '"turns"', '"speaker"', '"text"', '"agent"', "NaN", "1e999"),
        *("\ufeff", "\x00", "\x1b[31m", "\ud800", "\u2028", "hello there, how are you today"),
    ]
)


@examples(100)
@given(st.sampled_from(range(len(FORMATS))), st.lists(PIECES | st.text(max_size=4), max_size=30))
def test_any_pieces_of_text_are_read_or_skipped(format_: int, pieces: list[str]) -> None:
    read_bytes(bytes([format_]) + "".join(pieces).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("form", sorted(WHOLE))
@examples(25)
@given(data=st.data())
def test_a_damaged_file_is_read_or_skipped(form: str, data: st.DataObject) -> None:
    whole = bytearray(WHOLE[form])
    places = st.integers(0, len(whole) - 1)
    for place in data.draw(st.lists(places, max_size=4), "places"):
        whole[place] = data.draw(st.integers(0, 255), "byte")
    cut = data.draw(st.none() | places, "cut")
    read_bytes(b"\0" + bytes(whole[:cut]))


@examples(60)
@given(st.binary(max_size=200), st.sampled_from(range(len(FORMATS))))
def test_any_bytes_are_read_or_skipped(body: bytes, format_: int) -> None:
    read_bytes(bytes([format_]) + body)
    for magic in (b"PK\x03\x04", b"\x1f\x8b\x08", b"%PDF-", b"\xff\xfe", b"\xff\xfe\0\0"):
        read_bytes(bytes([format_]) + magic + body)


SEEDS = [seed for seed in seeds_of("readers") if b"PAR1" not in seed]


@examples(100)
@given(
    st.sampled_from(SEEDS),
    st.integers(0, 1 << 32),
    st.none() | st.sampled_from(range(len(FORMATS))),
)
def test_a_sample_changed_in_its_own_terms_is_read_or_skipped(
    seed: bytes, dice: int, format_: int | None
) -> None:
    changed = mutate_within(seed, 1 << 20, dice, lambda data, _: data[: len(data) // 2])
    read_bytes(changed if format_ is None else bytes([format_]) + changed[1:])
