"""A run shared by a cluster: a real scheduler and workers, one of which is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from transcript_audit import distributed as module
from transcript_audit.checkpoint import Part
from transcript_audit.cli import app
from transcript_audit.distributed import DONE, plan_shares

pytestmark = pytest.mark.usefixtures("_loaded_once")

FILES = 30
CALLS = 3
SAID = [
    ("agent", "Thanks for calling Larch Mobile, how can I help you today?"),
    ("customer", "I want to cancel my contract please, it is number {n}."),
    ("agent", "I'm not going to cancel that for you, we have an offer."),
    ("customer", "No thank you, I said I want to cancel."),
    ("agent", "Then I can't help you. Bye."),
]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    folder.mkdir()
    for number in range(FILES):
        lines = [call(f"c{number}-{each}", number * each) for each in range(CALLS)]
        (folder / f"{number:02}.jsonl").write_text("".join(lines))
    return folder


def call(call_id: str, number: int) -> str:
    turns = [{"speaker": who, "text": text.format(n=number)} for who, text in SAID]
    return json.dumps({"id": call_id, "agent": "Zoë", "turns": turns}) + "\n"


def audit(lake: Path, *options: object) -> Result:
    words = ("audit", lake, "--patterns-only", "--no-settings", "--format", "jsonl", *options)
    return CliRunner().invoke(app, [str(each) for each in words])


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    config = pytest.importorskip("dask.config")
    with (
        config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
    ):
        yield cluster


def kill_a_worker(cluster: Any, kept: Path, killed: list[int]) -> None:
    """Once the first share is done and others are under way."""
    until = time.monotonic() + 120
    while time.monotonic() < until and not any(kept.glob(f"*{DONE}")):
        time.sleep(0.01)
    pid = next(iter(cluster.workers.values())).pid
    os.kill(pid, signal.SIGKILL)
    killed.append(pid)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX matter")
def test_a_cluster_that_loses_a_worker_comes_to_what_one_process_does(
    lake: Path, tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = audit(lake, "--jobs", 1)
    monkeypatch.setattr(module, "FILES", 2)
    kept, killed = tmp_path / "kept", list[int]()
    address = cluster.scheduler_address
    options = ("--engine", "dask", "--scheduler", address, "--checkpoint", kept, "--jobs", 1)
    killer = Thread(target=kill_a_worker, args=(cluster, kept, killed), daemon=True)
    killer.start()
    together = audit(lake, *options)
    killer.join(10)
    assert killed
    assert together.exit_code == alone.exit_code == 0, together.stderr
    assert len(alone.stdout.splitlines()) == FILES * CALLS
    assert together.stdout == alone.stdout
    assert len(list(kept.glob(f"*{DONE}"))) == FILES / 2

    monkeypatch.setattr("transcript_audit.batch.audit_call", None)  # all is done
    again = audit(lake, *options)
    assert again.stdout == alone.stdout
    assert f"goes on from {FILES * CALLS} calls" in again.stderr


def test_shares_that_workers_die_of_are_audited_by_the_run_itself(
    lake: Path, tmp_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = audit(lake, "--jobs", 1)
    # by value, since workers cannot import the tests
    monkeypatch.setattr("transcript_audit.worker.audit_share", lambda *_: os._exit(9))
    options = ("--engine", "dask", "--scheduler", cluster.scheduler_address, "--jobs", 1)
    done = audit(lake, *options, "--checkpoint", tmp_path / "kept")
    assert "1 share of the calls came to nothing on the cluster" in done.stderr
    assert done.stdout == alone.stdout
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--scheduler", "tcp://127.0.0.1:1"], "only for --engine dask"),
        (["--scheduler", "tcp://127.0.0.1:1", "--engine", "dask"], "--checkpoint"),
    ],
)
def test_options_that_cannot_go_together_exit_2(lake: Path, options: list[str], told: str) -> None:
    done = audit(lake, *options)
    assert done.exit_code == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_scheduler_that_is_not_there_exits_2_with_a_line(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(module, "WAIT", 0.3)
    address = "tcp://127.0.0.1:1"
    options = ("--engine", "dask", "--scheduler", address, "--checkpoint", tmp_path / "kept")
    done = audit(lake, *options)
    assert done.exit_code == 2
    assert f"--scheduler {address}: no scheduler answers there" in done.stderr


def test_standard_input_and_relative_paths_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    stdin = audit(Path("-"), "--engine", "dask")
    assert stdin.exit_code == 2
    assert "standard input" in stdin.stderr
    options = ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1", "--checkpoint", tmp_path)
    relative = audit(Path("lake"), *options)
    assert relative.exit_code == 2
    assert "full path" in relative.stderr


def test_small_files_share_a_share_and_a_large_one_has_several(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(module, "FILES", 20)
    assert [len(each.paths) for each in plan_shares([str(lake)])] == [20, 10]
    (lake / "zz.jsonl").write_text(call("large", 0) * 100)
    monkeypatch.setattr(module, "BYTES", (lake / "zz.jsonl").stat().st_size // 3)
    shares = list(plan_shares([str(lake / "zz.jsonl")], Part(1, 2)))
    assert [each.parts for each in shares] == [(Part(1, 2), Part(n, 3)) for n in (1, 2, 3)]


def test_a_share_has_another_mark_where_a_file_has_changed(lake: Path) -> None:
    pytest.importorskip("distributed")
    [before] = plan_shares([str(lake)])
    assert [before] == list(plan_shares([str(lake)]))
    with (lake / "00.jsonl").open("a") as file:
        file.write(call("more", 0))
    [after] = plan_shares([str(lake)])
    assert before.mark != after.mark
