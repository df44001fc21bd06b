"""The command `convert`: calls of any format to canonical JSONL, vCon or Parquet."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Held, Judging, Reading, Speakers
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import open_output, say, say_skipped, with_progress
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.cli.vcon_folder import (
    VCON,
    check_folder,
    make_folder,
    name_file,
    remove_stale,
)
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import SkippedCall, Transcript

if TYPE_CHECKING:
    from transcript_audit.roles import RoleOptions

STDOUT = "-"

ConvertedOutput = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="Where the calls go, each file whole or not: .jsonl; .parquet; .vcon.json for one "
        "call; a folder (made if its name ends in /), a vCon a call; or - for JSONL on standard "
        "output.",
        show_default=False,
    ),
]
Findings = Annotated[
    bool,
    typer.Option("--findings", help="Audit the calls and put the findings into their vCons."),
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Write marks such as [CARD] and [NAME] in the place of what is personal in the words, "
        "and 'customer' for labels that name one.",
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Write to a folder that is not empty: files of the same name are replaced, and vCons "
        "that convert once wrote there and now does not are removed; anything else stays.",
    ),
]

Auditor = Callable[[Transcript], Mapping[str, Any]]

Converted = tuple[Transcript, Mapping[str, Any] | None]
"""A call as it is written, and the record of its audit if that goes with it."""


@dataclass(slots=True)
class Tally:
    """What has become of the calls so far."""

    written: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the calls go.

    Attributes:
        output: as the user names it.
        inputs: paths that are read.
        overwrite: whether a folder may hold something already.
    """

    output: str
    inputs: Sequence[str]
    overwrite: bool


@spread
def convert(
    *,
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    output: ConvertedOutput = "",
    overwrite: Overwrite = False,
    findings: Findings = False,
    redact: Redact = False,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    held: Held,
) -> None:
    """Convert calls of any format to canonical JSONL, vCon or Parquet.

    Nothing that is known of a call gets lost: its id, agents, start and stated figures; speaker,
    words, times, agent and number of every turn. What cannot be read is skipped and named. The
    words are copied as they are, personal data and all, unless --redact asks for marks.

    Speakers are written as the source names them. Where options or settings say who is who
    (--roster, --agent-channel, --agent-speaker, --customer-speaker), labels whose role that decides
    become agent, customer or other; one that names a person, or that shares its role with another,
    stays in brackets behind it. Roles that only the words would tell are not written. Rules,
    profile, patterns and pipeline only count with --findings.

    \b
    Examples:
      transcript-audit convert calls/ -o calls.jsonl
      transcript-audit convert export.json.gz -o calls.parquet
      transcript-audit convert calls/ -o vcons/ --findings
      transcript-audit convert call.vtt -o call.vcon.json
      transcript-audit convert calls/ -o - --agent-channel 1 | head -1

    Parquet needs pyarrow: pip install "transcript-audit[parquet]".

    Exit codes: 0 done; 2 bad usage, configuration or rule file; 3 done, but some inputs were
    skipped; 130 interrupted.
    """
    from transcript_audit.readers import read_transcripts

    write = _writer(output, findings)
    place = Place(output, paths, overwrite)
    _check_place(place, write)
    read_options, role_options = reading.options(held), speakers.options(held)
    audit = _load_auditor(judging, role_options, redact=redact) if findings else None
    tally = Tally()
    reads = tell_unheard(read_transcripts(paths, read_options), role_options, read_options)
    shown = output != STDOUT or not sys.stdout.isatty()
    calls = _tallied(with_progress(reads, shown=shown), tally)
    first = next(calls, None)
    if first is None:
        # What an earlier run has written there is better than nothing.
        say(f"{output}: not written: no call could be read, {tally.skipped} skipped")
        raise typer.Exit(3)
    converted = _converted(chain([first], calls), role_options, audit, redact=redact)
    write(converted, place)
    if output != STDOUT:
        say(f"{output}: {tally.written} converted, {tally.skipped} skipped")
    raise typer.Exit(3 if tally.skipped else 0)


Writer = Callable[[Iterator[Converted], Place], None]


