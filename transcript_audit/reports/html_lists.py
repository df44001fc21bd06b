"""The lists of a page: flags, calls, calls left open and skipped ones; bounded, gravest first."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from transcript_audit.model import CallAudit, Finding, Severity, SkippedCall, Span, Turn
from transcript_audit.quotes import quote_words, widen_span
from transcript_audit.reports.flags import agents_on, blame
from transcript_audit.reports.listening import safe_listen_address
from transcript_audit.reports.text import clock, marked, moment
from transcript_audit.speakers import fold_label
from transcript_audit.tallies import Best

FLAGS_LISTED, CALLS_LISTED, OTHERS_LISTED = 500, 1000, 200
"""The most flags, calls, and calls left open or skipped (each) that a page lists."""

TURNS_SHOWN = 12
"""The most turns with evidence that a flag shows in full, each with the turns around it."""

LONGEST_TURN, KEPT_AROUND = 900, 300
"""Characters of a turn that are shown whole; of a longer one, those kept around marked words."""

SEVERITIES = tuple(Severity)

FlagKey = tuple[str, str, str]
"""Call id, path and rule: by these a page finds a flag again."""


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn as a flag shows it.

    Attributes:
        gap: how many turns lie between it and the one shown before.
        number: of its source turns; words: escaped, with what the flag rests on marked.
    """

    gap: int
    time: str
    number: str
    speaker: str
    from_agent: bool
    cited: bool
    words: Markup


