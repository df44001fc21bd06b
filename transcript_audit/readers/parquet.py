"""Parquet tables: a row a turn, or a row a call with a list of turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.apart import read_apart
from transcript_audit.readers.canonical import (
    TRANSCRIPT_SCHEMA,
    VENDOR,
    transcript_from_record,
)
from transcript_audit.readers.cells import write_cell
from transcript_audit.readers.columns import Layout, find_layout, require_columns
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.parquet_sizes import refuse_bombs
from transcript_audit.readers.sources import Document, skip
from transcript_audit.readers.table import (
    Row,
    cell_of,
    complete_calls,
    find_last_rows,
    read_call,
)
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.words import clean, split_names
from transcript_audit.storage import StorageError

if TYPE_CHECKING:
    from pyarrow import DataType, Schema
    from pyarrow.parquet import ParquetFile

TURNS_AT_ONCE = 4096
CALLS_AT_ONCE = 32

_OF_THE_CALL = ("call_id", "agent", "started_at")


@dataclass(frozen=True, slots=True)
class Calls:
    """Where a table with a row a call keeps them: its own columns, and those of the turns.

    Attributes:
        column: the one with the lists of turns.
    """

    column: str
    call: Layout
    turn: Layout

    @property
    def both(self) -> Layout:
        """What is known of either."""
        header = (*self.call.header, *self.turn.header)
        return replace(self.call, header=header, places={**self.call.places, **self.turn.places})

    def needed(self, leaves: Sequence[str]) -> list[str]:
        """The columns that are read, out of all that the file keeps ("turns.list.element.text")."""
        own = [self.call.header[place] for place in self.call.places.values()]
        fields = [self.turn.header[place] for place in self.turn.places.values()]
        return [
            leaf
            for leaf in leaves
            if leaf in own
            or leaf.removesuffix(".list.element") in own
            or (leaf.startswith(f"{self.column}.") and leaf.rpartition(".")[2] in fields)
        ]


def read_parquet(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a table, as soon as their last row is read; one that can't be is skipped alone.

    A process of its own reads them: damaged tables can bring pyarrow down.

    Raises:
        ReadError: pyarrow is not installed, or the table is damaged or lacks a needed column.
    """
    return read_apart(decode_parquet, document, options)


