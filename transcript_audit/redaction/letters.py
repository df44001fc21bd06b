"""The letters of a number: "K X seven", "SB-31-A", "p as in papa"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import groupby

from transcript_audit.redaction.asked import Claim, Kind
from transcript_audit.redaction.runs import BRIDGING, NATO, Run
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import FILLERS, HIDDEN, REPEATS, Word, Words

_AS_IN = (["as", "in"], ["for"])

_LETTERS = 12
"""Steps at most in which a number grows by the letters on both sides."""

_SPOKEN = frozenset(
    "zed zee capital uppercase lowercase bee cee dee eff gee aitch haitch jay kay ell em en pee"
    " ar ess tee vee ex".split()
)
"""Letters that are said as words."""

_WITH_NUMBERS = frozenset("gb mb kb tb am pm pc id".split())
"""In capitals before a number they are letters of it: "KB 7741"."""

_DASHES = frozenset("dash hyphen slash stroke".split())

NO_LETTERS = frozenset("i a ok tv uk us pc id pin vat dd am pm mr ms gb mb tb kb s".split())

_SHORTENED = frozenset(
    "pls plz thx tks btw msg txt mr mrs ms dr st ltd hrs hr mins tbh ty np lb lbs kg yrs mth mths"
    " wks shh pts brb fyi nvm ppl cm km mm ft vs th nd rd mph gb mb tb hmm mhm bbl cc pp ppm"
    " psst tv dvd nhs sms".split()
)
"""Words without a vowel that are no letters of a number."""

_SAYABLE = BRIDGING | STOP_WORDS | NO_LETTERS | _SHORTENED
_MIXED = 7
_DIGITS_OF_MIXED = 3
"""Characters of a code of digits and capitals, and digits among them, from which it goes."""

_VOWELS = frozenset("aeiouy")

_GLUE = frozenset(["", " ", "-", "/", ".", ", ", " - ", ". ", "–"])


def find_mixed(words: Words) -> Iterator[Claim]:
    """What is written of digits and capitals together: "7KQ2-M9XT-40LD"."""
    done = -1
    for index in words.digits:
        if index <= done:
            continue
        first = last = index
        while first > 0 and _is_glued(words, first):
            first -= 1
        while last + 1 < len(words) and _is_glued(words, last + 1):
            last += 1
        done = last
        if first == last:
            continue
        said = words[first : last + 1]
        digits = sum(len(word.digits) for word in said)
        letters = [word for word in said if not word.digits]
        capitals = bool(letters) and all(word.raw.isupper() for word in letters)
        if capitals and digits >= _DIGITS_OF_MIXED and sum(map(_length, said)) >= _MIXED:
            yield Claim(first, last, Kind.NUMBER)


def _is_glued(words: Sequence[Word], index: int) -> bool:
    """Whether nothing but a hyphen stands between this word and the one before."""
    same = words[index].place == words[index - 1].place and words[index].text != HIDDEN
    return same and words[index - 1].text != HIDDEN and words[index].gap in {"", "-"}


def _length(word: Word) -> int:
    return len(word.raw)


def claim_run(words: Sequence[Word], run: Run, kind: Kind, quantities: Set[int]) -> Iterator[Claim]:
    """The run, a claim an utterance, with the letters that belong to it."""
    for _, group in groupby(run.at, key=lambda index: words[index].place):
        at = list(group)
        yield widen(words, Claim(at[0], at[-1], kind), quantities)


def widen(words: Sequence[Word], claim: Claim, quantities: Set[int]) -> Claim:
    """The claim with letters and repeats around it: "K X seven", "SB-31-A", "p as in papa"."""
    first, last, kind = claim
    while first > 0 and words[first - 1].text in REPEATS:
        first -= 1
    if kind is Kind.PHONE and first > 0 and words[first - 1].text == "plus":
        first -= 1
    for _ in range(_LETTERS):
        first = _letters_before(words, first, quantities)
        last = _letters_after(words, last, quantities)
    return Claim(first, last, kind)


def _letters_before(words: Sequence[Word], first: int, quantities: Set[int]) -> int:
    """Where the letters, or the numeral beyond letters, begin that end before word `first`."""
    here = words[first]
    if first == 0 or words[first - 1].place != here.place or here.gap not in _GLUE:
        return first
    if is_letters(words, first - 1, here.gap) or (
        words[first - 1].raw.isupper() and words[first - 1].text in _WITH_NUMBERS
    ):
        return first - 1
    dashed = words[first - 1].text in _DASHES and first > 1 and _is_piece(words[first - 2])
    if dashed or [word.text for word in words[max(0, first - 2) : first]] == ["double", "you"]:
        return first - 2
    said = [word.text for word in words[max(0, first - 4) : first]]
    for link in _AS_IN:
        # the word that tells the letter is still to come, or is the first of the claim already
        for end in (len(said) - 1, len(said)):
            start = end - len(link)
            if start > 0 and said[start:end] == link and len(said[start - 1]) == 1:
                return first - len(said) + start - 1
    if words[first - 1].digits and first - 1 not in quantities and not here.digits:
        return first - 1
    return first


def _letters_after(words: Sequence[Word], last: int, quantities: Set[int]) -> int:
    """Where the letters, or the numeral beyond letters, end that begin after word `last`."""
    after = last + 1
    if after >= len(words) or words[after].place != words[last].place:
        return last
    if words[after].gap not in _GLUE:
        return last
    if is_letters(words, after, words[after].gap):
        said = [word.text for word in words[after + 1 : after + 4]]
        for link in _AS_IN:
            told = said[len(link) : len(link) + 1]
            if said[: len(link)] == link and told and told[0][:1] == words[after].text:
                return after + len(link) + 1
        return after
    if words[after].digits and after not in quantities and not words[last].digits:
        return after
    return last


def is_letters(words: Sequence[Word], index: int, gap: str) -> bool:
    """Whether a word is a letter of a number, or a few written in capitals."""
    word = words[index]
    if word.text == "ray" and index > 0:
        return words[index - 1].text == "x"
    if word.text in NATO or word.text in _SPOKEN:
        return True
    if len(word.text) == 1:
        return _is_letter(words, index, gap)
    if len(word.raw) > 5 or (gap and word.text in NO_LETTERS):
        return False
    capitals = word.raw.isupper() and (word.text not in BRIDGING or word.text in FILLERS)
    return capitals or _is_unsayable(word)


def _is_letter(words: Sequence[Word], index: int, gap: str) -> bool:
    """Whether a single letter or sign belongs to a number."""
    word = words[index]
    if word.text.isalpha() and (word.text not in {"i", "a"} or _is_capital_a(word)):
        return True
    return gap in {"", "-"} or any(
        0 <= other < len(words)
        and words[other].place == word.place
        and words[other].text not in {"i", "a"}
        and len(words[other].text) == 1
        for other in (index - 1, index + 1)
    )


def _is_unsayable(word: Word) -> bool:
    """Whether a word in small letters has no vowel, and so is none: "wkspc", "bz"."""
    return (
        word.raw.islower()
        and len(word.raw) > 1
        and _VOWELS.isdisjoint(word.text)
        and (word.text not in _SAYABLE and not word.digits)
    )


def _is_piece(word: Word) -> bool:
    """Whether a word before "slash" or "dash" is letters of a number."""
    return len(word.text) == 1 or (word.raw.isupper() and len(word.raw) <= 3)


def _is_capital_a(word: Word) -> bool:
    """Whether the letter A is written where the article would be small."""
    return word.raw == "A" and word.gap in {", ", " ", "-"}
