"""The shapes of the JSON that `--format json` and `--format jsonl` write.

The published JSON Schema is made from these (`json_schema`), and mypy holds the records to them.
Keys may be added while `schema_version` stays the same; none goes away or changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from transcript_audit.figures import (
    AttemptCounts,
    CoachingPriority,
    Comparison,
    Need,
    Practice,
    Quality,
    Share,
    Spread,
    TopicShare,
)
from transcript_audit.model import Family, Outcome, Role, RoleSource, RuleStatus, Severity

SCHEMA_VERSION: Literal["1"] = "1"

DESCRIBED = ConfigDict(use_attribute_docstrings=True)
"""What stands under a key tells about it in the schema; holds for the shapes in a shape too."""

# What is inherited has no text under its key, so it is told here.
Count = Annotated[int, Field(ge=0)]
Part = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0)]
Flagged = Annotated[int, Field(ge=0, description="Calls flagged.")]
Eligible = Annotated[
    int, Field(ge=0, description="Calls that could be judged; the others are in no share.")
]
Bound = Annotated[
    float | None,
    Field(ge=0, le=1, description="95 % Wilson range; null where nothing could be judged."),
]
Compared = Annotated[
    Comparison | None,
    Field(description="With the rest of the team; null for the team, and where no one is named."),
]


class Heard(TypedDict, total=False):
    """The key that is there only where a template of the recordings' addresses was given."""

    listen: str


class Known(TypedDict, total=False):
    """The key that is there only where it was asked what reviewers made of flags."""

    rule_verdicts: LessonRecord | None


class BecameRecord(TypedDict):
    """What became of a call; all null where it was left open."""

    outcome: Outcome | None
    attempts: int | None
    seconds_to_confirm: float | None


class LessonRecord(TypedDict):
    """What reviewers made of a rule's findings, in all calls reviewed so far."""

    reviewed: Count
    """Findings of the audit that they spoke on: upheld, overturned and undecided."""
    upheld: Count
    overturned: Count
    undecided: Count
    """Unsure, split or disputed."""
    missed: Count
    """Findings that reviewers added."""
    precision: float | None
    """Upheld of upheld and overturned; null where nothing is decided."""
    low: float | None
    high: float | None
    """95 % Wilson range of the precision."""
    overturn_rate: float | None
    """1 less the precision."""
    often_overturned: bool
    """Whether the whole range of the overturn rate lies above 20 %, of at least five."""


class FindingRecord(TypedDict):
    """A rule that the call broke, as the machine sees it: a flag until a person upholds it."""

    rule: str
    """Id of the rule."""
    family: Family
    severity: Severity
    message: str
    strength: Part
    """How sure the auditor is, 0 to 1."""
    turns: list[int]
    """Source turns with evidence, ascending, counted from 0."""
    quotes: list[str]
    """The words behind it, each once."""
    start: Seconds | None
    """Seconds from the start of the call to its first words; null where the source has no times."""
    listen: NotRequired[str]
    """Where its words can be heard; there only where a template of the address was given."""
    agents: list[str]
    """Whom it is about; empty where the call names nobody, or it cannot be told."""
    fingerprint: str
    """Stays the same from run to run while the call's words and the rule do."""
    rule_verdicts: NotRequired[LessonRecord | None]
    """What reviewers made of findings of this rule so far; null where they reviewed none, or no
    store was read. Not there where nobody asks: in `rules diff`, and in calls converted."""


class CutIn(TypedDict):
    """Somebody began while the other side still spoke, and went on."""

    by: Role
    turn: Count
    start: float
    seconds: float


class SilenceRecord(TypedDict):
    """A stretch of three seconds or more in which nobody speaks."""

    after_turn: Count
    start: float
    seconds: float
    hold: bool
    """Whether the agent had announced it."""


class LongestTurn(TypedDict):
    """The longest turn of an agent or customer."""

    by: Role
    turn: Count
    start: float
    seconds: float


class TalkRecord(TypedDict):
    """What the call's times tell, in seconds."""

    duration_seconds: float
    agent_talk_seconds: float
    customer_talk_seconds: float
    silence_seconds: float
    interruptions: Count
    interruptions_by_agent: Count
    agent_share: Part | None
    """Of both sides' talk, 0 to 1."""
    customer_share: Part | None
    overlaps: Count
    """How often both sides spoke at once."""
    overlap_seconds: float
    cut_ins: list[CutIn]
    silences: list[SilenceRecord]
    longest_turn: LongestTurn | None
    stated: dict[str, float]
    """What the source itself states, counted its own way."""


class NoTalkRecord(TypedDict):
    """The call's times tell nothing."""

    not_assessable: str
    """Why not."""
    stated: dict[str, float]
    """What the source itself states, counted its own way."""


