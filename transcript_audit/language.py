"""Whether a call is in English at all, so that no other language is judged as if it were."""

from __future__ import annotations

import re
from collections.abc import Iterable

FOREIGN_LETTERS = 0.3
"""Share of letters beyond a to z above which a text is no English. The most accented of the 804
calls in `benchmarks/calls/train.jsonl` and `more.jsonl` has 0.004."""

ENGLISH_WORDS = 0.12
"""Share of English function and number words below which a text is no English. Those calls have
at least 0.27; short ones in nine other languages that are written with a to z, at most 0.1."""

LETTERS_NEEDED = 20
WORDS_NEEDED = 15
"""With less than this there is no telling."""

# The commonest words of spoken English and its digits, without those that other languages of
# Europe write too ("a", "on", "me", "no", "so", "was", "in").
_ENGLISH = frozenset(
    "the and you to of is it that for i my have this can your with not but are what just if they "
    "would there were from yes yeah okay please thanks thank be our he she him her his their them "
    "we us been had has did does do don how why when who where which could should will going get "
    "got know want need like about out up any some here now or as at all by then than because "
    "zero oh one two three four five six seven eight nine ten".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_BEYOND = re.compile(r"[^\x00-\x7f]")


def foreign_language(texts: Iterable[str]) -> str:
    """Why what was said in a call can't be English, or "" where it may be.

    Everything said counts together: a few words in another language are fine, and so is a call
    of a few words.
    """
    text = " ".join(texts).lower()
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    beyond = 0 if text.isascii() else len(_BEYOND.findall("".join(words)))
    strange = letters >= LETTERS_NEEDED and beyond > FOREIGN_LETTERS * letters
    known = sum(map(_ENGLISH.__contains__, words))
    if strange or (len(words) >= WORDS_NEEDED and known < ENGLISH_WORDS * len(words)):
        return (
            "not English text, or read in the wrong encoding; only English can be judged; "
            "if it is English, name the encoding with --encoding"
        )
    return ""
