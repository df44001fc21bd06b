from __future__ import annotations

import json
import string
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from builders import cite, make_turn
from hypothesis import given
from hypothesis import strategies as st
from loaded import recogniser_once

from transcript_audit.audit import audit_call
from transcript_audit.model import (
    Act,
    ActLabel,
    CallAudit,
    Episode,
    Family,
    Finding,
    Outcome,
    Part,
    Role,
    RoleSource,
    RuleResult,
    RuleStatus,
    Severity,
    SkippedCall,
    State,
    StateChange,
    Transcript,
    Turn,
    Utterance,
)
from transcript_audit.redaction import redact_call, redact_skipped, redact_transcript, secrets
from transcript_audit.redaction.asked import Kind
from transcript_audit.redaction.secrets import find_secrets
from transcript_audit.redaction.words import say_digits, split_words
from transcript_audit.redaction_marks import find_marks
from transcript_audit.rulebook import RuleBook

CALLS = Path(__file__).parent.parent / "benchmarks/calls/secrets.jsonl"
A, C = Role.AGENT, Role.CUSTOMER


def redact(*said: str, names: tuple[str, ...] = (), agents: tuple[str, ...] = ()) -> list[str]:
    """The turns "A: ..." and "C: ..." redacted."""
    roles = [{"A": A, "C": C}.get(line[0]) for line in said]
    texts = [line[3:] for line in said]
    found = find_secrets(texts, roles, names, agents)
    for secret in reversed(found):
        text, (start, end) = texts[secret.place], secret.span
        texts[secret.place] = text[:start] + secret.kind.mark + text[end:]
    return texts


# --- numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "4111111111111111",
        "four one one one one one one one one one one one one one one one",
        "four triple one, quadruple one, quadruple one, quadruple one",
        "four one one one, uh, one one one one, um, one one one one dash one one one one",
        "forty-one eleven eleven eleven eleven eleven eleven eleven",
        "4 one 1 1 1111 double one 1 1 eleven eleven",
        "Four one one one. One one one one. One one one one. One one one one",
        "４１１１ １１１１ １１１１ １１１１",
    ],
)
def test_a_card_number_goes_in_any_spelling(said: str) -> None:
    assert redact(f"C: it's {said} I think") == ["it's [CARD] I think"]


def test_a_long_number_goes_also_where_its_check_digit_is_wrong() -> None:
    assert redact("C: 4111 1111 1111 1112 it says") == ["[NUMBER] it says"]


def test_a_number_goes_over_turns_with_fillers_and_what_is_read_back_between() -> None:
    assert redact(
        "C: four one one one",
        "A: mhm",
        "C: one one one one",
        "A: one one one one yep",
        "C: um sorry one one one one",
        "A: okay",
        "C: one one one one",
        "A: so that's 4111 1111 1111 1111, thank you",
    ) == [
        "[CARD]",
        "mhm",
        "[CARD]",
        "[CARD] yep",
        "um sorry [CARD]",
        "okay",
        "[CARD]",
        "so that's [CARD], thank you",
    ]


@pytest.mark.parametrize(
    ("question", "answer", "redacted"),
    [
        ("Your account number, please?", "it's AB12-3344.", "it's [ACCOUNT]."),
        ("Your account number?", "double four seven oh", "[ACCOUNT]"),
        ("And your PIN?", "nine oh four two", "[CODE]"),
        ("What's the sort code?", "40-17-63.", "[CODE]."),
        ("And your National Insurance number?", "QQ 12 34 56 C", "[CODE]"),
        ("What's your social?", "123-45-6789", "[CODE]"),
        ("The IBAN, please?", "GB82 WEST 1234 5698 7654 32.", "[ACCOUNT]."),
        ("And the expiry of the card?", "09/27", "[CARD]"),
        ("A phone number?", "oh seven seven double oh nine hundred one two three", "[PHONE]"),
        ("A phone number?", "(01632) 960-777", "[PHONE]"),
        ("Your licence number?", "K as in kilo, 4 4 7, T for tango.", "[ACCOUNT]."),
        ("Which order number?", "seven oh two dash one one four", "[REFERENCE]"),
    ],
)
def test_a_short_number_goes_where_it_was_asked_for(
    question: str, answer: str, redacted: str
) -> None:
    assert redact(f"A: {question}", f"C: {answer}") == [question, redacted]


