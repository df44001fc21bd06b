"""Pages that are made from what the program holds: written, or checked to be up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from transcript_audit.cli.streams import say
from transcript_audit.errors import ConfigurationError
from transcript_audit.whole_files import write_whole

FAULTY = 2
"""Exit code of a faulty rule file, a failing example or a page that is out of date."""

Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit 2 if what is there is out of date.")
]


def place_option(usual: Path) -> Any:
    """The option for another place than the usual one: a file, or a folder if `usual` is one."""
    what, metavar = ("the page goes", "FILE") if usual.suffix else ("the files go", "DIR")
    return typer.Option(
        "--output",
        "-o",
        metavar=metavar,
        help=f"Where {what} (without it, {usual.as_posix()}, where {usual.parts[0]} is a folder).",
        show_default=False,
    )


def usual_place(path: Path) -> Path:
    """`path`, where its folder is here already.

    Raises:
        ConfigurationError: it isn't, so that this is hardly the place that is meant.
    """
    if not path.parent.is_dir():
        raise ConfigurationError(
            f"{path.as_posix()}: there is no folder {path.parent.as_posix()} here; "
            "name a place with --output"
        )
    return path


def write_pages(pages: dict[Path, str], check: bool, command: str) -> None:
    """Write the pages that are not there as they should be, or with `check` only name them.

    Raises:
        ConfigurationError: a page cannot be written.
    """
    stale = [path for path, text in pages.items() if not _holds(path, text)]
    if check:
        for path in stale:
            say(f"{path}: out of date; run: transcript-audit {command}")
        if stale:
            raise typer.Exit(FAULTY)
        return
    for path in stale:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, pages[path].encode())
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from None
    say(f"{len(stale)} of {len(pages)} written" if stale else "up to date")


def _holds(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False
