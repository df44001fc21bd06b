"""The closed set of check kinds: what each makes of a call's acts and episode.

A rule is data (`rules/checks/*.yaml`) that names a kind and its parameters. A kind answers with
a `RuleResult`; it never looks at words, only at acts. What finds something missing also asks
whether it may have been redacted: then nobody can tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from transcript_audit.episode import ATTEMPTS, OBSTRUCTIONS, STANDS_BY
from transcript_audit.model import (
    ARGUMENT,
    Act,
    ActLabel,
    Attempt,
    Concern,
    Episode,
    Evidence,
    Family,
    Finding,
    Outcome,
    Role,
    RuleResult,
    RuleStatus,
    Severity,
    State,
    Turn,
)
from transcript_audit.redaction_marks import hides_detail, is_mostly_hidden
from transcript_audit.rulebook import Rule, RuleBook
from transcript_audit.talk import Interruption, NoTalk, Talk
from transcript_audit.timed_acts import cut_ins_by_agent, protests

JUDGED_WITHOUT_REQUEST = frozenset({Family.IGNORED_CONCERN, Family.CONDUCT})
PUT_FORWARD = frozenset({ActLabel.OFFER, ActLabel.PERSUADE})
CONSENTS = {
    "none": None,
    "agreed-to-hear": ActLabel.ASK_LEAVE,
    "told-how-to-cancel": ActLabel.TELL_WAY_OUT,
}
"""What a profile's `consent` asks to be said before an attempt."""

INTEREST = (ActLabel.WAVER, "Real interest that invites an offer")
ALLOWED_REASON = (ActLabel.REFUSE_ALLOWED, "An allowed reason")
WITHOUT_DECLINE = {
    "none": "One attempt at most before the customer has declined any.",
    "agreed-to-hear": "Asking first whether the customer wants to hear an offer, and a yes.",
    "told-how-to-cancel": "Telling the customer first which word completes the cancellation.",
}
"""What would have cleared an attempt before any decline, by the profile's `consent`."""

CLEARING: dict[str, tuple[tuple[ActLabel, str], ...]] = {
    ActLabel.REFUSE: (ALLOWED_REASON,),
    ActLabel.CONDITION: (ALLOWED_REASON,),
    ActLabel.STALL: (ALLOWED_REASON,),
    ActLabel.CONFIRM_DETAILS: (
        (ActLabel.CONFIRM_DETAILS, "Date, reference, written confirmation or last bill"),
    ),
    ActLabel.GOODWILL: ((ActLabel.GOODWILL, "Thanks, regret, good wishes or an open door"),),
    "attempt-after-decline": (INTEREST,),
    "offer-irrelevant": (INTEREST,),
    "request-standing": (
        (ActLabel.CONFIRM, "A confirmation"),
        (ActLabel.WITHDRAW, "The request taken back"),
        ALLOWED_REASON,
    ),
    "concern-unanswered": ((ActLabel.ACKNOWLEDGE, "An acknowledgement"),),
}
"""Acts that clear a finding, each with what it means; by the act that a check looks for, else by
its kind. For explaining only."""

TELLS_AGAIN = (
    ActLabel.REQUEST_CANCEL,
    ActLabel.REPEAT_CONCERN,
    ActLabel.RAISE_CONCERN,
    ActLabel.GIVE_REASON,
)
STANDS_IN_THE_WAY = (*OBSTRUCTIONS, *ATTEMPTS, ActLabel.DISPUTE_REASON)
RETOLD = 2
"""Turns after one hand-off in which telling it again is more than "stating it once more"."""
QUOTE_LENGTH = 240

SURE_THOUGH_REDACTED = 0.9
"""Strength from which an act counts against somebody although part of its turn was redacted. Most
of the findings that masking calls brings up wrongly go by it, and one in forty of all findings
(`benchmarks/faults.py`)."""


