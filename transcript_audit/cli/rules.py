"""The command group `rules`: list, show, test and lint the rule files, and write their pages."""
# ruff: noqa: PLC0415 - `--help` must not pay for pydantic, spaCy and their like

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from transcript_audit.cli import options
from transcript_audit.cli.groups import Book, Held
from transcript_audit.cli.pages import FAULTY, Check, place_option, usual_place, write_pages
from transcript_audit.cli.rules_diff import diff
from transcript_audit.cli.rules_new import new
from transcript_audit.cli.spread import spread
from transcript_audit.cli.streams import rendered, say, with_progress, written
from transcript_audit.cli.watching import watch
from transcript_audit.errors import ConfigurationError, RuleBookError, did_you_mean

if TYPE_CHECKING:
    from rich.text import Text

    from transcript_audit.rule_tests import ExampleResult
    from transcript_audit.rulebook import PatternSet, Rule, RuleBook

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, show, test and check the rules.",
)

app.command()(new)
app.command()(diff)

PAGE = Path("docs/rules.md")
SCHEMA = Path("rules/schema")


@app.command("list")
@spread
def list_rules(
    *,
    book: Book,
    held: Held,
) -> None:
    """List the rules, one a line.

    \b
    Examples:
      transcript-audit rules list
      transcript-audit rules list --rules my-rules
    """
    from rich.table import Table

    from transcript_audit.reports.text import literal

    table = Table(box=None, pad_edge=False)
    for column in ("rule", "severity", "family", "what"):
        table.add_column(column, no_wrap=column != "what")
    for rule in book.load().rules:
        cells = (rule.id, rule.severity, rule.family, rule.title)
        table.add_row(*(literal(str(cell)) for cell in cells))
    written(sys.stdout, rendered(table, sys.stdout))


@app.command()
@spread
def show(
    *,
    name: Annotated[str, typer.Argument(metavar="RULE", help="A rule, a pattern or an act.")],
    book: Book,
    held: Held,
) -> None:
    """Show one rule in full: what it judges, how, what clears it, and its examples.

    Given a pattern or an act, show the phrases.

    \b
    Examples:
      transcript-audit rules show refusal-stall
      transcript-audit rules show request-cancel
    """
    from rich.console import Group

    chosen_rules, chosen_patterns = _choose(book.load(), [name])
    shown = [
        *(line for rule in chosen_rules for line in _rule_lines(rule)),
        *(line for pattern in chosen_patterns for line in _pattern_lines(pattern)),
    ]
    written(sys.stdout, rendered(Group(*shown), sys.stdout))


@app.command("test")
@spread
def run_examples(
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Only these rules, patterns or acts; shows what matched.",
            show_default=False,
        ),
    ] = None,
    book: Book,
    patterns_only: options.PatternsOnly = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what matched in every example.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--watch", help="Run them again whenever a rule file changes, until Ctrl-C."),
    ] = False,
    held: Held,
) -> None:
    """Run the examples in the rule files; exit 2 if one doesn't do what it says.

    Each example of a pattern is recognised as a turn alone; each dialogue of a rule is audited as
    a call, and must be flagged, with evidence only in lines marked with ">".

    \b
    Examples:
      transcript-audit rules test
      transcript-audit rules test refusal-stall
      transcript-audit rules test offer --rules my-rules
      transcript-audit rules test refusal-stall --rules my-rules --watch
    """
    if again:
        from transcript_audit.rulebook import find_rules_directory

        folder = find_rules_directory() if book.rules is None else book.rules
        watch([folder], lambda: _try_examples(book, names or [], patterns_only, verbose))
    elif _test_examples(book, names or [], patterns_only, verbose):
        raise typer.Exit(FAULTY)


def _try_examples(book: Book, names: Sequence[str], patterns_only: bool, verbose: bool) -> None:
    """Run the examples; faults of the rule files are told, and mended before the next run."""
    try:
        _test_examples(book, names, patterns_only, verbose)
    except RuleBookError as error:
        for fault in error.faults:
            say(fault)
    except ConfigurationError as error:
        say(str(error))
    say("waiting for a change; Ctrl-C ends it")


def _test_examples(book: Book, names: Sequence[str], patterns_only: bool, verbose: bool) -> int:
    """How many examples failed, after showing what became of them."""
    from rich.console import Group

    rulebook = book.load()
    chosen_rules, chosen_patterns = _choose(rulebook, names)
    failed = total = 0
    for results in _run_examples(rulebook, chosen_rules, chosen_patterns, patterns_only):
        failed += sum(not result.passed for result in results)
        total += len(results)
        lines = _result_lines(results, verbose or bool(names))
        if not written(sys.stdout, rendered(Group(*lines), sys.stdout)):
            return 0
    say(f"{total} examples, {total - failed} passed, {failed} failed")
    return failed


@app.command()
@spread
def lint(
    *,
    book: Book,
    held: Held,
) -> None:
    """Check every rule file, and name every fault with file, line and column.

    \b
    Examples:
      transcript-audit rules lint
      transcript-audit rules lint --rules my-rules
    """
    from transcript_audit.acts import load_recogniser
    from transcript_audit.reports.text import visible

    try:
        rulebook = book.load()
        load_recogniser(rulebook, patterns_only=True)
    except RuleBookError as error:
        written(sys.stdout, "".join(f"{visible(fault)}\n" for fault in error.faults))
        say(f"{len(error.faults)} fault{'s' * (len(error.faults) != 1)}")
        raise typer.Exit(FAULTY) from None
    say(f"{len(rulebook.rules)} rules, {len(rulebook.patterns)} patterns: no fault")


