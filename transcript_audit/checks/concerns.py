"""Check kinds that ask whether the customer was heard: `concern-unanswered`, `concern-repeated`,
`offer-irrelevant`."""

from __future__ import annotations

from typing import Any

from transcript_audit.checks.facts import Answer, Facts
from transcript_audit.checks.redacted import cannot_tell
from transcript_audit.checks.telling import count, name_acts, name_turns
from transcript_audit.model import ARGUMENT, Act, ActLabel, Concern, RuleStatus
from transcript_audit.redaction_marks import is_mostly_hidden

PUT_FORWARD = frozenset({ActLabel.OFFER, ActLabel.PERSUADE})


def check_concern_unanswered(facts: Facts, _check: Any) -> Answer:
    """A concern was voiced and not acknowledged in the agent's next substantive turns."""
    concerns = facts.episode.concerns
    ignored = [c for c in concerns if c.answered_in is None and c.settled]
    steps = [_tell_concern(facts, concern) for concern in concerns]
    chances = {turn for concern in ignored for turn in concern.chances}
    hidden = {turn for turn in chances if is_mostly_hidden(facts.turns[turn].text)}
    ignored = [concern for concern in ignored if not hidden.intersection(concern.chances)]
    if hidden and not ignored:
        return cannot_tell(facts, sorted(hidden), "the answer to a concern", steps)
    if not ignored:
        if any(c.answered_in is None for c in concerns):
            return Answer(
                "the call ended before the agent could answer a concern",
                steps=tuple(steps),
                status=RuleStatus.CANNOT_TELL,
            )
        reason = "every concern was acknowledged" if concerns else "no concern was voiced"
        return Answer(reason, steps=tuple(steps))
    acts = tuple(concern.act for concern in ignored)
    return Answer(
        f"{count(len(ignored), 'concern')} passed over, voiced in {name_turns(facts, acts)}",
        acts,
        steps=tuple(steps),
    )


def _tell_concern(facts: Facts, concern: Concern) -> str:
    voiced = f"{concern.act.name} in {name_turns(facts, [concern.act])}"
    if concern.answered_in is not None:
        return f"{voiced} was answered in {name_turns(facts, [concern.answered_in])}."
    if concern.chances:
        return f"{voiced} was not acknowledged in {name_turns(facts, concern.chances)}."
    return f"{voiced}: no agent's turn of substance followed."


def check_offer_irrelevant(facts: Facts, _check: Any) -> Answer:
    """An offer that can't help with any concern voiced before it."""
    relevance = facts.rulebook.relevance
    topics: dict[str, Act] = {}
    irrelevant: list[Act] = []
    steps: list[str] = []
    invited = {act for attempt in facts.episode.attempts if attempt.invited for act in attempt.acts}
    for act in facts.acts:
        if act.label in {ActLabel.GIVE_REASON, ActLabel.RAISE_CONCERN, ActLabel.REPEAT_CONCERN}:
            topics.setdefault(act.qualifier, act)
        elif act.label in PUT_FORWARD and topics and act not in invited:
            kind = act.qualifier or ARGUMENT
            if not any(kind in relevance[topic] for topic in topics):
                irrelevant.append(act)
                steps.append(
                    f"{act.name} in {name_turns(facts, [act])} can't help with "
                    f"{', '.join(topics)} ({name_turns(facts, list(topics.values()))})."
                )
    if not irrelevant:
        return Answer("no offer that could not help")
    return Answer(
        f"irrelevant offer in {name_turns(facts, irrelevant)}",
        tuple(irrelevant),
        steps=tuple(steps),
    )


def check_concern_repeated(facts: Facts, _check: Any) -> Answer:
    """The customer had to raise a concern again."""
    repeats = facts.of(ActLabel.REPEAT_CONCERN)
    if not repeats:
        return Answer(
            "no concern had to be raised again", steps=("Looked for a concern raised again.",)
        )
    where = name_turns(facts, repeats)
    step = f"The customer raised it again in {where}: {', '.join(name_acts(repeats))}."
    return Answer(f"a concern had to be raised again in {where}", tuple(repeats), steps=(step,))
