"""The nouns: frozen values that every stage takes and returns.

Units and counting, everywhere: seconds from the start of the call; turns counted from 0;
character spans half-open `(start, end)` into `Turn.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from transcript_audit.handing_over import handed_over

Span = tuple[int, int]


class Role(StrEnum):
    """Who speaks: everyone who answers for the company is an agent."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    OTHER = "other"


class RoleSource(StrEnum):
    """How the roles of a call became known."""

    STATED = "stated"
    MAPPED = "mapped"
    INFERRED = "inferred"


class Family(StrEnum):
    """The families of rules in the policy."""

    REFUSED_CANCELLATION = "refused-cancellation"
    REPEATED_PUSHBACK = "repeated-pushback"
    IGNORED_CONCERN = "ignored-concern"
    CONDUCT = "conduct"
    GRACEFUL_EXIT = "graceful-exit"


class Severity(StrEnum):
    """How much a finding weighs; `critical` fails the call on its own."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    COACHING = "coaching"


class Outcome(StrEnum):
    """How the cancellation episode of a call ended."""

    CANCELLED = "cancelled"
    RETAINED = "retained"
    NOT_CANCELLED = "not-cancelled"
    HANDED_OFF = "handed-off"
    NOT_ALLOWED = "not-allowed"
    NO_REQUEST = "no-request"


class RuleStatus(StrEnum):
    """What a rule came to on one call."""

    FLAGGED = "flagged"
    CLEAR = "clear"
    NOT_APPLICABLE = "not-applicable"
    CANNOT_TELL = "cannot-tell"


class ActStatus(StrEnum):
    """Whether the words of an act are meant: only `asserted` acts count."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    HYPOTHETICAL = "hypothetical"
    REPORTED = "reported"
    PAST = "past"


class ActLabel(StrEnum):
    """What a turn does; the customer's acts first, then the agent's."""

    REQUEST_CANCEL = "request-cancel"
    INSIST = "insist"
    DECLINE = "decline"
    ACCEPT = "accept"
    WAVER = "waver"
    WITHDRAW = "withdraw"
    GIVE_REASON = "give-reason"
    WITHHOLD_REASON = "withhold-reason"
    RAISE_CONCERN = "raise-concern"
    REPEAT_CONCERN = "repeat-concern"
    THREATEN_LEAVE = "threaten-leave"
    ASK_TERMS = "ask-terms"
    ASK_REASON = "ask-reason"
    DISPUTE_REASON = "dispute-reason"
    OFFER = "offer"
    PERSUADE = "persuade"
    PRESSURE = "pressure"
    REFUSE = "refuse"
    REFUSE_ALLOWED = "refuse-allowed"
    CONDITION = "condition"
    STALL = "stall"
    HAND_OFF = "hand-off"
    SUBSTITUTE = "substitute"
    VERIFY = "verify"
    DISCLOSE = "disclose"
    ACKNOWLEDGE = "acknowledge"
    AGREE = "agree"
    CONFIRM = "confirm"
    CONFIRM_DETAILS = "confirm-details"
    GOODWILL = "goodwill"
    DISRESPECT = "disrespect"
    HOLD = "hold"
    HANG_UP = "hang-up"
    ASK_LEAVE = "ask-leave"
    TELL_WAY_OUT = "tell-way-out"
    ASK_TO_FINISH = "ask-to-finish"


CUSTOMER_ACTS = tuple(ActLabel)[:12]
AGENT_ACTS = tuple(ActLabel)[12:33]
OUR_ACTS: Mapping[ActLabel, Literal[Role.AGENT, Role.CUSTOMER]] = {
    ActLabel.ASK_LEAVE: Role.AGENT,
    ActLabel.TELL_WAY_OUT: Role.AGENT,
    ActLabel.ASK_TO_FINISH: Role.CUSTOMER,
}
"""Acts beside the policy's, and whose they are. Only stricter profiles ask for the agent's two:
asking whether the customer wants to hear an offer, and saying which word completes the
cancellation. The customer's asks to be let finish; with the call's times it tells who was talked
over. Patterns alone find them."""


def speaker_of(label: ActLabel) -> Literal[Role.AGENT, Role.CUSTOMER]:
    """Whose act it is: the agent's or the customer's."""
    return OUR_ACTS.get(label, Role.CUSTOMER if label in CUSTOMER_ACTS else Role.AGENT)


TOPICS = (
    "price",
    "reliability",
    "quality",
    "billing",
    "service",
    "treatment",
    "moving",
    "bereavement",
    "hardship",
    "unused",
    "competitor",
    "duplicate",
    "trust",
    "other",
)
"""Qualifiers of `give-reason`, `raise-concern` and `repeat-concern`."""

