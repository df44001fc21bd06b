"""What verdicts teach of each rule, in a line for any form of report."""

from __future__ import annotations

from transcript_audit.reports.report import Report
from transcript_audit.reports.shares import counted
from transcript_audit.review.lessons import RuleLesson

LESSONS_TITLE = "What reviewers made of the flags"


def lesson_lines(report: Report) -> tuple[tuple[str, str], ...]:
    """For each rule with verdicts, in the rule book's order: its title, and what they come to."""
    titles = {rule.id: rule.title for rule in report.rulebook.rules}
    ordered = [*(rule for rule in titles if rule in report.lessons)]
    ordered += [rule for rule in report.lessons if rule not in titles]
    return tuple((titles.get(rule, rule), lesson_words(report.lessons[rule])) for rule in ordered)


def lesson_words(lesson: RuleLesson) -> str:
    """As "upheld 8 of 10 (49–94%), overturned 20%", with what else is known."""
    decided = lesson.upheld + lesson.overturned
    said = []
    if lesson.overturn_rate is not None:
        rate = f"overturned {lesson.overturn_rate * 100:.0f}%"
        said.append(f"upheld {counted(lesson.upheld, decided, lesson)}, {rate}")
    if lesson.undecided:
        said.append(f"{lesson.undecided} undecided")
    if lesson.missed:
        said.append(f"missed {lesson.missed}")
    if lesson.often_overturned:
        said.append("often overturned: doubt its flags")
    return "; ".join(said)
