"""The evaluation against labelled calls, for people: terminal tables and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group as Stack
from rich.console import RenderableType

from transcript_audit.evaluation import Estimate, Evaluation, Group, Score
from transcript_audit.reliability import Bin, Reliability
from transcript_audit.reports.tables import markdown_table, number, plain_table, value_range
from transcript_audit.reports.text import one_line


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
        *([_show_reliability(evaluation.reliability)] if evaluation.reliability else []),
        *(_show_scores(title, scores) for title, scores in acts if scores),
    )


def _show_whole(whole: Group) -> RenderableType:
    title = f"Labelled calls: {whole.calls}, skipped: {whole.skipped}"
    table = plain_table(title, "measure", ["value", "95 %"])
    for measure in whole.measures:
        less = " (less is better)" if measure.lower_is_better else ""
        table.add_row(measure.title + less, *_value_and_range(measure.estimate))
    return table


def _show_groups(groups: Sequence[Group]) -> RenderableType:
    table = plain_table("By kind and style", "measure", [one_line(group.name) for group in groups])
    table.add_row("calls", *(str(group.calls) for group in groups))
    for measures in zip(*(group.measures for group in groups), strict=True):
        table.add_row(measures[0].title, *(number(each.estimate.value) for each in measures))
    return table


def _show_scores(title: str, scores: Sequence[Score]) -> RenderableType:
    columns = ["right", "wrong", "missed", "precision", "95 %", "recall", "95 %", "F1", "95 %"]
    table = plain_table(title, "name", columns)
    for score in scores:
        counts = (score.true_positives, score.false_positives, score.false_negatives)
        estimates = (score.precision, score.recall, score.f1)
        cells = [cell for estimate in estimates for cell in _value_and_range(estimate)]
        table.add_row(score.name, *map(str, counts), *cells)
    return table


def _show_outcomes(evaluation: Evaluation) -> RenderableType:
    columns = list(next(iter(evaluation.outcomes.values())))
    table = plain_table("Outcomes (labelled down, found across)", "labelled", columns)
    for gold, found in evaluation.outcomes.items():
        table.add_row(gold, *(str(found[column]) for column in columns))
    return table


RELIABILITY_COLUMNS = ("findings", "mean strength", "right", "share right", "95 %")


def _show_reliability(reliability: Reliability) -> RenderableType:
    title = f"Strength of findings against the share that is right\n{_sum_up(reliability)}"
    table = plain_table(title, "strength", RELIABILITY_COLUMNS)
    for each in reliability.bins:
        table.add_row(*_bin_row(each))
    return table


def _sum_up(reliability: Reliability) -> str:
    return (
        f"{reliability.right} of {reliability.findings} right; Brier score "
        f"{number(reliability.brier_score)}, expected calibration error "
        f"{number(reliability.calibration_error)} (less is better)"
    )


def _bin_row(each: Bin) -> list[str]:
    right = (str(each.right), number(each.share_right))
    interval = value_range(each.share_low, each.share_high)
    strengths = (value_range(each.low, each.high), str(each.findings), number(each.mean_strength))
    return [*strengths, *right, interval]


def _value_and_range(estimate: Estimate) -> tuple[str, str]:
    return number(estimate.value), value_range(estimate.low, estimate.high)


def evaluation_markdown(evaluation: Evaluation) -> str:
    """The same numbers as a Markdown document of tables, ending with a line feed."""
    groups = (*evaluation.kinds, *evaluation.styles)
    blocks = [
        markdown_table(
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
            markdown_table(
                ["by kind and style", *(f"{one_line(g.name)} ({g.calls})" for g in groups)],
                ([row[0].title, *(number(m.estimate.value) for m in row)] for row in rows),
            )
        )
    for title, scores in (
        ("family", evaluation.families),
        ("rule", evaluation.rules),
        ("act", evaluation.acts),
    ):
        if scores:
            blocks.append(markdown_table(_score_head(title), map(_score_row, scores)))
    if evaluation.reliability:
        head = ["strength of findings", *RELIABILITY_COLUMNS]
        table = markdown_table(head, map(_bin_row, evaluation.reliability.bins))
        blocks.append(f"{table}\n{_sum_up(evaluation.reliability)}.\n")
    return "\n".join(blocks)


def _score_head(title: str) -> list[str]:
    return [title, "right", "wrong", "missed", "precision", "recall", "F1", "95 %"]


def _score_row(score: Score) -> list[str]:
    counts = (score.true_positives, score.false_positives, score.false_negatives)
    shares = (number(score.precision.value), number(score.recall.value))
    return [score.name, *map(str, counts), *shares, *_cells(score.f1)]


def _cells(estimate: Estimate) -> list[str]:
    return list(_value_and_range(estimate))
