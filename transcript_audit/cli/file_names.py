"""Names of files for people and calls, whose names may hold anything."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80
"""Bytes of a name before its suffix, in UTF-8; file systems take 255, and a path has more parts."""

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.I)
"""Devices, not files, on Windows, whatever follows the dot."""


def name_file(words: str, suffix: str, taken: set[str]) -> str:
    """A file name out of words that may hold anything, and that from now on is `taken`.

    It stays in its folder, is no option and no hidden file, can be made on Linux, macOS and
    Windows, and differs from all names taken where neither letter case nor the spelling of accents
    counts.

    Args:
        suffix: what the name ends in, as ".html".
    """
    plain = unicodedata.normalize("NFC", words.encode("utf-8", "replace").decode())
    stem = re.sub(r"[^\w.~]+", "-", plain).strip("-.~ ")
    stem = _cut(stem, LONGEST).rstrip("-.~ ") or "agent"
    if _RESERVED.match(stem):
        stem = f"agent-{stem}"
    name, copies = stem, 1
    while _folded(name) in taken:
        copies += 1
        name = f"{stem}~{copies}"
    taken.add(_folded(name))
    return f"{name}{suffix}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKD", name).casefold()


def _cut(text: str, most: int) -> str:
    """The first characters of `text` that take at most `most` bytes."""
    return text.encode()[:most].decode(errors="ignore")
