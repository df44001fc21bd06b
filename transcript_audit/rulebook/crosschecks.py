"""What a single file's shape cannot tell: names that must exist elsewhere, examples, phrases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from transcript_audit.model import AGENT_ACTS, QUALIFIERS, TOPICS, speaker_of
from transcript_audit.rulebook.dialogues import parse_dialogue
from transcript_audit.rulebook.schema import (
    ActPresent,
    DialogueExamples,
    PatternSet,
    Profile,
    Reading,
    Rule,
    TextExamples,
)
from transcript_audit.rulebook.shelf import Placed, Shelf
from transcript_audit.rulebook.yaml_files import KEY, Place, say_allowed

TEXT_KEYS = ("LOWER", "ORTH", "TEXT", "NORM", "SHAPE", "PREFIX", "SUFFIX")
FLAG_KEYS = ("IS_ALPHA", "IS_DIGIT", "IS_PUNCT", "IS_SENT_START", "LIKE_NUM")
TOKEN_KEYS = (*TEXT_KEYS, "LENGTH", "OP", *FLAG_KEYS)
"""What spaCy's Matcher can tell of a token without a trained model, and without regexes."""

LIST_COMPARISONS = ("IN", "NOT_IN")
NUMBER_COMPARISONS = (*LIST_COMPARISONS, "==", "!=", ">=", "<=", ">", "<")
"""What a token attribute may be compared by, beside being the same."""

TOKEN_OPERATORS = ("?", "!")
"""How often a token may come; with '*', '+' or '{n,m}' the ways to match would have no bound."""

MOST_OPTIONAL = 5
"""Tokens with '?' in a token pattern: each doubles the ways in which the Matcher may go on."""

LONGEST_TOKEN = 1_000
"""Characters that a token's length can be compared with."""

_WORD = r"(?:@[a-z0-9]+(?:[-_][a-z0-9]+)*|[\w'’&£€%]+(?:-[\w'’]+)*)"
_PHRASE_PART = re.compile(rf"\.\.\.?|{_WORD}(?:/{_WORD})*\??")
MOST_PARTS = 50
"""Words and gaps of a phrase, or tokens of a token pattern."""

_SYNTAX = "allowed: words, a/b, word?, @list, '..', '...', and '^' first or '$' last, set apart"


def check_shelf(shelf: Shelf) -> None:
    """Notes every fault that shows only when the files are seen together."""
    for rule in shelf.rules.values():
        _check_rule(rule)
    for pattern in shelf.patterns.values():
        _check_pattern(pattern, shelf)
    for reading in shelf.readings:
        _check_reading(reading, shelf)
    for profile in shelf.profiles.values():
        _check_profile(profile, shelf)
    for parts in shelf.lists.values():
        for words in parts:
            _check_list(words)
    _check_relevance(shelf)


def _check_rule(placed: Placed[Rule]) -> None:
    rule = placed.item
    _check_file_name(placed, rule.id)
    if isinstance(rule.check, ActPresent):
        for number, act in enumerate(rule.check.acts):
            if act not in AGENT_ACTS:
                allowed = say_allowed(act, AGENT_ACTS)
                placed.add_fault(("check", "acts", number), f"{act!r} is no agent's act; {allowed}")
    _check_examples(placed, rule.examples)
    for key, marked in (("match", True), ("no_match", False), ("todo_match", True)):
        for number, block in enumerate(getattr(rule.examples, key)):
            _check_dialogue(placed, ("examples", key, number), block, marked)


def _check_dialogue(placed: Placed[Rule], place: Place, block: str, marked: bool) -> None:
    try:
        lines = parse_dialogue(block)
    except ValueError as error:
        placed.add_fault(place, str(error))
        return
    if marked != any(line.evidence for line in lines):
        placed.add_fault(
            place,
            "no line is marked; mark the evidence with '> ' in front"
            if marked
            else "a line is marked '> '; a dialogue without a finding has no evidence",
        )


