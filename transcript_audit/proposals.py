"""What a folder of calls suggests for the settings: how names are built, who speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from transcript_audit.inspection import Inspection
from transcript_audit.model import Role, RoleSource
from transcript_audit.readers import ReadOptions
from transcript_audit.readers.times import read_moment
from transcript_audit.speakers import named_person, stated_role

ENOUGH = 0.75
"""Share of the files that a name pattern must fit to be proposed."""

_SEPARATORS = ("_", " ")


def propose_name_pattern(paths: Iterable[str]) -> str | None:
    """A name pattern that fits how these files are called, or None where none shows.

    Names are cut at "_", else at blanks. A piece that is a date in every name is when the call
    began; one with a digit, another in every name, is its id; words of which some come again are
    the agents.
    """
    stems = [PurePath(path).stem for path in paths]
    for separator in _SEPARATORS:
        pieces = [stem.split(separator) for stem in stems]
        width = Counter(map(len, pieces)).most_common(1)[0][0] if pieces else 0
        same = [each for each in pieces if len(each) == width]
        if width < 2 or len(same) < 2 or len(same) < ENOUGH * len(stems):
            continue
        pattern = _join_pieces(list(zip(*same, strict=True)), re.escape(separator))
        if pattern and _fits(pattern, stems):
            return pattern
    return None


def _join_pieces(columns: Sequence[Sequence[str]], separator: str) -> str | None:
    patterns: list[str] = []
    taken: set[str] = set()
    shapes = {
        "started_at": rf"\d{{4}}[^{separator}.]*",
        "call_id": rf"[^{separator}.]*\d[^{separator}.]*",
        "agent": r"[^\W\d_]+",
    }
    for column in columns:
        kind = _kind_of(column)
        if kind and kind not in taken:
            taken.add(kind)
            patterns.append(f"(?P<{kind}>{shapes[kind]})")
        else:
            patterns.append(f"[^{separator}.]+")
    return f"^{separator.join(patterns)}" if taken & {"call_id", "agent"} else None


def _kind_of(column: Sequence[str]) -> str | None:
    """Which group a piece of the names is, from that piece of every name; None for none."""
    several = len(set(column))
    if all(read_moment(each) for each in column):
        return "started_at"
    if several == len(column) and all(re.search(r"\d", each) for each in column):
        return "call_id"
    if 1 < several < len(column) and all(re.fullmatch(r"[^\W\d_]+", each) for each in column):
        return "agent"
    return None


def _fits(pattern: str, stems: Sequence[str]) -> bool:
    options = ReadOptions(name_pattern=pattern)
    found = [options.details_from_name(f"{stem}.txt") for stem in stems]
    return sum(bool(each.call_id or each.agent) for each in found) >= ENOUGH * len(stems)


def propose_agent_speakers(inspections: Iterable[Inspection]) -> list[str]:
    """Labels that say nothing by themselves and came out as the agent in every file that has them.

    Only where more than one file has the label: in one call "A" may be the agent by chance.
    """
    roles: dict[str, list[Role | None]] = {}
    for found in inspections:
        if RoleSource.INFERRED in found.sources:
            for label, role in found.speakers.items():
                if label and stated_role(label) is None and named_person(label) is None:
                    roles.setdefault(label, []).append(role)
    return [
        label
        for label, held in roles.items()
        if len(held) > 1 and all(role is Role.AGENT for role in held)
    ]
