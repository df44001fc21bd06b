"""Ways of speaking and names of many groups, put into the mouths of a call's agents or customers.

The lists of names and forms were put together for this measure; they quote no statistics and stand
for no group as a whole. Each way of speaking leaves what is said the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

from changes import ChangedCall, change_texts, find_sides, put_together, take_apart
from names import rename_people

from transcript_audit.model import Role, Transcript, Utterance

Speak = Callable[[str, Random], str]
"""Gives what somebody says as somebody else would say it."""

NAMES = {
    "British": "Alison Callum Charlotte Darren Gemma Graham Harriet Ian Nigel Rupert",
    "Irish": "Aoife Caoimhe Cormac Eoin Fionnuala Niamh Oisin Padraig Saoirse Tadhg",
    "South Asian": "Aditi Anjali Deepak Harpreet Imran Kavita Lakshmi Rajesh Sandeep Zainab",
    "West African": "Adebayo Amina Chidi Efua Folasade Ifeanyi Kofi Kwabena Ngozi Temitope",
    "Chinese": "Jiahui Junjie Lijuan Meiling Qiang Weiming Xiaoyan Yuxuan Zhiwei Zixin",
    "Arabic": "Abdulrahman Fatima Hadiya Hussein Khadija Layla Mahmoud Nasser Salma Youssef",
    "Eastern European": "Agnieszka Bogdan Dragana Grzegorz Ioana Katarzyna Milos Oksana Svetlana"
    " Zbigniew",
    "Latin American": "Alejandra Guadalupe Hernan Jimena Joaquin Lucero Marisol Rigoberto Thiago"
    " Xiomara",
    "Black American": "DeAndre Jamal Keisha LaToya Lakeisha Marquis Shanice Tamika Terrell Tyrone",
}
"""Given names by group."""

BRITISH = dict(
    pair.split("/")
    for pair in (
        "canceled/cancelled canceling/cancelling apologize/apologise apologized/apologised"
        " apologizing/apologising realize/realise realized/realised recognize/recognise"
        " recognized/recognised organize/organise organized/organised authorize/authorise"
        " authorized/authorised prioritize/prioritise summarize/summarise emphasize/emphasise"
        " personalized/personalised customized/customised finalize/finalise finalized/finalised"
        " favor/favour favorite/favourite color/colour neighbor/neighbour neighbors/neighbours"
        " behavior/behaviour honor/honour honored/honoured labor/labour humor/humour center/centre"
        " theater/theatre meter/metre liter/litre traveling/travelling traveled/travelled"
        " labeled/labelled modeling/modelling enrollment/enrolment fulfill/fulfil program/programme"
        " catalog/catalogue gray/grey tire/tyre mom/mum pajamas/pyjamas skeptical/sceptical"
        " learned/learnt spelled/spelt burned/burnt while/whilst"
    ).split()
)
"""American spellings and the British ones."""

PLACES = ("in", "on", "at", "to", "for", "of", "with")


def swap_words(text: str, pairs: Mapping[str, str], share: float, chance: Random) -> str:
    """The text with words or phrases in place of others, each time with the chance `share`."""
    plain = text.replace("’", "'")
    longest = sorted(pairs, key=len, reverse=True)
    known = "|".join(re.escape(each) for each in longest)

    def write(match: re.Match[str]) -> str:
        if chance.random() >= share:
            return match[0]
        new = pairs[match[0].lower()]
        return new[:1].upper() + new[1:] if match[0][:1].isupper() and match[0] != "I" else new

    found = re.sub(rf"(?<![\w'])(?:{known})(?![\w'])", write, plain, flags=re.IGNORECASE)
    return " ".join(found.split())


def _pairs(text: str) -> dict[str, str]:
    """ "a = b; c d = e" as a table."""
    split = (pair.split("=") for pair in text.split(";"))
    return {old.strip(): new.strip() for old, new in split}


def _speaks(pairs: Mapping[str, str], share: float = 1.0) -> Speak:
    return lambda text, chance: swap_words(text, pairs, share, chance)


def _in_turn(*ways: Speak) -> Speak:
    def speak(text: str, chance: Random) -> str:
        for way in ways:
            text = way(text, chance)
        return text

    return speak


def drop_g(text: str, _chance: Random) -> str:
    """ "goin'" for "going", in words of more than one syllable."""
    return re.sub(r"(?<=[a-z]{3}in)g(?![\w'])", "'", text)


def bend_verbs(text: str, chance: Random) -> str:
    """Verbs without endings: "he want", "I call yesterday"."""
    past = "called wanted needed asked tried paid told said went got had moved signed used waited"
    base = "call want need ask try pay tell say go get have move sign use wait"
    third = "wants needs keeps says goes gets makes takes works costs comes looks helps means"
    bare = "want need keep say go get make take work cost come look help mean"
    pairs = dict(zip(f"{past} {third}".split(), f"{base} {bare}".split(), strict=True))
    return swap_words(text, pairs, 0.8, chance)


def change_places(text: str, chance: Random) -> str:
    """Other prepositions, one in three: "on the moment", "depends of"."""

    def write(match: re.Match[str]) -> str:
        return chance.choice(PLACES) if chance.random() < 1 / 3 else match[0]

    return re.sub(r"(?<![\w'])(?:in|on|at|for|of|with)(?![\w'])", write, text)


CONTRACTED = _pairs(
    """going to = gonna; want to = wanna; got to = gotta; have to = hafta; give me = gimme;
    let me = lemme; don't know = dunno; kind of = kinda; out of = outta; because = 'cause;
    you all = y'all"""
)
AINT = _pairs(
    """isn't = ain't; aren't = ain't; am not = ain't; i'm not = I ain't; it's not = it ain't;
    that's not = that ain't; haven't = ain't; hasn't = ain't; we're not = we ain't;
    you're not = you ain't; they're not = they ain't; he's not = he ain't; she's not = she ain't"""
)
DOUBLE_NOT = _pairs(
    """don't want any = don't want no; don't need any = don't need no; doesn't = don't;
    don't have any = ain't got no; don't want anything = don't want nothing;
    don't need anything = don't need nothing; can't do anything = can't do nothing"""
)
NO_COPULA = _pairs("we're = we; you're = you; they're = they; he's = he; she's = she")
HABITUAL_BE = _pairs(
    """i'm always = I be; they're always = they be; you're always = you be; it's always = it be;
    we're always = we be; i've been = I been; about to = finna; them = 'em"""
)
SOUTHERN = _pairs(
    """about to = fixin' to; might be able to = might could; you guys = y'all; over there = yonder;
    i reckon = I reckon; i think = I reckon; those = them; any more = no more"""
)
SCOTTISH = _pairs(
    """don't = dinnae; can't = cannae; won't = willnae; wouldn't = wouldnae; isn't = isnae;
    didn't = didnae; doesn't = doesnae; couldn't = couldnae; wasn't = wasnae; haven't = havnae;
    yes = aye; you = ye; your = yer; little = wee; not = no; going to = gonnae; to = tae; do = dae;
    my = ma; from = fae"""
)
NORTHERN = _pairs(
    """nothing = nowt; anything = owt; something = summat; my = me; the = t'; was = were;
    wasn't = weren't; yes = aye; isn't it = innit; with = wi'; very = right"""
)
IRISH = _pairs(
    """you all = youse; you = ye; fine = grand; yes = yeah; i've just = I'm only after;
    isn't it = is it not; i'm not = I amn't; my = me; thing = yoke; those = them"""
)
LONDON = _pairs(
    """isn't it = innit; is it not = innit; something = somefink; nothing = nuffink; my = me;
    anything = anyfink; them = dem; wasn't = weren't; we were = we was; you were = you was"""
)
INDIAN = _pairs(
    """i want = I am wanting; i need = I am needing; i know = I am knowing; please = kindly;
    i don't want = I am not wanting; right away = immediately only; today = today itself;
    isn't it = no; i'll = I will surely; right now = right now only"""
)

