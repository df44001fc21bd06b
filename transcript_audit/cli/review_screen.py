"""The keyboard screen of `review`: one finding after another, with the call's words and the why.

Every verdict is in the ledger before the next finding is shown, so nothing is lost on leaving.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from rich.console import Group
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Footer, Input, Label, OptionList, Static

from transcript_audit.attribution import blamed_agents
from transcript_audit.errors import TranscriptAuditError
from transcript_audit.model import Outcome, Turn
from transcript_audit.reports.review_view import item_heading, item_lines, turn_line
from transcript_audit.reports.text import literal, one_line
from transcript_audit.review.ledger import Ledger
from transcript_audit.review.queue import Item, QueuedCall, list_items, standing_of
from transcript_audit.review.verdicts import (
    JUDGING,
    Reviews,
    Ruling,
    Standing,
    Verdict,
    cited_numbers,
    missed_fingerprint,
    new_id,
    only_by,
    parse_turns,
    sum_up,
)


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who reviews what, and how.

    Attributes:
        rules: ids that a missed finding may be of.
        blind: whether what other reviewers said stays hidden.
        settles: whether these verdicts decide what reviewers see differently.
    """

    queue: Sequence[QueuedCall]
    ledger: Ledger
    reviewer: str
    rules: Sequence[str]
    rule_book: str = ""
    blind: bool = False
    settles: bool = False


Answers = dict[str, Any]
"""What was typed into the fields of a question, by the fields' names."""


class Question(ModalScreen[Answers | None]):
    """Asks for a few lines of text; what was typed by name, or None where it was left.

    `check` gives what is wrong with the answers, or "".
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave it")]
    DEFAULT_CSS = """
    Question { align: center middle; }
    Question > Vertical {
        width: 76; max-width: 95%; height: auto; padding: 1 2;
        background: $surface; border: round $primary;
    }
    Question .fault { color: $error; }
    """

    def __init__(
        self,
        title: str,
        fields: Sequence[Input],
        check: Callable[[Answers], str],
    ) -> None:
        super().__init__()
        self.heading, self.fields, self.check = title, fields, check

    def compose(self) -> ComposeResult:
        """The question, its fields, and room for what is wrong."""
        with Vertical():
            yield Label(literal(self.heading, "bold"))
            yield from self.fields
            yield Label("", classes="fault")
            yield Label(Text("Enter: save   Escape: leave it", style="dim"))

    def on_mount(self) -> None:
        """Start in the first field."""
        self.fields[0].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Save if all is well; go on to the next empty field, or say what is wrong."""
        event.stop()
        answers = {str(field.id): field.value.strip() for field in self.fields}
        problem = self.check(answers)
        if not problem:
            self.dismiss(answers)
            return
        self.query_one(".fault", Label).update(literal(problem))
        place = self.fields.index(event.input)
        if place + 1 < len(self.fields):
            self.fields[place + 1].focus()

    def action_leave(self) -> None:
        """Leave the question unanswered."""
        self.dismiss(None)


