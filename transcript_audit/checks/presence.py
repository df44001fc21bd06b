"""Check kinds that ask whether the agent did a named act: `act-present`, `act-missing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from transcript_audit.checks.citing import worth_citing
from transcript_audit.checks.facts import Answer, Facts
from transcript_audit.checks.redacted import cannot_tell, hidden_turns
from transcript_audit.checks.telling import name_acts, name_turns, tell_request
from transcript_audit.model import Act, ActLabel, Role, RuleStatus, State
from transcript_audit.talk import NoTalk, Talk
from transcript_audit.timed_acts import cut_ins_by_agent, protests


def check_act_present(facts: Facts, check: Any) -> Answer:
    """The agent did one of the named acts, from the start or after the request."""
    names = " or ".join(check.acts)
    looked = f"Looked for {names} in the agent's turns"
    if check.after == "request":
        acts = facts.of(*check.acts, after=facts.request_turn)
        steps = [tell_request(facts), f"{looked} after the request."]
    else:
        acts = facts.of(*check.acts)
        steps = [f"{looked} of the whole call."]
    agreed = [act for act in acts if _was_agreed_to(facts, act)]
    if agreed:
        taken = set(agreed)
        acts = [act for act in acts if act not in taken]
        steps.append(f"In {name_turns(facts, agreed)} the agent did what had just been accepted.")
    if not acts:
        clear = Answer(f"no {names} by the agent", steps=tuple(steps))
        return _doubt_talking_over(facts, clear) if check.talking_over else clear
    return _cite_surest(facts, acts, steps)


def _cite_surest(facts: Facts, acts: Sequence[Act], steps: Sequence[str]) -> Answer:
    """The acts that are sure enough as evidence; the others are only told."""
    cited = worth_citing(facts, tuple(acts))
    where, what = name_turns(facts, cited), ", ".join(name_acts(cited))
    told = [*steps, f"Found in {where}: {what}."]
    shown = set(cited)
    faint = [act for act in acts if act not in shown]
    if faint:
        told.append(f"Too faint to cite: {name_turns(facts, faint)}.")
    return Answer(f"{what} in {where}", cited, steps=tuple(told))


def _was_agreed_to(facts: Facts, act: Act) -> bool:
    """Whether a substitution is what the customer freely took in their last words before it."""
    if act.label is not ActLabel.SUBSTITUTE:
        return False
    if facts.episode.state_before(act.turn) is not State.WITHDRAWN:
        return False
    spoken = [turn.index for turn in facts.turns[: act.turn] if turn.role is Role.CUSTOMER]
    last = {each.label for each in facts.acts if spoken and each.turn == spoken[-1]}
    return bool(last & {ActLabel.ACCEPT, ActLabel.WITHDRAW})


def _doubt_talking_over(facts: Facts, clear: Answer) -> Answer:
    """The answer, or that somebody has to listen: either the times or the customer's protest alone
    suggest that the agent talked over them."""
    talk = facts.talk
    if isinstance(talk, NoTalk):
        doubt = _tell_untimed_protest(facts, talk)
    else:
        doubt = _tell_unprotested_cut_ins(facts, talk)
    return replace(clear, reason=doubt, status=RuleStatus.CANNOT_TELL) if doubt else clear


def _tell_untimed_protest(facts: Facts, talk: NoTalk) -> str:
    """Where the customer asked to be let finish, in a call without times; or ""."""
    protested = protests(facts.acts)
    if not protested:
        return ""
    return f"the customer asked to be let finish in {name_turns(facts, protested)}; {talk.reason}"


def _tell_unprotested_cut_ins(facts: Facts, talk: Talk) -> str:
    """How often and how long the agent cut in; "" where it is seldom, or less than twice as often
    as the customer: then both just talk fast, or the line is slow."""
    profile = facts.rulebook.profile
    cut_ins = cut_ins_by_agent(talk, profile)
    by_customer = sum(each.by is Role.CUSTOMER for each in talk.interruptions)
    if len(cut_ins) < max(profile.cut_ins_to_hear, 2 * by_customer):
        return ""
    numbers = ", ".join(str(each.number) for each in cut_ins)
    seconds = sum(each.seconds for each in cut_ins)
    return (
        f"the agent cut in {len(cut_ins)} times, for {seconds:.0f} seconds (turns {numbers}); "
        "the customer did not protest, so it takes an ear to tell"
    )


def check_act_missing(facts: Facts, check: Any) -> Answer:
    """The agent never did the named act after the request, or after the final decision."""
    episode = facts.episode
    decision = check.after == "decision"
    after = (episode.final_decision or 0) if decision else facts.request_turn
    found = facts.of(check.act, after=after)
    since = "the customer's final decision" if decision else "the request"
    steps = (tell_request(facts), f"Looked for {check.act} after {since}.")
    if found:
        return Answer(f"{check.act} in {name_turns(facts, found)}", steps=steps)
    details = check.act == ActLabel.CONFIRM_DETAILS
    if hidden := hidden_turns(facts, after, details=details):
        return cannot_tell(facts, hidden, check.act, steps)
    if decision:
        last = facts.last_agent_turn
        return Answer(f"no {check.act} after {since}", turns=(last,), steps=steps)
    confirms = facts.of(ActLabel.CONFIRM, after=after)
    return Answer(f"no {check.act} after {since}", tuple(confirms), steps=steps)
