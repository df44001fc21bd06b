"""A call as a picture of a few lines: who speaks when, and where what stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from transcript_audit.model import ActLabel, ActStatus, CallAudit, Role, Turn
from transcript_audit.reports.styles import SEVERITY_STYLES
from transcript_audit.reports.text import clock

WIDEST, SMALLEST = 100, 20
"""Columns that the picture takes at most, names included, and below which none is drawn."""

REACH = 4
"""Columns that a turn takes at most where turns, not seconds, are counted."""

NOES = frozenset({ActLabel.DECLINE, ActLabel.INSIST})

Columns = Callable[[Turn], range]


@dataclass(frozen=True, slots=True)
class Lane:
    """A line of the picture: in which turns something stands.

    Attributes:
        said: whether turns are drawn in their length; else each is a point.
    """

    name: str
    turns: tuple[Turn, ...]
    style: str = ""
    said: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture of a call, fitted to the console; nothing where it is left open.

    By seconds where the source has a time for every turn, else by turns.
    """

    audit: CallAudit

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """A line for each lane, and the scale under them."""
        turns, lanes = self.audit.turns, _lanes(self.audit)
        names = max((len(lane.name) for lane in lanes), default=0)
        width = min(options.max_width, WIDEST) - names - 2
        if self.audit.left_open or not turns or width < SMALLEST:
            return
        timed = all(turn.start is not None for turn in turns)
        columns, length = _by_time(turns, width) if timed else _by_turn(turns, width)
        bar, dot = ("=", "o") if options.ascii_only else ("━", "●")
        crowded = False
        for lane in lanes:
            drawn = _bars(lane, columns, bar) if lane.said else _points(lane, columns, dot)
            line = Text(f"{lane.name:>{names}}  ", style="dim", no_wrap=True)
            crowded = crowded or not {*drawn.values()} <= {bar, dot}
            signs = "".join(drawn.get(place, " ") for place in range(length))
            yield Text.assemble(line, (signs.rstrip(), lane.style))
        first, last = (
            (clock(0), clock(_end(turns))) if timed else (_number(turns[0]), _number(turns[-1]))
        )
        scale = first + last.rjust(max(length - len(first), len(last) + 1))
        yield Text(f"{'':>{names}}  {scale}", style="dim", no_wrap=True)
        if crowded:
            yield Text(f"{'':>{names}}  a number: so many turns in one place", style="dim")


def _lanes(audit: CallAudit) -> list[Lane]:
    """Who speaks, what happened to the request, and each rule that flagged; only what there is."""
    turns, episode = audit.turns, audit.episode
    spoken = [
        Lane(str(role), tuple(turn for turn in turns if turn.role is role), style, said=True)
        for role, style in ((Role.AGENT, "cyan"), (Role.CUSTOMER, ""))
    ]
    request = [episode.request.turn] if episode.request else []
    offers = [attempt.turns[0] for attempt in episode.attempts]
    noes = [a.turn for a in audit.acts if a.label in NOES and a.status is ActStatus.ASSERTED]
    noes = [turn for turn in noes if episode.request and turn > episode.request.turn]
    confirmed = [episode.confirmation.turn] if episode.confirmation else []
    happened = (
        ("request", request, ""),
        ("offer or argument", offers, ""),
        ("no, or asks again", noes, ""),
        ("confirmation", confirmed, "green"),
        *(
            (f.rule, [each.turn for each in f.evidence], SEVERITY_STYLES[f.severity])
            for f in audit.findings
        ),
    )
    marked = [Lane(name, _pick(turns, places), style) for name, places, style in happened]
    return [lane for lane in (*spoken, *marked) if lane.turns]


def _pick(turns: Sequence[Turn], places: Iterable[int]) -> tuple[Turn, ...]:
    return tuple(turns[place] for place in sorted(set(places)) if 0 <= place < len(turns))


def _by_time(turns: Sequence[Turn], width: int) -> tuple[Columns, int]:
    """The columns of each turn by its seconds, and how many columns there are."""
    end = _end(turns) or 1.0
    after = {turn.index: later.start for turn, later in pairwise(turns)}

    def column(seconds: float) -> int:
        return min(max(int(seconds / end * width), 0), width - 1)

    def columns(turn: Turn) -> range:
        start = turn.start or 0.0
        stop = turn.end if turn.end is not None else after.get(turn.index)
        begin = column(start)
        # a turn that ends as the next begins leaves the column to that one
        last = column(stop) - (turn.end is None) if stop is not None else begin
        return range(begin, max(last, begin) + 1)

    return columns, width


def _by_turn(turns: Sequence[Turn], width: int) -> tuple[Columns, int]:
    """The columns of each turn by its place, and how many columns there are."""
    each = min(REACH, width // len(turns))
    if each:
        return (lambda turn: range(turn.index * each, (turn.index + 1) * each)), each * len(turns)

    def columns(turn: Turn) -> range:
        place = turn.index * width // len(turns)
        return range(place, place + 1)

    return columns, width


def _end(turns: Sequence[Turn]) -> float:
    return max(max(turn.start or 0.0, turn.end or 0.0) for turn in turns)


def _bars(lane: Lane, columns: Columns, sign: str) -> dict[int, str]:
    return dict.fromkeys((place for turn in lane.turns for place in columns(turn)), sign)


def _points(lane: Lane, columns: Columns, sign: str) -> dict[int, str]:
    """A sign where one turn stands, and how many where several fall into one column."""
    counts: dict[int, int] = {}
    for turn in lane.turns:
        place = columns(turn)[0]
        counts[place] = counts.get(place, 0) + 1
    return {place: sign if count == 1 else _digit(count) for place, count in counts.items()}


def _digit(count: int) -> str:
    return str(count) if count < 10 else "+"


def _number(turn: Turn) -> str:
    return f"#{turn.parts[0].number}"
