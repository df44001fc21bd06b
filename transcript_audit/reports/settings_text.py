"""A settings file for a folder of calls, with a comment on everything in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from transcript_audit.inspection import Inspection
from transcript_audit.proposals import propose_agent_speakers, propose_name_pattern
from transcript_audit.reports.text import one_line, plural, shortened

_HEAD = """\
# Settings of transcript-audit for the calls in {folder}.
#
# They hold in this folder and all below it. An option on the command line goes before an
# environment variable (TRANSCRIPT_AUDIT_PROFILE, ...), and that before what stands here. Paths
# start from this file. See what they come to: transcript-audit doctor

# Thresholds to judge by: default, strict, california, or one of your own.
# profile = "default"

# Your own rule files, laid over the built-in ones.
# rules = "my-rules"

# Processes to work with.
# jobs = 2

# Your people: a CSV file with the columns name, id, aliases, team; only name must be there.
# roster = "agents.csv"

# Where a recording can be heard; {{call_id}}, {{seconds}}, {{agent}} and {{path}} are filled in.
# listen_link = "https://recordings.example/{{call_id}}?t={{seconds}}"

# Agents by team, for --team NAME; a roster may have them too.
# [teams]
# North = ["Priya", "Tom"]

"""


def settings_text(folder: str, inspections: Sequence[Inspection]) -> str:
    """The settings file for `folder`, as it is named from the file, after a look at its files."""
    read = [found for found in inspections if found.calls]
    lines = [*_found_lines(read, len(inspections)), "[[sources]]", f"paths = [{toml(folder)}]"]
    lines += [*_format_lines(read), *_name_lines(read), *_speaker_lines(read), *_column_lines(read)]
    return _HEAD.format(folder=one_line(folder)) + "\n".join(lines) + "\n"


def toml(text: str) -> str:
    """`text` as a TOML string: literal where it can be, since patterns are full of backslashes."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _found_lines(read: Sequence[Inspection], files: int) -> list[str]:
    formats: Counter[str] = Counter()
    for found in read:
        formats.update(found.formats)
    calls = formats.total()
    listed = ", ".join(f"{name} {count}" for name, count in formats.most_common())
    lines = [
        f"# Looked at {plural(files, 'file')}: {plural(calls, 'call')} can be read"
        + (f" ({listed})." if listed else "."),
    ]
    unread = files - len(read)
    if unread:
        lines.append(f"# Not read: {plural(unread, 'file')}; transcript-audit doctor says why.")
    return [*lines, "# More sources may follow, each with a [[sources]] of its own."]


def _format_lines(read: Sequence[Inspection]) -> list[str]:
    names = sorted({name for found in read for name in found.formats})
    name = names[0] if len(names) == 1 else "text"
    return [
        "",
        "# The format is found by the content; name one only where what is found is wrong.",
        f"# input_format = {toml(name)}",
    ]


def _name_lines(read: Sequence[Inspection]) -> list[str]:
    # A file of many calls is named after none of them.
    pattern = propose_name_pattern(found.path for found in read if found.calls == 1)
    lines = ["", "# What the files' names tell (call_id, agent, started_at) of calls that don't."]
    if pattern is None:
        return [*lines, r"# name_pattern = '^(?P<call_id>[^_]+)_(?P<agent>[^_.]+)'"]
    return [*lines, f"name_pattern = {toml(pattern)}"]


def _speaker_lines(read: Sequence[Inspection]) -> list[str]:
    labels: dict[str, str] = {}
    for found in read:
        for label, role in found.speakers.items():
            if labels.get(label, "unknown") == "unknown":
                labels[label] = str(role or "unknown")
    told = _list_labels(labels)
    lines = ["", f"# Who is who, where labels don't say. Labels seen: {told or 'none'}."]
    proposed = propose_agent_speakers(read)
    if proposed:
        lines.append(
            "# By their words these are the agent in every call; check before you rely on it."
        )
    agents = ", ".join(map(toml, proposed)) or toml("spk_0")
    return [
        *lines,
        f"# agent_speakers = [{agents}]",
        '# customer_speakers = ["spk_1"]',
        "# agent_channels = [0]",
    ]


def _list_labels(labels: Mapping[str, str], most: int = 10) -> str:
    shown = [
        f"{shortened(label, 30) or '(none)'} = {role}"
        for label, role in list(labels.items())[:most]
    ]
    return ", ".join(shown) + (", ..." if len(labels) > most else "")


def _column_lines(read: Sequence[Inspection]) -> list[str]:
    if not any({"table", "xlsx", "parquet"} & found.formats.keys() for found in read):
        return []
    return [
        "",
        "# Where the columns of a table go, if they aren't found by their names.",
        '# columns = {text = "utterance", call_id = "conversation"}',
    ]
