"""What every form of report is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.reports.run import Run
from transcript_audit.review.lessons import Lessons
from transcript_audit.rulebook import RuleBook
from transcript_audit.scorecards import UNNAMED, UNTOLD, Scorecards, counts_for, pick_agents
from transcript_audit.speakers import fold_label

Audited = CallAudit | SkippedCall


@dataclass(frozen=True, slots=True)
class CallsOf:
    """The calls of one agent among others; may be gone through as often as those."""

    agent: str
    audits: Iterable[Audited]

    def __iter__(self) -> Iterator[Audited]:
        return (each for each in self.audits if counts_for(self.agent, each))


@dataclass(frozen=True, slots=True)
class Report:
    """A run, ready to be told in any form.

    Attributes:
        cards: the scorecards of the agents and the team.
        audits: every call in the order of the sources; may be gone through more than once, and may
            be too many to hold at once (`Spool`).
        rulebook: for the rules' titles, reasons and coaching.
        listen_link: address of a recording with names in braces (`listen_address`), or None.
        revealed: whether personal data stands in the words unredacted; a report has to say so.
        lessons: by rule, what reviewers made of its findings in all calls; of rules with verdicts.
    """

    run: Run
    cards: Scorecards
    audits: Iterable[Audited]
    rulebook: RuleBook
    listen_link: str | None = None
    revealed: bool = False
    lessons: Lessons = field(default_factory=dict)

    def agents(self) -> list[str]:
        """The agents named in the calls."""
        return [each.agent for each in self.cards.agents if each.agent not in {UNNAMED, UNTOLD}]

    def knows(self, agent: str) -> bool:
        """Whether there is a scorecard of that name, in whatever letter case."""
        return any(fold_label(each.agent) == fold_label(agent) for each in self.cards.agents)

    def pick(self, agents: Sequence[str]) -> Report:
        """The report on some agents, where only their calls were audited."""
        return replace(self, cards=pick_agents(self.cards, agents))

    def of_agent(self, agent: str) -> Report:
        """The report on one agent beside the whole team, with that agent's calls."""
        name = fold_label(agent)
        cards = tuple(each for each in self.cards.agents if fold_label(each.agent) == name)
        return replace(
            self,
            cards=replace(self.cards, agents=cards),
            audits=CallsOf(agent, self.audits),
        )

    def skipped(self) -> Iterator[SkippedCall]:
        """The calls that were not audited, in the order of the sources."""
        return (each for each in self.audits if isinstance(each, SkippedCall))
