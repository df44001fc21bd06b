"""What a vendor's JSON format is to the readers: a row in the table `vendors.JSON_FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

from transcript_audit.errors import ReadError
from transcript_audit.model import SkippedCall, Transcript
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.sources import skip, stem_of


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """A vendor's JSON.

    Attributes:
        name: as `input_format` names it; title: as a person would.
        sign: by what it is known, in words; roles, times, agents: what it says of these, in words
            (for `formats list` and docs/formats.md).
        matches: whether an object is in this format, by its keys alone.
        read: the calls of such an object, given the call id for one that has none itself.
    """

    name: str
    title: str
    sign: str
    roles: str
    times: str
    agents: str
    matches: Callable[[Mapping[str, object]], bool]
    read: Callable[[Node, str], Iterator[Transcript | SkippedCall]]


NOT_STATED = "not stated"
IN_SECONDS = "seconds from the start of the recording; the start of the call is not stated"
IN_MILLISECONDS = f"milli{IN_SECONDS}"

recognised_speech = partial(
    JsonFormat,
    roles="not stated; a number a speaker where diarised, a channel each where there are several",
    times=IN_SECONDS,
    agents=NOT_STATED,
)
"""A format of speech recognition that numbers speakers or channels, and knows nobody by name."""


def read_calls(
    calls: Iterable[tuple[Node, str]], read: Callable[[Node, str], Transcript]
) -> Iterator[Transcript | SkippedCall]:
    """The calls of an object that holds several, each with its id; one that fails is skipped
    alone."""
    for node, call_id in calls:
        try:
            yield read(node, call_id)
        except ReadError as error:
            yield skip(node.path, error, call_id)


def name_recording(address: str) -> str:
    """The name of the recording at an address, without suffix, or "": never the part after "?",
    which may let its reader in."""
    path = unquote(address).partition("?")[0]
    if "://" in path:
        path = path.partition("://")[2].partition("/")[2]
    name = path.rstrip("/").rpartition("/")[2]
    return stem_of(name) if name else ""
