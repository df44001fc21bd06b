"""Parquet: a row a call, whose columns are the keys of the canonical record."""
# ruff: noqa: PLC0415 - pyarrow is an extra, and slow

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import STATED_FIGURES, Transcript
from transcript_audit.readers.canonical import TRANSCRIPT_SCHEMA, VENDOR
from transcript_audit.writers.canonical import transcript_record

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 1000
"""Calls held in memory at a time, and in a row group."""


def write_parquet(transcripts: Iterable[Transcript], out: BinaryIO) -> None:
    """Write the calls as one Parquet file.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        problem = f'Parquet needs pyarrow ({error}); pip install "transcript-audit[parquet]"'
        raise ConfigurationError(problem) from error
    schema = _schema()
    with pq.ParquetWriter(out, schema) as writer:
        for rows in _batches(transcripts):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _batches(transcripts: Iterable[Transcript]) -> Iterator[list[dict[str, Any]]]:
    rest = iter(transcripts)
    while batch := [transcript_record(each) for each in islice(rest, ROWS)]:
        yield batch


def _schema() -> pa.Schema:
    import pyarrow as pa

    turn = {
        "speaker": pa.string(),
        "text": pa.string(),
        "source_turn": pa.int64(),
        "start": pa.float64(),
        "end": pa.float64(),
        "agent": pa.string(),
    }
    return pa.schema(
        {
            "id": pa.string(),
            "agent": pa.list_(pa.string()),
            "started_at": pa.string(),
            "stated": pa.struct(dict.fromkeys(STATED_FIGURES, pa.float64()).items()),
            "turns": pa.list_(pa.struct(turn.items())),
        },
        # by which `readers.parquet` knows that the rows are canonical records
        metadata={VENDOR: TRANSCRIPT_SCHEMA},
    )