OFFER_KINDS = (
    "discount",
    "free-period",
    "credit",
    "downgrade",
    "pause",
    "upgrade",
    "gift",
    "fix",
    "move-service",
    "other",
)
"""Qualifiers of `offer`."""

ARGUMENT = "argument"
"""What the relevance table calls a benefit put forward without a concrete offer."""

QUALIFIERS: dict[ActLabel, tuple[str, ...]] = {
    ActLabel.GIVE_REASON: TOPICS,
    ActLabel.RAISE_CONCERN: TOPICS,
    ActLabel.REPEAT_CONCERN: TOPICS,
    ActLabel.OFFER: OFFER_KINDS,
}


@handed_over
@dataclass(frozen=True, slots=True)
class Utterance:
    """One line or segment of a source, as it was written; nothing is guessed about meaning.

    Attributes:
        number: 0-based place among the source's turns; findings cite it.
        speaker: the source's own label ("" where it has none).
        text: what was said, stripped, never empty.
        start, end: seconds from the start of the call, or None.
        agent_id: who among the company's people, where the source says so.
        line: 1-based line of the source, or None.
    """

    number: int
    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    agent_id: str | None = None
    line: int | None = None


STATED_FIGURES = (
    "duration_seconds",
    "agent_talk_seconds",
    "customer_talk_seconds",
    "silence_seconds",
    "interruptions",
    "interruptions_by_agent",
)
"""What a source may say of a call as a whole; it need not agree with what the times come to."""


@handed_over
@dataclass(frozen=True, slots=True)
class Transcript:
    """One recorded call as a reader found it.

    Attributes:
        call_id: unique within a run as far as the source goes.
        path: the source as the user would name it ("-" for standard input).
        utterances: in the source's order; may be empty.
        agent_ids: the company's people named for the call as a whole.
        started_at: when the recording began, or None.
        format: name of the reader.
        stated: figures that the source itself gives, by the names of `STATED_FIGURES`.
    """

    call_id: str
    path: str
    utterances: tuple[Utterance, ...]
    agent_ids: tuple[str, ...] = ()
    started_at: datetime | None = None
    format: str = ""
    stated: Mapping[str, float] = field(default_factory=dict)


@handed_over
@dataclass(frozen=True, slots=True)
class Part:
    """One utterance inside a turn: where its text begins in `Turn.text`, and its source."""

    number: int
    offset: int
    start: float | None = None
    line: int | None = None


