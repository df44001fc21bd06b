"""Drawing calls for people to hear."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewing import audited

from transcript_audit.model import CallAudit, Outcome, SkippedCall
from transcript_audit.sampling import (
    Fewest,
    Sample,
    SampleOptions,
    Stratify,
    Stratum,
    draw_lot,
    draw_sample,
    name_stratum,
    place_in_queue,
)


def team(calls: int = 40, agents: str = "AB") -> list[CallAudit]:
    """Calls of each agent: one in four critical, one in four with a major finding."""
    rules = {0: ("refusal-explicit",), 1: ("pushback-pressure",)}
    return [
        audited(f"{agent}-{number}", *rules.get(number % 4, ()), agents=(agent,))
        for agent in agents
        for number in range(calls)
    ]


def ids(sample: Sample) -> list[str]:
    return [drawn.audit.call_id for drawn in sample.calls]


def drawn_by(sample: Sample, agent: str) -> dict[str, int]:
    return {each.name: each.drawn for each in sample.strata if each.agent == agent}


def test_every_agent_gets_as_many_calls_as_asked_for_or_as_there_are() -> None:
    audits = [*team(40, "A"), *team(3, "B")]
    sample = draw_sample(audits, SampleOptions(per_agent=5))
    assert Counter(call.split("-")[0] for call in ids(sample)) == {"A": 5, "B": 3}
    assert len(set(ids(sample))) == 8


@pytest.mark.parametrize("stratify", Stratify)
def test_order_of_the_sources_changes_nothing(stratify: Stratify) -> None:
    audits = team()
    options = SampleOptions(6, stratify, 0.2, seed=42)
    there = draw_sample(audits, options)
    Random(1).shuffle(audits)  # noqa: S311 - nobody is to be kept from guessing it
    assert draw_sample(audits, options) == there


def test_another_seed_draws_other_calls() -> None:
    drawn = [ids(draw_sample(team(), SampleOptions(seed=seed))) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_calls_of_others_do_not_change_who_is_drawn() -> None:
    alone = draw_sample(team(agents="A"), SampleOptions())
    among = draw_sample(team(agents="ABC"), SampleOptions())
    assert ids(alone) == ids(among)[:5]


def test_strata_are_drawn_in_turn_so_that_rare_ones_come_up() -> None:
    audits = [audited(f"a{n}", agents=("A",)) for n in range(500)]
    audits.append(audited("rare", "refusal-explicit", agents=("A",)))
    sample = draw_sample(audits, SampleOptions(4))
    assert "rare" in ids(sample)
    assert drawn_by(sample, "A") == {"critical": 1, "unflagged": 3}


def test_share_of_unflagged_calls_is_kept_and_the_rest_is_flagged() -> None:
    sample = draw_sample(team(agents="A"), SampleOptions(10, Stratify.SEVERITY, 0.2))
    assert drawn_by(sample, "A") == {"critical": 4, "major": 4, "unflagged": 2}


def test_places_that_one_side_cannot_fill_go_to_the_other() -> None:
    flagged = [audited(f"f{n}", "refusal-stall", agents=("A",)) for n in range(2)]
    clear = [audited(f"c{n}", agents=("A",)) for n in range(9)]
    few_flagged = draw_sample([*flagged, *clear], SampleOptions(6, unflagged=0.2))
    assert drawn_by(few_flagged, "A") == {"flagged": 2, "unflagged": 4}
    few_clear = draw_sample(
        [*(audited(f"f{n}", "refusal-stall", agents=("A",)) for n in range(9)), clear[0]],
        SampleOptions(6, unflagged=0.5),
    )
    assert drawn_by(few_clear, "A") == {"flagged": 5, "unflagged": 1}


def test_outcome_strata_hold_flagged_and_unflagged_calls_alike_unless_a_share_is_kept() -> None:
    audits = [
        audited("x", "refusal-stall", outcome=Outcome.CANCELLED),
        audited("y", outcome=Outcome.CANCELLED),
    ]
    whole = draw_sample(audits, SampleOptions(2, Stratify.OUTCOME))
    assert whole.strata == (Stratum("Ines", "cancelled", 2, 2),)
    apart = draw_sample(audits, SampleOptions(2, Stratify.OUTCOME, 0.5))
    assert [(each.name, each.calls) for each in apart.strata] == [
        ("cancelled", 1),
        ("unflagged", 1),
    ]


def test_probabilities_weigh_the_sample_back_to_all_calls() -> None:
    sample = draw_sample(team(), SampleOptions(6, Stratify.QUEUE, 0.3))
    weight = sum(1 / stratum.probability for drawn in sample.calls for stratum in drawn.strata)
    assert weight == pytest.approx(80)
    assert sum(stratum.calls for stratum in sample.strata) == 80


def test_all_calls_of_a_stratum_are_equally_likely() -> None:
    audits = team(8, "A")
    options = [SampleOptions(2, Stratify.NONE, seed=seed) for seed in range(800)]
    times = Counter(call for each in options for call in ids(draw_sample(audits, each)))
    assert len(times) == 8
    assert all(150 < count < 250 for count in times.values())  # 200 expected, 4 sd = 49


def test_call_of_two_agents_may_be_drawn_for_both_and_is_listed_once() -> None:
    sample = draw_sample([audited("joint", agents=("A", "B"))], SampleOptions())
    (drawn,) = sample.calls
    assert [stratum.agent for stratum in drawn.strata] == ["A", "B"]


def test_calls_without_an_agent_are_drawn_and_skipped_ones_counted() -> None:
    skipped = SkippedCall("s", "s.txt", "empty")
    sample = draw_sample([audited("anon", agents=()), skipped], SampleOptions())
    assert ids(sample) == ["anon"]
    assert sample.strata[0].agent is None
    assert sample.skipped == 1


def test_sample_of_nothing_is_empty() -> None:
    sample = draw_sample([], SampleOptions())
    assert (sample.calls, sample.strata, sample.skipped) == ((), (), 0)


def test_queue_places_tell_critical_uncertain_and_flagged_calls_apart() -> None:
    assert place_in_queue(audited("a", "refusal-explicit", strength=0.5)) == "critical"
    assert place_in_queue(audited("b", "refusal-stall", strength=0.5)) == "uncertain"
    assert place_in_queue(audited("c", "refusal-stall", strength=0.95)) == "flagged"
    assert place_in_queue(audited("d")) == "unflagged"


def test_severity_stratum_is_that_of_the_gravest_finding() -> None:
    both = audited("a", "exit-no-goodwill", "refusal-explicit")
    assert name_stratum(both, Stratify.SEVERITY) == "critical"
    assert name_stratum(audited("b"), Stratify.SEVERITY) == "unflagged"
    assert name_stratum(both, Stratify.NONE) == "all"


@settings(deadline=None)
@given(st.integers(0, 2**40), st.text())
def test_lots_lie_between_0_and_1_for_any_id(seed: int, call_id: str) -> None:
    assert 0 <= draw_lot(seed, call_id) < 1
    assert draw_lot(seed, call_id) == draw_lot(seed, call_id)


def test_lone_surrogate_in_an_id_draws_a_lot() -> None:
    assert 0 <= draw_lot(1, "\udc80") < 1


@settings(deadline=None)
@given(st.lists(st.integers(-50, 50)), st.integers(0, 8))
def test_fewest_keeps_the_smallest_keys_in_order(numbers: list[int], most: int) -> None:
    fewest: Fewest[int] = Fewest(most)
    for number in numbers:
        fewest.offer((number,), number)
    assert list(fewest.ordered()) == sorted(numbers)[:most]
