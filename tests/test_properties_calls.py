"""Calls of any words: audited, redacted and written down, without contradicting themselves."""

from __future__ import annotations

from fuzz.targets import audit_words
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

SPEAKERS = st.sampled_from("aaacccbsx ")
SAID = st.sampled_from(
    [
        "I'd like to cancel my membership",
        "please just cancel it like I said",
        "no thank you, I don't want any offers",
        "it's too expensive and nobody ever answers",
        "I can do ten percent off for a year",
        "you'd be silly to leave now",
        "I won't cancel it",
        "you have to write us a letter first",
        "let me put you through to my manager",
        "that's cancelled as of Friday",
        "you're welcome back any time",
        "are you deaf?",
        "let me finish!",
        "my card is 4111 1111 1111 1111",
        "my name is Dana Whitfield and I live at 4 Elm Street",
        "mhm",
        "okay",
        "one moment please",
        "[NAME]",
    ]
)
ODD = st.text(max_size=12) | st.sampled_from(["\u202e", "\x1b[31m", "\ud800", "Z" + "\u0301" * 9])
LINE = st.tuples(SPEAKERS, st.lists(SAID | SAID | SAID | ODD, min_size=1, max_size=3)).map(
    lambda drawn: drawn[0] + ". ".join(drawn[1]).replace("\n", " ")
)


@examples(30)
@given(st.integers(0, 7), st.lists(LINE, min_size=2, max_size=14))
def test_any_call_is_judged_without_contradiction(flags: int, lines: list[str]) -> None:
    audit_words(bytes([flags]) + "\n".join(lines).encode("utf-8", "surrogatepass"))
