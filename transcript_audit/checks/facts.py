"""What a check kind looks at, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcript_audit.model import Act, ActLabel, Episode, Role, RuleStatus, Severity, Turn
from transcript_audit.rulebook import RuleBook
from transcript_audit.talk import NoTalk, Talk

UNTIMED = NoTalk("the times were not measured")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at: one call, its acts that count, its episode, the rule book, and what
    its times tell."""

    turns: Sequence[Turn]
    acts: Sequence[Act]
    episode: Episode
    rulebook: RuleBook
    talk: Talk | NoTalk

    def of(self, *labels: ActLabel, after: int = -1) -> list[Act]:
        """Acts of these labels in turns later than `after`."""
        return [act for act in self.acts if act.label in labels and act.turn > after]

    @property
    def request_turn(self) -> int:
        """Index of the turn of the first request; past the end where there is none."""
        request = self.episode.request
        return request.turn if request else len(self.turns)

    @property
    def last_agent_turn(self) -> int:
        """Index of the agent's last turn; -1 where no agent speaks."""
        return max((turn.index for turn in self.turns if turn.role is Role.AGENT), default=-1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check kind found: the evidence and why, or why there is none.

    Attributes:
        acts: evidence; empty for a clear rule.
        turns: evidence where something is missing rather than said.
        strength: 0 to 1, where it isn't that of the strongest act.
        message, cleared_by: where the rule's own words would not be true.
    """

    reason: str
    acts: tuple[Act, ...] = ()
    turns: tuple[int, ...] = ()
    steps: tuple[str, ...] = ()
    status: RuleStatus = RuleStatus.CLEAR
    severity: Severity | None = None
    strength: float | None = None
    message: str = ""
    cleared_by: str = ""
