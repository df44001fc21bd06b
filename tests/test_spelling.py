"""Clean text, chat and speech recognition read alike, and look-alikes are left alone."""

from __future__ import annotations

import pytest

from transcript_audit.acts.words import read_words


def said(text: str) -> str:
    return " ".join(read_words(text).texts)


@pytest.mark.parametrize(
    ("spellings", "words"),
    [
        (("I don't want it", "i dont want it", "i don t want it"), "i do not want it"),
        (("I didn't ask", "i didnt ask", "i didn t ask"), "i did not ask"),
        (("It doesn't work", "it doesnt work", "it doesn t work"), "it does not work"),
        (("We won't stay", "we wont stay", "we won t stay"), "we will not stay"),
        (("I can't", "i cant", "i can t", "I cannot"), "i can not"),
        (("It isn't", "it isnt", "it isn t"), "it is not"),
        (("I'm calling", "im calling", "i m calling"), "i am calling"),
        (("I've moved", "ive moved", "i ve moved"), "i have moved"),
        (("I'd like that", "id like that", "i d like that"), "i would like that"),
        (("I'll call", "ill call", "i ll call"), "i will call"),
        (("you're right", "youre right", "you re right"), "you are right"),
        (("they've gone", "theyve gone", "they ve gone"), "they have gone"),
        (("so we'll send it", "so well send it", "so we ll send it"), "so we will send it"),
        (("so we're moving", "so were moving", "so we re moving"), "so we are moving"),
        (("It's off", "its off", "it s off"), "it is off"),
        (("That's it", "thats it", "that s it"), "that is it"),
        (("What's that", "whats that", "what s that"), "what is that"),
        (("I'm gonna go", "im gonna go", "i am going to go"), "i am going to go"),
        (("I wanna go", "i want to go"), "i want to go"),
        (("I gotta go", "i got to go"), "i got to go"),
        (("lets go", "Let's go"), "let us go"),
        (("Ok", "okay", "OK"), "okay"),
        (("pls cancel it", "Please cancel it."), "please cancel it"),
        (("u canceled", "You cancelled"), "you cancelled"),
        (("My name's Ann", "my names ann"), "my name is ann"),
    ],
)
def test_every_way_of_writing_reads_the_same(spellings: tuple[str, ...], words: str) -> None:
    assert {said(spelling) for spelling in spellings} == {words}


def test_signs_of_money_are_read_as_words() -> None:
    assert said("£5 or $6 or €7") == "pounds 5 or dollars 6 or euros 7"


def test_what_follows_after_two_spaces_still_tells_a_contraction() -> None:
    assert said("so  well  send it, ill  call") == "so we will send it i will call"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my mother has been ill for weeks", "my mother has been ill for weeks"),
        ("he is very ill", "he is very ill"),
        ("it works well for me", "it works well for me"),
        ("well done", "well done"),
        ("they were late", "they were late"),
        ("what were you saying", "what were you saying"),
        ("on its own", "on its own"),
        ("two names on it", "two names on it"),
        ("did you call", "did you call"),
        ("we can do that", "we can do that"),
        ("a t shirt", "a t shirt"),
    ],
)
def test_words_that_only_look_like_contractions_stay(text: str, words: str) -> None:
    assert said(text) == words


def test_an_owner_is_not_an_is() -> None:
    assert said("my mother's account") == "my mother account"
    assert said("Ann's plan, it's hers") == "ann plan it is hers"


def test_fillers_are_dropped_wherever_they_stand() -> None:
    assert said("Uh, I, um, want, er, to erm cancel, ah, it, eh") == "i want to cancel it"
