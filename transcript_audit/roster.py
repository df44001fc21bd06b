"""The company's people as the user lists them: names, ids, other names, teams."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import Role, Transcript, Utterance
from transcript_audit.speakers import fold_label, named_person, stated_role

COLUMNS = ("name", "id", "aliases", "team")
"""Columns of a roster; only `name` must be there. `id` and `aliases` may hold several, with ";" or
"|" between them; other columns are left alone."""

_TOO_SHORT = re.compile(r"\w|\d\d")
"""Labels that any diarisation may write ("A", "1"), so that they name nobody in a roster."""


@dataclass(frozen=True, slots=True)
class RosterAgent:
    """One of the company's people.

    Attributes:
        name: as reports shall call them.
        others: ids and other names, as sources may write them.
        team: "" where the roster has none.
    """

    name: str
    others: tuple[str, ...] = ()
    team: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who answers for the company.

    Raises:
        ConfigurationError: two people go by the same name, id or alias.
    """

    agents: tuple[RosterAgent, ...] = ()
    _names: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the people by everything that they go by."""
        names: dict[str, str] = {}
        for agent in self.agents:
            for each in (agent.name, *agent.others):
                if names.setdefault(fold_label(each), agent.name) != agent.name:
                    raise ConfigurationError(
                        f"roster: {each!r} is {names[fold_label(each)]} and {agent.name}; "
                        "give it to one of the two"
                    )
        object.__setattr__(self, "_names", names)

    def find_agent(self, agent_id: str) -> str | None:
        """The name of whom a source calls `agent_id`, in any case; None for nobody listed."""
        return self._names.get(fold_label(agent_id))

    def find_speaker(self, label: str) -> str | None:
        """The name of whom a speaker label names ("Priya", "Agent (p.shah)"), or None.

        A label that states another role ("Customer (Priya)") names nobody of the company.
        """
        if _TOO_SHORT.fullmatch(label) or stated_role(label) not in {None, Role.AGENT}:
            return None
        return self.find_agent(label) or self.find_agent(named_person(label) or "")

    def name_agents(self, transcript: Transcript) -> Transcript:
        """The call with the roster's names as agent ids, where it lists who speaks."""
        if not self.agents:
            return transcript
        return replace(
            transcript,
            utterances=tuple(self._name_agent(each) for each in transcript.utterances),
            agent_ids=tuple(
                dict.fromkeys(self.find_agent(each) or each for each in transcript.agent_ids)
            ),
        )

    def lists_anyone_in(self, transcript: Transcript) -> bool:
        """Whether somebody of the roster is in the call, by label, agent id or the name it gave."""
        said = transcript.utterances
        ids = dict.fromkeys((*transcript.agent_ids, *(each.agent_id or "" for each in said)))
        labels = dict.fromkeys(each.speaker for each in said)
        return any(map(self.find_agent, ids)) or any(map(self.find_speaker, labels))

    def _name_agent(self, utterance: Utterance) -> Utterance:
        name = self.find_agent(utterance.agent_id or "") or self.find_speaker(utterance.speaker)
        return utterance if name is None else replace(utterance, agent_id=name)


NO_ROSTER = Roster()


def read_roster(path: Path) -> Roster:
    """The roster of a CSV file (commas, semicolons or tabs) with the columns `COLUMNS`.

    Raises:
        ConfigurationError: the file cannot be read, lacks a name, or names somebody ambiguously.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"roster {path}: cannot be read ({error.strerror}); give a CSV file of agents"
        ) from error
    lines = _decode(data).splitlines()
    heading = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=heading.count)
    rows = csv.reader(lines, delimiter=delimiter)
    columns: list[str] = []
    agents: list[RosterAgent] = []
    try:
        for row in rows:
            cells = [" ".join(cell.split()) for cell in row]
            if not any(cells):
                continue
            if columns:
                agents.append(_read_agent(path, rows.line_num, dict(zip(columns, cells))))  # noqa: B905
            else:
                columns = _read_columns(path, cells)
        roster = Roster(tuple(agents))
    except csv.Error as error:
        raise ConfigurationError(
            f"roster {path}: line {rows.line_num}: not CSV ({error}); save it as CSV"
        ) from error
    except ConfigurationError as error:
        if str(error).startswith("roster:"):
            raise ConfigurationError(f"roster {path}{str(error)[6:]}") from None
        raise
    if not agents:
        raise ConfigurationError(f"roster {path}: names nobody; expected a line an agent")
    return roster


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _read_columns(path: Path, cells: Sequence[str]) -> list[str]:
    columns = [cell.casefold() for cell in cells]
    if "name" not in columns:
        raise ConfigurationError(
            f"roster {path}: no column 'name' in its first line ({', '.join(cells)}); expected "
            f"{', '.join(COLUMNS)}, of which only name is needed"
        )
    return columns


def _read_agent(path: Path, line: int, row: Mapping[str, str]) -> RosterAgent:
    if not row.get("name"):
        raise ConfigurationError(f"roster {path}: line {line}: no name; expected one a line")
    others = re.split(r"[;|]", f"{row.get('id', '')};{row.get('aliases', '')}")
    return RosterAgent(
        row["name"], tuple(each.strip() for each in others if each.strip()), row.get("team", "")
    )
