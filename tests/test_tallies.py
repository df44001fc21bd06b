"""Counting call by call: merged parts are the whole, and what is kept does not grow with calls."""

from __future__ import annotations

import pickle
from datetime import date, timedelta

from counted_calls import FAMILIES, attempt, concern, flag, make_audit
from hypothesis import given
from hypothesis import strategies as st

from transcript_audit.model import Outcome, Severity, SkippedCall
from transcript_audit.scorecards import make_cards, make_scorecards
from transcript_audit.tallies import QUOTES_KEPT, WEEKS_KEPT, Best, TeamTally

FLAGS = st.lists(
    st.builds(
        flag,
        st.sampled_from(list(FAMILIES)),
        st.integers(0, 3),
        severity=st.sampled_from(list(Severity)),
        strength=st.floats(0.5, 1),
    ),
    max_size=3,
    unique_by=lambda each: each[0],
)


@st.composite
def runs(draw):
    """Calls of one agent, of several and of nobody, and calls skipped."""
    audits = []
    for number in range(draw(st.integers(0, 12))):
        agents = draw(st.sampled_from([("Imke",), ("Raul",), ("Imke", "Raul"), ()]))
        if draw(st.booleans()) and draw(st.booleans()):
            audits.append(SkippedCall(f"c{number}", "x", "empty", agents))
            continue
        day = draw(st.none() | st.dates(date(2026, 1, 1), date(2026, 3, 31)))
        audits.append(
            make_audit(
                f"c{number}",
                agents,
                flags=draw(FLAGS),
                speakers=(*(agents or (None,)), "", *(agents or (None,)), ""),
                outcome=draw(st.sampled_from(list(Outcome))),
                began=day and str(day),
                seconds_to_confirm=draw(st.none() | st.floats(0, 5000)),
                attempts=draw(st.sampled_from([(), (attempt(declined_in=3),)])),
                concerns=draw(st.sampled_from([(), (concern(2),), (concern(None),)])),
            )
        )
    return audits


@given(runs(), st.data())
def test_merged_tallies_of_parts_come_to_the_cards_of_the_whole(rulebook, audits, data):
    parts = [TeamTally(3, rulebook) for _ in range(3)]
    for audit in audits:
        parts[data.draw(st.integers(0, 2))].add(audit)
    whole = TeamTally(3, rulebook)
    for part in data.draw(st.permutations(parts)):
        whole.merge(part)
    assert make_cards(whole) == make_scorecards(audits, 3, rulebook)


def test_a_tally_goes_to_another_process_and_back(rulebook):
    tally = TeamTally(2, rulebook)
    tally.add(make_audit("a", flags=[flag("refusal-stall", 2)]))
    assert make_cards(pickle.loads(pickle.dumps(tally))) == make_cards(tally)  # noqa: S301


def test_what_is_kept_does_not_grow_with_the_calls():
    tally = TeamTally(4)

    def add(first, last):
        for n in range(first, last):
            day = str(date(2020, 1, 1) + timedelta(days=n))
            flags = [flag("refusal-stall", 2, strength=0.5 + n / 10_000)]
            seconds = float(n % 700)
            tally.add(make_audit(f"c{n}", flags=flags, began=day, seconds_to_confirm=seconds))

    add(0, 900)
    size = len(pickle.dumps(tally))
    add(900, 2700)
    team = tally.team
    assert (team.calls, len(team.heard.items()), len(team.weeks)) == (2700, 4, WEEKS_KEPT)
    assert len(team.quotes["refusal-stall"].items()) == QUOTES_KEPT
    assert [call.call_id for call in team.heard.items()][:2] == ["c2699", "c2698"]
    assert len(pickle.dumps(tally)) < 1.1 * size


@given(st.lists(st.integers(), unique=True), st.integers(0, 5))
def test_the_best_are_those_with_the_least_keys(numbers, most):
    best = Best(most)
    for number in numbers:
        assert best.takes((number,)) == (number in sorted([*best.items(), number])[:most])
        best.add((number,), number)
    assert list(best.items()) == sorted(numbers)[:most]