class ReviewScreen(App[int]):
    """The review queue; returns how many verdicts were added."""

    TITLE = "transcript-audit review"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #head { height: auto; padding: 0 1; background: $panel; }
    #words { height: 1fr; border: none; }
    #finding { height: auto; max-height: 45%; padding: 0 1; border-top: solid $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "rule('upheld')", "Uphold"),
        Binding("o", "ask('overturned')", "Overturn"),
        Binding("s", "rule('unsure')", "Unsure"),
        Binding("d", "ask('disputed')", "Dispute"),
        Binding("n", "note", "Note"),
        Binding("m", "missed", "Missed"),
        Binding("h", "heard", "Heard"),
        Binding("z", "take_back", "Undo"),
        Binding("j", "move(1)", "Next"),
        Binding("k", "move(-1)", "Back"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, sitting: Sitting, now: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        self.sitting = sitting
        self.now = now or (lambda: datetime.now(UTC))
        self.items = tuple(list_items(sitting.queue))
        self.place = 0
        self.added = 0
        said = sitting.ledger.read()
        self.said = list(only_by(said, sitting.reviewer) if sitting.blind else said)

    def compose(self) -> ComposeResult:
        """Head, words, finding, keys."""
        yield Static(id="head")
        yield OptionList(id="words", markup=False)
        with VerticalScroll(id="finding", can_focus=False):
            yield Static(id="what")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the first item."""
        self._show_call()

    @property
    def item(self) -> Item:
        """What is shown."""
        return self.items[self.place]

    def action_move(self, by: int) -> None:
        """Go `by` items on, or back; at the ends stay."""
        place = min(max(self.place + by, 0), len(self.items) - 1)
        other_call = self.items[place].queued is not self.item.queued
        at_end = place == self.place
        self.place = place
        if other_call:
            self._show_call()
        else:
            self._show_item()
        if at_end and by > 0:
            self._tell("That was the last one. q quits.")

    def action_rule(self, ruling: str) -> None:
        """Give a verdict that needs no words."""
        if self._has_finding():
            self._save(Ruling(ruling))

    def action_ask(self, ruling: str) -> None:
        """Give a verdict that needs a reason."""
        if self._has_finding():
            self._question(
                f"{ruling}: why?",
                [Input(id="reason", placeholder="reason")],
                lambda answers: "" if answers["reason"] else "A reason is needed.",
                lambda answers: self._save(Ruling(ruling), **answers),
            )

    def action_note(self) -> None:
        """Note something about the finding, or about the call."""
        self._question(
            "Note",
            [Input(id="note", placeholder="note")],
            lambda answers: "" if answers["note"] else "The note is empty.",
            lambda answers: self._save(Ruling.NOTED, move=False, **answers),
        )

    def action_missed(self) -> None:
        """Add a finding that the audit lacks, by default in the turn that the cursor is on."""
        turn = self._turn_at_cursor()
        number = str(turn.parts[0].number) if turn else ""
        self._question(
            "A finding that was missed",
            [
                Input(
                    id="rule",
                    placeholder="rule",
                    suggester=SuggestFromList(self.sitting.rules, case_sensitive=False),
                ),
                Input(number, id="turns", placeholder="turns that show it, as in 4 7"),
                Input(id="reason", placeholder="what was missed"),
            ],
            self._check_missed,
            self._save_missed,
        )

    def action_heard(self) -> None:
        """Say that the call was gone through whole, and how it ended."""
        reviews, audit = self.reviews(), self.item.audit
        silent = [
            finding.rule
            for finding in audit.findings
            if standing_of(audit, finding, reviews) is Standing.OPEN
        ]
        if silent:
            self._tell(f"First give a verdict on {', '.join(silent)}.", "warning")
            return
        outcomes = [str(each) for each in Outcome]
        self._question(
            "Heard whole. How did the call end?",
            [
                Input(
                    str(self.item.audit.outcome),
                    id="outcome",
                    suggester=SuggestFromList(outcomes, case_sensitive=False),
                )
            ],
            lambda answers: (
                "" if answers["outcome"] in outcomes else f"Expected one of {', '.join(outcomes)}."
            ),
            lambda answers: self._save(Ruling.HEARD, on_call=True, **answers),
        )

    def action_take_back(self) -> None:
        """Take back one's own last word on what is shown."""
        own = [each for each in self.said if each.key == self.item.key and self._is_own(each)]
        withdrawn = sum(each.ruling is Ruling.WITHDRAWN for each in own)
        if len(own) - 2 * withdrawn <= 0:
            self._tell("There is no word of yours to take back here.", "warning")
            return
        self._save(Ruling.WITHDRAWN, move=False)

    async def action_quit(self) -> None:
        """Leave; everything is saved already."""
        self.exit(self.added)

    def _question(
        self,
        title: str,
        fields: Sequence[Input],
        check: Callable[[Answers], str],
        then: Callable[[Answers], None],
    ) -> None:
        def answered(answers: Answers | None) -> None:
            if answers is not None:
                then(answers)

        self.push_screen(Question(title, fields, check), answered)

    def _check_missed(self, answers: Answers) -> str:
        if answers["rule"] not in self.sitting.rules:
            return f"Expected a rule: {', '.join(self.sitting.rules)}."
        if any(finding.rule == answers["rule"] for finding in self.item.audit.findings):
            return "The audit has a finding of this rule; give that a verdict."
        known = {part.number for turn in self.item.audit.turns for part in turn.parts}
        turns = parse_turns(answers["turns"])
        if not turns or not set(turns) <= known:
            return "Expected numbers of turns of this call."
        return "" if answers["reason"] else "Say what was missed."

    def _save_missed(self, answers: Answers) -> None:
        turns = parse_turns(answers["turns"])
        agents = dict.fromkeys(
            turn.agent_id
            for turn in self.item.audit.turns
            for part in turn.parts
            if part.number in turns and turn.agent_id
        )
        self._save(
            Ruling.MISSED,
            move=False,
            rule=answers["rule"],
            fingerprint=missed_fingerprint(answers["rule"], turns),
            turns=turns,
            agents=tuple(agents) or self.item.audit.agent_ids,
            reason=answers["reason"],
        )

    def _save(
        self, ruling: Ruling, *, move: bool = True, on_call: bool = False, **more: Any
    ) -> None:
        """Add a verdict to the ledger, and go on; if that fails, say why and stay."""
        finding = None if on_call else self.item.finding
        about: dict[str, Any] = (
            {
                "rule": finding.rule,
                "fingerprint": finding.fingerprint,
                "turns": cited_numbers(finding),
                "agents": blamed_agents(self.item.audit, finding),
            }
            if finding
            else {}
        )
        verdict = Verdict(
            id=new_id(),
            reviewer=self.sitting.reviewer,
            when=self.now(),
            call_id=self.item.audit.call_id,
            ruling=ruling,
            rule_book=self.sitting.rule_book,
            settles=self.sitting.settles and ruling in JUDGING,
            source="screen",
            **(about | more),
        )
        try:
            self.sitting.ledger.append([verdict])
        except TranscriptAuditError as error:
            self._tell(str(error), "error")
            return
        self.said.append(verdict)
        self.added += 1
        self._tell(f"{ruling}: saved")
        if move and self.place + 1 < len(self.items):
            self.action_move(1)
        else:
            self._show_item()

    def _is_own(self, verdict: Verdict) -> bool:
        return verdict.reviewer == self.sitting.reviewer

    def reviews(self) -> Reviews:
        """What was said of the call that is shown."""
        return sum_up(each for each in self.said if each.call_id == self.item.audit.call_id)

    def _has_finding(self) -> bool:
        if self.item.finding is None:
            self._tell("This is the call as a whole: h says that you heard it, m adds a finding.")
        return self.item.finding is not None

    def _turn_at_cursor(self) -> Turn | None:
        place = self.query_one("#words", OptionList).highlighted
        return self.item.audit.turns[place] if place is not None else None

    def _tell(self, line: str, severity: Any = "information") -> None:
        self.notify(one_line(line), severity=severity, markup=False)

    def _show_call(self) -> None:
        words = self.query_one("#words", OptionList)
        words.clear_options()
        words.add_options(turn_line(self.item.audit, turn) for turn in self.item.audit.turns)
        words.focus()
        self._show_item()

    def _show_item(self) -> None:
        self.query_one("#head", Static).update(item_heading(self.item, self.place, len(self.items)))
        self.query_one("#what", Static).update(Group(*item_lines(self.item, self.reviews())))
        finding = self.item.finding
        if finding and finding.evidence:
            words = self.query_one("#words", OptionList)
            words.highlighted = finding.evidence[0].turn


def run_screen(sitting: Sitting) -> int:
    """How many verdicts were added before the reviewer left."""
    return ReviewScreen(replace(sitting, queue=tuple(sitting.queue))).run() or 0
