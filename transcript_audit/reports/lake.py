"""The report's tables as partitioned Parquet: a folder a table, those of calls by the day.

Whoever asks for a week opens only the files of that week. Engines know the day from the folder's
name (`day=2026-03-02`), as Hive began it and pandas, DuckDB, Spark and Power BI read it.
"""

from __future__ import annotations

import pickle
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from transcript_audit.errors import ConfigurationError
from transcript_audit.reports.report import Report
from transcript_audit.reports.star_rows import StarRows
from transcript_audit.reports.star_schema import (
    ROWS,
    arrow_schema,
    arrow_table,
    is_our_parquet,
    load_parquet,
)
from transcript_audit.reports.star_tables import (
    CALL_AGENTS,
    CALLS,
    FINDINGS,
    RESULTS,
    RUN,
    TABLES,
    TURNS,
    StarTable,
    Value,
)
from transcript_audit.whole_files import alone_in, force_folder, force_tree

BY_DAY = (CALLS, CALL_AGENTS, FINDINGS, RESULTS, TURNS)
"""Tables in folders by the day of the call; of the others each has one file."""

UNDATED = "day=undated"
"""The folder of calls of which no day is known. Hive's own name for it, which is read as null, is
too much for pandas."""

MOST_ROWS = 5_000
"""Rows held in memory, of all tables and days together; then they are laid aside on disk."""

PIECES = 10
PIECE = ROWS // PIECES
"""Pieces of a row group, and rows of a piece, which are made columns at a time: as columns they
take a tenth of the memory."""

_Folder = tuple[str, str]
"""Name of a table, and of its folder for a day."""

_Rows = list[dict[str, Value]]


def write_lake(report: Report, folder: Path) -> None:
    """Write the tables into a folder, which takes the place of an earlier one as a whole.

    Raises:
        ConfigurationError: pyarrow is not installed, or the folder holds anything else.
        OSError: the disk is full, or the like; the folder is as it was.
    """
    check_lake(folder)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.resolve().parent))
    try:
        whole = draft / "new"
        aside = draft / "rows"
        aside.mkdir()
        numbers: dict[_Folder, int] = {}
        for of, rows in _batches(report):
            with (aside / str(numbers.setdefault(of, len(numbers)))).open("ab") as out:
                pickle.dump(rows, out, pickle.HIGHEST_PROTOCOL)
        tables = {table.name: table for table in TABLES}
        for (name, day), number in numbers.items():
            (whole / name / day).mkdir(parents=True, exist_ok=True)
            rows_aside = _read_aside(aside / str(number))
            _write(tables[name], rows_aside, whole / name / day / "part-0.parquet")
            (aside / str(number)).unlink()
        for table in TABLES:
            if not (whole / table.name).exists():  # so that every engine knows its columns
                (whole / table.name).mkdir(parents=True)
                _write(table, (), whole / table.name / "part-0.parquet")
        force_tree(whole)
        with alone_in(draft.parent):
            check_lake(folder)
            _take_place(whole, folder, draft / "old")
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    force_folder(draft.parent)


def check_lake(folder: Path) -> None:
    """Nothing; `write_lake` could write into the folder.

    Raises:
        ConfigurationError: it could not.
    """
    load_parquet()
    if not folder.exists():
        return
    names = {table.name for table in TABLES}
    held = [path.name for path in folder.iterdir()] if folder.is_dir() else [folder.name]
    if not held:
        return
    others = sorted(set(held) - names)
    if others or not is_our_parquet(folder / RUN.name / "part-0.parquet"):
        raise ConfigurationError(
            f"-o {folder}: {(others or held)[0]} there is none of an earlier report, and would be "
            "lost; name another folder"
        )


def _batches(report: Report) -> Iterator[tuple[_Folder, _Rows]]:
    """The rows of a table and a day, some at a time."""
    held: dict[_Folder, _Rows] = {}
    count = 0
    day = UNDATED
    for table, row in StarRows(report):
        if table is CALLS:
            began = row.get("started_on")
            day = f"day={began}" if began else UNDATED
        held.setdefault((table.name, day if table in BY_DAY else ""), []).append(row)
        count += 1
        if count >= MOST_ROWS:
            yield from held.items()
            held, count = {}, 0
    yield from held.items()


def _read_aside(path: Path) -> Iterator[_Rows]:
    """The rows laid aside, some at a time."""
    held: _Rows = []
    with path.open("rb") as file:
        size = path.stat().st_size
        while file.tell() < size:
            held += pickle.load(file)  # noqa: S301 - written by this very process
            while len(held) >= PIECE:
                yield held[:PIECE]
                held = held[PIECE:]
    if held:
        yield held


def _write(table: StarTable, pieces: Iterable[_Rows], path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra, and slow

    schema = arrow_schema(table)
    tables = (arrow_table(table, rows, schema) for rows in pieces)
    with load_parquet().ParquetWriter(path, schema) as writer:
        while group := list(islice(tables, PIECES)):
            writer.write_table(pa.concat_tables(group).unify_dictionaries())


def _take_place(whole: Path, folder: Path, old: Path) -> None:
    """Put the new folder where the old one is."""
    target = folder.resolve()
    if target.exists():
        target.replace(old)
    try:
        whole.replace(target)
    except BaseException:
        if old.exists():
            old.replace(target)
        raise
