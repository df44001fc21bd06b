"""The report as an Excel workbook: summary, agents, flags, calls, rules, method."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

from transcript_audit.marks import SEVERITIES
from transcript_audit.model import CallAudit, SkippedCall
from transcript_audit.reports.first_error import FirstError
from transcript_audit.reports.flags import (
    Flag,
    agents_on,
    describe_flag,
    gravest_first,
    names_of,
    quote_place,
)
from transcript_audit.reports.listening import safe_listen_address
from transcript_audit.reports.method import method_lines, run_facts
from transcript_audit.reports.report import Report
from transcript_audit.reports.styles import FAMILY_TITLES, READING_WORDS
from transcript_audit.reports.workbook_columns import CALL_COLUMNS, SHEETS
from transcript_audit.reports.workbook_sheets import (
    Cell,
    Kind,
    Sheet,
    Styles,
    Table,
    created,
)
from transcript_audit.reports.workbook_summary import write_summary
from transcript_audit.scorecards import (
    FamilyShare,
    Reading,
    RuleShare,
    Scorecard,
    Scorecards,
    Share,
)

if TYPE_CHECKING:
    import xlsxwriter


def write_workbook(report: Report, out: BinaryIO) -> None:
    """Write the report as an .xlsx workbook; memory stays flat however many calls there are.

    Raises:
        OSError: the disk is full, or the like.
    """
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - only this form needs it

    held = FirstError(out)
    # rows wait in files, which must go also where the workbook is never finished
    with tempfile.TemporaryDirectory(prefix="transcript-audit-") as aside:
        book = _open_book(held, aside)
        _fill(book, report)
        try:
            book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error
    held.tell_error()


def _fill(book: xlsxwriter.Workbook, report: Report) -> None:
    styles = Styles(book)
    summary = Sheet(book, styles, "Summary")
    tables = {name: Table(book, styles, name, columns) for name, columns in SHEETS.items()}
    method = Sheet(book, styles, "Method")
    _fill_flags(tables["Flags"], tables["Calls"], report)
    _fill_agents(tables["Agents"], report.cards)
    _fill_rules(tables["Rules"], report)
    for noun, name in (("flag", "Flags"), ("call", "Calls"), ("rule", "Rules")):
        tables[name].finish(noun)
    tables["Agents"].finish("agent", agent_cells(report.cards.team, report.cards))
    write_summary(summary, report, {"flag": tables["Flags"], "call": tables["Calls"]})
    _fill_method(method, report)


def _open_book(out: FirstError, aside: str) -> xlsxwriter.Workbook:
    import xlsxwriter  # noqa: PLC0415 - only this form needs it

    options = {
        "constant_memory": True,
        "tmpdir": aside,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": "Call audit", "created": created()})
    return book


def _fill_flags(flags: Table, calls: Table, report: Report) -> None:
    """Every call in the order of the sources, and every flag, the gravest first."""
    titles = {rule.id: rule.title for rule in report.rulebook.rules}
    found = _list_calls(calls, report, titles)
    for flag in gravest_first(found):
        flags.add(_flag_cells(flag, titles))


def _list_calls(calls: Table, report: Report, titles: Mapping[str, str]) -> Iterator[Flag]:
    """The flags of each call once its row is written."""
    names = names_of(report.cards)
    for audited in report.audits:
        if isinstance(audited, SkippedCall):
            calls.add(_skipped_cells(audited, names))
            continue
        calls.add(_call_cells(audited, names, titles, report.listen_link))
        for finding in audited.findings:
            yield describe_flag(audited, finding, names, report.listen_link)


def _flag_cells(flag: Flag, titles: Mapping[str, str]) -> list[Cell]:
    finding = flag.finding
    first = flag.quotes[0] if flag.quotes else None
    several = len(flag.quotes) > 1
    return [
        str(finding.severity),
        titles.get(finding.rule, finding.rule),
        FAMILY_TITLES[finding.family],
        "; ".join(flag.agents),
        flag.call_id,
        flag.began,
        first.start if first else None,
        first.number if first else None,
        [f"{quote_place(q)}: {q.words}" if several else q.words for q in flag.quotes],
        finding.message,
        [f"{place}. {step}" for place, step in enumerate(finding.steps, start=1)],
        finding.cleared_by,
        finding.strength,
        flag.listen,
        flag.path,
        finding.rule,
    ]


def _call_cells(
    audit: CallAudit, names: Mapping[str, str], titles: Mapping[str, str], link: str | None
) -> list[Cell]:
    known = not audit.left_open
    episode = audit.episode
    gravest = sorted(audit.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    judged = "flagged" if gravest else "no flag"
    return [
        audit.call_id,
        judged if known else "left open",
        "; ".join(agents_on(audit, names)),
        audit.transcript.started_at,
        str(audit.outcome) if known else None,
        len(gravest) if known else None,
        str(gravest[0].severity) if gravest else None,
        "; ".join(titles.get(finding.rule, finding.rule) for finding in gravest),
        len(episode.attempts) if known else None,
        episode.seconds_to_confirm if known else None,
        episode.turns_to_confirm if known else None,
        safe_listen_address(link, audit),
        None if known else audit.results[0].reason,
        audit.transcript.path,
    ]


def _skipped_cells(call: SkippedCall, names: Mapping[str, str]) -> list[Cell]:
    cells: dict[str, Cell] = {
        "Call": call.call_id,
        "Status": "skipped",
        "Agents": "; ".join(agents_on(call, names)),
        "Why it was not judged": call.reason,
        "File": call.path,
    }
    return [cells.get(column.title) for column in CALL_COLUMNS]


def _fill_agents(table: Table, cards: Scorecards) -> None:
    for card in cards.agents:
        table.add(agent_cells(card, cards))


def agent_cells(card: Scorecard, cards: Scorecards) -> list[Cell]:
    """A row of the sheet Agents; no share where there are too few calls to judge anybody by."""
    quality = card.quality
    coaching = card.coaching[0] if card.coaching else None
    best = card.done_well
    return [
        card.agent,
        *(card.calls, card.skipped, card.left_open, card.critical_calls),
        [f"{need.title}: {need.reason}" for need in card.needs],
        *_good_cells(card.compliance, cards)[:-1],
        quality.mean if quality and not quality.too_few else None,
        *(cell for share in card.families for cell in _share_cells(share)),
        *_good_cells(card.saves, cards),
        card.seconds.median if card.seconds else None,
        card.attempts.mean,
        f"{coaching.title} ({coaching.flagged} of {coaching.eligible} calls)" if coaching else None,
        coaching.say_instead if coaching else None,
        f"{best.title} ({best.done} of {best.called_for})" if best else None,
    ]


def _share_cells(share: FamilyShare | RuleShare) -> list[Cell]:
    """Flagged, judged, share, from, to, and how it compares."""
    reading = share.comparison.reading if share.comparison else None
    shown = None if reading is Reading.TOO_FEW else share.value
    words = READING_WORDS[reading] if reading else None
    return [share.flagged, share.eligible, shown, share.low, share.high, words]


def _good_cells(share: Share, cards: Scorecards) -> list[Cell]:
    few = share.of < cards.eligible_at_least
    reading = share.comparison.reading if share.comparison else None
    words = READING_WORDS[reading] if reading else None
    return [share.count, share.of, None if few else share.value, share.low, share.high, words]


def _fill_rules(table: Table, report: Report) -> None:
    shares = {share.rule: share for share in report.cards.team.rules}
    for rule in report.rulebook.rules:
        share = shares.pop(rule.id, None)
        counts = [*_share_cells(share)[:-1], share.cannot_tell] if share else [None] * 6
        table.add(
            [
                rule.title,
                FAMILY_TITLES[rule.family],
                str(rule.severity),
                *counts,
                rule.description,
                rule.cleared_by,
                rule.false_positives,
                rule.coaching,
                rule.say_instead,
                rule.id,
            ]
        )
    for share in shares.values():  # of another rule book
        severity = str(share.severity) if share.severity else None
        counts = [*_share_cells(share)[:-1], share.cannot_tell]
        table.add(
            [share.title, FAMILY_TITLES[share.family], severity, *counts, *[None] * 5, share.rule]
        )


def _fill_method(sheet: Sheet, report: Report) -> None:
    sheet.set_widths([30, 110])
    kinds = (Kind.TEXT, Kind.WRAPPED)
    sheet.line("Method and limits", sheet.styles.title)
    for name, words in (*method_lines(report), *_about_the_sheets()):
        sheet.cells((name, words), kinds)
    sheet.line("The run", sheet.styles.heading)
    for name, words in run_facts(report):
        sheet.cells((name, words), kinds)


def _about_the_sheets() -> Sequence[tuple[str, str]]:
    return (
        (
            "Cells",
            "Dates and times of day are those that the source gives, without a time zone. Control "
            "characters in words are spelled out. A cell holds 32,767 characters, a sheet "
            "1,048,576 rows and 65,530 links; what does not fit is said where it is missing.",
        ),
        (
            "Blank shares",
            "Where there are too few calls to judge anybody by, only the counts and the range are "
            "given, so that nobody is sorted or coloured by chance.",
        ),
    )
