"""Card, account, phone and other numbers in any spelling, also split over turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import groupby

from transcript_audit.model import Role
from transcript_audit.redaction.asked import Asked, Claim, Kind
from transcript_audit.redaction.continued import (
    digits_of,
    find_continued,
    is_number_by_itself,
)
from transcript_audit.redaction.letters import (
    NO_LETTERS,
    claim_run,
    find_mixed,
    is_letters,
    widen,
)
from transcript_audit.redaction.quantities import MONTHS
from transcript_audit.redaction.runs import BRIDGING, NATO, Run, digit_words, find_runs
from transcript_audit.redaction.words import REPEATS, Word, Words, say_digits

ALWAYS = 13
"""Digits in a run from which it goes whatever it seems to be: 13 to 19 is a card's length."""

LONG = 7
"""Digits from which a run goes that is no price, term, time or date."""

_WRITTEN = 6
"""Digits of a customer's numeral that is neither a reading nor a year."""

_CODE = 5
"""Letters and digits that make an answer, where they are mixed."""

ASKED = 3
"""Digits from which a run goes where such a number was asked for or announced."""

LOOSE = 4
"""The same where only what has such a number was named: "the account"."""

REACH = 3
"""Utterances after the question in which the answer is looked for, and after each piece of it."""

_NUMERIC = frozenset([Kind.CARD, Kind.ACCOUNT, Kind.PHONE, Kind.CODE, Kind.REFERENCE])

_OF_LETTERS = frozenset([Kind.ACCOUNT, Kind.CODE, Kind.REFERENCE])
_BACKWARD = frozenset("is was are that's thats".split())


def find_numbers(
    words: Words,
    asked: Sequence[Asked],
    roles: Sequence[Role | None],
    quantities: Set[int],
) -> list[Claim]:
    """The numbers to redact, in order.

    Args:
        roles: who speaks, by place of the utterance; None where that isn't known.
        quantities: indices of the numerals that say how much, how long or when.
    """
    windows = _Windows(asked, words)
    claims: list[Claim] = []
    left: list[tuple[Run, Kind | None]] = []
    for run in find_runs(words, roles):
        pieces = [run]
        if run.count < ALWAYS:
            pieces = _split_run(words, run, quantities, windows)
        for piece in pieces:
            kind = _judge(words, piece, windows, roles)
            if kind is None and windows.takes_dates(piece.first):
                kind = Kind.CARD
            if kind in {None, Kind.NUMBER}:
                left.append((piece, kind))
                continue
            windows.answered(words[piece.last].place)
            claims += claim_run(words, piece, kind, quantities)
            if windows.takes_dates(piece.first) and _follows_month(words, piece.first):
                claims.append(Claim(piece.first - 1, piece.first, kind))
    claims += _find_letters(words, asked)
    claims += _find_repeated(words, left, claims)
    claims += find_continued(words, [run for run, _ in left], claims, quantities)
    claims.sort()
    known = {index for claim in claims for index in range(claim.first, claim.last + 1)}
    return claims + [claim for claim in find_mixed(words) if known.isdisjoint(range(*claim[:2]))]


class _Windows:
    """What is being asked for while one goes through the numbers of a call in order."""

    def __init__(self, asked: Sequence[Asked], words: Sequence[Word]) -> None:
        self.words = words
        self.asked = [each for each in asked if each.kind in _NUMERIC]
        self.next = 0
        self.current: Asked | None = None
        self.plain: Asked | None = None
        self.until = -1

    def live_at(self, index: int) -> tuple[Asked | None, bool]:
        """What was last asked for plainly before this word, or else named loosely; and whether
        that was plain."""
        while self.next < len(self.asked) and self.asked[self.next].last < index:
            each = self.asked[self.next]
            if each.plain:
                self.plain, self.until = each, max(self.until, each.place + REACH)
            self.current = each
            self.next += 1
        if self.plain and self.words[index].place <= self.until:
            return self.plain, True
        return self.current, False

    def takes_dates(self, index: int) -> bool:
        """Whether what looks like a date is the answer: a card's expiry, a sort code."""
        asked, plain = self.live_at(index)
        if not asked or not plain or self.words[index].place > asked.place + 1:
            return False
        said = {word.text for word in self.words[asked.first : asked.last + 1]}
        return not said.isdisjoint({"expiry", "expiration", "exp"}) and index - asked.last < 25

    def answered(self, place: int) -> None:
        """Go on listening: a piece of the answer was found here."""
        self.until = max(self.until, place + REACH - 1)

    def announced_after(self, index: int) -> Asked | None:
        """What the words after this one call it: "4471 is my PIN"."""
        after = self.words[index + 1 : index + 2]
        if not after or after[0].text not in _BACKWARD:
            return None
        for each in self.asked[self.next : self.next + 2]:
            if each.plain and each.first <= index + 4 and each.place == self.words[index].place:
                return each
        return None


