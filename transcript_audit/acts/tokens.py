"""spaCy token patterns of the rule files, for what phrases cannot say; few, and seldom tried."""

# ruff: noqa: PLC0415 - most sentences never get as far as spaCy's Matcher

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transcript_audit.acts.words import MOST_LEXEMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

    from transcript_audit.acts.phrases import Sentence


class TokenPattern:
    """A spaCy token pattern, compiled when it is first tried."""

    def __init__(self, tokens: Sequence[Mapping[str, Any]]) -> None:
        self._tokens = [dict(token) for token in tokens]
        self._matcher: tuple[Matcher, Vocab] | None = None

    def needed_words(self) -> list[frozenset[str]]:
        """Per token that it cannot do without, the words of which a match must hold one."""
        listed = (_listed_words(each.get("LOWER")) for each in self._tokens if "OP" not in each)
        return [words for words in listed if words]

    def match(self, sentence: Sentence) -> set[tuple[int, int]]:
        """The ranges of words that it matches: the longest of those that overlap."""
        import spacy
        from spacy.matcher import Matcher
        from spacy.tokens import Doc

        if self._matcher is None or len(self._matcher[1]) > MOST_LEXEMES:
            vocab = spacy.blank("en").vocab
            self._matcher = (Matcher(vocab), vocab)
            self._matcher[0].add("pattern", [self._tokens], greedy="LONGEST")
        matcher, vocab = self._matcher
        found = matcher(Doc(vocab, words=list(sentence.words)))
        return {(start, end) for _, start, end in found}


def _listed_words(lower: Any) -> frozenset[str]:
    """The words that a token's LOWER allows; none where it allows more than a list."""
    if isinstance(lower, dict):
        return frozenset(lower.get("IN", ())) if set(lower) == {"IN"} else frozenset()
    return frozenset([lower]) if lower else frozenset()
