"""The settings file: what a user would otherwise repeat on every run."""
# ruff: noqa: PLC0415 - the command line imports this and must not pay for pydantic at once

from __future__ import annotations

import json
import os
import re
import string
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from transcript_audit.errors import ConfigurationError, SettingsError, did_you_mean

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

NAME = "transcript-audit.toml"
PYPROJECT = "pyproject.toml"
TABLE = ("tool", "transcript-audit")

LINK_FIELDS = ("call_id", "seconds", "agent", "path")
"""What a listen link may hold, in braces; `seconds` is a whole number, 0 where no time is known."""

Place = tuple[int | str, ...]
"""A path of keys and indices into the settings."""

_FILLED = re.compile(r"[<>^]?0?\d{0,2}[sd]?")
"""How a field of a listen link may be written: at most 99 wide, as in {seconds:04}."""

_KEY = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]")
_SETTING = re.compile(rf"\s*({_KEYS})\s*=")


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How to read the calls of some paths; see `ReadOptions` and `RoleOptions` for the fields.

    Attributes:
        paths: files, folders or glob patterns, relative to the settings file's folder.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    paths: tuple[str, ...]
    input_format: str | None = None
    encoding: str | None = None
    name_pattern: str | None = None
    agent_speakers: tuple[str, ...] = ()
    customer_speakers: tuple[str, ...] = ()
    agent_channels: tuple[int, ...] = ()
    trust_roles: bool = False
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a settings file says; what it leaves out is None or empty.

    Attributes:
        profile, rules, jobs, roster: as the options of these names; paths as the user would
            name them.
        listen_link: address of a call's recording, with `LINK_FIELDS` in braces.
        store: file or address of the database in which audits are kept.
        teams: agents by team.
        sources: the first whose paths cover a file says how it is read.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    profile: str | None = None
    rules: str | None = None
    jobs: int | None = None
    roster: str | None = None
    listen_link: str | None = None
    store: str | None = None
    teams: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[SourceSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """Settings and the file that they are from; None where there is no file."""

    settings: Settings
    path: Path | None = None


NO_SETTINGS = SettingsFile(Settings())


def find_settings(start: Path) -> SettingsFile:
    """The settings that hold in the folder `start`: of the nearest file, upward from there.

    In one folder transcript-audit.toml goes before the table in pyproject.toml.

    Raises:
        SettingsError: the file found is at fault.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / NAME).is_file():
            return load_settings(folder / NAME)
        if _has_table(folder / PYPROJECT):
            return load_settings(folder / PYPROJECT)
    return NO_SETTINGS


def load_settings(path: Path) -> SettingsFile:
    """The settings in a file, which is a pyproject.toml by its name alone.

    Raises:
        SettingsError: it cannot be read, is not TOML, or holds what no setting is.
    """
    shown = _shown(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            [f"{shown}: not UTF-8 (byte {error.start}); save it as UTF-8"]
        ) from None
    except OSError as error:
        raise SettingsError([f"{shown}: cannot be read: {error.strerror}"]) from None
    table = TABLE if path.name == PYPROJECT else ()
    try:
        data = _pick(tomllib.loads(text), table)
    except ValueError as error:  # not only TOMLDecodeError: a number can be too long
        raise SettingsError([_not_toml(shown, text, str(error))]) from None
    except RecursionError:
        raise SettingsError([f"{shown}: nested too deeply"]) from None
    settings, faults = _read_shape(data)
    if settings is not None:
        faults = list(_find_faults(settings))
    if faults or settings is None:
        lines = text.splitlines()
        placed = [
            (find_line(lines, (*table, *place)), f"{_spell(place)}{problem}")
            for place, problem in faults
        ]
        raise SettingsError([f"{shown}:{line}: {problem}" for line, problem in sorted(placed)])
    return SettingsFile(_from_folder(settings, path.parent), Path(shown))


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml, which may be anybody's, holds settings of ours."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    try:
        tools = tomllib.loads(text).get(TABLE[0]) if TABLE[1] in text else None
    except (ValueError, RecursionError):  # told when it is read, if it seems to hold any
        return bool(re.search(rf"^\s*\[+\s*{TABLE[0]}\s*\.\s*[\"']?{TABLE[1]}\b", text, re.M))
    return isinstance(tools, dict) and TABLE[1] in tools


def _pick(data: Mapping[str, Any], table: Sequence[str]) -> Any:
    held: Any = data
    for key in table:
        held = held.get(key, {}) if isinstance(held, dict) else {}
    return held


def _not_toml(shown: str, text: str, problem: str) -> str:
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", problem, re.S)
    if match is None:
        return f"{shown}: not TOML: {problem}"
    line, column = match[2] or len(text.splitlines()), match[3] or 1
    return f"{shown}:{line}:{column}: not TOML: {match[1]}"


def _read_shape(data: object) -> tuple[Settings | None, list[tuple[Place, str]]]:
    from pydantic import TypeAdapter, ValidationError

    try:
        # As JSON, in which a list stands for a tuple, even where types are strict.
        held = TypeAdapter(Settings).validate_json(json.dumps(data, default=_dated), strict=True)
    except ValidationError as error:
        return None, [_explain(each) for each in error.errors(include_url=False)]
    return held, []


def _dated(value: object) -> dict[str, str]:
    """A date or time of TOML as what no setting is, rather than as the string it is not."""
    return {"date": str(value)}


def _explain(error: ErrorDetails) -> tuple[Place, str]:
    place, kind = error["loc"], error["type"]
    if kind == "unexpected_keyword_argument":
        known = _known(place[:-1])
        hint = did_you_mean(str(place[-1]), known)
        return place, f"unknown key; {hint + ' ' if hint else ''}(allowed: {', '.join(known)})"
    if kind in {"missing", "missing_argument"}:
        return place, "missing; expected it here"
    expected = error["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return place, f"{_toml(error['input'])} is of the wrong type; expected a {_plain(expected)}"


def _known(place: Place) -> list[str]:
    shape = SourceSettings if place[:1] == ("sources",) else Settings
    return [each.name for each in fields(shape)]


def _plain(expected: str) -> str:
    names = {
        "tuple": "list",
        "array": "list",
        "object": "table",
        "dictionary": "table",
        "integer": "whole number",
        "boolean": "boolean (true or false)",
    }
    words = expected.removeprefix("an ").removeprefix("a ").split()
    return names.get(words[0].strip(","), words[0]) if words else "value"


def _toml(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 40 else text[:40] + "…"


def _find_faults(settings: Settings) -> Iterator[tuple[Place, str]]:
    """What is of the right type and yet cannot be used."""
    yield from _option_faults(settings)
    for name, agents in settings.teams.items():
        if not agents:
            yield ("teams", name), "a team of nobody; expected a list of agents"
    for number, source in enumerate(settings.sources):
        if not source.paths:
            yield ("sources", number, "paths"), "empty; expected a file, a folder or a pattern"
        for place, channel in enumerate(source.agent_channels):
            if channel < 0:
                fault = f"channel {channel}; expected 0 or more"
                yield ("sources", number, "agent_channels", place), fault
        for key, problem in _source_faults(source):
            yield ("sources", number, key), problem


def _option_faults(settings: Settings) -> Iterator[tuple[Place, str]]:
    if settings.jobs is not None and settings.jobs < 1:
        yield ("jobs",), f"{settings.jobs} processes; expected 1 or more"
    if settings.listen_link is not None and (problem := check_link(settings.listen_link)):
        yield ("listen_link",), problem
    if settings.store is not None and not settings.store.strip():
        yield ("store",), "empty; expected a file, or postgresql://..."


def _source_faults(source: SourceSettings) -> Iterator[tuple[str, str]]:
    from transcript_audit.readers import ReadOptions
    from transcript_audit.readers.registry import reader_named
    from transcript_audit.roles import RoleOptions

    for key in ("input_format", "encoding", "name_pattern", "columns"):
        value = getattr(source, key)
        try:
            if key == "input_format" and value is not None:
                reader_named(value)
            elif value:
                ReadOptions(**{key: value})
        except ConfigurationError as error:
            yield key, str(error)
    try:
        RoleOptions(source.agent_speakers, source.customer_speakers, source.agent_channels)
    except ConfigurationError as error:
        yield "agent_speakers", str(error)


def check_link(template: str) -> str:
    """What is wrong with a listen link, or ""."""
    expected = f"expected an address with {', '.join(f'{{{each}}}' for each in LINK_FIELDS)}"
    try:
        parts = [part for part in string.Formatter().parse(template) if part[1] is not None]
        held = [part[1] for part in parts]
        plain = all(_FILLED.fullmatch(part[2] or "") for part in parts)
        if plain:
            template.format(**dict.fromkeys(LINK_FIELDS, ""))
    except (ValueError, LookupError, AttributeError):
        return f"{_toml(template)} is no template; {expected}"
    if not plain or not set(held) <= set(LINK_FIELDS):
        return f"{_toml(template)} is no template; {expected}"
    if "call_id" in held or "path" in held:
        return ""
    return f"{_toml(template)} is the same for every call; {expected}"


def _from_folder(settings: Settings, folder: Path) -> Settings:
    """The settings with paths as they are named from the working directory."""

    def named(path: str | None) -> str | None:
        return None if path is None else _shown(folder / Path(path).expanduser())

    sources = tuple(
        replace(each, paths=tuple(filter(None, map(named, each.paths))))
        for each in settings.sources
    )
    address = settings.store is not None and "://" in settings.store
    return replace(
        settings,
        rules=named(settings.rules),
        roster=named(settings.roster),
        store=settings.store if address else named(settings.store),
        sources=sources,
    )


def _shown(path: Path) -> str:
    """The path from the working directory where it is below that, else the whole of it."""
    whole = Path(os.path.normpath(Path.cwd() / path))
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)


def _spell(place: Place) -> str:
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return f"{text}: " if text else ""


def find_line(lines: Sequence[str], place: Place) -> int:
    """The 1-based line of a TOML text in which the key at `place` is set.

    Where that is inside an inline table, the line of the name there; where the key is missing,
    the line of the table that misses it; 1 where nothing of it is there.
    """
    best, found = 0, 1
    for number, held in _key_lines(lines):
        if best < len(held) <= len(place) and held == place[: len(held)]:
            best, found = len(held), number
    rest = [step for step in place[best:] if isinstance(step, str)]
    if rest:
        inner = re.compile(rf"[\"'{{,\s]?{re.escape(rest[-1])}[\"']?\s*=")
        for number in range(found, len(lines) + 1):
            if number > found and _HEADER.match(lines[number - 1]):
                break
            if inner.search(lines[number - 1]):
                return number
    return found


def _key_lines(lines: Sequence[str]) -> Iterator[tuple[int, Place]]:
    """The place that each line with a header or a key is about, with its number."""
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            names = _split_keys(header[2])
            table = _indexed(names, counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield number, table
        elif setting := _SETTING.match(line):
            yield number, (*table, *_split_keys(setting[1]))


def _indexed(names: Sequence[str], counts: Mapping[Place, int]) -> Place:
    """The names of a header with the indices of the array tables that they lead through."""
    place: Place = ()
    for name in names[:-1]:
        place = (*place, name)
        if place in counts:
            place = (*place, counts[place])
    return (*place, *names[-1:])


def _split_keys(text: str) -> list[str]:
    return [key.strip("\"'") for key in re.findall(_KEY, text)]