UNTIMED = NoTalk("the times were not measured")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at: one call, its acts that count, its episode, the rule book, and what
    its times tell."""

    turns: Sequence[Turn]
    acts: Sequence[Act]
    episode: Episode
    rulebook: RuleBook
    talk: Talk | NoTalk

    def of(self, *labels: ActLabel, after: int = -1) -> list[Act]:
        """Acts of these labels in turns later than `after`."""
        return [act for act in self.acts if act.label in labels and act.turn > after]

    @property
    def request_turn(self) -> int:
        """Index of the turn of the first request; past the end where there is none."""
        request = self.episode.request
        return request.turn if request else len(self.turns)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check kind found: the evidence and why, or why there is none.

    Attributes:
        acts: evidence; empty for a clear rule.
        turns: evidence where something is missing rather than said.
        strength: 0 to 1, where it isn't that of the strongest act.
        message, cleared_by: where the rule's own words would not be true.
    """

    reason: str
    acts: tuple[Act, ...] = ()
    turns: tuple[int, ...] = ()
    steps: tuple[str, ...] = ()
    status: RuleStatus = RuleStatus.CLEAR
    severity: Severity | None = None
    strength: float | None = None
    message: str = ""
    cleared_by: str = ""


def check_call(
    turns: Sequence[Turn],
    acts: Sequence[Act],
    episode: Episode,
    rulebook: RuleBook,
    talk: Talk | NoTalk = UNTIMED,
) -> tuple[RuleResult, ...]:
    """What every rule of the book came to, in the book's order."""
    facts = Facts(turns, acts, episode, rulebook, talk)
    return tuple(_check_rule(facts, rule) for rule in rulebook.rules)


def _check_rule(facts: Facts, rule: Rule) -> RuleResult:
    """What one rule came to."""
    barrier = _not_applicable(facts, rule)
    if barrier:
        return RuleResult(rule.id, rule.family, RuleStatus.NOT_APPLICABLE, barrier)
    answer = KINDS[rule.check.kind](facts, rule.check)
    if not answer.acts and not answer.turns:
        return RuleResult(rule.id, rule.family, answer.status, answer.reason, checked=answer.steps)
    if answer.acts and all(_is_in_doubt(facts, act) for act in answer.acts):
        where = _name_turns(facts, answer.acts)
        reason = f"part of what decides it was redacted in {where}"
        return RuleResult(
            rule.id, rule.family, RuleStatus.CANNOT_TELL, reason, checked=answer.steps
        )
    finding = _build_finding(facts, rule, replace(answer, acts=_worth_citing(facts, answer.acts)))
    checked = _look_for_what_clears(facts, rule)
    return RuleResult(rule.id, rule.family, RuleStatus.FLAGGED, answer.reason, finding, checked)


def _is_in_doubt(facts: Facts, act: Act) -> bool:
    """Whether an act is less than sure, and what was redacted in its turn, or in the turn that it
    answers, may say otherwise."""
    heard = facts.turns[max(act.turn - 1, 0) : act.turn + 1]
    return act.strength < SURE_THOUGH_REDACTED and any(hides_detail(turn.text) for turn in heard)


def _worth_citing(facts: Facts, acts: tuple[Act, ...]) -> tuple[Act, ...]:
    """The acts that are sure enough to be held against somebody; at least the surest one."""
    least = facts.rulebook.profile.evidence_strength
    surest = max((act.strength for act in acts), default=least)
    return tuple(act for act in acts if act.strength >= min(least, surest))


def _look_for_what_clears(facts: Facts, rule: Rule) -> tuple[str, ...]:
    """What would have cleared a finding of the rule and was looked for, a sentence each."""
    check = rule.check
    sought = next(iter(getattr(check, "acts", ())), getattr(check, "act", check.kind))
    lines = []
    for label, meaning in CLEARING.get(sought, ()):
        found = facts.of(label, after=facts.request_turn) if facts.episode.request else []
        where = f"only in {_name_turns(facts, found)}" if found else "not found"
        lines.append(f"{meaning} ({label}): {where}.")
    return tuple(lines)


