"""Signs that a source told the speakers apart wrongly, so that nobody can say who said what.

Both thresholds were set on labelled calls with their speakers told apart wrongly on purpose
(`benchmarks/faults.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from transcript_audit.model import Role, Transcript, Utterance
from transcript_audit.speakers import stated_role
from transcript_audit.turns import is_backchannel

ONE_VOICE = 0.95
"""Share of the words from which one speaker evidently got the other's too. In labelled calls nobody
has more than 0.82."""

FEWEST_WORDS = 100
"""Words below which the shares of the speakers tell nothing."""

CUT_SHARE, FEWEST_CUTS = 0.1, 4
"""Share of the changes of speaker, and number of them, from which sentences are cut between
speakers over and over. Labelled calls have at most 3 such cuts."""

UNFINISHED = frozenset(
    "a an and because dont hes i if ill im its ive just let my of our shes than thats the their "
    "theyre we were whats your youre".split()
)
"""Words, without apostrophes, that next to never end what somebody says."""


def find_one_voice(transcript: Transcript) -> str:
    """Why the call cannot be audited, if one speaker has nearly all words of it; else ""."""
    words: Counter[str] = Counter()
    for utterance in transcript.utterances:
        if stated_role(utterance.speaker) is not Role.SYSTEM:
            words[utterance.speaker] += len(utterance.text.split())
    total = words.total()
    if len(words) < 2 or total < FEWEST_WORDS:
        return ""
    ((label, most),) = words.most_common(1)
    if most < ONE_VOICE * total:
        return ""
    return (
        f"one speaker ({label!r}) has {most} of {total} words: the source did not tell the "
        "speakers apart; export the call with its channels or speakers separated"
    )


def find_cut_sentences(transcript: Transcript) -> str:
    """Why nobody can say who said what, if sentences run on from one speaker into the other over
    and over; else ""."""
    changes, cuts = count_cuts(transcript.utterances)
    if cuts < FEWEST_CUTS or cuts < CUT_SHARE * changes:
        return ""
    return (
        f"sentences are cut between speakers at {cuts} of {changes} changes of speaker: the source "
        "did not tell the speakers apart well; export the call with its channels separated"
    )


def count_cuts(utterances: Sequence[Utterance]) -> tuple[int, int]:
    """Changes of speaker, backchannels aside, and at how many of them a sentence is cut.

    It is cut where it stops after a word that can't end it, or where it has no end mark and what
    the other says goes on in lower case, though both otherwise write capitals and end marks. Where
    both speak at once, somebody is being interrupted, and nothing is cut.
    """
    careful = _careful_speakers(utterances)
    spoken = [utterance for utterance in utterances if not is_backchannel(utterance.text)]
    pairs = [(a, b) for a, b in pairwise(spoken) if a.speaker != b.speaker]
    return len(pairs), sum(_is_cut(before, after, careful) for before, after in pairs)


def _is_cut(before: Utterance, after: Utterance, careful: frozenset[str]) -> bool:
    if before.end is not None and after.start is not None and after.start < before.end:
        return False
    if not re.search(r"\w[\"'’”)\]]*$", before.text):
        return False
    last = re.sub(r"['’]", "", before.text.lower()).rstrip('"”)]').split()[-1]
    if last in UNFINISHED:
        return True
    return {before.speaker, after.speaker} <= careful and after.text[:1].islower()


def _careful_speakers(utterances: Iterable[Utterance]) -> frozenset[str]:
    """Speakers of whose longer utterances a third or more begin with a capital and hold an end mark
    (a third, because where sentences are cut, many lack one)."""
    written: dict[str, list[bool]] = {}
    for utterance in utterances:
        if len(utterance.text.split()) > 3:
            sentence = utterance.text[0].isupper() and re.search(r"[.?!]", utterance.text)
            written.setdefault(utterance.speaker, []).append(bool(sentence))
    return frozenset(label for label, each in written.items() if 3 * sum(each) >= len(each))
