"""What spaCy's English tokenizer makes of a piece of text: told without spaCy where that is sure.

spaCy takes a second to import, and few calls need it: its table of exceptions ("don't", "p.m.") is
kept from an earlier run, and what its rules do to letters, digits and common marks is done here.
Anything else is left to spaCy. `tests/test_english.py` holds the two side by side.
"""

# ruff: noqa: PLC0415 - spaCy is paid for only by those who need it

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from unicodedata import category

from transcript_audit.acts import spelling
from transcript_audit.acts.spelling import KEPT_FROM_NORMS, norm_of
from transcript_audit.cached_files import digest_of, load_or_make

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Token

MOST_LEXEMES = 100_000
"""Words that a spaCy vocabulary may hold before it is given up for a new one; it only grows."""

NO_EXCEPTIONS = ("id", "Id", "ID")
"""What spaCy takes for "I'd" wherever it stands."""

_SOURCES = (
    "about.py",
    "lang/norm_exceptions.py",
    "lang/tokenizer_exceptions.py",
    "lang/en/tokenizer_exceptions.py",
)
"""Files of spaCy that make the table of exceptions."""


class Word(NamedTuple):
    """What is kept of a spaCy token: `space` for white space, `word` for what is no mark either."""

    lower: str
    norm: str
    start: int
    end: int
    space: bool
    word: bool


@cache
def blank_english() -> Language:
    """The blank English pipeline; nothing is downloaded."""
    import spacy

    nlp = spacy.blank("en")
    for word in NO_EXCEPTIONS:
        cast("Any", nlp.tokenizer).add_special_case(word, [{"ORTH": word}])
    return nlp


def read_tokens(text: str) -> list[Word]:
    """The tokens of `text`."""
    tokens = split_plain(text)
    return tokens if tokens is not None else split_with_spacy(text)


def split_with_spacy(text: str) -> list[Word]:
    """The tokens of `text` as spaCy has them."""
    if len(blank_english().vocab) > MOST_LEXEMES:
        blank_english.cache_clear()
    return [_keep_token(token) for token in blank_english().tokenizer(text)]


def _keep_token(token: Token) -> Word:
    return Word(
        token.lower_,
        norm_of(token),
        token.idx,
        token.idx + len(token.text),
        token.is_space,
        not (token.is_punct or token.is_space or not token.text.strip()),
    )


@cache
def exceptions() -> dict[str, list[Word]]:
    """The tokens of each piece of text that spaCy has an exception for."""
    found = find_spec("spacy")
    folder = Path(found.origin).parent if found and found.origin else Path()
    ours = [Path(__file__), Path(spelling.__file__)]
    try:
        key = digest_of(file.read_bytes() for file in (*ours, *map(folder.joinpath, _SOURCES)))
    except OSError:  # as in a program made into one file
        return _make_exceptions()
    return load_or_make("english", key, dict[str, list[Word]], _make_exceptions)


def _make_exceptions() -> dict[str, list[Word]]:
    return {text: split_with_spacy(text) for text in cast("Any", blank_english().tokenizer).rules}


# --- what spaCy's rules for marks come to -----------------------------------------------------

_LOWER, _UPPER = "a-zß-öø-ÿ", "A-ZÀ-ÖØ-Þ"
_LETTER = _LOWER + _UPPER
_MARKS = r"…,:;?!()\[\]<>_#*&"
_UNITS = (
    "kmh|km/h|km|mph|mbar|mb|mm|mg|m/s|m|dm|cm|ha|nm|yd|in|ft|kg|g|t|lb|oz|hPa|Pa|MB|KB|kb|GB|gb|"
    "tb|TB|T|G|M|K|%"
)

_READABLE = re.compile(rf"[{_LETTER}0-9{_MARKS}.\"'$£€%+—–-]{{1,60}}")
"""Text of which it is told here how spaCy splits it."""

_CURRENCY = re.compile(r"(?:US|C|A|Mex)\$|E£")
"""Currencies of more than one sign: all are "$" to spaCy, and some it takes off an amount whole."""

