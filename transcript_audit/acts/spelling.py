"""One spelling for contractions, chat and speech recognition ("im", "ill", "wanna", "don t"), for
British and American English, and for what dialects write otherwise ("dinnae", "nowt", "callin'").
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from transcript_audit.redaction.given_names import GIVEN_NAMES
from transcript_audit.redaction.ordinary import is_ordinary

if TYPE_CHECKING:
    from spacy.tokens import Token

FILLERS = frozenset("uh uhh um umm er erm ah eh uhm em".split())

MEANT_AFTER = frozenset(
    "do did does not let if as that what how who whom all everything anything something people "
    "someone somebody everyone everybody would should could might will may can must because since "
    "when once until till before least far than letting".split()
)
"""Words after which "you know" is meant; elsewhere it may be only a pause."""

MEANT_BEFORE = frozenset(
    "what how why that when if where who whom whose whether which the your my his her our their "
    "about it something anything nothing everything him them us me this better full damn of "
    "anyone someone anybody somebody any a an roughly exactly".split()
)
"""Words before which "you know" is meant, or may be."""

SPELLINGS: dict[str, tuple[str, ...]] = {
    "'m": ("am",),
    "m": ("am",),
    "'ve": ("have",),
    "ve": ("have",),
    "'d": ("would",),
    "ll": ("will",),
    "re": ("are",),
    "wanna": ("want", "to"),
    "lemme": ("let", "me"),
    "gimme": ("give", "me"),
    "lets": ("let", "us"),
    "weve": ("we", "have"),
    "youve": ("you", "have"),
    "theyve": ("they", "have"),
    "theyre": ("they", "are"),
    "youll": ("you", "will"),
    "theyll": ("they", "will"),
    "itll": ("it", "will"),
    "thatll": ("that", "will"),
    "itd": ("it", "would"),
    "youd": ("you", "would"),
    "theyd": ("they", "would"),
    "thats": ("that", "is"),
    "whats": ("what", "is"),
    "theres": ("there", "is"),
    "heres": ("here", "is"),
    "wheres": ("where", "is"),
    "hows": ("how", "is"),
    "whos": ("who", "is"),
    "u": ("you",),
    "ur": ("your",),
    "r": ("are",),
    "pls": ("please",),
    "plz": ("please",),
    "thx": ("thanks",),
    "cos": ("because",),
    "cuz": ("because",),
    "coz": ("because",),
    "cause": ("because",),
    "dunno": ("do", "not", "know"),
    "cannot": ("can", "not"),
    "ok": ("okay",),
    "yall": ("you", "all"),
    "cancelation": ("cancellation",),
    "canceled": ("cancelled",),
    "canceling": ("cancelling",),
    "aye": ("yes",),
    "ye": ("you",),
    "yer": ("your",),
    "youse": ("you",),
    "yous": ("you",),
    "amn't": ("am", "not"),
    "amnt": ("am", "not"),
    "hafta": ("have", "to"),
    "finna": ("going", "to"),
    "gonnae": ("going", "to"),
    "outta": ("out", "of"),
    "kinda": ("kind", "of"),
    "sorta": ("sort", "of"),
    "tae": ("to",),
    "dae": ("do",),
    "fae": ("from",),
    "wi": ("with",),
    "nowt": ("nothing",),
    "nuffink": ("nothing",),
    "nuthin": ("nothing",),
    "owt": ("anything",),
    "anyfink": ("anything",),
    "summat": ("something",),
    "somefink": ("something",),
    "innit": ("is", "it", "not"),
    "$": ("dollars",),
    "£": ("pounds",),
    "€": ("euros",),
}

SCOTS_NEGATIONS = {
    "dinnae": "do", "cannae": "can", "willnae": "will", "wouldnae": "would", "isnae": "is",
    "arenae": "are", "didnae": "did", "doesnae": "does", "couldnae": "could", "wasnae": "was",
    "havnae": "have", "havenae": "have", "hasnae": "has", "shouldnae": "should", "wasny": "was",
    "dinny": "do", "canny": "can", "didny": "did", "wouldny": "would",
}  # fmt: skip
SPELLINGS |= {word: (verb, "not") for word, verb in SCOTS_NEGATIONS.items()}

AMERICAN = dict(
    pair.split("/")
    for pair in (
        "favour/favor favours/favors favourite/favorite colour/color colours/colors "
        "neighbour/neighbor neighbours/neighbors behaviour/behavior honour/honor honoured/honored "
        "humour/humor labour/labor centre/center centres/centers theatre/theater metre/meter "
        "metres/meters litre/liter litres/liters travelling/traveling travelled/traveled "
        "labelled/labeled enrolment/enrollment fulfil/fulfill programme/program "
        "programmes/programs catalogue/catalog grey/gray tyre/tire tyres/tires mum/mom mums/moms "
        "learnt/learned spelt/spelled burnt/burned whilst/while sceptical/skeptical "
        "jewellery/jewelry licence/license defence/defense offence/offense pyjamas/pajamas"
    ).split()
)
"""British spellings and the American ones, which stand for both."""

ISE = ("ise", "ised", "ises", "ising", "isation", "isations")
SHORTEST_ISE = 7
NO_ISE = frozenset(
    "otherwise exercise exercised exercises exercising surprise surprised surprises surprising "
    "promise promised promises promising premise premises advertise advertised advertises "
    "advertising compromise compromised supervise supervised supervising franchise enterprise "
    "likewise televised revised advised precise concise expertise disguise improvise comprise "
    "comprised raising praising noise bruise despise merchandise paradise treatise".split()
)
NO_PARTICIPLE = GIVEN_NAMES | set(
    "within brain cabin robin basin satin plugin login begin raisin margin".split()
)

IS_AFTER = frozenset(
    "it that what there here he she who where how everything nothing something all this when why "
    "name one thing else everyone nobody somebody".split()
)
"""Words after which "'s" stands for "is" (elsewhere it marks an owner and is dropped)."""

VERBS_AFTER_CONTRACTION = frozenset(
    "be have do get go give take make put send see say tell ask let like love need want keep try "
    "call ring pay stop cancel close end find check look just not never also always still rather "
    "prefer appreciate say think hold move leave pop sort transfer pass start finish come wait "
    "read say speak mention suggest miss cover throw add set book arrange process only email text "
    "post".split()
)
"""What follows "ill", "id", "well" or "wed" when they stand for "I'll", "I'd", "we'll", "we'd"."""

SPLIT_NEGATIONS = {
    "don": "do", "didn": "did", "doesn": "does", "isn": "is", "aren": "are", "wasn": "was",
    "weren": "were", "hasn": "has", "haven": "have", "hadn": "had", "couldn": "could",
    "wouldn": "would", "shouldn": "should", "won": "will", "can": "can", "ain": "is",
}  # fmt: skip
"""What recognisers write before a lone "t" ("don t want")."""

PRONOUNS = frozenset("i you he she it we they that there who".split())

WE_ARE_BEFORE = frozenset("not gon done off both all finished sorted closed fed".split())

UNWELL_AFTER = frozenset(
    "am is are was were been be being so very too really get got getting fell fall feel feeling "
    "seriously mentally terminally taken became become long critically quite 's 'm 're s m "
    "re".split()
)


KEPT_FROM_NORMS = frozenset({"did", "£", "€"})
"""What spaCy's norms would change in meaning: "did" before "n't" to "do", any currency to "$"."""


