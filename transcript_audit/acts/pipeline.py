"""Another voice in the model's place: a spaCy pipeline of the user's own, beside the patterns.

The pipeline's text classifier sees the text of one turn at a time, as it was said, and nothing
of the turns around it. What its scores mean for findings was not learnt.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import spacy
from spacy.util import get_installed_models, is_package

from transcript_audit.acts.features import SpokenTurn, collect_spoken
from transcript_audit.acts.recogniser import HANG_UP, OPEN_QUALIFIER, WEAKEST, quote_span
from transcript_audit.acts.words import read_words
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import QUALIFIERS, Act, ActLabel, ActStatus, Role, speaker_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spacy.language import Language

    from transcript_audit.acts.patterns import PatternRecogniser
    from transcript_audit.model import Turn

CLASSIFIERS = ("textcat_multilabel", "textcat")
"""spaCy's own kinds of text classifier."""

LANGUAGES = ("en", "xx")
"""English, and spaCy's code for many languages."""

SOURCE = "pipeline"
LONGEST_ERROR = 200
"""Characters of another program's words that still make one line."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """The text classifier of a spaCy pipeline, as far as its categories are acts.

    Attributes:
        name: of the pipeline, as the user gave it.
        categories: per act the categories that stand for it ("offer", "offer:pause").
    """

    name: str
    nlp: Language
    categories: Mapping[ActLabel, tuple[str, ...]]

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Per text the score of every category, 0 to 1.

        Raises:
            ConfigurationError: the pipeline fails on a text.
        """
        try:
            scored = [doc.cats for doc in self.nlp.pipe(texts)]
        except Exception as error:  # what a pipeline holds may raise anything
            raise ConfigurationError(
                _tell(self.name, f"fails on a text ({_say(error)})")
            ) from error
        wanted = [category for each in self.categories.values() for category in each]
        return [
            {category: min(max(float(cats.get(category, 0.0)), 0.0), 1.0) for category in wanted}
            for cats in scored
        ]


def load_classifier(name: str) -> Classifier:
    """The text classifier of an installed pipeline, or of one in a folder.

    Raises:
        ConfigurationError: there is no such pipeline, it cannot be loaded or run, or it does not
            classify English text by acts.
    """
    nlp = _load_pipeline(name)
    if nlp.lang not in LANGUAGES:
        raise ConfigurationError(
            _tell(name, f"its language is {nlp.lang!r}; only English (en) can be judged")
        )
    parts = [part for part in nlp.pipe_names if nlp.get_pipe_meta(part).factory in CLASSIFIERS]
    if not parts:
        has = ", ".join(nlp.pipe_names) or "nothing"
        wanted = " or ".join(CLASSIFIERS)
        raise ConfigurationError(
            _tell(name, f"has no text classifier; expected {wanted}, it has {has}")
        )
    found = [category for part in parts for category in nlp.pipe_labels[part]]
    classifier = Classifier(name, nlp, _sort_categories(name, found))
    classifier.score(["I would like to cancel, please."])  # one never trained fails here, at once
    return classifier


def _load_pipeline(name: str) -> Language:
    if not name.strip() or not (is_package(name) or Path(name).exists()):
        installed = get_installed_models()
        hint = did_you_mean(name, installed)
        there = f"installed are {', '.join(installed)}" if installed else "none is installed"
        problem = f"no such spaCy pipeline; {hint}{' ' if hint else ''}"
        raise ConfigurationError(
            _tell(name, f"{problem}expected a folder or an installed package, {there}")
        )
    try:
        return spacy.load(name)
    except Exception as error:  # what a pipeline holds may raise anything
        problem = f"cannot be loaded as a spaCy pipeline ({_say(error)})"
        raise ConfigurationError(_tell(name, problem)) from error


def _sort_categories(name: str, found: Sequence[str]) -> dict[ActLabel, tuple[str, ...]]:
    """Per act its categories; those that are no acts are left alone.

    Raises:
        ConfigurationError: none is an act, or one is an act otherwise spelled.
    """
    sorted_: dict[ActLabel, tuple[str, ...]] = {}
    for category in found:
        word, colon, qualifier = category.partition(":")
        if word not in list(ActLabel):
            if _spell_like_acts(word) in list(ActLabel):
                raise ConfigurationError(_tell(name, _no_act(category, [_spell_like_acts(word)])))
            continue
        label = ActLabel(word)
        allowed = QUALIFIERS.get(label, ())
        if colon and qualifier not in allowed:
            names = [f"{label}:{each}" for each in allowed] or [word]
            raise ConfigurationError(_tell(name, _no_act(category, names)))
        sorted_[label] = (*sorted_.get(label, ()), category)
    if not sorted_:
        has = shorten(", ".join(found) or "no labels", LONGEST_ERROR, placeholder=" ...")
        hints = (
            did_you_mean(_spell_like_acts(each), [str(label) for label in ActLabel])
            for each in found
        )
        hint = next(filter(None, hints), "")
        problem = f"none of its labels is an act; {hint}{' ' if hint else ''}it has {has}"
        raise ConfigurationError(_tell(name, f"{problem}; expected some of {', '.join(ActLabel)}"))
    return sorted_


