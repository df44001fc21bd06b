"""Groups of options become options of a command, and come back as groups."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from transcript_audit.cli.spread import spread


@dataclass(frozen=True)
class Colours:
    ground: Annotated[str, typer.Option("--ground")] = "white"
    lines: Annotated[list[str], typer.Option("--line")] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.ground in self.lines:
            raise ValueError("lines that nobody sees")


@dataclass(frozen=True)
class Shades(Colours):
    dark: Annotated[bool, typer.Option("--dark")] = False


@dataclass(frozen=True)
class Size:
    width: Annotated[int, typer.Option("--width")]


@spread
def draw(*, name: str, size: Size, colours: Shades, copies: int = 1) -> None:
    """Draw."""
    typer.echo(f"{name} {size} {colours} {copies}")


def run(*args: str) -> str:
    app = typer.Typer()
    app.command()(draw)
    done = CliRunner().invoke(app, args)
    return done.stdout if done.exit_code == 0 else f"{done.exit_code} {done.exception}"


def test_fields_stand_in_the_place_of_their_group() -> None:
    assert list(inspect.signature(draw).parameters) == [
        "name",
        "width",
        "ground",
        "lines",
        "dark",
        "copies",
    ]
    assert draw.__name__ == "draw"


def test_groups_are_made_from_what_is_given_and_from_defaults() -> None:
    expected = "box Size(width=3) Shades(ground='white', lines=[], dark=False) 1\n"
    assert run("box", "--width", "3") == expected
    given = run("box", "--width", "3", "--line", "red", "--line", "blue", "--dark")
    assert "lines=['red', 'blue'], dark=True" in given
    assert run("box", "--width", "3") == expected


def test_a_field_without_a_default_is_required() -> None:
    assert run("box").startswith("2 ")


def test_a_group_may_refuse_what_it_is_given() -> None:
    assert run("box", "--width", "3", "--line", "white") == "1 lines that nobody sees"
    with pytest.raises(ValueError, match="nobody sees"):
        draw(name="box", width=3, ground="red", lines=["red"], dark=False, copies=1)
