"""Words quoted from a turn so that a reader sees where they were cut."""

from __future__ import annotations

import re

from transcript_audit.model import Span

_CLOSING = r"[\])}>\"”»]"
_TOUCHING_BEFORE = re.compile(r"(?:[\[({<\"“«]+/?)+$")
_TOUCHING_AFTER = re.compile(rf"{_CLOSING}+")
_SENTENCE_END = re.compile(rf"[.!?…]{_CLOSING}*(?:\s|$)")
_ENDS_SENTENCE = re.compile(r"[.!?…][^\w.!?…]*$")


def widen_span(text: str, span: Span) -> Span:
    """`span` with the brackets and quotation marks that touch it: "[bold]", not "bold"."""
    start, end = max(span[0], 0), min(span[1], len(text))
    before = _TOUCHING_BEFORE.search(text[:start])
    after = _TOUCHING_AFTER.match(text, end)
    return before.start() if before else start, after.end() if after else end


def quote_words(text: str, span: Span) -> str:
    """The words of `span`, with "…" where they begin or end inside a sentence of `text`."""
    start, end = widen_span(text, span)
    before, words, after = text[:start], text[start:end], text[end:]
    began = _is_wordless(before) or _ENDS_SENTENCE.search(before)
    ended = _is_wordless(after) or _ENDS_SENTENCE.search(words) or _SENTENCE_END.match(after)
    return f"{'' if began else '…'}{words}{'' if ended else '…'}"


def _is_wordless(text: str) -> bool:
    return not any(char.isalnum() for char in text)
