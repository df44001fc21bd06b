"""What takes long to make, once for all tests of a process: rules, recognisers, commands."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from typer import testing

from transcript_audit.acts import Recogniser, load_recogniser
from transcript_audit.rulebook import RuleBook, load_rulebook, yaml_files

_RECOGNISERS: dict[tuple[str, bool], Recogniser] = {}


def build_commands_once() -> None:
    """From now on, what Typer makes of the commands is made once, not for each run of one."""
    testing._get_command = cache(testing._get_command)


def parse_rule_files_once() -> None:
    """From now on, rule files of the same text are parsed once: nearly all that loading takes."""
    parse = yaml_files._parse
    yaml_files._parse = lru_cache(maxsize=200)(parse.__wrapped__)


@cache
def built_in(profile: str = "default") -> RuleBook:
    """The built-in rules under a profile."""
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
