"""Telling who speaks in running text: which "Word:" at the head of a line is a speaker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from transcript_audit.readers.times import STAMP, read_seconds
from transcript_audit.readers.words import clean

_LABEL = (
    r"[^\W_][\w.'’&/#-]{0,29}(?:[ \t]{1,3}[\w.'’&/#-]{1,30}){0,3}"
    r"(?:[ \t]?\([\w .'’&/#-]{1,30}\))?"
)
_TO = r"\s{0,20}(?:-->|->|[-–—]|to)\s{0,20}"
_DATE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ,]{1,3}"
_BEFORE = (
    rf"[\[(<]?\s{{0,20}}(?P<date>{_DATE})?(?P<before>{STAMP})(?P<half>\s?[ap]\.?m\b\.?)?"
    rf"(?:{_TO}(?P<before_end>{STAMP}))?\s{{0,20}}[\])>]?\s{{0,20}}[-–—|]?\s{{0,20}}"
)
_AFTER = (
    rf"\s{{0,20}}[\[(]\s{{0,20}}(?P<after>{STAMP})(?:{_TO}(?P<after_end>{STAMP}))?\s{{0,20}}[\])]"
)

_SPOKEN = re.compile(
    rf"\s{{0,20}}(?:[-•]\s{{1,20}})?(?:{_BEFORE})?(?P<bold>\*\*|__)?"
    rf"(?:[\[(](?P<boxed>{_LABEL})[\])]|(?P<label>{_LABEL}))(?P<closed>(?P=bold))?(?:{_AFTER})?"
    r"(?P<mark>[ \t]?:|>)(?:(?P=bold))?(?P<gap>[ \t]*)(?P<text>.*)",
    re.S | re.I,
)
_APART = r"(?:[ \t]{1,20}|[ \t]{0,20}[-–—|·•][ \t]{0,20})"
_HEADING = re.compile(
    rf"\s{{0,20}}(?:(?P<label>{_LABEL}){_APART}[\[(]?(?P<after>{STAMP})(?:{_TO}(?P<after_end>{STAMP}))?[\])]?"
    rf"|[\[(]?(?P<before>{STAMP})(?:{_TO}(?P<before_end>{STAMP}))?[\])]?{_APART}(?P<late>{_LABEL}))\s{{0,20}}"
)
_NAME_ALONE = re.compile(rf"\s*(?P<label>{_LABEL})\s*")
_STAMP_ALONE = re.compile(rf"\s*[\[(]?(?P<stamp>{STAMP})[\])]?\s*")

_ROLE_WORDS = (
    "agent|rep|csr|representative|operator|advisor|adviser|associate|consultant|specialist|"
    "supervisor|manager|team lead(?:er)?|support|staff|employee|assistant|bot|chatbot|"
    "customer(?: service| care)?(?: agent| rep(?:resentative)?)?|"
    "caller|client|member|user|guest|host|subscriber|patient|policyholder|donor|patron|"
    "(?:joint )?account holder|system|ivr|auto(?:mated)? (?:attendant|message)|recording|"
    "virtual (?:agent|assistant)|interpreter|other|unknown(?: speaker)?|"
    "speaker|spk|spkr|channel|participant|person|voice"
)
_ROLE = re.compile(
    rf"(?:the )?(?:{_ROLE_WORDS})(?:[ _#-]*\d{{1,3}}|[ _][a-z])?(?: ?\([^)]*\))?"
    rf"|[^()]+ ?\((?:{_ROLE_WORDS})\)|[a-z]|s\d{{1,2}}",
    re.I,
)
_FIELD = re.compile(
    r"(?:notes?|n\.?b\.?|p\.?s\.?|re|fwd?|cc|subject|title|topic|date|time|duration|length"
    r"|(?:start|end)(?:ed)?(?: at| time)?|case|ticket|order|account|phone|e-?mail|address"
    r"|(?:(?:call|case|ticket|order|account|customer|agent|contact|conversation|confirmation"
    r"|reference|policy|member|user|client|phone|employee)?[ _-]?"
    r"(?:ids?|ref(?:erence)?|no\.?|numbers?|name|date|type|reason|#))"
    r"|call|total|price|cost|amount|balance|fees?|example|e\.g\.|i\.e\.|warning|important|tip"
    r"|https?|ftp|mailto|file|transcript(?:ion)?|transcribed by|summary|agenda|language|location"
    r"|queue|direction|disposition|outcome|tags?|page|section|step|options?|question|answer|status"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|am|pm)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line that may begin a turn.

    Attributes:
        label: who speaks, if it is a speaker.
        text: what follows the label in the line.
        start, end: seconds, or None.
        heading: the label stands alone with a time; the words follow in the next lines.
        tight: no space between the label's colon and the text ("Agent:hello").
    """

    label: str
    text: str
    start: float | None = None
    end: float | None = None
    heading: bool = False
    tight: bool = False

    @property
    def key(self) -> str:
        """What makes two labels the same speaker."""
        return self.label.casefold()


