"""Subtitles: WebVTT and SRT, with the speaker in a voice tag, a prefix or a line of its own."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from transcript_audit.errors import ReadError
from transcript_audit.model import Transcript, Utterance
from transcript_audit.readers.labels import find_speakers, read_spoken_line
from transcript_audit.readers.options import ReadOptions
from transcript_audit.readers.sources import Document
from transcript_audit.readers.times import STAMP, read_seconds
from transcript_audit.readers.words import clean, quoted

_TIMING = re.compile(rf"\s*({STAMP})\s*-->\s*({STAMP})(?P<rest>.*)")
_SETTINGS = re.compile(r"(?:\s+\w+:\S+)*\s*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,200})?[ \t]{1,20}((?:[^<> \t][^<>]{0,200})?)>")
_TAG = re.compile(
    r"</?(?:v|c|i|b|u|s|ruby|rt|lang|font)(?:[.\s][^<>]*)?>|<\d[\d:.]*>|\{\\an?\d{1,2}\}", re.I
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.I)
_DASH = re.compile(r"^\s*[-–]\s+")
_NAME_LINE = re.compile(r"[\[(]?([^\W_][\w .,'’_-]{0,40})(?:\([\w .'’_-]{1,30}\))?[\])]?")

# Stands for an arrow inside spoken words, which would end the cue.
_ARROW = "\ue000"


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue: the 1-based line of its timing, its times in seconds, and its lines as written."""

    line: int
    start: float
    end: float
    payload: str


def detect_webvtt(sample: str, options: ReadOptions) -> bool:
    """Whether `sample` begins with the WebVTT signature."""
    return bool(re.match(r"\ufeff?WEBVTT(?:\s|$)", sample))


def detect_srt(sample: str, options: ReadOptions) -> bool:
    """Whether some line of `sample` is the timing line of a cue, with nothing said in it."""
    timings = (_TIMING.match(line) for line in sample.split("\n"))
    return any(_SETTINGS.fullmatch(match["rest"]) for match in timings if match)


def read_webvtt(document: Document, options: ReadOptions) -> Iterator[Transcript]:
    """The one call in a WebVTT file.

    Raises:
        ReadError: a timing line cannot be read, or no cue has a speaker.
    """
    import webvtt  # noqa: PLC0415 - needed for this format only

    lines = document.lines.read().lstrip("\ufeff").split("\n")
    timings = _find_timings(document.path, lines)
    try:
        captions = webvtt.from_string(_rewrite(lines, timings, ".")).captions
    except webvtt.errors.MalformedFileError as error:
        raise ReadError(
            document.path, "no WEBVTT in the first line; add it, or read it as srt", "line 1"
        ) from error
    yield _build_call(document, timings, [caption.raw_text for caption in captions], "webvtt")


def read_srt(document: Document, options: ReadOptions) -> Iterator[Transcript]:
    """The one call in an SRT file.

    Raises:
        ReadError: a timing line cannot be read, or no cue has a speaker.
    """
    from pysubs2 import SSAFile  # noqa: PLC0415 - needed for this format only

    lines = document.lines.read().split("\n")
    timings = _find_timings(document.path, lines)
    # An index after the last cue, where files have none, keeps a last line of digits from being
    # taken for one.
    text = _rewrite([*lines, "", "0", ""], timings, ",")
    events = SSAFile.from_string(text, format_="srt", keep_html_tags=True)
    payloads = [event.text.replace("\\N", "\n") for event in events]
    yield _build_call(document, timings, payloads, "srt")


def _rewrite(lines: Sequence[str], timings: Mapping[int, tuple[float, float]], point: str) -> str:
    """The file with its times in the strict form, and no arrow but in timing lines."""
    rewritten: list[str] = []
    for number, line in enumerate(lines, 1):
        match = _TIMING.match(line) if number in timings else None
        if match is None:
            rewritten.append(line.replace("-->", _ARROW))
            continue
        rewritten.append(" --> ".join(_format_time(time, point) for time in timings[number]))
        if not _SETTINGS.fullmatch(match["rest"]):
            rewritten.append(match["rest"].replace("-->", _ARROW))
    return "\n".join(rewritten)


def _format_time(seconds: float, point: str) -> str:
    """hh:mm:ss.mmm, cut to what both parsers take; the exact time is kept beside it."""
    whole = min(int(seconds), 99 * 3600)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}000"


