"""Rows of a table, wherever it comes from, made to calls: a row a turn, or a row a call."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript, Utterance
from transcript_audit.readers.columns import Layout
from transcript_audit.readers.seen import Seen, number_of
from transcript_audit.readers.sources import skip
from transcript_audit.readers.text import parse_text
from transcript_audit.readers.times import TIME_FORMS, read_moment, read_seconds
from transcript_audit.readers.words import clean, quoted

_MISSING = frozenset({"", "-", "--", "n/a", "na", "nan", "nat", "null", "none", "\\n"})
_LATE_IN_THE_DAY = 23 * 3600.0
_TURN_NUMBER = re.compile(r"[0-9]{1,18}")
_SHORTENED_ID = re.compile(r"\d(?:[.,]\d+)?E\+\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        line: its first line, or its number, 1-based.
        cells: as text.
        fault: what is wrong with it ("" for nothing).
    """

    line: int
    cells: tuple[str, ...]
    fault: str = ""


def read_rows(
    path: str, rows: Iterable[Row], layout: Layout, default_id: str
) -> Iterator[Transcript | SkippedCall]:
    """The calls of a table, each as soon as its last row is there; a call that cannot be read is
    skipped alone.

    Where there is no column for the speaker, a call's cells are read as plain text.

    Args:
        rows: are gone through twice.
    """
    last = find_last_rows(((row.line, cell_of(row, layout, "call_id")) for row in rows), default_id)
    for call_id, group in complete_calls(rows, layout, last, default_id):
        yield read_call(path, call_id, group, layout)


def find_last_rows(ids: Iterable[tuple[int, str]], default_id: str) -> Sequence[int]:
    """The rows, ascending, that are the last of their calls; a row without an id belongs to the
    call above.

    Memory holds 16 bytes for each row that is of another call than the one above.

    Args:
        ids: the rows' lines, or numbers, ascending, with the call ids in them.
    """
    calls, ends = array("Q"), array("Q")
    above: str | None = None
    call_id = default_id
    for line, each in ids:
        call_id = each or call_id
        if call_id == above:
            ends[-1] = line
        else:
            calls.append(number_of(call_id))
            ends.append(line)
            above = call_id
    met = Seen()
    last = array(
        "Q", (ends[at] for at in range(len(ends) - 1, -1, -1) if met.add_number(calls[at]))
    )
    last.reverse()
    return last


def complete_calls(
    rows: Iterable[Row], layout: Layout, last: Sequence[int], default_id: str
) -> Iterator[tuple[str, list[Row]]]:
    """Call ids with their rows, each as soon as its last row is there.

    Args:
        last: as `find_last_rows` tells.
    """
    waiting: dict[str, list[Row]] = {}
    ends = iter(last)
    end = next(ends, None)
    call_id = default_id
    for row in rows:
        call_id = cell_of(row, layout, "call_id") or call_id
        waiting.setdefault(call_id, []).append(row)
        if row.line == end:
            yield call_id, waiting.pop(call_id)
            end = next(ends, None)
    yield from waiting.items()  # ids that one number stands for


def read_call(
    path: str, call_id: str, rows: Sequence[Row], layout: Layout
) -> Transcript | SkippedCall:
    """The call that these rows are, or why it is skipped."""
    try:
        return _build_call(path, call_id, rows, layout)
    except ReadError as error:
        return skip(path, error, call_id)


def cell_of(row: Row, layout: Layout, field: str) -> str:
    """The cell of a field, cleaned; "" where the table, or the row, has none."""
    place = layout.places.get(field)
    return clean(row.cells[place]) if place is not None and place < len(row.cells) else ""


def _build_call(path: str, call_id: str, rows: Sequence[Row], layout: Layout) -> Transcript:
    if _SHORTENED_ID.fullmatch(call_id):
        raise ReadError(
            path,
            f"call id {quoted(call_id)} was shortened by a spreadsheet and may stand for several "
            "calls; export the ids as text",
            f"{layout.rows_are} {rows[0].line}",
        )
    for row in rows:
        if row.fault:
            raise ReadError(path, row.fault, f"{layout.rows_are} {row.line}")
    rows = _in_turn_order(path, rows, layout)
    if "speaker" in layout.places:
        utterances = _read_turns(path, rows, layout)
        agents: Sequence[str | None] = [said.agent_id for said in utterances]
    else:
        utterances = _read_cells_as_text(path, rows, layout)
        agents = [cell_of(row, layout, "agent") for row in rows]
    started = (cell_of(row, layout, "started_at") for row in rows)
    return Transcript(
        call_id=call_id,
        path=path,
        utterances=utterances,
        agent_ids=tuple(dict.fromkeys(agent for agent in agents if agent)),
        started_at=next(filter(None, map(read_moment, started)), _first_moment(rows, layout)),
        format="table",
    )


