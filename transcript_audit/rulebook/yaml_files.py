"""One rule file: its text as plain data, and the line and column of everything in it."""

# ruff: noqa: PLC0415 - what an earlier process has parsed needs no YAML

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from transcript_audit.cached_files import digest_of, load_or_make
from transcript_audit.errors import did_you_mean

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

Place = tuple[int | str, ...]
"""A path of keys and indices into a file's data; a last "[key]" means the key itself."""

KEY = "[key]"
LARGEST = 1 << 19
"""Bytes of a rule file; the largest built-in one has a twentieth of them."""

MOST_FAULTS = 200
"""Faults in the shape of a file that are told."""

LONGEST_FAULT = 1_000
"""Characters in which a fault is told; a key alone can have half a million."""

ShapeT = TypeVar("ShapeT", bound=BaseModel)
ItemT = TypeVar("ItemT")


@dataclass(slots=True)
class RuleFile:
    """A file of the rule book while it is being checked.

    Attributes:
        path: where it is; faults name it as `shown`.
        name: its path inside the rules directory, with forward slashes.
        text: what the file holds, line ends as "\n".
        data: what it says as dicts, lists, texts and numbers (YAML 1.2: `no` is a text).
        faults: `file:line:column: what, what is allowed`, in the order found.
        node: the nodes of the text, or None while nothing has asked where they stand.
    """

    path: Path
    name: str
    text: str = ""
    data: Any = None
    faults: list[str] = field(default_factory=list)
    node: Node | None = None

    def add_fault(self, place: Place, problem: str) -> None:
        """Notes a fault at `place`."""
        from ruamel.yaml.error import YAMLError

        from transcript_audit.rulebook.yaml_text import find_position

        if self.node is None and self.text:
            with suppress(YAMLError, RecursionError):
                self.node, _ = _parse(self.text)
        line, column = find_position(self.node, place, KEY)
        if len(problem) > LONGEST_FAULT:
            problem = f"{problem[:LONGEST_FAULT]}…"
        self.faults.append(f"{self.path}:{line}:{column}: {problem}")


def read_rule_file(path: Path, name: str, built_in: bool = False) -> RuleFile:
    """The file with its data; one that is not YAML has `faults` and no data.

    Args:
        built_in: it is one of ours, so that what it says may be known from an earlier process.
    """
    file = RuleFile(path, name)
    try:
        if path.stat().st_size > LARGEST:
            file.faults.append(f"{path}:1:1: larger than {LARGEST >> 10} KB; split the file")
            return file
        file.text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        file.faults.append(f"{path}:1:1: not UTF-8 (byte {error.start}); save the file as UTF-8")
    except OSError as error:
        file.faults.append(f"{path}:1:1: cannot be read: {error.strerror}")
    else:
        known = _built_in_data(path.parents[name.count("/")]) if built_in else {}
        file.data = known.get(digest_of([file.text.encode()]))
        if file.data is None:
            _read_yaml(file)
    return file


def _read_yaml(file: RuleFile) -> None:
    from ruamel.yaml.error import YAMLError

    from transcript_audit.rulebook.yaml_text import tell_fault

    try:
        file.node, file.data = _parse(file.text)
    except (YAMLError, RecursionError) as error:
        file.faults.append(f"{file.path}:{tell_fault(error)}")


@cache
def _built_in_data(directory: Path) -> dict[str, Any]:
    """What our own rule files say, by the digest of their text, as far as they are YAML."""
    files = sorted(directory.rglob("*.yaml"))
    try:
        texts = [file.read_text(encoding="utf-8-sig") for file in files]
        code = Path(__file__).with_name("yaml_text.py").read_bytes()
    except (OSError, UnicodeDecodeError):
        return {}
    key = digest_of([code, *(text.encode() for text in texts)])

    def parse() -> dict[str, Any]:
        from ruamel.yaml.error import YAMLError

        from transcript_audit.rulebook.yaml_text import parse_quickly

        data = {}
        for text in texts:
            with suppress(YAMLError):  # what is wrong, and where, is told when the file is read
                data[digest_of([text.encode()])] = parse_quickly(text)
        return data

    return load_or_make("rules", key, dict[str, Any], parse)


@lru_cache(maxsize=2)
def _parse(text: str) -> tuple[Node | None, Any]:
    """The nodes and the data of YAML text; the last ones are kept, as two stages read one file."""
    from transcript_audit.rulebook.yaml_text import parse_yaml

    return parse_yaml(text)


def read_shape(file: RuleFile, shape: type[ShapeT]) -> ShapeT | None:
    """The file's data as `shape`, or None after every fault was noted."""
    if file.faults:
        return None
    try:
        return shape.model_validate(file.data)
    except ValidationError as error:
        schema = shape.model_json_schema()
        for detail in _own_errors(error.errors(include_url=False)[:MOST_FAULTS]):
            file.add_fault(*_explain(detail, schema))
        if error.error_count() > MOST_FAULTS:
            file.add_fault((), f"{error.error_count() - MOST_FAULTS} more faults in this file")
        return None


