"""AWS post-call analytics (PCA): calls transcribed by Amazon, joined with the call's own facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from transcript_audit.model import Role, Transcript
from transcript_audit.readers.json_formats import JsonFormat
from transcript_audit.readers.nodes import Node
from transcript_audit.readers.segments import Segment, order_segments
from transcript_audit.readers.times import read_moment
from transcript_audit.readers.vendors.aws_figures import (
    drop_missing,
    read_entries,
    role_in,
    sum_talk,
)
from transcript_audit.readers.words import quoted

_PCA = "aws-pca"
_NOTHING = ("", "None")


@dataclass(frozen=True, slots=True)
class _Voice:
    """A speaker of post-call analytics: the label, and the user id of an agent or None."""

    label: str
    agent_id: str | None = None


def _is_pca(value: Mapping[str, object]) -> bool:
    return bool(value.keys() & {"ConversationAnalytics", "SpeechSegments"})


def _read_pca(call: Node, default_id: str) -> Iterator[Transcript]:
    facts = call.at("ConversationAnalytics")
    job = _read_job(facts)
    voices = _read_voices(facts, job)
    segments, cuts = [], []
    for each in call.at("SpeechSegments").each():
        name = each.text_at("SegmentSpeaker")
        voice = voices.get(name, _Voice(name))
        if _is_set(each, "IVRSegment"):
            voice = _Voice(Role.SYSTEM.value)
        if _is_set(each, "SegmentInterruption"):
            cuts.append(role_in(voice.label))
        text = each.text_at("DisplayText") or each.at("OriginalText").text()
        start, end = each.seconds_at("SegmentStartTime"), each.seconds_at("SegmentEndTime")
        segments.append(Segment(voice.label, text, start, end, voice.agent_id))
    figures = _read_figures(facts, voices)
    # Only Call Analytics marks interruptions; without it every mark is false.
    if job is not None and job.text_at("TranscribeApiType") == "analytics":
        figures["interruptions"] = float(len(cuts))
        figures["interruptions_by_agent"] = float(cuts.count(Role.AGENT))
    job_name = "" if job is None else job.text_at("TranscriptionJobName")
    yield Transcript(
        call_id=_read_known(facts, "GUID") or job_name or default_id,
        path=call.path,
        utterances=order_segments(segments),
        agent_ids=_read_agents(facts, voices),
        started_at=_read_start(facts),
        format=_PCA,
        stated=figures,
    )


def _read_job(facts: Node) -> Node | None:
    """What is said of the transcription, or None."""
    jobs = (each.maybe("TranscribeJobInfo") for each in facts.each_at("SourceInformation"))
    return next((job for job in jobs if job is not None), None)


def _read_voices(facts: Node, job: Node | None) -> dict[str, _Voice]:
    """The speakers by the label that segments have for them.

    Where speakers were told apart by voice, display texts are dealt out in the order of speaking
    and state nothing: there they are left aside.
    """
    separate = job and job.maybe("ChannelIdentification")
    if separate is not None and separate.value in (0, "0"):
        return {}
    voices = {}
    for each in facts.each_at("SpeakerLabels"):
        name = each.text_at("Speaker")
        label = each.text_at("DisplayText") or name
        user = _read_known(each, "UserId") if role_in(label) == Role.AGENT else ""
        voices[name] = _Voice(label, user or None)
    return voices


def _read_agents(facts: Node, voices: Mapping[str, _Voice]) -> tuple[str, ...]:
    """The agents' ids and names, without those that only repeat a display text ("Agent 1")."""
    users = [voice.agent_id for voice in voices.values() if voice.agent_id]
    named = [_read_known(facts, "Agent"), *(each.text() for each in facts.each_at("Agents"))]
    shown = {*_NOTHING, *(voice.label for voice in voices.values())}
    return tuple(dict.fromkeys([*users, *(name for name in named if name not in shown)]))


def _read_start(facts: Node) -> datetime | None:
    """When the call began; None where that is only when it was processed."""
    text = _read_known(facts, "ConversationTime")
    if not text or text == facts.text_at("ProcessTime"):
        return None
    moment = read_moment(text)
    if moment is None:
        raise facts.at("ConversationTime").error(
            f"{quoted(text)} is not a date; expected one such as 2026-03-04 09:30:00"
        )
    return moment


def _read_figures(facts: Node, voices: Mapping[str, _Voice]) -> dict[str, float]:
    figures: dict[str, float | None] = {}
    duration = facts.maybe("Duration")
    if duration is not None and duration.value not in _NOTHING:
        figures["duration_seconds"] = duration.seconds()
    spent = dict(read_entries(facts.maybe("SpeakerTime")))
    if "NonTalkTime" in spent:
        figures["silence_seconds"] = spent.pop("NonTalkTime").seconds_at("TotalTimeSecs")
    shares = [(voices[name].label, share) for name, share in spent.items() if name in voices]
    return drop_missing(figures | sum_talk(shares, "TotalTimeSecs"))


def _read_known(node: Node, key: str) -> str:
    """The text at `key`; "" also for the "None" that is written for nothing."""
    text = node.text_at(key)
    return "" if text in _NOTHING else text


def _is_set(node: Node, key: str) -> bool:
    found = node.maybe(key)
    return found is not None and found.value in (True, 1)


PCA_FORMATS = (
    JsonFormat(
        name=_PCA,
        title="AWS post-call analytics (PCA)",
        sign="ConversationAnalytics and SpeechSegments",
        roles="stated: SpeakerLabels, unless speakers were told apart by voice (spk_0)",
        times="start and end, seconds; the start of the call where it is known",
        agents="Agent and Agents, or UserId of a speaker",
        matches=_is_pca,
        read=_read_pca,
    ),
)
