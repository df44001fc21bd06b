"""Calls drawn for people to hear, at random but the same again for the same seed.

A call's lot is a hash of the seed and its id, so neither the order of the sources nor what else is
among them changes who wins. Of every agent and stratum only as many calls are held as can be drawn.

Strata are drawn in turns, so that rare ones come up; every place says how likely it was, and what
is counted on a sample must be weighted by that before it says something of all calls. With equal
chances within a stratum, the likelihood is drawn / population (W. G. Cochran, Sampling Techniques,
3rd ed., 1977, chapter 5).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heappush, heappushpop
from typing import Generic, TypeVar

from transcript_audit.model import CallAudit, Outcome, Severity, SkippedCall

Item = TypeVar("Item")

UNCERTAIN = 0.8
"""Strength below which the surest finding of a call leaves room for doubt."""

UNFLAGGED = "unflagged"


class Stratify(StrEnum):
    """By what the calls of an agent are told apart before they are drawn.

    `queue` takes the places of the review queue: critical, uncertain, flagged, unflagged.
    """

    QUEUE = "queue"
    OUTCOME = "outcome"
    SEVERITY = "severity"
    NONE = "none"


STRATA: dict[Stratify, tuple[str, ...]] = {
    Stratify.QUEUE: ("critical", "uncertain", "flagged", UNFLAGGED),
    Stratify.OUTCOME: tuple(map(str, Outcome)),
    Stratify.SEVERITY: (*map(str, Severity), UNFLAGGED),
    Stratify.NONE: ("all",),
}
"""The strata in the order in which they are drawn from."""


@dataclass(frozen=True, slots=True)
class SampleOptions:
    """How calls are drawn.

    Attributes:
        per_agent: calls of each agent, where there are as many.
        unflagged: share of those, 0 to 1, kept for calls without any finding; None where they are
            drawn like all others.
    """

    per_agent: int = 5
    stratify: Stratify = Stratify.QUEUE
    unflagged: float | None = None
    seed: int = 0

    @property
    def unflagged_places(self) -> int:
        """Places of an agent kept for unflagged calls: at least one where a share is asked for."""
        if not self.unflagged:
            return 0
        return min(self.per_agent, max(1, round(self.per_agent * self.unflagged)))


@dataclass(frozen=True, slots=True)
class Stratum:
    """Calls of one agent that are alike.

    Attributes:
        agent: None for calls that name none.
        calls, drawn: how many there are, and were drawn.
    """

    agent: str | None
    name: str
    calls: int
    drawn: int

    @property
    def probability(self) -> float:
        """How likely each of its calls was to be drawn, 0 to 1."""
        return self.drawn / self.calls if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class DrawnCall:
    """A call drawn, and for whom: a call of several agents may be drawn for each of them."""

    audit: CallAudit
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """Calls drawn, by agent and then by lot; and what they were drawn from.

    Attributes:
        population: calls audited, each once; skipped: calls that were not.
    """

    options: SampleOptions
    calls: tuple[DrawnCall, ...]
    strata: tuple[Stratum, ...]
    population: int = 0
    skipped: int = 0


def draw_lot(seed: int, call_id: str) -> float:
    """A number from 0 to below 1 that is as good as random, but always the same for both."""
    digest = hashlib.sha256(f"{seed}\x1f{call_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) / 2**64


@dataclass(slots=True)
class Fewest(Generic[Item]):
    """The `most` items of the smallest keys, of however many are offered."""

    most: int
    _heap: list[_Entry[Item]] = field(default_factory=list)

    def offer(self, key: tuple[float | str, ...], item: Item) -> None:
        """Keep the item if its key is among the smallest so far."""
        if self.most <= 0:
            return
        entry = _Entry(key, item)
        if len(self._heap) < self.most:
            heappush(self._heap, entry)
        else:
            heappushpop(self._heap, entry)

    def ordered(self) -> tuple[Item, ...]:
        """The items kept, smallest key first."""
        return tuple(entry.item for entry in sorted(self._heap, reverse=True))


@dataclass(frozen=True, slots=True)
class _Entry(Generic[Item]):
    key: tuple[float | str, ...]
    item: Item

    def __lt__(self, other: _Entry[Item]) -> bool:
        return self.key > other.key  # a heap has its least in front; here that is the largest key


def place_in_queue(audit: CallAudit) -> str:
    """Where a call stands in the review queue: critical, uncertain, flagged or unflagged."""
    if not audit.findings:
        return UNFLAGGED
    if any(finding.severity is Severity.CRITICAL for finding in audit.findings):
        return "critical"
    sure = max(finding.strength for finding in audit.findings) >= UNCERTAIN
    return "flagged" if sure else "uncertain"


def name_stratum(audit: CallAudit, stratify: Stratify) -> str:
    """The name of the stratum that a call is in."""
    if stratify is Stratify.QUEUE:
        return place_in_queue(audit)
    if stratify is Stratify.OUTCOME:
        return str(audit.outcome)
    if stratify is Stratify.SEVERITY:
        ranks = list(Severity)
        gravest = min((finding.severity for finding in audit.findings), key=ranks.index, default="")
        return str(gravest) or UNFLAGGED
    return "all"


_Pool = tuple[str | None, str]


def draw_sample(audits: Iterable[CallAudit | SkippedCall], options: SampleOptions) -> Sample:
    """The calls drawn, the same whatever the order of `audits`, which are gone through once."""
    pools: dict[_Pool, Fewest[CallAudit]] = {}
    sizes: Counter[_Pool] = Counter()
    population = skipped = 0
    for audit in audits:
        if isinstance(audit, SkippedCall):
            skipped += 1
            continue
        population += 1
        apart = bool(options.unflagged) and not audit.findings
        name = UNFLAGGED if apart else name_stratum(audit, options.stratify)
        key = (draw_lot(options.seed, audit.call_id), audit.call_id, audit.transcript.path)
        for agent in audit.agent_ids or (None,):
            sizes[agent, name] += 1
            pools.setdefault((agent, name), Fewest(options.per_agent)).offer(key, audit)
    agents = sorted({agent for agent, _ in sizes}, key=lambda name: (name is None, name or ""))
    strata: list[Stratum] = []
    drawn: dict[tuple[str, str], tuple[CallAudit, list[Stratum]]] = {}
    for agent in agents:
        places = _share_places(
            {name: n for (whose, name), n in sizes.items() if whose == agent}, options
        )
        for name, count in places.items():
            stratum = Stratum(agent, name, sizes[agent, name], count)
            strata.append(stratum)
            for audit in pools[agent, name].ordered()[:count]:
                key_of_call = (audit.call_id, audit.transcript.path)
                drawn.setdefault(key_of_call, (audit, []))[1].append(stratum)
    calls = tuple(DrawnCall(audit, tuple(found)) for audit, found in drawn.values())
    return Sample(options, calls, tuple(strata), population, skipped)


def _share_places(sizes: dict[str, int], options: SampleOptions) -> dict[str, int]:
    """How many calls each stratum of an agent gives, by name, in the order of `STRATA`.

    The kept share goes to unflagged calls first; what is left, or what one side cannot fill, goes
    round the strata until all places or all calls are used up.
    """
    order = [*STRATA[options.stratify], UNFLAGGED]
    names = sorted(sizes, key=order.index)
    places = dict.fromkeys(names, 0)
    left = options.per_agent
    if options.unflagged:
        kept = min(options.unflagged_places, sizes.get(UNFLAGGED, 0))
        if kept:
            places[UNFLAGGED], left = kept, left - kept
        left = _go_round([name for name in names if name != UNFLAGGED], places, sizes, left)
    _go_round(names, places, sizes, left)
    return places


def _go_round(
    names: Sequence[str], places: dict[str, int], sizes: dict[str, int], left: int
) -> int:
    """Give out `left` places, one a stratum in turn; how many nobody could fill."""
    while left:
        open_names = [name for name in names if places[name] < sizes[name]][:left]
        if not open_names:
            break
        for name in open_names:
            places[name] += 1
        left -= len(open_names)
    return left