def _not_applicable(facts: Facts, rule: Rule) -> str:
    """Why the rule doesn't apply to this call, or ""."""
    outcome = facts.episode.outcome
    if outcome is Outcome.NO_REQUEST and rule.family not in JUDGED_WITHOUT_REQUEST:
        return "nobody asked to cancel"
    if rule.family is Family.GRACEFUL_EXIT and outcome is not Outcome.CANCELLED:
        return f"judged only where the call ends cancelled; this one ends {outcome}"
    return ""


def _build_finding(facts: Facts, rule: Rule, answer: Answer) -> Finding:
    """The finding that an answer with evidence amounts to."""
    evidence = [_cite_act(facts.turns, act) for act in answer.acts]
    evidence += [_cite_turn(facts.turns[index]) for index in answer.turns]
    evidence.sort(key=lambda item: (item.number, item.span))
    strengths = [act.strength for act in answer.acts]
    strength = answer.strength if answer.strength is not None else max(strengths, default=1.0)
    words = "\x1f".join(item.quote for item in evidence)
    return Finding(
        rule=rule.id,
        family=rule.family,
        severity=answer.severity or rule.severity,
        message=answer.message or rule.message,
        strength=round(strength, 3),
        evidence=tuple(evidence),
        steps=answer.steps,
        cleared_by=answer.cleared_by or rule.cleared_by,
        fingerprint=hashlib.sha256(f"{rule.id}\x1f{words}".encode()).hexdigest()[:16],
    )


def _cite_act(turns: Sequence[Turn], act: Act) -> Evidence:
    """The words of an act."""
    turn = turns[act.turn]
    return _cite(turn, act.span, act.name)


def _cite_turn(turn: Turn) -> Evidence:
    """The end of a turn, its last source turn, where the finding is that something is missing."""
    return _cite(turn, (turn.parts[-1].offset, len(turn.text)), "")


def _cite(turn: Turn, span: tuple[int, int], act: str) -> Evidence:
    part = turn.part_at(span[0])
    start = part.start if part.start is not None else turn.start
    quote = turn.text[span[0] : span[1]]
    if len(quote) > QUOTE_LENGTH:
        quote = quote[: QUOTE_LENGTH - 1].rstrip() + "…"
    return Evidence(turn.index, part.number, span, quote, act, start, turn.agent_id)


def _name_turns(facts: Facts, items: Iterable[Act | int]) -> str:
    """The source turns of acts or turn indices, for a sentence ("turns 4 and 9")."""
    numbers = sorted(
        {
            facts.turns[item].parts[0].number
            if isinstance(item, int)
            else facts.turns[item.turn].part_at(item.span[0]).number
            for item in items
        }
    )
    words = [str(number) for number in numbers]
    if len(words) == 1:
        return f"turn {words[0]}"
    return f"turns {', '.join(words[:-1])} and {words[-1]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _tell_request(facts: Facts) -> str:
    request = facts.episode.request
    if request is None:
        return "Nobody asked to cancel."
    return f"The customer asked to cancel in {_name_turns(facts, [request])}."


def _check_act_present(facts: Facts, check: Any) -> Answer:
    """The agent did one of the named acts, from the start or after the request."""
    after = facts.request_turn if check.after == "request" else -1
    acts = facts.of(*check.acts, after=after)
    names = " or ".join(check.acts)
    looked = f"Looked for {names} in the agent's turns" + (
        " after the request." if check.after == "request" else " of the whole call."
    )
    steps = [_tell_request(facts)] if check.after == "request" else []
    steps.append(looked)
    agreed = [act for act in acts if _was_agreed_to(facts, act)]
    if agreed:
        acts = [act for act in acts if act not in agreed]
        steps.append(f"In {_name_turns(facts, agreed)} the agent did what had just been accepted.")
    if not acts:
        clear = Answer(f"no {names} by the agent", steps=tuple(steps))
        return _doubt_talking_over(facts, clear) if check.talking_over else clear
    cited = _worth_citing(facts, tuple(acts))
    where, what = _name_turns(facts, cited), ", ".join(_names(cited))
    steps.append(f"Found in {where}: {what}.")
    faint = [act for act in acts if act not in cited]
    if faint:
        steps.append(f"Too faint to cite: {_name_turns(facts, faint)}.")
    return Answer(f"{what} in {where}", cited, steps=tuple(steps))


