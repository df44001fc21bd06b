"""Who is who in a call: roles that the source states, the user maps, or the words give away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from transcript_audit.errors import ConfigurationError
from transcript_audit.model import Role, RoleSource, Transcript, Utterance
from transcript_audit.readers.options import covers
from transcript_audit.role_cues import Cue, found_among, found_cues, load_cues
from transcript_audit.roster import NO_ROSTER, Roster
from transcript_audit.speakers import channel_of, fold_label, stated_role

DEFAULT_MARGIN = 5.0
"""Smallest lead, in natural log odds, at which an inferred role counts as decided. Cues overlap, so
the odds are overstated: on pieces of 4 to 8 turns, 1 to 2 % of what is decided at 5 is wrong."""

DOUBT_MARGINS = 2
"""Margins by which what is said must speak against stated roles before they are doubted: a source
that states them is mostly right, and the odds are overstated."""

_BYSTANDER_SHARE = 0.08
"""A further speaker with less than this share of the words is `other` where they stay undecided."""

_MOST_OPEN = 10
"""More unknown speakers than this are not told apart (each doubles the readings to weigh)."""

_SIDES = frozenset({Role.AGENT, Role.CUSTOMER})


@dataclass(frozen=True, slots=True)
class RoleOptions:
    """What the user says about speakers.

    Attributes:
        agent_speakers, customer_speakers: labels as the source writes them, in any case.
        agent_channels: channels, in the source's own count, on which only agents speak.
        roster: whoever is in it is an agent, and goes by the roster's name.
        trust_stated: whether to take stated roles for right even where the words speak against it.
        ignore_stated: whether to judge by the words although labels say "agent" or "customer".
        margin: smallest lead, in natural log odds, for an inferred role.
        by_source: options of their own for what a path or pattern covers (see
            `readers.options.covers`); the first that covers a call's source holds for it.

    Raises:
        ConfigurationError: a label or channel is given for both roles, or the margin is negative.
    """

    agent_speakers: tuple[str, ...] = ()
    customer_speakers: tuple[str, ...] = ()
    agent_channels: tuple[int, ...] = ()
    roster: Roster = NO_ROSTER
    trust_stated: bool = False
    ignore_stated: bool = False
    margin: float = DEFAULT_MARGIN
    by_source: tuple[tuple[str, RoleOptions], ...] = ()

    def __post_init__(self) -> None:
        customers = set(map(fold_label, self.customer_speakers))
        both = [label for label in self.agent_speakers if fold_label(label) in customers]
        if both:
            raise ConfigurationError(
                f"speaker {_quoted(both)} is given as agent and as customer: expected one role a "
                "speaker; leave it out of one of --agent-speaker and --customer-speaker"
            )
        channels = self.agent_channels
        crossed = [each for each in self.customer_speakers if channel_of(each) in channels]
        if crossed:
            raise ConfigurationError(
                f"speaker {_quoted(crossed)} is given as customer, and its channel as the agent's: "
                "leave it out of one of --agent-channel and --customer-speaker"
            )
        if not self.margin >= 0:
            raise ConfigurationError(f"role margin {self.margin}: expected a number from 0 up")

    def for_source(self, path: str) -> RoleOptions:
        """The options that hold for the calls of the source at `path`."""
        return next((own for pattern, own in self.by_source if covers(pattern, path)), self)


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """The role of every speaker label of a call.

    Attributes:
        roles: by label, exactly as the utterances write it.
        source: `inferred` if any label was, else `mapped` if any label was, else `stated`.
        margin: lead of the weakest inferred role in natural log odds; 0.0 if none was inferred.
        reason: one line for a reader.
    """

    roles: Mapping[str, Role]
    source: RoleSource
    margin: float
    reason: str


@dataclass(frozen=True, slots=True)
class UndecidedRoles:
    """Why the roles of a call stay open, in one line, and what settles it."""

    reason: str


def assign_roles(
    transcript: Transcript,
    options: RoleOptions | None = None,
    cues: Sequence[Cue] | None = None,
) -> RoleAssignment | UndecidedRoles:
    """The role of each speaker label, or why it cannot be told.

    Options go before the roster, the roster before labels, labels before elimination, elimination
    before what is said, which is judged by `cues` (default: those of `load_cues`).
    """
    options = options or RoleOptions()
    labels = list(dict.fromkeys(utterance.speaker for utterance in transcript.utterances))
    mapped = _mapped_roles(labels, options)
    listed = _roster_roles(labels, transcript, options.roster)
    known = _stated_roles(labels, transcript, options) | listed | mapped
    unknown = [label for label in labels if label not in known]
    left_over = _left_over_role(known, mapped, unknown)
    if left_over is not None:
        known |= dict.fromkeys(unknown, left_over)
    people = [label for label in labels if known.get(label, Role.AGENT) in _SIDES]
    if len(people) < 2:
        return UndecidedRoles(_too_few(people, labels))
    if unknown and left_over is None:
        return _infer_roles(transcript, known, unknown, options.margin, cues or load_cues())
    if not set(known.values()) >= _SIDES:
        return UndecidedRoles(_one_sided(known))
    source = RoleSource.MAPPED if mapped or listed else RoleSource.STATED
    return RoleAssignment(known, source, 0.0, f"{source}: {_listed(known)}")


def _mapped_roles(labels: Iterable[str], options: RoleOptions) -> dict[str, Role]:
    roles = dict.fromkeys(map(fold_label, options.agent_speakers), Role.AGENT)
    roles |= dict.fromkeys(map(fold_label, options.customer_speakers), Role.CUSTOMER)
    mapped = {}
    for label in labels:
        role = roles.get(fold_label(label))
        if role is None and channel_of(label) in options.agent_channels:
            role = Role.AGENT
        if role is not None:
            mapped[label] = role
    return mapped


def _roster_roles(labels: Iterable[str], transcript: Transcript, roster: Roster) -> dict[str, Role]:
    """The labels that name somebody in the roster, or whose utterances all bear such an agent id.

    A source that gives an agent id to everybody's utterances means the call, not the speaker.
    """
    if not roster.agents:
        return {}
    agents = {label: roster.find_speaker(label) is not None for label in labels}
    borne = {
        label
        for label in agents
        if stated_role(label) in {None, Role.AGENT}
        and all(
            roster.find_agent(utterance.agent_id or "")
            for utterance in transcript.utterances
            if utterance.speaker == label
        )
    }
    if len(borne) < len(agents):
        agents |= dict.fromkeys(borne, True)
    return {label: Role.AGENT for label, listed in agents.items() if listed}


def _stated_roles(
    labels: Iterable[str], transcript: Transcript, options: RoleOptions
) -> dict[str, Role]:
    names = set(map(fold_label, transcript.agent_ids))
    roles = {}
    for label in labels:
        role = stated_role(label)
        if role is None and fold_label(label) in names:
            role = Role.AGENT
        if role is not None and not (options.ignore_stated and role in _SIDES):
            roles[label] = role
    return roles


def _left_over_role(
    known: Mapping[str, Role], mapped: Mapping[str, Role], unknown: Sequence[str]
) -> Role | None:
    """The role that is left for the unknown labels, or None where the words must decide.

    A user who names one side has named all of it. A source that states one side leaves the other
    to a single unknown speaker only, since two may be one of each.
    """
    sides = _SIDES & set(known.values())
    if set(mapped.values()) >= _SIDES:
        return Role.OTHER
    if len(sides) == 1 and (mapped or len(unknown) == 1):
        return Role.CUSTOMER if Role.AGENT in sides else Role.AGENT
    return None


# --- weighing it ------------------------------------------------------------------------------


def _infer_roles(
    transcript: Transcript,
    known: Mapping[str, Role],
    unknown: Sequence[str],
    needed: float,
    cues: Sequence[Cue],
) -> RoleAssignment | UndecidedRoles:
    """Roles for the unknown labels by `cues`, or why a lead is smaller than `needed`."""
    if len(unknown) > _MOST_OPEN:
        return UndecidedRoles(_cannot_tell(f"{len(unknown)} speakers have no stated role", unknown))
    weights = {cue.id: cue.weight for cue in cues}
    found = {label: found_cues(transcript.utterances, label, cues) for label in unknown}
    scores = {label: sum(weights[cue] for cue in shown) for label, shown in found.items()}
    leads = _leads(scores, known.values())
    small = _bystanders(transcript.utterances)
    roles = dict(known)
    roles |= {k: Role.OTHER for k, lead in leads.items() if k in small and abs(lead) < needed}
    leads = _leads({k: v for k, v in scores.items() if k not in roles}, known.values())
    weak = [label for label, lead in leads.items() if abs(lead) < needed]
    if weak:
        lead = min(abs(leads[label]) for label in weak)
        why = f"what {_quoted(weak)} says fits either side (lead {lead:.1f}, needed {needed:g})"
        return UndecidedRoles(_cannot_tell(why, unknown))
    inferred = {k: Role.AGENT if lead > 0 else Role.CUSTOMER for k, lead in leads.items()}
    roles |= inferred
    if not set(roles.values()) >= _SIDES:
        return UndecidedRoles(_one_sided(roles))
    if not inferred:
        return RoleAssignment(roles, RoleSource.STATED, 0.0, f"stated: {_listed(roles)}")
    reason = f"inferred: {_listed(roles)}; {_strongest(found, inferred, weights)}"
    return RoleAssignment(roles, RoleSource.INFERRED, min(map(abs, leads.values())), reason)


def _leads(scores: Mapping[str, float], known: Collection[Role]) -> dict[str, float]:
    """For each label, how much better the best reading with it as agent is than as customer.

    A reading gives every label a side and leaves no side of the call empty. Its worth is half the
    sum of its agents' scores less half the sum of its customers' (so that of two speakers the lead
    is the difference of their scores). Empty where no reading is possible.
    """
    best: dict[tuple[str, Role], float] = {}
    for sides in product(sorted(_SIDES), repeat=len(scores)):
        if not {*known, *sides} >= _SIDES:
            continue
        worth = sum(
            score / 2 if side == Role.AGENT else -score / 2
            for score, side in zip(scores.values(), sides, strict=True)
        )
        for label, side in zip(scores, sides, strict=True):
            best[label, side] = max(worth, best.get((label, side), worth))
    return {
        label: best[label, Role.AGENT] - best[label, Role.CUSTOMER]
        for label in scores
        if (label, Role.AGENT) in best and (label, Role.CUSTOMER) in best
    }


def _bystanders(utterances: Iterable[Utterance]) -> list[str]:
    """Labels of speakers, where there are three or more, who say next to nothing."""
    words: dict[str, int] = {}
    for utterance in utterances:
        words[utterance.speaker] = words.get(utterance.speaker, 0) + len(utterance.text.split())
    total = sum(words.values())
    few = [label for label, count in words.items() if count < _BYSTANDER_SHARE * total]
    return few if len(words) - len(few) >= 2 else []


# --- doubting what is stated ------------------------------------------------------------------


def doubt_roles(
    transcript: Transcript,
    assignment: RoleAssignment,
    options: RoleOptions | None = None,
    cues: Sequence[Cue] | None = None,
) -> str:
    """Why roles that the source states look swapped, and what settles it; "" where they don't.

    They do where what the agents say speaks for a customer, and the reverse, by `DOUBT_MARGINS`
    times the margin that an inferred role needs.
    """
    options = options or RoleOptions()
    if assignment.source is not RoleSource.STATED or options.trust_stated:
        return ""
    cues = cues or load_cues()
    weights = {cue.id: cue.weight for cue in cues}
    found = {
        role: found_among(transcript.utterances, assignment.roles, role, cues)
        for role in (Role.AGENT, Role.CUSTOMER)
    }
    scores = {role: sum(weights[cue] for cue in shown) for role, shown in found.items()}
    lead = scores[Role.CUSTOMER] - scores[Role.AGENT]
    if lead <= DOUBT_MARGINS * options.margin:
        return ""
    labels = {r: [k for k, v in assignment.roles.items() if v is r] for r in _SIDES}
    agent, customer = _quoted(labels[Role.AGENT]), _quoted(labels[Role.CUSTOMER])
    shown = _strongest({customer: found[Role.CUSTOMER]}, {customer: Role.AGENT}, weights)
    return (
        f"the roles look swapped: {customer} speaks like an agent and {agent} like a customer "
        f"(lead {lead:.1f}; {shown.partition(': ')[2]}); use --agent-speaker and "
        "--customer-speaker to put them right, or --trust-roles if they are"
    )


# --- words for the reader ---------------------------------------------------------------------


def _quoted(labels: Iterable[str]) -> str:
    shown = [repr(label if len(label) <= 30 else label[:29] + "…") for label in labels]
    rest = f" and {len(shown) - 4} more" if len(shown) > 4 else ""
    return ", ".join(shown[:4]) + rest


def _listed(roles: Mapping[str, Role]) -> str:
    """ "agent 'A', customer 'B'", in the order of `Role`."""
    return ", ".join(
        f"{role} {_quoted(labels)}"
        for role in Role
        if (labels := [label for label, given in roles.items() if given == role])
    )


def _strongest(
    cues: Mapping[str, Collection[str]], roles: Mapping[str, Role], weights: Mapping[str, float]
) -> str:
    """The three weightiest cues for each inferred role."""
    parts = []
    for label, role in roles.items():
        sign = 1 if role == Role.AGENT else -1
        best = sorted(cues[label], key=lambda cue: (-sign * weights[cue], cue))[:3]
        best = [cue for cue in best if sign * weights[cue] > 0]
        parts.append(f"{_quoted([label])}: {', '.join(best) or 'by contrast'}")
    return "; ".join(parts)


def _too_few(people: Sequence[str], labels: Sequence[str]) -> str:
    if not labels:
        return "nobody speaks in it: expected an agent and a customer"
    found = f"only one speaker ({_quoted(people)})" if people else "only recordings and bystanders"
    return (
        f"{found}: expected an agent and a customer; "
        "check that the export has both sides and says who speaks"
    )


def _one_sided(roles: Mapping[str, Role]) -> str:
    missing = next(iter(sorted(_SIDES - set(roles.values()))))
    return (
        f"cannot tell who the {missing} is: the speakers are {_listed(roles)}; "
        f"use --{missing}-speaker LABEL"
    )


def _cannot_tell(why: str, unknown: Sequence[str]) -> str:
    return (
        f"cannot tell who the agent is: {why}; "
        f"use --agent-speaker LABEL (unknown: {_quoted(unknown)})"
    )
