"""The command `evaluate`: how well the audit agrees with labelled calls."""
# ruff: noqa: PLC0415 - `--help` must not pay for spaCy, pandas and their like

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from transcript_audit import __version__
from transcript_audit.cli import options
from transcript_audit.cli.groups import Held, Judging
from transcript_audit.cli.options import EvaluationFormat
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import rendered, say_skipped, with_progress, written
from transcript_audit.errors import ConfigurationError, did_you_mean
from transcript_audit.model import SkippedCall

if TYPE_CHECKING:
    from rich.console import RenderableType

    from transcript_audit.evaluation import Evaluation, Group
    from transcript_audit.labelled_calls import LabelledCall, Pair
    from transcript_audit.rulebook import Rule, RuleBook


@spread
def evaluate(
    *,
    path: options.LabelledCalls,
    misses: options.MissesOf = None,
    format_: options.EvaluationReport = EvaluationFormat.TABLE,
    use_gold_acts: options.GoldActs = False,
    limit_kind: options.LimitKind = None,
    judging: Judging,
    jobs: options.Jobs = 1,
    held: Held,
) -> None:
    """Compare the audit with labelled calls: precision, recall and F1 with 95 % intervals.

    \b
    Examples:
      transcript-audit evaluate benchmarks/calls/train.jsonl --jobs 2
      transcript-audit evaluate train.jsonl --misses pushback-after-decline
      transcript-audit evaluate train.jsonl --misses all --format markdown
      transcript-audit evaluate train.jsonl --gold-acts --limit-kind independent
      transcript-audit evaluate train.jsonl --format json > accuracy.json
      transcript-audit evaluate train.jsonl --format markdown > accuracy.md

    Rules and families are scored by call (flagged or not), acts by source turn. Intervals are
    bootstrap percentiles over whole calls. A skipped call counts as one with nothing found. What
    is undefined (0 of 0) is shown as "-", in JSON as null. Strengths of findings are compared with
    the share that is right, for the rules whose strengths are calibrated.

    --misses RULE lists the calls in which a rule came out otherwise than labelled, with a cause;
    --misses all is a table of all rules by cause, missed / wrongly flagged; its JSON has the
    calls too.

    Exit codes: 0 done; 2 bad usage, configuration, rule file or labelled file; 3 done, but some
    calls were skipped; 130 interrupted.
    """
    from transcript_audit import labelled_calls
    from transcript_audit.misses import ALL_RULES

    options.check_voices(judging.pipeline, {"--gold-acts": use_gold_acts})
    rulebook = judging.load()
    chosen_rules = _find_rules(rulebook, misses) if misses is not None else ()
    calls = labelled_calls.read_labelled_calls(path, [each.id for each in rulebook.rules])
    calls = _of_kind(calls, limit_kind)
    chosen = labelled_calls.AuditOptions(
        judging.rules, judging.profile, judging.patterns_only, use_gold_acts, judging.pipeline
    )
    pairs = list(with_progress(labelled_calls.audit_labelled_calls(calls, chosen, jobs)))
    if misses is not None:
        results = _tell_misses(pairs, rulebook, chosen_rules, by_cause=misses == ALL_RULES)
    else:
        calibrated = labelled_calls.calibrated_rules(chosen)
        results = _compare(pairs, rulebook, calibrated, without_acts=use_gold_acts)
    if format_ is EvaluationFormat.JSON:
        run = {
            "version": __version__,
            "rule_book": rulebook.digest,
            "profile": judging.profile,
            "gold_acts": use_gold_acts,
            "patterns_only": judging.patterns_only,
            "pipeline": judging.pipeline,
            "kind": limit_kind,
        }
        text = json.dumps(results.record | {"run": run}, indent=2, allow_nan=False) + "\n"
    elif format_ is EvaluationFormat.MARKDOWN:
        text = results.markdown
    else:
        text = rendered(results.table, sys.stdout)
    written(sys.stdout, text)
    skipped = [audit for _, audit in pairs if isinstance(audit, SkippedCall)]
    say_skipped(skipped, len(skipped))
    raise typer.Exit(3 if skipped else 0)


@dataclass(frozen=True, slots=True)
class Results:
    """What an evaluation came to, in each of its formats."""

    record: dict[str, Any]
    table: RenderableType
    markdown: str


def _tell_misses(
    pairs: Sequence[Pair], rulebook: RuleBook, rules: Sequence[Rule], by_cause: bool
) -> Results:
    """The misses of one rule, or of all rules by cause."""
    from transcript_audit.misses import find_misses, tally_misses
    from transcript_audit.reports import misses_report

    found = [miss for rule in rules for miss in find_misses(pairs, rule, rulebook.profile)]
    listed = [asdict(miss) for miss in found]
    if not by_cause:
        (rule,) = rules
        return Results(
            {"rule": rule.id, "misses": listed},
            misses_report.misses_report(rule, found, pairs),
            misses_report.misses_markdown(rule, found, pairs),
        )
    tallies = tally_misses(found, pairs, [rule.id for rule in rules])
    return Results(
        {"tallies": [asdict(tally) for tally in tallies], "misses": listed},
        misses_report.tally_table(tallies),
        misses_report.tally_markdown(tallies),
    )


def _compare(
    pairs: Sequence[Pair], rulebook: RuleBook, calibrated: Collection[str], without_acts: bool
) -> Results:
    """The whole evaluation."""
    from transcript_audit import evaluation
    from transcript_audit.reports import evaluation_report

    whole = evaluation.evaluate(pairs, rulebook, calibrated)
    whole = _without_acts(whole) if without_acts else whole
    return Results(
        asdict(whole),
        evaluation_report.evaluation_tables(whole),
        evaluation_report.evaluation_markdown(whole),
    )


def _find_rules(rulebook: RuleBook, rule_id: str) -> tuple[Rule, ...]:
    from transcript_audit.misses import ALL_RULES

    if rule_id == ALL_RULES:
        return rulebook.rules
    try:
        return (rulebook.rule(rule_id),)
    except KeyError:
        known = [rule.id for rule in rulebook.rules]
        hint = did_you_mean(rule_id, known) or f"there are {', '.join(known)}, and {ALL_RULES}"
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
