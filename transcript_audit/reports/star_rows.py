"""The rows of the star schema, call by call, and what can be said only after the last of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import cast

from transcript_audit.attribution import TEAM, UNNAMED, UNTOLD, results_of, untold_results
from transcript_audit.marks import SEVERITIES
from transcript_audit.model import (
    STATED_FIGURES,
    ActStatus,
    CallAudit,
    Evidence,
    Finding,
    Severity,
    SkippedCall,
)
from transcript_audit.readers.seen import Seen
from transcript_audit.reports.flags import (
    agents_on,
    blame,
    names_of,
    quotes_of,
)
from transcript_audit.reports.listening import safe_listen_address
from transcript_audit.reports.method import method_lines, run_facts
from transcript_audit.reports.records import lesson_record
from transcript_audit.reports.report import Report
from transcript_audit.reports.star_tables import (
    AGENTS,
    CALL_AGENTS,
    CALLS,
    FINDINGS,
    RATES,
    RESULTS,
    RULES,
    RUN,
    TURNS,
    StarTable,
    Value,
)
from transcript_audit.reports.styles import FAMILY_TITLES
from transcript_audit.scorecards import FamilyShare, RuleShare, Scorecard
from transcript_audit.speakers import fold_label
from transcript_audit.talk import NoTalk, measure_talk

Row = tuple[StarTable, dict[str, Value]]
"""A row and its table; a column that is left out has no value."""

RANGE_COLUMNS = {"low": "precision_low", "high": "precision_high"}
"""What the ends of a range are called in a table, where no other name stands beside them."""

BETWEEN = "; "
"""Between several texts in a column."""


class StarRows:
    """The rows of a report; each call's in its order, so that they may be written as they come."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._names = names_of(report.cards)
        self._agents: dict[str, str] = {}
        self._keys = Seen()

    def __iter__(self) -> Iterator[Row]:
        for audited in self._report.audits:
            yield from self._of_call(audited)
        yield from self._of_agents()
        yield from self._of_rates()
        yield from _of_rules(self._report)
        yield from _of_run(self._report)

    def _of_call(self, audited: CallAudit | SkippedCall) -> Iterator[Row]:
        path = audited.path if isinstance(audited, SkippedCall) else audited.transcript.path
        key = self._call_key(audited.call_id, path)
        agents = agents_on(audited, self._names)
        call: dict[str, Value] = {"call_key": key, "call_id": audited.call_id, "path": path}
        call["agents"] = BETWEEN.join(agents)
        if isinstance(audited, SkippedCall):
            yield CALLS, call | {"status": "skipped", "reason": audited.reason}
        else:
            yield CALLS, call | _call_values(audited, self._report.listen_link)
        for agent in agents:
            yield CALL_AGENTS, {"call_key": key, "agent_key": self._agent_key(agent)}
        if isinstance(audited, CallAudit):
            yield from self._of_audit(key, audited, agents)

    def _of_audit(self, key: str, audit: CallAudit, agents: Sequence[str]) -> Iterator[Row]:
        for finding in audit.findings:
            for agent, evidence in blame(audit, finding, self._names).items():
                link = safe_listen_address(self._report.listen_link, audit, finding)
                yield (
                    FINDINGS,
                    {
                        "finding_key": f"{key}-{finding.rule}",
                        "call_key": key,
                        "agent_key": self._agent_key(agent),
                        "listen": link,
                        **_finding_values(audit, finding, evidence),
                    },
                )
        several = len(agents) > 1
        for agent in agents:
            for result in results_of(audit, agent) if several else audit.results:
                yield RESULTS, self._result(key, agent, result.rule, result.status)
        for result in untold_results(audit):
            yield RESULTS, self._result(key, UNTOLD, result.rule, result.status)
        yield from self._of_turns(key, audit)

    def _result(self, key: str, agent: str, rule: str, status: str) -> dict[str, Value]:
        agent_key = self._agent_key(agent)
        return {"call_key": key, "agent_key": agent_key, "rule": rule, "status": str(status)}

    def _of_turns(self, key: str, audit: CallAudit) -> Iterator[Row]:
        acts: dict[int, list[str]] = {}
        for act in audit.acts:
            if act.status is ActStatus.ASSERTED:
                acts.setdefault(act.turn, []).append(act.name)
        rules: dict[int, list[str]] = {}
        for finding in audit.findings:
            for each in finding.evidence:
                rules.setdefault(each.turn, []).append(finding.rule)
        for turn in audit.turns:
            yield (
                TURNS,
                {
                    "call_key": key,
                    "turn": turn.index,
                    "source_turn": turn.parts[0].number,
                    "last_source_turn": turn.parts[-1].number,
                    "role": str(turn.role),
                    "speaker": turn.speaker,
                    "agent_key": self._agent_key(turn.agent_id) if turn.agent_id else None,
                    "start": turn.start,
                    "end": turn.end,
                    "backchannel": turn.backchannel,
                    "text": turn.text,
                    "acts": BETWEEN.join(dict.fromkeys(acts.get(turn.index, []))),
                    "rules": BETWEEN.join(dict.fromkeys(rules.get(turn.index, []))),
                },
            )

    def _of_agents(self) -> Iterator[Row]:
        cards = {fold_label(card.agent): card for card in self._report.cards.agents}
        for folded in [*cards, *(each for each in self._agents if each not in cards)]:
            card = cards.get(folded)
            agent = card.agent if card else self._agents[folded]
            kind = {UNNAMED: "unnamed", UNTOLD: "untold"}.get(agent, "person")
            row: dict[str, Value] = {"agent_key": agent_key(agent), "agent": agent, "kind": kind}
            yield AGENTS, row | (_card_values(card) if card else {})
        team = self._report.cards.team
        row = {"agent_key": agent_key(TEAM), "agent": team.agent, "kind": "team"}
        yield AGENTS, row | _card_values(team)

    def _of_rates(self) -> Iterator[Row]:
        cards = self._report.cards
        for card in (*cards.agents, cards.team):
            key = agent_key(TEAM if card is cards.team else card.agent)
            for rule in card.rules:
                what: dict[str, Value] = {"agent_key": key, "kind": "rule", "name": rule.rule}
                yield RATES, what | _rate_values(rule)
            for family in card.families:
                what = {"agent_key": key, "kind": "family", "name": str(family.family)}
                yield RATES, what | _rate_values(family)

    def _agent_key(self, agent: str) -> str:
        self._agents.setdefault(fold_label(agent), agent)
        return agent_key(agent)

    def _call_key(self, call_id: str, path: str) -> str:
        """The key of the call id; where another call has it already, of id, path and number."""
        key, number = make_key("c", call_id), 1
        while not self._keys.add(key):
            key, number = make_key("c", call_id, path, str(number)), number + 1
        return key