def read_items(
    file: RuleFile, shape: type[BaseModel], key: str, item: type[ItemT]
) -> Iterator[tuple[int | str, ItemT]]:
    """What the file holds under `key`, each with its index or name, as far as it is right.

    Every fault of the file is noted, and does not hide the items beside it.
    """
    read_shape(file, shape)
    held = file.data.get(key) if isinstance(file.data, dict) else None
    pairs: Iterable[tuple[int | str, object]] = ()
    if isinstance(held, dict):
        pairs = held.items()
    elif isinstance(held, list):
        pairs = enumerate(held)
    adapter = TypeAdapter(item)
    for place, each in pairs:
        with suppress(ValidationError):
            yield place, adapter.validate_python(each)


def names_held(file: RuleFile, key: str) -> list[str]:
    """The names of what the file holds under `key`, right or faulty."""
    held = file.data.get(key) if isinstance(file.data, dict) else None
    return [str(name) for name in held] if isinstance(held, dict) else []


def say_allowed(name: str, allowed: Sequence[str]) -> str:
    """A clause that says what is allowed, led by the nearest name where one is near."""
    hint, listed = did_you_mean(name, allowed), ", ".join(allowed) or "nothing here"
    return f"{hint} (allowed: {listed})" if hint else f"allowed: {listed}"


def _own_errors(errors: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors without those that only follow from another one."""
    places = [error["loc"] for error in errors]
    for error in errors:
        place = error["loc"]
        emptied = error["type"] == "too_short" and any(
            other[: len(place)] == place and len(other) > len(place) for other in places
        )
        if not emptied and error["type"] != "default_factory_not_called":
            yield error


def _explain(detail: ErrorDetails, schema: dict[str, Any]) -> tuple[Place, str]:
    """Where a pydantic error stands in the file, and what to say about it."""
    place, kind, given = detail["loc"], detail["type"], detail["input"]
    here = _schema_at(schema, place)
    names, last = _names(here), str(place[-1]) if place else ""
    if kind == "extra_forbidden":
        allowed = list(_schema_at(schema, place[:-1]).get("properties", ()))
        place = (*place, KEY)
        problem = f"unknown key {last!r}; {say_allowed(last, allowed)}"
    elif kind == "missing":
        place = place[:-1]
        problem = f"key {last!r} is missing ({here.get('description', 'needed')})"
    elif kind == "union_tag_not_found":
        problem = f"key 'kind' is missing; {say_allowed('', names)}"
    elif kind == "union_tag_invalid":
        place, given = (*place, "kind"), detail["ctx"]["tag"]
        problem = f"unknown kind {given!r}; {say_allowed(str(given), names)}"
    elif kind in {"model_type", "model_attributes_type"}:
        needed = ", ".join(here.get("required", ())) or "kind"
        problem = f"{_shown(given)}: expected keys with values ({needed})"
    elif names:
        problem = f"{_shown(given)} is not known; {say_allowed(str(given), names)}"
    elif kind == "string_pattern_mismatch":
        problem = f"{_shown(given)} is no name; allowed: a-z, 0-9, '-' and '/', as in refusal-stall"
    else:
        problem = f"{_shown(given)}: {_plain(detail['msg'])}"
    return place, problem


def _plain(message: str) -> str:
    """A pydantic message in the words of a rule file."""
    words = {
        "Input should be": "expected",
        "a valid tuple": "a list",
        "a valid string": "a text (put it in quotes)",
        "a valid mapping": "keys with values",
        "a valid dictionary": "keys with values",
        "Tuple should have": "expected",
        "String should have": "expected",
        "after validation, not 0": "",
        "a valid number": "a number",
        "a valid integer": "a whole number",
    }
    for old, new in words.items():
        message = message.replace(old, new)
    return message.strip()


def _shown(given: object) -> str:
    return {dict: "keys with values", list: "a list", type(None): "nothing"}.get(
        type(given), repr(given)[:60]
    )


def _names(schema: dict[str, Any]) -> list[str]:
    """The names a schema allows, where it is a closed set."""
    if "discriminator" in schema:
        return list(schema["discriminator"]["mapping"])
    names = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    return [str(name) for name in names if name != ""]


def _schema_at(root: dict[str, Any], place: Sequence[int | str]) -> dict[str, Any]:
    """The part of a JSON Schema that describes `place`; {} where nothing does."""
    schema = root
    for part in place:
        schema = _next_schema(root, schema, part)
    return _resolve(root, schema)


def _next_schema(root: dict[str, Any], schema: dict[str, Any], part: int | str) -> dict[str, Any]:
    schema = _resolve(root, schema)
    found: Any
    if "discriminator" in schema:
        found = {"$ref": schema["discriminator"]["mapping"].get(part, "")}
    elif isinstance(part, int):
        found = schema.get("items", {})
    elif part == KEY:
        found = schema.get("propertyNames", {})
    elif part in schema.get("properties", {}):
        found = schema["properties"][part]
    else:
        found = schema.get("additionalProperties", {})
    # The key's own schema stands in `propertyNames` of the mapping, one step back from "[key]".
    if isinstance(found, dict) and "propertyNames" in schema and part != KEY:
        found = {**found, "propertyNames": schema["propertyNames"]}
    return found if isinstance(found, dict) else {}


def _resolve(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    target = schema.get("$ref", "")
    if not target:
        return schema
    definition = root.get("$defs", {}).get(target.rpartition("/")[2], {})
    return {**definition, **{key: value for key, value in schema.items() if key != "$ref"}}
