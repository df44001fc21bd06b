"""Where results, warnings and progress go."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

import typer

from transcript_audit.errors import ConfigurationError, TranscriptAuditError
from transcript_audit.model import SkippedCall

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Item = TypeVar("Item")

UNBOUNDED = 10_000
"""Columns of output that is no terminal: nothing is wrapped or cut, whatever COLUMNS says."""


class OutputError(TranscriptAuditError):
    """A report could not be written."""


@contextmanager
def open_output(path: Path | None, inputs: Sequence[str] = ()) -> Iterator[TextIO]:
    """Standard output (None, "-"), or a file that takes the place of `path` once all is written.

    Raises:
        ConfigurationError: `path` cannot be written, or is one of the `inputs`.
        OutputError: the disk is full, or the like.
    """
    if path is None or str(path) == "-":
        yield sys.stdout
        return
    target = _writable(path, inputs)
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):  # /dev/null, a named pipe
        with target.open("w", encoding="utf-8", newline="") as out:
            yield out
        return
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent, text=False)
    except OSError as error:
        raise ConfigurationError(f"-o {path}: cannot write there: {error.strerror}") from None
    draft = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="", errors="backslashreplace") as out:
            yield out
        draft.chmod(_mode(target))
        draft.replace(target)
    except OSError as error:
        raise OutputError(f"-o {path}: not written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _writable(path: Path, inputs: Sequence[str]) -> Path:
    target = path.resolve()
    if target.is_dir():
        raise ConfigurationError(f"-o {path}: is a folder; give the name of a file in it")
    if not target.parent.is_dir():
        raise ConfigurationError(f"-o {path}: there is no folder {target.parent}; make it first")
    if target in {Path(each).resolve() for each in inputs if each != "-"}:
        raise ConfigurationError(f"-o {path}: is also a file to audit; give another name")
    return target


def _mode(target: Path) -> int:
    """The mode of the file replaced; else what the umask leaves of rw-rw-rw-."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    umask = os.umask(0o022)
    os.umask(umask)
    return 0o666 & ~umask


def written(out: TextIO, text: str) -> bool:
    """Whether `out` took the text; False from when a reader such as `head` has gone."""
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        silence(out)
        return False
    return True


def silence(out: TextIO) -> None:
    """Send what is still to come for a broken pipe nowhere, so that leaving is quiet."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, out.fileno())
    os.close(nowhere)


def rendered(renderable: RenderableType, out: TextIO) -> str:
    """`renderable` as text for `out`: styled and fitted for a terminal, else plain and uncut."""
    console = console_for(out)
    with console.capture() as capture:
        console.print(renderable)
    if console.is_terminal:
        return capture.get()
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def is_styled(out: TextIO) -> bool:
    """Whether `out` shows bold and reverse: a terminal, and none as dumb as TERM says some are."""
    return console_for(out).color_system is not None


def console_for(out: TextIO) -> Console:
    """A console on `out`, with no markup, highlighting or emoji: calls hold text like those."""
    from rich.console import Console

    terminal = out.isatty()
    return Console(
        file=out,
        force_terminal=terminal,
        width=None if terminal else UNBOUNDED,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )


def say(line: str) -> None:
    """Write one line of warning or news to standard error."""
    from transcript_audit.reports.text import visible

    typer.echo(visible(line), err=True)


def say_skipped(skipped: Sequence[SkippedCall], most: int = 20) -> None:
    """Write a line a skipped call to standard error, the first `most` of them."""
    for call in skipped[:most]:
        say(f"skipped: {call.path}: call {call.call_id}: {call.reason}")
    if len(skipped) > most:
        say(f"skipped: {len(skipped) - most} more; each is in the report with its reason")


def with_progress(items: Iterable[Item], shown: bool = True) -> Iterator[Item]:
    """The items, counted in a progress display on standard error if that is a terminal."""
    if not (shown and sys.stderr.isatty()):
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.completed} calls"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for item in items:
            progress.advance(task)
            yield item