def _doubt_talking_over(facts: Facts, clear: Answer) -> Answer:
    """The answer, or that somebody has to listen: either the times or the customer's protest alone
    suggest that the agent talked over them."""
    profile = facts.rulebook.profile
    cut_ins = cut_ins_by_agent(facts.talk, profile)
    protested = protests(facts.acts)
    if protested and isinstance(facts.talk, NoTalk):
        where = _name_turns(facts, protested)
        reason = f"the customer asked to be let finish in {where}; {facts.talk.reason}"
    elif len(cut_ins) >= profile.cut_ins_to_hear and _more_than_customer(facts.talk, cut_ins):
        numbers = ", ".join(str(each.number) for each in cut_ins)
        seconds = sum(each.seconds for each in cut_ins)
        reason = (
            f"the agent cut in {len(cut_ins)} times, for {seconds:.0f} seconds (turns {numbers}); "
            "the customer did not protest, so it takes an ear to tell"
        )
    else:
        return clear
    return replace(clear, reason=reason, status=RuleStatus.CANNOT_TELL)


def _more_than_customer(talk: Talk | NoTalk, cut_ins: Sequence[Interruption]) -> bool:
    """Whether the agent cuts in at least twice as often as the customer: else both just talk
    fast, or the line is slow."""
    others = [] if isinstance(talk, NoTalk) else talk.interruptions
    return len(cut_ins) >= 2 * sum(each.by is Role.CUSTOMER for each in others)


def _was_agreed_to(facts: Facts, act: Act) -> bool:
    """Whether a substitution is what the customer freely took in their last words before it."""
    if act.label is not ActLabel.SUBSTITUTE:
        return False
    if facts.episode.state_before(act.turn) is not State.WITHDRAWN:
        return False
    spoken = [turn.index for turn in facts.turns[: act.turn] if turn.role is Role.CUSTOMER]
    last = {each.label for each in facts.acts if spoken and each.turn == spoken[-1]}
    return bool(last & {ActLabel.ACCEPT, ActLabel.WITHDRAW})


def _names(acts: Iterable[Act]) -> list[str]:
    return list(dict.fromkeys(act.name for act in acts))


def _check_attempt_after_decline(facts: Facts, _check: Any) -> Answer:
    """A retention attempt while the door was closed, or without what the profile asks first."""
    profile = facts.rulebook.profile
    attempts = facts.episode.attempts
    steps = [_tell_request(facts), f"Attempts to retain: {len(attempts)}."]
    wrong = [attempt for attempt in attempts if _is_pushback(facts, attempt)]
    if not wrong:
        reason = "no attempt after a decline" if attempts else "no attempt to retain"
        return Answer(reason, steps=tuple(steps))
    acts = [act for attempt in wrong for act in attempt.acts]
    for attempt in wrong:
        cause = (
            "after the customer had declined"
            if attempt.after_decline
            else "not allowed by the profile"
        )
        where = _name_turns(facts, attempt.acts).capitalize()
        steps.append(f"{where}: {', '.join(_names(attempt.acts))}, {cause}.")
    sure = [
        each for each in wrong if max(a.strength for a in each.acts) >= profile.evidence_strength
    ]
    severity = Severity.CRITICAL if len(sure) >= profile.attempts_critical else None
    why = (
        "after a decline"
        if all(each.after_decline for each in wrong)
        else "that the profile doesn't allow"
    )
    tried = _count(len(wrong), "attempt")
    reason = f"{tried} to retain {why}, in {_name_turns(facts, acts)}"
    answer = Answer(reason, tuple(acts), steps=tuple(steps), severity=severity)
    if any(each.after_decline for each in wrong):
        return answer
    told = f"The agent tried to keep the customer in a way that the profile {profile.id} forbids."
    return replace(answer, message=told, cleared_by=WITHOUT_DECLINE[profile.consent])


