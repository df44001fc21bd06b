"""The review screen, driven by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reviewing import BOOK, LINES, RULES, audited, fingerprint, verdict

pytest.importorskip("textual")

from textual.widgets import OptionList, Static

from transcript_audit.cli.review_screen import Question, ReviewScreen, Sitting
from transcript_audit.history import StoredLedger, StorePlace, open_store, schema
from transcript_audit.model import CallAudit, Role
from transcript_audit.reports.review_view import item_lines
from transcript_audit.review.ledger import Ledger, LedgerError, LedgerFile
from transcript_audit.review.queue import QueueOptions, queue_calls
from transcript_audit.review.verdicts import Ruling, Standing, Verdict, sum_up

STALL, REFUSAL, PRESSURE = "refusal-stall", "refusal-explicit", "pushback-pressure"
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


class Screen:
    """A screen over a ledger in a folder, what it showed last, and what it came to."""

    def __init__(
        self,
        folder: Path,
        *audits: CallAudit,
        said: Sequence[Verdict] = (),
        ledger: Ledger | None = None,
        **more: bool,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.ledger = ledger or LedgerFile(folder / "ledger.jsonl")
        self.ledger.append(said)
        queue = queue_calls(audits, sum_up(said), QueueOptions())
        sitting = Sitting(queue, self.ledger, "Mia", list(RULES), BOOK, **more)
        self.app = ReviewScreen(sitting, now=lambda: NOW)
        self.before = len(said)
        self.shown = self.what = ""
        self.told: list[str] = []

    def press(self, *keys: str) -> Screen:
        """Press keys, and end with the screen still open so that it can be looked at."""

        async def run() -> None:
            async with self.app.run_test(size=(120, 40)) as pilot:
                for key in keys:
                    await pilot.press(*(key if key.startswith("=") else [key]))
                    await pilot.pause()
                main = self.app.screen_stack[0]
                words = main.query_one("#words", OptionList)
                lines = [words.get_option_at_index(n).prompt for n in range(words.option_count)]
                head = main.query_one("#head", Static).visual
                self.shown = "\n".join(map(str, (head, *lines)))
                self.what = "\n".join(map(str, item_lines(self.app.item, self.app.reviews())))
                self.cursor = words.highlighted
                self.asking = isinstance(self.app.screen, Question)
                self.told = [each.message for each in self.app._notifications]

        asyncio.run(run())
        return self

    @property
    def added(self) -> tuple[Verdict, ...]:
        return self.ledger.read()[self.before :]


def typed(text: str) -> list[str]:
    """The keys that type a text."""
    names = {" ": "space", "-": "minus", ",": "comma"}
    return [names.get(char, char) for char in text]


def test_u_upholds_with_all_that_is_known_of_the_finding_and_goes_on(tmp_path: Path) -> None:
    screen = Screen(tmp_path, audited("c-1", STALL), audited("c-2")).press("u")
    (found,) = screen.added
    assert replace(found, id="x") == Verdict(
        "x",
        "Mia",
        NOW,
        "c-1",
        Ruling.UPHELD,
        STALL,
        fingerprint(STALL),
        turns=(1,),
        agents=("Ines",),
        rule_book=BOOK,
        source="screen",
    )
    assert "2 of 3" in screen.shown
    assert screen.app.added == 1


def test_o_asks_for_a_reason_and_saves_nothing_without_one(tmp_path: Path) -> None:
    screen = Screen(tmp_path, audited("c-1", STALL)).press("o", "enter")
    assert screen.asking
    assert screen.added == ()
    screen = Screen(tmp_path, audited("c-1", STALL)).press("o", *typed("a joke"), "enter")
    (found,) = screen.added
    assert (found.ruling, found.reason) == (Ruling.OVERTURNED, "a joke")


def test_escape_leaves_a_question_without_a_word(tmp_path: Path) -> None:
    screen = Screen(tmp_path, audited("c-1", STALL)).press("d", *typed("why"), "escape")
    assert screen.added == ()
    assert not screen.asking


def test_keys_that_are_typed_into_a_question_do_not_rule(tmp_path: Path) -> None:
    screen = Screen(tmp_path, audited("c-1", STALL)).press("d", *typed("us"), "enter")
    assert [(each.ruling, each.reason) for each in screen.added] == [(Ruling.DISPUTED, "us")]


def test_s_is_unsure_and_n_notes_without_moving_on(tmp_path: Path) -> None:
    keys = ["n", *typed("loud"), "enter", "s"]
    noted, unsure = Screen(tmp_path, audited("c-1", STALL)).press(*keys).added
    assert (noted.ruling, noted.note, noted.rule) == (Ruling.NOTED, "loud", STALL)
    assert unsure.ruling is Ruling.UNSURE


def test_h_hears_the_call_whole_once_every_finding_has_a_verdict(tmp_path: Path) -> None:
    screen = Screen(tmp_path, audited("c-1", STALL)).press("h")
    assert screen.added == ()
    assert screen.told == [f"First give a verdict on {STALL}."]
    screen = Screen(tmp_path, audited("c-1", STALL)).press("u", "h", "enter")
    assert [each.ruling for each in screen.added] == [Ruling.UPHELD, Ruling.HEARD]
    assert screen.added[1].outcome == "not-cancelled"
    assert screen.added[1].rule == ""


def test_outcome_of_a_heard_call_can_be_put_right_and_must_be_one(tmp_path: Path) -> None:
    clear = ["ctrl+u"]
    screen = Screen(tmp_path, audited("c-1")).press("h", *clear, *typed("gone"), "enter")
    assert screen.asking
    assert screen.added == ()
    screen = Screen(tmp_path, audited("c-1")).press("h", *clear, *typed("retained"), "enter")
    assert screen.added[0].outcome == "retained"


def test_m_adds_a_missed_finding_in_the_turn_under_the_cursor(tmp_path: Path) -> None:
    keys = [
        "down",
        "end",
        "m",
        *typed(PRESSURE),
        "enter",
        "enter",
        *typed("begs"),
        "enter",
    ]
    screen = Screen(tmp_path, audited("c-1")).press(*keys)
    (found,) = screen.added
    assert (found.ruling, found.rule, found.reason) == (Ruling.MISSED, PRESSURE, "begs")
    assert (found.turns, found.agents) == ((3,), ("Ines",))


def test_missed_finding_needs_a_known_rule_that_the_audit_has_not_found(tmp_path: Path) -> None:
    for rule in ("nonsense", STALL):
        keys = ["m", *typed(rule), "enter", "enter", *typed("x"), "enter"]
        screen = Screen(tmp_path, audited("c-1", STALL)).press(*keys)
        assert screen.asking
        assert screen.added == ()


def test_z_takes_back_the_last_word_and_only_ones_own(tmp_path: Path) -> None:
    said = [verdict(Ruling.DISPUTED, STALL, "Ines")]
    screen = Screen(tmp_path, audited("c-1", STALL), said=said).press("u", "k", "z", "z")
    assert [each.ruling for each in screen.added] == [Ruling.UPHELD, Ruling.WITHDRAWN]
    assert "There is no word of yours to take back here." in screen.told
    (found,) = sum_up(screen.ledger.read()).findings.values()
    assert found.standing is Standing.DISPUTED


def test_j_and_k_go_through_all_findings_and_calls_and_stay_at_the_ends(tmp_path: Path) -> None:
    audits = (audited("c-1", STALL, REFUSAL), audited("c-2"))
    screen = Screen(tmp_path, *audits).press("k", "j", "j")
    assert "3 of 4" in screen.shown
    assert "c-1" in screen.shown
    screen = Screen(tmp_path, *audits).press("j", "j", "j", "j", "j")
    assert "4 of 4" in screen.shown
    assert "c-2" in screen.shown


def test_cursor_stands_on_the_words_of_the_finding(tmp_path: Path) -> None:
    screen = Screen(tmp_path, audited("c-1", STALL)).press()
    assert screen.cursor == 1
    assert all(text in screen.shown for _, text in LINES)


def test_text_of_calls_is_shown_as_text(tmp_path: Path) -> None:
    hostile = "[bold]x[/] [/nope] \x1b[31m [link=http://x.example]y[/link]"
    lines = [(role, hostile if role is Role.AGENT else text) for role, text in LINES]
    screen = Screen(tmp_path, audited(hostile, STALL, agents=(hostile,), lines=lines)).press("u")
    assert "[bold]x[/] [/nope] \\x1b[31m" in screen.shown
    assert screen.added[0].call_id == hostile


def test_blind_review_does_not_show_what_others_said(tmp_path: Path) -> None:
    said = [verdict(Ruling.DISPUTED, STALL, "Tom", reason="the system was down")]
    assert "the system was down" in Screen(tmp_path, audited("c-1", STALL), said=said).press().what
    blind = Screen(tmp_path / "b", audited("c-1", STALL), said=said, blind=True).press()
    assert STALL in blind.what
    assert "the system was down" not in blind.what


def test_settling_review_marks_its_rulings_and_not_its_notes(tmp_path: Path) -> None:
    keys = ["n", *typed("x"), "enter", "u"]
    noted, upheld = Screen(tmp_path, audited("c-1", STALL), settles=True).press(*keys).added
    assert (noted.settles, upheld.settles) == (False, True)


def test_verdict_that_cannot_be_saved_is_told_and_the_finding_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: LedgerFile, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
        raise LedgerError("ledger.jsonl: nothing was added: No space left on device")

    screen = Screen(tmp_path, audited("c-1", STALL))
    monkeypatch.setattr(LedgerFile, "append", refuse)
    screen.press("u")
    assert screen.told == ["ledger.jsonl: nothing was added: No space left on device"]
    assert "1 of 2" in screen.shown
    assert screen.app.added == 0


def test_disputed_finding_shows_who_said_what(tmp_path: Path) -> None:
    said = [
        verdict(Ruling.UPHELD, STALL, "Tom"),
        verdict(Ruling.DISPUTED, STALL, "Ines", reason="the system was down"),
    ]
    screen = Screen(tmp_path, audited("c-1", STALL), said=said).press("u")
    found = sum_up(screen.ledger.read()).findings["c-1", fingerprint(STALL)]
    assert found.standing is Standing.UPHELD
    assert found.answer is not None
    assert found.answer.reviewer == "Mia"


def test_verdicts_go_into_the_store_at_once_and_one_that_refuses_is_told(tmp_path: Path) -> None:
    with open_store(StorePlace(file=tmp_path / "audits.db")) as store:
        call, ledger = audited("c-1", REFUSAL), StoredLedger(store)
        Screen(tmp_path, call, ledger=ledger).press("u")
        assert [each.ruling for each in ledger.read()] == [Ruling.UPHELD]
        screen = Screen(tmp_path, call, ledger=ledger)
        with store.begin() as connection:
            schema.verdicts.drop(connection)
        assert "audits.db" in screen.press("u").told[-1]
        assert screen.app.added == 0
