"""Calls without what is personal in their words: marks such as "[CARD]" stand in its place.

Speakers' labels that name a customer become "customer". What was found in a call, and its
fingerprints, stay as they were; spans are moved so that they show the same words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from itertools import groupby
from operator import is_
from types import NoneType
from typing import Any, TypeVar, cast

from transcript_audit.model import (
    Act,
    CallAudit,
    Evidence,
    Part,
    Role,
    RuleResult,
    SkippedCall,
    Span,
    Transcript,
    Turn,
    Utterance,
)
from transcript_audit.redaction.secrets import Secret, find_secrets
from transcript_audit.speakers import fold_label, named_person, stated_role

_Value = TypeVar("_Value")


def redact_transcript(transcript: Transcript, names: Collection[str] = ()) -> Transcript:
    """The call with marks in the place of what is personal in its words and labels.

    Args:
        names: people to redact wherever they are named, such as customers of a roster.
    """
    said = transcript.utterances
    agents = _agents_of(transcript)
    roles = _guess_roles(transcript, agents)
    redacted = _redact_texts(
        [each.text for each in said], [*map(roles.get, _labels(said))], names, agents
    )
    labels = _rename_labels(roles)
    return replace(
        transcript,
        utterances=tuple(
            _with_text(labels, each, redacted[place].new if place in redacted else each.text)
            for place, each in enumerate(said)
        ),
    )


def redact_call(audit: CallAudit, names: Collection[str] = ()) -> CallAudit:
    """The audit with marks in the place of what is personal in the call's words and labels.

    Acts and evidence point at the same words as before, or at the marks that stand for them; a
    quote is the text at its span. Redacting twice changes nothing.

    Args:
        names: people to redact wherever they are named, such as customers of a roster.
    """
    agents = {*_agents_of(audit.transcript), *(turn.agent_id or "" for turn in audit.turns)} - {""}
    roles = {turn.speaker: turn.role for turn in audit.turns}
    labels = _rename_labels(roles)
    turns, changed, known = _redact_turns(audit.turns, labels, names, agents)
    moves = _Moves(changed)
    quoted = {repr(old): repr(new) for old, new in labels.items()}
    return replace(
        audit,
        transcript=_with_texts(audit.transcript, known, labels, names, agents),
        turns=turns,
        acts=moves.move(audit.acts),
        episode=moves.move(audit.episode),
        results=tuple(_rename_in(moves.move(result), quoted) for result in audit.results),
        notes=tuple(_replace_all(note, quoted) for note in audit.notes),
    )


def redact_skipped(skipped: SkippedCall, names: Collection[str] = ()) -> SkippedCall:
    """The skipped call with marks in the place of numbers, addresses and `names` in its reason.

    Labels of speakers stay in it: who says which of them is the agent needs them.
    """
    redacted = _redact_texts([skipped.reason], [Role.SYSTEM], names, skipped.agent_ids)
    return replace(skipped, reason=redacted[0].new) if redacted else skipped


# --- who ----------------------------------------------------------------------------------------


def _labels(said: Iterable[Any]) -> list[str]:
    return [each.speaker for each in said]


def _agents_of(transcript: Transcript) -> set[str]:
    named = {each.agent_id for each in transcript.utterances if each.agent_id}
    return {*transcript.agent_ids, *named}


def _guess_roles(transcript: Transcript, agents: Collection[str]) -> dict[str, Role | None]:
    """The role by label as far as the labels and the agents' names tell."""
    known = {fold_label(agent) for agent in agents}
    roles: dict[str, Role | None] = {}
    for each in transcript.utterances:
        person = named_person(each.speaker)
        role = stated_role(each.speaker)
        if role is None and person:
            is_agent = each.agent_id is not None or fold_label(person) in known
            role = Role.AGENT if is_agent else Role.CUSTOMER if known else None
        roles.setdefault(each.speaker, role)
    return roles


def _rename_labels(roles: Mapping[str, Role | None]) -> dict[str, str]:
    """New labels, each another, for those that name somebody who is no agent."""
    named = [
        (label, role)
        for label, role in roles.items()
        if role in {Role.CUSTOMER, Role.OTHER} and named_person(label) is not None
    ]
    renamed: dict[str, str] = {}
    taken = {fold_label(label) for label in roles}
    for label, role in named:
        new, count = str(role), 1
        while new in taken:
            count += 1
            new = f"{role} {count}"
        taken.add(new)
        renamed[label] = new
    return renamed


