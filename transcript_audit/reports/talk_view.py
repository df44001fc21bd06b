"""What a call's times tell, in a few lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from transcript_audit.model import CallAudit
from transcript_audit.reports.text import clock, plural
from transcript_audit.talk import SHORTEST_SILENCE, SIDES, Interruption, NoTalk, Talk, measure_talk

SHOWN = 4
"""Interruptions and silences that are named one by one, the longest first."""

STATED = {
    "duration_seconds": "duration",
    "agent_talk_seconds": "agent talk",
    "customer_talk_seconds": "customer talk",
    "silence_seconds": "silence",
    "interruptions": "interruptions",
    "interruptions_by_agent": "of them by the agent",
}
"""What the figures that a source may state are called."""


def talk_lines(audit: CallAudit) -> Iterator[str]:
    """The computed figures, and those that the source states with what was computed beside them.

    Nothing for a call without any times, which has no figures to miss.
    """
    talk = measure_talk(audit.transcript, audit.turns, audit.acts)
    if isinstance(talk, Talk):
        yield from _told(talk)
    elif any(each.start is not None for each in audit.transcript.utterances):
        yield f"talk times not assessable: {talk.reason}"
    if audit.transcript.stated:
        yield _stated(audit, talk)


def _told(talk: Talk) -> Iterator[str]:
    shares = {side: talk.share(side) for side in SIDES}
    told = [f"{side} {share:.0%}" for side, share in shares.items() if share is not None]
    line = f"talk: {' and '.join(told) or 'none'} of {clock(sum(talk.talk.values()))}"
    if talk.longest:
        longest = talk.longest
        line += f", longest turn {longest.seconds:.0f} s by the {longest.by} (#{longest.number})"
    yield line
    if talk.overlaps:
        line = f"both at once: {plural(talk.overlaps, 'time')}, {talk.overlap:.1f} s"
        yield line + _interrupted(talk.interruptions)
    if talk.silences:
        yield _silent(talk)


def _interrupted(interruptions: tuple[Interruption, ...]) -> str:
    if not interruptions:
        return "; nobody cut in"
    by = {side: [each for each in interruptions if each.by is side] for side in SIDES}
    parts = [f"the {side} cut in {plural(len(each), 'time')}" for side, each in by.items() if each]
    longest = sorted(interruptions, key=lambda each: -each.seconds)[:SHOWN]
    places = ", ".join(f"#{each.number} {each.by} {each.seconds:.1f} s" for each in longest)
    return f"; {', '.join(parts)} ({places}{', ...' if len(interruptions) > SHOWN else ''})"


def _silent(talk: Talk) -> str:
    holds = sum(each.hold for each in talk.silences)
    longest = sorted(talk.silences, key=lambda each: -each.seconds)[:SHOWN]
    places = ", ".join(
        f"after #{each.number} {each.seconds:.0f} s{' (hold)' if each.hold else ''}"
        for each in longest
    )
    more = ", ..." if len(talk.silences) > SHOWN else ""
    announced = f", {plural(holds, 'announced hold')}" if holds else ""
    count = plural(len(talk.silences), "silence")
    return f"{count} of {SHORTEST_SILENCE:g} s or more{announced}: {places}{more}"


def _stated(audit: CallAudit, talk: Talk | NoTalk) -> str:
    computed = talk.figures if isinstance(talk, Talk) else {}
    told = [
        f"{STATED.get(name, name)} {value:g}"
        + (f" (computed {computed[name]:g})" if name in computed else "")
        for name, value in audit.transcript.stated.items()
    ]
    return f"the source itself says: {', '.join(told)}"
