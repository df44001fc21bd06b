"""How much a Parquet table unpacks to, worked out before any of it is unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from transcript_audit.errors import ReadError
from transcript_audit.readers.archives import LARGEST_IN_MEMORY, find_limit, size_of
from transcript_audit.readers.sources import Document

if TYPE_CHECKING:
    from pyarrow import Array
    from pyarrow.parquet import ParquetFile

LEAST_A_ROW = 100
"""Bytes that a row, or a turn in a list, is counted with beside its words."""


def refuse_bombs(
    document: Document, file: ParquetFile, columns: Sequence[str], at_once: int
) -> None:
    """Nothing, where these columns unpack to what a table of its size may.

    A table may hold a value once and refer to it a million times over. So the strings are looked
    at as the table stores them, each once, and their lengths are added up without writing them out.

    Args:
        columns: as `ParquetFile.iter_batches` takes them.
        at_once: rows that will be unpacked together.

    Raises:
        ReadError: they unpack to more, or so the table says.
        ArrowException: the table is damaged.
    """
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - an extra

    limit = find_limit(size_of(document.data))
    claimed = file.metadata
    chunks = [
        chunk
        for group in map(claimed.row_group, range(claimed.num_row_groups))
        for chunk in map(group.column, range(group.num_columns))
        if chunk.path_in_schema in columns or chunk.path_in_schema.partition(".")[0] in columns
    ]
    values = max((chunk.num_values for chunk in chunks), default=0)
    size = sum(chunk.total_uncompressed_size for chunk in chunks)
    if max(size, LEAST_A_ROW * max(values, claimed.num_rows)) > limit:
        raise _too_large(document.path, limit)
    leaves = [file.schema.column(index).path for index in range(len(file.schema))]
    with ParquetFile(document.data, metadata=claimed, read_dictionary=leaves) as stored:
        total = 0
        # A group at a time: each has a dictionary of its own, which Arrow does not join in lists.
        for group in range(claimed.num_row_groups):
            for batch in stored.iter_batches(
                batch_size=at_once, row_groups=[group], columns=list(columns), use_threads=False
            ):
                size = LEAST_A_ROW * batch.num_rows + sum(map(_measure, batch.columns))
                total += size
                if size > LARGEST_IN_MEMORY or total > limit:
                    raise _too_large(document.path, min(limit, LARGEST_IN_MEMORY))


def _measure(array: Array[Any]) -> int:
    """Bytes of the values once each is written out."""
    from pyarrow import compute, types  # noqa: PLC0415 - an extra

    kind: Any = array.type
    held: Any = array
    if types.is_dictionary(kind):
        if not (types.is_string(kind.value_type) or types.is_large_string(kind.value_type)):
            return int(held.nbytes)
        lengths = compute.binary_length(held.dictionary)
        return int(compute.sum(lengths.take(held.indices.drop_null())).as_py() or 0)
    if types.is_list(kind) or types.is_large_list(kind):
        inner = held.flatten()
        return LEAST_A_ROW * len(inner) + _measure(inner)
    if types.is_struct(kind):
        return sum(map(_measure, held.flatten()))
    return int(held.nbytes)


def _too_large(path: str, limit: int) -> ReadError:
    return ReadError(
        path,
        f"a Parquet table that unpacks to more than {limit >> 20} MB, which no transcript of its "
        "size does; check where it comes from, or export it as CSV",
    )
