"""Tables of numbers, for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table


def plain_table(title: str, first: str, columns: Sequence[str]) -> Table:
    """An empty table whose first column holds names and whose others hold numbers."""
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows as a Markdown table, ending with a line feed."""

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

    rule = f"|{'---|' * len(head)}"
    return "\n".join([line(head), rule, *(line(row) for row in rows)]) + "\n"


def number(value: float | None) -> str:
    """Three digits after the point, "-" for what is undefined."""
    return "-" if value is None else f"{value:.3f}"


def value_range(low: float | None, high: float | None) -> str:
    """An interval as "0.75-0.88", "" where it is undefined."""
    return "" if low is None or high is None else f"{low:.2f}-{high:.2f}"