def make_key(kind: str, *parts: str) -> str:
    """A short text that stands for `parts`, the same in every run.

    It begins with a letter, so that no program takes it for a number, and has no capitals, since
    some compare without regard to them.
    """
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return kind + hashlib.sha256(text).hexdigest()[:15]


def agent_key(agent: str) -> str:
    """The key of an agent, in whatever letter case the name is written."""
    return make_key("a", fold_label(agent))


def _call_values(audit: CallAudit, listen_link: str | None) -> dict[str, Value]:
    known = not audit.left_open
    talk = measure_talk(audit.transcript, audit.turns, audit.acts) if known else NoTalk("")
    figures = talk.figures if not isinstance(talk, NoTalk) else {}
    values: dict[str, Value] = {
        "status": "flagged" if audit.findings else "clear" if known else "cannot-tell",
        "reason": None if known else audit.results[0].reason,
        "turns": len(audit.turns),
        "roles": str(audit.role_source),
        "format": audit.transcript.format or None,
        "listen": safe_listen_address(listen_link, audit),
        "notes": BETWEEN.join(audit.notes),
        **_began(audit.transcript.started_at),
    }
    if known:
        gravest = min((f.severity for f in audit.findings), key=SEVERITIES.index, default=None)
        values |= {
            "outcome": str(audit.outcome),
            "findings": len(audit.findings),
            "critical_findings": sum(f.severity is Severity.CRITICAL for f in audit.findings),
            "gravest": str(gravest) if gravest else None,
            "attempts": len(audit.episode.attempts),
            "seconds_to_confirm": audit.episode.seconds_to_confirm,
            "turns_to_confirm": audit.episode.turns_to_confirm,
        }
    return values | {name: figures.get(name) for name in STATED_FIGURES}


def _began(when: datetime | None) -> dict[str, Value]:
    if when is None:
        return {}
    offset = when.utcoffset()
    return {
        "started_at": when.replace(tzinfo=None),
        "started_on": when.date(),
        "utc_offset_minutes": None if offset is None else offset // timedelta(minutes=1),
    }