def _is_pushback(facts: Facts, attempt: Attempt) -> bool:
    """Whether the policy, or a stricter profile, forbids this attempt."""
    if attempt.after_decline:
        return True
    if attempt.invited:
        return False
    if not _has_consent(facts, attempt):
        return True
    uninvited = [each for each in facts.episode.attempts if not each.invited]
    return uninvited.index(attempt) >= facts.rulebook.profile.attempts_allowed


def _has_consent(facts: Facts, attempt: Attempt) -> bool:
    """Whether what the profile asks was said before an attempt, and "cancel" not again since.

    A question must have been answered, so it counts only from the next turn on.
    """
    needed = CONSENTS[facts.rulebook.profile.consent]
    if needed is None:
        return True
    first = attempt.turns[0] + (needed is not ActLabel.ASK_LEAVE)
    said = [act.turn for act in facts.of(needed) if act.turn < first]
    return bool(said) and not any(act.turn < first for act in facts.of(*STANDS_BY, after=said[-1]))


def _check_reason_pressed(facts: Facts, _check: Any) -> Answer:
    """The reason was asked for although given or withheld, more than allowed, or disputed."""
    known: Act | None = None
    asked = 0
    pressed: list[Act] = []
    steps = [_tell_request(facts)]
    for act in facts.acts:
        if act.label in {ActLabel.GIVE_REASON, ActLabel.WITHHOLD_REASON, ActLabel.RAISE_CONCERN}:
            known = known or act
        elif act.label is ActLabel.DISPUTE_REASON and act.turn > facts.request_turn:
            pressed.append(act)
            steps.append(f"The agent disputed the reason in {_name_turns(facts, [act])}.")
        elif act.label is ActLabel.ASK_REASON and act.turn > facts.request_turn:
            asked += 1
            if known is not None:
                pressed.append(act)
                steps.append(
                    f"The agent asked why in {_name_turns(facts, [act])}, although "
                    f"{_name_turns(facts, [known])} had answered that ({known.name})."
                )
            elif asked > facts.rulebook.profile.reasons_allowed:
                pressed.append(act)
                steps.append(f"The agent asked why again in {_name_turns(facts, [act])}.")
    if not pressed:
        reason = "the reason was asked for once" if asked else "the reason was not asked for"
        return Answer(reason, steps=(*steps, reason.capitalize() + "."))
    return Answer(
        f"reason pressed in {_name_turns(facts, pressed)}", tuple(pressed), steps=tuple(steps)
    )


def _check_passed_on(facts: Facts, _check: Any) -> Answer:
    """The customer was passed on more often than allowed, or had to tell it all again."""
    passes = facts.episode.passes
    allowed = facts.rulebook.profile.hand_offs_allowed
    steps = [
        _tell_request(facts),
        f"Passed on {_count(len(passes), 'time')} after it; {allowed} allowed.",
    ]
    if len(passes) > allowed:
        acts = tuple(act for group in passes[allowed:] for act in group)
        return Answer(f"passed on {len(passes)} times", acts, steps=tuple(steps))
    if len(passes) == allowed and allowed:
        retold, pressed = _count_after(facts, passes[-1][-1].turn)
        if retold >= RETOLD and pressed:
            steps.append(
                f"After it the customer asked or told again {retold} times and was argued with."
            )
            return Answer("passed on and had to argue it all again", passes[-1], steps=tuple(steps))
    return Answer(f"passed on {_count(len(passes), 'time')}", steps=tuple(steps))


