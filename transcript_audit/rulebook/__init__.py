"""Rule files to a checked `RuleBook`; every fault at once, each with file, line and column."""

from __future__ import annotations

from transcript_audit.rulebook.dialogues import DialogueLine, parse_dialogue
from transcript_audit.rulebook.loading import find_rules_directory, load_profiles, load_rulebook
from transcript_audit.rulebook.schema import (
    PatternSet,
    Profile,
    QualityWeights,
    Reading,
    Rule,
    RuleBook,
)

__all__ = [
    "DialogueLine",
    "PatternSet",
    "Profile",
    "QualityWeights",
    "Reading",
    "Rule",
    "RuleBook",
    "find_rules_directory",
    "load_profiles",
    "load_rulebook",
    "parse_dialogue",
]
