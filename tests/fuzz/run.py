"""Fuzzes the targets with atheris, one after the other, for so many seconds in all.

    python tests/fuzz/run.py --seconds 3600 --into build/fuzz

Each target runs in a process of its own, with bounded memory and time for an input. What it finds
is kept in `crashes/`, one file for each place in the program; a fault already found is not told
again. Ends with 1 where there is any.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

SHARES = {"readers": 0.5, "rules": 0.2, "calls": 0.3}
"""How the time is divided among the targets."""

MEMORY = 2_048
"""Megabytes for the process of a target, its libraries and model among them."""

PATIENCE = 120
"""Seconds for one input."""

INSTRUMENTED = ["transcript_audit", "webvtt", "pysubs2", "zipfile", "csv", "ruamel", "openpyxl"]


def main() -> int:
    """How the process ends: 0, or 1 where a fault was found."""
    parser = argparse.ArgumentParser(description="Fuzz the readers, rule files and audits.")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--into", type=Path, default=Path("build/fuzz"), help="folder kept")
    parser.add_argument("--only", choices=SHARES, help="fuzz this target alone")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.into.mkdir(parents=True, exist_ok=True)
    if args.inside:
        fuzz(args.only, args.seconds, args.into)
    shares = {args.only: 1.0} if args.only else SHARES
    for target, share in shares.items():
        keep_fuzzing(target, int(args.seconds * share), args.into)
    crashes = sorted(args.into.glob("*/crashes/*"))
    say(f"{len(crashes)} crashes", *map(str, crashes))
    return bool(crashes)


def keep_fuzzing(target: str, seconds: int, into: Path) -> None:
    """Runs a target until its time is up; after one that ended early, again."""
    began = time.monotonic()
    runs = 0
    folder = into / target
    folder.mkdir(parents=True, exist_ok=True)
    while (left := seconds - int(time.monotonic() - began)) > 0:
        command = [sys.executable, __file__, "--inside", "--only", target]
        command += ["--seconds", str(left), "--into", str(folder)]
        with (folder / "log").open("ab") as log:
            subprocess.run(command, stderr=log, check=False)
        runs += 1
    log_text = (folder / "log").read_text("utf-8", "replace")
    inputs = sum(map(int, re.findall(r"stat::number_of_executed_units: *(\d+)", log_text)))
    say(f"{target}: {seconds} s in {runs} processes, {inputs} inputs")


def say(*lines: str) -> None:
    """Writes lines for whoever waits."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def fuzz(name: str, seconds: int, folder: Path) -> None:
    """Fuzzes one target in this process, which ends with it."""
    import atheris  # noqa: PLC0415 - an extra

    with atheris.instrument_imports(include=INSTRUMENTED):
        from fuzz.mutations import mutate_within  # noqa: PLC0415 - instrumented as it is imported
        from fuzz.seeds import LARGEST, seeds_of  # noqa: PLC0415
        from fuzz.targets import TARGETS  # noqa: PLC0415

    corpus, crashes = folder / "corpus", folder / "crashes"
    for each in (corpus, crashes):
        each.mkdir(exist_ok=True)
    for seed in seeds_of(name):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    target = TARGETS[name]

    def feed(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            keep_crash(error, data, crashes)

    feed(next(seeds_of(name)))  # what is loaded once is on no input's time

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        return mutate_within(data, most, seed, atheris.Mutate)

    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        f"-rss_limit_mb={MEMORY}",
        f"-timeout={PATIENCE}",
        f"-artifact_prefix={crashes}/",
        "-print_final_stats=1",
        "-reload=0",
        f"-report_slow_units={PATIENCE}",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], feed, custom_mutator=mutate)
    atheris.Fuzz()


def keep_crash(error: Exception, data: bytes, crashes: Path) -> None:
    """Keeps an input that raised, and the traceback beside it, once for each place."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
    if not (crashes / place).exists():
        (crashes / place).write_bytes(data)
        text = "".join(traceback.format_exception(error))
        (crashes.parent / f"{place}.txt").write_text(text, "utf-8", "backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
