"""The report as a folder of tables, CSV or Parquet, to load into other programs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transcript_audit.errors import ConfigurationError
from transcript_audit.reports.files_together import check_names, replace_files
from transcript_audit.reports.report import Report
from transcript_audit.reports.star_rows import StarRows
from transcript_audit.reports.star_tables import TABLES, StarTable, Type, Value
from transcript_audit.reports.text import csv_cell, one_line

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 10_000
"""Rows of a table that are held in memory at a time, and in a row group."""

MARK = b"transcript_audit.table"
"""Key in a Parquet file's metadata by which a table of ours is known."""

BOM = b"\xef\xbb\xbf"


def write_star_csv(report: Report, folder: Path) -> None:
    """Write the tables as CSV into a folder, which is made if there is none.

    UTF-8 with a byte order mark, without which Excel and Power BI take it for another encoding.
    Tables of an earlier run are replaced all together or not at all; other files stay.

    Raises:
        ConfigurationError: a file that is no such table has the name of one.
        OSError: the disk is full, or the like; the folder is as it was.
    """
    names = [f"{table.name}.csv" for table in TABLES]
    with replace_files(folder, names, _is_our_csv) as draft, ExitStack() as stack:
        writers = {}
        for table in TABLES:
            path = draft / f"{table.name}.csv"
            out = stack.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
            writers[table.name] = csv.writer(out, lineterminator="\n")
            writers[table.name].writerow(table.columns)
        for table, row in StarRows(report):
            cells = (_csv_value(row.get(name)) for name in table.columns)
            writers[table.name].writerow(cells)


def write_star_parquet(report: Report, folder: Path) -> None:
    """Write the tables as Parquet into a folder, which is made if there is none.

    Tables of an earlier run are replaced all together or not at all; other files stay.

    Raises:
        ConfigurationError: pyarrow is not installed, or a file that is no such table has the name
            of one.
        OSError: the disk is full, or the like; the folder is as it was.
    """
    pq = _load_parquet()
    names = [f"{table.name}.parquet" for table in TABLES]
    schemas = {table.name: _schema(table) for table in TABLES}
    with replace_files(folder, names, _is_our_parquet) as draft, ExitStack() as stack:
        writers = {
            name: stack.enter_context(pq.ParquetWriter(draft / f"{name}.parquet", schema))
            for name, schema in schemas.items()
        }
        for table, rows in _batches(report):
            writers[table.name].write_table(_arrow_table(table, rows, schemas[table.name]))


def check_star_folder(folder: Path, ending: str) -> None:
    """Nothing; tables could be written into the folder, which a long run finds out only at its end.

    Args:
        ending: of their names, `csv` or `parquet`.

    Raises:
        ConfigurationError: pyarrow is needed and not installed, or a file that is no such table has
            the name of one.
    """
    if ending == "parquet":
        _load_parquet()
    ours = {"csv": _is_our_csv, "parquet": _is_our_parquet}[ending]
    check_names(folder, [f"{table.name}.{ending}" for table in TABLES], ours)


def _load_parquet() -> Any:
    try:
        import pyarrow.parquet as pq  # noqa: PLC0415 - an extra, and slow
    except ImportError as error:
        problem = f'Parquet needs pyarrow ({error}); pip install "transcript-audit[parquet]"'
        raise ConfigurationError(problem) from error
    return pq


def _batches(report: Report) -> Iterator[tuple[StarTable, list[dict[str, Value]]]]:
    held: dict[str, list[dict[str, Value]]] = {table.name: [] for table in TABLES}
    for table, row in StarRows(report):
        held[table.name].append(row)
        if len(held[table.name]) == ROWS:
            yield table, held[table.name]
            held[table.name] = []
    for table in TABLES:
        if held[table.name]:
            yield table, held[table.name]


def _csv_value(value: Value) -> str:
    """Text that no spreadsheet takes for a formula; numbers and dates as they are written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return csv_cell(value) if isinstance(value, str) else "" if value is None else str(value)


def _arrow_table(table: StarTable, rows: list[dict[str, Value]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - an extra, and slow

    columns = [
        pa.array([_arrow_value(row.get(name)) for row in rows], schema.field(name).type)
        for name in table.columns
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _arrow_value(value: Value) -> Value:
    return (one_line(value) or None) if isinstance(value, str) else value


def _schema(table: StarTable) -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415 - an extra, and slow

    types: dict[Type, Any] = {
        Type.TEXT: pa.string(),
        Type.NAME: pa.dictionary(pa.int32(), pa.string()),
        Type.INT: pa.int64(),
        Type.FLOAT: pa.float64(),
        Type.BOOL: pa.bool_(),
        Type.DATE: pa.date32(),
        Type.MOMENT: pa.timestamp("us"),
    }
    fields = [
        pa.field(name, types[each], nullable=name not in table.keys)
        for name, each in table.columns.items()
    ]
    return pa.schema(fields, metadata={MARK: table.name.encode()})


def _is_our_csv(path: Path) -> bool:
    """Whether a file is a table of this or an earlier version: the first columns are the same."""
    table = next(each for each in TABLES if path.name == f"{each.name}.csv")
    with path.open("rb") as file:
        head = file.readline(10_000)
    return head.startswith(BOM + ",".join([*table.columns][:2]).encode())


def _is_our_parquet(path: Path) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - an extra, and slow
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return MARK in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False
