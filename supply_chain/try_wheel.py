"""Installs a wheel into an empty environment outside of the tree, and tries it on the sample calls.

    python supply_chain/try_wheel.py dist/*.whl --python python3.12 --python python3.13

The Python that runs this must have transcript-audit from the tree: the wheel has to give the same
bytes. One that is named but does not run is skipped, in a line that says so. Exit code 1 if
anything comes out otherwise.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "constraints.txt"
PROGRAM = ("-m", "transcript_audit")
SAMPLES = "sample_transcripts"
AUDIT = ("audit", SAMPLES, "--format", "jsonl", "--no-store", "--no-settings")
OTHERS = (("--version",), ("--help",), ("rules", "test"))


class WheelError(Exception):
    """What a wheel did not do, in a few lines."""


def run(command: Sequence[str | Path], folder: Path, **kept: str) -> str:
    """What a command prints, in that folder and with nothing set that could lead it back here.

    Raises:
        WheelError: it fails.
    """
    ours = ("PYTHON", "TRANSCRIPT_AUDIT_", "VIRTUAL_ENV")
    environment = {name: each for name, each in os.environ.items() if not name.startswith(ours)}
    words = [str(word) for word in command]
    done = subprocess.run(  # noqa: S603
        words,
        cwd=folder,
        env=environment | kept,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise WheelError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def try_wheel(wheel: Path, python: str, expected: str) -> None:
    """Installs the wheel with this Python, and runs it.

    Raises:
        WheelError: it can't be installed, a command fails, or the audit of the samples is another.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        shutil.copytree(ROOT / SAMPLES, folder / SAMPLES)
        run((python, "-m", "venv", "env"), folder)
        programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        install = ("-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check")
        run((programs / "python", *install, "-c", CONSTRAINTS, wheel), folder)
        run((programs / "python", "-m", "pip", "check"), folder)
        home = {"HOME": name, "XDG_DATA_HOME": name, "LOCALAPPDATA": name, "OMP_NUM_THREADS": "1"}
        code = "import transcript_audit; print(transcript_audit.__file__)"
        place = run((programs / "python", "-c", code), folder, **home).strip()
        if not Path(place).is_relative_to(folder / "env"):
            raise WheelError(f"what ran is {place}, not the wheel")
        for command in OTHERS:
            run((programs / "transcript-audit", *command), folder, **home)
        if run((programs / "transcript-audit", *AUDIT), folder, **home) != expected:
            raise WheelError("the audit of the samples is another than that of the tree")


def find_version(python: str) -> str | None:
    """The version of a Python that runs and can make environments; None where there is none."""
    code = "import ensurepip, platform, venv; print(platform.python_version())"
    try:
        return run((python, "-c", code), ROOT).strip()
    except (WheelError, OSError):
        return None


def tell(wheel: Path, python: str, version: str, expected: str) -> str | None:
    """What went wrong when the wheel was tried with this Python, if anything did."""
    try:
        try_wheel(wheel, python, expected)
    except WheelError as error:
        return f"{wheel.name} with Python {version}: {error}"
    calls = len(expected.splitlines())
    print(f"{wheel.name} with Python {version}: {calls} sample calls audited as by the tree")
    return None


def main() -> int:
    """Tries a wheel with each Python, several at a time; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--python", action="append", default=[], metavar="PROGRAM")
    options = parser.parse_args()
    found: dict[str, str] = {}
    for python in options.python or [sys.executable]:
        if version := find_version(python):
            found.setdefault(version, python)
        else:
            print(f"{python}: does not run here, or has no venv: skipped")
    wheel, expected = options.wheel.resolve(), run((sys.executable, *PROGRAM, *AUDIT), ROOT)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        told = pool.map(lambda each: tell(wheel, found[each], each, expected), found)
        faults = [fault for fault in told if fault]
    print(*faults, sep="\n", end="", file=sys.stderr)
    return 1 if faults or not found else 0


if __name__ == "__main__":
    sys.exit(main())
