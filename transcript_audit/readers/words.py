"""Words of a source made safe to keep: control characters out, everything else as it was."""

from __future__ import annotations

import json
import re

_SPACES = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1f\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BETWEEN_NAMES = re.compile(r"\s*[,;]\s*")


def clean(text: str) -> str:
    """`text` stripped and in one line, without control characters; nothing else is changed.

    Half a surrogate pair (broken JSON escapes) becomes U+FFFD, since no file could hold it.
    """
    text = _CONTROLS.sub("", _SPACES.sub(" ", text))
    return _SURROGATES.sub("\ufffd", text).strip()


def split_names(text: str) -> tuple[str, ...]:
    """The names in a list such as "Kim, Lee", each once, in order."""
    return tuple(dict.fromkeys(name for name in _BETWEEN_NAMES.split(clean(text)) if name))


def quoted(value: object, length: int = 40) -> str:
    """`value` shortened and in quotes, to show in a message."""
    text = clean(str(value))
    return json.dumps(text if len(text) <= length else text[:length] + "…", ensure_ascii=False)