def _writer(output: str, findings: bool) -> Writer:
    """What writes to that name.

    Raises:
        ConfigurationError: the name doesn't say in which form, or the form holds no findings.
    """
    name = output.lower()
    writer: Writer | None = None
    if not output:
        problem = "-o: missing"
    elif output.endswith("/") or Path(output).is_dir():
        writer = _write_folder
    elif name.endswith(VCON):
        writer = _write_vcon
    elif name.endswith(".jsonl") or output == STDOUT:
        writer = _write_lines
    elif name.endswith(".parquet"):
        writer = _write_table
    else:
        ending = Path(output).suffix
        problem = f"-o {output}: " + (
            f"no calls are written as {ending}" if ending else "the name has no ending"
        )
    if writer is None:
        raise ConfigurationError(
            f"{problem}; expected a name in .jsonl, {VCON} or .parquet, a folder (ending in /), or "
            "- for JSONL on standard output"
        )
    if findings and writer in {_write_lines, _write_table}:
        raise ConfigurationError(
            f"--findings: {output} holds calls alone; expected a folder of vCons or {VCON}, or "
            "transcript-audit audit --format jsonl for the findings"
        )
    return writer


def _check_place(place: Place, write: Writer) -> None:
    """Nothing; what is written is not read, in this run or the next, and no folder gets mixed.

    Raises:
        ConfigurationError: it is, or does.
    """
    if place.output == STDOUT:
        return
    target = Path(place.output).resolve()
    for path in place.inputs:
        folder = Path(path)
        if path != "-" and folder.is_dir() and target.is_relative_to(folder.resolve()):
            raise ConfigurationError(
                f"-o {place.output}: lies in {path}, which is read; name a place outside it"
            )
    if write is _write_folder:
        check_folder(place.output, place.inputs, place.overwrite)


def _load_auditor(judging: Judging, roles: RoleOptions, *, redact: bool) -> Auditor:
    from transcript_audit.batch import audit_read
    from transcript_audit.privacy import Privacy
    from transcript_audit.reports.records import call_record

    rulebook = judging.load()
    recogniser = judging.load_recogniser(rulebook)
    privacy = Privacy(reveal=not redact)
    return lambda call: call_record(privacy.redact(audit_read(call, rulebook, recogniser, roles)))


def _tallied(reads: Iterable[Transcript | SkippedCall], tally: Tally) -> Iterator[Transcript]:
    """The calls that could be read; each other one is named at once."""
    for read in reads:
        if isinstance(read, SkippedCall):
            tally.skipped += 1
            say_skipped([read], 1)
        else:
            tally.written += 1
            yield read


def _converted(
    calls: Iterable[Transcript], roles: RoleOptions, audit: Auditor | None, *, redact: bool
) -> Iterator[Converted]:
    from transcript_audit.labelling import label_roles
    from transcript_audit.redaction import redact_transcript

    for call in calls:
        labelled = label_roles(call, roles)
        written = redact_transcript(labelled) if redact else labelled
        yield written, audit(call) if audit else None


def _write_lines(calls: Iterator[Converted], place: Place) -> None:
    from transcript_audit.writers.canonical import transcript_line

    with open_output(Path(place.output), place.inputs) as out:
        out.writelines(transcript_line(call) for call, _ in calls)
        out.flush()


def _write_table(calls: Iterator[Converted], place: Place) -> None:
    from transcript_audit.writers.parquet import write_parquet

    with open_output(Path(place.output), place.inputs) as out:
        write_parquet((call for call, _ in calls), cast(BinaryIO, cast(Any, out).buffer))


def _write_vcon(calls: Iterator[Converted], place: Place) -> None:
    call, *more = islice(calls, 2)
    if more:
        raise ConfigurationError(
            f"-o {place.output}: a vCon holds one call, and there is more than one; for several "
            f"name a folder, as in -o {place.output.removesuffix(VCON)}/"
        )
    _write_call(call, Path(place.output), place)


def _write_folder(calls: Iterator[Converted], place: Place) -> None:
    folder = make_folder(place.output)
    taken: set[str] = set()
    written = []
    for call in calls:
        path = folder / name_file(call[0].call_id, taken)
        _write_call(call, path, place)
        written.append(path)
    if place.overwrite:
        remove_stale(folder, written)


def _write_call(converted: Converted, path: Path, place: Place) -> None:
    from transcript_audit.writers.vcon import vcon_document

    call, findings = converted
    with open_output(path, place.inputs) as out:
        out.write(vcon_document(call, datetime.now(UTC), findings))
