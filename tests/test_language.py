"""Calls that are not in English are noticed, and English ones of every kind are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from transcript_audit.language import foreign_language

CALLS = Path(__file__).resolve().parent.parent / "benchmarks" / "calls"

FOREIGN = {
    "Spanish": (
        "Gracias por llamar, soy Marta. ¿En qué puedo ayudarle?",
        "Quiero cancelar mi contrato, por favor. No lo uso desde hace tres meses.",
        "¿Puedo ofrecerle un descuento del veinte por ciento?",
    ),
    "German": (
        "Guten Tag, hier ist Anna. Was kann ich für Sie tun?",
        "Ich will meinen Vertrag kündigen, so bald es geht. Ich war lange nicht da.",
        "Darf ich fragen, warum? Wir hätten da ein Angebot.",
    ),
    "French": (
        "Bonjour, ici Claire, que puis-je faire pour vous ?",
        "Je voudrais résilier mon abonnement, s'il vous plaît. On ne s'en sert plus.",
        "Puis-je vous proposer une remise ?",
    ),
    "Polish": (
        "Dzień dobry, w czym mogę pomóc?",
        "Chcę zrezygnować z umowy, bo to jest za drogie i nie korzystam z tego od dawna.",
    ),
    "Tagalog": (
        "Magandang umaga po, ano po ang maitutulong ko?",
        "Gusto ko na pong ipatigil ang linya namin kasi hindi na namin ginagamit at mahal na.",
    ),
}
JAPANESE = (
    "お電話ありがとうございます。田中です。",
    "契約を解約したいのですが、お願いします。",
    "割引をご用意できますが、いかがでしょうか。",
)
ENGLISH = {
    "two words": ("Hello?", "Bye."),
    "short": ("Cancel it, please.", "Done."),
    "a name": ("Renée Müller, Zürich", "Sí."),
    "nothing but signs": ("...", "🙂🙂🙂"),
    "digits": ("zero seven seven two four one six six zero nine two two four one oh nine",),
    "raw speech": (
        "uh yeah hi im calling cos i wanna cancel my uh my gym membership gimme a sec",
        "sure whats the name on it",
        "kowalczyk k o w a l c z y k",
    ),
    "names": (
        "Siobhán Ní Bhraonáin speaking, may I take your name and address?",
        "Oluwaseun Adébáyò, 14 Ògúnlànà Drive, Sùrúlérè, Lagos, and my wife Ngọzi is on it too.",
    ),
    "Indian English": (
        "Good morning sir, myself Rakesh from Sundaram Broadband, kindly tell your registered no.",
        "I am having this connection since two years only, daily it is going off, na. Close it.",
        "Sir please do one thing, you kindly wait, I will revert you back tomorrow itself.",
    ),
    "Nigerian English": (
        "Abeg, I no dey do again, the network is not trying at all. Just help me cancel the line.",
        "Ah, madam, sorry o. Let me quickly remove it for you now.",
    ),
    "half in Spanish": (
        "Hola, quiero cancelar mi contrato, por favor.",
        "Of course, I can do that for you now. Is there anything else that you need?",
    ),
}


@pytest.mark.parametrize("texts", FOREIGN.values(), ids=FOREIGN)
def test_another_language_is_noticed(texts: tuple[str, ...]) -> None:
    assert "not English" in foreign_language(texts)
    assert "--encoding" in foreign_language(texts)


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "utf-8", "utf-16-le"])
def test_japanese_in_the_wrong_encoding_is_noticed(encoding: str) -> None:
    garbled = [text.encode(encoding).decode("cp1252", "replace") for text in JAPANESE]
    assert foreign_language(garbled)
    assert foreign_language(JAPANESE)


@pytest.mark.parametrize("texts", ENGLISH.values(), ids=ENGLISH)
def test_english_of_every_kind_is_let_through(texts: tuple[str, ...]) -> None:
    assert foreign_language(texts) == ""


@pytest.mark.parametrize("name", ["train.jsonl", "more.jsonl"])
def test_no_labelled_call_is_taken_for_another_language(name: str) -> None:
    with (CALLS / name).open(encoding="utf-8") as lines:
        calls = [json.loads(line) for line in lines]
    assert len(calls) > 100
    taken = [
        call["id"] for call in calls if foreign_language(turn["text"] for turn in call["turns"])
    ]
    assert taken == []