def test_a_number_goes_where_it_is_announced_or_called_something_after_it() -> None:
    assert redact("C: my account number is 44 55 1") == ["my account number is [ACCOUNT]"]
    assert redact("C: 4471 is my PIN") == ["[CODE] is my PIN"]


def test_what_repeats_the_end_of_a_number_goes_anywhere_in_the_call() -> None:
    said = redact(
        "A: And the card number?",
        "C: 5555 5555 5555 4444",
        "A: Thank you. What can I do?",
        "C: I want to cancel.",
        "A: Fine.",
        "C: Thanks.",
        "A: So 5555 4444 gets the money back.",
    )
    assert said[-1] == "So [CARD] gets the money back."


def test_a_reference_shows_that_there_was_one() -> None:
    assert redact("A: It's done, your reference is LK-552810.") == [
        "It's done, your reference is [REFERENCE]."
    ]


@pytest.mark.parametrize(
    "said",
    [
        "It's $129.99 a month, $1,204.66 in all, or £38.50 with 12 percent off.",
        "it ends on the thirtieth of april twenty twenty six",
        "It ends on 31 December 2025, that's 30/12/2025 for the box.",
        "I've been with you since 2016 and called four times in two weeks.",
        "twenty four hours a day, seven days, and it took five dollars",
        "You have the Gold 300 bundle, 500 gigs and 24/7 support from 10:30.",
        "the fee is one hundred and ninety nine pounds",
        "First, step 1 of 3. Second, two or three more of those.",
    ],
)
def test_prices_terms_times_dates_and_plans_stay(said: str) -> None:
    assert redact("A: Can I take your account number?", f"C: {said}")[1] == said


def test_a_question_is_answered_once_and_later_small_numbers_stay() -> None:
    said = redact(
        "A: What's your account number?",
        "C: 88310427",
        "A: You're on the 500 package, 14 left, it stays thirty-four.",
    )
    assert said[2] == "You're on the 500 package, 14 left, it stays thirty-four."


# --- e-mail, places, dates ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "jane.doe+x@mail.example.com",
        "jane dot doe at example dot com",
        "j underscore doe four two at example dot co dot uk",
        "j a n e at gmail",
        "Jane.Doe at example.com",
    ],
)
def test_an_e_mail_address_goes_written_or_spoken(address: str) -> None:
    assert redact(f"C: it's {address} yes") == ["it's [EMAIL] yes"]


def test_an_e_mail_address_goes_over_turns() -> None:
    said = redact("C: it's jane dot doe", "A: mhm", "C: at example dot com")
    assert "jane" not in " ".join(said)
    assert "example" not in " ".join(said)


def test_a_web_site_is_no_e_mail_address() -> None:
    assert redact("A: look at example dot com") == ["look at example dot com"]


@pytest.mark.parametrize(
    ("said", "redacted"),
    [
        ("I'm at 14 Elm Street, Otley.", "I'm at [ADDRESS]."),
        ("it's flat 3, 22b Baker Road", "it's [ADDRESS]"),
        ("The box goes to HX3 9QP.", "The box goes to [POSTCODE]."),
        ("two weeks left and a ten minute drive", "two weeks left and a ten minute drive"),
    ],
)
def test_addresses_and_postcodes_go(said: str, redacted: str) -> None:
    assert redact(f"C: {said}") == [redacted]


def test_a_spoken_postcode_and_zip_code_go_where_they_are_asked_for() -> None:
    assert redact("A: your postcode", "C: l s twenty one three a b")[1] == "[POSTCODE]"
    assert redact("A: your zip code", "C: nine four one one oh")[1] == "[POSTCODE]"


@pytest.mark.parametrize(
    "date",
    [
        "14 March 1961",
        "March 14th, '61",
        "14/03/1961",
        "1961-03-14",
        "fourth of march nineteen seventy two",
        "Fifth of the eleventh, seventy-four",
        "oh three fourteen sixty one",
    ],
)
def test_a_date_of_birth_goes_and_the_date_of_the_end_stays(date: str) -> None:
    assert redact(
        "A: Your date of birth?",
        f"C: {date}",
        "A: Thanks. It ends on 14 November 2025.",
    )[1:] == ["[DOB]", "Thanks. It ends on 14 November 2025."]


