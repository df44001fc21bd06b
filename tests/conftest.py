"""What many test files need, stores on both databases among it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from loaded import (
    build_commands_once,
    built_in,
    parse_rule_files_once,
    recogniser_once,
    rulebook_once,
)
from sqlalchemy import create_engine
from sqlalchemy.engine import URL

from transcript_audit import batch
from transcript_audit.history import StorePlace
from transcript_audit.rulebook import RuleBook

PASSWORD = "s3cret@word"  # noqa: S105 - of a server that lives for these tests
NUMBERS = count()

# how long an example takes says more about what else the machine does
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
settings.register_profile("ci", UNHURRIED, derandomize=True)
settings.register_profile("deep", UNHURRIED, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Nothing of this user's is read or written, also not by what runs before the first test."""
    parse_rule_files_once()
    build_commands_once()
    # on a slow machine a command would start other processes half way; tests of that say so
    batch.PATIENCE = float("inf")
    for name in [each for each in os.environ if each.startswith("TRANSCRIPT_AUDIT_")]:
        del os.environ[name]
    os.environ["TRANSCRIPT_AUDIT_NO_STORE"] = "1"
    place = os.path.join(tempfile.gettempdir(), "transcript-audit-tests")  # noqa: PTH118
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        os.environ[name] = place


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
    """Stops what computes for longer than so many seconds, however busy the machine is."""

    def stop(*_: object) -> None:
        pytest.fail("takes too long")

    @contextmanager
    def watch(seconds: int) -> Iterator[None]:
        if not hasattr(signal, "SIGPROF"):
            yield
            return
        before = signal.signal(signal.SIGPROF, stop)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    return watch


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each test has a home of its own; pytest's own folders count all others each time."""
    return tmp_path_factory.mktemp("homes", numbered=False)


@pytest.fixture(autouse=True)
def no_store_of_the_user(monkeypatch: pytest.MonkeyPatch, homes: Path) -> None:
    """No test writes where the user's own audits are kept, nor into its own folder instead."""
    home = Path(tempfile.mkdtemp(dir=homes))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(home / "data"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TRANSCRIPT_AUDIT_NO_STORE", "1")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """The address of a running server: a cluster of its own, on a unix socket."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path must be short
    owner: dict[str, object] = {"cwd": folder}
    if os.getuid() == 0:  # initdb refuses to run as root
        try:
            shutil.chown(folder, "postgres", "postgres")
        except LookupError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        owner |= {"user": "postgres", "group": "postgres", "extra_groups": []}

    def run(program: str, *args: str) -> None:
        command = [str(programs / program), *args]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, **owner, **quiet)  # type: ignore[call-overload]

    secret = folder / "secret"
    secret.write_text(PASSWORD, encoding="utf-8")
    cluster = str(folder / "data")
    who = ["--username=tester", "--auth=scram-sha-256", f"--pwfile={secret}"]
    run("initdb", f"--pgdata={cluster}", "--encoding=UTF8", "--locale=C", "--no-sync", *who)
    settings = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
    run("pg_ctl", "start", "-w", "-D", cluster, "-o", settings, "-l", str(folder / "log"))
    try:
        yield URL.create(
            "postgresql", "tester", PASSWORD, database="postgres", query={"host": str(folder)}
        )
    finally:
        run("pg_ctl", "stop", "-w", "-D", cluster, "-m", "immediate")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_place(postgresql_server: URL) -> StorePlace:
    """An empty database."""
    name = f"audits_{os.getpid()}_{next(NUMBERS)}"
    engine = create_engine(
        postgresql_server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    url = postgresql_server.set(drivername="postgresql+psycopg", database=name)
    return StorePlace(url=url)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    """Where a new store may be made, on each of the databases."""
    if request.param == "sqlite":
        return StorePlace(file=tmp_path / "audits.db")
    found: StorePlace = request.getfixturevalue("postgresql_place")
    return found


def find_programs() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version first."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    return next((p for p in [*on_path, *reversed(debian)] if (p / "pg_ctl").exists()), None)
