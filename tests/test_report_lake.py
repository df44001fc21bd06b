"""Partitioned Parquet: that other programs read it, by day, and that it lands whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from html_pages import make_month, make_report

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import SkippedCall
from transcript_audit.reports import lake
from transcript_audit.reports.lake import BY_DAY, UNDATED, write_lake
from transcript_audit.reports.report import Report
from transcript_audit.reports.star_schema import write_star_parquet
from transcript_audit.reports.star_tables import TABLES

ds = pytest.importorskip("pyarrow.dataset")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def report() -> Report:
    return make_report([*make_month(), SkippedCall("lost", "lost.txt", "no words")])


def rows_of(path: Path) -> list[dict[str, Any]]:
    rows = ds.dataset(path, partitioning="hive").to_table().to_pylist()
    return sorted(({k: v for k, v in row.items() if k != "day"} for row in rows), key=repr)


def files_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("most", [3, 5_000])
def test_it_has_the_rows_of_the_tables_in_one_piece(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(lake, "MOST_ROWS", most)
    monkeypatch.setattr(lake, "PIECE", most - 1)
    monkeypatch.setattr(lake, "PIECES", 2)
    write_star_parquet(report, tmp_path / "tables")
    write_lake(report, tmp_path / "lake")
    for table in TABLES:
        whole = sorted(
            pq.read_table(tmp_path / "tables" / f"{table.name}.parquet").to_pylist(), key=repr
        )
        assert rows_of(tmp_path / "lake" / table.name) == whole, table.name


def test_a_day_is_a_folder_and_undated_calls_have_their_own(report: Report, tmp_path: Path) -> None:
    write_lake(report, tmp_path / "lake")
    days = {path.name for path in (tmp_path / "lake" / "calls").iterdir()}
    frame = pd.read_parquet(tmp_path / "lake" / "calls")
    dated = {f"day={each}" for each in frame["started_on"].dropna().astype(str)}
    assert days == {*dated, UNDATED}
    assert len(dated) > 3
    some = date.fromisoformat(sorted(dated)[1].removeprefix("day="))
    one = pd.read_parquet(tmp_path / "lake" / "findings", filters=[("day", "==", str(some))])
    calls = pd.read_parquet(tmp_path / "lake" / "calls", filters=[("day", "==", str(some))])
    assert set(calls["started_on"]) == {some}
    assert set(one["call_key"]) <= set(calls["call_key"])


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    write_lake(make_report([SkippedCall("lost", "lost.txt", "no words")]), tmp_path / "lake")
    for table in BY_DAY:
        names = ds.dataset(tmp_path / "lake" / table.name, partitioning="hive").schema.names
        assert set(table.columns) <= set(names)


def test_another_report_takes_the_place_of_the_first_as_a_whole(
    report: Report, tmp_path: Path
) -> None:
    write_lake(report, tmp_path / "lake")
    small = make_report([SkippedCall("lost", "lost.txt", "no words")])
    write_lake(small, tmp_path / "lake")
    write_lake(small, tmp_path / "other")
    assert files_of(tmp_path / "lake") == files_of(tmp_path / "other")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["lake", "other"]


def test_where_writing_fails_the_earlier_report_stays(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lake(report, tmp_path / "lake")
    before = files_of(tmp_path / "lake")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lake, "_write", fail)
    with pytest.raises(OSError, match="No space"):
        write_lake(report, tmp_path / "lake")
    assert files_of(tmp_path / "lake") == before
    assert [each.name for each in tmp_path.iterdir()] == ["lake"]


@pytest.mark.parametrize("name", ["letter.txt", "calls"])
def test_a_folder_of_other_things_is_refused_and_left_alone(
    report: Report, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigurationError, match=name):
        write_lake(report, tmp_path)
    assert files_of(tmp_path) == {name: b"mine"}
