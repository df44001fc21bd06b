"""The whole program, with sockets forbidden: it opens no connection and resolves no name."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hostile import SAID, hostile_record
from reviewing import verdict
from typer.main import get_command

from transcript_audit.cli import app
from transcript_audit.cli.forms import FOLDERS, Form
from transcript_audit.review.ledger import LedgerFile
from transcript_audit.review.verdicts import Ruling

GUARD = '''
import ctypes
import errno
import os
import signal
import socket
import struct
import sys

FORBIDDEN = ("urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect")
SECCOMP, STRICT, FILTER = 22, 38, 2  # prctl's options PR_SET_SECCOMP and PR_SET_NO_NEW_PRIVS
MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # and number of socket()
KILL, REFUSE, ALLOW = 0x80000000, 0x00050000 | errno.EAFNOSUPPORT, 0x7FFF0000


def forbid(event, args):
    network = event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname")
    if event == "socket.bind" and args[1] == ("::1", 0):
        return  # a library that spaCy loads asks so whether this machine knows IPv6
    if network or event in FORBIDDEN:
        with open(TOLD, "a") as told:
            told.write(f"{event} {args!r}\\n")
        raise RuntimeError(f"no network: {event}")


def forbid_in_kernel(machine):
    """Has the kernel end this process, or a child, that makes an IPv4 socket; IPv6 it refuses.

    It sees compiled code and programs of other languages too.
    """
    architecture, number = MACHINES[machine]
    load, equal, give = 0x20, 0x15, 0x06
    steps = (
        (load, 0, 0, 4), (equal, 0, 5, architecture),
        (load, 0, 0, 0), (equal, 0, 3, number),
        (load, 0, 0, 16), (equal, 3, 0, socket.AF_INET), (equal, 1, 0, socket.AF_INET6),
        (give, 0, 0, ALLOW), (give, 0, 0, REFUSE), (give, 0, 0, KILL),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(STRICT, 1, 0, 0, 0) or libc.prctl(SECCOMP, FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


sys.addaudithook(forbid)
if sys.platform == "linux" and os.uname().machine in MACHINES and not os.environ.get("GUARDED"):
    os.environ["GUARDED"] = "by the kernel"  # for children, who inherit the filter too
    forbid_in_kernel(os.uname().machine)
'''
"""Python runs this before anything else, in every process; neither part can be taken off again."""

RUN = """
import json, sys
import transcript_audit.acts, transcript_audit.labelled_calls, transcript_audit.rulebook
from loaded import recogniser_once, rulebook_once
from transcript_audit.cli import app
from typer.testing import CliRunner

for module in (transcript_audit.rulebook, transcript_audit.labelled_calls):
    module.load_rulebook = rulebook_once  # the rules do not change from command to command
transcript_audit.acts.load_recogniser = recogniser_once
for words in json.load(sys.stdin):
    done = CliRunner().invoke(app, words)
    if done.exit_code or done.exception:
        sys.exit(f"{words}: {done.exit_code} {done.exception!r} {done.output}")
