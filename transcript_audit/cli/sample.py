"""The command `sample`: calls drawn for people to hear."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, openpyxl and their like

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli import options
from transcript_audit.cli.audits import open_audits
from transcript_audit.cli.groups import Held, Judging, Reading, Showing, Speakers
from transcript_audit.cli.keeping import Keep
from transcript_audit.cli.shares import parse_share
from transcript_audit.cli.spread import spread
from transcript_audit.cli.stored import Period
from transcript_audit.cli.streams import open_output, say, with_progress, written
from transcript_audit.cli.work import Work
from transcript_audit.errors import ConfigurationError

if TYPE_CHECKING:
    from transcript_audit.reports.run import Run
    from transcript_audit.sampling import Sample


class SampleFormat(StrEnum):
    """How the calls drawn are given."""

    LIST = "list"
    JSONL = "jsonl"
    MANIFEST = "manifest"
    XLSX = "xlsx"


class Strata(StrEnum):
    """By what calls are told apart before they are drawn."""

    QUEUE = "queue"
    OUTCOME = "outcome"
    SEVERITY = "severity"
    NONE = "none"


SUFFIXES = {
    ".jsonl": SampleFormat.JSONL,
    ".json": SampleFormat.MANIFEST,
    ".xlsx": SampleFormat.XLSX,
    ".txt": SampleFormat.LIST,
    "": SampleFormat.LIST,
}


@spread
def sample(
    *,
    ctx: typer.Context,
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    per_agent: Annotated[
        int, typer.Option("--per-agent", metavar="N", min=1, help="Calls of each agent.")
    ] = 5,
    stratify: Annotated[
        Strata,
        typer.Option(
            "--stratify",
            help="What to draw from in turn, so that rare calls come up: the places of the review "
            "queue, outcomes, severities; none draws from all alike.",
        ),
    ] = Strata.QUEUE,
    include_unflagged: Annotated[
        float | None,
        typer.Option(
            "--include-unflagged",
            metavar="SHARE",
            parser=parse_share,
            help="Share of each agent's calls that must be without a finding, as in 20%. Without "
            "it they are drawn like all others.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="The same seed draws the same calls.")
    ] = 0,
    format_: Annotated[
        SampleFormat | None,
        typer.Option(
            "--format",
            "-f",
            help="A list (agent, call, file, stratum, with tabs), JSONL, the manifest, or a "
            "workbook to review in; by default what the name given to -o ends in.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where it goes: .txt, .jsonl, .json for the manifest, .xlsx for the workbook.",
        ),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            "--manifest", metavar="FILE", help="Write the manifest here beside.", show_default=False
        ),
    ] = None,
    period: Period,
    showing: Showing,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    jobs: options.Jobs = 1,
    keep: Keep,
    held: Held,
) -> None:
    """Draw calls of every agent for people to hear.

    \b
    Examples:
      transcript-audit sample --per-agent 5 --seed 42          # of the calls audited so far
      transcript-audit sample --since 4w --seed 42 -o sample.json
      transcript-audit sample calls/ --stratify severity --include-unflagged 20% -o sample.json
      transcript-audit sample calls/ --seed 7 -o review.xlsx --manifest sample.json

    The same calls, rules and seed give the same sample, whatever the order of the files. The
    manifest says how likely each call was to be drawn: what is counted on a sample must be weighted
    by it before it says something of all calls. `review open --sample FILE` takes a manifest.

    Exit codes: 0 done; 2 bad usage, configuration or rule file; 3 done, but some inputs were
    skipped; 130 interrupted.
    """
    from transcript_audit.reports.sample_report import sample_manifest
    from transcript_audit.sampling import SampleOptions, Stratify, draw_sample

    chosen = _choose_format(format_, output)
    work = Work(
        paths, judging, reading.options(held), speakers.options(held), showing.privacy(), jobs
    )
    wanted = SampleOptions(per_agent, Stratify(stratify), include_unflagged, seed)
    with open_audits(ctx, keep, period, work, held) as judged:
        drawn = draw_sample(with_progress(judged.audits), wanted)
    run = judged.run
    with open_output(output, paths, binary=chosen is SampleFormat.XLSX) as out:
        if chosen is SampleFormat.XLSX:
            out.write(_workbook(drawn, judged.rules, run))
        else:
            written(out, _as_text(drawn, chosen, run))
    if manifest is not None:
        with open_output(manifest, paths, option="--manifest") as out:
            written(out, sample_manifest(drawn, run))
    say(f"{len(drawn.calls)} of {drawn.population} calls drawn, {drawn.skipped} skipped")
    raise typer.Exit(3 if drawn.skipped or not drawn.calls else 0)


def _choose_format(format_: SampleFormat | None, output: Path | None) -> SampleFormat:
    suffix = output.suffix.lower() if output else ""
    if format_ is None and suffix not in SUFFIXES:
        known = ", ".join(filter(None, SUFFIXES))
        raise ConfigurationError(
            f"-o {output}: no sample is written as {suffix}; expected {known}, or --format"
        )
    chosen = format_ or SUFFIXES[suffix]
    if chosen is SampleFormat.XLSX and (output is None or str(output) == "-"):
        raise ConfigurationError("--format xlsx: a workbook is no text; name a file with -o")
    return chosen


def _as_text(drawn: Sample, chosen: SampleFormat, run: Run) -> str:
    from transcript_audit.reports.sample_report import drawn_record, sample_lines, sample_manifest

    if chosen is SampleFormat.MANIFEST:
        return sample_manifest(drawn, run)
    if chosen is SampleFormat.JSONL:
        return "".join(json.dumps(drawn_record(each)) + "\n" for each in drawn.calls)
    return sample_lines(drawn)


def _workbook(drawn: Sample, rules: Sequence[str], run: Run) -> bytes:
    from transcript_audit.reports.review_workbook import review_workbook
    from transcript_audit.review.queue import QueuedCall

    queue = [
        QueuedCall(
            each.audit,
            f"drawn: {', '.join(dict.fromkeys(stratum.name for stratum in each.strata))}",
            each.audit.findings,
        )
        for each in drawn.calls
    ]
    return review_workbook(queue, rules, run)
