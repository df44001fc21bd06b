"""The whole program, with sockets forbidden: it opens no connection and resolves no name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import SAID, hostile_record

GUARD = """
import sys

FORBIDDEN = ("urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect")

def forbid(event, args):
    network = event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname")
    if event == "socket.bind" and args[1] == ("::1", 0):
        return  # a library that spaCy loads asks so whether this machine knows IPv6
    if network or event in FORBIDDEN:
        with open(r"{told}", "a") as told:
            told.write(f"{{event}} {{args!r}}\\n")
        raise RuntimeError(f"no network: {{event}}")

sys.addaudithook(forbid)
"""
"""Python runs this before anything else, in every process; a hook can't be taken off again."""

COMMANDS = {
    "audit": ["audit", "calls"],
    "audit with two processes": ["audit", "calls", "--jobs", "2", "-o", "report.html"],
    "workbook": ["audit", "calls", "-o", "report.xlsx"],
    "agent": ["agent", "Ines", "calls"],
    "team": ["team", "calls", "-o", "team.md"],
    "coach": ["coach", "calls", "-o", "sheets"],
    "call": ["call", "c-1", "calls"],
    "convert": ["convert", "calls", "-o", "calls.out.jsonl"],
    "formats": ["formats", "detect", "calls"],
    "doctor": ["doctor", "calls"],
    "init": ["init", "calls"],
    "rules": ["rules", "lint"],
    "evaluate": ["evaluate", "labelled.jsonl"],
    "hostile": ["audit", "hostile.jsonl", "-o", "hostile.html"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    told = tmp_path / "told"
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD.format(told=told), encoding="utf-8")
    work = tmp_path / "work"
    (work / "calls").mkdir(parents=True)
    turns = [{"speaker": role, "text": words} for role, words in SAID]
    call = {"id": "c-1", "agent": "Ines", "turns": turns}
    gold = {"outcome": "not-cancelled", "findings": []}
    (work / "calls" / "c-1.jsonl").write_text(json.dumps(call), encoding="utf-8")
    (work / "labelled.jsonl").write_text(json.dumps({**call, "gold": gold}), encoding="utf-8")
    (work / "hostile.jsonl").write_text(json.dumps(hostile_record("url")), encoding="utf-8")
    return work


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    tests = Path(__file__).parent
    paths = os.pathsep.join(map(str, (folder.parent / "guard", tests.parent, tests)))
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": paths, "XDG_DATA_HOME": str(folder.parent / "data")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


ALL_IN_TURN = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from loaded import parse_rule_files_once
from transcript_audit.cli import main
parse_rule_files_once()
failed = {}
for name, words in json.loads(sys.argv.pop()).items():
    sys.argv[1:] = words
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as told:
        try:
            main()
        except SystemExit as end:
            if end.code:
                failed[name] = told.getvalue()
print(json.dumps(failed))
"""
"""One process for all commands, as starting takes far longer than what they do here."""


def test_no_command_opens_a_connection(folder: Path) -> None:
    done = run(folder, "-c", ALL_IN_TURN, json.dumps(COMMANDS))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
    assert not (folder.parent / "told").exists(), (folder.parent / "told").read_text()


def test_the_guard_would_have_told(folder: Path) -> None:
    done = run(folder, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))")
    assert done.returncode == 1
    assert "socket.getaddrinfo" in (folder.parent / "told").read_text(encoding="utf-8")
