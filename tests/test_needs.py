"""What stands out, what to coach first, and who needs help first."""

from __future__ import annotations

from dataclasses import replace

from counted_calls import card_of, concern, flag, make_audit, make_calls

from transcript_audit.model import Severity
from transcript_audit.scorecards import NeedKind, make_scorecards, order_by_need

CRITICAL = Severity.CRITICAL


def refuse(count, flagged, agent):
    return [
        make_audit(
            f"refuse-{agent}-{n}",
            (agent,),
            flags=[flag("refusal-explicit", 2, severity=CRITICAL)] if n < flagged else [],
        )
        for n in range(count)
    ]


def test_critical_rules_above_the_team_come_first_with_both_shares(rulebook):
    audits = [
        *make_calls(20, 20, agents=("Imke",)),
        *refuse(20, 15, "Imke"),
        *make_calls(200, 10, agents=("Raul",)),
    ]
    needs = card_of(make_scorecards(audits, rulebook=rulebook), "Imke").needs
    assert [need.rule for need in needs] == ["refusal-explicit", "refusal-stall"]
    assert (needs[0].kind, needs[0].title) == (NeedKind.ABOVE, "Refused to cancel")
    expected = "15 of 40 calls flagged (38%); the rest of the team 0 of 200 (0%)"
    assert needs[0].reason == expected


def test_one_critical_flag_is_to_be_heard_however_few_the_calls(rulebook):
    cards = make_scorecards(refuse(2, 1, "Imke"), rulebook=rulebook)
    (need,) = cards.agents[0].needs
    assert need.kind is NeedKind.CRITICAL
    assert need.reason.startswith("in 1 call (Refused to cancel 1)")


def test_advice_is_never_a_need(rulebook):
    advice = [flag("exit-no-goodwill", 2, severity=Severity.COACHING)]
    audits = [make_audit(f"i{n}", flags=advice) for n in range(30)]
    audits += [make_audit(f"r{n}", ("Raul",)) for n in range(30)]
    imke = card_of(make_scorecards(audits, rulebook=rulebook), "Imke")
    assert imke.rules[-1].comparison.reading == "above"
    assert [need for need in imke.needs if need.rule] == []


def test_at_most_three_needs_and_each_rule_once(rulebook):
    rules = ("refusal-stall", "pushback-after-decline", "concern-unacknowledged")
    flags = [flag(rule, 2) for rule in rules]
    flags.append(flag("refusal-explicit", 2, severity=CRITICAL))
    audits = [make_audit(f"i{n}", flags=flags) for n in range(20)]
    audits += [make_audit(f"r{n}", ("Raul",)) for n in range(60)]
    needs = card_of(make_scorecards(audits, rulebook=rulebook), "Imke").needs
    assert len({need.rule for need in needs}) == len(needs) == 3
    assert needs[0].rule == "refusal-explicit"


def test_concerns_that_are_surely_answered_seldom_stand_out():
    seldom = [make_audit(f"c{n}", concerns=(concern(2 if n < 3 else None),)) for n in range(20)]
    (need,) = make_scorecards(seldom).team.needs
    assert (need.kind, need.reason) == (NeedKind.UNANSWERED, "3 of 20 answered")
    assert make_scorecards(seldom[:9]).team.needs == ()


def test_agents_above_the_team_come_first_and_all_others_by_name(rulebook):
    audits = [
        *refuse(20, 15, "Zora"),
        *make_calls(20, 15, agents=("Yann",)),
        *make_calls(100, 2, agents=("Bo",)),
        *make_calls(100, 1, agents=("Ada",)),
        *refuse(5, 5, "Cid"),  # too few to judge: no place of shame
        *make_calls(9, 9, agents=()),
    ]
    cards = make_scorecards(audits, rulebook=rulebook)
    assert [card.agent for card in order_by_need(cards)] == ["Zora", "Yann", "Ada", "Bo", "Cid"]


def test_the_first_priority_is_the_rule_with_most_harm_and_has_words_for_it(rulebook):
    audits = [
        *make_calls(20, 2, agents=("Imke",)),
        *(
            make_audit(f"p{n}", flags=[flag("pushback-after-decline", 2, strength=0.6 + n / 100)])
            for n in range(9)
        ),
        make_audit("g", flags=[flag("exit-no-goodwill", 2, severity=Severity.COACHING)]),
        make_audit("s", flags=[flag("concern-unacknowledged", 2)]),
    ]
    first, second = make_scorecards(audits, rulebook=rulebook).team.coaching
    rule = rulebook.rule("pushback-after-decline")
    assert (first.rule, first.flagged, first.eligible) == (rule.id, 9, 31)
    assert (first.reason, first.tip) == (rule.description, rule.coaching)
    assert first.say_instead == rule.say_instead
    assert [quote.call_id for quote in first.quotes] == ["p8", "p7", "p6"]  # the surest first
    assert second.rule == "refusal-stall"


def test_a_rule_flagged_once_is_coached_only_if_that_flag_is_critical(rulebook):
    once = make_calls(20, 1, agents=("Imke",))
    assert make_scorecards(once, rulebook=rulebook).team.coaching == ()
    (priority,) = make_scorecards(refuse(3, 1, "Imke"), rulebook=rulebook).team.coaching
    assert priority.severity is CRITICAL


def test_every_rule_has_a_model_sentence_that_could_be_said_to_a_customer(rulebook):
    for rule in rulebook.rules:
        assert 40 <= len(rule.say_instead) <= 200, rule.id
        assert rule.say_instead.endswith((".", "?")), rule.id


def test_nothing_stands_out_where_everything_is_clear():
    assert make_scorecards([replace(each) for each in make_calls(30, 0)]).team.needs == ()
