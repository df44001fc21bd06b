"""A share with its range, to be read or just looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

from transcript_audit.reports.styles import READING_SIGNS

if TYPE_CHECKING:
    from transcript_audit.scorecards import FamilyShare, RuleShare, Scorecard

NARROW, WIDE = 7, 24
"""Columns that a share needs at least ("44–100%"), and those of a range drawn large."""


class Ranged(Protocol):
    """Anything with a range, each end 0 to 1, or None where nothing could be judged."""

    @property
    def low(self) -> float | None:
        """The lower end."""

    @property
    def high(self) -> float | None:
        """The upper end."""


@dataclass(frozen=True, slots=True)
class ShareCell:
    """Flagged of eligible calls, how that compares, the 95 % Wilson range, and that range drawn.

    As wide as it may be, up to `widest`; on one line of words if there is room. Of too few calls
    there is neither a drawing nor a colour.
    """

    share: FamilyShare | RuleShare
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
        few = is_too_few(self.share)
        style = self.style if self.share.flagged and not few else "dim"
        lines = [f"{self.share.flagged}/{self.share.eligible}"]
        for part in (reading_sign(self.share, options.ascii_only), _range(self, options)):
            if part and len(lines[-1]) + 1 + len(part) <= width:
                lines[-1] += f" {part}"
            elif part:
                lines.append(part)
        yield Text("\n".join(lines), style=style)
        if not few:
            yield range_bar(self.share, width, self.style, options.ascii_only)


def _range(cell: ShareCell, options: ConsoleOptions) -> str:
    return range_words(cell.share, options.ascii_only)


def is_too_few(share: FamilyShare | RuleShare) -> bool:
    """Whether the share is of too few calls to judge anybody by."""
    return share.comparison is not None and share.comparison.reading == "too-few"


def has_reading(share: FamilyShare | RuleShare) -> bool:
    """Whether a share is told to be above or below the others."""
    return share.comparison is not None and share.comparison.reading in {"above", "below"}


def has_too_few(card: Scorecard) -> bool:
    """Whether an agent has too few calls to be judged in any family."""
    readings = {share.comparison.reading for share in card.families if share.comparison}
    return readings == {"too-few"}


def reading_sign(share: FamilyShare | RuleShare, ascii_only: bool = False) -> str:
    """How the share compares as one sign or short word, "" where that cannot be told."""
    if share.comparison is None:
        return ""
    sign = READING_SIGNS.get(share.comparison.reading, "")
    return {"▲": "+", "▼": "-"}.get(sign, sign) if ascii_only else sign


def range_words(share: Ranged, ascii_only: bool = False) -> str:
    """The range in whole percent, as "15–85%"; "" where nothing could be judged."""
    if share.low is None or share.high is None:
        return ""
    return f"{share.low * 100:.0f}{'-' if ascii_only else '–'}{share.high * 100:.0f}%"


def counted(count: int, of: int, share: Ranged) -> str:
    """A share in words, as "3 of 12 (9–53%)"; "none" for none of none."""
    return f"{count} of {of} ({range_words(share)})" if of else "none"


def range_bar(
    share: FamilyShare | RuleShare, width: int, style: str, ascii_only: bool = False
) -> Text:
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