def decode_parquet(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """What `read_parquet` finds, read by this very process.

    Memory holds a row group's needed columns and the calls that are not complete yet.

    Raises:
        ReadError: pyarrow is not installed, or the table is damaged or lacks a needed column.
    """
    try:
        from pyarrow import ArrowException  # noqa: PLC0415 - an extra
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ImportError as error:
        raise ReadError(
            document.path,
            "a Parquet table, which needs pyarrow; pip install 'transcript-audit[parquet]', or "
            "export it as CSV",
        ) from error
    try:
        with ParquetFile(document.data) as file:
            yield from _read_calls(document, file, options)
    except StorageError as error:
        raise ReadError(document.path, f"cannot be read ({error.strerror})") from error
    except (ArrowException, OSError, UnicodeError) as error:
        problem = clean(str(error).partition("\n")[0])[:120]
        raise ReadError(
            document.path, f"a Parquet table that is cut off or damaged ({problem}); write it again"
        ) from error


def _read_calls(
    document: Document, file: ParquetFile, options: ReadOptions
) -> Iterator[Transcript | SkippedCall]:
    schema = file.schema_arrow
    if (schema.metadata or {}).get(VENDOR.encode()) == TRANSCRIPT_SCHEMA.encode():
        yield from _read_canonical(document, file)
        return
    if calls := _find_calls(schema, options):
        require_columns(document.path, calls.both, options)
        yield from _read_row_a_call(document, file, calls)
        return
    plain = [name for name in schema.names if _is_plain(schema.field(name).type)]
    layout = find_layout(plain, options, "row")
    require_columns(document.path, layout, options)
    for call_id, rows in _complete_calls(document, file, layout):
        yield read_call(document.path, call_id, rows, layout)


def _read_canonical(document: Document, file: ParquetFile) -> Iterator[Transcript | SkippedCall]:
    """The calls of a table that this program wrote: its rows are canonical records."""
    for number, record in _read_records(document, file, file.schema_arrow.names, CALLS_AT_ONCE):
        try:
            call = transcript_from_record(record, document.path, number)
        except ReadError as error:
            yield skip(document.path, error, f"{document.default_id}#{number}")
        else:
            yield replace(call, format="parquet")


def _is_plain(kind: DataType) -> bool:
    """Whether cells of that type are read: single values, and lists of strings."""
    from pyarrow import types  # noqa: PLC0415 - an extra

    if types.is_list(kind) or types.is_large_list(kind):
        return bool(types.is_string(kind.value_type) or types.is_large_string(kind.value_type))
    return not types.is_nested(kind)


def _find_calls(schema: Schema, options: ReadOptions) -> Calls | None:
    """The first column that holds lists of turns, if there is one, with what stands beside it."""
    from pyarrow import types  # noqa: PLC0415 - an extra

    plain = [name for name in schema.names if _is_plain(schema.field(name).type)]
    for field in schema:
        is_list = types.is_list(field.type) or types.is_large_list(field.type)
        if not is_list or not types.is_struct(field.type.value_type):
            continue
        turn = find_layout([each.name for each in field.type.value_type], options, "row")
        if turn.is_transcript:
            call = find_layout(plain, options, "row")
            return Calls(field.name, _only(call, of_call=True), _only(turn, of_call=False))
    return None


def _only(layout: Layout, *, of_call: bool) -> Layout:
    """The layout with only the fields that belong to a call, or that may belong to a turn."""
    left_out = ("call_id", "started_at")
    places = {
        field: place
        for field, place in layout.places.items()
        if (field in _OF_THE_CALL if of_call else field not in left_out)
    }
    return replace(layout, places=places)


def _read_row_a_call(
    document: Document, file: ParquetFile, calls: Calls
) -> Iterator[Transcript | SkippedCall]:
    leaves = [file.schema.column(index).path for index in range(len(file.schema))]
    several = file.metadata.num_rows > 1
    for number, record in _read_records(document, file, calls.needed(leaves), CALLS_AT_ONCE):
        row = Row(number, tuple(_write(record.get(name)) for name in calls.call.header))
        default_id = f"{document.default_id}#{number}" if several else document.default_id
        call_id = cell_of(row, calls.call, "call_id") or default_id
        turns = record.get(calls.column) or []
        rows = [
            Row(number, tuple(_write((turn or {}).get(name)) for name in calls.turn.header))
            for turn in turns
        ]
        if rows:
            call = read_call(document.path, call_id, rows, calls.turn)
        else:
            call = Transcript(call_id, document.path, ())
        yield _with_details(call, row, calls.call)


def _with_details(
    call: Transcript | SkippedCall, row: Row, layout: Layout
) -> Transcript | SkippedCall:
    """The call with the agents and the start that its own columns tell."""
    # A list of names has one a line.
    place = layout.places.get("agent")
    named = "" if place is None else row.cells[place].replace("\n", ";")
    if isinstance(call, SkippedCall):
        return replace(call, agent_ids=split_names(named) or call.agent_ids)
    agents = (*split_names(named, call.utterances), *call.agent_ids)
    return replace(
        call,
        agent_ids=tuple(dict.fromkeys(agents)),
        started_at=read_moment(cell_of(row, layout, "started_at")) or call.started_at,
    )


def _complete_calls(
    document: Document, file: ParquetFile, layout: Layout
) -> Iterator[tuple[str, list[Row]]]:
    """Call ids with their rows, each as soon as its last row is there.

    The ids are read once before, alone, to know which row is the last of which call.
    """
    names = [layout.header[place] for place in dict.fromkeys(layout.places.values())]
    if "call_id" in layout.places:
        name = layout.header[layout.places["call_id"]]
        records = _read_records(document, file, [name], TURNS_AT_ONCE)
        ids = ((number, clean(_write(record[name]))) for number, record in records)
        last = find_last_rows(ids, document.default_id)
    else:
        last = [file.metadata.num_rows]
    rows = _read_rows(document, file, names, layout)
    yield from complete_calls(rows, layout, last, document.default_id)


def _read_rows(
    document: Document, file: ParquetFile, names: Sequence[str], layout: Layout
) -> Iterator[Row]:
    for number, record in _read_records(document, file, names, TURNS_AT_ONCE):
        yield Row(number, tuple(_write(record.get(name)) for name in layout.header))


def _read_records(
    document: Document, file: ParquetFile, columns: Sequence[str], at_once: int
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows, numbered from 1, with these columns of them.

    Raises:
        ReadError: they unpack to too much.
        ArrowInvalid: a value is none of its type (no UTF-8, no date there is).
    """
    from pyarrow import ArrowInvalid  # noqa: PLC0415 - an extra

    refuse_bombs(document, file, columns, at_once)
    number = 0
    for batch in file.iter_batches(batch_size=at_once, columns=list(columns), use_threads=False):
        try:
            records = batch.to_pylist()
        except (ValueError, OverflowError) as error:
            raise ArrowInvalid(f"{error}, in the rows from {number + 1} on") from error
        for record in records:
            number += 1
            yield number, record


def _write(value: object) -> str:
    return "\n".join(map(write_cell, value)) if isinstance(value, list) else write_cell(value)