def _count_after(facts: Facts, turn: int) -> tuple[int, int]:
    """In how many turns after `turn` the customer told it again, and the agent stood in the way."""
    retold = {act.turn for act in facts.of(*TELLS_AGAIN, after=turn)}
    pressed = {act.turn for act in facts.of(*STANDS_IN_THE_WAY, after=turn)}
    return len(retold), len(pressed)


def _check_request_standing(facts: Facts, _check: Any) -> Answer:
    """The call ended with the request standing."""
    steps = [_tell_request(facts), f"The episode ended {facts.episode.outcome}."]
    if facts.episode.changes[-1].state is State.GIVEN_UP:
        reason = "the customer gave the request up after the way out had been barred"
        return Answer(reason, steps=tuple(steps), status=RuleStatus.CANNOT_TELL)
    if facts.episode.outcome is not Outcome.NOT_CANCELLED:
        return Answer(f"the call ended {facts.episode.outcome}", steps=tuple(steps))
    last = _last_agent_turn(facts)
    if last is None or last <= facts.request_turn:
        reason = "the recording ends before the agent could answer the request"
        return Answer(reason, steps=tuple(steps), status=RuleStatus.CANNOT_TELL)
    hidden = _hidden_turns(facts, facts.request_turn)
    if hidden:
        return _cannot_tell(facts, hidden, "a confirmation or an allowed reason", steps)
    steps.append("No confirmation and no allowed reason was found up to the last turn.")
    steps += _tell_waits(facts)
    request = facts.episode.request
    strength = request.strength if request else 1.0
    return Answer(
        "the call ended with the request standing",
        turns=(last,),
        steps=tuple(steps),
        strength=strength,
    )


def _tell_waits(facts: Facts) -> list[str]:
    """How long nobody spoke after the request, where that is as long as a hold."""
    if isinstance(facts.talk, NoTalk):
        return []
    shortest = facts.rulebook.profile.hold_seconds
    begin = facts.turns[facts.request_turn].parts[0].number
    waits = [s for s in facts.talk.silences if s.number >= begin and s.seconds >= shortest]
    if not waits:
        return []
    seconds = round(sum(each.seconds for each in waits))
    return [f"After the request nobody spoke for {seconds} seconds, {_count(len(waits), 'wait')}."]


def _hidden_turns(facts: Facts, after: int, *, details: bool = False) -> tuple[int, ...]:
    """The agent's turns later than `after` that are mostly redacted, so that any act may have stood
    there; with `details` also those in which a date, a number or an address was."""
    return tuple(
        turn.index
        for turn in facts.turns[after + 1 :]
        if turn.role is Role.AGENT
        and (is_mostly_hidden(turn.text) or (details and hides_detail(turn.text)))
    )


def _cannot_tell(facts: Facts, hidden: Sequence[int], sought: str, steps: Sequence[str]) -> Answer:
    """That what was looked for may stand where words were redacted."""
    reason = f"{sought} may have been redacted in {_name_turns(facts, hidden)}"
    return Answer(reason, steps=tuple(steps), status=RuleStatus.CANNOT_TELL)


def _last_agent_turn(facts: Facts) -> int | None:
    agents = [turn.index for turn in facts.turns if turn.role is Role.AGENT]
    return agents[-1] if agents else None


def _check_concern_unanswered(facts: Facts, _check: Any) -> Answer:
    """A concern was voiced and not acknowledged in the agent's next substantive turns."""
    concerns = facts.episode.concerns
    ignored = [c for c in concerns if c.answered_in is None and c.settled]
    steps = [_tell_concern(facts, concern) for concern in concerns]
    chances = {turn for concern in ignored for turn in concern.chances}
    hidden = {turn for turn in chances if is_mostly_hidden(facts.turns[turn].text)}
    ignored = [concern for concern in ignored if not hidden.intersection(concern.chances)]
    if hidden and not ignored:
        return _cannot_tell(facts, sorted(hidden), "the answer to a concern", steps)
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
        f"{_count(len(ignored), 'concern')} passed over, voiced in {_name_turns(facts, acts)}",
        acts,
        steps=tuple(steps),
    )


