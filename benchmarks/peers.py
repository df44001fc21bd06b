"""What others take on the same words: programs that do something near to an audit, or a part of it.

Each is a function of the text of a turn. None of them does what an audit does; they are there so
that a reader can place its figures. They are in benchmarks/peers.txt, and not needed otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from transcript_audit.acts.phrases import Place, compile_phrase
from transcript_audit.rulebook import RuleBook

Peer = Callable[[str], object]

NOT_PATTERNS = frozenset({"PhoneRecognizer"})
"""Recognisers of Presidio that are patterns by their class, and look with a library's own code."""


def load_peers(rulebook: RuleBook) -> tuple[dict[str, Peer], dict[str, str]]:
    """The peers by name, and why those that cannot be run are not."""
    peers: dict[str, Peer] = {}
    missing: dict[str, str] = {}
    makers: dict[str, Callable[[], Peer]] = {
        "re, the literal phrases": lambda: regular_expression(rulebook),
        "VADER sentiment": vader,
        "Presidio's patterns": presidio,
        "medspaCy's ConText": medspacy_context,
    }
    for name, make in makers.items():
        try:
            peers[name] = make()
            peers[name]("I do not want to cancel, and my card is 4111 1111 1111 1111.")
        except Exception as error:  # whatever a missing or unfit library says
            missing[name] = " ".join(f"{type(error).__name__}: {error}".split())[:150]
    return peers, missing


def regular_expression(rulebook: RuleBook) -> Peer:
    """One alternation of all phrases without gaps, exceptions or context, found anywhere."""
    found = re.compile("|".join(sorted(set(literal_phrases(rulebook)))), re.IGNORECASE)
    return lambda text: [each.span() for each in found.finditer(text)]


def literal_phrases(rulebook: RuleBook) -> Iterator[str]:
    """The phrases of the rule book that are words one after the other, as regular expressions."""
    for pattern in rulebook.patterns:
        for phrase in pattern.phrases:
            for places in compile_phrase(phrase, rulebook.lists).patterns:
                if not any(place.gap or place.optional for place in places):
                    yield r"\b" + r"\W+".join(map(_alternatives, places)) + r"\b"


def _alternatives(place: Place) -> str:
    return "(?:" + "|".join(map(re.escape, sorted(place.words))) + ")"


def vader() -> Peer:
    """VADER's sentiment of a turn."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    scores: Peer = SentimentIntensityAnalyzer().polarity_scores
    return scores


def presidio() -> Peer:
    """All of Presidio's pattern recognisers for English, without a model of names."""
    # An email's domain is looked up in a list that is fetched otherwise.
    import tldextract  # noqa: PLC0415
    from presidio_analyzer import PatternRecognizer, predefined_recognizers  # noqa: PLC0415

    offline = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = offline
    recognisers: list[Any] = []
    for name in dir(predefined_recognizers):
        kind = getattr(predefined_recognizers, name)
        if (
            isinstance(kind, type)
            and issubclass(kind, PatternRecognizer)
            and kind is not PatternRecognizer
            and name not in NOT_PATTERNS
        ):
            recogniser = kind()
            if recogniser.supported_language == "en":
                recognisers.append(recogniser)
    if not recognisers:
        raise LookupError("no pattern recogniser for English")
    return lambda text: [each.analyze(text, each.supported_entities, None) for each in recognisers]


def medspacy_context() -> Peer:
    """medspaCy's ConText over a turn: which words are negated, hypothetical, historical."""
    import spacy  # noqa: PLC0415
    from medspacy.context import ConText  # noqa: PLC0415
    from spacy.tokens import Span  # noqa: PLC0415

    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    context: Any = ConText(nlp)

    def read(text: str) -> object:
        doc = nlp(text)
        if len(doc):
            doc.ents = [Span(doc, len(doc) // 2, len(doc) // 2 + 1, label="CONCEPT")]
        return context(doc)

    return read
