"""What files would be read as, and what they suggest for the settings."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from transcript_audit.inspection import Inspection, inspect_sources
from transcript_audit.model import Role, RoleSource
from transcript_audit.proposals import propose_agent_speakers, propose_name_pattern
from transcript_audit.readers import ReadOptions
from transcript_audit.readers.registry import format_named, list_formats
from transcript_audit.reports.settings_text import settings_text
from transcript_audit.roles import RoleOptions
from transcript_audit.settings import SourceSettings, load_settings

CALL = """\
Agent: Thanks for calling Fernside Gym, this is Ines, how can I help you today?
Customer: Hello, what time do you open on Sunday, please?
"""
UNSAID = """\
spk_0: Thanks for calling Fernside Gym, this is Ines, how can I help you today?
spk_1: Hi, I would like to cancel my membership, please. I never use it.
spk_0: I am sorry to hear that. May I take your membership number, please?
spk_1: Yes, it is four four one. I have been paying for it since May.
spk_0: Thank you. I have cancelled your membership, and you will get an email from us.
spk_1: Thank you very much.
"""


def inspect(path: Path, **options: object) -> list[Inspection]:
    reading = ReadOptions(**options)  # type: ignore[arg-type]
    return list(inspect_sources([str(path)], reading, RoleOptions()))


def test_a_file_is_told_with_format_roles_times_and_agents(tmp_path: Path) -> None:
    turns = [
        {"speaker": "agent", "text": "Hello, how can I help you today?", "start": 0, "end": 2},
        {"speaker": "customer", "text": "When do you open on Sunday, please?", "start": 2.5},
    ]
    record = {"id": "c1", "agent": "Kim", "started_at": "2026-03-04T09:30:00", "turns": turns}
    (tmp_path / "calls.jsonl").write_text(f"{json.dumps(record)}\n{{}}\n", encoding="utf-8")
    (found,) = inspect(tmp_path)
    assert found.formats == {"jsonl": 1}
    assert found.why == 'an object with "turns"'
    assert (found.calls, found.turns, found.started, found.timed, found.ended) == (1, 2, 1, 2, 1)
    assert found.speakers == {"agent": Role.AGENT, "customer": Role.CUSTOMER}
    assert found.sources == {RoleSource.STATED: 1}
    assert found.agents == ("Kim",)
    assert [each.call_id for each in found.skipped] == ["calls#2"]


def test_a_call_whose_stated_roles_look_swapped_is_told_as_left_open(tmp_path: Path) -> None:
    swapped = UNSAID.replace("spk_0", "Customer").replace("spk_1", "Agent")
    (tmp_path / "swapped.txt").write_text(swapped, encoding="utf-8")
    (found,) = inspect(tmp_path)
    ((call_id, why),) = found.doubted
    assert call_id == "swapped"
    assert "look swapped" in why
    assert found.skipped == ()
    assert found.sources == {RoleSource.STATED: 1}


def test_a_call_that_would_not_be_audited_is_told_as_skipped(tmp_path: Path) -> None:
    foreign = "Guten Tag, ich möchte bitte meinen Vertrag zum nächsten Monat kündigen. "
    (tmp_path / "de.txt").write_text(f"Agent: Ja.\nCustomer: {foreign * 4}\n", encoding="utf-8")
    (found,) = inspect(tmp_path)
    assert found.calls == 1
    assert found.sources == {}
    assert found.speakers == {"Agent": None, "Customer": None}
    assert "language" in found.skipped[0].reason or "English" in found.skipped[0].reason


def test_an_asked_format_is_the_reason(tmp_path: Path) -> None:
    (tmp_path / "call.txt").write_text(CALL, encoding="utf-8")
    (found,) = inspect(tmp_path, input_format="text")
    assert found.why == "--input-format text, or a setting, says so"


def test_options_of_a_source_hold_for_what_it_covers(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x1_kim.txt").write_text(UNSAID, encoding="utf-8")
    names = ReadOptions(name_pattern=r"(?P<call_id>[^_]+)_(?P<agent>\w+)")
    swapped = RoleOptions(agent_speakers=("spk_1",), customer_speakers=("spk_0",))
    cover = str(tmp_path / "b")
    first, second = inspect_sources(
        [str(tmp_path)],
        ReadOptions(by_source=((cover, names),)),
        RoleOptions(by_source=((cover, swapped),)),
    )
    assert (first.agents, second.agents) == ((), ("kim",))
    assert first.speakers["spk_0"] == Role.AGENT
    assert second.speakers["spk_0"] == Role.CUSTOMER


def test_every_format_has_a_name_of_its_own_and_all_its_facts() -> None:
    formats = list_formats()
    assert len({each.name for each in formats}) == len(formats)
    for each in formats:
        assert format_named(each.name) is each
        assert all((each.title, each.sign, each.roles, each.times, each.agents))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (
            ["2026-03-01_AB-1_kim", "2026-03-02_AB-2_lee", "2026-03-02_AB-3_kim", "notes"],
            r"^(?P<started_at>\d{4}[^_.]*)_(?P<call_id>[^_.]*\d[^_.]*)_(?P<agent>[^\W\d_]+)",
        ),
        (["call_17", "call_18"], r"^[^_.]+_(?P<call_id>[^_.]*\d[^_.]*)"),
        (["kim 1", "lee 2", "kim 3"], r"^(?P<agent>[^\W\d_]+)\ (?P<call_id>[^\ .]*\d[^\ .]*)"),
        (["one", "two", "three"], None),
        (["a_b", "c", "d_e_f"], None),
        (["2026-03-01_call", "2026-03-02_call"], None),
        (["a_1"], None),
        ([], None),
    ],
)
def test_a_name_pattern_is_proposed_where_names_are_built_alike(
    names: list[str], found: str | None
) -> None:
    pattern = propose_name_pattern(f"calls/{name}.txt" for name in names)
    assert pattern == found
    if pattern:
        details = ReadOptions(name_pattern=pattern).details_from_name(f"{names[0]}.txt")
        assert details.call_id in names[0]
        assert details.call_id


def test_labels_that_say_nothing_are_proposed_if_they_are_the_agent_throughout(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").write_text(UNSAID, encoding="utf-8")
    alone = inspect(tmp_path)
    assert alone[0].speakers == {"spk_0": Role.AGENT, "spk_1": Role.CUSTOMER}
    assert propose_agent_speakers(alone) == []
    (tmp_path / "b.txt").write_text(UNSAID, encoding="utf-8")
    assert propose_agent_speakers(inspect(tmp_path)) == ["spk_0"]
    other = UNSAID.replace("spk_0", "x").replace("spk_1", "spk_0").replace("x:", "spk_1:")
    (tmp_path / "c.txt").write_text(other, encoding="utf-8")
    assert propose_agent_speakers(inspect(tmp_path)) == []


@pytest.mark.parametrize("folder", ["calls", 'o"dd\\na\x7fme', "it's [x]\\d"])
def test_a_settings_file_that_is_written_can_be_read(folder: str, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    calls.mkdir()
    (calls / "x1_kim.txt").write_text(UNSAID, encoding="utf-8")
    (calls / "x2_kim.txt").write_text(UNSAID.replace("spk_0", 's"\x1b[31m'), encoding="utf-8")
    (calls / "x3_lee.txt").write_text(UNSAID, encoding="utf-8")
    text = settings_text(folder, inspect(calls), SourceSettings(paths=()))
    path = tmp_path / "transcript-audit.toml"
    path.write_text(text, encoding="utf-8")
    (source,) = load_settings(path).settings.sources
    assert source.paths == (str(tmp_path / folder),)
    assert source.name_pattern
    # With every example switched on it is right too.
    on = re.sub(r"^# (?=\[teams\]|\w+ = )", "", text, flags=re.M)
    assert on.count("\nagent_speakers = ") == 1
    path.write_text(on, encoding="utf-8")
    held = load_settings(path).settings
    assert held.teams
    assert held.jobs == 2


def test_what_the_user_says_stands_in_the_settings_file(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    calls.mkdir()
    for name in ("x1_kim", "x2_lee"):
        (calls / f"{name}.txt").write_text(UNSAID, encoding="utf-8")
    given = SourceSettings(
        paths=(),
        input_format="text",
        encoding="utf-8",
        name_pattern=r"(?P<call_id>x\d)",
        agent_speakers=("spk_0", 'a "b"'),
        customer_speakers=("spk_1",),
        agent_channels=(1, 2),
        trust_roles=True,
        columns={"text": "what is said"},
    )
    text = settings_text("calls", inspect(calls), given, "../it's.csv")
    path = tmp_path / "transcript-audit.toml"
    path.write_text(text, encoding="utf-8")
    held = load_settings(path).settings
    assert held.roster == str(tmp_path.parent / "it's.csv")
    assert held.sources == (replace(given, paths=(str(calls),)),)
    assert "By their words" not in text