def _check_pattern(placed: Placed[PatternSet], shelf: Shelf) -> None:
    pattern = placed.item
    allowed = QUALIFIERS.get(pattern.act, ())
    if allowed and pattern.qualifier not in allowed:
        what = f"{pattern.qualifier!r} is no" if pattern.qualifier else "there must be a"
        problem = f"{what} qualifier of {pattern.act}; {say_allowed(pattern.qualifier, allowed)}"
        placed.add_fault(("qualifier",), problem)
    if pattern.qualifier and not allowed:
        placed.add_fault(("qualifier",), f"{pattern.act} has no qualifier; leave the key out")
    if not pattern.id.startswith(f"{pattern.act}/"):
        placed.add_fault(
            ("id",), f"{pattern.id!r} must begin with its act; allowed: '{pattern.act}/...'"
        )
    usual = speaker_of(pattern.act)
    if pattern.speaker is not usual:
        placed.add_fault(("speaker",), f"{pattern.act} is an act of the {usual}; allowed: {usual}")
    if not pattern.phrases and not pattern.tokens:
        placed.add_fault((), f"{pattern.id!r} has no patterns; give 'phrases' or 'tokens'")
    for number, phrase in enumerate(pattern.phrases):
        _check_phrase(placed.add_fault, ("phrases", number), phrase, shelf)
    for number, phrase in enumerate(pattern.unless):
        _check_phrase(
            placed.add_fault, ("unless", number), phrase.removeprefix("turn:").strip(), shelf
        )
    _check_tokens(placed)
    _check_examples(placed, pattern.examples)


def _check_tokens(placed: Placed[PatternSet]) -> None:
    for number, tokens in enumerate(placed.item.tokens):
        for problem in _find_pattern_faults(tokens):
            placed.add_fault(("tokens", number), problem)
        for index, token in enumerate(tokens):
            for key in token:
                if key not in TOKEN_KEYS:
                    placed.add_fault(
                        ("tokens", number, index, key, KEY),
                        f"the token attribute {key!r} needs a trained model or a regular "
                        f"expression, or does not exist; {say_allowed(key.upper(), TOKEN_KEYS)}",
                    )
                    continue
                for problem in _find_token_faults(key, token[key]):
                    placed.add_fault(("tokens", number, index, key), problem)


