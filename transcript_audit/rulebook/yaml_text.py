"""YAML text as nodes and plain data, by ruamel.yaml; what rule files may not hold is a fault."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

LONGEST_FAULT = 1_000
"""Characters in which a fault is told; a key alone can have half a million."""


class _WrittenOut(Composer):
    """Composes what is written out: by aliases a few lines can stand for millions."""

    def compose_node(self, parent: Node | None, index: object) -> Node | None:
        """The next node; an alias is a fault."""
        if self.parser.check_event(AliasEvent):
            mark = self.parser.peek_event().start_mark
            problem = "an alias (*name), which is not read in rule files; write it out"
            raise ComposerError(None, None, problem, mark)
        node: Node | None = super().compose_node(parent, index)
        return node


class _PlacedFaults(SafeConstructor):
    """Constructs plain data; a value that isn't what it looks like is a fault with its place."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        """The data of a node."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, ArithmeticError) as error:
            problem = f"a value that cannot be read ({str(error)[:120]}); put a text in quotes"
            raise ConstructorError(None, None, problem, node.start_mark) from error


def parse_yaml(text: str) -> tuple[Node | None, Any]:
    """The nodes and the data of YAML text.

    Raises:
        YAMLError, RecursionError: it is none, or too deep; `tell_fault` says what is wrong.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.Constructor = _WrittenOut, _PlacedFaults
    node = yaml.compose(text)
    return node, None if node is None else yaml.constructor.construct_document(node)


def parse_quickly(text: str) -> Any:
    """The data of YAML text of ours, seven times as fast, but nested deep enough a text ends the
    process.

    Raises:
        YAMLError: it is none.
    """
    return YAML(typ="safe").load(text)


def tell_fault(error: YAMLError | RecursionError) -> str:
    """Line, column and words of what is wrong with a text."""
    if not isinstance(error, MarkedYAMLError):
        return f"1:1: not YAML: {' '.join(str(error).split())[:200]}"
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    words = " ".join(part for part in (error.problem, error.context) if part).split()
    return f"{line}:{column}: not YAML: {' '.join(words)[:LONGEST_FAULT]}"


def find_position(
    node: Node | None, place: tuple[int | str, ...], key_mark: str
) -> tuple[int, int]:
    """Line and column, both from 1, of the deepest node on `place` that is there.

    Args:
        key_mark: as the last part of a place, it means the key itself.
    """
    if node is None:
        return 1, 1
    for number, part in enumerate(place):
        pair = _child(node, part)
        if pair is None:  # the tag of a union, a missing key, or the mark of a key
            continue
        key, value = pair
        node = key if place[number + 1 :] == (key_mark,) else value
    return node.start_mark.line + 1, node.start_mark.column + 1


def _child(node: Node, part: int | str) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(part)), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
