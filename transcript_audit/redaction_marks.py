"""What redaction left in a text: "[PII]", "[PHONE_NUMBER]", "<NAME>", "[redacted]", "****", "####".

A mark is opaque. It stands for words that nobody can read any more, so it is no word itself, and a
check that would need those words has to say that it cannot tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from transcript_audit.model import Span

_BRACKETED = r"\[(?P<square>[^\W_][\w .:/-]{0,38})\]|<(?P<angle>[^\W_][\w .:/-]{0,38})>"
_REPEATED = r"(?<![A-Za-z*])\*{2,}(?![A-Za-z*])|(?<![A-Za-z#])#{2,}(?![A-Za-z#])|[█▇■▮]+|\bX{3,}\b"
_MARK = re.compile(f"{_BRACKETED}|{_REPEATED}")
_MAY_MARK = re.compile(r"[\[<*#█▇■▮]|XXX")
"""What every mark holds: most texts have none of it, and need no closer look."""

_NAME = re.compile(r"(?<![a-z])(?:(?:first|last|given|sur|full|user)?names?|person|per)(?![a-z])")
_HIDDEN = re.compile(
    rf"{_NAME.pattern}|(?<![a-z])(?:pii|phi|pci|redact\w*|mask\w*|remov\w*|anonymi\w*|sensitive"
    r"|numbers?|date|dob|address|postcode|zip|phone|e-?mail|ssn|pin|cvv|card|account|amount"
    r"|location|url)(?![a-z])"
)
_SOUND = re.compile(
    r"laugh|chuckl|giggl|music|nois|silen|pause|beep|tone|ring|audio|audible|intelligible|cough"
    r"|sigh|breath|appla|cross ?talk|overlap|speak|foreign|hold|cry|sob|click|static|typing"
)
"""What speech recognition writes in brackets for what is no word: "[LAUGHTER]", "[BLANK_AUDIO]"."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something redacted: where its mark stands, and whether the mark says that it was a name."""

    span: Span
    name: bool


def find_marks(text: str) -> tuple[Mark, ...]:
    """The redaction marks of a text, in order.

    What stands in brackets is one if it is in capitals, or says what was hidden in any case
    ("[name]", "[redacted]"), unless it names a sound. Stars glued to letters ("f***") are none:
    they mask a word that everybody can read.
    """
    if not _MAY_MARK.search(text):
        return ()
    marks = []
    for match in _MARK.finditer(text):
        said = (match["square"] or match["angle"] or "").replace("_", " ")
        if not said or _says_hidden(said):
            marks.append(Mark(match.span(), name=bool(_NAME.search(said.lower()))))
    return tuple(marks)


def _says_hidden(said: str) -> bool:
    lower = said.lower()
    if _HIDDEN.search(lower):
        return True
    return said.isupper() and len(said) > 2 and not _SOUND.search(lower)


def hide_marks(text: str, word: str) -> str:
    """The text with `word` in the place of each mark."""
    parts, at = [], 0
    for mark in find_marks(text):
        parts += [text[at : mark.span[0]], word]
        at = mark.span[1]
    return "".join((*parts, text[at:]))


def hides_detail(text: str) -> bool:
    """Whether a date, a number, an amount or an address may have stood in the text."""
    return any(not mark.name for mark in find_marks(text))


def is_mostly_hidden(text: str) -> bool:
    """Whether so much was redacted that nobody can say what the text does: at least as many marks
    as words. Marks of names don't count: a name alone does nothing."""
    hidden = sum(not mark.name for mark in find_marks(text))
    return hidden > 0 and hidden >= len(re.findall(r"[\w'’]+", hide_marks(text, " ")))
