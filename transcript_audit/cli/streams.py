"""Where results, warnings and progress go."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import typer

from transcript_audit.errors import ConfigurationError, TranscriptAuditError
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.storage import Stored, address_of, check_address, check_bucket
from transcript_audit.whole_files import open_aside, open_text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from transcript_audit.cli.meter import Meter

Item = TypeVar("Item")

UNBOUNDED = 10_000
"""Columns of output that is no terminal: nothing is wrapped or cut, whatever COLUMNS says."""


MOST_SKIPPED = 20
"""Skipped calls named on standard error."""


class OutputError(TranscriptAuditError):
    """A report could not be written."""


@contextmanager
def open_output(
    path: Path | None, inputs: Sequence[str] = (), *, binary: bool = False, option: str = "-o"
) -> Iterator[Any]:
    """Standard output (None, "-"), or a file that takes the place of `path` once all is written.

    Args:
        binary: whether a file takes bytes; standard output takes text.
        option: the one that named it.

    Raises:
        ConfigurationError: `path` cannot be written, or is one of the `inputs`.
        OutputError: the disk is full, or the like.
    """
    if path is None or str(path) == "-":
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _not_printed(error) from error
        return
    if address := address_of(path):
        with (
            told(path, option),
            open_aside(_storable(address, inputs, option), binary=binary) as out,
        ):
            yield out
        return
    target = _writable(path, inputs, option)
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):  # /dev/null, a named pipe
        with told(path, option), _opened(_descriptor(target, f"{option} {path}"), binary) as out:
            yield out
        return
    with told(path, option), ExitStack() as stack:
        try:
            out = stack.enter_context(open_aside(target, binary=binary))
        except OSError as error:
            problem = f"{option} {path}: cannot write there: {error.strerror}"
            raise ConfigurationError(problem) from None
        yield out


@contextmanager
def told(path: Path, option: str = "-o") -> Iterator[None]:
    """What is written to a file or folder meanwhile; that it cannot be is told in a line.

    Raises:
        OutputError: the disk is full, or the like; but a reader that has gone is no fault.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        named = address_of(path) or path
        raise OutputError(f"{option} {named}: not written: {error.strerror or error}") from error