@handed_over
@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's run of utterances, joined with single spaces.

    Attributes:
        index: 0-based place among the turns of the call.
        parts: at least one, by ascending offset; the first has offset 0.
        agent_id: set only where the role is agent and a name is known.
        backchannel: whether it is a bare "mhm", "right", "okay" that answers nothing.
    """

    index: int
    role: Role
    speaker: str
    text: str
    parts: tuple[Part, ...]
    start: float | None = None
    end: float | None = None
    agent_id: str | None = None
    backchannel: bool = False

    def part_at(self, offset: int) -> Part:
        """The part that holds the character at `offset` (the first for a negative one)."""
        found = self.parts[0]
        for part in self.parts:
            if part.offset > offset:
                break
            found = part
        return found


@handed_over
@dataclass(frozen=True, slots=True)
class Act:
    """Something a turn does (`docs/policy.md`, "Dialogue acts").

    Attributes:
        turn: index of the turn.
        span: the words that show it.
        qualifier: topic or kind, "" for acts that have none.
        source: id of the pattern that matched, or "model".
        strength: 0 to 1; how sure the recogniser is.
        status: only `asserted` acts count; others are kept to explain what was not found.
    """

    label: ActLabel
    turn: int
    span: Span
    qualifier: str = ""
    source: str = ""
    strength: float = 1.0
    status: ActStatus = ActStatus.ASSERTED

    @property
    def name(self) -> str:
        """The label with its qualifier, as labelled calls write it ("offer:pause")."""
        return f"{self.label}:{self.qualifier}" if self.qualifier else str(self.label)


class State(StrEnum):
    """Where a cancellation episode stands."""

    NONE = "none"
    OPEN = "open"
    DECLINED = "declined"
    WAVERING = "wavering"
    AGREED = "agreed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    HANDED_OFF = "handed-off"
    NOT_ALLOWED = "not-allowed"
    GIVEN_UP = "given-up"


@handed_over
@dataclass(frozen=True, slots=True)
class StateChange:
    """The episode moved to `state` in turn `turn` because of `act`."""

    turn: int
    state: State
    act: Act | None = None


@handed_over
@dataclass(frozen=True, slots=True)
class Attempt:
    """One retention attempt: an offer or argument, over as many turns as it took to put it.

    Attributes:
        acts: the offers and arguments, in order; at least one.
        invited: the customer asked for it, or was really wavering.
        after_decline: the door was closed when it was made.
        declined_in: index of the turn that declined it, or None.
    """

    acts: tuple[Act, ...]
    invited: bool = False
    after_decline: bool = False
    declined_in: int | None = None

    @property
    def turns(self) -> tuple[int, ...]:
        """Indices of the turns it ran over, ascending, each once."""
        return tuple(sorted({act.turn for act in self.acts}))


@handed_over
@dataclass(frozen=True, slots=True)
class Concern:
    """A complaint, hardship or reason that the customer voiced, and what became of it.

    Attributes:
        plain: a plain reason for leaving (`give-reason`), not a complaint or a hardship.
        answered_in: index of the agent's turn that acknowledged it, or None.
        chances: indices of the agent's substantive turns in which it could have been.
        repeats: the acts in which the customer raised it again.
        settled: whether the call went on long enough to tell.
    """

    act: Act
    topic: str
    plain: bool
    answered_in: int | None = None
    chances: tuple[int, ...] = ()
    repeats: tuple[Act, ...] = ()
    settled: bool = True


@handed_over
@dataclass(frozen=True, slots=True)
class Episode:
    """What happened to the cancellation request of a call.

    Attributes:
        changes: every state the episode went through, from `none` on.
        request: the first request, or None.
        end: index of the turn in which the request was settled, or of the last turn.
        passes: hand-offs after the request, grouped where the same one is announced twice.
        final_decision: index of the customer's last turn that stood by leaving, or None.
        seconds_to_confirm, turns_to_confirm: from first request to confirmation, or None.
    """

    outcome: Outcome
    changes: tuple[StateChange, ...]
    request: Act | None
    end: int
    attempts: tuple[Attempt, ...] = ()
    reasons_asked: tuple[Act, ...] = ()
    concerns: tuple[Concern, ...] = ()
    passes: tuple[tuple[Act, ...], ...] = ()
    confirmation: Act | None = None
    final_decision: int | None = None
    seconds_to_confirm: float | None = None
    turns_to_confirm: int | None = None

    def state_before(self, turn: int) -> State:
        """The state in which the call stood when `turn` began."""
        state = State.NONE
        for change in self.changes:
            if change.turn >= turn:
                break
            state = change.state
        return state


@handed_over
@dataclass(frozen=True, slots=True)
class Evidence:
    """The words behind a finding.

    Attributes:
        turn: index of the turn; number: the source turn it stands in.
        span, quote: the words, and where they are in the turn's text.
        act: name of the act they show ("" where the finding is that something is missing).
        start: seconds, or None.
    """

    turn: int
    number: int
    span: Span
    quote: str
    act: str = ""
    start: float | None = None
    agent_id: str | None = None


@handed_over
@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the call broke, at most one a rule and call.

    Attributes:
        strength: 0 to 1; how sure the auditor is.
        steps: why, step by step, each a sentence.
        cleared_by: what would have cleared it.
        fingerprint: stable across runs while the call's words and the rule stay the same.
    """

    rule: str
    family: Family
    severity: Severity
    message: str
    strength: float
    evidence: tuple[Evidence, ...]
    steps: tuple[str, ...] = ()
    cleared_by: str = ""
    fingerprint: str = ""


@handed_over
@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule came to on one call, and the reason in a sentence."""

    rule: str
    family: Family
    status: RuleStatus
    reason: str
    finding: Finding | None = None
    checked: tuple[str, ...] = ()


@handed_over
@dataclass(frozen=True, slots=True)
class CallAudit:
    """One audited call."""

    transcript: Transcript
    role_source: RoleSource
    turns: tuple[Turn, ...]
    acts: tuple[Act, ...]
    episode: Episode
    results: tuple[RuleResult, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def call_id(self) -> str:
        """The transcript's call id."""
        return self.transcript.call_id

    @property
    def agent_ids(self) -> tuple[str, ...]:
        """The company's people on the call: those of the turns, else those of the transcript."""
        named = dict.fromkeys(turn.agent_id for turn in self.turns if turn.agent_id)
        return tuple(named) or self.transcript.agent_ids

    @property
    def outcome(self) -> Outcome:
        """How the cancellation episode ended."""
        return self.episode.outcome

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in the order of the rule book."""
        return tuple(result.finding for result in self.results if result.finding)

    @property
    def left_open(self) -> bool:
        """Whether no rule could be judged, as where it is in doubt who said what."""
        return {result.status for result in self.results} == {RuleStatus.CANNOT_TELL}


@handed_over
@dataclass(frozen=True, slots=True)
class SkippedCall:
    """A call or source that was not audited, and the reason in one line; always reported."""

    call_id: str
    path: str
    reason: str
    agent_ids: tuple[str, ...] = ()
