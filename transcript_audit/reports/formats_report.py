"""The formats that are read: as a table, as JSON, and as the page docs/formats.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from transcript_audit.inspection import Inspection
from transcript_audit.reports.tables import markdown_table
from transcript_audit.reports.text import literal, plural

if TYPE_CHECKING:
    from transcript_audit.readers.json_formats import JsonFormat
    from transcript_audit.readers.registry import Reader

    Format = Reader | JsonFormat

MOST_REASONS = 3
"""Reasons told of a source that holds no call which can be read."""

MOST_SKIPPED = 20
"""Skipped calls told of a source, a line each."""

_COLUMNS = ("name", "title", "known by", "roles", "times", "agents")

_PAGE = """\
# Formats

<!-- Written by `transcript-audit formats docs` from the table of readers; change that instead. -->

What is read, how it is recognised, and what it says of roles, times and agents. A format is found
by the content, never by the file's name; `--input-format NAME` takes another. Times are seconds
from the start of the call whatever the unit was in the source. What a format doesn't say of roles,
`--agent-speaker`, `--agent-channel` or a roster can, or the auditor works it out from the words.
The transcripts of one Genesys conversation are one call, be they in one file, a folder or an
archive. Of an Amazon call that is there both raw and redacted, the redacted one is read and the
raw one is reported as skipped. See what your own files would be read as:

    transcript-audit formats detect calls/
"""


def formats_table(formats: Iterable[Format]) -> RenderableType:
    """A few lines a format: its name and title, and a fact a line."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for column in ("name", "label", "fact"):
        table.add_column(column, no_wrap=column != "fact")
    for each in formats:
        name, title, *facts = _cells(each)
        table.add_row(literal(name, "bold"), "", literal(title, "bold"))
        for label, fact in zip(_COLUMNS[2:], facts, strict=True):
            table.add_row("", literal(label), literal(fact))
    return table


def formats_record(formats: Iterable[Format]) -> str:
    """The formats as JSON: a list with an object each."""
    listed = [
        {
            "name": each.name,
            "title": each.title,
            "detected_by": each.sign,
            "roles": each.roles,
            "times": each.times,
            "agents": each.agents,
        }
        for each in formats
    ]
    return json.dumps(listed, indent=2) + "\n"


def formats_page(own: Iterable[Format], vendors: Iterable[Format]) -> str:
    """The page docs/formats.md."""
    head = ("`--input-format`", *_COLUMNS[1:])
    tables = [
        markdown_table(
            head, ([f"`{each.name}`", *map(_escaped, _cells(each)[1:])] for each in some)
        )
        for some in (own, vendors)
    ]
    return f"{_PAGE}\n## Files\n\n{tables[0]}\n## JSON of vendors and standards\n\n{tables[1]}"


def _cells(each: Format) -> tuple[str, ...]:
    return each.name, each.title, each.sign, each.roles, each.times, each.agents


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*").replace("[", "\\[")


def inspection_lines(found: Inspection) -> RenderableType:
    """What a source would be read as, and what of it would be skipped."""
    lines = [_headline(found)]
    if found.calls:
        lines += [
            _indented(f"roles: {_say_roles(found)}"),
            _indented(f"times: {_say_times(found)}"),
            _indented(f"agents: {', '.join(found.agents) or 'none named'}"),
        ]
        lines += _named("left open", found.doubted)
        lines += _named("skipped", [(each.call_id, each.reason) for each in found.skipped])
    return Group(*lines)


def _named(what: str, calls: Sequence[tuple[str, str]]) -> list[Text]:
    """A line for each of the first calls, and one for the rest."""
    lines = [f"{what}: call {call_id}: {reason}" for call_id, reason in calls[:MOST_SKIPPED]]
    if (unnamed := len(calls) - MOST_SKIPPED) > 0:
        lines.append(f"{what}: {_unnamed(unnamed)}")
    return [_indented(line, "yellow") for line in lines]


def inspection_record(found: Inspection) -> dict[str, Any]:
    """The record of an inspection, for JSON."""
    return {
        "path": found.path,
        "formats": dict(found.formats),
        "why": found.why,
        "calls": found.calls,
        "turns": found.turns,
        "calls_with_start": found.started,
        "turns_with_start": found.timed,
        "turns_with_end": found.ended,
        "roles_known_by": {str(source): count for source, count in found.sources.items()},
        "speakers": {label: role and str(role) for label, role in found.speakers.items()},
        "agents": list(found.agents),
        "skipped": [
            {"call_id": each.call_id, "path": each.path, "reason": each.reason}
            for each in found.skipped
        ],
        "left_open": [{"call_id": call_id, "reason": why} for call_id, why in found.doubted],
    }


def _indented(text: str, style: str = "") -> Text:
    return Text("  ").append_text(literal(text, style))


def _headline(found: Inspection) -> Text:
    if not found.calls:
        reasons = [each.reason for each in found.skipped[:MOST_REASONS]]
        if (unnamed := len(found.skipped) - MOST_REASONS) > 0:
            reasons.append(_unnamed(unnamed))
        return literal(f"{found.path}: not read: {'; '.join(reasons)}", style="yellow")
    formats = ", ".join(_counted(found.formats))
    read = f"{plural(found.calls, 'call')}, {plural(found.turns, 'turn')}"
    return literal(f"{found.path}: {formats} ({found.why}): {read}")


def _unnamed(count: int) -> str:
    return f"{count} more; --format json has each with its reason"


def _counted(counts: Mapping[str, int]) -> Sequence[str]:
    """The names, each with how many where there are several."""
    if len(counts) == 1:
        return list(counts)
    return [f"{name} {count}" for name, count in counts.items()]


def _say_roles(found: Inspection) -> str:
    known = ", ".join(_counted({str(each): count for each, count in found.sources.items()}))
    speakers = ", ".join(
        f"{label or '(nobody named)'} = {role or 'unknown'}"
        for label, role in found.speakers.items()
    )
    return f"{known or 'unknown'}: {speakers}"


def _say_times(found: Inspection) -> str:
    if not found.timed:
        told = "none"
    elif found.ended == found.timed == found.turns:
        told = "start and end of every turn"
    else:
        told = f"start of {found.timed}, end of {found.ended} of {plural(found.turns, 'turn')}"
    return f"{told}; start of {found.started} of {plural(found.calls, 'call')}"
