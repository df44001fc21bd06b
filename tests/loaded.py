"""The built-in rules and what recognises acts by them, one of each for all tests of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.rulebook import RuleBook, load_rulebook

_RECOGNISERS: dict[tuple[str, bool], Recogniser] = {}


@cache
def built_in(profile: str = "default") -> RuleBook:
    """The built-in rules under a profile; reading them takes half a second."""
    return load_rulebook(profile=profile)


def rulebook_once(directory: Path | None = None, profile: str = "default") -> RuleBook:
    """What `load_rulebook` gives; rules of one's own may have changed and are read each time."""
    return built_in(profile) if directory is None else load_rulebook(directory, profile)


def recogniser_once(
    rulebook: RuleBook, *, patterns_only: bool = False, pipeline: str | None = None
) -> Recogniser:
    """What `load_recogniser` gives, made once for each rule book; pipelines each time."""
    if pipeline is not None:
        return load_recogniser(rulebook, patterns_only=patterns_only, pipeline=pipeline)
    key = rulebook.digest, patterns_only
    if key not in _RECOGNISERS:
        _RECOGNISERS[key] = load_recogniser(rulebook, patterns_only=patterns_only)
    return _RECOGNISERS[key]
