"""The shapes of the rule files: what an analyst may write, and what the program gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from transcript_audit.model import (
    ARGUMENT,
    OFFER_KINDS,
    TOPICS,
    ActLabel,
    ActStatus,
    Family,
    Role,
    Severity,
    speaker_of,
)


def _known(names: tuple[str, ...]) -> AfterValidator:
    """A check that a text is one of `names`, for names that are data rather than an enum."""

    def check(value: str) -> str:
        if value not in names:
            raise PydanticCustomError("unknown_name", "unknown name")
        return value

    return AfterValidator(check)


def _enum(names: tuple[str, ...]) -> Any:
    return Field(json_schema_extra={"enum": list(names)})


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-/:][a-z0-9]+)*$")]
Strength = Annotated[float, Field(strict=True, ge=0, le=1)]
Count = Annotated[int, Field(strict=True, ge=0, le=1000)]
Seconds = Annotated[float, Field(strict=True, gt=0, le=3600)]
Weight = Annotated[float, Field(strict=True, ge=0, le=1000)]
Topic = Annotated[str, _known(TOPICS), _enum(TOPICS)]
PutForward = Annotated[str, _known((*OFFER_KINDS, ARGUMENT)), _enum((*OFFER_KINDS, ARGUMENT))]
_QUALIFIERS = ("", *dict.fromkeys((*TOPICS, *OFFER_KINDS)))
Qualifier = Annotated[str, _known(_QUALIFIERS), _enum(_QUALIFIERS)]
Words = tuple[Text, ...]
Kinds = tuple[PutForward, ...]
Speaker = Literal[Role.CUSTOMER, Role.AGENT]
TakenAway = Literal[ActStatus.NEGATED, ActStatus.HYPOTHETICAL, ActStatus.REPORTED, ActStatus.PAST]

ALL_READINGS: tuple[TakenAway, ...] = get_args(TakenAway)


class Shape(BaseModel):
    """Base of everything read from a rule file: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TextExamples(Shape):
    """Single turns that a pattern must, and must not, recognise."""

    match: tuple[Text, ...] = Field(description="turns the pattern must recognise")
    no_match: tuple[Text, ...] = Field(description="near misses it must leave alone")
    todo_match: tuple[Text, ...] = Field((), description="known gaps; told when one is closed")


class DialogueExamples(Shape):
    """Short dialogues that a rule must, and must not, flag; `> ` marks the evidence lines."""

    match: tuple[Text, ...] = Field(description="dialogues with a finding, evidence marked `> `")
    no_match: tuple[Text, ...] = Field(description="near misses without a finding")
    todo_match: tuple[Text, ...] = Field((), description="known gaps; told when one is closed")


def _usual_speaker(data: dict[str, Any]) -> Speaker:
    act = data.get("act")
    return speaker_of(ActLabel(act)) if act in list(ActLabel) else Role.AGENT


def _usual_readings(data: dict[str, Any]) -> tuple[TakenAway, ...]:
    return ALL_READINGS if data.get("act") == ActLabel.REQUEST_CANCEL else ()


class PatternSet(Shape):
    """Patterns that show one act, from `rules/acts/*.yaml`."""

    id: Identifier = Field(description="unique over all files; begins with the act")
    act: ActLabel = Field(description="label of the act, without its qualifier")
    qualifier: Qualifier = Field("", description="topic or offer kind, where the act has one")
    speaker: Speaker = Field(
        default_factory=_usual_speaker, description="who must say it (usually follows from the act)"
    )
    strength: Strength = Field(0.9, description="0 to 1: how often it is right when it hits")
    readings: tuple[TakenAway, ...] = Field(
        default_factory=_usual_readings,
        description="readings that take the meaning away "
        "(all for request-cancel, otherwise none unless named)",
    )
    phrases: tuple[Text, ...] = Field((), description="phrases that show the act")
    tokens: tuple[tuple[dict[str, Any], ...], ...] = Field(
        (), description="spaCy Matcher patterns, where phrases do not reach"
    )
    unless: tuple[Text, ...] = Field(
        (), description="phrases that look like it but are not; `turn: ` = anywhere in the turn"
    )
    examples: TextExamples = Field(description="turns to recognise, and near misses")


