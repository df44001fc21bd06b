"""Groups of options that commands share (see `spread`), and what they come to."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pydantic and their like

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from transcript_audit.cli import settled
from transcript_audit.cli.options import PatternsOnly, Rules, check_voices
from transcript_audit.cli.settled import ENVIRONMENT
from transcript_audit.cli.streams import say
from transcript_audit.errors import ConfigurationError
from transcript_audit.garbage import leave_loaded
from transcript_audit.settings import NO_SETTINGS, Settings

if TYPE_CHECKING:
    from transcript_audit.acts import Recogniser
    from transcript_audit.privacy import Privacy
    from transcript_audit.readers import ReadOptions
    from transcript_audit.roles import RoleOptions
    from transcript_audit.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Held:
    """The settings file, which also gives other options their defaults."""

    no_settings: settled.NoSettings = False
    settings: settled.Held = NO_SETTINGS

    @property
    def says(self) -> Settings:
        """What the file says."""
        return self.settings.settings


@dataclass(frozen=True, slots=True)
class Book:
    """Rules and thresholds."""

    rules: Rules = None
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            metavar="NAME",
            envvar=f"{ENVIRONMENT}PROFILE",
            help="Thresholds to judge by.",
        ),
    ] = "default"

    def load(self) -> RuleBook:
        """The rule book.

        Raises:
            RuleBookError: the rule files are at fault.
        """
        from transcript_audit.rulebook import load_rulebook

        return load_rulebook(self.rules, self.profile)


@dataclass(frozen=True, slots=True)
class Judging(Book):
    """Rules and thresholds, and what recognises the acts that they judge.

    Raises:
        ConfigurationError: a pipeline is named, and left out by --patterns-only.
    """

    patterns_only: PatternsOnly = False
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            metavar="NAME|DIR",
            help="Take this spaCy pipeline of yours, which classifies turns by their acts, in "
            "place of the learned model.",
            show_default=False,
        ),
    ] = None

    def __post_init__(self) -> None:
        check_voices(self.pipeline, {"--patterns-only": self.patterns_only})

    def load_recogniser(self, rulebook: RuleBook) -> Recogniser:
        """What recognises acts by that rule book."""
        from transcript_audit.acts import load_recogniser

        recogniser = load_recogniser(
            rulebook, patterns_only=self.patterns_only, pipeline=self.pipeline
        )
        leave_loaded()
        return recogniser


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who is who."""

    agent_speakers: Annotated[
        list[str],
        typer.Option(
            "--agent-speaker",
            metavar="LABEL",
            help="This speaker label is the agent. May be repeated.",
            show_default=False,
        ),
    ] = field(default_factory=list)
    customer_speakers: Annotated[
        list[str],
        typer.Option(
            "--customer-speaker",
            metavar="LABEL",
            help="This speaker label is the customer. May be repeated.",
            show_default=False,
        ),
    ] = field(default_factory=list)
    agent_channels: Annotated[
        list[int],
        typer.Option(
            "--agent-channel",
            metavar="N",
            min=0,
            help="On this channel only agents speak, in the source's own count, as in 'channel 1' "
            "or 'ch_1'. May be repeated.",
            show_default=False,
        ),
    ] = field(default_factory=list)
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            envvar=f"{ENVIRONMENT}ROSTER",
            help="CSV of the company's people: name, and where you have them id, aliases, team. "
            "Who is in it is an agent, under that name.",
        ),
    ] = None
    trust_roles: Annotated[
        bool,
        typer.Option(
            "--trust-roles",
            help="Take the roles that the calls state for right even where the words speak "
            "against them.",
        ),
    ] = False

    def options(self, held: Held | None = None) -> RoleOptions:
        """The options of the roles, with those of the settings' sources.

        Raises:
            ConfigurationError: a label is given as both, or the roster cannot be read.
        """
        from transcript_audit.roles import RoleOptions
        from transcript_audit.roster import NO_ROSTER, read_roster

        options = RoleOptions(
            agent_speakers=tuple(self.agent_speakers),
            customer_speakers=tuple(self.customer_speakers),
            agent_channels=tuple(self.agent_channels),
            roster=NO_ROSTER if self.roster is None else read_roster(self.roster),
            trust_stated=self.trust_roles,
        )
        return settled.settle_roles(options, held.says) if held else options


