"""The tables: that they fit together, hold the same numbers as the scorecards, and land whole."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from html_pages import LINES, make_call, make_hostile, make_month, make_report
from snapshot_files import check_snapshot, make_small_report

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import CallAudit, Role, SkippedCall
from transcript_audit.reports import star_schema
from transcript_audit.reports.report import Report
from transcript_audit.reports.star_schema import (
    check_star_folder,
    write_star_csv,
    write_star_parquet,
)
from transcript_audit.reports.star_tables import TABLES, StarTable
from transcript_audit.reports.text import FORMULA_STARTS
from transcript_audit.scorecards import TEAM

NAMES = [table.name for table in TABLES]
KEYS = {
    "calls": "call_key",
    "agents": "agent_key",
    "rules": "rule",
}
REFERENCES = {
    "call_agents": ("call_key", "agent_key"),
    "findings": ("call_key", "agent_key", "rule"),
    "results": ("call_key", "agent_key", "rule"),
    "turns": ("call_key", "agent_key"),
    "rates": ("agent_key",),
}

Rows = list[dict[str, str]]


def read_csv(report: Report, folder: Path) -> dict[str, Rows]:
    write_star_csv(report, folder)
    tables = {}
    for name in NAMES:
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    return tables


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def make_busy() -> list[CallAudit | SkippedCall]:
    """A month, calls of several agents, ids that occur twice, and hostile calls."""
    often = {"refusal-explicit": ((2, (0, 7)), (4, (0, 4)))}
    customer = {"concern-unacknowledged": ((3, (0, 6)),)}
    return [
        *make_month(),
        make_call("two-1", "Ines", speakers={4: "Omar"}),
        make_call("two-2", "Ines", where=often, speakers={4: "OMAR"}),
        make_call("two-3", "Ines", ["concern-unacknowledged"], where=customer, speakers={4: "Bo"}),
        make_call("two-1", "Ines", path="other/two-1.txt"),
        make_call("two-1", "Ines", path="other/two-1.txt"),
        SkippedCall("two-1", "third/two-1.txt", "empty", ()),
        *make_hostile(),
    ]


@pytest.fixture(scope="module")
def busy() -> Report:
    return make_report(make_busy())


@pytest.fixture(scope="module")
def tables(busy: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    return read_csv(busy, tmp_path_factory.mktemp("busy") / "tables")


def test_keys_tell_the_rows_of_each_table_apart(tables: dict[str, Rows]) -> None:
    for table in TABLES:
        rows = [tuple(row[key] for key in table.keys) for row in tables[table.name]]
        assert rows, table.name
        assert len(rows) == len(set(rows)), table.name
        assert all(all(row) for row in rows), table.name


def test_what_a_row_refers_to_is_there(tables: dict[str, Rows]) -> None:
    there = {key: {row[key] for row in tables[name]} for name, key in KEYS.items()}
    for name, references in REFERENCES.items():
        for key in references:
            named = {row[key] for row in tables[name] if row[key]}
            assert named, (name, key)
            assert named <= there[key], (name, key)
    turns = {(row["call_key"], row["turn"]) for row in tables["turns"]}
    assert len(turns) == len(tables["turns"])


def test_the_shares_of_the_scorecards_come_out_of_the_results(
    busy: Report, tables: dict[str, Rows]
) -> None:
    keys = {row["agent"]: row["agent_key"] for row in tables["agents"]}
    compared = 0
    for card in busy.cards.agents:
        if not card.calls:
            continue
        key = keys[card.agent if card.agent in keys else ""]
        for share in card.rules:
            found = [
                row["status"]
                for row in tables["results"]
                if (row["agent_key"], row["rule"]) == (key, share.rule)
            ]
            counts = found.count("flagged"), found.count("flagged") + found.count("clear")
            assert counts == (share.flagged, share.eligible), (card.agent, share.rule)
            compared += share.eligible
    assert compared > 500


def test_the_teams_shares_come_out_as_calls_each_counted_once(
    busy: Report, tables: dict[str, Rows]
) -> None:
    for share in busy.cards.team.rules:
        results = [row for row in tables["results"] if row["rule"] == share.rule]
        flagged = {row["call_key"] for row in results if row["status"] == "flagged"}
        judged = {row["call_key"] for row in results if row["status"] in {"flagged", "clear"}}
        assert (len(flagged), len(judged)) == (share.flagged, share.eligible), share.rule


def test_the_rates_are_those_of_the_scorecards(busy: Report, tables: dict[str, Rows]) -> None:
    keys = {row["agent"]: row["agent_key"] for row in tables["agents"]}
    rates = {(r["agent_key"], r["kind"], r["name"]): r for r in tables["rates"]}
    omar = next(card for card in busy.cards.agents if card.agent == "Omar")
    for share in omar.families:
        row = rates[keys["Omar"], "family", str(share.family)]
        assert (row["flagged"], row["eligible"]) == (str(share.flagged), str(share.eligible))
        assert share.comparison is not None
        assert row["reading"] == str(share.comparison.reading)
    assert (keys[TEAM], "family", "conduct") in rates


def test_a_flag_about_two_agents_has_a_row_for_each_with_that_ones_words(
    tables: dict[str, Rows],
) -> None:
    call = next(row for row in tables["calls"] if row["call_id"] == "two-2")
    rows = [row for row in tables["findings"] if row["call_key"] == call["call_key"]]
    assert {row["finding_key"] for row in rows} == {f"{call['call_key']}-refusal-explicit"}
    names = {row["agent_key"]: row["agent"] for row in tables["agents"]}
    assert {names[row["agent_key"]]: (row["source_turns"], row["words"]) for row in rows} == {
        "Ines": ("2", "I won't…"),
        "Omar": ("4", "Half…"),
    }


def test_a_flag_that_is_about_nobody_in_particular_has_its_own_agent(
    tables: dict[str, Rows],
) -> None:
    call = next(row for row in tables["calls"] if row["call_id"] == "two-3")
    (row,) = [row for row in tables["findings"] if row["call_key"] == call["call_key"]]
    agents = {each["agent_key"]: each for each in tables["agents"]}
    assert agents[row["agent_key"]]["kind"] == "untold"


def test_a_call_has_the_same_key_in_every_run_and_one_of_its_own_in_each(tmp_path: Path) -> None:
    one = read_csv(make_report([make_call("a"), make_call("b")]), tmp_path / "one")["calls"]
    two = read_csv(make_report([make_call("b", path="moved/b"), make_call("b")]), tmp_path / "two")
    assert one[1]["call_key"] == two["calls"][0]["call_key"] != two["calls"][1]["call_key"]
    assert all(re.fullmatch("c[0-9a-f]{15}", row["call_key"]) for row in one)


def test_calls_left_open_have_a_reason_and_no_numbers(tables: dict[str, Rows]) -> None:
    calls = {row["call_id"]: row for row in tables["calls"]}
    row = calls["open-1"]
    assert (row["status"], row["outcome"], row["attempts"]) == ("cannot-tell", "", "")
    assert row["reason"]
    assert calls["s-1"]["status"] == "skipped"
    assert calls["s-1"]["reason"] == "not text: byte 0 is binary"


def test_a_call_begins_when_its_source_says_with_the_offset_beside_it(tmp_path: Path) -> None:
    began = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5, minutes=-30)))
    (row,) = read_csv(make_report([make_call(began=began)]), tmp_path / "t")["calls"]
    assert row["started_at"] == "2026-03-02 23:30:00"
    assert row["started_on"] == "2026-03-02"
    assert row["utc_offset_minutes"] == "-330"


def test_turns_name_acts_and_the_rules_that_rest_on_them(tmp_path: Path) -> None:
    tables = read_csv(make_report([make_call()]), tmp_path / "t")
    turns = tables["turns"]
    assert [row["text"] for row in turns] == [text for _, text in LINES]
    assert turns[2]["rules"] == "refusal-explicit"
    assert turns[4]["acts"] == "offer:discount"
    assert (turns[1]["agent_key"], turns[1]["start"]) == ("", "30.0")


def test_no_cell_begins_like_a_formula_or_holds_a_line_break(tmp_path: Path) -> None:
    words = ["=1+1", "+1", "-1", "@x", "\t=1", "\r\n=1", "a\nb"]
    calls = [
        make_call(word, word, lines=[(role, f"{word} {text}") for role, text in LINES], path=word)
        for word in words
    ]
    for rows in read_csv(make_report(calls), tmp_path / "t").values():
        for row in rows:
            for cell in row.values():
                assert not cell.startswith(FORMULA_STARTS)
                assert "\n" not in cell


def test_numbers_stay_numbers_also_below_zero(tmp_path: Path) -> None:
    call = make_call()
    early = replace(call.turns[0], start=-1.5)
    report = make_report([replace(call, turns=(early, *call.turns[1:]))])
    assert read_csv(report, tmp_path / "t")["turns"][0]["start"] == "-1.5"


def test_csv_files_begin_with_the_mark_by_which_programs_know_utf_8(tmp_path: Path) -> None:
    write_star_csv(make_report([make_call("é")]), tmp_path)
    for data in files_of(tmp_path).values():
        assert data.startswith(b"\xef\xbb\xbf")
        data.decode("utf-8")


@pytest.mark.parametrize("write", [write_star_csv, write_star_parquet])
def test_the_same_report_makes_the_same_bytes(write: Any, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(make_report(make_month()), tmp_path / name)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_parquet_has_types_and_the_same_rows(busy: Report, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    write_star_parquet(busy, tmp_path / "p")
    as_csv = read_csv(busy, tmp_path / "c")
    for table in TABLES:
        found = pq.read_table(tmp_path / "p" / f"{table.name}.parquet")
        assert found.column_names == [*table.columns]
        assert found.num_rows == len(as_csv[table.name])
    calls = pq.read_table(tmp_path / "p" / "calls.parquet")
    types = {name: calls.schema.field(name).type for name in calls.column_names}
    assert types["started_at"] == pa.timestamp("us")
    assert types["started_on"] == pa.date32()
    assert types["attempts"] == pa.int64()
    assert types["seconds_to_confirm"] == pa.float64()
    assert pa.types.is_dictionary(types["outcome"])
    row = calls.to_pylist()[0]
    assert row["started_at"] == datetime(2026, 3, 2, 9, 5)
    assert row["started_on"] == date(2026, 3, 2)
    assert [r["call_key"] for r in calls.to_pylist()] == [r["call_key"] for r in as_csv["calls"]]
    texts = pq.read_table(tmp_path / "p" / "turns.parquet").to_pylist()
    assert [t["text"].lstrip("'") for t in texts] == [
        t["text"].lstrip("'") for t in as_csv["turns"]
    ]


def test_parquet_is_written_in_groups_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(star_schema, "ROWS", 10)
    write_star_parquet(make_report(make_month()), tmp_path)
    calls = pq.ParquetFile(tmp_path / "calls.parquet")
    assert calls.metadata.num_row_groups == 7
    assert calls.metadata.num_rows == 64


@pytest.mark.parametrize(
    ("write", "ending"), [(write_star_csv, "csv"), (write_star_parquet, "parquet")]
)
def test_a_run_takes_the_place_of_an_earlier_one_and_leaves_other_files_alone(
    write: Any, ending: str, tmp_path: Path
) -> None:
    check_star_folder(tmp_path / "none", ending)
    write(make_report(make_month()), tmp_path)
    check_star_folder(tmp_path, ending)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / f"calls-2025.{ending}").write_text("mine too")
    write(make_report([make_call()]), tmp_path)
    write(make_report([make_call()]), tmp_path / "fresh")
    kept = files_of(tmp_path / "fresh")
    assert sorted(kept) == sorted(f"{name}.{ending}" for name in NAMES)
    assert {name: (tmp_path / name).read_bytes() for name in kept} == kept
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / f"calls-2025.{ending}").read_text() == "mine too"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("write", "ending"), [(write_star_csv, "csv"), (write_star_parquet, "parquet")]
)
def test_a_file_that_is_no_such_table_is_not_replaced(
    write: Any, ending: str, tmp_path: Path
) -> None:
    own = tmp_path / f"calls.{ending}"
    own.write_text("call_id,text\n1,hello\n")
    with pytest.raises(ConfigurationError, match=rf"calls\.{ending} there is no table"):
        write(make_report([make_call()]), tmp_path)
    with pytest.raises(ConfigurationError, match=rf"calls\.{ending} there is no table"):
        check_star_folder(tmp_path, ending)
    assert files_of(tmp_path) == {own.name: b"call_id,text\n1,hello\n"}


def test_a_link_in_the_place_of_a_table_is_not_followed(tmp_path: Path) -> None:
    write_star_csv(make_report([make_call()]), tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "calls.csv").symlink_to(tmp_path / "a" / "calls.csv")
    with pytest.raises(ConfigurationError, match="no table of an earlier report"):
        write_star_csv(make_report([]), tmp_path / "b")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("x")
    with pytest.raises(ConfigurationError, match="is a file"):
        write_star_csv(make_report([]), tmp_path / "t")


@pytest.mark.parametrize("write", [write_star_csv, write_star_parquet])
def test_a_run_that_breaks_off_leaves_the_folder_as_it_was(write: Any, tmp_path: Path) -> None:
    class Broken:
        """Audits that end in an error."""

        def __iter__(self) -> Iterator[CallAudit | SkippedCall]:
            yield make_call()
            raise OSError("disk full")

    broken = replace(make_report([make_call()]), audits=Broken())
    with pytest.raises(OSError, match="disk full"):
        write(broken, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    write(make_report(make_month()), tmp_path / "old")
    before = files_of(tmp_path / "old")
    with pytest.raises(OSError, match="disk full"):
        write(broken, tmp_path / "old")
    assert files_of(tmp_path / "old") == before


@pytest.mark.parametrize("fails_at", range(1, 2 * len(NAMES) + 1))
def test_where_a_table_cannot_be_moved_all_of_the_earlier_run_are_back(
    fails_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_star_csv(make_report([make_call()]), tmp_path)
    before = files_of(tmp_path)
    moves = 0
    move = Path.replace

    def fail(self: Path, target: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves == fails_at:
            raise PermissionError(13, "is open in another program", str(target))
        return move(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(PermissionError):
        write_star_csv(make_report([]), tmp_path)
    assert files_of(tmp_path) == before


def test_the_run_and_the_method_are_a_table_and_say_that_personal_data_is_shown(
    tmp_path: Path,
) -> None:
    rows = read_csv(make_report([make_call()], revealed=True), tmp_path / "t")["run"]
    facts = {row["name"]: row["value"] for row in rows}
    assert facts["personal data"] == "Personal data is shown unredacted."
    assert facts["profile"] == "default"
    assert "Wilson" in facts["Shares"]


def test_a_run_without_calls_makes_tables(tmp_path: Path) -> None:
    tables = read_csv(make_report([]), tmp_path / "t")
    assert tables["calls"] == []
    assert len(tables["rules"]) == 15
    write_star_parquet(make_report([]), tmp_path / "p")


def test_hostile_names_are_the_same_agent_in_all_tables(tmp_path: Path) -> None:
    lines = [(Role.AGENT, "No."), (Role.CUSTOMER, "Cancel it.")]
    calls = [
        make_call("a", "Straße", lines=lines, where={"refusal-explicit": ((0, (0, 3)),)}),
        make_call("b", "STRASSE ", lines=lines, where={"refusal-explicit": ((0, (0, 3)),)}),
    ]
    tables = read_csv(make_report(calls), tmp_path / "t")
    assert [row["agent"] for row in tables["agents"]] == ["Straße", TEAM]
    assert len({row["agent_key"] for row in tables["findings"]}) == 1


def test_the_tables_are_what_they_were(tmp_path: Path) -> None:
    write_star_csv(make_small_report(), tmp_path)
    text = "".join(
        f"== {name}\n" + (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig")
        for name in NAMES
    )
    check_snapshot("report_tables.txt", text)


@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_the_manual_tells_each_column_and_its_type(table: StarTable) -> None:
    manual = (Path(__file__).parent.parent / "docs" / "tables.md").read_text(encoding="utf-8")
    section = manual.split(f"\n### {table.name}\n")[1].split("\n##")[0]
    told = re.findall(r"^\| `(\w+)` \| (\w+) \| .+ \|$", section, re.M)
    assert told == [(name, str(each)) for name, each in table.columns.items()]
