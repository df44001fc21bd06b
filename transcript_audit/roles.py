"""Who is who in a call: roles that the source states, the user maps, or the words give away."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from transcript_audit.errors import ConfigurationError, RuleBookError
from transcript_audit.gate import Gate
from transcript_audit.model import Role, RoleSource, Transcript, Utterance
from transcript_audit.readers.options import covers
from transcript_audit.redaction_marks import hide_marks
from transcript_audit.roster import NO_ROSTER, Roster
from transcript_audit.rulebook import find_rules_directory
from transcript_audit.rulebook.yaml_files import read_rule_file, read_shape
from transcript_audit.speakers import channel_of, fold_label, stated_role

DEFAULT_MARGIN = 5.0
"""Smallest lead, in natural log odds, at which an inferred role counts as decided. Cues overlap, so
the odds are overstated: on pieces of 4 to 8 turns, 1 to 2 % of what is decided at 5 is wrong."""

DOUBT_MARGINS = 2
"""Margins by which what is said must speak against stated roles before they are doubted: a source
that states them is mostly right, and the odds are overstated."""

_BYSTANDER_SHARE = 0.08
"""A further speaker with less than this share of the words is `other` where they stay undecided."""

_MOST_OPEN = 10
"""More unknown speakers than this are not told apart (each doubles the readings to weigh)."""

_SIDES = frozenset({Role.AGENT, Role.CUSTOMER})


@dataclass(frozen=True, slots=True)
class RoleOptions:
    """What the user says about speakers.

    Attributes:
        agent_speakers, customer_speakers: labels as the source writes them, in any case.
        agent_channels: channels, in the source's own count, on which only agents speak.
        roster: whoever is in it is an agent, and goes by the roster's name.
        trust_stated: whether to take stated roles for right even where the words speak against it.
        ignore_stated: whether to judge by the words although labels say "agent" or "customer".
        margin: smallest lead, in natural log odds, for an inferred role.
        by_source: options of their own for what a path or pattern covers (see
            `readers.options.covers`); the first that covers a call's source holds for it.

    Raises:
        ConfigurationError: a label or channel is given for both roles, or the margin is negative.
    """

    agent_speakers: tuple[str, ...] = ()
    customer_speakers: tuple[str, ...] = ()
    agent_channels: tuple[int, ...] = ()
    roster: Roster = NO_ROSTER
    trust_stated: bool = False
    ignore_stated: bool = False
    margin: float = DEFAULT_MARGIN
    by_source: tuple[tuple[str, RoleOptions], ...] = ()

    def __post_init__(self) -> None:
        customers = set(map(fold_label, self.customer_speakers))
        both = [label for label in self.agent_speakers if fold_label(label) in customers]
        if both:
            raise ConfigurationError(
                f"speaker {_quoted(both)} is given as agent and as customer: expected one role a "
                "speaker; leave it out of one of --agent-speaker and --customer-speaker"
            )
        channels = self.agent_channels
        crossed = [each for each in self.customer_speakers if channel_of(each) in channels]
        if crossed:
            raise ConfigurationError(
                f"speaker {_quoted(crossed)} is given as customer, and its channel as the agent's: "
                "leave it out of one of --agent-channel and --customer-speaker"
            )
        if not self.margin >= 0:
            raise ConfigurationError(f"role margin {self.margin}: expected a number from 0 up")

    def for_source(self, path: str) -> RoleOptions:
        """The options that hold for the calls of the source at `path`."""
        return next((own for pattern, own in self.by_source if covers(pattern, path)), self)


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """The role of every speaker label of a call.

    Attributes:
        roles: by label, exactly as the utterances write it.
        source: `inferred` if any label was, else `mapped` if any label was, else `stated`.
        margin: lead of the weakest inferred role in natural log odds; 0.0 if none was inferred.
        reason: one line for a reader.
    """

    roles: Mapping[str, Role]
    source: RoleSource
    margin: float
    reason: str


@dataclass(frozen=True, slots=True)
class UndecidedRoles:
    """Why the roles of a call stay open, in one line, and what settles it."""

    reason: str


def assign_roles(
    transcript: Transcript,
    options: RoleOptions | None = None,
    cues: Sequence[Cue] | None = None,
) -> RoleAssignment | UndecidedRoles:
    """The role of each speaker label, or why it cannot be told.

    Options go before the roster, the roster before labels, labels before elimination, elimination
    before what is said, which is judged by `cues` (default: those of `load_cues`).
    """
    options = options or RoleOptions()
    labels = list(dict.fromkeys(utterance.speaker for utterance in transcript.utterances))
    mapped = _mapped_roles(labels, options)
    listed = _roster_roles(labels, transcript, options.roster)
    known = _stated_roles(labels, transcript, options) | listed | mapped
    unknown = [label for label in labels if label not in known]
    left_over = _left_over_role(known, mapped, unknown)
    if left_over is not None:
        known |= dict.fromkeys(unknown, left_over)
    people = [label for label in labels if known.get(label, Role.AGENT) in _SIDES]
    if len(people) < 2:
        return UndecidedRoles(_too_few(people, labels))
    if unknown and left_over is None:
        return _infer_roles(transcript, known, unknown, options.margin, cues or load_cues())
    if not set(known.values()) >= _SIDES:
        return UndecidedRoles(_one_sided(known))
    source = RoleSource.MAPPED if mapped or listed else RoleSource.STATED
    return RoleAssignment(known, source, 0.0, f"{source}: {_listed(known)}")


def _mapped_roles(labels: Iterable[str], options: RoleOptions) -> dict[str, Role]:
    roles = dict.fromkeys(map(fold_label, options.agent_speakers), Role.AGENT)
    roles |= dict.fromkeys(map(fold_label, options.customer_speakers), Role.CUSTOMER)
    mapped = {}
    for label in labels:
        role = roles.get(fold_label(label))
        if role is None and channel_of(label) in options.agent_channels:
            role = Role.AGENT
        if role is not None:
            mapped[label] = role
    return mapped


def _roster_roles(labels: Iterable[str], transcript: Transcript, roster: Roster) -> dict[str, Role]:
    """The labels that name somebody in the roster, or whose utterances all bear such an agent id.

    A source that gives an agent id to everybody's utterances means the call, not the speaker.
    """
    if not roster.agents:
        return {}
    agents = {label: roster.find_speaker(label) is not None for label in labels}
    borne = {
        label
        for label in agents
        if stated_role(label) in {None, Role.AGENT}
        and all(
            roster.find_agent(utterance.agent_id or "")
            for utterance in transcript.utterances
            if utterance.speaker == label
        )
    }
    if len(borne) < len(agents):
        agents |= dict.fromkeys(borne, True)
    return {label: Role.AGENT for label, listed in agents.items() if listed}


def _stated_roles(
    labels: Iterable[str], transcript: Transcript, options: RoleOptions
) -> dict[str, Role]:
    names = set(map(fold_label, transcript.agent_ids))
    roles = {}
    for label in labels:
        role = stated_role(label)
        if role is None and fold_label(label) in names:
            role = Role.AGENT
        if role is not None and not (options.ignore_stated and role in _SIDES):
            roles[label] = role
    return roles


def _left_over_role(
    known: Mapping[str, Role], mapped: Mapping[str, Role], unknown: Sequence[str]
) -> Role | None:
    """The role that is left for the unknown labels, or None where the words must decide.

    A user who names one side has named all of it. A source that states one side leaves the other
    to a single unknown speaker only, since two may be one of each.
    """
    sides = _SIDES & set(known.values())
    if set(mapped.values()) >= _SIDES:
        return Role.OTHER
    if len(sides) == 1 and (mapped or len(unknown) == 1):
        return Role.CUSTOMER if Role.AGENT in sides else Role.AGENT
    return None


# --- what is said -----------------------------------------------------------------------------


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
    return _found_among(utterances, {label: label}, label, cues)


def _found_among(
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


# --- weighing it ------------------------------------------------------------------------------


def _infer_roles(
    transcript: Transcript,
    known: Mapping[str, Role],
    unknown: Sequence[str],
    needed: float,
    cues: Sequence[Cue],
) -> RoleAssignment | UndecidedRoles:
    """Roles for the unknown labels by `cues`, or why a lead is smaller than `needed`."""
    if len(unknown) > _MOST_OPEN:
        return UndecidedRoles(_cannot_tell(f"{len(unknown)} speakers have no stated role", unknown))
    weights = {cue.id: cue.weight for cue in cues}
    found = {label: found_cues(transcript.utterances, label, cues) for label in unknown}
    scores = {label: sum(weights[cue] for cue in shown) for label, shown in found.items()}
    leads = _leads(scores, known.values())
    small = _bystanders(transcript.utterances)
    roles = dict(known)
    roles |= {k: Role.OTHER for k, lead in leads.items() if k in small and abs(lead) < needed}
    leads = _leads({k: v for k, v in scores.items() if k not in roles}, known.values())
    weak = [label for label, lead in leads.items() if abs(lead) < needed]
    if weak:
        lead = min(abs(leads[label]) for label in weak)
        why = f"what {_quoted(weak)} says fits either side (lead {lead:.1f}, needed {needed:g})"
        return UndecidedRoles(_cannot_tell(why, unknown))
    inferred = {k: Role.AGENT if lead > 0 else Role.CUSTOMER for k, lead in leads.items()}
    roles |= inferred
    if not set(roles.values()) >= _SIDES:
        return UndecidedRoles(_one_sided(roles))
    if not inferred:
        return RoleAssignment(roles, RoleSource.STATED, 0.0, f"stated: {_listed(roles)}")
    reason = f"inferred: {_listed(roles)}; {_strongest(found, inferred, weights)}"
    return RoleAssignment(roles, RoleSource.INFERRED, min(map(abs, leads.values())), reason)


def _leads(scores: Mapping[str, float], known: Collection[Role]) -> dict[str, float]:
    """For each label, how much better the best reading with it as agent is than as customer.

    A reading gives every label a side and leaves no side of the call empty. Its worth is half the
    sum of its agents' scores less half the sum of its customers' (so that of two speakers the lead
    is the difference of their scores). Empty where no reading is possible.
    """
    best: dict[tuple[str, Role], float] = {}
    for sides in product(sorted(_SIDES), repeat=len(scores)):
        if not {*known, *sides} >= _SIDES:
            continue
        worth = sum(
            score / 2 if side == Role.AGENT else -score / 2
            for score, side in zip(scores.values(), sides, strict=True)
        )
        for label, side in zip(scores, sides, strict=True):
            best[label, side] = max(worth, best.get((label, side), worth))
    return {
        label: best[label, Role.AGENT] - best[label, Role.CUSTOMER]
        for label in scores
        if (label, Role.AGENT) in best and (label, Role.CUSTOMER) in best
    }


def _bystanders(utterances: Iterable[Utterance]) -> list[str]:
    """Labels of speakers, where there are three or more, who say next to nothing."""
    words: dict[str, int] = {}
    for utterance in utterances:
        words[utterance.speaker] = words.get(utterance.speaker, 0) + len(utterance.text.split())
    total = sum(words.values())
    few = [label for label, count in words.items() if count < _BYSTANDER_SHARE * total]
    return few if len(words) - len(few) >= 2 else []


# --- doubting what is stated ------------------------------------------------------------------


def doubt_roles(
    transcript: Transcript,
    assignment: RoleAssignment,
    options: RoleOptions | None = None,
    cues: Sequence[Cue] | None = None,
) -> str:
    """Why roles that the source states look swapped, and what settles it; "" where they don't.

    They do where what the agents say speaks for a customer, and the reverse, by `DOUBT_MARGINS`
    times the margin that an inferred role needs.
    """
    options = options or RoleOptions()
    if assignment.source is not RoleSource.STATED or options.trust_stated:
        return ""
    cues = cues or load_cues()
    weights = {cue.id: cue.weight for cue in cues}
    found = {
        role: _found_among(transcript.utterances, assignment.roles, role, cues)
        for role in (Role.AGENT, Role.CUSTOMER)
    }
    scores = {role: sum(weights[cue] for cue in shown) for role, shown in found.items()}
    lead = scores[Role.CUSTOMER] - scores[Role.AGENT]
    if lead <= DOUBT_MARGINS * options.margin:
        return ""
    labels = {r: [k for k, v in assignment.roles.items() if v is r] for r in _SIDES}
    agent, customer = _quoted(labels[Role.AGENT]), _quoted(labels[Role.CUSTOMER])
    shown = _strongest({customer: found[Role.CUSTOMER]}, {customer: Role.AGENT}, weights)
    return (
        f"the roles look swapped: {customer} speaks like an agent and {agent} like a customer "
        f"(lead {lead:.1f}; {shown.partition(': ')[2]}); use --agent-speaker and "
        "--customer-speaker to put them right, or --trust-roles if they are"
    )


# --- words for the reader ---------------------------------------------------------------------


def _quoted(labels: Iterable[str]) -> str:
    shown = [repr(label if len(label) <= 30 else label[:29] + "…") for label in labels]
    rest = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    return ", ".join(shown[:4]) + rest


def _listed(roles: Mapping[str, Role]) -> str:
    """ "agent 'A', customer 'B'", in the order of `Role`."""
    return ", ".join(
        f"{role} {_quoted(labels)}"
        for role in Role
        if (labels := [label for label, given in roles.items() if given == role])
    )


def _strongest(
    cues: Mapping[str, Collection[str]], roles: Mapping[str, Role], weights: Mapping[str, float]
) -> str:
    """The three weightiest cues for each inferred role."""
    parts = []
    for label, role in roles.items():
        sign = 1 if role == Role.AGENT else -1
        best = sorted(cues[label], key=lambda cue: (-sign * weights[cue], cue))[:3]
        best = [cue for cue in best if sign * weights[cue] > 0]
        parts.append(f"{_quoted([label])}: {', '.join(best) or 'by contrast'}")
    return "; ".join(parts)


def _too_few(people: Sequence[str], labels: Sequence[str]) -> str:
    if not labels:
        return "nobody speaks in it: expected an agent and a customer"
    found = f"only one speaker ({_quoted(people)})" if people else "only recordings and bystanders"
    return (
        f"{found}: expected an agent and a customer; "
        "check that the export has both sides and says who speaks"
    )


def _one_sided(roles: Mapping[str, Role]) -> str:
    missing = next(iter(sorted(_SIDES - set(roles.values()))))
    return (
        f"cannot tell who the {missing} is: the speakers are {_listed(roles)}; "
        f"use --{missing}-speaker LABEL"
    )


def _cannot_tell(why: str, unknown: Sequence[str]) -> str:
    return (
        f"cannot tell who the agent is: {why}; "
        f"use --agent-speaker LABEL (unknown: {_quoted(unknown)})"
    )
