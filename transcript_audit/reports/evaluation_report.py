"""The evaluation against labelled calls, for people: terminal tables and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from transcript_audit.evaluation import Estimate, Evaluation, Group, Score
from transcript_audit.labelled_calls import Pair
from transcript_audit.misses import Miss
from transcript_audit.reports.text import literal, one_line
from transcript_audit.rulebook import Rule


def evaluation_tables(evaluation: Evaluation) -> RenderableType:
    """Tables of the headline numbers, by kind and style, and of families, rules and acts."""
    acts = [
        ("Acts (by source turn)", evaluation.acts),
        ("Acts with topic or kind (by source turn)", evaluation.qualified_acts),
    ]
    groups = (*evaluation.kinds, *evaluation.styles)
    return Stack(
        _show_whole(evaluation.whole),
        *([_show_groups(groups)] if groups else []),
        _show_scores("Families (by call)", evaluation.families),
        _show_scores("Rules (by call)", evaluation.rules),
        _show_outcomes(evaluation),
        *(_show_scores(title, scores) for title, scores in acts if scores),
    )


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _show_whole(whole: Group) -> RenderableType:
    title = f"Labelled calls: {whole.calls}, skipped: {whole.skipped}"
    table = _table(title, "measure", ["value", "95 %"])
    for measure in whole.measures:
        less = " (less is better)" if measure.lower_is_better else ""
        table.add_row(measure.title + less, *_value_and_range(measure.estimate))
    return table


def _show_groups(groups: Sequence[Group]) -> RenderableType:
    table = _table("By kind and style", "measure", [one_line(group.name) for group in groups])
    table.add_row("calls", *(str(group.calls) for group in groups))
    for measures in zip(*(group.measures for group in groups), strict=True):
        table.add_row(measures[0].title, *(_number(each.estimate.value) for each in measures))
    return table


def _show_scores(title: str, scores: Sequence[Score]) -> RenderableType:
    columns = ["right", "wrong", "missed", "precision", "95 %", "recall", "95 %", "F1", "95 %"]
    table = _table(title, "name", columns)
    for score in scores:
        counts = (score.true_positives, score.false_positives, score.false_negatives)
        estimates = (score.precision, score.recall, score.f1)
        cells = [cell for estimate in estimates for cell in _value_and_range(estimate)]
        table.add_row(score.name, *map(str, counts), *cells)
    return table


def _show_outcomes(evaluation: Evaluation) -> RenderableType:
    columns = list(next(iter(evaluation.outcomes.values())))
    table = _table("Outcomes (labelled down, found across)", "labelled", columns)
    for gold, found in evaluation.outcomes.items():
        table.add_row(gold, *(str(found[column]) for column in columns))
    return table


def misses_report(rule: Rule, misses: Sequence[Miss], pairs: Sequence[Pair]) -> RenderableType:
    """The calls in which a rule came out otherwise than labelled, grouped by cause."""
    labelled = sum(rule.id in call.findings for call, _ in pairs)
    missed = sum(not miss.wrongly_flagged for miss in misses)
    wrong = len(misses) - missed
    lines = [Text(f"{rule.id}: {missed} of {labelled} missed, {wrong} wrongly flagged", "bold")]
    for (wrongly, cause), times in Counter((m.wrongly_flagged, m.cause) for m in misses).items():
        lines.append(Text(f"  {_verdict(wrongly)}, {cause}: {times}"))
    return Stack(*lines, *(line for miss in misses for line in _show_miss(miss)))


def _show_miss(miss: Miss) -> Iterable[RenderableType]:
    head = f"{one_line(miss.call_id)}  {_verdict(miss.wrongly_flagged)}, {miss.cause}"
    yield literal("")
    yield literal(f"{head}: {miss.because}", "bold")
    for quote in miss.quotes:
        acts = ", ".join(quote.labelled) or "no act"
        if quote.found != quote.labelled:
            acts = f"labelled {acts}; found {', '.join(quote.found) or 'no act'}"
        yield literal(f"turn {quote.turn} {quote.speaker} [{acts}]: {quote.text}")


def _verdict(wrongly_flagged: bool) -> str:
    return "wrongly flagged" if wrongly_flagged else "missed"


def _value_and_range(estimate: Estimate) -> tuple[str, str]:
    if estimate.low is None or estimate.high is None:
        return _number(estimate.value), ""
    return _number(estimate.value), f"{estimate.low:.2f}-{estimate.high:.2f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def evaluation_markdown(evaluation: Evaluation) -> str:
    """The same numbers as a Markdown document of tables, ending with a line feed."""
    groups = (*evaluation.kinds, *evaluation.styles)
    blocks = [
        _markdown_table(
            ["measure", "value", "95 %"],
            (
                [m.title + (" (less is better)" if m.lower_is_better else ""), *_cells(m.estimate)]
                for m in evaluation.whole.measures
            ),
        )
    ]
    if groups:
        rows = zip(*(group.measures for group in groups), strict=True)
        blocks.append(
            _markdown_table(
                ["by kind and style", *(f"{one_line(g.name)} ({g.calls})" for g in groups)],
                ([row[0].title, *(_number(m.estimate.value) for m in row)] for row in rows),
            )
        )
    for title, scores in (
        ("family", evaluation.families),
        ("rule", evaluation.rules),
        ("act", evaluation.acts),
    ):
        if scores:
            blocks.append(_markdown_table(_score_head(title), map(_score_row, scores)))
    return "\n".join(blocks)


def _score_head(title: str) -> list[str]:
    return [title, "right", "wrong", "missed", "precision", "recall", "F1", "95 %"]


def _score_row(score: Score) -> list[str]:
    counts = (score.true_positives, score.false_positives, score.false_negatives)
    shares = (_number(score.precision.value), _number(score.recall.value))
    return [score.name, *map(str, counts), *shares, *_cells(score.f1)]


def _cells(estimate: Estimate) -> list[str]:
    return list(_value_and_range(estimate))


def _markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

    rule = f"|{'---|' * len(head)}"
    return "\n".join([line(head), rule, *(line(row) for row in rows)]) + "\n"
