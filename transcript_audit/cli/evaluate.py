"""The command `evaluate`: how well the audit agrees with labelled calls."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like
# ruff: noqa: PLR0917 - Typer makes a parameter of each option

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from transcript_audit import __version__
from transcript_audit.cli import options
from transcript_audit.cli.streams import open_output, rendered, say_skipped, with_progress, written
from transcript_audit.errors import ConfigurationError
from transcript_audit.model import SkippedCall

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from transcript_audit.evaluation import (
        Estimate,
        Evaluation,
        Group,
        LabelledCall,
        Miss,
        Pair,
        Score,
    )
    from transcript_audit.rulebook import Rule, RuleBook


class EvaluationFormat(StrEnum):
    """How the evaluation is written."""

    TABLE = "table"
    JSON = "json"


def evaluate(
    path: Annotated[
        str, typer.Argument(metavar="CALLS.jsonl", help="Labelled calls, one a line with `gold`.")
    ],
    misses: Annotated[
        str | None,
        typer.Option(
            "--misses",
            metavar="RULE",
            help="Show instead the calls in which this rule came out otherwise than labelled.",
        ),
    ] = None,
    format_: Annotated[
        EvaluationFormat, typer.Option("--format", "-f", help="How to report.")
    ] = EvaluationFormat.TABLE,
    use_gold_acts: Annotated[
        bool,
        typer.Option(
            "--gold-acts", help="Take the acts from the labels: measures the rules alone."
        ),
    ] = False,
    limit_kind: Annotated[
        str | None,
        typer.Option("--limit-kind", metavar="KIND", help="Only the calls of this kind."),
    ] = None,
    rules: options.Rules = None,
    profile: options.Profile = "default",
    jobs: options.Jobs = 1,
    patterns_only: options.PatternsOnly = False,
) -> None:
    """Compare the audit with labelled calls: precision, recall and F1 with 95 % intervals.

    \b
    Examples:
      transcript-audit evaluate benchmarks/calls/train.jsonl --jobs 2
      transcript-audit evaluate train.jsonl --misses pushback-after-decline
      transcript-audit evaluate train.jsonl --gold-acts --limit-kind independent
      transcript-audit evaluate train.jsonl --format json > accuracy.json

    Rules and families are scored by call (flagged or not), acts by source turn. Intervals are
    bootstrap percentiles over whole calls. A skipped call counts as one with nothing found. What
    is undefined (0 of 0) is shown as "-", in JSON as null.

    Exit codes: 0 done; 2 bad usage, configuration, rule file or labelled file; 3 done, but some
    calls were skipped; 130 interrupted.
    """
    from transcript_audit import evaluation
    from transcript_audit.rulebook import load_rulebook

    rulebook = load_rulebook(rules, profile)
    rule = _find_rule(rulebook, misses) if misses is not None else None
    calls = evaluation.read_labelled_calls(path, [each.id for each in rulebook.rules])
    calls = _of_kind(calls, limit_kind)
    chosen = evaluation.AuditOptions(rules, profile, patterns_only, use_gold_acts)
    pairs = list(with_progress(evaluation.audit_labelled_calls(calls, chosen, jobs)))
    run = {
        "version": __version__,
        "rule_book": rulebook.digest,
        "profile": profile,
        "gold_acts": use_gold_acts,
        "patterns_only": patterns_only,
        "kind": limit_kind,
    }
    with open_output(None) as out:
        if rule is not None:
            found = evaluation.find_misses(pairs, rule, rulebook.profile)
            record: dict[str, Any] = {"rule": rule.id, "misses": [asdict(miss) for miss in found]}
            table = _show_misses(rule, found, pairs)
        else:
            whole = evaluation.evaluate(pairs, rulebook)
            whole = _without_acts(whole) if use_gold_acts else whole
            record, table = asdict(whole), _show_evaluation(whole)
        if format_ is EvaluationFormat.JSON:
            written(out, json.dumps(record | {"run": run}, indent=2, allow_nan=False) + "\n")
        else:
            written(out, rendered(table, out))
    skipped = [audit for _, audit in pairs if isinstance(audit, SkippedCall)]
    say_skipped(skipped)
    raise typer.Exit(3 if skipped else 0)


def _find_rule(rulebook: RuleBook, rule_id: str) -> Rule:
    try:
        return rulebook.rule(rule_id)
    except KeyError:
        known = [rule.id for rule in rulebook.rules]
        close = get_close_matches(rule_id, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
        raise ConfigurationError(f"--misses {rule_id}: no such rule; {hint}") from None


def _of_kind(calls: tuple[LabelledCall, ...], kind: str | None) -> tuple[LabelledCall, ...]:
    chosen = tuple(call for call in calls if kind in (None, call.kind))
    if not chosen:
        kinds = ", ".join(sorted({call.kind for call in calls if call.kind})) or "no kinds"
        raise ConfigurationError(f"--limit-kind {kind}: no such calls; the file has {kinds}")
    return chosen


def _without_acts(whole: Evaluation) -> Evaluation:
    """The evaluation without what it says about acts: labels agree with themselves."""

    def strip(group: Group) -> Group:
        kept = tuple(m for m in group.measures if not m.name.endswith("act-f1"))
        return replace(group, measures=kept)

    return replace(
        whole,
        whole=strip(whole.whole),
        kinds=tuple(map(strip, whole.kinds)),
        styles=tuple(map(strip, whole.styles)),
        acts=(),
        qualified_acts=(),
    )


def _show_evaluation(evaluation: Evaluation) -> RenderableType:
    from rich.console import Group as Stack

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
    from rich import box
    from rich.table import Table

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
    from transcript_audit.reports.text import one_line

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


def _show_misses(rule: Rule, misses: Sequence[Miss], pairs: Sequence[Pair]) -> RenderableType:
    from rich.console import Group as Stack
    from rich.text import Text

    labelled = sum(rule.id in call.findings for call, _ in pairs)
    missed = sum(not miss.wrongly_flagged for miss in misses)
    wrong = len(misses) - missed
    lines = [Text(f"{rule.id}: {missed} of {labelled} missed, {wrong} wrongly flagged", "bold")]
    for (wrongly, cause), times in Counter((m.wrongly_flagged, m.cause) for m in misses).items():
        lines.append(Text(f"  {_verdict(wrongly)}, {cause}: {times}"))
    return Stack(*lines, *(line for miss in misses for line in _show_miss(miss)))


def _show_miss(miss: Miss) -> Iterable[RenderableType]:
    from transcript_audit.reports.text import literal, one_line

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