def test_a_password_goes_where_it_was_asked_for() -> None:
    assert redact("A: Your memorable word?", "C: It's gooseberry.")[1] == "It's [CODE]."
    assert redact("C: my password is fluffy22") == ["my password is [CODE]"]


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "redacted"),
    [
        ("my name is dana whitfield and i want out", "my name is [NAME] and i want out"),
        ("Hello, this is Leonard Achterberg.", "Hello, this is [NAME]."),
        ("it's rosamund pike speaking", "it's [NAME] speaking"),
        ("My name's Siobhan O'Neill.", "My name's [NAME]."),
        ("First name Ragnhild, surname Thorvaldsen.", "First name [NAME], surname [NAME]."),
        ("It's Mrs. Evangeline Stott", "It's Mrs. [NAME]"),
        ("my name is will young", "my name is [NAME]"),
    ],
)
def test_a_customer_s_name_goes_where_it_is_said(said: str, redacted: str) -> None:
    assert redact("A: Hello.", f"C: {said}")[1] == redacted


@pytest.mark.parametrize(
    "said",
    [
        "I'm moving and this is ridiculous.",
        "this is ridiculous i'm done",
        "It's Monday. My name is on the account.",
        "i'd miss it but its freezing here",
        "I'm calling about my bill, this is the third time.",
        "Good afternoon, I'm Danish.",
    ],
)
def test_ordinary_words_are_no_names(said: str) -> None:
    assert redact("A: How can I help?", f"C: {said}")[1] == said


def test_a_name_goes_in_every_later_mention() -> None:
    assert redact(
        "A: Who am I speaking with?",
        "C: Danuta Wierzba. W I E R Z B A.",
        "A: Thanks, Danuta. I see Ms Wierzba's line here.",
        "C: thanks danuta is fine",
    ) == [
        "Who am I speaking with?",
        "[NAME].",
        "Thanks, [NAME]. I see Ms [NAME] line here.",
        "thanks [NAME] is fine",
    ]


def test_the_agent_s_name_stays() -> None:
    said = ("A: This is Kyle, how can I help?", "C: Thanks, Kyle. It's Dana Reyes here.")
    assert redact(*said, agents=("Kyle",)) == [
        "This is Kyle, how can I help?",
        "Thanks, Kyle. It's [NAME] here.",
    ]


def test_given_names_go_and_words_that_are_names_too_stay_as_words() -> None:
    said = redact(
        "A: Is that Ms Price? The price went up. It will end.", names=("Grace Price", "Will Oduya")
    )
    assert said == ["Is that Ms [NAME]? The price went up. It will end."]


def test_a_mark_in_the_source_is_left_and_parts_what_stands_beside_it() -> None:
    said = ["My name is [NAME] and it's [CARD].", "[PHONE_NUMBER_1] is right."]
    assert redact(*(f"C: {text}" for text in said)) == said


def test_a_bracket_with_a_number_in_it_is_no_mark() -> None:
    assert "4111" not in redact("C: [card number 4111111111111111]")[0]


@pytest.mark.parametrize(
    ("question", "answer", "redacted"),
    [
        ("And the registration?", "KX19 WLD.", "[ACCOUNT]."),
        ("Your confirmation code?", "Q as in queen, 7, L as in Larry, R, R, 2.", "[REFERENCE]."),
        ("The licence key?", "7KQ2-M9XT-40LD-PP31.", "[CODE]."),
        ("Which plate?", "seven x ray delta nine oh two", "[ACCOUNT]"),
        (
            "Your card number?",
            "four thousand double oh eight two six thousand four zeros",
            "[CARD]",
        ),
        ("What's the gate code?", "star seven one nine two pound", "star [CODE] pound"),
        ("The NI number?", "yes its q q", "yes its [CODE]"),
        ("The password?", "Old Trafford.", "[CODE]."),
        ("Postcode?", "t d five seven double l", "[POSTCODE]"),
    ],
)
def test_letters_and_digits_go_together(question: str, answer: str, redacted: str) -> None:
    assert redact(f"A: {question}", f"C: {answer}")[1] == redacted


