"""Audits counted call by call: what a tally holds grows with agents and weeks, not with calls.

Tallies of parts of a run can be merged, in any order, to what the whole run comes to: everything
is a whole number, or a short list of the best in an order that no two runs differ in.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from transcript_audit.attribution import (
    UNTOLD,
    agents_of,
    results_of,
    untold_results,
)
from transcript_audit.figures import CallToHear, Quote
from transcript_audit.marks import (
    SEVERITIES,
    THOUSAND,
    Marks,
    Standards,
    call_to_hear,
    mark_call,
    own_evidence,
    practised,
    quote_evidence,
)
from transcript_audit.model import (
    CallAudit,
    Family,
    Outcome,
    Severity,
    SkippedCall,
)
from transcript_audit.rulebook import RuleBook
from transcript_audit.speakers import fold_label

HEARD = 5
"""Calls to hear that a tally keeps unless told otherwise."""

QUOTES_KEPT = 3
"""Quotes kept for each rule, for coaching."""

WEEKS_KEPT = 106
"""Weeks kept: two years, so that a few false dates cannot fill the memory."""

HARM = {
    Severity.CRITICAL: 30,
    Severity.MAJOR: 10,
    Severity.MINOR: 3,
    Severity.COACHING: 1,
}
"""What a flag weighs, times its strength, where the rule to coach first is chosen."""

T = TypeVar("T")


class Best(Generic[T]):
    """The `most` items with the least keys; keys must be comparable and differ between items."""

    __slots__ = ("kept", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: list[tuple[tuple[Any, ...], T]] = []

    def takes(self, key: tuple[Any, ...]) -> bool:
        """Whether an item of this key would be kept."""
        return len(self.kept) < self.most or (bool(self.kept) and key < self.kept[-1][0])

    def add(self, key: tuple[Any, ...], item: T) -> None:
        """Keep the item if it is among the best."""
        if self.takes(key):
            insort(self.kept, (key, item), key=lambda pair: pair[0])
            del self.kept[self.most :]

    def merge(self, other: Best[T]) -> None:
        """Keep the best of both."""
        for key, item in other.kept:
            self.add(key, item)

    def items(self) -> tuple[T, ...]:
        """The best first."""
        return tuple(item for _, item in self.kept)


@dataclass(slots=True)
class Counts:
    """How many calls were flagged, of those eligible, by rule or by family."""

    flagged: Counter[str] = field(default_factory=Counter)
    eligible: Counter[str] = field(default_factory=Counter)

    def add(self, judged: dict[str, bool]) -> None:
        """Count one call: for each name judged, whether it was flagged."""
        for name, flagged in judged.items():
            self.eligible[name] += 1
            self.flagged[name] += flagged

    def pairs(self, names: Sequence[str]) -> tuple[tuple[int, int], ...]:
        """Flagged and eligible calls by each of the names."""
        return tuple((self.flagged.get(name, 0), self.eligible.get(name, 0)) for name in names)

    def merge(self, other: Counts) -> None:
        """Add the counts of other calls."""
        self.flagged.update(other.flagged)
        self.eligible.update(other.eligible)


@dataclass(slots=True)
class WeekTally:
    """The calls of one week."""

    calls: int = 0
    critical_calls: int = 0
    rules: Counts = field(default_factory=Counts)
    families: Counts = field(default_factory=Counts)

    def merge(self, other: WeekTally) -> None:
        """Add the counts of other calls."""
        self.calls += other.calls
        self.critical_calls += other.critical_calls
        self.rules.merge(other.rules)
        self.families.merge(other.families)


@dataclass(slots=True)
class Tally:
    """The counts of one agent, or of the team.

    What begins with `all_` is of the same calls, whoever of their agents it was: what is left of
    the team's counts without it is the rest of the team. `score` is in thousandths; `attempts`
    counts calls by number of attempts; `topics` counts concerns by topic and what became of them.
    """

    heard: Best[CallToHear]
    calls: int = 0
    skipped: int = 0
    left_open: int = 0
    critical_calls: int = 0
    passed: int = 0
    judged: int = 0
    score: int = 0
    scored: int = 0
    auto_failed: int = 0
    saved: int = 0
    asked: int = 0
    all_saved: int = 0
    all_asked: int = 0
    undated: int = 0
    first: date | None = None
    last: date | None = None
    rules: Counts = field(default_factory=Counts)
    families: Counts = field(default_factory=Counts)
    all_rules: Counts = field(default_factory=Counts)
    all_families: Counts = field(default_factory=Counts)
    practices: Counts = field(default_factory=Counts)
    open_rules: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)
    turns: Counter[int] = field(default_factory=Counter)
    topics: Counter[tuple[str, str]] = field(default_factory=Counter)
    harm: Counter[str] = field(default_factory=Counter)
    severities: dict[str, Severity] = field(default_factory=dict)
    quotes: dict[str, Best[Quote]] = field(default_factory=dict)
    weeks: dict[date, WeekTally] = field(default_factory=dict)

    def add_findings(self, marks: Marks, whole: Marks) -> None:
        """Count what was judged of a call; `whole`: whoever of its agents it was about."""
        self.calls += 1
        self.left_open += marks.audit.left_open
        self.critical_calls += marks.critical
        self.judged += marks.passed is not None
        self.passed += marks.passed is True
        self.scored += marks.score is not None
        self.score += marks.score or 0
        self.auto_failed += marks.auto_failed
        self.rules.add(marks.rules)
        self.families.add(marks.families)
        self.all_rules.add(whole.rules)
        self.all_families.add(whole.families)
        self.open_rules.update(marks.left_open)
        self._add_quotes(marks)
        self._add_week(marks)

    def add_course(self, audit: CallAudit) -> None:
        """Count how a call went: outcome, times, attempts, concerns and good practices."""
        if audit.left_open:  # nobody knows who did it
            return
        episode = audit.episode
        self.outcomes[audit.outcome] += 1
        if episode.seconds_to_confirm is not None:
            self.seconds[round(episode.seconds_to_confirm)] += 1
        if episode.turns_to_confirm is not None:
            self.turns[episode.turns_to_confirm] += 1
        if audit.outcome is not Outcome.NO_REQUEST:
            self.attempts[len(episode.attempts)] += 1
            self.asked += 1
            self.saved += audit.outcome is Outcome.RETAINED
        for concern in episode.concerns:
            what = ["reason"] if concern.plain else ["voiced"]
            if concern.settled and not concern.plain:
                what += ["settled"] if concern.answered_in is None else ["settled", "answered"]
            self.topics.update((concern.topic, each) for each in what)
        for name, times in practised(audit).items():
            for done in times:
                self.practices.add({name: done})

    def add_share(self, audit: CallAudit) -> None:
        """Count the outcome of a call among those of all its agents."""
        if not audit.left_open and audit.outcome is not Outcome.NO_REQUEST:
            self.all_asked += 1
            self.all_saved += audit.outcome is Outcome.RETAINED

    def _add_quotes(self, marks: Marks) -> None:
        for finding in marks.findings:
            self.harm[finding.rule] += HARM[finding.severity] * round(finding.strength * THOUSAND)
            gravest = self.severities.get(finding.rule, finding.severity)
            self.severities[finding.rule] = min(gravest, finding.severity, key=SEVERITIES.index)
            best = self.quotes.setdefault(finding.rule, Best(QUOTES_KEPT))
            order = (SEVERITIES.index(finding.severity), -finding.strength, *_place(marks.audit))
            if best.takes(order) and (own := own_evidence(marks, finding)):
                best.add(order, quote_evidence(marks.audit, own[0]))
        if marks.findings:
            gravest_one, found = marks.gravest, len(marks.findings)
            rank = (SEVERITIES.index(gravest_one.severity), -gravest_one.strength, -found)
            if self.heard.takes((*rank, *_place(marks.audit))):
                self.heard.add((*rank, *_place(marks.audit)), call_to_hear(marks))

    def _add_week(self, marks: Marks) -> None:
        began = marks.audit.transcript.started_at
        if began is None:
            self.undated += 1
            return
        day = began.date()
        self.first = min(self.first or day, day)
        self.last = max(self.last or day, day)
        week = self._week(day - timedelta(days=day.weekday()))
        week.calls += 1
        week.critical_calls += marks.critical
        week.rules.add(marks.rules)
        week.families.add(marks.families)

    def _week(self, monday: date) -> WeekTally:
        """The week that begins on `monday`; it is not kept where enough later ones are."""
        week = self.weeks.setdefault(monday, WeekTally())
        if len(self.weeks) > WEEKS_KEPT:
            del self.weeks[min(self.weeks)]
        return week

    def merge(self, other: Tally) -> None:
        """Add the counts of other calls."""
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, int):
                setattr(self, each.name, mine + theirs)
            elif isinstance(mine, Counter):
                mine.update(theirs)
            elif isinstance(mine, (Counts, Best)):
                mine.merge(theirs)
        self.first = min(filter(None, (self.first, other.first)), default=None)
        self.last = max(filter(None, (self.last, other.last)), default=None)
        for rule, severity in other.severities.items():
            gravest = self.severities.get(rule, severity)
            self.severities[rule] = min(gravest, severity, key=SEVERITIES.index)
        for rule, quotes in other.quotes.items():
            self.quotes.setdefault(rule, Best(QUOTES_KEPT)).merge(quotes)
        for monday, week in other.weeks.items():
            self._week(monday).merge(week)


class TeamTally:
    """The counts of a run: of the team, and of each agent by folded name."""

    def __init__(self, listen: int = HEARD, rulebook: RuleBook | None = None) -> None:
        self.listen = listen
        self.standards = Standards.of(rulebook)
        self.team = self._new()
        self.agents: dict[str, Tally] = {}
        self.names: dict[str, str] = {}
        self.rules: dict[str, Family] = {}

    def add(self, audited: CallAudit | SkippedCall) -> None:
        """Count one call, or one that was skipped."""
        agents = agents_of(audited)
        if isinstance(audited, SkippedCall):
            for tally in (self.team, *(self._of(agent) for agent in agents)):
                tally.skipped += 1
            return
        for result in audited.results:
            self.rules.setdefault(result.rule, result.family)
        whole = mark_call(audited, audited.results, self.standards)
        self._add_whole(self.team, whole)
        if len(agents) == 1:
            self._add_whole(self._of(agents[0]), whole)
            return
        untold = mark_call(audited, untold_results(audited), self.standards)
        for agent in agents:
            own = mark_call(audited, results_of(audited, agent), self.standards, agent)
            if untold.critical and own.passed:  # a critical finding that may be this agent's
                own = replace(own, passed=None)
            self._of(agent).add_findings(own, whole)
            self._of(agent).add_share(audited)
        if untold.findings:
            self._of(UNTOLD).add_findings(untold, untold)

    def merge(self, other: TeamTally) -> None:
        """Add the counts of other calls, made by the same standards."""
        self.team.merge(other.team)
        for rule, family in other.rules.items():
            self.rules.setdefault(rule, family)
        for name, tally in other.agents.items():
            self._of(other.names[name]).merge(tally)

    def _add_whole(self, tally: Tally, whole: Marks) -> None:
        tally.add_findings(whole, whole)
        tally.add_course(whole.audit)
        tally.add_share(whole.audit)

    def _of(self, agent: str) -> Tally:
        # "aoife" in one source and "Aoife" in another are one person
        name = fold_label(agent)
        if name not in self.agents:
            self.names[name] = agent
            self.agents[name] = self._new()
        return self.agents[name]

    def _new(self) -> Tally:
        return Tally(Best(self.listen))


def _place(audit: CallAudit) -> tuple[int, str, str]:
    """Where a call stands among those alike: the latest first, then by name."""
    began = audit.transcript.started_at
    return -began.toordinal() if began else 0, audit.transcript.path, audit.call_id
