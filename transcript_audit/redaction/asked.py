"""What a speaker asks for or is about to say: "what's the card number", "my PIN is"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from transcript_audit.redaction.phrases import Phrases, list_phrases, spell_owners
from transcript_audit.redaction.words import Words


class Kind(StrEnum):
    """What a secret is; its mark is the kind in capitals and brackets."""

    CARD = "card"
    ACCOUNT = "account"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    POSTCODE = "postcode"
    DOB = "dob"
    CODE = "code"
    REFERENCE = "reference"
    NUMBER = "number"
    NAME = "name"

    @property
    def mark(self) -> str:
        """What stands in the place of the secret, as `redaction_marks` knows it."""
        return f"[{self.upper()}]"


class Claim(NamedTuple):
    """Words to be redacted: indices of the first and the last of them in the call."""

    first: int
    last: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """Something asked for or announced.

    Attributes:
        first, last: indices of its first and last word in the call.
        place: index of the utterance.
        plain: it names the number itself ("card number"), not only what has one ("card").
        word: the answer may be any word (a password).
    """

    kind: Kind
    first: int
    last: int
    place: int
    plain: bool
    word: bool = False


HEARD = 4
"""Utterances after a question in which its answer is looked for."""

_NUMBER = r"(?:numbers?|no|id|i d|ids|ref|digits)"
_OWNERS = (
    "account customer client member membership subscriber policy contract licen[cs]e plan meter"
    " loyalty user login serial registration reg tenancy donor supporter patient agreement service"
    " warranty rewards airmiles flyer clubcard store booking badge pension unit case vin plate roll"
    " employee staff student device router box machine bike meter site lease loan claim invoice"
    " label part file folio ticket call tag key permit locker plot berth"
).replace(" ", "|")
_PLAIN = {
    Kind.POSTCODE: r"post ?code|zip ?codes?|zip|eir ?code|pin ?code",
    Kind.DOB: r"dates? of birth|birth ?dates?|birthdays?|dob|d o b|was born|were you born"
    r"|you were born|born",
    Kind.REFERENCE: r"(?:reference|confirmation|cancellation|ticket|case|order|booking|incident"
    rf"|tracking|receipt|job) (?:{_NUMBER}|code)|reference|(?:your|the) confirmation(?: is)?"
    r"|confirmation(?:'s| is)|ticket(?:'s| is)|case is|receipt|ticket|ref",
    Kind.CODE: r"pin(?: (?:number|code))?|pass ?codes?|cvv2?|cvc|security (?:code|number)"
    r"|(?:verification|one time|access|sort|pac|text|door|gate|digit) (?:pass)?codes?"
    r"|(?:the|a|that) codes?|three digits (?:on|from) the back|three digit(?: number)?"
    r"|digits on the back|social(?: security)?(?: number)?|ssn|national insurance(?: number)?"
    r"|n ?i number|(?:driver'?s?|driving) licen[cs]e(?: number)?|passport(?: number)?"
    r"|routing number|tax (?:id|number)|pan|aadhaar(?: number)?"
    r"|(?:licen[cs]e|product|activation|access) key",
    Kind.CARD: r"card (?:number|details|ending)|long (?:card )?number|(?:sixteen|16) digits?"
    r"|(?:credit|debit|bank|payment) card|which card|card (?:it's|is|was|on|you|the|i)"
    r"|expir(?:y|ation)(?: date)?|exp date",
    Kind.PHONE: r"(?:tele)?phone(?: number)?|(?:mobile|contact|cell|cell ?phone|callback"
    r"|call back|best|landline|home|work|daytime) (?:number|phone)|area code"
    r"|(?:your|my|the|a|good|new) number|reach you|call you back|call me (?:back )?on"
    r"|number (?:is|to|for you|on the|you're|we have|still)",
    Kind.ACCOUNT: rf"(?:{_OWNERS}) {_NUMBER}|iban|username|acct|acc|account ending"
    r"|(?:the one|number|numbers|digits) ending(?: in)?|last (?:four|4|three|3|five|5)"
    r"(?: digits)?|(?:account|membership|policy|member|badge|plate|tag|unit|vin)"
    r" (?:is|it's|its|was)|(?:member|membership|customer|account) code|plates?|number plate"
    r"|registration|reg|extension|serial"
    r"|(?:first|second|third|fourth|next|last) (?:group|set|bit|block|four|three|eight)",
    Kind.EMAIL: r"e ?mails?",
    Kind.ADDRESS: r"address|street|(?:house|door|flat) (?:name|number)"
    r"|first line|lives? at|living at|live on",
}
_LOOSE = {
    Kind.CARD: r"cards?|visa|mastercard|amex|american express",
    Kind.ACCOUNT: rf"accounts?|member|policy|membership|licen[cs]e|ending(?: in)?|{_NUMBER}",
    Kind.PHONE: r"mobile|cell|landline",
    Kind.CODE: r"codes?",
    Kind.NAME: r"(?:his|her|their|which|any|new|old|and) names?|is there a name"
    r"|names? (?:is|are|on|for|in|under) (?:it|the|that|this)|call you"
    r"|(?:am|are) (?:i|we) (?:speaking|talking|chatting)(?: with| to)?"
    r"|(?:is (?:it|that|this)|are you|you're) (?:mister|mr|mrs|ms|missus|miss|doctor|dr)"
    r"|spell (?:that|it|this)|spell(?: the| your)?(?: (?:surname|name|last name))?",
}
_WORDS_ASKED = (
    r"(?:pass|code) ?words?|pass ?codes?|pass ?phrase|(?:memorable|safe|secret) ?word|maiden name"
    r"|(?:recovery|collection|pick ?up) word"
    r"|security (?:answer|word|question)|answer to (?:your|the) (?:security|secret) question"
    r"|verbal password"
)
_NAME = (
    r"(?:full|first|last|middle|sur|your|the|second|whose|maiden|family|what|account holder'?s?)"
    r" ?names?|surname|who am i (?:speaking|talking|chatting)(?: to| with)?"
    r"|who (?:i'm|im|i am) (?:speaking|talking) (?:to|with)|who do i have(?: on the line)?"
    r"|who's (?:calling|speaking|this)|whos (?:calling|speaking)|who is (?:calling|this)"
    r"|(?:child|son|daughter|husband|wife|mother|father|mum|patient|member|owner)'?s names?"
    r"|speaking with today|names? please|pleasure of speaking(?: with| to)?"
)


class _Meaning(NamedTuple):
    kind: Kind
    plain: bool
    word: bool


_PATTERNS = (
    (_WORDS_ASKED, _Meaning(Kind.CODE, plain=True, word=True)),
    (_NAME, _Meaning(Kind.NAME, plain=True, word=False)),
    *((said, _Meaning(kind, plain=True, word=False)) for kind, said in _PLAIN.items()),
    *((said, _Meaning(kind, plain=False, word=False)) for kind, said in _LOOSE.items()),
)
"""What is asked for, by how one asks for it; where two begin alike the earlier goes first."""

_PHRASES = Phrases(
    (phrase, meaning)
    for pattern, meaning in _PATTERNS
    for phrase in spell_owners(list_phrases(pattern))
)
HEADS = frozenset(
    "post postcode zip zipcode birth birthdate birthday dob d born reference confirmation ticket"
    " ref tracking receipt job case order cancellation booking incident pin pass passcode"
    " passcodes cvv cvv2 cvc code codes security social ssn insurance ni licence license passport"
    " routing tax digit digits card cards long number numbers no expiry expiration exp phone"
    " telephone cellphone mobile cell landline area reach call iban username acct acc account"
    " accounts ending last membership policy id email emails e mail address street house first"
    " lives live living visa mastercard amex american password passwords passphrase memorable"
    " memorableword maiden safe secret word answer name names surname who who's whos whose"
    " i ids speaking plate plates registration extension serial group set bit block receipt child's"
    " child spell mister mr mrs ms missus miss doctor dr pan aadhaar eircode eir key reg"
    " door flat".split()
)
HEADS |= {f"{word}'s" for word in HEADS}
_NO_CODE = frozenset(
    "promo promotion promotional discount voucher gift coupon offer dress bar qr source color"
    " colour error country clothing highway any new report".split()
)
"""Words before a code that is nobody's; also "in the"."""


