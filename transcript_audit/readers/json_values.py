"""JSON texts as values; what cannot be taken as one is told in one clear line."""

from __future__ import annotations

import json

from transcript_audit.errors import ReadError
from transcript_audit.readers.canonical import EXPECTED
from transcript_audit.readers.words import quoted

_TOO_LONG = f"not a call (a number too long); {EXPECTED}"


class Doubts:
    """The hooks of a decoder, and what they find wrong with a value although it is JSON.

    The decoder goes on, so that the end of the value is found.

    Attributes:
        problem: what was found first, or "".
    """

    __slots__ = ("problem",)

    def __init__(self) -> None:
        self.problem = ""

    def read_object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        """The object; it is in doubt if a key stands in it twice, with two values."""
        found = dict(pairs)
        if len(found) < len(pairs) and not self.problem:
            twice = (key for key, value in pairs if repr(value) != repr(found[key]))
            if (key := next(twice, None)) is not None:
                self.problem = (
                    f"key {quoted(key)} twice in one object, with two values; correct it or "
                    "export it again"
                )
        return found

    def read_whole_number(self, digits: str) -> int:
        """The number; it is in doubt, and 0, if Python refuses to convert as many digits."""
        try:
            return int(digits)
        except ValueError:
            self.problem = self.problem or _TOO_LONG
            return 0


def parse_value(path: str, text: str, line: int) -> object:
    """The value that `text` holds, which begins in that 1-based line of the source.

    Raises:
        ReadError: it is no JSON, or nobody can tell what it means.
    """
    doubts = Doubts()
    try:
        value: object = json.loads(text.rstrip(), object_pairs_hook=doubts.read_object)
    except json.JSONDecodeError as error:
        raise tell_fault(path, error, line) from error
    except RecursionError as error:
        raise tell_depth(path, line) from error
    except ValueError as error:
        raise ReadError(path, _TOO_LONG, f"line {line}") from error
    if doubts.problem:
        raise ReadError(path, doubts.problem, f"line {line}")
    return value


def tell_fault(path: str, error: json.JSONDecodeError, line: int, before: int = 0) -> ReadError:
    """What is wrong with a text that is no JSON, and where.

    Args:
        line: 1-based line of the source in which the text begins.
        before: characters that stand before it in that line.
    """
    cut = not error.doc[error.pos :].strip() or "Unterminated" in error.msg
    advice = "it seems cut off; export it again" if cut else "correct it or export it again"
    column = error.colno + (before if error.lineno == 1 else 0)
    return ReadError(
        path,
        f"not JSON ({error.msg.removesuffix(' at')} at column {column}); {advice}",
        f"line {line + error.lineno - 1}",
    )


def tell_depth(path: str, line: int) -> ReadError:
    """The fault of a value, in that line, in which too many are nested."""
    return ReadError(path, f"not a call (nested too deeply); {EXPECTED}", f"line {line}")
