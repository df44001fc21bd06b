"""What a scorecard says: shares with their ranges, readings, calls to hear, weeks.

Shares are always of the calls that could be judged ("eligible": the rule ended flagged or clear),
never of all calls. Ranges are 95 % Wilson intervals, each end 0 to 1, None where nothing could be
judged. What the machine found is a flag until a person upholds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from math import isnan

from transcript_audit.model import Family, Finding, Outcome, Severity
from transcript_audit.statistics import wilson_interval

FAMILY_TITLES = {
    Family.REFUSED_CANCELLATION: "Refused cancellation",
    Family.REPEATED_PUSHBACK: "Repeated pushback",
    Family.IGNORED_CONCERN: "Ignored concern",
    Family.CONDUCT: "Conduct",
    Family.GRACEFUL_EXIT: "Graceful exit",
}


class Reading(StrEnum):
    """How a share compares: with the rest of the team, or with the weeks before."""

    ABOVE = "above"
    BELOW = "below"
    CANNOT_TELL = "cannot-tell"
    TOO_FEW = "too-few"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A share held against another one: Fisher's exact test, two-sided, 5 % after adjustment.

    Attributes:
        reading: `too-few` for fewer eligible calls than the profile's `eligible_at_least`;
            `cannot-tell` where the difference may be chance, or the others have too few.
        others_flagged, others_eligible: what it is held against: the team's calls without this
            agent, or for a `Change` the four weeks before.
        p: of the test, 0 to 1, or None where none was made.
        adjusted_p: by Benjamini and Hochberg over all tests made beside it, or None.
    """

    reading: Reading
    others_flagged: int
    others_eligible: int
    p: float | None = None
    adjusted_p: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, with its 95 % Wilson range; of something good, unlike a flagged share."""

    count: int
    of: int
    low: float | None
    high: float | None
    comparison: Comparison | None = None

    @property
    def value(self) -> float | None:
        """The share, 0 to 1, or None for none of none."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class FamilyShare:
    """How many calls were flagged by a family, of those it could be judged on.

    Attributes:
        eligible: calls in which some rule of the family ended flagged or clear.
        low, high: 95 % Wilson interval of the share, each 0 to 1; None for no eligible call.
        comparison: with the rest of the team; None for the team, and where no one is named.
    """

    family: Family
    flagged: int
    eligible: int
    low: float | None
    high: float | None
    comparison: Comparison | None = None

    @property
    def value(self) -> float | None:
        """The share, 0 to 1, or None for no eligible call."""
        return self.flagged / self.eligible if self.eligible else None


@dataclass(frozen=True, slots=True)
class RuleShare:
    """How many calls were flagged by a rule, of those it could be judged on.

    Attributes:
        title: a few words; the rule's id where the rule book is not known.
        severity: the rule's own, or where the rule book is not known the gravest flag's.
        cannot_tell: calls in which the rule applied and could not be judged; in no share.
        comparison: with the rest of the team; None for the team, and where no one is named.
    """

    rule: str
    title: str
    family: Family
    severity: Severity | None
    flagged: int
    eligible: int
    low: float | None
    high: float | None
    cannot_tell: int = 0
    comparison: Comparison | None = None

    @property
    def value(self) -> float | None:
        """The share, 0 to 1, or None for no eligible call."""
        return self.flagged / self.eligible if self.eligible else None


@dataclass(frozen=True, slots=True)
class Quality:
    """The weighted quality score; it stands beside the compliance share and is not mixed with it.

    A call's score is 100 x the weights of its clear rules / the weights of its clear and flagged
    rules, with the weights of the profile (`quality`); 0 where a flag's severity fails the call
    (`auto_fail`). Rules that do not apply or could not be judged are in neither sum. A call whose
    rules all weigh nothing has no score.

    Attributes:
        mean: of the calls' scores, 0 to 100.
        calls: how many have a score; auto_failed: how many of them were failed by one flag.
        too_few: fewer calls than the profile's `eligible_at_least`: no score to judge anyone by.
    """

    mean: float
    calls: int
    auto_failed: int
    too_few: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The median and the quartiles of `calls` numbers (by linear interpolation, as numpy does)."""

    calls: int
    lower: float
    median: float
    upper: float


@dataclass(frozen=True, slots=True)
class AttemptCounts:
    """Retention attempts in calls with a request, whether they were allowed or not.

    Attributes:
        requests: judged calls in which somebody asked to cancel.
        mean: attempts per such call, or None for no such call.
        by_number: how many of the calls had 0, 1, 2, and 3 or more.
    """

    requests: int
    mean: float | None
    by_number: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class TopicShare:
    """Complaints and hardships about one topic, and how many the agent answered.

    Attributes:
        voiced: concerns, not calls; plain reasons for leaving are not among them.
        settled: those of which it could be told whether they were answered.
        answered: of the settled ones; low, high: 95 % Wilson range of that share.
        reasons: plain reasons for leaving about the topic, which need no answer of their own.
    """

    topic: str
    voiced: int
    settled: int
    answered: int
    low: float | None
    high: float | None
    reasons: int = 0


@dataclass(frozen=True, slots=True)
class Practice:
    """Something done well, `done` times of the `called_for` that it was called for.

    Times are concerns for `concerns-acknowledged` and calls for all others; low, high: 95 % Wilson.
    """

    name: str
    title: str
    done: int
    called_for: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words behind a flag: hostile text, to be escaped wherever it is shown.

    Attributes:
        number: the source turn they stand in; start: seconds into the call, or None.
        words: with "…" where they begin or end inside a sentence.
    """

    call_id: str
    path: str
    number: int
    start: float | None
    words: str