@pytest.mark.parametrize(
    ("said", "redacted"),
    [
        ("my sons mateo hell pay it", "my sons [NAME] hell pay it"),
        ("Add my wife, Hodan, please.", "Add my wife, [NAME], please."),
        ("my name is dana thats d a n a", "my name is [NAME] thats [NAME]"),
        ("its bill okafor", "its [NAME]"),
        ("i pay for teresas house", "i pay for [NAME] house"),
        ("That's how it is, Arvind.", "That's how it is, Arvind."),
        ("d for david", "d for david"),
    ],
)
def test_people_a_customer_knows_go_where_their_given_names_are_said(
    said: str, redacted: str
) -> None:
    assert redact("A: Arvind speaking.", f"C: {said}", agents=("Arvind",))[1] == redacted


def test_another_agent_s_name_stays_where_a_call_is_passed_on() -> None:
    said = ["I'll put you through to Nadia.", "Hello, Nadia speaking."]
    assert redact(*(f"A: {text}" for text in said)) == said


@pytest.mark.parametrize(
    ("said", "redacted"),
    [
        ("C: i had seven oh four four two on the slip", "C: i had [NUMBER] on the slip"),
        ("C: it says 90417 at the top", "C: it says [NUMBER] at the top"),
        ("C: twenty four ninety nine a month", "C: twenty four ninety nine a month"),
        ("C: i joined in 2019", "C: i joined in 2019"),
        ("C: it shows error 4031", "C: it shows error 4031"),
        ("C: four thousand two hundred and six pounds", None),
    ],
)
def test_four_digits_go_unasked_unless_they_are_an_amount_a_year_or_no_person_s(
    said: str, redacted: str | None
) -> None:
    assert redact("A: go ahead", said)[1] == (redacted or said)[3:]


def test_a_correction_goes_with_the_number_it_corrects() -> None:
    said = redact(
        "A: and your account number?",
        "C: four four seven one nine three",
        "A: one nine five",
        "C: no nine three",
    )
    assert said[1:] == ["[ACCOUNT]", "[ACCOUNT]", "no [ACCOUNT]"]


def test_letters_said_for_a_number_go_and_are_gone_where_they_are_read_back() -> None:
    said = redact("A: whats the registration", "C: b l six four d p", "A: b l six four d p")
    assert said[1:] == ["[ACCOUNT]", "[ACCOUNT]"]


@pytest.mark.parametrize(
    ("said", "redacted"),
    [
        ("C: my daughter hope is on it as well", "C: my daughter [NAME] is on it as well"),
        ("C: it came to a j okonjo next door", "C: it came to a [NAME] next door"),
        ("C: Ask for Quillivan when you ring.", "C: Ask for [NAME] when you ring."),
        ("C: We had Corvid Hosting before.", "C: We had Corvid Hosting before."),
        ("C: i spoke to someone called josh", "C: i spoke to someone called josh"),
    ],
)
def test_a_name_on_no_list_goes_where_what_stands_around_it_tells(said: str, redacted: str) -> None:
    lines = ["A: hello", "C: hi", "A: how can i help", said]
    assert redact(*lines)[3] == redacted[3:]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("and the door number", "a hundred and six"),
        ("what's your address", "three bryn teg"),
        ("And the new address?", "36 Greenbank."),
    ],
)
def test_an_answer_to_a_question_for_the_address_goes(question: str, answer: str) -> None:
    said = redact(f"A: {question}", f"C: {answer}")[1]
    assert said.rstrip(".") == "[ADDRESS]"


def test_redacting_a_marked_call_twice_changes_nothing() -> None:
    for line in CALLS.read_text("utf-8").splitlines()[::4]:
        call = json.loads(line)
        said = [f"{turn['speaker'][0].upper()}: {turn['text']}" for turn in call["turns"]]
        once = redact(*said, agents=(call["agent"],))
        again = [f"{line[0]}: {text}" for line, text in zip(said, once, strict=True)]
        assert redact(*again, agents=(call["agent"],)) == once


def test_the_same_is_found_whichever_utterances_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [json.loads(line) for line in CALLS.read_text("utf-8").splitlines()]
    texts = [[turn["text"] for turn in call["turns"]] for call in calls]
    roles = [[Role(turn["speaker"]) for turn in call["turns"]] for call in calls]
    found = [find_secrets(*each) for each in zip(texts, roles, strict=True)]
    monkeypatch.setattr(secrets, "find_telling", lambda texts, _: set(range(len(texts))))
    assert found == [find_secrets(*each) for each in zip(texts, roles, strict=True)]


