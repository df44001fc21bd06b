"""What a process that audits one call loads: a small part of what is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CALL = """\
Agent: Thanks for calling, how can I help?
Customer: Hi, I'd like to cancel my plan. It's £20 a month, and I don't use it.
Agent: I can't do that. What about 20 percent off?
Customer: No, thanks - just cancel it, please...
Agent: All right, that's done.
"""
DEAR = ("spacy", "pandas", "sqlalchemy", "ruamel", "jinja2")
WATCHED = f"""
import atexit, sys
atexit.register(lambda: print([n for n in {DEAR!r} if n in sys.modules], file=sys.stderr))
from transcript_audit.cli import main
main()
"""


def audit(path: Path, cache: Path) -> tuple[bytes, str]:
    """The records of a process of its own, and the last line of what it said."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "audit", path, "--no-store", "--format", "jsonl"],
        cwd=ROOT,
        env=os.environ | {"XDG_CACHE_HOME": str(cache), "LOCALAPPDATA": str(cache)},
        capture_output=True,
        check=True,
    )
    return done.stdout, done.stderr.decode().splitlines()[-1]


def test_the_second_process_says_the_same_without_the_dear_libraries(tmp_path: Path) -> None:
    path = tmp_path / "call.txt"
    path.write_text(CALL, encoding="utf-8")
    first, loaded = audit(path, tmp_path / "cache")
    assert "spacy" in loaded
    assert audit(path, tmp_path / "cache") == (first, "[]")