LOOKS_BACK = frozenset("t d 's s names ill well were ai".split())
"""Words whose reading depends on the text before them."""

LOOKS_AHEAD = dict.fromkeys(SPLIT_NEGATIONS, "t") | dict.fromkeys(
    "id wed its ill well were".split(), "any"
)
"""Words whose reading depends on the text after them: on a lone "t", or on any."""


def spell_word(word: str, before: str, after: str) -> tuple[str, ...]:
    """The normalised words of one token; none for a filler.

    Args:
        word: the token as `norm_of` gives it.
        before, after: the tokens beside it in lower case, past spaces; "" at the ends of the text.
    """
    if word in FILLERS:
        return ()
    for read in (_negation, _would, _is_or_owner, _will, _we_are, _aint):
        words = read(word, before, after)
        if words is not None:
            return words
    return SPELLINGS.get(word) or (_spell_alike(word),)


@lru_cache(maxsize=10_000)
def _spell_alike(word: str) -> str:
    """The word as Americans spell it, and with the ending that dialects clip ("callin")."""
    if word in AMERICAN:
        return AMERICAN[word]
    if len(word) >= SHORTEST_ISE and word not in NO_ISE and word.endswith(ISE):
        stem, _, ending = word.rpartition("is")
        return f"{stem}iz{ending}"
    if len(word) > 4 and word.endswith("in") and word not in NO_PARTICIPLE:
        stem = word[:-2]
        undoubled = stem[:-1] if stem[-1] == stem[-2] else stem
        if any(len(verb) > 2 and is_ordinary(verb) for verb in (stem, undoubled, f"{stem}e")):
            return f"{word}g"
    return word


def norm_of(token: Token) -> str:
    """spaCy's norm of a token in lower case, but for those that would change its meaning."""
    return token.lower_ if token.lower_ in KEPT_FROM_NORMS else token.norm_.lower()


def _negation(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """ "don t" as recognisers write it."""
    if after == "t" and word in SPLIT_NEGATIONS:
        return (SPLIT_NEGATIONS[word],)
    if word == "t" and before in SPLIT_NEGATIONS:
        return ("not",)
    return None


def _would(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """ "i d", "id like", "wed send"."""
    if word == "d" and before in PRONOUNS:
        return ("would",)
    if word in {"id", "wed"} and after in VERBS_AFTER_CONTRACTION:
        return ("i" if word == "id" else "we", "would")
    return None


def _is_or_owner(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """ "it's" is "it is", "Ann's" only names an owner; so "its", "my names"."""
    if word in {"'s", "s"}:
        return ("is",) if before in IS_AFTER else ()
    if word == "its" and after != "own":
        return ("it", "is")
    if word == "names" and before == "my":
        return ("name", "is")
    return None


def _will(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """ "ill call" is "I'll call" but "been ill" is not; "so well send" is "we'll send"."""
    if word == "ill" and before not in UNWELL_AFTER and after.isalpha():
        return ("i", "will")
    if word == "well" and before not in {"", "as", "very", "it"}:
        return ("we", "will") if after in VERBS_AFTER_CONTRACTION else None
    return None


def _aint(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """The "ai" of "ain't", by who is meant."""
    if word == "ai" and after in {"n't", "nt"}:
        return ("am" if before == "i" else "are" if before in {"you", "we", "they"} else "is",)
    return None


def _we_are(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """ "so were moving" is "so we're moving"."""
    if word == "were" and before in {"", "and", "so", "but", "because", "cause", "since", "that"}:
        return ("we", "are") if after.endswith("ing") or after in WE_ARE_BEFORE else None
    return None
