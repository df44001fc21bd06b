"""Tables: CSV or TSV, a row a turn, many calls a file in any order of rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript, Utterance
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document, skip
from transcript_audit.readers.text import parse_text
from transcript_audit.readers.times import TIME_FORMS, read_moment, read_seconds
from transcript_audit.readers.words import clean, quoted

DELIMITERS = (",", ";", "\t", "|")

ALIASES: Mapping[str, tuple[str, ...]] = {
    "call_id": (
        "call_id", "callid", "call", "conversation_id", "contact_id", "guid", "recording_id",
        "session_id", "interaction_id", "id",
    ),
    "agent": ("agent", "agent_id", "agent_name", "rep", "rep_name", "advisor", "employee"),
    "started_at": ("started_at", "call_start", "call_date", "call_started", "date"),
    "turn": (
        "turn", "turn_id", "turn_number", "turn_index", "seq", "sequence", "index",
        "utterance_id", "line", "line_number", "segment", "segment_id",
    ),
    "speaker": (
        "role", "speaker_role", "participant_role", "message_participant", "speaker",
        "speaker_label", "speaker_id", "speaker_name", "participant", "participant_id", "party",
        "channel", "from", "sender", "author", "who",
    ),
    "text": (
        "text", "utterance", "content", "message", "transcript", "transcription", "body",
        "sentence", "words", "said",
    ),
    "start": (
        "start", "start_time", "start_sec", "start_seconds", "start_s", "begin", "begin_time",
        "begin_offset", "timestamp", "offset", "time",
    ),
    "end": ("end", "end_time", "end_sec", "end_seconds", "end_s", "end_offset", "stop"),
    "start_ms": (
        "start_ms", "start_time_ms", "start_millis", "begin_ms", "begin_offset_millis",
        "offset_ms", "offset_milliseconds", "timestamp_ms", "time_ms",
    ),
    "end_ms": ("end_ms", "end_time_ms", "end_millis", "end_offset_millis"),
}  # fmt: skip
"""Names that a field's column goes by, the likelier first."""

