"""Reading in a process of its own, where the library that reads may crash on a damaged file.

A library in C++ can end the whole process on bytes that it did not expect. Then only the reading
process is gone: the file is reported as damaged, and the others are read as ever. The process waits
for the next file and ends when this one does.
"""

from __future__ import annotations

import atexit
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import IO, BinaryIO

import transcript_audit
from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.storage import StorageError, address_of_open, open_to_read

Read = Transcript | SkippedCall
Reader = Callable[[Document, ReadOptions], Iterator[Read]]

_idle: list[subprocess.Popen[bytes]] = []
"""Processes that wait for a file."""


@dataclass(frozen=True, slots=True)
class _Request:
    """What to read, by the function's module and name; from a file, or from an address."""

    module: str
    function: str
    path: str
    default_id: str
    file: Path | str
    options: ReadOptions


def read_apart(reader: Reader, document: Document, options: ReadOptions) -> Iterator[Read]:
    """The calls that `reader` finds in a document, read by a process of its own.

    Args:
        reader: a function of a module; it may use the document's bytes, not its lines.

    Raises:
        ReadError: as the reader does; or the process ended, as on a damaged file.
    """
    with _as_file(document.data) as file:
        request = _Request(
            reader.__module__,
            reader.__name__,
            document.path,
            document.default_id,
            file,
            replace(options, watch=None),  # it holds what is open here, and was told already
        )
        process = _idle.pop() if _idle else _start()
        try:
            fault = yield from _ask(process, request)
        except BaseException:
            _stop(process)  # it is gone, or in the midst of a file
            raise
        _idle.append(process)
    if fault:
        raise fault


def _ask(
    process: subprocess.Popen[bytes], request: _Request
) -> Generator[Read, None, ReadError | None]:
    """The calls; returns the fault that the reader raised, or None."""
    into, out = _pipes(process)
    fault = None
    try:
        pickle.dump(request, into, pickle.HIGHEST_PROTOCOL)
        into.flush()
        while (answer := pickle.load(out)) is not None:  # noqa: S301 - from our own process
            if isinstance(answer, tuple):
                fault = ReadError(*answer)
            else:
                yield answer
    except (EOFError, OSError, pickle.UnpicklingError):
        raise ReadError(
            request.path, "so damaged that reading it breaks off; write it again"
        ) from None
    return fault


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise ValueError("a process without pipes")
    return process.stdin, process.stdout


def _start() -> subprocess.Popen[bytes]:
    home = str(Path(transcript_audit.__file__).parents[1])
    paths = filter(None, (home, os.environ.get("PYTHONPATH")))
    return subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a library says as it dies helps nobody
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


@atexit.register
def _stop_all() -> None:
    while _idle:
        _stop(_idle.pop())


@contextmanager
def _as_file(data: BinaryIO) -> Iterator[Path | str]:
    """A file, or its address, that another process can open, with these bytes."""
    if address := address_of_open(data):
        yield address
        return
    name = getattr(data, "name", None)
    if isinstance(name, str) and Path(name).is_file():
        yield Path(name).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="transcript-audit-") as folder:
        file = Path(folder) / "file"
        data.seek(0)
        with file.open("wb") as copy:
            shutil.copyfileobj(data, copy)
        yield file


def _serve() -> None:
    """Read one file after the other, until there is nobody left to ask."""
    into = sys.stdin.buffer
    # what a library prints must not get between the calls
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            request: _Request = pickle.load(into)  # noqa: S301 - from our own process
        except EOFError:
            return
        for answer in _answers(request):
            pickle.dump(answer, out, pickle.HIGHEST_PROTOCOL)
            out.flush()


def _open(file: Path | str) -> BinaryIO:
    return open_to_read(file) if isinstance(file, str) else file.open("rb")


def _answers(request: _Request) -> Iterator[Read | tuple[str, str, str] | None]:
    """The calls; a fault as the arguments of its ReadError; None at the end."""
    reader: Reader = getattr(import_module(request.module), request.function)
    try:
        with _open(request.file) as data:
            document = Document(request.path, request.default_id, "", None, data)  # type: ignore[arg-type]
            yield from reader(document, request.options)
    except ReadError as error:
        yield error.path, error.problem, error.place
    except StorageError as error:
        yield request.path, f"cannot be read ({error.strerror})", ""
    yield None


if __name__ == "__main__":
    # under its own name, so that requests are of the class that the asking process knows
    import_module("transcript_audit.readers.apart")._serve()
