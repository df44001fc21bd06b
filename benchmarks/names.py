"""Who and what is named in a call, and the same call with other names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random

from transcript_audit.model import Role, Transcript
from transcript_audit.redaction.asked import Kind
from transcript_audit.redaction.given_names import ALSO_WORDS, GIVEN_NAMES, SURNAMES
from transcript_audit.redaction.ordinary import is_ordinary
from transcript_audit.redaction.secrets import find_secrets
from transcript_audit.redaction.stop_words import STOP_WORDS

INVENTED_PEOPLE = tuple(
    """Avela Brannok Cissane Dovrel Elwick Farola Gesmund Harwen Ilvane Jorrit Kessany Lowrin
    Maribet Nolwick Osmera Perrilan Quenby Rosvita Selwyna Tarrick Ulmina Verrin Wystan Yolenda
    Zephrin""".split()
)
INVENTED_PRODUCTS = tuple(
    """Brontella Cavixo Dulmera Esprona Fintaro Glevia Halvexa Ivomar Jalpora Kortiva Lumbrix
    Mavora Nextova Orvella Prunexa Quillora Ravonix Solvanta Trivexo Umbranova Vantrix Wexora
    Yavolta Zontelle""".split()
)

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SHORTEST = 4
_RESERVED = STOP_WORDS | ALSO_WORDS | frozenset("mr mrs ms miss doctor dr".split())


def rename_people(
    transcript: Transcript,
    sides: Mapping[str, Role],
    chance: Random,
    names: Sequence[str] = INVENTED_PEOPLE,
    whose: Collection[Role] = (Role.AGENT, Role.CUSTOMER),
) -> Transcript:
    """The call with other names for its people, each the same throughout.

    Args:
        sides: the role of each label.
        whose: those of agents, of customers, or of both.
    """
    people = find_people(transcript, sides, whose)
    return _rename(transcript, people, names, chance)


def rename_products(
    transcript: Transcript, sides: Mapping[str, Role], chance: Random
) -> Transcript:
    """The call with other names for companies, products and towns: rare words that name nobody."""
    people = set(find_people(transcript, sides, (Role.AGENT, Role.CUSTOMER)))
    return _rename(transcript, find_products(transcript, people), INVENTED_PRODUCTS, chance)


def find_people(
    transcript: Transcript, sides: Mapping[str, Role], whose: Collection[Role]
) -> list[str]:
    """The parts of the names of a call's people, in small letters, in their order."""
    roles = [sides.get(each.speaker) for each in transcript.utterances]
    texts = [each.text for each in transcript.utterances]
    agents = [*transcript.agent_ids, *(each.agent_id or "" for each in transcript.utterances)]
    of_agents = {word.lower() for name in agents for word in _WORD.findall(name)}
    of_agents |= _introduced(texts, roles)
    found: dict[str, None] = {}
    if Role.AGENT in whose:
        found |= dict.fromkeys(_may_be_name(of_agents))
    if Role.CUSTOMER in whose:
        for secret in find_secrets(texts, roles, agents=sorted(of_agents)):
            if secret.kind is Kind.NAME:
                words = _WORD.findall(texts[secret.place][slice(*secret.span)].lower())
                found |= dict.fromkeys(_may_be_name(words))
        found = {name: None for name in found if Role.AGENT in whose or name not in of_agents}
    return list(found)


def find_products(transcript: Transcript, people: Collection[str]) -> list[str]:
    """Rare words that are no names of people, in small letters, in their order."""
    found: dict[str, None] = {}
    for each in transcript.utterances:
        for word in _WORD.findall(each.text):
            low = word.lower().replace("’", "'").removesuffix("'s")
            named = low in people or low in GIVEN_NAMES or low in SURNAMES or low in _RESERVED
            if len(low) >= _SHORTEST and not named and not is_ordinary(low):
                found[low] = None
    return list(found)


def _introduced(texts: Sequence[str], roles: Sequence[Role | None]) -> set[str]:
    """Given names by which agents introduce themselves."""
    said = r"(?:this is|my name is|my name's|i'm|i am|you're speaking (?:with|to)) ([^\W\d_]+)"
    return {
        match[1]
        for text, role in zip(texts, roles, strict=True)
        if role is Role.AGENT
        for match in re.finditer(said, text.lower())
        if match[1] in GIVEN_NAMES
    }


def _may_be_name(words: Iterable[str]) -> Iterator[str]:
    """The words that can be renamed without renaming anything else."""
    for word in words:
        name = word.replace("’", "'").removesuffix("'s")
        known = name in GIVEN_NAMES or name in SURNAMES or not is_ordinary(name)
        if len(name) > 1 and name not in _RESERVED and known:
            yield name


def _rename(
    transcript: Transcript, old: Sequence[str], names: Sequence[str], chance: Random
) -> Transcript:
    free = [name for name in names if name.lower() not in old]
    chance.shuffle(free)
    new = {name: free[place % len(free)] for place, name in enumerate(old)}

    def swap(match: re.Match[str]) -> str:
        word = match[0].replace("’", "'")
        bare = word.removesuffix("'s").removesuffix("'S")
        name = new.get(bare.lower())
        if name is None:
            return match[0]
        written = name.upper() if bare.isupper() else name if bare[0].isupper() else name.lower()
        return written + word[len(bare) :]

    def write(text: str) -> str:
        return _WORD.sub(swap, text)

    return replace(
        transcript,
        agent_ids=tuple(map(write, transcript.agent_ids)),
        utterances=tuple(
            replace(each, text=write(each.text), agent_id=each.agent_id and write(each.agent_id))
            for each in transcript.utterances
        ),
    )