def test_recall_on_the_marked_calls_does_not_fall() -> None:
    gone = Counter[bool]()
    for line in CALLS.read_text("utf-8").splitlines():
        call = json.loads(line)
        texts = [turn["text"] for turn in call["turns"]]
        roles = [Role(turn["speaker"]) for turn in call["turns"]]
        found = find_secrets(texts, roles, agents=[call["agent"]])
        for secret in call["secrets"]:
            start = texts[secret["turn"]].index(secret["text"])
            gone[
                any(s.place == secret["turn"] and s.span[0] <= start < s.span[1] for s in found)
            ] += 1
    assert gone[True] / gone.total() > 0.93


# --- whole calls --------------------------------------------------------------------------------


def _utterances(*said: str) -> tuple[Utterance, ...]:
    labels = {"A": "Kyle", "C": "Dana Whitfield"}
    return tuple(Utterance(at, labels[line[0]], line[3:]) for at, line in enumerate(said))


def _call() -> CallAudit:
    utterances = _utterances(
        "A: Kyle speaking. Your card number?",
        "C: It's 4111 1111 1111 1111, and I'm Dana.",
        "A: Thanks, Dana. But wait, Dana, you can't cancel.",
    )
    turns = (
        replace(make_turn(0, A, utterances[0].text, agent_id="Kyle"), speaker="Kyle"),
        replace(make_turn(1, C, utterances[1].text), speaker="Dana Whitfield"),
        replace(make_turn(2, A, utterances[2].text, agent_id="Kyle"), speaker="Kyle"),
    )
    turns = tuple(
        replace(turn, parts=(Part(turn.index, 0, None, turn.index + 1),)) for turn in turns
    )
    start = utterances[2].text.index("But wait")
    act = Act(ActLabel.REFUSE, 2, (start, len(utterances[2].text)))
    finding = Finding(
        "refusal-explicit",
        Family.REFUSED_CANCELLATION,
        Severity.CRITICAL,
        "refused",
        1.0,
        (cite(turns[2], act.span, "refuse"),),
        fingerprint="0123456789abcdef",
    )
    result = RuleResult(
        finding.rule, finding.family, RuleStatus.FLAGGED, "said by 'Dana Whitfield'", finding
    )
    episode = Episode(Outcome.NOT_CANCELLED, (StateChange(2, State.OPEN, act),), act, 2)
    return CallAudit(
        Transcript("c1", "c1.txt", utterances, ("Kyle",)),
        RoleSource.STATED,
        turns,
        (act,),
        episode,
        (result,),
        ("'Dana Whitfield' speaks like an agent",),
    )


def test_spans_and_quotes_point_at_the_same_words_after_redaction() -> None:
    audit = redact_call(_call())
    text = "Thanks, [NAME]. But wait, [NAME], you can't cancel."
    assert audit.turns[2].text == text == audit.transcript.utterances[2].text
    [evidence] = audit.findings[0].evidence
    assert evidence.quote == "But wait, [NAME], you can't cancel."
    for span in (evidence.span, audit.acts[0].span, audit.episode.changes[0].act.span):  # type: ignore[union-attr]
        assert text[slice(*span)] == evidence.quote
    assert audit.turns[1].text == "It's [CARD], and I'm [NAME]."


def test_fingerprints_agents_and_what_was_found_stay() -> None:
    before, after = _call(), redact_call(_call())
    assert after.findings[0].fingerprint == before.findings[0].fingerprint
    assert (after.agent_ids, after.call_id, after.outcome) == (("Kyle",), "c1", before.outcome)
    assert after.turns[0] == before.turns[0]


def test_a_label_that_names_the_customer_becomes_customer_wherever_it_is_written() -> None:
    audit = redact_call(_call())
    assert [turn.speaker for turn in audit.turns] == ["Kyle", "customer", "Kyle"]
    assert [each.speaker for each in audit.transcript.utterances] == ["Kyle", "customer", "Kyle"]
    assert audit.notes == ("'customer' speaks like an agent",)
    assert audit.results[0].reason == "said by 'customer'"


