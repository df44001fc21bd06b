"""The command `doctor`: what would be read and how, and which settings hold; nothing is audited."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

import hashlib
import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from transcript_audit import __version__
from transcript_audit.cli import options, settled
from transcript_audit.cli.groups import Book, Held, Reading, Speakers
from transcript_audit.cli.keeping import Keep
from transcript_audit.cli.options import ListFormat
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import rendered, with_progress, written

if TYPE_CHECKING:
    from transcript_audit.inspection import Inspection


@spread
def doctor(
    *,
    ctx: typer.Context,
    paths: options.MaybePaths = [],  # noqa: B006 - Typer copies it
    format_: options.Listing = ListFormat.TABLE,
    book: Book,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Workers = None,
    keep: Keep,
    held: Held,
) -> None:
    """Tell what would be read and how, what would be skipped and why, and which settings hold.

    Nothing is audited. Without PATH it looks at the sources of the settings file.

    \b
    Examples:
      transcript-audit doctor
      transcript-audit doctor calls/ --format json

    Exit codes: 0 done; 2 bad usage, configuration or rule file; 3 done, but some inputs would be
    skipped; 130 interrupted.
    """
    from transcript_audit.inspection import inspect_sources
    from transcript_audit.reports.doctor_report import doctor_head, doctor_record, doctor_tail
    from transcript_audit.reports.formats_report import inspection_lines

    read_options, role_options = reading.options(held), speakers.options(held)
    versions = _versions(book)
    sources = settled.parameter_sources(ctx, held.settings)
    sources["store"] = (str(keep.place), sources["store"][1])  # never with a password
    found: list[Inspection] = []
    table = format_ is ListFormat.TABLE
    if table:
        written(sys.stdout, rendered(doctor_head(versions, sources, held.settings), sys.stdout))
    inspected = inspect_sources(paths, read_options, role_options)
    for each in with_progress(inspected, not table, noun="file"):
        found.append(each)
        if table and not written(sys.stdout, rendered(inspection_lines(each), sys.stdout)):
            return
    if table:
        written(sys.stdout, rendered(doctor_tail(found), sys.stdout))
    else:
        record = doctor_record(versions, sources, held.settings, found)
        written(sys.stdout, json.dumps(record, indent=2, default=str) + "\n")
    raise typer.Exit(3 if any(each.skipped for each in found) else 0)


def _versions(book: Book) -> dict[str, str]:
    """What answers depend on, each with its version or digest."""
    from transcript_audit.acts.learned import MODEL_FILE

    rulebook = book.load()
    return {
        "transcript-audit": __version__,
        "python": platform.python_version(),
        "rule book": f"{rulebook.digest[:12]}, {len(rulebook.rules)} rules",
        "model": _digest(MODEL_FILE),
    }


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    except OSError as error:
        return f"{path}: cannot be read: {error.strerror}"
