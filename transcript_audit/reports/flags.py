"""A flag with its words, and about whom it is, for the forms that list many."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from transcript_audit.attribution import UNTOLD, agent_of, agents_of
from transcript_audit.figures import Quote
from transcript_audit.handing_over import handed_over
from transcript_audit.model import CallAudit, Evidence, Finding, Severity, SkippedCall
from transcript_audit.quotes import quote_words
from transcript_audit.reports.listening import safe_listen_address
from transcript_audit.reports.text import clock
from transcript_audit.speakers import fold_label

if TYPE_CHECKING:
    from transcript_audit.scorecards import Scorecards


@handed_over
@dataclass(frozen=True, slots=True)
class Flag:
    """A finding of a call, with all its words.

    Attributes:
        agents: whom it is about, as the scorecards write them, `UNTOLD` where that cannot be told.
        quotes: of the evidence, in its order; each turn and words once.
        listen: address of the recording from the first words on, or None.
    """

    finding: Finding
    call_id: str
    path: str
    began: datetime | None
    agents: tuple[str, ...]
    quotes: tuple[Quote, ...]
    listen: str | None

    @property
    def when(self) -> str:
        """Time and turn of the first words, "" where there are none."""
        return quote_place(self.quotes[0]) if self.quotes else ""


def describe_flag(
    audit: CallAudit, finding: Finding, names: Mapping[str, str], listen_link: str | None = None
) -> Flag:
    """The flag of a finding.

    Args:
        names: agents as the scorecards write them, by folded name (`names_of`).
        listen_link: template of the recording's address (`listening.listen_address`), or None.
    """
    return Flag(
        finding,
        audit.call_id,
        audit.transcript.path,
        audit.transcript.started_at,
        tuple(blame(audit, finding, names)),
        quotes_of(audit, finding.evidence),
        safe_listen_address(listen_link, audit, finding),
    )


def names_of(cards: Scorecards) -> dict[str, str]:
    """The agents as the scorecards write them, by folded name."""
    return {fold_label(card.agent): card.agent for card in cards.agents}


def agents_on(audited: CallAudit | SkippedCall, names: Mapping[str, str]) -> tuple[str, ...]:
    """The agents of a call as the scorecards write them; `(UNNAMED,)` where it names none."""
    return tuple(names.get(fold_label(name), name) for name in agents_of(audited))


def blame(
    audit: CallAudit, finding: Finding, names: Mapping[str, str]
) -> dict[str, tuple[Evidence, ...]]:
    """Whom a finding is about, each with the evidence; as the scorecards count it.

    Evidence that is about no one in particular goes to each agent whom the rest is about, and to
    `UNTOLD` where there is no such agent.
    """
    agents = agents_on(audit, names)
    if len(agents) == 1:
        return {agents[0]: finding.evidence}
    written = {fold_label(name): name for name in agents}
    about = [(agent_of(audit, each), each) for each in finding.evidence]
    blamed = dict.fromkeys(name for name, _ in about if name is not None)
    if not blamed:
        return {UNTOLD: finding.evidence}
    return {
        written.get(agent, agent): tuple(each for name, each in about if name in {agent, None})
        for agent in blamed
    }


def quotes_of(audit: CallAudit, evidence: Sequence[Evidence]) -> tuple[Quote, ...]:
    """The words of evidence, each turn and words once."""
    found = (
        Quote(
            audit.call_id,
            audit.transcript.path,
            each.number,
            each.start,
            quote_words(audit.turns[each.turn].text, each.span),
        )
        for each in evidence
    )
    return tuple(dict.fromkeys(found))


def quote_place(quote: Quote) -> str:
    """Time and turn of words, as "01:00, turn 2", or "turn 2" where there is no time."""
    return ", ".join(filter(None, (clock(quote.start), f"turn {quote.number}")))


def gravest_first(flags: Iterable[Flag]) -> Iterator[Flag]:
    """The flags by severity, and within one in the order in which they came.

    They are laid aside on disk meanwhile, for there may be too many to hold.

    Raises:
        OSError: the disk is full, or the like.
    """
    with ExitStack() as stack:
        heaps = {
            severity: stack.enter_context(tempfile.TemporaryFile(prefix="transcript-audit-"))
            for severity in Severity
        }
        counts = dict.fromkeys(Severity, 0)
        for flag in flags:
            severity = flag.finding.severity
            pickle.dump(flag, heaps[severity], pickle.HIGHEST_PROTOCOL)
            counts[severity] += 1
        for severity, heap in heaps.items():
            heap.seek(0)
            for _ in range(counts[severity]):
                yield pickle.load(heap)  # noqa: S301 - written by this very process