@app.command()
def docs(
    output: Annotated[Path | None, place_option(PAGE)] = None,
    check: Check = False,
    rules: options.Rules = None,
) -> None:
    """Write the page about the rules from the rule files.

    \b
    Examples:
      transcript-audit rules docs
      transcript-audit rules docs --check
    """
    from transcript_audit.rulebook import load_profiles, load_rulebook
    from transcript_audit.rulebook.documents import rules_page

    page = rules_page(load_rulebook(rules), load_profiles(rules))
    write_pages({output or usual_place(PAGE): page}, check, "rules docs")


@app.command()
def schema(
    directory: Annotated[Path | None, place_option(SCHEMA)] = None,
    check: Check = False,
) -> None:
    """Write a JSON Schema for each kind of rule file, for editors that check YAML.

    \b
    Examples:
      transcript-audit rules schema
      transcript-audit rules schema --output my-rules/schema
    """
    from transcript_audit.rulebook.documents import editor_schemas

    directory = directory or usual_place(SCHEMA)
    pages = {directory / name: text for name, text in editor_schemas().items()}
    write_pages(pages, check, "rules schema")


def _choose(
    rulebook: RuleBook, names: Sequence[str]
) -> tuple[tuple[Rule, ...], tuple[PatternSet, ...]]:
    """The rules and patterns of these names, in the book's order; all where none is named.

    Raises:
        ConfigurationError: a name is no rule, pattern or act.
    """
    if not names:
        return rulebook.rules, rulebook.patterns
    known = [
        *(rule.id for rule in rulebook.rules),
        *dict.fromkeys(str(pattern.act) for pattern in rulebook.patterns),
        *(pattern.id for pattern in rulebook.patterns),
    ]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise ConfigurationError(
                f"{name}: no rule, pattern or act is called so; "
                f"{hint}{' ' if hint else ''}see transcript-audit rules list"
            )
    return (
        tuple(rule for rule in rulebook.rules if rule.id in names),
        tuple(each for each in rulebook.patterns if each.id in names or each.act in names),
    )


def _run_examples(
    rulebook: RuleBook,
    rules: Sequence[Rule],
    patterns: Sequence[PatternSet],
    patterns_only: bool,
) -> Iterator[list[ExampleResult]]:
    """The results of each pattern, then of each rule."""
    from transcript_audit.acts import load_recogniser
    from transcript_audit.rule_tests import run_pattern_examples, run_rule_examples

    if patterns:
        recogniser = load_recogniser(rulebook, patterns_only=True)
        for pattern in with_progress(patterns, noun="pattern"):
            yield list(run_pattern_examples(pattern, rulebook, recogniser))
    if rules:
        recogniser = load_recogniser(rulebook, patterns_only=patterns_only)
        for rule in with_progress(rules, noun="rule"):
            yield list(run_rule_examples(rule, rulebook, recogniser))


def _result_lines(results: Sequence[ExampleResult], verbose: bool) -> Iterator[Text]:
    from rich.text import Text

    from transcript_audit.reports.text import visible

    passed = sum(result.passed for result in results)
    mark = ("ok    ", "green") if passed == len(results) else ("FAILED", "bold red")
    yield Text.assemble(mark, f" {results[0].owner}  {passed}/{len(results)}")
    for result in results:
        if result.passed and not verbose:
            continue
        style = "dim" if result.passed else "red"
        problem = f": {result.problem}" if result.problem and not result.passed else ""
        yield Text(visible(f"  {result.side} {result.number}{problem}"), style=style)
        if not result.passed:
            for line in result.text.splitlines():
                yield Text(f"      {visible(line)}")
        for matched in result.matched:
            yield Text(f"      matched {visible(matched)}", style="cyan")


def _rule_lines(rule: Rule) -> Iterator[Text]:
    from transcript_audit.rulebook.documents import check_words

    yield _line(rule.id, f"{rule.title} ({rule.family}, {rule.severity})")
    for label, text in (
        ("what and why", rule.description),
        ("check", check_words(rule)),
        ("message", rule.message),
        ("coaching", rule.coaching),
        *([("say instead", rule.say_instead)] if rule.say_instead else []),
        ("cleared by", rule.cleared_by),
        *(("may be wrong", each) for each in rule.false_positives),
        ("references", "; ".join(rule.references)),
    ):
        yield _line(label, text)
    yield from _example_lines("flagged", rule.examples.match)
    yield from _example_lines("not flagged", rule.examples.no_match)
    yield from _example_lines("known gap", rule.examples.todo_match)


def _pattern_lines(pattern: PatternSet) -> Iterator[Text]:
    name = f"{pattern.act}:{pattern.qualifier}" if pattern.qualifier else str(pattern.act)
    yield _line(pattern.id, f"{name}, {pattern.speaker}, strength {pattern.strength}")
    for label, texts in (
        ("phrase", pattern.phrases),
        ("tokens", tuple(str(list(tokens)) for tokens in pattern.tokens)),
        ("unless", pattern.unless),
        ("match", pattern.examples.match),
        ("no match", pattern.examples.no_match),
        ("known gap", pattern.examples.todo_match),
    ):
        for text in texts:
            yield _line(f"  {label}", text)


def _example_lines(
    label: Literal["flagged", "not flagged", "known gap"], texts: Sequence[str]
) -> Iterator[Text]:
    from rich.text import Text

    from transcript_audit.reports.text import visible

    for number, text in enumerate(texts, start=1):
        yield _line(f"{label} {number}", "")
        for line in text.splitlines():
            yield Text(f"    {visible(line)}", style="bold" if line.startswith(">") else "")


def _line(label: str, text: str) -> Text:
    """A labelled line; where the label is indented, so is the line."""
    from rich.text import Text

    from transcript_audit.reports.text import visible

    return Text.assemble((visible(label), "bold"), ": ", visible(text))
