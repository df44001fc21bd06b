"""Text from calls made safe to show: it is hostile until shown otherwise."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from rich.text import Text

from transcript_audit.model import Span

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A spreadsheet may run a cell that begins so as a formula; the wide signs, in some languages."""

_FORMULA_AFTER_SEMICOLON = re.compile(r"(;[\s\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where lists are set apart by ";", a spreadsheet begins a new cell there, quotes or not."""

_ACCENT = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(rf"({_ACCENT}{{8}}){_ACCENT}+")

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show as nothing."""


def visible(text: str) -> str:
    """`text` with control characters, direction overrides and lone surrogates spelled out.

    An escape sequence in a call then shows as `\\x1b[31m` instead of acting on the terminal. Where
    nothing of the text can be seen, as in a name of zero-width spaces, all of it is spelled out. Of
    accents that pile up on one letter, and would reach over other lines, eight stay.
    """
    text = _PILE.sub(r"\1…", text)
    unseen = all(map(_is_unseen, text))
    return "".join(
        _spelled(char) if _is_unsafe(char) or (unseen and not char.isspace()) else char
        for char in text
    )


def one_line(text: str) -> str:
    """`text` made visible, with every run of white space as one space."""
    return visible(" ".join(text.split()))


def literal(text: str, style: str = "") -> Text:
    """`text` on one line for Rich, never read as markup."""
    return Text(one_line(text), style=style)


def csv_cell(value: object) -> str:
    """`value` as a cell that no spreadsheet takes for a formula; None as ""."""
    if value is None:
        return ""
    text = str(value)
    line = _FORMULA_AFTER_SEMICOLON.sub(r"\1'", one_line(text))
    return (
        "'" + line if text.startswith(FORMULA_STARTS) or line.startswith(FORMULA_STARTS) else line
    )


def clock(seconds: float | None) -> str:
    """Seconds as `04:12` or `1:04:12`, "" for None."""
    if seconds is None:
        return ""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"


def moment(when: datetime | None) -> str:
    """Date and time to the minute; at midnight, which means that no time was given, the date."""
    if when is None:
        return ""
    dated = when.time() == when.time().min
    return when.date().isoformat() if dated else when.isoformat(" ", "minutes")


def shortened(text: str, width: int) -> str:
    """`text` on one line, at most `width` characters, cut at a word with an ellipsis."""
    line = one_line(text)
    if len(line) <= width:
        return line
    cut = line[: width - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:") + "…"


def plural(count: int, noun: str) -> str:
    """`count` with its noun: "1 call", "3 calls"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _is_unsafe(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in {"Cc", "Cs"}


def _is_unseen(char: str) -> bool:
    return char in _BLANKS or char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Mn"}


def _spelled(char: str) -> str:
    code = ord(char)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def marked(text: str, spans: Iterable[Span], brackets: bool) -> Text:
    """`text` on one line with the words of `spans` marked: bold reverse, and in «» if asked.

    Spans are half-open offsets into `text`; overlapping ones are marked once.
    """
    shown = Text()
    at = 0
    for start, end in _merged(spans, len(text)):
        shown.append(_flat(text[at:start]))
        words = _flat(text[start:end])
        shown.append(f"«{words}»" if brackets else words, style="bold reverse")
        at = end
    shown.append(_flat(text[at:]))
    return shown


def _merged(spans: Iterable[Span], length: int) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted((max(start, 0), min(end, length)) for start, end in spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _flat(text: str) -> str:
    # character by character, unlike one_line: offsets cut the text in the middle
    return visible("".join(" " if char.isspace() else char for char in text))
