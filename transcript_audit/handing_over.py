"""How nouns pickle: as their values, since processes hand over hundreds of them a call."""

from __future__ import annotations

from copyreg import __newobj__  # type: ignore[attr-defined]
from operator import attrgetter
from typing import Any, TypeVar

Noun = TypeVar("Noun")


def handed_over(kind: type[Noun]) -> type[Noun]:
    """The dataclass, of two fields or more, which pickles as their values in their order.

    What dataclasses give to frozen, slotted classes looks their fields up for every instance; a
    call of a thousand words has hundreds, and several processes hand them over twice.
    """
    values: Any = attrgetter(*getattr(kind, "__match_args__", ()))

    def reduce(self: Any) -> tuple[Any, ...]:
        if type(self) is not kind:  # a subclass may have more than the values known here
            return __newobj__, (type(self),), self.__getstate__()
        return kind, values(self)

    kind.__reduce__ = reduce  # type: ignore[method-assign]
    return kind