_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.I)
_IN_MILLISECONDS = re.compile(r"(?:^|_)(?:ms|msecs?|millis|milliseconds)$")
_MISSING = frozenset({"", "-", "--", "n/a", "na", "nan", "nat", "null", "none", "\\n"})
_SHORTENED_ID = re.compile(r"\d(?:[.,]\d+)?E\+\d+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table keeps its fields.

    Attributes:
        delimiter: one character; skipped: lines before the header.
        header: the column names as written; places: column by field, 0-based.
        declared: fields that the user mapped.
    """

    delimiter: str
    skipped: int
    header: tuple[str, ...]
    places: Mapping[str, int]
    declared: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its first line (1-based) and its cells."""

    line: int
    cells: tuple[str, ...]


def detect_table(sample: str, options: ReadOptions) -> bool:
    """Whether the first line of `sample` names a column for text and one more that is known."""
    layout = _find_layout(sample, options)
    return "text" in layout.places and len(layout.places) > 1


def read_table(document: Document, options: ReadOptions) -> Iterator[Transcript | SkippedCall]:
    """The calls of a table, by first appearance; a call that cannot be read is skipped alone.

    Where there is no column for the speaker, a call's cells are read as plain text.

    Raises:
        ReadError: a needed column is missing, or the quotes of the table do not balance.
    """
    layout = _find_layout(document.sample, options)
    _require_columns(document.path, layout, options)
    rows = _read_rows(document, layout)
    calls = _group_rows(rows, layout, document.default_id)
    for call_id, group in calls.items():
        try:
            yield _build_call(document.path, call_id, group, layout)
        except ReadError as error:
            yield skip(document.path, error, call_id)


def _find_layout(sample: str, options: ReadOptions) -> Layout:
    """The layout that finds the most fields, tried with each delimiter unless the file says one."""
    lines = sample.split("\n")
    skipped = next((index for index, line in enumerate(lines) if line.strip()), 0)
    delimiters: Sequence[str] = DELIMITERS
    if match := _SEPARATOR_LINE.fullmatch(lines[skipped]):
        delimiters, skipped = (match[1],), skipped + 1
    header = lines[skipped] if skipped < len(lines) else ""
    layouts = [_read_header(header, delimiter, skipped, options) for delimiter in delimiters]
    return max(layouts, key=lambda layout: (len(layout.places), len(layout.header)))


def _read_header(line: str, delimiter: str, skipped: int, options: ReadOptions) -> Layout:
    try:
        header = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        header = []
    places: dict[str, int] = {}
    names = [_plain_name(name) for name in header]
    for field, column in options.columns.items():
        if (name := _plain_name(column)) and name in names:
            places[field] = names.index(name)
    for field, aliases in ALIASES.items():
        alias = next((alias for alias in aliases if alias in names), None)
        if field not in options.columns and alias and names.index(alias) not in places.values():
            places[field] = names.index(alias)
    for field in ("start", "end"):
        if field in places and _IN_MILLISECONDS.search(names[places[field]]):
            places.setdefault(f"{field}_ms", places.pop(field))
    return Layout(delimiter, skipped, tuple(header), places, frozenset(options.columns))


def _plain_name(name: str) -> str:
    """A column's name in lower case with underscores: " Start Time", "startTime" -> start_time."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", clean(name).strip("\ufeff"))
    return re.sub(r"[\W_]+", "_", name).strip("_").lower()


def _require_columns(path: str, layout: Layout, options: ReadOptions) -> None:
    columns = ", ".join(quoted(name, 30) for name in layout.header[:12]) or "none"
    for field, column in options.columns.items():
        if column and not {field, f"{field}_ms"} & layout.places.keys():
            raise ReadError(
                path, f"no column {quoted(column)} for {field}; columns are {columns}", "header"
            )
    if "text" not in layout.places:
        raise ReadError(
            path,
            f"no column for text; columns are {columns}; expected a header with one such as "
            "text or utterance, or map it (text=COLUMN)",
            "header",
        )


def _read_rows(document: Document, layout: Layout) -> list[Row]:
    """All rows under the header; TSV whose quotes mean nothing is read without quoting."""
    # The module's default would refuse a long call in one cell.
    csv.field_size_limit(2**31 - 1)
    lines = document.lines.read().replace("\0", "").split("\n")[layout.skipped :]
    try:
        return _parse_rows(lines, layout, csv.QUOTE_MINIMAL)
    except csv.Error as error:
        if layout.delimiter == "\t":
            return _parse_rows(lines, layout, csv.QUOTE_NONE)
        raise ReadError(
            document.path,
            f"quotes do not balance ({error}); write a quote inside quotes twice, or export it "
            "again",
        ) from error


def _parse_rows(lines: Sequence[str], layout: Layout, quoting: int) -> list[Row]:
    reader = csv.reader(
        (f"{line}\n" for line in lines),
        delimiter=layout.delimiter,
        quoting=quoting,  # type: ignore[arg-type]
        strict=True,
    )
    rows: list[Row] = []
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows.append(Row(line + layout.skipped, tuple(cells)))
        line = reader.line_num + 1
    return rows[1:]


def _group_rows(rows: Sequence[Row], layout: Layout, default_id: str) -> dict[str, list[Row]]:
    """Rows by call id, in order of first appearance; a row without one belongs to the one above."""
    groups: dict[str, list[Row]] = {}
    call_id = default_id
    for row in rows:
        call_id = _cell(row, layout, "call_id") or call_id
        groups.setdefault(call_id, []).append(row)
    return groups


def _cell(row: Row, layout: Layout, field: str) -> str:
    place = layout.places.get(field)
    return clean(row.cells[place]) if place is not None and place < len(row.cells) else ""


def _build_call(path: str, call_id: str, rows: Sequence[Row], layout: Layout) -> Transcript:
    if _SHORTENED_ID.fullmatch(call_id):
        raise ReadError(
            path,
            f"call id {quoted(call_id)} was shortened by a spreadsheet and may stand for several "
            "calls; export the ids as text",
            f"line {rows[0].line}",
        )
    _refuse_extra_cells(path, rows, layout)
    rows = _in_turn_order(rows, layout)
    if "speaker" in layout.places:
        utterances = _read_turns(path, rows, layout)
        agents: Sequence[str | None] = [said.agent_id for said in utterances]
    else:
        utterances = _read_cells_as_text(path, rows, layout)
        agents = [_cell(row, layout, "agent") for row in rows]
    started = (_cell(row, layout, "started_at") for row in rows)
    return Transcript(
        call_id=call_id,
        path=path,
        utterances=utterances,
        agent_ids=tuple(dict.fromkeys(agent for agent in agents if agent)),
        started_at=next(filter(None, map(read_moment, started)), _first_moment(rows, layout)),
        format="table",
    )


def _refuse_extra_cells(path: str, rows: Sequence[Row], layout: Layout) -> None:
    """An unquoted delimiter in the text would cut the words off in silence."""
    width = len(layout.header)
    for row in rows:
        if any(cell.strip() for cell in row.cells[width:]):
            raise ReadError(
                path,
                f"{len(row.cells)} cells under {width} columns; put text that holds "
                f"{quoted(layout.delimiter)} in quotes",
                f"line {row.line}",
            )


def _in_turn_order(rows: Sequence[Row], layout: Layout) -> Sequence[Row]:
    """The rows by their turn numbers, where every row has one of its own."""
    turns = [_cell(row, layout, "turn") for row in rows]
    if not all(turn.isascii() and turn.isdigit() for turn in turns) or len(set(turns)) < len(turns):
        return rows
    return [row for _, row in sorted(zip(map(int, turns), rows, strict=True), key=_first)]


def _first(pair: tuple[int, Row]) -> int:
    return pair[0]


def _read_turns(path: str, rows: Sequence[Row], layout: Layout) -> tuple[Utterance, ...]:
    starts = _read_times(path, rows, layout, "start")
    ends = _read_times(path, rows, layout, "end")
    utterances = (
        Utterance(
            number=number,
            speaker=_cell(row, layout, "speaker"),
            text=_cell(row, layout, "text"),
            start=starts[number],
            end=ends[number],
            agent_id=_cell(row, layout, "agent") or None,
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
    cells = [_cell(row, layout, name) for row in rows]
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
                f"line {row.line}: column {quoted(layout.header[layout.places[name]], 30)}",
            )
        times.append(seconds)
    return times


def _first_moment(rows: Sequence[Row], layout: Layout) -> datetime | None:
    """The earliest start that is written as date and time, or None."""
    moments = [_dated(_cell(row, layout, "start")) for row in rows]
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
        columns = ", ".join(quoted(name, 30) for name in layout.header[:12])
        raise ReadError(
            path,
            f"no column for the speaker, and none in the text; columns are {columns}; map it "
            "(speaker=COLUMN)",
            f"line {rows[0].line}",
        ) from error
    return tuple(replace(said, line=lines[(said.line or 1) - 1][0]) for said in call.utterances)
