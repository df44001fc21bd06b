"""A settings file for a folder of calls, with a comment on everything in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import wrap

from transcript_audit.inspection import Inspection
from transcript_audit.proposals import propose_agent_speakers, propose_name_pattern
from transcript_audit.reports.text import one_line, plural, shortened
from transcript_audit.settings import SourceSettings

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

# Processes to audit with; left out, one, and on all cores once that has taken a few seconds.
# jobs = 2

# Your people: a CSV file with the columns name, id, aliases, team; only name must be there.
{roster}

# Where a recording can be heard; {{call_id}}, {{seconds}}, {{agent}} and {{path}} are filled in.
# listen_link = "https://recordings.example/{{call_id}}?t={{seconds}}"

# Where audits are kept, redacted: a file, or postgresql://...; by default one in your data folder.
# store = "audits.db"

# Agents by team, for --team NAME; a roster may have them too.
# [teams]
# North = ["Priya", "Tom"]

"""


def settings_text(
    folder: str, inspections: Sequence[Inspection], given: SourceSettings, roster: str | None = None
) -> str:
    """The settings file for a folder, after a look at its files.

    Args:
        folder, roster: as they are named from the file.
        given: what the user says of the folder's calls; it stands in the file as said.
    """
    read = [found for found in inspections if found.calls]
    lines = [*_found_lines(read, len(inspections)), "[[sources]]", f"paths = [{toml(folder)}]"]
    lines += [
        *_format_lines(read, given),
        *_name_lines(read, given),
        *_speaker_lines(read, given),
        *_column_lines(read, given),
    ]
    named = _setting("roster", roster, '"agents.csv"')
    return _HEAD.format(folder=one_line(folder), roster=named) + "\n".join(lines) + "\n"


def _setting(key: str, value: object, example: str) -> str:
    """The setting, or a comment with an example where it isn't given."""
    return f"{key} = {_toml_value(value)}" if value else f"# {key} = {example}"


def _toml_value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml_value, value))}]"
    return toml(value) if isinstance(value, str) else json.dumps(value)


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


def _format_lines(read: Sequence[Inspection], given: SourceSettings) -> list[str]:
    names = sorted({name for found in read for name in found.formats})
    name = names[0] if len(names) == 1 else "text"
    return [
        "",
        "# The format is found by the content; name one only where what is found is wrong.",
        _setting("input_format", given.input_format, toml(name)),
        *([f"encoding = {toml(given.encoding)}"] if given.encoding else []),
    ]


def _name_lines(read: Sequence[Inspection], given: SourceSettings) -> list[str]:
    # A file of many calls is named after none of them.
    pattern = given.name_pattern or propose_name_pattern(
        found.path for found in read if found.calls == 1
    )
    return [
        "",
        "# What the files' names tell (call_id, agent, started_at) of calls that don't.",
        _setting("name_pattern", pattern, "'^(?P<call_id>[^_]+)_(?P<agent>[^_.]+)'"),
    ]


def _speaker_lines(read: Sequence[Inspection], given: SourceSettings) -> list[str]:
    labels: dict[str, str] = {}
    for found in read:
        for label, role in found.speakers.items():
            if labels.get(label, "unknown") == "unknown":
                labels[label] = str(role or "unknown")
    told = f"Who is who, where labels don't say. Labels seen: {_list_labels(labels) or 'none'}."
    lines = ["", *wrap(told, 100, initial_indent="# ", subsequent_indent="# ")]
    # What the user has said already made them so.
    said = given.agent_speakers or given.customer_speakers or given.agent_channels
    proposed = [] if said else propose_agent_speakers(read)
    if proposed:
        lines.append(
            "# By their words these are the agent in every call; check before you rely on it."
        )
    agents = _toml_value(proposed or ["spk_0"])
    return [
        *lines,
        _setting("agent_speakers", given.agent_speakers, agents),
        _setting("customer_speakers", given.customer_speakers, '["spk_1"]'),
        _setting("agent_channels", given.agent_channels, "[0]"),
        "# Roles that are stated rightly although the words seem to say otherwise.",
        _setting("trust_roles", given.trust_roles, "true"),
    ]


def _list_labels(labels: Mapping[str, str], most: int = 10) -> str:
    shown = [
        f"{shortened(label, 30) or '(none)'} = {role}"
        for label, role in list(labels.items())[:most]
    ]
    return ", ".join(shown) + (" and more" if len(labels) > most else "")


def _column_lines(read: Sequence[Inspection], given: SourceSettings) -> list[str]:
    tables = any({"table", "xlsx", "parquet"} & found.formats.keys() for found in read)
    if not (tables or given.columns):
        return []
    example = '{text = "utterance", call_id = "conversation"}'
    return [
        "",
        "# Where the columns of a table go, if they aren't found by their names.",
        _setting("columns", given.columns, example),
    ]