def _in_turn_order(path: str, rows: Sequence[Row], layout: Layout) -> Sequence[Row]:
    """The rows by their turn numbers, where every row has one of its own, else by their times.

    Times order them where every row has one, and none is so late that it may be a time of day,
    which begins anew at midnight.
    """
    turns = [cell_of(row, layout, "turn") for row in rows]
    keys: list[float] = []
    if all(map(_TURN_NUMBER.fullmatch, turns)) and len(set(turns)) == len(turns):
        keys = [int(turn) for turn in turns]
    elif "speaker" in layout.places:
        starts = _read_times(path, rows, layout, "start")
        keys = [start for start in starts if start is not None and start < _LATE_IN_THE_DAY]
    if len(keys) < len(rows):
        return rows
    return [rows[index] for index in sorted(range(len(rows)), key=keys.__getitem__)]


def _read_turns(path: str, rows: Sequence[Row], layout: Layout) -> tuple[Utterance, ...]:
    starts = _read_times(path, rows, layout, "start")
    ends = _read_times(path, rows, layout, "end")
    utterances = (
        Utterance(
            number=number,
            speaker=cell_of(row, layout, "speaker"),
            text=cell_of(row, layout, "text"),
            start=starts[number],
            end=ends[number],
            agent_id=cell_of(row, layout, "agent") or None,
            line=row.line,
        )
        for number, row in enumerate(rows)
    )
    return tuple(said for said in utterances if said.text)


def _read_times(path: str, rows: Sequence[Row], layout: Layout, field: str) -> list[float | None]:
    """Seconds a row; moments become seconds since the call's first one.

    A column that was only guessed to hold times and does not is left out for the call.
    """
    name = f"{field}_ms" if f"{field}_ms" in layout.places else field
    cells = [cell_of(row, layout, name) for row in rows]
    if (first := _first_moment(rows, layout)) is not None:
        return [_seconds_since(first, cell) for cell in cells]
    unit = 0.001 if name.endswith("_ms") else 1.0
    times: list[float | None] = []
    for row, cell in zip(rows, cells, strict=True):
        seconds = read_seconds(cell, unit)
        if seconds is None and cell.lower() not in _MISSING:
            if not {name, field} & layout.declared:
                return [None] * len(rows)
            raise ReadError(
                path,
                f"{quoted(cell)} is not a time; expected {TIME_FORMS}; correct it, or leave the "
                f"column out ({field}=)",
                f"{layout.rows_are} {row.line}: column "
                f"{quoted(layout.header[layout.places[name]], 30)}",
            )
        times.append(seconds)
    return times


def _first_moment(rows: Sequence[Row], layout: Layout) -> datetime | None:
    """The earliest start that is written as date and time, or None."""
    moments = [_dated(cell_of(row, layout, "start")) for row in rows]
    comparable = [moment for moment in moments if moment is not None]
    return min(comparable, key=_instant, default=None)


def _dated(cell: str) -> datetime | None:
    moment = read_moment(cell) if ":" in cell else None
    return moment if moment and read_seconds(cell) is None else None


def _seconds_since(first: datetime, cell: str) -> float | None:
    moment = _dated(cell)
    return (
        None if moment is None else max(0.0, (_instant(moment) - _instant(first)).total_seconds())
    )


def _instant(moment: datetime) -> datetime:
    """The moment with a time zone, so that it can be compared."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_cells_as_text(path: str, rows: Sequence[Row], layout: Layout) -> tuple[Utterance, ...]:
    place = layout.places["text"]
    lines = [
        (row.line, line)
        for row in rows
        for line in "".join(row.cells[place : place + 1]).split("\n")
    ]
    try:
        call = parse_text(path, [line for _, line in lines])
    except ReadError as error:
        raise ReadError(
            path,
            f"no column for the speaker, and none in the text; columns are {layout.columns}; "
            "map it (speaker=COLUMN)",
            f"{layout.rows_are} {rows[0].line}",
        ) from error
    return tuple(replace(said, line=lines[(said.line or 1) - 1][0]) for said in call.utterances)
