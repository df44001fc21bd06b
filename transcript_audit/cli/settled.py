"""The settings file on the command line: flags beat environment beats file.

What a file says of an option becomes that option's default, so nothing else needs to know; what it
says of sources goes into the options of readers and roles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.settings import (
    NAME,
    NO_SETTINGS,
    Settings,
    SettingsFile,
    SourceSettings,
    check_link,
    find_settings,
    load_settings,
)

if TYPE_CHECKING:
    from transcript_audit.readers import ReadOptions
    from transcript_audit.roles import RoleOptions

Options = TypeVar("Options")

ENVIRONMENT = "TRANSCRIPT_AUDIT_"
"""What the names of environment variables begin with; the rest is the option's, in capitals."""

OPTIONS = ("profile", "rules", "jobs", "roster", "listen_link", "store")
"""Settings that are options of commands, by the names of their parameters."""


def _load(value: str | SettingsFile) -> SettingsFile:
    # Typer passes the default through here too.
    return value if isinstance(value, SettingsFile) else load_settings(Path(value))


def _settle(ctx: typer.Context, value: SettingsFile) -> SettingsFile:
    if ctx.resilient_parsing:
        return value
    unwanted = bool(ctx.params.get("no_settings"))
    if value.path is None and not unwanted:
        value = find_settings(Path.cwd())
    elif value.path is not None and unwanted:
        if is_on_the_line(ctx, "settings"):
            raise ConfigurationError("--no-settings: --settings names some; keep one of the two")
        value = NO_SETTINGS
    held = {name: getattr(value.settings, name) for name in OPTIONS}
    ctx.default_map = {name: each for name, each in held.items() if each is not None}
    return value


def _refuse_both(ctx: typer.Context, value: bool) -> bool:
    named = ctx.params.get("settings")
    if value and isinstance(named, SettingsFile) and is_on_the_line(ctx, "settings"):
        raise ConfigurationError("--no-settings: --settings names some; keep one of the two")
    return value


def is_on_the_line(ctx: typer.Context, name: str) -> bool:
    """Whether a parameter was given on the command line itself."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


# Eager, so that the other options find their defaults; --no-settings first where neither is given.
NoSettings = Annotated[
    bool,
    typer.Option(
        "--no-settings", is_eager=True, callback=_refuse_both, help="Read no settings file."
    ),
]
Held = Annotated[
    SettingsFile,
    typer.Option(
        "--settings",
        metavar="FILE",
        parser=_load,
        callback=_settle,
        is_eager=True,
        envvar=f"{ENVIRONMENT}SETTINGS",
        show_default=False,
        help=f"Take settings from this file; by default the nearest {NAME}, or pyproject.toml with "
        "[tool.transcript-audit], from this folder upward.",
    ),
]
Teams = Annotated[
    list[str],
    typer.Option(
        "--team",
        metavar="TEAM",
        help="Only the calls of this team's agents, as the settings or the roster list them. May "
        "be repeated.",
        show_default=False,
    ),
]


def check_listen_link(value: str | None) -> str | None:
    """The address given, which must be a template of one."""
    if value is not None and (problem := check_link(value)):
        raise typer.BadParameter(problem)
    return value


def paths_or_sources(ctx: typer.Context, value: list[str]) -> list[str]:
    """The paths given, else those of the sources in the settings."""
    paths = sources_at_most(ctx, value)
    if not paths and not ctx.resilient_parsing:
        raise typer.BadParameter(
            "missing: name files or folders of calls, or list them as sources in a settings file "
            "(transcript-audit init writes one)"
        )
    return paths


def sources_at_most(ctx: typer.Context, value: list[str]) -> list[str]:
    """The paths given, else those of the sources in the settings, if there are any."""
    held = ctx.params.get("settings", NO_SETTINGS)
    return value or [path for source in held.settings.sources for path in source.paths]


def settle_reading(options: ReadOptions, settings: Settings) -> ReadOptions:
    """The options, and for each source of the settings its own; what the options say goes first."""

    def own(source: SourceSettings) -> ReadOptions:
        return replace(
            options,
            columns={**source.columns, **options.columns},
            name_pattern=options.name_pattern or source.name_pattern,
            encoding=options.encoding or source.encoding,
            input_format=options.input_format or source.input_format,
        )

    return replace(options, by_source=_by_source(settings, own))


def settle_roles(options: RoleOptions, settings: Settings) -> RoleOptions:
    """The options, and for each source of the settings its own.

    Where the options name speakers or channels, these alone hold: together with a file's they could
    say two things of one speaker.
    """
    named = options.agent_speakers or options.customer_speakers or options.agent_channels

    def own(source: SourceSettings) -> RoleOptions:
        trusted = replace(options, trust_stated=options.trust_stated or source.trust_roles)
        if named:
            return trusted
        return replace(
            trusted,
            agent_speakers=source.agent_speakers,
            customer_speakers=source.customer_speakers,
            agent_channels=source.agent_channels,
        )

    return replace(options, by_source=_by_source(settings, own))


def _by_source(
    settings: Settings, own: Callable[[SourceSettings], Options]
) -> tuple[tuple[str, Options], ...]:
    return tuple((path, own(source)) for source in settings.sources for path in source.paths)


def team_agents(teams: Sequence[str], settings: Settings, roles: RoleOptions) -> list[str]:
    """The agents of these teams, by the settings and by the roster.

    Raises:
        ConfigurationError: a team is in neither.
    """
    listed: dict[str, dict[str, None]] = {
        team: dict.fromkeys(agents) for team, agents in settings.teams.items()
    }
    for agent in roles.roster.agents:
        if agent.team:
            listed.setdefault(agent.team, {})[agent.name] = None
    for team in teams:
        if team not in listed:
            hint = did_you_mean(team, list(listed))
            known = (
                f"there are {', '.join(listed)}" if listed else "no settings or roster lists any"
            )
            raise ConfigurationError(
                f"--team {team}: no such team; {hint}{' ' * bool(hint)}{known}"
            )
    return list(dict.fromkeys(agent for team in teams for agent in listed[team]))


def parameter_sources(ctx: typer.Context, held: SettingsFile) -> dict[str, tuple[Any, str]]:
    """What each option that a setting could give comes to, and where that is from."""
    words = {
        "COMMANDLINE": "command line",
        "ENVIRONMENT": "environment",
        "DEFAULT_MAP": str(held.path),
        "DEFAULT": "built in",
    }
    found = {}
    for name, value in ctx.params.items():
        source = ctx.get_parameter_source(name)
        if name not in {"settings", "no_settings", "paths", "format_"} and source is not None:
            found[name] = (value, words.get(source.name, source.name.lower()))
    return found