@dataclass(frozen=True, slots=True)
class ListedFlag:
    """A finding with the words around it.

    Attributes:
        agents: whom it is about; when: time or turn of its first words; quote: these words.
        more_turns: turns with evidence that are not among `turns`.
        listen: address of the recording, or None.
    """

    finding: Finding
    call_id: str
    path: str
    began: str
    agents: tuple[str, ...]
    when: str
    quote: str
    turns: tuple[ShownTurn, ...]
    more_turns: int
    checked: tuple[str, ...]
    listen: str | None

    @property
    def key(self) -> FlagKey:
        """By what a page finds it again."""
        return self.call_id, self.path, self.finding.rule


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A call in a line.

    Attributes:
        outcome: "" where the call was left open, and then `attempts` is None too.
        why: the reason why it was left open, or "".
    """

    call_id: str
    path: str
    began: str
    agents: tuple[str, ...]
    outcome: str
    findings: tuple[Finding, ...]
    attempts: int | None
    seconds: float | None
    why: str
    listen: str | None


@dataclass(frozen=True, slots=True)
class PageLists:
    """The lists of a page, and how many there are of each, listed or not."""

    flags: tuple[ListedFlag, ...]
    all_flags: int
    calls: tuple[ListedCall, ...]
    all_calls: int
    left_open: tuple[ListedCall, ...]
    all_left_open: int
    skipped: tuple[SkippedCall, ...]
    all_skipped: int


def list_calls(
    audits: Iterable[CallAudit | SkippedCall],
    listen_link: str | None = None,
    names: Iterable[str] = (),
    wanted: Container[FlagKey] = (),
) -> PageLists:
    """The gravest flags and calls of a stream of audits, and the first left open or skipped.

    Args:
        names: agents as the page writes them; calls may write them in other letter cases.
        wanted: flags to list beside the gravest.
    """
    as_written = {fold_label(name): name for name in names}
    gravest_flags: Best[ListedFlag] = Best(FLAGS_LISTED)
    told_flags: list[tuple[tuple[Any, ...], ListedFlag]] = []
    calls: Best[ListedCall] = Best(CALLS_LISTED)
    left_open: list[ListedCall] = []
    skipped: list[SkippedCall] = []
    found = done = opened = passed = 0
    for place, audited in enumerate(audits):
        if isinstance(audited, SkippedCall):
            passed += 1
            skipped += [audited] if len(skipped) < OTHERS_LISTED else []
            continue
        done += 1
        gravest = min((SEVERITIES.index(f.severity) for f in audited.findings), default=99)
        if calls.takes((gravest, place)):
            calls.add((gravest, place), list_call(audited, listen_link, as_written))
        if audited.left_open:
            opened += 1
            if len(left_open) < OTHERS_LISTED:
                left_open.append(list_call(audited, listen_link, as_written))
        for number, finding in enumerate(audited.findings):
            found += 1
            key = (SEVERITIES.index(finding.severity), -finding.strength, place, number)
            told = (audited.call_id, audited.transcript.path, finding.rule) in wanted
            if told or gravest_flags.takes(key):
                flag = list_flag(audited, finding, listen_link, as_written)
                if told:
                    told_flags.append((key, flag))
                else:
                    gravest_flags.add(key, flag)
    flags = sorted([*gravest_flags.kept, *told_flags], key=lambda pair: pair[0])
    return PageLists(
        tuple(flag for _, flag in flags),
        found,
        calls.items(),
        done,
        tuple(left_open),
        opened,
        tuple(skipped),
        passed,
    )


def list_call(
    audit: CallAudit, listen_link: str | None, as_written: Mapping[str, str]
) -> ListedCall:
    """A call in a line, its gravest findings first."""
    known = not audit.left_open
    return ListedCall(
        audit.call_id,
        audit.transcript.path,
        moment(audit.transcript.started_at),
        agents_on(audit, as_written),
        str(audit.outcome) if known else "",
        tuple(sorted(audit.findings, key=lambda f: SEVERITIES.index(f.severity))),
        len(audit.episode.attempts) if known else None,
        audit.episode.seconds_to_confirm if known else None,
        "" if known else audit.results[0].reason,
        safe_listen_address(listen_link, audit),
    )


def list_flag(
    audit: CallAudit, finding: Finding, listen_link: str | None, as_written: Mapping[str, str]
) -> ListedFlag:
    """A finding with the turns around its evidence."""
    cited = sorted({each.turn for each in finding.evidence})
    shown, more = cited[:TURNS_SHOWN], len(cited[TURNS_SHOWN:])
    first = finding.evidence[0] if finding.evidence else None
    told = {*finding.steps}
    results = [each for each in audit.results if each.finding is finding]
    return ListedFlag(
        finding,
        audit.call_id,
        audit.transcript.path,
        moment(audit.transcript.started_at),
        tuple(blame(audit, finding, as_written)),
        (clock(first.start) or f"#{first.number}") if first else "",
        quote_words(audit.turns[first.turn].text, first.span) if first else "",
        tuple(_turns_around(audit, finding, shown)),
        more,
        tuple(line for result in results for line in result.checked if line not in told),
        safe_listen_address(listen_link, audit, finding),
    )


def _turns_around(audit: CallAudit, finding: Finding, cited: Sequence[int]) -> Iterator[ShownTurn]:
    """The turns cited, each with the one before and after."""
    near = {turn + step for turn in cited for step in (-1, 0, 1)}
    last = None
    for index in sorted(turn for turn in near if 0 <= turn < len(audit.turns)):
        turn = audit.turns[index]
        spans = [widen_span(turn.text, e.span) for e in finding.evidence if e.turn == index]
        yield ShownTurn(
            0 if last is None else index - last - 1,
            clock(turn.start),
            _number(turn),
            _speaker(turn),
            str(turn.role) == "agent",
            bool(spans),
            _words(turn.text, spans),
        )
        last = index


def _number(turn: Turn) -> str:
    first, last = turn.parts[0].number, turn.parts[-1].number
    return f"#{first}" if first == last else f"#{first}–{last}"


def _speaker(turn: Turn) -> str:
    name = turn.agent_id or turn.speaker
    return str(turn.role) if name.casefold() in {"", str(turn.role)} else f"{turn.role} {name}"


def _words(text: str, spans: Sequence[Span]) -> Markup:
    """The turn's words, those of `spans` marked; a long turn is cut to what is around them."""
    begin, end = 0, len(text)
    if end > LONGEST_TURN:
        begin = max(min((start for start, _ in spans), default=0) - KEPT_AROUND, 0)
        end = min(max((stop for _, stop in spans), default=0) + KEPT_AROUND, end)
    inside = [(start - begin, stop - begin) for start, stop in spans]
    shown = marked(text[begin:end], inside, brackets=False)
    words = escape("…" if begin else "")
    at = 0
    for span in shown.spans:
        words += escape(shown.plain[at : span.start])
        words += Markup("<mark>{}</mark>").format(shown.plain[span.start : span.end])
        at = span.end
    return words + escape(shown.plain[at:]) + ("…" if end < len(text) else "")
