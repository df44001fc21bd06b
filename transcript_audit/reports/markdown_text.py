"""Text from calls as plain words in Markdown: it formats, links, mentions and nests nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from transcript_audit.reports.text import one_line

_UNSEEN_BREAK = "\u200b"

_ESCAPES = str.maketrans(
    # as entities what would end a cell, open a tag, or be a template to a site generator
    {char: f"&#{ord(char)};" for char in "|`{}"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    | {char: f"\\{char}" for char in "\\*_[]~#$^"}
)

# Some wikis turn these into links and notices even where they are escaped.
_AUTOLINKED = re.compile(
    r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=mailto)(?=:)", re.I
)

_OPENS_BLOCK = re.compile(r"^(?:(?P<number>\d+)(?P<dot>[.)])|(?P<sign>[-+=:!]))")


def markdown_words(text: str) -> str:
    """`text` on one line that any Markdown shows as it is, also in a table, a list or a quote."""
    line = _AUTOLINKED.sub(_UNSEEN_BREAK, one_line(text)).translate(_ESCAPES)
    return _OPENS_BLOCK.sub(_escape_opening, line)


def _escape_opening(found: re.Match[str]) -> str:
    return f"\\{found['sign']}" if found["sign"] else f"{found['number']}\\{found['dot']}"


def markdown_link(words: str, address: str | None) -> str:
    """A link with our own `words`, or "" without an address."""
    if address is None:
        return ""
    target = quote(address, safe=":/?#@!$&'*+,;=%~-._").replace("&", "&amp;")
    return f"[{words}](<{target}>)"


def markdown_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()
) -> str:
    """The rows as a table, ending with a line feed.

    Args:
        rows: cells that are Markdown already (`markdown_words`).
        numbers: places of the columns that stand to the right.
    """
    rules = ["---:" if place in numbers else "---" for place in range(len(head))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, rules, *rows))