def _finding_values(
    audit: CallAudit, finding: Finding, evidence: Sequence[Evidence]
) -> dict[str, Value]:
    quotes = quotes_of(audit, evidence)
    return {
        "rule": finding.rule,
        "family": str(finding.family),
        "severity": str(finding.severity),
        "strength": round(finding.strength, 3),
        "message": finding.message,
        "source_turns": " ".join(map(str, sorted({quote.number for quote in quotes}))),
        "start": next((quote.start for quote in quotes if quote.start is not None), None),
        "words": " | ".join(dict.fromkeys(quote.words for quote in quotes)),
        "why": " ".join(finding.steps),
        "cleared_by": finding.cleared_by,
        "fingerprint": finding.fingerprint or None,
    }


def _card_values(card: Scorecard) -> dict[str, Value]:
    quality, passed, kept = card.quality, card.compliance, card.saves
    best = card.done_well
    return {
        "calls": card.calls,
        "skipped": card.skipped,
        "left_open": card.left_open,
        "critical_calls": card.critical_calls,
        "passed": passed.count,
        "passed_of": passed.of,
        "passed_low": passed.low,
        "passed_high": passed.high,
        "quality": quality.mean if quality else None,
        "quality_calls": quality.calls if quality else None,
        "quality_too_few": quality.too_few if quality else None,
        "retained": kept.count,
        "retained_of": kept.of,
        "retained_low": kept.low,
        "retained_high": kept.high,
        "retained_reading": str(kept.comparison.reading) if kept.comparison else None,
        "saves_and_pushes": card.saves_and_pushes,
        "median_seconds_to_confirm": card.seconds_to_confirm,
        "attempts_per_request": card.attempts.mean,
        "first_day": card.first,
        "last_day": card.last,
        "needs": BETWEEN.join(f"{need.title}: {need.reason}" for need in card.needs),
        "coach_first": card.coaching[0].rule if card.coaching else None,
        "done_well": best.title if best else None,
    }


def _rate_values(share: RuleShare | FamilyShare) -> dict[str, Value]:
    beside = share.comparison
    values: dict[str, Value] = {
        "flagged": share.flagged,
        "eligible": share.eligible,
        "share": share.value,
        "low": share.low,
        "high": share.high,
    }
    if beside is None:
        return values
    return values | {
        "reading": str(beside.reading),
        "others_flagged": beside.others_flagged,
        "others_eligible": beside.others_eligible,
        "p": beside.p,
        "adjusted_p": beside.adjusted_p,
    }


def _of_rules(report: Report) -> Iterator[Row]:
    known = {rule.id for rule in report.rulebook.rules}
    for rule in report.rulebook.rules:
        yield (
            RULES,
            {
                "rule": rule.id,
                "title": rule.title,
                "family": str(rule.family),
                "family_title": FAMILY_TITLES[rule.family],
                "severity": str(rule.severity),
                "description": rule.description,
                "message": rule.message,
                "coaching": rule.coaching,
                "say_instead": rule.say_instead or None,
                "cleared_by": rule.cleared_by,
                "false_positives": BETWEEN.join(rule.false_positives),
                **_lesson_values(report, rule.id),
            },
        )
    for share in report.cards.team.rules:
        if share.rule not in known:
            known.add(share.rule)
            row: dict[str, Value] = {
                "rule": share.rule,
                "title": share.title,
                "family": str(share.family),
                "family_title": FAMILY_TITLES[share.family],
                "severity": str(share.severity) if share.severity else None,
            }
            yield RULES, row | _lesson_values(report, share.rule)
    for rule_id in report.lessons:
        if rule_id not in known:  # reviewed once, and in no rule book of this report
            yield RULES, {"rule": rule_id, **_lesson_values(report, rule_id)}


def _lesson_values(report: Report, rule: str) -> dict[str, Value]:
    """What reviewers made of the rule's findings; no values where they reviewed none."""
    lesson = report.lessons.get(rule)
    if lesson is None:
        return {}
    told = cast("dict[str, Value]", lesson_record(lesson))
    return {RANGE_COLUMNS.get(key, key): value for key, value in told.items()}


def _of_run(report: Report) -> Iterator[Row]:
    lines = [("fact", *fact) for fact in run_facts(report)]
    lines += [("method", *line) for line in method_lines(report)]
    for position, (kind, name, value) in enumerate(lines):
        yield RUN, {"position": position, "kind": kind, "name": name, "value": value}
