"""The command `evaluate`: how well the audit agrees with labelled calls."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like
# ruff: noqa: PLR0917 - Typer makes a parameter of each option

from __future__ import annotations

import json
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
    from transcript_audit.evaluation import (
        Evaluation,
        Group,
        LabelledCall,
    )
    from transcript_audit.rulebook import Rule, RuleBook


class EvaluationFormat(StrEnum):
    """How the evaluation is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


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
      transcript-audit evaluate train.jsonl --format markdown > accuracy.md

    Rules and families are scored by call (flagged or not), acts by source turn. Intervals are
    bootstrap percentiles over whole calls. A skipped call counts as one with nothing found. What
    is undefined (0 of 0) is shown as "-", in JSON as null.

    Exit codes: 0 done; 2 bad usage, configuration, rule file or labelled file; 3 done, but some
    calls were skipped; 130 interrupted.
    """
    from transcript_audit import evaluation
    from transcript_audit.reports import evaluation_report
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
            table = evaluation_report.misses_report(rule, found, pairs)
            markdown = ""
        else:
            whole = evaluation.evaluate(pairs, rulebook)
            whole = _without_acts(whole) if use_gold_acts else whole
            record, table = asdict(whole), evaluation_report.evaluation_tables(whole)
            markdown = evaluation_report.evaluation_markdown(whole)
        if format_ is EvaluationFormat.JSON:
            written(out, json.dumps(record | {"run": run}, indent=2, allow_nan=False) + "\n")
        else:
            in_markdown = format_ is EvaluationFormat.MARKDOWN and markdown
            written(out, markdown if in_markdown else rendered(table, out))
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
