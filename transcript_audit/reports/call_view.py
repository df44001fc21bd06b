"""One call for people: the words behind each finding, why it was flagged, what would clear it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from transcript_audit.model import (
    Act,
    ActStatus,
    CallAudit,
    Episode,
    Finding,
    Outcome,
    RoleSource,
    RuleResult,
    RuleStatus,
    State,
    Turn,
)
from transcript_audit.quotes import widen_span
from transcript_audit.reports.lesson_words import lesson_words
from transcript_audit.reports.listening import listen_lines
from transcript_audit.reports.styles import SEVERITY_STYLES
from transcript_audit.reports.talk_view import talk_lines
from transcript_audit.reports.text import clock, literal, marked, moment, one_line, plural
from transcript_audit.reports.timeline import Timeline
from transcript_audit.review.lessons import Lessons
from transcript_audit.review.verdicts import Standing

STANDING_WORDS = {
    Standing.UPHELD: "upheld",
    Standing.OVERTURNED: "overturned; it doesn't stand",
    Standing.UNSURE: "unsure",
    Standing.SPLIT: "reviewers differ, and nobody has settled it",
    Standing.DISPUTED: "disputed by the agent, and not yet answered",
}

AROUND = 1
"""Turns shown before and after each turn with evidence."""


def call_view(
    audit: CallAudit,
    *,
    whole: bool = False,
    explain: Sequence[str] = (),
    brackets: bool = False,
    listen_link: str | None = None,
) -> RenderableType:
    """The call's findings with the turns around them, and rules explained.

    Args:
        whole: show every turn once, before the findings.
        explain: ids of rules to tell first, flagged or not; unless `whole`, only of them.
        brackets: mark words with «» too, for output without styles.
        listen_link: address of a recording with names in braces (`listening.listen_address`), or
            None.
    """
    told = [each for rule in dict.fromkeys(explain) for each in audit.results if each.rule == rule]
    blocks: list[RenderableType] = [_heading(audit)]
    for result in told:
        blocks += ["", _result(audit, result, whole, brackets)]
    if not (explain or audit.left_open):
        blocks += ["", Timeline(audit)]
    if whole:
        blocks += ["", _turns(audit, audit.findings, range(len(audit.turns)), brackets)]
    if whole or not explain:
        for result in audit.results:
            if result.finding and result not in told:
                blocks += ["", _result(audit, result, whole, brackets)]
        blocks += ["", _rest(audit)]
    if listen_link is not None:
        blocks += ["", listen_lines(listen_link, audit)]
    return Group(*blocks)


def _result(audit: CallAudit, result: RuleResult, whole: bool, brackets: bool) -> RenderableType:
    if result.finding:
        return _finding(audit, result, result.finding, whole, brackets)
    return _unflagged(result)


def standing_lines(
    audit: CallAudit, standings: Mapping[str, Standing], lessons: Lessons
) -> Iterator[Text]:
    """A line for each finding of a rule that was reviewed: what it, and others such, have come to.

    Args:
        standings: by the findings' fingerprints.
        lessons: what reviewers made of each rule's findings in all calls.
    """
    for finding in audit.findings:
        standing = standings.get(finding.fingerprint, Standing.OPEN)
        said = [(STANDING_WORDS[standing], "bold")] if standing in STANDING_WORDS else []
        if finding.rule in lessons:
            said.append((f"such flags: {lesson_words(lessons[finding.rule])}", ""))
        words = [part for each in said for part in ("; ", each)][1:]
        if words:
            yield Text.assemble(literal(f"in review: {finding.rule}:", "bold"), " ", *words)


def _heading(audit: CallAudit) -> RenderableType:
    transcript = audit.transcript
    source = f"{transcript.path} ({transcript.format})" if transcript.format else transcript.path
    facts = [", ".join(audit.agent_ids), moment(transcript.started_at), source]
    lines = [
        literal(" · ".join(filter(None, facts)), "dim"),
        literal(" · ".join(_summary(audit))),
        *(literal(line, "dim") for line in _course(audit)),
        *(literal(f"note: {note}", "yellow") for note in audit.notes),
    ]
    title = Text.assemble(("Call ", "dim"), literal(audit.call_id, "bold"))
    return Group(title, *(line for line in lines if line))


def _course(audit: CallAudit) -> Iterator[str]:
    """What happened when; nothing for a call left open, where it is in doubt who did it."""
    if not audit.left_open:
        yield ", then ".join(_road(audit))
        yield from talk_lines(audit)


def _summary(audit: CallAudit) -> Iterator[str]:
    """What became of the call, in phrases."""
    if audit.left_open:
        yield "left open: outcome, attempts and times not known"
    else:
        yield from _became(audit.episode)
    if audit.role_source is not RoleSource.STATED:
        yield f"roles {audit.role_source}"


def _became(episode: Episode) -> Iterator[str]:
    yield f"outcome {episode.outcome}"
    yield plural(len(episode.attempts), "retention attempt")
    if episode.reasons_asked:
        yield f"asked why {plural(len(episode.reasons_asked), 'time')}"
    waited = [clock(episode.seconds_to_confirm)] if episode.seconds_to_confirm is not None else []
    if episode.turns_to_confirm is not None:
        waited.append(plural(episode.turns_to_confirm, "turn"))
    if waited:
        yield f"{' and '.join(waited)} from request to confirmation"


def _road(audit: CallAudit) -> Iterator[str]:
    """The states the episode went through, each with its source turn; at the end what stands."""
    state = State.NONE
    for change in audit.episode.changes:
        if 0 <= change.turn < len(audit.turns) and change.state is not State.NONE:
            state = change.state
            yield f"{state} ({_place(audit.turns[change.turn])})"
    ended = {State.NONE, State.GIVEN_UP, State.WITHDRAWN}
    if audit.outcome is Outcome.NOT_CANCELLED and state not in ended:
        yield f"standing ({_place(audit.turns[-1])})"


def _finding(
    audit: CallAudit, result: RuleResult, finding: Finding, whole: bool, brackets: bool
) -> RenderableType:
    style = SEVERITY_STYLES[finding.severity]
    title = Text.assemble(
        (finding.rule, f"bold {style}"),
        (f"  {finding.severity}", style),
        (f", strength {finding.strength:.2f}  ", "dim"),
        literal(finding.message),
    )
    blocks: list[RenderableType] = [title]
    if not whole:
        near = _near({each.turn for each in finding.evidence}, len(audit.turns))
        blocks.append(
            Padding(_turns(audit, (finding,), near, brackets), (0, 0, 0, 2), expand=False)
        )
    blocks += _list("Why", finding.steps or (result.reason,), numbered=True)
    told = {*finding.steps, result.reason}
    checked = (line for line in result.checked if line not in told)
    blocks += _list(
        "Checked and not found", (line.replace(": not found.", ".") for line in checked)
    )
    blocks += _list(
        "What would have cleared it", (finding.cleared_by,) if finding.cleared_by else ()
    )
    return Group(*blocks)


def _unflagged(result: RuleResult) -> RenderableType:
    title = Text.assemble((result.rule, "bold"), f"  {result.status}: ", literal(result.reason))
    return Group(title, *_list("Checked", result.checked))


def _rest(audit: CallAudit) -> RenderableType:
    """The rules that did not flag: by name, and with the reason where nobody can tell."""
    lines = []
    for status in (RuleStatus.CLEAR, RuleStatus.NOT_APPLICABLE):
        rules = [result.rule for result in audit.results if result.status is status]
        if rules:
            lines.append(literal(f"{status}: {', '.join(rules)}", "dim"))
    unsure: dict[str, list[str]] = {}
    for result in audit.results:
        if result.status is RuleStatus.CANNOT_TELL:
            unsure.setdefault(result.reason, []).append(result.rule)
    for reason, rules in unsure.items():
        which = "every rule" if len(rules) == len(audit.results) else ", ".join(rules)
        lines.append(literal(f"cannot tell: {which}: {reason}", "yellow"))
    if not (audit.findings or audit.left_open):
        lines.insert(0, literal("No findings.", "green"))
    return Group(*lines)


def _list(title: str, lines: Iterable[str], *, numbered: bool = False) -> list[RenderableType]:
    rows = [
        Text.assemble(f"{number}. " if numbered else "- ", literal(line))
        for number, line in enumerate(lines, start=1)
    ]
    if not rows:
        return []
    return [Text(f"  {title}", style="bold"), Padding(Group(*rows), (0, 0, 0, 4), expand=False)]


def _near(turns: set[int], count: int) -> list[int]:
    shown = {near for turn in turns for near in range(turn - AROUND, turn + AROUND + 1)}
    return sorted(turn for turn in shown if 0 <= turn < count)


def _turns(
    audit: CallAudit, findings: Sequence[Finding], shown: Iterable[int], brackets: bool
) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    for justify in ("right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    table.add_column(overflow="fold")
    last: int | None = None
    for index in shown:
        if last is not None and index > last + 1:
            table.add_row("", "", Text("…", style="dim"), literal(_gap(index - last - 1), "dim"))
        last = index
        turn = audit.turns[index]
        evidence = [each for f in findings for each in f.evidence if each.turn == index]
        spans = [widen_span(turn.text, each.span) for each in evidence]
        text = marked(turn.text, spans, brackets)
        for note in (_acts(audit.acts, index), _rules(findings, index)):
            if note:
                text.append(f"\n{note}", style="dim italic")
        number = Text(_number(turn), style="dim")
        table.add_row(Text(clock(turn.start), style="dim"), number, _speaker(turn), text)
    return table


def _gap(count: int) -> str:
    return plural(count, "turn") + " between"


def _speaker(turn: Turn) -> Text:
    name = turn.agent_id or turn.speaker
    same = name.casefold() in {"", str(turn.role)}
    style = "cyan" if str(turn.role) == "agent" else ""
    return literal(str(turn.role) if same else f"{turn.role} {one_line(name)}", style)


def _acts(acts: Sequence[Act], index: int) -> str:
    """The acts of a turn by name; those said but not meant with the reading that took them out."""
    named = dict.fromkeys(
        act.name if act.status is ActStatus.ASSERTED else f"{act.name} ({act.status})"
        for act in acts
        if act.turn == index
    )
    return "acts: " + ", ".join(named) if named else ""


def _rules(findings: Sequence[Finding], index: int) -> str:
    if len(findings) < 2:
        return ""
    rules = [f.rule for f in findings if any(each.turn == index for each in f.evidence)]
    return "evidence for: " + ", ".join(rules) if rules else ""


def _number(turn: Turn) -> str:
    first, last = turn.parts[0].number, turn.parts[-1].number
    return f"#{first}" if first == last else f"#{first}-{last}"


def _place(turn: Turn) -> str:
    return " ".join(filter(None, (_number(turn), clock(turn.start))))
