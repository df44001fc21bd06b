"""What many test files need."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import HealthCheck, settings
from loaded import built_in, recogniser_once, rulebook_once

from transcript_audit.rulebook import RuleBook

# how long an example takes says more about what else the machine does
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def rulebook() -> RuleBook:
    """The built-in rules."""
    return built_in()


@pytest.fixture
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in this process take the built-in rules and recognisers as loaded before."""
    for module in ("rulebook", "labelled_calls"):
        monkeypatch.setattr(f"transcript_audit.{module}.load_rulebook", rulebook_once)
    monkeypatch.setattr("transcript_audit.acts.load_recogniser", recogniser_once)


@pytest.fixture
def in_seconds() -> Callable[[int], AbstractContextManager[None]]:
    """Stops what takes longer than so many seconds, where the system can."""

    def stop(*_: object) -> None:
        pytest.fail("takes too long")

    @contextmanager
    def watch(seconds: int) -> Iterator[None]:
        if not hasattr(signal, "SIGALRM"):
            yield
            return
        before = signal.signal(signal.SIGALRM, stop)
        signal.alarm(seconds)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    return watch
