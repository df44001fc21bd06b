"""What a speaker asks for or is about to say: "what's the card number", "my PIN is"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

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

_PLACE = attrgetter("place")
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
    r"|names? (?:is|are|on|for|in|under) (?:it|the|that|this)|call you(?! back)"
    r"|(?:am|are) (?:i|we) (?:speaking|talking|chatting)(?: with| to)?"
    r"|(?:is (?:it|that|this)|are you|you're) (?:mister|mr|mrs|ms|missus|miss|doctor|dr)"
    r"|spell (?:that|it|this)|spell(?: the| your)?(?: (?:surname|name|last name))?",
}
_WORDS_ASKED = (
    r"(?:pass|code) ?words?|pass ?codes?|pass ?phrase|(?:memorable|safe|secret) ?word|maiden name"
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
_ANY = re.compile(
    r"(?<!\S)(?:"
    + "|".join(
        [
            rf"(?P<word>{_WORDS_ASKED})",
            rf"(?P<name>{_NAME})",
            *(rf"(?P<{kind}>{pattern})" for kind, pattern in _PLAIN.items()),
            *(rf"(?P<loose_{kind}>{pattern})" for kind, pattern in _LOOSE.items()),
        ]
    )
    + r")(?:'s)?(?!\S)"
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
_NO_CODE = re.compile(
    r"(?<!\S)(?:promo|promotion|promotional|discount|voucher|gift|coupon|offer|dress|bar|qr"
    r"|source|colou?r|error|country|clothing|highway|in the|any|new|report) $"
)


def find_asked(words: Words) -> list[Asked]:
    """What is asked for or announced in a call, in order."""
    asked: list[Asked] = []
    for place in sorted({words[index].place for index in words.find(HEADS)}):
        said = words.in_place(place)
        first = said.start
        for kind, start, end, plain, word in _find_in(" ".join(words[at].text for at in said)):
            asked.append(Asked(kind, first + start, first + end, place, plain, word))
    return asked


@lru_cache(maxsize=256)  # a call is gone through at least twice
def _find_in(said: str) -> tuple[tuple[Kind, int, int, bool, bool], ...]:
    found, start, at = [], 0, 0
    for match in _ANY.finditer(said):
        group = match.lastgroup or ""
        start += said.count(" ", at, match.start())
        at = match.start()
        end = start + match[0].count(" ")
        if group.endswith("code") and _NO_CODE.search(said[max(0, at - 15) : at]):
            continue
        kind = Kind.CODE if group == "word" else Kind(group.removeprefix("loose_"))
        plain = not group.startswith("loose_")
        found.append((kind, start, end, plain, group == "word"))
    return tuple(found)


def heard_places(asked: Sequence[Asked], kinds: set[Kind]) -> dict[int, Kind]:
    """Utterances in which an answer to one of these may stand; a postcode before an address."""
    heard: dict[int, Kind] = {}
    for each in asked:
        if each.kind in kinds:
            for place in range(each.place, each.place + HEARD):
                if heard.get(place) is not Kind.POSTCODE:
                    heard[place] = each.kind
    return heard
