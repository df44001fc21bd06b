"""Columns of a table: which of them holds what, by their names or as the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transcript_audit.errors import ReadError
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.words import clean, quoted

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

_IN_MILLISECONDS = re.compile(r"(?:^|_)(?:ms|msecs?|millis|milliseconds)$")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a table keeps its fields.

    Attributes:
        header: the column names as written.
        places: column by field, 0-based.
        declared: fields that the user mapped.
        rows_are: what its rows are called in messages, before their number.
    """

    header: tuple[str, ...]
    places: Mapping[str, int]
    declared: frozenset[str] = frozenset()
    rows_are: str = "line"

    @property
    def is_transcript(self) -> bool:
        """Whether there is a column for text and one more that is known."""
        return "text" in self.places and len(self.places) > 1

    @property
    def columns(self) -> str:
        """The columns' names, shortened, as messages list them."""
        return ", ".join(quoted(name, 30) for name in self.header[:12]) or "none"


def find_layout(header: Sequence[str], options: ReadOptions, rows_are: str = "line") -> Layout:
    """The layout of a table with these column names."""
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
    return Layout(tuple(header), places, frozenset(options.columns), rows_are)


def require_columns(path: str, layout: Layout, options: ReadOptions) -> None:
    """Nothing, where the mapped columns and one for text are there.

    Raises:
        ReadError: one is missing.
    """
    for field, column in options.columns.items():
        if column and not {field, f"{field}_ms"} & layout.places.keys():
            raise ReadError(
                path,
                f"no column {quoted(column)} for {field}; columns are {layout.columns}",
                "header",
            )
    if "text" not in layout.places:
        raise ReadError(
            path,
            f"no column for text; columns are {layout.columns}; expected a header with one such as "
            "text or utterance, or map it (text=COLUMN)",
            "header",
        )


def _plain_name(name: str) -> str:
    """A column's name in lower case with underscores: " Start Time", "startTime" -> start_time."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", clean(name).strip("\ufeff"))
    return re.sub(r"[\W_]+", "_", name).strip("_").lower()
