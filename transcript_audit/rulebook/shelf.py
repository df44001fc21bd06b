"""What the rule files of one or two directories say, before it is a `RuleBook`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from transcript_audit.rulebook.schema import (
    Kinds,
    ListFile,
    PatternFile,
    PatternSet,
    Profile,
    Reading,
    ReadingFile,
    RelevanceFile,
    Rule,
    Words,
)
from transcript_audit.rulebook.yaml_files import (
    Place,
    RuleFile,
    names_held,
    read_items,
    read_rule_file,
    read_shape,
    say_allowed,
)

LAYOUT = (
    "lists.yaml",
    "readings.yaml",
    "relevance.yaml",
    "acts/*.yaml",
    "checks/*.yaml",
    "profiles/*.yaml",
)
READ_ELSEWHERE = ("roles.yaml",)
"""Built-in files that other stages read; they count for the digest only."""

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Placed(Generic[ItemT]):
    """Something read from a rule file, and where it stands."""

    item: ItemT
    file: RuleFile
    place: Place = ()

    def add_fault(self, place: Place, problem: str) -> None:
        """Notes a fault at `place` inside the item."""
        self.file.add_fault((*self.place, *place), problem)


@dataclass(slots=True)
class Shelf:
    """What was read so far, by id; a later directory replaces what has the same id, or adds."""

    rules: dict[str, Placed[Rule]] = field(default_factory=dict)
    patterns: dict[str, Placed[PatternSet]] = field(default_factory=dict)
    profiles: dict[str, Placed[Profile]] = field(default_factory=dict)
    lists: dict[str, list[Placed[tuple[str, ...]]]] = field(default_factory=dict)
    readings: list[Placed[Reading]] = field(default_factory=list)
    relevance: dict[str, Placed[frozenset[str]]] = field(default_factory=dict)
    files: list[RuleFile] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)

    def has_file(self, name: str) -> bool:
        """Whether there is a file of that name, even one with faults."""
        return any(file.name == name for file in self.files)

    def lacks_list(self, name: str) -> bool:
        """Whether no word list is called so, as far as the files can be read."""
        unread = any(file.name == "lists.yaml" and file.data is None for file in self.files)
        return name not in self.lists and not unread

    @property
    def faults(self) -> list[str]:
        """Every fault found so far."""
        return [*self.misplaced, *(fault for file in self.files for fault in file.faults)]


def fill_shelf(shelf: Shelf, directory: Path, built_in: bool = False) -> None:
    """Reads every rule file of `directory` onto the shelf; faults are noted, not raised.

    Args:
        built_in: they are our own files, some of which other stages read.
    """
    besides = READ_ELSEWHERE if built_in else ()
    if not directory.is_dir():
        shelf.misplaced.append(
            f"{directory}: no such directory; expected one with {', '.join(LAYOUT)}"
        )
        return
    names = sorted(
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.suffix.lower() in {".yaml", ".yml"} and path.is_file()
    )
    if not names:
        shelf.misplaced.append(f"{directory}: no rule files; expected {', '.join(LAYOUT)}")
    used: dict[str, str] = {}
    for name in names:
        if not _is_in_layout(name) and name not in besides:
            shelf.misplaced.append(
                f"{directory / name}:1:1: rules are not read from here; {say_allowed(name, LAYOUT)}"
            )
            continue
        if not (directory / name).resolve().is_relative_to(directory.resolve()):
            shelf.misplaced.append(
                f"{directory / name}:1:1: a link out of the rules folder, which is not followed; "
                "put the file itself there"
            )
            continue
        file = read_rule_file(directory / name, name, built_in)
        shelf.files.append(file)
        if name not in besides:
            _shelve(shelf, file, used)


def _is_in_layout(name: str) -> bool:
    folder, _, file_name = name.rpartition("/")
    return name in LAYOUT or (f"{folder}/*.yaml" in LAYOUT and file_name.endswith(".yaml"))


def _shelve(shelf: Shelf, file: RuleFile, used: dict[str, str]) -> None:
    folder = file.name.partition("/")[0]
    if folder == "acts":
        for place, pattern in read_items(file, PatternFile, "patterns", PatternSet):
            placed = Placed(pattern, file, ("patterns", place))
            _shelve_once(shelf.patterns, pattern.id, placed, used)
    elif folder == "checks":
        if rule := read_shape(file, Rule):
            _shelve_once(shelf.rules, rule.id, Placed(rule, file), used)
    elif folder == "profiles":
        if profile := read_shape(file, Profile):
            _shelve_once(shelf.profiles, profile.id, Placed(profile, file), used)
    else:
        _shelve_table(shelf, file)


def _shelve_table(shelf: Shelf, file: RuleFile) -> None:
    if file.name == "lists.yaml":
        for known in names_held(file, "lists"):
            shelf.lists.setdefault(known, [])
        for name, words in read_items(file, ListFile, "lists", Words):
            place: Place = ("lists", name)
            shelf.lists.setdefault(str(name), []).append(Placed(words, file, place))
    elif file.name == "readings.yaml":
        for number, reading in read_items(file, ReadingFile, "readings", Reading):
            shelf.readings.append(Placed(reading, file, ("readings", number)))
    elif file.name == "relevance.yaml":
        for topic, kinds in read_items(file, RelevanceFile, "relevance", Kinds):
            place = ("relevance", topic)
            shelf.relevance[str(topic)] = Placed(frozenset(kinds), file, place)


def _shelve_once(
    shelf: dict[str, Placed[ItemT]], name: str, placed: Placed[ItemT], used: dict[str, str]
) -> None:
    """Shelves `placed`; an id used twice in the same directory is a fault."""
    key = f"{placed.file.name.partition('/')[0]}/{name}"
    if key in used:
        placed.add_fault(("id",), f"the id {name!r} is taken by {used[key]}; ids are unique")
        name = f"{name} in {placed.file.name}, {placed.place}"  # so that both are checked
    used.setdefault(key, placed.file.name)
    shelf[name] = placed
