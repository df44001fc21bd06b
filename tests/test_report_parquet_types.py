"""The tables' Parquet is plain: types that every program reads, and what DuckDB and pandas see."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from html_pages import make_month, make_report

from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.reports.lake import write_lake
from transcript_audit.reports.star_schema import write_star_parquet
from transcript_audit.reports.star_tables import TABLES, Type
from transcript_audit.writers.parquet import write_parquet

pq = pytest.importorskip("pyarrow.parquet")
ds = pytest.importorskip("pyarrow.dataset")

PLAIN = {
    "BYTE_ARRAY String",
    "INT64 None",
    "DOUBLE None",
    "BOOLEAN None",
    "INT32 Date",
    "INT64 Timestamp(isAdjustedToUTC=false, timeUnit=microseconds)",
}
"""As Parquet itself has them: no nulls, no decimals, no nanoseconds, no unsigned numbers."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    report = make_report([*make_month(), SkippedCall("lost", "lost.txt", "no words")])
    write_lake(report, folder / "lake")
    write_star_parquet(report, folder / "tables")
    return folder


def kinds(path: Path) -> dict[str, str]:
    schema = pq.ParquetFile(path).schema
    columns = [schema.column(number) for number in range(len(schema))]
    return {
        each.path: f"{each.physical_type} {each.logical_type}".partition(", is_from")[0]
        + (")" if "Timestamp" in str(each.logical_type) else "")
        for each in columns
    }


def test_every_column_of_every_file_has_a_plain_type(lake: Path) -> None:
    files = sorted(lake.rglob("*.parquet"))
    assert len(files) > len(TABLES)
    for file in files:
        assert set(kinds(file).values()) <= PLAIN, file


def test_all_files_of_a_table_have_one_schema_whatever_is_empty_in_them(lake: Path) -> None:
    for table in TABLES:
        files = (lake / "lake" / table.name).rglob("*.parquet")
        schemas = {str(pq.read_schema(each).remove_metadata()) for each in files}
        assert len(schemas) == 1, table.name
        assert "large" not in schemas.pop()


def test_converted_calls_have_plain_nested_types(tmp_path: Path) -> None:
    with (tmp_path / "c.parquet").open("wb") as out:
        calls = [each.transcript for each in make_month() if isinstance(each, CallAudit)]
        write_parquet(calls, out)
    assert set(kinds(tmp_path / "c.parquet").values()) <= PLAIN
    schema = str(pq.read_schema(tmp_path / "c.parquet").remove_metadata())
    assert "large" not in schema
    assert "null\n" not in schema.replace("not null", "")


def test_duckdb_reads_what_pyarrow_wrote(lake: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as db:
        for table in TABLES:
            columns = ", ".join(f'"{each}"' for each in table.columns)
            source = f"read_parquet('{lake}/lake/{table.name}/**/*.parquet')"
            rows = db.execute(f"SELECT {columns} FROM {source}").fetchall()  # noqa: S608
            whole = pq.read_table(lake / "tables" / f"{table.name}.parquet").to_pylist()
            expected = [tuple(row[each] for each in table.columns) for row in whole]
            assert sorted(rows, key=repr) == sorted(expected, key=repr), table.name


def test_duckdb_takes_the_day_from_the_folder_and_joins_the_tables(lake: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as db:

        def rows_of(query: str) -> list[tuple[Any, ...]]:
            for table in TABLES:
                files = f"'{lake}/lake/{table.name}/**/*.parquet'"
                found = f"read_parquet({files}, hive_partitioning = true)"
                query = query.replace(f"<{table.name}>", found)
            return list(db.execute(query).fetchall())

        days = rows_of("SELECT DISTINCT day, started_on FROM <calls> WHERE day <> 'undated'")
        assert len(days) > 3
        assert all(str(day) == str(began) for day, began in days)
        undated = rows_of("SELECT count(*) FROM <calls> WHERE day = 'undated'")
        assert undated == rows_of("SELECT count(*) FROM <calls> WHERE started_on IS NULL")
        assert undated[0][0] > 0
        joined = rows_of(
            "SELECT count(*) FROM <findings> f JOIN <calls> c USING (call_key) "
            "JOIN <agents> a USING (agent_key) JOIN <rules> r USING (rule)"
        )
        assert joined == rows_of("SELECT count(*) FROM <findings>")
        assert joined[0][0] > 0


def test_pandas_reads_moments_as_moments_and_names_as_texts(lake: Path) -> None:
    frame = pd.read_parquet(lake / "lake" / "calls")
    began = frame["started_at"].dropna()
    assert len(began) > 3
    assert isinstance(began.iloc[0], datetime)
    names = [each for each, kind in TABLES[0].columns.items() if kind is Type.NAME]
    for name in names:
        assert all(isinstance(each, str) for each in frame[name].dropna())
