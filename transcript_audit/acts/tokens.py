"""spaCy token patterns of the rule files, for what phrases cannot say; few, and seldom tried."""

# ruff: noqa: PLC0415 - most sentences never get as far as spaCy's Matcher

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transcript_audit.acts.english import MOST_LEXEMES

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
        if not self._may_match(sentence.words):
            return set()
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

    def _may_match(self, words: Sequence[str]) -> bool:
        """Whether it may match somewhere; sure where it says no, and said without spaCy."""
        starts = set(range(len(words) + 1))
        for token in self._tokens:
            operator = token.get("OP")
            if operator not in {None, "?"}:
                return True
            allowed = _listed_words(token.get("LOWER"))
            number = token.get("LIKE_NUM") is True
            ends = {
                place + 1
                for place in starts
                if place < len(words)
                and (not allowed or words[place].lower() in allowed)
                and (not number or _may_be_number(words[place]))
            }
            starts = starts | ends if operator == "?" else ends
        return bool(starts)


def _may_be_number(word: str) -> bool:
    """Whether spaCy may take a word for a number; sure where it says no."""
    lower = word.lower()
    return any(map(str.isdigit, word)) or lower.endswith(_NUMBER_ENDS) or lower in _NUMBERS


_NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve hundred trillion first "
    "second third last next".split()
)
_NUMBER_ENDS = ("teen", "ty", "illion", "illiard", "sand", "dred", "th", "st", "nd", "rd")


def _listed_words(lower: Any) -> frozenset[str]:
    """The words that a token's LOWER allows; none where it allows more than a list."""
    if isinstance(lower, dict):
        return frozenset(lower.get("IN", ())) if set(lower) == {"IN"} else frozenset()
    return frozenset([lower]) if lower else frozenset()
