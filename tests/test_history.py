"""The store, on both databases: what is kept, what counts, and what comes out again."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from kept import (
    BOOK,
    LINES,
    START,
    STRICT,
    audit_all,
    check_whole,
    keep_all,
    key_of,
    made_up_calls,
    make_audit,
    make_transcript,
)
from reviewing import verdict
from sqlalchemy import Engine, inspect, select

from transcript_audit.history import (
    Choice,
    Keeping,
    StoredLedger,
    StoreError,
    StorePlace,
    already_audited,
    audit_into,
    begin_run,
    book_key,
    books_used,
    call_key,
    count_untimed,
    make_kept,
    open_store,
    purge_store,
    read_audits,
    read_skipped,
    resuming,
    save,
    schema,
    steps,
    stored_agents,
    stored_call_ids,
    summarise_store,
)
from transcript_audit.history import verdicts as kept_verdicts
from transcript_audit.history.schema import audits, runs
from transcript_audit.model import CallAudit, SkippedCall, Utterance
from transcript_audit.privacy import print_as
from transcript_audit.redaction import redact_call
from transcript_audit.review.ledger import verdict_line
from transcript_audit.review.verdicts import Ruling, Standing, Verdict, sum_up
from transcript_audit.roles import RoleOptions
from transcript_audit.roster import Roster, RosterAgent
from transcript_audit.rulebook import RuleBook

TESTS = Path(__file__).parent
SECRET = b"of a store"
CARD = "4111 1111 1111 1111"


def ids(found: object) -> list[str]:
    return [audit.call_id for audit in found]  # type: ignore[attr-defined]


def test_what_was_kept_comes_out_as_it_went_in_but_redacted(place: StorePlace) -> None:
    audit = make_audit(make_transcript())
    with open_store(place) as store:
        assert keep_all(store, [audit.transcript]) == [redact_call(audit)]
        assert list(read_audits(store)) == [redact_call(audit)]
        assert redact_call(audit) != audit


def test_no_word_of_a_secret_reaches_the_file(tmp_path: Path) -> None:
    file = tmp_path / "audits.db"
    with open_store(StorePlace(file=file)) as store:
        keep_all(store, [make_transcript()])
        with store.begin() as connection:
            row = connection.execute(select(audits)).one()
        (held,) = read_audits(store)
        everything = repr([value for value in row if not isinstance(value, bytes)]) + repr(held)
    assert CARD in repr(LINES)
    assert CARD not in everything
    assert CARD.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("audits.db*"))


def test_all_words_are_kept_only_where_that_is_asked_for(place: StorePlace) -> None:
    audit = make_audit(make_transcript())
    with open_store(place) as store:
        keep_all(store, [audit.transcript], reveal=True)
        assert list(read_audits(store)) == [audit]
        assert summarise_store(store).revealed == 1


def test_the_same_call_under_the_same_rule_book_changes_nothing(place: StorePlace) -> None:
    calls = made_up_calls(0, 3)
    with open_store(place) as store:
        keep_all(store, calls)
        before = list(read_audits(store))
        keep_all(store, calls)
        whole = keep_all(store, calls, as_kept=False)
        assert [audit.transcript for audit in whole] == calls
        assert list(read_audits(store)) == before
        assert check_whole(store, 3) == 3
        with store.begin() as connection:
            query = select(runs.c.added, runs.c.known).order_by(runs.c.id)
            assert connection.execute(query).all() == [(3, 0), (0, 3), (0, 3)]


def test_what_the_store_holds_is_not_audited_again(place: StorePlace) -> None:
    audited = []

    def audit(reads):  # type: ignore[no-untyped-def]
        for done in audit_all(reads):
            audited.append(done.call_id if isinstance(done, CallAudit) else None)
            yield done

    calls = made_up_calls(0, 4)
    with open_store(place) as store:
        keep_all(store, calls[1:3])
        found = list(audit_into(Keeping(store, BOOK, RoleOptions()), calls, audit))
    assert audited == ["c-0", None, None, "c-3"]
    assert ids(found) == ["c-0", "c-1", "c-2", "c-3"]


def test_a_known_call_is_handed_on_under_the_source_it_has_now(place: StorePlace) -> None:
    call = make_transcript()
    with open_store(place) as store:
        keep_all(store, [call])
        (found,) = keep_all(store, [replace(call, path="moved.csv", format="csv")])
        assert (found.transcript.path, found.transcript.format) == ("moved.csv", "csv")
        assert len(list(read_audits(store))) == 1


def test_a_call_purged_during_the_run_is_audited_after_all(place: StorePlace) -> None:
    call = make_transcript("c-2")
    with open_store(place) as store:
        keep_all(store, [call])

        def audit(reads):  # type: ignore[no-untyped-def]
            for read in reads:
                purge_store(store, datetime(2030, 1, 1))
                yield from audit_all([read])

        found = list(audit_into(Keeping(store, BOOK, RoleOptions()), [call], audit))
    assert found == [redact_call(make_audit(call))]


def test_another_rule_book_adds_a_result_and_keeps_the_old(place: StorePlace) -> None:
    call = make_transcript("c-2")
    with open_store(place) as store:
        keep_all(store, [call])
        keep_all(store, [call], book=STRICT)
        assert summarise_store(store).results == 2
        assert ids(read_audits(store)) == ["c-2"]
        assert [book.profile for book in books_used(store)] == ["strict"]
        by_profile = Choice(rule_book="default")
        assert ids(read_audits(store, by_profile)) == ["c-2"]
        assert [book.profile for book in books_used(store, by_profile)] == ["default"]
        assert ids(read_audits(store, Choice(rule_book=BOOK.digest[:12]))) == ["c-2"]
        assert ids(read_audits(store, Choice(rule_book="%"))) == []


def test_the_latest_run_over_a_call_says_what_counts(place: StorePlace) -> None:
    call = make_transcript("c-2")
    with open_store(place) as store:
        for book in (BOOK, STRICT, BOOK):
            keep_all(store, [call], book=book)
        assert [book.profile for book in books_used(store)] == ["default"]


def test_a_call_transcribed_anew_takes_the_place_of_the_old_one(place: StorePlace) -> None:
    old = make_transcript("c-2")
    said = (*old.utterances, Utterance(4, "customer", "Hello?"))
    new = replace(old, utterances=said)
    elsewhere = replace(new, path="other/c-2.txt", utterances=(*said, said[0]))
    with open_store(place) as store:
        keep_all(store, [old])
        keep_all(store, [new])
        assert [len(audit.turns) for audit in read_audits(store)] == [5]
        keep_all(store, [elsewhere])
        assert sorted(len(audit.turns) for audit in read_audits(store)) == [5, 6]
        keep_all(store, [old])
        assert sorted(len(audit.turns) for audit in read_audits(store)) == [4, 6]


def test_calls_of_one_id_from_streams_do_not_replace_each_other(place: StorePlace) -> None:
    one = make_transcript("c-2", path="-")
    two = replace(one, utterances=one.utterances[:3] + one.utterances[:1])
    with open_store(place) as store:
        keep_all(store, [one])
        keep_all(store, [two])
        assert ids(read_audits(store)) == ["c-2", "c-2"]


def test_a_renamed_agent_makes_a_new_result_of_the_same_call(place: StorePlace) -> None:
    call = make_transcript("c-2")
    renamed = replace(call, agent_ids=("Ines Ruiz",))
    with open_store(place) as store:
        keep_all(store, [call])
        keep_all(store, [renamed])
        assert [audit.agent_ids for audit in read_audits(store)] == [("Ines Ruiz",)]


def test_calls_are_found_by_period_agent_id_and_rule(place: StorePlace) -> None:
    with open_store(place) as store:
        keep_all(store, made_up_calls(0, 48))
        day = Choice(since=date(2026, 3, 5), until=date(2026, 3, 5))
        assert ids(read_audits(store, day)) == [f"c-{n}" for n in range(15, 39)]
        theirs = Choice(agents=("AGENT 1", "agent 3"), until=date(2026, 3, 4))
        assert ids(read_audits(store, theirs)) == ["c-1", "c-3", "c-6", "c-8", "c-11", "c-13"]
        assert ids(read_audits(store, Choice(call_id="c-7"))) == ["c-7"]
        flagged = Choice(rules=("refusal-explicit",), until=date(2026, 3, 4))
        assert ids(read_audits(store, flagged)) == [f"c-{n}" for n in range(0, 15, 2)]
        assert stored_agents(store) == tuple(f"agent {n}" for n in range(5))
        assert stored_call_ids(store, 2) == ("c-0", "c-1")


def test_times_count_in_utc_and_calls_without_one_are_counted(place: StorePlace) -> None:
    zoned = datetime.fromisoformat("2026-03-05T01:30:00+02:00")
    with open_store(place) as store:
        keep_all(
            store,
            [make_transcript("c-2", started_at=zoned), make_transcript("c-4", started_at=None)],
        )
        eve = Choice(until=date(2026, 3, 4))
        assert ids(read_audits(store, eve)) == ["c-2"]
        assert next(read_audits(store, eve)).transcript.started_at == zoned
        assert count_untimed(store, eve) == 1
        assert count_untimed(store, Choice()) == 0
        assert ids(read_audits(store, Choice(date.min, date.max))) == ["c-2"]
        assert ids(read_audits(store)) == ["c-2", "c-4"]


def test_skipped_calls_are_told_until_their_source_is_read(place: StorePlace) -> None:
    skipped = SkippedCall("c-9", "calls/c-9.txt", "not text", ("Omar",))
    stream = SkippedCall("c-8", "-", "not text")
    with open_store(place) as store:
        keep_all(store, [skipped, stream])
        keep_all(store, [skipped, make_transcript("c-2", path="calls/c-2.txt")])
        assert list(read_skipped(store)) == [stream, skipped]
        keep_all(store, [replace(skipped, reason="still not text")])
        assert [each.reason for each in read_skipped(store)] == ["not text", "still not text"]
        keep_all(store, [make_transcript("c-10", path="calls/c-9.txt")])
        assert list(read_skipped(store)) == [stream]


def test_hostile_text_is_kept_as_it_is_and_searched_for_without_harm(place: StorePlace) -> None:
    name = "x\0'; DROP TABLE audits; --\udcff"
    call = make_transcript(f"{name}-2", name, path=f"calls/{name}")
    with open_store(place) as store:
        keep_all(store, [call])
        assert ids(read_audits(store)) == [call.call_id]
        (agent,) = stored_agents(store)
        assert ids(read_audits(store, Choice(agents=(agent,)))) == [call.call_id]


def test_purging_takes_old_calls_with_all_their_results(place: StorePlace) -> None:
    with open_store(place) as store:
        keep_all(store, made_up_calls(0, 10))
        keep_all(store, made_up_calls(0, 10), book=STRICT)
        limit = START + timedelta(hours=4)
        assert purge_store(store, limit, dry_run=True).results == 8
        assert len(list(read_audits(store))) == 10
        assert purge_store(store, limit.replace(tzinfo=UTC)).results == 8
        assert ids(read_audits(store)) == [f"c-{n}" for n in range(4, 10)]
        assert summarise_store(store).results == 12


def test_a_call_without_a_start_goes_by_when_it_was_first_audited(place: StorePlace) -> None:
    now = datetime.now(UTC)
    with open_store(place) as store:
        keep_all(store, [make_transcript("c-2", started_at=None), SkippedCall("c", "c.txt", "no")])
        assert purge_store(store, now - timedelta(days=1)).results == 0
        purged = purge_store(store, now + timedelta(days=1))
        assert (purged.results, purged.skipped) == (1, 1)
        assert list(read_skipped(store)) == []


def test_what_is_purged_is_no_longer_in_the_file(tmp_path: Path) -> None:
    with open_store(StorePlace(file=tmp_path / "audits.db")) as store:
        keep_all(store, [make_transcript("UNMISTAKABLE-2")])
        purge_store(store, datetime(2030, 1, 1))
        held = b"".join(path.read_bytes() for path in tmp_path.glob("audits.db*"))
    assert b"UNMISTAKABLE" not in held


def test_the_summary_counts_each_call_once(place: StorePlace) -> None:
    with open_store(place) as store:
        assert summarise_store(store).calls == 0
        keep_all(store, [*made_up_calls(0, 5), SkippedCall("c", "c.txt", "no")])
        keep_all(store, made_up_calls(0, 3), book=STRICT)
        begin_run(store, BOOK)
        summary = summarise_store(store)
    assert (summary.calls, summary.results, summary.findings) == (5, 8, 3)
    assert (summary.skipped, summary.runs, summary.unfinished) == (1, 3, 1)
    assert (summary.first, summary.last) == (START, START + timedelta(hours=4))
    assert [(book.profile, book.calls) for book in summary.books] == [("strict", 3), ("default", 2)]
    assert summary.size > 0


def test_a_batch_is_kept_whole_or_not_at_all(place: StorePlace) -> None:
    good, bad = (make_kept(a, key_of(a)) for a in map(make_audit, made_up_calls(0, 2)))
    broken = replace(bad, findings=({**bad.findings[0], "rule": None},))
    with open_store(place) as store:
        run = begin_run(store, BOOK)
        with pytest.raises(StoreError):
            save(store, run, [good, broken])
        assert list(read_audits(store)) == []


def test_a_run_stopped_in_its_midst_keeps_what_it_has_done(place: StorePlace) -> None:
    def audit(reads):  # type: ignore[no-untyped-def]
        for done in audit_all(reads):
            if done.call_id == "c-3":
                raise KeyboardInterrupt
            yield done

    with open_store(place) as store:
        with pytest.raises(KeyboardInterrupt):
            list(audit_into(Keeping(store, BOOK, RoleOptions()), made_up_calls(0, 6), audit))
        assert ids(read_audits(store)) == ["c-0", "c-1", "c-2"]
        assert summarise_store(store).unfinished == 1


def test_a_store_that_fails_leaves_the_run_its_audits(place: StorePlace) -> None:
    told: list[StoreError] = []

    def audit(reads):  # type: ignore[no-untyped-def]
        for number, done in enumerate(audit_all(reads)):
            if number == 1:
                with store.begin() as connection:
                    audits.drop(connection, checkfirst=False) if place.file else (
                        connection.exec_driver_sql("DROP TABLE audits CASCADE")
                    )
            yield done

    with open_store(place) as store:
        keeping = Keeping(store, BOOK, RoleOptions(), as_kept=False)
        found = list(audit_into(keeping, made_up_calls(0, 4), audit, told.append))
        assert ids(found) == ["c-0", "c-1", "c-2", "c-3"]
        assert len(told) == 1
        with pytest.raises(StoreError):
            keep_all(store, made_up_calls(0, 1))


def test_keys_leave_out_what_an_audit_does_not_rest_on() -> None:
    call = make_transcript()
    options = RoleOptions()
    key = call_key(call, options, SECRET)
    assert call_key(replace(call, path="else", format="csv"), options, SECRET) == key
    assert call_key(call, replace(options, agent_speakers=("nobody here",)), SECRET) == key
    with_tom = replace(options, roster=Roster((RosterAgent("Tom Wu"),)))
    assert call_key(call, with_tom, SECRET) == key


@pytest.mark.parametrize(
    "change",
    [
        {"call_id": "c-4"},
        {"utterances": make_transcript().utterances[:3]},
        {"utterances": (*make_transcript().utterances[:3], Utterance(3, "agent", "Goodbye."))},
        {"utterances": (*make_transcript().utterances[:3], Utterance(3, "customer", "Bye."))},
        {"utterances": (*make_transcript().utterances[:3], Utterance(3, "agent", "Bye.", 3.0))},
    ],
)
def test_keys_hold_what_was_said_by_whom_and_when(change: dict[str, object]) -> None:
    changed = call_key(make_transcript(**change), RoleOptions(), SECRET)
    assert changed.content != call_key(make_transcript(), RoleOptions(), SECRET).content


@pytest.mark.parametrize(
    "options",
    [
        RoleOptions(agent_speakers=("Agent",)),
        RoleOptions(customer_speakers=("customer",)),
        RoleOptions(trust_stated=True),
        RoleOptions(roster=Roster((RosterAgent("Ines Ruiz", ("Ines",)),))),
        RoleOptions(by_source=(("calls", RoleOptions(agent_speakers=("agent",))),)),
    ],
)
def test_keys_hold_what_the_user_says_of_roles(options: RoleOptions) -> None:
    call = make_transcript()
    key, changed = call_key(call, RoleOptions(), SECRET), call_key(call, options, SECRET)
    assert (changed.content == key.content, changed.taken == key.taken) == (True, False)
    named = options.for_source(call.path).roster.name_agents(call)
    assert call_key(named, options, SECRET) == changed


def test_the_rule_books_key_names_what_recognises_acts(rulebook: RuleBook, tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    first = book_key(rulebook, pipeline=str(tmp_path))
    (tmp_path / "meta.json").write_text("{ }", encoding="utf-8")
    keys = [
        first,
        book_key(rulebook, pipeline=str(tmp_path)),
        book_key(rulebook),
        book_key(rulebook, patterns_only=True),
        book_key(rulebook, pipeline="spacy"),
    ]
    assert len(set(keys)) == len(keys)
    assert book_key(rulebook) == keys[2]


def test_verdicts_are_added_once_in_their_order_and_never_changed(place: StorePlace) -> None:
    first, second, third = (
        verdict(
            ruling, "refusal-explicit", by=by, note="caf\u00e9 \U0001f600 \0 \udcff", turns=(1, 3)
        )
        for ruling, by in (
            (Ruling.UPHELD, "Mia"),
            (Ruling.OVERTURNED, "Tom"),
            (Ruling.UNSURE, "Mia"),
        )
    )
    with open_store(place) as store, open_store(place) as other:
        assert StoredLedger(store).append([]) == ()
        assert StoredLedger(store).append([second, first]) == (second, first)
        changed = replace(first, reason="on second thoughts")
        assert StoredLedger(other).append([third, changed, third]) == (third,)
        assert StoredLedger(store).read() == (second, first, third)
        assert summarise_store(store).verdicts == 3


def test_verdicts_outlive_new_results_and_purged_calls(place: StorePlace) -> None:
    said = verdict(Ruling.UPHELD, "refusal-explicit", call_id="c-2", fingerprint="f00d")
    with open_store(place) as store:
        keep_all(store, [make_transcript()])
        StoredLedger(store).append([said])
        keep_all(store, [make_transcript()], book=STRICT)
        (held,) = read_audits(store)
        reviews = sum_up(StoredLedger(store).read())
        (finding,) = held.findings
        assert reviews.findings[held.call_id, finding.fingerprint].standing is Standing.UPHELD
        assert purge_store(store, START + timedelta(days=1)).results == 2
        assert StoredLedger(store).read() == (said,)
        for moment, count in ((said.when, 0), (said.when + timedelta(seconds=1), 1)):
            assert purge_store(store, moment, with_verdicts=True).verdicts == count
        assert StoredLedger(store).read() == ()


def test_a_batch_of_verdicts_is_kept_whole_or_not_at_all(
    place: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [verdict(Ruling.UPHELD, "refusal-explicit", call_id=f"c-{n}") for n in range(3)]
    with open_store(place) as store:
        with monkeypatch.context() as patched:
            patched.setattr(kept_verdicts, "verdict_line", fail_on(said[-1]))
            with pytest.raises(OSError, match="no room"):
                StoredLedger(store).append(said)
        assert StoredLedger(store).read() == ()


def fail_on(last: Verdict) -> Callable[[Verdict], str]:
    def write(each: Verdict) -> str:
        if each == last:
            raise OSError("no room")
        return verdict_line(each)

    return write


def test_a_damaged_verdict_is_told(place: StorePlace) -> None:
    with open_store(place) as store:
        StoredLedger(store).append([verdict(Ruling.UPHELD, "refusal-explicit")])
        with store.begin() as connection:
            connection.execute(schema.verdicts.update().values(body=b"x"))
        with pytest.raises(StoreError, match="verdict v"):
            StoredLedger(store).read()


def test_only_what_is_held_is_known(place: StorePlace) -> None:
    with open_store(place) as store:
        keep_all(store, made_up_calls(0, 1))
        run = begin_run(store, BOOK)
        calls = made_up_calls(0, 2)
        held, other = (call_key(call, RoleOptions(), run.secret) for call in calls)
        crossed = replace(other, content=held.content)
        assert already_audited(store, run, [held, other, crossed]) == {held}
        assert already_audited(store, run, [held], revealed=True) == set()
        assert already_audited(store, begin_run(store, STRICT), [held]) == set()


def test_two_runs_at_once_and_one_killed_lose_nothing_and_keep_nothing_twice(
    place: StorePlace,
) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret hangs on it
    kills, most = 3, 120
    address = place.url.render_as_string(hide_password=False) if place.url else str(place.file)

    def start(first: int, last: int, seconds: float, stdin: int) -> subprocess.Popen[str]:
        numbers = map(str, (first, last, seconds))
        command = [sys.executable, str(TESTS / "kept.py"), address, *numbers]
        return subprocess.Popen(
            command, stdin=stdin, stdout=subprocess.PIPE, text=True, cwd=TESTS.parent
        )

    steady = start(0, 80, 0.03, subprocess.DEVNULL)
    for last in range(most // kills, most + 1, most // kills):
        # It waits for its input to end, so it is in its midst however slow the machine is.
        victim = start(0, last, 0.004, subprocess.PIPE)
        assert victim.stdout is not None
        assert victim.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0.0, 0.35))
        victim.kill()
        assert victim.communicate()[0] == ""
        with open_store(place, writing=False) as store:
            check_whole(store, most)
    assert steady.communicate()[0] == "open\ndone\n"
    last_run = start(0, most, 0, subprocess.DEVNULL)
    assert last_run.communicate()[0] == "open\ndone\n"
    with open_store(place, writing=False) as store:
        assert check_whole(store, most) == most
        assert summarise_store(store).unfinished == kills


def test_batches_that_cross_each_other_all_arrive(
    place: StorePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resuming, "BATCH", 5)
    calls = made_up_calls(0, 40)
    with open_store(place) as one, open_store(place) as two:
        rounds = [
            audit_into(Keeping(one, BOOK, RoleOptions(), as_kept=False), calls, audit_all),
            audit_into(Keeping(two, BOOK, RoleOptions(), as_kept=False), calls[::-1], audit_all),
        ]
        for pair in zip(*rounds, strict=True):
            assert len(pair) == 2
        for each in rounds:
            list(each)
        assert check_whole(one, 40) == 40


@pytest.mark.parametrize("dump", sorted((TESTS / "stores").glob("*.sql")), ids=lambda p: p.stem)
def test_stores_of_every_version_can_be_used_and_come_to_the_same_tables(
    dump: Path, tmp_path: Path
) -> None:
    old, new = StorePlace(file=tmp_path / "old.db"), StorePlace(file=tmp_path / "new.db")
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    with open_store(old) as store, open_store(new) as fresh:
        assert tables_of(store.engine) == tables_of(fresh.engine)
        assert [audit.transcript for audit in read_audits(store)] == made_up_calls(0, 2)
        assert [skipped.agent_ids for skipped in read_skipped(store)] == [("Omar",)]
        reviewed = [each.fingerprint for each in StoredLedger(store).read()]
        found = [each.fingerprint for audit in read_audits(store) for each in audit.findings]
        assert reviewed == (found if dump.stem >= "2" else [])
        keep_all(store, made_up_calls(0, 4))
        summary = summarise_store(store)
        assert (summary.calls, summary.results) == (4, 4)  # those of the old store were known


def test_an_older_stores_plain_hashes_of_words_are_gone_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    dump = (TESTS / "stores" / "2.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(dump)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        rows = connection.execute("SELECT content_hash, taken_hash FROM audits").fetchall()
    plain = [each.encode() for row in rows for each in row]
    assert len(plain) == 4
    assert all(each in file.read_bytes() for each in plain)
    open_store(StorePlace(file=file)).close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(each in left for each in plain)


def test_a_call_has_the_same_key_in_all_runs_of_a_store_and_another_in_every_store(
    place: StorePlace, tmp_path: Path
) -> None:
    call = make_transcript()
    with open_store(place) as store, open_store(place) as again:
        here = {begin_run(each, BOOK).secret for each in (store, again, store)}
    with open_store(StorePlace(file=tmp_path / "another.db")) as store:
        there = begin_run(store, BOOK)
    (secret,) = here
    assert len(secret) == 32
    assert repr(there.secret) not in repr(there)
    one, other = (call_key(call, RoleOptions(), each) for each in (secret, there.secret))
    assert one.content != other.content
    assert one.taken != other.taken


def test_a_store_that_has_lost_its_secret_audits_once_more_and_shows_each_call_once(
    place: StorePlace,
) -> None:
    calls = made_up_calls(0, 2)
    with open_store(place) as store:
        keep_all(store, calls)
        with store.begin() as connection:
            connection.execute(schema.store_secret.delete())
    with open_store(place) as store:
        for _ in range(2):
            keep_all(store, calls)
            summary = summarise_store(store)
            assert (summary.calls, summary.results) == (2, 4)


def test_a_store_of_schema_2_is_brought_over_with_its_verdicts(place: StorePlace) -> None:
    calls = made_up_calls(0, 3)
    with open_store(place) as store:
        keep_all(store, calls)
        said = verdict(Ruling.UPHELD, "refusal-explicit", call_id="c-2", fingerprint="f00d")
        other = verdict(Ruling.UPHELD, "refusal-explicit", call_id="gone", fingerprint="f00d")
        StoredLedger(store).append([said, other])
        with store.begin() as connection:  # back to what it was
            plain = connection.execute(select(audits.c.content_hash)).scalars().all()
            schema.store_secret.drop(connection)
            connection.execute(schema.store_version.update().values(version=2))
    with pytest.raises(StoreError, match="older version"):
        open_store(place, writing=False)
    with open_store(place) as store:
        held = {audit.call_id: audit for audit in read_audits(store)}
        (finding,) = held["c-2"].findings
        assert finding.fingerprint != "f00d"
        assert print_as(held["c-2"], held["c-2"]) == held["c-2"]
        with store.begin() as connection:
            hashes = connection.execute(select(audits.c.content_hash)).scalars().all()
            printed = connection.execute(select(schema.findings.c.fingerprint)).scalars().all()
        assert len(set(hashes)) == 3
        assert not set(hashes) & set(plain)
        assert set(printed) == {finding.fingerprint}
        followed = replace(said, fingerprint=finding.fingerprint)
        assert StoredLedger(store).read() == (followed, other)


def test_there_is_a_store_of_every_version_to_test_with() -> None:
    versions = {int(path.stem) for path in (TESTS / "stores").glob("*.sql")}
    assert versions == set(range(1, schema.VERSION + 1))
    assert set(steps.STEPS) == set(range(2, schema.VERSION + 1))


def tables_of(engine: Engine) -> dict[str, object]:
    found = inspect(engine)
    return {
        table: (
            {(each["name"], str(each["type"]), each["nullable"]) for each in columns},
            {tuple(each["column_names"]) for each in found.get_indexes(table)},
            {tuple(each["column_names"]) for each in found.get_unique_constraints(table)},
        )
        for table in found.get_table_names()
        for columns in [found.get_columns(table)]
    }