"""
"""Runs commands one after the other, in one process that is guarded from its start."""

REPORTS = """
audit calls
audit calls -o report.txt
audit calls -o report.md
audit calls -o report.html
audit calls -o report.xlsx
audit calls -o report.json
audit calls -o report.jsonl
audit calls -o report.csv
audit calls -o csv --format csv-tables
audit calls -o parquet --format parquet-tables
audit calls -o lake --format parquet-lake
audit calls --jobs 2 --checkpoint done -o jobs.html
audit calls --baseline report.jsonl --pseudonymise
audit hostile.jsonl -o hostile.html
team calls -o team.html
agent Ines calls -o ines.html
coach calls -o sheets
call c-1 calls
call c-1 calls --explain refusal-explicit
call c-1 calls --format json
"""
STORE = """
audit calls --store audits.db
audit hostile.jsonl --store audits.db
store info --store audits.db
store export --store audits.db -o stored.jsonl
team --store audits.db
agent Ines --store audits.db
call c-1 --store audits.db
sample --store audits.db --seed 1 -o sample.json
review import ledger.jsonl --store audits.db
review export --store audits.db -o review.xlsx --reviewer Mia
review import review.xlsx --store audits.db --reviewer Mia
review lessons --store audits.db
review agreement --store audits.db
review labels --store audits.db -o reviewed.jsonl
rules diff default strict --store audits.db
store purge --older-than 1d --store audits.db
"""
RULES = """
rules list
rules show refusal-stall
rules test refusal-stall
rules lint
rules docs -o rules.md
rules schema -o rule-schema
rules new no-begging --kind act-present --act pressure --family repeated-pushback --rules mine
rules test no-begging --rules mine
rules diff default strict calls
formats list
formats detect calls hostile.jsonl
formats docs -o formats.md
schema -o schema
init calls
doctor calls
convert calls -o calls.vcon.json
convert calls -o calls.out.jsonl
convert calls -o calls.parquet --redact
convert hostile.jsonl -o hostile.parquet
evaluate labelled.jsonl --misses all --jobs 2
model train labelled.jsonl --out trained
"""
GROUPS = {
    name: [shlex.split(line) for line in lines.strip().splitlines()]
    for name, lines in (("reports", REPORTS), ("store", STORE), ("rules", RULES))
}
NEEDS_A_SCREEN = ("review", "open")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    told = f"TOLD = {str(tmp_path / 'told')!r}\n"
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(told + GUARD, encoding="utf-8")
    work = tmp_path / "work"
    (work / "calls").mkdir(parents=True)
    turns = [{"speaker": role, "text": words} for role, words in SAID]
    call = {"id": "c-1", "agent": "Ines", "started_at": "2026-03-04T09:30:00", "turns": turns}
    gold = {"outcome": "not-cancelled", "findings": []}
    labelled = [{**call, "id": f"c-{i}", "gold": gold} for i in range(5)]
    (work / "calls" / "c-1.jsonl").write_text(json.dumps(call), encoding="utf-8")
    lines = "".join(f"{json.dumps(each)}\n" for each in labelled)
    (work / "labelled.jsonl").write_text(lines, encoding="utf-8")
    LedgerFile(work / "ledger.jsonl").append([verdict(Ruling.UPHELD, "refusal-explicit")])
    (work / "hostile.jsonl").write_text(json.dumps(hostile_record("url")), encoding="utf-8")
    return work


def guarded(folder: Path) -> dict[str, Any]:
    """How to start a Python that is forbidden the network."""
    tests = Path(__file__).parent
    paths = [folder.parent / "guard", tests.parent, tests]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "XDG_DATA_HOME": str(folder.parent / "data"),
    }
    environment.pop("TRANSCRIPT_AUDIT_NO_STORE")
    return {"cwd": folder, "env": environment, "text": True}


def run(folder: Path, code: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        input=said,
        capture_output=True,
        timeout=600,
        check=False,
        **guarded(folder),
    )


def told(folder: Path) -> str:
    """What the guard forbade."""
    place = folder.parent / "told"
    return place.read_text(encoding="utf-8") if place.exists() else ""


@pytest.mark.parametrize("group", GROUPS)
def test_no_command_opens_a_connection(folder: Path, group: str) -> None:
    done = run(folder, RUN, json.dumps(GROUPS[group]))
    assert done.returncode == 0, done.stderr
    assert told(folder) == ""


def test_a_path_is_never_taken_for_an_address(folder: Path) -> None:
    paths = ["https://192.0.2.1/calls.csv", "//192.0.2.1/calls/a.json"]
    done = run(folder, RUN, json.dumps([["audit", *paths, "--no-store"]]))
    assert "no storage that is read" in done.stderr
    assert "no such file or folder" in done.stderr
    assert told(folder) == ""


def test_the_review_screen_opens_none_either(
    folder: Path, in_seconds: Callable[[int], AbstractContextManager[None]]
) -> None:
    ours, theirs = pytest.importorskip("pty").openpty()
    words = ["-m", "transcript_audit", *NEEDS_A_SCREEN, "calls", "--store", "audits.db"]
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with (
        in_seconds(300),
        subprocess.Popen([sys.executable, *words], **streams, **guarded(folder)) as screen,
    ):
        os.close(theirs)
        shown = b""
        while b"c-1" not in shown:
            assert screen.poll() is None, shown
            shown += os.read(ours, 65536)
        os.write(ours, b"q")
        assert screen.wait(120) == 0, shown
    os.close(ours)
    assert told(folder) == ""


def test_every_command_is_run() -> None:
    run_here = [NEEDS_A_SCREEN, *(tuple(words) for group in GROUPS.values() for words in group)]
    for name in every_command(get_command(app)):
        assert any(words[: len(name)] == name for words in run_here), name


def every_command(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    for word, each in below.items():
        yield from every_command(each, (*name, word))
    if not below:
        yield name


def test_the_audit_is_run_in_every_form() -> None:
    audits = [words for words in GROUPS["reports"] if words[0] == "audit"]
    folders = {words[-1] for words in audits if words[-2] == "--format"}
    files = {Path(words[-1]).suffix for words in audits if words[-2] == "-o"}
    assert folders == {str(form) for form in FOLDERS}
    assert len(files) == len(set(Form) - FOLDERS)


ATTEMPTS = {
    "a name": "socket.getaddrinfo('example.com', 80)",
    "a connection": "socket.create_connection(('127.0.0.1', 9))",
    "a datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
    "a request": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_guard_would_have_told(folder: Path, attempt: str) -> None:
    done = run(folder, f"import socket; {ATTEMPTS[attempt]}")
    assert done.returncode
    assert told(folder) or done.returncode == -signal.SIGSYS


IN_CHILDREN = """
import subprocess, sys
code = "import socket; socket.getaddrinfo('example.com', 80)"
sys.exit(-subprocess.run([sys.executable, "-I", "-c", code]).returncode)
"""
COMPILED = "import ctypes, socket; ctypes.CDLL(None).socket(socket.AF_INET, socket.SOCK_STREAM, 0)"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked to watch only on Linux")
def test_the_kernel_ends_what_no_hook_in_python_sees(folder: Path) -> None:
    assert run(folder, IN_CHILDREN).returncode == signal.SIGSYS
    assert run(folder, COMPILED).returncode == -signal.SIGSYS