def test_part_offsets_move_with_the_words() -> None:
    text = "my card is 4111 1111 1111 1111 and now cancel it"
    second = text.index("and now")
    turn = Turn(0, C, "customer", text, (Part(0, 0), Part(1, second)))
    said = (
        Utterance(0, "customer", text[: second - 1]),
        Utterance(1, "customer", text[second:]),
    )
    audit = replace(_call(), turns=(turn,), transcript=Transcript("c", "c", said), acts=())
    audit = redact_call(
        replace(audit, results=(), episode=Episode(Outcome.NO_REQUEST, (), None, 0))
    )
    redacted = audit.turns[0]
    assert redacted.text == "my card is [CARD] and now cancel it"
    assert redacted.text[redacted.parts[1].offset :] == "and now cancel it"
    assert [each.text for each in audit.transcript.utterances] == [
        "my card is [CARD]",
        "and now cancel it",
    ]


def test_a_quote_that_was_cut_for_its_length_stays_cut() -> None:
    call = _call()
    evidence = call.findings[0].evidence[0]
    cut = replace(evidence, quote=evidence.quote[:20].rstrip() + "…")
    finding = replace(call.findings[0], evidence=(cut,))
    call = replace(call, results=(replace(call.results[0], finding=finding),))
    [quote] = [each.quote for each in redact_call(call).findings[0].evidence]
    assert quote.endswith("…")
    assert len(quote) <= len(cut.quote)


def test_two_customers_stay_apart() -> None:
    said = (
        Utterance(0, "Kyle (agent)", "Hello."),
        Utterance(1, "Customer (Dana)", "Hello."),
        Utterance(2, "Customer (Rob)", "And hello from me."),
    )
    redacted = redact_transcript(Transcript("c", "c", said))
    labels = [each.speaker for each in redacted.utterances]
    assert labels == ["Kyle (agent)", "customer", "customer 2"]


def test_a_skip_reason_loses_names_and_numbers_but_keeps_labels() -> None:
    reason = "cannot tell who the agent is (unknown: 'Kyle', 'Dana'): Mr Reyes, 4111 1111 1111 1111"
    skipped = redact_skipped(SkippedCall("c", "c.txt", reason), names=["Reyes"])
    assert skipped.reason == (
        "cannot tell who the agent is (unknown: 'Kyle', 'Dana'): Mr [NAME], [CARD]"
    )


def test_an_audited_call_is_redacted_with_all_its_spans(rulebook: RuleBook) -> None:
    said = (
        ("agent", "Larkspur, Kyle speaking. Your account number and name?"),
        ("customer", "8831 0427, and my name is Dana Whitfield. I'd like to cancel my broadband."),
        ("agent", "I won't cancel that for you, Dana, on account 8831 0427."),
        ("customer", "I want to cancel, it's Dana Whitfield and I said so."),
        ("agent", "No, Ms Whitfield. I'm not cancelling it."),
    )
    utterances = tuple(Utterance(at, who, text) for at, (who, text) in enumerate(said))
    transcript = Transcript("c", "c", utterances, ("Kyle",))
    audit = audit_call(transcript, rulebook, recogniser_once(rulebook))
    assert isinstance(audit, CallAudit)
    assert audit.findings
    redacted = redact_call(audit)
    for before, after in zip(audit.findings, redacted.findings, strict=True):
        assert before.fingerprint == after.fingerprint
        for evidence in after.evidence:
            assert evidence.quote == redacted.turns[evidence.turn].text[slice(*evidence.span)]
    everything = repr(redacted)
    for secret in ("Dana", "Whitfield", "8831", "0427"):
        assert secret not in everything
    assert redact_call(redacted) == redacted


# --- any text -----------------------------------------------------------------------------------

_SPOKEN = st.sampled_from(
    "zero oh nought one two three four five six seven eight nine 4 11 4111".split()
)
_BETWEEN = st.sampled_from(
    [" ", "  ", "-", " - ", ".", ". ", ", ", " uh ", ", um, ", " and then ", " dash ", "/", "\n"]
)
_TALK = st.lists(
    st.one_of(
        st.sampled_from(
            "my name is dana this Dana Whitfield account number pin card 4471 four oh double triple"
            " at dot gmail com date of birth march 14 1961 postcode ls21 3ab L S [NAME] [CARD] ****"
            " password gooseberry it's Mr street 9 mhm [ ] < > @ + ( ) £ . , ? ² ٣".split()
        ),
        st.text(max_size=6),
    ),
    max_size=25,
).map(" ".join)


