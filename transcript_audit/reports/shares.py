"""A share with its range, to be read or just looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

if TYPE_CHECKING:
    from transcript_audit.scorecards import FamilyShare

NARROW, WIDE = 7, 24
"""Columns that a share needs at least ("44–100%"), and those of a range drawn large."""


@dataclass(frozen=True, slots=True)
class ShareCell:
    """A family's flagged of eligible calls, its 95 % Wilson range, and that range drawn.

    As wide as it may be, up to `widest`; on one line of words if there is room.
    """

    share: FamilyShare
    style: str = ""
    widest: int = 16

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """From narrow to the widest that is of use."""
        return Measurement(NARROW, self.widest).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The words, then the range drawn."""
        if self.share.low is None or self.share.high is None:
            yield Text("none", style="dim")
            return
        width = min(options.max_width, self.widest)
        counts = f"{self.share.flagged}/{self.share.eligible}"
        style = self.style if self.share.flagged else "dim"
        spread = range_words(self.share, options.ascii_only)
        gap = " " if len(counts) + 1 + len(spread) <= width else "\n"
        yield Text(f"{counts}{gap}{spread}", style=style)
        yield range_bar(self.share, width, self.style, options.ascii_only)


def range_words(share: FamilyShare, ascii_only: bool = False) -> str:
    """The range in whole percent, as "15–85%"; "" where nothing could be judged."""
    if share.low is None or share.high is None:
        return ""
    return f"{share.low * 100:.0f}{'-' if ascii_only else '–'}{share.high * 100:.0f}%"


def range_bar(share: FamilyShare, width: int, style: str, ascii_only: bool = False) -> Text:
    """0 to 100 % as `width` characters: a line over the range, a dot at the share itself."""
    line, dot, rest = ("-", "o", ".") if ascii_only else ("━", "●", "·")
    if share.low is None or share.high is None:
        return Text("")

    def at(value: float) -> int:
        return min(int(value * width), width - 1)

    low, high, middle = at(share.low), at(share.high), at(share.flagged / share.eligible)
    style = style if share.flagged else "dim"
    bar = Text(rest * low, style="dim")
    bar.append(line * (middle - low), style=style)
    bar.append(dot, style=f"bold {style}")
    bar.append(line * (high - middle), style=style)
    bar.append(rest * (width - 1 - high), style="dim")
    return bar