def read_spoken_line(line: str) -> SpokenLine | None:
    """The label, times and text of a line, if it has the shape of one that begins a turn.

    Shapes: `Agent: text`, `**Agent:** text`, `[00:01:23] Agent: text`, `Agent [00:01:23]: text`,
    `REP> text`, `[SPEAKER_01]: text`, and the headings `Emma  0:12`, `Emma | 0:12 - 0:15` and
    `0:12 Emma`.
    """
    line = line.replace("\xa0", " ").strip()
    if match := _HEADING.fullmatch(line):
        label = clean(match["label"] or match["late"]).rstrip(" -")
        start = read_seconds(match["after"] or match["before"])
        end = read_seconds(match["after_end"] or match["before_end"] or "")
        return SpokenLine(label, "", start, end, heading=True)
    match = _SPOKEN.match(line)
    if not match:
        return None
    text = match["text"]
    tight = ":" in match["mark"] and not match["gap"] and bool(text.strip())
    if tight and (text[0].isdigit() or text[0] in "/\\"):
        return None
    return SpokenLine(
        label=clean(match["boxed"] or match["label"]),
        text=clean(text),
        start=_clock_of_day(match) or read_seconds(match["before"] or match["after"] or ""),
        end=read_seconds(match["before_end"] or match["after_end"] or ""),
        tight=tight and not match["closed"] and match["bold"] is None,
    )


def read_stacked_heading(name: str, time: str) -> SpokenLine | None:
    """The heading that two lines make, if the first may be a name and the second is a time."""
    name = name.replace("\xa0", " ")
    stamp = _STAMP_ALONE.fullmatch(time)
    label = _NAME_ALONE.fullmatch(name) if stamp else None
    if not (stamp and label) or _STAMP_ALONE.fullmatch(name):
        return None
    return SpokenLine(clean(label["label"]), "", read_seconds(stamp["stamp"]), heading=True)


def read_time_above(time: str, spoken: SpokenLine) -> SpokenLine | None:
    """The line with the time that stands alone in the line above it, if one does."""
    stamp = _STAMP_ALONE.fullmatch(time)
    return replace(spoken, start=read_seconds(stamp["stamp"])) if stamp else None


def _clock_of_day(match: re.Match[str]) -> float | None:
    """Seconds since midnight of a time with a date or "pm", whose two parts are hours, minutes."""
    if not match["date"] and not match["half"]:
        return None
    stamp = match["before"] if match["before"].count(":") > 1 else f"{match['before']}:00"
    seconds = read_seconds(stamp)
    if seconds is None or not match["half"]:
        return seconds
    return seconds % 43200 + (43200 if match["half"].strip()[0] in "pP" else 0)


def find_speakers(lines: Iterable[SpokenLine], wrapped: bool) -> frozenset[str]:
    """Keys of the labels that are speakers, out of all lines that have the shape of a turn.

    A word for a role or a channel ("Agent", "SPEAKER_01", "B") always is one; a name is if it
    comes again, or has a time where others have. A name that stands once is one where nothing
    speaks against it: the roles are not otherwise named, and no line is the rest of another
    (`wrapped`). Words such as "Note", "Total", "Call ID" never are.
    """
    lines = [line for line in lines if not _FIELD.fullmatch(line.label)]
    counts = Counter(line.key for line in lines)
    roles = {line.key for line in lines if _ROLE.fullmatch(line.label)}
    loose = [line for line in lines if line.key not in roles and not line.tight]
    repeated = {line.key for line in loose if counts[line.key] > 1 and _may_repeat(line)}
    timed = _timed_names(lines, loose)
    settled = roles | repeated | timed
    once = {line.key for line in loose if _is_name(line.label)} - settled
    alone = len(settled) < 2 and not (settled and wrapped)
    plain = not (roles or timed or wrapped)
    return frozenset(settled | once if alone or plain else settled)


def _timed_names(lines: list[SpokenLine], loose: list[SpokenLine]) -> set[str]:
    """Names with a time, if that is the way of the text; headings only where all are headings."""
    with_time = [line for line in lines if line.start is not None]
    if 2 * len(with_time) < len(lines):
        return set()
    headed = all(line.heading for line in with_time)
    return {
        line.key
        for line in loose
        if line.start is not None and line.heading == headed and _is_name(line.label)
    }


def _may_repeat(line: SpokenLine) -> bool:
    return _is_name(line.label) or (" " not in line.label and not line.heading)


def _is_name(label: str) -> bool:
    """Every longer word begins with a capital, or with a letter of a script that has none."""
    words = [word for word in re.split(r"[ \t(]+", label) if len(word) > 3] or [label]
    return all(not word[0].islower() for word in words)