def _tell_concern(facts: Facts, concern: Concern) -> str:
    voiced = f"{concern.act.name} in {_name_turns(facts, [concern.act])}"
    if concern.answered_in is not None:
        return f"{voiced} was answered in {_name_turns(facts, [concern.answered_in])}."
    if concern.chances:
        return f"{voiced} was not acknowledged in {_name_turns(facts, concern.chances)}."
    return f"{voiced}: no agent's turn of substance followed."


def _check_offer_irrelevant(facts: Facts, _check: Any) -> Answer:
    """An offer that can't help with any concern voiced before it."""
    relevance = facts.rulebook.relevance
    topics: dict[str, Act] = {}
    irrelevant: list[Act] = []
    steps: list[str] = []
    invited = [act for attempt in facts.episode.attempts if attempt.invited for act in attempt.acts]
    for act in facts.acts:
        if act.label in {ActLabel.GIVE_REASON, ActLabel.RAISE_CONCERN, ActLabel.REPEAT_CONCERN}:
            topics.setdefault(act.qualifier, act)
        elif act.label in PUT_FORWARD and topics and act not in invited:
            kind = act.qualifier or ARGUMENT
            if not any(kind in relevance[topic] for topic in topics):
                irrelevant.append(act)
                steps.append(
                    f"{act.name} in {_name_turns(facts, [act])} can't help with "
                    f"{', '.join(topics)} ({_name_turns(facts, list(topics.values()))})."
                )
    if not irrelevant:
        return Answer("no offer that could not help", steps=tuple(steps))
    return Answer(
        f"irrelevant offer in {_name_turns(facts, irrelevant)}",
        tuple(irrelevant),
        steps=tuple(steps),
    )


def _check_concern_repeated(facts: Facts, _check: Any) -> Answer:
    """The customer had to raise a concern again."""
    repeats = facts.of(ActLabel.REPEAT_CONCERN)
    if not repeats:
        return Answer(
            "no concern had to be raised again", steps=("Looked for a concern raised again.",)
        )
    where = _name_turns(facts, repeats)
    step = f"The customer raised it again in {where}: {', '.join(_names(repeats))}."
    return Answer(f"a concern had to be raised again in {where}", tuple(repeats), steps=(step,))


def _check_act_missing(facts: Facts, check: Any) -> Answer:
    """The agent never did the named act after the request, or after the final decision."""
    episode = facts.episode
    decision = check.after == "decision"
    after = (episode.final_decision or 0) if decision else facts.request_turn
    found = facts.of(check.act, after=after)
    since = "the customer's final decision" if decision else "the request"
    steps = (_tell_request(facts), f"Looked for {check.act} after {since}.")
    if found:
        return Answer(f"{check.act} in {_name_turns(facts, found)}", steps=steps)
    details = check.act == ActLabel.CONFIRM_DETAILS
    if hidden := _hidden_turns(facts, after, details=details):
        return _cannot_tell(facts, hidden, check.act, steps)
    if decision:
        last = _last_agent_turn(facts)
        return Answer(
            f"no {check.act} after {since}", turns=(last,) if last is not None else (), steps=steps
        )
    confirms = facts.of(ActLabel.CONFIRM, after=after)
    return Answer(f"no {check.act} after {since}", tuple(confirms), steps=steps)


KINDS: dict[str, Callable[[Facts, Any], Answer]] = {
    "act-present": _check_act_present,
    "act-missing": _check_act_missing,
    "attempt-after-decline": _check_attempt_after_decline,
    "reason-pressed": _check_reason_pressed,
    "passed-on": _check_passed_on,
    "request-standing": _check_request_standing,
    "concern-unanswered": _check_concern_unanswered,
    "offer-irrelevant": _check_offer_irrelevant,
    "concern-repeated": _check_concern_repeated,
}
"""The check kinds by the name that rule files use."""
