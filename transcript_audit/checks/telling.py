"""Turns, acts and counts in the words of a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from transcript_audit.checks.facts import Facts
from transcript_audit.model import Act


def name_turns(facts: Facts, items: Iterable[Act | int]) -> str:
    """The source turns of acts or turn indices, for a sentence ("turns 4 and 9")."""
    numbers = sorted(
        {
            facts.turns[item].parts[0].number
            if isinstance(item, int)
            else facts.turns[item.turn].part_at(item.span[0]).number
            for item in items
        }
    )
    words = [str(number) for number in numbers]
    if len(words) == 1:
        return f"turn {words[0]}"
    return f"turns {', '.join(words[:-1])} and {words[-1]}"


def count(number: int, noun: str) -> str:
    """How many of something ("1 wait", "2 waits")."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def name_acts(acts: Iterable[Act]) -> list[str]:
    """The names of acts, each once, in their order."""
    return list(dict.fromkeys(act.name for act in acts))


def tell_request(facts: Facts) -> str:
    """Where the customer asked to cancel, a sentence."""
    request = facts.episode.request
    if request is None:
        return "Nobody asked to cancel."
    return f"The customer asked to cancel in {name_turns(facts, [request])}."