def _follows_month(words: Sequence[Word], index: int) -> bool:
    before = words[index - 1]
    return index > 0 and before.place == words[index].place and before.text in MONTHS


def _split_run(words: Words, run: Run, quantities: Set[int], windows: _Windows) -> list[Run]:
    """The pieces of a run that are left without its quantities."""
    if quantities.isdisjoint(run.at):
        return [run]
    pieces: list[list[int]] = [[]]
    for index in run.at:
        if index not in quantities or windows.takes_dates(index):
            pieces[-1].append(index)
        elif pieces[-1]:
            pieces.append([])
    return [Run(words, piece) for piece in pieces if piece]


def _judge(words: Words, run: Run, windows: _Windows, roles: Sequence[Role | None]) -> Kind | None:
    """What a run is, or None where it may stay."""
    said = run.digits
    asked, plain = windows.live_at(run.first)
    kind = asked.kind if asked and plain else None
    if run.count >= ALWAYS:
        return Kind.CARD if _holds_card(words, run) else kind or Kind.NUMBER
    if asked and not plain and _is_near(words, run, asked, len(said)):
        kind = asked.kind
    if not kind and (after := windows.announced_after(run.last)):
        kind, plain = after.kind, True
    if kind and len(said) >= _least(words, run, roles, asked if plain else None):
        return kind
    if (kind and asked and plain and _is_code(words, run, asked)) or _is_spelled_out(
        words, run, roles
    ):
        return kind or Kind.NUMBER
    return _judge_unasked(words, run, roles, said)


def _judge_unasked(words: Words, run: Run, roles: Sequence[Role | None], said: str) -> Kind | None:
    """What a run is that nobody asked for, or None where it may stay."""
    if len(said) >= LONG:
        return _name_long(words, run, said)
    if len(said) >= LOOSE and is_number_by_itself(words, run.at):
        return Kind.NUMBER
    if len(said) >= LOOSE and _is_labelled(words, run, len(said)):
        agent = roles[words[run.first].place] is Role.AGENT
        return Kind.REFERENCE if agent else Kind.ACCOUNT
    return None


def _is_code(words: Sequence[Word], run: Run, asked: Asked) -> bool:
    """Whether digits and letters mixed follow a question for a number: "KX19 WLD"."""
    place = words[run.first].place
    if place > asked.place + 2 or asked.kind in {Kind.PHONE, Kind.CARD}:
        return False
    claim = widen(words, Claim(run.first, run.last, asked.kind), frozenset())
    said = words[claim.first : claim.last + 1]
    letters = [word for word in said if not word.digits and is_letters(words, claim.first, "")]
    count = sum(len(word.digits) or (1 if word.text in NATO else len(word.raw)) for word in said)
    return (
        bool(letters)
        and count >= _CODE
        and all(len(word.raw) < 6 or word.text in NATO or word.digits for word in said)
    )


def _find_letters(words: Words, asked: Sequence[Asked]) -> Iterator[Claim]:
    """The letters that answer a question for a number, where nothing else is said: "it's q q"."""
    for each in asked:
        if not each.plain or each.kind not in _OF_LETTERS:
            continue
        for place in (each.place + 1, each.place + 2):
            said = words.in_place(place)
            letters = [at for at in said if _is_letter(words[at]) or words[at].text in NATO]
            rest = (words[at] for at in said if at not in letters)
            telling = len(letters) > 1 or any(words[at].text not in BRIDGING for at in letters)
            if telling and all(word.text in BRIDGING or word.digits for word in rest):
                yield Claim(letters[0], letters[-1], each.kind)


def _is_spelled_out(words: Sequence[Word], run: Run, roles: Sequence[Role | None]) -> bool:
    """Whether digits are said one by one as nobody says an amount or a year; or whether a customer
    writes more of them than a year has."""
    agent = roles[words[run.first].place] is Role.AGENT
    together = words[run.first].place == words[run.last].place
    together = together and run.last - run.first < 2 * len(run.at)
    numerals = [words[index] for index in run.at]
    if all(len(word.digits) == 1 and word.raw.isalpha() for word in numerals):
        return together and run.count >= LOOSE + agent
    written = any(len(word.digits) >= _WRITTEN and word.raw.isdigit() for word in numerals)
    return written and not agent


