"""The built-in rules, and the user's own laid over them, to one checked `RuleBook`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from transcript_audit.errors import RuleBookError
from transcript_audit.model import Family, Severity
from transcript_audit.rulebook.crosschecks import check_shelf
from transcript_audit.rulebook.schema import Profile, QualityWeights, Rule, RuleBook
from transcript_audit.rulebook.shelf import Placed, Shelf, fill_shelf
from transcript_audit.rulebook.yaml_files import RuleFile, say_allowed


def find_rules_directory() -> Path:
    """The built-in rules: inside the installed package, else beside it in a checkout.

    Raises:
        RuleBookError: neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for directory in (package / "rules", package.parent / "rules"):
        if directory.is_dir():
            return directory
    raise RuleBookError(
        [f"{package / 'rules'}: the built-in rules are missing; install the package again"]
    )


def load_rulebook(directory: Path | None = None, profile: str = "default") -> RuleBook:
    """The rule book: the built-in rules, with those of `directory` laid over them.

    `directory` has the layout of the built-in one and holds only what differs: a rule, a
    pattern, a profile or a topic's relevance replaces the built-in one of the same id; new ones
    are added; words and readings are added to the built-in lists.

    Raises:
        RuleBookError: with every fault in every file; or no profile is called `profile`.
    """
    shelf = _checked_shelf(directory)
    if profile not in shelf.profiles:
        allowed = say_allowed(profile, list(shelf.profiles))
        raise RuleBookError([f"no profile is called {profile!r}; {allowed}"])
    return RuleBook(
        rules=_in_order(placed.item for placed in shelf.rules.values()),
        patterns=tuple(placed.item for placed in shelf.patterns.values()),
        lists={
            name: tuple(dict.fromkeys(word for placed in parts for word in placed.item))
            for name, parts in shelf.lists.items()
        },
        readings=tuple(placed.item for placed in shelf.readings),
        relevance={topic: placed.item for topic, placed in shelf.relevance.items()},
        profile=_filled_in(profile, shelf.profiles),
        digest=_digest(shelf.files),
        own_patterns=_own_patterns(shelf),
    )


def load_profiles(directory: Path | None = None) -> tuple[Profile, ...]:
    """Every profile of the same rule files, by id, with what it extends filled in.

    Raises:
        RuleBookError: with every fault in every file.
    """
    profiles = _checked_shelf(directory).profiles
    return tuple(_filled_in(name, profiles) for name in sorted(profiles))


def _checked_shelf(directory: Path | None) -> Shelf:
    shelf = Shelf()
    built_in = find_rules_directory()
    fill_shelf(shelf, built_in, built_in=True)
    if directory is not None and directory.resolve() != built_in.resolve():
        fill_shelf(shelf, directory)
    check_shelf(shelf)
    if shelf.faults:
        raise RuleBookError(shelf.faults)
    return shelf


def _own_patterns(shelf: Shelf) -> frozenset[str]:
    built_in = find_rules_directory()
    return frozenset(
        name
        for name, placed in shelf.patterns.items()
        if not placed.file.path.is_relative_to(built_in)
    )


def _in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    families, severities = tuple(Family), tuple(Severity)
    return tuple(
        sorted(
            rules,
            key=lambda rule: (
                families.index(rule.family),
                severities.index(rule.severity),
                rule.id,
            ),
        )
    )


def _filled_in(name: str, profiles: dict[str, Placed[Profile]]) -> Profile:
    """The profile with the thresholds that it leaves to the one it extends."""
    profile = profiles[name].item
    if profile.extends is None:
        return profile
    base = _filled_in(profile.extends, profiles)
    own = {key: getattr(profile, key) for key in profile.model_fields_set | {"citations"}}
    own["act_strength"] = {**base.act_strength, **profile.act_strength}
    own["rule_strength"] = {**base.rule_strength, **profile.rule_strength}
    own["quality"] = _joined_weights(base.quality, profile.quality)
    return base.model_copy(update=own)


def _joined_weights(base: QualityWeights, own: QualityWeights) -> QualityWeights:
    """The weights of a profile with those that it leaves to the one it extends."""
    return QualityWeights(
        severity_weights={**base.severity_weights, **own.severity_weights},
        rule_weights={**base.rule_weights, **own.rule_weights},
        auto_fail=own.auto_fail if "auto_fail" in own.model_fields_set else base.auto_fail,
    )


def _digest(files: Iterable[RuleFile]) -> str:
    """SHA-256 over names and texts; the same whatever the line ends of a checkout."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file.text}\0".encode())
    return digest.hexdigest()
