"""What a speaker label says: a role ("Agent 2", "REP>"), a name ("Kyle"), or neither ("spk_0")."""

from __future__ import annotations

import re
from functools import lru_cache

from transcript_audit.model import Role
from transcript_audit.redaction_marks import hide_marks

_WORDS = {
    Role.SYSTEM: (
        r"(?:automated|virtual|ai|voice|digital) (?:agent|assistant|attendant|bot)"
        r"|automated(?: (?:voice|message|system))?|auto attendant|system|ivr|chatbot|bot|machine"
        r"|recording|recorded message|announcement|announcer|voicemail|music"
    ),
    Role.OTHER: r"other|interpreter|translator|bystander|background|third party",
    # "Customer service" answers for the company although it names the customer.
    Role.AGENT: (
        r"(?:customer|client|member|guest|user|patient)"
        r" (?:services?|care|support|success|relations|agent|rep|representative|advis[eo]r)"
        r"|agent|agt|rep|representative|advis[eo]r|operator|cs[re]|associate|support|supervisor"
        r"|manager|specialist|consultant|team lead|team leader|clerk|receptionist|dispatcher"
        r"|internal|salesperson|sales|technician|assistant|staff|employee|advocate|company"
        r"|retentions?"
    ),
    Role.CUSTOMER: (
        r"(?:joint )?account holder|customer|cust|caller|client|member|guest|subscriber|end user"
        r"|user|consumer|policy ?holder|card ?holder|patient|passenger|shopper|buyer|donor|tenant"
        r"|visitor|contact|external"
    ),
}
_PATTERNS = {
    role: re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])", re.IGNORECASE)
    for role, words in _WORDS.items()
}
_SENIOR = re.compile(r"supervis|manager|\blead|specialist|retention")
_PLACEHOLDER = re.compile(
    r"(?:spk|speaker|channel|chan|ch|party|participant|person|voice|line|leg|s)? ?(?:\d+|[a-z])?"
    r"|unknown(?: ?\w)?|unk|uu|left|right|inbound|outbound|none|null|nan"
)

LABELS_KEPT = 1000
"""Labels of which it is kept what they state; every line of a call asks."""

_CHANNEL = re.compile(r"(?:channel|chan|ch) ?(\d{1,4})(?: (?:speaker|spk) ?\w{1,4})?")


@lru_cache(maxsize=LABELS_KEPT)
def stated_role(label: str) -> Role | None:
    """The role that a label states ("Agent 2", "REP>", "Customer (Ann)"), or None.

    A label that names both sides ("agent/customer") states none.
    """
    rest = _plain(label)
    stated = []
    for role, pattern in _PATTERNS.items():
        rest, times = pattern.subn(" ", rest)
        if times:
            stated.append(role)
    if stated and stated[0] in {Role.SYSTEM, Role.OTHER}:
        return stated[0]
    return stated[0] if len(stated) == 1 else None


def named_person(label: str) -> str | None:
    """The name in a label ("Kyle", "Agent (Kyle)", "Kyle - Agent"), or None where there is none."""
    if channel_of(label) is not None:
        return None
    name = re.sub(r"[^\w\s.'’-]|_", " ", hide_marks(label, " "))
    for pattern in _PATTERNS.values():
        name = pattern.sub(" ", name)
    name = " ".join(re.sub(r"(?<!\S)[\d.'’-]+(?!\S)", " ", name).split()).strip("-.'’ ")
    return None if _PLACEHOLDER.fullmatch(_plain(name)) else name


def channel_of(label: str) -> int | None:
    """The channel of "channel 1", "ch_1" or "channel 1 speaker 0", in the source's own count; None
    for a label that names no channel."""
    match = _CHANNEL.fullmatch(_plain(label))
    return int(match[1]) if match else None


def is_senior(label: str) -> bool:
    """Whether a label names whom an agent passes a caller on to ("Supervisor", "Team lead")."""
    return bool(_SENIOR.search(_plain(label)))


def fold_label(label: str) -> str:
    """The label without case and with single spaces, for comparing."""
    return " ".join(label.casefold().split())


def _plain(label: str) -> str:
    """The label's words in lower case ("HumanAgent_01" -> "human agent 01")."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label).lower()
    return re.sub(r"[\W_]+", " ", apart).strip()