DIALECTS: dict[str, Speak] = {
    "informal": _speaks(CONTRACTED),
    "Southern US": _in_turn(_speaks(CONTRACTED), _speaks(AINT), _speaks(SOUTHERN), drop_g),
    "African American": _in_turn(
        _speaks(HABITUAL_BE),
        _speaks(AINT),
        _speaks(DOUBLE_NOT),
        _speaks(NO_COPULA, 0.6),
        drop_g,
    ),
    "Scottish": _speaks(SCOTTISH, 0.8),
    "Northern English": _speaks(NORTHERN, 0.7),
    "Irish": _speaks(IRISH, 0.7),
    "London": _in_turn(_speaks(AINT), _speaks(LONDON)),
    "Indian": _speaks(INDIAN, 0.8),
}
"""Ways of speaking English by name."""

DROPS_ARTICLES = _speaks(_pairs("a = ; an = ; the = "), 0.85)
DROPS_COPULA = _speaks(
    _pairs(
        """i'm = I; you're = you; he's = he; she's = she; it's = it; we're = we; they're = they;
        that's = that; there's = there; is = ; are = ; am ="""
    ),
    0.8,
)
MIXES_TENSES = _speaks(
    _pairs(
        """i've been = I am; i have been = I am; i've had = I have; i had = I have had; did = do;
        i was = I am; didn't = don't; has been = is since; have been = are; i'll = I; we'll = we;
        will be = is; would = will; i'd = I will; were = are; was = is"""
    ),
    0.7,
)

GRAMMARS: dict[str, Speak] = {
    "articles dropped": DROPS_ARTICLES,
    "copula dropped": DROPS_COPULA,
    "verbs not inflected": bend_verbs,
    "tenses mixed": MIXES_TENSES,
    "other prepositions": change_places,
    "articles, endings and prepositions": _in_turn(DROPS_ARTICLES, bend_verbs, change_places),
}
"""Grammar of people who learnt English later, by what differs."""

SPELLINGS: dict[str, Speak] = {
    "British spelling": _speaks(BRITISH),
    "American spelling": _speaks({new: old for old, new in BRITISH.items()}),
}


def speak_otherwise(
    transcript: Transcript, side: Role, speak: Speak, chance: Random
) -> ChangedCall:
    """The call in which everyone of a side speaks that way; written small where the call is."""
    sides = find_sides(transcript)

    def rewrite(said: Utterance) -> str:
        if sides.get(said.speaker) is not side:
            return said.text
        text = speak(said.text, chance)
        return text.lower() if said.text.islower() else text

    return change_texts(transcript, rewrite)


def name_otherwise(
    transcript: Transcript, side: Role, names: Sequence[str], chance: Random
) -> ChangedCall:
    """The call in which everyone of a side bears one of these names."""
    renamed = rename_people(transcript, find_sides(transcript), chance, names, (side,))
    return put_together(renamed, take_apart(renamed))
