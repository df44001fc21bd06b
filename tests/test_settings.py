"""The settings file: found, read, and every fault in it named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.errors import SettingsError
from transcript_audit.readers.options import covers
from transcript_audit.settings import (
    NO_SETTINGS,
    Settings,
    SourceSettings,
    check_link,
    find_settings,
    load_settings,
)

WHOLE = """\
profile = "strict"
rules = "my-rules"
jobs = 2
roster = "agents.csv"
listen_link = "https://recordings.example/{call_id}?t={seconds}"

[teams]
North = ["Priya", "Tom"]
"South West" = ["Ines"]

[[sources]]
paths = ["calls", "more/*.json"]
input_format = "deepgram"
encoding = "cp1252"
name_pattern = '(?P<call_id>\\w+)'
agent_speakers = ["spk_0"]
customer_speakers = ["spk_1"]
agent_channels = [1]
trust_roles = true

[[sources]]
paths = ["tables"]
columns = {text = "utterance"}
"""


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "transcript-audit.toml") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def faults(text: str, name: str = "transcript-audit.toml") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(text, name))
    return [fault.removeprefix(f"{name}:") for fault in caught.value.faults]


def test_everything_that_can_be_set_is_read() -> None:
    held = load_settings(write(WHOLE))
    assert held.path == Path("transcript-audit.toml")
    assert held.settings == Settings(
        profile="strict",
        rules="my-rules",
        jobs=2,
        roster="agents.csv",
        listen_link="https://recordings.example/{call_id}?t={seconds}",
        teams={"North": ("Priya", "Tom"), "South West": ("Ines",)},
        sources=(
            SourceSettings(
                paths=("calls", "more/*.json"),
                input_format="deepgram",
                encoding="cp1252",
                name_pattern=r"(?P<call_id>\w+)",
                agent_speakers=("spk_0",),
                customer_speakers=("spk_1",),
                agent_channels=(1,),
                trust_roles=True,
            ),
            SourceSettings(paths=("tables",), columns={"text": "utterance"}),
        ),
    )


def test_an_empty_file_settles_nothing() -> None:
    assert load_settings(write("")).settings == Settings()


def test_settings_are_found_upward_and_paths_start_from_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('rules = "my-rules"\n[[sources]]\npaths = ["calls", "/elsewhere"]\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    held = find_settings(below)
    assert held.path == tmp_path / "transcript-audit.toml"
    assert held.settings.rules == str(tmp_path / "my-rules")
    assert held.settings.sources[0].paths == (str(tmp_path / "calls"), "/elsewhere")


def test_the_nearest_file_holds_and_its_own_goes_before_pyproject(tmp_path: Path) -> None:
    write('profile = "strict"\n')
    write('[tool.transcript-audit]\nprofile = "california"\n', "a/pyproject.toml")
    write("[tool.other]\nprofile = 3\n", "a/b/pyproject.toml")
    assert find_settings(tmp_path / "a" / "b").settings.profile == "california"
    write('profile = "default"\n', "a/transcript-audit.toml")
    assert find_settings(tmp_path / "a" / "b").settings.profile == "default"
    assert find_settings(tmp_path).settings.profile == "strict"


def test_without_a_file_nothing_is_settled(tmp_path: Path) -> None:
    assert find_settings(tmp_path) == NO_SETTINGS


def test_a_broken_pyproject_without_settings_is_none_of_our_business(tmp_path: Path) -> None:
    write("[tool.other\nx = ", "pyproject.toml")
    assert find_settings(tmp_path) == NO_SETTINGS


def test_unknown_keys_are_named_with_line_and_hint() -> None:
    text = """\
profil = "strict"

[[sources]]
paths = ["a"]

