"""The command `convert`: calls of any format to canonical JSONL, vCon or Parquet."""
# ruff: noqa: PLC0415 - `--help` must not pay for the readers
# ruff: noqa: PLR0917 - Typer makes a parameter of each option

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, cast

import typer

from transcript_audit.cli import options, settled
from transcript_audit.cli.streams import open_output, say, say_skipped, with_progress
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.settings import NO_SETTINGS

if TYPE_CHECKING:
    from transcript_audit.roles import RoleOptions

VCON = ".vcon.json"

ConvertedOutput = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="Where the calls go, each file whole or not: .jsonl; .parquet; .vcon.json for one "
        "call; or a folder (made if its name ends in /), a vCon a call.",
        show_default=False,
    ),
]
Findings = Annotated[
    bool,
    typer.Option("--findings", help="Audit the calls and put the findings into their vCons."),
]

Auditor = Callable[[Transcript], dict[str, Any]]


@dataclass(slots=True)
class Tally:
    """What has become of the calls so far."""

    written: int = 0
    skipped: int = 0


def convert(
    paths: options.Paths = [],  # noqa: B006 - Typer copies it
    output: ConvertedOutput = "",
    findings: Findings = False,
    rules: options.Rules = None,
    profile: options.Profile = "default",
    patterns_only: options.PatternsOnly = False,
    agent_speakers: options.AgentSpeakers = [],  # noqa: B006
    customer_speakers: options.CustomerSpeakers = [],  # noqa: B006
    agent_channels: options.AgentChannels = [],  # noqa: B006
    roster: options.RosterFile = None,
    trust_roles: options.TrustRoles = False,
    columns: options.Columns = [],  # noqa: B006
    name_pattern: options.NamePattern = None,
    input_format: options.InputFormat = None,
    encoding: options.Encoding = None,
    no_settings: settled.NoSettings = False,
    settings: settled.Held = NO_SETTINGS,
) -> None:
    """Convert calls of any format to canonical JSONL, vCon or Parquet.

    Nothing that is known of a call gets lost: its id, agents, start and stated figures; speaker,
    words, times, agent and number of every turn. What cannot be read is skipped and named. Speakers
    are written as the source names them: rules, profile and the options about roles only count with
    --findings.

    \b
    Examples:
      transcript-audit convert calls/ -o calls.jsonl
      transcript-audit convert export.json.gz -o calls.parquet
      transcript-audit convert calls/ -o vcons/ --findings
      transcript-audit convert call.vtt -o call.vcon.json

    Parquet needs pyarrow: pip install "transcript-audit[parquet]".

    Exit codes: 0 done; 2 bad usage, configuration or rule file; 3 done, but some inputs were
    skipped; 130 interrupted.
    """
    from transcript_audit.readers import read_transcripts

    write = _writer(output, findings)
    _refuse_inside(output, paths)
    reading = settled.settle_reading(
        options.read_options(columns, name_pattern, encoding, input_format), settings
    )
    roles = settled.settle_roles(
        options.role_options(
            agent_speakers, customer_speakers, agent_channels, roster, trust_roles
        ),
        settings,
    )
    audit = _load_auditor(rules, profile, patterns_only, roles) if findings else None
    tally = Tally()
    calls = _tallied(with_progress(read_transcripts(paths, reading)), tally)
    first = next(calls, None)
    if first is None:
        # What an earlier run has written there is better than nothing.
        say(f"{output}: not written: no call could be read, {tally.skipped} skipped")
        raise typer.Exit(3)
    write(chain([first], calls), output, paths, audit)
    say(f"{output}: {tally.written} converted, {tally.skipped} skipped")
    raise typer.Exit(3 if tally.skipped else 0)


Writer = Callable[[Iterator[Transcript], str, Sequence[str], Auditor | None], None]


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
    elif name.endswith(".jsonl"):
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
            f"{problem}; expected a name in .jsonl, {VCON} or .parquet, or a folder (ending in /)"
        )
    if findings and writer in {_write_lines, _write_table}:
        raise ConfigurationError(
            f"--findings: {output} holds calls alone; expected a folder of vCons or {VCON}, or "
            "transcript-audit audit --format jsonl for the findings"
        )
    return writer


def _refuse_inside(output: str, paths: Sequence[str]) -> None:
    """Nothing; `output` is not in a folder that is read, where the next run would read it again.

    Raises:
        ConfigurationError: it is.
    """
    target = Path(output).resolve()
    for path in paths:
        folder = Path(path)
        if path != "-" and folder.is_dir() and target.is_relative_to(folder.resolve()):
            raise ConfigurationError(
                f"-o {output}: lies in {path}, which is read; name a place outside it"
            )


def _load_auditor(
    rules: Path | None, profile: str, patterns_only: bool, roles: RoleOptions
) -> Auditor:
    from transcript_audit.acts import load_recogniser
    from transcript_audit.batch import audit_read
    from transcript_audit.reports.records import call_record
    from transcript_audit.rulebook import load_rulebook

    rulebook = load_rulebook(rules, profile)
    recogniser = load_recogniser(rulebook, patterns_only=patterns_only)
    return lambda call: call_record(audit_read(call, rulebook, recogniser, roles))


def _tallied(reads: Iterable[Transcript | SkippedCall], tally: Tally) -> Iterator[Transcript]:
    """The calls that could be read; each other one is named at once."""
    for read in reads:
        if isinstance(read, SkippedCall):
            tally.skipped += 1
            say_skipped([read])
        else:
            tally.written += 1
            yield read


def _write_lines(
    calls: Iterator[Transcript], output: str, inputs: Sequence[str], audit: Auditor | None
) -> None:
    from transcript_audit.writers.canonical import transcript_line

    with open_output(Path(output), inputs) as out:
        out.writelines(map(transcript_line, calls))


def _write_table(
    calls: Iterator[Transcript], output: str, inputs: Sequence[str], audit: Auditor | None
) -> None:
    from transcript_audit.writers.parquet import write_parquet

    with open_output(Path(output), inputs) as out:
        write_parquet(calls, cast(BinaryIO, cast(Any, out).buffer))


def _write_vcon(
    calls: Iterator[Transcript], output: str, inputs: Sequence[str], audit: Auditor | None
) -> None:
    call, *more = islice(calls, 2)
    if more:
        raise ConfigurationError(
            f"-o {output}: a vCon holds one call, and there is more than one; for several name a "
            f"folder, as in -o {output.removesuffix(VCON)}/"
        )
    _write_call(call, Path(output), inputs, audit)


def _write_folder(
    calls: Iterator[Transcript], output: str, inputs: Sequence[str], audit: Auditor | None
) -> None:
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"-o {output}: cannot be made: {error.strerror}") from None
    taken: set[str] = set()
    for call in calls:
        # By the name alone two ids could be the same file, as where case doesn't count.
        name = stem = re.sub(r"[^\w.~#-]+", "_", call.call_id)[:100].strip(".") or "call"
        copies = 1
        while name.casefold() in taken:
            copies += 1
            name = f"{stem}~{copies}"
        taken.add(name.casefold())
        _write_call(call, folder / f"{name}{VCON}", inputs, audit)


def _write_call(call: Transcript, path: Path, inputs: Sequence[str], audit: Auditor | None) -> None:
    from transcript_audit.writers.vcon import vcon_document

    document = vcon_document(call, datetime.now(UTC), audit(call) if audit else None)
    with open_output(path, inputs) as out:
        out.write(document)
