"""The roster: what a file may look like, who is found, and how calls are named by it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import Transcript, Utterance
from transcript_audit.roster import NO_ROSTER, Roster, RosterAgent, read_roster

ROWS = "Name,ID,Aliases,Team,Started\nPriya Shah,ps042;7731,Pri|Ms Shah,North,2021\n\nJo Ito,,,,\n"


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_roster_is_read_in_the_encodings_that_spreadsheets_write(
    tmp_path: Path, encoding: str
) -> None:
    roster = read_roster(written(tmp_path, ROWS.replace("Jo", "Zoë"), encoding))
    assert roster.agents == (
        RosterAgent("Priya Shah", ("ps042", "7731", "Pri", "Ms Shah"), "North"),
        RosterAgent("Zoë Ito"),
    )


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_semicolons_and_tabs_do_as_well(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["team", "name", "id"]) + "\r\n" + delimiter.join(["N", "Jo", "a|b"])
    assert read_roster(written(tmp_path, text)).agents == (RosterAgent("Jo", ("a", "b"), "N"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names nobody"),
        ("name\n", "names nobody"),
        ("agent,id\nJo,1\n", "no column 'name' in its first line (agent, id)"),
        ("name,id\nJo,1\n,2\n", "line 3: no name"),
        ("name,id\nJo,x1\nBo,X1\n", "'X1' is Jo and Bo"),
    ],
)
def test_a_roster_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path, text: str, told: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as refused:
        read_roster(path)
    assert str(refused.value).startswith(f"roster {path}: ")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=80))
def test_whatever_the_bytes_only_a_configuration_error_is_raised(data: bytes) -> None:
    with NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_bytes(b"name,id\n" + data)
        with suppress(ConfigurationError):
            assert read_roster(Path(file.name)).agents


def test_a_roster_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")


ROSTER = Roster((RosterAgent("Priya Shah", ("ps042", "Pri")), RosterAgent("Al", ("1", "A", "31"))))


@pytest.mark.parametrize(
    ("label", "name"),
    [
        *(("pri", "Priya Shah"), ("PS042", "Priya Shah"), ("Agent (Priya  shah)", "Priya Shah")),
        *(("Al", "Al"), ("Customer (Pri)", None), ("Kyle", None), ("Agent", None), ("", None)),
        *(("1", None), ("A", None), ("31", None)),
    ],
)
def test_labels_find_agents_but_not_by_what_any_diarisation_writes(
    label: str, name: str | None
) -> None:
    assert ROSTER.find_speaker(label) == name


def test_calls_bear_the_names_of_the_roster() -> None:
    said = (
        Utterance(0, "Agent", "Hi.", agent_id="PS042"),
        Utterance(1, "Customer", "Hi."),
        Utterance(2, "Pri", "Hi."),
        Utterance(3, "Agent", "Hi.", agent_id="x9"),
    )
    named = ROSTER.name_agents(Transcript("c1", "c1.txt", said, ("ps042", "Pri", "x9")))
    assert [each.agent_id for each in named.utterances] == ["Priya Shah", None, "Priya Shah", "x9"]
    assert named.agent_ids == ("Priya Shah", "x9")
    assert ROSTER.lists_anyone_in(named)
    assert not ROSTER.lists_anyone_in(Transcript("c2", "c2.txt", (said[1],)))


def test_without_a_roster_nothing_changes() -> None:
    call = Transcript("c1", "c1.txt", (Utterance(0, "A", "Hi."),), ("x",))
    assert NO_ROSTER.name_agents(call) is call