def _least(
    words: Sequence[Word], run: Run, roles: Sequence[Role | None], asked: Asked | None
) -> int:
    """The digits that a run must have to count as an answer to `asked`, None for a loose one."""
    if asked is None:
        return LOOSE
    place = words[run.first].place
    agent = roles[place] is Role.AGENT
    if _is_mostly_digits(words, run, strictly=agent):
        single = all(len(words[index].digits) == 1 for index in run.at)
        return 2 if single else ASKED
    if place == asked.place:
        return ASKED
    # later, and among other words: an agent reads back, or speaks of something else
    return LONG if agent else ASKED if place == asked.place + 1 else LOOSE + 1


def _is_labelled(words: Sequence[Word], run: Run, count: int) -> bool:
    """Whether the number is written like that of a record: "FW-7712", "BZ 40771", "#448120"."""
    here = words[run.first]
    if here.gap.endswith("#"):
        return True
    if run.first == 0 or words[run.first - 1].place != here.place or not here.raw.isdigit():
        return False
    before = words[run.first - 1]
    letters = 1 < len(before.raw) <= 4 and before.raw.isupper() and before.text not in NO_LETTERS
    return letters and (here.gap in {"-", "/", ""} or (here.gap == " " and count > LOOSE))


def _name_long(words: Sequence[Word], run: Run, said: str) -> Kind:
    plus = "+" in words[run.first].gap or words[run.first - 1].text == "plus"
    return Kind.PHONE if plus or (10 <= len(said) <= 12 and said[0] in "01") else Kind.NUMBER


def _is_near(words: Sequence[Word], run: Run, asked: Asked, count: int) -> bool:
    place = words[run.first].place
    if place == asked.place:
        return run.first - asked.last <= 5 and count >= LOOSE
    return place <= asked.place + 2 and _is_mostly_digits(words, run)


def _is_mostly_digits(words: Sequence[Word], run: Run, *, strictly: bool = False) -> bool:
    """Whether little else is said in the utterance where the run begins: as many other words as
    numerals at most, or half as many where `strictly`."""
    place, first, last = words[run.first].place, run.first, run.first
    while first > 0 and words[first - 1].place == place and run.first - first < 8:
        first -= 1
    while last + 1 < len(words) and words[last + 1].place == place and last - run.first < 24:
        last += 1
    said = words[first : last + 1]
    digits = sum(
        bool(word.digits) or word.text in REPEATS or word.text in NATO or _is_letter(word)
        for word in said
    )
    fillers = sum(word.text in BRIDGING and not word.digits for word in said)
    return (len(said) - digits - fillers) * (1 + strictly) <= digits


def _is_letter(word: Word) -> bool:
    return len(word.text) == 1 and word.text.isalpha() and word.text not in {"i", "a", "o"}


def _holds_card(words: Sequence[Word], run: Run) -> bool:
    """Whether the run, or what was said of it in one utterance, is a card by its check digit."""
    said = digit_words(words, run.at)
    alone = [list(group) for _, group in groupby(said, key=lambda word: word.place)]
    shares = [said, *alone]
    return any(_is_card(say_digits(share)) for share in shares)


def _is_card(digits: str) -> bool:
    """Whether the digits are 13 to 19 and pass the Luhn check (ISO/IEC 7812-1, annex B)."""
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _find_repeated(
    words: Sequence[Word], left: Sequence[tuple[Run, Kind | None]], claims: Sequence[Claim]
) -> list[Claim]:
    """Claims on what repeats four digits or more of a number already claimed: "ending 4471".

    Args:
        left: the other runs, each with what it is if it repeats nothing, None if it may stay.
    """
    kinds: dict[str, Kind] = {}
    for claim in claims:
        said = digits_of(words, claim)
        for start in range(len(said) - 3):
            kinds.setdefault(said[start : start + 4], claim.kind)
    found: list[Claim] = []
    for run, default in left:
        said = run.digits
        parts = [said[start : start + 4] for start in range(len(said) - 3)]
        repeats = bool(parts) and all(part in kinds for part in parts)
        kind = kinds[parts[0]] if repeats else default
        if kind:
            found += claim_run(words, run, kind, frozenset())
    return found
