"""What verdicts say of each rule, for people and as a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from transcript_audit.reports.tables import number, plain_table, value_range
from transcript_audit.reports.text import literal, one_line
from transcript_audit.review.lessons import RuleLesson

COLUMNS = ("upheld", "overturned", "undecided", "missed", "precision", "95 %", "overturn rate")


def lessons_table(lessons: Sequence[RuleLesson], often: float) -> RenderableType:
    """A row a rule, and the rules that are overturned too often; `often` is the share meant."""
    table = plain_table("What reviewers made of each rule's findings", "rule", COLUMNS)
    for each in lessons:
        counts = (each.upheld, each.overturned, each.undecided, each.missed)
        shares = (number(each.precision), value_range(each.low, each.high))
        row = (*map(str, counts), *shares, number(each.overturn_rate))
        table.add_row(one_line(each.rule), *row)
    named = [each for each in lessons if each.often_overturned]
    lines = [
        literal(
            f"{each.rule} is often overturned: {each.overturned} of "
            f"{each.upheld + each.overturned}; the whole range lies above {often:.0%}",
            "yellow",
        )
        for each in named
    ]
    none = Text(f"No rule's whole range of overturned findings lies above {often:.0%}.")
    return Group(table, *(lines or [none]))


def lesson_records(lessons: Sequence[RuleLesson]) -> list[dict[str, Any]]:
    """A record a rule."""
    return [
        asdict(each) | {"reviewed": each.reviewed, "overturn_rate": each.overturn_rate}
        for each in lessons
    ]
