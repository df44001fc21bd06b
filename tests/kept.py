"""Audits by hand for the tests of the store, and a run of them that a test may kill.

    python tests/kept.py STORE FIRST LAST SECONDS

audits the made-up calls from FIRST up to LAST into a store, SECONDS for each; the run ends only
when standard input does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from builders import cite, make_results, make_turn
from sqlalchemy import func, select

from transcript_audit.history import (
    BookKey,
    CallKey,
    Keeping,
    KnownCall,
    Store,
    audit_into,
    call_key,
    find_store,
    open_store,
    read_audits,
    resuming,
)
from transcript_audit.history.schema import audit_agents, audits, findings
from transcript_audit.model import (
    Act,
    ActLabel,
    CallAudit,
    Episode,
    Family,
    Finding,
    Outcome,
    Role,
    RoleSource,
    Severity,
    SkippedCall,
    State,
    StateChange,
    Transcript,
    Utterance,
)
from transcript_audit.redaction import redact_call
from transcript_audit.roles import RoleOptions

BOOK = BookKey("ab" * 32, "default", "patterns", "1.2.3")
STRICT = replace(BOOK, profile="strict")
RULES = {
    "refusal-explicit": Family.REFUSED_CANCELLATION,
    "pushback-after-decline": Family.REPEATED_PUSHBACK,
    "exit-no-goodwill": Family.GRACEFUL_EXIT,
}
LINES = (
    (Role.CUSTOMER, "I want to cancel my membership."),
    (Role.AGENT, "I won't do that for you."),
    (Role.CUSTOMER, "My card is 4111 1111 1111 1111, please."),
    (Role.AGENT, "Bye."),
)
START = datetime(2026, 3, 4, 9, 5)


def make_transcript(call_id: str = "c-2", agent: str = "Ines", **more: object) -> Transcript:
    said = tuple(Utterance(n, str(role), text) for n, (role, text) in enumerate(LINES))
    whole = Transcript(call_id, f"calls/{call_id}.txt", said, (agent,), START, "text")
    return replace(whole, **more)  # type: ignore[arg-type]


def make_audit(transcript: Transcript, flagged: bool = True) -> CallAudit:
    agent = transcript.agent_ids[0]
    turns = tuple(
        make_turn(
            each.number,
            Role(each.speaker),
            each.text,
            each.start,
            agent if each.speaker == Role.AGENT else None,
        )
        for each in transcript.utterances
    )
    finding = Finding(
        "refusal-explicit",
        Family.REFUSED_CANCELLATION,
        Severity.CRITICAL,
        "The agent refused to cancel.",
        0.91,
        (cite(turns[1], (2, 12), "refuse"),),
        steps=("The customer asked.", "The agent refused."),
        fingerprint="f00d",
    )
    request = Act(ActLabel.REQUEST_CANCEL, 0, (0, 16))
    episode = Episode(
        Outcome.NOT_CANCELLED,
        (StateChange(0, State.OPEN, request),),
        request,
        3,
        seconds_to_confirm=None,
    )
    results = make_results(RULES, [finding] if flagged else [])
    return CallAudit(transcript, RoleSource.STATED, turns, (request,), episode, results)


def key_of(audit: CallAudit, secret: bytes = b"") -> CallKey:
    return call_key(audit.transcript, RoleOptions(), secret)


def made_up_calls(first: int, last: int) -> list[Transcript]:
    return [
        make_transcript(
            f"c-{number}",
            f"agent {number % 5}",
            path="calls.jsonl",
            started_at=START + timedelta(hours=number),
        )
        for number in range(first, last)
    ]


def audit_all(
    reads: Iterable[Transcript | SkippedCall | KnownCall], seconds: float = 0
) -> Iterator[CallAudit | SkippedCall | KnownCall]:
    for read in reads:
        if isinstance(read, Transcript):
            time.sleep(seconds)
            yield make_audit(read, flagged=int(read.call_id.split("-")[-1]) % 2 == 0)
        else:
            yield read


def keep_all(store: Store, reads: Iterable[Transcript | SkippedCall], **more: object) -> list:
    keeping = Keeping(store, BOOK, RoleOptions())
    return list(audit_into(replace(keeping, **more), reads, audit_all))  # type: ignore[arg-type]


def check_whole(store: Store, most: int) -> int:
    """How many calls the store holds, each of them once and whole.

    Others may be writing meanwhile: what is read later may have more, but nothing less.
    """
    with store.begin() as connection:
        rows = connection.execute(select(audits)).all()
        counted = select(findings.c.audit_id, func.count()).group_by(findings.c.audit_id)
        flags = {row[0]: row[1] for row in connection.execute(counted)}
        named = set(connection.execute(select(audit_agents.c.audit_id)).scalars())
    assert len({row.call_id for row in rows}) == len(rows) <= most
    assert all(flags.get(row.id, 0) == row.flags for row in rows)
    assert {row.id for row in rows} <= named
    expected = {call.call_id: call for call in made_up_calls(0, most)}
    held = list(read_audits(store))
    for audit in held:
        transcript = expected[audit.call_id]
        flagged = int(audit.call_id.split("-")[-1]) % 2 == 0
        assert audit == redact_call(make_audit(transcript, flagged))
    ids = [audit.call_id for audit in held]
    assert len(set(ids)) == len(ids) >= len(rows)
    assert {row.call_id for row in rows} <= set(ids)
    return len(rows)


def main(place: str, first: str, last: str, seconds: str) -> None:
    resuming.BATCH = 7
    with open_store(find_store(place)) as store:
        reads = made_up_calls(int(first), int(last))

        def audit(some: Iterable[Transcript | SkippedCall | KnownCall]) -> Iterator[Any]:
            print("open", flush=True)  # the run has been noted by now
            yield from audit_all(some, float(seconds))
            sys.stdin.read()

        for _ in audit_into(Keeping(store, BOOK, RoleOptions()), reads, audit):
            pass
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