@dataclass(frozen=True, slots=True)
class Reading:
    """How the sources are read."""

    columns: Annotated[
        list[str],
        typer.Option(
            "--column",
            metavar="OURS=YOURS",
            help="Where a CSV or TSV column goes, as in text=utterance; start= leaves one out. "
            "May be repeated.",
            show_default=False,
        ),
    ] = field(default_factory=list)
    name_pattern: Annotated[
        str | None,
        typer.Option(
            "--name-pattern",
            metavar="REGEX",
            envvar=f"{ENVIRONMENT}NAME_PATTERN",
            help="Finds call_id, agent, started_at in file names, by groups so named.",
        ),
    ] = None
    input_format: Annotated[
        str | None,
        typer.Option(
            "--input-format",
            metavar="FORMAT",
            envvar=f"{ENVIRONMENT}INPUT_FORMAT",
            help="Read every file as this format.",
        ),
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding",
            metavar="NAME",
            envvar=f"{ENVIRONMENT}ENCODING",
            help="Read every file in this encoding.",
        ),
    ] = None

    def options(self, held: Held | None = None) -> ReadOptions:
        """The options of the readers, with those of the settings' sources.

        Raises:
            ConfigurationError: a column is not given as OURS=YOURS, or another option cannot be
                used.
        """
        from transcript_audit.readers import ReadOptions
        from transcript_audit.readers.registry import reader_named

        mapped = {}
        for column in self.columns:
            ours, equals, yours = column.partition("=")
            if not (ours.strip() and equals):
                raise ConfigurationError(
                    f"--column {column}: expected OURS=YOURS, as in --column text=utterance"
                )
            mapped[ours.strip()] = yours.strip()
        if self.input_format is not None:
            reader_named(self.input_format)
        options = ReadOptions(
            columns=mapped,
            name_pattern=self.name_pattern,
            encoding=self.encoding,
            input_format=self.input_format,
        )
        return settled.settle_reading(options, held.says) if held else options


@dataclass(frozen=True, slots=True)
class Showing:
    """What reports may show of people."""

    reveal: Annotated[
        bool,
        typer.Option(
            "--reveal",
            help="Show what was said as it was said. Without it, numbers of cards, accounts and "
            "phones, addresses, dates of birth, codes and customers' names are redacted.",
        ),
    ] = False
    pseudonymise: Annotated[
        bool,
        typer.Option(
            "--pseudonymise", help="Give agents pseudonyms, the same in every report of one key."
        ),
    ] = False
    pseudonym_key: Annotated[
        Path | None,
        typer.Option(
            "--pseudonym-key",
            metavar="FILE",
            envvar=f"{ENVIRONMENT}PSEUDONYM_KEY",
            help="The secret that pseudonyms are made with; without it, one is made and kept in "
            "your data folder.",
            show_default=False,
        ),
    ] = None

    def privacy(self) -> Privacy:
        """What these come to.

        Raises:
            ConfigurationError: the key cannot be had.
        """
        from transcript_audit.privacy import Privacy
        from transcript_audit.pseudonyms import Pseudonyms, make_key, read_key

        if not self.pseudonymise:
            return Privacy(self.reveal)
        if self.pseudonym_key is not None:
            return Privacy(self.reveal, Pseudonyms(read_key(self.pseudonym_key)))
        from platformdirs import user_data_path

        path = user_data_path("transcript-audit", appauthor=False) / "pseudonym.key"
        if path.exists():
            return Privacy(self.reveal, Pseudonyms(read_key(path)))
        key = make_key(path)
        say(f"{path}: made, the key to the agents' pseudonyms; keep it secret, and keep it")
        return Privacy(self.reveal, Pseudonyms(key))