@given(
    st.lists(st.tuples(_SPOKEN, _BETWEEN), min_size=19, max_size=19),
    st.sets(st.integers(1, 17), max_size=3),
    st.integers(13, 19),
)
def test_no_run_of_13_to_19_digits_survives(
    drawn: list[tuple[str, str]], cuts: set[int], most: int
) -> None:
    words, count = list[tuple[str, str]](), 0
    for word, between in drawn:
        digits = len(say_digits(split_words([word])))
        if count + digits > most:
            continue
        words.append((word, between))
        count += digits
    if count < 13:
        return
    texts, text = [], ""
    for at, (word, between) in enumerate(words):
        text += word + (between if at + 1 < len(words) else "")
        if at in cuts or at + 1 == len(words):
            texts += [text, "mhm"]
            text = ""
    roles = [C if at % 2 == 0 else A for at in range(len(texts))]
    redacted = list(texts)
    for secret in reversed(find_secrets(texts, roles)):
        start, end = secret.span
        text = redacted[secret.place]
        redacted[secret.place] = text[:start] + secret.kind.mark + text[end:]
    left = [word for word in split_words(redacted) if word.digits]
    assert not left, redacted


@given(st.lists(_TALK, max_size=6), st.lists(st.sampled_from(["Dana", "Ms Price"]), max_size=2))
def test_redacting_twice_changes_nothing_on_any_text(texts: list[str], names: list[str]) -> None:
    said = tuple(
        Utterance(at, "agent" if at % 2 else "Customer (Dana)", text or "x")
        for at, text in enumerate(texts)
    )
    once = redact_transcript(Transcript("c", "c", said, ("Kyle",)), names)
    assert redact_transcript(once, names) == once


@given(st.lists(_TALK.filter(bool), min_size=1, max_size=6), st.data())
def test_spans_are_in_order_and_in_the_text_after_redaction(
    texts: list[str], data: st.DataObject
) -> None:
    turns = tuple(make_turn(at, A if at % 2 else C, text) for at, text in enumerate(texts))
    place = data.draw(st.integers(0, len(texts) - 1))
    start = data.draw(st.integers(0, len(texts[place])))
    end = data.draw(st.integers(start, len(texts[place])))
    evidence = cite(turns[place], (start, end))
    finding = Finding("r", Family.CONDUCT, Severity.MAJOR, "m", 1.0, (evidence,))
    said = tuple(Utterance(turn.parts[0].number, turn.speaker, turn.text) for turn in turns)
    result = RuleResult("r", Family.CONDUCT, RuleStatus.FLAGGED, "because", finding)
    call = replace(
        _call(), turns=turns, transcript=Transcript("c", "c", said), acts=(), results=(result,)
    )
    call = replace(call, episode=Episode(Outcome.NO_REQUEST, (), None, 0))
    redacted = redact_call(call)
    [after] = redacted.findings[0].evidence
    text = redacted.turns[place].text
    assert 0 <= after.span[0] <= after.span[1] <= len(text)
    assert after.quote == text[slice(*after.span)]
    marks = [mark.span for mark in find_marks(text)]
    if (start, end) == (0, len(texts[place])):
        assert after.span == (0, len(text))
    assert redact_call(redacted) == redacted
    assert all(end - start > 0 for start, end in marks)


@pytest.mark.parametrize(
    "text",
    [
        "four " * 4000,
        "a b c 4444 " * 2000,
        "my name is " * 4000,
        "x@" * 5000,
        "date of birth " * 3000 + "1 2 3 4 5 6 7",
        "at dot " * 4000,
        "Dana Dana " * 4000,
        "[" * 8000,
        string.ascii_letters * 400,
    ],
)
def test_time_grows_with_the_text_and_no_faster(text: str) -> None:
    def spend(texts: list[str]) -> float:
        start = time.process_time()
        find_secrets(texts, [C] * len(texts), names=["Dana"])
        return time.process_time() - start

    spend([text[: len(text) // 8]])
    short, whole = spend([text[: len(text) // 8]]), spend([text])
    assert whole < 8 * 4 * short + 0.2


def test_each_kind_s_mark_is_known_as_a_redaction_mark() -> None:
    for kind in Kind:
        [mark] = find_marks(f"it's {kind.mark} then")
        assert mark.name == (kind is Kind.NAME)