_OPENING = re.compile(rf"\.\.+|\+(?![0-9])|[{_MARKS}\"'$£€%—–]")
_CLOSING = re.compile(
    rf"(?:……|[{_MARKS}\"'—–]|\.\.+|'[sS]|(?<=[0-9])(?:[+$£€]|{_UNITS})"
    rf"|(?<=[0-9{_LOWER}%+{_MARKS}\"'|-])\.|(?<=[{_UPPER}][{_UPPER}])\.)\Z"
)
_INSIDE = re.compile(
    rf"\.\.+|…|(?<=[0-9])[+*-](?=[0-9-])|(?<=[{_LETTER}]),(?=[{_LETTER}])"
    rf"|(?<=[{_LETTER}0-9])(?:-{{1,3}}|–|——?)(?=[{_LETTER}])"
    rf"|(?<=[{_LETTER}0-9])[:<>](?=[{_LETTER}])"
)
_NO_ADDRESS = re.compile(rf"[^.]*|\d+(?:,\d+)*\.\d+|[{_UPPER}]\.")
"""What is left between the marks and cannot be the address of a page."""

_NORMS = {"--": "-", "---": "-", "——": "-", "—": "-", "–": "-", "…": "...", "''": '"'}


def split_plain(text: str) -> list[Word] | None:
    """The tokens of `text` where it is sure what spaCy makes of it, else None."""
    known = exceptions()
    if not text or text in known:
        return known.get(text, [])
    if (text.isascii() and text.isalpha()) or (len(text) == 1 and category(text) == "So"):
        return [_plain_word(text, 0)]
    if " " not in text:
        return _split_piece(text)
    tokens: list[Word] = []
    at = 0
    for piece in text.split(" "):
        if not piece.isalnum():  # marks may come to an exception together with what is beside them
            return None
        split = split_plain(piece)
        if split is None:
            return None
        tokens += _moved(split, at)
        at += len(piece) + 1
    return tokens


def _split_piece(piece: str) -> list[Word] | None:
    """The tokens of a piece without blanks: marks are taken off its ends, and what is left is an
    exception, or parted at the marks inside."""
    if not _READABLE.fullmatch(piece) or _CURRENCY.search(piece):
        return None
    known, start, end = exceptions(), 0, len(piece)
    closing: list[Word] = []
    tokens: list[Word] = []
    while start < end and piece[start:end] not in known:
        opens = _OPENING.match(piece, start, end)
        first = opens.end() if opens else start
        if opens:
            tokens.append(_plain_word(opens[0], start))
            if piece[first:end] in known:
                start = first
                break
        closes = _CLOSING.search(piece[first:end])
        if closes:
            last = first + closes.start()
            if opens and piece[start:last] in known:  # spaCy takes this end off alone
                return None
            closing.append(_plain_word(closes[0], last))
            end = last
        if not (opens or closes):
            break
        start = first
    core = piece[start:end]
    special = known.get(core)
    if special is not None:
        middle = _moved(special, start)
    elif _NO_ADDRESS.fullmatch(core):
        middle = list(_part(core, start))
    else:
        return None
    whole = [*tokens, *middle, *reversed(closing)]
    inside = (len(tokens), len(tokens) + len(middle)) if special is not None else None
    return None if _is_doubtful(piece, whole, inside) else whole


def _part(core: str, start: int) -> list[Word]:
    """The tokens of what is left between the marks at the ends."""
    parts: list[Word] = []
    at = 0
    for mark in _INSIDE.finditer(core):
        if mark.start() == 0:  # as spaCy has it
            continue
        if mark.start() > at:
            parts.append(_plain_word(core[at : mark.start()], start + at))
        parts.append(_plain_word(mark[0], start + mark.start()))
        at = mark.end()
    if at < len(core):
        parts.append(_plain_word(core[at:], start + at))
    return parts


def _is_doubtful(piece: str, tokens: Sequence[Word], special: tuple[int, int] | None) -> bool:
    """Whether tokens that stand side by side come to an exception, which spaCy may put in place.

    Args:
        special: the tokens that an exception gave already, half-open.
    """
    known = exceptions()
    for first in range(len(tokens)):
        for last in range(first, len(tokens)):
            if special and special[0] <= first and last < special[1]:
                continue
            found = known.get(piece[tokens[first].start : tokens[last].end])
            if found and _moved(found, tokens[first].start) != list(tokens[first : last + 1]):
                return True
    return False


def _moved(tokens: Sequence[Word], by: int) -> list[Word]:
    return [token._replace(start=token.start + by, end=token.end + by) for token in tokens]


def _plain_word(text: str, start: int) -> Word:
    """A token that spaCy has no exception for."""
    lower = text.lower()
    norm = lower if lower in KEPT_FROM_NORMS else _NORMS.get(text, lower)
    word = not all(category(each).startswith("P") for each in text)
    return Word(lower, norm, start, start + len(text), False, word)