[[sources]]
paths = ["b"]
input_fromat = "text"
"""
    first, second = faults(text)
    assert first.startswith("1: profil: unknown key; did you mean 'profile'? (allowed: profile,")
    assert second.startswith("8: sources[1].input_fromat: unknown key; did you mean 'input_format'")


def test_the_line_in_pyproject_is_that_of_the_file() -> None:
    text = '[tool.x]\njobs = "a"\n\n[tool.transcript-audit]\njobs = "two"\n'
    assert faults(text, "pyproject.toml") == [
        '5: jobs: "two" is of the wrong type; expected a whole number'
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("profile = 3", "1: profile: 3 is of the wrong type; expected a string"),
        ('jobs = "2"', '1: jobs: "2" is of the wrong type; expected a whole number'),
        ("jobs = 2.5", "1: jobs: 2.5 is of the wrong type; expected a whole number"),
        ("jobs = true", "1: jobs: true is of the wrong type; expected a whole number"),
        ("jobs = 0", "1: jobs: 0 processes; expected 1 or more"),
        (
            '[[sources]]\npaths = ["x"]\nagent_channels = [0, -1]',
            "3: sources[0].agent_channels[1]: channel -1; expected 0 or more",
        ),
        ("profile = 1979-05-27", '1: profile: {"date": "1979-05-27"} is of the wrong type'),
        ("\n[teams]\nA = 'Tom'", '3: teams.A: "Tom" is of the wrong type; expected a list'),
        ("[teams]\nA = []", "2: teams.A: a team of nobody; expected a list of agents"),
        ("teams = {A = [1]}", "1: teams.A[0]: 1 is of the wrong type; expected a string"),
        ("[sources]\npaths = ['a']", "1: sources: {"),
        ("[[sources]]\nencoding = 'utf-8'", "1: sources[0].paths: missing; expected it here"),
        ("[[sources]]\npaths = []", "2: sources[0].paths: empty; expected a file"),
        ("[[sources]]\npaths = 'a'", '2: sources[0].paths: "a" is of the wrong type; expected a l'),
        (
            "[[sources]]\npaths = ['a']\ncolumns = {txt = 'x'}",
            "3: sources[0].columns: column mapping: unknown field 'txt'",
        ),
        (
            "[[sources]]\npaths = ['a']\n[sources.columns]\ntext = 3",
            "4: sources[0].columns.text: 3 is of the wrong type; expected a string",
        ),
        (
            "[[sources]]\npaths = ['a']\nname_pattern = '('",
            "3: sources[0].name_pattern: name pattern '('",
        ),
        ("[[sources]]\npaths = ['a']\nencoding = 'x'", "3: sources[0].encoding: encoding 'x'"),
        (
            "[[sources]]\npaths = ['a']\ninput_format = 'x'",
            "3: sources[0].input_format: input format 'x': unknown",
        ),
        (
            "[[sources]]\npaths = ['a']\ninput_format = 'textt'",
            "3: sources[0].input_format: input format 'textt': unknown; did you mean 'text'",
        ),
        (
            "[[sources]]\npaths = ['a']\ntrust_roles = 1",
            "3: sources[0].trust_roles: 1 is of the wrong type; expected a boolean (true or false)",
        ),
        (
            "[[sources]]\npaths = ['a']\nagent_speakers = ['A']\ncustomer_speakers = ['a']",
            "3: sources[0].agent_speakers: speaker",
        ),
        ('listen_link = "https://x.example"', "1: listen_link: "),
        ("jobs = 2\nprofile = ]", "2:11: not TOML: Invalid value"),
        ("a = 1\nprofile = ", "2:1: not TOML: Invalid value"),
        ("a = 1\na = 2", "2:1: not TOML: Cannot overwrite a value"),
    ],
)
def test_every_fault_has_its_line(text: str, fault: str) -> None:
    (found,) = faults(text)
    assert found.startswith(fault)
    assert "\n" not in found


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    lines = [fault.split(":")[0] for fault in faults("x = 1\nprofile = 2\nrules = 3\ny = 4")]
    assert lines == ["1", "2", "3", "4"]


def test_a_file_that_cannot_be_read_is_one_line() -> None:
    with pytest.raises(SettingsError, match=r"nowhere.toml: cannot be read: No such file"):
        load_settings(Path("nowhere.toml"))
    Path("bytes.toml").write_bytes(b"profile = '\xff'")
    with pytest.raises(SettingsError, match=r"bytes.toml: not UTF-8 \(byte 11\)"):
        load_settings(Path("bytes.toml"))
    write("a = " + "[" * 100_000, "deep.toml")
    with pytest.raises(SettingsError, match=r"deep.toml: nested too deeply"):
        load_settings(Path("deep.toml"))


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("https://x.example/{call_id}", ""),
        ("file:///r/{path}?t={seconds}&a={agent}", ""),
        ("https://x.example/", "same for every call"),
        ("https://x.example/{agent}", "same for every call"),
        ("https://x.example/{id}{call_id}", "no template"),
        ("https://x.example/{call_id", "no template"),
        ("https://x.example/{}{call_id}", "no template"),
        ("https://x.example/{call_id}{call_id.__class__}", "no template"),
    ],
)
def test_a_listen_link_names_the_call(template: str, problem: str) -> None:
    said = check_link(template)
    assert problem in said
    assert bool(said) == bool(problem)


@pytest.mark.parametrize(
    "text",
    [
        "[tool]\ntranscript-audit = {profile = 'strict'}",
        "tool.transcript-audit.profile = 'strict'",
        "[tool.'transcript-audit']\nprofile = 'strict'",
    ],
)
def test_the_table_in_pyproject_is_found_however_it_is_written(text: str, tmp_path: Path) -> None:
    write(text, "pyproject.toml")
    assert find_settings(tmp_path).settings.profile == "strict"


def test_a_broken_pyproject_with_settings_is_told(tmp_path: Path) -> None:
    write("[tool.transcript-audit]\nprofile = ", "pyproject.toml")
    with pytest.raises(SettingsError, match="not TOML"):
        find_settings(tmp_path)


keys = st.sampled_from([*Settings.__dataclass_fields__, *SourceSettings.__dataclass_fields__, "x"])
atoms = (
    st.booleans().map(lambda value: str(value).lower())
    | st.integers().map(str)
    | st.floats().map(lambda value: str(value).replace("e", "E") if "." in str(value) else "inf")
    | st.sampled_from(["nan", "1979-05-27", "07:32:00", '""', "'a'", "9" * 5000, "'('", "'{'"])
)
values = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
        | st.dictionaries(keys, inner, max_size=3).map(
            lambda each: "{" + ", ".join(f"{key} = {value}" for key, value in each.items()) + "}"
        )
    ),
    max_leaves=6,
)
lines = st.tuples(keys, values).map(" = ".join) | st.sampled_from(
    ["[teams]", "[[sources]]", "[sources]", "[sources.columns]", "paths = ['a']"]
)


@given(text=st.lists(lines, max_size=6).map("\n".join) | st.text())
def test_whatever_a_file_holds_is_read_or_told_in_lines(text: str) -> None:
    Path("any.toml").write_text(text.replace("\r", ""), encoding="utf-8", newline="")
    found: list[str] = []
    try:
        load_settings(Path("any.toml"))
    except SettingsError as error:
        found = [*error.faults, "any.toml: at least one"]
    assert all(fault.startswith("any.toml:") for fault in found)
    assert len(found) != 1


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("calls", "calls/a.txt", True),
        ("calls/", "calls/b/a.txt", True),
        ("./calls", "calls/b/../a.txt", True),
        ("calls", "calls.zip", False),
        ("calls", "other/calls/a.txt", False),
        ("calls/a.txt", "calls/a.txt", True),
        ("calls/*.json", "calls/a.json", True),
        ("calls/*.json", "calls/a.txt", False),
        ("20??", "2026/a.txt", True),
        ("calls.zip", "calls.zip!in/a.txt", True),
        ("*.zip", "calls.zip!in/a.txt", True),
        (".", "-", False),
        (".", "a.txt", True),
        ("[x]", "[x]/a.txt", True),
    ],
)
def test_a_source_covers_what_is_in_it(pattern: str, path: str, covered: bool) -> None:
    assert covers(pattern, path) is covered
    assert covers(str(Path.cwd() / pattern), path) is covered
