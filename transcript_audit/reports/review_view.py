"""What the review screen shows of a call and of a finding."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from transcript_audit.model import CallAudit, Finding, Role, Turn
from transcript_audit.quotes import widen_span
from transcript_audit.reports.styles import SEVERITY_STYLES
from transcript_audit.reports.text import clock, literal, marked, moment, plural
from transcript_audit.review.queue import Item
from transcript_audit.review.verdicts import Reviewed, Reviews


def item_heading(item: Item, place: int, count: int) -> Text:
    """The call, and where it stands in the queue; `place` counts from 0."""
    audit = item.audit
    facts = (
        f"{place + 1} of {count}",
        ", ".join(audit.agent_ids),
        moment(audit.transcript.started_at),
        f"outcome {audit.outcome}",
        plural(len(audit.findings), "finding"),
        item.queued.why,
    )
    title = (("Call ", "dim"), literal(audit.call_id, "bold"), "  ")
    return Text.assemble(*title, literal(" · ".join(filter(None, facts)), "dim"))


def turn_line(audit: CallAudit, turn: Turn) -> Text:
    """A turn on one line, the words of all findings marked."""
    evidence = [each for f in audit.findings for each in f.evidence if each.turn == turn.index]
    name = turn.agent_id or (turn.speaker if turn.role is Role.OTHER else str(turn.role))
    return Text.assemble(
        (f"{clock(turn.start):>8} #{turn.parts[0].number:<3} ", "dim"),
        literal(f"{name}:", "cyan" if turn.role is Role.AGENT else "bold"),
        " ",
        marked(turn.text, [widen_span(turn.text, each.span) for each in evidence], brackets=False),
    )


def item_lines(item: Item, reviews: Reviews) -> Iterator[Text]:
    """The finding and why, or the call as a whole; and what was said of it so far."""
    if item.finding is None:
        yield from _call_lines(item.audit, reviews)
        return
    yield from _finding_lines(item.finding)
    reviewed = reviews.findings.get(item.key)
    if reviewed:
        yield from _reviewed_lines(reviewed)
    for each in reviews.earlier(item.audit.call_id, item.finding.rule, item.finding.fingerprint):
        if not each.added:
            yield _indented(f"on earlier words of this rule: {each.standing}", "dim")


def _call_lines(audit: CallAudit, reviews: Reviews) -> Iterator[Text]:
    yield Text("The call as a whole", style="bold")
    yield Text("Was anything missed? m adds a finding; h says that there is nothing more.")
    for each in reviews.of_call(audit.call_id):
        if each.added:
            turns = ", ".join(map(str, each.turns))
            yield _indented(f"added: {each.rule}, turns {turns}: {each.standing}", "yellow")
    for by, heard in reviews.heard.get(audit.call_id, {}).items():
        yield _indented(f"heard whole by {by}: {heard.outcome}", "green")
    for note in reviews.notes.get(audit.call_id, ()):
        yield _indented(f"note by {note.reviewer}: {note.note}", "dim")


def _finding_lines(finding: Finding) -> Iterator[Text]:
    style = SEVERITY_STYLES[finding.severity]
    yield Text.assemble(
        (finding.rule, f"bold {style}"),
        (f"  {finding.severity}", style),
        (f", strength {finding.strength:.2f}  ", "dim"),
        literal(finding.message),
    )
    for number, step in enumerate(finding.steps, start=1):
        yield Text.assemble(f"  {number}. ", literal(step))
    if finding.cleared_by:
        yield Text.assemble(("  Cleared by: ", "dim"), literal(finding.cleared_by))


def _reviewed_lines(reviewed: Reviewed) -> Iterator[Text]:
    yield Text.assemble(("  So far: ", "dim"), str(reviewed.standing))
    for verdict in (*reviewed.rulings.values(), reviewed.dispute, *reviewed.notes):
        if verdict is not None:
            said = "; ".join(filter(None, (verdict.reason, verdict.note)))
            line = f"{verdict.ruling} by {verdict.reviewer}"
            yield _indented(f"{line}: {said}" if said else line, "dim")


def _indented(line: str, style: str) -> Text:
    return Text.assemble("  ", literal(line, style))
