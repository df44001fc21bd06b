"""Which calls come up for review, on the command line."""
# ruff: noqa: PLC0415 - `--help` must not pay for what makes the queue

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli.shares import parse_share
from transcript_audit.cli.streams import say, with_progress
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import CallAudit, SkippedCall

if TYPE_CHECKING:
    from transcript_audit.review.queue import QueuedCall
    from transcript_audit.review.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Queueing:
    """Which calls come up, and in what order."""

    most: Annotated[int, typer.Option("--most", metavar="N", min=1, help="Calls at most.")] = 50
    include_unflagged: Annotated[
        float,
        typer.Option(
            "--include-unflagged",
            metavar="SHARE",
            parser=parse_share,
            help="Share of those places for calls without a finding, drawn at random: misses can "
            "only be found there.",
        ),
    ] = 0.2
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Draws the calls without a finding.")
    ] = 0
    again: Annotated[bool, typer.Option("--again", help="Also what is reviewed already.")] = False
    blind: Annotated[
        bool,
        typer.Option(
            "--blind", help="As if nobody else had said anything: to measure how far you agree."
        ),
    ] = False
    sample: Annotated[
        Path | None,
        typer.Option(
            "--sample",
            metavar="FILE",
            help="Only the calls of this manifest, all of them (transcript-audit sample).",
            show_default=False,
        ),
    ] = None


def make_queue(
    audits: Iterable[CallAudit | SkippedCall],
    said: Sequence[Verdict],
    queueing: Queueing,
    reviewer: str,
) -> tuple[QueuedCall, ...]:
    """The calls to review, in their order.

    Args:
        said: the ledger.

    Raises:
        ConfigurationError: a sample is named that is no sample, or has none of the calls.
    """
    from transcript_audit.review.queue import QueueOptions, queue_calls
    from transcript_audit.review.verdicts import only_by, sum_up

    reviews = sum_up(only_by(said, reviewer) if queueing.blind else said)
    wanted = QueueOptions(queueing.most, queueing.include_unflagged, queueing.seed, queueing.again)
    if queueing.sample is not None:
        chosen = _sampled_ids(queueing.sample)
        wanted = replace(wanted, most=2 * len(chosen), unflagged=0.5)
        audits = _only(audits, chosen)
    skipped: list[SkippedCall] = []
    queue = queue_calls(_aside(with_progress(audits), skipped), reviews, wanted)
    if skipped:
        say(f"{len(skipped)} calls could not be audited: `transcript-audit audit` tells why")
    return queue


def _aside(
    audits: Iterable[CallAudit | SkippedCall], skipped: list[SkippedCall]
) -> Iterator[CallAudit]:
    """The audits; what was skipped goes into the list."""
    for audit in audits:
        if isinstance(audit, SkippedCall):
            skipped.append(audit)
        else:
            yield audit


def _only(
    audits: Iterable[CallAudit | SkippedCall], chosen: Collection[str]
) -> Iterator[CallAudit | SkippedCall]:
    """The calls chosen.

    Raises:
        ConfigurationError: at the end, if none was among the audits.
    """
    found = False
    for audit in audits:
        if audit.call_id in chosen:
            found = True
            yield audit
    if not found:
        raise ConfigurationError("--sample: none of its calls is among the calls")


def _sampled_ids(path: Path) -> frozenset[str]:
    try:
        calls = json.loads(path.read_text(encoding="utf-8"))["calls"]
        ids = frozenset(str(call["call_id"]) for call in calls)
    except OSError as error:
        raise ConfigurationError(f"--sample {path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigurationError(
            f"--sample {path}: no manifest; `transcript-audit sample -o sample.json` writes one"
        ) from None
    if not ids:
        raise ConfigurationError(f"--sample {path}: no call was drawn")
    return ids
