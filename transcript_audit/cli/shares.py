"""Shares on the command line, as people write them."""

from __future__ import annotations

import typer


def parse_share(value: str | float) -> float:
    """A share from 0 to 1, given as 20% or 0.2.

    Raises:
        typer.BadParameter: it is neither.
    """
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise typer.BadParameter(f"{value!r} is no share; expected 0% to 100%, or 0 to 1")
    return share
