"""Which words are ordinary, so that a word that isn't may be a name."""

from __future__ import annotations

from functools import lru_cache

from transcript_audit.redaction.given_names import read_words
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import SAID

_ORDINARY = read_words("ordinary_words.txt") | STOP_WORDS | SAID.keys()
"""What is written small in calls that write names with capitals."""

_ENDINGS = (
    ("'s", ""),
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("ly", ""),
    ("er", ""),
    ("er", "e"),
    ("ers", ""),
    ("y", ""),
    ("'d", ""),
    ("'ll", ""),
    ("'ve", ""),
    ("'re", ""),
    ("n't", ""),
)
_FOREIGN_TO_NAMES = ("ing", "tion", "tions", "ment", "ments", "ness", "able", "ity", "less", "ful")


def is_ordinary(text: str) -> bool:
    """Whether a word in small letters is an ordinary one, or a form of one."""
    return text in _ORDINARY or _is_form(text)


@lru_cache(maxsize=4096)
def _is_form(text: str) -> bool:
    """Whether a word that isn't listed is short, or made of an ordinary one."""
    if len(text) < 3 or text.endswith(_FOREIGN_TO_NAMES):
        return True
    return any(
        text.endswith(ending) and text[: -len(ending)] + other in _ORDINARY
        for ending, other in _ENDINGS
    )
