"""One agent's section of a Markdown report, and the parts that the team's share with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from transcript_audit.reports.markdown_text import markdown_table, markdown_words
from transcript_audit.reports.shares import counted, range_words
from transcript_audit.reports.styles import FAMILY_TITLES, READING_WORDS
from transcript_audit.reports.text import clock, moment, plural, shortened
from transcript_audit.scorecards import (
    CallToHear,
    FamilyShare,
    Need,
    Reading,
    Scorecard,
    Scorecards,
    Share,
)

HEARD, QUOTED = 5, 160
"""Calls to listen to first, and the most characters of the words quoted of each."""

_SIGNS = {Reading.ABOVE: " ▲", Reading.BELOW: " ▼", Reading.TOO_FEW: " too few"}


def share_words(count: int, of: int, share: FamilyShare | Share) -> str:
    """A share with its range and reading in a few words; of too few calls without the range."""
    if not of:
        return "none"
    reading = share.comparison.reading if share.comparison else None
    if reading is Reading.TOO_FEW:
        return f"{count} of {of} too few"
    sign = _SIGNS.get(reading, "") if reading else ""
    return f"{count} of {of} ({range_words(share)}){sign}"


def needs_lines(needs: Sequence[Need]) -> Iterator[str]:
    """What stands out, numbered, each with the reason."""
    for number, need in enumerate(needs, start=1):
        yield f"{number}. **{markdown_words(need.title)}**: {markdown_words(need.reason)}\n"
    if not needs:
        yield "Nothing stands out.\n"


def agent_section(card: Scorecard, cards: Scorecards, titles: Mapping[str, str]) -> Iterator[str]:
    """The section of one agent, beside the rest of the team."""
    yield f"### {markdown_words(card.agent)}\n\n"
    yield from _headline(card)
    yield "**Needs attention**\n\n"
    yield from needs_lines(card.needs)
    yield "\n"
    yield markdown_table(
        ["Flagged, of those judged", "Agent", "Team", "Beside the rest"], _rates(card, cards), ()
    )
    if card.calls_to_hear:
        yield "\n**Listen to these first**\n\n"
        for call in card.calls_to_hear[:HEARD]:
            yield f"- {_hear_words(call, titles)}\n"
    yield from _coaching(card)
    yield from _done_well(card)
    yield "\n"


def _headline(card: Scorecard) -> Iterator[str]:
    facts = [plural(card.calls, "call")]
    facts += [f"{card.first} to {card.last}"] if card.first else []
    facts += [f"{card.critical_calls} with a critical flag"]
    facts += [f"{card.left_open} left open"] if card.left_open else []
    facts += [f"{card.skipped} skipped"] if card.skipped else []
    if card.quality and not card.quality.too_few:
        facts.append(f"quality {card.quality.mean:.0f} of 100")
    if card.seconds:
        told = f"median of {plural(card.seconds.calls, 'call')}"
        facts.append(f"{clock(card.seconds.median)} from request to confirmation ({told})")
    if card.attempts.mean is not None:
        facts.append(f"{card.attempts.mean:.1f} attempts to keep the customer per request")
    yield f"{' · '.join(facts)}\n\n"


def _rates(card: Scorecard, cards: Scorecards) -> Iterator[list[str]]:
    for share, team in zip(card.families, cards.team.families, strict=True):
        reading = share.comparison.reading if share.comparison else None
        yield [
            FAMILY_TITLES[share.family],
            counted(share.flagged, share.eligible, share),
            counted(team.flagged, team.eligible, team),
            READING_WORDS[reading] if reading else "",
        ]
    kept, teams = card.saves, cards.team.saves
    reading = kept.comparison.reading if kept.comparison else None
    yield [
        "Retained, of who asked to cancel",
        counted(kept.count, kept.of, kept),
        counted(teams.count, teams.of, teams),
        READING_WORDS[reading] if reading else "",
    ]


def _hear_words(call: CallToHear, titles: Mapping[str, str]) -> str:
    finding = call.finding
    number = f"turn {finding.evidence[0].number}" if finding.evidence else ""
    facts = [markdown_words(call.call_id), moment(call.started_at), clock(call.start), number]
    more = f" +{call.findings - 1} more" if call.findings > 1 else ""
    title = markdown_words(titles.get(finding.rule, finding.rule))
    words = markdown_words(shortened(call.quote, QUOTED))
    told = f"“{words}”" if words else markdown_words(finding.message)
    where = " · ".join(filter(None, facts))
    return f"{title} ({finding.severity}){more}: {told} ({where})"


def _coaching(card: Scorecard) -> Iterator[str]:
    for priority in card.coaching[:1]:
        yield "\n**Coach this first**\n\n"
        told = f"{priority.flagged} of {plural(priority.eligible, 'call')} flagged"
        yield f"- **{markdown_words(priority.title)}**: {told}\n"
        for label, words in (
            ("Why", priority.reason),
            ("Tip", priority.tip),
            ("Say instead", f"“{priority.say_instead}”" if priority.say_instead else ""),
        ):
            if words:
                yield f"- {label}: {markdown_words(words)}\n"


def _done_well(card: Scorecard) -> Iterator[str]:
    practice = card.done_well
    if practice:
        noun = "concern" if practice.name == "concerns-acknowledged" else "call"
        told = f"{practice.title} in {practice.done} of {plural(practice.called_for, noun)}"
        yield f"\n**Done well**: {markdown_words(told)} ({range_words(practice)})\n"