def _find_timings(path: str, lines: Sequence[str]) -> dict[int, tuple[float, float]]:
    """Start and end in seconds by 1-based line.

    Raises:
        ReadError: a line is meant as a timing line but has no two times in it.
    """
    timings: dict[int, tuple[float, float]] = {}
    for number, line in enumerate(lines, 1):
        if match := _TIMING.match(line):
            start, end = (read_seconds(stamp) for stamp in match.group(1, 2))
            if start is not None and end is not None:
                timings[number] = (start, end)
                continue
        if re.match(r"\s*[\d:.,]+\s*-->", line):
            raise ReadError(
                path,
                f"{quoted(line)} is not the timing of a cue; expected "
                "00:00:01.000 --> 00:00:02.500",
                f"line {number}",
            )
    return timings


def _build_call(
    document: Document,
    timings: Mapping[int, tuple[float, float]],
    payloads: Sequence[str],
    name: str,
) -> Transcript:
    if len(payloads) != len(timings):
        raise ReadError(
            document.path,
            f"{len(timings)} timing lines but {len(payloads)} cues; put an empty line between cues",
        )
    cues = [
        Cue(line, *times, payload.replace(_ARROW, "-->"))
        for (line, times), payload in zip(timings.items(), payloads, strict=True)
    ]
    cues.sort(key=lambda cue: (cue.start, cue.end))
    if any(_VOICE.search(cue.payload) for cue in cues):
        said = [(cue, voice, text) for cue in cues for voice, text in split_voices(cue.payload)]
    elif _names_lead_cues(cues):
        said = [_split_name_line(cue) for cue in cues]
    else:
        said = _split_prefixes(cues)
    if cues and not any(speaker for _, speaker, _ in said):
        raise ReadError(
            document.path,
            "no cue says who speaks; expected <v Name>, or a line that begins with 'Name:'; "
            "export it with speakers",
        )
    utterances = (
        Utterance(number, clean(speaker), clean(text), cue.start, cue.end, line=cue.line)
        for number, (cue, speaker, text) in enumerate(said)
    )
    return Transcript(
        call_id=document.default_id,
        path=document.path,
        utterances=tuple(utterance for utterance in utterances if utterance.text),
        format=name,
    )


def split_voices(payload: str) -> list[tuple[str, str]]:
    """The (speaker, text) pairs of a cue with voice tags; "" where nobody is named."""
    before, *rest = _VOICE.split(payload)
    pairs = [("", before), *zip(rest[::2], rest[1::2], strict=True)]
    plain = [(_unescape(voice), _plain_text(text)) for voice, text in pairs]
    return [(voice, text) for voice, text in plain if voice or text.strip()]


def _plain_text(payload: str) -> str:
    """The words: tags out first, so that an escaped "<" is not taken for one."""
    return _unescape(_TAG.sub("", payload))


def _unescape(text: str) -> str:
    """Entities that end with ";", as both formats have them ("R&notes" is no entity)."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _split_prefixes(cues: Sequence[Cue]) -> list[tuple[Cue, str, str]]:
    """Turns by "Name:" at the head of a line; one without goes on with the last speaker."""
    lines = [
        (cue, index, _DASH.sub("", line, count=1))
        for cue in cues
        for index, line in enumerate(_plain_text(cue.payload).split("\n"))
    ]
    shaped = [read_spoken_line(line) for _, _, line in lines]
    speakers = find_speakers((line for line in shaped if line), wrapped=True)
    said: list[tuple[Cue, str, str]] = []
    speaker = ""
    for (cue, index, line), spoken in zip(lines, shaped, strict=True):
        if spoken and spoken.key in speakers:
            speaker = spoken.label
            said.append((cue, speaker, spoken.text))
        elif index and said:
            said[-1] = (cue, speaker, f"{said[-1][2]}\n{line}")
        else:
            said.append((cue, speaker, line))
    return said


def _names_lead_cues(cues: Sequence[Cue]) -> bool:
    """Whether each cue's first line is a name: short, capitalised, coming again or of two words."""
    firsts = [cue.payload.split("\n")[0].strip() for cue in cues if "\n" in cue.payload]
    if not firsts or len(firsts) < len([cue for cue in cues if cue.payload.strip()]):
        return False
    come_again = len(set(firsts)) < len(firsts)
    return all(
        _NAME_LINE.fullmatch(first)
        and first.count(" ") < 4
        and not first.endswith((".", ","))
        and not any(word.strip("[(")[:1].islower() for word in first.split())
        and (come_again or (" " in first and not first.isupper()))
        for first in firsts
    )


def _split_name_line(cue: Cue) -> tuple[Cue, str, str]:
    name, _, text = cue.payload.partition("\n")
    brackets = " []()" if name.strip().startswith("(") else " []"
    return cue, _plain_text(name).strip(brackets), _plain_text(text)