class Reading(Shape):
    """Cues that take a pattern's meaning away, from `rules/readings.yaml`."""

    status: TakenAway = Field(description="what the cues make of the words")
    cues: tuple[Text, ...] = Field(min_length=1, description="phrases, in the pattern syntax")
    before: Count = Field(4, description="a cue ends at most this many words before the match")
    after: Count = Field(0, description="or begins at most this many words after it")
    stops: tuple[Text, ...] = Field((), description="words that end a cue's reach")
    labels: tuple[ActLabel, ...] = Field((), description="only for these acts; empty: for all")


class ActPresent(Shape):
    """The agent does one of these acts."""

    kind: Literal["act-present"]
    acts: tuple[ActLabel, ...] = Field(min_length=1, description="acts of the agent")
    after: Literal["call", "request"] = Field(description="from the start, or after the request")
    talking_over: bool = Field(
        False, description="whether cutting in on the customer, by the call's times, is one too"
    )


class ActMissing(Shape):
    """The agent never does this act."""

    kind: Literal["act-missing"]
    act: Literal[ActLabel.CONFIRM_DETAILS, ActLabel.GOODWILL] = Field(description="act expected")
    after: Literal["request", "decision"] = Field(description="from when on it is expected")


class AttemptAfterDecline(Shape):
    """A retention attempt while the door is closed."""

    kind: Literal["attempt-after-decline"]


class ReasonPressed(Shape):
    """The reason is asked for again, or disputed."""

    kind: Literal["reason-pressed"]


class PassedOn(Shape):
    """The customer is passed on more often than allowed, or has to start over."""

    kind: Literal["passed-on"]


class RequestStanding(Shape):
    """The call ends while the request still stands."""

    kind: Literal["request-standing"]


class ConcernUnanswered(Shape):
    """A concern is not acknowledged in time."""

    kind: Literal["concern-unanswered"]


class OfferIrrelevant(Shape):
    """An offer that cannot help with any concern voiced."""

    kind: Literal["offer-irrelevant"]


class ConcernRepeated(Shape):
    """The customer has to raise a concern again."""

    kind: Literal["concern-repeated"]


Check = Annotated[
    ActPresent
    | ActMissing
    | AttemptAfterDecline
    | ReasonPressed
    | PassedOn
    | RequestStanding
    | ConcernUnanswered
    | OfferIrrelevant
    | ConcernRepeated,
    Field(discriminator="kind"),
]
"""The closed set of check kinds."""


class Rule(Shape):
    """A rule of the policy as data, from `rules/checks/<id>.yaml`."""

    id: Identifier = Field(description="same as the file name")
    title: Text = Field(description="a few words for tables")
    family: Family = Field(description="family of the policy")
    severity: Severity = Field(description="how much a finding weighs")
    description: Text = Field(description="what and why, in a QA analyst's words")
    check: Check = Field(description="how it is checked: a kind and its parameters")
    message: Text = Field(description="one sentence shown with a finding")
    coaching: Text = Field(description="what to do better next time")
    say_instead: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        "", description="a model sentence that an agent could say instead; for any company"
    )
    cleared_by: Text = Field(description="what would have cleared it")
    false_positives: tuple[Text, ...] = Field(min_length=1, description="when it may be wrong")
    references: tuple[Text, ...] = Field(min_length=1, description="sections of the policy")
    examples: DialogueExamples = Field(description="dialogues with and without a finding")


USUAL_WEIGHTS: Mapping[Severity, float] = {
    Severity.CRITICAL: 10.0,
    Severity.MAJOR: 5.0,
    Severity.MINOR: 2.0,
    Severity.COACHING: 0.0,
}
"""What rules weigh in the quality score unless a profile says otherwise: advice weighs nothing."""


class QualityWeights(Shape):
    """What the rules weigh in the quality score of a call, and which flags fail it."""

    severity_weights: Mapping[Severity, Weight] = Field(
        default_factory=dict, description="weight of a rule by severity (10, 5, 2, 0 unless named)"
    )
    rule_weights: Mapping[Identifier, Weight] = Field(
        default_factory=dict, description="the same for single rules"
    )
    auto_fail: tuple[Severity, ...] = Field(
        (Severity.CRITICAL,), description="severities of which one flag makes the score 0"
    )

    def weight_of(self, rule: Rule) -> float:
        """What `rule` weighs, 0 for nothing."""
        usual = self.severity_weights.get(rule.severity, USUAL_WEIGHTS[rule.severity])
        return self.rule_weights.get(rule.id, usual)


