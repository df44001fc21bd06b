"""The tables of the star schema: their columns and what each holds (docs/tables.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from transcript_audit.model import STATED_FIGURES

Value = str | int | float | bool | date | datetime | None


class Type(StrEnum):
    """What a column holds; `name` is one of a few texts, `moment` is without a time zone."""

    TEXT = "text"
    NAME = "name"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class StarTable:
    """A table: its name, and its columns by name; those of `keys` tell its rows apart."""

    name: str
    columns: Mapping[str, Type]
    keys: tuple[str, ...]


def _table(name: str, keys: str, /, **columns: Type) -> StarTable:
    return StarTable(name, columns, tuple(keys.split()))


_TEXT, _NAME, _INT, _FLOAT, _BOOL = Type.TEXT, Type.NAME, Type.INT, Type.FLOAT, Type.BOOL

CALLS = _table(
    "calls",
    "call_key",
    call_key=_TEXT,
    call_id=_TEXT,
    status=_NAME,
    reason=_TEXT,
    outcome=_NAME,
    started_at=Type.MOMENT,
    started_on=Type.DATE,
    utc_offset_minutes=_INT,
    agents=_TEXT,
    turns=_INT,
    findings=_INT,
    critical_findings=_INT,
    gravest=_NAME,
    attempts=_INT,
    seconds_to_confirm=_FLOAT,
    turns_to_confirm=_INT,
    **dict.fromkeys(STATED_FIGURES, _FLOAT),
    roles=_NAME,
    format=_NAME,
    path=_TEXT,
    listen=_TEXT,
    notes=_TEXT,
)

CALL_AGENTS = _table("call_agents", "call_key agent_key", call_key=_TEXT, agent_key=_TEXT)

FINDINGS = _table(
    "findings",
    "finding_key agent_key",
    finding_key=_TEXT,
    call_key=_TEXT,
    agent_key=_TEXT,
    rule=_NAME,
    family=_NAME,
    severity=_NAME,
    strength=_FLOAT,
    message=_TEXT,
    source_turns=_TEXT,
    start=_FLOAT,
    words=_TEXT,
    why=_TEXT,
    cleared_by=_TEXT,
    fingerprint=_TEXT,
    listen=_TEXT,
)

RESULTS = _table(
    "results",
    "call_key agent_key rule",
    call_key=_TEXT,
    agent_key=_TEXT,
    rule=_NAME,
    status=_NAME,
)

TURNS = _table(
    "turns",
    "call_key turn",
    call_key=_TEXT,
    turn=_INT,
    source_turn=_INT,
    last_source_turn=_INT,
    role=_NAME,
    speaker=_TEXT,
    agent_key=_TEXT,
    start=_FLOAT,
    end=_FLOAT,
    backchannel=_BOOL,
    text=_TEXT,
    acts=_TEXT,
    rules=_TEXT,
)

AGENTS = _table(
    "agents",
    "agent_key",
    agent_key=_TEXT,
    agent=_TEXT,
    kind=_NAME,
    calls=_INT,
    skipped=_INT,
    left_open=_INT,
    critical_calls=_INT,
    passed=_INT,
    passed_of=_INT,
    passed_low=_FLOAT,
    passed_high=_FLOAT,
    quality=_FLOAT,
    quality_calls=_INT,
    quality_too_few=_BOOL,
    retained=_INT,
    retained_of=_INT,
    retained_low=_FLOAT,
    retained_high=_FLOAT,
    retained_reading=_NAME,
    saves_and_pushes=_BOOL,
    median_seconds_to_confirm=_FLOAT,
    attempts_per_request=_FLOAT,
    first_day=Type.DATE,
    last_day=Type.DATE,
    needs=_TEXT,
    coach_first=_NAME,
    done_well=_TEXT,
)

RATES = _table(
    "rates",
    "agent_key kind name",
    agent_key=_TEXT,
    kind=_NAME,
    name=_NAME,
    flagged=_INT,
    eligible=_INT,
    share=_FLOAT,
    low=_FLOAT,
    high=_FLOAT,
    reading=_NAME,
    others_flagged=_INT,
    others_eligible=_INT,
    p=_FLOAT,
    adjusted_p=_FLOAT,
)

RULES = _table(
    "rules",
    "rule",
    rule=_TEXT,
    title=_TEXT,
    family=_NAME,
    family_title=_NAME,
    severity=_NAME,
    description=_TEXT,
    message=_TEXT,
    coaching=_TEXT,
    say_instead=_TEXT,
    cleared_by=_TEXT,
    false_positives=_TEXT,
    reviewed=_INT,
    upheld=_INT,
    overturned=_INT,
    undecided=_INT,
    missed=_INT,
    precision=_FLOAT,
    precision_low=_FLOAT,
    precision_high=_FLOAT,
    overturn_rate=_FLOAT,
    often_overturned=_BOOL,
)

RUN = _table("run", "position", position=_INT, kind=_NAME, name=_TEXT, value=_TEXT)

TABLES = (CALLS, CALL_AGENTS, FINDINGS, RESULTS, TURNS, AGENTS, RATES, RULES, RUN)
"""In the order in which they come to stand in a folder; where `run` stands, all do."""
