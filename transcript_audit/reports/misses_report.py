"""Where rules came out otherwise than labelled, for people: the calls of one, or all by cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from transcript_audit.labelled_calls import Pair
from transcript_audit.misses import Cause, Miss, Tally
from transcript_audit.reports.tables import markdown_table, plain_table
from transcript_audit.reports.text import literal, one_line
from transcript_audit.rulebook import Rule

TALLY_TITLE = "Calls missed / wrongly flagged, by cause"


def misses_report(rule: Rule, misses: Sequence[Miss], pairs: Sequence[Pair]) -> RenderableType:
    """The calls in which a rule came out otherwise than labelled, grouped by cause."""
    lines: list[RenderableType] = [Text(_headline(rule, misses, pairs), "bold")]
    lines += [Text(f"  {line}") for line in _cause_lines(misses)]
    for miss in misses:
        head, *quotes = _miss_lines(miss)
        lines += [literal(""), literal(head, "bold"), *map(literal, quotes)]
    return Stack(*lines)


def misses_markdown(rule: Rule, misses: Sequence[Miss], pairs: Sequence[Pair]) -> str:
    """The same as Markdown, ending with a line feed; words of calls stand in code blocks.

    There they are shown as they are, whatever tags or links they hold.
    """
    blocks = [f"**{_headline(rule, misses, pairs)}**\n"]
    if misses:
        blocks.append("".join(f"- {line}\n" for line in _cause_lines(misses)))
    blocks += ["".join(f"    {line}\n" for line in _miss_lines(miss)) for miss in misses]
    return "\n".join(blocks)


def tally_table(tallies: Sequence[Tally]) -> RenderableType:
    """How often each rule was missed and wrongly flagged, a column a cause."""
    table = plain_table(TALLY_TITLE, "rule", ["labelled", *Cause, "all"])
    for tally in tallies:
        table.add_row(*_tally_row(tally))
    return table


def tally_markdown(tallies: Sequence[Tally]) -> str:
    """The same as a Markdown table, ending with a line feed."""
    head = ["rule", "labelled", *map(str, Cause), "all"]
    return f"{TALLY_TITLE}:\n\n{markdown_table(head, map(_tally_row, tallies))}"


def _tally_row(tally: Tally) -> list[str]:
    def cell(missed: int, wrong: int) -> str:
        return f"{missed} / {wrong}" if missed or wrong else "-"

    by_cause = [cell(tally.missed[cause], tally.wrongly_flagged[cause]) for cause in Cause]
    whole = cell(sum(tally.missed.values()), sum(tally.wrongly_flagged.values()))
    return [tally.rule, str(tally.labelled), *by_cause, whole]


def _headline(rule: Rule, misses: Sequence[Miss], pairs: Sequence[Pair]) -> str:
    labelled = sum(rule.id in call.findings for call, _ in pairs)
    missed = sum(not miss.wrongly_flagged for miss in misses)
    wrong = len(misses) - missed
    return f"{rule.id}: {missed} of {labelled} missed, {wrong} wrongly flagged"


def _cause_lines(misses: Sequence[Miss]) -> Iterator[str]:
    for (wrongly, cause), times in Counter((m.wrongly_flagged, m.cause) for m in misses).items():
        yield f"{_verdict(wrongly)}, {cause}: {times}"


def _miss_lines(miss: Miss) -> Iterator[str]:
    head = f"{miss.call_id}  {_verdict(miss.wrongly_flagged)}, {miss.cause}"
    yield one_line(f"{head}: {miss.because}")
    for quote in miss.quotes:
        acts = ", ".join(quote.labelled) or "no act"
        if quote.found != quote.labelled:
            acts = f"labelled {acts}; found {', '.join(quote.found) or 'no act'}"
        yield one_line(f"turn {quote.turn} {quote.speaker} [{acts}]: {quote.text}")


def _verdict(wrongly_flagged: bool) -> str:
    return "wrongly flagged" if wrongly_flagged else "missed"
