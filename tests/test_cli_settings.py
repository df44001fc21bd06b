"""Settings on the command line: what goes before what, `init`, `doctor`, teams, listen links."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from transcript_audit import __version__
from transcript_audit.cli import app

REFUSED = """\
Agent: Thanks for calling Fernside Gym, this is Ines, how can I help?
Customer: I'd like to cancel my membership, please.
Agent: I'm not going to cancel your membership.
Customer: Please just cancel it.
Agent: No, I won't cancel it. Goodbye.
"""
ORDINARY = """\
Agent: Thanks for calling Fernside Gym, this is Omar, how can I help?
Customer: Hi, what time do you open on Sunday?
Agent: We open at nine on Sundays.
Customer: Great, thank you.
"""
pytestmark = pytest.mark.usefixtures("_loaded_once")

SETTINGS = """\
profile = "strict"
listen_link = "https://recordings.example/{call_id}?t={seconds}&who={agent}"

[teams]
North = ["ines"]

[[sources]]
paths = ["calls"]
name_pattern = '(?P<call_id>[a-z]+-\\d+)_(?P<agent>\\w+)'
"""


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    calls = Path("calls")
    calls.mkdir()
    (calls / "ra-1_ines.txt").write_text(REFUSED, encoding="utf-8")
    (calls / "rb-2_omar.txt").write_text(ORDINARY, encoding="utf-8")
    Path("transcript-audit.toml").write_text(SETTINGS, encoding="utf-8")


def run(*args: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], env=env)


def audited(*args: object, env: dict[str, str] | None = None) -> dict[str, object]:
    done = run("audit", "--patterns-only", "--format", "json", *args, env=env)
    assert done.exit_code == 0, done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


def profile_of(document: dict[str, object]) -> object:
    run = document["run"]
    assert isinstance(run, dict)
    return run["profile"]


def ids_of(document: dict[str, object]) -> list[str]:
    calls = document["calls"]
    assert isinstance(calls, list)
    return [call["call_id"] for call in calls]


def test_flags_go_before_environment_and_that_before_the_file() -> None:
    environment = {"TRANSCRIPT_AUDIT_PROFILE": "california"}
    assert profile_of(audited()) == "strict"
    assert profile_of(audited(env=environment)) == "california"
    assert profile_of(audited("--profile", "default", env=environment)) == "default"
    assert profile_of(audited("calls", "--no-settings")) == "default"


def test_sources_are_read_where_no_path_is_given_each_in_its_own_way() -> None:
    assert ids_of(audited()) == ["ra-1", "rb-2"]
    assert ids_of(audited("calls/rb-2_omar.txt")) == ["rb-2"]
    assert ids_of(audited("--name-pattern", r"(?P<call_id>\d)_")) == ["1", "2"]


def test_speakers_on_the_command_line_go_before_those_of_the_file() -> None:
    text = SETTINGS + 'agent_speakers = ["customer"]\ncustomer_speakers = ["agent"]\n'
    Path("transcript-audit.toml").write_text(text, encoding="utf-8")
    assert run("formats", "detect", "--format", "json", "--trust-roles").exit_code == 0
    swapped, right = (
        json.loads(run("formats", "detect", "--format", "json", *flags).stdout)[0]["speakers"]
        for flags in ((), ("--agent-speaker", "Agent"))
    )
    assert swapped == {"Agent": "customer", "Customer": "agent"}
    assert right == {"Agent": "agent", "Customer": "customer"}


def test_without_paths_and_sources_usage_is_told() -> None:
    done = run("audit", "--no-settings")
    assert done.exit_code == 2
    assert "missing: name files or folders" in " ".join(done.stderr.split())


def test_only_a_team_is_audited() -> None:
    assert ids_of(audited("--team", "North")) == ["ra-1"]
    done = run("audit", "--patterns-only", "--team", "Noth")
    assert done.exit_code == 2
    assert "--team Noth: no such team; did you mean 'North'? there are North" in done.stderr


def test_a_team_of_the_roster_is_known_too() -> None:
    Path("agents.csv").write_text("name,team\nomar,South\nines,North\n", encoding="utf-8")
    roster = ("--roster", "agents.csv")
    assert ids_of(audited(*roster, "--team", "South")) == ["rb-2"]
    assert ids_of(audited("--team", "South", env={"TRANSCRIPT_AUDIT_ROSTER": "agents.csv"})) == [
        "rb-2"
    ]


def test_another_file_is_named_by_option_or_environment() -> None:
    Path("other.toml").write_text('profile = "california"\n', encoding="utf-8")
    assert profile_of(audited("calls", "--settings", "other.toml")) == "california"
    environment = {"TRANSCRIPT_AUDIT_SETTINGS": "other.toml"}
    assert profile_of(audited("calls", env=environment)) == "california"
    assert profile_of(audited("calls", "--no-settings", env=environment)) == "default"


@pytest.mark.parametrize("order", [1, -1])
def test_settings_and_none_at_once_are_refused(order: int) -> None:
    flags = [("--settings", "transcript-audit.toml"), ("--no-settings",)][::order]
    done = run("audit", "calls", *(word for flag in flags for word in flag))
    assert done.exit_code == 2
    assert "--no-settings: --settings names some; keep one of the two" in done.stderr


def test_faults_of_the_file_end_any_command_that_reads_it_with_a_line_each() -> None:
    Path("transcript-audit.toml").write_text("profil = 'x'\njobs = 0.5\n", encoding="utf-8")
    for command in (["audit"], ["rules", "list"], ["doctor"], ["call", "x"]):
        done = run(*command)
        assert done.exit_code == 2
        first, second = done.stderr.splitlines()
        assert first.startswith("transcript-audit.toml:1: profil: unknown key; did you mean")
        assert second.startswith("transcript-audit.toml:2: jobs: 0.5 is of the wrong type")
    assert run("audit", "--help").exit_code == 0
    assert run("rules", "list", "--no-settings").exit_code == 0


def test_a_call_is_shown_with_where_to_hear_each_finding() -> None:
    Path("calls/rc-3_kim lee.txt").write_text(
        REFUSED.replace("Agent: I'm not", "[00:01:05] Agent: I'm not"), encoding="utf-8"
    )
    done = run("call", "ra-1", "--patterns-only")
    assert "Listen  refusal-explicit https://recordings.example/ra-1?t=0&who=ines" in done.stdout
    named = ("--name-pattern", r"(?P<call_id>.+)_(?P<agent>.+)\.")
    done = run("call", "rc-3", "--patterns-only", *named)
    assert "https://recordings.example/rc-3?t=65&who=kim%20lee" in done.stdout
    done = run("call", "rb-2", "--patterns-only", "--listen-link", "https://x.example/{path}")
    assert "Listen  https://x.example/calls/rb-2_omar.txt" in done.stdout
    done = run("call", "rb-2", "--listen-link", "https://x.example/")
    assert done.exit_code == 2


def test_doctor_tells_versions_settings_and_what_would_be_read() -> None:
    Path("calls/broken.json").write_text('{"turns": [', encoding="utf-8")
    done = run("doctor", env={"TRANSCRIPT_AUDIT_JOBS": "2"})
    assert done.exit_code == 3
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in done.stdout.splitlines()}
    assert lines["transcript-audit"] == f"transcript-audit {__version__}"
    assert "15 rules" in lines["rule book"]
    assert lines["settings file"] == "settings file transcript-audit.toml"
    assert lines["profile"] == "profile strict transcript-audit.toml"
    assert lines["jobs"] == "jobs 2 environment"
    assert lines["team North"] == "team North ines transcript-audit.toml"
    assert "calls/broken.json: not read: line 1: not JSON" in done.stdout
    assert "2 calls would be audited, 0 of them left open, 1 skipped" in done.stdout


def test_doctor_writes_json() -> None:
    done = run("doctor", "calls/ra-1_ines.txt", "--profile", "strict", "--format", "json")
    record = json.loads(done.stdout)
    assert done.exit_code == 0
    assert record["settings"]["profile"] == {"value": "strict", "from": "command line"}
    assert record["settings"]["sources[0]"]["value"]["paths"] == ["calls"]
    (file,) = record["files"]
    assert file["agents"] == ["ines"]
    assert file["formats"] == {"text": 1}


def test_doctor_without_sources_tells_the_rest() -> None:
    done = run("doctor", "--no-settings")
    assert done.exit_code == 0
    assert "no calls named" in done.stdout


def test_init_writes_settings_that_hold() -> None:
    Path("transcript-audit.toml").unlink()
    Path("calls/rd-3_omar.txt").write_text(ORDINARY, encoding="utf-8")
    done = run("init", "calls")
    assert done.exit_code == 0
    assert "transcript-audit.toml: written after a look at 3 files" in done.stderr
    document = audited()
    assert ids_of(document) == ["ra-1", "rb-2", "rd-3"]
    assert {call["agent_ids"][0] for call in document["calls"]} == {"ines", "omar"}  # type: ignore[attr-defined]


def test_init_never_takes_the_place_of_a_file_unasked() -> None:
    done = run("init", "calls")
    assert done.exit_code == 2
    assert "transcript-audit.toml: is there already; --force takes its place" in done.stderr
    assert Path("transcript-audit.toml").read_text(encoding="utf-8") == SETTINGS
    assert run("init", "calls", "--force").exit_code == 0
    assert Path("transcript-audit.toml").read_text(encoding="utf-8") != SETTINGS


def test_init_names_the_folder_from_where_the_file_is() -> None:
    Path("sub").mkdir()
    assert run("init", "calls", "-o", "sub/settings.toml").exit_code == 0
    assert 'paths = ["../calls"]' in Path("sub/settings.toml").read_text(encoding="utf-8")
    done = run("init", "nowhere", "-o", "sub/x.toml")
    assert done.exit_code == 2
    assert "nowhere: no such folder" in done.stderr


ADDRESS = "https://recordings.example/ra-1?t=0&who=ines"


def test_records_say_where_each_finding_can_be_heard() -> None:
    done = run("audit", "--patterns-only", "--format", "jsonl")
    flagged, clear = map(json.loads, done.stdout.splitlines())
    assert {each["listen"] for each in flagged["findings"]} == {ADDRESS}
    assert flagged["listen"] == ADDRESS
    assert clear["listen"] == "https://recordings.example/rb-2?t=0&who=omar"
    calls = audited()["calls"]
    assert isinstance(calls, list)
    assert calls == [flagged, clear]
    shown = run("call", "ra-1", "--patterns-only", "--format", "json")
    assert json.loads(shown.stdout) == flagged


def test_tables_say_where_each_finding_can_be_heard() -> None:
    rows = list(csv.DictReader(run("audit", "--patterns-only", "-f", "csv").stdout.splitlines()))
    assert rows[0]["listen"] == ADDRESS
    assert rows[-1]["listen"] == "https://recordings.example/rb-2?t=0&who=omar"
    plain = run("audit", "calls", "--patterns-only", "-f", "csv", "--no-settings")
    assert {row["listen"] for row in csv.DictReader(plain.stdout.splitlines())} == {""}


def test_an_agents_scorecard_says_where_each_finding_can_be_heard() -> None:
    shown = run("agent", "ines", "--patterns-only").stdout
    assert f"Listen  ra-1 refusal-explicit {ADDRESS}" in shown
    assert "rb-2" not in shown
    assert "Listen  " not in run("agent", "omar", "--patterns-only").stdout
    other = run("agent", "ines", "--patterns-only", "--listen-link", "x://{path}").stdout
    assert "Listen  ra-1 refusal-explicit x://calls/ra-1_ines.txt" in other


def test_without_a_template_records_have_no_address() -> None:
    plain = run("audit", "calls", "--patterns-only", "--format", "jsonl", "--no-settings").stdout
    assert "listen" not in plain


def test_roles_may_be_trusted_for_a_source() -> None:
    lines = (
        "Customer: Thanks for calling Fernside Gym, this is Ines, how can I help you today?",
        "Agent: Hi, I'd like to cancel my membership, my husband moved.",
        "Customer: Can I take your date of birth and your account number for security?",
        "Agent: I just want my account closed.",
    )
    Path("calls/rb-2_omar.txt").write_text("\n".join(lines), encoding="utf-8")
    doubted, trusted = (
        run("doctor", "calls", *flags).stdout.splitlines()[-1] for flags in ((), ("--trust-roles",))
    )
    assert "1 of them left open" in doubted
    assert "0 of them left open" in trusted
    for more in ("", 'agent_speakers = ["Customer"]\n'):
        text = f"{SETTINGS}trust_roles = true\n{more}"
        Path("transcript-audit.toml").write_text(text, encoding="utf-8")
        for flags in ((), ("--agent-channel", "3")):
            assert "0 of them left open" in run("doctor", "calls", *flags).stdout


def test_init_takes_what_is_said_of_roles_for_its_look_and_into_the_file() -> None:
    Path("transcript-audit.toml").unlink()
    Path("people.csv").write_text("name,id\nKim Lee,spk_7\n", encoding="utf-8")
    for name in ("ra-1_ines", "rb-2_omar"):
        text = ORDINARY.replace("Agent", "spk_7").replace("Customer", "spk_8")
        Path(f"calls/{name}.txt").write_text(text, encoding="utf-8")
    Path("sub").mkdir()
    flags = ("--roster", "people.csv", "--customer-speaker", "spk_8", "--agent-channel", "1")
    assert run("init", "calls", "-o", "sub/transcript-audit.toml", *flags).exit_code == 0
    text = Path("sub/transcript-audit.toml").read_text(encoding="utf-8")
    assert 'roster = "../people.csv"\n' in text
    assert "Labels seen: spk_7 = agent, spk_8 = customer." in text
    assert 'customer_speakers = ["spk_8"]\nagent_channels = [1]\n' in text
    assert '# agent_speakers = ["spk_0"]\n' in text
    detected = run("formats", "detect", "--settings", "sub/transcript-audit.toml").stdout
    assert detected.count("mapped: spk_7 = agent, spk_8 = customer") == 2


def test_init_refuses_what_cannot_be_and_writes_nothing() -> None:
    Path("transcript-audit.toml").unlink()
    for flags in (
        ("--roster", "none.csv"),
        ("--input-format", "papyrus"),
        ("--agent-speaker", "A", "--customer-speaker", "a"),
    ):
        done = run("init", "calls", *flags)
        assert done.exit_code == 2
        assert len(done.stderr.splitlines()) == 1
    assert not Path("transcript-audit.toml").exists()