class CallRecord(TypedDict):
    """An audited call."""

    call_id: str
    agent_ids: list[str]
    outcome: Outcome | None
    """Null where the call was left open."""
    findings: list[FindingRecord]
    rules: dict[str, RuleStatus]
    """What each rule of the book came to."""
    attempts: Count | None
    """Attempts to keep the customer, allowed or not; null where the call was left open."""
    seconds_to_confirm: float | None
    """From the first request to the confirmation; null where there is none, or no times."""
    roles: RoleSource
    """How it is known who is the agent."""
    notes: list[str]
    """Remarks on the call; the reason comes first where it was left open."""
    talk: TalkRecord | NoTalkRecord
    listen: NotRequired[str]
    """Where it can be heard; there only where a template of the address was given."""
    schema_version: Literal["1"]


class SkippedRecord(TypedDict):
    """A call or source that was not audited."""

    call_id: str
    skipped: str
    """Why."""
    path: str


CallLine = CallRecord | SkippedRecord
"""One line of `--format jsonl`."""


class CountsRecord(TypedDict):
    """Calls flagged of calls that could be judged."""

    flagged: Flagged
    eligible: Eligible


class FlaggedRecord(CountsRecord):
    """Calls flagged of calls that could be judged, with the 95 % Wilson range of the share."""

    low: Bound
    high: Bound
    comparison: Compared


class RuleRecord(FlaggedRecord):
    """One rule on a scorecard."""

    title: str
    severity: Severity | None
    cannot_tell: Count
    """Calls in which the rule applied and could not be judged; in no share."""


class CallToHearRecord(TypedDict):
    """A call worth listening to, with its gravest finding."""

    call_id: str
    path: str
    rule: str
    severity: Severity
    findings: Count
    """How many the call has."""
    start: float | None
    quote: str


class WeekRecord(TypedDict):
    """One ISO week."""

    week: str
    """As 2026-W07."""
    monday: date
    calls: Count
    critical_calls: Count
    families: dict[Family, CountsRecord]
    """Those that could be judged."""
    rules: dict[str, CountsRecord]
    """Those that could be judged."""


class ChangeRecord(CountsRecord):
    """How a rule's share in the last four full weeks compares with the four weeks before."""

    rule: str
    since: date
    """Monday of the first of the last four weeks."""
    comparison: Comparison
    """`above` where the rule rises, `below` where it falls; the others are the weeks before."""


class ScorecardRecord(TypedDict):
    """What the calls say about an agent or the team."""

    agent: str | None
    """Null where the calls name nobody; "(agent not told apart)" for flags about one of several."""
    calls: Count
    """Audited."""
    skipped: Count
    left_open: Count
    """Audited, and no rule could be judged."""
    critical_calls: Count
    """With a critical finding."""
    families: dict[Family, FlaggedRecord]
    rules: dict[str, RuleRecord]
    compliance: Share
    """Calls without a critical finding, of those judged."""
    quality: Quality | None
    outcomes: Mapping[Outcome, int]
    saves: Share
    """Calls that ended retained, of judged calls with a request."""
    saves_and_pushes: bool
    """Whether both `saves` and repeated pushback are above the rest of the team."""
    attempts: AttemptCounts
    seconds_to_confirm: float | None
    """Median from request to confirmation."""
    confirmed: Count
    """Of how many calls."""
    seconds: Spread | None
    turns: Spread | None
    """From request to confirmation."""
    concerns: tuple[TopicShare, ...]
    practices: tuple[Practice, ...]
    done_well: Practice | None
    calls_to_hear: list[CallToHearRecord]
    needs: tuple[Need, ...]
    coaching: tuple[CoachingPriority, ...]
    first: date | None
    """Day of the first dated call."""
    last: date | None
    undated: Count
    """Audited calls without a date, which are in no week."""
    weeks: list[WeekRecord]
    """From first to last, the last 53 at most."""
    changes: list[ChangeRecord]
    """Empty without calls of more than four full weeks."""


class RunCounts(TypedDict):
    """What a run came to."""

    audited: Count
    skipped: Count
    flagged: Count
    """Calls with a finding."""
    findings: Count


class RunRecord(TypedDict):
    """What a report was made with."""

    tool: Literal["transcript-audit"]
    version: str
    rule_book: str
    """SHA-256 of all rule files."""
    profile: str
    pipeline: str | None
    """The spaCy pipeline that took the learned model's place."""
    eligible_at_least: Count
    """Calls that could be judged, below which no agent is."""
    revealed: bool
    """Whether personal data stands in the words unredacted."""
    method: dict[str, str]
    """How the numbers come about and what they do not say, by heading."""
    counts: RunCounts
    schema_version: Literal["1"]


@with_config(DESCRIBED)
class AuditDocument(TypedDict):
    """A run of audits."""

    calls: list[CallRecord | SkippedRecord]
    """In the order of the sources."""
    agents: list[ScorecardRecord]
    team: ScorecardRecord
    verdicts: dict[str, LessonRecord]
    """By rule; of those with verdicts in the store."""
    run: RunRecord
