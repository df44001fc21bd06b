"""How far reviewers agree, for people and as a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from transcript_audit.agreement import Agreement, Coefficient, PairAgreement, TwoByTwo
from transcript_audit.reports.tables import number, plain_table, value_range
from transcript_audit.reports.text import one_line, plural

READING = (
    "Flags are rare, so kappa and alpha may be low where people hardly ever differ: read them "
    "beside AC1, and beside the agreement on findings alone."
)


def agreement_tables(agreement: Agreement) -> RenderableType:
    """The coefficients of all, the table of each pair, and on which rules pairs differ."""
    blocks: list[RenderableType] = [
        Text(
            f"{plural(len(agreement.raters), 'rater')}, {plural(agreement.calls, 'call')}, "
            f"{agreement.shared} of {plural(agreement.units, 'judgement')} by two or more; "
            "one judgement is one rule on one call"
        ),
        "",
        _coefficient_table(agreement),
    ]
    if agreement.pairs:
        blocks += [_pair_table(agreement), *_difference_table(agreement), Text(READING)]
    return Group(*blocks)


def agreement_record(agreement: Agreement) -> dict[str, Any]:
    """All of it as a record; what is undefined is null, with its reason."""
    return {
        **{key: value for key, value in asdict(agreement).items() if key != "pairs"},
        "pairs": [
            {
                "first": pair.first,
                "second": pair.second,
                "table": _table_record(pair.table),
                "coefficients": [asdict(each) for each in pair.coefficients],
                "rules": {rule: _table_record(table) for rule, table in pair.by_rule},
            }
            for pair in agreement.pairs
        ],
    }


def _table_record(table: TwoByTwo) -> dict[str, Any]:
    shares = {"on_findings": table.on_findings, "on_absence": table.on_absence}
    return asdict(table) | {"units": table.units} | shares


def _coefficient_table(agreement: Agreement) -> RenderableType:
    table = plain_table("Agreement of all", "measure", ["value", "95 %", ""])
    for each in agreement.coefficients:
        table.add_row(each.title, *_cells(each), each.reason)
    return table


def _cells(each: Coefficient) -> tuple[str, str]:
    return number(each.value), value_range(each.low, each.high)


def _pair_table(agreement: Agreement) -> RenderableType:
    columns = ["both found", "first alone", "second alone", "neither", "on findings", "on absence"]
    table = plain_table(
        "Two by two (who found what)", "first / second", [*columns, "kappa", "AC1", "95 %"]
    )
    for pair in agreement.pairs:
        found = {each.name: each for each in pair.coefficients}
        two = pair.table
        table.add_row(
            _names(pair),
            *map(str, (two.both, two.first_only, two.second_only, two.neither)),
            number(two.on_findings),
            number(two.on_absence),
            number(found["cohen-kappa"].value),
            *_cells(found["ac1"]),
        )
    return table


def _difference_table(agreement: Agreement) -> Iterator[RenderableType]:
    table = plain_table(
        "Who differs from whom on which rule",
        "first / second",
        ["rule", "differ", "first alone", "second alone", "both found", "of"],
    )
    for pair in agreement.pairs:
        for rule, two in pair.by_rule:
            if two.differ:
                counts = (two.differ, two.first_only, two.second_only, two.both, two.units)
                table.add_row(_names(pair), one_line(rule), *map(str, counts))
    if table.row_count:
        yield table


def _names(pair: PairAgreement) -> str:
    return f"{one_line(pair.first)} / {one_line(pair.second)}"