# --- texts --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Redacted:
    """A text, what it became, and where: spans replaced, ascending, with what replaced them."""

    old: str
    new: str
    spans: tuple[Span, ...] = ()
    marks: tuple[str, ...] = ()

    def move(self, offset: int, *, end: bool = False) -> int:
        """The offset into the new text; inside a mark its start, or its end where `end`."""
        if offset - end < self.spans[0][0]:
            return offset  # nothing before it was replaced
        place = bisect_right(self.spans, offset - end, key=lambda span: span[0])
        shift = sum(
            len(mark) - (stop - start)
            for (start, stop), mark in zip(self.spans[:place], self.marks, strict=False)
        )
        if place and offset < self.spans[place - 1][1] + end:
            start, stop = self.spans[place - 1]
            inside = len(self.marks[place - 1]) if end else 0
            return start + shift - len(self.marks[place - 1]) + (stop - start) + inside
        return offset + shift

    def move_span(self, span: Span) -> Span:
        """The span of the same words, whole marks where it touches them."""
        start = self.move(span[0])
        return start, max(start, self.move(span[1], end=True)) if span[1] > span[0] else start


def _redact_texts(
    texts: Sequence[str],
    roles: Sequence[Role | None],
    names: Collection[str],
    agents: Collection[str],
) -> dict[int, _Redacted]:
    """What became of the texts that hold something personal, by place."""
    found = find_secrets(texts, roles, names, agents)
    return {
        place: _replace(texts[place], tuple(group))
        for place, group in groupby(found, key=lambda secret: secret.place)
    }


def _replace(text: str, secrets: Sequence[Secret]) -> _Redacted:
    pieces, at = [], 0
    for secret in secrets:
        pieces += [text[at : secret.span[0]], secret.kind.mark]
        at = secret.span[1]
    return _Redacted(
        text,
        "".join((*pieces, text[at:])),
        tuple(secret.span for secret in secrets),
        tuple(secret.kind.mark for secret in secrets),
    )


def _redact_turns(
    turns: Sequence[Turn],
    labels: Mapping[str, str],
    names: Collection[str],
    agents: Collection[str],
) -> tuple[tuple[Turn, ...], dict[int, _Redacted], dict[tuple[int, str], str]]:
    """The turns redacted; what became of those whose text changed, by index; and the new text of
    each part, by its number and its text."""
    parts = [(turn, part, text) for turn in turns for part, text in _part_texts(turn)]
    roles = [turn.role for turn, _, _ in parts]
    redacted = _redact_texts([text for _, _, text in parts], roles, names, agents)
    pieces: dict[int, list[tuple[Part, _Redacted]]] = {}
    for place, piece in redacted.items():
        turn, part, _ = parts[place]
        pieces.setdefault(turn.index, []).append((part, piece))
    changed: dict[int, _Redacted] = {}
    done: list[Turn] = []
    for turn in turns:
        label = labels.get(turn.speaker, turn.speaker)
        if turn.index in pieces:
            whole = changed[turn.index] = _join(turn.text, pieces[turn.index])
            moved = tuple(replace(part, offset=whole.move(part.offset)) for part in turn.parts)
            turn = replace(turn, text=whole.new, speaker=label, parts=moved)  # noqa: PLW2901
        elif label != turn.speaker:
            turn = replace(turn, speaker=label)  # noqa: PLW2901
        done.append(turn)
    known = {
        (part.number, text): redacted[place].new if place in redacted else text
        for place, (_, part, text) in enumerate(parts)
    }
    return tuple(done), changed, known


def _part_texts(turn: Turn) -> list[tuple[Part, str]]:
    """Each part with its text: what stands between its offset and the blank before the next."""
    if len(turn.parts) == 1:
        return [(turn.parts[0], turn.text[turn.parts[0].offset :])]
    starts = [part.offset for part in turn.parts]
    ends = [*(start - 1 for start in starts[1:]), len(turn.text)]
    texts = [turn.text[start:end] for start, end in zip(starts, ends, strict=True)]
    return list(zip(turn.parts, texts, strict=True))


