"""The command `rules diff`: what another rule book makes of the same calls."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pydantic and their like

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Held, Judging, Reading, Speakers
from transcript_audit.cli.keeping import Keep
from transcript_audit.cli.options import ListFormat
from transcript_audit.cli.spread import spread
from transcript_audit.cli.stored import Period, Stored, open_source
from transcript_audit.cli.streams import rendered, say, with_progress, written
from transcript_audit.cli.unheard import tell_unheard
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import CallAudit, SkippedCall

if TYPE_CHECKING:
    from transcript_audit.acts import Recogniser
    from transcript_audit.readers import ReadOptions
    from transcript_audit.roles import RoleOptions
    from transcript_audit.rulebook import RuleBook

BUILT_IN = "built-in"
QUOTED = 100
"""Characters of a quote on a terminal."""

Audited = CallAudit | SkippedCall

SIDE = "A folder of rule files, the name of a profile, built-in, or FOLDER@PROFILE."


@dataclass(frozen=True, slots=True)
class Side:
    """One of two rule books, and what recognises acts by it."""

    rulebook: RuleBook
    recogniser: Recogniser


@spread
def diff(
    *,
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help=SIDE, show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same.", show_default=False)],
    paths: options.StoredPaths = [],  # noqa: B006 - Typer copies it
    format_: options.Listing = ListFormat.TABLE,
    judging: Judging,
    speakers: Speakers,
    reading: Reading,
    period: Period,
    keep: Keep,
    held: Held,
) -> None:
    """Audit calls with two rule books: which findings appear, vanish or change.

    Without PATH the calls in the store are audited again, by both rule books, as far as their words
    were kept: redacted.

    \b
    Examples:
      transcript-audit rules diff built-in my-rules             # the calls audited so far
      transcript-audit rules diff built-in my-rules --since 4w
      transcript-audit rules diff built-in my-rules calls/
      transcript-audit rules diff default strict calls/
      transcript-audit rules diff my-rules my-rules@strict calls/ --format json

    Exit codes: 0 done; 2 bad usage, configuration or rule file; 3 done, but some inputs were
    skipped; 130 interrupted.
    """
    from transcript_audit.reports.changes_report import changes_record, changes_view
    from transcript_audit.rule_changes import compare_audits

    sides = _load_side(old, judging), _load_side(new, judging)
    with open_source(ctx, keep, period, paths, held, judged_anew=True) as source:
        if isinstance(source, Stored):
            say("audited again on the words that were kept, which are redacted")
            pairs = _audit_stored(source, sides)
        else:
            pairs = _audit_twice(source, sides, reading.options(held), speakers.options(held))
        changes = compare_audits(with_progress(pairs))
    if format_ is ListFormat.JSON:
        books = {"old": sides[0].rulebook.digest, "new": sides[1].rulebook.digest}
        record = {"rule_books": books, **changes_record(changes)}
        written(sys.stdout, json.dumps(record, indent=2, allow_nan=False) + "\n")
    else:
        width = QUOTED if sys.stdout.isatty() else None
        written(sys.stdout, rendered(changes_view(changes, width), sys.stdout))
    raise typer.Exit(3 if changes.skipped or not changes.calls else 0)


def _load_side(name: str, judging: Judging) -> Side:
    """The rule book called so, and its recogniser.

    Raises:
        ConfigurationError: it is neither a folder nor a profile.
    """
    folder, at, profile = name.rpartition("@")
    if not at:
        folder, profile = (name, "") if name == BUILT_IN or Path(name).is_dir() else ("", name)
    rules = judging.rules if not folder else None if folder == BUILT_IN else Path(folder)
    if folder and folder != BUILT_IN and not Path(folder).is_dir():
        raise ConfigurationError(f"{name}: there is no folder {folder}; expected {_expected()}")
    if profile:
        _check_profile(name, profile, rules)
    chosen = replace(judging, rules=rules, profile=profile or judging.profile)
    rulebook = chosen.load()
    return Side(rulebook, chosen.load_recogniser(rulebook))


def _check_profile(name: str, profile: str, rules: Path | None) -> None:
    from transcript_audit.rulebook import load_profiles

    known = [each.id for each in load_profiles(rules)]
    if profile not in known:
        hint = did_you_mean(profile, [*known, BUILT_IN])
        raise ConfigurationError(
            f"{name}: no folder or profile is called so; {hint}{' ' if hint else ''}"
            f"expected {_expected(known)}"
        )


def _expected(profiles: Sequence[str] = ()) -> str:
    listed = f" ({', '.join(profiles)})" if profiles else ""
    return f"a folder of rule files, {BUILT_IN}, a profile{listed}, or FOLDER@PROFILE"


def _audit_stored(stored: Stored, sides: tuple[Side, Side]) -> Iterator[tuple[Audited, Audited]]:
    """Each stored call's audits by the old and by the new rule book, under the roles it had."""
    from transcript_audit.batch import audit_read
    from transcript_audit.labelling import state_roles
    from transcript_audit.roles import RoleOptions

    for held in stored.audits:
        if isinstance(held, SkippedCall):
            yield held, held
            continue
        read, roles = state_roles(held), RoleOptions(trust_stated=not held.left_open)
        old, new = (audit_read(read, each.rulebook, each.recogniser, roles) for each in sides)
        yield old, new


def _audit_twice(
    paths: Sequence[str],
    sides: tuple[Side, Side],
    read_options: ReadOptions,
    role_options: RoleOptions,
) -> Iterator[tuple[Audited, Audited]]:
    """Each call's audits by the old and by the new rule book; every source is read once."""
    from transcript_audit.batch import audit_read
    from transcript_audit.readers import read_transcripts

    reads = tell_unheard(read_transcripts(paths, read_options), role_options, read_options)
    for read in reads:
        old, new = (
            audit_read(read, side.rulebook, side.recogniser, role_options) for side in sides
        )
        yield old, new
