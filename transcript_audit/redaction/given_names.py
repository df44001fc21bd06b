"""Names of people, and which of them are ordinary words as well."""

from __future__ import annotations

from importlib.resources import files


def read_words(name: str) -> frozenset[str]:
    """The words of a list that lies beside this module."""
    return frozenset(files(__package__).joinpath(name).read_text("utf-8").split())


ALSO_WORDS = read_words("names_also_words.txt")
"""Redacted as a name only where they are evidently meant as one."""

GIVEN_NAMES = read_words("given_names.txt")
"""Given names; nearly all of them are nothing else in a call."""

SURNAMES = read_words("surnames.txt")
"""Surnames that are no ordinary words, no given names and no towns."""
