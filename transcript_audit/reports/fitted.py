"""Parts of a report that are laid out for the columns there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table

DRAWN, SLIM, ROOMY = 60, 80, 110
"""Columns from which ranges are drawn, from which the tables stand side by side, and from which
there is room for more of them."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A part of a report that is laid out for the columns there are."""

    lay_out: Callable[[int], RenderableType]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The part for the width of the console."""
        yield self.lay_out(options.max_width)


def open_table() -> Table:
    """An empty table with a rule under its head and none around it."""
    return Table(
        box=box.SIMPLE_HEAD, padding=(0, 1), collapse_padding=True, pad_edge=False, show_edge=False
    )
