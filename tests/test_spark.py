"""Spark itself: audits by `mapInPandas`, and the tables as it reads them. Skipped without pyspark.

pip install pyspark    # and a Java runtime
python -m pytest -n 0 tests/test_spark.py
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from html_pages import make_month, make_report

from transcript_audit.batch import audit_frame
from transcript_audit.frames import SPARK_SCHEMA
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers import read_transcripts
from transcript_audit.reports.lake import write_lake
from transcript_audit.reports.star_tables import TABLES
from transcript_audit.writers.parquet import write_parquet

sql = pytest.importorskip("pyspark.sql")
pytest.importorskip("pyarrow")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Spark needs a Java runtime", allow_module_level=True)

SAMPLES = Path(__file__).parents[1] / "sample_transcripts"


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    here = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", paths)
        session = (
            sql.SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate()
        )
        yield session
        session.stop()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample calls as `convert` writes them."""
    path = tmp_path_factory.mktemp("calls") / "calls.parquet"
    reads = read_transcripts([str(SAMPLES)])
    with path.open("wb") as out:
        write_parquet((each for each in reads if isinstance(each, Transcript)), out)
    return path


def plain(rows: list[Any]) -> list[Any]:
    """Rows of Spark as dictionaries, by call."""
    return sorted((row.asDict(recursive=True) for row in rows), key=lambda row: row["call_id"])


def test_map_in_pandas_finds_what_one_process_finds(spark: Any, calls: Path) -> None:
    table = spark.read.parquet(str(calls)).repartition(3)
    found = table.mapInPandas(lambda frames: map(audit_frame, frames), SPARK_SCHEMA)
    there = plain(found.collect())
    here = spark.createDataFrame(audit_frame(pd.read_parquet(calls)), SPARK_SCHEMA)
    assert len(there) > 10
    assert there == plain(here.collect())
    assert {row["status"] for row in there} >= {"flagged", "clear"}


def test_apply_in_pandas_takes_a_row_a_turn(spark: Any, calls: Path) -> None:
    table = spark.read.parquet(str(calls)).limit(6)
    turns = table.selectExpr("id as call_id", "posexplode(turns) as (place, turn)").selectExpr(
        "call_id", "place", "turn.speaker", "turn.text", "turn.start"
    )
    found = turns.groupBy("call_id").applyInPandas(
        lambda frame: audit_frame(frame.sort_values("place"), patterns_only=True), SPARK_SCHEMA
    )
    assert {row["call_id"] for row in found.collect()} == {row["id"] for row in table.collect()}


def test_spark_reads_the_lake_and_its_days(spark: Any, tmp_path: Path) -> None:
    ds = pytest.importorskip("pyarrow.dataset")
    write_lake(make_report([*make_month(), SkippedCall("lost", "lost.txt", "no")]), tmp_path / "l")
    for table in TABLES:
        frame = spark.read.parquet(str(tmp_path / "l" / table.name))
        whole = ds.dataset(tmp_path / "l" / table.name, partitioning="hive").to_table()
        assert frame.count() == whole.num_rows
        assert set(table.columns) <= set(frame.columns)
        assert "void" not in dict(frame.dtypes).values()
    moments = dict(spark.read.parquet(str(tmp_path / "l" / "calls")).dtypes)["started_at"]
    assert moments == "timestamp_ntz"