def find_asked(words: Words) -> list[Asked]:
    """What is asked for or announced in a call, in order."""
    asked: list[Asked] = []
    places = {words[index].place for index in words.find(HEADS)}
    done = -1
    for index in words.find(_PHRASES.first_words):
        place = words[index].place
        if index <= done or place not in places:
            continue
        said = words.in_place(place)
        match = _PHRASES.match(words, index, said.stop)
        if match is None or _is_called_back(words, index, match[0], said.stop):
            continue
        done, (kind, plain, word) = match
        if kind in _CODES and not word and _is_nobodys(words, index, said.start):
            continue
        asked.append(Asked(kind, index, done, place, plain, word))
    return asked


_CODES = frozenset([Kind.CODE, Kind.POSTCODE])


def _is_called_back(words: Words, first: int, last: int, stop: int) -> bool:
    """Whether "call you" goes on with "back", so that it asks for no name."""
    goes_on = last + 1 < stop and words[last + 1].text.startswith("back")
    return goes_on and last == first + 1 and (words[first].text, words[last].text) == _CALL_YOU


_CALL_YOU = ("call", "you")


def _is_nobodys(words: Words, first: int, start: int) -> bool:
    """Whether a code is one of a product, an error and the like."""
    if first == start:
        return False
    before = words[first - 1].text
    in_the = before == "the" and first - 1 > start and words[first - 2].text == "in"
    return in_the or before in _NO_CODE


def heard_places(asked: Sequence[Asked], kinds: set[Kind]) -> dict[int, Kind]:
    """Utterances in which an answer to one of these may stand; a postcode before an address."""
    heard: dict[int, Kind] = {}
    for each in asked:
        if each.kind in kinds:
            for place in range(each.place, each.place + HEARD):
                if heard.get(place) is not Kind.POSTCODE:
                    heard[place] = each.kind
    return heard