@dataclass(frozen=True, slots=True)
class CallToHear:
    """A call worth listening to, with its gravest finding.

    Attributes:
        findings: how many findings the call has (for an agent: about that agent).
        start: seconds to the first words of the finding's evidence, or None; quote: those words,
            with "…" where they begin or end inside a sentence.
        agent: whom the finding is about; `UNNAMED` or `UNTOLD` where nobody is named or it cannot
            be told. started_at: when the call began, or None.
        quotes: all the finding's evidence (for an agent: about that agent), the first one too.
    """

    call_id: str
    path: str
    finding: Finding
    findings: int
    start: float | None
    quote: str
    agent: str = ""
    started_at: datetime | None = None
    quotes: tuple[Quote, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """Why the finding was made, step by step, each a sentence."""
        return self.finding.steps


class NeedKind(StrEnum):
    """Why something stands out."""

    ABOVE = "above"
    CRITICAL = "critical"
    SAVES_AND_PUSHES = "saves-and-pushes"
    RISING = "rising"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs attention, and why, in one plain sentence (`reason`).

    Attributes:
        title: a few words (a rule's title, or what the need is about).
        rule: id of the rule, or "" where it is about no single one.
    """

    kind: NeedKind
    title: str
    reason: str
    rule: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class CoachingPriority:
    """What to practise first: the rule that did most harm.

    Attributes:
        reason: the policy's, from the rule's description; tip: the rule's coaching tip;
            say_instead: a model sentence. Each "" where the rule book is not known.
        flagged, eligible: calls; quotes: at most three, of the surest flags first.
    """

    rule: str
    title: str
    severity: Severity
    flagged: int
    eligible: int
    reason: str
    tip: str
    say_instead: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week (Monday to Sunday) of calls; weeks without calls are there too, with zeros.

    Attributes:
        monday: its first day.
        calls: audited; critical_calls: those of them with a critical finding.
        family_counts, rule_counts: flagged and eligible calls, in the order of the card's families
            and rules.
        rule_heads: the rules by their words alone; all weeks of a run hold the same ones.
    """

    monday: date
    calls: int
    critical_calls: int
    family_counts: tuple[tuple[int, int], ...]
    rule_counts: tuple[tuple[int, int], ...]
    rule_heads: tuple[RuleShare, ...]

    @property
    def name(self) -> str:
        """The ISO week as `2026-W07`."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    # worked out when asked for: a year of weeks for a thousand agents would fill the memory
    @property
    def families(self) -> tuple[FamilyShare, ...]:
        """The shares of the week alone, by family, without comparison."""
        pairs = zip(Family, self.family_counts, strict=True)
        return tuple(
            FamilyShare(family, *counts, *share_range(*counts)) for family, counts in pairs
        )

    @property
    def rules(self) -> tuple[RuleShare, ...]:
        """The shares of the week alone, by rule, without comparison."""
        return tuple(
            RuleShare(
                head.rule, head.title, head.family, head.severity, *counts, *share_range(*counts)
            )
            for head, counts in zip(self.rule_heads, self.rule_counts, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Change:
    """How a rule's share in the last four full weeks compares with the four weeks before.

    Attributes:
        comparison: `above` where it rises, `below` where it falls; the others are the weeks before.
        since: Monday of the first of the last four weeks.
    """

    rule: str
    title: str
    severity: Severity | None
    flagged: int
    eligible: int
    since: date
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Between which shares `eligible` calls would lie by chance alone, if all agents were alike.

    Attributes:
        low_95, high_95, low_998, high_998: 0 to 1.
    """

    eligible: int
    low_95: float
    high_95: float
    low_998: float
    high_998: float


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """One agent in a funnel plot; `limits` are those for the agent's own number of calls."""

    agent: str
    flagged: int
    eligible: int
    share: float
    limits: FunnelLimits
    reading: Reading


@dataclass(frozen=True, slots=True)
class Funnel:
    """A funnel plot: each agent's share by number of eligible calls, between the limits of chance.

    Attributes:
        about: id of the rule or name of the family; title: in words.
        target: the team's share, 0 to 1.
        points: agents with enough eligible calls, by name; too_few: names of the others.
        curve: limits from few to many eligible calls, ascending, to draw the funnel by.
    """

    about: str
    title: str
    target: float
    points: tuple[FunnelPoint, ...]
    curve: tuple[FunnelLimits, ...]
    too_few: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What the audited calls say about one agent, or about the team.

    Where a call has several agents, each answers for what stands in the agent's own turns; its
    outcome, times and attempts, its concerns and good practices count for the team alone.

    Attributes:
        agent: the name, `UNNAMED`, `UNTOLD`, `TEAM` or `THESE_CALLS`.
        calls, skipped: audited, and not audited. left_open: audited, and no rule could be judged.
        critical_calls: calls with a critical finding.
        families: all five, in the policy's order. rules: in the rule book's order.
        seconds_to_confirm: median from request to confirmation, or None; confirmed: of how many.
        calls_to_hear: the gravest first.
        done_well: the practice that holds most surely, or None where none does.
        compliance: calls without a critical finding, of those judged; a call in which a critical
            rule could not be judged, and no other critical one was flagged, is in neither.
        quality: None without a rule book, or where no call has a score.
        outcomes: calls by outcome, all six, without those left open.
        saves: calls that ended retained, of judged calls with a request. `pushback` beside it.
        saves_and_pushes: both are above the rest of the team.
        seconds, turns: from request to confirmation, or None for no such call.
        concerns: topics voiced, the most voiced first.
        practices: all, in the order of `PRACTICES`, also those never called for.
        needs: what stands out, at most three, the most urgent first.
        coaching: at most two, the first is the one priority.
        first, last: days of the first and last dated call; undated: audited calls without a date.
        weeks: from first to last.
        changes: for each rule, in the rule book's order; empty without calls of more than four
            full weeks.
    """

    agent: str
    calls: int
    skipped: int
    critical_calls: int
    families: tuple[FamilyShare, ...]
    seconds_to_confirm: float | None
    confirmed: int
    calls_to_hear: tuple[CallToHear, ...]
    done_well: Practice | None
    left_open: int = 0
    rules: tuple[RuleShare, ...] = ()
    compliance: Share = field(default_factory=lambda: make_share(0, 0))
    quality: Quality | None = None
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    saves: Share = field(default_factory=lambda: make_share(0, 0))
    saves_and_pushes: bool = False
    attempts: AttemptCounts = field(default_factory=lambda: AttemptCounts(0, None, (0, 0, 0, 0)))
    seconds: Spread | None = None
    turns: Spread | None = None
    concerns: tuple[TopicShare, ...] = ()
    practices: tuple[Practice, ...] = ()
    needs: tuple[Need, ...] = ()
    coaching: tuple[CoachingPriority, ...] = ()
    first: date | None = None
    last: date | None = None
    undated: int = 0
    weeks: tuple[Week, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def pushback(self) -> FamilyShare:
        """Calls flagged for repeated pushback, of those it could be judged on."""
        return next(s for s in self.families if s.family is Family.REPEATED_PUSHBACK)


@dataclass(frozen=True, slots=True)
class Scorecards:
    """Those of a run: of each agent by name (`UNNAMED` and `UNTOLD` last), and of the team.

    Attributes:
        eligible_at_least: calls below which no agent is judged, ranked or coloured.
    """

    agents: tuple[Scorecard, ...]
    team: Scorecard
    eligible_at_least: int = 10


def make_share(count: int, of: int) -> Share:
    """`count` of `of` with its 95 % Wilson range."""
    return Share(count, of, *share_range(count, of))


def share_range(count: int, of: int) -> tuple[float | None, float | None]:
    """The 95 % Wilson interval, (None, None) for none of none."""
    low, high = wilson_interval(count, of)
    return (None, None) if isnan(low) else (low, high)
