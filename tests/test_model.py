"""The nouns: values that stay what they are when one process hands them to another."""

from __future__ import annotations

import pickle
from copy import copy, deepcopy
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loaded import recogniser_once

from transcript_audit import model
from transcript_audit.audit import audit_call
from transcript_audit.handing_over import handed_over
from transcript_audit.model import CallAudit, Role, Transcript, Utterance
from transcript_audit.rulebook import RuleBook

NOUNS = [each for each in vars(model).values() if is_dataclass(each)]


class Colour(StrEnum):
    RED = "red"


@handed_over
@dataclass(frozen=True, slots=True)
class Mixed:
    """What the nouns hold, and what a reader may put in its place."""

    one: Any
    other: Any = ()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))  # halves of surrogate pairs too, as in names of files
    | st.sampled_from([Role.AGENT, Colour.RED])
    | st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=-3.5)))),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.frozensets(st.integers() | st.text(), max_size=1)
        | st.dictionaries(st.integers() | st.text(), inner, max_size=3)
        | st.builds(Mixed, inner, inner)
    ),
    max_leaves=12,
)


def sent(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))  # noqa: S301 - our own


@given(st.builds(Mixed, VALUES, VALUES))
def test_what_is_handed_over_arrives_as_it_was_types_included(value: Mixed) -> None:
    assert repr(sent(value)) == repr(value)  # two that are not a number are never equal
    assert repr(copy(value)) == repr(deepcopy(value)) == repr(value)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: str(noun.__name__))
def test_every_noun_is_handed_over_by_its_values(noun: type[Any]) -> None:
    values = tuple(f"{each.name} \udcff" for each in fields(noun))
    value = noun(*values)
    assert value.__reduce__() == (noun, values)
    assert type(sent(value)) is noun
    assert sent(value) == value


@dataclass(frozen=True, slots=True)
class Dubbed(Utterance):
    """A line of a source that says more of it than others do."""

    language: str = "en"


def test_a_noun_made_of_another_arrives_whole() -> None:
    value = Dubbed(1, "Agent", "Hello.", language="fr")
    assert sent(value) == copy(value) == deepcopy(value) == value
    assert type(sent(value)) is Dubbed


def test_an_audit_arrives_equal_and_can_be_changed_as_before(rulebook: RuleBook) -> None:
    said = (
        Utterance(0, "agent", "Larch Mobile, how can I help?", 0.0, 2.5),
        Utterance(1, "customer", "I want to cancel my contract, it is too dear.", 3, None),
        Utterance(2, "agent", "I won't cancel that for you. Bye."),
    )
    began = datetime(2026, 3, 8, 23, 59, tzinfo=timezone(timedelta(hours=-5)))
    call = Transcript("a", "a\udcff.jsonl", said, ("Zoë",), began, "jsonl", {"interruptions": 2})
    audit = audit_call(call, rulebook, recogniser_once(rulebook, patterns_only=True))
    arrived = sent(audit)
    assert isinstance(arrived, CallAudit)
    assert audit.findings
    assert arrived == audit
    assert repr(arrived) == repr(audit)
    assert hash(arrived.findings) == hash(audit.findings)
    assert replace(arrived, notes=("x",)) == replace(audit, notes=("x",))