class Profile(Shape):
    """The thresholds under which calls are judged, from `rules/profiles/<id>.yaml`.

    `consent` is what an attempt needs first: nothing; the customer's agreement to hear one;
    or that the customer was told how to complete the cancellation.
    """

    id: Identifier = Field(description="same as the file name")
    title: Text = Field(description="a few words for reports")
    description: Text = Field(description="what is different, and why")
    citations: tuple[Text, ...] = Field((), description="where the thresholds come from")
    extends: Identifier | None = Field(None, description="profile whose thresholds hold otherwise")
    attempts_allowed: Count = Field(1, description="attempts before any decline")
    attempts_critical: Count = Field(3, description="attempts after a decline that are critical")
    consent: Literal["none", "agreed-to-hear", "told-how-to-cancel"] = Field(
        "none", description="what an attempt needs first"
    )
    reasons_allowed: Count = Field(1, description="times the reason may be asked")
    hand_offs_allowed: Count = Field(1, description="times the customer may be passed on")
    turns_to_acknowledge: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        2, description="substantive agent turns in which a concern must be acknowledged"
    )
    cut_in_seconds: Seconds = Field(
        1.0, description="how long both must speak at once for an agent to have cut in"
    )
    cut_ins_to_hear: Annotated[int, Field(strict=True, ge=1, le=1000)] = Field(
        4, description="times an agent cuts in from which somebody has to listen to the call"
    )
    hold_seconds: Seconds = Field(
        20.0, description="silence after a few words of the agent that makes them a hold"
    )
    minimum_strength: Strength = Field(0.5, description="weaker acts do not count")
    act_strength: Mapping[ActLabel, Strength] = Field(
        default_factory=dict, description="the same for single acts"
    )
    request_strength: Strength = Field(
        0.7, description="how sure it must be, over the whole call, that anybody asked to cancel"
    )
    evidence_strength: Strength = Field(
        0.7, description="acts weaker than this are cited only where none is stronger"
    )
    finding_strength: Strength = Field(0.5, description="weaker findings become cannot-tell")
    rule_strength: Mapping[Identifier, Strength] = Field(
        default_factory=dict, description="the same for single rules"
    )

    eligible_at_least: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = Field(
        10, description="calls that a share needs before anybody is judged by it"
    )
    quality: QualityWeights = Field(
        QualityWeights(auto_fail=(Severity.CRITICAL,)), description="weights of the quality score"
    )

    def strength_needed(self, label: ActLabel) -> float:
        """The least strength, 0 to 1, with which an act of `label` counts."""
        return self.act_strength.get(label, self.minimum_strength)

    def finding_strength_needed(self, rule: str) -> float:
        """The least strength, 0 to 1, of a finding of `rule`."""
        return self.rule_strength.get(rule, self.finding_strength)


class PatternFile(Shape):
    """A file of `rules/acts/`."""

    patterns: tuple[PatternSet, ...] = Field(description="pattern sets")


class ListFile(Shape):
    """`rules/lists.yaml`."""

    lists: Mapping[Identifier, Words] = Field(description="word lists by name")


class ReadingFile(Shape):
    """`rules/readings.yaml`."""

    readings: tuple[Reading, ...] = Field(description="cues by what they mean")


class RelevanceFile(Shape):
    """`rules/relevance.yaml`."""

    relevance: Mapping[Topic, Kinds] = Field(
        description="which kinds of offer can help with which concern; `argument` is a benefit "
        "put forward without a concrete offer"
    )


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything the rule files say, checked.

    Attributes:
        rules: in the order of the families in the policy, then by id.
        patterns: by file name, then in the file's order.
        lists: word lists by name.
        readings: in the file's order.
        relevance: offer kinds that can help, by topic; every topic is a key.
        profile: the thresholds chosen, with what it extends already filled in.
        digest: SHA-256 (hex) of all files that were read.
        own_patterns: ids of the patterns that come from the user's own files (`--rules`), whether
            they add to the built-in ones or replace them.
    """

    rules: tuple[Rule, ...]
    patterns: tuple[PatternSet, ...]
    lists: Mapping[str, tuple[str, ...]]
    readings: tuple[Reading, ...]
    relevance: Mapping[str, frozenset[str]]
    profile: Profile
    digest: str
    own_patterns: frozenset[str] = frozenset()

    def rule(self, rule_id: str) -> Rule:
        """The rule `rule_id`.

        Raises:
            KeyError: there is no such rule.
        """
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)