def _join(text: str, pieces: Sequence[tuple[Part, _Redacted]]) -> _Redacted:
    """What the whole text of a turn became, of what became of some of its parts."""
    spans = tuple(
        (part.offset + start, part.offset + end)
        for part, piece in pieces
        for start, end in piece.spans
    )
    marks = tuple(mark for _, piece in pieces for mark in piece.marks)
    new, at = "", 0
    for (start, end), mark in zip(spans, marks, strict=True):
        new += text[at:start] + mark
        at = end
    return _Redacted(text, new + text[at:], spans, marks)


def _with_texts(
    transcript: Transcript,
    known: Mapping[tuple[int, str], str],
    labels: Mapping[str, str],
    names: Collection[str],
    agents: Collection[str],
) -> Transcript:
    """The transcript with the words that its turns have now."""
    said = transcript.utterances
    new = [known.get((each.number, each.text)) for each in said]
    if lost := [at for at, text in enumerate(new) if not text]:
        texts = [said[at].text for at in lost]
        redacted = _redact_texts(texts, [None] * len(lost), names, agents)
        for place, at in enumerate(lost):
            new[at] = redacted[place].new if place in redacted else texts[place]
    return replace(
        transcript,
        utterances=tuple(
            _with_text(labels, each, text or "") for each, text in zip(said, new, strict=True)
        ),
    )


def _with_text(labels: Mapping[str, str], said: Utterance, text: str) -> Utterance:
    """The utterance with this text, and with its speaker's new label."""
    label = labels.get(said.speaker, said.speaker)
    if text == said.text and label == said.speaker:
        return said
    return replace(said, text=text, speaker=label)


class _Moves:
    """Moves acts and evidence to where their words stand now, each act once.

    Attributes:
        changed: what became of the turns whose text changed, by index.
    """

    def __init__(self, changed: Mapping[int, _Redacted]) -> None:
        self.changed = changed
        self._acts: dict[int, Act] = {}

    def move(self, value: _Value) -> _Value:
        """The value with all acts and evidence in it, however deep, pointing into the new texts."""
        if not self.changed or isinstance(value, _HOLD_NOTHING):
            return value
        if isinstance(value, tuple):
            moved = [self.move(each) for each in value] if value else []
            same = all(map(is_, moved, value))
            return value if same else tuple(moved)  # type: ignore[return-value]
        if isinstance(value, Act):
            return cast(_Value, self._move_act(value))
        if isinstance(value, Evidence):
            text = self.changed.get(value.turn)
            return value if text is None else cast(_Value, _move_evidence(value, text))
        new: dict[str, Any] = {}
        kind: type = type(value)
        for name in _names_of_fields(kind):
            old = getattr(value, name)
            if not isinstance(old, _HOLD_NOTHING) and (other := self.move(old)) is not old:
                new[name] = other
        return replace(value, **new) if new else value  # type: ignore[type-var]

    def _move_act(self, act: Act) -> Act:
        text = self.changed.get(act.turn)
        if text is None:
            return act
        if id(act) not in self._acts:  # what it is an id of lives as long as the audit
            span = text.move_span(act.span)
            self._acts[id(act)] = act if span == act.span else replace(act, span=span)
        return self._acts[id(act)]


_HOLD_NOTHING = (str, int, float, NoneType)


@cache
def _names_of_fields(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()


def _move_evidence(item: Evidence, text: _Redacted) -> Evidence:
    """The evidence at the same words, or at the marks that stand for them."""
    span = text.move_span(item.span)
    quote = text.new[slice(*span)]
    if item.quote != text.old[slice(*item.span)] and len(quote) > len(item.quote):
        quote = quote[: len(item.quote) - 1].rstrip() + "…"  # it was cut for its length
    return replace(item, span=span, quote=quote)


def _rename_in(result: RuleResult, quoted: Mapping[str, str]) -> RuleResult:
    """The result with the new labels in its reason."""
    return replace(result, reason=_replace_all(result.reason, quoted)) if quoted else result


def _replace_all(text: str, new: Mapping[str, str]) -> str:
    for old, other in new.items():
        text = text.replace(old, other)
    return text
