"""How the program stands among others: its streams, its encoding, and signals that end it."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
from types import FrameType
from typing import NoReturn


def reopen_closed_streams() -> None:
    """Open standard streams that were closed by whoever started us.

    Files that are opened later would get their numbers, and what is printed. Writing to standard
    output is still refused then, so that no report gets lost in silence.
    """
    streams = (("stdin", os.O_RDONLY), ("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY))
    for number, (name, flags) in enumerate(streams):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, flags), True)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))


def read_names_as_utf8() -> None:
    """Begin anew, reading names of files as UTF-8, where the locale would have them be ASCII.

    Else a call that is called by its file would have another name than elsewhere.
    """
    ascii_only = codecs.lookup(sys.getfilesystemencoding()).name == "ascii"
    if ascii_only and os.name == "posix" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - this very program


def settle_encodings() -> None:
    """Have output to pipes and files be UTF-8, whatever the locale; terminals get what they show.

    A character that one cannot show must not end the run.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if not (stream.isatty() or "PYTHONIOENCODING" in os.environ):
                stream.reconfigure(encoding="utf-8")


def end_orderly_when_told() -> None:
    """Have SIGTERM and a closed terminal end the run as Ctrl-C does; told again, it ends at once.

    What whoever started us has set to be ignored, as `nohup` does, stays so.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt
