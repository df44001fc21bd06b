"""Measures the peak memory of `audit` at few and at many calls, for reports of several forms.

    python benchmarks/memory.py                  # 1,000 and 100,000 calls; takes long
    python benchmarks/memory.py 500 10000 --forms jsonl html

Prints a row a form: megabytes at each number of calls, and their ratio. The calls are short and
invented, of 40 agents over 60 days. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOAL = 1.1
AGENTS = 40
DAYS = 60
FIRST_DAY = date(2026, 1, 1)
CALLS = (
    (
        ("agent", "Larch Mobile, how can I help?"),
        ("customer", "I want to cancel my contract, it is too expensive."),
        ("agent", "I won't cancel that for you. Bye."),
    ),
    (
        ("agent", "Larch Mobile, how can I help?"),
        ("customer", "Please cancel my contract, I am moving abroad."),
        ("agent", "Done, it ends on the first of May. Thanks for being with us."),
    ),
    (
        ("agent", "Larch Mobile, how can I help?"),
        ("customer", "When does the shop in Leeds open?"),
        ("agent", "At nine. Have a nice day."),
    ),
)
CHILD = (
    "import sys, resource; from transcript_audit.cli import main\n"
    "try: main()\n"
    "finally: print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)


def write_calls(path: Path, count: int) -> None:
    """Write that many calls as JSONL."""
    chance = random.Random(1)  # noqa: S311 - no secret
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            turns = [{"speaker": who, "text": text} for who, text in chance.choice(CALLS)]
            day = FIRST_DAY + timedelta(chance.randrange(DAYS))
            agent = f"agent {chance.randrange(AGENTS)}"
            record = {"id": f"c{number}", "agent": agent, "started_at": f"{day}", "turns": turns}
            file.write(json.dumps(record) + "\n")


def peak_of(calls: Path, form: str, options: list[str]) -> float:
    """Megabytes that auditing them takes at most, in one process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-c", CHILD, "audit", str(calls), "--no-settings", "--jobs", "1"),
            *("--format", form, "-o", str(Path(folder, "report")), *options),
        ]
        paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        done = subprocess.run(  # noqa: S603 - the command is ours
            command,
            env=os.environ | {"PYTHONPATH": paths},
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=True,
        )
    kilobytes = int(done.stderr.splitlines()[-1].removeprefix("peak "))
    return kilobytes / (1e6 if sys.platform == "darwin" else 1e3)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("counts", nargs="*", type=int, default=[1_000, 100_000])
    parser.add_argument("--forms", nargs="+", default=["jsonl", "html"])
    parser.add_argument("--patterns-only", action="store_true", help="without the learned model")
    given = parser.parse_args()
    options = ["--patterns-only"] * given.patterns_only
    print(f"{'form':16}" + "".join(f"{count:>12,}" for count in given.counts) + "   ratio   goal")
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder, "calls.jsonl")
        for form in given.forms:
            peaks = []
            for count in given.counts:
                write_calls(calls, count)
                peaks.append(peak_of(calls, form, options))
            told = "".join(f"{peak:>9.0f} MB" for peak in peaks)
            print(f"{form:16}{told}{peaks[-1] / peaks[0]:>8.2f}  {GOAL:>5}", flush=True)


if __name__ == "__main__":
    main()