def find_output_fault() -> OutputError | None:
    """Why standard output takes no more, if it doesn't; from then on it is quiet."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return _not_printed(error)
    return None


def _not_printed(error: OSError) -> OutputError:
    silence(sys.stdout)  # or the rest would fail once more as the program ends
    return OutputError(f"standard output: not written: {error.strerror or error}")


def _descriptor(target: Path, named: str) -> int:
    try:
        return os.open(target, os.O_WRONLY)
    except OSError as error:
        raise ConfigurationError(f"{named}: cannot write there: {error.strerror}") from None


def _opened(file: int, binary: bool) -> Any:
    return os.fdopen(file, "wb") if binary else open_text(file)


def check_folder(path: Path, inputs: Sequence[str], instead: str) -> Path:
    """The folder that files go to, which is there or can be made, on this machine.

    Args:
        instead: what to do where `path` is a file.

    Raises:
        ConfigurationError: it cannot, or calls are read from it.
    """
    if address := address_of(path):
        raise ConfigurationError(
            f"-o {address}: these files are only written to a folder of this machine; name one"
        )
    target = path.resolve()
    if target.exists() and not target.is_dir():
        raise ConfigurationError(f"-o {path}: is a file; {instead}")
    if not target.parent.is_dir():
        raise ConfigurationError(f"-o {path}: there is no folder {target.parent}; make it first")
    if target in {Path(each).resolve() for each in inputs if each != "-"}:
        raise ConfigurationError(f"-o {path}: calls are read from it; name another folder")
    return path


def _storable(address: str, inputs: Sequence[str], option: str) -> Stored:
    if address.rstrip("/") in {(address_of(each) or each).rstrip("/") for each in inputs}:
        raise ConfigurationError(f"{option} {address}: is also read; give another name")
    check_storage(address, option)
    return Stored(address)


def check_storage(address: str, option: str = "-o") -> None:
    """Nothing; something can be written there, as far as can be told before it is.

    Raises:
        ConfigurationError: it cannot.
    """
    try:
        check_bucket(address)
        check_address(address)
    except OSError as error:
        problem = f"{option} {address}: cannot write there: {error.strerror or error}"
        raise ConfigurationError(problem) from None


def _writable(path: Path, inputs: Sequence[str], option: str) -> Path:
    target = path.resolve()
    if target.is_dir():
        raise ConfigurationError(f"{option} {path}: is a folder; give the name of a file in it")
    if not target.parent.is_dir():
        raise ConfigurationError(
            f"{option} {path}: there is no folder {target.parent}; make it first"
        )
    if target in {Path(each).resolve() for each in inputs if each != "-"}:
        raise ConfigurationError(f"{option} {path}: is also a file to audit; give another name")
    return target


def written(out: TextIO, text: str) -> bool:
    """Whether `out` took the text; False from when a reader such as `head` has gone.

    Raises:
        OutputError: standard output takes no more: the disk is full, or the like.
    """
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        silence(out)
        return False
    except OSError as error:
        if out is sys.stdout:
            raise _not_printed(error) from error
        raise
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

    try:
        typer.echo(visible(line), err=True)
    except OSError:  # nobody hears; that must neither end the run nor change its exit code
        silence(sys.stderr)


def say_skipped(skipped: Iterable[SkippedCall], count: int) -> None:
    """Write a line a skipped call to standard error, for the first of all `count` of them."""
    for call in islice(skipped, MOST_SKIPPED):
        say(f"skipped: {_named(call)}: {call.reason}")
    if count > MOST_SKIPPED:
        say(f"skipped: {count - MOST_SKIPPED} more; each is in the report with its reason")


def _named(call: SkippedCall) -> str:
    """The call by path and id; by its path alone where that says the id too."""
    name = call.path.replace("!", "/")
    same = call.call_id in {call.path, Path(name).name, Path(name).stem}
    return call.path if same else f"{call.path}: call {call.call_id}"


def with_progress(
    items: Iterable[Item],
    shown: bool = True,
    meter: Meter | None = None,
    noun: str = "call",
) -> Iterator[Item]:
    """The items, counted in a progress display on standard error if that is a terminal.

    Args:
        meter: tells what share of the sources was read; without it, and for items whose number is
            not known either, no time left is told.
        noun: what one of them is.
    """
    if not (shown and sys.stderr.isatty()):
        yield from items
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, highlight=False, emoji=False)
    tally = _Tally(noun, len(items) if isinstance(items, Sized) else 0, meter)
    with Live(
        get_renderable=lambda: tally.line(console),
        console=console,
        transient=True,
        redirect_stdout=False,
    ):
        for item in items:
            tally.add(item)
            yield item


class _Tally:
    """What went by since the first item; the time before that is not the items' own."""

    def __init__(self, noun: str, whole: int, meter: Meter | None) -> None:
        self._noun = noun
        self._whole = whole
        self._meter = meter
        self._items = self._flags = self._skipped = 0
        self._audits = False
        self._began = monotonic()
        self._share: float | None = None

    def add(self, item: object) -> None:
        """Count one item."""
        if not self._items:
            self._began = monotonic()
        self._items += 1
        if isinstance(item, SkippedCall):
            self._skipped += 1
        elif isinstance(item, CallAudit):
            self._audits = True
            self._flags += len(item.findings)
        # read here and not by the thread that draws: the place in a file is not for two
        self._share = self._items / self._whole if self._whole else self._meter_share()

    def _meter_share(self) -> float | None:
        return self._meter.share if self._meter else None

    def line(self, console: Console) -> Text:
        """What went by, for the width that the console has now."""
        from rich.text import Text

        from transcript_audit.reports.progress import Passed, progress_line

        if not self._items:
            return Text("starting", style="dim")
        passed = Passed(
            self._items,
            monotonic() - self._began,
            self._share,
            self._flags if self._audits else None,
            self._skipped,
            self._noun,
        )
        return progress_line(passed, console.width, console.options.ascii_only)
