"""What agents say more often than customers, and the reverse: the cues of `rules/roles.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from transcript_audit.errors import RuleBookError
from transcript_audit.gate import Gate
from transcript_audit.model import Role, Utterance
from transcript_audit.redaction_marks import hide_marks
from transcript_audit.rulebook import find_rules_directory
from transcript_audit.rulebook.yaml_files import read_rule_file, read_shape
from transcript_audit.speakers import stated_role


class _Phrases(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    weight: float
    phrases: tuple[Annotated[str, Field(pattern=r"[\w*]")], ...] = Field(min_length=1)
    fixed: bool = False


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Literal[
        "speaks-first", "mostly-says-you", "mostly-says-i", "mostly-asks", "reads-out-numbers"
    ]
    weight: float
    fixed: bool = False


class _CueFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    cues: tuple[_Phrases, ...]
    shapes: tuple[_Shape, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that an agent says or does more often than a customer, or the reverse.

    Attributes:
        weight: natural log of how much likelier an agent is to show it, once or more in a call.
        pattern: what to look for in `spoken_words`; None for a shape, which is computed.
        fixed: whether the weight was set by hand.
        needed: per phrase of the pattern the words of which it needs one, for each of several
            places; empty where no word gives the cue away.
    """

    id: str
    weight: float
    pattern: re.Pattern[str] | None = None
    fixed: bool = False
    needed: tuple[tuple[frozenset[str], ...], ...] = ()


@cache
def load_cues() -> tuple[Cue, ...]:
    """The cues of `rules/roles.yaml`: phrases first, then shapes.

    Raises:
        RuleBookError: the file cannot be read or is not laid out as its own head says.
    """
    file = read_rule_file(find_rules_directory() / "roles.yaml", "roles.yaml", built_in=True)
    shape = read_shape(file, _CueFile)
    if shape is None or file.faults:
        raise RuleBookError(file.faults)
    spoken = [
        Cue(
            row.id,
            row.weight,
            _phrase_pattern(row.phrases),
            row.fixed,
            tuple(map(_needed_words, row.phrases)),
        )
        for row in shape.cues
    ]
    return (*spoken, *(Cue(row.id, row.weight, None, row.fixed) for row in shape.shapes))


def found_cues(utterances: Sequence[Utterance], label: str, cues: Sequence[Cue]) -> frozenset[str]:
    """Ids of those of `cues` that the speaker `label` shows in a call."""
    return found_among(utterances, {label: label}, label, cues)


def found_among(
    utterances: Sequence[Utterance], groups: Mapping[str, str], group: str, cues: Sequence[Cue]
) -> frozenset[str]:
    """Ids of those of `cues` that the speakers show whom `groups` puts into `group`.

    The other speakers keep their labels, of which one may be a recording's.
    """
    texts = [u.text for u in utterances if groups.get(u.speaker, u.speaker) == group]
    lines = _spoken_lines(texts)
    shapes = _shapes(texts, "\n".join(lines))
    speakers = (groups.get(utterance.speaker, utterance.speaker) for utterance in utterances)
    first = next((speaker for speaker in speakers if stated_role(speaker) != Role.SYSTEM), None)
    if first == group:
        shapes.add("speaks-first")
    found = {cue.id for cue in cues if cue.pattern is None and cue.id in shapes}
    gate = _gate_cues(tuple(cues))
    for line in lines:
        for together in gate.let_through(line.split()):
            for cue in together:
                if cue.id not in found and cue.pattern and cue.pattern.search(line):
                    found.add(cue.id)
    return frozenset(found)


@lru_cache(maxsize=4)
def _gate_cues(cues: tuple[Cue, ...]) -> Gate[Cue]:
    """The cues that are spoken, by words that they cannot do without."""
    gate: Gate[Cue] = Gate()
    for cue in cues:
        if cue.pattern is not None:
            for needed in cue.needed or ((),):
                gate.add(cue, needed)
    return gate


_APOSTROPHE = re.compile(r"['’`]")
_NOT_SPOKEN = re.compile(r"[^\w\n]+")
_APART = re.compile(r"\b(i|you|we|he|she|it|that|they|there|what|who|how|let) (m|ll|ve|re|d|s)\b")


def spoken_words(text: str) -> str:
    """The words in lower case with single spaces, as speech recognition might write them.

    No punctuation and no apostrophes ("I'm" and "i m" are both "im"). What was redacted is one
    word that no cue names.
    """
    return _spoken_lines([text])[0][1:-1]


def _spoken_lines(texts: Iterable[str]) -> list[str]:
    """The spoken words of each text, between blanks."""
    hidden = (hide_marks(text, " redacted ").replace("\n", " ") for text in texts)
    text = _APOSTROPHE.sub("", "\n".join(hidden).lower()).replace("_", " ")
    spoken = _APART.sub(r"\1\2", _NOT_SPOKEN.sub(" ", text))
    return [f" {line.strip()} " for line in spoken.split("\n")]


def _phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_phrase_source, phrases)), re.MULTILINE)


def _phrase_source(phrase: str) -> str:
    source = " "
    for word in phrase.split():
        if word == "^":
            source = "^ "
            continue
        choices = "|".join(spoken_words(choice) or r"\S+" for choice in word.split("/"))
        source += f"(?:{choices}) "
    return source


def _needed_words(phrase: str) -> tuple[frozenset[str], ...]:
    """Per place of a phrase that only single words can fill, these words."""
    places = [[spoken_words(choice) for choice in word.split("/")] for word in phrase.split()]
    return tuple(
        frozenset(words) for words in places if all(word and " " not in word for word in words)
    )


_I = re.compile(r"(?<= )(?:i|im|ive|ill|id|my|me|mine|myself)(?= )")
_YOU = re.compile(r"(?<= )(?:you|your|youre|youve|youll|youd|yours|yourself)(?= )")
_ASKS = re.compile(
    r"^ (?:(?:and|so|okay|ok|right|but|alright|well) )*(?:whats?|whos?|hows?|which|when|where|why"
    r"|whose|can|could|may|might|shall|would|will|do|does|did|is|are|was|were|have|has) ",
    re.MULTILINE,
)
_NUMBER = (
    r"(?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty"
    r"|thirty|forty|fifty|sixty|seventy|eighty|ninety|double|triple|hundred|thousand|and|dash|\w) "
)
_READS_NUMBERS = re.compile(rf"^ (?:\w+ ){{0,2}}(?:{_NUMBER}){{4,}}(?:\w+ ){{0,2}}$", re.MULTILINE)


def _shapes(texts: Sequence[str], said: str) -> set[str]:
    """Ids of the shapes that hold for one speaker's texts, whose spoken words are `said`."""
    you, i = len(_YOU.findall(said)), len(_I.findall(said))
    asked = sum("?" in text for text in texts) or len(_ASKS.findall(said))
    holds = {
        "mostly-says-you": you > i,
        "mostly-says-i": i > 2 * you,
        "mostly-asks": asked * 3 >= len(texts),
        "reads-out-numbers": bool(_READS_NUMBERS.search(said)),
    }
    return {name for name, true in holds.items() if true}
