"""E-mail addresses, written or spoken."""

from __future__ import annotations

from collections.abc import Sequence

from transcript_audit.redaction.asked import Claim, Kind
from transcript_audit.redaction.given_names import ALSO_WORDS
from transcript_audit.redaction.stop_words import STOP_WORDS
from transcript_audit.redaction.words import FILLERS, HIDDEN, REPEATS, Word, Words

_ENDINGS = frozenset(
    "com co org net edu gov uk ie io us ca au nz eu de fr es it in info biz example test me tv app"
    " dev online scot cat wales cymru london shop store cloud xyz ng za sg nl be ch se"
    " no jp".split()
)

PROVIDERS = frozenset(
    "gmail googlemail hotmail yahoo outlook icloud aol btinternet protonmail live msn comcast sky"
    " verizon".split()
)

_AT = frozenset(["at"])
JOINERS = frozenset("dot underscore dash hyphen point plus period".split())

_NO_MAILBOX = frozenset(
    "look looking us me online website page pages site you them available here shop shopping"
    " buy bought work works working order ordered found reach".split()
)


def find_emails(words: Words) -> list[Claim]:
    """The e-mail addresses, in order: "jo@x.example", "jo dot day at x dot example"."""
    claims: list[Claim] = []
    spoken = words.find(_AT)
    for at in sorted({*spoken, *words.signs}):
        written = words[at].gap.endswith("@")
        after = at if written else at + 1
        last = _domain_end(words, after)
        if last is None:
            continue
        first = _mailbox_start(words, at - 1, written=written)
        if first is not None:
            claims.append(Claim(first, last, Kind.EMAIL))
    return claims


def _domain_end(words: Sequence[Word], first: int) -> int | None:
    """Index of the last word of a domain that begins here, or None where none does."""
    end = None
    for index in range(first, min(first + 10, len(words))):
        word = words[index]
        if word.text == HIDDEN or (index > first and word.gap not in {".", " ", "-", ". ", ", "}):
            break
        dotted = word.gap == "." or (index > first and words[index - 1].text in {"dot", "period"})
        if (dotted and word.text in _ENDINGS) or (end is None and word.text in PROVIDERS):
            end = index
        elif end is not None and (word.text not in {"dot", "period"} or word.gap == ". "):
            break
    return end


def _mailbox_start(words: Sequence[Word], last: int, *, written: bool) -> int | None:
    """Index of the first word of a mailbox that ends with word `last`, or None for no mailbox."""
    index = last
    while index >= 0 and words[index].text in FILLERS:
        index -= 1
    if index < 0 or words[index].text == HIDDEN or words[index].text in _NO_MAILBOX:
        return None
    last_said = words[index]
    ordinary = last_said.text in STOP_WORDS and len(last_said.text) > 1 and not last_said.digits
    if ordinary and not written:
        return None
    first = index
    while index > 0 and last - index < 40:
        before, here = words[index - 1], words[index]
        if before.text == HIDDEN:
            break
        link = [word.text for word in words[max(0, index - 3) : index]]
        if link[1:] == ["as", "in"] and len(link[0]) == 1:
            first = index = index - 3
            continue
        glued = before.place == here.place and here.gap in {"", ".", "_", "-", "+", "%"}
        joined = here.text in JOINERS or before.text in JOINERS
        spelled = len(before.text) == 1 or before.digits or before.text in REPEATS
        plain = before.place == here.place and here.gap in {" ", ", ", "-", " - "}
        said = joined or (plain and (spelled or _may_name(before)))
        if not (glued or (not written and said)):
            break
        index -= 1
        if before.text not in FILLERS:
            first = index
    return first


def _may_name(word: Word) -> bool:
    """Whether the word may be a part of a mailbox, said before another part without a joiner."""
    return word.text in FILLERS or word.text not in STOP_WORDS or word.text in ALSO_WORDS
