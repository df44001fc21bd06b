"""How far a long run has come, in one line."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from transcript_audit.reports.text import clock, plural

WIDEST_BAR, SLIMMEST_BAR = 30, 8
"""Columns of the bar at most, and below which it is left out."""

SURE_SHARE, SURE_SECONDS = 0.005, 3.0
"""Of the work, and of time, that must have passed before the time left is told."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What has passed of a run.

    Attributes:
        share: of the whole, 0 to 1, or None where the whole is not known.
        flags, skipped: None where the items are not audits.
    """

    items: int
    seconds: float
    share: float | None = None
    flags: int | None = None
    skipped: int | None = None
    noun: str = "call"

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes if it goes on as before; None where that can't be told."""
        if self.share is None or self.share < SURE_SHARE or self.seconds < SURE_SECONDS:
            return None
        return self.seconds * (1 - self.share) / self.share


def progress_line(passed: Passed, width: int, ascii_only: bool = False) -> Text:
    """What has passed on one line of at most `width` columns; what matters least goes first."""
    parts = [(rank, words) for rank, words in _parts(passed) if words]
    while len(parts) > 1 and _length(parts) > width:
        parts.remove(max(parts))
    line = Text("  ".join(words for _, words in parts), no_wrap=True, overflow="ellipsis")
    room = min(width - len(line) - 2, WIDEST_BAR)
    if passed.share is not None and room >= SLIMMEST_BAR:
        done, rest = ("#", ".") if ascii_only else ("━", "─")
        filled = int(room * passed.share)
        bar = Text(done * filled, style="cyan", no_wrap=True, overflow="ellipsis")
        return bar.append(rest * (room - filled), style="dim").append("  ").append_text(line)
    line.truncate(width)
    return line


def _parts(passed: Passed) -> list[tuple[int, str]]:
    """The parts of the line, each with a rank: those of high rank are left out first."""
    rate = passed.items / passed.seconds if passed.seconds >= 1 else None
    return [
        (2, _share(passed)),
        (0, plural(passed.items, passed.noun)),
        (5, "" if rate is None else f"{rate:.0f}/s" if rate >= 9.95 else f"{rate:.1f}/s"),
        (1, _time(passed)),
        (3, plural(passed.flags, "flag") if passed.flags is not None else ""),
        (4, f"{passed.skipped} skipped" if passed.skipped else ""),
    ]


def _share(passed: Passed) -> str:
    return "" if passed.share is None else f"{int(passed.share * 100)}%"


def _time(passed: Passed) -> str:
    """The time left; where that is not known, the time passed."""
    if passed.share is not None and passed.share >= 1:
        return "finishing"
    if passed.left is None:
        return f"{clock(passed.seconds)} so far"
    return f"{clock(passed.left)} left"


def _length(parts: list[tuple[int, str]]) -> int:
    return sum(len(words) + 2 for _, words in parts) - 2