def _spell_like_acts(word: str) -> str:
    return "-".join(word.lower().replace("_", " ").split())


def _no_act(category: str, names: Sequence[str]) -> str:
    hint = did_you_mean(category, names)
    wanted = f"expected {'one of ' if len(names) > 1 else ''}{', '.join(names)}"
    return f"its label {category!r} is no act; {hint}{' ' if hint else ''}{wanted}"


def _tell(name: str, problem: str) -> str:
    return f"--pipeline {name}: {problem}"


def _say(error: Exception) -> str:
    return shorten(f"{type(error).__name__}: {error}", LONGEST_ERROR, placeholder=" ...")


class PipelineRecogniser:
    """Recognises acts with patterns and another pipeline.

    The higher of the pipeline's score and the pattern's strength counts; where a pattern found
    the act, its words and its id show it. Acts that the pipeline has no label for come from
    patterns alone.
    """

    calibration = None

    def __init__(self, patterns: PatternRecogniser, classifier: Classifier) -> None:
        self._patterns = patterns
        self._classifier = classifier

    def recognise(self, turns: Sequence[Turn]) -> tuple[Act, ...]:
        """The acts of a call, by turn and place; weak ones too, for the profile to decide."""
        spoken = collect_spoken(turns, [read_words(turn.text) for turn in turns])
        scores = self._classifier.score([turn.turn.text for turn in spoken])
        last = max((row for row, t in enumerate(spoken) if t.turn.role is Role.AGENT), default=-1)
        acts: list[Act] = []
        for row, turn in enumerate(spoken):
            if not turn.turn.backchannel:
                here = self._acts_of(turn, scores[row], may_hang_up=row == last)
                acts += sorted(here, key=lambda act: (act.span, act.label))
        return tuple(acts)

    def _acts_of(
        self, turn: SpokenTurn, scores: Mapping[str, float], may_hang_up: bool
    ) -> list[Act]:
        found = self._patterns.recognise_turn(turn.turn, turn.words)
        known = self._classifier.categories
        acts = [a for a in found if a.status is not ActStatus.ASSERTED or a.label not in known]
        for label in known:
            theirs = speaker_of(label) is turn.turn.role
            if theirs and (may_hang_up or label != HANG_UP):
                same = [a for a in found if a.label is label and a.status is ActStatus.ASSERTED]
                best = max(same, key=lambda act: act.strength, default=None)
                acts.append(self._act(turn, label, scores, best))
        return [act for act in acts if act.strength >= WEAKEST]

    def _act(
        self, turn: SpokenTurn, label: ActLabel, scores: Mapping[str, float], found: Act | None
    ) -> Act:
        """One act: as strong as the stronger voice has it, quoted by the pattern if it can."""
        score = max(scores[category] for category in self._classifier.categories[label])
        qualifier = self._qualify(label, scores, found)
        if found is None:
            span = quote_span(turn, (0, len(turn.turn.text)))
            return Act(label, turn.turn.index, span, qualifier, SOURCE, score)
        span = quote_span(turn, found.span)
        strength = max(score, found.strength)
        return Act(label, turn.turn.index, span, qualifier, found.source, strength)

    def _qualify(self, label: ActLabel, scores: Mapping[str, float], found: Act | None) -> str:
        """Topic or kind: of the pipeline's best category, unless a pattern is surer of another."""
        if label not in QUALIFIERS:
            return ""
        told = found.qualifier if found and found.qualifier != OPEN_QUALIFIER else ""
        finer = [each for each in self._classifier.categories[label] if ":" in each]
        likeliest = max(finer, key=lambda each: scores[each], default="")
        surer = found is not None and bool(likeliest) and found.strength > scores[likeliest]
        if likeliest and not (told and surer):
            return likeliest.partition(":")[2]
        return told or OPEN_QUALIFIER
