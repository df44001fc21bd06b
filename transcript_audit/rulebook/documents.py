"""The rule book for people and editors: a Markdown page, and JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from transcript_audit.model import OFFER_KINDS, TOPICS
from transcript_audit.rulebook.schema import (
    ListFile,
    PatternFile,
    Profile,
    ReadingFile,
    RelevanceFile,
    Rule,
    RuleBook,
    Shape,
)

SCHEMAS: dict[str, type[Shape]] = {
    "lists": ListFile,
    "patterns": PatternFile,
    "profile": Profile,
    "readings": ReadingFile,
    "relevance": RelevanceFile,
    "rule": Rule,
}

_HEAD = """\
# The rules

<!-- Written by `transcript-audit rules docs` from the files in rules/; change those instead. -->

Every rule of [the policy](policy.md) is a file in `rules/checks/`. It says what is judged, in
words, and how it is checked. The examples in a file are part of it: `transcript-audit rules test`
audits each of them, and a rule without examples of both sides doesn't load.
"""

_OWN = """\
## Your own rules

Give any command `--rules DIR`. `DIR` has the layout of `rules/` and holds only what differs:

| file | what it does to the built-in rules |
|---|---|
| `checks/ID.yaml` | replaces the rule of that id, or adds one |
| `acts/NAME.yaml` | each pattern in it replaces the one of the same id, or is added |
| `profiles/ID.yaml` | replaces the profile of that id, or adds one for `--profile ID` |
| `lists.yaml` | adds its words to the lists of the same name, or adds lists |
| `readings.yaml` | adds its readings |
| `relevance.yaml` | replaces the lines of its topics |

`transcript-audit rules lint --rules DIR` names every fault at once, with file, line and column.
`rules/schema/*.json` are JSON Schemas for editors that check YAML while you type.

## How phrases are written

Patterns in `rules/acts/` are matched on normalised words: lower case, no punctuation, contractions
spelled out ("dont", "don't" and "do not" are the same), fillers and restarts dropped. So one phrase
works for clean text, chat and speech recognition.

| write | to match |
|---|---|
| `a/b/c` | any one of these words |
| `word?` | the word, or nothing |
| `@list` | any entry of a word list from `lists.yaml` |
| `..` | a gap of up to 3 words |
| `...` | a gap of up to 6 words |
| `^ ...` first | only at the beginning of a turn or sentence |
| `... $` last | only at the end of a turn or sentence |
| `turn: ...` (in `unless`) | anywhere in the turn |

`strength`, 0 to 1, says how often a pattern is right when it hits. In the usual run it is one of
the things that the learned model looks at, beside the words around it, and the model says how sure
an act is; so a built-in pattern can hit and still not count. With `--patterns-only` it is the
strength of the act itself. A pattern of your own files (`--rules`) always counts by its own
strength, even where the model doubts it. Acts weaker than the profile's `minimum_strength` (or
`act_strength`) don't count.

There are no regular expressions. Rarely, a pattern needs spaCy Matcher `tokens`, compared
with words, lists (`IN`, `NOT_IN`) or, for `LENGTH`, numbers, and with `OP` `?` or `!` alone, up to
five of them with `?`. A phrase has up to 50 parts, and a token pattern as many tokens. YAML aliases
(`*name`) are not read, and a file has up to 512 KB. Links out of the rules folder are not followed.
A cue of `readings.yaml` before or after the words ("don't", "if I", "she said", "last year") takes
their meaning away.
"""


def rules_page(rulebook: RuleBook, profiles: Sequence[Profile]) -> str:
    """The rule book as a Markdown page; the same for the same files."""
    sections = [
        _HEAD,
        _overview(rulebook.rules),
        *(_rule_section(rule) for rule in rulebook.rules),
        _profiles_section(profiles),
        _relevance_section(rulebook),
        _OWN,
    ]
    return "\n".join(sections)


def editor_schemas() -> dict[str, str]:
    """A JSON Schema for each kind of rule file, by the name of its file."""
    return {
        f"{name}.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **shape.model_json_schema(),
            },
            indent=2,
        )
        + "\n"
        for name, shape in SCHEMAS.items()
    }


def check_words(rule: Rule) -> str:
    """A rule's check kind, with its parameters in brackets."""
    parameters = rule.check.model_dump(mode="json", exclude={"kind"})
    shown = "; ".join(
        f"{key}: {', '.join(value) if isinstance(value, list) else value}"
        for key, value in parameters.items()
    )
    return f"{rule.check.kind} ({shown})" if shown else rule.check.kind


def _overview(rules: Iterable[Rule]) -> str:
    rows = ([f"[`{r.id}`](#{r.id})", str(r.family), str(r.severity), r.title] for r in rules)
    return _table(["rule", "family", "severity", "what"], rows)


def _rule_section(rule: Rule) -> str:
    return "\n".join(
        [
            f"## {rule.id}",
            "",
            f"**{rule.title}** ({rule.family}, {rule.severity}). {rule.description}",
            "",
            f"- **Message:** {rule.message}",
            f"- **Checked by:** {check_words(rule)}",
            f"- **Coaching:** {rule.coaching}",
            *([f"- **Say instead:** {rule.say_instead}"] if rule.say_instead else []),
            f"- **What clears it:** {rule.cleared_by}",
            *(f"- **May be wrong when:** {each}" for each in rule.false_positives),
            f"- **References:** {'; '.join(rule.references)}",
            "",
            "Flagged (`>` marks the evidence):",
            "",
            _quoted(rule.examples.match[0]),
            "",
            "Not flagged:",
            "",
            _quoted(rule.examples.no_match[0]),
            "",
        ]
    )


def _quoted(dialogue: str) -> str:
    return f"```text\n{dialogue.strip()}\n```"


def _profiles_section(profiles: Sequence[Profile]) -> str:
    names = [
        name
        for name in Profile.model_fields
        if name not in {"id", "title", "description", "citations", "extends"}
    ]
    rows = ([f"`{name}`", *(_threshold(getattr(p, name)) for p in profiles)] for name in names)
    parts = [
        "## Profiles",
        "",
        "A profile holds the thresholds under which calls are judged; choose one with `--profile`.",
        "",
        _table(["threshold", *(f"`{profile.id}`" for profile in profiles)], rows),
    ]
    for profile in profiles:
        parts += [f"### {profile.id}: {profile.title}", "", profile.description, ""]
        parts += [f"- {citation}" for citation in profile.citations]
        parts += [""]
    return "\n".join(parts)


def _threshold(value: object) -> str:
    if isinstance(value, Shape):
        parts = {key: _threshold(part) for key, part in value.model_dump(mode="json").items()}
        return "; ".join(f"{key}: {part}" for key, part in parts.items())
    if isinstance(value, dict):
        return ", ".join(f"{key} {number}" for key, number in value.items()) or "none"
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)


def _relevance_section(rulebook: RuleBook) -> str:
    rows = (
        [topic, ", ".join(kind for kind in OFFER_KINDS if kind in rulebook.relevance[topic])]
        for topic in TOPICS
    )
    table = _table(["concern", "offers that can help"], rows)
    return f"## Which offer helps with which concern\n\n{table}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines
    )