def _find_pattern_faults(tokens: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """What is wrong with the tokens of a pattern together."""
    optional = sum(token.get("OP") == "?" for token in tokens)
    if len(tokens) > MOST_PARTS:
        yield f"{len(tokens)} tokens in a pattern; allowed: up to {MOST_PARTS}; shorten it"
    if optional > MOST_OPTIONAL:
        yield (
            f"{optional} tokens with OP '?' in a pattern; allowed: up to {MOST_OPTIONAL}; "
            "split it into several patterns"
        )
    if not any(token.keys() - {"OP"} and token.get("OP") not in ("?", "!") for token in tokens):
        yield "the token pattern would match anything; give a token it must have"


def _find_token_faults(key: str, value: object) -> Iterator[str]:
    """What is wrong with the value of a token attribute."""
    if key == "OP":
        if value not in TOKEN_OPERATORS:
            yield f"{value!r:.60} is no operator; {say_allowed(str(value), TOKEN_OPERATORS)}"
    elif key in FLAG_KEYS:
        if not isinstance(value, bool):
            yield f"{value!r:.60}: expected true or false"
    elif isinstance(value, dict):
        yield from _find_comparison_faults(key, value)
    elif not _is_compared(key, value):
        yield f"{value!r:.60}: expected {_compared(key)}, or a comparison"


def _find_comparison_faults(key: str, comparisons: Mapping[object, object]) -> Iterator[str]:
    """What is wrong with what a token attribute is compared by."""
    allowed = NUMBER_COMPARISONS if key == "LENGTH" else LIST_COMPARISONS
    if not comparisons:
        yield f"compared with nothing; {say_allowed('', allowed)}"
    for name, value in comparisons.items():
        if name not in allowed:
            yield (
                f"{name!r:.60} is no comparison, or needs a regular expression; "
                f"{say_allowed(str(name), allowed)}"
            )
        elif name not in LIST_COMPARISONS:
            if not _is_compared(key, value):
                yield f"{value!r:.60}: expected {_compared(key)}"
        elif not (isinstance(value, list) and value and all(_is_compared(key, v) for v in value)):
            yield f"{value!r:.60}: expected a list, each {_compared(key)}"


def _is_compared(key: str, value: object) -> bool:
    """Whether a token attribute can be the same as the value."""
    if key == "LENGTH":
        return type(value) is int and 0 <= value <= LONGEST_TOKEN
    return isinstance(value, str) and value.isprintable()


def _compared(key: str) -> str:
    return f"a number from 0 to {LONGEST_TOKEN}" if key == "LENGTH" else "a text (put it in quotes)"


def _check_phrase(
    add_fault: Callable[[Place, str], None], place: Place, phrase: str, shelf: Shelf
) -> None:
    parts = phrase.split()
    body = parts[1:] if parts[:1] == ["^"] else parts
    body = body[:-1] if body[-1:] == ["$"] else body
    if len(body) > MOST_PARTS:
        add_fault(place, f"{len(body)} parts in a phrase; allowed: up to {MOST_PARTS}; shorten it")
        return
    for part in body:
        if not _PHRASE_PART.fullmatch(part):
            add_fault(place, f"{part!r} is not part of a phrase; {_SYNTAX}")
    for name in re.findall(r"@([\w-]+)", phrase):
        if shelf.lacks_list(name):
            add_fault(place, f"no word list '@{name}'; {say_allowed(name, list(shelf.lists))}")
    if all(part.startswith(".") or part.endswith("?") for part in body):
        add_fault(place, f"the phrase {phrase!r} would match anything; give a word it must have")


def _check_reading(placed: Placed[Reading], shelf: Shelf) -> None:
    for number, cue in enumerate(placed.item.cues):
        _check_phrase(placed.add_fault, ("cues", number), cue, shelf)
    for number, stop in enumerate(placed.item.stops):
        _check_phrase(placed.add_fault, ("stops", number), stop, shelf)


def _check_list(placed: Placed[tuple[str, ...]]) -> None:
    if not placed.item:
        placed.add_fault((), "the word list is empty; give at least one word")
    for number, entry in enumerate(placed.item):
        for word in entry.split():
            if not re.fullmatch(_WORD, word) or word.startswith("@"):
                placed.add_fault((number,), f"{word!r} is not a word; allowed: plain words")


def _check_profile(placed: Placed[Profile], shelf: Shelf) -> None:
    profile = placed.item
    _check_file_name(placed, profile.id)
    named: list[Place] = [("rule_strength", rule, KEY) for rule in profile.rule_strength]
    named += [("quality", "rule_weights", rule, KEY) for rule in profile.quality.rule_weights]
    for place in named:
        rule_id = str(place[-2])
        if rule_id not in shelf.rules and not shelf.has_file(f"checks/{rule_id}.yaml"):
            allowed = say_allowed(rule_id, list(shelf.rules))
            placed.add_fault(place, f"there is no rule {rule_id!r}; {allowed}")
    chain, base = [profile.id], profile.extends
    while base is not None:
        if base in chain:
            placed.add_fault(("extends",), f"goes in a circle: {' -> '.join([*chain, base])}")
            return
        if base not in shelf.profiles:
            if len(chain) == 1 and not shelf.has_file(f"profiles/{base}.yaml"):
                allowed = say_allowed(base, list(shelf.profiles))
                placed.add_fault(("extends",), f"there is no profile {base!r}; {allowed}")
            return
        chain.append(base)
        base = shelf.profiles[base].item.extends


def _check_relevance(shelf: Shelf) -> None:
    missing = [topic for topic in TOPICS if topic not in shelf.relevance]
    tables = [file for file in shelf.files if file.name == "relevance.yaml"]
    if missing and not any(file.faults for file in tables):
        problem = f"no entry for {', '.join(missing)}; every topic has one (an empty list is fine)"
        if tables:
            tables[0].add_fault(("relevance",), problem)
        else:
            shelf.misplaced.append(f"relevance.yaml: missing: {problem}")


def _check_file_name(placed: Placed[Rule] | Placed[Profile], name: str) -> None:
    if placed.file.path.stem != name:
        placed.add_fault(
            ("id",), f"the id {name!r} must be the file's name; allowed: {placed.file.path.stem}"
        )


def _check_examples(
    placed: Placed[Rule] | Placed[PatternSet], examples: DialogueExamples | TextExamples
) -> None:
    sides: Sequence[tuple[str, tuple[str, ...]]] = (
        ("match", examples.match),
        ("no_match", examples.no_match),
    )
    for key, blocks in sides:
        if not blocks:
            placed.add_fault(("examples", key), "no example; give at least one of each side")
