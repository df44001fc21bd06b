"""What would be read and how, with which settings and versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from transcript_audit.inspection import Inspection
from transcript_audit.reports.formats_report import inspection_record
from transcript_audit.reports.text import literal, plural
from transcript_audit.settings import SettingsFile, SourceSettings

Held = Mapping[str, tuple[Any, str]]
"""What each option comes to, and where that is from."""


def doctor_head(versions: Mapping[str, str], held: Held, file: SettingsFile) -> RenderableType:
    """Versions and settings, each with where it is from."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(overflow="fold")
    for name, version in versions.items():
        table.add_row(literal(name), literal(version), "")
    table.add_row("settings file", literal(str(file.path or "none")), "")
    for name, (value, source) in _told(held, file):
        table.add_row(literal(name), literal(_said(value)), literal(source))
    return Group(table, "")


def doctor_tail(found: Sequence[Inspection]) -> RenderableType:
    """How much would be audited, and how much skipped."""
    if not found:
        return literal("no calls named: give a path, or list sources in a settings file")
    unread = sum(not each.calls for each in found)
    skipped = sum(len(each.skipped) for each in found)
    doubted = sum(len(each.doubted) for each in found)
    audited = sum(sum(each.sources.values()) for each in found)
    return Group(
        "",
        literal(
            f"{plural(len(found), 'file')}, {unread} of them not read; "
            f"{plural(audited, 'call')} would be audited, {doubted} of them left open, "
            f"{skipped} skipped"
        ),
    )


def doctor_record(
    versions: Mapping[str, str], held: Held, file: SettingsFile, found: Sequence[Inspection]
) -> dict[str, Any]:
    """All of it, for JSON."""
    return {
        "versions": dict(versions),
        "settings_file": file.path and str(file.path),
        "settings": {
            name: {"value": value, "from": source} for name, (value, source) in _told(held, file)
        },
        "files": [inspection_record(each) for each in found],
    }


def _told(held: Held, file: SettingsFile) -> list[tuple[str, tuple[Any, str]]]:
    """The options, then what only the file can say."""
    settings = file.settings
    told = {name: each for name, each in held.items() if each[1] != "built in" or each[0]}
    source = str(file.path)
    if settings.listen_link is not None:
        told.setdefault("listen_link", (settings.listen_link, source))
    for team, agents in settings.teams.items():
        told[f"team {team}"] = (list(agents), source)
    for number, each in enumerate(settings.sources):
        told[f"sources[{number}]"] = (_source_record(each), source)
    return list(told.items())


def _source_record(source: SourceSettings) -> dict[str, Any]:
    fields = SourceSettings.__dataclass_fields__
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name in fields
        if name != "__pydantic_config__" and (value := getattr(source, name))
    }


def _said(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {_said(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)
